/* session_test.c: session.c: the order of sessions, the death of peers, packets under numbers that never repeat. */
#include "core/intrinsic/session.h"
#include "core/intrinsic/session_directory.h"
#include "tests/check.h"
#include "tests/pair/pair.h"

static void install(struct pair *pair, uint32_t generation, bool by_winner, uint64_t log_id)
{
	struct octo_agreement agreement = { .version = 1, .suite = 1, .payload_max = 512, .rate_up = 9999, .rate_down = 9999,
		.idle_s = 15 };
	struct call call = pair_call(pair, WINNER);
	struct session session;
	session_begin(&call, &session, by_winner ? OCTO_ROLE_INITIATOR : OCTO_ROLE_ADHERENT, &agreement);
	session.id = directory_claim(&call, pair_peer(pair, WINNER));
	session.generation = generation;
	session.by_winner = by_winner;
	session.log_id = log_id;
	session_install(&call, pair_peer(pair, WINNER), &session, &pair->nodes[LOSER].address);
}

/* R74, S3: generation first, then the winner's, then the larger log id; the higher of any two becomes current, whichever
 * came first, and the other receives only. */
static void the_higher_of_two_sessions_becomes_current(void)
{
	static const struct { uint32_t generation; bool by_winner; uint64_t log_id; } rising[] = {
		{ 1, false, 5 }, { 1, false, 6 }, { 1, true, 1 }, { 1, true, 2 }, { 2, false, 0 }, { 2, true, 0 }, { 9, false, 1 }
	};
	enum { COUNT = sizeof rising / sizeof *rising };
	for (int a = 0; a < COUNT; a++) {
		for (int b = 0; b < COUNT; b++) {
			struct pair pair;
			if (a == b)
				continue;
			pair_open(&pair, NULL);
			install(&pair, rising[a].generation, rising[a].by_winner, rising[a].log_id);
			install(&pair, rising[b].generation, rising[b].by_winner, rising[b].log_id);
			const struct peer *peer = pair_peer(&pair, WINNER);
			int higher = a > b ? a : b, lower = a > b ? b : a;
			CHECK_U64(peer->current.log_id, rising[higher].log_id);
			CHECK_U64(peer->spare.log_id, rising[lower].log_id);
			CHECK_U64(peer->generation, rising[higher].generation);
			CHECK_U64(peer->role, rising[higher].by_winner ? OCTO_ROLE_INITIATOR : OCTO_ROLE_ADHERENT);
			CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_SESSION_UP), a < b ? 2 : 1);
			CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_SESSION_SPARE), 1);
			pair_close(&pair);
		}
	}
}

/* At most two: a third one ends the spare. */
static void a_third_session_ends_the_spare(void)
{
	struct pair pair;
	uint32_t entries, slots;
	pair_open(&pair, NULL);
	for (uint32_t generation = 1; generation <= 5; generation++)
		install(&pair, generation, true, generation);
	const struct peer *peer = pair_peer(&pair, WINNER);
	CHECK_U64(peer->current.log_id, 5);
	CHECK_U64(peer->spare.log_id, 4);
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_SESSION_DOWN), 3);
	const struct octo_event *down = pair_event(&pair, WINNER, OCTO_EVENT_SESSION_DOWN, 0);
	CHECK(down && down->session.end == OCTO_END_REPLACED && !down->session.was_current && down->session.log_id == 3);
	octo_directory_audit(pair.nodes[WINNER].channel, &entries, &slots);
	CHECK_U64(entries, slots);
	pair_close(&pair);
}

/* An installed session is wanted, ends celibacy's plans, and is stored at once. */
static void an_installed_session_is_wanted_and_stored(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	unsigned saves = pair.nodes[WINNER].saves;
	pair_peer(&pair, WINNER)->redial_wait_ns = 48 * OCTO_SECOND;
	install(&pair, 1, true, 1);
	const struct peer *peer = pair_peer(&pair, WINNER);
	CHECK(peer->is_wanted && !peer->is_user_wish);
	CHECK_U64(peer->redial_at, OCTO_NEVER);
	CHECK_U64(peer->redial_wait_ns, 3 * OCTO_SECOND);
	CHECK_U64(pair.nodes[WINNER].saves, saves + 1);
	CHECK_U64(pair_view(&pair, WINNER).since_first_success, 0); /* R75 */
	pair_close(&pair);
}

