/* blob_send.c: the sender's side of a blob. What the receiver has it tells itself when it accepts; from then on the fates
 * of messages say it. What is lost goes first, then what is new, then, with nothing else to do, what is still on its
 * way again, in passes: the last losses of a blob would cost a round trip each. */
#include "core/couriers/blob.h"

#include <string.h>

static const octo_time_ns offer_again_max_ns = 60 * OCTO_SECOND;
static const octo_time_ns trip_guess_ns = 250 * OCTO_MILLISECOND;
/* A HAVE that comes while others of its cells arrive is older than these news: an offer was repeated, or a HAVE. */
static const octo_time_ns stale_ns = OCTO_SECOND;
/* All of it has arrived, and nothing is heard of its end: that was thrown away, or its receiver takes long. */
static const octo_time_ns end_ns = 2 * OCTO_SECOND;
enum { OFFER_TRIPS = 4, LOSS_UNIT = 1 << 16, LOSS_MEMORY = 512 };

bool blob_out_fits(const struct octo_blob *blob, const struct octo_courier_call *call)
{
	return !call->session || BLOB_OFFER_HEAD_BYTES + strlen(blob->name) <= call->room;
}

uint64_t blob_out_done(const struct blob_out *out)
{
	uint64_t bytes = blob_offset(&out->place, out->base) + (uint64_t)out->arrived * out->place.cell_bytes;
	return bytes < out->place.blob.size ? bytes : out->place.blob.size;
}

static bool is_open(const struct blob_out *out, uint32_t cell)
{
	return !blob_bit(out->arrived_bits, cell) && !blob_bit(out->flying_bits, cell);
}

static uint32_t limit_of(const struct blob_out *out)
{
	uint32_t left = out->place.cells - out->base;
	if (out->place.phase == BLOB_ASKING)
		return out->early_end;
	return out->base + (left < BLOB_WINDOW ? left : BLOB_WINDOW);
}

/* ---- When ------------------------------------------------------------------------------------------------------ */

bool blob_out_is_due(const struct blob_out *out, const struct octo_courier_call *call)
{
	const struct blob_place *place = &out->place;
	if (!call->session)
		return false;
	if (place->phase == BLOB_ABORTING)
		return place->is_due;
	return blob_is_live(place) && (place->session != call->session || place->is_due || place->again_at <= call->now);
}

static octo_time_ns trip_of(const struct octo_courier_call *call)
{
	return call->trip_ns ? call->trip_ns : trip_guess_ns;
}

/* What the present pass of repetitions sends next ends here; `base` when it is over. It begins with what was sent last: of
 * what was sent a round trip ago the fate is about to be known. */
static uint32_t repeat_below(const struct blob_out *out)
{
	return out->again > out->base ? blob_bits_find_last(out->arrived_bits, out->base, out->again) : out->base;
}

/* When another pass may begin: where losses are about at once, and then closely, else only when an answer is late; and
 * never where the last one brought no news. */
static octo_time_ns pass_at(const struct blob_courier *state, const struct blob_out *out, const struct octo_courier_call *call)
{
	octo_time_ns since = state->losses || out->repeated_at > out->sent_at ? out->repeated_at : out->sent_at;
	if (out->repeated_at >= out->sent_at && out->repeated_at >= out->arrived_at)
		return OCTO_NEVER;
	return since + (state->losses ? trip_of(call) / 4 : trip_of(call) * 3 / 2);
}

octo_time_ns blob_out_ready_at(const struct blob_courier *state, const struct blob_out *out,
                               const struct octo_courier_call *call)
{
	bool is_early = out->place.phase == BLOB_ASKING && out->early_end;
	if ((out->place.phase != BLOB_FLOWING && !is_early) || out->place.session != call->session)
		return OCTO_NEVER;
	if (out->open || out->next < limit_of(out))
		return call->now;
	if (is_early || out->base + out->arrived == out->next)
		return OCTO_NEVER;
	return repeat_below(out) > out->base ? call->now : pass_at(state, out, call);
}

/* ---- Sending --------------------------------------------------------------------------------------------------- */

