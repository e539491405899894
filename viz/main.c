/* main.c: octoviz, the viewer. Reads the command line, opens the model, and paints either into a file or a
 * window. Exit status: 0 all went well, 2 anything else, with one clear line on standard error. */
#include "viz/export.h"
#include "viz/options.h"
#include "viz/source.h"
#include "viz/window.h"

#include <stdio.h>
#include <string.h>

enum { EXIT_BAD = 2 };

/* Who opens a run that failed wants to see where. False when it did not. */
static bool find_failure(const struct trace *trace, uint64_t *at_ns)
{
	for (uint32_t i = 0; i < trace_count(trace); i++) {
		const struct trace_record *record = trace_get(trace, i);
		*at_ns = record->time_ns;
		if (record->kind == TRACE_FAILED)
			return true;
	}
	return false;
}

static void set_up(struct viewer *viewer, const struct options *options)
{
	uint64_t failed_ns;
	viewer->view = options->view;
	viewer->theme = options->theme;
	if (options->has_at)
		viewer_go(viewer, options->at_ns);
	else if (options->has_range)
		viewer_go(viewer, options->until_ns);
	else if (find_failure(viewer->model->trace, &failed_ns))
		viewer_go(viewer, failed_ns);
	if (options->has_range) {
		viewer->range_from_ns = options->from_ns;
		viewer->range_until_ns =
			options->until_ns < viewer->model->end_ns ? options->until_ns : viewer->model->end_ns;
	}
	viewer_settle(viewer);
}

static int complain(const char *error)
{
	fprintf(stderr, "octoviz: %s\n", error);
	return EXIT_BAD;
}

int main(int argc, char **argv)
{
	struct options options;
	struct script *script = NULL;
	char error[512];
	if (!options_read(argc, argv, &options, error, sizeof error))
		return complain(error);
	if (options.wants_help) {
		fputs(options_usage, stdout);
		return 0;
	}
	if (options.has_seed &&
	    (strlen(options.path) < 5 || strcmp(options.path + strlen(options.path) - 5, ".json")))
		return complain("--seed belongs to a scenario; a trace has been run already");
	if (options.script && !(script = script_read(options.script, error, sizeof error)))
		return complain(error);
	struct model *model = source_open(options.path, options.has_seed ? &options.seed : NULL);
	if (!model) {
		script_free(script);
		return EXIT_BAD;
	}
	if (options.has_range && options.from_ns >= model->end_ns) {
		model_free(model);
		script_free(script);
		return complain("--range begins after the end of the run");
	}
	struct viewer *viewer = viewer_new(model, options.width, options.height);
	set_up(viewer, &options);
	bool is_good = options.out ? export_picture(viewer, options.out, error, sizeof error)
	                           : window_run(viewer, script, error, sizeof error);
	viewer_free(viewer);
	model_free(model);
	script_free(script);
	return is_good ? 0 : complain(error);
}
