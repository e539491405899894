/* forge.c: see the header. Keys of sessions are read where the receiver keeps them; those of a handshake are derived with
 * the peer's secrets, as the peer would. */
#include "tests/pair/forge.h"

static const uint8_t zero_nonce[CRYPTO_NONCE_BYTES];

static void change(uint8_t *plain, size_t size, struct forge_changes changes)
{
	for (size_t i = 0; i + 1 < changes.size; i += 2)
		plain[changes.bytes[i] % size] ^= changes.bytes[i + 1];
}

static const struct octo_crypto *crypto_of(const struct pair *pair, int who)
{
	return pair->nodes[who].host.crypto;
}

static int peer_of(int to)
{
	return to == WINNER ? LOSER : WINNER;
}

/* ---- Data ------------------------------------------------------------------------------------------------------- */

/* What a packet for a slot is sealed with. */
struct seal {
	uint64_t id, next;                /* session id; the number that is expected */
	uint8_t suite;
	uint32_t epoch, epoch_previous;
	uint8_t key[OCTO_KEY_BYTES], previous[OCTO_KEY_BYTES];
};

static void take_session(struct seal *seal, const struct session *session)
{
	*seal = (struct seal){ .id = session->id, .next = session->window.next, .suite = session->agreement.suite,
		.epoch = session->phases.receive_epoch };
	memcpy(seal->key, session->receive_key, OCTO_KEY_BYTES);
	memcpy(seal->previous, session->phases.previous, OCTO_KEY_BYTES);
}

static void take_slot(struct seal *seal, const struct peer *peer, enum forge_slot slot)
{
	const struct answer *answer = &peer->answer;
	if (slot != FORGE_ANSWER) {
		take_session(seal, slot == FORGE_CURRENT ? &peer->current : &peer->spare);
		if (slot == FORGE_SPARE && peer->spare.is_continued)
			seal->next = peer->current.window.next;
		return;
	}
	*seal = (struct seal){ .id = answer->id, .suite = answer->agreement.suite,
		.next = answer->is_inside ? peer->current.window.next : 0 };
	memcpy(seal->key, answer->receive_key, OCTO_KEY_BYTES);
}

size_t forge_data(const struct pair *pair, int to, const struct forge_data *how, const uint8_t *frames, size_t size,
                  uint8_t out[OCTO_DATAGRAM_MAX])
{
	struct seal seal;
	uint8_t nonce[CRYPTO_NONCE_BYTES] = { 0 }, ad[DATA_HEADER_BYTES_MAX + 12];
	take_slot(&seal, pair_peer(pair, to), how->slot);
	if (!seal.id || size == 0 || size > OCTO_DATAGRAM_MAX - DATA_OVERHEAD_BYTES_MAX)
		return 0;
	if (how->key == FORGE_KEY_NEXT)
		key_turn(seal.key);
	if (how->key == FORGE_KEY_PREVIOUS)
		memcpy(seal.key, seal.previous, sizeof seal.key);
	uint32_t epoch = seal.epoch + (how->key == FORGE_KEY_NEXT) - (how->key == FORGE_KEY_PREVIOUS);
	uint64_t number = how->key == FORGE_KEY_PREVIOUS && seal.next ? seal.next - 1 : seal.next + how->ahead;
	size_t header_size = data_header_write(out, seal.id, epoch & 1, number, UINT64_MAX);
	out[0] |= how->bits;
	memcpy(ad, out, header_size);
	store_le(ad + header_size, 8, seal.id);
	store_le(ad + header_size + 8, 4, epoch);
	store_le(nonce + 4, 8, number);
	struct crypto_box box = { .key = seal.key, .nonce = nonce, .ad = ad, .ad_size = header_size + 12, .in = frames,
		                  .out = out + header_size, .size = size };
	crypto_of(pair, to)->seal(seal.suite, &box);
	return header_size + size + CRYPTO_TAG_BYTES;
}

/* ---- Handshakes -------------------------------------------------------------------------------------------------- */

size_t forge_syn(struct pair *pair, int to, uint16_t flags, struct forge_changes changes, uint8_t out[SYN_BYTES])
{
	struct syn_offer offer = pair_offer(pair, peer_of(to));
	uint8_t plain[SYN_OFFER_BYTES];
	/* Fresh, however many of them came before. */
	uint64_t seen = pair_peer(pair, to)->timestamp_seen, held = pair_peer(pair, to)->answer.timestamp;
	seen = seen > held ? seen : held;
	offer.timestamp = offer.timestamp > seen ? offer.timestamp : seen + 1;
	syn_offer_write(plain, &offer);
	change(plain, sizeof plain, changes);
	(void)syn_offer_read(plain, &offer); /* refused or not: its fields are what the bytes say */
	pair_forge_syn(pair, peer_of(to), &offer, flags, out);
	return SYN_BYTES;
}

/* ck3 and k2, as the adherent has them. */
static bool derive(const struct pair *pair, int to, const uint8_t secret[OCTO_KEY_BYTES], uint8_t ck[OCTO_KEY_BYTES],
                   uint8_t k2[OCTO_KEY_BYTES])
{
	const struct octo_crypto *crypto = crypto_of(pair, to);
	const struct peer *us = pair_peer(pair, peer_of(to));
	const uint8_t *e_i = pair_peer(pair, to)->offer.syn + PACKET_HEADER_BYTES + 16;
	uint8_t shared[3][OCTO_KEY_BYTES];
	if (!crypto->shared_secret(shared[0], pair->nodes[peer_of(to)].identity.x_secret, e_i) ||
	    !crypto->shared_secret(shared[1], secret, e_i) || !crypto->shared_secret(shared[2], secret, us->card.x_public))
		return false;
	memcpy(ck, us->keys.prk, OCTO_KEY_BYTES);
	for (int i = 0; i < 3; i++)
		chain_mix(ck, k2, shared[i]);
	return true;
}

