/* inspector.c: the panel on the right. What is selected, or else what happened last, in words; the states
 * of the nodes towards each other; and the latest events. */
#include "viz/viewer.h"
#include "viz/words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static const struct paint_font plain = {PAINT_SMALL, PAINT_PLAIN};
static const struct paint_font head = {13, PAINT_BOLD};
static const struct paint_font mono = {PAINT_SMALL, PAINT_MONO};

enum { MARGIN = 14, LINE = 17 };

struct column {
	const struct viewer *viewer;
	const struct paint *paint;
	double x, width, y, bottom;
};

static bool has_room(const struct column *column, double lines)
{
	return column->y + lines * LINE <= column->bottom;
}

static void put_head(struct column *column, const char *text)
{
	if (!has_room(column, 2))
		return;
	paint_ink(column->paint, COLOR_TEXT, 1);
	paint_text_fit(column->paint, head, PAINT_LEFT, column->x, column->y + 12, column->width, text);
	column->y += LINE + 4;
}

static void put_pair(struct column *column, const char *name, const char *value)
{
	enum { NAME_WIDTH = 66 };
	if (!has_room(column, 1))
		return;
	paint_ink(column->paint, COLOR_DIM, 1);
	paint_text_fit(column->paint, plain, PAINT_LEFT, column->x, column->y + 11, NAME_WIDTH - 6, name);
	paint_ink(column->paint, COLOR_TEXT, 1);
	double last = paint_text_wrap(column->paint, plain, column->x + NAME_WIDTH, column->y + 11,
	                              column->width - NAME_WIDTH, has_room(column, 3) ? 3 : 1, value);
	column->y = fmax(column->y + LINE, last - 11 + 1);
}

static void put_words(struct column *column, const char *text, enum color_name color, int lines)
{
	if (!has_room(column, lines))
		return;
	paint_ink(column->paint, color, 1);
	column->y =
		paint_text_wrap(column->paint, plain, column->x, column->y + 11, column->width, lines, text) -
		11 + 3;
}

static void put_rule(struct column *column)
{
	if (!has_room(column, 1))
		return;
	paint_ink(column->paint, COLOR_EDGE, 1);
	paint_line(column->paint, column->x, round(column->y + 5) + 0.5, column->x + column->width,
	           round(column->y + 5) + 0.5, 1);
	column->y += 12;
}

static void put_bytes(struct column *column, uint32_t record)
{
	const struct trace_record *about = trace_get(column->viewer->model->trace, record);
	const uint8_t *bytes = trace_extra(column->viewer->model->trace, record);
	if (!bytes || !about->extra_size || !has_room(column, 2))
		return;
	char text[64];
	int a_row = column->width >= 330 ? 12 : 8;
	for (int row = 0; row < 4 && row * a_row < about->extra_size && has_room(column, 1); row++) {
		int at = snprintf(text, sizeof text, "%03x ", (unsigned)(row * a_row));
		for (int i = row * a_row; i < (row + 1) * a_row && i < about->extra_size; i++)
			at += snprintf(text + at, sizeof text - (size_t)at, " %02x", bytes[i]);
		paint_ink(column->paint, COLOR_DIM, 1);
		paint_text_fit(column->paint, mono, PAINT_LEFT, column->x, column->y + 11, column->width,
		               text);
		column->y += LINE;
	}
}

static void put_copy(struct column *column, const struct model_copy *copy)
{
	const struct model *model = column->viewer->model;
	char text[TEXT_MAX], took[32];
	words_packet(model, copy->type, copy->packet, text, sizeof text);
	put_head(column, text);
	snprintf(text, sizeof text, "%s \xe2\x86\x92 %s", model_name(model, copy->node),
	         model_name(model, copy->peer));
	put_pair(column, "way", text);
	text_time(copy->start_ns, text, sizeof text);
	put_pair(column, "sent", text);
	if (copy->fate != MODEL_DROPPED) {
		text_time(copy->end_ns, text, sizeof text);
		put_pair(column, "arrives", text);
	}
	if (copy->leaves_ns > copy->start_ns) {
		text_duration(copy->leaves_ns - copy->start_ns, took, sizeof took);
		put_pair(column, "queued", took);
	}
	words_fate(model, copy, text, sizeof text);
	put_pair(column, "fate", text);
	if (copy->flags)
		put_pair(column, "copy",
		         copy->flags & TRACE_COPY_INJECTED    ? "put in by the timeline"
		         : copy->flags & TRACE_COPY_REPLAYED  ? "repeated by the network"
		         : copy->flags & TRACE_COPY_DUPLICATE ? "doubled by the network"
		                                              : "damaged on the way");
	uint32_t sent = copy->packet < model->packet_count ? model->sent_record[copy->packet] : MODEL_NONE;
	if (sent != MODEL_NONE) {
		snprintf(text, sizeof text, "%u", trace_get(model->trace, sent)->extra_size);
		put_pair(column, "bytes", text);
		put_bytes(column, sent);
	}
}

