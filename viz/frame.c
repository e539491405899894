/* frame.c: one whole picture: the parts, each in its place, and the status line. See viewer.h. */
#include "viz/viewer.h"

#include <stdio.h>

static const struct paint_font small = {PAINT_SMALL, PAINT_PLAIN};

static void draw_status(const struct viewer *viewer, const struct paint *paint, struct rect area)
{
	const struct model *model = viewer->model;
	const struct model_totals *totals = &viewer->state->totals;
	char text[TEXT_MAX], at[32], count[32], sent[32], delivered[32], dropped[32], sessions[32];
	paint_box(paint, area, 0, COLOR_PANEL);
	paint_ink(paint, COLOR_EDGE, 1);
	paint_line(paint, area.x, area.y + 0.5, area.x + area.width, area.y + 0.5, 1);
	text_count(viewer->playback.index, at, sizeof at);
	text_count(model->record_count, count, sizeof count);
	text_count(totals->sent, sent, sizeof sent);
	text_count(totals->delivered, delivered, sizeof delivered);
	text_count(totals->dropped, dropped, sizeof dropped);
	text_count(model_sessions(model, viewer->state), sessions, sizeof sessions);
	snprintf(text, sizeof text, "record %s of %s   sent %s   delivered %s   dropped %s   sessions %s", at,
	         count, sent, delivered, dropped, sessions);
	paint_ink(paint, COLOR_DIM, 1);
	double width =
		paint_text_fit(paint, small, PAINT_LEFT, area.x + 14, area.y + 16, area.width * 0.62, text);
	const char *right = viewer->message[0] ? viewer->message
	                    : trace_is_truncated(model->trace)
	                            ? "this trace is truncated: it ends before the run did"
	                    : viewer->playback.skips_idle ? "? shows the keys   idle stretches are skipped"
	                                                  : "? shows the keys";
	paint_ink(paint, viewer->message[0] || trace_is_truncated(model->trace) ? COLOR_TEXT : COLOR_DIM, 1);
	paint_text_fit(paint, small, PAINT_RIGHT, area.x + area.width - 14, area.y + 16,
	               area.width - width - 50, right);
}

void viewer_draw(struct viewer *viewer, cairo_t *cairo)
{
	struct layout layout = viewer_layout(viewer);
	struct paint paint = {cairo, viewer->theme, &viewer->hits};
	viewer->hits.count = 0;
	viewer_settle(viewer);
	paint_ink(&paint, COLOR_BACKGROUND, 1);
	cairo_paint(cairo);
	cairo_save(cairo);
	cairo_rectangle(cairo, layout.main.x, layout.main.y, layout.main.width, layout.main.height);
	cairo_clip(cairo);
	switch (viewer->view) {
	case VIEW_TOPOLOGY: topology_draw(viewer, &paint, layout.main); break;
	case VIEW_SEQUENCE: sequence_draw(viewer, &paint, layout.main); break;
	case VIEW_DUEL: duel_draw(viewer, &paint, layout.main); break;
	case VIEW_COUNT: break;
	}
	cairo_restore(cairo);
	inspector_draw(viewer, &paint, layout.inspector);
	timeline_draw(viewer, &paint, &layout);
	toolbar_draw(viewer, &paint, layout.toolbar);
	draw_status(viewer, &paint, layout.status);
	if (viewer->shows_help)
		help_draw(viewer, &paint, (struct rect){0, 0, viewer->width, viewer->height});
}
