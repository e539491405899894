/* remote.c: one client an agent. All that a client keeps is in the couriers' states towards its agent. */
#include "core/nodes/remote.h"

#include "core/base/check.h"
#include "core/nodes/registry.h"

static void apply(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t agent)
{
	struct octo_parameter_view mode;
	registry_begin(channel, host, agent, false, OCTO_FEATURES_DEFAULT);
	registry_view(channel, host, agent, OCTO_PARAMETER_MODE, &mode);
	registry_apply(channel, host, now, agent, &octo_remote_couriers, octo_mode_of(mode.value));
}

void octo_remote_update(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now)
{
	for (uint32_t i = octo_peer_touched(channel, 0); i != OCTO_NO_PEER; i = octo_peer_touched(channel, i + 1)) {
		octo_peer_settle(channel, i);
		apply(channel, host, now, i);
	}
}

void octo_remote_connect(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t agent,
                         bool is_wanted)
{
	if (is_wanted)
		octo_connect(channel, host, now, agent);
	else
		octo_disconnect(channel, host, now, agent);
	apply(channel, host, now, agent);
}

void octo_remote_features(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t agent,
                          uint32_t features)
{
	registry_begin(channel, host, agent, false, features);
	registry_shared(channel, host, agent)->features = features;
	apply(channel, host, now, agent);
}

bool octo_remote_set(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t agent,
                     enum octo_parameter parameter, const uint8_t *value, size_t size)
{
	registry_begin(channel, host, agent, false, OCTO_FEATURES_DEFAULT);
	if (!octo_shared_set(registry_shared(channel, host, agent), parameter, value, size))
		return false;
	octo_courier_wake(channel, host, now, agent);
	apply(channel, host, now, agent);
	return true;
}

void octo_remote_view(struct octo_channel *channel, const struct octo_host *host, uint32_t agent,
                      enum octo_parameter parameter, struct octo_parameter_view *view)
{
	registry_begin(channel, host, agent, false, OCTO_FEATURES_DEFAULT);
	registry_view(channel, host, agent, parameter, view);
}

bool octo_remote_command(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t agent,
                         const void *bytes, size_t size)
{
	registry_begin(channel, host, agent, false, OCTO_FEATURES_DEFAULT);
	struct octo_commands *commands = registry_state(channel, host, agent, OCTO_COMMAND_ID);
	OCTO_ASSERT(commands != NULL);
	if (!octo_command_give(commands, bytes, size))
		return false;
	octo_courier_wake(channel, host, now, agent);
	return true;
}

const struct octo_sensors *octo_remote_sensors(struct octo_channel *channel, const struct octo_host *host, uint32_t agent)
{
	return registry_state(channel, host, agent, OCTO_SENSORS_ID);
}
