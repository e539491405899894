/* block.h: everything a channel keeps, as it lies in the caller's block. Indices and offsets only, so that the block
 * can be copied and run on at another address. Each struct belongs to the module it is named after; modules change
 * only their own. Knows no couriers: their states are bytes at an offset. */
#ifndef OCTO_INTRINSIC_BLOCK_H
#define OCTO_INTRINSIC_BLOCK_H

#include "core/intrinsic/flow_control.h"
#include "core/intrinsic/key_schedule.h"
#include "core/intrinsic/ordered.h"
#include "core/intrinsic/pool.h"
#include "core/intrinsic/reliability.h"
#include "core/intrinsic/replay_window.h"
#include "core/intrinsic/round_trip.h"
#include "core/intrinsic/stun.h"

enum {
	BLOCK_COURIERS_MAX = OCTO_COURIERS_MAX,
	BLOCK_GRAVES = 2,                 /* session ids of the lately dead, a peer */
	BLOCK_STALE_SOURCES = 4,
	PATH_BYTES = 8,                   /* of a question or an answer */
	PATH_CREDIT_MAX = 65535
};

/* Times below are the channel's own (call.h), OCTO_NEVER when not set. A slot with id 0 is empty, and all zero. */

struct offer {                            /* O: our pending attempt (offer.c) */
	uint64_t id;                      /* n_I, which is also the receive session id */
	bool is_suspended, is_due;
	bool is_inside;                   /* of a rekeying: it travels inside the session */
	bool is_target_unproved;          /* the peer's known address takes turns with it */
	bool is_known_next;
	uint32_t sends;
	uint64_t timestamp;
	octo_time_ns resend_at, expires_at, sent_first_at;
	octo_time_ns suspended_left_ns;   /* life left when it was suspended */
	octo_time_ns cookie_at;           /* when a cookie was taken over; OCTO_NEVER: none yet */
	struct octo_address target;       /* where its SYN goes */
	uint16_t credit_bytes;            /* may still be sent there, if it was only seen as a source */
	uint8_t secret[OCTO_KEY_BYTES];   /* e_I */
	uint8_t syn[SYN_BYTES];
};

struct answer {                           /* I: the peer's attempt, answered and not yet confirmed (answer.c) */
	struct octo_address source;
	uint16_t credit_bytes;            /* may still be sent to source before it proves itself */
	uint32_t generation;
	uint64_t initiator_id;            /* n_I */
	uint64_t timestamp;               /* of its SYN */
	uint64_t log_id;
	struct octo_agreement agreement;
	struct transcript syn_identity;   /* h1: equal exactly when the SYN is the same but for its cookie */
	struct transcript h2;
	uint8_t ack_key[OCTO_KEY_BYTES];  /* k3 */
	uint8_t send_key[OCTO_KEY_BYTES], receive_key[OCTO_KEY_BYTES];
	uint8_t syn_ack[SYN_ACK_BYTES];
	octo_time_ns resend_at, expires_at, sent_at;
	octo_time_ns sent_first_at;
	bool is_due;
	bool is_inside;                   /* to an offer that came inside the session */
	uint8_t sends;
	uint64_t id;                      /* n_R, which is also the receive session id */
};

struct key_phases {                       /* of a session's two data keys (data_keys.c) */
	uint64_t send_from;               /* first packet number under the present key */
	octo_time_ns turned_at;           /* the sending key */
	uint32_t send_epoch, receive_epoch; /* how often each was turned */
	uint32_t ping_epoch;              /* in which the PING that is out was sent */
	uint32_t is_confirmed;            /* the peer was heard to know the present sending key */
	uint64_t receive_from;
	octo_time_ns previous_until;
	uint8_t previous[OCTO_KEY_BYTES]; /* the receiving key before this one */
};

