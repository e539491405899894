/* waiting_room_test.c: limits, RED against its formula, CoDel against RFC 8289. Arrivals and departures are played here:
 * whoever is served leaves when the room says so. */
#include "sim/network/waiting_room.h"

#include "tests/check.h"

#include "sim/engine/rng.h"
#include "sim/network/delay.h"

#define MS UINT64_C(1000000)

static struct arena arena;
static const struct decider by_seed = { .seed = 1 };

/* A room with the clock of its world. */
struct bench {
	struct waiting_room room;
	struct link_model model;
	uint64_t now_ns, leaves_ns, arrivals;
	unsigned served, managed, full, at_exit;
	uint64_t exits_ns[4096];              /* when CoDel dropped */
};

static int open_arena(void)
{
	return arena_open(&arena, (size_t)64 << 20) ? 0 : 1;
}

static int close_arena(void)
{
	arena_close(&arena);
	return 0;
}

static void note_exit(void *context, uint32_t number)
{
	struct bench *bench = context;

	(void)number;
	if (bench->at_exit < 4096)
		bench->exits_ns[bench->at_exit] = bench->now_ns;
	bench->at_exit++;
}

static struct waiting_place place_of(struct bench *bench)
{
	return (struct waiting_place){ .arena = &arena, .model = &bench->model, .present = &bench->model,
		.now_ns = bench->now_ns, .decider = &by_seed, .draw = rng_draw(7, 0, bench->arrivals, 0) };
}

static void serve(struct bench *bench)
{
	struct waiting_place place = place_of(bench);

	if (bench->room.served)
		return;
	bench->leaves_ns = UINT64_MAX;
	(void)waiting_room_serve(&bench->room, &place, &bench->leaves_ns, note_exit, bench);
}

static void run_until(struct bench *bench, uint64_t until_ns)
{
	while (bench->room.served && bench->leaves_ns <= until_ns) {
		bench->now_ns = bench->leaves_ns;
		(void)waiting_room_leave(&bench->room, bench->now_ns);
		bench->served++;
		serve(bench);
	}
	bench->now_ns = until_ns;
}

static enum waiting_answer arrive(struct bench *bench, uint64_t at_ns, uint32_t size_bytes)
{
	run_until(bench, at_ns);
	bench->arrivals++;
	struct waiting_place place = place_of(bench);
	const enum waiting_answer answer = waiting_room_enter(&bench->room, &place, size_bytes, (uint32_t)bench->arrivals);
	bench->full += answer == WAITING_FULL;
	bench->managed += answer == WAITING_MANAGED;
	serve(bench);
	return answer;
}

/* ---- Limits ------------------------------------------------------------------------------------------------------- */

static void a_limit_in_datagrams_counts_the_one_being_sent(void)
{
	struct bench bench = { .model = { .rate_bps = 8000, .queue_packets = 3 } };

	for (int i = 0; i < 3; i++)
		CHECK_U64(arrive(&bench, 0, 100), WAITING_ENTERED);
	CHECK_U64(arrive(&bench, 0, 1), WAITING_FULL);
	CHECK_U64(arrive(&bench, 100 * MS - 1, 1), WAITING_FULL);
	CHECK_U64(arrive(&bench, 100 * MS, 1), WAITING_ENTERED);
	CHECK_U64(arrive(&bench, 100 * MS, 1), WAITING_FULL);
	run_until(&bench, 10000 * MS);
	CHECK_U64(bench.served, 4);
	CHECK_U64(bench.room.bytes + bench.room.count, 0);
}

static void a_limit_in_bytes_counts_all_bytes(void)
{
	struct bench bench = { .model = { .rate_bps = 8000, .queue_bytes = 1000, .aqm = SCENARIO_CODEL,
		.codel_target_ns = UINT64_MAX } };

	CHECK_U64(arrive(&bench, 0, 2000), WAITING_ENTERED); /* idle: takes any */
	CHECK_U64(arrive(&bench, 0, 1), WAITING_FULL);
	CHECK_U64(arrive(&bench, 2000 * MS, 600), WAITING_ENTERED);
	CHECK_U64(arrive(&bench, 2000 * MS, 400), WAITING_ENTERED);
	CHECK_U64(arrive(&bench, 2000 * MS, 1), WAITING_FULL);
	CHECK_U64(arrive(&bench, 2600 * MS, 600), WAITING_ENTERED);
}

