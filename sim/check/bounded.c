/* bounded.c: bounded. While something bad comes in, now and then: the ids in a node's session directory, of which a slot of
 * a peer has one, and two tombstones. Memory cannot grow, a core's block has one size; what is in it must not either. */
#include "sim/check/state.h"

enum { IDS_PER_PEER = 6 /* O, I, cur, prev and two tombstones */, SAMPLE = 16 };
static const uint64_t junk_is_recent_ns = OCTO_SECOND;

void bounded_settled(struct checks *checks, uint32_t node)
{
	struct check_node *state = &checks->nodes[node];
	bool is_flooded = state->junk_at != CHECK_NEVER && check_now(checks) - state->junk_at <= junk_is_recent_ns;
	size_t size;
	if (!is_flooded || state->settled % SAMPLE != 0)
		return;
	const struct octo_channel *channel = checks->host.block(checks->host.context, node, &size);
	if (!channel)
		return;
	uint32_t entries, slots;
	octo_directory_audit(channel, &entries, &slots);
	bounded_judge(checks, node, entries, IDS_PER_PEER * octo_peer_count(channel));
}

void bounded_judge(struct checks *checks, uint32_t node, uint32_t entries, uint32_t most)
{
	check_evaluated(checks, INVARIANT_BOUNDED);
	if (entries > most)
		check_violated(checks, INVARIANT_BOUNDED, node, TRACE_NOBODY,
		               "expected at most %u session ids under a flood, found %u", most, entries);
}
