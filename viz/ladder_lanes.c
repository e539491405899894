/* ladder_lanes.c: the bodies of the lanes, coloured and patterned by the state of the handshake. A lane
 * that deals with several others is split in strips, one for each of them, in their order. See ladder.h. */
#include "viz/ladder.h"

#include <math.h>

enum { STRIPS_MAX = 6, STRIP_WIDTH = 8 };

struct strips {
	uint32_t peers[STRIPS_MAX];
	uint32_t pairs[STRIPS_MAX];
	uint32_t count;
};

/* The lanes it has to do with; none when they are too many for strips. */
static struct strips strips_of(const struct ladder *ladder, uint32_t node)
{
	const struct model *model = ladder->viewer->model;
	struct strips strips = {.count = 0};
	for (uint32_t lane = 0; lane < ladder->lanes->count; lane++) {
		uint32_t pair = model_pair(model, node, ladder->lanes->nodes[lane]);
		if (pair == MODEL_NONE)
			continue;
		if (strips.count == STRIPS_MAX)
			break;
		strips.peers[strips.count] = ladder->lanes->nodes[lane];
		strips.pairs[strips.count++] = pair;
	}
	return strips;
}

static void draw_stretch(const struct ladder *ladder, double x, double width, uint64_t from, uint64_t until,
                         int state, bool is_up)
{
	const struct paint *paint = ladder->paint;
	double top = fmax(ladder->area.y, axis_y(ladder->axis, from));
	double bottom = fmin(ladder->area.y + ladder->area.height, axis_y(ladder->axis, until));
	if (bottom - top < 0.3)
		return;
	if (is_up) {
		paint_state(paint, (struct rect){x, top, width, bottom - top}, (enum octo_state)state, 1);
		return;
	}
	paint_ink(paint, COLOR_LOSS, 1);
	paint_dash(paint, 2, 4);
	paint_line(paint, x + width / 2, top, x + width / 2, bottom, 1.5);
	paint_solid(paint);
}

static void draw_strip(const struct ladder *ladder, uint32_t node, uint32_t pair, double x, double width)
{
	const struct model *model = ladder->viewer->model;
	const struct model_state *state = ladder->viewer->scratch;
	const struct model_list *records = &model->node_records[node];
	int now = pair == MODEL_NONE ? OCTO_STATE_IDLE : state->pairs[pair].state;
	bool is_up = state->is_up[node];
	uint64_t since = ladder->from_ns;
	for (uint32_t i = model_list_find(records, state->index); i < records->count; i++) {
		const struct trace_record *record = trace_get(model->trace, records->list[i]);
		if (record->time_ns > ladder->until_ns)
			break;
		int next = now;
		bool will_be_up = is_up;
		if (record->kind == TRACE_STEP && pair != MODEL_NONE &&
		    model->record_pair[records->list[i]] == pair && (record->b >> 8 & 255) < OCTO_STATE_COUNT)
			next = (int)(record->b >> 8 & 255);
		if (record->kind == TRACE_ACTION && record->node == node
		    && (record->a == TRACE_ACTION_CRASH || record->a == TRACE_ACTION_RESTART)) {
			will_be_up = record->a == TRACE_ACTION_RESTART;
			next = OCTO_STATE_IDLE;
		}
		if (next == now && will_be_up == is_up)
			continue;
		draw_stretch(ladder, x, width, since, record->time_ns, now, is_up);
		since = record->time_ns;
		now = next;
		is_up = will_be_up;
	}
	draw_stretch(ladder, x, width, since, ladder->until_ns, now, is_up);
}

void ladder_draw_lanes(struct ladder *ladder)
{
	model_seek(ladder->viewer->model, ladder->viewer->scratch,
	           trace_find(ladder->viewer->model->trace, ladder->from_ns));
	for (uint32_t lane = 0; lane < ladder->lanes->count; lane++) {
		uint32_t node = ladder->lanes->nodes[lane];
		struct strips strips = strips_of(ladder, node);
		double width = strips.count > 1 ? STRIP_WIDTH : LADDER_LANE;
		uint32_t count = strips.count ? strips.count : 1;
		ladder->lane_half[lane] = width * count / 2;
		paint_hit_box(ladder->paint, HIT_NODE, node,
		              (struct rect){ ladder->lane_x[lane] - width * count / 2, ladder->area.y,
		                             width * count, ladder->area.height });
		for (uint32_t i = 0; i < count; i++)
			draw_strip(ladder, node, strips.count ? strips.pairs[i] : MODEL_NONE,
			           ladder->lane_x[lane] - width * count / 2 + width * i, width);
	}
}
