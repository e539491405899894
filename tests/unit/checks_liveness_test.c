/* Tests of L1 (who should be connected is), L2 (crossed SYNs), L3 (lost ACKs) and L4 (a genuine SYN under
 * junk). One way takes 20 ms, a round trip 40. */
#include "tests/unit/checks_fixture.h"

static const uint64_t latency_ns = 20 * OCTO_MILLISECOND;
/* Redial 3 s and a quarter, 9 s, 5 s, twice 18 s, two round trips. */
static const uint64_t allowed_ns = 53830 * OCTO_MILLISECOND;

/* ---- L1 ------------------------------------------------------------------------------------------------ */

static void want(struct fixture *world, uint64_t at_ns)
{
	fixture_make(world);
	fixture_start(world);
	world->now = at_ns;
	checks_connect(world->checks, ROBOT, PILOT);
	world->view[ROBOT][PILOT].is_wanted = true;
	checks_settled(world->checks, ROBOT);
}

static void connected_in_time_holds(void)
{
	struct fixture world;
	want(&world, OCTO_SECOND);
	fixture_pass(&world, 30 * OCTO_SECOND);
	fixture_establish(&world, ROBOT, PILOT, 7, 1);
	fixture_pass(&world, allowed_ns);
	checks_finish(world.checks);
	CHECK_HOLDS(&world, "L1");
	fixture_stop(&world);
}

static void never_connected_breaks_l1(void)
{
	struct fixture world;
	want(&world, OCTO_SECOND);
	fixture_pass(&world, allowed_ns - OCTO_MILLISECOND);
	checks_finish(world.checks);
	CHECK_U64(fixture_invariant(&world, "L1")->evaluated, 0);
	fixture_pass(&world, OCTO_MILLISECOND);
	checks_finish(world.checks);
	CHECK_BROKEN(&world, "L1",
	             "robot with pilot: expected one session on both sides 53830 ms after the last trouble "
	             "at 1000 ms, "
	             "found idle and idle");
	fixture_stop(&world);
}

static void connected_too_late_breaks_l1(void)
{
	struct fixture world;
	want(&world, OCTO_SECOND);
	fixture_pass(&world, allowed_ns - OCTO_MILLISECOND);
	world.now += 2 * OCTO_MILLISECOND; /* nobody looks until then */
	fixture_establish(&world, ROBOT, PILOT, 7, 1);
	fixture_pass(&world, OCTO_SECOND);
	CHECK_BROKEN(&world, "L1", "agreed too late");
	fixture_stop(&world);
}

static void different_sessions_break_l1(void)
{
	struct fixture world;
	want(&world, OCTO_SECOND);
	struct octo_event_session here = fixture_session(7, 1, OCTO_ROLE_INITIATOR);
	struct octo_event_session there = fixture_session(8, 1, OCTO_ROLE_INITIATOR);
	fixture_install(&world, ROBOT, PILOT, &here);
	fixture_install(&world, PILOT, ROBOT, &there);
	world.view[ROBOT][PILOT].state = world.view[PILOT][ROBOT].state = OCTO_STATE_ESTABLISHED;
	fixture_pass(&world, allowed_ns);
	CHECK_BROKEN(&world, "L1", "found established and established");
	fixture_stop(&world);
}

static void session_lost_after_its_deadline_breaks_l1(void)
{
	struct fixture world;
	want(&world, OCTO_SECOND);
	fixture_establish(&world, ROBOT, PILOT, 7, 1);
	fixture_pass(&world, allowed_ns);
	CHECK_HOLDS(&world, "L1");
	struct octo_event_session here = fixture_session(7, 1, OCTO_ROLE_INITIATOR);
	fixture_down(&world, ROBOT, PILOT, &here, OCTO_END_DEAD);
	checks_finish(world.checks);
	CHECK_BROKEN(&world, "L1", "expected one session");
	fixture_stop(&world);
}

static void who_wants_nothing_is_not_judged(void)
{
	struct fixture world;
	want(&world, OCTO_SECOND);
	checks_disconnect(world.checks, ROBOT, PILOT);
	world.view[ROBOT][PILOT].is_wanted = false;
	fixture_pass(&world, 2 * allowed_ns);
	checks_finish(world.checks);
	CHECK_U64(fixture_invariant(&world, "L1")->evaluated, 0);
	fixture_stop(&world);
}

