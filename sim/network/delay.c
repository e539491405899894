/* delay.c: see delay.h. The normal distribution comes from a table of its inverse
 * (tools/make_normal_table.py): the leading zeros of the draw choose the octave of probability, the bits
 * behind them the cell, the rest the place between two entries. */
#include "sim/network/delay.h"

#include "sim/engine/bits.h"
#include "sim/engine/rng.h"
#include "sim/network/normal_table.h"

#include <assert.h>

/* Distance from the mean in standard deviations of 2^-NORMAL_SHIFT; `tail` is the chance of being farther
 * out, in 2^-64. */
static uint32_t normal_distance(uint64_t tail)
{
	enum { FRACTION_BITS = 24 };
	const unsigned octave = 63 - bits_highest(tail | 1);

	if (octave >= NORMAL_OCTAVES)
		return normal_table[NORMAL_OCTAVES << NORMAL_CELL_BITS];
	const uint64_t behind = ~(tail << octave << 1); /* counts up as the probability falls */
	const uint32_t cell = (uint32_t)(behind >> (64 - NORMAL_CELL_BITS));
	const uint64_t fraction = behind << NORMAL_CELL_BITS >> (64 - FRACTION_BITS);
	const uint32_t *entry = &normal_table[(octave << NORMAL_CELL_BITS) + cell];
	return entry[0] + (uint32_t)((entry[1] - entry[0]) * fraction >> FRACTION_BITS);
}

static uint64_t normal(uint64_t mean_ns, uint64_t deviation_ns, uint64_t draw)
{
	const struct wide product = wide_mul(deviation_ns, normal_distance(draw << 1 | 1));
	const uint64_t low = product.low + (UINT64_C(1) << (NORMAL_SHIFT - 1));
	const uint64_t high = product.high + (low < product.low);
	const uint64_t distance_ns =
		high >> NORMAL_SHIFT ? UINT64_MAX : high << (64 - NORMAL_SHIFT) | low >> NORMAL_SHIFT;

	return draw >> 63 ? wide_add(mean_ns, distance_ns) : wide_sub(mean_ns, distance_ns);
}

uint64_t delay_draw(enum scenario_latency kind, uint64_t a_ns, uint64_t b_ns, uint64_t draw)
{
	if (kind == SCENARIO_NORMAL)
		return normal(a_ns, b_ns, draw);
	if (kind == SCENARIO_UNIFORM) {
		assert(a_ns <= b_ns);
		return b_ns - a_ns == UINT64_MAX ? draw : a_ns + rng_below(draw, b_ns - a_ns + 1);
	}
	assert(kind == SCENARIO_CONSTANT);
	return a_ns;
}
