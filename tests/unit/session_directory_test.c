/* session_directory_test.c: session_directory.c: session ids to peers (C:123), against a plain list. */
#include "core/intrinsic/session_directory.h"
#include "tests/check.h"
#include "tests/unit/crowd.h"

enum { PEERS = 40 };

/* One id a peer, as if each had one slot. */
struct listed { uint64_t id; };

/* R98: thousands of claims and burials; at each moment the directory knows exactly what the list does. */
static void it_knows_what_a_list_knows(void)
{
	struct crowd crowd;
	struct listed list[PEERS] = { { 0 } };
	uint64_t gone[64] = { 0 };
	unsigned gone_count = 0;
	crowd_open(&crowd, PEERS);
	for (int i = 0; i < 6000; i++) {
		uint32_t at = (uint32_t)(crowd_random(&crowd) % PEERS);
		struct call call = crowd_call(&crowd);
		struct peer *peer = block_peer(crowd.channel, at);
		if (list[at].id) {
			directory_bury(&call, peer, list[at].id);
			gone[gone_count++ % 64] = list[at].id;
			list[at].id = 0;
		} else {
			list[at].id = directory_claim(&call, peer);
			CHECK(list[at].id >= PACKET_SESSION_ID_MIN);
		}
		crowd.now += 100 * OCTO_MILLISECOND;
		call = crowd_call(&crowd);
		for (uint32_t p = 0; p < PEERS; p++)
			directory_sweep(&call, block_peer(crowd.channel, p));
		for (uint32_t p = 0; p < PEERS; p++)
			if (list[p].id)
				CHECK(directory_find(crowd.channel, list[p].id) == block_peer(crowd.channel, p));
	}
	crowd.now += 10 * OCTO_SECOND;
	struct call call = crowd_call(&crowd);
	for (uint32_t p = 0; p < PEERS; p++)
		directory_sweep(&call, block_peer(crowd.channel, p));
	for (unsigned i = 0; i < 64; i++)
		CHECK(directory_find(crowd.channel, gone[i]) == NULL);
	uint32_t live = 0;
	for (uint32_t p = 0; p < PEERS; p++)
		live += list[p].id != 0;
	CHECK_U64(crowd.channel->directory_count, live);
	crowd_close(&crowd);
}

static uint64_t script[8];
static unsigned script_at;

static void scripted(void *context, uint8_t *out, size_t size)
{
	(void)context;
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)(script[script_at] >> 8 * i);
	script_at++;
}

/* R96, R116: an id is random, not reserved, and not in use: anything else is drawn again. */
static void reserved_and_used_ids_are_drawn_again(void)
{
	struct crowd crowd;
	crowd_open(&crowd, 2);
	crowd.host.entropy = scripted;
	struct call call = crowd_call(&crowd);
	script[0] = 77777, script[1] = 0, script[2] = 65535, script[3] = 77777, script[4] = 65536;
	script_at = 0;
	CHECK_U64(directory_claim(&call, block_peer(crowd.channel, 0)), 77777);
	CHECK_U64(directory_claim(&call, block_peer(crowd.channel, 1)), 65536);
	CHECK_U64(script_at, 5);
	CHECK(directory_find(crowd.channel, 77777) == block_peer(crowd.channel, 0));
	CHECK(directory_find(crowd.channel, 65536) == block_peer(crowd.channel, 1));
	CHECK(directory_find(crowd.channel, 0) == NULL);
	crowd_close(&crowd);
}

/* Ids that share a home in the table: removing one of them closes the gap, and the others are still found. */
static void colliding_ids_survive_each_others_removal(void)
{
	struct crowd crowd;
	crowd_open(&crowd, 1);
	uint32_t mask = crowd.channel->directory_mask;
	struct call call = crowd_call(&crowd);
	struct peer *peer = block_peer(crowd.channel, 0);
	crowd.host.entropy = scripted;
	uint64_t ids[4];
	unsigned found = 0;
	for (uint64_t id = PACKET_SESSION_ID_MIN; found < 4; id++)
		if (((uint32_t)(id * UINT64_C(0x9e3779b97f4a7c15) >> 32) & mask) == mask) /* the last place: it wraps around */
			ids[found++] = id;
	for (unsigned victim = 0; victim < 4; victim++) {
		for (unsigned i = 0; i < 4; i++) {
			script[0] = ids[i];
			script_at = 0;
			CHECK_U64(directory_claim(&call, peer), ids[i]);
		}
		directory_bury(&call, peer, ids[victim]);
		peer->graves[0].until = peer->graves[1].until = call.now;
		directory_sweep(&call, peer);
		for (unsigned i = 0; i < 4; i++)
			CHECK(directory_find(crowd.channel, ids[i]) == (i == victim ? NULL : peer));
		for (unsigned i = 0; i < 4; i++) {
			if (i == victim)
				continue;
			directory_bury(&call, peer, ids[i]);
			peer->graves[0].until = peer->graves[1].until = call.now;
			directory_sweep(&call, peer);
		}
		CHECK_U64(crowd.channel->directory_count, 0);
	}
	crowd_close(&crowd);
}

/* A grave lasts for three timeouts, and the oldest gives way when a third is dug. */
static void a_grave_lasts_for_three_timeouts(void)
{
	struct crowd crowd;
	crowd_open(&crowd, 1);
	struct call call = crowd_call(&crowd);
	struct peer *peer = block_peer(crowd.channel, 0);
	uint64_t ids[3];
	for (int i = 0; i < 3; i++)
		ids[i] = directory_claim(&call, peer);
	directory_bury(&call, peer, ids[0]);
	CHECK_U64(directory_next_sweep(peer), call.now + 3 * OCTO_SECOND);
	directory_sweep(&call, peer);
	CHECK(directory_find(crowd.channel, ids[0]) == peer);
	directory_bury(&call, peer, ids[1]);
	directory_bury(&call, peer, ids[2]);
	CHECK(directory_find(crowd.channel, ids[0]) == NULL);
	CHECK(directory_find(crowd.channel, ids[1]) == peer);
	CHECK(directory_find(crowd.channel, ids[2]) == peer);
	crowd.now += 3 * OCTO_SECOND;
	call = crowd_call(&crowd);
	directory_sweep(&call, peer);
	CHECK_U64(directory_next_sweep(peer), OCTO_NEVER);
	CHECK(directory_find(crowd.channel, ids[1]) == NULL);
	crowd_close(&crowd);
}

/* A power of two that is at most half full when every slot of every peer is. */
static void there_is_always_room(void)
{
	for (uint32_t peers = 1; peers <= 65535; peers = peers * 2 + 1) {
		uint32_t capacity = directory_capacity(peers);
		CHECK_U64(capacity & (capacity - 1), 0);
		CHECK(capacity >= 2 * DIRECTORY_IDS_PER_PEER * peers);
		CHECK(capacity <= 16 || capacity < 4 * DIRECTORY_IDS_PER_PEER * peers);
	}
}

CU_ErrorCode suite_session_directory(void);

CU_ErrorCode suite_session_directory(void)
{
	CU_pSuite suite = CU_add_suite("session_directory", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, it_knows_what_a_list_knows);
	CU_ADD_TEST(suite, reserved_and_used_ids_are_drawn_again);
	CU_ADD_TEST(suite, colliding_ids_survive_each_others_removal);
	CU_ADD_TEST(suite, a_grave_lasts_for_three_timeouts);
	CU_ADD_TEST(suite, there_is_always_room);
	return CU_get_error();
}
