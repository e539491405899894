/* intercept.c: an attacker on the path, who waits for certain datagrams and does one thing to them. */
#include "sim/attack/attack.h"

/* The lower half of what was seen counts draws, the upper half datagrams. */
static bool is_meant(struct sim *sim, uint32_t index, const struct flight *flight)
{
	const struct scenario_drop *which = &sim->scenario->actions[index].attack->which;
	const struct packet *packet = arena_at(&sim->arena, flight->packet);
	uint64_t *seen = attack_seen(sim, index);
	if (which->type != OCTO_PACKET_UNKNOWN && which->type != packet->type)
		return false;
	uint32_t number = (uint32_t)((*seen += UINT64_C(1) << 32) >> 32);
	bool is_named = number <= which->first;
	for (uint32_t i = 0; i < which->nth_count; i++)
		is_named = is_named || which->nth[i] == number;
	return is_named;
}

bool intercept_meets(struct sim *sim, uint32_t index, const struct flight *flight)
{
	const struct scenario_attack *attack = sim->scenario->actions[index].attack;
	const struct attack_put put = { .after_ns = attack->after_ns, .flips = attack->flips, .truncates = attack->truncates,
		.length = attack->length, .forges = attack->forges, .reflects = attack->reflects, .has_source = attack->has_source,
		.source = attack->source };
	if (!is_meant(sim, index, flight))
		return false;
	for (uint32_t i = 0; attack->puts && i < attack->copies && !sim->error[0]; i++)
		attack_put(sim, index, flight, &put);
	return !attack->passes;
}
