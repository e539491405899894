/* agent_state.c: the agent's kind of state courier. */
#include "core/couriers/agent_state.h"

const struct octo_courier octo_courier_agent_state = {
	.name = "agent-state", .id = OCTO_STATE_ID, .state_size = sizeof(struct octo_shared_state),
	.mandate = octo_shared_mandate, .send = octo_shared_send, .receive = octo_shared_receive
};
