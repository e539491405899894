/* topology_test.c: what addresses mean in which network, and the whole way of a mapping through a run: in the trace, over
 * a snapshot, with and without a NAT's help. */
#include "sim/network/topology.h"

#include "sim/node.h"
#include "tests/check.h"
#include "tests/unit/tiny.h"

#include <string.h>
#include <unistd.h>

enum { HUB = 2 };

static const char home[] = "\"networks\": [{\"name\": \"home\", \"members\": [\"robot\"], \"nat\": {\"type\": \"port-restricted\", "
	"\"timeout\": \"3s\"}}], ";
static const char nested[] = "\"networks\": [{\"name\": \"home\", \"members\": [\"robot\"], \"nat\": \"port-restricted\", "
	"\"uplink\": {\"latency\": \"7ms\"}}, {\"name\": \"shop\", \"members\": [\"hub\"]}, {\"name\": \"carrier\", \"members\": "
	"[\"home\", \"shop\"], \"nat\": \"full-cone\", \"uplink\": {\"up\": {\"latency\": \"5ms\"}}}], ";
static const char three[] = "{\"name\": \"robot\", \"kind\": \"agent\"}, {\"name\": \"pilot\", \"kind\": \"remote\"}, "
	"{\"name\": \"hub\", \"kind\": \"agent\"}";
static const char constant[] = "{\"between\": [\"*\", \"*\"], \"latency\": \"20ms\"}";
static const char dials[] = "{\"at\": \"1s\", \"connect\": {\"from\": \"robot\", \"to\": \"pilot\"}}";

/* A node is known by its own address within its realm, and by that of the outermost NAT in between beyond. */
static void a_node_is_known_by_the_outermost_nat_in_between(void)
{
	struct tiny tiny = { .more = nested, .nodes = three, .timeline = dials };
	tiny_open(&tiny);
	struct octo_address own = node_address(tiny.sim, ROBOT), inner = topology_outside(tiny.sim, 1),
		outer = topology_outside(tiny.sim, 3);
	struct octo_address from_pilot = topology_known_address(tiny.sim, PILOT, ROBOT);
	struct octo_address from_hub = topology_known_address(tiny.sim, HUB, ROBOT);
	struct octo_address hub = topology_known_address(tiny.sim, ROBOT, HUB), hubs_own = node_address(tiny.sim, HUB);
	CHECK_BYTES(from_pilot.ip, outer.ip, sizeof outer.ip);
	CHECK_BYTES(from_hub.ip, inner.ip, sizeof inner.ip);
	CHECK_BYTES(&hub, &hubs_own, sizeof hub);
	CHECK_U64(from_pilot.port, own.port);
	CHECK(hubs_own.port != own.port); /* behind one outermost NAT no port is used twice */
	CHECK_U64(topology_spot(tiny.sim, 0, &own).kind, SPOT_NOWHERE);
	CHECK_U64(topology_spot(tiny.sim, 1, &own).kind, SPOT_NODE);
	CHECK_U64(topology_spot(tiny.sim, 3, &from_hub).kind, SPOT_NAT);
	CHECK_U64(topology_spot(tiny.sim, 3, &hubs_own).kind, SPOT_NODE); /* its network has no NAT */
	CHECK_U64(topology_holder(tiny.sim, PILOT, &from_pilot), TRACE_NOBODY);
	tiny_run(&tiny, 1500 * OCTO_MILLISECOND);
	CHECK_U64(topology_holder(tiny.sim, PILOT, &from_pilot), ROBOT); /* through two mappings */
	tiny_close(&tiny);
}

