/* run.c: `octosim run SCENARIO…`: runs scenarios, each with one seed or many, and says whether what they
 * expect came true. Every run writes its report into memory, in this process or in one of --jobs; here
 * they are put in order. */
#include "sim/cli/artifacts.h"
#include "sim/cli/cli.h"
#include "sim/cli/jobs.h"
#include "sim/cli/junit.h"
#include "sim/cli/report.h"
#include "sim/cli/variant.h"
#include "sim/trace/json_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SLICES = 200, FAILURES_SHOWN = 10, JOBS_MAX = 256 };

static struct {
	struct cli_number seed, jobs;
	struct cli_range seeds;
	struct cli_list settings;
	const char *json, *junit, *trace, *artifacts;
	bool is_quiet, is_verbose, has_cells, requires_cells;
	enum cli_color color;
} asked;

static const struct cli_option options[] = {
	{ "--seed", "N", CLI_NUMBER, &asked.seed, "another seed than the scenario's own" },
	{ "--seeds", "A..B", CLI_RANGE, &asked.seeds,
	  "every seed from A to B; a line for each scenario instead of a table" },
	{ "--set", "PATH=VALUE", CLI_LIST, &asked.settings,
	  "another value for a field, such as links.0.loss=5%; may come again" },
	{ "--jobs", "N", CLI_COUNT, &asked.jobs, "so many processes at once (1)" },
	{ "--json", "FILE", CLI_TEXT, &asked.json,
	  "JSON lines, one object for each scenario and seed; - for standard output" },
	{ "--junit", "FILE", CLI_TEXT, &asked.junit, "JUnit XML: a suite for each scenario, a case for each seed" },
	{ "--artifacts", "DIR", CLI_TEXT, &asked.artifacts,
	  "for the first failures of each scenario a folder: scenario, table, trace, ladder, picture, command" },
	{ "--trace", "FILE", CLI_TEXT, &asked.trace,
	  "write what happened, for \"octosim trace\" and octoviz; one run only" },
	{ "--cells", NULL, CLI_FLAG, &asked.has_cells,
	  "how often each cell of the handshake's transition table ran, over all runs" },
	{ "--require-cells", NULL, CLI_FLAG, &asked.requires_cells,
	  "the same, and status 1 when a possible cell never ran" },
	{ "--verbose", NULL, CLI_FLAG, &asked.is_verbose, "every invariant, blob and control: nothing is summed up" },
	{ "--quiet", NULL, CLI_FLAG, &asked.is_quiet, "only what failed" },
	{ "--color", "WHEN", CLI_COLOR, &asked.color, "auto (on a terminal), always or never" },
};

