/* cells_test.c: every cell of the transition table [P 5.7] runs, reached from outside by packets, time and the user. Each
 * test fills some rows; the last one demands that no cell is left, and that no cell ran that cannot happen. */
#include "tests/check.h"
#include "tests/pair/pair.h"

static int forget_other_suites(void)
{
	memset(pair_cells, 0, sizeof pair_cells);
	return 0;
}

/* The LOSER in each state, by honest means; the last packet of each exchange is lost. */
static void reach(struct pair *pair, enum octo_state state)
{
	pair_open(pair, NULL);
	switch (state) {
	case OCTO_STATE_OFFERING:
		pair_lose(pair, LOSER, OCTO_PACKET_SYN, PAIR_FOREVER);
		pair_connect(pair, LOSER);
		break;
	case OCTO_STATE_ANSWERING:
		pair_lose(pair, LOSER, OCTO_PACKET_SYN_ACK, PAIR_FOREVER);
		pair_connect(pair, WINNER);
		break;
	case OCTO_STATE_ESTABLISHED:
		pair_establish(pair, WINNER);
		break;
	default:
		break;
	}
	pair_run(pair, 50 * OCTO_MILLISECOND);
	CHECK_U64(pair_state(pair, LOSER), state);
}

static void expect_cell(const struct pair *pair, enum octo_step step, enum octo_state state)
{
	char what[96];
	snprintf(what, sizeof what, "%s in %s ran", octo_step_name(step), octo_state_name(state));
	CU_assertImplementation(pair_cell(pair, LOSER, step, state) > 0, __LINE__, what, __FILE__, "", CU_FALSE);
}

static enum octo_reason push_syn(struct pair *pair, uint64_t timestamp)
{
	uint8_t syn[SYN_BYTES];
	struct syn_offer offer = pair_offer(pair, WINNER);
	offer.timestamp = timestamp;
	pair_forge_syn(pair, WINNER, &offer, 0, syn);
	return pair_push(pair, LOSER, &pair->nodes[WINNER].address, syn, sizeof syn);
}

