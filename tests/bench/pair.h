/* pair.h: two channels that know each other and nobody else, joined by hand: what one sends is given to the
 * other. No simulator, nobody observes, and entropy is the machine's own, as on a robot. */
#ifndef OCTO_BENCH_PAIR_H
#define OCTO_BENCH_PAIR_H

#include "core/octo.h"
#include "tests/bench/bench.h"

#include <sodium.h>
#include <string.h>

struct side {
	void *block;
	size_t size;
	struct octo_channel *channel;
	struct octo_host host;
	struct octo_address address;
	struct octo_card card;
	uint8_t record[OCTO_RECORD_BYTES_MAX]; /* the last one saved */
};

struct datagram {
	struct octo_address to;
	size_t size;
	uint8_t bytes[OCTO_DATAGRAM_MAX];
};

static void pair_entropy(void *context, uint8_t *out, size_t size)
{
	(void)context;
	randombytes_buf(out, size);
}

static void pair_save(void *context, uint32_t peer, const uint8_t *record, size_t size)
{
	struct side *side = context;
	(void)peer;
	memcpy(side->record, record, size);
}

/* `number` tells the sides apart. The caller fills in the config but for its seed. */
/* Where new sides take theirs from. */
static void (*side_entropy)(void *context, uint8_t *out, size_t size) = pair_entropy;

BENCH_ONCE void side_open(struct side *side, uint16_t number, struct octo_config *config,
                          const struct octo_courier *const *couriers, uint32_t courier_count)
{
	memset(side, 0, sizeof *side);
	side->address.ip[14] = (uint8_t)(number >> 8);
	side->address.ip[15] = (uint8_t)number;
	side->address.port = 8124;
	side->host = (struct octo_host){ .context = side, .crypto = octo_crypto_sodium(), .entropy = side_entropy,
		.save = pair_save, .couriers = couriers, .courier_count = courier_count };
	memset(config->seed, (uint8_t)number, sizeof config->seed);
	config->seed[0] ^= (uint8_t)(number >> 8);
	side->size = octo_channel_size(config, &side->host);
	side->block = aligned_alloc(16, (side->size + 15) / 16 * 16);
	REQUIRE(side->size && side->block);
	REQUIRE(octo_channel_init(side->block, side->size, config, &side->host, OCTO_SECOND, &side->channel) ==
	        OCTO_OK);
	side->card = *octo_channel_card(side->channel);
}

BENCH_ONCE void side_close(struct side *side)
{
	octo_channel_close(side->channel);
	free(side->block);
}

BENCH_ONCE void side_learn(struct side *side, const struct side *other)
{
	uint32_t peer;
	enum octo_status status = octo_peer_add(side->channel, &side->host, OCTO_SECOND, &other->card,
	                                        &other->address, &peer);
	REQUIRE(status == OCTO_OK && peer == 0);
}

/* The next datagram of one side, which must have one, to the other. */
BENCH_ONCE void carry(struct side *from, struct side *to, octo_time_ns now)
{
	struct datagram sent;
	bool has_sent = octo_channel_send(from->channel, &from->host, now, sent.bytes, &sent.size, &sent.to);
	REQUIRE(has_sent);
	octo_channel_receive(to->channel, &to->host, now, &from->address, sent.bytes, sent.size);
}

BENCH_ONCE bool is_established(const struct side *side)
{
	struct octo_peer_view view;
	octo_peer_view(side->channel, 0, &view);
	return view.state == OCTO_STATE_ESTABLISHED;
}

#endif
