/* view_sequence.c: the ladder diagram and its frame: the lanes' heads, the time axis with its folds, the
 * playhead, and the future dimmed. What is drawn on the lanes and between them is in ladder_*.c. */
#include "viz/ladder.h"
#include "viz/legend.h"
#include "viz/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct paint_font small = {PAINT_SMALL, PAINT_PLAIN};

struct rect ladder_body(struct rect area)
{
	return (struct rect){ area.x, area.y + LADDER_HEADER, area.width,
		              fmax(1, area.height - LADDER_HEADER) };
}

static void place_lanes(struct ladder *ladder)
{
	double left = ladder->area.x + LADDER_AXIS, width = ladder->area.width - LADDER_AXIS;
	uint32_t count = ladder->lanes->count;
	ladder->label_room = fmax(84, fmin(210, width * (count > 4 ? 0.14 : 0.25)));
	ladder->is_narrow = count > 1 && (width - 2 * ladder->label_room) / (count - 1) < 170;
	double first = left + ladder->label_room,
	       last = ladder->area.x + ladder->area.width - ladder->label_room;
	for (uint32_t i = 0; i < count; i++) {
		ladder->lane_x[i] =
			round(count == 1 ? (first + last) / 2 : first + (last - first) * i / (count - 1));
		ladder->lane_half[i] = LADDER_LANE / 2.0;
	}
}

static void draw_fold(const struct ladder *ladder, double top, double bottom, uint64_t length)
{
	const struct paint *paint = ladder->paint;
	struct rect area = ladder->area;
	char took[32], text[64];
	text_duration(length, took, sizeof took);
	snprintf(text, sizeof text, "%s idle", took);
	paint_ink(paint, COLOR_PANEL, 1);
	cairo_rectangle(paint->cairo, area.x, top, area.width, bottom - top);
	cairo_fill(paint->cairo);
	paint_ink(paint, COLOR_EDGE, 1);
	cairo_set_line_width(paint->cairo, 1);
	paint_zigzag(paint, area.x, top, area.x + area.width, top, 2.5);
	paint_zigzag(paint, area.x, bottom, area.x + area.width, bottom, 2.5);
	paint_ink(paint, COLOR_DIM, 1);
	if (bottom - top >= 16)
		paint_text(paint, small, PAINT_RIGHT, area.x + LADDER_AXIS - 10, (top + bottom) / 2 + 4,
		           text);
}

/* Labels keep clear of the folds at either end of a piece. */
static void draw_ticks(const struct ladder *ladder, const struct axis_piece *piece, bool is_after_fold,
                       bool is_before_fold)
{
	const struct paint *paint = ladder->paint;
	double top = ladder->area.y, bottom = top + ladder->area.height;
	uint64_t step = text_axis_step(ladder->axis->ns_per_pixel * 46);
	for (uint64_t time = (piece->from_ns + step - 1) / step * step; time <= piece->until_ns;
	     time += step) {
		double y = round(axis_y(ladder->axis, time)) + 0.5;
		if (y > bottom)
			break;
		if (y < top + 4)
			continue;
		char text[32];
		text_axis(time, step, text, sizeof text);
		paint_ink(paint, COLOR_FAINT, 1);
		paint_line(paint, ladder->area.x + LADDER_AXIS - 4, y, ladder->area.x + ladder->area.width, y,
		           1);
		paint_ink(paint, COLOR_DIM, 1);
		if (y > top + 8 && y < bottom - 4 && !(is_after_fold && y < piece->from_y + 9)
		    && !(is_before_fold && y > piece->until_y - 9))
			paint_text(paint, small, PAINT_RIGHT, ladder->area.x + LADDER_AXIS - 10, y + 4, text);
	}
}

static void draw_axis(const struct ladder *ladder, bool folds)
{
	const struct axis *axis = ladder->axis;
	for (int i = 0; i < axis->count; i++) {
		const struct axis_piece *piece = &axis->pieces[i];
		if (!piece->is_folded) {
			if (!folds)
				draw_ticks(ladder, piece, i > 0,
				           i + 1 < axis->count && axis->pieces[i + 1].is_folded);
			continue;
		}
		/* A fold with the anchor in it comes in two pieces. */
		uint64_t from = piece->from_ns;
		double top = piece->from_y;
		while (i + 1 < axis->count && axis->pieces[i + 1].is_folded)
			piece = &axis->pieces[++i];
		if (folds)
			draw_fold(ladder, top, piece->until_y, piece->until_ns - from);
	}
}

