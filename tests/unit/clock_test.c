/* clock_test.c: a node's clock, there and back. */
#include "sim/engine/clock.h"
#include "sim/engine/rng.h"
#include "tests/check.h"

static void an_exact_clock_shows_world_time_from_the_base(void)
{
	struct virtual_clock clock;

	virtual_clock_init(&clock, 0, 0);
	CHECK_U64(virtual_clock_read(&clock, 0), UINT64_C(1000000000000000));
	CHECK_U64(virtual_clock_read(&clock, 123), UINT64_C(1000000000000123));
	CHECK_U64(virtual_clock_when(&clock, UINT64_C(1000000000000123)), 123);
	virtual_clock_init(&clock, -77, 0);
	CHECK_U64(virtual_clock_read(&clock, 100), UINT64_C(1000000000000023));
}

static void drift_gains_so_many_ns_a_second(void)
{
	struct virtual_clock clock;

	virtual_clock_init(&clock, 0, 50000);
	CHECK_U64(virtual_clock_read(&clock, UINT64_C(10000000000)) - VIRTUAL_CLOCK_BASE_NS, UINT64_C(10000500000));
	virtual_clock_init(&clock, 0, -50000);
	CHECK_U64(virtual_clock_read(&clock, UINT64_C(10000000000)) - VIRTUAL_CLOCK_BASE_NS, UINT64_C(9999500000));
	CHECK_U64(virtual_clock_read(&clock, 1) - VIRTUAL_CLOCK_BASE_NS, 0); /* rounded down */
}

/* when() is exactly the first time at which read() is there. */
static void check_inverse(const struct virtual_clock *clock, uint64_t world_ns)
{
	const uint64_t node_ns = virtual_clock_read(clock, world_ns);
	const uint64_t first_ns = virtual_clock_when(clock, node_ns);

	CHECK(first_ns <= world_ns);
	CHECK_U64(virtual_clock_read(clock, first_ns), node_ns);
	if (first_ns > clock->set_world_ns)
		CHECK(virtual_clock_read(clock, first_ns - 1) < node_ns);
	const uint64_t next_ns = virtual_clock_when(clock, node_ns + 1);
	CHECK(virtual_clock_read(clock, next_ns) >= node_ns + 1);
	CHECK(virtual_clock_read(clock, next_ns - 1) < node_ns + 1);
}

static void when_is_the_first_time_the_clock_shows_it(void)
{
	static const int32_t drifts[] = {
		0, 1, -1, 40000, -40000, 999999999, INT32_MAX, VIRTUAL_CLOCK_DRIFT_PPB_MIN + 990
	};
	struct virtual_clock clock;

	for (size_t d = 0; d < sizeof drifts / sizeof *drifts; d++) {
		virtual_clock_init(&clock, 12345, drifts[d]);
		virtual_clock_jump(&clock, 1000, -INT64_C(5000000000));
		for (uint64_t i = 0; i < 300; i++)
			check_inverse(&clock, 1000 + (rng_draw(1, d, i, 0) >> (12 + i % 50)));
	}
}

static void a_jump_holds_from_then_on_and_drift_goes_on(void)
{
	struct virtual_clock clock;

	virtual_clock_init(&clock, 0, 1000000);
	virtual_clock_jump(&clock, 2000000000, -INT64_C(1000000000));
	CHECK_U64(virtual_clock_read(&clock, 2000000000) - VIRTUAL_CLOCK_BASE_NS, UINT64_C(1002000000));
	CHECK_U64(virtual_clock_read(&clock, 3000000000) - VIRTUAL_CLOCK_BASE_NS, UINT64_C(2003000000));
	CHECK_U64(virtual_clock_when(&clock, 5), 2000000000);
}

static void no_jump_leaves_the_range(void)
{
	struct virtual_clock clock;

	virtual_clock_init(&clock, INT64_MIN, 0);
	CHECK_U64(virtual_clock_read(&clock, 3), 3);
	virtual_clock_jump(&clock, 10, INT64_MIN);
	CHECK_U64(virtual_clock_read(&clock, 15), 5);
	for (int i = 0; i < 3; i++)
		virtual_clock_jump(&clock, 20, INT64_MAX);
	CHECK_U64(virtual_clock_read(&clock, 20), UINT64_MAX - 1);
	CHECK_U64(virtual_clock_read(&clock, UINT64_MAX), UINT64_MAX);
}

static void never_stays_never(void)
{
	struct virtual_clock clock;

	virtual_clock_init(&clock, 0, 0);
	CHECK_U64(virtual_clock_when(&clock, UINT64_MAX), UINT64_MAX);
	virtual_clock_init(&clock, 0, -500000000);
	CHECK_U64(virtual_clock_when(&clock, UINT64_MAX - 1), UINT64_MAX);
}

CU_ErrorCode suite_clock(void)
{
	CU_pSuite suite = CU_add_suite("clock", NULL, NULL);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, an_exact_clock_shows_world_time_from_the_base);
	CU_ADD_TEST(suite, drift_gains_so_many_ns_a_second);
	CU_ADD_TEST(suite, when_is_the_first_time_the_clock_shows_it);
	CU_ADD_TEST(suite, a_jump_holds_from_then_on_and_drift_goes_on);
	CU_ADD_TEST(suite, no_jump_leaves_the_range);
	CU_ADD_TEST(suite, never_stays_never);
	return CU_get_error();
}
