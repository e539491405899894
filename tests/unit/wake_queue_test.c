/* wake_queue_test.c: wake_queue.c: which of many peers has something to do next, against a search through all. */
#include "core/intrinsic/wake_queue.h"
#include "tests/check.h"
#include "tests/unit/crowd.h"

enum { PEERS = 100 };

static uint32_t search_but_for(const octo_time_ns times[PEERS], uint32_t other)
{
	uint32_t first = other == 0;
	for (uint32_t i = first + 1; i < PEERS; i++)
		if (i != other && times[i] < times[first])
			first = i;
	return first;
}

static uint32_t search(const octo_time_ns times[PEERS])
{
	return search_but_for(times, PEERS);
}

static uint32_t first_of(const struct crowd *crowd)
{
	octo_time_ns at;
	return wake_queue_first(crowd->channel, &at);
}

static void the_first_is_what_a_search_finds(void)
{
	struct crowd crowd;
	octo_time_ns times[PEERS], at;
	crowd_open(&crowd, PEERS);
	for (uint32_t i = 0; i < PEERS; i++)
		wake_queue_set(crowd.channel, i, times[i] = 50);
	for (int i = 0; i < 20000; i++) {
		uint64_t draw = crowd_random(&crowd);
		uint32_t peer = (uint32_t)(crowd_random(&crowd) % PEERS);
		times[peer] = draw >> 60 == 0 ? OCTO_NEVER : (draw >> 8) % 50; /* many equal times */
		wake_queue_set(crowd.channel, peer, times[peer]);
		CHECK_U64(wake_queue_first(crowd.channel, &at), search(times));
		CHECK_U64(at, times[search(times)]);
		CHECK_U64(wake_queue_second(crowd.channel), search_but_for(times, search(times)));
	}
	crowd_close(&crowd);
}

/* Order never depends on history: of equal times the lower index comes first. */
static void equal_times_go_by_index(void)
{
	struct crowd crowd;
	crowd_open(&crowd, PEERS);
	for (uint32_t i = PEERS; i > 0; i--)
		wake_queue_set(crowd.channel, i - 1, 7);
	for (uint32_t i = 0; i < PEERS; i++) {
		CHECK_U64(first_of(&crowd), i);
		wake_queue_set(crowd.channel, i, 8);
	}
	CHECK_U64(first_of(&crowd), 0);
	crowd_close(&crowd);
}

static void nobody_is_first_without_peers(void)
{
	struct crowd crowd;
	crowd_open(&crowd, 3);
	crowd.channel->peer_count = 0;
	octo_time_ns at;
	CHECK_U64(wake_queue_first(crowd.channel, &at), OCTO_NO_PEER);
	CHECK_U64(at, OCTO_NEVER);
	CHECK_U64(wake_queue_second(crowd.channel), OCTO_NO_PEER);
	crowd.channel->peer_count = 1;
	CHECK_U64(wake_queue_second(crowd.channel), OCTO_NO_PEER);
	crowd.channel->peer_count = 3;
	crowd_close(&crowd);
}

/* A new peer has nothing to do, and does not disturb who is first. */
static void a_new_peer_has_nothing_to_do(void)
{
	struct crowd crowd;
	crowd_open(&crowd, 5);
	wake_queue_set(crowd.channel, 2, 100);
	crowd.channel->peer_count = 4;
	wake_queue_set(crowd.channel, 2, 100);
	crowd.channel->peer_count = 5;
	wake_queue_add(crowd.channel, 4);
	CHECK_U64(first_of(&crowd), 2);
	for (uint32_t i = 0; i < 4; i++)
		wake_queue_set(crowd.channel, i, OCTO_NEVER - 1);
	CHECK_U64(first_of(&crowd), 0);
	for (uint32_t i = 0; i < 4; i++)
		wake_queue_set(crowd.channel, i, OCTO_NEVER);
	CHECK_U64(first_of(&crowd), 0);
	wake_queue_set(crowd.channel, 4, 5);
	CHECK_U64(first_of(&crowd), 4);
	crowd_close(&crowd);
}

CU_ErrorCode suite_wake_queue(void);

CU_ErrorCode suite_wake_queue(void)
{
	CU_pSuite suite = CU_add_suite("wake_queue", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, the_first_is_what_a_search_finds);
	CU_ADD_TEST(suite, equal_times_go_by_index);
	CU_ADD_TEST(suite, nobody_is_first_without_peers);
	CU_ADD_TEST(suite, a_new_peer_has_nothing_to_do);
	return CU_get_error();
}
