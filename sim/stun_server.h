/* stun_server.h: a node that tells others how they look from where it is (RFC 8489, a binding request and its answer).
 * It has no core, keeps nothing, and says nothing to anything else. */
#ifndef OCTOSIM_STUN_SERVER_H
#define OCTOSIM_STUN_SERVER_H

#include "sim/world.h"

/* A datagram has arrived at such a node. Returns whether it is a request: then it was answered. */
bool stun_server_receive(struct sim *sim, uint32_t node, const struct octo_address *from, const uint8_t *bytes, size_t size);

#endif
