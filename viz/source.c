/* source.c: see source.h. The simulator runs to its end before anything is shown: what is looked at never
 * changes. */
#include "viz/source.h"
#include "sim/sim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* 146 years. Sums of times stay far from overflow, and no run is as long. */
#define TIME_MAX (UINT64_C(1) << 62)

/* The reader has seen to it that time only goes forwards. */
static bool is_of_this_world(const struct trace *trace)
{
	uint32_t count = trace_count(trace);
	return trace_header(trace)->duration_ns < TIME_MAX &&
	       (!count || trace_get(trace, count - 1)->time_ns < TIME_MAX);
}

static struct model *open_trace(const char *path, const char *name)
{
	char error[512];
	struct trace *trace = trace_open(path, error, sizeof error);
	if (!trace) {
		fprintf(stderr, "octoviz: %s\n", error);
		return NULL;
	}
	if (!is_of_this_world(trace)) {
		fprintf(stderr, "octoviz: %s: damaged: it claims to last longer than any run does\n", name);
		trace_close(trace);
		return NULL;
	}
	return model_new(trace);
}

static bool run(const struct scenario *scenario, const uint64_t *seed, const char *trace_path)
{
	char error[512];
	struct sim_options options = {.seed = seed ? *seed : scenario->seed, .trace_path = trace_path};
	struct sim *sim = sim_open(scenario, &options, error, sizeof error);
	if (!sim) {
		fprintf(stderr, "octoviz: %s: %s\n", scenario->path, error);
		return false;
	}
	bool has_run = sim_run(sim, scenario->duration_ns);
	if (has_run)
		sim_result(sim);
	else
		fprintf(stderr, "octoviz: %s: %s\n", scenario->path, sim_error(sim));
	if (!sim_close(sim, error, sizeof error)) {
		fprintf(stderr, "octoviz: %s: %s\n", scenario->path, error);
		return false;
	}
	return has_run;
}

static struct model *open_scenario(const char *path, const uint64_t *seed)
{
	struct scenario_errors errors = {NULL, 0};
	struct scenario *scenario = scenario_load(path, &errors);
	if (!scenario) {
		scenario_errors_print(&errors, path, stderr);
		scenario_errors_free(&errors);
		return NULL;
	}
	const char *directory = getenv("TMPDIR");
	char trace_path[512];
	snprintf(trace_path, sizeof trace_path, "%s/octoviz-XXXXXX",
	         directory && *directory ? directory : "/tmp");
	int file = mkstemp(trace_path);
	struct model *model = NULL;
	if (file < 0) {
		fprintf(stderr, "octoviz: %s: no temporary file: %s\n", trace_path, strerror(errno));
	} else {
		close(file);
		if (run(scenario, seed, trace_path))
			model = open_trace(trace_path, path);
		/* The reader keeps all of it in memory. */
		unlink(trace_path);
	}
	scenario_free(scenario);
	return model;
}

struct model *source_open(const char *path, const uint64_t *seed)
{
	size_t length = strlen(path);
	if (length > 5 && !strcmp(path + length - 5, ".json"))
		return open_scenario(path, seed);
	return open_trace(path, path);
}
