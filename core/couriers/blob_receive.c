/* blob_receive.c: the receiver's side of a blob. Bytes go where they belong as they come, each once; what came ahead of a
 * gap is read back for the digest when the gap closes, a little at a time. */
#include "core/couriers/blob.h"

#include "core/base/cursor.h"

static const octo_time_ns silence_ns = 2 * OCTO_SECOND, silence_max_ns = 16 * OCTO_SECOND;
enum {
	CHECK_AT_ONCE = 65536,            /* bytes read back while others come */
	CHECK_A_MESSAGE = 262144,         /* and when they are all here */
	PIECE = 4096
};
/* Between two of these: a blob of which all is here already must not keep its receiver from everything else. */
static const octo_time_ns check_spacing_ns = 2 * OCTO_MILLISECOND;

uint64_t blob_in_done(const struct blob_in *in)
{
	uint64_t bytes = blob_offset(&in->place, in->frontier) + (uint64_t)in->here * in->place.cell_bytes;
	return bytes < in->place.blob.size ? bytes : in->place.blob.size;
}

static bool is_whole(const struct blob_in *in)
{
	return in->frontier == in->place.cells;
}

bool blob_in_is_due(const struct blob_in *in, const struct octo_courier_call *call)
{
	const struct blob_place *place = &in->place;
	if (!call->session)
		return false;
	if (place->phase == BLOB_ABORTING)
		return place->is_due;
	return blob_is_live(place) && place->session == call->session &&
	       (place->is_due || blob_in_due_at(in, call) <= call->now);
}

octo_time_ns blob_in_due_at(const struct blob_in *in, const struct octo_courier_call *call)
{
	const struct blob_place *place = &in->place;
	if (!call->session || place->phase != BLOB_FLOWING || place->session != call->session)
		return OCTO_NEVER;
	return is_whole(in) && in->check_at < place->again_at ? in->check_at : place->again_at;
}

/* ---- The digest ------------------------------------------------------------------------------------------------- */

static void remember(struct blob_courier *state, const struct blob_place *place)
{
	struct blob_past *past = &state->pasts[state->past_next];
	state->past_next = (uint8_t)((state->past_next + 1) % BLOB_PASTS);
	*past = (struct blob_past){ .size = place->blob.size, .digest = load_le(place->blob.digest, 8), .id = place->blob.id,
		.round = place->round, .is_due = 1 };
}

static void finish(struct blob_courier *state, const struct octo_courier_call *call, struct blob_in *in)
{
	uint8_t digest[OCTO_DIGEST_BYTES];
	struct blob_place *place = &in->place;
	octo_digest_end(&in->digest, digest);
	if (memcmp(digest, place->blob.digest, sizeof digest) != 0) {
		blob_fail(call, place, OCTO_WAY_IN, OCTO_BLOB_END_DIGEST, true);
		return;
	}
	const struct octo_blobs *blobs = call->host->blobs;
	enum octo_blob_answer answer = blobs->keep ? blobs->keep(call->host->context, call->peer, &place->blob) : OCTO_BLOB_YES;
	if (answer == OCTO_BLOB_LATER)
		place->phase = BLOB_KEEPING;
	else
		blob_in_kept(state, call, in, answer == OCTO_BLOB_YES);
}

void blob_in_kept(struct blob_courier *state, const struct octo_courier_call *call, struct blob_in *in, bool is_kept)
{
	struct blob_place *place = &in->place;
	if (!is_kept) {
		blob_fail(call, place, OCTO_WAY_IN, OCTO_BLOB_END_WRITE, true);
		return;
	}
	place->phase = BLOB_ENDED;
	place->end = OCTO_BLOB_END_COMPLETE;
	remember(state, place);
	blob_note_place(call, place, OCTO_WAY_IN, OCTO_NOTE_BLOB_COMPLETE, place->blob.size);
}

/* Reads back up to `budget` bytes that are here and not yet in the digest, however often it is called no more than that in a
 * while: a peer can ask for it to begin anew. */
