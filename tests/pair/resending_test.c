/* resending_test.c: what is lost is sent again (C:116): the same bytes, at a regular interval, for as long as it makes
 * sense. No text is ever sealed twice under one nonce, so a repetition is a copy. */
#include "tests/check.h"
#include "tests/pair/pair.h"

/* When each datagram of a type was sent. */
static size_t times_of(const struct pair *pair, int who, enum octo_packet_type type, octo_time_ns *times, size_t room)
{
	size_t count = 0;
	for (unsigned i = 1; i <= pair_event_count(pair, who, OCTO_EVENT_PACKET_SENT); i++) {
		const struct octo_event *event = pair_event(pair, who, OCTO_EVENT_PACKET_SENT, i);
		if (event->packet.type == type && count < room)
			times[count++] = event->now;
	}
	return count;
}

static void check_spacing(const octo_time_ns *times, size_t count, octo_time_ns least, octo_time_ns most)
{
	for (size_t i = 1; i < count; i++) {
		octo_time_ns wait = times[i] - times[i - 1];
		CHECK(wait >= least && wait <= most);
	}
}

static void check_identical(const struct pair *pair, int who, enum octo_packet_type type, unsigned first, unsigned last)
{
	struct pair_datagram model = pair_sent(pair, who, type, first);
	for (unsigned i = first + 1; i <= last; i++) {
		struct pair_datagram copy = pair_sent(pair, who, type, i);
		CHECK_U64(copy.size, model.size);
		CHECK_BYTES(copy.bytes, model.bytes, model.size);
	}
}

/* R92: 1 s, give or take a quarter, for 15 s; all copies alike. */
static void a_syn_is_repeated_for_fifteen_seconds(void)
{
	struct pair pair;
	octo_time_ns times[64];
	pair_open(&pair, NULL);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	octo_time_ns start = pair.now;
	pair_run(&pair, 15 * OCTO_SECOND);
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_IDLE);
	size_t count = times_of(&pair, WINNER, OCTO_PACKET_SYN, times, 64);
	CHECK(count >= 13 && count <= 20);
	CHECK_U64(times[0], start);
	check_spacing(times, count, 750 * OCTO_MILLISECOND, 1250 * OCTO_MILLISECOND);
	check_identical(&pair, WINNER, OCTO_PACKET_SYN, 1, (unsigned)count);
	CHECK_U64(pair_cell(&pair, WINNER, OCTO_STEP_OFFER_EXPIRED, OCTO_STATE_OFFERING), 1);
	pair_close(&pair);
}

/* The interval is not the same each time: two that started together drift apart. */
static void the_interval_is_jittered(void)
{
	struct pair pair;
	octo_time_ns times[2][32];
	pair_open(&pair, NULL);
	for (int who = WINNER; who <= LOSER; who++) {
		pair_lose(&pair, who, OCTO_PACKET_SYN, PAIR_FOREVER);
		pair_connect(&pair, who);
	}
	pair_run(&pair, 10 * OCTO_SECOND);
	for (int who = WINNER; who <= LOSER; who++)
		CHECK(times_of(&pair, who, OCTO_PACKET_SYN, times[who], 32) >= 8);
	CHECK_U64(times[WINNER][0], times[LOSER][0]);
	for (int i = 1; i < 8; i++) {
		CHECK(times[WINNER][i] != times[LOSER][i]);
		CHECK(i < 2 || times[WINNER][i] - times[WINNER][i - 1] != times[WINNER][i - 1] - times[WINNER][i - 2]);
	}
	pair_close(&pair);
}

/* R116: a new attempt has a new nonce id, a new ephemeral key and a higher timestamp, and so other bytes all over. */
static void a_new_attempt_is_new_all_over(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND / 2);
	uint64_t timestamp = pair_peer(&pair, WINNER)->offer.timestamp;
	pair_run(&pair, 19 * OCTO_SECOND);
	CHECK(pair_peer(&pair, WINNER)->offer.timestamp > timestamp);
	struct pair_datagram first = pair_sent(&pair, WINNER, OCTO_PACKET_SYN, 1);
	struct pair_datagram last = pair_sent(&pair, WINNER, OCTO_PACKET_SYN, 0);
	CHECK(memcmp(first.bytes + 12, last.bytes + 12, 8) != 0);
	CHECK(memcmp(first.bytes + 28, last.bytes + 28, 32) != 0);
	CHECK(memcmp(first.bytes + 60, last.bytes + 60, 64) != 0);
	pair_close(&pair);
}

