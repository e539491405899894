/* view_topology.c: the world at one instant. Nodes each with a ring whose arcs show its state
 * towards each peer; two lanes for every pair, packets on them where they truly are; what was dropped
 * falls off where it was. A world of very many nodes is shown as a grid of cells beside the neighbourhood
 * of the one in focus. */
#include "viz/alloc.h"
#include "viz/labels.h"
#include "viz/legend.h"
#include "viz/topology.h"
#include "viz/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define PI 3.14159265358979323846
#define HOLD_NS (600 * OCTO_MILLISECOND)  /* of the watcher's time: how long an ending stays to be read */

static const struct paint_font small = {PAINT_SMALL, PAINT_PLAIN};
static const struct paint_font small_bold = {PAINT_SMALL, PAINT_BOLD};

static const struct place *place_of(const struct scene *scene, uint32_t node)
{
	for (uint32_t i = 0; i < scene->count; i++) {
		if (scene->places[i].node == node)
			return &scene->places[i];
	}
	return NULL;
}

/* All nodes of a small world; in a large one the focus and its peers. */
static void choose_nodes(struct scene *scene)
{
	const struct model *model = scene->viewer->model;
	if (!viewer_is_large(scene->viewer)) {
		for (uint32_t i = 0; i < model->node_count; i++)
			scene->places[scene->count++].node = i;
		return;
	}
	uint32_t focus = scene->viewer->focus;
	scene->places[scene->count++].node = focus;
	for (uint32_t i = model->first_pair[focus]; i < model->first_pair[focus + 1]; i++) {
		if (scene->count < NEIGHBOURS_MAX && model->pairs[i].peer != focus)
			scene->places[scene->count++].node = model->pairs[i].peer;
	}
}

struct lane {
	double x0, y0, x1, y1;
};

/* The lane from one node to another, on the right-hand side of the way. */
static struct lane lane_between(const struct place *from, const struct place *to)
{
	double dx = to->x - from->x, dy = to->y - from->y, length = fmax(1, hypot(dx, dy));
	dx /= length;
	dy /= length;
	double aside = from->radius > 24 ? 13 : 7, off = from->radius + 13;
	return (struct lane){from->x + dx * off - dy * aside, from->y + dy * off + dx * aside,
	                     to->x - dx * off - dy * aside, to->y - dy * off + dx * aside};
}

static void draw_links(const struct scene *scene)
{
	const struct model *model = scene->viewer->model;
	const struct paint *paint = scene->paint;
	for (uint32_t k = 0; k < scene->count; k++) {
		uint32_t node = scene->places[k].node;
		for (uint32_t i = model->first_pair[node]; i < model->first_pair[node + 1]; i++) {
			const struct place *to = place_of(scene, model->pairs[i].peer);
			if (!to || to->node == node || !model->pairs[i].copies)
				continue;
			struct lane lane = lane_between(&scene->places[k], to);
			paint_ink(paint, COLOR_EDGE, 1);
			paint_line(paint, lane.x0, lane.y0, lane.x1, lane.y1, 2);
			paint_arrow_head(paint, lane.x1, lane.y1, atan2(lane.y1 - lane.y0, lane.x1 - lane.x0),
			                 9);
		}
	}
}

static void ring_dashes(const struct paint *paint, enum octo_state state)
{
	if (state == OCTO_STATE_IDLE)
		paint_dash(paint, 1.5, 4);
	else if (state == OCTO_STATE_OFFERING)
		paint_dash(paint, 9, 4);
	else if (state == OCTO_STATE_ANSWERING)
		paint_dash(paint, 4, 3);
}

/* One arc for each peer, turned towards it. */
static void draw_ring(const struct scene *scene, const struct place *place)
{
	const struct model *model = scene->viewer->model;
	const struct paint *paint = scene->paint;
	uint32_t first = model->first_pair[place->node], count = 0;
	double angles[NEIGHBOURS_MAX + 1];
	uint32_t pairs[NEIGHBOURS_MAX + 1];
	for (uint32_t i = first; i < model->first_pair[place->node + 1] && count <= NEIGHBOURS_MAX; i++) {
		const struct place *peer = place_of(scene, model->pairs[i].peer);
		if (!peer || peer == place)
			continue;
		double angle = atan2(peer->y - place->y, peer->x - place->x);
		uint32_t at = count++;
		for (; at > 0 && angles[at - 1] > angle; at--) {
			angles[at] = angles[at - 1];
			pairs[at] = pairs[at - 1];
		}
		angles[at] = angle;
		pairs[at] = i;
	}
	double slice = 2 * PI / (count ? count : 1), turn = 0;
	for (uint32_t i = 0; i < count; i++)
		turn += angles[i] - slice * i;
	turn /= count ? count : 1;
	for (uint32_t i = 0; i < (count ? count : 1); i++) {
		enum octo_state state = count ? (enum octo_state)scene->viewer->state->pairs[pairs[i]].state
		                              : OCTO_STATE_IDLE;
		double middle = turn + slice * i, half = slice / 2 - (count > 1 ? 0.06 : 0);
		paint_ink(paint, theme_state_color(state), 1);
		cairo_set_line_width(paint->cairo, state == OCTO_STATE_IDLE ? 2 : 5);
		ring_dashes(paint, state);
		cairo_new_sub_path(paint->cairo);
		cairo_arc(paint->cairo, place->x, place->y, place->radius + 6, middle - half, middle + half);
		cairo_stroke(paint->cairo);
		paint_solid(paint);
	}
}

