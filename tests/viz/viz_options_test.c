/* viz_options_test.c: the command line, viz/options.c, and scripts, script.c: what is good is read, what
 * is bad is named. The program as a whole (export.c, source.c, window.c, viz/main.c) is tested by
 * viewer_test.sh. */
#include "tests/check.h"
#include "viz/options.h"
#include "viz/script.h"

#include <stdlib.h>
#include <unistd.h>

static struct options options;
static char error[384];

static bool read_words(int count, char **words)
{
	error[0] = 0;
	return options_read(count, words, &options, error, sizeof error);
}

static void good_options_are_read(void)
{
	char *words[] = { "octoviz", "run.trace", "--view",   "duel",    "--at",  "1.5s",  "--range",
		          "1s..2s",  "--size",    "1024x640", "--theme", "light", "--out", "a.svg" };
	CHECK(read_words(14, words));
	CHECK_STRING(options.path, "run.trace");
	CHECK_U64(options.view, VIEW_DUEL);
	CHECK_U64(options.at_ns, 1500000000);
	CHECK_U64(options.from_ns, 1000000000);
	CHECK_U64(options.until_ns, 2000000000);
	CHECK_I64(options.width, 1024);
	CHECK_I64(options.height, 640);
	CHECK_STRING(options.theme->name, "light");
	CHECK_STRING(options.out, "a.svg");
}

static void bad_options_are_named_with_what_is_expected(void)
{
	static const struct { const char *name, *value, *says;
	} cases[] = { { "--view", "map", "--view map: expected topology, sequence or duel" },
		      { "--at", "soon", "--at soon: expected a time" },
		      { "--range", "2s..1s", "--range 2s..1s: expected two times" },
		      { "--range", "2s", "expected two times" },
		      { "--size", "9x9", "--size 9x9: expected" },
		      { "--size", "1024x", "expected" },
		      { "--size", "99999999x640", "expected" },
		      { "--theme", "mauve", "expected dark or light" },
		      { "--out", "a.gif", "ends in .png or .svg" },
		      { "--seed", "-3", "--seed -3: expected a whole number" },
		      { "--frobnicate", "1", "no such option" } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *words[] = {"octoviz", "run.trace", (char *)cases[i].name, (char *)cases[i].value};
		CHECK(!read_words(4, words));
		CHECK_CONTAINS(error, cases[i].says);
	}
	char *cut[] = { "octoviz", "run.trace", "--script" }, *two[] = { "octoviz", "a", "b" },
	     *none[] = { "octoviz" };
	CHECK(!read_words(3, cut));
	CHECK_CONTAINS(error, "--script: expected a value after it");
	CHECK(!read_words(3, two));
	CHECK_CONTAINS(error, "one trace or scenario at a time");
	CHECK(!read_words(1, none));
	CHECK_CONTAINS(error, "name a trace or a scenario");
}

static struct script *script_of(const char *text)
{
	char path[] = "/tmp/octoviz-script-XXXXXX";
	int file = mkstemp(path);
	if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(file);
	error[0] = 0;
	struct script *script = script_read(path, error, sizeof error);
	unlink(path);
	return script;
}

static void a_script_is_read_line_by_line(void)
{
	struct script *script =
		script_of("# comment\n\nkey space\nclick 10 20\n wheel -3 1 2\r\nwait 5 frames\nwait 1\n"
	                  "shot a b.png\nstate s\ndrag 1 2 3 4");
	CU_ASSERT_PTR_NOT_NULL_FATAL(script);
	CHECK_U64(script->count, 8);
	CHECK_STRING(script->lines[0].text, "space");
	CHECK_I64(script->lines[1].numbers[1], 20);
	CHECK_I64(script->lines[2].numbers[0], -3);
	CHECK_I64(script->lines[3].numbers[0], 5);
	CHECK_STRING(script->lines[5].text, "a b.png");
	CHECK_I64(script->lines[7].numbers[3], 4);
	script_free(script);
}

static void a_bad_line_is_named_by_its_number(void)
{
	static const char *const bad[] = { "key",       "key F13",     "click 1",         "click 1 x",
		                           "wait",      "wait 1 hour", "click 1 2 3",     "jump 3",
		                           "wheel 1 2", "shot",        "wait 99999999999" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char text[64];
		snprintf(text, sizeof text, "key u\n%s\nkey u\n", bad[i]);
		struct script *script = script_of(text);
		CHECK(script == NULL);
		CHECK_CONTAINS(error, ":2: expected ");
		script_free(script);
	}
	char longer[1400];
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = 0;
	CHECK(script_of(longer) == NULL);
	CHECK_CONTAINS(error, ":1: expected a shorter line");
	CHECK(script_read("/nonexistent/script", error, sizeof error) == NULL);
	CHECK_CONTAINS(error, "cannot be read");
}

CU_ErrorCode suite_viz_options(void)
{
	CU_pSuite suite = CU_add_suite("viz_options", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, good_options_are_read);
	CU_ADD_TEST(suite, bad_options_are_named_with_what_is_expected);
	CU_ADD_TEST(suite, a_script_is_read_line_by_line);
	CU_ADD_TEST(suite, a_bad_line_is_named_by_its_number);
	return CU_get_error();
}
