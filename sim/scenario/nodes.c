/* nodes.c: reads "nodes" and "trust": who exists and who is paired with whom. */
#include "sim/scenario/memory.h"
#include "sim/scenario/quote.h"
#include "sim/scenario/reader.h"

#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = { "agent", "remote", "counter", "stun", NULL };
static const char *const reactions[] = { "go-on", "shut-down", NULL };
static const char *const suites[] = { "chacha20-poly1305", "aes-256-gcm", NULL };
static const char *const node_keys[] = {
	"name",      "kind",       "count", "identity",     "stun",     "offers", "rate_up",
	"rate_down", "payload_max", "boot_epoch", "clock", "cookie_above",
	"processing", "tamper",    "on_hacked", "couriers", NULL,
};
static const char *const clock_keys[] = { "offset", "drift_ppm", NULL };

/* A letter, then letters, digits, '-', '_', '.': readable in tables, and never a pattern or a path of its own. */
static bool is_name(const char *name)
{
	size_t size = strlen(name);

	if (size == 0 || !((name[0] >= 'a' && name[0] <= 'z') || (name[0] >= 'A' && name[0] <= 'Z')))
		return false;
	for (size_t i = 0; i < size; i++) {
		bool is_letter = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z');

		if (!is_letter && !(name[i] >= '0' && name[i] <= '9') && strchr("-_", name[i]) == NULL)
			return false;
	}
	return true;
}

bool reader_name(struct reader *reader, struct tree_value value, size_t size_max, const char **name)
{
	char found[64];

	if (!reader_text(reader, value, "a name: a letter, then letters, digits, - and _", name))
		return false;
	if (is_name(*name) && strlen(*name) <= size_max)
		return true;
	reader_found(reader, value, found, sizeof(found));
	reader_wrong(reader, value,
	             "found %s; allowed is a name of at most %zu characters: a letter, then letters, "
	             "digits, - and _",
	             found, size_max);
	return false;
}

static void read_offers(struct reader *reader, struct tree_value list, uint16_t *offer)
{
	struct tree_value at = { NULL, 0 };
	int32_t suite = 0;

	if (!reader_kind(reader, list, SCANNER_LIST, "a list of cipher suites"))
		return;
	for (at = tree_first(&reader->tree, list); at.item != NULL; at = tree_next(&reader->tree, at)) {
		if (reader_word(reader, at, suites, &suite))
			*offer = (uint16_t)(*offer | (1u << suite));
	}
}

/* "2Mbit" of a link budget; the core counts bytes. */
static void read_offered_rate(struct reader *reader, struct tree_value value, uint32_t *rate)
{
	int64_t bits = 0;
	char found[64];

	/* 32,768 bits are the 4,096 bytes a second below which a core offers nothing. */
	if (!reader_quantity(reader, value, UNIT_RATE, "32768bit", "34Gbit", &bits))
		return;
	if (bits % 8 != 0) {
		reader_found(reader, value, found, sizeof(found));
		reader_wrong(reader, value,
		             "found %s; allowed are whole bytes: a number of bits that 8 divides", found);
		return;
	}
	*rate = (uint32_t)(bits / 8);
}

/* 50, or "0.5" for fractions, down to one part in 10^9. */
static void read_drift(struct reader *reader, struct tree_value value, int32_t *ppb)
{
	char found[64], text[32];
	const char *number = NULL;
	size_t size = 0;
	int64_t drift = 0;
	enum unit_result result = UNIT_NO_DIGITS;

	if (tree_mark(&reader->tree, value)->is_bad)
		return;
	if (reader_is(reader, value, SCANNER_NUMBER))
		number = tree_number(&reader->tree, value, &size);
	else if (reader_is(reader, value, SCANNER_STRING) && (size = strlen(tree_text(value))) < 20)
		number = tree_text(value);
	/* A part per million of a nanosecond is what a microsecond is of a nanosecond's thousand: read it as one. */
	if (number != NULL && size < 24) {
		snprintf(text, sizeof(text), "%.*sus", (int)size, number);
		result = unit_read(UNIT_TIME, text, true, &drift);
	}
	if (result == UNIT_OK && drift >= -1000000 && drift <= 1000000) {
		*ppb = (int32_t)drift;
		return;
	}
	reader_found(reader, value, found, sizeof(found));
	reader_wrong(reader, value,
	             "found %s; allowed are parts per million from -1000 to 1000, as a whole number or as "
	             "a string such as \"0.5\" with at most 3 digits behind the point",
	             found);
}

