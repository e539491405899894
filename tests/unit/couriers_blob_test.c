/* couriers_blob_test.c: core/couriers/blob*.c, driven as a channel would, by a peer that writes what it likes. */
#include "core/couriers/blob.h"
#include "core/couriers/state.h"
#include "tests/check.h"

enum { CELL = 16 };

static struct blob_courier state;
static unsigned told[OCTO_NOTE_COUNT], offers;
static enum octo_blob_answer says;
static uint64_t written, here, read_back, given;
static uint8_t kept[4096];

static bool read_blob(void *context, uint32_t peer, enum octo_way way, uint16_t id, uint64_t offset, uint8_t *out, size_t size)
{
	(void)context, (void)peer, (void)way, (void)id;
	for (size_t i = 0; i < size; i++)
		out[i] = kept[(offset + i) % sizeof kept];
	read_back += size;
	return true;
}

static bool write_blob(void *context, uint32_t peer, uint16_t id, uint64_t offset, const uint8_t *bytes, size_t size)
{
	(void)context, (void)peer, (void)id;
	CHECK(offset + size <= sizeof kept);
	memcpy(kept + offset, bytes, size);
	written += size;
	return true;
}

static enum octo_blob_answer accept_blob(void *context, uint32_t peer, const struct octo_blob *blob, uint64_t *have)
{
	(void)context, (void)peer, (void)blob;
	offers++;
	*have = here;
	return says;
}

static const struct octo_blobs blobs = { .read = read_blob, .write = write_blob, .offered = accept_blob };
static const struct octo_host host = { .blobs = &blobs };

static void report(const struct octo_courier_call *call, const struct octo_event_note *note)
{
	(void)call;
	told[note->note]++;
}

static struct octo_courier_call call = { .now = 1000 * OCTO_SECOND, .session = 5, .host = &host, .room = 480, .report = report };

static void set_up(void)
{
	memset(&state, 0, sizeof state);
	memset(told, 0, sizeof told);
	offers = 0;
	says = OCTO_BLOB_YES;
	written = here = read_back = 0;
	call.session = 5;
	call.now = 1000 * OCTO_SECOND;
}

static void take(const struct blob_message *message)
{
	uint8_t bytes[BLOB_CONTROL_BYTES_MAX];
	size_t size = blob_message_write(bytes, message);
	octo_courier_blob.receive(&state, &call, bytes, size);
}

static void take_offer(uint16_t id, uint16_t round, uint64_t size)
{
	struct blob_message message = { .type = BLOB_OFFER, .id = id, .round = round, .cell_bytes = CELL,
		.blob = { .size = size, .id = id, .name = "x" } };
	take(&message);
}

static void take_chunk(uint16_t id, uint32_t cell, size_t size)
{
	uint8_t bytes[512] = { 0 };
	blob_chunk_head_write(bytes, id, cell);
	octo_courier_blob.receive(&state, &call, bytes, BLOB_CHUNK_HEAD_BYTES + size);
}

/* The next message that it writes, by its handle `given`; false: it wants nothing. */
static bool give(struct blob_message *message)
{
	static uint8_t bytes[512];
	struct octo_mandate mandate = { .urgency_ms = 0 };
	octo_courier_blob.mandate(&state, &call, &mandate);
	if (!mandate.want_to_send || mandate.urgency_ms)
		return false;
	given = 0;
	size_t size = octo_courier_blob.send(&state, &call, bytes, mandate.payload_size, &given);
	CHECK(size > 0 && size <= mandate.payload_size && given != 0);
	return blob_message_read(bytes, size, message);
}

