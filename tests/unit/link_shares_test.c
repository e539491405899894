/* link_shares_test.c: what chance does on a link over many datagrams, against what is known of it: runs of losses,
 * copies, repetitions, kinds of damage, and the wait in front of a rate. Seeds are fixed; bounds are five standard errors
 * unless said otherwise. */
#include "sim/network/link.h"

#include "sim/engine/rng.h"
#include "sim/network/delay.h"
#include "tests/check.h"

#define MS UINT64_C(1000000)

static const struct decider by_seed = { .seed = 11 };

/* Sums of something measured. */
struct sample {
	double count, sum, squares;
};

static void take(struct sample *sample, double value)
{
	sample->count++;
	sample->sum += value;
	sample->squares += value * value;
}

static double mean_of(const struct sample *sample)
{
	return sample->sum / sample->count;
}

static double variance_of(const struct sample *sample)
{
	return sample->squares / sample->count - mean_of(sample) * mean_of(sample);
}

static bool is_within(double value, double expected, double bound)
{
	return value > expected - bound && value < expected + bound;
}

/* Lengths of the runs in which datagrams of a link are lost; the last entry counts all that are longer. */
enum { RUNS = 64 };

static struct sample runs_of(struct link_model *model, unsigned datagrams, unsigned lengths[RUNS])
{
	const struct link_datagram datagram = { .size_bytes = 100, .type = OCTO_PACKET_DATA };
	struct link_memory memory = { .is_bad = false };
	struct sample runs = { 0 };
	struct link_fate fate;
	struct link link;
	unsigned now = 0;

	link_model_finish(model);
	link_init(&link, 1, 2, 0, 0);
	memset(lengths, 0, RUNS * sizeof lengths[0]);
	for (unsigned n = 0; n < datagrams; n++) {
		link_carry(&link, model, &memory, &datagram, &by_seed, &fate);
		if (fate.drop != LINK_PASSES) {
			now++;
		} else if (now) {
			lengths[now < RUNS ? now : RUNS - 1]++;
			take(&runs, now);
			now = 0;
		}
	}
	return runs;
}

static void runs_of_independent_losses_are_geometric(void)
{
	enum { DATAGRAMS = 1000000 };
	struct link_model model = { .loss = 858993459 /* 20 % */ };
	double expected = DATAGRAMS * 0.8 * 0.8 * 0.2;
	unsigned lengths[RUNS];
	const struct sample runs = runs_of(&model, DATAGRAMS, lengths);

	/* A run of k: one that passes, k that are lost, one that passes. */
	for (int length = 1; length <= 5; length++, expected *= 0.2)
		CHECK((lengths[length] - expected) * (lengths[length] - expected) < 25 * expected);
	CHECK(is_within(mean_of(&runs), 1.25, 0.007));          /* 1 / (1 - p) */
	CHECK(is_within(variance_of(&runs), 0.3125, 0.012));    /* p / (1 - p)^2 */
}

static void runs_in_the_bad_state_are_geometric(void)
{
	/* Good turns bad with 1 %, bad turns good with 25 %: runs of 4 in the mean, with a variance of 12. */
	struct link_model model = { .loss_kind = SCENARIO_GILBERT_ELLIOTT, .to_bad = 42949673, .to_good = 1073741824,
		.loss_bad = UINT32_MAX };
	unsigned lengths[RUNS];
	const struct sample runs = runs_of(&model, 2000000, lengths);

	CHECK(is_within(runs.count, 2000000 * 0.01 * 0.25 / 0.26, 690));
	CHECK(is_within(mean_of(&runs), 4, 0.125));
	CHECK(is_within(variance_of(&runs), 12, 1.25));
	CHECK(is_within(lengths[1] / runs.count, 0.25, 0.0157));
	CHECK(is_within(lengths[2] / runs.count, 0.1875, 0.0141));
}

