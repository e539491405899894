/* record_test.c: record.c: what survives a restart (C:49, C:125), and that nothing but a whole record does. */
#include "core/intrinsic/record.h"
#include "tests/check.h"
#include "tests/pair/pair.h"

static enum octo_status restore(struct pair *pair, int who, const uint8_t *record, size_t size, octo_time_ns off_ns)
{
	return octo_peer_restore(pair->nodes[who].channel, &pair->nodes[who].host, pair_clock(pair, who), 0, record, size, off_ns);
}

/* R100: whatever a record holds comes back; times as ages and remainders, with the time since it was saved counted. */
static void a_record_brings_everything_back(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct peer *peer = pair_peer(&pair, WINNER);
	struct call call = pair_call(&pair, WINNER);
	peer->proved = (struct octo_address){ .ip = { 1, 2, [15] = 3 }, .port = 4567 };
	peer->is_wanted = true;
	peer->timestamp_seen = UINT64_C(0x1122334455667788);
	peer->timestamp_floor = 99;
	peer->celibate_until = call.now + 107 * OCTO_SECOND;
	peer->first_success_at = call.now - 1000 * OCTO_SECOND;
	peer->first_attempt_at = call.now - 1001 * OCTO_SECOND;
	peer->last_success_at = call.now - 10 * OCTO_SECOND;
	peer->reach.activity_at = call.now - 5 * OCTO_SECOND;
	peer->reach.order = 12;
	record_save_peer(&call, peer);
	struct pair_node *node = &pair.nodes[WINNER];
	CHECK(node->peer_record_size > 0 && node->peer_record_size <= OCTO_RECORD_BYTES_MAX);
	uint8_t record[OCTO_RECORD_BYTES_MAX];
	size_t size = node->peer_record_size;
	memcpy(record, node->peer_record, size);
	node->peer_record_size = 0;
	pair.now += 77 * OCTO_SECOND;
	pair_restart(&pair, WINNER, true);
	CHECK_U64(restore(&pair, WINNER, record, size, 77 * OCTO_SECOND), OCTO_OK);
	struct octo_peer_view view = pair_view(&pair, WINNER);
	CHECK_U64(view.address.port, 4567);
	CHECK_U64(view.address.ip[1], 2);
	CHECK(view.is_wanted && view.is_celibate);
	CHECK_U64(view.timestamp_seen, UINT64_C(0x1122334455667788));
	peer = pair_peer(&pair, WINNER);
	CHECK_U64(peer->timestamp_floor, 99);
	CHECK_U64(view.since_first_success, 1077 * OCTO_SECOND);
	CHECK_U64(view.since_first_attempt, 1078 * OCTO_SECOND);
	CHECK_U64(view.since_last_success, 87 * OCTO_SECOND);
	CHECK_U64(view.since_last_failure, OCTO_NEVER);
	CHECK_U64(view.since_activity, 82 * OCTO_SECOND); /* R56 */
	CHECK_U64(peer->reach.order, 12);
	call = pair_call(&pair, WINNER);
	CHECK_U64(call.channel->reach.order, 12); /* R62: still the last active one */
	CHECK_U64(peer->celibate_until - call.now, 30 * OCTO_SECOND);
	pair_close(&pair);
}

/* Any byte changed, any byte missing, one too many: refused, and the peer is as before. */
static void a_damaged_record_is_refused_at_every_byte(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	struct pair_node *node = &pair.nodes[WINNER];
	uint8_t record[OCTO_RECORD_BYTES_MAX + 1] = { 0 };
	size_t size = node->peer_record_size;
	memcpy(record, node->peer_record, size);
	node->peer_record_size = 0;
	pair_restart(&pair, WINNER, true); /* records are for peers that were just added */
	uint64_t before = pair_digest(&pair, WINNER);
	for (size_t at = 0; at < size; at++) {
		record[at] ^= 0x40;
		CHECK_U64(restore(&pair, WINNER, record, size, 0), OCTO_BAD_RECORD);
		CHECK_U64(pair_digest(&pair, WINNER), before);
		record[at] ^= 0x40;
	}
	for (size_t cut = 0; cut <= size + 1; cut++)
		CHECK_U64(restore(&pair, WINNER, record, cut, 0), cut == size ? OCTO_OK : OCTO_BAD_RECORD);
	pair_close(&pair);
}

static void a_damaged_node_record_is_refused_at_every_byte(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct pair_node *node = &pair.nodes[WINNER];
	uint8_t record[OCTO_RECORD_BYTES_MAX + 1] = { 0 };
	uint32_t epoch = 7;
	size_t size = node->node_record_size;
	memcpy(record, node->node_record, size);
	for (size_t at = 0; at < size; at++) {
		record[at] ^= 1;
		CHECK_U64(octo_node_record_epoch(record, size, &epoch), OCTO_BAD_RECORD);
		record[at] ^= 1;
	}
	for (size_t cut = 0; cut <= size + 1; cut++)
		CHECK_U64(octo_node_record_epoch(record, cut, &epoch), cut == size ? OCTO_OK : OCTO_BAD_RECORD);
	CHECK_U64(octo_node_record_epoch(record, 0, &epoch), OCTO_BAD_RECORD);
	CHECK_U64(epoch, 0);
	pair_close(&pair);
}

