/* handshake.h: the state machine of one pair of nodes [P 5]: one table of steps and states, each cell an action.
 * The actions live with the slot they are about: offer.h, answer.h, session.h, claim.h; retry.h answers without state.
 * inbound.c turns packets into steps, agenda.c turns time into steps. */
#ifndef OCTO_INTRINSIC_HANDSHAKE_H
#define OCTO_INTRINSIC_HANDSHAKE_H

#include "core/intrinsic/call.h"

/* What a step is about. Timers and the user need none of it. */
struct step_input {
	const uint8_t *bytes;                 /* the packet, length checked */
	const struct octo_address *from;
	uint64_t timestamp;                   /* of the SYN or ACK */
	const struct syn_offer *offer;        /* SYN: its contents */
	const struct transcript *identity;    /* SYN: h1 */
	bool is_user;                         /* SYN: flag; CONNECT: the user pressed it */
	struct session *session;              /* SYN_ACK_VALID: made of it, not yet installed */
	const struct retry_advice *advice;    /* RETRY */
	enum octo_reason reason;              /* why the step rejects the packet, where the caller knows */
};

/* Runs the cell for the peer's present state. Returns what becomes of the packet behind it; timers ignore that. */
enum octo_reason handshake_step(struct call *call, struct peer *peer, enum octo_step step, struct step_input *input);

/* Our role towards the peer changes; reported if it differs. */
void handshake_set_role(struct call *call, struct peer *peer, enum octo_role role);
/* The timestamp this peer would see in what we send now [P 5]. */
uint64_t handshake_timestamp(const struct call *call, const struct peer *peer);
/* Logs an ID-duel, once for each pair of SYNs unless it is about two adherents. */
void handshake_log_duel(struct call *call, struct peer *peer, enum octo_role clash, uint64_t winner_nonce,
                        uint64_t loser_nonce, enum octo_role role_after);
/* An authentic fresh SYN has come: its source, which has proved nothing yet, may be sent three times its bytes
 * (RFC 9000, section 8.1). */
void handshake_give_credit(uint16_t *credit_bytes);
/* Back without session: dial again when the wait is over, if a session is wanted. */
void handshake_plan_redial(struct call *call, struct peer *peer);

#endif
