/* octo.h: CommsChannel, the UDP communications core of OctoMY robots. The one public header of core/.
 *
 * The core is sans-I/O. It never reads a clock, opens a socket, allocates, or keeps a global: time is an
 * argument, everything else comes in through the callbacks of struct octo_host. Three calls drive it:
 *
 *     octo_channel_receive(channel, &host, now, &from, bytes, size);       a datagram came in
 *     while (octo_channel_send(channel, &host, now, out, &size, &to))      until nothing is due
 *             transmit(out, size, &to);
 *     sleep_until(octo_channel_next_wake(channel));                        then send again
 *
 * A channel lives in one block of memory that the caller owns. The block holds indices, never pointers, and
 * every byte of it is initialised: it may be copied with memcpy, put back at another address and run on. Only one of
 * the copies may ever send to a real network: two would use the same nonces under the same keys.
 *
 * Threads: a channel belongs to one thread at a time. Two channels share nothing.
 *
 * Three kinds of error, never mixed. The peer's fault: one counter of enum octo_reason, one event, no change of
 * state. The caller's fault (a NULL pointer, an index out of range): the program stops with a message, in release
 * builds too. A limit reached: a status OCTO_FULL_* that names the limit.
 *
 * Byte-exact formats and the reasons for them are in PROTOCOL.md, cited here as [P n]. The seed documents are
 * cited as C:n (communications) and S:n (couriers and sessions), line n. */
#ifndef OCTO_H
#define OCTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OCTO_MUST_CHECK __attribute__((warn_unused_result))

/* ---- Units and sizes ------------------------------------------------------------------------------------- */

/* Nanoseconds of the caller's clock. Only differences matter; the clock may step (see octo_channel_receive). */
typedef uint64_t octo_time_ns;

#define OCTO_NEVER UINT64_MAX                     /* no time at all: nothing is due */
#define OCTO_MICROSECOND UINT64_C(1000)
#define OCTO_MILLISECOND UINT64_C(1000000)
#define OCTO_SECOND UINT64_C(1000000000)

enum {
	OCTO_DATAGRAM_MAX = 512,                  /* largest datagram payload, bytes (C:9) */
	OCTO_ID_BYTES = 32,                       /* FULL-ID: BLAKE2b-256 over both public keys */
	OCTO_KEY_BYTES = 32,                      /* any X25519, Ed25519 or AEAD key */
	OCTO_SEED_BYTES = 32,                     /* the secret a whole identity is made from */
	OCTO_SIGNATURE_BYTES = 64,                /* Ed25519 */
	OCTO_ID_TEXT_BYTES = 2 * OCTO_ID_BYTES + 1, /* FULL-ID as hexadecimal text, with its NUL */
	OCTO_COURIER_PAYLOAD_MAX = 480,           /* most bytes one courier message can hold */
	OCTO_ORDERED_PAYLOAD_MAX = 240,           /* and one that is delivered reliably and in order */
	OCTO_RECORD_BYTES_MAX = 160,              /* largest stored record */
	OCTO_COURIERS_MAX = 16,                   /* kinds of courier that one channel can have */
	OCTO_COURIER_ID_MAX = 126,                /* courier ids are 0..126 */
	OCTO_RATE_MIN = 4096                      /* least bytes per second that may be agreed upon or asked for */
};

#define OCTO_NO_PEER UINT32_MAX                   /* "none of the peers" wherever a peer index is asked for */
#define OCTO_NO_COURIER UINT32_MAX                /* the same for a courier index */

/* ---- Status ---------------------------------------------------------------------------------------------- */

#define OCTO_STATUSES(X)                                                                              \
	X(OK, "ok")                                                                                   \
	X(EQUAL_ID, "the peer's FULL-ID is our own: a clone of us, or ourselves")                     \
	X(BAD_KEY, "the peer's public key is not usable (wrong FULL-ID or a low-order point)")        \
	X(BAD_RECORD, "the stored record is damaged, or from another version or node")                \
	X(BAD_CONFIG, "a value of the configuration is out of range")                                 \
	X(BAD_TEXT, "the text is not a FULL-ID: 64 hexadecimal digits are expected")                  \
	X(NO_SUITE, "an offered cipher suite does not exist on this machine")                         \
	X(SWITCHED_OFF, "communications are not switched on")                                         \
	X(KNOWN_PEER, "this peer is in the address book already")                                     \
	X(UNKNOWN_PEER, "no such peer in the address book")                                           \
	X(BAD_BLOB, "the blob's id is 0, its name is none or too long, or its size is above 4 GiB")   \
	X(KNOWN_BLOB, "a blob with this id is on its way to this peer already")                       \
	X(UNKNOWN_BLOB, "no blob with this id is on its way")                                         \
	X(FULL_PEERS, "the address book is full: raise peers_max")                                    \
	X(FULL_BLOBS, "as many blobs as there can be are on their way to this peer")                  \
	X(FULL_BLOCK, "the block is smaller than octo_channel_size() asks for")

enum octo_status {
#define X(name, text) OCTO_##name,
	OCTO_STATUSES(X)
#undef X
	OCTO_STATUS_COUNT
};

/* A sentence for a status, without a full stop. Never NULL. All *_name() and *_text() functions below return static
 * text, and take a value outside of their enum for the caller's fault. */
const char *octo_status_text(enum octo_status status);

/* ---- Addresses and identities ---------------------------------------------------------------------------- */

/* Where a datagram comes from or goes to: an IPv6 address (IPv4 as ::ffff:a.b.c.d) and a UDP port in host order.
 * No padding: two addresses are equal when their bytes are. */
struct octo_address {
	uint8_t ip[16];
	uint16_t port;
};

/* What everybody may know of a node; exchanged when nodes are paired (C:99). The id must be the hash of the keys. */
struct octo_card {
	uint8_t id[OCTO_ID_BYTES];                /* FULL-ID */
	uint8_t x_public[OCTO_KEY_BYTES];         /* X25519, for handshakes */
	uint8_t ed_public[OCTO_KEY_BYTES];        /* Ed25519, for signatures on clear text */
};

/* A node's whole identity, made from one seed. Wipe with octo_wipe() when done. */
struct octo_identity {
	struct octo_card card;
	uint8_t x_secret[OCTO_KEY_BYTES];
	uint8_t ed_seed[OCTO_SEED_BYTES];
};

/* Cryptography, behind one small interface (core/intrinsic/crypto.h). Two providers exist. */
struct octo_crypto;
const struct octo_crypto *octo_crypto_sodium(void); /* the real one: libsodium */
/* Same sizes, same rules, no secrecy: a keyed hash stands in for curves and ciphers. For simulations of very many
 * nodes; a carrier that sends to a real network refuses it. */
const struct octo_crypto *octo_crypto_model(void);
/* Both providers are static: never freed, the same pointer each time, safe from any thread. */
const char *octo_crypto_name(const struct octo_crypto *crypto); /* "sodium" or "model" */
uint16_t octo_crypto_suites(const struct octo_crypto *crypto);  /* bitmap of OCTO_SUITE_* that work on this machine */

/* Fills *identity, secrets included; two scalar multiplications. The same seed and provider make the same identity on
 * every machine. The caller keeps the seed secret and wipes both. Cannot fail. */
void octo_identity_from_seed(const struct octo_crypto *crypto, const uint8_t seed[OCTO_SEED_BYTES],
                             struct octo_identity *identity);
/* FULL-ID to 64 lower-case hexadecimal digits and NUL, and back (upper case is read too). Returns OCTO_OK, or
 * OCTO_BAD_TEXT with `id` untouched. */
void octo_id_to_text(const uint8_t id[OCTO_ID_BYTES], char text[OCTO_ID_TEXT_BYTES]);
OCTO_MUST_CHECK enum octo_status octo_id_from_text(const char *text, uint8_t id[OCTO_ID_BYTES]);
/* Signs text that is not encrypted (C:145): pairing cards, discovery, logs. `purpose` says what kind of text it is, 1 to
 * 63 bytes, so that a signature given for one kind is worth nothing for another [P 2.3]. Any size of text; the same text
 * has always the same signature. Cannot fail. */
void octo_sign(const struct octo_crypto *crypto, const struct octo_identity *identity, const char *purpose,
               const void *text, size_t size, uint8_t signature[OCTO_SIGNATURE_BYTES]);
/* Whether the card's node signed exactly this text for this purpose. False too for a card that is not whole. */
OCTO_MUST_CHECK bool octo_verify(const struct octo_crypto *crypto, const struct octo_card *card, const char *purpose,
                                 const void *text, size_t size, const uint8_t signature[OCTO_SIGNATURE_BYTES]);
void octo_wipe(void *secret, size_t size); /* overwrites; not removed by the compiler */

/* ---- Couriers (C:14-45, S:26-45) --------------------------------------------------------------------------- */

