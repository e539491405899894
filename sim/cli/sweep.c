/* sweep.c: `octosim sweep SCENARIO`: runs a scenario with every combination of the values in its "sweep", each with many
 * seeds, in parallel, and shows for each combination what came out. Each run is an ordinary run of an ordinary scenario. */
#include "sim/cli/cells.h"
#include "sim/cli/cli.h"
#include "sim/cli/jobs.h"
#include "sim/cli/junit.h"
#include "sim/cli/report.h"
#include "sim/cli/sweep_report.h"
#include "sim/cli/variant.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { JOBS_MAX = 256, REPEATS_SHOWN = 10 };

static struct {
	struct cli_range seeds;
	struct cli_number jobs;
	const char *metrics, *json, *csv, *junit;
	bool is_quiet;
	enum cli_color color;
} asked;

static const struct cli_option options[] = {
	{ "--seeds", "A..B", CLI_RANGE, &asked.seeds, "these seeds in each cell instead of those of the scenario" },
	{ "--jobs", "N", CLI_COUNT, &asked.jobs, "so many processes at once (1)" },
	{ "--metrics", "A,B", CLI_TEXT, &asked.metrics,
	  "columns of the table, or \"all\" (established,sent,lost,messages)" },
	{ "--json", "FILE", CLI_TEXT, &asked.json, "JSON lines, one object for each cell; - for standard output" },
	{ "--csv", "FILE", CLI_TEXT, &asked.csv, "CSV, a line for each cell; - for standard output" },
	{ "--junit", "FILE", CLI_TEXT, &asked.junit, "JUnit XML: a case for each cell and seed" },
	{ "--quiet", NULL, CLI_FLAG, &asked.is_quiet, "only what failed" },
	{ "--color", "WHEN", CLI_COLOR, &asked.color, "auto (on a terminal), always or never" },
};

