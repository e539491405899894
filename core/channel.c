/* channel.c: CommsChannel (C:121), the public calls. Glue only: the handshake is in core/intrinsic, the choice of
 * couriers in core/schedule.c. */
#include "core/octo.h"

#include "core/intrinsic/identity.h"
#include "core/intrinsic/id_duel.h"
#include "core/intrinsic/inbound.h"
#include "core/intrinsic/keepalive.h"
#include "core/intrinsic/peer.h"
#include "core/intrinsic/reachability.h"
#include "core/intrinsic/record.h"
#include "core/intrinsic/session_directory.h"
#include "core/intrinsic/wake_queue.h"
#include "core/layout.h"
#include "core/schedule.h"

static const uint64_t block_magic = UINT64_C(0x4c4e484354434f31); /* the block holds a channel of this layout */
/* The channel's own time starts here, so that ages from before the boot are times after zero. */
static const octo_time_ns own_time_start = UINT64_C(100) * 365 * 86400 * OCTO_SECOND;

static const struct inbound_couriers inbound_layer = { .deliver = schedule_deliver, .order = schedule_order,
	.admits = schedule_admits, .sync = &schedule_sync };
static const struct agenda_couriers courier_layer = { .fill = schedule_fill, .next = schedule_next };

/* ---- Lifecycle -------------------------------------------------------------------------------------------------- */

enum octo_status octo_channel_init(void *block, size_t size, const struct octo_config *config,
                                   const struct octo_host *host, octo_time_ns now, struct octo_channel **out)
{
	size_t needed = octo_channel_size(config, host);
	OCTO_ASSERT((uintptr_t)block % 16 == 0);
	if (needed == 0)
		return OCTO_BAD_CONFIG;
	if (config->suites & ~octo_crypto_suites(host->crypto))
		return OCTO_NO_SUITE;
	if (size < needed)
		return OCTO_FULL_BLOCK;
	memset(block, 0, needed);
	struct octo_channel *channel = block;
	channel->magic = block_magic;
	channel->size = needed;
	lay_out(channel, config, host);
	memcpy(&channel->config, config, sizeof *config);
	memset(channel->config.reserved_last, 0, sizeof channel->config.reserved_last);
	octo_identity_from_seed(host->crypto, config->seed, &channel->self);
	octo_wipe(channel->config.seed, sizeof channel->config.seed);
	channel->epoch = config->stored_epoch + 1;
	channel->provider = host->crypto->number;
	channel->pulse.caller_now = now;
	channel->pulse.own_now = own_time_start;
	struct call call = call_begin(channel, host, now);
	call_begin_chance(&call);
	keepalive_start(channel);
	stun_start(&call);
	channel->reach.position = (uint8_t)config->stored_switch;
	channel->reach.honeymoon_until = OCTO_NEVER;
	if (config->stored_switch == OCTO_SWITCH_ON) /* a start enables communications again (C:49-50) */
		reachability_honeymoon(&call, false);
	record_save_node(&call); /* before anything is sent: no two boots share an epoch */
	*out = channel;
	return OCTO_OK;
}

struct octo_channel *octo_channel_at(void *block)
{
	struct octo_channel *channel = block;
	OCTO_ASSERT(channel->magic == block_magic);
	return channel;
}

void octo_channel_close(struct octo_channel *channel)
{
	octo_wipe(channel, (size_t)channel->size);
}

/* ---- Driving ------------------------------------------------------------------------------------------------------ */

static uint64_t *touched_word(const struct octo_channel *channel, uint32_t peer)
{
	return (uint64_t *)block_at(channel, channel->touched_at) + peer / 64;
}

static void wake_at(struct call *call, const struct peer *peer, octo_time_ns at)
{
	uint32_t index = call_peer_index(call, peer);
	*touched_word(call->channel, index) |= UINT64_C(1) << index % 64;
	wake_queue_set(call->channel, index, at);
}

static void plan_wake(struct call *call, struct peer *peer)
{
	schedule_tell(call, peer); /* what this call has found out */
	wake_at(call, peer, agenda_next(call, peer, &courier_layer));
}