/* An answering LOSER that has a suspended offer too, whose SYN is still under way. */
static struct pair_datagram yield_with_offer(struct pair *pair)
{
	pair_open(pair, NULL);
	pair_lose(pair, LOSER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_connect(pair, LOSER);
	pair_run(pair, 0);
	pair_lose(pair, LOSER, OCTO_PACKET_SYN_ACK, PAIR_FOREVER);
	pair_connect(pair, WINNER);
	pair_run(pair, 2 * pair->latency_ns);
	CHECK_U64(pair_state(pair, LOSER), OCTO_STATE_ANSWERING);
	CHECK(pair_view(pair, LOSER).has_offer);
	return pair_sent(pair, LOSER, OCTO_PACKET_SYN, 1);
}

/* The LOSER established by its own offer, with the answer to the WINNER's SYN still kept. */
static void keep_answer(struct pair *pair)
{
	struct pair_datagram syn = yield_with_offer(pair);
	pair_lose(pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_run(pair, 15 * OCTO_SECOND + OCTO_SECOND / 4 - 2 * pair->latency_ns); /* the winner's attempt is over, ours goes on */
	CHECK_U64(pair_state(pair, WINNER), OCTO_STATE_IDLE);
	struct pair_datagram old = pair_sent(pair, WINNER, OCTO_PACKET_SYN, 1);
	if (pair_state(pair, LOSER) == OCTO_STATE_OFFERING)
		pair_deliver(pair, LOSER, &old); /* still under way, after all */
	CHECK_U64(pair_state(pair, LOSER), OCTO_STATE_ANSWERING);
	CHECK_U64(pair_deliver(pair, WINNER, &syn), OCTO_REASON_ACCEPTED);
	pair_run(pair, 2 * pair->latency_ns);
	CHECK_U64(pair_state(pair, LOSER), OCTO_STATE_ESTABLISHED);
	CHECK(pair_view(pair, LOSER).has_answer);
}

/* R23, R46: the user, in every state. */
static void the_user_may_press_anything_at_any_time(void)
{
	for (int state = 0; state < OCTO_STATE_COUNT; state++) {
		for (int press = 0; press < 2; press++) {
			struct pair pair;
			reach(&pair, (enum octo_state)state);
			if (press)
				pair_disconnect(&pair, LOSER);
			else
				pair_connect(&pair, LOSER);
			expect_cell(&pair, press ? OCTO_STEP_DISCONNECT : OCTO_STEP_CONNECT, (enum octo_state)state);
			pair_run(&pair, OCTO_SECOND);
			CHECK_U64(pair_view(&pair, LOSER).is_wanted, !press);
			CHECK_U64(pair_view(&pair, LOSER).is_celibate, press);
			if (press)
				CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_IDLE);
			pair_close(&pair);
		}
	}
}

static void timers_of_attempts_run_out(void)
{
	struct pair pair;
	reach(&pair, OCTO_STATE_OFFERING);
	pair_run(&pair, 16 * OCTO_SECOND);
	expect_cell(&pair, OCTO_STEP_OFFER_TIMER, OCTO_STATE_OFFERING);
	expect_cell(&pair, OCTO_STEP_OFFER_EXPIRED, OCTO_STATE_OFFERING);
	pair_close(&pair);
	reach(&pair, OCTO_STATE_ANSWERING);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_run(&pair, 11 * OCTO_SECOND);
	expect_cell(&pair, OCTO_STEP_ANSWER_TIMER, OCTO_STATE_ANSWERING);
	expect_cell(&pair, OCTO_STEP_ANSWER_EXPIRED, OCTO_STATE_ANSWERING);
	pair_close(&pair);
}

/* A rekeying's offer, with a session around it: answered, or not. */
static void an_offer_inside_a_session_is_answered_or_runs_out(void)
{
	struct pair pair;
	reach(&pair, OCTO_STATE_ESTABLISHED);
	int who = pair_view(&pair, WINNER).role == OCTO_ROLE_INITIATOR ? WINNER : LOSER;
	pair_run(&pair, 3598 * OCTO_SECOND);
	pair_send_load(&pair, WINNER, 1, 32, 0); /* just heard: nobody is dead in 20 s */
	pair_send_load(&pair, LOSER, 1, 32, 0);
	pair_run(&pair, OCTO_SECOND);
	pair_lose(&pair, who, OCTO_PACKET_DATA, PAIR_FOREVER);
	pair_run(&pair, 20 * OCTO_SECOND);
	pair_lose(&pair, who, OCTO_PACKET_DATA, 0);
	pair_run(&pair, 120 * OCTO_SECOND);
	for (int side = WINNER; side <= LOSER; side++) {
		CHECK_U64(pair_cell(&pair, side, OCTO_STEP_REKEY_TIMER, OCTO_STATE_ESTABLISHED), side == who ? 2 : 0);
		CHECK_U64(pair_cell(&pair, side, OCTO_STEP_OFFER_EXPIRED, OCTO_STATE_ESTABLISHED), side == who ? 1 : 0);
		CHECK_U64(pair_cell(&pair, side, OCTO_STEP_OFFER_TIMER, OCTO_STATE_ESTABLISHED) > 0, side == who);
		CHECK_U64(pair_cell(&pair, side, OCTO_STEP_SYN_ACK_VALID, OCTO_STATE_ESTABLISHED), side == who ? 1 : 0);
		CHECK_U64(pair_cell(&pair, side, OCTO_STEP_SYN_INSIDE, OCTO_STATE_ESTABLISHED), side == who ? 0 : 1);
	}
	pair_close(&pair);
}

/* A suspended offer goes on where it stopped when the answer runs out. */
static void a_suspended_offer_goes_on(void)
{
	struct pair pair;
	yield_with_offer(&pair);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER);
	octo_time_ns left = pair_peer(&pair, LOSER)->offer.suspended_left_ns;
	CHECK(left > 14 * OCTO_SECOND);
	unsigned syns = pair_sent_count(&pair, LOSER, OCTO_PACKET_SYN);
	pair_run(&pair, 10 * OCTO_SECOND);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_OFFERING);
	CHECK_U64(pair_view(&pair, LOSER).role, OCTO_ROLE_INITIATOR);
	CHECK(pair_sent_count(&pair, LOSER, OCTO_PACKET_SYN) > syns);
	pair_run(&pair, left);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_IDLE);
	pair_close(&pair);
}

