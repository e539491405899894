/* scenario.h: a scenario file, read and checked: who exists, what the network does to them, what must come true.
 * Plain data, no JSON types; immutable once loaded. The language is described in docs/scenarios.md.
 * Knows nothing of worlds or cores; see sim/world.c for what is made of it. */
#ifndef OCTOSIM_SCENARIO_H
#define OCTOSIM_SCENARIO_H

#include "core/couriers/command.h"
#include "core/couriers/sensors.h"
#include "core/octo.h"

#include <stdio.h>

enum { SCENARIO_NAME_MAX = 48 };          /* bytes of a node's name, NUL included */

struct scenario_node {
	char name[SCENARIO_NAME_MAX];     /* "robot", or "fleet-17" of a group */
	bool is_agent, is_counter;        /* "kind": "agent", "counter" or "stun" (it has no core), else "remote" */
	bool is_stun;                     /* "stun": it answers binding requests */
	uint32_t stun;                    /* 1 + the node that it asks how it looks from outside; 0: nobody */
	char identity[SCENARIO_NAME_MAX]; /* label the identity is made from; its own name unless "identity" says otherwise.
	                                     Two nodes with one label are clones. The run's seed has no part in it. */
	uint16_t suites;                  /* offer, OCTO_SUITE_* bits */
	uint32_t rate_up, rate_down;      /* offer, bytes per second */
	uint16_t payload_max;             /* offer, bytes of a datagram */
	uint32_t stored_epoch;            /* "boot_epoch": as if it had booted that often before */
	int64_t clock_offset_ns;          /* its clock minus world time at the start */
	int32_t clock_drift_ppb;          /* its clock gains so many ns per second */
	uint64_t processing_ns;           /* "processing": of each datagram that it receives */
	uint64_t processing_most_ns;      /* the longest that it ever is */
	uint32_t cookie_above;            /* "cookie_above": curve_rate_max of the core */
	bool looks_for_tells;             /* "tamper" */
	bool is_liar;                     /* the timeline lets it lie */
	bool has_couriers;                /* "couriers": those of an agent's or a remote's set, beside the load courier */
	bool has_load, has_ordered_load;  /* the timeline lets it exchange messages of the load courier; in order */
	uint8_t more_loads;               /* load couriers that it has beside the first: as far as the timeline names them */
	bool shuts_down;                  /* "on_hacked": "shut-down": then its host ends communication with that peer */
	uint32_t network;                 /* 1 + number of the network that it is in; 0: none */
	uint16_t port_rank;               /* its place among those behind the same outermost NAT, modulo what ports there are */
};

struct scenario_pair {
	uint32_t a, b;                    /* node numbers; ordered where direction matters: a from, b to */
};

enum scenario_latency {
	SCENARIO_CONSTANT, SCENARIO_UNIFORM, SCENARIO_NORMAL, SCENARIO_EXPONENTIAL, SCENARIO_PARETO, SCENARIO_TABLE
};

struct scenario_table {               /* an empirical distribution */
	uint64_t *values_ns;
	uint64_t *sums;                   /* of the weights up to and with this value; the last is the total, not 0 */
	uint32_t count;
};

struct scenario_capacity {            /* when a link can deliver: CAPACITY_BYTES at each entry, over and over */
	uint64_t *at_ns;                  /* ascending, equal ones allowed; the last is the period, not 0 */
	uint32_t count;
};
enum { SCENARIO_CAPACITY_BYTES = 1500 };

enum scenario_loss { SCENARIO_INDEPENDENT, SCENARIO_GILBERT_ELLIOTT, SCENARIO_BURSTS };

enum { SCENARIO_DROPS_MAX = 16, SCENARIO_NTH_MAX = 64 };
struct scenario_drop {                /* loses datagrams of a type, by their number among those of the type */
	enum octo_packet_type type;       /* OCTO_PACKET_UNKNOWN: any */
	uint32_t first;                   /* the first so many; UINT32_MAX: all */
	uint32_t nth_count, nth[SCENARIO_NTH_MAX]; /* and these, counted from 1 */
};

enum { SCENARIO_DAMAGE_BITS = 1, SCENARIO_DAMAGE_TRUNCATION = 2, SCENARIO_DAMAGE_PADDING = 4 };
enum scenario_aqm { SCENARIO_DROPTAIL, SCENARIO_RED, SCENARIO_CODEL };

/* A rule for ordered pairs. For a pair, each aspect comes from the last rule that matches the pair and sets it. Its
 * phases are rules too: without patterns, and with a time from which on what they set goes over what the rule sets. */