static void offer(struct blob_courier *state, struct blob_out *out, const struct octo_courier_call *call)
{
	struct blob_place *place = &out->place;
	bool is_first = place->round == 0, is_new = is_first || place->session != call->session;
	if (is_new) {
		place->round = ++state->rounds ? state->rounds : ++state->rounds;
		place->again_ns = OFFER_TRIPS * trip_of(call);
		place->session = call->session;
		place->phase = BLOB_ASKING;
	}
	if (!place->cell_bytes || place->cell_bytes + BLOB_CHUNK_HEAD_BYTES > call->room)
		place->cell_bytes = (uint16_t)((call->room - BLOB_CHUNK_HEAD_BYTES) / BLOB_CELLS_A_CHUNK);
	place->cells = blob_cells_of(place->blob.size, place->cell_bytes);
	if (is_new) /* what a receiver has of a blob that flowed before it says first */
		out->early_end = !is_first ? 0 : place->cells < BLOB_CELLS_EARLY ? place->cells : BLOB_CELLS_EARLY;
	if (!is_new && place->again_at > call->now)
		return;
	place->again_at = call->now + place->again_ns;
	place->again_ns = 2 * place->again_ns < offer_again_max_ns ? 2 * place->again_ns : offer_again_max_ns;
}

size_t blob_out_control(struct blob_courier *state, uint32_t index, const struct octo_courier_call *call, uint8_t *bytes,
                        size_t size_max)
{
	struct blob_out *out = &state->outs[index];
	struct blob_place *place = &out->place;
	struct blob_message message = { .type = BLOB_ABORT, .id = place->blob.id, .way = OCTO_WAY_OUT, .reason = place->end };
	uint8_t whole[BLOB_CONTROL_BYTES_MAX];
	if (place->phase != BLOB_ABORTING && !blob_out_fits(&place->blob, call)) {
		blob_fail(call, place, OCTO_WAY_OUT, OCTO_BLOB_END_LONG_NAME, true);
		message.reason = place->end;
		if (place->phase != BLOB_ABORTING)
			return 0;
	}
	if (place->phase != BLOB_ABORTING) {
		offer(state, out, call);
		message.type = BLOB_OFFER;
		message.blob = place->blob;
		message.cell_bytes = place->cell_bytes;
	}
	message.round = place->round;
	size_t size = blob_message_write(whole, &message);
	if (size > size_max)
		return 0;
	memcpy(bytes, whole, size);
	place->is_due = 0;
	return size;
}

static void fly(struct blob_out *out, uint32_t first, uint32_t count)
{
	for (uint32_t cell = first; cell < first + count; cell++)
		blob_bit_set(out->flying_bits, cell, true);
}

/* Chooses up to `most` cells in a row; 0: there are none. */
static uint32_t choose(struct blob_out *out, const struct octo_courier_call *call, uint32_t most, uint32_t *first)
{
	uint32_t count = 0, limit = limit_of(out);
	if (out->open) {
		*first = blob_bits_find(out->arrived_bits, out->flying_bits, out->open_from > out->base ? out->open_from : out->base,
		                        out->next);
		while (count < most && *first + count < out->next && is_open(out, *first + count))
			count++;
		out->open -= count;
		out->open_from = *first + count;
	} else if (out->next < limit) {
		*first = out->next;
		count = limit - out->next < most ? limit - out->next : most;
		out->next += count;
		out->again = out->base;
	} else {
		uint32_t below = repeat_below(out);
		if (below == out->base) {
			out->again = out->next;
			out->repeated_at = call->now;
			below = repeat_below(out);
		}
		while (count < most && below - count > out->base && !blob_bit(out->arrived_bits, below - count - 1))
			count++;
		*first = out->again = below - count;
		return count;
	}
	fly(out, *first, count);
	out->sent_at = call->now;
	return count;
}

size_t blob_out_chunk(struct blob_courier *state, uint32_t index, const struct octo_courier_call *call, uint8_t *message,
                      size_t size_max, uint64_t *handle)
{
	struct blob_out *out = &state->outs[index];
	struct blob_place *place = &out->place;
	uint32_t first = 0;
	if (size_max < BLOB_CHUNK_HEAD_BYTES + (size_t)place->cell_bytes)
		return 0;
	uint32_t most = (uint32_t)((size_max - BLOB_CHUNK_HEAD_BYTES) / place->cell_bytes);
	uint32_t count = choose(out, call, most < BLOB_CELLS_MAX ? most : BLOB_CELLS_MAX, &first);
	if (count == 0)
		return 0;
	size_t size = blob_span(place, first, count);
	/* The offer goes in front of each early chunk, so that none comes before it. */
	place->is_due = place->phase == BLOB_ASKING && (out->open || out->next < limit_of(out));
	blob_chunk_head_write(message, place->blob.id, first);
	if (!call->host->blobs->read(call->host->context, call->peer, OCTO_WAY_OUT, place->blob.id, blob_offset(place, first),
	                             message + BLOB_CHUNK_HEAD_BYTES, size)) {
		blob_fail(call, place, OCTO_WAY_OUT, OCTO_BLOB_END_READ, true);
		return 0;
	}
	out->pass += size * 256 / (place->blob.priority + 1u);
	*handle = blob_handle_pack(&(struct blob_handle){ .kind = BLOB_HANDLE_CHUNK, .index = index, .round = place->round,
		.count = count, .cell = first });
	return BLOB_CHUNK_HEAD_BYTES + size;
}

