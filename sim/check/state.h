/* state.h: what the invariants remember, and what each of their files offers to the glue in checks.c. Grows
 * with nodes, pairs and sessions, never with packets. An invariant reads what others remember but changes
 * only its own. Nothing here may be seen by the world: checks.h is all it knows. */
#ifndef OCTOSIM_CHECK_STATE_H
#define OCTOSIM_CHECK_STATE_H

#include "sim/check/checks.h"
#include "sim/check/table.h"
#include "sim/scenario/invariants.h"

enum {
	CHECK_WINDOW = 1024,          /* packet numbers that S5 remembers behind the highest */
	CHECK_SECRETS = 32,           /* wiped secrets that wait for the end of their instant */
	CHECK_PARCELS = 64            /* packets that "once" remembers of each receiving end */
};

#define CHECK_NEVER UINT64_MAX        /* a world time that has not been */

/* What a node remembers of one peer. */
struct check_side {
	/* Since the node's boot; forgotten by check_forget_side(). */
	bool has_current, has_order, is_claim_held, has_initial, is_pressed;
	uint8_t role;                 /* of the current session */
	struct octo_event_session highest; /* by order: the last current session */
	uint64_t claim_own_ns, initial_own_ns; /* the node's own time: claim held, SYN processed */
	uint64_t syn_nonce, syn_first_at; /* of our last attempt: n and when it was first sent */
	bool is_answer_new, has_answer; /* a SYN was answered just now; that answer may still be confirmed */
	uint64_t answer_own_ns, answer_mark; /* when, in the node's own time; e_R of its SYN-ACK */
	uint64_t seen;                /* highest timestamp by which a session came to be */
	/* For good. */
	uint64_t derived_nonce, derived_mark; /* of our last session as initiator: the peer's n; e_R */
	uint64_t changed_at;          /* when a session came or went, world time */
	uint64_t timeout_ns;          /* PTO when last looked at */
	uint32_t disturbed;           /* ACK and data copies towards the peer that the network disturbed */
	bool is_celibate;             /* celibate: since celibate_at, as the core says */
	uint64_t celibate_at;
	uint64_t found_at;            /* a SYN of ours went to where the peer is, world time */
	uint64_t paced_log_id, paced_until; /* of what session; own time at which what was sent is worked off */
};

struct check_pair {
	uint32_t nodes[2];
	struct check_side side[2];    /* side[0]: what nodes[0] has of nodes[1] */
	bool has_clone;               /* somebody else has the identity of one of the two */
	bool is_lossy;                /* its links lose, duplicate or damage by chance */
	bool has_rate;                /* its links queue */
	bool has_shared_queue;        /* together with others: an access link */
	bool has_barrier;             /* a NAT or a firewall in between: not everybody may speak first */
	bool had_session;
	bool is_agreed;               /* both have the same current session, since agreed_at */
	uint64_t agreed_at;
	uint64_t round_trip_ns;       /* longest, 0: not asked yet */
	uint64_t disturbed_at;        /* by the network */
	uint64_t user_at;             /* connect, disconnect, celibacy */
	uint64_t quit_at;             /* of these, disconnect and celibacy */
	uint64_t astray_at;           /* a SYN went to where the other one is not */
	uint64_t put_off_at;          /* a SYN was told to come again, or came too soon */
	/* L1 */
	uint64_t fair_from, redial_ns, timeout_ns; /* the two as they were then */
	bool is_judged;
	/* L2: the last duel of crossed SYNs */
	uint64_t winner_nonce, loser_nonce, crossed_from, crossed_at;
	uint8_t winner;               /* index into nodes */
	bool is_duel_open;
	/* L3: an initiator that waits for its adherent */
	bool is_confirm_open;
	uint8_t initiator;            /* index into nodes */
	uint64_t confirm_log_id, confirm_from, confirm_begun; /* begun: its SYN was first sent */
	uint32_t confirm_disturbed;   /* of the initiator's side, when it began */
};

