/* offer.h: slot O, our own pending attempt: SYN sent, SYN-ACK awaited [P 5]. */
#ifndef OCTO_INTRINSIC_OFFER_H
#define OCTO_INTRINSIC_OFFER_H

#include "core/intrinsic/peer.h"

/* Makes a fresh attempt: new n, new e, new timestamp; its SYN is due at once. With a session there, it is to replace that
 * one's secrets and travels inside it. */
void offer_make(struct call *call, struct peer *peer);
void offer_suspend(struct call *call, struct peer *peer);
void offer_resume(struct call *call, struct peer *peer);
/* The timestamp of a new SYN, used up by this. */
uint64_t offer_next_timestamp(struct call *call, struct peer *peer);
/* Writes the offer's SYN, of its id and its timestamp. */
void offer_write_syn(struct call *call, const struct peer *peer, struct offer *offer, const uint8_t public[OCTO_KEY_BYTES],
                     bool is_user);
/* Empties the slot. The id goes to a grave unless it lives on in a session. */
void offer_wipe(struct call *call, struct peer *peer, bool is_id_kept);
/* Sends the same SYN to where the peer was heard last; the known address stays as the alternate. */
void offer_nudge(struct call *call, struct peer *peer, const struct octo_address *source);
/* Its SYN goes out now. */
void offer_sent(struct call *call, struct offer *offer);
/* Where this sending of the SYN goes: an unproved target and the known address take turns, while the target has credit. */
const struct octo_address *offer_take_target(struct peer *peer);

/* Verifies a SYN-ACK against the offer and makes the session and its ACK of it. Changes no state.
 * Returns OCTO_REASON_ACCEPTED, BAD_KEY, BAD_TAG, BAD_FIELD. */
enum octo_reason offer_read_syn_ack(struct call *call, const struct peer *peer, const uint8_t syn_ack[SYN_ACK_BYTES],
                                    struct session *session, uint64_t *timestamp);

#endif
