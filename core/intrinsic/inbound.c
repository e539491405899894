/* inbound.c: see the header. One function for each type of packet. */
#include "core/intrinsic/inbound.h"

#include "core/intrinsic/answer.h"
#include "core/intrinsic/cookie.h"
#include "core/intrinsic/data_keys.h"
#include "core/intrinsic/frame.h"
#include "core/intrinsic/keepalive.h"
#include "core/intrinsic/offer.h"
#include "core/intrinsic/path.h"
#include "core/intrinsic/peer.h"
#include "core/intrinsic/probe.h"
#include "core/intrinsic/reachability.h"
#include "core/intrinsic/retry.h"
#include "core/intrinsic/session.h"
#include "core/intrinsic/session_directory.h"
#include "core/intrinsic/tamper.h"

static enum octo_reason reject(struct call *call, struct peer *peer, enum octo_reason reason)
{
	struct step_input input = { .reason = reason };
	return handshake_step(call, peer, OCTO_STEP_BAD_PACKET, &input);
}

/* A hacked packet (C:61): it is not obeyed, and may be the last of this peer. */
static enum octo_reason be_wary(struct call *call, struct peer *peer, enum octo_tell tell)
{
	struct step_input input = { .reason = OCTO_REASON_TAMPERED };
	bool is_over = tamper_report(call, peer, tell);
	handshake_step(call, peer, is_over ? OCTO_STEP_DISCONNECT : OCTO_STEP_BAD_PACKET, &input);
	return OCTO_REASON_TAMPERED;
}

/* ---- SYN ---------------------------------------------------------------------------------------------------- */

static struct peer *find_by_hint(struct call *call, const uint8_t syn[SYN_BYTES])
{
	uint64_t hint = load_le(syn + PACKET_HEADER_BYTES + 8, 8);
	for (uint32_t i = 0; i < call->channel->peer_count; i++) {
		struct peer *peer = block_peer(call->channel, i);
		if (syn_hint(peer->keys.hint_in, syn) == hint)
			return peer;
	}
	return NULL;
}

static bool is_celibate(const struct call *call, const struct peer *peer)
{
	return peer->celibate_until != OCTO_NEVER && peer->celibate_until > call->now;
}

/* Which row of the table an authentic SYN is. `reason` is filled for the rows that reject it. */
static enum octo_step classify_syn(struct call *call, struct peer *peer, struct step_input *input)
{
	const struct answer *answer = &peer->answer;
	const struct claim *claim = &peer->claim;
	enum octo_state state = peer_state(peer);
	if (is_celibate(call, peer) && !input->is_user) {
		input->reason = OCTO_REASON_CELIBATE;
		return OCTO_STEP_SYN_CELIBATE;
	}
	if (answer->id && equal_bytes(answer->syn_identity.h, input->identity->h, sizeof input->identity->h)) {
		input->reason = OCTO_REASON_REPEATED;
		return OCTO_STEP_SYN_REPEATED;
	}
	if (input->timestamp <= peer->timestamp_seen) {
		input->reason = OCTO_REASON_STALE;
		return OCTO_STEP_SYN_STALE;
	}
	bool is_flagged = state == OCTO_STATE_ESTABLISHED && input->timestamp == peer->flagged_timestamp;
	if (is_flagged || (answer->id && input->timestamp <= answer->timestamp) ||
	    (claim->is_held && input->timestamp <= claim->timestamp)) {
		input->reason = is_flagged ? OCTO_REASON_FLAGGED : OCTO_REASON_HELD;
		return OCTO_STEP_SYN_HELD;
	}
	if (state == OCTO_STATE_OFFERING && peer->we_win)
		return OCTO_STEP_SYN_FRESH; /* refused by the duel: costs nothing and leaves no trace */
	octo_time_ns spacing = call->channel->config.initial_spacing_ns;
	if (peer->initial_at != OCTO_NEVER && call->now - peer->initial_at < spacing) {
		input->reason = OCTO_REASON_TOO_SOON;
		return OCTO_STEP_SYN_TOO_SOON;
	}
	if (state != OCTO_STATE_ESTABLISHED && !cookie_admits(call, input->bytes, input->from)) {
		input->reason = OCTO_REASON_COOKIE_WANTED;
		return OCTO_STEP_SYN_COOKIE;
	}
	return OCTO_STEP_SYN_FRESH;
}

