/* link_table_test.c: links come when they are used, once for each ordered pair, and stay where they are. */
#include "sim/network/link_table.h"

#include "tests/check.h"

#include <stdlib.h>

static unsigned asked;

static uint32_t resolve(void *context, uint32_t from, uint32_t to)
{
	asked++;
	return *(const uint32_t *)context + from * 3 + to;
}

static void a_link_is_made_once_and_keeps_its_place(void)
{
	enum { FROM = 300, TO = 100 };
	struct arena arena;
	struct link_table table;
	uint32_t base = 1000;
	unsigned wrong = 0;
	struct link **links = calloc(FROM * TO, sizeof(struct link *));

	CU_ASSERT_FATAL(links != NULL && arena_open(&arena, ARENA_RESERVE_BYTES));
	link_table_init(&table);
	asked = 0;
	CHECK(link_table_find(&arena, &table, 0, 0) == NULL);
	for (uint32_t from = 0; from < FROM; from++)
		for (uint32_t to = 0; to < TO; to++)
			links[from * TO + to] = link_table_get(&arena, &table, from * 65537, to, resolve, &base);
	for (uint32_t from = 0; from < FROM; from++) {
		for (uint32_t to = 0; to < TO; to++) {
			struct link *link = links[from * TO + to];
			wrong += link != link_table_get(&arena, &table, from * 65537, to, resolve, &base);
			wrong += link != link_table_find(&arena, &table, from * 65537, to);
			wrong += link != link_table_at(&arena, &table, from * TO + to);
			wrong += link->from != from * 65537 || link->to != to || link->number != from * TO + to;
			wrong += (uintptr_t)link % 64 != 0;
			wrong += link->model != base + link->from * 3 + to;
		}
	}
	CHECK_U64(wrong, 0);
	CHECK_U64(asked, FROM * TO);
	CHECK_U64(table.count, FROM * TO);
	CHECK(link_table_find(&arena, &table, 1, 0) == NULL);
	CHECK(link_table_find(&arena, &table, 0, 65537) == NULL);
	arena_close(&arena);
	free(links);
}

static void memory_follows_links_not_nodes(void)
{
	struct arena arena;
	struct link_table table;
	uint32_t base = 0;

	CU_ASSERT_FATAL(arena_open(&arena, ARENA_RESERVE_BYTES));
	link_table_init(&table);
	for (uint32_t node = 0; node < 10000; node++) { /* 10,000 nodes, one link each, numbers far apart */
		struct link *link = link_table_get(&arena, &table, node * 400000, 7, resolve, &base);
		CU_ASSERT_FATAL(link != NULL);
	}
	CHECK(arena_used(&arena) < 10000 * 200);
	arena_close(&arena);
}

static void a_full_arena_gives_no_link_and_harms_none(void)
{
	struct arena arena;
	struct link_table table;
	uint32_t base = 0, count = 0;
	unsigned wrong = 0;

	CU_ASSERT_FATAL(arena_open(&arena, 1 << 20));
	link_table_init(&table);
	while (link_table_get(&arena, &table, count, 1, resolve, &base))
		count++;
	CHECK(arena_is_full(&arena));
	CHECK_U64(table.count, count);
	CHECK(count > 2000);
	for (uint32_t i = 0; i < count; i++)
		wrong += link_table_find(&arena, &table, i, 1)->from != i;
	CHECK_U64(wrong, 0);
	CHECK(link_table_find(&arena, &table, count, 1) == NULL);
	arena_close(&arena);
}

CU_ErrorCode suite_link_table(void)
{
	CU_pSuite suite = CU_add_suite("link_table", NULL, NULL);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_link_is_made_once_and_keeps_its_place);
	CU_ADD_TEST(suite, memory_follows_links_not_nodes);
	CU_ADD_TEST(suite, a_full_arena_gives_no_link_and_harms_none);
	return CU_get_error();
}
