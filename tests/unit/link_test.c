/* link_test.c: what becomes of a datagram: exact where it can be, within statistical bounds where it is chance. */
#include "sim/network/link.h"

#include "sim/engine/rng.h"
#include "tests/check.h"

static const struct decider by_seed = {.seed = 42};
static const struct link_model plain = {.latency = SCENARIO_CONSTANT, .latency_a_ns = 20000000};

static struct link_fate carry_by(struct link *link, const struct link_model *model,
                                 const struct link_datagram *datagram, const struct decider *decider)
{
	struct link_fate fate;

	link_carry(link, model, NULL, datagram, decider, &fate);
	return fate;
}

static struct link_fate carry(struct link *link, const struct link_model *model, uint64_t now_ns,
                              uint32_t size)
{
	return carry_by(link, model, &(struct link_datagram){.now_ns = now_ns, .size_bytes = size}, &by_seed);
}

static void a_plain_link_delays_and_does_no_more(void)
{
	struct link link;

	link_init(&link, 1, 2, 0, 0);
	for (uint64_t n = 0; n < 1000; n++) {
		const struct link_fate fate = carry(&link, &plain, n * 10, 448);
		CHECK(fate.drop == LINK_PASSES && !fate.duplicate && !fate.corrupt);
		CHECK(fate.depart_ns == n * 10 && fate.arrive_ns == n * 10 + 20000000);
	}
	CHECK_U64(link.datagrams, 1000);
}

static void a_mask_loses_exactly_its_crosses(void)
{
	const struct link_model model = {.mask = "x.xx.", .mask_length = 5};
	struct link link;

	link_init(&link, 1, 2, 0, 0);
	for (int n = 0; n < 20; n++) {
		const bool is_lost = n == 0 || n == 2 || n == 3;
		CHECK_U64(carry(&link, &model, 0, 100).drop, is_lost ? TRACE_DROP_MASK : LINK_PASSES);
	}
	CHECK_U64(link.lost, 3);
}

static void loss_and_duplication_keep_their_shares(void)
{
	const struct link_model model = {.loss = 858993459 /* 20 % */, .duplicate = 429496730 /* 10 % */,
	                                 .corrupt = 214748365 /* 5 % */};
	unsigned lost = 0, duplicated = 0, corrupted = 0, again = 0;
	struct link link;
	bool was_lost = false;

	link_init(&link, 1, 2, 0, 0);
	for (int n = 0; n < 100000; n++) {
		const struct link_fate fate = carry(&link, &model, 0, 100);
		const bool is_lost = fate.drop == TRACE_DROP_LOSS;
		CU_ASSERT_FATAL(is_lost || fate.drop == LINK_PASSES);
		CU_ASSERT_FATAL(!is_lost || (!fate.duplicate && !fate.corrupt && !fate.duplicate_corrupt));
		lost += is_lost;
		again += is_lost && was_lost;
		was_lost = is_lost;
		duplicated += fate.duplicate;
		corrupted += fate.corrupt;
	}
	CHECK(lost > 19370 && lost < 20630);             /* 5 standard deviations of 126 */
	CHECK(again > 3690 && again < 4310);             /* 4 %: losses are independent */
	CHECK(duplicated > 7570 && duplicated < 8430);   /* 10 % of what is not lost */
	CHECK(corrupted > 3690 && corrupted < 4310);
	CHECK_U64(link.lost, lost);
	CHECK_U64(link.duplicated, duplicated);
}

static void two_directions_and_two_seeds_have_chances_of_their_own(void)
{
	const struct link_model model = {.loss = 2147483648u};
	const struct decider other = {.seed = 43};
	struct link there, back, elsewhere;
	unsigned same_back = 0, same_seed = 0;

	link_init(&there, 1, 2, 0, 0);
	link_init(&back, 2, 1, 0, 0);
	link_init(&elsewhere, 1, 2, 0, 0);
	for (int n = 0; n < 1000; n++) {
		const uint8_t drop = carry(&there, &model, 0, 100).drop;
		same_back += drop == carry(&back, &model, 0, 100).drop;
		same_seed += drop == carry_by(&elsewhere, &model, &(struct link_datagram){.size_bytes = 100}, &other).drop;
	}
	CHECK(same_back > 420 && same_back < 580);
	CHECK(same_seed > 420 && same_seed < 580);
}

