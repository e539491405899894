/* Tests of S2 (one current session, the same on both sides), S3 (its order only rises), S9 (no SYN changes
 * it) and S13 (nor does a step of a clock). */
#include "tests/unit/checks_fixture.h"

static const uint64_t quiet_ns = 70 * OCTO_SECOND; /* more than two dead-peer periods */

static void order_holds_through_a_replacement(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	fixture_establish(&world, ROBOT, PILOT, 7, 1);
	fixture_pass(&world, quiet_ns);
	struct octo_event_session lower = fixture_session(7, 1, OCTO_ROLE_INITIATOR);
	struct octo_event_session higher = fixture_session(5, 2, OCTO_ROLE_INITIATOR);
	fixture_tell(&world, ROBOT, PILOT, (struct octo_event){ .session = lower }, OCTO_EVENT_SESSION_SPARE);
	fixture_install(&world, ROBOT, PILOT, &higher);
	checks_finish(world.checks);
	CHECK_HOLDS(&world, "S2");
	CHECK_U64(fixture_invariant(&world, "S2")->evaluated,
	          4); /* three sessions came up, one quiet ended */
	CHECK_HOLDS(&world, "S3");
	fixture_stop(&world);
}

static void two_current_sessions_break_s2(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	struct octo_event_session first = fixture_session(7, 1, OCTO_ROLE_INITIATOR);
	struct octo_event_session second = fixture_session(8, 2, OCTO_ROLE_INITIATOR);
	fixture_install(&world, ROBOT, PILOT, &first);
	fixture_install(&world, ROBOT, PILOT, &second);
	CHECK_BROKEN(&world, "S2",
	             "expected one current session, found 0000000000000008 beside 0000000000000007");
	fixture_stop(&world);
}

/* Each on a session of its own. */
static void split(struct fixture *world)
{
	fixture_make(world);
	fixture_start(world);
	struct octo_event_session here = fixture_session(7, 1, OCTO_ROLE_INITIATOR);
	struct octo_event_session there = fixture_session(8, 1, OCTO_ROLE_INITIATOR);
	fixture_install(world, ROBOT, PILOT, &here);
	fixture_install(world, PILOT, ROBOT, &there);
}

static void split_brain_in_a_quiet_network_breaks_s2(void)
{
	struct fixture world;
	split(&world);
	fixture_pass(&world, quiet_ns);
	checks_finish(world.checks);
	CHECK_BROKEN(&world, "S2", "expected the same session on both sides after 70 s of quiet");
	fixture_stop(&world);
}

static void split_brain_is_seen_when_the_quiet_ends(void)
{
	struct fixture world;
	split(&world);
	fixture_pass(&world, quiet_ns);
	fixture_disturb(&world, ROBOT, PILOT, OCTO_PACKET_DATA);
	CHECK_BROKEN(&world, "S2", "robot with pilot");
	fixture_stop(&world);
}

static void split_brain_amid_disturbance_is_not_judged(void)
{
	struct fixture world;
	split(&world);
	for (int i = 0; i < 10; i++) {
		fixture_pass(&world, 10 * OCTO_SECOND);
		fixture_disturb(&world, ROBOT, PILOT, OCTO_PACKET_DATA);
	}
	checks_finish(world.checks);
	CHECK_U64(fixture_invariant(&world, "S2")->violated, 0);
	fixture_stop(&world);
}

static void confirm_at(struct fixture *world, enum octo_step step, uint64_t timestamp)
{
	struct octo_event event = { .handshake = { .step = (uint8_t)step,
		                                   .before = OCTO_STATE_ANSWERING,
		                                   .after = OCTO_STATE_ESTABLISHED,
		                                   .timestamp = timestamp } };
	fixture_tell(world, ROBOT, PILOT, event, OCTO_EVENT_HANDSHAKE);
}

static void ack_older_than_what_was_installed_breaks_s3(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	confirm_at(&world, OCTO_STEP_SYN_ACK_VALID, 9);
	confirm_at(&world, OCTO_STEP_CONFIRMED, 9);
	CHECK_HOLDS(&world, "S3");
	confirm_at(&world, OCTO_STEP_CONFIRMED, 8);
	CHECK_BROKEN(&world, "S3", "found 0000000000000008 after 0000000000000009");
	fixture_stop(&world);
	fixture_make(&world);
	fixture_start(&world);
	confirm_at(&world, OCTO_STEP_CONFIRMED, 9);
	checks_boot(world.checks, ROBOT, false); /* what it had seen went with its store */
	confirm_at(&world, OCTO_STEP_CONFIRMED, 8);
	CHECK_HOLDS(&world, "S3");
	fixture_stop(&world);
}