/* What a courier asks of the channel, read afresh before each sending opportunity (C:37-42, S:34-41). */
struct octo_mandate {
	uint32_t urgency_ms;      /* milliseconds until the courier wants to send; 0: now */
	uint8_t priority;         /* 0-255, a lower number is a lower priority */
	bool accept_reads;        /* false: data for this courier is discarded and counted */
	bool want_to_send;        /* false: no sending opportunities */
	uint16_t payload_size;    /* at most this many bytes will be written */
	uint16_t payload_least;   /* worth an opportunity also where no more than this is left of a packet; 0: payload_size */
	bool is_bulk;             /* takes what the others leave, and a twentieth if they leave nothing */
	bool wants_order;         /* its messages arrive all, once, in order, while the session lasts (C:152-153) */
};

/* Nobody starves: most packets with messages of others that go out while a courier is due, active, and not held up by an
 * empty pool [P 13.7]. 256 is the highest weight over the lowest, (255 + 1) / (0 + 1): so long one of priority 0 may wait
 * for one of 255. One more for each other courier, in case all have waited for as long. */
enum { OCTO_PASSES_LIMIT = 256 };
struct octo_host;
uint32_t octo_passes_max(const struct octo_host *host); /* OCTO_PASSES_LIMIT and the other couriers of the host */

/* What became of a message whose sender gave it a handle. A LOST one may prove to have been late: DELIVERED follows.
 * When a session ends, whatever is not known to have arrived is LOST. */
#define OCTO_FATES(X) X(DELIVERED, "delivered") X(LOST, "lost")
enum octo_fate {
#define X(name, text) OCTO_FATE_##name,
	OCTO_FATES(X)
#undef X
	OCTO_FATE_COUNT
};
const char *octo_fate_name(enum octo_fate fate);

/* Whose state a digest is of. */
#define OCTO_SIDES(X) X(OURS, "ours") X(THEIRS, "theirs")
enum octo_side {
#define X(name, text) OCTO_SIDE_##name,
	OCTO_SIDES(X)
#undef X
	OCTO_SIDE_COUNT
};
const char *octo_side_name(enum octo_side side);

struct octo_event_note;

/* What every function of a courier is told about the call. Borrowed; it must not call into the channel. */
struct octo_courier_call {
	octo_time_ns now;         /* the channel's own time, which never steps backwards */
	uint64_t session;         /* log id of the present session; 0: none. Another one: what was on its way may be lost */
	const struct octo_host *host; /* its context, and the callbacks of the kind */
	octo_time_ns trip_ns;     /* round trip, smoothed; 0: not measured */
	uint32_t peer;            /* towards whom */
	uint16_t room;            /* bytes of the largest message that a packet of this session holds; 0 without one */
	bool is_duel_winner;      /* our FULL-ID is the larger: what both sides must decide alike is ours to decide (C:71) */
	/* Something worth seeing happened: becomes a COURIER_NOTE event. Fills in the note's courier and session. NULL for
	 * mandate(), which is asked often. */
	void (*report)(const struct octo_courier_call *call, const struct octo_event_note *note);
};

/* A kind of courier: functions over a state that the channel keeps for each (peer, courier), zeroed at first. The
 * functions know nothing of sessions but that one can be replaced. A mandate is read afresh after each of the others,
 * and when another session begins. */
struct octo_courier {
	const char *name;
	uint16_t id;              /* on the wire; 0..OCTO_COURIER_ID_MAX, unique in a channel */
	uint16_t state_size;      /* bytes; the channel aligns a state to 8 */
	/* Fills *mandate (all fields are zero before). */
	void (*mandate)(const void *state, const struct octo_courier_call *call, struct octo_mandate *mandate);
	/* The sending opportunity: writes at most size_max bytes (never more than the mandate said), returns how many.
	 * 0 declines. *handle is 0; set to anything else, it asks to be told the message's fate. */
	size_t (*send)(void *state, const struct octo_courier_call *call, uint8_t *out, size_t size_max, uint64_t *handle);
	/* A message of the peer's courier with the same id. Any bytes at all may come. */
	void (*receive)(void *state, const struct octo_courier_call *call, const uint8_t *data, size_t size);
	/* What became of the message with this handle. NULL for a courier that never asks. */
	void (*fate)(void *state, const struct octo_courier_call *call, uint64_t handle, enum octo_fate fate);
	/* Sync (C:20-23) [P 7.13]: both or neither. NULL: this courier has no state that both sides should agree on.
	 * The digest of all that we have sent and still stand by (OURS), and of what we have of the peer's (THEIRS): equal on
	 * both sides exactly when nothing is missing. The mandate's priority and payload size say how often it is compared,
	 * also while the courier does not want to send. */
	uint64_t (*digest)(const void *state, enum octo_side side);
	/* The peer lacks something: send all of it again. */
	void (*resync)(void *state, const struct octo_courier_call *call);
};

/* The load courier: numbered messages of one size at one interval, for tests and measurements. */
struct octo_load {
	/* The plan, set by the application through octo_courier_state(), then octo_courier_wake(). */
	uint64_t interval_ns;     /* 0 with count > 0: as fast as the channel lets it */
	uint64_t count;           /* messages left to send */
	uint16_t size;            /* bytes each, 8..OCTO_COURIER_PAYLOAD_MAX */
	uint8_t priority;
	uint8_t is_paced;         /* internal: next_ns is valid */
	uint8_t is_ordered;       /* asks for reliable service in order; size is then OCTO_ORDERED_PAYLOAD_MAX at most */
	uint8_t is_deaf;          /* accepts no reads */
	uint8_t reserved[2];
	uint64_t next_ns;         /* internal: when the next is due */
	/* What happened. */
	uint64_t sent;
	uint64_t received;        /* well-formed messages */
	uint64_t received_out_of_order; /* of those, with a number below one seen before */
	uint64_t damaged;         /* not what the load courier writes; must stay 0 */
	uint64_t highest;         /* 1 + the highest number received, 0 at first */
};
extern const struct octo_courier octo_courier_load; /* id 1 */
/* More of the same, to compete with it: "load-2" to "load-4", ids 124 to 126. */
enum { OCTO_MORE_LOADS = 3 };
extern const struct octo_courier octo_courier_more_loads[OCTO_MORE_LOADS];

/* ---- Blobs (C:36, S:62-72) --------------------------------------------------------------------------------- */

#define OCTO_BLOB_SIZE_MAX (UINT64_C(1) << 32)

enum {
	OCTO_BLOB_NAME_MAX = 64,                  /* bytes, without the NUL */
	OCTO_BLOBS_MAX = 4,                       /* on their way to one peer, and from it */
	OCTO_BLOB_PRIORITY = 40,                  /* low (S:46): what to take when nothing speaks against it */
	OCTO_DIGEST_BYTES = 32,                   /* BLAKE2b-256 */
	OCTO_DIGEST_STATE_BYTES = 384
};

/* A file, an image, a log: any bytes that do not fit into a packet. The same id, size and digest are the same blob: it is
 * resumed, and not sent twice. Other contents want another id. */
struct octo_blob {
	uint64_t size;                            /* bytes, at most OCTO_BLOB_SIZE_MAX */
	uint8_t digest[OCTO_DIGEST_BYTES];        /* of all its bytes: octo_digest_*() */
	uint16_t id;                              /* the sender's choice, not 0 */
	uint8_t priority;                         /* as in a mandate; among blobs, a share of the bytes */
	char name[OCTO_BLOB_NAME_MAX + 1];        /* a file's name and never its path: no control characters, / or \\, not
	                                           * empty, not "." or "..", zeros behind it */
	uint8_t reserved[4];                      /* 0; no padding */
};

#define OCTO_WAYS(X) X(OUT, "out") X(IN, "in")
enum octo_way {
#define X(name, text) OCTO_WAY_##name,
	OCTO_WAYS(X)
#undef X
	OCTO_WAY_COUNT
};
const char *octo_way_name(enum octo_way way);

/* What an application says: no, yes, or not now. */
enum octo_blob_answer { OCTO_BLOB_NO, OCTO_BLOB_YES, OCTO_BLOB_LATER };

/* Where a blob's bytes come from and go to: the channel never holds more than a packet of them. Called with the context of
 * the host; must not call into the channel. */
struct octo_blobs {
	/* Bytes of a blob: of one that is sent, or of one that is being received, to check it. False: it cannot be read. */
	bool (*read)(void *context, uint32_t peer, enum octo_way way, uint16_t id, uint64_t offset, uint8_t *out, size_t size);
	/* Bytes of one that is being received, in any order, each byte once. False: they cannot be kept. */
	bool (*write)(void *context, uint32_t peer, uint16_t id, uint64_t offset, const uint8_t *bytes, size_t size);
	/* The peer offers a blob. NO refuses it. *have is 0; more says with YES that so many of its first bytes are here already.
	 * LATER leaves the offer without an answer: its sender offers it again by and by. */
	enum octo_blob_answer (*offered)(void *context, uint32_t peer, const struct octo_blob *blob, uint64_t *have);
	/* A blob that is being received is whole and its digest is right: what is to be kept for good must be durable when it
	 * says YES, for the sender is told next. NO: it cannot be kept. LATER: octo_blob_kept() says which. NULL: write() was
	 * enough. */
	enum octo_blob_answer (*keep)(void *context, uint32_t peer, const struct octo_blob *blob);
};

