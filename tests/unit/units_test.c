/* units_test.c: quantities with units, read exactly. */
#include "sim/scenario/units.h"
#include "tests/check.h"

static void expect_value(enum unit_kind kind, const char *text, int64_t expected)
{
	int64_t value = -1;

	CHECK_U64(unit_read(kind, text, true, &value), UNIT_OK);
	CHECK_I64(value, expected);
}

static void expect_problem(enum unit_kind kind, const char *text, enum unit_result expected)
{
	int64_t value = 0;

	CHECK_U64(unit_read(kind, text, false, &value), expected);
}

static void times_are_exact(void)
{
	expect_value(UNIT_TIME, "20ms", 20000000);
	expect_value(UNIT_TIME, "1.5s", 1500000000);
	expect_value(UNIT_TIME, "0.000000001s", 1);
	expect_value(UNIT_TIME, "10us", 10000);
	expect_value(UNIT_TIME, "7ns", 7);
	expect_value(UNIT_TIME, "3m", INT64_C(180000000000));
	expect_value(UNIT_TIME, "2h", INT64_C(7200000000000));
	expect_value(UNIT_TIME, "7d", INT64_C(604800000000000));
	expect_value(UNIT_TIME, "50y", INT64_C(1576800000000000000));
	expect_value(UNIT_TIME, "0.1y", INT64_C(3153600000000000));
	expect_value(UNIT_TIME, "-10s", INT64_C(-10000000000));
	expect_value(UNIT_TIME, "0s", 0);
	expect_value(UNIT_TIME, "00.500s", 500000000);
}

static void rates_sizes_and_chances_are_exact(void)
{
	expect_value(UNIT_RATE, "2.5Mbit", 2500000);
	expect_value(UNIT_RATE, "800kbit", 800000);
	expect_value(UNIT_RATE, "10Gbit", INT64_C(10000000000));
	expect_value(UNIT_SIZE, "64KiB", 65536);
	expect_value(UNIT_SIZE, "100kB", 100000);
	expect_value(UNIT_SIZE, "0.75KiB", 768);
	expect_value(UNIT_SIZE, "512B", 512);
	expect_value(UNIT_CHANCE, "1.5%", 1500000);
	expect_value(UNIT_CHANCE, "0.000001%", 1);
	expect_value(UNIT_CHANCE, "100%", 100000000);
}

static void what_is_wrong_is_told_apart(void)
{
	expect_problem(UNIT_TIME, "", UNIT_EMPTY);
	expect_problem(UNIT_TIME, "ms", UNIT_NO_DIGITS);
	expect_problem(UNIT_TIME, "1.s", UNIT_NO_DIGITS);
	expect_problem(UNIT_TIME, "-", UNIT_NO_DIGITS);
	expect_problem(UNIT_TIME, " 1s", UNIT_BLANK);
	expect_problem(UNIT_TIME, "20", UNIT_NO_UNIT);
	expect_problem(UNIT_TIME, "20 ms", UNIT_BLANK);
	expect_problem(UNIT_TIME, "1,5s", UNIT_COMMA);
	expect_problem(UNIT_TIME, "20sec", UNIT_BAD_UNIT);
	expect_problem(UNIT_TIME, "1e3s", UNIT_BAD_UNIT);
	expect_problem(UNIT_TIME, "1.5.2s", UNIT_BAD_UNIT);
	expect_problem(UNIT_RATE, "2mbit", UNIT_BAD_UNIT);
	expect_problem(UNIT_TIME, "-1s", UNIT_NEGATIVE);
	expect_problem(UNIT_TIME, "0.5ns", UNIT_TOO_FINE);
	expect_problem(UNIT_TIME, "0.00000000000000000000001s", UNIT_TOO_FINE);
	expect_problem(UNIT_SIZE, "0.3KiB", UNIT_TOO_FINE);
	expect_problem(UNIT_CHANCE, "0.0000001%", UNIT_TOO_FINE);
	expect_problem(UNIT_TIME, "300y", UNIT_TOO_LARGE);
	expect_problem(UNIT_TIME, "99999999999999999999ns", UNIT_TOO_LARGE);
	expect_problem(UNIT_TIME, "9223372036854775807s", UNIT_TOO_LARGE);
}

static void whole_numbers_reach_the_last_one(void)
{
	uint64_t value = 0;

	CHECK(unit_whole("18446744073709551615", 20, &value));
	CHECK_U64(value, UINT64_MAX);
	CHECK(!unit_whole("18446744073709551616", 20, &value));
	CHECK(!unit_whole("-1", 2, &value));
	CHECK(!unit_whole("", 0, &value));
}

static void certainty_is_the_largest_chance(void)
{
	CHECK_U64(unit_chance32(100000000), UINT32_MAX);
	CHECK_U64(unit_chance32(50000000), UINT32_C(1) << 31);
	CHECK_U64(unit_chance32(0), 0);
	CHECK(unit_chance32(1) > 0);
}

static void times_are_shown_in_the_largest_exact_unit(void)
{
	char text[32];

	unit_time_text(1500000000, text, sizeof(text));
	CHECK_STRING(text, "1500ms");
	unit_time_text(UINT64_C(7200000000000), text, sizeof(text));
	CHECK_STRING(text, "2h");
	unit_time_text(0, text, sizeof(text));
	CHECK_STRING(text, "0s");
	unit_time_text(1, text, sizeof(text));
	CHECK_STRING(text, "1ns");
}

CU_ErrorCode suite_units(void);

CU_ErrorCode suite_units(void)
{
	CU_pSuite suite = CU_add_suite("units", NULL, NULL);

	if (suite == NULL)
		return CU_get_error();
	CU_ADD_TEST(suite, times_are_exact);
	CU_ADD_TEST(suite, rates_sizes_and_chances_are_exact);
	CU_ADD_TEST(suite, what_is_wrong_is_told_apart);
	CU_ADD_TEST(suite, whole_numbers_reach_the_last_one);
	CU_ADD_TEST(suite, certainty_is_the_largest_chance);
	CU_ADD_TEST(suite, times_are_shown_in_the_largest_exact_unit);
	return CU_get_error();
}