/* The answer that is kept beside a session has timers of its own, is repeated for its SYN, and may yet be confirmed. */
static void a_kept_answer_lives_beside_the_session(void)
{
	struct pair pair;
	keep_answer(&pair);
	struct pair_datagram old = pair_sent(&pair, WINNER, OCTO_PACKET_SYN, 1);
	pair_deliver(&pair, LOSER, &old);
	pair_run(&pair, 12 * OCTO_SECOND);
	expect_cell(&pair, OCTO_STEP_SYN_ACK_VALID, OCTO_STATE_ANSWERING);
	expect_cell(&pair, OCTO_STEP_SYN_REPEATED, OCTO_STATE_ESTABLISHED);
	expect_cell(&pair, OCTO_STEP_ANSWER_TIMER, OCTO_STATE_ESTABLISHED);
	expect_cell(&pair, OCTO_STEP_ANSWER_EXPIRED, OCTO_STATE_ESTABLISHED);
	CHECK(!pair_view(&pair, LOSER).has_answer);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

static void timers_of_sessions_run(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, PAIR_FOREVER);
	pair_connect(&pair, LOSER);
	pair_run(&pair, 3 * OCTO_SECOND);
	expect_cell(&pair, OCTO_STEP_CONFIRM_TIMER, OCTO_STATE_ESTABLISHED);
	pair_run(&pair, 20 * OCTO_SECOND);
	expect_cell(&pair, OCTO_STEP_KEEPALIVE_TIMER, OCTO_STATE_ESTABLISHED);
	expect_cell(&pair, OCTO_STEP_SESSION_DEAD, OCTO_STATE_ESTABLISHED);
	pair_close(&pair);
}

