/* ordered.h: reliable service in order for small messages (C:152-153) [P 7.12]: copies of what was sent are kept until it
 * arrives and are sent again when it is lost; what comes too early waits for what is missing. Copies are lent by the
 * channel's pool. Lasts as long as the session. Who sends what, and the counting, is in core/schedule.c. */
#ifndef OCTO_INTRINSIC_ORDERED_H
#define OCTO_INTRINSIC_ORDERED_H

#include "core/octo.h"

struct call;
struct peer;

enum { ORDERED_WINDOW = 64, ORDERED_HEAD_BYTES = 1 + 1 + 8 + 2 };

enum ordered_state {
	ORDERED_SENT = 1,                 /* awaits its acknowledgement */
	ORDERED_DUE,                      /* lost: goes again */
	ORDERED_ENDED,                    /* its session is over: the courier is to be told */
	ORDERED_HELD                      /* received, and waits for an earlier one */
};

struct ordered_copy {
	uint32_t next;
	uint16_t size;
	uint8_t courier;                  /* index */
	uint8_t state;                    /* enum ordered_state */
	uint64_t number;                  /* of the message, 0, 1, 2 … for each courier and direction */
	uint64_t handle;                  /* the courier's; 0: it does not ask */
	uint8_t bytes[OCTO_ORDERED_PAYLOAD_MAX];
};

struct ordered {                          /* of a peer's current session: lists, oldest first */
	uint32_t out, in;
	uint32_t out_count, reserved;
};

/* Whether message `number` may be sent: half of the pool is left to those that are received, and nothing runs too far
 * ahead of what is missing. */
bool ordered_has_room(const struct call *call, const struct peer *peer, uint8_t courier, uint64_t number);
void ordered_keep(struct call *call, struct peer *peer, uint8_t courier, uint64_t number, uint64_t handle,
                  const uint8_t *bytes, size_t size);
/* The oldest copy that has to be sent again; NULL. The caller sends it and says so. */
struct ordered_copy *ordered_due(const struct call *call, const struct peer *peer);
/* True when a copy was still kept; its handle is then filled in. */
bool ordered_arrived(struct call *call, struct peer *peer, uint8_t courier, uint64_t number, uint64_t *handle);
void ordered_lost(struct call *call, struct peer *peer, uint8_t courier, uint64_t number);

bool ordered_is_held(const struct call *call, const struct peer *peer, uint8_t courier, uint64_t number);
void ordered_hold(struct call *call, struct peer *peer, uint8_t courier, uint64_t number, const uint8_t *bytes, size_t size);
/* Takes a held message out into `bytes`; false when it is not there. */
bool ordered_take(struct call *call, struct peer *peer, uint8_t courier, uint64_t number,
                  uint8_t bytes[OCTO_ORDERED_PAYLOAD_MAX], size_t *size);

/* The session is over, or a new one begins: numbers start again. */
void ordered_end(struct call *call, struct peer *peer);
/* The next message of an ended session whose courier asks; false when there is none. */
bool ordered_tell(struct call *call, struct peer *peer, uint8_t *courier, uint64_t *handle);

#endif