static enum octo_reason receive_syn(struct call *call, const struct octo_address *from, const uint8_t *bytes,
                                    const struct packet_header *header, struct inbound *inbound)
{
	struct peer *peer = find_by_hint(call, bytes);
	struct syn_offer offer;
	inbound->number = load_le(bytes + PACKET_HEADER_BYTES, 8);
	if (!peer)
		return OCTO_REASON_UNKNOWN_SENDER;
	inbound->peer = peer;
	enum octo_reason reason = peer_open_syn(call, peer, bytes, &offer);
	if (reason != OCTO_REASON_ACCEPTED)
		return reject(call, peer, reason);
	if (call->channel->reach.position == OCTO_SWITCH_OFF)
		return reject(call, peer, OCTO_REASON_SWITCHED_OFF);
	inbound->is_timestamp_fresh = offer.timestamp > peer->timestamp_seen;
	struct transcript identity;
	transcript_start(&identity, peer->card.id, call->channel->self.card.id, bytes);
	struct step_input input = { .bytes = bytes, .from = from, .timestamp = offer.timestamp, .offer = &offer,
		                    .identity = &identity, .is_user = header->flags & PACKET_FLAG_USER };
	enum octo_tell tell = tamper_look_at_syn(call, peer, &offer, &identity, bytes);
	if (tell != OCTO_TELL_NONE)
		return be_wary(call, peer, tell);
	enum octo_step step = classify_syn(call, peer, &input);
	return handshake_step(call, peer, step, &input);
}

/* ---- PROBE, PROBE-REPLY ---------------------------------------------------------------------------------------- */

/* A user's ping is answered in celibacy, but does not end it: it may be an old one, played again. The SYN behind it
 * has a timestamp, and does. */
static enum octo_reason receive_probe(struct call *call, const struct octo_address *from, const uint8_t *bytes,
                                      const struct packet_header *header, struct inbound *inbound)
{
	struct peer *peer = probe_find(call, bytes);
	struct step_input input = { .reason = OCTO_REASON_ACCEPTED };
	if (!peer)
		return OCTO_REASON_UNKNOWN_SENDER;
	inbound->peer = peer;
	if (!probe_is_authentic(peer, bytes))
		return reject(call, peer, OCTO_REASON_BAD_TAG);
	if (call->channel->reach.position == OCTO_SWITCH_OFF)
		return reject(call, peer, OCTO_REASON_SWITCHED_OFF);
	if (is_celibate(call, peer) && !(header->flags & PACKET_FLAG_USER))
		return reject(call, peer, OCTO_REASON_CELIBATE);
	if (header->type == OCTO_PACKET_PROBE_REPLY)
		return reachability_is_answer(call, peer, probe_token(bytes)) ?
		       handshake_step(call, peer, OCTO_STEP_PING_ANSWERED, &input) :
		       reject(call, peer, OCTO_REASON_UNSOLICITED);
	enum octo_reason reason = reachability_asked(call, peer, probe_token(bytes), from);
	return reason == OCTO_REASON_ACCEPTED ? reason : reject(call, peer, reason);
}

/* ---- SYN-ACK, ACK, RETRY ------------------------------------------------------------------------------------- */

static enum octo_reason receive_syn_ack(struct call *call, const struct octo_address *from, const uint8_t *bytes,
                                        struct peer *peer, uint64_t id)
{
	struct session session;
	struct step_input input = { .bytes = bytes, .from = from, .session = &session };
	if (peer->offer.id != id) {
		input.reason = OCTO_REASON_FINISHED_OFFER;
		return handshake_step(call, peer, OCTO_STEP_SYN_ACK_FINISHED, &input);
	}
	enum octo_reason reason = offer_read_syn_ack(call, peer, bytes, &session, &input.timestamp);
	if (reason == OCTO_REASON_ACCEPTED)
		reason = handshake_step(call, peer, OCTO_STEP_SYN_ACK_VALID, &input);
	else
		reason = reject(call, peer, reason);
	octo_wipe(&session, sizeof session);
	return reason;
}

static bool is_alive(const struct peer *peer, uint64_t id)
{
	return peer->offer.id == id || peer->answer.id == id || peer->current.id == id ||
	       (peer->spare.id == id && !peer->spare.closes_left);
}

