/* datagrams.c: datagrams of 512 bytes that the simulator delivers in a second of processor time: between nodes that only
 * count them (each sends 40 a second), and between cores with real crypto. 20 ms, 1 % lost, trace hash and ledger on, no
 * trace file. Beside the first: what no simulator can do without: the bytes, their digest, two events. */
#include "sim/engine/rng.h"
#include "sim/recorder.h"
#include "tests/bench/bench.h"

#include <inttypes.h>
#include <string.h>

enum { ROUNDS = 5, SIZE = 512, DATAGRAMS = 600000, FLOOR_PENDING_MAX = 40000 };
static const uint64_t latency_ns = 20 * UINT64_C(1000000), interval_ns = 25 * UINT64_C(1000000);

static const char counters_text[] =
	"{\"title\":\"t\",\"duration\":\"%" PRIu64 "ms\",\"crypto\":\"model\","
	"\"nodes\":[{\"name\":\"a\",\"kind\":\"counter\",\"count\":%u},{\"name\":\"b\",\"kind\":\"counter\",\"count\":%u}],"
	"\"links\":[{\"between\":[\"*\",\"*\"],\"latency\":\"20ms\",\"loss\":\"1%%\"}],"
	"\"timeline\":[{\"at\":\"0s\",\"traffic\":{\"zip\":[\"a-*\",\"b-*\"],\"size\":512,\"every\":\"25ms\"}},"
	"{\"at\":\"7ms\",\"traffic\":{\"zip\":[\"b-*\",\"a-*\"],\"size\":512,\"every\":\"25ms\"}}],"
	"\"expect\":[{\"always\":\"invariants\"}]}";

static const char cores_text[] =
	"{\"title\":\"t\",\"duration\":\"5s\","
	"\"nodes\":[{\"name\":\"a\",\"kind\":\"agent\",\"count\":%u,\"rate_up\":\"1Gbit\",\"rate_down\":\"1Gbit\",\"offers\":[\"%s\"]},"
	"{\"name\":\"b\",\"kind\":\"remote\",\"count\":%u,\"rate_up\":\"1Gbit\",\"rate_down\":\"1Gbit\",\"offers\":[\"%s\"]}],"
	"\"trust\":[{\"zip\":[\"a-*\",\"b-*\"]}],"
	"\"links\":[{\"between\":[\"*\",\"*\"],\"latency\":\"20ms\",\"loss\":\"1%%\"}],"
	"\"timeline\":[{\"at\":\"100ms\",\"connect\":{\"from\":\"a-*\",\"to\":\"b-*\"}},"
	"{\"at\":\"1s\",\"load\":{\"from\":\"a-*\",\"to\":\"b-*\",\"every\":\"1ms\",\"size\":480,\"count\":1000000}},"
	"{\"at\":\"1s\",\"load\":{\"from\":\"b-*\",\"to\":\"a-*\",\"every\":\"1ms\",\"size\":480,\"count\":1000000}}],"
	"\"expect\":[{\"always\":\"invariants\"}]}";

static struct scenario *load(const char *text)
{
	struct scenario_errors errors;
	struct scenario *scenario = scenario_load_text("datagrams", text, strlen(text), &errors);
	if (!scenario)
		scenario_errors_print(&errors, "datagrams", stderr);
	REQUIRE(scenario);
	return scenario;
}

/* Nanoseconds of processor time for each datagram of a kind that arrived between two times of the world. */
struct run {
	double ns;
	uint64_t arrived, bytes_a_node;
};

static struct run run_once(const struct scenario *scenario, int kind, uint64_t from_ns, bool has_checks)
{
	char error[256] = "";
	struct sim_options options = { .seed = 1, .no_checks = !has_checks };
	struct sim *sim = sim_open(scenario, &options, error, sizeof error);
	if (!sim)
		fprintf(stderr, "%s\n", error);
	REQUIRE(sim && sim_run(sim, from_ns));
	uint64_t before = sim_result(sim)->packets[kind].accepted;
	double start = cpu_ns();
	bool is_run = sim_run(sim, scenario->duration_ns);
	double end = cpu_ns();
	const struct sim_result *result = sim_result(sim);
	REQUIRE(is_run && (result->passed || !has_checks));
	struct run run = { .arrived = result->packets[kind].accepted - before,
		.bytes_a_node = (result->arena_bytes - result->block_bytes) / scenario->node_count };
	run.ns = (end - start) / (double)run.arrived;
	REQUIRE(sim_close(sim, error, sizeof error));
	return run;
}

/* ---- What it cannot do without ------------------------------------------------------------------------------------ */

