/* identity.c: from one seed to both key pairs and the FULL-ID, and the FULL-ID as text. */
#include "core/intrinsic/identity.h"

#include <sodium.h>
#include <string.h>

enum { SUBKEY_SIGN = 1, SUBKEY_EXCHANGE = 2 };

static void full_id(uint8_t id[OCTO_ID_BYTES], const struct octo_card *card)
{
	static const char label[8] = "octo-id1";
	uint8_t input[sizeof label + 2 * OCTO_KEY_BYTES];
	memcpy(input, label, sizeof label);
	memcpy(input + sizeof label, card->ed_public, OCTO_KEY_BYTES);
	memcpy(input + sizeof label + OCTO_KEY_BYTES, card->x_public, OCTO_KEY_BYTES);
	keyed_hash(id, OCTO_ID_BYTES, NULL, 0, input, sizeof input);
}

void octo_identity_from_seed(const struct octo_crypto *crypto, const uint8_t seed[OCTO_SEED_BYTES],
                             struct octo_identity *identity)
{
	static const char context[crypto_kdf_CONTEXTBYTES + 1] = "octo-kdf";
	memset(identity, 0, sizeof *identity);
	crypto_kdf_derive_from_key(identity->ed_seed, OCTO_SEED_BYTES, SUBKEY_SIGN, context, seed);
	crypto_kdf_derive_from_key(identity->x_secret, OCTO_KEY_BYTES, SUBKEY_EXCHANGE, context, seed);
	crypto->sign_public(identity->card.ed_public, identity->ed_seed);
	crypto->public_key(identity->card.x_public, identity->x_secret);
	full_id(identity->card.id, &identity->card);
}

bool identity_card_is_whole(const struct octo_card *card)
{
	uint8_t id[OCTO_ID_BYTES];
	full_id(id, card);
	return equal_bytes(id, card->id, sizeof id);
}

void octo_id_to_text(const uint8_t id[OCTO_ID_BYTES], char text[OCTO_ID_TEXT_BYTES])
{
	sodium_bin2hex(text, OCTO_ID_TEXT_BYTES, id, OCTO_ID_BYTES);
}

enum octo_status octo_id_from_text(const char *text, uint8_t id[OCTO_ID_BYTES])
{
	size_t size = 0;
	const char *end = NULL;
	uint8_t bytes[OCTO_ID_BYTES];
	int failed = sodium_hex2bin(bytes, sizeof bytes, text, strlen(text), NULL, &size, &end);
	if (failed || size != sizeof bytes || *end != '\0')
		return OCTO_BAD_TEXT;
	memcpy(id, bytes, sizeof bytes);
	return OCTO_OK;
}
