/* results_test.c: results for others than the one who types: sweeps, JUnit XML, artifacts. Covers cli/sweep.c,
 * sweep_report.c, cells.c, variant.c, junit.c, artifacts.c and scenario/sweep.c. */
#include "tests/check.h"
#include "tests/unit/program.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

#define BODY \
	"\"title\": \"T\", \"why\": \"W\", \"covers\": [\"R71\"], \"duration\": \"9s\", \"crypto\": \"model\"," \
	"\"nodes\": [{\"name\": \"robot\", \"kind\": \"agent\"}, {\"name\": \"pilot\", \"kind\": \"remote\"}]," \
	"\"trust\": [[\"robot\", \"pilot\"]], \"links\": [{\"between\": [\"*\", \"*\"], \"loss\": \"0%\"}]," \
	"\"timeline\": [{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}]," \
	"\"expect\": [{\"by\": \"8s\", \"session\": {\"between\": [\"robot\", \"pilot\"], \"state\": \"established\"}}]"

static int set_up(void)
{
	return !program_open() || !program_write("plain.json", "{" BODY "}") ||
	       !program_write("sweep.json", "{" BODY ", \"sweep\": {\"links.0.loss\": [\"0%\", \"100%\"], \"seed\": \"1..4\"}}") ||
	       !program_write("zip.json", "{" BODY ", \"sweep\": {\"zip\": {\"links.0.latency\": [\"10ms\", \"50ms\"], "
	                                  "\"links.0.loss\": [\"0%\", \"1%\"]}, \"crypto\": [\"model\", \"sodium\"]}}") ||
	       !program_write("wrong.json", "{" BODY ", \"sweep\": {\"links.0.loss\": [\"0%\", \"101%\"]}}");
}

static int tear_down(void)
{
	return !program_close();
}

#define CHECK_SAYS(part) CHECK(program_says(part))

static void sweep_shows_each_cell_and_repeats_what_failed(void)
{
	static char one[PROGRAM_OUTPUT_BYTES];

	CHECK_I64(program_call("sweep sweep.json"), 1);
	CHECK_SAYS("sweep.json, 2 cells, 4 seeds each");
	CHECK_SAYS("0%   4/4");
	CHECK_SAYS("100%   0/4                -");
	CHECK_SAYS("octosim run sweep.json --set links.0.loss=100% --seed 1\n");
	CHECK_SAYS("FAIL  4 of 8 runs held\n");
	memcpy(one, program_output, sizeof(one));
	CHECK_I64(program_call("sweep sweep.json --jobs 3"), 1);
	CHECK_STRING(program_output, one);
	CHECK_I64(program_call("run sweep.json --set links.0.loss=100% --seed 1 --quiet"), 1);
	CHECK_I64(program_call("run sweep.json --quiet"), 0);
}

static void zipped_fields_go_together_and_the_others_multiply(void)
{
	CHECK_I64(program_call("sweep zip.json --metrics sent,established"), 0);
	CHECK_SAYS("zip.json, 4 cells, 1 seed each");
	CHECK_SAYS("10ms            0%   model");
	CHECK_SAYS("50ms            1%  sodium");
	CHECK_SAYS("PASS  4 of 4 runs held");
	CHECK_I64(program_call("sweep zip.json --seeds 3..9 --quiet"), 0);
	CHECK_STRING(program_output, "");
}

static void cells_come_as_csv_and_as_json(void)
{
	cJSON *object, *metric;
	char *end;

	CHECK_I64(program_call("sweep sweep.json --csv - 2>/dev/null"), 1);
	CHECK(strncmp(program_output, "\"links.0.loss\",runs,held,established_ns_median,", 47) == 0);
	CHECK_SAYS("\n\"100%\",4,0,,,,0,0,0,");
	CHECK_I64(program_call("sweep sweep.json --json - 2>/dev/null"), 1);
	end = strchr(program_output, '\n');
	CU_ASSERT_PTR_NOT_NULL_FATAL(end);
	CHECK_SAYS("\"failed_seeds\": [1, 2, 3, 4]");
	*end = 0;
	object = cJSON_ParseWithOpts(program_output, NULL, 1);
	CHECK_STRING(cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetObjectItem(object, "cell"), "links.0.loss")), "0%");
	metric = cJSON_GetObjectItem(cJSON_GetObjectItem(object, "metrics"), "established_ns");
	CHECK_I64((int64_t)cJSON_GetNumberValue(cJSON_GetObjectItem(metric, "runs")), 4);
	/* Constant latency of 20 ms: SYNs cross, and the answer and its ACK take another two ways. */
	CHECK_I64((int64_t)cJSON_GetNumberValue(cJSON_GetObjectItem(metric, "least")), 60000000);
	cJSON_Delete(object);
}

static void sweeps_that_cannot_be_are_refused(void)
{
	CHECK_I64(program_call("sweep plain.json"), 2);
	CHECK_SAYS("it has no \"sweep\"");
	CHECK_I64(program_call("sweep wrong.json"), 2);
	CHECK_SAYS("sweep: with links.0.loss=101%: links.0.loss: found \"101%\"");
	CHECK_I64(program_call("check wrong.json"), 2);
	CHECK_SAYS("sweep: with links.0.loss=101%");
	CHECK_I64(program_call("sweep sweep.json --seeds 1..10000000"), 2);
	CHECK_SAYS("more than 1 000 000 runs");
	CHECK_I64(program_call("sweep sweep.json --metrics sent,mesages"), 2);
	CHECK_SAYS("there is no metric \"mesages\"");
	CHECK_I64(program_call("sweep sweep.json zip.json"), 2);
	CHECK_I64(program_call("sweep sweep.json --csv nowhere/x"), 2);
	CHECK_SAYS("cannot be written");
}

