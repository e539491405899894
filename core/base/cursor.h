/* cursor.h: bounds-checked reading and writing of little-endian bytes. A cursor that was asked for more than there is
 * stays failed and yields zeros, so a whole message is read first and checked once.
 * Reading faces the network and never asserts; writing is our own doing and does. */
#ifndef OCTO_BASE_CURSOR_H
#define OCTO_BASE_CURSOR_H

#include "core/base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct reader {
	const uint8_t *bytes;
	size_t size, position;
	bool failed;
};

static inline struct reader reader_of(const void *bytes, size_t size)
{
	return (struct reader){ .bytes = bytes, .size = size };
}

static inline size_t reader_left(const struct reader *reader)
{
	return reader->size - reader->position;
}

/* The next `size` bytes in place; NULL (and the reader fails) when there are fewer. */
static inline const uint8_t *read_bytes(struct reader *reader, size_t size)
{
	if (reader->failed || reader_left(reader) < size) {
		reader->failed = true;
		return NULL;
	}
	const uint8_t *bytes = reader->bytes + reader->position;
	reader->position += size;
	return bytes;
}

static inline void read_copy(struct reader *reader, void *out, size_t size)
{
	const uint8_t *bytes = read_bytes(reader, size);
	if (bytes)
		memcpy(out, bytes, size);
	else
		memset(out, 0, size);
}

/* True when the next `size` bytes are all zero. */
static inline bool read_zeros(struct reader *reader, size_t size)
{
	const uint8_t *bytes = read_bytes(reader, size);
	uint8_t any = 0;
	for (size_t i = 0; bytes && i < size; i++)
		any |= bytes[i];
	return bytes && any == 0;
}

static inline uint64_t load_le(const uint8_t *bytes, size_t size)
{
	uint64_t value = 0;
	if (size == 8) /* written out, compilers see one load of a word: nonces, ids and counters are read all the time */
		return (uint64_t)bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16 | (uint64_t)bytes[3] << 24 |
		       (uint64_t)bytes[4] << 32 | (uint64_t)bytes[5] << 40 | (uint64_t)bytes[6] << 48 | (uint64_t)bytes[7] << 56;
	for (size_t i = size; i > 0; i--)
		value = value << 8 | bytes[i - 1];
	return value;
}

static inline void store_le(uint8_t *bytes, size_t size, uint64_t value)
{
	if (size == 8) { /* one store, likewise */
		bytes[0] = (uint8_t)value, bytes[1] = (uint8_t)(value >> 8);
		bytes[2] = (uint8_t)(value >> 16), bytes[3] = (uint8_t)(value >> 24);
		bytes[4] = (uint8_t)(value >> 32), bytes[5] = (uint8_t)(value >> 40);
		bytes[6] = (uint8_t)(value >> 48), bytes[7] = (uint8_t)(value >> 56);
		return;
	}
	if (size == 4) {
		bytes[0] = (uint8_t)value, bytes[1] = (uint8_t)(value >> 8);
		bytes[2] = (uint8_t)(value >> 16), bytes[3] = (uint8_t)(value >> 24);
		return;
	}
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
}

static inline uint64_t read_le(struct reader *reader, size_t size)
{
	const uint8_t *bytes = read_bytes(reader, size);
	return bytes ? load_le(bytes, size) : 0;
}

static inline uint8_t read_u8(struct reader *reader) { return (uint8_t)read_le(reader, 1); }
static inline uint16_t read_u16(struct reader *reader) { return (uint16_t)read_le(reader, 2); }
static inline uint32_t read_u32(struct reader *reader) { return (uint32_t)read_le(reader, 4); }
static inline uint64_t read_u64(struct reader *reader) { return read_le(reader, 8); }

struct writer {
	uint8_t *bytes;
	size_t size, position;
};

static inline struct writer writer_of(void *bytes, size_t size)
{
	return (struct writer){ .bytes = bytes, .size = size };
}

static inline size_t writer_left(const struct writer *writer)
{
	return writer->size - writer->position;
}

/* Room for `size` bytes, to be filled by the caller. */
static inline uint8_t *write_room(struct writer *writer, size_t size)
{
	OCTO_ASSERT(writer_left(writer) >= size);
	uint8_t *room = writer->bytes + writer->position;
	writer->position += size;
	return room;
}

static inline void write_bytes(struct writer *writer, const void *bytes, size_t size)
{
	memcpy(write_room(writer, size), bytes, size);
}

static inline void write_zeros(struct writer *writer, size_t size)
{
	memset(write_room(writer, size), 0, size);
}

static inline void write_le(struct writer *writer, size_t size, uint64_t value)
{
	store_le(write_room(writer, size), size, value);
}

static inline void write_u8(struct writer *writer, uint8_t value) { write_le(writer, 1, value); }
static inline void write_u16(struct writer *writer, uint16_t value) { write_le(writer, 2, value); }
static inline void write_u32(struct writer *writer, uint32_t value) { write_le(writer, 4, value); }
static inline void write_u64(struct writer *writer, uint64_t value) { write_le(writer, 8, value); }

#endif
