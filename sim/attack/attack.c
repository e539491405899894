/* attack.c: see attack.h. What all families share: when an action is on, how a datagram is put on the way. */
#include "sim/attack/attack.h"

#include "sim/engine/rng.h"
#include "sim/engine/wide.h"
#include "sim/node.h"
#include "sim/recorder.h"
#include "sim/traffic.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER_BYTES = 12, DATA_HEADER_BYTES = 13, UDP_PORT = 8124 };

struct held {                         /* in the hands of an attacker */
	struct flight flight;
	uint32_t cause;
	uint16_t size;
	uint8_t bytes[OCTO_DATAGRAM_MAX];
};

static bool touches_datagrams(enum scenario_verb verb)
{
	return verb == SCENARIO_PARTITION || verb == SCENARIO_INTERCEPT || verb == SCENARIO_RELAY || verb == SCENARIO_ATTACK;
}

bool attack_open(struct sim *sim)
{
	const struct scenario *scenario = sim->scenario;
	uint32_t attacks = 0;
	sim->attacks = calloc(scenario->action_count + 1u, sizeof *sim->attacks);
	if (!sim->attacks)
		return false;
	for (uint32_t i = 0; i < scenario->action_count; i++) {
		attacks += scenario->actions[i].attack != NULL;
		if (touches_datagrams(scenario->actions[i].verb))
			sim->attacks[sim->attack_count++] = i;
	}
	if (attacks)
		world_of(sim)->attack_seen = arena_alloc(&sim->arena, scenario->action_count * sizeof(uint64_t));
	return !attacks || world_of(sim)->attack_seen;
}

bool attack_is_on(const struct sim *sim, const struct scenario_action *action)
{
	const struct world *world = world_of(sim);
	return !world->is_healed && world->now_ns >= action->at_ns &&
	       world->now_ns < wide_add(action->at_ns, action->attack->for_ns);
}

bool attack_matches(const struct scenario_attack *attack, uint32_t from, uint32_t to)
{
	return (attack->from[from] && attack->to[to]) || (attack->both_ways && attack->from[to] && attack->to[from]);
}

uint64_t *attack_seen(const struct sim *sim, uint32_t index)
{
	return (uint64_t *)arena_at(&sim->arena, world_of(sim)->attack_seen) + index;
}

void attack_plan(struct sim *sim, uint32_t index, uint64_t at_ns)
{
	world_schedule(sim, at_ns, EVENT_ATTACK, index, 0, index);
}

void attack_begin(struct sim *sim, uint32_t index)
{
	static const enum trace_action told[] = { TRACE_ACTION_PARTITION, TRACE_ACTION_INTERCEPT, TRACE_ACTION_RELAY,
		TRACE_ACTION_FLOOD, TRACE_ACTION_ATTACK };
	const struct scenario_action *action = &sim->scenario->actions[index];
	const struct scenario_attack *attack = action->attack;
	bool is_flood = action->verb == SCENARIO_FLOOD;
	if (world_of(sim)->is_healed)
		return;
	if (action->verb == SCENARIO_LIE) { /* each lie is told of by itself */
		attack_turn(sim, index);
		return;
	}
	recorder_action(sim, told[action->verb - SCENARIO_PARTITION], is_flood ? attack->target : TRACE_NOBODY, TRACE_NOBODY,
	                is_flood ? attack->count : attack->for_ns);
	if (is_flood || (action->verb == SCENARIO_ATTACK && attack->is_off_path))
		attack_turn(sim, index);
	if (action->verb == SCENARIO_RELAY && attack->for_ns != OCTO_NEVER)
		attack_plan(sim, index, wide_add(action->at_ns, attack->for_ns));
}

void attack_turn(struct sim *sim, uint32_t index)
{
	switch (sim->scenario->actions[index].verb) {
	case SCENARIO_FLOOD: flood_turn(sim, index); break;
	case SCENARIO_ATTACK: random_turn(sim, index); break;
	case SCENARIO_RELAY: relay_end(sim, index); break;
	case SCENARIO_LIE: lie_turn(sim, index); break;
	default: break;
	}
}

void attack_heal(struct sim *sim)
{
	for (uint32_t i = 0; i < sim->attack_count; i++) {
		const struct scenario_action *action = &sim->scenario->actions[sim->attacks[i]];
		if (action->verb == SCENARIO_RELAY && attack_is_on(sim, action))
			relay_end(sim, sim->attacks[i]);
	}
}

bool attack_takes(struct sim *sim, const struct flight *flight)
{
	if (sim->attack_count == 0)
		return false;
	if (partition_cuts(sim, flight->from, flight->to)) {
		traffic_lose(sim, flight, TRACE_DROP_PARTITION, world_of(sim)->now_ns);
		return true;
	}
	if (((const struct packet *)arena_at(&sim->arena, flight->packet))->is_background)
		return false; /* attackers are after cores */
	for (uint32_t i = 0; i < sim->attack_count; i++) {
		uint32_t index = sim->attacks[i];
		const struct scenario_action *action = &sim->scenario->actions[index];
		bool is_seen = action->verb == SCENARIO_INTERCEPT || (action->verb == SCENARIO_ATTACK && !action->attack->is_off_path);
		if (!is_seen || !attack_is_on(sim, action) || !attack_matches(action->attack, flight->from, flight->to))
			continue;
		if ((action->verb == SCENARIO_INTERCEPT ? intercept_meets : random_meets)(sim, index, flight)) {
			traffic_lose(sim, flight, TRACE_DROP_ATTACKER, world_of(sim)->now_ns);
			return true;
		}
	}
	return false;
}

