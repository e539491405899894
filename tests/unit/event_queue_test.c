/* event_queue_test.c: the radix heap against a binary heap that is too simple to be wrong. */
#include "sim/engine/event_queue.h"
#include "sim/engine/rng.h"
#include "tests/check.h"

#include <stdlib.h>

struct oracle {
	struct event *events;
	size_t count, room;
};

static bool is_before(const struct event *a, const struct event *b)
{
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns;
	return a->order != b->order ? a->order < b->order : a->counter < b->counter;
}

static void oracle_push(struct oracle *oracle, const struct event *event)
{
	if (oracle->count == oracle->room) {
		oracle->room = oracle->room ? 2 * oracle->room : 1024;
		oracle->events = realloc(oracle->events, oracle->room * sizeof *oracle->events);
		if (!oracle->events)
			abort();
	}
	size_t at = oracle->count++;
	oracle->events[at] = *event;
	for (; at > 0 && is_before(&oracle->events[at], &oracle->events[(at - 1) / 2]); at = (at - 1) / 2) {
		const struct event swap = oracle->events[at];
		oracle->events[at] = oracle->events[(at - 1) / 2];
		oracle->events[(at - 1) / 2] = swap;
	}
}

static bool oracle_pop(struct oracle *oracle, struct event *out)
{
	if (oracle->count == 0)
		return false;
	*out = oracle->events[0];
	oracle->events[0] = oracle->events[--oracle->count];
	for (size_t at = 0, first;; at = first) {
		first = at;
		for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < oracle->count; child++)
			if (is_before(&oracle->events[child], &oracle->events[first]))
				first = child;
		if (first == at)
			return true;
		const struct event swap = oracle->events[at];
		oracle->events[at] = oracle->events[first];
		oracle->events[first] = swap;
	}
}

struct pair {
	struct arena arena;
	struct event_queue queue;
	struct oracle oracle;
	uint64_t now_ns, pushed, draws, seed;
	bool is_equal;
};

static void pair_open(struct pair *pair, uint64_t seed)
{
	*pair = (struct pair){.seed = seed, .is_equal = true};
	CU_ASSERT_FATAL(arena_open(&pair->arena, ARENA_RESERVE_BYTES));
	event_queue_init(&pair->arena, &pair->queue);
}

static void pair_push(struct pair *pair, uint64_t time_ns, uint64_t order)
{
	const struct event event = {time_ns, order, (uint32_t)pair->pushed, (uint32_t)(pair->pushed * 7)};

	pair->pushed++;
	event_queue_push(&pair->arena, &pair->queue, &event);
	oracle_push(&pair->oracle, &event);
}

static bool pair_pop(struct pair *pair)
{
	struct event found = {0}, expected = {0};
	const uint64_t peeked_ns = event_queue_peek_time(&pair->arena, &pair->queue);
	const bool has = event_queue_pop(&pair->arena, &pair->queue, UINT64_MAX, &found);

	if (has != oracle_pop(&pair->oracle, &expected) || memcmp(&found, &expected, sizeof found) != 0 ||
	    peeked_ns != (has ? expected.time_ns : UINT64_MAX) ||
	    event_queue_size(&pair->queue) != pair->oracle.count)
		pair->is_equal = false;
	if (has)
		pair->now_ns = found.time_ns;
	return has && pair->is_equal;
}

static void pair_close(struct pair *pair)
{
	while (pair_pop(pair))
		;
	CHECK(pair->is_equal);
	CHECK_U64(event_queue_size(&pair->queue), 0);
	CHECK(!arena_is_full(&pair->arena));
	arena_close(&pair->arena);
	free(pair->oracle.events);
}

static uint64_t draw(struct pair *pair)
{
	return rng_draw(pair->seed, 0, pair->draws++, 0);
}

/* A delay whose number of bits is drawn too: all levels are used, and many delays are 0 or equal. */
static uint64_t any_delay(struct pair *pair)
{
	const uint64_t bits = draw(pair) % 40;

	return draw(pair) >> (63 - bits) >> 1;
}

static void a_million_random_operations_match_the_oracle(void)
{
	struct pair pair;

	pair_open(&pair, 1);
	for (int i = 0; i < 1000000 && pair.is_equal; i++) {
		/* Swells and ebbs. */
		const bool is_swelling = i / 50000 % 2 == 0;
		if (draw(&pair) % 8 < (is_swelling ? 5u : 3u) || !pair_pop(&pair))
			pair_push(&pair, pair.now_ns + any_delay(&pair), draw(&pair) % 4);
	}
	pair_close(&pair);
}

static void many_equal_times_come_in_order_of_order_then_counter(void)
{
	struct pair pair;

	pair_open(&pair, 2);
	for (unsigned i = 0; i < 100000; i++)
		pair_push(&pair, 1000000 + draw(&pair) % 3, event_order(i % 3u, 0, (uint64_t)i % 50));
	pair_close(&pair);
}

