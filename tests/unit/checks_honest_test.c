/* Tests of honest: the tamper protocol accuses nobody in a run of honest nodes (R68). */
#include "tests/unit/checks_fixture.h"

static void hack(struct fixture *world, enum octo_tell tell)
{
	struct octo_event event = { .tamper = { .tell = (uint8_t)tell } };
	fixture_data(world, PILOT, ROBOT, 70000, 1, OCTO_REASON_TAMPERED);
	fixture_tell(world, PILOT, ROBOT, event, OCTO_EVENT_TAMPER);
}

/* A world whose timeline has this one action. */
static void start(struct fixture *world, struct scenario_action *action)
{
	fixture_make(world);
	world->scenario.actions = action;
	world->scenario.action_count = action ? 1 : 0;
	fixture_start(world);
	fixture_data(world, PILOT, ROBOT, 70000, 0, OCTO_REASON_ACCEPTED);
}

static struct scenario_action injection(uint32_t to, uint32_t source)
{
	return (struct scenario_action){ .verb = SCENARIO_INJECT, .store_from_ns = OCTO_NEVER, .inject_to = to,
		                         .inject_source = source, .packet = { .from = ROBOT, .to = PILOT } };
}

static void a_run_without_tells_holds(void)
{
	struct fixture world;
	start(&world, NULL);
	CHECK_HOLDS(&world, "honest");
	fixture_stop(&world);
}

static void a_tell_among_honest_nodes_breaks_honest(void)
{
	struct fixture world;
	start(&world, NULL);
	hack(&world, OCTO_TELL_TOO_MANY_QUESTIONS);
	CHECK_BROKEN(&world, "honest", "expected no packet of an honest peer to be taken for hacked, found one: too-many-questions");
	fixture_stop(&world);
}

static void what_the_network_repeats_is_honest(void)
{
	struct fixture world;
	struct scenario_action again = injection(PILOT, ROBOT);
	start(&world, &again);
	hack(&world, OCTO_TELL_ANSWERS_UNASKED);
	CHECK_BROKEN(&world, "honest", "answers-unasked");
	fixture_stop(&world);
}

static void check_is_not_evaluated(struct scenario_action action)
{
	struct fixture world;
	start(&world, &action);
	hack(&world, OCTO_TELL_INITIAL_REFUTED);
	CHECK_U64(fixture_invariant(&world, "honest")->evaluated, 0);
	CHECK_U64(fixture_invariant(&world, "honest")->violated, 0);
	fixture_stop(&world);
}

static void with_an_attacker_nothing_is_said(void)
{
	static const enum scenario_verb verbs[] = { SCENARIO_INTERCEPT, SCENARIO_RELAY, SCENARIO_FLOOD, SCENARIO_ATTACK };
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		check_is_not_evaluated((struct scenario_action){ .verb = verbs[i], .store_from_ns = OCTO_NEVER });
	check_is_not_evaluated(injection(FLEET, ROBOT));
	check_is_not_evaluated(injection(PILOT, FLEET));
	struct scenario_action damaged = injection(PILOT, ROBOT);
	damaged.flip_each = true;
	check_is_not_evaluated(damaged);
	struct scenario_action junk = injection(PILOT, ROBOT);
	junk.random_bytes = true;
	check_is_not_evaluated(junk);
	check_is_not_evaluated((struct scenario_action){ .verb = SCENARIO_RESTART, .has_store_of = true, .store_from_ns = OCTO_NEVER });
}

static void with_a_clone_nothing_is_said(void)
{
	struct fixture world;
	fixture_make(&world);
	snprintf(world.nodes[FLEET].identity, sizeof world.nodes[FLEET].identity, "%s", world.nodes[ROBOT].identity);
	fixture_start(&world);
	hack(&world, OCTO_TELL_INITIAL_REFUTED);
	CHECK_U64(fixture_invariant(&world, "honest")->evaluated, 0);
	fixture_stop(&world);
}

/* Timestamps begin anew, and old SYNs are newer than they. All else is as honest as ever. */
static void a_lost_store_excuses_what_timestamps_give_away(void)
{
	struct fixture world;
	struct scenario_action restart = { .verb = SCENARIO_RESTART, .loses_store = true, .store_from_ns = OCTO_NEVER };
	start(&world, &restart);
	hack(&world, OCTO_TELL_TIMESTAMP_TWICE);
	hack(&world, OCTO_TELL_INITIAL_REFUTED);
	CHECK_HOLDS(&world, "honest");
	hack(&world, OCTO_TELL_LARGER_THAN_AGREED);
	CHECK_BROKEN(&world, "honest", "larger-than-agreed");
	fixture_stop(&world);
	struct scenario_action kept = { .verb = SCENARIO_RESTART, .store_from_ns = OCTO_NEVER };
	start(&world, &kept);
	hack(&world, OCTO_TELL_TIMESTAMP_TWICE);
	CHECK_BROKEN(&world, "honest", "timestamp-twice");
	fixture_stop(&world);
}

CU_ErrorCode suite_checks_honest(void);

CU_ErrorCode suite_checks_honest(void)
{
	CU_pSuite suite = CU_add_suite("checks: honest", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_run_without_tells_holds);
	CU_ADD_TEST(suite, a_tell_among_honest_nodes_breaks_honest);
	CU_ADD_TEST(suite, what_the_network_repeats_is_honest);
	CU_ADD_TEST(suite, with_an_attacker_nothing_is_said);
	CU_ADD_TEST(suite, with_a_clone_nothing_is_said);
	CU_ADD_TEST(suite, a_lost_store_excuses_what_timestamps_give_away);
	return CU_get_error();
}
