/* agenda.h: what a peer has to do next: timers that became steps of the handshake, and packets that are due. */
#ifndef OCTO_INTRINSIC_AGENDA_H
#define OCTO_INTRINSIC_AGENDA_H

#include "core/intrinsic/session.h"

/* What the courier layer hangs into the agenda. */
struct agenda_couriers {
	session_filler fill;
	octo_time_ns (*next)(struct call *call, struct peer *peer); /* when a courier wants a packet; OCTO_NEVER */
};

struct agenda_packet {
	uint8_t *bytes;                   /* OCTO_DATAGRAM_MAX of room */
	size_t size;
	struct octo_address to;
	bool is_cached;                   /* the same bytes were sent before */
	uint64_t session_id, number;
};

/* Runs what is due for this peer. True when that made a packet; call again until it is false. */
bool agenda_run(struct call *call, struct peer *peer, const struct agenda_couriers *couriers,
                struct agenda_packet *packet);
/* When agenda_run() has something to do. */
octo_time_ns agenda_next(struct call *call, struct peer *peer, const struct agenda_couriers *couriers);

/* The same in short, for a thousand sessions that have nothing to say: agenda_next() has found that but for PINGs and
 * PONGs nothing can be due, and nothing has changed since. Looks at the memory that those need and at no other. */
void agenda_fetch_quiet(const struct peer *peer); /* asks for that memory, which will be needed soon */
bool agenda_is_quiet(struct call *call, struct peer *peer, const struct agenda_couriers *couriers);
bool agenda_run_quiet(struct call *call, struct peer *peer, struct agenda_packet *packet);
octo_time_ns agenda_next_quiet(const struct call *call, struct peer *peer);

#endif
