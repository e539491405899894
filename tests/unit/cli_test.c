/* cli_test.c: octosim as its user meets it: what commands print and how they end (see program.h). Covers cli/main.c,
 * cli/options.c, cli.c, run.c, jobs.c, report.c, report_couriers.c, report_json.c, report_tail.c, check.c, list.c, cli/trace.c and, through
 * them, jsonl.c. */
#include "tests/check.h"
#include "tests/unit/program.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

static const char good[] =
	"{\"format\": 1, \"title\": \"T\", \"why\": \"W\", \"covers\": [\"R71\"], \"seed\": 3,"
	"\"duration\": \"3s\", \"crypto\": \"model\","
	"\"nodes\": [{\"name\": \"robot\", \"kind\": \"agent\"}, {\"name\": \"pilot\", \"kind\": "
	"\"remote\"}], \"trust\": [[\"robot\", \"pilot\"]],"
	"\"timeline\": [{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}],"
	"\"expect\": [{\"by\": \"2s\", \"session\": {\"between\": [\"robot\", \"pilot\"], "
	"\"state\": \"%s\"}}]}";

/* Twelve agents get a blob each, and a mode. */
static const char many[] =
	"{\"title\": \"T\", \"why\": \"W\", \"covers\": [\"R39\"], \"duration\": \"9s\", \"crypto\": \"model\","
	"\"nodes\": [{\"name\": \"agent\", \"kind\": \"agent\", \"count\": 12, \"couriers\": true}, {\"name\": \"remote\", "
	"\"kind\": \"remote\", \"couriers\": true}], \"trust\": [[\"agent-*\", \"remote\"]],"
	"\"timeline\": [{\"at\": \"0s\", \"connect\": {\"from\": \"remote\", \"to\": \"agent-*\"}},"
	"{\"at\": \"1s\", \"set\": {\"from\": \"remote\", \"to\": \"agent-*\", \"parameter\": \"mode\", \"value\": \"auto-pilot\"}},"
	"{\"at\": \"1s\", \"blob\": {\"from\": \"remote\", \"to\": \"agent-*\", \"size\": \"20kB\", \"name\": \"%s\"}}, {\"at\": \"8500ms\", "
	"\"blob\": {\"from\": \"remote\", \"to\": \"agent-5\", \"size\": \"900kB\", \"id\": 2, \"name\": \"late\"}}],"
	"\"expect\": [{\"by\": \"9s\", \"blob\": {\"from\": \"remote\", \"to\": \"agent-*\", \"whole\": true}}]}";

static bool write_scenario(const char *name, const char *format, const char *word)
{
	char text[2048];

	snprintf(text, sizeof(text), format, word);
	return program_write(name, text);
}

static int set_up(void)
{
	return !program_open() || !write_scenario("good.json", good, "established") ||
	       !write_scenario("bad.json", good, "idle") ||
	       !write_scenario("many.json", many, "plan") || !write_scenario("wrong.json", "{\"title\": \"%s\"}", "no more");
}

static int tear_down(void)
{
	return !program_close();
}

#define output program_output
#define call program_call
#define CHECK_SAYS(part) CHECK(program_says(part))

static void usage_errors_give_status_two_and_a_hint(void)
{
	CHECK_I64(call(""), 2);
	CHECK_SAYS("usage: octosim COMMAND");
	CHECK_I64(call("rnu good.json"), 2);
	CHECK_SAYS("did you mean \"run\"?");
	CHECK_I64(call("run"), 2);
	CHECK_SAYS("which scenario?");
	CHECK_I64(call("run --sede 3 good.json"), 2);
	CHECK_SAYS("did you mean --seed?");
	CHECK_I64(call("run --seed good.json"), 2);
	CHECK_SAYS("expected a whole number");
	CHECK_I64(call("run good.json --seed 18446744073709551616"), 2);
	CHECK_SAYS("expected a whole number");
	CHECK_I64(call("run good.json --seed"), 2);
	CHECK_SAYS("--seed needs a value");
	CHECK_I64(call("run good.json --seeds 5..1"), 2);
	CHECK_SAYS("expected a range A..B");
	CHECK_I64(call("run good.json --seed 1 --seeds 1..2"), 2);
	CHECK_SAYS("not both");
	CHECK_I64(call("run good.json --jobs 0"), 2);
	CHECK_SAYS("from 1 to 1000000");
	CHECK_I64(call("run good.json --color pink"), 2);
	CHECK_SAYS("expected auto, always or never");
	CHECK_I64(call("run good.json --quiet=yes"), 2);
	CHECK_SAYS("takes no value");
	CHECK_I64(call("run good.json bad.json --trace x.trace"), 2);
	CHECK_SAYS("one scenario and one seed");
	CHECK_I64(call("run good.json --json nowhere/x"), 2);
	CHECK_SAYS("cannot be written");
}

