/* actions.h: the timeline: what users, faults and attackers do, and when. */
#ifndef OCTOSIM_ACTIONS_H
#define OCTOSIM_ACTIONS_H

#include "sim/world.h"

void actions_run(struct sim *sim, uint32_t index);
/* It waits for a datagram to be recorded when it goes by. */
static inline bool actions_wants_packet(const struct scenario_action *action)
{
	return (action->verb == SCENARIO_INJECT && !action->random_bytes) ||
	       (action->verb == SCENARIO_FLOOD && !action->attack->is_guess);
}
void actions_heal(struct sim *sim);

#endif
