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

/* ---- Rarer models ------------------------------------------------------------------------------------------ */

enum { MANY = 200000 };

static struct link_fate carry_type(struct link *link, const struct link_model *model, struct link_memory *memory,
                                   enum octo_packet_type type)
{
	const struct link_datagram datagram = {.size_bytes = 100, .type = type};
	struct link_fate fate;

	link_carry(link, model, memory, &datagram, &by_seed, &fate);
	return fate;
}

struct runs {
	unsigned lost, count, longest;
};

static struct runs runs_of(const struct link_model *model)
{
	struct link_memory memory = {.is_bad = false};
	struct runs runs = {0};
	unsigned now = 0;
	struct link link;

	link_init(&link, 1, 2, 0, 0);
	for (int n = 0; n < MANY; n++) {
		const bool is_lost = carry_type(&link, model, &memory, OCTO_PACKET_DATA).drop == TRACE_DROP_LOSS;
		runs.lost += is_lost;
		runs.count += is_lost && now == 0;
		now = is_lost ? now + 1 : 0;
		runs.longest = now > runs.longest ? now : runs.longest;
	}
	return runs;
}

static void gilbert_elliott_has_its_share_and_its_runs(void)
{
	/* Bad with 1 / (1 + 25) of the time, in runs of 1 / 25 % = 4. */
	struct link_model model = {.loss_kind = SCENARIO_GILBERT_ELLIOTT, .to_bad = 42949673, .to_good = 1073741824,
	                           .loss_bad = UINT32_MAX};
	link_model_finish(&model);
	struct runs runs = runs_of(&model);
	CHECK(model.is_special);
	CHECK(runs.lost > 7020 && runs.lost < 8370);         /* 3.85 %, 5 standard deviations of 2.3 x sqrt(npq) */
	CHECK(runs.count > 1705 && runs.count < 2145);       /* npq of runs */
	CHECK(runs.lost * 10 / runs.count >= 36 && runs.lost * 10 / runs.count <= 44);
	CHECK(runs.longest > 15 && runs.longest < 60);

	/* Some pass in the bad state, some are lost in the good one. */
	model.loss_bad = 2147483648u;
	model.loss = 42949673;
	runs = runs_of(&model);
	CHECK(runs.lost > 5280 && runs.lost < 6260);         /* 3.85 % x 1/2 + 96.15 % x 1 % */
	model.to_bad = 0;
	runs = runs_of(&model);
	CHECK(runs.lost > 1780 && runs.lost < 2220);         /* always good: 1 % */
}

static void bursts_have_the_lengths_they_say(void)
{
	struct link_model model = {.loss_kind = SCENARIO_BURSTS, .loss = 4294967 /* 0.1 % */, .burst_least = 5,
	                           .burst_most = 9};
	struct link_memory memory = {.is_bad = false};
	unsigned lengths[64] = {0}, now = 0, whole = 0, all = 0;
	struct link link;

	link_model_finish(&model);
	link_init(&link, 1, 2, 0, 0);
	for (int n = 0; n < 10 * MANY; n++) {
		const bool is_lost = carry_type(&link, &model, &memory, OCTO_PACKET_DATA).drop != LINK_PASSES;
		if (!is_lost && now)
			lengths[now < 63 ? now : 63]++;
		now = is_lost ? now + 1 : 0;
	}
	for (unsigned length = 0; length < 64; length++) {
		all += lengths[length];
		whole += length >= 5 && length <= 9 ? lengths[length] : 0;
		CHECK(length >= 5 || lengths[length] == 0);
	}
	CHECK(all > 1765 && all < 2215);
	CHECK(whole * 100 > all * 98); /* the others are bursts that began within one */
	for (unsigned length = 5; length <= 9; length++)
		CHECK(lengths[length] > 290 && lengths[length] < 500);
}

