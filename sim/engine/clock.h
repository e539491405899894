/* clock.h: a node's own clock, which starts off, runs fast or slow, and may be set. World time to node time
 * and back in exact integers. A clock is a straight line from its last setting on; nothing is kept of the
 * time before. */
#ifndef OCTOSIM_CLOCK_H
#define OCTOSIM_CLOCK_H

#include <stdint.h>

enum { VIRTUAL_CLOCK_DRIFT_PPB_MIN = -999999999 }; /* slower would stand still or run backwards */

/* What a clock with offset 0 shows at world time 0: room for steps backwards. */
#define VIRTUAL_CLOCK_BASE_NS (UINT64_C(1000000) * UINT64_C(1000000000))

struct virtual_clock {
	uint64_t set_world_ns;        /* when the line began, world time */
	uint64_t set_node_ns;         /* what the clock showed then */
	int32_t drift_ppb;            /* it gains so many ns a second */
	uint32_t reserved;
};

/* At world time 0 it shows VIRTUAL_CLOCK_BASE_NS + offset_ns, never below 0. */
void virtual_clock_init(struct virtual_clock *clock, int64_t offset_ns, int32_t drift_ppb);
/* What the clock shows; world_ns not before its last setting. Stops at UINT64_MAX. */
uint64_t virtual_clock_read(const struct virtual_clock *clock, uint64_t world_ns);
/* The first world time since the last setting at which the clock shows node_ns or more; UINT64_MAX: never. */
uint64_t virtual_clock_when(const struct virtual_clock *clock, uint64_t node_ns);
/* Sets the clock by step_ns from world_ns on; it stays within 0..UINT64_MAX - 1. */
void virtual_clock_jump(struct virtual_clock *clock, uint64_t world_ns, int64_t step_ns);

#endif
