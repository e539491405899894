/* event_queue.c: what the event queue costs, beside a binary heap in the same run. The hold model: pop an
 * event, push it again 5 ms plus a drawn delay later, with 1 k, 100 k and 1 M events pending. Rounds of
 * both queues take turns and the ratio is the median of the rounds' ratios, so that a busy machine harms
 * both alike. Both must see the same order. */
#include "sim/engine/event_queue.h"
#include "sim/engine/rng.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 5, HOLDS = 1000000 };

struct heap {
	struct event *events;
	size_t count;
};

static bool is_before(const struct event *a, const struct event *b)
{
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns;
	return a->order != b->order ? a->order < b->order : a->counter < b->counter;
}

static void heap_push(struct heap *heap, const struct event *event)
{
	size_t hole = heap->count++;

	while (hole > 0 && is_before(event, &heap->events[(hole - 1) / 2])) {
		heap->events[hole] = heap->events[(hole - 1) / 2];
		hole = (hole - 1) / 2;
	}
	heap->events[hole] = *event;
}

static void heap_pop(struct heap *heap, struct event *out)
{
	const struct event last = heap->events[--heap->count];
	size_t hole = 0;

	*out = heap->events[0];
	for (size_t child; (child = 2 * hole + 1) < heap->count; hole = child) {
		if (child + 1 < heap->count && is_before(&heap->events[child + 1], &heap->events[child]))
			child++;
		if (is_before(&last, &heap->events[child]))
			break;
		heap->events[hole] = heap->events[child];
	}
	heap->events[hole] = last;
}

static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* The delay after hold number n: 5 ms and up to 40 ms more. Looked up, so that the queues alone are
 * measured. */
static uint32_t delays_ns[1 << 16];

static void make_delays(void)
{
	for (uint32_t n = 0; n < 1 << 16; n++)
		delays_ns[n] = 5000000 + (uint32_t)rng_below(rng_draw(1, 0, n, 0), 40000000);
}

static uint64_t delay_ns(uint64_t n)
{
	return delays_ns[n & 0xffff];
}

static struct event first_event(uint32_t n)
{
	return (struct event){.time_ns = delay_ns(n), .order = event_order(0, 0, n), .counter = n, .ref = n};
}

static double hold_radix(struct arena *arena, struct event_queue *queue, uint64_t from, uint64_t *sum)
{
	const double start = cpu_ns();
	struct event event;

	for (uint64_t n = from; n < from + HOLDS; n++) {
		if (!event_queue_pop(arena, queue, UINT64_MAX, &event))
			abort();
		*sum = *sum * 31 + event.ref;
		event.time_ns += delay_ns(n);
		event_queue_push(arena, queue, &event);
	}
	return (cpu_ns() - start) / HOLDS;
}

static double hold_heap(struct heap *heap, uint64_t from, uint64_t *sum)
{
	const double start = cpu_ns();
	struct event event;

	for (uint64_t n = from; n < from + HOLDS; n++) {
		heap_pop(heap, &event);
		*sum = *sum * 31 + event.ref;
		event.time_ns += delay_ns(n);
		heap_push(heap, &event);
	}
	return (cpu_ns() - start) / HOLDS;
}

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof *values, by_value);
	return values[ROUNDS / 2];
}

static void print_figure(const char *label, const char *what, double value, const char *unit)
{
	printf("{\"name\":\"event queue, %s pending: %s\",\"value\":%.1f,", label, what, value);
	printf("\"unit\":\"%s\",", unit);
	puts("\"goal\":null,\"holds\":true,\"absolute\":true}");
}

static bool measure(uint32_t pending, const char *label, double goal)
{
	struct arena arena;
	struct event_queue queue;
	struct heap heap = {malloc((size_t)pending * sizeof(struct event)), 0};
	double radix[ROUNDS], binary[ROUNDS], ratio[ROUNDS];
	uint64_t radix_sum = 0, heap_sum = 0;

	if (!heap.events || !arena_open(&arena, ARENA_RESERVE_BYTES)) {
		fprintf(stderr, "event_queue: no memory for %s events\n", label);
		free(heap.events);
		return false;
	}
	event_queue_init(&arena, &queue);
	for (uint32_t n = 0; n < pending; n++) {
		const struct event event = first_event(n);
		event_queue_push(&arena, &queue, &event);
		heap_push(&heap, &event);
	}
	for (int round = -1; round < ROUNDS; round++) { /* the first warms up */
		const uint64_t from = pending + (uint64_t)(round + 1) * HOLDS;
		const double a = hold_radix(&arena, &queue, from, &radix_sum);
		const double b = hold_heap(&heap, from, &heap_sum);
		if (round < 0)
			continue;
		radix[round] = a;
		binary[round] = b;
		ratio[round] = b / a;
	}
	const double gain = median(ratio);
	print_figure(label, "radix heap", median(radix), "ns/hold");
	print_figure(label, "binary heap", median(binary), "ns/hold");
	print_figure(label, "arena", (double)arena_used(&arena) / 1048576, "MiB");
	printf("{\"name\":\"event queue, %s pending: binary heap / radix heap\",\"value\":%.2f,", label, gain);
	fputs("\"unit\":\"ratio\",", stdout);
	printf("\"goal\":\">= %.1f\",\"holds\":%s,\"absolute\":false}\n", goal, gain >= goal ? "true" : "false");
	arena_close(&arena);
	free(heap.events);
	if (radix_sum != heap_sum)
		fprintf(stderr, "event_queue: the two differ in order with %s events pending\n", label);
	return radix_sum == heap_sum;
}

int main(void)
{
	make_delays();
	bool is_right = measure(1000, "1k", 1.5);

	is_right = measure(100000, "100k", 2.0) && is_right;
	is_right = measure(1000000, "1M", 3.0) && is_right;
	return is_right ? 0 : 1;
}
