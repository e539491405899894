/* routing.c: see routing.h. A router first translates or refuses, then its access link carries; on the way in the other
 * way round: what a NAT or a firewall refuses has taken its place in the queue. */
#include "sim/routing.h"

#include "sim/network/topology.h"
#include "sim/node.h"
#include "sim/traffic.h"

#include <string.h>

static const struct scenario_network *network_of(const struct sim *sim, const struct flight *flight)
{
	return topology_network(sim, flight->place);
}

/* A loss of a datagram for nobody in particular disturbs all whom its sender knows in that network. */
static void lose(struct sim *sim, const struct flight *flight, enum trace_drop drop)
{
	traffic_lose(sim, flight, drop, world_of(sim)->now_ns);
	if (!sim->checks || flight->to != TRACE_NOBODY || flight->from == TRACE_NOBODY || !flight->place)
		return;
	const struct packet *packet = arena_at(&sim->arena, flight->packet);
	for (uint32_t i = sim->neighbour_start[flight->from]; i < sim->neighbour_start[flight->from + 1]; i++)
		if (topology_is_within(sim, sim->scenario->nodes[sim->neighbours[i]].network, flight->place))
			checks_disturbed(sim->checks, flight->from, sim->neighbours[i], packet->bytes, packet->size);
}

/* ---- Routers ------------------------------------------------------------------------------------------------------------- */

/* Out of the network that it is in. False: it does not get through. */
static bool pass_out(struct sim *sim, struct flight *flight)
{
	const struct scenario_network *network = network_of(sim, flight);
	uint16_t port;
	if (network->has_firewall) {
		struct nat_place firewall = topology_firewall(sim, flight->place);
		if (!nat_out(&firewall, &flight->source, &flight->target, &port))
			return false;
	}
	if (!network->has_nat)
		return true;
	struct nat_place nat = topology_nat(sim, flight->place);
	if (!nat_out(&nat, &flight->source, &flight->target, &port)) {
		lose(sim, flight, TRACE_DROP_NO_MAPPING);
		return false;
	}
	flight->source = topology_outside(sim, flight->place);
	flight->source.port = port;
	topology_plan_expiry(sim, flight->place);
	return true;
}

static bool refuse(struct sim *sim, const struct flight *flight, const struct octo_address *inside, enum trace_drop drop)
{
	struct octo_address addresses[3] = { *inside, flight->target, flight->source };
	topology_tell(sim, flight->place, TRACE_NAT_REFUSED, addresses, 0);
	lose(sim, flight, drop);
	return false;
}

/* Into a network. */
static bool pass_in(struct sim *sim, struct flight *flight)
{
	const struct scenario_network *network = network_of(sim, flight);
	static const struct octo_address nobody;
	if (network->has_nat && !topology_is_outside_of(sim, flight->place, &flight->target)) {
		lose(sim, flight, TRACE_DROP_NO_ROUTE); /* it had that address when the datagram came into the queue */
		return false;
	}
	if (network->has_nat) {
		struct nat_place nat = topology_nat(sim, flight->place);
		struct octo_address inside = nobody;
		enum nat_answer answer = nat_in(&nat, flight->target.port, &flight->source, &inside);
		if (answer != NAT_PASSES) {
			bool is_filtered = answer == NAT_FILTERED && nat_holder(&nat, flight->target.port, &inside);
			return refuse(sim, flight, &inside, is_filtered ? TRACE_DROP_FILTERED : TRACE_DROP_NO_MAPPING);
		}
		flight->target = inside;
	}
	if (network->has_firewall) {
		struct nat_place firewall = topology_firewall(sim, flight->place);
		if (nat_admit(&firewall, &flight->target, &flight->source) != NAT_PASSES)
			return refuse(sim, flight, &flight->target, TRACE_DROP_FIREWALL);
	}
	return true;
}

/* ---- Hops ---------------------------------------------------------------------------------------------------------------- */

static void cross(struct sim *sim, struct flight *flight)
{
	uint32_t representative;
	topology_meant(sim, flight->place, &flight->target, &representative);
	flight->hop = HOP_ACROSS;
	if (representative == TRACE_NOBODY) /* a mapping to where nobody is any more */
		lose(sim, flight, TRACE_DROP_NO_ROUTE);
	else
		traffic_carry(sim, flight, flight->from, representative);
}

