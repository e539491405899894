/* Tests of what looks into a core's block: S6 (rejected input changes nothing), S8 (directory and slots
 * agree) and S11 (wiped secrets are gone). The block is a real core's; the tests write into it what a faulty
 * core would. */
#include "core/intrinsic/block.h"
#include "tests/unit/checks_fixture.h"

#include <stdlib.h>

enum { BLOCK_PEERS = 3 };

struct body {
	struct fixture world;
	struct octo_channel *channel;
};

static void no_entropy(void *context, uint8_t *out, size_t size)
{
	(void)context;
	memset(out, 0x5a, size);
}

static void make_body(struct body *body)
{
	struct octo_host host = { .crypto = octo_crypto_model(), .entropy = no_entropy };
	struct octo_config config;
	octo_config_default(&config);
	config.peers_max = BLOCK_PEERS;
	fixture_make(&body->world);
	body->world.block_size = octo_channel_size(&config, &host);
	body->world.block = calloc(1, body->world.block_size);
	CHECK_U64(octo_channel_init(body->world.block, body->world.block_size, &config, &host, 0,
	                            &body->channel),
	          OCTO_OK);
	struct octo_identity other;
	uint8_t seed[OCTO_SEED_BYTES] = { 1 };
	struct octo_address address = fixture_address(PILOT);
	uint32_t peer;
	octo_identity_from_seed(host.crypto, seed, &other);
	CHECK_U64(octo_peer_add(body->channel, &host, 0, &other.card, &address, &peer), OCTO_OK);
	fixture_start(&body->world);
	body->world.now = OCTO_SECOND;
}

static void free_body(struct body *body)
{
	fixture_stop(&body->world);
	free(body->world.block);
}

/* ---- S6 ------------------------------------------------------------------------------------------------ */

static void receive_and_spoil(struct body *body, enum octo_reason reason, unsigned copy_flags,
                              bool is_spoiled)
{
	struct octo_address from = fixture_address(PILOT);
	uint8_t bytes[64] = { OCTO_PACKET_DATA };
	struct octo_event event = { .packet = { .type = OCTO_PACKET_DATA,
		                                .size = sizeof bytes,
		                                .reason = (uint8_t)reason,
		                                .class = (uint8_t)octo_reason_class(reason) } };
	checks_before_receive(body->world.checks, ROBOT, PILOT, &from, bytes, sizeof bytes, copy_flags);
	body->channel->pulse.counters.received++;
	if (is_spoiled)
		block_peer(body->channel, 0)->current.window.next++;
	fixture_tell(&body->world, ROBOT, PILOT, event, OCTO_EVENT_PACKET_RECEIVED);
	checks_after_receive(body->world.checks, ROBOT);
}

static void rejected_packet_that_changes_nothing_holds(void)
{
	struct body body;
	make_body(&body);
	receive_and_spoil(&body, OCTO_REASON_BAD_TAG, TRACE_COPY_CORRUPTED, false);
	receive_and_spoil(&body, OCTO_REASON_ACCEPTED, TRACE_COPY_INJECTED,
	                  true); /* what is accepted may change things */
	CHECK_HOLDS(&body.world, "S6");
	CHECK_U64(fixture_invariant(&body.world, "S6")->evaluated, 1);
	free_body(&body);
}

static void rejected_packet_that_moves_a_window_breaks_s6(void)
{
	struct body body;
	make_body(&body);
	receive_and_spoil(&body, OCTO_REASON_BAD_TAG, TRACE_COPY_CORRUPTED, true);
	CHECK_BROKEN(
		&body.world, "S6",
		"robot with pilot: expected that a data packet rejected as bad-tag changes counters only");
	free_body(&body);
}

static void replayed_packet_that_moves_a_window_breaks_s6(void)
{
	struct body body;
	make_body(&body);
	receive_and_spoil(&body, OCTO_REASON_DUPLICATE, TRACE_COPY_DUPLICATE, true);
	CHECK_BROKEN(&body.world, "S6", "duplicate");
	free_body(&body);
}

/* Undamaged data is looked at now and then. */
static void rejections_of_undamaged_data_are_sampled(void)
{
	struct body body;
	make_body(&body);
	for (int i = 0; i < 4096; i++)
		receive_and_spoil(&body, OCTO_REASON_UNKNOWN_SESSION, 0, false);
	CHECK_HOLDS(&body.world, "S6");
	CHECK(fixture_invariant(&body.world, "S6")->evaluated < 128);
	free_body(&body);
}

/* ---- S8 ------------------------------------------------------------------------------------------------ */

static void settle(struct body *body)
{
	fixture_step(&body->world, ROBOT, PILOT, OCTO_STEP_CONNECT, OCTO_STATE_IDLE, OCTO_STATE_OFFERING);
	checks_settled(body->world.checks, ROBOT);
}

static void slots_of_an_honest_core_hold(void)
{
	struct body body;
	struct octo_host host = { .crypto = octo_crypto_model(), .entropy = no_entropy };
	make_body(&body);
	octo_connect(body.channel, &host, OCTO_SECOND, 0);
	settle(&body);
	CHECK_HOLDS(&body.world, "S8");
	CHECK_U64(fixture_invariant(&body.world, "S8")->evaluated, 2);
	free_body(&body);
}

static void session_id_without_a_slot_breaks_s8(void)
{
	struct body body;
	make_body(&body);
	struct directory_entry *entries = block_at(body.channel, body.channel->directory_at);
	entries[3].id = 123456;
	settle(&body);
	CHECK_BROKEN(&body.world, "S8",
	             "expected as many session ids in the directory as slots hold, 0, found 1");
	free_body(&body);
}

