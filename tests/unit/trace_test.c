/* trace_test.c: trace files: trace/writer.c, reader.c, format.c, trace/names.c, jsonl.c and json_text.c.
 * What is written is read; what is cut, altered or invented is noticed and never believed. */
#include "tests/check.h"

#include "sim/trace.h"
#include "sim/trace/format.h"
#include "sim/trace/json_text.h"
#include "sim/trace/jsonl.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAGIC = 8, HEADER = 304, NODE = 96, RECORD = 48 };

static char path[64];
static char error[400];
static const struct trace_header head = { .seed = UINT64_C(0x1122334455667788),
	                                  .duration_ns = 30 * OCTO_SECOND,
	                                  .scenario_hash = 99,
	                                  .scenario = "scenarios/duel/a.json",
	                                  .title = "Zwölf Boxkämpfer",
	                                  .crypto = "sodium",
	                                  .node_count = 2 };
static const struct trace_node both[2] = { { .name = "robot", .kind = "agent", .id = { 1, 2, 3 } },
	                                   { .name = "pilot", .kind = "remote", .id = { [31] = 9 } } };

static int set_up(void)
{
	strcpy(path, "/tmp/octosim-trace-XXXXXX");
	int file = mkstemp(path);

	return file < 0 || close(file) != 0;
}

static int tear_down(void)
{
	return unlink(path);
}

static struct trace_record record_of(enum trace_kind kind, uint64_t time_ns)
{
	struct trace_record record = { .time_ns = time_ns, .kind = (uint8_t)kind, .node = 0, .peer = 1 };

	if (kind == TRACE_DUEL)
		record.extra_size = 80;
	if (kind == TRACE_NAT)
		record.extra_size = 58;
	if (kind == TRACE_SENT || kind == TRACE_DELIVERED)
		record.a = OCTO_PACKET_SYN;
	return record;
}

/* One record of each kind with 0, 1, 2 … extra bytes where it may have any. */
static uint16_t sample_extra(enum trace_kind kind)
{
	bool is_address = kind == TRACE_MAPPED_ADDRESS || (kind >= TRACE_PATH_TRIED && kind <= TRACE_PATH_FAILED);

	return (uint16_t)(kind == TRACE_DUEL ? 80 : kind == TRACE_NAT ? 58 : kind == TRACE_GRANTED ? 2 * TRACE_WAITING_BYTES :
	                  is_address ? TRACE_ADDRESS_BYTES : kind);
}

static void write_sample(const char *to)
{
	static const uint8_t extra[80] = { 5, 4, 3, 2, 1 };
	struct trace_writer *writer = trace_writer_open(to, &head, both, error, sizeof(error));

	CU_ASSERT_PTR_NOT_NULL_FATAL(writer);
	for (uint32_t kind = 0; kind < TRACE_KIND_COUNT; kind++) {
		struct trace_record record = record_of((enum trace_kind)kind, 1000 * (kind / 2));

		record.extra_size = sample_extra((enum trace_kind)kind);
		record.cause = kind;
		record.packet = 7 + kind;
		record.copy = UINT32_C(0xfedcba98);
		CHECK_U64(trace_write(writer, &record, extra), kind);
	}
	CHECK(trace_writer_close(writer, error, sizeof(error)));
}

static size_t slurp(uint8_t *bytes, size_t size)
{
	FILE *file = fopen(path, "rb");
	size_t got;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	got = fread(bytes, 1, size, file);
	fclose(file);
	return got;
}

static void spill(const void *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CHECK_U64(fwrite(bytes, 1, size, file), size);
	fclose(file);
}

/* Opens the file; when it is refused the sentence must name the file and say `part`. */
static void expect_refusal(const char *part)
{
	struct trace *trace;

	error[0] = 0;
	trace = trace_open(path, error, sizeof(error));
	CHECK(trace == NULL);
	CHECK_CONTAINS(error, path);
	CHECK_CONTAINS(error, part);
	trace_close(trace);
}

