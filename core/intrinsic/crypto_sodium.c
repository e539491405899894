/* crypto_sodium.c: the real provider, and the primitives that both providers share. */
#include "core/intrinsic/crypto.h"

#include "core/base/cursor.h"

#include <sodium.h>

void keyed_hash(uint8_t *out, size_t out_size, const uint8_t *key, size_t key_size, const void *in, size_t size)
{
	int failed = crypto_generichash(out, out_size, in, size, key, key_size);
	OCTO_ASSERT(!failed);
}

uint64_t short_hash(const uint8_t key[CRYPTO_SHORT_KEY_BYTES], const void *in, size_t size)
{
	uint8_t out[crypto_shorthash_BYTES];
	crypto_shorthash(out, in, size, key);
	return load_le(out, sizeof out);
}

bool equal_bytes(const void *a, const void *b, size_t size)
{
	return sodium_memcmp(a, b, size) == 0;
}

void octo_wipe(void *secret, size_t size)
{
	sodium_memzero(secret, size);
}

static uint16_t suites(void)
{
	uint16_t aes = crypto_aead_aes256gcm_is_available() ? OCTO_SUITE_AES_256_GCM : 0;
	return OCTO_SUITE_CHACHA20_POLY1305 | aes;
}

static void public_key(uint8_t public[OCTO_KEY_BYTES], const uint8_t secret[OCTO_KEY_BYTES])
{
	int failed = crypto_scalarmult_base(public, secret);
	OCTO_ASSERT(!failed);
}

static bool shared_secret(uint8_t out[OCTO_KEY_BYTES], const uint8_t secret[OCTO_KEY_BYTES],
                          const uint8_t public[OCTO_KEY_BYTES])
{
	return crypto_scalarmult(out, secret, public) == 0;
}

static void sign_public(uint8_t public[OCTO_KEY_BYTES], const uint8_t seed[OCTO_SEED_BYTES])
{
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	crypto_sign_seed_keypair(public, secret, seed);
	sodium_memzero(secret, sizeof secret);
}

static void sign(uint8_t signature[OCTO_SIGNATURE_BYTES], const uint8_t seed[OCTO_SEED_BYTES], const void *text,
                 size_t size)
{
	uint8_t public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
	crypto_sign_seed_keypair(public, secret, seed);
	crypto_sign_detached(signature, NULL, text, size, secret);
	sodium_memzero(secret, sizeof secret);
}

static bool verify(const uint8_t signature[OCTO_SIGNATURE_BYTES], const uint8_t public[OCTO_KEY_BYTES], const void *text,
                   size_t size)
{
	return crypto_sign_verify_detached(signature, text, size, public) == 0;
}

static void seal(uint8_t suite, const struct crypto_box *box)
{
	if (suite == OCTO_SUITE_AES_256_GCM)
		crypto_aead_aes256gcm_encrypt(box->out, NULL, box->in, box->size, box->ad, box->ad_size, NULL,
		                              box->nonce, box->key);
	else
		crypto_aead_chacha20poly1305_ietf_encrypt(box->out, NULL, box->in, box->size, box->ad, box->ad_size, NULL,
		                                          box->nonce, box->key);
}

static bool open(uint8_t suite, const struct crypto_box *box)
{
	size_t size = box->size + CRYPTO_TAG_BYTES;
	if (suite == OCTO_SUITE_AES_256_GCM)
		return crypto_aead_aes256gcm_decrypt(box->out, NULL, NULL, box->in, size, box->ad, box->ad_size,
		                                     box->nonce, box->key) == 0;
	return crypto_aead_chacha20poly1305_ietf_decrypt(box->out, NULL, NULL, box->in, size, box->ad, box->ad_size,
	                                                 box->nonce, box->key) == 0;
}

static void seal_wide(const struct crypto_box *box)
{
	crypto_aead_xchacha20poly1305_ietf_encrypt(box->out, NULL, box->in, box->size, box->ad, box->ad_size, NULL,
	                                           box->nonce, box->key);
}

static bool open_wide(const struct crypto_box *box)
{
	return crypto_aead_xchacha20poly1305_ietf_decrypt(box->out, NULL, NULL, box->in, box->size + CRYPTO_TAG_BYTES,
	                                                  box->ad, box->ad_size, box->nonce, box->key) == 0;
}

const struct octo_crypto *octo_crypto_sodium(void)
{
	static const struct octo_crypto provider = {
		.name = "sodium", .number = 1, .suites = suites, .public_key = public_key,
		.shared_secret = shared_secret, .sign_public = sign_public, .sign = sign, .verify = verify,
		.seal = seal, .open = open, .seal_wide = seal_wide, .open_wide = open_wide
	};
	/* sodium_init() picks the fastest code for this processor; it may be called any number of times. */
	int failed = sodium_init();
	OCTO_ASSERT(failed >= 0);
	return &provider;
}

const char *octo_crypto_name(const struct octo_crypto *crypto)
{
	return crypto->name;
}

uint16_t octo_crypto_suites(const struct octo_crypto *crypto)
{
	return crypto->suites();
}
