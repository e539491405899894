/* blob.c: the blob courier: which of its messages goes next, to whom a message is handed, and what the application may
 * ask. Control messages go first; the bytes of several blobs share by (priority + 1). */
#include "core/couriers/blob.h"

#include "core/base/check.h"
#include "core/couriers/urgency.h"

#include <string.h>

enum { BLOB_ID = 6 };

_Static_assert(sizeof(struct octo_blob) == 112 && sizeof(struct blob_place) % 8 == 0 && sizeof(struct blob_past) == 24 &&
               sizeof(struct blob_out) % 8 == 0 && sizeof(struct blob_in) % 8 == 0, "no padding");
_Static_assert(sizeof(struct blob_courier) <= UINT16_MAX, "a state that the channel can keep");

/* ---- The mandate ------------------------------------------------------------------------------------------------- */

static bool past_is_due(const struct blob_courier *state)
{
	for (uint32_t i = 0; i < BLOB_PASTS; i++)
		if (state->pasts[i].is_due)
			return true;
	return false;
}

static bool has_control(const struct blob_courier *state, const struct octo_courier_call *call)
{
	for (uint32_t i = 0; i < OCTO_BLOBS_MAX; i++)
		if (blob_out_is_due(&state->outs[i], call) || blob_in_is_due(&state->ins[i], call))
			return true;
	return call->session && (state->refusal.is_due || past_is_due(state));
}

static void earliest(octo_time_ns *first, octo_time_ns at)
{
	if (at < *first)
		*first = at;
}

static void mandate(const void *data, const struct octo_courier_call *call, struct octo_mandate *mandate)
{
	const struct blob_courier *state = data;
	octo_time_ns at = OCTO_NEVER, ready_at = OCTO_NEVER;
	mandate->accept_reads = true;
	mandate->priority = 0;
	mandate->payload_least = UINT16_MAX;
	for (uint32_t i = 0; i < OCTO_BLOBS_MAX; i++) {
		const struct blob_out *out = &state->outs[i];
		octo_time_ns out_at = blob_out_ready_at(state, out, call);
		earliest(&ready_at, out_at);
		if (out_at != OCTO_NEVER && out->place.cell_bytes + BLOB_CHUNK_HEAD_BYTES < mandate->payload_least)
			mandate->payload_least = (uint16_t)(out->place.cell_bytes + BLOB_CHUNK_HEAD_BYTES);
		if (blob_is_live(&out->place) && out->place.blob.priority > mandate->priority)
			mandate->priority = out->place.blob.priority;
		if (call->session && blob_is_live(&out->place))
			earliest(&at, out->place.again_at);
		earliest(&at, blob_in_due_at(&state->ins[i], call));
	}
	if (mandate->priority == 0)
		mandate->priority = OCTO_BLOB_PRIORITY;
	bool is_control = has_control(state, call);
	octo_time_ns wanted_at = is_control ? call->now : at < ready_at ? at : ready_at;
	mandate->want_to_send = wanted_at != OCTO_NEVER;
	mandate->is_bulk = !is_control && ready_at <= at;
	mandate->payload_size = mandate->is_bulk ? call->room : BLOB_CONTROL_BYTES_MAX;
	if (!mandate->is_bulk)
		mandate->payload_least = 0;
	mandate->urgency_ms = urgency_ms(call->now, wanted_at);
}

/* ---- Sending ------------------------------------------------------------------------------------------------------ */

static uint64_t handle_of(enum blob_handle_kind kind, uint32_t index, uint16_t round)
{
	return blob_handle_pack(&(struct blob_handle){ .kind = kind, .index = index, .round = round });
}

static uint64_t handle_of_place(enum blob_handle_kind kind, uint32_t index, const struct blob_place *place)
{
	return blob_handle_pack(&(struct blob_handle){ .kind = kind, .index = index, .round = place->round,
		.count = place->phase == BLOB_ABORTING });
}

