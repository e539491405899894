/* key_schedule_test.c: key_schedule.c, the keys of [P 2.2] and [P 4]. Whether they are the specified ones is held against an
 * independent implementation (tests/vectors); here, that they depend on everything they should. */
#include "core/intrinsic/key_schedule.h"
#include "tests/check.h"

static struct octo_identity make(uint8_t first)
{
	struct octo_identity identity;
	uint8_t seed[OCTO_SEED_BYTES] = { first };
	octo_identity_from_seed(octo_crypto_sodium(), seed, &identity);
	return identity;
}

/* R115: both sides come to the same keys, one's "out" being the other's "in", and no two keys are alike. */
static void two_nodes_have_the_same_keys_in_opposite_directions(void)
{
	struct octo_identity a = make(1), b = make(2);
	struct pair_keys ours, theirs;
	CHECK(pair_keys_derive(octo_crypto_sodium(), &a, &b.card, &ours));
	CHECK(pair_keys_derive(octo_crypto_sodium(), &b, &a.card, &theirs));
	CHECK_BYTES(ours.prk, theirs.prk, sizeof ours.prk);
	CHECK_BYTES(ours.syn_in, theirs.syn_out, 32);
	CHECK_BYTES(ours.syn_out, theirs.syn_in, 32);
	CHECK_BYTES(ours.retry_in, theirs.retry_out, 32);
	CHECK_BYTES(ours.retry_out, theirs.retry_in, 32);
	CHECK_BYTES(ours.hint_in, theirs.hint_out, 16);
	CHECK_BYTES(ours.hint_out, theirs.hint_in, 16);
	const uint8_t *keys[] = { ours.prk, ours.syn_in, ours.syn_out, ours.retry_in, ours.retry_out, ours.hint_in, ours.hint_out };
	for (int i = 0; i < 7; i++)
		for (int j = 0; j < i; j++)
			CHECK(memcmp(keys[i], keys[j], 16) != 0);
}

static void a_low_order_key_makes_no_pair(void)
{
	struct octo_identity a = make(1);
	struct octo_card card = make(2).card;
	struct pair_keys keys;
	memset(card.x_public, 0, sizeof card.x_public);
	CHECK(!pair_keys_derive(octo_crypto_sodium(), &a, &card, &keys));
	CHECK(!pair_keys_derive(octo_crypto_model(), &a, &card, &keys));
}

/* h1 covers the SYN up to the cookie, and both ids; what may change on a retry is outside. */
static void the_transcript_covers_all_but_cookie_and_padding(void)
{
	uint8_t ids[2][32] = { { 1 }, { 2 } }, syn[SYN_BYTES] = { 0x41, 1 };
	struct transcript base, other;
	transcript_start(&base, ids[0], ids[1], syn);
	for (size_t at = 0; at < SYN_BYTES; at++) {
		syn[at] ^= 1;
		transcript_start(&other, ids[0], ids[1], syn);
		CHECK_U64(memcmp(&base, &other, sizeof base) != 0, at < SYN_COOKIE_AT);
		syn[at] ^= 1;
	}
	transcript_start(&other, ids[1], ids[0], syn);
	CHECK(memcmp(&base, &other, sizeof base) != 0);
}

/* Each part has its length in front: moving a byte from one part to the next is another transcript. */
static void parts_of_a_transcript_do_not_run_together(void)
{
	struct transcript in = { { 1 } }, a, b, one, two;
	transcript_add(&a, &in, (const uint8_t *)"ab", 2);
	transcript_add(&one, &a, (const uint8_t *)"c", 1);
	transcript_add(&b, &in, (const uint8_t *)"a", 1);
	transcript_add(&two, &b, (const uint8_t *)"bc", 2);
	CHECK(memcmp(&one, &two, sizeof one) != 0);
	transcript_add(&in, &in, (const uint8_t *)"ab", 2); /* in place */
	CHECK_BYTES(&in, &a, sizeof a);
}

static void each_shared_secret_changes_the_chain(void)
{
	uint8_t ck[2][32] = { { 5 }, { 5 } }, k[2][32], shared[2][32] = { { 6 }, { 7 } };
	chain_mix(ck[0], k[0], shared[0]);
	chain_mix(ck[1], k[1], shared[1]);
	CHECK(memcmp(ck[0], ck[1], 32) != 0);
	CHECK(memcmp(k[0], k[1], 32) != 0);
	CHECK(memcmp(ck[0], k[0], 32) != 0);
}

/* R115, R131: keys of both directions, of the ACK, and a name for logs; all of them from chain and transcript. */
static void session_keys_follow_from_chain_and_transcript(void)
{
	uint8_t ck[2][32] = { { 1 }, { 2 } };
	struct transcript h[2] = { { { 3 } }, { { 4 } } };
	struct session_keys base, other;
	session_keys_derive(&base, ck[0], &h[0]);
	CHECK(memcmp(base.initiator_to_adherent, base.adherent_to_initiator, 32) != 0);
	CHECK(memcmp(base.initiator_to_adherent, base.ack, 32) != 0);
	for (int i = 1; i < 3; i++) {
		session_keys_derive(&other, ck[i & 1], &h[i >> 1]);
		CHECK(memcmp(base.ack, other.ack, 32) != 0);
		CHECK(memcmp(base.initiator_to_adherent, other.initiator_to_adherent, 32) != 0);
		CHECK(memcmp(base.adherent_to_initiator, other.adherent_to_initiator, 32) != 0);
		CHECK(base.log_id != other.log_id);
	}
}

/* The nonce of ct1 is n and the first half of e, and its associated data names both ends. */
static void nonce_and_associated_data_of_a_syn(void)
{
	uint8_t syn[SYN_BYTES], nonce[CRYPTO_WIDE_NONCE_BYTES], ad[SYN_AD_BYTES], ids[2][32] = { { 1 }, { 2 } };
	for (size_t i = 0; i < sizeof syn; i++)
		syn[i] = (uint8_t)i;
	syn_nonce(nonce, syn);
	CHECK_BYTES(nonce, syn + 12, 8);
	CHECK_BYTES(nonce + 8, syn + 28, 16);
	syn_ad(ad, syn, ids[0], ids[1]);
	CHECK_BYTES(ad, syn, 60);
	CHECK_BYTES(ad + 60, ids[0], 32);
	CHECK_BYTES(ad + 92, ids[1], 32);
	uint8_t key[CRYPTO_SHORT_KEY_BYTES] = { 9 };
	uint64_t hint = syn_hint(key, syn);
	for (size_t at = 12; at < 36; at++) {
		syn[at] ^= 1;
		bool is_covered = at < 20 || at >= 28;
		CHECK_U64(syn_hint(key, syn) != hint, is_covered);
		syn[at] ^= 1;
	}
}

CU_ErrorCode suite_key_schedule(void);

CU_ErrorCode suite_key_schedule(void)
{
	CU_pSuite suite = CU_add_suite("key_schedule", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, two_nodes_have_the_same_keys_in_opposite_directions);
	CU_ADD_TEST(suite, a_low_order_key_makes_no_pair);
	CU_ADD_TEST(suite, the_transcript_covers_all_but_cookie_and_padding);
	CU_ADD_TEST(suite, parts_of_a_transcript_do_not_run_together);
	CU_ADD_TEST(suite, each_shared_secret_changes_the_chain);
	CU_ADD_TEST(suite, session_keys_follow_from_chain_and_transcript);
	CU_ADD_TEST(suite, nonce_and_associated_data_of_a_syn);
	return CU_get_error();
}
