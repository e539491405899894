/* queueing.h: datagrams that wait in front of a link as such (sim/network/waiting_room.h): who waits, and the events at
 * which they leave. Between traffic.c, which decides what becomes of them, and the event queue. */
#ifndef OCTOSIM_QUEUEING_H
#define OCTOSIM_QUEUEING_H

#include "sim/world.h"

/* A datagram that waits: what becomes of it was decided when it came, as if it had not to wait. */
struct waiting_flight {
	struct flight flight;
	struct link_fate fate;
	uint64_t came_ns;
	uint32_t cause;               /* of the record that is written when it leaves */
};

/* What a link with a special model has beside itself: link.more. */
struct link_more {
	struct link_memory memory;
	struct waiting_room room;
};

/* The model of a link, all its phases, as the network is now: healed or not. */
static inline const struct link_model *queueing_model(const struct sim *sim, const struct link *link)
{
	return &sim->models[2 * link->model + world_of(sim)->is_healed];
}

/* Takes a datagram in; its packet is held. Or says why not: an enum trace_drop, LINK_PASSES otherwise. */
uint8_t queueing_enter(struct sim *sim, struct link *link, const struct link_model *present, const struct flight *flight,
                       const struct link_fate *fate);
/* The event: the datagram that is being sent has left. */
void queueing_leave(struct sim *sim, uint32_t link);

#endif
