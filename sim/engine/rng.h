/* rng.h: random numbers that are looked up, not drawn in turn. A draw is a function of (seed, entity,
 * counter, purpose) alone, so asking for one more number anywhere changes no other number of the run.
 *
 * Construction: rng_mix is a permutation of 64-bit words with full avalanche (two rounds of xor-shift and
 * multiply: the finaliser of SplitMix64). The four inputs are absorbed one after the other, each through
 * its own mix and with its own odd multiplier; the stream key enters twice, so that two streams are never
 * shifted copies of each other. Not for secrets. */
#ifndef OCTOSIM_RNG_H
#define OCTOSIM_RNG_H

#include "sim/engine/wide.h"

static inline uint64_t rng_mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
	return x ^ (x >> 31);
}

/* The key of one entity's numbers, for callers that need several. */
static inline uint64_t rng_stream(uint64_t seed, uint64_t entity)
{
	return rng_mix(rng_mix(seed + UINT64_C(0x9E3779B97F4A7C15)) + entity * UINT64_C(0xD1342543DE82EF95));
}

static inline uint64_t rng_stream_draw(uint64_t stream, uint64_t counter, uint32_t purpose)
{
	const uint64_t turn = rng_mix(stream ^ (counter * UINT64_C(0xA0761D6478BD642F)));

	return rng_mix(turn + stream + (purpose + UINT64_C(1)) * UINT64_C(0xE7037ED1A0B428DB));
}

static inline uint64_t rng_draw(uint64_t seed, uint64_t entity, uint64_t counter, uint32_t purpose)
{
	return rng_stream_draw(rng_stream(seed, entity), counter, purpose);
}

/* 0..n-1 from a draw; n 0 gives 0. No value is favoured by more than n in 2^64. */
static inline uint64_t rng_below(uint64_t draw, uint64_t n)
{
	return wide_mul_high(draw, n);
}

/* True with a probability of `chance` in 2^32; UINT32_MAX is certain. */
static inline bool rng_chance(uint64_t draw, uint32_t chance)
{
	return draw >> 32 < chance || chance == UINT32_MAX;
}

#endif