static void a_copy_has_a_latency_of_its_own(void)
{
	enum { DATAGRAMS = 200000 };
	const struct link_model model = { .latency = SCENARIO_UNIFORM, .latency_a_ns = 10 * MS, .latency_b_ns = 30 * MS,
		.duplicate = UINT32_C(1) << 30 /* 25 % */ };
	const struct link_datagram datagram = { .size_bytes = 100 };
	struct sample first = { 0 }, second = { 0 }, product = { 0 };
	struct link_fate fate;
	struct link link;

	link_init(&link, 1, 2, 0, 0);
	for (int n = 0; n < DATAGRAMS; n++) {
		link_carry(&link, &model, NULL, &datagram, &by_seed, &fate);
		if (!fate.duplicate)
			continue;
		take(&first, (double)fate.arrive_ns / 1e6);
		take(&second, (double)fate.duplicate_arrive_ns / 1e6);
		take(&product, (double)fate.arrive_ns / 1e6 * (double)fate.duplicate_arrive_ns / 1e6);
	}
	CHECK(is_within(first.count, 50000, 970));
	CHECK(is_within(mean_of(&first), 20, 0.13) && is_within(mean_of(&second), 20, 0.13));
	CHECK(is_within(variance_of(&second), 100.0 / 3, 0.67));
	CHECK(is_within(mean_of(&product) - mean_of(&first) * mean_of(&second), 0, 0.75));
}

static void repetitions_come_evenly_over_their_time(void)
{
	struct link_model model = { .latency_a_ns = 1000, .replay = 429496730 /* 10 % */, .replay_least_ns = 1000 * MS,
		.replay_most_ns = 3000 * MS };
	const struct link_datagram datagram = { .size_bytes = 100, .type = OCTO_PACKET_DATA };
	struct link_memory memory = { .is_bad = false };
	struct sample after = { 0 };
	struct link_fate fate;
	struct link link;

	link_model_finish(&model);
	link_init(&link, 1, 2, 0, 0);
	for (int n = 0; n < 500000; n++) {
		link_carry(&link, &model, &memory, &datagram, &by_seed, &fate);
		if (fate.replay)
			take(&after, (double)fate.replay_ns / 1e9);
	}
	CHECK(is_within(after.count, 50000, 1061));
	CHECK(is_within(mean_of(&after), 2, 0.013));
	CHECK(is_within(variance_of(&after), 1.0 / 3, 0.0067)); /* 2^2 / 12 */
}

/* ---- Damage --------------------------------------------------------------------------------------------------------- */

static void the_kinds_that_are_wished_are_equally_frequent(void)
{
	enum { TIMES = 30000, SIZE = 64 };

	for (uint8_t damage = 1; damage <= 7; damage++) {
		struct sample cut = { 0 }, padded = { 0 }, flipped = { 0 };
		const int kinds = (damage & 1) + (damage >> 1 & 1) + (damage >> 2 & 1);
		const double share = (double)TIMES / kinds;
		for (uint64_t n = 0; n < TIMES; n++) {
			uint8_t bytes[SIZE + 32] = { 0 };
			const size_t left = link_corrupt(bytes, SIZE, sizeof bytes, damage, rng_draw(8, damage, n, 0));
			unsigned bits = 0;
			for (size_t i = 0; left == SIZE && i < 8 * SIZE; i++)
				bits += bytes[i / 8] >> i % 8 & 1;
			take(left < SIZE ? &cut : left > SIZE ? &padded : &flipped,
			     left < SIZE ? (double)left : left > SIZE ? (double)(left - SIZE) : bits);
		}
		CHECK(is_within(flipped.count, damage & SCENARIO_DAMAGE_BITS ? share : 0, 410));
		CHECK(is_within(cut.count, damage & SCENARIO_DAMAGE_TRUNCATION ? share : 0, 410));
		CHECK(is_within(padded.count, damage & SCENARIO_DAMAGE_PADDING ? share : 0, 410));
		/* One to eight bits, of which two fall on the same one now and then; cut anywhere; 1 to 16 bytes more. */
		CHECK(!flipped.count || is_within(mean_of(&flipped), 4.46, 0.12));
		CHECK(!cut.count || is_within(mean_of(&cut), 31.5, 0.95));
		CHECK(!cut.count || is_within(variance_of(&cut), 4095.0 / 12, 16));
		CHECK(!padded.count || is_within(mean_of(&padded), 8.5, 0.24));
		CHECK(!padded.count || is_within(variance_of(&padded), 255.0 / 12, 1));
	}
}

