/* agent.h: what makes a channel that of an agent (C:119): AgentControls, its controls together, each with an
 * AgentCourierSet. There is one state of the agent: what one control writes all get to know, what the agent itself says
 * goes to all in parallel (C:31). Lives in the caller's memory, knows octo.h and the couriers only.
 *
 * octo_agent_update() is called after octo_channel_receive(), and before octo_channel_send(). It costs what has happened
 * since, not what there is: it settles the peers that were touched (octo_peer_settle()). */
#ifndef OCTO_NODES_AGENT_H
#define OCTO_NODES_AGENT_H

#include "core/couriers/command.h"
#include "core/couriers/courier_set.h"
#include "core/couriers/sensors.h"

struct octo_agent {
	struct octo_holding document[OCTO_PARAMETER_COUNT]; /* what counts of all that was written */
	struct octo_reading reading;
	uint64_t self;
	uint32_t features;        /* towards every control */
	uint32_t operation;       /* enum octo_operation, as the couriers are registered for */
};

void octo_agent_init(struct octo_agent *agent, const struct octo_channel *channel);
/* Passes on what controls have written, and registers couriers as connections come and go, features are switched and the
 * way of operation changes (S:87-91). */
void octo_agent_update(struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host,
                       octo_time_ns now);
/* The on-off switch in its user interface (C:45). It is part of the channel's record (octo_host.save): off stays off over
 * a restart. */
void octo_agent_switch(struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host,
                       octo_time_ns now, bool is_on);
/* `features`: OCTO_FEATURE_… bits. The application's own setting, which it says again after octo_agent_init(). */
void octo_agent_features(struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host,
                         octo_time_ns now, uint32_t features);
/* Writes a parameter, for all controls. False: not the agent's to write, or no value of it. */
OCTO_MUST_CHECK bool octo_agent_set(struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host,
                                    octo_time_ns now, enum octo_parameter parameter, const uint8_t *value, size_t size);
/* What to act upon, as of the last call that took the time. Verified when any control is known to hold the same; the safe value when none is that wrote it or
 * knows it (C:35). */
void octo_agent_view(const struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host,
                     enum octo_parameter parameter, struct octo_parameter_view *view);
/* How the agent is to be operated at present, and whether it must stand still: fail-safe both. */
enum octo_operation octo_agent_operation(const struct octo_agent *agent, struct octo_channel *channel,
                                         const struct octo_host *host);
bool octo_agent_panics(const struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host);
/* New values of sensors, for all controls. */
void octo_agent_sense(struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host,
                      octo_time_ns now, const struct octo_reading *reading);
/* The next command of any control, and whose it is. Each is handed out once. False when there is none. */
OCTO_MUST_CHECK bool octo_agent_take(struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host,
                                     octo_time_ns now, struct octo_command *command, uint32_t *control);

#endif
