/* delay_test.c: the distributions have the shape they are named after, in integers. */
#include "sim/engine/rng.h"
#include "sim/network/delay.h"
#include "tests/check.h"

#include <stdlib.h>

static void constant_is_constant(void)
{
	CHECK_U64(delay_draw(SCENARIO_CONSTANT, 35, 99, 0), 35);
	CHECK_U64(delay_draw(SCENARIO_CONSTANT, 35, 99, UINT64_MAX), 35);
}

static void uniform_reaches_both_ends_and_no_farther(void)
{
	unsigned counts[5] = {0};

	for (uint64_t n = 0; n < 50000; n++) {
		const uint64_t delay = delay_draw(SCENARIO_UNIFORM, 10, 14, rng_draw(1, 0, n, 0));
		CU_ASSERT_FATAL(delay >= 10 && delay <= 14);
		counts[delay - 10]++;
	}
	for (int i = 0; i < 5; i++)
		CHECK(counts[i] > 9500 && counts[i] < 10500);
	CHECK_U64(delay_draw(SCENARIO_UNIFORM, 7, 7, UINT64_MAX), 7);
	CHECK_U64(delay_draw(SCENARIO_UNIFORM, 0, UINT64_MAX, 12345), 12345);
	CHECK_U64(delay_draw(SCENARIO_UNIFORM, 5, 9, 0), 5);
	CHECK_U64(delay_draw(SCENARIO_UNIFORM, 5, 9, UINT64_MAX), 9);
}

/* A draw whose tail probability on its side is tail / 2^63. */
static uint64_t above(uint64_t tail) { return UINT64_C(1) << 63 | tail; }
static uint64_t below(uint64_t tail) { return tail; }

/* Quantiles from published tables, to a millionth of a deviation: mean 10^9, deviation 10^7. */
static void normal_quantiles_are_those_of_the_tables(void)
{
	static const struct { uint64_t tail; uint64_t distance_ns; } known[] = {
		/* tail = p * 2^64, p the one-sided probability */
		{UINT64_C(2926672865222989824), 10000000},     /* p 0.158655253931457, 1 deviation */
		{UINT64_C(922337203685477581), 16448536},      /* p 0.05 */
		{UINT64_C(461168601842738790), 19599640},      /* p 0.025 */
		{UINT64_C(184467440737095516), 23263479},      /* p 0.01 */
		{UINT64_C(18446744073709552), 30902323},       /* p 0.001 */
		{UINT64_C(18446744073710), 47534243},          /* p 10^-6 */
		{UINT64_C(18446744074), 59978070}              /* p 10^-9 */
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		const uint64_t high = delay_draw(SCENARIO_NORMAL, 1000000000, 10000000, above(known[i].tail));
		const uint64_t low = delay_draw(SCENARIO_NORMAL, 1000000000, 10000000, below(known[i].tail));
		const int64_t off = (int64_t)(high - 1000000000 - known[i].distance_ns);
		CHECK(off > -100 && off < 100);
		CHECK_U64(1000000000 - low, high - 1000000000);
	}
}

static void normal_has_its_mean_variance_and_tails(void)
{
	enum { DRAWS = 400000 };
	const int64_t mean = 20000000, deviation = 3000000;
	double sum = 0, squares = 0, cubes = 0, fourths = 0;
	unsigned beyond[5] = {0};

	for (uint64_t n = 0; n < DRAWS; n++) {
		const int64_t off = (int64_t)delay_draw(SCENARIO_NORMAL, (uint64_t)mean, (uint64_t)deviation,
		                                        rng_draw(3, 0, n, 0)) - mean;
		const double z = (double)off / (double)deviation;
		sum += z;
		squares += z * z;
		cubes += z * z * z;
		fourths += z * z * z * z;
		for (int k = 1; k < 5; k++)
			beyond[k] += off > k * deviation || off < -k * deviation;
	}
	CHECK(sum / DRAWS > -0.008 && sum / DRAWS < 0.008);           /* 5 standard errors */
	CHECK(squares / DRAWS > 0.9888 && squares / DRAWS < 1.0112);
	CHECK(cubes / DRAWS > -0.031 && cubes / DRAWS < 0.031);
	CHECK(fourths / DRAWS > 2.92 && fourths / DRAWS < 3.08);
	CHECK(beyond[1] > 126924 - 1475 && beyond[1] < 126924 + 1475); /* 31.731 % */
	CHECK(beyond[2] > 18200 - 660 && beyond[2] < 18200 + 660);    /* 4.550 % */
	CHECK(beyond[3] > 1080 - 165 && beyond[3] < 1080 + 165);      /* 0.270 % */
	CHECK(beyond[4] > 5 && beyond[4] < 51);                       /* 25.3 expected */
}

