/* arena_test.c: blocks, their reuse, and copies of the whole region. */
#include "sim/engine/arena.h"
#include "sim/engine/rng.h"
#include "tests/check.h"

#include <stdlib.h>

static bool is_zero(const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

static void blocks_are_zero_aligned_and_apart(void)
{
	struct arena arena;
	arena_ref refs[300];
	unsigned wrong = 0;

	CU_ASSERT_FATAL(arena_open(&arena, ARENA_RESERVE_BYTES));
	for (size_t i = 0; i < 300; i++) {
		refs[i] = arena_alloc(&arena, i);
		unsigned char *block = arena_at(&arena, refs[i]);
		wrong += refs[i] == 0 || (uintptr_t)block % 16 || !is_zero(block, i);
		memset(block, (int)(i % 255) + 1, i);
	}
	for (size_t i = 0; i < 300; i++) {
		const unsigned char *block = arena_at(&arena, refs[i]);
		for (size_t k = 0; k < i; k++)
			wrong += block[k] != i % 255 + 1;
	}
	CHECK_U64(wrong, 0);
	CHECK(arena_at(&arena, 0) == NULL);
	arena_close(&arena);
}

static void a_freed_block_is_lent_again_and_zero(void)
{
	struct arena arena;

	CU_ASSERT_FATAL(arena_open(&arena, ARENA_RESERVE_BYTES));
	for (size_t bytes = 1; bytes < 100000; bytes = bytes * 3 / 2 + 1) {
		const arena_ref first = arena_alloc(&arena, bytes), second = arena_alloc(&arena, bytes);
		memset(arena_at(&arena, first), 0xee, bytes);
		memset(arena_at(&arena, second), 0xee, bytes);
		const size_t used = arena_used(&arena);
		arena_free(&arena, first, bytes);
		arena_free(&arena, second, bytes);
		CHECK_U64(arena_alloc(&arena, bytes), second);
		CHECK_U64(arena_alloc(&arena, bytes), first);
		CHECK(is_zero(arena_at(&arena, first), bytes) && is_zero(arena_at(&arena, second), bytes));
		CHECK_U64(arena_used(&arena), used);
	}
	arena_free(&arena, 0, 5);
	arena_close(&arena);
}

static void rounding_wastes_less_than_a_quarter(void)
{
	struct arena arena;
	unsigned wrong = 0;

	CU_ASSERT_FATAL(arena_open(&arena, ARENA_RESERVE_BYTES));
	for (size_t bytes = 64; bytes < 3000000; bytes = bytes * 9 / 8 + 1) {
		const size_t before = arena_used(&arena);
		arena_alloc(&arena, bytes);
		const size_t taken = arena_used(&arena) - before;
		wrong += taken < bytes || taken > bytes + bytes / 4 + 16;
	}
	CHECK_U64(wrong, 0);
	arena_close(&arena);
}

static void growing_moves_nothing(void)
{
	struct arena arena;

	CU_ASSERT_FATAL(arena_open(&arena, ARENA_RESERVE_BYTES));
	unsigned char *base = arena.base, *block = arena_at(&arena, arena_alloc(&arena, 100));
	block[99] = 42;
	for (int i = 0; i < 64; i++)
		CHECK(arena_alloc(&arena, 1 << 20) != 0);
	CHECK(arena.base == base && block[99] == 42);
	arena_close(&arena);
}

static void a_full_region_gives_none_and_remembers(void)
{
	struct arena arena;
	unsigned count = 0;

	CU_ASSERT_FATAL(arena_open(&arena, 4 << 20));
	CHECK(!arena_is_full(&arena));
	while (arena_alloc(&arena, 65536))
		count++;
	CHECK(count == 63);
	CHECK(arena_is_full(&arena));
	CHECK_U64(arena_alloc(&arena, SIZE_MAX), 0);
	CHECK_U64(arena_alloc(&arena, SIZE_MAX - 15), 0);
	CHECK(arena_alloc(&arena, 16) != 0); /* what is left still serves smaller ones */
	arena_close(&arena);
}

struct model {
	arena_ref refs[400];
	size_t sizes[400];
};

/* A random life of 400 blocks; each block is filled with a byte of its slot's number. */
static void live(struct arena *arena, struct model *model, uint64_t seed, int steps)
{
	for (int i = 0; i < steps; i++) {
		const size_t slot = (size_t)(rng_draw(seed, 0, (uint64_t)i, 0) % 400);
		if (model->refs[slot])
			arena_free(arena, model->refs[slot], model->sizes[slot]);
		model->sizes[slot] = 1 + (size_t)(rng_draw(seed, 0, (uint64_t)i, 1) >> (50 + i % 12));
		model->refs[slot] = arena_alloc(arena, model->sizes[slot]);
		memset(arena_at(arena, model->refs[slot]), (int)slot, model->sizes[slot]);
	}
}

static unsigned damaged(const struct arena *arena, const struct model *model)
{
	unsigned wrong = 0;

	for (size_t slot = 0; slot < 400; slot++) {
		const unsigned char *block = arena_at(arena, model->refs[slot]);
		for (size_t k = 0; block && k < model->sizes[slot]; k++)
			wrong += block[k] != slot % 256;
	}
	return wrong;
}

static void a_copy_lives_on_alike_at_another_address(void)
{
	struct arena first, second;
	struct model a = {0};

	CU_ASSERT_FATAL(arena_open(&first, 256 << 20) && arena_open(&second, 128 << 20));
	live(&first, &a, 1, 3000);
	const size_t size = arena_used(&first);
	void *copy = malloc(size);
	CU_ASSERT_FATAL(copy != NULL);
	arena_copy_out(&first, copy);
	CHECK(arena_copy_in(&second, copy, size));
	CHECK(first.base != second.base);
	struct model b = a;
	CHECK_U64(damaged(&second, &b), 0);
	live(&first, &a, 2, 3000);
	live(&second, &b, 2, 3000);
	CHECK_U64(damaged(&first, &a), 0);
	CHECK_U64(damaged(&second, &b), 0);
	CHECK_BYTES(a.refs, b.refs, sizeof a.refs);
	CHECK_U64(arena_used(&first), arena_used(&second));
	free(copy);
	arena_close(&first);
	arena_close(&second);
}

static void going_back_to_a_copy_leaves_no_trace_of_what_came_after(void)
{
	struct arena arena;
	struct model model = {0};

	CU_ASSERT_FATAL(arena_open(&arena, 256 << 20));
	live(&arena, &model, 1, 500);
	const struct model then = model;
	const size_t size = arena_used(&arena);
	void *copy = malloc(size);
	CU_ASSERT_FATAL(copy != NULL);
	arena_copy_out(&arena, copy);
	live(&arena, &model, 2, 5000);
	CHECK(arena_copy_in(&arena, copy, size));
	CHECK_U64(arena_used(&arena), size);
	CHECK_U64(damaged(&arena, &then), 0);
	const arena_ref fresh = arena_alloc(&arena, 100000);
	CHECK(is_zero(arena_at(&arena, fresh), 100000));
	free(copy);
	arena_close(&arena);
}

static void what_is_no_copy_is_refused(void)
{
	struct arena arena, small;
	unsigned char junk[8192];

	memset(junk, 0x5a, sizeof junk);
	CU_ASSERT_FATAL(arena_open(&arena, 64 << 20) && arena_open(&small, 1 << 20));
	const arena_ref ref = arena_alloc(&arena, 2 << 20);
	memset(arena_at(&arena, ref), 7, 2 << 20);
	CHECK(!arena_copy_in(&arena, junk, 0));
	CHECK(!arena_copy_in(&arena, junk, sizeof junk));
	void *copy = malloc(arena_used(&arena));
	CU_ASSERT_FATAL(copy != NULL);
	arena_copy_out(&arena, copy);
	CHECK(!arena_copy_in(&arena, copy, arena_used(&arena) - 1));
	CHECK(!arena_copy_in(&small, copy, arena_used(&arena)));
	CHECK(((unsigned char *)arena_at(&arena, ref))[1000] == 7);
	CHECK(arena_alloc(&small, 100) != 0);
	free(copy);
	arena_close(&arena);
	arena_close(&small);
}

CU_ErrorCode suite_arena(void)
{
	CU_pSuite suite = CU_add_suite("arena", NULL, NULL);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, blocks_are_zero_aligned_and_apart);
	CU_ADD_TEST(suite, a_freed_block_is_lent_again_and_zero);
	CU_ADD_TEST(suite, rounding_wastes_less_than_a_quarter);
	CU_ADD_TEST(suite, growing_moves_nothing);
	CU_ADD_TEST(suite, a_full_region_gives_none_and_remembers);
	CU_ADD_TEST(suite, a_copy_lives_on_alike_at_another_address);
	CU_ADD_TEST(suite, going_back_to_a_copy_leaves_no_trace_of_what_came_after);
	CU_ADD_TEST(suite, what_is_no_copy_is_refused);
	return CU_get_error();
}
