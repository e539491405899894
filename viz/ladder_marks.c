/* ladder_marks.c: what happened inside the nodes, as shapes on their lanes with a few words beside: duels,
 * roles, sessions, the timeline's actions, warnings, changes of state. The weightiest are placed first.
 * See ladder.h. */
#include "viz/ladder.h"
#include "viz/words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static const struct paint_font small = {PAINT_SMALL, PAINT_PLAIN};
static const struct paint_font small_bold = {PAINT_SMALL, PAINT_BOLD};

enum weight { WEIGHT_DUEL, WEIGHT_SESSION, WEIGHT_STATE, WEIGHT_COUNT, WEIGHT_NONE = WEIGHT_COUNT };

static enum weight weight_of(const struct trace_record *record)
{
	switch ((enum trace_kind)record->kind) {
	case TRACE_DUEL: case TRACE_TAMPER: case TRACE_WARNING: case TRACE_FAILED: case TRACE_ACTION:
		return WEIGHT_DUEL;
	case TRACE_ROLE:
		/* Out of nothing or back to it goes with the state; only a change from one to the other is
		 * news. */
		return record->a != OCTO_ROLE_NONE && record->b != OCTO_ROLE_NONE ? WEIGHT_DUEL : WEIGHT_NONE;
	case TRACE_SESSION_UP:
	case TRACE_SESSION_SPARE:
	case TRACE_SESSION_DOWN:
	case TRACE_CELIBACY:
	case TRACE_CLOCK:
		return WEIGHT_SESSION;
	case TRACE_STEP:
		return (record->b & 255) != (record->b >> 8 & 255) ? WEIGHT_STATE : WEIGHT_NONE;
	default:
		return WEIGHT_NONE;
	}
}

static const char *action_of(const struct trace_record *record)
{
	return record->a < TRACE_ACTION_COUNT ? trace_action_name((enum trace_action)record->a) : "?";
}

static void text_of(const struct ladder *ladder, const struct trace_record *record, char *out, size_t size)
{
	char session[16];
	bool is_narrow = ladder->is_narrow;
	const char *prefix = is_narrow ? "" : "session ";
	text_session(record->a, session, sizeof session);
	switch ((enum trace_kind)record->kind) {
	case TRACE_DUEL:
		if (is_narrow)
			snprintf(out, size, "%s duel", record->a == 1 ? "wins" : "loses");
		else
			snprintf(out, size, "%s ID-duel, byte %u", record->a == 1 ? "wins" : "loses",
			         (unsigned)(record->b >> 24 & 255));
		break;
	case TRACE_ROLE:
		snprintf(out, size, "%s%s\xe2\x86\x92 %s", is_narrow ? "" : words_role((unsigned)record->a),
		         is_narrow ? "" : " ", words_role((unsigned)record->b));
		break;
	case TRACE_SESSION_UP: snprintf(out, size, "%s%s up", prefix, session); break;
	case TRACE_SESSION_SPARE: snprintf(out, size, "%s%s spare", prefix, session); break;
	case TRACE_SESSION_DOWN: snprintf(out, size, "%s%s down", prefix, session); break;
	case TRACE_STEP: snprintf(out, size, "%s", words_state(record->b >> 8 & 255)); break;
	case TRACE_ACTION:
		if (record->peer != TRACE_NOBODY && ladder->lanes->count > 2 && !is_narrow)
			snprintf(out, size, "%s %s", action_of(record),
			         model_name(ladder->viewer->model, record->peer));
		else
			snprintf(out, size, "%s", action_of(record));
		break;
	case TRACE_TAMPER:
		snprintf(out, size, "%s%s", is_narrow ? "" : "hacked: ",
		         record->a < OCTO_TELL_COUNT ? octo_tell_name((enum octo_tell)record->a) : "?");
		break;
	case TRACE_WARNING:
		snprintf(out, size, "%s%s", is_narrow ? "" : "warning: ",
		         record->a < OCTO_WARNING_COUNT ? octo_warning_name((enum octo_warning)record->a)
		                                        : "?");
		break;
	case TRACE_CELIBACY: snprintf(out, size, "celibacy %s", record->a ? "begins" : "ends"); break;
	case TRACE_CLOCK: snprintf(out, size, "clock steps"); break;
	default: snprintf(out, size, "%s failed", record->a ? "invariant" : "expectation"); break;
	}
}

