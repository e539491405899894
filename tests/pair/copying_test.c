/* copying_test.c: a channel is one block of bytes: all of them initialised, none of them an address. It may be copied at
 * any moment, put back elsewhere, and runs on as if nothing had happened. */
#include "tests/check.h"
#include "tests/pair/pair.h"

#include <stdlib.h>

/* The same pair once more, with its blocks at other addresses and filled with other garbage before. */
static void copy_pair(struct pair *copy, const struct pair *pair)
{
	*copy = *pair;
	for (int i = 0; i < PAIR_NODES; i++) {
		struct pair_node *node = &copy->nodes[i];
		if (!node->exists)
			continue;
		void *block = malloc(node->block_size);
		if (!block)
			abort();
		memcpy(block, pair->nodes[i].channel, node->block_size);
		node->channel = octo_channel_at(block);
		node->host.context = node;
		node->events = NULL;
		node->event_count = node->event_room = 0;
	}
	copy->sent = malloc(pair->sent_room * sizeof *pair->sent);
	if (pair->sent_count)
		memcpy(copy->sent, pair->sent, pair->sent_count * sizeof *pair->sent);
}

static void check_same_traffic(const struct pair *a, const struct pair *b)
{
	CHECK_U64(a->sent_count, b->sent_count);
	for (size_t i = 0; i < a->sent_count && i < b->sent_count; i++) {
		CHECK_U64(a->sent[i].size, b->sent[i].size);
		CHECK_BYTES(a->sent[i].bytes, b->sent[i].bytes, a->sent[i].size);
		CHECK(same_address(&a->sent[i].target, &b->sent[i].target));
	}
	for (int who = WINNER; who <= LOSER; who++)
		CHECK_BYTES(a->nodes[who].channel, b->nodes[who].channel, a->nodes[who].block_size);
}

/* A crowded start: both connect, packets get lost, messages are waiting. */
static void start(struct pair *pair)
{
	pair_open(pair, NULL);
	pair_lose(pair, WINNER, OCTO_PACKET_SYN, 1);
	pair_lose(pair, LOSER, OCTO_PACKET_SYN, 2);
	pair_lose(pair, WINNER, OCTO_PACKET_ACK, 1);
	pair_connect(pair, WINNER);
	pair_connect(pair, LOSER);
	pair_send_load(pair, WINNER, 30, 100, 50 * OCTO_MILLISECOND);
}

/* Every 20 ms of the first seconds: idle, offering, answering, established and all between. */
static void a_copy_at_another_address_sends_the_same_bytes_from_then_on(void)
{
	bool seen[2][OCTO_STATE_COUNT] = { { false } };
	struct pair pair;
	start(&pair);
	for (int i = 0; i < 130; i++) {
		struct pair copy, original;
		for (int who = WINNER; who <= LOSER; who++)
			seen[who][pair_state(&pair, who)] = true;
		if (i % 5 == 0 || i < 10) {
			copy_pair(&original, &pair);
			copy_pair(&copy, &pair);
			pair_run(&original, 5 * OCTO_SECOND);
			pair_run(&copy, 5 * OCTO_SECOND);
			check_same_traffic(&original, &copy);
			CHECK(original.sent_count > pair.sent_count);
			pair_close(&original);
			pair_close(&copy);
		}
		pair_run(&pair, 20 * OCTO_MILLISECOND);
	}
	CHECK(seen[WINNER][OCTO_STATE_OFFERING] && seen[WINNER][OCTO_STATE_ESTABLISHED]);
	CHECK(seen[LOSER][OCTO_STATE_OFFERING] && seen[LOSER][OCTO_STATE_ANSWERING] && seen[LOSER][OCTO_STATE_ESTABLISHED]);
	pair_close(&pair);
}

