/* session.c: see the header. The order of sessions is (generation, initiated by the ID-duel's winner, log id): both
 * sides know all three, so both keep the same one (C:81). */
#include "core/intrinsic/session.h"

#include "core/intrinsic/answer.h"
#include "core/intrinsic/data_keys.h"
#include "core/intrinsic/keepalive.h"
#include "core/intrinsic/offer.h"
#include "core/intrinsic/reachability.h"
#include "core/intrinsic/record.h"
#include "core/intrinsic/session_directory.h"
#include "core/intrinsic/sync.h"
#include "core/intrinsic/tamper.h"

enum { CLOSES = 3, TIMEOUTS_UNTIL_DEAD = 3, ASK_PART = 3, ASKS_UNTIL_DEAD = 8 };
/* A SYN inside a session, with PING and PONG in front, needs so much. */
enum { REKEY_PAYLOAD_BYTES = DATA_OVERHEAD_BYTES_MAX + 2 * 5 + 2 + SYN_BYTES };
static const octo_time_ns close_spacing_ns = 100 * OCTO_MILLISECOND;

void session_begin(struct call *call, struct session *session, enum octo_role role,
                   const struct octo_agreement *agreement)
{
	memset(session, 0, sizeof *session);
	session->role = (uint8_t)role;
	session->agreement = *agreement;
	session->received_at = session->began_at = call->now;
	session->awaiting_since = session->ping_at = session->ack_resend_at = OCTO_NEVER;
	session->ack_sent_at = session->expires_at = session->ping_sent_at = session->rekey_at = OCTO_NEVER;
	session->phases.turned_at = call->now;
	session->phases.is_confirmed = true;
}

struct octo_event_session session_describe(const struct session *session)
{
	return (struct octo_event_session){ .log_id = session->log_id, .receive_id = session->id,
		.send_id = session->send_id, .generation = session->generation, .by_winner = session->by_winner,
		.role = session->role, .agreement = session->agreement };
}

static void report(struct call *call, const struct peer *peer, const struct session *session, enum octo_event_kind kind,
                   enum octo_end end, bool was_current)
{
	if (!call_is_observed(call)) {
		call_reserve(call);
		return;
	}
	struct octo_event event = { .session = session_describe(session) };
	event.session.end = (uint8_t)end;
	event.session.was_current = was_current;
	call_emit(call, &event, kind, call_peer_index(call, peer));
}

static bool is_higher(const struct session *a, const struct session *b)
{
	if (a->generation != b->generation)
		return a->generation > b->generation;
	if (a->by_winner != b->by_winner)
		return a->by_winner;
	return a->log_id > b->log_id;
}

static void wipe(struct call *call, struct peer *peer, struct session *session)
{
	uint64_t id = session->id;
	directory_bury(call, peer, id); /* reads the session's round trip: before it is gone */
	octo_wipe(session, sizeof *session);
}

void session_end_spare(struct call *call, struct peer *peer, enum octo_end end)
{
	struct session *spare = &peer->spare;
	if (!spare->id)
		return;
	if (!spare->closes_left) /* a closing one was reported when it stopped being current */
		report(call, peer, spare, OCTO_EVENT_SESSION_DOWN, end, false);
	wipe(call, peer, spare);
}

static void make_spare(struct call *call, struct peer *peer, const struct session *session)
{
	session_end_spare(call, peer, OCTO_END_REPLACED);
	peer->spare = *session;
	peer->spare.expires_at = call_after(call, call->channel->config.spare_ns);
	report(call, peer, &peer->spare, OCTO_EVENT_SESSION_SPARE, OCTO_END_REPLACED, false);
}

void session_prove_address(struct call *call, struct peer *peer)
{
	if (same_address(&peer->address, &peer->proved))
		return;
	peer->former = peer->proved;
	peer->proved = peer->address;
	record_save_peer(call, peer);
}

bool session_goes_on(const struct peer *peer, const struct octo_agreement *agreement, bool is_inside)
{
	/* Smaller packets would have no room for what has to be sent again. */
	return is_inside && peer->current.id && agreement->payload_max >= peer->current.agreement.payload_max;
}

/* New secrets, and all else goes on: what is under way, what was measured, what is missing. */
static void continue_session(struct peer *peer, struct session *fresh)
{
	struct session *former = &peer->spare;
	fresh->number_next = fresh->phases.send_from = former->number_next;
	fresh->window = former->window;
	if (former->trip.smoothed_ns)
		fresh->trip = former->trip;
	former->is_continued = true;
}

