/* event_queue.c: see event_queue.h. First the heap, then the runs, then the buckets. An event in a bucket
 * moves towards lower levels as time reaches it, at most once a level. Events of a bucket lie in chunks; a
 * chunk that runs empty is kept for the next bucket that needs one. The heap stays small: what is left in it
 * of an opened bucket shares all digits from the bucket's level up with the base, so only buckets of lower
 * levels can come before it. Beside the events of one instant it holds at most one chunk a level. */
#include "sim/engine/event_queue.h"

#include "sim/engine/bits.h"

#include <assert.h>
#include <string.h>

enum { DIGIT_BITS = 6, CHUNK_EVENTS = EVENT_QUEUE_FEW };

struct chunk {
	arena_ref next;
	uint32_t reserved;
	struct event events[CHUNK_EVENTS];
};
_Static_assert(sizeof(struct event) == 24, "an event has no padding");
_Static_assert(sizeof(struct chunk) <= 512, "a chunk just fits its size class");

/* ---- The heap
 * ---------------------------------------------------------------------------------------------- */

static bool is_before(const struct event *a, const struct event *b)
{
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns;
	return a->order != b->order ? a->order < b->order : a->counter < b->counter;
}

static bool heap_grow(struct arena *arena, struct event_queue *queue)
{
	const uint32_t room = queue->heap_room ? 2 * queue->heap_room : 64;
	const arena_ref ref = arena_alloc(arena, (size_t)room * sizeof(struct event));

	if (!ref)
		return false;
	if (queue->heap) {
		memcpy(arena_at(arena, ref), arena_at(arena, queue->heap),
		       (size_t)queue->heap_count * sizeof(struct event));
		arena_free(arena, queue->heap, (size_t)queue->heap_room * sizeof(struct event));
	}
	queue->heap = ref;
	queue->heap_room = room;
	return true;
}

static void heap_push(struct arena *arena, struct event_queue *queue, const struct event *event)
{
	if (queue->heap_count == queue->heap_room && !heap_grow(arena, queue)) {
		queue->count--;
		return;
	}
	struct event *heap = arena_at(arena, queue->heap);
	uint32_t hole = queue->heap_count++;

	while (hole > 0 && is_before(event, &heap[(hole - 1) / 2])) {
		heap[hole] = heap[(hole - 1) / 2];
		hole = (hole - 1) / 2;
	}
	heap[hole] = *event;
}

static void heap_pop(struct arena *arena, struct event_queue *queue, struct event *out)
{
	struct event *heap = arena_at(arena, queue->heap);
	const uint32_t count = --queue->heap_count;
	const struct event last = heap[count];
	uint32_t hole = 0;

	*out = heap[0];
	for (uint32_t child; (child = 2 * hole + 1) < count; hole = child) {
		child += child + 1 < count && is_before(&heap[child + 1], &heap[child]);
		if (is_before(&last, &heap[child]))
			break;
		heap[hole] = heap[child];
	}
	heap[hole] = last;
}

/* ---- The runs
 * --------------------------------------------------------------------------------------------- */

/* What is farther away would keep the run's end from all that comes before it. */
static const uint64_t soon_ns = UINT64_C(1000000000);

static struct event *run_event(const struct arena *arena, const struct event_run *run, uint32_t index)
{
	return (struct event *)arena_at(arena, run->events) + ((run->at + index) & (run->room - 1));
}

static bool run_grow(struct arena *arena, struct event_run *run)
{
	struct event_run grown = *run;

	grown.room = run->room ? 2 * run->room : 64;
	grown.events = arena_alloc(arena, (size_t)grown.room * sizeof(struct event));
	grown.at = 0;
	if (!grown.events)
		return false;
	for (uint32_t i = 0; i < run->count; i++)
		*run_event(arena, &grown, i) = *run_event(arena, run, i);
	arena_free(arena, run->events, (size_t)run->room * sizeof(struct event));
	*run = grown;
	return true;
}

/* The run whose end is the latest that is not after the event; an empty one if there is no such. */
static struct event_run *find_run(struct event_queue *queue, uint64_t time_ns)
{
	struct event_run *found = NULL, *empty = NULL;

