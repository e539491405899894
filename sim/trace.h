/* trace.h: the trace file, what happened in a run. Written by the simulator, read by the viewer and by `octosim trace`.
 *
 * A trace is a header, a list of nodes, and fixed 48-byte records in order of happening; some records are followed
 * by extra bytes (packet contents, a duel's IDs). All integers little-endian. A footer closes a complete file; one
 * without it (a crash, a full disk) opens all the same and says that it is truncated.
 *
 *   file   = magic "OCTOTRC2" | header | node* | entry* | footer
 *   entry  = record (48 bytes) | extra bytes (record.extra_size of them, padded with zeros to a multiple of 8)
 *
 * Reading maps nothing and keeps the whole file in memory; a reader belongs to one thread. */
#ifndef OCTOSIM_TRACE_H
#define OCTOSIM_TRACE_H

#include "core/octo.h"

#include <stdio.h>

struct trace_record;

/* Record kinds, with what a, b, flags and the extra bytes hold.
 * Network records: `node` is the sender, `peer` the receiver (as resolved from the address; TRACE_NOBODY if none has
 * it), `packet` numbers distinct datagrams as sent (1, 2, …), `copy` numbers their copies (1, 2, …; each copy has
 * exactly one fate: DELIVERED or DROPPED). Core records: `node` says it about `peer`. */
#define TRACE_KINDS(X)                                                                                           \
	X(SENT, "sent")                 /* a packet type, b session id on the wire; extra: the datagram */       \
	X(FLYING, "flying")             /* a copy was put on the link: a arrives at ns, b leaves the queue at ns; copy flags */ \
	X(DROPPED, "dropped")           /* a enum trace_drop, b ns at which it would have arrived; copy flags */ \
	X(DELIVERED, "delivered")       /* a packet type, b sent at ns; copy flags; extra: the bytes if they were corrupted */ \
	X(RECEIVED, "received")         /* the core's verdict: a enum octo_reason, b session id; flags packet type */ \
	X(STEP, "step")                 /* a handshake cell ran: a enum octo_step, b before | after << 8 (enum octo_state) */ \
	X(ROLE, "role")                 /* a before, b after (enum octo_role) */                                 \
	X(DUEL, "duel")                 /* a 1 if `node` won, b clash role | role before << 8 | role after << 16 | deciding */ \
	                                /* byte << 24; extra: node's ID 32, peer's ID 32, winner's n 8, loser's n 8 */ \
	X(SESSION_UP, "session-up")     /* a log id, b role | by_winner << 8 | suite << 16 | generation << 32 */ \
	X(SESSION_SPARE, "session-spare") /* installed for receiving only; as SESSION_UP */                      \
	X(SESSION_DOWN, "session-down") /* a log id, b enum octo_end | was_current << 8 */                       \
	X(GRANTED, "granted")           /* a courier id | size << 16 | enum octo_wait << 32, b lateness ms | priority << 32 | */ \
	                                /* rivals << 40 | passed << 48; extra: of each other active courier its id, enum */ \
	                                /* octo_wait, packets that went without it (2 bytes) */                  \
	X(WAITED, "waited")             /* a courier that is due begins to wait: a courier id | enum octo_wait << 32, */ \
	                                /* b lateness ms | passed << 48 */                                       \
	X(MESSAGE, "message")           /* courier message delivered: a courier id, b size */                    \
	X(DISCARDED, "discarded")       /* courier message discarded: a courier id, b size | enum octo_discard << 32 */ \
	X(NOTE, "note")                 /* a courier's own: a courier id | subject << 16, b value; flags enum octo_note */ \
	X(CELIBACY, "celibacy")         /* a 1 began 0 ended, b lasts ns */                                      \
	X(MODE, "mode")                 /* how the core looks for peers: a enum octo_mode, b before | lasts ns << 8 */ \
	X(ACTIVITY, "activity")         /* a peer became active or not: a 1 or 0, b enum octo_activity */       \
	X(PATH_TRIED, "path-tried")     /* a peer was heard from another address, which is asked for proof: a log id; extra: the */ \
	                                /* address (18 bytes: 16 of IPv6, port) */                               \
	X(PATH_MOVED, "path-moved")     /* that gave it, and is the peer's from now on; as PATH_TRIED */         \
	X(PATH_FAILED, "path-failed")   /* that did not; as PATH_TRIED */                                        \
	X(KEYS_TURNED, "keys-turned")   /* a log id, b key epoch | is_sending << 32 */                           \
	X(MAPPED_ADDRESS, "mapped-address") /* what the STUN server said: a 1 if another than before; extra as PATH_TRIED */ \
	X(KEEPALIVE_SHORTER, "keepalive-shorter") /* a silence was too long for a NAT: a interval ns, b the silence ns */ \
	X(KEEPALIVE_LONGER, "keepalive-longer") /* as many were survived; as KEEPALIVE_SHORTER */                \
	X(CLOCK, "clock")               /* the core noticed a step of its clock: a step ns, two's complement */  \
	X(LOSS, "loss")                 /* packets given up: a packets | bytes << 32, b number of the last */    \
	X(RATE, "rate")                 /* a bytes per second | those before << 32, b queue us | loss permille << 48 */ \
	X(LIGHT, "light")               /* a 1 good 0 bad, b round trip ns */                                    \
	X(POOL, "pool")                 /* couriers wait: a enum octo_pool */                                    \
	X(TAMPER, "tamper")             /* a packet was hacked: a enum octo_tell */                             \
	X(SYNC_MISMATCH, "sync-mismatch") /* a peer's state is not what it says it is: a courier id, b enum octo_side */ \
	X(SYNC_RESENT, "sync-resent")   /* a courier sends its state again: a courier id, b enum octo_side */    \
	X(SYNC_CONFIRMED, "sync-confirmed") /* both have the same: a courier id, b enum octo_side, whose */      \
	X(WARNING, "warning")           /* a enum octo_warning */                                                \
	X(ACTION, "action")             /* the timeline did something: a enum trace_action, b detail (clock step ns, enum trace_lie) */ \
	X(FAILED, "failed")             /* a 0 expectation, 1 invariant; extra: text */                         \
	X(NAT, "nat")                   /* a enum trace_nat, b ns since the mapping was made; node: who holds it; extra: its */ \
	                                /* inside, outside and remote address (18 bytes each: 16 of IPv6, port), network's name */