/* How the way of a blob ended. */
#define OCTO_BLOB_ENDS(X)                                                                             \
	X(NONE, "none", "it is on its way")                                                           \
	X(COMPLETE, "complete", "the receiver has all of it, and its digest is right")                \
	X(CANCELLED, "cancelled", "one of the two sides cancelled it")                                \
	X(REFUSED, "refused", "the receiver does not want it")                                        \
	X(DIGEST, "digest", "the bytes that arrived have another digest than was said")               \
	X(READ, "read", "its bytes could not be read")                                                \
	X(WRITE, "write", "its bytes could not be kept")                                              \
	X(FULL, "full", "the receiver has no room for one more")                                      \
	X(REPLACED, "replaced", "another blob took its place")                                        \
	X(UNKNOWN, "unknown", "its sender does not know it any more")                                 \
	X(LONG_NAME, "long-name", "its name is too long for the packets that were agreed upon")
enum octo_blob_end {
#define X(name, key, text) OCTO_BLOB_END_##name,
	OCTO_BLOB_ENDS(X)
#undef X
	OCTO_BLOB_END_COUNT
};
const char *octo_blob_end_name(enum octo_blob_end end);
const char *octo_blob_end_text(enum octo_blob_end end);

extern const struct octo_courier octo_courier_blob; /* id 6 */

/* A digest of bytes that come piece by piece. */
struct octo_digest { uint8_t state[OCTO_DIGEST_STATE_BYTES]; };
void octo_digest_begin(struct octo_digest *digest);
void octo_digest_add(struct octo_digest *digest, const void *bytes, size_t size);
void octo_digest_end(struct octo_digest *digest, uint8_t out[OCTO_DIGEST_BYTES]);

/* ---- Events ------------------------------------------------------------------------------------------------ */

enum octo_packet_type {
	OCTO_PACKET_UNKNOWN = 0,
	OCTO_PACKET_STUN = 0x01,                  /* any first byte below 0x40, with STUN's magic cookie */
	OCTO_PACKET_SYN = 0x41,
	OCTO_PACKET_SYN_ACK = 0x42,
	OCTO_PACKET_ACK = 0x43,
	OCTO_PACKET_RETRY = 0x44,
	OCTO_PACKET_PROBE = 0x45,
	OCTO_PACKET_PROBE_REPLY = 0x46,
	OCTO_PACKET_DATA = 0x80                   /* any first byte with the top bit set */
};
const char *octo_packet_type_name(enum octo_packet_type type);
/* The type a datagram claims to be, from its first bytes alone; OCTO_PACKET_UNKNOWN when it is none of ours. */
enum octo_packet_type octo_packet_type_of(const uint8_t *bytes, size_t size);

/* Packet classes (C:58-61). "initial" (session id 0) is a property beside the class. */
#define OCTO_CLASSES(X) X(BROKEN, "broken") X(WHOLE, "whole") X(HACKED, "hacked")
enum octo_class {
#define X(name, text) OCTO_CLASS_##name,
	OCTO_CLASSES(X)
#undef X
	OCTO_CLASS_COUNT
};
const char *octo_class_name(enum octo_class class);

/* Why a packet was not (or not fully) used. Every received packet counts under exactly one; ACCEPTED is the good one.
 * The third column is the class: B broken, H hacked, W whole (the format and, where there is one, the tag were right). */
#define OCTO_REASONS(X)                                                                               \
	X(ACCEPTED, "accepted", WHOLE)                                                                \
	X(TOO_SHORT, "too-short", BROKEN)                                                             \
	X(TOO_LONG, "too-long", BROKEN)                                                               \
	X(BAD_TYPE, "bad-type", BROKEN)                                                               \
	X(BAD_VERSION, "bad-version", BROKEN)                                                         \
	X(BAD_FLAGS, "bad-flags", BROKEN)                                                             \
	X(BAD_LENGTH, "bad-length", BROKEN)                                                           \
	X(BAD_SESSION_ID, "bad-session-id", BROKEN)                                                   \
	X(BAD_FIELD, "bad-field", BROKEN)                                                             \
	X(BAD_FRAME, "bad-frame", BROKEN)                                                             \
	X(BAD_KEY, "bad-key", BROKEN)                                                                 \
	X(BAD_TAG, "bad-tag", BROKEN)                                                                 \
	X(UNKNOWN_SENDER, "unknown-sender", BROKEN)                                                   \
	X(UNKNOWN_SESSION, "unknown-session", BROKEN)                                                 \
	X(CLOSED_SESSION, "closed-session", BROKEN)                                                   \
	X(NOT_NEGOTIATED, "not-negotiated", BROKEN)                                                   \
	X(STALE, "stale", WHOLE)                                                                      \
	X(HELD, "held", WHOLE)                                                                        \
	X(REPEATED, "repeated", WHOLE)                                                                \
	X(TOO_SOON, "too-soon", WHOLE)                                                                \
	X(CELIBATE, "celibate", WHOLE)                                                                \
	X(SWITCHED_OFF, "switched-off", WHOLE)                                                        \
	X(COOKIE_WANTED, "cookie-wanted", WHOLE)                                                      \
	X(DUEL_LOST, "duel-lost", WHOLE)                                                              \
	X(FLAGGED, "flagged", WHOLE)                                                                  \
	X(FINISHED_OFFER, "finished-offer", WHOLE)                                                    \
	X(DEAD_INCARNATION, "dead-incarnation", WHOLE)                                                \
	X(UNSOLICITED, "unsolicited", WHOLE)                                                          \
	X(REFUSED_TIMESTAMP, "refused-timestamp", WHOLE)                                              \
	X(DUPLICATE, "duplicate", WHOLE)                                                              \
	X(TOO_OLD, "too-old", WHOLE)                                                                  \
	X(NO_ROOM, "no-room", WHOLE)                                                                  \
	X(ACK_OF_UNSENT, "ack-of-unsent", WHOLE)                                            \
	X(TAMPERED, "tampered", HACKED)

enum octo_reason {
#define X(name, text, class) OCTO_REASON_##name,
	OCTO_REASONS(X)
#undef X
	OCTO_REASON_COUNT
};
const char *octo_reason_name(enum octo_reason reason);
enum octo_class octo_reason_class(enum octo_reason reason);

/* The states of a pair, from the slots that are filled [P 5]. */
#define OCTO_STATES(X)                                                                                \
	X(IDLE, "idle") X(OFFERING, "offering") X(ANSWERING, "answering") X(ESTABLISHED, "established")
enum octo_state {
#define X(name, text) OCTO_STATE_##name,
	OCTO_STATES(X)
#undef X
	OCTO_STATE_COUNT
};
const char *octo_state_name(enum octo_state state);

/* The rows of the handshake's transition table [P 5]. */
#define OCTO_STEPS(X)                                                                                 \
	X(CONNECT, "connect", "connect wanted (user, redial)")                                        \
	X(DISCONNECT, "disconnect", "user disconnects")                                               \
	X(SWITCH_OFF, "switch-off", "user switches communications off")                               \
	X(PING_ANSWERED, "ping-answered", "PROBE-REPLY to a ping")                                    \
	X(OFFER_TIMER, "offer-timer", "offer's resend timer")                                         \
	X(OFFER_EXPIRED, "offer-expired", "offer expired")                                            \
	X(ANSWER_TIMER, "answer-timer", "answer's resend timer")                                      \
	X(ANSWER_EXPIRED, "answer-expired", "answer expired")                                         \
	X(CONFIRM_TIMER, "confirm-timer", "ACK's resend timer")                                       \
	X(KEEPALIVE_TIMER, "keepalive-timer", "keepalive timer")                                      \
	X(REKEY_TIMER, "rekey-timer", "new keys wanted")                                              \
	X(CHALLENGE_TIMER, "challenge-timer", "challenge's resend timer")                             \
	X(CHALLENGE_EXPIRED, "challenge-expired", "challenge unanswered")                             \
	X(SESSION_DEAD, "session-dead", "peer is dead")                                               \
	X(SYN_CELIBATE, "syn-celibate", "SYN in celibacy")                                            \
	X(SYN_STALE, "syn-stale", "SYN, stale timestamp")                                             \
	X(SYN_HELD, "syn-held", "SYN, not newer than the held one")                                   \
	X(SYN_REPEATED, "syn-repeated", "SYN, the answered one again")                                \
	X(SYN_TOO_SOON, "syn-too-soon", "SYN, too soon")                                              \
	X(SYN_COOKIE, "syn-cookie", "SYN, cookie demanded")                                           \
	X(SYN_FRESH, "syn-fresh", "SYN, fresh")                                                       \
	X(SYN_INSIDE, "syn-inside", "SYN inside the session, fresh")                                  \
	X(SYN_ACK_VALID, "syn-ack-valid", "SYN-ACK for the offer")                                    \
	X(SYN_ACK_FINISHED, "syn-ack-finished", "SYN-ACK for a finished offer")                       \
	X(CONFIRMED, "confirmed", "ACK or first data for the answer")                                 \
	X(CONFIRM_DEAD, "confirm-dead", "ACK of a dead incarnation")                                  \
	X(PONG_CHALLENGE, "pong-challenge", "PONG to the challenge")                                  \
	X(CLOSE, "close", "CLOSE received")                                                           \
	X(LIED, "lied", "acknowledged what was never sent")                                                           \
	X(RETRY, "retry", "RETRY received")                                                           \
	X(BAD_PACKET, "bad-packet", "bad packet")