static void slot_without_a_session_id_breaks_s8(void)
{
	struct body body;
	make_body(&body);
	block_peer(body.channel, 0)->answer.id = 123456;
	settle(&body);
	CHECK_BROKEN(&body.world, "S8", "as slots hold, 1, found 0");
	free_body(&body);
}

static void offer_beside_a_session_breaks_s8(void)
{
	struct body body;
	make_body(&body);
	body.world.view[ROBOT][PILOT].state = OCTO_STATE_ESTABLISHED;
	body.world.view[ROBOT][PILOT].has_offer = true;
	settle(&body);
	CHECK_BROKEN(&body.world, "S8", "expected no offer beside a session");
	free_body(&body);
}

static void claim_without_a_session_breaks_s8(void)
{
	struct body body;
	make_body(&body);
	body.world.view[ROBOT][PILOT].has_claim = true;
	settle(&body);
	CHECK_BROKEN(&body.world, "S8", "only beside a session, found one in state idle");
	free_body(&body);
}

/* ---- S11 ----------------------------------------------------------------------------------------------- */

static void wipe_secret(struct body *body, const uint8_t secret[OCTO_KEY_BYTES])
{
	struct octo_event event = { .secret = { .name = 'e', .is_alive = true } };
	memcpy(event.secret.secret, secret, OCTO_KEY_BYTES);
	fixture_tell(&body->world, ROBOT, PILOT, event, OCTO_EVENT_AUDIT_SECRET);
	event.secret.is_alive = false;
	fixture_tell(&body->world, ROBOT, PILOT, event, OCTO_EVENT_AUDIT_SECRET);
	checks_settled(body->world.checks, ROBOT);
}

static void secret_that_is_gone_holds(void)
{
	struct body body;
	uint8_t secret[OCTO_KEY_BYTES];
	make_body(&body);
	memset(secret, 0xa7, sizeof secret);
	memcpy(block_peer(body.channel, 0)->offer.secret, secret,
	       sizeof secret - 1); /* all but the last byte */
	wipe_secret(&body, secret);
	CHECK_HOLDS(&body.world, "S11");
	CHECK_U64(fixture_invariant(&body.world, "S11")->evaluated, 1);
	free_body(&body);
}

/* At every place, the first and the last of the block too, and with zeros in front. */
static void secret_that_is_left_breaks_s11_wherever_it_is(void)
{
	for (int place = 0; place < 4; place++) {
		struct body body;
		uint8_t secret[OCTO_KEY_BYTES] = { [5] = 0xc3, [9] = 1, [31] = 7 };
		make_body(&body);
		size_t last = body.world.block_size - sizeof secret;
		size_t at = place == 0 ? 0 : place == 1 ? last : place == 2 ? 1001 : last / 2;
		uint8_t *copy = calloc(1, body.world.block_size);
		memcpy(copy + at, secret, sizeof secret);
		void *real = body.world.block;
		body.world.block = copy;
		struct octo_event event = { .secret = { .name = '3' } };
		memcpy(event.secret.secret, secret, sizeof secret);
		fixture_tell(&body.world, ROBOT, PILOT, event, OCTO_EVENT_AUDIT_SECRET);
		checks_finish(body.world.checks);
		CHECK_BROKEN(&body.world, "S11", "expected secret '3' to be wiped, found it in the block");
		body.world.block = real;
		free(copy);
		free_body(&body);
	}
}

static void secret_in_a_slot_breaks_s11(void)
{
	struct body body;
	uint8_t secret[OCTO_KEY_BYTES];
	make_body(&body);
	memset(secret, 0xa7, sizeof secret);
	memcpy(block_peer(body.channel, 0)->offer.secret, secret, sizeof secret);
	wipe_secret(&body, secret);
	CHECK_BROKEN(&body.world, "S11", "robot: expected secret 'e'");
	free_body(&body);
}

static void many_secrets_in_one_instant_are_all_searched(void)
{
	struct body body;
	make_body(&body);
	for (int i = 1; i <= 100; i++) {
		struct octo_event event = { .secret = { .name = 'c' } };
		memset(event.secret.secret, i, sizeof event.secret.secret);
		fixture_tell(&body.world, ROBOT, PILOT, event, OCTO_EVENT_AUDIT_SECRET);
	}
	checks_settled(body.world.checks, ROBOT);
	CHECK_U64(fixture_invariant(&body.world, "S11")->evaluated, 100);
	free_body(&body);
}

CU_ErrorCode suite_checks_block(void);
CU_ErrorCode suite_checks_block(void)
{
	CU_pSuite suite = CU_add_suite("checks_block", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, rejected_packet_that_changes_nothing_holds);
	CU_ADD_TEST(suite, rejected_packet_that_moves_a_window_breaks_s6);
	CU_ADD_TEST(suite, replayed_packet_that_moves_a_window_breaks_s6);
	CU_ADD_TEST(suite, rejections_of_undamaged_data_are_sampled);
	CU_ADD_TEST(suite, slots_of_an_honest_core_hold);
	CU_ADD_TEST(suite, session_id_without_a_slot_breaks_s8);
	CU_ADD_TEST(suite, slot_without_a_session_id_breaks_s8);
	CU_ADD_TEST(suite, offer_beside_a_session_breaks_s8);
	CU_ADD_TEST(suite, claim_without_a_session_breaks_s8);
	CU_ADD_TEST(suite, secret_that_is_gone_holds);
	CU_ADD_TEST(suite, secret_that_is_left_breaks_s11_wherever_it_is);
	CU_ADD_TEST(suite, secret_in_a_slot_breaks_s11);
	CU_ADD_TEST(suite, many_secrets_in_one_instant_are_all_searched);
	return CU_get_error();
}