struct check_node {
	uint32_t boot;
	bool is_paused;               /* its process is stopped */
	bool is_lying, has_lied;      /* the packet being made is a lie; some packet was */
	bool is_up, has_stepped, is_resolved, lost_store; /* resolved: S7 knows its address book */
	bool is_touched;              /* S8: slots may have changed since it was last looked at */
	uint32_t touched_peer;        /* by whom, TRACE_NOBODY for several */
	uint32_t first_side;          /* its sides: check_state.sides[first_side .. first_side of the next) */
	uint64_t own_shift;           /* own time = clock reading + this */
	uint64_t trouble_at;          /* crash, boot, injection, move, clock */
	uint64_t moved_at;
	uint64_t stepped_back_at;     /* its clock */
	uint64_t junk_at;             /* something bad reached it */
	uint32_t received, settled, carried; /* for samples */
	uint32_t granted, granted_bytes; /* messages in the packet being made; the largest */
	bool is_off;                  /* switched-off: its switch, since off_at */
	uint64_t off_at;
	uint64_t honeymoon_until;     /* honeymoon-ends: it must have worn off by then; CHECK_NEVER: there is none */
	struct octo_address proven;   /* S7: the last address that data went to */
};

/* One session as both sides tell it (S1, L3). */
struct check_half {
	uint32_t node, peer, boot;
	bool is_derived, is_confirmed;
	struct octo_event_audit_keys keys;
	uint64_t confirmed_at;
};
struct check_session {                /* by log id */
	struct table_key key;
	struct check_half half[2];    /* the initiator's, the adherent's */
};

/* One receiving end of a session (S5). */
struct check_window {                 /* by node and session id */
	struct table_key key;
	uint64_t log_id;
	uint64_t next;                /* 1 + the highest accepted number */
	uint64_t bits[CHECK_WINDOW / 64];
	uint8_t role;                 /* 0 as long as no event has named it */
	bool is_heard;
};

struct check_counter_key {            /* by key digest (S4) */
	struct table_key key;
	uint64_t last, tag;
	bool has_last;
};
struct check_nonce {                  /* by key digest and nonce (S4) */
	struct table_key key;
	uint64_t tag;
	bool has_tag;
};

struct check_account {                /* by node and address (S7) */
	struct table_key key;
	uint32_t boot;
	bool is_given, is_proven;
	uint64_t fresh_bytes, authentic_bytes, answered_bytes, retry_bytes, probe_bytes, reply_bytes, data_bytes, question_bytes;
};

/* What the packets to one receiving end carry that nobody has had yet (once). */
struct check_parcel { uint64_t number; uint32_t messages; }; /* number: 1 + the packet's */
struct check_parcels {                /* by node and session id */
	struct table_key key;
	struct check_parcel list[CHECK_PARCELS];
};

struct check_sequence {               /* by node and peer, and courier */
	struct table_key key;
	uint64_t session, next;       /* of its last message: the session, and its number + 1 */
};

struct check_written {                /* by sender and receiver, and courier: ordered messages (once) */
	struct table_key key;
	uint64_t session, next;       /* of the last that was written: the session, and its number + 1 */
	uint64_t first_session;       /* the one in which numbers began last */
};

struct check_ear {                    /* by node and peer, and load courier */
	struct table_key key;
	bool is_inactive, is_deaf;    /* since this boot of the node */
	uint32_t boot;
};

struct check_giver {                  /* by agent and control */
	struct table_key key;
	uint32_t number;              /* of the last command that was executed */
	uint32_t reserved;
	uint64_t boots;               /* of the two, then */
};

struct check_link { struct table_key key; uint32_t side; }; /* by node and peer: 2 × pair + side */

struct check_receipt {                /* the datagram that is being received */
	bool is_open, is_digested, is_genuine_syn;
	uint64_t mark;                /* of a SYN-ACK: the first bytes of e_R */
	uint32_t node, from_node;
	enum octo_packet_type type;
	unsigned copy_flags;
	struct octo_address from;
	uint64_t digest, wake_at;
	bool has_verdict;
	struct octo_event_packet verdict;
	uint64_t verdict_now;         /* the node's clock */
	uint32_t peer_node;
	uint32_t messages;            /* that couriers got out of it */
};

