/* offer.c: the initiator's half of the handshake. */
#include "core/intrinsic/offer.h"

#include "core/intrinsic/reachability.h"
#include "core/intrinsic/record.h"
#include "core/intrinsic/session.h"
#include "core/intrinsic/session_directory.h"

/* own = max(epoch << 40 | attempts, floor); a new SYN uses one more, whichever of the two it came from. */
uint64_t offer_next_timestamp(struct call *call, struct peer *peer)
{
	call->channel->attempts++;
	uint64_t own = (uint64_t)call->channel->epoch << 40 | call->channel->attempts;
	if (peer->timestamp_floor < own)
		return own;
	peer->timestamp_floor++;
	record_save_peer(call, peer); /* or a restart might use it again */
	return peer->timestamp_floor;
}

void offer_write_syn(struct call *call, const struct peer *peer, struct offer *offer, const uint8_t public[OCTO_KEY_BYTES],
                     bool is_user)
{
	const struct octo_config *config = &call->channel->config;
	struct writer writer = writer_of(offer->syn, sizeof offer->syn);
	packet_header_write(&writer, OCTO_PACKET_SYN, is_user ? PACKET_FLAG_USER : 0, 0);
	write_u64(&writer, offer->id);
	write_u64(&writer, 0); /* the hint, which covers what follows */
	write_bytes(&writer, public, OCTO_KEY_BYTES);
	store_le(offer->syn + PACKET_HEADER_BYTES + 8, 8, syn_hint(peer->keys.hint_out, offer->syn));

	struct syn_offer contents = {
		.timestamp = offer->timestamp, .generation = peer->generation,
		.version_min = config->version_min, .version_max = config->version_max, .suites = config->suites,
		.rate_up = config->rate_up, .rate_down = config->rate_down, .payload_max = config->payload_max,
		.idle_s = config->keepalive_s
	};
	uint8_t plain[SYN_OFFER_BYTES], ad[SYN_AD_BYTES], nonce[CRYPTO_WIDE_NONCE_BYTES];
	syn_offer_write(plain, &contents);
	syn_ad(ad, offer->syn, call->channel->self.card.id, peer->card.id);
	syn_nonce(nonce, offer->syn);
	struct crypto_box box = { .key = peer->keys.syn_out, .nonce = nonce, .ad = ad, .ad_size = sizeof ad,
		                  .in = plain, .out = offer->syn + SYN_OFFER_AT, .size = sizeof plain };
	call_seal_wide(call, &box);
}

void offer_make(struct call *call, struct peer *peer)
{
	struct offer *offer = &peer->offer;
	uint8_t public[OCTO_KEY_BYTES];
	OCTO_ASSERT(!offer->id);
	memset(offer, 0, sizeof *offer);
	offer->id = directory_claim(call, peer);
	call_random(call, offer->secret, sizeof offer->secret);
	offer->timestamp = offer_next_timestamp(call, peer);
	offer->target = peer->address;
	offer->cookie_at = OCTO_NEVER;
	offer->is_due = true;
	offer->is_inside = peer->current.id != 0;
	offer->resend_at = OCTO_NEVER; /* until it has been sent */
	offer->expires_at = call_after(call, call->channel->config.offer_ns);
	call->host->crypto->public_key(public, offer->secret);
	call->channel->pulse.counters.curve_multiplications++;
	offer_write_syn(call, peer, offer, public, reachability_is_wish(call->channel, peer));
	call_audit_secret(call, call_peer_index(call, peer), offer->secret, 'e', true);
	peer->attempted_at = call->now;
	peer->redial_at = OCTO_NEVER;
	if (peer->first_attempt_at == OCTO_NEVER)
		peer->first_attempt_at = call->now;
	peer_set_role(call, peer, OCTO_ROLE_INITIATOR);
}

void offer_suspend(struct call *call, struct peer *peer)
{
	struct offer *offer = &peer->offer;
	if (offer->is_suspended)
		return;
	offer->is_suspended = true;
	offer->is_due = false;
	offer->suspended_left_ns = offer->expires_at > call->now ? offer->expires_at - call->now : 0;
	offer->resend_at = offer->expires_at = OCTO_NEVER;
}

void offer_resume(struct call *call, struct peer *peer)
{
	struct offer *offer = &peer->offer;
	if (!offer->id || !offer->is_suspended)
		return;
	offer->is_suspended = false;
	offer->expires_at = call_after(call, offer->suspended_left_ns);
	offer->is_due = true;
	peer_set_role(call, peer, OCTO_ROLE_INITIATOR);
}