enum octo_step {
#define X(name, key, text) OCTO_STEP_##name,
	OCTO_STEPS(X)
#undef X
	OCTO_STEP_COUNT
};
const char *octo_step_name(enum octo_step step);
const char *octo_step_text(enum octo_step step);
/* The action's name in one cell of the table; NULL where the cell cannot happen. */
const char *octo_step_action(enum octo_step step, enum octo_state state);
/* True for a cell that only a peer with the right keys and a lying counter can reach: no honest run ever will. */
bool octo_step_needs_liar(enum octo_step step, enum octo_state state);

/* Who we are in a handshake or session (C:70-81). */
#define OCTO_ROLES(X) X(NONE, "none") X(INITIATOR, "initiator") X(ADHERENT, "adherent")
enum octo_role {
#define X(name, text) OCTO_ROLE_##name,
	OCTO_ROLES(X)
#undef X
	OCTO_ROLE_COUNT
};
const char *octo_role_name(enum octo_role role);

/* Why a session ended. */
#define OCTO_ENDS(X)                                                                                  \
	X(REPLACED, "replaced by a higher one")                                                       \
	X(DISCONNECTED, "the user disconnected")                                                      \
	X(CLOSED, "the peer closed it")                                                               \
	X(DEAD, "the peer fell silent")                                                               \
	X(RESTARTED, "the peer came back as a new incarnation")                                       \
	X(LIED, "the peer acknowledged what was never sent")
enum octo_end {
#define X(name, text) OCTO_END_##name,
	OCTO_ENDS(X)
#undef X
	OCTO_END_COUNT
};
const char *octo_end_text(enum octo_end end);

/* How a peer is looked for while it is not active (C:45-57, S:110-123). The first four are the channel's, celibacy is a
 * peer's own. */
#define OCTO_MODES(X)                                                                                 \
	X(MANUAL, "manual", "nobody has touched the switch: connections are made one by one")         \
	X(OFF, "off", "switched off: nothing is sent and nobody is answered")                         \
	X(NORMAL, "normal", "who is not active is pinged, the longer it is away the more seldom")     \
	X(HONEYMOON, "honeymoon", "who is not active is pinged all the time, for a while")            \
	X(CELIBACY, "celibacy", "explicitly completed: not pinged for a while")
enum octo_mode {
#define X(name, key, text) OCTO_MODE_##name,
	OCTO_MODES(X)
#undef X
	OCTO_MODE_COUNT
};
const char *octo_mode_name(enum octo_mode mode);
const char *octo_mode_text(enum octo_mode mode);

/* Why a peer became active (the first two), or stopped being so. */
#define OCTO_ACTIVITIES(X)                                                                            \
	X(ANSWERED, "answered", "it answered a ping")                                                 \
	X(CONNECTED, "connected", "a session came up")                                                \
	X(COMPLETED, "completed", "explicitly completed")                                             \
	X(SILENT, "silent", "it fell silent")                                                         \
	X(UNANSWERED, "unanswered", "it did not answer the handshake")
enum octo_activity {
#define X(name, key, text) OCTO_ACTIVITY_##name,
	OCTO_ACTIVITIES(X)
#undef X
	OCTO_ACTIVITY_COUNT
};
const char *octo_activity_name(enum octo_activity activity);
const char *octo_activity_text(enum octo_activity activity);

/* What the user should be told. */
#define OCTO_WARNINGS(X)                                                                              \
	X(HACKED, "hacked", "somebody else sent an initial packet in the peer's name")                \
	X(EQUAL_IDS, "equal-ids", "a peer has our own identity")                                      \
	X(TIMESTAMP_REFUSED, "timestamp-refused", "the peer claims to have seen an impossible timestamp of ours")
enum octo_warning {
#define X(name, key, text) OCTO_WARNING_##name,
	OCTO_WARNINGS(X)
#undef X
	OCTO_WARNING_COUNT
};
const char *octo_warning_name(enum octo_warning warning);
const char *octo_warning_text(enum octo_warning warning);

/* What the channel lends to peers while traffic flows. */
#define OCTO_POOLS(X) X(SENT, "records of sent packets") X(ORDERED, "copies of ordered messages")
enum octo_pool {
#define X(name, text) OCTO_POOL_##name,
	OCTO_POOLS(X)
#undef X
	OCTO_POOL_COUNT
};
const char *octo_pool_text(enum octo_pool pool);

enum { OCTO_SUITE_CHACHA20_POLY1305 = 1, OCTO_SUITE_AES_256_GCM = 2 }; /* bits of an offer */
const char *octo_suite_name(uint8_t suite);

/* Why a courier waits, or waited. The first ones are the choice among couriers (COURIER_GRANTED says it of each that did not
 * get the opportunity); from NO_COPY on, what holds up even the most pressing one. */
#define OCTO_WAITS(X)                                                                                 \
	X(NONE, "none", "it does not have to wait")                                                   \
	X(SILENT, "silent", "it does not want to send")                                               \
	X(NOT_DUE, "not-due", "its time has not come")                                                \
	X(LOWER_SCORE, "lower-score", "another one is more pressing")                                 \
	X(LATER, "later", "another one is as pressing and wished first")                              \
	X(BULK, "bulk", "it is bulk, and one goes first that is not")                                 \
	X(CLAIM, "claim", "bulk goes first that the others owe its part")                             \
	X(PASSED_OVER, "passed-over", "another one was passed over for too long")                     \
	X(NO_ROOM, "no-room", "its message does not fit into what is left of the packet")             \
	X(NO_COPY, "no-copy", "it wants order, and no copy of another message can be kept")           \
	X(PACE, "pace", "the next packet is not due yet at the present rate")                         \
	X(WINDOW, "window", "as much is on its way as may be")                                        \
	X(NO_RECORD, "no-record", "nothing is left to record another packet with")                    \
	X(PATH, "path", "the peer's new address has not been proved yet")                             \
	X(NO_SESSION, "no-session", "there is no session")
enum octo_wait {
#define X(name, key, text) OCTO_WAIT_##name,
	OCTO_WAITS(X)
#undef X
	OCTO_WAIT_COUNT
};
const char *octo_wait_name(enum octo_wait wait);
const char *octo_wait_text(enum octo_wait wait);

/* Why a message was discarded by its receiver. */
#define OCTO_DISCARDS(X)                                                                              \
	X(UNKNOWN, "unknown", "this node has no such courier")                                        \
	X(INACTIVE, "inactive", "the courier is not active towards this peer")                        \
	X(NO_READS, "no-reads", "the courier does not accept reads")
enum octo_discard {
#define X(name, key, text) OCTO_DISCARD_##name,
	OCTO_DISCARDS(X)
#undef X
	OCTO_DISCARD_COUNT
};
const char *octo_discard_name(enum octo_discard discard);
const char *octo_discard_text(enum octo_discard discard);

#define OCTO_EVENTS(X)                                                                                \
	X(PACKET_RECEIVED, "packet-received")                                                         \
	X(PACKET_SENT, "packet-sent")                                                                 \
	X(HANDSHAKE, "handshake")                                                                     \
	X(ROLE, "role")                                                                               \
	X(DUEL, "duel")                                                                               \
	X(SESSION_UP, "session-up")                                                                   \
	X(SESSION_SPARE, "session-spare")                                                             \
	X(SESSION_DOWN, "session-down")                                                               \
	X(COURIER_GRANTED, "courier-granted")                                                         \
	X(COURIER_WAITED, "courier-waited")                                                           \
	X(COURIER_DELIVERED, "courier-delivered")                                                     \
	X(COURIER_DISCARDED, "courier-discarded")                                                     \
	X(COURIER_NOTE, "courier-note")                                                               \
	X(CELIBACY, "celibacy")                                                                       \
	X(MODE, "mode")                                                                               \
	X(ACTIVITY, "activity")                                                                       \
	X(CLOCK_STEP, "clock-step")                                                                   \
	X(WARNING, "warning")                                                                         \
	X(LOSS, "loss")                                                                               \
	X(RATE, "rate")                                                                               \
	X(LIGHT, "light")                                                                             \
	X(POOL_EMPTY, "pool-empty")                                                                   \
	X(MAPPED_ADDRESS, "mapped-address")                                                           \
	X(KEEPALIVE, "keepalive")                                                                     \
	X(KEYS_TURNED, "keys-turned")                                                                 \
	X(PATH, "path")                                                                               \
	X(TAMPER, "tamper")                                                                           \
	X(SYNC_MISMATCH, "sync-mismatch")                                                             \
	X(SYNC_RESENT, "sync-resent")                                                                 \
	X(SYNC_CONFIRMED, "sync-confirmed")                                                           \
	/* Only from a core built with OCTO_CHECKED; they do not take part in event numbering. */     \
	X(AUDIT_SEALED, "audit-sealed")                                                               \
	X(AUDIT_SECRET, "audit-secret")                                                               \
	X(AUDIT_KEYS, "audit-keys")

