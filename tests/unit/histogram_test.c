/* histogram_test.c: the bound that histogram.h promises, and exact counts. */
#include "sim/check/histogram.h"
#include "sim/engine/rng.h"
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

enum { COUNT = 5000 };

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x == y ? 0 : x < y ? -1 : 1;
}

static void ranks_are_never_too_low_and_at_most_a_64th_too_high(void)
{
	static struct histogram histogram;
	static uint64_t values[COUNT];
	for (unsigned shift = 0; shift < 64; shift += 3) {
		memset(&histogram, 0, sizeof histogram);
		for (uint64_t i = 0; i < COUNT; i++) {
			values[i] = rng_draw(1, shift, i, 0) >> shift;
			histogram_add(&histogram, values[i]);
		}
		qsort(values, COUNT, sizeof *values, compare);
		for (uint32_t percent = 1; percent <= 100; percent++) {
			uint64_t truth = values[(COUNT * percent + 99) / 100 - 1], found = histogram_rank(&histogram, percent);
			CHECK(found >= truth);
			CHECK(found - truth <= truth / 64);
		}
		CHECK_U64(histogram_rank(&histogram, 100), values[COUNT - 1]);
		CHECK_U64(histogram.largest, values[COUNT - 1]);
	}
}

static void small_values_are_exact(void)
{
	static struct histogram histogram;
	memset(&histogram, 0, sizeof histogram);
	CHECK_U64(histogram_rank(&histogram, 50), 0);
	for (uint64_t i = 0; i < 100; i++)
		histogram_add(&histogram, i);
	CHECK_U64(histogram_rank(&histogram, 50), 49);
	CHECK_U64(histogram_rank(&histogram, 1), 0);
	CHECK_U64(histogram.count, 100);
}

/* The place of a rank, also where a product would not fit. */
static void places_are_rounded_up(void)
{
	CHECK_U64(histogram_place(1, 50), 1);
	CHECK_U64(histogram_place(10, 99), 10);
	CHECK_U64(histogram_place(200, 99), 198);
	CHECK_U64(histogram_place(0, 50), 0);
	CHECK_U64(histogram_place(UINT64_MAX, 100), UINT64_MAX);
}

CU_ErrorCode suite_histogram(void);

CU_ErrorCode suite_histogram(void)
{
	CU_pSuite suite = CU_add_suite("histogram", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, ranks_are_never_too_low_and_at_most_a_64th_too_high);
	CU_ADD_TEST(suite, small_values_are_exact);
	CU_ADD_TEST(suite, places_are_rounded_up);
	return CU_get_error();
}
