/* topology_layout.c: where the nodes of the topology view stand. See topology.h. */
#include "viz/topology.h"

#include <math.h>

#define PI 3.14159265358979323846

static void label_beside(struct place *place, bool is_left, double room)
{
	double off = place->radius + 20;
	place->label_x = place->x + (is_left ? -off : off);
	place->label_y = place->y - 2;
	place->label_room = room;
	place->label_align = is_left ? PAINT_RIGHT : PAINT_LEFT;
}

/* Two or three nodes: across the picture, their names below them; in a narrow one upright, their names
 * beside them. */
static void lay_out_few(struct scene *scene)
{
	struct rect area = scene->area;
	bool is_narrow = area.width < 480;
	double radius = is_narrow ? 32 : 42, far = scene->count > 1;
	double reach_x = fmax(20, area.width / 2 - radius - (is_narrow ? 120 : 84));
	double reach_y = fmax(30, area.height / 2 - radius - 56);
	for (uint32_t i = 0; i < scene->count; i++) {
		/* The first on the left, or above. */
		double angle = (is_narrow ? -PI / 2 : PI) + 2 * PI * i / scene->count;
		struct place *place = &scene->places[i];
		place->radius = radius;
		place->x = area.x + area.width / 2 + far * reach_x * cos(angle);
		place->y = area.y + area.height / 2 - 8 + far * reach_y * sin(angle);
		if (is_narrow) {
			label_beside(place, false, area.x + area.width - place->x - radius - 24);
			continue;
		}
		place->label_x = place->x;
		place->label_y = place->y + radius + 36;
		place->label_room = 200;
		place->label_align = PAINT_CENTER;
	}
}

/* For the order on the right: the mean height of those on the left that it deals with. */
static double pull_of(const struct scene *scene, uint32_t node, const bool *is_left)
{
	const struct model *model = scene->viewer->model;
	double sum = 0, count = 0;
	for (uint32_t i = 0; i < scene->count; i++) {
		uint32_t pair = model_pair(model, node, scene->places[i].node);
		if (!is_left[i] || pair == MODEL_NONE)
			continue;
		double weight =
			1 + model->pairs[pair].copies + model->pairs[model->pairs[pair].mirror].copies;
		sum += weight * scene->places[i].y;
		count += weight;
	}
	return count > 0 ? sum / count : 1e9;
}

/* One side of the picture: evenly spread, bowed outwards a little. */
static void place_side(struct scene *scene, const uint32_t *order, uint32_t count, bool is_left)
{
	struct rect area = scene->area;
	double step = area.height / count, room = fmin(130, area.width * 0.2);
	double radius = fmax(8, fmin(26, step / 2 - 12));
	for (uint32_t i = 0; i < count; i++) {
		struct place *place = &scene->places[order[i]];
		double along = count > 1 ? 2.0 * i / (count - 1) - 1 : 0, bow = 36 * along * along;
		place->radius = radius;
		place->y = area.y + step * (i + 0.5);
		place->x = is_left ? area.x + room + 26 + radius + bow
		                   : area.x + area.width - room - 26 - radius - bow;
		label_beside(place, is_left, room);
	}
}

/* Agents on the left, remotes on the right, partners at one height: most links then cross the picture. */
static void lay_out_sides(struct scene *scene)
{
	bool is_left[NEIGHBOURS_MAX + 1];
	uint32_t left[NEIGHBOURS_MAX + 1], right[NEIGHBOURS_MAX + 1], lefts = 0, rights = 0;
	double pulls[NEIGHBOURS_MAX + 1];
	for (uint32_t i = 0; i < scene->count; i++) {
		is_left[i] = model_is_agent(scene->viewer->model, scene->places[i].node);
		if (is_left[i])
			left[lefts++] = i;
	}
	place_side(scene, left, lefts, true);
	for (uint32_t i = 0; i < scene->count; i++) {
		if (is_left[i])
			continue;
		double pull = pull_of(scene, scene->places[i].node, is_left);
		uint32_t at = rights++;
		for (; at > 0 && pulls[at - 1] > pull; at--) {
			pulls[at] = pulls[at - 1];
			right[at] = right[at - 1];
		}
		pulls[at] = pull;
		right[at] = i;
	}
	place_side(scene, right, rights, false);
}

/* All of one kind: a circle, names outside. */
static void lay_out_circle(struct scene *scene)
{
	struct rect area = scene->area;
	double radius = scene->count <= 8    ? 26
	                : scene->count <= 14 ? 20
	                                     : 14,
	       room = fmin(130, area.width * 0.2);
	double reach_x = fmax(40, area.width / 2 - radius - 26 - room),
	       reach_y = fmax(30, area.height / 2 - radius - 56);
	for (uint32_t i = 0; i < scene->count; i++) {
		double angle = PI + 2 * PI * i / scene->count;
		struct place *place = &scene->places[i];
		place->radius = radius;
		place->x = area.x + area.width / 2 + reach_x * cos(angle);
		place->y = area.y + area.height / 2 + reach_y * sin(angle);
		label_beside(place, cos(angle) < 0, room);
	}
}

void topology_lay_out(struct scene *scene)
{
	uint32_t agents = 0;
	for (uint32_t i = 0; i < scene->count; i++)
		agents += model_is_agent(scene->viewer->model, scene->places[i].node);
	if (scene->count <= 3)
		lay_out_few(scene);
	else if (agents && agents < scene->count)
		lay_out_sides(scene);
	else
		lay_out_circle(scene);
}
