/* courier_set.c: the default sets (S:77-86). An agent also takes commands, a remote also takes what sensors say: what one
 * side sends the other must have a courier for. */
#include "core/couriers/courier_set.h"

#include "core/base/check.h"
#include "core/couriers/agent_state.h"
#include "core/couriers/command.h"
#include "core/couriers/discovery.h"
#include "core/couriers/remote_state.h"
#include "core/couriers/sensors.h"

enum {
	ALWAYS = (1 << OCTO_OPERATION_COUNT) - 1,
	NOT_OFFLINE = ALWAYS & ~(1 << OCTO_OPERATION_OFFLINE),
	NOT_AUTONOMOUS = ALWAYS & ~(1 << OCTO_OPERATION_COMPLETE_AUTONOMY)
};

static const struct octo_courier_member agent_members[] = {
	{ &octo_courier_agent_state, 0, ALWAYS },
	{ &octo_courier_sensors, OCTO_FEATURE_SENSORS, NOT_OFFLINE },
	{ &octo_courier_command, OCTO_FEATURE_COMMANDS, NOT_AUTONOMOUS },
	{ &octo_courier_blob, OCTO_FEATURE_BLOBS, ALWAYS },
	{ &octo_courier_discovery, OCTO_FEATURE_DISCOVERY, ALWAYS },
};
static const struct octo_courier_member remote_members[] = {
	{ &octo_courier_remote_state, 0, ALWAYS },
	{ &octo_courier_sensors, OCTO_FEATURE_SENSORS, NOT_OFFLINE },
	{ &octo_courier_command, OCTO_FEATURE_COMMANDS, NOT_AUTONOMOUS },
	{ &octo_courier_blob, OCTO_FEATURE_BLOBS, ALWAYS },
	{ &octo_courier_discovery, OCTO_FEATURE_DISCOVERY, ALWAYS },
};
const struct octo_courier_set octo_agent_couriers = { "agent", sizeof agent_members / sizeof agent_members[0],
	agent_members };
const struct octo_courier_set octo_remote_couriers = { "remote", sizeof remote_members / sizeof remote_members[0],
	remote_members };

uint32_t octo_courier_set_kinds(const struct octo_courier_set *set, const struct octo_courier **kinds, uint32_t count_max)
{
	OCTO_ASSERT(set->count <= count_max);
	for (uint32_t i = 0; i < set->count; i++)
		kinds[i] = set->members[i].courier;
	return set->count;
}

uint32_t octo_courier_set_wanted(const struct octo_courier_set *set, uint32_t features, enum octo_operation operation)
{
	uint32_t wanted = 0;
	for (uint32_t i = 0; i < set->count; i++) {
		const struct octo_courier_member *member = &set->members[i];
		bool is_on = (member->feature & features) == member->feature && member->operations >> operation & 1;
		wanted |= is_on ? UINT32_C(1) << i : 0;
	}
	return wanted;
}

void octo_courier_set_apply(const struct octo_courier_set *set, struct octo_channel *channel,
                            const struct octo_host *host, octo_time_ns now, uint32_t peer, uint32_t registered,
                            uint32_t wanted)
{
	for (uint32_t i = 0; i < set->count; i++) {
		uint32_t courier = octo_courier_index(host, set->members[i].courier->id);
		bool is_wanted = wanted >> i & 1;
		if (courier != OCTO_NO_COURIER && is_wanted != (registered >> i & 1))
			octo_courier_activate(channel, host, now, peer, courier, is_wanted);
	}
}
