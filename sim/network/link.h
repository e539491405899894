/* link.h: one direction of one pair of nodes: a queue in front of a rate, then losses, latency, duplicates,
 * damage. A link says what becomes of a datagram at the moment it is sent; it holds no bytes and knows no
 * events. See link_model.h for what it goes by, link_table.h for how links come to be, and waiting_room.h for
 * queues that hold their datagrams. */
#ifndef OCTOSIM_LINK_H
#define OCTOSIM_LINK_H

#include "sim/engine/arena.h"
#include "sim/explore/decision_log.h"
#include "sim/network/link_model.h"
#include "sim/scenario/scenario.h"
#include "sim/trace.h"

/* What the rarer models remember; only links that need it have one. Plain data. */
struct link_memory {
	uint32_t seen[8];             /* datagrams offered: [0] all, [1] SYN … [6] PROBE-REPLY, [7] data */
	bool is_bad;                  /* Gilbert-Elliott */
	uint32_t burst_left;          /* datagrams that the burst still loses */
};

/* Plain data: lives in the arena, in a cache line of its own. */
struct link {
	uint32_t from, to;            /* nodes */
	uint32_t number;              /* of the link, in order of making; what decisions are logged under */
	uint32_t model;               /* the caller's number of its model */
	uint64_t datagrams;           /* offered so far: the n of the mask, and of the random numbers */
	uint64_t backlog;             /* work in front of the rate at backlog_at_ns, in 10^-9 bits */
	uint64_t backlog_at_ns;
	uint64_t idle_at_ns;          /* when that work is done */
	uint32_t lost, overflowed, duplicated; /* of the datagrams, modulo 2^32 */
	arena_ref more;               /* what a special model needs beside; the caller's */
};
_Static_assert(sizeof(struct link) == 64, "a link fills a cache line");

enum { LINK_PASSES = 0xff };          /* link_fate.drop of a datagram that arrives */

struct link_fate {
	uint8_t drop;                 /* enum trace_drop, or LINK_PASSES */
	bool duplicate;               /* there is a second copy; it has a fate of its own from here on */
	bool corrupt, duplicate_corrupt; /* link_corrupt() the copy with its draw */
	bool is_held;                 /* by reordering or clogging: later than the latency says */
	bool replay;                  /* a copy more, replay_ns after the first */
	uint8_t damage;               /* SCENARIO_DAMAGE_*, for link_corrupt() */
	uint64_t depart_ns;           /* the last bit leaves the queue; now when the queue was full */
	uint64_t arrive_ns;           /* also of a lost one: when it would have */
	uint64_t duplicate_arrive_ns;
	uint64_t corrupt_draw, duplicate_corrupt_draw;
	uint64_t replay_ns;
};

struct link_datagram {
	uint64_t now_ns;              /* when it is offered; never falls from one to the next of a link */
	uint32_t size_bytes;
	enum octo_packet_type type;
};

void link_init(struct link *link, uint32_t from, uint32_t to, uint32_t number, uint32_t model);
/* Decides what becomes of a datagram. Which questions are asked depends on the model and the queue only, not
 * on earlier answers: so in a log one entry can be changed and all others still fit. `model` is what holds at
 * the time; `memory` may be NULL when it is not special. With has_room it is as if the queue were empty: the
 * caller has it wait, and shifts the fate by link_shift(). */
void link_carry(struct link *link, const struct link_model *model, struct link_memory *memory,
                const struct link_datagram *datagram, const struct decider *decider, struct link_fate *fate);
/* It leaves at that time, not before fate->depart_ns. */
void link_shift(struct link_fate *fate, uint64_t depart_ns);
/* Damages a datagram in place, as the draw says; `room` bytes are there for it. `damage` 0: bits of one byte are
 * flipped, or (one in eight) its end is cut off; otherwise one of those SCENARIO_DAMAGE_*: one to eight bits, a
 * shorter or a longer datagram. Returns the size that is left. Always changes something, unless the size is 0. */
OCTO_MUST_CHECK size_t link_corrupt(uint8_t *bytes, size_t size, size_t room, uint8_t damage, uint64_t draw);

#endif