static void certain_means_always(void)
{
	const struct link_model lossy = {.loss = UINT32_MAX};
	const struct link_model doubling = {.duplicate = UINT32_MAX, .corrupt = UINT32_MAX};
	struct link link;

	link_init(&link, 1, 2, 0, 0);
	for (int n = 0; n < 1000; n++) {
		CHECK(carry(&link, &lossy, 0, 100).drop == TRACE_DROP_LOSS);
		const struct link_fate fate = carry(&link, &doubling, 0, 100);
		CHECK(fate.duplicate && fate.corrupt && fate.duplicate_corrupt);
		CHECK(fate.corrupt_draw != fate.duplicate_corrupt_draw);
		CHECK(!carry(&link, &doubling, 0, 0).corrupt); /* nothing to damage */
	}
}

/* ---- Rate and queue ---------------------------------------------------------------------------------------- */

static void serialisation_time_carries_its_remainder(void)
{
	/* 3 Mbit: 100 bytes take 266666 2/3 ns. */
	const struct link_model model = {.rate_bps = 3000000, .latency_a_ns = 7};
	struct link link;
	unsigned wrong = 0;

	link_init(&link, 1, 2, 0, 0);
	for (uint64_t n = 1; n <= 30000; n++) {
		const struct link_fate fate = carry(&link, &model, 5, 100);
		wrong += fate.depart_ns != 5 + (n * 800 * 1000000000 + 2999999) / 3000000;
		wrong += fate.arrive_ns != fate.depart_ns + 7;
	}
	CHECK_U64(wrong, 0);
}

static void work_done_meanwhile_is_subtracted_exactly(void)
{
	const struct link_model model = {.rate_bps = 7777777};
	struct link link;
	uint64_t now_ns = 0, began_ns = 0, work = 0, idle_ns = 0;
	unsigned wrong = 0, rests = 0;

	link_init(&link, 1, 2, 0, 0);
	for (uint64_t n = 0; n < 20000; n++) {
		const uint32_t size = 1 + (uint32_t)(rng_draw(5, 0, n, 0) % 512);
		now_ns += rng_draw(5, 0, n, 1) % 600000;
		if (now_ns >= idle_ns) { /* a busy period's work, from its beginning */
			began_ns = now_ns;
			work = 0;
			rests++;
		}
		work += (uint64_t)size * 8 * 1000000000;
		idle_ns = began_ns + (work + 7777776) / 7777777;
		wrong += carry(&link, &model, now_ns, size).depart_ns != idle_ns;
	}
	CHECK_U64(wrong, 0);
	CHECK(rests > 100 && rests < 19000);
}

static void a_full_queue_drops_and_a_drained_one_takes_again(void)
{
	/* 8 kbit: a byte a millisecond. 1000 bytes may wait. */
	const struct link_model model = {.rate_bps = 8000, .queue_bytes = 1000};
	struct link link;

	link_init(&link, 1, 2, 0, 0);
	for (uint64_t n = 1; n <= 4; n++)
		CHECK_U64(carry(&link, &model, 0, 250).depart_ns, n * 250000000);
	const struct link_fate fate = carry(&link, &model, 0, 1);
	CHECK_U64(fate.drop, TRACE_DROP_QUEUE);
	CHECK_U64(link.overflowed, 1);
	CHECK_U64(carry(&link, &model, 999999, 1).drop, TRACE_DROP_QUEUE); /* a nanosecond short of a byte */
	CHECK_U64(carry(&link, &model, 1000000, 1).drop, LINK_PASSES);
	CHECK_U64(carry(&link, &model, 1000000, 1).drop, TRACE_DROP_QUEUE);
	CHECK_U64(carry(&link, &model, 501000000, 501).drop, TRACE_DROP_QUEUE);
	CHECK_U64(carry(&link, &model, 501000000, 500).depart_ns, 1501000000);
	CHECK_U64(carry(&link, &model, 1501000000, 2000).depart_ns, 3501000000); /* idle: takes any one */
}

static void an_endless_queue_ends_somewhere_without_overflowing(void)
{
	const struct link_model model = {.rate_bps = 1};
	struct link link;
	uint64_t last_ns = 0;
	unsigned wrong = 0, passed = 0;

	link_init(&link, 1, 2, 0, 0);
	for (int n = 0; n < 40000; n++) {
		const struct link_fate fate = carry(&link, &model, 0, UINT16_MAX);
		if (fate.drop != LINK_PASSES)
			continue;
		passed++;
		wrong += fate.depart_ns <= last_ns;
		last_ns = fate.depart_ns;
	}
	CHECK_U64(wrong, 0);
	CHECK(passed > 30000 && passed < 40000);
}