static void draw_header(const struct ladder *ladder)
{
	const struct viewer *viewer = ladder->viewer;
	const struct model *model = viewer->model;
	const struct paint *paint = ladder->paint;
	struct rect area = ladder->area;
	double top = area.y - LADDER_HEADER, room = ladder->label_room * 1.9;
	if (ladder->lanes->count > 1)
		room = fmin(room, ladder->lane_x[1] - ladder->lane_x[0] - 6);
	bool is_narrow = room < 150;
	paint_ink(paint, COLOR_BACKGROUND, 1);
	cairo_rectangle(paint->cairo, area.x, top, area.width, LADDER_HEADER);
	cairo_fill(paint->cairo);
	for (uint32_t i = 0; i < ladder->lanes->count; i++) {
		uint32_t node = ladder->lanes->nodes[i];
		const struct paint_font bold = { is_narrow ? PAINT_SMALL : 14,
			                         is_narrow ? PAINT_PLAIN : PAINT_BOLD };
		const char *name = model_name(model, node);
		double width = fmin(paint_text_width(paint, bold, name), room - 22), x = ladder->lane_x[i];
		bool is_selected = viewer->selection.kind == SELECT_NODE && viewer->selection.index == node;
		/* Between lanes that are close there is no room for the shape beside the name. */
		paint_ink(paint, is_selected ? COLOR_MARK : COLOR_DIM, 1);
		cairo_set_line_width(paint->cairo, is_selected ? 3 : 1.6);
		paint_node_path(paint, is_narrow ? x : x - width / 2 - 5, is_narrow ? top + 9 : top + 18,
		                is_narrow ? 5 : 7, model_is_agent(model, node));
		cairo_stroke(paint->cairo);
		paint_ink(paint, COLOR_TEXT, 1);
		if (is_narrow)
			paint_text_fit(paint, bold, PAINT_CENTER, x, top + 28, room, name);
		else
			paint_text_fit(paint, bold, PAINT_LEFT, x - width / 2 + 9, top + 23, room - 22, name);
		uint32_t first = model->first_pair[node], pairs = model->first_pair[node + 1] - first;
		char words[96];
		if (!viewer->state->is_up[node])
			snprintf(words, sizeof words, "down");
		else if (pairs == 1 && !is_narrow && viewer->state->pairs[first].role != OCTO_ROLE_NONE)
			snprintf(words, sizeof words, "%s \xc2\xb7 %s",
			         words_state(viewer->state->pairs[first].state),
			         words_role(viewer->state->pairs[first].role));
		else
			snprintf(words, sizeof words, "%s",
			         words_state(model_node_state(model, viewer->state, node)));
		paint_ink(paint, COLOR_DIM, 1);
		if (!ladder->is_past)
			paint_text_fit(paint, small, PAINT_CENTER, x, is_narrow ? top + 43 : top + 40, room,
			               words);
		paint_hit_box(paint, HIT_NODE, node, (struct rect){x - room / 2, top, room, LADDER_HEADER});
	}
	paint_ink(paint, COLOR_EDGE, 1);
	paint_line(paint, area.x, area.y - 0.5, area.x + area.width, area.y - 0.5, 1);
}

/* What is yet to come is dimmed. */
static void draw_future(const struct ladder *ladder)
{
	struct rect area = ladder->area;
	double y = axis_y(ladder->axis, ladder->viewer->playback.time_ns), bottom = area.y + area.height;
	double edge = fmax(area.y, fmin(bottom, y + 1));
	paint_ink(ladder->paint, COLOR_BACKGROUND, 0.55);
	cairo_rectangle(ladder->paint->cairo, area.x + LADDER_AXIS, edge, area.width - LADDER_AXIS,
	                bottom - edge);
	cairo_fill(ladder->paint->cairo);
}

