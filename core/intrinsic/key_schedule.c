/* key_schedule.c: see the header; each function is one line of the specification. */
#include "core/intrinsic/key_schedule.h"

/* K(l, f, t) = BLAKE2b-256(prk, l || ID_f || ID_t) */
static void directed_key(uint8_t *out, size_t out_size, const uint8_t prk[32], const char *label, const uint8_t *from,
                         const uint8_t *to)
{
	uint8_t input[8 + 2 * OCTO_ID_BYTES], key[OCTO_KEY_BYTES];
	struct writer writer = writer_of(input, sizeof input);
	write_bytes(&writer, label, strlen(label));
	write_bytes(&writer, from, OCTO_ID_BYTES);
	write_bytes(&writer, to, OCTO_ID_BYTES);
	keyed_hash(key, sizeof key, prk, OCTO_KEY_BYTES, input, writer.position);
	memcpy(out, key, out_size);
	octo_wipe(key, sizeof key);
}

bool pair_keys_derive(const struct octo_crypto *crypto, const struct octo_identity *self, const struct octo_card *peer,
                      struct pair_keys *keys)
{
	uint8_t shared[OCTO_KEY_BYTES];
	if (!crypto->shared_secret(shared, self->x_secret, peer->x_public))
		return false;
	const struct octo_card *own = &self->card;
	uint8_t input[10 + 4 * 32];
	struct writer writer = writer_of(input, sizeof input);
	write_bytes(&writer, "octo-pair1", 10);
	/* Both in the order of the ids, or the two sides would not come to the same key. */
	bool is_own_lower = memcmp(own->id, peer->id, OCTO_ID_BYTES) < 0;
	const struct octo_card *lower = is_own_lower ? own : peer, *higher = is_own_lower ? peer : own;
	write_bytes(&writer, lower->id, 32);
	write_bytes(&writer, higher->id, 32);
	write_bytes(&writer, lower->x_public, 32);
	write_bytes(&writer, higher->x_public, 32);
	keyed_hash(keys->prk, sizeof keys->prk, shared, sizeof shared, input, writer.position);
	octo_wipe(shared, sizeof shared);
	directed_key(keys->syn_in, sizeof keys->syn_in, keys->prk, "syn", peer->id, own->id);
	directed_key(keys->syn_out, sizeof keys->syn_out, keys->prk, "syn", own->id, peer->id);
	directed_key(keys->retry_in, sizeof keys->retry_in, keys->prk, "rty", peer->id, own->id);
	directed_key(keys->retry_out, sizeof keys->retry_out, keys->prk, "rty", own->id, peer->id);
	directed_key(keys->probe_in, sizeof keys->probe_in, keys->prk, "probe", peer->id, own->id);
	directed_key(keys->probe_out, sizeof keys->probe_out, keys->prk, "probe", own->id, peer->id);
	directed_key(keys->hint_in, sizeof keys->hint_in, keys->prk, "hint", peer->id, own->id);
	directed_key(keys->hint_out, sizeof keys->hint_out, keys->prk, "hint", own->id, peer->id);
	return true;
}

uint64_t syn_hint(const uint8_t key[CRYPTO_SHORT_KEY_BYTES], const uint8_t syn[SYN_BYTES])
{
	uint8_t input[16];
	memcpy(input, syn + PACKET_HEADER_BYTES, 8);          /* n_I */
	memcpy(input + 8, syn + PACKET_HEADER_BYTES + 16, 8); /* e_I[0..7] */
	return short_hash(key, input, sizeof input);
}

void syn_ad(uint8_t ad[SYN_AD_BYTES], const uint8_t syn[SYN_BYTES], const uint8_t id_i[OCTO_ID_BYTES],
            const uint8_t id_r[OCTO_ID_BYTES])
{
	memcpy(ad, syn, SYN_OFFER_AT);
	memcpy(ad + SYN_OFFER_AT, id_i, OCTO_ID_BYTES);
	memcpy(ad + SYN_OFFER_AT + OCTO_ID_BYTES, id_r, OCTO_ID_BYTES);
}