static void the_fastest_rate_is_no_delay_but_a_rounding(void)
{
	const struct link_model model = {.rate_bps = UINT64_MAX, .queue_bytes = UINT64_MAX};
	struct link link;

	link_init(&link, 1, 2, 0, 0);
	for (uint64_t n = 0; n < 1000; n++)
		CHECK(carry(&link, &model, n, 512).depart_ns <= n + 1);
}

/* ---- Order ------------------------------------------------------------------------------------------------- */

static unsigned overtakes(const struct link_model *model)
{
	unsigned count = 0;
	uint64_t last_ns = 0;
	struct link link;

	link_init(&link, 1, 2, 0, 0);
	for (uint64_t n = 0; n < 10000; n++) {
		const uint64_t arrive_ns = carry(&link, model, n * 1000000, 100).arrive_ns;
		count += arrive_ns < last_ns;
		last_ns = arrive_ns;
	}
	return count;
}

static void reordering_follows_from_latency(void)
{
	struct link_model model = plain;

	model.rate_bps = 1000000;
	CHECK_U64(overtakes(&model), 0);
	model.latency = SCENARIO_UNIFORM;
	model.latency_b_ns = 30000000;
	CHECK(overtakes(&model) > 3000);
	model.latency = SCENARIO_NORMAL;
	model.latency_b_ns = 3000000;
	CHECK(overtakes(&model) > 2000);
	model.latency_b_ns = 0;
	CHECK_U64(overtakes(&model), 0);
}

/* ---- Decisions --------------------------------------------------------------------------------------------- */

struct notebook {
	uint32_t purposes[64], entities[64];
	uint64_t values[64];
	unsigned count, next;
	bool has_mismatch;
};

static uint64_t note(void *context, uint32_t purpose, uint32_t entity, uint64_t value)
{
	struct notebook *book = context;

	book->purposes[book->count] = purpose;
	book->entities[book->count] = entity;
	book->values[book->count++] = value;
	return value;
}

static uint64_t read_back(void *context, uint32_t purpose, uint32_t entity, uint64_t value)
{
	struct notebook *book = context;

	(void)value;
	book->has_mismatch |= book->purposes[book->next] != purpose || book->entities[book->next] != entity;
	return book->values[book->next++];
}

static void what_is_logged_is_the_decided_value_and_any_entry_may_be_edited(void)
{
	const struct link_model model = {
		.latency = SCENARIO_UNIFORM, .latency_a_ns = 100, .latency_b_ns = 900,
		.loss = UINT32_MAX, .duplicate = UINT32_MAX, .corrupt = UINT32_MAX
	};
	static const uint32_t purposes[] = {
		DECISION_LOSS, DECISION_DUPLICATE, DECISION_DELAY, DECISION_CORRUPT, DECISION_CORRUPT_WHERE,
		DECISION_DUPLICATE_DELAY, DECISION_CORRUPT, DECISION_CORRUPT_WHERE
	};
	struct notebook book = {.count = 0};
	const struct decider noting = {&book, note, 42}, reading = {&book, read_back, 1};
	struct link_fate first, again;
	struct link link;

	link_init(&link, 1, 2, 77, 0);
	first = carry_by(&link, &model, &(struct link_datagram){.now_ns = 1000, .size_bytes = 100}, &noting);
	CHECK_U64(book.count, 8);
	for (unsigned i = 0; i < 8; i++) {
		CHECK_U64(book.purposes[i], purposes[i]);
		CHECK_U64(book.entities[i], 77);
	}
	CHECK_U64(first.drop, TRACE_DROP_LOSS);
	CHECK_U64(book.values[0], 1);
	CHECK_U64(book.values[2], first.arrive_ns - 1000);
	CHECK(book.values[2] >= 100 && book.values[2] <= 900);

	/* Each edit changes what it says, whatever the seed, and leaves the rest of the log in step. */
	link_init(&link, 1, 2, 77, 0);
	book.values[0] = 0;
	book.values[2] = 5;
	again = carry_by(&link, &model, &(struct link_datagram){.now_ns = 1000, .size_bytes = 100}, &reading);
	CHECK(again.drop == LINK_PASSES && again.duplicate && again.corrupt && again.duplicate_corrupt);
	CHECK_U64(again.arrive_ns, 1005);
	CHECK_U64(again.corrupt_draw, book.values[4]);
	CHECK_U64(again.duplicate_arrive_ns, 1000 + book.values[5]);
	CHECK(!book.has_mismatch && book.next == book.count);

	link_init(&link, 1, 2, 77, 0);
	book.values[1] = book.values[3] = 0;
	book.values[2] = UINT64_MAX;
	book.next = 0;
	again = carry_by(&link, &model, &(struct link_datagram){.now_ns = 1000, .size_bytes = 100}, &reading);
	CHECK(again.drop == LINK_PASSES && !again.duplicate && !again.corrupt && !again.duplicate_corrupt);
	CHECK_U64(again.arrive_ns, UINT64_MAX);
	CHECK(!book.has_mismatch && book.next == book.count);
}

