/* intrinsic_frame_test.c: core/intrinsic/frame.c, the list of frames of [P 6.3]. */
#include "core/intrinsic/frame.h"
#include "tests/check.h"

static const uint8_t some[512] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };

static size_t write_one(const struct frame *frame, uint8_t *out, size_t room)
{
	struct writer writer = writer_of(out, room);
	frame_write(&writer, frame);
	CHECK_U64(writer.position, frame_size(frame));
	return writer.position;
}

static void check_same(const struct frame *a, const struct frame *b)
{
	CHECK_U64(a->type, b->type);
	CHECK_U64(a->size, b->size);
	if (a->size && a->size == b->size)
		CHECK_BYTES(a->data, b->data, a->size);
	if (a->type == FRAME_COURIER || a->type == FRAME_SYNC_HASH || a->type == FRAME_SYNC_REQUEST)
		CHECK_U64(a->courier, b->courier);
	if (a->type == FRAME_PING || a->type == FRAME_PONG || a->type == FRAME_MAX_RATE || a->type == FRAME_CLOSE)
		CHECK_U64(a->token, b->token);
	if (a->type != FRAME_ACK && a->type != FRAME_ACK_RANGES)
		return;
	CHECK_U64(a->largest, b->largest);
	CHECK_U64(a->delay, b->delay);
	if (a->type == FRAME_ACK)
		CHECK_U64(a->bitmap, b->bitmap);
	else
		CHECK_U64(a->range_count, b->range_count);
}

static const struct { struct frame frame; size_t size; } samples[] = {
	{ { .type = FRAME_PAD }, 1 },
	{ { .type = FRAME_ACK, .largest = 0xfffe, .delay = 3, .bitmap = 0x80000001 }, 8 },
	{ { .type = FRAME_ACK_RANGES, .largest = 5, .delay = 1, .range_count = 1, .data = (const uint8_t[]){ 0, 6 }, .size = 2 }, 6 },
	{ { .type = FRAME_ACK_RANGES, .largest = 1 << 20, .delay = 1, .range_count = 2,
	    .data = (const uint8_t[]){ 0, 0x40, 70, 0x80, 0, 0x4e, 0x20, 3 }, .size = 8 }, 15 },
	{ { .type = FRAME_PING, .token = 0xdeadbeef }, 5 },
	{ { .type = FRAME_PONG, .token = 1 }, 5 },
	{ { .type = FRAME_PATH_CHALLENGE, .data = some, .size = 8 }, 9 },
	{ { .type = FRAME_PATH_RESPONSE, .data = some, .size = 8 }, 9 },
	{ { .type = FRAME_MAX_RATE, .token = 4096 }, 5 },
	{ { .type = FRAME_CLOSE, .token = 7 }, 2 },
	{ { .type = FRAME_SYNC_REQUEST, .courier = 12 }, 2 },
	{ { .type = FRAME_SYNC_HASH, .courier = 12, .data = some, .size = 8 }, 10 },
	{ { .type = FRAME_HANDSHAKE, .data = some, .size = 200 }, 202 },
	{ { .type = FRAME_COURIER_ORDERED, .courier = 7, .largest = 70, .data = some, .size = 200 }, 206 },
	{ { .type = FRAME_COURIER, .courier = 0, .data = some, .size = 1 }, 3 },
	{ { .type = FRAME_COURIER, .courier = 126, .data = some, .size = 480 }, 483 },
	{ { .type = FRAME_COURIER, .courier = 5, .data = some, .size = 0 }, 2 }
};
enum { SAMPLES = sizeof samples / sizeof *samples };

static void every_frame_round_trips(void)
{
	for (int i = 0; i < SAMPLES; i++) {
		uint8_t out[600];
		struct frame back = { .type = FRAME_PAD };
		size_t size = write_one(&samples[i].frame, out, sizeof out);
		CHECK_U64(size, samples[i].size);
		struct reader reader = reader_of(out, size);
		CHECK(frame_read(&reader, &back));
		check_same(&back, &samples[i].frame);
		CHECK_U64(reader_left(&reader), 0);
		CHECK(!frame_read(&reader, &back)); /* the end is no failure */
		CHECK(!reader.failed);
	}
}

/* Cut short anywhere, a frame fails and never reads beyond the end (the sanitizers watch). */
static void a_frame_that_is_cut_short_fails(void)
{
	for (int i = 0; i < SAMPLES; i++) {
		uint8_t out[600];
		size_t size = write_one(&samples[i].frame, out, sizeof out);
		for (size_t cut = 1; cut < size; cut++) {
			struct frame back;
			struct reader reader = reader_of(out, cut);
			CHECK(!frame_read(&reader, &back));
			CHECK(reader.failed);
		}
	}
}

/* A list is read frame by frame, in order. */
static void a_list_is_read_in_order(void)
{
	uint8_t out[2048];
	struct writer writer = writer_of(out, sizeof out);
	for (int i = 0; i < SAMPLES; i++)
		frame_write(&writer, &samples[i].frame);
	struct reader reader = reader_of(out, writer.position);
	struct frame frame;
	for (int i = 0; i < SAMPLES; i++) {
		CHECK(frame_read(&reader, &frame));
		check_same(&frame, &samples[i].frame);
	}
	CHECK(!frame_read(&reader, &frame));
	CHECK(!reader.failed);
}

static void unknown_types_fail(void)
{
	for (unsigned type = 0; type < 256; type++) {
		uint8_t bytes[200] = { (uint8_t)type };
		struct frame frame;
		struct reader reader = reader_of(bytes, sizeof bytes);
		bytes[3] = bytes[5] = type == FRAME_ACK_RANGES; /* one range of one number */
		bool is_known = type <= 0x0c || (type >= 0x80 && type <= 0xfe);
		CHECK_U64(frame_read(&reader, &frame), is_known);
		if (type >= 0x80 && type <= 0xfe)
			CHECK_U64(frame.courier, type - 0x80);
	}
}

