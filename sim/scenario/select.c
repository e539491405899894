/* select.c: from patterns to nodes and pairs. With 20,000 nodes in 10,000 pairs nothing here may look at nodes × nodes:
 * pairs are found by walking the trust of the nodes that match one pattern, and the work is counted. */
#include "sim/scenario/memory.h"
#include "sim/scenario/quote.h"
#include "sim/scenario/reader.h"

#include <stdlib.h>
#include <string.h>

enum { COMPARED_NODES_MAX = 4096 }; /* names looked at for the nearest one: bounds the time of many errors */

struct named {
	const char *name;
	uint32_t node;
};

static int by_name(const void *a, const void *b)
{
	const struct named *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	if (order != 0)
		return order;
	return left->node < right->node ? -1 : left->node > right->node;
}

void reader_index_nodes(struct reader *reader)
{
	const struct scenario *scenario = reader->scenario;
	struct named *names = memory_claim(scenario->node_count * sizeof(*names));

	for (uint32_t i = 0; i < scenario->node_count; i++)
		names[i] = (struct named){ scenario->nodes[i].name, i };
	qsort(names, scenario->node_count, sizeof(*names), by_name);
	reader->by_name = memory_claim(scenario->node_count * sizeof(*reader->by_name));
	for (uint32_t i = 0; i < scenario->node_count; i++)
		reader->by_name[i] = names[i].node;
	memory_free(names);
}

void reader_index_trust(struct reader *reader)
{
	const struct scenario *scenario = reader->scenario;
	uint32_t *first = memory_claim((scenario->node_count + 2) * sizeof(*first));
	uint32_t *neighbours = memory_claim(2 * (size_t)scenario->trust_count * sizeof(*neighbours));

	/* Counting sort: counts land one place late, so that filling moves every start to where it belongs. */
	for (uint32_t i = 0; i < scenario->trust_count; i++) {
		first[scenario->trust[i].a + 2]++;
		first[scenario->trust[i].b + 2]++;
	}
	for (uint32_t i = 2; i < scenario->node_count + 2; i++)
		first[i] += first[i - 1];
	/* Pairs are sorted with a < b, so "lower ones of b" come in order, and before the higher ones of the same node
	 * only if they are entered first. */
	for (uint32_t i = 0; i < scenario->trust_count; i++)
		neighbours[first[scenario->trust[i].b + 1]++] = scenario->trust[i].a;
	for (uint32_t i = 0; i < scenario->trust_count; i++)
		neighbours[first[scenario->trust[i].a + 1]++] = scenario->trust[i].b;
	reader->first_trust = first;
	reader->neighbours = neighbours;
}

bool reader_spend(struct reader *reader, struct tree_value at, uint64_t work)
{
	reader->work += work;
	if (reader->work <= READER_WORK_MAX)
		return true;
	if (!reader->is_spent)
		reader_wrong(reader, at,
		             "too much: the patterns up to here expand to more than this program reads; "
		             "use fewer nodes, or fewer entries with patterns");
	reader->is_spent = true;
	return false;
}

bool reader_pairs_fit(struct reader *reader, struct tree_value at, uint64_t count)
{
	if (count <= READER_PAIRS_MAX && reader->pairs + count <= 4 * (uint64_t)READER_PAIRS_MAX)
		return true;
	if (!reader->is_spent)
		reader_wrong(reader, at, "too much: more than %d pairs of nodes", READER_PAIRS_MAX);
	reader->is_spent = true;
	return false;
}

