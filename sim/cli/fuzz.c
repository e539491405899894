/* fuzz.c: `octosim fuzz SCENARIO`: runs a scenario's swarm of variants, one a seed, in parallel processes,
 * and writes each failure as a file that `octosim replay` reproduces. What a variant is made of:
 * sim/explore/swarm.h. */
#include "sim/cli/apart.h"
#include "sim/cli/cli.h"
#include "sim/cli/jobs.h"
#include "sim/cli/report.h"
#include "sim/explore/decision_log.h"
#include "sim/explore/failure_file.h"
#include "sim/explore/swarm.h"
#include "sim/explore/trial.h"
#include "sim/trace/json_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { JOBS_MAX = 256, SEEDS_MAX = 100000000, FAILURES_SHOWN = 10, PATH_BYTES = 1024, LABEL_BYTES = 80 };

static struct {
	struct cli_range seeds;
	struct cli_number jobs, stop_after, variant;
	const char *out, *json;
	bool is_quiet, has_cells, is_honest;
	enum cli_color color;
} asked = { .seeds = { 1, 1000, false }, .out = "fuzz-failures" };

static const struct cli_option options[] = {
	{ "--seeds", "A..B", CLI_RANGE, &asked.seeds, "a variant for every seed from A to B (1..1000)" },
	{ "--jobs", "N", CLI_COUNT, &asked.jobs, "so many processes at once (1)" },
	{ "--out", "DIR", CLI_TEXT, &asked.out, "where failure files go (fuzz-failures)" },
	{ "--stop-after", "K", CLI_COUNT, &asked.stop_after, "end after K failures" },
	{ "--variant", "N", CLI_NUMBER, &asked.variant,
	  "print the scenario that seed N makes, and run nothing" },
	{ "--json", "FILE", CLI_TEXT, &asked.json, "JSON lines, one object a seed; - for standard output" },
	{ "--honest", NULL, CLI_FLAG, &asked.is_honest,
	  "no attackers and no lost stores: nobody may be taken for hacked" },
	{ "--cells", NULL, CLI_FLAG, &asked.has_cells,
	  "how often each cell of the handshake's transition table ran" },
	{ "--quiet", NULL, CLI_FLAG, &asked.is_quiet, "only what failed" },
	{ "--color", "WHEN", CLI_COLOR, &asked.color, "auto (on a terminal), always or never" },
};