static const struct cli_command command = {
	.name = "sweep",
	.operands = "SCENARIO",
	.summary = "Runs a scenario with every combination of the values that its key \"sweep\" lists, each with every seed,\n"
	           "and prints for each combination how many runs held, and median and range of what was measured.\n"
	           "Metrics: " SWEEP_METRIC_LIST ".\n"
	           "\"established\" is the time from the first connect until the last pair had its session.\n",
	.examples = "  octosim sweep scenarios/loss/handshake-under-loss.json --jobs 2\n"
	            "  octosim sweep scenarios/loss/handshake-under-loss.json --seeds 1..20 --metrics all --csv results.csv\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

struct outcome {
	int32_t status; /* enum cli_status */
	uint64_t real_ns;
	struct sweep_sample sample;
	/* what failed follows, as text */
};

struct sweep {
	const char *path;
	struct scenario *scenario;
	char *text;
	size_t size;
	struct cells cells;
	struct sweep_sample *samples; /* cell by cell, seed by seed */
	char **problems;              /* of runs that failed, for --junit */
	uint64_t *real_ns;
	int32_t *statuses;
	uint32_t finished;
	bool has_color;
	bool shown[SWEEP_METRICS];
	FILE *json, *csv;
	struct junit *junit;
	struct cli_progress progress;
	int status;
	/* In a worker: the scenario of the cell in hand. */
	struct scenario *loaded;
	uint32_t loaded_cell;
};

/* ---- One run, possibly in another process ---------------------------------------------------------------------------- */

static const struct scenario *scenario_of_cell(struct sweep *sweep, uint32_t index, char *error, size_t error_size)
{
	struct scenario_errors errors = { NULL, 0 };
	struct cell cell;

	if (sweep->loaded && sweep->loaded_cell == index)
		return sweep->loaded;
	scenario_free(sweep->loaded);
	cells_get(&sweep->cells, index, &cell);
	sweep->loaded = variant_load_text(sweep->path, sweep->text, sweep->size, (const char *const *)cell.settings,
	                                  cell.count, &errors);
	sweep->loaded_cell = index;
	/* Each value is good by itself, but two may not go together. */
	if (!sweep->loaded)
		snprintf(error, error_size, "%s%s%s", errors.list[0].where, errors.list[0].where[0] ? ": " : "",
		         errors.list[0].text);
	scenario_errors_free(&errors);
	cells_free(&cell);
	return sweep->loaded;
}

static void work(void *context, uint32_t index, FILE *out)
{
	struct sweep *sweep = context;
	char error[1024] = "";
	struct report report = { .seed = cells_seed(&sweep->cells, index % sweep->cells.seed_count), .error = error };
	struct sim_options how = { .seed = report.seed };
	struct outcome outcome = { .status = CLI_FAULT };
	uint64_t start_ns = cli_clock_ns();
	struct sim *sim = NULL;

	report.scenario = scenario_of_cell(sweep, index / sweep->cells.seed_count, error, sizeof(error));
	if (report.scenario)
		sim = sim_open(report.scenario, &how, error, sizeof(error));
	if (sim && sim_run(sim, report.scenario->duration_ns))
		report.result = sim_result(sim);
	else if (sim)
		snprintf(error, sizeof(error), "%s", sim_error(sim));
	outcome.real_ns = cli_clock_ns() - start_ns;
	if (report.result) {
		outcome.status = report.result->passed ? CLI_HELD : CLI_FAILED;
		sweep_measure(report.scenario, report.result, &outcome.sample);
	}
	fwrite(&outcome, sizeof(outcome), 1, out);
	if (outcome.status != CLI_HELD)
		report_problems(&report, out);
	if (sim)
		(void)!sim_close(sim, error, sizeof(error));
}

static bool done(void *context, uint32_t index, const char *bytes, size_t size)
{
	static const char crashed[] = "the process of this run crashed\n";
	struct sweep *sweep = context;
	struct outcome outcome = { .status = CLI_FAULT };
	const char *text = bytes ? bytes + sizeof(outcome) : crashed;
	size_t text_size = bytes ? size - sizeof(outcome) : strlen(crashed);

	if (bytes)
		memcpy(&outcome, bytes, sizeof(outcome));
	sweep->samples[index] = outcome.sample;
	sweep->statuses[index] = outcome.status;
	sweep->real_ns[index] = outcome.real_ns;
	if (outcome.status != CLI_HELD) {
		sweep->problems[index] = memcpy(cli_claim(NULL, text_size + 1), text, text_size);
		sweep->problems[index][text_size] = 0;
	}
	if (outcome.status > sweep->status)
		sweep->status = outcome.status;
	cli_progress_show(&sweep->progress, ++sweep->finished, sweep->cells.count * sweep->cells.seed_count);
	return true;
}

/* ---- Results ----------------------------------------------------------------------------------------------------------- */

static void print_repeat(const struct sweep *sweep, const struct cell *cell, uint64_t seed, FILE *out)
{
	fprintf(out, "%s run %s", cli_program(), cli_shell_word(sweep->path));
	variant_print((const char *const *)cell->settings, cell->count, out);
	fprintf(out, " --seed %" PRIu64, seed);
}

static void print_failures(const struct sweep *sweep, FILE *out)
{
	uint32_t seeds = sweep->cells.seed_count, shown = 0, failed = 0;

	for (uint32_t i = 0; i < sweep->cells.count * seeds; i++) {
		struct cell cell;

		if (sweep->statuses[i] == CLI_HELD)
			continue;
		failed++;
		/* The first of each cell. */
		if (shown == REPEATS_SHOWN || (i % seeds && sweep->statuses[i - 1] != CLI_HELD))
			continue;
		fputs(shown++ ? "" : "\n  What failed, and the same runs again:\n", out);
		cells_get(&sweep->cells, i / seeds, &cell);
		fprintf(out, "\n    %.*s\n    ", (int)strcspn(sweep->problems[i], "\n"), sweep->problems[i]);
		print_repeat(sweep, &cell, cells_seed(&sweep->cells, i % seeds), out);
		putc('\n', out);
		cells_free(&cell);
	}
	if (failed > shown)
		fprintf(out, "    and %s more\n", cli_count(failed - shown));
}

static void write_junit(struct sweep *sweep)
{
	uint32_t seeds = sweep->cells.seed_count;
	struct cell cell = { .count = 0 };

	junit_begin(sweep->junit, sweep->path);
	for (uint32_t i = 0; i < sweep->cells.count * seeds; i++) {
		char *name = NULL, *repeat = NULL;
		size_t size = 0;
		FILE *out = open_memstream(&name, &size);

		if (i % seeds == 0) {
			cells_free(&cell);
			cells_get(&sweep->cells, i / seeds, &cell);
		}
		for (uint32_t k = 0; out && k < cell.count; k++)
			fprintf(out, "%s, ", cell.settings[k]);
		if (out)
			fprintf(out, "seed %" PRIu64, cells_seed(&sweep->cells, i % seeds)), fclose(out);
		out = open_memstream(&repeat, &size);
		if (out)
			print_repeat(sweep, &cell, cells_seed(&sweep->cells, i % seeds), out), fclose(out);
		junit_add(sweep->junit, &(struct junit_case){
			.name = name ? name : "", .repeat = repeat ? repeat : "", .real_ns = sweep->real_ns[i],
			.problems = sweep->problems[i] ? sweep->problems[i] : "",
			.verdict = sweep->statuses[i] == CLI_HELD     ? JUNIT_PASSED
			           : sweep->statuses[i] == CLI_FAILED ? JUNIT_FAILED
			                                              : JUNIT_ERROR });
		free(name);
		free(repeat);
	}
	cells_free(&cell);
	if (junit_close(sweep->junit))
		return;
	fprintf(stderr, "octosim sweep: %s is incomplete: %s\n", asked.junit, strerror(errno));
	sweep->status = CLI_FAULT;
}

static bool is_stdout(const char *path)
{
	return path && strcmp(path, "-") == 0;
}

static void write_file(struct sweep *sweep, const struct sweep_table *table, FILE *out, const char *path,
                       void (*print)(const struct sweep_table *table, FILE *out))
{
	if (!out)
		return;
	print(table, out);
	if (out == stdout || (!ferror(out) && fclose(out) == 0))
		return;
	fprintf(stderr, "octosim sweep: %s is incomplete: %s\n", path, strerror(errno));
	sweep->status = CLI_FAULT;
}

static void report(struct sweep *sweep)
{
	struct sweep_table table = { .path = sweep->path, .cells = &sweep->cells, .samples = sweep->samples,
		.statuses = sweep->statuses, .shown = sweep->shown, .has_color = sweep->has_color };
	bool is_good = sweep->status == CLI_HELD;
	FILE *people = is_stdout(asked.json) || is_stdout(asked.csv) ? stderr : stdout;

	if (people == stdout && !(asked.is_quiet && is_good))
		sweep_print_table(&table, stdout);
	if (!is_good)
		print_failures(sweep, people);
	write_file(sweep, &table, sweep->json, asked.json, sweep_print_json);
	write_file(sweep, &table, sweep->csv, asked.csv, sweep_print_csv);
	if (sweep->junit)
		write_junit(sweep);
	if (people == stdout && !(asked.is_quiet && is_good))
		sweep_print_verdict(&table, stdout);
}

/* ---- The command ------------------------------------------------------------------------------------------------------- */

static FILE *open_output(const char *option, const char *path, int *status)
{
	FILE *out = NULL;

	if (!path || *status != CLI_GO_ON)
		return NULL;
	*status = cli_check_output(&command, option, path);
	if (*status != CLI_GO_ON)
		return NULL;
	out = is_stdout(path) ? stdout : fopen(path, "w");
	if (!out)
		*status = cli_misuse(&command, "%s %s: cannot be written: %s", option, path, strerror(errno));
	return out;
}

static int check_usage(struct sweep *sweep, int operands)
{
	char unknown[64];

	if (operands != 1)
		return cli_misuse(&command, operands ? "one scenario at a time" : "which scenario?");
	if (asked.jobs.is_given && asked.jobs.value > JOBS_MAX)
		return cli_misuse(&command, "--jobs: at most %d", JOBS_MAX);
	if (is_stdout(asked.json) && is_stdout(asked.csv))
		return cli_misuse(&command, "--json - or --csv -, not both");
	if (!sweep_choose(asked.metrics, sweep->shown, unknown, sizeof(unknown)))
		return cli_misuse(&command, "--metrics: there is no metric \"%s\"; there are " SWEEP_METRIC_LIST, unknown);
	return CLI_GO_ON;
}

static int load(struct sweep *sweep)
{
	struct scenario_errors errors;

	sweep->scenario = scenario_load(sweep->path, &errors);
	if (!sweep->scenario)
		scenario_errors_print(&errors, sweep->path, stderr);
	scenario_errors_free(&errors);
	if (!sweep->scenario || !cells_check(sweep->path, sweep->scenario))
		return CLI_BAD_INPUT;
	if (sweep->scenario->axis_count == 0 && !asked.seeds.is_given) {
		fprintf(stderr, "%s: it has no \"sweep\"; such as \"sweep\": {\"links.0.loss\": [\"0%%\", \"5%%\"], \"seed\": "
		                "\"1..50\"}\n", sweep->path);
		return CLI_BAD_INPUT;
	}
	if (!cells_open(&sweep->cells, sweep->scenario, &asked.seeds))
		return CLI_BAD_INPUT;
	sweep->text = scenario_read(sweep->path, &sweep->size, &errors);
	scenario_errors_free(&errors);
	return sweep->text ? CLI_GO_ON : CLI_BAD_INPUT;
}

static void run(struct sweep *sweep)
{
	struct jobs jobs = { .processes = 1, .context = sweep, .work = work, .done = done };

	jobs.count = sweep->cells.count * sweep->cells.seed_count;
	if (asked.jobs.is_given)
		jobs.processes = asked.jobs.value < jobs.count ? (uint32_t)asked.jobs.value : jobs.count;
	sweep->samples = cli_claim(NULL, jobs.count * sizeof(*sweep->samples));
	sweep->statuses = cli_claim(NULL, jobs.count * sizeof(*sweep->statuses));
	sweep->real_ns = cli_claim(NULL, jobs.count * sizeof(*sweep->real_ns));
	sweep->problems = cli_claim(NULL, jobs.count * sizeof(*sweep->problems));
	memset(sweep->problems, 0, jobs.count * sizeof(*sweep->problems));
	cli_progress_start(&sweep->progress, "runs", asked.is_quiet);
	if (!jobs_run(&jobs))
		sweep->status = CLI_FAULT;
	cli_progress_end(&sweep->progress);
	if (sweep->finished == jobs.count)
		report(sweep);
	for (uint32_t i = 0; i < jobs.count; i++)
		free(sweep->problems[i]);
	free(sweep->samples);
	free(sweep->statuses);
	free(sweep->real_ns);
	free(sweep->problems);
}

int command_sweep(int argc, char **argv)
{
	struct sweep sweep = { .status = CLI_HELD };
	int operands, status = cli_parse(&command, argc, argv, &operands);

	if (status == CLI_GO_ON)
		status = check_usage(&sweep, operands);
	if (status != CLI_GO_ON)
		return status;
	sweep.path = argv[0];
	sweep.has_color = cli_has_color(asked.color, stdout);
	status = load(&sweep);
	sweep.json = open_output("--json", asked.json, &status);
	sweep.csv = open_output("--csv", asked.csv, &status);
	if (status == CLI_GO_ON)
		status = cli_check_output(&command, "--junit", asked.junit);
	if (status == CLI_GO_ON && asked.junit && !(sweep.junit = junit_open(asked.junit)))
		status = cli_misuse(&command, "--junit %s: cannot be written: %s", asked.junit, strerror(errno));
	if (status == CLI_GO_ON) {
		run(&sweep);
		status = sweep.status;
	}
	scenario_free(sweep.loaded);
	scenario_free(sweep.scenario);
	free(sweep.text);
	return status;
}
