/* handshake.c: a full handshake, both sides, beside the scalar multiplications that no implementation of it can
 * do without: two by the base point, six by a received one. From connect over SYN, SYN-ACK and ACK until both
 * sides are established; the first PING and what answers it belong to the session. Each handshake starts from
 * the same two blocks, put back in place outside the measured time. */
#include "tests/bench/pair.h"

enum { ROUNDS = 31, HANDSHAKES = 16, BASE_MULTIPLICATIONS = 2, MULTIPLICATIONS = 6 };

struct shop {
	struct side initiator, adherent;
	void *initiator_block, *adherent_block; /* before any packet */
};

static void *copy_of(const void *bytes, size_t size)
{
	void *copy = malloc(size);
	REQUIRE(copy);
	return memcpy(copy, bytes, size);
}

static void open_shop(struct shop *shop)
{
	struct octo_config config;
	octo_config_default(&config);
	config.peers_max = 1;
	side_open(&shop->initiator, 1, &config, NULL, 0);
	side_open(&shop->adherent, 2, &config, NULL, 0);
	side_learn(&shop->initiator, &shop->adherent);
	side_learn(&shop->adherent, &shop->initiator);
	shop->initiator_block = copy_of(shop->initiator.block, shop->initiator.size);
	shop->adherent_block = copy_of(shop->adherent.block, shop->adherent.size);
}

static uint64_t multiplications(const struct shop *shop)
{
	return octo_channel_counters(shop->initiator.channel)->curve_multiplications +
	       octo_channel_counters(shop->adherent.channel)->curve_multiplications;
}

/* Nanoseconds of one handshake. */
static double shake_hands(struct shop *shop)
{
	octo_time_ns now = 2 * OCTO_SECOND;
	struct side *initiator = &shop->initiator, *adherent = &shop->adherent;
	memcpy(initiator->block, shop->initiator_block, initiator->size);
	memcpy(adherent->block, shop->adherent_block, adherent->size);
	uint64_t before = multiplications(shop);
	double start = cpu_ns();
	octo_connect(initiator->channel, &initiator->host, now, 0);
	carry(initiator, adherent, now += 20 * OCTO_MILLISECOND);
	carry(adherent, initiator, now += 20 * OCTO_MILLISECOND);
	carry(initiator, adherent, now += 20 * OCTO_MILLISECOND);
	double end = cpu_ns();
	REQUIRE(is_established(initiator) && is_established(adherent));
	REQUIRE(multiplications(shop) - before == BASE_MULTIPLICATIONS + MULTIPLICATIONS);
	return end - start;
}

/* Nanoseconds of the same multiplications alone. */
static double multiply(void)
{
	uint8_t secret[OCTO_KEY_BYTES], public[OCTO_KEY_BYTES], shared[OCTO_KEY_BYTES];
	int failed = 0;
	randombytes_buf(secret, sizeof secret);
	double start = cpu_ns();
	for (int i = 0; i < BASE_MULTIPLICATIONS; i++)
		failed |= crypto_scalarmult_base(public, secret);
	for (int i = 0; i < MULTIPLICATIONS; i++) {
		failed |= crypto_scalarmult(shared, secret, public);
		public[0] ^= shared[0]; /* another point each time */
	}
	double end = cpu_ns();
	REQUIRE(!failed);
	return end - start;
}

int main(void)
{
	struct shop shop;
	double core[ROUNDS], bare[ROUNDS], ratio[ROUNDS];
	open_shop(&shop);
	for (int round = -1; round < ROUNDS; round++) { /* the first warms up */
		double a = 0, b = 0;
		for (int i = 0; i < HANDSHAKES; i++) {
			a += shake_hands(&shop);
			b += multiply();
		}
		if (round < 0)
			continue;
		core[round] = a / HANDSHAKES;
		bare[round] = b / HANDSHAKES;
		ratio[round] = a / b;
	}
	print_absolute("handshake, both sides", median(core, ROUNDS) / 1000, "us");
	print_absolute("handshake: its 2 + 6 scalar multiplications alone", median(bare, ROUNDS) / 1000, "us");
	print_ratio("handshake, both sides / its scalar multiplications", median(ratio, ROUNDS), 1.15);
	free(shop.initiator_block);
	free(shop.adherent_block);
	side_close(&shop.initiator);
	side_close(&shop.adherent);
	return 0;
}