void offer_wipe(struct call *call, struct peer *peer, bool is_id_kept)
{
	struct offer *offer = &peer->offer;
	if (!offer->id)
		return;
	uint8_t secret[OCTO_KEY_BYTES];
	uint64_t id = offer->id;
	memcpy(secret, offer->secret, sizeof secret);
	octo_wipe(offer, sizeof *offer);
	call_audit_secret(call, call_peer_index(call, peer), secret, 'e', false);
	octo_wipe(secret, sizeof secret);
	if (!is_id_kept)
		directory_bury(call, peer, id);
}

void offer_nudge(struct call *call, struct peer *peer, const struct octo_address *source)
{
	struct offer *offer = &peer->offer;
	if (!same_address(&offer->target, source)) {
		offer->target = *source;
		offer->is_target_unproved = !same_address(&peer->address, source);
		offer->credit_bytes = 0;
	}
	peer_give_credit(&offer->credit_bytes);
	if (peer->nudged_at != OCTO_NEVER && call->now - peer->nudged_at < call->channel->config.nudge_spacing_ns)
		return;
	peer->nudged_at = call->now;
	offer->is_known_next = false;
	offer->is_due = true;
}

void offer_sent(struct call *call, struct offer *offer)
{
	if (offer->sends++ == 0)
		offer->sent_first_at = call->now;
	offer->is_due = false;
	if (offer->resend_at == OCTO_NEVER)
		offer->resend_at = call_after(call, call_jitter(call, call->channel->config.resend_ns));
}

const struct octo_address *offer_take_target(struct peer *peer)
{
	struct offer *offer = &peer->offer;
	if (!offer->is_target_unproved)
		return same_address(&offer->target, &peer->address) ? peer_address_in_turn(peer, offer->sends) : &offer->target;
	bool goes_to_known = offer->is_known_next || offer->credit_bytes < SYN_BYTES;
	offer->is_known_next = !goes_to_known;
	if (goes_to_known)
		return &peer->address;
	offer->credit_bytes = (uint16_t)(offer->credit_bytes - SYN_BYTES);
	return &offer->target;
}

/* Whether the adherent kept to what we offered. */
static bool is_within_offer(const struct octo_config *config, const struct syn_ack_choice *choice)
{
	bool is_one_suite = choice->suite && !(choice->suite & (choice->suite - 1));
	return choice->version >= config->version_min && choice->version <= config->version_max && is_one_suite &&
	       (config->suites & choice->suite) == choice->suite && choice->payload_max <= config->payload_max &&
	       choice->rate_up <= config->rate_down && choice->rate_down <= config->rate_up &&
	       choice->idle_s <= config->keepalive_s;
}

static struct octo_agreement agreement_of(const struct syn_ack_choice *choice)
{
	return (struct octo_agreement){ .version = choice->version, .suite = choice->suite,
		.payload_max = choice->payload_max, .rate_up = choice->rate_down, .rate_down = choice->rate_up,
		.idle_s = choice->idle_s };
}

/* ck3 and k2 from the three shared secrets; false for a low-order e_R. */
static bool derive_chain(struct call *call, const struct peer *peer, const uint8_t e_r[OCTO_KEY_BYTES],
                         uint8_t ck[OCTO_KEY_BYTES], uint8_t k2[OCTO_KEY_BYTES])
{
	uint8_t shared[3][OCTO_KEY_BYTES];
	const uint8_t *e_i = peer->offer.secret;
	bool is_good = call_shared_secret(call, shared[0], e_i, peer->card.x_public) &&
	               call_shared_secret(call, shared[1], e_i, e_r) &&
	               call_shared_secret(call, shared[2], call->channel->self.x_secret, e_r);
	memcpy(ck, peer->keys.prk, OCTO_KEY_BYTES);
	for (int i = 0; is_good && i < 3; i++)
		chain_mix(ck, k2, shared[i]);
	octo_wipe(shared, sizeof shared);
	if (!is_good)
		octo_wipe(ck, OCTO_KEY_BYTES);
	return is_good;
}

