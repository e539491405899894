/* answer.h: slot I, the peer's pending attempt: its SYN is answered, its ACK awaited [P 5]. */
#ifndef OCTO_INTRINSIC_ANSWER_H
#define OCTO_INTRINSIC_ANSWER_H

#include "core/intrinsic/peer.h"

/* Answers a SYN: new e, new n, keys, SYN-ACK due at once. An answer to an older SYN gives way.
 * Returns OCTO_REASON_ACCEPTED, or BAD_KEY, BAD_VERSION, BAD_FIELD with nothing changed. */
enum octo_reason answer_make(struct call *call, struct peer *peer, const uint8_t syn[SYN_BYTES],
                             const struct syn_offer *offer, const struct octo_address *source);
/* Empties the slot. The id goes to a grave unless it lives on in a session. */
void answer_wipe(struct call *call, struct peer *peer, bool is_id_kept);
/* The answered SYN came again: it earns its source credit, and the same SYN-ACK once more. */
void answer_repeat(struct call *call, struct peer *peer, const struct octo_address *source);

/* Its SYN-ACK goes out now. */
void answer_sent(struct call *call, struct answer *answer);
/* Verifies an ACK. Changes no state. Returns OCTO_REASON_ACCEPTED, BAD_TAG, BAD_FIELD. */
enum octo_reason answer_read_ack(struct call *call, const struct peer *peer, const uint8_t ack[ACK_BYTES],
                                 uint64_t *timestamp);
/* The session that a confirmed answer becomes. */
void answer_to_session(struct call *call, const struct peer *peer, struct session *session);

#endif
