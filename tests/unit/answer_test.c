/* answer_test.c: answer.c: slot I: what is chosen of an offer, what an answer is worth, and what becomes of it. */
#include "core/intrinsic/answer.h"
#include "tests/check.h"
#include "tests/pair/pair.h"

static enum octo_reason answer(struct pair *pair, const struct syn_offer *offer)
{
	uint8_t syn[SYN_BYTES];
	struct call call = pair_call(pair, LOSER);
	pair_forge_syn(pair, WINNER, offer, 0, syn);
	return answer_make(&call, pair_peer(pair, LOSER), syn, offer, &pair->nodes[WINNER].address);
}

/* R97: the smaller of both sides' limits; ours up is the other's down. */
static void the_smaller_of_both_is_chosen(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct syn_offer offer = pair_offer(&pair, WINNER);
	offer.rate_up = 5000, offer.rate_down = 9000, offer.payload_max = 200, offer.idle_s = 3;
	CHECK_U64(answer(&pair, &offer), OCTO_REASON_ACCEPTED);
	struct octo_agreement agreed = pair_peer(&pair, LOSER)->answer.agreement;
	CHECK_U64(agreed.rate_up, 9000);
	CHECK_U64(agreed.rate_down, 5000);
	CHECK_U64(agreed.payload_max, 200);
	CHECK_U64(agreed.idle_s, 3);
	CHECK_U64(agreed.suite, OCTO_SUITE_CHACHA20_POLY1305);
	offer.rate_up = offer.rate_down = UINT32_MAX, offer.payload_max = 512, offer.idle_s = 65535, offer.suites = 0xffff;
	CHECK_U64(answer(&pair, &offer), OCTO_REASON_ACCEPTED);
	agreed = pair_peer(&pair, LOSER)->answer.agreement;
	CHECK_U64(agreed.rate_up, 125000);
	CHECK_U64(agreed.rate_down, 125000);
	CHECK_U64(agreed.payload_max, 512);
	CHECK_U64(agreed.idle_s, 15);
	CHECK_U64(agreed.suite, OCTO_SUITE_CHACHA20_POLY1305); /* we do not offer the other */
	pair_close(&pair);
}

static void without_a_common_version_there_is_no_answer(void)
{
	static const struct { uint8_t low, high; enum octo_reason reason; } cases[] = {
		{ 1, 1, OCTO_REASON_ACCEPTED }, { 0, 1, OCTO_REASON_ACCEPTED }, { 1, 255, OCTO_REASON_ACCEPTED },
		{ 2, 3, OCTO_REASON_BAD_VERSION }, { 0, 0, OCTO_REASON_BAD_VERSION }
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct pair pair;
		pair_open(&pair, NULL);
		struct syn_offer offer = pair_offer(&pair, WINNER);
		offer.version_min = cases[i].low;
		offer.version_max = cases[i].high;
		CHECK_U64(answer(&pair, &offer), cases[i].reason);
		CHECK_U64(pair_view(&pair, LOSER).has_answer, cases[i].reason == OCTO_REASON_ACCEPTED);
		pair_close(&pair);
	}
}

/* max(the offer's, our own) + 1, and no overflow. */
static void an_answer_is_one_generation_on(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct syn_offer offer = pair_offer(&pair, WINNER);
	struct peer *peer = pair_peer(&pair, LOSER);
	offer.generation = 7;
	CHECK_U64(answer(&pair, &offer), OCTO_REASON_ACCEPTED);
	CHECK_U64(peer->answer.generation, 8);
	peer->generation = 20;
	CHECK_U64(answer(&pair, &offer), OCTO_REASON_ACCEPTED);
	CHECK_U64(peer->answer.generation, 21);
	CHECK_U64(peer->generation, 20); /* its own rises when a session installs */
	struct answer before = peer->answer;
	peer->generation = PACKET_GENERATION_MAX;
	CHECK_U64(answer(&pair, &offer), OCTO_REASON_BAD_FIELD);
	CHECK_BYTES(&peer->answer, &before, sizeof before);
	pair_close(&pair);
}

