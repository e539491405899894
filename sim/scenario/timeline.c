/* timeline.c: reads "timeline": what users, crashes, clocks and attackers do, and when. */
#include "sim/scenario/memory.h"
#include "sim/scenario/quote.h"
#include "sim/scenario/reader.h"
#include "sim/scenario/robots.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const verbs[] = {
	"connect", "disconnect", "load", "crash", "restart", "move", "clock", "inject", "traffic", "rebind", "pause", "resume", "slow",
	"partition", "intercept", "relay", "flood", "attack", "lie", "enable", "disable",
	"honeymoon", "courier", "set", "sense", "command", "switch", "blob", "cancel", NULL,
};
static const char *const action_keys[] = {
	"at", "connect", "disconnect", "load", "crash", "restart", "move", "clock", "inject", "traffic", "rebind", "pause", "resume", "slow",
	"partition", "intercept", "relay", "flood", "attack", "lie", "enable", "disable",
	"honeymoon", "courier", "set", "sense", "command", "switch", "blob", "cancel", NULL,
};
static const char *const from_to_keys[] = { "from", "to", NULL };
static const char *const load_keys[] = { "from", "to", "every", "size", "count", "priority", "ordered", "courier", NULL };
static const char *const restart_keys[] = { "node", "store", NULL };
static const char *const clock_keys[] = { "node", "step", NULL };
static const char *const inject_keys[] = { "packet", "junk", "to", "source", "flip", "count", NULL };

static void take_pairs(struct scenario_action *action, const struct reader_pairs *pairs)
{
	action->pairs = pairs->list;
	action->pair_count = pairs->count;
}

/* ["a", "b"]: both sides, in the same instant; {"from": "a", "to": "b"}: one. */
static void read_pair_action(struct reader *reader, struct tree_value value, struct scenario_action *action)
{
	struct reader_pairs pairs = { .both = false };
	struct tree_value from = { NULL, 0 }, to = { NULL, 0 };

	if (reader_is(reader, value, SCANNER_OBJECT)) {
		reader_keys(reader, value, from_to_keys);
		if (!reader_from_to(reader, value, &from, &to))
			return;
	} else {
		char found[96];

		reader_found(reader, value, found, sizeof(found));
		if (!reader_is(reader, value, SCANNER_LIST)) {
			reader_wrong(reader, value,
			             "found %s; allowed is [\"a\", \"b\"] (both sides act) or "
			             "{\"from\": \"a\", \"to\": \"b\"} (one acts)",
			             found);
			return;
		}
		if (!reader_pair_of_patterns(reader, value, &from, &to))
			return;
		pairs.both = true;
	}
	reader_pairs(reader, value, from, to, &pairs);
	take_pairs(action, &pairs);
}

static void read_load(struct reader *reader, struct tree_value value, struct scenario_action *action)
{
	struct reader_pairs pairs = { .both = false };
	struct tree_value from = { NULL, 0 }, to = { NULL, 0 }, at = { NULL, 0 };
	uint64_t number = 0;

	action->load_priority = 120;
	if (!reader_kind(reader, value, SCANNER_OBJECT,
	                 "an object with \"from\", \"to\", \"every\", \"size\", \"count\""))
		return;
	reader_keys(reader, value, load_keys);
	if (reader_need(reader, value, "every", "a time such as \"100ms\"; \"0s\" is as fast as it goes",
	                &at))
		reader_time(reader, at, "0s", "1h", &action->load_interval_ns);
	if (reader_need(reader, value, "size", "bytes of each message, 8 to 480", &at) &&
	    reader_whole(reader, at, 8, OCTO_COURIER_PAYLOAD_MAX, &number))
		action->load_size = (uint16_t)number;
	if (reader_need(reader, value, "count", "how many messages", &at))
		reader_whole(reader, at, 1, UINT32_MAX, &action->load_count);
	at = reader_get(reader, value, "priority");
	if (at.item != NULL && reader_whole(reader, at, 0, 255, &number))
		action->load_priority = (uint8_t)number;
	action->is_load_ordered = reader_flag(reader, value, "ordered");
	if (action->is_load_ordered && action->load_size > OCTO_ORDERED_PAYLOAD_MAX)
		reader_wrong(reader, reader_get(reader, value, "size"), "ordered messages have 240 bytes at most, not %u",
		             action->load_size);
	if (reader_from_to(reader, value, &from, &to)) {
		reader_pairs(reader, value, from, to, &pairs);
		take_pairs(action, &pairs);
	}
	for (uint32_t i = 0; i < action->pair_count; i++) {
		struct scenario_node *nodes = reader->scenario->nodes;

		nodes[pairs.list[i].a].has_load = nodes[pairs.list[i].b].has_load = true;
		if (action->is_load_ordered)
			nodes[pairs.list[i].a].has_ordered_load = nodes[pairs.list[i].b].has_ordered_load = true;
	}
	reader_read_load_courier(reader, value, action);
}