static bool find(const struct reader *reader, const char *name, uint32_t *node)
{
	const struct scenario *scenario = reader->scenario;
	uint32_t low = 0, high = scenario->node_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(scenario->nodes[reader->by_name[middle]].name, name);

		if (order == 0) {
			*node = reader->by_name[middle];
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static void wrong_name(struct reader *reader, struct tree_value value, const char *name, const char *problem)
{
	const struct scenario *scenario = reader->scenario;
	const char *nearest = NULL;
	uint32_t best = name_tolerance(name) + 1;
	char found[64];

	if (reader->errors->count > READER_ERRORS_MAX)
		return; /* nobody will see it, and comparing names takes time */
	quote_text(found, sizeof(found), name, strlen(name));
	for (uint32_t i = 0; i < scenario->node_count && i < COMPARED_NODES_MAX; i++) {
		uint32_t distance = name_distance(name, scenario->nodes[i].name, best);

		if (distance < best) {
			best = distance;
			nearest = scenario->nodes[i].name;
		}
	}
	if (nearest != NULL)
		reader_wrong(reader, value, "%s %s; did you mean \"%s\"?", problem, found, nearest);
	else if (scenario->node_count == 0)
		reader_wrong(reader, value, "%s %s; the file has no usable nodes", problem, found);
	else
		reader_wrong(reader, value, "%s %s; the nodes are %s%s%s%s%s", problem, found,
		             scenario->nodes[0].name, scenario->node_count > 1 ? ", " : "",
		             scenario->node_count > 1 ? scenario->nodes[1].name : "",
		             scenario->node_count > 2 ? ", " : "",
		             scenario->node_count > 3   ? "…"
		             : scenario->node_count > 2 ? scenario->nodes[2].name
		                                        : "");
}

bool reader_node(struct reader *reader, struct tree_value value, uint32_t *node)
{
	const char *name = NULL;

	if (!reader_text(reader, value, "the name of a node", &name))
		return false;
	if (!glob_is_plain(name)) {
		reader_wrong(reader, value, "found a pattern; allowed is the name of one node");
		return false;
	}
	if (find(reader, name, node))
		return true;
	wrong_name(reader, value, name, "there is no node");
	return false;
}

/* Sets the bytes of all nodes that a pattern matches; reports when there are none. */
static bool mark_matches(struct reader *reader, struct tree_value value, uint8_t *mask)
{
	const struct scenario *scenario = reader->scenario;
	const char *pattern = NULL;
	uint32_t node = 0, matches = 0;

	if (!reader_text(reader, value, "the name of a node, or a pattern such as \"fleet-*\"", &pattern))
		return false;
	if (glob_is_plain(pattern)) {
		if (!find(reader, pattern, &node)) {
			wrong_name(reader, value, pattern, "there is no node");
			return false;
		}
		mask[node] = 1;
		return true;
	}
	if (!reader_spend(reader, value, scenario->node_count))
		return false;
	for (uint32_t i = 0; i < scenario->node_count; i++) {
		if (glob_matches(pattern, scenario->nodes[i].name)) {
			mask[i] = 1;
			matches++;
		}
	}
	if (matches == 0)
		wrong_name(reader, value, pattern, "no node matches");
	return matches > 0;
}

uint8_t *reader_mask(struct reader *reader, struct tree_value value)
{
	uint8_t *mask = memory_claim(reader->scenario->node_count);

	if (mark_matches(reader, value, mask))
		return mask;
	memory_free(mask);
	return NULL;
}

bool reader_nodes(struct reader *reader, struct tree_value value, uint32_t **nodes, uint32_t *count)
{
	const struct scenario *scenario = reader->scenario;
	const char *name = NULL;
	uint8_t *mask = NULL;
	uint32_t node = 0;
	bool is_right = true;

	*nodes = NULL;
	*count = 0;
	/* The usual case, one plain name, must not cost a walk over all nodes. */
	if (reader_is(reader, value, SCANNER_STRING) && glob_is_plain(name = tree_text(value))) {
		if (!reader_node(reader, value, &node))
			return false;
		*nodes = memory_grow(NULL, 0, sizeof(**nodes));
		(*nodes)[(*count)++] = node;
		return true;
	}
	if (!reader_spend(reader, value, scenario->node_count))
		return false;
	if (!reader_is(reader, value, SCANNER_STRING) &&
	    !reader_kind(reader, value, SCANNER_LIST, "the name of a node, a pattern such as \"fleet-*\", or a list of them"))
		return false;
	mask = memory_claim(scenario->node_count);
	if (reader_is(reader, value, SCANNER_LIST)) {
		struct tree_value at = tree_first(&reader->tree, value);

		if (at.item == NULL) {
			reader_wrong(reader, value, "the list is empty; it must name at least one node");
			is_right = false;
		}
		for (; at.item != NULL; at = tree_next(&reader->tree, at))
			is_right = mark_matches(reader, at, mask) && is_right;
	} else {
		is_right = mark_matches(reader, value, mask);
	}
	for (uint32_t i = 0; is_right && i < scenario->node_count; i++) {
		if (mask[i] != 0) {
			*nodes = memory_grow(*nodes, *count, sizeof(**nodes));
			(*nodes)[(*count)++] = i;
		}
	}
	memory_free(mask);
	return is_right;
}

/* ---- Pairs --------------------------------------------------------------------------------------------------- */

static bool is_trusted(const struct reader *reader, uint32_t a, uint32_t b)
{
	uint32_t low = reader->first_trust[a], high = reader->first_trust[a + 1];

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (reader->neighbours[middle] == b)
			return true;
		if (reader->neighbours[middle] < b)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static void append(struct reader_pairs *pairs, uint32_t a, uint32_t b)
{
	pairs->list = memory_grow(pairs->list, pairs->count, sizeof(*pairs->list));
	pairs->list[pairs->count++] = (struct scenario_pair){ a, b };
}

static bool add_pair(struct reader *reader, struct tree_value at, struct reader_pairs *pairs, uint32_t a,
                     uint32_t b)
{
	if (pairs->is_unordered && a > b) {
		uint32_t lower = b;

		b = a;
		a = lower;
	}
	if (!reader_pairs_fit(reader, at, pairs->count + 2u))
		return false;
	append(pairs, a, b);
	if (pairs->both)
		append(pairs, b, a);
	return true;
}

/* A node a of `from` and a neighbour b of `to`. Where both match both patterns the pair would be met twice, from either
 * end; it is taken once when direction does not matter. */
static bool walk_trust(struct reader *reader, struct tree_value at, const uint8_t *from, const uint8_t *to,
                       struct reader_pairs *pairs)
{
	bool is_symmetric = pairs->both || pairs->is_unordered;

	for (uint32_t a = 0; a < reader->scenario->node_count; a++) {
		if (from[a] == 0)
			continue;
		if (!reader_spend(reader, at, reader->first_trust[a + 1] - reader->first_trust[a]))
			return false;
		for (uint32_t i = reader->first_trust[a]; i < reader->first_trust[a + 1]; i++) {
			uint32_t b = reader->neighbours[i];

			if (to[b] == 0 || (is_symmetric && from[b] != 0 && to[a] != 0 && a > b))
				continue;
			if (!add_pair(reader, at, pairs, a, b))
				return false;
		}
	}
	return true;
}

static bool plain_pair(struct reader *reader, struct tree_value at, uint32_t a, uint32_t b,
                       struct reader_pairs *pairs)
{
	const struct scenario_node *nodes = reader->scenario->nodes;

	if (a == b) {
		reader_wrong(reader, at, "both are the node \"%s\"; a pair needs two", nodes[a].name);
		return false;
	}
	if (!pairs->is_literal && (!reader_has_core(reader, at, a) || !reader_has_core(reader, at, b)))
		return false;
	if (!pairs->is_literal && !is_trusted(reader, a, b)) {
		if (!reader->is_trust_wrong)
			reader_wrong(reader, at,
			             "\"%s\" and \"%s\" do not trust each other; add them to \"trust\"",
			             nodes[a].name, nodes[b].name);
		return false;
	}
	return add_pair(reader, at, pairs, a, b);
}

bool reader_pairs(struct reader *reader, struct tree_value at, struct tree_value from, struct tree_value to,
                  struct reader_pairs *pairs)
{
	uint8_t *from_mask = NULL, *to_mask = NULL;
	uint32_t a = 0, b = 0;
	bool is_right = false;

	if (reader_is(reader, from, SCANNER_STRING) && reader_is(reader, to, SCANNER_STRING) &&
	    glob_is_plain(tree_text(from)) && glob_is_plain(tree_text(to))) {
		is_right = reader_node(reader, from, &a);
		is_right = reader_node(reader, to, &b) && is_right;
		is_right = is_right && plain_pair(reader, at, a, b, pairs);
	} else if (reader_spend(reader, at, reader->scenario->node_count)) {
		from_mask = reader_mask(reader, from);
		to_mask = reader_mask(reader, to);
		is_right = from_mask != NULL && to_mask != NULL &&
		           walk_trust(reader, at, from_mask, to_mask, pairs);
		if (is_right && pairs->count == 0) {
			if (!reader->is_trust_wrong)
				reader_wrong(
					reader, at,
					"no two of these nodes trust each other; add pairs to \"trust\"");
			is_right = false;
		}
	}
	memory_free(from_mask);
	memory_free(to_mask);
	if (is_right) {
		reader->pairs += pairs->count;
		return true;
	}
	memory_free(pairs->list);
	pairs->list = NULL;
	pairs->count = 0;
	return false;
}

bool reader_pair_of_patterns(struct reader *reader, struct tree_value value, struct tree_value *a,
                             struct tree_value *b)
{
	char found[96];

	if (!reader_kind(reader, value, SCANNER_LIST, "a list of two node names or patterns"))
		return false;
	if (tree_count(&reader->tree, value) != 2) {
		reader_found(reader, value, found, sizeof(found));
		reader_wrong(reader, value, "found %s; allowed is a list of two node names or patterns",
		             found);
		return false;
	}
	*a = tree_first(&reader->tree, value);
	*b = tree_next(&reader->tree, *a);
	return true;
}

bool reader_from_to(struct reader *reader, struct tree_value object, struct tree_value *from,
                    struct tree_value *to)
{
	bool has_from = reader_need(reader, object, "from", "a node name or pattern", from);

	return reader_need(reader, object, "to", "a node name or pattern", to) && has_from;
}