static void normal_falls_steadily_with_the_draw(void)
{
	uint64_t last = UINT64_MAX;
	unsigned wrong = 0;

	/* Every octave, its edges and places within; the smaller the tail, the farther out. */
	for (unsigned bit = 0; bit < 63; bit++) {
		for (uint64_t part = 0; part < 300; part++) {
			const uint64_t one = UINT64_C(1) << bit;
			const uint64_t tail = one + (bit > 9 ? one / 300 * part : 0);
			const uint64_t now = delay_draw(SCENARIO_NORMAL, UINT64_C(1) << 62, UINT64_C(1) << 50,
			                                above(tail));
			wrong += now > last;
			last = now;
		}
	}
	CHECK_U64(wrong, 0);
	CHECK_U64(delay_draw(SCENARIO_NORMAL, 1000, 1000000, above((UINT64_C(1) << 63) - 1)), 1000);
}

static void normal_never_goes_below_zero_or_past_the_end(void)
{
	CHECK_U64(delay_draw(SCENARIO_NORMAL, 1000, 1000000, below(1)), 0);
	CHECK_U64(delay_draw(SCENARIO_NORMAL, 1000, UINT64_MAX, below(1)), 0);
	CHECK_U64(delay_draw(SCENARIO_NORMAL, 1000, UINT64_MAX, above(1)), UINT64_MAX);
	CHECK_U64(delay_draw(SCENARIO_NORMAL, UINT64_MAX, 5000, above(1)), UINT64_MAX);
	CHECK_U64(delay_draw(SCENARIO_NORMAL, 1234, 0, above(1)), 1234);
}

static void the_table_is_what_its_script_writes(void)
{
	CHECK_I64(system("python3 tools/make_normal_table.py --check"), 0);
}

/* Draws of a probability of 2^-n of being exceeded. */
static void exponential_quantiles_are_multiples_of_ln_2(void)
{
	const uint64_t mean_ns = 1000000000;

	for (unsigned n = 1; n <= 40; n++) {
		const uint64_t exact = n * UINT64_C(693147181);
		const uint64_t drawn = delay_draw(SCENARIO_EXPONENTIAL, 7, mean_ns, UINT64_C(1) << (64 - n)) - 7;
		CHECK(drawn + 200 > exact && drawn < exact + 200);
	}
	/* 1/e: one mean; 3/4: -ln(3/4) */
	const uint64_t one = delay_draw(SCENARIO_EXPONENTIAL, 0, mean_ns, UINT64_C(6786177901268131072));
	const uint64_t most = delay_draw(SCENARIO_EXPONENTIAL, 0, mean_ns, UINT64_C(3) << 62);
	CHECK(one > 999999000 && one < 1000001000);
	CHECK(most > 287681000 && most < 287683000);
	CHECK_U64(delay_draw(SCENARIO_EXPONENTIAL, 5, 0, 0), 5);
	CHECK(delay_draw(SCENARIO_EXPONENTIAL, UINT64_MAX - 5, UINT64_MAX, 0) == UINT64_MAX);
	CHECK(delay_draw(SCENARIO_EXPONENTIAL, 0, mean_ns, 0) <= delay_longest(SCENARIO_EXPONENTIAL, 0, mean_ns));
}

