/* clocks.c: S13. Follows each node's own time through the steps of its clock, watches what goes down in
 * the instant of a step, and names the clock when any safety invariant breaks on a node whose clock has
 * stepped. */
#include "sim/check/state.h"

#include <inttypes.h>

static void stepped(struct checks *checks, uint32_t node, int64_t step_ns)
{
	struct check_node *state = &checks->nodes[node];
	state->has_stepped = true;
	if (step_ns < 0)
		state->stepped_back_at = check_now(checks);
	check_evaluated(checks, INVARIANT_S13);
}

/* A step back is no time at all for the core; of a leap it takes as much as it allows. */
void clocks_event(struct checks *checks, uint32_t node, const struct octo_event_clock *clock)
{
	struct check_node *state = &checks->nodes[node];
	uint64_t taken = clock->was_limited ? checks->config.clock_step_max_ns : 0;
	state->own_shift += taken - (uint64_t)clock->step_ns;
	stepped(checks, node, clock->step_ns);
}

void clocks_action(struct checks *checks, uint32_t node, int64_t step_ns)
{
	stepped(checks, node, step_ns);
}

/* A step forwards counts as time [P 5.10], and silence of an hour may end a session. One backwards counts as
 * none. */
void clocks_down(struct checks *checks, uint32_t node, uint32_t peer,
                 const struct octo_event_session *session)
{
	bool is_by_time =
		session->was_current && (session->end == OCTO_END_DEAD || session->end == OCTO_END_RESTARTED);
	if (is_by_time && checks->nodes[node].stepped_back_at == check_now(checks))
		check_violated(checks, INVARIANT_S13, node, peer,
		               "expected session %016" PRIx64 " to outlive a step of the clock back, "
		               "found it ended in the same instant: %s",
		               session->log_id, octo_end_text((enum octo_end)session->end));
}

void clocks_echo(struct checks *checks, enum invariant which, uint32_t node, uint32_t peer)
{
	bool is_safety = which < INVARIANT_S13;
	if (is_safety && node < checks->scenario->node_count && checks->nodes[node].has_stepped)
		check_violated(checks, INVARIANT_S13, node, peer,
		               "expected nothing of a clock that stepped, found %s violated",
		               checks->invariants[which].name);
}
