/* handshakes.c: how quickly handshakes end: L2 (crossed SYNs), L3 (a lost ACK) and L4 (a genuine SYN under
 * junk). L2 and L3 open a case when it begins and close it when it ends or when its time is over; trouble of
 * another kind drops it. */
#include "sim/check/state.h"

#include <inttypes.h>
#include <string.h>

enum { SYN_BYTES = 160, DUEL_ROUND_TRIPS = 2, DATAGRAMS_QUEUED = 8 };
static const uint64_t ack_resend_longest_ns = 1250 * OCTO_MILLISECOND;
static const uint64_t junk_is_recent_ns = OCTO_SECOND;

/* Whether anything but the handshake itself touched the pair from then on. */
static bool is_troubled(const struct checks *checks, const struct check_pair *pair, uint64_t from)
{
	return check_is_stopped(checks, pair) || checks->nodes[pair->nodes[0]].trouble_at >= from ||
	       checks->nodes[pair->nodes[1]].trouble_at >= from || check_is_since(pair->quit_at, from);
}

/* Waits of a slow clock take longer. */
static uint64_t in_world_time(const struct checks *checks, uint32_t node, uint64_t own_ns)
{
	int64_t drift = checks->scenario->nodes[node].clock_drift_ppb;
	if (drift >= 0)
		return own_ns;
	uint64_t pace_ppm = (uint64_t)(1000000000 + (drift < -999000000 ? -999000000 : drift)) / 1000;
	return own_ns / pace_ppm * 1000000;
}

void handshakes_drop(struct check_pair *pair)
{
	pair->is_duel_open = pair->is_confirm_open = false;
}

/* ---- L2 ------------------------------------------------------------------------------------------------ */

void handshakes_syn_sent(struct checks *checks, uint32_t node, uint32_t peer,
                         const struct octo_event_packet *packet)
{
	unsigned index;
	struct check_pair *pair = check_pair_of(checks, node, peer, &index);
	checks->dialled = peer;
	if (!pair || pair->side[index].syn_nonce == packet->number)
		return;
	pair->side[index].syn_nonce = packet->number;
	pair->side[index].syn_first_at = check_now(checks);
}

/* Where it went: called for the SYN that was told of last. */
void handshakes_syn_went(struct checks *checks, uint32_t node, uint32_t to_node)
{
	unsigned index;
	struct check_pair *pair = check_pair_of(checks, node, checks->dialled, &index);
	if (!pair)
		return;
	if (to_node == checks->dialled)
		pair->side[index].found_at = check_now(checks);
	else
		pair->astray_at = check_now(checks);
}

void handshakes_duel(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_duel *duel)
{
	unsigned index;
	struct check_pair *pair = check_pair_of(checks, node, peer, &index);
	bool is_crossing = duel->clash == OCTO_ROLE_INITIATOR;
	if (!pair || pair->has_clone)
		return;
	bool is_larger = memcmp(duel->ours, duel->theirs, OCTO_ID_BYTES) > 0;
	if (duel->we_won != is_larger) {
		check_evaluated(checks, INVARIANT_L2);
		check_violated(checks, INVARIANT_L2, node, peer,
		               "expected the larger FULL-ID to win the duel, found the smaller one");
	}
	if (!is_crossing)
		return;
	bool keeps_role = duel->role_after == OCTO_ROLE_INITIATOR;
	if (duel->role_after != OCTO_ROLE_NONE && keeps_role != is_larger) {
		check_evaluated(checks, INVARIANT_L2);
		check_violated(checks, INVARIANT_L2, node, peer, "expected the larger FULL-ID to stay initiator, found %s",
		               keeps_role ? "the smaller one staying" : "it yielding");
	}
	uint8_t winner = (uint8_t)(duel->we_won ? index : 1 - index);
	const struct check_side *won = &pair->side[winner], *lost = &pair->side[1 - winner];
	bool is_known = pair->winner_nonce == duel->winner_nonce && pair->loser_nonce == duel->loser_nonce;
	/* A SYN of an attempt that is over crosses nothing. */
	bool is_present = won->syn_nonce == duel->winner_nonce && lost->syn_nonce == duel->loser_nonce;
	if (is_known || !is_present)
		return;
	pair->winner = winner;
	pair->winner_nonce = duel->winner_nonce;
	pair->loser_nonce = duel->loser_nonce;
	pair->crossed_from = won->syn_first_at < lost->syn_first_at ? won->syn_first_at : lost->syn_first_at;
	pair->crossed_at = won->syn_first_at < lost->syn_first_at ? lost->syn_first_at : won->syn_first_at;
	/* On a queue that may hold something else, how long things take says nothing of the handshake. */
	pair->is_duel_open = !pair->has_shared_queue && !(pair->has_rate && pair->had_session);
}

