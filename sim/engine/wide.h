/* wide.h: products of two 64-bit numbers, and what is made of them, without a 128-bit type: the same on
 * every machine. Saturating: a result that does not fit is UINT64_MAX, which as a time means never. */
#ifndef OCTOSIM_WIDE_H
#define OCTOSIM_WIDE_H

#include <stdbool.h>
#include <stdint.h>

struct wide {
	uint64_t high, low;
};

static inline struct wide wide_mul(uint64_t a, uint64_t b)
{
	const uint64_t a_low = a & UINT32_MAX, a_high = a >> 32, b_low = b & UINT32_MAX, b_high = b >> 32;
	const uint64_t low = a_low * b_low, cross_a = a_high * b_low, cross_b = a_low * b_high;
	const uint64_t middle = (low >> 32) + (cross_a & UINT32_MAX) + (cross_b & UINT32_MAX);

	return (struct wide){
		.high = a_high * b_high + (cross_a >> 32) + (cross_b >> 32) + (middle >> 32),
		.low = (middle << 32) | (low & UINT32_MAX)
	};
}

/* The upper 64 bits of a * b. */
static inline uint64_t wide_mul_high(uint64_t a, uint64_t b)
{
	return wide_mul(a, b).high;
}

static inline uint64_t wide_add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static inline uint64_t wide_sub(uint64_t a, uint64_t b)
{
	return a < b ? 0 : a - b;
}

/* a + step, kept within 0..UINT64_MAX. */
static inline uint64_t wide_step(uint64_t a, int64_t step)
{
	return step < 0 ? wide_sub(a, 0 - (uint64_t)step) : wide_add(a, (uint64_t)step);
}

/* number / divisor, where number.high < divisor, so that the quotient fits: long division, one bit a turn. */
static inline uint64_t wide_div(struct wide number, uint64_t divisor, bool round_up)
{
	uint64_t rest = number.high, quotient = 0;

	for (int bit = 63; bit >= 0; bit--) {
		const bool carry = rest >> 63;
		rest = (rest << 1) | ((number.low >> bit) & 1);
		if (carry || rest >= divisor) {
			rest -= divisor;
			quotient |= UINT64_C(1) << bit;
		}
	}
	return round_up && rest && quotient < UINT64_MAX ? quotient + 1 : quotient;
}

/* a * b / c rounded down, exact in between. c must not be 0. */
static inline uint64_t wide_mul_div(uint64_t a, uint64_t b, uint64_t c)
{
	const struct wide product = wide_mul(a, b);

	if (product.high == 0)
		return product.low / c;
	return product.high >= c ? UINT64_MAX : wide_div(product, c, false);
}

/* The same, rounded up. */
static inline uint64_t wide_mul_div_up(uint64_t a, uint64_t b, uint64_t c)
{
	const struct wide product = wide_mul(a, b);

	if (product.high == 0)
		return product.low / c + (product.low % c != 0);
	return product.high >= c ? UINT64_MAX : wide_div(product, c, true);
}

#endif
