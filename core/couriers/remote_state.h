/* remote_state.h: RemoteStateCourier (S:83): a control's end of the state of one agent, and so of the same number on the
 * wire as the agent's. It holds what the agent says and writes what controls may write. Next: core/couriers/state.h. */
#ifndef OCTO_COURIERS_REMOTE_STATE_H
#define OCTO_COURIERS_REMOTE_STATE_H

#include "core/couriers/state.h"

extern const struct octo_courier octo_courier_remote_state; /* its state is a struct octo_shared_state */

#endif
