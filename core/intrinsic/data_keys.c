/* data_keys.c: see the header. The directions turn each by itself: neither side waits for the other, except that a key is
 * not turned again before the peer was heard to know it, so that one bit is enough to tell which key it is. */
#include "core/intrinsic/data_keys.h"

#include "core/intrinsic/session.h"

enum { PREVIOUS_TIMEOUTS = 3, AD_EXTRA_BYTES = 12 };

static void nonce_of(uint8_t nonce[CRYPTO_NONCE_BYTES], uint64_t number)
{
	memset(nonce, 0, 4);
	store_le(nonce + 4, 8, number);
}

/* header || full session id || key epoch */
static size_t ad_of(uint8_t ad[DATA_HEADER_BYTES_MAX + AD_EXTRA_BYTES], const uint8_t *header, size_t header_size,
                    uint64_t id, uint32_t epoch)
{
	memcpy(ad, header, DATA_HEADER_BYTES_MAX); /* a packet is longer than that; what is behind the header is overwritten */
	store_le(ad + header_size, 8, id);
	store_le(ad + header_size + 8, 4, epoch);
	return header_size + AD_EXTRA_BYTES;
}

/* ---- Turning ----------------------------------------------------------------------------------------------------- */

static void report(struct call *call, const struct peer *peer, const struct session *session, uint32_t epoch,
                   bool is_sending)
{
	struct octo_event event = { .keys_turned = { .session = session->log_id, .epoch = epoch, .is_sending = is_sending } };
	call_emit(call, &event, OCTO_EVENT_KEYS_TURNED, call_peer_index(call, peer));
}

void data_keys_turn(struct call *call, struct peer *peer, struct session *session)
{
	const struct octo_config *config = &call->channel->config;
	struct key_phases *phases = &session->phases;
	bool is_due = session->number_next - phases->send_from >= config->turn_packets ||
	              call->now - phases->turned_at >= config->turn_ns;
	if (!is_due)
		return;
	if (!phases->is_confirmed) {
		/* A lost one is repeated here: what else would do so waits for silence, and there is none while traffic flows. */
		if (!session->is_ping_out || call->now - session->ping_sent_at >= config->resend_ns)
			session_ask(call, session);
		return;
	}
	key_turn(session->send_key);
	phases->send_epoch++;
	phases->send_from = session->number_next;
	phases->turned_at = call->now;
	phases->is_confirmed = false;
	session_ask(call, session); /* the answer confirms it */
	report(call, peer, session, phases->send_epoch, true);
}

void data_keys_confirm(struct session *session, uint32_t epoch)
{
	if (epoch == session->phases.send_epoch)
		session->phases.is_confirmed = true;
}

void data_keys_follow(struct call *call, struct peer *peer, struct session *session, const struct reception *reception)
{
	struct key_phases *phases = &session->phases;
	if (!reception->is_next)
		return;
	memcpy(phases->previous, session->receive_key, OCTO_KEY_BYTES);
	memcpy(session->receive_key, reception->turned, OCTO_KEY_BYTES);
	phases->receive_epoch = reception->epoch;
	phases->receive_from = reception->number;
	phases->previous_until = call_after(call, PREVIOUS_TIMEOUTS * round_trip_timeout(&session->trip));
	report(call, peer, session, reception->epoch, false);
}

static octo_time_ns forget_at(const struct session *session)
{
	return session->id && session->phases.previous_until ? session->phases.previous_until : OCTO_NEVER;
}

octo_time_ns data_keys_next(const struct peer *peer)
{
	octo_time_ns current_at = forget_at(&peer->current), spare_at = forget_at(&peer->spare);
	return current_at < spare_at ? current_at : spare_at;
}

static void forget(struct key_phases *phases)
{
	octo_wipe(phases->previous, sizeof phases->previous);
	phases->previous_until = 0;
}