	for (struct event_run *run = queue->runs; run < queue->runs + EVENT_QUEUE_RUNS; run++) {
		if (run->count == 0)
			empty = run;
		else if (run->last_ns <= time_ns && (!found || run->last_ns > found->last_ns))
			found = run;
	}
	return found ? found : empty;
}

/* False when the event fits no run. */
static bool run_push(struct arena *arena, struct event_queue *queue, const struct event *event)
{
	if (event->time_ns - queue->now_ns > soon_ns)
		return false;
	struct event_run *run = find_run(queue, event->time_ns);
	if (!run)
		return false;
	if (run->count == run->room && !run_grow(arena, run))
		return false;
	if (run->count && run->last_ns == event->time_ns && !is_before(run_event(arena, run, run->count - 1), event))
		return false;
	if (run->count == 0)
		run->first_ns = event->time_ns;
	run->last_ns = event->time_ns;
	*run_event(arena, run, run->count++) = *event;
	return true;
}

static void run_pop(const struct arena *arena, struct event_run *run, struct event *out)
{
	*out = *run_event(arena, run, 0);
	run->at = (run->at + 1) & (run->room - 1);
	run->count--;
	run->first_ns = run->count ? run_event(arena, run, 0)->time_ns : UINT64_MAX;
}

/* The run with the earliest event. */
static struct event_run *first_run(const struct arena *arena, struct event_queue *queue)
{
	struct event_run *first = queue->runs;

	for (struct event_run *run = queue->runs + 1; run < queue->runs + EVENT_QUEUE_RUNS; run++)
		if (run->first_ns < first->first_ns || (run->first_ns == first->first_ns && run->count &&
		    is_before(run_event(arena, run, 0), run_event(arena, first, 0))))
			first = run;
	return first;
}

/* ---- The buckets
 * ------------------------------------------------------------------------------------------- */

/* A new chunk in front of a bucket's others. */
static struct chunk *bucket_grow(struct arena *arena, struct event_queue *queue, struct event_bucket *bucket)
{
	arena_ref ref = queue->spare;

	if (ref)
		queue->spare = ((struct chunk *)arena_at(arena, ref))->next;
	else if (!(ref = arena_alloc(arena, sizeof(struct chunk))))
		return NULL;
	struct chunk *chunk = arena_at(arena, ref);
	chunk->next = bucket->chunk;
	bucket->chunk = ref;
	bucket->chunk_count = 0;
	return chunk;
}

static void place(struct arena *arena, struct event_queue *queue, const struct event *event)
{
	if (event->time_ns == queue->now_ns) {
		heap_push(arena, queue, event);
		return;
	}
	const uint64_t differs = event->time_ns ^ queue->base_ns;
	const unsigned level = bits_highest(differs) / DIGIT_BITS;
	const unsigned digit = (unsigned)(event->time_ns >> (level * DIGIT_BITS)) % EVENT_QUEUE_DIGITS;
	struct event_bucket *bucket = &queue->buckets[level][digit];
	struct chunk *chunk = arena_at(arena, bucket->chunk);

	if (!chunk || bucket->chunk_count == CHUNK_EVENTS) {
		const bool is_first = !chunk;
		chunk = bucket_grow(arena, queue, bucket);
		if (!chunk) {
			queue->count--;
			return;
		}
		if (is_first) {
			bucket->first_ns = event->time_ns;
			queue->levels |= 1u << level;
			queue->digits[level] |= UINT64_C(1) << digit;
		}
	}
	chunk->events[bucket->chunk_count++] = *event;
	if (event->time_ns < bucket->first_ns)
		bucket->first_ns = event->time_ns;
}

/* The bucket that holds the earliest event: everything in a lower level, and within a level under a lower
 * digit, is earlier. There must be one. */
static void find_first(const struct event_queue *queue, unsigned *level, unsigned *digit)
{
	*level = bits_lowest(queue->levels);
	*digit = bits_lowest(queue->digits[*level]);
}

/* Moves time to a bucket's first event. All its events then belong to lower levels or to the heap; those of
 * all other buckets stay where they are, because they differ from the new base at the same digit as from
 * the old. */
