/* restarts_test.c: peers that come back without memory, and thieves that pretend to: timestamps, RETRY(STALE), and the
 * initial packet on a live session (C:90-95, [P 5.9]). */
#include "tests/check.h"
#include "tests/pair/pair.h"

static const octo_time_ns quiet_ns = 4 * OCTO_SECOND; /* so that the three seconds between SYNs are over */

/* A session, and a while of it. */
static void set_up(struct pair *pair)
{
	pair_open(pair, NULL);
	pair_establish(pair, WINNER);
	pair_run(pair, quiet_ns);
}

static enum octo_reason push_syn(struct pair *pair, int who, uint64_t timestamp)
{
	uint8_t syn[SYN_BYTES];
	struct syn_offer offer = pair_offer(pair, who);
	offer.timestamp = timestamp;
	pair_forge_syn(pair, who, &offer, 0, syn);
	return pair_push(pair, 1 - who, &pair->nodes[who].address, syn, sizeof syn);
}

/* R81: no sign of the old session for X: it is torn down, and the last initial packet answered. */
static void a_restarted_peer_gets_a_new_session(void)
{
	for (int who = WINNER; who <= LOSER; who++) {
		struct pair pair;
		set_up(&pair);
		uint64_t old = pair_view(&pair, 1 - who).session.log_id;
		pair_restart(&pair, who, true);
		octo_time_ns start = pair.now;
		while (!pair_is_joined(&pair) && pair.now < start + 20 * OCTO_SECOND)
			pair_run(&pair, OCTO_MILLISECOND);
		CHECK(pair.now - start >= OCTO_SECOND);      /* X is at least 1 s */
		CHECK(pair.now - start <= 2 * OCTO_SECOND);  /* with a good line, not much more */
		CHECK(pair_view(&pair, who).session.log_id != old);
		const struct octo_event *down = pair_event(&pair, 1 - who, OCTO_EVENT_SESSION_DOWN, 0);
		CHECK(down && down->session.end == OCTO_END_RESTARTED);
		CHECK_U64(pair_event_count(&pair, 1 - who, OCTO_EVENT_WARNING), 0);
		pair_close(&pair);
	}
}

/* R80, R81: eight PINGs with one token over X, and only then. */
static void a_challenge_is_eight_pings_over_x(void)
{
	struct pair pair;
	set_up(&pair);
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, PAIR_FOREVER);
	unsigned before = pair_sent_count(&pair, LOSER, OCTO_PACKET_DATA);
	octo_time_ns start = pair.now;
	CHECK_U64(push_syn(&pair, WINNER, pair_view(&pair, LOSER).timestamp_seen + 1), OCTO_REASON_ACCEPTED);
	octo_time_ns x = 8 * pair_peer(&pair, LOSER)->claim.spacing_ns;
	CHECK(x >= OCTO_SECOND && x <= 5 * OCTO_SECOND);
	pair_run(&pair, x - 1);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_ESTABLISHED);
	CHECK_U64(pair_cell(&pair, LOSER, OCTO_STEP_CHALLENGE_TIMER, OCTO_STATE_ESTABLISHED), 8);
	CHECK(pair_sent_count(&pair, LOSER, OCTO_PACKET_DATA) >= before + 8);
	pair_run(&pair, 1);
	CHECK_U64(pair.now, start + x);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_ANSWERING);
	pair_close(&pair);
}

/* R82, R83: the session answers: the packet is ignored, flagged as hacked, and the user warned. */
static void a_live_session_exposes_the_forger(void)
{
	struct pair pair;
	set_up(&pair);
	uint64_t old = pair_view(&pair, LOSER).session.log_id;
	pair_make_twin(&pair, WINNER, 9); /* somebody has stolen the winner's key */
	pair_connect(&pair, TWIN);
	pair_run(&pair, OCTO_SECOND / 2);
	CHECK_U64(pair_event_count(&pair, LOSER, OCTO_EVENT_WARNING), 1);
	CHECK_U64(pair_event(&pair, LOSER, OCTO_EVENT_WARNING, 1)->warning.warning, OCTO_WARNING_HACKED);
	CHECK_U64(octo_channel_counters(pair.nodes[LOSER].channel)->tells[OCTO_TELL_INITIAL_REFUTED], 1);
	pair_run(&pair, 10 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pair_view(&pair, LOSER).session.log_id, old);
	CHECK(pair_state(&pair, TWIN) != OCTO_STATE_ESTABLISHED);
	CHECK(pair_reasons(&pair, LOSER, OCTO_REASON_FLAGGED) > 0); /* the same SYN again never flags twice */
	CHECK_U64(pair_event_count(&pair, LOSER, OCTO_EVENT_WARNING), 1);
	pair_close(&pair);
}