static void celibate_and_crashed_nodes_are_not_judged(void)
{
	struct fixture world;
	want(&world, OCTO_SECOND);
	world.view[PILOT][ROBOT].is_celibate = true;
	fixture_pass(&world, 2 * allowed_ns);
	world.view[PILOT][ROBOT].is_celibate = false;
	checks_crash(world.checks, PILOT);
	world.is_up[PILOT] = false;
	fixture_pass(&world, 2 * allowed_ns);
	checks_finish(world.checks);
	CHECK_U64(fixture_invariant(&world, "L1")->evaluated, 0);
	fixture_stop(&world);
}

static void every_trouble_starts_the_time_anew(void)
{
	struct fixture world;
	want(&world, OCTO_SECOND);
	fixture_pass(&world, allowed_ns / 2);
	checks_move(world.checks, ROBOT);
	fixture_pass(&world, allowed_ns / 2 + OCTO_SECOND);
	fixture_disturb(&world, ROBOT, PILOT, OCTO_PACKET_SYN);
	fixture_pass(&world, allowed_ns / 2 + OCTO_SECOND);
	checks_inject(world.checks, ROBOT, FLEET);
	fixture_pass(&world, allowed_ns / 2 + OCTO_SECOND);
	CHECK_U64(fixture_invariant(&world, "L1")->evaluated, 0);
	fixture_pass(&world, allowed_ns);
	CHECK_BROKEN(&world, "L1", "expected one session");
	fixture_stop(&world);
}

static void who_moved_away_is_expected_only_when_found_again(void)
{
	struct fixture world;
	want(&world, OCTO_SECOND);
	checks_move(world.checks, PILOT);
	fixture_pass(&world, 2 * allowed_ns);
	checks_finish(world.checks);
	CHECK_U64(fixture_invariant(&world, "L1")->evaluated, 0);
	fixture_send_syn(&world, ROBOT, PILOT, 111); /* it knows the new address after all */
	fixture_pass(&world, OCTO_SECOND / 2);
	struct octo_event event = { .packet = { .type = OCTO_PACKET_SYN, .number = 112 } };
	fixture_tell(&world, ROBOT, PILOT, event, OCTO_EVENT_PACKET_SENT); /* and has forgotten it again */
	fixture_send(&world, ROBOT, FLEET, OCTO_PACKET_SYN, FIXTURE_SYN_BYTES);
	checks_finish(world.checks);
	CHECK_U64(fixture_invariant(&world, "L1")->evaluated, 0);
	fixture_send_syn(&world, ROBOT, PILOT, 113);
	checks_finish(world.checks);
	CHECK_BROKEN(&world, "L1", "expected one session");
	fixture_stop(&world);
}

static void lost_store_and_slow_link_earn_more_time(void)
{
	struct fixture world;
	want(&world, OCTO_SECOND);
	checks_boot(world.checks, PILOT, false);
	fixture_pass(&world, allowed_ns + 17 * OCTO_SECOND);
	CHECK_U64(fixture_invariant(&world, "L1")->evaluated, 0);
	fixture_pass(&world, 2 * OCTO_SECOND);
	CHECK_BROKEN(&world, "L1", "71830 ms after");
	fixture_stop(&world);
	want(&world, OCTO_SECOND);
	world.view[PILOT][ROBOT].timeout_ns = 2 * OCTO_SECOND; /* a session that measured this, and dies */
	checks_move(world.checks, ROBOT);
	checks_settled(world.checks, FLEET);
	fixture_pass(&world, OCTO_SECOND);
	world.view[PILOT][ROBOT].timeout_ns = OCTO_SECOND;
	fixture_pass(&world, 2 * allowed_ns);
	CHECK_BROKEN(&world, "L1", "59830 ms after");
	fixture_stop(&world);
}

static void lossy_network_is_judged_only_once_it_healed(void)
{
	struct fixture world;
	fixture_make(&world);
	world.link.sets_loss = world.link.may_disturb = true;
	world.link.loss = 1000;
	world.scenario.link_count = 1;
	fixture_start(&world);
	world.view[ROBOT][PILOT].is_wanted = true;
	fixture_pass(&world, 4 * allowed_ns);
	checks_finish(world.checks);
	CHECK_U64(fixture_invariant(&world, "L1")->evaluated, 0);
	checks_heal(world.checks);
	fixture_pass(&world, allowed_ns);
	fixture_disturb(&world, ROBOT, PILOT,
	                OCTO_PACKET_SYN); /* to nobody's address, for one: no excuse any more */
	CHECK_BROKEN(&world, "L1", "expected one session");
	fixture_stop(&world);
}

