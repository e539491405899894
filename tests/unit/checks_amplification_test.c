/* Tests of S7: what an address may be sent before it has proved itself. Robot is in pilot's address book;
 * fleet's packets come from an address that nobody was given. */
#include "tests/unit/checks_fixture.h"

/* Pilot does not know where fleet is. */
static void make_stranger(struct fixture *world)
{
	fixture_make(world);
	world->view[PILOT][FLEET].address = (struct octo_address){ .ip = { 0xfd, [15] = 99 }, .port = 1 };
	fixture_start(world);
}

static void take_syn(struct fixture *world, uint32_t from, bool is_fresh, enum octo_reason reason)
{
	struct octo_event_packet packet = { .is_timestamp_fresh = is_fresh,
		                            .is_initial = true,
		                            .reason = (uint8_t)reason };
	fixture_receive(world, PILOT, from, OCTO_PACKET_SYN, FIXTURE_SYN_BYTES, packet, 0);
}

static void three_times_the_bytes_of_a_fresh_syn_hold(void)
{
	struct fixture world;
	make_stranger(&world);
	take_syn(&world, FLEET, true, OCTO_REASON_ACCEPTED);
	for (int i = 0; i < 3; i++)
		fixture_send(&world, PILOT, FLEET, OCTO_PACKET_SYN_ACK, FIXTURE_SYN_ACK_BYTES);
	CHECK_HOLDS(&world, "S7");
	fixture_send(&world, PILOT, FLEET, OCTO_PACKET_SYN_ACK, FIXTURE_SYN_ACK_BYTES);
	CHECK_BROKEN(
		&world, "S7",
		"expected at most 480 bytes of SYN-ACKs and SYNs to an address that sent 160 bytes of fresh "
		"SYNs, found 576");
	fixture_stop(&world);
}

static void stale_syn_earns_nothing(void)
{
	struct fixture world;
	make_stranger(&world);
	take_syn(&world, FLEET, false, OCTO_REASON_STALE);
	fixture_send(&world, PILOT, FLEET, OCTO_PACKET_SYN_ACK, FIXTURE_SYN_ACK_BYTES);
	CHECK_BROKEN(&world, "S7", "that sent 0 bytes of fresh SYNs, found 144");
	fixture_stop(&world);
}

static void forged_syn_earns_nothing(void)
{
	struct fixture world;
	make_stranger(&world);
	take_syn(&world, FLEET, false, OCTO_REASON_BAD_TAG);
	fixture_send(&world, PILOT, FLEET, OCTO_PACKET_RETRY, FIXTURE_RETRY_BYTES);
	CHECK_BROKEN(&world, "S7", "expected at most half of 0 bytes of authentic SYNs in RETRYs, found 80");
	fixture_stop(&world);
}

static void one_retry_for_each_syn_holds(void)
{
	struct fixture world;
	make_stranger(&world);
	take_syn(&world, FLEET, false, OCTO_REASON_STALE);
	fixture_send(&world, PILOT, FLEET, OCTO_PACKET_RETRY, FIXTURE_RETRY_BYTES);
	CHECK_HOLDS(&world, "S7");
	fixture_send(&world, PILOT, FLEET, OCTO_PACKET_RETRY, FIXTURE_RETRY_BYTES);
	CHECK_BROKEN(&world, "S7", "pilot with fleet: expected at most half of 160 bytes");
	fixture_stop(&world);
}

static void own_syns_to_the_address_book_need_no_credit(void)
{
	struct fixture world;
	make_stranger(&world);
	for (int i = 0; i < 20; i++)
		fixture_send(&world, PILOT, ROBOT, OCTO_PACKET_SYN, FIXTURE_SYN_BYTES);
	CHECK_U64(fixture_invariant(&world, "S7")->violated, 0);
	fixture_send(&world, PILOT, FLEET, OCTO_PACKET_SYN, FIXTURE_SYN_BYTES);
	CHECK_BROKEN(&world, "S7", "pilot with fleet");
	fixture_stop(&world);
}

