/* registry.h: what agent and remote do alike for one peer: begin its couriers, and keep registered what its set wants.
 * Next: core/couriers/courier_set.h. */
#ifndef OCTO_NODES_REGISTRY_H
#define OCTO_NODES_REGISTRY_H

#include "core/couriers/command.h"
#include "core/couriers/courier_set.h"
#include "core/couriers/discovery.h"
#include "core/couriers/sensors.h"

/* The courier's state, or NULL when the host does not know the kind. */
void *registry_state(struct octo_channel *channel, const struct octo_host *host, uint32_t peer, uint16_t id);
/* The state that every node has; a host without its kind is the caller's fault. */
struct octo_shared_state *registry_shared(struct octo_channel *channel, const struct octo_host *host, uint32_t peer);
/* Begins the couriers towards a peer that is new. */
void registry_begin(struct octo_channel *channel, const struct octo_host *host, uint32_t peer, bool is_agent,
                    uint32_t features);
/* Couriers are registered from the first attempt at a session until there is neither session nor attempt. */
void registry_apply(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t peer,
                    const struct octo_courier_set *set, enum octo_operation operation);
void registry_view(const struct octo_channel *channel, const struct octo_host *host, uint32_t peer,
                   enum octo_parameter parameter, struct octo_parameter_view *view);

#endif
