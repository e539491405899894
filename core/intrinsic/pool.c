/* pool.c: a list of free things, linked through their first four bytes. */
#include "core/intrinsic/pool.h"

#include "core/intrinsic/block.h"

void *pool_thing(const struct octo_channel *channel, const struct pool *pool, uint32_t reference)
{
	OCTO_ASSERT(reference >= 1 && reference <= pool->touched);
	return block_at(channel, pool->at + (uint64_t)(reference - 1) * pool->size);
}

uint32_t pool_take(struct octo_channel *channel, struct pool *pool)
{
	uint32_t reference = pool->first_free;
	if (reference) {
		uint32_t *thing = pool_thing(channel, pool, reference);
		pool->first_free = *thing;
		*thing = 0;
	} else if (pool->touched < pool->count) {
		reference = ++pool->touched;
	} else {
		return 0;
	}
	pool->lent++;
	return reference;
}

void pool_give(struct octo_channel *channel, struct pool *pool, uint32_t reference)
{
	uint32_t *thing = pool_thing(channel, pool, reference);
	octo_wipe(thing, pool->size);
	*thing = pool->first_free;
	pool->first_free = reference;
	OCTO_ASSERT(pool->lent > 0);
	pool->lent--;
}