/* "kept", "lost", or an object: as it was at a time, or of another node, or both. */
static void read_store(struct reader *reader, struct tree_value value, struct scenario_action *action)
{
	static const char *const stores[] = { "kept", "lost", NULL };
	static const char *const store_keys[] = { "from", "of", NULL };
	struct tree_value from = { NULL, 0 }, of = { NULL, 0 };
	int32_t store = 0;

	if (!reader_is(reader, value, SCANNER_OBJECT)) {
		if (reader_word(reader, value, stores, &store))
			action->loses_store = store == 1;
		return;
	}
	if (!reader_keys(reader, value, store_keys))
		return;
	from = reader_get(reader, value, "from");
	of = reader_get(reader, value, "of");
	if (from.item == NULL && of.item == NULL)
		reader_wrong(reader, value, "allowed is \"from\" (as it was at that time), \"of\" (of that node), or both");
	if (of.item != NULL && reader_node(reader, of, &action->store_of))
		action->has_store_of = true;
	if (from.item != NULL && reader_time(reader, from, "0s", "100y", &action->store_from_ns) &&
	    action->store_from_ns >= action->at_ns) {
		reader_wrong(reader, from, "the node starts again at that time or before; a copy is older");
		action->store_from_ns = OCTO_NEVER;
	}
}

/* A copy of another node's store is of use only to who has its identity: records are about oneself. */
static void check_store_of(struct reader *reader, struct tree_value value, const struct scenario_action *action)
{
	const struct scenario_node *nodes = reader->scenario->nodes;

	for (uint32_t i = 0; action->has_store_of && i < action->node_count; i++) {
		if (strcmp(nodes[action->nodes[i]].identity, nodes[action->store_of].identity) == 0)
			continue;
		reader_wrong(reader, value, "\"%s\" has another identity than \"%s\", and could not use its store",
		             nodes[action->nodes[i]].name, nodes[action->store_of].name);
		return;
	}
}

static void read_slow(struct reader *reader, struct tree_value value, struct scenario_action *action)
{
	static const char *const slow_keys[] = { "node", "processing", NULL };
	struct tree_value at = { NULL, 0 };

	if (!reader_kind(reader, value, SCANNER_OBJECT, "an object with \"node\" and \"processing\""))
		return;
	reader_keys(reader, value, slow_keys);
	if (reader_need(reader, value, "processing", "a time for each datagram, such as \"2ms\"", &at))
		reader_time(reader, at, "0s", "1h", &action->processing_ns);
	if (reader_need(reader, value, "node", "a node name, a pattern or a list of them", &at))
		reader_nodes(reader, at, &action->nodes, &action->node_count);
	for (uint32_t i = 0; i < action->node_count; i++) {
		struct scenario_node *node = &reader->scenario->nodes[action->nodes[i]];

		if (action->processing_ns > node->processing_most_ns)
			node->processing_most_ns = action->processing_ns;
	}
}

static void read_restart(struct reader *reader, struct tree_value value, struct scenario_action *action)
{
	struct tree_value at = value;

	action->store_from_ns = OCTO_NEVER;
	if (reader_is(reader, value, SCANNER_OBJECT)) {
		reader_keys(reader, value, restart_keys);
		at = reader_get(reader, value, "store");
		if (at.item != NULL)
			read_store(reader, at, action);
		if (!reader_need(reader, value, "node", "a node name, a pattern or a list of them", &at))
			return;
	}
	if (reader_nodes(reader, at, &action->nodes, &action->node_count))
		check_store_of(reader, value, action);
}

