/* tamper.c: see the header. Every limit is what an honest peer can reach at most, and then some: bytes and questions are
 * counted since the session began, not by the second, so that a network that holds packets up and then hands them over
 * all at once accuses nobody. */
#include "core/intrinsic/tamper.h"

/* Beyond the agreed rate: an eighth, for drifting clocks and rounding, and a second's worth to begin with. */
enum { RATE_SLACK_PART = 8, RATE_SLACK_S = 1, RATE_SLACK_BYTES = 8 * OCTO_DATAGRAM_MAX };
/* A challenge asks eight times in its shortest wait, a second: nothing else asks as often. */
enum { QUESTIONS_PER_S = 16, QUESTIONS_SLACK = 32 };
static const octo_time_ns report_spacing_ns = 10 * OCTO_SECOND;

void tamper_begin(struct peer *peer, octo_time_ns began_at)
{
	octo_time_ns reported_at = peer->tamper.reported_at;
	peer->tamper = (struct tamper){ .began_at = began_at, .reported_at = reported_at };
}

void tamper_asked(struct peer *peer)
{
	peer->tamper.asked++;
}

/* ---- SYN --------------------------------------------------------------------------------------------------------- */

/* An honest node uses a timestamp for one SYN. A second one of the same timestamp is another node with the same keys. */
enum octo_tell tamper_look_at_syn(const struct call *call, const struct peer *peer, const struct syn_offer *offer,
                                  const struct transcript *identity, const uint8_t syn[SYN_BYTES])
{
	const struct answer *answer = &peer->answer;
	const struct claim *claim = &peer->claim;
	if (!call->channel->config.tamper)
		return OCTO_TELL_NONE;
	bool is_twin = answer->id && answer->timestamp == offer->timestamp &&
	               !equal_bytes(answer->syn_identity.h, identity->h, sizeof identity->h);
	bool is_claims_twin = claim->is_held && claim->timestamp == offer->timestamp &&
	                      !equal_bytes(claim->syn, syn, SYN_COOKIE_AT);
	return is_twin || is_claims_twin ? OCTO_TELL_TIMESTAMP_TWICE : OCTO_TELL_NONE;
}

/* ---- Data -------------------------------------------------------------------------------------------------------- */

/* What may come at once, and in no time at all. */
static uint64_t slack_bytes(const struct peer *peer)
{
	return (uint64_t)peer->current.agreement.rate_down * RATE_SLACK_S + RATE_SLACK_BYTES;
}

static uint64_t most_bytes(const struct peer *peer, octo_time_ns elapsed_ns)
{
	uint64_t rate = peer->current.agreement.rate_down, s = elapsed_ns / OCTO_SECOND, ms = elapsed_ns % OCTO_SECOND / OCTO_MILLISECOND;
	uint64_t earned = s < UINT32_MAX / 2 ? s * rate + ms * rate / 1000 : UINT64_MAX / 2;
	return slack_bytes(peer) + earned + earned / RATE_SLACK_PART;
}

static void enter_instant(struct tamper *tamper, octo_time_ns now)
{
	if (tamper->instant_at == now)
		return;
	tamper->instant_at = now;
	tamper->instant_bytes = tamper->instant_questions = 0;
}

/* What counts of a packet, in an instant in which `before` has been counted. The caller's clock may stand still, and then all
 * time is one instant; so when one has taken half of what may come at once, the other half is left for what follows. */
static uint64_t counted(uint64_t amount, uint64_t before, uint64_t slack)
{
	return before < slack / 2 ? amount : 0;
}

enum octo_tell tamper_look_at_data(const struct call *call, struct peer *peer, const struct frame_tallies *tallies,
                                   size_t packet_bytes)
{
	struct tamper *tamper = &peer->tamper;
	if (!call->channel->config.tamper)
		return OCTO_TELL_NONE;
	octo_time_ns elapsed_ns = call->now - tamper->began_at;
	enter_instant(tamper, call->now);
	uint64_t most_questions = elapsed_ns / (OCTO_SECOND / QUESTIONS_PER_S) + QUESTIONS_SLACK;
	uint32_t questions = (uint32_t)counted(tallies->questions, tamper->instant_questions, QUESTIONS_SLACK);
	uint64_t bytes = tallies->has_couriers ? counted(packet_bytes, tamper->instant_bytes, slack_bytes(peer)) : 0;
	if (packet_bytes > peer->current.agreement.payload_max)
		return OCTO_TELL_LARGER_THAN_AGREED;
	if (tamper->bytes + bytes > most_bytes(peer, elapsed_ns))
		return OCTO_TELL_FASTER_THAN_AGREED;
	if (tallies->answers && tamper->answered + tallies->answers > tamper->asked)
		return OCTO_TELL_ANSWERS_UNASKED;
	if (questions && tamper->questioned + questions > most_questions)
		return OCTO_TELL_TOO_MANY_QUESTIONS;
	if (tallies->has_syn && peer->current.role == OCTO_ROLE_INITIATOR)
		return OCTO_TELL_REKEYING_OUT_OF_TURN;
	tamper->bytes += bytes;
	tamper->instant_bytes += bytes;
	tamper->answered += tallies->answers;
	tamper->questioned += questions;
	tamper->instant_questions += questions;
	return OCTO_TELL_NONE;
}

/* ---- Verdict ----------------------------------------------------------------------------------------------------- */

bool tamper_report(struct call *call, struct peer *peer, enum octo_tell tell)
{
	struct tamper *tamper = &peer->tamper;
	uint32_t index = call_peer_index(call, peer);
	struct octo_event event = { .tamper = { .tell = (uint8_t)tell } };
	call->channel->pulse.counters.tells[tell]++;
	call_emit(call, &event, OCTO_EVENT_TAMPER, index);
	bool is_rare = tell == OCTO_TELL_INITIAL_REFUTED; /* its own rule keeps it so */
	if (is_rare || tamper->reported_at == 0 || call->now - tamper->reported_at >= report_spacing_ns) {
		tamper->reported_at = is_rare ? tamper->reported_at : call->now;
		call_warn(call, index, OCTO_WARNING_HACKED);
	}
	return call->host->goes_on && !call->host->goes_on(call->host->context, index, tell);
}
