/* labels.c: see labels.h. */
#include "viz/labels.h"

static const struct rect *in_the_way(const struct labels *labels, struct rect place)
{
	for (int i = 0; i < labels->count; i++) {
		const struct rect *taken = &labels->taken[i];
		if (place.x < taken->x + taken->width && taken->x < place.x + place.width
		    && place.y < taken->y + taken->height && taken->y < place.y + place.height)
			return taken;
	}
	return NULL;
}

bool labels_take(struct labels *labels, struct rect place)
{
	if (labels->count == LABELS_MAX || in_the_way(labels, place))
		return false;
	labels->taken[labels->count++] = place;
	return true;
}

bool labels_take_below(struct labels *labels, struct rect *place, double most)
{
	double limit = place->y + most;
	const struct rect *taken;
	while ((taken = in_the_way(labels, *place)) != NULL) {
		place->y = taken->y + taken->height;
		if (place->y > limit)
			return false;
	}
	return labels_take(labels, *place);
}
