/* link_table.h: the links that have been used so far, by ordered pair. A link comes to be when its first
 * datagram is sent, so that memory follows traffic and never the square of the nodes. In the arena; links
 * do not move. */
#ifndef OCTOSIM_LINK_TABLE_H
#define OCTOSIM_LINK_TABLE_H

#include "sim/engine/arena.h"
#include "sim/network/link.h"

/* Plain data, to be kept in the arena. */
struct link_table {
	arena_ref slots;              /* hash table, open addressing */
	uint32_t slot_bits;           /* 2^slot_bits slots */
	arena_ref pages;              /* refs of pages of links, in order of making */
	uint32_t page_room;
	uint32_t count;
};

/* The number of the model for a pair, asked once for each link: where the scenario's rules are matched. */
typedef uint32_t (*link_resolve)(void *context, uint32_t from, uint32_t to);

void link_table_init(struct link_table *table);
/* NULL when the pair has no link yet. */
struct link *link_table_find(const struct arena *arena, const struct link_table *table, uint32_t from,
                             uint32_t to);
/* The pair's link, made if need be. NULL only when the arena is full. */
struct link *link_table_get(struct arena *arena, struct link_table *table, uint32_t from, uint32_t to,
                            link_resolve resolve, void *context);
/* Link `number` < table->count. */
struct link *link_table_at(const struct arena *arena, const struct link_table *table, uint32_t number);

#endif
