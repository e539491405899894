/* sync.h: whether both sides of a session agree on the state of each courier (C:20-23) [P 7.13]: digests are compared,
 * the smaller and more important a state the more often, and what turns out to be missing is sent again. Knows no
 * couriers: what it needs of them comes in as functions, numbered as the channel's synced couriers are. */
#ifndef OCTO_INTRINSIC_SYNC_H
#define OCTO_INTRINSIC_SYNC_H

#include "core/intrinsic/frame.h"
#include "core/intrinsic/peer.h"

struct sync_look { uint8_t id, priority; uint16_t size; };

/* Of the nth synced courier towards a peer. */
struct sync_couriers {
	bool (*is_active)(const struct call *call, const struct peer *peer, uint32_t n);
	struct sync_look (*look)(const struct call *call, const struct peer *peer, uint32_t n);
	uint64_t (*digest)(const struct call *call, const struct peer *peer, uint32_t n, enum octo_side side);
	void (*resync)(struct call *call, struct peer *peer, uint32_t n);
};

/* A peer enters the address book. A session of it becomes current. */
void sync_enter(struct octo_channel *channel, uint32_t peer);
void sync_begin(struct call *call, struct peer *peer);
/* Our user wants to know; the peer does (the S bit). */
void sync_ask(struct call *call, struct peer *peer);
void sync_asked(struct call *call, struct peer *peer);
/* Whether a packet should carry the S bit. */
bool sync_is_asking(const struct peer *peer);

/* Takes in a SYNC_REQUEST or SYNC_HASH of the current session. `is_newest`: no later packet came before it. */
void sync_obey(struct call *call, struct peer *peer, const struct sync_couriers *couriers, const struct frame *frame,
               bool is_newest);
/* When there is something to do. Then: sync_run() before the couriers write (some are told to send again), sync_room()
 * to be left free by them, and sync_write() behind them, so that a digest covers what is in its own packet. */
octo_time_ns sync_next(const struct call *call, const struct peer *peer, const struct sync_couriers *couriers);
void sync_run(struct call *call, struct peer *peer, const struct sync_couriers *couriers);
size_t sync_room(const struct call *call, const struct peer *peer, const struct sync_couriers *couriers);
void sync_write(struct call *call, struct peer *peer, const struct sync_couriers *couriers, struct writer *writer);

/* Between two digests of one courier, unless somebody asks: grows with its size, falls with its priority. */
octo_time_ns sync_interval(uint16_t size, uint8_t priority);
/* Whether the last digests that were heard in this session are those of now. */
bool sync_is_verified(const struct peer *peer, const struct sync_slot *slot, enum octo_side side, uint64_t digest);

#endif
