/* topology.c: see topology.h. */
#include "sim/network/topology.h"

#include "sim/node.h"
#include "sim/recorder.h"

#include <string.h>

enum { ADDRESS_TAG = 0xfd, OF_NAT = 0x10, USUAL_PORT_FIRST = 8124 };

/* ---- Places ------------------------------------------------------------------------------------------------------------ */

static uint32_t around(const struct sim *sim, uint32_t place)
{
	return topology_network(sim, place)->parent;
}

static bool has_nat(const struct sim *sim, uint32_t place)
{
	return place && topology_network(sim, place)->has_nat;
}

static uint32_t home_of(const struct sim *sim, uint32_t node)
{
	return sim->scenario->nodes[node].network;
}

bool topology_is_within(const struct sim *sim, uint32_t place, uint32_t outer)
{
	while (place && place != outer)
		place = around(sim, place);
	return place == outer;
}

/* The nearest NAT around a place: within it addresses mean the same. 0: the internet. */
static uint32_t realm_of(const struct sim *sim, uint32_t place)
{
	while (place && !has_nat(sim, place))
		place = around(sim, place);
	return place;
}

uint32_t topology_next_inwards(const struct sim *sim, uint32_t from, uint32_t to)
{
	while (around(sim, to) != from)
		to = around(sim, to);
	return to;
}

static uint32_t common_place(const struct sim *sim, uint32_t a, uint32_t b)
{
	while (!topology_is_within(sim, b, a))
		a = around(sim, a);
	return a;
}

/* ---- Addresses --------------------------------------------------------------------------------------------------------- */

