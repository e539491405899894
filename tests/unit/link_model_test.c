/* link_model_test.c: rules, phases and fading become what holds at a time, and nothing else. */
#include "sim/network/link_model.h"

#include "tests/check.h"

#define MS OCTO_MILLISECOND
#define HEAD "{\"duration\": \"1m\", \"nodes\": [{\"name\": \"a\", \"kind\": \"agent\"}, {\"name\": \"b\", \"kind\": \"remote\"}], " \
	"\"trust\": [[\"a\", \"b\"]], "

static struct scenario *loaded;

/* The model from a to b of these rules. */
static struct link_place place = { .seed = 1, .from = 0, .to = 1 };

static struct link_model model_of(const char *links)
{
	char text[2048];
	struct scenario_errors errors;
	struct link_model model;

	snprintf(text, sizeof text, HEAD "\"heal\": \"50s\", \"links\": [%s]}", links);
	loaded = scenario_load_text("test", text, strlen(text), &errors);
	if (!loaded)
		scenario_errors_print(&errors, "test", stderr);
	CU_ASSERT_PTR_NOT_NULL_FATAL(loaded);
	scenario_errors_free(&errors);
	CU_ASSERT_FATAL(link_model_of(loaded, &place, &model));
	return model;
}

static void forget(struct link_model *model)
{
	link_model_free(model);
	scenario_free(loaded);
}

static struct link_model at(const struct link_model *model, uint64_t ms)
{
	struct link_model faded;
	return *link_model_at(model, ms * MS, &faded);
}

static void without_rules_a_link_is_plain(void)
{
	struct link_model model = model_of("{\"from\": \"b\", \"to\": \"a\", \"mtu\": \"100B\"}");

	CHECK(!model.is_special && !model.has_room && !model.phases);
	CHECK_U64(model.latency_a_ns, 20 * MS);
	CHECK_U64(model.mtu_bytes, 0);
	forget(&model);
}

static void later_rules_go_over_earlier_ones_aspect_by_aspect(void)
{
	struct link_model model = model_of(
		"{\"between\": [\"*\", \"*\"], \"loss\": {\"bursts\": {\"chance\": \"50%\", \"length\": [2, 3]}}, \"mtu\": \"400B\", "
		"\"rate\": \"1Mbit\", \"queue\": {\"codel\": {}}}, "
		"{\"from\": \"a\", \"to\": \"b\", \"loss\": \"1%\", \"queue\": 7}");

	CHECK(model.is_special && model.has_room);
	CHECK_U64(model.loss_kind, SCENARIO_INDEPENDENT);
	CHECK_U64(model.loss, 42949672);
	CHECK_U64(model.mtu_bytes, 400);
	CHECK_U64(model.aqm, SCENARIO_DROPTAIL);
	CHECK_U64(model.queue_packets, 7);
	CHECK_U64(model.queue_bytes, 0);
	forget(&model);
}

static void phases_hold_from_their_time_on(void)
{
	struct link_model model = model_of(
		"{\"between\": [\"a\", \"b\"], \"latency\": \"10ms\", \"phases\": [{\"at\": \"1s\", \"latency\": \"20ms\"}, "
		"{\"after\": \"1s\", \"loss\": \"100%\"}, {\"at\": \"3s\", \"loss\": \"0%\", \"latency\": \"30ms\"}]}, "
		"{\"from\": \"a\", \"to\": \"b\", \"phases\": [{\"at\": \"2500ms\", \"mtu\": \"99B\"}]}");

	CHECK_U64(model.phase_count, 4);
	CHECK_U64(at(&model, 999).latency_a_ns, 10 * MS);
	CHECK_U64(at(&model, 1000).latency_a_ns, 20 * MS);
	CHECK_U64(at(&model, 1999).loss, 0);
	CHECK_U64(at(&model, 2000).loss, UINT32_MAX);
	CHECK_U64(at(&model, 2000).latency_a_ns, 20 * MS);
	CHECK_U64(at(&model, 2499).mtu_bytes, 0);
	CHECK_U64(at(&model, 2500).mtu_bytes, 99);
	CHECK_U64(at(&model, 2500).loss, UINT32_MAX);
	CHECK_U64(at(&model, 3000).loss, 0);
	CHECK_U64(at(&model, 3000).mtu_bytes, 99);
	CHECK_U64(at(&model, 59999).latency_a_ns, 30 * MS);
	CHECK_U64(link_model_latency_max_ns(&model), 30 * MS);
	forget(&model);
}

