/* peer.c: see the header. */
#include "core/intrinsic/peer.h"

#include "core/intrinsic/id_duel.h"
#include "core/intrinsic/reachability.h"
#include "core/intrinsic/record.h"

void peer_set_role(struct call *call, struct peer *peer, enum octo_role role)
{
	if (peer->role == role)
		return;
	struct octo_event event = { .role = { .before = peer->role, .after = (uint8_t)role } };
	peer->role = (uint8_t)role;
	call_emit(call, &event, OCTO_EVENT_ROLE, call_peer_index(call, peer));
}

uint64_t peer_timestamp(const struct call *call, const struct peer *peer)
{
	uint64_t own = (uint64_t)call->channel->epoch << 40 | call->channel->attempts;
	return own > peer->timestamp_floor ? own : peer->timestamp_floor;
}

void peer_log_duel(struct call *call, struct peer *peer, enum octo_role clash, uint64_t winner_nonce,
                        uint64_t loser_nonce, enum octo_role role_after)
{
	bool is_known = peer->duel_winner_nonce == winner_nonce && peer->duel_loser_nonce == loser_nonce;
	if (is_known && clash == OCTO_ROLE_INITIATOR)
		return;
	peer->duel_winner_nonce = winner_nonce;
	peer->duel_loser_nonce = loser_nonce;
	if (!is_known)
		call->channel->pulse.counters.duels++;
	struct octo_event event = { .duel = { .clash = (uint8_t)clash, .role_before = (uint8_t)clash,
		.role_after = (uint8_t)role_after, .we_won = peer->we_win,
		.deciding_byte = id_duel(call->channel->self.card.id, peer->card.id).deciding_byte,
		.winner_nonce = winner_nonce, .loser_nonce = loser_nonce } };
	memcpy(event.duel.ours, call->channel->self.card.id, OCTO_ID_BYTES);
	memcpy(event.duel.theirs, peer->card.id, OCTO_ID_BYTES);
	call_emit(call, &event, OCTO_EVENT_DUEL, call_peer_index(call, peer));
}

bool peer_may_reply(struct call *call, const struct peer *peer, struct recent_source *places, uint32_t count,
                    const struct octo_address *to, octo_time_ns spacing_ns)
{
	uint64_t source = short_hash(peer->keys.hint_in, to, sizeof *to) | 1; /* under a key: nobody finds two that collide */
	struct recent_source *found = NULL;
	for (uint32_t i = 0; i < count; i++) {
		bool is_recent = places[i].source && call->now - places[i].at < spacing_ns;
		if (is_recent && places[i].source == source)
			return false;
		if (!is_recent && !found)
			found = &places[i];
	}
	if (found)
		*found = (struct recent_source){ .source = source, .at = call->now };
	return found != NULL;
}

const struct octo_address *peer_address_in_turn(const struct peer *peer, uint32_t turn)
{
	return turn % 4 == 1 ? &peer->former : turn % 4 == 3 ? &peer->paired : &peer->address;
}

void peer_give_credit(uint16_t *credit_bytes)
{
	enum { PER_SYN = 3 * SYN_BYTES, MOST = 10 * PER_SYN };
	if (*credit_bytes <= MOST - PER_SYN)
		*credit_bytes = (uint16_t)(*credit_bytes + PER_SYN);
}

void peer_plan_redial(struct call *call, struct peer *peer)
{
	peer_set_role(call, peer, OCTO_ROLE_NONE);
	reachability_inactive(call, peer, OCTO_ACTIVITY_UNANSWERED, OCTO_NEVER);
	/* With the switch on, pings do it: who answers one is dialled. */
	if (!peer->is_wanted || peer->redial_at != OCTO_NEVER || call->channel->reach.position != OCTO_SWITCH_MANUAL)
		return;
	peer->redial_at = call_after(call, call_jitter(call, peer->redial_wait_ns));
	octo_time_ns longest = call->channel->config.redial_max_ns;
	peer->redial_wait_ns = peer->redial_wait_ns < longest / 2 ? 2 * peer->redial_wait_ns : longest;
}

void peer_dial_again(struct call *call, struct peer *peer)
{
	if (call->channel->reach.position == OCTO_SWITCH_MANUAL)
		peer->redial_at = call->now; /* dialling itself keeps attempts apart */
}

void peer_begin_celibacy(struct call *call, struct peer *peer)
{
	octo_time_ns lasts_ns = call->channel->config.celibacy_ns;
	reachability_inactive(call, peer, OCTO_ACTIVITY_COMPLETED, OCTO_NEVER);
	peer->is_wanted = false;
	peer->is_user_wish = false;
	peer->redial_at = OCTO_NEVER;
	peer->celibate_until = call_after(call, lasts_ns);
	peer_set_role(call, peer, OCTO_ROLE_NONE);
	struct octo_event event = { .celibacy = { .began = true, .lasts_ns = lasts_ns } };
	call_emit(call, &event, OCTO_EVENT_CELIBACY, call_peer_index(call, peer));
	record_save_peer(call, peer);
}

void peer_end_celibacy(struct call *call, struct peer *peer)
{
	if (peer->celibate_until == OCTO_NEVER)
		return;
	peer->celibate_until = OCTO_NEVER;
	struct octo_event event = { .celibacy = { .began = false } };
	call_emit(call, &event, OCTO_EVENT_CELIBACY, call_peer_index(call, peer));
}

enum octo_reason peer_open_syn(struct call *call, const struct peer *peer, const uint8_t syn[SYN_BYTES],
                                  struct syn_offer *offer)
{
	uint8_t plain[SYN_OFFER_BYTES], ad[SYN_AD_BYTES], nonce[CRYPTO_WIDE_NONCE_BYTES];
	syn_ad(ad, syn, peer->card.id, call->channel->self.card.id);
	syn_nonce(nonce, syn);
	struct crypto_box box = { .key = peer->keys.syn_in, .nonce = nonce, .ad = ad, .ad_size = sizeof ad,
		                  .in = syn + SYN_OFFER_AT, .out = plain, .size = sizeof plain };
	if (!call->host->crypto->open_wide(&box))
		return OCTO_REASON_BAD_TAG;
	return syn_offer_read(plain, offer);
}
