/* view_duel.c: one ID-duel taken apart. Both IDs aligned byte by byte with the deciding byte boxed, what
 * became of each side's role, what it cost until both stood on one session, and below it the crossing SYNs
 * as a ladder. */
#include "viz/ladder.h"
#include "viz/lanes.h"
#include "viz/viewer.h"
#include "viz/words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { ROW_BYTES = 16, LIST_ROW = 22 };

static const struct paint_font small = {PAINT_SMALL, PAINT_PLAIN};
static const struct paint_font small_bold = {PAINT_SMALL, PAINT_BOLD};
static const struct paint_font title = {16, PAINT_BOLD};

static void draw_none(const struct viewer *viewer, const struct paint *paint, struct rect area)
{
	const struct model *model = viewer->model;
	const struct model_list *alarms = &model->marks[MODEL_MARK_ALARM];
	double x = area.x + 24, y = area.y + 40;
	paint_ink(paint, COLOR_TEXT, 1);
	paint_text(paint, title, PAINT_LEFT, x, y, "No ID-duel in this run");
	paint_ink(paint, COLOR_DIM, 1);
	y = paint_text_wrap(paint, (struct paint_font){ 13, PAINT_PLAIN }, x, y + 28, area.width - 48, 3,
	                    "A duel is looked up when two nodes find that both have the same role: their "
	                    "SYNs crossed, or both answered. The node with the larger ID keeps its role, "
	                    "the other one changes.");
	y += 12;
	for (uint32_t i = 0; i < alarms->count && y < area.y + area.height - 24; i++, y += 20) {
		char words[TEXT_MAX];
		words_record(model, alarms->list[i], words, sizeof words);
		paint_ink(paint, COLOR_LOSS, 1);
		paint_text(paint, small_bold, PAINT_LEFT, x, y, "!");
		paint_ink(paint, COLOR_TEXT, 1);
		paint_text_fit(paint, small, PAINT_LEFT, x + 16, y, area.width - 70, words);
	}
}

/* Both IDs, 16 bytes a row; what is equal is dimmed, what decides is boxed, with the sign between. */
static double draw_ids(const struct paint *paint, const struct model *model, const struct model_duel *duel,
                       struct rect area, double y)
{
	double left = area.x + 124, step = fmin(26, floor((area.width - 124 - 14) / OCTO_ID_BYTES));
	bool is_one_row = step >= 19;
	if (!is_one_row)
		step = 24;
	double size = step >= 25 ? 15 : step >= 22 ? 13.5 : 12, half = size * 0.6;
	const struct paint_font hex = {size, PAINT_MONO}, hex_bold = {size, PAINT_MONO_BOLD};
	int columns = is_one_row ? OCTO_ID_BYTES : ROW_BYTES;
	for (int row = 0; row < OCTO_ID_BYTES; row += columns, y += 78) {
		for (int side = 0; side < 2; side++) {
			paint_ink(paint, side == 0 ? COLOR_TEXT : COLOR_DIM, 1);
			paint_text_fit(paint, side == 0 ? small_bold : small, PAINT_RIGHT, left - 16,
			               y + 15 + side * 38, 104, model_name(model, duel->node[side]));
		}
		for (int i = row; i < row + columns; i++) {
			double x = left + (i - row) * step;
			bool decides = i == duel->deciding_byte;
			for (int side = 0; side < 2; side++) {
				char text[4];
				snprintf(text, sizeof text, "%02x", duel->id[side][i]);
				double alpha = i < duel->deciding_byte ? 0.75 : decides ? 1 : 0.6;
				paint_ink(paint, decides ? COLOR_TEXT : COLOR_DIM, alpha);
				paint_text(paint, decides ? hex_bold : hex, PAINT_LEFT, x, y + 15 + side * 38,
				           text);
			}
			if (decides) {
				struct rect box = {x - 3, y - 3, 2 * half + 6, 62};
				paint_frame(paint, box, 4, COLOR_DUEL, 2);
				paint_ink(paint, COLOR_TEXT, 1);
				paint_text(paint, (struct paint_font){ 15, PAINT_BOLD }, PAINT_CENTER,
				           x + half, y + 34, "\xe2\x88\xa8");
			} else if (i < duel->deciding_byte) {
				paint_ink(paint, COLOR_DIM, 0.7);
				paint_text(paint, small, PAINT_CENTER, x + half, y + 34, "=");
			}
		}
	}
	return y;
}