static void read_clock_step(struct reader *reader, struct tree_value value, struct scenario_action *action)
{
	struct tree_value at = { NULL, 0 };

	if (!reader_kind(reader, value, SCANNER_OBJECT, "an object with \"node\" and \"step\""))
		return;
	reader_keys(reader, value, clock_keys);
	if (reader_need(reader, value, "step", "a time such as \"-10s\"", &at))
		reader_quantity(reader, at, UNIT_TIME, "-100y", "100y", &action->clock_step_ns);
	if (reader_need(reader, value, "node", "a node name, a pattern or a list of them", &at))
		reader_nodes(reader, at, &action->nodes, &action->node_count);
}

/* ---- Inject -------------------------------------------------------------------------------------------------- */

static void read_inject(struct reader *reader, struct tree_value value, struct scenario_action *action)
{
	static const char *const flips[] = { "each-byte", NULL };
	struct tree_value packet = { NULL, 0 }, junk = { NULL, 0 }, to = { NULL, 0 }, source = { NULL, 0 },
			  at = { NULL, 0 };
	int32_t flip = 0;

	action->inject_count = 1;
	if (!reader_kind(reader, value, SCANNER_OBJECT, "an object with \"packet\" or \"junk\""))
		return;
	reader_keys(reader, value, inject_keys);
	packet = reader_get(reader, value, "packet");
	junk = reader_get(reader, value, "junk");
	to = reader_get(reader, value, "to");
	source = reader_get(reader, value, "source");
	if ((packet.item != NULL) == (junk.item != NULL)) {
		reader_wrong(reader, value,
		             "allowed is either \"packet\" (a recorded one) or \"junk\" (how many of random "
		             "bytes)");
		return;
	}
	if (packet.item != NULL && reader_recorded_packet(reader, packet, &action->packet)) {
		action->inject_to = action->packet.to;
		action->inject_source = action->packet.from;
	}
	if (junk.item != NULL) {
		action->random_bytes = true;
		reader_whole(reader, junk, 1, 1000000, &action->inject_count);
		(void)reader_need(reader, value, "to", "the name of the node that gets it", &to);
		(void)reader_need(reader, value, "source", "the name of the node whose address it carries", &source);
	}
	if (to.item != NULL && reader_is(reader, to, SCANNER_OBJECT))
		reader_read_broadcast(reader, to, action);
	else if (to.item != NULL)
		reader_node(reader, to, &action->inject_to);
	if (source.item != NULL)
		reader_node(reader, source, &action->inject_source);
	at = reader_get(reader, value, "flip");
	if (at.item != NULL && reader_word(reader, at, flips, &flip))
		action->flip_each = true;
	if (at.item != NULL && junk.item != NULL)
		reader_wrong_key(reader, at, "\"flip\" goes with \"packet\", not with \"junk\"");
	at = reader_get(reader, value, "count");
	if (at.item != NULL && (action->flip_each || junk.item != NULL))
		reader_wrong_key(
			reader, at,
			"\"count\" goes neither with \"flip\" nor with \"junk\", which say how many");
	else if (at.item != NULL)
		reader_whole(reader, at, 1, 1000000, &action->inject_count);
}

/* ---- The list ------------------------------------------------------------------------------------------------ */

static void read_verb(struct reader *reader, struct tree_value value, struct scenario_action *action)
{
	switch (action->verb) {
	case SCENARIO_CONNECT:
	case SCENARIO_DISCONNECT:
		read_pair_action(reader, value, action);
		break;
	case SCENARIO_LOAD:
		read_load(reader, value, action);
		break;
	case SCENARIO_CRASH:
	case SCENARIO_MOVE:
	case SCENARIO_ENABLE:
	case SCENARIO_DISABLE:
	case SCENARIO_HONEYMOON:
		reader_nodes(reader, value, &action->nodes, &action->node_count);
		break;
	case SCENARIO_COURIER:
		reader_read_courier(reader, value, action);
		break;
	case SCENARIO_BLOB:
		reader_read_blob(reader, value, action);
		break;
	case SCENARIO_CANCEL:
		reader_read_cancel(reader, value, action);
		break;
	case SCENARIO_RESTART:
		read_restart(reader, value, action);
		break;
	case SCENARIO_CLOCK:
		read_clock_step(reader, value, action);
		break;
	case SCENARIO_INJECT:
		read_inject(reader, value, action);
		break;
	case SCENARIO_TRAFFIC:
		reader_read_traffic(reader, value, action);
		break;
	case SCENARIO_REBIND:
		reader_read_rebind(reader, value, action);
		break;
	case SCENARIO_PAUSE:
	case SCENARIO_RESUME:
		reader_nodes(reader, value, &action->nodes, &action->node_count);
		break;
	case SCENARIO_SLOW:
		read_slow(reader, value, action);
		break;
	case SCENARIO_PARTITION:
	case SCENARIO_INTERCEPT:
	case SCENARIO_RELAY:
	case SCENARIO_FLOOD:
	case SCENARIO_ATTACK:
	case SCENARIO_LIE:
		reader_read_attack(reader, value, action);
		break;
	case SCENARIO_SET:
	case SCENARIO_SENSE:
	case SCENARIO_COMMAND:
	case SCENARIO_SWITCH:
		reader_read_robot(reader, value, action);
		break;
	}
}