/* Eight full datagrams are more than a handshake puts on a link. */
static uint64_t slack_of(const struct checks *checks, const struct check_pair *pair)
{
	uint64_t slowest = 0;
	for (uint32_t i = 0; pair->has_rate && i < checks->scenario->link_count; i++) {
		const struct scenario_link *link = &checks->scenario->links[i];
		if (link->sets_rate && link->rate_bps && (slowest == 0 || link->rate_bps < slowest))
			slowest = link->rate_bps;
	}
	return slowest ? DATAGRAMS_QUEUED * UINT64_C(8) * OCTO_DATAGRAM_MAX * OCTO_SECOND / slowest : 0;
}

static void close_duel(struct checks *checks, struct check_pair *pair)
{
	uint64_t now = check_now(checks);
	uint64_t allowed = DUEL_ROUND_TRIPS * check_round_trip(checks, pair) + slack_of(checks, pair);
	bool is_disturbed = check_is_since(pair->disturbed_at, pair->crossed_from) ||
	                    check_is_since(pair->put_off_at, pair->crossed_from) ||
	                    check_is_since(pair->astray_at, pair->crossed_from) ||
	                    is_troubled(checks, pair, pair->crossed_from);
	if (is_disturbed) {
		pair->is_duel_open = false;
		return;
	}
	if (!pair->is_agreed && now - pair->crossed_at <= allowed)
		return;
	pair->is_duel_open = false;
	check_evaluated(checks, INVARIANT_L2);
	uint32_t winner = pair->nodes[pair->winner], loser = pair->nodes[1 - pair->winner];
	if (!pair->is_agreed)
		check_violated(checks, INVARIANT_L2, winner, loser,
		               "expected a session on both sides within %" PRIu64 " us of "
		               "crossed SYNs, found none after %" PRIu64 " us",
		               allowed / OCTO_MICROSECOND, (now - pair->crossed_at) / OCTO_MICROSECOND);
	else if (pair->agreed_at - pair->crossed_at > allowed)
		check_violated(checks, INVARIANT_L2, winner, loser,
		               "expected a session on both sides within %" PRIu64 " us of "
		               "crossed SYNs, found it after %" PRIu64 " us",
		               allowed / OCTO_MICROSECOND,
		               (pair->agreed_at - pair->crossed_at) / OCTO_MICROSECOND);
	else if (pair->side[pair->winner].role != OCTO_ROLE_INITIATOR)
		check_violated(checks, INVARIANT_L2, winner, loser,
		               "expected the winner of the ID-duel as initiator, found it as %s",
		               octo_role_name((enum octo_role)pair->side[pair->winner].role));
}

void handshakes_agreed(struct checks *checks, struct check_pair *pair)
{
	if (pair->is_duel_open)
		close_duel(checks, pair);
}

/* ---- L3 ------------------------------------------------------------------------------------------------ */

static uint64_t confirm_allowed(struct checks *checks, struct check_pair *pair, uint32_t *lost)
{
	uint64_t round_trip = check_round_trip(checks, pair);
	*lost = pair->side[pair->initiator].disturbed - pair->confirm_disturbed;
	return *lost * (in_world_time(checks, pair->nodes[pair->initiator], ack_resend_longest_ns) +
	                round_trip) +
	       round_trip;
}

