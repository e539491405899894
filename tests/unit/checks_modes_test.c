/* Tests of celibate (no ping in celibacy), honeymoon-ends (it wears off) and switched-off (off is silence). */
#include "tests/unit/checks_fixture.h"

static void send_packet(struct fixture *world, enum octo_packet_type type)
{
	struct octo_event event = { .packet = { .type = (uint8_t)type, .size = 44 } };
	fixture_tell(world, ROBOT, PILOT, event, OCTO_EVENT_PACKET_SENT);
}

static void celibacy(struct fixture *world, bool began)
{
	struct octo_event event = { .celibacy = { .began = began, .lasts_ns = 60 * OCTO_SECOND } };
	fixture_tell(world, ROBOT, PILOT, event, OCTO_EVENT_CELIBACY);
}

static void mode(struct fixture *world, enum octo_mode before, enum octo_mode after, octo_time_ns lasts_ns)
{
	struct octo_event event = {
		.mode = { .before = (uint8_t)before, .after = (uint8_t)after, .lasts_ns = lasts_ns }
	};
	fixture_tell(world, ROBOT, TRACE_NOBODY, event, OCTO_EVENT_MODE);
}

static void start(struct fixture *world)
{
	fixture_make(world);
	fixture_start(world);
	world->now = OCTO_SECOND;
}

/* R179 */
static void pings_before_and_behind_a_celibacy_hold(void)
{
	struct fixture world;
	start(&world);
	send_packet(&world, OCTO_PACKET_PROBE);
	celibacy(&world, true);
	send_packet(&world, OCTO_PACKET_PROBE_REPLY); /* an answer is no ping */
	celibacy(&world, false);
	send_packet(&world, OCTO_PACKET_PROBE);
	CHECK_HOLDS(&world, "celibate");
	fixture_stop(&world);
}

static void a_ping_in_celibacy_breaks_celibate(void)
{
	struct fixture world;
	start(&world);
	celibacy(&world, true);
	world.now += 59 * OCTO_SECOND;
	send_packet(&world, OCTO_PACKET_PROBE);
	CHECK_BROKEN(&world, "celibate", "expected no ping to a peer in celibacy since 1000 ms, found one");
	fixture_stop(&world);
}

/* R177 */
static void a_honeymoon_that_ends_holds(void)
{
	struct fixture world;
	start(&world);
	mode(&world, OCTO_MODE_OFF, OCTO_MODE_HONEYMOON, 60 * OCTO_SECOND);
	world.now += 60 * OCTO_SECOND;
	checks_settled(world.checks, ROBOT);
	mode(&world, OCTO_MODE_HONEYMOON, OCTO_MODE_NORMAL, 0);
	world.now += 60 * OCTO_SECOND;
	checks_settled(world.checks, ROBOT);
	CHECK_HOLDS(&world, "honeymoon-ends");
	fixture_stop(&world);
}

static void a_honeymoon_that_goes_on_breaks_honeymoon_ends(void)
{
	struct fixture world;
	start(&world);
	mode(&world, OCTO_MODE_OFF, OCTO_MODE_HONEYMOON, 60 * OCTO_SECOND);
	world.now += 61 * OCTO_SECOND;
	checks_settled(world.checks, ROBOT);
	CHECK_BROKEN(&world, "honeymoon-ends", "expected the honeymoon to wear off by 61121 ms, found it going on");
	fixture_stop(&world);
}

/* R46 */
static void closes_behind_the_switch_hold(void)
{
	struct fixture world;
	start(&world);
	mode(&world, OCTO_MODE_NORMAL, OCTO_MODE_OFF, 0);
	for (int i = 0; i < 3; i++, world.now += 100 * OCTO_MILLISECOND)
		send_packet(&world, OCTO_PACKET_DATA);
	world.now += 60 * OCTO_SECOND;
	send_packet(&world, OCTO_PACKET_STUN);
	mode(&world, OCTO_MODE_OFF, OCTO_MODE_HONEYMOON, 60 * OCTO_SECOND);
	send_packet(&world, OCTO_PACKET_SYN);
	CHECK_HOLDS(&world, "switched-off");
	fixture_stop(&world);
}

static void a_word_behind_the_switch_breaks_switched_off(void)
{
	static const enum octo_packet_type types[] = { OCTO_PACKET_SYN, OCTO_PACKET_PROBE_REPLY, OCTO_PACKET_DATA };
	for (int i = 0; i < 3; i++) {
		struct fixture world;
		start(&world);
		mode(&world, OCTO_MODE_NORMAL, OCTO_MODE_OFF, 0);
		checks_crash(world.checks, ROBOT);
		checks_boot(world.checks, ROBOT, true); /* the switch is stored */
		world.now += 2 * OCTO_SECOND;
		send_packet(&world, types[i]);
		CHECK_BROKEN(&world, "switched-off", "expected silence since the switch went off at 1000 ms, found a ");
		fixture_stop(&world);
	}
}

CU_ErrorCode suite_checks_modes(void);
CU_ErrorCode suite_checks_modes(void)
{
	CU_pSuite suite = CU_add_suite("checks_modes", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, pings_before_and_behind_a_celibacy_hold);
	CU_ADD_TEST(suite, a_ping_in_celibacy_breaks_celibate);
	CU_ADD_TEST(suite, a_honeymoon_that_ends_holds);
	CU_ADD_TEST(suite, a_honeymoon_that_goes_on_breaks_honeymoon_ends);
	CU_ADD_TEST(suite, closes_behind_the_switch_hold);
	CU_ADD_TEST(suite, a_word_behind_the_switch_breaks_switched_off);
	return CU_get_error();
}
