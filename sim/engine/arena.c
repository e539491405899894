/* arena.c: see arena.h. The region begins with a header; behind it lie blocks, one after the other. Block
 * sizes are rounded up to classes, four to an octave, and a freed block waits in its class's list, linked
 * through its first bytes. Under the address sanitizer, free blocks and the room behind the last block are
 * poisoned. */
#define _DEFAULT_SOURCE 1 /* MAP_ANONYMOUS, MAP_NORESERVE */
#include "sim/engine/arena.h"

#include "sim/engine/bits.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_POISON 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_POISON 1
#endif

#ifdef HAS_POISON
#include <sanitizer/asan_interface.h>
#define POISON(address, bytes) __asan_poison_memory_region((address), (bytes))
#define UNPOISON(address, bytes) __asan_unpoison_memory_region((address), (bytes))
#else
#define POISON(address, bytes) ((void)(address), (void)(bytes))
#define UNPOISON(address, bytes) ((void)(address), (void)(bytes))
#endif

enum {
	UNIT = 16,
	CLASSES = 124,                        /* of blocks up to 2^32 units */
	COMMIT_MIN = 1 << 20,
	RESERVE_MIN = 1 << 20
};

struct header {
	uint64_t magic;
	uint64_t used_bytes;
	uint64_t is_full;
	uint64_t reserved;
	arena_ref free_list[CLASSES];
};
_Static_assert(sizeof(struct header) % UNIT == 0, "blocks begin aligned behind the header");

/* What an arena_ref can name, or the address space. */
#if SIZE_MAX > UINT32_MAX
static const size_t reserve_max = (size_t)64 << 30;
#else
static const size_t reserve_max = (size_t)2 << 30;
#endif
static const uint64_t magic = UINT64_C(0x414e455241544f31);

static struct header *header_of(const struct arena *arena)
{
	return (struct header *)(void *)arena->base;
}

/* The class of a size, and the size all blocks of that class have. */
static unsigned class_of(size_t bytes, size_t *class_bytes)
{
	const uint64_t last = bytes ? ((uint64_t)bytes - 1) / UNIT : 0;

	if (last < 4) {
		*class_bytes = (size_t)(last + 1) * UNIT;
		return (unsigned)last;
	}
	const unsigned octave = bits_highest(last), step = octave - 2;
	*class_bytes = (size_t)(((last >> step) + 1) << step) * UNIT;
	return 4 * (octave - 1) + (unsigned)((last >> step) & 3);
}

/* Makes the first `bytes` of the region usable, with some in advance so that the system is not asked for
 * each block. */
static bool commit(struct arena *arena, size_t bytes)
{
	size_t target = arena->committed_bytes;

	if (bytes <= target)
		return true;
	if (bytes > arena->reserved_bytes)
		return false;
	while (target < bytes) {
		const size_t quarter = target / 4 / COMMIT_MIN * COMMIT_MIN;
		const size_t more = quarter ? quarter : (size_t)COMMIT_MIN;
		target = more > arena->reserved_bytes - target ? arena->reserved_bytes : target + more;
	}
	if (mprotect(arena->base, target, PROT_READ | PROT_WRITE) != 0)
		return false;
	POISON(arena->base + arena->committed_bytes, target - arena->committed_bytes);
	arena->committed_bytes = target;
	return true;
}

bool arena_open(struct arena *arena, size_t reserve_bytes)
{
	size_t bytes = reserve_bytes / RESERVE_MIN * RESERVE_MIN;
	void *base = MAP_FAILED;

	*arena = (struct arena){0};
	if (bytes < RESERVE_MIN)
		bytes = RESERVE_MIN;
	if (bytes > reserve_max)
		bytes = reserve_max;
	for (; bytes >= RESERVE_MIN; bytes = bytes / 2 / RESERVE_MIN * RESERVE_MIN) {
		base = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (base != MAP_FAILED)
			break;
	}
	if (base == MAP_FAILED)
		return false;
	arena->base = base;
	arena->reserved_bytes = bytes;
	if (!commit(arena, sizeof(struct header))) {
		arena_close(arena);
		return false;
	}
	UNPOISON(arena->base, sizeof(struct header));
	*header_of(arena) = (struct header){.magic = magic, .used_bytes = sizeof(struct header)};
	return true;
}

