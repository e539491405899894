/* udp.c: the UDP carrier on loopback, in processor time of one core: datagrams through its two calls against the same
 * datagrams through bare sendmmsg() and recvmmsg() (where the system has them), and courier messages through two whole
 * nodes, sockets and all. One thread sends a batch and receives it: nothing waits, and the system's own work is in both. */
#ifdef __linux__
#define _GNU_SOURCE /* sendmmsg, recvmmsg */
#endif
#include "core/carriers/pump.h"
#include "core/carriers/udp.h"
#include "tests/bench/pair.h"

#include <sys/socket.h>
#include <netinet/in.h>

enum { ROUNDS = 9, BATCHES = 600, NODE_MESSAGES = 6000, MESSAGE_BYTES = 448 };

static struct carrier_datagram out[CARRIER_BATCH_MAX], in[CARRIER_BATCH_MAX];

static void open_carrier(struct carrier *carrier, uint32_t options)
{
	struct octo_address loopback;
	REQUIRE(udp_address_from_text("127.0.0.1:0", 0, &loopback));
	REQUIRE(udp_open(carrier, &loopback, octo_crypto_sodium(), options) == CARRIER_OK);
}

/* ---- The carrier -------------------------------------------------------------------------------------------------- */

static double run_carrier(struct carrier *from, struct carrier *to)
{
	double start = cpu_ns();
	for (int i = 0; i < BATCHES; i++) {
		uint32_t taken, total = 0, got = 1;
		REQUIRE(from->kind->send(from, out, CARRIER_BATCH_MAX, &taken) == CARRIER_OK && taken == CARRIER_BATCH_MAX);
		for (; total < CARRIER_BATCH_MAX && got > 0; total += got)
			REQUIRE(to->kind->receive(to, in, CARRIER_BATCH_MAX - total, &got) == CARRIER_OK);
		REQUIRE(total == CARRIER_BATCH_MAX);
	}
	return (cpu_ns() - start) / (BATCHES * CARRIER_BATCH_MAX);
}

/* ---- The bare calls ------------------------------------------------------------------------------------------------ */

#ifdef __linux__
static double run_bare(const struct carrier *from, const struct carrier *to)
{
	static uint8_t bytes[2][CARRIER_BATCH_MAX][OCTO_DATAGRAM_MAX];
	struct mmsghdr sent[CARRIER_BATCH_MAX], received[CARRIER_BATCH_MAX];
	struct iovec parts[2][CARRIER_BATCH_MAX];
	struct sockaddr_in target = { .sin_family = AF_INET, .sin_port = htons(to->local.port) }, sources[CARRIER_BATCH_MAX];
	target.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	memset(sent, 0, sizeof sent);
	memset(received, 0, sizeof received);
	for (int i = 0; i < CARRIER_BATCH_MAX; i++) {
		parts[0][i] = (struct iovec){ .iov_base = bytes[0][i], .iov_len = OCTO_DATAGRAM_MAX };
		parts[1][i] = (struct iovec){ .iov_base = bytes[1][i], .iov_len = OCTO_DATAGRAM_MAX };
		sent[i].msg_hdr = (struct msghdr){ .msg_iov = &parts[0][i], .msg_iovlen = 1, .msg_name = &target,
			.msg_namelen = sizeof target };
		received[i].msg_hdr = (struct msghdr){ .msg_iov = &parts[1][i], .msg_iovlen = 1, .msg_name = &sources[i],
			.msg_namelen = sizeof *sources };
	}
	double start = cpu_ns();
	for (int i = 0; i < BATCHES; i++) {
		REQUIRE(sendmmsg(from->descriptor, sent, CARRIER_BATCH_MAX, 0) == CARRIER_BATCH_MAX);
		int total = 0, got = 1;
		for (; total < CARRIER_BATCH_MAX && got > 0; total += got)
			got = recvmmsg(to->descriptor, received, (unsigned)(CARRIER_BATCH_MAX - total), MSG_DONTWAIT, NULL);
		REQUIRE(total == CARRIER_BATCH_MAX);
	}
	return (cpu_ns() - start) / (BATCHES * CARRIER_BATCH_MAX);
}
#else
static double run_bare(const struct carrier *from, const struct carrier *to)
{
	static uint8_t bytes[OCTO_DATAGRAM_MAX];
	struct sockaddr_in target = { .sin_family = AF_INET, .sin_port = htons(to->local.port) }, source;
	target.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	double start = cpu_ns();
	for (int i = 0; i < BATCHES * CARRIER_BATCH_MAX; i++) {
		socklen_t size = sizeof source;
		REQUIRE(sendto(from->descriptor, bytes, sizeof bytes, 0, (struct sockaddr *)&target, sizeof target) > 0);
		REQUIRE(recvfrom(to->descriptor, bytes, sizeof bytes, 0, (struct sockaddr *)&source, &size) > 0);
	}
	return (cpu_ns() - start) / (BATCHES * CARRIER_BATCH_MAX);
}
#endif

