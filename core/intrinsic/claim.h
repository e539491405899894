/* claim.h: slot P, an initial packet that came while a session is established (C:90-95, [P 5]). It is held while the
 * session is challenged: a PONG exposes it as an attack, silence for X makes it the truth. */
#ifndef OCTO_INTRINSIC_CLAIM_H
#define OCTO_INTRINSIC_CLAIM_H

#include "core/intrinsic/peer.h"

/* Holds the SYN and begins the challenge; a newer one takes the place of a held one without restarting X. */
void claim_hold(struct call *call, struct peer *peer, const uint8_t syn[SYN_BYTES], uint64_t timestamp,
                const struct octo_address *source);
/* One more PING with the challenge's token. */
void claim_challenge(struct call *call, struct peer *peer);
/* Silence: the session goes, the held SYN is answered. */
void claim_believe(struct call *call, struct peer *peer);
/* The session lives: the claim is false; the user is warned. */
void claim_refute(struct call *call, struct peer *peer);

#endif
