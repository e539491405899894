/* traffic_test.c: traffic.c: what becomes of datagrams between two cores, and the ledger that knows all of it. */
#include "sim/traffic.h"
#include "sim/node.h"
#include "tests/check.h"
#include "tests/unit/tiny.h"

static const char loaded[] = "{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}, "
	"{\"at\": \"2s\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"5ms\", \"size\": 64, \"count\": 2000}}";

/* Every copy is delivered, dropped or in flight, at every moment; every delivered one was accepted or rejected. */
static void check_balance(const struct sim_result *result)
{
	for (int kind = 0; kind < SIM_PACKET_KINDS; kind++) {
		const struct sim_packet_fates *fates = &result->packets[kind];
		uint64_t dropped = 0;
		for (int drop = 0; drop < TRACE_DROP_COUNT; drop++)
			dropped += fates->dropped[drop];
		CHECK_U64(fates->copies, fates->delivered + dropped + fates->in_flight);
		CHECK_U64(fates->copies, fates->sent + fates->duplicated + fates->injected);
		CHECK_U64(fates->delivered, fates->accepted + fates->rejected);
	}
}

static void the_ledger_balances_at_every_instant(void)
{
	struct tiny tiny = { .timeline = loaded, .options = { .seed = 2 }, .links = "{\"between\": [\"*\", \"*\"], "
		"\"latency\": {\"uniform\": [\"5ms\", \"90ms\"]}, \"loss\": \"20%\", \"duplicate\": \"20%\", \"corrupt\": \"10%\", "
		"\"rate\": \"100kbit\", \"queue\": \"2KiB\"}" };
	uint64_t in_flight = 0;
	tiny_open(&tiny);
	for (octo_time_ns at = 0; at <= 20 * OCTO_SECOND; at += 3 * OCTO_MILLISECOND) {
		const struct sim_result *result = tiny_run(&tiny, at);
		check_balance(result);
		in_flight = result->packets[7].in_flight > in_flight ? result->packets[7].in_flight : in_flight;
	}
	const struct sim_packet_fates *data = &sim_result(tiny.sim)->packets[7];
	CHECK(data->dropped[TRACE_DROP_LOSS] > 100 && data->duplicated > 50 && data->corrupted > 30 && in_flight > 2);
	CHECK(data->rejected > 50);
	tiny_close(&tiny);
}

/* Reordering is nobody's decision: it follows from latencies that differ. */
static void reordering_follows_from_latency(void)
{
	struct tiny jittery = { .timeline = loaded, .options = { .seed = 3 },
		.links = "{\"between\": [\"*\", \"*\"], \"latency\": {\"uniform\": [\"10ms\", \"60ms\"]}}" };
	struct tiny constant = { .timeline = loaded, .options = { .seed = 3 },
		.links = "{\"between\": [\"*\", \"*\"], \"latency\": \"35ms\"}" };
	tiny_open(&jittery);
	tiny_run(&jittery, OCTO_NEVER);
	CHECK(node_load_state(jittery.sim, PILOT, ROBOT)->received_out_of_order > 100);
	CHECK_U64(node_load_state(jittery.sim, PILOT, ROBOT)->damaged, 0);
	tiny_close(&jittery);
	for (uint64_t seed = 1; seed < 6; seed++) {
		constant.options.seed = seed;
		tiny_open(&constant);
		tiny_run(&constant, OCTO_NEVER);
		CHECK_U64(node_load_state(constant.sim, PILOT, ROBOT)->received_out_of_order, 0);
		CHECK(node_load_state(constant.sim, PILOT, ROBOT)->received > 1000);
		tiny_close(&constant);
	}
}

/* R119: what is damaged on its way is rejected, never delivered to a courier. */
static void damaged_copies_are_rejected(void)
{
	struct tiny tiny = { .timeline = loaded, .options = { .seed = 4 },
		.links = "{\"between\": [\"*\", \"*\"], \"latency\": \"20ms\"}, {\"from\": \"robot\", \"to\": \"pilot\", \"corrupt\": \"30%\"}" };
	tiny_open(&tiny);
	const struct sim_result *result = tiny_run(&tiny, OCTO_NEVER);
	uint64_t corrupted = 0;
	for (int kind = 0; kind < SIM_PACKET_KINDS; kind++)
		corrupted += result->packets[kind].corrupted;
	CHECK(corrupted > 300);
	CHECK_U64(node_load_state(tiny.sim, PILOT, ROBOT)->damaged, 0);
	CHECK(node_load_state(tiny.sim, PILOT, ROBOT)->received < 1700);
	CHECK(result->passed);
	tiny_close(&tiny);
}

