/* robot_test.c: sim/robot.c, sim/robot_plan.c and sim/check/judge_robot.c: what applications do in a world, what is noted
 * of it, and what expectations make of that. How the language is read: sim/scenario/robots.c. */
#include "tests/check.h"
#include "tests/unit/tiny.h"

#include <string.h>

static const char nodes[] = "{\"name\": \"robot\", \"kind\": \"agent\", \"couriers\": true}, "
	"{\"name\": \"pilot\", \"kind\": \"remote\", \"couriers\": true}";
static const char lossy[] = "{\"between\": [\"*\", \"*\"], \"latency\": {\"uniform\": [\"5ms\", \"50ms\"]}, \"loss\": \"20%\", \"duplicate\": \"10%\"}";
#define CONNECT "{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}, "
#define MANUAL "{\"at\": \"1s\", \"set\": {\"from\": \"pilot\", \"to\": \"robot\", \"parameter\": \"mode\", \"value\": \"manual-pilot\"}}, "
#define ORDERS "{\"at\": \"2s\", \"command\": {\"from\": \"pilot\", \"to\": \"robot\", \"text\": \"go\", \"every\": \"1ms\", \"count\": 40}}"
static const char busy[] = CONNECT MANUAL ORDERS ", "
	"{\"at\": \"2s\", \"set\": {\"node\": \"robot\", \"parameter\": \"orientation\", \"value\": 65530, \"every\": \"50ms\", \"count\": 100}}, "
	"{\"at\": \"2s\", \"sense\": {\"node\": \"robot\", \"reading\": {\"temperature\": 20}, \"every\": \"30ms\", \"count\": 100}}, "
	"{\"at\": \"9s\", \"restart\": \"robot\"}";

/* What stands in one expectation's place in the result. */
static struct sim_expectation judge(const char *timeline, const char *expect)
{
	struct tiny tiny = { .nodes = nodes, .timeline = timeline, .expect = expect, .options = { .seed = 3 } };
	tiny_open(&tiny);
	struct sim_expectation found = tiny_run(&tiny, OCTO_NEVER)->expectations[0];
	found.expectation = NULL; /* the scenario's, which goes */
	tiny_close(&tiny);
	return found;
}

/* All that applications remember, and what they have still to do, is in the arena. */
static void a_snapshot_holds_what_applications_know(void)
{
	struct tiny tiny = { .nodes = nodes, .links = lossy, .timeline = busy, .options = { .seed = 4 } };
	uint64_t hash = tiny_hash(&tiny);
	for (octo_time_ns at = 0; at < 12 * OCTO_SECOND; at += 700 * OCTO_MILLISECOND) {
		tiny_open(&tiny);
		tiny_run(&tiny, at);
		struct sim_snapshot *snapshot = sim_snapshot_take(tiny.sim);
		CHECK_U64(tiny_run(&tiny, OCTO_NEVER)->hash, hash);
		CHECK(sim_snapshot_restore(tiny.sim, snapshot, true));
		CHECK_U64(tiny_run(&tiny, OCTO_NEVER)->hash, hash);
		sim_snapshot_free(snapshot);
		tiny_close(&tiny);
	}
}

