/* links.c: reads "links": rules for what the network does between nodes. */
#include "sim/scenario/memory.h"
#include "sim/scenario/quote.h"
#include "sim/scenario/reader.h"

#include <string.h>

enum { MASK_MAX = 65536 };                     /* characters */
#define MASKED_BYTES_MAX (UINT64_C(128) << 20) /* two bytes for each rule and node */

static const char *const link_keys[] = {
	"between", "from", "to", "latency", "loss", "mask", "duplicate", "corrupt", "rate", "queue", NULL,
};
static const char *const latency_keys[] = { "uniform", "normal", NULL };

/* ["10ms", "30ms"] */
static bool read_two_times(struct reader *reader, struct tree_value list, uint64_t *a_ns, uint64_t *b_ns)
{
	struct tree_value first = { NULL, 0 };

	if (!reader_kind(reader, list, SCANNER_LIST, "a list of two times"))
		return false;
	if (tree_count(&reader->tree, list) != 2) {
		reader_wrong(reader, list, "found a list of %u; allowed is a list of two times",
		             tree_count(&reader->tree, list));
		return false;
	}
	first = tree_first(&reader->tree, list);
	bool is_right = reader_time(reader, first, "0s", "1h", a_ns);
	return reader_time(reader, tree_next(&reader->tree, first), "0s", "1h", b_ns) && is_right;
}

static void read_latency(struct reader *reader, struct tree_value value, struct scenario_link *link)
{
	struct tree_value uniform = { NULL, 0 }, normal = { NULL, 0 };

	link->sets_latency = true;
	if (!reader_is(reader, value, SCANNER_OBJECT)) {
		link->latency = SCENARIO_CONSTANT;
		reader_time(reader, value, "0s", "1h", &link->latency_a_ns);
		return;
	}
	reader_keys(reader, value, latency_keys);
	uniform = reader_get(reader, value, "uniform");
	normal = reader_get(reader, value, "normal");
	if ((uniform.item != NULL) == (normal.item != NULL)) {
		reader_wrong(reader, value,
		             "allowed is one of \"uniform\" (least and most) and \"normal\" (mean and "
		             "standard deviation)");
		return;
	}
	if (normal.item != NULL) {
		link->latency = SCENARIO_NORMAL;
		read_two_times(reader, normal, &link->latency_a_ns, &link->latency_b_ns);
		return;
	}
	link->latency = SCENARIO_UNIFORM;
	if (read_two_times(reader, uniform, &link->latency_a_ns, &link->latency_b_ns) &&
	    link->latency_a_ns > link->latency_b_ns)
		reader_wrong(reader, uniform, "the first time (the least) is above the second (the most)");
}

static void read_loss_mask(struct reader *reader, struct tree_value value, struct scenario_link *link)
{
	const char *mask = NULL;
	char found[64];

	link->sets_mask = true;
	if (!reader_text(reader, value, "a string of x (lost) and . (passes), one for each datagram", &mask))
		return;
	if (mask[0] != '\0' && mask[strspn(mask, "x.")] == '\0' && strlen(mask) <= MASK_MAX) {
		link->mask = memory_text(mask);
		return;
	}
	reader_found(reader, value, found, sizeof(found));
	reader_wrong(reader, value,
	             "found %s; allowed are 1 to %d characters x (lost) and . (passes), one for each "
	             "datagram",
	             found, MASK_MAX);
}