void session_install(struct call *call, struct peer *peer, struct session *fresh, const struct octo_address *source)
{
	struct session *current = &peer->current;
	if (fresh->generation > peer->generation)
		peer->generation = fresh->generation;
	octo_wipe(&peer->claim, sizeof peer->claim);
	octo_wipe(&peer->path, sizeof peer->path);
	if (current->id && !is_higher(fresh, current)) {
		make_spare(call, peer, fresh);
	} else {
		bool goes_on = session_goes_on(peer, &fresh->agreement, fresh->is_inside);
		bool has_address = fresh->is_inside && current->id; /* another one has to answer a challenge first */
		if (current->id)
			make_spare(call, peer, current);
		if (goes_on)
			continue_session(peer, fresh);
		else
			reliability_end(call, peer);
		*current = *fresh;
		if (current->role == OCTO_ROLE_INITIATOR && session_has_room_inside(current))
			current->rekey_at = call_after(call, call->channel->config.rekey_ns);
		if (!has_address)
			peer->address = *source;
		if (!goes_on) {
			reliability_begin(peer);
			flow_begin(call, peer);
		}
		tamper_begin(peer, current->began_at);
		keepalive_begin(call, peer);
		sync_begin(call, peer);
		peer_set_role(call, peer, (enum octo_role)current->role);
		report(call, peer, current, OCTO_EVENT_SESSION_UP, OCTO_END_REPLACED, true);
	}
	octo_wipe(fresh, sizeof *fresh);
	peer->is_wanted = true;
	peer->is_user_wish = false;
	peer->redial_at = OCTO_NEVER;
	peer->redial_wait_ns = call->channel->config.redial_min_ns;
	peer->last_success_at = call->now;
	if (peer->first_success_at == OCTO_NEVER)
		peer->first_success_at = call->now;
	reachability_active(call, peer, OCTO_ACTIVITY_CONNECTED);
	record_save_peer(call, peer);
}

/* A handshake inside a session has no other way than that session. */
static void drop_inside(struct call *call, struct peer *peer)
{
	if (peer->offer.is_inside)
		offer_wipe(call, peer, false);
	if (peer->answer.is_inside)
		answer_wipe(call, peer, false);
}

void session_end(struct call *call, struct peer *peer, enum octo_end end)
{
	struct session *current = &peer->current;
	session_end_spare(call, peer, end);
	octo_wipe(&peer->claim, sizeof peer->claim);
	octo_wipe(&peer->path, sizeof peer->path);
	if (!current->id)
		return;
	report(call, peer, current, OCTO_EVENT_SESSION_DOWN, end, true);
	reliability_end(call, peer);
	reachability_inactive(call, peer, end == OCTO_END_CLOSED ? OCTO_ACTIVITY_COMPLETED : OCTO_ACTIVITY_SILENT,
	                      current->received_at);
	drop_inside(call, peer);
	peer->address = peer->proved;
	wipe(call, peer, current);
}

void session_close(struct call *call, struct peer *peer, enum octo_end end)
{
	struct session *current = &peer->current;
	octo_wipe(&peer->claim, sizeof peer->claim);
	octo_wipe(&peer->path, sizeof peer->path);
	session_end_spare(call, peer, end);
	report(call, peer, current, OCTO_EVENT_SESSION_DOWN, end, true);
	reliability_end(call, peer);
	reachability_inactive(call, peer, OCTO_ACTIVITY_COMPLETED, current->received_at);
	drop_inside(call, peer);
	peer->spare = *current;
	octo_wipe(current, sizeof *current);
	struct session *closing = &peer->spare;
	closing->closes_left = CLOSES;
	closing->is_ping_due = closing->is_pong_due = closing->is_ack_due = false;
	closing->expires_at = call->now; /* the first CLOSE is due at once */
}

/* Something was sent that asks for an answer: from here on silence counts, and after a while is asked about. */
static void expect_answer(struct call *call, struct session *session)
{
	if (session->awaiting_since != OCTO_NEVER)
		return;
	session->awaiting_since = call->now;
	octo_time_ns ask_at = call_after(call, session->agreement.idle_s * OCTO_SECOND / ASK_PART);
	if (ask_at < session->ping_at)
		session->ping_at = ask_at;
}