struct scenario_link {
	uint8_t *from, *to;               /* one byte a node: 1 when the rule's pattern matches it */
	bool both_ways;                   /* "between": also the other way round */
	bool sets_latency, sets_loss, sets_mask, sets_duplicate, sets_corrupt, sets_rate, sets_queue;
	bool sets_mtu, sets_drops, sets_reorder, sets_replay, sets_clog;
	bool may_disturb, may_queue;      /* itself or a phase: loses, repeats, damages or holds up; has a rate */
	enum scenario_latency latency;
	uint64_t latency_a_ns, latency_b_ns; /* constant: a; uniform: a..b; normal: mean a, standard deviation b, never below 0;
	                                     exponential: floor a, mean b of what comes on top; pareto: least a, most b */
	uint32_t pareto_shape;            /* thousandths */
	struct scenario_table *latency_table;
	enum scenario_loss loss_kind;
	uint32_t loss;                    /* probabilities are of 2^32: 0xffffffff is certain enough to be treated as 1 */
	uint32_t loss_bad, to_bad, to_good; /* Gilbert-Elliott: loss when good is `loss`; and of changing the state */
	uint32_t burst_least, burst_most; /* bursts: `loss` begins one, of so many datagrams */
	struct scenario_drop *drops; uint32_t drop_count;
	char *mask;                       /* "mask": "x.x" : 'x' loses the link's n-th datagram, '.' lets it pass; then all pass */
	uint32_t duplicate, corrupt;
	uint8_t damage;                   /* SCENARIO_DAMAGE_*; 0: a flipped byte, or cut off one time in eight */
	uint32_t reorder; uint64_t reorder_ns; /* chance, and by how much */
	uint32_t replay; uint64_t replay_least_ns, replay_most_ns; /* chance, and how long after */
	uint64_t clog_at_ns, clog_for_ns, clog_every_ns; /* nothing leaves from `at` on, for so long; every 0: once */
	uint32_t mtu_bytes;               /* 0: unlimited */
	uint64_t rate_bps;                /* bits per second; 0: unlimited */
	uint64_t rate_most_bps;           /* not 0: each link draws its rate, from rate_bps to this */
	uint32_t rate_draw;               /* which of the scenario's drawn rates this is: a number of its own */
	struct scenario_capacity *capacity; /* instead of a rate */
	uint64_t queue_bytes;             /* limit in front of the rate; 0: unlimited */
	uint32_t queue_packets;           /* the same in datagrams */
	uint64_t queue_ns;                /* the same in time to wait */
	enum scenario_aqm aqm;
	uint64_t red_least_bytes, red_most_bytes; uint32_t red_chance, red_weight; /* average moves by 2^-weight */
	uint64_t codel_target_ns, codel_interval_ns;
	struct scenario_link *phases; uint32_t phase_count;
	uint64_t at_ns, fade_ns;          /* of a phase; loss and latency take so long to get there from what they were */
};

/* How far a mapping or a filter of a NAT looks at the remote side: not, at its address, at address and port. */
enum scenario_scope { SCENARIO_ANY_REMOTE, SCENARIO_SAME_ADDRESS, SCENARIO_SAME_ENDPOINT };

/* A router's rules: a NAT, or a firewall, which lets in what answers what went out. */
struct scenario_gate {
	bool translates;                  /* a NAT */
	bool keeps_port;                  /* the outside port is the inside one where it is free */
	bool refreshes_inbound;           /* what comes in prolongs a mapping, too; what goes out always does */
	bool hairpins;                    /* from the inside one gets to the outside addresses of the inside */
	bool hides_neighbours;            /* who is inside knows who else is only by outside addresses */
	enum scenario_scope mapping, filtering;
	uint64_t timeout_ns;
	uint32_t room;                    /* mappings, and permitted remote sides, that it remembers */
};

/* A network behind a router, within another network or on the internet. */
struct scenario_network {
	char name[SCENARIO_NAME_MAX];
	uint32_t parent;                  /* 1 + number of the network that it is in; 0: the internet */
	bool has_nat, has_firewall;
	struct scenario_gate nat, firewall;
	uint32_t *forwards; uint32_t forward_count; /* nodes that the NAT lets everybody reach at their usual ports */
	struct scenario_link *up, *down;  /* the access link that all in it share, without patterns; NULL: none. One rule for both
	                                     ways stands in both */
	uint32_t *nodes; uint32_t node_count; /* in it and in the networks in it; ascending, at least one */
};