static void pushes_at_the_present_instant_find_their_place_while_it_drains(void)
{
	struct pair pair;

	pair_open(&pair, 3);
	for (int i = 0; i < 2000; i++)
		pair_push(&pair, 5000, draw(&pair));
	for (int i = 0; i < 50000 && pair.is_equal; i++) {
		pair_pop(&pair);
		/* Before some of the pending ones and after others; now and then the next instant. */
		pair_push(&pair, pair.now_ns + (i % 100 == 0), draw(&pair));
	}
	pair_close(&pair);
}

static void all_three_keys_decide_in_turn(void)
{
	static const struct event events[] = { /* in the order they must come */
		{5, 9, 9, 0}, {6, 1, 9, 1}, {6, 2, 3, 2}, {6, 2, 4, 3}, {6, UINT64_MAX, 0, 4}, {7, 0, 0, 5}
	};
	struct arena arena;
	struct event_queue queue;
	struct event event;

	CU_ASSERT_FATAL(arena_open(&arena, 1 << 20));
	event_queue_init(&arena, &queue);
	for (int i = 5; i >= 0; i--)
		event_queue_push(&arena, &queue, &events[(i * 5) % 6]);
	for (uint32_t i = 0; i < 6; i++) {
		CU_ASSERT_FATAL(event_queue_pop(&arena, &queue, UINT64_MAX, &event));
		CHECK_U64(event.ref, i);
	}
	arena_close(&arena);
}

static void class_outranks_tie_and_tie_outranks_source(void)
{
	CHECK(event_order(1, 0, 0) > event_order(0, 0xfffff, UINT64_C(0xffffffffff)));
	CHECK(event_order(0, 1, 0) > event_order(0, 0, UINT64_C(0xffffffffff)));
	CHECK(event_order(15, 0xfffff, UINT64_C(0xffffffffff)) == UINT64_MAX);
	CHECK_U64(event_order(0, 0, UINT64_C(1) << 40), 0);
}

static void waiting_for_a_later_event_forbids_no_push_before_it(void)
{
	struct pair pair;
	struct event event;

	pair_open(&pair, 4);
	pair_push(&pair, 10, 0);
	pair_push(&pair, UINT64_C(1) << 50, 0);
	pair_pop(&pair);
	for (uint64_t until_ns = 11; until_ns < 100000; until_ns += 997) {
		CHECK(!event_queue_pop(&pair.arena, &pair.queue, until_ns, &event));
		pair_push(&pair, until_ns - 1, 0);
		CHECK_U64(event_queue_peek_time(&pair.arena, &pair.queue), until_ns - 1);
		pair_pop(&pair);
	}
	pair_close(&pair);
}

static void until_is_included(void)
{
	struct arena arena;
	struct event_queue queue;
	struct event event = {.time_ns = 70};

	CU_ASSERT_FATAL(arena_open(&arena, 1 << 20));
	event_queue_init(&arena, &queue);
	event_queue_push(&arena, &queue, &event);
	event_queue_push(&arena, &queue, &event);
	CHECK(!event_queue_pop(&arena, &queue, 69, &event));
	CHECK(event_queue_pop(&arena, &queue, 70, &event));
	CHECK(!event_queue_pop(&arena, &queue, 69, &event));
	CHECK(event_queue_pop(&arena, &queue, 70, &event));
	CHECK(!event_queue_pop(&arena, &queue, UINT64_MAX, &event));
	arena_close(&arena);
}

static void times_at_the_edges_of_digits_and_of_the_range_are_kept_apart(void)
{
	struct pair pair;

	pair_open(&pair, 5);
	for (unsigned bit = 0; bit < 64; bit++) {
		for (uint64_t near = 0; near < 3; near++)
			pair_push(&pair, (UINT64_C(1) << bit) + near - 1, bit);
	}
	pair_push(&pair, UINT64_MAX, 0);
	pair_push(&pair, 0, 0);
	pair_close(&pair);
}

/* The worst case: a small bucket of each level in turn, from the top, leaves all but its first event in the heap. */
static void the_heap_holds_at_most_a_chunk_of_each_level(void)
{
	struct pair pair;
	uint32_t most = 0;

	pair_open(&pair, 6);
	for (unsigned level = EVENT_QUEUE_LEVELS - 1; level > 0; level--) {
		const uint64_t unit_ns = UINT64_C(1) << 6 * level;
		pair_push(&pair, pair.now_ns + unit_ns, 0);
		for (uint64_t k = 0; k < EVENT_QUEUE_FEW - 1; k++)
			pair_push(&pair, pair.now_ns + unit_ns + unit_ns / 4 + k * unit_ns / 128, 0);
		pair_pop(&pair);
		most = pair.queue.heap_count;
	}
	CHECK(most > 5 * (EVENT_QUEUE_FEW - 1)); /* near ones are in runs */
	CHECK(most <= EVENT_QUEUE_FEW * EVENT_QUEUE_LEVELS);
	for (int i = 0; i < 100000 && pair_pop(&pair); i++) {
		pair_push(&pair, pair.now_ns + 1 + any_delay(&pair), 0);
		most = pair.queue.heap_count > most ? pair.queue.heap_count : most;
	}
	CHECK(most <= EVENT_QUEUE_FEW * EVENT_QUEUE_LEVELS);
	pair_close(&pair);
}