static void fading_is_even_and_begins_where_it_was(void)
{
	struct link_model model = model_of(
		"{\"between\": [\"a\", \"b\"], \"latency\": {\"uniform\": [\"10ms\", \"20ms\"]}, \"loss\": \"0%\", \"phases\": ["
		"{\"at\": \"10s\", \"fade\": \"10s\", \"latency\": {\"uniform\": [\"30ms\", \"80ms\"]}, \"loss\": \"50%\"}, "
		"{\"at\": \"20s\", \"fade\": \"4s\", \"latency\": {\"uniform\": [\"10ms\", \"20ms\"]}}]}, "
		/* A phase of another rule cuts the first fade in two, which changes nothing. */
		"{\"from\": \"a\", \"to\": \"b\", \"phases\": [{\"at\": \"12s\", \"mtu\": \"99B\"}]}");

	CHECK_U64(at(&model, 10000).latency_a_ns, 10 * MS);
	CHECK_U64(at(&model, 11000).latency_a_ns, 12 * MS);
	CHECK_U64(at(&model, 11000).latency_b_ns, 26 * MS);
	CHECK_U64(at(&model, 12000).latency_b_ns, 32 * MS);
	CHECK_U64(at(&model, 15000).latency_b_ns, 50 * MS);
	CHECK(at(&model, 15000).loss > 1073741000 && at(&model, 15000).loss < 1073742000);
	CHECK_U64(at(&model, 15000).mtu_bytes, 99);
	CHECK_U64(at(&model, 20000).latency_b_ns, 80 * MS);
	CHECK_U64(at(&model, 20000).loss, 2147483648u);
	CHECK_U64(at(&model, 21000).latency_b_ns, 65 * MS);
	CHECK_U64(at(&model, 21000).loss, 2147483648u);
	CHECK_U64(at(&model, 24000).latency_b_ns, 20 * MS);
	CHECK_U64(link_model_latency_max_ns(&model), 80 * MS);
	forget(&model);
}

static void healing_takes_all_faults_and_nothing_else(void)
{
	struct link_model model = model_of(
		"{\"between\": [\"a\", \"b\"], \"latency\": \"7ms\", \"rate\": \"1Mbit\", \"queue\": 5, \"mtu\": \"99B\", \"mask\": \"x\", "
		"\"loss\": {\"gilbert_elliott\": {\"to_bad\": \"9%\", \"to_good\": \"9%\", \"good\": \"1%\"}}, \"duplicate\": \"1%\", "
		"\"corrupt\": \"1%\", \"reorder\": {\"chance\": \"1%\", \"by\": \"1s\"}, \"drop\": {\"type\": \"syn\"}, "
		"\"replay\": {\"chance\": \"1%\", \"after\": [\"1s\", \"2s\"]}}");

	link_model_heal(&model);
	CHECK(!model.loss && !model.loss_bad && !model.to_bad && !model.duplicate && !model.corrupt && !model.reorder);
	CHECK(!model.replay && !model.mask && !model.drop_count && !model.mtu_bytes);
	CHECK_U64(model.latency_a_ns, 7 * MS);
	CHECK_U64(model.rate_bps, 1000000);
	CHECK_U64(model.queue_packets, 5);
	forget(&model);
}

