/* legend.c: see legend.h. */
#include "viz/legend.h"

static const struct paint_font small = {PAINT_SMALL, PAINT_PLAIN};

static double put(const struct paint *paint, double x, double y, const char *text)
{
	paint_ink(paint, COLOR_DIM, 1);
	paint_text(paint, small, PAINT_LEFT, x, y + 4, text);
	return x + paint_text_width(paint, small, text) + 18;
}

void legend_draw(const struct paint *paint, struct rect area)
{
	double y = area.y + area.height - LEGEND_HEIGHT / 2.0, x = area.x + 14;
	cairo_save(paint->cairo);
	cairo_rectangle(paint->cairo, area.x, y - 13, area.width, LEGEND_HEIGHT);
	cairo_clip(paint->cairo);
	for (int state = 0; state < OCTO_STATE_COUNT; state++) {
		paint_state_sample(paint, (struct rect){x, y - 6, 18, 12}, (enum octo_state)state);
		x = put(paint, x + 24, y, octo_state_name((enum octo_state)state));
	}
	paint_ink(paint, COLOR_LOSS, 1);
	paint_cross(paint, x + 5, y, 4.5, 2.5);
	x = put(paint, x + 15, y, "dropped");
	paint_ink(paint, COLOR_LOSS, 1);
	paint_forbidden(paint, x + 6, y, 5.5);
	x = put(paint, x + 17, y, "not used");
	paint_ink(paint, COLOR_DUEL, 1);
	cairo_set_line_width(paint->cairo, 1.5);
	paint_diamond(paint, x + 7, y, 7.5);
	cairo_stroke(paint->cairo);
	paint_diamond(paint, x + 7, y, 3.5);
	cairo_stroke(paint->cairo);
	x = put(paint, x + 20, y, "duel");
	paint_ink(paint, COLOR_DIM, 1);
	cairo_set_line_width(paint->cairo, 1.5);
	paint_node_path(paint, x + 7, y, 7, true);
	cairo_stroke(paint->cairo);
	x = put(paint, x + 19, y, "agent");
	paint_ink(paint, COLOR_DIM, 1);
	cairo_set_line_width(paint->cairo, 1.5);
	paint_node_path(paint, x + 7, y, 6.5, false);
	cairo_stroke(paint->cairo);
	put(paint, x + 19, y, "remote");
	cairo_restore(paint->cairo);
}