/* Nothing but a PONG counts: data that was under way when the peer died is no sign of life. */
static void data_does_not_answer_a_challenge(void)
{
	struct pair pair;
	static const uint8_t message[] = { 0x81, 1, 7 };
	set_up(&pair);
	uint8_t packets[20][OCTO_DATAGRAM_MAX];
	size_t sizes[20];
	for (int i = 0; i < 20; i++)
		sizes[i] = pair_forge_data(&pair, WINNER, message, sizeof message, 0, packets[i]);
	pair_restart(&pair, WINNER, true);
	for (int i = 0; i < 20; i++) {
		pair_run(&pair, 100 * OCTO_MILLISECOND);
		if (pair_state(&pair, LOSER) != OCTO_STATE_ESTABLISHED || pair_view(&pair, LOSER).session.generation > 1)
			break;
		CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, packets[i], sizes[i]), OCTO_REASON_ACCEPTED);
	}
	pair_run(&pair, OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pair_event_count(&pair, LOSER, OCTO_EVENT_WARNING), 0);
	pair_close(&pair);
}

/* A newer SYN takes the place of the held one; the wait goes on from where it was. */
static void a_newer_claim_does_not_restart_the_wait(void)
{
	struct pair_options options;
	struct pair pair;
	pair_default(&options);
	options.config[LOSER].initial_spacing_ns = 1;
	options.config[LOSER].challenge_min_ns = 4 * OCTO_SECOND;
	options.config[LOSER].tamper = false; /* it would take the repetition for a clone's */
	pair_open(&pair, &options);
	pair_establish(&pair, WINNER);
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, PAIR_FOREVER);
	uint64_t seen = pair_view(&pair, LOSER).timestamp_seen;
	octo_time_ns start = pair.now;
	for (uint64_t i = 1; i <= 3; i++) {
		CHECK_U64(push_syn(&pair, WINNER, seen + i), OCTO_REASON_ACCEPTED);
		CHECK_U64(push_syn(&pair, WINNER, seen + i), OCTO_REASON_HELD); /* not newer than the held one */
		pair_run(&pair, OCTO_SECOND);
	}
	pair_run(&pair, start + 4 * OCTO_SECOND - pair.now);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_ANSWERING);
	CHECK_U64(pair_peer(&pair, LOSER)->answer.timestamp, seen + 3); /* the last one is answered (C:93) */
	pair_close(&pair);
}

/* R79: an initial packet from before the session was confirmed is ignored, and not even answered. */
static void an_older_syn_on_a_live_session_is_ignored(void)
{
	struct pair pair;
	set_up(&pair);
	struct pair_datagram syn = pair_sent(&pair, WINNER, OCTO_PACKET_SYN, 1);
	uint64_t before = pair_digest(&pair, LOSER);
	CHECK_U64(pair_deliver(&pair, LOSER, &syn), OCTO_REASON_STALE);
	CHECK_U64(pair_digest(&pair, LOSER), before);
	CHECK(!pair_view(&pair, LOSER).is_challenged);
	pair_close(&pair);
}

/* ---- Timestamps -------------------------------------------------------------------------------------------- */