static void a_limit_in_time_is_the_longest_wait(void)
{
	/* 100 bytes take 100 ms. */
	struct bench bench = { .model = { .rate_bps = 8000, .queue_ns = 250 * MS } };

	for (int i = 0; i < 3; i++)
		CHECK_U64(arrive(&bench, 0, 100), WAITING_ENTERED); /* they wait 0, 100, 200 ms */
	CHECK_U64(arrive(&bench, 0, 100), WAITING_FULL);
	CHECK_U64(arrive(&bench, 50 * MS - 1, 100), WAITING_FULL);
	CHECK_U64(arrive(&bench, 50 * MS, 100), WAITING_ENTERED);
	CHECK_U64(arrive(&bench, 50 * MS, 1), WAITING_FULL);
}

static void a_queue_delays_each_by_what_stands_before_it(void)
{
	struct bench bench = { .model = { .rate_bps = 1000000, .queue_packets = 1000 } };

	for (unsigned i = 0; i < 500; i++)
		CHECK_U64(arrive(&bench, 0, 125), WAITING_ENTERED);
	for (unsigned i = 1; i <= 500; i++) {
		CHECK_U64(bench.leaves_ns, i * MS);
		run_until(&bench, i * MS);
		CHECK_U64(bench.served, i);
	}
}

/* Who arrives at random in front of a constant service, M/D/1, finds load + load^2 / (2 (1 - load)) there. */
static void the_queue_that_arrivals_find_is_that_of_an_m_d_1_queue(void)
{
	enum { ARRIVALS = 400000 };
	struct bench bench = { .model = { .rate_bps = 1000000, .queue_packets = 1000 } };
	uint64_t at_ns = 0, found = 0, idle = 0, refused = 0;

	for (uint64_t n = 0; n < ARRIVALS; n++) {
		at_ns += delay_draw(SCENARIO_EXPONENTIAL, 0, 1250000, rng_draw(13, 0, n, 0));
		run_until(&bench, at_ns);
		found += bench.room.count;
		idle += bench.room.count == 0;
		refused += arrive(&bench, at_ns, 125) != WAITING_ENTERED;
	}
	CHECK_U64(refused, 0);
	/* A load of 0.8: 2.4, to 3 %. */
	CHECK(found > ARRIVALS / 1000 * 2328 && found < ARRIVALS / 1000 * 2472);
	CHECK(idle > ARRIVALS / 1000 * 195 && idle < ARRIVALS / 1000 * 205);
}

/* ---- RED ---------------------------------------------------------------------------------------------------------- */

static void red_drops_none_below_and_all_above(void)
{
	struct bench bench = { .model = { .rate_bps = 8000, .aqm = SCENARIO_RED, .red_least_bytes = 1000,
		.red_most_bytes = 1001, .red_chance = UINT32_MAX } };

	/* Weight 0: the average is the queue. The first is sent, ten wait. */
	for (int i = 0; i < 11; i++)
		CHECK_U64(arrive(&bench, 0, 100), WAITING_ENTERED);
	CHECK_U64(arrive(&bench, 0, 100), WAITING_ENTERED);
	CHECK_U64(arrive(&bench, 0, 100), WAITING_MANAGED);
	CHECK_U64(arrive(&bench, 100 * MS, 100), WAITING_ENTERED);
}

static void red_spaces_its_drops_evenly(void)
{
	/* The queue stands at 1000 bytes, halfway: the chance is 5 %, and with the count of datagrams since the last drop
	 * the distance between two is even from 1 to 19: 10 in the mean. */
	struct bench bench = { .model = { .rate_bps = 8, .aqm = SCENARIO_RED, .red_least_bytes = 500,
		.red_most_bytes = 1500, .red_chance = 429496730, .red_weight = 0 } };
	unsigned drops = 0, distance = 0, longest = 0, counts[32] = { 0 };

	bench.room.count = 1;
	bench.room.bytes = 1000;
	for (int i = 0; i < 100000; i++) {
		bench.arrivals++;
		struct waiting_place place = place_of(&bench);
		distance++;
		if (waiting_room_enter(&bench.room, &place, 0, 1) != WAITING_MANAGED)
			continue;
		counts[distance < 31 ? distance : 31]++;
		longest = drops++ && distance > longest ? distance : longest;
		distance = 0;
	}
	CHECK(drops > 9720 && drops < 10280);
	CHECK_U64(longest, 19);
	for (int i = 2; i <= 19; i++)
		CHECK(counts[i] > 415 && counts[i] < 640);
}

