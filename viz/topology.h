/* topology.h: shared by the files that draw the topology view: view_topology.c, topology_layout.c,
 * topology_grid.c. */
#ifndef OCTOVIZ_TOPOLOGY_H
#define OCTOVIZ_TOPOLOGY_H

#include "viz/labels.h"
#include "viz/viewer.h"

struct place {
	uint32_t node;
	double x, y, radius;
	double label_x, label_y, label_room; /* of its name; the state stands in the line below */
	enum paint_align label_align;
};

struct scene {
	const struct viewer *viewer;
	const struct paint *paint;
	struct rect area;
	struct place places[NEIGHBOURS_MAX + 1];
	uint32_t count;
	uint64_t now_ns, hold_ns;
	struct labels *labels;
};

/* Gives every place its position and the room for its name: few nodes face each other, agents and remotes
 * stand on two sides, nodes of one kind in a circle. */
void topology_lay_out(struct scene *scene);
/* All nodes of a large world as cells. */
void topology_draw_grid(const struct viewer *viewer, const struct paint *paint, struct rect area);

#endif
