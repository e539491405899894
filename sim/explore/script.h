/* script.h: a pair in a dead network, in which single packets arrive in an order of their own, among dials
 * and restarts: so races come up that need a packet to be later than any link would make it. */
#ifndef OCTOSIM_SCRIPT_H
#define OCTOSIM_SCRIPT_H

#include "sim/explore/making.h"

void script_links(struct making *making);
void script_timeline(struct making *making);

#endif
