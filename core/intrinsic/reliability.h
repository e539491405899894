/* reliability.h: acknowledgements of data packets, both ways (C:127, C:151-157) [P 7.10]. What arrived is told in small
 * frames that ride along while traffic flows, and the peer's are taken in. Enabled by traffic alone: a session without
 * courier messages keeps no record and sends no frame. Next: loss.h for what was not acknowledged. */
#ifndef OCTO_INTRINSIC_RELIABILITY_H
#define OCTO_INTRINSIC_RELIABILITY_H

#include "core/intrinsic/frame.h"
#include "core/intrinsic/loss.h"

enum { RELIABILITY_SKIPS = 2 };

struct reliability {
	uint64_t acknowledged;            /* of what we send, the highest number that was; UINT64_MAX: none yet */
	/* Of what we receive. */
	octo_time_ns ack_at;              /* an acknowledgement is due; OCTO_NEVER */
	octo_time_ns carry_until;         /* until then it rides along in each packet */
	octo_time_ns received_at;         /* the last packet that wants one */
	uint32_t unacknowledged;          /* such packets since the last one was sent */
	uint32_t reserved;                /* 0; no padding */
	/* Of what we send. */
	uint64_t skipped[RELIABILITY_SKIPS]; /* numbers that were never used, to catch who acknowledges blindly */
	uint64_t skip_at;                 /* the next one; 0: to be drawn */
};

/* A session becomes current, or ceases to be. */
void reliability_begin(struct peer *peer);
void reliability_end(struct call *call, struct peer *peer);

/* Whether a frame of this type makes its packet want an acknowledgement. */
bool reliability_is_wanted_by(enum frame_type type);
/* A packet of the current session was accepted; `next_before` is the number that was expected. */
void reliability_received(struct call *call, struct peer *peer, uint64_t number, uint64_t next_before, bool wants_ack);
/* Adds what is to be acknowledged to a packet, if there is anything and it fits; `is_alone`: nothing else is in it. */
void reliability_write(struct call *call, struct peer *peer, struct writer *writer, bool is_alone);
/* An acknowledgement must go now, even in a packet of its own. */
bool reliability_is_due(const struct call *call, const struct peer *peer);

/* ACCEPTED; BAD_FRAME: below number 0; ACK_OF_UNSENT: a number that was never used. */
enum octo_reason reliability_check(const struct peer *peer, const struct frame *frame);
/* Takes in an acknowledgement that was checked. */
void reliability_acknowledged(struct call *call, struct peer *peer, const struct frame *frame);
/* A packet with this number was sent, with messages in it or another frame that wants an acknowledgement. */
void reliability_sent(struct call *call, struct peer *peer, uint64_t number, size_t size, uint8_t flags);

/* The delay field: how long the acknowledgement of the highest number was held back. */
uint8_t reliability_delay_code(octo_time_ns delay_ns);
octo_time_ns reliability_delay(uint8_t code);

#endif
