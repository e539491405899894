/* queueing_test.c: links in a world: every key of a link rule changes what happens, the ledger stays whole, decisions
 * can be replayed, and a world with waiting datagrams can be copied. */
#include "sim/queueing.h"

#include "tests/check.h"

#include <stdlib.h>

#define HEAD "{\"duration\": \"30s\", \"crypto\": \"model\", \"nodes\": [{\"name\": \"robot\", \"kind\": \"agent\", \"rate_up\": \"8Mbit\"}, " \
	"{\"name\": \"pilot\", \"kind\": \"remote\", \"rate_down\": \"8Mbit\"}], \"trust\": [[\"robot\", \"pilot\"]], "
#define TAIL ", \"timeline\": [{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}, {\"at\": \"3s\", \"load\": {\"from\": \"robot\", " \
	"\"to\": \"pilot\", \"every\": \"20ms\", \"size\": 400, \"count\": 1000}}"
/* Ten seconds of what does not slow down: 488 datagrams. */
#define FILLER ", {\"at\": \"4s\", \"traffic\": {\"from\": \"robot\", \"to\": \"pilot\", \"rate\": \"200kbit\", \"for\": \"10s\"}}"

static const char *beside = "";       /* the load */

struct outcome {
	uint64_t hash, sent, copies, ended, dropped[TRACE_DROP_COUNT], in_flight, duplicated, corrupted, messages;
	uint64_t violated;
};

static struct scenario *load(const char *links, const char *more)
{
	char text[4096];
	struct scenario_errors errors;
	struct scenario *scenario;

	/* Files stand beside tests/scenario/good/. */
	snprintf(text, sizeof text, HEAD "%s\"links\": [%s]" TAIL "%s]}", more, links, beside);
	scenario = scenario_load_text("tests/scenario/good/text", text, strlen(text), &errors);
	if (!scenario)
		scenario_errors_print(&errors, "test", stderr);
	scenario_errors_free(&errors);
	CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
	return scenario;
}

static struct sim *start(const struct scenario *scenario, struct sim_options options)
{
	char error[256];
	struct sim *sim;

	options.seed = 7;
	sim = sim_open(scenario, &options, error, sizeof error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(sim);
	return sim;
}

static struct outcome outcome_of(struct sim *sim)
{
	const struct sim_result *result = sim_result(sim);
	struct outcome outcome = { .hash = result->hash, .messages = result->messages };

	for (int kind = 0; kind < SIM_PACKET_KINDS; kind++) {
		const struct sim_packet_fates *fates = &result->packets[kind];
		outcome.sent += fates->sent;
		outcome.copies += fates->copies;
		outcome.in_flight += fates->in_flight;
		outcome.duplicated += fates->duplicated;
		outcome.corrupted += fates->corrupted;
		outcome.ended += fates->delivered;
		for (int drop = 0; drop < TRACE_DROP_COUNT; drop++) {
			outcome.dropped[drop] += fates->dropped[drop];
			outcome.ended += fates->dropped[drop];
		}
	}
	for (uint32_t i = 0; i < result->invariant_count; i++) {
		if (result->invariants[i].violated)
			fprintf(stderr, "%s: %s\n", result->invariants[i].name, result->invariants[i].first);
		outcome.violated += result->invariants[i].violated;
	}
	return outcome;
}

static struct outcome run(const char *links, const char *more)
{
	struct scenario *scenario = load(links, more);
	struct sim *sim = start(scenario, (struct sim_options){ 0 });
	char error[256];
	struct outcome outcome;