static const struct cli_command command = {
	.name = "run",
	.operands = "SCENARIO...",
	.summary = "Runs scenarios in virtual time and says whether what they expect came true.\n"
		   "The same scenario and seed give the same trace hash on every machine.\n",
	.examples = "  octosim run scenarios/duel/simultaneous-open.json\n"
		    "  octosim run scenarios/duel/*.json --seeds 1..200 --jobs 2\n"
		    "  octosim run scenarios/handshake/lost-ack.json --seed 7 --trace run.trace\n"
		    "  octosim run scenarios/*/*.json --json results.jsonl --quiet\n"
		    "  octosim run scenarios/*/*.json --junit junit.xml --artifacts artifacts\n"
		    "  octosim run scenarios/duel/simultaneous-open-lossy.json --set links.0.loss=60%\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

/* What the parent needs to know of a run, followed by its table, verdict, JSON and problems. */
struct outcome {
	uint64_t events, real_ns;
	report_cells cells;
	uint64_t table_size, verdict_size, json_size, problems_size;
	int32_t status; /* enum cli_status */
};

struct run {
	struct scenario **scenarios;
	uint32_t scenario_count, seed_count;
	bool has_color;
	FILE *json;
	struct junit *junit;
	struct cli_progress progress;
	/* Of what has ended: kept until everything before it has, so that the order is always the same. */
	char **ended; /* one a run: outcome and texts */
	uint32_t printed, finished;
	/* Of the scenario being printed. */
	uint32_t passed, failed;
	uint64_t failures[FAILURES_SHOWN];
	uint64_t failure_events; /* of the first */
	uint32_t held;           /* of all runs */
	report_cells cells;
	int status;
};

static const struct scenario *scenario_of(const struct run *run, uint32_t index)
{
	return run->scenarios[index / run->seed_count];
}

static uint64_t seed_of(const struct run *run, uint32_t index)
{
	if (asked.seeds.is_given)
		return asked.seeds.first + index % run->seed_count;
	return asked.seed.is_given ? asked.seed.value : scenario_of(run, index)->seed;
}

/* ---- One run, possibly in another process ---------------------------------------------------- */

static bool run_in_slices(struct run *run, struct sim *sim, uint64_t duration_ns)
{
	bool has_bar = (uint64_t)run->scenario_count * run->seed_count == 1;
	bool is_fine = true;

	for (uint64_t i = 1; i <= SLICES && is_fine; i++) {
		is_fine = sim_run(sim, i == SLICES ? duration_ns : duration_ns / SLICES * i);
		if (has_bar)
			cli_progress_show(&run->progress, i, SLICES);
	}
	if (has_bar)
		cli_progress_end(&run->progress);
	return is_fine;
}

/* A part of a report as text in memory, which the caller frees. */
static char *render(const struct report *report, void (*print)(const struct report *, FILE *), uint64_t *size)
{
	char *text = NULL;
	size_t text_size = 0;
	FILE *out = open_memstream(&text, &text_size);

	if (!out)
		return NULL;
	print(report, out);
	if (fclose(out) != 0)
		text_size = 0;
	*size = text_size;
	return text;
}

static void write_texts(const struct report *report, FILE *out)
{
	struct outcome outcome = { .status = !report->result          ? CLI_FAULT
		                             : report->result->passed ? CLI_HELD
		                                                      : CLI_FAILED };
	char *table = NULL;
	char *verdict = render(report, report_verdict_line, &outcome.verdict_size);
	char *json = render(report, report_json, &outcome.json_size);
	char *problems = outcome.status == CLI_HELD ? NULL : render(report, report_problems, &outcome.problems_size);

	outcome.real_ns = report->real_ns;
	if (!asked.seeds.is_given || (asked.artifacts && outcome.status == CLI_FAILED))
		table = render(report, report_table, &outcome.table_size);
	if (report->result) {
		outcome.events = report->result->events;
		memcpy(outcome.cells, report->result->cells, sizeof(outcome.cells));
	}
	fwrite(&outcome, sizeof(outcome), 1, out);
	if (table)
		fwrite(table, 1, (size_t)outcome.table_size, out);
	if (verdict)
		fwrite(verdict, 1, (size_t)outcome.verdict_size, out);
	if (json)
		fwrite(json, 1, (size_t)outcome.json_size, out);
	if (problems)
		fwrite(problems, 1, (size_t)outcome.problems_size, out);
	free(problems);
	free(table);
	free(verdict);
	free(json);
}

/* What led to a failure is told to those who will not see it here: by running it again. */
static void write_outcome(const struct report *report, FILE *out)
{
	bool is_told = report->result && !report->result->passed && (asked.json || asked.junit || asked.artifacts);
	struct trace *trace = is_told ? report_again(report->scenario, report->seed, report->result->events) : NULL;
	struct report with = *report;

	with.trace = trace;
	write_texts(&with, out);
	if (trace)
		trace_close(trace);
}

static void work(void *context, uint32_t index, FILE *out)
{
	struct run *run = context;
	struct report report = { .scenario = scenario_of(run, index),
		                 .seed = seed_of(run, index),
		                 .error = "",
		                 .has_color = run->has_color,
		                 .is_verbose = asked.is_verbose };
	struct sim_options how = { .seed = report.seed, .trace_path = asked.trace };
	uint64_t start_ns = cli_clock_ns(), cpu_start_ns = cli_cpu_ns();
	char error[512] = "";
	struct sim *sim = sim_open(report.scenario, &how, error, sizeof(error));

	report.error = error;
	if (!sim) {
		write_outcome(&report, out);
		return;
	}
	if (run_in_slices(run, sim, report.scenario->duration_ns))
		report.result = sim_result(sim);
	else
		snprintf(error, sizeof(error), "%s", sim_error(sim));
	report.real_ns = cli_clock_ns() - start_ns;
	report.cpu_ns = cli_cpu_ns() - cpu_start_ns;
	/* The result is borrowed from the sim, but a trace that could not be written is known only after
	 * its end. */
	if (asked.trace) {
		char *kept = NULL;
		size_t size = 0;
		FILE *text = open_memstream(&kept, &size);

		if (text) {
			write_outcome(&report, text);
			fclose(text);
		}
		if (sim_close(sim, error, sizeof(error))) {
			fwrite(kept, 1, size, out);
		} else {
			report.result = NULL;
			write_outcome(&report, out);
		}
		free(kept);
		return;
	}
	write_outcome(&report, out);
	if (!sim_close(sim, error, sizeof(error)))
		fprintf(stderr, "octosim run: %s\n", error);
}

/* ---- Putting them in order ------------------------------------------------------------------- */

static bool is_json_only(void)
{
	return asked.json && strcmp(asked.json, "-") == 0;
}

static void print_repro(const struct scenario *scenario, uint64_t seed, FILE *out)
{
	fprintf(out, "  %s run %s", cli_program(), cli_shell_word(scenario->path));
	variant_print(asked.settings.items, asked.settings.count, out);
	fprintf(out, " --seed %" PRIu64 "\n", seed);
}

/* For the files that tell others what failed. */
static void keep_for_others(struct run *run, uint32_t index, const struct outcome *outcome, const char *texts)
{
	const struct scenario *scenario = scenario_of(run, index);
	const char *at = texts ? texts + outcome->table_size + outcome->verdict_size + outcome->json_size : "";
	char *problems = cli_claim(NULL, (size_t)outcome->problems_size + 1), *repeat = NULL;
	char name[48];
	size_t size = 0;
	FILE *command_text = open_memstream(&repeat, &size);

	memcpy(problems, at, (size_t)outcome->problems_size);
	problems[outcome->problems_size] = 0;
	if (command_text) {
		print_repro(scenario, seed_of(run, index), command_text);
		fclose(command_text);
	}
	if (run->junit) {
		snprintf(name, sizeof(name), "seed %" PRIu64, seed_of(run, index));
		if (index % run->seed_count == 0)
			junit_begin(run->junit, scenario->path);
		junit_add(run->junit, &(struct junit_case){
			.name = name, .real_ns = outcome->real_ns, .repeat = repeat ? repeat : "",
			.problems = texts ? problems : "the process of this run crashed",
			.verdict = outcome->status == CLI_HELD     ? JUNIT_PASSED
			           : outcome->status == CLI_FAILED ? JUNIT_FAILED
			                                           : JUNIT_ERROR });
	}
	if (asked.artifacts && outcome->status != CLI_HELD && run->failed <= FAILURES_SHOWN) {
		struct artifact artifact = {
			.scenario = scenario, .seed = seed_of(run, index), .events = outcome->events,
			.settings = asked.settings.items, .setting_count = asked.settings.count,
			.table = texts, .table_size = (size_t)(texts ? outcome->table_size + outcome->verdict_size : 0),
			.problems = texts ? problems : "the process of this run crashed\n",
			.has_crashed = outcome->status != CLI_FAILED };

		if (!artifacts_keep(asked.artifacts, &artifact))
			run->status = CLI_FAULT;
	}
	free(problems);
	free(repeat);
}

/* A process that died leaves no report: say which run it was. */
static void crashed(struct run *run, uint32_t index)
{
	struct report report = { .scenario = scenario_of(run, index),
		                 .seed = seed_of(run, index),
		                 .error = "the process crashed" };

	fputs("octosim run: the process of this run crashed:\n", stderr);
	print_repro(report.scenario, report.seed, stderr);
	if (run->json)
		report_json(&report, run->json);
}

static void print_line(struct run *run, const struct scenario *scenario)
{
	bool is_good = run->failed == 0;

	if (is_good && asked.is_quiet)
		return;
	printf("%s%s%s  %" PRIu32 " of %" PRIu32 " seeds  ",
	       cli_on(run->has_color, is_good ? CLI_GOOD : CLI_BAD), is_good ? "PASS" : "FAIL",
	       cli_off(run->has_color), run->passed, run->passed + run->failed);
	cli_print_clean(scenario->path, stdout);
	puts("");
	for (uint32_t i = 0; i < run->failed && i < FAILURES_SHOWN; i++)
		print_repro(scenario, run->failures[i], stdout);
	if (run->failed > FAILURES_SHOWN)
		printf("  and %" PRIu32 " more\n", run->failed - FAILURES_SHOWN);
	if (run->failed && run->status != CLI_FAULT)
		report_tail(scenario, run->failures[0], run->failure_events, run->has_color, stdout);
}

static void print_one(struct run *run, uint32_t index, const struct outcome *outcome, const char *table)
{
	const struct scenario *scenario = scenario_of(run, index);

	if (outcome->status == CLI_FAULT || (outcome->status == CLI_HELD && asked.is_quiet))
		return;
	fwrite(table, 1, (size_t)outcome->table_size, stdout);
	if (outcome->status == CLI_FAILED) {
		report_tail(scenario, seed_of(run, index), outcome->events, run->has_color, stdout);
		puts("\nThe same run again:\n");
		print_repro(scenario, seed_of(run, index), stdout);
	}
	fwrite(table + outcome->table_size, 1, (size_t)outcome->verdict_size, stdout);
	if (run->scenario_count > 1)
		puts("");
}

/* Takes a run's results in; `bytes` is NULL when it crashed. */
static void settle(struct run *run, uint32_t index, const char *bytes)
{
	struct outcome outcome = { .status = CLI_FAULT };
	const char *table = bytes + (bytes ? sizeof(outcome) : 0);

	if (bytes) {
		memcpy(&outcome, bytes, sizeof(outcome));
		if (run->json)
			fwrite(table + outcome.table_size + outcome.verdict_size, 1,
			       (size_t)outcome.json_size, run->json);
		for (int step = 0; step < OCTO_STEP_COUNT; step++)
			for (int state = 0; state < OCTO_STATE_COUNT; state++)
				run->cells[step][state] += outcome.cells[step][state];
	} else {
		crashed(run, index);
	}
	if (outcome.status > run->status)
		run->status = outcome.status;
	if (outcome.status == CLI_HELD) {
		run->passed++;
		run->held++;
	} else if (run->failed++ < FAILURES_SHOWN) {
		run->failures[run->failed - 1] = seed_of(run, index);
		run->failure_events = run->failed == 1 ? outcome.events : run->failure_events;
	}
	if (run->junit || asked.artifacts)
		keep_for_others(run, index, &outcome, bytes ? table : NULL);
	if (bytes && !asked.seeds.is_given && !is_json_only())
		print_one(run, index, &outcome, table);
	if (bytes && outcome.status == CLI_FAULT) {
		fprintf(stderr, "octosim run: %s, seed %" PRIu64, scenario_of(run, index)->path,
		        seed_of(run, index));
		fwrite(table + outcome.table_size, 1, (size_t)outcome.verdict_size, stderr);
	}
	if (index % run->seed_count != run->seed_count - 1)
		return;
	if (asked.seeds.is_given && !is_json_only())
		print_line(run, scenario_of(run, index));
	fflush(stdout); /* who reads along in a file or a pipe sees each as soon as it is known */
	run->passed = run->failed = 0;
}

static bool done(void *context, uint32_t index, const char *bytes, size_t size)
{
	static char crash_mark;
	struct run *run = context;
	uint32_t total = run->scenario_count * run->seed_count;

	run->ended[index] = bytes ? memcpy(cli_claim(NULL, size), bytes, size) : &crash_mark;
	run->finished++;
	cli_progress_show(&run->progress, run->finished, total);
	while (run->printed < total && run->ended[run->printed]) {
		char *next = run->ended[run->printed];

		cli_progress_end(&run->progress);
		settle(run, run->printed, next == &crash_mark ? NULL : next);
		run->ended[run->printed] = NULL;
		run->printed++;
		if (next != &crash_mark)
			free(next);
	}
	return true;
}

/* ---- The command ----------------------------------------------------------------------------- */

static bool load_all(struct run *run, int count, char **paths)
{
	bool is_good = true;

	run->scenarios = cli_claim(NULL, (size_t)count * sizeof(*run->scenarios));
	for (int i = 0; i < count; i++) {
		struct scenario_errors errors = { NULL, 0 };

		run->scenarios[i] = variant_load(paths[i], asked.settings.items, asked.settings.count, &errors);
		if (!run->scenarios[i]) {
			scenario_errors_print(&errors, paths[i], stderr);
			is_good = false;
		}
		scenario_errors_free(&errors);
	}
	run->scenario_count = (uint32_t)count;
	return is_good;
}

static int check_usage(int operands)
{
	uint64_t seeds = asked.seeds.last - asked.seeds.first;

	if (operands == 0)
		return cli_misuse(&command, "which scenario?");
	if (asked.seed.is_given && asked.seeds.is_given)
		return cli_misuse(&command, "--seed or --seeds, not both");
	if (asked.seeds.is_given && (seeds >= 100000000 || (seeds + 1) * (uint64_t)operands > 100000000))
		return cli_misuse(&command, "--seeds: that would be more than 100 000 000 runs");
	if (asked.trace && (operands > 1 || (asked.seeds.is_given && seeds > 0)))
		return cli_misuse(&command, "--trace goes with one scenario and one seed");
	if (asked.jobs.is_given && asked.jobs.value > JOBS_MAX)
		return cli_misuse(&command, "--jobs: at most %d", JOBS_MAX);
	return CLI_GO_ON;
}

/* Tries where results will go before hours of work. */
static int open_outputs(struct run *run)
{
	const char *const outputs[][2] = { { "--json", asked.json }, { "--junit", asked.junit }, { "--trace", asked.trace } };
	FILE *trial;

	for (size_t i = 0; i < sizeof(outputs) / sizeof(*outputs); i++) {
		int status = cli_check_output(&command, outputs[i][0], outputs[i][1]);
		if (status != CLI_GO_ON)
			return status;
	}
	if (asked.json && strcmp(asked.json, "-") == 0) {
		run->json = stdout;
	} else if (asked.json) {
		run->json = fopen(asked.json, "w");
		if (!run->json)
			return cli_misuse(&command, "--json %s: cannot be written: %s", asked.json,
			                  strerror(errno));
	}
	if (asked.junit && !(run->junit = junit_open(asked.junit)))
		return cli_misuse(&command, "--junit %s: cannot be written: %s", asked.junit, strerror(errno));
	if (asked.artifacts && !artifacts_open(asked.artifacts))
		return cli_misuse(&command, "--artifacts %s: cannot be written: %s", asked.artifacts, strerror(errno));
	if (!asked.trace)
		return CLI_GO_ON;
	trial = fopen(asked.trace, "wb");
	if (!trial)
		return cli_misuse(&command, "--trace %s: cannot be written: %s", asked.trace,
		                  strerror(errno));
	fclose(trial);
	return CLI_GO_ON;
}

static void finish(struct run *run)
{
	uint32_t total = run->scenario_count * run->seed_count;

	if (asked.has_cells || asked.requires_cells) {
		FILE *out = is_json_only() ? stderr : stdout;

		fputc('\n', out);
		if (report_print_cells(run->cells, run->has_color, out) && asked.requires_cells &&
		    run->status == CLI_HELD)
			run->status = CLI_FAILED;
	}
	if (total > 1 && !is_json_only() && !(asked.is_quiet && run->status == CLI_HELD))
		printf("\n%s%s%s  %" PRIu32 " of %" PRIu32 " runs held\n",
		       cli_on(run->has_color, run->status ? CLI_BAD : CLI_GOOD),
		       run->status ? "FAIL" : "PASS", cli_off(run->has_color), run->held, total);
	if (run->json && run->json != stdout && (fflush(run->json) != 0 || ferror(run->json))) {
		fprintf(stderr, "octosim run: %s is incomplete: %s\n", asked.json, strerror(errno));
		run->status = CLI_FAULT;
	}
	if (run->json && run->json != stdout)
		fclose(run->json);
	if (run->junit && !junit_close(run->junit)) {
		fprintf(stderr, "octosim run: %s is incomplete: %s\n", asked.junit, strerror(errno));
		run->status = CLI_FAULT;
	}
}

int command_run(int argc, char **argv)
{
	struct run run = { .seed_count = 1 };
	struct jobs jobs = { .processes = 1, .context = &run, .work = work, .done = done };
	int operands, status = cli_parse(&command, argc, argv, &operands);

	if (status == CLI_GO_ON)
		status = check_usage(operands);
	if (status != CLI_GO_ON)
		return status;
	if (asked.seeds.is_given)
		run.seed_count = (uint32_t)(asked.seeds.last - asked.seeds.first + 1);
	run.has_color = cli_has_color(asked.color, stdout);
	status = load_all(&run, operands, argv) ? open_outputs(&run) : CLI_BAD_INPUT;
	if (status == CLI_GO_ON) {
		jobs.count = run.scenario_count * run.seed_count;
		if (asked.jobs.is_given)
			jobs.processes =
				asked.jobs.value < jobs.count ? (uint32_t)asked.jobs.value : jobs.count;
		run.ended = cli_claim(NULL, jobs.count * sizeof(*run.ended));
		memset(run.ended, 0, jobs.count * sizeof(*run.ended));
		cli_progress_start(&run.progress, jobs.count == 1 ? "running" : "runs", asked.is_quiet);
		if (!jobs_run(&jobs))
			run.status = CLI_FAULT;
		cli_progress_end(&run.progress);
		finish(&run);
		status = run.status;
	}
	for (uint32_t i = 0; i < run.scenario_count; i++)
		scenario_free(run.scenarios[i]);
	free(run.scenarios);
	free(run.ended);
	return status;
}
