/* robot_plan.c: has applications act as the timeline says, once or in a rhythm. Who is down, or stopped, misses its turn;
 * only a command for which there is no room yet is given later. */
#include "sim/robot_int.h"

#include "sim/engine/wide.h"
#include "sim/recorder.h"

#include <string.h>

struct robot_plan {                   /* in the arena: what one pair of an action has still to do */
	uint64_t done;
	uint32_t action, pair;
	uint32_t number;              /* of all plans of the run, from 0 */
	uint32_t turns;
};

enum { COMMAND_RETRY_NS = 100000000 };

/* The value that is set the k-th time: what is measured must differ from what was there. */
static void count_up(enum octo_parameter parameter, uint64_t k, uint8_t *value)
{
	static const struct { uint8_t at, size; } counted[OCTO_VALUE_COUNT] = {
		[OCTO_VALUE_PLACE] = { 8, 4 },  /* the altitude */
		[OCTO_VALUE_ANGLE] = { 0, 2 },  [OCTO_VALUE_CHARGE] = { 2, 2 }, /* the millivolts */
		[OCTO_VALUE_BITS] = { 0, 2 },   [OCTO_VALUE_POSE] = { 0, 2 }    /* the first joint */
	};
	enum octo_value type = octo_parameter_kind(parameter)->value;
	for (uint8_t i = 0; i < counted[type].size; i++, k >>= 8) {
		uint64_t sum = value[counted[type].at + i] + (k & 0xff);
		value[counted[type].at + i] = (uint8_t)sum;
		k += sum & 0x100;
	}
}

static void set(struct sim *sim, struct scenario_pair who, const struct scenario_robot *robot, uint64_t k,
                const struct node_call *call)
{
	uint8_t value[OCTO_VALUE_BYTES_MAX];
	size_t size = octo_value_size(octo_parameter_kind(robot->parameter)->value);
	memcpy(value, robot->value, sizeof value);
	count_up(robot->parameter, k, value);
	if (who.a == who.b) {
		struct octo_agent *agent = &robot_of(sim, who.a)->agent;
		uint64_t before = agent->document[robot->parameter].version;
		if (!octo_agent_set(agent, call->channel, &call->host, call->now_ns, robot->parameter, value, size) ||
		    agent->document[robot->parameter].version == before)
			return;
		for (uint32_t i = sim->neighbour_start[who.a]; i < sim->neighbour_start[who.a + 1]; i++)
			robot_give(sim, who.a, sim->neighbours[i], (uint8_t)robot->parameter,
			           agent->document[robot->parameter].version);
		return;
	}
	uint32_t peer = node_peer_index(sim, who.a, who.b);
	const struct octo_holding *holding = &robot_shared(call->channel, &call->host, peer)->replicas[robot->parameter].holding;
	uint64_t before = holding->version;
	if (octo_remote_set(call->channel, &call->host, call->now_ns, peer, robot->parameter, value, size) &&
	    holding->version != before)
		robot_give(sim, who.a, who.b, (uint8_t)robot->parameter, holding->version);
}

static void sense(struct sim *sim, uint32_t number, const struct scenario_robot *robot, const struct node_call *call)
{
	struct octo_reading reading = robot->reading;
	reading.present |= UINT32_C(1) << OCTO_SENSOR_CLOCK;
	reading.clock_ms = (uint32_t)(call->now_ns / OCTO_MILLISECOND);
	octo_agent_sense(&robot_of(sim, number)->agent, call->channel, &call->host, call->now_ns, &reading);
	for (uint32_t i = sim->neighbour_start[number]; i < sim->neighbour_start[number + 1]; i++)
		robot_give(sim, number, sim->neighbours[i], ROBOT_SENSORS, reading.clock_ms);
}

