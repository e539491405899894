/* model_state.c: the state of all pairs after so many records. One function applies a record; keyframes
 * every few thousand records make any point quick to reach. See model.h; how the rest of the model is
 * built is in model.c. */
#include "viz/model.h"
#include "viz/alloc.h"
#include "viz/model_build.h"

#include <stdlib.h>
#include <string.h>

enum { KEYFRAME_RECORDS = 4096 };

struct model_state *model_state_new(const struct model *model)
{
	struct model_state *state = alloc_new(1, sizeof *state);
	state->pairs = alloc_new(model->pair_count, sizeof *state->pairs);
	state->is_up = alloc_new(model->node_count, 1);
	memset(state->is_up, 1, model->node_count);
	return state;
}

void model_state_free(struct model_state *state)
{
	if (!state)
		return;
	free(state->pairs);
	free(state->is_up);
	free(state);
}

static void copy_state(const struct model *model, struct model_state *to, const struct model_state *from)
{
	to->index = from->index;
	to->totals = from->totals;
	memcpy(to->pairs, from->pairs, model->pair_count * sizeof *to->pairs);
	memcpy(to->is_up, from->is_up, model->node_count);
}

static void reset(const struct model *model, struct model_state *state)
{
	state->index = 0;
	memset(&state->totals, 0, sizeof state->totals);
	memset(state->pairs, 0, model->pair_count * sizeof *state->pairs);
	memset(state->is_up, 1, model->node_count);
}

static void apply_session(struct model_pair_state *pair, const struct trace_record *record)
{
	switch ((enum trace_kind)record->kind) {
	case TRACE_SESSION_UP:
		if (pair->spare == record->a)
			pair->spare = 0;
		if (pair->session && pair->session != record->a)
			pair->spare = pair->session;
		pair->session = record->a;
		pair->role = (uint8_t)(record->b & 255);
		pair->suite = (uint8_t)(record->b >> 16 & 255);
		pair->generation = (uint32_t)(record->b >> 32);
		break;
	case TRACE_SESSION_SPARE:
		pair->spare = record->a;
		break;
	case TRACE_SESSION_DOWN:
		if (pair->session == record->a)
			pair->session = 0;
		if (pair->spare == record->a)
			pair->spare = 0;
		break;
	default:
		break;
	}
}

/* A node that stops knows nothing of anybody when it comes back. */
static void apply_action(const struct model *model, struct model_state *state,
                         const struct trace_record *record)
{
	if (record->node >= model->node_count ||
	    (record->a != TRACE_ACTION_CRASH && record->a != TRACE_ACTION_RESTART))
		return;
	state->is_up[record->node] = record->a == TRACE_ACTION_RESTART;
	for (uint32_t i = model->first_pair[record->node]; i < model->first_pair[record->node + 1]; i++) {
		struct model_pair_state *pair = &state->pairs[i];
		pair->state = OCTO_STATE_IDLE;
		pair->role = OCTO_ROLE_NONE;
		pair->session = pair->spare = 0;
		pair->is_celibate = false;
	}
}

static void apply_pair(struct model_pair_state *pair, const struct trace_record *record)
{
	switch ((enum trace_kind)record->kind) {
	case TRACE_STEP:
		if ((record->b >> 8 & 255) < OCTO_STATE_COUNT)
			pair->state = (uint8_t)(record->b >> 8 & 255);
		break;
	case TRACE_ROLE:
		if (record->b < OCTO_ROLE_COUNT)
			pair->role = (uint8_t)record->b;
		break;
	case TRACE_DUEL:
		pair->duels++;
		break;
	case TRACE_WARNING:
		pair->warnings++;
		break;
	case TRACE_CELIBACY:
		pair->is_celibate = record->a == 1;
		break;
	case TRACE_SESSION_UP: case TRACE_SESSION_SPARE: case TRACE_SESSION_DOWN:
		apply_session(pair, record);
		break;
	default:
		break;
	}
}

