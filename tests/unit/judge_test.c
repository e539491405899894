/* judge_test.c: judge.c and tally.c: each kind of expectation holds when it should, fails when it should, and then says
 * what was found. */
#include "sim/check/tally.h"
#include "tests/check.h"
#include "tests/unit/tiny.h"

static const char story[] = "{\"at\": \"100ms\", \"clock\": {\"node\": \"pilot\", \"step\": \"1ms\"}}, {\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}, "
	"{\"at\": \"2s\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"100ms\", \"size\": 64, \"count\": 20}}, "
	"{\"at\": \"8s\", \"inject\": {\"packet\": {\"type\": \"syn\", \"from\": \"robot\", \"to\": \"pilot\", \"nth\": 1}}}";

/* The story with one expectation: an empty string when it holds, else what was found. */
static const char *judge(const char *expectation)
{
	static char found[256];
	struct tiny tiny = { .timeline = story, .expect = expectation, .options = { .seed = 1 } };
	tiny_open(&tiny);
	const struct sim_result *result = tiny_run(&tiny, OCTO_NEVER);
	CHECK_U64(result->expectation_count, 1);
	CHECK(result->expectations[0].is_judged);
	CHECK_U64(result->passed, result->expectations[0].holds);
	snprintf(found, sizeof found, "%s", result->expectations[0].holds ? "" : result->expectations[0].found);
	tiny_close(&tiny);
	return found;
}

static void a_session_is_judged_by_state_count_initiator_and_suite(void)
{
	CHECK_STRING(judge("{\"by\": \"5s\", \"session\": {\"between\": [\"robot\", \"pilot\"], \"state\": \"established\", \"count\": 1, \"initiator\": \"duel-winner\", \"suite\": \"chacha20-poly1305\"}}"), "");
	CHECK_STRING(judge("{\"by\": \"500ms\", \"session\": {\"between\": [\"robot\", \"pilot\"], \"state\": \"idle\", \"count\": 0}}"), "");
	CHECK_STRING(judge("{\"by\": \"5s\", \"session\": {\"between\": [\"robot\", \"pilot\"], \"state\": \"idle\"}}"), "robot is established towards pilot");
	CHECK_STRING(judge("{\"by\": \"500ms\", \"session\": {\"between\": [\"robot\", \"pilot\"], \"state\": \"established\"}}"), "robot is idle towards pilot");
	CHECK_STRING(judge("{\"by\": \"5s\", \"session\": {\"between\": [\"robot\", \"pilot\"], \"count\": 2}}"), "robot and pilot have 1 session between them");
	CHECK_STRING(judge("{\"by\": \"500ms\", \"session\": {\"between\": [\"robot\", \"pilot\"], \"count\": 1}}"), "robot and pilot have 0 sessions between them");
	CHECK_STRING(judge("{\"by\": \"5s\", \"session\": {\"between\": [\"robot\", \"pilot\"], \"suite\": \"aes-256-gcm\"}}"), "robot uses chacha20-poly1305");
	CHECK_STRING(judge("{\"by\": \"500ms\", \"session\": {\"between\": [\"robot\", \"pilot\"], \"initiator\": \"robot\"}}"), "the initiator is nobody, not robot");
	/* One of the two was it. */
	const char *robot = judge("{\"by\": \"5s\", \"session\": {\"between\": [\"robot\", \"pilot\"], \"initiator\": \"robot\"}}");
	bool is_robot = robot[0] == '\0';
	if (!is_robot)
		CHECK_STRING(robot, "the initiator is pilot, not robot");
	const char *pilot = judge("{\"by\": \"5s\", \"session\": {\"between\": [\"robot\", \"pilot\"], \"initiator\": \"pilot\"}}");
	CHECK_STRING(pilot, is_robot ? "the initiator is robot, not pilot" : "");
}

