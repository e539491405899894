/* lie_test.c: sim/attack/lie.c: liars say what their action says, when it says, to whom it says, and their lies stand in
 * trace and log (R8, R66). What honest cores make of each is in scenarios/attack. */
#include "sim/explore/decision_log.h"
#include "sim/node.h"
#include "tests/check.h"
#include "tests/unit/tiny.h"

#include <stdio.h>
#include <string.h>

#define CONNECT "{\"at\": \"1s\", \"connect\": {\"from\": \"pilot\", \"to\": \"robot\"}}, "
#define STEADY  "{\"between\": [\"*\", \"*\"], \"latency\": \"20ms\"}"
#define TELL(what) "\"lie\": {\"from\": \"pilot\", \"to\": \"robot\", \"say\": \"" what "\""

static uint64_t refused(const struct tiny *tiny, enum octo_reason reason)
{
	return sim_result(tiny->sim)->rejected[reason];
}

static uint64_t data_sent(const struct tiny *tiny)
{
	return sim_result(tiny->sim)->packets[SIM_DATA_KIND].sent;
}

static uint64_t syns_sent(const struct tiny *tiny)
{
	return sim_result(tiny->sim)->packets[sim_packet_kind(OCTO_PACKET_SYN)].sent;
}

/* Each lie, once; its packet is one more than there would have been. What it is for decides what is made of it. */
static void each_lie_is_a_packet_with_the_fate_it_deserves(void)
{
	static const enum octo_reason fates[TRACE_LIE_COUNT] = {
		[TRACE_LIE_ACK_OF_UNSENT] = OCTO_REASON_ACK_OF_UNSENT, [TRACE_LIE_ACK_BELOW_ZERO] = OCTO_REASON_BAD_FRAME,
		[TRACE_LIE_TWO_ACKS] = OCTO_REASON_BAD_FRAME, [TRACE_LIE_PINGS] = OCTO_REASON_TAMPERED,
		[TRACE_LIE_PATH_CHALLENGES] = OCTO_REASON_TAMPERED, [TRACE_LIE_PONG] = OCTO_REASON_TAMPERED,
		[TRACE_LIE_RATE_TOO_LOW] = OCTO_REASON_BAD_FRAME, [TRACE_LIE_UNKNOWN_FRAME] = OCTO_REASON_BAD_FRAME,
		[TRACE_LIE_CUT_FRAME] = OCTO_REASON_BAD_FRAME, [TRACE_LIE_NO_FRAMES] = OCTO_REASON_TOO_SHORT,
		[TRACE_LIE_ORDERED_AHEAD] = OCTO_REASON_NO_ROOM,
	};
	for (int lie = 0; lie < TRACE_LIE_RANDOM; lie++) {
		char timeline[256];
		bool is_message = lie == TRACE_LIE_MESSAGE;
		snprintf(timeline, sizeof timeline, CONNECT "{\"at\": \"1500ms\", \"lie\": {\"from\": \"pilot\", \"to\": \"robot\", "
			 "\"say\": \"%s\"%s}}", trace_lie_name((enum trace_lie)lie), is_message ? ", \"courier\": \"load\"" : "");
		struct tiny tiny = { .timeline = timeline, .links = STEADY, .options = { .seed = 3 } };
		tiny_open(&tiny);
		tiny_run(&tiny, 1499 * OCTO_MILLISECOND);
		uint64_t before = data_sent(&tiny);
		const struct sim_result *result = tiny_run(&tiny, 1519 * OCTO_MILLISECOND);
		CHECK_U64(data_sent(&tiny), before + (lie != TRACE_LIE_FRESH_SYN));
		CHECK_U64(syns_sent(&tiny), 1 + (lie == TRACE_LIE_FRESH_SYN));
		tiny_run(&tiny, 1521 * OCTO_MILLISECOND);
		if (fates[lie] != OCTO_REASON_ACCEPTED)
			CHECK_U64(refused(&tiny, fates[lie]), 1);
		else
			CHECK_U64(result->packets[SIM_DATA_KIND].rejected, 0);
		for (uint32_t i = 0; i < result->invariant_count; i++)
			CHECK_U64(result->invariants[i].violated, 0);
		tiny_close(&tiny);
	}
}

static void as_many_lies_are_told_as_were_asked_for_and_none_after_the_network_heals(void)
{
	struct tiny tiny = { .timeline = CONNECT "{\"at\": \"2s\", " TELL("unknown-frame") ", \"count\": 100, \"every\": \"10ms\"}}",
		.links = STEADY, .options = { .seed = 1 } };
	tiny_open(&tiny);
	tiny_run(&tiny, 2515 * OCTO_MILLISECOND);
	CHECK_U64(refused(&tiny, OCTO_REASON_BAD_FRAME), 50);
	tiny_run(&tiny, OCTO_NEVER);
	CHECK_U64(refused(&tiny, OCTO_REASON_BAD_FRAME), 100);
	tiny_close(&tiny);
	tiny.more = "\"heal\": \"2505ms\",";
	tiny_open(&tiny);
	tiny_run(&tiny, OCTO_NEVER);
	CHECK_U64(refused(&tiny, OCTO_REASON_BAD_FRAME), 51);
	tiny_close(&tiny);
}

