/* packet.c: byte layouts of [P 3] and [P 6], one read and one write function each. */
#include "core/intrinsic/packet.h"

static const uint32_t rate_min_bytes = 4096;
static const uint16_t payload_min_bytes = 128;

static struct packet_header header_read(struct reader *reader)
{
	return (struct packet_header){ .type = read_u8(reader), .version = read_u8(reader), .flags = read_u16(reader),
		                       .session_id = read_u64(reader) };
}

void packet_header_write(struct writer *writer, uint8_t type, uint16_t flags, uint64_t session_id)
{
	write_u8(writer, type);
	write_u8(writer, PACKET_VERSION);
	write_u16(writer, flags);
	write_u64(writer, session_id);
}

static size_t exact_size(uint8_t type)
{
	switch (type) {
	case OCTO_PACKET_SYN: return SYN_BYTES;
	case OCTO_PACKET_SYN_ACK: return SYN_ACK_BYTES;
	case OCTO_PACKET_ACK: return ACK_BYTES;
	case OCTO_PACKET_RETRY: return RETRY_BYTES;
	case OCTO_PACKET_PROBE:
	case OCTO_PACKET_PROBE_REPLY: return PROBE_BYTES;
	default: return 0;
	}
}

static bool session_id_fits(uint8_t type, uint64_t session_id)
{
	switch (type) {
	case OCTO_PACKET_SYN: return session_id == 0;
	case OCTO_PACKET_PROBE:
	case OCTO_PACKET_PROBE_REPLY: return session_id == PACKET_PROBE_SESSION_ID;
	default: return session_id >= PACKET_SESSION_ID_MIN;
	}
}

enum octo_reason packet_check(const uint8_t *bytes, size_t size, struct packet_header *header)
{
	struct reader reader = reader_of(bytes, size);
	*header = header_read(&reader);
	if (reader.failed)
		return OCTO_REASON_TOO_SHORT;
	if (exact_size(header->type) == 0)
		return OCTO_REASON_BAD_TYPE;
	if (header->version != PACKET_VERSION)
		return OCTO_REASON_BAD_VERSION;
	if (size != exact_size(header->type))
		return OCTO_REASON_BAD_LENGTH;
	bool has_user = header->type == OCTO_PACKET_SYN || header->type == OCTO_PACKET_PROBE;
	uint16_t flags_known = has_user ? PACKET_FLAG_USER : 0;
	if (header->flags & ~flags_known)
		return OCTO_REASON_BAD_FLAGS;
	if (!session_id_fits(header->type, header->session_id))
		return OCTO_REASON_BAD_SESSION_ID;
	if (header->type == OCTO_PACKET_SYN) {
		if (load_le(bytes + PACKET_HEADER_BYTES, 8) < PACKET_SESSION_ID_MIN)
			return OCTO_REASON_BAD_SESSION_ID;
		struct reader pad = reader_of(bytes + SYN_BYTES - SYN_PAD_BYTES, SYN_PAD_BYTES);
		if (!read_zeros(&pad, SYN_PAD_BYTES))
			return OCTO_REASON_BAD_FIELD;
	}
	return OCTO_REASON_ACCEPTED;
}

enum octo_reason syn_offer_read(const uint8_t plain[SYN_OFFER_BYTES], struct syn_offer *offer)
{
	struct reader reader = reader_of(plain, SYN_OFFER_BYTES);
	offer->timestamp = read_u64(&reader);
	offer->generation = read_u32(&reader);
	offer->version_min = read_u8(&reader);
	offer->version_max = read_u8(&reader);
	offer->suites = read_u16(&reader);
	offer->rate_up = read_u32(&reader);
	offer->rate_down = read_u32(&reader);
	offer->payload_max = read_u16(&reader);
	offer->idle_s = read_u16(&reader);
	offer->features = read_u32(&reader);
	bool is_rest_zero = read_zeros(&reader, 16);
	bool fits = is_rest_zero && offer->generation <= PACKET_GENERATION_MAX && offer->version_min <= offer->version_max &&
	            (offer->suites & OCTO_SUITE_CHACHA20_POLY1305) && offer->rate_up >= rate_min_bytes &&
	            offer->rate_down >= rate_min_bytes && offer->payload_max >= payload_min_bytes &&
	            offer->payload_max <= OCTO_DATAGRAM_MAX && offer->idle_s >= 1;
	return fits ? OCTO_REASON_ACCEPTED : OCTO_REASON_BAD_FIELD;
}

