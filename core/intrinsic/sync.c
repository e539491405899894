/* sync.c: see the header. Of every courier at most one digest and one request are due, whatever a peer asks for, and
 * neither goes out more often than the limits below. */
#include "core/intrinsic/sync.h"

#include "core/intrinsic/round_trip.h"

enum { REQUEST_BYTES = 2, HASH_BYTES = 10, HALF_BYTES = 4, SIZE_UNIT_BYTES = 64, PRIORITIES = 256, DOUBTS_MAX = 3 };
static const octo_time_ns interval_min_ns = 250 * OCTO_MILLISECOND;
static const octo_time_ns interval_max_ns = 60 * OCTO_SECOND;
static const octo_time_ns request_wait_max_ns = 16 * OCTO_SECOND;

octo_time_ns sync_interval(uint16_t size, uint8_t priority)
{
	octo_time_ns interval_ns = interval_min_ns * (SIZE_UNIT_BYTES + size) / SIZE_UNIT_BYTES * PRIORITIES / (priority + 1u);
	return interval_ns < interval_max_ns ? interval_ns : interval_max_ns;
}

/* A half of a digest is short, so each session has halves of its own: two states that look alike in one do not in the next. */
static uint32_t half_of(const struct peer *peer, uint64_t digest)
{
	uint64_t z = digest ^ peer->current.log_id;
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(z >> 32);
}

static struct sync_slot *slot_of(const struct call *call, const struct peer *peer, uint32_t n)
{
	return block_sync(call->channel, call_peer_index(call, peer), n);
}

/* Data may be under way for so long, and so may what is sent because of a request. */
static octo_time_ns grace(const struct peer *peer)
{
	octo_time_ns timeout_ns = round_trip_timeout(&peer->current.trip);
	return timeout_ns < request_wait_max_ns ? timeout_ns : request_wait_max_ns;
}

static octo_time_ns later(octo_time_ns a, octo_time_ns b)
{
	return a > b ? a : b;
}

static void report(struct call *call, const struct peer *peer, enum octo_event_kind kind, uint8_t id, enum octo_side side)
{
	struct octo_event event = { .sync = { .session = peer->current.log_id, .courier = id, .side = (uint8_t)side } };
	call_emit(call, &event, kind, call_peer_index(call, peer));
}

/* ---- Beginning and asking ---------------------------------------------------------------------------------------- */

void sync_enter(struct octo_channel *channel, uint32_t peer)
{
	for (uint32_t n = 0; n < channel->sync_count; n++) {
		struct sync_slot *slot = block_sync(channel, peer, n);
		slot->hash_at = slot->request_at = slot->resync_at = OCTO_NEVER;
		slot->confirmed_at[OCTO_SIDE_OURS] = slot->confirmed_at[OCTO_SIDE_THEIRS] = OCTO_NEVER;
	}
}

static void hash_soon(struct call *call, struct peer *peer)
{
	for (uint32_t n = 0; n < call->channel->sync_count; n++) {
		struct sync_slot *slot = slot_of(call, peer, n);
		octo_time_ns at = later(call->now, slot->hashed_at + interval_min_ns);
		if (at < slot->hash_at)
			slot->hash_at = at;
	}
}

void sync_ask(struct call *call, struct peer *peer)
{
	peer->is_sync_wanted = call->channel->sync_count > 0;
	hash_soon(call, peer);
}

void sync_asked(struct call *call, struct peer *peer)
{
	hash_soon(call, peer);
}

bool sync_is_asking(const struct peer *peer)
{
	return peer->is_sync_wanted;
}

/* Nothing of the last session says anything about this one, but the limits hold across both. */
void sync_begin(struct call *call, struct peer *peer)
{
	for (uint32_t n = 0; n < call->channel->sync_count; n++) {
		struct sync_slot *slot = slot_of(call, peer, n);
		slot->hash_at = slot->request_at = slot->resync_at = OCTO_NEVER;
		slot->wait_ns = 0;
		slot->is_heard = slot->is_request_due = false;
		slot->is_confirmed[OCTO_SIDE_OURS] = slot->is_confirmed[OCTO_SIDE_THEIRS] = false;
		slot->doubts = 0;
	}
	sync_ask(call, peer);
}

/* ---- What the peer says ------------------------------------------------------------------------------------------ */

