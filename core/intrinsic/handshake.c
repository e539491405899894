/* handshake.c: the transition table [P 5] and its actions, a few lines each; the work is done in the slots' modules.
 * A cell that is absent cannot happen, and reaching it is a fault of this program, not of a peer. */
#include "core/intrinsic/handshake.h"

#include "core/intrinsic/answer.h"
#include "core/intrinsic/claim.h"
#include "core/intrinsic/offer.h"
#include "core/intrinsic/peer.h"
#include "core/intrinsic/reachability.h"
#include "core/intrinsic/record.h"
#include "core/intrinsic/retry.h"
#include "core/intrinsic/session.h"

typedef enum octo_reason (*action)(struct call *call, struct peer *peer, struct step_input *input);

/* A processed initial packet: the next one of this peer must wait (C:95). */
static void charge_initial(struct call *call, struct peer *peer)
{
	peer->initial_at = call->now;
}

/* ---- Connecting and disconnecting -------------------------------------------------------------------------- */

static enum octo_reason dial(struct call *call, struct peer *peer, struct step_input *input)
{
	octo_time_ns spacing = call->channel->config.attempt_spacing_ns;
	peer->is_wanted = true;
	if (input->is_user) {
		peer_end_celibacy(call, peer);
		peer->is_user_wish = true;
		peer->redial_wait_ns = call->channel->config.redial_min_ns;
		record_save_peer(call, peer); /* the switch stays on over a restart */
	}
	if (call->channel->reach.position == OCTO_SWITCH_OFF)
		return OCTO_REASON_ACCEPTED; /* remembered until the switch is on */
	if (peer->attempted_at != OCTO_NEVER && call->now - peer->attempted_at < spacing)
		peer->redial_at = peer->attempted_at + spacing;
	else
		offer_make(call, peer);
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason note_wish(struct call *call, struct peer *peer, struct step_input *input)
{
	(void)call, (void)input;
	peer->is_wanted = true;
	peer->is_user_wish = true; /* should this attempt fail, the next one tells the peer */
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason keep_session(struct call *call, struct peer *peer, struct step_input *input)
{
	(void)call, (void)peer, (void)input;
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason become_celibate(struct call *call, struct peer *peer, struct step_input *input)
{
	(void)input;
	offer_wipe(call, peer, false);
	answer_wipe(call, peer, false);
	peer_begin_celibacy(call, peer);
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason send_close(struct call *call, struct peer *peer, struct step_input *input)
{
	session_close(call, peer, OCTO_END_DISCONNECTED);
	return become_celibate(call, peer, input);
}

static enum octo_reason obey_close(struct call *call, struct peer *peer, struct step_input *input)
{
	session_end(call, peer, OCTO_END_CLOSED);
	return become_celibate(call, peer, input);
}

/* Who acknowledges what was never sent is broken, or wants to be sent more than it takes. */
static enum octo_reason expel_liar(struct call *call, struct peer *peer, struct step_input *input)
{
	session_close(call, peer, OCTO_END_LIED);
	peer->last_failure_at = call->now;
	peer_set_role(call, peer, OCTO_ROLE_NONE);
	peer_plan_redial(call, peer);
	return input->reason;
}

/* Switched off: as if we were not there. What the peer makes of a CLOSE keeps it from calling for a while; we ourselves
 * are not celibate, for the switch says more. */
static enum octo_reason forget_plans(struct call *call, struct peer *peer, struct step_input *input)
{
	(void)input;
	offer_wipe(call, peer, false);
	answer_wipe(call, peer, false);
	reachability_inactive(call, peer, OCTO_ACTIVITY_COMPLETED, OCTO_NEVER);
	peer->redial_at = OCTO_NEVER;
	peer->is_reply_due = peer->reach.is_reply_due = false;
	peer_set_role(call, peer, OCTO_ROLE_NONE);
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason close_and_rest(struct call *call, struct peer *peer, struct step_input *input)
{
	session_close(call, peer, OCTO_END_DISCONNECTED);
	return forget_plans(call, peer, input);
}

/* ---- Pings --------------------------------------------------------------------------------------------------- */

static enum octo_reason note_activity(struct call *call, struct peer *peer, struct step_input *input)
{
	(void)input;
	reachability_active(call, peer, OCTO_ACTIVITY_ANSWERED);
	record_save_peer(call, peer);
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason dial_active(struct call *call, struct peer *peer, struct step_input *input)
{
	note_activity(call, peer, input);
	return dial(call, peer, input);
}

/* ---- Timers ------------------------------------------------------------------------------------------------ */

static enum octo_reason resend_syn(struct call *call, struct peer *peer, struct step_input *input)
{
	(void)input;
	peer->offer.is_due = true;
	peer->offer.resend_at = call_after(call, call_jitter(call, call->channel->config.resend_ns));
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason give_up_offer(struct call *call, struct peer *peer, struct step_input *input)
{
	(void)input;
	offer_wipe(call, peer, false);
	peer->last_failure_at = call->now;
	peer_plan_redial(call, peer);
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason resend_syn_ack(struct call *call, struct peer *peer, struct step_input *input)
{
	(void)input;
	peer->answer.is_due = true;
	peer->answer.resend_at = call_after(call, call_jitter(call, call->channel->config.resend_ns));
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason give_up_answer(struct call *call, struct peer *peer, struct step_input *input)
{
	(void)input;
	answer_wipe(call, peer, false);
	peer->last_failure_at = call->now;
	if (peer->offer.id)
		offer_resume(call, peer);
	else
		peer_plan_redial(call, peer);
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason drop_kept_answer(struct call *call, struct peer *peer, struct step_input *input)
{
	(void)input;
	answer_wipe(call, peer, false);
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason resend_ack(struct call *call, struct peer *peer, struct step_input *input)
{
	(void)input;
	peer->current.is_ack_due = true;
	peer->current.ack_resend_at = call_after(call, call_jitter(call, call->channel->config.resend_ns));
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason ask_for_life(struct call *call, struct peer *peer, struct step_input *input)
{
	(void)input;
	session_ask(call, &peer->current);
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason challenge_again(struct call *call, struct peer *peer, struct step_input *input)
{
	(void)input;
	claim_challenge(call, peer);
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason believe_claim(struct call *call, struct peer *peer, struct step_input *input)
{
	(void)input;
	claim_believe(call, peer);
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason bury_session(struct call *call, struct peer *peer, struct step_input *input)
{
	(void)input;
	session_end(call, peer, OCTO_END_DEAD);
	peer->last_failure_at = call->now;
	peer_set_role(call, peer, OCTO_ROLE_NONE);
	peer_dial_again(call, peer);
	return OCTO_REASON_ACCEPTED;
}

/* ---- New keys for a session ---------------------------------------------------------------------------------- */

static enum octo_reason begin_rekey(struct call *call, struct peer *peer, struct step_input *input)
{
	(void)input;
	offer_make(call, peer);
	return OCTO_REASON_ACCEPTED;
}

/* The old keys do for a while longer. */
static enum octo_reason put_off_rekey(struct call *call, struct peer *peer, struct step_input *input)
{
	(void)input;
	offer_wipe(call, peer, false);
	peer->current.rekey_at = call_after(call, call->channel->config.redial_max_ns);
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason answer_inside(struct call *call, struct peer *peer, struct step_input *input)
{
	charge_initial(call, peer);
	enum octo_reason reason = answer_make(call, peer, input->bytes, input->offer, input->from);
	peer->answer.is_inside = reason == OCTO_REASON_ACCEPTED;
	return reason;
}

/* ---- SYN ---------------------------------------------------------------------------------------------------- */

static enum octo_reason refuse(struct call *call, struct peer *peer, struct step_input *input)
{
	(void)call, (void)peer;
	return input->reason;
}

static enum octo_reason say_stale(struct call *call, struct peer *peer, struct step_input *input)
{
	retry_stale(call, peer, input->bytes, input->from);
	return input->reason;
}

static enum octo_reason demand_cookie(struct call *call, struct peer *peer, struct step_input *input)
{
	retry_cookie(call, peer, input->bytes, input->from);
	return input->reason;
}

static enum octo_reason repeat_answer(struct call *call, struct peer *peer, struct step_input *input)
{
	answer_repeat(call, peer, input->from);
	return input->reason;
}

static enum octo_reason answer_syn(struct call *call, struct peer *peer, struct step_input *input)
{
	charge_initial(call, peer); /* whether or not it can be answered: the curve has been asked */
	enum octo_reason reason = answer_make(call, peer, input->bytes, input->offer, input->from);
	if (reason == OCTO_REASON_ACCEPTED)
		peer_end_celibacy(call, peer);
	return reason;
}

/* Both sides are initiators (C:71-80). The winner keeps its role and drops the packet; for the loser, which changes
 * its role, it is the right packet after all. */
static enum octo_reason duel(struct call *call, struct peer *peer, struct step_input *input)
{
	uint64_t own = peer->offer.id, theirs = load_le(input->bytes + PACKET_HEADER_BYTES, 8);
	if (peer->we_win) {
		peer_log_duel(call, peer, OCTO_ROLE_INITIATOR, own, theirs, OCTO_ROLE_INITIATOR);
		offer_nudge(call, peer, input->from);
		return OCTO_REASON_DUEL_LOST;
	}
	charge_initial(call, peer);
	enum octo_reason reason = answer_make(call, peer, input->bytes, input->offer, input->from);
	if (reason != OCTO_REASON_ACCEPTED)
		return reason;
	peer_log_duel(call, peer, OCTO_ROLE_INITIATOR, theirs, own, OCTO_ROLE_ADHERENT);
	offer_suspend(call, peer);
	return reason;
}

static enum octo_reason hold_claim(struct call *call, struct peer *peer, struct step_input *input)
{
	claim_hold(call, peer, input->bytes, input->timestamp, input->from);
	charge_initial(call, peer);
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason refute_claim(struct call *call, struct peer *peer, struct step_input *input)
{
	(void)input;
	claim_refute(call, peer);
	return OCTO_REASON_ACCEPTED;
}

/* ---- SYN-ACK, ACK, RETRY ------------------------------------------------------------------------------------- */

static enum octo_reason complete_offer(struct call *call, struct peer *peer, struct step_input *input)
{
	/* A suspended offer means that we yielded once; the peer's answer to it means that the peer yielded too (C:77). */
	if (peer->offer.is_suspended)
		peer_log_duel(call, peer, OCTO_ROLE_ADHERENT, peer->we_win ? peer->offer.id : peer->answer.initiator_id,
		                   peer->we_win ? peer->answer.initiator_id : peer->offer.id, OCTO_ROLE_INITIATOR);
	if (input->timestamp > peer->timestamp_seen)
		peer->timestamp_seen = input->timestamp;
	offer_wipe(call, peer, true);
	/* The peer's attempt is kept: its SYN-ACK may be the one that the peer has accepted meanwhile, and the order of
	 * sessions then decides for both. */
	input->session->is_ack_due = true;
	session_install(call, peer, input->session, input->from);
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason repeat_ack(struct call *call, struct peer *peer, struct step_input *input)
{
	struct session *session = &peer->current;
	uint8_t identity[sizeof session->syn_ack_identity];
	keyed_hash(identity, sizeof identity, NULL, 0, input->bytes, SYN_ACK_BYTES);
	bool is_same = session->role == OCTO_ROLE_INITIATOR &&
	               load_le(input->bytes + 4, 8) == session->id &&
	               equal_bytes(identity, session->syn_ack_identity, sizeof identity);
	if (!is_same)
		return OCTO_REASON_FINISHED_OFFER;
	/* Nothing heard yet: the first copy may have come from a false address, or this one does. */
	bool is_elsewhere = !session->is_inside && !same_address(&peer->address, input->from);
	if (session->ack_resend_at != OCTO_NEVER && is_elsewhere) {
		peer->address = *input->from;
		session->is_astray = true;
	}
	bool is_spaced = session->ack_sent_at == OCTO_NEVER ||
	                 call->now - session->ack_sent_at >= call->channel->config.nudge_spacing_ns;
	if (is_spaced)
		session->is_ack_due = true;
	return OCTO_REASON_REPEATED;
}

static enum octo_reason confirm_answer(struct call *call, struct peer *peer, struct step_input *input)
{
	struct session session;
	answer_to_session(call, peer, &session);
	uint64_t seen = input->timestamp > peer->answer.timestamp ? input->timestamp : peer->answer.timestamp;
	if (seen > peer->timestamp_seen)
		peer->timestamp_seen = seen;
	answer_wipe(call, peer, true);
	offer_wipe(call, peer, false);
	session_ask(call, &session); /* the initiator repeats its ACK until it hears from us (C:116) */
	session_install(call, peer, &session, input->from);
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason follow_retry(struct call *call, struct peer *peer, struct step_input *input)
{
	enum octo_reason reason = retry_follow(call, peer, input->advice);
	if (peer_state(peer) == OCTO_STATE_IDLE)
		peer_set_role(call, peer, OCTO_ROLE_NONE);
	return reason;
}

/* ---- The table ------------------------------------------------------------------------------------------------ */

struct cell {
	action act;
	const char *name;
	bool needs_liar; /* no honest run gets here */
};

#define CELL(function) { function, #function, false }
#define LIAR(function) { function, #function, true }
#define NONE { NULL, NULL, false }

static const struct cell table[OCTO_STEP_COUNT][OCTO_STATE_COUNT] = {
	/*                              idle                  offering              answering              established */
	[OCTO_STEP_CONNECT]           = { CELL(dial),            CELL(note_wish),       CELL(note_wish),       CELL(keep_session) },
	[OCTO_STEP_DISCONNECT]        = { CELL(become_celibate), CELL(become_celibate), CELL(become_celibate), CELL(send_close) },
	[OCTO_STEP_SWITCH_OFF]        = { CELL(forget_plans),    CELL(forget_plans),    CELL(forget_plans),    CELL(close_and_rest) },
	[OCTO_STEP_PING_ANSWERED]     = { CELL(dial_active),     CELL(note_activity),   CELL(note_activity),   CELL(note_activity) },
	[OCTO_STEP_OFFER_TIMER]       = { NONE,                  CELL(resend_syn),      NONE,                  CELL(resend_syn) },
	[OCTO_STEP_OFFER_EXPIRED]     = { NONE,                  CELL(give_up_offer),   NONE,                  CELL(put_off_rekey) },
	[OCTO_STEP_ANSWER_TIMER]      = { NONE,                  NONE,                  CELL(resend_syn_ack),  CELL(resend_syn_ack) },
	[OCTO_STEP_ANSWER_EXPIRED]    = { NONE,                  NONE,                  CELL(give_up_answer),  CELL(drop_kept_answer) },
	[OCTO_STEP_CONFIRM_TIMER]     = { NONE,                  NONE,                  NONE,                  CELL(resend_ack) },
	[OCTO_STEP_KEEPALIVE_TIMER]   = { NONE,                  NONE,                  NONE,                  CELL(ask_for_life) },
	[OCTO_STEP_REKEY_TIMER]       = { NONE,                  NONE,                  NONE,                  CELL(begin_rekey) },
	[OCTO_STEP_CHALLENGE_TIMER]   = { NONE,                  NONE,                  NONE,                  CELL(challenge_again) },
	[OCTO_STEP_CHALLENGE_EXPIRED] = { NONE,                  NONE,                  NONE,                  CELL(believe_claim) },
	[OCTO_STEP_SESSION_DEAD]      = { NONE,                  NONE,                  NONE,                  CELL(bury_session) },
	[OCTO_STEP_SYN_CELIBATE]      = { CELL(refuse),          NONE,                  NONE,                  NONE },
	[OCTO_STEP_SYN_STALE]         = { CELL(say_stale),       CELL(say_stale),       CELL(say_stale),       CELL(refuse) },
	[OCTO_STEP_SYN_HELD]          = { NONE,                  NONE,                  CELL(refuse),          CELL(refuse) },
	[OCTO_STEP_SYN_REPEATED]      = { NONE,                  NONE,                  CELL(repeat_answer),   CELL(repeat_answer) },
	[OCTO_STEP_SYN_TOO_SOON]      = { CELL(refuse),          CELL(refuse),          CELL(refuse),          CELL(refuse) },
	[OCTO_STEP_SYN_COOKIE]        = { CELL(demand_cookie),   CELL(demand_cookie),   CELL(demand_cookie),   NONE },
	[OCTO_STEP_SYN_FRESH]         = { CELL(answer_syn),      CELL(duel),            CELL(answer_syn),      CELL(hold_claim) },
	[OCTO_STEP_SYN_INSIDE]        = { NONE,                  NONE,                  NONE,                  CELL(answer_inside) },
	[OCTO_STEP_SYN_ACK_VALID]     = { NONE,                  CELL(complete_offer),  CELL(complete_offer),  CELL(complete_offer) },
	[OCTO_STEP_SYN_ACK_FINISHED]  = { CELL(refuse),          CELL(refuse),          CELL(refuse),          CELL(repeat_ack) },
	[OCTO_STEP_CONFIRMED]         = { NONE,                  NONE,                  CELL(confirm_answer),  CELL(confirm_answer) },
	[OCTO_STEP_CONFIRM_DEAD]      = { NONE,                  NONE,                  LIAR(refuse),          CELL(refuse) },
	[OCTO_STEP_PONG_CHALLENGE]    = { NONE,                  NONE,                  NONE,                  CELL(refute_claim) },
	[OCTO_STEP_CLOSE]             = { NONE,                  NONE,                  NONE,                  CELL(obey_close) },
	[OCTO_STEP_LIED]              = { NONE,                  NONE,                  NONE,                  LIAR(expel_liar) },
	[OCTO_STEP_RETRY]             = { CELL(refuse),          CELL(follow_retry),    CELL(follow_retry),    CELL(refuse) },
	[OCTO_STEP_BAD_PACKET]        = { CELL(refuse),          CELL(refuse),          CELL(refuse),          CELL(refuse) },
};

const char *octo_step_action(enum octo_step step, enum octo_state state)
{
	OCTO_ASSERT(step < OCTO_STEP_COUNT && state < OCTO_STATE_COUNT);
	return table[step][state].name;
}

bool octo_step_needs_liar(enum octo_step step, enum octo_state state)
{
	OCTO_ASSERT(step < OCTO_STEP_COUNT && state < OCTO_STATE_COUNT);
	return table[step][state].needs_liar;
}

enum octo_reason handshake_step(struct call *call, struct peer *peer, enum octo_step step, struct step_input *input)
{
	enum octo_state before = peer_state(peer);
	const struct cell *cell = &table[step][before];
	OCTO_ASSERT(cell->act);
	call->channel->pulse.counters.cells[step][before]++;
	uint64_t seq = call_reserve(call), outer_cause = call->cause;
	if (!outer_cause)
		call->cause = seq;
	enum octo_reason reason = cell->act(call, peer, input);
	call->cause = outer_cause;
	if (!call_is_observed(call))
		return reason;
	struct octo_event event = { .handshake = { .step = (uint8_t)step, .before = (uint8_t)before,
		.after = (uint8_t)peer_state(peer), .timestamp = input->timestamp } };
	call_emit_reserved(call, &event, OCTO_EVENT_HANDSHAKE, call_peer_index(call, peer), seq);
	return reason;
}