/* From the inside to the outside of its own NAT: there and back through it. */
static void turn_back(struct sim *sim, struct flight *flight)
{
	if (!network_of(sim, flight)->nat.hairpins)
		lose(sim, flight, TRACE_DROP_HAIRPIN);
	else if (pass_out(sim, flight) && pass_in(sim, flight))
		cross(sim, flight);
}

static void go_up(struct sim *sim, struct flight *flight)
{
	for (;;) {
		if (topology_spot(sim, flight->place, &flight->target).kind != SPOT_NOWHERE) {
			cross(sim, flight);
			return;
		}
		if (!flight->place) {
			lose(sim, flight, TRACE_DROP_NO_ROUTE);
			return;
		}
		const struct scenario_network *network = network_of(sim, flight);
		if (network->has_nat && topology_is_outside_of(sim, flight->place, &flight->target)) {
			turn_back(sim, flight);
			return;
		}
		if (!pass_out(sim, flight))
			return;
		if (network->up) {
			flight->hop = HOP_UP;
			traffic_carry(sim, flight, ROUTING_ACCESS | flight->place, ROUTING_UP);
			return;
		}
		flight->place = (uint16_t)network->parent;
	}
}

static uint32_t go_down(struct sim *sim, struct flight *flight)
{
	for (;;) {
		struct spot spot = topology_spot(sim, flight->place, &flight->target);
		if (spot.kind == SPOT_NOWHERE) {
			lose(sim, flight, TRACE_DROP_NO_ROUTE);
			return TRACE_NOBODY;
		}
		if (spot.kind == SPOT_NODE && spot.place == flight->place)
			return spot.number;
		uint32_t inwards = spot.kind == SPOT_NODE ? spot.place : spot.number;
		flight->place = (uint16_t)topology_next_inwards(sim, flight->place, inwards);
		if (network_of(sim, flight)->down) {
			flight->hop = HOP_DOWN;
			traffic_carry(sim, flight, ROUTING_ACCESS | flight->place, ROUTING_DOWN);
			return TRACE_NOBODY;
		}
		if (!pass_in(sim, flight))
			return TRACE_NOBODY;
	}
}

void routing_begin(struct sim *sim, struct flight *flight)
{
	uint16_t home = (uint16_t)sim->scenario->nodes[flight->from].network;
	struct octo_address own = node_address(sim, flight->from);
	bool is_genuine = flight->place == home && memcmp(&own, &flight->source, sizeof own) == 0;
	/* An attacker puts it back where it was taken. What carries a false address comes from the internet if it would have to
	 * pass a NAT, which would write its own address onto it. */
	if (!(flight->flags & TRACE_COPY_INJECTED))
		flight->place = home;
	else if (!is_genuine && !topology_is_near(sim, flight->place, &flight->target))
		flight->place = 0;
	go_up(sim, flight);
}

uint32_t routing_go_on(struct sim *sim, struct flight *flight)
{
	switch (flight->hop) {
	case HOP_UP:
		flight->place = (uint16_t)network_of(sim, flight)->parent;
		go_up(sim, flight);
		return TRACE_NOBODY;
	case HOP_DOWN:
		if (!pass_in(sim, flight))
			return TRACE_NOBODY;
		break;
	default:
		break;
	}
	return go_down(sim, flight);
}

/* ---- Access links ---------------------------------------------------------------------------------------------------------- */

const struct scenario_link *routing_access_rule(const struct sim *sim, uint32_t from, uint32_t to)
{
	if (!(from & ROUTING_ACCESS))
		return NULL;
	const struct scenario_network *network = topology_network(sim, from & ~ROUTING_ACCESS);
	return to == ROUTING_UP ? network->up : network->down;
}

static uint64_t longest(const struct sim *sim, const struct scenario_link *rule)
{
	const struct link_place nowhere = { .seed = sim->seed };
	struct link_model model;
	uint64_t most_ns = 0;
	if (rule && link_model_of_access(sim->scenario, rule, &nowhere, &model)) {
		most_ns = link_model_latency_max_ns(&model);
		link_model_free(&model);
	}
	return most_ns;
}

uint64_t routing_latency_max_ns(const struct sim *sim, uint32_t from, uint32_t to)
{
	uint32_t above = sim->scenario->nodes[from].network, below = sim->scenario->nodes[to].network;
	uint64_t sum_ns = 0;
	for (; !topology_is_within(sim, below, above); above = topology_network(sim, above)->parent)
		sum_ns += longest(sim, topology_network(sim, above)->up);
	for (; below != above; below = topology_network(sim, below)->parent)
		sum_ns += longest(sim, topology_network(sim, below)->down);
	return sum_ns;
}
