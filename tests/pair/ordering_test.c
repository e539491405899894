/* ordering_test.c: reliable service in order (R120, R121): through loss, duplicates and reordering a courier that wants order
 * gets every message once and in order, as long as the session lasts. */
#include "tests/check.h"
#include "tests/pair/pair.h"

static void set_up(struct pair *pair, uint32_t copies)
{
	struct pair_options options;
	pair_default(&options);
	options.config[WINNER].ordered_max = options.config[LOSER].ordered_max = copies;
	pair_open(pair, &options);
	pair_establish(pair, WINNER);
	pair_run(pair, OCTO_SECOND);
}

static void send_ordered(struct pair *pair, int who, uint64_t count, octo_time_ns interval_ns)
{
	pair_load(pair, who)->is_ordered = 1;
	pair_send_load(pair, who, count, 100, interval_ns);
}

static const struct octo_counters *counters(const struct pair *pair, int who)
{
	return octo_channel_counters(pair->nodes[who].channel);
}

static void expect_all(struct pair *pair, int who, uint64_t count)
{
	CHECK_U64(pair_load(pair, who)->received, count);
	CHECK_U64(pair_load(pair, who)->highest, count);
	CHECK_U64(pair_load(pair, who)->received_out_of_order, 0);
	CHECK_U64(pair_load(pair, who)->damaged, 0);
}

/* Loses every nth data packet of both sides while it runs. */
static void run_lossy(struct pair *pair, octo_time_ns for_ns, unsigned every)
{
	for (octo_time_ns at = 0; at < for_ns; at += 10 * OCTO_MILLISECOND) {
		for (int who = WINNER; who <= LOSER; who++)
			if ((at / (10 * OCTO_MILLISECOND) + (unsigned)who) % every == 0)
				pair_lose(pair, who, OCTO_PACKET_DATA, 1);
		pair_run(pair, 10 * OCTO_MILLISECOND);
	}
}

static void a_clean_path_needs_no_copies_twice(void)
{
	struct pair pair;
	set_up(&pair, 32);
	send_ordered(&pair, WINNER, 300, 0);
	pair_run(&pair, 30 * OCTO_SECOND);
	expect_all(&pair, LOSER, 300);
	CHECK_U64(counters(&pair, WINNER)->ordered_resent, 0);
	CHECK_U64(counters(&pair, LOSER)->ordered_duplicates, 0);
	CHECK_U64(pair.nodes[WINNER].channel->copies.lent, 0);
	pair_close(&pair);
}

static void what_is_lost_is_sent_again_in_order(void)
{
	struct pair pair;
	set_up(&pair, 32);
	send_ordered(&pair, WINNER, 200, 20 * OCTO_MILLISECOND);
	run_lossy(&pair, 8 * OCTO_SECOND, 2);
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, 0);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, 0);
	pair_run(&pair, 20 * OCTO_SECOND);
	expect_all(&pair, LOSER, 200);
	CHECK(counters(&pair, WINNER)->ordered_resent > 10);
	CHECK_U64(pair.nodes[WINNER].channel->copies.lent + pair.nodes[LOSER].channel->copies.lent, 0);
	pair_close(&pair);
}

/* R121: the packets of a burst arrive the other way round, and twice. */
static void what_comes_early_waits(void)
{
	struct pair pair;
	set_up(&pair, 64);
	pair.latency_ns = 100 * OCTO_MILLISECOND;
	size_t first = pair.sent_count;
	send_ordered(&pair, WINNER, 12, 5 * OCTO_MILLISECOND);
	pair_run(&pair, 80 * OCTO_MILLISECOND);
	for (size_t i = pair.sent_count; i > first; i--) {
		struct pair_datagram early = pair.sent[i - 1];
		if (early.from == WINNER)
			CHECK_U64(pair_deliver(&pair, LOSER, &early), OCTO_REASON_ACCEPTED);
	}
	pair_run(&pair, 5 * OCTO_SECOND);
	expect_all(&pair, LOSER, 12);
	pair_close(&pair);
}

/* Two copies of the pool: one for each direction. It is slow, and it is right. */
static void a_tiny_pool_is_slow_and_right(void)
{
	struct pair pair;
	set_up(&pair, 4);
	send_ordered(&pair, WINNER, 60, 0);
	send_ordered(&pair, LOSER, 60, 0);
	run_lossy(&pair, 10 * OCTO_SECOND, 4);
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, 0);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, 0);
	pair_run(&pair, 60 * OCTO_SECOND);
	expect_all(&pair, LOSER, 60);
	expect_all(&pair, WINNER, 60);
	pair_close(&pair);
}

/* Numbers from nowhere, again and again, or far ahead: nothing is delivered twice, nothing overflows. */
static void wild_numbers_do_no_harm(void)
{
	struct pair pair;
	uint8_t bytes[64], message[8] = { 0 }, packet[OCTO_DATAGRAM_MAX];
	set_up(&pair, 4);
	for (uint64_t i = 0; i < 400; i++) {
		struct writer writer = writer_of(bytes, sizeof bytes);
		struct frame frame = { .type = FRAME_COURIER_ORDERED, .courier = i % 5 == 4 ? 99 : 1,
			.largest = i % 3 == 0 ? 1 + i % 40 : i % 3 == 1 ? UINT64_C(1) << 60 : 3, .data = message, .size = sizeof message };
		frame_write(&writer, &frame);
		size_t size = pair_forge_data(&pair, WINNER, bytes, writer.position, 0, packet);
		enum octo_reason reason = pair_push(&pair, LOSER, &pair.nodes[WINNER].address, packet, size);
		CHECK(reason == OCTO_REASON_ACCEPTED || reason == OCTO_REASON_NO_ROOM);
	}
	CHECK(pair.nodes[LOSER].channel->copies.lent <= 4);
	CHECK_U64(pair_load(&pair, LOSER)->received + pair_load(&pair, LOSER)->damaged, 0); /* number 0 never came */
	pair_disconnect(&pair, LOSER);
	CHECK_U64(pair.nodes[LOSER].channel->copies.lent, 0);
	pair_close(&pair);
}

/* Its courier hears of the messages that a session took with it. */
static void the_end_of_a_session_gives_copies_back(void)
{
	struct pair pair;
	set_up(&pair, 32);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, PAIR_FOREVER);
	send_ordered(&pair, WINNER, 10, 0);
	pair_run(&pair, OCTO_SECOND);
	CHECK(pair.nodes[WINNER].channel->copies.lent > 0);
	pair_disconnect(&pair, WINNER);
	CHECK_U64(pair.nodes[WINNER].channel->copies.lent, 0);
	pair_close(&pair);
}

CU_ErrorCode suite_ordering(void);

CU_ErrorCode suite_ordering(void)
{
	CU_pSuite suite = CU_add_suite("ordering", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_clean_path_needs_no_copies_twice);
	CU_ADD_TEST(suite, what_is_lost_is_sent_again_in_order);
	CU_ADD_TEST(suite, what_comes_early_waits);
	CU_ADD_TEST(suite, a_tiny_pool_is_slow_and_right);
	CU_ADD_TEST(suite, wild_numbers_do_no_harm);
	CU_ADD_TEST(suite, the_end_of_a_session_gives_copies_back);
	return CU_get_error();
}
