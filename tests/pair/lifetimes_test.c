/* lifetimes_test.c: how sessions are kept alive, found dead, closed and replaced [P 7], and how a user ends them. */
#include "tests/check.h"
#include "tests/pair/pair.h"

static unsigned steps(const struct pair *pair, int who, enum octo_step step)
{
	unsigned count = 0;
	for (int state = 0; state < OCTO_STATE_COUNT; state++)
		count += (unsigned)pair_cell(pair, who, step, (enum octo_state)state);
	return count;
}

/* R19, R20, R118, R152, R172: without courier data there is still a packet every keepalive interval, and nobody has
 * to ask for it. (Bug xxiv: in the first CommsChannel an idle packet named no session, was not authentic, and counted
 * for nothing.) */
static void an_idle_session_is_kept_alive(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_run(&pair, 300 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_SESSION_UP), 1);
	unsigned pings = steps(&pair, WINNER, OCTO_STEP_KEEPALIVE_TIMER) + steps(&pair, LOSER, OCTO_STEP_KEEPALIVE_TIMER);
	CHECK(pings >= 20 && pings <= 28); /* 300 s by 11.25 to 15 s, whichever side comes first */
	CHECK(pair.sent_count < 70);       /* R9: two packets each time, and no more */
	pair_close(&pair);
}

/* R134: the agreed interval is the smaller of both, and a session that hears something asks nothing. */
static void traffic_makes_keepalives_needless(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	unsigned before = steps(&pair, LOSER, OCTO_STEP_KEEPALIVE_TIMER);
	unsigned before_here = steps(&pair, WINNER, OCTO_STEP_KEEPALIVE_TIMER);
	pair_send_load(&pair, WINNER, 60, 32, OCTO_SECOND);
	pair_run(&pair, 59 * OCTO_SECOND);
	CHECK_U64(steps(&pair, LOSER, OCTO_STEP_KEEPALIVE_TIMER), before);
	/* The sender hears nothing but acknowledgements, and they are answer enough. */
	CHECK_U64(steps(&pair, WINNER, OCTO_STEP_KEEPALIVE_TIMER), before_here);
	pair_close(&pair);
}

/* R19: a PONG to the newest PING measures the round trip. */
static void a_pong_measures_the_round_trip(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_run(&pair, 40 * OCTO_SECOND);
	for (int who = WINNER; who <= LOSER; who++) {
		CHECK_U64(pair_peer(&pair, who)->current.trip.smoothed_ns, 2 * pair.latency_ns);
		CHECK(pair_view(&pair, who).timeout_ns < 3 * 2 * pair.latency_ns);
	}
	pair.latency_ns = 100 * OCTO_MILLISECOND;
	pair_run(&pair, 300 * OCTO_SECOND);
	CHECK(pair_peer(&pair, WINNER)->current.trip.smoothed_ns > 100 * OCTO_MILLISECOND);
	pair_close(&pair);
}

/* An unanswered PING is repeated every second with a new token. */
static void an_unanswered_ping_is_repeated_with_a_new_token(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_run(&pair, 2 * OCTO_SECOND);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, PAIR_FOREVER);
	uint32_t tokens[4] = { 0 };
	octo_time_ns times[4] = { 0 };
	for (int count = 0; count < 4; ) {
		const struct session *session = &pair_peer(&pair, WINNER)->current;
		pair_run(&pair, OCTO_MILLISECOND);
		if (!session->id)
			break;
		if (!session->is_ping_out || (count && session->ping_token == tokens[count - 1]))
			continue;
		tokens[count] = session->ping_token;
		times[count++] = pair.now;
	}
	for (int i = 1; i < 4; i++) {
		octo_time_ns wait = times[i] - times[i - 1];
		CHECK(wait >= 740 * OCTO_MILLISECOND && wait <= 1260 * OCTO_MILLISECOND);
	}
	pair_close(&pair);
}

/* R59, R61: silence after something was sent, for 15 s and three timeouts: the peer is dead, and dialled again at
 * once. (Bug xxv: in the first CommsChannel time without an answer counted only while sending.) */
