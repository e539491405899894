/* model_copies.c: packets and the copies the network made of them, with the fate of each. A trace may lie
 * about numbers; a number no run of this length can have reached is taken as none. See model.h. */
#include "viz/alloc.h"
#include "viz/model_build.h"

#include <stdlib.h>

static bool is_network(const struct trace_record *record)
{
	return record->kind == TRACE_FLYING || record->kind == TRACE_DROPPED ||
	       record->kind == TRACE_DELIVERED;
}

static uint8_t type_of(const struct model *model, uint32_t packet)
{
	if (!packet || packet >= model->packet_count || model->sent_record[packet] == MODEL_NONE)
		return OCTO_PACKET_UNKNOWN;
	return (uint8_t)trace_get(model->trace, model->sent_record[packet])->a;
}

static struct model_copy *copy_for(struct model *model, const struct trace_record *record, uint32_t index)
{
	uint32_t *place = &model->copy_of_number[record->copy];
	if (*place == MODEL_NONE) {
		*place = model->copy_count++;
		uint32_t pair = model->record_pair[index];
		if (pair != MODEL_NONE)
			model->pairs[pair].copies++;
		model->copies[*place] = (struct model_copy){ .start_ns = record->time_ns,
			                                     .leaves_ns = record->time_ns,
			                                     .end_ns = record->time_ns,
			                                     .fate_ns = record->time_ns,
			                                     .node = record->node,
			                                     .peer = record->peer,
			                                     .number = record->copy,
			                                     .packet = record->packet,
			                                     .start_record = index,
			                                     .fate_record = MODEL_NONE,
			                                     .verdict_record = MODEL_NONE,
			                                     .type = type_of(model, record->packet),
			                                     .flags = record->flags };
	}
	return &model->copies[*place];
}

static void note(struct model *model, const struct trace_record *record, uint32_t index)
{
	struct model_copy *copy = copy_for(model, record, index);
	switch ((enum trace_kind)record->kind) {
	case TRACE_FLYING:
		copy->end_ns = record->a > copy->start_ns ? record->a : copy->start_ns;
		if (copy->start_record == index) /* through networks it flies several times: the first counts */
			copy->leaves_ns = record->b > copy->start_ns && record->b <= copy->end_ns ? record->b
			                                                                              : copy->start_ns;
		copy->fate_ns = copy->end_ns;
		break;
	case TRACE_DROPPED:
		copy->fate = MODEL_DROPPED;
		copy->fate_record = index;
		copy->drop = (uint8_t)(record->a < TRACE_DROP_COUNT ? record->a : TRACE_DROP_LOSS);
		copy->fate_ns = record->time_ns;
		if (record->b > copy->end_ns)
			copy->end_ns = record->b;
		break;
	case TRACE_DELIVERED:
		copy->fate = MODEL_DELIVERED;
		copy->fate_record = index;
		copy->end_ns = copy->fate_ns = record->time_ns;
		if (copy->type == OCTO_PACKET_UNKNOWN && record->a <= UINT8_MAX)
			copy->type = (uint8_t)record->a;
		if (copy->start_record == index && record->b < record->time_ns)
			copy->start_ns = copy->leaves_ns = record->b;
		break;
	default:
		break;
	}
	copy->flags |= record->flags;
}

static void number_packets(struct model *model)
{
	uint32_t packets = 0, copies = 0;
	for (uint32_t i = 0; i < model->record_count; i++) {
		const struct trace_record *record = trace_get(model->trace, i);
		if (record->kind == TRACE_SENT && record->packet <= model->record_count &&
		    record->packet > packets)
			packets = record->packet;
		if (is_network(record) && record->copy <= model->record_count && record->copy > copies)
			copies = record->copy;
	}
	model->packet_count = packets + 1;
	model->number_count = copies + 1;
	model->sent_record = alloc_new(model->packet_count, sizeof *model->sent_record);
	model->copy_of_number = alloc_new(model->number_count, sizeof *model->copy_of_number);
	model->copies = alloc_new(model->number_count, sizeof *model->copies);
	for (uint32_t i = 0; i < model->packet_count; i++)
		model->sent_record[i] = MODEL_NONE;
	for (uint32_t i = 0; i < model->number_count; i++)
		model->copy_of_number[i] = MODEL_NONE;
}