static enum octo_reason receive_ack(struct call *call, const struct octo_address *from, const uint8_t *bytes,
                                    struct peer *peer, uint64_t id)
{
	struct step_input input = { .bytes = bytes, .from = from };
	if (peer->answer.id != id)
		return reject(call, peer, is_alive(peer, id) ? OCTO_REASON_UNSOLICITED : OCTO_REASON_CLOSED_SESSION);
	enum octo_reason reason = answer_read_ack(call, peer, bytes, &input.timestamp);
	if (reason != OCTO_REASON_ACCEPTED)
		return reject(call, peer, reason);
	if (input.timestamp < peer->timestamp_seen) {
		input.reason = OCTO_REASON_DEAD_INCARNATION;
		return handshake_step(call, peer, OCTO_STEP_CONFIRM_DEAD, &input);
	}
	return handshake_step(call, peer, OCTO_STEP_CONFIRMED, &input);
}

static enum octo_reason receive_retry(struct call *call, const struct octo_address *from, const uint8_t *bytes,
                                      struct peer *peer, uint64_t id)
{
	struct retry_advice advice;
	struct step_input input = { .bytes = bytes, .from = from, .advice = &advice, .reason = OCTO_REASON_UNSOLICITED };
	if (peer->offer.id == id) {
		enum octo_reason reason = retry_open(call, peer, bytes, &advice);
		if (reason != OCTO_REASON_ACCEPTED)
			return reject(call, peer, reason);
	} else if (peer_state(peer) == OCTO_STATE_OFFERING || peer_state(peer) == OCTO_STATE_ANSWERING) {
		return reject(call, peer, OCTO_REASON_UNSOLICITED);
	}
	return handshake_step(call, peer, OCTO_STEP_RETRY, &input);
}

/* ---- Data ----------------------------------------------------------------------------------------------------- */

/* Only SYN and SYN-ACK travel inside a session. */
static bool is_rekeying(const struct frame *frame)
{
	enum octo_packet_type type = octo_packet_type_of(frame->data, frame->size);
	struct packet_header header;
	bool is_known = type == OCTO_PACKET_SYN || type == OCTO_PACKET_SYN_ACK;
	return is_known && packet_check(frame->data, frame->size, &header) == OCTO_REASON_ACCEPTED;
}

/* All frames are looked at before any is obeyed: a packet with one bad frame changes nothing. */
struct contents {
	bool wants_ack;
	struct frame_tallies tallies;
	int acks;                         /* acknowledging frames: one at most */
	struct frame ack;                 /* with `acks` only */
};

static enum octo_reason check_frames(const uint8_t *plain, size_t size, struct contents *contents)
{
	struct reader reader = reader_of(plain, size);
	struct frame frame;
	contents->wants_ack = false;
	contents->tallies = (struct frame_tallies){ .questions = 0 };
	contents->acks = 0;
	while (frame_read(&reader, &frame)) {
		contents->wants_ack = contents->wants_ack || reliability_is_wanted_by(frame.type);
		frame_count(&contents->tallies, &frame);
		bool is_ack = frame.type == FRAME_ACK || frame.type == FRAME_ACK_RANGES;
		bool is_low_rate = frame.type == FRAME_MAX_RATE && frame.token < OCTO_RATE_MIN;
		if (is_low_rate || (is_ack && contents->acks++ > 0))
			return OCTO_REASON_BAD_FRAME;
		if (is_ack)
			contents->ack = frame;
		if (frame.type == FRAME_HANDSHAKE && !is_rekeying(&frame))
			return OCTO_REASON_BAD_FRAME;
	}
	return reader.failed ? OCTO_REASON_BAD_FRAME : OCTO_REASON_ACCEPTED;
}

static bool has_room(struct call *call, struct peer *peer, const uint8_t *plain, size_t size,
                     const struct inbound_couriers *couriers)
{
	struct reader reader = reader_of(plain, size);
	struct frame frame;
	uint32_t ordered = 0;
	while (frame_read(&reader, &frame))
		if (frame.type == FRAME_COURIER_ORDERED && !couriers->admits(call, peer, frame.courier, frame.largest, ordered++))
			return false;
	return true;
}

/* An acknowledgement that goes below number 0 is malformed; one of a number that was never used is a lie, which ends
 * the session; so are both in the first packet of a session, which is up by then. Only the current session's packets are
 * looked after. */