static void draw_card(const struct paint *paint, const struct model *model, const struct model_duel *duel,
                      int side, struct rect box)
{
	char words[TEXT_MAX];
	paint_box(paint, box, 6, COLOR_PANEL);
	paint_frame(paint, box, 6, side == 0 ? COLOR_DUEL : COLOR_EDGE, side == 0 ? 2 : 1);
	if (side == 0)
		paint_frame(paint, (struct rect){ box.x + 4, box.y + 4, box.width - 8, box.height - 8 }, 4,
		            COLOR_DUEL, 1);
	double x = box.x + 14, y = box.y + 24, width = box.width - 28;
	paint_ink(paint, COLOR_TEXT, 1);
	snprintf(words, sizeof words, "%s %s", model_name(model, duel->node[side]),
	         side == 0 ? "wins" : "yields");
	paint_text_fit(paint, (struct paint_font){14, PAINT_BOLD}, PAINT_LEFT, x, y, width, words);
	bool is_kept = duel->role_before[side] == duel->role_after[side];
	if (is_kept)
		snprintf(words, sizeof words, "stays %s", words_role(duel->role_after[side]));
	else
		snprintf(words, sizeof words, "%s \xe2\x86\x92 %s", words_role(duel->role_before[side]),
		         words_role(duel->role_after[side]));
	paint_ink(paint, COLOR_TEXT, 1);
	paint_text_fit(paint, small, PAINT_LEFT, x, y + 20, width, words);
	uint32_t record = duel->record[side];
	char took[32];
	if (record == MODEL_NONE) {
		snprintf(words, sizeof words, "did not see the clash itself");
	} else if (!duel->syn[0] && !duel->syn[1]) {
		text_time(trace_get(model->trace, record)->time_ns, took, sizeof took);
		snprintf(words, sizeof words, "saw the clash at %s", took);
	} else {
		text_duration(trace_get(model->trace, record)->time_ns - duel->started_ns, took, sizeof took);
		snprintf(words, sizeof words, "saw the clash %s after the first SYN", took);
	}
	paint_ink(paint, COLOR_DIM, 1);
	paint_text_fit(paint, small, PAINT_LEFT, x, y + 38, width, words);
}

static double draw_cost(const struct paint *paint, const struct model *model, const struct model_duel *duel,
                        struct rect area, double y)
{
	char words[TEXT_MAX], decided[32], took[32], session[16];
	const char *start = duel->syn[0] || duel->syn[1] ? "first SYN" : "SYNs not in this trace";
	text_duration(duel->decided_ns - duel->started_ns, decided, sizeof decided);
	text_session(duel->session, session, sizeof session);
	(void)model;
	if (duel->established_ns == OCTO_NEVER) {
		snprintf(words, sizeof words,
		         "%s \xe2\x86\x92 %s \xe2\x86\x92 duel \xe2\x86\x92 no session of both sides in this "
		         "run",
		         start, decided);
	} else {
		text_duration(duel->established_ns - duel->decided_ns, took, sizeof took);
		char whole[32];
		text_duration(duel->established_ns - duel->started_ns, whole, sizeof whole);
		snprintf(words, sizeof words,
		         "%s \xe2\x86\x92 %s \xe2\x86\x92 duel \xe2\x86\x92 %s \xe2\x86\x92 session %s on "
		         "both sides.  Together %s.",
		         start, decided, took, session, whole);
	}
	paint_ink(paint, COLOR_TEXT, 1);
	paint_text_fit(paint, (struct paint_font){ 13, PAINT_PLAIN }, PAINT_LEFT, area.x + 18, y,
	               area.width - 36, words);
	return y + 14;
}

static void draw_ladder(const struct viewer *viewer, const struct paint *paint, const struct model_duel *duel,
                        struct rect area)
{
	const struct model *model = viewer->model;
	uint64_t last = duel->established_ns != OCTO_NEVER ? duel->established_ns : duel->decided_ns;
	for (int side = 0; side < 2; side++) {
		if (duel->record[side] != MODEL_NONE &&
		    trace_get(model->trace, duel->record[side])->time_ns > last)
			last = trace_get(model->trace, duel->record[side])->time_ns;
	}
	uint64_t margin = model->typical_latency_ns / 4;
	uint64_t from = duel->crossed_ns > margin ? duel->crossed_ns - margin : 0;
	uint64_t until = model->end_ns - last > margin ? last + margin : model->end_ns;
	struct lanes lanes = {.count = 0};
	struct axis axis;
	struct rect body = ladder_body(area);
	lanes_build_two(&lanes, model, duel->node[0], duel->node[1], from, until);
	double scale = axis_fit(lanes.gaps, lanes.gap_count, from, until, body.height);
	axis_build(&axis, lanes.gaps, lanes.gap_count, model->end_ns, from, body.y, body.y,
	           body.y + body.height, scale);
	ladder_draw(viewer, paint, area, &lanes, &axis, true);
	lanes_free(&lanes);
}

