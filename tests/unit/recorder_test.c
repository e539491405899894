/* recorder_test.c: recorder.c: the hash covers every field of every record and every byte beside it. */
#include "sim/recorder.h"
#include "tests/check.h"
#include "tests/unit/tiny.h"

static uint64_t hash_of(const struct trace_record *record, const void *extra)
{
	struct tiny tiny = { .options = { .seed = 1 } };
	struct trace_record copy = *record;
	tiny_open(&tiny);
	recorder_put(tiny.sim, &copy, extra);
	uint64_t hash = sim_result(tiny.sim)->hash;
	tiny_close(&tiny);
	return hash;
}

static void every_field_counts(void)
{
	const struct trace_record base = { .kind = TRACE_STEP, .flags = 1, .node = 2, .peer = 3, .packet = 4, .copy = 5,
		.cause = 6, .a = 7, .b = 8 };
	struct trace_record changed[8];
	for (int i = 0; i < 8; i++)
		changed[i] = base;
	changed[0].kind++, changed[1].flags++, changed[2].node++, changed[3].peer++;
	changed[4].packet++, changed[5].copy++, changed[6].a ^= UINT64_C(1) << 63, changed[7].b++;
	uint64_t hash = hash_of(&base, NULL);
	CHECK_U64(hash_of(&base, NULL), hash);
	for (int i = 0; i < 8; i++)
		CHECK(hash_of(&changed[i], NULL) != hash);
	struct trace_record cause = base;
	cause.cause++;
	CHECK(hash_of(&cause, NULL) != hash);
}

static void every_bit_of_the_extra_bytes_counts(void)
{
	uint8_t extra[19];
	struct trace_record record = { .kind = TRACE_SENT, .extra_size = sizeof extra };
	for (size_t i = 0; i < sizeof extra; i++)
		extra[i] = (uint8_t)(3 * i);
	uint64_t hash = hash_of(&record, extra);
	for (size_t bit = 0; bit < 8 * sizeof extra; bit += 3) {
		extra[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(hash_of(&record, extra) != hash);
		extra[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	record.extra_size--;
	CHECK(hash_of(&record, extra) != hash);
}

/* Length matters: trailing zeros are bytes too. */
static void a_digest_covers_length_and_bytes(void)
{
	uint8_t bytes[40] = { 1, 2, 3 };
	uint64_t digests[41];
	for (size_t size = 0; size <= sizeof bytes; size++) {
		digests[size] = recorder_digest(bytes, size);
		for (size_t before = 0; before < size; before++)
			CHECK(digests[before] != digests[size]);
	}
}

/* The order of two records counts, and a record has the time of the world. */
static void order_and_time_count(void)
{
	struct trace_record one = { .kind = TRACE_STEP, .a = 1 }, two = { .kind = TRACE_STEP, .a = 2 };
	uint64_t hashes[3];
	for (int i = 0; i < 3; i++) {
		struct tiny tiny = { .options = { .seed = 1 } };
		struct trace_record first = i == 1 ? two : one, second = i == 1 ? one : two;
		tiny_open(&tiny);
		if (i == 2)
			world_of(tiny.sim)->now_ns = 1;
		uint32_t index = recorder_put(tiny.sim, &first, NULL);
		CHECK_U64(recorder_put(tiny.sim, &second, NULL), index + 1);
		CHECK_U64(first.time_ns, i == 2);
		hashes[i] = sim_result(tiny.sim)->hash;
		world_of(tiny.sim)->now_ns = 0;
		tiny_close(&tiny);
	}
	CHECK(hashes[0] != hashes[1] && hashes[0] != hashes[2]);
}

/* A failure is told, but is no part of the run: judged or not, the hash is the same. */
static void a_failure_is_no_part_of_the_hash(void)
{
	struct tiny tiny = { .options = { .seed = 1 } };
	tiny_open(&tiny);
	uint64_t hash = sim_result(tiny.sim)->hash;
	recorder_failure(tiny.sim, true, "S1: nothing of the kind", 0);
	CHECK_U64(sim_result(tiny.sim)->hash, hash);
	tiny_close(&tiny);
}

CU_ErrorCode suite_recorder(void);

CU_ErrorCode suite_recorder(void)
{
	CU_pSuite suite = CU_add_suite("recorder", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, every_field_counts);
	CU_ADD_TEST(suite, every_bit_of_the_extra_bytes_counts);
	CU_ADD_TEST(suite, a_digest_covers_length_and_bytes);
	CU_ADD_TEST(suite, order_and_time_count);
	CU_ADD_TEST(suite, a_failure_is_no_part_of_the_hash);
	return CU_get_error();
}
