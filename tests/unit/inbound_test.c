/* inbound_test.c: inbound.c: the order of checks on a SYN [P 5.6]: the cheap ones first, each only when those before it
 * passed; and what becomes of packets that are for nobody. */
#include "core/intrinsic/inbound.h"
#include "core/intrinsic/probe.h"
#include "tests/check.h"
#include "tests/pair/pair.h"

static uint64_t multiplications(const struct pair *pair)
{
	return octo_channel_counters(pair->nodes[LOSER].channel)->curve_multiplications;
}

/* One SYN that fails at every check; the checks are passed one after the other, and the next one speaks. */
static void the_checks_on_a_syn_come_in_order(void)
{
	struct pair pair;
	uint8_t syn[SYN_BYTES];
	pair_open(&pair, NULL);
	struct peer *peer = pair_peer(&pair, LOSER);
	const struct octo_address *from = &pair.nodes[WINNER].address;
	struct octo_channel *channel = pair.nodes[LOSER].channel;
	struct syn_offer offer = pair_offer(&pair, WINNER);
	offer.timestamp = 500;
	pair_forge_syn(&pair, WINNER, &offer, 0, syn);
	uint8_t good[SYN_BYTES];
	memcpy(good, syn, sizeof good);
	struct call call = pair_call(&pair, LOSER);
	peer->celibate_until = call.now + OCTO_SECOND;
	peer->timestamp_seen = 500;
	peer->initial_at = call.now;
	channel->config.curve_rate_max = 0;
	uint64_t before = multiplications(&pair);
	syn[1] = 2, syn[20] ^= 1, syn[70] ^= 1, syn[159] = 1;
	CHECK_U64(pair_push(&pair, LOSER, from, syn, sizeof syn), OCTO_REASON_BAD_VERSION);
	syn[1] = 1;
	CHECK_U64(pair_push(&pair, LOSER, from, syn, sizeof syn), OCTO_REASON_BAD_FIELD); /* the pad */
	syn[159] = 0;
	CHECK_U64(pair_push(&pair, LOSER, from, syn, sizeof syn), OCTO_REASON_UNKNOWN_SENDER);
	syn[20] = good[20];
	CHECK_U64(pair_push(&pair, LOSER, from, syn, sizeof syn), OCTO_REASON_BAD_TAG);
	CHECK_U64(pair_push(&pair, LOSER, from, good, sizeof good), OCTO_REASON_CELIBATE);
	peer->celibate_until = OCTO_NEVER;
	CHECK_U64(pair_push(&pair, LOSER, from, good, sizeof good), OCTO_REASON_STALE);
	peer->timestamp_seen = 499;
	CHECK_U64(pair_push(&pair, LOSER, from, good, sizeof good), OCTO_REASON_TOO_SOON);
	peer->initial_at = OCTO_NEVER;
	CHECK_U64(pair_push(&pair, LOSER, from, good, sizeof good), OCTO_REASON_COOKIE_WANTED);
	CHECK_U64(multiplications(&pair), before);
	channel->config.curve_rate_max = 1;
	CHECK_U64(pair_push(&pair, LOSER, from, good, sizeof good), OCTO_REASON_ACCEPTED);
	CHECK_U64(multiplications(&pair), before + 4);
	CHECK_U64(pair_push(&pair, LOSER, from, good, sizeof good), OCTO_REASON_REPEATED);
	pair_close(&pair);
}

/* The winner of a duel drops a SYN before the three seconds are charged: the attempt costs and leaves nothing. */
static void a_syn_that_lost_the_duel_leaves_no_trace(void)
{
	struct pair pair;
	uint8_t syn[SYN_BYTES];
	pair_open(&pair, NULL);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, OCTO_MILLISECOND);
	struct syn_offer offer = pair_offer(&pair, LOSER);
	uint64_t before = octo_channel_counters(pair.nodes[WINNER].channel)->curve_multiplications;
	for (int i = 0; i < 5; i++) {
		offer.timestamp++;
		pair_forge_syn(&pair, LOSER, &offer, 0, syn);
		CHECK_U64(pair_push(&pair, WINNER, &pair.nodes[LOSER].address, syn, sizeof syn), OCTO_REASON_DUEL_LOST);
	}
	CHECK_U64(octo_channel_counters(pair.nodes[WINNER].channel)->curve_multiplications, before);
	CHECK_U64(pair_peer(&pair, WINNER)->initial_at, OCTO_NEVER);
	pair_close(&pair);
}

/* What its event tells of a SYN: initial, whose, with which n, and whether its timestamp was fresh. */
static void the_event_of_a_syn_tells_what_it_was(void)
{
	struct pair pair;
	uint8_t syn[SYN_BYTES];
	pair_open(&pair, NULL);
	struct syn_offer offer = pair_offer(&pair, WINNER);
	pair_peer(&pair, LOSER)->timestamp_seen = offer.timestamp;
	for (int is_fresh = 0; is_fresh < 2; is_fresh++) {
		offer.timestamp += (uint64_t)is_fresh;
		pair_forge_syn(&pair, WINNER, &offer, 0, syn);
		pair_push(&pair, LOSER, &pair.nodes[WINNER].address, syn, sizeof syn);
		const struct octo_event *event = pair_event(&pair, LOSER, OCTO_EVENT_PACKET_RECEIVED, 0);
		CHECK(event->packet.is_initial && event->peer == 0);
		CHECK_U64(event->packet.is_timestamp_fresh, is_fresh);
		CHECK_U64(event->packet.number, load_le(syn + 12, 8));
		CHECK_U64(event->packet.size, 160);
	}
	pair_close(&pair);
}

