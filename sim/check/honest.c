/* honest.c: "honest": the tamper protocol accuses nobody who is honest. A run is one of honest nodes as long as nobody has
 * the keys of somebody else and the network delivers, however late and often, only what was sent, from who sent it to whom
 * it was sent. Knows tells by name only. */
#include "sim/check/state.h"

/* The network's memory, not an attacker's work: the same bytes, from the same source, to the same receiver. */
static bool is_replay(const struct scenario_action *action)
{
	return !action->random_bytes && !action->flip_each && !action->inject_broadcast &&
	       action->inject_to == action->packet.to && action->inject_source == action->packet.from;
}

static bool is_attack(const struct scenario_action *action)
{
	switch (action->verb) {
	case SCENARIO_INTERCEPT:
	case SCENARIO_RELAY:
	case SCENARIO_FLOOD:
	case SCENARIO_ATTACK:
	case SCENARIO_LIE: return true;
	case SCENARIO_INJECT: return !is_replay(action);
	case SCENARIO_RESTART: return action->has_store_of;
	default: return false;
	}
}

void honest_open(struct checks *checks, const bool *has_clone)
{
	const struct scenario *scenario = checks->scenario;
	checks->is_honest = true;
	for (uint32_t i = 0; i < scenario->node_count; i++)
		checks->is_honest = checks->is_honest && !has_clone[i];
	for (uint32_t i = 0; i < scenario->action_count; i++) {
		const struct scenario_action *action = &scenario->actions[i];
		bool is_old = action->loses_store || action->store_from_ns != OCTO_NEVER;
		checks->is_honest = checks->is_honest && !is_attack(action);
		checks->has_old_stores = checks->has_old_stores || (action->verb == SCENARIO_RESTART && is_old);
	}
}

/* Whoever lost his store uses timestamps again, and may be met by what he sent in a former life. */
static bool is_excused(const struct checks *checks, enum octo_tell tell)
{
	return checks->has_old_stores && (tell == OCTO_TELL_TIMESTAMP_TWICE || tell == OCTO_TELL_INITIAL_REFUTED);
}

void honest_event(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event *event)
{
	if (!checks->is_honest)
		return;
	if (event->kind == OCTO_EVENT_PACKET_RECEIVED)
		check_evaluated(checks, INVARIANT_HONEST);
	else if (event->kind == OCTO_EVENT_TAMPER && !is_excused(checks, (enum octo_tell)event->tamper.tell))
		check_violated(checks, INVARIANT_HONEST, node, peer,
		               "expected no packet of an honest peer to be taken for hacked, found one: %s",
		               octo_tell_name((enum octo_tell)event->tamper.tell));
}
