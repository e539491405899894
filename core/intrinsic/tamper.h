/* tamper.h: the tamper protocol (C:61, C:66-68) [P 7.8]: a packet that follows the comms protocol in every byte, but that no
 * honest node would have sent: in this state, at this time, of this size, with these counters. The comms protocol needs
 * none of it and works the same without; octo_config.tamper switches it. A tell never fires on loss, reordering,
 * duplicates, restarts or a leaping clock: each compares with what an honest peer can have sent at the very most. */
#ifndef OCTO_INTRINSIC_TAMPER_H
#define OCTO_INTRINSIC_TAMPER_H

#include "core/intrinsic/frame.h"
#include "core/intrinsic/peer.h"

/* A session was installed as the current one: counting begins anew. `began_at`: before that its peer cannot have sent
 * anything in it. */
void tamper_begin(struct peer *peer, octo_time_ns began_at);
/* We asked the peer something that it may answer once: a PING, a PATH_CHALLENGE. */
void tamper_asked(struct peer *peer);

/* Looks at an authentic SYN before it is acted upon. `identity` is its h1. */
enum octo_tell tamper_look_at_syn(const struct call *call, const struct peer *peer, const struct syn_offer *offer,
                                  const struct transcript *identity, const uint8_t syn[SYN_BYTES]);
/* Looks at an authentic packet of the current session before it is acted upon. What may have been sent by an honest peer is
 * counted; what may not is not. */
enum octo_tell tamper_look_at_data(const struct call *call, struct peer *peer, const struct frame_tallies *tallies,
                                   size_t packet_bytes);
/* Tells the user, and asks the host whether communication with this peer goes on (C:94). True when it does not. */
bool tamper_report(struct call *call, struct peer *peer, enum octo_tell tell);

#endif
