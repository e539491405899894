/* attacks.c: reads the verbs of the timeline that are about datagrams under way: partitions, attackers on the path and
 * off it. What they do is in sim/attack. */
#include "sim/scenario/link_parts.h"
#include "sim/scenario/memory.h"
#include "sim/scenario/quote.h"
#include "sim/scenario/reader.h"
#include "sim/trace.h"

#include <inttypes.h>
#include <string.h>

enum { GROUPS_MAX = 100, COPIES_MAX = 1000, FLIPS_MAX = 64, ADDRESSES_MAX = 1000000 };

static const char *const moves[] = {
#define X(name, text) text,
	SCENARIO_MOVES(X)
#undef X
	NULL
};

static const char *const lies[] = {
#define X(name, text, sentence) text,
	TRACE_LIES(X)
#undef X
	NULL
};

void reader_free_attack(struct scenario_attack *attack)
{
	if (attack == NULL)
		return;
	memory_free(attack->groups);
	memory_free(attack->from);
	memory_free(attack->to);
	memory_free(attack);
}

static void read_for(struct reader *reader, struct tree_value object, const char *key, struct scenario_attack *attack)
{
	struct tree_value value = reader_get(reader, object, key);

	attack->for_ns = OCTO_NEVER;
	if (value.item != NULL)
		reader_time(reader, value, "1ns", "100y", &attack->for_ns);
}

/* "between" both ways, or "from" and "to". */
static void read_path(struct reader *reader, struct tree_value object, struct scenario_attack *attack)
{
	struct tree_value between = reader_get(reader, object, "between"), from = reader_get(reader, object, "from"),
			  to = reader_get(reader, object, "to");

	if ((between.item != NULL) == (from.item != NULL && to.item != NULL) ||
	    (between.item != NULL && (from.item != NULL || to.item != NULL))) {
		reader_wrong(reader, object, "allowed is either \"between\": [\"a\", \"b\"] (both ways), or \"from\" and \"to\"");
		return;
	}
	attack->both_ways = between.item != NULL;
	if (between.item != NULL && !reader_pair_of_patterns(reader, between, &from, &to))
		return;
	attack->from = reader_mask(reader, from);
	attack->to = reader_mask(reader, to);
	if (attack->from != NULL && attack->to != NULL && reader_mask_has_cores(reader, from, attack->from))
		reader_mask_has_cores(reader, to, attack->to);
}

/* ---- Partitions ------------------------------------------------------------------------------------------------------ */

static void read_group(struct reader *reader, struct tree_value value, uint8_t number, uint8_t *groups)
{
	uint32_t *nodes = NULL, count = 0;

	if (!reader_nodes(reader, value, &nodes, &count))
		return;
	for (uint32_t i = 0; i < count; i++) {
		if (groups[nodes[i]] != 0) {
			reader_wrong(reader, value, "the node \"%s\" is in group %u already; groups do not overlap",
			             reader->scenario->nodes[nodes[i]].name, groups[nodes[i]]);
			break;
		}
		groups[nodes[i]] = number;
	}
	memory_free(nodes);
}

static void read_partition(struct reader *reader, struct tree_value object, struct scenario_attack *attack)
{
	static const char *const keys[] = { "groups", "heal_after", "one_way", NULL };
	struct tree_value list = { NULL, 0 }, at = { NULL, 0 };
	uint32_t count = 0;

	reader_keys(reader, object, keys);
	read_for(reader, object, "heal_after", attack);
	attack->one_way = reader_flag(reader, object, "one_way");
	if (!reader_need(reader, object, "groups", "a list of groups, each a node, a pattern or a list of them", &list) ||
	    !reader_kind(reader, list, SCANNER_LIST, "a list of groups, each a node, a pattern or a list of them"))
		return;
	count = tree_count(&reader->tree, list);
	if (count < 2 || count > GROUPS_MAX) {
		reader_wrong(reader, list, "found a list of %" PRIu32 "; allowed are 2 to %d groups", count, GROUPS_MAX);
		return;
	}
	if (attack->one_way && count != 2)
		reader_wrong(reader, list, "\"one_way\" goes with two groups: what the first sends to the second is lost");
	attack->groups = memory_claim(reader->scenario->node_count + 1u);
	count = 0;
	for (at = tree_first(&reader->tree, list); at.item != NULL; at = tree_next(&reader->tree, at))
		read_group(reader, at, (uint8_t)++count, attack->groups);
}