void arena_close(struct arena *arena)
{
	if (!arena->base)
		return;
	UNPOISON(arena->base, arena->committed_bytes);
	munmap(arena->base, arena->reserved_bytes);
	*arena = (struct arena){0};
}

/* A block, and whether one has been there before. */
static inline arena_ref take(struct arena *arena, size_t bytes, bool *is_used)
{
	struct header *header = header_of(arena);
	size_t class_bytes;

	*is_used = false;
	if (bytes > arena->reserved_bytes) {
		header->is_full = 1;
		return 0;
	}
	const unsigned class = class_of(bytes, &class_bytes);
	const arena_ref free_ref = header->free_list[class];
	if (free_ref) {
		void *block = arena_at(arena, free_ref);
		UNPOISON(block, class_bytes);
		memcpy(&header->free_list[class], block, sizeof(arena_ref));
		*is_used = true;
		return free_ref;
	}
	const size_t used = (size_t)header->used_bytes;
	if (class_bytes > arena->reserved_bytes - used || !commit(arena, used + class_bytes)) {
		header->is_full = 1;
		return 0;
	}
	UNPOISON(arena->base + used, class_bytes);
	header->used_bytes = used + class_bytes;
	return (arena_ref)(used / UNIT);
}

arena_ref arena_alloc(struct arena *arena, size_t bytes)
{
	bool is_used;
	const arena_ref ref = take(arena, bytes, &is_used);

	if (is_used)
		memset(arena_at(arena, ref), 0, bytes);
	return ref;
}

arena_ref arena_alloc_unset(struct arena *arena, size_t bytes)
{
	bool is_used;

	return take(arena, bytes, &is_used);
}

void arena_free(struct arena *arena, arena_ref ref, size_t bytes)
{
	struct header *header = header_of(arena);
	void *block = arena_at(arena, ref);
	size_t class_bytes;

	if (!ref)
		return;
	const unsigned class = class_of(bytes, &class_bytes);
	assert((size_t)ref * UNIT >= sizeof *header);
	assert(class_bytes <= (size_t)header->used_bytes - (size_t)ref * UNIT);
	memcpy(block, &header->free_list[class], sizeof(arena_ref));
	header->free_list[class] = ref;
	POISON(block, class_bytes);
}

bool arena_is_full(const struct arena *arena)
{
	return header_of(arena)->is_full != 0;
}

size_t arena_used(const struct arena *arena)
{
	return (size_t)header_of(arena)->used_bytes;
}

#ifdef HAS_POISON
/* Copying touches free blocks too, so their poison is taken off for it and put on again afterwards. */
static void poison_free_blocks(const struct arena *arena)
{
	const struct header *header = header_of(arena);

	for (unsigned class = 0; class < CLASSES; class++) {
		const size_t units = class < 4 ? class + 1 : (size_t)((class & 3) + 5) << (class / 4 - 1);
		for (arena_ref ref = header->free_list[class], next; ref; ref = next) {
			memcpy(&next, arena_at(arena, ref), sizeof next);
			POISON(arena_at(arena, ref), units * UNIT);
		}
	}
	POISON(arena->base + arena_used(arena), arena->committed_bytes - arena_used(arena));
}
#else
static void poison_free_blocks(const struct arena *arena)
{
	(void)arena;
}
#endif

void arena_copy_out(const struct arena *arena, void *buffer)
{
	UNPOISON(arena->base, arena->committed_bytes);
	memcpy(buffer, arena->base, arena_used(arena));
	poison_free_blocks(arena);
}

bool arena_copy_in(struct arena *arena, const void *buffer, size_t bytes)
{
	const size_t used_before = arena_used(arena);
	struct header header;

	if (bytes < sizeof header)
		return false;
	memcpy(&header, buffer, sizeof header);
	if (header.magic != magic || header.used_bytes != bytes || !commit(arena, bytes))
		return false;
	UNPOISON(arena->base, arena->committed_bytes);
	memcpy(arena->base, buffer, bytes);
	if (used_before > bytes) /* blocks handed out from here on must be zero again */
		memset(arena->base + bytes, 0, used_before - bytes);
	poison_free_blocks(arena);
	return true;
}
