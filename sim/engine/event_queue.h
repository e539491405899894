/* event_queue.h: what happens next. A monotone radix heap in the world's arena: no tuning, and its cost
 * hardly grows with the number of pending events. Order is by (time_ns, order, counter), explicit to the
 * last bit. An event cannot be taken back: what `ref` names carries a generation, and the caller skips what
 * is stale. */
#ifndef OCTOSIM_EVENT_QUEUE_H
#define OCTOSIM_EVENT_QUEUE_H

#include "sim/engine/arena.h"

struct event {
	uint64_t time_ns;             /* world time */
	uint64_t order;               /* within one instant; see event_order() */
	uint32_t counter;             /* within one order: of the source, counting up */
	uint32_t ref;                 /* the caller's; has no part in the order */
};

/* class 0..15, tie 0..2^20-1, source 0..2^40-1, compared in this order. Higher bits of each are cut off. */
static inline uint64_t event_order(unsigned class, uint32_t tie, uint64_t source)
{
	return (uint64_t)(class & 15u) << 60 | (uint64_t)(tie & 0xfffffu) << 40 |
	       (source & UINT64_C(0xffffffffff));
}

/* Much of what is planned comes in order already: what a link of constant latency delivers, what a timer of one
 * interval fires. An event that is due soon, and not before the last of a run, is appended to that run and waits
 * nowhere else. */
enum { EVENT_QUEUE_RUNS = 4 };

struct event_run {                    /* a ring */
	uint64_t first_ns;            /* time of the first event; UINT64_MAX when there is none */
	uint64_t last_ns;
	arena_ref events;
	uint32_t room;                /* a power of two, or 0 */
	uint32_t at, count;           /* of the first event; and how many there are */
};

/* Any other event waits in a bucket: at the highest digit (of 6 bits) in which its time differs from the base,
 * under that digit's value. The base is the earliest time of the bucket that was opened last. A bucket with
 * few events is not spread over lower levels when it is opened; they go into the heap, and the next event
 * is the heap's or the first bucket's. */
enum { EVENT_QUEUE_LEVELS = 11, EVENT_QUEUE_DIGITS = 64, EVENT_QUEUE_FEW = 20 };

struct event_bucket {
	uint64_t first_ns;            /* the earliest time in it */
	arena_ref chunk;              /* the newest of its chunks; the others are full */
	uint32_t chunk_count;         /* events in that one */
};

/* Plain data, to be kept in the arena: all places are refs. */
struct event_queue {
	uint64_t now_ns;              /* time of the last popped event: nothing earlier may be pushed */
	uint64_t base_ns;
	uint64_t count;
	uint32_t levels;              /* bit n: level n has events */
	uint32_t heap_count, heap_room;
	arena_ref heap;               /* events at now_ns, and those of small buckets: a binary heap */
	arena_ref spare;              /* empty chunks */
	uint64_t digits[EVENT_QUEUE_LEVELS]; /* bit n: bucket n of the level has events */
	struct event_run runs[EVENT_QUEUE_RUNS];
	uint32_t last_run;            /* that had the first event of all runs when the last one was popped */
	struct event_bucket buckets[EVENT_QUEUE_LEVELS][EVENT_QUEUE_DIGITS];
};

void event_queue_init(struct arena *arena, struct event_queue *queue);
/* The time must not be before that of the last popped event. When the arena is full the event is lost, and
 * arena_is_full() says so. */
void event_queue_push(struct arena *arena, struct event_queue *queue, const struct event *event);
/* Takes the first event out. False, with nothing changed, when there is none at or before until_ns. */
bool event_queue_pop(struct arena *arena, struct event_queue *queue, uint64_t until_ns, struct event *out);
/* One that will come soon, if that can be told for nothing; else NULL. */
const struct event *event_queue_soon(const struct arena *arena, const struct event_queue *queue);
/* Time of the first event, UINT64_MAX when there is none. Changes nothing. */
uint64_t event_queue_peek_time(const struct arena *arena, const struct event_queue *queue);
uint64_t event_queue_size(const struct event_queue *queue);

#endif