static void put_record(struct column *column, uint32_t record, const char *title)
{
	const struct model *model = column->viewer->model;
	const struct trace_record *about = trace_get(model->trace, record);
	char text[TEXT_MAX];
	put_head(column, title);
	text_time(about->time_ns, text, sizeof text);
	put_words(column, text, COLOR_DIM, 1);
	words_record(model, record, text, sizeof text);
	put_words(column, text, COLOR_TEXT, 4);
	if (about->cause && about->cause <= model->record_count) {
		char cause[TEXT_MAX], line[TEXT_MAX + 16];
		words_record(model, about->cause - 1, cause, sizeof cause);
		snprintf(line, sizeof line, "because %s", cause);
		put_words(column, line, COLOR_DIM, 3);
	}
}

static void put_peer(struct column *column, uint32_t pair)
{
	const struct viewer *viewer = column->viewer;
	const struct paint *paint = column->paint;
	const struct model_pair_state *state = &viewer->state->pairs[pair];
	struct rect box = {column->x, column->y + 1, 14, 12};
	char text[TEXT_MAX], session[16];
	paint_state_sample(paint, box, (enum octo_state)state->state);
	text_session(state->session, session, sizeof session);
	int at = snprintf(text, sizeof text, "%s \xe2\x86\x92 %s",
	                  model_name(viewer->model, viewer->model->pairs[pair].node),
	                  model_name(viewer->model, viewer->model->pairs[pair].peer));
	paint_ink(paint, COLOR_TEXT, 1);
	paint_text_fit(paint, plain, PAINT_LEFT, column->x + 22, column->y + 11, column->width - 22, text);
	column->y += LINE;
	at = snprintf(text, sizeof text, "%s", words_state(state->state));
	if (state->role != OCTO_ROLE_NONE)
		at += snprintf(text + at, sizeof text - (size_t)at, ", %s", words_role(state->role));
	if (state->session)
		at += snprintf(text + at, sizeof text - (size_t)at, ", session %s", session);
	if (state->spare)
		at += snprintf(text + at, sizeof text - (size_t)at, " + spare");
	if (state->is_celibate)
		snprintf(text + at, sizeof text - (size_t)at, ", celibate");
	paint_ink(paint, COLOR_DIM, 1);
	paint_text_fit(paint, plain, PAINT_LEFT, column->x + 22, column->y + 11, column->width - 22, text);
	column->y += LINE + 2;
}

static void put_states(struct column *column)
{
	const struct viewer *viewer = column->viewer;
	const struct model *model = viewer->model;
	bool is_node = viewer->selection.kind == SELECT_NODE;
	uint32_t shown = 0, left = 0;
	char title[TEXT_MAX] = "States";
	if (is_node || viewer_is_large(viewer))
		snprintf(title, sizeof title, "States of %s",
		         model_name(model, is_node ? viewer->selection.index : viewer->focus));
	put_head(column, title);
	/* The latest events below it want their half. */
	double limit = column->y + (column->bottom - column->y) / 2;
	for (uint32_t i = 0; i < model->pair_count; i++) {
		const struct model_pair *pair = &model->pairs[i];
		uint32_t center = is_node ? viewer->selection.index : viewer->focus;
		if ((is_node || viewer_is_large(viewer)) && pair->node != center && pair->peer != center)
			continue;
		if (column->y + 2 * LINE > limit || shown >= 12) {
			left++;
			continue;
		}
		put_peer(column, i);
		shown++;
	}
	if (left) {
		char text[64], count[32];
		text_count(left, count, sizeof count);
		snprintf(text, sizeof text, "and %s more", count);
		put_words(column, text, COLOR_DIM, 1);
	}
}

