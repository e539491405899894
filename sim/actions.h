/* actions.h: the timeline: what users, faults and attackers do, and when. */
#ifndef OCTOSIM_ACTIONS_H
#define OCTOSIM_ACTIONS_H

#include "sim/world.h"

void actions_run(struct sim *sim, uint32_t index);
void actions_heal(struct sim *sim);

#endif