	CHECK(sim_run(sim, UINT64_MAX));
	outcome = outcome_of(sim);
	/* Every copy has one fate. */
	CHECK_U64(outcome.copies, outcome.sent + outcome.duplicated);
	CHECK_U64(outcome.copies, outcome.ended + outcome.in_flight);
	CHECK_U64(outcome.violated, 0);
	CHECK(sim_close(sim, error, sizeof error));
	scenario_free(scenario);
	return outcome;
}

#define RULE(aspects) "{\"from\": \"robot\", \"to\": \"pilot\", " aspects "}"

/* Pairs of rules that differ in one key, or in one number of a key. */
static const char *const pairs[][2] = {
	{ RULE("\"latency\": \"20ms\""), RULE("\"latency\": {\"exponential\": [\"15ms\", \"5ms\"]}") },
	{ RULE("\"latency\": {\"exponential\": [\"15ms\", \"5ms\"]}"), RULE("\"latency\": {\"exponential\": [\"16ms\", \"5ms\"]}") },
	{ RULE("\"latency\": {\"exponential\": [\"15ms\", \"5ms\"]}"), RULE("\"latency\": {\"exponential\": [\"15ms\", \"6ms\"]}") },
	{ RULE("\"latency\": {\"pareto\": {\"least\": \"10ms\", \"most\": \"1s\", \"shape\": \"1.5\"}}"),
	  RULE("\"latency\": {\"pareto\": {\"least\": \"11ms\", \"most\": \"1s\", \"shape\": \"1.5\"}}") },
	{ RULE("\"latency\": {\"pareto\": {\"least\": \"10ms\", \"most\": \"1s\", \"shape\": \"1.5\"}}"),
	  RULE("\"latency\": {\"pareto\": {\"least\": \"10ms\", \"most\": \"40ms\", \"shape\": \"1.5\"}}") },
	{ RULE("\"latency\": {\"pareto\": {\"least\": \"10ms\", \"most\": \"1s\", \"shape\": \"1.5\"}}"),
	  RULE("\"latency\": {\"pareto\": {\"least\": \"10ms\", \"most\": \"1s\", \"shape\": \"1.501\"}}") },
	{ RULE("\"rate\": {\"drawn\": [\"100kbit\", \"1Mbit\"]}"), RULE("\"rate\": {\"drawn\": [\"101kbit\", \"1Mbit\"]}") },
	{ RULE("\"rate\": {\"drawn\": [\"100kbit\", \"1Mbit\"]}"), RULE("\"rate\": {\"drawn\": [\"100kbit\", \"2Mbit\"]}") },
	{ RULE("\"latency\": \"20ms\""), RULE("\"latency\": {\"table\": \"latencies.csv\"}") },
	{ RULE("\"loss\": {\"gilbert_elliott\": {\"to_bad\": \"1%\", \"to_good\": \"50%\"}}"),
	  RULE("\"loss\": {\"gilbert_elliott\": {\"to_bad\": \"3%\", \"to_good\": \"50%\"}}") },
	{ RULE("\"loss\": {\"gilbert_elliott\": {\"to_bad\": \"5%\", \"to_good\": \"50%\"}}"),
	  RULE("\"loss\": {\"gilbert_elliott\": {\"to_bad\": \"5%\", \"to_good\": \"90%\"}}") },
	{ RULE("\"loss\": {\"gilbert_elliott\": {\"to_bad\": \"5%\", \"to_good\": \"50%\"}}"),
	  RULE("\"loss\": {\"gilbert_elliott\": {\"to_bad\": \"5%\", \"to_good\": \"50%\", \"good\": \"5%\"}}") },
	{ RULE("\"loss\": {\"gilbert_elliott\": {\"to_bad\": \"5%\", \"to_good\": \"50%\"}}"),
	  RULE("\"loss\": {\"gilbert_elliott\": {\"to_bad\": \"5%\", \"to_good\": \"50%\", \"bad\": \"50%\"}}") },
	{ RULE("\"loss\": {\"bursts\": {\"chance\": \"1%\", \"length\": [2, 3]}}"),
	  RULE("\"loss\": {\"bursts\": {\"chance\": \"2%\", \"length\": [2, 3]}}") },
	{ RULE("\"loss\": {\"bursts\": {\"chance\": \"1%\", \"length\": [2, 3]}}"),
	  RULE("\"loss\": {\"bursts\": {\"chance\": \"1%\", \"length\": [3, 5]}}") },
	{ RULE("\"latency\": \"20ms\""), RULE("\"drop\": {\"type\": \"data\", \"first\": 1}") },
	{ RULE("\"drop\": {\"type\": \"data\", \"first\": 1}"), RULE("\"drop\": {\"type\": \"data\", \"first\": 2}") },
	{ RULE("\"drop\": {\"type\": \"data\", \"nth\": [3]}"), RULE("\"drop\": {\"type\": \"any\", \"nth\": [3]}") },
	{ RULE("\"drop\": {\"type\": \"data\", \"nth\": [3]}"), RULE("\"drop\": [{\"type\": \"data\", \"nth\": [3]}, {\"type\": \"syn\"}]") },
	{ RULE("\"corrupt\": \"5%\""), RULE("\"corrupt\": {\"chance\": \"5%\", \"kinds\": [\"bits\"]}") },
	{ RULE("\"corrupt\": {\"chance\": \"5%\", \"kinds\": [\"truncation\"]}"), RULE("\"corrupt\": {\"chance\": \"5%\", \"kinds\": [\"bits\"]}") },
	{ RULE("\"corrupt\": {\"chance\": \"5%\", \"kinds\": [\"truncation\"]}"), RULE("\"corrupt\": {\"chance\": \"5%\", \"kinds\": [\"padding\"]}") },
	{ RULE("\"latency\": \"20ms\""), RULE("\"reorder\": {\"chance\": \"5%\", \"by\": \"30ms\"}") },
	{ RULE("\"reorder\": {\"chance\": \"5%\", \"by\": \"31ms\"}"), RULE("\"reorder\": {\"chance\": \"5%\", \"by\": \"30ms\"}") },
	{ RULE("\"latency\": \"20ms\""), RULE("\"replay\": {\"chance\": \"5%\", \"after\": [\"1s\", \"2s\"]}") },
	{ RULE("\"replay\": {\"chance\": \"5%\", \"after\": [\"1s\", \"3s\"]}"), RULE("\"replay\": {\"chance\": \"5%\", \"after\": [\"1s\", \"2s\"]}") },
	{ RULE("\"latency\": \"20ms\""), RULE("\"mtu\": \"300B\"") },
	{ RULE("\"latency\": \"20ms\""), RULE("\"capacity\": \"capacity.trace\"") },
	{ RULE("\"rate\": \"100kbit\", \"queue\": 5"), RULE("\"rate\": \"100kbit\", \"queue\": 6") },
	{ RULE("\"rate\": \"100kbit\", \"queue\": \"100ms\""), RULE("\"rate\": \"100kbit\", \"queue\": \"200ms\"") },
	{ RULE("\"rate\": \"100kbit\", \"queue\": 5"), RULE("\"rate\": \"100kbit\", \"queue\": {\"limit\": 5, \"codel\": {}}") },
	{ RULE("\"rate\": \"100kbit\", \"queue\": {\"codel\": {}}"), RULE("\"rate\": \"100kbit\", \"queue\": {\"codel\": {\"target\": \"50ms\"}}") },
	{ RULE("\"rate\": \"100kbit\", \"queue\": {\"codel\": {}}"), RULE("\"rate\": \"100kbit\", \"queue\": {\"codel\": {\"interval\": \"50ms\"}}") },
	{ RULE("\"rate\": \"100kbit\", \"queue\": {\"red\": {\"least\": \"1KiB\", \"most\": \"3KiB\", \"chance\": \"10%\", \"weight\": 2}}"),
	  RULE("\"rate\": \"100kbit\", \"queue\": {\"red\": {\"least\": \"2KiB\", \"most\": \"3KiB\", \"chance\": \"10%\", \"weight\": 2}}") },
	{ RULE("\"rate\": \"100kbit\", \"queue\": {\"red\": {\"least\": \"1KiB\", \"most\": \"3KiB\", \"chance\": \"10%\", \"weight\": 2}}"),
	  RULE("\"rate\": \"100kbit\", \"queue\": {\"red\": {\"least\": \"1KiB\", \"most\": \"4KiB\", \"chance\": \"10%\", \"weight\": 2}}") },
	{ RULE("\"rate\": \"100kbit\", \"queue\": {\"red\": {\"least\": \"1KiB\", \"most\": \"3KiB\", \"chance\": \"10%\", \"weight\": 2}}"),
	  RULE("\"rate\": \"100kbit\", \"queue\": {\"red\": {\"least\": \"1KiB\", \"most\": \"3KiB\", \"chance\": \"30%\", \"weight\": 2}}") },
	{ RULE("\"rate\": \"100kbit\", \"queue\": {\"red\": {\"least\": \"1KiB\", \"most\": \"3KiB\", \"chance\": \"10%\", \"weight\": 2}}"),
	  RULE("\"rate\": \"100kbit\", \"queue\": {\"red\": {\"least\": \"1KiB\", \"most\": \"3KiB\", \"chance\": \"10%\"}}") },
	{ RULE("\"latency\": \"20ms\""), RULE("\"clog\": {\"at\": \"5s\", \"for\": \"1s\"}") },
	{ RULE("\"clog\": {\"at\": \"5s\", \"for\": \"2s\"}"), RULE("\"clog\": {\"at\": \"5s\", \"for\": \"1s\"}") },
	{ RULE("\"clog\": {\"at\": \"5s\", \"for\": \"1s\", \"every\": \"6s\"}"), RULE("\"clog\": {\"at\": \"5s\", \"for\": \"1s\"}") },
	{ RULE("\"phases\": [{\"at\": \"5s\", \"latency\": \"30ms\"}]"), RULE("\"phases\": [{\"at\": \"6s\", \"latency\": \"30ms\"}]") },
	{ RULE("\"phases\": [{\"at\": \"5s\", \"latency\": \"30ms\"}, {\"after\": \"1s\", \"latency\": \"20ms\"}]"),
	  RULE("\"phases\": [{\"at\": \"5s\", \"latency\": \"30ms\"}, {\"after\": \"2s\", \"latency\": \"20ms\"}]") },
	{ RULE("\"latency\": \"20ms\", \"phases\": [{\"at\": \"5s\", \"latency\": \"30ms\"}]"),
	  RULE("\"latency\": \"20ms\", \"phases\": [{\"at\": \"5s\", \"fade\": \"2s\", \"latency\": \"30ms\"}]") },
	{ RULE("\"rate\": \"1Mbit\", \"phases\": [{\"at\": \"5s\", \"rate\": \"100kbit\"}]"), RULE("\"rate\": \"1Mbit\"") },
};

static void every_key_of_a_link_changes_what_happens(void)
{
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		const struct outcome one = run(pairs[i][0], ""), other = run(pairs[i][1], "");
		if (one.hash == other.hash)
			fprintf(stderr, "the same: %s and %s\n", pairs[i][0], pairs[i][1]);
		CHECK(one.hash != other.hash);
	}
}