/* The duels around the one that is shown; a click shows another. */
static void draw_list(const struct viewer *viewer, const struct paint *paint, struct rect area)
{
	const struct model *model = viewer->model;
	uint32_t rows = (uint32_t)fmax(1, floor(area.height / LIST_ROW)), first = 0;
	if (model->duel_count > rows) {
		first = viewer->duel > rows / 2 ? viewer->duel - rows / 2 : 0;
		if (first + rows > model->duel_count)
			first = model->duel_count - rows;
	}
	for (uint32_t i = first; i < model->duel_count && i < first + rows; i++) {
		const struct model_duel *duel = &model->duels[i];
		struct rect row = {area.x, area.y + (i - first) * LIST_ROW, area.width, LIST_ROW};
		char number[32], time[64], words[TEXT_MAX];
		text_count(i + 1, number, sizeof number);
		text_time(duel->decided_ns, time, sizeof time);
		snprintf(words, sizeof words, "%s  %s  %s > %s", number, time,
		         model_name(model, duel->node[0]), model_name(model, duel->node[1]));
		if (i == viewer->duel)
			paint_box(paint,
			          (struct rect){ row.x + 8, row.y + 1, row.width - 16, row.height - 2 }, 4,
			          COLOR_RAISED);
		paint_ink(paint, i == viewer->duel ? COLOR_TEXT : COLOR_DIM, 1);
		paint_text_fit(paint, i == viewer->duel ? small_bold : small, PAINT_LEFT, row.x + 18,
		               row.y + 15, row.width - 36, words);
		paint_hit_box(paint, HIT_DUEL, i, row);
	}
}

void duel_draw(const struct viewer *viewer, const struct paint *paint, struct rect area)
{
	const struct model *model = viewer->model;
	if (viewer->duel == MODEL_NONE) {
		draw_none(viewer, paint, area);
		return;
	}
	const struct model_duel *duel = &model->duels[viewer->duel];
	char words[TEXT_MAX], number[32], count[32];
	text_count(viewer->duel + 1, number, sizeof number);
	text_count(model->duel_count, count, sizeof count);
	snprintf(words, sizeof words, "ID-duel %s of %s: %s wins against %s", number, count,
	         model_name(model, duel->node[0]), model_name(model, duel->node[1]));
	paint_ink(paint, COLOR_TEXT, 1);
	paint_text_fit(paint, title, PAINT_LEFT, area.x + 18, area.y + 30, area.width - 36, words);
	snprintf(
		words, sizeof words,
		"Both were %s. The larger ID keeps its role; byte %u is the first that differs: %02x > %02x.",
		words_role(duel->clash), duel->deciding_byte,
		duel->id[0][duel->deciding_byte % OCTO_ID_BYTES],
		duel->id[1][duel->deciding_byte % OCTO_ID_BYTES]);
	paint_ink(paint, COLOR_DIM, 1);
	paint_text_fit(paint, (struct paint_font){ 13, PAINT_PLAIN }, PAINT_LEFT, area.x + 18, area.y + 52,
	               area.width - 36, words);
	double y = draw_ids(paint, model, duel, area, area.y + 66);
	double half = floor((area.width - 36 - 12) / 2);
	for (int side = 0; side < 2; side++)
		draw_card(paint, model, duel, side,
		          (struct rect){ area.x + 18 + side * (half + 12), y, half, 76 });
	y = draw_cost(paint, model, duel, area, y + 98);
	double rest = area.y + area.height - y;
	uint32_t rows = model->duel_count < 5 ? model->duel_count : 5;
	double list = model->duel_count > 1 && rest > 240 ? rows * LIST_ROW + 6 : 0;
	if (rest - list > 110)
		draw_ladder(viewer, paint, duel, (struct rect){area.x, y, area.width, rest - list});
	if (list > 0) {
		paint_ink(paint, COLOR_EDGE, 1);
		paint_line(paint, area.x, y + rest - list + 0.5, area.x + area.width, y + rest - list + 0.5,
		           1);
		draw_list(viewer, paint, (struct rect){area.x, y + rest - list + 3, area.width, list - 3});
	}
}
