/* session_directory.h: CommsSessionDirectory (C:123): from a session id on the wire to the peer that it belongs to. Holds the
 * ids of every live slot, and for a short while those of the dead (graves), so that their late packets are known.
 * The ids are our own random numbers: nobody outside can choose where they land in the table. */
#ifndef OCTO_INTRINSIC_SESSION_DIRECTORY_H
#define OCTO_INTRINSIC_SESSION_DIRECTORY_H

#include "core/intrinsic/call.h"

enum { DIRECTORY_IDS_PER_PEER = 4 + BLOCK_GRAVES }; /* offer, answer, current, spare */

/* Entries needed for so many peers: a power of two, at most half full. */
uint32_t directory_capacity(uint32_t peers_max);

/* A new random session id, not in use here, for this peer; entered at once. */
uint64_t directory_claim(struct call *call, struct peer *peer);
/* NULL when the id is nobody's. */
struct peer *directory_find(const struct octo_channel *channel, uint64_t id);
/* The slot is gone: its id goes to a grave until 3 PTO from now, and the oldest grave is emptied for it. */
void directory_bury(struct call *call, struct peer *peer, uint64_t id);
/* Empties the graves whose time is over. */
void directory_sweep(struct call *call, struct peer *peer);
/* When there is one to empty. */
octo_time_ns directory_next_sweep(const struct peer *peer);

#endif
