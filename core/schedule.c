/* schedule.c: score = lateness × (priority + 1); a higher score goes first, among equals the one that wished first.
 * Bulk traffic comes behind all others, but is never starved: of twenty bytes one is its own. */
#include "core/schedule.h"

#include "core/intrinsic/frame.h"

enum {
	FRAME_HEAD_BYTES = 3,
	BULK_ROOM_MIN = 64,               /* what is left in a packet is worth a bulk message from here on */
	BULK_FLOOR_PART = 20              /* of what couriers send, while others want all of it */
};
/* A courier that wants to send and then writes nothing is not asked again before. */
static const octo_time_ns decline_wait_ns = 100 * OCTO_MILLISECOND;

/* What the channel keeps for each peer and courier: first the slots of all its couriers, then their states. */
static uint8_t *states_of(const struct octo_channel *channel, uint32_t peer)
{
	OCTO_ASSERT(peer < channel->peer_count);
	return block_at(channel, channel->courier_states_at + (uint64_t)peer * channel->courier_states_size);
}

struct courier_slot *schedule_slot(const struct octo_channel *channel, uint32_t peer, uint32_t courier)
{
	OCTO_ASSERT(courier < channel->courier_count);
	return (struct courier_slot *)(void *)states_of(channel, peer) + courier;
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

/* What a courier is told; the note that it reports finds its way back from it. */
struct courier_call {
	struct octo_courier_call call;
	struct call *inner;
	uint16_t id;
};

static void report_note(const struct octo_courier_call *call, const struct octo_event_note *note)
{
	const struct courier_call *outer = (const struct courier_call *)(const void *)call;
	struct octo_event event = { .note = *note };
	OCTO_ASSERT(note->note < OCTO_NOTE_COUNT);
	event.note.courier = outer->id;
	event.note.session = call->session;
	outer->inner->channel->pulse.counters.notes[note->note]++;
	call_emit(outer->inner, &event, OCTO_EVENT_COURIER_NOTE, call->peer);
}

static struct courier_call tell_courier(struct call *call, const struct peer *peer, uint32_t courier)
{
	return (struct courier_call){ .inner = call, .id = call->host->couriers[courier]->id,
		.call = { .now = call->now, .session = peer->current.log_id, .host = call->host,
			.peer = call_peer_index(call, peer), .is_duel_winner = peer->we_win, .report = report_note } };
}

static struct octo_mandate mandate_of(struct call *call, const struct peer *peer, uint32_t courier)
{
	struct octo_mandate mandate = { .urgency_ms = 0 };
	struct courier_call told = tell_courier(call, peer, courier);
	const void *state = schedule_state(call->channel, told.call.peer, courier);
	call->host->couriers[courier]->mandate(state, &told.call, &mandate);
	return mandate;
}

void schedule_read(struct call *call, struct peer *peer)
{
	for (uint32_t i = 0; i < call->channel->courier_count; i++) {
		struct courier_slot *slot = slot_of(call, peer, i);
		slot->session = peer->current.log_id;
		if (!slot->is_active)
			continue;
		struct octo_mandate mandate = mandate_of(call, peer, i);
		if (!mandate.want_to_send) {
			slot->wish_at = OCTO_NEVER;
			continue;
		}
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

static octo_time_ns first_wish(const struct call *call, const struct peer *peer)
{
	octo_time_ns first = OCTO_NEVER;
	for (uint32_t i = 0; i < call->channel->courier_count; i++)
		if (slot_of(call, peer, i)->is_active && slot_of(call, peer, i)->wish_at < first)
			first = slot_of(call, peer, i)->wish_at;
	return first;
}

octo_time_ns schedule_next(struct call *call, struct peer *peer)
{
	octo_time_ns next = first_wish(call, peer);
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

/* What a courier may write into an otherwise empty packet of this session: nobody can ask for more. */
static size_t capacity(const struct peer *peer)
{
	return peer->current.agreement.payload_max - (size_t)DATA_OVERHEAD_BYTES_MAX - FRAME_HEAD_BYTES;
}

/* How it stands with a courier that is due, as far as the choice goes. */
struct bid {
	struct octo_mandate mandate;
	uint64_t score, order;
	uint32_t courier;
	uint8_t rank;                     /* a higher one goes first, whatever the scores: 1 bulk, 2 others, 3 bulk that starves */
};

static bool is_better(const struct bid *bid, const struct bid *best)
{
	if (bid->rank != best->rank)
		return bid->rank > best->rank;
	return bid->score > best->score || (bid->score == best->score && bid->order < best->order);
}

/* Bulk messages take any size that is worth while, others all they may need. */
static bool fits(const struct octo_mandate *mandate, size_t room)
{
	size_t least = mandate->payload_size;
	if (mandate->is_bulk && least > BULK_ROOM_MIN)
		least = BULK_ROOM_MIN;
	return least + FRAME_HEAD_BYTES <= room;
}

/* The due courier with the highest score that still fits, and how many due ones had to wait for it. */
static bool pick(struct call *call, struct peer *peer, size_t room, struct bid *best, uint32_t *rivals)
{
	uint32_t due = 0;
	*best = (struct bid){ .rank = 0 };
	for (uint32_t i = 0; i < call->channel->courier_count; i++) {
		struct courier_slot *slot = slot_of(call, peer, i);
		if (!slot->is_active || slot->wish_at > call->now)
			continue;
		struct octo_mandate wants = mandate_of(call, peer, i);
		if (!wants.want_to_send) { /* it has thought better of it */
			slot->wish_at = OCTO_NEVER;
			continue;
		}
		due++;
		if (wants.payload_size > capacity(peer))
			wants.payload_size = (uint16_t)capacity(peer);
		bool is_starved = slot->owed_bytes >= (BULK_FLOOR_PART - 1) * (uint32_t)wants.payload_size;
		struct bid bid = { .mandate = wants, .score = score_of(call, slot, wants.priority), .order = slot->order,
			.courier = i, .rank = wants.is_bulk ? is_starved ? 3 : 1 : 2 };
		if (fits(&wants, room) && is_better(&bid, best))
			*best = bid;
	}
	*rivals = due ? due - 1 : 0;
	return best->rank > 0;
}

/* While a bulk courier is due, what others send builds up a claim; what it sends itself pays it off. */
static void count_claims(struct call *call, const struct peer *peer, const struct bid *granted, size_t size)
{
	for (uint32_t i = 0; i < call->channel->courier_count; i++) {
		struct courier_slot *slot = slot_of(call, peer, i);
		uint32_t paid = (BULK_FLOOR_PART - 1) * (uint32_t)size;
		if (i == granted->courier)
			slot->owed_bytes -= slot->owed_bytes < paid ? slot->owed_bytes : paid;
		else if (!granted->mandate.is_bulk && slot->is_active && slot->wish_at <= call->now &&
		         slot->owed_bytes < BULK_FLOOR_PART * OCTO_DATAGRAM_MAX)
			slot->owed_bytes += (uint32_t)size;
	}
}

static void report_grant(struct call *call, const struct peer *peer, uint32_t courier, size_t size, uint8_t priority,
                         uint32_t rivals)
{
	const struct courier_slot *slot = slot_of(call, peer, courier);
	struct octo_event event = { .courier = { .courier = call->host->couriers[courier]->id, .size = (uint16_t)size,
		.lateness_ms = (uint32_t)((call->now - slot->wish_at) / OCTO_MILLISECOND), .priority = priority,
		.rivals = (uint8_t)rivals, .session = peer->current.log_id } };
	call_emit(call, &event, OCTO_EVENT_COURIER_GRANTED, call_peer_index(call, peer));
}

enum grant { GRANT_NOBODY, GRANT_DECLINED, GRANT_SENT };

/* One sending opportunity. NOBODY: none is due, or none fits any more. */
static enum grant grant(struct call *call, struct peer *peer, struct writer *frames)
{
	uint32_t rivals = 0;
	struct bid bid;
	if (!sent_has_fate_room(call) || !pick(call, peer, writer_left(frames), &bid, &rivals))
		return GRANT_NOBODY;
	uint32_t courier = bid.courier;
	const struct octo_courier *kind = call->host->couriers[courier];
	uint8_t message[OCTO_DATAGRAM_MAX];
	size_t room = writer_left(frames) - FRAME_HEAD_BYTES;
	size_t limit = bid.mandate.payload_size < room ? bid.mandate.payload_size : room;
	struct courier_call told = tell_courier(call, peer, courier);
	void *state = schedule_state(call->channel, told.call.peer, courier);
	uint64_t handle = 0;
	size_t size = kind->send(state, &told.call, message, limit, &handle);
	OCTO_ASSERT(size <= limit);
	bool is_granted = size > 0;
	if (is_granted) {
		struct frame frame = { .type = FRAME_COURIER, .courier = (uint8_t)kind->id, .data = message, .size = size };
		frame_write(frames, &frame);
		if (handle)
			sent_note_fate(call, peer, (uint8_t)courier, false, handle);
		report_grant(call, peer, courier, size, bid.mandate.priority, rivals);
		count_claims(call, peer, &bid, size);
	}
	struct courier_slot *slot = slot_of(call, peer, courier);
	slot->declined_until = is_granted ? 0 : call_after(call, decline_wait_ns);
	slot->wish_at = OCTO_NEVER; /* it may wish again, and goes behind the others */
	schedule_read(call, peer);
	return is_granted ? GRANT_SENT : GRANT_DECLINED;
}

bool schedule_fill(struct call *call, struct peer *peer, struct writer *frames)
{
	bool has_any = false;
	if (first_wish(call, peer) > peer->flow.send_at)
		flow_starved(peer); /* the couriers, and not the pacing, say when */
	while (writer_left(frames) > FRAME_HEAD_BYTES) {
		enum grant outcome = grant(call, peer, frames);
		if (outcome == GRANT_NOBODY)
			break;
		has_any = has_any || outcome == GRANT_SENT;
	}
	return has_any;
}

void schedule_tell(struct call *call, struct peer *peer)
{
	struct sent_fate fate;
	bool has_told = false;
	while (sent_tell(call, peer, &fate)) {
		const struct octo_courier *kind = call->host->couriers[fate.courier];
		if (!kind->fate)
			continue;
		struct courier_call told = tell_courier(call, peer, fate.courier);
		kind->fate(schedule_state(call->channel, told.call.peer, fate.courier), &told.call, fate.handle,
		           (enum octo_fate)fate.outcome);
		has_told = true;
	}
	bool is_another_session = call->channel->courier_count && slot_of(call, peer, 0)->session != peer->current.log_id;
	if (has_told || is_another_session)
		schedule_read(call, peer);
}

void schedule_work(struct call *call, struct peer *peer, uint32_t courier,
                   void (*work)(void *state, const struct octo_courier_call *call, void *argument), void *argument)
{
	struct courier_call told = tell_courier(call, peer, courier);
	work(schedule_state(call->channel, told.call.peer, courier), &told.call, argument);
	slot_of(call, peer, courier)->declined_until = 0; /* something has changed: ask again */
	schedule_read(call, peer);
}

uint32_t octo_courier_index(const struct octo_host *host, uint16_t id)
{
	for (uint32_t i = 0; i < host->courier_count; i++)
		if (host->couriers[i]->id == id)
			return i;
	return OCTO_NO_COURIER;
}

void schedule_deliver(struct call *call, struct peer *peer, uint8_t courier, const uint8_t *data, size_t size)
{
	uint32_t index = octo_courier_index(call->host, courier);
	bool is_taken = index != OCTO_NO_COURIER && slot_of(call, peer, index)->is_active &&
	                mandate_of(call, peer, index).accept_reads;
	struct octo_event event = { .courier = { .courier = courier, .size = (uint16_t)size } };
	event.courier.session = peer->current.log_id;
	if (!is_taken) {
		call->channel->pulse.counters.courier_discarded++;
		call_emit(call, &event, OCTO_EVENT_COURIER_DISCARDED, call_peer_index(call, peer));
		return;
	}
	struct courier_call told = tell_courier(call, peer, index);
	call->host->couriers[index]->receive(schedule_state(call->channel, told.call.peer, index), &told.call, data, size);
	call_emit(call, &event, OCTO_EVENT_COURIER_DELIVERED, call_peer_index(call, peer));
	schedule_read(call, peer);
}