static size_t send_done(struct blob_courier *state, uint8_t *out, uint64_t *handle)
{
	for (uint32_t i = 0; i < BLOB_PASTS; i++) {
		struct blob_past *past = &state->pasts[i];
		if (!past->is_due)
			continue;
		past->is_due = 0;
		*handle = handle_of(BLOB_HANDLE_DONE, i, past->round);
		return blob_message_write(out, &(struct blob_message){ .type = BLOB_DONE, .id = past->id, .round = past->round });
	}
	return 0;
}

static size_t send_control(struct blob_courier *state, const struct octo_courier_call *call, uint8_t *out, size_t size_max,
                           uint64_t *handle)
{
	for (uint32_t i = 0; i < OCTO_BLOBS_MAX; i++) {
		if (blob_out_is_due(&state->outs[i], call)) {
			size_t size = blob_out_control(state, i, call, out, size_max);
			*handle = handle_of_place(BLOB_HANDLE_OUT, i, &state->outs[i].place);
			return size;
		}
		if (blob_in_is_due(&state->ins[i], call)) {
			*handle = handle_of_place(BLOB_HANDLE_IN, i, &state->ins[i].place);
			return blob_in_control(state, i, call, out, size_max);
		}
	}
	if (state->refusal.is_due) {
		struct blob_message message = { .type = BLOB_ABORT, .id = state->refusal.id, .round = state->refusal.round,
			.way = state->refusal.way, .reason = state->refusal.reason };
		state->refusal.is_due = state->refusal.has_arrived = 0;
		*handle = handle_of(BLOB_HANDLE_REFUSAL, 0, state->refusal.round);
		return blob_message_write(out, &message);
	}
	return send_done(state, out, handle);
}

static size_t send(void *data, const struct octo_courier_call *call, uint8_t *out, size_t size_max, uint64_t *handle)
{
	struct blob_courier *state = data;
	uint32_t best = OCTO_BLOBS_MAX;
	if (has_control(state, call)) {
		uint8_t message[BLOB_CONTROL_BYTES_MAX];
		size_t size = send_control(state, call, message, size_max < sizeof message ? size_max : sizeof message, handle);
		if (size == 0 || size > size_max) {
			*handle = 0;
			return 0;
		}
		memcpy(out, message, size);
		return size;
	}
	for (uint32_t i = 0; i < OCTO_BLOBS_MAX; i++)
		if (blob_out_ready_at(state, &state->outs[i], call) <= call->now &&
		    (best == OCTO_BLOBS_MAX || state->outs[i].pass < state->outs[best].pass))
			best = i;
	return best < OCTO_BLOBS_MAX ? blob_out_chunk(state, best, call, out, size_max, handle) : 0;
}

static void fate(void *data, const struct octo_courier_call *call, uint64_t packed, enum octo_fate fate)
{
	struct blob_courier *state = data;
	struct blob_handle handle = blob_handle_unpack(packed);
	struct blob_place *place;
	switch (handle.kind) {
	case BLOB_HANDLE_CHUNK:
	case BLOB_HANDLE_OUT:
		blob_out_fate(state, call, &handle, fate);
		break;
	case BLOB_HANDLE_IN:
		place = &state->ins[handle.index].place;
		if (place->round != handle.round)
			break;
		if (fate == OCTO_FATE_LOST && (blob_is_live(place) || place->phase == BLOB_ABORTING)) {
			place->is_due = 1;
			state->ins[handle.index].said = 0;
		} else if (place->phase == BLOB_ABORTING && handle.count) {
			place->phase = BLOB_ENDED;
		}
		break;
	case BLOB_HANDLE_DONE:
		if (fate == OCTO_FATE_LOST && state->pasts[handle.index].round == handle.round)
			state->pasts[handle.index].is_due = 1;
		break;
	case BLOB_HANDLE_REFUSAL:
		if (state->refusal.round != handle.round)
			break;
		state->refusal.is_due = state->refusal.is_due || fate == OCTO_FATE_LOST;
		state->refusal.has_arrived = fate == OCTO_FATE_DELIVERED;
		break;
	}
}

