/* window_test.c: window.c: what must hold always, never, or eventually, from when until when. The story: both connect at
 * 1 s, 20 messages from 2 s on, 100 ms apart, robot's user disconnects at 10 s. */
#include "sim/check/tally.h"
#include "tests/check.h"
#include "tests/unit/tiny.h"

#include <unistd.h>

static const char story[] = "{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}, "
	"{\"at\": \"2s\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"100ms\", \"size\": 64, \"count\": 20}}, "
	"{\"at\": \"10s\", \"disconnect\": {\"from\": \"robot\", \"to\": \"pilot\"}}";

#define UP "{\"session\": {\"between\": [\"robot\", \"pilot\"], \"state\": \"established\"}}"
#define DOWN "{\"events\": {\"kind\": \"session-down\"}}"

static struct sim_expectation judged;

/* The story with one expectation: an empty string when it holds, else what was found. */
static const char *judge(const char *expectation)
{
	struct tiny tiny = { .timeline = story, .expect = expectation, .options = { .seed = 1 } };
	tiny_open(&tiny);
	judged = tiny_run(&tiny, OCTO_NEVER)->expectations[0];
	CHECK(judged.is_judged);
	tiny_close(&tiny);
	return judged.holds ? "" : judged.found;
}

static void always_holds_at_all_times_of_its_window(void)
{
	CHECK_STRING(judge("{\"always\": " UP ", \"from\": \"2s\", \"until\": \"9s\"}"), "");
	CHECK_STRING(judge("{\"always\": " UP ", \"from\": \"2s\"}"), "at 10.000000 s: robot is idle towards pilot");
	CHECK_U64(judged.judged_at_ns, 10 * OCTO_SECOND);
	CHECK_STRING(judge("{\"always\": " UP ", \"from\": \"500ms\", \"until\": \"9s\"}"), "at 0.500000 s: robot is idle towards pilot");
	CHECK_STRING(judge("{\"always\": " UP ", \"from\": \"3s\", \"within\": \"7s\"}"), "at 10.000000 s: robot is idle towards pilot");
	CHECK_STRING(judge("{\"always\": " UP ", \"from\": \"3s\", \"within\": \"6999ms\"}"), "");
}

static void never_holds_at_no_time_of_its_window(void)
{
	CHECK_STRING(judge("{\"never\": " DOWN ", \"until\": \"9s\"}"), "");
	CHECK_STRING(judge("{\"never\": " DOWN "}"), "at 10.000000 s: 1");
	CHECK_STRING(judge("{\"never\": " UP ", \"until\": \"1s\"}"), "");
	CHECK_CONTAINS(judge("{\"never\": " UP "}"), "robot is established towards pilot");
	CHECK(judged.judged_at_ns > OCTO_SECOND && judged.judged_at_ns < 2 * OCTO_SECOND);
}

static void eventually_comes_within_its_window(void)
{
	CHECK_STRING(judge("{\"eventually\": " UP ", \"within\": \"500ms\", \"from\": \"1s\"}"), "");
	CHECK_STRING(judge("{\"eventually\": " UP ", \"until\": \"1s\"}"), "it did not come; at the end of the window: robot is offering towards pilot");
	CHECK_U64(judged.judged_at_ns, OCTO_SECOND);
	CHECK_STRING(judge("{\"eventually\": {\"messages\": {\"from\": \"pilot\", \"to\": \"robot\"}}, \"until\": \"15s\"}"), "it did not come; at the end of the window: 0 between pilot and robot");
}

/* R140: what is counted is counted from the window's beginning. */
static void counts_begin_with_the_window(void)
{
	CHECK_STRING(judge("{\"never\": {\"events\": {\"kind\": \"session-up\"}}, \"from\": \"2s\"}"), "");
	CHECK_STRING(judge("{\"always\": {\"messages\": {\"from\": \"robot\", \"to\": \"pilot\", \"at_most\": 10}}, \"from\": \"2950ms\"}"), "");
	CHECK_CONTAINS(judge("{\"always\": {\"messages\": {\"from\": \"robot\", \"to\": \"pilot\", \"at_most\": 9}}, \"from\": \"2950ms\"}"), "s: 10 between robot and pilot");
	CHECK_STRING(judge("{\"by\": \"6s\", \"from\": \"2950ms\", \"messages\": {\"from\": \"robot\", \"to\": \"pilot\", \"exactly\": 10}}"), "");
	CHECK_STRING(judge("{\"by\": \"6s\", \"from\": \"2950ms\", \"messages\": {\"from\": \"robot\", \"to\": \"pilot\", \"exactly\": 20}}"), "10 between robot and pilot");
}

static void a_window_begins_and_ends_with_what_comes_true(void)
{
	CHECK_STRING(judge("{\"eventually\": {\"messages\": {\"from\": \"robot\", \"to\": \"pilot\"}}, \"within\": \"1100ms\", \"from\": " UP "}"), "");
	CHECK_CONTAINS(judge("{\"eventually\": {\"messages\": {\"from\": \"robot\", \"to\": \"pilot\"}}, \"within\": \"500ms\", \"from\": " UP "}"), "it did not come");
	CHECK_STRING(judge("{\"always\": " UP ", \"from\": " UP ", \"until\": " DOWN "}"), "");
	CHECK_STRING(judge("{\"always\": " UP ", \"from\": " UP "}"), "at 10.000000 s: robot is idle towards pilot");
	CHECK_STRING(judge("{\"never\": " UP ", \"until\": {\"duels\": {\"between\": [\"robot\", \"pilot\"]}}}"), "");
	CHECK_STRING(judge("{\"eventually\": " DOWN ", \"until\": " DOWN "}"), "");
	CHECK_STRING(judge("{\"eventually\": " DOWN ", \"until\": " UP "}"), "it did not come; at the end of the window: 0");
}