octo_time_ns session_dead_at(const struct call *call, const struct session *session)
{
	if (session->awaiting_since == OCTO_NEVER || session->asks < ASKS_UNTIL_DEAD)
		return OCTO_NEVER;
	octo_time_ns silence = TIMEOUTS_UNTIL_DEAD * round_trip_timeout(&session->trip) +
	                       session->agreement.idle_s * OCTO_SECOND;
	octo_time_ns least = call->channel->config.dead_min_ns;
	return session->awaiting_since + (silence > least ? silence : least);
}

void session_asked(struct call *call, struct session *session)
{
	expect_answer(call, session);
	if (session->asks < UINT8_MAX)
		session->asks++;
}

void session_ask(struct call *call, struct session *session)
{
	if (session->is_ping_due)
		return;
	session->is_ping_due = true;
	session->ping_token = call_chance(call);
}

void session_sample_handshake(const struct call *call, struct session *session, uint32_t sends, octo_time_ns sent_at)
{
	const struct octo_config *config = &call->channel->config;
	octo_time_ns least_ns = config->resend_ns / 1000 * (1000u - config->jitter_permille), passed = call->now - sent_at;
	if (sends == 1 && passed < least_ns)
		round_trip_sample(&session->trip, passed);
}

void session_heard(struct call *call, struct session *session)
{
	/* The adherent speaks as soon as it has our ACK: the way there and back, if the ACK was sent only once. */
	bool is_first = session->ack_resend_at != OCTO_NEVER;
	if (is_first && session->ack_sends == 1)
		round_trip_sample(&session->trip, call->now - session->ack_sent_at);
	session->received_at = call->now;
	session->awaiting_since = OCTO_NEVER;
	session->asks = 0;
	session->ack_resend_at = OCTO_NEVER;
	if (session->keepalive_ns == 0) /* drawn once a PING and not once a packet */
		session->keepalive_ns = call_jitter_shorter(call, session->agreement.idle_s * OCTO_SECOND);
	session->ping_at = call_after(call, session->keepalive_ns);
}

bool session_has_room_inside(const struct session *session)
{
	return session->agreement.payload_max >= REKEY_PAYLOAD_BYTES;
}

bool session_has_inside(const struct peer *peer)
{
	return (peer->offer.is_inside && peer->offer.is_due) || (peer->answer.is_inside && peer->answer.is_due);
}

/* A rekeying's SYN or SYN-ACK, with no courier behind it: who reads it goes on under the new session. Where what is in
 * front of it took its room it goes into the next packet. */
static void write_inside(struct call *call, struct peer *peer, struct writer *writer)
{
	bool is_offer = peer->offer.is_inside && peer->offer.is_due;
	struct frame frame = { .type = FRAME_HANDSHAKE, .data = is_offer ? peer->offer.syn : peer->answer.syn_ack,
		.size = is_offer ? SYN_BYTES : SYN_ACK_BYTES };
	if (writer_left(writer) < frame_size(&frame))
		return;
	frame_write(writer, &frame);
	if (is_offer)
		offer_sent(call, &peer->offer);
	else
		answer_sent(call, &peer->answer);
}

static void write_ping_and_pong(struct call *call, struct peer *peer, struct session *session, struct writer *writer)
{
	if (session->is_pong_due) {
		frame_write_token(writer, FRAME_PONG, session->pong_token);
		session->is_pong_due = false;
	}
	if (session->is_ping_due) {
		frame_write_token(writer, FRAME_PING, session->ping_token);
		session->is_ping_due = false;
		session->is_ping_out = true;
		tamper_asked(peer);
		session->phases.ping_epoch = session->phases.send_epoch;
		session->keepalive_ns = 0;
		session->ping_sent_at = call->now;
		session_asked(call, session);
		session->ping_at = call_after(call, call_jitter(call, call->channel->config.resend_ns));
	}
}

