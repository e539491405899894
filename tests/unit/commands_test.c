/* commands_test.c: the smaller commands: diff, new, check --explain, list --markdown, --version. Covers cli/diff.c, new.c and
 * explain.c; the same over all scenarios is in tests/scenario/commands_check.py. */
#include "tests/check.h"
#include "tests/unit/program.h"

#include <cjson/cJSON.h>

static const char scenario[] =
	"{\"title\": \"A | title\", \"why\": \"W\", \"covers\": [\"R71\"], \"duration\": \"9s\", \"crypto\": \"model\",\n"
	"\"nodes\": [{\"name\": \"robot\", \"kind\": \"agent\"}, {\"name\": \"fleet\", \"kind\": \"remote\", \"count\": 12}],\n"
	"\"trust\": [[\"robot\", \"fleet-*\"]], \"links\": [{\"between\": [\"*\", \"*\"], \"loss\": \"10%\"}],\n"
	"\"timeline\": [{\"at\": \"2s\", \"crash\": \"robot\", \"note\": \"boom\"},\n"
	"{\"at\": \"1s\", \"connect\": {\"from\": \"fleet-*\", \"to\": \"robot\"}}],\n"
	"\"expect\": [{\"always\": \"invariants\"}]}";

static int set_up(void)
{
	return !program_open() || !program_write("a.json", scenario) ||
	       !program_write("child.json", "{\"title\": \"C\", \"why\": \"W\", \"covers\": [\"R1\"], \"extends\": \"a.json\"}");
}

static int tear_down(void)
{
	return !program_close();
}

#define CHECK_SAYS(part) CHECK(program_says(part))

static void equal_traces_are_the_same(void)
{
	CHECK_I64(program_call("run a.json --quiet --trace a.trace"), 0);
	CHECK_I64(program_call("run a.json --quiet --trace b.trace"), 0);
	CHECK_I64(program_call("diff a.trace b.trace"), 0);
	CHECK_SAYS("The traces are the same: ");
}

static void the_first_difference_is_shown_with_its_causes(void)
{
	CHECK_I64(program_call("run a.json --quiet --trace a.trace"), 0);
	/* Only what is lost differs: the first copies of packets part ways, nothing before. */
	CHECK_I64(program_call("run a.json --quiet --trace b.trace --set links.0.loss=100%"), 0);
	CHECK_I64(program_call("diff a.trace b.trace --context 2"), 1);
	CHECK_SAYS("The scenarios differ: a.json and a.json");
	CHECK_SAYS("The same up to event ");
	CHECK_SAYS("flying        fleet-");
	CHECK_SAYS("lost by chance");
	CHECK_SAYS("They differ in: kind");
	CHECK_SAYS("A came from\n");
	CHECK_SAYS("sent          fleet-");
	CHECK_SAYS("action        fleet-");
	CHECK_I64(program_call("run a.json --quiet --trace b.trace --seed 9"), 0);
	CHECK_I64(program_call("diff a.trace b.trace"), 1);
	CHECK_SAYS("The seeds differ: 1 and 9");
	CHECK_SAYS("They differ in: byte ");
}

static void a_trace_that_ends_early_differs_there(void)
{
	CHECK_I64(program_call("run a.json --quiet --trace a.trace; head -c 4000 a.trace > cut.trace"), 0);
	CHECK_I64(program_call("diff a.trace cut.trace"), 1);
	CHECK_SAYS("cut.trace is truncated");
	CHECK_SAYS("the trace ends here");
	CHECK_I64(program_call("diff a.trace"), 2);
	CHECK_SAYS("two traces are needed, found 1");
	CHECK_I64(program_call("diff a.trace a.json"), 2);
	CHECK_SAYS("is not a trace");
	CHECK_I64(program_call("diff a.trace none.trace"), 2);
}

static void a_new_scenario_is_good_and_holds(void)
{
	CHECK_I64(program_call("new mine"), 0);
	CHECK_SAYS("octosim run mine.json\n");
	CHECK_I64(program_call("check mine.json"), 0);
	CHECK_I64(program_call("run mine.json --seeds 1..5 --quiet"), 0);
	CHECK_I64(program_call("sweep mine.json --seeds 1..2 --quiet"), 0);
	CHECK_I64(program_call("new mine.json"), 2);
	CHECK_SAYS("File exists");
	CHECK_I64(program_call("new"), 2);
	CHECK_I64(program_call("new nowhere/"), 2);
	CHECK_I64(program_call("new nowhere/x"), 2);
	CHECK(program_write("schema.json", "{}"));
	CHECK_I64(program_call("list >/dev/null 2>&1; mkdir -p x/y"), 0);
	CHECK_I64(program_call("new x/y/z.json >/dev/null; head -2 x/y/z.json"), 0);
	CHECK_SAYS("\"$schema\": \"../../schema.json\"");
}