static void help_goes_to_standard_output_with_status_zero(void)
{
	static const char *const commands[] = { "", "run ", "trace ", "check ", "list ",
		                               "sweep ", "diff ", "new ", "fuzz ", "replay " };

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		char line[64];

		snprintf(line, sizeof(line), "%s--help 2>/dev/null", commands[i]);
		CHECK_I64(call(line), 0);
		CHECK_SAYS("usage: octosim");
	}
}

static void run_prints_a_table_with_the_verdict_last(void)
{
	const char *hash, *verdict;

	CHECK_I64(call("run good.json --color never"), 0);
	CHECK_SAYS("1 established of 1 trusted pair");
	CHECK_SAYS("model crypto");
	CHECK_SAYS("✓ by 2s session robot");
	hash = strstr(output, "trace hash ");
	verdict = strstr(output, "  PASS  1 of 1 expectations held\n");
	CU_ASSERT_PTR_NOT_NULL_FATAL(hash);
	CU_ASSERT_PTR_NOT_NULL_FATAL(verdict);
	CHECK_U64(strspn(hash + 11, "0123456789abcdef"), 16);
	CHECK(hash < verdict && verdict[strlen("  PASS  1 of 1 expectations held\n")] == 0);
	CHECK(strchr(output, '\033') == NULL);
	CHECK_I64(call("run good.json --color always"), 0);
	CHECK(strchr(output, '\033') != NULL);
	CHECK_I64(call("run good.json --quiet"), 0);
	CHECK_STRING(output, "");
}

/* Of many only those that stand out, and of invariants those that were put to the test, unless all are asked for. */
static void run_tells_of_blobs_and_state_what_stands_out(void)
{
	const char *late, *plan;

	CHECK_I64(call("run many.json --color never"), 0);
	CHECK_SAYS("\n  blobs              size ");
	late = strstr(output, ".       2 late, remote→agent-5\n");
	plan = strstr(output, "ok      1 plan, remote→agent-");
	CHECK(late && plan && late < plan);
	CHECK_SAYS("  and 3 more, each in less time; 12 of 13 whole\n");
	CHECK_SAYS("\n  auto-pilot            .     1 of 1          . ");
	CHECK_SAYS("  and 14 more\n");
	CHECK_SAYS("\n  – not evaluated: S6, ");
	CHECK(!program_says("input that does not authenticate"));
	CHECK_I64(call("run many.json --color never --verbose"), 0);
	CHECK_SAYS("– S6        not evaluated  input that does not authenticate");
	CHECK_SAYS("1 plan, remote→agent-12\n");
	CHECK_SAYS("remote of agent-12\n");
	CHECK(!program_says("\n  and "));
	CHECK(!program_says("– not evaluated"));
	CHECK_I64(call("run many.json --json -"), 0);
	CHECK_SAYS("{\"id\": 2, \"from\": \"remote\", \"to\": \"agent-5\", \"name\": \"late\", \"state\": \"flowing\", \"size_bytes\": 900000, ");
	CHECK_SAYS("\"node\": \"remote\", \"agent\": \"agent-12\", \"mode\": \"auto-pilot\", \"panic\": ");
}