static void describe(const struct scene *scene, const struct place *place, char *out, size_t size)
{
	const struct model *model = scene->viewer->model;
	const struct model_state *state = scene->viewer->state;
	uint32_t first = model->first_pair[place->node], count = model->first_pair[place->node + 1] - first;
	if (!state->is_up[place->node])
		snprintf(out, size, "down");
	else if (count == 1 && scene->count <= 3 && state->pairs[first].role != OCTO_ROLE_NONE)
		snprintf(out, size, "%s \xc2\xb7 %s", words_state(state->pairs[first].state),
		         words_role(state->pairs[first].role));
	else
		snprintf(out, size, "%s", words_state(model_node_state(model, state, place->node)));
}

static void draw_node(const struct scene *scene, const struct place *place)
{
	const struct viewer *viewer = scene->viewer;
	const struct paint *paint = scene->paint;
	cairo_t *cairo = paint->cairo;
	bool is_up = viewer->state->is_up[place->node];
	bool is_selected = viewer->selection.kind == SELECT_NODE && viewer->selection.index == place->node;
	draw_ring(scene, place);
	paint_ink(paint, COLOR_RAISED, 1);
	paint_node_path(paint, place->x, place->y, place->radius, model_is_agent(viewer->model, place->node));
	cairo_fill_preserve(cairo);
	paint_ink(paint, is_selected ? COLOR_MARK : COLOR_DIM, 1);
	cairo_set_line_width(cairo, is_selected ? 3 : 1.2);
	cairo_stroke(cairo);
	paint_ink(paint, COLOR_TEXT, 1);
	double size = place->radius > 24 ? 20 : place->radius > 16 ? 15 : 12;
	paint_text(paint, (struct paint_font){ size, PAINT_BOLD }, PAINT_CENTER, place->x,
	           place->y + size * 0.36, model_is_agent(viewer->model, place->node) ? "A" : "R");
	if (!is_up) {
		paint_ink(paint, COLOR_LOSS, 1);
		paint_cross(paint, place->x, place->y, place->radius, 3);
	}
	char words[96];
	double room = place->label_room, y = place->label_y;
	paint_ink(paint, COLOR_TEXT, 1);
	paint_text_fit(paint, (struct paint_font){ place->radius > 14 ? 14 : PAINT_SMALL, PAINT_BOLD },
	               place->label_align, place->label_x, y, room, model_name(viewer->model, place->node));
	describe(scene, place, words, sizeof words);
	paint_ink(paint, COLOR_DIM, 1);
	paint_text_fit(paint, small, place->label_align, place->label_x, y + 16, room, words);
	double left = place->label_align == PAINT_CENTER  ? room / 2
	              : place->label_align == PAINT_RIGHT ? room
	                                                  : 0;
	labels_take(scene->labels, (struct rect){place->label_x - left, y - 12, room, 34});
	labels_take(scene->labels, (struct rect){place->x - place->radius - 20, place->y - place->radius - 20,
	            2 * place->radius + 40, 2 * place->radius + 40});
	paint_hit_box(paint, HIT_NODE, place->node, (struct rect){place->x - place->radius - 8,
	              place->y - place->radius - 8, 2 * place->radius + 16, 2 * place->radius + 16});
}

