/* tally_int.h: what tally.c, which counts, judge.c, which compares, and window.c, which knows when, share.
 * A watch is one subject of a scenario: of an expectation itself, or of what begins or ends its window. Whoever changes
 * one says so with tally_touch(); it is looked at when the event that is being run is over. */
#ifndef OCTOSIM_TALLY_INT_H
#define OCTOSIM_TALLY_INT_H

#include "sim/check/histogram.h"
#include "sim/check/tally.h"

struct tally_pair {
	struct scenario_pair pair;
	uint64_t count;               /* of USE bytes */
	uint32_t winner;              /* of the last duel: node number */
	bool is_wrong;                /* what is expected of each pair is not so for this one */
};

enum tally_part { TALLY_SUBJECT, TALLY_FROM, TALLY_UNTIL, TALLY_PARTS };

struct watch {
	const struct scenario_expectation *what; /* its subject */
	uint32_t expectation;
	enum tally_part part;
	uint64_t from_ns, to_ns;      /* counts what happens from then to then; from OCTO_NEVER: not yet */
	struct tally_pair *pairs;     /* sorted by pair */
	uint8_t *nodes, *peers;       /* one byte a node: 1 when it is about this one; NULL: anybody */
	uint64_t total;
	uint32_t wrong_pairs;
	uint64_t share_bytes;         /* SHARE: of the total, which is in bytes, the courier's */
	uint64_t strays;              /* VERDICT: of the total, other tells; */
	enum octo_tell stray;         /* the last of them */
	struct histogram *histogram;  /* LATENCY, with the first sample */
	uint64_t below_least[SCENARIO_RANKS], up_to_most[SCENARIO_RANKS]; /* LATENCY: exact counts, to judge by */
	bool is_touched;
	uint32_t cause;               /* 1 + the record that touched it first in this event; of "by" the last one so far */
};

struct watch_list { struct watch **list; uint32_t count; };

enum window_state { WINDOW_AHEAD, WINDOW_OPEN, WINDOW_OVER };

struct tally_change { uint32_t node, peer, cause; }; /* of a pair's state, in the event being run */

struct tally {
	struct watch *watches;        /* TALLY_PARTS for each expectation; `what` NULL: there is none */
	uint8_t *windows;             /* enum window_state of each expectation */
	/* Who counts what: so that nothing costs anything unless somebody asks for it. */
	struct watch_list sessions, duels, messages[SCENARIO_MESSAGE_FATES], shares, blobs, packets[SCENARIO_REJECTED + 1][SIM_PACKET_KINDS];
	struct watch_list warnings[OCTO_WARNING_COUNT], steps[OCTO_STEP_COUNT], events[TRACE_KIND_COUNT];
	struct watch_list uses, latency[SCENARIO_OF_COUNT], packet_latency[SIM_PACKET_KINDS];
	struct watch_list held, commands; /* of what nodes have of agents: parameters and sensors */
	uint8_t *held_at;             /* one byte a node: it is asked what it has */
	uint8_t *pair_from, *paired;  /* one byte a node: some pair of packets, messages, latency or use begins there; some session or
	                                 duel is about it */
	struct watch **touched;       /* room for all */
	uint32_t touched_count;
	struct tally_change *changes;
	uint32_t change_count, change_room;
	struct couriers *couriers;    /* of couriers.c */
	uint8_t *met;                 /* one a trusted pair: bit 0 a, bit 1 b had its first session with the other */
	uint64_t *duels_seen;         /* hash set */
	uint32_t duel_mask, duel_count;
	uint64_t pairs_met, last_met_ns;
};

/* About what a node has of an agent; whose. */
static inline bool tally_is_held(const struct scenario_expectation *what)
{
	return what->subject == SCENARIO_PARAMETER || what->subject == SCENARIO_SENSORS;
}

static inline uint32_t tally_holder(const struct scenario_expectation *what, const struct scenario_pair *pair)
{
	return what->subject == SCENARIO_SENSORS ? pair->b : pair->a;
}

/* With what the agent itself has. */
static inline bool tally_is_compared(const struct scenario_expectation *what)
{
	return what->subject == SCENARIO_PARAMETER && what->held->has_agrees;
}

static inline struct watch *tally_watch(const struct sim *sim, uint32_t expectation, enum tally_part part)
{
	return &sim->tally->watches[expectation * TALLY_PARTS + part];
}

/* ---- tally.c ---- */

/* The counter of a pair in this order, or in either; NULL when the watch is not about it. */
struct tally_pair *tally_find(const struct watch *watch, uint32_t a, uint32_t b);
struct tally_pair *tally_find_either(const struct watch *watch, uint32_t a, uint32_t b);
void tally_touch(struct sim *sim, struct watch *watch, uint32_t cause);

/* ---- couriers.c ---- */

bool couriers_open(struct tally *tally); /* false: out of memory */
void couriers_close(struct tally *tally);
/* One application saw what another one had given. */
void couriers_seen(struct sim *sim, enum scenario_measured measured, uint64_t latency_ns);
/* Tells what became of a message. */
void couriers_count(struct sim *sim, enum scenario_message_fate fate, const struct octo_event_courier *courier);

/* ---- judge.c ---- */

/* Puts every pair of a session watch, or one, to the test, and counts those that are wrong. */
void judge_pairs_afresh(struct sim *sim, struct watch *watch);
void judge_pair_afresh(struct sim *sim, struct watch *watch, struct tally_pair *pair);
/* Notes whether a count is what is expected. */
void judge_count(struct watch *watch, struct tally_pair *pair);
/* Whether the subject holds, as far as is known; costs nothing. */
bool judge_holds(const struct sim *sim, const struct watch *watch);
/* What is there instead; or, when it holds, what is there. */
void judge_find(const struct sim *sim, const struct watch *watch, char *text, size_t size);

/* ---- judge_robot.c ---- */

/* Whether a node has of an agent what it is expected to have; and what it has. */
bool judge_held(const struct sim *sim, const struct scenario_expectation *what, const struct scenario_pair *pair,
                char *text, size_t size);

/* ---- window.c ---- */

/* A watch of this expectation was touched. */
void window_look(struct sim *sim, uint32_t expectation, uint32_t cause);
void window_open(struct sim *sim, uint32_t expectation, uint32_t cause);
void window_close(struct sim *sim, uint32_t expectation, uint32_t cause);
/* The run is over. */
void window_finish(struct sim *sim, uint32_t expectation);

#endif