static void read_clock(struct reader *reader, struct tree_value object, struct scenario_node *node)
{
	struct tree_value value = { NULL, 0 };

	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"offset\" or \"drift_ppm\""))
		return;
	reader_keys(reader, object, clock_keys);
	value = reader_get(reader, object, "offset");
	if (value.item != NULL)
		reader_quantity(reader, value, UNIT_TIME, "-100y", "100y", &node->clock_offset_ns);
	value = reader_get(reader, object, "drift_ppm");
	if (value.item != NULL)
		read_drift(reader, value, &node->clock_drift_ppb);
}

static void read_details(struct reader *reader, struct tree_value object, struct scenario_node *node)
{
	struct tree_value value = { NULL, 0 };
	uint64_t number = 0;
	int64_t bytes = 0;
	int32_t reaction = 0;

	value = reader_get(reader, object, "offers");
	if (value.item != NULL)
		read_offers(reader, value, &node->suites);
	value = reader_get(reader, object, "rate_up");
	if (value.item != NULL)
		read_offered_rate(reader, value, &node->rate_up);
	value = reader_get(reader, object, "rate_down");
	if (value.item != NULL)
		read_offered_rate(reader, value, &node->rate_down);
	value = reader_get(reader, object, "payload_max");
	if (value.item != NULL && reader_quantity(reader, value, UNIT_SIZE, "128B", "512B", &bytes))
		node->payload_max = (uint16_t)bytes;
	value = reader_get(reader, object, "boot_epoch");
	if (value.item != NULL && reader_whole(reader, value, 0, (1u << 24) - 2, &number))
		node->stored_epoch = (uint32_t)number;
	value = reader_get(reader, object, "clock");
	if (value.item != NULL)
		read_clock(reader, value, node);
	value = reader_get(reader, object, "cookie_above");
	if (value.item != NULL && reader_whole(reader, value, 0, 1000000, &number))
		node->cookie_above = (uint32_t)number;
	value = reader_get(reader, object, "processing");
	if (value.item != NULL && reader_time(reader, value, "0s", "1h", &node->processing_ns))
		node->processing_most_ns = node->processing_ns;
	value = reader_get(reader, object, "tamper");
	if (value.item != NULL)
		node->looks_for_tells = reader_flag(reader, object, "tamper");
	value = reader_get(reader, object, "couriers");
	if (value.item != NULL)
		node->has_couriers = reader_flag(reader, object, "couriers");
	value = reader_get(reader, object, "on_hacked");
	if (value.item != NULL && reader_word(reader, value, reactions, &reaction))
		node->shuts_down = reaction == 1;
}

const char *scenario_node_kind(const struct scenario_node *node)
{
	return kinds[node->is_stun ? 3 : node->is_counter ? 2 : node->is_agent ? 0 : 1];
}

/* It has no core to which all this could apply. */
static void refuse_details(struct reader *reader, struct tree_value object, const char *kind)
{
	for (uint32_t i = 0; node_keys[i] != NULL; i++) {
		struct tree_value value = reader_get(reader, object, node_keys[i]);

		if (value.item != NULL && strcmp(node_keys[i], "name") != 0 && strcmp(node_keys[i], "kind") != 0 &&
		    strcmp(node_keys[i], "count") != 0)
			reader_wrong_key(reader, value, "\"%s\" does not go with \"kind\": \"%s\", which has no core",
			                 node_keys[i], kind);
	}
}

