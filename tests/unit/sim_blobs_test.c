/* sim_blobs_test.c: blobs.c: the bytes of a world's blobs, the disks they go to, and what can be seen of them. */
#include "sim/blobs.h"
#include "sim/node.h"
#include "sim/scenario/invariants.h"
#include "tests/check.h"
#include "tests/unit/tiny.h"

static const char nodes[] = "{\"name\": \"robot\", \"kind\": \"agent\", \"couriers\": true}, "
	"{\"name\": \"pilot\", \"kind\": \"remote\", \"couriers\": true}";
static const char links[] = "{\"between\": [\"*\", \"*\"], \"latency\": \"20ms\"}";
static const char story[] = "{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}, "
	"{\"at\": \"2s\", \"blob\": {\"from\": \"pilot\", \"to\": \"robot\", \"id\": 7, \"size\": \"200kB\"}}, "
	"{\"at\": \"2s\", \"blob\": {\"from\": \"robot\", \"to\": \"pilot\", \"id\": 7, \"size\": \"1kB\"}}";

static void open_at(struct tiny *tiny, const char *timeline, octo_time_ns at)
{
	*tiny = (struct tiny){ .nodes = nodes, .links = links, .timeline = timeline, .options = { .seed = 1 } };
	tiny_open(tiny);
	tiny_run(tiny, at);
}

/* Any piece of a blob, wherever it begins, is a piece of the same bytes; another id or seed, others. */
static void bytes_follow_from_seed_id_and_place(void)
{
	struct tiny tiny, other;
	uint8_t whole[400], piece[400], elsewhere[400];
	open_at(&tiny, story, 2 * OCTO_SECOND);
	struct node_call call;
	CHECK(node_call(tiny.sim, PILOT, &call));
	CHECK(blobs_of_nodes.read(&call.seat, 0, OCTO_WAY_OUT, 7, 0, whole, sizeof whole));
	for (size_t at = 0; at < 20; at++) {
		CHECK(blobs_of_nodes.read(&call.seat, 0, OCTO_WAY_OUT, 7, at, piece, 100 + at));
		CHECK_BYTES(piece, whole + at, 100 + at);
	}
	CHECK(!blobs_of_nodes.read(&call.seat, 0, OCTO_WAY_OUT, 8, 0, piece, 1));
	other = (struct tiny){ .nodes = nodes, .links = links, .timeline = story, .options = { .seed = 2 } };
	tiny_open(&other);
	tiny_run(&other, 2 * OCTO_SECOND);
	CHECK(node_call(other.sim, PILOT, &call));
	CHECK(blobs_of_nodes.read(&call.seat, 0, OCTO_WAY_OUT, 7, 0, elsewhere, sizeof elsewhere));
	CHECK(memcmp(whole, elsewhere, sizeof whole) != 0);
	tiny_close(&other);
	tiny_close(&tiny);
}

/* R154, R158: both ways at once, seen from its offer to its end. */
static void a_blob_is_seen_from_offer_to_end(void)
{
	struct tiny tiny;
	struct blobs_view view;
	open_at(&tiny, story, 1500 * OCTO_MILLISECOND);
	CHECK(!blobs_view(tiny.sim, PILOT, ROBOT, 7, &view));
	tiny_run(&tiny, 2 * OCTO_SECOND);
	CHECK(blobs_view(tiny.sim, PILOT, ROBOT, 7, &view));
	CHECK_U64(view.state, SCENARIO_BLOB_OFFERED);
	CHECK_U64(view.done, 0);
	tiny_run(&tiny, 3 * OCTO_SECOND);
	CHECK(blobs_view(tiny.sim, PILOT, ROBOT, 7, &view));
	CHECK_U64(view.state, SCENARIO_BLOB_FLOWING);
	CHECK(view.done > 0 && view.done < view.size && !view.is_whole);
	const struct sim_result *result = tiny_run(&tiny, OCTO_NEVER);
	CHECK(result->passed);
	for (int way = 0; way < 2; way++) {
		CHECK(blobs_view(tiny.sim, way ? ROBOT : PILOT, way ? PILOT : ROBOT, 7, &view));
		CHECK_U64(view.state, SCENARIO_BLOB_COMPLETE);
		CHECK(view.is_whole && view.done == view.size && view.rate_bps > 1000);
		CHECK_U64(view.size, way ? 1000 : 200000);
		CHECK_U64(view.repeated, 0);
	}
	CHECK_U64(result->blob_count, 2);
	const struct sim_blob *first = &result->blobs[0], *second = &result->blobs[1];
	CHECK(first->from == ROBOT && first->to == PILOT && second->from == PILOT && second->to == ROBOT);
	CHECK(first->size == 1000 && first->is_whole && second->done == 200000 && second->state == SCENARIO_BLOB_COMPLETE);
	CHECK(second->took_ns > OCTO_SECOND && second->rate_bps == 200000 * 8 * OCTO_SECOND / second->took_ns);
	tiny_close(&tiny);
}