static void a_challenge_ends_one_way_or_the_other(void)
{
	struct pair pair;
	reach(&pair, OCTO_STATE_ESTABLISHED);
	pair_run(&pair, 4 * OCTO_SECOND);
	CHECK_U64(push_syn(&pair, pair_view(&pair, LOSER).timestamp_seen + 1), OCTO_REASON_ACCEPTED);
	expect_cell(&pair, OCTO_STEP_SYN_FRESH, OCTO_STATE_ESTABLISHED);
	pair_run(&pair, OCTO_SECOND);
	expect_cell(&pair, OCTO_STEP_PONG_CHALLENGE, OCTO_STATE_ESTABLISHED);
	CHECK_U64(push_syn(&pair, pair_peer(&pair, LOSER)->flagged_timestamp), OCTO_REASON_FLAGGED);
	expect_cell(&pair, OCTO_STEP_SYN_HELD, OCTO_STATE_ESTABLISHED);
	pair_restart(&pair, WINNER, true);
	pair_run(&pair, 8 * OCTO_SECOND);
	expect_cell(&pair, OCTO_STEP_CHALLENGE_TIMER, OCTO_STATE_ESTABLISHED);
	expect_cell(&pair, OCTO_STEP_CHALLENGE_EXPIRED, OCTO_STATE_ESTABLISHED);
	pair_disconnect(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	expect_cell(&pair, OCTO_STEP_CLOSE, OCTO_STATE_ESTABLISHED);
	CHECK_U64(push_syn(&pair, UINT64_C(9) << 40), OCTO_REASON_CELIBATE);
	expect_cell(&pair, OCTO_STEP_SYN_CELIBATE, OCTO_STATE_IDLE);
	pair_close(&pair);
}

/* A SYN whose timestamp was seen before, in every state: told so by RETRY, but not by one who has a session. */
static void stale_syns_come_at_any_time(void)
{
	for (int state = 0; state < OCTO_STATE_COUNT; state++) {
		struct pair pair;
		reach(&pair, (enum octo_state)state);
		pair_peer(&pair, LOSER)->timestamp_seen = UINT64_C(3) << 40;
		CHECK_U64(push_syn(&pair, UINT64_C(3) << 40), OCTO_REASON_STALE);
		expect_cell(&pair, OCTO_STEP_SYN_STALE, (enum octo_state)state);
		CHECK_U64(pair_peer(&pair, LOSER)->is_reply_due, state != OCTO_STATE_ESTABLISHED);
		pair_close(&pair);
	}
}

static void syns_come_too_soon_at_any_time(void)
{
	for (int state = 0; state < OCTO_STATE_COUNT; state++) {
		struct pair pair;
		reach(&pair, (enum octo_state)state);
		pair_run(&pair, 4 * OCTO_SECOND);
		struct peer *peer = pair_peer(&pair, LOSER);
		uint64_t timestamp = UINT64_C(4) << 40;
		if (state == OCTO_STATE_IDLE || state == OCTO_STATE_OFFERING) {
			/* One was answered a moment ago, and given up. */
			if (state == OCTO_STATE_OFFERING)
				pair_disconnect(&pair, LOSER);
			peer->celibate_until = OCTO_NEVER;
			CHECK_U64(push_syn(&pair, timestamp), OCTO_REASON_ACCEPTED);
			pair_disconnect(&pair, LOSER);
			peer->celibate_until = OCTO_NEVER;
			if (state == OCTO_STATE_OFFERING)
				pair_connect(&pair, LOSER);
		} else {
			CHECK_U64(push_syn(&pair, timestamp), OCTO_REASON_ACCEPTED);
		}
		CHECK_U64(pair_state(&pair, LOSER), state);
		CHECK_U64(push_syn(&pair, timestamp + 1), OCTO_REASON_TOO_SOON);
		expect_cell(&pair, OCTO_STEP_SYN_TOO_SOON, (enum octo_state)state);
		if (state == OCTO_STATE_ANSWERING) {
			CHECK_U64(push_syn(&pair, timestamp - 1), OCTO_REASON_HELD);
			expect_cell(&pair, OCTO_STEP_SYN_HELD, OCTO_STATE_ANSWERING);
			expect_cell(&pair, OCTO_STEP_SYN_FRESH, OCTO_STATE_ANSWERING);
		}
		pair_close(&pair);
	}
}

static void cookies_are_demanded_at_any_time_but_in_a_session(void)
{
	for (int state = 0; state < OCTO_STATE_ESTABLISHED; state++) {
		struct pair pair;
		reach(&pair, (enum octo_state)state);
		pair_run(&pair, 4 * OCTO_SECOND);
		pair.nodes[LOSER].channel->config.curve_rate_max = 0;
		CHECK_U64(push_syn(&pair, UINT64_C(4) << 40), OCTO_REASON_COOKIE_WANTED);
		expect_cell(&pair, OCTO_STEP_SYN_COOKIE, (enum octo_state)state);
		CHECK_U64(pair_state(&pair, LOSER), state);
		pair_close(&pair);
	}
}

static void fresh_syns_and_their_answers_take_the_usual_way(void)
{
	struct pair pair;
	reach(&pair, OCTO_STATE_IDLE);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 2 * pair.latency_ns);
	expect_cell(&pair, OCTO_STEP_SYN_FRESH, OCTO_STATE_IDLE);
	struct pair_datagram syn = pair_sent(&pair, WINNER, OCTO_PACKET_SYN, 1);
	pair_deliver(&pair, LOSER, &syn);
	expect_cell(&pair, OCTO_STEP_SYN_REPEATED, OCTO_STATE_ANSWERING);
	pair_run(&pair, OCTO_SECOND);
	expect_cell(&pair, OCTO_STEP_CONFIRMED, OCTO_STATE_ANSWERING);
	pair_close(&pair);
	yield_with_offer(&pair);
	expect_cell(&pair, OCTO_STEP_SYN_FRESH, OCTO_STATE_OFFERING);
	pair_close(&pair);
	reach(&pair, OCTO_STATE_IDLE);
	pair_establish(&pair, LOSER);
	expect_cell(&pair, OCTO_STEP_SYN_ACK_VALID, OCTO_STATE_OFFERING);
	pair_close(&pair);
}

