/* world_test.c: world.c: a run depends on scenario and seed, to the bit, and on nothing else. */
#include "sim/node.h"
#include "tests/check.h"
#include "tests/unit/tiny.h"

#include <unistd.h>

static const char lossy[] = "{\"between\": [\"*\", \"*\"], \"latency\": {\"normal\": [\"20ms\", \"6ms\"]}, \"loss\": \"10%\", "
                            "\"duplicate\": \"10%\", \"corrupt\": \"5%\"}";
static const char busy[] = "{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}, "
	"{\"at\": \"2s\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"50ms\", \"size\": 64, \"count\": 200}}, "
	"{\"at\": \"8s\", \"restart\": \"pilot\"}";

static void the_same_seed_gives_the_same_hash(void)
{
	struct tiny tiny = { .links = lossy, .timeline = busy, .options = { .seed = 7 } };
	uint64_t hash = tiny_hash(&tiny);
	CHECK_U64(tiny_hash(&tiny), hash);
	for (uint64_t seed = 8; seed < 20; seed++) {
		struct tiny other = tiny;
		other.options.seed = seed;
		CHECK(tiny_hash(&other) != hash);
	}
}

/* What watches changes nothing: checks on or off, a trace file or none, decisions noted or not. */
static void nobody_who_watches_changes_the_hash(void)
{
	char path[64];
	struct decision_log log = { .list = NULL };
	struct tiny plain = { .links = lossy, .timeline = busy, .options = { .seed = 3, .no_checks = true } };
	struct tiny checked = { .links = lossy, .timeline = busy, .options = { .seed = 3 } };
	struct tiny traced = { .links = lossy, .timeline = busy, .options = { .seed = 3, .trace_path = path } };
	struct tiny noted = { .links = lossy, .timeline = busy, .options = { .seed = 3, .record = &log } };
	tiny_path(path, "watched");
	uint64_t hash = tiny_hash(&plain);
	CHECK_U64(tiny_hash(&checked), hash);
	CHECK_U64(tiny_hash(&traced), hash);
	CHECK_U64(tiny_hash(&noted), hash);
	CHECK(log.count > 100);
	decision_log_free(&log);
	unlink(path);
}

/* In how many pieces a run is cut makes no difference, nor does looking at it in between. */
static void a_run_in_pieces_is_the_same_run(void)
{
	struct tiny tiny = { .links = lossy, .timeline = busy, .options = { .seed = 5 } };
	uint64_t hash = tiny_hash(&tiny);
	tiny_open(&tiny);
	for (octo_time_ns at = 0; at <= 20 * OCTO_SECOND; at += 37 * OCTO_MILLISECOND) {
		tiny_run(&tiny, at);
		CHECK_U64(sim_now(tiny.sim), at);
		tiny_view(&tiny, ROBOT, PILOT);
	}
	CHECK_U64(tiny_run(&tiny, OCTO_NEVER)->hash, hash);
	CHECK_U64(sim_now(tiny.sim), 20 * OCTO_SECOND); /* never beyond the scenario's end */
	tiny_close(&tiny);
}

/* Two nodes, one instant: without drawn ties the order is always the same; with them, the seed decides. */
static void drawn_ties_change_the_order_of_one_instant(void)
{
	static const char constant[] = "{\"between\": [\"*\", \"*\"], \"latency\": \"20ms\"}";
	struct decision_log log = { .list = NULL };
	struct tiny fixed = { .links = constant, .options = { .seed = 1, .record = &log } };
	CHECK(tiny_hash(&fixed) == tiny_hash(&fixed));
	for (uint32_t i = 0; i < log.count; i++)
		CHECK(log.list[i].purpose != DECISION_TIE);
	decision_log_free(&log);
	struct tiny drawn = { .links = constant, .more = "\"ties\": \"random\",", .options = { .seed = 1, .record = &log } };
	uint64_t hash = tiny_hash(&drawn);
	uint32_t ties = 0;
	for (uint32_t i = 0; i < log.count; i++)
		ties += log.list[i].purpose == DECISION_TIE;
	CHECK(ties > 5);
	/* The two SYNs arrive in one instant: exchange their places, and it is another run. */
	uint32_t first = UINT32_MAX, second = UINT32_MAX;
	for (uint32_t i = 0; i < log.count && second == UINT32_MAX; i++) {
		if (log.list[i].purpose != DECISION_TIE)
			continue;
		if (first != UINT32_MAX && log.list[i].entity != log.list[first].entity)
			second = i;
		else if (first == UINT32_MAX)
			first = i;
	}
	CHECK(second != UINT32_MAX);
	struct decision_log exchanged = log;
	uint64_t value = log.list[first].value;
	drawn.options.record = NULL;
	drawn.options.replay = &exchanged;
	CHECK_U64(tiny_hash(&drawn), hash);
	for (uint32_t i = 0; i < log.count; i++)
		if (log.list[i].purpose == DECISION_TIE)
			log.list[i].value = 0xfffff - log.list[i].value; /* every order the other way round */
	CHECK(tiny_hash(&drawn) != hash || value == 0);
	decision_log_free(&log);
}

