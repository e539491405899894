/* waiting_room.h: a queue that holds its datagrams, in front of a link that serves one after the other: limits in bytes,
 * datagrams or time, and active queue management: RED at the entrance, CoDel (RFC 8289) at the exit. In the arena.
 * Knows no packets, only their sizes and a number of the caller's; who leaves when is the caller's event. */
#ifndef OCTOSIM_WAITING_ROOM_H
#define OCTOSIM_WAITING_ROOM_H

#include "sim/engine/arena.h"
#include "sim/explore/decision_log.h"
#include "sim/network/server.h"

struct waiting_red {
	uint64_t average;             /* bytes waiting, smoothed, of 2^-RED_SHIFT */
	uint64_t idle_since_ns;
	uint32_t since_drop;          /* datagrams */
	bool is_counting;
};

struct waiting_codel {
	uint64_t first_above_ns;      /* 0: the last wait was short enough */
	uint64_t drop_next_ns;
	uint32_t count, last_count;
	bool is_dropping;
};

/* Plain data, zeroed at first. */
struct waiting_room {
	struct server server;
	arena_ref first, last;        /* who waits */
	uint32_t count, events;       /* waiting and served; events: the caller's counter */
	uint64_t bytes;               /* of those waiting */
	uint32_t served;              /* the caller's number of the one that is being served, 0: none */
	uint32_t served_bytes;
	struct waiting_red red;
	struct waiting_codel codel;
};

struct waiting_place {                /* what the room is told about the link it belongs to */
	struct arena *arena;
	const struct link_model *model;       /* with all its phases */
	const struct link_model *present;     /* what holds now */
	uint64_t now_ns;
	const struct decider *decider;
	uint64_t draw;                        /* for RED */
	uint32_t link;                        /* that decisions are logged under */
};

enum waiting_answer { WAITING_ENTERED, WAITING_FULL, WAITING_MANAGED, WAITING_NO_MEMORY };

/* Offers a datagram; `number` is the caller's and not 0. An idle link takes any; once entered, see waiting_room_serve(). */
enum waiting_answer waiting_room_enter(struct waiting_room *room, const struct waiting_place *place, uint32_t size_bytes,
                                       uint32_t number);
/* When nobody is served and somebody waits: serves the first who is not dropped for having waited too long, and says when
 * it will have left. False: there is nobody to begin with. `dropped` is called for each that is dropped. */
bool waiting_room_serve(struct waiting_room *room, const struct waiting_place *place, uint64_t *leaves_ns,
                        void (*dropped)(void *context, uint32_t number), void *context);
/* The one that was served has left: its number. */
uint32_t waiting_room_leave(struct waiting_room *room, uint64_t now_ns);

/* start + interval / sqrt(count), to a part in 2^16. count must not be 0. */
uint64_t codel_next_drop(uint64_t start_ns, uint64_t interval_ns, uint32_t count);

#endif
