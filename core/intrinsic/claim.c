/* claim.c: the rule for initial packets after establishment. */
#include "core/intrinsic/claim.h"

#include "core/intrinsic/answer.h"
#include "core/intrinsic/handshake.h"
#include "core/intrinsic/session.h"
#include "core/intrinsic/tamper.h"

enum { CHALLENGE_PINGS = 8, CHALLENGE_TIMEOUTS = 4 };

/* X of C:93: long enough for a live peer to answer, short enough that a restarted one does not wait for long. */
static octo_time_ns challenge_time(const struct call *call, const struct peer *peer)
{
	const struct octo_config *config = &call->channel->config;
	octo_time_ns wait = CHALLENGE_TIMEOUTS * round_trip_timeout(&peer->current.trip);
	return wait < config->challenge_min_ns ? config->challenge_min_ns :
	       wait > config->challenge_max_ns ? config->challenge_max_ns : wait;
}

void claim_hold(struct call *call, struct peer *peer, const uint8_t syn[SYN_BYTES], uint64_t timestamp,
                const struct octo_address *source)
{
	struct claim *claim = &peer->claim;
	if (!claim->is_held) {
		octo_time_ns wait = challenge_time(call, peer);
		claim->is_held = true;
		claim->token = call_chance(call);
		claim->pings_left = CHALLENGE_PINGS;
		claim->spacing_ns = wait / CHALLENGE_PINGS;
		claim->next_at = call->now;
	}
	claim->timestamp = timestamp;
	claim->source = *source;
	memcpy(claim->syn, syn, sizeof claim->syn);
}

void claim_challenge(struct call *call, struct peer *peer)
{
	struct claim *claim = &peer->claim;
	claim->is_due = true;
	claim->pings_left--;
	/* From ping to ping, so that a leap of the clock cannot swallow all of X: the peer always had time to answer. */
	claim->next_at = call_after(call, claim->spacing_ns);
}

void claim_believe(struct call *call, struct peer *peer)
{
	struct claim held = peer->claim;
	session_end(call, peer, OCTO_END_RESTARTED);
	struct syn_offer offer;
	enum octo_reason reason = peer_open_syn(call, peer, held.syn, &offer);
	if (reason == OCTO_REASON_ACCEPTED)
		reason = answer_make(call, peer, held.syn, &offer, &held.source);
	if (reason != OCTO_REASON_ACCEPTED)
		peer_plan_redial(call, peer);
}

void claim_refute(struct call *call, struct peer *peer)
{
	peer->flagged_timestamp = peer->claim.timestamp;
	octo_wipe(&peer->claim, sizeof peer->claim);
	if (tamper_report(call, peer, OCTO_TELL_INITIAL_REFUTED)) {
		struct step_input input = { .reason = OCTO_REASON_TAMPERED };
		handshake_step(call, peer, OCTO_STEP_DISCONNECT, &input);
	}
}