static void what_is_written_is_read(void)
{
	struct trace *trace;

	write_sample(path);
	trace = trace_open(path, error, sizeof(error));
	CU_ASSERT_PTR_NOT_NULL_FATAL(trace);
	CHECK(!trace_is_truncated(trace));
	CHECK_U64(trace_header(trace)->seed, head.seed);
	CHECK_U64(trace_header(trace)->duration_ns, head.duration_ns);
	CHECK_U64(trace_header(trace)->scenario_hash, 99);
	CHECK_STRING(trace_header(trace)->scenario, head.scenario);
	CHECK_STRING(trace_header(trace)->title, head.title);
	CHECK_STRING(trace_header(trace)->crypto, "sodium");
	CHECK_STRING(trace_node(trace, 1)->name, "pilot");
	CHECK_STRING(trace_node(trace, 0)->kind, "agent");
	CHECK_BYTES(trace_node(trace, 0)->id, both[0].id, OCTO_ID_BYTES);
	CHECK_U64(trace_count(trace), TRACE_KIND_COUNT);
	for (uint32_t i = 0; i < trace_count(trace); i++) {
		const struct trace_record *record = trace_get(trace, i);

		CHECK_U64(record->kind, i);
		CHECK_U64(record->time_ns, 1000 * (i / 2));
		CHECK_U64(record->packet, 7 + i);
		CHECK_U64(record->copy, 0xfedcba98);
		CHECK_U64(record->cause, i);
		CHECK_U64(record->extra_size, sample_extra((enum trace_kind)i));
		CHECK((trace_extra(trace, i) == NULL) == (record->extra_size == 0));
		if (record->extra_size > 1)
			CHECK_BYTES(trace_extra(trace, i), "\5\4", 2);
	}
	trace_close(trace);
}

static void search_finds_the_first_of_an_instant(void)
{
	struct trace *trace;

	write_sample(path);
	trace = trace_open(path, error, sizeof(error));
	CU_ASSERT_PTR_NOT_NULL_FATAL(trace);
	CHECK_U64(trace_find(trace, 0), 0);
	CHECK_U64(trace_find(trace, 1), 2);
	CHECK_U64(trace_find(trace, 1000), 2);
	CHECK_U64(trace_find(trace, 3000), 6);
	CHECK_U64(trace_find(trace, UINT64_MAX), TRACE_KIND_COUNT);
	trace_close(trace);
}

static void same_run_gives_same_bytes(void)
{
	uint8_t first[8192], second[8192];
	size_t size;

	write_sample(path);
	size = slurp(first, sizeof(first));
	memset(error, 0xaa, sizeof(error));
	write_sample(path);
	CHECK_U64(slurp(second, sizeof(second)), size);
	CHECK_BYTES(first, second, size);
}

static void cut_anywhere_it_opens_with_what_is_left(void)
{
	uint8_t bytes[8192];
	size_t size;
	uint32_t last = 0;

	write_sample(path);
	size = slurp(bytes, sizeof(bytes));
	for (size_t cut = 0; cut < size; cut++) {
		struct trace *trace;

		spill(bytes, cut);
		trace = trace_open(path, error, sizeof(error));
		if (cut < MAGIC + HEADER + 2 * NODE) {
			CHECK(trace == NULL);
			CHECK_CONTAINS(error, cut < MAGIC ? "not a trace" : "ends inside its");
			trace_close(trace);
			continue;
		}
		CU_ASSERT_PTR_NOT_NULL_FATAL(trace);
		CHECK(trace_is_truncated(trace));
		CHECK(trace_count(trace) == last || trace_count(trace) == last + 1);
		last = trace_count(trace);
		for (uint32_t i = 0; i < last; i++)
			CHECK_U64(trace_get(trace, i)->kind, i);
		trace_close(trace);
	}
	CHECK_U64(last, TRACE_KIND_COUNT);
}

static void any_altered_byte_is_noticed(void)
{
	uint8_t bytes[8192];
	size_t size;

	write_sample(path);
	size = slurp(bytes, sizeof(bytes));
	for (size_t i = 0; i < size; i++) {
		struct trace *trace;

		bytes[i] ^= (uint8_t)(1u << i % 8);
		spill(bytes, size);
		bytes[i] ^= (uint8_t)(1u << i % 8);
		trace = trace_open(path, error, sizeof(error));
		/* The footer's unused fields say nothing; a footer that is none any more leaves a
		 * truncated file. */
		if (i < size - RECORD)
			CHECK(trace == NULL || trace_is_truncated(trace));
		trace_close(trace);
	}
}

static void counts_that_lie_are_refused(void)
{
	uint8_t bytes[8192];
	size_t size;

	write_sample(path);
	size = slurp(bytes, sizeof(bytes));
	memset(bytes + MAGIC + 296, 0xff, 4);
	spill(bytes, size);
	expect_refusal("4294967295 are announced, ");
	write_sample(path);
	slurp(bytes, sizeof(bytes));
	bytes[size - RECORD + 12]++;
	spill(bytes, size);
	expect_refusal("its footer counts");
	bytes[size - RECORD + 12]--;
	bytes[size] = 0;
	spill(bytes, size + 1);
	expect_refusal("1 bytes follow its footer");
}

