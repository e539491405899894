/* actions_test.c: actions.c: each verb of the timeline does what it says. */
#include "sim/node.h"
#include "tests/check.h"
#include "tests/unit/tiny.h"

#define CONNECT "{\"at\": \"1s\", \"connect\": {\"from\": \"robot\", \"to\": \"pilot\"}}"

/* A world with this timeline, at the end of 10 s. */
static const struct sim_result *play(struct tiny *tiny, const char *timeline)
{
	*tiny = (struct tiny){ .timeline = timeline, .options = { .seed = 1 } };
	tiny_open(tiny);
	return tiny_run(tiny, 10 * OCTO_SECOND);
}

/* R23: one side presses, or both. */
static void connect_presses_the_button(void)
{
	struct tiny tiny;
	CHECK_U64(play(&tiny, CONNECT)->duels, 0);
	CHECK_U64(tiny_view(&tiny, ROBOT, PILOT).role, OCTO_ROLE_INITIATOR);
	CHECK_U64(sim_result(tiny.sim)->sessions_established, 1);
	tiny_close(&tiny);
	CHECK_U64(play(&tiny, "{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}")->duels, 1);
	CHECK_U64(sim_result(tiny.sim)->sessions_established, 1);
	tiny_close(&tiny);
}

static void nothing_happens_before_its_time(void)
{
	struct tiny tiny = { .timeline = CONNECT, .options = { .seed = 1 } };
	tiny_open(&tiny);
	tiny_run(&tiny, OCTO_SECOND - 1);
	CHECK_U64(tiny_view(&tiny, ROBOT, PILOT).state, OCTO_STATE_IDLE);
	tiny_run(&tiny, OCTO_SECOND);
	CHECK_U64(tiny_view(&tiny, ROBOT, PILOT).state, OCTO_STATE_OFFERING);
	tiny_close(&tiny);
}

static void disconnect_ends_the_session(void)
{
	struct tiny tiny;
	play(&tiny, CONNECT ", {\"at\": \"5s\", \"disconnect\": {\"from\": \"robot\", \"to\": \"pilot\"}}");
	for (uint32_t node = 0; node < 2; node++) {
		CHECK_U64(tiny_view(&tiny, node, 1 - node).state, OCTO_STATE_IDLE);
		CHECK(tiny_view(&tiny, node, 1 - node).is_celibate);
	}
	tiny_close(&tiny);
}

/* R46, R54: the switch is a node's; a honeymoon is for who is switched on. */
static void the_switch_goes_on_and_off(void)
{
	struct tiny tiny;
	play(&tiny, "{\"at\": \"1s\", \"enable\": \"robot\"}, {\"at\": \"2s\", \"honeymoon\": \"*\"}");
	CHECK_U64(tiny_view(&tiny, ROBOT, PILOT).mode, OCTO_MODE_HONEYMOON);
	CHECK_U64(tiny_view(&tiny, PILOT, ROBOT).mode, OCTO_MODE_MANUAL);
	CHECK_U64(sim_result(tiny.sim)->sessions_established, 1);
	tiny_close(&tiny);
	play(&tiny, "{\"at\": \"1s\", \"enable\": \"robot\"}, {\"at\": \"5s\", \"disable\": \"robot\"}, "
	            "{\"at\": \"6s\", \"restart\": \"robot\"}");
	CHECK_U64(tiny_view(&tiny, ROBOT, PILOT).mode, OCTO_MODE_OFF);
	CHECK_U64(tiny_view(&tiny, ROBOT, PILOT).state, OCTO_STATE_IDLE);
	tiny_close(&tiny);
}

static void load_sends_messages(void)
{
	struct tiny tiny;
	CHECK_U64(play(&tiny, CONNECT ", {\"at\": \"5s\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"10ms\", "
	                      "\"size\": 77, \"count\": 33, \"priority\": 5}}")->messages, 33);
	CHECK_U64(node_load_state(tiny.sim, PILOT, ROBOT)->received, 33);
	CHECK_U64(node_load_state(tiny.sim, ROBOT, PILOT)->priority, 5);
	CHECK_U64(node_load_state(tiny.sim, ROBOT, PILOT)->received, 0);
	tiny_close(&tiny);
}

static void crash_and_restart_take_a_node_down_and_up(void)
{
	struct tiny tiny;
	play(&tiny, CONNECT ", {\"at\": \"5s\", \"crash\": \"pilot\"}");
	CHECK(!sim_node_is_up(tiny.sim, PILOT) && sim_node_is_up(tiny.sim, ROBOT));
	tiny_close(&tiny);
	play(&tiny, CONNECT ", {\"at\": \"4s\", \"crash\": \"pilot\"}, {\"at\": \"5s\", \"restart\": \"pilot\"}");
	CHECK(sim_node_is_up(tiny.sim, PILOT));
	CHECK_U64(node_of(tiny.sim, PILOT)->boot, 2);
	CHECK(tiny_view(&tiny, PILOT, ROBOT).is_wanted);
	tiny_close(&tiny);
	play(&tiny, CONNECT ", {\"at\": \"9s\", \"restart\": {\"node\": \"pilot\", \"store\": \"lost\"}}");
	CHECK(!tiny_view(&tiny, PILOT, ROBOT).is_wanted);
	CHECK_U64(tiny_view(&tiny, PILOT, ROBOT).timestamp_seen, 0);
	tiny_close(&tiny);
}