/* One entry of "nodes": one node, or a group of them. */
static void read_node(struct reader *reader, struct tree_value object)
{
	struct scenario *scenario = reader->scenario;
	struct scenario_node node = {
		.suites = OCTO_SUITE_CHACHA20_POLY1305,
		.rate_up = 125000,
		.rate_down = 125000,
		.payload_max = OCTO_DATAGRAM_MAX,
		.cookie_above = 64,
		.looks_for_tells = true,
	};
	struct tree_value value = { NULL, 0 };
	const char *name = NULL, *identity = NULL;
	uint64_t count = 0;
	int32_t kind = 0;
	bool is_named = false;

	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"name\" and \"kind\""))
		return;
	reader_keys(reader, object, node_keys);
	value = reader_get(reader, object, "count");
	if (value.item != NULL && !reader_whole(reader, value, 1, READER_NODES_MAX, &count))
		count = 1;
	/* "-100000" must fit behind the name of a group. */
	if (reader_need(reader, object, "name", "a name: a letter, then letters, digits, - and _", &value))
		is_named = reader_name(reader, value, count > 0 ? 40 : SCENARIO_NAME_MAX - 1, &name);
	if (is_named && strcmp(name, "duel-winner") == 0) {
		reader_wrong(reader, value,
		             "found \"duel-winner\", which expectations use for whoever wins the ID-duel; "
		             "choose another name");
		is_named = false;
	}
	if (reader_need(reader, object, "kind", "\"agent\", \"remote\", \"counter\" or \"stun\"", &value) &&
	    reader_word(reader, value, kinds, &kind)) {
		node.is_agent = kind == 0;
		node.is_counter = kind >= 2;
		node.is_stun = kind == 3;
	}
	value = reader_get(reader, object, "identity");
	if (value.item != NULL && !reader_name(reader, value, SCENARIO_NAME_MAX - 1, &identity))
		identity = NULL;
	read_details(reader, object, &node);
	if (node.is_counter)
		refuse_details(reader, object, kinds[kind]);
	if (!is_named)
		return;
	if (scenario->node_count + (count > 0 ? count : 1) > READER_NODES_MAX) {
		reader_wrong(reader, object, "more than %d nodes in all", READER_NODES_MAX);
		return;
	}
	for (uint64_t i = 1; i <= (count > 0 ? count : 1); i++) {
		if (count > 0)
			snprintf(node.name, sizeof(node.name), "%s-%u", name, (unsigned)i);
		else
			snprintf(node.name, sizeof(node.name), "%s", name);
		snprintf(node.identity, sizeof(node.identity), "%s", identity != NULL ? identity : node.name);
		scenario->nodes = memory_grow(scenario->nodes, scenario->node_count, sizeof(node));
		scenario->nodes[scenario->node_count++] = node;
	}
}

/* Names must be unique over single nodes and groups; told once for each entry that repeats one. */
static void find_repeated_names(struct reader *reader, struct tree_value list, const uint32_t *first_of_entry)
{
	const struct scenario *scenario = reader->scenario;
	struct tree_value at = tree_first(&reader->tree, list);
	uint8_t *is_repeated = memory_claim(scenario->node_count);

	for (uint32_t i = 1; i < scenario->node_count; i++) {
		uint32_t earlier = reader->by_name[i - 1], later = reader->by_name[i];

		if (strcmp(scenario->nodes[earlier].name, scenario->nodes[later].name) == 0)
			is_repeated[later] = 1;
	}
	for (uint32_t entry = 0; at.item != NULL; at = tree_next(&reader->tree, at), entry++) {
		for (uint32_t node = first_of_entry[entry]; node < first_of_entry[entry + 1]; node++) {
			if (is_repeated[node] != 0) {
				reader_wrong(reader, reader_get(reader, at, "name"),
				             "the node name \"%s\" is taken already; names must be unique",
				             scenario->nodes[node].name);
				break;
			}
		}
	}
	memory_free(is_repeated);
}

