/* schedule.c: score = lateness × (priority + 1); a higher score goes first, among equals the one that wished first. */
#include "core/schedule.h"

#include "core/intrinsic/frame.h"

enum { FRAME_HEAD_BYTES = 3 };
/* A courier that wants to send and then writes nothing is not asked again before. */
static const octo_time_ns decline_wait_ns = 100 * OCTO_MILLISECOND;
static const octo_time_ns no_room_wait_ns = 50 * OCTO_MILLISECOND;

/* What the channel keeps for each peer and courier: first the slots of all its couriers, then their states. */
static uint8_t *states_of(const struct octo_channel *channel, uint32_t peer)
{
	OCTO_ASSERT(peer < channel->peer_count);
	return block_at(channel, channel->courier_states_at + (uint64_t)peer * channel->courier_states_size);
}

struct courier_slot *schedule_slot(const struct octo_channel *channel, uint32_t peer, uint32_t courier)
{
	return block_courier_slot(channel, peer, courier);
}

void *schedule_state(const struct octo_channel *channel, uint32_t peer, uint32_t courier)
{
	OCTO_ASSERT(courier < channel->courier_count);
	return states_of(channel, peer) + channel->courier_state_at[courier];
}

static struct courier_slot *slot_of(const struct call *call, const struct peer *peer, uint32_t courier)
{
	return schedule_slot(call->channel, call_peer_index(call, peer), courier);
}

static struct octo_mandate mandate_of(const struct call *call, const struct peer *peer, uint32_t courier)
{
	struct octo_mandate mandate = { .urgency_ms = 0 };
	const void *state = schedule_state(call->channel, call_peer_index(call, peer), courier);
	call->host->couriers[courier]->mandate(state, call->now, &mandate);
	return mandate;
}

void schedule_read(struct call *call, struct peer *peer)
{
	for (uint32_t i = 0; i < call->channel->courier_count; i++) {
		struct courier_slot *slot = slot_of(call, peer, i);
		if (!slot->is_active)
			continue;
		struct octo_mandate mandate = mandate_of(call, peer, i);
		if (!mandate.want_to_send) {
			slot->wish_at = OCTO_NEVER;
			continue;
		}
		slot->wants_order = mandate.wants_order;
		octo_time_ns wish_at = call_after(call, mandate.urgency_ms * OCTO_MILLISECOND);
		if (wish_at < slot->declined_until)
			wish_at = slot->declined_until;
		if (slot->wish_at == OCTO_NEVER || wish_at < slot->wish_at || slot->wish_at > call->now) {
			if (slot->wish_at == OCTO_NEVER)
				slot->order = call->channel->courier_order++;
			slot->wish_at = wish_at;
		}
	}
}

/* Wants order, and no copy can be kept: asked again when something has arrived, or after a while. */
static bool must_wait(const struct call *call, const struct peer *peer, uint32_t courier)
{
	const struct courier_slot *slot = slot_of(call, peer, courier);
	return slot->wants_order && !ordered_has_room(call, peer, (uint8_t)courier, slot->number_out);
}

static octo_time_ns first_wish(const struct call *call, const struct peer *peer)
{
	octo_time_ns first = OCTO_NEVER;
	for (uint32_t i = 0; i < call->channel->courier_count; i++) {
		const struct courier_slot *slot = slot_of(call, peer, i);
		octo_time_ns at = slot->is_active ? slot->wish_at : OCTO_NEVER;
		if (at < OCTO_NEVER && must_wait(call, peer, i) && at < call_after(call, no_room_wait_ns))
			at = call_after(call, no_room_wait_ns);
		if (at < first)
			first = at;
	}
	return first;
}

octo_time_ns schedule_next(struct call *call, struct peer *peer)
{
	octo_time_ns next = ordered_due(call, peer) ? call->now : first_wish(call, peer);
	octo_time_ns digest_at = sync_next(call, peer, &schedule_sync);
	if (digest_at < next)
		next = digest_at;
	if (next == OCTO_NEVER)
		return next;
	octo_time_ns allowed_at = flow_next(call, peer);
	return next > allowed_at ? next : allowed_at;
}