static void drops_are_told_apart(void)
{
	CHECK(run(RULE("\"mtu\": \"300B\""), "").dropped[TRACE_DROP_MTU] > 50);
	CHECK_U64(run(RULE("\"drop\": {\"type\": \"data\", \"nth\": [5, 7, 9]}"), "").dropped[TRACE_DROP_KIND], 3);
	/* Of them, twice as much as the link carries, half have no room; the load takes of the other half. */
	beside = FILLER;
	CHECK(run(RULE("\"rate\": \"100kbit\", \"queue\": 5"), "").dropped[TRACE_DROP_QUEUE] > 230);
	const struct outcome managed = run(RULE("\"rate\": \"100kbit\", \"queue\": {\"codel\": {}}"), "");
	CHECK(managed.dropped[TRACE_DROP_AQM] > 100 && managed.dropped[TRACE_DROP_QUEUE] == 0);
	CHECK(run(RULE("\"rate\": \"100kbit\", \"queue\": {\"red\": {\"least\": \"1KiB\", \"most\": \"3KiB\", \"chance\": \"10%\", "
	               "\"weight\": 2}}"), "").dropped[TRACE_DROP_AQM] > 230);
	beside = "";
	CHECK(run(RULE("\"replay\": {\"chance\": \"10%\", \"after\": [\"1s\", \"2s\"]}"), "").duplicated > 50);
	CHECK(run(RULE("\"corrupt\": {\"chance\": \"10%\", \"kinds\": [\"padding\"]}"), "").corrupted > 50);
}

