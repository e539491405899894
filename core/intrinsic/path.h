/* path.h: a session follows its peer to another address (C:29, C:150) [P 7.7]. A packet from elsewhere is a hint and no
 * more: whoever can copy packets can send them from anywhere. The new address is asked for proof, with a credit of three
 * times what came from it, and until that is there everything else goes on to the old one. */
#ifndef OCTO_INTRINSIC_PATH_H
#define OCTO_INTRINSIC_PATH_H

#include "core/intrinsic/peer.h"

/* An authentic packet of the current session came from `source`: the newest so far, and more than a probe of a path. */
void path_heard(struct call *call, struct peer *peer, const struct octo_address *source, size_t size);
/* The peer asks whether we are there: it is answered where it asked from. Only the latest question of a flood is. */
void path_challenged(struct call *call, struct peer *peer, const uint8_t question[PATH_BYTES],
                     const struct octo_address *source);
void path_answered(struct call *call, struct peer *peer, const uint8_t answer[PATH_BYTES]);

/* When something is to be done; OCTO_NEVER. */
octo_time_ns path_next(const struct call *call, const struct peer *peer);
/* Builds the packet that is due now, for `to`; 0 when there is none. */
size_t path_send(struct call *call, struct peer *peer, uint8_t out[OCTO_DATAGRAM_MAX], struct octo_address *to);

#endif
