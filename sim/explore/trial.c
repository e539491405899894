/* trial.c: see trial.h. */
#include "sim/explore/trial.h"

#include "sim/explore/decision_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static void violated(struct trial *trial, const char *format, ...)
{
	va_list arguments;

	if (trial->violation_count == TRIAL_VIOLATIONS_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(trial->violations[trial->violation_count++], TRIAL_TEXT_BYTES, format, arguments);
	va_end(arguments);
}

static void judge(struct trial *trial, const struct sim_result *result)
{
	trial->hash = result->hash;
	trial->events = result->events;
	trial->virtual_ns = result->virtual_ns;
	memcpy(trial->cells, result->cells, sizeof(trial->cells));
	for (uint32_t i = 0; i < result->invariant_count; i++)
		if (result->invariants[i].violated)
			violated(trial, "%s: %s", result->invariants[i].name, result->invariants[i].first);
	for (uint32_t i = 0; i < result->expectation_count; i++)
		if (result->expectations[i].is_judged && !result->expectations[i].holds &&
		    result->expectations[i].expectation->subject != SCENARIO_INVARIANTS)
			violated(trial, "%s: found %s", result->expectations[i].expectation->text,
			         result->expectations[i].found);
}

/* How sim_error() begins when a replayed log stopped matching. */
static const char log_text[] = "the decision log ";

static void run(const struct scenario *scenario, const struct trial_options *options, struct trial *trial)
{
	struct sim_options how = { .seed = options->seed,
		                   .trace_path = options->trace_path,
		                   .record = options->record,
		                   .replay = options->replay };
	char error[512] = "";
	struct sim *sim = sim_open(scenario, &how, error, sizeof(error));
	bool is_whole = false;

	if (!sim) {
		trial->is_fault = true;
		violated(trial, "%s", error);
		return;
	}
	is_whole = sim_run(sim, scenario->duration_ns);
	if (is_whole) {
		judge(trial, sim_result(sim));
		trial->decisions_left = decision_log_left(sim);
	} else {
		trial->is_mismatch =
			options->replay && strncmp(sim_error(sim), log_text, sizeof(log_text) - 1) == 0;
		violated(trial, "%s", sim_error(sim));
		trial->virtual_ns = sim_now(sim);
	}
	if (!sim_close(sim, error, sizeof(error))) {
		*trial = (struct trial){ .is_fault = true };
		violated(trial, "%s", error);
	}
}

void trial_run(const char *name, const char *text, size_t size, const struct trial_options *options,
               struct trial *trial)
{
	struct scenario_errors errors;
	struct scenario *scenario = scenario_load_text(name, text, size, &errors);

	*trial = (struct trial){ .is_fault = scenario == NULL, .is_bad_text = scenario == NULL };
	if (scenario)
		run(scenario, options, trial);
	else
		violated(trial, "the scenario in it, line %u, %s: %s", errors.list[0].line,
		         errors.list[0].where, errors.list[0].text);
	scenario_free(scenario);
	scenario_errors_free(&errors);
}