/* ---- L2 ------------------------------------------------------------------------------------------------ */

static void tell_duel(struct fixture *world, uint32_t node, uint32_t peer, bool we_won, uint64_t winner,
                      uint64_t loser)
{
	struct octo_event event = { .duel = { .we_won = we_won,
		                              .clash = OCTO_ROLE_INITIATOR,
		                              .winner_nonce = winner,
		                              .loser_nonce = loser } };
	event.duel.ours[0] = we_won; /* the larger FULL-ID wins */
	event.duel.theirs[0] = !we_won;
	fixture_tell(world, node, peer, event, OCTO_EVENT_DUEL);
}

/* Robot wins; both SYNs leave at 1 s and 1.005 s. */
static void cross(struct fixture *world)
{
	fixture_make(world);
	fixture_start(world);
	world->now = OCTO_SECOND;
	fixture_send_syn(world, ROBOT, PILOT, 111);
	world->now += 5 * OCTO_MILLISECOND;
	fixture_send_syn(world, PILOT, ROBOT, 222);
	world->now += latency_ns;
	tell_duel(world, ROBOT, PILOT, true, 111, 222);
	tell_duel(world, PILOT, ROBOT, false, 111, 222);
}

static void crossed_syns_that_end_in_two_round_trips_hold(void)
{
	struct fixture world;
	cross(&world);
	world.now += 2 * latency_ns;
	fixture_establish(&world, ROBOT, PILOT, 7,
	                  1); /* adherent at 1.085 s: four times the latency after 1.005 s */
	CHECK_HOLDS(&world, "L2");
	CHECK_U64(fixture_invariant(&world, "L2")->evaluated, 1);
	fixture_stop(&world);
}

static void crossed_syns_that_take_longer_break_l2(void)
{
	struct fixture world;
	cross(&world);
	world.now += 2 * latency_ns + OCTO_MILLISECOND;
	fixture_establish(&world, ROBOT, PILOT, 7, 1);
	CHECK_BROKEN(&world, "L2",
	             "robot with pilot: expected a session on both sides within 80000 us of crossed SYNs, "
	             "found it "
	             "after 81000 us");
	fixture_stop(&world);
}

static void crossed_syns_without_a_session_break_l2(void)
{
	struct fixture world;
	cross(&world);
	fixture_pass(&world, OCTO_SECOND);
	CHECK_BROKEN(&world, "L2", "found none after 1020000 us");
	fixture_stop(&world);
}

static void loser_as_initiator_breaks_l2(void)
{
	struct fixture world;
	cross(&world);
	fixture_establish(&world, PILOT, ROBOT, 7, 1);
	CHECK_BROKEN(&world, "L2", "expected the winner of the ID-duel as initiator, found it as adherent");
	fixture_stop(&world);
}

static void smaller_id_as_winner_breaks_l2(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	struct octo_event event = {
		.duel = { .we_won = true, .clash = OCTO_ROLE_INITIATOR, .ours = { 1 }, .theirs = { 1, 1 } }
	};
	fixture_tell(&world, ROBOT, PILOT, event, OCTO_EVENT_DUEL);
	CHECK_BROKEN(&world, "L2", "expected the larger FULL-ID to win");
	fixture_stop(&world);
}

static void disturbed_crossing_is_not_judged(void)
{
	struct fixture world;
	cross(&world);
	fixture_disturb(&world, PILOT, ROBOT, OCTO_PACKET_SYN_ACK);
	fixture_pass(&world, 5 * OCTO_SECOND);
	CHECK_U64(fixture_invariant(&world, "L2")->evaluated, 0);
	fixture_stop(&world);
	cross(&world);
	checks_boot(world.checks, PILOT, true);
	fixture_pass(&world, 5 * OCTO_SECOND);
	CHECK_U64(fixture_invariant(&world, "L2")->evaluated, 0);
	fixture_stop(&world);
}

