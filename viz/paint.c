/* paint.c: see paint.h. */
#include "viz/paint.h"
#include "viz/alloc.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

struct color paint_color_of(const struct paint *paint, enum color_name name)
{
	return paint->theme->colors[name];
}

void paint_ink(const struct paint *paint, enum color_name name, double alpha)
{
	struct color color = paint->theme->colors[name];
	cairo_set_source_rgba(paint->cairo, color.red, color.green, color.blue, alpha);
}

void paint_line(const struct paint *paint, double x0, double y0, double x1, double y1, double width)
{
	cairo_set_line_width(paint->cairo, width);
	cairo_move_to(paint->cairo, x0, y0);
	cairo_line_to(paint->cairo, x1, y1);
	cairo_stroke(paint->cairo);
}

void paint_dash(const struct paint *paint, double on, double off)
{
	const double dashes[] = {on, off};
	cairo_set_dash(paint->cairo, dashes, 2, 0);
}

void paint_solid(const struct paint *paint)
{
	cairo_set_dash(paint->cairo, NULL, 0, 0);
}

/* ---- Text ---------------------------------------------------------------------------------------------- */

static void use_font(const struct paint *paint, struct paint_font font)
{
	bool is_mono = font.face == PAINT_MONO || font.face == PAINT_MONO_BOLD;
	bool is_bold = font.face == PAINT_BOLD || font.face == PAINT_MONO_BOLD;
	cairo_select_font_face(paint->cairo, is_mono ? "DejaVu Sans Mono" : "DejaVu Sans",
	                       CAIRO_FONT_SLANT_NORMAL,
	                       is_bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
	cairo_set_font_size(paint->cairo, font.size);
}

double paint_text_width(const struct paint *paint, struct paint_font font, const char *text)
{
	cairo_text_extents_t extents;
	use_font(paint, font);
	cairo_text_extents(paint->cairo, text, &extents);
	return extents.x_advance;
}

void paint_text(const struct paint *paint, struct paint_font font, enum paint_align align, double x, double y,
                const char *text)
{
	double width = align == PAINT_LEFT ? 0 : paint_text_width(paint, font, text);
	use_font(paint, font);
	cairo_move_to(paint->cairo, round(x - (align == PAINT_CENTER ? width / 2 : width)), round(y));
	cairo_show_text(paint->cairo, text);
	cairo_new_path(paint->cairo);
}

void paint_text_rimmed(const struct paint *paint, struct paint_font font, double x, double y,
                       enum color_name ink, const char *text)
{
	use_font(paint, font);
	cairo_move_to(paint->cairo, x, y);
	cairo_text_path(paint->cairo, text);
	paint_ink(paint, COLOR_BACKGROUND, 0.9);
	cairo_set_line_width(paint->cairo, 4);
	cairo_set_line_join(paint->cairo, CAIRO_LINE_JOIN_ROUND);
	cairo_stroke(paint->cairo);
	cairo_set_line_join(paint->cairo, CAIRO_LINE_JOIN_MITER);
	paint_ink(paint, ink, 1);
	cairo_move_to(paint->cairo, x, y);
	cairo_show_text(paint->cairo, text);
	cairo_new_path(paint->cairo);
}

double paint_text_fit(const struct paint *paint, struct paint_font font, enum paint_align align, double x,
                      double y, double width, const char *text)
{
	static const char ellipsis[] = "\xe2\x80\xa6";
	char cut[512];
	size_t length = strlen(text);
	double taken = paint_text_width(paint, font, text);
	if (taken <= width) {
		paint_text(paint, font, align, x, y, text);
		return taken;
	}
	if (length > sizeof cut - sizeof ellipsis)
		length = sizeof cut - sizeof ellipsis;
	while (length > 0) {
		/* Never inside a character. */
		do
			length--;
		while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80);
		memcpy(cut, text, length);
		memcpy(cut + length, ellipsis, sizeof ellipsis);
		taken = paint_text_width(paint, font, cut);
		if (taken <= width)
			break;
	}
	if (!length || taken > width)
		return 0;
	paint_text(paint, font, align, x, y, cut);
	return taken;
}

