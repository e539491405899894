/* topology.h: which network a node is in, and what addresses mean where. A *place* is a network's number + 1, or 0, the
 * internet. An address is a node's own (fd00::…), good as far as no NAT is in between, or that of a NAT (fd10::…) with a
 * port for each mapping. Knows scenario and NAT tables; sends nothing. See routing.c for the way of a datagram. */
#ifndef OCTOSIM_TOPOLOGY_H
#define OCTOSIM_TOPOLOGY_H

#include "sim/network/nat.h"
#include "sim/world.h"

/* Of a network: plain data in the arena, one for each. */
struct place {
	struct nat nat, firewall;
	uint64_t expiry_at_ns;        /* of the pending event; OCTO_NEVER */
	uint32_t address;             /* how often the NAT got another outside address */
	uint32_t events;
};

/* What an address is, as seen from a place: */
enum spot_kind { SPOT_NOWHERE, SPOT_NODE, SPOT_NAT };
struct spot {
	enum spot_kind kind;
	uint32_t number;              /* the node; or the NAT's place */
	uint32_t place;               /* where it is reached: the node's network, the one around the NAT */
};

static inline const struct scenario_network *topology_network(const struct sim *sim, uint32_t place)
{
	return &sim->scenario->networks[place - 1];
}

static inline struct place *topology_place(const struct sim *sim, uint32_t place)
{
	return (struct place *)arena_at(&sim->arena, world_of(sim)->places) + place - 1;
}

/* Makes room for what networks remember, and their forwarded ports. False when there is none. */
bool topology_make(struct sim *sim);
/* The table of a network's NAT or firewall, now; what happens to mappings goes into the trace. */
struct nat_place topology_nat(struct sim *sim, uint32_t place);
struct nat_place topology_firewall(struct sim *sim, uint32_t place);
/* Tells of the inside, outside and remote address of a mapping. */
void topology_tell(struct sim *sim, uint32_t place, enum trace_nat what, const struct octo_address addresses[3],
                   uint64_t lived_ns);
/* Plans the event at which the next mapping expires. */
void topology_plan_expiry(struct sim *sim, uint32_t place);
/* That event. */
void topology_expire(struct sim *sim, uint32_t place);
/* All mappings are gone, ports or the address are others. */
void topology_rebind(struct sim *sim, uint32_t place, bool keeps_address);
/* A node has moved: forwarded ports follow it. */
void topology_moved(struct sim *sim, uint32_t node);

/* Whether a place is another one or in it. */
bool topology_is_within(const struct sim *sim, uint32_t place, uint32_t outer);
/* The way from a place into another one that is in it: the first network to enter. */
uint32_t topology_next_inwards(const struct sim *sim, uint32_t from, uint32_t to);
/* The outside address of a place's NAT, without port. */
struct octo_address topology_outside(const struct sim *sim, uint32_t place);
bool topology_is_outside_of(const struct sim *sim, uint32_t place, const struct octo_address *address);
/* What is at an address, as seen in a place without leaving it. */
struct spot topology_spot(const struct sim *sim, uint32_t place, const struct octo_address *address);

/* Whether the way from a place to an address passes no NAT on the way out. */
bool topology_is_near(const struct sim *sim, uint32_t place, const struct octo_address *address);

/* The address at which a node is looked for by one that has never heard of it: its own in the same network, else that of
 * the outermost NAT between the two (or around both, when that hides neighbours), with its usual port. */
struct octo_address topology_known_address(const struct sim *sim, uint32_t knower, uint32_t node);
/* The same for one that hears it now: with the port of its mapping, if there is one. */
struct octo_address topology_seen_address(struct sim *sim, uint32_t viewer, uint32_t node);
/* Whose address this is for a node: also the inside node that holds a mapping. TRACE_NOBODY when nobody's. */
uint32_t topology_holder(struct sim *sim, uint32_t viewer, const struct octo_address *address);
/* Who is meant in a place: that, or without a mapping the node whose usual port it is. TRACE_NOBODY; then *representative is some
 * node behind the NAT there, or TRACE_NOBODY, too. */
uint32_t topology_meant(struct sim *sim, uint32_t place, const struct octo_address *address, uint32_t *representative);

#endif