enum scenario_verb {
	SCENARIO_CONNECT, SCENARIO_DISCONNECT, SCENARIO_LOAD,             /* act on pairs: a acts towards b */
	SCENARIO_CRASH, SCENARIO_RESTART, SCENARIO_MOVE, SCENARIO_CLOCK,  /* act on nodes */
	SCENARIO_INJECT,
	SCENARIO_TRAFFIC,                                                 /* on pairs: a sends to b */
	SCENARIO_REBIND,                                                  /* acts on networks */
	SCENARIO_PAUSE, SCENARIO_RESUME, SCENARIO_SLOW,                   /* on nodes */
	SCENARIO_PARTITION, SCENARIO_INTERCEPT, SCENARIO_RELAY, SCENARIO_FLOOD, SCENARIO_ATTACK, /* on the network */
	SCENARIO_LIE,                                                     /* on pairs: a lies to b */
	SCENARIO_ENABLE, SCENARIO_DISABLE, SCENARIO_HONEYMOON,            /* on nodes */
	SCENARIO_COURIER,                                                 /* on pairs: a's courier towards b */
	SCENARIO_SET, SCENARIO_SENSE, SCENARIO_COMMAND, SCENARIO_SWITCH,  /* on pairs: a remote towards an agent; an agent towards
	                                                                     all of its controls is a pair with itself */
	SCENARIO_BLOB, SCENARIO_CANCEL                                    /* on pairs: from a to b */
};

/* A datagram recorded earlier in the run: the nth (1-based) of a type that `from` sent to `to`, lost or not. */
struct scenario_packet {
	enum octo_packet_type type;       /* OCTO_PACKET_UNKNOWN: any */
	uint32_t from, to;
	uint32_t nth;
};

/* What a random attacker may do. On the path: to the next datagram; off it: what it sends. */
#define SCENARIO_MOVES(X)                                                                                   \
	X(DROP, "drop") X(DELAY, "delay") X(REPLAY, "replay") X(FLIP, "flip") X(TRUNCATE, "truncate")       \
	X(FORGE, "forge") X(REFLECT, "reflect") X(SPOOF, "spoof")                                           \
	X(JUNK, "junk") X(GUESS, "guess") X(FLOOD, "flood")
enum scenario_move {
#define X(name, text) SCENARIO_MOVE_##name,
	SCENARIO_MOVES(X)
#undef X
	SCENARIO_MOVE_COUNT
};
enum { SCENARIO_MOVE_OFF_PATH = SCENARIO_MOVE_JUNK }; /* from here on: without seeing anything */

/* PARTITION, INTERCEPT, RELAY, FLOOD, ATTACK, LIE. Masks have a byte a node. */
struct scenario_attack {
	uint64_t for_ns;                  /* then it is over; OCTO_NEVER: at the end, or when the network heals */
	uint8_t *groups;                  /* PARTITION: each node's group, from 1 on; 0: in none, and reached by all */
	bool one_way;                     /* PARTITION: only what group 1 sends to group 2 is lost */
	uint8_t *from, *to;               /* INTERCEPT, ATTACK */
	bool both_ways;
	struct scenario_drop which;       /* INTERCEPT: of which datagrams */
	bool passes, puts;                /* INTERCEPT: the datagram goes on as if nothing were; something is put on the way */
	uint64_t after_ns;                /* INTERCEPT: what is put there comes so much later, */
	uint32_t copies, flips;           /* so often, with so many bits flipped, */
	bool truncates; uint16_t length;  /* cut to this length, */
	bool forges, reflects;            /* random behind its header, back to where it came from, */
	bool has_source; uint32_t source; /* with the address of that node */
	bool is_guess; enum octo_packet_type guess; /* FLOOD: random bytes in the form of that type, not a recorded packet */
	uint32_t target, addresses;       /* FLOOD: who gets it, from how many addresses at which nobody is */
	uint64_t every_ns, count;         /* FLOOD, LIE, ATTACK (without count) */
	uint8_t lie;                      /* LIE: enum trace_lie of sim/trace.h */
	bool is_off_path; uint32_t moves; /* ATTACK: a bit for each enum scenario_move */
};

/* SET, SENSE, COMMAND, SWITCH: what an application does with its couriers, `count` times. */
struct scenario_robot {
	uint64_t every_ns, count;         /* SET counts up what it sets, each time by 1 */
	enum octo_parameter parameter;    /* SET */
	uint8_t value[OCTO_VALUE_BYTES_MAX];
	struct octo_reading reading;      /* SENSE */
	uint16_t text_size;               /* COMMAND: behind its running number */
	uint8_t text[OCTO_COMMAND_BYTES_MAX - 4];
	uint8_t feature;                  /* SWITCH: one OCTO_FEATURE_* bit */
	bool is_on;
};