/* Without a session, down, or stopped. */
static void who_has_no_session_lies_to_nobody(void)
{
	static const char *const timelines[] = {
		"{\"at\": \"1s\", " TELL("pings") "}}", CONNECT "{\"at\": \"2s\", \"crash\": \"pilot\"}, {\"at\": \"2s\", " TELL("unknown-frame") "}}",
		CONNECT "{\"at\": \"2s\", \"pause\": \"pilot\"}, {\"at\": \"2s\", " TELL("unknown-frame") "}}",
	};
	for (size_t i = 0; i < sizeof timelines / sizeof timelines[0]; i++) {
		struct tiny tiny = { .timeline = timelines[i], .options = { .seed = 1 } };
		tiny_open(&tiny);
		tiny_run(&tiny, OCTO_NEVER);
		CHECK_U64(refused(&tiny, OCTO_REASON_BAD_FRAME) + refused(&tiny, OCTO_REASON_TAMPERED), 0);
		tiny_close(&tiny);
	}
}

/* It would think itself lied to: answers come to questions that its core knows nothing of. */
static void a_liar_accuses_nobody(void)
{
	struct tiny tiny = { .timeline = CONNECT "{\"at\": \"4s\", " TELL("pings") ", \"count\": 5, \"every\": \"4s\"}}",
		.options = { .seed = 1 }, .nodes = "{\"name\": \"robot\", \"kind\": \"agent\", \"tamper\": false}, "
		"{\"name\": \"pilot\", \"kind\": \"remote\"}" };
	tiny_open(&tiny);
	const struct sim_result *result = tiny_run(&tiny, OCTO_NEVER);
	CHECK(data_sent(&tiny) >= 2 + 5);
	for (int tell = 0; tell < OCTO_TELL_COUNT; tell++)
		CHECK_U64(result->tells[tell], 0);
	tiny_close(&tiny);
}

#define DRAWN CONNECT "{\"at\": \"2s\", " TELL("random") ", \"count\": 200, \"every\": \"7ms\"}}, {\"at\": \"3s\", \"crash\": \"robot\"}"

static void what_a_liar_draws_is_replayed_from_its_log(void)
{
	struct decision_log log = { .list = NULL };
	struct tiny tiny = { .timeline = DRAWN, .options = { .seed = 5, .record = &log } };
	uint64_t hash = tiny_hash(&tiny), lies = 0;
	for (uint32_t i = 0; i < log.count; i++)
		lies += log.list[i].purpose == DECISION_LIE;
	CHECK(lies >= 20);
	tiny.options = (struct sim_options){ .seed = 5, .replay = &log };
	CHECK_U64(tiny_hash(&tiny), hash);
	for (uint32_t i = 0; i < log.count; i++)
		if (log.list[i].purpose == DECISION_LIE)
			log.list[i].value = 0; /* the benign one */
	tiny_open(&tiny);
	CHECK_U64(tiny_run(&tiny, OCTO_NEVER)->packets[SIM_DATA_KIND].rejected, 0);
	tiny_close(&tiny);
	decision_log_free(&log);
}

static void lies_go_on_from_a_snapshot(void)
{
	struct tiny tiny = { .timeline = DRAWN, .options = { .seed = 4 } };
	uint64_t hash = tiny_hash(&tiny);
	tiny_open(&tiny);
	tiny_run(&tiny, 2200 * OCTO_MILLISECOND);
	struct sim_snapshot *snapshot = sim_snapshot_take(tiny.sim);
	tiny_run(&tiny, 3 * OCTO_SECOND);
	CHECK(sim_snapshot_restore(tiny.sim, snapshot, true));
	CHECK_U64(tiny_run(&tiny, OCTO_NEVER)->hash, hash);
	sim_snapshot_free(snapshot);
	tiny_close(&tiny);
}

CU_ErrorCode suite_lie(void);

CU_ErrorCode suite_lie(void)
{
	CU_pSuite suite = CU_add_suite("lie", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, each_lie_is_a_packet_with_the_fate_it_deserves);
	CU_ADD_TEST(suite, as_many_lies_are_told_as_were_asked_for_and_none_after_the_network_heals);
	CU_ADD_TEST(suite, who_has_no_session_lies_to_nobody);
	CU_ADD_TEST(suite, a_liar_accuses_nobody);
	CU_ADD_TEST(suite, what_a_liar_draws_is_replayed_from_its_log);
	CU_ADD_TEST(suite, lies_go_on_from_a_snapshot);
	return CU_get_error();
}