/* As many flows and datagrams under way as between so many nodes; a slot of memory for each. */
static double floor_once(uint32_t nodes)
{
	struct slot {
		uint64_t digest;
		uint8_t bytes[SIZE];
	};
	struct arena arena;
	struct event_queue queue;
	struct event event;
	uint64_t sent = 0, arrived = 0, sum = 0;
	uint32_t free_count = FLOOR_PENDING_MAX;
	struct slot *slots = calloc(FLOOR_PENDING_MAX, sizeof *slots);
	uint32_t *free_list = malloc(FLOOR_PENDING_MAX * sizeof *free_list);
	REQUIRE(slots && free_list && arena_open(&arena, ARENA_RESERVE_BYTES));
	event_queue_init(&arena, &queue);
	for (uint32_t i = 0; i < FLOOR_PENDING_MAX; i++)
		free_list[i] = FLOOR_PENDING_MAX - 1 - i;
	for (uint32_t i = 0; i < nodes; i++)
		event_queue_push(&arena, &queue, &(struct event){ .time_ns = interval_ns * i / nodes, .order = 1, .counter = i });
	double start = cpu_ns();
	while (arrived < DATAGRAMS && event_queue_pop(&arena, &queue, UINT64_MAX, &event)) {
		if (event.order == 0) {
			sum += slots[event.ref].digest;
			free_list[free_count++] = event.ref;
			arrived++;
			continue;
		}
		struct event delivery = { .time_ns = event.time_ns + latency_ns, .counter = event.counter, .ref = free_list[--free_count] };
		struct slot *slot = &slots[delivery.ref];
		memset(slot->bytes, (int)(sent++ & 0xff), SIZE);
		slot->digest = recorder_digest(slot->bytes, SIZE);
		event_queue_push(&arena, &queue, &delivery);
		event.time_ns += interval_ns;
		event_queue_push(&arena, &queue, &event);
	}
	double end = cpu_ns();
	REQUIRE(arrived == DATAGRAMS && sum);
	arena_close(&arena);
	free(slots);
	free(free_list);
	return (end - start) / DATAGRAMS;
}

/* ---- Figures ------------------------------------------------------------------------------------------------------ */

static void print_rate(const char *name, double ns, double goal)
{
	double rate = 1e9 / ns;
	printf("{\"name\":\"%s\",\"value\":%.6g,\"unit\":\"1/s\",\"goal\":", name, rate);
	if (goal > 0)
		printf("\"at least %.0f\",\"holds\":%s,\"absolute\":true}\n", goal, rate >= goal ? "true" : "false");
	else
		printf("null,\"holds\":true,\"absolute\":true}\n");
	fflush(stdout);
}

static void measure_counters(uint32_t nodes, double goal)
{
	char text[2048], name[128];
	double engine[ROUNDS], ratio[ROUNDS];
	struct run run = { .ns = 0 };
	uint64_t span_ms = (uint64_t)DATAGRAMS * 25 / nodes;
	snprintf(text, sizeof text, counters_text, span_ms + 60, nodes / 2, nodes / 2);
	struct scenario *scenario = load(text);
	for (int round = -1; round < ROUNDS; round++) { /* the first warms up */
		run = run_once(scenario, SIM_BACKGROUND_KIND, 3 * latency_ns, false);
		double bare = floor_once(nodes);
		if (round < 0)
			continue;
		engine[round] = run.ns;
		ratio[round] = run.ns / bare;
	}
	snprintf(name, sizeof name, "counters, %u nodes: datagrams a CPU second", nodes);
	print_rate(name, median(engine, ROUNDS), goal);
	snprintf(name, sizeof name, "counters, %u nodes / bytes, digest and events alone", nodes);
	print_ratio(name, median(ratio, ROUNDS), 0);
	if (nodes == 10000)
		print_absolute("counters, 10000 nodes: memory a node, with most of a datagram under way for each", (double)run.bytes_a_node, "B");
	scenario_free(scenario);
}

static void measure_cores(const char *suite, uint32_t pairs, double goal)
{
	char text[2048], name[128];
	double plain[ROUNDS], ratio[ROUNDS];
	snprintf(text, sizeof text, cores_text, pairs, suite, pairs, suite);
	struct scenario *scenario = load(text);
	struct run run = { .ns = 0 };
	for (int round = -1; round < ROUNDS; round++) {
		run = run_once(scenario, 7, 1500 * UINT64_C(1000000), false);
		struct run checked = run_once(scenario, 7, 1500 * UINT64_C(1000000), true);
		if (round < 0)
			continue;
		plain[round] = run.ns;
		ratio[round] = checked.ns / run.ns;
	}
	snprintf(name, sizeof name, "%u cores, %s: datagrams a CPU second", 2 * pairs, suite);
	print_rate(name, median(plain, ROUNDS), goal);
	snprintf(name, sizeof name, "%u cores, %s: with checks / without", 2 * pairs, suite);
	print_ratio(name, median(ratio, ROUNDS), 0);
	scenario_free(scenario);
}

int main(void)
{
	measure_counters(2, 5e6);
	measure_counters(100, 5e6);
	measure_counters(1000, 5e6);
	measure_counters(10000, 2e6);
	measure_cores("chacha20-poly1305", 10, 4e5);
	if (octo_crypto_suites(octo_crypto_sodium()) & OCTO_SUITE_AES_256_GCM)
		measure_cores("aes-256-gcm", 10, 4e5);
	return 0;
}
