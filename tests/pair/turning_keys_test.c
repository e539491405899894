/* turning_keys_test.c: the ratchet of a session's data keys [P 6.4]: when a key is turned, what late packets are opened
 * with, and that an old key is gone (R115, R116, R135). */
#include "tests/check.h"
#include "tests/pair/pair.h"

/* Two that turn their keys after so many packets. */
static void open_turning(struct pair *pair, uint32_t packets)
{
	struct pair_options options;
	pair_default(&options);
	for (int who = WINNER; who <= LOSER; who++)
		options.config[who].turn_packets = packets;
	pair_open(pair, &options);
	pair_establish(pair, WINNER);
}

static uint32_t send_epoch(const struct pair *pair, int who)
{
	return pair_peer(pair, who)->current.phases.send_epoch;
}

static uint32_t receive_epoch(const struct pair *pair, int who)
{
	return pair_peer(pair, who)->current.phases.receive_epoch;
}

static bool holds(const struct pair *pair, int who, const uint8_t key[OCTO_KEY_BYTES])
{
	const uint8_t *block = (const uint8_t *)pair->nodes[who].channel;
	for (size_t at = 0; at + OCTO_KEY_BYTES <= pair->nodes[who].block_size; at++)
		if (memcmp(block + at, key, OCTO_KEY_BYTES) == 0)
			return true;
	return false;
}

static void keys_turn_with_the_packets_and_both_sides_agree(void)
{
	struct pair pair;
	open_turning(&pair, 64);
	pair_send_load(&pair, WINNER, 1000, 32, 20 * OCTO_MILLISECOND);
	pair_run(&pair, 30 * OCTO_SECOND);
	CHECK(send_epoch(&pair, WINNER) >= 14); /* 1,000 packets by 64, and a round trip each time */
	CHECK_U64(receive_epoch(&pair, LOSER), send_epoch(&pair, WINNER));
	CHECK_U64(receive_epoch(&pair, WINNER), send_epoch(&pair, LOSER));
	CHECK_U64(pair_load(&pair, LOSER)->received, 1000);
	CHECK_U64(pair_reasons(&pair, LOSER, OCTO_REASON_BAD_TAG) + pair_reasons(&pair, WINNER, OCTO_REASON_BAD_TAG), 0);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pair_event_count(&pair, LOSER, OCTO_EVENT_KEYS_TURNED), send_epoch(&pair, LOSER) + receive_epoch(&pair, LOSER));
	pair_close(&pair);
}

static void keys_turn_with_time_too(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_run(&pair, 590 * OCTO_SECOND);
	CHECK_U64(send_epoch(&pair, WINNER) + send_epoch(&pair, LOSER), 0);
	pair_run(&pair, 30 * OCTO_SECOND);
	CHECK_U64(send_epoch(&pair, WINNER), 1);
	CHECK_U64(send_epoch(&pair, LOSER), 1);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

/* Or one bit could not say which key it is. A question that was lost is asked again, though other packets keep coming. */
static void a_key_is_not_turned_twice_before_the_peer_was_heard_to_know_it(void)
{
	struct pair pair;
	open_turning(&pair, 32);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, PAIR_FOREVER);
	pair_send_load(&pair, WINNER, 400, 32, 20 * OCTO_MILLISECOND);
	pair_run(&pair, 8 * OCTO_SECOND);
	CHECK_U64(send_epoch(&pair, WINNER), 1);
	CHECK(pair_load(&pair, LOSER)->received >= 70); /* without acknowledgements: ten packets a second, two keys' worth */
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, 0);
	pair_run(&pair, 30 * OCTO_SECOND);
	CHECK(send_epoch(&pair, WINNER) >= 2);
	CHECK_U64(receive_epoch(&pair, LOSER), send_epoch(&pair, WINNER));
	pair_close(&pair);
}

