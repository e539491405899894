/* table.h: a hash table from two 64-bit words to an item of fixed size, which only grows. Items lie densely
 * in the order of their arrival, so that walking them is quick and independent of the hash. Nothing is ever
 * taken out. Lives outside the world's arena: checks are no part of a snapshot. */
#ifndef OCTOSIM_CHECK_TABLE_H
#define OCTOSIM_CHECK_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_key {
	uint64_t a, b;
};

struct table {
	uint32_t *slots; /* 1 + index of an item, 0 for a free slot */
	uint32_t mask;   /* slots - 1 */
	uint8_t *items;  /* each begins with its struct table_key */
	uint32_t item_size;
	uint32_t count, capacity;
};

/* item_size counts the key. False: out of memory. */
bool table_open(struct table *table, size_t item_size, uint32_t expected);
void table_close(struct table *table);
/* The item under a key, NULL when there is none. */
void *table_find(const struct table *table, uint64_t a, uint64_t b);
/* The same, but makes an item when there is none: all zero behind its key. NULL: out of memory. A pointer to
 * an item is good until the next one is made. */
void *table_claim(struct table *table, uint64_t a, uint64_t b);

#endif