/* ---- Changing and sending ------------------------------------------------------------------------------------------------ */

static void fill(uint8_t *bytes, size_t from, size_t size, uint64_t draw)
{
	for (size_t at = from; at < size; at++)
		bytes[at] = (uint8_t)rng_mix(draw + at);
}

size_t attack_guess(enum octo_packet_type type, uint64_t draw, uint8_t bytes[OCTO_DATAGRAM_MAX])
{
	static const uint16_t lengths[] = { 160, 144, 72, 80, 44, 44 };
	static const uint8_t stun[] = { 0x01, 0x01, 0, 12, 0x21, 0x12, 0xa4, 0x42 }; /* a success, and RFC 8489's magic cookie */
	bool is_data = type == OCTO_PACKET_DATA;
	if (type == OCTO_PACKET_STUN) {
		fill(bytes, 0, 32, draw);
		memcpy(bytes, stun, sizeof stun);
		return 32;
	}
	size_t size = is_data ? 64 + (size_t)(draw % 400) : lengths[type - OCTO_PACKET_SYN];
	fill(bytes, 0, size, draw);
	bytes[0] = is_data ? 0x80 : (uint8_t)type;
	if (is_data)
		return size;
	bytes[1] = 1;
	bytes[2] = bytes[3] = 0;
	if (type == OCTO_PACKET_SYN)
		memset(bytes + 4, 0, 8), memset(bytes + size - 36, 0, 36); /* session id; cookie and padding */
	if (type == OCTO_PACKET_PROBE || type == OCTO_PACKET_PROBE_REPLY)
		memset(bytes + 4, 0, 8), bytes[4] = 1;
	return size;
}

static void change(struct sim *sim, uint32_t index, const struct attack_put *put, struct held *held)
{
	uint64_t draw = 0;
	if (put->truncates && held->size > put->length)
		held->size = put->length;
	if (put->forges || put->flips) {
		uint64_t turn = ++*attack_seen(sim, index);
		draw = decide(&sim->decider, DECISION_MOVE_HOW, index, rng_draw(sim->seed, index, turn, DECISION_MOVE_HOW));
	}
	if (put->forges) {
		bool is_data = octo_packet_type_of(held->bytes, held->size) == OCTO_PACKET_DATA;
		fill(held->bytes, is_data ? DATA_HEADER_BYTES : HEADER_BYTES, held->size, draw);
	}
	for (uint32_t i = 0; i < put->flips && held->size; i++) {
		uint64_t bit = rng_below(rng_mix(draw + i), 8 * (uint64_t)held->size);
		held->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

/* Where it goes, and whose address it carries. */
static void redirect(struct sim *sim, const struct attack_put *put, struct flight *flight)
{
	struct flight before = *flight;
	if (put->reflects) {
		flight->from = before.to;
		flight->to = before.from;
		flight->source = before.target;
		flight->target = before.source;
	}
	if (put->has_source)
		flight->source = node_address(sim, put->source);
}

void attack_put(struct sim *sim, uint32_t index, const struct flight *flight, const struct attack_put *put)
{
	struct world *world = world_of(sim);
	const struct packet *packet = arena_at(&sim->arena, flight->packet);
	arena_ref ref = arena_alloc(&sim->arena, sizeof(struct held));
	struct held *held = arena_at(&sim->arena, ref);
	if (!held)
		return;
	if (world->held_count == ATTACK_HELD_MAX) {
		sim_fail(sim, "attackers hold more than %d datagrams: let them hold fewer, or for less time", ATTACK_HELD_MAX);
		return;
	}
	world->held_count++;
	held->flight = *flight;
	held->flight.packet = held->flight.copy = 0;
	held->flight.place = (uint16_t)sim->scenario->nodes[flight->from].network; /* where the attacker stands */
	held->cause = sim->cause;
	held->size = packet->size < OCTO_DATAGRAM_MAX ? packet->size : OCTO_DATAGRAM_MAX;
	memcpy(held->bytes, packet->bytes, held->size);
	change(sim, index, put, held);
	redirect(sim, put, &held->flight);
	world_schedule(sim, wide_add(world->now_ns, put->after_ns), EVENT_RELEASE, 0, world->release_count++, ref);
}

void attack_release(struct sim *sim, arena_ref ref)
{
	struct held held = *(struct held *)arena_at(&sim->arena, ref);
	arena_free(&sim->arena, ref, sizeof held);
	world_of(sim)->held_count--;
	sim->cause = held.cause;
	traffic_put(sim, &held.flight, held.bytes, held.size, false);
	sim->cause = 0;
}

/* fd01::<action>:<number> and fd02::<action>: no node has such a one. */
static struct octo_address address_of(uint8_t kind, uint32_t index, uint32_t number)
{
	struct octo_address address = { .ip = { 0xfd, kind }, .port = UDP_PORT };
	for (int i = 0; i < 4; i++) {
		address.ip[8 + i] = (uint8_t)(index >> (24 - 8 * i));
		address.ip[12 + i] = (uint8_t)(number >> (24 - 8 * i));
	}
	return address;
}

struct octo_address attack_relay_address(uint32_t index)
{
	return address_of(2, index, 0);
}

void attack_send_from_nowhere(struct sim *sim, uint32_t index, uint32_t number, uint32_t to, const uint8_t *bytes, size_t size)
{
	struct flight flight = { .source = address_of(1, index, number), .target = node_address(sim, to), .from = TRACE_NOBODY,
		.to = to };
	traffic_put(sim, &flight, bytes, size, true);
}
