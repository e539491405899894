/* lying_test.c: an associate with the right keys and the worst intentions: whatever it seals into a session, at whatever
 * moment, costs it the session at most [P 5.7, 7.6, 7.7]: R66, R115, R116. Nothing here may end the process. */
#include "tests/check.h"
#include "tests/pair/pair.h"

static const octo_time_ns rekey_ns = 20 * OCTO_SECOND;
static const uint8_t lie[] = { FRAME_ACK_RANGES, 0x80, 0x10, 0, 0, 0, 1, 0, 1 };

static const struct octo_address elsewhere = { .ip = { 0xfd, [15] = 0x66 }, .port = 7 };

/* LOSER is the initiator. */
static void open_pair(struct pair *pair, uint16_t payload_max)
{
	struct pair_options options;
	pair_default(&options);
	for (int who = WINNER; who <= LOSER; who++) {
		options.config[who].rekey_ns = rekey_ns;
		options.config[who].payload_max = payload_max;
	}
	pair_open(pair, &options);
	pair_establish(pair, LOSER);
	pair_run(pair, 5 * OCTO_SECOND);
}

static enum octo_reason push(struct pair *pair, int from, const uint8_t *frames, size_t size)
{
	uint8_t packet[OCTO_DATAGRAM_MAX];
	size_t packet_size = pair_forge_data(pair, from, frames, size, 0, packet);
	return pair_push(pair, 1 - from, &pair->nodes[from].address, packet, packet_size);
}

static enum octo_reason push_syn_inside(struct pair *pair, int from)
{
	uint8_t frame[2 + SYN_BYTES] = { FRAME_HANDSHAKE, SYN_BYTES };
	struct syn_offer offer = pair_offer(pair, from);
	pair_forge_syn(pair, from, &offer, 0, frame + 2);
	return push(pair, from, frame, sizeof frame);
}

static void who_lies_while_we_ask_for_new_secrets_is_thrown_out(void)
{
	struct pair pair;
	open_pair(&pair, OCTO_DATAGRAM_MAX);
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, PAIR_FOREVER);
	while (!pair_peer(&pair, LOSER)->offer.id)
		pair_run(&pair, 10 * OCTO_MILLISECOND);
	CHECK_U64(push(&pair, WINNER, lie, sizeof lie), OCTO_REASON_ACK_OF_UNSENT);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_IDLE);
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, 0);
	pair_run(&pair, 200 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

static void who_asks_for_new_secrets_and_lies_is_thrown_out(void)
{
	struct pair pair;
	open_pair(&pair, OCTO_DATAGRAM_MAX);
	CHECK_U64(push_syn_inside(&pair, LOSER), OCTO_REASON_ACCEPTED);
	CHECK(pair_peer(&pair, WINNER)->answer.is_inside);
	CHECK_U64(push(&pair, LOSER, lie, sizeof lie), OCTO_REASON_ACK_OF_UNSENT);
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_IDLE);
	pair_run(&pair, 200 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

/* Packets that are too small for a SYN inside are too small for its answer, with what else may be due. */
static void new_secrets_need_the_agreed_room(void)
{
	struct pair pair;
	open_pair(&pair, 128);
	pair_be_gullible(&pair);
	CHECK_U64(push_syn_inside(&pair, LOSER), OCTO_REASON_ACCEPTED);
	CHECK_U64(pair_peer(&pair, WINNER)->answer.id, 0);
	pair_run(&pair, 60 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

/* All that can be due at once, in the smallest packets that have room for a SYN. */
static void what_is_due_at_once_goes_out_in_two_packets(void)
{
	static const uint8_t ping[] = { FRAME_PING, 1, 2, 3, 4 };
	struct pair pair;
	open_pair(&pair, 201);
	struct pair_node *node = &pair.nodes[LOSER];
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, PAIR_FOREVER);
	while (!pair_peer(&pair, LOSER)->offer.id)
		pair_run(&pair, OCTO_MILLISECOND);
	pair_peer(&pair, LOSER)->offer.is_due = true;
	pair_peer(&pair, LOSER)->current.is_ping_due = true;
	octo_peer_limit(node->channel, &node->host, pair_clock(&pair, LOSER), 0, 40000);
	CHECK_U64(push(&pair, WINNER, ping, sizeof ping), OCTO_REASON_ACCEPTED);
	pair_run(&pair, 100 * OCTO_MILLISECOND);
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, 0);
	pair_run(&pair, 10 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pair_view(&pair, WINNER).session.generation, 2);
	pair_close(&pair);
}

static bool never_again(void *context, uint32_t peer, enum octo_tell tell)
{
	(void)context, (void)peer, (void)tell;
	return false;
}

/* The answer to a challenge ends communication where the host says so; what stands behind it in the packet has no session. */
static void nothing_is_read_behind_the_end_of_a_session(void)
{
	struct pair pair;
	open_pair(&pair, OCTO_DATAGRAM_MAX);
	struct syn_offer offer = pair_offer(&pair, LOSER);
	uint8_t syn[SYN_BYTES];
	pair_forge_syn(&pair, LOSER, &offer, 0, syn);
	CHECK_U64(pair_push(&pair, WINNER, &pair.nodes[LOSER].address, syn, sizeof syn), OCTO_REASON_ACCEPTED);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, PAIR_FOREVER);
	pair_run(&pair, 10 * OCTO_MILLISECOND);
	CHECK(pair_peer(&pair, WINNER)->claim.is_held);
	pair.nodes[WINNER].host.goes_on = never_again;
	uint8_t frames[] = { FRAME_PONG, 0, 0, 0, 0, FRAME_MAX_RATE, 0, 0x20, 0, 0, FRAME_COURIER | 1, 1, 0, FRAME_CLOSE, 0 };
	store_le(frames + 1, 4, pair_peer(&pair, WINNER)->claim.token);
	uint64_t discarded = octo_channel_counters(pair.nodes[WINNER].channel)->courier_discarded;
	push(&pair, LOSER, frames, sizeof frames);
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_IDLE);
	CHECK_U64(octo_channel_counters(pair.nodes[WINNER].channel)->courier_discarded, discarded);
	CHECK(pair_peer(&pair, WINNER)->flow.rate > 0);
	pair_run(&pair, 10 * OCTO_SECOND);
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_IDLE);
	pair_close(&pair);
}

