/* answer.c: the adherent's half of the handshake. */
#include "core/intrinsic/answer.h"

#include "core/intrinsic/session.h"
#include "core/intrinsic/session_directory.h"

static uint32_t lower_u32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint16_t lower_u16(uint16_t a, uint16_t b)
{
	return a < b ? a : b;
}

/* False when there is no version that both speak. Rates are ours: up is towards the initiator. */
static bool negotiate(const struct octo_config *config, const struct syn_offer *offer, struct octo_agreement *agreement)
{
	uint8_t version = config->version_max < offer->version_max ? config->version_max : offer->version_max;
	if (version < config->version_min || version < offer->version_min)
		return false;
	bool is_aes = config->suites & offer->suites & OCTO_SUITE_AES_256_GCM;
	*agreement = (struct octo_agreement){
		.version = version,
		.suite = is_aes ? OCTO_SUITE_AES_256_GCM : OCTO_SUITE_CHACHA20_POLY1305,
		.payload_max = lower_u16(config->payload_max, offer->payload_max),
		.rate_up = lower_u32(config->rate_up, offer->rate_down),
		.rate_down = lower_u32(config->rate_down, offer->rate_up),
		.idle_s = lower_u16(config->keepalive_s, offer->idle_s)
	};
	return true;
}

/* ck3, k2 and our e_R from the three shared secrets; false for a low-order e_I. */
static bool derive_chain(struct call *call, const struct peer *peer, const uint8_t e_i[OCTO_KEY_BYTES],
                         uint8_t e_r[OCTO_KEY_BYTES], uint8_t ck[OCTO_KEY_BYTES], uint8_t k2[OCTO_KEY_BYTES])
{
	uint8_t secret[OCTO_KEY_BYTES], shared[3][OCTO_KEY_BYTES];
	call_random(call, secret, sizeof secret);
	call->host->crypto->public_key(e_r, secret);
	call->channel->pulse.counters.curve_multiplications++;
	bool is_good = call_shared_secret(call, shared[0], call->channel->self.x_secret, e_i) &&
	               call_shared_secret(call, shared[1], secret, e_i) &&
	               call_shared_secret(call, shared[2], secret, peer->card.x_public);
	memcpy(ck, peer->keys.prk, OCTO_KEY_BYTES);
	for (int i = 0; is_good && i < 3; i++)
		chain_mix(ck, k2, shared[i]);
	call_audit_secret(call, call_peer_index(call, peer), secret, 'e', false);
	octo_wipe(secret, sizeof secret);
	octo_wipe(shared, sizeof shared);
	if (!is_good)
		octo_wipe(ck, OCTO_KEY_BYTES);
	return is_good;
}

static void write_syn_ack(struct call *call, const struct peer *peer, struct answer *answer,
                          const uint8_t e_r[OCTO_KEY_BYTES], const uint8_t k2[OCTO_KEY_BYTES])
{
	struct writer writer = writer_of(answer->syn_ack, sizeof answer->syn_ack);
	packet_header_write(&writer, OCTO_PACKET_SYN_ACK, 0, answer->initiator_id);
	write_bytes(&writer, e_r, OCTO_KEY_BYTES);
	const struct octo_agreement *agreed = &answer->agreement;
	struct syn_ack_choice choice = {
		.nonce = answer->id, .generation = answer->generation, .timestamp = peer_timestamp(call, peer),
		.version = agreed->version, .suite = agreed->suite, .payload_max = agreed->payload_max,
		.rate_up = agreed->rate_up, .rate_down = agreed->rate_down, .idle_s = agreed->idle_s
	};
	memcpy(choice.id, call->channel->self.card.id, OCTO_ID_BYTES);
	static const uint8_t nonce[CRYPTO_NONCE_BYTES];
	uint8_t plain[SYN_ACK_CHOICE_BYTES];
	struct transcript ad;
	syn_ack_choice_write(plain, &choice);
	transcript_add(&ad, &answer->syn_identity, answer->syn_ack, SYN_ACK_CHOICE_AT);
	struct crypto_box box = { .key = k2, .nonce = nonce, .ad = ad.h, .ad_size = sizeof ad.h, .in = plain,
		                  .out = answer->syn_ack + SYN_ACK_CHOICE_AT, .size = sizeof plain };
	call_seal(call, OCTO_SUITE_CHACHA20_POLY1305, &box, false);
}

static void derive_keys(struct call *call, const struct peer *peer, struct answer *answer, const uint8_t ck[OCTO_KEY_BYTES])
{
	struct session_keys keys;
	transcript_add(&answer->h2, &answer->syn_identity, answer->syn_ack, SYN_ACK_BYTES);
	session_keys_derive(&keys, ck, &answer->h2);
	answer->log_id = keys.log_id;
	memcpy(answer->ack_key, keys.ack, OCTO_KEY_BYTES);
	memcpy(answer->send_key, keys.adherent_to_initiator, OCTO_KEY_BYTES);
	memcpy(answer->receive_key, keys.initiator_to_adherent, OCTO_KEY_BYTES);
	call_audit_secret(call, call_peer_index(call, peer), keys.ack, '3', true);
	octo_wipe(&keys, sizeof keys);
}

