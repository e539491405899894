/* drawn.h: what the run's seed has drawn for the links that were used, so that reports can say it. Knows nothing of how a
 * rate is drawn: sim/network/link_model.h. */
#ifndef OCTOSIM_DRAWN_H
#define OCTOSIM_DRAWN_H

#include "sim/world.h"

/* Puts result->drawn_rates into place, in the order in which the links were first used. The list is the sim's: valid until
 * the next call. */
void drawn_sum_up(struct sim *sim, struct sim_result *result);

#endif
