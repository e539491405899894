/* Tests of S1 (both sides of a session derived the same) and S10 (nothing beyond the offers). */
#include "tests/unit/checks_fixture.h"

static void agreement_holds_when_both_derive_the_same(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	fixture_establish(&world, ROBOT, PILOT, 7, 1);
	fixture_data(&world, ROBOT, PILOT, 1007, 0, OCTO_REASON_ACCEPTED); /* the adherent's first word */
	CHECK_HOLDS(&world, "S1");
	CHECK_U64(fixture_invariant(&world, "S1")->evaluated, 2);
	CHECK_HOLDS(&world, "S10");
	fixture_stop(&world);
}

static void agreement_breaks_without_an_initiator(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	struct octo_event_session there = fixture_session(7, 1, OCTO_ROLE_ADHERENT);
	fixture_install(&world, PILOT, ROBOT, &there);
	CHECK_BROKEN(&world, "S1", "expected that the initiator derived session 0000000000000007");
	fixture_stop(&world);
}

static void agreement_breaks_when_a_session_is_heard_that_no_adherent_has(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	struct octo_event_session here = fixture_session(7, 1, OCTO_ROLE_INITIATOR);
	fixture_install(&world, ROBOT, PILOT, &here);
	CHECK_U64(fixture_invariant(&world, "S1")->violated, 0);
	fixture_data(&world, ROBOT, PILOT, here.receive_id, 0, OCTO_REASON_ACCEPTED);
	CHECK_BROKEN(&world, "S1", "expected that the adherent derived");
	fixture_stop(&world);
}

/* Both derive, and differ in one thing. */
static void differ(void (*spoil)(struct octo_event_audit_keys *), const char *what)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	struct octo_event_session here = fixture_session(7, 1, OCTO_ROLE_INITIATOR);
	struct octo_event_session there = fixture_session(7, 1, OCTO_ROLE_ADHERENT);
	fixture_install(&world, ROBOT, PILOT, &here);
	struct octo_event event = { .keys = { .log_id = 7,
		                              .initiator_nonce = 1007,
		                              .adherent_nonce = 2007,
		                              .keys = 77 * 7,
		                              .generation = 1,
		                              .role = OCTO_ROLE_ADHERENT,
		                              .agreement = there.agreement } };
	spoil(&event.keys);
	fixture_tell(&world, PILOT, ROBOT, event, OCTO_EVENT_AUDIT_KEYS);
	fixture_up(&world, PILOT, ROBOT, &there);
	CHECK_BROKEN(&world, "S1", what);
	fixture_stop(&world);
}

static void spoil_nonce(struct octo_event_audit_keys *keys)
{
	keys->adherent_nonce++;
}
static void spoil_keys(struct octo_event_audit_keys *keys)
{
	keys->keys++;
}
static void spoil_generation(struct octo_event_audit_keys *keys)
{
	keys->generation++;
}
static void spoil_rate(struct octo_event_audit_keys *keys)
{
	keys->agreement.rate_up--;
}

static void agreement_breaks_by_each_difference(void)
{
	differ(spoil_nonce, "different nonces");
	differ(spoil_keys, "different keys");
	differ(spoil_generation, "different generations");
	differ(spoil_rate, "different limits");
}

static void agreement_breaks_when_the_peer_is_somebody_else(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	struct octo_event_session here = fixture_session(7, 1, OCTO_ROLE_INITIATOR);
	struct octo_event_session there = fixture_session(7, 1, OCTO_ROLE_ADHERENT);
	fixture_install(&world, FLEET, PILOT, &here);
	fixture_install(&world, PILOT, ROBOT, &there);
	CHECK_BROKEN(&world, "S1", "different identities");
	fixture_stop(&world);
}

static void agreement_takes_clones_for_one(void)
{
	struct fixture world;
	fixture_make(&world);
	snprintf(world.nodes[FLEET].identity, sizeof world.nodes[FLEET].identity, "robot");
	fixture_start(&world);
	struct octo_event_session here = fixture_session(7, 1, OCTO_ROLE_INITIATOR);
	struct octo_event_session there = fixture_session(7, 1, OCTO_ROLE_ADHERENT);
	fixture_install(&world, FLEET, PILOT, &here);
	fixture_install(&world, PILOT, ROBOT, &there);
	CHECK_HOLDS(&world, "S1");
	fixture_stop(&world);
}

