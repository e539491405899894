/* timeline.c: the bar at the bottom. Above, the whole run: how much happens when, and where the duels,
 * drops, sessions and warnings are. Below it, a stretch around the playhead in detail, every kind of mark
 * on a line of its own shape. */
#include "viz/viewer.h"

#include <math.h>
#include <stdio.h>

static const struct paint_font small = {PAINT_SMALL, PAINT_PLAIN};

struct strip {
	struct rect area;
	uint64_t from_ns, until_ns;
};

static double strip_x(const struct strip *strip, uint64_t time_ns)
{
	double length = (double)(strip->until_ns - strip->from_ns);
	double since = time_ns >= strip->from_ns ? (double)(time_ns - strip->from_ns)
	                                         : -(double)(strip->from_ns - time_ns);
	return strip->area.x + (length > 0 ? since / length : 0) * strip->area.width;
}

static uint64_t strip_time(const struct strip *strip, double x)
{
	double along = fmax(0, fmin(1, (x - strip->area.x) / strip->area.width));
	return strip->from_ns + (uint64_t)((double)(strip->until_ns - strip->from_ns) * along);
}

/* Bars as high as the logarithm of the number of records: one record is seen, a thousand do not hide the
 * rest. */
static void draw_density(const struct viewer *viewer, const struct paint *paint, const struct strip *strip)
{
	const struct model *model = viewer->model;
	double most = log2(2 + (double)model->record_count / 8), bottom = strip->area.y + strip->area.height;
	paint_ink(paint, COLOR_OTHER, 0.55);
	uint32_t before = trace_find(model->trace, strip->from_ns);
	for (double x = 0; x < strip->area.width; x += 2) {
		uint32_t until = trace_find(model->trace, strip_time(strip, strip->area.x + x + 2));
		if (until > before) {
			double height = fmin(1, log2(1 + (double)(until - before)) / most) *
			                        (strip->area.height - 13) +
			                2;
			cairo_rectangle(paint->cairo, strip->area.x + x, bottom - height, 1.6, height);
		}
		before = until;
	}
	cairo_fill(paint->cairo);
}

static void draw_mark(const struct paint *paint, enum model_mark mark, double x, double y)
{
	cairo_t *cairo = paint->cairo;
	cairo_set_line_width(cairo, 1.5);
	switch (mark) {
	case MODEL_MARK_DUEL:
		paint_ink(paint, COLOR_DUEL, 1);
		paint_diamond(paint, x, y, 6);
		cairo_stroke(cairo);
		paint_diamond(paint, x, y, 2.5);
		cairo_fill(cairo);
		break;
	case MODEL_MARK_DROP:
		paint_ink(paint, COLOR_LOSS, 1);
		paint_cross(paint, x, y, 3.2, 2);
		break;
	case MODEL_MARK_UP: case MODEL_MARK_DOWN:
		paint_ink(paint, mark == MODEL_MARK_UP ? COLOR_ESTABLISHED : COLOR_LOSS, 1);
		paint_triangle(paint, x, y, 4.5, mark == MODEL_MARK_UP);
		cairo_fill(cairo);
		break;
	case MODEL_MARK_HANDSHAKE:
		paint_ink(paint, COLOR_SYN, 1);
		paint_line(paint, x, y - 4, x, y + 4, 1.6);
		break;
	default:
		paint_ink(paint, COLOR_LOSS, 1);
		cairo_rectangle(cairo, x - 3.5, y - 3.5, 7, 7);
		cairo_fill(cairo);
		break;
	}
}

/* The next mark is looked for beyond the last one's width, so a million of them cost no more than fill the
 * strip. */
static void draw_marks(const struct viewer *viewer, const struct paint *paint, const struct strip *strip,
                       enum model_mark mark, double y)
{
	const struct model *model = viewer->model;
	const struct model_list *marks = &model->marks[mark];
	uint32_t at = model_list_find(marks, trace_find(model->trace, strip->from_ns));
	while (at < marks->count) {
		uint64_t time = trace_get(model->trace, marks->list[at])->time_ns;
		double x = strip_x(strip, time);
		if (time > strip->until_ns)
			break;
		draw_mark(paint, mark, x, y);
		uint32_t next = model_list_find(marks, trace_find(model->trace, strip_time(strip, x + 3)));
		at = next > at ? next : at + 1;
		if (x + 3 >= strip->area.x + strip->area.width)
			break;
	}
}

static void draw_ticks(const struct paint *paint, const struct strip *strip, double y)
{
	uint64_t step = text_axis_step((double)(strip->until_ns - strip->from_ns) / strip->area.width * 96);
	paint_ink(paint, COLOR_DIM, 1);
	for (uint64_t time = (strip->from_ns + step - 1) / step * step; time <= strip->until_ns;
	     time += step) {
		double x = round(strip_x(strip, time)) + 0.5;
		char text[32];
		text_axis(time, step, text, sizeof text);
		double half = paint_text_width(paint, small, text) / 2;
		double left = fmin(x, strip->area.x + strip->area.width - half);
		paint_line(paint, x, y - 13, x, y - 9, 1);
		paint_text(paint, small, PAINT_CENTER, fmax(left, strip->area.x + half), y, text);
	}
}

