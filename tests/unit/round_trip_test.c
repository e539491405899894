/* round_trip_test.c: round_trip.c, the smoothing of RFC 6298 in integers (C:28). */
#include "core/intrinsic/round_trip.h"
#include "tests/check.h"

static void without_a_sample_the_timeout_is_a_second(void)
{
	struct round_trip trip = { .smoothed_ns = 0 };
	CHECK_U64(round_trip_timeout(&trip), OCTO_SECOND);
}

/* R19: smoothed = sample, deviation = half of it: three times the first sample in all. */
static void the_first_sample_is_believed(void)
{
	struct round_trip trip = { .smoothed_ns = 0 };
	round_trip_sample(&trip, 40 * OCTO_MILLISECOND);
	CHECK_U64(trip.smoothed_ns, 40 * OCTO_MILLISECOND);
	CHECK_U64(trip.deviation_ns, 20 * OCTO_MILLISECOND);
	CHECK_U64(round_trip_timeout(&trip), 120 * OCTO_MILLISECOND);
}

static void later_samples_count_for_an_eighth(void)
{
	struct round_trip trip = { .smoothed_ns = 80 * OCTO_MILLISECOND, .deviation_ns = 8 * OCTO_MILLISECOND };
	round_trip_sample(&trip, 160 * OCTO_MILLISECOND);
	CHECK_U64(trip.smoothed_ns, 90 * OCTO_MILLISECOND);
	CHECK_U64(trip.deviation_ns, 26 * OCTO_MILLISECOND); /* 8 - 2 + 80 / 4 */
	trip = (struct round_trip){ .smoothed_ns = 80 * OCTO_MILLISECOND, .deviation_ns = 8 * OCTO_MILLISECOND };
	round_trip_sample(&trip, 0);
	CHECK_U64(trip.smoothed_ns, 70 * OCTO_MILLISECOND);
}

/* On a steady line the deviation dies away, but the timeout keeps a millisecond of patience. */
static void a_steady_line_has_a_timeout_just_above_its_round_trip(void)
{
	struct round_trip trip = { .smoothed_ns = 0 };
	for (int i = 0; i < 200; i++)
		round_trip_sample(&trip, 24 * OCTO_MILLISECOND);
	CHECK(trip.smoothed_ns > 23 * OCTO_MILLISECOND && trip.smoothed_ns <= 24 * OCTO_MILLISECOND);
	CHECK_U64(round_trip_timeout(&trip), trip.smoothed_ns + OCTO_MILLISECOND);
}

static void an_instant_answer_is_a_sample_too(void)
{
	struct round_trip trip = { .smoothed_ns = 0 };
	round_trip_sample(&trip, 0);
	CHECK(trip.smoothed_ns > 0);
	CHECK(round_trip_timeout(&trip) < 2 * OCTO_MILLISECOND);
}

CU_ErrorCode suite_round_trip(void);

CU_ErrorCode suite_round_trip(void)
{
	CU_pSuite suite = CU_add_suite("round_trip", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, without_a_sample_the_timeout_is_a_second);
	CU_ADD_TEST(suite, the_first_sample_is_believed);
	CU_ADD_TEST(suite, later_samples_count_for_an_eighth);
	CU_ADD_TEST(suite, a_steady_line_has_a_timeout_just_above_its_round_trip);
	CU_ADD_TEST(suite, an_instant_answer_is_a_sample_too);
	return CU_get_error();
}
