/* order.c: which session is the current one: S2 (one, and on both sides the same), S3 (its order key only
 * rises) and S9 (a SYN does not change it). All from what cores tell. */
#include "sim/check/state.h"

#include <inttypes.h>

enum { QUIET_PERIODS = 2, TIMEOUTS = 3, TIMEOUT_ROUND_TRIPS = 5 };

/* ---- S2 ------------------------------------------------------------------------------------------------ */

static uint64_t later(uint64_t a, uint64_t b)
{
	return b != CHECK_NEVER && b > a ? b : a;
}

/* Since when nothing has happened to the pair. */
static uint64_t quiet_since(const struct checks *checks, const struct check_pair *pair)
{
	uint64_t since = check_is_stopped(checks, pair) ? check_now(checks) : later(pair->user_at, pair->disturbed_at);
	for (int i = 0; i < 2; i++) {
		since = later(since, checks->nodes[pair->nodes[i]].trouble_at);
		since = later(since, pair->side[i].changed_at);
	}
	return since;
}

/* Two periods after which a dead peer is noticed. The timeout of a core that measures within the links'
 * latency stays below five round trips: smoothed at most one, deviation at most one. */
static uint64_t quiet_needed(struct checks *checks, struct check_pair *pair)
{
	uint64_t timeout = TIMEOUT_ROUND_TRIPS * check_round_trip(checks, pair) + OCTO_SECOND;
	timeout = later(later(timeout, pair->side[0].timeout_ns), pair->side[1].timeout_ns);
	return QUIET_PERIODS *
	       (TIMEOUTS * timeout + checks->config.keepalive_s * OCTO_SECOND + checks->config.dead_min_ns);
}

void order_judge_quiet(struct checks *checks, struct check_pair *pair)
{
	const struct check_side *a = &pair->side[0], *b = &pair->side[1];
	if (pair->has_clone || !a->has_current || !b->has_current)
		return;
	uint64_t quiet = check_now(checks) - quiet_since(checks, pair);
	if (quiet < quiet_needed(checks, pair))
		return;
	check_evaluated(checks, INVARIANT_S2);
	if (a->highest.log_id != b->highest.log_id)
		check_violated(checks, INVARIANT_S2, pair->nodes[0], pair->nodes[1],
		               "expected the same session on both sides "
		               "after %" PRIu64 " s of quiet, found %016" PRIx64 " and %016" PRIx64,
		               quiet / OCTO_SECOND, a->highest.log_id, b->highest.log_id);
}

/* ---- S3, S9 -------------------------------------------------------------------------------------------- */

static bool is_higher(const struct octo_event_session *a, const struct octo_event_session *b)
{
	if (a->generation != b->generation)
		return a->generation > b->generation;
	if (a->by_winner != b->by_winner)
		return a->by_winner;
	return a->log_id > b->log_id;
}

/* While a SYN is looked at, sessions stay as they are. */
static void judge_syn(struct checks *checks, uint32_t node, uint32_t peer, const char *what, uint64_t log_id)
{
	const struct check_receipt *receipt = &checks->receipt;
	bool is_syn = receipt->is_open && receipt->node == node && receipt->type == OCTO_PACKET_SYN;
	if (is_syn)
		check_violated(checks, INVARIANT_S9, node, peer,
		               "expected that a SYN changes no session, found that "
		               "%016" PRIx64 " %s while one was received",
		               log_id, what);
}

static struct check_side *side_of(const struct checks *checks, uint32_t node, uint32_t peer)
{
	unsigned index;
	struct check_pair *pair = check_pair_of(checks, node, peer, &index);
	return pair ? &pair->side[index] : NULL;
}

void order_up(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_session *session)
{
	struct check_side *side = side_of(checks, node, peer);
	judge_syn(checks, node, peer, "came up", session->log_id);
	check_evaluated(checks, INVARIANT_S2);
	if (side->has_current)
		check_violated(checks, INVARIANT_S2, node, peer,
		               "expected one current session, found %016" PRIx64 " beside %016" PRIx64,
		               session->log_id, side->highest.log_id);
	check_evaluated(checks, INVARIANT_S3);
	if (side->has_order && !is_higher(session, &side->highest))
		check_violated(checks, INVARIANT_S3, node, peer,
		               "expected a session above (%u, %d, %016" PRIx64 "), found (%u, %d, "
		               "%016" PRIx64 ")",
		               side->highest.generation, side->highest.by_winner, side->highest.log_id,
		               session->generation, session->by_winner, session->log_id);
	side->has_current = side->has_order = true;
	side->is_claim_held = false;
	side->highest = *session;
	side->role = session->role;
}

