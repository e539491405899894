/* retry_test.c: retry.c: the answer that keeps no state: made, opened, followed. */
#include "core/intrinsic/retry.h"
#include "tests/check.h"
#include "tests/pair/pair.h"

/* The WINNER offers, and its SYN is lost; the LOSER makes a RETRY for it. */
static void set_up(struct pair *pair, bool is_stale, uint8_t retry[RETRY_BYTES])
{
	pair_open(pair, NULL);
	pair_lose(pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_connect(pair, WINNER);
	pair_run(pair, OCTO_MILLISECOND);
	struct pair_datagram syn = pair_sent(pair, WINNER, OCTO_PACKET_SYN, 1);
	struct call call = pair_call(pair, LOSER);
	struct peer *peer = pair_peer(pair, LOSER);
	peer->timestamp_seen = UINT64_C(6) << 40;
	if (is_stale)
		retry_stale(&call, peer, syn.bytes, &syn.source);
	else
		retry_cookie(&call, peer, syn.bytes, &syn.source);
	CHECK(peer->is_reply_due);
	memcpy(retry, peer->reply, RETRY_BYTES);
	CHECK(same_address(&peer->reply_to, &pair->nodes[WINNER].address));
}

/* What is of no concern is zero. */
static void a_retry_says_one_thing(void)
{
	for (int is_stale = 0; is_stale < 2; is_stale++) {
		struct pair pair;
		uint8_t retry[RETRY_BYTES];
		static const uint8_t zero[COOKIE_BYTES];
		struct retry_advice advice;
		set_up(&pair, is_stale, retry);
		struct call call = pair_call(&pair, WINNER);
		uint64_t before = pair_digest(&pair, WINNER);
		CHECK_U64(retry_open(&call, pair_peer(&pair, WINNER), retry, &advice), OCTO_REASON_ACCEPTED);
		CHECK_U64(pair_digest(&pair, WINNER), before);
		CHECK_U64(advice.reason, is_stale ? RETRY_STALE : RETRY_COOKIE);
		CHECK_U64(advice.timestamp_seen, is_stale ? UINT64_C(6) << 40 : 0);
		CHECK_U64(memcmp(advice.cookie, zero, sizeof zero) == 0, is_stale);
		pair_close(&pair);
	}
}

/* It fits one SYN: the tag of ct1 is in its associated data. */
static void a_retry_for_another_syn_does_not_open(void)
{
	struct pair pair;
	uint8_t retry[RETRY_BYTES];
	struct retry_advice advice;
	set_up(&pair, true, retry);
	struct call call = pair_call(&pair, WINNER);
	for (size_t at = SYN_TAG_AT; at < SYN_COOKIE_AT; at++) {
		pair_peer(&pair, WINNER)->offer.syn[at] ^= 1;
		CHECK_U64(retry_open(&call, pair_peer(&pair, WINNER), retry, &advice), OCTO_REASON_BAD_TAG);
		pair_peer(&pair, WINNER)->offer.syn[at] ^= 1;
	}
	pair_close(&pair);
}

static enum octo_reason follow(struct pair *pair, const struct retry_advice *advice)
{
	struct call call = pair_call(pair, WINNER);
	return retry_follow(&call, pair_peer(pair, WINNER), advice);
}

/* A cookie is taken once in a while; the SYN is due again with it, unless the offer is suspended. */
static void a_cookie_is_taken_once_in_a_while(void)
{
	for (int is_suspended = 0; is_suspended < 2; is_suspended++) {
		struct pair pair;
		uint8_t retry[RETRY_BYTES];
		struct retry_advice advice = { .cookie = { 1, 2, 3 }, .reason = RETRY_COOKIE };
		set_up(&pair, false, retry);
		struct offer *offer = &pair_peer(&pair, WINNER)->offer;
		offer->is_suspended = is_suspended;
		CHECK_U64(follow(&pair, &advice), OCTO_REASON_ACCEPTED);
		CHECK_BYTES(offer->syn + SYN_COOKIE_AT, advice.cookie, COOKIE_BYTES);
		CHECK_U64(offer->is_due, !is_suspended);
		offer->is_due = false;
		advice.cookie[0] = 9;
		CHECK_U64(follow(&pair, &advice), OCTO_REASON_UNSOLICITED);
		CHECK_U64(offer->syn[SYN_COOKIE_AT], 1);
		CHECK(!offer->is_due);
		pair.now += 200 * OCTO_MILLISECOND; /* the first may have been made for another address */
		CHECK_U64(follow(&pair, &advice), OCTO_REASON_ACCEPTED);
		CHECK_U64(offer->syn[SYN_COOKIE_AT], 9);
		pair_close(&pair);
	}
}

/* A floor rises to what was seen, is stored, and the attempt begins anew; below its own timestamp it was no reason. */
static void a_floor_rises_to_what_was_seen(void)
{
	struct pair pair;
	uint8_t retry[RETRY_BYTES];
	set_up(&pair, true, retry);
	struct peer *peer = pair_peer(&pair, WINNER);
	struct retry_advice advice = { .reason = RETRY_STALE, .timestamp_seen = peer->offer.timestamp - 1 };
	uint64_t before = pair_digest(&pair, WINNER);
	CHECK_U64(follow(&pair, &advice), OCTO_REASON_UNSOLICITED);
	CHECK_U64(pair_digest(&pair, WINNER), before);
	unsigned saves = pair.nodes[WINNER].saves;
	advice.timestamp_seen = peer->offer.timestamp;
	CHECK_U64(follow(&pair, &advice), OCTO_REASON_ACCEPTED);
	CHECK_U64(peer->timestamp_floor, advice.timestamp_seen);
	CHECK(pair.nodes[WINNER].saves > saves);
	CHECK_U64(peer->offer.id, 0);
	pair_run(&pair, 4 * OCTO_SECOND);
	CHECK(peer->offer.timestamp > advice.timestamp_seen);
	pair_close(&pair);
}

static void an_impossible_floor_is_refused(void)
{
	static const uint64_t seen[] = { (UINT64_C(1) << 63) - (UINT64_C(1) << 40), UINT64_C(1) << 63, UINT64_MAX };
	for (size_t i = 0; i < 3; i++) {
		struct pair pair;
		uint8_t retry[RETRY_BYTES];
		struct retry_advice advice = { .reason = RETRY_STALE, .timestamp_seen = seen[i] };
		set_up(&pair, true, retry);
		uint64_t before = pair_digest(&pair, WINNER);
		CHECK_U64(follow(&pair, &advice), OCTO_REASON_REFUSED_TIMESTAMP);
		CHECK_U64(pair_digest(&pair, WINNER), before);
		CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_WARNING), 1);
		pair_close(&pair);
	}
}

CU_ErrorCode suite_retry(void);

CU_ErrorCode suite_retry(void)
{
	CU_pSuite suite = CU_add_suite("retry", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_retry_says_one_thing);
	CU_ADD_TEST(suite, a_retry_for_another_syn_does_not_open);
	CU_ADD_TEST(suite, a_cookie_is_taken_once_in_a_while);
	CU_ADD_TEST(suite, a_floor_rises_to_what_was_seen);
	CU_ADD_TEST(suite, an_impossible_floor_is_refused);
	return CU_get_error();
}