static uint64_t score_of(const struct call *call, const struct courier_slot *slot, uint8_t priority)
{
	uint64_t lateness_us = (call->now - slot->wish_at) / OCTO_MICROSECOND;
	return (lateness_us + 1) * (priority + 1u);
}

static size_t head_of(const struct octo_mandate *mandate)
{
	return mandate->wants_order ? ORDERED_HEAD_BYTES : FRAME_HEAD_BYTES;
}

/* What a courier may write into an otherwise empty packet of this session: nobody can ask for more. */
static size_t capacity(const struct peer *peer, const struct octo_mandate *mandate)
{
	return peer->current.agreement.payload_max - (size_t)DATA_OVERHEAD_BYTES_MAX - head_of(mandate);
}

/* The due courier with the highest score that still fits, and how many due ones had to wait for it. */
static bool pick(struct call *call, struct peer *peer, size_t room, uint32_t *best, struct octo_mandate *mandate,
                 uint32_t *rivals)
{
	uint64_t best_score = 0;
	uint32_t due = 0;
	for (uint32_t i = 0; i < call->channel->courier_count; i++) {
		struct courier_slot *slot = slot_of(call, peer, i);
		if (!slot->is_active || slot->wish_at > call->now || must_wait(call, peer, i))
			continue;
		struct octo_mandate wants = mandate_of(call, peer, i);
		if (!wants.want_to_send) { /* it has thought better of it */
			slot->wish_at = OCTO_NEVER;
			continue;
		}
		due++;
		if (wants.payload_size > capacity(peer, &wants))
			wants.payload_size = (uint16_t)capacity(peer, &wants);
		if (wants.wants_order && wants.payload_size > OCTO_ORDERED_PAYLOAD_MAX)
			wants.payload_size = OCTO_ORDERED_PAYLOAD_MAX;
		uint64_t score = score_of(call, slot, wants.priority);
		bool is_better = score > best_score ||
		                 (score == best_score && slot->order < slot_of(call, peer, *best)->order);
		if (wants.payload_size + head_of(&wants) <= room && (best_score == 0 || is_better)) {
			best_score = score;
			*best = i;
			*mandate = wants;
		}
	}
	*rivals = due ? due - 1 : 0;
	return best_score > 0;
}

static void report_grant(struct call *call, const struct peer *peer, uint32_t courier, size_t size, uint8_t priority,
                         uint32_t rivals)
{
	const struct courier_slot *slot = slot_of(call, peer, courier);
	if (!call_is_observed(call)) {
		call_reserve(call);
		return;
	}
	struct octo_event event = { .courier = { .courier = call->host->couriers[courier]->id, .size = (uint16_t)size,
		.lateness_ms = (uint32_t)((call->now - slot->wish_at) / OCTO_MILLISECOND), .priority = priority,
		.rivals = (uint8_t)rivals, .session = peer->current.log_id } };
	call_emit(call, &event, OCTO_EVENT_COURIER_GRANTED, call_peer_index(call, peer));
}

enum grant { GRANT_NOBODY, GRANT_DECLINED, GRANT_SENT };

/* One sending opportunity. NOBODY: none is due, or none fits any more. */
static enum grant grant(struct call *call, struct peer *peer, struct writer *frames)
{
	uint32_t courier = 0, rivals = 0;
	struct octo_mandate mandate = { .urgency_ms = 0 };
	if (!sent_has_fate_room(call) || !pick(call, peer, writer_left(frames), &courier, &mandate, &rivals))
		return GRANT_NOBODY;
	const struct octo_courier *kind = call->host->couriers[courier];
	uint8_t message[OCTO_DATAGRAM_MAX];
	size_t room = writer_left(frames) - head_of(&mandate);
	size_t limit = mandate.payload_size < room ? mandate.payload_size : room;
	void *state = schedule_state(call->channel, call_peer_index(call, peer), courier);
	uint64_t handle = 0;
	size_t size = kind->send(state, call->now, message, limit, &handle);
	OCTO_ASSERT(size <= limit);
	bool is_granted = size > 0;
	if (is_granted) {
		struct frame frame = { .type = FRAME_COURIER, .courier = (uint8_t)kind->id, .data = message, .size = size };
		if (mandate.wants_order) {
			frame.type = FRAME_COURIER_ORDERED;
			frame.largest = slot_of(call, peer, courier)->number_out++;
			ordered_keep(call, peer, (uint8_t)courier, frame.largest, handle, message, size);
		}
		frame_write(frames, &frame);
		if (mandate.wants_order)
			sent_note_fate(call, peer, (uint8_t)courier, true, frame.largest);
		else if (handle)
			sent_note_fate(call, peer, (uint8_t)courier, false, handle);
		report_grant(call, peer, courier, size, mandate.priority, rivals);
	}
	struct courier_slot *slot = slot_of(call, peer, courier);
	slot->declined_until = is_granted ? 0 : call_after(call, decline_wait_ns);
	slot->wish_at = OCTO_NEVER; /* it may wish again, and goes behind the others */
	schedule_read(call, peer);
	return is_granted ? GRANT_SENT : GRANT_DECLINED;
}

