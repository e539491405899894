/* robot.c: see robot.h. */
#include "sim/robot.h"

#include "core/nodes/agent.h"
#include "core/nodes/remote.h"
#include "sim/node.h"

struct robot {                        /* in the arena, one for each node with couriers */
	struct octo_agent agent;      /* of an agent; a remote keeps all it knows in its couriers */
};

static struct robot *robot_of(const struct sim *sim, uint32_t number)
{
	return arena_at(&sim->arena, node_of(sim, number)->robot);
}

void robot_equip(const struct scenario_node *described, struct octo_host *host, const struct octo_courier **kinds)
{
	if (!described->has_couriers)
		return;
	const struct octo_courier_set *set = described->is_agent ? &octo_agent_couriers : &octo_remote_couriers;
	uint32_t count = host->courier_count;
	host->courier_count = count + octo_courier_set_kinds(set, kinds + count, ROBOT_KINDS_MAX - count);
}

void robot_make(struct sim *sim, uint32_t number)
{
	if (sim->scenario->nodes[number].has_couriers)
		node_of(sim, number)->robot = arena_alloc(&sim->arena, sizeof(struct robot));
}

void robot_boot(struct sim *sim, uint32_t number)
{
	if (node_of(sim, number)->robot && sim->scenario->nodes[number].is_agent)
		octo_agent_init(&robot_of(sim, number)->agent, node_channel(sim, number));
}

void robot_update(struct sim *sim, uint32_t number, const struct octo_host *host, uint64_t now_ns)
{
	struct octo_channel *channel = node_channel(sim, number);
	if (!node_of(sim, number)->robot)
		return;
	if (sim->scenario->nodes[number].is_agent)
		octo_agent_update(&robot_of(sim, number)->agent, channel, host, now_ns);
	else
		octo_remote_update(channel, host, now_ns);
}
