/* frame_fuzz.c: frame.c: any bytes as the frames of a data packet. Each frame that is read and written again is the same
 * bytes, in the size that was foretold. */
#include "core/intrinsic/frame.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct reader reader = reader_of(bytes, size);
	struct frame frame;
	size_t begin = 0;
	uint8_t *out = malloc(size + 1);
	FUZZ_REQUIRE(out != NULL);
	memset(&frame, 0xee, sizeof frame);
	for (; frame_read(&reader, &frame); begin = reader.position) {
		struct writer writer = writer_of(out, size + 1);
		size_t used = reader.position - begin;
		FUZZ_REQUIRE(used > 0 && reader.position <= size);
		FUZZ_REQUIRE(frame.size == 0 || (frame.data >= bytes + begin && frame.data + frame.size <= bytes + reader.position));
		frame_write(&writer, &frame);
		FUZZ_REQUIRE(writer.position == used && frame_size(&frame) == used);
		FUZZ_REQUIRE(memcmp(out, bytes + begin, used) == 0);
	}
	FUZZ_REQUIRE(reader.failed || reader.position == size);
	free(out);
	return 0;
}

void fuzz_seeds(void (*add)(const void *bytes, size_t size))
{
	static const uint8_t ranges[] = { FRAME_ACK_RANGES, 0x40, 0x80, 3, 2, 1, 2, 3, 4 };
	static const uint8_t pieces[] = { FRAME_PING, 1, 2, 3, 4, FRAME_PAD, FRAME_COURIER | 1, 3, 'a', 'b', 'c', FRAME_CLOSE, 1 };
	add(ranges, sizeof ranges);
	add(pieces, sizeof pieces);
}