/* A lost ordered message goes alone: so the oldest missing one never shares a packet with one that there is no room for. */
static bool resend(struct call *call, struct peer *peer, struct writer *frames)
{
	struct ordered_copy *copy = ordered_due(call, peer);
	if (!copy || writer_left(frames) < copy->size + (size_t)ORDERED_HEAD_BYTES)
		return false;
	struct frame frame = { .type = FRAME_COURIER_ORDERED, .courier = (uint8_t)call->host->couriers[copy->courier]->id,
		.largest = copy->number, .data = copy->bytes, .size = copy->size };
	frame_write(frames, &frame);
	sent_note_fate(call, peer, copy->courier, true, copy->number);
	copy->state = ORDERED_SENT;
	call->channel->pulse.counters.ordered_resent++;
	return true;
}

/* ---- Sync ---------------------------------------------------------------------------------------------------------- */

static struct sync_look look(const struct call *call, const struct peer *peer, uint32_t n)
{
	uint32_t courier = call->channel->sync_couriers[n];
	struct octo_mandate mandate = mandate_of(call, peer, courier);
	return (struct sync_look){ .id = (uint8_t)call->host->couriers[courier]->id, .priority = mandate.priority,
		.size = mandate.payload_size };
}

static bool is_active(const struct call *call, const struct peer *peer, uint32_t n)
{
	return slot_of(call, peer, call->channel->sync_couriers[n])->is_active;
}

static uint64_t digest(const struct call *call, const struct peer *peer, uint32_t n, enum octo_side side)
{
	uint32_t courier = call->channel->sync_couriers[n];
	return call->host->couriers[courier]->digest(schedule_state(call->channel, call_peer_index(call, peer), courier), side);
}

static void resync(struct call *call, struct peer *peer, uint32_t n)
{
	uint32_t courier = call->channel->sync_couriers[n];
	call->host->couriers[courier]->resync(schedule_state(call->channel, call_peer_index(call, peer), courier), call->now);
	slot_of(call, peer, courier)->declined_until = 0;
	schedule_read(call, peer);
}

const struct sync_couriers schedule_sync = { .is_active = is_active, .look = look, .digest = digest, .resync = resync };

/* ---- Packets --------------------------------------------------------------------------------------------------------- */

bool schedule_fill(struct call *call, struct peer *peer, struct writer *frames)
{
	bool has_any = false;
	if (resend(call, peer, frames))
		return true;
	sync_run(call, peer, &schedule_sync);
	size_t left_free = sync_room(call, peer, &schedule_sync);
	left_free = left_free < writer_left(frames) ? left_free : writer_left(frames);
	frames->size -= left_free;
	if (first_wish(call, peer) > peer->flow.send_at)
		flow_starved(peer); /* the couriers, and not the pacing, say when */
	while (writer_left(frames) > FRAME_HEAD_BYTES) {
		enum grant outcome = grant(call, peer, frames);
		if (outcome == GRANT_NOBODY)
			break;
		has_any = has_any || outcome == GRANT_SENT;
	}
	frames->size += left_free;
	sync_write(call, peer, &schedule_sync, frames);
	return has_any;
}

static void tell(struct call *call, struct peer *peer, uint8_t courier, uint64_t handle, enum octo_fate outcome)
{
	const struct octo_courier *kind = call->host->couriers[courier];
	if (handle && kind->fate)
		kind->fate(schedule_state(call->channel, call_peer_index(call, peer), courier), call->now, handle, outcome);
}