static void close_confirm(struct checks *checks, struct check_pair *pair, bool is_confirmed)
{
	uint32_t lost;
	uint64_t taken = check_now(checks) - pair->confirm_from,
		 allowed = confirm_allowed(checks, pair, &lost);
	const struct check_side *waiting = &pair->side[pair->initiator];
	bool is_gone = !waiting->has_current || waiting->highest.log_id != pair->confirm_log_id;
	/* With many losses the adherent gives up before the ACK comes, as it should; but not sooner after the
	 * SYN. */
	uint64_t gives_up_at = pair->confirm_begun + checks->config.answer_ns / 10 * 9;
	bool is_over = is_gone || pair->confirm_from + allowed >= gives_up_at;
	if (is_troubled(checks, pair, pair->confirm_begun) || (is_over && !is_confirmed)) {
		pair->is_confirm_open = false;
		return;
	}
	if (!is_confirmed && taken <= allowed)
		return;
	pair->is_confirm_open = false;
	check_evaluated(checks, INVARIANT_L3);
	if (taken > allowed)
		check_violated(checks, INVARIANT_L3, pair->nodes[pair->initiator],
		               pair->nodes[1 - pair->initiator],
		               "expected the "
		               "adherent to follow within %" PRIu64
		               " ms with %u ACKs or data packets disturbed, found %s %" PRIu64 " ms",
		               allowed / OCTO_MILLISECOND, lost,
		               is_confirmed ? "that it took" : "it missing after", taken / OCTO_MILLISECOND);
}

void handshakes_confirmed(struct checks *checks, uint32_t node, uint32_t peer,
                          const struct octo_event_session *session)
{
	unsigned index;
	struct check_pair *pair = check_pair_of(checks, node, peer, &index);
	if (pair->has_clone || pair->has_rate)
		return;
	if (session->role == OCTO_ROLE_ADHERENT) {
		if (pair->is_confirm_open && pair->confirm_log_id == session->log_id)
			close_confirm(checks, pair, true);
		return;
	}
	pair->is_confirm_open = true;
	pair->initiator = (uint8_t)index;
	pair->confirm_log_id = session->log_id;
	pair->confirm_from = check_now(checks);
	pair->confirm_begun = pair->side[index].syn_first_at;
	pair->confirm_disturbed = pair->side[index].disturbed;
}

void handshakes_judge(struct checks *checks, struct check_pair *pair)
{
	if (pair->is_duel_open)
		close_duel(checks, pair);
	if (pair->is_confirm_open)
		close_confirm(checks, pair, false);
}

void handshakes_keys(struct checks *checks, uint32_t node, uint32_t peer,
                     const struct octo_event_audit_keys *keys)
{
	unsigned index;
	struct check_pair *pair = check_pair_of(checks, node, peer, &index);
	if (!pair || keys->role != OCTO_ROLE_INITIATOR)
		return;
	pair->side[index].derived_nonce = keys->adherent_nonce;
	pair->side[index].derived_mark = checks->receipt.mark;
}

/* e_R is random: its first bytes name an answer, before anybody has confirmed it. */
uint64_t handshakes_mark(const uint8_t *bytes, size_t size)
{
	uint64_t mark = 0;
	for (size_t i = 0; i < 8 && size >= 20; i++)
		mark |= (uint64_t)bytes[12 + i] << (8 * i);
	return mark;
}

void handshakes_answered(struct checks *checks, uint32_t node, uint32_t to_node, const uint8_t *bytes,
                         size_t size)
{
	unsigned index;
	struct check_pair *pair = check_pair_of(checks, node, to_node, &index);
	if (pair)
		pair->side[index].answer_mark = handshakes_mark(bytes, size);
}

/* An ACK for an answer that is still good confirms it, whatever else has happened since. */
static void judge_ack(struct checks *checks, uint32_t node, const struct octo_event *event)
{
	const struct octo_event_packet *packet = &event->packet;
	unsigned index;
	struct check_pair *pair = check_pair_of(checks, node, checks->receipt.from_node, &index);
	if (!pair || pair->has_clone)
		return;
	struct check_side *side = &pair->side[index];
	const struct check_side *other = &pair->side[1 - index];
	if (packet->type == OCTO_PACKET_SYN && side->is_answer_new &&
	    packet->reason == OCTO_REASON_ACCEPTED) {
		side->has_answer = true;
		side->answer_own_ns = check_own(checks, node, event->now);
	}
	if (packet->type == OCTO_PACKET_SYN)
		side->is_answer_new = false;
	if (packet->type != OCTO_PACKET_ACK || packet->session_id != other->derived_nonce ||
	    !side->has_answer || side->answer_mark != other->derived_mark ||
	    check_own(checks, node, event->now) - side->answer_own_ns >= checks->config.answer_ns / 10 * 9)
		return;
	bool is_lost = packet->reason == OCTO_REASON_UNKNOWN_SESSION ||
	               packet->reason == OCTO_REASON_CLOSED_SESSION ||
	               packet->reason == OCTO_REASON_UNSOLICITED;
	check_evaluated(checks, INVARIANT_L3);
	if (is_lost)
		check_violated(checks, INVARIANT_L3, node, checks->receipt.from_node,
		               "expected that an ACK confirms an answer that is still good, found it "
		               "rejected as %s",
		               octo_reason_name((enum octo_reason)packet->reason));
}