static void reds_chance_rises_evenly_with_the_average(void)
{
	enum { ARRIVALS = 200000 };
	/* Bytes above the least; a base chance p, 10 % at 1000. Between drops lie 1 to 1/p - 1, evenly: 1/(2p) in the mean. */
	static const unsigned above[] = { 100, 200, 250, 400, 500 };

	for (size_t i = 0; i < sizeof above / sizeof above[0]; i++) {
		struct bench bench = { .model = { .rate_bps = 8, .aqm = SCENARIO_RED, .red_least_bytes = 500,
			.red_most_bytes = 1500, .red_chance = 429496730, .red_weight = 0 } };
		const double n = 10000.0 / above[i] - 1, mean = (n + 1) / 2, variance = (n * n - 1) / 12;
		const double expected = ARRIVALS / mean, spread = ARRIVALS * variance / (mean * mean * mean);
		double drops = 0;
		bench.room.count = 1;
		bench.room.bytes = 500 + above[i];
		for (int k = 0; k < ARRIVALS; k++) {
			bench.arrivals++;
			struct waiting_place place = place_of(&bench);
			drops += waiting_room_enter(&bench.room, &place, 0, 1) == WAITING_MANAGED;
		}
		/* Five standard deviations, and the one with which it begins. */
		CHECK((drops - expected) * (drops - expected) < 25 * spread + 2);
	}
}

static void reds_average_follows_the_queue_by_its_weight(void)
{
	struct bench bench = { .model = { .rate_bps = 8000, .aqm = SCENARIO_RED, .red_least_bytes = 1 << 30,
		.red_most_bytes = (UINT64_C(1) << 30) + 1, .red_weight = 2 } };

	(void)arrive(&bench, 0, 400);        /* idle: average 0 */
	(void)arrive(&bench, 0, 400);        /* nobody waits yet */
	(void)arrive(&bench, 0, 400);        /* 400 wait: 100 */
	(void)arrive(&bench, 0, 400);        /* 800 wait: 100 + 700/4 */
	CHECK_U64(bench.room.red.average >> 20, 275);
	/* All has left after 1600 ms. Idle for as long as 4 datagrams of 512 bytes take: (3/4)^4 of it; then 0 in the queue. */
	(void)arrive(&bench, 1600 * MS + 4 * 512 * MS, 400);
	CHECK_U64(bench.room.red.average >> 20, 275 * 81 / 256);
}

/* ---- CoDel -------------------------------------------------------------------------------------------------------- */

static struct bench codel_bench(void)
{
	return (struct bench){ .model = { .rate_bps = 1000000, .aqm = SCENARIO_CODEL, .codel_target_ns = 5 * MS,
		.codel_interval_ns = 100 * MS } };
}

static void codels_law_is_an_inverse_square_root(void)
{
	CHECK_U64(codel_next_drop(7, 100 * MS, 1), 100 * MS + 7);
	CHECK_U64(codel_next_drop(0, 100 * MS, 4), 50 * MS);
	CHECK_U64(codel_next_drop(0, 100 * MS, 100), 10 * MS);
	const uint64_t half = codel_next_drop(0, 100 * MS, 2);
	CHECK(half > 70710000 && half < 70712000);
	CHECK(codel_next_drop(0, 100 * MS, UINT32_MAX) / 100 == 15); /* 1.526 us */
	for (uint64_t n = 1; n < 100000; n += 1 + n / 7) {
		/* 100 ms / sqrt(n) without a root: its square times n is the square of 100 ms. */
		const double step = (double)codel_next_drop(0, 100 * MS, (uint32_t)n) / 1e8;
		CHECK(step * step * (double)n > 0.99996 && step * step * (double)n < 1.00004);
	}
}

static void codel_lets_a_burst_pass(void)
{
	struct bench bench = codel_bench();

	/* 60 datagrams of 125 bytes, a ms each: the last waits 59 ms, but it is over within an interval. */
	for (int i = 0; i < 60; i++)
		(void)arrive(&bench, 0, 125);
	run_until(&bench, 1000 * MS);
	CHECK_U64(bench.at_exit, 0);
	CHECK_U64(bench.served, 60);
}

static void codel_spares_a_queue_of_one_datagram(void)
{
	struct bench bench = codel_bench();

	/* Each finds one of 512 bytes being sent and waits 4 ms; and behind the head there is never more than one. */
	bench.model.codel_target_ns = 1 * MS;
	for (uint64_t i = 0; i < 2000; i++)
		(void)arrive(&bench, i * 4096000 - i * 10, 512);
	CHECK_U64(bench.at_exit, 0);
}

