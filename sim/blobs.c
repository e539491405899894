/* blobs.c: see blobs.h. That all bytes were written once is seen without holding any: each write adds the difference of two
 * marks, that of its end and that of its beginning, and of a blob without gaps and overlaps only the first and the last
 * mark are left. */
#include "sim/blobs.h"

#include "sim/check/tally.h"
#include "sim/engine/rng.h"
#include "sim/engine/wide.h"
#include "sim/node.h"
#include "sim/recorder.h"

#include <stdlib.h>
#include <string.h>

struct transfer {                     /* in the arena: a blob that the timeline may offer, from one node to one other */
	uint32_t from, to;
	uint32_t action;              /* 1 + the last one that offered it; 0: none has */
	uint16_t id;
	uint8_t out, in;              /* enum octo_note, of the sender and of the receiver: OFFERED or STARTED, COMPLETE, FAILED */
	uint8_t end;                  /* enum octo_blob_end of a FAILED */
	bool is_whole;
	uint8_t digest[OCTO_DIGEST_BYTES]; /* of what is on the receiver's disk */
	uint64_t row;                 /* and how much of it, in a row, when the receiver asked its disk last */
	uint64_t marks;
	uint64_t written, written_before; /* bytes: in this life of the receiver; in all before */
	uint64_t asked;               /* lives in which it asked */
	uint64_t began_ns, whole_ns, ended_ns; /* ended: was given up, by either side */
	uint64_t repeated_before;     /* in former lives, as the core counted them */
};

struct transfers {
	uint32_t count;
	struct transfer list[];
};

static struct transfers *all_of(const struct sim *sim)
{
	arena_ref ref = world_of(sim)->transfers;
	return ref ? arena_at(&sim->arena, ref) : NULL;
}

static int compare(const void *a, const void *b)
{
	const struct transfer *x = a, *y = b;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return x->id == y->id ? 0 : x->id < y->id ? -1 : 1;
}

static struct transfer *find(const struct sim *sim, uint32_t from, uint32_t to, uint16_t id)
{
	struct transfers *all = all_of(sim);
	struct transfer key = { .from = from, .to = to, .id = id };
	return all ? bsearch(&key, all->list, all->count, sizeof key, compare) : NULL;
}

void blobs_make(struct sim *sim)
{
	const struct scenario *scenario = sim->scenario;
	uint32_t most = 0;
	for (uint32_t i = 0; i < scenario->action_count; i++)
		most += scenario->actions[i].verb == SCENARIO_BLOB ? scenario->actions[i].pair_count : 0;
	if (most == 0)
		return;
	world_of(sim)->transfers = arena_alloc(&sim->arena, sizeof(struct transfers) + most * sizeof(struct transfer));
	struct transfers *all = all_of(sim);
	if (!all)
		return;
	for (uint32_t i = 0; i < scenario->action_count; i++) {
		const struct scenario_action *action = &scenario->actions[i];
		for (uint32_t k = 0; action->verb == SCENARIO_BLOB && k < action->pair_count; k++)
			all->list[all->count++] = (struct transfer){ .from = action->pairs[k].a, .to = action->pairs[k].b,
				.id = action->blob->id };
	}
	qsort(all->list, all->count, sizeof *all->list, compare);
	uint32_t kept = 0;
	for (uint32_t i = 0; i < all->count; i++)
		if (kept == 0 || compare(&all->list[kept - 1], &all->list[i]) != 0)
			all->list[kept++] = all->list[i];
	all->count = kept;
}

/* ---- Bytes --------------------------------------------------------------------------------------------------------- */

static const struct scenario_blob *blob_of(const struct sim *sim, const struct transfer *transfer)
{
	return sim->scenario->actions[transfer->action - 1].blob;
}

/* Eight bytes at a time follow from where they stand. */
static void fill(const struct sim *sim, const struct scenario_blob *blob, uint64_t offset, uint8_t *out, size_t size)
{
	uint64_t stream = rng_mix(sim->seed ^ rng_mix(blob->id));
	if (blob->bytes) {
		memcpy(out, blob->bytes + offset, size);
		return;
	}
	for (size_t i = 0; i < size;) {
		uint64_t at = offset + i, word = rng_mix(stream + at / 8) >> (at % 8 * 8);
		for (uint64_t k = at % 8; k < 8 && i < size; k++, word >>= 8)
			out[i++] = (uint8_t)word;
	}
}

