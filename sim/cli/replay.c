/* replay.c: `octosim replay FILE`: runs a failure that `octosim fuzz` wrote once more, decision by decision,
 * and says whether it still fails, and in the same way. See sim/explore/failure_file.h. */
#include "sim/cli/apart.h"
#include "sim/cli/cli.h"
#include "sim/explore/failure_file.h"
#include "sim/explore/trial.h"
#include "sim/trace/ladder.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 512 };

static struct {
	const char *trace;
	bool is_sequence, is_free;
	enum cli_color color;
} asked;

static const struct cli_option options[] = {
	{ "--trace", "FILE", CLI_TEXT, &asked.trace,
	  "write what happened, for \"octosim trace\" and octoviz" },
	{ "--sequence", NULL, CLI_FLAG, &asked.is_sequence,
	  "lanes and arrows: who sent what to whom, and what became of it" },
	{ "--free", NULL, CLI_FLAG, &asked.is_free,
	  "let the seed decide, not the decision log: after the core has changed" },
	{ "--color", "WHEN", CLI_COLOR, &asked.color, "auto (on a terminal), always or never" },
};

static const struct cli_command command = {
	.name = "replay",
	.operands = "FILE",
	.summary = "Runs a failure that \"octosim fuzz\" found again, exactly: its scenario, its seed, each "
	           "of its decisions.\n"
		   "Exit status 1 while it fails, 0 when it does not any more.\n",
	.examples =
		"  octosim replay fuzz-failures/failure-7.json\n"
		"  octosim replay fuzz-failures/failure-7.json --sequence\n"
		"  octosim replay fuzz-failures/failure-7.json --trace seven.trace && octoviz seven.trace\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

struct replay {
	const char *path;
	struct failure failure;
	const char *trace_path; /* NULL: none is asked for */
	struct trial trial;
	bool has_color;
};

static void run(void *context)
{
	struct replay *replay = context;
	bool has_log = replay->failure.has_decisions && !asked.is_free;
	struct trial_options how = { .seed = replay->failure.seed,
		                     .trace_path = replay->trace_path,
		                     .replay = has_log ? &replay->failure.decisions : NULL };

	trial_run(replay->path, replay->failure.scenario, replay->failure.scenario_size, &how,
	          &replay->trial);
}

/* ---- What came of it
 * --------------------------------------------------------------------------------------------------- */

static bool is_same(const struct replay *replay)
{
	const struct failure *failure = &replay->failure;
	const struct trial *trial = &replay->trial;

	if (!failure->has_hash || failure->hash != trial->hash ||
	    failure->violation_count != trial->violation_count)
		return false;
	for (uint32_t i = 0; i < trial->violation_count; i++)
		if (strcmp(failure->violations[i], trial->violations[i]) != 0)
			return false;
	return true;
}

static void print_texts(const char *title, uint32_t count,
                        const char *(*text)(const struct replay *, uint32_t), const struct replay *replay)
{
	for (uint32_t i = 0; i < count; i++) {
		printf("  %-8s ", i ? "" : title);
		cli_print_clean(text(replay, i), stdout);
		putchar('\n');
	}
}

static const char *text_then(const struct replay *replay, uint32_t index)
{
	return replay->failure.violations[index];
}

static const char *text_now(const struct replay *replay, uint32_t index)
{
	return replay->trial.violations[index];
}

static void print_verdict(const struct replay *replay, enum cli_style style, const char *word,
                          const char *text)
{
	printf("\n%s%s%s  %s\n", cli_on(replay->has_color, style), word, cli_off(replay->has_color), text);
}

static int print_result(const struct replay *replay)
{
	const struct trial *trial = &replay->trial;
	bool same = is_same(replay);

	printf("seed %" PRIu64 ", %s of virtual time, %s events, decided by %s\n\n", replay->failure.seed,
	       cli_seconds(trial->virtual_ns), cli_count(trial->events),
	       replay->failure.has_decisions && !asked.is_free ? "the decision log" : "the seed");
	if (!same)
		print_texts("then", replay->failure.violation_count, text_then, replay);
	if (!same && replay->failure.has_hash)
		printf("           trace hash %016" PRIx64 "\n", replay->failure.hash);
	print_texts(same ? "" : "now", trial->violation_count, text_now, replay);
	printf("  %-8s trace hash %016" PRIx64 "\n", same || trial->violation_count ? "" : "now",
	       trial->hash);
	if (trial->decisions_left)
		printf("           %s entries of the decision log were not asked for\n",
		       cli_count(trial->decisions_left));
	if (!trial->violation_count)
		print_verdict(replay, CLI_GOOD, "HELD", "it does not fail any more");
	else if (same)
		print_verdict(replay, CLI_BAD, "REPRODUCED", "the same violations, the same trace hash");
	else
		print_verdict(replay, CLI_BAD, "FAILS", "but not in the same way");
	return trial->violation_count ? CLI_FAILED : CLI_HELD;
}

/* The process that tried it is gone; `how` says how. */
static int print_crash(const struct replay *replay, const char *how)
{
	char now[TRIAL_TEXT_BYTES + 32];
	bool same = false;

	snprintf(now, sizeof(now), "the process %s", how);
	if (replay->failure.violation_count == 1)
		same = strcmp(replay->failure.violations[0], now) == 0;
	if (!same)
		print_texts("then", replay->failure.violation_count, text_then, replay);
	printf("  %-8s ", same ? "" : "now");
	cli_print_clean(now, stdout);
	putchar('\n');
	print_verdict(replay, CLI_BAD, same ? "REPRODUCED" : "FAILS",
	              same ? "the same crash" : "but not in the same way");
	return CLI_FAILED;
}

static int print_sequence(const struct replay *replay)
{
	const struct ladder_options ladder = { .has_color = replay->has_color, .has_legend = true };
	struct ladder_source source;
	char error[512];
	struct trace *trace = trace_open(replay->trace_path, error, sizeof(error));
	bool is_printed;

	if (!trace) {
		fprintf(stderr, "octosim replay: %s\n", error);
		return CLI_FAULT;
	}
	source = ladder_source_of_trace(trace);
	is_printed = ladder_print(&source, &ladder, stdout);
	putchar('\n');
	trace_close(trace);
	return is_printed ? CLI_GO_ON : CLI_FAULT;
}

static int judge(struct replay *replay)
{
	const struct trial *trial = &replay->trial;
	char how[TRIAL_TEXT_BYTES];
	int status = CLI_GO_ON;

	/* Nobody knows yet whether this brings the process down. */
	if (!apart_run(run, replay, how, sizeof(how)))
		return print_crash(replay, how);
	run(replay);
	if (trial->is_fault || trial->is_mismatch) {
		fprintf(stderr, "octosim replay: %s: ", replay->path);
		cli_print_clean(trial->violations[0], stderr);
		fputs(trial->is_mismatch ? "\nThis octosim goes another way than the one that wrote the "
		                           "file; with --free the seed "
		                           "decides.\n"
		                         : "\n",
		      stderr);
		return trial->is_mismatch || trial->is_bad_text ? CLI_BAD_INPUT : CLI_FAULT;
	}
	if (asked.is_sequence)
		status = print_sequence(replay);
	return status == CLI_GO_ON ? print_result(replay) : status;
}

/* ---- The command ---------------------------------------------------------------------------------------
 * ------------------- */

/* A trace that only --sequence needs stands nowhere for long. */
static int judge_with_trace(struct replay *replay)
{
	const char *folder = getenv("TMPDIR");
	char path[PATH_BYTES];
	int file, status;

	if (cli_check_output(&command, "--trace", asked.trace) != CLI_GO_ON)
		return CLI_BAD_INPUT;
	if (asked.trace || !asked.is_sequence) {
		replay->trace_path = asked.trace;
		return judge(replay);
	}
	snprintf(path, sizeof(path), "%.400s/octosim-XXXXXX", folder && folder[0] ? folder : "/tmp");
	file = mkstemp(path);
	if (file < 0) {
		fprintf(stderr, "octosim replay: %s: %s\n", path, strerror(errno));
		return CLI_FAULT;
	}
	close(file);
	replay->trace_path = path;
	status = judge(replay);
	unlink(path);
	return status;
}

int command_replay(int argc, char **argv)
{
	struct replay *replay;
	char error[640];
	int operands, status = cli_parse(&command, argc, argv, &operands);

	if (status != CLI_GO_ON)
		return status;
	if (operands != 1)
		return cli_misuse(&command, operands ? "one failure at a time" : "which failure?");
	replay = cli_claim(NULL, sizeof(*replay));
	*replay = (struct replay){ .path = argv[0], .has_color = cli_has_color(asked.color, stdout) };
	if (failure_read(argv[0], &replay->failure, error, sizeof(error))) {
		status = judge_with_trace(replay);
	} else {
		fputs("octosim replay: ", stderr);
		cli_print_clean(error, stderr);
		putc('\n', stderr);
		status = CLI_BAD_INPUT;
	}
	failure_free(&replay->failure);
	free(replay);
	return status;
}