static void open_bucket(struct arena *arena, struct event_queue *queue, unsigned level, unsigned digit)
{
	struct event_bucket *bucket = &queue->buckets[level][digit];
	arena_ref ref = bucket->chunk;
	uint32_t count = bucket->chunk_count;

	queue->now_ns = queue->base_ns = bucket->first_ns;
	bucket->chunk = 0;
	bucket->chunk_count = 0;
	queue->digits[level] &= ~(UINT64_C(1) << digit);
	if (!queue->digits[level])
		queue->levels &= ~(1u << level);
	const bool is_small = !((const struct chunk *)arena_at(arena, ref))->next;
	while (ref) {
		struct chunk *chunk = arena_at(arena, ref);
		const arena_ref next = chunk->next;
		if (is_small) {
			for (uint32_t i = 0; i < count; i++)
				heap_push(arena, queue, &chunk->events[i]);
		} else {
			for (uint32_t i = 0; i < count; i++)
				place(arena, queue, &chunk->events[i]);
		}
		chunk->next = queue->spare;
		queue->spare = ref;
		ref = next;
		count = CHUNK_EVENTS;
	}
}

/* ---- Interface
 * --------------------------------------------------------------------------------------------- */

void event_queue_init(struct arena *arena, struct event_queue *queue)
{
	(void)arena; /* takes memory when the first event comes */
	*queue = (struct event_queue){0};
	for (struct event_run *run = queue->runs; run < queue->runs + EVENT_QUEUE_RUNS; run++)
		run->first_ns = UINT64_MAX;
}

void event_queue_push(struct arena *arena, struct event_queue *queue, const struct event *event)
{
	assert(event->time_ns >= queue->now_ns);
	queue->count++;
	if (!run_push(arena, queue, event))
		place(arena, queue, event);
}

bool event_queue_pop(struct arena *arena, struct event_queue *queue, uint64_t until_ns, struct event *out)
{
	struct event_run *run = first_run(arena, queue);
	const struct event *heap = arena_at(arena, queue->heap);
	uint64_t first_ns = queue->heap_count && heap->time_ns < run->first_ns ? heap->time_ns : run->first_ns;
	unsigned level = 0, digit = 0;
	bool is_in_bucket = false;

	if (queue->levels) {
		find_first(queue, &level, &digit);
		is_in_bucket = queue->buckets[level][digit].first_ns <= first_ns;
		if (is_in_bucket)
			first_ns = queue->buckets[level][digit].first_ns;
	}
	if (queue->count == 0 || first_ns > until_ns)
		return false;
	if (is_in_bucket) { /* it may be that others are of the same instant */
		open_bucket(arena, queue, level, digit);
		heap = arena_at(arena, queue->heap);
	}
	if (run->count && (!queue->heap_count || is_before(run_event(arena, run, 0), heap)))
		run_pop(arena, run, out);
	else if (queue->heap_count)
		heap_pop(arena, queue, out);
	else
		return false; /* the arena is full */
	queue->last_run = (uint32_t)(run - queue->runs);
	queue->now_ns = out->time_ns;
	queue->count--;
	return true;
}

const struct event *event_queue_soon(const struct arena *arena, const struct event_queue *queue)
{
	enum { AHEAD = 2 }; /* so many events take about as long as a fetch */
	const struct event_run *run = &queue->runs[queue->last_run];

	return run->count > AHEAD ? run_event(arena, run, AHEAD) : NULL;
}

uint64_t event_queue_peek_time(const struct arena *arena, const struct event_queue *queue)
{
	const struct event *heap = arena_at(arena, queue->heap);
	uint64_t first_ns = queue->heap_count ? heap->time_ns : UINT64_MAX;
	unsigned level, digit;

	for (const struct event_run *run = queue->runs; run < queue->runs + EVENT_QUEUE_RUNS; run++)
		first_ns = run->first_ns < first_ns ? run->first_ns : first_ns;
	if (queue->levels) {
		find_first(queue, &level, &digit);
		if (queue->buckets[level][digit].first_ns < first_ns)
			first_ns = queue->buckets[level][digit].first_ns;
	}
	return first_ns;
}

uint64_t event_queue_size(const struct event_queue *queue)
{
	return queue->count;
}
