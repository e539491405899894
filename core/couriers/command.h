/* command.h: CommandCourier (S:84): small commands, each executed once and in the order in which they were given, also
 * when sessions are replaced. A node that restarts remembers nothing: what was under way to it, or from it, is not known
 * to have been executed or not, and is never executed twice. */
#ifndef OCTO_COURIERS_COMMAND_H
#define OCTO_COURIERS_COMMAND_H

#include "core/couriers/state.h"

enum {
	OCTO_COMMAND_ID = 4,
	OCTO_COMMAND_BYTES_MAX = 96,
	OCTO_COMMANDS_MAX = 16                    /* under way, and waiting to be taken */
};
#define OCTO_COMMAND_RESEND_NS (300 * OCTO_MILLISECOND)
#define OCTO_COMMAND_RESEND_MAX_NS (2 * OCTO_SECOND)

struct octo_command {
	uint16_t size;
	uint8_t bytes[OCTO_COMMAND_BYTES_MAX];
};

struct octo_commands {
	uint64_t session;         /* what follows is about this one */
	/* Giving commands. Tickets are 0, 1, 2 … in the order of giving. */
	uint64_t given, sent, settled; /* tickets below: given; sent in this session; confirmed or uncertain */
	uint64_t confirmed, uncertain; /* commands that the peer has taken; that it may have taken or not */
	uint64_t renumbered;      /* the ticket that is number 1 for the present peer */
	uint64_t tried;           /* tickets below may have reached it */
	uint64_t resend_at, peer_life_session;
	/* Getting them. */
	uint64_t stream_session, taken;
	uint64_t duplicates;      /* commands that came again, and were not executed again */
	uint64_t early;           /* that came before one that is missing */
	uint64_t full;            /* that there was no room for: they come again */
	uint32_t life;            /* ours: another one after each restart; 0: none yet */
	uint32_t peer_life;       /* 0: not known yet */
	uint32_t stream, next;    /* the peer's life, as it gives commands; the number that is executed next */
	uint8_t is_begun, accepts, is_report_due, attempts;
	uint8_t first, count;     /* of the inbox */
	uint8_t is_peer_heard;    /* in this session: its life is known to be the present one */
	uint8_t reserved;
	struct octo_command outbox[OCTO_COMMANDS_MAX], inbox[OCTO_COMMANDS_MAX];
};
/* `accepts`: commands are executed here, as on an agent. */
void octo_commands_begin(struct octo_commands *state, bool accepts);
/* Gives a command of 1 to OCTO_COMMAND_BYTES_MAX bytes (anything else is the caller's fault). False: too many are under
 * way. */
OCTO_MUST_CHECK bool octo_command_give(struct octo_commands *state, const void *bytes, size_t size);
/* The next command to be executed; false when there is none. */
OCTO_MUST_CHECK bool octo_command_take(struct octo_commands *state, struct octo_command *command);

extern const struct octo_courier octo_courier_command; /* its state is a struct octo_commands */

#endif