static bool read_at(struct reader *reader, struct tree_value object, uint64_t *at_ns)
{
	struct tree_value at = { NULL, 0 };
	char found[64], duration[32];

	if (!reader_need(reader, object, "at", "a time such as \"1s\"", &at) ||
	    !reader_time(reader, at, "0s", "100y", at_ns))
		return false;
	if (reader->scenario->duration_ns == 0 || *at_ns <= reader->scenario->duration_ns)
		return true;
	reader_found(reader, at, found, sizeof(found));
	unit_time_text(reader->scenario->duration_ns, duration, sizeof(duration));
	reader_wrong(reader, at, "found %s, after the end; the scenario lasts %s", found, duration);
	return false;
}

static void read_action(struct reader *reader, struct tree_value object)
{
	struct scenario *scenario = reader->scenario;
	struct scenario_action action = { 0 };
	struct tree_value value = { NULL, 0 }, verb = { NULL, 0 };
	uint32_t count = 0;
	bool is_known = true;

	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"at\" and one verb"))
		return;
	is_known = reader_keys(reader, object, action_keys);
	if (read_at(reader, object, &action.at_ns) && action.at_ns < reader->first_action_ns)
		reader->first_action_ns = action.at_ns;
	for (uint32_t i = 0; verbs[i] != NULL; i++) {
		value = reader_get(reader, object, verbs[i]);
		if (value.item == NULL)
			continue;
		if (count++ == 0) {
			action.verb = (enum scenario_verb)i;
			verb = value;
		}
	}
	if (count == 0 && !is_known)
		return;
	if (count != 1) {
		reader_wrong(reader, object,
		             "%s; allowed is exactly one of connect, disconnect, load, crash, restart, move, "
		             "clock, inject, traffic, rebind, pause, resume, slow, partition, intercept, relay, flood, attack, lie, "
		             "enable, disable, honeymoon, courier, set, sense, command, switch, blob, cancel",
		             count == 0 ? "no verb" : "more than one verb");
		return;
	}
	read_verb(reader, verb, &action);
	reader_refuse_counters(reader, verb, &action);
	scenario->actions = memory_grow(scenario->actions, scenario->action_count, sizeof(action));
	scenario->actions[scenario->action_count++] = action;
}

/* A merge sort keeps the file's order within one instant; qsort() would not. */
static void sort_actions(struct scenario_action *actions, struct scenario_action *spare, uint32_t count)
{
	uint32_t half = count / 2, left = 0, right = half;

	if (count < 2)
		return;
	sort_actions(actions, spare, half);
	sort_actions(actions + half, spare, count - half);
	for (uint32_t i = 0; i < count; i++) {
		bool takes_left =
			left < half && (right == count || actions[left].at_ns <= actions[right].at_ns);

		spare[i] = takes_left ? actions[left++] : actions[right++];
	}
	memcpy(actions, spare, count * sizeof(*actions));
}

void reader_read_timeline(struct reader *reader, struct tree_value list)
{
	struct scenario *scenario = reader->scenario;
	struct scenario_action *spare = NULL;
	struct tree_value at = { NULL, 0 };

	if (!reader_kind(reader, list, SCANNER_LIST, "a list of actions"))
		return;
	for (at = tree_first(&reader->tree, list); at.item != NULL; at = tree_next(&reader->tree, at)) {
		if (scenario->action_count == READER_ACTIONS_MAX) {
			reader_wrong(reader, at, "too many actions: at most %d", READER_ACTIONS_MAX);
			break;
		}
		read_action(reader, at);
	}
	spare = memory_claim(scenario->action_count * sizeof(*spare));
	sort_actions(scenario->actions, spare, scenario->action_count);
	memory_free(spare);
}
