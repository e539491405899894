/* offer_test.c: offer.c: slot O. What it does on the wire is in tests/pair; here its timestamps, targets and suspension. */
#include "core/intrinsic/offer.h"
#include "tests/check.h"
#include "tests/pair/pair.h"

/* R88, R116: each attempt counts up, whether from the boot's counter or from a floor; a floor is stored when it is used. */
static void timestamps_only_rise(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct peer *peer = pair_peer(&pair, WINNER);
	uint64_t last = 0;
	for (int i = 0; i < 12; i++) {
		struct call call = pair_call(&pair, WINNER);
		unsigned saves = pair.nodes[WINNER].saves;
		if (i == 4)
			peer->timestamp_floor = UINT64_C(50) << 40;
		if (i == 8)
			call.channel->epoch = 60; /* a later boot */
		offer_make(&call, peer);
		CHECK(peer->offer.timestamp > last);
		CHECK_U64(peer->offer.timestamp >> 40, i < 4 ? 1 : i < 8 ? 50 : 60);
		CHECK_U64(pair.nodes[WINNER].saves - saves, i >= 4 && i < 8);
		last = peer->offer.timestamp;
		offer_wipe(&call, peer, false);
	}
	pair_close(&pair);
}

/* A suspended offer keeps its keys and the rest of its life; nothing of it is due. */
static void a_suspended_offer_keeps_the_rest_of_its_life(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, LOSER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_connect(&pair, LOSER);
	pair_run(&pair, 4 * OCTO_SECOND);
	struct call call = pair_call(&pair, LOSER);
	struct offer *offer = &pair_peer(&pair, LOSER)->offer;
	struct offer before = *offer;
	offer_suspend(&call, pair_peer(&pair, LOSER));
	CHECK_U64(offer->suspended_left_ns, 11 * OCTO_SECOND);
	CHECK_U64(offer->resend_at, OCTO_NEVER);
	CHECK_U64(offer->expires_at, OCTO_NEVER);
	CHECK_BYTES(offer->syn, before.syn, SYN_BYTES);
	CHECK_BYTES(offer->secret, before.secret, OCTO_KEY_BYTES);
	pair.now += 100 * OCTO_SECOND;
	call = pair_call(&pair, LOSER);
	offer_suspend(&call, pair_peer(&pair, LOSER)); /* once more changes nothing */
	CHECK_U64(offer->suspended_left_ns, 11 * OCTO_SECOND);
	offer_resume(&call, pair_peer(&pair, LOSER));
	CHECK_U64(offer->expires_at, call.now + 11 * OCTO_SECOND);
	CHECK(offer->is_due && !offer->is_suspended);
	pair_close(&pair);
}

/* A nudged offer takes turns between where the peer was heard and where it is known to be, as long as there is credit. */
static void heard_and_known_address_take_turns_while_there_is_credit(void)
{
	struct pair pair;
	struct octo_address heard = { .port = 2 };
	unsigned to_heard = 0, to_known = 0;
	pair_open(&pair, NULL);
	struct call call = pair_call(&pair, WINNER);
	struct peer *peer = pair_peer(&pair, WINNER);
	offer_make(&call, peer);
	for (int i = 0; i < 5; i++)
		CHECK(same_address(offer_take_target(peer), &peer->address)); /* the address book needs no credit */
	offer_nudge(&call, peer, &heard);
	for (int i = 0; i < 12; i++) {
		struct octo_address target = *offer_take_target(peer);
		to_heard += target.port == 2;
		to_known += same_address(&target, &peer->address);
		CHECK(i != 0 || target.port == 2);
		CHECK(i != 1 || target.port != 2);
	}
	CHECK_U64(to_heard, 3);
	CHECK_U64(to_known, 9);
	CHECK_U64(peer->offer.credit_bytes, 0);
	pair_close(&pair);
}

/* A nudge from another source begins that one's credit anew; heard at the known address, there is nothing to turn to. */
static void a_nudge_follows_the_source(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct call call = pair_call(&pair, WINNER);
	struct peer *peer = pair_peer(&pair, WINNER);
	struct octo_address heard = { .port = 7 };
	offer_make(&call, peer);
	offer_nudge(&call, peer, &heard);
	CHECK(same_address(&peer->offer.target, &heard));
	CHECK_U64(peer->offer.credit_bytes, 480);
	offer_nudge(&call, peer, &heard);
	CHECK_U64(peer->offer.credit_bytes, 960);
	heard.port = 8;
	offer_nudge(&call, peer, &heard);
	CHECK_U64(peer->offer.credit_bytes, 480);
	struct octo_address known = peer->address;
	offer_nudge(&call, peer, &known);
	for (int i = 0; i < 20; i++)
		CHECK(same_address(offer_take_target(peer), &known));
	pair_close(&pair);
}

/* Reading a SYN-ACK changes nothing; the session it makes has what both sides agreed on. */
static void reading_a_syn_ack_changes_nothing(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, LOSER, OCTO_PACKET_SYN_ACK, 1);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 2 * pair.latency_ns);
	struct pair_datagram answer = pair_sent(&pair, LOSER, OCTO_PACKET_SYN_ACK, 1);
	struct call call = pair_call(&pair, WINNER);
	uint64_t before = pair_digest(&pair, WINNER), timestamp = 0;
	struct session session;
	CHECK_U64(offer_read_syn_ack(&call, pair_peer(&pair, WINNER), answer.bytes, &session, &timestamp), OCTO_REASON_ACCEPTED);
	CHECK_U64(pair_digest(&pair, WINNER), before);
	const struct answer *theirs = &pair_peer(&pair, LOSER)->answer;
	CHECK_U64(session.log_id, theirs->log_id);
	CHECK_U64(session.send_id, theirs->id);
	CHECK_BYTES(session.send_key, theirs->receive_key, OCTO_KEY_BYTES);
	CHECK_BYTES(session.receive_key, theirs->send_key, OCTO_KEY_BYTES);
	CHECK(session.by_winner);
	CHECK_U64(timestamp, UINT64_C(1) << 40);
	pair_close(&pair);
}

/* What is wiped is zero, and its id rests in a grave unless a session lives on under it. */
static void a_wiped_offer_is_zero(void)
{
	for (int is_kept = 0; is_kept < 2; is_kept++) {
		struct pair pair;
		static const struct offer empty;
		pair_open(&pair, NULL);
		struct call call = pair_call(&pair, WINNER);
		struct peer *peer = pair_peer(&pair, WINNER);
		offer_make(&call, peer);
		uint64_t id = peer->offer.id;
		offer_wipe(&call, peer, is_kept);
		CHECK_BYTES(&peer->offer, &empty, sizeof empty);
		CHECK_U64(peer->graves[0].id, is_kept ? 0 : id);
		pair_close(&pair);
	}
}

CU_ErrorCode suite_offer(void);

CU_ErrorCode suite_offer(void)
{
	CU_pSuite suite = CU_add_suite("offer", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, timestamps_only_rise);
	CU_ADD_TEST(suite, a_suspended_offer_keeps_the_rest_of_its_life);
	CU_ADD_TEST(suite, heard_and_known_address_take_turns_while_there_is_credit);
	CU_ADD_TEST(suite, a_nudge_follows_the_source);
	CU_ADD_TEST(suite, reading_a_syn_ack_changes_nothing);
	CU_ADD_TEST(suite, a_wiped_offer_is_zero);
	return CU_get_error();
}
