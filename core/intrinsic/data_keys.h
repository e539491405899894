/* data_keys.h: sealing and opening the packets of a session, and turning its keys [P 6.2, P 6.4]. Each direction has a key
 * of its own, replaced by its hash every so many packets or minutes; a bit of the header says which. Knows no frames.
 * A whole new exchange of secrets, once an hour, is a handshake inside the session: handshake.h. */
#ifndef OCTO_INTRINSIC_DATA_KEYS_H
#define OCTO_INTRINSIC_DATA_KEYS_H

#include "core/intrinsic/call.h"

/* Turns the sending key if its time has come; asks the peer for a sign first that it has seen the present one. */
void data_keys_turn(struct call *call, struct peer *peer, struct session *session);
/* The peer has certainly seen a packet under the sending key of this epoch. */
void data_keys_confirm(struct session *session, uint32_t epoch);

/* A key that was turned opens late packets for a while. When that is over for one of the peer's sessions, and the end of it. */
octo_time_ns data_keys_next(const struct peer *peer);
void data_keys_forget(const struct call *call, struct peer *peer);

/* Seals `size` bytes of frames that stand behind the header, in place. */
void data_seal(struct call *call, struct session *session, uint8_t *packet, size_t header_size, size_t size);

/* What a packet is opened with. */
struct reception {
	const struct replay_window *window;
	uint8_t suite;
	bool is_answer;                   /* under the keys of an answer: the first of its session */
	bool is_next;                     /* under the key after the present one */
	uint32_t epoch;
	uint64_t number;                  /* the packet's, in full */
	size_t packet_bytes;              /* the datagram's; filled in by who received it */
	const uint8_t *key;               /* one of the session's or the answer's, or turned */
	uint8_t turned[OCTO_KEY_BYTES];   /* with is_next only */
};
/* The key that a packet of this session claims to be under. */
void reception_of_session(struct reception *reception, const struct call *call, struct peer *peer,
                          struct session *session, const struct data_header *header);
/* Under an answer's keys nothing has arrived yet: the epoch begins, and numbers do, unless its session goes on with those
 * of the current one. */
void reception_of_answer(struct reception *reception, const struct peer *peer, const struct data_header *header);
/* Opens a packet into `plain`. Changes no state. Returns OCTO_REASON_ACCEPTED, BAD_TAG, DUPLICATE, TOO_OLD. */
enum octo_reason data_open(struct call *call, const struct reception *reception, const struct data_header *header,
                           const uint8_t *bytes, size_t size, uint8_t plain[OCTO_DATAGRAM_MAX]);
/* The packet was authentic: if the peer has turned its key, ours for receiving turns with it. */
void data_keys_follow(struct call *call, struct peer *peer, struct session *session, const struct reception *reception);

#endif