bool sync_is_verified(const struct peer *peer, const struct sync_slot *slot, enum octo_side side, uint64_t digest)
{
	return peer->current.id && slot->is_heard && slot->heard[side] == half_of(peer, digest);
}

static void confirm(struct call *call, struct peer *peer, struct sync_slot *slot, uint8_t id, enum octo_side side)
{
	bool is_new = !slot->is_confirmed[side] || slot->confirmed[side] != slot->heard[side];
	slot->is_confirmed[side] = true;
	slot->confirmed[side] = slot->heard[side];
	slot->confirmed_at[side] = call->now;
	if (side == OCTO_SIDE_OURS) {
		slot->resync_at = OCTO_NEVER;
	} else {
		slot->request_at = OCTO_NEVER;
		slot->wait_ns = 0;
		slot->is_request_due = false;
		slot->doubts = 0;
	}
	if (is_new)
		report(call, peer, OCTO_EVENT_SYNC_CONFIRMED, id, side);
}

static void take_hash(struct call *call, struct peer *peer, const struct sync_couriers *couriers, uint32_t n, uint8_t id,
                      const uint8_t *data)
{
	struct sync_slot *slot = slot_of(call, peer, n);
	/* The sender's own half comes first. */
	uint32_t heard[OCTO_SIDE_COUNT] = { [OCTO_SIDE_THEIRS] = (uint32_t)load_le(data, HALF_BYTES),
		                            [OCTO_SIDE_OURS] = (uint32_t)load_le(data + HALF_BYTES, HALF_BYTES) };
	uint32_t copy = 0;
	slot->is_heard = true;
	peer->is_sync_wanted = false;
	for (int side = 0; side < OCTO_SIDE_COUNT; side++) {
		copy = half_of(peer, couriers->digest(call, peer, n, (enum octo_side)side)); /* theirs is the last */
		slot->heard[side] = heard[side];
		if (heard[side] == copy)
			confirm(call, peer, slot, id, (enum octo_side)side);
		else
			slot->is_confirmed[side] = false;
	}
	if (!slot->is_confirmed[OCTO_SIDE_THEIRS] && slot->request_at == OCTO_NEVER) {
		slot->copy = copy;
		slot->request_at = call_after(call, grace(peer));
	}
}

static void take_request(struct call *call, struct sync_slot *slot, const struct sync_look *look)
{
	octo_time_ns spacing_ns = sync_interval(look->size, look->priority);
	octo_time_ns at = slot->resynced_at ? later(call->now, slot->resynced_at + spacing_ns) : call->now;
	if (at < slot->resync_at)
		slot->resync_at = at;
}

void sync_obey(struct call *call, struct peer *peer, const struct sync_couriers *couriers, const struct frame *frame,
               bool is_newest)
{
	for (uint32_t n = 0; n < call->channel->sync_count; n++) {
		struct sync_look look = couriers->look(call, peer, n);
		if (look.id != frame->courier || !couriers->is_active(call, peer, n))
			continue;
		if (frame->type == FRAME_SYNC_REQUEST)
			take_request(call, slot_of(call, peer, n), &look);
		else if (is_newest) /* a digest that was overtaken is of a state that may be gone */
			take_hash(call, peer, couriers, n, look.id, frame->data);
		return;
	}
	call->channel->pulse.counters.sync_discarded++;
}

/* ---- What is due ------------------------------------------------------------------------------------------------- */

octo_time_ns sync_next(const struct call *call, const struct peer *peer, const struct sync_couriers *couriers)
{
	octo_time_ns next = OCTO_NEVER;
	for (uint32_t n = 0; n < call->channel->sync_count; n++) {
		const struct sync_slot *slot = slot_of(call, peer, n);
		if (!couriers->is_active(call, peer, n))
			continue;
		const octo_time_ns times[] = { slot->hash_at, slot->request_at, slot->resync_at };
		for (size_t i = 0; i < sizeof times / sizeof *times; i++)
			if (times[i] < next)
				next = times[i];
		if (slot->is_request_due)
			next = call->now;
	}
	return next;
}