static void settings_are_checked_like_the_file(void)
{
	CHECK_I64(program_call("run plain.json --set links.0.loss=2000%"), 2);
	CHECK_SAYS("plain.json: links.0.loss: found \"2000%\"");
	CHECK_I64(program_call("run plain.json --set links.9.loss=2%"), 2);
	CHECK_SAYS("there is no entry 9");
	CHECK_I64(program_call("run plain.json --set duration"), 2);
	CHECK_SAYS("expected PATH=VALUE");
	CHECK_I64(program_call("run plain.json --set seed=9 --set crypto=sodium"), 0);
	CHECK_SAYS("seed 9, sodium crypto");
}

/* Every element that opens is closed, in order, and text holds no bare sign. */
static void check_xml(const char *text)
{
	const char *open[16];
	size_t depth = 0;

	for (const char *at = strchr(text, '<'); at; at = strchr(at + 1, '<')) {
		const char *end = strchr(at, '>');

		CU_ASSERT_PTR_NOT_NULL_FATAL(end);
		CHECK(memchr(at + 1, '<', (size_t)(end - at) - 1) == NULL);
		if (at[1] == '?' || end[-1] == '/')
			continue;
		if (at[1] != '/') {
			CU_ASSERT_FATAL(depth < 16);
			open[depth++] = at + 1;
			continue;
		}
		CU_ASSERT_FATAL(depth > 0);
		depth--;
		CHECK(strncmp(open[depth], at + 2, (size_t)(end - at) - 2) == 0);
	}
	CHECK_U64(depth, 0);
}

static void junit_has_a_suite_a_scenario_and_a_case_a_run(void)
{
	CHECK_I64(program_call("run plain.json sweep.json --set links.0.loss=100% --seeds 1..2 --junit j.xml --quiet >/dev/null; "
	                       "cat j.xml"), 0);
	check_xml(program_output);
	CHECK_SAYS("<testsuite name=\"plain.json\" tests=\"2\" failures=\"2\" errors=\"0\" skipped=\"0\"");
	CHECK_SAYS("<testcase classname=\"sweep.json\" name=\"seed 2\"");
	CHECK_SAYS("<failure message=\"by 8s session robot");
	CHECK_SAYS("run plain.json --set links.0.loss=100% --seed 1\n");
	CHECK_I64(program_call("sweep sweep.json --junit j.xml --quiet >/dev/null; cat j.xml"), 0);
	check_xml(program_output);
	CHECK_SAYS("tests=\"8\" failures=\"4\" errors=\"0\"");
	CHECK_SAYS("name=\"links.0.loss=100%, seed 4\"");
	CHECK_I64(program_call("run plain.json --junit nowhere/x"), 2);
}

static void names_from_files_cannot_break_the_xml(void)
{
	CU_ASSERT_TRUE_FATAL(program_write("a<b>&\"c\".json", "{" BODY "}"));
	CHECK_I64(program_call("run 'a<b>&\"c\".json' --set links.0.loss=100% --junit j.xml --quiet >/dev/null; cat j.xml"), 0);
	check_xml(program_output);
	CHECK_SAYS("<testsuite name=\"a&lt;b&gt;&amp;&quot;c&quot;.json\"");
}

static void artifacts_hold_all_of_a_failure(void)
{
	CHECK_I64(program_call("run plain.json --set links.0.loss=100% --seeds 1..12 --quiet --artifacts art >/dev/null; ls art"), 0);
	CHECK_SAYS("plain-seed-1\n");
	CHECK_SAYS("plain-seed-10\n");
	CHECK(strstr(program_output, "plain-seed-11") == NULL);
	CHECK_I64(program_call("check art/plain-seed-1/scenario.json; cd art/plain-seed-1; ls; cat report.txt ladder.txt"), 0);
	CHECK_SAYS("ladder.txt\n");
	CHECK_SAYS("replay.sh\n");
	CHECK_SAYS("run.trace\n");
	CHECK_SAYS("What failed:\nby 8s session robot");
	CHECK_SAYS("#1 SYN");
	CHECK_I64(program_call("list >/dev/null 2>&1; sh art/plain-seed-3/replay.sh --quiet"), 1);
	CHECK_SAYS("FAIL  0 of 1 expectations held");
	CHECK_I64(program_call("run plain.json --artifacts plain.json"), 2);
	CHECK_SAYS("cannot be written");
	CHECK_I64(program_call("run plain.json --quiet --artifacts none; ls none"), 0);
	CHECK_STRING(program_output, "");
}

CU_ErrorCode suite_results(void)
{
	CU_pSuite suite = CU_add_suite("results", set_up, tear_down);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, sweep_shows_each_cell_and_repeats_what_failed);
	CU_ADD_TEST(suite, zipped_fields_go_together_and_the_others_multiply);
	CU_ADD_TEST(suite, cells_come_as_csv_and_as_json);
	CU_ADD_TEST(suite, sweeps_that_cannot_be_are_refused);
	CU_ADD_TEST(suite, settings_are_checked_like_the_file);
	CU_ADD_TEST(suite, junit_has_a_suite_a_scenario_and_a_case_a_run);
	CU_ADD_TEST(suite, names_from_files_cannot_break_the_xml);
	CU_ADD_TEST(suite, artifacts_hold_all_of_a_failure);
	return CU_get_error();
}