static void a_packet_from_before_the_turn_opens_for_a_while(void)
{
	struct pair pair;
	uint8_t early[OCTO_DATAGRAM_MAX], late[OCTO_DATAGRAM_MAX], ping[] = { 0x03, 1, 2, 3, 4 };
	open_turning(&pair, 32);
	struct octo_address source = pair.nodes[WINNER].address;
	size_t early_size = pair_forge_data(&pair, WINNER, ping, sizeof ping, 0, early);
	size_t late_size = pair_forge_data(&pair, WINNER, ping, sizeof ping, 0, late);
	uint32_t before = send_epoch(&pair, WINNER);
	pair_send_load(&pair, WINNER, 400, 32, 10 * OCTO_MILLISECOND);
	while (receive_epoch(&pair, LOSER) == before)
		pair_run(&pair, 10 * OCTO_MILLISECOND);
	CHECK_U64(pair_push(&pair, LOSER, &source, early, early_size), OCTO_REASON_ACCEPTED);
	CHECK_U64(pair_push(&pair, LOSER, &source, early, early_size), OCTO_REASON_DUPLICATE);
	pair_run(&pair, 4 * pair_view(&pair, LOSER).timeout_ns);
	CHECK_U64(pair_push(&pair, LOSER, &source, late, late_size), OCTO_REASON_BAD_TAG);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

/* R135: what was recorded stays closed to who takes the node's memory later. */
static void two_turns_later_a_key_is_nowhere_in_the_block(void)
{
	struct pair pair;
	uint8_t sending[OCTO_KEY_BYTES], receiving[OCTO_KEY_BYTES];
	open_turning(&pair, 32);
	memcpy(sending, pair_peer(&pair, WINNER)->current.send_key, sizeof sending);
	memcpy(receiving, pair_peer(&pair, LOSER)->current.receive_key, sizeof receiving);
	CHECK_BYTES(sending, receiving, sizeof sending);
	CHECK(holds(&pair, WINNER, sending) && holds(&pair, LOSER, receiving));
	pair_send_load(&pair, WINNER, 200, 32, 10 * OCTO_MILLISECOND);
	pair_run(&pair, 3 * OCTO_SECOND);
	CHECK(send_epoch(&pair, WINNER) >= 2);
	CHECK(!holds(&pair, WINNER, sending));
	CHECK(!holds(&pair, LOSER, receiving));
	pair_close(&pair);
}

/* Its time is over with the clock, not with the next packet: a silent peer keeps nothing alive. */
static void a_turned_key_is_wiped_when_its_time_is_over_and_nothing_comes(void)
{
	struct pair pair;
	uint8_t receiving[OCTO_KEY_BYTES];
	open_turning(&pair, 32);
	memcpy(receiving, pair_peer(&pair, LOSER)->current.receive_key, sizeof receiving);
	pair_send_load(&pair, WINNER, 400, 32, 10 * OCTO_MILLISECOND);
	while (receive_epoch(&pair, LOSER) == 0)
		pair_run(&pair, OCTO_MILLISECOND);
	octo_time_ns timeout_ns = pair_view(&pair, LOSER).timeout_ns;
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, PAIR_FOREVER);
	pair_run(&pair, 2 * timeout_ns);
	CHECK(holds(&pair, LOSER, receiving));
	pair_run(&pair, timeout_ns + 2 * OCTO_MILLISECOND);
	CHECK(!holds(&pair, LOSER, receiving));
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_ESTABLISHED);
	pair_close(&pair);
}

/* Who flips the bit of a packet, or makes one up with it set, turns nothing. */
static void a_forged_bit_turns_nothing(void)
{
	struct pair pair;
	uint8_t packet[OCTO_DATAGRAM_MAX], ping[] = { 0x03, 1, 2, 3, 4 };
	open_turning(&pair, 64);
	struct octo_address source = pair.nodes[WINNER].address;
	size_t size = pair_forge_data(&pair, WINNER, ping, sizeof ping, 0x40, packet);
	uint64_t digest = pair_digest(&pair, LOSER);
	CHECK_U64(pair_push(&pair, LOSER, &source, packet, size), OCTO_REASON_BAD_TAG);
	packet[0] ^= 0x40;
	CHECK_U64(pair_push(&pair, LOSER, &source, packet, size), OCTO_REASON_BAD_TAG);
	CHECK_U64(pair_digest(&pair, LOSER), digest);
	CHECK_U64(receive_epoch(&pair, LOSER), 0);
	pair_close(&pair);
}

CU_ErrorCode suite_turning_keys(void);

CU_ErrorCode suite_turning_keys(void)
{
	CU_pSuite suite = CU_add_suite("turning_keys", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, keys_turn_with_the_packets_and_both_sides_agree);
	CU_ADD_TEST(suite, keys_turn_with_time_too);
	CU_ADD_TEST(suite, a_key_is_not_turned_twice_before_the_peer_was_heard_to_know_it);
	CU_ADD_TEST(suite, a_packet_from_before_the_turn_opens_for_a_while);
	CU_ADD_TEST(suite, two_turns_later_a_key_is_nowhere_in_the_block);
	CU_ADD_TEST(suite, a_turned_key_is_wiped_when_its_time_is_over_and_nothing_comes);
	CU_ADD_TEST(suite, a_forged_bit_turns_nothing);
	return CU_get_error();
}
