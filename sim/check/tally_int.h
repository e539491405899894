/* tally_int.h: the counters themselves, shared by tally.c, which counts, and judge.c, which compares. */
#ifndef OCTOSIM_TALLY_INT_H
#define OCTOSIM_TALLY_INT_H

#include "sim/check/tally.h"

struct tally_pair {
	struct scenario_pair pair;
	uint64_t count;
	uint32_t winner;              /* of the last duel: node number */
};

struct tally_count {                  /* of one expectation */
	struct tally_pair *pairs;     /* sorted by pair */
	uint8_t *nodes;               /* one byte a node: 1 when it is about this one */
	uint64_t total;
};

struct tally {
	struct tally_count *counts;   /* one an expectation */
	uint8_t *met;                 /* one a trusted pair: bit 0 a, bit 1 b had its first session with the other */
	uint64_t *duels;              /* hash set of those seen */
	uint32_t duel_mask, duel_count;
	uint64_t pairs_met, last_met_ns;
};

#endif
