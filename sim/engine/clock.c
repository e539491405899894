/* clock.c: see clock.h. node = set_node + floor((world - set_world) * (10^9 + drift) / 10^9). */
#include "sim/engine/clock.h"

#include "sim/engine/wide.h"

#include <assert.h>

static const uint64_t second_ns = UINT64_C(1000000000);

/* How far the clock gets in a second of world time. */
static uint64_t pace(const struct virtual_clock *clock)
{
	return wide_step(second_ns, clock->drift_ppb);
}

void virtual_clock_init(struct virtual_clock *clock, int64_t offset_ns, int32_t drift_ppb)
{
	assert(drift_ppb >= VIRTUAL_CLOCK_DRIFT_PPB_MIN);
	*clock = (struct virtual_clock){
		.set_node_ns = wide_step(VIRTUAL_CLOCK_BASE_NS, offset_ns),
		.drift_ppb = drift_ppb
	};
}

uint64_t virtual_clock_read(const struct virtual_clock *clock, uint64_t world_ns)
{
	const uint64_t passed_ns = world_ns - clock->set_world_ns;

	assert(world_ns >= clock->set_world_ns);
	if (clock->drift_ppb == 0)
		return wide_add(clock->set_node_ns, passed_ns);
	return wide_add(clock->set_node_ns, wide_mul_div(passed_ns, pace(clock), second_ns));
}

uint64_t virtual_clock_when(const struct virtual_clock *clock, uint64_t node_ns)
{
	const uint64_t wait_ns = wide_sub(node_ns, clock->set_node_ns);

	if (node_ns == UINT64_MAX)
		return UINT64_MAX;
	if (clock->drift_ppb == 0)
		return wide_add(clock->set_world_ns, wait_ns);
	return wide_add(clock->set_world_ns, wide_mul_div_up(wait_ns, second_ns, pace(clock)));
}

void virtual_clock_jump(struct virtual_clock *clock, uint64_t world_ns, int64_t step_ns)
{
	const uint64_t node_ns = wide_step(virtual_clock_read(clock, world_ns), step_ns);

	clock->set_world_ns = world_ns;
	clock->set_node_ns = node_ns == UINT64_MAX ? UINT64_MAX - 1 : node_ns;
}
