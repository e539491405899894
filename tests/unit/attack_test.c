/* attack_test.c: sim/attack: partitions cut what they name, attackers do what their action says and nothing else, and the
 * ledger, snapshots and decision logs know all of it. */
#include "sim/attack/attack.h"

#include "sim/explore/decision_log.h"
#include "sim/node.h"
#include "tests/check.h"
#include "tests/unit/tiny.h"

#include <string.h>

#define CONNECT "{\"at\": \"1s\", \"connect\": {\"from\": \"robot\", \"to\": \"pilot\"}}, "
#define LOAD    "{\"at\": \"2s\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"100ms\", \"size\": 64, \"count\": 50}}, "

static uint64_t dropped(const struct sim_result *result, enum trace_drop drop)
{
	uint64_t count = 0;
	for (int kind = 0; kind < SIM_PACKET_KINDS; kind++)
		count += result->packets[kind].dropped[drop];
	return count;
}

static void check_balance(const struct sim_result *result)
{
	for (int kind = 0; kind < SIM_PACKET_KINDS; kind++) {
		const struct sim_packet_fates *fates = &result->packets[kind];
		uint64_t lost = 0;
		for (int drop = 0; drop < TRACE_DROP_COUNT; drop++)
			lost += fates->dropped[drop];
		CHECK_U64(fates->copies, fates->delivered + lost + fates->in_flight);
		CHECK_U64(fates->copies, fates->sent + fates->duplicated + fates->injected);
	}
}

/* A world with this action beside a session and its load, at a time. */
static const struct sim_result *play(struct tiny *tiny, const char *timeline, octo_time_ns until_ns)
{
	*tiny = (struct tiny){ .timeline = timeline, .options = { .seed = 1 } };
	tiny_open(tiny);
	const struct sim_result *result = tiny_run(tiny, until_ns);
	check_balance(result);
	for (uint32_t i = 0; i < result->invariant_count; i++)
		CHECK_U64(result->invariants[i].violated, 0);
	return result;
}

static void a_partition_cuts_for_its_time_and_no_longer(void)
{
	struct tiny tiny;
	const char *cut = CONNECT LOAD "{\"at\": \"3050ms\", \"partition\": {\"groups\": [\"robot\", \"pilot\"], \"heal_after\": \"1s\"}}";
	CHECK_U64(play(&tiny, cut, 10 * OCTO_SECOND)->messages, 40);
	CHECK(dropped(sim_result(tiny.sim), TRACE_DROP_PARTITION) >= 10);
	tiny_close(&tiny);
}

static void a_partition_may_be_one_way(void)
{
	struct tiny tiny;
	play(&tiny, CONNECT LOAD "{\"at\": \"3050ms\", \"partition\": {\"groups\": [\"robot\", \"pilot\"], \"one_way\": true}}", 4 * OCTO_SECOND);
	CHECK(partition_cuts(tiny.sim, ROBOT, PILOT));
	CHECK(!partition_cuts(tiny.sim, PILOT, ROBOT));
	tiny_close(&tiny);
	tiny = (struct tiny){ .more = "\"heal\": \"4s\",", .options = { .seed = 1 },
		.timeline = "{\"at\": \"1s\", \"partition\": {\"groups\": [\"robot\", \"pilot\"]}}" };
	tiny_open(&tiny);
	tiny_run(&tiny, OCTO_SECOND);
	CHECK(partition_cuts(tiny.sim, PILOT, ROBOT));
	tiny_run(&tiny, 4 * OCTO_SECOND);
	CHECK(!partition_cuts(tiny.sim, PILOT, ROBOT));
	tiny_close(&tiny);
}

#define TAP(which, what) "{\"at\": \"0s\", \"intercept\": {\"from\": \"robot\", \"to\": \"pilot\", " which "\"do\": " what "}}, " \
	CONNECT LOAD "{\"at\": \"9s\", \"crash\": \"robot\"}"

