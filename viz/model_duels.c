/* model_duels.c: puts together what the two sides told of each ID-duel, finds the SYNs that crossed, and
 * the moment in which both sides first stood on one session again. See model.h. */
#include "viz/alloc.h"
#include "viz/model_build.h"

#include <stdlib.h>
#include <string.h>

enum { DUEL_BYTES = 2 * OCTO_ID_BYTES + 16, SYN_NONCE_AT = 12, SEARCH_RECORDS = 20000 };

static uint64_t read_u64(const uint8_t *bytes)
{
	uint64_t value = 0;
	for (int i = 7; i >= 0; i--)
		value = value << 8 | bytes[i];
	return value;
}

/* Number of the first packet before record `before` in which node sent the SYN with this nonce; 0 for
 * none. *last is when it was sent for the last time. */
static uint32_t find_syn(const struct model *model, uint32_t node, uint64_t nonce, uint32_t before,
                         uint64_t *last)
{
	const struct model_list *records = &model->node_records[node];
	uint32_t at = model_list_find(records, before), found = 0;
	for (uint32_t i = 0; at > 0 && i < SEARCH_RECORDS; i++) {
		uint32_t index = records->list[--at];
		const struct trace_record *record = trace_get(model->trace, index);
		if (record->kind != TRACE_SENT || record->node != node || record->a != OCTO_PACKET_SYN
		    || record->extra_size < SYN_NONCE_AT + 8)
			continue;
		if (read_u64(trace_extra(model->trace, index) + SYN_NONCE_AT) != nonce)
			continue;
		if (!found)
			*last = record->time_ns;
		found = record->packet;
	}
	return found < model->packet_count ? found : 0;
}

/* What a DUEL record says, as a duel that only this side has told of. */
static struct model_duel read_duel(const struct model *model, uint32_t index)
{
	const struct trace_record *record = trace_get(model->trace, index);
	const uint8_t *extra = trace_extra(model->trace, index);
	int mine = record->a == 1 ? 0 : 1;
	struct model_duel duel = { .record = { MODEL_NONE, MODEL_NONE },
		                   .first_record = index,
		                   .clash = (uint8_t)(record->b & 255),
		                   .deciding_byte = (uint8_t)(record->b >> 24 & 255),
		                   .started_ns = record->time_ns,
		                   .crossed_ns = record->time_ns,
		                   .decided_ns = record->time_ns,
		                   .established_ns = OCTO_NEVER,
		                   .earlier = MODEL_NONE,
		                   .nonce = { read_u64(extra + 2 * OCTO_ID_BYTES),
		                              read_u64(extra + 2 * OCTO_ID_BYTES + 8) } };
	duel.node[mine] = record->node;
	duel.node[!mine] = record->peer;
	duel.record[mine] = index;
	memcpy(duel.id[mine], extra, OCTO_ID_BYTES);
	memcpy(duel.id[!mine], extra + OCTO_ID_BYTES, OCTO_ID_BYTES);
	for (int side = 0; side < 2; side++)
		duel.role_before[side] = duel.role_after[side] = duel.clash;
	duel.role_before[mine] = (uint8_t)(record->b >> 8 & 255);
	duel.role_after[mine] = (uint8_t)(record->b >> 16 & 255);
	/* Until the loser tells, its role is what the rule makes of it: the other one. */
	if (mine == 0)
		duel.role_after[1] =
			duel.clash == OCTO_ROLE_INITIATOR ? OCTO_ROLE_ADHERENT : OCTO_ROLE_INITIATOR;
	return duel;
}

static void find_start(const struct model *model, struct model_duel *duel)
{
	for (int side = 0; side < 2; side++) {
		uint64_t last = duel->decided_ns;
		duel->syn[side] =
			find_syn(model, duel->node[side], duel->nonce[side], duel->first_record, &last);
		if (last < duel->crossed_ns)
			duel->crossed_ns = last;
		if (!duel->syn[side])
			continue;
		uint64_t sent = trace_get(model->trace, model->sent_record[duel->syn[side]])->time_ns;
		if (sent < duel->started_ns)
			duel->started_ns = sent;
	}
}

static void note_duel(struct model *model, uint32_t *last, uint32_t *capacity, uint32_t index)
{
	uint32_t pair = model->record_pair[index];
	uint32_t lower = pair < model->pairs[pair].mirror ? pair : model->pairs[pair].mirror;
	struct model_duel duel = read_duel(model, index);
	for (uint32_t i = last[lower], steps = 0; i != MODEL_NONE && steps < 16;
	     i = model->duels[i].earlier, steps++) {
		struct model_duel *known = &model->duels[i];
		/* The same SYNs can clash twice: first both were initiators, later both adherents. */
		if (memcmp(known->nonce, duel.nonce, sizeof duel.nonce) || known->node[0] != duel.node[0] ||
		    known->clash != duel.clash)
			continue;
		int mine = duel.record[0] == index ? 0 : 1;
		if (known->record[mine] == MODEL_NONE) {
			known->record[mine] = index;
			known->role_before[mine] = duel.role_before[mine];
			known->role_after[mine] = duel.role_after[mine];
		}
		return;
	}
	find_start(model, &duel);
	duel.earlier = last[lower];
	last[lower] = model->duel_count;
	if (model->duel_count == *capacity) {
		*capacity = *capacity ? *capacity * 2 : 16;
		model->duels = alloc_grow(model->duels, *capacity, sizeof *model->duels);
	}
	model->duels[model->duel_count++] = duel;
}

static void note_session(struct model *model, const uint32_t *last, uint64_t *session, uint32_t index)
{
	const struct trace_record *record = trace_get(model->trace, index);
	uint32_t pair = model->record_pair[index], mirror = model->pairs[pair].mirror;
	session[pair] = record->a;
	if (session[mirror] != record->a)
		return;
	for (uint32_t i = last[pair < mirror ? pair : mirror]; i != MODEL_NONE; i = model->duels[i].earlier) {
		if (model->duels[i].established_ns != OCTO_NEVER)
			break;
		model->duels[i].established_ns = record->time_ns;
		model->duels[i].session = record->a;
	}
}

void model_build_duels(struct model *model)
{
	uint32_t *last = alloc_new(model->pair_count, sizeof *last), capacity = 0;
	uint64_t *session = alloc_new(model->pair_count, sizeof *session);
	for (uint32_t i = 0; i < model->pair_count; i++)
		last[i] = MODEL_NONE;
	for (uint32_t i = 0; i < model->record_count; i++) {
		const struct trace_record *record = trace_get(model->trace, i);
		if (model->record_pair[i] == MODEL_NONE)
			continue;
		if (record->kind == TRACE_DUEL && record->extra_size >= DUEL_BYTES)
			note_duel(model, last, &capacity, i);
		else if (record->kind == TRACE_SESSION_UP)
			note_session(model, last, session, i);
	}
	free(last);
	free(session);
}
