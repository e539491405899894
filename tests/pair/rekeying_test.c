/* rekeying_test.c: a handshake inside the session, which gives it new secrets [P 7.6]: R115, R116, R135. */
#include "tests/check.h"
#include "tests/pair/pair.h"

static const octo_time_ns hour = 3600 * OCTO_SECOND;

static uint64_t log_id(const struct pair *pair, int who)
{
	return pair_view(pair, who).session.log_id;
}

static void every_hour_a_session_gets_new_secrets(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, LOSER);
	uint64_t first = log_id(&pair, WINNER);
	pair_run(&pair, hour - 2 * OCTO_SECOND);
	CHECK_U64(log_id(&pair, WINNER), first);
	pair_run(&pair, 4 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK(log_id(&pair, WINNER) != first);
	CHECK_U64(pair_view(&pair, WINNER).session.generation, 2);
	CHECK_U64(pair_view(&pair, LOSER).role, OCTO_ROLE_INITIATOR); /* who began stays the initiator */
	CHECK_U64(pair_sent_count(&pair, LOSER, OCTO_PACKET_SYN), 1); /* and no second SYN was seen outside */
	CHECK_U64(pair_cell(&pair, LOSER, OCTO_STEP_REKEY_TIMER, OCTO_STATE_ESTABLISHED), 1);
	CHECK_U64(pair_cell(&pair, WINNER, OCTO_STEP_SYN_INSIDE, OCTO_STATE_ESTABLISHED), 1);
	CHECK_U64(pair_cell(&pair, WINNER, OCTO_STEP_REKEY_TIMER, OCTO_STATE_ESTABLISHED), 0);
	CHECK_U64(pair_cell(&pair, WINNER, OCTO_STEP_CHALLENGE_TIMER, OCTO_STATE_ESTABLISHED), 0);
	pair_run(&pair, 10 * hour);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pair_view(&pair, WINNER).session.generation, 12);
	pair_close(&pair);
}

/* Neither side is deaf for a moment: what is under way in the old session still arrives. */
static void no_message_is_lost_on_the_way(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, LOSER);
	pair_run(&pair, hour - 5 * OCTO_SECOND);
	for (int who = WINNER; who <= LOSER; who++)
		pair_send_load(&pair, who, 1000, 100, 10 * OCTO_MILLISECOND);
	pair_run(&pair, 15 * OCTO_SECOND);
	CHECK_U64(pair_view(&pair, WINNER).session.generation, 2);
	for (int who = WINNER; who <= LOSER; who++) {
		CHECK_U64(pair_load(&pair, who)->received, 1000);
		CHECK_U64(pair_load(&pair, who)->damaged, 0);
	}
	pair_close(&pair);
}

static void what_is_lost_is_sent_again(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, LOSER);
	pair_run(&pair, hour - 500 * OCTO_MILLISECOND);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, 1);
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, 1);
	pair_lose(&pair, LOSER, OCTO_PACKET_ACK, 1);
	pair_run(&pair, 8 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pair_view(&pair, WINNER).session.generation, 2);
	CHECK(pair_cell(&pair, LOSER, OCTO_STEP_OFFER_TIMER, OCTO_STATE_ESTABLISHED) >= 1);
	pair_close(&pair);
}

/* Silence for longer than an offer lives, shorter than a session: the old keys go on, and it is tried again. */
static void one_that_fails_is_put_off(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, LOSER);
	uint64_t first = log_id(&pair, WINNER);
	pair_run(&pair, hour - 100 * OCTO_MILLISECOND);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, PAIR_FOREVER);
	pair_run(&pair, 15500 * OCTO_MILLISECOND);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, 0);
	CHECK_U64(pair_cell(&pair, LOSER, OCTO_STEP_OFFER_EXPIRED, OCTO_STATE_ESTABLISHED), 1);
	CHECK_U64(log_id(&pair, LOSER), first);
	pair_run(&pair, 70 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pair_view(&pair, WINNER).session.generation, 2);
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_WARNING), 0);
	pair_close(&pair);
}

/* An adherent that lies cannot make the initiator answer, and a SYN inside is no more often processed than one outside. */
static void only_the_initiator_begins_and_not_too_often(void)
{
	struct pair pair;
	uint8_t packet[OCTO_DATAGRAM_MAX], frame[2 + SYN_BYTES] = { 0x0b, SYN_BYTES };
	pair_open(&pair, NULL);
	pair_establish(&pair, LOSER);
	pair_be_gullible(&pair);
	pair_run(&pair, 10 * OCTO_SECOND);
	for (int who = WINNER; who <= LOSER; who++) {
		int other = 1 - who;
		uint64_t answered = pair_cell(&pair, other, OCTO_STEP_SYN_INSIDE, OCTO_STATE_ESTABLISHED);
		for (int i = 0; i < 5; i++) {
			struct syn_offer offer = pair_offer(&pair, who);
			offer.timestamp += (uint64_t)i + 1;
			pair_forge_syn(&pair, who, &offer, 0, frame + 2);
			size_t size = pair_forge_data(&pair, who, frame, sizeof frame, 0, packet);
			CHECK_U64(pair_push(&pair, other, &pair.nodes[who].address, packet, size), OCTO_REASON_ACCEPTED);
		}
		answered = pair_cell(&pair, other, OCTO_STEP_SYN_INSIDE, OCTO_STATE_ESTABLISHED) - answered;
		CHECK_U64(answered, who == LOSER ? 1 : 0);
	}
	pair_run(&pair, 30 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

static void other_packets_do_not_travel_inside(void)
{
	static const uint8_t types[] = { 0x43, 0x44, 0x45, 0x46, 0x80, 0x01 };
	struct pair pair;
	uint8_t packet[OCTO_DATAGRAM_MAX], frame[2 + SYN_BYTES] = { 0x0b, SYN_BYTES, 0, 1 };
	pair_open(&pair, NULL);
	pair_establish(&pair, LOSER);
	for (size_t i = 0; i < sizeof types; i++) {
		uint64_t before = pair_digest(&pair, WINNER);
		frame[2] = types[i];
		size_t size = pair_forge_data(&pair, LOSER, frame, sizeof frame, 0, packet);
		CHECK_U64(pair_push(&pair, WINNER, &pair.nodes[LOSER].address, packet, size), OCTO_REASON_BAD_FRAME);
		CHECK_U64(pair_digest(&pair, WINNER), before);
	}
	pair_close(&pair);
}

CU_ErrorCode suite_rekeying(void);

CU_ErrorCode suite_rekeying(void)
{
	CU_pSuite suite = CU_add_suite("rekeying", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, every_hour_a_session_gets_new_secrets);
	CU_ADD_TEST(suite, no_message_is_lost_on_the_way);
	CU_ADD_TEST(suite, what_is_lost_is_sent_again);
	CU_ADD_TEST(suite, one_that_fails_is_put_off);
	CU_ADD_TEST(suite, only_the_initiator_begins_and_not_too_often);
	CU_ADD_TEST(suite, other_packets_do_not_travel_inside);
	return CU_get_error();
}
