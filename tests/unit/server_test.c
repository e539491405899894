/* server_test.c: a server is exact: to the bit with a rate, to the moment with a capacity, and across phases. */
#include "sim/network/server.h"

#include "sim/engine/rng.h"
#include "tests/check.h"

#define MS UINT64_C(1000000)

static void one_after_the_other_they_take_what_they_take_together(void)
{
	/* 3 Mbit: 100 bytes take 266666 2/3 ns. */
	const struct link_model model = { .rate_bps = 3000000 };
	struct server server = { 0 };
	unsigned wrong = 0;

	for (uint64_t n = 1; n <= 30000; n++)
		wrong += server_serve(&server, &model, 5, 100) != 5 + (n * 800 * 1000000000 + 2999999) / 3000000;
	CHECK_U64(wrong, 0);
	/* After a pause nothing is carried over. */
	CHECK_U64(server_serve(&server, &model, 100000 * MS, 3), 100000 * MS + 8000);
	CHECK_U64(server_serve(&server, &model, 100000 * MS, 0), 100000 * MS + 8000);
}

static void an_unlimited_link_takes_no_time(void)
{
	const struct link_model model = { .rate_bps = 0 };
	struct server server = { 0 };

	CHECK_U64(server_serve(&server, &model, 17, 512), 17);
	CHECK_U64(server_serve(&server, &model, 17, 512), 17);
}

static void a_change_of_the_rate_counts_from_that_moment_on(void)
{
	/* 8 kbit: a byte a ms. From 100 ms on ten, from 200 ms on one again, from 300 ms on any number. */
	struct link_phase phases[] = {
		{ .from_ns = 100 * MS, .model = { .rate_bps = 80000 } }, { .from_ns = 200 * MS, .model = { .rate_bps = 8000 } },
		{ .from_ns = 300 * MS, .model = { .rate_bps = 0 } },
	};
	const struct link_model model = { .rate_bps = 8000, .phases = phases, .phase_count = 3 };
	struct server server = { 0 };

	CHECK_U64(server_serve(&server, &model, 0, 50), 50 * MS);
	CHECK_U64(server_serve(&server, &model, 60 * MS, 140), 110 * MS);   /* 40 slowly, 100 quickly */
	CHECK_U64(server_serve(&server, &model, 60 * MS, 950), 250 * MS);   /* 900 quickly, 50 slowly */
	CHECK_U64(server_serve(&server, &model, 60 * MS, 100000), 300 * MS);
	CHECK_U64(server_serve(&server, &model, 400 * MS, 100000), 400 * MS);
}

static void random_changes_add_up_to_the_bytes_that_were_sent(void)
{
	struct link_phase phases[50];
	struct link_model model = { .rate_bps = 1000000, .phases = phases, .phase_count = 50 };
	struct server one = { 0 }, many = { 0 };
	uint64_t end_ns = 0;

	for (uint32_t i = 0; i < 50; i++)
		phases[i] = (struct link_phase){ .from_ns = (i + 1) * 7 * MS,
			.model = { .rate_bps = 1000 + rng_draw(9, 0, i, 0) % 5000000 } };
	for (int i = 0; i < 1000; i++)
		end_ns = server_serve(&many, &model, 0, 100);
	/* Whole or in a thousand pieces: but for a rounding up at each change of the rate, the same. */
	const uint64_t whole_ns = server_serve(&one, &model, 0, 100000);
	CHECK(end_ns >= whole_ns && end_ns - whole_ns < 100000);
}

/* ---- Moments ------------------------------------------------------------------------------------------------------ */

static void a_capacity_delivers_at_its_moments_and_begins_again(void)
{
	uint64_t at_ns[] = { 2 * MS, 5 * MS, 5 * MS, 10 * MS };
	struct scenario_capacity capacity = { at_ns, 4 };
	const struct link_model model = { .capacity = &capacity };
	/* Each takes a whole moment. */
	static const uint64_t expected_ms[] = { 2, 5, 5, 10, 12, 15, 15, 20, 22 };
	struct server server = { 0 };

	for (size_t i = 0; i < sizeof expected_ms / sizeof expected_ms[0]; i++)
		CHECK_U64(server_serve(&server, &model, 0, 1500), expected_ms[i] * MS);
}

