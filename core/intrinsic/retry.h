/* retry.h: RETRY, the answer that keeps no state [P 3, P 5]: "prove your address" and "your timestamp is old". */
#ifndef OCTO_INTRINSIC_RETRY_H
#define OCTO_INTRINSIC_RETRY_H

#include "core/intrinsic/peer.h"

/* Puts a RETRY for this SYN into the peer's outbox. STALE goes out at most once per attempt spacing and source, to at
 * most BLOCK_STALE_SOURCES sources at a time. */
void retry_cookie(struct call *call, struct peer *peer, const uint8_t syn[SYN_BYTES], const struct octo_address *source);
void retry_stale(struct call *call, struct peer *peer, const uint8_t syn[SYN_BYTES], const struct octo_address *source);

/* Opens a RETRY to our offer. Changes no state. Returns OCTO_REASON_ACCEPTED, BAD_TAG, BAD_FIELD. */
enum octo_reason retry_open(struct call *call, const struct peer *peer, const uint8_t retry[RETRY_BYTES],
                            struct retry_advice *advice);
/* Does what a RETRY to our offer says. Returns what becomes of the packet. */
enum octo_reason retry_follow(struct call *call, struct peer *peer, const struct retry_advice *advice);

#endif