double paint_text_wrap(const struct paint *paint, struct paint_font font, double x, double y, double width,
                       int lines, const char *text)
{
	double height = font.size * 1.35;
	for (int line = 1; *text && lines > 0; line++, y += height) {
		char part[512];
		size_t best = 0, length = strlen(text);
		if (length > sizeof part - 1)
			length = sizeof part - 1;
		for (size_t end = 1; line < lines && end <= length; end++) {
			if (end < length && text[end] != ' ')
				continue;
			memcpy(part, text, end);
			part[end] = 0;
			if (paint_text_width(paint, font, part) > width)
				break;
			best = end;
		}
		if (!best) {
			/* The last line, or a word longer than a line. */
			paint_text_fit(paint, font, PAINT_LEFT, x, y, width, text);
			return y + height;
		}
		memcpy(part, text, best);
		part[best] = 0;
		paint_text(paint, font, PAINT_LEFT, x, y, part);
		text += best;
		while (*text == ' ')
			text++;
	}
	return y;
}

/* ---- Boxes and shapes ---------------------------------------------------------------------------------- */

void paint_box_path(const struct paint *paint, struct rect box, double radius)
{
	cairo_t *cairo = paint->cairo;
	double right = box.x + box.width, bottom = box.y + box.height;
	radius = fmin(radius, fmin(box.width, box.height) / 2);
	cairo_new_sub_path(cairo);
	cairo_arc(cairo, right - radius, box.y + radius, radius, -PI / 2, 0);
	cairo_arc(cairo, right - radius, bottom - radius, radius, 0, PI / 2);
	cairo_arc(cairo, box.x + radius, bottom - radius, radius, PI / 2, PI);
	cairo_arc(cairo, box.x + radius, box.y + radius, radius, PI, 3 * PI / 2);
	cairo_close_path(cairo);
}

void paint_box(const struct paint *paint, struct rect box, double radius, enum color_name fill)
{
	paint_ink(paint, fill, 1);
	paint_box_path(paint, box, radius);
	cairo_fill(paint->cairo);
}

void paint_frame(const struct paint *paint, struct rect box, double radius, enum color_name stroke,
                 double width)
{
	paint_ink(paint, stroke, 1);
	cairo_set_line_width(paint->cairo, width);
	paint_box_path(paint, box, radius);
	cairo_stroke(paint->cairo);
}

void paint_node_path(const struct paint *paint, double x, double y, double radius, bool is_agent)
{
	if (is_agent) {
		double half = radius * 0.88;
		paint_box_path(paint, (struct rect){x - half, y - half, 2 * half, 2 * half}, radius * 0.3);
	} else {
		cairo_new_sub_path(paint->cairo);
		cairo_arc(paint->cairo, x, y, radius, 0, 2 * PI);
		cairo_close_path(paint->cairo);
	}
}

void paint_arrow_head(const struct paint *paint, double x, double y, double angle, double size)
{
	cairo_t *cairo = paint->cairo;
	cairo_save(cairo);
	cairo_translate(cairo, x, y);
	cairo_rotate(cairo, angle);
	cairo_move_to(cairo, 0, 0);
	cairo_line_to(cairo, -size, size * 0.45);
	cairo_line_to(cairo, -size * 0.75, 0);
	cairo_line_to(cairo, -size, -size * 0.45);
	cairo_close_path(cairo);
	cairo_fill(cairo);
	cairo_restore(cairo);
}

void paint_cross(const struct paint *paint, double x, double y, double size, double width)
{
	cairo_set_line_cap(paint->cairo, CAIRO_LINE_CAP_ROUND);
	paint_line(paint, x - size, y - size, x + size, y + size, width);
	paint_line(paint, x - size, y + size, x + size, y - size, width);
	cairo_set_line_cap(paint->cairo, CAIRO_LINE_CAP_BUTT);
}

