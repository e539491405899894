/* record_fuzz.c: record.c: any bytes as the stored record of a node or a peer, as they are and with their checksum made
 * right. A peer that takes one goes on living; one that refuses it is as before. */
#include "tests/fuzz/fuzz.h"
#include "tests/pair/pair.h"

enum { SUM_BYTES = 16, SENT_MAX = 64 };

static struct pair pair;
static uint8_t *block;

static void begin(void)
{
	struct pair_node *node = &pair.nodes[WINNER];
	if (!block) {
		struct pair_options options;
		pair_default(&options);
		options.crypto = octo_crypto_model();
		pair_open(&pair, &options);
		block = malloc(node->block_size);
		FUZZ_REQUIRE(block != NULL);
		memcpy(block, node->channel, node->block_size);
	}
	memcpy(node->channel, block, node->block_size);
	node->event_count = 0;
}

static void read_record(const uint8_t *bytes, size_t size)
{
	struct pair_node *node = &pair.nodes[WINNER];
	uint8_t out[OCTO_DATAGRAM_MAX];
	octo_time_ns now = pair_clock(&pair, WINNER);
	struct octo_address to;
	uint32_t epoch = 1, sent = 0;
	FUZZ_REQUIRE(octo_node_record_epoch(bytes, size, &epoch) == OCTO_OK || epoch == 0);
	begin();
	uint64_t digest = octo_channel_digest(node->channel);
	enum octo_status status = octo_peer_restore(node->channel, &node->host, now, 0, bytes, size, OCTO_SECOND);
	FUZZ_REQUIRE(status == OCTO_OK || (status == OCTO_BAD_RECORD && octo_channel_digest(node->channel) == digest));
	for (int i = 0; status == OCTO_OK && i < 4; i++, now += OCTO_SECOND * 3)
		while (octo_channel_send(node->channel, &node->host, now, out, &size, &to))
			FUZZ_REQUIRE(++sent <= SENT_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	uint8_t mended[OCTO_RECORD_BYTES_MAX];
	begin();
	read_record(bytes, size);
	if (size <= SUM_BYTES || size > sizeof mended)
		return 0;
	memcpy(mended, bytes, size);
	keyed_hash(mended + size - SUM_BYTES, SUM_BYTES, NULL, 0, mended, size - SUM_BYTES);
	read_record(mended, size);
	return 0;
}

void fuzz_seeds(void (*add)(const void *bytes, size_t size))
{
	struct pair other;
	struct pair_options options;
	pair_default(&options);
	options.crypto = octo_crypto_model();
	pair_open(&other, &options);
	pair_establish(&other, WINNER);
	add(other.nodes[WINNER].node_record, other.nodes[WINNER].node_record_size);
	add(other.nodes[WINNER].peer_record, other.nodes[WINNER].peer_record_size);
	pair_disconnect(&other, WINNER);
	add(other.nodes[WINNER].peer_record, other.nodes[WINNER].peer_record_size);
	pair_close(&other);
}
