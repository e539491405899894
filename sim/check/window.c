/* window.c: when an expectation is judged. "by" once, at its time. "always", "never" and "eventually" over a window: when
 * it opens, after each event that touched what they are about, and when it closes. The first moment that settles it ends
 * it, and a failure names the record that made it so. Knows nothing of what is compared: judge.c. */
#include "sim/check/tally_int.h"

#include "sim/recorder.h"

#include <inttypes.h>
#include <stdio.h>

static void conclude(struct sim *sim, uint32_t expectation, bool holds, const char *found, uint32_t cause)
{
	struct sim_expectation *result = &sim->expectations[expectation];
	char text[640];
	sim->tally->windows[expectation] = WINDOW_OVER;
	result->is_judged = true;
	result->holds = holds;
	result->judged_at_ns = world_of(sim)->now_ns;
	if (holds)
		return;
	snprintf(result->found, sizeof result->found, "%s", found);
	snprintf(text, sizeof text, "%s: found %s", result->expectation->text, found);
	recorder_failure(sim, false, text, cause);
}

/* What was found, and when. */
static void fail_now(struct sim *sim, uint32_t expectation, uint32_t cause)
{
	uint64_t us = world_of(sim)->now_ns / OCTO_MICROSECOND;
	char found[256], text[320];
	judge_find(sim, tally_watch(sim, expectation, TALLY_SUBJECT), found, sizeof found);
	snprintf(text, sizeof text, "at %" PRIu64 ".%06" PRIu64 " s: %s", us / 1000000, us % 1000000, found);
	conclude(sim, expectation, false, text, cause);
}

static bool is_measured(const struct watch *watch)
{
	enum scenario_subject subject = watch->what->subject;
	return subject == SCENARIO_LATENCY ? watch->histogram != NULL : subject != SCENARIO_SHARE || watch->total > 0;
}

/* It is looked at, and not counted. */
static bool is_a_state(const struct scenario_expectation *what)
{
	return what->subject == SCENARIO_SESSION || tally_is_held(what);
}

static void look_at_subject(struct sim *sim, uint32_t expectation, uint32_t cause)
{
	const struct watch *watch = tally_watch(sim, expectation, TALLY_SUBJECT);
	bool holds = judge_holds(sim, watch);
	switch (sim->scenario->expectations[expectation].when) {
	case SCENARIO_ALWAYS:
		if (!holds && is_measured(watch))
			fail_now(sim, expectation, cause);
		break;
	case SCENARIO_NEVER:
		if (holds)
			fail_now(sim, expectation, cause);
		break;
	case SCENARIO_EVENTUALLY:
		if (holds)
			conclude(sim, expectation, true, "", cause);
		break;
	case SCENARIO_BY: break;
	}
}

static bool has_come(const struct sim *sim, const struct watch *watch)
{
	return watch->what && judge_holds(sim, watch);
}

void window_look(struct sim *sim, uint32_t expectation, uint32_t cause)
{
	enum scenario_when when = sim->scenario->expectations[expectation].when;
	struct watch *until = tally_watch(sim, expectation, TALLY_UNTIL);
	if (sim->tally->windows[expectation] == WINDOW_AHEAD && has_come(sim, tally_watch(sim, expectation, TALLY_FROM)))
		window_open(sim, expectation, cause);
	if (sim->tally->windows[expectation] != WINDOW_OPEN)
		return;
	/* The moment that ends the window belongs to it only for what must happen in it. */
	bool is_ended = has_come(sim, until);
	if (!is_ended || when == SCENARIO_EVENTUALLY)
		look_at_subject(sim, expectation, cause);
	if (is_ended && sim->tally->windows[expectation] == WINDOW_OPEN)
		window_close(sim, expectation, cause);
}