/* ---- On the path ------------------------------------------------------------------------------------------------------ */

static void read_do(struct reader *reader, struct tree_value value, struct scenario_attack *attack)
{
	static const char *const words[] = { "drop", NULL };
	static const char *const keys[] = { "after", "copies", "flip", "truncate", "forge", "reflect", "source", "pass", NULL };
	struct tree_value at = { NULL, 0 };
	uint64_t number = 0;
	int32_t word = 0;

	if (!reader_is(reader, value, SCANNER_OBJECT)) {
		reader_word(reader, value, words, &word);
		return;
	}
	attack->puts = true;
	attack->copies = 1;
	if (reader_keys(reader, value, keys) && tree_first(&reader->tree, value).item == NULL)
		reader_wrong(reader, value, "nothing would change; say what: \"after\", \"flip\", \"reflect\", …");
	at = reader_get(reader, value, "after");
	if (at.item != NULL)
		reader_time(reader, at, "0s", "100y", &attack->after_ns);
	at = reader_get(reader, value, "copies");
	if (at.item != NULL && reader_whole(reader, at, 1, COPIES_MAX, &number))
		attack->copies = (uint32_t)number;
	at = reader_get(reader, value, "flip");
	if (at.item != NULL && reader_whole(reader, at, 1, FLIPS_MAX, &number))
		attack->flips = (uint32_t)number;
	at = reader_get(reader, value, "truncate");
	attack->truncates = at.item != NULL && reader_whole(reader, at, 0, OCTO_DATAGRAM_MAX - 1, &number);
	attack->length = (uint16_t)number;
	attack->forges = reader_flag(reader, value, "forge");
	attack->reflects = reader_flag(reader, value, "reflect");
	attack->passes = reader_flag(reader, value, "pass");
	at = reader_get(reader, value, "source");
	attack->has_source = at.item != NULL && reader_node(reader, at, &attack->source);
}

static void read_intercept(struct reader *reader, struct tree_value object, struct scenario_attack *attack)
{
	static const char *const keys[] = { "between", "from", "to", "type", "first", "nth", "for", "do", NULL };
	struct tree_value value = reader_get(reader, object, "type");

	reader_keys(reader, object, keys);
	read_path(reader, object, attack);
	read_for(reader, object, "for", attack);
	attack->which.type = OCTO_PACKET_UNKNOWN;
	if (value.item != NULL)
		reader_packet_type(reader, value, &attack->which.type);
	link_read_which(reader, object, &attack->which);
	if (reader_need(reader, object, "do", "\"drop\", or an object that says what comes in its place", &value))
		read_do(reader, value, attack);
}

static void read_relay(struct reader *reader, struct tree_value object, struct scenario_action *action)
{
	static const char *const keys[] = { "between", "for", NULL };
	struct reader_pairs pairs = { .is_unordered = true };
	struct tree_value between = { NULL, 0 }, a = { NULL, 0 }, b = { NULL, 0 };

	reader_keys(reader, object, keys);
	read_for(reader, object, "for", action->attack);
	if (!reader_need(reader, object, "between", "two nodes that trust each other: [\"a\", \"b\"]", &between) ||
	    !reader_pair_of_patterns(reader, between, &a, &b) || !reader_pairs(reader, between, a, b, &pairs))
		return;
	action->pairs = pairs.list;
	action->pair_count = pairs.count;
	for (uint32_t i = 0; i < 2 && pairs.count == 1; i++) {
		const struct scenario_node *node = &reader->scenario->nodes[i ? pairs.list->b : pairs.list->a];

		if (node->network != 0)
			reader_wrong(reader, between, "\"%s\" is behind a router; a relay stands between two nodes of the internet",
			             node->name);
	}
	if (pairs.count > 1)
		reader_wrong(reader, between, "these are %" PRIu32 " pairs; a relay stands between two nodes", pairs.count);
}

