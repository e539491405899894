/* agenda.c: first what expires, then timers, then packets; each in a fixed order, so that one instant has one outcome. */
#include "core/intrinsic/agenda.h"

#include "core/base/prefetch.h"
#include "core/intrinsic/answer.h"
#include "core/intrinsic/data_keys.h"
#include "core/intrinsic/handshake.h"
#include "core/intrinsic/keepalive.h"
#include "core/intrinsic/offer.h"
#include "core/intrinsic/path.h"
#include "core/intrinsic/peer.h"
#include "core/intrinsic/reachability.h"
#include "core/intrinsic/session_directory.h"

/* So often asked without an answer, a peer may be where it was before. */
enum { ASKS_IN_VAIN = 3 };

static bool is_due(const struct call *call, octo_time_ns at)
{
	return at <= call->now;
}

static void step(struct call *call, struct peer *peer, enum octo_step which)
{
	struct step_input input = { .reason = OCTO_REASON_ACCEPTED };
	handshake_step(call, peer, which, &input);
}

/* ---- Expiries and timers --------------------------------------------------------------------------------------- */

static bool may_redial(const struct call *call, const struct peer *peer)
{
	return call->channel->reach.position != OCTO_SWITCH_OFF && peer->redial_at != OCTO_NEVER && peer->is_wanted && peer->celibate_until == OCTO_NEVER &&
	       peer_state(peer) == OCTO_STATE_IDLE;
}

static bool may_rekey(const struct peer *peer)
{
	return peer->current.id && !peer->offer.id && !peer->answer.id && !peer->claim.is_held;
}

/* The first expiry or timer that is due; false when there is none. */
static bool run_timer(struct call *call, struct peer *peer)
{
	struct offer *offer = &peer->offer;
	struct answer *answer = &peer->answer;
	struct session *current = &peer->current;
	if (peer->spare.id && !peer->spare.closes_left && is_due(call, peer->spare.expires_at))
		session_end_spare(call, peer, OCTO_END_REPLACED);
	else if (peer->claim.is_held && !peer->claim.pings_left && is_due(call, peer->claim.next_at))
		step(call, peer, OCTO_STEP_CHALLENGE_EXPIRED);
	else if (current->id && !peer->claim.is_held && is_due(call, session_dead_at(call, current)))
		step(call, peer, OCTO_STEP_SESSION_DEAD);
	else if (answer->id && is_due(call, answer->expires_at))
		step(call, peer, OCTO_STEP_ANSWER_EXPIRED);
	else if (offer->id && is_due(call, offer->expires_at))
		step(call, peer, OCTO_STEP_OFFER_EXPIRED);
	else if (may_redial(call, peer) && is_due(call, peer->redial_at))
		step(call, peer, OCTO_STEP_CONNECT);
	else if (offer->id && is_due(call, offer->resend_at))
		step(call, peer, OCTO_STEP_OFFER_TIMER);
	else if (answer->id && is_due(call, answer->resend_at))
		step(call, peer, OCTO_STEP_ANSWER_TIMER);
	else if (current->id && is_due(call, current->ack_resend_at))
		step(call, peer, OCTO_STEP_CONFIRM_TIMER);
	else if (peer->claim.is_held && is_due(call, peer->claim.next_at))
		step(call, peer, OCTO_STEP_CHALLENGE_TIMER);
	else if (may_rekey(peer) && is_due(call, current->rekey_at))
		step(call, peer, OCTO_STEP_REKEY_TIMER);
	else if (current->id && !current->is_ping_due && is_due(call, keepalive_next(call, peer)))
		step(call, peer, OCTO_STEP_KEEPALIVE_TIMER);
	else if (current->id && is_due(call, loss_next(peer)))
		loss_run(call, peer);
	else
		return false;
	return true;
}

/* ---- Packets ---------------------------------------------------------------------------------------------------- */

static void put(struct agenda_packet *packet, const uint8_t *bytes, size_t size, const struct octo_address *to)
{
	memcpy(packet->bytes, bytes, size);
	packet->size = size;
	packet->to = *to;
	packet->session_id = load_le(bytes + 4, 8);
	packet->number = 0;
}

static void send_syn(struct call *call, struct peer *peer, struct agenda_packet *packet)
{
	struct offer *offer = &peer->offer;
	put(packet, offer->syn, SYN_BYTES, offer_take_target(peer));
	packet->number = offer->id;
	packet->is_cached = offer->sends > 0;
	offer_sent(call, offer);
}

static bool send_syn_ack(struct call *call, struct peer *peer, struct agenda_packet *packet)
{
	struct answer *answer = &peer->answer;
	if (answer->credit_bytes < SYN_ACK_BYTES) { /* the source has to ask again first */
		answer->is_due = false;
		if (answer->resend_at == OCTO_NEVER)
			answer->resend_at = call_after(call, call_jitter(call, call->channel->config.resend_ns));
		return false;
	}
	answer->credit_bytes = (uint16_t)(answer->credit_bytes - SYN_ACK_BYTES);
	put(packet, answer->syn_ack, SYN_ACK_BYTES, &answer->source);
	packet->is_cached = answer->sends > 0;
	answer_sent(call, answer);
	return true;
}