/* Anybody may send or replay such a packet. What was planned stays, or a flood of them could put it off for ever. */
static bool leaves_no_trace(enum octo_reason reason)
{
	switch (reason) {
	case OCTO_REASON_HELD:
	case OCTO_REASON_TOO_SOON:
	case OCTO_REASON_CELIBATE:
	case OCTO_REASON_SWITCHED_OFF:
	case OCTO_REASON_FLAGGED:
	case OCTO_REASON_DUPLICATE:
	case OCTO_REASON_TOO_OLD:
	case OCTO_REASON_FINISHED_OFFER:
	case OCTO_REASON_DEAD_INCARNATION:
	case OCTO_REASON_UNSOLICITED:
	case OCTO_REASON_REFUSED_TIMESTAMP:
		return true;
	default:
		return octo_reason_class(reason) == OCTO_CLASS_BROKEN;
	}
}

static void report_received(struct call *call, const struct octo_address *from, const uint8_t *bytes, size_t size,
                            enum octo_reason reason, const struct inbound *inbound, uint64_t seq)
{
	struct octo_counters *counters = &call->channel->pulse.counters;
	counters->received++;
	counters->bytes_received += size;
	counters->reasons[reason]++;
	if (!call_is_observed(call))
		return;
	struct octo_event event = { .packet = { .address = *from, .size = (uint16_t)(size < UINT16_MAX ? size : UINT16_MAX),
		.type = (uint8_t)octo_packet_type_of(bytes, size), .class = (uint8_t)octo_reason_class(reason),
		.reason = (uint8_t)reason, .is_initial = inbound->is_initial,
		.is_timestamp_fresh = inbound->is_timestamp_fresh, .session_id = inbound->session_id,
		.number = inbound->number } };
	uint32_t peer = inbound->peer ? call_peer_index(call, inbound->peer) : OCTO_NO_PEER;
	call_emit_reserved(call, &event, OCTO_EVENT_PACKET_RECEIVED, peer, seq);
}

void octo_channel_receive(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now,
                          const struct octo_address *from, const uint8_t *bytes, size_t size)
{
	struct call call = call_begin(channel, host, now);
	struct inbound inbound;
	uint64_t seq = call_reserve(&call);
	call.cause = seq;
	enum octo_reason reason = inbound_receive(&call, from, bytes, size, &inbound_layer, &inbound);
	if (inbound.peer && !leaves_no_trace(reason))
		plan_wake(&call, inbound.peer);
	report_received(&call, from, bytes, size, reason, &inbound, seq);
}

static void report_sent(struct call *call, uint32_t peer, const struct agenda_packet *packet)
{
	struct octo_counters *counters = &call->channel->pulse.counters;
	counters->sent++;
	counters->bytes_sent += packet->size;
	if (!call_is_observed(call)) {
		call_reserve(call);
		return;
	}
	struct octo_event event = { .packet = { .address = packet->to, .size = (uint16_t)packet->size,
		.type = (uint8_t)octo_packet_type_of(packet->bytes, packet->size), .class = OCTO_CLASS_WHOLE,
		.reason = OCTO_REASON_ACCEPTED, .is_initial = packet->session_id == 0, .is_cached = packet->is_cached,
		.session_id = packet->session_id, .number = packet->number } };
	call_emit(call, &event, OCTO_EVENT_PACKET_SENT, peer);
}

/* The only packets of the channel's own, which are for none of its peers. */
static bool send_stun(struct call *call, uint8_t out[OCTO_DATAGRAM_MAX], size_t *size, struct octo_address *to)
{
	struct agenda_packet packet = { .bytes = out, .size = STUN_HEADER_BYTES };
	if (!stun_send(call, out))
		return false;
	*size = packet.size;
	*to = packet.to = call->channel->config.stun_server;
	report_sent(call, OCTO_NO_PEER, &packet);
	return true;
}

/* The short way, for a peer of which only a PING or a PONG can be due. Of many such peers the next is on its way from
 * memory while this one's packet is sealed. */