void syn_offer_write(uint8_t plain[SYN_OFFER_BYTES], const struct syn_offer *offer)
{
	struct writer writer = writer_of(plain, SYN_OFFER_BYTES);
	write_u64(&writer, offer->timestamp);
	write_u32(&writer, offer->generation);
	write_u8(&writer, offer->version_min);
	write_u8(&writer, offer->version_max);
	write_u16(&writer, offer->suites);
	write_u32(&writer, offer->rate_up);
	write_u32(&writer, offer->rate_down);
	write_u16(&writer, offer->payload_max);
	write_u16(&writer, offer->idle_s);
	write_u32(&writer, offer->features);
	write_zeros(&writer, 16);
}

enum octo_reason syn_ack_choice_read(const uint8_t plain[SYN_ACK_CHOICE_BYTES], struct syn_ack_choice *choice)
{
	struct reader reader = reader_of(plain, SYN_ACK_CHOICE_BYTES);
	read_copy(&reader, choice->id, OCTO_ID_BYTES);
	choice->nonce = read_u64(&reader);
	choice->generation = read_u32(&reader);
	choice->timestamp = read_u64(&reader);
	choice->version = read_u8(&reader);
	choice->suite = read_u8(&reader);
	choice->payload_max = read_u16(&reader);
	choice->rate_up = read_u32(&reader);
	choice->rate_down = read_u32(&reader);
	choice->idle_s = read_u16(&reader);
	bool is_rest_zero = read_u16(&reader) == 0; /* flags: none defined */
	is_rest_zero = read_zeros(&reader, 16) && is_rest_zero;
	bool fits = is_rest_zero && choice->nonce >= PACKET_SESSION_ID_MIN && choice->idle_s >= 1 &&
	            choice->generation <= PACKET_GENERATION_MAX &&
	            choice->payload_max >= payload_min_bytes && choice->rate_up >= rate_min_bytes &&
	            choice->rate_down >= rate_min_bytes;
	return fits ? OCTO_REASON_ACCEPTED : OCTO_REASON_BAD_FIELD;
}

void syn_ack_choice_write(uint8_t plain[SYN_ACK_CHOICE_BYTES], const struct syn_ack_choice *choice)
{
	struct writer writer = writer_of(plain, SYN_ACK_CHOICE_BYTES);
	write_bytes(&writer, choice->id, OCTO_ID_BYTES);
	write_u64(&writer, choice->nonce);
	write_u32(&writer, choice->generation);
	write_u64(&writer, choice->timestamp);
	write_u8(&writer, choice->version);
	write_u8(&writer, choice->suite);
	write_u16(&writer, choice->payload_max);
	write_u32(&writer, choice->rate_up);
	write_u32(&writer, choice->rate_down);
	write_u16(&writer, choice->idle_s);
	write_zeros(&writer, 2 + 16);
}

enum octo_reason ack_proof_read(const uint8_t plain[ACK_PROOF_BYTES], struct ack_proof *proof)
{
	struct reader reader = reader_of(plain, ACK_PROOF_BYTES);
	read_copy(&reader, proof->id, OCTO_ID_BYTES);
	proof->timestamp = read_u64(&reader);
	uint32_t status = read_u32(&reader); /* 0: established; no other value is defined */
	return status == 0 ? OCTO_REASON_ACCEPTED : OCTO_REASON_BAD_FIELD;
}

void ack_proof_write(uint8_t plain[ACK_PROOF_BYTES], const struct ack_proof *proof)
{
	struct writer writer = writer_of(plain, ACK_PROOF_BYTES);
	write_bytes(&writer, proof->id, OCTO_ID_BYTES);
	write_u64(&writer, proof->timestamp);
	write_u32(&writer, 0);
}

enum octo_reason retry_advice_read(const uint8_t plain[RETRY_ADVICE_BYTES], struct retry_advice *advice)
{
	struct reader reader = reader_of(plain, RETRY_ADVICE_BYTES);
	read_copy(&reader, advice->cookie, COOKIE_BYTES);
	advice->timestamp_seen = read_u64(&reader);
	advice->reason = read_u32(&reader);
	bool fits = advice->reason == RETRY_COOKIE || advice->reason == RETRY_STALE;
	return fits ? OCTO_REASON_ACCEPTED : OCTO_REASON_BAD_FIELD;
}

