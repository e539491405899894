/* several_test.c: one node with several peers: a session with each at once, and couriers of its own for each. */
#include "tests/check.h"
#include "tests/pair/pair.h"

/* WINNER's view of one of its two peers. */
static struct octo_peer_view view_of(const struct pair *pair, uint32_t peer)
{
	struct octo_peer_view view;
	octo_peer_view(pair->nodes[WINNER].channel, peer, &view);
	return view;
}

static struct octo_load *load_of(struct pair *pair, uint32_t peer)
{
	return octo_courier_state(pair->nodes[WINNER].channel, peer, 0);
}

static void connect_both(struct pair *pair)
{
	struct pair_node *node = &pair->nodes[WINNER];
	pair_open(pair, NULL);
	pair_make_other(pair);
	for (uint32_t peer = 0; peer < 2; peer++)
		octo_connect(node->channel, &node->host, pair->now, peer);
	pair_run(pair, 4 * pair->latency_ns);
}

static void send_load(struct pair *pair, uint32_t peer, uint64_t count, uint16_t size)
{
	struct pair_node *node = &pair->nodes[WINNER];
	load_of(pair, peer)->count = count;
	load_of(pair, peer)->size = size;
	octo_courier_wake(node->channel, &node->host, pair->now, peer);
}

/* R26, R136: both are dialled in the same instant, neither waits for the other, and there are two sessions. */
static void sessions_are_made_in_parallel(void)
{
	struct pair pair;
	connect_both(&pair);
	const struct octo_event *one = pair_event(&pair, WINNER, OCTO_EVENT_SESSION_UP, 1);
	const struct octo_event *two = pair_event(&pair, WINNER, OCTO_EVENT_SESSION_UP, 2);
	CHECK(one && two && one->peer != two->peer && one->now == two->now);
	CHECK_U64(view_of(&pair, 0).state, OCTO_STATE_ESTABLISHED);
	CHECK_U64(view_of(&pair, 1).state, OCTO_STATE_ESTABLISHED);
	CHECK_U64(view_of(&pair, 0).session.log_id, pair_view(&pair, LOSER).session.log_id);
	CHECK_U64(view_of(&pair, 1).session.log_id, pair_view(&pair, OTHER).session.log_id);
	CHECK(view_of(&pair, 0).session.receive_id != view_of(&pair, 1).session.receive_id);
	pair_close(&pair);
}

/* R27, R169: each peer has a courier of its own: what is for one does not reach, nor count for, the other. */
static void each_peer_has_couriers_of_its_own(void)
{
	struct pair pair;
	connect_both(&pair);
	send_load(&pair, 0, 3, 50);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_load(&pair, LOSER)->received, 3);
	CHECK_U64(pair_load(&pair, OTHER)->received, 0);
	send_load(&pair, 1, 5, 60);
	pair_send_load(&pair, LOSER, 2, 40, 0);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(load_of(&pair, 0)->sent, 3);
	CHECK_U64(load_of(&pair, 1)->sent, 5);
	CHECK_U64(load_of(&pair, 0)->received, 2);
	CHECK_U64(load_of(&pair, 1)->received, 0);
	CHECK_U64(pair_load(&pair, LOSER)->received, 3);
	CHECK_U64(pair_load(&pair, OTHER)->received, 5);
	pair_close(&pair);
}

static void settle_both(const struct pair *pair)
{
	struct octo_channel *channel = pair->nodes[WINNER].channel;
	for (uint32_t peer = octo_peer_touched(channel, 0); peer != OCTO_NO_PEER; peer = octo_peer_touched(channel, peer + 1))
		octo_peer_settle(channel, peer);
	CHECK_U64(octo_peer_touched(channel, 0), OCTO_NO_PEER);
}

/* Who keeps something in step with every peer learns which of them anything happened to, and is not troubled by junk. */
static void who_is_touched_can_be_told(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_make_other(&pair);
	struct octo_channel *channel = pair.nodes[WINNER].channel;
	CHECK_U64(octo_peer_touched(channel, 0), 0);
	CHECK_U64(octo_peer_touched(channel, 1), 1);
	CHECK_U64(octo_peer_touched(channel, 2), OCTO_NO_PEER);
	pair_close(&pair);
	connect_both(&pair);
	channel = pair.nodes[WINNER].channel;
	settle_both(&pair);
	struct pair_datagram old = pair_sent(&pair, OTHER, OCTO_PACKET_DATA, 1);
	CHECK_U64(pair_deliver(&pair, WINNER, &old), OCTO_REASON_DUPLICATE);
	old.bytes[20] ^= 1;
	CHECK_U64(pair_deliver(&pair, WINNER, &old), OCTO_REASON_BAD_TAG);
	CHECK_U64(octo_peer_touched(channel, 0), OCTO_NO_PEER);
	pair_send_load(&pair, OTHER, 1, 50, 0);
	pair_run(&pair, 2 * pair.latency_ns);
	CHECK_U64(octo_peer_touched(channel, 0), 1); /* and nothing happened to peer 0 */
	settle_both(&pair);
	send_load(&pair, 0, 1, 50);
	CHECK_U64(octo_peer_touched(channel, 0), 0);
	CHECK_U64(octo_peer_touched(channel, 1), OCTO_NO_PEER);
	pair_close(&pair);
}

/* R136, R172: the end of one session is nothing to the other. */
static void one_session_outlives_the_other(void)
{
	struct pair pair;
	connect_both(&pair);
	uint64_t log_id = view_of(&pair, 1).session.log_id;
	pair_disconnect(&pair, WINNER); /* from peer 0 */
	pair_run(&pair, 30 * OCTO_SECOND);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_IDLE);
	CHECK_U64(view_of(&pair, 0).state, OCTO_STATE_IDLE);
	CHECK_U64(view_of(&pair, 1).session.log_id, log_id);
	CHECK_U64(pair_view(&pair, OTHER).session.log_id, log_id);
	send_load(&pair, 1, 1, 60);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_load(&pair, OTHER)->received, 1);
	pair_close(&pair);
}

CU_ErrorCode suite_several(void);

CU_ErrorCode suite_several(void)
{
	CU_pSuite suite = CU_add_suite("several", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, sessions_are_made_in_parallel);
	CU_ADD_TEST(suite, each_peer_has_couriers_of_its_own);
	CU_ADD_TEST(suite, who_is_touched_can_be_told);
	CU_ADD_TEST(suite, one_session_outlives_the_other);
	return CU_get_error();
}
