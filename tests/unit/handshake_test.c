/* handshake_test.c: handshake.c: the table itself, timestamps, duels in the log, credit, redialling. What the cells do is
 * in tests/pair. */
#include "core/intrinsic/handshake.h"
#include "tests/check.h"
#include "tests/pair/pair.h"

/* The cells of PROTOCOL.md 5.7: x happens, - cannot; columns idle, offering, answering, established. */
static const char documented[OCTO_STEP_COUNT][OCTO_STATE_COUNT + 1] = {
	[OCTO_STEP_CONNECT] = "xxxx", [OCTO_STEP_DISCONNECT] = "xxxx", [OCTO_STEP_OFFER_TIMER] = "-x--",
	[OCTO_STEP_OFFER_EXPIRED] = "-x--", [OCTO_STEP_ANSWER_TIMER] = "--xx", [OCTO_STEP_ANSWER_EXPIRED] = "--xx",
	[OCTO_STEP_CONFIRM_TIMER] = "---x", [OCTO_STEP_KEEPALIVE_TIMER] = "---x", [OCTO_STEP_CHALLENGE_TIMER] = "---x",
	[OCTO_STEP_CHALLENGE_EXPIRED] = "---x", [OCTO_STEP_SESSION_DEAD] = "---x", [OCTO_STEP_SYN_CELIBATE] = "x---",
	[OCTO_STEP_SYN_STALE] = "xxxx", [OCTO_STEP_SYN_HELD] = "--xx", [OCTO_STEP_SYN_REPEATED] = "--xx",
	[OCTO_STEP_SYN_TOO_SOON] = "xxxx", [OCTO_STEP_SYN_COOKIE] = "xxx-", [OCTO_STEP_SYN_FRESH] = "xxxx",
	[OCTO_STEP_SYN_ACK_VALID] = "-xx-", [OCTO_STEP_SYN_ACK_FINISHED] = "xxxx", [OCTO_STEP_CONFIRMED] = "--xx",
	[OCTO_STEP_CONFIRM_DEAD] = "--xx", [OCTO_STEP_PONG_CHALLENGE] = "---x", [OCTO_STEP_CLOSE] = "---x",
	[OCTO_STEP_RETRY] = "xxxx", [OCTO_STEP_BAD_PACKET] = "xxxx"
};

static void the_table_has_the_documented_cells(void)
{
	for (int step = 0; step < OCTO_STEP_COUNT; step++) {
		for (int state = 0; state < OCTO_STATE_COUNT; state++) {
			const char *action = octo_step_action((enum octo_step)step, (enum octo_state)state);
			char what[96];
			snprintf(what, sizeof what, "%s in %s as documented", octo_step_name((enum octo_step)step),
			         octo_state_name((enum octo_state)state));
			CU_assertImplementation((action != NULL) == (documented[step][state] == 'x'), __LINE__, what, __FILE__, "", CU_FALSE);
			bool is_liar = step == OCTO_STEP_CONFIRM_DEAD && state == OCTO_STATE_ANSWERING;
			CHECK_U64(octo_step_needs_liar((enum octo_step)step, (enum octo_state)state), is_liar);
		}
	}
}

/* own = max(epoch << 40 | attempts, floor): a counter, never a clock. */
static void a_timestamp_is_a_counter_above_any_floor(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct call call = pair_call(&pair, WINNER);
	struct peer *peer = pair_peer(&pair, WINNER);
	CHECK_U64(handshake_timestamp(&call, peer), UINT64_C(1) << 40);
	call.channel->attempts = 5;
	CHECK_U64(handshake_timestamp(&call, peer), (UINT64_C(1) << 40) + 5);
	peer->timestamp_floor = UINT64_C(3) << 40;
	CHECK_U64(handshake_timestamp(&call, peer), UINT64_C(3) << 40);
	call.channel->epoch = 4;
	CHECK_U64(handshake_timestamp(&call, peer), (UINT64_C(4) << 40) + 5);
	pair.now += 10 * OCTO_SECOND;
	call = pair_call(&pair, WINNER);
	CHECK_U64(handshake_timestamp(&call, peer), (UINT64_C(4) << 40) + 5);
	pair_close(&pair);
}