/* A server may stand below who asks it. */
static void find_servers(struct reader *reader, struct tree_value list, const uint32_t *first_of_entry)
{
	struct scenario *scenario = reader->scenario;
	struct tree_value at = tree_first(&reader->tree, list);

	for (uint32_t entry = 0; at.item != NULL; at = tree_next(&reader->tree, at), entry++) {
		struct tree_value value = reader_is(reader, at, SCANNER_OBJECT) ? reader_get(reader, at, "stun") :
		                                                                  (struct tree_value){ NULL, 0 };
		uint32_t server = 0;

		if (value.item == NULL || !reader_node(reader, value, &server))
			continue;
		if (!scenario->nodes[server].is_stun)
			reader_wrong(reader, value, "\"%s\" is not of \"kind\": \"stun\": it would not answer",
			             scenario->nodes[server].name);
		for (uint32_t node = first_of_entry[entry]; node < first_of_entry[entry + 1]; node++)
			scenario->nodes[node].stun = server + 1;
	}
}

void reader_read_nodes(struct reader *reader, struct tree_value list)
{
	struct tree_value at = { NULL, 0 };
	uint32_t *first_of_entry = NULL;
	uint32_t entries = 0;

	if (!reader_kind(reader, list, SCANNER_LIST, "a list of nodes"))
		return;
	for (at = tree_first(&reader->tree, list); at.item != NULL; at = tree_next(&reader->tree, at)) {
		first_of_entry = memory_grow(first_of_entry, entries, sizeof(*first_of_entry));
		first_of_entry[entries++] = reader->scenario->node_count;
		read_node(reader, at);
	}
	first_of_entry = memory_grow(first_of_entry, entries, sizeof(*first_of_entry));
	first_of_entry[entries] = reader->scenario->node_count;
	if (entries == 0)
		reader_wrong(reader, list, "the list is empty; a scenario needs at least one node");
	reader_index_nodes(reader);
	find_repeated_names(reader, list, first_of_entry);
	find_servers(reader, list, first_of_entry);
	memory_free(first_of_entry);
}

/* ---- Trust --------------------------------------------------------------------------------------------------- */

static void add_trust(struct reader *reader, uint32_t a, uint32_t b)
{
	struct scenario *scenario = reader->scenario;

	scenario->trust = memory_grow(scenario->trust, scenario->trust_count, sizeof(*scenario->trust));
	scenario->trust[scenario->trust_count++] =
		a < b ? (struct scenario_pair){ a, b } : (struct scenario_pair){ b, a };
}

static uint32_t count_mask(const uint8_t *mask, uint32_t size)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < size; i++)
		count += mask[i];
	return count;
}

/* Every node of one pattern with every node of the other, except with itself. */
static void trust_across(struct reader *reader, struct tree_value at, const uint8_t *left,
                         const uint8_t *right)
{
	uint32_t size = reader->scenario->node_count, before = reader->scenario->trust_count;
	uint64_t most = (uint64_t)count_mask(left, size) * count_mask(right, size);

	if (!reader_pairs_fit(reader, at, before + most) || !reader_spend(reader, at, most + size))
		return;
	for (uint32_t a = 0; a < size; a++) {
		if (left[a] == 0)
			continue;
		if (!reader_spend(reader, at, size))
			return;
		for (uint32_t b = 0; b < size; b++) {
			if (right[b] != 0 && a != b)
				add_trust(reader, a, b);
		}
	}
	if (reader->scenario->trust_count == before)
		reader_wrong(reader, at, "only one node matches, and it cannot be paired with itself");
}

