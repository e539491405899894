/* roaming_test.c: a session follows its peer to another address, after proof [P 7.7]: R21, R22, R118. */
#include "tests/check.h"
#include "tests/pair/pair.h"

static const struct octo_address elsewhere = { .ip = { 0xfd, [15] = 0x77 }, .port = 9 };

static uint8_t last_path(const struct pair *pair, int who)
{
	const struct octo_event *event = pair_event(pair, who, OCTO_EVENT_PATH, 0);
	return event ? event->path.what : OCTO_PATH_COUNT;
}

static void open_pair(struct pair *pair)
{
	pair_open(pair, NULL);
	pair_establish(pair, WINNER);
	pair_run(pair, OCTO_SECOND);
}

static void send_one(struct pair *pair, int who)
{
	pair_send_load(pair, who, 1, 32, 0);
}

/* R22: who a packet is from does not hang on where it comes from. */
static void a_peer_that_moved_is_followed_within_two_round_trips(void)
{
	struct pair pair;
	open_pair(&pair);
	uint64_t session = pair_view(&pair, WINNER).session.log_id;
	pair.nodes[WINNER].address = elsewhere;
	send_one(&pair, WINNER);
	pair_run(&pair, pair.latency_ns);
	CHECK_U64(last_path(&pair, LOSER), OCTO_PATH_TRIED);
	struct octo_address address = pair_view(&pair, LOSER).address;
	CHECK(memcmp(&address, &elsewhere, sizeof elsewhere) != 0);
	pair_run(&pair, 2 * pair.latency_ns);
	CHECK_U64(last_path(&pair, LOSER), OCTO_PATH_MOVED);
	address = pair_view(&pair, LOSER).address;
	CHECK_BYTES(&address, &elsewhere, sizeof elsewhere);
	send_one(&pair, LOSER);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_load(&pair, WINNER)->received, 1);
	pair_run(&pair, 120 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pair_view(&pair, LOSER).session.log_id, session);
	pair_close(&pair);
}

/* RFC 9000, 9.4: what was measured of one path says nothing of another; another port alone is no other path. */
static void another_path_is_measured_anew(void)
{
	for (int is_far = 0; is_far <= 1; is_far++) {
		struct pair pair;
		open_pair(&pair);
		pair_send_load(&pair, LOSER, 100000, 400, 0);
		pair_run(&pair, 2 * OCTO_SECOND);
		struct octo_peer_view before = pair_view(&pair, LOSER);
		CHECK(before.rate_estimate_bps > 100000 && before.trip_ns > 0);
		octo_peer_limit(pair.nodes[WINNER].channel, &pair.nodes[WINNER].host, pair_clock(&pair, WINNER), 0, 100000);
		pair_run(&pair, 100 * OCTO_MILLISECOND);
		if (is_far)
			pair.nodes[WINNER].address = elsewhere;
		else
			pair.nodes[WINNER].address.port++;
		while (last_path(&pair, LOSER) != OCTO_PATH_MOVED)
			pair_run(&pair, OCTO_MILLISECOND);
		struct octo_peer_view after = pair_view(&pair, LOSER);
		CHECK_U64(after.trip_ns == 0, is_far);
		CHECK_U64(after.rate_estimate_bps < 50000, is_far);
		pair_run(&pair, 2 * OCTO_SECOND);
		after = pair_view(&pair, LOSER);
		CHECK_U64(after.rate_estimate_bps, 100000); /* what the peer wants at most is no matter of paths */
		CHECK(after.trip_ns > 0);
		uint64_t sent = pair_load(&pair, LOSER)->sent, received = pair_load(&pair, WINNER)->received;
		CHECK(sent - received <= 20);
		pair_close(&pair);
	}
}

/* Who copies packets and sends them on from elsewhere gains a few small packets, three times what he spent at most. */
static void a_copy_from_elsewhere_moves_nothing(void)
{
	struct pair pair;
	open_pair(&pair);
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, 1);
	send_one(&pair, WINNER);
	pair_run(&pair, 0);
	struct pair_datagram lost = pair_sent(&pair, WINNER, OCTO_PACKET_DATA, 0);
	size_t before = pair.sent_count, sent = 0;
	lost.source = elsewhere;
	CHECK_U64(pair_deliver(&pair, LOSER, &lost), OCTO_REASON_ACCEPTED);
	pair_run(&pair, 60 * OCTO_SECOND);
	for (size_t i = before; i < pair.sent_count; i++)
		if (pair.sent[i].from == LOSER && memcmp(&pair.sent[i].target, &elsewhere, sizeof elsewhere) == 0)
			sent += pair.sent[i].size;
	CHECK(sent > 0 && sent <= 3 * lost.size);
	struct octo_address address = pair_view(&pair, LOSER).address;
	CHECK_BYTES(&address, &pair.nodes[WINNER].address, sizeof address);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