/* Writes one bad record behind a good one, without a footer: only the fields themselves can give it away. */
static void expect_record_refused(struct trace_record record, const char *part)
{
	uint8_t bytes[MAGIC + HEADER + 2 * NODE + 2 * RECORD + 80];
	static const uint8_t extra[UINT16_MAX];
	const struct trace_record good = record_of(TRACE_FLYING, 5000);
	struct trace_writer *writer = trace_writer_open(path, &head, both, error, sizeof(error));

	CU_ASSERT_PTR_NOT_NULL_FATAL(writer);
	trace_write(writer, &good, NULL);
	trace_write(writer, &record, extra);
	CHECK(trace_writer_close(writer, error, sizeof(error)));
	spill(bytes, slurp(bytes, MAGIC + HEADER + 2 * NODE + 2 * RECORD + (record.extra_size ? 80u : 0u)));
	expect_refusal(part);
}

static void fields_out_of_range_are_refused(void)
{
	static const struct {
		enum trace_kind kind;
		uint64_t a, b;
	} bad[] = {
		{ TRACE_SENT, 0x47, 0 },
		{ TRACE_DELIVERED, UINT64_MAX, 0 },
		{ TRACE_DROPPED, TRACE_DROP_COUNT, 0 },
		{ TRACE_RECEIVED, OCTO_REASON_COUNT, 0 },
		{ TRACE_STEP, OCTO_STEP_COUNT, 0 },
		{ TRACE_STEP, 0, 4 },
		{ TRACE_STEP, 0, 4 << 8 },
		{ TRACE_ROLE, 3, 0 },
		{ TRACE_ROLE, 0, 3 },
		{ TRACE_DUEL, 2, 0 },
		{ TRACE_DUEL, 0, 3 },
		{ TRACE_DUEL, 0, 32 << 24 },
		{ TRACE_SESSION_UP, 0, 3 },
		{ TRACE_SESSION_SPARE, 0, 0xff },
		{ TRACE_SESSION_DOWN, 0, OCTO_END_COUNT },
		{ TRACE_TAMPER, OCTO_TELL_COUNT, 0 }, { TRACE_SYNC_MISMATCH, OCTO_COURIER_ID_MAX + 1, 0 },
		{ TRACE_SYNC_RESENT, 1, OCTO_SIDE_COUNT }, { TRACE_SYNC_CONFIRMED, 1, OCTO_SIDE_COUNT },
		{ TRACE_WARNING, OCTO_WARNING_COUNT, 0 },
		{ TRACE_ACTION, TRACE_ACTION_COUNT, 0 },
		{ TRACE_FAILED, 2, 0 },
		{ TRACE_NAT, TRACE_NAT_COUNT, 0 },
		{ TRACE_PATH_MOVED, 0, 0 },
		{ TRACE_MAPPED_ADDRESS, 1, 0 },
		{ TRACE_KEYS_TURNED, 0, UINT64_C(2) << 32 },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct trace_record record = record_of(bad[i].kind, 6000);

		record.a = bad[i].a;
		record.b = bad[i].b;
		expect_record_refused(record, "record 1 at byte 552: a field is out of range");
	}
	struct trace_record record = record_of(TRACE_DUEL, 6000);

	record.extra_size = 72;
	expect_record_refused(record, "a field is out of range");
	record = record_of(TRACE_NAT, 6000);
	record.extra_size = 54;
	expect_record_refused(record, "a field is out of range");
	record = record_of(TRACE_FLYING, 6000);
	record.node = 2;
	expect_record_refused(record, "there is no such node");
	record = record_of(TRACE_STEP, 6000);
	record.node = TRACE_NOBODY;
	expect_record_refused(record, "there is no such node");
	record = record_of(TRACE_FLYING, 6000);
	record.peer = 2;
	expect_record_refused(record, "there is no such peer");
	expect_record_refused(record_of(TRACE_FLYING, 4999), "before the one of its predecessor");
	record = record_of(TRACE_FLYING, 6000);
	record.kind = TRACE_KIND_COUNT;
	expect_record_refused(record, "its kind is unknown");
}

