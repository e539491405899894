/* remote.h: what makes a channel that of a remote (C:120, C:47): for each agent that it controls a client of its own, with
 * a RemoteCourierSet of its own towards that agent alone (S:99-108). Nothing that goes to or comes from one agent is seen
 * by another (C:31). A client is known by the agent's peer index. Knows octo.h and the couriers only.
 *
 * octo_remote_update() is called after octo_channel_receive(), and before octo_channel_send(). It costs what has happened
 * since, not what there is: it settles the peers that were touched (octo_peer_settle()). */
#ifndef OCTO_NODES_REMOTE_H
#define OCTO_NODES_REMOTE_H

#include "core/couriers/command.h"
#include "core/couriers/courier_set.h"
#include "core/couriers/sensors.h"

/* Registers couriers as connections come and go, features are switched and the way an agent is operated changes. */
void octo_remote_update(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now);
/* The connect button of an agent's client (C:30, C:47). */
void octo_remote_connect(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t agent,
                         bool is_wanted);
/* OCTO_FEATURE_… bits, towards one agent. */
void octo_remote_features(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t agent,
                          uint32_t features);
/* Writes a parameter of one agent. False: not a control's to write, or no value of it. */
OCTO_MUST_CHECK bool octo_remote_set(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now,
                                     uint32_t agent, enum octo_parameter parameter, const uint8_t *value, size_t size);
/* What to expect of the agent, as of the last call that took the time. */
void octo_remote_view(struct octo_channel *channel, const struct octo_host *host, uint32_t agent,
                      enum octo_parameter parameter, struct octo_parameter_view *view);
/* Gives a command to one agent. False: too many are under way. */
OCTO_MUST_CHECK bool octo_remote_command(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now,
                                         uint32_t agent, const void *bytes, size_t size);
/* What the agent's sensors said last; present 0: nothing yet. Borrowed: until the block moves. */
const struct octo_sensors *octo_remote_sensors(struct octo_channel *channel, const struct octo_host *host, uint32_t agent);

#endif