void paint_forbidden(const struct paint *paint, double x, double y, double radius)
{
	cairo_set_line_width(paint->cairo, 2);
	cairo_new_sub_path(paint->cairo);
	cairo_arc(paint->cairo, x, y, radius, 0, 2 * PI);
	cairo_stroke(paint->cairo);
	paint_line(paint, x - radius * 0.7, y - radius * 0.7, x + radius * 0.7, y + radius * 0.7, 2);
}

void paint_diamond(const struct paint *paint, double x, double y, double radius)
{
	cairo_move_to(paint->cairo, x, y - radius);
	cairo_line_to(paint->cairo, x + radius, y);
	cairo_line_to(paint->cairo, x, y + radius);
	cairo_line_to(paint->cairo, x - radius, y);
	cairo_close_path(paint->cairo);
}

void paint_triangle(const struct paint *paint, double x, double y, double radius, bool is_up)
{
	double up = is_up ? -radius : radius;
	cairo_move_to(paint->cairo, x, y + up);
	cairo_line_to(paint->cairo, x + radius, y - up * 0.8);
	cairo_line_to(paint->cairo, x - radius, y - up * 0.8);
	cairo_close_path(paint->cairo);
}

void paint_zigzag(const struct paint *paint, double x0, double y0, double x1, double y1, double amplitude)
{
	double length = hypot(x1 - x0, y1 - y0);
	int steps = (int)fmin(400, length / (amplitude * 1.6));
	cairo_move_to(paint->cairo, x0, y0);
	for (int i = 1; i < steps; i++) {
		double along = (double)i / steps, side = i % 2 ? amplitude : -amplitude;
		cairo_line_to(paint->cairo, x0 + (x1 - x0) * along - (y1 - y0) / length * side,
		              y0 + (y1 - y0) * along + (x1 - x0) / length * side);
	}
	cairo_line_to(paint->cairo, x1, y1);
	cairo_stroke(paint->cairo);
}

void paint_state(const struct paint *paint, struct rect box, enum octo_state state, double alpha)
{
	cairo_t *cairo = paint->cairo;
	enum color_name color = theme_state_color(state);
	bool is_hatched = state == OCTO_STATE_OFFERING || state == OCTO_STATE_ANSWERING;
	cairo_save(cairo);
	cairo_rectangle(cairo, box.x, box.y, box.width, box.height);
	cairo_clip(cairo);
	paint_ink(paint, COLOR_BACKGROUND, 1);
	cairo_paint(cairo);
	paint_ink(paint, color, (state == OCTO_STATE_ESTABLISHED ? 1 : is_hatched ? 0.22 : 0) * alpha);
	cairo_paint(cairo);
	if (is_hatched) {
		double lean = state == OCTO_STATE_OFFERING ? -box.width : box.width;
		paint_ink(paint, color, alpha);
		cairo_set_line_width(cairo, 1.6);
		/* On a grid of the picture, not of the box: neighbouring boxes join without a seam. */
		for (double y = floor((box.y - box.width) / 6) * 6; y < box.y + box.height + box.width;
		     y += 6) {
			cairo_move_to(cairo, box.x, y);
			cairo_line_to(cairo, box.x + box.width, y + lean);
		}
		cairo_stroke(cairo);
	}
	cairo_restore(cairo);
	paint_ink(paint, color, alpha);
	cairo_set_line_width(cairo, 1.2);
	cairo_move_to(cairo, box.x, box.y);
	cairo_line_to(cairo, box.x, box.y + box.height);
	cairo_move_to(cairo, box.x + box.width, box.y);
	cairo_line_to(cairo, box.x + box.width, box.y + box.height);
	cairo_stroke(cairo);
}

void paint_state_sample(const struct paint *paint, struct rect box, enum octo_state state)
{
	paint_state(paint, box, state, 1);
	paint_ink(paint, theme_state_color(state), 1);
	cairo_rectangle(paint->cairo, box.x, box.y, box.width, box.height);
	cairo_set_line_width(paint->cairo, 1.2);
	cairo_stroke(paint->cairo);
}

