/* writer.c: writes a trace file through one buffer. Knows nothing of what the records mean.
 * A failure (a full disk) is kept and reported once, at the end: a run is never stopped by its trace.
 * The layout is in format.h; reader.c is the other half. */
#include "sim/trace/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_BYTES = 1 << 18 };

struct trace_writer {
	FILE *file;
	char *path;
	uint64_t checksum;
	uint64_t last_time_ns;
	uint32_t count;
	int failure;  /* errno of the first failure, 0 for none */
	bool is_full; /* more records than a trace can number */
};

static void write_bytes(struct trace_writer *writer, const uint8_t *bytes, size_t size)
{
	writer->checksum = format_checksum(writer->checksum, bytes, size);
	if (writer->failure || fwrite(bytes, 1, size, writer->file) == size)
		return;
	writer->failure = errno ? errno : EIO;
}

/* Copies a string into a field, zeroing the rest: a file must not depend on what was in memory behind the
 * NUL. */
static void clean_copy(char *out, const char *in, size_t size)
{
	size_t length = 0;

	while (length + 1 < size && in[length])
		length++;
	memcpy(out, in, length);
	memset(out + length, 0, size - length);
}

static void write_head(struct trace_writer *writer, const struct trace_header *header,
                       const struct trace_node *nodes)
{
	struct trace_header clean = *header;
	uint8_t bytes[FORMAT_HEADER_BYTES];

	clean_copy(clean.scenario, header->scenario, sizeof(clean.scenario));
	clean_copy(clean.title, header->title, sizeof(clean.title));
	clean_copy(clean.crypto, header->crypto, sizeof(clean.crypto));
	format_put_header(bytes, &clean);
	write_bytes(writer, (const uint8_t *)FORMAT_MAGIC, FORMAT_MAGIC_BYTES);
	write_bytes(writer, bytes, sizeof(bytes));
	for (uint32_t i = 0; i < header->node_count; i++) {
		uint8_t node[FORMAT_NODE_BYTES];

		clean_copy((char *)node, nodes[i].name, sizeof(nodes[i].name));
		clean_copy((char *)node + 48, nodes[i].kind, sizeof(nodes[i].kind));
		memcpy(node + 64, nodes[i].id, OCTO_ID_BYTES);
		write_bytes(writer, node, sizeof(node));
	}
}

struct trace_writer *trace_writer_open(const char *path, const struct trace_header *header,
                                       const struct trace_node *nodes, char *error, size_t error_size)
{
	struct trace_writer *writer = calloc(1, sizeof(*writer));
	size_t path_size = strlen(path) + 1;

	if (writer)
		writer->path = malloc(path_size);
	if (!writer || !writer->path) {
		snprintf(error, error_size, "%s: out of memory", path);
		free(writer);
		return NULL;
	}
	memcpy(writer->path, path, path_size);
	writer->file = fopen(path, "wb");
	if (!writer->file) {
		snprintf(error, error_size, "%s: cannot write the trace: %s", path, strerror(errno));
		free(writer->path);
		free(writer);
		return NULL;
	}
	setvbuf(writer->file, NULL, _IOFBF, BUFFER_BYTES);
	writer->checksum = FORMAT_CHECKSUM_START;
	write_head(writer, header, nodes);
	return writer;
}

uint32_t trace_write(struct trace_writer *writer, const struct trace_record *record, const void *extra)
{
	uint8_t bytes[FORMAT_RECORD_BYTES];
	size_t whole = record->extra_size & ~(size_t)7;

	if (writer->count == UINT32_MAX - 1) {
		writer->is_full = true;
		return writer->count;
	}
	format_put_record(bytes, record);
	write_bytes(writer, bytes, sizeof(bytes));
	if (whole)
		write_bytes(writer, extra, whole);
	if (record->extra_size > whole) {
		uint8_t rest[8] = { 0 };

		memcpy(rest, (const uint8_t *)extra + whole, record->extra_size - whole);
		write_bytes(writer, rest, sizeof(rest));
	}
	writer->last_time_ns = record->time_ns;
	return writer->count++;
}

bool trace_writer_close(struct trace_writer *writer, char *error, size_t error_size)
{
	struct trace_record footer = { .time_ns = writer->last_time_ns,
		                       .kind = FORMAT_FOOTER_KIND,
		                       .node = writer->count,
		                       .a = writer->checksum };
	uint8_t bytes[FORMAT_RECORD_BYTES];
	bool is_fine;

	format_put_record(bytes, &footer);
	write_bytes(writer, bytes, sizeof(bytes));
	if (fclose(writer->file) != 0 && !writer->failure)
		writer->failure = errno ? errno : EIO;
	is_fine = !writer->failure && !writer->is_full;
	if (writer->failure)
		snprintf(error, error_size, "%s: the trace is incomplete: %s", writer->path,
		         strerror(writer->failure));
	else if (writer->is_full)
		snprintf(error, error_size, "%s: the trace is incomplete: more records than it can number",
		         writer->path);
	free(writer->path);
	free(writer);
	return is_fine;
}
