/* actions.c: one function a verb. A scenario acts through packets, time, users and the store; never on a core's state. */
#include "sim/actions.h"

#include "sim/attack/attack.h"
#include "sim/background.h"
#include "sim/blobs.h"
#include "sim/engine/rng.h"
#include "sim/inbox.h"
#include "sim/network/topology.h"
#include "sim/node.h"
#include "sim/recorder.h"
#include "sim/robot.h"
#include "sim/store.h"
#include "sim/traffic.h"

#include <string.h>

/* All pairs act in the same instant: nobody sends before all have pressed only matters to links, which take time. */
static void connect_pairs(struct sim *sim, const struct scenario_action *action)
{
	for (uint32_t i = 0; i < action->pair_count; i++) {
		recorder_action(sim, TRACE_ACTION_CONNECT, action->pairs[i].a, action->pairs[i].b, 0);
		node_connect(sim, action->pairs[i].a, action->pairs[i].b);
	}
}

static void disconnect_pairs(struct sim *sim, const struct scenario_action *action)
{
	for (uint32_t i = 0; i < action->pair_count; i++) {
		recorder_action(sim, TRACE_ACTION_DISCONNECT, action->pairs[i].a, action->pairs[i].b, 0);
		node_disconnect(sim, action->pairs[i].a, action->pairs[i].b);
	}
}

static void load_pairs(struct sim *sim, const struct scenario_action *action)
{
	for (uint32_t i = 0; i < action->pair_count; i++) {
		recorder_action(sim, TRACE_ACTION_LOAD, action->pairs[i].a, action->pairs[i].b, action->load_count);
		node_load(sim, action->pairs[i].a, action->pairs[i].b, action);
	}
}

static void switch_couriers(struct sim *sim, const struct scenario_action *action)
{
	for (uint32_t i = 0; i < action->pair_count; i++) {
		recorder_action(sim, TRACE_ACTION_COURIER, action->pairs[i].a, action->pairs[i].b, action->courier);
		node_courier(sim, action->pairs[i].a, action->pairs[i].b, action);
	}
}

static void crash_nodes(struct sim *sim, const struct scenario_action *action)
{
	for (uint32_t i = 0; i < action->node_count; i++) {
		recorder_action(sim, TRACE_ACTION_CRASH, action->nodes[i], TRACE_NOBODY, 0);
		node_crash(sim, action->nodes[i]);
	}
}

static void restart_nodes(struct sim *sim, uint32_t index, const struct scenario_action *action)
{
	for (uint32_t i = 0; i < action->node_count; i++) {
		recorder_action(sim, TRACE_ACTION_RESTART, action->nodes[i], TRACE_NOBODY, action->loses_store);
		node_crash(sim, action->nodes[i]);
		if (store_replace(sim, index, i) && sim->checks)
			checks_old_store(sim->checks, action->nodes[i]);
		node_boot(sim, action->nodes[i], !action->loses_store);
	}
}

static void move_nodes(struct sim *sim, const struct scenario_action *action)
{
	for (uint32_t i = 0; i < action->node_count; i++) {
		recorder_action(sim, TRACE_ACTION_MOVE, action->nodes[i], TRACE_NOBODY, 0);
		node_move(sim, action->nodes[i]);
		topology_moved(sim, action->nodes[i]);
		if (sim->checks)
			checks_move(sim->checks, action->nodes[i]);
	}
}

/* For those in the network it is as if they had moved. */
static void rebind_networks(struct sim *sim, const struct scenario_action *action)
{
	for (uint32_t i = 0; i < action->network_count; i++) {
		const struct scenario_network *network = &sim->scenario->networks[action->networks[i]];
		for (uint32_t k = 0; k < network->node_count; k++) {
			recorder_action(sim, TRACE_ACTION_REBIND, network->nodes[k], TRACE_NOBODY, action->keeps_address);
			if (sim->checks)
				checks_move(sim->checks, network->nodes[k]);
		}
		topology_rebind(sim, action->networks[i] + 1, action->keeps_address);
	}
}

static void set_clocks(struct sim *sim, const struct scenario_action *action)
{
	for (uint32_t i = 0; i < action->node_count; i++) {
		recorder_action(sim, TRACE_ACTION_CLOCK, action->nodes[i], TRACE_NOBODY, (uint64_t)action->clock_step_ns);
		node_clock(sim, action->nodes[i], action->clock_step_ns);
	}
}

static void pause_nodes(struct sim *sim, const struct scenario_action *action)
{
	bool is_pause = action->verb == SCENARIO_PAUSE;
	for (uint32_t i = 0; i < action->node_count; i++) {
		recorder_action(sim, is_pause ? TRACE_ACTION_PAUSE : TRACE_ACTION_RESUME, action->nodes[i], TRACE_NOBODY, 0);
		(is_pause ? inbox_pause : inbox_resume)(sim, action->nodes[i]);
	}
}

static void slow_nodes(struct sim *sim, const struct scenario_action *action)
{
	for (uint32_t i = 0; i < action->node_count; i++) {
		recorder_action(sim, TRACE_ACTION_SLOW, action->nodes[i], TRACE_NOBODY, action->processing_ns);
		node_of(sim, action->nodes[i])->processing_ns = action->processing_ns;
	}
}

/* To one node; or to all in a network's broadcast domain: those with a core that are in it, but not in networks in it. */
static void inject_bytes(struct sim *sim, const struct scenario_action *action, const uint8_t *bytes, size_t size)
{
	if (!action->inject_broadcast) {
		traffic_inject(sim, action->inject_source, action->inject_to, bytes, size);
		return;
	}
	const struct scenario_network *network = &sim->scenario->networks[action->inject_broadcast - 1];
	for (uint32_t i = 0; i < network->node_count; i++) {
		uint32_t node = network->nodes[i];
		const struct scenario_node *described = &sim->scenario->nodes[node];
		bool is_own = described->network == action->inject_broadcast && !described->is_counter;
		if (is_own && node != action->inject_source && node_of(sim, node)->is_up)
			traffic_inject(sim, action->inject_source, node, bytes, size);
	}
}