static void write_ack(struct call *call, const struct peer *peer, const struct session_keys *keys,
                      const struct transcript *h2, struct session *session)
{
	struct writer writer = writer_of(session->ack, sizeof session->ack);
	packet_header_write(&writer, OCTO_PACKET_ACK, 0, session->send_id);
	struct transcript ad;
	transcript_add(&ad, h2, session->ack, PACKET_HEADER_BYTES);
	struct ack_proof proof = { .timestamp = peer_timestamp(call, peer) };
	memcpy(proof.id, call->channel->self.card.id, OCTO_ID_BYTES);
	static const uint8_t nonce[CRYPTO_NONCE_BYTES];
	uint8_t plain[ACK_PROOF_BYTES];
	ack_proof_write(plain, &proof);
	struct crypto_box box = { .key = keys->ack, .nonce = nonce, .ad = ad.h, .ad_size = sizeof ad.h, .in = plain,
		                  .out = session->ack + PACKET_HEADER_BYTES, .size = sizeof plain };
	call_seal(call, OCTO_SUITE_CHACHA20_POLY1305, &box, false);
}

static enum octo_reason open_choice(struct call *call, const struct peer *peer, const uint8_t *syn_ack,
                                    const struct transcript *h1, const uint8_t k2[OCTO_KEY_BYTES],
                                    struct syn_ack_choice *choice)
{
	static const uint8_t nonce[CRYPTO_NONCE_BYTES];
	struct transcript ad;
	uint8_t plain[SYN_ACK_CHOICE_BYTES];
	transcript_add(&ad, h1, syn_ack, SYN_ACK_CHOICE_AT);
	struct crypto_box box = { .key = k2, .nonce = nonce, .ad = ad.h, .ad_size = sizeof ad.h,
		                  .in = syn_ack + SYN_ACK_CHOICE_AT, .out = plain, .size = sizeof plain };
	if (!call->host->crypto->open(OCTO_SUITE_CHACHA20_POLY1305, &box))
		return OCTO_REASON_BAD_TAG;
	enum octo_reason reason = syn_ack_choice_read(plain, choice);
	if (reason != OCTO_REASON_ACCEPTED)
		return reason;
	bool is_fit = equal_bytes(choice->id, peer->card.id, OCTO_ID_BYTES) &&
	              is_within_offer(&call->channel->config, choice) && choice->generation > peer->generation;
	return is_fit ? OCTO_REASON_ACCEPTED : OCTO_REASON_BAD_FIELD;
}

enum octo_reason offer_read_syn_ack(struct call *call, const struct peer *peer, const uint8_t syn_ack[SYN_ACK_BYTES],
                                    struct session *session, uint64_t *timestamp)
{
	uint8_t ck[OCTO_KEY_BYTES], k2[OCTO_KEY_BYTES];
	const uint8_t *own_id = call->channel->self.card.id;
	struct transcript h1, h2;
	struct syn_ack_choice choice;
	if (!derive_chain(call, peer, syn_ack + PACKET_HEADER_BYTES, ck, k2))
		return OCTO_REASON_BAD_KEY;
	transcript_start(&h1, own_id, peer->card.id, peer->offer.syn);
	enum octo_reason reason = open_choice(call, peer, syn_ack, &h1, k2, &choice);
	if (reason == OCTO_REASON_ACCEPTED) {
		struct session_keys keys;
		transcript_add(&h2, &h1, syn_ack, SYN_ACK_BYTES);
		session_keys_derive(&keys, ck, &h2);
		struct octo_agreement agreement = agreement_of(&choice);
		session_begin(call, session, OCTO_ROLE_INITIATOR, &agreement);
		session->id = peer->offer.id;
		session->send_id = choice.nonce;
		session->log_id = keys.log_id;
		session->generation = choice.generation;
		session->by_winner = peer->we_win;
		session->is_inside = peer->offer.is_inside;
		memcpy(session->send_key, keys.initiator_to_adherent, OCTO_KEY_BYTES);
		memcpy(session->receive_key, keys.adherent_to_initiator, OCTO_KEY_BYTES);
		keyed_hash(session->syn_ack_identity, sizeof session->syn_ack_identity, NULL, 0, syn_ack, SYN_ACK_BYTES);
		session_sample_handshake(call, session, peer->offer.sends, peer->offer.sent_first_at);
		write_ack(call, peer, &keys, &h2, session);
		*timestamp = choice.timestamp;
		session_audit_keys(call, peer, session);
		uint32_t index = call_peer_index(call, peer);
		call_audit_secret(call, index, ck, 'c', false);
		call_audit_secret(call, index, k2, '2', false);
		call_audit_secret(call, index, keys.ack, '3', false);
		octo_wipe(&keys, sizeof keys);
	}
	octo_wipe(ck, sizeof ck);
	octo_wipe(k2, sizeof k2);
	return reason;
}