static bool run_quiet(struct call *call, struct peer *peer, struct agenda_packet *packet)
{
	uint32_t second = wake_queue_second(call->channel);
	agenda_fetch_quiet(peer);
	if (second != OCTO_NO_PEER)
		agenda_fetch_quiet(block_peer(call->channel, second));
	bool is_made = agenda_run_quiet(call, peer, packet);
	wake_at(call, peer, agenda_next_quiet(call, peer));
	return is_made;
}

static bool run(struct call *call, struct peer *peer, struct agenda_packet *packet)
{
	if (agenda_is_quiet(call, peer, &courier_layer))
		return run_quiet(call, peer, packet);
	bool is_made = agenda_run(call, peer, &courier_layer, packet);
	while (!is_made && schedule_tell(call, peer)) /* what was found lost may be due again at once */
		is_made = agenda_run(call, peer, &courier_layer, packet);
	plan_wake(call, peer);
	return is_made;
}

bool octo_channel_send(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now,
                       uint8_t out[OCTO_DATAGRAM_MAX], size_t *size, struct octo_address *to)
{
	struct call call = call_begin(channel, host, now);
	reachability_wear_off(&call);
	for (;;) {
		if (send_stun(&call, out, size, to))
			return true;
		octo_time_ns at;
		uint32_t index = wake_queue_first(channel, &at);
		if (at > call.now)
			return false;
		struct agenda_packet packet = { .bytes = out };
		call.cause = 0;
		if (!run(&call, block_peer(channel, index), &packet)) {
			OCTO_ASSERT(wake_queue_first(channel, &at) != index || at > call.now); /* or this would never end */
			continue;
		}
		*size = packet.size;
		*to = packet.to;
		report_sent(&call, index, &packet);
		return true;
	}
}

octo_time_ns octo_channel_next_wake(const struct octo_channel *channel)
{
	const struct pulse *pulse = &channel->pulse;
	octo_time_ns wait = channel->config.clock_step_max_ns / 2;
	octo_time_ns at, wears_off_at = reachability_wears_off_at(channel);
	wake_queue_first(channel, &at);
	if (channel->stun.next_at < at)
		at = channel->stun.next_at;
	if (wears_off_at < at)
		at = wears_off_at;
	if (at != OCTO_NEVER) {
		octo_time_ns until = at > pulse->own_now ? at - pulse->own_now : 0;
		if (until < wait)
			wait = until;
	}
	return wait < OCTO_NEVER - pulse->caller_now ? pulse->caller_now + wait : OCTO_NEVER - 1;
}

/* ---- Associates --------------------------------------------------------------------------------------------------- */

enum octo_status octo_peer_add(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now,
                               const struct octo_card *card, const struct octo_address *address, uint32_t *out)
{
	struct call call = call_begin(channel, host, now);
	struct pair_keys keys;
	uint32_t known;
	if (id_duel(channel->self.card.id, card->id).verdict == DUEL_TIED) {
		call_warn(&call, OCTO_NO_PEER, OCTO_WARNING_EQUAL_IDS);
		return OCTO_EQUAL_ID;
	}
	if (octo_peer_find(channel, card->id, &known) == OCTO_OK)
		return OCTO_KNOWN_PEER;
	if (channel->peer_count == channel->config.peers_max)
		return OCTO_FULL_PEERS;
	channel->pulse.counters.curve_multiplications++;
	if (!identity_card_is_whole(card) || !pair_keys_derive(host->crypto, &channel->self, card, &keys))
		return OCTO_BAD_KEY;
	uint32_t index = channel->peer_count++;
	struct peer *peer = block_peer(channel, index);
	peer->card = *card;
	peer->keys = keys;
	octo_wipe(&keys, sizeof keys);
	peer->address = peer->proved = peer->former = peer->paired = *address;
	peer->we_win = id_duel(channel->self.card.id, card->id).verdict == DUEL_WON;
	peer->celibate_until = peer->redial_at = peer->attempted_at = peer->initial_at = peer->nudged_at = OCTO_NEVER;
	peer->first_success_at = peer->first_attempt_at = peer->last_success_at = peer->last_failure_at = OCTO_NEVER;
	peer->redial_wait_ns = channel->config.redial_min_ns;
	for (uint32_t i = 0; i < channel->courier_count; i++)
		schedule_slot(channel, index, i)->wish_at = OCTO_NEVER;
	sync_enter(channel, index);
	reachability_enter(&call, peer);
	wake_queue_add(channel, index);
	plan_wake(&call, peer);
	*out = index;
	return OCTO_OK;
}