static void apply(const struct model *model, struct model_state *state)
{
	const struct trace_record *record = trace_get(model->trace, state->index);
	struct model_totals *totals = &state->totals;
	switch ((enum trace_kind)record->kind) {
	case TRACE_SENT: totals->sent++; break;
	case TRACE_FLYING: totals->copies++; break;
	case TRACE_DROPPED: totals->dropped++; break;
	case TRACE_DELIVERED: totals->delivered++; break;
	case TRACE_RECEIVED:
		if (record->a == OCTO_REASON_ACCEPTED)
			totals->accepted++;
		else
			totals->rejected++;
		break;
	case TRACE_MESSAGE: totals->messages++; break;
	case TRACE_FAILED: totals->failed++; break;
	case TRACE_ACTION: apply_action(model, state, record); break;
	default: break;
	}
	uint32_t pair = model->record_pair[state->index];
	if (pair != MODEL_NONE)
		apply_pair(&state->pairs[pair], record);
	state->index++;
}

void model_build_keyframes(struct model *model)
{
	/* A world of very many nodes has large states: then keyframes lie further apart, so that all of
	 * them together stay in proportion to the trace itself. */
	model->keyframe_records = model->pair_count > KEYFRAME_RECORDS ? model->pair_count : KEYFRAME_RECORDS;
	model->keyframe_count = model->record_count / model->keyframe_records + 1;
	model->keyframes = alloc_new(model->keyframe_count, sizeof *model->keyframes);
	struct model_state *state = model_state_new(model);
	for (uint32_t i = 0; i < model->keyframe_count; i++) {
		while (state->index < i * model->keyframe_records)
			apply(model, state);
		model->keyframes[i] = model_state_new(model);
		copy_state(model, model->keyframes[i], state);
	}
	model_state_free(state);
}

void model_seek(const struct model *model, struct model_state *state, uint32_t index)
{
	if (index > model->record_count)
		index = model->record_count;
	const struct model_state *keyframe = model->keyframes[index / model->keyframe_records];
	if (index < state->index || keyframe->index > state->index)
		copy_state(model, state, keyframe);
	while (state->index < index)
		apply(model, state);
}

void model_replay(const struct model *model, struct model_state *state, uint32_t index)
{
	reset(model, state);
	while (state->index < index && state->index < model->record_count)
		apply(model, state);
}

static uint64_t mix(uint64_t digest, uint64_t value)
{
	for (int i = 0; i < 8; i++) {
		digest = (digest ^ (value >> (8 * i) & 255)) * UINT64_C(0x100000001b3);
	}
	return digest;
}

uint64_t model_digest(const struct model *model, const struct model_state *state)
{
	const struct model_totals *totals = &state->totals;
	const uint64_t sums[] = { state->index,      totals->sent,     totals->copies,
		                  totals->delivered, totals->dropped,  totals->accepted,
		                  totals->rejected,  totals->messages, totals->failed };
	uint64_t digest = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
		digest = mix(digest, sums[i]);
	for (uint32_t i = 0; i < model->pair_count; i++) {
		const struct model_pair_state *pair = &state->pairs[i];
		digest = mix(digest, pair->state | (uint64_t)pair->role << 8 | (uint64_t)pair->suite << 16 |
		                             (uint64_t)pair->is_celibate << 24 |
		                             (uint64_t)pair->generation << 32);
		digest = mix(digest, pair->duels | (uint64_t)pair->warnings << 32);
		digest = mix(mix(digest, pair->session), pair->spare);
	}
	for (uint32_t i = 0; i < model->node_count; i++)
		digest = mix(digest, state->is_up[i]);
	return digest;
}

enum octo_state model_node_state(const struct model *model, const struct model_state *state, uint32_t node)
{
	bool has[OCTO_STATE_COUNT] = {false};
	for (uint32_t i = model->first_pair[node]; i < model->first_pair[node + 1]; i++)
		has[state->pairs[i].state] = true;
	return has[OCTO_STATE_ANSWERING]     ? OCTO_STATE_ANSWERING
	       : has[OCTO_STATE_OFFERING]    ? OCTO_STATE_OFFERING
	       : has[OCTO_STATE_ESTABLISHED] ? OCTO_STATE_ESTABLISHED
	                                     : OCTO_STATE_IDLE;
}

uint32_t model_sessions(const struct model *model, const struct model_state *state)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < model->pair_count; i++) {
		uint32_t mirror = model->pairs[i].mirror;
		count += mirror > i && state->pairs[i].session &&
		         state->pairs[i].session == state->pairs[mirror].session;
	}
	return count;
}
