/* rng_test.c: the random numbers are the same everywhere, depend on each input, and look like chance. */
#include "sim/engine/rng.h"
#include "tests/check.h"

#include <stdlib.h>

/* Worked out independently, from the construction in rng.h. */
static void known_inputs_give_known_numbers(void)
{
	CHECK_U64(rng_draw(0, 0, 0, 0), UINT64_C(0x71bbc72aeeba9b2e));
	CHECK_U64(rng_draw(1, 2, 3, 4), UINT64_C(0x1fbf912b1503129e));
	CHECK_U64(rng_draw(UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT32_MAX), UINT64_C(0x71c2dfdb6c52101e));
}

static unsigned bits_set(uint64_t x)
{
	unsigned count = 0;

	for (; x; x &= x - 1)
		count++;
	return count;
}

/* Flipping any of the inputs' 224 bits flips each of the 64 output bits half of the time. */
static void flipping_any_input_bit_flips_every_output_bit_half_of_the_time(void)
{
	enum { TRIALS = 2000, OFF_MAX = 140 }; /* 6.2 standard deviations of 22.4 from 1000 */
	unsigned worst = 0;

	for (unsigned bit = 0; bit < 224; bit++) {
		unsigned flips[64] = {0};
		for (uint64_t trial = 0; trial < TRIALS; trial++) {
			/* Small counting numbers, as they are used. */
			uint64_t in[3] = {trial % 7, trial % 31, trial};
			uint32_t purpose = (uint32_t)(trial % 5);
			const uint64_t before = rng_draw(in[0], in[1], in[2], purpose);
			if (bit < 192)
				in[bit / 64] ^= UINT64_C(1) << bit % 64;
			else
				purpose ^= UINT32_C(1) << bit % 32;
			const uint64_t change = before ^ rng_draw(in[0], in[1], in[2], purpose);
			for (unsigned out = 0; out < 64; out++)
				flips[out] += (unsigned)(change >> out & 1);
		}
		for (unsigned out = 0; out < 64; out++) {
			const unsigned half = TRIALS / 2;
			const unsigned off = flips[out] > half ? flips[out] - half : half - flips[out];
			worst = off > worst ? off : worst;
		}
	}
	CHECK(worst > 0 && worst < OFF_MAX);
}

/* 2^18 draws into 256 boxes: chi-square has mean 255 and standard deviation 22.6. */
static uint64_t chi_square(uint64_t (*value)(uint64_t n))
{
	enum { DRAWS = 1 << 18, EXPECTED = DRAWS / 256 };
	uint64_t boxes[256] = {0}, sum = 0;

	for (uint64_t n = 0; n < DRAWS; n++)
		boxes[value(n) & 255]++;
	for (int i = 0; i < 256; i++) {
		const uint64_t off = boxes[i] > EXPECTED ? boxes[i] - EXPECTED : EXPECTED - boxes[i];
		sum += off * off;
	}
	return sum / EXPECTED;
}

static uint64_t by_counter(uint64_t n) { return rng_draw(1, 5, n, 0) >> 56; }
static uint64_t by_counter_low(uint64_t n) { return rng_draw(1, 5, n, 0); }
static uint64_t by_entity(uint64_t n) { return rng_draw(1, n, 0, 0) >> 56; }
static uint64_t by_pair(uint64_t n) { return rng_draw(1, (n / 512) << 32 | n % 512, 0, 0) >> 56; }
static uint64_t by_seed(uint64_t n) { return rng_draw(n, 3, 7, 1) >> 56; }
static uint64_t by_purpose(uint64_t n) { return rng_draw(1, 3, n / 8, (uint32_t)(n % 8)) >> 56; }
static uint64_t by_neighbours(uint64_t n) { return (rng_draw(1, 3, n, 0) ^ rng_draw(1, 3, n + 1, 0)) >> 56; }
static uint64_t by_streams(uint64_t n) { return (rng_draw(1, 3, n, 0) ^ rng_draw(1, 4, n, 0)) >> 56; }

static void every_way_of_counting_fills_all_boxes_alike(void)
{
	static uint64_t (*const values[])(uint64_t) = {
		by_counter, by_counter_low, by_entity, by_pair, by_seed, by_purpose, by_neighbours, by_streams
	};

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		const uint64_t found = chi_square(values[i]);
		CHECK(found > 165 && found < 370);
	}
}

static void below_reaches_each_value_equally_often(void)
{
	unsigned counts[10] = {0};

	for (uint64_t n = 0; n < 100000; n++) {
		const uint64_t value = rng_below(rng_draw(9, 0, n, 0), 10);
		CU_ASSERT_FATAL(value < 10);
		counts[value]++;
	}
	for (int i = 0; i < 10; i++)
		CHECK(counts[i] > 9500 && counts[i] < 10500);
	CHECK_U64(rng_below(UINT64_MAX, 1), 0);
	CHECK_U64(rng_below(UINT64_MAX, 0), 0);
	CHECK_U64(rng_below(UINT64_MAX, UINT64_MAX), UINT64_MAX - 1);
}

static void chances_are_met_and_certainties_certain(void)
{
	unsigned hits = 0;

	for (uint64_t n = 0; n < 100000; n++)
		hits += rng_chance(rng_draw(4, 0, n, 0), 858993459); /* 20 % */
	CHECK(hits > 19500 && hits < 20500);
	CHECK(!rng_chance(0, 0));
	CHECK(rng_chance(UINT64_MAX, UINT32_MAX));
}

static int by_size(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void no_number_comes_twice_among_many_and_bits_are_balanced(void)
{
	enum { COUNT = 200000 };
	uint64_t *all = malloc(COUNT * sizeof *all), set = 0, twice = 0;

	CU_ASSERT_FATAL(all != NULL);
	for (uint64_t n = 0; n < COUNT; n++) {
		all[n] = rng_draw(n % 3, n % 1000, n / 3000, (uint32_t)(n % 2));
		set += bits_set(all[n]);
	}
	qsort(all, COUNT, sizeof *all, by_size);
	for (size_t n = 1; n < COUNT; n++)
		twice += all[n] == all[n - 1];
	CHECK_U64(twice, 0);
	CHECK(set > 6400000 - 9000 && set < 6400000 + 9000); /* 5 standard deviations of 1789 */
	free(all);
}

CU_ErrorCode suite_rng(void)
{
	CU_pSuite suite = CU_add_suite("rng", NULL, NULL);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, known_inputs_give_known_numbers);
	CU_ADD_TEST(suite, flipping_any_input_bit_flips_every_output_bit_half_of_the_time);
	CU_ADD_TEST(suite, every_way_of_counting_fills_all_boxes_alike);
	CU_ADD_TEST(suite, below_reaches_each_value_equally_often);
	CU_ADD_TEST(suite, chances_are_met_and_certainties_certain);
	CU_ADD_TEST(suite, no_number_comes_twice_among_many_and_bits_are_balanced);
	return CU_get_error();
}
