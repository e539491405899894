/* compose_test.c: "extends": what is taken over, what replaces, what is appended, and that mistakes are reported where they
 * stand. Covers scenario/compose.c and vary.c. Works on files in a folder of its own. */
#include "sim/scenario/scenario.h"
#include "tests/check.h"
#include "tests/unit/program.h"

#include <stdlib.h>
#include <sys/stat.h>

#define HEAD "\"title\": \"T\", \"why\": \"W\", \"covers\": [\"R1\"]"

static const char base[] =
	"{" HEAD ", \"duration\": \"9s\", \"seed\": 5, \"note\": \"base\",\n"
	" \"nodes\": [{\"name\": \"a\", \"kind\": \"agent\"}, {\"name\": \"b\", \"kind\": \"remote\"}],\n"
	" \"trust\": [[\"a\", \"b\"]],\n"
	" \"links\": [{\"between\": [\"a\", \"b\"], \"loss\": \"50%\", \"latency\": \"30ms\"}],\n"
	" \"timeline\": [{\"at\": \"1s\", \"connect\": [\"a\", \"b\"]}],\n"
	" \"expect\": [{\"always\": \"invariants\"}],\n"
	" \"sweep\": {\"seed\": \"1..5\"}}\n";

static int set_up(void)
{
	return !program_open() || !program_write("base.json", base);
}

static int tear_down(void)
{
	return !program_close();
}

static struct scenario *load(const char *name, const char *text, struct scenario_errors *errors)
{
	char path[128];

	CU_ASSERT_TRUE_FATAL(program_write(name, text));
	snprintf(path, sizeof(path), "%s/%s", program_folder(), name);
	return scenario_load(path, errors);
}

static struct scenario *load_good(const char *name, const char *text)
{
	struct scenario_errors errors;
	struct scenario *scenario = load(name, text, &errors);

	scenario_errors_print(&errors, name, stderr);
	CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
	scenario_errors_free(&errors);
	return scenario;
}

static void what_is_not_said_comes_from_the_other(void)
{
	struct scenario *scenario = load_good("child.json", "{" HEAD ", \"extends\": \"base.json\", \"duration\": \"7s\"}");

	CHECK_U64(scenario->seed, 5);
	CHECK_U64(scenario->duration_ns, UINT64_C(7000000000));
	CHECK_U64(scenario->node_count, 2);
	CHECK_U64(scenario->link_count, 1);
	CHECK_U64(scenario->axis_count, 0);
	scenario_free(scenario);
}

static void lists_replace_unless_they_are_appended(void)
{
	static const char links[] = "\"links\": [{\"from\": \"a\", \"to\": \"b\", \"loss\": \"1%\"}]";
	char text[1024];
	struct scenario *scenario;

	snprintf(text, sizeof(text), "{%s, \"extends\": \"base.json\", %s}", HEAD, links);
	scenario = load_good("child.json", text);
	CHECK_U64(scenario->link_count, 1);
	CHECK(!scenario->links[0].sets_latency);
	scenario_free(scenario);
	snprintf(text, sizeof(text), "{%s, \"extends\": {\"scenario\": \"base.json\", \"append\": [\"links\"]}, %s}", HEAD, links);
	scenario = load_good("child.json", text);
	CHECK_U64(scenario->link_count, 2);
	CHECK(scenario->links[0].sets_latency && !scenario->links[1].sets_latency);
	scenario_free(scenario);
}

static void a_file_may_extend_one_that_extends_a_third(void)
{
	struct scenario *scenario;

	CU_ASSERT_TRUE_FATAL(program_write("middle.json",
		"{" HEAD ", \"extends\": {\"scenario\": \"base.json\"}, \"heal\": \"3s\", \"seed\": 6}"));
	scenario = load_good("child.json", "{" HEAD ", \"extends\": {\"scenario\": \"middle.json\"}, \"ties\": \"random\"}");
	CHECK_U64(scenario->heal_ns, UINT64_C(3000000000));
	CHECK_U64(scenario->seed, 6);
	CHECK(scenario->random_ties);
	scenario_free(scenario);
}

static void mistakes_are_reported_where_they_stand(void)
{
	struct scenario_errors errors;

	CU_ASSERT_TRUE_FATAL(program_write("wrong.json",
		"{" HEAD ", \"duration\": \"9s\",\n\"nodes\": [{\"name\": \"a\", \"kind\": \"agnt\"}],\n \"expect\": []}\n"));
	CHECK(load("child.json", "{" HEAD ",\n\"extends\": \"wrong.json\",\n \"sed\": 4}", &errors) == NULL);
	CHECK_U64(errors.count, 3);
	if (errors.count == 3) {
		CHECK_STRING(errors.list[0].file, "");
		CHECK_U64(errors.list[0].line, 3);
		CHECK_U64(errors.list[0].column, 2);
		CHECK(strstr(errors.list[1].file, "/wrong.json") != NULL);
		CHECK_U64(errors.list[1].line, 2);
		CHECK_U64(errors.list[1].column, 33);
		CHECK_U64(errors.list[2].line, 3);
	}
	scenario_errors_free(&errors);
}