/* A recorded packet, as it was or with each of its bytes flipped in turn. */
static void inject_recorded(struct sim *sim, uint32_t index, const struct scenario_action *action)
{
	const arena_ref *recorded = arena_at(&sim->arena, world_of(sim)->recorded);
	const struct packet *packet = arena_at(&sim->arena, recorded[index]);
	uint8_t bytes[OCTO_DATAGRAM_MAX];
	if (!packet)
		return; /* it has not been sent in this run; an expectation may be about that */
	size_t size = packet->size;
	for (uint64_t i = 0; i < action->inject_count; i++) {
		for (size_t at = 0; at < (action->flip_each ? size : 1); at++) {
			memcpy(bytes, packet->bytes, size);
			if (action->flip_each)
				bytes[at] ^= 0xff;
			inject_bytes(sim, action, bytes, size);
		}
	}
}

/* Random bytes of random length. One in two begins like one of our packets, or it would never get far. */
static void inject_junk(struct sim *sim, uint32_t index, const struct scenario_action *action)
{
	for (uint64_t i = 0; i < action->inject_count; i++) {
		uint64_t drawn = rng_draw(sim->seed, index, i, DECISION_JUNK);
		uint64_t draw = decide(&sim->decider, DECISION_JUNK, index, drawn);
		uint8_t bytes[OCTO_DATAGRAM_MAX];
		size_t size = (size_t)rng_below(draw, OCTO_DATAGRAM_MAX + 1);
		for (size_t at = 0; at < size; at++)
			bytes[at] = (uint8_t)rng_mix(draw + at);
		if (size && draw & 1)
			bytes[0] = (uint8_t)(OCTO_PACKET_SYN + (draw >> 8) % 6);
		if (size > 1 && draw & 1)
			bytes[1] = 1;
		inject_bytes(sim, action, bytes, size);
	}
}

static void inject(struct sim *sim, uint32_t index, const struct scenario_action *action)
{
	recorder_action(sim, TRACE_ACTION_INJECT, action->inject_to, action->inject_source, action->inject_count);
	if (action->random_bytes)
		inject_junk(sim, index, action);
	else
		inject_recorded(sim, index, action);
}

static void switch_nodes(struct sim *sim, const struct scenario_action *action, bool is_on)
{
	enum trace_action what = is_on ? TRACE_ACTION_ENABLE : TRACE_ACTION_DISABLE;
	for (uint32_t i = 0; i < action->node_count; i++) {
		recorder_action(sim, what, action->nodes[i], TRACE_NOBODY, 0);
		node_enable(sim, action->nodes[i], is_on);
	}
}

static void honeymoon_nodes(struct sim *sim, const struct scenario_action *action)
{
	for (uint32_t i = 0; i < action->node_count; i++) {
		recorder_action(sim, TRACE_ACTION_HONEYMOON, action->nodes[i], TRACE_NOBODY, 0);
		node_honeymoon(sim, action->nodes[i]);
	}
}

void actions_run(struct sim *sim, uint32_t index)
{
	const struct scenario_action *action = &sim->scenario->actions[index];
	switch (action->verb) {
	case SCENARIO_CONNECT: connect_pairs(sim, action); break;
	case SCENARIO_DISCONNECT: disconnect_pairs(sim, action); break;
	case SCENARIO_LOAD: load_pairs(sim, action); break;
	case SCENARIO_BLOB:
	case SCENARIO_CANCEL: blobs_begin(sim, index); break;
	case SCENARIO_COURIER: switch_couriers(sim, action); break;
	case SCENARIO_CRASH: crash_nodes(sim, action); break;
	case SCENARIO_RESTART: restart_nodes(sim, index, action); break;
	case SCENARIO_MOVE: move_nodes(sim, action); break;
	case SCENARIO_CLOCK: set_clocks(sim, action); break;
	case SCENARIO_INJECT: inject(sim, index, action); break;
	case SCENARIO_TRAFFIC: background_start(sim, action); break;
	case SCENARIO_PAUSE:
	case SCENARIO_RESUME: pause_nodes(sim, action); break;
	case SCENARIO_SLOW: slow_nodes(sim, action); break;
	case SCENARIO_PARTITION:
	case SCENARIO_INTERCEPT:
	case SCENARIO_RELAY:
	case SCENARIO_FLOOD:
	case SCENARIO_ATTACK:
	case SCENARIO_LIE: attack_begin(sim, index); break;
	case SCENARIO_REBIND: rebind_networks(sim, action); break;
	case SCENARIO_ENABLE: switch_nodes(sim, action, true); break;
	case SCENARIO_DISABLE: switch_nodes(sim, action, false); break;
	case SCENARIO_HONEYMOON: honeymoon_nodes(sim, action); break;
	case SCENARIO_SET:
	case SCENARIO_SENSE:
	case SCENARIO_COMMAND:
	case SCENARIO_SWITCH: robot_begin(sim, index); break;
	}
	sim->cause = 0;
}

void actions_heal(struct sim *sim)
{
	recorder_action(sim, TRACE_ACTION_HEAL, TRACE_NOBODY, TRACE_NOBODY, 0);
	attack_heal(sim);
	world_of(sim)->is_healed = true;
	if (sim->checks)
		checks_heal(sim->checks);
	sim->cause = 0;
}