static uint32_t load_be32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void store_be32(uint8_t *bytes, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* fd10::<addresses before>:<place> */
struct octo_address topology_outside(const struct sim *sim, uint32_t place)
{
	struct octo_address address = { .ip = { ADDRESS_TAG, OF_NAT } };
	store_be32(address.ip + 8, topology_place(sim, place)->address);
	store_be32(address.ip + 12, place);
	return address;
}

bool topology_is_outside_of(const struct sim *sim, uint32_t place, const struct octo_address *address)
{
	struct octo_address outside = topology_outside(sim, place);
	return memcmp(outside.ip, address->ip, sizeof outside.ip) == 0;
}

/* The NAT whose outside address it is; 0: none's. */
static uint32_t nat_at(const struct sim *sim, const struct octo_address *address)
{
	uint32_t place = load_be32(address->ip + 12);
	if (address->ip[0] != ADDRESS_TAG || address->ip[1] != OF_NAT || place - 1 >= sim->scenario->network_count)
		return 0;
	return has_nat(sim, place) && topology_is_outside_of(sim, place, address) ? place : 0;
}

struct spot topology_spot(const struct sim *sim, uint32_t place, const struct octo_address *address)
{
	struct spot spot = { .kind = SPOT_NODE, .number = node_at_address(sim, address) };
	if (spot.number != TRACE_NOBODY) {
		spot.place = home_of(sim, spot.number);
	} else {
		spot.kind = SPOT_NAT;
		spot.number = nat_at(sim, address);
		if (!spot.number)
			return (struct spot){ .kind = SPOT_NOWHERE };
		spot.place = around(sim, spot.number);
	}
	if (!topology_is_within(sim, spot.place, place) || realm_of(sim, spot.place) != realm_of(sim, place))
		return (struct spot){ .kind = SPOT_NOWHERE };
	return spot;
}

bool topology_is_near(const struct sim *sim, uint32_t place, const struct octo_address *address)
{
	while (topology_spot(sim, place, address).kind == SPOT_NOWHERE) {
		if (!place || has_nat(sim, place))
			return false;
		place = around(sim, place);
	}
	return true;
}

/* From where one of them looks at the other: around all NATs that hide neighbours from each other. */
static uint32_t meeting_place(const struct sim *sim, uint32_t a, uint32_t b)
{
	uint32_t meet = common_place(sim, home_of(sim, a), home_of(sim, b));
	for (uint32_t at = meet; at; at = around(sim, at))
		meet = topology_network(sim, at)->nat.hides_neighbours ? around(sim, at) : meet;
	return meet;
}

struct octo_address topology_known_address(const struct sim *sim, uint32_t knower, uint32_t node)
{
	struct octo_address address = node_address(sim, node);
	uint32_t meet = meeting_place(sim, knower, node);
	for (uint32_t place = home_of(sim, node); place != meet; place = around(sim, place)) {
		uint16_t port = address.port;
		if (!has_nat(sim, place))
			continue;
		address = topology_outside(sim, place);
		address.port = port;
	}
	return address;
}

struct octo_address topology_seen_address(struct sim *sim, uint32_t viewer, uint32_t node)
{
	struct octo_address address = node_address(sim, node), remote = topology_known_address(sim, node, viewer);
	uint32_t meet = meeting_place(sim, viewer, node);
	for (uint32_t place = home_of(sim, node); place != meet; place = around(sim, place)) {
		uint16_t port = address.port;
		if (!has_nat(sim, place))
			continue;
		struct nat_place nat = topology_nat(sim, place);
		nat_seen(&nat, &address, &remote, &port);
		address = topology_outside(sim, place);
		address.port = port;
	}
	return address;
}

/* From a spot on through the mappings of NATs to a node. At the last one without a mapping *stopped_at is its place. */
static uint32_t follow(struct sim *sim, struct spot spot, struct octo_address address, uint32_t *stopped_at)
{
	*stopped_at = 0;
	while (spot.kind == SPOT_NAT) {
		struct nat_place nat = topology_nat(sim, spot.number);
		if (!nat_holder(&nat, address.port, &address)) {
			*stopped_at = spot.number;
			return TRACE_NOBODY;
		}
		spot = topology_spot(sim, spot.number, &address);
	}
	return spot.kind == SPOT_NODE ? spot.number : TRACE_NOBODY;
}

static uint32_t look_up(struct sim *sim, uint32_t place, const struct octo_address *address, uint32_t *stopped_at)
{
	for (;;) {
		struct spot spot = topology_spot(sim, place, address);
		if (spot.kind != SPOT_NOWHERE)
			return follow(sim, spot, *address, stopped_at);
		if (!place)
			break;
		place = around(sim, place);
	}
	*stopped_at = 0;
	return TRACE_NOBODY;
}

uint32_t topology_holder(struct sim *sim, uint32_t viewer, const struct octo_address *address)
{
	uint32_t stopped_at;
	return look_up(sim, home_of(sim, viewer), address, &stopped_at);
}

/* Ports are numbered through behind the outermost NAT, so that they say who is meant at all NATs within. */
static uint32_t usual_holder(const struct sim *sim, uint32_t place, uint16_t port)
{
	uint32_t outermost = place;
	for (uint32_t at = place; at; at = around(sim, at))
		outermost = has_nat(sim, at) ? at : outermost;
	const struct scenario_network *network = topology_network(sim, outermost);
	uint32_t rank = (uint32_t)port - USUAL_PORT_FIRST;
	if (port < USUAL_PORT_FIRST || rank >= network->node_count)
		return TRACE_NOBODY;
	uint32_t node = network->nodes[rank];
	return topology_is_within(sim, home_of(sim, node), place) ? node : TRACE_NOBODY;
}

uint32_t topology_meant(struct sim *sim, uint32_t place, const struct octo_address *address, uint32_t *representative)
{
	uint32_t stopped_at, node = look_up(sim, place, address, &stopped_at);
	*representative = node;
	if (!stopped_at)
		return node;
	node = usual_holder(sim, stopped_at, address->port);
	*representative = node != TRACE_NOBODY ? node : topology_network(sim, stopped_at)->nodes[0];
	return node;
}

/* ---- What NATs tell ------------------------------------------------------------------------------------------------------ */

static void put_address(uint8_t *out, const struct octo_address *address)
{
	memcpy(out, address->ip, sizeof address->ip);
	out[16] = (uint8_t)(address->port >> 8);
	out[17] = (uint8_t)address->port;
}

void topology_tell(struct sim *sim, uint32_t place, enum trace_nat what, const struct octo_address addresses[3],
                   uint64_t lived_ns)
{
	uint8_t extra[3 * TRACE_ADDRESS_BYTES + SCENARIO_NAME_MAX];
	const char *name = topology_network(sim, place)->name;
	size_t size = strlen(name);
	uint32_t stopped_at;
	struct spot spot = topology_spot(sim, place, &addresses[0]);
	for (int i = 0; i < 3; i++)
		put_address(extra + i * TRACE_ADDRESS_BYTES, &addresses[i]);
	memcpy(extra + 3 * TRACE_ADDRESS_BYTES, name, size);
	struct trace_record record = { .kind = TRACE_NAT, .node = follow(sim, spot, addresses[0], &stopped_at),
		.peer = TRACE_NOBODY, .cause = sim->cause, .a = what, .b = lived_ns,
		.extra_size = (uint16_t)(3 * TRACE_ADDRESS_BYTES + size) };
	recorder_put(sim, &record, extra);
}

static void tell_of_mapping(void *context, uint32_t place, enum trace_nat what, const struct nat_entry *mapping)
{
	struct sim *sim = context;
	struct octo_address addresses[3] = { mapping->inside, topology_outside(sim, place), mapping->remote };
	addresses[1].port = mapping->port;
	topology_tell(sim, place, what, addresses, world_of(sim)->now_ns - mapping->made_ns);
}

struct nat_place topology_nat(struct sim *sim, uint32_t place)
{
	return (struct nat_place){ .arena = &sim->arena, .nat = &topology_place(sim, place)->nat,
		.rules = &topology_network(sim, place)->nat, .now_ns = world_of(sim)->now_ns, .tell = tell_of_mapping,
		.context = sim, .number = place };
}

struct nat_place topology_firewall(struct sim *sim, uint32_t place)
{
	struct nat_place firewall = topology_nat(sim, place);
	firewall.nat = &topology_place(sim, place)->firewall;
	firewall.rules = &topology_network(sim, place)->firewall;
	return firewall;
}

/* ---- What happens to places ------------------------------------------------------------------------------------------------ */

void topology_plan_expiry(struct sim *sim, uint32_t place)
{
	struct nat_place nat = topology_nat(sim, place);
	struct place *state = topology_place(sim, place);
	uint64_t at_ns = nat_expire(&nat);
	/* Whatever happens moves the next expiry on: a pending event may come too early, and plans another one. */
	if (at_ns == OCTO_NEVER || state->expiry_at_ns != OCTO_NEVER)
		return;
	state->expiry_at_ns = at_ns;
	world_schedule(sim, at_ns, EVENT_NAT, place, state->events++, place);
}

void topology_expire(struct sim *sim, uint32_t place)
{
	topology_place(sim, place)->expiry_at_ns = OCTO_NEVER;
	topology_plan_expiry(sim, place);
}

/* What the NAT of a place takes a node of it for. */
static struct octo_address inside_address(const struct sim *sim, uint32_t place, uint32_t node)
{
	struct octo_address address = node_address(sim, node);
	for (uint32_t at = home_of(sim, node); at != place; at = around(sim, at)) {
		uint16_t port = address.port;
		if (!has_nat(sim, at))
			continue;
		address = topology_outside(sim, at);
		address.port = port;
	}
	return address;
}

static bool forward_ports(struct sim *sim, uint32_t place)
{
	const struct scenario_network *network = topology_network(sim, place);
	struct nat_place nat = topology_nat(sim, place);
	for (uint32_t i = 0; i < network->forward_count; i++) {
		struct octo_address inside = inside_address(sim, place, network->forwards[i]);
		if (!nat_forward(&nat, inside.port, &inside))
			return false;
	}
	return true;
}

bool topology_make(struct sim *sim)
{
	uint32_t count = sim->scenario->network_count;
	if (!count)
		return true;
	world_of(sim)->places = arena_alloc(&sim->arena, count * sizeof(struct place));
	if (!world_of(sim)->places)
		return false;
	for (uint32_t place = 1; place <= count; place++)
		topology_place(sim, place)->expiry_at_ns = OCTO_NEVER;
	for (uint32_t place = 1; place <= count; place++)
		if (!forward_ports(sim, place))
			return false;
	return true;
}

void topology_moved(struct sim *sim, uint32_t node)
{
	for (uint32_t place = home_of(sim, node); place; place = around(sim, place))
		forward_ports(sim, place);
}

void topology_rebind(struct sim *sim, uint32_t place, bool keeps_address)
{
	struct nat_place nat = topology_nat(sim, place);
	nat_forget(&nat, keeps_address);
	topology_place(sim, place)->address += keeps_address ? 0 : 1;
	for (uint32_t at = around(sim, place); at; at = around(sim, at))
		forward_ports(sim, at);
}