/* R64, R119: a PROBE whose hint is nobody's, or whose code is wrong, is counted and changes nothing. */
static void a_probe_that_nobody_made_changes_nothing(void)
{
	struct pair pair;
	struct probe probe = { .type = OCTO_PACKET_PROBE };
	uint8_t bytes[PROBE_BYTES];
	pair_open(&pair, NULL);
	uint64_t before = pair_digest(&pair, LOSER);
	for (int reply = 0; reply < 2; reply++) {
		probe.type = (uint8_t)(OCTO_PACKET_PROBE + reply);
		probe_write(bytes, &probe);
		CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, bytes, sizeof bytes), OCTO_REASON_UNKNOWN_SENDER);
		probe_make(pair_peer(&pair, WINNER), (enum octo_packet_type)probe.type, false, 7, bytes);
		bytes[43] ^= 1;
		CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, bytes, sizeof bytes), OCTO_REASON_BAD_TAG);
	}
	CHECK_U64(pair_digest(&pair, LOSER), before);
	pair_close(&pair);
}

/* Packets for a session id of nobody, for an offer, and for one that is not what they are. */
static void packets_find_the_slot_that_they_are_for(void)
{
	struct pair pair;
	uint8_t bytes[ACK_BYTES] = { 0 }, data[40] = { 0x80 };
	struct writer writer = writer_of(bytes, sizeof bytes);
	pair_open(&pair, NULL);
	pair_lose(&pair, LOSER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_connect(&pair, LOSER);
	pair_run(&pair, OCTO_MILLISECOND);
	packet_header_write(&writer, OCTO_PACKET_ACK, 0, 99999);
	store_le(data + 1, 8, 99999);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, bytes, sizeof bytes), OCTO_REASON_UNKNOWN_SESSION);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, data, sizeof data), OCTO_REASON_UNKNOWN_SESSION);
	uint64_t offer = pair_peer(&pair, LOSER)->offer.id;
	store_le(bytes + 4, 8, offer);
	store_le(data + 1, 8, offer);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, bytes, sizeof bytes), OCTO_REASON_UNSOLICITED);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, data, sizeof data), OCTO_REASON_UNSOLICITED);
	pair_disconnect(&pair, LOSER);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, bytes, sizeof bytes), OCTO_REASON_CLOSED_SESSION);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, data, sizeof data), OCTO_REASON_CLOSED_SESSION);
	pair_close(&pair);
}

/* After CLOSE nothing of the packet is obeyed any more. */
static void what_stands_behind_a_close_is_not_obeyed(void)
{
	struct pair pair;
	static const uint8_t frames[] = { 0x08, 0, 0x81, 3, 1, 1, 1, 0x03, 1, 2, 3, 4 };
	uint8_t packet[OCTO_DATAGRAM_MAX];
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	size_t size = pair_forge_data(&pair, WINNER, frames, sizeof frames, 0, packet);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, packet, size), OCTO_REASON_ACCEPTED);
	CHECK_U64(pair_load(&pair, LOSER)->damaged, 0);
	CHECK_U64(pair_event_count(&pair, LOSER, OCTO_EVENT_COURIER_DELIVERED), 0);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_IDLE);
	pair_close(&pair);
}

/* Of a flood of PINGs in one packet only the latest is answered: a packet earns at most one PONG. */
static void a_flood_of_pings_earns_one_pong(void)
{
	struct pair pair;
	uint8_t frames[400], packet[OCTO_DATAGRAM_MAX];
	for (size_t i = 0; i < sizeof frames; i += 5)
		memcpy(frames + i, (uint8_t[]){ 0x03, (uint8_t)i, 0, 0, 7 }, 5);
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_be_gullible(&pair);
	pair_run(&pair, OCTO_SECOND);
	size_t size = pair_forge_data(&pair, WINNER, frames, sizeof frames, 0, packet);
	unsigned before = pair_sent_count(&pair, LOSER, OCTO_PACKET_DATA);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, packet, size), OCTO_REASON_ACCEPTED);
	CHECK_U64(pair_peer(&pair, LOSER)->current.pong_token, load_le(frames + 396, 4));
	pair_run(&pair, 0);
	CHECK_U64(pair_sent_count(&pair, LOSER, OCTO_PACKET_DATA) - before, 1);
	CHECK_U64(pair_sent(&pair, LOSER, OCTO_PACKET_DATA, 0).size, 10 + 5 + 16);
	pair_close(&pair);
}

CU_ErrorCode suite_inbound(void);

CU_ErrorCode suite_inbound(void)
{
	CU_pSuite suite = CU_add_suite("inbound", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, the_checks_on_a_syn_come_in_order);
	CU_ADD_TEST(suite, a_syn_that_lost_the_duel_leaves_no_trace);
	CU_ADD_TEST(suite, the_event_of_a_syn_tells_what_it_was);
	CU_ADD_TEST(suite, a_probe_that_nobody_made_changes_nothing);
	CU_ADD_TEST(suite, packets_find_the_slot_that_they_are_for);
	CU_ADD_TEST(suite, what_stands_behind_a_close_is_not_obeyed);
	CU_ADD_TEST(suite, a_flood_of_pings_earns_one_pong);
	return CU_get_error();
}