/* The time that was given to data under way is over. */
static void judge(struct call *call, struct peer *peer, const struct sync_couriers *couriers, uint32_t n, uint8_t id)
{
	struct sync_slot *slot = slot_of(call, peer, n);
	uint32_t copy = half_of(peer, couriers->digest(call, peer, n, OCTO_SIDE_THEIRS));
	if (copy == slot->heard[OCTO_SIDE_THEIRS]) {
		confirm(call, peer, slot, id, OCTO_SIDE_THEIRS);
		return;
	}
	bool is_moving = copy != slot->copy; /* what was heard may be out of date: a newer digest will tell */
	slot->copy = copy;
	if (is_moving && slot->doubts < DOUBTS_MAX) {
		slot->doubts++;
		slot->request_at = call_after(call, grace(peer));
		peer->is_sync_wanted = true;
		return;
	}
	octo_time_ns wait_ns = slot->wait_ns ? 2 * slot->wait_ns : later(2 * grace(peer), interval_min_ns);
	slot->wait_ns = wait_ns < request_wait_max_ns ? wait_ns : request_wait_max_ns;
	slot->request_at = call_after(call, slot->wait_ns);
	slot->is_request_due = true;
	slot->doubts = 0;
	report(call, peer, OCTO_EVENT_SYNC_MISMATCH, id, OCTO_SIDE_THEIRS);
}

void sync_run(struct call *call, struct peer *peer, const struct sync_couriers *couriers)
{
	for (uint32_t n = 0; n < call->channel->sync_count; n++) {
		struct sync_slot *slot = slot_of(call, peer, n);
		if (!couriers->is_active(call, peer, n))
			continue;
		struct sync_look look = couriers->look(call, peer, n);
		if (slot->request_at <= call->now)
			judge(call, peer, couriers, n, look.id);
		if (slot->resync_at > call->now)
			continue;
		slot->resync_at = OCTO_NEVER;
		slot->resynced_at = call->now;
		couriers->resync(call, peer, n);
		report(call, peer, OCTO_EVENT_SYNC_RESENT, look.id, OCTO_SIDE_OURS);
		octo_time_ns hash_at = later(call_after(call, grace(peer)), slot->hashed_at + interval_min_ns);
		if (hash_at < slot->hash_at)
			slot->hash_at = hash_at;
	}
}

size_t sync_room(const struct call *call, const struct peer *peer, const struct sync_couriers *couriers)
{
	size_t room = 0;
	for (uint32_t n = 0; n < call->channel->sync_count; n++) {
		const struct sync_slot *slot = slot_of(call, peer, n);
		if (couriers->is_active(call, peer, n))
			room += (slot->is_request_due ? REQUEST_BYTES : 0u) + (slot->hash_at <= call->now ? HASH_BYTES : 0u);
	}
	return room;
}

static void write_hash(struct call *call, struct peer *peer, const struct sync_couriers *couriers, uint32_t n,
                       const struct sync_look *look, struct writer *writer)
{
	struct sync_slot *slot = slot_of(call, peer, n);
	uint8_t halves[2 * HALF_BYTES];
	store_le(halves, HALF_BYTES, half_of(peer, couriers->digest(call, peer, n, OCTO_SIDE_OURS)));
	store_le(halves + HALF_BYTES, HALF_BYTES, half_of(peer, couriers->digest(call, peer, n, OCTO_SIDE_THEIRS)));
	struct frame frame = { .type = FRAME_SYNC_HASH, .courier = look->id, .data = halves, .size = sizeof halves };
	frame_write(writer, &frame);
	slot->hashed_at = call->now;
	slot->hash_at = call_after(call, sync_interval(look->size, look->priority));
}

void sync_write(struct call *call, struct peer *peer, const struct sync_couriers *couriers, struct writer *writer)
{
	for (uint32_t n = 0; n < call->channel->sync_count; n++) {
		struct sync_slot *slot = slot_of(call, peer, n);
		if (!couriers->is_active(call, peer, n))
			continue;
		struct sync_look look = couriers->look(call, peer, n);
		if (slot->is_request_due && writer_left(writer) >= REQUEST_BYTES) {
			struct frame frame = { .type = FRAME_SYNC_REQUEST, .courier = look.id };
			frame_write(writer, &frame);
			slot->is_request_due = false;
		}
		if (slot->hash_at <= call->now && writer_left(writer) >= HASH_BYTES)
			write_hash(call, peer, couriers, n, &look, writer);
	}
}
