/* crowd.c: see the header. */
#include "tests/unit/crowd.h"

#include <stdlib.h>

uint64_t crowd_random(struct crowd *crowd)
{
	uint64_t z = crowd->random += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static void entropy(void *context, uint8_t *out, size_t size)
{
	struct crowd *crowd = context;
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)crowd_random(crowd);
}

struct octo_card crowd_card(uint32_t peer)
{
	struct octo_identity identity;
	uint8_t seed[OCTO_SEED_BYTES] = { 1 };
	store_le(seed + 4, 4, peer);
	octo_identity_from_seed(octo_crypto_model(), seed, &identity);
	return identity.card;
}

void crowd_open(struct crowd *crowd, uint32_t peers)
{
	*crowd = (struct crowd){ .random = 1, .now = UINT64_C(1000) * OCTO_SECOND };
	crowd->host = (struct octo_host){ .context = crowd, .crypto = octo_crypto_model(), .entropy = entropy };
	octo_config_default(&crowd->config);
	crowd->config.peers_max = peers;
	crowd->block_size = octo_channel_size(&crowd->config, &crowd->host);
	void *block = malloc(crowd->block_size);
	if (!block || octo_channel_init(block, crowd->block_size, &crowd->config, &crowd->host, crowd->now, &crowd->channel))
		abort();
	for (uint32_t i = 0; i < peers; i++) {
		struct octo_card card = crowd_card(i);
		struct octo_address address = { .ip = { 0xfd }, .port = (uint16_t)(i + 1) };
		uint32_t index;
		if (octo_peer_add(crowd->channel, &crowd->host, crowd->now, &card, &address, &index) || index != i)
			abort();
	}
}

void crowd_close(struct crowd *crowd)
{
	octo_channel_close(crowd->channel);
	free(crowd->channel);
}

struct call crowd_call(struct crowd *crowd)
{
	return call_begin(crowd->channel, &crowd->host, crowd->now);
}