/* False: too many are under way. */
static bool command(struct sim *sim, struct scenario_pair who, const struct scenario_robot *robot,
                    const struct node_call *call)
{
	uint8_t bytes[OCTO_COMMAND_BYTES_MAX];
	struct robot_link *link = robot_link(sim, who.a, who.b);
	uint32_t running = link->commands + 1;
	for (int i = 0; i < ROBOT_COMMAND_HEAD; i++)
		bytes[i] = (uint8_t)(running >> 8 * i);
	memcpy(bytes + ROBOT_COMMAND_HEAD, robot->text, robot->text_size);
	if (!octo_remote_command(call->channel, &call->host, call->now_ns, node_peer_index(sim, who.a, who.b), bytes,
	                         ROBOT_COMMAND_HEAD + (size_t)robot->text_size))
		return false;
	link->commands = running;
	robot_give(sim, who.a, who.b, ROBOT_COMMAND, running);
	return true;
}

static void flip(struct sim *sim, struct scenario_pair who, const struct scenario_robot *robot,
                 const struct node_call *call)
{
	uint32_t peer = who.a == who.b ? 0 : node_peer_index(sim, who.a, who.b);
	uint32_t before = who.a == who.b ? robot_of(sim, who.a)->agent.features :
	                                   robot_shared(call->channel, &call->host, peer)->features;
	uint32_t after = robot->is_on ? before | robot->feature : before & ~(uint32_t)robot->feature;
	if (who.a == who.b)
		octo_agent_features(&robot_of(sim, who.a)->agent, call->channel, &call->host, call->now_ns, after);
	else
		octo_remote_features(call->channel, &call->host, call->now_ns, peer, after);
}

/* False: it is to be tried again. */
static bool act(struct sim *sim, const struct scenario_action *action, struct scenario_pair who, uint64_t k)
{
	struct node_call call;
	bool is_done = true;
	if (!node_call(sim, who.a, &call) || (who.a != who.b && node_peer_index(sim, who.a, who.b) == OCTO_NO_PEER))
		return true;
	switch (action->verb) {
	case SCENARIO_SET: set(sim, who, action->robot, k, &call); break;
	case SCENARIO_SENSE: sense(sim, who.a, action->robot, &call); break;
	case SCENARIO_COMMAND: is_done = command(sim, who, action->robot, &call); break;
	default: flip(sim, who, action->robot, &call); break;
	}
	node_settle(sim, who.a);
	return is_done;
}

void robot_turn(struct sim *sim, uint32_t ref)
{
	struct robot_plan *plan = arena_at(&sim->arena, ref);
	const struct scenario_action *action = &sim->scenario->actions[plan->action];
	struct scenario_pair who = action->pairs[plan->pair];
	static const uint8_t kinds[] = { TRACE_ACTION_SET, TRACE_ACTION_SENSE, TRACE_ACTION_COMMAND, TRACE_ACTION_SWITCH };
	recorder_action(sim, (enum trace_action)kinds[action->verb - SCENARIO_SET], who.a,
	                who.a == who.b ? TRACE_NOBODY : who.b, plan->done);
	uint64_t wait_ns = action->robot->every_ns ? action->robot->every_ns : COMMAND_RETRY_NS;
	bool is_done = act(sim, action, who, plan->done);
	sim->cause = 0;
	plan = arena_at(&sim->arena, ref);
	plan->done += is_done ? 1 : 0;
	if (plan->done < action->robot->count)
		world_schedule(sim, wide_add(world_of(sim)->now_ns, wait_ns), EVENT_ROBOT, plan->number, plan->turns++, ref);
	else
		arena_free(&sim->arena, ref, sizeof *plan);
}

void robot_begin(struct sim *sim, uint32_t action)
{
	for (uint32_t i = 0; i < sim->scenario->actions[action].pair_count; i++) {
		arena_ref ref = arena_alloc(&sim->arena, sizeof(struct robot_plan));
		struct robot_plan *plan = arena_at(&sim->arena, ref);
		if (!plan)
			return;
		*plan = (struct robot_plan){ .action = action, .pair = i, .number = world_of(sim)->plan_count++ };
		robot_turn(sim, ref);
	}
}
