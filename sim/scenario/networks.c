/* networks.c: reads "networks": who is behind which router, what the router does, and the access link behind it; and the
 * parts of the timeline that are about networks. See sim/network/topology.h for what is made of it. */
#include "sim/scenario/link_parts.h"
#include "sim/scenario/memory.h"
#include "sim/scenario/quote.h"
#include "sim/scenario/reader.h"

#include <string.h>

enum { NETWORKS_MAX = 10000, DEPTH_MAX = 8, ROOM_MAX = 20000, USUAL_PORTS = 57000 };

static const char *const network_keys[] = { "name", "members", "nat", "firewall", "uplink", NULL };
static const char *const nat_keys[] = { "type", "timeout", "refresh", "hairpin", "neighbours", "ports", "room",
	                                "forward", NULL };
static const char *const firewall_keys[] = { "timeout", "refresh", "room", NULL };
static const char *const nat_types[] = { "full-cone", "restricted", "port-restricted", "symmetric", NULL };

/* ---- Names ------------------------------------------------------------------------------------------------------------ */

static struct scenario_network *find(const struct reader *reader, const char *name)
{
	struct scenario *scenario = reader->scenario;

	for (uint32_t i = 0; i < scenario->network_count; i++)
		if (strcmp(scenario->networks[i].name, name) == 0)
			return &scenario->networks[i];
	return NULL;
}

static uint32_t number_of(const struct reader *reader, const struct scenario_network *network)
{
	return (uint32_t)(network - reader->scenario->networks) + 1;
}

static bool has_node(const struct reader *reader, const char *name)
{
	for (uint32_t i = 0; i < reader->scenario->node_count; i++)
		if (strcmp(reader->scenario->nodes[i].name, name) == 0)
			return true;
	return false;
}

static void no_such_network(struct reader *reader, struct tree_value value, const char *name, const char *problem)
{
	const struct scenario *scenario = reader->scenario;
	const char **names = memory_claim((scenario->network_count + 1u) * sizeof(*names));
	char found[64];

	for (uint32_t i = 0; i < scenario->network_count; i++)
		names[i] = scenario->networks[i].name;
	const char *nearest = name_nearest(name, names);
	quote_text(found, sizeof(found), name, strlen(name));
	if (nearest != NULL)
		reader_wrong(reader, value, "%s %s; did you mean \"%s\"?", problem, found, nearest);
	else if (scenario->network_count == 0)
		reader_wrong(reader, value, "%s %s; the file has no \"networks\"", problem, found);
	else
		reader_wrong(reader, value, "%s %s; the networks are %s%s", problem, found, names[0],
		             scenario->network_count > 1 ? ", …" : "");
	memory_free(names);
}

/* An entry gets its place even when its name is wrong, so that the others keep theirs. */
static void read_name(struct reader *reader, struct tree_value object)
{
	struct scenario *scenario = reader->scenario;
	struct scenario_network network = { .has_nat = false };
	struct tree_value value = { NULL, 0 };
	const char *name = NULL;

	if (reader_kind(reader, object, SCANNER_OBJECT, "an object with \"name\" and \"members\"") &&
	    reader_need(reader, object, "name", "a name: a letter, then letters, digits, - and _", &value) &&
	    reader_name(reader, value, SCENARIO_NAME_MAX - 1, &name)) {
		if (find(reader, name) != NULL)
			reader_wrong(reader, value, "the network name \"%s\" is taken already; names must be unique", name);
		else if (has_node(reader, name))
			reader_wrong(reader, value, "\"%s\" is the name of a node; a network needs another one", name);
		else
			snprintf(network.name, sizeof(network.name), "%s", name);
	}
	scenario->networks = memory_grow(scenario->networks, scenario->network_count, sizeof(network));
	scenario->networks[scenario->network_count++] = network;
}

/* ---- Members ---------------------------------------------------------------------------------------------------------- */

static void put_network(struct reader *reader, struct tree_value value, struct scenario_network *inner, uint32_t outer)
{
	struct scenario_network *networks = reader->scenario->networks;

	if (inner->parent != 0) {
		reader_wrong(reader, value, "the network \"%s\" is in \"%s\" already", inner->name,
		             networks[inner->parent - 1].name);
		return;
	}
	for (uint32_t at = outer; at != 0; at = networks[at - 1].parent) {
		if (at == number_of(reader, inner)) {
			reader_wrong(reader, value, "the network \"%s\" would be in itself", inner->name);
			return;
		}
	}
	inner->parent = outer;
}

static void put_node(struct reader *reader, struct tree_value value, uint32_t node, uint32_t network)
{
	struct scenario_node *described = &reader->scenario->nodes[node];

	if (described->network != 0)
		reader_wrong(reader, value, "the node \"%s\" is in the network \"%s\" already", described->name,
		             reader->scenario->networks[described->network - 1].name);
	else
		described->network = network;
}

