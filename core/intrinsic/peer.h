/* peer.h: what the slots of a pair have in common: role, timestamps, duel, credit, redialling, celibacy, and the reading of
 * a SYN [P 5]. Knows no slot by itself; the slots build on it, and handshake.h on them. */
#ifndef OCTO_INTRINSIC_PEER_H
#define OCTO_INTRINSIC_PEER_H

#include "core/intrinsic/call.h"

/* Our role towards the peer changes; reported if it differs. */
void peer_set_role(struct call *call, struct peer *peer, enum octo_role role);
/* The timestamp this peer would see in what we send now [P 5.3]. */
uint64_t peer_timestamp(const struct call *call, const struct peer *peer);
/* Logs an ID-duel, once for each pair of SYNs unless it is about two adherents. */
void peer_log_duel(struct call *call, struct peer *peer, enum octo_role clash, uint64_t winner_nonce,
                   uint64_t loser_nonce, enum octo_role role_after);
/* Whether an address may be replied to again, after so long; remembers that it was. No when it must wait, or as many others
 * as there are places were replied to lately. */
bool peer_may_reply(struct call *call, const struct peer *peer, struct recent_source *places, uint32_t count,
                    const struct octo_address *to, octo_time_ns spacing_ns);
/* Where the turn-th try of a row goes: mostly to where the peer was proved to be last, at times to where it was before, and
 * to where it was paired, in case the last one was a relay that is gone. */
const struct octo_address *peer_address_in_turn(const struct peer *peer, uint32_t turn);
/* An authentic fresh SYN has come: its source, which has proved nothing yet, may be sent three times its bytes
 * (RFC 9000, section 8.1). */
void peer_give_credit(uint16_t *credit_bytes);
/* Back without session: dial again when the wait is over, if a session is wanted. */
void peer_plan_redial(struct call *call, struct peer *peer);
/* The session died: dial at once, unless pings are sent anyway. */
void peer_dial_again(struct call *call, struct peer *peer);
/* After an explicit disconnection neither side dials the other for a while (C:55, S:121). */
void peer_begin_celibacy(struct call *call, struct peer *peer);
void peer_end_celibacy(struct call *call, struct peer *peer);
/* Verifies a SYN of this peer and reads its offer. Returns OCTO_REASON_ACCEPTED, BAD_TAG, BAD_FIELD. */
enum octo_reason peer_open_syn(struct call *call, const struct peer *peer, const uint8_t syn[SYN_BYTES],
                               struct syn_offer *offer);

#endif