static void send_ack(struct call *call, struct peer *peer, struct session *session, struct agenda_packet *packet)
{
	put(packet, session->ack, ACK_BYTES, &peer->address);
	packet->is_cached = session->ack_sends > 0;
	session->ack_sent_at = call->now;
	session->is_ack_due = false;
	if (session->ack_sends < 2)
		session->ack_sends++;
	session_asked(call, session);
	if (!packet->is_cached) {
		session->ack_resend_at = call_after(call, call_jitter(call, call->channel->config.resend_ns));
	}
}

static void address_data(struct peer *peer, const struct session *session, struct agenda_packet *packet)
{
	packet->number = session->number_next;
	packet->session_id = session->send_id;
	packet->is_cached = false;
	bool is_in_vain = session->is_ping_due && session->asks >= ASKS_IN_VAIN && same_address(&peer->address, &peer->proved);
	packet->to = *peer_address_in_turn(peer, is_in_vain ? session->asks : 0);
}

static bool send_data(struct call *call, struct peer *peer, struct session *session, session_filler fill,
                      struct agenda_packet *packet)
{
	address_data(peer, session, packet);
	packet->size = session_compose(call, peer, session, fill, packet->bytes);
	return packet->size > 0;
}

static bool send_close(struct call *call, struct peer *peer, struct agenda_packet *packet)
{
	bool is_sent = send_data(call, peer, &peer->spare, NULL, packet);
	if (!peer->spare.closes_left) {
		directory_bury(call, peer, peer->spare.id);
		octo_wipe(&peer->spare, sizeof peer->spare);
	}
	return is_sent;
}

static bool has_ping_or_pong(const struct peer *peer)
{
	return peer->current.is_ping_due || peer->current.is_pong_due;
}

static bool has_control(const struct call *call, const struct peer *peer)
{
	return peer->claim.is_due || reliability_is_due(call, peer) || flow_has_wish(call, peer) || session_has_inside(peer);
}

static octo_time_ns courier_at(struct call *call, struct peer *peer, const struct agenda_couriers *couriers)
{
	return couriers ? couriers->next(call, peer) : OCTO_NEVER;
}

static bool send_packet(struct call *call, struct peer *peer, const struct agenda_couriers *couriers,
                        struct agenda_packet *packet)
{
	if (peer->is_reply_due) {
		put(packet, peer->reply, sizeof peer->reply, &peer->reply_to);
		packet->is_cached = false;
		peer->is_reply_due = false;
		return true;
	}
	if (is_due(call, reachability_next(call->channel, peer))) {
		uint8_t probe[PROBE_BYTES];
		struct octo_address to;
		bool is_made = reachability_compose(call, peer, probe, &to);
		OCTO_ASSERT(is_made);
		put(packet, probe, sizeof probe, &to);
		packet->is_cached = false;
		return true;
	}
	if (peer->spare.closes_left && is_due(call, peer->spare.expires_at))
		return send_close(call, peer, packet);
	if (peer->offer.id && peer->offer.is_due && !peer->offer.is_inside) {
		send_syn(call, peer, packet);
		return true;
	}
	if (peer->answer.id && peer->answer.is_due && !peer->answer.is_inside && send_syn_ack(call, peer, packet))
		return true;
	if (peer->spare.id && peer->spare.is_ack_due) {
		send_ack(call, peer, &peer->spare, packet);
		return true;
	}
	if (!peer->current.id)
		return false;
	if (peer->current.is_ack_due) {
		send_ack(call, peer, &peer->current, packet);
		return true;
	}
	packet->number = peer->current.number_next;
	packet->session_id = peer->current.send_id;
	packet->is_cached = false;
	packet->size = path_send(call, peer, packet->bytes, &packet->to);
	if (packet->size)
		return true;
	bool is_courier_due = is_due(call, courier_at(call, peer, couriers));
	if (!has_ping_or_pong(peer) && !has_control(call, peer) && !is_courier_due)
		return false;
	return send_data(call, peer, &peer->current, is_courier_due ? couriers->fill : NULL, packet);
}

/* An idle peer's memory is cold. Its lines are asked for together, instead of one behind the other as they are needed. */
static void fetch(const void *first, const void *last)
{
	enum { LINE_BYTES = 64 };
	for (const uint8_t *at = first; at < (const uint8_t *)last; at += LINE_BYTES)
		OCTO_PREFETCH(at);
	OCTO_PREFETCH(last);
}