static void certain_things_are_no_decisions(void)
{
	struct notebook book = {.count = 0};
	const struct decider noting = {&book, note, 42};
	const struct link_model model = {.mask = "x", .mask_length = 1, .rate_bps = 1000, .latency_a_ns = 5};
	struct link_fate fate;
	struct link link;

	link_init(&link, 1, 2, 0, 0);
	fate = carry_by(&link, &model, &(struct link_datagram){.now_ns = 0, .size_bytes = 100}, &noting);
	CHECK_U64(fate.drop, TRACE_DROP_MASK);
	CHECK_U64(fate.arrive_ns, 800000005);
	CHECK_U64(book.count, 0);
}

static void a_lost_datagram_says_when_it_would_have_come(void)
{
	const struct link_model model = {.latency = SCENARIO_CONSTANT, .latency_a_ns = 30, .loss = UINT32_MAX};
	struct link link;

	link_init(&link, 1, 2, 0, 0);
	CHECK_U64(carry(&link, &model, 12, 1).arrive_ns, 42);
}

/* ---- Damage ------------------------------------------------------------------------------------------------ */

static void damage_always_changes_something_within_the_datagram(void)
{
	unsigned cut = 0, flipped = 0, wrong = 0;

	for (uint64_t n = 0; n < 20000; n++) {
		uint8_t bytes[70], clean[70];
		const size_t size = 1 + n % 64;
		unsigned changed = 0;
		memset(bytes, (int)(n % 256), sizeof bytes);
		memcpy(clean, bytes, sizeof bytes);
		const size_t left = link_corrupt(bytes, size, sizeof bytes, 0, n < 16 ? n : rng_draw(6, 0, n, 0));
		for (size_t i = 0; i < sizeof bytes; i++)
			changed += bytes[i] != clean[i];
		wrong += left > size || changed > 1 || (left == size) != (changed == 1);
		wrong += memcmp(bytes + size, clean + size, sizeof bytes - size) != 0;
		cut += left < size;
		flipped += left == size;
	}
	CHECK_U64(wrong, 0);
	CHECK(cut > 2200 && cut < 2800);
	CHECK(flipped > 17200);
	CHECK_U64(link_corrupt(NULL, 0, 0, 0, 5), 0);
}

CU_ErrorCode suite_link(void)
{
	CU_pSuite suite = CU_add_suite("link", NULL, NULL);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_plain_link_delays_and_does_no_more);
	CU_ADD_TEST(suite, a_mask_loses_exactly_its_crosses);
	CU_ADD_TEST(suite, loss_and_duplication_keep_their_shares);
	CU_ADD_TEST(suite, two_directions_and_two_seeds_have_chances_of_their_own);
	CU_ADD_TEST(suite, certain_means_always);
	CU_ADD_TEST(suite, serialisation_time_carries_its_remainder);
	CU_ADD_TEST(suite, work_done_meanwhile_is_subtracted_exactly);
	CU_ADD_TEST(suite, a_full_queue_drops_and_a_drained_one_takes_again);
	CU_ADD_TEST(suite, an_endless_queue_ends_somewhere_without_overflowing);
	CU_ADD_TEST(suite, the_fastest_rate_is_no_delay_but_a_rounding);
	CU_ADD_TEST(suite, reordering_follows_from_latency);
	CU_ADD_TEST(suite, what_is_logged_is_the_decided_value_and_any_entry_may_be_edited);
	CU_ADD_TEST(suite, certain_things_are_no_decisions);
	CU_ADD_TEST(suite, a_lost_datagram_says_when_it_would_have_come);
	CU_ADD_TEST(suite, damage_always_changes_something_within_the_datagram);
	return CU_get_error();
}
