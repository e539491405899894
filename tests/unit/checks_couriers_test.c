/* Tests of once, ordered, sealed, paced, spaced, bounded, reads, blobs and starving: each holds in what a core does, and a violation that is planted is seen
 * and told by name. */
#include "sim/check/state.h"
#include "tests/unit/checks_fixture.h"
#define ROBOT TINY_ROBOT
#define PILOT TINY_PILOT
#include "tests/unit/tiny.h"
#undef ROBOT
#undef PILOT

enum { DATA_BYTES = 93 };

/* A packet with so many messages is made; its session id is what the receiver knows it by. */
static void make(struct fixture *world, uint64_t number, uint32_t messages)
{
	for (uint32_t i = 0; i < messages; i++)
		fixture_tell(world, ROBOT, PILOT, (struct octo_event){ .courier = { .courier = 1, .size = 64 } }, OCTO_EVENT_COURIER_GRANTED);
	struct octo_event sent = { .packet = { .type = OCTO_PACKET_DATA, .size = DATA_BYTES, .session_id = 2001, .number = number } };
	fixture_tell(world, ROBOT, PILOT, sent, OCTO_EVENT_PACKET_SENT);
	fixture_send(world, ROBOT, PILOT, OCTO_PACKET_DATA, DATA_BYTES);
}

static void take(struct fixture *world, uint64_t number, uint32_t messages, enum octo_reason reason)
{
	uint8_t bytes[OCTO_DATAGRAM_MAX] = { OCTO_PACKET_DATA };
	struct octo_address from = fixture_address(ROBOT);
	struct octo_event_packet packet = { .type = OCTO_PACKET_DATA, .size = DATA_BYTES, .session_id = 2001, .number = number, .reason = (uint8_t)reason };
	checks_before_receive(world->checks, PILOT, ROBOT, &from, bytes, DATA_BYTES, 0);
	for (uint32_t i = 0; i < messages; i++)
		fixture_tell(world, PILOT, ROBOT, (struct octo_event){ .courier = { .courier = 1, .size = 64 } }, OCTO_EVENT_COURIER_DELIVERED);
	fixture_tell(world, PILOT, ROBOT, (struct octo_event){ .packet = packet }, OCTO_EVENT_PACKET_RECEIVED);
	checks_after_receive(world->checks, PILOT);
}

static void begin(struct fixture *world)
{
	fixture_make(world);
	fixture_start(world);
	fixture_establish(world, ROBOT, PILOT, 1, 1);
}

static void each_message_is_had_once(void)
{
	struct fixture world;
	begin(&world);
	make(&world, 0, 2);
	make(&world, 1, 0);
	make(&world, 2, 1);
	take(&world, 2, 1, OCTO_REASON_ACCEPTED);
	take(&world, 0, 2, OCTO_REASON_ACCEPTED);
	take(&world, 0, 0, OCTO_REASON_DUPLICATE);
	CHECK_HOLDS(&world, "once");
	fixture_stop(&world);
}

static void a_message_that_comes_twice_is_seen(void)
{
	struct fixture world;
	begin(&world);
	make(&world, 0, 2);
	take(&world, 0, 3, OCTO_REASON_ACCEPTED);
	CHECK_BROKEN(&world, "once", "expected at most 2 messages that nobody had yet out of packet 0, found 3");
	fixture_stop(&world);
	begin(&world);
	make(&world, 7, 1);
	take(&world, 7, 1, OCTO_REASON_ACCEPTED);
	take(&world, 7, 1, OCTO_REASON_ACCEPTED);
	CHECK_BROKEN(&world, "once", "expected at most 0 messages");
	fixture_stop(&world);
	begin(&world);
	make(&world, 7, 1);
	take(&world, 7, 1, OCTO_REASON_DUPLICATE);
	CHECK_BROKEN(&world, "once", "expected no message out of a packet refused as duplicate, found 1");
	fixture_stop(&world);
}

static void hand_over(struct fixture *world, uint64_t session, uint64_t number, enum octo_event_kind kind)
{
	struct octo_event event = { .courier = { .courier = 1, .size = 64, .is_ordered = true, .number = number, .session = session } };
	fixture_tell(world, PILOT, ROBOT, event, kind);
}