/* Exact decimals, as the core holds them; what is not said is 0. */
static void values_are_read_to_the_last_digit(void)
{
	struct tiny tiny = { .nodes = nodes, .timeline =
		"{\"at\": \"1s\", \"set\": {\"node\": \"robot\", \"parameter\": \"position\", \"value\": {\"latitude\": \"-63.4305\", \"longitude\": 10, \"altitude\": \"0.125\"}}}, "
		"{\"at\": \"2s\", \"set\": {\"node\": \"robot\", \"parameter\": \"battery\", \"value\": {\"millivolts\": 65535}}}, "
		"{\"at\": \"3s\", \"set\": {\"from\": \"pilot\", \"to\": \"robot\", \"parameter\": \"target-pose\", \"value\": [-1, 32767]}}, "
		"{\"at\": \"4s\", \"sense\": {\"node\": \"robot\", \"reading\": {\"gyro\": {\"y\": \"-0.007\"}, \"temperature\": \"-0.5\"}}}" };
	tiny_open(&tiny);
	const struct scenario_action *actions = tiny.scenario->actions;
	struct octo_place place = octo_place_of(actions[0].robot->value);
	CHECK_U64(place.latitude_e7 + 634305000, 0);
	CHECK_U64(place.longitude_e7, 100000000);
	CHECK_U64(place.altitude_mm, 125);
	CHECK_U64(octo_charge_of(actions[1].robot->value).permille, 0);
	CHECK_U64(octo_charge_of(actions[1].robot->value).millivolts, 65535);
	struct octo_pose pose = octo_pose_of(actions[2].robot->value);
	CHECK_U64(pose.joints[0] + 1, 0);
	CHECK_U64(pose.joints[1], 32767);
	CHECK_U64(pose.joints[2], 0);
	CHECK_U64(actions[3].robot->reading.gyro_mrad[1] + 7, 0);
	CHECK_U64(actions[3].robot->reading.temperature_c100 + 50, 0);
	CHECK_U64(actions[3].robot->reading.present, 1 << OCTO_SENSOR_GYRO | 1 << OCTO_SENSOR_TEMPERATURE);
	tiny_close(&tiny);
}

/* More than may be under way at once: those for which there is no room wait, and all are executed. */
static void commands_without_room_are_given_later(void)
{
	CHECK(judge(CONNECT MANUAL ORDERS, "{\"by\": \"20s\", \"commands\": {\"from\": \"pilot\", \"to\": \"robot\", \"exactly\": 40}}").holds);
	struct sim_expectation wrong = judge(CONNECT MANUAL ORDERS,
		"{\"by\": \"20s\", \"commands\": {\"from\": \"pilot\", \"to\": \"robot\", \"exactly\": 41}}");
	CHECK(!wrong.holds && strcmp(wrong.found, "40 between pilot and robot") == 0);
}

/* Counted up over the end of 16 bits, and of the byte below. */
static void what_is_set_again_is_counted_up(void)
{
	static const char timeline[] = CONNECT "{\"at\": \"2s\", \"set\": {\"node\": \"robot\", \"parameter\": \"orientation\", \"value\": 65300, \"every\": \"50ms\", \"count\": 300}}";
	CHECK(judge(timeline, "{\"eventually\": {\"parameter\": {\"node\": \"pilot\", \"of\": \"robot\", \"name\": \"orientation\", \"value\": 65535}}, \"until\": \"20s\"}").holds);
	CHECK(judge(timeline, "{\"by\": \"20s\", \"parameter\": {\"node\": \"pilot\", \"of\": \"robot\", \"name\": \"orientation\", \"value\": 63}}").holds);
}

/* From giving to seeing: a link of 40 ms, and nothing else that takes time. A reading that came after another is not
 * waited for by itself. */
static void latency_is_from_giving_to_seeing(void)
{
	struct tiny tiny = { .nodes = nodes, .links = "{\"between\": [\"*\", \"*\"], \"latency\": \"40ms\"}", .timeline = busy, .expect =
		"{\"by\": \"8s\", \"latency\": {\"of\": \"state\", \"from\": \"robot\", \"to\": \"pilot\", \"p50\": {\"at_least\": \"40ms\", \"at_most\": \"60ms\"}}}, "
		"{\"by\": \"8s\", \"latency\": {\"of\": \"sensors\", \"from\": \"robot\", \"to\": \"pilot\", \"max\": {\"at_least\": \"40ms\", \"at_most\": \"110ms\"}}}, "
		"{\"by\": \"8s\", \"latency\": {\"of\": \"commands\", \"from\": \"pilot\", \"to\": \"robot\", \"p50\": {\"at_least\": \"40ms\", \"at_most\": \"60ms\"}}}",
		.options = { .seed = 3 } };
	tiny_open(&tiny);
	const struct sim_result *result = tiny_run(&tiny, OCTO_NEVER);
	for (int i = 0; i < 3; i++)
		CHECK(result->expectations[i].holds);
	CHECK_U64(result->expectations[0].samples, 100);
	CHECK_U64(result->expectations[1].samples, 100);
	CHECK_U64(result->expectations[2].samples, 40);
	CHECK_U64(result->seen[SCENARIO_OF_STATE].samples, 101); /* the mode, too */
	CHECK_U64(result->seen[SCENARIO_OF_SENSORS].samples, 100);
	CHECK_U64(result->seen[SCENARIO_OF_COMMANDS].samples, 40);
	CHECK_U64(result->seen[SCENARIO_OF_COMMANDS].latency_ns[SCENARIO_MAX], result->expectations[2].latency_ns[SCENARIO_MAX]);
	tiny_close(&tiny);
}