static uint64_t digest_of(const void *bytes, size_t size)
{
	uint64_t hash = 0;
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ ((const uint8_t *)bytes)[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/* R40, R144: low priority, on demand: without a blob it asks for nothing, and always takes what comes. */
static void it_asks_only_on_demand(void)
{
	struct octo_mandate mandate = { .urgency_ms = 0 };
	set_up();
	octo_courier_blob.mandate(&state, &call, &mandate);
	CHECK(mandate.accept_reads && !mandate.want_to_send);
	CHECK_U64(mandate.priority, OCTO_BLOB_PRIORITY);
	CHECK_U64(OCTO_BLOB_PRIORITY, OCTO_PRIORITY_LOW);
}

/* As many runs as a control message has room for are read, and none more. */
static void a_description_has_at_most_sixty_runs(void)
{
	uint8_t bytes[BLOB_CONTROL_BYTES_MAX + BLOB_RUN_BYTES] = { 0 };
	struct blob_message message = { .type = BLOB_HAVE, .id = 1, .round = 1, .run_count = BLOB_RUNS_MAX }, read;
	CHECK_U64(BLOB_RUNS_MAX, 60); /* [P 13.5] */
	for (uint32_t i = 0; i < BLOB_RUNS_MAX; i++)
		message.runs[i] = (struct blob_run){ .missing = 1, .had = (uint16_t)i };
	size_t size = blob_message_write(bytes, &message);
	CHECK_U64(size, BLOB_CONTROL_BYTES_MAX);
	CHECK(blob_message_read(bytes, size, &read) && read.run_count == BLOB_RUNS_MAX && read.runs[59].had == 59);
	CHECK(!blob_message_read(bytes, size + BLOB_RUN_BYTES, &read));
}

/* Whatever its messages, a peer moves no byte outside of the blob and none twice; each is counted under its name. */
static void chunks_out_of_range_change_nothing(void)
{
	struct blob_message answer;
	set_up();
	take_offer(3, 1, 1000); /* 63 cells, the last of 8 bytes */
	CHECK(give(&answer) && answer.type == BLOB_HAVE && answer.frontier == 0 && answer.round == 1);
	uint64_t before = digest_of(&state, sizeof state);
	take_chunk(3, 63, 8);
	take_chunk(3, UINT32_MAX, 16);
	take_chunk(3, 62, 16);
	take_chunk(3, 62, 7);
	take_chunk(3, 0, 17);
	take_chunk(3, 60, 64);
	CHECK_U64(told[OCTO_NOTE_BLOB_OUT_OF_RANGE], 6);
	take_chunk(4, 0, 16);
	CHECK_U64(told[OCTO_NOTE_BLOB_STRAY], 1);
	CHECK_U64(digest_of(&state, sizeof state), before);
	CHECK_U64(written, 0);
	take_chunk(3, 62, 8);
	take_chunk(3, 1, 48);
	take_chunk(3, 0, 64); /* three of its four cells are here */
	CHECK_U64(written, 8 + 64);
	CHECK_U64(state.ins[0].repeated, 48);
	CHECK_U64(state.ins[0].frontier, 4);
}

static void chunks_beyond_the_window_change_nothing(void)
{
	set_up();
	take_offer(3, 1, OCTO_BLOB_SIZE_MAX);
	take_chunk(3, BLOB_WINDOW, CELL);
	take_chunk(3, BLOB_WINDOW - 1, 2 * CELL);
	CHECK_U64(told[OCTO_NOTE_BLOB_OUT_OF_RANGE], 2);
	CHECK_U64(written, 0);
	CHECK_U64(state.ins[0].place.cells, OCTO_BLOB_SIZE_MAX / CELL);
}

static void impossible_offers_are_refused(void)
{
	static const char *const names[] = { "", "..", "a/b", "a\\b", "a\nb" };
	set_up();
	take_offer(0, 1, 10);
	take_offer(1, 1, OCTO_BLOB_SIZE_MAX + 1);
	take_offer(1, 1, UINT64_MAX);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct blob_message message = { .type = BLOB_OFFER, .id = 1, .cell_bytes = CELL };
		snprintf(message.blob.name, sizeof message.blob.name, "%s", names[i]);
		take(&message);
	}
	struct blob_message message = { .type = BLOB_OFFER, .id = 1, .cell_bytes = 15, .blob = { .name = "x" } };
	take(&message);
	CHECK_U64(told[OCTO_NOTE_BLOB_BAD_OFFER], 9);
	CHECK_U64(offers, 0);
}

/* A peer may fill the places, and then hears that they are full; in another session those it does not offer give way. */
static void a_flood_of_offers_fills_four_places(void)
{
	struct blob_message answer;
	set_up();
	for (uint16_t id = 1; id <= 1000; id++)
		take_offer(id, id, 1000);
	CHECK_U64(offers, OCTO_BLOBS_MAX);
	CHECK_U64(told[OCTO_NOTE_BLOB_TOO_MANY], 1000 - OCTO_BLOBS_MAX);
	for (int i = 0; i < OCTO_BLOBS_MAX; i++)
		CHECK(give(&answer) && answer.type == BLOB_HAVE);
	CHECK(give(&answer) && answer.type == BLOB_ABORT && answer.id == 1000 && answer.reason == OCTO_BLOB_END_FULL);
	CHECK(!give(&answer));
	call.session = 6;
	take_offer(2, 2000, 1000);
	take_offer(2001, 2001, 1000);
	CHECK_U64(offers, OCTO_BLOBS_MAX + 1);
	CHECK_U64(told[OCTO_NOTE_BLOB_FAILED], 1);
	CHECK_U64(state.ins[0].place.blob.id, 2001);
}

/* An application that is busy leaves an offer without an answer, whatever it is offered; it comes again. */
static void an_offer_may_come_too_early(void)
{
	struct blob_message answer;
	set_up();
	says = OCTO_BLOB_LATER;
	uint64_t before = digest_of(&state, sizeof state);
	for (uint16_t id = 1; id <= 1000; id++)
		take_offer(id, id, 1000);
	CHECK_U64(told[OCTO_NOTE_BLOB_LATER], 1000);
	CHECK_U64(digest_of(&state, sizeof state), before);
	CHECK(!give(&answer));
	says = OCTO_BLOB_YES;
	take_offer(1, 1, 1000);
	CHECK(give(&answer) && answer.type == BLOB_HAVE && answer.id == 1 && answer.frontier == 0);
}

/* What is said to be here already is read back a little at a time, however often it is asked for. */
static void what_is_here_is_read_back_at_leisure(void)
{
	struct blob_message answer;
	set_up();
	here = 100000000;
	take_offer(1, 1, 100000000);
	uint64_t first = read_back;
	CHECK(first <= 65536 && give(&answer) && answer.type == BLOB_HAVE);
	CHECK_U64(read_back, first); /* not at the same time again */
	CHECK(!give(&answer));
	unsigned spoken = 0;
	for (int i = 0; i < 100; i++) {
		call.now += OCTO_MILLISECOND;
		while (give(&answer))
			spoken++;
	}
	CHECK_U64(spoken, 50);
	CHECK_U64(read_back, first + 50 * 262144);
}

/* Another size of cells lets the digest begin anew: however often an offer changes it, no more is read than time allows. */
static void what_offers_read_back_is_bounded(void)
{
	struct blob_message offer = { .type = BLOB_OFFER, .id = 1, .round = 1, .blob = { .size = 200000, .id = 1, .name = "x" } };
	set_up();
	here = 100001;
	for (int i = 0; i < 1000; i++) {
		offer.cell_bytes = (uint16_t)(CELL + i % 7);
		take(&offer);
	}
	CHECK_U64(read_back, 65536);
	call.now += 2 * OCTO_MILLISECOND;
	take(&offer);
	CHECK(read_back > 65536 && read_back < 100001);
}

static void what_is_not_a_message_changes_nothing(void)
{
	static const uint8_t junk[][6] = { { 0 }, { 6, 1, 0, 1, 0 }, { 5, 1, 0, 1, 0, 9 }, { 4, 1, 0 }, { 3, 1, 0, 0, 0 },
		{ 1, 1, 0, 1, 0, 0 } };
	set_up();
	uint64_t before = digest_of(&state, sizeof state);
	octo_courier_blob.receive(&state, &call, junk[0], 0);
	for (size_t i = 0; i < sizeof junk / sizeof *junk; i++)
		octo_courier_blob.receive(&state, &call, junk[i], sizeof junk[i]);
	CHECK_U64(told[OCTO_NOTE_BAD_MESSAGE], 1 + sizeof junk / sizeof *junk);
	CHECK_U64(digest_of(&state, sizeof state), before);
}

/* A receiver that says it has what cannot be is not believed. */
static void impossible_answers_change_nothing(void)
{
	struct blob_message message;
	set_up();
	state.outs[0].place.blob = (struct octo_blob){ .size = 3000, .id = 1, .name = "own" };
	state.outs[0].place.phase = BLOB_ASKING;
	CHECK(give(&message) && message.type == BLOB_OFFER && message.cell_bytes == 118);
	uint16_t round = message.round;
	uint64_t before = digest_of(&state, sizeof state);
	take(&(struct blob_message){ .type = BLOB_HAVE, .id = 1, .round = round, .frontier = 27, .from = 27 });
	take(&(struct blob_message){ .type = BLOB_HAVE, .id = 1, .round = round, .frontier = 3, .from = 2 });
	take(&(struct blob_message){ .type = BLOB_HAVE, .id = 1, .round = round, .run_count = 1, .runs = { { 20, 7 } } });
	CHECK_U64(told[OCTO_NOTE_BLOB_OUT_OF_RANGE], 3);
	CHECK_U64(digest_of(&state, sizeof state), before);
	take(&(struct blob_message){ .type = BLOB_HAVE, .id = 1, .round = round, .run_count = 1, .runs = { { 20, 6 } } });
	CHECK_U64(state.outs[0].place.phase, BLOB_FLOWING);
	CHECK_U64(state.outs[0].open, 20);
	take(&(struct blob_message){ .type = BLOB_DONE, .id = 1, .round = (uint16_t)(round + 1) });
	CHECK_U64(told[OCTO_NOTE_BLOB_STRAY], 1);
	CHECK_U64(state.outs[0].place.phase, BLOB_FLOWING);
	/* One about a blob that is not sent gets an answer: it would be waited for. */
	take(&(struct blob_message){ .type = BLOB_HAVE, .id = 9, .round = 4 });
	CHECK(give(&message) && message.type == BLOB_ABORT && message.way == OCTO_WAY_OUT && message.id == 9);
}

/* Whoever goes on with a description cannot have what lies beyond the window of what is sent: its beginning was lost, or it lies. */
static void descriptions_beyond_the_window_change_nothing(void)
{
	struct blob_message message;
	set_up();
	state.outs[0].place.blob = (struct octo_blob){ .size = 3000000, .id = 1, .name = "own" };
	state.outs[0].place.phase = BLOB_ASKING;
	CHECK(give(&message) && message.type == BLOB_OFFER);
	uint16_t round = message.round;
	take(&(struct blob_message){ .type = BLOB_HAVE, .id = 1, .round = round, .frontier = 100, .from = 100 });
	CHECK_U64(state.outs[0].base, 100);
	uint64_t before = digest_of(&state, sizeof state);
	take(&(struct blob_message){ .type = BLOB_HAVE, .id = 1, .round = round, .frontier = 8000, .from = 8001, .run_count = 1,
		.runs = { { 0, 292 } } });
	CHECK_U64(digest_of(&state, sizeof state), before);
	take(&(struct blob_message){ .type = BLOB_HAVE, .id = 1, .round = round, .frontier = 8000, .from = 8001, .run_count = 1,
		.runs = { { 0, 291 } } });
	CHECK_U64(state.outs[0].arrived, 291);
}

/* A chunk of ours, by its handle. */
static bool give_chunk(struct blob_handle *handle)
{
	uint8_t bytes[512];
	struct octo_mandate mandate = { .urgency_ms = 0 };
	uint64_t packed = 0;
	octo_courier_blob.mandate(&state, &call, &mandate);
	if (!mandate.want_to_send || mandate.urgency_ms || !mandate.is_bulk)
		return false;
	size_t size = octo_courier_blob.send(&state, &call, bytes, 480, &packed);
	*handle = blob_handle_unpack(packed);
	CHECK(size > 0 && handle->kind == BLOB_HANDLE_CHUNK);
	return true;
}

static void own_blob(uint64_t size)
{
	set_up();
	state.outs[0].place.blob = (struct octo_blob){ .size = size, .id = 1, .name = "own" };
	state.outs[0].place.phase = BLOB_ASKING;
}

/* Offers it, and sends what may go before it is accepted. Returns how many cells that are. */
static uint32_t send_early(uint16_t *round)
{
	struct blob_message message;
	struct blob_handle handle;
	uint32_t cells = 0;
	while (give(&message)) {
		CHECK(message.type == BLOB_OFFER && give_chunk(&handle));
		CHECK(handle.cell == cells && handle.round == message.round);
		cells += handle.count;
		*round = message.round;
	}
	return cells;
}

static void hear_fate(const struct blob_handle *handle, enum octo_fate fate)
{
	octo_courier_blob.fate(&state, &call, blob_handle_pack(handle), fate);
}

/* The first chunks do not wait for an answer, and each goes behind its offer; they are few, and what stays of them the answer
 * says: neither its silence nor what is known of packets is taken for more. */
static void the_first_chunks_go_with_their_offer(void)
{
	struct blob_handle handle = { .kind = BLOB_HANDLE_CHUNK, .cell = 4, .count = 8 };
	uint16_t round = 0;
	own_blob(3000);
	CHECK_U64(send_early(&round), 26);
	own_blob(300000);
	CHECK_U64(send_early(&round), BLOB_CELLS_EARLY);
	CHECK_U64(state.outs[0].place.again_ns, 2 * 4 * 250 * OCTO_MILLISECOND); /* many offers, but no wait for an answer was in vain */
	handle.round = round;
	octo_courier_blob.fate(&state, &call, blob_handle_pack(&handle), OCTO_FATE_DELIVERED);
	/* Cells 4 to 8 it took, of 8 to 12 it knows nothing, and 12 to 16 come after the answer was written. */
	take(&(struct blob_message){ .type = BLOB_HAVE, .id = 1, .round = round, .frontier = 1, .from = 1,
		.run_count = 1, .runs = { { 3, 4 } } });
	CHECK_U64(state.outs[0].base, 1);
	CHECK_U64(state.outs[0].open, 4);
	CHECK(give_chunk(&handle) && handle.cell == 8 && handle.count == 4);
	CHECK(give_chunk(&handle) && handle.cell == BLOB_CELLS_EARLY);
}

/* What is lost of them goes again before an answer, behind another offer. */
static void a_lost_first_chunk_is_offered_again(void)
{
	struct blob_message message;
	struct blob_handle handle = { .kind = BLOB_HANDLE_CHUNK, .cell = 4, .count = 4 };
	uint16_t round = 0;
	own_blob(300000);
	send_early(&round);
	handle.round = round;
	octo_courier_blob.fate(&state, &call, blob_handle_pack(&handle), OCTO_FATE_LOST);
	CHECK(give(&message) && message.type == BLOB_OFFER && message.round == round);
	CHECK(give_chunk(&handle) && handle.cell == 4 && handle.count == 4);
	CHECK(!give(&message));
}

/* A receiver that has more of it than was ever sent, as that of a restarted sender does, is believed. */
static void first_chunks_of_what_the_receiver_has_are_forgotten(void)
{
	struct blob_handle handle;
	uint16_t round = 0;
	own_blob(300000);
	send_early(&round);
	take(&(struct blob_message){ .type = BLOB_HAVE, .id = 1, .round = round, .frontier = 1000, .from = 1000 });
	CHECK(give_chunk(&handle) && handle.cell == 1000);
	own_blob(3000000);
	send_early(&round); /* nor is anything forgotten of a window that begins where the receiver's does */
	take(&(struct blob_message){ .type = BLOB_HAVE, .id = 1, .round = round, .frontier = 100, .from = 100,
		.run_count = 1, .runs = { { 1, 8191 } } });
	CHECK_U64(state.outs[0].base, 100);
	CHECK_U64(state.outs[0].arrived, 8191);
	CHECK_U64(state.outs[0].open, 0);
	own_blob(3000000);
	send_early(&round);
	take(&(struct blob_message){ .type = BLOB_HAVE, .id = 1, .round = round, .frontier = 20000, .from = 20000 });
	CHECK(give_chunk(&handle) && handle.cell == 20000 && state.outs[0].base == 20000);
}

/* In another session the receiver may have become another, or have more: it speaks first. */
static void nothing_goes_early_in_another_session(void)
{
	struct blob_message message;
	uint16_t round = 0;
	own_blob(300000);
	send_early(&round);
	call.session = 6;
	CHECK(give(&message) && message.type == BLOB_OFFER && message.round != round);
	CHECK(!give(&message));
	take(&(struct blob_message){ .type = BLOB_HAVE, .id = 1, .round = message.round });
	CHECK(give(&message) && message.type == BLOB_CHUNK && message.cell == 0);
}

static enum octo_blob_answer refuse_blob(void *context, uint32_t peer, const struct octo_blob *blob, uint64_t *have)
{
	(void)context, (void)peer, (void)blob, (void)have;
	offers++;
	return OCTO_BLOB_NO;
}

/* However often an offer comes, its application is asked once a round and session. */
static void a_refused_offer_is_not_asked_about_again(void)
{
	static const struct octo_blobs refusing = { .read = read_blob, .write = write_blob, .offered = refuse_blob };
	static const struct octo_host strict = { .blobs = &refusing };
	struct blob_message message;
	set_up();
	call.host = &strict;
	for (int i = 0; i < 10; i++)
		take_offer(1, 1, 1000);
	CHECK_U64(offers, 1);
	CHECK(give(&message) && message.type == BLOB_ABORT && message.reason == OCTO_BLOB_END_REFUSED && !give(&message));
	take_offer(1, 2, 1000);
	CHECK_U64(offers, 2);
	call.session = 6;
	take_offer(1, 2, 1000);
	CHECK_U64(offers, 3);
	call.host = &host;
}

/* A peer whose courier was switched off acknowledges the ABORT and throws it away: it offers again, and hears it again. */
static void a_refusal_that_nobody_heard_is_said_again(void)
{
	struct blob_message message;
	set_up();
	says = OCTO_BLOB_NO;
	take_offer(1, 1, 1000);
	CHECK(give(&message) && message.type == BLOB_ABORT);
	take_offer(1, 1, 1000);
	CHECK(!give(&message)); /* it is under way */
	octo_courier_blob.fate(&state, &call, given, OCTO_FATE_DELIVERED);
	take_offer(1, 1, 1000);
	CHECK(give(&message) && message.type == BLOB_ABORT && message.reason == OCTO_BLOB_END_REFUSED && message.round == 1);
	CHECK(!give(&message));
	CHECK_U64(offers, 1);
}

static bool write_nothing(void *context, uint32_t peer, uint16_t id, uint64_t offset, const uint8_t *bytes, size_t size)
{
	(void)context, (void)peer, (void)id, (void)offset, (void)bytes, (void)size;
	return false;
}

/* That the answer in front of it has arrived is no reason to believe that of an ABORT, which the peer would wait for. */
static void an_abort_goes_until_it_has_arrived_itself(void)
{
	static const struct octo_blobs full_disk = { .read = read_blob, .write = write_nothing, .offered = accept_blob };
	static const struct octo_host full = { .blobs = &full_disk };
	struct blob_message message;
	for (enum octo_way way = OCTO_WAY_OUT; way <= OCTO_WAY_IN; way++) {
		struct blob_place *place = way == OCTO_WAY_OUT ? &state.outs[0].place : &state.ins[0].place;
		own_blob(0);
		if (way == OCTO_WAY_IN) {
			set_up();
			take_offer(1, 1, 1000);
		}
		CHECK(give(&message) && message.type == (way == OCTO_WAY_OUT ? BLOB_OFFER : BLOB_HAVE));
		uint64_t before = given;
		call.host = &full;
		if (way == OCTO_WAY_OUT)
			blob_fail(&call, place, way, OCTO_BLOB_END_CANCELLED, true);
		else
			take_chunk(1, 0, 2 * CELL);
		call.host = &host;
		octo_courier_blob.fate(&state, &call, before, OCTO_FATE_DELIVERED);
		CHECK_U64(place->phase, BLOB_ABORTING);
		CHECK(give(&message) && message.type == BLOB_ABORT && message.way == way);
		octo_courier_blob.fate(&state, &call, given, OCTO_FATE_LOST);
		CHECK(give(&message) && message.type == BLOB_ABORT && message.way == way);
		octo_courier_blob.fate(&state, &call, given, OCTO_FATE_DELIVERED);
		CHECK_U64(place->phase, BLOB_ENDED);
	}
}

/* An offer that comes late, or goes on because its sender threw the ABORT away, begins nothing again that has failed. */
static void a_round_that_failed_stays_failed(void)
{
	static const struct octo_blobs full_disk = { .read = read_blob, .write = write_nothing, .offered = accept_blob };
	static const struct octo_host full = { .blobs = &full_disk };
	struct blob_message message;
	set_up();
	take_offer(1, 1, 1000);
	call.host = &full;
	take_chunk(1, 0, 2 * CELL);
	call.host = &host;
	CHECK(give(&message) && message.type == BLOB_ABORT);
	octo_courier_blob.fate(&state, &call, given, OCTO_FATE_DELIVERED);
	CHECK(state.ins[0].place.phase == BLOB_ENDED && !give(&message));
	take_offer(1, 1, 1000);
	CHECK(give(&message) && message.type == BLOB_ABORT && message.reason == OCTO_BLOB_END_WRITE && !give(&message));
	octo_courier_blob.fate(&state, &call, given, OCTO_FATE_DELIVERED);
	CHECK_U64(offers, 1);
	take_offer(1, 2, 1000); /* its sender tries once more */
	CHECK(give(&message) && message.type == BLOB_HAVE && message.round == 2);
	CHECK_U64(offers, 2);
}

/* A receiver that has all and says nothing of the end is asked, and asked less and less often. */
static void the_end_is_asked_for_ever_more_rarely(void)
{
	struct blob_message message;
	uint16_t round = 0;
	unsigned asked = 0;
	own_blob(3000);
	CHECK_U64(send_early(&round), 26);
	for (bool is_heard = true; call.now < 1600 * OCTO_SECOND; call.now += OCTO_SECOND) {
		if (is_heard)
			take(&(struct blob_message){ .type = BLOB_HAVE, .id = 1, .round = round, .frontier = 26, .from = 26 });
		is_heard = give(&message);
		CHECK(!is_heard || (message.type == BLOB_OFFER && message.round == round && !give(&message)));
		asked += is_heard;
	}
	CHECK(asked > 10 && asked < 20);
	take(&(struct blob_message){ .type = BLOB_DONE, .id = 1, .round = round });
	CHECK_U64(told[OCTO_NOTE_BLOB_COMPLETE], 1);
}

static enum octo_blob_answer keep_later(void *context, uint32_t peer, const struct octo_blob *blob)
{
	(void)context, (void)peer, (void)blob;
	return OCTO_BLOB_LATER;
}

/* In another session a sender may know nothing of what is being kept here: an answer to nothing would be answered by an ABORT. */
static void what_is_being_kept_is_not_spoken_of_before_it_is_offered(void)
{
	static const struct octo_blobs slow_disk = { .read = read_blob, .write = write_blob, .offered = accept_blob,
		.keep = keep_later };
	static const struct octo_host slow = { .blobs = &slow_disk };
	struct blob_message message, offer = { .type = BLOB_OFFER, .id = 1, .round = 1, .cell_bytes = CELL,
		.blob = { .id = 1, .name = "x" } };
	struct octo_digest digest;
	set_up();
	octo_digest_begin(&digest);
	octo_digest_end(&digest, offer.blob.digest);
	call.host = &slow;
	take(&offer);
	CHECK_U64(state.ins[0].place.phase, BLOB_KEEPING);
	CHECK(give(&message) && message.type == BLOB_HAVE);
	octo_courier_blob.fate(&state, &call, given, OCTO_FATE_LOST); /* with its session */
	call.session = 6;
	CHECK(!give(&message));
	offer.round = 2;
	take(&offer);
	CHECK(give(&message) && message.type == BLOB_HAVE && message.round == 2 && !give(&message));
	call.host = &host;
}

/* Of 26 cells, all under way, the first four have arrived. */
static void send_all_of_one(uint16_t *round)
{
	struct blob_message message;
	struct blob_handle handle, first;
	set_up();
	call.trip_ns = 40 * OCTO_MILLISECOND;
	state.outs[0].place.blob = (struct octo_blob){ .size = 3000, .id = 1, .name = "own" };
	state.outs[0].place.phase = BLOB_ASKING;
	CHECK(give(&message) && message.type == BLOB_OFFER);
	*round = message.round;
	take(&(struct blob_message){ .type = BLOB_HAVE, .id = 1, .round = *round });
	CHECK(give_chunk(&first));
	while (state.outs[0].next < 26)
		CHECK(give_chunk(&handle));
	CHECK(!give_chunk(&handle));
	call.now += 40 * OCTO_MILLISECOND;
	hear_fate(&first, OCTO_FATE_DELIVERED);
	CHECK(first.count == 4 && state.outs[0].base == 4);
}

/* R37, R157: without losses the end is repeated only when its answer is late, and no more until there is news. */
static void the_end_is_repeated_when_an_answer_is_late(void)
{
	struct blob_handle handle = { .count = 0 };
	uint16_t round;
	send_all_of_one(&round);
	CHECK(!give_chunk(&handle));
	call.now += 20 * OCTO_MILLISECOND; /* one and a half round trips */
	for (uint32_t below = 26; below > 4; below = handle.cell) /* what was sent last goes first */
		CHECK(give_chunk(&handle) && handle.cell + handle.count == below && handle.cell >= 4);
	CHECK(!give_chunk(&handle));
	call.now += 10 * OCTO_SECOND;
	CHECK(!give_chunk(&handle));
	hear_fate(&handle, OCTO_FATE_DELIVERED);
	call.now += 60 * OCTO_MILLISECOND;
	CHECK(give_chunk(&handle) && handle.cell == 22);
	call.trip_ns = 0;
}

/* Runs of cells that are not there are found from above, whatever lies where in the ring of bits. */
static void the_last_gap_is_found(void)
{
	uint64_t bits[BLOB_WORDS];
	static const uint32_t froms[] = { 0, 1, 63, 64, 100, BLOB_WINDOW - 70, 3 * BLOB_WINDOW - 5 };
	for (size_t f = 0; f < sizeof froms / sizeof *froms; f++) {
		uint32_t from = froms[f];
		for (uint32_t gap = from; gap < from + 200; gap++) {
			memset(bits, 0xff, sizeof bits);
			blob_bit_set(bits, gap, false);
			CHECK_U64(blob_bits_find_last(bits, from, from + 200), gap + 1);
			CHECK_U64(blob_bits_find_last(bits, from, gap + 1), gap + 1);
			CHECK_U64(blob_bits_find_last(bits, from, gap), from);
			CHECK_U64(blob_bits_find_last(bits, gap + 1, from + 200), gap + 1);
		}
		memset(bits, 0, sizeof bits);
		CHECK_U64(blob_bits_find_last(bits, from, from + 200), from + 200);
	}
}

/* Where losses are about it is repeated at once, in passes a quarter of a round trip apart; what was lost goes first. */
static void the_end_is_repeated_at_once_where_losses_are_about(void)
{
	struct blob_handle handle = { .count = 0 }, lost = { .kind = BLOB_HANDLE_CHUNK, .count = 2, .cell = 10 };
	uint16_t round;
	send_all_of_one(&round);
	lost.round = round;
	hear_fate(&lost, OCTO_FATE_LOST);
	CHECK(give_chunk(&handle) && handle.cell == 10 && handle.count == 2);
	for (uint32_t below = 26; below > 4; below = handle.cell)
		CHECK(give_chunk(&handle) && handle.cell + handle.count == below && handle.cell >= 4);
	CHECK(!give_chunk(&handle));
	for (uint32_t cell = 4; cell < 24; cell += 4)
		hear_fate(&(struct blob_handle){ .kind = BLOB_HANDLE_CHUNK, .round = round, .count = 4, .cell = cell },
		          OCTO_FATE_DELIVERED);
	call.now += 9 * OCTO_MILLISECOND;
	hear_fate(&(struct blob_handle){ .kind = BLOB_HANDLE_CHUNK, .round = round, .count = 1, .cell = 24 }, OCTO_FATE_DELIVERED);
	CHECK(!give_chunk(&handle));
	call.now += OCTO_MILLISECOND;
	CHECK(give_chunk(&handle) && handle.cell == 25 && handle.count == 1);
	call.trip_ns = 0;
}

/* An offer is repeated soon, its second answer does not make what is under way go twice; a later one is the truth. */
static void an_answer_that_is_overtaken_by_news_is_ignored(void)
{
	struct blob_message message;
	uint16_t round;
	set_up();
	call.trip_ns = 40 * OCTO_MILLISECOND;
	state.outs[0].place.blob = (struct octo_blob){ .size = 3000, .id = 1, .name = "own" };
	state.outs[0].place.phase = BLOB_ASKING;
	CHECK(give(&message) && message.type == BLOB_OFFER);
	while (give(&message)) /* the first chunks, of which no answer says anything */
		;
	call.now += 159 * OCTO_MILLISECOND;
	CHECK(!give(&message));
	call.now += OCTO_MILLISECOND;
	CHECK(give(&message) && message.type == BLOB_OFFER);
	call.now += 319 * OCTO_MILLISECOND;
	CHECK(!give(&message));
	send_all_of_one(&round);
	take(&(struct blob_message){ .type = BLOB_HAVE, .id = 1, .round = round });
	CHECK(state.outs[0].base == 4 && state.outs[0].next == 26);
	call.now += 2 * OCTO_SECOND;
	take(&(struct blob_message){ .type = BLOB_HAVE, .id = 1, .round = round });
	CHECK(state.outs[0].base == 0 && state.outs[0].next == 0);
	call.trip_ns = 0;
}

/* A late offer of what is complete already begins nothing anew. */
static void a_late_offer_of_a_complete_blob_is_answered(void)
{
	struct blob_message message = { .type = BLOB_OFFER, .id = 1, .round = 1, .cell_bytes = CELL,
		.blob = { .size = 0, .id = 1, .name = "empty" } };
	struct octo_digest digest;
	set_up();
	octo_digest_begin(&digest);
	octo_digest_end(&digest, message.blob.digest);
	take(&message);
	CHECK_U64(told[OCTO_NOTE_BLOB_COMPLETE], 1);
	take(&message);
	CHECK_U64(offers, 1);
	CHECK(give(&message) && message.type == BLOB_DONE && message.id == 1 && !give(&message));
}

/* The same digest however the bytes are cut, also after the state was moved; RFC 7693 BLAKE2b, 32 bytes, of "abc". */
static void a_digest_does_not_depend_on_the_pieces(void)
{
	static const uint8_t abc[OCTO_DIGEST_BYTES] = { 0xbd, 0xdd, 0x81, 0x3c, 0x63, 0x42, 0x39, 0x72, 0x31, 0x71, 0xef, 0x3f, 0xee,
		0x98, 0x57, 0x9b, 0x94, 0x96, 0x4e, 0x3b, 0xb1, 0xcb, 0x3e, 0x42, 0x72, 0x62, 0xc8, 0xc0, 0x68, 0xd5, 0x23, 0x19 };
	uint8_t out[OCTO_DIGEST_BYTES];
	struct octo_digest digest, moved;
	octo_digest_begin(&digest);
	octo_digest_add(&digest, "a", 1);
	moved = digest;
	octo_digest_add(&moved, "bc", 2);
	octo_digest_end(&moved, out);
	CHECK_BYTES(out, abc, sizeof out);
}

CU_ErrorCode suite_couriers_blob(void);

CU_ErrorCode suite_couriers_blob(void)
{
	CU_pSuite suite = CU_add_suite("couriers_blob", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, it_asks_only_on_demand);
	CU_ADD_TEST(suite, a_description_has_at_most_sixty_runs);
	CU_ADD_TEST(suite, chunks_out_of_range_change_nothing);
	CU_ADD_TEST(suite, chunks_beyond_the_window_change_nothing);
	CU_ADD_TEST(suite, impossible_offers_are_refused);
	CU_ADD_TEST(suite, an_offer_may_come_too_early);
	CU_ADD_TEST(suite, what_is_here_is_read_back_at_leisure);
	CU_ADD_TEST(suite, what_offers_read_back_is_bounded);
	CU_ADD_TEST(suite, a_flood_of_offers_fills_four_places);
	CU_ADD_TEST(suite, what_is_not_a_message_changes_nothing);
	CU_ADD_TEST(suite, impossible_answers_change_nothing);
	CU_ADD_TEST(suite, descriptions_beyond_the_window_change_nothing);
	CU_ADD_TEST(suite, the_first_chunks_go_with_their_offer);
	CU_ADD_TEST(suite, a_lost_first_chunk_is_offered_again);
	CU_ADD_TEST(suite, first_chunks_of_what_the_receiver_has_are_forgotten);
	CU_ADD_TEST(suite, nothing_goes_early_in_another_session);
	CU_ADD_TEST(suite, a_refused_offer_is_not_asked_about_again);
	CU_ADD_TEST(suite, a_refusal_that_nobody_heard_is_said_again);
	CU_ADD_TEST(suite, an_abort_goes_until_it_has_arrived_itself);
	CU_ADD_TEST(suite, a_round_that_failed_stays_failed);
	CU_ADD_TEST(suite, the_end_is_asked_for_ever_more_rarely);
	CU_ADD_TEST(suite, what_is_being_kept_is_not_spoken_of_before_it_is_offered);
	CU_ADD_TEST(suite, the_end_is_repeated_when_an_answer_is_late);
	CU_ADD_TEST(suite, the_last_gap_is_found);
	CU_ADD_TEST(suite, the_end_is_repeated_at_once_where_losses_are_about);
	CU_ADD_TEST(suite, an_answer_that_is_overtaken_by_news_is_ignored);
	CU_ADD_TEST(suite, a_late_offer_of_a_complete_blob_is_answered);
	CU_ADD_TEST(suite, a_digest_does_not_depend_on_the_pieces);
	return CU_get_error();
}