static void what_never_comes_fails_at_the_end(void)
{
	static const char hacked[] = "{\"events\": {\"kind\": \"hacked\"}}";
	char text[512];
	snprintf(text, sizeof text, "{\"always\": " UP ", \"from\": %s}", hacked);
	CHECK_STRING(judge(text), "what it waits for never came true");
	snprintf(text, sizeof text, "{\"always\": " UP ", \"from\": \"2s\", \"until\": %s}", hacked);
	CHECK_STRING(judge(text), "at 10.000000 s: robot is idle towards pilot");
	snprintf(text, sizeof text, "{\"never\": {\"duels\": {\"between\": [\"robot\", \"pilot\"], \"at_least\": 2}}, \"until\": %s}", hacked);
	CHECK_STRING(judge(text), "what ends it never came true");
	CHECK_STRING(judge("{\"eventually\": {\"events\": {\"kind\": \"celibacy\", \"at_least\": 9}}, \"within\": \"15s\", \"from\": " DOWN "}"),
	             "it did not come; at the end of the window: 1");
}

static void latency_and_memory_are_watched_too(void)
{
	CHECK_STRING(judge("{\"always\": {\"latency\": {\"from\": \"robot\", \"to\": \"pilot\", \"of\": \"messages\", \"max\": {\"at_most\": \"30ms\"}}}}"), "");
	CHECK_CONTAINS(judge("{\"always\": {\"latency\": {\"from\": \"robot\", \"to\": \"pilot\", \"of\": \"messages\", \"max\": {\"at_most\": \"20ms\"}}}}"), "max ");
	CHECK(judged.judged_at_ns < 4 * OCTO_SECOND);
	CHECK_STRING(judge("{\"always\": {\"latency\": {\"from\": \"pilot\", \"to\": \"robot\", \"of\": \"messages\", \"max\": {\"at_most\": \"20ms\"}}}}"), "nothing arrived");
	CHECK_STRING(judge("{\"always\": {\"memory\": {\"of\": \"world\", \"at_most\": \"1MiB\"}}}"), "");
	CHECK_CONTAINS(judge("{\"never\": {\"memory\": {\"of\": \"world\", \"at_least\": \"1KiB\"}}}"), " bytes");
}

/* Crashes and restarts end sessions without a word of the core. */
static void a_crash_is_seen(void)
{
	struct tiny tiny = { .timeline = "{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}, {\"at\": \"5s\", \"crash\": \"pilot\"}",
		.expect = "{\"always\": " UP ", \"from\": \"2s\"}, {\"never\": {\"packets\": {\"from\": \"robot\", \"to\": \"pilot\", \"fate\": \"dropped\"}}, \"until\": \"4s\"}",
		.options = { .seed = 1 } };
	tiny_open(&tiny);
	const struct sim_result *result = tiny_run(&tiny, OCTO_NEVER);
	CHECK_STRING(result->expectations[0].found, "at 5.000000 s: pilot is idle towards robot");
	CHECK(result->expectations[1].holds);
	tiny_close(&tiny);
}

/* The record of a failure stands where it failed and names what made it fail. */
static void a_failure_names_its_cause(void)
{
	char path[64], error[256];
	tiny_path(path, "window.trace");
	struct tiny tiny = { .timeline = story, .expect = "{\"never\": " DOWN "}", .options = { .seed = 1, .trace_path = path } };
	tiny_open(&tiny);
	tiny_run(&tiny, OCTO_NEVER);
	tiny_close(&tiny);
	struct trace *trace = trace_open(path, error, sizeof error);
	CHECK(trace != NULL);
	for (uint32_t i = 0; trace && i < trace_count(trace); i++) {
		const struct trace_record *record = trace_get(trace, i);
		if (record->kind != TRACE_FAILED)
			continue;
		CHECK_U64(record->time_ns, 10 * OCTO_SECOND);
		CHECK(record->cause > 0 && record->cause <= i);
		const struct trace_record *cause = trace_get(trace, record->cause - 1);
		CHECK_U64(cause->kind, TRACE_SESSION_DOWN);
		CHECK_U64(trace_get(trace, cause->cause - 1)->kind, TRACE_ACTION);
	}
	trace_close(trace);
	unlink(path);
}

/* Nobody is judged by what is expected. */
static void a_run_is_the_same_whatever_is_expected(void)
{
	struct tiny plain = { .timeline = story, .options = { .seed = 3 } };
	struct tiny watched = { .timeline = story, .options = { .seed = 3 }, .expect = "{\"always\": " UP "}, {\"eventually\": " DOWN ", \"within\": \"3s\", \"from\": " UP "}" };
	CHECK_U64(tiny_hash(&plain), tiny_hash(&watched));
}

CU_ErrorCode suite_window(void);

CU_ErrorCode suite_window(void)
{
	CU_pSuite suite = CU_add_suite("window", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, always_holds_at_all_times_of_its_window);
	CU_ADD_TEST(suite, never_holds_at_no_time_of_its_window);
	CU_ADD_TEST(suite, eventually_comes_within_its_window);
	CU_ADD_TEST(suite, counts_begin_with_the_window);
	CU_ADD_TEST(suite, a_window_begins_and_ends_with_what_comes_true);
	CU_ADD_TEST(suite, what_never_comes_fails_at_the_end);
	CU_ADD_TEST(suite, latency_and_memory_are_watched_too);
	CU_ADD_TEST(suite, a_crash_is_seen);
	CU_ADD_TEST(suite, a_failure_names_its_cause);
	CU_ADD_TEST(suite, a_run_is_the_same_whatever_is_expected);
	return CU_get_error();
}
