/* stun.h: asking a STUN server how we look from outside (C:150), as far as RFC 8489 needs it: a binding request without
 * attributes, and the mapped address out of the answer. Reading and writing know no time and no channel; the client
 * asks again and again, so that the answer stays true and the mapping open. */
#ifndef OCTO_INTRINSIC_STUN_H
#define OCTO_INTRINSIC_STUN_H

#include "core/octo.h"

enum {
	STUN_HEADER_BYTES = 20,
	STUN_TRANSACTION_BYTES = 12,
	STUN_TRIES = 7                    /* Rc: requests before the server is given up for this time */
};

/* Whether a datagram is one of STUN's: two zero bits, and the magic cookie. */
bool stun_is(const uint8_t *bytes, size_t size);
void stun_write_request(uint8_t out[STUN_HEADER_BYTES], const uint8_t transaction[STUN_TRANSACTION_BYTES]);
/* The answer to the request with this transaction. Returns OCTO_REASON_ACCEPTED with *mapped filled in, UNSOLICITED (not
 * a success, or not ours), TOO_SHORT, BAD_LENGTH or BAD_FIELD (an attribute is cut short, of unknown kind and must be
 * understood, or no mapped address is among them). */
enum octo_reason stun_read_response(const uint8_t *bytes, size_t size,
                                    const uint8_t transaction[STUN_TRANSACTION_BYTES], struct octo_address *mapped);

struct call;

/* One in the channel's block. All zero: no server is configured, nothing is ever due. */
struct stun_client {
	octo_time_ns next_at;             /* when to ask; OCTO_NEVER without a server */
	octo_time_ns wait_ns;             /* until it is asked again, doubled each time */
	octo_time_ns sent_at;             /* the last request */
	octo_time_ns idle_ns;             /* from the one before this transaction to it; 0: it is the first */
	uint8_t transaction[STUN_TRANSACTION_BYTES];
	uint32_t tries_left;              /* of this transaction; 0: none is under way */
	struct octo_address mapped;       /* port 0: not known yet */
	uint8_t reserved[6];
};

void stun_start(struct call *call);
/* Writes the request that is due now; false when none is. */
bool stun_send(struct call *call, uint8_t out[STUN_HEADER_BYTES]);
/* A datagram for which stun_is() holds. Anything but the configured server's answer to the open request changes nothing. */
enum octo_reason stun_receive(struct call *call, const struct octo_address *from, const uint8_t *bytes, size_t size);

#endif