static void unless_said_one_damage_in_eight_cuts_off(void)
{
	unsigned cut = 0;

	for (uint64_t n = 0; n < 80000; n++) {
		uint8_t bytes[64] = { 0 };
		cut += link_corrupt(bytes, sizeof bytes, sizeof bytes, 0, rng_draw(9, 0, n, 0)) < sizeof bytes;
	}
	CHECK(is_within(cut, 10000, 468));
}

/* ---- The wait -------------------------------------------------------------------------------------------------------- */

/* Random arrivals in front of a constant service, M/D/1: the mean wait is load / (2 (1 - load)) services, and with one
 * minus the load nobody stands before one. */
static void the_wait_for_a_rate_is_that_of_an_m_d_1_queue(void)
{
	enum { ARRIVALS = 1000000 };
	static const struct { double load, tolerated; } cases[] = { { 0.2, 0.01 }, { 0.5, 0.01 }, { 0.8, 0.025 } };
	const struct link_model model = { .rate_bps = 1000000 };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const double load = cases[i].load, expected_ms = load / (2 * (1 - load));
		const struct link_datagram datagram = { .size_bytes = 125 };   /* 1 ms */
		struct sample wait = { 0 };
		struct link_fate fate;
		struct link link;
		uint64_t now_ns = 0;
		unsigned unhindered = 0;

		link_init(&link, 1, 2, 0, 0);
		for (uint64_t n = 0; n < ARRIVALS; n++) {
			struct link_datagram next = datagram;
			now_ns += delay_draw(SCENARIO_EXPONENTIAL, 0, (uint64_t)(1e6 / load), rng_draw(12, i, n, 0));
			next.now_ns = now_ns;
			link_carry(&link, &model, NULL, &next, &by_seed, &fate);
			take(&wait, (double)(fate.depart_ns - now_ns) / 1e6 - 1);
			unhindered += fate.depart_ns - now_ns <= MS;
		}
		CHECK(is_within(mean_of(&wait), expected_ms, expected_ms * cases[i].tolerated));
		CHECK(is_within(unhindered / (double)ARRIVALS, 1 - load, 0.005));
	}
}

static void what_is_too_much_is_dropped_and_the_rest_waits_for_all_before_it(void)
{
	/* Twice the rate: half is dropped, and who gets in has nine of 125 bytes before it. */
	const struct link_model model = { .rate_bps = 1000000, .queue_bytes = 1250 };
	struct link_fate fate;
	struct link link;
	unsigned dropped = 0, wrong = 0;

	link_init(&link, 1, 2, 0, 0);
	for (uint64_t n = 0; n < 20000; n++) {
		const struct link_datagram datagram = { .now_ns = n * MS / 2, .size_bytes = 125 };
		link_carry(&link, &model, NULL, &datagram, &by_seed, &fate);
		dropped += fate.drop == TRACE_DROP_QUEUE;
		wrong += n > 100 && fate.drop == LINK_PASSES && fate.depart_ns - datagram.now_ns != 10 * MS;
	}
	CHECK(is_within(dropped, 10000, 12));
	CHECK_U64(wrong, 0);
}

CU_ErrorCode suite_link_shares(void);

CU_ErrorCode suite_link_shares(void)
{
	CU_pSuite suite = CU_add_suite("link_shares", NULL, NULL);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, runs_of_independent_losses_are_geometric);
	CU_ADD_TEST(suite, runs_in_the_bad_state_are_geometric);
	CU_ADD_TEST(suite, a_copy_has_a_latency_of_its_own);
	CU_ADD_TEST(suite, repetitions_come_evenly_over_their_time);
	CU_ADD_TEST(suite, the_kinds_that_are_wished_are_equally_frequent);
	CU_ADD_TEST(suite, unless_said_one_damage_in_eight_cuts_off);
	CU_ADD_TEST(suite, the_wait_for_a_rate_is_that_of_an_m_d_1_queue);
	CU_ADD_TEST(suite, what_is_too_much_is_dropped_and_the_rest_waits_for_all_before_it);
	return CU_get_error();
}
