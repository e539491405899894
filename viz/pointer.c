/* pointer.c: the mouse. What lies under it was noted when the picture was drawn (paint.h); here it is
 * acted upon. See commands.h. */
#include "viz/commands.h"

#include <math.h>

static void scrub(struct viewer *viewer, enum hit_kind strip, double x)
{
	viewer_go(viewer, viewer_strip_time(viewer, strip, x));
}

static bool is_strip(struct hit hit)
{
	return hit.kind == HIT_OVERVIEW || hit.kind == HIT_DETAIL;
}

void pointer_press(struct viewer *viewer, double x, double y)
{
	struct hit hit = paint_hit_find(&viewer->hits, x, y);
	viewer->pressed = hit.kind;
	if (is_strip(hit)) {
		viewer->playback.is_playing = false;
		scrub(viewer, hit.kind, x);
	}
	viewer_settle(viewer);
}

static bool is_inside(struct rect area, double x, double y)
{
	return x >= area.x && x < area.x + area.width && y >= area.y && y < area.y + area.height;
}

void pointer_drag(struct viewer *viewer, double from_x, double from_y, double x, double y)
{
	struct rect area = viewer_layout(viewer).main;
	if (viewer->pressed == HIT_OVERVIEW || viewer->pressed == HIT_DETAIL) {
		scrub(viewer, viewer->pressed, x);
	} else if (is_inside(area, from_x, from_y) && viewer->view == VIEW_TOPOLOGY) {
		viewer->pan_x += x - from_x;
		viewer->pan_y += y - from_y;
	} else if (is_inside(area, from_x, from_y) && viewer->view == VIEW_SEQUENCE) {
		/* What was under the pointer stays under it: look up the time that comes to the anchor's
		 * height. */
		struct axis axis = sequence_axis(viewer, area);
		double anchor = axis_y(&axis, viewer->sequence_ns);
		viewer->sequence_ns = axis_time(&axis, anchor - (y - from_y));
		viewer->ns_per_pixel = axis.ns_per_pixel;
		viewer->range_from_ns = viewer->range_until_ns = 0;
		viewer->follows = false;
	}
	viewer_settle(viewer);
}

void pointer_release(struct viewer *viewer, double x, double y, bool has_moved)
{
	struct hit hit = paint_hit_find(&viewer->hits, x, y);
	enum hit_kind pressed = viewer->pressed;
	viewer->pressed = HIT_NOTHING;
	if (has_moved || pressed != hit.kind)
		return;
	switch (hit.kind) {
	case HIT_NODE:
		viewer_select(viewer, (struct selection){SELECT_NODE, hit.index});
		break;
	case HIT_COPY:
		viewer_select(viewer, (struct selection){SELECT_COPY, hit.index});
		break;
	case HIT_RECORD:
		viewer_select(viewer, (struct selection){SELECT_RECORD, hit.index});
		break;
	case HIT_DUEL:
		viewer_select_duel(viewer, hit.index);
		break;
	case HIT_COMMAND:
		commands_run(viewer, hit.index);
		break;
	case HIT_NOTHING:
		viewer->selection.kind = SELECT_NOTHING;
		break;
	case HIT_OVERVIEW: case HIT_DETAIL:
		break;
	}
	viewer_settle(viewer);
}

static void zoom_sequence(struct viewer *viewer, double factor, double y)
{
	struct rect area = viewer_layout(viewer).main;
	struct axis axis = sequence_axis(viewer, area);
	uint64_t under = axis_time(&axis, y);
	viewer->ns_per_pixel =
		fmax(1, fmin((double)viewer->model->end_ns / 200 + 1, axis.ns_per_pixel / factor));
	viewer->range_from_ns = viewer->range_until_ns = 0;
	/* While it plays the playhead stays where it is instead. */
	if (viewer->follows && viewer->playback.is_playing)
		return;
	viewer->follows = false;
	/* Put the time under the pointer back under it: folds change with the scale, so look it up afresh. */
	for (int round = 0; round < 4; round++) {
		axis = sequence_axis(viewer, area);
		double off = axis_y(&axis, under) - y, anchor = axis_y(&axis, viewer->sequence_ns);
		viewer->sequence_ns = axis_time(&axis, anchor + off);
	}
}

void pointer_wheel(struct viewer *viewer, double clicks, double x, double y)
{
	struct layout layout = viewer_layout(viewer);
	double factor = pow(1.25, fmax(-20, fmin(20, clicks)));
	if (is_inside(layout.timeline, x, y)) {
		double length =
			fmax(1000, fmin((double)viewer->model->end_ns, (double)viewer->detail_ns / factor));
		viewer->detail_ns = (uint64_t)length;
	} else if (is_inside(layout.main, x, y) && viewer->view == VIEW_SEQUENCE) {
		zoom_sequence(viewer, factor, y);
	} else if (is_inside(layout.main, x, y) && viewer->view == VIEW_TOPOLOGY) {
		double zoom = fmax(1, fmin(8, viewer->zoom * factor));
		double center_x = layout.main.x + layout.main.width / 2,
		       center_y = layout.main.y + layout.main.height / 2;
		viewer->pan_x = (x - center_x) - (x - center_x - viewer->pan_x) * zoom / viewer->zoom;
		viewer->pan_y = (y - center_y) - (y - center_y - viewer->pan_y) * zoom / viewer->zoom;
		viewer->zoom = zoom;
	}
	viewer_settle(viewer);
}
