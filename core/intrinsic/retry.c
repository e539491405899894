/* retry.c: see the header. */
#include "core/intrinsic/retry.h"

#include "core/intrinsic/cookie.h"
#include "core/intrinsic/offer.h"
#include "core/intrinsic/record.h"

/* No honest node comes here: it would have to boot eight million times. Below 2^63 by a boot's worth of attempts, so
 * that what we send after believing the highest value is still believed when a peer says it has seen it. */
static const uint64_t timestamp_limit = (UINT64_C(1) << 63) - (UINT64_C(1) << 40);

static void retry_ad(uint8_t ad[PACKET_HEADER_BYTES + CRYPTO_TAG_BYTES], const uint8_t *header, const uint8_t *syn)
{
	memcpy(ad, header, PACKET_HEADER_BYTES);
	memcpy(ad + PACKET_HEADER_BYTES, syn + SYN_TAG_AT, CRYPTO_TAG_BYTES);
}

static void post(struct call *call, struct peer *peer, const uint8_t syn[SYN_BYTES], const struct octo_address *source,
                 const struct retry_advice *advice)
{
	uint8_t plain[RETRY_ADVICE_BYTES], ad[PACKET_HEADER_BYTES + CRYPTO_TAG_BYTES];
	struct writer writer = writer_of(peer->reply, sizeof peer->reply);
	packet_header_write(&writer, OCTO_PACKET_RETRY, 0, load_le(syn + PACKET_HEADER_BYTES, 8));
	uint8_t *nonce = write_room(&writer, CRYPTO_WIDE_NONCE_BYTES);
	call_random(call, nonce, CRYPTO_WIDE_NONCE_BYTES);
	retry_advice_write(plain, advice);
	retry_ad(ad, peer->reply, syn);
	struct crypto_box box = { .key = peer->keys.retry_out, .nonce = nonce, .ad = ad, .ad_size = sizeof ad, .in = plain,
		                  .out = peer->reply + RETRY_ADVICE_AT, .size = sizeof plain };
	call_seal_wide(call, &box);
	peer->reply_to = *source;
	peer->is_reply_due = true;
}

void retry_cookie(struct call *call, struct peer *peer, const uint8_t syn[SYN_BYTES], const struct octo_address *source)
{
	struct retry_advice advice = { .reason = RETRY_COOKIE };
	cookie_make(call, syn, source, advice.cookie);
	post(call, peer, syn, source, &advice);
}

void retry_stale(struct call *call, struct peer *peer, const uint8_t syn[SYN_BYTES], const struct octo_address *source)
{
	octo_time_ns spacing = call->channel->config.attempt_spacing_ns;
	if (!peer_may_reply(call, peer, peer->stale_sources, BLOCK_STALE_SOURCES, source, spacing))
		return;
	struct retry_advice advice = { .reason = RETRY_STALE, .timestamp_seen = peer->timestamp_seen };
	post(call, peer, syn, source, &advice);
}

enum octo_reason retry_open(struct call *call, const struct peer *peer, const uint8_t retry[RETRY_BYTES],
                            struct retry_advice *advice)
{
	uint8_t plain[RETRY_ADVICE_BYTES], ad[PACKET_HEADER_BYTES + CRYPTO_TAG_BYTES];
	retry_ad(ad, retry, peer->offer.syn);
	struct crypto_box box = { .key = peer->keys.retry_in, .nonce = retry + RETRY_NONCE_AT, .ad = ad,
		                  .ad_size = sizeof ad, .in = retry + RETRY_ADVICE_AT, .out = plain, .size = sizeof plain };
	if (!call->host->crypto->open_wide(&box))
		return OCTO_REASON_BAD_TAG;
	return retry_advice_read(plain, advice);
}

/* Another cookie is taken after a while: the first may have been made for another address than ours. */
static enum octo_reason follow_cookie(struct call *call, struct peer *peer, const struct retry_advice *advice)
{
	struct offer *offer = &peer->offer;
	octo_time_ns spacing = call->channel->config.nudge_spacing_ns;
	if (offer->cookie_at != OCTO_NEVER && call->now - offer->cookie_at < spacing)
		return OCTO_REASON_UNSOLICITED;
	offer->cookie_at = call->now;
	memcpy(offer->syn + SYN_COOKIE_AT, advice->cookie, COOKIE_BYTES);
	offer->is_due = !offer->is_suspended;
	return OCTO_REASON_ACCEPTED;
}

static enum octo_reason follow_stale(struct call *call, struct peer *peer, const struct retry_advice *advice)
{
	if (advice->timestamp_seen >= timestamp_limit) {
		call_warn(call, call_peer_index(call, peer), OCTO_WARNING_TIMESTAMP_REFUSED);
		return OCTO_REASON_REFUSED_TIMESTAMP;
	}
	if (advice->timestamp_seen < peer->offer.timestamp)
		return OCTO_REASON_UNSOLICITED; /* it should not have been stale then */
	peer->timestamp_floor = advice->timestamp_seen;
	record_save_peer(call, peer);
	offer_wipe(call, peer, false);
	peer->redial_at = call->now; /* dialling itself keeps attempts apart */
	return OCTO_REASON_ACCEPTED;
}

enum octo_reason retry_follow(struct call *call, struct peer *peer, const struct retry_advice *advice)
{
	return advice->reason == RETRY_COOKIE ? follow_cookie(call, peer, advice) : follow_stale(call, peer, advice);
}
