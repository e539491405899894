/* histogram.h: how often which duration, in a fixed 30 KiB: 64 bins for each doubling. A rank that is read back is never
 * less than the true one and at most 1/64 (1.6 %) above it; counts and the largest value are exact.
 * Whole numbers only, so that it is the same on every machine. Knows nothing of what is measured. */
#ifndef OCTOSIM_HISTOGRAM_H
#define OCTOSIM_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_BINS = 64 * 59 };

struct histogram {
	uint64_t count, largest;
	uint64_t bins[HISTOGRAM_BINS];
};

void histogram_add(struct histogram *histogram, uint64_t value);
/* The smallest value that `percent` (1..100) of all do not exceed; 0 when there are none. */
uint64_t histogram_rank(const struct histogram *histogram, uint32_t percent);
/* How many of `count` values are `percent` of them, rounded up: the place of that rank. */
uint64_t histogram_place(uint64_t count, uint32_t percent);

#endif
