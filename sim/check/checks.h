/* checks.h: the invariants that are always on. They watch what cores say, what the network does and what the user
 * presses, and never change anything: a run with and without them has the same hash.
 * Each is named and counts how often it was evaluated. Next: state.h, and a file for each concern. */
#ifndef OCTOSIM_CHECKS_H
#define OCTOSIM_CHECKS_H

#include "core/octo.h"
#include "sim/scenario/scenario.h"
#include "sim/sim.h"

/* What the checks may ask of the world. */
struct checks_host {
	void *context;
	uint64_t (*now)(void *context);                                   /* world time, ns */
	bool (*is_up)(void *context, uint32_t node);
	/* False when the node is down or does not know the other one. */
	bool (*view)(void *context, uint32_t node, uint32_t peer_node, struct octo_peer_view *view);
	/* The core's block, NULL when the node is down. */
	const void *(*block)(void *context, uint32_t node, size_t *size);
	/* The longest latency that the pair's link draws (normal: mean + 6 standard deviations), without queueing. */
	uint64_t (*latency_max_ns)(void *context, uint32_t from, uint32_t to);
	/* The most packets that may pass over one of its couriers. */
	uint32_t (*passes_max)(void *context, uint32_t node);
	/* An invariant was violated for the first time, just now. May be NULL. */
	void (*violated)(void *context, const char *text);
};

struct checks;

struct checks *checks_open(const struct scenario *scenario, const struct checks_host *host); /* NULL: out of memory */
void checks_close(struct checks *checks);

/* An event of a core, audit events too. peer_node: TRACE_NOBODY when it is about nobody. */
void checks_core_event(struct checks *checks, uint32_t node, uint32_t peer_node, const struct octo_event *event);
/* Around octo_channel_receive(). `from_node`: whose address the datagram carries, TRACE_NOBODY when nobody has it.
 * copy_flags: TRACE_COPY_*. */
void checks_before_receive(struct checks *checks, uint32_t node, uint32_t from_node, const struct octo_address *from,
                           const uint8_t *bytes, size_t size, unsigned copy_flags);
void checks_after_receive(struct checks *checks, uint32_t node);
/* A core handed over a datagram for that address. */
void checks_sent(struct checks *checks, uint32_t node, uint32_t to_node, const struct octo_address *to,
                 const uint8_t *bytes, size_t size);
/* The network lost, duplicated or damaged a copy on its way. */
void checks_disturbed(struct checks *checks, uint32_t from, uint32_t to, const uint8_t *bytes, size_t size);
/* After everything a core had to do at this instant: its slots may be looked at. */
void checks_settled(struct checks *checks, uint32_t node);
/* The timeline. A restart calls crash (if the node was up) and then boot. */
void checks_boot(struct checks *checks, uint32_t node, bool has_store);
void checks_crash(struct checks *checks, uint32_t node);
void checks_clock(struct checks *checks, uint32_t node, int64_t step_ns);
void checks_move(struct checks *checks, uint32_t node);
void checks_connect(struct checks *checks, uint32_t node, uint32_t peer_node);
void checks_disconnect(struct checks *checks, uint32_t node, uint32_t peer_node);
void checks_switch(struct checks *checks, uint32_t node, bool is_on);
void checks_inject(struct checks *checks, uint32_t to, uint32_t source);
/* A load courier of the node towards the peer is switched. */
void checks_courier(struct checks *checks, uint32_t node, uint32_t peer, const struct scenario_action *action);
/* An agent executed a command: the control's own running number of it. */
void checks_command(struct checks *checks, uint32_t agent, uint32_t control, uint32_t number);
/* A node takes a parameter for verified, and the peer has held it or a newer writing; or not. */
void checks_verified(struct checks *checks, uint32_t node, uint32_t peer, const char *parameter, bool is_held);
/* What it sends next was never meant by its core. */
void checks_lie(struct checks *checks, uint32_t node, uint32_t peer_node);
/* Bytes of a blob came, those that were sent or others; it was kept as whole by its receiver, after so many new beginnings of
 * it and with so many bytes twice for them; one of the two sides says that it is complete. */
void checks_blob_written(struct checks *checks, uint32_t node, uint32_t peer, uint16_t id, uint64_t offset, bool is_right);
void checks_blob_kept(struct checks *checks, uint32_t node, uint32_t peer, uint16_t id, bool is_whole, uint64_t repeated,
                      uint64_t restarts);
void checks_blob_complete(struct checks *checks, uint32_t node, uint32_t peer, uint16_t id, bool is_whole);
/* Its process is stopped, or goes on. */
void checks_pause(struct checks *checks, uint32_t node, bool is_paused);
/* Its next boot is with an older store, or another's. */
void checks_old_store(struct checks *checks, uint32_t node);
void checks_heal(struct checks *checks);          /* from here on the network is fair */
void checks_finish(struct checks *checks);        /* the run is over: what is still open is judged */

/* All invariants, in a fixed order, for sim_result(). Borrowed. */
const struct sim_invariant *checks_invariants(const struct checks *checks, uint32_t *count);
/* How many violations so far; and the first of all, NULL for none. */
uint64_t checks_violations(const struct checks *checks);

#endif