static void proof_lifts_the_limit_until_the_next_boot(void)
{
	struct fixture world;
	uint8_t ack[FIXTURE_ACK_BYTES] = { OCTO_PACKET_ACK };
	struct octo_address from = fixture_address(FLEET);
	make_stranger(&world);
	checks_before_receive(world.checks, PILOT, FLEET, &from, ack, sizeof ack, 0);
	fixture_step(&world, PILOT, FLEET, OCTO_STEP_CONFIRMED, OCTO_STATE_ANSWERING, OCTO_STATE_ESTABLISHED);
	checks_after_receive(world.checks, PILOT);
	for (int i = 0; i < 20; i++) {
		fixture_send(&world, PILOT, FLEET, OCTO_PACKET_SYN_ACK, FIXTURE_SYN_ACK_BYTES);
		fixture_send(&world, PILOT, FLEET, OCTO_PACKET_DATA, 500);
	}
	CHECK_U64(fixture_invariant(&world, "S7")->violated, 0);
	checks_boot(world.checks, PILOT, false);
	fixture_send(&world, PILOT, FLEET, OCTO_PACKET_DATA, 500);
	CHECK_BROKEN(&world, "S7", "expected at most 0 bytes of data to an address that sent 0 and proved nothing");
	fixture_stop(&world);
}

static void take_probe(struct fixture *world, uint32_t from, enum octo_reason reason)
{
	struct octo_event_packet packet = { .reason = (uint8_t)reason };
	fixture_receive(world, PILOT, from, OCTO_PACKET_PROBE, 44, packet, 0);
}

/* R57: an answer to a ping is as long as the ping, and there is one for each. */
static void one_answer_for_each_ping_holds(void)
{
	struct fixture world;
	make_stranger(&world);
	take_probe(&world, FLEET, OCTO_REASON_ACCEPTED);
	fixture_send(&world, PILOT, FLEET, OCTO_PACKET_PROBE_REPLY, 44);
	CHECK_HOLDS(&world, "S7");
	fixture_send(&world, PILOT, FLEET, OCTO_PACKET_PROBE_REPLY, 44);
	CHECK_BROKEN(&world, "S7", "expected at most the 44 bytes of authentic pings in answers to them, found 88");
	fixture_stop(&world);
}

static void a_forged_ping_earns_no_answer(void)
{
	struct fixture world;
	make_stranger(&world);
	take_probe(&world, FLEET, OCTO_REASON_BAD_TAG);
	fixture_send(&world, PILOT, FLEET, OCTO_PACKET_PROBE_REPLY, 44);
	CHECK_BROKEN(&world, "S7", "the 0 bytes of authentic pings");
	fixture_stop(&world);
}

static void pings_go_to_known_addresses_only(void)
{
	struct fixture world;
	make_stranger(&world);
	fixture_send(&world, PILOT, ROBOT, OCTO_PACKET_PROBE, 44);
	CHECK_HOLDS(&world, "S7");
	fixture_send(&world, PILOT, FLEET, OCTO_PACKET_PROBE, 44);
	CHECK_BROKEN(&world, "S7", "expected no probe to an address that proved nothing");
	fixture_stop(&world);
}

static void what_is_not_ours_is_never_sent(void)
{
	struct fixture world;
	make_stranger(&world);
	fixture_send(&world, PILOT, ROBOT, OCTO_PACKET_UNKNOWN, 44);
	CHECK_BROKEN(&world, "S7", "to be sent at all");
	fixture_stop(&world);
}

static void nobody_but_the_own_stun_server_is_asked(void)
{
	struct fixture world;
	make_stranger(&world);
	static const uint8_t request[20] = { 0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xa4, 0x42 };
	struct octo_address address = fixture_address(ROBOT);
	checks_sent(world.checks, PILOT, ROBOT, &address, request, sizeof request);
	CHECK_BROKEN(&world, "S7", "expected nobody but its STUN server to be asked");
	fixture_stop(&world);
}

CU_ErrorCode suite_checks_amplification(void);
CU_ErrorCode suite_checks_amplification(void)
{
	CU_pSuite suite = CU_add_suite("checks_amplification", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, three_times_the_bytes_of_a_fresh_syn_hold);
	CU_ADD_TEST(suite, stale_syn_earns_nothing);
	CU_ADD_TEST(suite, forged_syn_earns_nothing);
	CU_ADD_TEST(suite, one_retry_for_each_syn_holds);
	CU_ADD_TEST(suite, own_syns_to_the_address_book_need_no_credit);
	CU_ADD_TEST(suite, proof_lifts_the_limit_until_the_next_boot);
	CU_ADD_TEST(suite, one_answer_for_each_ping_holds);
	CU_ADD_TEST(suite, a_forged_ping_earns_no_answer);
	CU_ADD_TEST(suite, pings_go_to_known_addresses_only);
	CU_ADD_TEST(suite, what_is_not_ours_is_never_sent);
	CU_ADD_TEST(suite, nobody_but_the_own_stun_server_is_asked);
	return CU_get_error();
}
