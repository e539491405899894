/* lanes.c: see lanes.h. */
#include "viz/lanes.h"
#include "viz/alloc.h"

#include <stdlib.h>
#include <string.h>

void lanes_free(struct lanes *lanes)
{
	free(lanes->of_node);
	free(lanes->gaps);
	memset(lanes, 0, sizeof *lanes);
}

static void choose(struct lanes *lanes, const struct model *model, uint32_t focus)
{
	if (model->node_count <= LANES_MAX) {
		for (uint32_t i = 0; i < model->node_count; i++)
			lanes->nodes[lanes->count++] = i;
		return;
	}
	/* Six lanes can still be read; of many peers the busiest. */
	enum { NEIGHBOURS = 6 };
	lanes->nodes[lanes->count++] = focus;
	while (lanes->count < NEIGHBOURS) {
		uint32_t best = MODEL_NONE, most = 0;
		for (uint32_t i = model->first_pair[focus]; i < model->first_pair[focus + 1]; i++) {
			uint32_t peer = model->pairs[i].peer;
			uint32_t copies =
				1 + model->pairs[i].copies + model->pairs[model->pairs[i].mirror].copies;
			bool is_taken = false;
			for (uint32_t k = 0; k < lanes->count; k++)
				is_taken |= lanes->nodes[k] == peer;
			if (!is_taken && copies > most) {
				most = copies;
				best = peer;
			}
		}
		if (best == MODEL_NONE)
			break;
		lanes->nodes[lanes->count++] = best;
	}
}

/* Time that something takes up: a record an instant, a copy its whole way. */
static void occupy(struct lanes *lanes, uint64_t *busy_until, uint64_t from, uint64_t until,
                   uint32_t *capacity)
{
	if (from > *busy_until && from - *busy_until >= OCTO_MICROSECOND) {
		if (lanes->gap_count == *capacity) {
			*capacity = *capacity ? *capacity * 2 : 64;
			lanes->gaps = alloc_grow(lanes->gaps, *capacity, sizeof *lanes->gaps);
		}
		lanes->gaps[lanes->gap_count++] = (struct axis_gap){*busy_until, from};
	}
	if (until > *busy_until)
		*busy_until = until;
}

static void find_gaps(struct lanes *lanes, const struct model *model, uint64_t from_ns, uint64_t until_ns)
{
	uint32_t capacity = 0, at[LANES_MAX] = {0}, first = trace_find(model->trace, from_ns);
	uint64_t busy_until = from_ns;
	for (uint32_t lane = 0; lane < lanes->count; lane++)
		at[lane] = model_list_find(&model->node_records[lanes->nodes[lane]], first);
	for (;;) {
		/* The lanes' records merged in order. */
		uint32_t next = MODEL_NONE;
		for (uint32_t lane = 0; lane < lanes->count; lane++) {
			const struct model_list *records = &model->node_records[lanes->nodes[lane]];
			while (at[lane] < records->count && next != MODEL_NONE &&
			       records->list[at[lane]] == next)
				at[lane]++;
			if (at[lane] < records->count && records->list[at[lane]] < next)
				next = records->list[at[lane]];
		}
		if (next == MODEL_NONE)
			break;
		for (uint32_t lane = 0; lane < lanes->count; lane++) {
			const struct model_list *records = &model->node_records[lanes->nodes[lane]];
			at[lane] += at[lane] < records->count && records->list[at[lane]] == next;
		}
		const struct trace_record *record = trace_get(model->trace, next);
		if (record->time_ns > until_ns)
			break;
		const struct model_copy *copy = record->kind == TRACE_FLYING || record->kind == TRACE_DROPPED
		                                ? model_copy_of(model, record->copy) : NULL;
		uint64_t until = copy && copy->end_ns > record->time_ns ? copy->end_ns : record->time_ns;
		occupy(lanes, &busy_until, record->time_ns, until, &capacity);
	}
	occupy(lanes, &busy_until, until_ns, until_ns, &capacity);
}

static void number_lanes(struct lanes *lanes, const struct model *model)
{
	lanes->of_node = alloc_new(model->node_count, 1);
	memset(lanes->of_node, LANES_MAX, model->node_count);
	for (uint32_t lane = 0; lane < lanes->count; lane++)
		lanes->of_node[lanes->nodes[lane]] = (uint8_t)lane;
}

void lanes_build(struct lanes *lanes, const struct model *model, uint32_t focus)
{
	lanes_free(lanes);
	if (model->node_count)
		choose(lanes, model, focus < model->node_count ? focus : 0);
	number_lanes(lanes, model);
	find_gaps(lanes, model, 0, model->end_ns);
}

void lanes_build_two(struct lanes *lanes, const struct model *model, uint32_t first, uint32_t second,
                     uint64_t from_ns, uint64_t until_ns)
{
	lanes_free(lanes);
	lanes->nodes[lanes->count++] = first;
	if (second != first)
		lanes->nodes[lanes->count++] = second;
	number_lanes(lanes, model);
	find_gaps(lanes, model, from_ns, until_ns);
}