static void an_attacker_on_the_path_does_what_its_action_says(void)
{
	static const struct { const char *timeline; int kind; uint64_t taken, put, delivered, accepted; } cases[] = {
		{ TAP("\"type\": \"syn\", \"first\": 2, ", "\"drop\""), 1, 2, 0, 1, 1 },
		{ TAP("\"type\": \"syn\", \"nth\": [1], ", "{\"after\": \"10ms\"}"), 1, 1, 1, 1, 1 },
		{ TAP("\"type\": \"syn\", ", "{\"pass\": true, \"after\": \"5s\"}"), 1, 0, 1, 2, 1 },
		{ TAP("\"type\": \"syn\", \"first\": 1, ", "{\"flip\": 1}"), 1, 1, 1, 2, 1 },
		{ TAP("\"type\": \"syn\", \"first\": 1, ", "{\"truncate\": 100}"), 1, 1, 1, 2, 1 },
		{ TAP("\"type\": \"syn\", \"first\": 1, ", "{\"forge\": true}"), 1, 1, 1, 2, 1 },
		{ TAP("\"type\": \"syn\", \"first\": 1, ", "{\"pass\": true, \"reflect\": true}"), 1, 0, 1, 2, 1 },
		{ TAP("\"type\": \"syn\", \"first\": 1, ", "{\"pass\": true, \"copies\": 5}"), 1, 0, 5, 6, 1 },
		{ TAP("\"type\": \"ack\", \"for\": \"500ms\", ", "\"drop\""), 3, 0, 0, 1, 1 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct tiny tiny;
		const struct sim_packet_fates *fates = &play(&tiny, cases[i].timeline, 10 * OCTO_SECOND)->packets[cases[i].kind];
		CHECK_U64(fates->dropped[TRACE_DROP_ATTACKER], cases[i].taken);
		CHECK_U64(fates->injected, cases[i].put);
		CHECK_U64(fates->delivered, cases[i].delivered);
		CHECK(fates->accepted >= cases[i].accepted);
		tiny_close(&tiny);
	}
}

static void a_reflection_comes_back_with_the_other_ones_address(void)
{
	struct tiny tiny;
	play(&tiny, TAP("\"type\": \"syn\", \"first\": 1, ", "{\"reflect\": true}"), 1500 * OCTO_MILLISECOND);
	CHECK_U64(sim_result(tiny.sim)->packets[1].delivered, 1);
	CHECK_U64(tiny_view(&tiny, PILOT, ROBOT).state, OCTO_STATE_IDLE);
	CHECK_U64(sim_result(tiny.sim)->rejected[OCTO_REASON_UNKNOWN_SENDER], 1);
	tiny_close(&tiny);
}

static void each_side_of_a_relay_hears_the_other_from_the_relay(void)
{
	struct tiny tiny;
	const struct octo_address middle = attack_relay_address(0);
	CHECK_U64(play(&tiny, "{\"at\": \"0s\", \"relay\": {\"between\": [\"robot\", \"pilot\"], \"for\": \"3s\"}}, " CONNECT LOAD
	               "{\"at\": \"9s\", \"crash\": \"robot\"}", 4 * OCTO_SECOND)->messages, 10);
	struct octo_address heard = tiny_view(&tiny, PILOT, ROBOT).address;
	CHECK(memcmp(&heard, &middle, sizeof heard) == 0);
	tiny_run(&tiny, 10 * OCTO_SECOND);
	CHECK(dropped(sim_result(tiny.sim), TRACE_DROP_NO_ROUTE) >= 40);
	CHECK_U64(node_at_address(tiny.sim, &middle), TRACE_NOBODY);
	tiny_close(&tiny);
}

static void a_flood_comes_from_as_many_addresses_as_it_says(void)
{
	struct tiny tiny;
	play(&tiny, CONNECT "{\"at\": \"2s\", \"flood\": {\"guess\": \"syn\", \"to\": \"pilot\", \"addresses\": 7, \"every\": \"1ms\", "
	     "\"count\": 100}}", 2050 * OCTO_MILLISECOND);
	CHECK_U64(sim_result(tiny.sim)->packets[1].injected, 51);
	tiny_run(&tiny, 5 * OCTO_SECOND);
	CHECK_U64(sim_result(tiny.sim)->packets[1].injected, 100);
	CHECK_U64(sim_result(tiny.sim)->rejected[OCTO_REASON_UNKNOWN_SENDER], 100);
	tiny_close(&tiny);
}

/* Every length and header is right, so that only cryptography, or knowing the session, tells that it is none. */
static void guesses_have_the_right_form(void)
{
	static const enum octo_packet_type types[] = { OCTO_PACKET_SYN, OCTO_PACKET_SYN_ACK, OCTO_PACKET_ACK, OCTO_PACKET_RETRY,
		OCTO_PACKET_PROBE, OCTO_PACKET_PROBE_REPLY, OCTO_PACKET_DATA, OCTO_PACKET_STUN };
	uint8_t bytes[OCTO_DATAGRAM_MAX], again[OCTO_DATAGRAM_MAX];
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		size_t size = attack_guess(types[i], 77, bytes);
		CHECK_U64(octo_packet_type_of(bytes, size), types[i]);
		CHECK_U64(attack_guess(types[i], 77, again), size);
		CHECK(memcmp(bytes, again, size) == 0);
	}
}