/* A SYN alone proves nothing: what we remember rises with a session, so a forger with any timestamp locks nobody out. */
static void a_forged_timestamp_locks_nobody_out(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	CHECK_U64(push_syn(&pair, WINNER, UINT64_C(1) << 63), OCTO_REASON_ACCEPTED);
	CHECK_U64(pair_view(&pair, LOSER).timestamp_seen, 0);
	pair_run(&pair, 11 * OCTO_SECOND); /* the answer goes unconfirmed */
	pair_connect(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK(pair_view(&pair, LOSER).timestamp_seen > 0);
	CHECK(pair_view(&pair, LOSER).timestamp_seen < UINT64_C(1) << 63);
	CHECK(pair_view(&pair, WINNER).timestamp_seen > 0); /* the adherent's counter, proved by its SYN-ACK */
	pair_close(&pair);
}

/* A peer that has lost its store counts from the beginning, is told what was seen, and goes on above it. */
static void a_lost_store_is_healed_by_one_retry(void)
{
	struct pair pair;
	set_up(&pair);
	pair_restart(&pair, LOSER, true);
	pair_run(&pair, 6 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	pair_disconnect(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 6 * OCTO_SECOND);
	uint64_t seen = pair_view(&pair, WINNER).timestamp_seen;
	pair_disconnect(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	pair_restart(&pair, LOSER, false);
	CHECK(seen > UINT64_C(2) << 40);
	pair_connect(&pair, LOSER);
	pair_run(&pair, 5 * pair.latency_ns);
	CHECK_U64(pair_reasons(&pair, WINNER, OCTO_REASON_STALE), 1);
	CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_RETRY), 1);
	CHECK_U64(pair_peer(&pair, LOSER)->timestamp_floor, seen);
	CHECK(pair.nodes[LOSER].saves > 0);
	pair_run(&pair, 4 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK(pair_view(&pair, WINNER).timestamp_seen > seen);
	pair_close(&pair);
}

/* The floor that a RETRY raised outlives a restart: it is stored before the SYN that uses it. */
static void a_raised_floor_is_stored(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_peer(&pair, LOSER)->timestamp_seen = UINT64_C(77) << 40;
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN_ACK, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 3 * pair.latency_ns);
	CHECK_U64(pair_peer(&pair, WINNER)->timestamp_floor, UINT64_C(77) << 40);
	pair_restart(&pair, WINNER, true);
	CHECK_U64(pair_peer(&pair, WINNER)->timestamp_floor, UINT64_C(77) << 40);
	pair_close(&pair);
}

static enum octo_reason push_stale_retry(struct pair *pair, uint64_t claimed)
{
	pair_peer(pair, LOSER)->timestamp_seen = claimed;
	pair_lose(pair, LOSER, OCTO_PACKET_RETRY, PAIR_FOREVER);
	pair_connect(pair, WINNER);
	pair_run(pair, 2 * pair->latency_ns);
	struct pair_datagram retry = pair_sent(pair, LOSER, OCTO_PACKET_RETRY, 1);
	return pair_deliver(pair, WINNER, &retry);
}

/* A peer that claims to have seen the impossible is not believed: a floor up there could never be left again. */
static void an_impossible_timestamp_is_refused_with_a_warning(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	CHECK_U64(push_stale_retry(&pair, UINT64_C(1) << 63), OCTO_REASON_REFUSED_TIMESTAMP);
	CHECK_U64(pair_peer(&pair, WINNER)->timestamp_floor, 0);
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_OFFERING);
	const struct octo_event *warning = pair_event(&pair, WINNER, OCTO_EVENT_WARNING, 1);
	CHECK(warning && warning->warning.warning == OCTO_WARNING_TIMESTAMP_REFUSED);
	pair_close(&pair);
	pair_open(&pair, NULL);
	uint64_t highest = (UINT64_C(1) << 63) - (UINT64_C(1) << 40) - 1;
	CHECK_U64(push_stale_retry(&pair, highest), OCTO_REASON_ACCEPTED);
	CHECK_U64(pair_peer(&pair, WINNER)->timestamp_floor, highest);
	pair_close(&pair);
}

/* A RETRY fits one SYN: another attempt's is not followed, nor one that opens but gives no reason. */
static void a_retry_fits_one_attempt_only(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_peer(&pair, LOSER)->timestamp_seen = UINT64_C(5) << 40;
	pair_lose(&pair, LOSER, OCTO_PACKET_RETRY, 1);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 2 * pair.latency_ns);
	struct pair_datagram retry = pair_sent(&pair, LOSER, OCTO_PACKET_RETRY, 1);
	pair_disconnect(&pair, WINNER);
	pair_run(&pair, 10 * OCTO_SECOND);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, OCTO_MILLISECOND);
	uint64_t before = pair_digest(&pair, WINNER);
	CHECK_U64(pair_deliver(&pair, WINNER, &retry), OCTO_REASON_UNKNOWN_SESSION);
	CHECK_U64(pair_digest(&pair, WINNER), before);
	pair_close(&pair);
}