static void draw_playhead(const struct ladder *ladder)
{
	const struct paint *paint = ladder->paint;
	struct rect area = ladder->area;
	double y = axis_y(ladder->axis, ladder->viewer->playback.time_ns), bottom = area.y + area.height;
	if (y < area.y || y > bottom)
		return;
	y = round(y) + 0.5;
	/* Faint where the labels are. */
	double first = ladder->lane_x[0], last = ladder->lane_x[ladder->lanes->count - 1];
	paint_ink(paint, COLOR_MARK, 0.3);
	paint_line(paint, area.x + LADDER_AXIS - 3, y, first, y, 1);
	paint_line(paint, last, y, area.x + area.width, y, 1);
	paint_ink(paint, COLOR_MARK, 0.9);
	paint_line(paint, first, y, last, y, 1.2);
	paint_arrow_head(paint, area.x + LADDER_AXIS + 5, y, 0, 10);
}

bool ladder_is_due(const struct ladder *ladder, uint64_t time_ns)
{
	return ladder->pass == LADDER_ALL ||
	       (time_ns > ladder->viewer->playback.time_ns) == (ladder->pass == LADDER_TO_COME);
}

static void draw_writing(struct ladder *ladder)
{
	cairo_t *cairo = ladder->paint->cairo;
	ladder->pass = ladder->is_past ? LADDER_ALL : LADDER_BEEN;
	ladder_draw_words(ladder);
	ladder_draw_marks(ladder);
	if (ladder->is_past)
		return;
	ladder->pass = LADDER_TO_COME;
	cairo_push_group(cairo);
	ladder_draw_words(ladder);
	ladder_draw_marks(ladder);
	cairo_pop_group_to_source(cairo);
	cairo_paint_with_alpha(cairo, 0.5);
}

void ladder_draw(const struct viewer *viewer, const struct paint *paint, struct rect area,
                 const struct lanes *lanes, const struct axis *axis, bool is_past)
{
	struct rect body = ladder_body(area);
	struct ladder ladder = { .viewer = viewer,
		                 .paint = paint,
		                 .lanes = lanes,
		                 .axis = axis,
		                 .area = body,
		                 .is_past = is_past,
		                 .from_ns = axis_time(axis, body.y),
		                 .until_ns = axis_time(axis, body.y + body.height) };
	place_lanes(&ladder);
	cairo_save(paint->cairo);
	cairo_rectangle(paint->cairo, body.x, body.y, body.width, body.height);
	cairo_clip(paint->cairo);
	draw_axis(&ladder, false);
	draw_axis(&ladder, true);
	draw_playhead(&ladder);
	ladder_draw_lanes(&ladder);
	ladder_draw_arrows(&ladder);
	if (!is_past)
		draw_future(&ladder);
	draw_writing(&ladder);
	cairo_restore(paint->cairo);
	draw_header(&ladder);
}

struct axis sequence_axis(const struct viewer *viewer, struct rect area)
{
	struct rect body =
		ladder_body((struct rect){ area.x, area.y, area.width, area.height - LEGEND_HEIGHT });
	const struct lanes *lanes = &viewer->lanes;
	uint64_t end = viewer->model->end_ns;
	struct axis axis;
	if (viewer->range_until_ns > viewer->range_from_ns) {
		double scale = axis_fit(lanes->gaps, lanes->gap_count, viewer->range_from_ns,
		                        viewer->range_until_ns, body.height);
		axis_build(&axis, lanes->gaps, lanes->gap_count, end, viewer->range_from_ns, body.y, body.y,
		           body.y + body.height, scale);
	} else {
		axis_build(&axis, lanes->gaps, lanes->gap_count, end, viewer->sequence_ns,
		           body.y + body.height * 0.55, body.y, body.y + body.height, viewer->ns_per_pixel);
	}
	return axis;
}

void sequence_draw(const struct viewer *viewer, const struct paint *paint, struct rect area)
{
	struct axis axis = sequence_axis(viewer, area);
	if (viewer->lanes.count)
		ladder_draw(viewer, paint,
		            (struct rect){ area.x, area.y, area.width, area.height - LEGEND_HEIGHT },
		            &viewer->lanes, &axis, false);
	legend_draw(paint, area);
}
