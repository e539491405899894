/* link_table.c: see link_table.h. A slot holds the pair beside the link's place, so that looking one up
 * touches one slot and no other link. */
#include "sim/network/link_table.h"

#include "sim/engine/rng.h"

#include <assert.h>
#include <string.h>

enum { PAGE_LINKS = 127, SLOT_BITS_MIN = 6, LINE_UNITS = sizeof(struct link) / 16 };

struct slot {
	uint32_t from, to;
	arena_ref page;               /* 0: the slot is empty */
	uint32_t index;               /* in the page */
};

static struct slot *find_slot(struct slot *slots, uint32_t slot_bits, uint32_t from, uint32_t to)
{
	const uint32_t mask = (UINT32_C(1) << slot_bits) - 1;
	uint32_t at = (uint32_t)rng_mix((uint64_t)from << 32 | to) & mask;

	while (slots[at].page && (slots[at].from != from || slots[at].to != to))
		at = (at + 1) & mask;
	return &slots[at];
}

/* Keeps a quarter of the slots empty. */
static bool grow_slots(struct arena *arena, struct link_table *table)
{
	const uint32_t old_bits = table->slot_bits, bits = old_bits ? old_bits + 1 : SLOT_BITS_MIN;
	const size_t old_count = old_bits ? (size_t)1 << old_bits : 0;

	if (table->count < old_count - old_count / 4)
		return true;
	const arena_ref ref = bits < 32 ? arena_alloc(arena, sizeof(struct slot) << bits) : 0;
	if (!ref)
		return false;
	struct slot *slots = arena_at(arena, ref);
	const struct slot *old = arena_at(arena, table->slots);
	for (size_t i = 0; i < old_count; i++)
		if (old[i].page)
			*find_slot(slots, bits, old[i].from, old[i].to) = old[i];
	arena_free(arena, table->slots, old_count * sizeof(struct slot));
	table->slots = ref;
	table->slot_bits = bits;
	return true;
}

static bool grow_pages(struct arena *arena, struct link_table *table)
{
	const uint32_t page = table->count / PAGE_LINKS;

	if (table->count % PAGE_LINKS)
		return true;
	if (page == table->page_room) {
		const uint32_t room = table->page_room ? 2 * table->page_room : 16;
		const arena_ref ref = arena_alloc(arena, room * sizeof(arena_ref));
		if (!ref)
			return false;
		if (table->page_room)
			memcpy(arena_at(arena, ref), arena_at(arena, table->pages),
			       table->page_room * sizeof(arena_ref));
		arena_free(arena, table->pages, table->page_room * sizeof(arena_ref));
		table->pages = ref;
		table->page_room = room;
	}
	arena_ref *pages = arena_at(arena, table->pages);
	if (!pages[page]) { /* with room to move the beginning up to a cache line; never freed */
		const arena_ref ref = arena_alloc(arena, (PAGE_LINKS + 1) * sizeof(struct link));
		pages[page] = (ref + LINE_UNITS - 1) / LINE_UNITS * LINE_UNITS;
	}
	return pages[page] != 0;
}

static struct link *link_in(const struct arena *arena, const struct slot *slot)
{
	return (struct link *)arena_at(arena, slot->page) + slot->index;
}

void link_table_init(struct link_table *table)
{
	*table = (struct link_table){0};
}

struct link *link_table_find(const struct arena *arena, const struct link_table *table, uint32_t from,
                             uint32_t to)
{
	if (!table->slots)
		return NULL;
	const struct slot *slot = find_slot(arena_at(arena, table->slots), table->slot_bits, from, to);
	return slot->page ? link_in(arena, slot) : NULL;
}

struct link *link_table_get(struct arena *arena, struct link_table *table, uint32_t from, uint32_t to,
                            link_resolve resolve, void *context)
{
	struct link *link = link_table_find(arena, table, from, to);

	if (link)
		return link;
	if (!grow_slots(arena, table) || !grow_pages(arena, table))
		return NULL;
	struct slot *slot = find_slot(arena_at(arena, table->slots), table->slot_bits, from, to);
	*slot = (struct slot){
		.from = from, .to = to,
		.page = ((const arena_ref *)arena_at(arena, table->pages))[table->count / PAGE_LINKS],
		.index = table->count % PAGE_LINKS
	};
	link = link_in(arena, slot);
	link_init(link, from, to, table->count++, resolve(context, from, to));
	return link;
}

struct link *link_table_at(const struct arena *arena, const struct link_table *table, uint32_t number)
{
	assert(number < table->count);
	const arena_ref page = ((const arena_ref *)arena_at(arena, table->pages))[number / PAGE_LINKS];
	return (struct link *)arena_at(arena, page) + number % PAGE_LINKS;
}
