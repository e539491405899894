/* ladder_arrows.c: packet copies as arrows, sloped by their true latency. What was lost is half an arrow
 * and a cross with the reason; what was not used ends at a barred circle. Arrows too close to tell apart
 * become one with a count. See ladder.h. */
#include "viz/ladder.h"
#include "viz/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct paint_font small = {PAINT_SMALL, PAINT_PLAIN};

struct line {
	double x0, y0, x1, y1;
};

enum { BUNDLE_HEIGHT = 24 };           /* pixels */

struct bundle {
	struct line line;
	uint32_t first, count;        /* index of its first copy; 0: nothing pending */
	double last_y;
};

/* Across the picture; to a node without a lane a stub. */
static bool line_of(const struct ladder *ladder, const struct model_copy *copy, struct line *line)
{
	const struct lanes *lanes = ladder->lanes;
	uint32_t nodes = ladder->viewer->model->node_count;
	uint32_t from = copy->node < nodes ? lanes->of_node[copy->node] : LANES_MAX;
	uint32_t to = copy->peer < nodes ? lanes->of_node[copy->peer] : LANES_MAX;
	if (from == LANES_MAX)
		return false;
	double side = to == LANES_MAX || to == from ? (from == 0 ? 1 : -1) : to > from ? 1 : -1;
	line->x0 = ladder->lane_x[from] + side * ladder->lane_half[from];
	line->x1 = to == LANES_MAX || to == from ? line->x0 + side * 46
	                                         : ladder->lane_x[to] - side * ladder->lane_half[to];
	line->y0 = axis_y(ladder->axis, copy->leaves_ns);
	line->y1 = axis_y(ladder->axis, copy->end_ns);
	return true;
}

/* Along its arrow, above it, where there is room: nearer the sender first. */
static void draw_label(struct ladder *ladder, struct line line, double until, const char *text)
{
	static const double tries[] = {0.3, 0.45, 0.6, 0.16, 0.75};
	const struct paint *paint = ladder->paint;
	double width = paint_text_width(paint, small, text),
	       length = hypot(line.x1 - line.x0, line.y1 - line.y0);
	double angle = atan2(line.y1 - line.y0, line.x1 - line.x0);
	if (line.x1 < line.x0)
		angle = atan2(line.y0 - line.y1, line.x0 - line.x1);
	bool is_steep = fabs(angle) > 0.6;
	if (is_steep)
		angle = 0;
	if (width + 8 > length * until)
		return;
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		double x = line.x0 + (line.x1 - line.x0) * tries[i] * until,
		       y = line.y0 + (line.y1 - line.y0) * tries[i] * until;
		double wide = fabs(cos(angle)) * width + fabs(sin(angle)) * 14,
		       high = fabs(sin(angle)) * width + fabs(cos(angle)) * 14;
		double middle_y = y - (is_steep ? 0 : 9 * cos(angle));
		struct rect place = {x - wide / 2, middle_y - high / 2, wide, high};
		if (place.y < ladder->area.y || place.y + place.height > ladder->area.y + ladder->area.height
		    || !labels_take(&ladder->labels, place))
			continue;
		cairo_save(paint->cairo);
		cairo_translate(paint->cairo, x, middle_y);
		cairo_rotate(paint->cairo, angle);
		paint_text_rimmed(paint, small, -width / 2, 4.5, COLOR_TEXT, text);
		cairo_restore(paint->cairo);
		return;
	}
}

/* A few words near a point, moved down until they are free. */
static void draw_note(struct ladder *ladder, double x, double y, enum paint_align align, const char *text)
{
	const struct paint *paint = ladder->paint;
	double width = paint_text_width(paint, small, text) + 6;
	struct rect place = { align == PAINT_LEFT    ? x
		              : align == PAINT_RIGHT ? x - width
		                                     : x - width / 2,
		              y, width, 16 };
	if (y < ladder->area.y + 4 || !labels_take_below(&ladder->labels, &place, 34) ||
	    place.y + 16 > ladder->area.y + ladder->area.height)
		return;
	paint_text_rimmed(paint, small, round(place.x + 3), round(place.y + 12), COLOR_LOSS, text);
}