static void a_clog_releases_all_at_its_end_or_when_the_network_heals(void)
{
	struct link_model model =
		model_of("{\"from\": \"a\", \"to\": \"b\", \"clog\": {\"at\": \"5s\", \"for\": \"2s\", \"every\": \"10s\"}}");

	CHECK_U64(link_model_release_ns(&model, 4999 * MS), 4999 * MS);
	CHECK_U64(link_model_release_ns(&model, 5000 * MS), 7000 * MS);
	CHECK_U64(link_model_release_ns(&model, 6999 * MS), 7000 * MS);
	CHECK_U64(link_model_release_ns(&model, 7000 * MS), 7000 * MS);
	CHECK_U64(link_model_release_ns(&model, 26000 * MS), 27000 * MS);
	CHECK_U64(link_model_release_ns(&model, 56000 * MS), 56000 * MS);
	forget(&model);
	model = model_of("{\"from\": \"a\", \"to\": \"b\", \"clog\": {\"at\": \"49s\", \"for\": \"5s\"}}");
	CHECK_U64(link_model_release_ns(&model, 49500 * MS), 50000 * MS);
	forget(&model);
}

static void a_rate_says_until_when_it_holds(void)
{
	struct link_model model = model_of(
		"{\"from\": \"a\", \"to\": \"b\", \"rate\": \"1Mbit\", \"phases\": [{\"at\": \"1s\", \"rate\": \"2Mbit\"}]}");
	uint64_t until_ns;

	CHECK(model.has_room && model.phases[0].model.has_room);
	CHECK_U64(link_model_rate(&model, 999 * MS, &until_ns), 1000000);
	CHECK_U64(until_ns, 1000 * MS);
	CHECK_U64(link_model_rate(&model, 1000 * MS, &until_ns), 2000000);
	CHECK_U64(until_ns, UINT64_MAX);
	forget(&model);
}

static void a_rate_with_a_limit_in_bytes_needs_no_room(void)
{
	struct link_model model = model_of("{\"from\": \"a\", \"to\": \"b\", \"rate\": \"1Mbit\", \"queue\": \"64KiB\"}");

	CHECK(!model.has_room && !model.is_special);
	forget(&model);
}

#define DRAWN "{\"from\": \"a\", \"to\": \"b\", \"rate\": {\"drawn\": [\"1Mbit\", \"4Mbit\"]}}"

static uint64_t drawn(uint64_t seed, const char *links)
{
	place.seed = seed;
	struct link_model model = model_of(links);
	uint64_t rate_bps = model.rate_bps;
	CHECK(model.has_draws);
	forget(&model);
	place.seed = 1;
	return rate_bps;
}

/* The seed, the pair and the rule decide, each of them, and nothing else does. */
static void a_rate_is_drawn_once_for_a_link_and_a_run(void)
{
	unsigned low = 0;

	for (uint64_t seed = 0; seed < 400; seed++) {
		uint64_t rate_bps = drawn(seed, DRAWN);
		CHECK(rate_bps >= 1000000 && rate_bps <= 4000000);
		CHECK_U64(drawn(seed, DRAWN), rate_bps);
		low += rate_bps < 2000000;
	}
	CHECK(low > 160 && low < 240); /* half of the octaves */
	CHECK(drawn(1, DRAWN) != drawn(2, DRAWN));
	CHECK(drawn(1, DRAWN) != drawn(1, DRAWN ", " DRAWN));
}

static void phases_draw_rates_of_their_own(void)
{
	struct link_model model = model_of(
		"{\"from\": \"a\", \"to\": \"b\", \"rate\": \"1Mbit\", \"phases\": ["
		"{\"at\": \"1s\", \"rate\": {\"drawn\": [\"2Mbit\", \"9Mbit\"]}}, {\"at\": \"2s\", \"loss\": \"1%\"}, "
		"{\"at\": \"3s\", \"rate\": {\"drawn\": [\"2Mbit\", \"9Mbit\"]}}]}");

	CHECK(model.has_draws && !model.is_drawn);
	CHECK(model.phases[0].model.is_drawn && model.phases[0].model.rate_bps >= 2000000);
	CHECK_U64(model.phases[1].model.rate_bps, model.phases[0].model.rate_bps);
	CHECK(model.phases[2].model.rate_bps != model.phases[0].model.rate_bps);
	forget(&model);
}