static void extra_size_beyond_the_file_is_truncation(void)
{
	static const uint8_t extra[UINT16_MAX];
	uint8_t bytes[MAGIC + HEADER + 2 * NODE + 2 * RECORD + 80];
	struct trace_record record = record_of(TRACE_FLYING, 0);
	struct trace_writer *writer = trace_writer_open(path, &head, both, error, sizeof(error));
	struct trace *trace;

	CU_ASSERT_PTR_NOT_NULL_FATAL(writer);
	trace_write(writer, &record, NULL);
	record.extra_size = UINT16_MAX;
	trace_write(writer, &record, extra);
	CHECK(trace_writer_close(writer, error, sizeof(error)));
	spill(bytes, slurp(bytes, sizeof(bytes)));
	trace = trace_open(path, error, sizeof(error));
	CU_ASSERT_PTR_NOT_NULL_FATAL(trace);
	CHECK(trace_is_truncated(trace));
	CHECK_U64(trace_count(trace), 1);
	trace_close(trace);
}

static void cause_beyond_the_end_is_refused_or_forgotten(void)
{
	struct trace_record record = record_of(TRACE_FLYING, 0);
	struct trace_writer *writer = trace_writer_open(path, &head, both, error, sizeof(error));
	uint8_t bytes[8192];
	size_t size;
	struct trace *trace;

	CU_ASSERT_PTR_NOT_NULL_FATAL(writer);
	record.cause = 2;
	trace_write(writer, &record, NULL);
	CHECK(trace_writer_close(writer, error, sizeof(error)));
	expect_refusal("the cause of record 0 does not exist");
	size = slurp(bytes, sizeof(bytes));
	spill(bytes, size - 1);
	trace = trace_open(path, error, sizeof(error));
	CU_ASSERT_PTR_NOT_NULL_FATAL(trace);
	CHECK_U64(trace_get(trace, 0)->cause, 0);
	trace_close(trace);
}

static void random_bytes_never_crash(void)
{
	uint8_t bytes[4096] = FORMAT_MAGIC;
	uint32_t state = 1;

	for (int round = 0; round < 300; round++) {
		for (size_t i = MAGIC; i < sizeof(bytes); i++) {
			state = state * 1664525u + 1013904223u;
			/* Mostly zeros, so that some get far. */
			bytes[i] = state >> 31 && state >> 28 != 15 ? 0 : (uint8_t)(state >> 20);
		}
		bytes[MAGIC + 296] = (uint8_t)(round % 8);
		memset(bytes + MAGIC + 297, 0, 3);
		format_put_words(bytes + MAGIC);
		spill(bytes, sizeof(bytes));
		trace_close(trace_open(path, error, sizeof(error)));
	}
	CU_PASS("no crash");
}

static void what_is_no_trace_is_refused_by_name(void)
{
	struct trace *trace;

	spill("", 0);
	expect_refusal("is empty");
	spill("{\"title\": \"a scenario\"}", 23);
	expect_refusal("is not a trace");
	spill("OCTOTRC1 and more", 17);
	expect_refusal("was written by another version of octosim, whose numbers mean something else; "
	               "record it anew, with octosim run SCENARIO --trace FILE");
	trace = trace_open("/tmp", error, sizeof(error));
	CHECK(trace == NULL);
	CHECK_CONTAINS(error, "/tmp: cannot be read: ");
	trace = trace_open("/nonexistent/x.trace", error, sizeof(error));
	CHECK(trace == NULL);
	CHECK_CONTAINS(error, "/nonexistent/x.trace: cannot be opened: ");
	trace = trace_open("/dev/zero", error, sizeof(error));
	CHECK(trace == NULL);
	CHECK_CONTAINS(error, "is not a trace");
}

/* A kind put into the middle of the list makes others of all behind it: such a file must not be read as one of ours. */
static void a_trace_of_other_lists_is_refused_and_says_what_to_do(void)
{
	uint8_t bytes[MAGIC + HEADER + 2 * NODE + 2 * RECORD + 80];
	struct trace_writer *writer = trace_writer_open(path, &head, both, error, sizeof(error));

	CU_ASSERT_PTR_NOT_NULL_FATAL(writer);
	CHECK(trace_writer_close(writer, error, sizeof(error)));
	size_t size = slurp(bytes, sizeof(bytes));
	trace_close(trace_open(path, error, sizeof(error)));
	CHECK_U64(format_get_words(bytes + MAGIC), format_words());
	bytes[MAGIC + FORMAT_WORDS_AT + 3] ^= 1;
	spill(bytes, size);
	expect_refusal("was written by another version of octosim, whose numbers mean something else; record it anew");
}