static void a_silent_peer_is_dead_and_dialled_at_once(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_run(&pair, 20 * OCTO_SECOND);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, PAIR_FOREVER);
	pair_send_load(&pair, WINNER, 1, 64, 0);
	octo_time_ns start = pair.now;
	unsigned syns = pair_sent_count(&pair, WINNER, OCTO_PACKET_SYN);
	while (pair_state(&pair, WINNER) == OCTO_STATE_ESTABLISHED && pair.now < start + 40 * OCTO_SECOND)
		pair_run(&pair, OCTO_MILLISECOND);
	octo_time_ns silence = pair.now - start;
	CHECK(silence >= 15 * OCTO_SECOND && silence <= 16 * OCTO_SECOND);
	const struct octo_event *down = pair_event(&pair, WINNER, OCTO_EVENT_SESSION_DOWN, 0);
	CHECK(down && down->session.end == OCTO_END_DEAD && down->session.was_current);
	CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_SYN), syns + 1);
	CHECK(pair_view(&pair, WINNER).since_last_failure <= pair.now - down->now); /* R78; as of the last call */
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, 0);
	pair_run(&pair, 20 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair)); /* a new session, with the old one challenged and gone */
	CHECK_U64(pair_view(&pair, WINNER).session.generation, 2);
	pair_close(&pair);
}

/* Nobody who says nothing is waited for: without anything sent, silence is no death. */
static void silence_without_a_question_is_no_death(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	for (int who = WINNER; who <= LOSER; who++) {
		CHECK_U64(pair_peer(&pair, who)->current.awaiting_since, OCTO_NEVER);
	}
	pair_close(&pair);
}

/* R46, R110: CLOSE three times, 100 ms apart, each under a number of its own; the session is gone at once. */
static void disconnecting_says_so_three_times(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	unsigned before = pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA);
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, 2);
	pair_disconnect(&pair, WINNER);
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_IDLE);
	octo_time_ns start = pair.now;
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA) - before, 3);
	uint64_t numbers[3];
	for (unsigned i = 0; i < 3; i++) {
		const struct octo_event *sent = NULL;
		unsigned count = pair_event_count(&pair, WINNER, OCTO_EVENT_PACKET_SENT);
		sent = pair_event(&pair, WINNER, OCTO_EVENT_PACKET_SENT, count - 2 + i);
		CHECK_U64(sent->now - start, i * 100 * OCTO_MILLISECOND);
		numbers[i] = sent->packet.number;
	}
	CHECK(numbers[0] < numbers[1] && numbers[1] < numbers[2]);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_IDLE); /* the third got through */
	const struct octo_event *down = pair_event(&pair, LOSER, OCTO_EVENT_SESSION_DOWN, 0);
	CHECK(down && down->session.end == OCTO_END_CLOSED);
	CHECK(pair_view(&pair, WINNER).is_celibate && pair_view(&pair, LOSER).is_celibate);
	CHECK(!pair_view(&pair, WINNER).has_spare); /* the keys are gone too */
	pair_close(&pair);
}

/* Late packets of a session that was closed find its tombstone, provoke nothing, and count as such; later on the session
 * is not even known. */
static void late_packets_of_a_closed_session_find_a_tombstone(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, 1);
	pair_send_load(&pair, WINNER, 1, 64, 0);
	pair_run(&pair, 0);
	struct pair_datagram late = pair_sent(&pair, WINNER, OCTO_PACKET_DATA, 0);
	pair_disconnect(&pair, LOSER);
	pair_run(&pair, 250 * OCTO_MILLISECOND);
	size_t sent = pair.sent_count;
	CHECK_U64(pair_deliver(&pair, LOSER, &late), OCTO_REASON_CLOSED_SESSION);
	pair_run(&pair, 0);
	CHECK_U64(pair.sent_count, sent);
	pair_run(&pair, 4 * OCTO_SECOND);
	CHECK_U64(pair_deliver(&pair, LOSER, &late), OCTO_REASON_UNKNOWN_SESSION);
	uint32_t entries, slots;
	octo_directory_audit(pair.nodes[LOSER].channel, &entries, &slots);
	CHECK_U64(entries, 0);
	CHECK_U64(slots, 0);
	pair_close(&pair);
}

