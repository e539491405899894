/* crypto_model.c: a provider of the same sizes and rules without secrecy, for worlds of very many nodes. A public key
 * is a hash of the secret, a shared secret a hash of both public keys, a tag a keyed hash over everything.
 * Whoever sees the wire can break it: never for a real network. */
#include "core/intrinsic/crypto.h"

#include "core/base/check.h"

#include <sodium.h>
#include <string.h>

enum { SCRATCH_BYTES = 2048 };

static uint16_t suites(void)
{
	return OCTO_SUITE_CHACHA20_POLY1305 | OCTO_SUITE_AES_256_GCM;
}

static void short_digest(uint8_t out[16], const void *in, size_t size, const char key[17])
{
	crypto_shorthash_siphashx24(out, in, size, (const uint8_t *)key);
}

static void public_key(uint8_t public[OCTO_KEY_BYTES], const uint8_t secret[OCTO_KEY_BYTES])
{
	short_digest(public, secret, OCTO_KEY_BYTES, "model public low");
	short_digest(public + 16, secret, OCTO_KEY_BYTES, "model public top");
}

static bool shared_secret(uint8_t out[OCTO_KEY_BYTES], const uint8_t secret[OCTO_KEY_BYTES],
                          const uint8_t public[OCTO_KEY_BYTES])
{
	/* The curve refuses points of low order; the all-zero key stands for them here. */
	static const uint8_t zero[OCTO_KEY_BYTES];
	if (memcmp(public, zero, sizeof zero) == 0)
		return false;
	uint8_t own[OCTO_KEY_BYTES], both[2 * OCTO_KEY_BYTES];
	public_key(own, secret);
	bool is_own_lower = memcmp(own, public, OCTO_KEY_BYTES) < 0;
	memcpy(both, is_own_lower ? own : public, OCTO_KEY_BYTES);
	memcpy(both + OCTO_KEY_BYTES, is_own_lower ? public : own, OCTO_KEY_BYTES);
	short_digest(out, both, sizeof both, "model shared low");
	short_digest(out + 16, both, sizeof both, "model shared top");
	return true;
}

static void sign_public(uint8_t public[OCTO_KEY_BYTES], const uint8_t seed[OCTO_SEED_BYTES])
{
	short_digest(public, seed, OCTO_SEED_BYTES, "model sign   low");
	short_digest(public + 16, seed, OCTO_SEED_BYTES, "model sign   top");
}

/* A keyed hash under the public key, which everybody can make: no forger is kept out, only mistakes are. */
static void signature_of(uint8_t signature[OCTO_SIGNATURE_BYTES], const uint8_t public[OCTO_KEY_BYTES], const void *text,
                         size_t size)
{
	keyed_hash(signature, OCTO_SIGNATURE_BYTES, public, OCTO_KEY_BYTES, text, size);
}

static void sign(uint8_t signature[OCTO_SIGNATURE_BYTES], const uint8_t seed[OCTO_SEED_BYTES], const void *text,
                 size_t size)
{
	uint8_t public[OCTO_KEY_BYTES];
	sign_public(public, seed);
	signature_of(signature, public, text, size);
}

static bool verify(const uint8_t signature[OCTO_SIGNATURE_BYTES], const uint8_t public[OCTO_KEY_BYTES], const void *text,
                   size_t size)
{
	uint8_t expected[OCTO_SIGNATURE_BYTES];
	signature_of(expected, public, text, size);
	return equal_bytes(expected, signature, sizeof expected);
}

/* Tag over suite, key, nonce, associated data and ciphertext, each with its length. */
static void tag_of(uint8_t tag[CRYPTO_TAG_BYTES], uint8_t suite, const struct crypto_box *box, size_t nonce_size,
                   const uint8_t *cipher)
{
	uint8_t scratch[SCRATCH_BYTES];
	OCTO_ASSERT(1 + OCTO_KEY_BYTES + nonce_size + 4 + box->ad_size + box->size <= sizeof scratch);
	uint8_t *end = scratch;
	*end++ = suite;
	memcpy(end, box->key, OCTO_KEY_BYTES);
	end += OCTO_KEY_BYTES;
	memcpy(end, box->nonce, nonce_size);
	end += nonce_size;
	*end++ = (uint8_t)box->ad_size;
	*end++ = (uint8_t)(box->ad_size >> 8);
	*end++ = (uint8_t)box->size;
	*end++ = (uint8_t)(box->size >> 8);
	if (box->ad_size)
		memcpy(end, box->ad, box->ad_size);
	end += box->ad_size;
	if (box->size)
		memcpy(end, cipher, box->size);
	end += box->size;
	short_digest(tag, scratch, (size_t)(end - scratch), "model seal   tag");
}

/* A piece of one key's length at a time, through places of its own: the compiler then knows that nothing overlaps. */
static void mask(const struct crypto_box *box)
{
	uint8_t pad[OCTO_KEY_BYTES], piece[OCTO_KEY_BYTES] = { 0 };
	for (size_t i = 0; i < sizeof pad; i++)
		pad[i] = box->key[i] ^ 0xa5;
	for (size_t at = 0; at < box->size; at += sizeof piece) {
		size_t size = box->size - at < sizeof piece ? box->size - at : sizeof piece;
		memcpy(piece, box->in + at, size);
		for (size_t i = 0; i < sizeof piece; i++)
			piece[i] ^= pad[i];
		memcpy(box->out + at, piece, size);
	}
}

static void seal_any(uint8_t suite, const struct crypto_box *box, size_t nonce_size)
{
	mask(box);
	tag_of(box->out + box->size, suite, box, nonce_size, box->out);
}

static bool open_any(uint8_t suite, const struct crypto_box *box, size_t nonce_size)
{
	uint8_t tag[CRYPTO_TAG_BYTES];
	tag_of(tag, suite, box, nonce_size, box->in);
	if (!equal_bytes(tag, box->in + box->size, sizeof tag))
		return false;
	mask(box);
	return true;
}

static void seal(uint8_t suite, const struct crypto_box *box)
{
	seal_any(suite, box, CRYPTO_NONCE_BYTES);
}

static bool open(uint8_t suite, const struct crypto_box *box)
{
	return open_any(suite, box, CRYPTO_NONCE_BYTES);
}

static void seal_wide(const struct crypto_box *box)
{
	seal_any(0, box, CRYPTO_WIDE_NONCE_BYTES);
}

static bool open_wide(const struct crypto_box *box)
{
	return open_any(0, box, CRYPTO_WIDE_NONCE_BYTES);
}

const struct octo_crypto *octo_crypto_model(void)
{
	static const struct octo_crypto provider = {
		.name = "model", .number = 2, .suites = suites, .public_key = public_key,
		.shared_secret = shared_secret, .sign_public = sign_public, .sign = sign, .verify = verify,
		.seal = seal, .open = open, .seal_wide = seal_wide, .open_wide = open_wide
	};
	int failed = sodium_init();
	OCTO_ASSERT(failed >= 0);
	return &provider;
}
