/* chain_test.c: cli/chain.c through the program: what led to a failure, for people, programs and JUnit; and latencies in the
 * table of a scenario that asks for them. */
#include "tests/check.h"
#include "tests/unit/program.h"

static const char story[] = "{\"title\": \"T\", \"why\": \"W\", \"covers\": [\"R71\"], \"duration\": \"5s\", \"crypto\": \"model\", "
	"\"nodes\": [{\"name\": \"robot\", \"kind\": \"agent\"}, {\"name\": \"pilot\", \"kind\": \"remote\"}], \"trust\": [[\"robot\", \"pilot\"]], "
	"\"timeline\": [{\"at\": \"1s\", \"connect\": {\"from\": \"robot\", \"to\": \"pilot\"}}, {\"at\": \"2s\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", "
	"\"every\": \"100ms\", \"size\": 64, \"count\": 9}}], \"expect\": [{\"never\": {\"events\": {\"kind\": \"session-up\", \"node\": \"robot\"}}}, "
	"{\"by\": \"4s\", \"latency\": {\"from\": \"robot\", \"to\": \"pilot\", \"of\": \"messages\", \"p50\": {\"at_most\": \"20ms\"}}}]}";

static int set_up(void)
{
	return !program_open() || !program_write("story.json", story);
}

static int tear_down(void)
{
	return !program_close();
}

static void a_failure_is_traced_back_to_the_timeline(void)
{
	CHECK_U64(program_call("run story.json"), 1);
	CHECK(program_says("What led to it:\n\n  never: events session-up at robot, any: found at 1.040000 s: 1\n"
	                   "    1.000000 s  robot about pilot  action: connect\n"
	                   "    1.000000 s  robot → pilot  sent #1 syn\n"
	                   "    1.020000 s  robot → pilot  delivered #1 syn\n"
	                   "    1.020000 s  pilot → robot  sent #2 syn-ack\n"
	                   "    1.040000 s  pilot → robot  delivered #2 syn-ack\n"
	                   "    1.040000 s  robot about pilot  session-up "));
	CHECK(program_says("The same run again:"));
}

/* The third message is the last one of those that it counts; the session came up when robot got its SYN-ACK and pilot the ACK. */
static void what_is_due_at_a_time_is_traced_back_from_its_last_change(void)
{
	static const char call[] = "run story.json --set timeline.1.load.count=3 "
		"--set 'expect.0={\"by\": \"4s\", \"messages\": {\"from\": \"robot\", \"to\": \"pilot\", \"exactly\": 9}}' "
		"--set 'expect.1={\"by\": \"4s\", \"session\": {\"between\": [\"robot\", \"pilot\"], \"count\": 0}}'";
	CHECK_U64(program_call(call), 1);
	CHECK(program_says("found 3 between robot and pilot\n    (a timer)\n    2.200000 s  robot → pilot  sent "));
	CHECK(program_says("    2.220000 s  pilot about robot  message\n"));
	CHECK(program_says("have 1 session between them\n    1.000000 s  robot about pilot  action: connect\n"));
	CHECK(program_says("    1.060000 s  pilot about robot  session-up "));
}

static void programs_are_told_the_same(void)
{
	CHECK_U64(program_call("run story.json --quiet --json -"), 1);
	CHECK(program_says("\"failures\": [{\"failed\": \"never: events session-up at robot, any: found at 1.040000 s: 1\", \"chain\": [{\"at_seconds\": 1"));
	CHECK(program_says("\"event\": \"robot about pilot  action: connect\"}"));
	CHECK(program_says("\"latency\": {\"samples\": 9, \"p50_ns\": 20"));
	CHECK_U64(program_call("run story.json --junit out.xml --artifacts kept > /dev/null; cat out.xml kept/*/report.txt"), 0);
	CHECK(program_says("delivered #2 syn-ack"));
}

static void latencies_stand_in_the_table(void)
{
	CHECK_U64(program_call("run story.json"), 1);
	CHECK(program_says("     20.0 ms    20.0 ms    20.0 ms    20.0 ms          9  messages robot→pilot"));
}

CU_ErrorCode suite_chain(void);

CU_ErrorCode suite_chain(void)
{
	CU_pSuite suite = CU_add_suite("chain", set_up, tear_down);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_failure_is_traced_back_to_the_timeline);
	CU_ADD_TEST(suite, what_is_due_at_a_time_is_traced_back_from_its_last_change);
	CU_ADD_TEST(suite, programs_are_told_the_same);
	CU_ADD_TEST(suite, latencies_stand_in_the_table);
	return CU_get_error();
}