enum octo_event_kind {
#define X(name, text) OCTO_EVENT_##name,
	OCTO_EVENTS(X)
#undef X
	OCTO_EVENT_COUNT
};
const char *octo_event_name(enum octo_event_kind kind);

/* What both sides agreed on in a handshake (C:122), bound into its transcript. */
struct octo_agreement {
	uint8_t version;
	uint8_t suite;            /* one OCTO_SUITE_* bit */
	uint16_t payload_max;     /* bytes */
	uint32_t rate_up;         /* bytes per second from us to the peer */
	uint32_t rate_down;       /* bytes per second from the peer to us */
	uint16_t idle_s;          /* keepalive interval, seconds */
	uint16_t reserved;        /* 0; no padding */
};

struct octo_event_packet {        /* PACKET_RECEIVED, PACKET_SENT */
	struct octo_address address;
	uint16_t size;            /* bytes; 65,535 for anything longer */
	uint8_t type;             /* enum octo_packet_type */
	uint8_t class;            /* enum octo_class */
	uint8_t reason;           /* enum octo_reason; ACCEPTED for sent ones */
	bool is_initial;          /* session id 0 (C:58) */
	bool is_cached;           /* sent: identical bytes were sent before */
	bool is_timestamp_fresh;  /* received SYN, authentic: above ts_seen (earns its source credit) */
	uint64_t session_id;      /* the receiver's, as on the wire; 0 where the packet has none */
	uint64_t number;          /* packet number of a data packet, SYN's own n for a SYN, else 0 */
};
struct octo_event_handshake {     /* HANDSHAKE: one cell of the transition table ran */
	uint8_t step;             /* enum octo_step */
	uint8_t before, after;    /* enum octo_state */
	uint64_t timestamp;       /* the ts of the SYN or ACK that it is about, else 0 */
};
struct octo_event_role {          /* ROLE: our role changed (C:79) */
	uint8_t before, after;    /* enum octo_role */
};
struct octo_event_duel {          /* DUEL: the ID-duel was looked up (C:71-81); once a side and pair */
	uint8_t ours[OCTO_ID_BYTES], theirs[OCTO_ID_BYTES];
	uint8_t deciding_byte;    /* first byte that differs */
	bool we_won;
	uint8_t clash;            /* the role both had: enum octo_role */
	uint8_t role_before, role_after; /* ours */
	uint64_t winner_nonce, loser_nonce; /* n of both SYNs: names the pair */
};
struct octo_event_session {       /* SESSION_UP (now current), SESSION_SPARE (receive-only), SESSION_DOWN */
	uint64_t log_id;          /* the same on both sides; says nothing of the keys */
	uint64_t receive_id, send_id; /* session ids: ours, the peer's */
	uint32_t generation;
	bool by_winner;           /* the initiator is the ID-duel's winner */
	uint8_t role;             /* enum octo_role: ours */
	uint8_t end;              /* SESSION_DOWN: enum octo_end */
	bool was_current;         /* SESSION_DOWN: it was the current one */
	struct octo_agreement agreement;
};
/* A courier that did not get an opportunity, and why. */
struct octo_waiting {
	uint8_t courier;          /* id */
	uint8_t why;              /* enum octo_wait */
	uint16_t passed;          /* packets that went without it since its wish was due */
};
struct octo_event_courier {       /* COURIER_*: one courier message; WAITED: one that is due and begins to wait, or does so
	                           * for another reason, beside the pace, which holds up every stream */
	uint16_t courier;         /* id */
	uint16_t size;            /* bytes */
	uint32_t lateness_ms;     /* GRANTED: how long after its wish */
	uint8_t priority;         /* GRANTED */
	uint8_t rivals;           /* GRANTED: other couriers that were due and waited */
	uint16_t passed;          /* GRANTED: packets that went without it since its wish was due; see octo_passes_max() */
	uint8_t why;              /* GRANTED: what held it up last, beside others (NONE, or from NO_COPY on), WAITED: what does:
	                           * enum octo_wait. DISCARDED: enum octo_discard */
	uint8_t waiting_count;    /* GRANTED: the other active couriers, in the order of the host, and why each waits */
	struct octo_waiting waiting[OCTO_COURIERS_MAX - 1];
	bool is_ordered;          /* DELIVERED: in its order, perhaps long after its packet came. GRANTED once, however often sent */
	uint64_t number;          /* of an ordered message, from 0; else 0 */
	uint64_t session;         /* log id */
};
/* What couriers tell about themselves, with what subject, value and total hold. Those of class BROKEN are the peer's
 * fault: its message changed nothing. */
#define OCTO_NOTES(X)                                                                                 \
	X(BAD_MESSAGE, "bad-message", BROKEN, "a message that the courier never writes: subject its first byte") \
	X(CONTACT_MADE, "contact-made", WHOLE, "the peer's state is heard")                           \
	X(CONTACT_LOST, "contact-lost", WHOLE, "it is not heard any more: value the milliseconds of silence") \
	X(PARAMETER_CHANGED, "parameter-changed", WHOLE, "subject the parameter, value its version")  \
	X(PARAMETER_REFUSED, "parameter-refused", BROKEN, "subject the parameter, value the version")  \
	X(COMMAND_TAKEN, "command-taken", WHOLE, "subject how many were taken before")                \
	X(COMMAND_CONFIRMED, "command-confirmed", WHOLE, "subject the last ticket that is confirmed") \
	X(COMMAND_UNCERTAIN, "command-uncertain", WHOLE, "subject the ticket: the peer restarted, perhaps before it was executed") \
	/* Blobs: the subject is the id, and OCTO_NOTE_INCOMING for one that we receive; total its size. */ \
	X(BLOB_OFFERED, "blob-offered", WHOLE, "a blob is offered")                                   \
	X(BLOB_STARTED, "blob-started", WHOLE, "a blob begins, or goes on: value bytes are there already") \
	X(BLOB_PROGRESS, "blob-progress", WHOLE, "progress of a blob: value bytes")                   \
	X(BLOB_COMPLETE, "blob-complete", WHOLE, "a blob is complete")                                \
	X(BLOB_FAILED, "blob-failed", WHOLE, "a blob will not arrive: value enum octo_blob_end")      \
	X(BLOB_STRAY, "blob-stray", WHOLE, "a message about a blob that is not on its way")           \
	X(BLOB_BAD_OFFER, "blob-bad-offer", BROKEN, "an offer of an impossible blob")                 \
	X(BLOB_TOO_MANY, "blob-too-many", BROKEN, "an offer of more blobs than there may be")         \
	X(BLOB_OUT_OF_RANGE, "blob-out-of-range", BROKEN, "bytes outside of the blob, or of its window: value where") \
	X(BLOB_LATER, "blob-later", WHOLE, "an offer without an answer: the application is busy, and it comes again")
#define OCTO_NOTE_INCOMING UINT64_C(0x10000)

enum octo_note {
#define X(name, key, class, text) OCTO_NOTE_##name,
	OCTO_NOTES(X)
#undef X
	OCTO_NOTE_COUNT
};
const char *octo_note_name(enum octo_note note);
const char *octo_note_text(enum octo_note note);
enum octo_class octo_note_class(enum octo_note note);