static void a_healed_network_has_no_faults(void)
{
	static const char *const faults[] = {
		RULE("\"mtu\": \"300B\""), RULE("\"drop\": {\"type\": \"any\"}"),
		RULE("\"loss\": {\"gilbert_elliott\": {\"to_bad\": \"50%\", \"to_good\": \"10%\"}}"),
		RULE("\"loss\": {\"bursts\": {\"chance\": \"50%\", \"length\": [5, 10]}}"),
		RULE("\"corrupt\": {\"chance\": \"90%\", \"kinds\": [\"bits\"]}"),
		RULE("\"clog\": {\"at\": \"2s\", \"for\": \"1h\"}"),
		RULE("\"loss\": \"0%\", \"phases\": [{\"at\": \"2s\", \"loss\": \"100%\"}]"),
		RULE("\"loss\": \"0%\", \"phases\": [{\"at\": \"1s\", \"fade\": \"25s\", \"loss\": \"100%\"}]"),
	};

	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		const struct outcome ill = run(faults[i], ""), healed = run(faults[i], "\"heal\": \"2500ms\", ");
		CHECK_U64(healed.messages, 1000);
		CHECK(ill.messages < 1000);
	}
}

static void a_replayed_log_gives_the_same_run(void)
{
	struct scenario *scenario = load(RULE(
		"\"latency\": {\"exponential\": [\"5ms\", \"5ms\"]}, \"loss\": {\"bursts\": {\"chance\": \"1%\", \"length\": [1, 4]}}, "
		"\"reorder\": {\"chance\": \"5%\", \"by\": \"30ms\"}, \"replay\": {\"chance\": \"5%\", \"after\": [\"1s\", \"2s\"]}, "
		"\"rate\": \"150kbit\", \"queue\": {\"red\": {\"least\": \"1KiB\", \"most\": \"3KiB\", \"chance\": \"10%\", \"weight\": 2}}"), "");
	struct decision_log log = { .list = NULL };
	struct sim *first = start(scenario, (struct sim_options){ .record = &log });
	CHECK(sim_run(first, UINT64_MAX));
	struct sim *again = start(scenario, (struct sim_options){ .replay = &log });
	CHECK(sim_run(again, UINT64_MAX));
	char error[256];

	CHECK(log.count > 3000);
	CHECK_U64(sim_result(again)->hash, sim_result(first)->hash);
	CHECK(sim_close(first, error, sizeof error));
	CHECK(sim_close(again, error, sizeof error));
	free(log.list);
	scenario_free(scenario);
}