/* R121 */
static void a_sequence_in_order_holds(void)
{
	struct fixture world;
	begin(&world);
	for (uint64_t i = 0; i < 5; i++)
		hand_over(&world, 7, i, OCTO_EVENT_COURIER_DELIVERED);
	hand_over(&world, 7, 5, OCTO_EVENT_COURIER_DISCARDED);
	hand_over(&world, 8, 6, OCTO_EVENT_COURIER_DELIVERED); /* a session that continues the other */
	hand_over(&world, 9, 0, OCTO_EVENT_COURIER_DELIVERED); /* and one that does not */
	hand_over(&world, 9, 1, OCTO_EVENT_COURIER_DELIVERED);
	CHECK_HOLDS(&world, "ordered");
	fixture_stop(&world);
}

static void a_sequence_with_a_gap_or_a_repetition_is_seen(void)
{
	static const uint64_t wrong[] = { 0, 1, 3 };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct fixture world;
		begin(&world);
		hand_over(&world, 7, 0, OCTO_EVENT_COURIER_DELIVERED);
		hand_over(&world, 7, 1, OCTO_EVENT_COURIER_DELIVERED);
		hand_over(&world, 7, wrong[i], OCTO_EVENT_COURIER_DELIVERED);
		CHECK_BROKEN(&world, "ordered", "expected message 2 of courier 1 next, found ");
		fixture_stop(&world);
	}
}

static void write_ordered(struct fixture *world, uint64_t session, uint64_t number)
{
	struct octo_event event = { .courier = { .courier = 1, .size = 64, .is_ordered = true, .number = number, .session = session } };
	fixture_tell(world, ROBOT, PILOT, event, OCTO_EVENT_COURIER_GRANTED);
}

/* R121: session 8 continues 7, 9 begins anew. */
static void ordered_messages_that_were_written_are_had_once(void)
{
	struct fixture world;
	begin(&world);
	for (uint64_t i = 0; i < 3; i++)
		write_ordered(&world, 7, i);
	hand_over(&world, 7, 0, OCTO_EVENT_COURIER_DELIVERED);
	hand_over(&world, 7, 1, OCTO_EVENT_COURIER_DELIVERED);
	write_ordered(&world, 8, 3);
	hand_over(&world, 8, 2, OCTO_EVENT_COURIER_DELIVERED);
	hand_over(&world, 8, 3, OCTO_EVENT_COURIER_DELIVERED);
	write_ordered(&world, 9, 0);
	hand_over(&world, 9, 0, OCTO_EVENT_COURIER_DELIVERED);
	CHECK_HOLDS(&world, "once");
	fixture_stop(&world);
}

static void an_ordered_message_had_twice_or_out_of_nothing_is_seen(void)
{
	struct fixture world;
	begin(&world);
	write_ordered(&world, 7, 0);
	hand_over(&world, 7, 0, OCTO_EVENT_COURIER_DELIVERED);
	hand_over(&world, 7, 1, OCTO_EVENT_COURIER_DELIVERED);
	CHECK_BROKEN(&world, "once", "expected of courier 1 no ordered message but the 1 that were written, found number 1");
	fixture_stop(&world);
	begin(&world);
	write_ordered(&world, 7, 0);
	write_ordered(&world, 7, 1);
	hand_over(&world, 7, 0, OCTO_EVENT_COURIER_DELIVERED);
	hand_over(&world, 7, 0, OCTO_EVENT_COURIER_DELIVERED);
	CHECK_BROKEN(&world, "once", "expected ordered message 0 of courier 1 once, found it again");
	fixture_stop(&world);
	/* "ordered" takes a 0 in another session for a beginning; here it is none. */
	begin(&world);
	write_ordered(&world, 7, 0);
	hand_over(&world, 7, 0, OCTO_EVENT_COURIER_DELIVERED);
	write_ordered(&world, 8, 1);
	hand_over(&world, 8, 0, OCTO_EVENT_COURIER_DELIVERED);
	CHECK_BROKEN(&world, "once", "expected ordered message 0 of courier 1 once, found it again");
	fixture_stop(&world);
}

