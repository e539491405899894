/* couriers_load_test.c: core/couriers/load.c, driven as a channel would: numbered messages at an interval. */
#include "core/octo.h"
#include "tests/check.h"

static uint64_t handle;

#define CALL(at) (&(struct octo_courier_call){ .now = (at) })

static struct octo_mandate ask(const struct octo_load *load, octo_time_ns now)
{
	struct octo_mandate mandate = { .urgency_ms = 0 };
	octo_courier_load.mandate(load, CALL(now), &mandate);
	return mandate;
}

/* R40, R142: its mandate says what its plan says. */
static void its_mandate_follows_its_plan(void)
{
	struct octo_load load = { .interval_ns = 100 * OCTO_MILLISECOND, .count = 3, .size = 50, .priority = 9 };
	struct octo_mandate mandate = ask(&load, 1000);
	CHECK(mandate.accept_reads && mandate.want_to_send);
	CHECK_U64(mandate.urgency_ms, 0);
	CHECK_U64(mandate.priority, 9);
	CHECK_U64(mandate.payload_size, 50);
	load.count = 0;
	CHECK(!ask(&load, 1000).want_to_send);
	CHECK(ask(&load, 1000).accept_reads);
}

/* R15: one message an interval; being late moves one message, not the rhythm; missed beats are not made up for. */
static void it_keeps_its_rhythm(void)
{
	struct octo_load load = { .interval_ns = 100 * OCTO_MILLISECOND, .count = 9, .size = 8 };
	uint8_t out[8];
	octo_time_ns start = 50 * OCTO_SECOND, ms = OCTO_MILLISECOND;
	CHECK_U64(octo_courier_load.send(&load, CALL(start), out, sizeof out, &handle), 8);
	CHECK_U64(ask(&load, start).urgency_ms, 100);
	CHECK_U64(ask(&load, start + 30 * ms).urgency_ms, 70);
	CHECK_U64(octo_courier_load.send(&load, CALL(start + 140 * ms), out, sizeof out, &handle), 8);
	CHECK_U64(ask(&load, start + 140 * ms).urgency_ms, 60); /* at 200 again */
	CHECK_U64(octo_courier_load.send(&load, CALL(start + 750 * ms), out, sizeof out, &handle), 8);
	CHECK_U64(ask(&load, start + 750 * ms).urgency_ms, 0);  /* at once, but one only */
	CHECK_U64(octo_courier_load.send(&load, CALL(start + 750 * ms), out, sizeof out, &handle), 8);
	CHECK_U64(ask(&load, start + 750 * ms).urgency_ms, 100);
	CHECK_U64(load.sent, 4);
	CHECK_U64(load.count, 5);
}

static void it_declines_without_room_or_plan(void)
{
	struct octo_load load = { .count = 1, .size = 50 };
	uint8_t out[64];
	CHECK_U64(octo_courier_load.send(&load, CALL(0), out, 49, &handle), 0);
	CHECK_U64(load.sent, 0);
	CHECK_U64(octo_courier_load.send(&load, CALL(0), out, 64, &handle), 50);
	CHECK_U64(octo_courier_load.send(&load, CALL(0), out, 64, &handle), 0);
	load.count = 1;
	load.size = 7; /* no room for its number */
	CHECK_U64(octo_courier_load.send(&load, CALL(0), out, 64, &handle), 0);
}

/* R140: what the other side reads: numbers in order, out of order, and messages that it never wrote. */
static void it_reads_what_another_wrote(void)
{
	struct octo_load from = { .count = 400, .size = 40 }, to = { .count = 0 };
	uint8_t messages[300][40];
	for (int i = 0; i < 300; i++)
		CHECK_U64(octo_courier_load.send(&from, CALL(0), messages[i], 40, &handle), 40);
	octo_courier_load.receive(&to, CALL(0), messages[0], 40);
	octo_courier_load.receive(&to, CALL(0), messages[299], 40);
	CHECK_U64(to.highest, 300);
	octo_courier_load.receive(&to, CALL(0), messages[150], 40);
	CHECK_U64(to.received, 3);
	CHECK_U64(to.received_out_of_order, 1);
	CHECK_U64(to.highest, 300);
	CHECK_U64(to.damaged, 0);
	for (size_t at = 8; at < 40; at++) {
		messages[7][at] ^= 1;
		octo_courier_load.receive(&to, CALL(0), messages[7], 40);
		messages[7][at] ^= 1;
	}
	CHECK_U64(to.damaged, 32);
	for (size_t size = 0; size < 8; size++)
		octo_courier_load.receive(&to, CALL(0), messages[7], size);
	CHECK_U64(to.damaged, 40);
	CHECK_U64(to.received, 3);
}

/* R43, R142: it can be told to accept no reads. And there are more of its kind, each with an id of its own. */
static void it_can_be_deaf_and_has_sisters(void)
{
	struct octo_load load = { .size = 50, .is_deaf = 1 };
	CHECK(!ask(&load, 1000).accept_reads);
	for (uint32_t i = 0; i < OCTO_MORE_LOADS; i++) {
		const struct octo_courier *sister = &octo_courier_more_loads[i];
		CHECK(sister->id != octo_courier_load.id && sister->id <= OCTO_COURIER_ID_MAX);
		CHECK(i == 0 || sister->id > octo_courier_more_loads[i - 1].id);
		CHECK(sister->send == octo_courier_load.send && sister->state_size == octo_courier_load.state_size);
	}
}

CU_ErrorCode suite_couriers_load(void);

CU_ErrorCode suite_couriers_load(void)
{
	CU_pSuite suite = CU_add_suite("couriers_load", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, its_mandate_follows_its_plan);
	CU_ADD_TEST(suite, it_keeps_its_rhythm);
	CU_ADD_TEST(suite, it_declines_without_room_or_plan);
	CU_ADD_TEST(suite, it_reads_what_another_wrote);
	CU_ADD_TEST(suite, it_can_be_deaf_and_has_sisters);
	return CU_get_error();
}
