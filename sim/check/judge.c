/* judge.c: compares what was expected with what is there, and says what was found instead. */
#include "sim/check/tally_int.h"

#include "sim/recorder.h"

#include <stdarg.h>
#include <stdio.h>

struct finding {                      /* where a sentence goes; has text: it does not hold */
	char *text;
	size_t size;
};

static void __attribute__((format(printf, 2, 3))) find(struct finding *finding, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(finding->text, finding->size, format, arguments);
	va_end(arguments);
}

static const char *name_of(const struct sim *sim, uint32_t node)
{
	return sim->scenario->nodes[node].name;
}

/* ---- Sessions --------------------------------------------------------------------------------------------------------- */

struct both {                         /* a pair as both sides see it */
	bool knows[2];
	struct octo_peer_view view[2];
	uint32_t node[2];
	uint32_t sessions;            /* different current ones */
};

static struct both look(const struct sim *sim, const struct scenario_pair *pair)
{
	struct both both = { .node = { pair->a, pair->b } };
	for (int side = 0; side < 2; side++)
		both.knows[side] = sim_peer_view(sim, both.node[side], both.node[1 - side], &both.view[side]);
	uint64_t ids[2] = { 0, 0 };
	for (int side = 0; side < 2; side++)
		if (both.knows[side] && both.view[side].state == OCTO_STATE_ESTABLISHED)
			ids[side] = both.view[side].session.log_id;
	both.sessions = (ids[0] != 0) + (uint32_t)(ids[1] != 0 && ids[1] != ids[0]);
	return both;
}

/* A node that is down, or refused the other one, is as idle as can be. */
static enum octo_state state_of(const struct both *both, int side)
{
	return both->knows[side] ? both->view[side].state : OCTO_STATE_IDLE;
}

static bool judge_state(const struct sim *sim, const struct scenario_expectation *expectation, const struct both *both,
                        struct finding *finding)
{
	for (int side = 0; side < 2; side++) {
		if (!expectation->has_state || state_of(both, side) == expectation->state)
			continue;
		find(finding, "%s is %s towards %s", name_of(sim, both->node[side]), octo_state_name(state_of(both, side)),
		     name_of(sim, both->node[1 - side]));
		return false;
	}
	if (expectation->has_count && both->sessions != expectation->count) {
		find(finding, "%s and %s have %u session%s between them", name_of(sim, both->node[0]),
		     name_of(sim, both->node[1]), both->sessions, both->sessions == 1 ? "" : "s");
		return false;
	}
	return true;
}

static uint32_t initiator_of(const struct both *both)
{
	for (int side = 0; side < 2; side++)
		if (state_of(both, side) == OCTO_STATE_ESTABLISHED)
			return both->node[both->view[side].session.role == OCTO_ROLE_INITIATOR ? side : 1 - side];
	return TRACE_NOBODY;
}

static uint32_t winner_of(const struct sim *sim, const struct both *both)
{
	for (uint32_t i = 0; i < OCTO_ID_BYTES; i++) {
		uint8_t a = sim->identities[both->node[0]].card.id[i], b = sim->identities[both->node[1]].card.id[i];
		if (a != b)
			return both->node[a > b ? 0 : 1];
	}
	return TRACE_NOBODY;
}

static bool judge_initiator(const struct sim *sim, const struct scenario_expectation *expectation,
                            const struct both *both, struct finding *finding)
{
	if (!expectation->has_initiator)
		return true;
	uint32_t found = initiator_of(both);
	uint32_t wanted = expectation->initiator_is_winner ? winner_of(sim, both) : expectation->initiator;
	if (found == wanted)
		return true;
	find(finding, "the initiator is %s, not %s", found == TRACE_NOBODY ? "nobody" : name_of(sim, found),
	     wanted == TRACE_NOBODY ? "anybody" : name_of(sim, wanted));
	return false;
}

static bool judge_suite(const struct sim *sim, const struct scenario_expectation *expectation, const struct both *both,
                        struct finding *finding)
{
	for (int side = 0; side < 2 && expectation->has_suite; side++) {
		uint8_t found = both->knows[side] ? both->view[side].session.agreement.suite : 0;
		if (found == expectation->suite)
			continue;
		find(finding, "%s uses %s", name_of(sim, both->node[side]), octo_suite_name(found));
		return false;
	}
	return true;
}

static bool judge_sessions(const struct sim *sim, const struct scenario_expectation *expectation, struct finding *finding)
{
	for (uint32_t i = 0; i < expectation->pair_count; i++) {
		struct both both = look(sim, &expectation->pairs[i]);
		if (!judge_state(sim, expectation, &both, finding) || !judge_initiator(sim, expectation, &both, finding) ||
		    !judge_suite(sim, expectation, &both, finding))
			return false;
	}
	return true;
}

/* ---- Counts --------------------------------------------------------------------------------------------------------------- */

static bool is_within(const struct scenario_expectation *expectation, uint64_t count)
{
	return count >= expectation->at_least && count <= expectation->at_most;
}

static bool judge_pairs(const struct sim *sim, uint32_t index, struct finding *finding)
{
	const struct scenario_expectation *expectation = &sim->scenario->expectations[index];
	const struct tally_count *count = &sim->tally->counts[index];
	for (uint32_t i = 0; i < expectation->pair_count; i++) {
		const struct tally_pair *pair = &count->pairs[i];
		const char *a = name_of(sim, pair->pair.a), *b = name_of(sim, pair->pair.b);
		if (!is_within(expectation, pair->count)) {
			find(finding, "%llu between %s and %s", (unsigned long long)pair->count, a, b);
			return false;
		}
		if (expectation->has_winner && pair->count && pair->winner != expectation->winner) {
			find(finding, "%s won between %s and %s", name_of(sim, pair->winner), a, b);
			return false;
		}
	}
	return true;
}

static bool judge_total(const struct sim *sim, uint32_t index, struct finding *finding)
{
	uint64_t total = sim->tally->counts[index].total;
	if (is_within(&sim->scenario->expectations[index], total))
		return true;
	find(finding, "%llu", (unsigned long long)total);
	return false;
}

static bool judge_invariants(const struct sim *sim, struct finding *finding)
{
	if (!sim->checks) {
		find(finding, "the invariants are switched off in this run");
		return false;
	}
	uint64_t violations = checks_violations(sim->checks);
	if (violations)
		find(finding, "%llu violation%s", (unsigned long long)violations, violations == 1 ? "" : "s");
	return violations == 0;
}

void tally_judge(struct sim *sim, uint32_t index)
{
	const struct scenario_expectation *expectation = &sim->scenario->expectations[index];
	struct sim_expectation *result = &sim->expectations[index];
	struct finding finding = { result->found, sizeof result->found };
	if (result->is_judged)
		return;
	result->is_judged = true;
	switch (expectation->subject) {
	case SCENARIO_SESSION:
		result->holds = judge_sessions(sim, expectation, &finding);
		break;
	case SCENARIO_DUELS:
	case SCENARIO_MESSAGES:
		result->holds = judge_pairs(sim, index, &finding);
		break;
	case SCENARIO_PACKETS:
	case SCENARIO_WARNINGS:
	case SCENARIO_STEPS:
		result->holds = judge_total(sim, index, &finding);
		break;
	case SCENARIO_INVARIANTS:
		result->holds = judge_invariants(sim, &finding);
		break;
	}
	if (!result->holds) {
		char text[512];
		snprintf(text, sizeof text, "%s: found %s", expectation->text, result->found);
		recorder_failure(sim, false, text);
	}
}