struct session {                          /* cur and prev (session.c) */
	/* What an idle one needs to send. */
	uint64_t id;                      /* receive session id */
	uint64_t send_id;
	uint64_t number_next;             /* packet number */
	octo_time_ns awaiting_since;      /* first unanswered sending since something was received */
	octo_time_ns ping_at;
	octo_time_ns keepalive_ns;        /* silence until the next PING; 0: to be drawn */
	octo_time_ns ack_resend_at;       /* initiator: until the first packet of this session arrives */
	octo_time_ns ping_sent_at;
	octo_time_ns rekey_at;            /* initiator: when to make new keys; OCTO_NEVER */
	uint32_t generation;
	uint32_t ping_token, pong_token;
	uint8_t role;                     /* enum octo_role */
	bool by_winner, is_ack_due, is_ping_due, is_ping_out, is_pong_due;
	uint8_t ack_sends;                /* initiator: up to 2, which is enough to know */
	uint8_t asks;                     /* times the peer was asked in vain since it was last heard */
	uint8_t closes_left;              /* spare only: CLOSE packets still to send */
	bool is_inside;                   /* its handshake ran inside another one */
	bool is_astray;                   /* initiator: ACK or PING went to another address than the present one */
	bool is_continued;                /* spare only: the current one goes on where it ended */
	struct octo_agreement agreement;
	uint8_t send_key[OCTO_KEY_BYTES];
	struct key_phases phases;
	/* What it needs besides when it hears something. */
	uint8_t receive_key[OCTO_KEY_BYTES];
	octo_time_ns received_at;         /* last activity: when the peer was last heard */
	struct round_trip trip;
	struct replay_window window;
	/* And what only its beginning and end do. */
	uint64_t log_id;
	octo_time_ns began_at;            /* the peer sent nothing in it before */
	octo_time_ns ack_sent_at;
	octo_time_ns expires_at;          /* spare only */
	uint8_t ack[ACK_BYTES];           /* initiator: the cached ACK */
	uint8_t syn_ack_identity[16];     /* initiator: hash of the SYN-ACK that was accepted */
};

struct claim {                            /* P: an initial packet held while the session is challenged (claim.c) */
	uint8_t syn[SYN_BYTES];
	struct octo_address source;
	uint64_t timestamp;
	octo_time_ns next_at, spacing_ns; /* of the next ping, or of the verdict when none is left */
	uint32_t token;
	uint8_t pings_left;
	bool is_held, is_due;
};

struct path {                             /* another address of the peer's, and what it asked about ours (path.c) */
	bool is_question_due, is_answer_due;
	uint8_t questions_left;           /* 0: no candidate */
	uint8_t reserved;
	uint32_t credit_bytes;            /* may still be sent to the candidate */
	octo_time_ns next_at;             /* of the next question, or of giving up */
	struct octo_address candidate, answer_to;
	uint8_t question[PATH_BYTES], answer[PATH_BYTES];
	octo_time_ns asked_at;            /* the last question went out; 0: none did */
};

struct silence {                          /* of ours, in the current session (keepalive.c) */
	octo_time_ns sent_at;             /* our last packet */
	octo_time_ns idle_ns, woke_at;    /* one that nothing is known of yet: its length, its end; 0: none */
};

struct tamper {                           /* of the current session (tamper.c) */
	octo_time_ns began_at, reported_at;
	uint64_t bytes;                   /* received in packets that couriers wrote */
	uint32_t asked, answered;         /* questions of ours, answers to them */
	uint32_t questioned;              /* questions of the peer's */
	uint32_t instant_questions;       /* of them, in the present instant of the clock, */
	octo_time_ns instant_at;          /* which is this */
	uint64_t instant_bytes;
};

struct courier_slot {                     /* a courier towards a peer (schedule.c) */
	octo_time_ns wish_at;             /* when it wants to send; OCTO_NEVER: it does not */
	octo_time_ns declined_until;      /* it had its opportunity and did not take it */
	uint64_t order;                   /* first come, first served among equals */
	uint64_t session;                 /* log id: of the session in which the mandate was read */
	uint64_t number_out, number_in;   /* of the next ordered message, in this session */
	uint32_t owed_bytes;              /* bulk: what others sent while it wanted to */
	uint16_t passed;                  /* packets that went without it since its wish was due */
	bool is_active;
	bool wants_order;                 /* said its mandate */
	uint8_t held_by;                  /* enum octo_wait: what kept it from sending last, since its wish was due */
	uint8_t reserved[7];              /* 0; no padding */
};

struct sync_slot {                        /* a synced courier towards a peer (sync.c); sides as in enum octo_side */
	octo_time_ns hash_at, hashed_at;  /* when our digest goes out next, and went last */
	octo_time_ns request_at;          /* ours and theirs differ: what is to be said then; OCTO_NEVER: not known to */
	octo_time_ns wait_ns;             /* the present one between requests */
	octo_time_ns resync_at, resynced_at;
	octo_time_ns confirmed_at[2];
	uint32_t heard[2];                /* last halves of digests: what the peer has of ours; what it says */
	uint32_t confirmed[2];            /* halves that were reported as confirmed */
	uint32_t copy;                    /* what we had of theirs when that was last compared */
	bool is_confirmed[2];             /* and still are, as far as was heard */
	bool is_heard;                    /* in this session */
	bool is_request_due;
	uint8_t doubts;                   /* times that a difference was not believed, for the copy was changing */
	uint8_t reserved[7];              /* 0; no padding */
};

