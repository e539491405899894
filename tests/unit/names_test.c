/* names_test.c: scenario/names.c: patterns, distances, and what of a hostile file may appear in a message (quote.c). */
#include "sim/scenario/names.h"
#include "sim/scenario/quote.h"
#include "tests/check.h"

static void patterns_match_whole_names(void)
{
	CHECK(glob_matches("*", ""));
	CHECK(glob_matches("fleet-*", "fleet-17"));
	CHECK(!glob_matches("fleet-*", "a-fleet-17"));
	CHECK(glob_matches("*-1?", "fleet-17"));
	CHECK(!glob_matches("*-1?", "fleet-1"));
	CHECK(glob_matches("a*b*c", "aXbYbZc"));
	CHECK(!glob_matches("a*b*c", "aXbYbZ"));
	CHECK(glob_matches("robot", "robot"));
	CHECK(!glob_matches("robot", "robots"));
}

static void hostile_patterns_take_no_time(void)
{
	CHECK(!glob_matches("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b",
	                    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

static void distance_counts_typing_mistakes(void)
{
	CHECK_U64(name_distance("robot", "robot", 3), 0);
	CHECK_U64(name_distance("robot", "roboot", 3), 1);
	CHECK_U64(name_distance("robot", "rbot", 3), 1);
	CHECK_U64(name_distance("robot", "rotob", 3), 2);
	CHECK_U64(name_distance("robot", "orbot", 3), 1);
	CHECK_U64(name_distance("robot", "pilot", 3), 3);
	CHECK_U64(name_distance("robot", "", 3), 4);
	CHECK_U64(name_distance("robot", "somebody", 2), 3);
}

static void the_nearest_name_is_near(void)
{
	static const char *const known[] = { "latency", "loss", "rate", "to", NULL };

	CHECK_STRING(name_nearest("latecny", known), "latency");
	CHECK_STRING(name_nearest("los", known), "loss");
	CHECK(name_nearest("bandwidth", known) == NULL);
	CHECK(name_nearest("x", known) == NULL);
	CHECK_STRING(name_nearest("latency_distribution", known), "latency");
	CHECK_STRING(name_nearest("rate_of_arrival", known), "rate");
	CHECK(name_nearest("la", known) == NULL);
	CHECK_I64(name_index("rate", known), 2);
	CHECK_I64(name_index("rat", known), -1);
}

static void quoted_text_cannot_command_a_terminal(void)
{
	char text[64];

	quote_text(text, sizeof(text), "a\x1b[2J\x07", 6);
	CHECK_STRING(text, "\"a?[2J?\"");
	quote_text(text, sizeof(text),
	           "\xc2\x9b"
	           "2J\xff",
	           5);
	CHECK_STRING(text, "\"?2J?\"");
	quote_text(text, sizeof(text), "gr\xc3\xbc\xc3\x9f", 6);
	CHECK_STRING(text, "\"grüß\"");
}

static void long_text_is_cut_between_characters(void)
{
	char text[64];

	quote_plain(text, 8, "äöüäöü", 12);
	CHECK_STRING(text, "äö…");
	quote_plain(text, 8, "1234567", 7);
	CHECK_STRING(text, "1234567");
	quote_plain(text, 8, "12345678", 8);
	CHECK_STRING(text, "1234…");
}

CU_ErrorCode suite_names(void);

CU_ErrorCode suite_names(void)
{
	CU_pSuite suite = CU_add_suite("names", NULL, NULL);

	if (suite == NULL)
		return CU_get_error();
	CU_ADD_TEST(suite, patterns_match_whole_names);
	CU_ADD_TEST(suite, hostile_patterns_take_no_time);
	CU_ADD_TEST(suite, distance_counts_typing_mistakes);
	CU_ADD_TEST(suite, the_nearest_name_is_near);
	CU_ADD_TEST(suite, quoted_text_cannot_command_a_terminal);
	CU_ADD_TEST(suite, long_text_is_cut_between_characters);
	return CU_get_error();
}
