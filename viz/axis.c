/* axis.c: see axis.h. */
#include "viz/axis.h"

#include <math.h>
#include <stddef.h>

enum { FOLD_FROM_PIXELS = 96, MARGIN_PIXELS = 14 };

/* First gap that ends after time_ns. */
static uint32_t gap_after(const struct axis_gap *gaps, uint32_t count, uint64_t time_ns)
{
	uint32_t low = 0, high = count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (gaps[middle].until_ns <= time_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What is folded of a gap at this scale: all but a margin at both ends. */
static bool fold_of(struct axis_gap gap, double ns_per_pixel, struct axis_gap *fold)
{
	double length = (double)(gap.until_ns - gap.from_ns);
	if (length < FOLD_FROM_PIXELS * ns_per_pixel)
		return false;
	uint64_t margin = (uint64_t)(MARGIN_PIXELS * ns_per_pixel);
	*fold = (struct axis_gap){gap.from_ns + margin, gap.until_ns - margin};
	return true;
}

static double height_of(const struct axis_gap *fold, uint64_t from, uint64_t until, double ns_per_pixel)
{
	if (!fold)
		return (double)(until - from) / ns_per_pixel;
	return AXIS_FOLD_PIXELS * (double)(until - from) / (double)(fold->until_ns - fold->from_ns);
}

static void add(struct axis *axis, uint64_t from, uint64_t until, double from_y, double until_y,
                bool is_folded)
{
	if (until > from && axis->count < AXIS_PIECES_MAX)
		axis->pieces[axis->count++] = (struct axis_piece){from, until, from_y, until_y, is_folded};
}

static void go_down(struct axis *axis, const struct axis_gap *gaps, uint32_t count, uint64_t end,
                    uint64_t time, double y, double bottom)
{
	uint32_t at = gap_after(gaps, count, time);
	while (y < bottom && time < end && axis->count < AXIS_PIECES_MAX) {
		struct axis_gap fold = {0, 0};
		while (at < count && (!fold_of(gaps[at], axis->ns_per_pixel, &fold) || fold.until_ns <= time))
			at++;
		bool is_inside = at < count && fold.from_ns <= time;
		uint64_t until = at == count ? end : is_inside ? fold.until_ns : fold.from_ns;
		until = until < end ? until : end;
		double until_y = y + height_of(is_inside ? &fold : NULL, time, until, axis->ns_per_pixel);
		add(axis, time, until, y, until_y, is_inside);
		time = until;
		y = until_y;
	}
}

static void go_up(struct axis *axis, const struct axis_gap *gaps, uint32_t count, uint64_t time, double y,
                  double top)
{
	uint32_t at = gap_after(gaps, count, time);
	at = at < count ? at + 1 : count;
	while (y > top && time > 0 && axis->count < AXIS_PIECES_MAX) {
		struct axis_gap fold = {0, 0};
		while (at > 0 && (!fold_of(gaps[at - 1], axis->ns_per_pixel, &fold) || fold.from_ns >= time))
			at--;
		bool is_inside = at > 0 && fold.until_ns >= time;
		uint64_t from = at == 0 ? 0 : is_inside ? fold.from_ns : fold.until_ns;
		double from_y = y - height_of(is_inside ? &fold : NULL, from, time, axis->ns_per_pixel);
		add(axis, from, time, from_y, y, is_inside);
		time = from;
		y = from_y;
	}
	for (int i = 0, k = axis->count - 1; i < k; i++, k--) {
		struct axis_piece piece = axis->pieces[i];
		axis->pieces[i] = axis->pieces[k];
		axis->pieces[k] = piece;
	}
}

void axis_build(struct axis *axis, const struct axis_gap *gaps, uint32_t gap_count, uint64_t end_ns,
                uint64_t anchor_ns, double anchor_y, double top, double bottom, double ns_per_pixel)
{
	axis->count = 0;
	axis->ns_per_pixel = ns_per_pixel;
	go_up(axis, gaps, gap_count, anchor_ns, anchor_y, top);
	go_down(axis, gaps, gap_count, end_ns, anchor_ns, anchor_y, bottom);
	if (!axis->count)
		add(axis, anchor_ns, anchor_ns + 1, anchor_y, anchor_y + 1 / ns_per_pixel, false);
}

double axis_fit(const struct axis_gap *gaps, uint32_t gap_count, uint64_t from_ns, uint64_t until_ns,
                double height)
{
	double ns_per_pixel = fmax(1, (double)(until_ns - from_ns) / height);
	/* Folding at a scale changes the scale that fits: a few rounds settle it. */
	for (int round = 0; round < 12; round++) {
		double busy = (double)(until_ns - from_ns), folds = 0;
		for (uint32_t i = gap_after(gaps, gap_count, from_ns);
		     i < gap_count && gaps[i].from_ns < until_ns; i++) {
			struct axis_gap fold = {0, 0};
			if (!fold_of(gaps[i], ns_per_pixel, &fold))
				continue;
			uint64_t from = fold.from_ns > from_ns ? fold.from_ns : from_ns;
			uint64_t until = fold.until_ns < until_ns ? fold.until_ns : until_ns;
			if (until <= from)
				continue;
			busy -= (double)(until - from);
			folds += height_of(&fold, from, until, ns_per_pixel);
		}
		ns_per_pixel = fmax(1, busy / fmax(height * 0.3, height - folds));
	}
	return ns_per_pixel;
}

double axis_y(const struct axis *axis, uint64_t time_ns)
{
	const struct axis_piece *first = &axis->pieces[0], *last = &axis->pieces[axis->count - 1];
	if (time_ns < first->from_ns)
		return first->from_y - (double)(first->from_ns - time_ns) / axis->ns_per_pixel;
	if (time_ns > last->until_ns)
		return last->until_y + (double)(time_ns - last->until_ns) / axis->ns_per_pixel;
	int at = 0;
	while (at < axis->count - 1 && time_ns > axis->pieces[at].until_ns)
		at++;
	const struct axis_piece *piece = &axis->pieces[at];
	return piece->from_y + (piece->until_y - piece->from_y) * (double)(time_ns - piece->from_ns)
	                       / (double)(piece->until_ns - piece->from_ns);
}

uint64_t axis_time(const struct axis *axis, double y)
{
	int at = 0;
	while (at < axis->count - 1 && y > axis->pieces[at].until_y)
		at++;
	const struct axis_piece *piece = &axis->pieces[at];
	double along = (y - piece->from_y) / (piece->until_y - piece->from_y);
	along = fmax(0, fmin(1, along));
	return piece->from_ns + (uint64_t)((double)(piece->until_ns - piece->from_ns) * along);
}
