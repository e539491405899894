/* inbox_test.c: inbox.c: a stopped process does nothing and loses nothing that finds room; a slow one takes its time. */
#include "sim/inbox.h"

#include "tests/check.h"
#include "tests/unit/tiny.h"

#define CONNECT "{\"at\": \"1s\", \"connect\": {\"from\": \"robot\", \"to\": \"pilot\"}}, "
#define LOAD    "{\"at\": \"2s\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"10ms\", \"size\": 64, \"count\": 300}}, "

static void open(struct tiny *tiny, const char *timeline)
{
	*tiny = (struct tiny){ .timeline = timeline, .options = { .seed = 1 },
		.links = "{\"between\": [\"*\", \"*\"], \"latency\": \"20ms\"}" };
	tiny_open(tiny);
}

static void a_stopped_process_is_silent_and_its_buffer_has_an_end(void)
{
	struct tiny tiny;
	open(&tiny, CONNECT LOAD "{\"at\": \"3s\", \"pause\": \"pilot\"}, {\"at\": \"3500ms\", \"resume\": \"pilot\"}, "
	     "{\"at\": \"4s\", \"pause\": \"pilot\"}, "
	     "{\"at\": \"4100ms\", \"inject\": {\"packet\": {\"type\": \"data\", \"from\": \"robot\", \"to\": \"pilot\", \"nth\": 1}, \"count\": 100}}, "
	     "{\"at\": \"6s\", \"resume\": \"pilot\"}");
	uint64_t before = tiny_run(&tiny, 3 * OCTO_SECOND)->messages;
	CHECK_U64(tiny_run(&tiny, 3400 * OCTO_MILLISECOND)->messages, before);
	uint32_t waiting = node_of(tiny.sim, PILOT)->inbox_count;
	CHECK(waiting >= 39 && waiting <= 42);
	CHECK(tiny_run(&tiny, 3500 * OCTO_MILLISECOND)->messages - before >= 49);
	CHECK_U64(node_of(tiny.sim, PILOT)->inbox_count, 0);
	/* A hundred copies of an old packet find some ten waiting. They do not slow down, as the sender does. */
	tiny_run(&tiny, 4099 * OCTO_MILLISECOND);
	waiting = node_of(tiny.sim, PILOT)->inbox_count;
	CHECK(waiting >= 8 && waiting <= 11);
	CHECK_U64(sim_result(tiny.sim)->packets[7].dropped[TRACE_DROP_BUFFER], 0);
	tiny_run(&tiny, 4100 * OCTO_MILLISECOND);
	CHECK_U64(node_of(tiny.sim, PILOT)->inbox_count, INBOX_MAX);
	uint64_t dropped = sim_result(tiny.sim)->packets[7].dropped[TRACE_DROP_BUFFER];
	CHECK(dropped >= 100 + waiting - INBOX_MAX && dropped <= 101 + waiting - INBOX_MAX); /* one came in that instant */
	tiny_run(&tiny, 5900 * OCTO_MILLISECOND);
	CHECK_U64(node_of(tiny.sim, PILOT)->inbox_count, INBOX_MAX);
	CHECK(sim_result(tiny.sim)->packets[7].dropped[TRACE_DROP_BUFFER] > dropped + 10);
	tiny_run(&tiny, 6 * OCTO_SECOND);
	CHECK_U64(node_of(tiny.sim, PILOT)->inbox_count, 0);
	tiny_close(&tiny);
}

static void a_crash_empties_the_buffer(void)
{
	struct tiny tiny;
	open(&tiny, CONNECT LOAD "{\"at\": \"3s\", \"pause\": \"pilot\"}, {\"at\": \"3500ms\", \"restart\": \"pilot\"}");
	tiny_run(&tiny, 3499 * OCTO_MILLISECOND);
	CHECK(node_of(tiny.sim, PILOT)->inbox_count >= 49);
	tiny_run(&tiny, 3500 * OCTO_MILLISECOND);
	CHECK_U64(node_of(tiny.sim, PILOT)->inbox_count, 0);
	CHECK(!node_of(tiny.sim, PILOT)->is_paused && node_of(tiny.sim, PILOT)->is_up);
	CHECK(sim_result(tiny.sim)->packets[7].dropped[TRACE_DROP_DOWN] >= 49);
	tiny_close(&tiny);
}

static void a_stopped_process_hears_no_button(void)
{
	struct tiny tiny;
	open(&tiny, "{\"at\": \"500ms\", \"pause\": \"robot\"}, " CONNECT "{\"at\": \"2s\", \"resume\": \"robot\"}");
	tiny_run(&tiny, 5 * OCTO_SECOND);
	CHECK_U64(tiny_view(&tiny, ROBOT, PILOT).state, OCTO_STATE_IDLE);
	CHECK_U64(sim_result(tiny.sim)->packets[1].sent, 0);
	tiny_close(&tiny);
}

/* SYN 20 ms, work, SYN-ACK 20 ms. */
static void a_slow_process_answers_later_by_what_it_needs(void)
{
	struct tiny tiny;
	open(&tiny, "{\"at\": \"0s\", \"slow\": {\"node\": \"pilot\", \"processing\": \"30ms\"}}, " CONNECT
	     "{\"at\": \"5s\", \"slow\": {\"node\": \"pilot\", \"processing\": \"0s\"}}");
	tiny_run(&tiny, 1070 * OCTO_MILLISECOND - 1);
	CHECK_U64(tiny_view(&tiny, ROBOT, PILOT).state, OCTO_STATE_OFFERING);
	tiny_run(&tiny, 1070 * OCTO_MILLISECOND);
	CHECK_U64(tiny_view(&tiny, ROBOT, PILOT).state, OCTO_STATE_ESTABLISHED);
	tiny_close(&tiny);
}

static void one_datagram_is_worked_on_after_the_other(void)
{
	struct tiny tiny;
	open(&tiny, CONNECT LOAD "{\"at\": \"3s\", \"slow\": {\"node\": \"pilot\", \"processing\": \"100ms\"}}");
	uint64_t before = tiny_run(&tiny, 3 * OCTO_SECOND)->messages;
	uint64_t after = tiny_run(&tiny, 4 * OCTO_SECOND)->messages;
	CHECK(after - before >= 9 && after - before <= 10);
	tiny_close(&tiny);
}

CU_ErrorCode suite_inbox(void)
{
	CU_pSuite suite = CU_add_suite("inbox", NULL, NULL);
	CU_ADD_TEST(suite, a_stopped_process_is_silent_and_its_buffer_has_an_end);
	CU_ADD_TEST(suite, a_crash_empties_the_buffer);
	CU_ADD_TEST(suite, a_stopped_process_hears_no_button);
	CU_ADD_TEST(suite, a_slow_process_answers_later_by_what_it_needs);
	CU_ADD_TEST(suite, one_datagram_is_worked_on_after_the_other);
	return CU_get_error();
}