static enum octo_reason check_ack(struct call *call, struct peer *peer, const struct contents *contents, bool has_confirmed)
{
	enum octo_reason reason = contents->acks ? reliability_check(peer, &contents->ack) : OCTO_REASON_ACCEPTED;
	if (reason == OCTO_REASON_ACCEPTED)
		return reason;
	if (reason == OCTO_REASON_BAD_FRAME && !has_confirmed)
		return reject(call, peer, reason);
	struct step_input input = { .reason = OCTO_REASON_ACK_OF_UNSENT };
	return handshake_step(call, peer, OCTO_STEP_LIED, &input);
}

static void receive_pong(struct call *call, struct peer *peer, uint32_t token)
{
	struct session *session = &peer->current;
	if (peer->claim.is_held && token == peer->claim.token) {
		struct step_input input = { .timestamp = peer->claim.timestamp };
		handshake_step(call, peer, OCTO_STEP_PONG_CHALLENGE, &input);
	} else if (session->is_ping_out && token == session->ping_token) {
		round_trip_sample(&session->trip, call->now - session->ping_sent_at);
		session->is_ping_out = false;
		keepalive_answered(call, peer);
		data_keys_confirm(session, session->phases.ping_epoch);
		session_prove_address(call, peer);
	}
}

/* ---- A handshake inside the session: new secrets for it -------------------------------------------------------- */

/* Which row of the table; the session itself proves who sent it, so nobody is asked for a cookie or challenged. */
static enum octo_step classify_inside(const struct call *call, const struct peer *peer, struct step_input *input)
{
	octo_time_ns spacing = call->channel->config.initial_spacing_ns;
	const struct answer *answer = &peer->answer;
	if (answer->id && equal_bytes(answer->syn_identity.h, input->identity->h, sizeof input->identity->h)) {
		input->reason = OCTO_REASON_REPEATED;
		return OCTO_STEP_SYN_REPEATED;
	}
	if (input->timestamp <= peer->timestamp_seen || (answer->id && input->timestamp <= answer->timestamp)) {
		input->reason = OCTO_REASON_STALE;
		return OCTO_STEP_SYN_STALE;
	}
	if (peer->initial_at != OCTO_NEVER && call->now - peer->initial_at < spacing) {
		input->reason = OCTO_REASON_TOO_SOON;
		return OCTO_STEP_SYN_TOO_SOON;
	}
	return OCTO_STEP_SYN_INSIDE;
}

/* Only the session's initiator may begin: so two of them cannot cross. Nor does it where packets are too small. */
static void receive_syn_inside(struct call *call, const struct octo_address *from, struct peer *peer, const uint8_t *syn)
{
	struct syn_offer offer;
	bool may_begin = peer->current.role == OCTO_ROLE_ADHERENT && session_has_room_inside(&peer->current);
	enum octo_reason reason = may_begin ? peer_open_syn(call, peer, syn, &offer) : OCTO_REASON_UNSOLICITED;
	if (reason != OCTO_REASON_ACCEPTED) {
		reject(call, peer, reason);
		return;
	}
	struct transcript identity;
	transcript_start(&identity, peer->card.id, call->channel->self.card.id, syn);
	struct step_input input = { .bytes = syn, .from = from, .timestamp = offer.timestamp, .offer = &offer,
		                    .identity = &identity };
	enum octo_step step = classify_inside(call, peer, &input);
	handshake_step(call, peer, step, &input);
}

static void receive_inside(struct call *call, const struct octo_address *from, struct peer *peer,
                           const struct frame *frame)
{
	if (octo_packet_type_of(frame->data, frame->size) == OCTO_PACKET_SYN)
		receive_syn_inside(call, from, peer, frame->data);
	else
		receive_syn_ack(call, from, frame->data, peer, load_le(frame->data + 4, 8));
}

/* How a packet came in. */
struct arrival {
	const struct octo_address *from;
	const struct inbound_couriers *couriers;
	bool is_newest;                   /* of the current session, and no later packet came before it */
};

