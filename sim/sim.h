/* sim.h: the simulator. A world of cores in virtual time, made from a scenario and a seed, deterministic to the bit.
 * The viewer and the commands see nothing but this header, sim/trace.h and sim/scenario/scenario.h.
 * A sim belongs to one thread; two sims share nothing. */
#ifndef OCTOSIM_SIM_H
#define OCTOSIM_SIM_H

#include "core/octo.h"
#include "sim/scenario/scenario.h"
#include "sim/trace.h"

struct sim;

/* The decision log: every random or scheduling decision of a run, in order. */
struct decision {
	uint32_t purpose;             /* enum decision_purpose of sim/explore/decision_log.h */
	uint32_t entity;              /* link or node number it was made for */
	uint64_t value;               /* what was decided */
};
struct decision_log {
	struct decision *list;
	uint32_t count, capacity;
};

struct sim_options {
	uint64_t seed;
	const char *trace_path;               /* NULL: no trace file */
	bool no_checks;                       /* leave the invariants out (for measurements of the engine) */
	struct decision_log *record;          /* NULL: do not record decisions */
	const struct decision_log *replay;    /* NULL: decide by the seed */
};

/* One invariant's verdict. */
struct sim_invariant {
	const char *name;             /* "S1" … */
	const char *text;             /* what it says, one line */
	uint64_t evaluated;           /* how often it was looked at; 0 is reported as such, never as passed */
	uint64_t violated;
	char first[256];              /* the first violation: when, who, what was expected, what happened */
	uint64_t first_at_ns;
};

struct sim_expectation {
	const struct scenario_expectation *expectation;
	bool is_judged, holds;
	uint64_t judged_at_ns;
	char found[256];              /* what was found instead, when it does not hold */
	bool has_latency;             /* it is about latency: of so many samples, p50, p90, p99 (at most 1.6 % too long), max */
	uint64_t samples, latency_ns[SCENARIO_RANKS];
};

struct sim_packet_fates {             /* of one packet type; the ledger's sums. Copies: every copy has one fate */
	uint64_t sent;                /* datagrams handed over by cores */
	uint64_t copies;              /* sent + duplicated + injected */
	uint64_t duplicated, injected, corrupted;
	uint64_t delivered;
	uint64_t dropped[TRACE_DROP_COUNT];
	uint64_t in_flight;           /* neither yet */
	uint64_t accepted;            /* delivered and accepted by the receiving core */
	uint64_t rejected;            /* delivered and not */
};

struct sim_courier {                  /* what became of the messages of a kind of courier, all pairs together */
	uint16_t id;                  /* on the wire; trace_courier_name() */
	uint64_t messages[SCENARIO_MESSAGE_FATES], bytes[SCENARIO_MESSAGE_FATES];
	uint64_t waited_p99_ns;       /* from its wish to its turn, in whole milliseconds of its node's clock */
	uint64_t samples, p50_ns, p99_ns; /* how long those took that did not wait for others (at most 1.6 % too long) */
};

struct sim_seen {                     /* how long it took from one application's giving something to another one's seeing it */
	uint64_t samples, latency_ns[SCENARIO_RANKS]; /* p50, p90, p99 (at most 1.6 % too long), max */
};

struct sim_blob {                     /* one that was offered, by one node to another */
	uint32_t from, to;            /* node numbers */
	uint16_t id;
	const char *name;
	enum scenario_blob_state state;
	uint64_t size, done, repeated; /* bytes; done: that the receiver has; repeated: that it got more than once */
	uint64_t rate_bps, took_ns;   /* from the offer until it was whole, was given up, or until now */
	bool is_whole;                /* every byte was compared, and the digest is right */
	bool is_refuted;              /* the digest was not */
};

struct sim_standing {                 /* what one node has of an agent's state: the agent itself, or a control */
	uint32_t node, agent;         /* node numbers; equal: the agent's own */
	uint32_t known, verified;     /* parameters that somebody has written; of these, verified */
	uint32_t behind;              /* of these, written newer at the agent; of the agent 0 */
	uint64_t age_ns;              /* the one that is certain the longest ago; OCTO_NEVER: one is not */
	const char *mode;             /* to act upon */
	bool has_panic, has_flags;    /* to act upon; and the flags were ever set: before, they say panic */
	bool is_failsafe;             /* communications have failed: both are what to expect then */
};