enum octo_status octo_peer_restore(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now,
                                   uint32_t index, const uint8_t *record, size_t size, octo_time_ns off_ns)
{
	struct call call = call_begin(channel, host, now);
	struct peer *peer = block_peer(channel, index);
	OCTO_ASSERT(peer_state(peer) == OCTO_STATE_IDLE && peer->attempted_at == OCTO_NEVER); /* just added */
	enum octo_status status = record_load_peer(&call, peer, record, size, off_ns);
	if (status == OCTO_OK && peer->is_wanted)
		peer_dial_again(&call, peer);
	plan_wake(&call, peer);
	return status;
}

void octo_peer_set_address(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t index,
                           const struct octo_address *address)
{
	struct call call = call_begin(channel, host, now);
	struct peer *peer = block_peer(channel, index);
	if (peer_state(peer) == OCTO_STATE_ESTABLISHED)
		return;
	peer->address = peer->proved = peer->former = peer->paired = *address;
	record_save_peer(&call, peer);
}

enum octo_status octo_peer_find(const struct octo_channel *channel, const uint8_t id[OCTO_ID_BYTES], uint32_t *out)
{
	for (uint32_t i = 0; i < channel->peer_count; i++) {
		if (memcmp(block_peer(channel, i)->card.id, id, OCTO_ID_BYTES) == 0) {
			*out = i;
			return OCTO_OK;
		}
	}
	return OCTO_UNKNOWN_PEER;
}

static void user_step(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t index,
                      enum octo_step step)
{
	struct call call = call_begin(channel, host, now);
	struct peer *peer = block_peer(channel, index);
	struct step_input input = { .is_user = true, .reason = OCTO_REASON_ACCEPTED };
	handshake_step(&call, peer, step, &input);
	plan_wake(&call, peer);
}

void octo_connect(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t peer)
{
	user_step(channel, host, now, peer, OCTO_STEP_CONNECT);
}

void octo_disconnect(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t peer)
{
	user_step(channel, host, now, peer, OCTO_STEP_DISCONNECT);
}

/* ---- Reachability ------------------------------------------------------------------------------------------------- */

static void plan_all(struct call *call)
{
	for (uint32_t i = 0; i < call->channel->peer_count; i++)
		plan_wake(call, block_peer(call->channel, i));
}

void octo_enable(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, bool is_on)
{
	struct call call = call_begin(channel, host, now);
	if (!reachability_switch(&call, is_on))
		return;
	for (uint32_t i = 0; i < channel->peer_count; i++) {
		struct peer *peer = block_peer(channel, i);
		struct step_input input = { .is_user = true, .reason = OCTO_REASON_ACCEPTED };
		if (is_on)
			peer->redial_at = OCTO_NEVER; /* pings take its place */
		else
			handshake_step(&call, peer, OCTO_STEP_SWITCH_OFF, &input);
	}
	plan_all(&call);
}

enum octo_status octo_honeymoon(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now)
{
	struct call call = call_begin(channel, host, now);
	if (channel->reach.position != OCTO_SWITCH_ON)
		return OCTO_SWITCHED_OFF;
	reachability_honeymoon(&call, true);
	plan_all(&call);
	return OCTO_OK;
}

enum octo_mode octo_channel_mode(const struct octo_channel *channel)
{
	return reachability_channel_mode(channel);
}

static octo_time_ns since(const struct octo_channel *channel, octo_time_ns at)
{
	return at == OCTO_NEVER ? OCTO_NEVER : channel->pulse.own_now - at;
}

static octo_time_ns until(const struct octo_channel *channel, octo_time_ns at)
{
	return at == OCTO_NEVER ? OCTO_NEVER : at > channel->pulse.own_now ? at - channel->pulse.own_now : 0;
}

