/* probe.h: PROBE and PROBE-REPLY, the pings outside of a session [P 3.6]: keyed by the pair, of equal size, and without
 * a place for anything but a token. When they are sent and what follows from them is reachability.h. */
#ifndef OCTO_INTRINSIC_PROBE_H
#define OCTO_INTRINSIC_PROBE_H

#include "core/intrinsic/call.h"

void probe_make(const struct peer *peer, enum octo_packet_type type, bool is_user, uint64_t token,
                uint8_t out[PROBE_BYTES]);
/* Whom a probe or reply whose packet_check() passed is from; NULL when its hint is nobody's. */
struct peer *probe_find(const struct call *call, const uint8_t bytes[PROBE_BYTES]);
/* Whether its code is right: it was made by this peer, for us. */
bool probe_is_authentic(const struct peer *peer, const uint8_t bytes[PROBE_BYTES]);
uint64_t probe_token(const uint8_t bytes[PROBE_BYTES]);

#endif