/* heal: from there on nothing is lost, duplicated or damaged. */
static void a_healed_network_is_fair(void)
{
	struct tiny tiny = { .links = lossy, .timeline = busy, .more = "\"heal\": \"5s\",", .options = { .seed = 9 } };
	tiny_open(&tiny);
	struct sim_packet_fates before = tiny_run(&tiny, 5 * OCTO_SECOND)->packets[7];
	struct sim_packet_fates after = tiny_run(&tiny, OCTO_NEVER)->packets[7];
	CHECK(before.dropped[TRACE_DROP_LOSS] > 0 && before.duplicated > 0 && before.corrupted > 0);
	CHECK_U64(after.dropped[TRACE_DROP_LOSS], before.dropped[TRACE_DROP_LOSS]);
	CHECK_U64(after.duplicated, before.duplicated);
	CHECK_U64(after.corrupted, before.corrupted);
	CHECK(after.sent > before.sent + 50);
	tiny_close(&tiny);
}

/* A suite that this machine's cryptography lacks is an error when the world is opened, not later. */
static void an_impossible_suite_is_an_error_at_once(void)
{
	static const char nodes[] = "{\"name\": \"robot\", \"kind\": \"agent\", \"offers\": [\"chacha20-poly1305\", \"aes-256-gcm\"]}, "
	                            "{\"name\": \"pilot\", \"kind\": \"remote\"}";
	struct tiny model = { .nodes = nodes, .more = "\"crypto\": \"model\",", .options = { .seed = 1 } };
	tiny_open(&model);
	tiny_close(&model);
	if (octo_crypto_suites(octo_crypto_sodium()) & OCTO_SUITE_AES_256_GCM) {
		struct tiny real = { .nodes = nodes, .options = { .seed = 1 } };
		tiny_open(&real);
		tiny_close(&real);
	}
}

/* A trace that cannot be written is an error with the path in it, and no world. */
static void a_trace_that_cannot_be_written_is_an_error(void)
{
	char error[256] = "";
	struct tiny tiny = { .options = { .seed = 1 } };
	tiny_open(&tiny);
	struct sim_options options = { .seed = 1, .trace_path = "/nowhere/at/all.trace" };
	CHECK(sim_open(tiny.scenario, &options, error, sizeof error) == NULL);
	CHECK_CONTAINS(error, "/nowhere/at/all.trace");
	tiny_close(&tiny);
}

CU_ErrorCode suite_world(void);

CU_ErrorCode suite_world(void)
{
	CU_pSuite suite = CU_add_suite("world", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, the_same_seed_gives_the_same_hash);
	CU_ADD_TEST(suite, nobody_who_watches_changes_the_hash);
	CU_ADD_TEST(suite, a_run_in_pieces_is_the_same_run);
	CU_ADD_TEST(suite, drawn_ties_change_the_order_of_one_instant);
	CU_ADD_TEST(suite, a_healed_network_is_fair);
	CU_ADD_TEST(suite, an_impossible_suite_is_an_error_at_once);
	CU_ADD_TEST(suite, a_trace_that_cannot_be_written_is_an_error);
	return CU_get_error();
}