static void duels_are_counted_once_for_both_sides(void)
{
	CHECK_STRING(judge("{\"by\": \"5s\", \"duels\": {\"between\": [\"robot\", \"pilot\"], \"exactly\": 1}}"), "");
	CHECK_STRING(judge("{\"by\": \"5s\", \"duels\": {\"between\": [\"pilot\", \"robot\"], \"at_least\": 1, \"at_most\": 1}}"), "");
	CHECK_STRING(judge("{\"by\": \"500ms\", \"duels\": {\"between\": [\"robot\", \"pilot\"], \"exactly\": 0}}"), "");
	CHECK_STRING(judge("{\"by\": \"5s\", \"duels\": {\"between\": [\"robot\", \"pilot\"], \"at_most\": 0}}"), "1 between robot and pilot");
	CHECK_STRING(judge("{\"by\": \"5s\", \"duels\": {\"between\": [\"robot\", \"pilot\"], \"at_least\": 2}}"), "1 between robot and pilot");
	const char *robot = judge("{\"by\": \"5s\", \"duels\": {\"between\": [\"robot\", \"pilot\"], \"exactly\": 1, \"winner\": \"robot\"}}");
	bool is_robot = robot[0] == '\0';
	if (!is_robot)
		CHECK_STRING(robot, "pilot won between robot and pilot");
	const char *pilot = judge("{\"by\": \"5s\", \"duels\": {\"between\": [\"robot\", \"pilot\"], \"exactly\": 1, \"winner\": \"pilot\"}}");
	CHECK_STRING(pilot, is_robot ? "robot won between robot and pilot" : "");
}

/* A datagram is 512 bytes: of other programs, so that nothing but the count decides. */
static const char *judge_use(const char *expectation)
{
	return tiny_judge((struct tiny){ .expect = expectation, .options = { .seed = 1 },
		.links = "{\"from\": \"robot\", \"to\": \"pilot\", \"rate\": \"409600bit\", \"latency\": \"0s\", "
			"\"phases\": [{\"at\": \"5s\", \"rate\": \"819200bit\"}]}",
		.timeline = "{\"at\": \"1s\", \"traffic\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"20ms\"}}" });
}

static void use_is_the_share_of_what_the_link_can_carry_in_the_time(void)
{
	CHECK_STRING(judge_use("{\"from\": \"2s\", \"by\": \"4s\", \"use\": {\"from\": \"robot\", \"to\": \"pilot\", \"at_least\": \"51%\"}}"), "50.00%");
	CHECK_STRING(judge_use("{\"from\": \"2s\", \"by\": \"4s\", \"use\": {\"from\": \"robot\", \"to\": \"pilot\", \"at_least\": \"50%\", \"at_most\": \"50%\"}}"), "");
	CHECK_STRING(judge_use("{\"from\": \"4s\", \"by\": \"6s\", \"use\": {\"from\": \"robot\", \"to\": \"pilot\", \"at_most\": \"33%\"}}"), "33.33%");
	CHECK_STRING(judge_use("{\"by\": \"2s\", \"use\": {\"from\": \"robot\", \"to\": \"pilot\", \"at_least\": \"26%\"}}"), "25.00%");
}

/* R140: from whom to whom counts. */
static void messages_are_counted_by_direction(void)
{
	CHECK_STRING(judge("{\"by\": \"6s\", \"messages\": {\"from\": \"robot\", \"to\": \"pilot\", \"exactly\": 20}}"), "");
	CHECK_STRING(judge("{\"by\": \"6s\", \"messages\": {\"from\": \"pilot\", \"to\": \"robot\", \"exactly\": 0}}"), "");
	CHECK_STRING(judge("{\"by\": \"6s\", \"messages\": {\"from\": \"robot\", \"to\": \"pilot\", \"at_most\": 19}}"), "20 between robot and pilot");
	CHECK_STRING(judge("{\"by\": \"1s\", \"messages\": {\"from\": \"robot\", \"to\": \"pilot\", \"at_least\": 1}}"), "0 between robot and pilot");
}

/* The robot's two load couriers towards the pilot, which reads one of them: 30 messages of 64 bytes, 10 of 192. */
static const struct sim_result *run_two_couriers(struct tiny *tiny, const char *expectation)
{
	*tiny = (struct tiny){ .expect = expectation, .options = { .seed = 1 }, .timeline =
		"{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}, "
		"{\"at\": \"2s\", \"courier\": {\"from\": \"pilot\", \"to\": \"robot\", \"courier\": \"load-3\", \"accepts_reads\": false}}, "
		"{\"at\": \"2s\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"100ms\", \"size\": 64, \"count\": 30}}, "
		"{\"at\": \"2s\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", \"courier\": \"load-3\", \"every\": \"300ms\", \"size\": 192, \"count\": 10}}" };
	tiny_open(tiny);
	return tiny_run(tiny, OCTO_NEVER);
}

static const char *judge_two_couriers(const char *expectation)
{
	static char found[256];
	struct tiny tiny;
	const struct sim_result *result = run_two_couriers(&tiny, expectation);
	snprintf(found, sizeof found, "%s", result->expectations[0].holds ? "" : result->expectations[0].found);
	tiny_close(&tiny);
	return found;
}

