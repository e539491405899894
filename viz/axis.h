/* axis.h: time running down a picture, with the stretches folded in which nothing happens. A list of
 * straight pieces, so that any time has a height and any height a time. Knows no Cairo and no trace. */
#ifndef OCTOVIZ_AXIS_H
#define OCTOVIZ_AXIS_H

#include <stdbool.h>
#include <stdint.h>

enum { AXIS_PIECES_MAX = 256, AXIS_FOLD_PIXELS = 34 };

struct axis_gap {
	uint64_t from_ns, until_ns;
};

struct axis {
	struct axis_piece {
		uint64_t from_ns, until_ns;
		double from_y, until_y;
		bool is_folded;
	} pieces[AXIS_PIECES_MAX];
	int count;
	double ns_per_pixel;
};

/* From top to bottom (heights), with anchor_ns at anchor_y, no further than 0..end_ns. Gaps are sorted and
 * disjoint. */
void axis_build(struct axis *axis, const struct axis_gap *gaps, uint32_t gap_count, uint64_t end_ns,
                uint64_t anchor_ns, double anchor_y, double top, double bottom, double ns_per_pixel);
/* The scale at which from..until just fills `height`, folds included. */
double axis_fit(const struct axis_gap *gaps, uint32_t gap_count, uint64_t from_ns, uint64_t until_ns,
                double height);
double axis_y(const struct axis *axis, uint64_t time_ns);
uint64_t axis_time(const struct axis *axis, double y);

#endif