static void measure_carrier(void)
{
	double carried[ROUNDS], bare[ROUNDS], single[ROUNDS], ratio[ROUNDS];
	struct carrier from, to, slow_from, slow_to;
	open_carrier(&from, 0);
	open_carrier(&to, 0);
	open_carrier(&slow_from, UDP_WITHOUT_BATCHES);
	open_carrier(&slow_to, UDP_WITHOUT_BATCHES);
	for (int round = -1; round < ROUNDS; round++) { /* the first warms up */
		for (int i = 0; i < CARRIER_BATCH_MAX; i++)
			out[i] = (struct carrier_datagram){ .address = to.local, .size = OCTO_DATAGRAM_MAX };
		double a = run_carrier(&from, &to), b = run_bare(&from, &to);
		for (int i = 0; i < CARRIER_BATCH_MAX; i++)
			out[i].address = slow_to.local;
		double c = run_carrier(&slow_from, &slow_to);
		if (round < 0)
			continue;
		carried[round] = a;
		bare[round] = b;
		single[round] = c;
		ratio[round] = a / b;
	}
	print_absolute("UDP loopback, 512 bytes, both ends on one core", 1e9 / median(carried, ROUNDS),
	               "packets/s");
	print_absolute("UDP loopback: bare sendmmsg and recvmmsg", 1e9 / median(bare, ROUNDS), "packets/s");
	print_absolute("UDP loopback: carrier without batches", 1e9 / median(single, ROUNDS), "packets/s");
	print_ratio("UDP loopback: carrier / bare sendmmsg and recvmmsg", median(ratio, ROUNDS), 1.1);
	from.kind->close(&from);
	to.kind->close(&to);
	slow_from.kind->close(&slow_from);
	slow_to.kind->close(&slow_to);
}

/* ---- Two whole nodes ------------------------------------------------------------------------------------------------ */

static const struct octo_courier *const couriers[] = { &octo_courier_load };

struct node {
	struct side side;
	struct carrier carrier;
	struct pump pump;
};

static void open_node(struct node *node, uint8_t number, struct octo_config *config)
{
	memset(node, 0, sizeof *node);
	open_carrier(&node->carrier, 0);
	side_open(&node->side, number, config, couriers, 1);
	node->side.address = node->carrier.local;
	node->pump.channel = node->side.channel;
	node->pump.host = &node->side.host;
	node->pump.carrier = &node->carrier;
}

static void turn(struct node *node, octo_time_ns now)
{
	bool is_more;
	REQUIRE(pump_turn(&node->pump, now, &is_more) == CARRIER_OK);
}

/* Time is virtual and passes as fast as the messages do: what is measured is work, not pacing. */
static void measure_nodes(void)
{
	static struct node a, b;
	struct octo_config config;
	octo_time_ns now = 2 * OCTO_SECOND;
	octo_config_default(&config);
	config.peers_max = 1;
	config.rate_up = config.rate_down = UINT32_MAX;
	open_node(&a, 1, &config);
	open_node(&b, 2, &config);
	side_learn(&a.side, &b.side);
	side_learn(&b.side, &a.side);
	octo_courier_activate(a.side.channel, &a.side.host, now, 0, 0, true);
	octo_courier_activate(b.side.channel, &b.side.host, now, 0, 0, true);
	octo_connect(a.side.channel, &a.side.host, now, 0);
	for (int i = 0; i < 1000 && !(is_established(&a.side) && is_established(&b.side)); i++) {
		turn(&a, now += OCTO_MILLISECOND);
		turn(&b, now);
	}
	REQUIRE(is_established(&a.side) && is_established(&b.side));
	struct octo_load *load = octo_courier_state(a.side.channel, 0, 0), *got = octo_courier_state(b.side.channel, 0, 0);
	double rates[ROUNDS];
	for (int round = -1; round < ROUNDS; round++) {
		uint64_t wanted = got->received + NODE_MESSAGES;
		*load = (struct octo_load){ .count = NODE_MESSAGES, .size = MESSAGE_BYTES, .sent = load->sent };
		octo_courier_wake(a.side.channel, &a.side.host, now, 0);
		double start = cpu_ns();
		for (int i = 0; i < 1000000 && got->received < wanted; i++) {
			now += 20 * OCTO_MICROSECOND;
			turn(&a, now);
			turn(&b, now);
		}
		double spent = cpu_ns() - start;
		REQUIRE(got->received == wanted);
		if (round >= 0)
			rates[round] = NODE_MESSAGES * 1e9 / spent;
	}
	print_absolute("UDP loopback: two whole nodes, 448-byte messages", median(rates, ROUNDS),
	               "messages/s");
	side_close(&a.side);
	side_close(&b.side);
}

int main(void)
{
	measure_carrier();
	measure_nodes();
	return 0;
}
