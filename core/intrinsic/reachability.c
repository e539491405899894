/* reachability.c: see the header. All waits are exact and without jitter: pings of many peers are spread over the
 * first millisecond each instead, and stay spread. */
#include "core/intrinsic/reachability.h"

#include "core/intrinsic/probe.h"
#include "core/intrinsic/peer.h"
#include "core/intrinsic/record.h"

static const octo_time_ns spread_most_ns = OCTO_MILLISECOND;    /* between the pings of two peers */
static const octo_time_ns token_life_ns = 10 * OCTO_SECOND;     /* no round trip is longer [P 7.1] */

/* ---- Modes ---------------------------------------------------------------------------------------------------- */

static bool is_honeymoon(const struct octo_channel *channel)
{
	return channel->reach.honeymoon_until != OCTO_NEVER && channel->pulse.own_now < channel->reach.honeymoon_until;
}

enum octo_mode reachability_channel_mode(const struct octo_channel *channel)
{
	switch ((enum octo_switch)channel->reach.position) {
	case OCTO_SWITCH_ON: return is_honeymoon(channel) ? OCTO_MODE_HONEYMOON : OCTO_MODE_NORMAL;
	case OCTO_SWITCH_OFF: return OCTO_MODE_OFF;
	default: return OCTO_MODE_MANUAL;
	}
}

enum octo_mode reachability_mode(const struct octo_channel *channel, const struct peer *peer)
{
	enum octo_mode mode = reachability_channel_mode(channel);
	bool is_celibate = peer->celibate_until != OCTO_NEVER && peer->celibate_until > channel->pulse.own_now;
	return is_celibate && mode != OCTO_MODE_OFF ? OCTO_MODE_CELIBACY : mode;
}

static void report_mode(struct call *call, enum octo_mode before, octo_time_ns lasts_ns)
{
	struct octo_event event = { .mode = { .before = (uint8_t)before,
		.after = (uint8_t)reachability_channel_mode(call->channel), .lasts_ns = lasts_ns } };
	call_emit(call, &event, OCTO_EVENT_MODE, OCTO_NO_PEER);
}

/* Peers are pinged one behind the other, lest a fleet answer in one instant. */
static octo_time_ns spread(const struct call *call, uint32_t index)
{
	octo_time_ns share = call->channel->config.honeymoon_ping_ns / call->channel->config.peers_max;
	return call_after(call, index * (share < spread_most_ns ? share : spread_most_ns));
}

static void begin_honeymoon(struct call *call, bool is_wished)
{
	struct octo_channel *channel = call->channel;
	channel->reach.honeymoon_until = call_after(call, channel->config.honeymoon_ns);
	channel->reach.is_wished = is_wished;
	for (uint32_t i = 0; i < channel->peer_count; i++)
		block_peer(channel, i)->reach.ping_from = spread(call, i);
}

bool reachability_switch(struct call *call, bool is_on)
{
	struct reach *reach = &call->channel->reach;
	enum octo_switch position = is_on ? OCTO_SWITCH_ON : OCTO_SWITCH_OFF;
	if (reach->position == position)
		return false;
	enum octo_mode before = reachability_channel_mode(call->channel);
	reach->position = (uint8_t)position;
	reach->honeymoon_until = OCTO_NEVER;
	if (is_on)
		begin_honeymoon(call, true);
	report_mode(call, before, is_on ? call->channel->config.honeymoon_ns : 0);
	record_save_node(call);
	return true;
}

void reachability_honeymoon(struct call *call, bool is_wished)
{
	enum octo_mode before = reachability_channel_mode(call->channel);
	begin_honeymoon(call, is_wished);
	report_mode(call, before, call->channel->config.honeymoon_ns);
}

void reachability_wear_off(struct call *call)
{
	struct reach *reach = &call->channel->reach;
	if (reach->honeymoon_until > call->now)
		return;
	reach->honeymoon_until = OCTO_NEVER;
	reach->is_wished = false;
	report_mode(call, OCTO_MODE_HONEYMOON, 0);
}

bool reachability_is_wish(const struct octo_channel *channel, const struct peer *peer)
{
	return peer->is_user_wish || (channel->reach.is_wished && is_honeymoon(channel));
}

/* ---- Activity ------------------------------------------------------------------------------------------------- */

void reachability_enter(struct call *call, struct peer *peer)
{
	struct peer_reach *reach = &peer->reach;
	reach->activity_at = call->now;
	reach->pinged_at = OCTO_NEVER;
	reach->ping_from = spread(call, call_peer_index(call, peer));
	for (int i = 0; i < REACH_PINGS; i++)
		reach->pings[i].at = OCTO_NEVER;
}

void reachability_restore(struct call *call, struct peer *peer, octo_time_ns activity_at, uint64_t order)
{
	struct reach *reach = &call->channel->reach;
	peer->reach.activity_at = activity_at;
	peer->reach.order = order;
	if (order > reach->order)
		reach->order = order;
}

static void note_order(struct call *call, struct peer *peer)
{
	peer->reach.order = ++call->channel->reach.order;
}

static void report_activity(struct call *call, struct peer *peer, enum octo_activity why)
{
	struct octo_event event = { .activity = { .is_active = peer->reach.is_active, .why = (uint8_t)why } };
	call_emit(call, &event, OCTO_EVENT_ACTIVITY, call_peer_index(call, peer));
}

void reachability_active(struct call *call, struct peer *peer, enum octo_activity why)
{
	peer->reach.activity_at = call->now;
	peer->reach.saved_interval_ns = 0;
	if (peer->reach.is_active)
		return;
	peer->reach.is_active = true;
	call->channel->reach.active_count++;
	note_order(call, peer);
	report_activity(call, peer, why);
}