static void failure_shows_what_was_found_the_last_lines_and_how_to_repeat_it(void)
{
	CHECK_I64(call("run bad.json --seed 12"), 1);
	CHECK_SAYS("✗ by 2s session");
	CHECK_SAYS("found: ");
	CHECK_SAYS("The last lines before it failed:");
	CHECK_SAYS("#1 SYN");
	CHECK_SAYS("expectation failed");
	CHECK_SAYS("octosim run bad.json --seed 12\n");
	CHECK_SAYS("FAIL  0 of 1 expectations held");
	CHECK_I64(call("run bad.json good.json --quiet"), 1);
	CHECK_SAYS("FAIL  1 of 2 runs held");
}

static void seeds_give_a_line_a_scenario_however_many_processes(void)
{
	static char one[PROGRAM_OUTPUT_BYTES];

	CHECK_I64(call("run good.json bad.json --seeds 1..12"), 1);
	CHECK_SAYS("PASS  12 of 12 seeds  good.json\n");
	CHECK_SAYS("FAIL  0 of 12 seeds  bad.json\n");
	CHECK_SAYS("octosim run bad.json --seed 1\n");
	CHECK_SAYS("octosim run bad.json --seed 10\n");
	CHECK_SAYS("  and 2 more\n");
	CHECK_SAYS("FAIL  12 of 24 runs held\n");
	memcpy(one, output, sizeof(one));
	CHECK_I64(call("run good.json bad.json --seeds 1..12 --jobs 3"), 1);
	CHECK(strcmp(output, one) == 0);
}

/* Reads the output as JSON lines; returns how many there are, all of them objects. */
static int json_lines(const char *key, const char *value)
{
	int count = 0;

	for (char *line = output; *line && count < 1000; count++) {
		char *end = strchr(line, '\n');
		cJSON *object;

		if (end)
			*end = 0;
		object = cJSON_ParseWithOpts(line, NULL, 1);
		CHECK(cJSON_IsObject(object));
		if (key)
			CHECK_STRING(cJSON_GetStringValue(cJSON_GetObjectItem(object, key)), value);
		cJSON_Delete(object);
		line = end ? end + 1 : line + strlen(line);
	}
	return count;
}

static void json_is_one_object_a_run_and_equal_for_equal_runs(void)
{
	static char first[PROGRAM_OUTPUT_BYTES];

	CHECK_I64(call("run good.json --seeds 1..5 --jobs 2 --json -"), 0);
	memcpy(first, output, sizeof(first));
	CHECK_I64(json_lines("verdict", "pass"), 5);
	CHECK_I64(call("run good.json --seeds 1..5 --json - --quiet"), 0);
	CHECK(strcmp(output, first) == 0);
	CHECK_I64(call("run bad.json --json x.jsonl --quiet >/dev/null; cat x.jsonl"), 0);
	CHECK_SAYS("\"found\": ");
	CHECK_I64(json_lines("verdict", "fail"), 1);
}

static void cells_are_counted_and_may_be_required(void)
{
	CHECK_I64(call("run good.json --cells --quiet"), 0);
	CHECK_SAYS("possible cells ran");
	CHECK_SAYS("never ran: established, peer is dead: ");
	CHECK_I64(call("run good.json --require-cells --quiet"), 1);
	CHECK_I64(call("run good.json --require-cells --json - 2>/dev/null"), 1);
	CHECK_I64(json_lines("verdict", "pass"), 1);
}

static void bad_scenarios_stop_everything_before_it_begins(void)
{
	CHECK_I64(call("run good.json wrong.json missing.json --json y.jsonl; s=$?; ls; exit $s"), 2);
	CHECK_SAYS("wrong.json:1:");
	CHECK_SAYS("missing.json: ");
	CHECK(strstr(output, "y.jsonl") == NULL);
	CHECK(strstr(output, "PASS") == NULL);
	CHECK_I64(call("check good.json wrong.json"), 2);
	CHECK_SAYS("ok  good.json");
	CHECK_I64(call("list ."), 2);
	CHECK_SAYS("good.json");
}