static void draw_shaft(const struct ladder *ladder, const struct model_copy *copy, struct line line,
                       double until, bool is_selected)
{
	const struct paint *paint = ladder->paint;
	double x = line.x0 + (line.x1 - line.x0) * until, y = line.y0 + (line.y1 - line.y0) * until;
	if (is_selected) {
		paint_ink(paint, COLOR_MARK, 0.35);
		paint_line(paint, line.x0, line.y0, x, y, 8);
	}
	paint_ink(paint, theme_packet_color((enum octo_packet_type)copy->type), 1);
	if (copy->leaves_ns > copy->start_ns) {
		double top = axis_y(ladder->axis, copy->start_ns);
		if (line.y0 - top > 2)
			paint_line(paint, line.x0, top, line.x0, line.y0, 4);
	}
	if (copy->flags & TRACE_COPY_CORRUPTED) {
		cairo_set_line_width(paint->cairo, 1.6);
		paint_zigzag(paint, line.x0, line.y0, x, y, 3);
		return;
	}
	if (copy->flags & TRACE_COPY_INJECTED)
		paint_dash(paint, 7, 4);
	if (copy->flags & TRACE_COPY_DUPLICATE)
		paint_dash(paint, 3, 3);
	paint_line(paint, line.x0, line.y0, x, y, 2);
	paint_solid(paint);
}

static bool is_unused(const struct model_copy *copy)
{
	return copy->fate != MODEL_DROPPED && copy->verdict_record != MODEL_NONE &&
	       copy->reason != OCTO_REASON_ACCEPTED;
}

static void draw_end(const struct ladder *ladder, const struct model_copy *copy, struct line line)
{
	const struct paint *paint = ladder->paint;
	double angle = atan2(line.y1 - line.y0, line.x1 - line.x0);
	if (copy->fate == MODEL_DROPPED) {
		uint64_t when;
		double along = model_lost_at(copy, &when);
		paint_ink(paint, COLOR_LOSS, 1);
		paint_cross(paint, line.x0 + (line.x1 - line.x0) * along,
		            line.y0 + (line.y1 - line.y0) * along, 6, 3.2);
		return;
	}
	if (is_unused(copy)) {
		paint_ink(paint, COLOR_LOSS, 1);
		paint_forbidden(paint, line.x1 - 18 * cos(angle), line.y1 - 18 * sin(angle), 7);
		return;
	}
	paint_ink(paint, theme_packet_color((enum octo_packet_type)copy->type), 1);
	paint_arrow_head(paint, line.x1, line.y1, angle, 12);
	if (copy->flags & TRACE_COPY_DUPLICATE)
		paint_arrow_head(paint, line.x1 - 9 * cos(angle), line.y1 - 9 * sin(angle), angle, 12);
}

/* Why it did not get there, or was not used. */
static void draw_reason(struct ladder *ladder, const struct model_copy *copy, struct line line)
{
	double back = line.x1 > line.x0 ? -1 : 1;
	if (copy->fate == MODEL_DROPPED) {
		uint64_t when;
		double along = model_lost_at(copy, &when), x = line.x0 + (line.x1 - line.x0) * along;
		double y = line.y0 + (line.y1 - line.y0) * along;
		/* Near its sender it would stand on the lane. */
		enum paint_align align = along > 0.3 && along < 0.7    ? PAINT_CENTER
		                         : (along < 0.5) == (back < 0) ? PAINT_LEFT
		                                                       : PAINT_RIGHT;
		if (y >= ladder->area.y)
			draw_note(ladder, x, y + 9, align, trace_drop_text((enum trace_drop)copy->drop));
	} else if (is_unused(copy)) {
		draw_note(ladder, line.x1 + back * 12, line.y1 + 11, back < 0 ? PAINT_RIGHT : PAINT_LEFT,
		          words_reason(copy->reason));
	}
}