struct check_secret { uint32_t node; uint8_t name, bytes[OCTO_KEY_BYTES]; };

struct checks {
	const struct scenario *scenario;
	struct checks_host host;
	bool is_honest, has_old_stores; /* honest: no attackers and clones in this scenario; some store is lost, or an old one */
	struct octo_config config;    /* the defaults: what every core of a world runs with */
	bool is_audited;
	struct check_node *nodes;     /* one more than there are: the end of the last one's sides */
	struct check_pair *pairs;
	uint32_t *sides;
	struct table links, sessions, windows, counters, nonces, accounts, parcels, sequences, written, ears, givers;
	struct check_receipt receipt;
	struct check_secret secrets[CHECK_SECRETS];
	uint32_t secret_count;
	uint32_t dialled;             /* whom the SYN that is being sent is for */
	bool is_healed;
	uint64_t healed_at, sweep_at;
	uint64_t violations;
	struct sim_invariant invariants[INVARIANT_COUNT];
};

/* ---- checks.c ------------------------------------------------------------------------------------------ */

uint64_t check_now(const struct checks *checks);
const char *check_name(const struct checks *checks, uint32_t node);
static inline void check_evaluated(struct checks *checks, enum invariant which)
{
	checks->invariants[which].evaluated++;
}
/* Counts a violation and, when it is the first, keeps the sentence: when and who are put in front of it. */
__attribute__((format(printf, 5, 6)))
void check_violated(struct checks *checks, enum invariant which, uint32_t node, uint32_t peer,
                    const char *format, ...);

/* The pair of two nodes, NULL when they are strangers; *index says which of its nodes `node` is. */
struct check_pair *check_pair_of(const struct checks *checks, uint32_t node, uint32_t peer, unsigned *index);
void check_forget_side(struct check_side *side);
uint64_t check_round_trip(struct checks *checks, struct check_pair *pair);
/* The node's own time at a reading of its clock. */
static inline uint64_t check_own(const struct checks *checks, uint32_t node, uint64_t reading)
{
	return reading + checks->nodes[node].own_shift;
}
/* Whether a block of this size is looked at this time: small ones always, larger ones the less often the
 * larger. */
bool check_is_sampled(uint32_t count, size_t size);
/* Nothing can be expected of the two before both run. */
static inline bool check_is_stopped(const struct checks *checks, const struct check_pair *pair)
{
	return checks->nodes[pair->nodes[0]].is_paused || checks->nodes[pair->nodes[1]].is_paused;
}
static inline bool check_is_since(uint64_t at, uint64_t from)
{
	return at != CHECK_NEVER && at >= from;
}

/* ---- The invariants, by file --------------------------------------------------------------------------- */

/* agreement.c: S1 S10 */
void agreement_keys(struct checks *checks, uint32_t node, uint32_t peer,
                    const struct octo_event_audit_keys *keys);
/* False when the session was confirmed before: it is only a change of rank. */
bool agreement_confirmed(struct checks *checks, uint32_t node, uint32_t peer,
                         const struct octo_event_session *session, bool is_current);
void agreement_heard(struct checks *checks, uint32_t node, uint32_t peer, uint64_t log_id);

/* order.c: S2 S3 S9 */
void order_up(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_session *session);
void order_spare(struct checks *checks, uint32_t node, uint32_t peer,
                 const struct octo_event_session *session);
void order_down(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event *event);
void order_step(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event *event);
/* The quiet before a change is over: what lasted through it is judged. */
void order_judge_quiet(struct checks *checks, struct check_pair *pair);

/* nonces.c: S4 S5 */
void nonces_sealed(struct checks *checks, uint32_t node, const struct octo_event_audit_sealed *sealed);
void nonces_session(struct checks *checks, uint32_t node, const struct octo_event_session *session);
void nonces_received(struct checks *checks, uint32_t node, uint32_t peer,
                     const struct octo_event_packet *packet);