/* R73: one duel is one pair of SYNs: logged once, and once more when both turned out to be adherents. */
static void a_pair_of_syns_is_one_duel(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct call call = pair_call(&pair, LOSER);
	struct peer *peer = pair_peer(&pair, LOSER);
	for (int i = 0; i < 5; i++)
		handshake_log_duel(&call, peer, OCTO_ROLE_INITIATOR, 11, 22, OCTO_ROLE_ADHERENT);
	CHECK_U64(pair_event_count(&pair, LOSER, OCTO_EVENT_DUEL), 1);
	handshake_log_duel(&call, peer, OCTO_ROLE_ADHERENT, 11, 22, OCTO_ROLE_INITIATOR);
	CHECK_U64(pair_event_count(&pair, LOSER, OCTO_EVENT_DUEL), 2);
	CHECK_U64(octo_channel_counters(call.channel)->duels, 1);
	handshake_log_duel(&call, peer, OCTO_ROLE_INITIATOR, 11, 33, OCTO_ROLE_ADHERENT);
	CHECK_U64(octo_channel_counters(call.channel)->duels, 2);
	const struct octo_event_duel *duel = &pair_event(&pair, LOSER, OCTO_EVENT_DUEL, 1)->duel;
	CHECK_BYTES(duel->ours, pair.nodes[LOSER].identity.card.id, OCTO_ID_BYTES);
	CHECK_BYTES(duel->theirs, pair.nodes[WINNER].identity.card.id, OCTO_ID_BYTES);
	CHECK(!duel->we_won);
	CHECK(duel->ours[duel->deciding_byte] < duel->theirs[duel->deciding_byte]);
	pair_close(&pair);
}

static void a_role_is_told_when_it_changes(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct call call = pair_call(&pair, WINNER);
	struct peer *peer = pair_peer(&pair, WINNER);
	handshake_set_role(&call, peer, OCTO_ROLE_NONE);
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_ROLE), 0);
	handshake_set_role(&call, peer, OCTO_ROLE_ADHERENT);
	handshake_set_role(&call, peer, OCTO_ROLE_ADHERENT);
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_ROLE), 1);
	const struct octo_event *event = pair_event(&pair, WINNER, OCTO_EVENT_ROLE, 1);
	CHECK(event && event->role.before == OCTO_ROLE_NONE && event->role.after == OCTO_ROLE_ADHERENT);
	pair_close(&pair);
}

/* Three times the SYN, added up, with an end: a flood of SYNs does not buy an endless answer, nor wraps around. */
static void credit_is_three_times_the_syn_and_has_an_end(void)
{
	uint16_t credit = 0;
	handshake_give_credit(&credit);
	CHECK_U64(credit, 480);
	for (int i = 0; i < 1000; i++)
		handshake_give_credit(&credit);
	CHECK_U64(credit, 4800);
}

/* R25: 3, 6, 12 … 60 s, and only if a session is wanted. */
static void the_wait_for_redialling_doubles_up_to_a_minute(void)
{
	static const unsigned after_s[] = { 6, 12, 24, 48, 60, 60 };
	struct pair pair;
	pair_open(&pair, NULL);
	struct call call = pair_call(&pair, WINNER);
	struct peer *peer = pair_peer(&pair, WINNER);
	handshake_plan_redial(&call, peer);
	CHECK_U64(peer->redial_at, OCTO_NEVER);
	peer->is_wanted = true;
	for (size_t i = 0; i < sizeof after_s / sizeof *after_s; i++) {
		octo_time_ns wait = peer->redial_wait_ns;
		handshake_plan_redial(&call, peer);
		CHECK(peer->redial_at - call.now >= wait - wait / 4 && peer->redial_at - call.now <= wait + wait / 4);
		CHECK_U64(peer->redial_wait_ns, after_s[i] * OCTO_SECOND);
		octo_time_ns at = peer->redial_at;
		handshake_plan_redial(&call, peer); /* planned already */
		CHECK_U64(peer->redial_at, at);
		peer->redial_at = OCTO_NEVER;
	}
	pair_close(&pair);
}

/* Every step is counted and told, with the states before and after. */
static void every_step_is_counted_and_told(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_connect(&pair, WINNER);
	const struct octo_event *event = pair_event(&pair, WINNER, OCTO_EVENT_HANDSHAKE, 1);
	CHECK(event && event->handshake.step == OCTO_STEP_CONNECT && event->handshake.before == OCTO_STATE_IDLE &&
	      event->handshake.after == OCTO_STATE_OFFERING);
	CHECK_U64(pair_cell(&pair, WINNER, OCTO_STEP_CONNECT, OCTO_STATE_IDLE), 1);
	pair_run(&pair, OCTO_SECOND);
	uint64_t cells = 0;
	for (int step = 0; step < OCTO_STEP_COUNT; step++)
		for (int state = 0; state < OCTO_STATE_COUNT; state++)
			cells += pair_cell(&pair, WINNER, (enum octo_step)step, (enum octo_state)state);
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_HANDSHAKE), cells);
	pair_close(&pair);
}

CU_ErrorCode suite_handshake(void);

CU_ErrorCode suite_handshake(void)
{
	CU_pSuite suite = CU_add_suite("handshake", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, the_table_has_the_documented_cells);
	CU_ADD_TEST(suite, a_timestamp_is_a_counter_above_any_floor);
	CU_ADD_TEST(suite, a_pair_of_syns_is_one_duel);
	CU_ADD_TEST(suite, a_role_is_told_when_it_changes);
	CU_ADD_TEST(suite, credit_is_three_times_the_syn_and_has_an_end);
	CU_ADD_TEST(suite, the_wait_for_redialling_doubles_up_to_a_minute);
	CU_ADD_TEST(suite, every_step_is_counted_and_told);
	return CU_get_error();
}
