/* flood.c: one datagram after the other, from many addresses at which nobody is. What a node answers them is lost, and what
 * it may answer is the subject of an invariant (S7). */
#include "sim/attack/attack.h"

#include "sim/engine/rng.h"

#include <string.h>

static size_t make(struct sim *sim, uint32_t index, uint64_t turn, uint8_t bytes[OCTO_DATAGRAM_MAX])
{
	const struct scenario_attack *attack = sim->scenario->actions[index].attack;
	if (attack->is_guess) {
		uint64_t draw = rng_draw(sim->seed, index, turn, DECISION_JUNK);
		return attack_guess(attack->guess, decide(&sim->decider, DECISION_JUNK, index, draw), bytes);
	}
	const arena_ref *recorded = arena_at(&sim->arena, world_of(sim)->recorded);
	const struct packet *packet = arena_at(&sim->arena, recorded[index]);
	if (!packet)
		return 0; /* it has not been sent in this run */
	memcpy(bytes, packet->bytes, packet->size);
	return packet->size;
}

void flood_turn(struct sim *sim, uint32_t index)
{
	const struct scenario_attack *attack = sim->scenario->actions[index].attack;
	uint64_t turn = (*attack_seen(sim, index))++;
	uint8_t bytes[OCTO_DATAGRAM_MAX];
	if (world_of(sim)->is_healed)
		return;
	size_t size = make(sim, index, turn, bytes);
	if (size)
		attack_send_from_nowhere(sim, index, (uint32_t)(turn % attack->addresses), attack->target, bytes, size);
	if (turn + 1 < attack->count)
		attack_plan(sim, index, world_of(sim)->now_ns + attack->every_ns);
}