/* BLOB, CANCEL. Its bytes are drawn, or a file's. */
struct scenario_blob {
	uint16_t id;                      /* not 0 */
	uint8_t priority;
	bool by_receiver;                 /* CANCEL: else by the sender */
	uint64_t size;
	uint8_t *bytes;                   /* NULL: drawn from the run's seed and the id */
	char name[OCTO_BLOB_NAME_MAX + 1];
};

struct scenario_action {
	uint64_t at_ns;                   /* world time */
	enum scenario_verb verb;
	struct scenario_pair *pairs;      /* CONNECT, DISCONNECT, LOAD, LIE, COURIER, BLOB, CANCEL */
	uint32_t pair_count;
	uint32_t *nodes;                  /* CRASH, RESTART, MOVE, CLOCK, ENABLE, DISABLE, HONEYMOON */
	uint32_t node_count;
	bool loses_store;                 /* RESTART: "store": "lost" */
	uint64_t store_from_ns;           /* RESTART: with the store as it was then; OCTO_NEVER: as it is */
	bool has_store_of; uint32_t store_of; /* RESTART: with a copy of that node's store */
	uint64_t processing_ns;           /* SLOW: for each datagram */
	struct scenario_attack *attack;   /* NULL for the other verbs */
	struct scenario_robot *robot;     /* the same */
	struct scenario_blob *blob;       /* the same */
	uint32_t *networks;               /* REBIND */
	uint32_t network_count;
	bool keeps_address;               /* REBIND: only the ports change */
	int64_t clock_step_ns;            /* CLOCK */
	uint64_t load_interval_ns, load_count; /* LOAD, TRAFFIC (count UINT64_MAX: no end) */
	uint64_t traffic_for_ns;          /* TRAFFIC: 0: no end */
	uint16_t load_size;
	uint8_t load_priority;
	bool is_load_ordered;
	uint16_t courier;                 /* LOAD, COURIER: which load courier, by its id on the wire */
	bool sets_active, is_active, sets_reads, accepts_reads; /* COURIER */
	struct scenario_packet packet;    /* INJECT */
	uint32_t inject_to;               /* INJECT: who gets it */
	uint32_t inject_broadcast;        /* INJECT: 1 + number of the network all of whose own nodes get it; 0: none */
	uint32_t inject_source;           /* INJECT: whose address it seems to come from */
	bool flip_each;                   /* INJECT: one copy for each byte, that byte flipped */
	uint64_t inject_count;            /* INJECT: copies, at least 1; with random_bytes: datagrams */
	bool random_bytes;                /* INJECT: "junk": random bytes of random length instead of a recorded packet */
};

enum scenario_subject {
	SCENARIO_SESSION, SCENARIO_DUELS, SCENARIO_PACKETS, SCENARIO_MESSAGES, SCENARIO_WARNINGS, SCENARIO_STEPS,
	SCENARIO_EVENTS, SCENARIO_LATENCY, SCENARIO_MEMORY, SCENARIO_SHARE, SCENARIO_USE, SCENARIO_PARAMETER, SCENARIO_SENSORS,
	SCENARIO_COMMANDS, SCENARIO_BLOB_STATE,
	SCENARIO_INVARIANTS,
	SCENARIO_VERDICT                  /* of the tamper protocol, on the scenario as a whole */
};
enum scenario_fate { SCENARIO_SENT, SCENARIO_DELIVERED, SCENARIO_DROPPED, SCENARIO_REJECTED };
enum scenario_blob_state {
	SCENARIO_BLOB_OFFERED, SCENARIO_BLOB_FLOWING, SCENARIO_BLOB_COMPLETE, SCENARIO_BLOB_ABORTED, SCENARIO_BLOB_FAILED
};
enum scenario_message_fate { SCENARIO_MESSAGE_DELIVERED, SCENARIO_MESSAGE_SENT, SCENARIO_MESSAGE_DISCARDED, SCENARIO_MESSAGE_FATES };
enum scenario_when { SCENARIO_BY, SCENARIO_ALWAYS, SCENARIO_NEVER, SCENARIO_EVENTUALLY };
enum scenario_rank { SCENARIO_P50, SCENARIO_P90, SCENARIO_P99, SCENARIO_MAX, SCENARIO_RANKS };
enum scenario_memory {                /* the whole world; the largest core; the simulator's part of a node, beside its core */
	SCENARIO_WORLD_MEMORY, SCENARIO_CORE_MEMORY, SCENARIO_NODE_MEMORY
};