/* unauthenticated.c: S6 */
void unauthenticated_before(struct checks *checks, uint32_t node);
void unauthenticated_after(struct checks *checks, uint32_t node);

/* amplification.c: S7 */
void amplification_resolve(struct checks *checks, uint32_t node);
void amplification_received(struct checks *checks, uint32_t node, const struct octo_event_packet *packet);
void amplification_proven(struct checks *checks, uint32_t node);
void amplification_path(struct checks *checks, uint32_t node, const struct octo_event_path *path);
void amplification_sent(struct checks *checks, uint32_t node, uint32_t to_node, const struct octo_address *to,
                        const uint8_t *bytes, size_t size);

/* slots.c: S8 */
void slots_touched(struct checks *checks, uint32_t node, uint32_t peer);
void slots_settled(struct checks *checks, uint32_t node);

/* secrecy.c: S11 */
void secrecy_event(struct checks *checks, uint32_t node, const struct octo_event_audit_secret *secret);
void secrecy_settled(struct checks *checks);

/* clocks.c: S13 */
void clocks_event(struct checks *checks, uint32_t node, const struct octo_event_clock *clock);
void clocks_action(struct checks *checks, uint32_t node, int64_t step_ns);
void clocks_down(struct checks *checks, uint32_t node, uint32_t peer,
                 const struct octo_event_session *session);
void clocks_echo(struct checks *checks, enum invariant which, uint32_t node, uint32_t peer);

/* reachability.c: celibate, honeymoon-ends, switched-off */
void reachability_event(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event *event);
void reachability_settled(struct checks *checks, uint32_t node);
void reachability_boot(struct checks *checks, uint32_t node, bool has_store);
/* honest.c: honest */
void honest_open(struct checks *checks, const bool *has_clone);
void honest_event(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event *event);
/* once.c: once */
void once_granted(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_courier *courier);
void once_sent(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_packet *packet);
/* Before ordered_handed_over() of the same message. */
void once_delivered(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_courier *courier);
void once_received(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_packet *packet);

/* ordered.c: ordered. `is_delivered`: its courier took it. */
void ordered_handed_over(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_courier *courier,
                         bool is_delivered);

/* reads.c: reads */
void reads_switched(struct checks *checks, uint32_t node, uint32_t peer, const struct scenario_action *action);
void reads_handed_over(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_courier *courier,
                       bool is_delivered);

/* starving.c: starving */
void starving_granted(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_courier *courier);

/* sealed.c: sealed */
void sealed_sent(struct checks *checks, uint32_t node, uint32_t peer, const uint8_t *bytes, size_t size);

/* paced.c: paced */
void paced_sent(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event *event);

/* spaced.c: spaced */
void spaced_step(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event *event);

/* bounded.c: bounded */
void bounded_settled(struct checks *checks, uint32_t node);
void bounded_judge(struct checks *checks, uint32_t node, uint32_t entries, uint32_t most);

/* convergence.c: L1 */
void convergence_judge(struct checks *checks, struct check_pair *pair, bool is_last);
void convergence_sample(struct checks *checks, struct check_pair *pair);

/* handshakes.c: L2 L3 L4 */
void handshakes_syn_sent(struct checks *checks, uint32_t node, uint32_t peer,
                         const struct octo_event_packet *packet);
void handshakes_syn_went(struct checks *checks, uint32_t node, uint32_t to_node);
void handshakes_duel(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_duel *duel);
void handshakes_confirmed(struct checks *checks, uint32_t node, uint32_t peer,
                          const struct octo_event_session *session);
void handshakes_agreed(struct checks *checks, struct check_pair *pair);
void handshakes_judge(struct checks *checks, struct check_pair *pair);
void handshakes_drop(struct check_pair *pair);
void handshakes_keys(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_audit_keys *keys);
uint64_t handshakes_mark(const uint8_t *bytes, size_t size);
void handshakes_answered(struct checks *checks, uint32_t node, uint32_t to_node, const uint8_t *bytes, size_t size);
void handshakes_before(struct checks *checks, uint32_t node, const uint8_t *bytes, size_t size);
void handshakes_received(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event *event);

#endif
