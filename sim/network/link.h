/* link.h: one direction of one pair of nodes: a queue in front of a rate, then losses, latency, duplicates,
 * damage. A link says what becomes of a datagram at the moment it is sent; it holds no bytes and knows no
 * events. See link_table.h for how links come to be. */
#ifndef OCTOSIM_LINK_H
#define OCTOSIM_LINK_H

#include "sim/explore/decision_log.h"
#include "sim/scenario/scenario.h"
#include "sim/trace.h"

/* What the scenario says about an ordered pair, all rules resolved. Shared by many links; outside of
 * the arena. */
struct link_model {
	enum scenario_latency latency;
	uint64_t latency_a_ns, latency_b_ns; /* as in delay_draw() */
	uint32_t loss, duplicate, corrupt; /* chances of 2^32, UINT32_MAX: always */
	uint64_t rate_bps;            /* bits per second; 0: unlimited */
	uint64_t queue_bytes;         /* that may wait for the rate; 0: unlimited. An idle link takes any datagram */
	const char *mask;             /* 'x' loses the link's n-th datagram, '.' lets it pass; NULL: none */
	size_t mask_length;           /* characters; datagrams beyond it pass */
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
	uint32_t lost, overflowed, duplicated, corrupted; /* of the datagrams, modulo 2^32; corrupted counts copies */
};
_Static_assert(sizeof(struct link) == 64, "a link fills a cache line");

enum { LINK_PASSES = 0xff };          /* link_fate.drop of a datagram that arrives */

struct link_fate {
	uint8_t drop;                 /* enum trace_drop, or LINK_PASSES */
	bool duplicate;               /* there is a second copy; it has a fate of its own from here on */
	bool corrupt, duplicate_corrupt; /* link_corrupt() the copy with its draw */
	uint64_t depart_ns;           /* the last bit leaves the queue; now when the queue was full */
	uint64_t arrive_ns;           /* also of a lost one: when it would have */
	uint64_t duplicate_arrive_ns;
	uint64_t corrupt_draw, duplicate_corrupt_draw;
};

void link_init(struct link *link, uint32_t from, uint32_t to, uint32_t number, uint32_t model);
/* Decides what becomes of a datagram offered at now_ns, which never falls from one call to the next of a
 * link. Which questions are asked depends on the model and the queue only, not on earlier answers: so in a
 * log one entry can be changed and all others still fit. */
void link_carry(struct link *link, const struct link_model *model, uint64_t now_ns, uint32_t size_bytes,
                const struct decider *decider, struct link_fate *fate);
/* Damages a datagram in place, as the draw says: bits of one byte are flipped, or (one in eight) its end is
 * cut off. Returns the size that is left. Always changes something, unless the size is 0. */
OCTO_MUST_CHECK size_t link_corrupt(uint8_t *bytes, size_t size, uint64_t draw);

#endif
