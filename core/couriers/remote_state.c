/* remote_state.c: a control's kind of state courier. */
#include "core/couriers/remote_state.h"

const struct octo_courier octo_courier_remote_state = {
	.name = "remote-state", .id = OCTO_STATE_ID, .state_size = sizeof(struct octo_shared_state),
	.mandate = octo_shared_mandate, .send = octo_shared_send, .receive = octo_shared_receive
};