static uint64_t mark_of(const struct transfer *transfer, uint64_t offset)
{
	return rng_mix(rng_mix(offset) + transfer->id);
}

static struct transfer *incoming(const struct node_seat *seat, uint32_t peer, uint16_t id)
{
	struct transfer *transfer = find(seat->sim, node_peer(seat->sim, seat->number, peer), seat->number, id);
	return transfer && transfer->action ? transfer : NULL;
}

static bool read_bytes(void *context, uint32_t peer, enum octo_way way, uint16_t id, uint64_t offset, uint8_t *out,
                       size_t size)
{
	const struct node_seat *seat = context;
	const struct transfer *transfer = way == OCTO_WAY_IN ? incoming(seat, peer, id) :
		find(seat->sim, seat->number, node_peer(seat->sim, seat->number, peer), id);
	if (!transfer || !transfer->action)
		return false;
	fill(seat->sim, blob_of(seat->sim, transfer), offset, out, size);
	return true;
}

/* A write is compared with what was sent, and forgotten. */
static bool write_bytes(void *context, uint32_t peer, uint16_t id, uint64_t offset, const uint8_t *bytes, size_t size)
{
	const struct node_seat *seat = context;
	struct sim *sim = seat->sim;
	struct transfer *transfer = incoming(seat, peer, id);
	uint8_t right[OCTO_COURIER_PAYLOAD_MAX];
	bool is_inside = transfer && size <= sizeof right && offset + size <= blob_of(sim, transfer)->size;
	if (is_inside)
		fill(sim, blob_of(sim, transfer), offset, right, size);
	if (sim->checks)
		checks_blob_written(sim->checks, seat->number, node_peer(sim, seat->number, peer), id, offset,
		                    is_inside && memcmp(bytes, right, size) == 0);
	if (!is_inside)
		return false;
	transfer->written += size;
	transfer->marks += mark_of(transfer, offset + size) - mark_of(transfer, offset);
	return true;
}

/* What the disk has is of use only if it is of the same bytes. */
static enum octo_blob_answer offered(void *context, uint32_t peer, const struct octo_blob *blob, uint64_t *have)
{
	const struct node_seat *seat = context;
	struct transfer *transfer = incoming(seat, peer, blob->id);
	if (!transfer)
		return OCTO_BLOB_NO;
	if (memcmp(transfer->digest, blob->digest, sizeof transfer->digest) != 0) {
		memcpy(transfer->digest, blob->digest, sizeof transfer->digest);
		transfer->row = transfer->written_before = transfer->repeated_before = transfer->asked = 0;
	}
	*have = transfer->row;
	transfer->written_before += transfer->asked ? transfer->written : 0;
	transfer->written = 0;
	transfer->marks = mark_of(transfer, transfer->row) - mark_of(transfer, 0);
	transfer->is_whole = false;
	transfer->asked++;
	return OCTO_BLOB_YES;
}

static enum octo_blob_answer keep(void *context, uint32_t peer, const struct octo_blob *blob)
{
	const struct node_seat *seat = context;
	struct sim *sim = seat->sim;
	struct transfer *transfer = incoming(seat, peer, blob->id);
	if (!transfer)
		return OCTO_BLOB_NO;
	uint64_t written = transfer->written_before + transfer->written;
	transfer->is_whole = transfer->marks == mark_of(transfer, blob->size) - mark_of(transfer, 0);
	transfer->whole_ns = world_of(sim)->now_ns;
	if (sim->checks)
		checks_blob_kept(sim->checks, seat->number, node_peer(sim, seat->number, peer), blob->id, transfer->is_whole,
		                 written > blob->size ? written - blob->size : 0, transfer->asked - 1);
	return OCTO_BLOB_YES;
}

const struct octo_blobs blobs_of_nodes = { .read = read_bytes, .write = write_bytes, .offered = offered, .keep = keep };

/* ---- The timeline --------------------------------------------------------------------------------------------------- */

static void describe(const struct sim *sim, const struct scenario_blob *what, struct octo_blob *blob)
{
	uint8_t piece[4096];
	struct octo_digest digest;
	*blob = (struct octo_blob){ .size = what->size, .id = what->id, .priority = what->priority };
	memcpy(blob->name, what->name, sizeof blob->name);
	octo_digest_begin(&digest);
	for (uint64_t at = 0; at < what->size; at += sizeof piece) {
		size_t size = what->size - at < sizeof piece ? (size_t)(what->size - at) : sizeof piece;
		fill(sim, what, at, piece, size);
		octo_digest_add(&digest, piece, size);
	}
	octo_digest_end(&digest, blob->digest);
}

