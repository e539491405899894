/* sealed.c: sealed. The load courier's filler follows from its number in such a way that the differences of neighbouring
 * bytes are the same in every message: they are looked for in what goes over the wire. */
#include "sim/check/state.h"

enum {
	FILLER_AT = 8,       /* behind the number */
	FILLER_STEP = 7,     /* byte i is XORed with i times this, as core/couriers/load.c does */
	FILLER_SEEN = 10,    /* neighbours: as many as make chance impossible */
	SAMPLE = 16, SAMPLE_ALL_BELOW = 64
};

static bool is_filler(const uint8_t *bytes)
{
	for (unsigned i = 0; i < FILLER_SEEN; i++) {
		unsigned expected = ((FILLER_AT + i) * FILLER_STEP) ^ ((FILLER_AT + i + 1) * FILLER_STEP);
		if ((bytes[i] ^ bytes[i + 1]) != (uint8_t)expected)
			return false;
	}
	return true;
}

/* A message whose filler is long enough to be known again is in this datagram. */
void sealed_sent(struct checks *checks, uint32_t node, uint32_t peer, const uint8_t *bytes, size_t size)
{
	struct check_node *state = &checks->nodes[node];
	bool is_telling = state->granted_bytes > FILLER_AT + FILLER_SEEN;
	if (!is_telling || (state->carried++ >= SAMPLE_ALL_BELOW && state->carried % SAMPLE != 0))
		return;
	check_evaluated(checks, INVARIANT_SEALED);
	for (size_t at = 0; at + FILLER_SEEN < size; at++) {
		if (!is_filler(bytes + at))
			continue;
		check_violated(checks, INVARIANT_SEALED, node, peer,
		               "expected nothing of a courier's message to be readable, found it at byte %zu of a datagram of %zu",
		               at, size);
		return;
	}
}
