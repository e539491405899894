/* table.c: open addressing with linear probing over indices; at most half of the slots are taken. */
#include "sim/check/table.h"

#include "sim/engine/rng.h"

#include <stdlib.h>
#include <string.h>

enum { ITEMS_MAX = 1 << 30 };

static uint32_t home(const struct table *table, uint64_t a, uint64_t b)
{
	return (uint32_t)rng_mix(a * UINT64_C(0xD1342543DE82EF95) + b) & table->mask;
}

static struct table_key *item(const struct table *table, uint32_t index)
{
	return (struct table_key *)(void *)(table->items + (size_t)index * table->item_size);
}

/* Where the key stands, or the free slot where it would. */
static uint32_t place(const struct table *table, uint64_t a, uint64_t b)
{
	uint32_t at = home(table, a, b);
	while (table->slots[at]) {
		const struct table_key *key = item(table, table->slots[at] - 1);
		if (key->a == a && key->b == b)
			break;
		at = (at + 1) & table->mask;
	}
	return at;
}

static bool resize(struct table *table, uint32_t capacity)
{
	uint32_t *slots = calloc((size_t)capacity * 2, sizeof *slots);
	uint8_t *items = slots ? realloc(table->items, (size_t)capacity * table->item_size) : NULL;
	if (!items) {
		free(slots);
		return false;
	}
	free(table->slots);
	table->slots = slots;
	table->items = items;
	table->capacity = capacity;
	table->mask = capacity * 2 - 1;
	for (uint32_t i = 0; i < table->count; i++) {
		const struct table_key *key = item(table, i);
		slots[place(table, key->a, key->b)] = i + 1;
	}
	return true;
}

bool table_open(struct table *table, size_t item_size, uint32_t expected)
{
	uint32_t capacity = 16;
	while (capacity < expected && capacity < ITEMS_MAX)
		capacity *= 2;
	*table = (struct table){ .item_size = (uint32_t)((item_size + 7) / 8 * 8) };
	return resize(table, capacity);
}

void table_close(struct table *table)
{
	free(table->slots);
	free(table->items);
	*table = (struct table){ .slots = NULL };
}

void *table_find(const struct table *table, uint64_t a, uint64_t b)
{
	uint32_t at = place(table, a, b);
	return table->slots[at] ? item(table, table->slots[at] - 1) : NULL;
}

void *table_claim(struct table *table, uint64_t a, uint64_t b)
{
	uint32_t at = place(table, a, b);
	if (table->slots[at])
		return item(table, table->slots[at] - 1);
	if (table->count == table->capacity) {
		if (table->capacity >= ITEMS_MAX || !resize(table, table->capacity * 2))
			return NULL;
		at = place(table, a, b);
	}
	struct table_key *fresh = item(table, table->count);
	memset(fresh, 0, table->item_size);
	*fresh = (struct table_key){ .a = a, .b = b };
	table->slots[at] = ++table->count;
	return fresh;
}
