/* crypto_model_test.c: crypto_model.c keeps the promises of crypto.h, and differs from the real one where it must.
 * The promises themselves are in crypto_promises.h, since both providers make them. */
#include "tests/unit/crypto_promises.h"

static void two_nodes_share_a_secret(void)
{
	promise_shared_secret(octo_crypto_model());
}

static void what_is_sealed_opens_only_unchanged(void)
{
	promise_all_seals(octo_crypto_model());
}

/* The same seed makes another node: nobody can mistake a model identity for a real one. */
static void its_identities_are_not_the_real_ones(void)
{
	struct octo_identity model, real;
	uint8_t seed[OCTO_SEED_BYTES] = { 1, 2, 3 };
	octo_identity_from_seed(octo_crypto_model(), seed, &model);
	octo_identity_from_seed(octo_crypto_sodium(), seed, &real);
	CHECK(memcmp(model.card.id, real.card.id, OCTO_ID_BYTES) != 0);
	CHECK_STRING(octo_crypto_name(octo_crypto_model()), "model");
	CHECK_STRING(octo_crypto_name(octo_crypto_sodium()), "sodium");
	CHECK(octo_crypto_model()->number != octo_crypto_sodium()->number);
}

/* Both suites exist on every machine, and seal differently. */
static void both_suites_exist_and_differ(void)
{
	const struct octo_crypto *crypto = octo_crypto_model();
	uint8_t key[OCTO_KEY_BYTES] = { 1 }, nonce[CRYPTO_NONCE_BYTES] = { 2 }, plain[8] = { 3 }, sealed[2][24];
	CHECK_U64(octo_crypto_suites(crypto), OCTO_SUITE_CHACHA20_POLY1305 | OCTO_SUITE_AES_256_GCM);
	for (int i = 0; i < 2; i++) {
		struct crypto_box box = { .key = key, .nonce = nonce, .in = plain, .out = sealed[i], .size = sizeof plain };
		crypto->seal((uint8_t)(i + 1), &box);
	}
	CHECK(memcmp(sealed[0], sealed[1], sizeof sealed[0]) != 0);
}

CU_ErrorCode suite_crypto_model(void);

CU_ErrorCode suite_crypto_model(void)
{
	CU_pSuite suite = CU_add_suite("crypto_model", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, two_nodes_share_a_secret);
	CU_ADD_TEST(suite, what_is_sealed_opens_only_unchanged);
	CU_ADD_TEST(suite, its_identities_are_not_the_real_ones);
	CU_ADD_TEST(suite, both_suites_exist_and_differ);
	return CU_get_error();
}