static void draw_name(const struct paint *paint, const struct strip *strip, const char *name)
{
	char length[32];
	double y = strip->area.y + strip->area.height / 2;
	text_duration(strip->until_ns - strip->from_ns, length, sizeof length);
	paint_ink(paint, COLOR_TEXT, 1);
	paint_text(paint, small, PAINT_RIGHT, strip->area.x - 12, y - 3, name);
	paint_ink(paint, COLOR_DIM, 1);
	paint_text(paint, small, PAINT_RIGHT, strip->area.x - 12, y + 12, length);
}

static void draw_playhead(const struct paint *paint, const struct strip *strip, uint64_t time_ns)
{
	double x = round(strip_x(strip, time_ns)) + 0.5;
	if (x < strip->area.x - 1 || x > strip->area.x + strip->area.width + 1)
		return;
	paint_ink(paint, COLOR_MARK, 1);
	paint_line(paint, x, strip->area.y - 2, x, strip->area.y + strip->area.height + 2, 1.6);
	paint_triangle(paint, x, strip->area.y - 2, 4.5, false);
	cairo_fill(paint->cairo);
}

void timeline_draw(const struct viewer *viewer, const struct paint *paint, const struct layout *layout)
{
	struct strip overview = { layout->overview, 0, viewer->model->end_ns },
		     detail = { .area = layout->detail };
	viewer_detail_range(viewer, &detail.from_ns, &detail.until_ns);
	struct rect all = layout->timeline;
	paint_box(paint, all, 0, COLOR_PANEL);
	paint_ink(paint, COLOR_EDGE, 1);
	paint_line(paint, all.x, all.y + 0.5, all.x + all.width, all.y + 0.5, 1);
	paint_box(paint, overview.area, 3, COLOR_BACKGROUND);
	paint_box(paint, detail.area, 3, COLOR_BACKGROUND);
	cairo_save(paint->cairo);
	cairo_rectangle(paint->cairo, overview.area.x - 6, all.y, overview.area.width + 12, all.height);
	cairo_clip(paint->cairo);
	/* The part of the run that the detail strip shows. */
	double from = strip_x(&overview, detail.from_ns), until = strip_x(&overview, detail.until_ns);
	paint_ink(paint, COLOR_RAISED, 1);
	cairo_rectangle(paint->cairo, from, overview.area.y, fmax(2, until - from), overview.area.height);
	cairo_fill(paint->cairo);
	draw_density(viewer, paint, &overview);
	draw_density(viewer, paint, &detail);
	for (int mark = MODEL_MARK_DUEL; mark < MODEL_MARK_COUNT; mark++) {
		/* Sessions first, what is rare on top of them. */
		static const enum model_mark order[] = { MODEL_MARK_UP, MODEL_MARK_DOWN, MODEL_MARK_DROP,
			                                 MODEL_MARK_DUEL, MODEL_MARK_ALARM };
		draw_marks(viewer, paint, &overview, order[mark - MODEL_MARK_DUEL], overview.area.y + 7);
	}
	draw_marks(viewer, paint, &detail, MODEL_MARK_HANDSHAKE, detail.area.y + 26);
	draw_marks(viewer, paint, &detail, MODEL_MARK_UP, detail.area.y + 16);
	draw_marks(viewer, paint, &detail, MODEL_MARK_DOWN, detail.area.y + 16);
	draw_marks(viewer, paint, &detail, MODEL_MARK_DROP, detail.area.y + 7);
	draw_marks(viewer, paint, &detail, MODEL_MARK_DUEL, detail.area.y + 16);
	draw_marks(viewer, paint, &detail, MODEL_MARK_ALARM, detail.area.y + 7);
	draw_playhead(paint, &overview, viewer->playback.time_ns);
	draw_playhead(paint, &detail, viewer->playback.time_ns);
	draw_ticks(paint, &detail, detail.area.y + detail.area.height + 15);
	cairo_restore(paint->cairo);
	draw_name(paint, &overview, "whole run");
	draw_name(paint, &detail, "detail");
	paint_hit_box(
		paint, HIT_OVERVIEW, 0,
		(struct rect){ overview.area.x, all.y, overview.area.width, detail.area.y - 3 - all.y });
	paint_hit_box(paint, HIT_DETAIL, 0,
	              (struct rect){ detail.area.x, detail.area.y - 3, detail.area.width,
	                             all.y + all.height - detail.area.y + 3 });
}
