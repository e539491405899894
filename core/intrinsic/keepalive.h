/* keepalive.h: how often a session has to say something so that the NATs on its way do not forget it: its antler packets
 * (C:150) [P 7.1]. One interval for the whole channel, learned: it grows slowly while silences are survived, and shrinks
 * at once when one was too long. Below what was agreed for finding dead peers it decides; above it that does. */
#ifndef OCTO_INTRINSIC_KEEPALIVE_H
#define OCTO_INTRINSIC_KEEPALIVE_H

#include "core/intrinsic/call.h"

void keepalive_start(struct octo_channel *channel);
/* The current session is another one. */
void keepalive_begin(const struct call *call, struct peer *peer);
/* When a PING is due: nothing was heard for too long, or nothing was sent. OCTO_NEVER without a session. */
octo_time_ns keepalive_next(const struct call *call, const struct peer *peer);
/* A packet of the current session is on its way. */
void keepalive_sent(const struct call *call, struct peer *peer);
/* The newest PING was answered: what was silent before it did no harm. */
void keepalive_answered(struct call *call, struct peer *peer);
/* The peer doubts our address. When we had been silent before, a NAT has forgotten us. */
void keepalive_doubted(struct call *call, struct peer *peer);
/* A silence of so long was survived, or was not; found out with a peer, or with none (OCTO_NO_PEER). */
void keepalive_learn(struct call *call, uint32_t peer, octo_time_ns idle_ns, bool is_lost);

#endif
