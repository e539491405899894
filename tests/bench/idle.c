/* idle.c: a node that has a thousand sessions of which none has anything to say: what its timers and the antler packets
 * cost in a second, beside the bare cipher on the same packets and beside one handshake; and what a session takes of the
 * block. The peers are real channels, in the same process, outside of the measured time. */
#include "tests/bench/pair.h"

enum {
	SESSIONS = 1000, WARM_SECONDS = 60, SECONDS = 300, ROUNDS = 31, CLOCKS = 1001,
	SLICES = 10, /* of a second */
	OUTBOX = 2 * SESSIONS, HEADER_BYTES = 11, TAG_BYTES = 16, AD_BYTES = HEADER_BYTES + 12, HANDSHAKE_ROUNDS = 32,
	LINE_BYTES = 64, FLOOR_LINES = 5, FLOOR_SPACE = 3648 /* about a peer */
};

static struct side hub, peers[SESSIONS];
static struct datagram outbox[OUTBOX];

/* All that one side wants to say until then; returns how many. */
static uint32_t speak(struct side *side, octo_time_ns until, struct datagram *out, uint32_t room)
{
	uint32_t count = 0;
	octo_time_ns now = octo_channel_next_wake(side->channel);
	for (; now <= until; now = octo_channel_next_wake(side->channel)) {
		while (octo_channel_send(side->channel, &side->host, now, out[count].bytes, &out[count].size, &out[count].to)) {
			count++;
			REQUIRE(count < room);
		}
	}
	return count;
}

static struct side *side_at(const struct octo_address *address)
{
	uint32_t number = (uint32_t)address->ip[14] << 8 | address->ip[15];
	REQUIRE(number >= 1 && number <= SESSIONS);
	return &peers[number - 1];
}

struct spent { double hub_ns, floor_ns; uint64_t packets, bytes; };

/* What it costs to look at the clock once: a slice of a tenth of a second is so short that this is a part of it. */
static double clock_cost(void)
{
	static double each[CLOCKS];
	for (int i = 0; i < CLOCKS; i++) {
		double start = cpu_ns();
		each[i] = cpu_ns() - start;
	}
	return median(each, CLOCKS);
}

/* Lines of a session's memory: key, ids, numbers, times and address. */
static volatile uint8_t *floor_touch(uint64_t packet)
{
	static uint8_t peers_bytes[SESSIONS * FLOOR_SPACE];
	volatile uint8_t *at = peers_bytes + packet * 389 % SESSIONS * FLOOR_SPACE;
	for (int line = 0; line < FLOOR_LINES; line++)
		at[line * LINE_BYTES]++;
	return at;
}

/* The least that any core could need: the lines of a session, all asked for at once, the bare cipher, and nothing else.
 * Every second packet is a PONG, to a session that has just been heard; a PING goes to one that was left for seconds. */
static double floor_of(uint32_t packets, uint64_t first)
{
	static uint8_t out[OCTO_DATAGRAM_MAX];
	uint8_t nonce[12] = { 0 }, ad[AD_BYTES] = { 0 };
	unsigned long long size;
	for (uint32_t i = 1; i < packets; i += 2)
		floor_touch(first + i);
	cpu_ns();
	double start = cpu_ns();
	for (uint32_t i = 0; i < packets; i++) {
		const uint8_t *key = (const uint8_t *)floor_touch(first + i);
		memcpy(nonce + 4, &i, sizeof i);
		crypto_aead_chacha20poly1305_ietf_encrypt(out, &size, out, 5, ad, sizeof ad, NULL, nonce, key);
	}
	return cpu_ns() - start;
}

/* A slice of time: the hub speaks (that is measured), the peers hear it and speak, the hub hears them. */
static void pass(octo_time_ns until, struct spent *spent)
{
	cpu_ns(); /* of the clock itself is memory cold, too, which is not the hub's doing */
	double start = cpu_ns();
	uint32_t count = speak(&hub, until, outbox, OUTBOX);
	spent->hub_ns += cpu_ns() - start;
	spent->packets += count;
	spent->floor_ns += floor_of(count, spent->packets);
	for (uint32_t i = 0; i < count; i++) {
		struct side *to = side_at(&outbox[i].to);
		spent->bytes += outbox[i].size;
		octo_channel_receive(to->channel, &to->host, until, &hub.address, outbox[i].bytes, outbox[i].size);
	}
	for (uint32_t i = 0; i < SESSIONS; i++) {
		struct datagram reply[16];
		uint32_t replies = speak(&peers[i], until, reply, 16);
		for (uint32_t k = 0; k < replies; k++)
			octo_channel_receive(hub.channel, &hub.host, until, &peers[i].address, reply[k].bytes, reply[k].size);
	}
}