enum octo_reason answer_make(struct call *call, struct peer *peer, const uint8_t syn[SYN_BYTES],
                             const struct syn_offer *offer, const struct octo_address *source)
{
	struct octo_agreement agreement;
	uint8_t ck[OCTO_KEY_BYTES], k2[OCTO_KEY_BYTES], e_r[OCTO_KEY_BYTES];
	if (!negotiate(&call->channel->config, offer, &agreement))
		return OCTO_REASON_BAD_VERSION;
	uint32_t generation = (offer->generation > peer->generation ? offer->generation : peer->generation) + 1;
	if (generation > PACKET_GENERATION_MAX)
		return OCTO_REASON_BAD_FIELD;
	if (!derive_chain(call, peer, syn + PACKET_HEADER_BYTES + 16, e_r, ck, k2))
		return OCTO_REASON_BAD_KEY;
	answer_wipe(call, peer, false);
	struct answer *answer = &peer->answer;
	answer->id = directory_claim(call, peer);
	answer->initiator_id = load_le(syn + PACKET_HEADER_BYTES, 8);
	answer->timestamp = offer->timestamp;
	answer->generation = generation;
	answer->agreement = agreement;
	answer->source = *source;
	peer_give_credit(&answer->credit_bytes);
	answer->is_due = true;
	answer->resend_at = answer->sent_at = OCTO_NEVER;
	answer->expires_at = call_after(call, call->channel->config.answer_ns);
	transcript_start(&answer->syn_identity, peer->card.id, call->channel->self.card.id, syn);
	write_syn_ack(call, peer, answer, e_r, k2);
	derive_keys(call, peer, answer, ck);
	call_audit_secret(call, call_peer_index(call, peer), ck, 'c', false);
	call_audit_secret(call, call_peer_index(call, peer), k2, '2', false);
	octo_wipe(ck, sizeof ck);
	octo_wipe(k2, sizeof k2);
	peer->redial_at = OCTO_NEVER;
	if (peer->first_attempt_at == OCTO_NEVER)
		peer->first_attempt_at = call->now;
	peer_set_role(call, peer, OCTO_ROLE_ADHERENT);
	return OCTO_REASON_ACCEPTED;
}

void answer_wipe(struct call *call, struct peer *peer, bool is_id_kept)
{
	struct answer *answer = &peer->answer;
	if (!answer->id)
		return;
	uint8_t secret[OCTO_KEY_BYTES];
	uint64_t id = answer->id;
	memcpy(secret, answer->ack_key, sizeof secret);
	octo_wipe(answer, sizeof *answer);
	call_audit_secret(call, call_peer_index(call, peer), secret, '3', false);
	octo_wipe(secret, sizeof secret);
	if (!is_id_kept)
		directory_bury(call, peer, id);
}

void answer_repeat(struct call *call, struct peer *peer, const struct octo_address *source)
{
	struct answer *answer = &peer->answer;
	if (!same_address(&answer->source, source)) {
		answer->source = *source;
		answer->credit_bytes = 0;
	}
	peer_give_credit(&answer->credit_bytes);
	bool is_spaced = answer->sent_at == OCTO_NEVER ||
	                 call->now - answer->sent_at >= call->channel->config.nudge_spacing_ns;
	if (is_spaced)
		answer->is_due = true;
}

void answer_sent(struct call *call, struct answer *answer)
{
	answer->is_due = false;
	if (answer->resend_at == OCTO_NEVER)
		answer->resend_at = call_after(call, call_jitter(call, call->channel->config.resend_ns));
	if (answer->sends == 0)
		answer->sent_first_at = call->now;
	if (answer->sends < UINT8_MAX)
		answer->sends++;
	answer->sent_at = call->now;
}

enum octo_reason answer_read_ack(struct call *call, const struct peer *peer, const uint8_t ack[ACK_BYTES],
                                 uint64_t *timestamp)
{
	static const uint8_t nonce[CRYPTO_NONCE_BYTES];
	struct transcript ad;
	struct ack_proof proof;
	uint8_t plain[ACK_PROOF_BYTES];
	transcript_add(&ad, &peer->answer.h2, ack, PACKET_HEADER_BYTES);
	struct crypto_box box = { .key = peer->answer.ack_key, .nonce = nonce, .ad = ad.h, .ad_size = sizeof ad.h,
		                  .in = ack + PACKET_HEADER_BYTES, .out = plain, .size = sizeof plain };
	if (!call->host->crypto->open(OCTO_SUITE_CHACHA20_POLY1305, &box))
		return OCTO_REASON_BAD_TAG;
	enum octo_reason reason = ack_proof_read(plain, &proof);
	if (reason == OCTO_REASON_ACCEPTED && !equal_bytes(proof.id, peer->card.id, OCTO_ID_BYTES))
		reason = OCTO_REASON_BAD_FIELD;
	*timestamp = proof.timestamp;
	return reason;
}

void answer_to_session(struct call *call, const struct peer *peer, struct session *session)
{
	const struct answer *answer = &peer->answer;
	session_begin(call, session, OCTO_ROLE_ADHERENT, &answer->agreement);
	session->id = answer->id;
	session->send_id = answer->initiator_id;
	session->log_id = answer->log_id;
	session->generation = answer->generation;
	session->by_winner = !peer->we_win;
	session->is_inside = answer->is_inside;
	memcpy(session->send_key, answer->send_key, OCTO_KEY_BYTES);
	memcpy(session->receive_key, answer->receive_key, OCTO_KEY_BYTES);
	if (answer->sends)
		session->began_at = answer->sent_first_at;
	session_sample_handshake(call, session, answer->sends, answer->sent_first_at);
	session_audit_keys(call, peer, session);
}