static void codel_drops_after_an_interval_and_ever_faster(void)
{
	struct bench bench = codel_bench();

	/* A standing queue: 10 ms of load come at once, then as much as leaves. */
	for (int i = 0; i < 1000; i++)
		(void)arrive(&bench, 0, 125);
	for (uint64_t ms = 1; ms <= 900; ms++)
		(void)arrive(&bench, ms * MS, 125);
	CHECK(bench.at_exit > 15);
	/* The 6th is the first that waited 5 ms; an interval later one is dropped. */
	CHECK(bench.exits_ns[0] >= 105 * MS && bench.exits_ns[0] <= 106 * MS);
	uint64_t due_ns = codel_next_drop(bench.exits_ns[0], 100 * MS, 1);
	for (uint32_t n = 1; n < bench.at_exit; n++) {
		/* At the first departure, one a ms, at which it is due. */
		CHECK(bench.exits_ns[n] >= due_ns && bench.exits_ns[n] < due_ns + MS);
		due_ns = codel_next_drop(due_ns, 100 * MS, n + 1);
	}
}

/* A queue that stands until so many were dropped, and then drains. */
static void stand_until(struct bench *bench, unsigned drops)
{
	for (int i = 0; i < 300; i++)
		(void)arrive(bench, bench->now_ns, 125);
	while (bench->at_exit < drops)
		(void)arrive(bench, bench->now_ns + MS, 125);
	run_until(bench, bench->now_ns + 400 * MS);
}

static void codel_goes_on_where_it_was_if_that_was_a_short_while_ago(void)
{
	struct bench soon = codel_bench(), late = codel_bench();

	/* After n drops and a queue that did not stand for less than sixteen intervals it begins at step n - 1, later at 1. */
	stand_until(&soon, 12);
	unsigned n = soon.at_exit;
	CHECK(n >= 12 && n < 60);
	stand_until(&soon, n + 3);
	uint64_t gap_ns = soon.exits_ns[n + 1] - soon.exits_ns[n], due_ns = codel_next_drop(0, 100 * MS, n - 1);
	CHECK(gap_ns >= due_ns && gap_ns < due_ns + MS);
	stand_until(&late, 12);
	run_until(&late, late.now_ns + 1700 * MS);
	n = late.at_exit;
	stand_until(&late, n + 3);
	gap_ns = late.exits_ns[n + 1] - late.exits_ns[n];
	CHECK(gap_ns >= 100 * MS && gap_ns < 101 * MS);
}

static void codel_keeps_the_wait_short_where_droptail_does_not(void)
{
	for (int managed = 0; managed < 2; managed++) {
		struct bench bench = codel_bench();
		bench.model.aqm = managed ? SCENARIO_CODEL : SCENARIO_DROPTAIL;
		bench.model.queue_packets = 400;
		/* A sender that slows down by a tenth for each loss, and speeds up otherwise. */
		uint64_t gap_ns = 900000, at_ns = 0, worst = 0;
		unsigned losses = 0;
		while (at_ns < 60000 * MS) {
			(void)arrive(&bench, at_ns, 125);
			const unsigned now = bench.at_exit + bench.full;
			gap_ns = now > losses ? gap_ns + gap_ns / 10 : gap_ns - gap_ns / 2000;
			losses = now;
			at_ns += gap_ns;
			worst = at_ns > 30000 * MS && bench.room.count > worst ? bench.room.count : worst;
		}
		CHECK(bench.served > 50000);
		if (managed)
			CHECK(worst < 150);
		else
			CHECK(worst > 390);
	}
}

CU_ErrorCode suite_waiting_room(void)
{
	CU_pSuite suite = CU_add_suite("waiting_room", open_arena, close_arena);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_limit_in_datagrams_counts_the_one_being_sent);
	CU_ADD_TEST(suite, a_limit_in_bytes_counts_all_bytes);
	CU_ADD_TEST(suite, a_limit_in_time_is_the_longest_wait);
	CU_ADD_TEST(suite, a_queue_delays_each_by_what_stands_before_it);
	CU_ADD_TEST(suite, the_queue_that_arrivals_find_is_that_of_an_m_d_1_queue);
	CU_ADD_TEST(suite, red_drops_none_below_and_all_above);
	CU_ADD_TEST(suite, red_spaces_its_drops_evenly);
	CU_ADD_TEST(suite, reds_chance_rises_evenly_with_the_average);
	CU_ADD_TEST(suite, reds_average_follows_the_queue_by_its_weight);
	CU_ADD_TEST(suite, codels_law_is_an_inverse_square_root);
	CU_ADD_TEST(suite, codel_lets_a_burst_pass);
	CU_ADD_TEST(suite, codel_spares_a_queue_of_one_datagram);
	CU_ADD_TEST(suite, codel_drops_after_an_interval_and_ever_faster);
	CU_ADD_TEST(suite, codel_goes_on_where_it_was_if_that_was_a_short_while_ago);
	CU_ADD_TEST(suite, codel_keeps_the_wait_short_where_droptail_does_not);
	return CU_get_error();
}
