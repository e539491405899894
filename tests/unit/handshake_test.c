/* handshake_test.c: handshake.c: the table itself. What the cells do is in tests/pair. */
#include "core/intrinsic/handshake.h"
#include "tests/check.h"
#include "tests/pair/pair.h"

/* The cells of PROTOCOL.md 5.7: x happens, - cannot; columns idle, offering, answering, established. */
static const char documented[OCTO_STEP_COUNT][OCTO_STATE_COUNT + 1] = {
	[OCTO_STEP_CONNECT] = "xxxx", [OCTO_STEP_DISCONNECT] = "xxxx", [OCTO_STEP_OFFER_TIMER] = "-x-x",
	[OCTO_STEP_OFFER_EXPIRED] = "-x-x", [OCTO_STEP_ANSWER_TIMER] = "--xx", [OCTO_STEP_ANSWER_EXPIRED] = "--xx",
	[OCTO_STEP_SWITCH_OFF] = "xxxx", [OCTO_STEP_PING_ANSWERED] = "xxxx",
	[OCTO_STEP_CONFIRM_TIMER] = "---x", [OCTO_STEP_KEEPALIVE_TIMER] = "---x", [OCTO_STEP_CHALLENGE_TIMER] = "---x",
	[OCTO_STEP_REKEY_TIMER] = "---x", [OCTO_STEP_SYN_INSIDE] = "---x",
	[OCTO_STEP_CHALLENGE_EXPIRED] = "---x", [OCTO_STEP_SESSION_DEAD] = "---x", [OCTO_STEP_SYN_CELIBATE] = "x---",
	[OCTO_STEP_SYN_STALE] = "xxxx", [OCTO_STEP_SYN_HELD] = "--xx", [OCTO_STEP_SYN_REPEATED] = "--xx",
	[OCTO_STEP_SYN_TOO_SOON] = "xxxx", [OCTO_STEP_SYN_COOKIE] = "xxx-", [OCTO_STEP_SYN_FRESH] = "xxxx",
	[OCTO_STEP_SYN_ACK_VALID] = "-xxx", [OCTO_STEP_SYN_ACK_FINISHED] = "xxxx", [OCTO_STEP_CONFIRMED] = "--xx",
	[OCTO_STEP_CONFIRM_DEAD] = "--xx", [OCTO_STEP_PONG_CHALLENGE] = "---x", [OCTO_STEP_CLOSE] = "---x",
	[OCTO_STEP_LIED] = "---x",
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
			bool is_liar = (step == OCTO_STEP_CONFIRM_DEAD && state == OCTO_STATE_ANSWERING) ||
			               (step == OCTO_STEP_LIED && state == OCTO_STATE_ESTABLISHED);
			CHECK_U64(octo_step_needs_liar((enum octo_step)step, (enum octo_state)state), is_liar);
		}
	}
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
	CU_ADD_TEST(suite, every_step_is_counted_and_told);
	return CU_get_error();
}
