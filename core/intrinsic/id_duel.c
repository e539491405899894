/* id_duel.c: the comparison, and nothing else. */
#include "core/intrinsic/id_duel.h"

struct duel id_duel(const uint8_t ours[OCTO_ID_BYTES], const uint8_t theirs[OCTO_ID_BYTES])
{
	for (uint8_t i = 0; i < OCTO_ID_BYTES; i++)
		if (ours[i] != theirs[i])
			return (struct duel){ ours[i] > theirs[i] ? DUEL_WON : DUEL_LOST, i };
	return (struct duel){ DUEL_TIED, 0 };
}