/* ---- Floods ------------------------------------------------------------------------------------------------------------ */

static void read_flood(struct reader *reader, struct tree_value object, struct scenario_action *action)
{
	static const char *const keys[] = { "packet", "guess", "to", "addresses", "every", "count", NULL };
	struct scenario_attack *attack = action->attack;
	struct tree_value packet = reader_get(reader, object, "packet"), guess = reader_get(reader, object, "guess"),
			  value = { NULL, 0 };
	uint64_t number = 0;

	reader_keys(reader, object, keys);
	attack->for_ns = OCTO_NEVER;
	attack->addresses = 1;
	attack->is_guess = guess.item != NULL;
	if ((packet.item != NULL) == (guess.item != NULL)) {
		reader_wrong(reader, object,
		             "allowed is either \"packet\" (a recorded one) or \"guess\" (a type: random bytes in its form)");
		return;
	}
	if (packet.item != NULL)
		reader_recorded_packet(reader, packet, &action->packet);
	else if (reader_packet_type(reader, guess, &attack->guess) && attack->guess == OCTO_PACKET_UNKNOWN)
		reader_wrong(reader, guess, "a guess is of one type, not of \"any\"");
	if (reader_need(reader, object, "to", "the name of the node that gets it", &value) &&
	    reader_node(reader, value, &attack->target))
		reader_has_core(reader, value, attack->target);
	value = reader_get(reader, object, "addresses");
	if (value.item != NULL && reader_whole(reader, value, 1, ADDRESSES_MAX, &number))
		attack->addresses = (uint32_t)number;
	if (reader_need(reader, object, "every", "a time such as \"1ms\"", &value))
		reader_time(reader, value, "1us", "1h", &attack->every_ns);
	if (reader_need(reader, object, "count", "how many datagrams", &value))
		reader_whole(reader, value, 1, 10000000, &attack->count);
}

/* ---- The random attacker ------------------------------------------------------------------------------------------------- */

static uint32_t moves_of(bool is_off_path)
{
	uint32_t on_path = (UINT32_C(1) << SCENARIO_MOVE_OFF_PATH) - 1, all = (UINT32_C(1) << SCENARIO_MOVE_COUNT) - 1;

	return is_off_path ? all & ~on_path : on_path;
}

static void read_moves(struct reader *reader, struct tree_value list, struct scenario_attack *attack)
{
	uint32_t allowed = attack->moves;
	struct tree_value at = { NULL, 0 };
	int32_t move = 0;

	if (!reader_kind(reader, list, SCANNER_LIST, "a list of moves, such as [\"drop\", \"delay\"]"))
		return;
	if (tree_first(&reader->tree, list).item == NULL) {
		reader_wrong(reader, list, "the list is empty; an attacker needs a move to choose");
		return;
	}
	attack->moves = 0;
	for (at = tree_first(&reader->tree, list); at.item != NULL; at = tree_next(&reader->tree, at)) {
		if (!reader_word(reader, at, moves, &move))
			continue;
		if (!(allowed >> move & 1))
			reader_wrong(reader, at, "\"%s\" is a move for one %s the path", moves[move], attack->is_off_path ? "on" : "off");
		attack->moves |= UINT32_C(1) << move;
	}
	if (attack->moves == 0)
		attack->moves = allowed;
}