static void check(struct blob_courier *state, const struct octo_courier_call *call, struct blob_in *in, size_t budget)
{
	struct blob_place *place = &in->place;
	uint8_t piece[PIECE];
	bool is_behind = in->hashed < blob_offset(place, in->frontier);
	if (place->phase == BLOB_KEEPING || (is_behind && call->now < in->check_at))
		return;
	if (is_behind)
		in->check_at = call->now + check_spacing_ns;
	while (in->hashed < blob_offset(place, in->frontier) && budget) {
		uint64_t left = blob_offset(place, in->frontier) - in->hashed;
		size_t size = left < PIECE ? (size_t)left : PIECE;
		if (!call->host->blobs->read(call->host->context, call->peer, OCTO_WAY_IN, place->blob.id, in->hashed, piece, size)) {
			blob_fail(call, place, OCTO_WAY_IN, OCTO_BLOB_END_READ, true);
			return;
		}
		octo_digest_add(&in->digest, piece, size);
		in->hashed += size;
		budget -= size < budget ? size : budget;
	}
	if (is_whole(in) && in->hashed == place->blob.size)
		finish(state, call, in);
}

/* ---- Saying what is here ----------------------------------------------------------------------------------------- */

static void describe(struct blob_in *in, struct blob_message *message, uint32_t runs_max)
{
	uint32_t at = in->said < in->frontier ? in->frontier : in->said, left = in->here;
	message->frontier = in->frontier;
	message->from = at;
	for (uint32_t cell = in->frontier; cell < at; cell++)
		left -= blob_bit(in->here_bits, cell);
	while (left && message->run_count < runs_max) {
		struct blob_run run = { 0, 0 };
		for (; !blob_bit(in->here_bits, at); at++)
			run.missing++;
		for (; left && blob_bit(in->here_bits, at); at++, left--)
			run.had++;
		message->runs[message->run_count++] = run;
	}
	in->said = left ? at : 0;
	in->place.is_due = left > 0;
}

size_t blob_in_control(struct blob_courier *state, uint32_t index, const struct octo_courier_call *call, uint8_t *bytes,
                       size_t size_max)
{
	struct blob_in *in = &state->ins[index];
	struct blob_place *place = &in->place;
	uint8_t whole[BLOB_CONTROL_BYTES_MAX];
	struct blob_message message = { .type = BLOB_ABORT, .id = place->blob.id, .round = place->round, .way = OCTO_WAY_IN,
		.reason = place->end };
	if (size_max < BLOB_HAVE_HEAD_BYTES)
		return 0;
	if (place->phase != BLOB_ABORTING) {
		size_t room = size_max < sizeof whole ? size_max : sizeof whole;
		message.type = BLOB_HAVE;
		describe(in, &message, (uint32_t)((room - BLOB_HAVE_HEAD_BYTES) / BLOB_RUN_BYTES));
		place->again_ns = 2 * place->again_ns < silence_max_ns ? 2 * place->again_ns : silence_max_ns;
		place->again_at = call->now + place->again_ns;
		check(state, call, in, CHECK_A_MESSAGE); /* a failure is told next */
	} else {
		place->is_due = 0;
	}
	size_t size = blob_message_write(whole, &message);
	memcpy(bytes, whole, size);
	return size;
}

/* ---- Offers ------------------------------------------------------------------------------------------------------ */

static bool is_same(const struct octo_blob *a, const struct octo_blob *b)
{
	return a->id == b->id && a->size == b->size && memcmp(a->digest, b->digest, sizeof a->digest) == 0;
}

/* An offer goes again with each of the first chunks: nobody is asked twice. The ABORT is repeated until it arrives, and then, if
 * its peer offers on: it may have been switched off. */
static bool is_refused(const struct blob_courier *state, const struct octo_courier_call *call, const struct blob_message *message)
{
	return state->refusal.session == call->session && state->refusal.id == message->id &&
	       state->refusal.round == message->round && state->refusal.way == OCTO_WAY_IN && state->refusal.reason;
}

/* It came late, or its sender threw the ABORT away: it hears again that this round has failed, and nobody is asked. */
static bool is_over(struct blob_courier *state, const struct octo_courier_call *call, const struct blob_message *message)
{
	for (uint32_t i = 0; i < OCTO_BLOBS_MAX; i++) {
		struct blob_place *place = &state->ins[i].place;
		if (place->phase != BLOB_ENDED || place->end == OCTO_BLOB_END_COMPLETE || place->session != call->session ||
		    place->blob.id != message->id || place->round != message->round)
			continue;
		place->phase = BLOB_ABORTING;
		place->is_due = 1;
		return true;
	}
	return false;
}

