/* state_talk.h: when a state courier speaks and what goes into a message: news at once and again until they are heard,
 * otherwise an idle message in a slow rhythm, and questions as soon as that of the peer fails (C:35, S:56-60).
 * What follows from answers is in state.c. */
#ifndef OCTO_COURIERS_STATE_TALK_H
#define OCTO_COURIERS_STATE_TALK_H

#include "core/couriers/state.h"

/* Another session may have begun: numbers start again, and nothing sent before counts as heard. */
void state_talk_begin(struct octo_shared_state *state, const struct octo_courier_call *call);
octo_time_ns state_talk_due(const struct octo_shared_state *state, const struct octo_courier_call *call);

#endif