#define DRAWN "{\"at\": \"0s\", \"attack\": {\"between\": [\"robot\", \"pilot\"], \"every\": \"50ms\"}}, " \
	"{\"at\": \"0s\", \"attack\": {\"between\": [\"robot\", \"pilot\"], \"every\": \"50ms\", \"position\": \"off-path\"}}, " CONNECT LOAD \
	"{\"at\": \"9s\", \"crash\": \"robot\"}"

static void what_a_random_attacker_does_is_replayed_from_its_log(void)
{
	struct decision_log log = { .list = NULL };
	struct tiny tiny = { .timeline = DRAWN, .options = { .seed = 5, .record = &log } };
	uint64_t hash = tiny_hash(&tiny), moves = 0;
	for (uint32_t i = 0; i < log.count; i++) {
		moves += log.list[i].purpose == DECISION_MOVE;
		if (log.list[i].purpose == DECISION_MOVE)
			CHECK(log.list[i].value >= 1 && log.list[i].value <= SCENARIO_MOVE_COUNT);
	}
	CHECK(moves > 50);
	tiny.options = (struct sim_options){ .seed = 5, .replay = &log };
	CHECK_U64(tiny_hash(&tiny), hash);
	decision_log_free(&log);
}

static void what_attackers_hold_is_part_of_a_snapshot(void)
{
	struct tiny tiny = { .timeline = DRAWN ", {\"at\": \"0s\", \"intercept\": {\"between\": [\"robot\", \"pilot\"], \"do\": {\"pass\": true, "
		"\"after\": \"700ms\"}}}, {\"at\": \"1s\", \"flood\": {\"guess\": \"syn\", \"to\": \"pilot\", \"every\": \"10ms\", \"count\": 500}}, "
		"{\"at\": \"2s\", \"pause\": \"pilot\"}, {\"at\": \"3s\", \"resume\": \"pilot\"}", .options = { .seed = 4 } };
	uint64_t hash = tiny_hash(&tiny);
	tiny_open(&tiny);
	tiny_run(&tiny, 2500 * OCTO_MILLISECOND);
	CHECK(world_of(tiny.sim)->held_count > 0 && node_of(tiny.sim, PILOT)->inbox_count > 0);
	struct sim_snapshot *snapshot = sim_snapshot_take(tiny.sim);
	tiny_run(&tiny, 5 * OCTO_SECOND);
	CHECK(sim_snapshot_restore(tiny.sim, snapshot, true));
	CHECK_U64(tiny_run(&tiny, OCTO_NEVER)->hash, hash);
	sim_snapshot_free(snapshot);
	tiny_close(&tiny);
}

static void attackers_cannot_hold_more_than_there_is_room_for(void)
{
	struct tiny tiny = { .options = { .seed = 1, .no_checks = true }, .timeline = CONNECT LOAD
		"{\"at\": \"2s\", \"intercept\": {\"between\": [\"robot\", \"pilot\"], \"do\": {\"pass\": true, \"after\": \"1h\", \"copies\": 1000}}}, "
		"{\"at\": \"2500ms\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"10ms\", \"size\": 8, \"count\": 500}}" };
	tiny_open(&tiny);
	CHECK(!sim_run(tiny.sim, OCTO_NEVER));
	CHECK(strstr(sim_error(tiny.sim), "attackers hold more than 65536 datagrams") != NULL);
	tiny_close(&tiny);
}

CU_ErrorCode suite_attack(void)
{
	CU_pSuite suite = CU_add_suite("attack", NULL, NULL);
	CU_ADD_TEST(suite, a_partition_cuts_for_its_time_and_no_longer);
	CU_ADD_TEST(suite, a_partition_may_be_one_way);
	CU_ADD_TEST(suite, an_attacker_on_the_path_does_what_its_action_says);
	CU_ADD_TEST(suite, a_reflection_comes_back_with_the_other_ones_address);
	CU_ADD_TEST(suite, each_side_of_a_relay_hears_the_other_from_the_relay);
	CU_ADD_TEST(suite, a_flood_comes_from_as_many_addresses_as_it_says);
	CU_ADD_TEST(suite, guesses_have_the_right_form);
	CU_ADD_TEST(suite, what_a_random_attacker_does_is_replayed_from_its_log);
	CU_ADD_TEST(suite, what_attackers_hold_is_part_of_a_snapshot);
	CU_ADD_TEST(suite, attackers_cannot_hold_more_than_there_is_room_for);
	return CU_get_error();
}