/* Whatever the middle of the text, only the first words of each mistake matter here. */
static void expect_mistake(const char *text, const char *about)
{
	struct scenario_errors errors;

	CHECK(load("child.json", text, &errors) == NULL);
	CHECK_U64(errors.count, 1);
	CHECK(errors.count && strstr(errors.list[0].text, about));
	if (errors.count && !strstr(errors.list[0].text, about))
		scenario_errors_print(&errors, "child.json", stderr);
	scenario_errors_free(&errors);
}

static void circles_depths_and_nonsense_are_refused(void)
{
	char name[32], text[256];

	expect_mistake("{" HEAD ", \"extends\": \"child.json\"}", "extends itself");
	CU_ASSERT_TRUE_FATAL(program_write("round.json", "{" HEAD ", \"extends\": \"child.json\"}"));
	expect_mistake("{" HEAD ", \"extends\": \"round.json\"}", "extends itself");
	expect_mistake("{" HEAD ", \"extends\": \"nobody.json\"}", "cannot be read");
	expect_mistake("{" HEAD ", \"extends\": \".\"}", "is a directory");
	expect_mistake("{" HEAD ", \"extends\": 5}", "the path of a scenario");
	expect_mistake("{" HEAD ", \"extends\": {\"append\": [\"links\"]}}", "the path of a scenario");
	expect_mistake("{" HEAD ", \"extends\": {\"scenario\": \"base.json\", \"append\": [\"links\"]}}",
	               "the key of a list in this file");
	expect_mistake("{" HEAD ", \"\\u0065xtends\": \"nobody.json\"}", "cannot be read");
	for (int i = 0; i < 9; i++) {
		snprintf(name, sizeof(name), "deep%d.json", i);
		if (i < 8)
			snprintf(text, sizeof(text), "{" HEAD ", \"extends\": \"deep%d.json\"}", i + 1);
		else
			snprintf(text, sizeof(text), "{" HEAD ", \"extends\": \"base.json\"}");
		CU_ASSERT_TRUE_FATAL(program_write(name, text));
	}
	expect_mistake("{" HEAD ", \"extends\": \"deep0.json\"}", "more than 8 files");
}

/* far/base.json names far/far.csv; near/middle.json extends it; what runs stands above both. */
static void files_stand_beside_the_file_that_names_them(void)
{
	static const char extends_middle[] = "{" HEAD ", \"extends\": {\"scenario\": \"near/middle.json\", \"append\": [\"links\"]}, "
	                                     "\"links\": [{\"from\": \"b\", \"to\": \"a\", \"latency\": {\"table\": \"own.csv\"}}]}";
	char path[128];
	struct scenario *scenario;

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", program_folder(), i ? "near" : "far");
		CU_ASSERT_EQUAL_FATAL(mkdir(path, 0777), 0);
	}
	CU_ASSERT_TRUE_FATAL(program_write("far/far.csv", "77ms\n") && program_write("own.csv", "5ms\n") &&
	                     program_write("far/far.trace", "4\n") && program_write("far.csv", "1ms\n"));
	CU_ASSERT_TRUE_FATAL(program_write("far/base.json",
		"{" HEAD ", \"duration\": \"9s\", \"nodes\": [{\"name\": \"a\", \"kind\": \"agent\"}, {\"name\": \"b\", \"kind\": \"remote\"}],\n"
		"\"trust\": [[\"a\", \"b\"]], \"networks\": [{\"name\": \"home\", \"members\": \"a\", \"uplink\": {\"capacity\": \"far.trace\"}}],\n"
		"\"links\": [{\"between\": [\"a\", \"b\"], \"phases\": [{\"at\": \"1s\", \"latency\": {\"table\": \"far.csv\"}}]}],\n"
		"\"timeline\": [{\"at\": \"1s\", \"connect\": [\"a\", \"b\"]}], \"expect\": [{\"always\": \"invariants\"}]}"));
	CU_ASSERT_TRUE_FATAL(program_write("near/middle.json", "{" HEAD ", \"extends\": \"../far/base.json\"}"));
	scenario = load_good("child.json", extends_middle);
	CHECK_U64(scenario->link_count, 2);
	CHECK_U64(scenario->links[0].phases[0].latency_table->values_ns[0], 77000000);
	CHECK_U64(scenario->links[1].latency_table->values_ns[0], 5000000);
	scenario_free(scenario);
	/* And wherever the composed text is read again. */
	CHECK_U64((uint64_t)program_call("run child.json --set links.0.phases.0.at=2s --quiet"), 0);
	CHECK_U64((uint64_t)program_call("check child.json --explain"), 0);
	CHECK(program_says("\"near/../far/far.csv\"") && program_says("\"near/../far/far.trace\""));
	CHECK_U64((uint64_t)program_call("fuzz child.json --seeds 1..2 --quiet"), 0);
	/* What is wrong with such a file is reported where it is named. */
	CU_ASSERT_TRUE_FATAL(program_write("far/far.csv", "soon\n"));
	CHECK_U64((uint64_t)program_call("check child.json"), 2);
	CHECK(program_says("near/../far/base.json:3:80: links.0.phases.0.latency.table: line 1 of that file: found \"soon\""));
}

