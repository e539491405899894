/* background.c: reads "traffic", and keeps nodes without a core out of all that needs one. */
#include "sim/scenario/memory.h"
#include "sim/scenario/reader.h"

#include <string.h>

static const char *const traffic_keys[] = { "from", "to", "zip", "size", "every", "rate", "count", "for", NULL };
static const char *const end_allowed = "\"count\" (datagrams) or \"for\" (a time), or neither: till the end";

static bool add_pair(struct reader *reader, struct tree_value at, struct scenario_action *action, uint32_t from, uint32_t to)
{
	if (!reader_pairs_fit(reader, at, action->pair_count + UINT64_C(1)))
		return false;
	action->pairs = memory_grow(action->pairs, action->pair_count, sizeof(*action->pairs));
	action->pairs[action->pair_count++] = (struct scenario_pair){ from, to };
	return true;
}

/* Everybody of one pattern to everybody of the other: other programs need no trust. */
static void pair_all(struct reader *reader, struct tree_value at, const uint8_t *from, const uint8_t *to,
                     struct scenario_action *action)
{
	uint32_t size = reader->scenario->node_count;

	for (uint32_t a = 0; a < size; a++) {
		if (from[a] != 0 && !reader_spend(reader, at, size))
			return;
		for (uint32_t b = 0; from[a] != 0 && b < size; b++) {
			if (to[b] != 0 && a != b && !add_pair(reader, at, action, a, b))
				return;
		}
	}
	if (action->pair_count == 0)
		reader_wrong(reader, at, "only one node matches, and it sends nothing to itself");
}

/* The first to the first, the second to the second. */
static void pair_in_order(struct reader *reader, struct tree_value at, const uint8_t *from, const uint8_t *to,
                          struct scenario_action *action)
{
	uint32_t size = reader->scenario->node_count, b = 0, senders = 0, receivers = 0;

	for (uint32_t i = 0; i < size; i++) {
		senders += from[i];
		receivers += to[i];
	}
	if (senders != receivers) {
		reader_wrong(reader, at, "\"zip\" needs equally many nodes on both sides; found %u and %u", senders,
		             receivers);
		return;
	}
	for (uint32_t a = 0; a < size; a++) {
		if (from[a] == 0)
			continue;
		while (to[b] == 0)
			b++;
		if (a == b) {
			reader_wrong(reader, at, "\"zip\" would have \"%s\" send to itself",
			             reader->scenario->nodes[a].name);
			return;
		}
		if (!add_pair(reader, at, action, a, b++))
			return;
	}
}

static void read_ends(struct reader *reader, struct tree_value value, struct scenario_action *action)
{
	struct tree_value zip = reader_get(reader, value, "zip"), from = { NULL, 0 }, to = { NULL, 0 };
	bool has_ends = reader_get(reader, value, "from").item != NULL || reader_get(reader, value, "to").item != NULL;
	uint8_t *senders = NULL, *receivers = NULL;

	if (zip.item != NULL && has_ends) {
		reader_wrong_key(reader, zip, "\"zip\" goes neither with \"from\" nor with \"to\": it says both");
		return;
	}
	if (zip.item != NULL ? !reader_pair_of_patterns(reader, zip, &from, &to)
	                     : !reader_from_to(reader, value, &from, &to))
		return;
	senders = reader_mask(reader, from);
	receivers = reader_mask(reader, to);
	if (senders != NULL && receivers != NULL && zip.item != NULL)
		pair_in_order(reader, zip, senders, receivers, action);
	else if (senders != NULL && receivers != NULL)
		pair_all(reader, value, senders, receivers, action);
	memory_free(senders);
	memory_free(receivers);
}

/* A rate is an interval: the next nanosecond up, so that it is never exceeded. */
static void read_rhythm(struct reader *reader, struct tree_value value, struct scenario_action *action)
{
	struct tree_value every = reader_get(reader, value, "every"), rate = reader_get(reader, value, "rate");
	int64_t bits = 0;

	if ((every.item != NULL) == (rate.item != NULL))
		reader_wrong(reader, value, "allowed is either \"every\" (a time between two datagrams) or \"rate\"");
	else if (every.item != NULL)
		reader_time(reader, every, "1us", "1h", &action->load_interval_ns);
	else if (reader_quantity(reader, rate, UNIT_RATE, "1kbit", "4Gbit", &bits))
		action->load_interval_ns = (action->load_size * UINT64_C(8000000000) + (uint64_t)bits - 1) / (uint64_t)bits;
}

void reader_read_traffic(struct reader *reader, struct tree_value value, struct scenario_action *action)
{
	struct tree_value at = { NULL, 0 }, span = { NULL, 0 };
	uint64_t size = OCTO_DATAGRAM_MAX;

	action->load_count = UINT64_MAX;
	if (!reader_kind(reader, value, SCANNER_OBJECT, "an object with \"from\", \"to\" and \"every\" or \"rate\""))
		return;
	reader_keys(reader, value, traffic_keys);
	at = reader_get(reader, value, "size");
	if (at.item != NULL)
		reader_whole(reader, at, 1, OCTO_DATAGRAM_MAX, &size);
	action->load_size = (uint16_t)size;
	read_rhythm(reader, value, action);
	at = reader_get(reader, value, "count");
	span = reader_get(reader, value, "for");
	if (at.item != NULL && span.item != NULL)
		reader_wrong_key(reader, span, "allowed is %s", end_allowed);
	else if (at.item != NULL)
		reader_whole(reader, at, 1, UINT32_MAX, &action->load_count);
	else if (span.item != NULL)
		reader_time(reader, span, "1us", "100y", &action->traffic_for_ns);
	read_ends(reader, value, action);
}

/* ---- Nodes without a core ---------------------------------------------------------------------------------------- */

bool reader_has_core(struct reader *reader, struct tree_value at, uint32_t node)
{
	if (node >= reader->scenario->node_count || !reader->scenario->nodes[node].is_counter)
		return true;
	reader_wrong(reader, at, "\"%s\" has no core, and takes part in nothing but \"traffic\"",
	             reader->scenario->nodes[node].name);
	return false;
}

bool reader_mask_has_cores(struct reader *reader, struct tree_value at, const uint8_t *mask)
{
	for (uint32_t i = 0; i < reader->scenario->node_count; i++) {
		if (mask[i] != 0 && !reader_has_core(reader, at, i))
			return false;
	}
	return true;
}

void reader_refuse_counters(struct reader *reader, struct tree_value at, const struct scenario_action *action)
{
	bool is_inject = action->verb == SCENARIO_INJECT, is_right = true;

	for (uint32_t i = 0; is_right && i < action->node_count; i++)
		is_right = reader_has_core(reader, at, action->nodes[i]);
	/* A broadcast passes them by. */
	bool is_to_core = is_right && is_inject && (action->inject_broadcast || reader_has_core(reader, at, action->inject_to));
	if (is_to_core)
		reader_has_core(reader, at, action->inject_source);
}
