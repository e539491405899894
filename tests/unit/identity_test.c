/* identity_test.c: identity.c: one seed makes a node (C:125, [P 2]), and its FULL-ID as text (C:124). */
#include "core/intrinsic/identity.h"
#include "tests/check.h"

static struct octo_identity make(uint8_t first)
{
	struct octo_identity identity;
	uint8_t seed[OCTO_SEED_BYTES] = { first };
	octo_identity_from_seed(octo_crypto_sodium(), seed, &identity);
	return identity;
}

static void a_seed_makes_always_the_same_node(void)
{
	struct octo_identity one = make(1), again = make(1), two = make(2);
	CHECK_BYTES(&one, &again, sizeof one);
	CHECK(memcmp(one.card.id, two.card.id, OCTO_ID_BYTES) != 0);
	CHECK(memcmp(one.x_secret, one.ed_seed, OCTO_KEY_BYTES) != 0); /* two keys: neither use can hurt the other */
	CHECK(memcmp(one.card.x_public, two.card.x_public, OCTO_KEY_BYTES) != 0);
}

/* FULL-ID = BLAKE2b-256("octo-id1" || ed_public || x_public) */
static void the_full_id_is_the_hash_of_both_keys(void)
{
	struct octo_identity identity = make(7);
	uint8_t input[8 + 64], id[32];
	memcpy(input, "octo-id1", 8);
	memcpy(input + 8, identity.card.ed_public, 32);
	memcpy(input + 40, identity.card.x_public, 32);
	keyed_hash(id, sizeof id, NULL, 0, input, sizeof input);
	CHECK_BYTES(identity.card.id, id, sizeof id);
}

/* R87: a card is believed only whole: any byte changed, and the id is not the hash of the keys any more. */
static void a_changed_card_is_not_whole(void)
{
	struct octo_card card = make(3).card;
	uint8_t *bytes = (uint8_t *)&card;
	CHECK(identity_card_is_whole(&card));
	for (size_t i = 0; i < sizeof card; i++) {
		bytes[i] ^= 1;
		CHECK(!identity_card_is_whole(&card));
		bytes[i] ^= 1;
	}
	CHECK(identity_card_is_whole(&card));
}

/* R99: the string that names a node, there and back. */
static void an_id_is_text_and_back(void)
{
	uint8_t id[OCTO_ID_BYTES], back[OCTO_ID_BYTES];
	char text[OCTO_ID_TEXT_BYTES];
	for (int i = 0; i < OCTO_ID_BYTES; i++)
		id[i] = (uint8_t)(i * 9 + 160);
	octo_id_to_text(id, text);
	CHECK_U64(strlen(text), 64);
	CHECK(strncmp(text, "a0a9b2bb", 8) == 0);
	CHECK_U64(octo_id_from_text(text, back), OCTO_OK);
	CHECK_BYTES(back, id, sizeof id);
	CHECK_U64(octo_id_from_text("A0A9B2BBC4CDD6DFE8F1FA030C151E272F38414A535C656E77808992A0A9B2BB", back), OCTO_OK);
}

static void other_text_is_no_id(void)
{
	static const char *const texts[] = {
		"", "0", "a0a9", "a0a9b2bbc4cdd6dfe8f1fa030c151e272f38414a535c656e77808992a0a9b2b",
		"a0a9b2bbc4cdd6dfe8f1fa030c151e272f38414a535c656e77808992a0a9b2bb0",
		"a0a9b2bbc4cdd6dfe8f1fa030c151e272f38414a535c656e77808992a0a9b2bb00",
		"g0a9b2bbc4cdd6dfe8f1fa030c151e272f38414a535c656e77808992a0a9b2bb",
		"a0a9b2bbc4cdd6dfe8f1fa030c151e272f38414a535c656e77808992a0a9b2bb ",
		"a0a9b2bbc4cdd6dfe8f1fa030c151e272f38414a535c656e77808992a0a9b2bbxyz",
		" a0a9b2bbc4cdd6dfe8f1fa030c151e272f38414a535c656e77808992a0a9b2bb",
		"a0a9b2bbc4cdd6dfe8f1fa030c151e272f38414a535c656e77808992a0a9b2b ",
		"0xa9b2bbc4cdd6dfe8f1fa030c151e272f38414a535c656e77808992a0a9b2bb"
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		uint8_t id[OCTO_ID_BYTES], before[OCTO_ID_BYTES];
		memset(id, 0x77, sizeof id);
		memcpy(before, id, sizeof id);
		CHECK_U64(octo_id_from_text(texts[i], id), OCTO_BAD_TEXT);
		CHECK_BYTES(id, before, sizeof id);
	}
}

CU_ErrorCode suite_identity(void);

CU_ErrorCode suite_identity(void)
{
	CU_pSuite suite = CU_add_suite("identity", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_seed_makes_always_the_same_node);
	CU_ADD_TEST(suite, the_full_id_is_the_hash_of_both_keys);
	CU_ADD_TEST(suite, a_changed_card_is_not_whole);
	CU_ADD_TEST(suite, an_id_is_text_and_back);
	CU_ADD_TEST(suite, other_text_is_no_id);
	return CU_get_error();
}