/* R25, R92: 15 s of offer, then 3, 6, 12, 24, 48, 60, 60 s of waiting, each give or take a quarter. */
static void redialling_slows_down_to_once_a_minute(void)
{
	static const unsigned waits_s[] = { 3, 6, 12, 24, 48, 60, 60 };
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 420 * OCTO_SECOND);
	octo_time_ns expired_at = 0;
	size_t redials = 0;
	for (size_t i = 0; i < pair.nodes[WINNER].event_count; i++) {
		const struct octo_event *event = &pair.nodes[WINNER].events[i];
		if (event->kind != OCTO_EVENT_HANDSHAKE)
			continue;
		if (event->handshake.step == OCTO_STEP_OFFER_EXPIRED)
			expired_at = event->now;
		if (event->handshake.step != OCTO_STEP_CONNECT || !expired_at || redials == 7)
			continue;
		octo_time_ns wait = event->now - expired_at, wanted = waits_s[redials++] * OCTO_SECOND;
		CHECK(wait >= wanted - wanted / 4 && wait <= wanted + wanted / 4);
	}
	CHECK_U64(redials, 7);
	CHECK_U64(pair_view(&pair, WINNER).redial_ns, 60 * OCTO_SECOND);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, 0);
	pair_run(&pair, 80 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pair_view(&pair, WINNER).redial_ns, 3 * OCTO_SECOND); /* back at the start */
	pair_close(&pair);
}

/* However often somebody presses connect, a new attempt is 3 s younger than the last. */
static void attempts_are_three_seconds_apart(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER);
	octo_time_ns last = 0;
	unsigned attempts = 0;
	uint64_t id = 0;
	for (int i = 0; i < 200; i++) {
		pair_disconnect(&pair, WINNER);
		pair_connect(&pair, WINNER);
		pair_run(&pair, 100 * OCTO_MILLISECOND);
		const struct offer *offer = &pair_peer(&pair, WINNER)->offer;
		if (!offer->id || offer->id == id)
			continue;
		id = offer->id;
		CHECK(last == 0 || offer->sent_first_at - last >= 3 * OCTO_SECOND);
		last = offer->sent_first_at;
		attempts++;
	}
	CHECK(attempts >= 5 && attempts <= 7);
	pair_close(&pair);
}

/* R92: the same SYN-ACK, and only as often as the SYN's credit pays for: 3 x 160 bytes are three of 144. */
static void a_syn_ack_is_repeated_while_the_credit_lasts(void)
{
	struct pair pair;
	octo_time_ns times[16];
	pair_open(&pair, NULL);
	pair_lose(&pair, LOSER, OCTO_PACKET_SYN_ACK, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 0);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER); /* the first one arrives, no other */
	octo_time_ns start = pair.now;
	pair_run(&pair, 9 * OCTO_SECOND);
	size_t count = times_of(&pair, LOSER, OCTO_PACKET_SYN_ACK, times, 16);
	CHECK_U64(count, 3);
	check_spacing(times, count, 750 * OCTO_MILLISECOND, 1250 * OCTO_MILLISECOND);
	check_identical(&pair, LOSER, OCTO_PACKET_SYN_ACK, 1, 3);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_ANSWERING);
	pair_run(&pair, start + 10 * OCTO_SECOND + pair.latency_ns - pair.now);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_IDLE); /* an answer lives for 10 s */
	pair_close(&pair);
}

/* R92: each repetition of the SYN is answered with the same SYN-ACK at once. */
static void a_repeated_syn_gets_the_same_syn_ack(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, LOSER, OCTO_PACKET_SYN_ACK, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 8 * OCTO_SECOND);
	unsigned count = pair_sent_count(&pair, LOSER, OCTO_PACKET_SYN_ACK);
	CHECK(count > 8);
	check_identical(&pair, LOSER, OCTO_PACKET_SYN_ACK, 1, count);
	CHECK(pair_reasons(&pair, LOSER, OCTO_REASON_REPEATED) >= 6);
	CHECK_U64(octo_channel_counters(pair.nodes[LOSER].channel)->curve_multiplications, 1 + 4); /* the peer's; one answer */
	pair_close(&pair);
}

/* An answer to a repeated packet goes out at most once in 200 ms. */
static void repetitions_are_answered_five_times_a_second_at_most(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, LOSER, OCTO_PACKET_SYN_ACK, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 2 * pair.latency_ns);
	struct pair_datagram syn = pair_sent(&pair, WINNER, OCTO_PACKET_SYN, 1);
	unsigned before = pair_sent_count(&pair, LOSER, OCTO_PACKET_SYN_ACK);
	for (int i = 0; i < 60; i++) {
		CHECK_U64(pair_deliver(&pair, LOSER, &syn), OCTO_REASON_REPEATED);
		pair_run(&pair, 10 * OCTO_MILLISECOND);
	}
	CHECK(pair_sent_count(&pair, LOSER, OCTO_PACKET_SYN_ACK) - before <= 4);
	CHECK(pair_sent_count(&pair, LOSER, OCTO_PACKET_SYN_ACK) - before >= 2);
	pair_close(&pair);
}