/* S6: neither damaged packets nor replayed ones postpone what is waiting for room. */
static void junk_puts_nothing_off(void)
{
	struct pair pair;
	open_pair(&pair, OCTO_DATAGRAM_MAX);
	struct pool *pages = &pair.nodes[WINNER].channel->pages;
	uint32_t lent = pages->lent;
	pages->lent = pages->count;
	pair_send_load(&pair, WINNER, 10, 100, 0);
	pair_run(&pair, 10 * OCTO_MILLISECOND);
	struct pair_datagram replayed = pair_sent(&pair, LOSER, OCTO_PACKET_DATA, 0), damaged = replayed;
	damaged.bytes[damaged.size - 1] ^= 1;
	for (int i = 0; i < 10; i++) {
		uint64_t digest = pair_digest(&pair, WINNER);
		pair.now += OCTO_MILLISECOND;
		CHECK_U64(pair_deliver(&pair, WINNER, &damaged), OCTO_REASON_BAD_TAG);
		CHECK_U64(pair_deliver(&pair, WINNER, &replayed), OCTO_REASON_DUPLICATE);
		CHECK_U64(pair_digest(&pair, WINNER), digest);
	}
	pages->lent = lent;
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_load(&pair, LOSER)->received, 10);
	pair_close(&pair);
}

/* An answer that the first packet of its session confirms is confirmed, whatever else stands in that packet. */
static void a_first_packet_that_lies_is_the_last(void)
{
	static const uint8_t below_zero[] = { FRAME_ACK, 0, 0, 0, 1, 0, 0, 0 };
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, LOSER, OCTO_PACKET_ACK, PAIR_FOREVER);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, PAIR_FOREVER);
	pair_connect(&pair, LOSER);
	pair_run(&pair, 500 * OCTO_MILLISECOND);
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_ANSWERING);
	CHECK_U64(push(&pair, LOSER, below_zero, sizeof below_zero), OCTO_REASON_ACK_OF_UNSENT);
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_IDLE);
	CHECK_U64(pair_event(&pair, WINNER, OCTO_EVENT_SESSION_DOWN, 0)->session.end, OCTO_END_LIED);
	pair_run(&pair, 10 * OCTO_SECOND);
	pair_close(&pair);
}

/* Somebody on the path hands over each second packet as if it came from elsewhere: that victim is not flooded with
 * questions, and we do not look like a node that asks too much. */
static void a_peer_that_seems_to_flit_is_not_asked_each_time(void)
{
	static const uint8_t ping[] = { FRAME_PING, 1, 2, 3, 4 };
	struct pair pair;
	open_pair(&pair, OCTO_DATAGRAM_MAX);
	pair_be_gullible(&pair);
	unsigned questions = 0;
	size_t seen = pair.sent_count;
	for (int i = 0; i < 1000; i++) {
		uint8_t packet[OCTO_DATAGRAM_MAX];
		size_t size = pair_forge_data(&pair, LOSER, ping, sizeof ping, 0, packet);
		CHECK_U64(pair_push(&pair, WINNER, i % 2 ? &elsewhere : &pair.nodes[LOSER].address, packet, size), OCTO_REASON_ACCEPTED);
		pair_run(&pair, 10 * OCTO_MILLISECOND);
	}
	for (; seen < pair.sent_count; seen++)
		questions += memcmp(&pair.sent[seen].target, &elsewhere, sizeof elsewhere) == 0;
	CHECK(questions >= 10 && questions <= 41);
	pair_close(&pair);
}

/* What is sent because of a path is not sent beside the agreed rate; but however much is asked for, couriers have their turn
 * within a second. */
