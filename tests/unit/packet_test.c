/* packet_test.c: packet.c, the byte layouts of [P 3] and [P 6.1]: what is written is read again, offsets are those of the
 * specification, and every bound is a bound. */
#include "core/intrinsic/packet.h"
#include "tests/check.h"

static const struct syn_offer good_offer = { .timestamp = UINT64_C(0x0102030405060708), .generation = 0x01020304,
	.version_min = 1, .version_max = 2, .suites = 0x0103, .rate_up = 0x11223344, .rate_down = 0x55667788,
	.payload_max = 0x01aa, .idle_s = 0x0f0e, .features = 0 };

/* R88: P1 of a SYN, field by field at its place. */
static void an_offer_is_laid_out_as_specified(void)
{
	static const uint8_t expected[SYN_OFFER_BYTES] = { 8, 7, 6, 5, 4, 3, 2, 1, 4, 3, 2, 1, 1, 2, 0x03, 0x01,
		0x44, 0x33, 0x22, 0x11, 0x88, 0x77, 0x66, 0x55, 0xaa, 0x01, 0x0e, 0x0f };
	uint8_t plain[SYN_OFFER_BYTES];
	struct syn_offer back;
	memset(plain, 0xee, sizeof plain);
	syn_offer_write(plain, &good_offer);
	CHECK_BYTES(plain, expected, sizeof plain);
	CHECK_U64(syn_offer_read(plain, &back), OCTO_REASON_ACCEPTED);
	CHECK_U64(back.timestamp, good_offer.timestamp);
	CHECK_U64(back.generation, good_offer.generation);
	CHECK_U64(back.version_min, 1);
	CHECK_U64(back.version_max, 2);
	CHECK_U64(back.suites, good_offer.suites);
	CHECK_U64(back.rate_up, good_offer.rate_up);
	CHECK_U64(back.rate_down, good_offer.rate_down);
	CHECK_U64(back.payload_max, good_offer.payload_max);
	CHECK_U64(back.idle_s, good_offer.idle_s);
}

static enum octo_reason read_offer(const struct syn_offer *offer)
{
	uint8_t plain[SYN_OFFER_BYTES];
	struct syn_offer back;
	syn_offer_write(plain, offer);
	return syn_offer_read(plain, &back);
}

/* R64: each field at its bound is good, and one beyond it is not. */
static void an_offer_beyond_a_bound_is_broken(void)
{
	struct syn_offer edge[7], beyond[7];
	for (int i = 0; i < 7; i++)
		edge[i] = beyond[i] = good_offer;
	edge[0].generation = PACKET_GENERATION_MAX, beyond[0].generation = PACKET_GENERATION_MAX + 1;
	edge[1].version_min = edge[1].version_max = 9, beyond[1].version_min = 3;
	edge[2].suites = 0xffff, beyond[2].suites = 0xfffe;
	edge[3].rate_up = 4096, beyond[3].rate_up = 4095;
	edge[4].rate_down = 4096, beyond[4].rate_down = 4095;
	edge[5].payload_max = 128, beyond[5].payload_max = 127;
	edge[6].payload_max = 512, beyond[6].payload_max = 513;
	for (int i = 0; i < 7; i++) {
		CHECK_U64(read_offer(&edge[i]), OCTO_REASON_ACCEPTED);
		CHECK_U64(read_offer(&beyond[i]), OCTO_REASON_BAD_FIELD);
	}
	struct syn_offer idle = good_offer, features = good_offer;
	idle.idle_s = 0;
	features.features = UINT32_MAX; /* ignored when received */
	CHECK_U64(read_offer(&idle), OCTO_REASON_BAD_FIELD);
	CHECK_U64(read_offer(&features), OCTO_REASON_ACCEPTED);
	for (size_t at = 32; at < SYN_OFFER_BYTES; at++) {
		uint8_t plain[SYN_OFFER_BYTES];
		struct syn_offer back;
		syn_offer_write(plain, &good_offer);
		plain[at] = 1;
		CHECK_U64(syn_offer_read(plain, &back), OCTO_REASON_BAD_FIELD);
	}
}

