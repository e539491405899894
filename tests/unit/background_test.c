/* background_test.c: background.c: other programs' datagrams take the ordinary way, and no core sees them. */
#include "sim/background.h"
#include "tests/check.h"
#include "tests/unit/tiny.h"

#include <unistd.h>

static const char quiet[] = "{\"between\": [\"*\", \"*\"], \"latency\": \"20ms\"}";

static struct sim_packet_fates fates_of(struct tiny *tiny, const char *timeline)
{
	tiny->timeline = timeline;
	tiny_open(tiny);
	struct sim_packet_fates fates = tiny_run(tiny, OCTO_NEVER)->packets[SIM_BACKGROUND_KIND];
	tiny_close(tiny);
	return fates;
}

/* Each key changes what it says: how many, how long, how often, how large. */
static void the_rhythm_is_kept_until_the_end_that_was_said(void)
{
	struct tiny tiny = { .links = quiet, .options = { .seed = 1 } };
	struct sim_packet_fates counted = fates_of(&tiny,
		"{\"at\": \"1s\", \"traffic\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"10ms\", \"count\": 7}}");
	CHECK_U64(counted.sent, 7);
	CHECK_U64(counted.delivered, 7);
	struct sim_packet_fates timed = fates_of(&tiny,
		"{\"at\": \"1s\", \"traffic\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"10ms\", \"for\": \"1s\"}}");
	CHECK_U64(timed.sent, 100); /* at 0 ms, not at 1,000 ms */
	struct sim_packet_fates endless = fates_of(&tiny,
		"{\"at\": \"1s\", \"traffic\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"10ms\"}}");
	CHECK_U64(endless.sent, 1901); /* the world lasts 20 s, its last instant counts */
	CHECK_U64(endless.in_flight, 2); /* and what is due in it arrives in it */
	struct sim_packet_fates rated = fates_of(&tiny, /* 100 bytes at 80 kbit/s: one in 10 ms */
		"{\"at\": \"1s\", \"traffic\": {\"from\": \"robot\", \"to\": \"pilot\", \"rate\": \"80kbit\", \"size\": 100, \"for\": \"1s\"}}");
	CHECK_U64(rated.sent, 100);
}

static void the_bytes_that_arrive_are_counted(void)
{
	struct tiny tiny = { .links = quiet, .options = { .seed = 1 }, .timeline = "{\"at\": \"1s\", \"traffic\": "
		"{\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"10ms\", \"size\": 123, \"count\": 10}}" };
	tiny_open(&tiny);
	CHECK_U64(tiny_run(&tiny, 1015 * OCTO_MILLISECOND)->background_bytes, 0);
	CHECK_U64(tiny_run(&tiny, 1035 * OCTO_MILLISECOND)->background_bytes, 2 * 123);
	CHECK_U64(tiny_run(&tiny, OCTO_NEVER)->background_bytes, 10 * 123);
	CHECK_U64(sim_result(tiny.sim)->packets[0].copies, 0);
	tiny_close(&tiny);
}

/* Two nodes without trust, and two pairs that take turns: the second one half an interval later. */
static void pairs_take_turns(void)
{
	struct tiny tiny = { .links = quiet, .options = { .seed = 1 }, .timeline = "{\"at\": \"1s\", \"traffic\": "
		"{\"from\": \"*\", \"to\": \"*\", \"every\": \"10ms\"}}" };
	tiny_open(&tiny);
	CHECK_U64(tiny_run(&tiny, OCTO_SECOND)->packets[SIM_BACKGROUND_KIND].sent, 1);
	CHECK_U64(tiny_run(&tiny, 1004999999)->packets[SIM_BACKGROUND_KIND].sent, 1);
	CHECK_U64(tiny_run(&tiny, 1005000000)->packets[SIM_BACKGROUND_KIND].sent, 2);
	CHECK_U64(tiny_run(&tiny, 1010000000)->packets[SIM_BACKGROUND_KIND].sent, 3);
	tiny_close(&tiny);
}

/* Loss, doubles and damage befall it as everything else, and the ledger balances. */
static void the_network_does_to_it_what_it_does_to_all(void)
{
	struct tiny tiny = { .options = { .seed = 4 }, .links = "{\"between\": [\"*\", \"*\"], \"latency\": \"20ms\", "
		"\"loss\": \"10%\", \"duplicate\": \"10%\", \"corrupt\": \"10%\"}" };
	struct sim_packet_fates fates = fates_of(&tiny,
		"{\"at\": \"1s\", \"traffic\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"1ms\", \"count\": 5000}}");
	CHECK(fates.dropped[TRACE_DROP_LOSS] > 400 && fates.dropped[TRACE_DROP_LOSS] < 600);
	CHECK(fates.duplicated > 350 && fates.duplicated < 550);
	CHECK(fates.corrupted > 350 && fates.corrupted < 650);
	CHECK_U64(fates.copies, fates.sent + fates.duplicated);
	CHECK_U64(fates.copies, fates.delivered + fates.dropped[TRACE_DROP_LOSS]);
	CHECK_U64(fates.delivered, fates.accepted);
}