static void small_ones_share_a_moment_and_large_ones_take_several(void)
{
	uint64_t at_ns[] = { 1 * MS, 2 * MS, 3 * MS, 4 * MS };
	struct scenario_capacity capacity = { at_ns, 4 };
	const struct link_model model = { .capacity = &capacity };
	struct server server = { 0 };

	CHECK_U64(server_serve(&server, &model, 0, 700), 1 * MS);
	CHECK_U64(server_serve(&server, &model, 0, 700), 1 * MS);
	CHECK_U64(server_serve(&server, &model, 0, 700), 2 * MS);    /* 100 in the first, 600 in the second */
	CHECK_U64(server_serve(&server, &model, 0, 900), 2 * MS);
	CHECK_U64(server_serve(&server, &model, 0, 4000), 5 * MS);   /* 1500 + 1500 + 1000 */
	CHECK_U64(server_serve(&server, &model, 0, 500), 5 * MS);
	CHECK_U64(server_serve(&server, &model, 0, 1), 6 * MS);
}

static void a_filled_link_carries_what_the_moments_add_up_to(void)
{
	/* Four of 1500 bytes every 10 ms. */
	uint64_t at_ns[] = { 2 * MS, 5 * MS, 5 * MS, 10 * MS };
	struct scenario_capacity capacity = { at_ns, 4 };
	const struct link_model model = { .capacity = &capacity };
	struct server server = { 0 };
	uint64_t end_ns = 0, bytes = 0;

	for (uint64_t n = 0; n < 100000; n++) {
		const uint32_t size = 1 + (uint32_t)(rng_draw(10, 0, n, 0) % 512);
		end_ns = server_serve(&server, &model, 0, size);
		bytes += size;
	}
	CHECK(end_ns * 6 / 10000 >= bytes - 6000 && end_ns * 6 / 10000 <= bytes + 6000);
}

static void what_is_not_used_is_lost(void)
{
	uint64_t at_ns[] = { 1 * MS, 2 * MS };
	struct scenario_capacity capacity = { at_ns, 2 };
	const struct link_model model = { .capacity = &capacity };
	struct server server = { 0 };

	CHECK_U64(server_serve(&server, &model, 0, 100), 1 * MS);
	CHECK_U64(server_serve(&server, &model, 1 * MS + 1, 100), 2 * MS);
	CHECK_U64(server_serve(&server, &model, 2 * MS, 100), 2 * MS);       /* still the same moment */
	CHECK_U64(server_serve(&server, &model, 1000 * MS, 1500), 1000 * MS);
	CHECK_U64(server_serve(&server, &model, 1000 * MS, 1), 1001 * MS);
}

static void the_beginning_may_be_a_moment_too(void)
{
	uint64_t at_ns[] = { 0, 10 * MS };
	struct scenario_capacity capacity = { at_ns, 2 };
	const struct link_model model = { .capacity = &capacity };
	struct server server = { 0 };

	CHECK_U64(server_serve(&server, &model, 0, 1500), 0);
	/* The end of one round and the beginning of the next fall together: twice 1500 bytes. */
	CHECK_U64(server_serve(&server, &model, 0, 1500), 10 * MS);
	CHECK_U64(server_serve(&server, &model, 0, 1500), 10 * MS);
	CHECK_U64(server_serve(&server, &model, 0, 1500), 20 * MS);
}

CU_ErrorCode suite_server(void)
{
	CU_pSuite suite = CU_add_suite("server", NULL, NULL);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, one_after_the_other_they_take_what_they_take_together);
	CU_ADD_TEST(suite, an_unlimited_link_takes_no_time);
	CU_ADD_TEST(suite, a_change_of_the_rate_counts_from_that_moment_on);
	CU_ADD_TEST(suite, random_changes_add_up_to_the_bytes_that_were_sent);
	CU_ADD_TEST(suite, a_capacity_delivers_at_its_moments_and_begins_again);
	CU_ADD_TEST(suite, small_ones_share_a_moment_and_large_ones_take_several);
	CU_ADD_TEST(suite, a_filled_link_carries_what_the_moments_add_up_to);
	CU_ADD_TEST(suite, what_is_not_used_is_lost);
	CU_ADD_TEST(suite, the_beginning_may_be_a_moment_too);
	return CU_get_error();
}