static void exponential_has_its_mean_variance_and_floor(void)
{
	enum { DRAWS = 200000 };
	uint64_t sum_us = 0, squares = 0, below_mean = 0;

	for (uint64_t n = 0; n < DRAWS; n++) {
		const uint64_t delay = delay_draw(SCENARIO_EXPONENTIAL, 10000000, 5000000, rng_draw(3, 0, n, 0));
		CU_ASSERT_FATAL(delay >= 10000000);
		const uint64_t above_us = (delay - 10000000) / 1000;
		sum_us += above_us;
		squares += above_us * above_us;
		below_mean += above_us < 5000;
	}
	const uint64_t mean_us = sum_us / DRAWS, variance = squares / DRAWS - mean_us * mean_us;
	CHECK(mean_us > 4944 && mean_us < 5056);             /* 5 standard errors of 11 us */
	CHECK(variance > 24200000 && variance < 25800000);   /* (5 ms)^2, 5 standard errors of 0.6 % */
	CHECK(below_mean > 125340 && below_mean < 127510);   /* 1 - 1/e */
}

static void pareto_follows_its_formula(void)
{
	enum { DRAWS = 200000 };
	uint64_t twice = 0, tenfold = 0, cut = 0;

	/* Exceeded with 1/4: x = least * 4^(1/shape). */
	CHECK_U64(delay_pareto(1000000, UINT64_MAX, 2000, UINT64_C(1) << 62), 2000000);
	CHECK_U64(delay_pareto(1000000, UINT64_MAX, 1000, UINT64_C(1) << 62), 4000000);
	CHECK_U64(delay_pareto(1000000, UINT64_MAX, 500, UINT64_C(1) << 62), 16000000);
	CHECK_U64(delay_pareto(1000000, 3000000, 500, UINT64_C(1) << 62), 3000000);
	CHECK_U64(delay_pareto(1000000, UINT64_MAX, 100, 0), UINT64_MAX);
	CHECK_U64(delay_pareto(1000000, UINT64_MAX, 1500, UINT64_MAX) / 10, 100000);
	for (uint64_t n = 0; n < DRAWS; n++) {
		const uint64_t delay = delay_pareto(1000, 50000, 1500, rng_draw(4, 0, n, 0));
		CU_ASSERT_FATAL(delay >= 1000 && delay <= 50000);
		twice += delay > 2000;
		tenfold += delay > 10000;
		cut += delay == 50000;
	}
	CHECK(twice > 69640 && twice < 71780);       /* 2^-1.5, 5 standard deviations of 214 */
	CHECK(tenfold > 5930 && tenfold < 6720);     /* 10^-1.5 */
	CHECK(cut > 440 && cut < 690);               /* 50^-1.5 */
}

static void a_table_gives_its_values_as_often_as_they_weigh(void)
{
	uint64_t values[] = {10, 30, 20}, sums[] = {1, 4, 10};
	const struct scenario_table table = {values, sums, 3};
	unsigned counts[4] = {0};

	for (uint64_t n = 0; n < 100000; n++)
		counts[delay_table(&table, rng_draw(5, 0, n, 0)) / 10]++;
	CHECK(counts[1] > 9520 && counts[1] < 10480);
	CHECK(counts[3] > 29270 && counts[3] < 30730);
	CHECK(counts[2] > 59220 && counts[2] < 60780);
	CHECK_U64(delay_table(&table, 0), 10);
	CHECK_U64(delay_table(&table, UINT64_MAX), 20);
}

/* Mean and variance of draws, in ms. */
struct moments {
	double mean, variance;
};

enum { MOMENT_DRAWS = 400000 };

static struct moments moments_of(uint64_t (*draw_ns)(uint64_t draw))
{
	double sum = 0, squares = 0;

	for (uint64_t n = 0; n < MOMENT_DRAWS; n++) {
		const double ms = (double)draw_ns(rng_draw(6, 0, n, 0)) / 1e6;
		sum += ms;
		squares += ms * ms;
	}
	return (struct moments){ sum / MOMENT_DRAWS, squares / MOMENT_DRAWS - sum / MOMENT_DRAWS * sum / MOMENT_DRAWS };
}