bool schedule_tell(struct call *call, struct peer *peer)
{
	struct sent_fate fate;
	uint64_t handle;
	uint8_t courier;
	bool has_told = false;
	while (sent_tell(call, peer, &fate)) {
		has_told = true;
		if (!fate.is_ordered)
			tell(call, peer, fate.courier, fate.handle, (enum octo_fate)fate.outcome);
		else if (fate.outcome == OCTO_FATE_LOST)
			ordered_lost(call, peer, fate.courier, fate.handle);
		else if (ordered_arrived(call, peer, fate.courier, fate.handle, &handle))
			tell(call, peer, fate.courier, handle, OCTO_FATE_DELIVERED);
	}
	for (; ordered_tell(call, peer, &courier, &handle); has_told = true)
		tell(call, peer, courier, handle, OCTO_FATE_LOST);
	if (has_told)
		schedule_read(call, peer);
	return has_told;
}

static uint32_t index_of(const struct call *call, uint8_t id)
{
	for (uint32_t i = 0; i < call->channel->courier_count; i++)
		if (call->host->couriers[i]->id == id)
			return i;
	return UINT32_MAX;
}

static void report_delivery(struct call *call, const struct peer *peer, uint8_t courier, size_t size,
                            const uint64_t *number, enum octo_event_kind kind)
{
	if (!call_is_observed(call)) {
		call_reserve(call);
		return;
	}
	struct octo_event event = { .courier = { .courier = courier, .size = (uint16_t)size, .is_ordered = number != NULL,
		.number = number ? *number : 0, .session = peer->current.log_id } };
	call_emit(call, &event, kind, call_peer_index(call, peer));
}

/* `number`: of an ordered message; NULL for others. */
static void deliver(struct call *call, struct peer *peer, uint8_t courier, const uint8_t *data, size_t size,
                    const uint64_t *number)
{
	uint32_t index = index_of(call, courier);
	bool is_taken = index != UINT32_MAX && slot_of(call, peer, index)->is_active &&
	                mandate_of(call, peer, index).accept_reads;
	if (!is_taken) {
		call->channel->pulse.counters.courier_discarded++;
		report_delivery(call, peer, courier, size, number, OCTO_EVENT_COURIER_DISCARDED);
		return;
	}
	void *state = schedule_state(call->channel, call_peer_index(call, peer), index);
	call->host->couriers[index]->receive(state, call->now, data, size);
	report_delivery(call, peer, courier, size, number, OCTO_EVENT_COURIER_DELIVERED);
	schedule_read(call, peer);
}

void schedule_deliver(struct call *call, struct peer *peer, uint8_t courier, const uint8_t *data, size_t size)
{
	deliver(call, peer, courier, data, size, NULL);
}

bool schedule_admits(struct call *call, struct peer *peer, uint8_t courier, uint64_t number, uint32_t others)
{
	uint32_t index = index_of(call, courier);
	if (index == UINT32_MAX)
		return true; /* it will be discarded */
	uint64_t expected = slot_of(call, peer, index)->number_in;
	if (number <= expected || ordered_is_held(call, peer, (uint8_t)index, number))
		return true;
	return number - expected < ORDERED_WINDOW && pool_left(&call->channel->copies) > others;
}

void schedule_order(struct call *call, struct peer *peer, uint8_t courier, uint64_t number, const uint8_t *data,
                    size_t size)
{
	uint32_t index = index_of(call, courier);
	if (index == UINT32_MAX) {
		deliver(call, peer, courier, data, size, &number);
		return;
	}
	struct courier_slot *slot = slot_of(call, peer, index);
	uint8_t held[OCTO_ORDERED_PAYLOAD_MAX];
	if (number < slot->number_in || ordered_is_held(call, peer, (uint8_t)index, number)) {
		call->channel->pulse.counters.ordered_duplicates++;
		return;
	}
	if (number > slot->number_in) {
		ordered_hold(call, peer, (uint8_t)index, number, data, size);
		return;
	}
	slot->number_in++;
	deliver(call, peer, courier, data, size, &number);
	while (ordered_take(call, peer, (uint8_t)index, ++number, held, &size)) {
		slot->number_in++;
		deliver(call, peer, courier, held, size, &number);
	}
}