/* Each direction has its own rules; of two that match, the later one counts, aspect by aspect. */
static void later_rules_count_aspect_by_aspect(void)
{
	struct tiny tiny = { .timeline = loaded, .options = { .seed = 5 }, .links =
		"{\"between\": [\"*\", \"*\"], \"latency\": \"30ms\", \"loss\": \"100%\"}, "
		"{\"from\": \"robot\", \"to\": \"pilot\", \"loss\": \"0%\"}, "
		"{\"from\": \"pilot\", \"to\": \"robot\", \"latency\": {\"uniform\": [\"1ms\", \"7ms\"]}}" };
	tiny_open(&tiny);
	CHECK_U64(traffic_latency_max_ns(tiny.sim, ROBOT, PILOT), 30 * OCTO_MILLISECOND);
	CHECK_U64(traffic_latency_max_ns(tiny.sim, PILOT, ROBOT), 7 * OCTO_MILLISECOND);
	const struct sim_result *result = tiny_run(&tiny, OCTO_NEVER);
	CHECK(result->packets[1].dropped[TRACE_DROP_LOSS] > 5);       /* the pilot's SYNs */
	CHECK(result->packets[1].delivered > 5);                      /* the robot's */
	CHECK_U64(result->packets[2].delivered, 0);                   /* no SYN-ACK comes back */
	tiny_close(&tiny);
}

/* Packets for a node that is down, or has moved away, are lost with the reason. */
static void the_reason_of_a_drop_is_told(void)
{
	struct tiny tiny = { .options = { .seed = 6 }, .timeline = "{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}, "
		"{\"at\": \"3s\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"10ms\", \"size\": 64, \"count\": 1000}}, "
		"{\"at\": \"4s\", \"move\": \"pilot\"}, {\"at\": \"5s\", \"crash\": \"pilot\"}" };
	tiny_open(&tiny);
	const struct sim_result *result = tiny_run(&tiny, 4900 * OCTO_MILLISECOND);
	CHECK(result->packets[7].dropped[TRACE_DROP_NO_ROUTE] > 5);
	tiny_close(&tiny);
	tiny.timeline = "{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}, {\"at\": \"2s\", \"crash\": \"pilot\"}, "
		"{\"at\": \"3s\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"10ms\", \"size\": 64, \"count\": 100}}";
	tiny_open(&tiny);
	result = tiny_run(&tiny, OCTO_NEVER);
	CHECK(result->packets[7].dropped[TRACE_DROP_DOWN] >= 100);
	CHECK_U64(result->packets[7].dropped[TRACE_DROP_NO_ROUTE], 0);
	tiny_close(&tiny);
}

static void a_packet_kind_is_an_index(void)
{
	CHECK_U64(sim_packet_kind(OCTO_PACKET_UNKNOWN), 0);
	CHECK_U64(sim_packet_kind(OCTO_PACKET_SYN), 1);
	CHECK_U64(sim_packet_kind(OCTO_PACKET_PROBE_REPLY), 6);
	CHECK_U64(sim_packet_kind(OCTO_PACKET_DATA), 7);
	CHECK_U64(sim_packet_kind(OCTO_PACKET_STUN), SIM_STUN_KIND);
	CHECK_STRING(sim_packet_kind_name(SIM_STUN_KIND), "stun");
	CHECK_STRING(sim_packet_kind_name(SIM_BACKGROUND_KIND), "background");
	CHECK_STRING(sim_packet_kind_name(sim_packet_kind(OCTO_PACKET_PROBE_REPLY)), "probe-reply");
}

CU_ErrorCode suite_traffic(void);

CU_ErrorCode suite_traffic(void)
{
	CU_pSuite suite = CU_add_suite("traffic", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, the_ledger_balances_at_every_instant);
	CU_ADD_TEST(suite, reordering_follows_from_latency);
	CU_ADD_TEST(suite, damaged_copies_are_rejected);
	CU_ADD_TEST(suite, later_rules_count_aspect_by_aspect);
	CU_ADD_TEST(suite, the_reason_of_a_drop_is_told);
	CU_ADD_TEST(suite, a_packet_kind_is_an_index);
	return CU_get_error();
}