/* The time of one that was given up ends then. */
static void a_blob_that_was_given_up_takes_no_longer(void)
{
	struct tiny tiny;
	open_at(&tiny, "{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}, "
		"{\"at\": \"2s\", \"blob\": {\"from\": \"pilot\", \"to\": \"robot\", \"size\": \"2MB\"}}, "
		"{\"at\": \"5s\", \"cancel\": {\"from\": \"pilot\", \"to\": \"robot\", \"id\": 1}}", OCTO_SECOND);
	CHECK_U64(tiny_run(&tiny, OCTO_SECOND)->blob_count, 0);
	const struct sim_result *result = tiny_run(&tiny, OCTO_NEVER);
	CHECK_U64(result->blob_count, 1);
	CHECK_U64(result->blobs[0].state, SCENARIO_BLOB_ABORTED);
	CHECK(result->blobs[0].took_ns > 2900 * OCTO_MILLISECOND && result->blobs[0].took_ns < 3100 * OCTO_MILLISECOND);
	tiny_close(&tiny);
}

/* A disk survives its node's crash with what it has in a row, and dies with the store. */
static void a_disk_outlives_a_crash_and_not_its_store(void)
{
	for (int keeps = 0; keeps < 2; keeps++) {
		struct tiny tiny;
		struct octo_blob_view in;
		struct blobs_view view;
		struct octo_blob blob = { .id = 7 };
		uint64_t have = 0;
		open_at(&tiny, story, 3 * OCTO_SECOND);
		struct node_call call;
		CHECK(node_call(tiny.sim, ROBOT, &call));
		CHECK(octo_blob_view(call.channel, &call.host, 0, OCTO_WAY_IN, 0, &in));
		CHECK(in.done_in_a_row > 1000);
		node_crash(tiny.sim, ROBOT);
		node_boot(tiny.sim, ROBOT, keeps);
		CHECK(blobs_view(tiny.sim, PILOT, ROBOT, 7, &view));
		CHECK_U64(view.done, keeps ? in.done_in_a_row : 0);
		CHECK(node_call(tiny.sim, ROBOT, &call));
		memcpy(blob.digest, in.blob.digest, sizeof blob.digest);
		CHECK(blobs_of_nodes.offered(&call.seat, 0, &blob, &have));
		CHECK_U64(have, keeps ? in.done_in_a_row : 0);
		blob.digest[0] ^= 1; /* of other bytes it has nothing */
		CHECK(blobs_of_nodes.offered(&call.seat, 0, &blob, &have));
		CHECK_U64(have, 0);
		CHECK_U64(tiny_run(&tiny, OCTO_NEVER)->invariants[INVARIANT_BLOBS].violated, 0);
		tiny_close(&tiny);
	}
}