enum trace_kind {
#define X(name, text) TRACE_##name,
	TRACE_KINDS(X)
#undef X
	TRACE_KIND_COUNT
};
const char *trace_kind_name(enum trace_kind kind);

#define TRACE_DROPS(X)                                                                                           \
	X(LOSS, "lost by chance") X(MASK, "lost by the mask") X(QUEUE, "queue full") X(NO_ROUTE, "nobody at that address") \
	X(DOWN, "receiver is down") X(MTU, "larger than the link's MTU") X(KIND, "dropped for its kind") \
	X(AQM, "dropped by the queue's management") X(NO_MAPPING, "no NAT mapping") X(FILTERED, "filtered by the NAT") \
	X(FIREWALL, "stopped by a firewall") X(HAIRPIN, "the NAT has no hairpinning") \
	X(PARTITION, "partitioned") X(ATTACKER, "taken by an attacker") \
	X(BUFFER, "socket buffer full")
enum trace_drop {
#define X(name, text) TRACE_DROP_##name,
	TRACE_DROPS(X)
#undef X
	TRACE_DROP_COUNT
};
const char *trace_drop_text(enum trace_drop drop);

#define TRACE_ACTIONS(X)                                                                                         \
	X(CONNECT, "connect") X(DISCONNECT, "disconnect") X(CRASH, "crash") X(RESTART, "restart") X(INJECT, "inject") \
	X(MOVE, "move") X(CLOCK, "clock") X(HEAL, "heal") X(LOAD, "load") X(TRAFFIC, "traffic") X(REBIND, "rebind") \
	X(PAUSE, "pause") X(RESUME, "resume") X(SLOW, "slow") X(PARTITION, "partition") X(INTERCEPT, "intercept") \
	X(RELAY, "relay") X(FLOOD, "flood") X(ATTACK, "attack") X(ENABLE, "enable") X(DISABLE, "disable") \
	X(HONEYMOON, "honeymoon") X(COURIER, "courier") X(SET, "set") X(SENSE, "sense") X(COMMAND, "command") X(SWITCH, "switch") \
	X(LIE, "lie") X(BLOB, "blob") X(CANCEL, "cancel")