void data_keys_forget(const struct call *call, struct peer *peer)
{
	if (forget_at(&peer->current) <= call->now)
		forget(&peer->current.phases);
	if (forget_at(&peer->spare) <= call->now)
		forget(&peer->spare.phases);
}

/* ---- Sealing ----------------------------------------------------------------------------------------------------- */

void data_seal(struct call *call, struct session *session, uint8_t *packet, size_t header_size, size_t size)
{
	uint8_t nonce[CRYPTO_NONCE_BYTES], ad[DATA_HEADER_BYTES_MAX + AD_EXTRA_BYTES];
	uint8_t *frames = packet + header_size;
	nonce_of(nonce, session->number_next);
	size_t ad_size = ad_of(ad, packet, header_size, session->send_id, session->phases.send_epoch);
	struct crypto_box box = { .key = session->send_key, .nonce = nonce, .ad = ad, .ad_size = ad_size,
		                  .in = frames, .out = frames, .size = size };
	call_seal(call, session->agreement.suite, &box, true);
	session->number_next++;
}

/* ---- Opening ----------------------------------------------------------------------------------------------------- */

/* A packet from before the turn is under the previous key, while that is kept; one from behind it under the next. */
void reception_of_session(struct reception *reception, const struct call *call, struct peer *peer,
                          struct session *session, const struct data_header *header)
{
	const struct key_phases *phases = &session->phases;
	const struct replay_window *window = session_window(peer, session);
	uint64_t number = data_number_expand(window->next, header->truncated, header->number_bytes);
	bool is_other = header->key_phase != (phases->receive_epoch & 1);
	bool is_previous = is_other && phases->receive_epoch > 0 && number < phases->receive_from &&
	                   phases->previous_until > call->now;
	*reception = (struct reception){ .window = window, .suite = session->agreement.suite, .number = number,
		.is_next = is_other && !is_previous,
		.epoch = phases->receive_epoch - is_previous + (is_other && !is_previous),
		.key = is_previous ? phases->previous : session->receive_key };
	if (!reception->is_next)
		return;
	memcpy(reception->turned, session->receive_key, OCTO_KEY_BYTES);
	key_turn(reception->turned);
	reception->key = reception->turned;
}

void reception_of_answer(struct reception *reception, const struct peer *peer, const struct data_header *header)
{
	static const struct replay_window untouched;
	const struct answer *answer = &peer->answer;
	bool goes_on = session_goes_on(peer, &answer->agreement, answer->is_inside);
	const struct replay_window *window = goes_on ? &peer->current.window : &untouched;
	*reception = (struct reception){ .window = window, .is_answer = true, .suite = answer->agreement.suite,
		.number = data_number_expand(window->next, header->truncated, header->number_bytes), .key = answer->receive_key };
}

enum octo_reason data_open(struct call *call, const struct reception *reception, const struct data_header *header,
                           const uint8_t *bytes, size_t size, uint8_t plain[OCTO_DATAGRAM_MAX])
{
	uint8_t nonce[CRYPTO_NONCE_BYTES], ad[DATA_HEADER_BYTES_MAX + AD_EXTRA_BYTES];
	nonce_of(nonce, reception->number);
	size_t ad_size = ad_of(ad, bytes, header->size, header->session_id, reception->epoch);
	struct crypto_box box = { .key = reception->key, .nonce = nonce, .ad = ad, .ad_size = ad_size,
		                  .in = bytes + header->size, .out = plain,
		                  .size = size - header->size - CRYPTO_TAG_BYTES };
	if (!call->host->crypto->open(reception->suite, &box))
		return OCTO_REASON_BAD_TAG;
	switch (replay_window_look(reception->window, reception->number)) {
	case REPLAY_SEEN: return OCTO_REASON_DUPLICATE;
	case REPLAY_TOO_OLD: return OCTO_REASON_TOO_OLD;
	case REPLAY_NEW: break;
	}
	return OCTO_REASON_ACCEPTED;
}
