/* Tests of S4 (no nonce twice under one key) and S5 (no packet number twice, no window moved by a rejected
 * packet). */
#include "tests/unit/checks_fixture.h"

static void seal(struct fixture *world, uint64_t key, uint64_t nonce, uint64_t tag, bool is_counter)
{
	struct octo_event event = {
		.sealed = { .key = key, .nonce_low = nonce, .tag = tag, .is_counter = is_counter }
	};
	fixture_tell(world, ROBOT, TRACE_NOBODY, event, OCTO_EVENT_AUDIT_SEALED);
}

static void counters_that_rise_hold(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	for (uint64_t n = 0; n < 2000; n++) {
		seal(&world, 1, n, n + 5, true);
		seal(&world, 2, n / 2, n / 2 + 9, true); /* the same text again, as of a cached packet */
	}
	seal(&world, 3, 0, 1, false);
	seal(&world, 3, 0, 1, false);
	seal(&world, 3, 1, 2, false);
	seal(&world, 4, 0, 3, false);
	CHECK_HOLDS(&world, "S4");
	CHECK_U64(fixture_invariant(&world, "S4")->evaluated, 4004);
	fixture_stop(&world);
}

static void counter_that_goes_back_breaks_s4(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	seal(&world, 1, 8, 1, true);
	seal(&world, 1, 7, 2, true);
	CHECK_BROKEN(&world, "S4", "expected a counter above 8 under key 0000000000000001, found 7");
	fixture_stop(&world);
}

static void counter_with_a_second_text_breaks_s4(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	seal(&world, 1, 8, 1, true);
	seal(&world, 1, 8, 2, true);
	CHECK_BROKEN(&world, "S4", "expected counter 8 once");
	fixture_stop(&world);
}

static void nonce_with_a_second_text_breaks_s4(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	seal(&world, 1, 0, 1, false);
	seal(&world, 1, 0, 2, false);
	CHECK_BROKEN(&world, "S4", "expected one text for nonce");
	fixture_stop(&world);
}

/* ---- S5 ------------------------------------------------------------------------------------------------ */

static void connected(struct fixture *world)
{
	fixture_make(world);
	fixture_start(world);
	fixture_establish(world, ROBOT, PILOT, 7, 1);
}

static void numbers_in_any_order_hold(void)
{
	struct fixture world;
	connected(&world);
	for (uint64_t n = 0; n < 3000; n++)
		fixture_data(&world, PILOT, ROBOT, 2007, n ^ 31, OCTO_REASON_ACCEPTED);
	fixture_data(&world, PILOT, ROBOT, 2007, 2990, OCTO_REASON_DUPLICATE);
	fixture_data(&world, PILOT, ROBOT, 2007, 1000, OCTO_REASON_TOO_OLD);
	fixture_data(&world, PILOT, ROBOT, 2007, 100000, OCTO_REASON_ACCEPTED);
	fixture_data(&world, PILOT, ROBOT, 2007, 99500, OCTO_REASON_ACCEPTED);
	CHECK_HOLDS(&world, "S5");
	CHECK_U64(fixture_invariant(&world, "S5")->evaluated, 3004);
	fixture_stop(&world);
}

static void number_accepted_twice_breaks_s5(void)
{
	struct fixture world;
	connected(&world);
	fixture_data(&world, PILOT, ROBOT, 2007, 3, OCTO_REASON_ACCEPTED);
	fixture_data(&world, PILOT, ROBOT, 2007, 900, OCTO_REASON_ACCEPTED);
	fixture_data(&world, PILOT, ROBOT, 2007, 3, OCTO_REASON_ACCEPTED);
	CHECK_BROKEN(&world, "S5", "expected number 3 of session 0000000000000007 to be accepted once");
	fixture_stop(&world);
}

/* A hacked packet is whole: its number is used up. */
static void number_of_a_hacked_packet_is_taken(void)
{
	struct fixture world;
	connected(&world);
	fixture_data(&world, PILOT, ROBOT, 2001, 0, OCTO_REASON_TAMPERED);
	fixture_data(&world, PILOT, ROBOT, 2001, 0, OCTO_REASON_DUPLICATE);
	CHECK_HOLDS(&world, "S5");
	fixture_stop(&world);
}

static void two_sessions_number_for_themselves(void)
{
	struct fixture world;
	connected(&world);
	fixture_data(&world, PILOT, ROBOT, 2007, 3, OCTO_REASON_ACCEPTED);
	fixture_data(&world, PILOT, ROBOT, 2008, 3, OCTO_REASON_ACCEPTED);
	fixture_data(&world, ROBOT, PILOT, 1007, 3, OCTO_REASON_ACCEPTED);
	CHECK_HOLDS(&world, "S5");
	fixture_stop(&world);
}

static void number_behind_the_window_breaks_s5(void)
{
	struct fixture world;
	connected(&world);
	fixture_data(&world, PILOT, ROBOT, 2007, 5000, OCTO_REASON_ACCEPTED);
	fixture_data(&world, PILOT, ROBOT, 2007, 3976, OCTO_REASON_ACCEPTED);
	CHECK_BROKEN(&world, "S5", "expected number 3976 to be too old, 1024 behind the highest");
	fixture_stop(&world);
}

/* A forged number far ahead is rejected; if the next good one is then too old, the forgery moved the
 * window. */
static void window_moved_by_a_forgery_breaks_s5(void)
{
	struct fixture world;
	connected(&world);
	fixture_data(&world, PILOT, ROBOT, 2007, 10, OCTO_REASON_ACCEPTED);
	fixture_data(&world, PILOT, ROBOT, 2007, UINT64_C(1) << 40, OCTO_REASON_BAD_TAG);
	fixture_data(&world, PILOT, ROBOT, 2007, 11, OCTO_REASON_TOO_OLD);
	CHECK_BROKEN(
		&world, "S5",
		"expected number 11 to be taken, the highest accepted being 10, found it refused as too-old");
	fixture_stop(&world);
}

static void duplicate_that_never_came_breaks_s5(void)
{
	struct fixture world;
	connected(&world);
	fixture_data(&world, PILOT, ROBOT, 2007, 10, OCTO_REASON_ACCEPTED);
	fixture_data(&world, PILOT, ROBOT, 2007, 9, OCTO_REASON_DUPLICATE);
	CHECK_BROKEN(&world, "S5", "expected number 9 to be taken");
	fixture_stop(&world);
}

CU_ErrorCode suite_checks_nonces(void);
CU_ErrorCode suite_checks_nonces(void)
{
	CU_pSuite suite = CU_add_suite("checks_nonces", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, counters_that_rise_hold);
	CU_ADD_TEST(suite, counter_that_goes_back_breaks_s4);
	CU_ADD_TEST(suite, counter_with_a_second_text_breaks_s4);
	CU_ADD_TEST(suite, nonce_with_a_second_text_breaks_s4);
	CU_ADD_TEST(suite, numbers_in_any_order_hold);
	CU_ADD_TEST(suite, number_accepted_twice_breaks_s5);
	CU_ADD_TEST(suite, number_of_a_hacked_packet_is_taken);
	CU_ADD_TEST(suite, two_sessions_number_for_themselves);
	CU_ADD_TEST(suite, number_behind_the_window_breaks_s5);
	CU_ADD_TEST(suite, window_moved_by_a_forgery_breaks_s5);
	CU_ADD_TEST(suite, duplicate_that_never_came_breaks_s5);
	return CU_get_error();
}
