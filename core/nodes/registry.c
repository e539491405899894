/* registry.c: couriers begun and registered for one peer. */
#include "core/nodes/registry.h"

#include "core/base/check.h"

void *registry_state(struct octo_channel *channel, const struct octo_host *host, uint32_t peer, uint16_t id)
{
	uint32_t courier = octo_courier_index(host, id);
	return courier == OCTO_NO_COURIER ? NULL : octo_courier_state(channel, peer, courier);
}

struct octo_shared_state *registry_shared(struct octo_channel *channel, const struct octo_host *host, uint32_t peer)
{
	struct octo_shared_state *shared = registry_state(channel, host, peer, OCTO_STATE_ID);
	OCTO_ASSERT(shared != NULL);
	return shared;
}

void registry_begin(struct octo_channel *channel, const struct octo_host *host, uint32_t peer, bool is_agent,
                    uint32_t features)
{
	struct octo_shared_state *shared = registry_shared(channel, host, peer);
	if (shared->self)
		return;
	octo_shared_begin(shared, is_agent, octo_channel_card(channel)->id, octo_peer_card(channel, peer)->id);
	shared->features = features;
	struct octo_sensors *sensors = registry_state(channel, host, peer, OCTO_SENSORS_ID);
	struct octo_commands *commands = registry_state(channel, host, peer, OCTO_COMMAND_ID);
	struct octo_discovery *discovery = registry_state(channel, host, peer, OCTO_DISCOVERY_ID);
	if (sensors)
		octo_sensors_begin(sensors, is_agent);
	if (commands)
		octo_commands_begin(commands, is_agent);
	if (discovery)
		octo_discovery_begin(discovery);
}

void registry_apply(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t peer,
                    const struct octo_courier_set *set, enum octo_operation operation)
{
	struct octo_shared_state *shared = registry_shared(channel, host, peer);
	struct octo_peer_view view;
	octo_peer_view(channel, peer, &view);
	uint32_t wanted = view.state == OCTO_STATE_IDLE ? 0 : octo_courier_set_wanted(set, shared->features, operation);
	if (wanted != shared->registered)
		octo_courier_set_apply(set, channel, host, now, peer, shared->registered, wanted);
	shared->registered = wanted;
	struct octo_discovery *discovery = registry_state(channel, host, peer, OCTO_DISCOVERY_ID);
	if (!discovery || view.state != OCTO_STATE_ESTABLISHED || !(shared->features & OCTO_FEATURE_DISCOVERY))
		return;
	struct octo_address mapped = { .port = 0 };
	bool is_known = octo_channel_mapped_address(channel, &mapped);
	(void)is_known; /* port 0 says the same */
	if (octo_discovery_set(discovery, &view.address, &mapped))
		octo_courier_wake(channel, host, now, peer);
}

struct view_request { enum octo_parameter parameter; struct octo_parameter_view *view; };

static void take_view(const void *state, const struct octo_courier_call *call, void *argument)
{
	struct view_request *request = argument;
	octo_shared_view(state, call, request->parameter, request->view);
}

void registry_view(const struct octo_channel *channel, const struct octo_host *host, uint32_t peer,
                   enum octo_parameter parameter, struct octo_parameter_view *view)
{
	struct view_request request = { parameter, view };
	octo_courier_look(channel, host, peer, octo_courier_index(host, OCTO_STATE_ID), take_view, &request);
}