static void failure_to_write_is_a_sentence(void)
{
	struct trace_writer *writer =
		trace_writer_open("/nonexistent/x.trace", &head, both, error, sizeof(error));
	struct trace_record record = record_of(TRACE_FLYING, 0);

	CHECK(writer == NULL);
	CHECK_CONTAINS(error, "/nonexistent/x.trace: cannot write the trace: ");
	if (access("/dev/full", W_OK) != 0)
		return;
	writer = trace_writer_open("/dev/full", &head, both, error, sizeof(error));
	CU_ASSERT_PTR_NOT_NULL_FATAL(writer);
	for (int i = 0; i < 20000; i++)
		trace_write(writer, &record, NULL);
	CHECK(!trace_writer_close(writer, error, sizeof(error)));
	CHECK_CONTAINS(error, "/dev/full: the trace is incomplete: ");
}

static void every_number_has_a_name(void)
{
	for (int i = 0; i < TRACE_KIND_COUNT; i++)
		CHECK(strlen(trace_kind_name((enum trace_kind)i)) > 2);
	for (int i = 0; i < TRACE_DROP_COUNT; i++)
		CHECK(strlen(trace_drop_text((enum trace_drop)i)) > 2);
	for (int i = 0; i < TRACE_ACTION_COUNT; i++)
		CHECK(strlen(trace_action_name((enum trace_action)i)) > 2);
	CHECK_STRING(trace_kind_name(TRACE_SESSION_SPARE), "session-spare");
	CHECK_STRING(trace_drop_text(TRACE_DROP_MASK), "lost by the mask");
	CHECK_STRING(trace_action_name(TRACE_ACTION_HEAL), "heal");
	CHECK_STRING(trace_courier_name(octo_courier_load.id), octo_courier_load.name);
	for (int i = 0; i < OCTO_MORE_LOADS; i++)
		CHECK_STRING(trace_courier_name(octo_courier_more_loads[i].id), octo_courier_more_loads[i].name);
	CHECK_STRING(trace_courier_name(octo_courier_blob.id), octo_courier_blob.name);
	CHECK_STRING(trace_courier_name(0), "unknown");
	CHECK_STRING(trace_kind_name(TRACE_KIND_COUNT), "unknown");
	CHECK_STRING(trace_drop_text(TRACE_DROP_COUNT), "unknown");
	CHECK_STRING(trace_action_name(TRACE_ACTION_COUNT), "unknown");
}

/* The names of all members, for what must be there. */
static bool has_members(const cJSON *object, const char *const *names)
{
	for (; *names; names++)
		if (!cJSON_GetObjectItem(object, *names))
			return false;
	return true;
}