/* What waits for its turn counts from when it was given: nothing goes for two seconds, and a hundred values are set then.
 * The first of them is not forgotten for the sake of the last. */
static void waiting_is_a_part_of_the_latency(void)
{
	struct tiny tiny = { .nodes = nodes, .links = "{\"between\": [\"*\", \"*\"], \"latency\": \"10ms\"}", .timeline = CONNECT MANUAL
		"{\"at\": \"5s\", \"partition\": {\"groups\": [\"robot\", \"pilot\"], \"heal_after\": \"2s\"}}, "
		"{\"at\": \"5s\", \"set\": {\"node\": \"robot\", \"parameter\": \"orientation\", \"value\": 1, \"every\": \"20ms\", \"count\": 100}}",
		.options = { .seed = 3 } };
	tiny_open(&tiny);
	const struct sim_result *result = tiny_run(&tiny, OCTO_NEVER);
	const struct sim_seen *seen = &result->seen[SCENARIO_OF_STATE];
	CHECK_U64(seen->samples, 1 + 64); /* the mode; no more can be waited for */
	CHECK(seen->latency_ns[SCENARIO_MAX] >= 2 * OCTO_SECOND && seen->latency_ns[SCENARIO_MAX] < 3 * OCTO_SECOND);
	CHECK(seen->latency_ns[SCENARIO_P50] > OCTO_SECOND);
	tiny_close(&tiny);
}

/* A courier that may send at any time waits for the pace; the way itself takes no longer for that. */
static void a_courier_of_a_slow_link_waits_for_its_turn(void)
{
	struct tiny tiny = { .links = "{\"between\": [\"*\", \"*\"], \"latency\": \"10ms\"}", .nodes =
		"{\"name\": \"robot\", \"kind\": \"agent\", \"rate_up\": \"64kbit\"}, {\"name\": \"pilot\", \"kind\": \"remote\"}", .timeline =
		"{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}, "
		"{\"at\": \"2s\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"0s\", \"size\": 400, \"count\": 100}}",
		.options = { .seed = 3 } };
	tiny_open(&tiny);
	const struct sim_result *result = tiny_run(&tiny, OCTO_NEVER);
	CHECK_U64(result->courier_count, 1);
	CHECK(result->couriers[0].waited_p99_ns > 40 * OCTO_MILLISECOND && result->couriers[0].waited_p99_ns < 100 * OCTO_MILLISECOND);
	CHECK(result->couriers[0].p99_ns < 11 * OCTO_MILLISECOND);
	tiny_close(&tiny);
}

/* A failed expectation says what the node has; one about a node that is down says that. */
static void what_is_not_as_expected_is_described(void)
{
	struct sim_expectation found = judge(CONNECT MANUAL "{\"at\": \"2s\", \"set\": {\"node\": \"robot\", \"parameter\": \"battery\", \"value\": {\"permille\": 500, \"millivolts\": 12000}}}",
		"{\"by\": \"2s\", \"parameter\": {\"node\": \"pilot\", \"of\": \"robot\", \"name\": \"battery\", \"known\": true}}");
	CHECK_STRING(found.found, "pilot: 0 ‰, 0 mV (fail-safe), version 0 by nobody, verified, 567 ms old");
	found = judge(CONNECT MANUAL "{\"at\": \"2s\", \"crash\": \"pilot\"}",
		"{\"by\": \"3s\", \"parameter\": {\"node\": \"pilot\", \"of\": \"robot\", \"name\": \"mode\", \"known\": true}}");
	CHECK(!found.holds && strcmp(found.found, "pilot is down") == 0);
	found = judge(CONNECT MANUAL "{\"at\": \"2s\", \"crash\": \"pilot\"}",
		"{\"by\": \"3s\", \"sensors\": {\"from\": \"robot\", \"to\": \"pilot\", \"exactly\": 0}}");
	CHECK(!found.holds && strcmp(found.found, "pilot is down") == 0);
}