static void read_aspects(struct reader *reader, struct tree_value object, struct scenario_link *link)
{
	struct tree_value value = reader_get(reader, object, "latency");
	int64_t number = 0;

	if (value.item != NULL)
		read_latency(reader, value, link);
	value = reader_get(reader, object, "mask");
	if (value.item != NULL)
		read_loss_mask(reader, value, link);
	value = reader_get(reader, object, "loss");
	if (value.item != NULL) {
		link->sets_loss = true;
		reader_chance(reader, value, &link->loss);
	}
	value = reader_get(reader, object, "duplicate");
	if (value.item != NULL) {
		link->sets_duplicate = true;
		reader_chance(reader, value, &link->duplicate);
	}
	value = reader_get(reader, object, "corrupt");
	if (value.item != NULL) {
		link->sets_corrupt = true;
		reader_chance(reader, value, &link->corrupt);
	}
	value = reader_get(reader, object, "rate");
	if (value.item != NULL) {
		link->sets_rate = true;
		if (reader_quantity(reader, value, UNIT_RATE, "1kbit", "100Gbit", &number))
			link->rate_bps = (uint64_t)number;
	}
	value = reader_get(reader, object, "queue");
	if (value.item != NULL) {
		link->sets_queue = true;
		if (reader_quantity(reader, value, UNIT_SIZE, "512B", "1024MiB", &number))
			link->queue_bytes = (uint64_t)number;
	}
}

/* Whom the rule is about. */
static void read_ends(struct reader *reader, struct tree_value object, struct scenario_link *link)
{
	struct tree_value between = reader_get(reader, object, "between");
	struct tree_value from = reader_get(reader, object, "from"), to = reader_get(reader, object, "to");

	if ((between.item != NULL) == (from.item != NULL || to.item != NULL)) {
		reader_wrong(reader, object,
		             "a rule needs either \"between\": [\"a\", \"b\"] (both ways), or \"from\" and "
		             "\"to\"");
		return;
	}
	link->both_ways = between.item != NULL;
	if (link->both_ways && !reader_pair_of_patterns(reader, between, &from, &to))
		return;
	if (!link->both_ways && !reader_from_to(reader, object, &from, &to))
		return;
	link->from = reader_mask(reader, from);
	link->to = reader_mask(reader, to);
}

static void read_link(struct reader *reader, struct tree_value object)
{
	struct scenario *scenario = reader->scenario;
	struct scenario_link link = { 0 };

	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"between\" or \"from\" and \"to\""))
		return;
	reader_keys(reader, object, link_keys);
	read_ends(reader, object, &link);
	read_aspects(reader, object, &link);
	if (!link.sets_latency && !link.sets_loss && !link.sets_mask && !link.sets_duplicate &&
	    !link.sets_corrupt && !link.sets_rate && !link.sets_queue)
		reader_wrong(reader, object,
		             "the rule says nothing; add \"latency\", \"loss\", \"mask\", \"duplicate\", "
		             "\"corrupt\", \"rate\" or \"queue\"");
	scenario->links = memory_grow(scenario->links, scenario->link_count, sizeof(link));
	scenario->links[scenario->link_count++] = link;
}

/* A queue stands in front of a rate; without any rate it would do nothing. */
static void check_queues(struct reader *reader, struct tree_value list)
{
	struct tree_value at = tree_first(&reader->tree, list), queue = { NULL, 0 };
	bool has_rate = false;

	for (uint32_t i = 0; i < reader->scenario->link_count; i++)
		has_rate = has_rate || reader->scenario->links[i].sets_rate;
	for (; at.item != NULL && !has_rate; at = tree_next(&reader->tree, at)) {
		queue = reader_is(reader, at, SCANNER_OBJECT) ? reader_get(reader, at, "queue") : queue;
		if (queue.item != NULL)
			reader_wrong_key(
				reader, queue,
				"a queue does nothing without a \"rate\" in front of which it stands");
		queue.item = NULL;
	}
}

void reader_read_links(struct reader *reader, struct tree_value list)
{
	struct tree_value at = { NULL, 0 };

	if (!reader_kind(reader, list, SCANNER_LIST, "a list of link rules"))
		return;
	for (at = tree_first(&reader->tree, list); at.item != NULL; at = tree_next(&reader->tree, at)) {
		uint64_t rules = reader->scenario->link_count + 1u;

		if (rules > READER_LINKS_MAX || 2 * rules * reader->scenario->node_count > MASKED_BYTES_MAX) {
			reader_wrong(reader, at,
			             "too many link rules: at most %d, and fewer with very many nodes",
			             READER_LINKS_MAX);
			return;
		}
		read_link(reader, at);
	}
	check_queues(reader, list);
}