enum trace_action {
#define X(name, text) TRACE_ACTION_##name,
	TRACE_ACTIONS(X)
#undef X
	TRACE_ACTION_COUNT
};
const char *trace_action_name(enum trace_action action);

/* What a node with valid keys can be made to say that no honest one says [P 6.3, 7.10]; sim/attack/lie.c has the bytes. */
#define TRACE_LIES(X)                                                                                            \
	X(ACK_OF_UNSENT, "ack-of-unsent", "acknowledges a packet that was never sent")                           \
	X(ACK_OF_SKIPPED, "ack-of-skipped", "acknowledges whatever it has heard of, numbers left out and lost ones, too") \
	X(ACK_BELOW_ZERO, "ack-below-zero", "acknowledges more packets than there are numbers")                  \
	X(ACK_AGAIN, "ack-again", "acknowledges once more what it received last")                                \
	X(TWO_ACKS, "two-acks", "acknowledges twice in one packet")                                              \
	X(NUMBERS_SKIPPED, "numbers-skipped", "leaves out 5,000 packet numbers")                                 \
	X(PINGS, "pings", "fills a packet with PINGs")                                                           \
	X(PATH_CHALLENGES, "path-challenges", "fills a packet with PATH_CHALLENGEs")                             \
	X(SYNC_REQUESTS, "sync-requests", "asks for every courier's state, known or not")                        \
	X(PONG, "pong", "answers a PING that nobody sent")                                                       \
	X(SYN_INSIDE, "syn-inside", "asks for new secrets, with a made-up SYN")                                  \
	X(FRESH_SYN, "fresh-syn", "asks for a session, with a SYN as fresh and valid as any, and waits for no answer") \
	X(RATE_TOO_LOW, "rate-too-low", "asks for less than the least rate")                                     \
	X(UNKNOWN_FRAME, "unknown-frame", "sends a frame of a type that does not exist")                         \
	X(CUT_FRAME, "cut-frame", "sends a courier's message and a frame that is cut short")                     \
	X(NO_FRAMES, "no-frames", "sends a packet without any frame")                                            \
	X(UNKNOWN_COURIER, "unknown-courier", "sends a message for a courier that nobody has")                   \
	X(MESSAGE, "message", "sends a courier random bytes")                                                    \
	X(ORDERED_AHEAD, "ordered-ahead", "sends an ordered message far ahead of all others")                    \
	X(TOO_LARGE, "too-large", "fills a packet up to 512 bytes, whatever was agreed")                         \
	X(CLOSE, "close", "closes the session, with a message behind it, and goes on")                           \
	X(RANDOM, "random", "sends what the seed draws")
enum trace_lie {
#define X(name, text, sentence) TRACE_LIE_##name,
	TRACE_LIES(X)
#undef X
	TRACE_LIE_COUNT
};
const char *trace_lie_name(enum trace_lie lie);
const char *trace_lie_text(enum trace_lie lie);

#define TRACE_NATS(X)                                                                                            \
	X(MADE, "made")               /* the first datagram went out */                                          \
	X(EXPIRED, "expired")         /* was not used for as long as the NAT waits */                            \
	X(PUSHED_OUT, "pushed-out")   /* the table was full and it the least recently used */                    \
	X(REBOUND, "rebound")         /* the NAT forgot all mappings */                                          \
	X(REFUSED, "refused")         /* a datagram came from the remote address that may not pass; the inside: zeros when */ \
	                              /* there is no mapping */
enum trace_nat {
#define X(name, text) TRACE_NAT_##name,
	TRACE_NATS(X)
#undef X
	TRACE_NAT_COUNT
};
const char *trace_nat_name(enum trace_nat what);
enum { TRACE_ADDRESS_BYTES = 18, TRACE_ADDRESS_TEXT = 56 }; /* of an address in a NAT record; and of its text */
/* "[fd00::2]:8124"; a port or an address that is all zeros is "any". */
void trace_address_text(const uint8_t bytes[TRACE_ADDRESS_BYTES], char out[TRACE_ADDRESS_TEXT]);
/* "NAT home: [fd00::2]:8124 → [fd10::1]:8124 made", from a NAT record's extra bytes. */
void trace_nat_text(const struct trace_record *record, const uint8_t *extra, char *out, size_t size);