/* R29, R43: by courier and by what became of them. */
static void messages_are_counted_by_courier_and_fate(void)
{
	CHECK_STRING(judge_two_couriers("{\"by\": \"6s\", \"messages\": {\"from\": \"robot\", \"to\": \"pilot\", \"exactly\": 30}}"), "");
	CHECK_STRING(judge_two_couriers("{\"by\": \"6s\", \"messages\": {\"from\": \"robot\", \"to\": \"pilot\", \"courier\": \"load\", \"exactly\": 30}}"), "");
	CHECK_STRING(judge_two_couriers("{\"by\": \"6s\", \"messages\": {\"from\": \"robot\", \"to\": \"pilot\", \"courier\": \"load-3\", \"exactly\": 0}}"), "");
	CHECK_STRING(judge_two_couriers("{\"by\": \"6s\", \"messages\": {\"from\": \"robot\", \"to\": \"pilot\", \"fate\": \"discarded\", \"exactly\": 10}}"), "");
	CHECK_STRING(judge_two_couriers("{\"by\": \"6s\", \"messages\": {\"from\": \"robot\", \"to\": \"pilot\", \"fate\": \"sent\", \"exactly\": 40}}"), "");
	CHECK_STRING(judge_two_couriers("{\"by\": \"6s\", \"messages\": {\"from\": \"robot\", \"to\": \"pilot\", \"courier\": \"load-3\", \"fate\": \"sent\", \"at_most\": 9}}"),
	             "10 between robot and pilot");
}

/* 30 × 64 of 3,840 bytes are a half; nothing at all is no share. */
static void shares_are_of_the_bytes_that_were_written(void)
{
	CHECK_STRING(judge_two_couriers("{\"by\": \"6s\", \"share\": {\"from\": \"robot\", \"to\": \"pilot\", \"courier\": \"load\", \"at_least\": \"49.9%\", \"at_most\": \"50%\"}}"), "");
	CHECK_STRING(judge_two_couriers("{\"by\": \"6s\", \"share\": {\"from\": \"robot\", \"to\": \"pilot\", \"courier\": \"load-3\", \"at_least\": \"60%\"}}"), "50.0 % of 3840 bytes");
	CHECK_STRING(judge_two_couriers("{\"by\": \"6s\", \"share\": {\"from\": \"robot\", \"to\": \"pilot\", \"courier\": \"load-2\", \"at_most\": \"0%\"}}"), "");
	CHECK_STRING(judge_two_couriers("{\"by\": \"6s\", \"share\": {\"from\": \"pilot\", \"to\": \"robot\", \"courier\": \"load\", \"at_most\": \"100%\"}}"), "nothing was sent");
}

static void couriers_are_summed_up(void)
{
	struct tiny tiny;
	const struct sim_result *result = run_two_couriers(&tiny, NULL);
	CHECK_U64(result->courier_count, 2);
	const struct sim_courier *load = &result->couriers[0], *deaf = &result->couriers[1];
	CHECK_STRING(trace_courier_name(load->id), "load");
	CHECK_STRING(trace_courier_name(deaf->id), "load-3");
	CHECK_U64(load->messages[SCENARIO_MESSAGE_SENT], 30);
	CHECK_U64(load->messages[SCENARIO_MESSAGE_DELIVERED], 30);
	CHECK_U64(load->bytes[SCENARIO_MESSAGE_DELIVERED], 1920);
	CHECK_U64(load->samples, 30);
	CHECK(load->p50_ns >= 10 * OCTO_MILLISECOND && load->p50_ns < load->p99_ns); /* links take 10 to 30 ms */
	CHECK(load->p99_ns <= 31 * OCTO_MILLISECOND);
	CHECK_U64(deaf->messages[SCENARIO_MESSAGE_DISCARDED], 10);
	CHECK_U64(deaf->messages[SCENARIO_MESSAGE_DELIVERED] + deaf->samples, 0);
	tiny_close(&tiny);
}

