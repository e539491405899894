/* digest.c: BLAKE2b-256 over bytes that come piece by piece. Its state lies in the caller's bytes, which may be copied to
 * another address: libsodium wants its own aligned, and leaves a few bytes behind it as they were. */
#include "core/octo.h"

#include "core/base/check.h"

#include <sodium.h>
#include <string.h>

_Static_assert(sizeof(crypto_generichash_state) == OCTO_DIGEST_STATE_BYTES, "a state fits exactly");

void octo_digest_begin(struct octo_digest *digest)
{
	crypto_generichash_state state;
	memset(&state, 0, sizeof state);
	int failed = crypto_generichash_init(&state, NULL, 0, OCTO_DIGEST_BYTES);
	OCTO_ASSERT(!failed);
	memcpy(digest->state, &state, sizeof state);
}

void octo_digest_add(struct octo_digest *digest, const void *bytes, size_t size)
{
	crypto_generichash_state state;
	memcpy(&state, digest->state, sizeof state);
	int failed = crypto_generichash_update(&state, bytes, size);
	OCTO_ASSERT(!failed);
	memcpy(digest->state, &state, sizeof state);
}

void octo_digest_end(struct octo_digest *digest, uint8_t out[OCTO_DIGEST_BYTES])
{
	crypto_generichash_state state;
	memcpy(&state, digest->state, sizeof state);
	int failed = crypto_generichash_final(&state, out, OCTO_DIGEST_BYTES);
	OCTO_ASSERT(!failed);
}