static void lower_session_as_current_breaks_s3(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	struct octo_event_session higher = fixture_session(7, 3, OCTO_ROLE_INITIATOR);
	struct octo_event_session lower = fixture_session(8, 2, OCTO_ROLE_INITIATOR);
	fixture_install(&world, ROBOT, PILOT, &higher);
	fixture_down(&world, ROBOT, PILOT, &higher, OCTO_END_DEAD);
	fixture_install(&world, ROBOT, PILOT, &lower);
	CHECK_BROKEN(&world, "S3",
	             "expected a session above (3, 0, 0000000000000007), found (2, 0, 0000000000000008)");
	fixture_stop(&world);
}

static void a_boot_begins_a_new_order(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	struct octo_event_session higher = fixture_session(7, 3, OCTO_ROLE_INITIATOR);
	struct octo_event_session lower = fixture_session(8, 1, OCTO_ROLE_INITIATOR);
	fixture_install(&world, ROBOT, PILOT, &higher);
	checks_crash(world.checks, ROBOT);
	checks_boot(world.checks, ROBOT, true);
	fixture_install(&world, ROBOT, PILOT, &lower);
	CHECK_HOLDS(&world, "S3");
	CHECK_HOLDS(&world, "S2");
	fixture_stop(&world);
}

/* ---- S9 ------------------------------------------------------------------------------------------------ */

static void session_ending_while_a_syn_is_received_breaks_s9(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	fixture_establish(&world, ROBOT, PILOT, 7, 1);
	struct octo_event_session there = fixture_session(7, 1, OCTO_ROLE_ADHERENT);
	struct octo_address from = fixture_address(ROBOT);
	uint8_t syn[FIXTURE_SYN_BYTES] = { OCTO_PACKET_SYN };
	checks_before_receive(world.checks, PILOT, ROBOT, &from, syn, sizeof syn, 0);
	fixture_step(&world, PILOT, ROBOT, OCTO_STEP_SYN_FRESH, OCTO_STATE_ESTABLISHED, OCTO_STATE_ANSWERING);
	fixture_down(&world, PILOT, ROBOT, &there, OCTO_END_DEAD);
	checks_after_receive(world.checks, PILOT);
	CHECK_BROKEN(&world, "S9", "expected that a SYN changes no session");
	fixture_stop(&world);
}

static void claim(struct fixture *world)
{
	fixture_make(world);
	fixture_start(world);
	fixture_establish(world, ROBOT, PILOT, 7, 1);
	fixture_step(world, PILOT, ROBOT, OCTO_STEP_SYN_FRESH, OCTO_STATE_ESTABLISHED,
	             OCTO_STATE_ESTABLISHED);
}

static void give_way(struct fixture *world)
{
	struct octo_event_session there = fixture_session(7, 1, OCTO_ROLE_ADHERENT);
	fixture_down(world, PILOT, ROBOT, &there, OCTO_END_RESTARTED);
}

static void unanswered_challenge_ends_a_session(void)
{
	struct fixture world;
	claim(&world);
	fixture_pass(&world, OCTO_SECOND);
	give_way(&world);
	CHECK_HOLDS(&world, "S9");
	CHECK_U64(fixture_invariant(&world, "S9")->evaluated, 2);
	fixture_stop(&world);
}

static void short_challenge_breaks_s9(void)
{
	struct fixture world;
	claim(&world);
	fixture_pass(&world, 999 * OCTO_MILLISECOND);
	give_way(&world);
	CHECK_BROKEN(&world, "S9", "expected at least 1000 ms of challenge, found 999 ms");
	fixture_stop(&world);
}

static void answered_challenge_that_ends_a_session_breaks_s9(void)
{
	struct fixture world;
	claim(&world);
	fixture_pass(&world, OCTO_SECOND / 2);
	fixture_step(&world, PILOT, ROBOT, OCTO_STEP_PONG_CHALLENGE, OCTO_STATE_ESTABLISHED,
	             OCTO_STATE_ESTABLISHED);
	fixture_pass(&world, OCTO_SECOND);
	give_way(&world);
	CHECK_BROKEN(&world, "S9", "only an unanswered challenge");
	fixture_stop(&world);
}

/* ---- S13 ----------------------------------------------------------------------------------------------- */

static void step_of_a_clock_alone_breaks_nothing(void)
{
	struct fixture world;
	claim(&world);
	checks_clock(world.checks, PILOT, -3600 * (int64_t)OCTO_SECOND);
	struct octo_event back = { .clock = { .step_ns = -3600 * (int64_t)OCTO_SECOND } };
	world.now += OCTO_SECOND;
	back.now = world.now;
	fixture_tell(&world, PILOT, TRACE_NOBODY, back, OCTO_EVENT_CLOCK_STEP);
	CHECK_HOLDS(&world, "S13");
	CHECK_U64(fixture_invariant(&world, "S13")->evaluated, 2);
	fixture_stop(&world);
}

