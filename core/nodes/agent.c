/* agent.c: one state of the agent for all controls. A writing counts or does not wherever it comes from, so the order in
 * which controls are looked at does not matter. */
#include "core/nodes/agent.h"

#include "core/base/cursor.h"
#include "core/nodes/registry.h"

void octo_agent_init(struct octo_agent *agent, const struct octo_channel *channel)
{
	memset(agent, 0, sizeof *agent);
	agent->self = octo_writer_of(octo_channel_card(channel)->id);
	agent->features = OCTO_FEATURES_DEFAULT;
}

/* Only controls that anything happened to are looked at, and all of them where that is said. Every new one is touched. */
static void begin_controls(struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host)
{
	for (uint32_t i = octo_peer_touched(channel, 0); i != OCTO_NO_PEER; i = octo_peer_touched(channel, i + 1)) {
		if (registry_shared(channel, host, i)->self)
			continue;
		registry_begin(channel, host, i, true, agent->features);
		struct octo_sensors *sensors = registry_state(channel, host, i, OCTO_SENSORS_ID);
		if (sensors)
			octo_sensors_set(sensors, &agent->reading);
	}
}

/* True when anything that counts is new. */
static bool gather(struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host)
{
	bool has_news = false;
	for (uint32_t i = octo_peer_touched(channel, 0); i != OCTO_NO_PEER; i = octo_peer_touched(channel, i + 1)) {
		struct octo_shared_state *shared = registry_shared(channel, host, i);
		if (shared->merged == shared->changes)
			continue;
		shared->merged = shared->changes;
		for (unsigned p = 0; p < OCTO_PARAMETER_COUNT; p++) {
			if (octo_holding_compare(&shared->replicas[p].holding, &agent->document[p]) <= 0)
				continue;
			agent->document[p] = shared->replicas[p].holding;
			has_news = true;
		}
	}
	return has_news;
}

static void tell(struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t i)
{
	if (octo_shared_merge(registry_shared(channel, host, i), agent->document))
		octo_courier_wake(channel, host, now, i);
}

/* What is new is for all; else a control may have missed what was said before it came. */
static void spread(struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host, octo_time_ns now,
                   bool is_for_all)
{
	for (uint32_t i = 0; is_for_all && i < octo_peer_count(channel); i++)
		tell(agent, channel, host, now, i);
	for (uint32_t i = octo_peer_touched(channel, 0); i != OCTO_NO_PEER; i = octo_peer_touched(channel, i + 1))
		tell(agent, channel, host, now, i);
}

static void update(struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host, octo_time_ns now,
                   bool has_news, bool is_for_all)
{
	if (!has_news && !is_for_all && octo_peer_touched(channel, 0) == OCTO_NO_PEER)
		return;
	begin_controls(agent, channel, host);
	has_news = gather(agent, channel, host) || has_news;
	spread(agent, channel, host, now, has_news);
	uint32_t operation = octo_agent_operation(agent, channel, host);
	is_for_all = is_for_all || operation != agent->operation;
	agent->operation = operation;
	for (uint32_t i = 0; i < octo_peer_count(channel); i++) {
		i = is_for_all ? i : octo_peer_touched(channel, i);
		if (i == OCTO_NO_PEER)
			break;
		octo_peer_settle(channel, i);
		registry_apply(channel, host, now, i, &octo_agent_couriers, (enum octo_operation)operation);
	}
}

void octo_agent_update(struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host,
                       octo_time_ns now)
{
	update(agent, channel, host, now, false, false);
}

void octo_agent_switch(struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host,
                       octo_time_ns now, bool is_on)
{
	octo_enable(channel, host, now, is_on);
	octo_agent_update(agent, channel, host, now);
}

void octo_agent_features(struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host,
                         octo_time_ns now, uint32_t features)
{
	agent->features = features;
	for (uint32_t i = 0; i < octo_peer_count(channel); i++)
		registry_shared(channel, host, i)->features = features;
	update(agent, channel, host, now, false, true);
}

bool octo_agent_set(struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host,
                    octo_time_ns now, enum octo_parameter parameter, const uint8_t *value, size_t size)
{
	struct octo_holding *holding = &agent->document[parameter];
	if (!octo_parameter_may_write(parameter, agent->self, agent->self) ||
	    !octo_parameter_is_valid(parameter, value, size))
		return false;
	begin_controls(agent, channel, host);
	bool has_news = gather(agent, channel, host), is_full = holding->version == OCTO_VERSION_MAX;
	bool is_same = holding->version && holding->writer == agent->self && memcmp(holding->value, value, size) == 0;
	bool is_news = !is_full && !is_same;
	if (is_news) {
		memcpy(holding->value, value, size);
		holding->writer = agent->self;
		holding->version++;
	}
	update(agent, channel, host, now, has_news || is_news, false);
	return !is_full;
}

void octo_agent_view(const struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host,
                     enum octo_parameter parameter, struct octo_parameter_view *view)
{
	const struct octo_holding *holding = &agent->document[parameter];
	memset(view, 0, sizeof *view);
	memcpy(view->held, holding->value, sizeof view->held);
	memcpy(view->value, holding->value, sizeof view->value);
	view->version = holding->version;
	view->is_ours = holding->version && holding->writer == agent->self;
	view->age_ns = OCTO_NEVER;
	for (uint32_t i = 0; i < octo_peer_count(channel); i++) {
		struct octo_parameter_view control;
		if (octo_holding_compare(&registry_shared(channel, host, i)->replicas[parameter].holding, holding) != 0)
			continue;
		registry_view(channel, host, i, parameter, &control);
		view->is_verified = view->is_verified || control.is_verified;
		view->age_ns = control.age_ns < view->age_ns ? control.age_ns : view->age_ns;
	}
	view->is_failsafe = view->version == 0 || !(view->is_ours || view->is_verified);
	if (view->is_failsafe)
		octo_parameter_expected(parameter, view->held, view->value);
}

enum octo_operation octo_agent_operation(const struct octo_agent *agent, struct octo_channel *channel,
                                         const struct octo_host *host)
{
	struct octo_parameter_view view;
	octo_agent_view(agent, channel, host, OCTO_PARAMETER_MODE, &view);
	return octo_mode_of(view.value);
}

bool octo_agent_panics(const struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host)
{
	struct octo_parameter_view view;
	octo_agent_view(agent, channel, host, OCTO_PARAMETER_FLAGS, &view);
	return octo_bits_of(view.value) & OCTO_FLAG_PANIC;
}

void octo_agent_sense(struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host,
                      octo_time_ns now, const struct octo_reading *reading)
{
	begin_controls(agent, channel, host);
	if (!octo_reading_merge(&agent->reading, reading))
		return;
	for (uint32_t i = 0; i < octo_peer_count(channel); i++) {
		struct octo_sensors *sensors = registry_state(channel, host, i, OCTO_SENSORS_ID);
		if (!sensors)
			continue;
		octo_sensors_set(sensors, &agent->reading);
		octo_courier_wake(channel, host, now, i);
	}
}

bool octo_agent_take(struct octo_agent *agent, struct octo_channel *channel, const struct octo_host *host,
                     octo_time_ns now, struct octo_command *command, uint32_t *control)
{
	begin_controls(agent, channel, host);
	for (uint32_t i = 0; i < octo_peer_count(channel); i++) {
		struct octo_commands *commands = registry_state(channel, host, i, OCTO_COMMAND_ID);
		if (!commands || !octo_command_take(commands, command))
			continue;
		octo_courier_wake(channel, host, now, i);
		*control = i;
		return true;
	}
	return false;
}
