/* strangers.c: what the SYN of a stranger costs who is not concerned: one SipHash a peer and little else, whoever it is;
 * no curve, no cipher. Beside it, as many bare SipHash calls. At 16 and at 1,000 peers, each SYN with another hint. */
#include "tests/bench/pair.h"

#include "core/intrinsic/crypto.h"

enum { ROUNDS = 31, LOOKS = 200000, SYN_HINT_AT = 12, SYN_HINT_BYTES = 16, FIXED_NS = 1000, PEER_NS = 30 };

static uint64_t openings;                 /* by a cipher */

static bool counted_open(uint8_t suite, const struct crypto_box *box)
{
	openings++;
	return octo_crypto_sodium()->open(suite, box);
}

static bool counted_open_wide(const struct crypto_box *box)
{
	openings++;
	return octo_crypto_sodium()->open_wide(box);
}

static void fill_book(struct side *side, uint32_t peers)
{
	for (uint32_t i = 0; i < peers; i++) {
		uint8_t seed[OCTO_SEED_BYTES] = { 9, (uint8_t)i, (uint8_t)(i >> 8) };
		struct octo_identity identity;
		struct octo_address address = { .ip = { [0] = 0xfd, [14] = (uint8_t)(i >> 8), [15] = (uint8_t)i }, .port = 8124 };
		uint32_t peer;
		octo_identity_from_seed(side->host.crypto, seed, &identity);
		REQUIRE(octo_peer_add(side->channel, &side->host, OCTO_SECOND, &identity.card, &address, &peer) == OCTO_OK);
	}
}

/* A genuine one, to somebody whom it does concern; it never arrives there. */
static struct datagram stranger_syn(const struct side *side)
{
	struct side stranger;
	struct datagram syn;
	struct octo_config config;
	octo_config_default(&config);
	config.peers_max = 1;
	side_open(&stranger, 2, &config, NULL, 0);
	side_learn(&stranger, side);
	octo_connect(stranger.channel, &stranger.host, 2 * OCTO_SECOND, 0);
	bool has_sent = octo_channel_send(stranger.channel, &stranger.host, 2 * OCTO_SECOND, syn.bytes, &syn.size, &syn.to);
	REQUIRE(has_sent && octo_packet_type_of(syn.bytes, syn.size) == OCTO_PACKET_SYN);
	syn.to = stranger.address;
	side_close(&stranger);
	return syn;
}

/* Nanoseconds of one. */
static double look(struct side *side, struct datagram *syn, uint32_t count)
{
	const struct octo_counters *counters = octo_channel_counters(side->channel);
	uint64_t unknown = counters->reasons[OCTO_REASON_UNKNOWN_SENDER], curves = counters->curve_multiplications;
	uint64_t opened = openings;
	double start = cpu_ns();
	for (uint32_t i = 0; i < count; i++) {
		memcpy(syn->bytes + SYN_HINT_AT, &i, sizeof i);
		octo_channel_receive(side->channel, &side->host, 3 * OCTO_SECOND, &syn->to, syn->bytes, syn->size);
	}
	double end = cpu_ns();
	REQUIRE(counters->reasons[OCTO_REASON_UNKNOWN_SENDER] - unknown == count);
	REQUIRE(counters->curve_multiplications == curves && openings == opened);
	return (end - start) / count;
}

/* Nanoseconds of as many bare calls as there are peers. */
static double hash(const struct datagram *syn, uint32_t peers, uint32_t count)
{
	uint8_t key[crypto_shorthash_KEYBYTES] = { 1 }, input[SYN_HINT_BYTES], out[crypto_shorthash_BYTES];
	uint8_t sum = 0;
	memcpy(input, syn->bytes + SYN_HINT_AT, sizeof input);
	double start = cpu_ns();
	for (uint32_t i = 0; i < count * peers; i++) {
		memcpy(input, &i, sizeof i);
		crypto_shorthash(out, input, sizeof input, key);
		sum ^= out[0];
	}
	double end = cpu_ns();
	key[0] = sum; /* the sum is used */
	return (end - start) / count;
}

static void measure(uint32_t peers)
{
	struct octo_crypto counting = *octo_crypto_sodium();
	struct octo_config config;
	struct side side;
	double core[ROUNDS], bare[ROUNDS], ratio[ROUNDS], bound[ROUNDS];
	char name[128];
	uint32_t count = LOOKS / peers;
	counting.open = counted_open;
	counting.open_wide = counted_open_wide;
	octo_config_default(&config);
	config.peers_max = peers;
	side_open(&side, 1, &config, NULL, 0);
	fill_book(&side, peers);
	struct datagram syn = stranger_syn(&side);
	side.host.crypto = &counting;
	for (int round = -1; round < ROUNDS; round++) { /* the first warms up */
		double a = look(&side, &syn, count), b = hash(&syn, peers, count);
		if (round < 0)
			continue;
		core[round] = a;
		bare[round] = b;
		ratio[round] = a / b;
		bound[round] = a / (peers * (double)PEER_NS + FIXED_NS);
	}
	snprintf(name, sizeof name, "a stranger's SYN at %u peers", peers);
	print_absolute(name, median(core, ROUNDS), "ns");
	snprintf(name, sizeof name, "%u bare SipHash calls", peers);
	print_absolute(name, median(bare, ROUNDS), "ns");
	snprintf(name, sizeof name, "a stranger's SYN at %u peers / %u bare SipHash calls", peers, peers);
	print_ratio(name, median(ratio, ROUNDS), 0);
	snprintf(name, sizeof name, "a stranger's SYN at %u peers / (%u x 30 ns + 1 us)", peers, peers);
	print_ratio(name, median(bound, ROUNDS), 1);
	side_close(&side);
}

int main(void)
{
	REQUIRE(sodium_init() >= 0);
	measure(16);
	measure(1000);
	return 0;
}
