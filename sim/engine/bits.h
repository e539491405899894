/* bits.h: positions of set bits, in portable C.
 * Used where a queue or an allocator picks a size class; knows nothing else. */
#ifndef OCTOSIM_BITS_H
#define OCTOSIM_BITS_H

#include <stdint.h>

/* Index of the highest set bit, 0..63. `x` must not be 0. Halves the range six times, without a branch to
 * guess wrong. */
static inline unsigned bits_highest(uint64_t x)
{
	unsigned index = 0, step;

	step = (unsigned)(x > UINT32_MAX) << 5; index += step; x >>= step;
	step = (unsigned)(x > 0xffff) << 4; index += step; x >>= step;
	step = (unsigned)(x > 0xff) << 3; index += step; x >>= step;
	step = (unsigned)(x > 0xf) << 2; index += step; x >>= step;
	step = (unsigned)(x > 3) << 1; index += step; x >>= step;
	return index + (unsigned)(x >> 1);
}

/* Index of the lowest set bit, 0..31. `x` must not be 0. The product with a de Bruijn sequence moves a
 * different five-bit pattern to the top for each single bit; compilers know the idiom and make one
 * instruction of it. */
static inline unsigned bits_lowest(uint32_t x)
{
	static const uint8_t place[32] = {
		0, 1, 28, 2, 29, 14, 24, 3, 30, 22, 20, 15, 25, 17, 4, 8,
		31, 27, 13, 23, 21, 19, 16, 7, 26, 12, 18, 6, 11, 5, 10, 9
	};

	return place[(uint32_t)((x & (0u - x)) * UINT32_C(0x077CB531)) >> 27];
}

#endif
