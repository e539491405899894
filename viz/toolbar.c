/* toolbar.c: the top line (what is open, the views, the playback's buttons, speed and time) and the help
 * page. Buttons are commands of the table; nothing is done here. */
#include "viz/commands.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct paint_font small = {PAINT_SMALL, PAINT_PLAIN};
static const struct paint_font small_bold = {PAINT_SMALL, PAINT_BOLD};

static void draw_icon(const struct paint *paint, const char *key, double x, double y, bool is_playing)
{
	cairo_t *cairo = paint->cairo;
	double way = strcmp(key, "Home") && strcmp(key, "Left") && strcmp(key, "U") ? 1 : -1;
	paint_ink(paint, COLOR_TEXT, 1);
	cairo_set_line_width(cairo, 1.8);
	if (!strcmp(key, "Space") && is_playing) {
		cairo_rectangle(cairo, x - 6, y - 7, 4, 14);
		cairo_rectangle(cairo, x + 2, y - 7, 4, 14);
		cairo_fill(cairo);
		return;
	}
	if (!strcmp(key, "u") || !strcmp(key, "U")) {
		paint_ink(paint, COLOR_DUEL, 1);
		paint_diamond(paint, x - way * 3, y, 6);
		cairo_stroke(cairo);
		paint_ink(paint, COLOR_TEXT, 1);
		paint_arrow_head(paint, x + way * 10, y, way > 0 ? 0 : 3.14159265, 8);
		return;
	}
	cairo_move_to(cairo, x - way * 5, y - 7);
	cairo_line_to(cairo, x + way * 7, y);
	cairo_line_to(cairo, x - way * 5, y + 7);
	cairo_close_path(cairo);
	if (!strcmp(key, "Space"))
		cairo_fill(cairo);
	else
		cairo_stroke(cairo);
	if (!strcmp(key, "Home") || !strcmp(key, "End"))
		paint_line(paint, x + way * 8, y - 7, x + way * 8, y + 7, 2);
}

static double draw_buttons(const struct viewer *viewer, const struct paint *paint, double x, double y)
{
	static const char *const keys[] = {"Home", "U", "Left", "Space", "Right", "u", "End"};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++, x += 32) {
		struct rect box = {x, y - 14, 29, 28};
		paint_box(paint, box, 5, COLOR_RAISED);
		draw_icon(paint, keys[i], x + 14.5, y, viewer->playback.is_playing);
		paint_hit_box(paint, HIT_COMMAND, commands_find(keys[i]), box);
	}
	return x;
}

static double draw_tabs(const struct viewer *viewer, const struct paint *paint, double x, double y)
{
	static const char *const names[VIEW_COUNT] = {"Topology", "Sequence", "Duel"};
	for (int i = 0; i < VIEW_COUNT; i++) {
		char key[2] = {(char)('1' + i), 0}, text[32];
		bool is_shown = (int)viewer->view == i;
		snprintf(text, sizeof text, "%s %s", key, names[i]);
		double width = paint_text_width(paint, small_bold, text) + 20;
		struct rect box = {x, y - 14, width, 28};
		if (is_shown)
			paint_box(paint, box, 5, COLOR_RAISED);
		paint_ink(paint, is_shown ? COLOR_TEXT : COLOR_DIM, 1);
		if (is_shown)
			paint_line(paint, x + 6, y + 13, x + width - 6, y + 13, 2.5);
		paint_text(paint, is_shown ? small_bold : small, PAINT_CENTER, x + width / 2, y + 4, text);
		paint_hit_box(paint, HIT_COMMAND, commands_find(key), box);
		x += width + 4;
	}
	return x;
}

/* A long title takes two lines before it is cut. */
static void draw_title(const struct viewer *viewer, const struct paint *paint, struct rect area)
{
	const struct trace_header *header = viewer->model->header;
	const struct paint_font large = {14, PAINT_BOLD};
	char raw[TEXT_MAX], text[TEXT_MAX];
	double y = area.y + area.height / 2;
	snprintf(raw, sizeof raw, "%.127s", header->title[0] ? header->title : "Untitled run");
	text_clean(raw, text, sizeof text);
	bool is_long = paint_text_width(paint, small_bold, text) > area.width;
	paint_ink(paint, COLOR_TEXT, 1);
	if (is_long)
		paint_text_wrap(paint, small_bold, area.x, y - 10, area.width, 2, text);
	else
		paint_text(paint, paint_text_width(paint, large, text) > area.width ? small_bold : large,
		           PAINT_LEFT, area.x, y - 3, text);
	snprintf(raw, sizeof raw, "seed %" PRIu64 " \xc2\xb7 %.15s \xc2\xb7 %.127s", header->seed,
	         header->crypto, header->scenario);
	text_clean(raw, text, sizeof text);
	paint_ink(paint, COLOR_DIM, 1);
	paint_text_fit(paint, small, PAINT_LEFT, area.x, y + (is_long ? 21 : 15), area.width, text);
}

