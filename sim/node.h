/* node.h: one core in its world: booted, fed, woken, crashed. Its clock is its own, its entropy a stream of the run's
 * seed, its store survives it. */
#ifndef OCTOSIM_NODE_H
#define OCTOSIM_NODE_H

#include "sim/robot.h"
#include "sim/world.h"

struct node_seat {                    /* the context of a host: which node of which simulation */
	struct sim *sim;
	uint32_t number;
	const struct octo_courier *kinds[ROBOT_KINDS_MAX]; /* what its host->couriers points to */
};

/* Who the node is, from its label. */
void node_identify(struct sim *sim, uint32_t number);
/* Makes room for the node in the world, and sets its clock. False when there is none. */
bool node_make(struct sim *sim, uint32_t number);
/* Puts a core into the node. With `has_store`, what its last boot saved is given back to it. */
void node_boot(struct sim *sim, uint32_t number, bool has_store);
void node_crash(struct sim *sim, uint32_t number);
/* Hands a datagram to the core and sends what it has to say. */
void node_receive(struct sim *sim, uint32_t number, const struct octo_address *from, const uint8_t *bytes, size_t size);
/* Lets the core do what is due, sends what it has to say, and plans its next wake. */
void node_settle(struct sim *sim, uint32_t number);
void node_connect(struct sim *sim, uint32_t number, uint32_t peer_node);
void node_disconnect(struct sim *sim, uint32_t number, uint32_t peer_node);
void node_enable(struct sim *sim, uint32_t number, bool is_on);
void node_honeymoon(struct sim *sim, uint32_t number); /* nothing with communications not switched on */
/* Seals these bytes as the frames of a packet to that peer, `skips` numbers on, and sends it; nothing without a session.
 * `frames` NULL: a SYN behind which is no offer. */
void node_lie(struct sim *sim, uint32_t number, uint32_t peer_node, uint64_t skips, const uint8_t *frames, size_t size);
void node_load(struct sim *sim, uint32_t number, uint32_t peer_node, const struct scenario_action *action);
/* For its application: all it needs to call into the core; node_settle() is to follow. It may not be copied. False: the node
 * is down or stopped, and nobody calls. */
struct node_call {
	struct node_seat seat;
	struct octo_host host;
	struct octo_channel *channel;
	uint64_t now_ns;
};
bool node_call(struct sim *sim, uint32_t number, struct node_call *call);
/* Enough of a node's host to look with: with it nothing is drawn, saved or reported. `kinds` has to live as long. */
struct octo_host node_onlooker(const struct sim *sim, uint32_t number, const struct octo_courier *kinds[ROBOT_KINDS_MAX]);
/* Switches one of its load couriers. */
void node_courier(struct sim *sim, uint32_t number, uint32_t peer_node, const struct scenario_action *action);
/* The most packets that may pass over one of its couriers: octo_passes_max(). */
uint32_t node_passes_max(struct sim *sim, uint32_t number);
void node_clock(struct sim *sim, uint32_t number, int64_t step_ns);

/* It gets a fresh address. */
void node_move(struct sim *sim, uint32_t number);
struct octo_address node_address(const struct sim *sim, uint32_t number);
/* Whose address this is, TRACE_NOBODY when nobody's. */
uint32_t node_at_address(const struct sim *sim, const struct octo_address *address);
/* NULL when the node is down. */
struct octo_channel *node_channel(const struct sim *sim, uint32_t number);
/* The core's index of a peer; OCTO_NO_PEER when it does not know it. */
uint32_t node_peer_index(const struct sim *sim, uint32_t number, uint32_t peer_node);
/* The node that is this peer of the core; TRACE_NOBODY. */
uint32_t node_peer(const struct sim *sim, uint32_t number, uint32_t peer);
const struct octo_load *node_load_state(const struct sim *sim, uint32_t number, uint32_t peer_node);

#endif
