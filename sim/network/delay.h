/* delay.h: how long a datagram is under way, from a random draw, in integers only.
 * The kinds are those of the scenario language; a link (link.h) decides when to draw. */
#ifndef OCTOSIM_DELAY_H
#define OCTOSIM_DELAY_H

#include "sim/scenario/scenario.h"

/* Constant: a. Uniform: a..b, both included; b not below a. Normal: mean a, standard deviation b, never
 * below 0. Within a kind a draw alone decides, and saturates at UINT64_MAX. */
uint64_t delay_draw(enum scenario_latency kind, uint64_t a_ns, uint64_t b_ns, uint64_t draw);

#endif
