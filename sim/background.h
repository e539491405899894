/* background.h: traffic of other programs: datagrams that belong to no protocol. They take the ordinary way through links
 * and queues and are counted where they arrive; no core sees them, and the checks know nothing of them. */
#ifndef OCTOSIM_BACKGROUND_H
#define OCTOSIM_BACKGROUND_H

#include "sim/world.h"

/* Each pair of the action begins to send. */
void background_start(struct sim *sim, const struct scenario_action *action);
/* The event: a pair's next datagram is due. */
void background_tick(struct sim *sim, arena_ref flow);
/* A copy has come to a node. */
void background_arrive(struct sim *sim, uint32_t node, const struct packet *packet);

#endif