static void explaining_says_what_is_left_unsaid(void)
{
	cJSON *root, *nodes, *timeline;

	CHECK_I64(program_call("check --explain child.json"), 0);
	root = cJSON_ParseWithOpts(program_output, NULL, 1);
	nodes = cJSON_GetObjectItem(root, "nodes");
	timeline = cJSON_GetObjectItem(root, "timeline");
	CHECK_STRING(cJSON_GetStringValue(cJSON_GetObjectItem(root, "ties")), "fixed");
	CHECK_STRING(cJSON_GetStringValue(cJSON_GetObjectItem(root, "title")), "C");
	CHECK(cJSON_GetObjectItem(root, "extends") == NULL);
	CHECK_STRING(cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetArrayItem(nodes, 0), "identity")), "robot");
	CHECK_STRING(cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetArrayItem(nodes, 1), "note")), "fleet-1 to fleet-12");
	CHECK_STRING(cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetArrayItem(timeline, 0), "note")), "boom; 1 node: robot");
	CHECK_STRING(cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetArrayItem(timeline, 1), "note")),
	             "12 pairs: fleet-1→robot, fleet-2→robot, fleet-3→robot, …");
	cJSON_Delete(root);
}

static void explaining_says_what_values_leave_unsaid(void)
{
	CHECK(program_write("inner.json", "{\"title\": \"I\", \"why\": \"W\", \"covers\": [\"R1\"], \"extends\": \"a.json\", "
		"\"networks\": [{\"name\": \"home\", \"members\": \"robot\", \"nat\": \"symmetric\", \"firewall\": \"outbound\"}], "
		"\"timeline\": [{\"at\": \"1s\", \"restart\": [\"robot\"]}, {\"at\": \"1s\", \"rebind\": \"home\"}, "
		"{\"at\": \"1s\", \"load\": {\"from\": \"robot\", \"to\": \"fleet-1\", \"every\": \"1s\", \"size\": 9, \"count\": 2}}]}"));
	CHECK_I64(program_call("check --explain inner.json"), 0);
	CHECK(program_says("\"nat\": {\"type\": \"symmetric\", \"timeout\": \"2m\", \"refresh\": \"outbound\", \"hairpin\": \"on\", "
	                   "\"neighbours\": \"inside\", \"room\": 1024, \"ports\": \"fresh\"}"));
	CHECK(program_says("\"firewall\": {\"timeout\": \"2m\", \"refresh\": \"outbound\", \"room\": 1024}"));
	CHECK(program_says("\"restart\": {\"node\": [\"robot\"], \"store\": \"kept\"}"));
	CHECK(program_says("\"rebind\": {\"network\": \"home\", \"address\": \"new\"}"));
	CHECK(program_says("\"count\": 2, \"priority\": 120, \"courier\": \"load\"}"));
}

static void what_is_explained_runs_the_same(void)
{
	static char hash[17];
	const char *at;

	CHECK_I64(program_call("run child.json"), 0);
	at = strstr(program_output, "trace hash ");
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	memcpy(hash, at + 11, 16);
	CHECK_I64(program_call("check --explain child.json > long.json"), 0);
	CHECK_I64(program_call("run long.json"), 0);
	CHECK_SAYS(hash);
}

static void an_index_has_a_table_a_folder(void)
{
	CHECK_I64(program_call("new b.json >/dev/null; mkdir -p list/duel; cp a.json list/duel/a.json; cp a.json list"), 0);
	CHECK_I64(program_call("list list --markdown"), 0);
	CHECK_SAYS("# Scenarios\n");
	CHECK_SAYS("\n## duel\n\n| Scenario | Title | Covers |\n|---|---|---|\n| [a](duel/a.json) | A \\| title | R71 |\n");
	CHECK_SAYS("| [a](a.json) | A \\| title | R71 |\n");
	CHECK_SAYS("\n2 scenarios\n");
	CHECK_I64(program_call("list list --markdown --json"), 2);
}

static void octosim_says_which_it_is(void)
{
	CHECK_I64(program_call("--version"), 0);
	CHECK(strncmp(program_output, "octosim ", 8) == 0);
	CHECK_SAYS("scenario format 1");
}

CU_ErrorCode suite_commands(void)
{
	CU_pSuite suite = CU_add_suite("commands", set_up, tear_down);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, equal_traces_are_the_same);
	CU_ADD_TEST(suite, the_first_difference_is_shown_with_its_causes);
	CU_ADD_TEST(suite, a_trace_that_ends_early_differs_there);
	CU_ADD_TEST(suite, a_new_scenario_is_good_and_holds);
	CU_ADD_TEST(suite, explaining_says_what_is_left_unsaid);
	CU_ADD_TEST(suite, explaining_says_what_values_leave_unsaid);
	CU_ADD_TEST(suite, what_is_explained_runs_the_same);
	CU_ADD_TEST(suite, an_index_has_a_table_a_folder);
	CU_ADD_TEST(suite, octosim_says_which_it_is);
	return CU_get_error();
}