static void draw_shape(const struct ladder *ladder, const struct trace_record *record, double x, double y)
{
	const struct paint *paint = ladder->paint;
	cairo_t *cairo = paint->cairo;
	cairo_set_line_width(cairo, 1.8);
	switch ((enum trace_kind)record->kind) {
	case TRACE_DUEL:
		paint_ink(paint, COLOR_BACKGROUND, 1);
		paint_diamond(paint, x, y, 10);
		cairo_fill_preserve(cairo);
		paint_ink(paint, COLOR_DUEL, 1);
		cairo_stroke(cairo);
		paint_diamond(paint, x, y, 5);
		if (record->a == 1)
			cairo_fill(cairo);
		else
			cairo_stroke(cairo);
		break;
	case TRACE_SESSION_UP: case TRACE_SESSION_SPARE: case TRACE_SESSION_DOWN:
		paint_triangle(paint, x, y, 7, record->kind != TRACE_SESSION_DOWN);
		paint_ink(paint, record->kind == TRACE_SESSION_DOWN ? COLOR_LOSS : COLOR_ESTABLISHED, 1);
		if (record->kind == TRACE_SESSION_SPARE) {
			cairo_stroke(cairo);
			break;
		}
		cairo_fill_preserve(cairo);
		paint_ink(paint, COLOR_BACKGROUND, 1);
		cairo_stroke(cairo);
		break;
	case TRACE_TAMPER: case TRACE_WARNING: case TRACE_FAILED:
		paint_box(paint, (struct rect){x - 8, y - 8, 16, 16}, 2, COLOR_LOSS);
		cairo_set_source_rgb(cairo, 1, 1, 1);
		paint_text(paint, small_bold, PAINT_CENTER, x, y + 5, "!");
		break;
	case TRACE_ACTION:
		paint_ink(paint, COLOR_TEXT, 1);
		cairo_new_sub_path(cairo);
		cairo_arc(cairo, x, y, 4.5, 0, 6.2832);
		cairo_fill(cairo);
		break;
	default:
		break;
	}
}

/* Beside its lane: outside the outer ones, to the right of those between. */
static void draw_label(struct ladder *ladder, uint32_t lane, double y, enum weight weight, const char *text)
{
	const struct paint *paint = ladder->paint;
	struct paint_font font = weight == WEIGHT_STATE ? small : small_bold;
	bool is_left = lane == 0;
	double off = ladder->lane_half[lane] + 8;
	double taken = paint_text_width(paint, font, text), room = ladder->label_room - off - 4;
	if (lane > 0 && lane + 1 < ladder->lanes->count)
		room = ladder->lane_x[lane + 1] - ladder->lane_half[lane + 1] - ladder->lane_x[lane] - off -
		       2;
	double width = fmin(taken + 8, room);
	if (taken + 4 > room && ladder->is_narrow)
		return;
	struct rect place = { is_left ? ladder->lane_x[lane] - off - width : ladder->lane_x[lane] + off,
		              y - 8, width, 16 };
	double bottom = ladder->area.y + ladder->area.height;
	if (!labels_take_below(&ladder->labels, &place, weight == WEIGHT_STATE ? 34 : 68) ||
	    place.y + 16 > bottom)
		return;
	if (place.y - (y - 8) > 3) {
		double edge = is_left ? place.x + place.width + 1 : place.x - 1;
		paint_ink(paint, COLOR_DIM, 0.7);
		cairo_move_to(paint->cairo, is_left ? edge + 6 : edge - 6, y);
		cairo_line_to(paint->cairo, is_left ? edge + 6 : edge - 6, place.y + 8);
		cairo_line_to(paint->cairo, edge, place.y + 8);
		cairo_set_line_width(paint->cairo, 1);
		cairo_stroke(paint->cairo);
	}
	paint_text_rimmed(
		paint, font,
		round(is_left ? place.x + place.width - 4 - fmin(taken, place.width - 4) : place.x + 4),
		round(place.y + 12), weight == WEIGHT_STATE ? COLOR_DIM : COLOR_TEXT, text);
}

static void draw_weight(struct ladder *ladder, uint32_t lane, enum weight weight)
{
	const struct model *model = ladder->viewer->model;
	uint32_t node = ladder->lanes->nodes[lane];
	const struct model_list *records = &model->node_records[node];
	/* At a scale at which everything runs together, words help nobody: only so many are tried. */
	int tries = 400;
	for (uint32_t i = model_list_find(records, trace_find(model->trace, ladder->from_ns));
	     i < records->count && tries > 0; i++) {
		const struct trace_record *record = trace_get(model->trace, records->list[i]);
		if (record->time_ns > ladder->until_ns)
			break;
		if (record->node != node || weight_of(record) != weight ||
		    !ladder_is_due(ladder, record->time_ns))
			continue;
		bool is_elsewhere =
			record->peer < model->node_count && ladder->lanes->of_node[record->peer] == LANES_MAX;
		double y = axis_y(ladder->axis, record->time_ns);
		if (is_elsewhere || y < ladder->area.y || y > ladder->area.y + ladder->area.height)
			continue;
		char text[TEXT_MAX];
		text_of(ladder, record, text, sizeof text);
		draw_shape(ladder, record, ladder->lane_x[lane], y);
		draw_label(ladder, lane, y, weight, text);
		paint_hit_box(ladder->paint, HIT_RECORD, records->list[i],
		              (struct rect){ ladder->lane_x[lane] - 9, y - 9, 18, 18 });
		tries--;
	}
}

void ladder_draw_marks(struct ladder *ladder)
{
	for (int weight = 0; weight < WEIGHT_COUNT; weight++) {
		for (uint32_t lane = 0; lane < ladder->lanes->count; lane++)
			draw_weight(ladder, lane, (enum weight)weight);
	}
}