/* The shortest form is demanded: the same number in more bytes than it needs fails. */
static void a_varint_longer_than_need_be_fails(void)
{
	static const struct { uint8_t bytes[10]; size_t size; bool is_good; uint64_t value; } cases[] = {
		{ { 0x00 }, 1, true, 0 }, { { 0x3f }, 1, true, 63 },
		{ { 0x40, 0x00 }, 2, false, 0 }, { { 0x40, 0x3f }, 2, false, 0 }, { { 0x40, 0x40 }, 2, true, 64 },
		{ { 0x7f, 0xff }, 2, true, 16383 },
		{ { 0x80, 0, 0x3f, 0xff }, 4, false, 0 }, { { 0x80, 0, 0x40, 0 }, 4, true, 16384 },
		{ { 0xbf, 0xff, 0xff, 0xff }, 4, true, 1073741823 },
		{ { 0xc0, 0, 0, 0, 0x3f, 0xff, 0xff, 0xff }, 8, false, 0 },
		{ { 0xc0, 0, 0, 0, 0x40, 0, 0, 0 }, 8, true, 1073741824 },
		{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, 8, true, UINT64_C(0x3fffffffffffffff) }
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t bytes[16] = { FRAME_ACK_RANGES };
		struct frame frame;
		memcpy(bytes + 1, cases[i].bytes, cases[i].size);
		memcpy(bytes + 1 + cases[i].size, (uint8_t[4]){ 0, 1, 0, 1 }, 4); /* delay; one range of one number */
		struct reader reader = reader_of(bytes, cases[i].size + 5);
		CHECK_U64(frame_read(&reader, &frame), cases[i].is_good);
		if (!cases[i].is_good)
			continue;
		CHECK_U64(frame.largest, cases[i].value);
		uint8_t again[16];
		CHECK_U64(write_one(&frame, again, sizeof again), cases[i].size + 5);
		CHECK_BYTES(again, bytes, cases[i].size + 5);
	}
}

/* A length beyond the packet fails, however large: nothing is narrowed before it is compared. */
static void a_length_beyond_the_packet_fails(void)
{
	static const uint8_t lengths[][9] = {
		{ 0x05 }, { 0x7f, 0xff }, { 0xbf, 0xff, 0xff, 0xff }, { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		{ 0xc0, 0, 0, 1, 0, 0, 0, 2 } /* 2^32 + 2: two on a machine of 32 bits */
	};
	static const size_t sizes[] = { 1, 2, 4, 8, 8 };
	for (size_t i = 0; i < 5; i++) {
		uint8_t bytes[16] = { 0x81 };
		struct frame frame;
		memcpy(bytes + 1, lengths[i], sizes[i]);
		struct reader reader = reader_of(bytes, 1 + sizes[i] + 2);
		CHECK(!frame_read(&reader, &frame));
		CHECK(reader.failed);
	}
}

static void at_most_24_ranges_are_read(void)
{
	for (unsigned count = 23; count < 256; count += count < 26 ? 1 : 57) {
		uint8_t bytes[1024] = { FRAME_ACK_RANGES, 0x7f, 0xff, 0, (uint8_t)count }; /* largest 16,383 */
		struct frame frame;
		for (unsigned i = 0; i < count; i++)
			memcpy(bytes + 5 + 2 * i, (uint8_t[2]){ i > 0, 1 }, 2);
		struct reader reader = reader_of(bytes, sizeof bytes);
		CHECK_U64(frame_read(&reader, &frame), count <= 24);
	}
}

/* The first run begins at `largest`; others leave something out; none is empty, and none goes below number 0. */
static void ranges_make_sense_or_fail(void)
{
	static const struct { uint8_t bytes[9]; size_t size; bool is_good; } cases[] = {
		{ { 5, 0, 1, 0, 6 }, 5, true }, { { 5, 0, 1, 0, 7 }, 5, false }, { { 5, 0, 1, 1, 1 }, 5, false },
		{ { 5, 0, 1, 0, 0 }, 5, false }, { { 5, 0, 0 }, 3, false }, { { 5, 0, 2, 0, 2, 3, 1 }, 7, true },
		{ { 5, 0, 2, 0, 2, 4, 1 }, 7, false }, { { 5, 0, 2, 0, 2, 0, 1 }, 7, false }, { { 5, 0, 2, 0, 6, 1, 1 }, 7, false }
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t bytes[10] = { FRAME_ACK_RANGES };
		struct frame frame;
		memcpy(bytes + 1, cases[i].bytes, cases[i].size);
		struct reader reader = reader_of(bytes, 1 + cases[i].size);
		CHECK_U64(frame_read(&reader, &frame), cases[i].is_good);
	}
}

CU_ErrorCode suite_intrinsic_frame(void);

CU_ErrorCode suite_intrinsic_frame(void)
{
	CU_pSuite suite = CU_add_suite("intrinsic_frame", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, every_frame_round_trips);
	CU_ADD_TEST(suite, a_frame_that_is_cut_short_fails);
	CU_ADD_TEST(suite, a_list_is_read_in_order);
	CU_ADD_TEST(suite, unknown_types_fail);
	CU_ADD_TEST(suite, a_varint_longer_than_need_be_fails);
	CU_ADD_TEST(suite, a_length_beyond_the_packet_fails);
	CU_ADD_TEST(suite, at_most_24_ranges_are_read);
	CU_ADD_TEST(suite, ranges_make_sense_or_fail);
	return CU_get_error();
}