void reachability_inactive(struct call *call, struct peer *peer, enum octo_activity why, octo_time_ns last_heard_at)
{
	if (last_heard_at != OCTO_NEVER && last_heard_at > peer->reach.activity_at)
		peer->reach.activity_at = last_heard_at;
	if (!peer->reach.is_active)
		return;
	peer->reach.is_active = false;
	call->channel->reach.active_count--;
	note_order(call, peer);
	report_activity(call, peer, why);
	record_save_peer(call, peer);
}

/* ---- When to ping ----------------------------------------------------------------------------------------------- */

/* base × 2^(age / step), the exponent in whole steps, so that anybody can count along. */
static octo_time_ns interval_at_age(const struct octo_config *config, octo_time_ns age_ns)
{
	octo_time_ns interval = config->ping_base_ns;
	for (octo_time_ns left = age_ns; left >= config->ping_step_ns && interval < config->ping_max_ns;
	     left -= config->ping_step_ns)
		interval *= 2;
	return interval < config->ping_max_ns ? interval : config->ping_max_ns;
}

/* How long after a ping at that time the next one follows. */
static octo_time_ns interval_after(const struct octo_channel *channel, const struct peer *peer, octo_time_ns pinged_at)
{
	const struct octo_config *config = &channel->config;
	const struct reach *reach = &channel->reach;
	octo_time_ns age = pinged_at > peer->reach.activity_at ? pinged_at - peer->reach.activity_at : 0;
	bool is_last_active = reach->active_count == 0 && reach->order && peer->reach.order == reach->order;
	if (is_last_active && age > config->ping_recent_ns)
		age = config->ping_recent_ns;
	octo_time_ns interval = interval_at_age(config, age);
	/* Behind the honeymoon's end there is no ping that it did not send. */
	bool is_in_honeymoon = is_honeymoon(channel) && reach->honeymoon_until > pinged_at &&
	                       reach->honeymoon_until - pinged_at > config->honeymoon_ping_ns;
	return is_in_honeymoon && config->honeymoon_ping_ns < interval ? config->honeymoon_ping_ns : interval;
}

static bool may_ping(const struct octo_channel *channel, const struct peer *peer)
{
	return channel->reach.position == OCTO_SWITCH_ON && peer_state(peer) == OCTO_STATE_IDLE &&
	       peer->celibate_until == OCTO_NEVER && peer->redial_at == OCTO_NEVER;
}

octo_time_ns reachability_next_ping(const struct octo_channel *channel, const struct peer *peer)
{
	const struct peer_reach *reach = &peer->reach;
	if (!may_ping(channel, peer))
		return OCTO_NEVER;
	octo_time_ns at = reach->pinged_at == OCTO_NEVER ? 0 :
	                  reach->pinged_at + interval_after(channel, peer, reach->pinged_at);
	return at > reach->ping_from ? at : reach->ping_from;
}

octo_time_ns reachability_next(const struct octo_channel *channel, const struct peer *peer)
{
	return peer->reach.is_reply_due ? channel->pulse.own_now : reachability_next_ping(channel, peer);
}

static void write_ping(struct call *call, struct peer *peer, uint8_t out[PROBE_BYTES])
{
	struct peer_reach *reach = &peer->reach;
	struct ping *ping = &reach->pings[reach->ping_next];
	uint8_t token[8];
	call_random(call, token, sizeof token);
	ping->token = load_le(token, sizeof token);
	ping->at = reach->pinged_at = call->now;
	reach->ping_next = (uint8_t)((reach->ping_next + 1) % REACH_PINGS);
	probe_make(peer, OCTO_PACKET_PROBE, reachability_is_wish(call->channel, peer), ping->token, out);
	/* The age that decides is brought up to date whenever it decides otherwise: a dozen times, and never again. */
	octo_time_ns interval = interval_after(call->channel, peer, call->now);
	if (interval > reach->saved_interval_ns) {
		reach->saved_interval_ns = interval;
		record_save_peer(call, peer);
	}
}

bool reachability_compose(struct call *call, struct peer *peer, uint8_t out[PROBE_BYTES], struct octo_address *to)
{
	struct peer_reach *reach = &peer->reach;
	if (reach->is_reply_due) {
		reach->is_reply_due = false;
		*to = reach->reply_to;
		probe_make(peer, OCTO_PACKET_PROBE_REPLY, false, reach->reply_token, out);
		return true;
	}
	if (reachability_next_ping(call->channel, peer) > call->now)
		return false;
	*to = *peer_address_in_turn(peer, peer->reach.ping_next);
	write_ping(call, peer, out);
	return true;
}

/* ---- Answers ---------------------------------------------------------------------------------------------------- */

enum octo_reason reachability_asked(struct call *call, struct peer *peer, uint64_t token, const struct octo_address *from)
{
	struct peer_reach *reach = &peer->reach;
	octo_time_ns spacing = call->channel->config.probe_spacing_ns;
	if (reach->is_reply_due || !peer_may_reply(call, peer, reach->sources, REACH_SOURCES, from, spacing))
		return OCTO_REASON_TOO_SOON;
	reach->reply_to = *from;
	reach->is_reply_due = true;
	reach->reply_token = token;
	return OCTO_REASON_ACCEPTED;
}

bool reachability_is_answer(struct call *call, struct peer *peer, uint64_t token)
{
	for (int i = 0; i < REACH_PINGS; i++) {
		struct ping *ping = &peer->reach.pings[i];
		if (ping->at == OCTO_NEVER || ping->token != token || call->now - ping->at > token_life_ns)
			continue;
		ping->at = OCTO_NEVER;
		return true;
	}
	return false;
}