/* A crash is an event for who watches what the node has. */
static void a_crash_ends_what_a_node_has(void)
{
	CHECK(!judge(CONNECT MANUAL "{\"at\": \"9s\", \"crash\": \"pilot\"}",
		"{\"always\": {\"parameter\": {\"node\": \"pilot\", \"of\": \"robot\", \"name\": \"mode\", \"known\": true}}, \"from\": \"5s\"}").holds);
}

/* R33, R34: the end of a run says what an agent has and what its controls have of it. */
static void a_result_says_who_holds_what(void)
{
	struct tiny tiny = { .nodes = nodes, .timeline = CONNECT MANUAL
		"{\"at\": \"2s\", \"set\": {\"from\": \"pilot\", \"to\": \"robot\", \"parameter\": \"flags\", \"value\": 1}}, "
		"{\"at\": \"10s\", \"crash\": \"pilot\"}", .options = { .seed = 5 } };
	tiny_open(&tiny);
	CHECK_U64(tiny_run(&tiny, OCTO_SECOND / 2)->standing_count, 0); /* nobody has written anything */
	const struct sim_result *result = tiny_run(&tiny, 9 * OCTO_SECOND);
	CHECK_U64(result->standing_count, 2);
	for (uint32_t i = 0; i < 2; i++) {
		const struct sim_standing *standing = &result->standings[i];
		CHECK(standing->node == (i ? PILOT : ROBOT) && standing->agent == ROBOT);
		CHECK_STRING(standing->mode, "manual-pilot");
		CHECK(standing->known == 2 && standing->verified == 2 && standing->behind == 0);
		CHECK(standing->has_panic && standing->has_flags && !standing->is_failsafe && standing->age_ns < OCTO_SECOND);
	}
	result = tiny_run(&tiny, 15 * OCTO_SECOND);
	CHECK_U64(result->standing_count, 1);
	CHECK(result->standings[0].is_failsafe && result->standings[0].verified == 0);
	CHECK_STRING(result->standings[0].mode, "offline");
	tiny_close(&tiny);
}

/* Who has not heard of a newer writing is behind. */
static void a_control_that_is_cut_off_is_behind(void)
{
	struct tiny tiny = { .nodes = nodes, .timeline = CONNECT MANUAL
		"{\"at\": \"5s\", \"partition\": {\"groups\": [\"robot\", \"pilot\"]}}, "
		"{\"at\": \"6s\", \"set\": {\"node\": \"robot\", \"parameter\": \"orientation\", \"value\": 7}}", .options = { .seed = 5 } };
	tiny_open(&tiny);
	const struct sim_result *result = tiny_run(&tiny, 7 * OCTO_SECOND);
	CHECK_U64(result->standing_count, 2);
	CHECK(result->standings[0].known == 2 && result->standings[0].behind == 0);
	CHECK(result->standings[1].known == 1 && result->standings[1].behind == 1);
	tiny_close(&tiny);
}

CU_ErrorCode suite_robot(void);

CU_ErrorCode suite_robot(void)
{
	CU_pSuite suite = CU_add_suite("robot", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_snapshot_holds_what_applications_know);
	CU_ADD_TEST(suite, values_are_read_to_the_last_digit);
	CU_ADD_TEST(suite, commands_without_room_are_given_later);
	CU_ADD_TEST(suite, what_is_set_again_is_counted_up);
	CU_ADD_TEST(suite, latency_is_from_giving_to_seeing);
	CU_ADD_TEST(suite, waiting_is_a_part_of_the_latency);
	CU_ADD_TEST(suite, a_courier_of_a_slow_link_waits_for_its_turn);
	CU_ADD_TEST(suite, what_is_not_as_expected_is_described);
	CU_ADD_TEST(suite, a_crash_ends_what_a_node_has);
	CU_ADD_TEST(suite, a_result_says_who_holds_what);
	CU_ADD_TEST(suite, a_control_that_is_cut_off_is_behind);
	return CU_get_error();
}
