/* pool.h: things of one size inside the block, lent and given back. A reference is 1 + index, so that 0 is "none" and
 * zeroed memory refers to nothing. A free thing is all zero but for the reference of the next free one. Things that
 * were never lent stay untouched, and stand behind all that were. */
#ifndef OCTO_INTRINSIC_POOL_H
#define OCTO_INTRINSIC_POOL_H

#include <stdbool.h>
#include <stdint.h>

struct octo_channel;

struct pool {
	uint64_t at;                      /* offset from the block's start */
	uint32_t size, count;             /* bytes of one thing, a multiple of 8; how many there are */
	uint32_t touched;                 /* so many were lent at least once */
	uint32_t first_free;
	uint32_t lent;
	uint32_t reserved;                /* 0; no padding */
};

/* 0 when all are lent. What comes back is all zero. */
uint32_t pool_take(struct octo_channel *channel, struct pool *pool);
void pool_give(struct octo_channel *channel, struct pool *pool, uint32_t reference);
void *pool_thing(const struct octo_channel *channel, const struct pool *pool, uint32_t reference);
static inline uint32_t pool_left(const struct pool *pool) { return pool->count - pool->lent; }

#endif