void paint_packet(const struct paint *paint, double x, double y, struct paint_packet packet)
{
	cairo_t *cairo = paint->cairo;
	struct color ground = paint_color_of(paint, theme_packet_color(packet.type));
	struct color ink = theme_ink_on(ground);
	struct rect box = {x - 18, y - 9, 36, 18};
	if (packet.is_duplicate) {
		paint_ink(paint, theme_packet_color(packet.type), packet.alpha);
		cairo_set_line_width(cairo, 1.5);
		paint_box_path(paint, (struct rect){box.x - 3, box.y - 3, box.width + 6, box.height + 6}, 11);
		cairo_stroke(cairo);
	}
	paint_ink(paint, COLOR_BACKGROUND, packet.alpha);
	paint_box_path(paint, box, packet.type == OCTO_PACKET_DATA ? 3 : 9);
	cairo_fill_preserve(cairo);
	cairo_set_source_rgba(cairo, ground.red, ground.green, ground.blue, packet.alpha);
	cairo_fill(cairo);
	if (packet.is_injected || packet.is_selected) {
		paint_ink(paint, COLOR_MARK, packet.alpha);
		cairo_set_line_width(cairo, 2);
		if (!packet.is_selected)
			paint_dash(paint, 3, 2);
		paint_box_path(paint, box, packet.type == OCTO_PACKET_DATA ? 3 : 9);
		cairo_stroke(cairo);
		paint_solid(paint);
	}
	cairo_set_source_rgba(cairo, ink.red, ink.green, ink.blue, packet.alpha);
	paint_text(paint, (struct paint_font){PAINT_SMALL, PAINT_BOLD}, PAINT_CENTER, x, y + 4.5,
	           theme_packet_letters(packet.type));
	if (packet.is_corrupted) {
		paint_ink(paint, COLOR_LOSS, packet.alpha);
		cairo_set_line_width(cairo, 2);
		paint_zigzag(paint, box.x - 2, y + 12, box.x + box.width + 2, y + 12, 2.5);
	}
}

/* ---- Clicks -------------------------------------------------------------------------------------------- */

static void add_hit(const struct paint *paint, struct hit hit)
{
	struct hits *hits = paint->hits;
	if (!hits)
		return;
	if (hits->count == hits->capacity) {
		hits->capacity = hits->capacity ? hits->capacity * 2 : 256;
		hits->list = alloc_grow(hits->list, hits->capacity, sizeof *hits->list);
	}
	cairo_user_to_device(paint->cairo, &hit.x0, &hit.y0);
	cairo_user_to_device(paint->cairo, &hit.x1, &hit.y1);
	hits->list[hits->count++] = hit;
}

void paint_hit_box(const struct paint *paint, enum hit_kind kind, uint32_t index, struct rect box)
{
	add_hit(paint, (struct hit){kind, index, box.x, box.y, box.x + box.width, box.y + box.height, 0});
}

void paint_hit_line(const struct paint *paint, enum hit_kind kind, uint32_t index, double x0, double y0,
                    double x1, double y1)
{
	add_hit(paint, (struct hit){kind, index, x0, y0, x1, y1, 6});
}

static bool is_hit(const struct hit *hit, double x, double y)
{
	if (hit->reach <= 0)
		return x >= hit->x0 && x < hit->x1 && y >= hit->y0 && y < hit->y1;
	double dx = hit->x1 - hit->x0, dy = hit->y1 - hit->y0, square = dx * dx + dy * dy;
	double along = square > 0 ? ((x - hit->x0) * dx + (y - hit->y0) * dy) / square : 0;
	along = fmax(0, fmin(1, along));
	return hypot(hit->x0 + along * dx - x, hit->y0 + along * dy - y) <= hit->reach;
}

struct hit paint_hit_find(const struct hits *hits, double x, double y)
{
	for (uint32_t i = hits->count; i-- > 0;) {
		if (is_hit(&hits->list[i], x, y))
			return hits->list[i];
	}
	return (struct hit){.kind = HIT_NOTHING};
}