/* ---- What has arrived ------------------------------------------------------------------------------------------- */

static void slide(struct blob_out *out)
{
	while (out->base < out->next && blob_bit(out->arrived_bits, out->base)) {
		blob_bit_set(out->arrived_bits, out->base, false);
		blob_bit_set(out->flying_bits, out->base, false);
		out->base++;
		out->arrived--;
	}
}

/* Another offer asks what has become of it. */
static void await_end(struct blob_out *out, const struct octo_courier_call *call)
{
	struct blob_place *place = &out->place;
	if (out->base == place->cells && place->again_at == OCTO_NEVER)
		place->again_at = call->now + (place->again_ns > end_ns ? place->again_ns : end_ns);
}

static void arrive(struct blob_out *out, const struct octo_courier_call *call, uint32_t cell)
{
	if (cell < out->base || cell >= out->next || blob_bit(out->arrived_bits, cell))
		return;
	out->open -= !blob_bit(out->flying_bits, cell);
	blob_bit_set(out->flying_bits, cell, false);
	blob_bit_set(out->arrived_bits, cell, true);
	out->arrived++;
	out->arrived_at = call->now;
}

/* The first HAVE says what has become of early cells: acknowledged ones that it does not name were thrown away, as those are
 * that come before their offer or to a courier that is switched off. What is on its way still is. */
static void settle_early(struct blob_out *out, const struct octo_courier_call *call, uint32_t frontier)
{
	for (uint32_t cell = out->base; cell < out->next; cell++) {
		if (!blob_bit(out->arrived_bits, cell))
			continue;
		blob_bit_set(out->arrived_bits, cell, false);
		out->arrived--;
		out->open++;
	}
	out->open_from = out->base;
	for (; out->next < frontier; out->next++)
		out->open++;
	for (uint32_t cell = out->base; cell < frontier; cell++)
		arrive(out, call, cell);
	slide(out);
}

static void lose(struct blob_out *out, uint32_t cell)
{
	if (cell < out->base || cell >= out->next || !blob_bit(out->flying_bits, cell) || blob_bit(out->arrived_bits, cell))
		return;
	blob_bit_set(out->flying_bits, cell, false);
	out->open++;
	if (cell < out->open_from)
		out->open_from = cell;
}

static struct blob_out *find(struct blob_courier *state, const struct blob_message *message)
{
	for (uint32_t i = 0; i < OCTO_BLOBS_MAX; i++) {
		struct blob_out *out = &state->outs[i];
		if (blob_is_live(&out->place) && out->place.round && out->place.blob.id == message->id &&
		    out->place.round == message->round)
			return out;
	}
	return NULL;
}

/* From `at` on, all that is said is taken for true: cells never sent by us, but by our former self, too. */
static void take_runs(struct blob_out *out, const struct octo_courier_call *call, const struct blob_message *message)
{
	uint32_t at = message->from;
	for (uint32_t i = 0; i < message->run_count; i++) {
		uint32_t had_from = at + message->runs[i].missing;
		at = had_from + message->runs[i].had;
		for (; out->next < at; out->next++) {
			out->open++;
			if (out->next < out->open_from)
				out->open_from = out->next;
		}
		for (uint32_t cell = had_from; cell < at; cell++)
			arrive(out, call, cell);
	}
	slide(out);
}

static uint64_t end_of(const struct blob_message *message)
{
	uint64_t end = message->from;
	for (uint32_t i = 0; i < message->run_count; i++)
		end += message->runs[i].missing + (uint64_t)message->runs[i].had;
	return end;
}

static bool have_is_possible(const struct blob_out *out, const struct blob_message *message)
{
	uint64_t end = end_of(message);
	return message->frontier <= out->place.cells && message->from >= message->frontier && end <= out->place.cells &&
	       end <= (uint64_t)message->frontier + BLOB_WINDOW;
}