struct octo_event_note {          /* COURIER_NOTE */
	uint64_t subject;         /* what it is about, in the courier's own numbering */
	uint64_t value, total;    /* as the note's text says; else 0 */
	uint64_t session;         /* log id; 0: none */
	uint16_t courier;         /* id */
	uint8_t note;             /* enum octo_note */
	uint8_t reserved[5];      /* 0; no padding */
};
struct octo_event_celibacy { bool began; octo_time_ns lasts_ns; };
struct octo_event_mode {          /* MODE: how the channel looks for peers changed; about no peer */
	uint8_t before, after;    /* enum octo_mode */
	octo_time_ns lasts_ns;    /* HONEYMOON: then it wears off; else 0 */
};
struct octo_event_activity {      /* ACTIVITY: a peer became active, or stopped being so (C:53) */
	bool is_active;
	uint8_t why;              /* enum octo_activity */
};
struct octo_event_clock { int64_t step_ns; bool was_limited; }; /* CLOCK_STEP: the caller's clock jumped */
struct octo_event_warning { uint8_t warning; };
struct octo_event_loss {          /* LOSS: packets were given up; some may prove to be late only */
	uint32_t packets, bytes;
	uint64_t number;          /* of the last one */
	uint64_t session;         /* log id */
	uint32_t distance;        /* packets that may overtake one before it counts as lost */
};
struct octo_event_rate {          /* RATE: what a path is thought to carry has changed by a fifth or more */
	uint32_t before, rate;    /* bytes per second, within what was agreed */
	octo_time_ns trip_ns;     /* round trip, smoothed */
	octo_time_ns queue_ns;    /* of it, what packets wait in queues */
	uint32_t loss_permille;   /* packets lost by chance */
	uint64_t session;         /* log id */
};
struct octo_event_light {         /* LIGHT: the connection has become good or bad */
	bool is_good;
	octo_time_ns trip_ns;
	uint64_t session;         /* log id */
};
struct octo_event_pool { uint8_t pool; uint64_t session; }; /* POOL_EMPTY: couriers wait until something is given back */
struct octo_event_mapped {        /* MAPPED_ADDRESS: the STUN server told how we look from outside (C:150) */
	struct octo_address address;
	bool is_changed;          /* another one than before: a NAT has forgotten us, or we have moved */
};
struct octo_event_keepalive {     /* KEEPALIVE: another interval for antler packets (C:150) [P 7.1] */
	octo_time_ns before_ns, interval_ns;
	octo_time_ns idle_ns;     /* the silence that says so */
	bool is_lost;             /* a NAT had forgotten us after it; else it was survived, as others before it */
};
/* What gives a packet away that follows the protocol and yet was not sent by an honest peer [P 7.8]. */
#define OCTO_TELLS(X)                                                                                 \
	X(NONE, "none", "nothing")                                                                    \
	X(INITIAL_REFUTED, "initial-refuted", "an initial packet in the name of a peer that is still there") \
	X(TIMESTAMP_TWICE, "timestamp-twice", "two SYNs with one timestamp: two nodes have the same keys") \
	X(LARGER_THAN_AGREED, "larger-than-agreed", "a datagram above the agreed size")               \
	X(FASTER_THAN_AGREED, "faster-than-agreed", "more bytes than the agreed rate allows")         \
	X(ANSWERS_UNASKED, "answers-unasked", "more answers than were asked for")                     \
	X(TOO_MANY_QUESTIONS, "too-many-questions", "more questions than any node asks")              \
	X(REKEYING_OUT_OF_TURN, "rekeying-out-of-turn", "new secrets wanted by the adherent")
enum octo_tell {
#define X(name, key, text) OCTO_TELL_##name,
	OCTO_TELLS(X)
#undef X
	OCTO_TELL_COUNT
};
const char *octo_tell_name(enum octo_tell tell);
const char *octo_tell_text(enum octo_tell tell);
struct octo_event_tamper { uint8_t tell; };       /* TAMPER: a hacked packet (C:61), and why */

#define OCTO_PATHS(X) X(TRIED, "tried") X(MOVED, "moved") X(FAILED, "failed")
enum octo_path {
#define X(name, text) OCTO_PATH_##name,
	OCTO_PATHS(X)
#undef X
	OCTO_PATH_COUNT
};
const char *octo_path_name(enum octo_path path);
struct octo_event_path {          /* PATH: the peer was heard from another address [P 7.7] */
	uint64_t session;         /* log id */
	struct octo_address address;
	uint8_t what;             /* enum octo_path: asked for proof, gave it, did not */
};
struct octo_event_keys_turned {   /* KEYS_TURNED: a direction of a session goes on under the hash of its key [P 6.4] */
	uint64_t session;         /* log id */
	uint32_t epoch;           /* how often by now */
	bool is_sending;          /* ours for sending; else the peer turned its own, and we followed */
};
struct octo_event_sync {          /* SYNC_*: about the state of a courier [P 7.13] */
	uint64_t session;         /* log id */
	uint16_t courier;         /* id */
	uint8_t side;             /* enum octo_side. CONFIRMED: the other has exactly ours, or we exactly theirs */
};
struct octo_event_audit_sealed {  /* a key and nonce were used */
	uint64_t key, nonce_high, nonce_low; /* the key's first bytes: it is a digest itself; the nonce's first 16 */
	uint64_t tag;             /* its first bytes: the same exactly when text and associated data are */
	bool is_counter;          /* the nonce is a counter that only goes up under this key */
};
struct octo_event_audit_secret {  /* an ephemeral secret came to life, or should be gone from the block now */
	uint8_t secret[OCTO_KEY_BYTES];
	bool is_alive;
	uint8_t name;             /* 'e' ephemeral, 'c' chaining key, '2' k2, '3' k3 */
};
struct octo_event_audit_keys {    /* a session's keys were derived */
	uint64_t log_id, initiator_nonce, adherent_nonce, keys; /* keys: digest over both directions */
	uint32_t generation;
	uint8_t role;
	struct octo_agreement agreement;
};

struct octo_event {
	octo_time_ns now;         /* the caller's clock in the call that made it */
	uint64_t seq;             /* 1, 2, 3 … in this channel; an event may be reported after those it caused */
	uint64_t cause;           /* seq of the received packet or handshake step behind it, 0 for none */
	enum octo_event_kind kind;
	uint32_t peer;            /* index, or OCTO_NO_PEER */
	union {
		struct octo_event_packet packet;
		struct octo_event_handshake handshake;
		struct octo_event_role role;
		struct octo_event_duel duel;
		struct octo_event_session session;
		struct octo_event_courier courier;
		struct octo_event_note note;
		struct octo_event_celibacy celibacy;
		struct octo_event_mode mode;
		struct octo_event_activity activity;
		struct octo_event_clock clock;
		struct octo_event_warning warning;
		struct octo_event_loss loss;
		struct octo_event_rate rate;
		struct octo_event_light light;
		struct octo_event_pool pool;
		struct octo_event_mapped mapped;
		struct octo_event_keepalive keepalive;
		struct octo_event_keys_turned keys_turned;
		struct octo_event_path path;
		struct octo_event_sync sync;
		struct octo_event_tamper tamper;
		struct octo_event_audit_sealed sealed;
		struct octo_event_audit_secret secret;
		struct octo_event_audit_keys keys;
	};
};

/* Counters; only ever grow. */
struct octo_counters {
	uint64_t reasons[OCTO_REASON_COUNT];      /* received packets, each under one */
	uint64_t received, sent;                  /* packets */
	uint64_t bytes_received, bytes_sent;
	uint64_t cells[OCTO_STEP_COUNT][OCTO_STATE_COUNT]; /* how often each cell of the transition table ran */
	uint64_t duels, curve_multiplications;
	uint64_t tells[OCTO_TELL_COUNT];          /* hacked packets */
	uint64_t courier_discarded;
	uint64_t notes[OCTO_NOTE_COUNT];          /* of couriers */
	uint64_t ordered_resent, ordered_duplicates; /* ordered messages sent again; received again and dropped */
	uint64_t sync_discarded;                  /* sync frames about couriers that are not known, not active or not synced */
};

/* ---- Host and configuration -------------------------------------------------------------------------------- */

#define OCTO_SELF OCTO_NO_PEER                    /* the record of the node itself */

/* The on-off switch of a node's communications (C:45), as stored. */
enum octo_switch { OCTO_SWITCH_MANUAL, OCTO_SWITCH_ON, OCTO_SWITCH_OFF };

/* What the channel needs from outside. Not part of the block; pass an equal one to every call. */
struct octo_host {
	void *context;                            /* handed to the callbacks */
	const struct octo_crypto *crypto;
	/* Fills `out` with unpredictable bytes. Must be a cryptographic source on a real node. Asked at once by init, for the key
	 * of what the channel draws often; from then on for keys, nonces, ids and questions to strangers only. */
	void (*entropy)(void *context, uint8_t *out, size_t size);
	/* Keeps a record (at most OCTO_RECORD_BYTES_MAX bytes) in place of the previous one of this peer, or of OCTO_SELF.
	 * Must be durable when it returns: the channel sends only afterwards. (Who sends what octo_channel_send() gives out may
	 * make it durable just before that goes on its way: one write for all that was saved since the last.) May be NULL:
	 * nothing survives a restart. */
	void (*save)(void *context, uint32_t peer, const uint8_t *record, size_t size);
	/* One call an event, in order of happening. The event is borrowed. Must not call into the channel. May be NULL. */
	void (*observe)(void *context, const struct octo_event *event);
	/* A packet was found hacked (C:94): false shuts down communication with this peer, as octo_disconnect() does. May be
	 * NULL: it goes on. Must not call into the channel. */
	bool (*goes_on)(void *context, uint32_t peer, enum octo_tell tell);
	/* For the blob courier; NULL: every blob is refused. */
	const struct octo_blobs *blobs;
	const struct octo_courier *const *couriers; /* the kinds of courier this node knows */
	uint32_t courier_count;
};

