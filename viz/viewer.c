/* viewer.c: see viewer.h. Selection, focus and layout; the painting of the parts lies in their own files. */
#include "viz/viewer.h"
#include "viz/alloc.h"
#include "viz/lanes.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static uint32_t first_focus(const struct model *model)
{
	if (model->duel_count)
		return model->duels[0].node[0];
	for (uint32_t i = 0; i < model->record_count; i++) {
		uint32_t node = trace_get(model->trace, i)->node;
		if (node < model->node_count)
			return node;
	}
	return 0;
}

struct viewer *viewer_new(const struct model *model, int width, int height)
{
	struct viewer *viewer = alloc_new(1, sizeof *viewer);
	viewer->model = model;
	viewer->state = model_state_new(model);
	viewer->scratch = model_state_new(model);
	viewer->theme = &theme_dark;
	viewer->width = width;
	viewer->height = height;
	viewer->focus = first_focus(model);
	viewer->lanes_focus = MODEL_NONE;
	viewer->duel = model->duel_count ? 0 : MODEL_NONE;
	viewer->follows = true;
	/* A typical packet's way is as high as two lines of text or three. */
	viewer->ns_per_pixel = fmax(1, (double)model->typical_latency_ns / 70);
	viewer->zoom = 1;
	viewer->detail_ns = model->end_ns < 25 * model->typical_latency_ns ? model->end_ns + 1
	                                                                   : 25 * model->typical_latency_ns;
	playback_init(&viewer->playback, model);
	viewer_settle(viewer);
	return viewer;
}

void viewer_free(struct viewer *viewer)
{
	if (!viewer)
		return;
	model_state_free(viewer->state);
	model_state_free(viewer->scratch);
	lanes_free(&viewer->lanes);
	free(viewer->hits.list);
	free(viewer);
}

struct layout viewer_layout(const struct viewer *viewer)
{
	enum { TOOLBAR = 52, STATUS = 24, TIMELINE = 104 };
	double width = viewer->width, height = viewer->height;
	double side = fmin(400, fmax(270, round(width * 0.25)));
	double middle = fmax(0, height - TOOLBAR - STATUS - TIMELINE);
	struct layout layout = {
		.toolbar = {0, 0, width, TOOLBAR},
		.main = {0, TOOLBAR, fmax(0, width - side), middle},
		.inspector = {width - side, TOOLBAR, side, middle},
		.timeline = {0, TOOLBAR + middle, width, TIMELINE},
		.status = {0, height - STATUS, width, STATUS},
	};
	layout.overview = (struct rect){84, layout.timeline.y + 8, width - 84 - 14, 34};
	layout.detail = (struct rect){84, layout.timeline.y + 48, width - 84 - 14, 32};
	return layout;
}

bool viewer_is_large(const struct viewer *viewer)
{
	return viewer->model->node_count > NEIGHBOURS_MAX;
}

/* The duel to show: the last one up to now, or the first one to come. */
static uint32_t duel_near(const struct model *model, uint32_t index)
{
	const struct model_list *marks = &model->marks[MODEL_MARK_DUEL];
	if (!marks->count)
		return MODEL_NONE;
	uint32_t at = model_list_find(marks, index);
	return at ? at - 1 : 0;
}

void viewer_settle(struct viewer *viewer)
{
	const struct model *model = viewer->model;
	model_seek(model, viewer->state, viewer->playback.index);
	if (viewer->lanes_focus != viewer->focus) {
		viewer->lanes_focus = viewer->focus;
		lanes_build(&viewer->lanes, model, viewer->focus);
	}
	if (viewer->follows)
		viewer->sequence_ns = viewer->playback.time_ns;
	if (!viewer_is_large(viewer))
		viewer->duel = duel_near(model, viewer->playback.index);
}

void viewer_look_at(struct viewer *viewer, uint32_t record)
{
	const struct trace_record *about = trace_get(viewer->model->trace, record);
	if (about->node < viewer->model->node_count)
		viewer->focus = about->node;
	uint32_t duel = about->kind == TRACE_DUEL ? model_duel_of(viewer->model, record) : MODEL_NONE;
	if (duel != MODEL_NONE)
		viewer->duel = duel;
}

void viewer_select(struct viewer *viewer, struct selection selection)
{
	const struct model *model = viewer->model;
	viewer->selection = selection;
	if (selection.kind == SELECT_NODE) {
		viewer->focus = selection.index;
		for (uint32_t i = 0; i < model->duel_count; i++) {
			if (model->duels[i].node[0] == selection.index ||
			    model->duels[i].node[1] == selection.index) {
				viewer->duel = i;
				break;
			}
		}
	} else if (selection.kind == SELECT_RECORD) {
		viewer_look_at(viewer, selection.index);
	}
}

void viewer_select_duel(struct viewer *viewer, uint32_t duel)
{
	playback_seek_record(&viewer->playback, viewer->model, viewer->model->duels[duel].first_record);
	viewer->follows = true;
	viewer->duel = duel;
	viewer_select(viewer, (struct selection){SELECT_RECORD, viewer->model->duels[duel].first_record});
}

void viewer_go(struct viewer *viewer, uint64_t time_ns)
{
	playback_seek(&viewer->playback, viewer->model, time_ns);
	viewer->follows = true;
	viewer->range_until_ns = viewer->range_from_ns = 0;
	viewer_settle(viewer);
}

void viewer_detail_range(const struct viewer *viewer, uint64_t *from_ns, uint64_t *until_ns)
{
	uint64_t time = viewer->playback.time_ns, length = viewer->detail_ns, end = viewer->model->end_ns;
	*from_ns = time > length / 2 ? time - length / 2 : 0;
	if (end - *from_ns < length)
		*from_ns = end > length ? end - length : 0;
	*until_ns = *from_ns + length;
}

uint64_t viewer_strip_time(const struct viewer *viewer, enum hit_kind strip, double x)
{
	struct layout layout = viewer_layout(viewer);
	struct rect area = strip == HIT_OVERVIEW ? layout.overview : layout.detail;
	uint64_t from = 0, until = viewer->model->end_ns;
	if (strip == HIT_DETAIL)
		viewer_detail_range(viewer, &from, &until);
	double along = fmax(0, fmin(1, (x - area.x) / fmax(1, area.width)));
	uint64_t time = from + (uint64_t)((double)(until - from) * along);
	return time < viewer->model->end_ns ? time : viewer->model->end_ns;
}

void viewer_say(struct viewer *viewer, const char *format, ...)
{
	char raw[TEXT_MAX];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(raw, sizeof raw, format, arguments);
	va_end(arguments);
	text_clean(raw, viewer->message, sizeof viewer->message);
}