static void couriers_pay_for_paths(void)
{
	static const uint8_t challenge[] = { FRAME_PATH_CHALLENGE, 1, 2, 3, 4, 5, 6, 7, 8 };
	struct pair pair;
	open_pair(&pair, OCTO_DATAGRAM_MAX);
	struct peer *peer = pair_peer(&pair, WINNER);
	push(&pair, LOSER, challenge, sizeof challenge);
	pair_run(&pair, OCTO_MICROSECOND); /* its own time is the present one */
	peer->flow.send_at = pair.nodes[WINNER].channel->pulse.own_now + 500 * OCTO_MILLISECOND;
	octo_time_ns before = peer->flow.send_at;
	unsigned sent = pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA);
	push(&pair, LOSER, challenge, sizeof challenge);
	pair_run(&pair, OCTO_MICROSECOND);
	CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA), sent + 1);
	CHECK_U64(peer->flow.send_at, before + pair_sent(&pair, WINNER, OCTO_PACKET_DATA, 0).size * OCTO_SECOND / peer->flow.rate);
	peer->flow.send_at = pair.nodes[WINNER].channel->pulse.own_now + OCTO_SECOND;
	push(&pair, LOSER, challenge, sizeof challenge);
	pair_run(&pair, OCTO_MICROSECOND);
	CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA), sent + 2);
	CHECK_U64(peer->flow.send_at, pair.nodes[WINNER].channel->pulse.own_now + OCTO_SECOND);
	pair_close(&pair);
}

/* Who hands an ACK over from elsewhere moves a session that begins, for there is no other address, but not one that goes on. */
static void new_secrets_move_no_address(void)
{
	struct pair pair;
	open_pair(&pair, OCTO_DATAGRAM_MAX);
	pair_lose(&pair, LOSER, OCTO_PACKET_ACK, 1);
	unsigned acks = pair_sent_count(&pair, LOSER, OCTO_PACKET_ACK);
	while (pair_sent_count(&pair, LOSER, OCTO_PACKET_ACK) == acks)
		pair_run(&pair, OCTO_MILLISECOND);
	struct pair_datagram ack = pair_sent(&pair, LOSER, OCTO_PACKET_ACK, 0);
	ack.source = elsewhere;
	CHECK_U64(pair_deliver(&pair, WINNER, &ack), OCTO_REASON_ACCEPTED);
	CHECK_U64(pair_view(&pair, WINNER).session.generation, 2);
	struct octo_address address = pair_view(&pair, WINNER).address;
	CHECK_BYTES(&address, &pair.nodes[LOSER].address, sizeof address);
	pair_run(&pair, 5 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

/* The copy moves the address, as the first one might have been the false one; but there the ACK has not been heard. */
static void a_syn_ack_from_two_places_proves_neither(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_connect(&pair, LOSER);
	while (pair_state(&pair, LOSER) != OCTO_STATE_ESTABLISHED)
		pair_run(&pair, OCTO_MILLISECOND);
	struct pair_datagram copy = pair_sent(&pair, WINNER, OCTO_PACKET_SYN_ACK, 1);
	copy.source = elsewhere;
	CHECK_U64(pair_deliver(&pair, LOSER, &copy), OCTO_REASON_REPEATED);
	CHECK_BYTES(&pair_peer(&pair, LOSER)->address, &elsewhere, sizeof elsewhere);
	pair_send_load(&pair, LOSER, 1000, 100, 0);
	for (int i = 0; i < 2000; i++) {
		pair_run(&pair, OCTO_MILLISECOND);
		CHECK(memcmp(&pair_peer(&pair, LOSER)->proved, &elsewhere, sizeof elsewhere) != 0);
	}
	CHECK_BYTES(&pair_peer(&pair, LOSER)->address, &pair.nodes[WINNER].address, sizeof elsewhere);
	CHECK(pair_load(&pair, WINNER)->received > 100);
	pair_close(&pair);
}

CU_ErrorCode suite_lying(void);

CU_ErrorCode suite_lying(void)
{
	CU_pSuite suite = CU_add_suite("lying", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, who_lies_while_we_ask_for_new_secrets_is_thrown_out);
	CU_ADD_TEST(suite, who_asks_for_new_secrets_and_lies_is_thrown_out);
	CU_ADD_TEST(suite, new_secrets_need_the_agreed_room);
	CU_ADD_TEST(suite, what_is_due_at_once_goes_out_in_two_packets);
	CU_ADD_TEST(suite, nothing_is_read_behind_the_end_of_a_session);
	CU_ADD_TEST(suite, junk_puts_nothing_off);
	CU_ADD_TEST(suite, a_first_packet_that_lies_is_the_last);
	CU_ADD_TEST(suite, a_peer_that_seems_to_flit_is_not_asked_each_time);
	CU_ADD_TEST(suite, couriers_pay_for_paths);
	CU_ADD_TEST(suite, new_secrets_move_no_address);
	CU_ADD_TEST(suite, a_syn_ack_from_two_places_proves_neither);
	return CU_get_error();
}