static bool is_past(struct blob_courier *state, const struct blob_message *message)
{
	for (uint32_t i = 0; i < BLOB_PASTS; i++) {
		struct blob_past *past = &state->pasts[i];
		if (past->id != message->id || past->size != message->blob.size ||
		    past->digest != load_le(message->blob.digest, 8))
			continue;
		past->round = message->round;
		past->is_due = 1;
		return true;
	}
	return false;
}

/* The place of the blob with this id, whatever it holds; else a free one, or one that this session's sender does not know. */
static struct blob_in *place_for(struct blob_courier *state, const struct octo_courier_call *call, uint16_t id)
{
	struct blob_in *free = NULL, *stale = NULL;
	for (uint32_t i = 0; i < OCTO_BLOBS_MAX; i++) {
		struct blob_in *in = &state->ins[i];
		bool is_taken = blob_is_live(&in->place) || in->place.phase == BLOB_ABORTING;
		if (is_taken && in->place.blob.id == id)
			return in;
		if (!is_taken && (!free || in->place.phase < free->place.phase))
			free = in;
		if (is_taken && in->place.session != call->session && !stale)
			stale = in;
	}
	return free ? free : stale;
}

/* Counted in other cells from here on: what lies behind the frontier is forgotten. */
static void set_cells(struct blob_in *in, uint16_t cell_bytes, uint64_t here)
{
	struct blob_place *place = &in->place;
	place->cell_bytes = cell_bytes;
	place->cells = blob_cells_of(place->blob.size, cell_bytes);
	in->frontier = here >= place->blob.size ? place->cells : (uint32_t)(here / cell_bytes);
	in->here = 0;
	memset(in->here_bits, 0, sizeof in->here_bits);
	if (in->hashed > blob_offset(place, in->frontier)) {
		in->hashed = 0;
		octo_digest_begin(&in->digest);
	}
}

static bool begin(struct blob_courier *state, const struct octo_courier_call *call, struct blob_in *in,
                  const struct blob_message *message)
{
	const struct octo_blobs *blobs = call->host->blobs;
	uint64_t here = 0;
	enum octo_blob_answer answer =
		blobs ? blobs->offered(call->host->context, call->peer, &message->blob, &here) : OCTO_BLOB_NO;
	if (answer == OCTO_BLOB_LATER) {
		blob_note(call, OCTO_NOTE_BLOB_LATER, message->id | OCTO_NOTE_INCOMING, 0, message->blob.size);
		return false;
	}
	if (answer == OCTO_BLOB_NO) {
		blob_refuse(state, call, message, OCTO_WAY_IN, OCTO_BLOB_END_REFUSED);
		return false;
	}
	if (blob_is_live(&in->place)) /* of another blob with the same id, or of one that nobody sends any more */
		blob_fail(call, &in->place, OCTO_WAY_IN, OCTO_BLOB_END_REPLACED, false);
	memset(in, 0, sizeof *in);
	in->place.blob = message->blob;
	octo_digest_begin(&in->digest);
	set_cells(in, message->cell_bytes, here);
	return true;
}