/* The name of a node or a network, or a pattern for nodes. */
static void read_member(struct reader *reader, struct tree_value value, uint32_t network)
{
	const char *name = NULL;
	uint32_t *nodes = NULL, count = 0;

	if (!reader_text(reader, value, "the name of a node or of a network, or a pattern for nodes", &name))
		return;
	struct scenario_network *inner = find(reader, name);
	if (inner != NULL) {
		put_network(reader, value, inner, network);
		return;
	}
	if (glob_is_plain(name) && !has_node(reader, name)) {
		for (uint32_t i = 0; i < reader->scenario->network_count; i++) {
			const char *known[] = { reader->scenario->networks[i].name, NULL };

			if (known[0][0] != '\0' && name_nearest(name, known) != NULL) {
				reader_wrong(reader, value, "there is no node or network \"%.40s\"; did you mean \"%s\"?", name, known[0]);
				return;
			}
		}
	}
	if (reader_nodes(reader, value, &nodes, &count))
		for (uint32_t i = 0; i < count; i++)
			put_node(reader, value, nodes[i], network);
	memory_free(nodes);
}

static void read_members(struct reader *reader, struct tree_value object, uint32_t network)
{
	struct tree_value list = { NULL, 0 }, at = { NULL, 0 };

	if (!reader_need(reader, object, "members", "the nodes, and other networks, that are in it", &list))
		return;
	if (reader_is(reader, list, SCANNER_STRING)) {
		read_member(reader, list, network);
		return;
	}
	if (!reader_kind(reader, list, SCANNER_LIST, "a list of nodes and networks"))
		return;
	at = tree_first(&reader->tree, list);
	if (at.item == NULL)
		reader_wrong(reader, list, "the list is empty; a network has at least one member");
	for (; at.item != NULL; at = tree_next(&reader->tree, at))
		read_member(reader, at, network);
}

/* ---- Routers ---------------------------------------------------------------------------------------------------------- */

/* One of two words; true for the second. */
static void read_choice(struct reader *reader, struct tree_value object, const char *key, const char *no, const char *yes,
                        bool *choice)
{
	const char *const words[] = { no, yes, NULL };
	struct tree_value value = reader_get(reader, object, key);
	int32_t which = 0;

	if (value.item != NULL && reader_word(reader, value, words, &which))
		*choice = which == 1;
}

static void read_gate(struct reader *reader, struct tree_value object, struct scenario_gate *gate)
{
	struct tree_value value = reader_get(reader, object, "timeout");
	uint64_t room = 0;

	if (value.item != NULL)
		reader_time(reader, value, "1ms", "100y", &gate->timeout_ns);
	value = reader_get(reader, object, "room");
	if (value.item != NULL && reader_whole(reader, value, 1, ROOM_MAX, &room))
		gate->room = (uint32_t)room;
	read_choice(reader, object, "refresh", "outbound", "both", &gate->refreshes_inbound);
}

static const struct scenario_gate usual_gate = {
	.mapping = SCENARIO_ANY_REMOTE, .filtering = SCENARIO_SAME_ENDPOINT, .timeout_ns = 120 * OCTO_SECOND, .room = 1024,
};

static void set_type(struct scenario_gate *nat, int32_t type)
{
	static const enum scenario_scope filtering[] = { SCENARIO_ANY_REMOTE, SCENARIO_SAME_ADDRESS, SCENARIO_SAME_ENDPOINT,
		                                         SCENARIO_SAME_ENDPOINT };
	bool is_symmetric = type == 3;

	nat->filtering = filtering[type];
	nat->mapping = is_symmetric ? SCENARIO_SAME_ENDPOINT : SCENARIO_ANY_REMOTE;
	nat->keeps_port = !is_symmetric;
}

/* "full-cone", or {"type": "full-cone", …}. */
static void read_nat(struct reader *reader, struct tree_value value, struct scenario_network *network)
{
	struct tree_value type = value, forward = { NULL, 0 };
	int32_t which = 0;

	network->has_nat = true;
	network->nat = usual_gate;
	network->nat.translates = network->nat.hairpins = true;
	if (reader_is(reader, value, SCANNER_OBJECT)) {
		reader_keys(reader, value, nat_keys);
		if (!reader_need(reader, value, "type", "\"full-cone\", \"restricted\", \"port-restricted\" or \"symmetric\"", &type))
			type.item = NULL;
	}
	if (type.item != NULL && reader_word(reader, type, nat_types, &which))
		set_type(&network->nat, which);
	if (!reader_is(reader, value, SCANNER_OBJECT))
		return;
	read_gate(reader, value, &network->nat);
	read_choice(reader, value, "hairpin", "off", "on", &network->nat.hairpins);
	read_choice(reader, value, "neighbours", "inside", "outside", &network->nat.hides_neighbours);
	read_choice(reader, value, "ports", "fresh", "kept", &network->nat.keeps_port);
	forward = reader_get(reader, value, "forward");
	if (forward.item != NULL)
		reader_nodes(reader, forward, &network->forwards, &network->forward_count);
}

