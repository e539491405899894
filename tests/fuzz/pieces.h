/* pieces.h: inputs that are programs: one byte of setting, then pieces: verb u8 | size u16 | that many bytes. Mutations take
 * whole pieces in and out, or change what is in one, so that a program stays a program. */
#ifndef OCTOSIM_TESTS_PIECES_H
#define OCTOSIM_TESTS_PIECES_H

#include "core/base/cursor.h"
#include "tests/fuzz/fuzz.h"

enum { PIECES_MAX = 24, PIECE_HEAD_BYTES = 3, PIECE_BYTES_MAX = 512 };

struct piece { uint8_t verb; const uint8_t *bytes; size_t size; };
struct program {
	uint8_t setting;
	unsigned count;
	struct piece pieces[PIECES_MAX];
};

/* The pieces stay where they are. One that is cut short has what is left. */
static inline void program_read(struct program *program, const uint8_t *bytes, size_t size)
{
	struct reader reader = reader_of(bytes, size);
	program->setting = size ? read_u8(&reader) : 0;
	program->count = 0;
	while (program->count < PIECES_MAX && reader_left(&reader) >= PIECE_HEAD_BYTES) {
		struct piece *piece = &program->pieces[program->count++];
		piece->verb = read_u8(&reader);
		size_t told = read_u16(&reader), left = reader_left(&reader);
		piece->size = told < left ? told : left;
		piece->bytes = read_bytes(&reader, piece->size);
	}
}

/* As far as there is room. Returns the size. */
static inline size_t program_write(uint8_t *out, size_t size_max, const struct program *program)
{
	struct writer writer = writer_of(out, size_max);
	write_u8(&writer, program->setting);
	for (unsigned i = 0; i < program->count; i++) {
		const struct piece *piece = &program->pieces[i];
		if (writer_left(&writer) < PIECE_HEAD_BYTES + piece->size)
			break;
		write_u8(&writer, piece->verb);
		write_u16(&writer, (uint16_t)piece->size);
		if (piece->size)
			write_bytes(&writer, piece->bytes, piece->size);
	}
	return writer.position;
}

static inline void program_put(struct program *program, unsigned at, struct piece piece)
{
	if (program->count == PIECES_MAX)
		return;
	memmove(program->pieces + at + 1, program->pieces + at, (program->count - at) * sizeof piece);
	program->pieces[at] = piece;
	program->count++;
}

/* One mutation; `known` are pieces that are worth trying. */
static inline size_t program_mutate(uint8_t *bytes, size_t size, size_t size_max, unsigned seed, const struct piece *known,
                                    size_t known_count)
{
	static uint8_t before[1 << 16], changed[PIECE_BYTES_MAX];
	struct program program;
	if (size > sizeof before || size_max == 0)
		return size;
	memcpy(before, bytes, size);
	program_read(&program, before, size);
	unsigned dice = seed * 2654435761u, at = program.count ? (dice >> 8) % program.count : 0;
	struct piece *piece = &program.pieces[at];
	switch (program.count ? dice >> 29 : 0) {
	case 0:
	case 1:
		program_put(&program, (dice >> 4) % (program.count + 1), known[(dice >> 14) % known_count]);
		break;
	case 2:
		memmove(piece, piece + 1, (--program.count - at) * sizeof *piece);
		break;
	case 3:
		program_put(&program, (dice >> 4) % (program.count + 1), *piece);
		break;
	case 4:
		if (dice & 16)
			program.setting = (uint8_t)(program.setting ^ 1u << (dice >> 5 & 7));
		else
			piece->verb = (uint8_t)(piece->verb ^ 1u << (dice >> 5 & 7));
		break;
	default:
		memcpy(changed, piece->bytes, piece->size < sizeof changed ? piece->size : 0);
		piece->size = LLVMFuzzerMutate(changed, piece->size < sizeof changed ? piece->size : 0, sizeof changed);
		piece->bytes = changed;
	}
	return program_write(bytes, size_max, &program);
}

#endif
