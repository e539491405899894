/* nat.h: what a router remembers of the datagrams that it let out: mappings from inside to outside addresses, and
 * whom each may hear. In the words of RFC 4787: how far a mapping or a filter depends on the remote side is a scope;
 * a firewall is a NAT that only filters. Tables are bounded: when one is full its least recently used entry goes.
 * In the arena; knows nothing of datagrams, networks or the trace. See topology.c for the way through a network. */
#ifndef OCTOSIM_NAT_H
#define OCTOSIM_NAT_H

#include "sim/engine/arena.h"
#include "sim/scenario/scenario.h"
#include "sim/trace.h"

/* Entries are named by 1 + their place in the table; 0: none. */
struct nat_entry {
	struct octo_address inside, remote; /* remote: only so far as the scope looks; else zeros */
	uint16_t port;                /* outside; a permit has none */
	bool is_static;               /* a forwarded port: never expires, is never pushed out */
	bool is_taken;
	uint32_t serial;              /* of a permit's mapping; a mapping's own */
	uint64_t made_ns, used_ns;
	uint32_t older, newer;        /* by last use; `newer` of a free place: the next free one */
	uint32_t next_of_key, next_of_port; /* in their buckets */
};

struct nat_table {
	arena_ref entries, buckets;   /* buckets: by key, then as many by port */
	uint32_t capacity;            /* a power of two */
	uint32_t used, aging;         /* entries; of them not static */
	uint32_t oldest, newest, free;
};

/* Plain data, to be kept in the arena; all zeros is a NAT that has not seen anything. */
struct nat {
	struct nat_table mappings, permits;
	uint32_t serial;
	uint32_t ports_taken;         /* fresh ones, so far */
	bool has_forwards;
	bool has_new_ports;           /* was told to take other ports than before */
};

/* What may be told of a mapping. */
typedef void (*nat_tell)(void *context, uint32_t number, enum trace_nat what, const struct nat_entry *mapping);

/* A NAT at a time, with its rules. */
struct nat_place {
	struct arena *arena;
	struct nat *nat;
	const struct scenario_gate *rules;
	uint64_t now_ns;
	nat_tell tell;
	void *context;
	uint32_t number;              /* of the NAT: what it tells is told with it */
};

enum nat_answer { NAT_PASSES, NAT_NO_MAPPING, NAT_FILTERED };

/* A datagram goes out: finds its outside port, making a mapping if need be, and lets the remote side answer. A firewall
 * leaves the port as it is. False only when the arena is full or all ports are taken. */
bool nat_out(const struct nat_place *place, const struct octo_address *inside, const struct octo_address *remote,
             uint16_t *port);
/* One comes in for an outside port: for whom it is. */
enum nat_answer nat_in(const struct nat_place *place, uint16_t port, const struct octo_address *remote,
                       struct octo_address *inside);
/* The same for a firewall: may it pass? */
enum nat_answer nat_admit(const struct nat_place *place, const struct octo_address *inside,
                          const struct octo_address *remote);
/* A forwarded port: whoever sends there reaches `inside`, and what that sends leaves from there. Replaces the one before. */
bool nat_forward(const struct nat_place *place, uint16_t port, const struct octo_address *inside);
/* Lets go what has not been used for as long as the rules say. When the next mapping will be; OCTO_NEVER. */
uint64_t nat_expire(const struct nat_place *place);
/* Forgets everything but forwarded ports. With `takes_new_ports` later mappings keep no port of the inside any more. */
void nat_forget(const struct nat_place *place, bool takes_new_ports);
/* Whom an outside port belongs to; and the port under which somebody is seen by a remote side. False: no mapping. Change
 * nothing. */
bool nat_holder(const struct nat_place *place, uint16_t port, struct octo_address *inside);
bool nat_seen(const struct nat_place *place, const struct octo_address *inside, const struct octo_address *remote,
              uint16_t *port);

#endif