/* The node's clock reads an hour less after the step; its own time went on all the same. */
static void challenge_is_measured_on_the_nodes_own_time(void)
{
	struct fixture world;
	const int64_t hour = 3600 * (int64_t)OCTO_SECOND;
	fixture_make(&world);
	fixture_start(&world);
	world.now = 7200 * OCTO_SECOND;
	fixture_establish(&world, ROBOT, PILOT, 7, 1);
	fixture_step(&world, PILOT, ROBOT, OCTO_STEP_SYN_FRESH, OCTO_STATE_ESTABLISHED,
	             OCTO_STATE_ESTABLISHED);
	struct octo_event back = { .clock = { .step_ns = -hour } };
	fixture_tell(&world, PILOT, TRACE_NOBODY, back, OCTO_EVENT_CLOCK_STEP);
	world.now = 7202 * OCTO_SECOND;
	struct octo_event down = { .session = fixture_session(7, 1, OCTO_ROLE_ADHERENT) };
	down.session.end = OCTO_END_RESTARTED;
	down.session.was_current = true;
	down.kind = OCTO_EVENT_SESSION_DOWN;
	down.now = world.now - (uint64_t)hour;
	checks_core_event(world.checks, PILOT, ROBOT, &down);
	CHECK_HOLDS(&world, "S9");
	CHECK_HOLDS(&world, "S13");
	fixture_stop(&world);
}

static void die_in_the_instant_of_a_step(struct fixture *world, int64_t step_ns)
{
	fixture_make(world);
	fixture_start(world);
	fixture_establish(world, ROBOT, PILOT, 7, 1);
	fixture_pass(world, OCTO_SECOND);
	checks_clock(world->checks, PILOT, step_ns);
	struct octo_event_session there = fixture_session(7, 1, OCTO_ROLE_ADHERENT);
	fixture_down(world, PILOT, ROBOT, &there, OCTO_END_DEAD);
}

static void session_that_dies_of_a_step_back_breaks_s13(void)
{
	struct fixture world;
	die_in_the_instant_of_a_step(&world, -(int64_t)OCTO_MILLISECOND);
	CHECK_BROKEN(&world, "S13", "to outlive a step of the clock back");
	fixture_stop(&world);
}

static void step_forwards_is_time_that_may_end_a_session(void)
{
	struct fixture world;
	die_in_the_instant_of_a_step(&world, 60 * (int64_t)OCTO_SECOND);
	CHECK_HOLDS(&world, "S13");
	fixture_stop(&world);
}

static void violation_on_a_stepped_node_names_the_clock(void)
{
	struct fixture world;
	claim(&world);
	checks_clock(world.checks, PILOT, (int64_t)OCTO_SECOND);
	fixture_pass(&world, 10 * OCTO_MILLISECOND);
	give_way(&world);
	CHECK_BROKEN(&world, "S9", "challenge");
	CHECK_BROKEN(&world, "S13", "found S9 violated");
	fixture_stop(&world);
}

CU_ErrorCode suite_checks_order(void);
CU_ErrorCode suite_checks_order(void)
{
	CU_pSuite suite = CU_add_suite("checks_order", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, order_holds_through_a_replacement);
	CU_ADD_TEST(suite, two_current_sessions_break_s2);
	CU_ADD_TEST(suite, split_brain_in_a_quiet_network_breaks_s2);
	CU_ADD_TEST(suite, split_brain_is_seen_when_the_quiet_ends);
	CU_ADD_TEST(suite, split_brain_amid_disturbance_is_not_judged);
	CU_ADD_TEST(suite, ack_older_than_what_was_installed_breaks_s3);
	CU_ADD_TEST(suite, lower_session_as_current_breaks_s3);
	CU_ADD_TEST(suite, a_boot_begins_a_new_order);
	CU_ADD_TEST(suite, session_ending_while_a_syn_is_received_breaks_s9);
	CU_ADD_TEST(suite, unanswered_challenge_ends_a_session);
	CU_ADD_TEST(suite, short_challenge_breaks_s9);
	CU_ADD_TEST(suite, answered_challenge_that_ends_a_session_breaks_s9);
	CU_ADD_TEST(suite, step_of_a_clock_alone_breaks_nothing);
	CU_ADD_TEST(suite, challenge_is_measured_on_the_nodes_own_time);
	CU_ADD_TEST(suite, session_that_dies_of_a_step_back_breaks_s13);
	CU_ADD_TEST(suite, step_forwards_is_time_that_may_end_a_session);
	CU_ADD_TEST(suite, violation_on_a_stepped_node_names_the_clock);
	return CU_get_error();
}
