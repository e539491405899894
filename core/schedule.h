/* schedule.h: which courier gets the sending opportunity, and why (C:27, S:6, S:74). The one place besides channel.c
 * that knows both layers: it reads mandates, and lays courier messages into the packets of a session. */
#ifndef OCTO_SCHEDULE_H
#define OCTO_SCHEDULE_H

#include "core/intrinsic/agenda.h"
#include "core/intrinsic/sync.h"

/* Reads the mandate of every active courier of a peer afresh. */
void schedule_read(struct call *call, struct peer *peer);
/* When the next courier wants a packet and flow control allows it. */
octo_time_ns schedule_next(struct call *call, struct peer *peer);
/* Fills a packet with messages, most pressing first, and with digests; true when it has any message. */
bool schedule_fill(struct call *call, struct peer *peer, struct writer *frames);
/* Tells couriers what became of their messages. False when there was nothing to tell. */
bool schedule_tell(struct call *call, struct peer *peer);
/* Hands a message to its courier, or discards it. */
void schedule_deliver(struct call *call, struct peer *peer, uint8_t courier, const uint8_t *data, size_t size);

/* Where sync.c finds the couriers with digests. */
extern const struct sync_couriers schedule_sync;

struct courier_slot *schedule_slot(const struct octo_channel *channel, uint32_t peer, uint32_t courier);
/* The same in order: what is missing is waited for, what comes twice dropped. And whether there is room for it. */
void schedule_order(struct call *call, struct peer *peer, uint8_t courier, uint64_t number, const uint8_t *data,
                    size_t size);
bool schedule_admits(struct call *call, struct peer *peer, uint8_t courier, uint64_t number, uint32_t others);

void *schedule_state(const struct octo_channel *channel, uint32_t peer, uint32_t courier);

#endif