/* The winner's SYN was for an incarnation that is gone; or one of the two went to where nobody is. */
static void crossing_with_a_syn_of_the_past_or_astray_is_not_judged(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	world.now = OCTO_SECOND;
	fixture_send_syn(&world, ROBOT, PILOT, 111);
	world.now += OCTO_SECOND;
	checks_boot(world.checks, PILOT, true);
	fixture_send_syn(&world, PILOT, ROBOT, 222);
	tell_duel(&world, PILOT, ROBOT, false, 111, 222);
	fixture_pass(&world, 5 * OCTO_SECOND);
	CHECK_U64(fixture_invariant(&world, "L2")->evaluated, 0);
	fixture_stop(&world);
	cross(&world);
	fixture_send(&world, PILOT, FLEET, OCTO_PACKET_SYN, FIXTURE_SYN_BYTES);
	fixture_pass(&world, 5 * OCTO_SECOND);
	CHECK_U64(fixture_invariant(&world, "L2")->evaluated, 0);
	fixture_stop(&world);
}

/* ---- L3 ------------------------------------------------------------------------------------------------ */

/* The SYN leaves at 1 s and is answered at once; the initiator is up at 1.04 s. */
static void open_confirmation(struct fixture *world)
{
	fixture_make(world);
	fixture_start(world);
	world->now = OCTO_SECOND;
	fixture_send_syn(world, ROBOT, PILOT, 111);
	world->now += latency_ns;
	fixture_step(world, PILOT, ROBOT, OCTO_STEP_SYN_FRESH, OCTO_STATE_IDLE, OCTO_STATE_ANSWERING);
	world->now += latency_ns;
	struct octo_event_session here = fixture_session(7, 1, OCTO_ROLE_INITIATOR);
	fixture_install(world, ROBOT, PILOT, &here);
}

/* `lost` ACKs are lost; the adherent follows when it follows. */
static void follow(struct fixture *world, int lost, uint64_t after_ns)
{
	open_confirmation(world);
	struct octo_event_session there = fixture_session(7, 1, OCTO_ROLE_ADHERENT);
	for (int i = 0; i < lost; i++)
		fixture_disturb(world, ROBOT, PILOT, OCTO_PACKET_ACK);
	fixture_disturb(world, PILOT, ROBOT, OCTO_PACKET_DATA); /* the other way does not count */
	world->now += after_ns;
	fixture_install(world, PILOT, ROBOT, &there);
}

static void ack_after_as_many_intervals_as_losses_holds(void)
{
	struct fixture world;
	follow(&world, 0, 2 * latency_ns);
	CHECK_HOLDS(&world, "L3");
	fixture_stop(&world);
	follow(&world, 2, 2 * (1250 * OCTO_MILLISECOND + 2 * latency_ns) + 2 * latency_ns);
	CHECK_HOLDS(&world, "L3");
	fixture_stop(&world);
}

static void late_ack_breaks_l3(void)
{
	struct fixture world;
	follow(&world, 1, 1331 * OCTO_MILLISECOND);
	CHECK_BROKEN(&world, "L3",
	             "robot with pilot: expected the adherent to follow within 1330 ms with 1 ACKs or data "
	             "packets "
	             "disturbed, found that it took 1331 ms");
	fixture_stop(&world);
}

static void missing_ack_breaks_l3(void)
{
	struct fixture world;
	open_confirmation(&world);
	fixture_pass(&world, 2 * OCTO_SECOND);
	CHECK_BROKEN(&world, "L3", "found it missing after 2000 ms");
	fixture_stop(&world);
}

/* A handshake up to its ACK, which the adherent meets with this verdict `late_ns` after it answered. */
static void ack_comes(struct fixture *world, enum octo_reason reason, uint64_t session_id, uint64_t late_ns)
{
	struct octo_event_session session = fixture_session(7, 1, OCTO_ROLE_INITIATOR);
	fixture_make(world);
	fixture_start(world);
	fixture_step(world, PILOT, ROBOT, OCTO_STEP_SYN_FRESH, OCTO_STATE_IDLE, OCTO_STATE_ANSWERING);
	fixture_receive(world, PILOT, ROBOT, OCTO_PACKET_SYN, FIXTURE_SYN_BYTES,
	                (struct octo_event_packet){ .reason = OCTO_REASON_ACCEPTED, .number = 1007 }, 0);
	fixture_send(world, PILOT, ROBOT, OCTO_PACKET_SYN_ACK, FIXTURE_SYN_ACK_BYTES);
	fixture_keys(world, ROBOT, PILOT, &session);
	world->now += late_ns;
	fixture_receive(world, PILOT, ROBOT, OCTO_PACKET_ACK, FIXTURE_ACK_BYTES,
	                (struct octo_event_packet){ .reason = (uint8_t)reason, .session_id = session_id }, 0);
}

