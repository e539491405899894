/* delay.h: how long a datagram is under way, from a random draw, in integers only.
 * The kinds are those of the scenario language; a link (link.h) decides when to draw. */
#ifndef OCTOSIM_DELAY_H
#define OCTOSIM_DELAY_H

#include "sim/scenario/scenario.h"

/* Constant: a. Uniform: a..b, both included; b not below a. Normal: mean a, standard deviation b, never
 * below 0. Exponential: a, and on top of it something of mean b. Within a kind a draw alone decides, and
 * saturates at UINT64_MAX. */
uint64_t delay_draw(enum scenario_latency kind, uint64_t a_ns, uint64_t b_ns, uint64_t draw);
/* Never below `least_ns`; longer than x with the chance (least / x)^shape. What is longer than most_ns is cut
 * to it. The shape is in thousandths, not 0. */
uint64_t delay_pareto(uint64_t least_ns, uint64_t most_ns, uint32_t shape, uint64_t draw);
/* From `least` to `most`, in each octave between them as likely as in any other. Neither is 0, and least not above most. */
uint64_t delay_octaves(uint64_t least, uint64_t most, uint64_t draw);
/* One of the table's values, as often as it weighs. */
uint64_t delay_table(const struct scenario_table *table, uint64_t draw);
/* The longest that can be drawn. */
uint64_t delay_longest(enum scenario_latency kind, uint64_t a_ns, uint64_t b_ns);

#endif
