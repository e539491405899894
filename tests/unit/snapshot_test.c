/* snapshot_test.c: sim_snapshot_*() of world.c: a world is one arena; a copy of it, put back elsewhere, runs on alike. */
#include "tests/check.h"
#include "tests/unit/tiny.h"

static const char links[] = "{\"between\": [\"*\", \"*\"], \"latency\": {\"uniform\": [\"5ms\", \"50ms\"]}, \"loss\": \"10%\", \"duplicate\": \"10%\"}";
static const char timeline[] = "{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}, "
	"{\"at\": \"2s\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"20ms\", \"size\": 64, \"count\": 300}}, "
	"{\"at\": \"12s\", \"restart\": \"robot\"}";

/* At many moments of a run: back in time, at another address or at the same, and on to the same hash. */
static void a_restored_world_runs_on_to_the_same_hash(void)
{
	struct tiny tiny = { .links = links, .timeline = timeline, .options = { .seed = 4 } };
	uint64_t hash = tiny_hash(&tiny);
	for (octo_time_ns at = 0; at < 20 * OCTO_SECOND; at += 1300 * OCTO_MILLISECOND) {
		for (int move = 0; move < 2; move++) {
			tiny_open(&tiny);
			uint64_t then = tiny_run(&tiny, at)->hash;
			struct sim_snapshot *snapshot = sim_snapshot_take(tiny.sim);
			CHECK_U64(tiny_run(&tiny, OCTO_NEVER)->hash, hash);
			CHECK(sim_snapshot_restore(tiny.sim, snapshot, move));
			CHECK_U64(sim_now(tiny.sim), at);
			CHECK_U64(sim_result(tiny.sim)->hash, then);
			CHECK_U64(tiny_run(&tiny, OCTO_NEVER)->hash, hash);
			sim_snapshot_free(snapshot);
			tiny_close(&tiny);
		}
	}
}

/* Taking one changes nothing, and one snapshot serves any number of times. */
static void a_snapshot_serves_again_and_again(void)
{
	struct tiny tiny = { .links = links, .timeline = timeline, .options = { .seed = 6 } };
	uint64_t hash = tiny_hash(&tiny);
	tiny_open(&tiny);
	tiny_run(&tiny, 3 * OCTO_SECOND);
	struct sim_snapshot *snapshot = sim_snapshot_take(tiny.sim);
	for (int i = 0; i < 4; i++) {
		tiny_run(&tiny, (octo_time_ns)(5 + 4 * i) * OCTO_SECOND);
		CHECK(sim_snapshot_restore(tiny.sim, snapshot, i % 2));
	}
	CHECK_U64(tiny_run(&tiny, OCTO_NEVER)->hash, hash);
	sim_snapshot_free(snapshot);
	tiny_close(&tiny);
}

/* What can be seen of a world is as it was. */
static void sessions_and_messages_come_back(void)
{
	struct tiny tiny = { .links = links, .timeline = timeline, .options = { .seed = 8 } };
	tiny_open(&tiny);
	tiny_run(&tiny, 9 * OCTO_SECOND);
	struct octo_peer_view before = tiny_view(&tiny, ROBOT, PILOT);
	uint64_t messages = sim_result(tiny.sim)->messages;
	struct sim_snapshot *snapshot = sim_snapshot_take(tiny.sim);
	tiny_run(&tiny, OCTO_NEVER);
	CHECK(sim_snapshot_restore(tiny.sim, snapshot, true));
	struct octo_peer_view after = tiny_view(&tiny, ROBOT, PILOT);
	CHECK_U64(after.session.log_id, before.session.log_id);
	CHECK_U64(after.state, before.state);
	CHECK_U64(sim_result(tiny.sim)->messages, messages);
	sim_snapshot_free(snapshot);
	tiny_close(&tiny);
}

CU_ErrorCode suite_snapshot(void);

CU_ErrorCode suite_snapshot(void)
{
	CU_pSuite suite = CU_add_suite("snapshot", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_restored_world_runs_on_to_the_same_hash);
	CU_ADD_TEST(suite, a_snapshot_serves_again_and_again);
	CU_ADD_TEST(suite, sessions_and_messages_come_back);
	return CU_get_error();
}
