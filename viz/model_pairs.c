/* model_pairs.c: which nodes have to do with which. Gathers the ordered pairs out of all records, once,
 * into a sorted table, and notes for every record its pair and for every node its records. See model.h. */
#include "viz/alloc.h"
#include "viz/model_build.h"

#include <stdlib.h>
#include <string.h>

/* A set of keys with a value each; open addressing, at most half full. */
struct set {
	uint64_t *keys;               /* 0 is free; keys are stored plus 1 */
	uint32_t *values;
	uint32_t count;
	size_t capacity;              /* a power of two */
};

static size_t slot_of(const struct set *set, uint64_t key)
{
	size_t at = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & (set->capacity - 1);
	while (set->keys[at] && set->keys[at] != key + 1)
		at = (at + 1) & (set->capacity - 1);
	return at;
}

static void set_grow(struct set *set, size_t capacity)
{
	struct set bigger = { alloc_new(capacity, sizeof(uint64_t)), alloc_new(capacity, sizeof(uint32_t)),
		              set->count, capacity };
	for (size_t i = 0; i < set->capacity; i++) {
		if (set->keys[i])
			bigger.keys[slot_of(&bigger, set->keys[i] - 1)] = set->keys[i];
	}
	free(set->keys);
	free(set->values);
	*set = bigger;
}

static void set_add(struct set *set, uint64_t key)
{
	if (set->count * 2 >= set->capacity)
		set_grow(set, set->capacity * 2);
	size_t at = slot_of(set, key);
	set->count += !set->keys[at];
	set->keys[at] = key + 1;
}

static uint64_t key_of(uint32_t node, uint32_t peer)
{
	return (uint64_t)node << 32 | peer;
}

static bool is_pair(const struct model *model, const struct trace_record *record)
{
	return record->node < model->node_count && record->peer < model->node_count;
}

static int compare_keys(const void *left, const void *right)
{
	uint64_t a, b;
	memcpy(&a, left, sizeof a);
	memcpy(&b, right, sizeof b);
	return a < b ? -1 : a > b;
}

static void table_from(struct model *model, struct set *set)
{
	uint64_t *keys = alloc_new(set->count, sizeof *keys);
	uint32_t count = 0;
	for (size_t i = 0; i < set->capacity; i++) {
		if (set->keys[i])
			keys[count++] = set->keys[i] - 1;
	}
	qsort(keys, count, sizeof *keys, compare_keys);
	model->pairs = alloc_new(count, sizeof *model->pairs);
	model->pair_count = count;
	model->first_pair = alloc_new((size_t)model->node_count + 1, sizeof *model->first_pair);
	for (uint32_t i = 0; i < count; i++) {
		model->pairs[i].node = (uint32_t)(keys[i] >> 32);
		model->pairs[i].peer = (uint32_t)keys[i];
		set->values[slot_of(set, keys[i])] = i;
		model->first_pair[model->pairs[i].node + 1] = i + 1;
	}
	for (uint32_t i = 1; i <= model->node_count; i++) {
		if (model->first_pair[i] < model->first_pair[i - 1])
			model->first_pair[i] = model->first_pair[i - 1];
	}
	for (uint32_t i = 0; i < count; i++)
		model->pairs[i].mirror =
			set->values[slot_of(set, key_of(model->pairs[i].peer, model->pairs[i].node))];
	free(keys);
}

void model_build_pairs(struct model *model)
{
	struct set set = {NULL, NULL, 0, 0};
	set_grow(&set, 1024);
	for (uint32_t i = 0; i < model->record_count; i++) {
		const struct trace_record *record = trace_get(model->trace, i);
		if (is_pair(model, record)) {
			set_add(&set, key_of(record->node, record->peer));
			set_add(&set, key_of(record->peer, record->node));
		}
	}
	table_from(model, &set);
	model->record_pair = alloc_new(model->record_count, sizeof *model->record_pair);
	model->node_records = alloc_new(model->node_count, sizeof *model->node_records);
	for (uint32_t i = 0; i < model->record_count; i++) {
		const struct trace_record *record = trace_get(model->trace, i);
		model->record_pair[i] = is_pair(model, record)
			? set.values[slot_of(&set, key_of(record->node, record->peer))] : MODEL_NONE;
		if (record->node < model->node_count)
			model_list_add(&model->node_records[record->node], i);
		if (record->peer < model->node_count && record->peer != record->node)
			model_list_add(&model->node_records[record->peer], i);
	}
	free(set.keys);
	free(set.values);
}
