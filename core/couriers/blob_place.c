/* blob_place.c: what both sides of a blob share: the bits of its window, and what is told of its fate. It must not know
 * which message goes next: see blob.c. */
#include "core/couriers/blob.h"

static const octo_time_ns note_spacing_ns = 100 * OCTO_MILLISECOND, rate_spacing_ns = 500 * OCTO_MILLISECOND;

/* ---- The window ------------------------------------------------------------------------------------------------ */

uint32_t blob_bits_find(const uint64_t a[BLOB_WORDS], const uint64_t *b, uint32_t from, uint32_t to)
{
	while (from < to) {
		uint32_t word = from % BLOB_WINDOW / 64;
		uint64_t taken = (a[word] | (b ? b[word] : 0)) >> (from % 64);
		uint32_t left = 64 - from % 64;
		if (taken == UINT64_MAX >> (from % 64)) {
			from += left;
			continue;
		}
		for (; taken & 1; taken >>= 1)
			from++;
		break;
	}
	return from < to ? from : to;
}

uint32_t blob_bits_find_last(const uint64_t bits[BLOB_WORDS], uint32_t from, uint32_t to)
{
	while (to > from) {
		uint32_t held = (to - 1) % 64 + 1; /* of this word, below `to` */
		uint64_t free = ~bits[(to - 1) % BLOB_WINDOW / 64] << (64 - held);
		if (free == 0) {
			to -= held < to - from ? held : to - from;
			continue;
		}
		for (; to > from && !(free >> 63); free <<= 1)
			to--;
		break;
	}
	return to;
}

/* ---- Telling --------------------------------------------------------------------------------------------------- */

void blob_note(const struct octo_courier_call *call, enum octo_note note, uint64_t subject, uint64_t value, uint64_t total)
{
	struct octo_event_note event = { .subject = subject, .value = value, .total = total, .note = (uint8_t)note };
	call->report(call, &event);
}

void blob_note_place(const struct octo_courier_call *call, const struct blob_place *place, enum octo_way way,
                     enum octo_note note, uint64_t value)
{
	blob_note(call, note, place->blob.id | (way == OCTO_WAY_IN ? OCTO_NOTE_INCOMING : 0), value, place->blob.size);
}

void blob_fail(const struct octo_courier_call *call, struct blob_place *place, enum octo_way way, enum octo_blob_end end,
               bool tell_peer)
{
	place->phase = tell_peer && place->round ? BLOB_ABORTING : BLOB_ENDED;
	place->is_due = tell_peer;
	place->end = (uint8_t)end;
	blob_note_place(call, place, way, OCTO_NOTE_BLOB_FAILED, end);
}

void blob_progress(const struct octo_courier_call *call, struct blob_place *place, enum octo_way way, uint64_t done)
{
	octo_time_ns passed = call->now - place->rate_from;
	uint64_t percent = place->blob.size ? done * 100 / place->blob.size : 100;
	if (passed >= rate_spacing_ns && done > place->rate_from_bytes) {
		place->rate_bps = (done - place->rate_from_bytes) * OCTO_SECOND / passed;
		place->rate_from = call->now;
		place->rate_from_bytes = done;
	}
	if (percent == place->noted_percent || call->now - place->noted_at < note_spacing_ns)
		return;
	place->noted_percent = (uint32_t)percent;
	place->noted_at = call->now;
	blob_note_place(call, place, way, OCTO_NOTE_BLOB_PROGRESS, done);
}

void blob_refuse(struct blob_courier *state, const struct octo_courier_call *call, const struct blob_message *message,
                 enum octo_way way, enum octo_blob_end reason)
{
	state->refusal.session = call->session;
	state->refusal.id = message->id;
	state->refusal.round = message->round;
	state->refusal.way = (uint8_t)way;
	state->refusal.reason = (uint8_t)reason;
	state->refusal.is_due = 1;
	state->refusal.has_arrived = 0;
}