static const struct cli_command command = {
	.name = "fuzz",
	.operands = "SCENARIO",
	.summary = "Searches for races: keeps who exists and who trusts whom, and draws all else from the seed:\n"
	           "weather, partitions, when users dial, crashes, restarts, pauses, packets of the past, attackers.\n"
	           "Then the network heals; all invariants must have held, and everybody must be connected.\n"
	           "Each failure becomes a file.\n",
	.examples = "  octosim fuzz scenarios/duel/simultaneous-open-lossy.json --seeds 1..20000 --jobs 2\n"
		    "  octosim fuzz scenarios/duel/simultaneous-open.json --stop-after 1 --out build/fuzz\n"
		    "  octosim fuzz scenarios/duel/simultaneous-open.json --variant 7 > seven.json\n"
		    "  octosim fuzz scenarios/loss/bad-weather.json --honest --seeds 1..10000 --jobs 2\n"
		    "  octosim replay build/fuzz/failure-7.json --sequence\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

/* What the parent needs to know of a run; behind it the violations, a line each, and the failure file's
 * text. */
struct outcome {
	int32_t status; /* enum cli_status */
	uint32_t violation_count;
	uint64_t hash, events, virtual_ns;
	uint64_t violations_size, file_size;
	report_cells cells;
};

struct fuzz {
	const char *path;
	struct swarm *swarm;
	uint32_t count;
	bool has_color;
	FILE *json;
	struct cli_progress progress;
	char label[LABEL_BYTES];
	uint64_t start_ns;
	/* Of what has ended: kept until everything before it has, so that the same seeds print the same. */
	char **ended;
	uint32_t settled, finished, failed, faults;
	uint64_t failures[FAILURES_SHOWN];
	report_cells cells;
};

static uint64_t seed_of(uint32_t index)
{
	return asked.seeds.first + index;
}

/* ---- One run, in a process of its own
 * ------------------------------------------------------------------------------- */

static char *write_failure(const struct failure *failure, uint64_t *size)
{
	char *text = NULL;
	size_t text_size = 0;
	FILE *out = open_memstream(&text, &text_size);

	if (!out)
		return NULL;
	failure_write(failure, out);
	*size = fclose(out) == 0 ? text_size : 0;
	return text;
}

/* Runs a failed variant once more, now with its decisions, and makes the file's text. NULL, and the reason as
 * the trial's only violation, when the second run is not like the first. */
static char *make_file(const struct fuzz *fuzz, char *variant, size_t size, uint64_t seed,
                       struct trial *trial, uint64_t *file_size)
{
	struct failure failure = {
		.seed = seed, .scenario = variant, .scenario_size = size, .has_hash = true
	};
	struct trial_options how = { .seed = seed, .record = &failure.decisions };
	char *violations[TRIAL_VIOLATIONS_MAX], *text = NULL;
	uint64_t hash = trial->hash;

	trial_run(fuzz->path, variant, size, &how, trial);
	for (uint32_t i = 0; i < trial->violation_count; i++)
		violations[i] = trial->violations[i];
	failure.hash = trial->hash;
	failure.violations = violations;
	failure.violation_count = trial->violation_count;
	failure.has_decisions = failure.decisions.count <= FAILURE_DECISIONS_MAX;
	if (trial->hash == hash && !trial->is_fault)
		text = write_failure(&failure, file_size);
	else
		snprintf(trial->violations[0], TRIAL_TEXT_BYTES,
		         "the same seed ran twice and ended with two hashes");
	decision_log_free(&failure.decisions);
	return text;
}

static void work(void *context, uint32_t index, FILE *out)
{
	const struct fuzz *fuzz = context;
	struct outcome outcome = { .status = CLI_HELD };
	struct trial trial;
	size_t size = 0;
	char *variant = swarm_variant(fuzz->swarm, seed_of(index), &size), *file = NULL;

	apart_watch();
	if (!variant)
		abort(); /* out of memory */
	trial_run(fuzz->path, variant, size, &(struct trial_options){ .seed = seed_of(index) }, &trial);
	if (trial.violation_count && !trial.is_fault)
		file = make_file(fuzz, variant, size, seed_of(index), &trial, &outcome.file_size);
	if (trial.violation_count)
		outcome.status = file ? CLI_FAILED : CLI_FAULT;
	outcome.violation_count = outcome.status == CLI_FAULT ? 1 : trial.violation_count;
	outcome.hash = trial.hash;
	outcome.events = trial.events;
	outcome.virtual_ns = trial.virtual_ns;
	memcpy(outcome.cells, trial.cells, sizeof(outcome.cells));
	for (uint32_t i = 0; i < outcome.violation_count; i++)
		outcome.violations_size += strlen(trial.violations[i]) + 1;
	fwrite(&outcome, sizeof(outcome), 1, out);
	for (uint32_t i = 0; i < outcome.violation_count; i++)
		fwrite(trial.violations[i], 1, strlen(trial.violations[i]) + 1, out);
	if (file)
		fwrite(file, 1, (size_t)outcome.file_size, out);
	free(file);
	free(variant);
}

/* ---- Failures ------------------------------------------------------------------------------------------
 * --------------- */

static const char *failure_path(uint64_t seed)
{
	static char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%.900s/failure-%" PRIu64 ".json", asked.out, seed);
	return path;
}

static void keep_file(struct fuzz *fuzz, uint64_t seed, const char *text, size_t size)
{
	const char *path = failure_path(seed);
	FILE *file = NULL;
	bool is_written;

	if (mkdir(asked.out, 0777) == 0 || errno == EEXIST)
		file = fopen(path, "w");
	is_written = file && fwrite(text, 1, size, file) == size;
	if (file && fclose(file) != 0)
		is_written = false;
	if (is_written)
		return;
	fprintf(stderr, "octosim fuzz: %s cannot be written: %s\n", path, strerror(errno));
	fuzz->faults++;
}

static void print_json(struct fuzz *fuzz, uint64_t seed, const struct outcome *outcome,
                       const char *violations)
{
	static const char *const verdicts[] = { "pass", "fail", "error", "error" };

	fputs("{\"scenario\": ", fuzz->json);
	json_text(fuzz->path, strlen(fuzz->path), fuzz->json);
	fprintf(fuzz->json, ", \"seed\": %" PRIu64 ", \"verdict\": \"%s\", \"virtual_seconds\": ", seed,
	        verdicts[outcome->status]);
	json_seconds(outcome->virtual_ns, fuzz->json);
	fprintf(fuzz->json, ", \"events\": %" PRIu64 ", \"hash\": \"%016" PRIx64 "\", \"violations\": [",
	        outcome->events, outcome->hash);
	for (uint32_t i = 0; i < outcome->violation_count; i++) {
		fputs(i ? ", " : "", fuzz->json);
		json_text(violations, strlen(violations), fuzz->json);
		violations += strlen(violations) + 1;
	}
	fputs("]", fuzz->json);
	if (outcome->status == CLI_FAILED) {
		fputs(", \"failure\": ", fuzz->json);
		json_text(failure_path(seed), strlen(failure_path(seed)), fuzz->json);
	}
	fputs("}\n", fuzz->json);
}

static void print_failure(struct fuzz *fuzz, uint64_t seed, const struct outcome *outcome,
                          const char *violations)
{
	FILE *out = fuzz->json == stdout ? stderr : stdout;

	if (fuzz->failed > FAILURES_SHOWN)
		return;
	cli_progress_end(&fuzz->progress);
	for (uint32_t i = 0; i < outcome->violation_count; i++) {
		fprintf(out, "%sFAIL%s  seed %" PRIu64 "  ", cli_on(fuzz->has_color, CLI_BAD),
		        cli_off(fuzz->has_color), seed);
		cli_print_clean(violations, out);
		putc('\n', out);
		violations += strlen(violations) + 1;
	}
}

struct crash {
	const struct fuzz *fuzz;
	uint32_t index;
};

static void crash_again(void *context)
{
	struct crash *crash = context;
	FILE *nowhere = fopen("/dev/null", "w");

	if (nowhere)
		work((void *)crash->fuzz, crash->index, nowhere);
}

/* The process of this run is gone. Lets it happen once more, to say how, and makes of it a failure like
 * others. */
static void take_crash(struct fuzz *fuzz, uint32_t index, struct outcome *outcome)
{
	struct crash crash = { fuzz, index };
	struct failure failure = { .seed = seed_of(index), .violation_count = 1 };
	char how[TRIAL_TEXT_BYTES], text[TRIAL_TEXT_BYTES + 32], *violation = text;

	if (apart_run(crash_again, &crash, how, sizeof(how)))
		snprintf(how, sizeof(how), "crashed once, and not when it was run again");
	snprintf(text, sizeof(text), "the process %s", how);
	failure.violations = &violation;
	failure.scenario = swarm_variant(fuzz->swarm, failure.seed, &failure.scenario_size);
	outcome->status = CLI_FAILED;
	outcome->violation_count = 1;
	if (failure.scenario) {
		uint64_t size = 0;
		char *file = write_failure(&failure, &size);

		if (file)
			keep_file(fuzz, failure.seed, file, (size_t)size);
		free(file);
	}
	free(failure.scenario);
	print_failure(fuzz, failure.seed, outcome, text);
	if (fuzz->json)
		print_json(fuzz, failure.seed, outcome, text);
}

static char crash_mark; /* stands for the bytes of a run that crashed */

/* ---- Putting them in order
 * ---------------------------------------------------------------------------------------------- */

static void count_failure(struct fuzz *fuzz, uint64_t seed)
{
	if (fuzz->failed++ < FAILURES_SHOWN)
		fuzz->failures[fuzz->failed - 1] = seed;
}

static void settle(struct fuzz *fuzz, uint32_t index, const char *bytes)
{
	struct outcome outcome = { .status = CLI_HELD };
	const char *violations = bytes + (bytes ? sizeof(outcome) : 0);

	if (!bytes) {
		count_failure(fuzz, seed_of(index));
		take_crash(fuzz, index, &outcome);
		return;
	}
	memcpy(&outcome, bytes, sizeof(outcome));
	for (int step = 0; step < OCTO_STEP_COUNT; step++)
		for (int state = 0; state < OCTO_STATE_COUNT; state++)
			fuzz->cells[step][state] += outcome.cells[step][state];
	if (outcome.status == CLI_FAULT) {
		fuzz->faults++;
		cli_progress_end(&fuzz->progress);
		fprintf(stderr, "octosim fuzz: seed %" PRIu64 " could not be run: %s\n", seed_of(index),
		        violations);
	} else if (outcome.status == CLI_FAILED) {
		count_failure(fuzz, seed_of(index));
		keep_file(fuzz, seed_of(index), violations + outcome.violations_size,
		          (size_t)outcome.file_size);
		print_failure(fuzz, seed_of(index), &outcome, violations);
	}
	if (fuzz->json)
		print_json(fuzz, seed_of(index), &outcome, violations);
}

static uint64_t runs_per_second(const struct fuzz *fuzz)
{
	uint64_t ms = (cli_clock_ns() - fuzz->start_ns) / 1000000;

	return fuzz->finished * UINT64_C(1000) / (ms ? ms : 1);
}

static bool done(void *context, uint32_t index, const char *bytes, size_t size)
{
	struct fuzz *fuzz = context;

	fuzz->ended[index] = bytes ? memcpy(cli_claim(NULL, size), bytes, size) : &crash_mark;
	fuzz->finished++;
	snprintf(fuzz->label, sizeof(fuzz->label), "%" PRIu64 " runs/s, %" PRIu32 " failed",
	         runs_per_second(fuzz), fuzz->failed);
	cli_progress_show(&fuzz->progress, fuzz->finished, fuzz->count);
	while (fuzz->settled < fuzz->count && fuzz->ended[fuzz->settled]) {
		char *next = fuzz->ended[fuzz->settled];

		settle(fuzz, fuzz->settled, next == &crash_mark ? NULL : next);
		fuzz->ended[fuzz->settled++] = NULL;
		if (next != &crash_mark)
			free(next);
		if (asked.stop_after.is_given && fuzz->failed >= asked.stop_after.value)
			return false;
	}
	return true;
}

/* ---- The command ---------------------------------------------------------------------------------------
 * ------------------- */

static int print_variant(const struct swarm *swarm)
{
	size_t size = 0;
	char *text = swarm_variant(swarm, asked.variant.value, &size);

	if (!text)
		return CLI_FAULT;
	fwrite(text, 1, size, stdout);
	putchar('\n');
	free(text);
	return CLI_HELD;
}

static int check_usage(int operands)
{
	if (operands != 1)
		return cli_misuse(&command, operands ? "one scenario at a time" : "which scenario?");
	if (asked.seeds.last - asked.seeds.first >= SEEDS_MAX)
		return cli_misuse(&command, "--seeds: at most %d at a time", SEEDS_MAX);
	if (asked.jobs.is_given && asked.jobs.value > JOBS_MAX)
		return cli_misuse(&command, "--jobs: at most %d", JOBS_MAX);
	if (strlen(asked.out) > 900 || !asked.out[0])
		return cli_misuse(&command, "--out: that is no directory");
	return CLI_GO_ON;
}

/* Tries where results will go before hours of work. */
static int open_outputs(struct fuzz *fuzz)
{
	struct stat status;
	bool is_there = stat(asked.out, &status) == 0;

	if (is_there ? !S_ISDIR(status.st_mode) : mkdir(asked.out, 0777) != 0)
		return cli_misuse(&command, "--out %s: %s", asked.out,
		                  is_there ? "is there, and is no directory" : strerror(errno));
	if (access(asked.out, W_OK | X_OK) != 0)
		return cli_misuse(&command, "--out %s: %s", asked.out, strerror(errno));
	if (!is_there)
		rmdir(asked.out); /* it comes back with the first failure */
	if (cli_check_output(&command, "--json", asked.json) != CLI_GO_ON)
		return CLI_BAD_INPUT;
	if (asked.json && strcmp(asked.json, "-") == 0)
		fuzz->json = stdout;
	else if (asked.json && !(fuzz->json = fopen(asked.json, "w")))
		return cli_misuse(&command, "--json %s: cannot be written: %s", asked.json, strerror(errno));
	return CLI_GO_ON;
}

static void print_summary(const struct fuzz *fuzz, FILE *out)
{
	bool is_good = !fuzz->failed && !fuzz->faults;

	if (is_good && asked.is_quiet)
		return;
	if (fuzz->failed > FAILURES_SHOWN)
		fprintf(out, "      and %" PRIu32 " more\n", fuzz->failed - FAILURES_SHOWN);
	if (fuzz->failed)
		fputs("\nTo see them again:\n\n", out);
	for (uint32_t i = 0; i < fuzz->failed && i < FAILURES_SHOWN; i++)
		fprintf(out, "  %s replay %s --sequence\n", cli_program(),
		        cli_shell_word(failure_path(fuzz->failures[i])));
	if (fuzz->failed)
		putc('\n', out);
	fprintf(out, "%s%s%s  %s of %s runs held",
	        cli_on(fuzz->has_color, is_good ? CLI_GOOD : CLI_BAD), is_good ? "PASS" : "FAIL",
	        cli_off(fuzz->has_color), cli_count(fuzz->settled - fuzz->failed), cli_count(fuzz->count));
	if (fuzz->faults)
		fprintf(out, ", %s could not be run", cli_count(fuzz->faults));
	fprintf(out, ", %s runs/s\n", cli_count(runs_per_second(fuzz)));
}

static int run_all(struct fuzz *fuzz)
{
	struct jobs jobs = { .count = fuzz->count,
		             .processes = 1,
		             .is_apart = true,
		             .context = fuzz,
		             .work = work,
		             .done = done };
	bool is_fine;

	if (asked.jobs.is_given)
		jobs.processes = asked.jobs.value < jobs.count ? (uint32_t)asked.jobs.value : jobs.count;
	fuzz->ended = calloc(fuzz->count, sizeof(*fuzz->ended));
	if (!fuzz->ended) {
		fputs("octosim fuzz: out of memory\n", stderr);
		return CLI_FAULT;
	}
	cli_progress_start(&fuzz->progress, fuzz->label, asked.is_quiet);
	fuzz->start_ns = cli_clock_ns();
	is_fine = jobs_run(&jobs);
	cli_progress_end(&fuzz->progress);
	for (uint32_t i = fuzz->settled; i < fuzz->count; i++) /* ended early: some are behind it */
		if (fuzz->ended[i] != &crash_mark)
			free(fuzz->ended[i]);
	if (asked.has_cells)
		report_print_cells(fuzz->cells, fuzz->has_color, fuzz->json == stdout ? stderr : stdout);
	print_summary(fuzz, fuzz->json == stdout ? stderr : stdout);
	if (fuzz->json && (fflush(fuzz->json) != 0 || ferror(fuzz->json))) {
		fprintf(stderr, "octosim fuzz: %s is incomplete: %s\n", asked.json, strerror(errno));
		is_fine = false;
	}
	if (!is_fine || fuzz->faults)
		return CLI_FAULT;
	return fuzz->failed ? CLI_FAILED : CLI_HELD;
}

int command_fuzz(int argc, char **argv)
{
	struct fuzz fuzz = { .count = 0 };
	struct scenario_errors errors = { NULL, 0 };
	int operands, status = cli_parse(&command, argc, argv, &operands);

	if (status == CLI_GO_ON)
		status = check_usage(operands);
	if (status != CLI_GO_ON)
		return status;
	fuzz.path = argv[0];
	fuzz.has_color = cli_has_color(asked.color, stdout);
	fuzz.count = (uint32_t)(asked.seeds.last - asked.seeds.first + 1);
	fuzz.swarm = swarm_open(argv[0], &errors);
	scenario_errors_print(&errors, argv[0], stderr);
	scenario_errors_free(&errors);
	if (!fuzz.swarm)
		return CLI_BAD_INPUT;
	if (asked.is_honest)
		swarm_be_honest(fuzz.swarm);
	status = asked.variant.is_given ? print_variant(fuzz.swarm) : open_outputs(&fuzz);
	if (status == CLI_GO_ON)
		status = run_all(&fuzz);
	if (fuzz.json && fuzz.json != stdout)
		fclose(fuzz.json);
	free(fuzz.ended);
	swarm_close(fuzz.swarm);
	return status;
}
