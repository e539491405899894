/* data_path.c: one courier message of 448 bytes from one channel to the other (build, seal, open, dispatch)
 * beside the bare cipher on the same bytes: the packet's plaintext with its frame header, and as much
 * associated data. The courier does next to nothing, the agreed rate never holds it back, and nobody observes. */
#include "tests/bench/pair.h"

enum { ROUNDS = 31, MESSAGES = 10000, MESSAGE_BYTES = 448, FRAME_HEAD_BYTES = 3, TAG_BYTES = 16,
       PLAIN_BYTES = FRAME_HEAD_BYTES + MESSAGE_BYTES,
       AD_EXTRA_BYTES = 12,               /* behind the packet's header: session id and key epoch */
       AD_BYTES_MAX = 64 };

/* ---- A courier that costs nothing -------------------------------------------------------------- */

static const uint8_t message[MESSAGE_BYTES] = "any bytes will do";

struct post { uint64_t sent, received, is_sender; };

static void post_mandate(const void *state, const struct octo_courier_call *call, struct octo_mandate *mandate)
{
	const struct post *post = state;
	(void)call;
	mandate->priority = 100;
	mandate->accept_reads = true;
	mandate->want_to_send = post->is_sender;
	mandate->payload_size = MESSAGE_BYTES;
}

static size_t post_send(void *state, const struct octo_courier_call *call, uint8_t *out, size_t size_max, uint64_t *handle)
{
	struct post *post = state;
	(void)call, (void)handle;
	if (size_max < MESSAGE_BYTES)
		return 0;
	memcpy(out, message, MESSAGE_BYTES);
	post->sent++;
	return MESSAGE_BYTES;
}

static void post_receive(void *state, const struct octo_courier_call *call, const uint8_t *data, size_t size)
{
	struct post *post = state;
	(void)call, (void)data;
	post->received += size == MESSAGE_BYTES;
}

static const struct octo_courier post_office = { .name = "post", .id = 1, .state_size = sizeof(struct post),
	.mandate = post_mandate, .send = post_send, .receive = post_receive };
static const struct octo_courier *const couriers[] = { &post_office };

/* ---- The channels ------------------------------------------------------------------------------ */

struct path {
	struct side from, to;
	octo_time_ns now;
	size_t packet_bytes;              /* of the last packet */
};

static void open_path(struct path *path, uint16_t suites)
{
	struct octo_config config;
	octo_config_default(&config);
	config.peers_max = 1;
	config.suites = suites;
	config.rate_up = config.rate_down = UINT32_MAX;
	path->now = 2 * OCTO_SECOND;
	side_open(&path->from, 1, &config, couriers, 1);
	side_open(&path->to, 2, &config, couriers, 1);
	side_learn(&path->from, &path->to);
	side_learn(&path->to, &path->from);
	octo_connect(path->from.channel, &path->from.host, path->now, 0);
	carry(&path->from, &path->to, path->now += OCTO_MILLISECOND);
	carry(&path->to, &path->from, path->now += OCTO_MILLISECOND);
	carry(&path->from, &path->to, path->now += OCTO_MILLISECOND);
	carry(&path->to, &path->from, path->now += OCTO_MILLISECOND); /* PING */
	REQUIRE(is_established(&path->from) && is_established(&path->to));
	((struct post *)octo_courier_state(path->from.channel, 0, 0))->is_sender = 1;
	octo_courier_activate(path->from.channel, &path->from.host, path->now, 0, 0, true);
	octo_courier_activate(path->to.channel, &path->to.host, path->now, 0, 0, true);
}

static const struct post *post_of(const struct side *side)
{
	return octo_courier_state(side->channel, 0, 0);
}

/* Hands over what is due on one side, and says whether there was anything. */
static bool hand_over(struct side *from, struct side *to, octo_time_ns now, struct datagram *datagram)
{
	if (!octo_channel_send(from->channel, &from->host, now, datagram->bytes, &datagram->size, &datagram->to))
		return false;
	octo_channel_receive(to->channel, &to->host, now, &from->address, datagram->bytes, datagram->size);
	return true;
}

