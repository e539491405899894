/* forge.h: packets that only who has the keys of a pair could make, and that no honest node would: each fits what the node
 * that is to get it has at that moment, down to its keys, so that a test need not keep a second core in step with it.
 * What is changed in them is told as pairs of bytes: where, and what is xored there. */
#ifndef OCTOSIM_TESTS_FORGE_H
#define OCTOSIM_TESTS_FORGE_H

#include "tests/pair/pair.h"

struct forge_changes { const uint8_t *bytes; size_t size; };

enum forge_slot { FORGE_CURRENT, FORGE_SPARE, FORGE_ANSWER, FORGE_SLOTS };
enum forge_key { FORGE_KEY_PRESENT, FORGE_KEY_NEXT, FORGE_KEY_PREVIOUS, FORGE_KEYS };

struct forge_data {
	enum forge_slot slot;             /* under whose keys */
	enum forge_key key;               /* which of the receiving ones */
	uint32_t ahead;                   /* of the number that is expected next */
	uint8_t bits;                     /* set in the first byte */
};

/* All of them: a packet from `to`'s first peer to `to`. Return its size, 0 when `to` has nothing that it could be for. */
size_t forge_data(const struct pair *pair, int to, const struct forge_data *how, const uint8_t *frames, size_t size,
                  uint8_t out[OCTO_DATAGRAM_MAX]);
/* A fresh SYN of the peer's core; its P1 changed. */
size_t forge_syn(struct pair *pair, int to, uint16_t flags, struct forge_changes changes, uint8_t out[SYN_BYTES]);
/* An answer to the pending offer; P2 changed. */
size_t forge_syn_ack(struct pair *pair, int to, struct forge_changes changes, uint8_t out[SYN_ACK_BYTES]);
/* The confirmation of the answer; P3 changed. */
size_t forge_ack(const struct pair *pair, int to, struct forge_changes changes, uint8_t out[ACK_BYTES]);
/* About the pending offer; its plain contents changed. */
size_t forge_retry(struct pair *pair, int to, enum retry_reason reason, struct forge_changes changes, uint8_t out[RETRY_BYTES]);

#endif