/* Constant latencies and intervals: nothing is ever sorted. Then times drawn at random among them, and many equal ones. */
static void what_comes_in_order_waits_in_a_run(void)
{
	struct pair pair;
	bool is_sorted = false;

	pair_open(&pair, 8);
	for (uint64_t i = 0; i < 1000; i++)
		pair_push(&pair, pair.now_ns + 100 * i, i);
	for (int i = 0; i < 20000 && pair_pop(&pair); i++) {
		pair_push(&pair, pair.now_ns + (i % 2 ? 20000000 : 5000000), (uint64_t)i);
		is_sorted = is_sorted || pair.queue.levels || pair.queue.heap_count;
	}
	CHECK(!is_sorted);
	for (int i = 0; i < 20000 && pair_pop(&pair); i++)
		pair_push(&pair, pair.now_ns + (i % 3 ? 20000000 : any_delay(&pair)) / 1000000 * 1000000, (uint64_t)(i * 7 % 11));
	CHECK(pair.queue.levels || pair.queue.heap_count);
	pair_close(&pair);
}

static void a_copy_at_another_address_runs_on_alike(void)
{
	struct arena first, second;
	struct event a, b;
	bool is_same = true;

	CU_ASSERT_FATAL(arena_open(&first, 64 << 20) && arena_open(&second, 64 << 20));
	const arena_ref ref = arena_alloc(&first, sizeof(struct event_queue));
	event_queue_init(&first, arena_at(&first, ref));
	for (uint32_t i = 0; i < 20000; i++) {
		const struct event event = {.time_ns = rng_draw(7, 0, i, 0) >> 34, .counter = i, .ref = i};
		event_queue_push(&first, arena_at(&first, ref), &event);
	}
	for (int i = 0; i < 5000; i++)
		event_queue_pop(&first, arena_at(&first, ref), UINT64_MAX, &a);
	void *copy = malloc(arena_used(&first));
	CU_ASSERT_FATAL(copy != NULL);
	arena_copy_out(&first, copy);
	CHECK(arena_copy_in(&second, copy, arena_used(&first)));
	free(copy);
	for (int i = 0; i < 15000; i++) {
		is_same = event_queue_pop(&first, arena_at(&first, ref), UINT64_MAX, &a) &&
		          event_queue_pop(&second, arena_at(&second, ref), UINT64_MAX, &b) &&
		          memcmp(&a, &b, sizeof a) == 0 && is_same;
	}
	CHECK(is_same);
	CHECK_U64(event_queue_size(arena_at(&second, ref)), 0);
	arena_close(&first);
	arena_close(&second);
}

static void a_full_arena_loses_events_but_says_so(void)
{
	struct arena arena;
	struct event_queue queue;
	struct event event;
	uint64_t popped = 0;

	CU_ASSERT_FATAL(arena_open(&arena, 1 << 20));
	event_queue_init(&arena, &queue);
	for (uint32_t i = 0; i < 100000; i++)
		event_queue_push(&arena, &queue, &(struct event){.time_ns = i * 10, .counter = i});
	CHECK(arena_is_full(&arena));
	while (event_queue_pop(&arena, &queue, UINT64_MAX, &event))
		popped++;
	CHECK(popped > 10000 && popped < 100000);
	arena_close(&arena);
}

CU_ErrorCode suite_event_queue(void)
{
	CU_pSuite suite = CU_add_suite("event_queue", NULL, NULL);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_million_random_operations_match_the_oracle);
	CU_ADD_TEST(suite, many_equal_times_come_in_order_of_order_then_counter);
	CU_ADD_TEST(suite, pushes_at_the_present_instant_find_their_place_while_it_drains);
	CU_ADD_TEST(suite, all_three_keys_decide_in_turn);
	CU_ADD_TEST(suite, class_outranks_tie_and_tie_outranks_source);
	CU_ADD_TEST(suite, waiting_for_a_later_event_forbids_no_push_before_it);
	CU_ADD_TEST(suite, until_is_included);
	CU_ADD_TEST(suite, times_at_the_edges_of_digits_and_of_the_range_are_kept_apart);
	CU_ADD_TEST(suite, the_heap_holds_at_most_a_chunk_of_each_level);
	CU_ADD_TEST(suite, what_comes_in_order_waits_in_a_run);
	CU_ADD_TEST(suite, a_copy_at_another_address_runs_on_alike);
	CU_ADD_TEST(suite, a_full_arena_loses_events_but_says_so);
	return CU_get_error();
}