struct sim_drawn_rate {               /* of a link whose rate the run's seed has drawn; a phase has one of its own */
	char link[2 * SCENARIO_NAME_MAX + 8]; /* "robot→pilot"; of an access link "home up" */
	uint64_t from_ns, rate_bps;
};

/* Index: 0 unknown or junk, 1 SYN … 6 PROBE-REPLY. */
enum { SIM_DATA_KIND = 7, SIM_STUN_KIND, SIM_BACKGROUND_KIND, SIM_PACKET_KINDS };
int sim_packet_kind(enum octo_packet_type type); /* that index */
const char *sim_packet_kind_name(int kind);

struct sim_result {
	bool passed;                  /* every expectation and invariant held */
	uint64_t virtual_ns;
	uint64_t events;              /* world events processed */
	uint64_t hash;                /* the trace hash */
	uint64_t arena_bytes, block_bytes; /* memory of the world, of which cores */
	struct sim_packet_fates packets[SIM_PACKET_KINDS];
	uint64_t rejected[OCTO_REASON_COUNT];
	uint64_t cells[OCTO_STEP_COUNT][OCTO_STATE_COUNT]; /* transition table, over all cores and boots */
	uint64_t sessions_established;  /* trusted pairs with the same current session on both sides, now */
	uint64_t pairs_met, last_met_ns; /* trusted pairs that have had a session on both sides; when the last of them first did */
	uint64_t background_bytes;    /* of traffic that is none of the cores', arrived */
	uint64_t tells[OCTO_TELL_COUNT]; /* hacked packets, by what gave them away */
	uint64_t duels, warnings, messages; /* duels: pairs of SYNs, each counted once */
	const struct sim_courier *couriers; uint32_t courier_count; /* that sent or got anything, by id */
	const struct sim_expectation *expectations; uint32_t expectation_count;
	const struct sim_invariant *invariants; uint32_t invariant_count;
	struct sim_seen seen[SCENARIO_OF_COUNT]; /* of STATE, SENSORS and COMMANDS */
	const struct sim_blob *blobs; uint32_t blob_count; /* that were offered, in the order of nodes and ids */
	const struct sim_standing *standings; uint32_t standing_count; /* now, of agents with couriers of whose state anybody knows
	                                                                  something: the agent's own, then its controls' */
	const struct sim_drawn_rate *drawn_rates; uint32_t drawn_rate_count; /* of links that were used */
};

/* Makes the world. NULL with a sentence in `error`. The scenario is borrowed until sim_close(). A suite that this
 * machine's crypto lacks is an error here. */
struct sim *sim_open(const struct scenario *scenario, const struct sim_options *options, char *error, size_t error_size);
/* Runs all events up to and including world time `until_ns` (at most the scenario's duration). False when a replayed
 * decision log stopped matching (sim_error() says at which entry). */
bool sim_run(struct sim *sim, uint64_t until_ns);
uint64_t sim_now(const struct sim *sim);
const char *sim_error(const struct sim *sim);
/* Sums up. At the end of the run also judges what has not been judged. Borrowed; valid until the next call. */
const struct sim_result *sim_result(struct sim *sim);
/* Ends the run; false with a sentence in `error` if the trace file could not be written. */
bool sim_close(struct sim *sim, char *error, size_t error_size);

/* A copy of the whole world, and back again: into this sim, at another address if `move` is set (for tests). Checks and
 * trace are not part of it: a restored sim has them switched off. */
struct sim_snapshot;
struct sim_snapshot *sim_snapshot_take(const struct sim *sim);
bool sim_snapshot_restore(struct sim *sim, const struct sim_snapshot *snapshot, bool move);
void sim_snapshot_free(struct sim_snapshot *snapshot);

/* For tests and views. Node numbers as in the scenario. */
bool sim_node_is_up(const struct sim *sim, uint32_t node);
bool sim_peer_view(const struct sim *sim, uint32_t node, uint32_t peer_node, struct octo_peer_view *view);

#endif
