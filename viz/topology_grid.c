/* topology_grid.c: very many nodes, as a grid of cells that are filled in proportion to the states of
 * those they stand for. See topology.h. */
#include "viz/topology.h"

#include <math.h>
#include <stdio.h>

static const struct paint_font small = { PAINT_SMALL, PAINT_PLAIN };

struct grid {
	double cell;
	uint32_t columns, nodes_a_cell, cells;
};

static struct grid grid_for(uint32_t nodes, struct rect area)
{
	struct grid grid = {.cell = 40};
	for (; grid.cell > 18; grid.cell--) {
		if (floor(area.width / grid.cell) * floor(area.height / grid.cell) >= nodes)
			break;
	}
	grid.columns = (uint32_t)fmax(1, floor(area.width / grid.cell));
	uint32_t room = grid.columns * (uint32_t)fmax(1, floor(area.height / grid.cell));
	grid.nodes_a_cell = (nodes + room - 1) / room;
	grid.cells = (nodes + grid.nodes_a_cell - 1) / grid.nodes_a_cell;
	return grid;
}

/* A cell is filled from below in proportion: established, answering, offering, and idle on top. */
static void draw_cell(const struct paint *paint, struct rect box, const uint32_t counts[OCTO_STATE_COUNT],
                      uint32_t sum)
{
	double bottom = box.y + box.height;
	for (int state = OCTO_STATE_COUNT - 1; state >= 0; state--) {
		double height = box.height * counts[state] / sum;
		if (counts[state] && state != OCTO_STATE_IDLE)
			paint_state(paint, (struct rect){ box.x, bottom - height, box.width, height },
			            (enum octo_state)state, 1);
		bottom -= height;
	}
	paint_ink(paint, COLOR_IDLE, 1);
	cairo_set_line_width(paint->cairo, 1);
	cairo_rectangle(paint->cairo, box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1);
	cairo_stroke(paint->cairo);
}

void topology_draw_grid(const struct viewer *viewer, const struct paint *paint, struct rect area)
{
	const struct model *model = viewer->model;
	struct rect inner = {area.x + 14, area.y + 52, area.width - 28, area.height - 60};
	struct grid grid = grid_for(model->node_count, inner);
	uint32_t sums[OCTO_STATE_COUNT] = {0};
	for (uint32_t cell = 0; cell < grid.cells; cell++) {
		uint32_t first = cell * grid.nodes_a_cell, last = first + grid.nodes_a_cell;
		last = last < model->node_count ? last : model->node_count;
		uint32_t counts[OCTO_STATE_COUNT] = {0};
		for (uint32_t node = first; node < last; node++) {
			enum octo_state state = model_node_state(model, viewer->state, node);
			counts[state]++;
			sums[state]++;
		}
		struct rect box = { inner.x + cell % grid.columns * grid.cell,
			            inner.y + floor(cell / (double)grid.columns) * grid.cell, grid.cell - 3,
			            grid.cell - 3 };
		draw_cell(paint, box, counts, last - first);
		paint_hit_box(paint, HIT_NODE, first, box);
		if (viewer->focus >= first && viewer->focus < last)
			paint_frame(paint,
			            (struct rect){ box.x - 2.5, box.y - 2.5, box.width + 5, box.height + 5 },
			            3, COLOR_MARK, 2.5);
	}
	char nodes[32], line[TEXT_MAX];
	text_count(model->node_count, nodes, sizeof nodes);
	snprintf(line, sizeof line, "%s nodes, %u a cell", nodes, grid.nodes_a_cell);
	paint_ink(paint, COLOR_TEXT, 1);
	paint_text(paint, (struct paint_font){14, PAINT_BOLD}, PAINT_LEFT, inner.x, area.y + 24, line);
	int at = 0;
	for (int state = OCTO_STATE_COUNT - 1; state >= 0; state--) {
		text_count(sums[state], nodes, sizeof nodes);
		at += snprintf(line + at, sizeof line - (size_t)at, "%s%s %s", at ? "   " : "", nodes,
		               octo_state_name((enum octo_state)state));
	}
	paint_ink(paint, COLOR_DIM, 1);
	paint_text_fit(paint, small, PAINT_LEFT, inner.x, area.y + 42, inner.width, line);
}