/* ---- L4 ------------------------------------------------------------------------------------------------ */

/* A SYN as its maker sent it, from a peer that is up and not one of twins, to a peer that is idle. */
void handshakes_before(struct checks *checks, uint32_t node, const uint8_t *bytes, size_t size)
{
	struct check_receipt *receipt = &checks->receipt;
	struct octo_peer_view view;
	unsigned index;
	(void)bytes;
	const struct check_pair *pair = check_pair_of(checks, node, receipt->from_node, &index);
	if (size != SYN_BYTES || receipt->copy_flags || !pair || pair->has_clone ||
	    !checks->nodes[receipt->from_node].is_up)
		return;
	if (!checks->host.view(checks->host.context, node, receipt->from_node, &view))
		return;
	receipt->is_genuine_syn = view.state == OCTO_STATE_IDLE && !view.is_celibate && view.mode != OCTO_MODE_OFF;
}

static void judge_genuine(struct checks *checks, uint32_t node, const struct octo_event *event)
{
	const struct octo_event_packet *packet = &event->packet;
	unsigned index;
	uint32_t from = checks->receipt.from_node;
	const struct check_pair *pair = check_pair_of(checks, node, from, &index);
	const struct check_side *side = &pair->side[index];
	bool is_spaced = !side->has_initial || check_own(checks, node, event->now) - side->initial_own_ns >=
	                                               checks->config.initial_spacing_ns;
	bool is_answered =
		packet->reason == OCTO_REASON_ACCEPTED || packet->reason == OCTO_REASON_COOKIE_WANTED;
	bool is_old = packet->reason == OCTO_REASON_STALE && !packet->is_timestamp_fresh;
	uint64_t junk_at = checks->nodes[node].junk_at;
	bool is_under_junk = junk_at != CHECK_NEVER && check_now(checks) - junk_at <= junk_is_recent_ns;
	if (is_answered && is_under_junk)
		check_evaluated(checks, INVARIANT_L4);
	/* Its own acceptance made it count as processed just now; a refusal must have another reason than
	 * time. */
	if (is_answered || is_old || (packet->reason == OCTO_REASON_TOO_SOON && !is_spaced))
		return;
	check_evaluated(checks, INVARIANT_L4);
	check_violated(checks, INVARIANT_L4, node, from,
	               "expected a genuine SYN to an idle node to be answered, found it rejected "
	               "as %s%s",
	               octo_reason_name((enum octo_reason)packet->reason),
	               is_under_junk ? ", under junk" : "");
}

void handshakes_received(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event *event)
{
	const struct octo_event_packet *packet = &event->packet;
	const struct check_receipt *receipt = &checks->receipt;
	bool is_ours = receipt->is_open && receipt->node == node;
	if (is_ours)
		judge_ack(checks, node, event);
	if (is_ours && receipt->is_genuine_syn)
		judge_genuine(checks, node, event);
	if (packet->class == OCTO_CLASS_BROKEN ||
	    (is_ours && receipt->copy_flags & ~(unsigned)TRACE_COPY_DUPLICATE))
		checks->nodes[node].junk_at = check_now(checks);
	bool is_put_off = packet->reason == OCTO_REASON_STALE ||
	                  packet->reason == OCTO_REASON_COOKIE_WANTED ||
	                  packet->reason == OCTO_REASON_TOO_SOON;
	if (!is_put_off)
		return;
	unsigned index;
	struct check_pair *pair = check_pair_of(checks, node, peer, &index);
	if (pair)
		pair->put_off_at = check_now(checks);
}
