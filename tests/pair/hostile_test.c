/* hostile_test.c: what an attacker sends. Whatever does not authenticate changes counters and nothing else [P 10, S6];
 * what authenticates and is nonsense changes nothing either. */
#include "tests/check.h"
#include "tests/pair/pair.h"

enum situation { NOTHING, OFFER, ANSWER, SESSION, SITUATIONS };

/* The LOSER in this situation, with nothing left to do at this instant. */
static void set_up(struct pair *pair, enum situation situation)
{
	pair_open(pair, NULL);
	if (situation == OFFER) {
		pair_lose(pair, LOSER, OCTO_PACKET_SYN, PAIR_FOREVER);
		pair_connect(pair, LOSER);
	} else if (situation == ANSWER) {
		pair_lose(pair, LOSER, OCTO_PACKET_SYN_ACK, PAIR_FOREVER);
		pair_connect(pair, WINNER);
	} else if (situation == SESSION) {
		pair_establish(pair, WINNER);
	}
	pair_be_gullible(pair);
	pair_run(pair, 50 * OCTO_MILLISECOND);
	static const enum octo_state states[] = { OCTO_STATE_IDLE, OCTO_STATE_OFFERING, OCTO_STATE_ANSWERING,
		                                  OCTO_STATE_ESTABLISHED };
	CHECK_U64(pair_state(pair, LOSER), states[situation]);
}

static uint64_t random_word(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Bytes that look like ours as far as `depth` goes: 0 not at all, 1 type, 2 type and version, 3 a live session id. */
static void make_junk(const struct pair *pair, uint8_t *bytes, size_t size, int depth, uint64_t *random)
{
	static const uint8_t types[] = { 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x80, 0x84, 0x8c };
	const struct peer *peer = pair_peer(pair, LOSER);
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)random_word(random);
	if (depth >= 1 && size > 0)
		bytes[0] = types[random_word(random) % sizeof types];
	bool is_data = size > 0 && bytes[0] & 0x80;
	if (depth >= 2 && size > 3 && !is_data)
		memcpy(bytes + 1, "\x01\0\0", 3);
	uint64_t id = peer->current.id ? peer->current.id : peer->answer.id ? peer->answer.id : peer->offer.id;
	if (depth >= 3 && size > 12)
		store_le(bytes + (is_data ? 1 : 4), 8, id);
}

/* R4, R64, R119: any bytes of any length, to a core in any state. */
static void junk_changes_nothing_but_counters(void)
{
	static uint8_t bytes[65535];
	for (int situation = 0; situation < SITUATIONS; situation++) {
		struct pair pair;
		uint64_t random = 7, count = 0;
		set_up(&pair, (enum situation)situation);
		const struct octo_counters *counters = octo_channel_counters(pair.nodes[LOSER].channel);
		uint64_t before = pair_digest(&pair, LOSER), received = counters->received, sent = pair.sent_count;
		uint64_t accepted = counters->reasons[OCTO_REASON_ACCEPTED];
		for (size_t size = 0; size <= 601; size++) {
			for (int depth = 0; depth < 8; depth++, count++) {
				size_t real_size = size == 601 ? sizeof bytes : size;
				make_junk(&pair, bytes, real_size, depth % 4, &random);
				enum octo_reason reason = pair_push(&pair, LOSER, &pair.nodes[WINNER].address, bytes, real_size);
				CHECK_U64(pair_digest(&pair, LOSER), before);
				if (real_size == 0)
					CHECK_U64(reason, OCTO_REASON_TOO_SHORT);
				if (real_size > OCTO_DATAGRAM_MAX)
					CHECK_U64(reason, OCTO_REASON_TOO_LONG);
			}
		}
		CHECK_U64(counters->received - received, count);
		CHECK_U64(counters->reasons[OCTO_REASON_ACCEPTED], accepted);
		pair_run(&pair, 0);
		CHECK_U64(pair.sent_count, sent); /* nothing is ever answered */
		pair_close(&pair);
	}
}

/* Each packet is counted under exactly one reason, and told with it. */
static void every_packet_has_exactly_one_reason(void)
{
	struct pair pair;
	uint64_t random = 3, sum = 0;
	uint8_t bytes[200];
	set_up(&pair, SESSION);
	for (int i = 0; i < 500; i++) {
		make_junk(&pair, bytes, random_word(&random) % sizeof bytes, i % 4, &random);
		pair_push(&pair, LOSER, &pair.nodes[WINNER].address, bytes, random_word(&random) % sizeof bytes);
	}
	const struct octo_counters *counters = octo_channel_counters(pair.nodes[LOSER].channel);
	for (int i = 0; i < OCTO_REASON_COUNT; i++)
		sum += counters->reasons[i];
	CHECK_U64(sum, counters->received);
	CHECK_U64(pair_event_count(&pair, LOSER, OCTO_EVENT_PACKET_RECEIVED), counters->received);
	pair_close(&pair);
}