/* Offered once more while it is on its way, it goes on. */
static void offer(struct sim *sim, uint32_t action, const struct scenario_pair *pair, const struct octo_blob *blob)
{
	struct transfer *transfer = find(sim, pair->a, pair->b, blob->id);
	uint32_t peer = node_peer_index(sim, pair->a, pair->b), before = transfer->action;
	struct node_call call;
	if (!node_call(sim, pair->a, &call) || peer == OCTO_NO_PEER)
		return;
	transfer->action = action + 1; /* the core may ask for its bytes at once */
	if (octo_blob_send(call.channel, &call.host, call.now_ns, peer, blob) != OCTO_OK)
		transfer->action = before;
	else if (!before)
		transfer->began_ns = world_of(sim)->now_ns;
	node_settle(sim, pair->a);
}

static void cancel(struct sim *sim, const struct scenario_pair *pair, const struct scenario_blob *what)
{
	uint32_t who = what->by_receiver ? pair->b : pair->a, other = what->by_receiver ? pair->a : pair->b;
	uint32_t peer = node_peer_index(sim, who, other);
	enum octo_way way = what->by_receiver ? OCTO_WAY_IN : OCTO_WAY_OUT;
	struct node_call call;
	if (!node_call(sim, who, &call) || peer == OCTO_NO_PEER)
		return;
	if (octo_blob_cancel(call.channel, &call.host, call.now_ns, peer, way, what->id) == OCTO_OK)
		node_settle(sim, who);
}

void blobs_begin(struct sim *sim, uint32_t index)
{
	const struct scenario_action *action = &sim->scenario->actions[index];
	bool is_offer = action->verb == SCENARIO_BLOB;
	struct octo_blob blob;
	if (is_offer)
		describe(sim, action->blob, &blob);
	for (uint32_t i = 0; i < action->pair_count; i++) {
		recorder_action(sim, is_offer ? TRACE_ACTION_BLOB : TRACE_ACTION_CANCEL, action->pairs[i].a, action->pairs[i].b,
		                action->blob->id);
		if (is_offer)
			offer(sim, index, &action->pairs[i], &blob);
		else
			cancel(sim, &action->pairs[i], action->blob);
	}
}

/* ---- What the cores say ---------------------------------------------------------------------------------------------- */

void blobs_note(struct sim *sim, uint32_t node, uint32_t peer_node, const struct octo_event_note *note)
{
	bool is_in = note->subject & OCTO_NOTE_INCOMING;
	uint16_t id = (uint16_t)(note->subject & ~OCTO_NOTE_INCOMING);
	struct transfer *transfer = peer_node == TRACE_NOBODY ? NULL :
		is_in ? find(sim, peer_node, node, id) : find(sim, node, peer_node, id);
	uint8_t *said = transfer ? is_in ? &transfer->in : &transfer->out : NULL;
	switch (said ? note->note : OCTO_NOTE_COUNT) {
	case OCTO_NOTE_BLOB_OFFERED:
	case OCTO_NOTE_BLOB_COMPLETE:
		*said = note->note;
		if (note->note == OCTO_NOTE_BLOB_COMPLETE && sim->checks)
			checks_blob_complete(sim->checks, node, peer_node, id, transfer->is_whole);
		break;
	case OCTO_NOTE_BLOB_STARTED:
		*said = is_in ? OCTO_NOTE_BLOB_STARTED : OCTO_NOTE_BLOB_OFFERED;
		break;
	case OCTO_NOTE_BLOB_FAILED:
		*said = note->note;
		transfer->end = (uint8_t)note->value;
		transfer->ended_ns = world_of(sim)->now_ns;
		break;
	default: break;
	}
}

static bool look(const struct sim *sim, const struct transfer *transfer, struct octo_blob_view *view)
{
	const struct octo_courier *kinds[ROBOT_KINDS_MAX];
	struct octo_host host = node_onlooker(sim, transfer->to, kinds);
	struct octo_channel *channel = node_channel(sim, transfer->to);
	uint32_t peer = node_peer_index(sim, transfer->to, transfer->from);
	if (!transfer->asked || peer == OCTO_NO_PEER || !channel)
		return false;
	for (uint32_t place = 0; place < OCTO_BLOBS_MAX; place++)
		if (octo_blob_view(channel, &host, peer, OCTO_WAY_IN, place, view) &&
		    view->blob.id == transfer->id && memcmp(view->blob.digest, transfer->digest, sizeof transfer->digest) == 0)
			return true;
	return false;
}