size_t forge_syn_ack(struct pair *pair, int to, struct forge_changes changes, uint8_t out[SYN_ACK_BYTES])
{
	struct pair_node *node = &pair->nodes[peer_of(to)];
	const struct peer *peer = pair_peer(pair, to);
	const struct octo_config *config = &pair->nodes[to].channel->config;
	uint8_t secret[OCTO_KEY_BYTES], public[OCTO_KEY_BYTES], ck[OCTO_KEY_BYTES], k2[OCTO_KEY_BYTES], nonce[8];
	if (!peer->offer.id)
		return 0;
	node->host.entropy(node, secret, sizeof secret);
	node->host.entropy(node, nonce, sizeof nonce);
	crypto_of(pair, to)->public_key(public, secret);
	if (!derive(pair, to, secret, ck, k2))
		return 0;
	struct writer writer = writer_of(out, SYN_ACK_BYTES);
	packet_header_write(&writer, OCTO_PACKET_SYN_ACK, 0, peer->offer.id);
	write_bytes(&writer, public, sizeof public);
	struct syn_ack_choice choice = { .nonce = load_le(nonce, 8) | PACKET_SESSION_ID_MIN, .generation = peer->generation + 1,
		.timestamp = peer->timestamp_seen + 1, .version = 1, .suite = OCTO_SUITE_CHACHA20_POLY1305,
		.payload_max = config->payload_max, .rate_up = config->rate_down, .rate_down = config->rate_up,
		.idle_s = config->keepalive_s };
	memcpy(choice.id, node->identity.card.id, OCTO_ID_BYTES);
	uint8_t plain[SYN_ACK_CHOICE_BYTES];
	struct transcript h1, ad;
	syn_ack_choice_write(plain, &choice);
	change(plain, sizeof plain, changes);
	transcript_start(&h1, pair->nodes[to].identity.card.id, node->identity.card.id, peer->offer.syn);
	transcript_add(&ad, &h1, out, SYN_ACK_CHOICE_AT);
	struct crypto_box box = { .key = k2, .nonce = zero_nonce, .ad = ad.h, .ad_size = sizeof ad.h, .in = plain,
		                  .out = out + SYN_ACK_CHOICE_AT, .size = sizeof plain };
	crypto_of(pair, to)->seal(OCTO_SUITE_CHACHA20_POLY1305, &box);
	return SYN_ACK_BYTES;
}

size_t forge_ack(const struct pair *pair, int to, struct forge_changes changes, uint8_t out[ACK_BYTES])
{
	const struct answer *answer = &pair_peer(pair, to)->answer;
	struct ack_proof proof = { .timestamp = answer->timestamp };
	uint8_t plain[ACK_PROOF_BYTES];
	struct transcript ad;
	if (!answer->id)
		return 0;
	memcpy(proof.id, pair->nodes[peer_of(to)].identity.card.id, OCTO_ID_BYTES);
	ack_proof_write(plain, &proof);
	change(plain, sizeof plain, changes);
	struct writer writer = writer_of(out, ACK_BYTES);
	packet_header_write(&writer, OCTO_PACKET_ACK, 0, answer->id);
	transcript_add(&ad, &answer->h2, out, PACKET_HEADER_BYTES);
	struct crypto_box box = { .key = answer->ack_key, .nonce = zero_nonce, .ad = ad.h, .ad_size = sizeof ad.h, .in = plain,
		                  .out = out + PACKET_HEADER_BYTES, .size = sizeof plain };
	crypto_of(pair, to)->seal(OCTO_SUITE_CHACHA20_POLY1305, &box);
	return ACK_BYTES;
}

size_t forge_retry(struct pair *pair, int to, enum retry_reason reason, struct forge_changes changes, uint8_t out[RETRY_BYTES])
{
	const struct peer *peer = pair_peer(pair, to);
	struct retry_advice advice = { .reason = reason };
	uint8_t plain[RETRY_ADVICE_BYTES], ad[PACKET_HEADER_BYTES + CRYPTO_TAG_BYTES];
	if (!peer->offer.id)
		return 0;
	advice.timestamp_seen = reason == RETRY_STALE ? peer->offer.timestamp : 0;
	retry_advice_write(plain, &advice);
	change(plain, sizeof plain, changes);
	struct writer writer = writer_of(out, RETRY_BYTES);
	packet_header_write(&writer, OCTO_PACKET_RETRY, 0, peer->offer.id);
	uint8_t *nonce = write_room(&writer, CRYPTO_WIDE_NONCE_BYTES);
	struct pair_node *node = &pair->nodes[peer_of(to)];
	node->host.entropy(node, nonce, CRYPTO_WIDE_NONCE_BYTES);
	memcpy(ad, out, PACKET_HEADER_BYTES);
	memcpy(ad + PACKET_HEADER_BYTES, peer->offer.syn + SYN_TAG_AT, CRYPTO_TAG_BYTES);
	struct crypto_box box = { .key = peer->keys.retry_in, .nonce = nonce, .ad = ad, .ad_size = sizeof ad, .in = plain,
		                  .out = out + RETRY_ADVICE_AT, .size = sizeof plain };
	crypto_of(pair, to)->seal_wide(&box);
	return RETRY_BYTES;
}