/* The courier itself writes what is planted: so the invariant knows what it looks for. */
static void a_message_in_the_clear_is_seen(void)
{
	uint64_t handle = 0;
	struct fixture world;
	struct octo_load load = { .count = 3, .size = 64, .sent = 0x1234567 };
	struct octo_courier_call call = { .now = 0 };
	uint8_t bytes[OCTO_DATAGRAM_MAX] = { OCTO_PACKET_DATA };
	struct octo_address to = fixture_address(PILOT);
	begin(&world);
	make(&world, 0, 1);
	CHECK_HOLDS(&world, "sealed");
	fixture_tell(&world, ROBOT, PILOT, (struct octo_event){ .courier = { .courier = 1, .size = 64 } }, OCTO_EVENT_COURIER_GRANTED);
	CHECK_U64(octo_courier_load.send(&load, &call, bytes + 20, 64, &handle), 64);
	checks_sent(world.checks, ROBOT, PILOT, &to, bytes, DATA_BYTES);
	CHECK_BROKEN(&world, "sealed", "found it at byte 28 of a datagram of 93");
	fixture_stop(&world);
}

/* 100,000 bytes a second: a packet of 93 bytes takes 930 us, a burst is 10.24 ms. */
static void no_second_sees_more_than_the_agreed_rate(void)
{
	struct fixture world;
	begin(&world);
	for (uint64_t i = 0; i < 3000; i++, world.now += 930 * OCTO_MICROSECOND)
		make(&world, i, 1);
	for (uint64_t i = 0; i < 50; i++) /* nothing for couriers: they do not wait */
		make(&world, 3000 + i, 0);
	CHECK_HOLDS(&world, "paced");
	for (uint64_t i = 0; i < 14; i++)
		make(&world, 4000 + i, 1);
	CHECK_BROKEN(&world, "paced", "expected at most 100000 bytes a second and bursts of 2 packets, found one that went out ");
	fixture_stop(&world);
}

static void two_new_syns_within_3_s_are_seen(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	fixture_step(&world, PILOT, ROBOT, OCTO_STEP_SYN_FRESH, OCTO_STATE_IDLE, OCTO_STATE_ANSWERING);
	world.now += 3 * OCTO_SECOND;
	fixture_step(&world, PILOT, ROBOT, OCTO_STEP_SYN_FRESH, OCTO_STATE_IDLE, OCTO_STATE_ANSWERING);
	world.now += OCTO_SECOND;
	fixture_step(&world, PILOT, ROBOT, OCTO_STEP_SYN_FRESH, OCTO_STATE_OFFERING, OCTO_STATE_OFFERING); /* refused: won */
	CHECK_HOLDS(&world, "spaced");
	world.now += OCTO_SECOND;
	fixture_step(&world, PILOT, ROBOT, OCTO_STEP_SYN_FRESH, OCTO_STATE_IDLE, OCTO_STATE_ANSWERING);
	CHECK_BROKEN(&world, "spaced", "expected at least 3000 ms between two new SYNs that are processed, found 2000 ms");
	fixture_stop(&world);
}

static void a_directory_that_grows_under_a_flood_is_seen(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	bounded_judge(world.checks, PILOT, 12, 12);
	CHECK_HOLDS(&world, "bounded");
	bounded_judge(world.checks, PILOT, 13, 12);
	CHECK_BROKEN(&world, "bounded", "expected at most 12 session ids under a flood, found 13");
	fixture_stop(&world);
}

static void offer(struct fixture *world, uint16_t courier, enum octo_event_kind kind)
{
	fixture_tell(world, PILOT, ROBOT, (struct octo_event){ .courier = { .courier = courier, .size = 64 } }, kind);
}

/* R29, R43: of couriers that were switched, the one that listens gets all, the others nothing; a boot undoes it. */
static void who_does_not_listen_is_given_nothing(void)
{
	struct scenario_action deaf = { .courier = 1, .sets_reads = true }, quiet = { .courier = 124, .sets_active = true };
	struct fixture world;
	begin(&world);
	checks_courier(world.checks, PILOT, ROBOT, &deaf);
	checks_courier(world.checks, PILOT, ROBOT, &quiet);
	offer(&world, 1, OCTO_EVENT_COURIER_DISCARDED);
	offer(&world, 124, OCTO_EVENT_COURIER_DISCARDED);
	deaf.accepts_reads = true;
	checks_courier(world.checks, PILOT, ROBOT, &deaf);
	offer(&world, 1, OCTO_EVENT_COURIER_DELIVERED);
	checks_boot(world.checks, PILOT, true);
	offer(&world, 124, OCTO_EVENT_COURIER_DELIVERED);
	CHECK_HOLDS(&world, "reads");
	fixture_stop(&world);
}

