/* lie.c: see lie.h. Not compiled into the library that a robot is built from; adds nothing to the block. */
#include "core/checked/lie.h"

#include "core/intrinsic/data_keys.h"
#include "core/intrinsic/offer.h"
#include "core/intrinsic/session.h"

_Static_assert(OCTO_LIE_BYTES_MAX == OCTO_DATAGRAM_MAX - DATA_HEADER_BYTES_MAX - CRYPTO_TAG_BYTES, "what a header leaves");

bool octo_lie_view(const struct octo_channel *channel, uint32_t peer, struct octo_lie_view *view)
{
	const struct session *session = &block_peer(channel, peer)->current;
	if (!session->id)
		return false;
	*view = (struct octo_lie_view){ .session = session->log_id, .send_next = session->number_next,
		.heard_next = session->window.next, .is_initiator = session->role == OCTO_ROLE_INITIATOR,
		.room = (uint16_t)(session->agreement.payload_max - DATA_HEADER_BYTES_MAX - CRYPTO_TAG_BYTES) };
	return true;
}

static void report(struct call *call, const struct peer *peer, enum octo_packet_type type, uint64_t session_id, uint64_t number,
                   size_t size)
{
	struct octo_counters *counters = &call->channel->pulse.counters;
	struct octo_event event = { .packet = { .address = peer->address, .size = (uint16_t)size, .type = (uint8_t)type,
		.class = OCTO_CLASS_WHOLE, .reason = OCTO_REASON_ACCEPTED, .is_initial = session_id == 0, .session_id = session_id,
		.number = number } };
	counters->sent++;
	counters->bytes_sent += size;
	call_emit(call, &event, OCTO_EVENT_PACKET_SENT, call_peer_index(call, peer));
}

bool octo_lie(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t index, uint64_t skips,
              const uint8_t *frames, size_t frames_size, uint8_t out[OCTO_DATAGRAM_MAX], size_t *size,
              struct octo_address *to)
{
	struct peer *peer = block_peer(channel, index);
	struct session *session = &peer->current;
	OCTO_ASSERT(frames_size <= OCTO_LIE_BYTES_MAX);
	if (!session->id)
		return false;
	struct call call = call_begin(channel, host, now);
	uint64_t number = session->number_next + skips;
	session->number_next = number;
	size_t header_size = data_header_write(out, session->send_id, session->phases.send_epoch & 1, number,
	                                       peer->reliability.acknowledged);
	memcpy(out + header_size, frames, frames_size);
	data_seal(&call, session, out, header_size, frames_size);
	*size = header_size + frames_size + CRYPTO_TAG_BYTES;
	*to = peer->address;
	report(&call, peer, OCTO_PACKET_DATA, session->send_id, number, *size);
	return true;
}

void octo_lie_syn(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t index,
                  uint8_t out[OCTO_DATAGRAM_MAX], size_t *size, struct octo_address *to)
{
	struct peer *peer = block_peer(channel, index);
	struct call call = call_begin(channel, host, now);
	struct offer offer = { .timestamp = offer_next_timestamp(&call, peer) };
	uint8_t public[OCTO_KEY_BYTES];
	call_random(&call, &offer.id, sizeof offer.id);
	offer.id |= PACKET_SESSION_ID_MIN;
	call_random(&call, public, sizeof public);
	offer_write_syn(&call, peer, &offer, public, true);
	memcpy(out, offer.syn, SYN_BYTES);
	*size = SYN_BYTES;
	*to = peer->address;
	report(&call, peer, OCTO_PACKET_SYN, 0, offer.id, *size);
}
