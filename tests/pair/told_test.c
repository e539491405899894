/* told_test.c: core/checked/lie.h: a core that is told to says any frames at all, in packets that are whole in every other
 * way, and is none the wiser (R8, R66). */
#include "core/checked/lie.h"
#include "tests/check.h"
#include "tests/pair/pair.h"

static const uint8_t ping[] = { FRAME_PING, 1, 2, 3, 4 };

static enum octo_reason tell(struct pair *pair, int who, uint64_t skips, const uint8_t *frames, size_t size)
{
	struct pair_node *node = &pair->nodes[who];
	uint8_t out[OCTO_DATAGRAM_MAX];
	struct octo_address to;
	size_t packet_size = 0;
	CHECK(octo_lie(node->channel, &node->host, pair->now, 0, skips, frames, size, out, &packet_size, &to));
	CHECK(same_address(&to, &pair->nodes[1 - who].address));
	return pair_push(pair, 1 - who, &node->address, out, packet_size);
}

static void what_it_is_told_arrives_as_if_it_had_been_meant(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	uint64_t sent = octo_channel_counters(pair.nodes[WINNER].channel)->sent;
	CHECK_U64(tell(&pair, WINNER, 0, ping, sizeof ping), OCTO_REASON_ACCEPTED);
	CHECK_U64(tell(&pair, WINNER, 0, ping, sizeof ping - 1), OCTO_REASON_BAD_FRAME);
	CHECK_U64(octo_channel_counters(pair.nodes[WINNER].channel)->sent, sent + 2);
	CHECK_U64(pair_event(&pair, WINNER, OCTO_EVENT_PACKET_SENT, 0)->packet.type, OCTO_PACKET_DATA);
	CHECK(!pair_peer(&pair, WINNER)->current.is_ping_out); /* nothing is remembered of it */
	pair_run(&pair, 60 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

static void numbers_are_left_out_and_never_used_twice(void)
{
	struct pair pair;
	struct octo_lie_view before, after;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	CHECK(octo_lie_view(pair.nodes[WINNER].channel, 0, &before));
	CHECK_U64(tell(&pair, WINNER, 5000, ping, sizeof ping), OCTO_REASON_ACCEPTED);
	CHECK(octo_lie_view(pair.nodes[WINNER].channel, 0, &after));
	CHECK_U64(after.send_next, before.send_next + 5001);
	CHECK_U64(pair_event(&pair, LOSER, OCTO_EVENT_PACKET_RECEIVED, 0)->packet.number, before.send_next + 5000);
	pair_run(&pair, 60 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

static void a_liar_sees_what_its_core_knows(void)
{
	struct pair pair;
	struct octo_lie_view view[2];
	pair_open(&pair, NULL);
	pair_establish(&pair, LOSER);
	pair_run(&pair, OCTO_SECOND);
	for (int who = WINNER; who <= LOSER; who++)
		CHECK(octo_lie_view(pair.nodes[who].channel, 0, &view[who]));
	CHECK(view[LOSER].is_initiator && !view[WINNER].is_initiator);
	CHECK_U64(view[WINNER].session, view[LOSER].session);
	CHECK_U64(view[WINNER].heard_next, view[LOSER].send_next);
	CHECK_U64(view[WINNER].room, OCTO_LIE_BYTES_MAX);
	pair_close(&pair);
}

static void without_a_session_there_is_nobody_to_lie_to(void)
{
	struct pair pair;
	struct octo_lie_view view;
	uint8_t out[OCTO_DATAGRAM_MAX];
	struct octo_address to;
	size_t size;
	pair_open(&pair, NULL);
	struct pair_node *node = &pair.nodes[WINNER];
	uint64_t digest = pair_digest(&pair, WINNER);
	CHECK(!octo_lie_view(node->channel, 0, &view));
	CHECK(!octo_lie(node->channel, &node->host, pair.now, 0, 0, ping, sizeof ping, out, &size, &to));
	CHECK_U64(pair_digest(&pair, WINNER), digest);
	pair_close(&pair);
}

static uint64_t curves(const struct pair *pair, int who)
{
	return octo_channel_counters(pair->nodes[who].channel)->curve_multiplications;
}

/* R85: any number of SYNs costs who makes them up no curve, and who receives them those of one answer in three seconds. */
static void a_made_up_syn_is_as_fresh_as_any_and_costs_no_curve(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct pair_node *node = &pair.nodes[LOSER];
	uint64_t before[] = { curves(&pair, WINNER), curves(&pair, LOSER) }, answered = 0;
	for (int i = 0; i < 1000; i++, pair.now += 7 * OCTO_MILLISECOND) {
		uint8_t out[OCTO_DATAGRAM_MAX];
		struct octo_address to;
		size_t size;
		octo_lie_syn(node->channel, &node->host, pair.now, 0, out, &size, &to);
		CHECK_U64(size, SYN_BYTES);
		CHECK(same_address(&to, &pair.nodes[WINNER].address));
		enum octo_reason reason = pair_push(&pair, WINNER, &node->address, out, size);
		CHECK(reason == OCTO_REASON_ACCEPTED || reason == OCTO_REASON_TOO_SOON);
		answered += reason == OCTO_REASON_ACCEPTED;
	}
	CHECK_U64(answered, 3); /* at 0 s, 3 s and 6 s */
	CHECK_U64(curves(&pair, LOSER), before[LOSER]);
	CHECK_U64(curves(&pair, WINNER), before[WINNER] + 3 * 4); /* e_R, and three shared secrets */
	CHECK_U64(pair_peer(&pair, LOSER)->offer.id, 0);
	pair.now += 10 * OCTO_SECOND;
	pair_establish(&pair, LOSER);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

CU_ErrorCode suite_told(void);

CU_ErrorCode suite_told(void)
{
	CU_pSuite suite = CU_add_suite("told", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, what_it_is_told_arrives_as_if_it_had_been_meant);
	CU_ADD_TEST(suite, numbers_are_left_out_and_never_used_twice);
	CU_ADD_TEST(suite, a_liar_sees_what_its_core_knows);
	CU_ADD_TEST(suite, without_a_session_there_is_nobody_to_lie_to);
	CU_ADD_TEST(suite, a_made_up_syn_is_as_fresh_as_any_and_costs_no_curve);
	return CU_get_error();
}