static struct syn_ack_choice good_choice(void)
{
	struct syn_ack_choice choice = { .nonce = UINT64_C(0x1122334455667788), .generation = 7,
		.timestamp = UINT64_C(0x0a0b0c0d0e0f1011), .version = 1, .suite = 2, .payload_max = 0x0140,
		.rate_up = 0x00010203, .rate_down = 0x00040506, .idle_s = 15 };
	for (int i = 0; i < OCTO_ID_BYTES; i++)
		choice.id[i] = (uint8_t)(i + 1);
	return choice;
}

/* R89: P2 of a SYN-ACK: FULL-ID first, then the new nonce id. */
static void a_choice_is_laid_out_as_specified(void)
{
	static const uint8_t rest[52] = { 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 7, 0, 0, 0,
		0x11, 0x10, 0x0f, 0x0e, 0x0d, 0x0c, 0x0b, 0x0a, 1, 2, 0x40, 0x01, 3, 2, 1, 0, 6, 5, 4, 0, 15, 0 };
	uint8_t plain[SYN_ACK_CHOICE_BYTES];
	struct syn_ack_choice choice = good_choice(), back;
	memset(plain, 0xee, sizeof plain);
	syn_ack_choice_write(plain, &choice);
	CHECK_BYTES(plain, choice.id, OCTO_ID_BYTES);
	CHECK_BYTES(plain + 32, rest, sizeof rest);
	CHECK_U64(syn_ack_choice_read(plain, &back), OCTO_REASON_ACCEPTED);
	CHECK_BYTES(back.id, choice.id, OCTO_ID_BYTES);
	CHECK_U64(back.nonce, choice.nonce);
	CHECK_U64(back.generation, 7);
	CHECK_U64(back.timestamp, choice.timestamp);
	CHECK_U64(back.version, 1);
	CHECK_U64(back.suite, 2);
	CHECK_U64(back.payload_max, choice.payload_max);
	CHECK_U64(back.rate_up, choice.rate_up);
	CHECK_U64(back.rate_down, choice.rate_down);
	CHECK_U64(back.idle_s, 15);
	for (size_t at = 66; at < SYN_ACK_CHOICE_BYTES; at++) {
		plain[at] = 1;
		CHECK_U64(syn_ack_choice_read(plain, &back), OCTO_REASON_BAD_FIELD);
		plain[at] = 0;
	}
}

static enum octo_reason read_choice(const struct syn_ack_choice *choice)
{
	uint8_t plain[SYN_ACK_CHOICE_BYTES];
	struct syn_ack_choice back;
	syn_ack_choice_write(plain, choice);
	return syn_ack_choice_read(plain, &back);
}

static void a_choice_beyond_a_bound_is_broken(void)
{
	struct syn_ack_choice edge[6], beyond[6];
	for (int i = 0; i < 6; i++)
		edge[i] = beyond[i] = good_choice();
	edge[0].nonce = 65536, beyond[0].nonce = 65535;
	edge[1].generation = PACKET_GENERATION_MAX, beyond[1].generation = PACKET_GENERATION_MAX + 1;
	edge[2].payload_max = 128, beyond[2].payload_max = 127;
	edge[3].rate_up = 4096, beyond[3].rate_up = 4095;
	edge[4].rate_down = 4096, beyond[4].rate_down = 4095;
	edge[5].idle_s = 1, beyond[5].idle_s = 0;
	for (int i = 0; i < 6; i++) {
		CHECK_U64(read_choice(&edge[i]), OCTO_REASON_ACCEPTED);
		CHECK_U64(read_choice(&beyond[i]), OCTO_REASON_BAD_FIELD);
	}
}

/* R90: P3 of an ACK. */
static void a_proof_round_trips_and_has_no_other_status(void)
{
	struct ack_proof proof = { .timestamp = UINT64_C(0x8877665544332211) }, back;
	uint8_t plain[ACK_PROOF_BYTES];
	memset(proof.id, 0x3c, sizeof proof.id);
	memset(plain, 0xee, sizeof plain);
	ack_proof_write(plain, &proof);
	CHECK_U64(ack_proof_read(plain, &back), OCTO_REASON_ACCEPTED);
	CHECK_BYTES(back.id, proof.id, sizeof proof.id);
	CHECK_U64(back.timestamp, proof.timestamp);
	CHECK_U64(plain[32], 0x11);
	for (size_t at = 40; at < 44; at++) {
		plain[at] = 1;
		CHECK_U64(ack_proof_read(plain, &back), OCTO_REASON_BAD_FIELD);
		plain[at] = 0;
	}
}