struct grave { uint64_t id; octo_time_ns until; };
struct recent_source { uint64_t source; octo_time_ns at; }; /* a keyed hash of the address; 0: unused */

enum {
	REACH_SOURCES = 4,                /* addresses of a peer whose last ping is remembered */
	REACH_PINGS = 8                   /* pings to a peer that may still be answered */
};

struct ping { uint64_t token; octo_time_ns at; }; /* OCTO_NEVER: none, or answered */

struct peer_reach {                       /* whether a peer is there (reachability.c) */
	struct ping pings[REACH_PINGS];
	struct recent_source sources[REACH_SOURCES];
	octo_time_ns activity_at;         /* its last response; its entry when there was none */
	octo_time_ns pinged_at;           /* the last ping to it */
	octo_time_ns ping_from;           /* none before */
	octo_time_ns saved_interval_ns;   /* between pings when the record was saved last */
	uint64_t order;                   /* of its activity among those of all peers, also over restarts; 0: never active */
	uint64_t reply_token;             /* one PROBE-REPLY waiting to be sent */
	struct octo_address reply_to;
	bool is_reply_due, is_active;
	uint8_t ping_next;                /* in pings[] */
};

/* A thousand idle peers are a thousand times cold memory: what an idle one is looked at for lies together, be it at the
 * end of one struct and the beginning of the next. */
struct peer {
	struct octo_card card;
	struct pair_keys keys;
	struct octo_address former;       /* the one proved before, or the paired one */
	struct octo_address paired;       /* as it was entered */
	uint64_t timestamp_seen, timestamp_floor;
	uint64_t flagged_timestamp;       /* of the last initial packet that was flagged as hacked */
	uint64_t duel_winner_nonce, duel_loser_nonce; /* the last duel, so that it is logged once */
	octo_time_ns redial_wait_ns, attempted_at;
	octo_time_ns initial_at;          /* last processed initial packet */
	octo_time_ns nudged_at;
	octo_time_ns first_success_at, first_attempt_at, last_success_at, last_failure_at; /* C:82-85 */
	struct recent_source stale_sources[BLOCK_STALE_SOURCES];
	struct octo_address reply_to;     /* of one RETRY waiting to be sent */
	uint8_t reply[RETRY_BYTES];
	struct answer answer;
	struct offer offer;
	struct claim claim;
	struct session spare;
	struct peer_reach reach;
	struct flow flow;                 /* this and the next seven are about the current session, and what it continues */
	struct path path;
	struct grave graves[BLOCK_GRAVES];
	octo_time_ns celibate_until;      /* OCTO_NEVER: not celibate */
	octo_time_ns redial_at;
	struct sent_packets sent;
	struct ordered ordered;
	struct loss loss;
	struct reliability reliability;
	struct tamper tamper;
	struct silence silence;
	octo_time_ns quiet_until;         /* nothing but PINGs and PONGs can be due before (agenda.c) */
	struct octo_address address;      /* where we send */
	struct octo_address proved;       /* the last one that certainly heard us: what is stored and dialled */
	uint32_t generation;
	bool we_win;                      /* the ID-duel */
	bool is_wanted;                   /* a session is wanted: dial when there is none */
	bool is_user_wish;                /* the next attempt carries the user flag */
	bool is_sync_wanted;              /* packets ask for digests until one is heard */
	bool is_reply_due;
	uint8_t grave_next;               /* in graves[] */
	uint8_t role;                     /* enum octo_role: in the present attempt or session */
	struct session current;
};

struct wake { octo_time_ns at; uint32_t peer, reserved; }; /* an entry of the wake queue (wake_queue.c) */

struct directory_entry { uint64_t id; uint32_t peer; uint32_t reserved; };

struct cookie_jar {
	uint8_t key[OCTO_KEY_BYTES], previous[OCTO_KEY_BYTES];
	octo_time_ns rotated_at;
	octo_time_ns second_began_at;     /* SYNs that reached the curve in the present second */
	uint32_t curves_in_second;
	bool has_key;
};