static void agreement_breaks_when_confirmed_twice(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	fixture_establish(&world, ROBOT, PILOT, 7, 1);
	struct octo_event_session there = fixture_session(7, 1, OCTO_ROLE_ADHERENT);
	fixture_down(&world, PILOT, ROBOT, &there, OCTO_END_DEAD);
	fixture_up(&world, PILOT, ROBOT, &there);
	CHECK_BROKEN(&world, "S1", "confirmed once, found a second time");
	fixture_stop(&world);
}

static void agreement_breaks_when_derived_twice(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	struct octo_event_session here = fixture_session(7, 1, OCTO_ROLE_INITIATOR);
	fixture_keys(&world, ROBOT, PILOT, &here);
	fixture_keys(&world, FLEET, PILOT, &here);
	CHECK_BROKEN(&world, "S1", "expected one initiator");
	fixture_stop(&world);
}

static void demotion_is_no_second_confirmation(void)
{
	struct fixture world;
	fixture_make(&world);
	fixture_start(&world);
	fixture_establish(&world, ROBOT, PILOT, 7, 1);
	struct octo_event_session there = fixture_session(7, 1, OCTO_ROLE_ADHERENT);
	fixture_tell(&world, PILOT, ROBOT, (struct octo_event){ .session = there }, OCTO_EVENT_SESSION_SPARE);
	CHECK_HOLDS(&world, "S1");
	fixture_stop(&world);
}

static void offer(void (*spoil)(struct octo_agreement *), const char *what)
{
	struct fixture world;
	fixture_make(&world);
	world.nodes[ROBOT].suites |= OCTO_SUITE_AES_256_GCM;
	world.nodes[PILOT].rate_down = 100000;
	fixture_start(&world);
	struct octo_event_session here = fixture_session(7, 1, OCTO_ROLE_INITIATOR);
	spoil(&here.agreement);
	fixture_up(&world, ROBOT, PILOT, &here);
	CHECK_BROKEN(&world, "S10", what);
	fixture_stop(&world);
}

static void spoil_suite(struct octo_agreement *agreed)
{
	agreed->suite = OCTO_SUITE_AES_256_GCM;
}
static void spoil_suites(struct octo_agreement *agreed)
{
	agreed->suite = 3;
}
static void spoil_version(struct octo_agreement *agreed)
{
	agreed->version = 2;
}
static void spoil_up(struct octo_agreement *agreed)
{
	agreed->rate_up = 100001;
}
static void spoil_down(struct octo_agreement *agreed)
{
	agreed->rate_down = 125001;
}
static void spoil_payload(struct octo_agreement *agreed)
{
	agreed->payload_max = 513;
}
static void spoil_idle(struct octo_agreement *agreed)
{
	agreed->idle_s = 16;
}

static void offers_break_by_each_excess(void)
{
	offer(spoil_suite, "expected a cipher suite out of 1, found 2");
	offer(spoil_suites, "expected a cipher suite out of 1, found 3");
	offer(spoil_version, "expected version 1, found 2");
	offer(spoil_up, "expected at most 100000 bytes per second up, found 100001");
	offer(spoil_down, "expected at most 125000 bytes per second down, found 125001");
	offer(spoil_payload, "expected payloads of at most 512 bytes");
	offer(spoil_idle, "expected a keepalive of 1 to 15 s");
}

CU_ErrorCode suite_checks_agreement(void);
CU_ErrorCode suite_checks_agreement(void)
{
	CU_pSuite suite = CU_add_suite("checks_agreement", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, agreement_holds_when_both_derive_the_same);
	CU_ADD_TEST(suite, agreement_breaks_without_an_initiator);
	CU_ADD_TEST(suite, agreement_breaks_when_a_session_is_heard_that_no_adherent_has);
	CU_ADD_TEST(suite, agreement_breaks_by_each_difference);
	CU_ADD_TEST(suite, agreement_breaks_when_the_peer_is_somebody_else);
	CU_ADD_TEST(suite, agreement_takes_clones_for_one);
	CU_ADD_TEST(suite, agreement_breaks_when_confirmed_twice);
	CU_ADD_TEST(suite, agreement_breaks_when_derived_twice);
	CU_ADD_TEST(suite, demotion_is_no_second_confirmation);
	CU_ADD_TEST(suite, offers_break_by_each_excess);
	return CU_get_error();
}