void toolbar_draw(const struct viewer *viewer, const struct paint *paint, struct rect area)
{
	const struct playback *playback = &viewer->playback;
	double y = area.y + area.height / 2;
	char text[TEXT_MAX];
	paint_box(paint, area, 0, COLOR_PANEL);
	paint_ink(paint, COLOR_EDGE, 1);
	paint_line(paint, area.x, area.y + area.height - 0.5, area.x + area.width, area.y + area.height - 0.5,
	           1);
	/* From the right: what must always fit. The title takes what is left. */
	double x = area.x + area.width - 160;
	text_time(playback->time_ns, text, sizeof text);
	paint_ink(paint, COLOR_TEXT, 1);
	paint_text(paint, (struct paint_font){ 14, PAINT_BOLD }, PAINT_RIGHT, area.x + area.width - 14, y - 3,
	           text);
	if (playback->speed < 0)
		snprintf(text, sizeof text, "speed 1/%d\xc3\x97%s", 1 << -playback->speed,
		         playback->is_reverse ? ", backwards" : "");
	else
		snprintf(text, sizeof text, "speed %d\xc3\x97%s", 1 << playback->speed,
		         playback->is_reverse ? ", backwards" : "");
	paint_ink(paint, COLOR_DIM, 1);
	paint_text(paint, small, PAINT_RIGHT, area.x + area.width - 14, y + 15, text);
	x = draw_buttons(viewer, paint, x - 7 * 32 - 8, y) - 7 * 32;
	double tabs = x - 288;
	draw_tabs(viewer, paint, tabs, y);
	draw_title(viewer, paint, (struct rect){area.x + 14, area.y, tabs - area.x - 30, area.height});
}

void help_draw(const struct viewer *viewer, const struct paint *paint, struct rect area)
{
	enum { LINE = 21 };
	uint32_t rows = (command_count + 1) / 2;
	double width = fmin(760, area.width - 40), height = rows * LINE + 92;
	struct rect box = { area.x + (area.width - width) / 2, area.y + fmax(4, (area.height - height) / 2),
		            width, height };
	(void)viewer;
	paint_ink(paint, COLOR_BACKGROUND, 0.7);
	cairo_rectangle(paint->cairo, area.x, area.y, area.width, area.height);
	cairo_fill(paint->cairo);
	paint_box(paint, box, 10, COLOR_PANEL);
	paint_frame(paint, box, 10, COLOR_EDGE, 1.5);
	paint_ink(paint, COLOR_TEXT, 1);
	paint_text(paint, (struct paint_font){16, PAINT_BOLD}, PAINT_LEFT, box.x + 24, box.y + 32, "Keys");
	for (uint32_t i = 0; i < command_count; i++) {
		double x = box.x + 24 + (i / rows) * (width / 2 - 12), y = box.y + 60 + i % rows * LINE;
		char keys[48];
		snprintf(keys, sizeof keys, "%s%s%s", commands[i].keys[0], commands[i].keys[1] ? "  " : "",
		         commands[i].keys[1] ? commands[i].keys[1] : "");
		paint_ink(paint, COLOR_TEXT, 1);
		paint_text(paint, (struct paint_font){PAINT_SMALL, PAINT_MONO_BOLD}, PAINT_LEFT, x, y, keys);
		paint_ink(paint, COLOR_DIM, 1);
		paint_text_fit(paint, small, PAINT_LEFT, x + 96, y, width / 2 - 132, commands[i].help);
	}
	paint_ink(paint, COLOR_DIM, 1);
	paint_text_fit(
		paint, small, PAINT_LEFT, box.x + 24, box.y + height - 18, width - 48,
		"Mouse: click selects, drag pans, wheel zooms at the pointer; drag on the timeline scrubs.");
}
