/* blob_fuzz.c: core/couriers/blob*.c: any bytes as messages to one who sends a blob and receives others. What is counted
 * stays within the blob and its window, and the application is asked for nothing outside of it. */
#include "core/couriers/blob.h"
#include "tests/fuzz/courier_fuzz.h"

enum { OWN_BYTES = 3000000 };            /* several windows */
static uint64_t sizes[65536];             /* by id: of the blob that was accepted last */

static bool read_blob(void *context, uint32_t peer, enum octo_way way, uint16_t id, uint64_t offset, uint8_t *out, size_t size)
{
	(void)context, (void)peer;
	FUZZ_REQUIRE(offset + size <= (way == OCTO_WAY_OUT ? OWN_BYTES : sizes[id]));
	memset(out, (int)(offset & 255), size);
	return true;
}

static bool write_blob(void *context, uint32_t peer, uint16_t id, uint64_t offset, const uint8_t *bytes, size_t size)
{
	(void)context, (void)peer, (void)bytes;
	FUZZ_REQUIRE(size > 0 && offset + size <= sizes[id]);
	return true;
}

static enum octo_blob_answer accept_blob(void *context, uint32_t peer, const struct octo_blob *blob, uint64_t *have)
{
	(void)context, (void)peer, (void)have;
	FUZZ_REQUIRE(blob->size <= OCTO_BLOB_SIZE_MAX && blob_name_is_good(blob->name));
	sizes[blob->id] = blob->size;
	return blob->priority == 7 ? OCTO_BLOB_NO : blob->priority == 8 ? OCTO_BLOB_LATER : OCTO_BLOB_YES;
}

static enum octo_blob_answer keep_blob(void *context, uint32_t peer, const struct octo_blob *blob)
{
	(void)context, (void)peer;
	FUZZ_REQUIRE(blob->size == sizes[blob->id]);
	return blob->priority == 7 ? OCTO_BLOB_NO : blob->priority == 6 ? OCTO_BLOB_LATER : OCTO_BLOB_YES;
}

/* Its application has kept what it was busy with. */
static void keep_all(struct blob_courier *state, const struct octo_courier_call *call)
{
	for (int i = 0; i < OCTO_BLOBS_MAX; i++)
		if (state->ins[i].place.phase == BLOB_KEEPING)
			blob_in_kept(state, call, &state->ins[i], i % 2 == 0);
}

static void check_counts(const struct blob_courier *state)
{
	for (int i = 0; i < OCTO_BLOBS_MAX; i++) {
		const struct blob_out *out = &state->outs[i];
		const struct blob_in *in = &state->ins[i];
		FUZZ_REQUIRE(out->base <= out->next && out->next <= out->place.cells && out->next - out->base <= BLOB_WINDOW);
		uint32_t open = 0, arrived = 0;
		for (uint32_t cell = out->base; cell < out->next; cell++) {
			arrived += blob_bit(out->arrived_bits, cell);
			open += !blob_bit(out->arrived_bits, cell) && !blob_bit(out->flying_bits, cell);
		}
		FUZZ_REQUIRE(out->open == open && out->arrived == arrived);
		FUZZ_REQUIRE(in->frontier + in->here <= in->place.cells && in->here < BLOB_WINDOW);
		FUZZ_REQUIRE(in->hashed <= in->place.blob.size);
	}
}

/* What is read as a message is written again as the same bytes, and fits the packet that its writer had room in. */
static void read_and_write(const uint8_t *bytes, size_t size)
{
	static struct blob_message message;
	uint8_t out[BLOB_CONTROL_BYTES_MAX];
	if (!blob_message_read(bytes, size, &message) || message.is_bad_offer)
		return;
	if (message.type == BLOB_CHUNK) {
		FUZZ_REQUIRE(message.size + BLOB_CHUNK_HEAD_BYTES == size && message.bytes == bytes + BLOB_CHUNK_HEAD_BYTES);
		return;
	}
	FUZZ_REQUIRE(size <= sizeof out && blob_message_write(out, &message) == size && memcmp(out, bytes, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	read_and_write(bytes, size);
	static const struct octo_blobs blobs = { .read = read_blob, .write = write_blob, .offered = accept_blob,
		.keep = keep_blob };
	static const struct octo_host host = { .blobs = &blobs };
	static struct blob_courier state;
	struct octo_courier_call call = fuzz_call();
	call.host = &host;
	call.room = OCTO_COURIER_PAYLOAD_MAX;
	memset(&state, 0, sizeof state);
	state.outs[0].place.blob = (struct octo_blob){ .size = OWN_BYTES, .id = 1, .priority = 9, .name = "own" };
	state.outs[0].place.phase = BLOB_ASKING;
	for (int part = 0; part < 2; part++) { /* the same in another session */
		fuzz_courier(&octo_courier_blob, &state, &call, bytes, size);
		check_counts(&state);
		keep_all(&state, &call);
		call.session += 1;
	}
	return 0;
}

void fuzz_seeds(void (*add)(const void *bytes, size_t size))
{
	static const uint8_t given[] = { 54, 1, 5, 0, 1, 0, 40, 16, 0, 100, 0, 0, 0, 0, 0, 0, 0, [48] = 3, 'm', 'a', 'p', 0, 0, 0,
		23, 3, 5, 0, 1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
		11, 3, 5, 0, 6, 0, 0, 0, 1, 2, 3, 4, 5, 5, 0, 1, 0, 0, 2 };
	static const uint8_t taken[] = { 13, 2, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 17, 2, 1, 0, 1, 0, 5, 0, 0, 0, 5, 0, 0, 0, 3, 0,
		2, 0, 5, 4, 1, 0, 1, 0, 7, 5, 1, 0, 1, 0, 1, 3 };
	/* Once the blob is offered: an answer that goes on behind the window of what is sent. */
	static const uint8_t beyond[] = { 0, 13, 2, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		17, 2, 1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x41, 0x1f, 0, 0, 0, 0, 0x24, 1 };
	add(given, sizeof given);
	add(taken, sizeof taken);
	add(beyond, sizeof beyond);
}
