/* key_schedule.h: every key of the protocol and how it comes about [P 2, P 4]. Pure functions over bytes: no state, no
 * packets' meaning, no time. Names follow the specification. */
#ifndef OCTO_INTRINSIC_KEY_SCHEDULE_H
#define OCTO_INTRINSIC_KEY_SCHEDULE_H

#include "core/intrinsic/packet.h"

/* What two paired nodes share before any packet. "in" is from the peer to us; direction-bound, so reflection fails. */
struct pair_keys {
	uint8_t prk[OCTO_KEY_BYTES];
	uint8_t syn_in[OCTO_KEY_BYTES], syn_out[OCTO_KEY_BYTES];
	uint8_t retry_in[OCTO_KEY_BYTES], retry_out[OCTO_KEY_BYTES];
	uint8_t probe_in[OCTO_KEY_BYTES], probe_out[OCTO_KEY_BYTES];
	uint8_t hint_in[CRYPTO_SHORT_KEY_BYTES], hint_out[CRYPTO_SHORT_KEY_BYTES];
};

/* False when the peer's public key is a low-order point. */
bool pair_keys_derive(const struct octo_crypto *crypto, const struct octo_identity *self, const struct octo_card *peer,
                      struct pair_keys *keys);

/* The hint of a SYN: finds the peer without any id on the wire. */
uint64_t syn_hint(const uint8_t key[CRYPTO_SHORT_KEY_BYTES], const uint8_t syn[SYN_BYTES]);
/* Associated data of ct1: SYN[0..59] || ID_I || ID_R. */
enum { SYN_AD_BYTES = SYN_OFFER_AT + 2 * OCTO_ID_BYTES };
void syn_ad(uint8_t ad[SYN_AD_BYTES], const uint8_t syn[SYN_BYTES], const uint8_t id_i[OCTO_ID_BYTES],
            const uint8_t id_r[OCTO_ID_BYTES]);
/* Nonce of ct1: n_I || e_I[0..15]. */
void syn_nonce(uint8_t nonce[CRYPTO_WIDE_NONCE_BYTES], const uint8_t syn[SYN_BYTES]);

/* A running transcript hash. */
struct transcript { uint8_t h[32]; };
/* h1: over both ids and the SYN without cookie and padding. */
void transcript_start(struct transcript *transcript, const uint8_t id_i[OCTO_ID_BYTES],
                      const uint8_t id_r[OCTO_ID_BYTES], const uint8_t syn[SYN_BYTES]);
/* out = H(in, bytes); `out` and `in` may be the same. */
void transcript_add(struct transcript *out, const struct transcript *in, const uint8_t *bytes, size_t size);

/* ck' and k from ck and a shared secret. */
void chain_mix(uint8_t ck[OCTO_KEY_BYTES], uint8_t k[OCTO_KEY_BYTES], const uint8_t shared[OCTO_KEY_BYTES]);

/* Everything that follows from ck3 and h2. */
struct session_keys {
	uint8_t ack[OCTO_KEY_BYTES];              /* k3 */
	uint8_t initiator_to_adherent[OCTO_KEY_BYTES], adherent_to_initiator[OCTO_KEY_BYTES];
	uint64_t log_id;
};
/* A direction's next data key in the place of the present one. */
void key_turn(uint8_t key[OCTO_KEY_BYTES]);
void session_keys_derive(struct session_keys *keys, const uint8_t ck3[OCTO_KEY_BYTES], const struct transcript *h2);

#endif
