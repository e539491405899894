/* scanner_test.c: the JSON scanner alone, and joined with the parser's tree (tree.c): positions, strictness, recovery. */
#include "sim/scenario/tree.h"
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct report {
	uint32_t count;
	uint32_t line, column; /* of the first */
	char path[128], text[384];
};

static void keep_first(void *context, uint32_t line, uint32_t column, const char *path, const char *text)
{
	struct report *report = context;

	if (report->count++ > 0)
		return;
	report->line = line;
	report->column = column;
	snprintf(report->path, sizeof(report->path), "%s", path);
	snprintf(report->text, sizeof(report->text), "%s", text);
}

/* Reads text into a tree; the caller frees it. */
static bool read_sized(struct tree *tree, struct report *report, const char *text, size_t size)
{
	memset(report, 0, sizeof(*report));
	memset(tree, 0, sizeof(*tree));
	tree->scanner.report = keep_first;
	tree->scanner.context = report;
	return tree_read(tree, text, size);
}

static bool read_text(struct tree *tree, struct report *report, const char *text)
{
	return read_sized(tree, report, text, strlen(text));
}

/* One mistake, at this place, about this, and whether reading goes on after it. */
static void expect_mistake(const char *text, uint32_t line, uint32_t column, const char *path,
                           const char *about, bool goes_on)
{
	struct report report;
	struct tree tree;

	CHECK_U64(read_text(&tree, &report, text), goes_on);
	CHECK_U64(report.count, 1);
	CHECK_U64(report.line, line);
	CHECK_U64(report.column, column);
	CHECK_STRING(report.path, path);
	CHECK_CONTAINS(report.text, about);
	tree_free(&tree);
}

static void values_know_where_they_stand(void)
{
	struct report report;
	struct tree tree;
	struct tree_value list = { NULL, 0 }, second = { NULL, 0 };
	char path[64];

	CHECK(read_text(&tree, &report,
	                "{\n  \"ä\": 1,\n  \"list\": [true, {\"x\": \"é\", \"y\": null}]\n}"));
	CHECK_U64(report.count, 0);
	list = tree_get(&tree, tree_root(&tree), "list");
	second = tree_get(&tree, tree_next(&tree, tree_first(&tree, list)), "y");
	CHECK_U64(tree_mark(&tree, second)->line, 3);
	CHECK_U64(tree_mark(&tree, second)->column, 34);
	CHECK_U64(tree_mark(&tree, second)->key_column, 29);
	scanner_path(&tree.scanner, second.mark, path, sizeof(path));
	CHECK_STRING(path, "list.1.y");
	CHECK(tree_agrees(&tree));
	tree_free(&tree);
}

static void numbers_keep_all_their_digits(void)
{
	struct report report;
	struct tree tree;
	size_t size = 0;
	const char *number = NULL;

	CHECK(read_text(&tree, &report, "[18446744073709551615, -9223372036854775808]"));
	number = tree_number(&tree, tree_first(&tree, tree_root(&tree)), &size);
	CHECK_U64(size, 20);
	CHECK_BYTES(number, "18446744073709551615", 20);
	tree_free(&tree);
}

static void what_the_parser_lets_through_is_refused(void)
{
	expect_mistake("{\"a\": 01}", 1, 7, "a", "leading zero", true);
	expect_mistake("{\"a\": 1e999}", 1, 7, "a", "exponent", true);
	expect_mistake("{\"a\": 1.5}", 1, 7, "a", "fraction", true);
	expect_mistake("{\"a\": +1}", 1, 7, "a", "leading +", true);
	expect_mistake("{\"a\": .5}", 1, 7, "a", "before its point", true);
	expect_mistake("{\"a\": 0x10}", 1, 7, "a", "neither", true);
	expect_mistake("{\"a\": NaN}", 1, 7, "a", "NaN", true);
	expect_mistake("{\"a\": -Infinity}", 1, 7, "a", "Infinity", true);
	expect_mistake("{\"a\": nan}", 1, 7, "a", "NaN", true);
	expect_mistake("{\"a\": True}", 1, 7, "a", "not a JSON value", true);
	expect_mistake("{\"a\": 123456789012345678901}", 1, 7, "a", "20 characters", true);
	expect_mistake("{\"a\": \"x\\u0000y\"}", 1, 9, "a", "\\u0000", true);
	expect_mistake("{\"a\": \"\\ud800\"}", 1, 8, "a", "lone surrogate", true);
	expect_mistake("{\"a\": \"\\ud800\\u0041\"}", 1, 8, "a", "lone surrogate", true);
	expect_mistake("{\"a\": \"\\udc00\"}", 1, 8, "a", "lone surrogate", true);
	expect_mistake("{\"a\": \"\\x41\"}", 1, 8, "a", "escape", true);
	expect_mistake("{\"a\": \"\\u12g4\"}", 1, 8, "a", "four hexadecimal", true);
	expect_mistake("{\"a\": \"\xc0\xaf\"}", 1, 8, "a", "UTF-8", true);
	expect_mistake("{\"a\": \"\xed\xa0\x80\"}", 1, 8, "a", "UTF-8", true);
	expect_mistake("{\"a\": \"\xf5\x80\x80\x80\"}", 1, 8, "a", "UTF-8", true);
	expect_mistake("{\"a\": \"\xe2\x82\"}", 1, 8, "a", "UTF-8", true);
	expect_mistake("{\"a\": \"\t\"}", 1, 8, "a", "control character", true);
	expect_mistake("{\"a\": 1} x", 1, 10, "", "after the end", true);
	expect_mistake("{\"a\": 1}{}", 1, 9, "", "after the end", true);
	expect_mistake("{\"a\": 1, // c\n \"b\": 2}", 1, 10, "", "comment", true);
	expect_mistake("{/* c */\"a\": 1}", 1, 2, "", "comment", true);
	expect_mistake("\xef\xbb\xbf{\"a\": 1}", 1, 1, "", "byte order mark", true);
	expect_mistake("{\"a\": 1,}", 1, 8, "", "after the last", true);
	expect_mistake("[1, 2,]", 1, 6, "2", "after the last", true);
	expect_mistake("[1 2]", 1, 4, "1", "comma is missing", true);
	expect_mistake("{\"a\": 1 \"b\": 2}", 1, 9, "", "comma is missing", true);
	expect_mistake("{\"a\": 1, \"\\u0061\": 2}", 1, 10, "\\u0061", "here already", true);
}