static void advice_round_trips_and_has_two_reasons(void)
{
	for (uint32_t reason = 0; reason < 6; reason++) {
		struct retry_advice advice = { .timestamp_seen = 77, .reason = reason }, back;
		uint8_t plain[RETRY_ADVICE_BYTES];
		memset(advice.cookie, 9, sizeof advice.cookie);
		retry_advice_write(plain, &advice);
		bool is_known = reason == RETRY_COOKIE || reason == RETRY_STALE;
		CHECK_U64(retry_advice_read(plain, &back), is_known ? OCTO_REASON_ACCEPTED : OCTO_REASON_BAD_FIELD);
		CHECK_BYTES(back.cookie, advice.cookie, sizeof advice.cookie);
		CHECK_U64(back.timestamp_seen, 77);
		CHECK_U64(back.reason, reason);
	}
}

static void a_probe_round_trips(void)
{
	for (int type = OCTO_PACKET_PROBE; type <= OCTO_PACKET_PROBE_REPLY; type++) {
		struct probe probe = { .type = (uint8_t)type, .flags = type == OCTO_PACKET_PROBE, .token = "token12", .hint = "hint123", .tag = "tag456789012345" };
		struct probe back;
		struct packet_header header;
		uint8_t bytes[PROBE_BYTES];
		probe_write(bytes, &probe);
		CHECK_U64(packet_check(bytes, sizeof bytes, &header), OCTO_REASON_ACCEPTED);
		CHECK_U64(header.session_id, 1);
		probe_read(bytes, &back);
		CHECK_U64(back.flags, probe.flags);
		CHECK_U64(back.type, probe.type);
		CHECK_BYTES(back.token, probe.token, sizeof probe.token);
		CHECK_BYTES(back.hint, probe.hint, sizeof probe.hint);
		CHECK_BYTES(back.tag, probe.tag, sizeof probe.tag);
	}
}

/* ---- Headers ----------------------------------------------------------------------------------------------- */

static const struct { uint8_t type; size_t size; uint64_t session_id; } kinds[] = {
	{ 0x41, 160, 0 }, { 0x42, 144, 65536 }, { 0x43, 72, UINT64_MAX }, { 0x44, 80, 1 << 20 }, { 0x45, 44, 1 }, { 0x46, 44, 1 }
};

static void make_packet(uint8_t *bytes, int kind)
{
	memset(bytes, 0, 600);
	struct writer writer = writer_of(bytes, 600);
	packet_header_write(&writer, kinds[kind].type, 0, kinds[kind].session_id);
	bytes[18] = 1; /* n of a SYN: not reserved */
}

/* R64: a packet of each type has one length: one byte less or more is broken. */
static void each_type_has_one_length(void)
{
	for (int kind = 0; kind < 6; kind++) {
		for (size_t size = 0; size <= 513; size++) {
			uint8_t bytes[600];
			struct packet_header header;
			make_packet(bytes, kind);
			enum octo_reason expected = size < 12 ? OCTO_REASON_TOO_SHORT :
			                            size == kinds[kind].size ? OCTO_REASON_ACCEPTED : OCTO_REASON_BAD_LENGTH;
			CHECK_U64(packet_check(bytes, size, &header), expected);
		}
	}
}

