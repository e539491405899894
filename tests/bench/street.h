/* street.h: two channels at the ends of a link of 20 Mbit/s, 20 ms each way, 100 kB of queue, that they are told nothing of,
 * and that loses packets by chance in both directions. Virtual time and entropy of its own: the same on every machine. */
#ifndef OCTO_BENCH_STREET_H
#define OCTO_BENCH_STREET_H

#include "tests/bench/pair.h"

enum { LINK_BYTES_PER_SECOND = 20000000 / 8, QUEUE_BYTES = 100000, FLYING = 4096 };
static const octo_time_ns latency_ns = 20 * OCTO_MILLISECOND;

struct flight { octo_time_ns at; struct datagram datagram; };

struct line {                             /* one direction: a queue, then a wire that loses */
	octo_time_ns free_at;             /* the queue is empty */
	struct flight flying[FLYING];
	uint32_t first, count;
	uint32_t loss_permille;
	uint32_t extra_bytes;             /* of a packet on the wire, beside the datagram */
	uint64_t random, dropped, lost;
};

static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint64_t entropy_state;
static uint64_t street_draw; /* 0, 1, 2 …: another street, whose losses fall elsewhere */

static void entropy(void *context, uint8_t *out, size_t size)
{
	(void)context;
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)draw(&entropy_state);
}

static void put(struct line *line, octo_time_ns now, const struct datagram *datagram)
{
	octo_time_ns wait = line->free_at > now ? line->free_at - now : 0;
	uint64_t bytes = datagram->size + line->extra_bytes;
	if (wait * LINK_BYTES_PER_SECOND / OCTO_SECOND + bytes > QUEUE_BYTES) {
		line->dropped++;
		return;
	}
	line->free_at = now + wait + bytes * OCTO_SECOND / LINK_BYTES_PER_SECOND;
	if (draw(&line->random) % 1000 < line->loss_permille) {
		line->lost++;
		return;
	}
	REQUIRE(line->count < FLYING);
	struct flight *flight = &line->flying[(line->first + line->count++) % FLYING];
	flight->at = line->free_at + latency_ns;
	flight->datagram = *datagram;
}

static void send_all(struct side *side, struct line *line, octo_time_ns now)
{
	struct datagram sent;
	while (octo_channel_send(side->channel, &side->host, now, sent.bytes, &sent.size, &sent.to))
		put(line, now, &sent);
}

static octo_time_ns earlier(octo_time_ns a, octo_time_ns b)
{
	return a < b ? a : b;
}

static void deliver(struct line *line, struct side *from, struct side *to, octo_time_ns now)
{
	while (line->count && line->flying[line->first].at <= now) {
		struct datagram *datagram = &line->flying[line->first].datagram;
		line->first = (line->first + 1) % FLYING;
		line->count--;
		octo_channel_receive(to->channel, &to->host, now, &from->address, datagram->bytes, datagram->size);
	}
}

static octo_time_ns next_arrival(const struct line *line)
{
	return line->count ? line->flying[line->first].at : OCTO_NEVER;
}

struct street {
	struct side near, far;
	struct line out, back;
	octo_time_ns now;
	void (*tend)(struct street *street); /* after what was received, before what is sent; may be NULL */
};

static void street_run(struct street *street, octo_time_ns until)
{
	while (street->now < until) {
		send_all(&street->near, &street->out, street->now);
		send_all(&street->far, &street->back, street->now);
		octo_time_ns next = earlier(next_arrival(&street->out), next_arrival(&street->back));
		next = earlier(next, octo_channel_next_wake(street->near.channel));
		next = earlier(next, octo_channel_next_wake(street->far.channel));
		street->now = next > until ? until : next > street->now ? next : street->now;
		deliver(&street->out, &street->near, &street->far, street->now);
		deliver(&street->back, &street->far, &street->near, street->now);
		if (street->tend)
			street->tend(street);
	}
}

struct kinds { const struct octo_courier *const *list; uint32_t count; };

/* Joined for three seconds without loss, which sets in at the end. No courier is active. */
BENCH_ONCE void street_join(struct street *street, uint32_t loss_permille, struct kinds near, struct kinds far)
{
	struct octo_config config;
	memset(street, 0, sizeof *street);
	octo_config_default(&config);
	config.peers_max = 1;
	config.rate_up = config.rate_down = 40 * LINK_BYTES_PER_SECOND;
	config.in_flight_max = 8192;
	street->now = 2 * OCTO_SECOND;
	entropy_state = street->out.random = street->back.random = 1 + loss_permille + (street_draw << 32);
	street->back.random *= 7;
	side_entropy = entropy;
	side_open(&street->near, 1, &config, near.list, near.count);
	side_open(&street->far, 2, &config, far.list, far.count);
	side_learn(&street->near, &street->far);
	side_learn(&street->far, &street->near);
	octo_connect(street->near.channel, &street->near.host, street->now, 0);
	street_run(street, 5 * OCTO_SECOND);
	REQUIRE(is_established(&street->near) && is_established(&street->far));
	street->out.loss_permille = street->back.loss_permille = loss_permille;
}

/* With one kind of courier, active at both ends. */
BENCH_ONCE void street_open(struct street *street, uint32_t loss_permille, const struct octo_courier *const *courier,
                            const struct octo_blobs *blobs)
{
	const struct kinds kinds = { .list = courier, .count = 1 };
	street_join(street, loss_permille, kinds, kinds);
	street->near.host.blobs = street->far.host.blobs = blobs;
	octo_courier_activate(street->near.channel, &street->near.host, street->now, 0, 0, true);
	octo_courier_activate(street->far.channel, &street->far.host, street->now, 0, 0, true);
}

/* The losses that flow control is measured at. */
BENCH_ONCE void street_at_each_loss(void (*measure)(uint32_t loss_permille))
{
	static const uint32_t losses_permille[] = { 0, 10, 50, 100, 200, 300 };
	for (size_t i = 0; i < sizeof losses_permille / sizeof *losses_permille; i++)
		measure(losses_permille[i]);
}

static void street_close(struct street *street)
{
	side_close(&street->near);
	side_close(&street->far);
}

#endif