/* R39: what a core hands over is compared byte by byte, and that all of it was is seen. */
static void wrong_bytes_gaps_and_overlaps_are_seen(void)
{
	static const uint64_t pieces[][2] = { { 0, 400 }, { 400, 400 }, { 800, 200 } };
	struct octo_blob blob = { .id = 7, .size = 1000 };
	for (int trick = 0; trick < 4; trick++) { /* 0: none; 1: a wrong byte; 2: a piece too few; 3: one too often */
		struct tiny tiny;
		uint8_t bytes[400];
		uint64_t have = 0;
		open_at(&tiny, story, 2 * OCTO_SECOND);
		struct node_call from, to;
		CHECK(node_call(tiny.sim, ROBOT, &from) && node_call(tiny.sim, PILOT, &to));
		CHECK(blobs_of_nodes.offered(&to.seat, 0, &blob, &have));
		for (int i = 0; i < 3 + (trick == 3) - (trick == 2); i++) {
			const uint64_t *piece = pieces[i % 3];
			CHECK(blobs_of_nodes.read(&from.seat, 0, OCTO_WAY_OUT, 7, piece[0], bytes, (size_t)piece[1]));
			bytes[199] ^= trick == 1 && i == 2;
			CHECK(blobs_of_nodes.write(&to.seat, 0, 7, piece[0], bytes, (size_t)piece[1]));
		}
		CHECK(blobs_of_nodes.keep(&to.seat, 0, &blob));
		CHECK(!blobs_of_nodes.write(&to.seat, 0, 7, 900, bytes, 101));
		const struct sim_invariant *invariant = &tiny_run(&tiny, 2 * OCTO_SECOND)->invariants[INVARIANT_BLOBS];
		/* The one beyond the end is none of them. */
		CHECK_U64(invariant->violated, 1 + (trick > 0) + (trick == 3));
		if (trick > 0)
			CHECK_CONTAINS(invariant->first, trick == 1 ? "expected the bytes of blob 7 at 800" : "found gaps or overlaps");
		tiny_close(&tiny);
	}
}

static const char *judge(const char *expectation)
{
	return tiny_judge((struct tiny){ .nodes = nodes, .links = links, .timeline = story, .expect = expectation,
		.options = { .seed = 1 } });
}

static void expectations_of_blobs_are_judged(void)
{
	CHECK_STRING(judge("{\"by\": \"19s\", \"blob\": {\"from\": \"pilot\", \"to\": \"robot\", \"id\": 7, \"state\": \"complete\", \"whole\": true, \"progress\": \"100%\", \"repeated\": \"0B\"}}"), "");
	CHECK_STRING(judge("{\"by\": \"2s\", \"blob\": {\"from\": \"pilot\", \"to\": \"robot\", \"id\": 7, \"state\": \"complete\"}}"),
	             "of pilot to robot, offered: 0 of 200000 bytes, 0 twice, 0 bit/s");
	CHECK_CONTAINS(judge("{\"by\": \"19s\", \"blob\": {\"from\": \"*\", \"to\": \"*\", \"id\": 7, \"goodput\": \"1Mbit\"}}"),
	               "of robot to pilot, complete, whole: 1000 of 1000 bytes, 0 twice, ");
	CHECK_STRING(judge("{\"by\": \"19s\", \"blob\": {\"from\": \"pilot\", \"to\": \"robot\", \"id\": 8, \"progress\": \"0%\"}}"),
	             "pilot has offered no such blob to robot");
	CHECK_STRING(judge("{\"eventually\": {\"blob\": {\"from\": \"pilot\", \"to\": \"robot\", \"id\": 7, \"progress\": \"50%\"}}, \"until\": \"10s\"}"), "");
	CHECK_CONTAINS(judge("{\"never\": {\"blob\": {\"from\": \"pilot\", \"to\": \"robot\", \"id\": 7, \"state\": \"complete\"}}}"), "complete, whole: 200000");
}

CU_ErrorCode suite_sim_blobs(void);
CU_ErrorCode suite_sim_blobs(void)
{
	CU_pSuite suite = CU_add_suite("sim_blobs", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, bytes_follow_from_seed_id_and_place);
	CU_ADD_TEST(suite, a_blob_is_seen_from_offer_to_end);
	CU_ADD_TEST(suite, a_blob_that_was_given_up_takes_no_longer);
	CU_ADD_TEST(suite, a_disk_outlives_a_crash_and_not_its_store);
	CU_ADD_TEST(suite, wrong_bytes_gaps_and_overlaps_are_seen);
	CU_ADD_TEST(suite, expectations_of_blobs_are_judged);
	return CU_get_error();
}