static void packets_are_counted_by_type_fate_and_reason(void)
{
	CHECK_STRING(judge("{\"by\": \"6s\", \"packets\": {\"type\": \"syn\", \"from\": \"*\", \"to\": \"*\", \"fate\": \"sent\", \"at_least\": 2, \"at_most\": 3}}"), "");
	CHECK_STRING(judge("{\"by\": \"6s\", \"packets\": {\"type\": \"syn-ack\", \"from\": \"*\", \"to\": \"*\", \"fate\": \"delivered\", \"exactly\": 1}}"), "");
	CHECK_STRING(judge("{\"by\": \"6s\", \"packets\": {\"from\": \"*\", \"to\": \"*\", \"fate\": \"dropped\", \"exactly\": 0}}"), "");
	CHECK_STRING(judge("{\"by\": \"9s\", \"packets\": {\"type\": \"syn\", \"from\": \"robot\", \"to\": \"pilot\", \"fate\": \"rejected\", \"reason\": \"stale\", \"exactly\": 1}}"),
	             "");
	CHECK_STRING(judge("{\"by\": \"6s\", \"packets\": {\"type\": \"syn-ack\", \"from\": \"*\", \"to\": \"*\", \"fate\": \"sent\", \"exactly\": 7}}"), "1");
	CHECK_STRING(judge("{\"by\": \"9s\", \"packets\": {\"from\": \"*\", \"to\": \"*\", \"fate\": \"rejected\", \"reason\": \"bad-tag\", \"at_least\": 1}}"), "0");
}

static void warnings_and_steps_are_counted_by_node(void)
{
	CHECK_STRING(judge("{\"by\": \"6s\", \"warnings\": {\"kind\": \"hacked\", \"exactly\": 0}}"), "");
	CHECK_STRING(judge("{\"by\": \"6s\", \"warnings\": {\"kind\": \"hacked\", \"at_least\": 1}}"), "0");
	CHECK_STRING(judge("{\"by\": \"6s\", \"steps\": {\"step\": \"connect\", \"exactly\": 2}}"), "");
	CHECK_STRING(judge("{\"by\": \"6s\", \"steps\": {\"node\": \"robot\", \"step\": \"connect\", \"exactly\": 1}}"), "");
	CHECK_STRING(judge("{\"by\": \"6s\", \"steps\": {\"node\": \"robot\", \"step\": \"connect\", \"exactly\": 2}}"), "1");
}

/* Judged at its time, once: what happens later is of no concern. */
static void an_expectation_is_judged_at_its_time(void)
{
	struct tiny tiny = { .timeline = story, .options = { .seed = 1 },
		.expect = "{\"by\": \"1s\", \"messages\": {\"from\": \"robot\", \"to\": \"pilot\", \"exactly\": 0}}" };
	tiny_open(&tiny);
	const struct sim_result *result = tiny_run(&tiny, OCTO_SECOND - 1);
	CHECK(!result->expectations[0].is_judged);
	result = tiny_run(&tiny, OCTO_SECOND);
	CHECK(result->expectations[0].is_judged && result->expectations[0].holds);
	result = tiny_run(&tiny, OCTO_NEVER);
	CHECK(result->expectations[0].holds && result->passed);
	tiny_close(&tiny);
}

/* Every kind of record, and warnings by their own names; from whom, about whom. */
static void events_are_counted_by_kind_node_and_peer(void)
{
	CHECK_STRING(judge("{\"by\": \"6s\", \"events\": {\"kind\": \"session-up\", \"exactly\": 2}}"), "");
	CHECK_STRING(judge("{\"by\": \"6s\", \"events\": {\"kind\": \"session-up\", \"node\": \"robot\", \"peer\": \"pilot\", \"exactly\": 1}}"), "");
	CHECK_STRING(judge("{\"by\": \"6s\", \"events\": {\"kind\": \"message\", \"node\": \"pilot\", \"at_most\": 19}}"), "20");
	CHECK_STRING(judge("{\"by\": \"6s\", \"events\": {\"kind\": \"message\", \"peer\": \"pilot\", \"exactly\": 0}}"), "");
	CHECK_STRING(judge("{\"by\": \"9s\", \"events\": {\"kind\": \"action\", \"exactly\": 5}}"), "");
	CHECK_STRING(judge("{\"by\": \"9s\", \"events\": {\"kind\": \"hacked\", \"at_least\": 1}}"), "0");
	CHECK_STRING(judge("{\"by\": \"9s\", \"from\": \"7s\", \"events\": {\"kind\": \"action\", \"exactly\": 1}}"), "");
}