static uint64_t draw_uniform(uint64_t draw)
{
	return delay_draw(SCENARIO_UNIFORM, 10000000, 30000000, draw);
}

static uint64_t draw_pareto(uint64_t draw)
{
	return delay_pareto(10000000, 100000000, 3000, draw);
}

static uint64_t draw_table(uint64_t draw)
{
	uint64_t values[] = {10000000, 30000000, 20000000}, sums[] = {1, 4, 10};
	const struct scenario_table table = {values, sums, 3};

	return delay_table(&table, draw);
}

/* Each within 5 standard errors. */
static void uniform_pareto_and_tables_have_their_mean_and_variance(void)
{
	const struct moments uniform = moments_of(draw_uniform), pareto = moments_of(draw_pareto), table = moments_of(draw_table);

	CHECK(uniform.mean > 20 - 0.046 && uniform.mean < 20 + 0.046);
	CHECK(uniform.variance > 33.333 - 0.236 && uniform.variance < 33.333 + 0.236);    /* 20^2 / 12 */
	/* Of least L, most M, shape a: the mean is L + (L - L^a M^(1-a)) / (a - 1), the mean square
	 * L^2 + 2 L^a (L^(2-a) - M^(2-a)) / (a - 2). */
	CHECK(pareto.mean > 14.95 - 0.06 && pareto.mean < 14.95 + 0.06);
	CHECK(pareto.variance > 56.4975 - 2.74 && pareto.variance < 56.4975 + 2.74);
	CHECK(table.mean > 22 - 0.048 && table.mean < 22 + 0.048);
	CHECK(table.variance > 36 - 0.355 && table.variance < 36 + 0.355);
}

static void the_logarithms_are_what_the_script_writes(void)
{
	CHECK_I64(system("python3 tools/make_log_table.py --check"), 0);
}

static void octaves_are_equally_likely(void)
{
	unsigned counts[3] = { 0 };

	for (uint64_t n = 0; n < 30000; n++) {
		const uint64_t drawn = delay_octaves(1000, 8000, rng_draw(3, 0, n, 0));
		CU_ASSERT_FATAL(drawn >= 1000 && drawn <= 8000);
		counts[drawn < 2000 ? 0 : drawn < 4000 ? 1 : 2]++;
	}
	for (int i = 0; i < 3; i++)
		CHECK(counts[i] > 9700 && counts[i] < 10300);
	CHECK_U64(delay_octaves(200000, 50000000, 0), 200000);
	CHECK(delay_octaves(200000, 50000000, UINT64_MAX) > 49990000);
	CHECK_U64(delay_octaves(777, 777, UINT64_MAX), 777);
	CHECK_U64(delay_octaves(1, 1024, UINT64_C(1) << 63), 32);
	CHECK_U64(delay_octaves(1, UINT64_MAX, 0), 1);
}

CU_ErrorCode suite_delay(void)
{
	CU_pSuite suite = CU_add_suite("delay", NULL, NULL);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, octaves_are_equally_likely);
	CU_ADD_TEST(suite, constant_is_constant);
	CU_ADD_TEST(suite, uniform_reaches_both_ends_and_no_farther);
	CU_ADD_TEST(suite, normal_quantiles_are_those_of_the_tables);
	CU_ADD_TEST(suite, normal_has_its_mean_variance_and_tails);
	CU_ADD_TEST(suite, normal_falls_steadily_with_the_draw);
	CU_ADD_TEST(suite, normal_never_goes_below_zero_or_past_the_end);
	CU_ADD_TEST(suite, the_table_is_what_its_script_writes);
	CU_ADD_TEST(suite, exponential_quantiles_are_multiples_of_ln_2);
	CU_ADD_TEST(suite, exponential_has_its_mean_variance_and_floor);
	CU_ADD_TEST(suite, pareto_follows_its_formula);
	CU_ADD_TEST(suite, a_table_gives_its_values_as_often_as_they_weigh);
	CU_ADD_TEST(suite, uniform_pareto_and_tables_have_their_mean_and_variance);
	CU_ADD_TEST(suite, the_logarithms_are_what_the_script_writes);
	return CU_get_error();
}