/* ---- Receiving ----------------------------------------------------------------------------------------------------- */

/* The writer of an ABORT with way OUT sends the blob: it is one that comes in here. */
static void aborted(struct blob_courier *state, const struct octo_courier_call *call, const struct blob_message *message)
{
	for (uint32_t i = 0; i < OCTO_BLOBS_MAX; i++) {
		bool is_incoming = message->way == OCTO_WAY_OUT;
		struct blob_place *place = is_incoming ? &state->ins[i].place : &state->outs[i].place;
		if (!blob_is_live(place) || place->blob.id != message->id || place->round != message->round)
			continue;
		blob_fail(call, place, is_incoming ? OCTO_WAY_IN : OCTO_WAY_OUT, (enum octo_blob_end)message->reason, false);
		return;
	}
	bool is_incoming = message->way == OCTO_WAY_OUT;
	blob_note(call, OCTO_NOTE_BLOB_STRAY, message->id | (is_incoming ? OCTO_NOTE_INCOMING : 0), message->reason, 0);
}

static void receive(void *data, const struct octo_courier_call *call, const uint8_t *bytes, size_t size)
{
	struct blob_message message;
	if (!blob_message_read(bytes, size, &message)) {
		blob_note(call, OCTO_NOTE_BAD_MESSAGE, size ? bytes[0] : 0, 0, 0);
		return;
	}
	switch (message.type) {
	case BLOB_OFFER: blob_in_offer(data, call, &message); break;
	case BLOB_HAVE: blob_out_have(data, call, &message); break;
	case BLOB_CHUNK: blob_in_chunk(data, call, &message); break;
	case BLOB_DONE: blob_out_done_said(data, call, &message); break;
	case BLOB_ABORT: aborted(data, call, &message); break;
	}
}

const struct octo_courier octo_courier_blob = {
	.name = "blob", .id = BLOB_ID, .state_size = sizeof(struct blob_courier),
	.mandate = mandate, .send = send, .receive = receive, .fate = fate
};

/* ---- The application ------------------------------------------------------------------------------------------------ */

struct request { const struct octo_blob *blob; enum octo_way way; uint16_t id; bool is_kept; enum octo_status status; };

static uint32_t courier_of(const struct octo_host *host)
{
	uint32_t courier = octo_courier_index(host, BLOB_ID);
	OCTO_ASSERT(courier != OCTO_NO_COURIER && host->couriers[courier] == &octo_courier_blob);
	return courier;
}

/* One that failed is kept for the peer to hear of it; without a session to tell it in, what is new goes first. */
static bool is_taken(const struct blob_place *place, const struct octo_courier_call *call)
{
	return blob_is_live(place) || (place->phase == BLOB_ABORTING && place->session == call->session);
}

/* What is lost with a place that is taken over: least with one that was never used, most with what the peer is not told. */
static int worth(const struct blob_place *place)
{
	return place->phase == BLOB_ABORTING ? 2 : place->phase == BLOB_ENDED;
}

static void begin(void *data, const struct octo_courier_call *call, void *argument)
{
	struct blob_courier *state = data;
	struct request *request = argument;
	struct blob_out *free = NULL;
	uint64_t pass = UINT64_MAX;
	for (uint32_t i = 0; i < OCTO_BLOBS_MAX; i++) {
		struct blob_out *out = &state->outs[i];
		if (is_taken(&out->place, call) && out->place.blob.id == request->blob->id) {
			request->status = OCTO_KNOWN_BLOB;
			return;
		}
		if (is_taken(&out->place, call) && out->pass < pass)
			pass = out->pass;
		if (!is_taken(&out->place, call) && (!free || worth(&out->place) < worth(&free->place)))
			free = out;
	}
	bool fits = blob_out_fits(request->blob, call);
	request->status = !fits ? OCTO_BAD_BLOB : free ? OCTO_OK : OCTO_FULL_BLOBS;
	if (request->status != OCTO_OK)
		return;
	memset(free, 0, sizeof *free);
	free->place.blob = *request->blob;
	memset(free->place.blob.reserved, 0, sizeof free->place.blob.reserved);
	free->place.phase = BLOB_ASKING;
	free->place.is_due = 1;
	free->place.again_at = OCTO_NEVER;
	free->pass = pass == UINT64_MAX ? 0 : pass;
	blob_note_place(call, &free->place, OCTO_WAY_OUT, OCTO_NOTE_BLOB_OFFERED, 0);
}