/* Nanoseconds of one handshake, both sides: the last ones of those that join all. */
static double join_all(octo_time_ns *now)
{
	static double each[SESSIONS];
	struct octo_config config;
	octo_config_default(&config);
	config.peers_max = SESSIONS;
	side_open(&hub, SESSIONS + 1, &config, NULL, 0);
	for (uint32_t i = 0; i < SESSIONS; i++) {
		struct octo_config one;
		uint32_t peer;
		octo_config_default(&one);
		one.peers_max = 1;
		side_open(&peers[i], (uint16_t)(i + 1), &one, NULL, 0);
		side_learn(&peers[i], &hub);
		REQUIRE(octo_peer_add(hub.channel, &hub.host, OCTO_SECOND, &peers[i].card, &peers[i].address, &peer) == OCTO_OK);
	}
	for (uint32_t i = 0; i < SESSIONS; i++) {
		struct octo_peer_view view;
		*now += 40 * OCTO_MILLISECOND; /* slower than cookies are demanded */
		double start = cpu_ns();
		octo_connect(hub.channel, &hub.host, *now, i);
		for (int trip = 0; trip < 4; trip++) {
			uint32_t count = speak(&hub, *now, outbox, OUTBOX);
			for (uint32_t k = 0; k < count; k++) {
				struct side *to = side_at(&outbox[k].to);
				octo_channel_receive(to->channel, &to->host, *now, &hub.address, outbox[k].bytes, outbox[k].size);
			}
			count = speak(&peers[i], *now, outbox, OUTBOX);
			for (uint32_t k = 0; k < count; k++)
				octo_channel_receive(hub.channel, &hub.host, *now, &peers[i].address, outbox[k].bytes, outbox[k].size);
		}
		each[i] = cpu_ns() - start;
		octo_peer_view(hub.channel, i, &view);
		REQUIRE(view.state == OCTO_STATE_ESTABLISHED && is_established(&peers[i]));
	}
	return median(each, SESSIONS);
}

/* The cipher alone, for so many packets of that many bytes in all. */
static double seal(const struct spent *spent)
{
	uint8_t key[OCTO_KEY_BYTES] = { 1 }, nonce[12] = { 0 }, ad[AD_BYTES] = { 0 }, bytes[OCTO_DATAGRAM_MAX] = { 0 };
	unsigned long long size, plain = spent->bytes / spent->packets - HEADER_BYTES - TAG_BYTES;
	double start = cpu_ns();
	for (uint64_t i = 0; i < spent->packets; i++) {
		memcpy(nonce + 4, &i, sizeof i);
		crypto_aead_chacha20poly1305_ietf_encrypt(bytes, &size, bytes, plain, ad, sizeof ad, NULL, nonce, key);
	}
	double end = cpu_ns();
	REQUIRE(size == plain + TAG_BYTES);
	return end - start;
}

static void measure_memory(void)
{
	struct octo_host host = { .crypto = octo_crypto_sodium() };
	struct octo_config few, many;
	octo_config_default(&few);
	octo_config_default(&many);
	few.peers_max = SESSIONS;
	many.peers_max = 2 * SESSIONS;
	double bytes = (double)(octo_channel_size(&many, &host) - octo_channel_size(&few, &host)) / SESSIONS;
	print_absolute("idle session with slots and associate", bytes, "B");
	print_ratio("idle session with slots and associate / 4 KiB", bytes / 4096, 1);
}

int main(void)
{
	double ratio[ROUNDS], rest[ROUNDS], least[ROUNDS], second[ROUNDS], clock_ns = clock_cost();
	octo_time_ns now = 2 * OCTO_SECOND;
	uint64_t packets = 0;
	REQUIRE(sodium_init() >= 0);
	double handshake = join_all(&now);
	struct spent warm = { .packets = 0 };
	for (int i = 0; i < WARM_SECONDS * SLICES; i++)
		pass(now += OCTO_SECOND / SLICES, &warm);
	for (int round = 0; round < ROUNDS; round++) {
		struct spent spent = { .packets = 0 };
		int seconds = SECONDS / ROUNDS;
		for (int i = 0; i < seconds * SLICES; i++)
			pass(now += OCTO_SECOND / SLICES, &spent);
		REQUIRE(spent.packets > 0);
		spent.hub_ns -= clock_ns * seconds * SLICES;
		spent.floor_ns -= clock_ns * seconds * SLICES;
		double bare = seal(&spent);
		ratio[round] = spent.hub_ns / bare;
		least[round] = spent.floor_ns / bare;
		second[round] = spent.hub_ns / seconds;
		rest[round] = (spent.hub_ns - bare) / seconds / handshake;
		packets += spent.packets;
	}
	for (uint32_t i = 0; i < SESSIONS; i++)
		REQUIRE(is_established(&peers[i]));
	print_absolute("1,000 idle sessions: antler packets a second", (double)packets / (SECONDS / ROUNDS * ROUNDS), "1/s");
	print_absolute("1,000 idle sessions: a second of timers and antlers", median(second, ROUNDS) / 1000, "us");
	/* Both goals compare with a cipher whose key and code are at hand. Fetching what no core can do without (floor_of)
	 * takes about half a sealing itself: with it alone the second figure would be 1.5, and the first 0.04. */
	print_absolute("1,000 idle sessions: bare cipher and five lines of each session / bare cipher", median(least, ROUNDS), "ratio");
	print_ratio("1,000 idle sessions: a second without its sealing / one handshake", median(rest, ROUNDS), 0.05);
	print_ratio("1,000 idle sessions: timers and antlers / their bare cipher", median(ratio, ROUNDS), 1.5);
	measure_memory();
	side_close(&hub);
	for (uint32_t i = 0; i < SESSIONS; i++)
		side_close(&peers[i]);
	return 0;
}