static void every_other_type_version_or_flag_is_broken(void)
{
	uint8_t bytes[600];
	struct packet_header header;
	for (int kind = 0; kind < 6; kind++) {
		for (unsigned value = 0; value < 256; value++) {
			make_packet(bytes, kind);
			bytes[1] = (uint8_t)value;
			CHECK_U64(packet_check(bytes, kinds[kind].size, &header), value == 1 ? OCTO_REASON_ACCEPTED : OCTO_REASON_BAD_VERSION);
		}
		for (unsigned bit = 0; bit < 16; bit++) {
			make_packet(bytes, kind);
			bytes[2 + bit / 8] = (uint8_t)(1 << bit % 8);
			bool is_user = (kind == 0 || kind == 4) && bit == 0;
			CHECK_U64(packet_check(bytes, kinds[kind].size, &header), is_user ? OCTO_REASON_ACCEPTED : OCTO_REASON_BAD_FLAGS);
		}
	}
	for (unsigned type = 0; type < 256; type++) {
		make_packet(bytes, 0);
		bytes[0] = (uint8_t)type;
		if (type < 0x41 || type > 0x46)
			CHECK_U64(packet_check(bytes, 160, &header), OCTO_REASON_BAD_TYPE);
	}
}

/* R63, R131: 0 is for SYNs, 1 for PROBEs, 0 to 65,535 are nobody's. */
static void reserved_session_ids_are_broken(void)
{
	static const uint64_t ids[] = { 0, 1, 2, 65535, 65536, UINT64_MAX };
	for (int kind = 0; kind < 6; kind++) {
		for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
			uint8_t bytes[600];
			struct packet_header header;
			make_packet(bytes, kind);
			store_le(bytes + 4, 8, ids[i]);
			bool is_good = kind == 0 ? ids[i] == 0 : kind >= 4 ? ids[i] == 1 : ids[i] >= 65536;
			CHECK_U64(packet_check(bytes, kinds[kind].size, &header),
			          is_good ? OCTO_REASON_ACCEPTED : OCTO_REASON_BAD_SESSION_ID);
		}
	}
	uint8_t syn[600];
	struct packet_header header;
	make_packet(syn, 0);
	store_le(syn + 12, 8, 65535);
	CHECK_U64(packet_check(syn, 160, &header), OCTO_REASON_BAD_SESSION_ID);
}

static void the_padding_of_a_syn_is_zero(void)
{
	for (size_t at = 140; at < 160; at++) {
		uint8_t syn[600];
		struct packet_header header;
		make_packet(syn, 0);
		syn[at] = 0x80;
		CHECK_U64(packet_check(syn, 160, &header), OCTO_REASON_BAD_FIELD);
	}
}

/* ---- Data packets ------------------------------------------------------------------------------------------ */

/* 1 byte up to 126, 2 up to 32,766, 3 up to 8,388,606, then 4. */
static void a_packet_number_takes_the_least_bytes(void)
{
	static const struct { uint64_t number; unsigned bytes; } cases[] = {
		{ 0, 1 }, { 126, 1 }, { 127, 2 }, { 32766, 2 }, { 32767, 3 }, { 8388606, 3 }, { 8388607, 4 },
		{ UINT64_C(1) << 40, 4 }
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t out[64] = { 0 };
		struct data_header header;
		size_t size = data_header_write(out, 65536, false, cases[i].number, UINT64_MAX);
		CHECK_U64(size, 9 + cases[i].bytes);
		CHECK_U64(out[0], 0x80 | (cases[i].bytes - 1) << 2);
		CHECK_U64(data_header_read(out, sizeof out, &header), OCTO_REASON_ACCEPTED);
		CHECK_U64(header.number_bytes, cases[i].bytes);
		CHECK_U64(header.session_id, 65536);
		CHECK_U64(header.size, size);
		CHECK_U64(header.truncated, cases[i].number & ((UINT64_C(1) << 8 * cases[i].bytes) - 1));
	}
}

