/* schedule.h: which courier gets the sending opportunity, and why (C:27, S:6, S:74). The one place besides channel.c
 * that knows both layers: it reads mandates, and lays courier messages into the packets of a session. */
#ifndef OCTO_SCHEDULE_H
#define OCTO_SCHEDULE_H

/* Who goes. Of those that are due and fit, the one with the highest score = lateness × (priority + 1); among equals the one
 * that wished first. Bulk comes behind the others, but goes first once they sent 19 bytes for each of its own meanwhile.
 *
 * Nobody starves. By the scores alone one of weight w = priority + 1 that is late by x is passed over by a rival of
 * weight v only where that is late by x × w / v, so at x no oftener than v / (w × x) a second: with packets T apart it
 * waits until T × (sum of its rivals' v) / w. That is 256 packets against one rival at worst, and 256 times the number of
 * rivals against several. Hence the bound: a courier that 256 packets went without (due, active, not for want of an
 * ordered message's copy) goes before all scores, claims and repeated messages; among such ones, who was passed over
 * oftenest. Proof of 256 + N - 1 for N couriers: once it is one of them, each packet with messages begins with it or with
 * one passed over no less often; that one's count is 0 then and needs 256 packets to get there again, so no more than the
 * N - 1 others come in between. Where the room of its turn is taken by control frames, nobody's messages go with those.
 * octo_passes_max() is this bound. */

#include "core/intrinsic/agenda.h"
#include "core/intrinsic/sync.h"

/* A courier becomes active towards a peer, or inactive. */
void schedule_activate(struct call *call, struct peer *peer, uint32_t courier, bool is_active);
/* Reads the mandate of every active courier of a peer afresh. */
void schedule_read(struct call *call, struct peer *peer);
/* When the next courier wants a packet and flow control allows it. */
octo_time_ns schedule_next(struct call *call, struct peer *peer);
/* Fills a packet with messages, most pressing first, and with digests; true when it has any message. */
bool schedule_fill(struct call *call, struct peer *peer, struct writer *frames);
/* Tells couriers what became of their messages, and reads the mandates when another session has begun. False when there
 * was nothing to tell. */
bool schedule_tell(struct call *call, struct peer *peer);
/* Hands a message to its courier, or discards it. */
void schedule_deliver(struct call *call, struct peer *peer, uint8_t courier, const uint8_t *data, size_t size);

/* The application's side of a courier runs. */
void schedule_work(struct call *call, struct peer *peer, uint32_t courier,
                   void (*work)(void *state, const struct octo_courier_call *call, void *argument), void *argument);
/* Where sync.c finds the couriers with digests. */
extern const struct sync_couriers schedule_sync;

struct courier_slot *schedule_slot(const struct octo_channel *channel, uint32_t peer, uint32_t courier);
/* The same in order: what is missing is waited for, what comes twice dropped. And whether there is room for it. */
void schedule_order(struct call *call, struct peer *peer, uint8_t courier, uint64_t number, const uint8_t *data,
                    size_t size);
bool schedule_admits(struct call *call, struct peer *peer, uint8_t courier, uint64_t number, uint32_t others);

void *schedule_state(const struct octo_channel *channel, uint32_t peer, uint32_t courier);

#endif
