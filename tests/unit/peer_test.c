/* peer_test.c: peer.c: timestamps, duels in the log, roles, credit, redialling. */
#include "core/intrinsic/peer.h"
#include "tests/check.h"
#include "tests/pair/pair.h"

/* own = max(epoch << 40 | attempts, floor): a counter, never a clock. */
static void a_timestamp_is_a_counter_above_any_floor(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct call call = pair_call(&pair, WINNER);
	struct peer *peer = pair_peer(&pair, WINNER);
	CHECK_U64(peer_timestamp(&call, peer), UINT64_C(1) << 40);
	call.channel->attempts = 5;
	CHECK_U64(peer_timestamp(&call, peer), (UINT64_C(1) << 40) + 5);
	peer->timestamp_floor = UINT64_C(3) << 40;
	CHECK_U64(peer_timestamp(&call, peer), UINT64_C(3) << 40);
	call.channel->epoch = 4;
	CHECK_U64(peer_timestamp(&call, peer), (UINT64_C(4) << 40) + 5);
	pair.now += 10 * OCTO_SECOND;
	call = pair_call(&pair, WINNER);
	CHECK_U64(peer_timestamp(&call, peer), (UINT64_C(4) << 40) + 5);
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
		peer_log_duel(&call, peer, OCTO_ROLE_INITIATOR, 11, 22, OCTO_ROLE_ADHERENT);
	CHECK_U64(pair_event_count(&pair, LOSER, OCTO_EVENT_DUEL), 1);
	peer_log_duel(&call, peer, OCTO_ROLE_ADHERENT, 11, 22, OCTO_ROLE_INITIATOR);
	CHECK_U64(pair_event_count(&pair, LOSER, OCTO_EVENT_DUEL), 2);
	CHECK_U64(octo_channel_counters(call.channel)->duels, 1);
	peer_log_duel(&call, peer, OCTO_ROLE_INITIATOR, 11, 33, OCTO_ROLE_ADHERENT);
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
	peer_set_role(&call, peer, OCTO_ROLE_NONE);
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_ROLE), 0);
	peer_set_role(&call, peer, OCTO_ROLE_ADHERENT);
	peer_set_role(&call, peer, OCTO_ROLE_ADHERENT);
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_ROLE), 1);
	const struct octo_event *event = pair_event(&pair, WINNER, OCTO_EVENT_ROLE, 1);
	CHECK(event && event->role.before == OCTO_ROLE_NONE && event->role.after == OCTO_ROLE_ADHERENT);
	pair_close(&pair);
}

/* Three times the SYN, added up, with an end: a flood of SYNs does not buy an endless answer, nor wraps around. */
static void credit_is_three_times_the_syn_and_has_an_end(void)
{
	uint16_t credit = 0;
	peer_give_credit(&credit);
	CHECK_U64(credit, 480);
	for (int i = 0; i < 1000; i++)
		peer_give_credit(&credit);
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
	peer_plan_redial(&call, peer);
	CHECK_U64(peer->redial_at, OCTO_NEVER);
	peer->is_wanted = true;
	for (size_t i = 0; i < sizeof after_s / sizeof *after_s; i++) {
		octo_time_ns wait = peer->redial_wait_ns;
		peer_plan_redial(&call, peer);
		CHECK(peer->redial_at - call.now >= wait - wait / 4 && peer->redial_at - call.now <= wait + wait / 4);
		CHECK_U64(peer->redial_wait_ns, after_s[i] * OCTO_SECOND);
		octo_time_ns at = peer->redial_at;
		peer_plan_redial(&call, peer); /* planned already */
		CHECK_U64(peer->redial_at, at);
		peer->redial_at = OCTO_NEVER;
	}
	pair_close(&pair);
}

CU_ErrorCode suite_peer(void);

CU_ErrorCode suite_peer(void)
{
	CU_pSuite suite = CU_add_suite("peer", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_timestamp_is_a_counter_above_any_floor);
	CU_ADD_TEST(suite, a_pair_of_syns_is_one_duel);
	CU_ADD_TEST(suite, a_role_is_told_when_it_changes);
	CU_ADD_TEST(suite, credit_is_three_times_the_syn_and_has_an_end);
	CU_ADD_TEST(suite, the_wait_for_redialling_doubles_up_to_a_minute);
	return CU_get_error();
}