struct chance {                           /* what has to be unpredictable, but is no secret of its own (call.c) */
	uint8_t key[CRYPTO_SHORT_KEY_BYTES];
	uint64_t drawn, word;             /* draws, two of a word */
};

struct keepalive {                        /* what is known of the NATs on our ways (keepalive.c) */
	octo_time_ns interval_ns;         /* longest silence of ours */
	octo_time_ns counted_at;          /* when a silence was survived last */
	uint32_t survived, patience;      /* silences in a row; so many, and the interval grows */
};

struct reach {                            /* the channel's part of reachability.c */
	octo_time_ns honeymoon_until;
	uint64_t order;                   /* of the last peer whose activity began or ended */
	uint32_t active_count;
	uint8_t position;                 /* enum octo_switch */
	bool is_wished;                   /* the user wanted the honeymoon */
	uint8_t reserved[2];
};

/* What even a rejected packet may change; outside the digest. */
struct pulse {
	octo_time_ns caller_now;          /* the caller's clock in the last call */
	octo_time_ns own_now;             /* the channel's own time: never backwards, no leaps */
	uint64_t event_seq;
	struct octo_counters counters;
};

struct octo_channel {
	uint64_t magic;
	uint64_t size;
	struct pulse pulse;
	struct octo_config config;        /* its seed is wiped */
	struct octo_identity self;
	uint32_t epoch;                   /* of this boot */
	uint32_t peer_count;
	uint64_t attempts;                /* of this boot */
	uint64_t courier_order;
	uint8_t provider;                 /* struct octo_crypto's number */
	uint8_t courier_count, sync_count; /* of them, those with digests */
	uint8_t sync_couriers[BLOCK_COURIERS_MAX]; /* which these are */
	uint32_t courier_state_at[BLOCK_COURIERS_MAX]; /* inside a peer's courier states */
	uint32_t courier_states_size;     /* of one peer: its courier slots, its sync slots, its states */
	uint32_t sync_slots_at;           /* inside these */
	uint32_t directory_mask, directory_count;
	uint64_t peers_at, wakes_at, wake_positions_at, directory_at, courier_states_at; /* offsets from the block's start */
	uint64_t touched_at;              /* a bit a peer: octo_peer_touched() */
	struct chance chance;
	struct cookie_jar cookies;
	struct pool pages, fates;         /* of records of sent packets, lent to peers while traffic flows */
	struct pool copies;               /* of ordered messages */
	uint64_t page_wanted_at;          /* when a peer without any page asked for one in vain last; 0: never */
	uint32_t page_wanted_by;          /* which */
	uint32_t reserved;                /* 0; no padding */
	struct reach reach;
	struct stun_client stun;
	struct keepalive keepalive;
};

static inline void *block_at(const struct octo_channel *channel, uint64_t offset)
{
	return (void *)((uintptr_t)channel + (uintptr_t)offset);
}

static inline struct peer *block_peer(const struct octo_channel *channel, uint32_t index)
{
	OCTO_ASSERT(index < channel->peer_count);
	return (struct peer *)block_at(channel, channel->peers_at) + index;
}

/* What the channel keeps for a peer and its couriers begins with their slots. */
static inline struct courier_slot *block_courier_slot(const struct octo_channel *channel, uint32_t peer, uint32_t courier)
{
	OCTO_ASSERT(peer < channel->peer_count && courier < channel->courier_count);
	uint64_t at = channel->courier_states_at + (uint64_t)peer * channel->courier_states_size;
	return (struct courier_slot *)block_at(channel, at) + courier;
}

static inline struct sync_slot *block_sync(const struct octo_channel *channel, uint32_t peer, uint32_t n)
{
	OCTO_ASSERT(peer < channel->peer_count && n < channel->sync_count);
	return (struct sync_slot *)block_at(channel, channel->courier_states_at + (uint64_t)peer * channel->courier_states_size +
	                                    channel->sync_slots_at) + n;
}

static inline enum octo_state peer_state(const struct peer *peer)
{
	return peer->current.id ? OCTO_STATE_ESTABLISHED : peer->answer.id ? OCTO_STATE_ANSWERING :
	       peer->offer.id ? OCTO_STATE_OFFERING : OCTO_STATE_IDLE;
}

static inline bool same_address(const struct octo_address *a, const struct octo_address *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

#endif
