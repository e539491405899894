/* bits.h: positions of set bits, in portable C.
 * Used where a queue or an allocator picks a size class; knows nothing else. */
#ifndef OCTOSIM_BITS_H
#define OCTOSIM_BITS_H

#include <stdint.h>

/* Index of the highest set bit, 0..63. `x` must not be 0. Without the compiler's help: halves the range six times,
 * without a branch to guess wrong. */
static inline unsigned bits_highest(uint64_t x)
{
#if defined(__GNUC__)
	return 63 - (unsigned)__builtin_clzll(x);
#else
	unsigned index = 0, step;

	step = (unsigned)(x > UINT32_MAX) << 5; index += step; x >>= step;
	step = (unsigned)(x > 0xffff) << 4; index += step; x >>= step;
	step = (unsigned)(x > 0xff) << 3; index += step; x >>= step;
	step = (unsigned)(x > 0xf) << 2; index += step; x >>= step;
	step = (unsigned)(x > 3) << 1; index += step; x >>= step;
	return index + (unsigned)(x >> 1);
#endif
}

/* Index of the lowest set bit, 0..63. `x` must not be 0. */
static inline unsigned bits_lowest(uint64_t x)
{
	return bits_highest(x & (0 - x));
}

#endif