void octo_peer_view(const struct octo_channel *channel, uint32_t index, struct octo_peer_view *view)
{
	const struct peer *peer = block_peer(channel, index);
	memset(view, 0, sizeof *view);
	view->state = peer_state(peer);
	view->role = (enum octo_role)peer->role;
	view->is_wanted = peer->is_wanted;
	view->is_celibate = peer->celibate_until != OCTO_NEVER && peer->celibate_until > channel->pulse.own_now;
	view->is_challenged = view->has_claim = peer->claim.is_held;
	view->has_offer = peer->offer.id != 0;
	view->is_rekeying = peer->offer.is_inside;
	view->has_answer = peer->answer.id != 0;
	view->has_spare = peer->spare.id != 0;
	view->address = peer->address;
	view->paired_address = peer->paired;
	if (peer->current.id)
		view->session = session_describe(&peer->current);
	view->since_heard = since(channel, peer->current.id ? peer->current.received_at : OCTO_NEVER);
	view->redial_ns = peer->redial_wait_ns;
	view->mode = reachability_mode(channel, peer);
	view->is_active = peer->reach.is_active;
	view->next_ping_ns = until(channel, reachability_next_ping(channel, peer));
	view->since_activity = since(channel, peer->current.id ? peer->current.received_at : peer->reach.activity_at);
	view->timeout_ns = round_trip_timeout(&peer->current.trip);
	if (peer->current.id) {
		view->trip_ns = peer->current.trip.smoothed_ns;
		view->rate_bps = peer->flow.rate;
		view->rate_estimate_bps = flow_estimate(peer);
		view->loss_permille = estimate_chance_permille(&peer->flow.estimate);
		view->in_flight_bytes = (uint32_t)(peer->sent.out_bytes < UINT32_MAX ? peer->sent.out_bytes : UINT32_MAX);
		view->is_good = flow_is_good(peer);
	}
	view->since_first_success = since(channel, peer->first_success_at);
	view->since_first_attempt = since(channel, peer->first_attempt_at);
	view->since_last_success = since(channel, peer->last_success_at);
	view->since_last_failure = since(channel, peer->last_failure_at);
	view->timestamp_seen = peer->timestamp_seen;
}

const struct octo_card *octo_peer_card(const struct octo_channel *channel, uint32_t peer)
{
	return &block_peer(channel, peer)->card;
}

uint32_t octo_peer_count(const struct octo_channel *channel)
{
	return channel->peer_count;
}

uint32_t octo_peer_touched(const struct octo_channel *channel, uint32_t from)
{
	while (from < channel->peer_count) {
		uint64_t word = *touched_word(channel, from) >> from % 64;
		if (word & 1)
			return from;
		from = word ? from + 1 : (from / 64 + 1) * 64;
	}
	return OCTO_NO_PEER;
}

void octo_peer_settle(struct octo_channel *channel, uint32_t peer)
{
	OCTO_ASSERT(peer < channel->peer_count);
	*touched_word(channel, peer) &= ~(UINT64_C(1) << peer % 64);
}

bool octo_channel_mapped_address(const struct octo_channel *channel, struct octo_address *address)
{
	*address = channel->stun.mapped;
	return address->port != 0;
}

const struct octo_card *octo_channel_card(const struct octo_channel *channel)
{
	return &channel->self.card;
}

const struct octo_counters *octo_channel_counters(const struct octo_channel *channel)
{
	return &channel->pulse.counters;
}

/* ---- Couriers ------------------------------------------------------------------------------------------------------- */

void octo_courier_activate(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now,
                           uint32_t index, uint32_t courier, bool is_active)
{
	struct call call = call_begin(channel, host, now);
	struct peer *peer = block_peer(channel, index);
	OCTO_ASSERT(courier < channel->courier_count);
	schedule_activate(&call, peer, courier, is_active);
	plan_wake(&call, peer);
}

void *octo_courier_state(struct octo_channel *channel, uint32_t peer, uint32_t courier)
{
	return schedule_state(channel, peer, courier);
}