static void put_latest(struct column *column)
{
	const struct viewer *viewer = column->viewer;
	const struct model *model = viewer->model;
	/* Of very many nodes only one is looked at. */
	bool is_node = viewer->selection.kind == SELECT_NODE || viewer_is_large(viewer);
	uint32_t node = viewer->selection.kind == SELECT_NODE ? viewer->selection.index : viewer->focus;
	char title[TEXT_MAX] = "Latest events";
	if (is_node)
		snprintf(title, sizeof title, "Latest of %s", model_name(model, node));
	put_head(column, title);
	uint32_t index = viewer->playback.index;
	for (int tries = 0; index > 0 && has_room(column, 2) && tries < 20000; tries++) {
		const struct trace_record *record = trace_get(model->trace, --index);
		if (is_node && record->node != node && record->peer != node)
			continue;
		/* A packet's flight is told by its sending and its end. */
		if (record->kind == TRACE_FLYING)
			continue;
		char text[TEXT_MAX], line[TEXT_MAX + 64], ago[32];
		words_record(model, index, text, sizeof text);
		text_duration(viewer->playback.time_ns - record->time_ns, ago, sizeof ago);
		if (viewer->playback.time_ns == record->time_ns)
			snprintf(line, sizeof line, "now  %s", text);
		else
			snprintf(line, sizeof line, "-%s  %s", ago, text);
		put_words(column, line, index + 1 == viewer->playback.index ? COLOR_TEXT : COLOR_DIM, 2);
		paint_hit_box(column->paint, HIT_RECORD, index,
		              (struct rect){ column->x, column->y - LINE, column->width, LINE });
	}
}

static void put_node(struct column *column, uint32_t node)
{
	const struct model *model = column->viewer->model;
	char text[TEXT_MAX], count[32];
	snprintf(text, sizeof text, "%s", model_name(model, node));
	put_head(column, text);
	const uint8_t *id = trace_node(model->trace, node)->id;
	snprintf(text, sizeof text, "%s, %s", model_is_agent(model, node) ? "agent" : "remote",
	         column->viewer->state->is_up[node] ? "up" : "down");
	put_pair(column, "kind", text);
	snprintf(text, sizeof text, "%02x%02x%02x%02x%02x%02x%02x%02x\xe2\x80\xa6", id[0], id[1], id[2],
	         id[3], id[4], id[5], id[6], id[7]);
	put_pair(column, "ID", text);
	text_count(model->node_records[node].count, count, sizeof count);
	put_pair(column, "records", count);
}

void inspector_draw(const struct viewer *viewer, const struct paint *paint, struct rect area)
{
	struct column column = { viewer,          paint,
		                 area.x + MARGIN, area.width - 2 * MARGIN,
		                 area.y + 12,     area.y + area.height - 4 };
	paint_box(paint, area, 0, COLOR_PANEL);
	paint_ink(paint, COLOR_EDGE, 1);
	paint_line(paint, area.x + 0.5, area.y, area.x + 0.5, area.y + area.height, 1);
	cairo_save(paint->cairo);
	cairo_rectangle(paint->cairo, area.x, area.y, area.width, area.height);
	cairo_clip(paint->cairo);
	switch (viewer->selection.kind) {
	case SELECT_NODE:
		put_node(&column, viewer->selection.index);
		break;
	case SELECT_COPY:
		put_copy(&column, &viewer->model->copies[viewer->selection.index]);
		break;
	case SELECT_RECORD:
		put_record(&column, viewer->selection.index, "Selected");
		break;
	case SELECT_NOTHING:
		if (viewer->playback.index)
			put_record(&column, viewer->playback.index - 1, "Last event");
		else
			put_head(&column, "Nothing has happened yet");
		break;
	}
	put_rule(&column);
	put_states(&column);
	put_rule(&column);
	put_latest(&column);
	cairo_restore(paint->cairo);
}
