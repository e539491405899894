/* model.c: builds the model and answers simple questions about it. Pairs, copies, duels and states each
 * have their own file, model_*.c. See model.h. */
#include "viz/model.h"
#include "viz/alloc.h"
#include "viz/model_build.h"
#include "viz/text.h"

#include <stdlib.h>
#include <string.h>

void model_list_add(struct model_list *list, uint32_t value)
{
	if (list->count == list->capacity) {
		list->capacity = list->capacity ? list->capacity * 2 : 8;
		list->list = alloc_grow(list->list, list->capacity, sizeof *list->list);
	}
	list->list[list->count++] = value;
}

static void build_marks(struct model *model)
{
	for (uint32_t i = 0; i < model->record_count; i++) {
		const struct trace_record *record = trace_get(model->trace, i);
		if (record->time_ns > model->end_ns)
			model->end_ns = record->time_ns;
		switch ((enum trace_kind)record->kind) {
		case TRACE_STEP:
			if ((record->b & 255) != (record->b >> 8 & 255))
				model_list_add(&model->marks[MODEL_MARK_HANDSHAKE], i);
			break;
		case TRACE_DROPPED: model_list_add(&model->marks[MODEL_MARK_DROP], i); break;
		case TRACE_SESSION_UP: model_list_add(&model->marks[MODEL_MARK_UP], i); break;
		case TRACE_SESSION_DOWN: model_list_add(&model->marks[MODEL_MARK_DOWN], i); break;
		case TRACE_TAMPER:
		case TRACE_WARNING:
		case TRACE_FAILED:
			model_list_add(&model->marks[MODEL_MARK_ALARM], i);
			break;
		default: break;
		}
	}
	/* Each duel is one mark, though both sides tell of it. */
	for (uint32_t i = 0; i < model->duel_count; i++)
		model_list_add(&model->marks[MODEL_MARK_DUEL], model->duels[i].first_record);
}

struct model *model_new(struct trace *trace)
{
	struct model *model = alloc_new(1, sizeof *model);
	model->trace = trace;
	model->header = trace_header(trace);
	model->node_count = model->header->node_count;
	model->record_count = trace_count(trace);
	model->end_ns = model->header->duration_ns;
	model_build_pairs(model);
	model_build_copies(model);
	model_build_duels(model);
	build_marks(model);
	model_build_keyframes(model);
	return model;
}

void model_free(struct model *model)
{
	if (!model)
		return;
	for (uint32_t i = 0; i < model->keyframe_count; i++)
		model_state_free(model->keyframes[i]);
	for (uint32_t i = 0; i < model->node_count; i++)
		free(model->node_records[i].list);
	for (int i = 0; i < MODEL_MARK_COUNT; i++)
		free(model->marks[i].list);
	free(model->keyframes);
	free(model->node_records);
	free(model->pairs);
	free(model->first_pair);
	free(model->record_pair);
	free(model->copies);
	free(model->block_end_ns);
	free(model->copy_of_number);
	free(model->sent_record);
	free(model->duels);
	trace_close(model->trace);
	free(model);
}

const char *model_name(const struct model *model, uint32_t node)
{
	static char names[4][sizeof((struct trace_node *)0)->name];
	static unsigned int next;
	if (node >= model->node_count)
		return "nobody";
	char raw[sizeof *names];
	memcpy(raw, trace_node(model->trace, node)->name, sizeof raw);
	raw[sizeof raw - 1] = 0;
	char *name = names[next++ % 4];
	text_clean(raw, name, sizeof *names);
	return name;
}

bool model_is_agent(const struct model *model, uint32_t node)
{
	return node < model->node_count && !strncmp(trace_node(model->trace, node)->kind, "agent", 6);
}

uint32_t model_pair(const struct model *model, uint32_t node, uint32_t peer)
{
	if (node >= model->node_count)
		return MODEL_NONE;
	uint32_t low = model->first_pair[node], high = model->first_pair[node + 1];
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (model->pairs[middle].peer < peer)
			low = middle + 1;
		else
			high = middle;
	}
	return low < model->first_pair[node + 1] && model->pairs[low].peer == peer ? low : MODEL_NONE;
}

const struct model_copy *model_copy_of(const struct model *model, uint32_t number)
{
	if (!number || number >= model->number_count || model->copy_of_number[number] == MODEL_NONE)
		return NULL;
	return &model->copies[model->copy_of_number[number]];
}

uint32_t model_next_copy(const struct model *model, uint32_t at, uint64_t from_ns, uint64_t until_ns)
{
	while (at < model->copy_count) {
		if (at % 64 == 0 && model->block_end_ns[at / 64] < from_ns) {
			at += 64;
			continue;
		}
		const struct model_copy *copy = &model->copies[at];
		if (copy->start_ns > until_ns)
			break;
		if (copy->end_ns >= from_ns || copy->fate_ns >= from_ns)
			return at;
		at++;
	}
	return MODEL_NONE;
}

uint32_t model_duel_of(const struct model *model, uint32_t record)
{
	for (uint32_t i = model->duel_count; i-- > 0;) {
		const struct model_duel *duel = &model->duels[i];
		if (duel->record[0] == record || duel->record[1] == record)
			return i;
	}
	return MODEL_NONE;
}

uint32_t model_list_find(const struct model_list *list, uint32_t record)
{
	uint32_t low = 0, high = list->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (list->list[middle] < record)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t model_records_until(const struct model *model, uint64_t time_ns)
{
	return time_ns == UINT64_MAX ? model->record_count : trace_find(model->trace, time_ns + 1);
}
