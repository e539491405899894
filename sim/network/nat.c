/* nat.c: see nat.h. Both tables are the same: entries found by key (a mapping also by port), and in one list by last
 * use. All entries of a table live equally long, so the least recently used one is also the next to expire. */
#include "sim/network/nat.h"

#include "sim/engine/rng.h"
#include "sim/engine/wide.h"

#include <string.h>

enum { CAPACITY_LEAST = 4, PORT_LEAST = 16384, PORTS = 65536 - PORT_LEAST, PORT_FIRST = 40000 };

static const struct octo_address nobody;

/* ---- Tables ---------------------------------------------------------------------------------------------------------- */

static struct nat_entry *entry_at(const struct arena *arena, const struct nat_table *table, uint32_t number)
{
	return number ? (struct nat_entry *)arena_at(arena, table->entries) + number - 1 : NULL;
}

static uint64_t digest(uint64_t hash, const struct octo_address *address)
{
	for (int i = 0; i < 16; i += 8) {
		uint64_t word = 0;
		for (int j = 0; j < 8; j++)
			word = word << 8 | address->ip[i + j];
		hash = rng_mix(hash ^ word);
	}
	return rng_mix(hash ^ address->port);
}

static uint32_t *bucket_of_key(const struct arena *arena, const struct nat_table *table, const struct octo_address *inside,
                               const struct octo_address *remote, uint32_t serial)
{
	uint64_t hash = digest(digest(serial, inside), remote);
	return (uint32_t *)arena_at(arena, table->buckets) + (hash & (table->capacity - 1));
}

static uint32_t *bucket_of_port(const struct arena *arena, const struct nat_table *table, uint16_t port)
{
	return (uint32_t *)arena_at(arena, table->buckets) + table->capacity + (rng_mix(port) & (table->capacity - 1));
}

