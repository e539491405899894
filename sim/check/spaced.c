/* spaced.c: spaced. The time of the last one is kept by order.c, and looked at before it is set anew. */
#include "sim/check/state.h"

#include <inttypes.h>

void spaced_step(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event *event)
{
	const struct octo_event_handshake *step = &event->handshake;
	unsigned index;
	struct check_pair *pair = peer == TRACE_NOBODY ? NULL : check_pair_of(checks, node, peer, &index);
	/* What the winner of a duel refuses is not processed. */
	bool is_refused = step->before == OCTO_STATE_OFFERING && step->after == OCTO_STATE_OFFERING;
	if (!pair || step->step != OCTO_STEP_SYN_FRESH || is_refused)
		return;
	const struct check_side *side = &pair->side[index];
	uint64_t own_ns = check_own(checks, node, event->now);
	check_evaluated(checks, INVARIANT_SPACED);
	if (side->has_initial && own_ns - side->initial_own_ns < checks->config.initial_spacing_ns)
		check_violated(checks, INVARIANT_SPACED, node, peer,
		               "expected at least %" PRIu64 " ms between two new SYNs that are processed, found %" PRIu64 " ms",
		               checks->config.initial_spacing_ns / OCTO_MILLISECOND,
		               (own_ns - side->initial_own_ns) / OCTO_MILLISECOND);
}
