/* slots.c: S8. The session directory against the slots, and the slots of a peer against each other. Looked at
 * when a handshake or session moved, and now and then besides, because ids of the dead leave in silence. */
#include "sim/check/state.h"

enum {
	SAMPLE_QUIET = 64, /* settled instants without a handshake */
	SAMPLE_HUB = 256,
	HUB_PEERS = 64,
	IDS_PER_PEER = 6 /* O, I, cur, prev and two tombstones */
};

void slots_touched(struct checks *checks, uint32_t node, uint32_t peer)
{
	struct check_node *state = &checks->nodes[node];
	state->is_touched = true;
	state->touched_peer = peer;
}

/* A session leaves no offer beside it but that of its own rekeying, and only a session can be challenged. */
static void judge_slots(struct checks *checks, uint32_t node, uint32_t peer,
                        const struct octo_peer_view *view)
{
	bool is_established = view->state == OCTO_STATE_ESTABLISHED;
	check_evaluated(checks, INVARIANT_S8);
	if (is_established && view->has_offer && !view->is_rekeying)
		check_violated(checks, INVARIANT_S8, node, peer,
		               "expected no offer beside a session, found one");
	if (!is_established && view->has_claim)
		check_violated(checks, INVARIANT_S8, node, peer,
		               "expected a held initial packet only beside a session, found "
		               "one in state %s",
		               octo_state_name(view->state));
}

static void judge_directory(struct checks *checks, uint32_t node, const struct octo_channel *channel)
{
	uint32_t entries, slots, most = IDS_PER_PEER * octo_peer_count(channel);
	octo_directory_audit(channel, &entries, &slots);
	check_evaluated(checks, INVARIANT_S8);
	if (entries != slots)
		check_violated(checks, INVARIANT_S8, node, TRACE_NOBODY,
		               "expected as many session ids in the directory as slots "
		               "hold, %u, found %u",
		               slots, entries);
	else if (entries > most)
		check_violated(checks, INVARIANT_S8, node, TRACE_NOBODY,
		               "expected at most %u session ids, found %u", most, entries);
}

void slots_settled(struct checks *checks, uint32_t node)
{
	struct check_node *state = &checks->nodes[node];
	if (!state->is_touched && state->settled % SAMPLE_QUIET != 0)
		return;
	size_t size;
	const struct octo_channel *channel = checks->host.block(checks->host.context, node, &size);
	if (channel && (octo_peer_count(channel) <= HUB_PEERS || state->settled % SAMPLE_HUB == 0))
		judge_directory(checks, node, channel);
	struct octo_peer_view view;
	unsigned index;
	struct check_pair *pair =
		state->is_touched ? check_pair_of(checks, node, state->touched_peer, &index) : NULL;
	state->is_touched = false;
	if (!pair || !checks->host.view(checks->host.context, node, state->touched_peer, &view))
		return;
	judge_slots(checks, node, state->touched_peer, &view);
	pair->side[index].timeout_ns = view.timeout_ns;
}