/* R60: after an explicit end nobody dials for a minute, and a SYN that no user asked for is dropped. */
static void celibacy_lasts_a_minute(void)
{
	struct pair pair;
	uint8_t syn[SYN_BYTES];
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_disconnect(&pair, LOSER);
	octo_time_ns start = pair.now;
	pair_run(&pair, OCTO_SECOND);
	CHECK(pair_view(&pair, LOSER).is_celibate && !pair_view(&pair, LOSER).is_wanted);
	struct syn_offer offer = pair_offer(&pair, WINNER);
	pair_forge_syn(&pair, WINNER, &offer, 0, syn);
	uint64_t before = pair_digest(&pair, LOSER);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, syn, sizeof syn), OCTO_REASON_CELIBATE);
	CHECK_U64(pair_digest(&pair, LOSER), before);
	size_t sent = pair.sent_count;
	pair_run(&pair, start + 60 * OCTO_SECOND - pair.now - 1);
	CHECK_U64(pair.sent_count, sent);
	CHECK(pair_view(&pair, LOSER).is_celibate);
	pair_run(&pair, 1);
	CHECK(!pair_view(&pair, LOSER).is_celibate);
	const struct octo_event *ended = pair_event(&pair, LOSER, OCTO_EVENT_CELIBACY, 0);
	CHECK(ended && !ended->celibacy.began);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, syn, sizeof syn), OCTO_REASON_ACCEPTED);
	pair_close(&pair);
}

/* R60: the user's own wish ends it, on this side by pressing connect, on the other by the flag in the SYN. */
static void a_user_ends_celibacy(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_run(&pair, 4 * OCTO_SECOND);
	pair_disconnect(&pair, LOSER);
	pair_run(&pair, OCTO_SECOND);
	pair_connect(&pair, WINNER);
	CHECK(!pair_view(&pair, WINNER).is_celibate);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_sent(&pair, WINNER, OCTO_PACKET_SYN, 0).bytes[2] & 1, 1);
	CHECK(pair_is_joined(&pair));
	CHECK(!pair_view(&pair, LOSER).is_celibate);
	pair_close(&pair);
}

/* A SYN that nobody pressed for carries no flag: after a session, redialling does not speak for the user any more. */
static void redialling_does_not_speak_for_the_user(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	CHECK_U64(pair_sent(&pair, WINNER, OCTO_PACKET_SYN, 0).bytes[2], 1);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, PAIR_FOREVER);
	pair_run(&pair, 40 * OCTO_SECOND);
	CHECK(pair_sent_count(&pair, WINNER, OCTO_PACKET_SYN) > 1);
	CHECK_U64(pair_sent(&pair, WINNER, OCTO_PACKET_SYN, 0).bytes[2], 0);
	pair_close(&pair);
}

/* All three CLOSE packets lost: the other side finds out by silence, dials, is refused, and gives no peace until the
 * minute is over. */
static void a_lost_close_is_found_out_by_silence(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, 3);
	pair_disconnect(&pair, LOSER);
	pair_run(&pair, 50 * OCTO_SECOND);
	CHECK(pair_state(&pair, WINNER) != OCTO_STATE_ESTABLISHED);
	CHECK(pair_reasons(&pair, LOSER, OCTO_REASON_CELIBATE) > 0);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_IDLE);
	pair_run(&pair, 60 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

/* R75-R78: the four ages. What came first stays, what came last moves with the second connection. */
static void the_four_ages_are_told(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct octo_peer_view view = pair_view(&pair, WINNER);
	CHECK_U64(view.since_first_success, OCTO_NEVER);
	CHECK_U64(view.since_first_attempt, OCTO_NEVER);
	CHECK_U64(view.since_last_success, OCTO_NEVER);
	CHECK_U64(view.since_last_failure, OCTO_NEVER);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 16 * OCTO_SECOND);
	view = pair_view(&pair, WINNER);
	CHECK_U64(view.since_first_attempt / OCTO_SECOND, 15 + (view.since_first_attempt >= 16 * OCTO_SECOND));
	CHECK(view.since_last_failure <= OCTO_SECOND);
	CHECK_U64(view.since_first_success, OCTO_NEVER);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, 0);
	pair_run(&pair, 10 * OCTO_SECOND);
	octo_time_ns up = pair_event(&pair, WINNER, OCTO_EVENT_SESSION_UP, 1)->now;
	pair_run(&pair, 10 * OCTO_SECOND);
	pair_connect(&pair, WINNER); /* lets the channel read the clock */
	view = pair_view(&pair, WINNER);
	CHECK_U64(view.since_first_success, pair.now - up);
	CHECK_U64(view.since_last_success, pair.now - up);
	octo_time_ns attempt = pair.now - view.since_first_attempt, failure = pair.now - view.since_last_failure;
	pair_disconnect(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 10 * OCTO_SECOND);
	octo_time_ns up_again = pair_event(&pair, WINNER, OCTO_EVENT_SESSION_UP, 2)->now;
	pair_connect(&pair, WINNER);
	view = pair_view(&pair, WINNER);
	CHECK(up_again > up);
	CHECK_U64(view.since_first_success, pair.now - up);       /* R75 */
	CHECK_U64(view.since_first_attempt, pair.now - attempt);  /* R76 */
	CHECK_U64(view.since_last_success, pair.now - up_again);  /* R77 */
	CHECK_U64(view.since_last_failure, pair.now - failure);   /* R78: an end that was asked for is none */
	pair_close(&pair);
}

