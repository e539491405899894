/* format.c: fields to bytes and back, byte by byte, so that a file is the same on every machine.
 * Knows nothing of files. See format.h for the layout. */
#include "sim/trace/format.h"

#include <string.h>

static void put(uint8_t *out, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		out[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get(const uint8_t *in, int bytes)
{
	uint64_t value = 0;

	for (int i = 0; i < bytes; i++)
		value |= (uint64_t)in[i] << (8 * i);
	return value;
}

uint64_t format_checksum(uint64_t sum, const uint8_t *bytes, size_t size)
{
	/* FNV-1a by words. The shift feeds high bits back into low ones: a product alone never does. */
	for (size_t i = 0; i + 8 <= size; i += 8) {
		sum = (sum ^ get(bytes + i, 8)) * UINT64_C(0x100000001b3);
		sum ^= sum >> 32;
	}
	return sum;
}

uint32_t format_words(void)
{
	static const char *const words[] = {
#define X(name, ...) #name,
		TRACE_KINDS(X) "/" TRACE_DROPS(X) "/" TRACE_ACTIONS(X) "/" TRACE_LIES(X) "/" TRACE_NATS(X) "/"
		OCTO_REASONS(X) "/" OCTO_STATES(X) "/" OCTO_STEPS(X) "/" OCTO_ROLES(X) "/" OCTO_ENDS(X) "/" OCTO_MODES(X) "/"
		OCTO_ACTIVITIES(X) "/" OCTO_WARNINGS(X) "/" OCTO_POOLS(X) "/" OCTO_WAITS(X) "/" OCTO_DISCARDS(X) "/"
		OCTO_NOTES(X) "/" OCTO_TELLS(X) "/" OCTO_SIDES(X)
#undef X
	};
	uint32_t sum = UINT32_C(0x811c9dc5);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (const char *at = words[i];; at++) { /* its end counts, too */
			sum = (sum ^ (uint8_t)*at) * UINT32_C(0x01000193);
			if (*at == 0)
				break;
		}
	}
	return sum;
}

void format_put_record(uint8_t out[FORMAT_RECORD_BYTES], const struct trace_record *record)
{
	put(out, record->time_ns, 8);
	out[8] = record->kind;
	out[9] = record->flags;
	put(out + 10, record->extra_size, 2);
	put(out + 12, record->node, 4);
	put(out + 16, record->peer, 4);
	put(out + 20, record->packet, 4);
	put(out + 24, record->copy, 4);
	put(out + 28, record->cause, 4);
	put(out + 32, record->a, 8);
	put(out + 40, record->b, 8);
}

void format_get_record(const uint8_t in[FORMAT_RECORD_BYTES], struct trace_record *record)
{
	record->time_ns = get(in, 8);
	record->kind = in[8];
	record->flags = in[9];
	record->extra_size = (uint16_t)get(in + 10, 2);
	record->node = (uint32_t)get(in + 12, 4);
	record->peer = (uint32_t)get(in + 16, 4);
	record->packet = (uint32_t)get(in + 20, 4);
	record->copy = (uint32_t)get(in + 24, 4);
	record->cause = (uint32_t)get(in + 28, 4);
	record->a = get(in + 32, 8);
	record->b = get(in + 40, 8);
}

void format_put_words(uint8_t header[FORMAT_HEADER_BYTES])
{
	put(header + FORMAT_WORDS_AT, format_words(), 4);
}

void format_put_header(uint8_t out[FORMAT_HEADER_BYTES], const struct trace_header *header)
{
	put(out, header->seed, 8);
	put(out + 8, header->duration_ns, 8);
	put(out + 16, header->scenario_hash, 8);
	memcpy(out + 24, header->scenario, sizeof(header->scenario));
	memcpy(out + 152, header->title, sizeof(header->title));
	memcpy(out + 280, header->crypto, sizeof(header->crypto));
	put(out + 296, header->node_count, 4);
	format_put_words(out);
}

uint32_t format_get_words(const uint8_t in[FORMAT_HEADER_BYTES])
{
	return (uint32_t)get(in + FORMAT_WORDS_AT, 4);
}

void format_get_header(const uint8_t in[FORMAT_HEADER_BYTES], struct trace_header *header)
{
	header->seed = get(in, 8);
	header->duration_ns = get(in + 8, 8);
	header->scenario_hash = get(in + 16, 8);
	memcpy(header->scenario, in + 24, sizeof(header->scenario));
	memcpy(header->title, in + 152, sizeof(header->title));
	memcpy(header->crypto, in + 280, sizeof(header->crypto));
	header->node_count = (uint32_t)get(in + 296, 4);
}
