/* Tests of the table that the invariants keep their memory in, and of the list of invariants. */
#include "sim/check/table.h"
#include "tests/unit/checks_fixture.h"

struct thing {
	struct table_key key;
	uint64_t value;
};

static void items_are_found_after_any_growth(void)
{
	enum { COUNT = 20000 };
	struct table table;
	unsigned wrong = 0;
	CHECK(table_open(&table, sizeof(struct thing), 0));
	for (uint64_t i = 0; i < COUNT; i++) {
		struct thing *thing = table_claim(&table, i % 7, i << 40);
		wrong += !thing || thing->value != 0;
		if (thing)
			thing->value = i + 1;
	}
	for (uint64_t i = 0; i < COUNT; i++) {
		const struct thing *thing = table_find(&table, i % 7, i << 40);
		wrong += !thing || thing->value != i + 1 || table_claim(&table, i % 7, i << 40) != thing;
	}
	CHECK_U64(wrong, 0);
	CHECK_U64(table.count, COUNT);
	CHECK(table_find(&table, 8, 0) == NULL);
	table_close(&table);
}

static void every_invariant_has_a_name_and_a_sentence(void)
{
	static const char *const names[] = { "S1", "S2",  "S3",  "S4",  "S5", "S6", "S7", "S8",
		                             "S9", "S10", "S11", "S13", "L1", "L2", "L3", "L4",
		                             "once", "ordered", "sealed", "paced", "spaced", "bounded", "celibate", "honeymoon-ends",
		                             "switched-off", "honest", "reads",
		                             "commands", "verified", "blobs", "starving" };
	struct fixture world;
	uint32_t count;
	fixture_make(&world);
	fixture_start(&world);
	const struct sim_invariant *list = checks_invariants(world.checks, &count);
	CHECK_U64(count, sizeof names / sizeof *names);
	for (uint32_t i = 0; i < count && i < sizeof names / sizeof *names; i++) {
		CHECK_STRING(list[i].name, names[i]);
		CHECK(list[i].text && strlen(list[i].text) > 20);
		CHECK_U64(list[i].evaluated + list[i].violated, 0);
	}
	fixture_stop(&world);
}

/* The first violation is kept, later ones are counted. */
static void first_violation_is_told_with_time_and_names(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	world.now = 3 * OCTO_SECOND + 120 * OCTO_MICROSECOND;
	for (int i = 0; i < 3; i++) {
		fixture_send(&world, ROBOT, PILOT, OCTO_PACKET_PROBE_REPLY, 44);
		world.now += OCTO_SECOND;
	}
	const struct sim_invariant *found = fixture_invariant(&world, "S7");
	CHECK_U64(found->violated, 3);
	CHECK_U64(checks_violations(world.checks), 3);
	CHECK_U64(found->first_at_ns, 3 * OCTO_SECOND + 120 * OCTO_MICROSECOND);
	CHECK_CONTAINS(found->first, "at 3.000120 s, robot with pilot: expected ");
	fixture_stop(&world);
}

CU_ErrorCode suite_checks_table(void);
CU_ErrorCode suite_checks_table(void)
{
	CU_pSuite suite = CU_add_suite("checks_table", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, items_are_found_after_any_growth);
	CU_ADD_TEST(suite, every_invariant_has_a_name_and_a_sentence);
	CU_ADD_TEST(suite, first_violation_is_told_with_time_and_names);
	return CU_get_error();
}
