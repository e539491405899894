/* agent_state.h: AgentStateCourier (C:35, S:46, S:49-60): the agent's end of the state. It tells every control what the
 * agent is, and takes from each what controls may write. Next: core/couriers/state.h. */
#ifndef OCTO_COURIERS_AGENT_STATE_H
#define OCTO_COURIERS_AGENT_STATE_H

#include "core/couriers/state.h"

extern const struct octo_courier octo_courier_agent_state; /* its state is a struct octo_shared_state */

#endif