/* SYN-ACK and RETRY for an attempt that is over: they find its tombstone. */
static void late_answers_find_a_finished_offer(void)
{
	struct pair pair;
	for (int state = 0; state < OCTO_STATE_ESTABLISHED; state++) {
		pair_open(&pair, NULL);
		pair_connect(&pair, LOSER);
		pair_lose(&pair, WINNER, OCTO_PACKET_SYN_ACK, PAIR_FOREVER);
		pair_run(&pair, OCTO_SECOND + OCTO_SECOND / 2);
		struct pair_datagram late = pair_sent(&pair, WINNER, OCTO_PACKET_SYN_ACK, 1), retry = late;
		pair_disconnect(&pair, LOSER);
		pair_run(&pair, OCTO_SECOND + OCTO_SECOND / 4);
		if (state == OCTO_STATE_OFFERING) {
			pair_lose(&pair, LOSER, OCTO_PACKET_SYN, PAIR_FOREVER);
			pair_connect(&pair, LOSER);
			pair_run(&pair, OCTO_SECOND);
		} else if (state == OCTO_STATE_ANSWERING) {
			pair_peer(&pair, LOSER)->celibate_until = OCTO_NEVER;
			pair_lose(&pair, LOSER, OCTO_PACKET_SYN_ACK, PAIR_FOREVER);
			CHECK_U64(push_syn(&pair, UINT64_C(4) << 40), OCTO_REASON_ACCEPTED);
		}
		CHECK_U64(pair_state(&pair, LOSER), state);
		CHECK_U64(pair_deliver(&pair, LOSER, &late), OCTO_REASON_FINISHED_OFFER);
		expect_cell(&pair, OCTO_STEP_SYN_ACK_FINISHED, (enum octo_state)state);
		retry.bytes[0] = OCTO_PACKET_RETRY;
		retry.size = RETRY_BYTES;
		CHECK_U64(pair_deliver(&pair, LOSER, &retry), OCTO_REASON_UNSOLICITED);
		pair_close(&pair);
	}
	pair_open(&pair, NULL);
	pair_establish(&pair, LOSER);
	struct pair_datagram late = pair_sent(&pair, WINNER, OCTO_PACKET_SYN_ACK, 1);
	CHECK_U64(pair_deliver(&pair, LOSER, &late), OCTO_REASON_REPEATED);
	expect_cell(&pair, OCTO_STEP_SYN_ACK_FINISHED, OCTO_STATE_ESTABLISHED);
	late.bytes[0] = OCTO_PACKET_RETRY;
	late.size = RETRY_BYTES;
	CHECK_U64(pair_deliver(&pair, LOSER, &late), OCTO_REASON_UNSOLICITED);
	expect_cell(&pair, OCTO_STEP_RETRY, OCTO_STATE_ESTABLISHED);
	pair_close(&pair);
}

