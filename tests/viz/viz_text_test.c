/* viz_text_test.c: the small tools the views are made with: text.c, axis.c, labels.c, theme.c. */
#include "tests/check.h"
#include "viz/axis.h"
#include "viz/labels.h"
#include "viz/text.h"
#include "viz/theme.h"

#include <stdlib.h>

static char out[TEXT_MAX];

static void durations_have_three_digits_or_so(void)
{
	static const struct { uint64_t ns; const char *text;
	} cases[] = { { 0, "0 ns" },
		      { 999, "999 ns" },
		      { 1500, "1.50 \xc2\xb5s" },
		      { 20300000, "20.3 ms" },
		      { 412000000, "412 ms" },
		      { 1250000000, "1.25 s" },
		      { 3600000000000, "3600 s" } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		text_duration(cases[i].ns, out, sizeof out);
		CHECK_STRING(out, cases[i].text);
	}
}

static void times_show_all_nine_digits(void)
{
	text_time(1284512300, out, sizeof out);
	CHECK_STRING(out, "1.284\xe2\x80\x89" "512\xe2\x80\x89" "300 s");
	text_axis(1280000000, 10000000, out, sizeof out);
	CHECK_STRING(out, "1.28 s");
	text_axis(5000000000, 1000000000, out, sizeof out);
	CHECK_STRING(out, "5 s");
}

static void axis_steps_are_round_and_large_enough(void)
{
	CHECK_U64(text_axis_step(0.1), 1);
	CHECK_U64(text_axis_step(3), 5);
	CHECK_U64(text_axis_step(5.5), 10);
	CHECK_U64(text_axis_step(120000), 200000);
}

static void counts_are_grouped(void)
{
	text_count(0, out, sizeof out);
	CHECK_STRING(out, "0");
	text_count(1234567, out, sizeof out);
	CHECK_STRING(out, "1,234,567");
}

static void times_are_read_with_their_units(void)
{
	static const struct { const char *text; uint64_t ns;
	} good[] = { { "1.5s", 1500000000 }, { "20ms", 20000000 }, { "0.3us", 300 },
		     { "7ns", 7 },           { "1500", 1500 },     { ".5ms", 500000 }, { "1.5m", UINT64_C(90000000000) },
		     { "1h", UINT64_C(3600000000000) } };
	static const char *const bad[] = { "",     "s",   "1.5", "1..5s",
		                           "-1s",  "1 s", "1w",  "99999999999999999999s",
		                           "1e3s", "0x1s" };
	uint64_t ns;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		CHECK(text_parse_time(good[i].text, &ns));
		CHECK_U64(ns, good[i].ns);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(!text_parse_time(bad[i], &ns));
}

/* Checked by a decoder of its own: every result must be UTF-8 without control characters. */
static bool is_clean(const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at;) {
		int more = *at < 0x80   ? 0
		           : *at < 0xc0 ? -1
		           : *at < 0xe0 ? 1
		           : *at < 0xf0 ? 2
		           : *at < 0xf8 ? 3
		                        : -1;
		uint32_t code = more == 0 ? *at : *at & (0x3fu >> more);
		if (more < 0)
			return false;
		for (at++; more > 0; more--, at++) {
			if ((*at & 0xc0) != 0x80)
				return false;
			code = code << 6 | (*at & 0x3f);
		}
		if (code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0xd800 && code < 0xe000) ||
		    code > 0x10ffff)
			return false;
	}
	return true;
}

static void text_from_files_is_made_fit_for_drawing(void)
{
	text_clean("plain \xe2\x80\x94 dash", out, sizeof out);
	CHECK_STRING(out, "plain \xe2\x80\x94 dash");
	text_clean("a\xff" "b\xe2\x80" "c\x01\xc0\xaf", out, sizeof out);
	CHECK(is_clean(out));
	CHECK_CONTAINS(out, "a?b");
	uint32_t state = 1;
	for (int round = 0; round < 2000; round++) {
		char raw[24];
		for (size_t i = 0; i < sizeof raw - 1; i++) {
			state = state * 1664525 + 1013904223;
			raw[i] = (char)(state >> 24 ? state >> 24 : 1);
		}
		raw[sizeof raw - 1] = 0;
		text_clean(raw, out, 12);
		CHECK(strlen(out) < 12 && is_clean(out));
	}
}

static const struct axis_gap gaps[] = {{1000000, 900000000}, {950000000, 951000000}, {960000000, 2000000000}};
enum { GAPS = sizeof gaps / sizeof *gaps };

static void an_axis_goes_only_forwards_and_back_again(void)
{
	struct axis axis;
	axis_build(&axis, gaps, GAPS, 2000000000, 940000000, 300, 50, 600, 200000);
	double last = -1e9;
	for (uint64_t time = 0; time <= 2000000000; time += 1234567) {
		double y = axis_y(&axis, time);
		CHECK(y >= last);
		last = y;
		if (y > 50 && y < 600) {
			uint64_t back = axis_time(&axis, y);
			CHECK(back + 20000000 > time && back < time + 20000000);
		}
	}
	CHECK(axis_y(&axis, 940000000) > 299.9 && axis_y(&axis, 940000000) < 300.1);
}