/* A record of one kind, or of another peer, is not taken for one of this peer. */
static void another_ones_record_is_refused(void)
{
	struct pair pair;
	uint32_t epoch;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	const struct pair_node *winner = &pair.nodes[WINNER], *loser = &pair.nodes[LOSER];
	pair_restart(&pair, WINNER, false);
	CHECK_U64(restore(&pair, WINNER, loser->peer_record, loser->peer_record_size, 0), OCTO_BAD_RECORD);
	CHECK_U64(restore(&pair, WINNER, winner->node_record, winner->node_record_size, 0), OCTO_BAD_RECORD);
	CHECK_U64(octo_node_record_epoch(loser->peer_record, loser->peer_record_size, &epoch), OCTO_BAD_RECORD);
	pair_close(&pair);
}

/* The boot epoch is raised and stored before anything is sent, at every boot. */
static void each_boot_stores_a_higher_epoch_first(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	for (uint32_t boot = 1; boot <= 5; boot++) {
		uint32_t epoch;
		CHECK_U64(octo_node_record_epoch(pair.nodes[WINNER].node_record, pair.nodes[WINNER].node_record_size, &epoch), OCTO_OK);
		CHECK_U64(epoch, boot);
		CHECK_U64(pair.nodes[WINNER].channel->epoch, boot);
		CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_SYN), 0);
		pair_restart(&pair, WINNER, true);
	}
	pair_close(&pair);
}

/* Of a damaged record nothing is taken over: the peer stays as it was added, and the node goes on with it. */
static void a_node_starts_with_a_record_that_is_refused(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	struct pair_node *node = &pair.nodes[WINNER];
	uint8_t record[OCTO_RECORD_BYTES_MAX];
	size_t size = node->peer_record_size;
	memcpy(record, node->peer_record, size);
	record[4]++; /* of another version; and with a right sum, too */
	for (int sum = 0; sum < 2; sum++) {
		if (sum)
			keyed_hash(record + size - 16, 16, NULL, 0, record, size - 16);
		node->peer_record_size = 0;
		pair_restart(&pair, WINNER, true);
		CHECK_U64(restore(&pair, WINNER, record, size, 0), OCTO_BAD_RECORD);
		CHECK(!pair_view(&pair, WINNER).is_wanted);
		CHECK_U64(pair_view(&pair, WINNER).since_first_success, OCTO_NEVER);
	}
	pair_run(&pair, 60 * OCTO_SECOND); /* the other one's session dies, and it dials */
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

static void the_switch_is_in_the_nodes_record(void)
{
	struct pair pair;
	enum octo_switch position;
	pair_open(&pair, NULL);
	const struct pair_node *node = &pair.nodes[WINNER];
	for (int i = 0; i < 3; i++) {
		static const enum octo_switch expected[] = { OCTO_SWITCH_MANUAL, OCTO_SWITCH_ON, OCTO_SWITCH_OFF };
		if (i)
			octo_enable(node->channel, &node->host, pair.now, i == 1);
		CHECK_U64(octo_node_record_switch(node->node_record, node->node_record_size, &position), OCTO_OK);
		CHECK_U64(position, expected[i]);
	}
	CHECK_U64(octo_node_record_switch(node->node_record, node->node_record_size - 1, &position), OCTO_BAD_RECORD);
	CHECK_U64(position, OCTO_SWITCH_MANUAL);
	pair_close(&pair);
}

/* R135: never keys, never nonces; not even the token of a ping. */
static void no_record_holds_a_secret(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	octo_enable(pair.nodes[WINNER].channel, &pair.nodes[WINNER].host, pair.now, true);
	pair_run(&pair, OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	const struct pair_node *node = &pair.nodes[WINNER];
	const struct peer *peer = pair_peer(&pair, WINNER);
	const uint8_t *ids[] = { (const uint8_t *)&peer->reach.pings[0].token, (const uint8_t *)&peer->current.id,
		                 (const uint8_t *)&peer->current.send_id };
	for (size_t at = 0; at + 8 <= node->peer_record_size; at++)
		for (size_t i = 0; i < 3; i++)
			CHECK(memcmp(node->peer_record + at, ids[i], 8) != 0);
	const uint8_t *secrets[] = { node->identity.x_secret, node->identity.ed_seed, node->config.seed, peer->keys.prk,
		peer->keys.syn_in, peer->keys.probe_in, peer->keys.probe_out, peer->current.send_key, peer->current.receive_key };
	for (size_t s = 0; s < sizeof secrets / sizeof *secrets; s++)
		for (size_t at = 0; at + 8 <= node->peer_record_size; at++)
			CHECK(memcmp(node->peer_record + at, secrets[s], 8) != 0);
	pair_close(&pair);
}

CU_ErrorCode suite_record(void);

CU_ErrorCode suite_record(void)
{
	CU_pSuite suite = CU_add_suite("record", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_record_brings_everything_back);
	CU_ADD_TEST(suite, a_damaged_record_is_refused_at_every_byte);
	CU_ADD_TEST(suite, a_damaged_node_record_is_refused_at_every_byte);
	CU_ADD_TEST(suite, another_ones_record_is_refused);
	CU_ADD_TEST(suite, each_boot_stores_a_higher_epoch_first);
	CU_ADD_TEST(suite, a_node_starts_with_a_record_that_is_refused);
	CU_ADD_TEST(suite, the_switch_is_in_the_nodes_record);
	CU_ADD_TEST(suite, no_record_holds_a_secret);
	return CU_get_error();
}