/* For a moment after a duel both sides wear a double outline, and it is said who won. */
static void draw_duels(const struct scene *scene)
{
	const struct model *model = scene->viewer->model;
	const struct paint *paint = scene->paint;
	for (uint32_t i = 0; i < model->duel_count; i++) {
		const struct model_duel *duel = &model->duels[i];
		if (duel->decided_ns > scene->now_ns)
			break;
		if (scene->now_ns - duel->decided_ns > 3 * scene->hold_ns ||
		    scene->viewer->playback.index <= duel->first_record)
			continue;
		for (int side = 0; side < 2; side++) {
			const struct place *place = place_of(scene, duel->node[side]);
			if (!place)
				continue;
			paint_ink(paint, COLOR_DUEL, 1);
			cairo_set_line_width(paint->cairo, 2);
			for (int ring = 0; ring < 2; ring++) {
				cairo_new_sub_path(paint->cairo);
				cairo_arc(paint->cairo, place->x, place->y, place->radius + 13 + 5 * ring, 0,
				          2 * PI);
				cairo_stroke(paint->cairo);
			}
			const char *verdict = side == 0 ? "wins the ID-duel" : "yields";
			double width = paint_text_width(paint, small_bold, verdict) + 16;
			struct rect box = {place->x - width / 2, place->y - place->radius - 44, width, 20};
			if (place->label_align != PAINT_CENTER)
				box = (struct rect){ place->label_x -
					                     (place->label_align == PAINT_RIGHT ? width : 0),
					             place->label_y + 22, width, 20 };
			box.x = fmin(box.x, scene->area.x + scene->area.width - width - 2);
			paint_box(paint, box, 4, COLOR_PANEL);
			paint_frame(paint, box, 4, COLOR_DUEL, 1.5);
			paint_ink(paint, COLOR_TEXT, 1);
			paint_text(paint, small_bold, PAINT_CENTER, box.x + width / 2, box.y + 14, verdict);
			labels_take(scene->labels, box);
		}
	}
}

static void draw_ending_text(const struct scene *scene, double x, double y, double alpha, const char *text)
{
	double width = paint_text_width(scene->paint, small, text);
	/* To the right, or else to the left, or else below. */
	const struct {
		double x, y;
	} tries[] = { { x + 13, y - 9 },        { x - 19 - width, y - 9 }, { x - width + 8, y + 12 },
		      { x - 12, y + 12 },       { x - width + 8, y + 30 }, { x - 12, y + 30 },
		      { x - width / 2, y + 48 } };
	struct rect place = {0, 0, width + 6, 17};
	bool is_placed = false;
	for (size_t i = 0; i < sizeof tries / sizeof *tries && !is_placed; i++) {
		place.x = tries[i].x;
		place.y = tries[i].y;
		is_placed = place.x >= scene->area.x &&
		            place.x + place.width <= scene->area.x + scene->area.width &&
		            labels_take(scene->labels, place);
	}
	if (!is_placed)
		return;
	paint_ink(scene->paint, COLOR_BACKGROUND, 0.75 * alpha);
	paint_box_path(scene->paint, place, 3);
	cairo_fill(scene->paint->cairo);
	paint_ink(scene->paint, COLOR_TEXT, alpha);
	paint_text(scene->paint, small, PAINT_LEFT, place.x + 3, place.y + 13, text);
}

/* What became of it, for a moment: dropped ones fall off their lane, and so do, before the receiver, those
 * not used. */
static void draw_ending(const struct scene *scene, const struct model_copy *copy, struct lane lane)
{
	const struct paint *paint = scene->paint;
	uint64_t ended = copy->end_ns;
	double along = copy->fate == MODEL_DROPPED ? model_lost_at(copy, &ended) : 0.94;
	if (scene->now_ns - ended > scene->hold_ns)
		return;
	double age = (double)(scene->now_ns - ended) / (double)scene->hold_ns, alpha = 1 - 0.6 * age;
	double x = lane.x0 + (lane.x1 - lane.x0) * along, y = lane.y0 + (lane.y1 - lane.y0) * along;
	char text[96], packet[48];
	words_packet(scene->viewer->model, copy->type, copy->packet, packet, sizeof packet);
	paint_ink(paint, COLOR_LOSS, alpha);
	/* What follows on the lane must not hide it: one that was not used lies beside it from the start. */
	y += copy->fate == MODEL_DROPPED ? 54 * age * age : 18 + 30 * age * age;
	if (copy->fate == MODEL_DROPPED) {
		paint_cross(paint, x, y, 8, 4);
		snprintf(text, sizeof text, "%s: %s", packet, trace_drop_text((enum trace_drop)copy->drop));
	} else {
		paint_forbidden(paint, x, y, 9);
		snprintf(text, sizeof text, "%s: %s", packet, words_reason(copy->reason));
	}
	paint_hit_box(paint, HIT_COPY, (uint32_t)(copy - scene->viewer->model->copies),
	              (struct rect){ x - 10, y - 10, 20, 20 });
	draw_ending_text(scene, x, y, alpha, text);
}