static bool is_same(const struct octo_address *a, const struct octo_address *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

/* A permit's serial is part of its key; a mapping's is not. */
static uint32_t find(const struct arena *arena, const struct nat_table *table, const struct octo_address *inside,
                     const struct octo_address *remote, uint32_t serial)
{
	if (!table->capacity)
		return 0;
	uint32_t number = *bucket_of_key(arena, table, inside, remote, serial);
	while (number) {
		const struct nat_entry *entry = entry_at(arena, table, number);
		if (is_same(&entry->inside, inside) && is_same(&entry->remote, remote) && (!serial || entry->serial == serial))
			break;
		number = entry->next_of_key;
	}
	return number;
}

static uint32_t find_port(const struct arena *arena, const struct nat_table *table, uint16_t port)
{
	if (!table->capacity)
		return 0;
	uint32_t number = *bucket_of_port(arena, table, port);
	while (number && entry_at(arena, table, number)->port != port)
		number = entry_at(arena, table, number)->next_of_port;
	return number;
}

static void enter_buckets(const struct arena *arena, const struct nat_table *table, uint32_t number, bool has_key_serial)
{
	struct nat_entry *entry = entry_at(arena, table, number);
	uint32_t *of_key = bucket_of_key(arena, table, &entry->inside, &entry->remote, has_key_serial ? entry->serial : 0);
	uint32_t *of_port = bucket_of_port(arena, table, entry->port);
	entry->next_of_key = *of_key;
	*of_key = number;
	entry->next_of_port = *of_port;
	*of_port = number;
}

static bool grow(struct arena *arena, struct nat_table *table)
{
	uint32_t capacity = table->capacity ? 2 * table->capacity : CAPACITY_LEAST;
	if (table->free)
		return true;
	arena_ref entries = arena_alloc(arena, capacity * sizeof(struct nat_entry));
	arena_ref buckets = arena_alloc(arena, 2 * (size_t)capacity * sizeof(uint32_t));
	if (!entries || !buckets)
		return false;
	if (table->capacity)
		memcpy(arena_at(arena, entries), arena_at(arena, table->entries), table->capacity * sizeof(struct nat_entry));
	arena_free(arena, table->entries, table->capacity * sizeof(struct nat_entry));
	arena_free(arena, table->buckets, 2 * (size_t)table->capacity * sizeof(uint32_t));
	uint32_t before = table->capacity;
	table->entries = entries;
	table->buckets = buckets;
	table->capacity = capacity;
	for (uint32_t number = capacity; number > before; number--) {
		entry_at(arena, table, number)->newer = table->free;
		table->free = number;
	}
	for (uint32_t number = 1; number <= before; number++) /* all taken, or there was no need to grow */
		enter_buckets(arena, table, number, entry_at(arena, table, number)->port == 0);
	return true;
}

static void leave_bucket(const struct arena *arena, const struct nat_table *table, uint32_t *bucket, uint32_t number,
                         bool is_port)
{
	while (*bucket != number) {
		struct nat_entry *entry = entry_at(arena, table, *bucket);
		bucket = is_port ? &entry->next_of_port : &entry->next_of_key;
	}
	struct nat_entry *gone = entry_at(arena, table, number);
	*bucket = is_port ? gone->next_of_port : gone->next_of_key;
}

static void unlink_use(const struct arena *arena, struct nat_table *table, struct nat_entry *entry)
{
	struct nat_entry *older = entry_at(arena, table, entry->older), *newer = entry_at(arena, table, entry->newer);
	*(older ? &older->newer : &table->oldest) = entry->newer;
	*(newer ? &newer->older : &table->newest) = entry->older;
}

static void link_use(const struct arena *arena, struct nat_table *table, struct nat_entry *entry, uint32_t number)
{
	struct nat_entry *last = entry_at(arena, table, table->newest);
	entry->older = table->newest;
	entry->newer = 0;
	*(last ? &last->newer : &table->oldest) = number;
	table->newest = number;
}

static void touch(const struct arena *arena, struct nat_table *table, uint32_t number, uint64_t now_ns)
{
	struct nat_entry *entry = entry_at(arena, table, number);
	if (entry->is_static)
		return;
	entry->used_ns = now_ns;
	unlink_use(arena, table, entry);
	link_use(arena, table, entry, number);
}

static void take_out(const struct arena *arena, struct nat_table *table, uint32_t number)
{
	struct nat_entry *entry = entry_at(arena, table, number);
	leave_bucket(arena, table, bucket_of_key(arena, table, &entry->inside, &entry->remote, entry->port ? 0 : entry->serial),
	             number, false);
	leave_bucket(arena, table, bucket_of_port(arena, table, entry->port), number, true);
	if (!entry->is_static) {
		unlink_use(arena, table, entry);
		table->aging--;
	}
	*entry = (struct nat_entry){ .newer = table->free };
	table->free = number;
	table->used--;
}

/* 0 when the arena is full. */
static uint32_t put_in(struct arena *arena, struct nat_table *table, const struct nat_entry *like)
{
	if (!grow(arena, table))
		return 0;
	uint32_t number = table->free;
	struct nat_entry *entry = entry_at(arena, table, number);
	table->free = entry->newer;
	*entry = *like;
	entry->is_taken = true;
	enter_buckets(arena, table, number, entry->port == 0);
	table->used++;
	if (!entry->is_static) {
		link_use(arena, table, entry, number);
		table->aging++;
	}
	return number;
}

/* ---- Mappings and permits ---------------------------------------------------------------------------------------------- */

/* As much of the remote side as the scope looks at. */
static struct octo_address seen_of(enum scenario_scope scope, const struct octo_address *remote)
{
	struct octo_address seen = scope == SCENARIO_ANY_REMOTE ? nobody : *remote;
	if (scope == SCENARIO_SAME_ADDRESS)
		seen.port = 0;
	return seen;
}

static bool has_expired(const struct nat_place *place, const struct nat_entry *entry)
{
	return place->now_ns >= wide_add(entry->used_ns, place->rules->timeout_ns);
}

static void let_go(const struct nat_place *place, uint32_t number, enum trace_nat why)
{
	struct nat_table *mappings = &place->nat->mappings;
	struct nat_entry gone = *entry_at(place->arena, mappings, number);
	take_out(place->arena, mappings, number);
	place->tell(place->context, place->number, why, &gone);
}

uint64_t nat_expire(const struct nat_place *place)
{
	struct nat *nat = place->nat;
	while (nat->permits.oldest && has_expired(place, entry_at(place->arena, &nat->permits, nat->permits.oldest)))
		take_out(place->arena, &nat->permits, nat->permits.oldest);
	while (nat->mappings.oldest && has_expired(place, entry_at(place->arena, &nat->mappings, nat->mappings.oldest)))
		let_go(place, nat->mappings.oldest, TRACE_NAT_EXPIRED);
	if (!nat->mappings.oldest)
		return OCTO_NEVER;
	return wide_add(entry_at(place->arena, &nat->mappings, nat->mappings.oldest)->used_ns, place->rules->timeout_ns);
}

/* The inside's own port when that is wanted and free, else the next free one that is odd or even like it. */
static uint16_t choose_port(const struct nat_place *place, uint16_t inside)
{
	struct nat *nat = place->nat;
	if (place->rules->keeps_port && !nat->has_new_ports && !find_port(place->arena, &nat->mappings, inside))
		return inside;
	for (uint32_t turn = 0; turn < PORTS; turn++) {
		uint32_t at = (PORT_FIRST - PORT_LEAST + nat->ports_taken++) % PORTS;
		uint16_t port = (uint16_t)(PORT_LEAST + at);
		if (port % 2 == inside % 2 && !find_port(place->arena, &nat->mappings, port))
			return port;
	}
	return 0;
}

static uint32_t make_mapping(const struct nat_place *place, const struct octo_address *inside,
                             const struct octo_address *remote)
{
	struct nat *nat = place->nat;
	if (nat->mappings.aging >= place->rules->room)
		let_go(place, nat->mappings.oldest, TRACE_NAT_PUSHED_OUT);
	struct nat_entry entry = { .inside = *inside, .remote = *remote, .port = choose_port(place, inside->port),
		.made_ns = place->now_ns, .used_ns = place->now_ns };
	if (!entry.port)
		return 0;
	if (++nat->serial == 0)
		nat->serial = 1;
	entry.serial = nat->serial;
	uint32_t number = put_in(place->arena, &nat->mappings, &entry);
	if (number)
		place->tell(place->context, place->number, TRACE_NAT_MADE, entry_at(place->arena, &nat->mappings, number));
	return number;
}

/* The remote side may answer. */
static bool permit(const struct nat_place *place, const struct octo_address *inside, const struct octo_address *remote,
                   uint32_t serial)
{
	struct nat_table *permits = &place->nat->permits;
	struct nat_entry entry = { .inside = *inside, .remote = seen_of(place->rules->filtering, remote), .serial = serial,
		.made_ns = place->now_ns, .used_ns = place->now_ns };
	if (place->rules->translates && place->rules->filtering == SCENARIO_ANY_REMOTE)
		return true;
	uint32_t number = find(place->arena, permits, &entry.inside, &entry.remote, serial);
	if (number) {
		touch(place->arena, permits, number, place->now_ns);
		return true;
	}
	if (permits->aging >= place->rules->room)
		take_out(place->arena, permits, permits->oldest);
	return put_in(place->arena, permits, &entry) != 0;
}

static bool is_permitted(const struct nat_place *place, const struct octo_address *inside,
                         const struct octo_address *remote, uint32_t serial)
{
	struct nat_table *permits = &place->nat->permits;
	struct octo_address seen = seen_of(place->rules->filtering, remote);
	if (place->rules->translates && place->rules->filtering == SCENARIO_ANY_REMOTE)
		return true;
	uint32_t number = find(place->arena, permits, inside, &seen, serial);
	if (number && place->rules->refreshes_inbound)
		touch(place->arena, permits, number, place->now_ns);
	return number != 0;
}

static uint32_t find_mapping(const struct nat_place *place, const struct octo_address *inside,
                             const struct octo_address *remote)
{
	const struct nat_table *mappings = &place->nat->mappings;
	struct octo_address seen = seen_of(place->rules->mapping, remote);
	uint32_t number = place->nat->has_forwards ? find(place->arena, mappings, inside, &nobody, 0) : 0;
	return number ? number : find(place->arena, mappings, inside, &seen, 0);
}

bool nat_out(const struct nat_place *place, const struct octo_address *inside, const struct octo_address *remote,
             uint16_t *port)
{
	nat_expire(place);
	*port = inside->port;
	if (!place->rules->translates)
		return permit(place, inside, remote, 0);
	struct octo_address seen = seen_of(place->rules->mapping, remote);
	uint32_t number = find_mapping(place, inside, remote);
	if (number)
		touch(place->arena, &place->nat->mappings, number, place->now_ns);
	else
		number = make_mapping(place, inside, &seen);
	if (!number)
		return false;
	const struct nat_entry *mapping = entry_at(place->arena, &place->nat->mappings, number);
	*port = mapping->port;
	return mapping->is_static || permit(place, &nobody, remote, mapping->serial);
}

enum nat_answer nat_in(const struct nat_place *place, uint16_t port, const struct octo_address *remote,
                       struct octo_address *inside)
{
	nat_expire(place);
	uint32_t number = find_port(place->arena, &place->nat->mappings, port);
	const struct nat_entry *mapping = entry_at(place->arena, &place->nat->mappings, number);
	if (!mapping)
		return NAT_NO_MAPPING;
	if (!mapping->is_static && !is_permitted(place, &nobody, remote, mapping->serial))
		return NAT_FILTERED;
	if (place->rules->refreshes_inbound)
		touch(place->arena, &place->nat->mappings, number, place->now_ns);
	*inside = mapping->inside;
	return NAT_PASSES;
}

enum nat_answer nat_admit(const struct nat_place *place, const struct octo_address *inside,
                          const struct octo_address *remote)
{
	nat_expire(place);
	return is_permitted(place, inside, remote, 0) ? NAT_PASSES : NAT_FILTERED;
}

bool nat_forward(const struct nat_place *place, uint16_t port, const struct octo_address *inside)
{
	struct nat_table *mappings = &place->nat->mappings;
	uint32_t number = find_port(place->arena, mappings, port);
	place->nat->has_forwards = true;
	if (number && is_same(&entry_at(place->arena, mappings, number)->inside, inside))
		return true;
	if (number)
		take_out(place->arena, mappings, number);
	struct nat_entry entry = { .inside = *inside, .port = port, .is_static = true, .made_ns = place->now_ns,
		.used_ns = place->now_ns };
	return put_in(place->arena, mappings, &entry) != 0;
}

void nat_forget(const struct nat_place *place, bool takes_new_ports)
{
	struct nat *nat = place->nat;
	nat_expire(place);
	while (nat->permits.oldest)
		take_out(place->arena, &nat->permits, nat->permits.oldest);
	while (nat->mappings.oldest)
		let_go(place, nat->mappings.oldest, TRACE_NAT_REBOUND);
	nat->has_new_ports = nat->has_new_ports || takes_new_ports;
}

bool nat_holder(const struct nat_place *place, uint16_t port, struct octo_address *inside)
{
	const struct nat_entry *mapping =
		entry_at(place->arena, &place->nat->mappings, find_port(place->arena, &place->nat->mappings, port));
	if (!mapping || (!mapping->is_static && has_expired(place, mapping)))
		return false;
	*inside = mapping->inside;
	return true;
}

bool nat_seen(const struct nat_place *place, const struct octo_address *inside, const struct octo_address *remote,
              uint16_t *port)
{
	const struct nat_entry *mapping =
		entry_at(place->arena, &place->nat->mappings, find_mapping(place, inside, remote));
	if (!mapping || (!mapping->is_static && has_expired(place, mapping)))
		return false;
	*port = mapping->port;
	return true;
}
