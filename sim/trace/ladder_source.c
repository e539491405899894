/* ladder_source.c: where a ladder's records come from, and which two nodes are worth looking at. */
#include "sim/trace/ladder.h"

#include <stdlib.h>

static const struct trace_record *trace_record_at(const void *context, uint32_t index)
{
	return trace_get(context, index);
}

static const uint8_t *trace_extra_at(const void *context, uint32_t index)
{
	return trace_extra(context, index);
}

static const struct trace_node *trace_node_at(const void *context, uint32_t node)
{
	return trace_node(context, node);
}

struct ladder_source ladder_source_of_trace(const struct trace *trace)
{
	return (struct ladder_source){ .context = trace,
		                       .record = trace_record_at,
		                       .extra = trace_extra_at,
		                       .node = trace_node_at,
		                       .count = trace_count(trace),
		                       .node_count = trace_header(trace)->node_count };
}

static const struct trace_record *list_record_at(const void *context, uint32_t index)
{
	return &((const struct ladder_list *)context)->records[index];
}

static const uint8_t *list_extra_at(const void *context, uint32_t index)
{
	const struct ladder_list *list = context;

	return list->records[index].extra_size ? list->extras[index] : NULL;
}

static const struct trace_node *list_node_at(const void *context, uint32_t node)
{
	return &((const struct ladder_list *)context)->nodes[node];
}

struct ladder_source ladder_source_of_list(const struct ladder_list *list)
{
	return (struct ladder_source){ .context = list,
		                       .record = list_record_at,
		                       .extra = list_extra_at,
		                       .node = list_node_at,
		                       .count = list->count,
		                       .node_count = list->node_count };
}

/* Pairs are counted in a table that is far larger than the pairs it needs to tell apart; when it is full,
 * pairs that come late are not counted: they are not the busiest by much. */
enum { PAIRS = 1 << 16, PROBES = 8 };

struct pair_count {
	uint32_t low, high, packets;
};

static void count_pair(struct pair_count *table, uint32_t low, uint32_t high)
{
	uint32_t slot = (low * UINT32_C(2654435761) ^ high * UINT32_C(2246822519)) >> 8;

	for (uint32_t i = 0; i < PROBES; i++) {
		struct pair_count *pair = &table[(slot + i) % PAIRS];

		if (!pair->packets) {
			pair->low = low;
			pair->high = high;
		}
		if (pair->low == low && pair->high == high) {
			pair->packets++;
			return;
		}
	}
}

void ladder_busiest_pair(const struct ladder_source *source, uint32_t pair[2])
{
	struct pair_count *table = calloc(PAIRS, sizeof(*table));
	const struct pair_count *best;

	pair[0] = 0;
	pair[1] = 1;
	if (!table)
		return;
	for (uint32_t i = 0; i < source->count; i++) {
		const struct trace_record *r = source->record(source->context, i);

		if (r->kind == TRACE_SENT && r->node != r->peer && r->node != TRACE_NOBODY &&
		    r->peer != TRACE_NOBODY)
			count_pair(table, r->node < r->peer ? r->node : r->peer,
			           r->node < r->peer ? r->peer : r->node);
	}
	best = &table[0];
	for (uint32_t i = 0; i < PAIRS; i++)
		if (table[i].packets > best->packets ||
		    (table[i].packets == best->packets && table[i].packets && table[i].low < best->low))
			best = &table[i];
	if (best->packets) {
		pair[0] = best->low;
		pair[1] = best->high;
	}
	free(table);
}