static void datagrams_that_wait_are_part_of_a_snapshot(void)
{
	struct scenario *scenario = load(RULE("\"rate\": \"100kbit\", \"queue\": {\"codel\": {\"target\": \"100ms\"}}"), "");
	struct sim *sim = start(scenario, (struct sim_options){ .no_checks = true });
	char error[256];
	uint64_t hash;

	CHECK(sim_run(sim, 10 * OCTO_SECOND));
	struct sim_snapshot *snapshot = sim_snapshot_take(sim);
	CHECK(sim_run(sim, UINT64_MAX));
	hash = sim_result(sim)->hash;
	CHECK(sim_snapshot_restore(sim, snapshot, true));
	CHECK(sim_run(sim, UINT64_MAX));
	CHECK_U64(sim_result(sim)->hash, hash);
	sim_snapshot_free(snapshot);
	CHECK(sim_close(sim, error, sizeof error));
	scenario_free(scenario);
}

CU_ErrorCode suite_queueing(void)
{
	CU_pSuite suite = CU_add_suite("queueing", NULL, NULL);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, every_key_of_a_link_changes_what_happens);
	CU_ADD_TEST(suite, drops_are_told_apart);
	CU_ADD_TEST(suite, a_healed_network_has_no_faults);
	CU_ADD_TEST(suite, a_replayed_log_gives_the_same_run);
	CU_ADD_TEST(suite, datagrams_that_wait_are_part_of_a_snapshot);
	return CU_get_error();
}
