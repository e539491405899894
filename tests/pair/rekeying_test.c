/* rekeying_test.c: a handshake inside the session, which gives it new secrets [P 7.6]: R115, R116, R135; what
 * is under way, in order or not, is not hurt by it: R102, R120, R121. */
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

/* Sessions of a few seconds, so that many follow each other under load. */
static void set_up_hasty(struct pair *pair)
{
	struct pair_options options;
	pair_default(&options);
	options.config[WINNER].rekey_ns = options.config[LOSER].rekey_ns = 4 * OCTO_SECOND;
	pair_open(pair, &options);
	pair_establish(pair, LOSER);
	pair->latency_ns = 40 * OCTO_MILLISECOND;
	pair_run(pair, OCTO_SECOND);
}

static uint32_t generation(const struct pair *pair)
{
	return pair_view(pair, WINNER).session.generation;
}

/* R120, R121: what is under way in order goes on in the new session, whichever of the two its pieces travel in. */
static void order_goes_on(void)
{
	struct pair pair;
	set_up_hasty(&pair);
	for (int who = WINNER; who <= LOSER; who++) {
		pair_load(&pair, who)->is_ordered = 1;
		pair_send_load(&pair, who, 600, 100, 15 * OCTO_MILLISECOND);
	}
	for (unsigned i = 0; i < 2400; i++) {
		for (int who = WINNER; who <= LOSER; who++)
			pair_lose(&pair, who, OCTO_PACKET_DATA, (i + (unsigned)who) % 5 == 0);
		pair_run(&pair, 10 * OCTO_MILLISECOND);
	}
	pair_run(&pair, 10 * OCTO_SECOND);
	CHECK(generation(&pair) >= 5);
	CHECK(pair_is_joined(&pair));
	for (int who = WINNER; who <= LOSER; who++) {
		CHECK_U64(pair_load(&pair, who)->received, 600);
		CHECK_U64(pair_load(&pair, who)->highest, 600);
		CHECK_U64(pair_load(&pair, who)->received_out_of_order, 0);
		CHECK(octo_channel_counters(pair.nodes[who].channel)->ordered_resent > 20);
		CHECK_U64(pair.nodes[who].channel->copies.lent, 0);
		CHECK_U64(pair_reasons(&pair, who, OCTO_REASON_ACK_OF_UNSENT), 0);
	}
	pair_close(&pair);
}

/* Nothing is measured twice: the pace is that of before, and packets go on being counted. */
static void pace_and_numbers_go_on(void)
{
	struct pair pair;
	set_up_hasty(&pair);
	octo_peer_limit(pair.nodes[LOSER].channel, &pair.nodes[LOSER].host, pair_clock(&pair, LOSER), 0, 40000);
	pair_send_load(&pair, WINNER, 100000, 400, 0);
	pair_run(&pair, 1800 * OCTO_MILLISECOND);
	struct octo_peer_view before = pair_view(&pair, WINNER);
	uint64_t number = pair_peer(&pair, WINNER)->current.number_next;
	CHECK_U64(generation(&pair), 1);
	while (generation(&pair) == 1)
		pair_run(&pair, OCTO_MILLISECOND);
	struct octo_peer_view after = pair_view(&pair, WINNER);
	CHECK(pair_peer(&pair, WINNER)->current.number_next > number);
	CHECK_U64(before.rate_estimate_bps, 40000);
	CHECK_U64(after.rate_estimate_bps, 40000);
	CHECK(after.rate_bps >= before.rate_bps * 9 / 10);
	CHECK(after.trip_ns >= before.trip_ns * 9 / 10);
	CHECK(after.in_flight_bytes > 0);
	pair_run(&pair, 2 * OCTO_SECOND);
	uint64_t sent = pair_load(&pair, WINNER)->sent, received = pair_load(&pair, LOSER)->received;
	CHECK(sent > received && sent - received <= 20); /* what is under way */
	pair_close(&pair);
}

/* Smaller packets than before would have no room for what has to be sent again: then all begins anew, on both sides. */
static void with_less_room_all_begins_anew(void)
{
	struct pair pair;
	set_up_hasty(&pair);
	pair_load(&pair, WINNER)->is_ordered = 1;
	pair_send_load(&pair, WINNER, 100000, 240, 10 * OCTO_MILLISECOND);
	pair_run(&pair, 500 * OCTO_MILLISECOND);
	pair.nodes[WINNER].channel->config.payload_max = 210;
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, 1);
	while (generation(&pair) < 2)
		pair_run(&pair, OCTO_MILLISECOND);
	pair_run(&pair, 100 * OCTO_MILLISECOND);
	CHECK_U64(pair_view(&pair, WINNER).session.agreement.payload_max, 210);
	CHECK(pair_is_joined(&pair));
	CHECK(pair_peer(&pair, WINNER)->current.number_next < 30);
	CHECK_U64(pair_peer(&pair, WINNER)->ordered.out_count, 0); /* and 240 bytes no longer fit */
	pair_load(&pair, WINNER)->size = 100;
	uint64_t received = pair_load(&pair, LOSER)->received;
	octo_courier_wake(pair.nodes[WINNER].channel, &pair.nodes[WINNER].host, pair_clock(&pair, WINNER), 0);
	pair_run(&pair, OCTO_SECOND);
	CHECK(pair_load(&pair, LOSER)->received > received + 20);
	CHECK_U64(pair_load(&pair, LOSER)->received_out_of_order, 0);
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
	CU_ADD_TEST(suite, order_goes_on);
	CU_ADD_TEST(suite, pace_and_numbers_go_on);
	CU_ADD_TEST(suite, with_less_room_all_begins_anew);
	return CU_get_error();
}