void octo_courier_wake(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t index)
{
	struct call call = call_begin(channel, host, now);
	struct peer *peer = block_peer(channel, index);
	for (uint32_t i = 0; i < channel->courier_count; i++)
		schedule_slot(channel, index, i)->declined_until = 0; /* something has changed: ask again */
	schedule_read(&call, peer);
	plan_wake(&call, peer);
}

void octo_courier_work(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t index,
                       uint32_t courier,
                       void (*work)(void *state, const struct octo_courier_call *call, void *argument), void *argument)
{
	struct call call = call_begin(channel, host, now);
	struct peer *peer = block_peer(channel, index);
	schedule_work(&call, peer, courier, work, argument);
	plan_wake(&call, peer);
}

void octo_peer_sync(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t index)
{
	struct call call = call_begin(channel, host, now);
	struct peer *peer = block_peer(channel, index);
	if (peer->current.id)
		sync_ask(&call, peer);
	plan_wake(&call, peer);
}

void octo_sync_view(const struct octo_channel *channel, const struct octo_host *host, uint32_t index, uint32_t courier,
                    struct octo_sync_view *view)
{
	const struct peer *peer = block_peer(channel, index);
	OCTO_ASSERT(courier < channel->courier_count);
	*view = (struct octo_sync_view){ .since_ours = OCTO_NEVER, .since_theirs = OCTO_NEVER };
	for (uint32_t n = 0; n < channel->sync_count; n++) {
		if (channel->sync_couriers[n] != courier)
			continue;
		const struct sync_slot *slot = block_sync(channel, index, n);
		const struct octo_courier *kind = host->couriers[courier];
		const void *state = schedule_state(channel, index, courier);
		view->is_synced = true;
		view->is_ours_verified = sync_is_verified(peer, slot, OCTO_SIDE_OURS, kind->digest(state, OCTO_SIDE_OURS));
		view->is_theirs_verified = sync_is_verified(peer, slot, OCTO_SIDE_THEIRS, kind->digest(state, OCTO_SIDE_THEIRS));
		view->since_ours = since(channel, slot->confirmed_at[OCTO_SIDE_OURS]);
		view->since_theirs = since(channel, slot->confirmed_at[OCTO_SIDE_THEIRS]);
	}
}

void octo_courier_look(const struct octo_channel *channel, const struct octo_host *host, uint32_t index,
                       uint32_t courier,
                       void (*look)(const void *state, const struct octo_courier_call *call, void *argument),
                       void *argument)
{
	const struct peer *peer = block_peer(channel, index);
	struct octo_courier_call call = { .now = channel->pulse.own_now, .host = host, .peer = index,
		.session = peer->current.id ? peer->current.log_id : 0, .is_duel_winner = peer->we_win };
	look(schedule_state(channel, index, courier), &call, argument);
}

void octo_peer_limit(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t index,
                     uint32_t rate_bps)
{
	struct call call = call_begin(channel, host, now);
	struct peer *peer = block_peer(channel, index);
	OCTO_ASSERT(rate_bps == 0 || rate_bps >= OCTO_RATE_MIN);
	flow_wish(peer, rate_bps);
	plan_wake(&call, peer);
}

/* ---- Tests ------------------------------------------------------------------------------------------------------------ */

static uint64_t digest_range(uint64_t hash, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	for (size_t i = 0; i + 8 <= size; i += 8) {
		uint64_t word;
		memcpy(&word, at + i, sizeof word);
		hash = (hash ^ word) * UINT64_C(0x9fb21c651e98df25);
		hash ^= hash >> 32;
	}
	return hash;
}

uint64_t octo_channel_digest(const struct octo_channel *channel)
{
	_Static_assert(offsetof(struct octo_channel, pulse) % 8 == 0 && sizeof(struct pulse) % 8 == 0, "whole words");
	const uint8_t *bytes = (const uint8_t *)channel;
	size_t behind = offsetof(struct octo_channel, pulse) + sizeof(struct pulse);
	uint64_t hash = digest_range(UINT64_C(0x243f6a8885a308d3), bytes, offsetof(struct octo_channel, pulse));
	return digest_range(hash, bytes + behind, (size_t)channel->size - behind);
}