void order_spare(struct checks *checks, uint32_t node, uint32_t peer,
                 const struct octo_event_session *session)
{
	struct check_side *side = side_of(checks, node, peer);
	judge_syn(checks, node, peer, "became the spare", session->log_id);
	side->is_claim_held = false;
	if (side->has_current && side->highest.log_id == session->log_id)
		side->has_current = false; /* a higher one is about to take its place */
}

static void judge_restarted(struct checks *checks, uint32_t node, uint32_t peer,
                            const struct check_side *side, uint64_t own_ns)
{
	uint64_t least = checks->config.challenge_min_ns;
	check_evaluated(checks, INVARIANT_S9);
	if (!side->is_claim_held)
		check_violated(checks, INVARIANT_S9, node, peer,
		               "expected that only an unanswered challenge ends a session for a "
		               "restarted peer, found none");
	else if (own_ns - side->claim_own_ns < least)
		check_violated(checks, INVARIANT_S9, node, peer,
		               "expected at least %" PRIu64 " ms of challenge, found %" PRIu64 " ms",
		               least / OCTO_MILLISECOND, (own_ns - side->claim_own_ns) / OCTO_MILLISECOND);
}

void order_down(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event *event)
{
	const struct octo_event_session *session = &event->session;
	struct check_side *side = side_of(checks, node, peer);
	judge_syn(checks, node, peer, "went down", session->log_id);
	if (session->end == OCTO_END_RESTARTED)
		judge_restarted(checks, node, peer, side, check_own(checks, node, event->now));
	if (!session->was_current)
		return;
	side->has_current = side->is_claim_held = false;
	side->role = OCTO_ROLE_NONE;
}

void order_step(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event *event)
{
	const struct octo_event_handshake *step = &event->handshake;
	struct check_side *side = side_of(checks, node, peer);
	if (step->step == OCTO_STEP_SYN_ACK_VALID || step->step == OCTO_STEP_CONFIRMED)
		amplification_proven(checks, node);
	if (!side)
		return;
	uint64_t own_ns = check_own(checks, node, event->now);
	if (step->step == OCTO_STEP_SYN_FRESH) {
		bool is_claim = step->before == OCTO_STATE_ESTABLISHED;
		check_evaluated(checks, INVARIANT_S9);
		if (is_claim &&
		    !side->is_claim_held) { /* a later claim takes its place, but waits no longer */
			side->is_claim_held = true;
			side->claim_own_ns = own_ns;
		}
		/* What the winner of a duel refuses is not processed. */
		bool is_refused = step->before == OCTO_STATE_OFFERING && step->after == OCTO_STATE_OFFERING;
		if (!is_refused) {
			side->has_initial = true;
			side->initial_own_ns = own_ns;
		}
		side->has_answer = false;
		side->is_answer_new = step->after == OCTO_STATE_ANSWERING;
	} else if (step->step == OCTO_STEP_SYN_ACK_VALID || step->step == OCTO_STEP_CONFIRMED) {
		check_evaluated(checks, INVARIANT_S3);
		if (step->step == OCTO_STEP_CONFIRMED && step->timestamp < side->seen)
			check_violated(checks, INVARIANT_S3, node, peer,
			               "expected that timestamps of what confirms a session only rise, "
			               "found %016" PRIx64 " after %016" PRIx64,
			               step->timestamp, side->seen);
		side->seen = step->timestamp > side->seen ? step->timestamp : side->seen;
		if (step->step == OCTO_STEP_CONFIRMED)
			side->has_answer = false;
	} else if (step->step == OCTO_STEP_CHALLENGE_EXPIRED || step->step == OCTO_STEP_ANSWER_EXPIRED) {
		side->has_answer = false;
	} else if (step->step == OCTO_STEP_PONG_CHALLENGE) {
		side->is_claim_held = false;
	}
}