/* What a latency is of: copies of packets; courier messages; from the giving of something by one application, agent or
 * remote, until another one sees it or something newer of its kind. */
enum scenario_measured {
	SCENARIO_OF_MESSAGES, SCENARIO_OF_PACKETS, SCENARIO_OF_STATE, SCENARIO_OF_SENSORS, SCENARIO_OF_COMMANDS, SCENARIO_OF_COUNT
};

/* PARAMETER, SENSORS: what a node has of an agent. What is not said is not looked at. */
struct scenario_held {
	enum octo_parameter parameter;
	bool has_value, has_verified, has_known, has_failsafe, has_writer;
	uint8_t value[OCTO_VALUE_BYTES_MAX];
	bool is_verified, is_known, is_failsafe;
	bool has_agrees, agrees;          /* the node's writing is the agent's */
	uint32_t writer;                  /* node number */
	uint64_t fresh_ns;                /* at most so old; OCTO_NEVER: not looked at */
	struct octo_reading reading;      /* SENSORS: values that are present in it */
};

/* A subject holds at a time, or always, never or eventually within a window of time, both ends included. */
struct scenario_expectation {
	enum scenario_when when;
	uint64_t from_ns;                 /* the window begins, and so does counting; OCTO_NEVER: when *from comes true */
	uint64_t by_ns;                   /* BY: judged at this world time; else the end of the window; OCTO_NEVER: when *until comes true */
	uint64_t within_ns;               /* not 0: the window ends so long after it began instead */
	struct scenario_expectation *from, *until; /* only their subject counts; NULL: times */
	enum scenario_subject subject;
	char *text;                       /* one line for people: "by 15s session robot-pilot established, count 1" */
	uint32_t line, column;            /* where it stands in the file */
	struct scenario_pair *pairs;      /* SESSION, DUELS: unordered; MESSAGES, PACKETS, LATENCY, SHARE, USE, SENSORS, BLOB_STATE,
	                                     COMMANDS: a to b;
	                                     PARAMETER: what a has of b, which is a itself for what an agent has */
	uint32_t pair_count;
	uint32_t *nodes;                  /* WARNINGS, STEPS, EVENTS */
	uint32_t node_count;
	uint64_t at_least, at_most;       /* DUELS, MESSAGES, SENSORS, COMMANDS: for each pair; PACKETS, WARNINGS, STEPS, EVENTS: in total.
	                                     0 and UINT64_MAX when not said; "exactly" sets both */
	enum octo_state state;            /* SESSION: both sides are in it */
	bool has_state;
	bool has_count; uint32_t count;   /* SESSION: distinct current sessions of a pair, seen from both sides */
	bool has_initiator; bool initiator_is_winner; uint32_t initiator; /* SESSION: node number, or the ID-duel's winner */
	bool has_suite; uint8_t suite;    /* SESSION */
	bool has_winner; uint32_t winner; /* DUELS: node number */
	enum octo_packet_type type;       /* PACKETS; OCTO_PACKET_UNKNOWN: any of cores */
	bool is_background;               /* PACKETS: of TRAFFIC instead */
	enum scenario_fate fate;          /* PACKETS */
	bool has_reason; enum octo_reason reason; /* PACKETS with REJECTED */
	bool has_courier; uint16_t courier; /* MESSAGES, SHARE, LATENCY: its id on the wire; else any */
	enum scenario_message_fate message_fate; /* MESSAGES */
	uint32_t share_least, share_most; /* SHARE: of 2^32, of the bytes that a's couriers sent to b, all pairs together;
	                                     USE: of what the link from a to b can carry, each pair by itself */
	uint16_t blob;                    /* BLOB_STATE: its id */
	bool has_blob_state; enum scenario_blob_state blob_state;
	bool is_whole;                    /* BLOB_STATE: every byte was compared; false: not looked at */
	uint32_t progress_least;          /* BLOB_STATE: of 2^32, that the receiver has; 0: not looked at */
	uint64_t rate_least_bps, repeated_most; /* BLOB_STATE: bits per second; bytes; 0 and UINT64_MAX: not looked at */
	enum octo_warning warning;        /* WARNINGS; EVENTS when has_warning */
	enum octo_tell tell;              /* VERDICT: the one that gives the attacker away; NONE: none does */
	enum octo_step step;              /* STEPS */
	uint8_t event; bool has_warning;  /* EVENTS: enum trace_kind */
	uint32_t *peers; uint32_t peer_count; /* EVENTS: none: anybody; the same for its nodes */
	enum scenario_measured measured;  /* LATENCY: all pairs together; OF_PACKETS: copies of the type */
	struct scenario_held *held;       /* PARAMETER, SENSORS */
	enum octo_note note; bool has_note; /* EVENTS: of TRACE_NOTE */
	enum octo_wait wait; bool has_wait; /* EVENTS: of TRACE_WAITED; `courier`, too */
	uint64_t least_ns[SCENARIO_RANKS], most_ns[SCENARIO_RANKS]; /* LATENCY: 0 and UINT64_MAX when not said */
	enum scenario_memory memory;      /* MEMORY: at_least and at_most are bytes */
	uint64_t invariants;              /* INVARIANTS: a bit for each that is named, see invariants.h; 0: all */
};