static void the_first_two_of_a_kind_are_dropped_and_the_listed_ones(void)
{
	const struct scenario_drop drops[] = {
		{.type = OCTO_PACKET_SYN_ACK, .first = 2}, {.type = OCTO_PACKET_DATA, .nth_count = 2, .nth = {2, 4}},
		{.type = OCTO_PACKET_UNKNOWN, .nth_count = 1, .nth = {11}}, {.type = OCTO_PACKET_ACK, .first = UINT32_MAX},
	};
	static const struct { enum octo_packet_type type; bool is_dropped; } sent[] = {
		{OCTO_PACKET_SYN, false}, {OCTO_PACKET_SYN_ACK, true}, {OCTO_PACKET_DATA, false}, {OCTO_PACKET_SYN_ACK, true},
		{OCTO_PACKET_DATA, true}, {OCTO_PACKET_SYN_ACK, false}, {OCTO_PACKET_DATA, false}, {OCTO_PACKET_DATA, true},
		{OCTO_PACKET_DATA, false}, {OCTO_PACKET_ACK, true}, {OCTO_PACKET_SYN, true}, {OCTO_PACKET_SYN, false},
		{OCTO_PACKET_ACK, true}, {OCTO_PACKET_UNKNOWN, false},
	};
	struct link_model model = {.drops = drops, .drop_count = 4};
	struct link_memory memory = {.is_bad = false};
	struct link link;

	link_model_finish(&model);
	link_init(&link, 1, 2, 0, 0);
	for (size_t n = 0; n < sizeof sent / sizeof sent[0]; n++)
		CHECK_U64(carry_type(&link, &model, &memory, sent[n].type).drop,
		          sent[n].is_dropped ? TRACE_DROP_KIND : LINK_PASSES);
}

static void what_is_larger_than_the_mtu_never_arrives(void)
{
	struct link_model model = {.mtu_bytes = 300};
	struct link_memory memory = {.is_bad = false};
	struct link_fate fate;
	struct link link;

	link_model_finish(&model);
	link_init(&link, 1, 2, 0, 0);
	link_carry(&link, &model, &memory, &(struct link_datagram){.now_ns = 5, .size_bytes = 300}, &by_seed, &fate);
	CHECK_U64(fate.drop, LINK_PASSES);
	link_carry(&link, &model, &memory, &(struct link_datagram){.now_ns = 5, .size_bytes = 301}, &by_seed, &fate);
	CHECK_U64(fate.drop, TRACE_DROP_MTU);
	CHECK_U64(fate.arrive_ns, 5);
}

static void the_wished_share_is_held_back_or_comes_again(void)
{
	struct link_model model = {.latency_a_ns = 1000, .reorder = 214748365 /* 5 % */, .reorder_ns = 700,
	                           .replay = 429496730 /* 10 % */, .replay_least_ns = 50, .replay_most_ns = 149};
	struct link_memory memory = {.is_bad = false};
	unsigned held = 0, again = 0, wrong = 0, early = 0;
	struct link link;

	link_model_finish(&model);
	link_init(&link, 1, 2, 0, 0);
	for (int n = 0; n < MANY; n++) {
		const struct link_fate fate = carry_type(&link, &model, &memory, OCTO_PACKET_DATA);
		held += fate.is_held;
		wrong += fate.arrive_ns != (fate.is_held ? 1700 : 1000);
		again += fate.replay;
		wrong += fate.replay && (fate.replay_ns < 50 || fate.replay_ns > 149);
		early += fate.replay && fate.replay_ns < 100;
	}
	CHECK_U64(wrong, 0);
	CHECK(held > 9510 && held < 10490);
	CHECK(again > 19330 && again < 20670);
	CHECK(early > 9500 && early < 10500);
}