/* A RETRY is followed by an offer, suspended or not; nobody else cares. */
static void retries_are_followed_by_offers(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair.nodes[WINNER].channel->config.curve_rate_max = 0;
	pair_lose(&pair, WINNER, OCTO_PACKET_RETRY, 1);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_connect(&pair, LOSER);
	pair_run(&pair, 2 * pair.latency_ns);
	struct pair_datagram retry = pair_sent(&pair, WINNER, OCTO_PACKET_RETRY, 1);
	pair_connect(&pair, WINNER); /* a duel: the offer is suspended when the RETRY comes */
	pair_run(&pair, 0);
	pair_lose(&pair, LOSER, OCTO_PACKET_SYN_ACK, PAIR_FOREVER);
	struct pair_datagram syn = pair_sent(&pair, WINNER, OCTO_PACKET_SYN, 1);
	CHECK_U64(pair_deliver(&pair, LOSER, &syn), OCTO_REASON_ACCEPTED);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_ANSWERING);
	unsigned syns = pair_sent_count(&pair, LOSER, OCTO_PACKET_SYN);
	CHECK_U64(pair_deliver(&pair, LOSER, &retry), OCTO_REASON_ACCEPTED);
	expect_cell(&pair, OCTO_STEP_RETRY, OCTO_STATE_ANSWERING);
	pair_run(&pair, pair.latency_ns);
	CHECK_U64(pair_sent_count(&pair, LOSER, OCTO_PACKET_SYN), syns); /* suspended: it knows the cookie, and waits */
	pair_close(&pair);
	pair_open(&pair, NULL);
	pair.nodes[WINNER].channel->config.curve_rate_max = 0;
	pair_establish(&pair, LOSER);
	expect_cell(&pair, OCTO_STEP_RETRY, OCTO_STATE_OFFERING);
	pair_close(&pair);
}

/* The RETRY that comes when its attempt is over, and nothing else is going on. */
static void a_late_retry_is_only_counted(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair.nodes[WINNER].channel->config.curve_rate_max = 0;
	pair_lose(&pair, WINNER, OCTO_PACKET_RETRY, 1);
	pair_connect(&pair, LOSER);
	pair_run(&pair, 2 * pair.latency_ns);
	struct pair_datagram retry = pair_sent(&pair, WINNER, OCTO_PACKET_RETRY, 1);
	pair_disconnect(&pair, LOSER);
	uint64_t before = pair_digest(&pair, LOSER);
	CHECK_U64(pair_deliver(&pair, LOSER, &retry), OCTO_REASON_UNSOLICITED);
	CHECK_U64(pair_digest(&pair, LOSER), before);
	expect_cell(&pair, OCTO_STEP_RETRY, OCTO_STATE_IDLE);
	pair_close(&pair);
}

/* Both directions complete on one side: the kept answer is confirmed beside a session. */
static void an_answer_is_confirmed_beside_a_session(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_connect(&pair, LOSER);
	pair_run(&pair, 0);
	pair_lose(&pair, LOSER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN_ACK, PAIR_FOREVER);
	pair_run(&pair, 11 * OCTO_SECOND); /* the winner answered once, in vain */
	struct pair_datagram late = pair_sent(&pair, WINNER, OCTO_PACKET_SYN_ACK, 1);
	pair_lose(&pair, WINNER, OCTO_PACKET_ACK, 1);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 3 * pair.latency_ns);
	CHECK_U64(pair_deliver(&pair, LOSER, &late), OCTO_REASON_ACCEPTED);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_ESTABLISHED);
	pair_run(&pair, 3 * OCTO_SECOND);
	expect_cell(&pair, OCTO_STEP_CONFIRMED, OCTO_STATE_ESTABLISHED);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

/* ACKs from before a restart; the cell of an answering node takes a peer whose counter was set back. */
static void dead_incarnations_confirm_nothing(void)
{
	struct pair pair;
	for (int is_established = 0; is_established < 2; is_established++) {
		pair_open(&pair, NULL);
		pair_lose(&pair, WINNER, OCTO_PACKET_ACK, PAIR_FOREVER);
		pair_lose(&pair, WINNER, OCTO_PACKET_DATA, PAIR_FOREVER);
		pair_lose(&pair, LOSER, OCTO_PACKET_SYN, PAIR_FOREVER);
		pair_connect(&pair, LOSER);
		pair_run(&pair, 0);
		pair_connect(&pair, WINNER);
		pair_run(&pair, 3 * pair.latency_ns);
		struct pair_datagram ack = pair_sent(&pair, WINNER, OCTO_PACKET_ACK, 1);
		CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_ANSWERING);
		if (is_established) {
			struct pair_datagram syn = pair_sent(&pair, LOSER, OCTO_PACKET_SYN, 1);
			pair.nodes[WINNER].peer_record_size = 0;
			pair_restart(&pair, WINNER, true);
			CHECK_U64(pair_deliver(&pair, WINNER, &syn), OCTO_REASON_ACCEPTED);
			pair_run(&pair, 2 * pair.latency_ns);
		} else {
			pair_peer(&pair, LOSER)->timestamp_seen = UINT64_C(3) << 40; /* which the SYN above ought to have told */
		}
		enum octo_state state = is_established ? OCTO_STATE_ESTABLISHED : OCTO_STATE_ANSWERING;
		CHECK_U64(pair_state(&pair, LOSER), state);
		CHECK_U64(pair_deliver(&pair, LOSER, &ack), OCTO_REASON_DEAD_INCARNATION);
		expect_cell(&pair, OCTO_STEP_CONFIRM_DEAD, state);
		pair_close(&pair);
	}
}