static void trust_zipped(struct reader *reader, struct tree_value at, const uint8_t *left,
                         const uint8_t *right)
{
	uint32_t size = reader->scenario->node_count, b = 0;
	uint32_t lefts = count_mask(left, size), rights = count_mask(right, size);

	if (lefts != rights) {
		reader_wrong(reader, at, "\"zip\" needs equally many nodes on both sides; found %u and %u",
		             lefts, rights);
		return;
	}
	if (!reader_pairs_fit(reader, at, reader->scenario->trust_count + (uint64_t)lefts) ||
	    !reader_spend(reader, at, size))
		return;
	for (uint32_t a = 0; a < size; a++) {
		if (left[a] == 0)
			continue;
		while (right[b] == 0)
			b++;
		if (a == b) {
			reader_wrong(reader, at, "\"zip\" would pair \"%s\" with itself",
			             reader->scenario->nodes[a].name);
			return;
		}
		add_trust(reader, a, b++);
	}
}

static void read_trust_entry(struct reader *reader, struct tree_value entry)
{
	static const char *const keys[] = { "zip", NULL };
	struct tree_value patterns = entry, a = { NULL, 0 }, b = { NULL, 0 };
	bool is_zip = reader_is(reader, entry, SCANNER_OBJECT);
	uint8_t *left = NULL, *right = NULL;

	if (is_zip) {
		reader_keys(reader, entry, keys);
		if (!reader_need(reader, entry, "zip", "a list of two patterns", &patterns))
			return;
	}
	if (!reader_pair_of_patterns(reader, patterns, &a, &b))
		return;
	left = reader_mask(reader, a);
	right = reader_mask(reader, b);
	if (left != NULL && right != NULL && reader_mask_has_cores(reader, a, left) &&
	    reader_mask_has_cores(reader, b, right)) {
		if (is_zip)
			trust_zipped(reader, patterns, left, right);
		else
			trust_across(reader, patterns, left, right);
	}
	memory_free(left);
	memory_free(right);
}

static int by_a_then_b(const void *a, const void *b)
{
	const struct scenario_pair *left = a, *right = b;

	if (left->a != right->a)
		return left->a < right->a ? -1 : 1;
	return left->b < right->b ? -1 : left->b > right->b;
}

/* The state of an agent is kept between it and a control: of two of a kind neither would be understood. */
static bool have_couriers_alike(const struct scenario *scenario, struct scenario_pair pair)
{
	const struct scenario_node *a = &scenario->nodes[pair.a], *b = &scenario->nodes[pair.b];

	return a->has_couriers && b->has_couriers && a->is_agent == b->is_agent;
}

static void check_couriers(struct reader *reader, struct tree_value list)
{
	const struct scenario *scenario = reader->scenario;

	for (uint32_t i = 0; i < scenario->trust_count; i++) {
		struct scenario_pair pair = scenario->trust[i];

		if (!have_couriers_alike(scenario, pair))
			continue;
		reader_wrong(reader, list, "\"%s\" and \"%s\" are both of \"kind\": \"%s\" with \"couriers\", "
		             "which an agent and a remote have towards each other; allowed is one of each",
		             scenario->nodes[pair.a].name, scenario->nodes[pair.b].name,
		             scenario_node_kind(&scenario->nodes[pair.a]));
		return;
	}
}

void reader_read_trust(struct reader *reader, struct tree_value list)
{
	struct scenario *scenario = reader->scenario;
	struct tree_value at = { NULL, 0 };
	uint32_t kept = 0, errors_before = reader->errors->count;

	if (reader_kind(reader, list, SCANNER_LIST, "a list of pairs [\"a\", \"b\"]")) {
		for (at = tree_first(&reader->tree, list); at.item != NULL; at = tree_next(&reader->tree, at))
			read_trust_entry(reader, at);
	}
	reader->is_trust_wrong =
		reader->errors->count != errors_before || tree_mark(&reader->tree, list)->is_bad;
	if (scenario->trust_count > 1)
		qsort(scenario->trust, scenario->trust_count, sizeof(*scenario->trust), by_a_then_b);
	for (uint32_t i = 0; i < scenario->trust_count; i++) {
		if (kept == 0 || by_a_then_b(&scenario->trust[kept - 1], &scenario->trust[i]) != 0)
			scenario->trust[kept++] = scenario->trust[i];
	}
	scenario->trust_count = kept;
	check_couriers(reader, list);
}