/* R92: the ACK, until the adherent's first packet comes. */
static void an_ack_is_repeated_until_the_adherent_speaks(void)
{
	struct pair pair;
	octo_time_ns times[32];
	pair_open(&pair, NULL);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 6 * OCTO_SECOND);
	size_t count = times_of(&pair, WINNER, OCTO_PACKET_ACK, times, 32);
	CHECK(count >= 5 && count <= 9);
	check_spacing(times, count, 750 * OCTO_MILLISECOND, 1250 * OCTO_MILLISECOND);
	check_identical(&pair, WINNER, OCTO_PACKET_ACK, 1, (unsigned)count);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, 0);
	pair_run(&pair, 2 * OCTO_SECOND);
	unsigned then = pair_sent_count(&pair, WINNER, OCTO_PACKET_ACK);
	pair_run(&pair, 5 * OCTO_SECOND);
	CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_ACK), then);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

/* The very SYN-ACK that made the session earns the same ACK again; any other one nothing. */
static void a_repeated_syn_ack_gets_the_same_ack(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	struct pair_datagram syn_ack = pair_sent(&pair, LOSER, OCTO_PACKET_SYN_ACK, 1);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_deliver(&pair, WINNER, &syn_ack), OCTO_REASON_REPEATED);
	pair_run(&pair, 0);
	CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_ACK), 2);
	check_identical(&pair, WINNER, OCTO_PACKET_ACK, 1, 2);
	pair_run(&pair, OCTO_SECOND);
	syn_ack.bytes[100] ^= 1;
	CHECK_U64(pair_deliver(&pair, WINNER, &syn_ack), OCTO_REASON_FINISHED_OFFER);
	pair_run(&pair, 0);
	CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_ACK), 2);
	pair_close(&pair);
}

/* A SYN that goes out again with a cookie differs in the cookie, and in nothing else. */
static void a_cookie_is_filled_in_without_sealing_anew(void)
{
	struct pair_options options;
	struct pair pair;
	pair_default(&options);
	options.config[LOSER].curve_rate_max = 0;
	pair_open(&pair, &options);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 10 * pair.latency_ns);
	CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_SYN), 2);
	struct pair_datagram first = pair_sent(&pair, WINNER, OCTO_PACKET_SYN, 1);
	struct pair_datagram second = pair_sent(&pair, WINNER, OCTO_PACKET_SYN, 2);
	static const uint8_t zero[COOKIE_BYTES];
	CHECK_BYTES(first.bytes, second.bytes, 124);
	CHECK_BYTES(first.bytes + 140, second.bytes + 140, 20);
	CHECK_BYTES(first.bytes + 124, zero, sizeof zero);
	CHECK(memcmp(first.bytes + 124, second.bytes + 124, COOKIE_BYTES) != 0);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

/* ACK lost for good: the adherent's answer is confirmed by the first data packet (C:116). */
static void data_confirms_as_an_ack_would(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, WINNER, OCTO_PACKET_ACK, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 3 * pair.latency_ns);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_ANSWERING);
	pair_send_load(&pair, WINNER, 1, 64, 0);
	pair_run(&pair, 2 * pair.latency_ns);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pair_load(&pair, LOSER)->received, 1); /* the message of that very packet counts */
	pair_close(&pair);
}

CU_ErrorCode suite_resending(void);

CU_ErrorCode suite_resending(void)
{
	CU_pSuite suite = CU_add_suite("resending", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_syn_is_repeated_for_fifteen_seconds);
	CU_ADD_TEST(suite, the_interval_is_jittered);
	CU_ADD_TEST(suite, a_new_attempt_is_new_all_over);
	CU_ADD_TEST(suite, redialling_slows_down_to_once_a_minute);
	CU_ADD_TEST(suite, attempts_are_three_seconds_apart);
	CU_ADD_TEST(suite, a_syn_ack_is_repeated_while_the_credit_lasts);
	CU_ADD_TEST(suite, a_repeated_syn_gets_the_same_syn_ack);
	CU_ADD_TEST(suite, repetitions_are_answered_five_times_a_second_at_most);
	CU_ADD_TEST(suite, an_ack_is_repeated_until_the_adherent_speaks);
	CU_ADD_TEST(suite, a_repeated_syn_ack_gets_the_same_ack);
	CU_ADD_TEST(suite, a_cookie_is_filled_in_without_sealing_anew);
	CU_ADD_TEST(suite, data_confirms_as_an_ack_would);
	return CU_get_error();
}