/* By hand: half a second at 1 Mbit/s and a quarter at 2. */
static void a_capacity_is_the_sum_of_what_holds_when(void)
{
	struct link_model model = model_of(
		"{\"from\": \"a\", \"to\": \"b\", \"rate\": \"1Mbit\", \"phases\": [{\"at\": \"1s\", \"rate\": \"2Mbit\"}]}");
	uint64_t at_ns[] = { 10 * MS, 10 * MS, 30 * MS };
	const struct scenario_capacity capacity = { .at_ns = at_ns, .count = 3 };
	const struct link_model by_file = { .capacity = &capacity };

	CHECK_U64(link_model_capacity(&model, 500 * MS, 1250 * MS), 1000000);
	CHECK_U64(link_model_capacity(&model, 0, 0), 0);
	CHECK_U64(link_model_capacity(&by_file, 0, 29 * MS), 2 * 12000);
	CHECK_U64(link_model_capacity(&by_file, 10 * MS, 30 * MS), 12000); /* the last line is the end, too */
	CHECK_U64(link_model_capacity(&by_file, 5 * MS, 65 * MS), 6 * 12000);
	CHECK_U64(link_model_capacity(&by_file, 11 * MS, 29 * MS), 0);
	forget(&model);
}

static void models_are_the_same_when_every_field_is(void)
{
	static const char *const links[] = {
		"{\"from\": \"a\", \"to\": \"b\", \"loss\": \"1%\"}",
		"{\"from\": \"a\", \"to\": \"b\", \"loss\": \"2%\"}",
		"{\"from\": \"a\", \"to\": \"b\", \"mtu\": \"99B\"}",
		"{\"from\": \"a\", \"to\": \"b\", \"mtu\": \"98B\"}",
		"{\"from\": \"a\", \"to\": \"b\", \"clog\": {\"at\": \"1s\", \"for\": \"1s\"}}",
		"{\"from\": \"a\", \"to\": \"b\", \"clog\": {\"at\": \"1s\", \"for\": \"2s\"}}",
		"{\"from\": \"a\", \"to\": \"b\", \"phases\": [{\"at\": \"1s\", \"mtu\": \"98B\"}]}",
		"{\"from\": \"a\", \"to\": \"b\", \"phases\": [{\"at\": \"2s\", \"mtu\": \"98B\"}]}",
		"{\"from\": \"a\", \"to\": \"b\", \"phases\": [{\"at\": \"2s\", \"mtu\": \"97B\"}]}",
	};
	enum { COUNT = sizeof links / sizeof links[0] };

	for (size_t i = 0; i < COUNT; i++) {
		for (size_t j = 0; j < COUNT; j++) {
			struct link_model one = model_of(links[i]);
			struct scenario *first = loaded;
			struct link_model other = model_of(links[j]);
			CHECK(link_model_is_same(&one, &other) == (i == j));
			forget(&other);
			link_model_free(&one);
			scenario_free(first);
		}
	}
}

CU_ErrorCode suite_link_model(void)
{
	CU_pSuite suite = CU_add_suite("link_model", NULL, NULL);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, without_rules_a_link_is_plain);
	CU_ADD_TEST(suite, later_rules_go_over_earlier_ones_aspect_by_aspect);
	CU_ADD_TEST(suite, phases_hold_from_their_time_on);
	CU_ADD_TEST(suite, fading_is_even_and_begins_where_it_was);
	CU_ADD_TEST(suite, healing_takes_all_faults_and_nothing_else);
	CU_ADD_TEST(suite, a_clog_releases_all_at_its_end_or_when_the_network_heals);
	CU_ADD_TEST(suite, a_rate_says_until_when_it_holds);
	CU_ADD_TEST(suite, a_rate_with_a_limit_in_bytes_needs_no_room);
	CU_ADD_TEST(suite, a_rate_is_drawn_once_for_a_link_and_a_run);
	CU_ADD_TEST(suite, phases_draw_rates_of_their_own);
	CU_ADD_TEST(suite, a_capacity_is_the_sum_of_what_holds_when);
	CU_ADD_TEST(suite, models_are_the_same_when_every_field_is);
	return CU_get_error();
}