/* The core beside it has the same session, and no counter of it moves; the invariants hold. */
static void no_core_sees_it(void)
{
	static const char alone[] = "{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}";
	static const char crowded[] = "{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}, "
		"{\"at\": \"0s\", \"traffic\": {\"from\": \"*\", \"to\": \"*\", \"every\": \"1ms\"}}";
	struct tiny tiny = { .links = quiet, .options = { .seed = 5 } };
	uint64_t data[2], rejected[2], hashes[2];
	for (int i = 0; i < 2; i++) {
		tiny.timeline = i ? crowded : alone;
		tiny_open(&tiny);
		const struct sim_result *result = tiny_run(&tiny, OCTO_NEVER);
		CHECK(result->passed);
		CHECK_U64(result->packets[0].copies, 0);
		data[i] = result->packets[7].accepted;
		rejected[i] = result->rejected[OCTO_REASON_DUEL_LOST];
		hashes[i] = result->hash;
		tiny_close(&tiny);
	}
	CHECK_U64(data[1], data[0]);
	CHECK_U64(rejected[1], rejected[0]);
	CHECK(hashes[0] != hashes[1]);
}

static void a_node_that_is_down_is_silent(void)
{
	struct tiny tiny = { .links = quiet, .options = { .seed = 6 } };
	struct sim_packet_fates fates = fates_of(&tiny, "{\"at\": \"1s\", \"traffic\": {\"from\": \"*\", \"to\": \"*\", \"every\": \"10ms\", "
		"\"count\": 300}}, {\"at\": \"2s\", \"crash\": \"robot\"}, {\"at\": \"3s\", \"restart\": \"robot\"}");
	CHECK(fates.sent >= 499 && fates.sent <= 501);
	CHECK(fates.dropped[TRACE_DROP_DOWN] >= 99 && fates.dropped[TRACE_DROP_DOWN] <= 101);
}

/* Each record of such a datagram says whose it is; of a core's datagrams none does. */
static void a_trace_tells_it_from_what_cores_say(void)
{
	char path[64], error[256] = "";
	struct tiny tiny = { .links = quiet, .options = { .seed = 8, .trace_path = path }, .timeline =
		"{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}, {\"at\": \"1s\", \"traffic\": "
		"{\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"10ms\", \"count\": 5}}" };
	uint32_t records[TRACE_KIND_COUNT] = { 0 };
	tiny_path(path, "background");
	tiny_open(&tiny);
	tiny_run(&tiny, OCTO_NEVER);
	tiny_close(&tiny);
	struct trace *trace = trace_open(path, error, sizeof error);
	CU_ASSERT_FATAL(trace != NULL);
	for (uint32_t i = 0; i < trace_count(trace); i++) {
		const struct trace_record *record = trace_get(trace, i);
		bool is_copy = record->kind == TRACE_SENT || record->kind == TRACE_FLYING || record->kind == TRACE_DELIVERED;
		if (is_copy && record->flags & TRACE_COPY_BACKGROUND)
			records[record->kind]++;
		else if (record->kind == TRACE_SENT)
			CHECK(record->a != OCTO_PACKET_UNKNOWN);
	}
	CHECK_U64(records[TRACE_SENT], 5);
	CHECK_U64(records[TRACE_FLYING], 5);
	CHECK_U64(records[TRACE_DELIVERED], 5);
	trace_close(trace);
	unlink(path);
}

/* A snapshot has the flows in it: what was sent after it is sent again. */
static void a_restored_world_goes_on_sending(void)
{
	struct tiny tiny = { .links = quiet, .options = { .seed = 7 }, .timeline = "{\"at\": \"1s\", \"traffic\": "
		"{\"from\": \"*\", \"to\": \"*\", \"every\": \"3ms\"}}" };
	tiny_open(&tiny);
	tiny_run(&tiny, 5 * OCTO_SECOND);
	struct sim_snapshot *snapshot = sim_snapshot_take(tiny.sim);
	uint64_t hash = tiny_run(&tiny, OCTO_NEVER)->hash;
	CHECK(sim_snapshot_restore(tiny.sim, snapshot, true));
	CHECK_U64(tiny_run(&tiny, OCTO_NEVER)->hash, hash);
	sim_snapshot_free(snapshot);
	tiny_close(&tiny);
}

CU_ErrorCode suite_background(void);

CU_ErrorCode suite_background(void)
{
	CU_pSuite suite = CU_add_suite("background", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, the_rhythm_is_kept_until_the_end_that_was_said);
	CU_ADD_TEST(suite, the_bytes_that_arrive_are_counted);
	CU_ADD_TEST(suite, pairs_take_turns);
	CU_ADD_TEST(suite, the_network_does_to_it_what_it_does_to_all);
	CU_ADD_TEST(suite, no_core_sees_it);
	CU_ADD_TEST(suite, a_node_that_is_down_is_silent);
	CU_ADD_TEST(suite, a_trace_tells_it_from_what_cores_say);
	CU_ADD_TEST(suite, a_restored_world_goes_on_sending);
	return CU_get_error();
}