static void who_is_given_what_it_does_not_read_is_seen(void)
{
	struct scenario_action deaf = { .courier = 1, .sets_reads = true }, quiet = { .courier = 124, .sets_active = true };
	struct fixture world;
	begin(&world);
	checks_courier(world.checks, PILOT, ROBOT, &deaf);
	offer(&world, 1, OCTO_EVENT_COURIER_DELIVERED);
	CHECK_BROKEN(&world, "reads", "expected a message to be left alone by courier 1, which accepts no reads; found it delivered");
	fixture_stop(&world);
	begin(&world);
	checks_courier(world.checks, PILOT, ROBOT, &quiet);
	offer(&world, 124, OCTO_EVENT_COURIER_DELIVERED);
	CHECK_BROKEN(&world, "reads", "courier 124, which is not active; found it delivered");
	fixture_stop(&world);
	begin(&world);
	deaf.accepts_reads = true;
	checks_courier(world.checks, PILOT, ROBOT, &deaf);
	offer(&world, 1, OCTO_EVENT_COURIER_DISCARDED);
	CHECK_BROKEN(&world, "reads", "expected a message to be taken by courier 1, which accepts reads; found it discarded");
	fixture_stop(&world);
}

/* R163: running numbers of one control. A boot of either may leave out, but never repeat. */
static void commands_are_executed_once_and_in_order(void)
{
	struct fixture world;
	begin(&world);
	for (uint32_t number = 1; number < 4; number++)
		checks_command(world.checks, ROBOT, PILOT, number);
	checks_boot(world.checks, PILOT, true);
	checks_command(world.checks, ROBOT, PILOT, 9);
	checks_command(world.checks, ROBOT, PILOT, 10);
	checks_verified(world.checks, ROBOT, PILOT, "mode", true);
	CHECK_HOLDS(&world, "commands");
	CHECK_HOLDS(&world, "verified");
	fixture_stop(&world);
}

static void commands_out_of_order_are_seen(void)
{
	static const uint32_t wrong[] = { 2, 1, 4 };
	struct fixture world;
	for (int i = 0; i < 3; i++) {
		begin(&world);
		checks_command(world.checks, ROBOT, PILOT, 1);
		checks_command(world.checks, ROBOT, PILOT, 2);
		checks_command(world.checks, ROBOT, PILOT, wrong[i]);
		CHECK_BROKEN(&world, "commands", "expected command 3 next, found");
		fixture_stop(&world);
	}
	begin(&world);
	checks_command(world.checks, ROBOT, PILOT, 5);
	checks_boot(world.checks, ROBOT, true);
	checks_command(world.checks, ROBOT, PILOT, 5);
	CHECK_BROKEN(&world, "commands", "expected command 6 or a later one next, found 5");
	fixture_stop(&world);
	begin(&world);
	checks_verified(world.checks, ROBOT, PILOT, "mode", false);
	CHECK_BROKEN(&world, "verified", "expected the other side to hold the mode that is verified");
	fixture_stop(&world);
}

/* R39: bytes that were never sent, a blob with a gap, one that is complete and not kept, and more than a window twice. */
static void a_blob_that_is_not_what_was_sent_is_seen(void)
{
	struct fixture world;
	begin(&world);
	checks_blob_written(world.checks, PILOT, ROBOT, 3, 0, true);
	checks_blob_kept(world.checks, PILOT, ROBOT, 3, true, 1 << 20, 1);
	checks_blob_complete(world.checks, PILOT, ROBOT, 3, true);
	CHECK_HOLDS(&world, "blobs");
	checks_blob_written(world.checks, PILOT, ROBOT, 3, 4711, false);
	CHECK_BROKEN(&world, "blobs", "expected the bytes of blob 3 at 4711 as they were sent, found others");
	fixture_stop(&world);
	begin(&world);
	checks_blob_kept(world.checks, PILOT, ROBOT, 3, false, 0, 0);
	CHECK_BROKEN(&world, "blobs", "expected every byte of blob 3 once, found gaps or overlaps");
	fixture_stop(&world);
	begin(&world);
	checks_blob_complete(world.checks, ROBOT, PILOT, 3, false);
	CHECK_BROKEN(&world, "blobs", "expected blob 3 to be kept when it is called complete");
	fixture_stop(&world);
	begin(&world);
	checks_blob_kept(world.checks, PILOT, ROBOT, 3, true, (1 << 20) + 1, 1);
	CHECK_BROKEN(&world, "blobs", "expected at most a window of blob 3 again for each of 1 new beginnings, found 1048577 bytes");
	fixture_stop(&world);
}