/* First all that are on their way, then the endings with their words beside them. */
static void draw_copy(const struct scene *scene, uint32_t index, bool is_ending)
{
	const struct viewer *viewer = scene->viewer;
	const struct model_copy *copy = &viewer->model->copies[index];
	const struct place *from = place_of(scene, copy->node), *to = place_of(scene, copy->peer);
	struct place below;
	if (!from)
		return;
	if (!to || to == from) {
		/* To nobody, to itself, or out of the picture: a short lane downwards. */
		below = (struct place){
			.node = copy->peer, .x = from->x, .y = from->y + from->radius * 2 + 120, .radius = 10
		};
		if (to != from && copy->peer != TRACE_NOBODY)
			return;
		to = &below;
	}
	struct lane lane = lane_between(from, to);
	uint64_t ended = copy->end_ns;
	if (copy->fate == MODEL_DROPPED)
		model_lost_at(copy, &ended);
	if (is_ending != (scene->now_ns >= ended))
		return;
	if (is_ending) {
		if (copy->fate == MODEL_DROPPED ||
		    (copy->verdict_record != MODEL_NONE && copy->reason != OCTO_REASON_ACCEPTED))
			draw_ending(scene, copy, lane);
		return;
	}
	double along = model_way_at(copy, scene->now_ns);
	double x = lane.x0 + (lane.x1 - lane.x0) * along, y = lane.y0 + (lane.y1 - lane.y0) * along;
	if (copy->flags & TRACE_COPY_DUPLICATE) {
		double length = fmax(1, hypot(lane.x1 - lane.x0, lane.y1 - lane.y0));
		x -= (lane.y1 - lane.y0) / length * 16;
		y += (lane.x1 - lane.x0) / length * 16;
	}
	paint_packet(scene->paint, x, y,
	             (struct paint_packet){ .type = (enum octo_packet_type)copy->type,
	                                    .alpha = 1,
	                                    .is_duplicate = copy->flags & TRACE_COPY_DUPLICATE,
	                                    .is_corrupted = copy->flags & TRACE_COPY_CORRUPTED,
	                                    .is_injected = copy->flags & TRACE_COPY_INJECTED,
	                                    .is_selected = viewer->selection.kind == SELECT_COPY &&
	                                                   viewer->selection.index == index });
	labels_take(scene->labels, (struct rect){x - 18, y - 9, 36, 18});
	paint_hit_box(scene->paint, HIT_COPY, index, (struct rect){x - 18, y - 9, 36, 18});
}

static void draw_circle(const struct viewer *viewer, const struct paint *paint, struct rect area)
{
	struct labels *labels = alloc_new(1, sizeof *labels);
	struct scene scene = { .viewer = viewer,
		               .paint = paint,
		               .area = area,
		               .now_ns = viewer->playback.time_ns,
		               .hold_ns = playback_scaled(&viewer->playback, HOLD_NS),
		               .labels = labels };
	choose_nodes(&scene);
	topology_lay_out(&scene);
	draw_links(&scene);
	for (uint32_t i = 0; i < scene.count; i++)
		draw_node(&scene, &scene.places[i]);
	draw_duels(&scene);
	uint64_t from = scene.now_ns > scene.hold_ns ? scene.now_ns - scene.hold_ns : 0;
	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0;
		     (i = model_next_copy(viewer->model, i, from, scene.now_ns)) != MODEL_NONE; i++)
			draw_copy(&scene, i, pass == 1);
	}
	free(labels);
}

void topology_draw(const struct viewer *viewer, const struct paint *paint, struct rect area)
{
	cairo_t *cairo = paint->cairo;
	struct rect rest = {area.x, area.y, area.width, area.height - LEGEND_HEIGHT};
	if (viewer_is_large(viewer)) {
		struct rect left = {rest.x, rest.y, floor(rest.width * 0.56), rest.height};
		topology_draw_grid(viewer, paint, left);
		rest.x += left.width;
		rest.width -= left.width;
		paint_ink(paint, COLOR_EDGE, 1);
		paint_line(paint, rest.x + 0.5, rest.y, rest.x + 0.5, rest.y + rest.height, 1);
		paint_ink(paint, COLOR_TEXT, 1);
		char title[TEXT_MAX];
		snprintf(title, sizeof title, "around %s", model_name(viewer->model, viewer->focus));
		paint_text_fit(paint, (struct paint_font){ 14, PAINT_BOLD }, PAINT_LEFT, rest.x + 14,
		               rest.y + 24, rest.width - 28, title);
	}
	if (viewer->model->node_count) {
		double x = rest.x + rest.width / 2, y = rest.y + rest.height / 2;
		cairo_save(cairo);
		cairo_rectangle(cairo, rest.x, rest.y, rest.width, rest.height);
		cairo_clip(cairo);
		cairo_translate(cairo, x + viewer->pan_x, y + viewer->pan_y);
		cairo_scale(cairo, viewer->zoom, viewer->zoom);
		cairo_translate(cairo, -x, -y);
		draw_circle(viewer, paint, rest);
		cairo_restore(cairo);
	}
	legend_draw(paint, area);
}
