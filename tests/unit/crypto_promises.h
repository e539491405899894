/* crypto_promises.h: what core/intrinsic/crypto.h promises of every provider, as tests of one provider each. */
#ifndef OCTOSIM_TESTS_CRYPTO_PROMISES_H
#define OCTOSIM_TESTS_CRYPTO_PROMISES_H

#include "core/intrinsic/crypto.h"
#include "tests/check.h"

static inline void fill(uint8_t *bytes, size_t size, uint8_t start)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(start + i * 7);
}

/* R87: two nodes that know each other's public keys share a secret that nobody else has. */
static inline void promise_shared_secret(const struct octo_crypto *crypto)
{
	uint8_t secrets[3][OCTO_KEY_BYTES], publics[3][OCTO_KEY_BYTES], one[OCTO_KEY_BYTES], two[OCTO_KEY_BYTES];
	for (int i = 0; i < 3; i++) {
		fill(secrets[i], OCTO_KEY_BYTES, (uint8_t)(50 * i + 1));
		crypto->public_key(publics[i], secrets[i]);
	}
	CHECK(crypto->shared_secret(one, secrets[0], publics[1]));
	CHECK(crypto->shared_secret(two, secrets[1], publics[0]));
	CHECK_BYTES(one, two, sizeof one);
	CHECK(crypto->shared_secret(two, secrets[2], publics[0]));
	CHECK(memcmp(one, two, sizeof one) != 0);
	CHECK(memcmp(publics[0], publics[1], OCTO_KEY_BYTES) != 0);
	static const uint8_t zero[OCTO_KEY_BYTES];
	CHECK(!crypto->shared_secret(one, secrets[0], zero));
}

/* R117: what is sealed opens again; with any bit changed, of text, tag, nonce, key or associated data, it does not. */
static inline void promise_seal(const struct octo_crypto *crypto, int suite)
{
	static const size_t sizes[] = { 0, 1, 28, 44, 84, 448 };
	uint8_t key[OCTO_KEY_BYTES], nonce[CRYPTO_WIDE_NONCE_BYTES], ad[76], plain[448], sealed[464], opened[464];
	fill(key, sizeof key, 3);
	fill(nonce, sizeof nonce, 5);
	fill(ad, sizeof ad, 8);
	fill(plain, sizeof plain, 13);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		size_t size = sizes[i];
		struct crypto_box seal = { .key = key, .nonce = nonce, .ad = ad, .ad_size = sizeof ad, .in = plain, .out = sealed,
			                   .size = size };
		struct crypto_box open = seal;
		open.in = sealed;
		open.out = opened;
		if (suite)
			crypto->seal((uint8_t)suite, &seal);
		else
			crypto->seal_wide(&seal);
#define OPENS() (suite ? crypto->open((uint8_t)suite, &open) : crypto->open_wide(&open))
		CHECK(OPENS());
		CHECK_BYTES(opened, plain, size);
		CHECK(size < 28 || memcmp(sealed, plain, size) != 0);
		uint8_t *parts[] = { sealed, sealed + size, nonce, key, ad, ad + sizeof ad - 1 };
		for (size_t part = size ? 0 : 1; part < sizeof parts / sizeof *parts; part++) {
			parts[part][0] ^= 0x10;
			CHECK(!OPENS());
			parts[part][0] ^= 0x10;
		}
		open.ad_size--;
		CHECK(!OPENS());
		/* In place, both ways. */
		memcpy(opened, plain, size);
		struct crypto_box place = seal;
		place.in = place.out = opened;
		if (suite)
			crypto->seal((uint8_t)suite, &place);
		else
			crypto->seal_wide(&place);
		CHECK_BYTES(opened, sealed, size + CRYPTO_TAG_BYTES);
		CHECK(suite ? crypto->open((uint8_t)suite, &place) : crypto->open_wide(&place));
		CHECK_BYTES(opened, plain, size);
#undef OPENS
	}
}

static inline void promise_all_seals(const struct octo_crypto *crypto)
{
	promise_seal(crypto, 0);
	promise_seal(crypto, OCTO_SUITE_CHACHA20_POLY1305);
	if (crypto->suites() & OCTO_SUITE_AES_256_GCM)
		promise_seal(crypto, OCTO_SUITE_AES_256_GCM);
	CHECK(crypto->suites() & OCTO_SUITE_CHACHA20_POLY1305);
	CHECK(!(crypto->suites() & ~3));
}

#endif
