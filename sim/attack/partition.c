/* partition.c: which groups of nodes do not hear each other. Nothing is remembered: an action and the clock say it all. */
#include "sim/attack/attack.h"

bool partition_cuts(const struct sim *sim, uint32_t from, uint32_t to)
{
	for (uint32_t i = 0; i < sim->attack_count; i++) {
		const struct scenario_action *action = &sim->scenario->actions[sim->attacks[i]];
		const struct scenario_attack *attack = action->attack;
		if (action->verb != SCENARIO_PARTITION || !attack_is_on(sim, action))
			continue;
		uint8_t here = attack->groups[from], there = attack->groups[to];
		if (here && there && here != there && (!attack->one_way || here == 1))
			return true;
	}
	return false;
}
