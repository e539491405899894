/* packet_fuzz.c: packet.c: any bytes as a datagram and as each of the plain contents. What is accepted and written again
 * is the same bytes. */
#include "core/intrinsic/packet.h"
#include "tests/fuzz/fuzz.h"

static void read_whole(const uint8_t *bytes, size_t size)
{
	struct packet_header header;
	uint8_t out[PROBE_BYTES];
	enum octo_reason reason = packet_check(bytes, size, &header);
	FUZZ_REQUIRE((unsigned)reason < OCTO_REASON_COUNT);
	if (reason != OCTO_REASON_ACCEPTED)
		return;
	struct writer writer = writer_of(out, sizeof out);
	FUZZ_REQUIRE(header.type == octo_packet_type_of(bytes, size) && size <= OCTO_DATAGRAM_MAX);
	packet_header_write(&writer, header.type, header.flags, header.session_id);
	FUZZ_REQUIRE(memcmp(out, bytes, PACKET_HEADER_BYTES) == 0);
	if (header.type != OCTO_PACKET_PROBE && header.type != OCTO_PACKET_PROBE_REPLY)
		return;
	struct probe probe;
	probe_read(bytes, &probe);
	probe_write(out, &probe);
	FUZZ_REQUIRE(memcmp(out, bytes, PROBE_BYTES) == 0);
}

static void read_data_header(const uint8_t *bytes, size_t size)
{
	struct data_header header;
	uint8_t out[DATA_HEADER_BYTES_MAX];
	enum octo_reason reason = data_header_read(bytes, size, &header);
	FUZZ_REQUIRE((unsigned)reason < OCTO_REASON_COUNT);
	if (reason != OCTO_REASON_ACCEPTED)
		return;
	FUZZ_REQUIRE(header.size <= DATA_HEADER_BYTES_MAX && header.size + CRYPTO_TAG_BYTES < size);
	/* The number that these bytes stand for ends in them, wherever the receiver is. */
	uint64_t expected = load_le(bytes + 1, 8), mask = (UINT64_C(1) << (8 * header.number_bytes)) - 1;
	uint64_t number = data_number_expand(expected, header.truncated, header.number_bytes);
	FUZZ_REQUIRE((number & mask) == header.truncated);
	FUZZ_REQUIRE((bytes[0] & 0x80) == 0 ||
	             data_header_write(out, header.session_id, header.key_phase, header.truncated, UINT64_MAX) <= sizeof out);
}

#define AGAIN(what, room)                                                                            \
	do {                                                                                         \
		struct what found;                                                                   \
		uint8_t out[room];                                                                   \
		if (size == (room) && what##_read(bytes, &found) == OCTO_REASON_ACCEPTED) {          \
			what##_write(out, &found);                                                   \
			FUZZ_REQUIRE(memcmp(out, bytes, room) == 0);                                 \
		}                                                                                    \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	read_whole(bytes, size);
	read_data_header(bytes, size);
	AGAIN(syn_offer, SYN_OFFER_BYTES);
	AGAIN(syn_ack_choice, SYN_ACK_CHOICE_BYTES);
	AGAIN(ack_proof, ACK_PROOF_BYTES);
	AGAIN(retry_advice, RETRY_ADVICE_BYTES);
	return 0;
}

void fuzz_seeds(void (*add)(const void *bytes, size_t size))
{
	struct syn_offer offer = { .timestamp = 1, .version_min = 1, .version_max = 1, .suites = 3, .rate_up = 4096,
		.rate_down = 125000, .payload_max = 512, .idle_s = 15 };
	struct syn_ack_choice choice = { .nonce = 1 << 20, .generation = 1, .version = 1, .suite = 1, .payload_max = 512,
		.rate_up = 4096, .rate_down = 4096, .idle_s = 15 };
	struct ack_proof proof = { .timestamp = 7 };
	struct retry_advice advice = { .timestamp_seen = 9, .reason = RETRY_STALE };
	struct probe probe = { .type = OCTO_PACKET_PROBE };
	uint8_t out[SYN_ACK_CHOICE_BYTES];
	syn_offer_write(out, &offer);
	add(out, SYN_OFFER_BYTES);
	syn_ack_choice_write(out, &choice);
	add(out, SYN_ACK_CHOICE_BYTES);
	ack_proof_write(out, &proof);
	add(out, ACK_PROOF_BYTES);
	retry_advice_write(out, &advice);
	add(out, RETRY_ADVICE_BYTES);
	probe_write(out, &probe);
	add(out, PROBE_BYTES);
}