/* ---- Real packets, damaged --------------------------------------------------------------------------------- */

/* All copies of a packet with one byte changed, one byte less or more are refused and leave no trace. The cookie of a
 * SYN is not authenticated: nobody looks at it unless one is demanded. */
static void refuse_damaged(struct pair *pair, int to, const struct pair_datagram *real)
{
	static const uint8_t flips[] = { 0xff, 0x01, 0x80 };
	uint64_t before = pair_digest(pair, to);
	struct pair_datagram copy = *real;
	bool is_syn = real->bytes[0] == OCTO_PACKET_SYN;
	CHECK(real->size > 0);
	for (size_t at = 0; at < real->size; at++) {
		if (is_syn && at >= SYN_COOKIE_AT && at < SYN_COOKIE_AT + COOKIE_BYTES)
			continue;
		for (size_t i = 0; i < sizeof flips; i++) {
			copy.bytes[at] ^= flips[i];
			enum octo_reason reason = pair_deliver(pair, to, &copy);
			CHECK(octo_reason_class(reason) == OCTO_CLASS_BROKEN);
			CHECK_U64(pair_digest(pair, to), before);
			copy.bytes[at] ^= flips[i];
		}
	}
	for (size_t size = 0; size <= real->size + 1; size++) {
		if (size == real->size)
			continue;
		CHECK(pair_push(pair, to, &real->source, copy.bytes, size) != OCTO_REASON_ACCEPTED);
		CHECK_U64(pair_digest(pair, to), before);
	}
}

/* R117, R119: SYN, SYN-ACK, ACK and data; then the real one is as good as ever. */
static void a_damaged_packet_is_refused_and_the_real_one_still_counts(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	for (int type = OCTO_PACKET_SYN; type <= OCTO_PACKET_ACK; type++)
		pair_lose(&pair, type == OCTO_PACKET_SYN_ACK ? LOSER : WINNER, (enum octo_packet_type)type, 1);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 0);
	struct pair_datagram syn = pair_sent(&pair, WINNER, OCTO_PACKET_SYN, 1);
	refuse_damaged(&pair, LOSER, &syn);
	CHECK_U64(pair_deliver(&pair, LOSER, &syn), OCTO_REASON_ACCEPTED);
	pair_run(&pair, 0);
	struct pair_datagram syn_ack = pair_sent(&pair, LOSER, OCTO_PACKET_SYN_ACK, 1);
	refuse_damaged(&pair, WINNER, &syn_ack);
	CHECK_U64(pair_deliver(&pair, WINNER, &syn_ack), OCTO_REASON_ACCEPTED);
	pair_run(&pair, 0);
	struct pair_datagram ack = pair_sent(&pair, WINNER, OCTO_PACKET_ACK, 1);
	refuse_damaged(&pair, LOSER, &ack);
	CHECK_U64(pair_deliver(&pair, LOSER, &ack), OCTO_REASON_ACCEPTED);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, 1);
	pair_run(&pair, 0);
	struct pair_datagram data = pair_sent(&pair, LOSER, OCTO_PACKET_DATA, 1);
	refuse_damaged(&pair, WINNER, &data);
	CHECK_U64(pair_deliver(&pair, WINNER, &data), OCTO_REASON_ACCEPTED);
	CHECK_U64(pair_deliver(&pair, WINNER, &data), OCTO_REASON_DUPLICATE);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

static void a_damaged_retry_is_refused_and_the_real_one_still_counts(void)
{
	struct pair_options options;
	struct pair pair;
	pair_default(&options);
	options.config[LOSER].curve_rate_max = 0; /* always demands a cookie */
	pair_open(&pair, &options);
	pair_lose(&pair, LOSER, OCTO_PACKET_RETRY, 1);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 2 * pair.latency_ns);
	struct pair_datagram retry = pair_sent(&pair, LOSER, OCTO_PACKET_RETRY, 1);
	refuse_damaged(&pair, WINNER, &retry);
	CHECK_U64(pair_deliver(&pair, WINNER, &retry), OCTO_REASON_ACCEPTED);
	pair_run(&pair, 10 * pair.latency_ns);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

/* K is bound to a direction: what is sent back to its maker opens under no key. */
static void a_reflected_packet_opens_under_no_key(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_connect(&pair, WINNER);
	pair_connect(&pair, LOSER);
	pair_run(&pair, OCTO_SECOND);
	size_t count = pair.sent_count;
	for (size_t i = 0; i < count; i++) {
		struct pair_datagram datagram = pair.sent[i];
		uint64_t before = pair_digest(&pair, datagram.from);
		CHECK(pair_push(&pair, datagram.from, &datagram.target, datagram.bytes, datagram.size) != OCTO_REASON_ACCEPTED);
		CHECK_U64(pair_digest(&pair, datagram.from), before);
	}
	CHECK(count > 5);
	pair_close(&pair);
}