static void no_file_names_a_folder_itself(void)
{
	CU_ASSERT_TRUE_FATAL(program_write("far/sly.json",
		"{" HEAD ", \"extends\": \"base.json\",\n\"links\": [{\"between\": [\"a\", \"b\"], \"latency\": {\"table\": \"../own.csv\"}}]}"));
	expect_mistake("{" HEAD ", \"extends\": \"far/sly.json\"}", "without any folder");
	expect_mistake("{" HEAD ", \"extends\": \"base.json\", \"links\": [{\"between\": [\"a\", \"b\"], \"capacity\": \"far/far.trace\"}]}",
	               "without any folder");
}

static void a_file_that_is_not_there_is_told_from_its_neighbours(void)
{
	CU_ASSERT_TRUE_FATAL(program_write("lost-ack.json", base) && program_write("lost-ack-2.json", base));
	CHECK_U64((uint64_t)program_call("run lots-ack.json"), 2);
	CHECK(program_says("lots-ack.json: does not exist; did you mean lost-ack.json?"));
	CHECK_U64((uint64_t)program_call("check ./lost-ack-2"), 2);
	CHECK(program_says("./lost-ack-2: does not exist; did you mean ./lost-ack-2.json?"));
	CHECK_U64((uint64_t)program_call("run something-else-entirely.json"), 2);
	CHECK(program_says("something-else-entirely.json: cannot be read: "));
	CHECK_U64((uint64_t)program_call("run no-such-folder/lost-ack.json"), 2);
	CHECK(program_says("no-such-folder/lost-ack.json: cannot be read: "));
}

static void text_alone_extends_nothing(void)
{
	static const char text[] = "{\"extends\": \"base.json\", \"duration\": \"1s\", \"nodes\": [{\"name\": \"a\", \"kind\": \"agent\"}]}";
	struct scenario_errors errors;

	CHECK(scenario_load_text("test", text, strlen(text), &errors) == NULL);
	CHECK(errors.count == 1 && strstr(errors.list[0].text, "in a file of its own"));
	scenario_errors_free(&errors);
}

static void check_vary(const char *path, const char *value, const char *expected)
{
	static const char text[] = "{\"a\": [1, {\"b\": \"x\"}], \"c\": {}}";
	char problem[300] = "";
	size_t size = 0;
	char *varied = scenario_vary(text, strlen(text), path, value, &size, problem, sizeof(problem));

	CHECK_STRING(varied ? varied : problem, expected);
	CHECK(!varied || size == strlen(varied));
	free(varied);
}

static void one_value_is_replaced_and_nothing_else(void)
{
	check_vary("a.0", "22", "{\"a\": [22, {\"b\": \"x\"}], \"c\": {}}");
	check_vary("a.1.b", "{\"y\": 1}", "{\"a\": [1, {\"b\": {\"y\": 1}}], \"c\": {}}");
	check_vary("c.d", "3", "{\"a\": [1, {\"b\": \"x\"}], \"c\": {\"d\": 3}}");
	check_vary("e", "4", "{\"e\": 4, \"a\": [1, {\"b\": \"x\"}], \"c\": {}}");
	check_vary("a.2", "4", "the path \"a.2\" leads nowhere: there is no entry 2; the list has 2, counted from 0");
	check_vary("x.y", "4", "the path \"x.y\" leads nowhere: there is no \"x\"");
	check_vary("a.0.z", "4", "the path \"a.0.z\" leads nowhere: \"0\" is neither a list nor an object");
	check_vary("", "4", "the path \"\" names no field that could vary");
	check_vary("extends", "4", "the path \"extends\" names no field that could vary");
}

CU_ErrorCode suite_compose(void)
{
	CU_pSuite suite = CU_add_suite("compose", set_up, tear_down);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, what_is_not_said_comes_from_the_other);
	CU_ADD_TEST(suite, lists_replace_unless_they_are_appended);
	CU_ADD_TEST(suite, a_file_may_extend_one_that_extends_a_third);
	CU_ADD_TEST(suite, mistakes_are_reported_where_they_stand);
	CU_ADD_TEST(suite, circles_depths_and_nonsense_are_refused);
	CU_ADD_TEST(suite, files_stand_beside_the_file_that_names_them);
	CU_ADD_TEST(suite, no_file_names_a_folder_itself);
	CU_ADD_TEST(suite, a_file_that_is_not_there_is_told_from_its_neighbours);
	CU_ADD_TEST(suite, text_alone_extends_nothing);
	CU_ADD_TEST(suite, one_value_is_replaced_and_nothing_else);
	return CU_get_error();
}
