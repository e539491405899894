/* decision_log.c: names of decisions, recording them, and replaying a log in their place. */
#include "sim/explore/decision_log.h"

#include "sim/world.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
#define X(name, text) text,
	DECISION_PURPOSES(X)
#undef X
};

const char *decision_name(enum decision_purpose purpose)
{
	return purpose < DECISION_PURPOSE_COUNT ? names[purpose] : "unknown";
}

bool decision_purpose_of(const char *name, uint32_t *purpose)
{
	for (*purpose = 0; *purpose < DECISION_PURPOSE_COUNT; ++*purpose)
		if (strcmp(name, names[*purpose]) == 0)
			return true;
	return false;
}

bool decision_log_append(struct decision_log *log, uint32_t purpose, uint32_t entity, uint64_t value)
{
	if (log->count == log->capacity) {
		uint32_t capacity = log->capacity ? 2 * log->capacity : 256;
		struct decision *grown = realloc(log->list, capacity * sizeof *grown);
		if (!grown)
			return false;
		log->list = grown;
		log->capacity = capacity;
	}
	log->list[log->count++] = (struct decision){ .purpose = purpose, .entity = entity, .value = value };
	return true;
}

static uint64_t replayed(struct sim *sim, uint32_t purpose, uint32_t entity, uint64_t value)
{
	uint32_t index = sim->replay_next++;
	if (index >= sim->replay->count) {
		sim_fail(sim, "the decision log ends after entry %u, and %s of %u was still to be decided", sim->replay->count,
		         decision_name((enum decision_purpose)purpose), entity);
		return value;
	}
	const struct decision *decision = &sim->replay->list[index];
	if (decision->purpose != purpose || decision->entity != entity) {
		sim_fail(sim, "the decision log stops matching at entry %u: it has %s of %u, the run asks for %s of %u", index,
		         decision_name((enum decision_purpose)decision->purpose), decision->entity,
		         decision_name((enum decision_purpose)purpose), entity);
		return value;
	}
	return decision->value;
}

uint64_t decision_log_decide(void *context, uint32_t purpose, uint32_t entity, uint64_t value)
{
	struct sim *sim = context;
	if (sim->replay && !sim->error[0])
		value = replayed(sim, purpose, entity, value);
	if (sim->record && !decision_log_append(sim->record, purpose, entity, value))
		sim_fail(sim, "out of memory for the decision log");
	return value;
}

uint32_t decision_log_left(const struct sim *sim)
{
	return sim->replay && sim->replay_next < sim->replay->count ? sim->replay->count - sim->replay_next : 0;
}

void decision_log_free(struct decision_log *log)
{
	free(log->list);
	*log = (struct decision_log){ .list = NULL };
}