/* ---- Authentic nonsense ------------------------------------------------------------------------------------ */

static enum octo_reason push_frames(struct pair *pair, const uint8_t *frames, size_t size)
{
	uint8_t packet[OCTO_DATAGRAM_MAX];
	size_t packet_size = pair_forge_data(pair, WINNER, frames, size, 0, packet);
	return pair_push(pair, LOSER, &pair->nodes[WINNER].address, packet, packet_size);
}

/* R64: one bad frame, and none of the good ones in front of it is used. */
static void one_bad_frame_spoils_the_packet(void)
{
	static const struct { uint8_t bytes[12]; size_t size; } bad[] = {
		{ { 0x0c }, 1 }, { { 0x7f }, 1 }, { { 0xff, 0x00 }, 2 },       /* no such types */
		{ { 0x03, 1, 2, 3 }, 4 }, { { 0x04 }, 1 }, { { 0x08 }, 1 },    /* cut short */
		{ { 0x81 }, 1 }, { { 0x81, 5, 1, 2 }, 4 }, { { 0x81, 0x40 }, 2 },
		{ { 0x81, 0x40, 0x01, 9 }, 4 },                                /* 1 in two bytes: not the shortest form */
		{ { 0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, 9 },
		{ { 0x0b, 4, 1 }, 3 }, { { 0x02, 0, 0, 25 }, 4 }, { { 0x05, 1, 2, 3, 4, 5, 6, 7 }, 8 }
	};
	static const uint8_t good[] = { 0x00, 0x03, 1, 2, 3, 4, 0x81, 2, 9, 9, 0x08, 0 }; /* PAD PING COURIER CLOSE */
	struct pair pair;
	set_up(&pair, SESSION);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		for (size_t prefix = 0; prefix <= sizeof good; prefix += sizeof good) {
			uint8_t frames[64];
			memcpy(frames, good, prefix);
			memcpy(frames + prefix, bad[i].bytes, bad[i].size);
			uint64_t before = pair_digest(&pair, LOSER);
			CHECK_U64(push_frames(&pair, frames, prefix + bad[i].size), OCTO_REASON_BAD_FRAME);
			CHECK_U64(pair_digest(&pair, LOSER), before);
		}
	}
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_ESTABLISHED);
	CHECK_U64(push_frames(&pair, good, sizeof good), OCTO_REASON_ACCEPTED);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_IDLE); /* that CLOSE counts */
	pair_close(&pair);
}

/* R10: couriers come and go; that a peer is one step behind is no fault. */
static void sync_frames_about_a_courier_without_digests_are_counted(void)
{
	static const struct { uint8_t bytes[12]; size_t size; } frames[] = {
		{ { 0x09, 1 }, 2 }, { { 0x0a, 1, 1, 2, 3, 4, 5, 6, 7, 8 }, 10 }, { { 0x09, 99 }, 2 }, { { 0x09, 0xff }, 2 }
	};
	struct pair pair;
	set_up(&pair, SESSION);
	for (unsigned i = 0; i < sizeof frames / sizeof *frames; i++) {
		CHECK_U64(push_frames(&pair, frames[i].bytes, frames[i].size), OCTO_REASON_ACCEPTED);
		CHECK_U64(octo_channel_counters(pair.nodes[LOSER].channel)->sync_discarded, i + 1);
	}
	unsigned sent = pair_sent_count(&pair, LOSER, OCTO_PACKET_DATA);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_sent_count(&pair, LOSER, OCTO_PACKET_DATA), sent);
	pair_close(&pair);
}

static void random_frames_are_all_used_or_not_at_all(void)
{
	struct pair pair;
	uint64_t random = 11;
	unsigned refused = 0;
	set_up(&pair, SESSION);
	for (int i = 0; i < 4000; i++) {
		uint8_t frames[64];
		size_t size = 1 + random_word(&random) % sizeof frames;
		for (size_t at = 0; at < size; at++)
			frames[at] = (uint8_t)random_word(&random);
		frames[0] = (uint8_t)(frames[0] % 16); /* types that exist are more fun */
		if (frames[0] == FRAME_CLOSE || frames[0] == FRAME_ACK || frames[0] == FRAME_ACK_RANGES)
			frames[0] = FRAME_PING; /* those end the session */
		uint64_t before = pair_digest(&pair, LOSER);
		enum octo_reason reason = push_frames(&pair, frames, size);
		CHECK(reason == OCTO_REASON_ACCEPTED || reason == OCTO_REASON_BAD_FRAME || reason == OCTO_REASON_ACK_OF_UNSENT);
		if (reason == OCTO_REASON_ACCEPTED)
			continue;
		if (reason == OCTO_REASON_ACK_OF_UNSENT) {
			pair_close(&pair);
			set_up(&pair, SESSION);
			continue;
		}
		refused++;
		CHECK_U64(pair_digest(&pair, LOSER), before);
	}
	CHECK(refused > 3000);
	pair_close(&pair);
}

