/* store.c: see store.h. A store is a record of the node itself and one a peer; the same peer may have another number
 * with another node. */
#include "sim/store.h"

#include <string.h>

struct store_copy {                   /* in the arena */
	arena_ref slots;
};

static bool is_dated(const struct scenario_action *action)
{
	return action->verb == SCENARIO_RESTART && action->store_from_ns != OCTO_NEVER;
}

static uint32_t owner_of(const struct scenario_action *action, uint32_t n)
{
	return action->has_store_of ? action->store_of : action->nodes[n];
}

void store_plan(struct sim *sim)
{
	const struct scenario *scenario = sim->scenario;
	struct world *world = world_of(sim);
	for (uint32_t i = 0; i < scenario->action_count; i++) {
		if (!is_dated(&scenario->actions[i]))
			continue;
		if (!world->stores)
			world->stores = arena_alloc(&sim->arena, scenario->action_count * sizeof(arena_ref));
		world_schedule(sim, scenario->actions[i].store_from_ns, EVENT_STORE, 0, i, i);
	}
}

void store_keep(struct sim *sim, uint32_t index)
{
	const struct scenario_action *action = &sim->scenario->actions[index];
	arena_ref ref = arena_alloc(&sim->arena, action->node_count * sizeof(struct store_copy));
	struct store_copy *copies = arena_at(&sim->arena, ref);
	for (uint32_t n = 0; copies && n < action->node_count; n++) {
		const struct node *node = node_of(sim, owner_of(action, n));
		size_t bytes = (node->neighbours + 1) * sizeof(struct record_slot);
		copies[n].slots = arena_alloc(&sim->arena, bytes);
		if (copies[n].slots)
			memcpy(arena_at(&sim->arena, copies[n].slots), arena_at(&sim->arena, node->store), bytes);
	}
	if (copies)
		((arena_ref *)arena_at(&sim->arena, world_of(sim)->stores))[index] = ref;
}

bool store_replace(struct sim *sim, uint32_t index, uint32_t n)
{
	const struct scenario_action *action = &sim->scenario->actions[index];
	if (!is_dated(action) && !action->has_store_of)
		return false;
	struct node *node = node_of(sim, action->nodes[n]);
	const struct node *owner = node_of(sim, owner_of(action, n));
	const struct record_slot *from = arena_at(&sim->arena, owner->store);
	struct record_slot *to = arena_at(&sim->arena, node->store);
	const uint32_t *theirs = arena_at(&sim->arena, owner->peers), *ours = arena_at(&sim->arena, node->peers);
	if (is_dated(action)) {
		const arena_ref *kept = arena_at(&sim->arena, world_of(sim)->stores);
		const struct store_copy *copies = arena_at(&sim->arena, kept[index]);
		from = arena_at(&sim->arena, copies[n].slots);
	}
	if (owner == node) {
		memcpy(to, from, (node->neighbours + 1) * sizeof *to);
		return true;
	}
	memset(to, 0, (node->neighbours + 1) * sizeof *to);
	to[0] = from[0];
	for (uint32_t i = 0; i < node->peer_count; i++)
		for (uint32_t k = 0; k < owner->peer_count; k++)
			if (ours[i] == theirs[k])
				to[i + 1] = from[k + 1];
	return true;
}
