/* format.h: the bytes of a trace file, shared by writer.c and reader.c and by nobody else. Everything is
 * little-endian and every part is a multiple of 8 bytes long, so that the checksum can go by words.
 *
 *   magic    8   "OCTOTRC2"; the last character is the version   header 304   seed 8, duration 8, scenario
 * hash 8, scenario 128, title 128, crypto 16, node count 4, words 4   node    96   name 48, kind 16, id 32
 * record  48   in the order of struct trace_record   footer  48   a record of kind 255: `node` is the
 * number of records, `a` the checksum of all before it */
#ifndef OCTOSIM_TRACE_FORMAT_H
#define OCTOSIM_TRACE_FORMAT_H

#include "sim/trace.h"

#define FORMAT_MAGIC "OCTOTRC2"

enum {
	FORMAT_MAGIC_BYTES = 8,
	FORMAT_HEADER_BYTES = 304,
	FORMAT_WORDS_AT = 300,        /* of a header */
	FORMAT_NODE_BYTES = 96,
	FORMAT_RECORD_BYTES = 48,
	FORMAT_FOOTER_KIND = 255
};

#define FORMAT_CHECKSUM_START UINT64_C(0xcbf29ce484222325)

/* The checksum goes on over `size` bytes, a multiple of 8. */
uint64_t format_checksum(uint64_t sum, const uint8_t *bytes, size_t size);
/* Which kind, reason, step and so on each number of a record stands for, as one number: another wherever a list of them has
 * another order, one more or one less. So nobody has to think of the version when a kind is added. */
uint32_t format_words(void);
void format_put_words(uint8_t header[FORMAT_HEADER_BYTES]);
void format_put_record(uint8_t out[FORMAT_RECORD_BYTES], const struct trace_record *record);
void format_get_record(const uint8_t in[FORMAT_RECORD_BYTES], struct trace_record *record);
void format_put_header(uint8_t out[FORMAT_HEADER_BYTES], const struct trace_header *header);
uint32_t format_get_words(const uint8_t in[FORMAT_HEADER_BYTES]);
void format_get_header(const uint8_t in[FORMAT_HEADER_BYTES], struct trace_header *header);

/* Extra bytes take this many in the file. */
static inline size_t format_padded(size_t extra_size)
{
	return (extra_size + 7) & ~(size_t)7;
}

#endif