void blobs_crash(struct sim *sim, uint32_t number)
{
	struct transfers *all = all_of(sim);
	struct octo_blob_view view;
	for (uint32_t i = 0; all && i < all->count; i++) {
		struct transfer *transfer = &all->list[i];
		if (transfer->to != number || !look(sim, transfer, &view))
			continue;
		transfer->row = view.done_in_a_row;
		transfer->repeated_before += view.repeated;
	}
}

void blobs_forget(struct sim *sim, uint32_t number)
{
	struct transfers *all = all_of(sim);
	for (uint32_t i = 0; all && i < all->count; i++)
		if (all->list[i].to == number)
			all->list[i].row = 0;
}

/* What both sides say. One that has not heard yet of an end is still at it. */
static enum scenario_blob_state state_of(const struct transfer *transfer)
{
	bool is_aborted = transfer->end == OCTO_BLOB_END_CANCELLED || transfer->end == OCTO_BLOB_END_REFUSED;
	if (transfer->in == OCTO_NOTE_BLOB_STARTED || (transfer->in == OCTO_NOTE_BLOB_COMPLETE && transfer->out == OCTO_NOTE_BLOB_OFFERED))
		return SCENARIO_BLOB_FLOWING;
	if (transfer->out == OCTO_NOTE_BLOB_OFFERED)
		return SCENARIO_BLOB_OFFERED;
	if (transfer->in == OCTO_NOTE_BLOB_COMPLETE && transfer->out == OCTO_NOTE_BLOB_COMPLETE)
		return SCENARIO_BLOB_COMPLETE;
	return is_aborted ? SCENARIO_BLOB_ABORTED : SCENARIO_BLOB_FAILED;
}

static void view_of(const struct sim *sim, const struct transfer *transfer, struct blobs_view *view)
{
	struct octo_blob_view seen;
	bool is_there = look(sim, transfer, &seen);
	enum scenario_blob_state state = state_of(transfer);
	bool is_over = state == SCENARIO_BLOB_ABORTED || state == SCENARIO_BLOB_FAILED;
	uint64_t until_ns = transfer->is_whole ? transfer->whole_ns : is_over ? transfer->ended_ns : world_of(sim)->now_ns;
	uint64_t took_ns = until_ns > transfer->began_ns ? until_ns - transfer->began_ns : 1;
	uint64_t size = blob_of(sim, transfer)->size, done = is_there ? seen.done : transfer->row;
	uint64_t written = transfer->written_before + transfer->written;
	*view = (struct blobs_view){ .state = state, .size = size, .is_whole = transfer->is_whole,
		.took_ns = took_ns, .is_refuted = !transfer->is_whole && transfer->end == OCTO_BLOB_END_DIGEST,
		.done = transfer->is_whole ? size : done };
	view->repeated = transfer->repeated_before + (is_there ? seen.repeated : 0) + (written > view->done ? written - view->done : 0);
	view->rate_bps = wide_mul_div(view->done, 8 * OCTO_SECOND, took_ns);
}

bool blobs_view(const struct sim *sim, uint32_t from, uint32_t to, uint16_t id, struct blobs_view *view)
{
	const struct transfer *transfer = find(sim, from, to, id);
	if (!transfer || !transfer->action)
		return false;
	view_of(sim, transfer, view);
	return true;
}

void blobs_sum_up(struct sim *sim, struct sim_result *result)
{
	const struct transfers *all = all_of(sim);
	if (!all)
		return;
	struct sim_blob *list = sim->blobs ? sim->blobs : calloc(all->count, sizeof *list);
	sim->blobs = list;
	if (!list) {
		sim_fail(sim, "out of memory");
		return;
	}
	for (uint32_t i = 0; i < all->count; i++) {
		const struct transfer *transfer = &all->list[i];
		struct blobs_view view;
		if (!transfer->action)
			continue;
		view_of(sim, transfer, &view);
		list[result->blob_count++] = (struct sim_blob){ .from = transfer->from, .to = transfer->to, .id = transfer->id,
			.name = blob_of(sim, transfer)->name, .state = view.state, .size = view.size, .done = view.done,
			.repeated = view.repeated, .rate_bps = view.rate_bps, .took_ns = view.took_ns, .is_whole = view.is_whole,
			.is_refuted = view.is_refuted };
	}
	result->blobs = list;
}