/* S8: a newer answer takes the place of the old one, whose id goes to a grave. */
static void a_newer_answer_replaces_the_old_one(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct syn_offer offer = pair_offer(&pair, WINNER);
	struct peer *peer = pair_peer(&pair, LOSER);
	CHECK_U64(answer(&pair, &offer), OCTO_REASON_ACCEPTED);
	uint64_t first = peer->answer.id;
	offer.timestamp++;
	CHECK_U64(answer(&pair, &offer), OCTO_REASON_ACCEPTED);
	CHECK(peer->answer.id != first);
	CHECK_U64(peer->graves[0].id, first);
	uint32_t entries, slots;
	octo_directory_audit(pair.nodes[LOSER].channel, &entries, &slots);
	CHECK_U64(entries, 2);
	CHECK_U64(slots, 2);
	pair_close(&pair);
}

/* Whoever repeats the SYN gets the answer, paid by that SYN alone. */
static void a_repeated_syn_moves_the_answer_with_new_credit(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct syn_offer offer = pair_offer(&pair, WINNER);
	struct peer *peer = pair_peer(&pair, LOSER);
	struct octo_address other = { .port = 5 };
	CHECK_U64(answer(&pair, &offer), OCTO_REASON_ACCEPTED);
	struct call call = pair_call(&pair, LOSER);
	CHECK_U64(peer->answer.credit_bytes, 480);
	answer_repeat(&call, peer, &pair.nodes[WINNER].address);
	CHECK_U64(peer->answer.credit_bytes, 960);
	answer_repeat(&call, peer, &other);
	CHECK_U64(peer->answer.credit_bytes, 480);
	CHECK_U64(peer->answer.source.port, 5);
	pair_close(&pair);
}

/* R90: an ACK proves the FULL-ID; one that opens but names another node is refused. */
static void an_ack_must_name_the_peer(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, WINNER, OCTO_PACKET_ACK, 1);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 2 * pair.latency_ns);
	struct pair_datagram ack = pair_sent(&pair, WINNER, OCTO_PACKET_ACK, 1);
	struct call call = pair_call(&pair, LOSER);
	struct peer *peer = pair_peer(&pair, LOSER);
	uint64_t timestamp = 0, before = pair_digest(&pair, LOSER);
	CHECK_U64(answer_read_ack(&call, peer, ack.bytes, &timestamp), OCTO_REASON_ACCEPTED);
	CHECK_U64(timestamp, (UINT64_C(1) << 40) + 1);
	CHECK_U64(pair_digest(&pair, LOSER), before);
	peer->card.id[5] ^= 1;
	CHECK_U64(answer_read_ack(&call, peer, ack.bytes, &timestamp), OCTO_REASON_BAD_FIELD);
	peer->card.id[5] ^= 1;
	peer->answer.ack_key[0] ^= 1;
	CHECK_U64(answer_read_ack(&call, peer, ack.bytes, &timestamp), OCTO_REASON_BAD_TAG);
	pair_close(&pair);
}

static void a_wiped_answer_is_zero(void)
{
	struct pair pair;
	static const struct answer empty;
	pair_open(&pair, NULL);
	struct syn_offer offer = pair_offer(&pair, WINNER);
	struct peer *peer = pair_peer(&pair, LOSER);
	CHECK_U64(answer(&pair, &offer), OCTO_REASON_ACCEPTED);
	struct call call = pair_call(&pair, LOSER);
	answer_wipe(&call, peer, false);
	CHECK_BYTES(&peer->answer, &empty, sizeof empty);
	pair_close(&pair);
}

CU_ErrorCode suite_answer(void);

CU_ErrorCode suite_answer(void)
{
	CU_pSuite suite = CU_add_suite("answer", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, the_smaller_of_both_is_chosen);
	CU_ADD_TEST(suite, without_a_common_version_there_is_no_answer);
	CU_ADD_TEST(suite, an_answer_is_one_generation_on);
	CU_ADD_TEST(suite, a_newer_answer_replaces_the_old_one);
	CU_ADD_TEST(suite, a_repeated_syn_moves_the_answer_with_new_credit);
	CU_ADD_TEST(suite, an_ack_must_name_the_peer);
	CU_ADD_TEST(suite, a_wiped_answer_is_zero);
	return CU_get_error();
}