static void write_control(struct call *call, struct peer *peer, struct session *session, struct writer *writer,
                          uint8_t *record_flags)
{
	if (session->closes_left) {
		struct frame close = { .type = FRAME_CLOSE, .token = 0 };
		frame_write(writer, &close);
		session->closes_left--;
		session->expires_at = call_after(call, close_spacing_ns);
		return;
	}
	write_ping_and_pong(call, peer, session, writer);
	if (peer->flow.is_wanted_due && session == &peer->current && sent_has_room(call, peer, session->number_next)) {
		frame_write_token(writer, FRAME_MAX_RATE, peer->flow.wanted);
		peer->flow.is_wanted_due = false;
		*record_flags |= SENT_MAX_RATE;
	}
	if (peer->claim.is_due && session == &peer->current) {
		frame_write_token(writer, FRAME_PING, peer->claim.token);
		tamper_asked(peer);
		peer->claim.is_due = false;
	}
}

/* Writes the header of the session's next packet, and returns its size. */
static size_t begin_packet(struct call *call, struct peer *peer, struct session *session, uint8_t *out)
{
	bool is_current = session == &peer->current;
	if (is_current)
		data_keys_turn(call, peer, session);
	size_t size = data_header_write(out, session->send_id, session->phases.send_epoch & 1, session->number_next,
	                                is_current ? peer->reliability.acknowledged : UINT64_MAX);
	if (is_current && sync_is_asking(peer))
		data_header_ask(out);
	return size;
}

static struct writer frames_of(const struct session *session, uint8_t *out, size_t header_size)
{
	return writer_of(out + header_size, session->agreement.payload_max - header_size - CRYPTO_TAG_BYTES);
}

/* Seals its frames, and returns the size of the whole. */
static size_t end_packet(struct call *call, struct peer *peer, struct session *session, uint8_t *out, size_t header_size,
                         const struct writer *frames)
{
	size_t size = header_size + frames->position + CRYPTO_TAG_BYTES;
	data_seal(call, session, out, header_size, frames->position);
	if (session != &peer->current)
		return size;
	keepalive_sent(call, peer);
	flow_sent(call, peer, size);
	return size;
}

size_t session_compose(struct call *call, struct peer *peer, struct session *session, session_filler fill,
                       uint8_t out[OCTO_DATAGRAM_MAX])
{
	bool is_current = session == &peer->current, has_messages = false;
	uint64_t number = session->number_next;
	uint8_t flags = 0;
	size_t header_size = begin_packet(call, peer, session, out);
	struct writer frames = frames_of(session, out, header_size);
	write_control(call, peer, session, &frames, &flags);
	if (is_current && session_has_inside(peer))
		write_inside(call, peer, &frames);
	else
		has_messages = fill && fill(call, peer, &frames);
	if (has_messages)
		expect_answer(call, session);
	if (is_current)
		reliability_write(call, peer, &frames, frames.position == 0);
	if (frames.position == 0)
		return 0;
	size_t size = end_packet(call, peer, session, out, header_size, &frames);
	if (has_messages || flags)
		reliability_sent(call, peer, number, size, (uint8_t)(flags | flow_record_flags(peer)));
	return size;
}

size_t session_compose_quiet(struct call *call, struct peer *peer, uint8_t out[OCTO_DATAGRAM_MAX])
{
	struct session *session = &peer->current;
	size_t header_size = begin_packet(call, peer, session, out);
	struct writer frames = frames_of(session, out, header_size);
	write_ping_and_pong(call, peer, session, &frames);
	return end_packet(call, peer, session, out, header_size, &frames);
}

void session_audit_keys(struct call *call, const struct peer *peer, const struct session *session)
{
#ifdef OCTO_CHECKED
	static const uint8_t key[CRYPTO_SHORT_KEY_BYTES] = "octo audit key";
	bool is_initiator = session->role == OCTO_ROLE_INITIATOR;
	uint8_t both[2 * OCTO_KEY_BYTES];
	memcpy(both, is_initiator ? session->send_key : session->receive_key, OCTO_KEY_BYTES);
	memcpy(both + OCTO_KEY_BYTES, is_initiator ? session->receive_key : session->send_key, OCTO_KEY_BYTES);
	struct octo_event event = { .keys = { .log_id = session->log_id,
		.initiator_nonce = is_initiator ? session->id : session->send_id,
		.adherent_nonce = is_initiator ? session->send_id : session->id, .keys = short_hash(key, both, sizeof both),
		.generation = session->generation, .role = session->role, .agreement = session->agreement } };
	call_emit_reserved(call, &event, OCTO_EVENT_AUDIT_KEYS, call_peer_index(call, peer), 0);
	octo_wipe(both, sizeof both);
#else
	(void)call, (void)peer, (void)session;
#endif
}