/* "outbound", or {"timeout": …}: the same with other settings. */
static void read_firewall(struct reader *reader, struct tree_value value, struct scenario_network *network)
{
	static const char *const allowed[] = { "outbound", NULL };
	int32_t which = 0;

	network->has_firewall = true;
	network->firewall = usual_gate;
	if (reader_is(reader, value, SCANNER_OBJECT)) {
		reader_keys(reader, value, firewall_keys);
		read_gate(reader, value, &network->firewall);
		return;
	}
	reader_word(reader, value, allowed, &which);
}

/* ---- Access links ------------------------------------------------------------------------------------------------------- */

static struct scenario_link *read_access_link(struct reader *reader, struct tree_value object)
{
	struct scenario_link *link = memory_claim(sizeof(*link));

	if (reader_kind(reader, object, SCANNER_OBJECT, "an object with \"rate\", \"latency\" or other aspects of links"))
		link_read_rule(reader, object, link);
	if (!link->sets_latency) /* on top of the links of its nodes, which have one */
		link->sets_latency = true;
	return link;
}

/* {aspects}, or {"up": {aspects}, "down": {aspects}}. */
static void read_uplink(struct reader *reader, struct tree_value value, struct scenario_network *network)
{
	static const char *const keys[] = { "up", "down", NULL };
	struct tree_value up = { NULL, 0 }, down = { NULL, 0 };

	if (reader_is(reader, value, SCANNER_OBJECT)) {
		up = reader_get(reader, value, "up");
		down = reader_get(reader, value, "down");
	}
	if (up.item == NULL && down.item == NULL) {
		network->up = network->down = read_access_link(reader, value);
		return;
	}
	reader_keys(reader, value, keys);
	if (up.item != NULL)
		network->up = read_access_link(reader, up);
	if (down.item != NULL)
		network->down = read_access_link(reader, down);
}

/* ---- All of it ---------------------------------------------------------------------------------------------------------- */

static void read_network(struct reader *reader, struct tree_value object, uint32_t number)
{
	struct scenario_network *network = &reader->scenario->networks[number - 1];
	struct tree_value value = { NULL, 0 };

	if (!reader_is(reader, object, SCANNER_OBJECT))
		return; /* reported with its name */
	reader_keys(reader, object, network_keys);
	read_members(reader, object, number);
	value = reader_get(reader, object, "nat");
	if (value.item != NULL)
		read_nat(reader, value, network);
	value = reader_get(reader, object, "firewall");
	if (value.item != NULL)
		read_firewall(reader, value, network);
	value = reader_get(reader, object, "uplink");
	if (value.item != NULL)
		read_uplink(reader, value, network);
}

/* Every network learns all nodes in it; every node its usual port, which nobody else has behind the same outermost NAT. */
static void gather_nodes(struct reader *reader)
{
	struct scenario *scenario = reader->scenario;

	for (uint32_t node = 0; node < scenario->node_count; node++) {
		struct scenario_network *outermost = NULL;

		for (uint32_t at = scenario->nodes[node].network; at != 0; at = scenario->networks[at - 1].parent) {
			struct scenario_network *network = &scenario->networks[at - 1];

			network->nodes = memory_grow(network->nodes, network->node_count, sizeof(*network->nodes));
			network->nodes[network->node_count++] = node;
			outermost = network->has_nat ? network : outermost;
		}
		if (outermost != NULL)
			scenario->nodes[node].port_rank = (uint16_t)((outermost->node_count - 1) % USUAL_PORTS);
	}
}

static bool is_in(const struct scenario *scenario, uint32_t node, uint32_t network)
{
	uint32_t at = scenario->nodes[node].network;

	while (at != 0 && at != network)
		at = scenario->networks[at - 1].parent;
	return at != 0;
}

static void check_network(struct reader *reader, struct tree_value object, uint32_t number)
{
	const struct scenario *scenario = reader->scenario;
	const struct scenario_network *network = &scenario->networks[number - 1];
	uint32_t depth = 0;

	for (uint32_t at = number; at != 0; at = scenario->networks[at - 1].parent)
		depth++;
	if (depth > DEPTH_MAX)
		reader_wrong(reader, object, "networks within networks more than %d deep", DEPTH_MAX);
	for (uint32_t i = 0; i < network->forward_count; i++) {
		if (is_in(scenario, network->forwards[i], number))
			continue;
		reader_wrong(reader, reader_get(reader, reader_get(reader, object, "nat"), "forward"),
		             "the node \"%s\" is not in this network", scenario->nodes[network->forwards[i]].name);
		return;
	}
}

