/* robot.h: what the application of a simulated robot does: the agent or the remote that stands on a core, with the
 * couriers of its set, on nodes with "couriers": true. node.c is the host of every core; this is who uses it. All that
 * it remembers is in the arena. Nothing here does anything for a node without such couriers.
 * Next: core/nodes/agent.h and remote.h. */
#ifndef OCTOSIM_ROBOT_H
#define OCTOSIM_ROBOT_H

#include "core/couriers/sensors.h"
#include "sim/world.h"

enum { ROBOT_KINDS_MAX = 12 };

/* ---- The node's life (node.c) --------------------------------------------------------------------------------- */

/* Adds the kinds of courier of the node's set to those its host has, and what they need of the host. `kinds` is what
 * host->couriers points to, with room for ROBOT_KINDS_MAX. */
void robot_equip(const struct scenario_node *described, struct octo_host *host, const struct octo_courier **kinds);
/* Makes room in the world. */
void robot_make(struct sim *sim, uint32_t number);
/* A core was put into the node: its application starts with it and knows nothing. */
void robot_boot(struct sim *sim, uint32_t number);
/* After each call that let the core hear or do something, and before it sends: keeps couriers registered, executes what
 * was commanded, and sees what has come. */
void robot_update(struct sim *sim, uint32_t number, const struct octo_host *host, uint64_t now_ns);

/* For the invariants: what the node takes for verified is held at the other end. */
void robot_check(struct sim *sim, uint32_t number);

/* ---- The timeline (robot_plan.c) --------------------------------------------------------------------------------- */

/* A "set", "sense", "command" or "switch" begins. */
void robot_begin(struct sim *sim, uint32_t action);
/* It is time for the next one of it: an event's reference. */
void robot_turn(struct sim *sim, uint32_t ref);

/* ---- What can be seen (check/) ------------------------------------------------------------------------------------ */

/* What a node holds of a parameter of an agent, perhaps of itself; *writer is 0 when nobody wrote it. False: it is down, or
 * does not know that agent. */
bool robot_view(const struct sim *sim, uint32_t number, uint32_t agent, enum octo_parameter parameter,
                struct octo_parameter_view *view, uint64_t *writer);
/* What a remote has heard of an agent's sensors; NULL as above. Borrowed. */
const struct octo_sensors *robot_sensors(const struct sim *sim, uint32_t number, uint32_t agent);
/* Puts result->standings into place. The list is the sim's: valid until the next call. */
void robot_sum_up(struct sim *sim, struct sim_result *result);

#endif