struct octo_config {
	/* Sizes of the block. */
	uint32_t peers_max;                       /* associates in the address book, 1..65,535 */
	/* Who we are. */
	uint8_t seed[OCTO_SEED_BYTES];
	uint32_t stored_epoch;                    /* boot epoch of the stored node record, 0 for none; the channel adds 1 */
	/* What we offer. */
	uint8_t version_min, version_max;         /* 1..1 today */
	uint16_t suites;                          /* OCTO_SUITE_* bits; ChaCha20-Poly1305 is always among them */
	uint32_t rate_up, rate_down;              /* bytes per second, at least 4,096 */
	uint16_t payload_max;                     /* bytes, 128..OCTO_DATAGRAM_MAX */
	uint16_t keepalive_s;                     /* 1..3,600 */
	/* What is lent to peers while traffic flows, of all peers together. */
	uint32_t in_flight_max;                   /* packets that await their acknowledgement; 64..1,048,576 */
	uint32_t ordered_max;                     /* copies of ordered messages; 0: no courier may want order; to 65,536 */
	/* Handshake times [P 5]. */
	octo_time_ns resend_ns;                   /* regular interval of every retransmission, before jitter */
	uint32_t jitter_permille;                 /* of every interval, either way; 0..500 */
	uint32_t stored_switch;                   /* enum octo_switch of the stored node record; MANUAL for none */
	octo_time_ns offer_ns, answer_ns;         /* lifetimes of an offer (unsuspended) and of an answer */
	octo_time_ns attempt_spacing_ns;          /* between two attempts of ours at one peer */
	octo_time_ns initial_spacing_ns;          /* between two processed initial packets of one peer (C:95) */
	octo_time_ns nudge_spacing_ns;            /* between two answers to repeated packets */
	octo_time_ns redial_min_ns, redial_max_ns; /* doubling wait between attempts */
	octo_time_ns spare_ns;                    /* life of a replaced session */
	octo_time_ns challenge_min_ns, challenge_max_ns; /* X, the wait of C:93 */
	octo_time_ns dead_min_ns;                 /* least silence after which a peer is dead */
	octo_time_ns celibacy_ns;
	/* Reachability [P 7.9]: a peer that was active `age` ago is pinged every base × 2^(age / step), at most max. */
	octo_time_ns ping_base_ns, ping_step_ns, ping_max_ns;
	octo_time_ns ping_recent_ns;              /* the peer that was last active counts as no older than this (C:57) */
	octo_time_ns honeymoon_ping_ns, honeymoon_ns; /* interval, and how long until it wears off */
	octo_time_ns probe_spacing_ns;            /* between two answers to pings of one peer from one address */
	octo_time_ns cookie_rotation_ns;
	octo_time_ns clock_step_max_ns;           /* a longer forward step of the clock counts as this much */
	uint32_t curve_rate_max;                  /* SYNs a second that may reach the curve before cookies are demanded */
	uint32_t turn_packets;                    /* packets under one data key; at least 16 */
	octo_time_ns turn_ns;                     /* and time; at least a second */
	octo_time_ns rekey_ns;                    /* life of a session's secrets: then a handshake inside it makes new ones */
	struct octo_address stun_server;          /* asked for our address as seen from outside; port 0: nobody is */
	bool tamper;                              /* look for tells (C:66); the default */
	uint8_t reserved_last[5];                 /* ignored; no padding */
	octo_time_ns stun_interval_ns;            /* between two such questions, less up to the jitter */
	/* Antler packets (C:150) [P 7.1]: a session is not silent for longer, that NATs on its way may not forget it. The interval is
	 * learned between these bounds; where the agreed keepalive is shorter, that counts. */
	octo_time_ns antler_min_ns, antler_ns, antler_max_ns; /* least, at first, most */
};

/* The defaults: OKK1's own numbers [P 8], 8 peers, ChaCha20-Poly1305, 125,000 bytes per second; seed all zero. */
void octo_config_default(struct octo_config *config);

/* ---- Lifecycle --------------------------------------------------------------------------------------------- */

struct octo_channel;                              /* lives in the caller's block */

/* Bytes of the block for this configuration and these couriers. 0: the configuration is out of range. */
size_t octo_channel_size(const struct octo_config *config, const struct octo_host *host);

/* Makes a channel in `block` (aligned to 16; the caller keeps ownership and may free it after octo_channel_close()).
 * Saves the node record with the new boot epoch before it returns.
 * Returns OCTO_OK, OCTO_BAD_CONFIG, OCTO_NO_SUITE (a suite is offered that the provider lacks), OCTO_FULL_BLOCK. */
OCTO_MUST_CHECK enum octo_status octo_channel_init(void *block, size_t size, const struct octo_config *config,
                                                   const struct octo_host *host, octo_time_ns now,
                                                   struct octo_channel **channel);
/* Reads the boot epoch, or the switch, out of a stored node record, for octo_config.stored_epoch and stored_switch.
 * Return OCTO_OK or OCTO_BAD_RECORD (*epoch is then 0, *position OCTO_SWITCH_MANUAL). */
OCTO_MUST_CHECK enum octo_status octo_node_record_epoch(const uint8_t *record, size_t size, uint32_t *epoch);
OCTO_MUST_CHECK enum octo_status octo_node_record_switch(const uint8_t *record, size_t size, enum octo_switch *position);
/* The channel in a block that was copied from another one. Asserts that the block holds one. */
struct octo_channel *octo_channel_at(void *block);
/* Overwrites the whole block, secrets and all. Sends nothing: peers find out by silence, unless octo_disconnect() came
 * first. The block is the caller's again. */
void octo_channel_close(struct octo_channel *channel);

/* ---- The three calls that drive it ------------------------------------------------------------------------- */

/* A datagram of any bytes and any length. Borrowed for the call. A bad one changes nothing but counters.
 * `now` may step: backwards is taken as no time at all, forwards by more than clock_step_max_ns as that much; both
 * are reported as CLOCK_STEP. */
void octo_channel_receive(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now,
                          const struct octo_address *from, const uint8_t *bytes, size_t size);
/* Writes the next due datagram. Returns false when nothing is due at `now`. Call after every other call until then. */
OCTO_MUST_CHECK bool octo_channel_send(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now,
                                       uint8_t out[OCTO_DATAGRAM_MAX], size_t *size, struct octo_address *to);
/* When octo_channel_send() has something to do next, on the caller's clock as of the last call; that of the last call
 * itself when something is due now. With nothing to do it is half of clock_step_max_ns away and never further, so that a
 * long sleep is not taken for a step of the clock. */
octo_time_ns octo_channel_next_wake(const struct octo_channel *channel);

/* ---- Associates (C:125-126) -------------------------------------------------------------------------------- */

/* Enters a paired node and its last known address. One scalar multiplication.
 * Returns OCTO_OK, OCTO_EQUAL_ID (with a WARNING event), OCTO_BAD_KEY, OCTO_KNOWN_PEER, OCTO_FULL_PEERS. */
OCTO_MUST_CHECK enum octo_status octo_peer_add(struct octo_channel *channel, const struct octo_host *host,
                                               octo_time_ns now, const struct octo_card *card,
                                               const struct octo_address *address, uint32_t *peer);
/* An associate is its card, the address it was paired at, and the record that the channel saves of it: together what a
 * store keeps (C:125-126). Entering and restoring all of them is what a start consists of (C:49).
 *
 * Puts a stored record back into a peer that was just added (anything else is the caller's fault). off_ns: how long ago the
 * record was saved, 0 when unknown: its ages and what is left of celibacy are told as of then.
 * A peer whose connection was wanted is dialled again at once, or pinged when communications are switched on. Returns OCTO_OK or OCTO_BAD_RECORD (nothing changed). */
OCTO_MUST_CHECK enum octo_status octo_peer_restore(struct octo_channel *channel, const struct octo_host *host,
                                                   octo_time_ns now, uint32_t peer, const uint8_t *record, size_t size,
                                                   octo_time_ns off_ns);
/* The user enters another address: attempts go there from now on, and it is stored as the last known one. A session stays
 * where it is, and nothing changes while there is one. An index outside of the address book is the caller's fault. */
void octo_peer_set_address(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t peer,
                           const struct octo_address *address);
/* The index of the peer with this FULL-ID. Returns OCTO_OK, or OCTO_UNKNOWN_PEER with *peer untouched. Looks through
 * the whole address book. */
OCTO_MUST_CHECK enum octo_status octo_peer_find(const struct octo_channel *channel, const uint8_t id[OCTO_ID_BYTES],
                                                uint32_t *peer);

/* The user presses connect, or disconnect (C:30, S:121). An index outside of the address book is the caller's fault.
 *
 * Connect ends celibacy, dials at once (or when the last attempt is 3 s old) and goes on dialling until a session is
 * there; pressed during an attempt or a session, it only makes the wish last. The wish is saved and survives a restart.
 * Disconnect closes the session with a message to the peer, drops every attempt and begins celibacy; without a session
 * it does the same less the message, and pressed again it begins celibacy anew. Neither waits for anything: what is to be
 * sent comes out of octo_channel_send(), what comes of it out of the events. */
void octo_connect(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t peer);
void octo_disconnect(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t peer);

/* The on-off switch (C:45). On: every peer that is not active is pinged, at first in a honeymoon, and connected as soon as
 * it answers. Off: every session is closed with a message, every attempt is dropped, and until it is on again nothing
 * is sent and nobody is answered; a connect is remembered. Until it is first touched the channel pings nobody. The
 * position is saved and survives a restart. Pressed where it is already, it changes nothing. */