static void rarer_decisions_can_be_edited_as_well(void)
{
	struct link_model model = {.loss_kind = SCENARIO_GILBERT_ELLIOTT, .to_bad = UINT32_MAX, .loss_bad = UINT32_MAX,
	                           .reorder = UINT32_MAX, .reorder_ns = 9, .replay = UINT32_MAX, .replay_most_ns = 100};
	static const uint32_t purposes[] = {DECISION_CHANNEL, DECISION_LOSS, DECISION_REORDER, DECISION_REPLAY,
	                                    DECISION_REPLAY_DELAY};
	struct notebook book = {.count = 0};
	const struct decider noting = {&book, note, 42}, reading = {&book, read_back, 1};
	struct link_memory memory = {.is_bad = false};
	const struct link_datagram datagram = {.size_bytes = 100};
	struct link_fate fate;
	struct link link;

	link_model_finish(&model);
	link_init(&link, 1, 2, 77, 0);
	link_carry(&link, &model, &memory, &datagram, &noting, &fate);
	CHECK(fate.drop == TRACE_DROP_LOSS && !fate.replay && memory.is_bad);
	CHECK_U64(book.count, 5);
	for (unsigned i = 0; i < 5; i++)
		CHECK_U64(book.purposes[i], purposes[i]);
	book.values[0] = book.values[1] = book.values[2] = 0;
	link_init(&link, 1, 2, 77, 0);
	link_carry(&link, &model, &memory, &datagram, &reading, &fate);
	CHECK(fate.drop == LINK_PASSES && fate.replay && !fate.is_held && !memory.is_bad);
	CHECK_U64(fate.replay_ns, book.values[4]);
	CHECK(!book.has_mismatch && book.next == book.count);
}

static void a_shift_moves_all_that_is_to_come(void)
{
	struct link_fate fate = {.depart_ns = 10, .arrive_ns = 30, .duplicate_arrive_ns = 25};

	link_shift(&fate, 110);
	CHECK_U64(fate.depart_ns, 110);
	CHECK_U64(fate.arrive_ns, 130);
	CHECK_U64(fate.duplicate_arrive_ns, 125);
}

static unsigned bits_changed(const uint8_t *a, const uint8_t *b, size_t size)
{
	unsigned count = 0;

	for (size_t i = 0; i < 8 * size; i++)
		count += ((a[i / 8] ^ b[i / 8]) >> i % 8) & 1;
	return count;
}

static void damage_is_of_the_kinds_that_were_asked_for(void)
{
	unsigned kinds[3] = {0}, wrong = 0;

	for (uint64_t n = 0; n < 30000; n++) {
		uint8_t bytes[80] = {0};
		const uint8_t clean[80] = {0}, damage = (uint8_t)(1 + n % 7);
		const size_t size = 1 + n % 64, room = n % 3 ? sizeof bytes : size;
		const size_t left = link_corrupt(bytes, size, room, damage, rng_draw(6, 0, n, 0));
		const unsigned changed = bits_changed(bytes, clean, size);
		if (left < size) {
			wrong += !(damage & SCENARIO_DAMAGE_TRUNCATION) || changed != 0;
			kinds[0]++;
		} else if (left > size) {
			wrong += !(damage & SCENARIO_DAMAGE_PADDING) || changed != 0 || left > room || left > size + 16;
			kinds[1]++;
		} else {
			/* Where there is no room for padding, bits are what is left. */
			wrong += (!(damage & SCENARIO_DAMAGE_BITS) && (room > size || damage != SCENARIO_DAMAGE_PADDING));
			wrong += changed < 1 || changed > 8;
			kinds[2]++;
		}
	}
	CHECK_U64(wrong, 0);
	CHECK(kinds[0] > 6000 && kinds[1] > 4000 && kinds[2] > 6000);
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
	CU_ADD_TEST(suite, gilbert_elliott_has_its_share_and_its_runs);
	CU_ADD_TEST(suite, bursts_have_the_lengths_they_say);
	CU_ADD_TEST(suite, the_first_two_of_a_kind_are_dropped_and_the_listed_ones);
	CU_ADD_TEST(suite, what_is_larger_than_the_mtu_never_arrives);
	CU_ADD_TEST(suite, the_wished_share_is_held_back_or_comes_again);
	CU_ADD_TEST(suite, rarer_decisions_can_be_edited_as_well);
	CU_ADD_TEST(suite, a_shift_moves_all_that_is_to_come);
	CU_ADD_TEST(suite, damage_is_of_the_kinds_that_were_asked_for);
	return CU_get_error();
}