static int compare_latency(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;
	return *a < *b ? -1 : *a > *b;
}

/* The median of the first few thousand: what a view takes as its unit. */
static uint64_t typical_latency(const struct model *model)
{
	enum { SAMPLES = 4096 };
	uint64_t *samples = alloc_new(SAMPLES, sizeof *samples);
	uint32_t count = 0;
	for (uint32_t i = 0; i < model->copy_count && count < SAMPLES; i++) {
		const struct model_copy *copy = &model->copies[i];
		if (copy->fate == MODEL_DELIVERED && copy->end_ns > copy->start_ns)
			samples[count++] = copy->end_ns - copy->start_ns;
	}
	qsort(samples, count, sizeof *samples, compare_latency);
	uint64_t typical = count ? samples[count / 2] : 20 * OCTO_MILLISECOND;
	free(samples);
	return typical;
}

void model_build_copies(struct model *model)
{
	number_packets(model);
	for (uint32_t i = 0; i < model->record_count; i++) {
		const struct trace_record *record = trace_get(model->trace, i);
		if (record->kind == TRACE_SENT && record->packet && record->packet < model->packet_count) {
			if (model->sent_record[record->packet] == MODEL_NONE)
				model->sent_record[record->packet] = i;
		} else if (is_network(record) && record->copy && record->copy < model->number_count) {
			note(model, record, i);
		} else if (record->kind == TRACE_RECEIVED && record->copy &&
		           record->copy < model->number_count &&
		           model->copy_of_number[record->copy] != MODEL_NONE) {
			struct model_copy *copy = &model->copies[model->copy_of_number[record->copy]];
			copy->verdict_record = i;
			copy->reason =
				(uint8_t)(record->a < OCTO_REASON_COUNT ? record->a : OCTO_REASON_ACCEPTED);
		}
	}
	model->block_end_ns = alloc_new(model->copy_count / 64 + 1, sizeof *model->block_end_ns);
	for (uint32_t i = 0; i < model->copy_count; i++) {
		uint64_t *block = &model->block_end_ns[i / 64];
		uint64_t end = model->copies[i].end_ns > model->copies[i].fate_ns ? model->copies[i].end_ns
		                                                                  : model->copies[i].fate_ns;
		if (end > *block)
			*block = end;
	}
	model->typical_latency_ns = typical_latency(model);
}

double model_lost_at(const struct model_copy *copy, uint64_t *when_ns)
{
	switch ((enum trace_drop)copy->drop) {
	case TRACE_DROP_QUEUE: case TRACE_DROP_AQM: case TRACE_DROP_MTU:
		*when_ns = copy->start_ns;
		return 0.08;
	case TRACE_DROP_NO_ROUTE: case TRACE_DROP_DOWN: case TRACE_DROP_NO_MAPPING: case TRACE_DROP_FILTERED:
	case TRACE_DROP_FIREWALL:
		*when_ns = copy->end_ns > copy->fate_ns ? copy->end_ns : copy->fate_ns;
		return 0.97;
	default:
		*when_ns = copy->start_ns + (copy->end_ns - copy->start_ns) / 100 * 45;
		return 0.45;
	}
}

double model_way_at(const struct model_copy *copy, uint64_t time_ns)
{
	if (time_ns <= copy->leaves_ns)
		return 0;
	if (time_ns >= copy->end_ns || copy->end_ns <= copy->leaves_ns)
		return 1;
	return (double)(time_ns - copy->leaves_ns) / (double)(copy->end_ns - copy->leaves_ns);
}
