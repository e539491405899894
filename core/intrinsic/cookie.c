/* cookie.c: cookie = BLAKE2b-128(secret, source ip || port || n_I || tag of ct1). */
#include "core/intrinsic/cookie.h"

static void rotate(struct call *call)
{
	struct cookie_jar *jar = &call->channel->cookies;
	octo_time_ns rotation = call->channel->config.cookie_rotation_ns;
	if (jar->has_key && call->now - jar->rotated_at < rotation)
		return;
	bool is_previous_good = jar->has_key && call->now - jar->rotated_at < 2 * rotation;
	if (is_previous_good)
		memcpy(jar->previous, jar->key, sizeof jar->key);
	else
		call_random(call, jar->previous, sizeof jar->previous);
	call_random(call, jar->key, sizeof jar->key);
	jar->rotated_at = call->now;
	jar->has_key = true;
}

static void cookie_under(const uint8_t key[OCTO_KEY_BYTES], const uint8_t syn[SYN_BYTES],
                         const struct octo_address *source, uint8_t cookie[COOKIE_BYTES])
{
	uint8_t input[16 + 2 + 8 + CRYPTO_TAG_BYTES];
	struct writer writer = writer_of(input, sizeof input);
	write_bytes(&writer, source->ip, sizeof source->ip);
	write_u16(&writer, source->port);
	write_bytes(&writer, syn + PACKET_HEADER_BYTES, 8);
	write_bytes(&writer, syn + SYN_TAG_AT, CRYPTO_TAG_BYTES);
	keyed_hash(cookie, COOKIE_BYTES, key, OCTO_KEY_BYTES, input, sizeof input);
}

void cookie_make(struct call *call, const uint8_t syn[SYN_BYTES], const struct octo_address *source,
                 uint8_t cookie[COOKIE_BYTES])
{
	rotate(call);
	cookie_under(call->channel->cookies.key, syn, source, cookie);
}

static bool is_ours(struct call *call, const uint8_t syn[SYN_BYTES], const struct octo_address *source)
{
	uint8_t cookie[COOKIE_BYTES];
	rotate(call);
	cookie_under(call->channel->cookies.key, syn, source, cookie);
	if (equal_bytes(cookie, syn + SYN_COOKIE_AT, COOKIE_BYTES))
		return true;
	cookie_under(call->channel->cookies.previous, syn, source, cookie);
	return equal_bytes(cookie, syn + SYN_COOKIE_AT, COOKIE_BYTES);
}

bool cookie_admits(struct call *call, const uint8_t syn[SYN_BYTES], const struct octo_address *source)
{
	struct cookie_jar *jar = &call->channel->cookies;
	if (call->now - jar->second_began_at >= OCTO_SECOND) {
		jar->second_began_at = call->now;
		jar->curves_in_second = 0;
	}
	if (jar->curves_in_second >= call->channel->config.curve_rate_max && !is_ours(call, syn, source))
		return false;
	if (jar->curves_in_second < UINT32_MAX)
		jar->curves_in_second++;
	return true;
}
