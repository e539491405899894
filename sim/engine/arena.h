/* arena.h: one growable region of memory that holds a whole world, so that a snapshot is a copy. Places in
 * it are numbers (arena_ref), never pointers: a copy at another address runs on. The region grows in place
 * and never moves while it is open, so pointers from arena_at() stay good until the block is freed or the
 * region is copied into. Knows nothing of what is kept in it. */
#ifndef OCTOSIM_ARENA_H
#define OCTOSIM_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A place in the region, in units of 16 bytes from its start; 0: none. */
typedef uint32_t arena_ref;

#if SIZE_MAX > UINT32_MAX
#define ARENA_RESERVE_BYTES ((size_t)16 << 30)
#else
#define ARENA_RESERVE_BYTES ((size_t)768 << 20)
#endif

/* Where the region is in this process; not part of the region, and so not of a snapshot. */
struct arena {
	unsigned char *base;
	size_t reserved_bytes;        /* address space; what arena_used() can reach at most */
	size_t committed_bytes;       /* of it, usable so far */
};

/* Reserves address space; memory is taken only as blocks are. Where so much address space is not to be had,
 * halves the wish until it is (see reserved_bytes). False when there is not even room to begin. The caller
 * ends with arena_close(). */
bool arena_open(struct arena *arena, size_t reserve_bytes);
void arena_close(struct arena *arena);

/* A zeroed block, 16-byte aligned; 0 when the region is full. A failure is
 * remembered: see arena_is_full(). */
arena_ref arena_alloc(struct arena *arena, size_t bytes);
/* The same, but what an earlier block left in it may still be there: for callers that write all they read. */
arena_ref arena_alloc_unset(struct arena *arena, size_t bytes);
/* Gives a block back; `bytes` as in its allocation. 0 is allowed and does nothing. */
void arena_free(struct arena *arena, arena_ref ref, size_t bytes);
/* True once any allocation has failed. The world is then not to be trusted any more and its run must end. */
bool arena_is_full(const struct arena *arena);

/* Bytes of the region that were ever in use: the size of a snapshot. */
size_t arena_used(const struct arena *arena);
/* Copies the region out, arena_used() bytes, and back into this or another open arena. Copying in fails,
 * and changes nothing, when the bytes are not such a copy or do not fit. */
void arena_copy_out(const struct arena *arena, void *buffer);
bool arena_copy_in(struct arena *arena, const void *buffer, size_t bytes);

/* Has the processor fetch what will be asked for soon. Changes nothing; where it is not known how, does nothing. */
static inline void arena_fetch(const struct arena *arena, arena_ref ref, size_t bytes)
{
#if defined(__GNUC__)
	if ((size_t)ref * 16 + bytes > arena->committed_bytes)
		return;
	for (size_t at = 0; at < bytes; at += 64)
		__builtin_prefetch(arena->base + (size_t)ref * 16 + at, 1);
#else
	(void)arena, (void)ref, (void)bytes;
#endif
}

/* NULL for 0. */
static inline void *arena_at(const struct arena *arena, arena_ref ref)
{
	return ref ? arena->base + (size_t)ref * 16 : NULL;
}

#endif
