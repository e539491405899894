/* wide_test.c: 128-bit products and bit positions, against results known otherwise. */
#include "sim/engine/bits.h"
#include "sim/engine/rng.h"
#include "sim/engine/wide.h"
#include "tests/check.h"

static void products_of_known_numbers_are_exact(void)
{
	CHECK_U64(wide_mul_high(UINT64_MAX, UINT64_MAX), UINT64_MAX - 1);
	CHECK_U64(wide_mul(UINT64_MAX, UINT64_MAX).low, 1);
	CHECK_U64(wide_mul_high(UINT64_C(1) << 63, 6), 3);
	CHECK_U64(wide_mul_high(UINT64_C(0x123456789abcdef0), UINT64_C(0xfedcba9876543210)),
	          UINT64_C(0x121fa00ad77d7422));
	CHECK_U64(wide_mul(UINT64_C(0x123456789abcdef0), UINT64_C(0xfedcba9876543210)).low,
	          UINT64_C(0x236d88fe5618cf00));
	CHECK_U64(wide_mul_high(UINT32_MAX, UINT32_MAX), 0);
}

static void multiplying_then_dividing_gives_the_number_back(void)
{
	unsigned wrong = 0;

	for (uint64_t i = 0; i < 20000; i++) {
		const uint64_t a = rng_draw(1, 0, i, 0) >> (i % 64), b = (rng_draw(1, 0, i, 1) >> (i / 64 % 64)) | 1;
		wrong += wide_mul_div(a, b, b) != a;
		wrong += wide_mul_div_up(a, b, b) != a;
		/* a = q * b + r: (a * b) / a, and one step either side of an exact division */
		wrong += a && wide_mul_div(a, b, a) != b;
		wrong += b > 1 && a && wide_div(wide_mul(a, b), b, false) != a;
	}
	CHECK_U64(wrong, 0);
}

static void quotient_times_divisor_brackets_the_product(void)
{
	unsigned wrong = 0;

	for (uint64_t i = 0; i < 20000; i++) {
		const uint64_t a = rng_draw(2, 0, i, 0), b = rng_draw(2, 0, i, 1), c = rng_draw(2, 0, i, 2) | 1;
		const uint64_t down = wide_mul_div(a, b, c), up = wide_mul_div_up(a, b, c);
		const struct wide product = wide_mul(a, b), low = wide_mul(down, c);
		if (product.high >= c) {
			wrong += down != UINT64_MAX || up != UINT64_MAX;
			continue;
		}
		/* 0 <= a*b - down*c < c */
		const uint64_t rest_low = product.low - low.low;
		const uint64_t rest_high = product.high - low.high - (product.low < low.low);
		wrong += rest_high != 0 || rest_low >= c;
		wrong += up != down + (rest_low != 0);
	}
	CHECK_U64(wrong, 0);
}

static void what_does_not_fit_is_the_largest_number(void)
{
	CHECK_U64(wide_mul_div(UINT64_MAX, 2, 1), UINT64_MAX);
	CHECK_U64(wide_mul_div_up(UINT64_MAX, UINT64_MAX, 3), UINT64_MAX);
	CHECK_U64(wide_mul_div(UINT64_MAX, UINT64_MAX, UINT64_MAX), UINT64_MAX);
	CHECK_U64(wide_add(UINT64_MAX, 1), UINT64_MAX);
	CHECK_U64(wide_add(UINT64_MAX - 1, 1), UINT64_MAX);
	CHECK_U64(wide_sub(3, 4), 0);
	CHECK_U64(wide_step(5, INT64_MIN), 0);
	CHECK_U64(wide_step(UINT64_C(1) << 63, INT64_MIN), 0);
	CHECK_U64(wide_step(UINT64_MAX - 1, 7), UINT64_MAX);
	CHECK_U64(wide_step(9, -4), 5);
}

static void rounding_up_adds_one_only_to_a_rest(void)
{
	CHECK_U64(wide_mul_div(7, 3, 2), 10);
	CHECK_U64(wide_mul_div_up(7, 3, 2), 11);
	CHECK_U64(wide_mul_div_up(6, 3, 2), 9);
	CHECK_U64(wide_mul_div_up(UINT64_C(1) << 40, UINT64_C(1) << 40, UINT64_C(1) << 30), UINT64_C(1) << 50);
	CHECK_U64(wide_mul_div_up(UINT64_C(1) << 40, UINT64_C(1) << 40, (UINT64_C(1) << 30) - 1),
	          wide_mul_div(UINT64_C(1) << 40, UINT64_C(1) << 40, (UINT64_C(1) << 30) - 1) + 1);
}

static void bit_positions_are_found(void)
{
	unsigned wrong = 0;

	for (unsigned bit = 0; bit < 64; bit++) {
		const uint64_t one = UINT64_C(1) << bit;
		wrong += bits_highest(one) != bit;
		wrong += bits_highest(one | (one - 1)) != bit;
		wrong += bits_lowest(one) != bit;
		wrong += bits_lowest(UINT64_MAX << bit) != bit;
	}
	CHECK_U64(wrong, 0);
}

CU_ErrorCode suite_wide(void)
{
	CU_pSuite suite = CU_add_suite("wide", NULL, NULL);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, products_of_known_numbers_are_exact);
	CU_ADD_TEST(suite, multiplying_then_dividing_gives_the_number_back);
	CU_ADD_TEST(suite, quotient_times_divisor_brackets_the_product);
	CU_ADD_TEST(suite, what_does_not_fit_is_the_largest_number);
	CU_ADD_TEST(suite, rounding_up_adds_one_only_to_a_rest);
	CU_ADD_TEST(suite, bit_positions_are_found);
	return CU_get_error();
}