void window_open(struct sim *sim, uint32_t expectation, uint32_t cause)
{
	const struct scenario_expectation *what = &sim->scenario->expectations[expectation];
	struct watch *subject = tally_watch(sim, expectation, TALLY_SUBJECT);
	struct watch *until = tally_watch(sim, expectation, TALLY_UNTIL);
	uint64_t now = world_of(sim)->now_ns;
	if (sim->tally->windows[expectation] != WINDOW_AHEAD)
		return;
	sim->tally->windows[expectation] = WINDOW_OPEN;
	if (subject->from_ns == OCTO_NEVER)
		subject->from_ns = until->from_ns = now;
	if (is_a_state(subject->what))
		judge_pairs_afresh(sim, subject);
	if (until->what && is_a_state(until->what))
		judge_pairs_afresh(sim, until);
	if (what->within_ns && what->from_ns == OCTO_NEVER) {
		subject->to_ns = now + what->within_ns;
		if (subject->to_ns <= sim->scenario->duration_ns)
			world_schedule(sim, subject->to_ns, EVENT_JUDGE, 0, 2 * expectation + 1, 2 * expectation + 1);
	}
	window_look(sim, expectation, cause);
}

void window_close(struct sim *sim, uint32_t expectation, uint32_t cause)
{
	enum scenario_when when = sim->scenario->expectations[expectation].when;
	struct watch *watch = tally_watch(sim, expectation, TALLY_SUBJECT);
	char found[256], text[320];
	if (sim->tally->windows[expectation] == WINDOW_OVER)
		return;
	if (sim->tally->windows[expectation] == WINDOW_AHEAD && sim->scenario->expectations[expectation].from) {
		conclude(sim, expectation, false, "what it waits for never came true", 0);
		return;
	}
	if (when == SCENARIO_BY && is_a_state(watch->what))
		judge_pairs_afresh(sim, watch);
	/* Nothing happens at the time itself: what led there is what changed it last. */
	if (when == SCENARIO_BY)
		cause = watch->cause;
	/* Memory touches nothing: it is looked at here. So is the last instant. */
	if (when != SCENARIO_BY && watch->what->subject == SCENARIO_MEMORY)
		look_at_subject(sim, expectation, cause);
	if (sim->tally->windows[expectation] == WINDOW_OVER)
		return;
	bool holds = when == SCENARIO_NEVER || (when != SCENARIO_EVENTUALLY && judge_holds(sim, watch));
	bool is_lasting = when == SCENARIO_ALWAYS && is_measured(watch) && watch->what->subject != SCENARIO_INVARIANTS;
	judge_find(sim, watch, found, sizeof found);
	snprintf(text, sizeof text, "%s%s", when == SCENARIO_EVENTUALLY ? "it did not come; at the end of the window: " : "",
	         found);
	conclude(sim, expectation, holds || is_lasting, text, cause);
}

void window_finish(struct sim *sim, uint32_t expectation)
{
	const struct scenario_expectation *what = &sim->scenario->expectations[expectation];
	enum window_state window = sim->tally->windows[expectation];
	if (window == WINDOW_OVER)
		return;
	if (what->when == SCENARIO_BY || what->subject == SCENARIO_INVARIANTS)
		window_close(sim, expectation, 0);
	else if (window == WINDOW_OPEN && what->until)
		conclude(sim, expectation, false, "what ends it never came true", 0);
	else
		window_close(sim, expectation, 0);
}

/* ---- The world's queue --------------------------------------------------------------------------------------------- */

/* Even numbers open a window, odd ones close it. */
void tally_plan(struct sim *sim)
{
	for (uint32_t i = 0; i < sim->scenario->expectation_count; i++) {
		const struct scenario_expectation *what = &sim->scenario->expectations[i];
		struct watch *subject = tally_watch(sim, i, TALLY_SUBJECT);
		if (what->subject == SCENARIO_INVARIANTS)
			continue;
		if (what->when != SCENARIO_BY && what->from_ns != OCTO_NEVER)
			world_schedule(sim, what->from_ns, EVENT_JUDGE, 0, 2 * i, 2 * i);
		if (what->from_ns != OCTO_NEVER && what->within_ns)
			subject->to_ns = what->from_ns + what->within_ns;
		else if (!what->within_ns)
			subject->to_ns = what->by_ns;
		if (subject->to_ns != OCTO_NEVER)
			world_schedule(sim, subject->to_ns, EVENT_JUDGE, 0, 2 * i + 1, 2 * i + 1);
	}
}

void tally_judge(struct sim *sim, uint32_t ref)
{
	if (ref & 1)
		window_close(sim, ref / 2, 0);
	else
		window_open(sim, ref / 2, 0);
}

void tally_finish(struct sim *sim)
{
	for (uint32_t i = 0; i < sim->scenario->expectation_count; i++)
		window_finish(sim, i);
}