static void move_gives_a_fresh_address(void)
{
	struct tiny tiny;
	play(&tiny, CONNECT ", {\"at\": \"5s\", \"move\": \"pilot\"}, {\"at\": \"6s\", \"move\": \"pilot\"}");
	CHECK_U64(node_of(tiny.sim, PILOT)->moves, 2);
	CHECK_U64(node_of(tiny.sim, ROBOT)->moves, 0);
	tiny_close(&tiny);
}

static void clock_steps_a_nodes_clock(void)
{
	struct tiny tiny = { .timeline = CONNECT ", {\"at\": \"5s\", \"clock\": {\"node\": \"pilot\", \"step\": \"-30s\"}}", .options = { .seed = 1 } };
	tiny_open(&tiny);
	tiny_run(&tiny, 5 * OCTO_SECOND - 1);
	uint64_t before = virtual_clock_read(&node_of(tiny.sim, PILOT)->clock, sim_now(tiny.sim));
	tiny_run(&tiny, 5 * OCTO_SECOND);
	uint64_t after = virtual_clock_read(&node_of(tiny.sim, PILOT)->clock, sim_now(tiny.sim));
	CHECK_U64(before + 1 - after, 30 * OCTO_SECOND);
	CHECK_U64(sim_result(tiny.sim)->sessions_established, 1);
	tiny_run(&tiny, OCTO_NEVER);
	CHECK_U64(sim_result(tiny.sim)->sessions_established, 1);
	tiny_close(&tiny);
}

/* A packet recorded when it went by: the nth of its kind, given to anybody, from anywhere, as often as wanted. */
static void inject_puts_a_recorded_packet_at_a_door(void)
{
	struct tiny tiny;
	const struct sim_result *result = play(&tiny, CONNECT ", {\"at\": \"8s\", \"inject\": {\"packet\": {\"type\": \"syn\", "
		"\"from\": \"robot\", \"to\": \"pilot\", \"nth\": 1}, \"count\": 3}}");
	CHECK_U64(result->packets[1].injected, 3);
	CHECK_U64(result->rejected[OCTO_REASON_STALE], 3);
	tiny_close(&tiny);
	result = play(&tiny, CONNECT ", {\"at\": \"8s\", \"inject\": {\"packet\": {\"type\": \"syn\", \"from\": \"robot\", "
		"\"to\": \"pilot\", \"nth\": 1}, \"flip\": \"each-byte\"}}");
	CHECK_U64(result->packets[1].injected + result->packets[0].injected + result->packets[7].injected, 160);
	tiny_close(&tiny);
	/* The second was never sent: nothing to inject. */
	result = play(&tiny, CONNECT ", {\"at\": \"8s\", \"inject\": {\"packet\": {\"type\": \"syn\", \"from\": \"robot\", "
		"\"to\": \"pilot\", \"nth\": 2}}}");
	CHECK_U64(result->packets[1].injected, 0);
	tiny_close(&tiny);
}

/* R119: junk by the hundred, of any length, and the session does not mind. */
static void junk_is_rejected_to_the_last_datagram(void)
{
	struct tiny tiny;
	const struct sim_result *result = play(&tiny, CONNECT ", {\"at\": \"8s\", \"inject\": {\"junk\": 500, \"to\": \"pilot\", \"source\": \"robot\"}}");
	uint64_t injected = 0;
	for (int kind = 0; kind < SIM_PACKET_KINDS; kind++)
		injected += result->packets[kind].injected;
	CHECK_U64(injected, 500);
	CHECK_U64(result->sessions_established, 1);
	uint64_t rejected = 0;
	for (int reason = 1; reason < OCTO_REASON_COUNT; reason++)
		rejected += result->rejected[reason];
	CHECK_U64(rejected, 500);
	CHECK(result->rejected[OCTO_REASON_BAD_LENGTH] > 50 && result->rejected[OCTO_REASON_BAD_TYPE] > 50);
	CHECK(tiny_run(&tiny, OCTO_NEVER)->passed);
	tiny_close(&tiny);
}

/* Commands to a node that is down are pressed in vain. */
static void a_node_that_is_down_does_nothing(void)
{
	struct tiny tiny;
	const struct sim_result *result = play(&tiny, "{\"at\": \"1s\", \"crash\": [\"robot\"]}, {\"at\": \"2s\", \"connect\": {\"from\": \"robot\", \"to\": \"pilot\"}}, "
		"{\"at\": \"3s\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"1ms\", \"size\": 8, \"count\": 5}}, "
		"{\"at\": \"4s\", \"disconnect\": {\"from\": \"robot\", \"to\": \"pilot\"}}, {\"at\": \"5s\", \"crash\": \"robot\"}");
	CHECK_U64(result->packets[1].sent, 0);
	CHECK(!sim_node_is_up(tiny.sim, ROBOT));
	tiny_close(&tiny);
}

CU_ErrorCode suite_actions(void);

CU_ErrorCode suite_actions(void)
{
	CU_pSuite suite = CU_add_suite("actions", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, connect_presses_the_button);
	CU_ADD_TEST(suite, nothing_happens_before_its_time);
	CU_ADD_TEST(suite, disconnect_ends_the_session);
	CU_ADD_TEST(suite, the_switch_goes_on_and_off);
	CU_ADD_TEST(suite, load_sends_messages);
	CU_ADD_TEST(suite, crash_and_restart_take_a_node_down_and_up);
	CU_ADD_TEST(suite, move_gives_a_fresh_address);
	CU_ADD_TEST(suite, clock_steps_a_nodes_clock);
	CU_ADD_TEST(suite, inject_puts_a_recorded_packet_at_a_door);
	CU_ADD_TEST(suite, junk_is_rejected_to_the_last_datagram);
	CU_ADD_TEST(suite, a_node_that_is_down_does_nothing);
	return CU_get_error();
}