/* The links take 10 to 30 ms. */
static void latency_is_judged_exactly(void)
{
	CHECK_STRING(judge("{\"by\": \"6s\", \"latency\": {\"from\": \"robot\", \"to\": \"pilot\", \"of\": \"messages\", "
	                   "\"p50\": {\"at_least\": \"10ms\", \"at_most\": \"30ms\"}, \"max\": {\"at_most\": \"30ms\"}}}"), "");
	CHECK_STRING(judge("{\"by\": \"1500ms\", \"latency\": {\"from\": \"robot\", \"to\": \"pilot\", \"of\": \"messages\", \"max\": {\"at_most\": \"1s\"}}}"),
	             "nothing arrived");
	const char *found = judge("{\"by\": \"6s\", \"latency\": {\"from\": \"robot\", \"to\": \"pilot\", \"of\": \"messages\", \"p90\": {\"at_most\": \"10ms\"}}}");
	CHECK_CONTAINS(found, "p90 ");
	CHECK_CONTAINS(found, " ms, of 20");
	CHECK_CONTAINS(judge("{\"by\": \"6s\", \"latency\": {\"from\": \"*\", \"to\": \"*\", \"of\": \"packets\", \"type\": \"syn-ack\", \"p99\": {\"at_least\": \"31ms\"}}}"),
	               " ms, of 1");
}

static void memory_is_that_of_world_core_and_node(void)
{
	struct tiny tiny = { .timeline = story, .options = { .seed = 1 } };
	tiny_open(&tiny);
	const struct sim_result *result = tiny_run(&tiny, OCTO_NEVER);
	char text[256], wanted[64];
	snprintf(text, sizeof text, "{\"by\": \"9s\", \"memory\": {\"of\": \"core\", \"at_most\": \"%lluB\"}}", (unsigned long long)result->block_bytes / 2 - 1);
	snprintf(wanted, sizeof wanted, "%llu bytes", (unsigned long long)result->block_bytes / 2);
	tiny_close(&tiny);
	CHECK_STRING(judge(text), wanted);
	CHECK_STRING(judge("{\"by\": \"9s\", \"memory\": {\"of\": \"world\", \"at_least\": \"10KiB\", \"at_most\": \"256KiB\"}}"), "");
	CHECK_CONTAINS(judge("{\"by\": \"9s\", \"memory\": {\"of\": \"node\", \"at_most\": \"1KiB\"}}"), " bytes");
}

/* Who names an invariant wants to see it at work. */
static void named_invariants_must_have_been_evaluated(void)
{
	CHECK_STRING(judge("{\"always\": {\"invariants\": [\"S1\", \"L2\"]}}"), "");
	CHECK_STRING(judge("{\"always\": {\"invariants\": [\"L1\"]}}"), "L1 was never evaluated: nothing in this run is about it");
}

static void invariants_that_are_off_do_not_hold(void)
{
	CHECK_STRING(judge("{\"always\": \"invariants\"}"), "");
	struct tiny tiny = { .timeline = story, .options = { .seed = 1, .no_checks = true } };
	tiny_open(&tiny);
	const struct sim_result *result = tiny_run(&tiny, OCTO_NEVER);
	CHECK(!result->passed && result->invariant_count == 0);
	CHECK_CONTAINS(result->expectations[0].found, "switched off");
	tiny_close(&tiny);
}

CU_ErrorCode suite_judge(void);

CU_ErrorCode suite_judge(void)
{
	CU_pSuite suite = CU_add_suite("judge", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_session_is_judged_by_state_count_initiator_and_suite);
	CU_ADD_TEST(suite, duels_are_counted_once_for_both_sides);
	CU_ADD_TEST(suite, use_is_the_share_of_what_the_link_can_carry_in_the_time);
	CU_ADD_TEST(suite, messages_are_counted_by_direction);
	CU_ADD_TEST(suite, messages_are_counted_by_courier_and_fate);
	CU_ADD_TEST(suite, shares_are_of_the_bytes_that_were_written);
	CU_ADD_TEST(suite, couriers_are_summed_up);
	CU_ADD_TEST(suite, packets_are_counted_by_type_fate_and_reason);
	CU_ADD_TEST(suite, warnings_and_steps_are_counted_by_node);
	CU_ADD_TEST(suite, an_expectation_is_judged_at_its_time);
	CU_ADD_TEST(suite, events_are_counted_by_kind_node_and_peer);
	CU_ADD_TEST(suite, latency_is_judged_exactly);
	CU_ADD_TEST(suite, memory_is_that_of_world_core_and_node);
	CU_ADD_TEST(suite, named_invariants_must_have_been_evaluated);
	CU_ADD_TEST(suite, invariants_that_are_off_do_not_hold);
	return CU_get_error();
}
