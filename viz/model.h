/* model.h: what a trace says, sorted for looking at: packets' copies with their fate, duels, marks, and
 * the state of every pair of nodes after any number of records. Built once when the trace is opened, then
 * only read. Knows nothing of pictures or of playback. Any trace that opens makes a model: numbers that
 * cannot be are ignored. */
#ifndef OCTOVIZ_MODEL_H
#define OCTOVIZ_MODEL_H

#include "sim/trace.h"

#define MODEL_NONE UINT32_MAX

/* An ordered pair of nodes about which there is any record; its mirror image exists too. Sorted by node,
 * then peer. */
struct model_pair {
	uint32_t node, peer;
	uint32_t mirror;              /* index of the pair (peer, node) */
	uint32_t copies;              /* packet copies from node to peer in the whole run */
};

enum model_fate { MODEL_UNKNOWN, MODEL_DELIVERED, MODEL_DROPPED };

struct model_copy {
	uint64_t start_ns;            /* handed to the network */
	uint64_t leaves_ns;           /* left the sender's queue */
	uint64_t end_ns;              /* arrived, or would have arrived; start_ns if nothing is known */
	uint64_t fate_ns;             /* when it was delivered or dropped; end_ns if nothing is known */
	uint32_t node, peer;          /* from, to; peer may be TRACE_NOBODY */
	uint32_t number, packet;
	uint32_t start_record, fate_record, verdict_record; /* MODEL_NONE */
	uint8_t type;                 /* enum octo_packet_type */
	uint8_t fate;                 /* enum model_fate */
	uint8_t drop;                 /* enum trace_drop, of a DROPPED one */
	uint8_t flags;                /* TRACE_COPY_* */
	uint8_t reason;               /* enum octo_reason, when there is a verdict */
};

struct model_duel { /* one pair of SYNs, told by one side or by both; [0] the winner, [1] the loser */
	uint32_t node[2];
	uint32_t record[2];           /* what each side said; MODEL_NONE: nothing */
	uint32_t first_record;
	uint8_t id[2][OCTO_ID_BYTES];
	uint64_t nonce[2];
	uint8_t clash, role_before[2], role_after[2]; /* enum octo_role */
	uint8_t deciding_byte;
	uint32_t syn[2];              /* number of the packet in which each SYN was first sent; 0: not seen */
	uint64_t started_ns;          /* the earlier of the two SYNs, or the duel itself */
	uint64_t crossed_ns;          /* the same of the last time that each was sent before the duel */
	uint64_t decided_ns;
	uint64_t established_ns;      /* both sides first on one session after it; OCTO_NEVER */
	uint64_t session;             /* that session's log id */
	uint32_t earlier;             /* the duel before it of the same two nodes; MODEL_NONE */
};

enum model_mark {
	MODEL_MARK_HANDSHAKE,
	MODEL_MARK_DUEL,
	MODEL_MARK_DROP,
	MODEL_MARK_UP,
	MODEL_MARK_DOWN,
	MODEL_MARK_ALARM,
	MODEL_MARK_COUNT
};

struct model_list {               /* of indices, rising */
	uint32_t *list;
	uint32_t count, capacity;
};

struct model {
	struct trace *trace;
	const struct trace_header *header;
	uint32_t node_count, record_count;
	uint64_t end_ns;              /* of the run or of the last record, whichever is later */
	struct model_pair *pairs; uint32_t pair_count;
	uint32_t *first_pair;         /* node_count + 1 entries into pairs */
	uint32_t *record_pair;        /* pair of each record; MODEL_NONE */
	struct model_copy *copies; uint32_t copy_count; /* by start */
	uint64_t *block_end_ns;       /* for every 64 copies, when the last of them is over */
	uint32_t *copy_of_number; uint32_t number_count;
	uint32_t *sent_record; uint32_t packet_count; /* by packet number; MODEL_NONE */
	struct model_duel *duels; uint32_t duel_count;
	struct model_list marks[MODEL_MARK_COUNT]; /* record numbers */
	struct model_list *node_records;      /* for each node, the records that name it */
	uint64_t typical_latency_ns;
	struct model_state **keyframes; uint32_t keyframe_count, keyframe_records;
};

/* Takes the trace; model_free() closes it. */
struct model *model_new(struct trace *trace);
void model_free(struct model *model);

/* A node's name fit for drawing: valid until the next call but three. "nobody" for TRACE_NOBODY. */
const char *model_name(const struct model *model, uint32_t node);
bool model_is_agent(const struct model *model, uint32_t node);
/* Index of the pair; MODEL_NONE. */
uint32_t model_pair(const struct model *model, uint32_t node, uint32_t peer);
/* The copy with this number; NULL. */
const struct model_copy *model_copy_of(const struct model *model, uint32_t number);
/* Copies on their way at some time from..until, one after the other: pass 0, then the result plus 1.
 * MODEL_NONE: no more. */
uint32_t model_next_copy(const struct model *model, uint32_t at, uint64_t from_ns, uint64_t until_ns);
/* When and how far on its way (0 at the sender, 1 at the receiver) a dropped copy came to its end. Chance
 * and masks take it a little before half-way, so that two that met are told apart: the network has no
 * finer place. */
double model_lost_at(const struct model_copy *copy, uint64_t *when_ns);
/* How far on its way a copy is at a time; 0 while it waits in the queue. */
double model_way_at(const struct model_copy *copy, uint64_t time_ns);
/* The duel that a DUEL record tells of; MODEL_NONE. */
uint32_t model_duel_of(const struct model *model, uint32_t record);
/* Position in a rising list of the first entry that is at least `record`; its count when there is none. */
uint32_t model_list_find(const struct model_list *list, uint32_t record);
/* Number of records up to and including time_ns. */
uint32_t model_records_until(const struct model *model, uint64_t time_ns);

/* ---- State after so many records ----------------------------------------------------------------------- */

struct model_pair_state {
	uint8_t state;                /* enum octo_state */
	uint8_t role;                 /* enum octo_role */
	uint8_t suite;
	bool is_celibate;
	uint32_t generation;
	uint32_t duels, warnings;
	uint64_t session, spare;      /* log ids; 0: none */
};

struct model_totals {
	uint64_t sent, copies, delivered, dropped, accepted, rejected, messages, failed;
};

struct model_state {
	uint32_t index;               /* records that took part */
	struct model_totals totals;
	struct model_pair_state *pairs; /* as model->pairs */
	uint8_t *is_up;               /* by node */
};

struct model_state *model_state_new(const struct model *model); /* after 0 records */
void model_state_free(struct model_state *state);
/* Goes to `index` records, forwards or back, by way of the nearest keyframe. */
void model_seek(const struct model *model, struct model_state *state, uint32_t index);
/* The same by replaying everything from the start, keyframes unused: what model_seek() must equal. */
void model_replay(const struct model *model, struct model_state *state, uint32_t index);
/* A digest over every field of the state. */
uint64_t model_digest(const struct model *model, const struct model_state *state);
/* What the node as a whole is busy with: answering before offering before established before idle. */
enum octo_state model_node_state(const struct model *model, const struct model_state *state, uint32_t node);
/* Unordered pairs whose two sides are on one session. */
uint32_t model_sessions(const struct model *model, const struct model_state *state);

#endif