void blob_out_have(struct blob_courier *state, const struct octo_courier_call *call, const struct blob_message *message)
{
	struct blob_out *out = find(state, message);
	if (!out) {
		blob_note(call, OCTO_NOTE_BLOB_STRAY, message->id, 0, 0);
		blob_refuse(state, call, message, OCTO_WAY_OUT, OCTO_BLOB_END_UNKNOWN);
		return;
	}
	struct blob_place *place = &out->place;
	bool is_first = message->from == message->frontier, is_start = place->phase == BLOB_ASKING;
	if (!place->cell_bytes || !have_is_possible(out, message)) {
		blob_note_place(call, place, OCTO_WAY_OUT, OCTO_NOTE_BLOB_OUT_OF_RANGE, message->frontier);
		return;
	}
	if (!is_first && (is_start || end_of(message) > (uint64_t)out->base + BLOB_WINDOW))
		return; /* its beginning was lost, and comes again */
	if (is_first && !is_start && call->now - out->arrived_at < stale_ns)
		return;
	if (is_start && out->early_end && message->frontier <= BLOB_WINDOW) {
		settle_early(out, call, message->frontier);
	} else if (is_first) {
		out->base = out->next = out->open_from = out->again = message->frontier;
		out->arrived = out->open = 0;
		memset(out->arrived_bits, 0, sizeof out->arrived_bits);
		memset(out->flying_bits, 0, sizeof out->flying_bits);
	}
	take_runs(out, call, message);
	place->again_at = OCTO_NEVER;
	place->is_due = 0;
	await_end(out, call);
	if (is_start) {
		place->phase = BLOB_FLOWING;
		out->arrived_at = call->now;
		place->rate_from = call->now;
		place->rate_from_bytes = blob_out_done(out);
		blob_note_place(call, place, OCTO_WAY_OUT, OCTO_NOTE_BLOB_STARTED, blob_out_done(out));
	}
}

void blob_out_done_said(struct blob_courier *state, const struct octo_courier_call *call, const struct blob_message *message)
{
	struct blob_out *out = find(state, message);
	if (!out) {
		blob_note(call, OCTO_NOTE_BLOB_STRAY, message->id, 0, 0);
		return;
	}
	if (out->place.phase == BLOB_ASKING && out->next > 0) /* all of it went before it was accepted */
		blob_note_place(call, &out->place, OCTO_WAY_OUT, OCTO_NOTE_BLOB_STARTED, 0);
	out->base = out->next = out->place.cells;
	out->arrived = out->open = 0;
	out->place.phase = BLOB_ENDED;
	out->place.end = OCTO_BLOB_END_COMPLETE;
	blob_note_place(call, &out->place, OCTO_WAY_OUT, OCTO_NOTE_BLOB_COMPLETE, out->place.blob.size);
}

static void count_losses(struct blob_courier *state, enum octo_fate fate)
{
	if (fate == OCTO_FATE_LOST)
		state->losses += state->losses < 64 * LOSS_UNIT ? LOSS_UNIT : 0;
	else
		state->losses -= state->losses / LOSS_MEMORY + (state->losses % LOSS_MEMORY != 0);
}

void blob_out_fate(struct blob_courier *state, const struct octo_courier_call *call, const struct blob_handle *handle,
                   enum octo_fate fate)
{
	struct blob_out *out = &state->outs[handle->index];
	if (out->place.round != handle->round)
		return;
	if (handle->kind == BLOB_HANDLE_OUT) {
		if (fate == OCTO_FATE_LOST && (out->place.phase == BLOB_ASKING || out->place.phase == BLOB_ABORTING))
			out->place.is_due = 1;
		else if (fate == OCTO_FATE_DELIVERED && out->place.phase == BLOB_ABORTING && handle->count)
			out->place.phase = BLOB_ENDED;
		return;
	}
	count_losses(state, fate);
	bool is_early = out->place.phase == BLOB_ASKING && out->early_end;
	if (out->place.phase != BLOB_FLOWING && !is_early)
		return;
	for (uint32_t cell = handle->cell; cell < handle->cell + handle->count; cell++) {
		if (fate == OCTO_FATE_DELIVERED)
			arrive(out, call, cell);
		else
			lose(out, cell);
	}
	if (is_early) {
		out->place.is_due = out->place.is_due || out->open;
		return;
	}
	slide(out);
	await_end(out, call);
	blob_progress(call, &out->place, OCTO_WAY_OUT, blob_out_done(out));
}
