/* trouble.h: a pair's bad day: what the links between the two do, and what users, nodes and attackers do
 * when. */
#ifndef OCTOSIM_TROUBLE_H
#define OCTOSIM_TROUBLE_H

#include "sim/explore/making.h"

void trouble_links(struct making *making);
void trouble_latency(struct making *making); /* the first of them, by itself */
void trouble_timeline(struct making *making);
/* Only messages to send. */
void trouble_load(struct making *making);

#endif
