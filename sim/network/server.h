/* server.h: how long a link needs for so many bytes: at a rate, which may change in phases, or by a list of moments at
 * which it can deliver. One datagram after the other, and exactly: what one leaves over of the nanosecond or of the
 * moment that it ended in is there for the next. Knows no queue; see waiting_room.h. */
#ifndef OCTOSIM_SERVER_H
#define OCTOSIM_SERVER_H

#include "sim/network/link_model.h"

/* Plain data, zeroed at first. */
struct server {
	uint64_t free_at_ns;          /* when the last datagram had left */
	uint64_t rest;                /* of that nanosecond, in 10^-9 bits; of that moment, in bytes */
	bool has_served;              /* anything at all */
};

/* Serves so many bytes, from now_ns on or when it is free: returns when the last has left. */
uint64_t server_serve(struct server *server, const struct link_model *model, uint64_t now_ns, uint64_t size_bytes);

#endif