/* Returns false when the session is over. */
static bool obey_frame(struct call *call, const struct arrival *arrival, struct peer *peer, struct session *session,
                       const struct frame *frame)
{
	bool is_current = session == &peer->current;
	struct step_input none = { .reason = OCTO_REASON_ACCEPTED };
	switch (frame->type) {
	case FRAME_PING:
		session->pong_token = frame->token; /* only the latest of a flood is answered */
		session->is_pong_due = is_current;
		return true;
	case FRAME_PONG:
		if (is_current)
			receive_pong(call, peer, frame->token);
		return session->id != 0; /* the host may have ended it, for an initial packet that was refuted */
	case FRAME_PATH_CHALLENGE:
		if (is_current)
			path_challenged(call, peer, frame->data, arrival->from);
		return true;
	case FRAME_PATH_RESPONSE:
		if (is_current)
			path_answered(call, peer, frame->data);
		return true;
	case FRAME_CLOSE:
		if (is_current)
			handshake_step(call, peer, OCTO_STEP_CLOSE, &none);
		else
			session_end_spare(call, peer, OCTO_END_CLOSED);
		return false;
	case FRAME_HANDSHAKE:
		if (is_current)
			receive_inside(call, arrival->from, peer, frame);
		return false; /* it stands last, and its session may be the spare one by now */
	case FRAME_COURIER:
		arrival->couriers->deliver(call, peer, frame->courier, frame->data, frame->size);
		return true;
	case FRAME_COURIER_ORDERED:
		if (session_is_live(peer, session))
			arrival->couriers->order(call, peer, frame->courier, frame->largest, frame->data, frame->size);
		return true;
	case FRAME_ACK:
	case FRAME_ACK_RANGES:
		if (session_is_live(peer, session))
			reliability_acknowledged(call, peer, frame);
		return true;
	case FRAME_MAX_RATE:
		if (session_is_live(peer, session))
			flow_obey(call, peer, frame->token);
		return true;
	case FRAME_SYNC_REQUEST:
	case FRAME_SYNC_HASH:
		if (is_current)
			sync_obey(call, peer, arrival->couriers->sync, frame, arrival->is_newest);
		return true;
	default:
		return true; /* PAD */
	}
}

static void obey_frames(struct call *call, const struct arrival *arrival, struct peer *peer, struct session *session,
                        const uint8_t *plain, size_t size)
{
	struct reader reader = reader_of(plain, size);
	struct frame frame;
	while (frame_read(&reader, &frame))
		if (!obey_frame(call, arrival, peer, session, &frame))
			return;
}

/* The first packet under a pending answer's keys confirms it as an ACK would. */
static enum octo_reason confirm_by_data(struct call *call, const struct octo_address *from, struct peer *peer)
{
	struct step_input input = { .from = from, .timestamp = peer->answer.timestamp };
	if (input.timestamp < peer->timestamp_seen) {
		input.reason = OCTO_REASON_DEAD_INCARNATION;
		return handshake_step(call, peer, OCTO_STEP_CONFIRM_DEAD, &input);
	}
	return handshake_step(call, peer, OCTO_STEP_CONFIRMED, &input);
}

/* The first packet of a session at its initiator. Which address the ACK came through to, only an answer can tell if it
 * went to several. */
static void has_our_ack(struct call *call, struct peer *peer)
{
	struct session *session = &peer->current;
	if (!session->is_astray) {
		session_prove_address(call, peer);
		return;
	}
	session->is_astray = false;
	session->is_ping_out = false;
	session_ask(call, session);
}