void reader_read_networks(struct reader *reader, struct tree_value list)
{
	struct tree_value at = { NULL, 0 };
	uint32_t number = 0;

	if (!reader_kind(reader, list, SCANNER_LIST, "a list of networks"))
		return;
	if (tree_count(&reader->tree, list) > NETWORKS_MAX) {
		reader_wrong(reader, list, "too many networks: at most %d", NETWORKS_MAX);
		return;
	}
	for (at = tree_first(&reader->tree, list); at.item != NULL; at = tree_next(&reader->tree, at)) {
		if (!reader_spend(reader, at, reader->scenario->node_count + reader->scenario->network_count))
			return;
		read_name(reader, at);
	}
	for (at = tree_first(&reader->tree, list); at.item != NULL; at = tree_next(&reader->tree, at)) {
		if (!reader_spend(reader, at, reader->scenario->node_count + reader->scenario->network_count))
			return;
		read_network(reader, at, ++number);
	}
	gather_nodes(reader);
	number = 0;
	for (at = tree_first(&reader->tree, list); at.item != NULL; at = tree_next(&reader->tree, at))
		check_network(reader, at, ++number);
}

void reader_free_network(struct scenario_network *network)
{
	if (network->up != NULL)
		reader_free_link(network->up);
	if (network->down != NULL && network->down != network->up) {
		reader_free_link(network->down);
		memory_free(network->down);
	}
	memory_free(network->up);
	memory_free(network->forwards);
	memory_free(network->nodes);
}

/* ---- The timeline --------------------------------------------------------------------------------------------------------- */

/* Sets the bytes of the networks that a pattern matches. */
static bool mark_networks(struct reader *reader, struct tree_value value, uint8_t *mask)
{
	const struct scenario *scenario = reader->scenario;
	const char *pattern = NULL;
	uint32_t matches = 0, routers = 0;

	if (!reader_text(reader, value, "the name of a network, or a pattern such as \"home-*\"", &pattern) ||
	    !reader_spend(reader, value, scenario->network_count))
		return false;
	for (uint32_t i = 0; i < scenario->network_count; i++) {
		if (!glob_matches(pattern, scenario->networks[i].name))
			continue;
		matches++;
		routers += scenario->networks[i].has_nat;
		mask[i] = scenario->networks[i].has_nat;
	}
	if (matches == 0)
		no_such_network(reader, value, pattern, glob_is_plain(pattern) ? "there is no network" : "no network matches");
	else if (routers == 0)
		reader_wrong(reader, value, "the network \"%.47s\" has no \"nat\" that could rebind", pattern);
	return routers > 0;
}

void reader_read_rebind(struct reader *reader, struct tree_value value, struct scenario_action *action)
{
	static const char *const keys[] = { "network", "address", NULL };
	static const char *const addresses[] = { "new", "kept", NULL };
	uint8_t *mask = memory_claim(reader->scenario->network_count);
	struct tree_value at = value;
	int32_t address = 0;

	if (reader_is(reader, value, SCANNER_OBJECT)) {
		reader_keys(reader, value, keys);
		at = reader_get(reader, value, "address");
		if (at.item != NULL && reader_word(reader, at, addresses, &address))
			action->keeps_address = address == 1;
		if (!reader_need(reader, value, "network", "the name of a network, a pattern or a list of them", &at))
			at.item = NULL;
	}
	if (at.item != NULL && reader_is(reader, at, SCANNER_LIST)) {
		if (tree_count(&reader->tree, at) == 0)
			reader_wrong(reader, at, "the list is empty; it must name at least one network");
		for (at = tree_first(&reader->tree, at); at.item != NULL; at = tree_next(&reader->tree, at))
			mark_networks(reader, at, mask);
	} else if (at.item != NULL) {
		mark_networks(reader, at, mask);
	}
	for (uint32_t i = 0; i < reader->scenario->network_count; i++) {
		if (mask[i] == 0)
			continue;
		action->networks = memory_grow(action->networks, action->network_count, sizeof(*action->networks));
		action->networks[action->network_count++] = i;
	}
	memory_free(mask);
}

void reader_read_broadcast(struct reader *reader, struct tree_value object, struct scenario_action *action)
{
	static const char *const keys[] = { "broadcast", NULL };
	struct tree_value value = { NULL, 0 };
	const char *name = NULL;

	reader_keys(reader, object, keys);
	if (!reader_need(reader, object, "broadcast", "the name of a network", &value) ||
	    !reader_text(reader, value, "the name of a network", &name))
		return;
	const struct scenario_network *network = find(reader, name);
	if (network == NULL) {
		no_such_network(reader, value, name, "there is no network");
		return;
	}
	action->inject_broadcast = number_of(reader, network);
	action->inject_to = network->node_count > 0 ? network->nodes[0] : 0;
}
