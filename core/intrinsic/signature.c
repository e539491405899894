/* signature.c: signing of clear protocol text (C:145) [P 2.3]. The text is hashed with its purpose first, so that the
 * provider signs 64 bytes whatever the size, and a signature never fits a text of another kind. */
#include "core/intrinsic/identity.h"

#include "core/base/check.h"

#include <sodium.h>
#include <string.h>

enum { DIGEST_BYTES = 64, PURPOSE_MAX = 63 };

static void digest_of(uint8_t digest[DIGEST_BYTES], const char *purpose, const void *text, size_t size)
{
	static const char label[9] = "octo-sign";
	uint8_t purpose_size = (uint8_t)strnlen(purpose, PURPOSE_MAX + 1);
	OCTO_ASSERT(purpose_size >= 1 && purpose_size <= PURPOSE_MAX);
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, DIGEST_BYTES);
	crypto_generichash_update(&state, (const uint8_t *)label, sizeof label);
	crypto_generichash_update(&state, &purpose_size, 1);
	crypto_generichash_update(&state, (const uint8_t *)purpose, purpose_size);
	crypto_generichash_update(&state, text, size);
	crypto_generichash_final(&state, digest, DIGEST_BYTES);
}

void octo_sign(const struct octo_crypto *crypto, const struct octo_identity *identity, const char *purpose,
               const void *text, size_t size, uint8_t signature[OCTO_SIGNATURE_BYTES])
{
	uint8_t digest[DIGEST_BYTES];
	digest_of(digest, purpose, text, size);
	crypto->sign(signature, identity->ed_seed, digest, sizeof digest);
}

bool octo_verify(const struct octo_crypto *crypto, const struct octo_card *card, const char *purpose, const void *text,
                 size_t size, const uint8_t signature[OCTO_SIGNATURE_BYTES])
{
	uint8_t digest[DIGEST_BYTES];
	digest_of(digest, purpose, text, size);
	return identity_card_is_whole(card) && crypto->verify(signature, card->ed_public, digest, sizeof digest);
}
