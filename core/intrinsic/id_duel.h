/* id_duel.h: who yields when both sides hold the same role (C:73-81, [P 5]). A pure function of two FULL-IDs. */
#ifndef OCTO_INTRINSIC_ID_DUEL_H
#define OCTO_INTRINSIC_ID_DUEL_H

#include "core/octo.h"

enum duel_verdict { DUEL_WON, DUEL_LOST, DUEL_TIED };

struct duel {
	enum duel_verdict verdict;   /* ours */
	uint8_t deciding_byte;       /* index of the first byte that differs; 0 when tied */
};

/* The larger id wins, compared as unsigned bytes from the first. Both sides come to opposite verdicts, always. A tie
 * means that the peer is a clone of us, or ourselves: nobody wins, and the pair is refused. */
struct duel id_duel(const uint8_t ours[OCTO_ID_BYTES], const uint8_t theirs[OCTO_ID_BYTES]);

#endif