static void trace_is_summed_up_drawn_and_listed(void)
{
	CHECK_I64(call("run good.json --quiet --trace run.trace"), 0);
	CHECK_I64(call("trace run.trace"), 0);
	CHECK_SAYS("nodes     robot, agent, ");
	CHECK_SAYS("session-up ");
	CHECK_I64(call("trace run.trace --sequence"), 0);
	CHECK_SAYS("⚔ duel won");
	CHECK_I64(call("trace run.trace --sequence --ascii --nodes pilot,robot --last 2"), 0);
	for (const char *c = output; *c; c++)
		CHECK((unsigned char)*c < 0x80);
	CHECK_I64(call("trace run.trace --jsonl"), 0);
	CHECK_SAYS("\"kind\": \"duel\"");
	CHECK(json_lines(NULL, NULL) > 20);
	CHECK_I64(call("trace run.trace --jsonl --last 3"), 0);
	CHECK_I64(json_lines(NULL, NULL), 3);
	CHECK_I64(call("trace run.trace --sequence --nodes robot,nobody"), 2);
	CHECK_SAYS("there is no node \"nobody\"");
	CHECK_I64(call("trace run.trace --sequence --nodes robot,robot"), 2);
	CHECK_I64(call("trace good.json"), 2);
	CHECK_SAYS("is not a trace");
	CHECK_I64(call("trace run.trace --last 3"), 2);
	CHECK_I64(call("run good.json --quiet --trace run.trace; head -c 900 run.trace >cut.trace"), 0);
	CHECK_I64(call("trace cut.trace"), 0);
	CHECK_SAYS("cut.trace is truncated");
}

static void results_that_cannot_be_written_are_a_fault(void)
{
	if (access("/dev/full", W_OK) != 0)
		return;
	CHECK_I64(call("run good.json >/dev/full"), 3);
	CHECK_I64(call("run good.json --quiet --trace /dev/full"), 3);
	CHECK_SAYS("/dev/full: the trace is incomplete");
	CHECK_I64(call("run good.json --quiet --json /dev/full"), 3);
}

/* What was meant as an input and named as an output is still there afterwards. */
static void results_are_not_written_over_scenarios(void)
{
	static const char *const options[] = { "--trace", "--json", "--junit" };
	char command[64];

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		snprintf(command, sizeof(command), "run good.json --quiet %s good.json", options[i]);
		CHECK_I64(call(command), 2);
		CHECK_SAYS("good.json: is a scenario or a failure file, and would be lost");
		CHECK_I64(call("check good.json"), 0);
	}
	CHECK_I64(call("run good.json --quiet --json results.jsonl"), 0);
	CHECK_I64(call("run good.json --quiet --json results.jsonl"), 0); /* results may be written anew */
}

/* Also control characters of two bytes, half characters, and what turns the direction of writing. */
static void a_name_does_nothing_to_a_terminal(void)
{
	CHECK(write_scenario("a\xc2\x9b""b\xff\xe2\x80\xae""c\xc3\xa9.json", good, "established"));
	CHECK_I64(call("run a*c*.json"), 0);
	CHECK_SAYS("a?b??c\xc3\xa9.json");
	CHECK(!program_says("\xc2\x9b"));
}

CU_ErrorCode suite_cli(void)
{
	CU_pSuite suite = CU_add_suite("cli", set_up, tear_down);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, usage_errors_give_status_two_and_a_hint);
	CU_ADD_TEST(suite, help_goes_to_standard_output_with_status_zero);
	CU_ADD_TEST(suite, run_prints_a_table_with_the_verdict_last);
	CU_ADD_TEST(suite, run_tells_of_blobs_and_state_what_stands_out);
	CU_ADD_TEST(suite, failure_shows_what_was_found_the_last_lines_and_how_to_repeat_it);
	CU_ADD_TEST(suite, seeds_give_a_line_a_scenario_however_many_processes);
	CU_ADD_TEST(suite, json_is_one_object_a_run_and_equal_for_equal_runs);
	CU_ADD_TEST(suite, cells_are_counted_and_may_be_required);
	CU_ADD_TEST(suite, bad_scenarios_stop_everything_before_it_begins);
	CU_ADD_TEST(suite, trace_is_summed_up_drawn_and_listed);
	CU_ADD_TEST(suite, results_that_cannot_be_written_are_a_fault);
	CU_ADD_TEST(suite, results_are_not_written_over_scenarios);
	CU_ADD_TEST(suite, a_name_does_nothing_to_a_terminal);
	return CU_get_error();
}
