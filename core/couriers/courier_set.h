/* courier_set.h: couriers that are handled as one (C:130-132, S:76-91): which of them a node has towards each peer, by
 * what is switched on and by how the agent is operated. A set that is applied again changes only what differs. */
#ifndef OCTO_COURIERS_COURIER_SET_H
#define OCTO_COURIERS_COURIER_SET_H

#include "core/couriers/parameters.h"

/* What can be switched on and off towards a peer; the state always is on. Discovery is for pairing: off at first. */
enum {
	OCTO_FEATURE_SENSORS = 1, OCTO_FEATURE_COMMANDS = 2, OCTO_FEATURE_BLOBS = 4, OCTO_FEATURE_DISCOVERY = 8,
	OCTO_FEATURES_DEFAULT = OCTO_FEATURE_SENSORS | OCTO_FEATURE_COMMANDS | OCTO_FEATURE_BLOBS
};

struct octo_courier_member {
	const struct octo_courier *courier;
	uint8_t feature;          /* 0: always */
	uint8_t operations;       /* bit 1 << OCTO_OPERATION_… for each in which it is active */
};

struct octo_courier_set {
	const char *name;
	uint32_t count;           /* at most 32 */
	const struct octo_courier_member *members;
};
extern const struct octo_courier_set octo_agent_couriers, octo_remote_couriers;

/* The kinds of a set, for struct octo_host. Returns how many; more than count_max is the caller's fault. */
uint32_t octo_courier_set_kinds(const struct octo_courier_set *set, const struct octo_courier **kinds, uint32_t count_max);
/* Bit 1 << index for each member that is active under these circumstances. */
uint32_t octo_courier_set_wanted(const struct octo_courier_set *set, uint32_t features, enum octo_operation operation);
/* Makes the members of `wanted` active towards a peer, and no others; `registered` are those that are. Members that the
 * host does not know are left out. */
void octo_courier_set_apply(const struct octo_courier_set *set, struct octo_channel *channel,
                            const struct octo_host *host, octo_time_ns now, uint32_t peer, uint32_t registered,
                            uint32_t wanted);

#endif
