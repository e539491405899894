/* legend.h: the line that says what the patterns mean; the same under every view. */
#ifndef OCTOVIZ_LEGEND_H
#define OCTOVIZ_LEGEND_H

#include "viz/paint.h"

enum { LEGEND_HEIGHT = 26 };
/* Fills the bottom LEGEND_HEIGHT of the area. */
void legend_draw(const struct paint *paint, struct rect area);

#endif
