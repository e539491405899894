/* schedule.c: score = lateness × (priority + 1); a higher score goes first, among equals the one that wished first.
 * Bulk traffic comes behind all others, but of twenty bytes one is its own. Whoever was passed over too often comes
 * before all (the bound is proved in schedule.h). */
#include "core/schedule.h"

#include "core/intrinsic/frame.h"

enum {
	FRAME_HEAD_BYTES = 3,
	BULK_FLOOR_PART = 20              /* of what couriers send, while others want all of it */
};
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

/* Of all couriers towards a peer: found once, and not anew for each. */
static struct courier_slot *slots_of(const struct call *call, const struct peer *peer)
{
	return (struct courier_slot *)(void *)states_of(call->channel, call_peer_index(call, peer));
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

/* What a courier may write into an otherwise empty packet of this session: nobody can ask for more. */
static size_t capacity(const struct peer *peer, size_t head_bytes)
{
	return peer->current.agreement.payload_max - (size_t)DATA_OVERHEAD_BYTES_MAX - head_bytes;
}

static struct octo_courier_call describe(const struct call *call, const struct peer *peer)
{
	return (struct octo_courier_call){ .now = call->now, .session = peer->current.log_id, .host = call->host,
		.trip_ns = peer->current.trip.smoothed_ns,
		.peer = call_peer_index(call, peer), .room = (uint16_t)(peer->current.id ? capacity(peer, FRAME_HEAD_BYTES) : 0),
		.is_duel_winner = peer->we_win };
}

/* Whom it is told to may report. */
static void address(struct courier_call *told, struct call *call, uint32_t courier)
{
	told->call.report = report_note;
	told->inner = call;
	told->id = call->host->couriers[courier]->id;
}

static struct courier_call tell_courier(struct call *call, const struct peer *peer, uint32_t courier)
{
	struct courier_call told = { .call = describe(call, peer) };
	address(&told, call, courier);
	return told;
}

/* `told`: described once for all couriers. */
static struct octo_mandate mandate_of(const struct call *call, const struct octo_courier_call *told, uint32_t courier)
{
	struct octo_mandate mandate = { .urgency_ms = 0 };
	const void *state = schedule_state(call->channel, told->peer, courier);
	call->host->couriers[courier]->mandate(state, told, &mandate);
	return mandate;
}

static void forget_wish(struct courier_slot *slot)
{
	slot->wish_at = OCTO_NEVER;
	slot->passed = 0;
	slot->held_by = OCTO_WAIT_NONE;
}

void schedule_activate(struct call *call, struct peer *peer, uint32_t courier, bool is_active)
{
	struct courier_slot *slot = &slots_of(call, peer)[courier];
	slot->is_active = is_active;
	forget_wish(slot);
	schedule_read(call, peer);
}

void schedule_read(struct call *call, struct peer *peer)
{
	struct octo_courier_call told = describe(call, peer);
	struct courier_slot *slots = slots_of(call, peer);
	for (uint32_t i = 0; i < call->channel->courier_count; i++) {
		struct courier_slot *slot = &slots[i];
		slot->session = told.session;
		if (!slot->is_active)
			continue;
		struct octo_mandate mandate = mandate_of(call, &told, i);
		if (!mandate.want_to_send) {
			forget_wish(slot);
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
static bool must_wait(const struct call *call, const struct peer *peer, const struct courier_slot *slot, uint32_t courier)
{
	return slot->wants_order && !ordered_has_room(call, peer, (uint8_t)courier, slot->number_out);
}

/* A courier that is due waits, for another reason than before. */
static void note_wait(struct call *call, const struct peer *peer, struct courier_slot *slot, uint32_t courier,
                      enum octo_wait why)
{
	if (slot->held_by == why)
		return;
	slot->held_by = (uint8_t)why;
	struct octo_event event = { .courier = { .courier = call->host->couriers[courier]->id, .why = (uint8_t)why,
		.lateness_ms = (uint32_t)((call->now - slot->wish_at) / OCTO_MILLISECOND), .passed = slot->passed,
		.session = peer->current.log_id } };
	call_emit(call, &event, OCTO_EVENT_COURIER_WAITED, call_peer_index(call, peer));
}

static void note_waits(struct call *call, const struct peer *peer, enum octo_wait why)
{
	struct courier_slot *slots = slots_of(call, peer);
	for (uint32_t i = 0; i < call->channel->courier_count; i++)
		if (slots[i].is_active && slots[i].wish_at <= call->now)
			note_wait(call, peer, &slots[i], i, must_wait(call, peer, &slots[i], i) ? OCTO_WAIT_NO_COPY : why);
}

static octo_time_ns first_wish(struct call *call, const struct peer *peer)
{
	octo_time_ns first = OCTO_NEVER, asked_again_at = call_after(call, no_room_wait_ns);
	struct courier_slot *slots = slots_of(call, peer);
	for (uint32_t i = 0; i < call->channel->courier_count; i++) {
		struct courier_slot *slot = &slots[i];
		octo_time_ns at = slot->is_active ? slot->wish_at : OCTO_NEVER;
		if (at < asked_again_at && must_wait(call, peer, slot, i)) {
			if (at <= call->now)
				note_wait(call, peer, slot, i, OCTO_WAIT_NO_COPY);
			at = asked_again_at;
		}
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
	/* Couriers may stream: only to an address that is known to have heard us. */
	bool is_open = same_address(&peer->address, &peer->proved);
	octo_time_ns allowed_at = is_open ? flow_next(call, peer) : OCTO_NEVER;
	enum octo_wait why = is_open ? (enum octo_wait)peer->flow.held_by : OCTO_WAIT_PATH;
	if (next <= call->now && allowed_at > call->now && why != OCTO_WAIT_PACE) /* which holds up every stream */
		note_waits(call, peer, why);
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

/* A higher one goes first, whatever the scores. */
enum rank { RANK_NONE, RANK_BULK, RANK_USUAL, RANK_OWED, RANK_PASSED };

/* How it stands with a courier that is due, as far as the choice goes. */
struct bid {
	struct octo_mandate mandate;
	uint64_t score, order;
	uint32_t courier;
	uint16_t passed;
	uint8_t rank;                     /* enum rank */
};

static bool is_better(const struct bid *bid, const struct bid *best)
{
	if (bid->rank != best->rank)
		return bid->rank > best->rank;
	if (bid->rank == RANK_PASSED && bid->passed != best->passed)
		return bid->passed > best->passed;
	return bid->score > best->score || (bid->score == best->score && bid->order < best->order);
}

static bool fits(const struct octo_mandate *mandate, size_t room)
{
	bool is_modest = mandate->payload_least && mandate->payload_least < mandate->payload_size;
	return (is_modest ? mandate->payload_least : mandate->payload_size) + head_of(mandate) <= room;
}

/* A packet that is being filled with messages. */
struct filling {
	struct writer *frames;
	uint32_t served;                  /* a bit a courier */
};

/* How each courier stood when the choice was made: kept only for an observer. */
struct look { uint64_t score; uint8_t why, rank; };

static enum rank rank_of(const struct courier_slot *slot, const struct octo_mandate *wants)
{
	if (slot->passed >= OCTO_PASSES_LIMIT)
		return RANK_PASSED;
	if (!wants->is_bulk)
		return RANK_USUAL;
	return slot->owed_bytes >= (BULK_FLOOR_PART - 1) * (uint32_t)wants->payload_size ? RANK_OWED : RANK_BULK;
}

/* The due courier with the highest score that still fits, and how many due ones had to wait for it. `looks`: NULL when
 * nobody is told. */
static bool pick(struct call *call, struct peer *peer, const struct octo_courier_call *told, const struct filling *filling,
                 struct bid *best, uint32_t *rivals, struct look *looks)
{
	uint32_t due = 0;
	size_t room = writer_left(filling->frames);
	bool is_reserved = false;
	struct courier_slot *slots = slots_of(call, peer);
	*best = (struct bid){ .rank = RANK_NONE };
	for (uint32_t i = 0; i < call->channel->courier_count; i++) {
		struct courier_slot *slot = &slots[i];
		bool is_due = slot->is_active && slot->wish_at <= call->now && !must_wait(call, peer, slot, i);
		if (looks)
			looks[i] = (struct look){ .why = is_due || !slot->is_active || slot->wish_at == OCTO_NEVER ? OCTO_WAIT_SILENT :
				slot->wish_at > call->now ? OCTO_WAIT_NOT_DUE : OCTO_WAIT_NO_COPY };
		if (!is_due)
			continue;
		struct octo_mandate wants = mandate_of(call, told, i);
		if (!wants.want_to_send) { /* it has thought better of it */
			forget_wish(slot);
			continue;
		}
		due++;
		if (wants.payload_size > capacity(peer, head_of(&wants)))
			wants.payload_size = (uint16_t)capacity(peer, head_of(&wants));
		if (wants.wants_order && wants.payload_size > OCTO_ORDERED_PAYLOAD_MAX)
			wants.payload_size = OCTO_ORDERED_PAYLOAD_MAX;
		struct bid bid = { .mandate = wants, .score = score_of(call, slot, wants.priority), .order = slot->order,
			.courier = i, .passed = slot->passed, .rank = (uint8_t)rank_of(slot, &wants) };
		bool has_room = fits(&wants, room);
		if (looks)
			looks[i] = (struct look){ .score = bid.score, .rank = bid.rank,
				.why = has_room ? OCTO_WAIT_LOWER_SCORE : OCTO_WAIT_NO_ROOM };
		if (!has_room)
			is_reserved = is_reserved || (bid.rank == RANK_PASSED && !filling->served);
		else if (is_better(&bid, best))
			*best = bid;
	}
	*rivals = due ? due - 1 : 0;
	return best->rank > RANK_NONE && !is_reserved; /* what took the room of its turn goes alone: the next is whole */
}

/* While a bulk courier is due, what others send builds up a claim; what it sends itself pays it off. */
static void count_claims(struct call *call, const struct peer *peer, const struct bid *granted, size_t size)
{
	struct courier_slot *slots = slots_of(call, peer);
	for (uint32_t i = 0; i < call->channel->courier_count; i++) {
		struct courier_slot *slot = &slots[i];
		uint32_t paid = (BULK_FLOOR_PART - 1) * (uint32_t)size;
		if (i == granted->courier)
			slot->owed_bytes -= slot->owed_bytes < paid ? slot->owed_bytes : paid;
		else if (!granted->mandate.is_bulk && slot->is_active && slot->wish_at <= call->now &&
		         slot->owed_bytes < BULK_FLOOR_PART * OCTO_DATAGRAM_MAX)
			slot->owed_bytes += (uint32_t)size;
	}
}

/* The packet goes: whoever was due and is not in it was passed over. */
static void count_passes(struct call *call, const struct peer *peer, uint32_t served)
{
	struct courier_slot *slots = slots_of(call, peer);
	for (uint32_t i = 0; i < call->channel->courier_count; i++) {
		struct courier_slot *slot = &slots[i];
		bool is_passed = slot->is_active && slot->wish_at <= call->now && !(served >> i & 1) &&
		                 !must_wait(call, peer, slot, i);
		if (is_passed && slot->passed < UINT16_MAX)
			slot->passed++;
	}
}

static bool is_overdue(const struct call *call, const struct peer *peer)
{
	const struct courier_slot *slots = slots_of(call, peer);
	for (uint32_t i = 0; i < call->channel->courier_count; i++) {
		const struct courier_slot *slot = &slots[i];
		if (slot->passed >= OCTO_PASSES_LIMIT && slot->is_active && slot->wish_at <= call->now &&
		    !must_wait(call, peer, slot, i))
			return true;
	}
	return false;
}

/* What kept it until now: if nothing else and nobody, then the pace. */
static enum octo_wait held_by(const struct call *call, const struct courier_slot *slot)
{
	bool is_late = slot->wish_at < call->now && slot->passed == 0;
	return slot->held_by == OCTO_WAIT_NONE && is_late ? OCTO_WAIT_PACE : (enum octo_wait)slot->held_by;
}

/* Why one that fitted did not get it. */
static enum octo_wait outdone(const struct look *look, const struct bid *granted)
{
	if (granted->rank == RANK_PASSED)
		return OCTO_WAIT_PASSED_OVER;
	if (look->rank != granted->rank)
		return granted->rank == RANK_OWED ? OCTO_WAIT_CLAIM : OCTO_WAIT_BULK;
	return look->score == granted->score ? OCTO_WAIT_LATER : OCTO_WAIT_LOWER_SCORE;
}

static void report_grant(struct call *call, const struct peer *peer, const struct bid *granted, size_t size,
                         uint32_t rivals, const struct look *looks)
{
	const struct courier_slot *slots = slots_of(call, peer), *slot = &slots[granted->courier];
	if (!looks) {
		call_reserve(call);
		return;
	}
	struct octo_event event = { .courier = { .courier = call->host->couriers[granted->courier]->id, .size = (uint16_t)size,
		.lateness_ms = (uint32_t)((call->now - slot->wish_at) / OCTO_MILLISECOND), .priority = granted->mandate.priority,
		.is_ordered = granted->mandate.wants_order, .number = granted->mandate.wants_order ? slot->number_out - 1 : 0,
		.rivals = (uint8_t)rivals, .passed = slot->passed, .why = (uint8_t)held_by(call, slot),
		.session = peer->current.log_id } };
	for (uint32_t i = 0; i < call->channel->courier_count; i++) {
		enum octo_wait why = (enum octo_wait)looks[i].why;
		if (i == granted->courier || !slots[i].is_active)
			continue;
		event.courier.waiting[event.courier.waiting_count++] = (struct octo_waiting){
			.courier = (uint8_t)call->host->couriers[i]->id, .passed = slots[i].passed,
			.why = (uint8_t)(why == OCTO_WAIT_LOWER_SCORE ? outdone(&looks[i], granted) : why) };
	}
	call_emit(call, &event, OCTO_EVENT_COURIER_GRANTED, call_peer_index(call, peer));
}

enum grant { GRANT_NOBODY, GRANT_DECLINED, GRANT_SENT };
_Static_assert(BLOCK_COURIERS_MAX <= 32, "a bit a courier");

/* One sending opportunity. NOBODY: none is due, or none fits any more. */
static enum grant grant(struct call *call, struct peer *peer, struct filling *filling)
{
	struct writer *frames = filling->frames;
	uint32_t rivals = 0;
	struct bid bid;
	struct look seen[BLOCK_COURIERS_MAX], *looks = call_is_observed(call) ? seen : NULL;
	struct courier_call told = { .call = describe(call, peer) };
	if (!sent_has_fate_room(call) || !pick(call, peer, &told.call, filling, &bid, &rivals, looks))
		return GRANT_NOBODY;
	uint32_t courier = bid.courier;
	const struct octo_courier *kind = call->host->couriers[courier];
	uint8_t message[OCTO_DATAGRAM_MAX];
	size_t room = writer_left(frames) - head_of(&bid.mandate);
	size_t limit = bid.mandate.payload_size < room ? bid.mandate.payload_size : room;
	struct courier_slot *slot = &slots_of(call, peer)[courier];
	void *state = schedule_state(call->channel, told.call.peer, courier);
	address(&told, call, courier);
	uint64_t handle = 0;
	size_t size = kind->send(state, &told.call, message, limit, &handle);
	OCTO_ASSERT(size <= limit);
	bool is_granted = size > 0;
	if (is_granted) {
		struct frame frame = { .type = FRAME_COURIER, .courier = (uint8_t)kind->id, .data = message, .size = size };
		if (bid.mandate.wants_order) {
			frame.type = FRAME_COURIER_ORDERED;
			frame.largest = slot->number_out++;
			ordered_keep(call, peer, (uint8_t)courier, frame.largest, handle, message, size);
		}
		frame_write(frames, &frame);
		if (bid.mandate.wants_order)
			sent_note_fate(call, peer, (uint8_t)courier, true, frame.largest);
		else if (handle)
			sent_note_fate(call, peer, (uint8_t)courier, false, handle);
		report_grant(call, peer, &bid, size, rivals, looks);
		count_claims(call, peer, &bid, size);
		filling->served |= 1u << courier;
	}
	slot->declined_until = is_granted ? 0 : call_after(call, decline_wait_ns);
	forget_wish(slot); /* it may wish again, and goes behind the others */
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
	struct octo_courier_call told = describe(call, peer);
	struct octo_mandate mandate = mandate_of(call, &told, courier);
	return (struct sync_look){ .id = (uint8_t)call->host->couriers[courier]->id, .priority = mandate.priority,
		.size = mandate.payload_size };
}

static bool is_active(const struct call *call, const struct peer *peer, uint32_t n)
{
	return slots_of(call, peer)[call->channel->sync_couriers[n]].is_active;
}

static uint64_t digest(const struct call *call, const struct peer *peer, uint32_t n, enum octo_side side)
{
	uint32_t courier = call->channel->sync_couriers[n];
	return call->host->couriers[courier]->digest(schedule_state(call->channel, call_peer_index(call, peer), courier), side);
}

static void resync(struct call *call, struct peer *peer, uint32_t n)
{
	uint32_t courier = call->channel->sync_couriers[n];
	struct courier_call told = tell_courier(call, peer, courier);
	call->host->couriers[courier]->resync(schedule_state(call->channel, told.call.peer, courier), &told.call);
	slots_of(call, peer)[courier].declined_until = 0;
	schedule_read(call, peer);
}

const struct sync_couriers schedule_sync = { .is_active = is_active, .look = look, .digest = digest, .resync = resync };

/* ---- Packets --------------------------------------------------------------------------------------------------------- */

bool schedule_fill(struct call *call, struct peer *peer, struct writer *frames)
{
	struct filling filling = { .frames = frames };
	bool is_late = is_overdue(call, peer);
	if (!is_late && resend(call, peer, frames)) {
		count_passes(call, peer, 0);
		return true;
	}
	sync_run(call, peer, &schedule_sync);
	size_t left_free = is_late ? 0 : sync_room(call, peer, &schedule_sync);
	left_free = left_free < writer_left(frames) ? left_free : writer_left(frames);
	frames->size -= left_free;
	octo_time_ns wish_at = first_wish(call, peer);
	if (wish_at > peer->flow.send_at) /* the couriers, and not the pacing, say when */
		flow_starved(peer, wish_at > peer->loss.sent_at);
	while (writer_left(frames) > FRAME_HEAD_BYTES && grant(call, peer, &filling) != GRANT_NOBODY)
		;
	if (filling.served)
		count_passes(call, peer, filling.served);
	frames->size += left_free;
	sync_write(call, peer, &schedule_sync, frames);
	return filling.served != 0;
}

static void tell(struct call *call, struct peer *peer, uint8_t courier, uint64_t handle, enum octo_fate outcome)
{
	const struct octo_courier *kind = call->host->couriers[courier];
	struct courier_call told = tell_courier(call, peer, courier);
	if (handle && kind->fate)
		kind->fate(schedule_state(call->channel, told.call.peer, courier), &told.call, handle, outcome);
}

/* Who is due when a session ends waits for the next one; and who was due when it began has waited for it. */
static void note_session(struct call *call, const struct peer *peer)
{
	struct courier_slot *slots = slots_of(call, peer);
	for (uint32_t i = 0; i < call->channel->courier_count; i++) {
		struct courier_slot *slot = &slots[i];
		if (!slot->is_active || slot->wish_at > call->now)
			continue;
		if (!peer->current.id)
			note_wait(call, peer, slot, i, OCTO_WAIT_NO_SESSION);
		else if (slot->session == 0)
			slot->held_by = OCTO_WAIT_NO_SESSION;
	}
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
	bool is_another_session = call->channel->courier_count && slots_of(call, peer)->session != peer->current.log_id;
	for (; ordered_tell(call, peer, &courier, &handle); has_told = true)
		tell(call, peer, courier, handle, OCTO_FATE_LOST);
	if (is_another_session)
		note_session(call, peer);
	if (has_told || is_another_session)
		schedule_read(call, peer);
	return has_told;
}

void schedule_work(struct call *call, struct peer *peer, uint32_t courier,
                   void (*work)(void *state, const struct octo_courier_call *call, void *argument), void *argument)
{
	struct courier_call told = tell_courier(call, peer, courier);
	work(schedule_state(call->channel, told.call.peer, courier), &told.call, argument);
	slots_of(call, peer)[courier].declined_until = 0; /* something has changed: ask again */
	schedule_read(call, peer);
}

uint32_t octo_passes_max(const struct octo_host *host)
{
	return OCTO_PASSES_LIMIT + (host->courier_count ? host->courier_count - 1 : 0);
}

uint32_t octo_courier_index(const struct octo_host *host, uint16_t id)
{
	for (uint32_t i = 0; i < host->courier_count; i++)
		if (host->couriers[i]->id == id)
			return i;
	return OCTO_NO_COURIER;
}

static void report_delivery(struct call *call, const struct peer *peer, uint8_t courier, size_t size,
                            const uint64_t *number, enum octo_event_kind kind, enum octo_discard why)
{
	if (!call_is_observed(call)) {
		call_reserve(call);
		return;
	}
	struct octo_event event = { .courier = { .courier = courier, .size = (uint16_t)size, .is_ordered = number != NULL,
		.why = (uint8_t)why, .number = number ? *number : 0, .session = peer->current.log_id } };
	call_emit(call, &event, kind, call_peer_index(call, peer));
}

/* `number`: of an ordered message; NULL for others. */
static void deliver(struct call *call, struct peer *peer, uint8_t courier, const uint8_t *data, size_t size,
                    const uint64_t *number)
{
	uint32_t index = octo_courier_index(call->host, courier);
	enum octo_discard why = index == OCTO_NO_COURIER ? OCTO_DISCARD_UNKNOWN :
	                        !slots_of(call, peer)[index].is_active ? OCTO_DISCARD_INACTIVE : OCTO_DISCARD_NO_READS;
	struct courier_call told = { .call = describe(call, peer) };
	if (why != OCTO_DISCARD_NO_READS || !mandate_of(call, &told.call, index).accept_reads) {
		call->channel->pulse.counters.courier_discarded++;
		report_delivery(call, peer, courier, size, number, OCTO_EVENT_COURIER_DISCARDED, why);
		return;
	}
	address(&told, call, index);
	call->host->couriers[index]->receive(schedule_state(call->channel, told.call.peer, index), &told.call, data, size);
	report_delivery(call, peer, courier, size, number, OCTO_EVENT_COURIER_DELIVERED, OCTO_DISCARD_UNKNOWN);
	schedule_read(call, peer);
}

void schedule_deliver(struct call *call, struct peer *peer, uint8_t courier, const uint8_t *data, size_t size)
{
	deliver(call, peer, courier, data, size, NULL);
}

bool schedule_admits(struct call *call, struct peer *peer, uint8_t courier, uint64_t number, uint32_t others)
{
	uint32_t index = octo_courier_index(call->host, courier);
	if (index == OCTO_NO_COURIER)
		return true; /* it will be discarded */
	uint64_t expected = slots_of(call, peer)[index].number_in;
	if (number <= expected || ordered_is_held(call, peer, (uint8_t)index, number))
		return true;
	return number - expected < ORDERED_WINDOW && pool_left(&call->channel->copies) > others;
}

void schedule_order(struct call *call, struct peer *peer, uint8_t courier, uint64_t number, const uint8_t *data,
                    size_t size)
{
	uint32_t index = octo_courier_index(call->host, courier);
	if (index == OCTO_NO_COURIER) {
		deliver(call, peer, courier, data, size, &number);
		return;
	}
	struct courier_slot *slot = &slots_of(call, peer)[index];
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