/* R76, R78: being called is an attempt as well, from its first SYN on, and an answer that nobody confirms is one that failed. */
static void who_is_called_has_ages_too(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, LOSER, OCTO_PACKET_ACK, PAIR_FOREVER);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, PAIR_FOREVER);
	pair_connect(&pair, LOSER);
	pair_run(&pair, pair.latency_ns);
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_ANSWERING);
	CHECK_U64(pair_view(&pair, WINNER).since_first_attempt, 0);
	CHECK_U64(pair_view(&pair, WINNER).since_last_failure, OCTO_NEVER);
	octo_time_ns called = pair.now;
	while (pair_state(&pair, WINNER) == OCTO_STATE_ANSWERING && pair.now < called + 20 * OCTO_SECOND)
		pair_run(&pair, OCTO_MILLISECOND);
	struct octo_peer_view view = pair_view(&pair, WINNER);
	CHECK_U64(view.since_last_failure, 0);
	CHECK_U64(view.since_first_attempt, pair.now - called);
	CHECK_U64(view.since_first_success, OCTO_NEVER);
	CHECK_U64(pair.now - called, pair.nodes[WINNER].config.answer_ns);
	pair_close(&pair);
}

/* R62, R118: a silent line is used within the time a router keeps a hole open for: never more than 15 s without a packet. */
static void the_line_is_never_silent_for_longer_than_the_interval(void)
{
	struct pair pair;
	octo_time_ns last = 0;
	pair_open(&pair, NULL);
	pair_establish(&pair, LOSER);
	pair_run(&pair, 200 * OCTO_SECOND);
	for (unsigned i = 1; i <= pair_event_count(&pair, LOSER, OCTO_EVENT_PACKET_SENT); i++) {
		octo_time_ns now = pair_event(&pair, LOSER, OCTO_EVENT_PACKET_SENT, i)->now;
		CHECK(last == 0 || now - last <= 16 * OCTO_SECOND);
		last = now;
	}
	pair_close(&pair);
}

CU_ErrorCode suite_lifetimes(void);

CU_ErrorCode suite_lifetimes(void)
{
	CU_pSuite suite = CU_add_suite("lifetimes", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, an_idle_session_is_kept_alive);
	CU_ADD_TEST(suite, traffic_makes_keepalives_needless);
	CU_ADD_TEST(suite, a_pong_measures_the_round_trip);
	CU_ADD_TEST(suite, an_unanswered_ping_is_repeated_with_a_new_token);
	CU_ADD_TEST(suite, a_silent_peer_is_dead_and_dialled_at_once);
	CU_ADD_TEST(suite, silence_without_a_question_is_no_death);
	CU_ADD_TEST(suite, disconnecting_says_so_three_times);
	CU_ADD_TEST(suite, late_packets_of_a_closed_session_find_a_tombstone);
	CU_ADD_TEST(suite, celibacy_lasts_a_minute);
	CU_ADD_TEST(suite, a_user_ends_celibacy);
	CU_ADD_TEST(suite, redialling_does_not_speak_for_the_user);
	CU_ADD_TEST(suite, a_lost_close_is_found_out_by_silence);
	CU_ADD_TEST(suite, the_four_ages_are_told);
	CU_ADD_TEST(suite, who_is_called_has_ages_too);
	CU_ADD_TEST(suite, the_line_is_never_silent_for_longer_than_the_interval);
	return CU_get_error();
}