static void an_address_that_does_not_answer_is_given_up(void)
{
	struct pair pair;
	open_pair(&pair);
	struct octo_address home = pair.nodes[WINNER].address;
	uint8_t packet[OCTO_DATAGRAM_MAX], ping[] = { 0x03, 1, 2, 3, 4 };
	for (int i = 0; i < 8; i++) { /* credit enough for every question */
		size_t size = pair_forge_data(&pair, WINNER, ping, sizeof ping, 0, packet);
		CHECK_U64(pair_push(&pair, LOSER, &elsewhere, packet, size), OCTO_REASON_ACCEPTED);
	}
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, 0);
	pair_run(&pair, 10 * OCTO_SECOND);
	CHECK_U64(last_path(&pair, LOSER), OCTO_PATH_FAILED);
	struct octo_address address = pair_view(&pair, LOSER).address;
	CHECK_BYTES(&address, &home, sizeof address);
	unsigned asked = 0;
	for (size_t i = 0; i < pair.sent_count; i++)
		asked += pair.sent[i].from == LOSER && memcmp(&pair.sent[i].target, &elsewhere, sizeof elsewhere) == 0;
	CHECK_U64(asked, 5);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

/* An older packet that comes late from where the peer was before does not call it back. */
static void only_the_newest_packet_is_a_hint(void)
{
	struct pair pair;
	uint8_t old[OCTO_DATAGRAM_MAX], ping[] = { 0x03, 1, 2, 3, 4 };
	open_pair(&pair);
	size_t size = pair_forge_data(&pair, WINNER, ping, sizeof ping, 0, old);
	send_one(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_push(&pair, LOSER, &elsewhere, old, size), OCTO_REASON_ACCEPTED);
	CHECK_U64(pair_event_count(&pair, LOSER, OCTO_EVENT_PATH), 0);
	pair_close(&pair);
}

/* A wrong answer proves nothing, and a flood of questions gets one answer, where the last was asked from. */
static void guesses_and_floods_gain_nothing(void)
{
	struct pair pair;
	uint8_t packet[OCTO_DATAGRAM_MAX], frame[9] = { 0x06, 1, 2, 3, 4, 5, 6, 7, 8 }, ping[] = { 0x03, 1, 2, 3, 4 };
	open_pair(&pair);
	pair_be_gullible(&pair);
	size_t size = pair_forge_data(&pair, WINNER, ping, sizeof ping, 0, packet);
	CHECK_U64(pair_push(&pair, LOSER, &elsewhere, packet, size), OCTO_REASON_ACCEPTED);
	size = pair_forge_data(&pair, WINNER, frame, sizeof frame, 0, packet);
	CHECK_U64(pair_push(&pair, LOSER, &elsewhere, packet, size), OCTO_REASON_ACCEPTED);
	CHECK_U64(last_path(&pair, LOSER), OCTO_PATH_TRIED);
	size_t before = pair.sent_count;
	frame[0] = 0x05;
	for (int i = 0; i < 100; i++) {
		size = pair_forge_data(&pair, WINNER, frame, sizeof frame, 0, packet);
		CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, packet, size), OCTO_REASON_ACCEPTED);
	}
	pair_run(&pair, 0);
	CHECK(pair.sent_count - before <= 3); /* the answer, our own question, a PONG */
	pair_close(&pair);
}

CU_ErrorCode suite_roaming(void);

CU_ErrorCode suite_roaming(void)
{
	CU_pSuite suite = CU_add_suite("roaming", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_peer_that_moved_is_followed_within_two_round_trips);
	CU_ADD_TEST(suite, another_path_is_measured_anew);
	CU_ADD_TEST(suite, a_copy_from_elsewhere_moves_nothing);
	CU_ADD_TEST(suite, an_address_that_does_not_answer_is_given_up);
	CU_ADD_TEST(suite, only_the_newest_packet_is_a_hint);
	CU_ADD_TEST(suite, guesses_and_floods_gain_nothing);
	return CU_get_error();
}