/* The couriers by their ids on the wire. What an agent and a remote say of their state is one courier. */
#define TRACE_LOAD_COURIERS(X) X(1, "load") X(124, "load-2") X(125, "load-3") X(126, "load-4")
#define TRACE_COURIERS(X)                                                                                        \
	TRACE_LOAD_COURIERS(X) X(2, "state") X(3, "sensors") X(4, "command") X(5, "discovery") X(6, "blob")
const char *trace_courier_name(uint64_t id); /* "unknown" for any other */

enum { /* copy flags */
	TRACE_COPY_DUPLICATE = 1,     /* made by the network beside the first copy */
	TRACE_COPY_CORRUPTED = 2,     /* its bytes differ from what was sent */
	TRACE_COPY_INJECTED = 4,      /* put in by the timeline, not sent by a core */
	TRACE_COPY_REPLAYED = 8,      /* sent again by the network, long after the first copy */
	TRACE_COPY_BACKGROUND = 16    /* of another program: for no core; on SENT, too */
};

/* What a GRANTED record's extra bytes say of one courier that waits. */
enum { TRACE_WAITING_BYTES = 4 };
struct octo_waiting trace_waiting(const uint8_t *extra, uint32_t n);
/* The name of a wait, of any number. */
const char *trace_wait_name(uint64_t why);

#define TRACE_NOBODY UINT32_MAX

struct trace_record {                 /* 48 bytes on disk, the fields in this order */
	uint64_t time_ns;             /* world time */
	uint8_t kind;                 /* enum trace_kind */
	uint8_t flags;
	uint16_t extra_size;          /* bytes that follow this record */
	uint32_t node, peer;          /* node numbers, 0-based; TRACE_NOBODY */
	uint32_t packet, copy;        /* 0 where there is none */
	uint32_t cause;               /* 1 + index of the record that caused this one, 0 for none */
	uint64_t a, b;
};

struct trace_header {
	uint64_t seed;
	uint64_t duration_ns;
	uint64_t scenario_hash;
	char scenario[128];           /* path as given, NUL-terminated */
	char title[128];
	char crypto[16];              /* provider: "sodium" or "model" */
	uint32_t node_count;
};

struct trace_node {
	char name[48];
	char kind[16];                /* "agent", "remote", "counter" or "stun" */
	uint8_t id[OCTO_ID_BYTES];    /* FULL-ID */
};


/* ---- Writing ----------------------------------------------------------------------------------------------- */

struct trace_writer;

/* Opens `path` for writing and writes header and nodes (header->node_count of them). NULL on failure, with a sentence
 * in `error`. The caller ends with trace_writer_close(). */
struct trace_writer *trace_writer_open(const char *path, const struct trace_header *header,
                                       const struct trace_node *nodes, char *error, size_t error_size);
/* Appends a record and record->extra_size bytes. Returns the record's index, 0-based. Failures are kept for close. */
uint32_t trace_write(struct trace_writer *writer, const struct trace_record *record, const void *extra);
/* Writes the footer and frees the writer. False with a sentence in `error` if anything since the opening failed. */
OCTO_MUST_CHECK bool trace_writer_close(struct trace_writer *writer, char *error, size_t error_size);

/* ---- Reading ----------------------------------------------------------------------------------------------- */

struct trace;

/* Reads a whole trace. NULL with a sentence in `error` when the file is missing, not a trace, of another version, or
 * damaged in its header. A truncated file opens with what it has. The caller ends with trace_close(). */
struct trace *trace_open(const char *path, char *error, size_t error_size);
void trace_close(struct trace *trace);
bool trace_is_truncated(const struct trace *trace);
const struct trace_header *trace_header(const struct trace *trace);
const struct trace_node *trace_node(const struct trace *trace, uint32_t node); /* node < header->node_count */
uint32_t trace_count(const struct trace *trace);
/* Record `index` < trace_count(), and its extra bytes (NULL when it has none). Both live as long as the trace. */
const struct trace_record *trace_get(const struct trace *trace, uint32_t index);
const uint8_t *trace_extra(const struct trace *trace, uint32_t index);
/* Index of the first record at or after `time_ns`; trace_count() when there is none. */
uint32_t trace_find(const struct trace *trace, uint64_t time_ns);

#endif
