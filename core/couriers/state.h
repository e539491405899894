/* state.h: keeps the state of an agent in step between two nodes, one of them the agent (C:34-35, S:49-60): what each
 * holds of each parameter, whether the other is known to hold the same ("verified"), how long ago that was certain
 * ("fresh"), and what to act upon when nothing is heard any more. Both state couriers are this, with different rights.
 * Knows nothing of other controls: core/nodes/agent.h brings them together. */
#ifndef OCTO_COURIERS_STATE_H
#define OCTO_COURIERS_STATE_H

#include "core/couriers/parameters.h"

enum {
	OCTO_STATE_ID = 2,                        /* of both couriers, on the wire */
	OCTO_STATE_TIMES = 64,                    /* messages whose sending time is remembered */
	OCTO_PRIORITY_HIGH = 200, OCTO_PRIORITY_MEDIUM = 120, OCTO_PRIORITY_LOW = 40 /* S:46-49 */
};

/* Defaults of the plan below. */
#define OCTO_STATE_IDLE_NS (500 * OCTO_MILLISECOND)
#define OCTO_STATE_ASK_NS (100 * OCTO_MILLISECOND)
#define OCTO_STATE_LOSS_NS (2 * OCTO_SECOND)
#define OCTO_STATE_WINDOW_NS (2 * OCTO_SECOND)
#define OCTO_STATE_WINDOW_TRIPS 4

struct octo_replica {
	struct octo_holding holding;
	uint64_t confirmed_at;    /* the peer held exactly this at that time or later; 0: not known */
	uint64_t sent_at;         /* the value, last; 0: never */
	uint8_t is_behind;        /* the peer is not known to hold it: its value is to be sent */
	uint8_t is_owed;          /* the peer is to be told what we hold */
	uint8_t has_heard;        /* the peer has told what it holds, since this node started */
	uint8_t attempts;         /* how often the value was sent in vain */
	uint16_t first_number;    /* of the first message that says so, or of one that the peer heard long ago */
	uint8_t reserved[2];
};

struct octo_shared_state {
	/* The plan: set by octo_shared_begin(); the application may change it. */
	uint64_t idle_ns;         /* between messages when there is nothing to say (C:35) */
	uint64_t ask_ns;          /* between questions when nothing is heard */
	uint64_t loss_ns;         /* silence after which communications have failed */
	uint64_t window_ns;       /* verified: confirmed no longer ago than this and four round trips */
	/* What is known. */
	uint64_t self, peer;      /* octo_writer_of() us and the peer; 0: not begun */
	uint64_t session;         /* what follows is about this one */
	uint64_t heard_at, sent_at;       /* the last message either way; 0: none */
	uint64_t summary_at;
	uint64_t trip_ns;         /* round trip, smoothed; 0: not measured */
	uint64_t sent_times[OCTO_STATE_TIMES];
	uint64_t sent_digests[OCTO_STATE_TIMES]; /* of all that was held then */
	uint32_t changes;         /* how often the peer has changed what we hold */
	uint32_t refused;         /* items of the peer that were refused */
	uint16_t number_next, sent_count, heard_number;
	uint8_t is_agent;         /* we are; else a control */
	uint8_t has_heard, is_answer_due, is_told_lost;
	uint8_t has_echo;         /* in this session the peer has heard us */
	uint8_t reserved[5];
	/* The node's own notes: core/nodes. */
	uint32_t features;        /* that are switched on towards this peer */
	uint32_t registered;      /* members of its courier set that are active */
	uint32_t merged;          /* `changes` when they were passed on last */
	uint32_t reserved_too;
	struct octo_replica replicas[OCTO_PARAMETER_COUNT];
};

/* Who we are and who the peer is: before that nothing is sent or accepted. Begun again with the same ids, the state stays. */
void octo_shared_begin(struct octo_shared_state *state, bool is_agent, const uint8_t self[OCTO_ID_BYTES],
                      const uint8_t peer[OCTO_ID_BYTES]);
/* Writes a parameter. False: it is not ours to write, or not a value of this parameter. */
OCTO_MUST_CHECK bool octo_shared_set(struct octo_shared_state *state, enum octo_parameter parameter, const uint8_t *value,
                                    size_t size);
/* Takes what counts more than what is held here: what others wrote. True when anything changed. */
bool octo_shared_merge(struct octo_shared_state *state, const struct octo_holding holdings[OCTO_PARAMETER_COUNT]);

struct octo_parameter_view {
	uint8_t value[OCTO_VALUE_BYTES_MAX];      /* to act upon */
	uint8_t held[OCTO_VALUE_BYTES_MAX];       /* known last */
	uint64_t version;                         /* 0: never written */
	octo_time_ns age_ns;      /* "how fresh": the peer certainly held the same so long ago; OCTO_NEVER: not known */
	bool is_verified;         /* and that was within the window */
	bool is_failsafe;         /* communications have failed, or never were: the value is what to expect then */
	bool is_ours;             /* we wrote it */
};
void octo_shared_view(const struct octo_shared_state *state, const struct octo_courier_call *call, enum octo_parameter parameter,
                     struct octo_parameter_view *view);
/* Nothing was heard for too long, or there is no session. */
bool octo_shared_is_lost(const struct octo_shared_state *state, const struct octo_courier_call *call);
/* Over all that is held: equal on both sides when all is in step. */
uint64_t octo_shared_digest(const struct octo_shared_state *state);

/* What the two couriers consist of. */
void octo_shared_mandate(const void *state, const struct octo_courier_call *call, struct octo_mandate *mandate);
size_t octo_shared_send(void *state, const struct octo_courier_call *call, uint8_t *out, size_t size_max, uint64_t *handle);
void octo_shared_receive(void *state, const struct octo_courier_call *call, const uint8_t *data, size_t size);

#endif