/* A block that is moved while it lives, again and again, behaves like one that stays. */
static void a_block_that_wanders_behaves_like_one_that_stays(void)
{
	struct pair still, wandering;
	start(&still);
	start(&wandering);
	for (int i = 0; i < 200; i++) {
		struct pair next;
		copy_pair(&next, &wandering);
		for (int who = WINNER; who <= LOSER; who++)
			memset((void *)wandering.nodes[who].channel, 0xee, wandering.nodes[who].block_size); /* no way back */
		for (int who = WINNER; who <= LOSER; who++) {
			free(wandering.nodes[who].channel);
			free(wandering.nodes[who].events);
		}
		free(wandering.sent);
		wandering = next;
		for (int who = WINNER; who <= LOSER; who++)
			wandering.nodes[who].host.context = &wandering.nodes[who];
		pair_run(&still, 25 * OCTO_MILLISECOND);
		pair_run(&wandering, 25 * OCTO_MILLISECOND);
	}
	check_same_traffic(&still, &wandering);
	CHECK(pair_is_joined(&wandering));
	pair_close(&still);
	pair_close(&wandering);
}

/* Whatever was in the memory before, padding included: two channels made alike are alike in every byte. */
static void channels_made_alike_are_alike_in_every_byte(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct pair_node *node = &pair.nodes[WINNER];
	uint8_t *blocks[2];
	for (int i = 0; i < 2; i++) {
		struct octo_channel *channel;
		uint32_t peer;
		blocks[i] = malloc(node->block_size);
		memset(blocks[i], i ? 0x55 : 0xaa, node->block_size);
		node->entropy_state = 99;
		CHECK_U64(octo_channel_init(blocks[i], node->block_size, &node->config, &node->host, pair.now, &channel), OCTO_OK);
		CHECK_U64(octo_peer_add(channel, &node->host, pair.now, &pair.nodes[LOSER].identity.card,
		                        &pair.nodes[LOSER].address, &peer), OCTO_OK);
		octo_connect(channel, &node->host, pair.now, peer);
	}
	CHECK_BYTES(blocks[0], blocks[1], node->block_size);
	free(blocks[0]);
	free(blocks[1]);
	pair_close(&pair);
}

/* The same after a whole life: stack garbage must not get into the block either. */
static void lives_lived_alike_end_alike_in_every_byte(void)
{
	struct pair a, b;
	for (int turn = 0; turn < 2; turn++) {
		struct pair *pair = turn ? &b : &a;
		volatile uint8_t stack[4096];
		for (size_t i = 0; i < sizeof stack; i++)
			stack[i] = turn ? 0x5a : 0xc3;
		start(pair);
		pair_run(pair, 8 * OCTO_SECOND);
		pair_restart(pair, LOSER, true);
		pair_run(pair, 9 * OCTO_SECOND);
		pair_disconnect(pair, WINNER);
		pair_run(pair, 3 * OCTO_SECOND);
	}
	check_same_traffic(&a, &b);
	pair_close(&a);
	pair_close(&b);
}

/* R135: no secret of a handshake is left in the block once a session stands, and nothing at all after closing. */
static void secrets_are_gone_when_they_are_not_needed(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, 1);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 0);
	uint8_t secret[OCTO_KEY_BYTES];
	memcpy(secret, pair_peer(&pair, WINNER)->offer.secret, sizeof secret);
	const uint8_t *block = (const uint8_t *)pair.nodes[WINNER].channel;
	size_t found = 0, size = pair.nodes[WINNER].block_size;
	for (size_t i = 0; i + sizeof secret <= size; i++)
		found += memcmp(block + i, secret, sizeof secret) == 0;
	CHECK_U64(found, 1);
	pair_run(&pair, 3 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	for (size_t i = 0; i + sizeof secret <= size; i++)
		CHECK(memcmp(block + i, secret, sizeof secret) != 0);
	uint8_t *kept = malloc(size);
	octo_channel_close(pair.nodes[WINNER].channel);
	memset(kept, 0, size);
	CHECK_BYTES(block, kept, size);
	free(kept);
	pair_restart(&pair, WINNER, true); /* or there would be nothing to close */
	pair_close(&pair);
}

CU_ErrorCode suite_copying(void);

CU_ErrorCode suite_copying(void)
{
	CU_pSuite suite = CU_add_suite("copying", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_copy_at_another_address_sends_the_same_bytes_from_then_on);
	CU_ADD_TEST(suite, a_block_that_wanders_behaves_like_one_that_stays);
	CU_ADD_TEST(suite, channels_made_alike_are_alike_in_every_byte);
	CU_ADD_TEST(suite, lives_lived_alike_end_alike_in_every_byte);
	CU_ADD_TEST(suite, secrets_are_gone_when_they_are_not_needed);
	return CU_get_error();
}