/* "sweep": the values that one field takes in turn. Axes with the same `step` go together, the others multiply. */
struct scenario_axis {
	char *path;                       /* "links.0.loss" */
	uint32_t step;                    /* the number of the first axis that it goes with; else its own */
	uint64_t count;
	bool is_range; uint64_t first;    /* whole numbers first, first + 1, … */
	char **values;                    /* else: JSON texts */
	uint32_t line, column;
};

struct scenario {
	char *path, *title, *why;         /* never NULL; empty when absent (only allowed with scenario_load_text) */
	char **covers; uint32_t cover_count; /* "R71", … */
	uint64_t hash;                    /* of the file's bytes */
	uint64_t seed, duration_ns;
	bool is_model_crypto;             /* "crypto": "model" */
	uint64_t heal_ns;                 /* "heal": from here on links have no faults; OCTO_NEVER: never */
	bool random_ties;                 /* "ties": "random": events of one instant run in a drawn order */
	struct scenario_node *nodes; uint32_t node_count;
	struct scenario_pair *trust; uint32_t trust_count; /* a < b, no doubles, sorted */
	struct scenario_network *networks; uint32_t network_count; /* in file order */
	struct scenario_link *links; uint32_t link_count;
	uint32_t rate_draws;              /* how many rules and phases draw a rate; of networks, too */
	struct scenario_action *actions; uint32_t action_count; /* by time, then in file order */
	struct scenario_expectation *expectations; uint32_t expectation_count;
	struct scenario_axis *axes; uint32_t axis_count;
};

/* "agent", … */
const char *scenario_node_kind(const struct scenario_node *node);
const char *scenario_measured_name(enum scenario_measured measured);
const char *scenario_blob_state_name(enum scenario_blob_state state); /* as scenarios write it */

/* One thing that is wrong in a file. */
struct scenario_error {
	uint32_t line, column;            /* 1-based; 0 when the file could not be read at all */
	char file[256];                   /* when it stands in another file that this one extends; else "" */
	char where[128];                  /* JSON path: "timeline.2.connect.0"; "" for the whole file */
	char text[640];                   /* what was found, what is allowed, the nearest known name, what to do */
};
struct scenario_errors {
	struct scenario_error *list;      /* sorted by file, line, then column */
	uint32_t count;
};

/* Reads and checks a file, or text (named `name` in messages). NULL when anything is wrong; *errors then says all of
 * it. The caller ends with scenario_free() and scenario_errors_free(). */
struct scenario *scenario_load(const char *path, struct scenario_errors *errors);
struct scenario *scenario_load_text(const char *name, const char *text, size_t size, struct scenario_errors *errors);
void scenario_free(struct scenario *scenario);
/* The text that scenario_load() reads: the file's, with what it extends merged in. NULL when that fails. The caller
 * ends with free() and scenario_errors_free(). */
char *scenario_read(const char *path, size_t *size, struct scenario_errors *errors);
/* A copy of a scenario's text in which one field, named by its path ("links.0.loss"), has another value, a JSON text. The
 * last key of the path may be a new one. NULL with a sentence when there is no such place; the caller frees. */
char *scenario_vary(const char *text, size_t size, const char *path, const char *value, size_t *new_size, char *problem,
                    size_t problem_size);
void scenario_errors_free(struct scenario_errors *errors);
/* "file.json:12:7: timeline.2.connect.0: …" a line each. */
void scenario_errors_print(const struct scenario_errors *errors, const char *path, FILE *out);

#endif