static void ack_for_a_good_answer_that_is_gone_breaks_l3(void)
{
	struct fixture world;
	ack_comes(&world, OCTO_REASON_CLOSED_SESSION, 2007, OCTO_SECOND);
	CHECK_BROKEN(&world, "L3", "an ACK confirms an answer that is still good");
	fixture_stop(&world);
}

static void ack_for_a_good_answer_holds_and_for_another_is_not_judged(void)
{
	struct fixture world;
	ack_comes(&world, OCTO_REASON_ACCEPTED, 2007, OCTO_SECOND);
	CHECK_HOLDS(&world, "L3");
	fixture_stop(&world);
	ack_comes(&world, OCTO_REASON_CLOSED_SESSION, 2008, OCTO_SECOND);
	CHECK_U64(fixture_invariant(&world, "L3")->evaluated, 0);
	fixture_stop(&world);
	ack_comes(&world, OCTO_REASON_CLOSED_SESSION, 2007, 10 * OCTO_SECOND);
	CHECK_U64(fixture_invariant(&world, "L3")->evaluated, 0);
	fixture_stop(&world);
}

static void adherent_that_crashed_or_gave_up_is_not_waited_for(void)
{
	struct fixture world;
	open_confirmation(&world);
	checks_crash(world.checks, PILOT);
	fixture_pass(&world, 10 * OCTO_SECOND);
	CHECK_U64(fixture_invariant(&world, "L3")->evaluated, 0);
	fixture_stop(&world);
	open_confirmation(&world);
	checks_disconnect(world.checks, PILOT, ROBOT);
	fixture_pass(&world, 10 * OCTO_SECOND);
	CHECK_U64(fixture_invariant(&world, "L3")->evaluated, 0);
	fixture_stop(&world);
	open_confirmation(&world);
	for (int i = 0; i < 8; i++)
		fixture_disturb(&world, ROBOT, PILOT, OCTO_PACKET_ACK);
	fixture_pass(&world, 20 * OCTO_SECOND); /* its answer lived for 10 s */
	CHECK_U64(fixture_invariant(&world, "L3")->evaluated, 0);
	fixture_stop(&world);
}

/* ---- L4 ------------------------------------------------------------------------------------------------ */

static void genuine(struct fixture *world, enum octo_reason reason)
{
	struct octo_event_packet packet = { .reason = (uint8_t)reason,
		                            .is_timestamp_fresh = true,
		                            .is_initial = true };
	fixture_receive(world, PILOT, ROBOT, OCTO_PACKET_SYN, FIXTURE_SYN_BYTES, packet, 0);
}

static void junk(struct fixture *world)
{
	struct octo_event_packet packet = { .reason = OCTO_REASON_BAD_TAG };
	fixture_receive(world, PILOT, FLEET, OCTO_PACKET_SYN, FIXTURE_SYN_BYTES, packet, TRACE_COPY_INJECTED);
}

static void genuine_syn_answered_under_junk_holds(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	junk(&world);
	fixture_pass(&world, OCTO_SECOND / 2);
	genuine(&world, OCTO_REASON_ACCEPTED);
	genuine(&world, OCTO_REASON_COOKIE_WANTED);
	CHECK_HOLDS(&world, "L4");
	CHECK_U64(fixture_invariant(&world, "L4")->evaluated, 2);
	fixture_stop(&world);
}

static void without_junk_l4_is_not_evaluated(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	junk(&world);
	fixture_pass(&world, 2 * OCTO_SECOND);
	genuine(&world, OCTO_REASON_ACCEPTED);
	CHECK_U64(fixture_invariant(&world, "L4")->evaluated, 0);
	fixture_stop(&world);
}