static void bad_packets_of_a_known_peer_come_at_any_time(void)
{
	for (int state = 0; state < OCTO_STATE_COUNT; state++) {
		struct pair pair;
		reach(&pair, (enum octo_state)state);
		uint8_t syn[SYN_BYTES];
		struct syn_offer offer = pair_offer(&pair, WINNER);
		pair_forge_syn(&pair, WINNER, &offer, 0, syn);
		syn[70] ^= 1;
		uint64_t before = pair_digest(&pair, LOSER);
		CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, syn, sizeof syn), OCTO_REASON_BAD_TAG);
		CHECK_U64(pair_digest(&pair, LOSER), before);
		expect_cell(&pair, OCTO_STEP_BAD_PACKET, (enum octo_state)state);
		pair_close(&pair);
	}
}

static void a_lying_acknowledgement_ends_a_session(void)
{
	struct pair pair;
	static const uint8_t ack[] = { FRAME_ACK, 0xff, 0x7f, 0, 0, 0, 0, 0 }; /* of packet 32,767 */
	uint8_t packet[OCTO_DATAGRAM_MAX];
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	size_t size = pair_forge_data(&pair, WINNER, ack, sizeof ack, 0, packet);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, packet, size), OCTO_REASON_ACK_OF_UNSENT);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_IDLE);
	expect_cell(&pair, OCTO_STEP_LIED, OCTO_STATE_ESTABLISHED);
	pair_close(&pair);
}

/* R46: whatever there is, the switch ends it, and leaves no celibacy. */
static void the_switch_goes_off_at_any_time(void)
{
	for (int state = 0; state < OCTO_STATE_COUNT; state++) {
		struct pair pair;
		reach(&pair, (enum octo_state)state);
		octo_enable(pair.nodes[LOSER].channel, &pair.nodes[LOSER].host, pair.now, false);
		expect_cell(&pair, OCTO_STEP_SWITCH_OFF, (enum octo_state)state);
		CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_IDLE);
		CHECK(!pair_view(&pair, LOSER).is_celibate && !pair_view(&pair, LOSER).is_active);
		pair_run(&pair, OCTO_SECOND);
		size_t sent = pair.sent_count;
		pair_lose(&pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER);
		pair_run(&pair, 60 * OCTO_SECOND);
		for (size_t i = sent; i < pair.sent_count; i++)
			CHECK(pair.sent[i].from != LOSER);
		pair_close(&pair);
	}
}