void retry_advice_write(uint8_t plain[RETRY_ADVICE_BYTES], const struct retry_advice *advice)
{
	struct writer writer = writer_of(plain, RETRY_ADVICE_BYTES);
	write_bytes(&writer, advice->cookie, COOKIE_BYTES);
	write_u64(&writer, advice->timestamp_seen);
	write_u32(&writer, advice->reason);
}

void probe_read(const uint8_t bytes[PROBE_BYTES], struct probe *probe)
{
	struct reader reader = reader_of(bytes, PROBE_BYTES);
	struct packet_header header = header_read(&reader);
	probe->type = header.type;
	probe->flags = header.flags;
	read_copy(&reader, probe->token, sizeof probe->token);
	read_copy(&reader, probe->hint, sizeof probe->hint);
	read_copy(&reader, probe->tag, sizeof probe->tag);
}

void probe_write(uint8_t bytes[PROBE_BYTES], const struct probe *probe)
{
	struct writer writer = writer_of(bytes, PROBE_BYTES);
	packet_header_write(&writer, probe->type, probe->flags, PACKET_PROBE_SESSION_ID);
	write_bytes(&writer, probe->token, sizeof probe->token);
	write_bytes(&writer, probe->hint, sizeof probe->hint);
	write_bytes(&writer, probe->tag, sizeof probe->tag);
}

/* First byte of a data packet: 1 K LL PP S R, most significant bit first. */
enum { BIT_DATA = 0x80, BIT_KEY_PHASE = 0x40, BITS_ID_LENGTH = 0x30, BIT_SYNC = 0x02, BIT_RESERVED = 0x01 };

enum octo_reason data_header_read(const uint8_t *bytes, size_t size, struct data_header *header)
{
	if (size < DATA_BYTES_MIN)
		return OCTO_REASON_TOO_SHORT;
	struct reader reader = reader_of(bytes, size);
	uint8_t first = read_u8(&reader);
	if (first & BIT_RESERVED)
		return OCTO_REASON_BAD_FLAGS;
	if (first & BITS_ID_LENGTH)
		return OCTO_REASON_NOT_NEGOTIATED;
	header->key_phase = first & BIT_KEY_PHASE;
	header->wants_sync = first & BIT_SYNC;
	header->number_bytes = (uint8_t)((first >> 2 & 3) + 1);
	header->session_id = read_u64(&reader);
	header->truncated = (uint32_t)read_le(&reader, header->number_bytes);
	header->size = reader.position;
	if (header->session_id < PACKET_SESSION_ID_MIN)
		return OCTO_REASON_BAD_SESSION_ID;
	if (size < header->size + 1 + CRYPTO_TAG_BYTES)
		return OCTO_REASON_TOO_SHORT;
	return OCTO_REASON_ACCEPTED;
}

size_t data_header_write(uint8_t out[DATA_HEADER_BYTES_MAX], uint64_t session_id, bool key_phase, uint64_t number,
                         uint64_t acknowledged)
{
	/* Enough bits for twice the span that is not acknowledged, so that the receiver cannot take it for another. */
	uint64_t span = acknowledged == UINT64_MAX ? number + 1 : number - acknowledged;
	uint8_t number_bytes = 1;
	while (number_bytes < 4 && span >= UINT64_C(1) << (8 * number_bytes - 1))
		number_bytes++;
	struct writer writer = writer_of(out, DATA_HEADER_BYTES_MAX);
	write_u8(&writer, (uint8_t)(BIT_DATA | (key_phase ? BIT_KEY_PHASE : 0) | (number_bytes - 1) << 2));
	write_u64(&writer, session_id);
	write_le(&writer, number_bytes, number);
	return writer.position;
}

void data_header_ask(uint8_t header[DATA_HEADER_BYTES_MAX])
{
	header[0] |= BIT_SYNC;
}

uint64_t data_number_expand(uint64_t expected, uint32_t truncated, uint8_t number_bytes)
{
	uint64_t window = UINT64_C(1) << (8 * number_bytes), half = window / 2;
	uint64_t candidate = (expected & ~(window - 1)) | truncated;
	if (candidate + half <= expected && candidate <= UINT64_MAX - window)
		return candidate + window;
	if (candidate > expected && candidate - expected > half && candidate >= window)
		return candidate - window;
	return candidate;
}