void syn_nonce(uint8_t nonce[CRYPTO_WIDE_NONCE_BYTES], const uint8_t syn[SYN_BYTES])
{
	memcpy(nonce, syn + PACKET_HEADER_BYTES, 8);
	memcpy(nonce + 8, syn + PACKET_HEADER_BYTES + 16, 16);
}

/* H(a, b): each part with its length in front, so that no two pairs of parts run together alike. */
static void hash_parts(uint8_t out[32], const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
	uint8_t input[4 + 64 + SYN_BYTES];
	struct writer writer = writer_of(input, sizeof input);
	write_u16(&writer, (uint16_t)a_size);
	write_bytes(&writer, a, a_size);
	write_u16(&writer, (uint16_t)b_size);
	write_bytes(&writer, b, b_size);
	keyed_hash(out, 32, NULL, 0, input, writer.position);
}

void transcript_start(struct transcript *transcript, const uint8_t id_i[OCTO_ID_BYTES],
                      const uint8_t id_r[OCTO_ID_BYTES], const uint8_t syn[SYN_BYTES])
{
	static const char suite[] = "OKK1 X25519 ChaChaPoly BLAKE2b";
	uint8_t ids[2 * OCTO_ID_BYTES], h0[32];
	memcpy(ids, id_i, OCTO_ID_BYTES);
	memcpy(ids + OCTO_ID_BYTES, id_r, OCTO_ID_BYTES);
	hash_parts(h0, (const uint8_t *)suite, sizeof suite - 1, ids, sizeof ids);
	hash_parts(transcript->h, h0, sizeof h0, syn, SYN_COOKIE_AT);
}

void transcript_add(struct transcript *out, const struct transcript *in, const uint8_t *bytes, size_t size)
{
	uint8_t h[32];
	hash_parts(h, in->h, sizeof in->h, bytes, size);
	memcpy(out->h, h, sizeof h);
}

void chain_mix(uint8_t ck[OCTO_KEY_BYTES], uint8_t k[OCTO_KEY_BYTES], const uint8_t shared[OCTO_KEY_BYTES])
{
	uint8_t input[1 + OCTO_KEY_BYTES] = { 0x01 }, output[2 * OCTO_KEY_BYTES];
	memcpy(input + 1, shared, OCTO_KEY_BYTES);
	keyed_hash(output, sizeof output, ck, OCTO_KEY_BYTES, input, sizeof input);
	memcpy(ck, output, OCTO_KEY_BYTES);
	memcpy(k, output + OCTO_KEY_BYTES, OCTO_KEY_BYTES);
	octo_wipe(input, sizeof input);
	octo_wipe(output, sizeof output);
}

static void labelled_hash(uint8_t *out, size_t out_size, const uint8_t key[OCTO_KEY_BYTES], const char *label,
                          const struct transcript *h2)
{
	uint8_t input[8 + sizeof h2->h];
	struct writer writer = writer_of(input, sizeof input);
	write_bytes(&writer, label, strlen(label));
	write_bytes(&writer, h2->h, sizeof h2->h);
	keyed_hash(out, out_size, key, OCTO_KEY_BYTES, input, writer.position);
}

void key_turn(uint8_t key[OCTO_KEY_BYTES])
{
	uint8_t next[OCTO_KEY_BYTES];
	keyed_hash(next, sizeof next, key, OCTO_KEY_BYTES, "next", 4);
	memcpy(key, next, sizeof next);
	octo_wipe(next, sizeof next);
}

void session_keys_derive(struct session_keys *keys, const uint8_t ck3[OCTO_KEY_BYTES], const struct transcript *h2)
{
	uint8_t data[2 * OCTO_KEY_BYTES], log_id[16]; /* libsodium's BLAKE2b makes 16 bytes at least */
	labelled_hash(keys->ack, sizeof keys->ack, ck3, "ack", h2);
	labelled_hash(data, sizeof data, ck3, "data", h2);
	memcpy(keys->initiator_to_adherent, data, OCTO_KEY_BYTES);
	memcpy(keys->adherent_to_initiator, data + OCTO_KEY_BYTES, OCTO_KEY_BYTES);
	octo_wipe(data, sizeof data);
	labelled_hash(log_id, sizeof log_id, ck3, "sid", h2);
	keys->log_id = load_le(log_id, 8);
}