static uint32_t passes_of_two(void *context, uint32_t node)
{
	(void)context, (void)node;
	return OCTO_PASSES_LIMIT + 1;
}

static void grant(struct fixture *world, uint16_t passed)
{
	fixture_tell(world, ROBOT, PILOT, (struct octo_event){ .courier = { .courier = 1, .size = 64, .passed = passed } },
	             OCTO_EVENT_COURIER_GRANTED);
}

/* R28: the bound is the scheduler's own; beyond it somebody starves. */
static void a_courier_that_starves_is_seen(void)
{
	struct fixture world;
	begin(&world);
	world.checks->host.passes_max = passes_of_two;
	grant(&world, 0);
	grant(&world, OCTO_PASSES_LIMIT + 1);
	CHECK_HOLDS(&world, "starving");
	grant(&world, OCTO_PASSES_LIMIT + 2);
	CHECK_BROKEN(&world, "starving", "expected courier 1 to be passed over by at most 257 packets, found 258");
	fixture_stop(&world);
}

/* In a world of cores all six are put to the test, and hold. */
static void cores_keep_them(void)
{
	static const char *const names[] = { "once", "ordered", "sealed", "paced", "spaced", "bounded" };
	struct tiny tiny = { .options = { .seed = 1 }, .links = "{\"between\": [\"*\", \"*\"], \"loss\": \"5%\", \"duplicate\": \"5%\"}",
		.timeline = "{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}, "
		"{\"at\": \"3s\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"0s\", \"size\": 100, \"count\": 5000}}, "
		"{\"at\": \"3s\", \"load\": {\"from\": \"pilot\", \"to\": \"robot\", \"every\": \"20ms\", \"size\": 100, \"count\": 200, \"ordered\": true}}, "
		"{\"at\": \"4s\", \"inject\": {\"junk\": 200, \"to\": \"pilot\", \"source\": \"robot\"}}" };
	tiny_open(&tiny);
	const struct sim_result *result = tiny_run(&tiny, OCTO_NEVER);
	CHECK(result->messages > 1000);
	for (uint32_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct sim_invariant *found = &result->invariants[INVARIANT_ONCE + i];
		CHECK_STRING(found->name, names[i]);
		CHECK(found->evaluated > 0);
		CHECK_STRING(found->first, "");
	}
	tiny_close(&tiny);
}

CU_ErrorCode suite_checks_couriers(void);
CU_ErrorCode suite_checks_couriers(void)
{
	CU_pSuite suite = CU_add_suite("checks_couriers", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, each_message_is_had_once);
	CU_ADD_TEST(suite, ordered_messages_that_were_written_are_had_once);
	CU_ADD_TEST(suite, an_ordered_message_had_twice_or_out_of_nothing_is_seen);
	CU_ADD_TEST(suite, a_sequence_in_order_holds);
	CU_ADD_TEST(suite, a_sequence_with_a_gap_or_a_repetition_is_seen);
	CU_ADD_TEST(suite, a_message_that_comes_twice_is_seen);
	CU_ADD_TEST(suite, a_message_in_the_clear_is_seen);
	CU_ADD_TEST(suite, no_second_sees_more_than_the_agreed_rate);
	CU_ADD_TEST(suite, two_new_syns_within_3_s_are_seen);
	CU_ADD_TEST(suite, a_directory_that_grows_under_a_flood_is_seen);
	CU_ADD_TEST(suite, who_does_not_listen_is_given_nothing);
	CU_ADD_TEST(suite, who_is_given_what_it_does_not_read_is_seen);
	CU_ADD_TEST(suite, commands_are_executed_once_and_in_order);
	CU_ADD_TEST(suite, commands_out_of_order_are_seen);
	CU_ADD_TEST(suite, a_blob_that_is_not_what_was_sent_is_seen);
	CU_ADD_TEST(suite, a_courier_that_starves_is_seen);
	CU_ADD_TEST(suite, cores_keep_them);
	return CU_get_error();
}