void blob_in_offer(struct blob_courier *state, const struct octo_courier_call *call, const struct blob_message *message)
{
	if (message->is_bad_offer) {
		blob_note(call, OCTO_NOTE_BLOB_BAD_OFFER, message->id | OCTO_NOTE_INCOMING, 0, message->blob.size);
		return;
	}
	if (is_refused(state, call, message)) {
		state->refusal.is_due = state->refusal.is_due || state->refusal.has_arrived;
		return;
	}
	if (is_over(state, call, message) || is_past(state, message))
		return;
	struct blob_in *in = place_for(state, call, message->id);
	if (!in) {
		blob_note(call, OCTO_NOTE_BLOB_TOO_MANY, message->id | OCTO_NOTE_INCOMING, 0, message->blob.size);
		blob_refuse(state, call, message, OCTO_WAY_IN, OCTO_BLOB_END_FULL);
		return;
	}
	struct blob_place *place = &in->place;
	bool is_known = is_same(&place->blob, &message->blob);
	if (is_known && place->phase == BLOB_ABORTING) {
		place->round = message->round;
		place->session = call->session;
		place->is_due = 1;
		return;
	}
	bool is_repeated = is_known && blob_is_live(place) && place->round == message->round && place->session == call->session;
	if (!(is_known && blob_is_live(place)) && !begin(state, call, in, message))
		return;
	if (place->cell_bytes != message->cell_bytes)
		set_cells(in, message->cell_bytes, blob_offset(place, in->frontier));
	place->blob.priority = message->blob.priority;
	place->round = message->round;
	place->session = call->session;
	place->phase = place->phase == BLOB_KEEPING ? BLOB_KEEPING : BLOB_FLOWING;
	place->is_due = 1;
	place->again_ns = silence_ns / 2;
	place->again_at = call->now + silence_ns;
	in->said = 0;
	if (!is_repeated) {
		place->rate_from = call->now;
		place->rate_from_bytes = blob_in_done(in);
		blob_note_place(call, place, OCTO_WAY_IN, OCTO_NOTE_BLOB_STARTED, blob_in_done(in));
	}
	check(state, call, in, CHECK_AT_ONCE);
}

/* ---- Bytes ------------------------------------------------------------------------------------------------------- */

static struct blob_in *find(struct blob_courier *state, uint16_t id)
{
	for (uint32_t i = 0; i < OCTO_BLOBS_MAX; i++)
		if (state->ins[i].place.phase == BLOB_FLOWING && state->ins[i].place.blob.id == id)
			return &state->ins[i];
	return NULL;
}

/* Cells in a row that are new: they are kept, and go into the digest if it has got that far. */
static bool keep(const struct octo_courier_call *call, struct blob_in *in, uint32_t cell, uint32_t count, const uint8_t *bytes)
{
	const struct blob_place *place = &in->place;
	uint64_t offset = blob_offset(place, cell);
	size_t size = blob_span(place, cell, count);
	if (!call->host->blobs->write(call->host->context, call->peer, place->blob.id, offset, bytes, size))
		return false;
	if (in->hashed == offset && in->frontier == cell) {
		octo_digest_add(&in->digest, bytes, size);
		in->hashed += size;
	}
	for (uint32_t i = cell; i < cell + count; i++)
		blob_bit_set(in->here_bits, i, true);
	in->here += count;
	while (in->here && blob_bit(in->here_bits, in->frontier)) {
		blob_bit_set(in->here_bits, in->frontier++, false);
		in->here--;
	}
	return true;
}

static bool is_new(const struct blob_in *in, uint32_t cell)
{
	return cell >= in->frontier && !blob_bit(in->here_bits, cell);
}

void blob_in_chunk(struct blob_courier *state, const struct octo_courier_call *call, const struct blob_message *message)
{
	struct blob_in *in = find(state, message->id);
	if (!in) {
		blob_note(call, OCTO_NOTE_BLOB_STRAY, message->id | OCTO_NOTE_INCOMING, message->cell, 0);
		return;
	}
	struct blob_place *place = &in->place;
	uint64_t count = (message->size + place->cell_bytes - 1) / place->cell_bytes, end = message->cell + count;
	bool is_inside = end <= place->cells && end <= (uint64_t)in->frontier + BLOB_WINDOW;
	if (!is_inside || blob_span(place, message->cell, (uint32_t)count) != message->size) {
		blob_note_place(call, place, OCTO_WAY_IN, OCTO_NOTE_BLOB_OUT_OF_RANGE, (uint64_t)message->cell * place->cell_bytes);
		return;
	}
	uint32_t at = message->cell;
	while (at < end) {
		uint32_t from = at, is_wanted = is_new(in, at);
		while (at < end && is_new(in, at) == is_wanted)
			at++;
		if (!is_wanted)
			in->repeated += blob_span(place, from, at - from);
		else if (!keep(call, in, from, at - from, message->bytes + blob_span(place, message->cell, from - message->cell))) {
			blob_fail(call, place, OCTO_WAY_IN, OCTO_BLOB_END_WRITE, true);
			return;
		} else {
			place->again_ns = silence_ns / 2;
			place->again_at = call->now + silence_ns;
		}
	}
	blob_progress(call, place, OCTO_WAY_IN, blob_in_done(in));
	check(state, call, in, CHECK_AT_ONCE);
}