void octo_enable(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, bool is_on);
/* A honeymoon at the user's wish (C:50), or the present one from its beginning. Returns OCTO_OK, or OCTO_SWITCHED_OFF
 * when communications are not switched on. */
OCTO_MUST_CHECK enum octo_status octo_honeymoon(struct octo_channel *channel, const struct octo_host *host,
                                                octo_time_ns now);
/* The channel's present mode: MANUAL, OFF, NORMAL or HONEYMOON. */
enum octo_mode octo_channel_mode(const struct octo_channel *channel);

/* What can be seen of a peer. */
struct octo_peer_view {
	enum octo_state state;
	enum octo_role role;                      /* in the session, or in the attempt when there is none */
	bool is_wanted, is_celibate, is_challenged;
	bool has_offer, has_answer, has_spare;    /* filled slots beside the current session */
	bool is_rekeying;                         /* the offer beside the session is for new secrets of it [P 7.6] */
	bool has_claim;                           /* an initial packet is held while the session is challenged */
	struct octo_address address;              /* where it is sent to */
	struct octo_address paired_address;       /* as it was entered; tried in turns when the other stays silent */
	struct octo_event_session session;        /* ESTABLISHED: the current one; log_id 0 otherwise */
	octo_time_ns redial_ns;                   /* the present wait between attempts, jitter excluded */
	octo_time_ns timeout_ns;                  /* PTO: the present probe timeout */
	octo_time_ns trip_ns;                     /* round trip, smoothed; 0: not measured */
	uint32_t rate_bps;                        /* bytes per second that couriers may send at present, pacing included */
	uint32_t rate_estimate_bps;               /* that the path is thought to carry, within what was agreed */
	uint32_t loss_permille;                   /* packets lost by chance */
	uint32_t in_flight_bytes;                 /* sent, and neither acknowledged nor given up */
	bool is_good;                             /* the light: short round trips, and answers */
	/* The four timers of C:82-85, as ages; OCTO_NEVER when it never happened. */
	octo_time_ns since_first_success, since_first_attempt, since_last_success, since_last_failure;
	enum octo_mode mode;                      /* the channel's, or CELIBACY */
	bool is_active;                           /* it answered a ping or has a session (C:53-54) */
	octo_time_ns next_ping_ns;                /* time until it is pinged; OCTO_NEVER when it is not */
	octo_time_ns since_activity;              /* age of its last response; of its entry when there was none (C:52) */
	octo_time_ns since_heard;                 /* age of the session's last authentic packet (S:22); OCTO_NEVER without one */
	uint64_t timestamp_seen;
};
/* Fills *view with a copy, as of the last call that took the time. */
void octo_peer_view(const struct octo_channel *channel, uint32_t peer, struct octo_peer_view *view);
/* The card that a peer was entered with. Borrowed, as the next one. */
const struct octo_card *octo_peer_card(const struct octo_channel *channel, uint32_t peer);
/* Peers in the address book: valid indices are those below. A peer keeps its index as long as the channel lives. */
uint32_t octo_peer_count(const struct octo_channel *channel);
/* For who keeps something in step with every peer, at the cost of what happens and not of what there is: the first peer from
 * `from` on that anything happened to (a packet, a timer, something the user or a courier's application did) since
 * octo_peer_settle() was called for it. OCTO_NO_PEER: there is none. */
uint32_t octo_peer_touched(const struct octo_channel *channel, uint32_t from);
void octo_peer_settle(struct octo_channel *channel, uint32_t peer);
/* How we look from outside, as the STUN server said last. False: it has not said yet, or none is configured. */
bool octo_channel_mapped_address(const struct octo_channel *channel, struct octo_address *address);
/* Our own card, and the counters. Both are in the block: borrowed, and valid until it moves or is closed. */
const struct octo_card *octo_channel_card(const struct octo_channel *channel);
const struct octo_counters *octo_channel_counters(const struct octo_channel *channel);

/* ---- Couriers of a peer ------------------------------------------------------------------------------------ */

/* Makes a courier kind of host->couriers active or inactive towards a peer. Only active ones get opportunities and
 * data (C:34). Its state survives. `courier` is an index into host->couriers. */
void octo_courier_activate(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now,
                           uint32_t peer, uint32_t courier, bool is_active);
/* The state of a courier, in the block: for the application side of it. Borrowed, never NULL, aligned to 8; valid until
 * the block moves or is closed. */
void *octo_courier_state(struct octo_channel *channel, uint32_t peer, uint32_t courier);
/* Say so after changing a state: the mandate is read again. */
void octo_courier_wake(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t peer);
/* Runs `work` over a courier's state as the channel runs a courier's own functions, and reads the mandate again: how the
 * application's side of a courier is written that reports, or needs the time. `argument` is handed on. */
void octo_courier_work(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t peer,
                       uint32_t courier,
                       void (*work)(void *state, const struct octo_courier_call *call, void *argument), void *argument);
/* The same to look only: changes nothing and wakes nobody. The time is that of the last call that took it; the call's
 * `report` is NULL. */
void octo_courier_look(const struct octo_channel *channel, const struct octo_host *host, uint32_t peer, uint32_t courier,
                       void (*look)(const void *state, const struct octo_courier_call *call, void *argument),
                       void *argument);
/* The index in host->couriers of the kind with this id on the wire; OCTO_NO_COURIER when the node does not know it. */
uint32_t octo_courier_index(const struct octo_host *host, uint16_t id);

/* Offers a blob to a peer: now, or when there is a session. COURIER_NOTE events tell how it goes on. The blob courier must be
 * among host->couriers, and host->blobs be given. A name that the packets of the session are too small for makes a bad blob;
 * in a session to come it fails as LONG_NAME. 47 bytes always fit.
 * Returns OCTO_OK, OCTO_BAD_BLOB, OCTO_KNOWN_BLOB, OCTO_FULL_BLOBS. */
OCTO_MUST_CHECK enum octo_status octo_blob_send(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now,
                                                uint32_t peer, const struct octo_blob *blob);
/* Either side gives up a blob on its way; the other hears of it, now or in the next session. Returns OCTO_OK or
 * OCTO_UNKNOWN_BLOB. */
OCTO_MUST_CHECK enum octo_status octo_blob_cancel(struct octo_channel *channel, const struct octo_host *host,
                                                  octo_time_ns now, uint32_t peer, enum octo_way way, uint16_t id);
/* What became of a blob that octo_blobs.keep() wanted to keep later. Returns OCTO_OK, or OCTO_UNKNOWN_BLOB: it was given up
 * meanwhile, by either side. */
OCTO_MUST_CHECK enum octo_status octo_blob_kept(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now,
                                                uint32_t peer, uint16_t id, bool is_kept);
struct octo_blob_view {
	struct octo_blob blob;
	enum octo_blob_end end;                   /* NONE: on its way */
	bool is_flowing;                          /* accepted, in the present session */
	uint64_t done;                            /* bytes that the receiver has */
	uint64_t done_in_a_row;                   /* of those, the ones from the first byte on without a gap */
	uint64_t rate_bps;                        /* bytes per second, over the last half second in which any came */
	uint64_t repeated;                        /* IN: bytes that came more than once */
};
/* One of the OCTO_BLOBS_MAX places of a way, in which a blob stays to be seen after its end until another needs the place.
 * False: nothing is there. */
bool octo_blob_view(struct octo_channel *channel, const struct octo_host *host, uint32_t peer, enum octo_way way,
                    uint32_t place, struct octo_blob_view *view);

/* Asks the peer to say how its couriers stand, and says how ours do: soon, and not by the mandates alone (C:23). */
void octo_peer_sync(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t peer);
/* Whether a courier's state is verified, and how fresh that is. */
struct octo_sync_view {
	bool is_synced;                           /* the courier has digests; false: all else is false or OCTO_NEVER */
	bool is_ours_verified;                    /* the peer was heard to have exactly what we say now */
	bool is_theirs_verified;                  /* what we have is exactly what the peer said last */
	octo_time_ns since_ours, since_theirs;    /* age of the last such confirmation; OCTO_NEVER: there was none */
};
void octo_sync_view(const struct octo_channel *channel, const struct octo_host *host, uint32_t peer, uint32_t courier,
                    struct octo_sync_view *view);

/* Asks the peer to send to us at no more than this many bytes per second, in this session and later ones; 0: what was
 * agreed. From 4,096; less is the caller's fault. */
void octo_peer_limit(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t peer,
                     uint32_t rate_bps);

/* ---- For tests --------------------------------------------------------------------------------------------- */

/* A digest over every byte of the block but counters, clock readings and event numbers. */
uint64_t octo_channel_digest(const struct octo_channel *channel);
/* True for a core that reports AUDIT_* events. */
bool octo_is_checked(void);
/* Live entries of the session directory, and what the slots say there should be. Always equal. */
void octo_directory_audit(const struct octo_channel *channel, uint32_t *entries, uint32_t *slots);

#endif