static void draw_arrow(struct ladder *ladder, uint32_t index, struct line line, uint32_t count)
{
	const struct selection *selection = &ladder->viewer->selection;
	const struct model_copy *copy = &ladder->viewer->model->copies[index];
	uint64_t when;
	double until = copy->fate == MODEL_DROPPED ? model_lost_at(copy, &when) : 1;
	draw_shaft(ladder, copy, line, until, selection->kind == SELECT_COPY && selection->index == index);
	if (count > 1)
		paint_line(ladder->paint, line.x0, line.y0 + 3, line.x1, line.y1 + 3, 2);
	draw_end(ladder, copy, line);
	paint_hit_line(ladder->paint, HIT_COPY, index, line.x0, line.y0,
	               line.x0 + (line.x1 - line.x0) * until, line.y0 + (line.y1 - line.y0) * until);
}

static void draw_words(struct ladder *ladder, uint32_t index, struct line line, uint32_t count)
{
	const struct model *model = ladder->viewer->model;
	const struct model_copy *copy = &model->copies[index];
	uint64_t when;
	double until = copy->fate == MODEL_DROPPED ? model_lost_at(copy, &when) : 1;
	if (ladder_is_due(ladder, copy->fate == MODEL_DROPPED ? copy->start_ns : copy->end_ns))
		draw_reason(ladder, copy, line);
	if (!ladder_is_due(ladder, copy->start_ns))
		return;
	char text[96], packet[48];
	words_packet(model, copy->type, count > 1 ? 0 : copy->packet, packet, sizeof packet);
	const char *kind = copy->flags & TRACE_COPY_INJECTED    ? " injected"
	                   : copy->flags & TRACE_COPY_DUPLICATE ? " again"
	                                                        : "";
	const char *hurt = copy->flags & TRACE_COPY_CORRUPTED ? " damaged" : "";
	if (count > 1)
		snprintf(text, sizeof text, "%s \xc3\x97%u", packet, count);
	else
		snprintf(text, sizeof text, "%s%s%s", packet, kind, hurt);
	draw_label(ladder, line, until, text);
}

typedef void (*draw_function)(struct ladder *ladder, uint32_t index, struct line line, uint32_t count);

static void flush(struct ladder *ladder, struct bundle *bundle, draw_function draw)
{
	if (bundle->count)
		draw(ladder, bundle->first, bundle->line, bundle->count);
	bundle->count = 0;
}

static bool is_plain(const struct model_copy *copy)
{
	return copy->fate == MODEL_DELIVERED && !copy->flags
	       && (copy->verdict_record == MODEL_NONE || copy->reason == OCTO_REASON_ACCEPTED);
}

static void for_each_arrow(struct ladder *ladder, draw_function draw)
{
	const struct model *model = ladder->viewer->model;
	const struct lanes *lanes = ladder->lanes;
	static struct bundle bundles[LANES_MAX][LANES_MAX + 1];
	memset(bundles, 0, sizeof bundles);
	for (uint32_t i = 0; (i = model_next_copy(model, i, ladder->from_ns, ladder->until_ns)) != MODEL_NONE;
	     i++) {
		const struct model_copy *copy = &model->copies[i];
		struct line line;
		if (!line_of(ladder, copy, &line))
			continue;
		uint32_t to = copy->peer < model->node_count ? lanes->of_node[copy->peer] : LANES_MAX;
		struct bundle *bundle = &bundles[lanes->of_node[copy->node]][to];
		/* Under four pixels apart they would be one broad stroke; and a stream without end needs an arrow here and there. */
		bool joins = bundle->count && is_plain(copy) && line.y0 - bundle->last_y < 4
		             && line.y0 - bundle->line.y0 < BUNDLE_HEIGHT
		             && model->copies[bundle->first].type == copy->type;
		if (!joins)
			flush(ladder, bundle, draw);
		if (!is_plain(copy)) {
			draw(ladder, i, line, 1);
			continue;
		}
		if (!joins) {
			bundle->first = i;
			bundle->line = line;
		}
		bundle->count++;
		bundle->last_y = line.y0;
	}
	for (uint32_t from = 0; from < lanes->count; from++) {
		for (uint32_t to = 0; to <= LANES_MAX; to++)
			flush(ladder, &bundles[from][to], draw);
	}
}

void ladder_draw_arrows(struct ladder *ladder)
{
	for_each_arrow(ladder, draw_arrow);
}

void ladder_draw_words(struct ladder *ladder)
{
	for_each_arrow(ladder, draw_words);
}