/* What an authentic packet says. */
static enum octo_reason receive_plain(struct call *call, const struct octo_address *from, struct peer *peer,
                                      struct session *session, const struct reception *reception, const uint8_t *plain,
                                      size_t size, const struct inbound_couriers *couriers)
{
	struct contents contents;
	enum octo_reason reason = check_frames(plain, size, &contents);
	if (reason != OCTO_REASON_ACCEPTED)
		return reject(call, peer, reason);
	uint64_t id = peer->answer.id;
	if (reception->is_answer) {
		reason = confirm_by_data(call, from, peer);
		if (reason != OCTO_REASON_ACCEPTED)
			return reason;
		session = peer->current.id == id ? &peer->current : &peer->spare;
	}
	bool is_live = session_is_live(peer, session);
	reason = is_live ? check_ack(call, peer, &contents, reception->is_answer) : OCTO_REASON_ACCEPTED;
	if (reason != OCTO_REASON_ACCEPTED)
		return reason;
	if (contents.tallies.has_ordered && is_live && !has_room(call, peer, plain, size, couriers))
		return OCTO_REASON_NO_ROOM; /* as if it had been lost: it will come again */
	struct replay_window *window = session_window(peer, session);
	uint64_t expected = window->next;
	enum octo_tell tell = session == &peer->current ? tamper_look_at_data(call, peer, &contents.tallies, reception->packet_bytes)
	                                                : OCTO_TELL_NONE;
	replay_window_accept(window, reception->number);
	if (tell != OCTO_TELL_NONE)
		return be_wary(call, peer, tell);
	data_keys_follow(call, peer, session, reception);
	if (session == &peer->current && session->ack_resend_at != OCTO_NEVER)
		has_our_ack(call, peer);
	session_heard(call, session);
	if (is_live)
		reliability_received(call, peer, reception->number, expected, contents.wants_ack);
	bool is_newest = session == &peer->current && reception->number + 1 == window->next;
	if (is_newest && contents.tallies.is_more_than_probing)
		path_heard(call, peer, from, reception->packet_bytes);
	struct arrival arrival = { .from = from, .couriers = couriers, .is_newest = is_newest };
	obey_frames(call, &arrival, peer, session, plain, size);
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason receive_data(struct call *call, const struct octo_address *from, const uint8_t *bytes, size_t size,
                                     const struct inbound_couriers *couriers, struct inbound *inbound)
{
	struct data_header header;
	enum octo_reason reason = data_header_read(bytes, size, &header);
	if (reason != OCTO_REASON_ACCEPTED)
		return reason;
	inbound->session_id = header.session_id;
	struct peer *peer = directory_find(call->channel, header.session_id);
	if (!peer)
		return OCTO_REASON_UNKNOWN_SESSION;
	inbound->peer = peer;
	struct session *session = peer->current.id == header.session_id ? &peer->current : &peer->spare;
	bool is_answer = peer->answer.id == header.session_id;
	if (!is_answer && (session->id != header.session_id || session->closes_left))
		return reject(call, peer, peer->offer.id == header.session_id ? OCTO_REASON_UNSOLICITED :
		                                                                OCTO_REASON_CLOSED_SESSION);
	struct reception reception;
	uint8_t plain[OCTO_DATAGRAM_MAX];
	if (is_answer)
		reception_of_answer(&reception, peer, &header);
	else
		reception_of_session(&reception, call, peer, session, &header);
	reception.packet_bytes = size;
	inbound->number = reception.number;
	reason = data_open(call, &reception, &header, bytes, size, plain);
	if (reason == OCTO_REASON_ACCEPTED)
		reason = receive_plain(call, from, peer, session, &reception, plain, size - header.size - CRYPTO_TAG_BYTES, couriers);
	else if (reason == OCTO_REASON_BAD_TAG)
		reason = reject(call, peer, reason);
	if (reason == OCTO_REASON_ACCEPTED && header.wants_sync && peer->current.id == header.session_id)
		sync_asked(call, peer);
	if (reception.is_next)
		octo_wipe(reception.turned, sizeof reception.turned);
	return reason;
}

/* ---- Any packet ------------------------------------------------------------------------------------------------ */

enum octo_reason inbound_receive(struct call *call, const struct octo_address *from, const uint8_t *bytes, size_t size,
                                 const struct inbound_couriers *couriers, struct inbound *inbound)
{
	enum octo_packet_type type = octo_packet_type_of(bytes, size);
	struct packet_header header;
	*inbound = (struct inbound){ .peer = NULL };
	if (size == 0)
		return OCTO_REASON_TOO_SHORT;
	if (size > OCTO_DATAGRAM_MAX)
		return OCTO_REASON_TOO_LONG;
	if (type == OCTO_PACKET_STUN)
		return stun_receive(call, from, bytes, size);
	if (type == OCTO_PACKET_DATA)
		return receive_data(call, from, bytes, size, couriers, inbound);
	enum octo_reason reason = packet_check(bytes, size, &header);
	if (size >= PACKET_HEADER_BYTES && type != OCTO_PACKET_UNKNOWN) {
		inbound->session_id = header.session_id;
		inbound->is_initial = header.session_id == 0;
	}
	if (reason != OCTO_REASON_ACCEPTED)
		return reason;
	if (type == OCTO_PACKET_SYN)
		return receive_syn(call, from, bytes, &header, inbound);
	if (type == OCTO_PACKET_PROBE || type == OCTO_PACKET_PROBE_REPLY)
		return receive_probe(call, from, bytes, &header, inbound);
	struct peer *peer = directory_find(call->channel, header.session_id);
	if (!peer)
		return OCTO_REASON_UNKNOWN_SESSION;
	inbound->peer = peer;
	if (type == OCTO_PACKET_SYN_ACK)
		return receive_syn_ack(call, from, bytes, peer, header.session_id);
	if (type == OCTO_PACKET_ACK)
		return receive_ack(call, from, bytes, peer, header.session_id);
	return receive_retry(call, from, bytes, peer, header.session_id);
}
