/* reachability.c: celibate, honeymoon-ends, switched-off. A celibate peer is not pinged, a honeymoon wears off, and who
 * is switched off is silent but for its CLOSEs. Knows modes from what cores say of them, never from their insides. */
#include "sim/check/state.h"

#include <inttypes.h>

static const uint64_t closing_ns = OCTO_SECOND; /* three CLOSEs, 100 ms apart */
enum { SLOWEST_CLOCK = 500 };                   /* twice the 1,000 ppm that a clock may be slow */

/* ---- celibate, switched-off: what is sent ------------------------------------------------------------------------------ */

static void judge_ping(struct checks *checks, uint32_t node, uint32_t peer)
{
	unsigned index;
	const struct check_pair *pair = check_pair_of(checks, node, peer, &index);
	if (!pair)
		return;
	check_evaluated(checks, INVARIANT_CELIBATE);
	if (pair->side[index].is_celibate)
		check_violated(checks, INVARIANT_CELIBATE, node, peer,
		               "expected no ping to a peer in celibacy since %" PRIu64 " ms, found one",
		               pair->side[index].celibate_at / OCTO_MILLISECOND);
}

static void judge_silence(struct checks *checks, uint32_t node, uint32_t peer, uint8_t type)
{
	const struct check_node *state = &checks->nodes[node];
	if (!state->is_off || type == OCTO_PACKET_STUN) /* its server is no peer */
		return;
	check_evaluated(checks, INVARIANT_SWITCHED_OFF);
	bool is_close = type == OCTO_PACKET_DATA && check_now(checks) - state->off_at <= closing_ns;
	if (!is_close)
		check_violated(checks, INVARIANT_SWITCHED_OFF, node, peer,
		               "expected silence since the switch went off at %" PRIu64 " ms, found a %s",
		               state->off_at / OCTO_MILLISECOND,
		               octo_packet_type_name((enum octo_packet_type)type));
}

/* ---- honeymoon-ends: what goes by ---------------------------------------------------------------------------------- */

static void change_mode(struct checks *checks, uint32_t node, const struct octo_event_mode *mode)
{
	struct check_node *state = &checks->nodes[node];
	if (mode->before == OCTO_MODE_HONEYMOON)
		check_evaluated(checks, INVARIANT_HONEYMOON_ENDS);
	if (mode->after == OCTO_MODE_OFF && !state->is_off) {
		state->off_at = check_now(checks);
		check_evaluated(checks, INVARIANT_SWITCHED_OFF);
	}
	state->is_off = mode->after == OCTO_MODE_OFF;
	state->honeymoon_until = CHECK_NEVER;
	if (mode->after == OCTO_MODE_HONEYMOON)
		state->honeymoon_until =
			check_now(checks) + mode->lasts_ns + mode->lasts_ns / SLOWEST_CLOCK + OCTO_MILLISECOND;
}

void reachability_settled(struct checks *checks, uint32_t node)
{
	struct check_node *state = &checks->nodes[node];
	if (check_now(checks) <= state->honeymoon_until)
		return;
	check_evaluated(checks, INVARIANT_HONEYMOON_ENDS);
	check_violated(checks, INVARIANT_HONEYMOON_ENDS, node, TRACE_NOBODY,
	               "expected the honeymoon to wear off by %" PRIu64 " ms, found it going on",
	               state->honeymoon_until / OCTO_MILLISECOND);
	state->honeymoon_until = CHECK_NEVER;
}

/* ---- Events -------------------------------------------------------------------------------------------- */

static void change_celibacy(struct checks *checks, uint32_t node, uint32_t peer, bool began)
{
	unsigned index;
	struct check_pair *pair = check_pair_of(checks, node, peer, &index);
	if (!pair)
		return;
	pair->side[index].is_celibate = began;
	pair->side[index].celibate_at = check_now(checks);
}

void reachability_event(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event *event)
{
	switch (event->kind) {
	case OCTO_EVENT_PACKET_SENT:
		if (event->packet.type == OCTO_PACKET_PROBE)
			judge_ping(checks, node, peer);
		judge_silence(checks, node, peer, event->packet.type);
		break;
	case OCTO_EVENT_MODE:
		change_mode(checks, node, &event->mode);
		break;
	case OCTO_EVENT_CELIBACY:
		change_celibacy(checks, node, peer, event->celibacy.began);
		break;
	default:
		break;
	}
}

/* The switch is stored; a celibacy is, too, but what is left of it when the node was down nobody here can tell. */
void reachability_boot(struct checks *checks, uint32_t node, bool has_store)
{
	struct check_node *state = &checks->nodes[node];
	state->is_off = state->is_off && has_store;
	state->honeymoon_until = CHECK_NEVER;
	for (uint32_t i = state[0].first_side; i < state[1].first_side; i++)
		checks->pairs[checks->sides[i] / 2].side[checks->sides[i] % 2].is_celibate = false;
}