/* Whatever of the unacknowledged span has arrived: the receiver expands every number to itself. */
static void a_truncated_number_expands_to_itself(void)
{
	static const uint64_t starts[] = { 0, 100, 127, 32000, 32767, 8388600, UINT64_C(1) << 31, UINT64_C(1) << 33 };
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		for (uint64_t number = starts[i]; number < starts[i] + 300; number++) {
			uint8_t out[64] = { 0 };
			struct data_header header;
			data_header_write(out, 65536, false, number, UINT64_MAX);
			CHECK_U64(data_header_read(out, sizeof out, &header), OCTO_REASON_ACCEPTED);
			for (uint64_t behind = 0; behind < 60 && behind <= number; behind += 7)
				CHECK_U64(data_number_expand(number - behind, header.truncated, header.number_bytes), number);
		}
	}
	CHECK_U64(data_number_expand(0xa82f30eb, 0x9b32, 2), 0xa82f9b32); /* the example of RFC 9000, A.3 */
	CHECK_U64(data_number_expand(256, 0xff, 1), 255);                  /* an old one */
	CHECK_U64(data_number_expand(0, 0xff, 1), 255);                    /* never below zero */
	CHECK_U64(data_number_expand(UINT64_MAX, 0, 1), UINT64_MAX - 255); /* nor around the end */
}

static void a_short_or_reserved_data_header_is_broken(void)
{
	uint8_t bytes[64] = { 0x80, 0, 0, 1 };
	struct data_header header;
	for (size_t size = 0; size < 40; size++)
		CHECK_U64(data_header_read(bytes, size, &header), size < 27 ? OCTO_REASON_TOO_SHORT : OCTO_REASON_ACCEPTED);
	bytes[0] = 0x8c; /* four bytes of number: three more are needed */
	CHECK_U64(data_header_read(bytes, 29, &header), OCTO_REASON_TOO_SHORT);
	CHECK_U64(data_header_read(bytes, 30, &header), OCTO_REASON_ACCEPTED);
	bytes[0] = 0x81;
	CHECK_U64(data_header_read(bytes, 64, &header), OCTO_REASON_BAD_FLAGS);
	bytes[0] = 0x90;
	CHECK_U64(data_header_read(bytes, 64, &header), OCTO_REASON_NOT_NEGOTIATED);
	bytes[0] = 0xc2;
	CHECK_U64(data_header_read(bytes, 64, &header), OCTO_REASON_ACCEPTED);
	CHECK(header.key_phase && header.wants_sync);
	bytes[0] = 0x80, bytes[3] = 0;
	CHECK_U64(data_header_read(bytes, 64, &header), OCTO_REASON_BAD_SESSION_ID);
}

/* cursor.h: a reader asked for too much stays failed and yields zeros. */
static void a_reader_that_failed_stays_failed(void)
{
	struct reader reader = reader_of("\x01\x02\x03", 3);
	uint8_t out[4] = { 9, 9, 9, 9 };
	CHECK_U64(read_u16(&reader), 0x0201);
	CHECK_U64(read_u32(&reader), 0);
	CHECK(reader.failed);
	CHECK_U64(read_u8(&reader), 0);
	CHECK(!read_bytes(&reader, 0));
	read_copy(&reader, out, sizeof out);
	CHECK_U64(load_le(out, 4), 0);
	CHECK(!read_zeros(&reader, 1));
}

CU_ErrorCode suite_packet(void);

CU_ErrorCode suite_packet(void)
{
	CU_pSuite suite = CU_add_suite("packet", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, an_offer_is_laid_out_as_specified);
	CU_ADD_TEST(suite, an_offer_beyond_a_bound_is_broken);
	CU_ADD_TEST(suite, a_choice_is_laid_out_as_specified);
	CU_ADD_TEST(suite, a_choice_beyond_a_bound_is_broken);
	CU_ADD_TEST(suite, a_proof_round_trips_and_has_no_other_status);
	CU_ADD_TEST(suite, advice_round_trips_and_has_two_reasons);
	CU_ADD_TEST(suite, a_probe_round_trips);
	CU_ADD_TEST(suite, each_type_has_one_length);
	CU_ADD_TEST(suite, every_other_type_version_or_flag_is_broken);
	CU_ADD_TEST(suite, reserved_session_ids_are_broken);
	CU_ADD_TEST(suite, the_padding_of_a_syn_is_zero);
	CU_ADD_TEST(suite, a_packet_number_takes_the_least_bytes);
	CU_ADD_TEST(suite, a_truncated_number_expands_to_itself);
	CU_ADD_TEST(suite, a_short_or_reserved_data_header_is_broken);
	CU_ADD_TEST(suite, a_reader_that_failed_stays_failed);
	return CU_get_error();
}