static void long_gaps_are_folded_and_short_ones_are_not(void)
{
	struct axis axis;
	axis_build(&axis, gaps, GAPS, 2000000000, 940000000, 300, 0, 900, 200000);
	double long_gap = axis_y(&axis, 900000000) - axis_y(&axis, 1000000);
	double short_gap = axis_y(&axis, 951000000) - axis_y(&axis, 950000000);
	CHECK(long_gap > AXIS_FOLD_PIXELS && long_gap < AXIS_FOLD_PIXELS + 40);
	CHECK(short_gap > 4.9 && short_gap < 5.1);
}

static void an_anchor_inside_a_fold_has_its_place(void)
{
	struct axis axis;
	axis_build(&axis, gaps, GAPS, 2000000000, 450000000, 300, 0, 900, 200000);
	CHECK(axis_y(&axis, 450000000) > 299.9 && axis_y(&axis, 450000000) < 300.1);
	CHECK(axis_y(&axis, 900000000) - axis_y(&axis, 1000000) < AXIS_FOLD_PIXELS + 40);
}

static void a_range_just_fits(void)
{
	struct axis axis;
	double scale = axis_fit(gaps, GAPS, 500000, 955000000, 400);
	axis_build(&axis, gaps, GAPS, 2000000000, 500000, 0, 0, 400, scale);
	CHECK(axis_y(&axis, 955000000) > 380 && axis_y(&axis, 955000000) < 420);
}

static void an_axis_of_nothing_is_harmless(void)
{
	struct axis axis;
	axis_build(&axis, NULL, 0, 0, 0, 10, 0, 100, 1);
	CHECK_U64(axis_time(&axis, 50), 1);
	CHECK(axis_y(&axis, 0) <= 10);
}

static void labels_do_not_overlap(void)
{
	struct labels *labels = calloc(1, sizeof *labels);
	struct rect below = {12, 12, 20, 10};
	CHECK(labels_take(labels, (struct rect){10, 10, 20, 10}));
	CHECK(!labels_take(labels, (struct rect){29, 19, 20, 10}));
	CHECK(labels_take(labels, (struct rect){30, 10, 20, 10}));
	CHECK(labels_take_below(labels, &below, 20));
	CHECK(below.y >= 20 && below.y < 21);
	below.y = 12;
	CHECK(!labels_take_below(labels, &below, 5));
	free(labels);
}

static double light_of(struct color color)
{
	return 0.299 * color.red + 0.587 * color.green + 0.114 * color.blue;
}

static void text_stands_out_from_every_ground_it_is_put_on(void)
{
	static const struct theme *const themes[] = {&theme_dark, &theme_light};
	for (int i = 0; i < 2; i++) {
		const struct color *colors = themes[i]->colors;
		for (int ground = COLOR_BACKGROUND; ground <= COLOR_RAISED; ground++) {
			double text = light_of(colors[COLOR_TEXT]) - light_of(colors[ground]);
			double dim = light_of(colors[COLOR_DIM]) - light_of(colors[ground]);
			CHECK(text * text > 0.36);
			CHECK(dim * dim > 0.16);
		}
		for (int color = COLOR_LOSS; color < COLOR_COUNT; color++) {
			double ink = light_of(theme_ink_on(colors[color])) - light_of(colors[color]);
			CHECK(ink * ink > 0.12);
		}
		CHECK(theme_find(themes[i]->name) == themes[i]);
	}
	CHECK(theme_find("mauve") == NULL);
}

CU_ErrorCode suite_viz_text(void)
{
	CU_pSuite suite = CU_add_suite("viz_text", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, durations_have_three_digits_or_so);
	CU_ADD_TEST(suite, times_show_all_nine_digits);
	CU_ADD_TEST(suite, axis_steps_are_round_and_large_enough);
	CU_ADD_TEST(suite, counts_are_grouped);
	CU_ADD_TEST(suite, times_are_read_with_their_units);
	CU_ADD_TEST(suite, text_from_files_is_made_fit_for_drawing);
	CU_ADD_TEST(suite, an_axis_goes_only_forwards_and_back_again);
	CU_ADD_TEST(suite, long_gaps_are_folded_and_short_ones_are_not);
	CU_ADD_TEST(suite, an_anchor_inside_a_fold_has_its_place);
	CU_ADD_TEST(suite, a_range_just_fits);
	CU_ADD_TEST(suite, an_axis_of_nothing_is_harmless);
	CU_ADD_TEST(suite, labels_do_not_overlap);
	CU_ADD_TEST(suite, text_stands_out_from_every_ground_it_is_put_on);
	return CU_get_error();
}