enum octo_status octo_blob_send(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t peer,
                                const struct octo_blob *blob)
{
	struct request request = { .blob = blob };
	OCTO_ASSERT(host->blobs);
	if (blob->id == 0 || blob->size > OCTO_BLOB_SIZE_MAX || !blob_name_is_good(blob->name))
		return OCTO_BAD_BLOB;
	octo_courier_work(channel, host, now, peer, courier_of(host), begin, &request);
	return request.status;
}

static void cancel(void *data, const struct octo_courier_call *call, void *argument)
{
	struct blob_courier *state = data;
	struct request *request = argument;
	for (uint32_t i = 0; i < OCTO_BLOBS_MAX; i++) {
		struct blob_place *place = request->way == OCTO_WAY_IN ? &state->ins[i].place : &state->outs[i].place;
		if (!blob_is_live(place) || place->blob.id != request->id)
			continue;
		blob_fail(call, place, request->way, OCTO_BLOB_END_CANCELLED, true);
		request->status = OCTO_OK;
	}
}

enum octo_status octo_blob_cancel(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t peer,
                                  enum octo_way way, uint16_t id)
{
	struct request request = { .way = way, .id = id, .status = OCTO_UNKNOWN_BLOB };
	octo_courier_work(channel, host, now, peer, courier_of(host), cancel, &request);
	return request.status;
}

static void kept(void *data, const struct octo_courier_call *call, void *argument)
{
	struct blob_courier *state = data;
	struct request *request = argument;
	for (uint32_t i = 0; i < OCTO_BLOBS_MAX; i++) {
		struct blob_in *in = &state->ins[i];
		if (in->place.phase != BLOB_KEEPING || in->place.blob.id != request->id)
			continue;
		blob_in_kept(state, call, in, request->is_kept);
		request->status = OCTO_OK;
	}
}

enum octo_status octo_blob_kept(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t peer,
                                uint16_t id, bool is_kept)
{
	struct request request = { .id = id, .is_kept = is_kept, .status = OCTO_UNKNOWN_BLOB };
	octo_courier_work(channel, host, now, peer, courier_of(host), kept, &request);
	return request.status;
}

bool octo_blob_view(struct octo_channel *channel, const struct octo_host *host, uint32_t peer, enum octo_way way,
                    uint32_t index, struct octo_blob_view *view)
{
	OCTO_ASSERT(index < OCTO_BLOBS_MAX && way < OCTO_WAY_COUNT);
	const struct blob_courier *state = octo_courier_state(channel, peer, courier_of(host));
	const struct blob_place *place = way == OCTO_WAY_IN ? &state->ins[index].place : &state->outs[index].place;
	memset(view, 0, sizeof *view);
	if (place->phase == BLOB_EMPTY)
		return false;
	view->blob = place->blob;
	view->end = (enum octo_blob_end)place->end;
	view->is_flowing = place->phase == BLOB_FLOWING || place->phase == BLOB_KEEPING;
	if (place->cell_bytes) {
		bool is_in = way == OCTO_WAY_IN;
		view->done = is_in ? blob_in_done(&state->ins[index]) : blob_out_done(&state->outs[index]);
		view->done_in_a_row = blob_offset(place, is_in ? state->ins[index].frontier : state->outs[index].base);
	}
	view->rate_bps = place->rate_bps;
	view->repeated = way == OCTO_WAY_IN ? state->ins[index].repeated : 0;
	return true;
}