/* max(3 timeouts + the agreed interval, 10 s) after the first thing that went unanswered. */
static void death_is_three_timeouts_and_an_interval(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct call call = pair_call(&pair, WINNER);
	struct session session = { .awaiting_since = OCTO_NEVER, .agreement = { .idle_s = 15 } };
	CHECK_U64(session_dead_at(&call, &session), OCTO_NEVER);
	session.awaiting_since = 1000;
	CHECK_U64(session_dead_at(&call, &session), OCTO_NEVER); /* nobody is dead who was not asked */
	session.asks = UINT8_MAX;
	CHECK_U64(session_dead_at(&call, &session), 1000 + 18 * OCTO_SECOND);
	session.trip = (struct round_trip){ .smoothed_ns = 100 * OCTO_MILLISECOND, .deviation_ns = 50 * OCTO_MILLISECOND };
	CHECK_U64(session_dead_at(&call, &session), 1000 + 15900 * OCTO_MILLISECOND);
	session.agreement.idle_s = 1;
	CHECK_U64(session_dead_at(&call, &session), 1000 + 10 * OCTO_SECOND);
	pair_close(&pair);
}

/* S4: no number twice, whatever is composed; nothing composed, no number used. */
static void packet_numbers_never_repeat(void)
{
	struct pair pair;
	uint8_t out[OCTO_DATAGRAM_MAX];
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	struct call call = pair_call(&pair, WINNER);
	struct peer *peer = pair_peer(&pair, WINNER);
	uint64_t number = peer->current.number_next;
	CHECK_U64(session_compose(&call, peer, &peer->current, NULL, out), 0);
	CHECK_U64(peer->current.number_next, number);
	for (int i = 0; i < 5; i++) {
		session_ask(&call, &peer->current);
		CHECK(session_compose(&call, peer, &peer->current, NULL, out) > 0);
		CHECK_U64(peer->current.number_next, ++number);
	}
	pair_close(&pair);
}

/* S5: the window is looked at only after the tag: a forged number neither moves it nor is told apart from a bad tag. */
static void a_bad_tag_is_found_before_the_number(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	struct pair_datagram old = pair_sent(&pair, WINNER, OCTO_PACKET_DATA, 1);
	uint64_t before = pair_digest(&pair, LOSER);
	CHECK_U64(pair_deliver(&pair, LOSER, &old), OCTO_REASON_DUPLICATE);
	old.bytes[old.size - 1] ^= 1;
	CHECK_U64(pair_deliver(&pair, LOSER, &old), OCTO_REASON_BAD_TAG);
	old.bytes[9] = 0x7f; /* another number */
	CHECK_U64(pair_deliver(&pair, LOSER, &old), OCTO_REASON_BAD_TAG);
	CHECK_U64(pair_digest(&pair, LOSER), before);
	pair_close(&pair);
}

/* A number so far behind that the window has forgotten it. */
static void a_packet_from_long_ago_is_too_old(void)
{
	struct pair pair;
	static const uint8_t ping[] = { 0x03, 1, 2, 3, 4 };
	uint8_t old[OCTO_DATAGRAM_MAX], fresh[OCTO_DATAGRAM_MAX];
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	struct session *session = &pair_peer(&pair, WINNER)->current;
	session->number_next = 400; /* two bytes of number: the receiver finds it 1,100 back */
	size_t old_size = pair_forge_data(&pair, WINNER, ping, sizeof ping, 0, old);
	session->number_next = 1500;
	size_t size = pair_forge_data(&pair, WINNER, ping, sizeof ping, 0, fresh);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, fresh, size), OCTO_REASON_ACCEPTED);
	uint64_t before = pair_digest(&pair, LOSER);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, old, old_size), OCTO_REASON_TOO_OLD);
	CHECK_U64(pair_digest(&pair, LOSER), before);
	pair_close(&pair);
}

/* A PING on the spare is not answered, a PONG on it counts for nothing, and its messages still arrive. */
static void the_spare_receives_and_says_nothing(void)
{
	struct pair pair;
	static const uint8_t ping[] = { 0x03, 1, 2, 3, 4 };
	uint8_t packet[OCTO_DATAGRAM_MAX];
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	size_t size = pair_forge_data(&pair, WINNER, ping, sizeof ping, 0, packet);
	struct peer *peer = pair_peer(&pair, LOSER);
	peer->spare = peer->current;
	peer->spare.expires_at = OCTO_NEVER;
	struct call call = pair_call(&pair, LOSER);
	peer->current.id = directory_claim(&call, peer);
	size_t sent = pair.sent_count;
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, packet, size), OCTO_REASON_ACCEPTED);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair.sent_count, sent);
	pair_close(&pair);
}

CU_ErrorCode suite_session(void);

CU_ErrorCode suite_session(void)
{
	CU_pSuite suite = CU_add_suite("session", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, the_higher_of_two_sessions_becomes_current);
	CU_ADD_TEST(suite, a_third_session_ends_the_spare);
	CU_ADD_TEST(suite, an_installed_session_is_wanted_and_stored);
	CU_ADD_TEST(suite, death_is_three_timeouts_and_an_interval);
	CU_ADD_TEST(suite, packet_numbers_never_repeat);
	CU_ADD_TEST(suite, a_bad_tag_is_found_before_the_number);
	CU_ADD_TEST(suite, a_packet_from_long_ago_is_too_old);
	CU_ADD_TEST(suite, the_spare_receives_and_says_nothing);
	return CU_get_error();
}
