/* robot.h: what the application of a simulated robot does: the agent or the remote that stands on a core, with the
 * couriers of its set, on nodes with "couriers": true. node.c is the host of every core; this is who uses it. All that
 * it remembers is in the arena. Nothing here does anything for a node without such couriers.
 * Next: core/nodes/agent.h and remote.h. */
#ifndef OCTOSIM_ROBOT_H
#define OCTOSIM_ROBOT_H

#include "sim/world.h"

enum { ROBOT_KINDS_MAX = 12 };

/* Adds the kinds of courier of the node's set to those its host has, and what they need of the host. `kinds` is what
 * host->couriers points to, with room for ROBOT_KINDS_MAX. */
void robot_equip(const struct scenario_node *described, struct octo_host *host, const struct octo_courier **kinds);
/* Makes room in the world. */
void robot_make(struct sim *sim, uint32_t number);
/* A core was put into the node: its application starts with it and knows nothing. */
void robot_boot(struct sim *sim, uint32_t number);
/* After each call that let the core hear or do something, and before it sends. */
void robot_update(struct sim *sim, uint32_t number, const struct octo_host *host, uint64_t now_ns);

#endif