static void every_kind_is_a_line_of_json(void)
{
	static const char *const members[TRACE_KIND_COUNT][6] = {
		[TRACE_SENT] = { "packet", "type", "session_id" },
		[TRACE_FLYING] = { "copy", "arrives_ns", "bytes" },
		[TRACE_DROPPED] = { "why", "would_arrive_ns" },
		[TRACE_DELIVERED] = { "type", "sent_ns" },
		[TRACE_RECEIVED] = { "reason" },
		[TRACE_STEP] = { "step", "before", "after" },
		[TRACE_ROLE] = { "before", "after" },
		[TRACE_DUEL] = { "won", "peer_id", "deciding_byte" },
		[TRACE_SESSION_UP] = { "session", "role", "generation" },
		[TRACE_SESSION_SPARE] = { "session", "role", "suite" },
		[TRACE_SESSION_DOWN] = { "session", "end", "was_current" },
		[TRACE_GRANTED] = { "courier", "held_by", "lateness_ms", "passed", "waiting" },
		[TRACE_WAITED] = { "courier", "why", "passed" },
		[TRACE_MESSAGE] = { "courier", "size" },
		[TRACE_DISCARDED] = { "courier", "size", "why" },
		[TRACE_NOTE] = { "courier", "note", "subject", "value" },
		[TRACE_CELIBACY] = { "began", "lasts_ns" },
		[TRACE_MODE] = { "before", "after", "lasts_ns" },
		[TRACE_ACTIVITY] = { "active", "why" },
		[TRACE_PATH_TRIED] = { "session", "address" },
		[TRACE_PATH_MOVED] = { "session", "address" },
		[TRACE_PATH_FAILED] = { "session", "address" },
		[TRACE_KEYS_TURNED] = { "session", "epoch", "sending" },
		[TRACE_MAPPED_ADDRESS] = { "changed", "address" },
		[TRACE_KEEPALIVE_SHORTER] = { "interval_ns", "silence_ns" },
		[TRACE_KEEPALIVE_LONGER] = { "interval_ns", "silence_ns" },
		[TRACE_CLOCK] = { "step_ns" },
		[TRACE_TAMPER] = { "tell" },
		[TRACE_SYNC_MISMATCH] = { "courier", "side" }, [TRACE_SYNC_RESENT] = { "courier", "side" },
		[TRACE_SYNC_CONFIRMED] = { "courier", "side" },
		[TRACE_WARNING] = { "warning" },
		[TRACE_ACTION] = { "action" },
		[TRACE_FAILED] = { "what", "text" },
		[TRACE_NAT] = { "what", "inside", "lived_ns" },
	};
	char *text = NULL, *line;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	struct trace *trace;
	int count = 0;

	write_sample(path);
	trace = trace_open(path, error, sizeof(error));
	CU_ASSERT_PTR_NOT_NULL_FATAL(trace);
	jsonl_print_header(trace, out);
	jsonl_print_records(trace, 0, out);
	fclose(out);
	trace_close(trace);
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), count++) {
		cJSON *object = cJSON_ParseWithOpts(line, NULL, 1);

		CHECK(cJSON_IsObject(object));
		if (count == 0)
			CHECK_I64(cJSON_GetArraySize(cJSON_GetObjectItem(object, "nodes")), 2);
		else
			CHECK(count <= TRACE_KIND_COUNT && has_members(object, members[count - 1]));
		cJSON_Delete(object);
	}
	CHECK_I64(count, 1 + TRACE_KIND_COUNT);
	free(text);
}

static void json_text_is_always_json(void)
{
	static const struct {
		const char *text, *json;
	} cases[] = {
		{ "", "\"\"" },
		{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "\n\x1f\x7f", "\"\\u000a\\u001f\\u007f\"" },
		{ "a\xc2\x9b""b", "\"a\\u009bb\"" },
		{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"" },
		{ "\xff", "\"\xef\xbf\xbd\"" },
		{ "\xc0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },                 /* overlong */
		{ "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" }, /* a surrogate */
		{ "\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },                 /* cut */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *found = NULL;
		size_t size = 0;
		FILE *out = open_memstream(&found, &size);

		json_text(cases[i].text, strlen(cases[i].text), out);
		fclose(out);
		CHECK_STRING(found, cases[i].json);
		free(found);
	}
}

static void json_seconds_are_exact(void)
{
	char *found = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&found, &size);

	json_seconds(0, out);
	putc(' ', out);
	json_seconds(30 * OCTO_SECOND, out);
	putc(' ', out);
	json_seconds(1, out);
	putc(' ', out);
	json_seconds(UINT64_MAX, out);
	fclose(out);
	CHECK_STRING(found, "0.0 30.0 0.000000001 18446744073.709551615");
	free(found);
}

CU_ErrorCode suite_trace(void)
{
	CU_pSuite suite = CU_add_suite("trace", set_up, tear_down);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, what_is_written_is_read);
	CU_ADD_TEST(suite, search_finds_the_first_of_an_instant);
	CU_ADD_TEST(suite, same_run_gives_same_bytes);
	CU_ADD_TEST(suite, cut_anywhere_it_opens_with_what_is_left);
	CU_ADD_TEST(suite, any_altered_byte_is_noticed);
	CU_ADD_TEST(suite, counts_that_lie_are_refused);
	CU_ADD_TEST(suite, fields_out_of_range_are_refused);
	CU_ADD_TEST(suite, extra_size_beyond_the_file_is_truncation);
	CU_ADD_TEST(suite, cause_beyond_the_end_is_refused_or_forgotten);
	CU_ADD_TEST(suite, random_bytes_never_crash);
	CU_ADD_TEST(suite, what_is_no_trace_is_refused_by_name);
	CU_ADD_TEST(suite, a_trace_of_other_lists_is_refused_and_says_what_to_do);
	CU_ADD_TEST(suite, failure_to_write_is_a_sentence);
	CU_ADD_TEST(suite, every_number_has_a_name);
	CU_ADD_TEST(suite, every_kind_is_a_line_of_json);
	CU_ADD_TEST(suite, json_text_is_always_json);
	CU_ADD_TEST(suite, json_seconds_are_exact);
	return CU_get_error();
}
