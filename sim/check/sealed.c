/* sealed.c: sealed. The load courier's filler follows from its number in such a way that the differences of neighbouring
 * words are the same in every message: they are looked for in what goes over the wire. */
#include "sim/check/state.h"

enum {
	FILLER_AT = 8,       /* behind the number */
	WORD = 8,
	FILLER_SEEN = 2 * WORD,
	SAMPLE = 16, SAMPLE_ALL_BELOW = 64
};
static const uint64_t filler_step = UINT64_C(0x9e3779b97f4a7c15); /* from word to word, as in core/couriers/load.c */

static uint64_t word_at(const uint8_t *bytes)
{
	uint64_t word = 0;
	for (unsigned i = WORD; i > 0; i--)
		word = word << 8 | bytes[i - 1];
	return word;
}

static bool is_filler(const uint8_t *bytes)
{
	bool is_likely = (uint8_t)(bytes[WORD] - bytes[0]) == (uint8_t)filler_step; /* most are not, and need no more */
	return is_likely && word_at(bytes + WORD) - word_at(bytes) == filler_step;
}

/* A message whose filler is long enough to be known again is in this datagram. */
void sealed_sent(struct checks *checks, uint32_t node, uint32_t peer, const uint8_t *bytes, size_t size)
{
	struct check_node *state = &checks->nodes[node];
	bool is_telling = state->granted_bytes >= FILLER_AT + FILLER_SEEN;
	if (!is_telling || (state->carried++ >= SAMPLE_ALL_BELOW && state->carried % SAMPLE != 0))
		return;
	check_evaluated(checks, INVARIANT_SEALED);
	for (size_t at = 0; at + FILLER_SEEN <= size; at++) {
		if (!is_filler(bytes + at))
			continue;
		check_violated(checks, INVARIANT_SEALED, node, peer,
		               "expected nothing of a courier's message to be readable, found it at byte %zu of a datagram of %zu",
		               at, size);
		return;
	}
}
