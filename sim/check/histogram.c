/* histogram.c: see the header. Values below 64 have a bin each; above, the six bits behind the highest one choose it. */
#include "sim/check/histogram.h"

#include "sim/engine/bits.h"

enum { FINE_BITS = 6 };

static uint32_t bin_of(uint64_t value)
{
	if (value >> FINE_BITS == 0)
		return (uint32_t)value;
	uint32_t shift = bits_highest(value) - FINE_BITS;
	return (shift << FINE_BITS) + (uint32_t)(value >> shift);
}

/* The largest value that falls into a bin. */
static uint64_t edge_of(uint32_t bin)
{
	if (bin >> FINE_BITS < 2)
		return bin;
	uint32_t shift = (bin >> FINE_BITS) - 1;
	uint64_t first = (uint64_t)(bin - (shift << FINE_BITS)) << shift;
	return first + ((UINT64_C(1) << shift) - 1);
}

void histogram_add(struct histogram *histogram, uint64_t value)
{
	histogram->bins[bin_of(value)]++;
	histogram->count++;
	if (value > histogram->largest)
		histogram->largest = value;
}

/* Without the product of a large count, which could overflow. */
uint64_t histogram_place(uint64_t count, uint32_t percent)
{
	return count / 100 * percent + (count % 100 * percent + 99) / 100;
}

uint64_t histogram_rank(const struct histogram *histogram, uint32_t percent)
{
	uint64_t place = histogram_place(histogram->count, percent), seen = 0;
	for (uint32_t bin = 0; bin < HISTOGRAM_BINS && place; bin++) {
		seen += histogram->bins[bin];
		if (seen >= place)
			return edge_of(bin) < histogram->largest ? edge_of(bin) : histogram->largest;
	}
	return 0;
}