static void read_random(struct reader *reader, struct tree_value object, struct scenario_attack *attack)
{
	static const char *const keys[] = { "between", "from", "to", "position", "every", "for", "moves", NULL };
	static const char *const positions[] = { "on-path", "off-path", NULL };
	struct tree_value value = reader_get(reader, object, "position");
	int32_t position = 0;

	reader_keys(reader, object, keys);
	read_path(reader, object, attack);
	read_for(reader, object, "for", attack);
	if (value.item != NULL)
		reader_word(reader, value, positions, &position);
	attack->is_off_path = position == 1;
	attack->moves = moves_of(attack->is_off_path);
	if (reader_need(reader, object, "every", "a time such as \"200ms\": one move in each", &value))
		reader_time(reader, value, "1us", "1h", &attack->every_ns);
	value = reader_get(reader, object, "moves");
	if (value.item != NULL)
		read_moves(reader, value, attack);
}

/* ---- Liars ------------------------------------------------------------------------------------------------------------------ */

static void read_lie(struct reader *reader, struct tree_value object, struct scenario_action *action)
{
	static const char *const keys[] = { "from", "to", "say", "courier", "count", "every", NULL };
	struct scenario_attack *attack = action->attack;
	struct tree_value count = reader_get(reader, object, "count"), every = reader_get(reader, object, "every"),
			  courier = reader_get(reader, object, "courier"), value = { NULL, 0 }, from = { NULL, 0 }, to = { NULL, 0 };
	struct reader_pairs pairs = { .both = false };
	int32_t lie = TRACE_LIE_COUNT;

	reader_keys(reader, object, keys);
	attack->count = 1;
	if (reader_need(reader, object, "say", "a lie: \"ack-of-unsent\", \"pings\", …", &value) &&
	    reader_word(reader, value, lies, &lie))
		attack->lie = (uint8_t)lie;
	if ((count.item != NULL) != (every.item != NULL))
		reader_wrong(reader, object, "\"count\" and \"every\" go together: so many lies, one in each interval");
	if (count.item != NULL)
		reader_whole(reader, count, 1, 10000000, &attack->count);
	if (every.item != NULL)
		reader_time(reader, every, "1us", "1h", &attack->every_ns);
	if (courier.item != NULL)
		reader_courier(reader, courier, &action->courier);
	if (lie != TRACE_LIE_COUNT && (courier.item != NULL) != (lie == TRACE_LIE_MESSAGE))
		reader_wrong(reader, object, "\"courier\" goes with \"say\": \"message\", and says for which courier it is");
	if (!reader_from_to(reader, object, &from, &to) || !reader_pairs(reader, object, from, to, &pairs))
		return;
	action->pairs = pairs.list;
	action->pair_count = pairs.count;
	for (uint32_t i = 0; i < pairs.count; i++)
		reader->scenario->nodes[pairs.list[i].a].is_liar = true;
}

void reader_read_attack(struct reader *reader, struct tree_value value, struct scenario_action *action)
{
	static const char *const allowed[] = { "an object with \"groups\"", "an object with \"between\" and \"do\"",
		"an object with \"between\"", "an object with \"to\", \"every\" and \"count\"",
		"an object with \"between\" and \"every\"", "an object with \"from\", \"to\" and \"say\"" };

	if (!reader_kind(reader, value, SCANNER_OBJECT, allowed[action->verb - SCENARIO_PARTITION]))
		return;
	action->attack = memory_claim(sizeof(*action->attack));
	switch (action->verb) {
	case SCENARIO_PARTITION:
		read_partition(reader, value, action->attack);
		break;
	case SCENARIO_INTERCEPT:
		read_intercept(reader, value, action->attack);
		break;
	case SCENARIO_RELAY:
		read_relay(reader, value, action);
		break;
	case SCENARIO_FLOOD:
		read_flood(reader, value, action);
		break;
	case SCENARIO_LIE:
		read_lie(reader, value, action);
		break;
	default:
		read_random(reader, value, action->attack);
		break;
	}
}