static void mistakes_that_hide_the_rest_end_the_reading(void)
{
	expect_mistake("{\"a\": \"x\n\"}", 1, 9, "a", "closing quote", false);
	expect_mistake("{\"a\": 'x'}", 1, 7, "a", "single quote", false);
	expect_mistake("{a: 1}", 1, 2, "", "key in straight double quotes", false);
	expect_mistake("{\"a\" 1}", 1, 6, "a", "colon", false);
	expect_mistake("{\"a\": [1}", 1, 9, "a.1", "expected , or ]", false);
	expect_mistake("{\"a\": 1", 1, 8, "", "closing }", false);
	expect_mistake("[", 1, 2, "0", "text ends", false);
	expect_mistake("", 1, 1, "", "text ends", false);
	expect_mistake("{\"a\": ]}", 1, 7, "a", "expected a value", false);
	expect_mistake("\x80", 1, 1, "", "expected a value", false);
}

static void nesting_has_a_limit(void)
{
	struct report report;
	struct tree tree;
	char text[200001];

	memset(text, '[', 64);
	memset(text + 64, ']', 64);
	CHECK(read_sized(&tree, &report, text, 128));
	tree_free(&tree);
	memset(text, '[', sizeof(text));
	CHECK(!read_sized(&tree, &report, text, sizeof(text)));
	CHECK_U64(report.column, 65);
	CHECK_CONTAINS(report.text, "nested too deeply");
	tree_free(&tree);
}

static void the_number_of_values_has_a_limit(void)
{
	struct report report;
	struct tree tree;
	size_t size = 2 * (size_t)SCANNER_VALUES_MAX + 1;
	char *text = malloc(size);

	for (size_t i = 0; i < size; i++)
		text[i] = i % 2 == 0 ? '1' : ',';
	text[0] = '[';
	text[1] = ' ';
	CHECK(!read_sized(&tree, &report, text, size));
	CHECK_CONTAINS(report.text, "too many values");
	tree_free(&tree);
	free(text);
}

static void all_mistakes_of_a_text_are_reported(void)
{
	struct report report;
	struct tree tree;

	CHECK(read_text(&tree, &report, "{\"a\": 01, \"b\": [NaN, 1e5,], // x\n \"a\": \"\\q\"} z"));
	CHECK_U64(report.count, 8);
	CHECK(tree_agrees(&tree));
	tree_free(&tree);
}

/* A few thousand damaged texts: whatever they are, nothing breaks, a refusal has a reason, and where a tree comes out
 * the scanner and the parser agree on it. */
static void damaged_texts_are_survived(void)
{
	static const char good[] =
		"{\"a\": [1, -2, \"x\\u00e9\\n\", {\"b\": null, \"c\": [true, false]}], \"d\": \"\xc3\xa9\"}";
	static const char *const bytes = "{}[]\",:\\u0/*-e.'\n \x80\xc3"
					 "aN";
	char text[sizeof(good)];
	uint32_t state = 12345, refused = 0, read = 0;

	for (int i = 0; i < 4000; i++) {
		struct report report;
		struct tree tree;
		size_t size = sizeof(good) - 1;
		bool is_read = false;

		memcpy(text, good, sizeof(good));
		for (int j = 0; j < 1 + i % 3; j++) {
			state = state * 1664525u + 1013904223u;
			text[(state >> 8) % size] = bytes[(state >> 20) % strlen(bytes)];
		}
		if (i % 5 == 0)
			size = (state >> 10) % size;
		is_read = read_sized(&tree, &report, text, size);
		CU_ASSERT_TRUE_FATAL(is_read ? tree_agrees(&tree) : report.count > 0);
		refused += !is_read;
		read += is_read;
		tree_free(&tree);
	}
	CHECK(refused > 500);
	CHECK(read > 500);
}

CU_ErrorCode suite_scanner(void);

CU_ErrorCode suite_scanner(void)
{
	CU_pSuite suite = CU_add_suite("scanner", NULL, NULL);

	if (suite == NULL)
		return CU_get_error();
	CU_ADD_TEST(suite, values_know_where_they_stand);
	CU_ADD_TEST(suite, numbers_keep_all_their_digits);
	CU_ADD_TEST(suite, what_the_parser_lets_through_is_refused);
	CU_ADD_TEST(suite, mistakes_that_hide_the_rest_end_the_reading);
	CU_ADD_TEST(suite, nesting_has_a_limit);
	CU_ADD_TEST(suite, the_number_of_values_has_a_limit);
	CU_ADD_TEST(suite, all_mistakes_of_a_text_are_reported);
	CU_ADD_TEST(suite, damaged_texts_are_survived);
	return CU_get_error();
}
