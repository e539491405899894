/* delay.c: see delay.h. The normal distribution comes from a table of its inverse
 * (tools/make_normal_table.py): the leading zeros of the draw choose the octave of probability, the bits
 * behind them the cell, the rest the place between two entries. Exponential and Pareto take the draw's
 * logarithm from a table over one octave (tools/make_log_table.py). */
#include "sim/network/delay.h"

#include "sim/engine/bits.h"
#include "sim/engine/rng.h"
#include "sim/network/log_table.h"
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

/* ---- Logarithms ------------------------------------------------------------------------------------------- */

/* A place between two entries of a table over one octave; x of 2^-64. */
static uint64_t in_table(const uint32_t *table, uint64_t x)
{
	enum { FRACTION_BITS = 32 };
	const uint32_t cell = (uint32_t)(x >> (64 - LOG_CELL_BITS));
	const uint64_t fraction = x << LOG_CELL_BITS >> (64 - FRACTION_BITS);

	return table[cell] + ((table[cell + 1] - table[cell]) * fraction >> FRACTION_BITS);
}

/* -log2 of a number between 0 and 1, which a draw stands for; of 2^-LOG_SHIFT. At most 64. */
static uint64_t minus_log2(uint64_t draw)
{
	const unsigned high = bits_highest(draw | 1);
	const uint64_t above = (draw | 1) << (63 - high) << 1; /* what stands behind the highest bit */

	return ((uint64_t)(64 - high) << LOG_SHIFT) - in_table(log_table, above);
}

/* value * 2^exponent, the exponent of 2^-LOG_SHIFT. */
static uint64_t times_power(uint64_t value, uint64_t exponent)
{
	const uint64_t octaves = exponent >> LOG_SHIFT;
	const uint64_t mantissa = (UINT64_C(1) << LOG_SHIFT) + in_table(power_table, exponent << (64 - LOG_SHIFT));
	const uint64_t scaled = wide_mul_div(value, mantissa, UINT64_C(1) << LOG_SHIFT);

	if (scaled == 0)
		return 0;
	return octaves > 63 - bits_highest(scaled) ? UINT64_MAX : scaled << octaves;
}

static uint64_t exponential(uint64_t floor_ns, uint64_t mean_ns, uint64_t draw)
{
	const uint64_t ln2 = UINT64_C(744261118); /* of 2^-LOG_SHIFT */
	const uint64_t means = wide_mul_div(minus_log2(draw), ln2, UINT64_C(1) << LOG_SHIFT);

	return wide_add(floor_ns, wide_mul_div(mean_ns, means, UINT64_C(1) << LOG_SHIFT));
}

uint64_t delay_pareto(uint64_t least_ns, uint64_t most_ns, uint32_t shape, uint64_t draw)
{
	const uint64_t delay_ns = times_power(least_ns, wide_mul_div(minus_log2(draw), 1000, shape));

	return delay_ns < most_ns ? delay_ns : most_ns;
}

/* log2 of a whole number, not 0; of 2^-LOG_SHIFT. */
static uint64_t log2_of(uint64_t number)
{
	const unsigned high = bits_highest(number);

	return ((uint64_t)high << LOG_SHIFT) + in_table(log_table, number << (63 - high) << 1);
}

uint64_t delay_octaves(uint64_t least, uint64_t most, uint64_t draw)
{
	const uint64_t drawn = times_power(least, wide_mul_high(log2_of(most) - log2_of(least), draw));

	return drawn < most ? drawn : most;
}

uint64_t delay_table(const struct scenario_table *table, uint64_t draw)
{
	const uint64_t at = rng_below(draw, table->sums[table->count - 1]);
	uint32_t low = 0, high = table->count - 1;

	while (low < high) { /* the first whose sum is above */
		const uint32_t middle = low + (high - low) / 2;
		if (table->sums[middle] > at)
			high = middle;
		else
			low = middle + 1;
	}
	return table->values_ns[low];
}

/* ---- Kinds ------------------------------------------------------------------------------------------------ */

uint64_t delay_longest(enum scenario_latency kind, uint64_t a_ns, uint64_t b_ns)
{
	enum { DEVIATIONS = 10, MEANS = 45 }; /* more than the tables ever give */

	if (kind == SCENARIO_NORMAL)
		return wide_add(a_ns, wide_mul_div(b_ns, DEVIATIONS, 1));
	if (kind == SCENARIO_EXPONENTIAL)
		return wide_add(a_ns, wide_mul_div(b_ns, MEANS, 1));
	return kind == SCENARIO_UNIFORM || kind == SCENARIO_PARETO ? b_ns : a_ns;
}

uint64_t delay_draw(enum scenario_latency kind, uint64_t a_ns, uint64_t b_ns, uint64_t draw)
{
	if (kind == SCENARIO_NORMAL)
		return normal(a_ns, b_ns, draw);
	if (kind == SCENARIO_UNIFORM) {
		assert(a_ns <= b_ns);
		return b_ns - a_ns == UINT64_MAX ? draw : a_ns + rng_below(draw, b_ns - a_ns + 1);
	}
	if (kind == SCENARIO_EXPONENTIAL)
		return exponential(a_ns, b_ns, draw);
	assert(kind == SCENARIO_CONSTANT);
	return a_ns;
}