/* An ACK that was made before a restart we know of confirms nothing. */
static void an_ack_of_a_dead_incarnation_confirms_nothing(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, LOSER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_connect(&pair, LOSER);
	pair_run(&pair, 0);
	struct pair_datagram own_syn = pair_sent(&pair, LOSER, OCTO_PACKET_SYN, 1);
	pair_lose(&pair, WINNER, OCTO_PACKET_ACK, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 3 * pair.latency_ns);
	struct pair_datagram old_ack = pair_sent(&pair, WINNER, OCTO_PACKET_ACK, 1);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_ANSWERING);
	CHECK(pair_view(&pair, LOSER).has_offer);
	pair.nodes[WINNER].peer_record_size = 0; /* comes back with a new epoch, and no memory of the loser */
	pair_restart(&pair, WINNER, true);
	CHECK_U64(pair_deliver(&pair, WINNER, &own_syn), OCTO_REASON_ACCEPTED);
	pair_run(&pair, 2 * pair.latency_ns);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_ESTABLISHED);
	CHECK(pair_view(&pair, LOSER).has_answer);
	uint64_t before = pair_digest(&pair, LOSER);
	CHECK_U64(pair_deliver(&pair, LOSER, &old_ack), OCTO_REASON_DEAD_INCARNATION);
	CHECK_U64(pair_digest(&pair, LOSER), before);
	CHECK_U64(pair_cell(&pair, LOSER, OCTO_STEP_CONFIRM_DEAD, OCTO_STATE_ESTABLISHED), 1);
	pair_close(&pair);
}

/* The same in the state answering takes a peer whose counter runs backwards. No honest one does. */
static void a_counter_that_runs_backwards_confirms_nothing(void)
{
	struct pair pair;
	set_up(&pair);
	pair_disconnect(&pair, LOSER);
	pair_run(&pair, OCTO_SECOND);
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, pair.latency_ns);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_ANSWERING);
	pair.nodes[WINNER].channel->epoch = 0; /* its SYN was good; its ACK will not be */
	pair_run(&pair, 2 * pair.latency_ns);
	CHECK_U64(pair_cell(&pair, LOSER, OCTO_STEP_CONFIRM_DEAD, OCTO_STATE_ANSWERING), 1);
	CHECK_U64(pair_reasons(&pair, LOSER, OCTO_REASON_DEAD_INCARNATION), 1);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_ANSWERING);
	CHECK(octo_step_needs_liar(OCTO_STEP_CONFIRM_DEAD, OCTO_STATE_ANSWERING));
	pair_close(&pair);
}

/* R51: a session that was wanted is dialled again after a restart; one that was ended is not. */
static void what_the_user_wanted_outlives_a_restart(void)
{
	struct pair pair;
	set_up(&pair);
	pair_restart(&pair, WINNER, true);
	CHECK(pair_view(&pair, WINNER).is_wanted);
	pair_run(&pair, 6 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	pair_disconnect(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	unsigned syns = pair_sent_count(&pair, WINNER, OCTO_PACKET_SYN);
	pair_restart(&pair, WINNER, true);
	CHECK(pair_view(&pair, WINNER).is_celibate);
	pair_run(&pair, 100 * OCTO_SECOND);
	CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_SYN), syns);
	pair_close(&pair);
}

CU_ErrorCode suite_restarts(void);

CU_ErrorCode suite_restarts(void)
{
	CU_pSuite suite = CU_add_suite("restarts", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_restarted_peer_gets_a_new_session);
	CU_ADD_TEST(suite, a_challenge_is_eight_pings_over_x);
	CU_ADD_TEST(suite, a_live_session_exposes_the_forger);
	CU_ADD_TEST(suite, data_does_not_answer_a_challenge);
	CU_ADD_TEST(suite, a_newer_claim_does_not_restart_the_wait);
	CU_ADD_TEST(suite, an_older_syn_on_a_live_session_is_ignored);
	CU_ADD_TEST(suite, a_forged_timestamp_locks_nobody_out);
	CU_ADD_TEST(suite, a_lost_store_is_healed_by_one_retry);
	CU_ADD_TEST(suite, a_raised_floor_is_stored);
	CU_ADD_TEST(suite, an_impossible_timestamp_is_refused_with_a_warning);
	CU_ADD_TEST(suite, a_retry_fits_one_attempt_only);
	CU_ADD_TEST(suite, an_ack_of_a_dead_incarnation_confirms_nothing);
	CU_ADD_TEST(suite, a_counter_that_runs_backwards_confirms_nothing);
	CU_ADD_TEST(suite, what_the_user_wanted_outlives_a_restart);
	return CU_get_error();
}
