/* relay.c: the man in the middle. While it lasts, each of two nodes hears the other from the relay's address, and what it
 * sends there, or to the other's own address, arrives. Nobody is at that address afterwards. */
#include "sim/attack/attack.h"

#include "sim/node.h"

#include <string.h>

/* Whom the relay of this action would send it on to; TRACE_NOBODY when that is not its business. */
static uint32_t other_end(const struct sim *sim, uint32_t index, const struct flight *flight)
{
	const struct scenario_action *action = &sim->scenario->actions[index];
	struct octo_address address = attack_relay_address(index);
	if (action->verb != SCENARIO_RELAY || !attack_is_on(sim, action))
		return TRACE_NOBODY;
	uint32_t a = action->pairs->a, b = action->pairs->b;
	uint32_t other = flight->from == a ? b : flight->from == b ? a : TRACE_NOBODY;
	bool is_meant = flight->to == other || memcmp(&address, &flight->target, sizeof address) == 0;
	return is_meant ? other : TRACE_NOBODY;
}

void attack_reroute(struct sim *sim, struct flight *flight)
{
	for (uint32_t i = 0; i < sim->attack_count; i++) {
		uint32_t to = other_end(sim, sim->attacks[i], flight);
		if (to == TRACE_NOBODY)
			continue;
		flight->source = attack_relay_address(sim->attacks[i]);
		flight->target = node_address(sim, to);
		flight->to = to;
		return;
	}
}

/* Each end is somewhere else for the other from now on. */
void relay_end(struct sim *sim, uint32_t index)
{
	const struct scenario_pair *pair = sim->scenario->actions[index].pairs;
	if (!sim->checks)
		return;
	checks_move(sim->checks, pair->a);
	checks_move(sim->checks, pair->b);
}
