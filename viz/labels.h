/* labels.h: keeps labels apart. Whoever comes first has the place; later ones try elsewhere or are left
 * out. Knows only rectangles. */
#ifndef OCTOVIZ_LABELS_H
#define OCTOVIZ_LABELS_H

#include "viz/paint.h"

enum { LABELS_MAX = 600 };
struct labels {
	struct rect taken[LABELS_MAX];
	int count;
};

/* Takes the place if it is free. False: it is not, or there are too many labels already. */
bool labels_take(struct labels *labels, struct rect place);
/* Moves the place down, by at most `most` pixels, to where it is free, and takes it. */
bool labels_take_below(struct labels *labels, struct rect *place, double most);

#endif
