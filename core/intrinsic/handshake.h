/* handshake.h: the state machine of one pair of nodes [P 5]: one table of steps and states, each cell an action.
 * The work is done by the slots' modules: offer.h, answer.h, session.h, claim.h; retry.h answers without state; what
 * they share is in peer.h. inbound.c turns packets into steps, agenda.c turns time into steps. */
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

#endif