/* R57, R58: the answer to a ping makes the peer active; only an idle node dials for it. */
static void pings_are_answered_at_any_time(void)
{
	for (int state = 0; state < OCTO_STATE_COUNT; state++) {
		struct pair pair;
		pair_open(&pair, NULL);
		pair_lose(&pair, WINNER, OCTO_PACKET_PROBE_REPLY, PAIR_FOREVER);
		octo_enable(pair.nodes[LOSER].channel, &pair.nodes[LOSER].host, pair.now, true);
		pair_run(&pair, 2 * pair.latency_ns);
		if (state == OCTO_STATE_OFFERING) {
			pair_lose(&pair, LOSER, OCTO_PACKET_SYN, PAIR_FOREVER);
			pair_connect(&pair, LOSER);
		} else if (state == OCTO_STATE_ANSWERING) {
			pair_lose(&pair, LOSER, OCTO_PACKET_SYN_ACK, PAIR_FOREVER);
			pair_connect(&pair, WINNER);
		} else if (state == OCTO_STATE_ESTABLISHED) {
			pair_establish(&pair, WINNER);
		}
		pair_run(&pair, 2 * pair.latency_ns);
		CHECK_U64(pair_state(&pair, LOSER), state);
		struct pair_datagram reply = pair_sent(&pair, WINNER, OCTO_PACKET_PROBE_REPLY, 1);
		CHECK_U64(pair_deliver(&pair, LOSER, &reply), OCTO_REASON_ACCEPTED);
		expect_cell(&pair, OCTO_STEP_PING_ANSWERED, (enum octo_state)state);
		CHECK(pair_view(&pair, LOSER).is_active);
		CHECK_U64(pair_state(&pair, LOSER), state == OCTO_STATE_IDLE ? OCTO_STATE_OFFERING : state);
		pair_close(&pair);
	}
}

/* The union of all above, on both sides of each pair. */
static void every_cell_that_can_happen_ran_and_no_other(void)
{
	unsigned possible = 0;
	for (int step = 0; step < OCTO_STEP_COUNT; step++) {
		for (int state = 0; state < OCTO_STATE_COUNT; state++) {
			char what[160];
			const char *action = octo_step_action((enum octo_step)step, (enum octo_state)state);
			bool ran = pair_cells[step][state] > 0;
			snprintf(what, sizeof what, "%s in %s: ran %u times, its action is %s", octo_step_name((enum octo_step)step),
			         octo_state_name((enum octo_state)state), pair_cells[step][state], action ? action : "none");
			CU_assertImplementation(ran == (action != NULL), __LINE__, what, __FILE__, "", CU_FALSE);
			possible += action ? 1 : 0;
		}
	}
	CHECK_U64(possible, 73);
}

CU_ErrorCode suite_cells(void);

CU_ErrorCode suite_cells(void)
{
	CU_pSuite suite = CU_add_suite("cells", forget_other_suites, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, the_user_may_press_anything_at_any_time);
	CU_ADD_TEST(suite, the_switch_goes_off_at_any_time);
	CU_ADD_TEST(suite, pings_are_answered_at_any_time);
	CU_ADD_TEST(suite, timers_of_attempts_run_out);
	CU_ADD_TEST(suite, an_offer_inside_a_session_is_answered_or_runs_out);
	CU_ADD_TEST(suite, a_suspended_offer_goes_on);
	CU_ADD_TEST(suite, a_kept_answer_lives_beside_the_session);
	CU_ADD_TEST(suite, timers_of_sessions_run);
	CU_ADD_TEST(suite, a_challenge_ends_one_way_or_the_other);
	CU_ADD_TEST(suite, stale_syns_come_at_any_time);
	CU_ADD_TEST(suite, syns_come_too_soon_at_any_time);
	CU_ADD_TEST(suite, cookies_are_demanded_at_any_time_but_in_a_session);
	CU_ADD_TEST(suite, fresh_syns_and_their_answers_take_the_usual_way);
	CU_ADD_TEST(suite, late_answers_find_a_finished_offer);
	CU_ADD_TEST(suite, retries_are_followed_by_offers);
	CU_ADD_TEST(suite, a_late_retry_is_only_counted);
	CU_ADD_TEST(suite, an_answer_is_confirmed_beside_a_session);
	CU_ADD_TEST(suite, dead_incarnations_confirm_nothing);
	CU_ADD_TEST(suite, bad_packets_of_a_known_peer_come_at_any_time);
	CU_ADD_TEST(suite, a_lying_acknowledgement_ends_a_session);
	CU_ADD_TEST(suite, every_cell_that_can_happen_ran_and_no_other);
	return CU_get_error();
}