static void genuine_syn_refused_under_junk_breaks_l4(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	junk(&world);
	genuine(&world, OCTO_REASON_BAD_TAG);
	CHECK_BROKEN(&world, "L4",
	             "pilot with robot: expected a genuine SYN to an idle node to be answered, found it "
	             "rejected as "
	             "bad-tag, under junk");
	fixture_stop(&world);
}

static void too_soon_is_an_excuse_for_three_seconds(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	fixture_step(&world, PILOT, ROBOT, OCTO_STEP_SYN_FRESH, OCTO_STATE_IDLE, OCTO_STATE_ANSWERING);
	fixture_pass(&world, 2999 * OCTO_MILLISECOND);
	genuine(&world, OCTO_REASON_TOO_SOON);
	CHECK_U64(fixture_invariant(&world, "L4")->violated, 0);
	fixture_pass(&world, OCTO_MILLISECOND);
	genuine(&world, OCTO_REASON_TOO_SOON);
	CHECK_BROKEN(&world, "L4", "too-soon");
	fixture_stop(&world);
}

static void busy_and_celibate_nodes_owe_no_answer(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	junk(&world);
	world.view[PILOT][ROBOT].state = OCTO_STATE_OFFERING;
	genuine(&world, OCTO_REASON_DUEL_LOST);
	world.view[PILOT][ROBOT].state = OCTO_STATE_IDLE;
	world.view[PILOT][ROBOT].is_celibate = true;
	genuine(&world, OCTO_REASON_CELIBATE);
	CHECK_U64(fixture_invariant(&world, "L4")->evaluated, 0);
	fixture_stop(&world);
}

CU_ErrorCode suite_checks_liveness(void);
CU_ErrorCode suite_checks_liveness(void)
{
	CU_pSuite suite = CU_add_suite("checks_liveness", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, connected_in_time_holds);
	CU_ADD_TEST(suite, never_connected_breaks_l1);
	CU_ADD_TEST(suite, connected_too_late_breaks_l1);
	CU_ADD_TEST(suite, different_sessions_break_l1);
	CU_ADD_TEST(suite, session_lost_after_its_deadline_breaks_l1);
	CU_ADD_TEST(suite, who_wants_nothing_is_not_judged);
	CU_ADD_TEST(suite, celibate_and_crashed_nodes_are_not_judged);
	CU_ADD_TEST(suite, every_trouble_starts_the_time_anew);
	CU_ADD_TEST(suite, who_moved_away_is_expected_only_when_found_again);
	CU_ADD_TEST(suite, lost_store_and_slow_link_earn_more_time);
	CU_ADD_TEST(suite, lossy_network_is_judged_only_once_it_healed);
	CU_ADD_TEST(suite, crossed_syns_that_end_in_two_round_trips_hold);
	CU_ADD_TEST(suite, crossed_syns_that_take_longer_break_l2);
	CU_ADD_TEST(suite, crossed_syns_without_a_session_break_l2);
	CU_ADD_TEST(suite, loser_as_initiator_breaks_l2);
	CU_ADD_TEST(suite, smaller_id_as_winner_breaks_l2);
	CU_ADD_TEST(suite, disturbed_crossing_is_not_judged);
	CU_ADD_TEST(suite, crossing_with_a_syn_of_the_past_or_astray_is_not_judged);
	CU_ADD_TEST(suite, ack_after_as_many_intervals_as_losses_holds);
	CU_ADD_TEST(suite, late_ack_breaks_l3);
	CU_ADD_TEST(suite, missing_ack_breaks_l3);
	CU_ADD_TEST(suite, ack_for_a_good_answer_that_is_gone_breaks_l3);
	CU_ADD_TEST(suite, ack_for_a_good_answer_holds_and_for_another_is_not_judged);
	CU_ADD_TEST(suite, adherent_that_crashed_or_gave_up_is_not_waited_for);
	CU_ADD_TEST(suite, genuine_syn_answered_under_junk_holds);
	CU_ADD_TEST(suite, without_junk_l4_is_not_evaluated);
	CU_ADD_TEST(suite, genuine_syn_refused_under_junk_breaks_l4);
	CU_ADD_TEST(suite, too_soon_is_an_excuse_for_three_seconds);
	CU_ADD_TEST(suite, busy_and_celibate_nodes_owe_no_answer);
	return CU_get_error();
}
