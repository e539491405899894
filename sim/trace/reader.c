/* reader.c: reads a trace file whole and checks every field once, so that no one behind it needs to:
 * numbers of nodes, names and causes are in range, times never go back, a duel has its IDs. Believes no
 * count or size in the file. Knows nothing of what the records mean beyond their ranges. The layout is in
 * format.h. */
#include "sim/trace/format.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct trace {
	struct trace_header header;
	struct trace_node *nodes;
	uint8_t *bytes; /* the whole file */
	size_t size;
	struct trace_record *records;
	size_t *extras; /* where in `bytes` a record's extra bytes are */
	uint32_t count, capacity;
	bool is_truncated;
};

struct reader {
	struct trace *trace;
	const char *path;
	char *error;
	size_t error_size;
	size_t at; /* bytes read so far */
};

static bool fail(struct reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool fail(struct reader *reader, const char *format, ...)
{
	va_list arguments;
	int used = snprintf(reader->error, reader->error_size, "%s: ", reader->path);

	if (used < 0 || (size_t)used >= reader->error_size)
		return false;
	va_start(arguments, format);
	vsnprintf(reader->error + used, reader->error_size - (size_t)used, format, arguments);
	va_end(arguments);
	return false;
}

static bool is_magic(const uint8_t *bytes, size_t size)
{
	return size >= FORMAT_MAGIC_BYTES && memcmp(bytes, FORMAT_MAGIC, FORMAT_MAGIC_BYTES) == 0;
}

static bool fail_as_of_another_version(struct reader *reader)
{
	return fail(reader, "was written by another version of octosim, whose numbers mean something else; "
	            "record it anew, with octosim run SCENARIO --trace FILE");
}

/* The magic is checked before the rest is read: a film or a device without an end is not loaded first. */
static bool check_magic(struct reader *reader)
{
	const struct trace *trace = reader->trace;

	if (is_magic(trace->bytes, trace->size))
		return true;
	if (trace->size == 0)
		return fail(reader, "is empty, not a trace");
	if (trace->size >= FORMAT_MAGIC_BYTES &&
	    memcmp(trace->bytes, FORMAT_MAGIC, FORMAT_MAGIC_BYTES - 1) == 0)
		return fail_as_of_another_version(reader);
	return fail(reader, "is not a trace: it does not begin with %s", FORMAT_MAGIC);
}

static bool load(struct reader *reader, FILE *file)
{
	struct trace *trace = reader->trace;
	size_t capacity = 1 << 16;
	size_t want = FORMAT_MAGIC_BYTES;

	trace->bytes = malloc(capacity);
	if (!trace->bytes)
		return fail(reader, "out of memory");
	for (;;) {
		size_t got = fread(trace->bytes + trace->size, 1, want, file);
		bool is_first = trace->size == 0;

		trace->size += got;
		if (ferror(file))
			return fail(reader, "cannot be read: %s", strerror(errno));
		if (is_first && !check_magic(reader))
			return false;
		if (got < want)
			return true;
		if (trace->size == capacity) {
			uint8_t *more = capacity <= SIZE_MAX / 2 ? realloc(trace->bytes, capacity * 2) : NULL;

			if (!more)
				return fail(reader, "is too large for the memory of this machine");
			trace->bytes = more;
			capacity *= 2;
		}
		want = capacity - trace->size;
	}
}

static bool is_text(const char *text, size_t size)
{
	return memchr(text, 0, size) != NULL;
}

static bool read_head(struct reader *reader)
{
	struct trace *trace = reader->trace;
	struct trace_header *header = &trace->header;
	size_t left = trace->size - FORMAT_MAGIC_BYTES;

	if (left < FORMAT_HEADER_BYTES)
		return fail(reader, "ends inside its header; nothing of the run is left");
	format_get_header(trace->bytes + FORMAT_MAGIC_BYTES, header);
	if (format_get_words(trace->bytes + FORMAT_MAGIC_BYTES) != format_words())
		return fail_as_of_another_version(reader);
	left -= FORMAT_HEADER_BYTES;
	if (!is_text(header->scenario, sizeof(header->scenario)) ||
	    !is_text(header->title, sizeof(header->title)) ||
	    !is_text(header->crypto, sizeof(header->crypto)))
		return fail(reader, "is damaged: a text of the header has no end");
	if (header->node_count > left / FORMAT_NODE_BYTES)
		return fail(reader, "ends inside its list of nodes: %" PRIu32 " are announced, %zu are there",
		            header->node_count, left / FORMAT_NODE_BYTES);
	trace->nodes = calloc(header->node_count ? header->node_count : 1, sizeof(*trace->nodes));
	if (!trace->nodes)
		return fail(reader, "out of memory");
	reader->at = FORMAT_MAGIC_BYTES + FORMAT_HEADER_BYTES;
	for (uint32_t i = 0; i < header->node_count; i++, reader->at += FORMAT_NODE_BYTES) {
		struct trace_node *node = &trace->nodes[i];

		memcpy(node->name, trace->bytes + reader->at, sizeof(node->name));
		memcpy(node->kind, trace->bytes + reader->at + 48, sizeof(node->kind));
		memcpy(node->id, trace->bytes + reader->at + 64, OCTO_ID_BYTES);
		if (!is_text(node->name, sizeof(node->name)) || !is_text(node->kind, sizeof(node->kind)))
			return fail(reader, "is damaged: the name of node %" PRIu32 " has no end", i);
	}
	return true;
}

static bool is_packet_type(uint64_t type)
{
	return type == OCTO_PACKET_UNKNOWN || type == OCTO_PACKET_STUN || type == OCTO_PACKET_DATA ||
	       (type >= OCTO_PACKET_SYN && type <= OCTO_PACKET_PROBE_REPLY);
}

static bool is_session(uint64_t b)
{
	return (b & 0xff) < OCTO_ROLE_COUNT;
}

static bool is_duel(uint64_t b)
{
	return (b & 0xff) < OCTO_ROLE_COUNT && (b >> 8 & 0xff) < OCTO_ROLE_COUNT &&
	       (b >> 16 & 0xff) < OCTO_ROLE_COUNT && b >> 24 < OCTO_ID_BYTES;
}

/* Are the numbers that stand for something in range? What each kind holds is said in sim/trace.h. */
static bool is_in_range(const struct trace_record *r)
{
	switch ((enum trace_kind)r->kind) {
	case TRACE_SENT:
	case TRACE_DELIVERED:
		return is_packet_type(r->a);
	case TRACE_DROPPED:
		return r->a < TRACE_DROP_COUNT;
	case TRACE_RECEIVED:
		return r->a < OCTO_REASON_COUNT && is_packet_type(r->flags);
	case TRACE_STEP:
		return r->a < OCTO_STEP_COUNT && (r->b & 0xff) < OCTO_STATE_COUNT &&
		       r->b >> 8 < OCTO_STATE_COUNT;
	case TRACE_ROLE:
		return r->a < OCTO_ROLE_COUNT && r->b < OCTO_ROLE_COUNT;
	case TRACE_DUEL:
		return r->a <= 1 && is_duel(r->b) && r->extra_size == 2 * OCTO_ID_BYTES + 16;
	case TRACE_SESSION_UP:
	case TRACE_SESSION_SPARE:
		return is_session(r->b);
	case TRACE_SESSION_DOWN:
		return (r->b & 0xff) < OCTO_END_COUNT;
	case TRACE_TAMPER:
		return r->a < OCTO_TELL_COUNT;
	case TRACE_SYNC_MISMATCH:
	case TRACE_SYNC_RESENT:
	case TRACE_SYNC_CONFIRMED:
		return r->a <= OCTO_COURIER_ID_MAX && r->b < OCTO_SIDE_COUNT;
	case TRACE_NOTE:
		return r->flags < OCTO_NOTE_COUNT;
	case TRACE_WARNING:
		return r->a < OCTO_WARNING_COUNT;
	case TRACE_ACTION:
		return r->a < TRACE_ACTION_COUNT && (r->a != TRACE_ACTION_LIE || r->b < TRACE_LIE_COUNT);
	case TRACE_MODE:
		return r->a < OCTO_MODE_COUNT && (r->b & 0xff) < OCTO_MODE_COUNT;
	case TRACE_ACTIVITY:
		return r->a <= 1 && r->b < OCTO_ACTIVITY_COUNT;
	case TRACE_POOL:
		return r->a < OCTO_POOL_COUNT;
	case TRACE_PATH_TRIED:
	case TRACE_PATH_MOVED:
	case TRACE_PATH_FAILED:
		return r->extra_size == TRACE_ADDRESS_BYTES;
	case TRACE_MAPPED_ADDRESS:
		return r->a <= 1 && r->extra_size == TRACE_ADDRESS_BYTES;
	case TRACE_GRANTED:
		return r->a >> 32 < OCTO_WAIT_COUNT && r->extra_size % TRACE_WAITING_BYTES == 0;
	case TRACE_WAITED:
		return r->a >> 32 < OCTO_WAIT_COUNT;
	case TRACE_DISCARDED:
		return r->b >> 32 < OCTO_DISCARD_COUNT;
	case TRACE_KEYS_TURNED:
		return r->b >> 32 <= 1;
	case TRACE_CELIBACY:
	case TRACE_LIGHT:
	case TRACE_FAILED:
		return r->a <= 1;
	case TRACE_NAT:
		return r->a < TRACE_NAT_COUNT && r->extra_size > 3 * TRACE_ADDRESS_BYTES;
	case TRACE_FLYING:
	case TRACE_LOSS:
	case TRACE_RATE:
	case TRACE_MESSAGE:
	case TRACE_KEEPALIVE_SHORTER:
	case TRACE_KEEPALIVE_LONGER:
	case TRACE_CLOCK:
		return true;
	case TRACE_KIND_COUNT:
		break;
	}
	return false;
}

/* What is wrong with a record, NULL when nothing is. */
static const char *fault_of(const struct trace *trace, const struct trace_record *r)
{
	bool is_core = r->kind >= TRACE_RECEIVED && r->kind <= TRACE_WARNING;

	if (r->kind >= TRACE_KIND_COUNT)
		return "its kind is unknown";
	if (r->node >= trace->header.node_count && (is_core || r->node != TRACE_NOBODY))
		return "there is no such node";
	if (r->peer >= trace->header.node_count && r->peer != TRACE_NOBODY)
		return "there is no such peer";
	if (trace->count && r->time_ns < trace->records[trace->count - 1].time_ns)
		return "its time lies before the one of its predecessor";
	if (!is_in_range(r))
		return "a field is out of range";
	return NULL;
}

static bool grow(struct trace *trace)
{
	uint32_t capacity = trace->capacity ? trace->capacity * 2 : 4096;
	size_t size = (size_t)capacity * sizeof(struct trace_record);
	struct trace_record *records;
	size_t *extras;

	if (trace->capacity > UINT32_MAX / 2 || size / sizeof(*records) != capacity)
		return false;
	records = realloc(trace->records, size);
	if (!records)
		return false;
	trace->records = records;
	extras = realloc(trace->extras, capacity * sizeof(*extras));
	if (!extras)
		return false;
	trace->extras = extras;
	trace->capacity = capacity;
	return true;
}

static bool read_footer(struct reader *reader, const struct trace_record *footer)
{
	const struct trace *trace = reader->trace;
	size_t behind = trace->size - reader->at - FORMAT_RECORD_BYTES;

	if (footer->node != trace->count)
		return fail(reader,
		            "is damaged: its footer counts %" PRIu32 " records, %" PRIu32 " are there",
		            footer->node, trace->count);
	if (footer->a != format_checksum(FORMAT_CHECKSUM_START, trace->bytes, reader->at))
		return fail(reader, "is damaged: the checksum does not match its contents");
	if (behind)
		return fail(reader, "is damaged: %zu bytes follow its footer", behind);
	return true;
}

static bool read_entries(struct reader *reader)
{
	struct trace *trace = reader->trace;

	while (trace->size - reader->at >= FORMAT_RECORD_BYTES) {
		struct trace_record record;
		const char *fault;
		size_t extra;

		format_get_record(trace->bytes + reader->at, &record);
		if (record.kind == FORMAT_FOOTER_KIND)
			return read_footer(reader, &record);
		fault = fault_of(trace, &record);
		if (fault)
			return fail(reader, "is damaged: record %" PRIu32 " at byte %zu: %s", trace->count,
			            reader->at, fault);
		extra = format_padded(record.extra_size);
		if (trace->size - reader->at - FORMAT_RECORD_BYTES < extra)
			break;
		if (trace->count == trace->capacity && !grow(trace))
			return fail(reader, "is too large for the memory of this machine");
		trace->extras[trace->count] = reader->at + FORMAT_RECORD_BYTES;
		trace->records[trace->count++] = record;
		reader->at += FORMAT_RECORD_BYTES + extra;
	}
	trace->is_truncated = true;
	return true;
}

/* Causes are checked last: a record may be reported after those that it caused. In a truncated file a
 * cause may be among what is lost. */
static bool check_causes(struct reader *reader)
{
	struct trace *trace = reader->trace;

	for (uint32_t i = 0; i < trace->count; i++) {
		if (trace->records[i].cause <= trace->count)
			continue;
		if (!trace->is_truncated)
			return fail(reader, "is damaged: the cause of record %" PRIu32 " does not exist", i);
		trace->records[i].cause = 0;
	}
	return true;
}

struct trace *trace_open(const char *path, char *error, size_t error_size)
{
	struct trace *trace = calloc(1, sizeof(*trace));
	struct reader reader = { .trace = trace, .path = path, .error = error, .error_size = error_size };
	FILE *file;
	bool is_loaded;

	if (!trace) {
		fail(&reader, "out of memory");
		return NULL;
	}
	file = fopen(path, "rb");
	if (!file) {
		fail(&reader, "cannot be opened: %s", strerror(errno));
		trace_close(trace);
		return NULL;
	}
	is_loaded = load(&reader, file);
	fclose(file);
	if (is_loaded && read_head(&reader) && read_entries(&reader) && check_causes(&reader))
		return trace;
	trace_close(trace);
	return NULL;
}

void trace_close(struct trace *trace)
{
	if (!trace)
		return;
	free(trace->nodes);
	free(trace->bytes);
	free(trace->records);
	free(trace->extras);
	free(trace);
}

bool trace_is_truncated(const struct trace *trace)
{
	return trace->is_truncated;
}

const struct trace_header *trace_header(const struct trace *trace)
{
	return &trace->header;
}

const struct trace_node *trace_node(const struct trace *trace, uint32_t node)
{
	return &trace->nodes[node];
}

uint32_t trace_count(const struct trace *trace)
{
	return trace->count;
}

const struct trace_record *trace_get(const struct trace *trace, uint32_t index)
{
	return &trace->records[index];
}

const uint8_t *trace_extra(const struct trace *trace, uint32_t index)
{
	return trace->records[index].extra_size ? trace->bytes + trace->extras[index] : NULL;
}

uint32_t trace_find(const struct trace *trace, uint64_t time_ns)
{
	uint32_t low = 0, high = trace->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (trace->records[middle].time_ns < time_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
