/* world.h: what a running simulation consists of. `struct world` and all it refers to lie in one arena, as numbers and
 * never pointers, so that a snapshot is a copy; `struct sim` around it holds what is not part of the world: scenario,
 * trace, checks, decision log. Private to sim/: others see sim.h.
 * world.c runs events, actions.c the timeline, node.c a core, traffic.c the network, recorder.c what is told. */
#ifndef OCTOSIM_WORLD_H
#define OCTOSIM_WORLD_H

#include "sim/check/checks.h"
#include "sim/engine/arena.h"
#include "sim/engine/clock.h"
#include "sim/engine/event_queue.h"
#include "sim/explore/decision_log.h"
#include "sim/network/link_table.h"
#include "sim/network/waiting_room.h"
#include "sim/sim.h"

enum event_class {                    /* in this order within one instant */
	EVENT_HEAL, EVENT_ACTION, EVENT_ROBOT, EVENT_ATTACK, EVENT_RELEASE, EVENT_LINK, EVENT_NAT, EVENT_SERVICE, EVENT_DELIVERY, EVENT_WAKE,
	EVENT_TRAFFIC, EVENT_STORE, EVENT_JUDGE
};

/* Purposes of random numbers beside those of decisions (which begin at 0). */
enum { PURPOSE_ENTROPY = 1000, PURPOSE_IDENTITY = 1001 };

struct record_slot {                  /* a stored record of a core */
	uint64_t saved_ns;            /* world time */
	uint16_t size;                /* 0: none */
	uint8_t bytes[OCTO_RECORD_BYTES_MAX];
};

struct node {
	struct virtual_clock clock;
	uint64_t wake_at_ns;          /* world time of the pending wake event; OCTO_NEVER */
	uint64_t entropy_counter;
	uint64_t processing_ns;       /* for each datagram that it receives */
	uint64_t serves_at_ns;        /* when the one in hand will be received; OCTO_NEVER: none is */
	arena_ref block;              /* the core, when up */
	arena_ref peers;              /* uint32_t: node number of each of the core's peers, ascending */
	arena_ref store;              /* struct record_slot: the node's own, then one a peer */
	uint32_t peer_count;          /* of `peers`; peers that the core refused are not among them */
	uint32_t neighbours;          /* trusted nodes; room of `peers` and `store` */
	arena_ref inbox, inbox_last;  /* struct inbox_entry: datagrams that wait for it; see inbox.h */
	uint32_t inbox_count;
	arena_ref robot;              /* struct robot of robot.c: its application; 0: it has none */
	uint32_t block_bytes;
	uint32_t boot;                /* 0: never */
	uint32_t moves;               /* times it got a fresh address */
	struct octo_address address;
	uint32_t event_counter;       /* of events it is the source of */
	bool is_up, is_paused;
};

struct flight {                       /* one copy on its way */
	struct octo_address source, target;
	uint32_t from, to;            /* nodes; TRACE_NOBODY */
	uint32_t copy;
	arena_ref packet;
	uint8_t flags;                /* TRACE_COPY_* */
	uint8_t hop;                  /* HOP_* of routing.h */
	uint16_t place;               /* the network it is in, as in topology.h */
};

struct packet {                       /* a datagram's bytes, shared by its copies */
	uint64_t sent_at_ns;
	uint64_t digest;
	uint32_t references;
	uint32_t number;
	uint16_t size;
	uint8_t type;                 /* enum octo_packet_type it was sent as */
	bool is_background;           /* of no core, for no core: see background.h */
	bool has_flown;               /* `first` is taken */
	uint8_t reserved[3];
	struct flight first;          /* mostly the only copy: it needs no memory of its own */
	uint8_t bytes[];
};

struct world {
	uint64_t now_ns;
	uint64_t events;
	uint64_t hash;
	uint32_t record_count;        /* trace records so far */
	uint32_t packet_count, copy_count;
	uint32_t node_count;
	arena_ref nodes;              /* struct node */
	arena_ref places;             /* struct place of topology.h, one for each network */
	arena_ref recorded;           /* arena_ref: the packet each INJECT action waits for */
	arena_ref recorded_seen;      /* uint32_t: how many such packets went by */
	uint64_t block_bytes;
	bool is_healed;
	struct event_queue queue;
	struct link_table links;
	struct sim_packet_fates fates[SIM_PACKET_KINDS];
	uint64_t rejected[OCTO_REASON_COUNT];
	uint64_t cells[OCTO_STEP_COUNT][OCTO_STATE_COUNT]; /* of cores that are gone */
	uint64_t warning_count, messages;
	uint64_t tells[OCTO_TELL_COUNT]; /* hacked packets, of all cores and boots */
	arena_ref attack_seen;        /* uint64_t an action: what its attacker has counted so far */
	arena_ref stores;             /* arena_ref an action: copies of stores that it wants back; see store.h */
	uint32_t held_count, release_count; /* datagrams in the hands of attackers: now, ever */
	uint64_t background_bytes;    /* that arrived */
	uint32_t flow_count;          /* of background.c, so far */
	uint32_t plan_count;          /* of robot_plan.c */
	arena_ref transfers;          /* struct transfers of blobs.c; 0: there is no blob */
};

enum { SIM_ERROR_BYTES = 256 };

struct tally;                         /* what expectations count: check/tally.h */

struct sim {
	const struct scenario *scenario;
	struct arena arena;
	arena_ref world_ref;
	uint64_t seed;
	const struct octo_crypto *crypto;
	struct octo_identity *identities;     /* a node each */
	uint32_t *neighbour_start;            /* node_count + 1: where a node's neighbours begin in `neighbours` */
	uint32_t *neighbours;                 /* node numbers, ascending for each node */
	struct link_model *models;            /* resolved link models, each before and after the network heals: see queueing.h */
	uint32_t model_count;
	struct trace_writer *trace;
	uint32_t *failures;                   /* records there were when each FAILED record was written */
	uint32_t failure_count;
	struct checks *checks;
	struct tally *tally;
	struct decider decider;
	struct decision_log *record;
	const struct decision_log *replay;
	uint32_t replay_next;
	uint32_t *attacks;                    /* actions that touch datagrams under way: see attack/attack.h */
	uint32_t attack_count;
	/* What is going on right now, for the records' cause and packet. */
	uint32_t cause, packet, copy;
	uint32_t verdict_record;              /* 1 + the record of the core's verdict on it */
	uint64_t sent_at_ns;                  /* the packet */
	bool is_injected;                     /* by the timeline: it was never sent */
	enum octo_reason verdict;             /* of the core that was just handed a datagram */
	struct sim_result result;
	struct sim_expectation *expectations;
	struct sim_drawn_rate *drawn_rates;   /* of the last result, as the next two */
	struct sim_blob *blobs;
	struct sim_standing *standings;
	bool is_judged;
	char error[SIM_ERROR_BYTES];
};

static inline struct world *world_of(const struct sim *sim)
{
	return arena_at(&sim->arena, sim->world_ref);
}

static inline struct node *node_of(const struct sim *sim, uint32_t number)
{
	return (struct node *)arena_at(&sim->arena, world_of(sim)->nodes) + number;
}

/* The run cannot go on: the first reason is kept. */
void sim_fail(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Puts an event of a source into the queue. */
void world_schedule(struct sim *sim, uint64_t at_ns, enum event_class class, uint64_t source, uint32_t counter,
                    uint32_t ref);

#endif
