/* signature_test.c: signatures on clear text (R114, R116), with both providers. */
#include "core/octo.h"
#include "tests/check.h"

#include <sodium.h>

static struct octo_identity identity_of(const struct octo_crypto *crypto, uint8_t first)
{
	uint8_t seed[OCTO_SEED_BYTES] = { first };
	struct octo_identity identity;
	octo_identity_from_seed(crypto, seed, &identity);
	return identity;
}

static void promise(const struct octo_crypto *crypto)
{
	struct octo_identity robot = identity_of(crypto, 1), other = identity_of(crypto, 2);
	uint8_t text[300], signature[OCTO_SIGNATURE_BYTES], again[OCTO_SIGNATURE_BYTES];
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)(3 * i);
	octo_sign(crypto, &robot, "card", text, sizeof text, signature);
	octo_sign(crypto, &robot, "card", text, sizeof text, again);
	CHECK_BYTES(signature, again, sizeof signature);
#define VERIFIES(who, purpose, size) octo_verify(crypto, &(who).card, purpose, text, size, signature)
	CHECK(VERIFIES(robot, "card", sizeof text));
	CHECK(!VERIFIES(other, "card", sizeof text));
	CHECK(!VERIFIES(robot, "log", sizeof text));
	CHECK(!VERIFIES(robot, "car", sizeof text));
	CHECK(!VERIFIES(robot, "card", sizeof text - 1));
	for (size_t i = 0; i < sizeof text; i++) {
		text[i] ^= 0x40;
		CHECK(!VERIFIES(robot, "card", sizeof text));
		text[i] ^= 0x40;
	}
	for (size_t i = 0; i < sizeof signature; i++) {
		signature[i] ^= 0x01;
		CHECK(!VERIFIES(robot, "card", sizeof text));
		signature[i] ^= 0x01;
	}
	struct octo_identity changed = robot;
	changed.card.x_public[0] ^= 1; /* the key that signs is untouched, but the card is nobody's */
	CHECK(!VERIFIES(changed, "card", sizeof text));
	octo_sign(crypto, &robot, "card", "", 0, signature);
	CHECK(VERIFIES(robot, "card", 0));
#undef VERIFIES
}

static void a_signature_fits_one_text_one_purpose_and_one_node(void)
{
	promise(octo_crypto_sodium());
}

static void the_model_keeps_the_same_promises_among_honest_nodes(void)
{
	promise(octo_crypto_model());
}

/* A purpose and a text that read the same when put together are still told apart. */
static void purpose_and_text_do_not_run_into_each_other(void)
{
	const struct octo_crypto *crypto = octo_crypto_sodium();
	struct octo_identity robot = identity_of(crypto, 1);
	uint8_t signature[OCTO_SIGNATURE_BYTES];
	octo_sign(crypto, &robot, "log", "book", 4, signature);
	CHECK(!octo_verify(crypto, &robot.card, "logb", "ook", 3, signature));
	CHECK(octo_verify(crypto, &robot.card, "log", "book", 4, signature));
}

/* What is signed, by the letter of the protocol: Ed25519 over BLAKE2b-512("octo-sign" || length || purpose || text). */
static void it_is_ed25519_over_the_hash_of_purpose_and_text(void)
{
	static const char input[] = "octo-sign\x03logbook";
	struct octo_identity robot = identity_of(octo_crypto_sodium(), 1);
	uint8_t digest[64], expected[64], public[32], secret[64], signature[OCTO_SIGNATURE_BYTES];
	crypto_generichash(digest, sizeof digest, (const uint8_t *)input, sizeof input - 1, NULL, 0);
	crypto_sign_seed_keypair(public, secret, robot.ed_seed);
	crypto_sign_detached(expected, NULL, digest, sizeof digest, secret);
	octo_sign(octo_crypto_sodium(), &robot, "log", "book", 4, signature);
	CHECK_BYTES(signature, expected, sizeof expected);
}

CU_ErrorCode suite_signature(void);

CU_ErrorCode suite_signature(void)
{
	CU_pSuite suite = CU_add_suite("signature", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_signature_fits_one_text_one_purpose_and_one_node);
	CU_ADD_TEST(suite, the_model_keeps_the_same_promises_among_honest_nodes);
	CU_ADD_TEST(suite, purpose_and_text_do_not_run_into_each_other);
	CU_ADD_TEST(suite, it_is_ed25519_over_the_hash_of_purpose_and_text);
	return CU_get_error();
}