bool agenda_run(struct call *call, struct peer *peer, const struct agenda_couriers *couriers,
                struct agenda_packet *packet)
{
	fetch(&peer->offer.id, &peer->offer.id);
	fetch(&peer->spare.id, &peer->spare.id);
	fetch(&peer->path, &peer->current.log_id);
	if (is_due(call, peer->celibate_until))
		peer_end_celibacy(call, peer);
	directory_sweep(call, peer);
	if (is_due(call, data_keys_next(peer)))
		data_keys_forget(call, peer);
	while (run_timer(call, peer))
		;
	return send_packet(call, peer, couriers, packet);
}

static void earliest(octo_time_ns *next, octo_time_ns at)
{
	if (at < *next)
		*next = at;
}

/* When anything but PINGs and PONGs is due. */
static octo_time_ns others_next(const struct call *call, const struct peer *peer)
{
	octo_time_ns next = directory_next_sweep(peer);
	bool is_packet_due = peer->is_reply_due || (peer->offer.id && peer->offer.is_due) ||
	                     (peer->answer.id && peer->answer.is_due) || (peer->spare.id && peer->spare.is_ack_due) ||
	                     (peer->current.id && (peer->current.is_ack_due || has_control(call, peer)));
	if (is_packet_due)
		return call->now;
	earliest(&next, peer->celibate_until);
	earliest(&next, data_keys_next(peer));
	earliest(&next, reachability_next(call->channel, peer));
	if (may_redial(call, peer))
		earliest(&next, peer->redial_at);
	if (peer->offer.id) {
		earliest(&next, peer->offer.expires_at);
		earliest(&next, peer->offer.resend_at);
	}
	if (peer->answer.id) {
		earliest(&next, peer->answer.expires_at);
		earliest(&next, peer->answer.resend_at);
	}
	if (peer->spare.id)
		earliest(&next, peer->spare.expires_at);
	if (peer->claim.is_held)
		earliest(&next, peer->claim.next_at);
	if (peer->current.id) {
		earliest(&next, peer->current.ack_resend_at);
		earliest(&next, peer->reliability.ack_at);
		earliest(&next, loss_next(peer));
		earliest(&next, path_next(call, peer));
		if (peer->flow.is_wanted_due) /* there is no record for it now */
			earliest(&next, call_after(call, SENT_RETRY_NS));
		if (may_rekey(peer))
			earliest(&next, peer->current.rekey_at);
		if (!peer->claim.is_held)
			earliest(&next, session_dead_at(call, &peer->current));
	}
	return next;
}

static octo_time_ns ping_next(const struct call *call, const struct peer *peer)
{
	return has_ping_or_pong(peer) ? call->now : keepalive_next(call, peer);
}

/* What rides along in a packet, or a packet puts off, needs the long way. */
static bool has_more(const struct call *call, const struct peer *peer, octo_time_ns courier)
{
	return courier != OCTO_NEVER || peer->claim.is_held || peer->flow.is_wanted_due ||
	       peer->reliability.carry_until > call->now;
}

octo_time_ns agenda_next(struct call *call, struct peer *peer, const struct agenda_couriers *couriers)
{
	octo_time_ns next = others_next(call, peer), courier = peer->current.id ? courier_at(call, peer, couriers) : OCTO_NEVER;
	peer->quiet_until = has_more(call, peer, courier) ? 0 : next;
	earliest(&next, courier);
	earliest(&next, ping_next(call, peer));
	return next;
}

/* ---- Silence but for PINGs and PONGs ----------------------------------------------------------------------------- */

bool agenda_is_quiet(struct call *call, struct peer *peer, const struct agenda_couriers *couriers)
{
	bool is_quiet = call->now < peer->quiet_until;
#ifdef OCTO_CHECKED /* nothing has become due earlier since it was planned */
	OCTO_ASSERT(!is_quiet || (peer->current.id && !has_more(call, peer, courier_at(call, peer, couriers)) &&
	                          peer->quiet_until <= others_next(call, peer)));
#else
	(void)couriers;
#endif
	return is_quiet;
}

void agenda_fetch_quiet(const struct peer *peer)
{
	fetch(&peer->reliability.acknowledged, &peer->current.phases.ping_epoch);
	fetch(&peer->flow.send_at, &peer->flow.send_at);
}

bool agenda_run_quiet(struct call *call, struct peer *peer, struct agenda_packet *packet)
{
	struct session *session = &peer->current;
	if (!session->is_ping_due && is_due(call, keepalive_next(call, peer)))
		step(call, peer, OCTO_STEP_KEEPALIVE_TIMER);
	if (!has_ping_or_pong(peer))
		return false;
	address_data(peer, session, packet);
	packet->size = session_compose_quiet(call, peer, packet->bytes);
	return true;
}

octo_time_ns agenda_next_quiet(const struct call *call, struct peer *peer)
{
	octo_time_ns next = ping_next(call, peer);
	earliest(&peer->quiet_until, session_dead_at(call, &peer->current));
	earliest(&next, peer->quiet_until);
	return next;
}
