/* drawn.c: see drawn.h. */
#include "sim/drawn.h"

#include "sim/queueing.h"
#include "sim/routing.h"
#include "sim/network/topology.h"

#include <stdio.h>
#include <stdlib.h>

static void note(struct sim *sim, const struct link *link, uint64_t from_ns, uint64_t rate_bps, uint32_t *count)
{
	struct sim_drawn_rate *grown = realloc(sim->drawn_rates, (*count + 1) * sizeof *grown);
	if (!grown) {
		sim_fail(sim, "out of memory");
		return;
	}
	sim->drawn_rates = grown;
	struct sim_drawn_rate *drawn = &grown[(*count)++];
	*drawn = (struct sim_drawn_rate){ .from_ns = from_ns, .rate_bps = rate_bps };
	if (link->from & ROUTING_ACCESS)
		snprintf(drawn->link, sizeof drawn->link, "%s %s", topology_network(sim, link->from & ~ROUTING_ACCESS)->name,
		         link->to == ROUTING_UP ? "up" : "down");
	else
		snprintf(drawn->link, sizeof drawn->link, "%s→%s", sim->scenario->nodes[link->from].name,
		         sim->scenario->nodes[link->to].name);
}

void drawn_sum_up(struct sim *sim, struct sim_result *result)
{
	const struct world *world = world_of(sim);
	uint32_t count = 0;
	for (uint32_t i = 0; sim->scenario->rate_draws && i < world->links.count; i++) {
		const struct link *link = link_table_at(&sim->arena, &world->links, i);
		const struct link_model *model = queueing_model(sim, link);
		uint64_t said_bps = model->is_drawn ? model->rate_bps : 0;
		if (said_bps)
			note(sim, link, 0, said_bps, &count);
		for (uint32_t n = 0; model->has_draws && n < model->phase_count; n++) {
			const struct link_model *phase = &model->phases[n].model;
			if (phase->is_drawn && phase->rate_bps != said_bps)
				note(sim, link, model->phases[n].from_ns, phase->rate_bps, &count);
			said_bps = phase->is_drawn ? phase->rate_bps : 0;
		}
	}
	result->drawn_rates = sim->drawn_rates;
	result->drawn_rate_count = count;
}