/* Made with the first datagram; gone its timeout after the last that went out, to the nanosecond. */
static void the_trace_shows_a_mappings_whole_life(void)
{
	char path[64], error[256], text[256];
	uint64_t sent_ns = 0, made_ns = 0, expired_ns = 0, lived_ns = 0;
	struct tiny tiny = { .more = home, .links = constant, .timeline = dials };
	tiny_path(path, "nat.trace");
	tiny.options.trace_path = path;
	tiny_open(&tiny);
	tiny_run(&tiny, OCTO_NEVER);
	tiny_close(&tiny);
	struct trace *trace = trace_open(path, error, sizeof error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(trace);
	for (uint32_t i = 0; i < trace_count(trace) && !expired_ns; i++) {
		const struct trace_record *record = trace_get(trace, i);
		if (record->kind == TRACE_SENT && record->node == ROBOT)
			sent_ns = record->time_ns;
		if (record->kind != TRACE_NAT)
			continue;
		trace_nat_text(record, trace_extra(trace, i), text, sizeof text);
		CHECK_CONTAINS(text, "NAT home: [fd00::1]:8124 as [fd10::1]:8124");
		CHECK_U64(record->node, ROBOT);
		if (record->a == TRACE_NAT_MADE)
			made_ns = record->time_ns;
		if (record->a == TRACE_NAT_EXPIRED) {
			expired_ns = record->time_ns;
			lived_ns = record->b;
		}
	}
	CHECK_U64(made_ns, OCTO_SECOND);
	CHECK(sent_ns > made_ns);
	CHECK_U64(expired_ns, sent_ns + 3 * OCTO_SECOND);
	CHECK_U64(lived_ns, expired_ns - made_ns);
	trace_close(trace);
	unlink(path);
}

static void access_links_add_to_the_latency_of_the_pair(void)
{
	struct tiny tiny = { .more = nested, .nodes = three, .links = constant, .timeline = dials };
	tiny_open(&tiny);
	const struct sim_result *result = tiny_run(&tiny, 1032 * OCTO_MILLISECOND - 1);
	CHECK_U64(result->packets[1].delivered, 0); /* 7 ms, 5 ms and 20 ms */
	result = tiny_run(&tiny, 1032 * OCTO_MILLISECOND);
	CHECK_U64(result->packets[1].delivered, 1);
	CHECK_U64(tiny_view(&tiny, ROBOT, PILOT).state, OCTO_STATE_OFFERING);
	tiny_run(&tiny, 1059 * OCTO_MILLISECOND); /* back: no downlink at the carrier, 7 ms at home */
	CHECK_U64(tiny_view(&tiny, ROBOT, PILOT).state, OCTO_STATE_ESTABLISHED);
	tiny_close(&tiny);
}

/* Tables, addresses and flights between two hops lie in the arena: put back elsewhere, the world runs on as it did. */
static void a_snapshot_holds_the_networks(void)
{
	struct tiny tiny = { .more = nested, .nodes = three, .options = { .seed = 3, .no_checks = true }, .timeline =
		"{\"at\": \"1s\", \"connect\": {\"from\": \"robot\", \"to\": \"pilot\"}}, {\"at\": \"5s\", \"rebind\": \"*\"}, "
		"{\"at\": \"3s\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"5ms\", \"size\": 64, \"count\": 900}}" };
	tiny_open(&tiny);
	tiny_run(&tiny, 4 * OCTO_SECOND + 3 * OCTO_MILLISECOND);
	struct sim_snapshot *snapshot = sim_snapshot_take(tiny.sim);
	uint64_t hash = tiny_run(&tiny, OCTO_NEVER)->hash;
	CHECK(sim_snapshot_restore(tiny.sim, snapshot, true));
	CHECK(sim_now(tiny.sim) < 5 * OCTO_SECOND);
	CHECK_U64(tiny_run(&tiny, OCTO_NEVER)->hash, hash);
	sim_snapshot_free(snapshot);
	tiny_close(&tiny);
}

/* The ledger balances over any number of hops, with losses and copies on each. */
static void the_ledger_balances_over_several_hops(void)
{
	struct tiny tiny = { .options = { .seed = 5 }, .more = "\"networks\": [{\"name\": \"home\", \"members\": [\"robot\"], "
		"\"nat\": \"restricted\", \"uplink\": {\"rate\": \"200kbit\", \"queue\": 10, \"loss\": \"5%\", \"duplicate\": \"10%\", "
		"\"corrupt\": \"5%\"}}], ", .timeline = "{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}, {\"at\": \"2s\", \"load\": "
		"{\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"5ms\", \"size\": 200, \"count\": 2000}}" };
	tiny_open(&tiny);
	for (octo_time_ns at = 0; at <= 20 * OCTO_SECOND; at += 7 * OCTO_MILLISECOND) {
		const struct sim_result *result = tiny_run(&tiny, at);
		for (int kind = 0; kind < SIM_PACKET_KINDS; kind++) {
			const struct sim_packet_fates *fates = &result->packets[kind];
			uint64_t dropped = 0;
			for (int drop = 0; drop < TRACE_DROP_COUNT; drop++)
				dropped += fates->dropped[drop];
			CHECK_U64(fates->copies, fates->delivered + dropped + fates->in_flight);
			CHECK_U64(fates->copies, fates->sent + fates->duplicated + fates->injected);
		}
	}
	const struct sim_packet_fates *data = &sim_result(tiny.sim)->packets[7];
	CHECK(data->dropped[TRACE_DROP_LOSS] > 10 && data->dropped[TRACE_DROP_QUEUE] > 10 && data->duplicated > 10 &&
	      data->corrupted > 10);
	tiny_close(&tiny);
}

CU_ErrorCode suite_topology(void);

CU_ErrorCode suite_topology(void)
{
	CU_pSuite suite = CU_add_suite("topology", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_node_is_known_by_the_outermost_nat_in_between);
	CU_ADD_TEST(suite, the_trace_shows_a_mappings_whole_life);
	CU_ADD_TEST(suite, access_links_add_to_the_latency_of_the_pair);
	CU_ADD_TEST(suite, a_snapshot_holds_the_networks);
	CU_ADD_TEST(suite, the_ledger_balances_over_several_hops);
	return CU_get_error();
}
