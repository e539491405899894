/* routing.h: the way of a datagram in a world that has networks: up through those of its sender, across the link of the
 * two nodes, down through those of its receiver. Each link is a hop with an event at its end. */
#ifndef OCTOSIM_ROUTING_H
#define OCTOSIM_ROUTING_H

#include "sim/world.h"

/* Where a flight is on its way: what ends with the pending event. */
enum { HOP_STRAIGHT, HOP_UP, HOP_ACROSS, HOP_DOWN };

/* Access links are in the table of links under these names, which no node has: from, to. */
enum { ROUTING_UP = 0, ROUTING_DOWN = 1 };
#define ROUTING_ACCESS UINT32_C(0x80000000)

/* A node sends it, or an attacker, who also says from which place: source, target, from, to and packet are set. */
void routing_begin(struct sim *sim, struct flight *flight);
/* The end of a hop. The node that it has reached; TRACE_NOBODY when it flies on, or does no more. */
uint32_t routing_go_on(struct sim *sim, struct flight *flight);
/* What latency there is between two nodes at most, beside their own link's. */
uint64_t routing_latency_max_ns(const struct sim *sim, uint32_t from, uint32_t to);
/* The rule of an access link, NULL for a link of two nodes. */
const struct scenario_link *routing_access_rule(const struct sim *sim, uint32_t from, uint32_t to);

#endif