/* With the acknowledgements that come back: they are part of the path. */
static double send_messages(struct path *path, uint32_t count)
{
	struct datagram datagram, back;
	struct side *from = &path->from, *to = &path->to;
	uint64_t goal = post_of(to)->received + count, turns = 0;
	double start = cpu_ns();
	while (post_of(to)->received < goal) {
		octo_time_ns here = octo_channel_next_wake(from->channel), there = octo_channel_next_wake(to->channel);
		octo_time_ns next = here < there ? here : there;
		path->now = next > path->now ? next : path->now;
		if (here <= path->now)
			hand_over(from, to, path->now, &datagram);
		if (there <= path->now)
			hand_over(to, from, path->now, &back);
		REQUIRE(++turns < 100u * count);
	}
	double end = cpu_ns();
	path->packet_bytes = datagram.size;
	return (end - start) / count;
}

/* ---- The bare cipher --------------------------------------------------------------------------- */

struct cipher {
	uint8_t key[OCTO_KEY_BYTES], nonce[12], ad[AD_BYTES_MAX];
	size_t ad_size;
};

/* The packet's plaintext is enciphered in place and deciphered into another buffer, as the channels do. */
static double run_cipher(struct cipher *cipher, uint8_t suite, uint32_t count)
{
	uint8_t *ad = cipher->ad, *nonce = cipher->nonce, *key = cipher->key;
	uint8_t packet[PLAIN_BYTES + TAG_BYTES], plain[PLAIN_BYTES];
	unsigned long long size = 0, ad_size = cipher->ad_size;
	int failed = 0;
	memset(packet, 7, sizeof packet);
	double start = cpu_ns();
	for (uint32_t i = 0; i < count; i++) {
		memcpy(nonce + 4, &i, sizeof i);
		if (suite == OCTO_SUITE_AES_256_GCM) {
			crypto_aead_aes256gcm_encrypt(packet, &size, packet, PLAIN_BYTES, ad, ad_size, NULL, nonce, key);
			failed |= crypto_aead_aes256gcm_decrypt(plain, NULL, NULL, packet, sizeof packet, ad, ad_size,
			                                        nonce, key);
		} else {
			crypto_aead_chacha20poly1305_ietf_encrypt(packet, &size, packet, PLAIN_BYTES, ad, ad_size, NULL,
			                                          nonce, key);
			failed |= crypto_aead_chacha20poly1305_ietf_decrypt(plain, NULL, NULL, packet, sizeof packet, ad,
			                                                    ad_size, nonce, key);
		}
	}
	double end = cpu_ns();
	REQUIRE(!failed && size == sizeof packet);
	return (end - start) / count;
}

/* ---- Both -------------------------------------------------------------------------------------- */

static void measure(uint8_t suite, const char *cipher_name, double goal)
{
	double core[ROUNDS], bare[ROUNDS], ratio[ROUNDS];
	char name[128];
	struct path path;
	struct cipher cipher = { .key = { 1 } };
	open_path(&path, OCTO_SUITE_CHACHA20_POLY1305 | suite);
	for (int round = -1; round < ROUNDS; round++) { /* the first warms up */
		/* The warm-up goes on until packet numbers have the length that they keep. */
		double a = send_messages(&path, round < 0 ? 40000 : MESSAGES);
		cipher.ad_size = path.packet_bytes - PLAIN_BYTES - TAG_BYTES + AD_EXTRA_BYTES;
		REQUIRE(cipher.ad_size <= AD_BYTES_MAX);
		double b = run_cipher(&cipher, suite, MESSAGES);
		if (round < 0)
			continue;
		core[round] = a;
		bare[round] = b;
		ratio[round] = a / b;
	}
	snprintf(name, sizeof name, "data path, 448 bytes, %s", cipher_name);
	print_absolute(name, median(core, ROUNDS), "ns");
	snprintf(name, sizeof name, "data path: bare %s of the same bytes", cipher_name);
	print_absolute(name, median(bare, ROUNDS), "ns");
	snprintf(name, sizeof name, "data path / bare %s", cipher_name);
	print_ratio(name, median(ratio, ROUNDS), goal);
	side_close(&path.from);
	side_close(&path.to);
}

int main(void)
{
	measure(OCTO_SUITE_CHACHA20_POLY1305, "ChaCha20-Poly1305", 1.4);
	if (octo_crypto_suites(octo_crypto_sodium()) & OCTO_SUITE_AES_256_GCM)
		measure(OCTO_SUITE_AES_256_GCM, "AES-256-GCM", 0);
	return 0;
}
