/* crypto.h: the one small interface behind which all cryptography sits, and its two providers.
 * BLAKE2b and SipHash are the same in both; curves and ciphers are what a provider chooses.
 * Knows nothing of packets or sessions. Next: key_schedule.h. */
#ifndef OCTO_INTRINSIC_CRYPTO_H
#define OCTO_INTRINSIC_CRYPTO_H

#include "core/octo.h"

enum {
	CRYPTO_TAG_BYTES = 16,
	CRYPTO_NONCE_BYTES = 12,          /* ChaCha20-Poly1305 (RFC 8439), AES-256-GCM */
	CRYPTO_WIDE_NONCE_BYTES = 24,     /* XChaCha20-Poly1305 */
	CRYPTO_SHORT_KEY_BYTES = 16       /* SipHash-2-4 */
};

/* Bytes to encrypt or decrypt, with what authenticates them besides. `out` of a seal holds size + CRYPTO_TAG_BYTES;
 * `in` of an open has that size. `in` and `out` may be the same place. */
struct crypto_box {
	const uint8_t *key;               /* OCTO_KEY_BYTES */
	const uint8_t *nonce;
	const uint8_t *ad;
	size_t ad_size;
	const uint8_t *in;
	uint8_t *out;
	size_t size;                      /* of the plaintext */
};

struct octo_crypto {
	const char *name;
	uint8_t number;                   /* kept in a block, so that it is never driven with the other provider */
	uint16_t (*suites)(void);
	void (*public_key)(uint8_t public[OCTO_KEY_BYTES], const uint8_t secret[OCTO_KEY_BYTES]);
	/* False when the peer's key is a low-order point. */
	bool (*shared_secret)(uint8_t out[OCTO_KEY_BYTES], const uint8_t secret[OCTO_KEY_BYTES],
	                      const uint8_t public[OCTO_KEY_BYTES]);
	void (*sign_public)(uint8_t public[OCTO_KEY_BYTES], const uint8_t seed[OCTO_SEED_BYTES]);
	void (*sign)(uint8_t signature[OCTO_SIGNATURE_BYTES], const uint8_t seed[OCTO_SEED_BYTES], const void *text,
	             size_t size);
	bool (*verify)(const uint8_t signature[OCTO_SIGNATURE_BYTES], const uint8_t public[OCTO_KEY_BYTES], const void *text,
	               size_t size);
	/* `suite` is one OCTO_SUITE_* bit that suites() has. open() returns false, and leaves garbage, on a bad tag. */
	void (*seal)(uint8_t suite, const struct crypto_box *box);
	bool (*open)(uint8_t suite, const struct crypto_box *box);
	void (*seal_wide)(const struct crypto_box *box); /* nonce of CRYPTO_WIDE_NONCE_BYTES */
	bool (*open_wide)(const struct crypto_box *box);
};

/* BLAKE2b of 16..64 bytes; key may be NULL (key_size 0). */
void keyed_hash(uint8_t *out, size_t out_size, const uint8_t *key, size_t key_size, const void *in, size_t size);
uint64_t short_hash(const uint8_t key[CRYPTO_SHORT_KEY_BYTES], const void *in, size_t size);
bool equal_bytes(const void *a, const void *b, size_t size); /* in constant time */

#endif
