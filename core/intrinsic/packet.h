/* packet.h: the bytes of every handshake message and of the data packet's header [P 3, P 6]. Reading checks format and
 * bounds and nothing else: no keys, no state. Encrypted parts are handled as they stand on the wire; their plain
 * contents have their own structs and functions here. Next: frame.h for what data packets carry. */
#ifndef OCTO_INTRINSIC_PACKET_H
#define OCTO_INTRINSIC_PACKET_H

#include "core/base/cursor.h"
#include "core/intrinsic/crypto.h"

enum {
	PACKET_VERSION = 1,
	PACKET_HEADER_BYTES = 12,
	PACKET_FLAG_USER = 1,             /* SYN, PROBE: the user wants the connection */
	PACKET_SESSION_ID_MIN = 65536,    /* ids below are reserved; 0 is "initial", 1 is PROBE */
	PACKET_PROBE_SESSION_ID = 1,

	COOKIE_BYTES = 16,

	SYN_BYTES = 160,
	SYN_OFFER_AT = 60,                /* where ct1 begins; all before it is associated data */
	SYN_OFFER_BYTES = 48,
	SYN_TAG_AT = 108,
	SYN_COOKIE_AT = 124,              /* cookie and padding are outside ct1 and transcript: they change on retry */
	SYN_PAD_BYTES = 20,

	SYN_ACK_BYTES = 144,
	SYN_ACK_CHOICE_AT = 44,
	SYN_ACK_CHOICE_BYTES = 84,

	ACK_BYTES = 72,
	ACK_PROOF_BYTES = 44,

	RETRY_BYTES = 80,
	RETRY_NONCE_AT = 12,
	RETRY_ADVICE_AT = 36,
	RETRY_ADVICE_BYTES = 28,

	PROBE_BYTES = 44,
	PROBE_SIGNED_BYTES = 28,

	DATA_HEADER_BYTES_MAX = 1 + 8 + 4,
	DATA_OVERHEAD_BYTES_MAX = DATA_HEADER_BYTES_MAX + CRYPTO_TAG_BYTES,
	DATA_BYTES_MIN = 1 + 8 + 1 + 1 + CRYPTO_TAG_BYTES /* one frame byte at least */
};

/* Above it, generations could not be counted up for ever; no honest boot comes near. */
#define PACKET_GENERATION_MAX (UINT32_C(1) << 31)

enum retry_reason { RETRY_COOKIE = 1, RETRY_STALE = 2 };

struct packet_header {
	uint8_t type;
	uint8_t version;
	uint16_t flags;
	uint64_t session_id;
};

/* P1 of a SYN: what the initiator offers. */
struct syn_offer {
	uint64_t timestamp;
	uint32_t generation;
	uint8_t version_min, version_max;
	uint16_t suites;
	uint32_t rate_up, rate_down;      /* bytes per second */
	uint16_t payload_max, idle_s;
	uint32_t features;                /* none defined yet: ignored when received */
};

/* P2 of a SYN-ACK: what the adherent chose. Rates are the adherent's: up is from it to the initiator. */
struct syn_ack_choice {
	uint8_t id[OCTO_ID_BYTES];
	uint64_t nonce;                   /* n_R: also the adherent's receive session id */
	uint32_t generation;
	uint64_t timestamp;
	uint8_t version, suite;
	uint16_t payload_max;
	uint32_t rate_up, rate_down;
	uint16_t idle_s;
};

/* P3 of an ACK. */
struct ack_proof {
	uint8_t id[OCTO_ID_BYTES];
	uint64_t timestamp;
};

struct retry_advice {
	uint8_t cookie[COOKIE_BYTES];
	uint64_t timestamp_seen;
	uint32_t reason;                  /* enum retry_reason */
};

struct probe {
	uint8_t type;                     /* OCTO_PACKET_PROBE or OCTO_PACKET_PROBE_REPLY */
	uint16_t flags;
	uint8_t token[8];
	uint8_t hint[8];
	uint8_t tag[16];
};

/* Checks length, version, flags, session id and everything in the clear of a handshake packet of `size` bytes whose
 * type is octo_packet_type_of(). OCTO_REASON_ACCEPTED: the header is filled and fixed offsets may be used. */
enum octo_reason packet_check(const uint8_t *bytes, size_t size, struct packet_header *header);

void packet_header_write(struct writer *writer, uint8_t type, uint16_t flags, uint64_t session_id);

/* Plain contents. Reading returns OCTO_REASON_ACCEPTED or OCTO_REASON_BAD_FIELD. */
enum octo_reason syn_offer_read(const uint8_t plain[SYN_OFFER_BYTES], struct syn_offer *offer);
void syn_offer_write(uint8_t plain[SYN_OFFER_BYTES], const struct syn_offer *offer);
enum octo_reason syn_ack_choice_read(const uint8_t plain[SYN_ACK_CHOICE_BYTES], struct syn_ack_choice *choice);
void syn_ack_choice_write(uint8_t plain[SYN_ACK_CHOICE_BYTES], const struct syn_ack_choice *choice);
enum octo_reason ack_proof_read(const uint8_t plain[ACK_PROOF_BYTES], struct ack_proof *proof);
void ack_proof_write(uint8_t plain[ACK_PROOF_BYTES], const struct ack_proof *proof);
enum octo_reason retry_advice_read(const uint8_t plain[RETRY_ADVICE_BYTES], struct retry_advice *advice);
void retry_advice_write(uint8_t plain[RETRY_ADVICE_BYTES], const struct retry_advice *advice);
/* A PROBE or PROBE-REPLY whose packet_check() passed; the tag is not verified here. */
void probe_read(const uint8_t bytes[PROBE_BYTES], struct probe *probe);
void probe_write(uint8_t bytes[PROBE_BYTES], const struct probe *probe);

/* The header of a data packet. Packet numbers travel truncated (RFC 9000, appendix A). */
struct data_header {
	bool key_phase, wants_sync;
	uint64_t session_id;
	uint32_t truncated;               /* the low bytes of the packet number */
	uint8_t number_bytes;             /* 1..4 */
	size_t size;                      /* of the header itself */
};
enum octo_reason data_header_read(const uint8_t *bytes, size_t size, struct data_header *header);
/* Writes the header for `number`, of which no acknowledgement was seen since `acknowledged` (UINT64_MAX: none yet).
 * Returns its size. */
size_t data_header_write(uint8_t out[DATA_HEADER_BYTES_MAX], uint64_t session_id, bool key_phase, uint64_t number,
                         uint64_t acknowledged);
/* Sets the S bit in a header that was written. */
void data_header_ask(uint8_t header[DATA_HEADER_BYTES_MAX]);
/* The full number next to `expected` (the highest accepted plus one) that ends in these bytes. */
uint64_t data_number_expand(uint64_t expected, uint32_t truncated, uint8_t number_bytes);

#endif