/* The bits for features that version 1 has not: even authentic, the packet is refused. */
static void header_bits_of_other_versions_are_refused(void)
{
	static const struct { uint8_t bits; enum octo_reason reason; } cases[] = {
		{ 0x40, OCTO_REASON_BAD_TAG }, /* the next key, which sealed nothing */
		{ 0x10, OCTO_REASON_NOT_NEGOTIATED }, { 0x20, OCTO_REASON_NOT_NEGOTIATED }, { 0x01, OCTO_REASON_BAD_FLAGS }
	};
	static const uint8_t ping[] = { 0x03, 1, 2, 3, 4 };
	struct pair pair;
	set_up(&pair, SESSION);
	uint64_t before = pair_digest(&pair, LOSER);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t packet[OCTO_DATAGRAM_MAX];
		size_t size = pair_forge_data(&pair, WINNER, ping, sizeof ping, cases[i].bits, packet);
		CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, packet, size), cases[i].reason);
		CHECK_U64(pair_digest(&pair, LOSER), before);
	}
	pair_close(&pair);
}

/* An associate with the right keys and impossible wishes. */
static void an_authentic_syn_outside_the_bounds_is_refused(void)
{
	struct pair pair;
	uint8_t syn[SYN_BYTES];
	pair_open(&pair, NULL);
	struct syn_offer good = pair_offer(&pair, WINNER), cases[8];
	for (int i = 0; i < 8; i++)
		cases[i] = good;
	cases[0].version_min = 2;
	cases[1].suites = OCTO_SUITE_AES_256_GCM;
	cases[2].rate_up = 4095;
	cases[3].rate_down = 4095;
	cases[4].payload_max = 127;
	cases[5].payload_max = 513;
	cases[6].idle_s = 0;
	cases[7].generation = PACKET_GENERATION_MAX + 1;
	uint64_t before = pair_digest(&pair, LOSER);
	for (int i = 0; i < 8; i++) {
		pair_forge_syn(&pair, WINNER, &cases[i], 0, syn);
		CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, syn, sizeof syn), OCTO_REASON_BAD_FIELD);
		CHECK_U64(pair_digest(&pair, LOSER), before);
	}
	struct syn_offer newer = good, highest = good;
	newer.version_min = newer.version_max = 2;
	highest.generation = PACKET_GENERATION_MAX; /* the answer's would be above it */
	pair_forge_syn(&pair, WINNER, &newer, 0, syn);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, syn, sizeof syn), OCTO_REASON_BAD_VERSION);
	pair_run(&pair, 3 * OCTO_SECOND);
	pair_forge_syn(&pair, WINNER, &highest, 0, syn);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, syn, sizeof syn), OCTO_REASON_BAD_FIELD);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_IDLE);
	pair_run(&pair, 3 * OCTO_SECOND);
	CHECK_U64(pair_sent_count(&pair, LOSER, OCTO_PACKET_SYN_ACK), 0);
	pair_forge_syn(&pair, WINNER, &good, 0, syn);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, syn, sizeof syn), OCTO_REASON_ACCEPTED);
	pair_close(&pair);
}

CU_ErrorCode suite_hostile(void);

CU_ErrorCode suite_hostile(void)
{
	CU_pSuite suite = CU_add_suite("hostile", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, junk_changes_nothing_but_counters);
	CU_ADD_TEST(suite, every_packet_has_exactly_one_reason);
	CU_ADD_TEST(suite, a_damaged_packet_is_refused_and_the_real_one_still_counts);
	CU_ADD_TEST(suite, a_damaged_retry_is_refused_and_the_real_one_still_counts);
	CU_ADD_TEST(suite, a_reflected_packet_opens_under_no_key);
	CU_ADD_TEST(suite, one_bad_frame_spoils_the_packet);
	CU_ADD_TEST(suite, sync_frames_about_a_courier_without_digests_are_counted);
	CU_ADD_TEST(suite, random_frames_are_all_used_or_not_at_all);
	CU_ADD_TEST(suite, header_bits_of_other_versions_are_refused);
	CU_ADD_TEST(suite, an_authentic_syn_outside_the_bounds_is_refused);
	return CU_get_error();
}
