/* probe.c: see the header. Direction-bound keys, so that a probe sent back to its maker is nobody's. */
#include "core/intrinsic/probe.h"

static uint64_t hint_of(const uint8_t key[CRYPTO_SHORT_KEY_BYTES], uint8_t type, const uint8_t token[8])
{
	uint8_t input[16];
	memcpy(input, token, 8);
	memset(input + 8, type, 8);
	return short_hash(key, input, sizeof input);
}

void probe_make(const struct peer *peer, enum octo_packet_type type, bool is_user, uint64_t token,
                uint8_t out[PROBE_BYTES])
{
	struct probe probe = { .type = (uint8_t)type, .flags = is_user ? PACKET_FLAG_USER : 0 };
	store_le(probe.token, sizeof probe.token, token);
	store_le(probe.hint, sizeof probe.hint, hint_of(peer->keys.hint_out, probe.type, probe.token));
	probe_write(out, &probe);
	keyed_hash(probe.tag, sizeof probe.tag, peer->keys.probe_out, sizeof peer->keys.probe_out, out, PROBE_SIGNED_BYTES);
	probe_write(out, &probe);
}

struct peer *probe_find(const struct call *call, const uint8_t bytes[PROBE_BYTES])
{
	struct probe probe;
	probe_read(bytes, &probe);
	uint64_t hint = load_le(probe.hint, sizeof probe.hint);
	for (uint32_t i = 0; i < call->channel->peer_count; i++) {
		struct peer *peer = block_peer(call->channel, i);
		if (hint_of(peer->keys.hint_in, probe.type, probe.token) == hint)
			return peer;
	}
	return NULL;
}

bool probe_is_authentic(const struct peer *peer, const uint8_t bytes[PROBE_BYTES])
{
	struct probe probe;
	uint8_t tag[sizeof probe.tag];
	probe_read(bytes, &probe);
	keyed_hash(tag, sizeof tag, peer->keys.probe_in, sizeof peer->keys.probe_in, bytes, PROBE_SIGNED_BYTES);
	return equal_bytes(tag, probe.tag, sizeof tag);
}

uint64_t probe_token(const uint8_t bytes[PROBE_BYTES])
{
	struct probe probe;
	probe_read(bytes, &probe);
	return load_le(probe.token, sizeof probe.token);
}
