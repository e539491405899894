/* pump_test.c: core/carriers/pump.c: channels that talk through a carrier: UDP on loopback, and one that this test makes up,
 * with a queue in memory (C:9: "may be made to work over other carriers"). Time is virtual throughout. */
#include "core/carriers/pump.h"
#include "core/carriers/udp.h"
#include "tests/check.h"

#include <stdlib.h>

enum { QUEUE = 512 };

/* ---- Another carrier: a cable ------------------------------------------------------------------------------------ */

struct cable {
	struct carrier carrier;
	struct carrier_datagram list[QUEUE]; /* arrived, not yet received */
	uint32_t count, offered;
	uint32_t room;                    /* datagrams it takes before it is full */
	struct cable *other;
};

static enum carrier_status cable_receive(struct carrier *carrier, struct carrier_datagram *list, uint32_t count,
                                         uint32_t *received)
{
	struct cable *cable = (struct cable *)carrier;
	*received = cable->count < count ? cable->count : count;
	memcpy(list, cable->list, *received * sizeof *list);
	memmove(cable->list, cable->list + *received, (cable->count - *received) * sizeof *list);
	cable->count -= *received;
	return CARRIER_OK;
}

static enum carrier_status cable_send(struct carrier *carrier, const struct carrier_datagram *list, uint32_t count,
                                      uint32_t *taken)
{
	struct cable *cable = (struct cable *)carrier, *other = cable->other;
	for (*taken = 0; *taken < count && cable->room > 0 && other->count < QUEUE; ++*taken, cable->room--) {
		other->list[other->count] = list[*taken];
		other->list[other->count++].address = carrier->local;
		cable->offered++;
	}
	return CARRIER_OK;
}

static const struct carrier_kind cable_kind = { .name = "cable", .receive = cable_receive, .send = cable_send };

/* ---- Two nodes ----------------------------------------------------------------------------------------------------- */

static const struct octo_courier *const couriers[] = { &octo_courier_load };

struct end {
	struct octo_channel *channel;
	struct octo_host host;
	struct pump pump;
	uint64_t random;
	unsigned saves, settled, betweens;
	uint64_t heard_between, sent_between; /* packets, when it was asked last */
	bool is_disk_full;
};

static void entropy(void *context, uint8_t *out, size_t size)
{
	struct end *end = context;
	while (size-- > 0)
		*out++ = (uint8_t)((end->random = end->random * UINT64_C(6364136223846793005) + 1442695040888963407u) >> 56);
}

static void save(void *context, uint32_t peer, const uint8_t *record, size_t size)
{
	struct end *end = context;
	(void)peer, (void)record, (void)size;
	end->saves++;
}

static bool settle(void *context)
{
	struct end *end = context;
	end->settled = end->saves;
	return !end->is_disk_full;
}

static void between(void *context, octo_time_ns now)
{
	struct end *end = context;
	(void)now;
	end->betweens++;
	end->heard_between = octo_channel_counters(end->channel)->received;
	end->sent_between = octo_channel_counters(end->channel)->sent;
}

static void make_end(struct end *end, uint8_t number, struct carrier *carrier)
{
	struct octo_config config;
	memset(end, 0, sizeof *end);
	end->random = number;
	end->host = (struct octo_host){ .context = end, .crypto = octo_crypto_sodium(), .entropy = entropy, .save = save,
		.couriers = couriers, .courier_count = 1 };
	octo_config_default(&config);
	config.peers_max = 1;
	config.rate_up = config.rate_down = 100000000;
	memset(config.seed, number, sizeof config.seed);
	size_t size = octo_channel_size(&config, &end->host);
	void *block = aligned_alloc(16, (size + 15) / 16 * 16);
	CHECK(octo_channel_init(block, size, &config, &end->host, OCTO_SECOND, &end->channel) == OCTO_OK);
	end->pump.channel = end->channel;
	end->pump.host = &end->host;
	end->pump.carrier = carrier;
	end->pump.settle = settle;
	end->pump.between = between;
	end->pump.context = end;
}

static void introduce(struct end *end, const struct end *other)
{
	uint32_t peer;
	CHECK(octo_peer_add(end->channel, &end->host, OCTO_SECOND, octo_channel_card(other->channel),
	                    &other->pump.carrier->local, &peer) == OCTO_OK);
	octo_courier_activate(end->channel, &end->host, OCTO_SECOND, peer, 0, true);
}

static void free_end(struct end *end)
{
	octo_channel_close(end->channel);
	free(end->channel);
}

static enum octo_state state_of(const struct end *end)
{
	struct octo_peer_view view;
	octo_peer_view(end->channel, 0, &view);
	return view.state;
}

static bool turn(struct end *end, octo_time_ns now)
{
	bool is_more;
	CHECK(pump_turn(&end->pump, now, &is_more) == CARRIER_OK);
	return is_more;
}

/* Both press nothing more: one connects and 20 messages follow. */
static void talk(struct end *a, struct end *b, octo_time_ns *now)
{
	introduce(a, b);
	introduce(b, a);
	struct octo_load *load = octo_courier_state(a->channel, 0, 0), *got = octo_courier_state(b->channel, 0, 0);
	octo_connect(a->channel, &a->host, *now, 0);
	for (int i = 0; i < 2000 && got->received < 20; i++) {
		*now += OCTO_MILLISECOND;
		turn(a, *now);
		turn(b, *now);
		if (load->count == 0 && load->sent == 0 && state_of(a) == OCTO_STATE_ESTABLISHED) {
			*load = (struct octo_load){ .count = 20, .size = 100, .priority = 5 };
			octo_courier_wake(a->channel, &a->host, *now, 0);
		}
	}
	CHECK_U64(state_of(a), OCTO_STATE_ESTABLISHED);
	CHECK_U64(state_of(b), OCTO_STATE_ESTABLISHED);
	CHECK_U64(got->received, 20);
	CHECK_U64(got->damaged, 0);
	CHECK(a->saves > 1 && a->settled == a->saves && b->settled == b->saves); /* nothing went out before it was durable */
}

static void join(struct cable *a, struct cable *b)
{
	memset(a, 0, sizeof *a);
	memset(b, 0, sizeof *b);
	a->carrier = (struct carrier){ .kind = &cable_kind, .local = { .ip = { 1 }, .port = 1 }, .descriptor = -1 };
	b->carrier = (struct carrier){ .kind = &cable_kind, .local = { .ip = { 2 }, .port = 2 }, .descriptor = -1 };
	a->other = b;
	b->other = a;
	a->room = b->room = UINT32_MAX;
}

/* ---- Tests ------------------------------------------------------------------------------------------------------------ */

/* R1, R3: two channels over real sockets. */
static void two_channels_talk_over_udp(void)
{
	static struct end a, b;
	struct octo_address loopback;
	struct carrier left, right;
	octo_time_ns now = 2 * OCTO_SECOND;
	CHECK(udp_address_from_text("127.0.0.1:0", 0, &loopback));
	CHECK(udp_open(&left, &loopback, octo_crypto_sodium(), 0) == CARRIER_OK);
	CHECK(udp_open(&right, &loopback, octo_crypto_sodium(), UDP_WITHOUT_BATCHES) == CARRIER_OK);
	make_end(&a, 1, &left);
	make_end(&b, 2, &right);
	talk(&a, &b, &now);
	free_end(&a);
	free_end(&b);
	left.kind->close(&left);
	right.kind->close(&right);
}

/* R5: the same over what is no network at all. */
static void the_same_over_another_carrier(void)
{
	static struct cable left, right;
	static struct end a, b;
	octo_time_ns now = 2 * OCTO_SECOND;
	join(&left, &right);
	make_end(&a, 1, &left.carrier);
	make_end(&b, 2, &right.carrier);
	talk(&a, &b, &now);
	free_end(&a);
	free_end(&b);
}

/* A carrier that is full makes the channel wait, and loses nothing. */
static void a_full_carrier_is_back_pressure(void)
{
	static struct cable left, right;
	static struct end a, b;
	octo_time_ns now = 2 * OCTO_SECOND;
	join(&left, &right);
	make_end(&a, 1, &left.carrier);
	make_end(&b, 2, &right.carrier);
	talk(&a, &b, &now);
	struct octo_load *load = octo_courier_state(a.channel, 0, 0), *got = octo_courier_state(b.channel, 0, 0);
	load->count = 10;
	load->size = 400; /* one a packet */
	left.room = 3;
	octo_courier_wake(a.channel, &a.host, now, 0);
	for (int i = 0; i < 50; i++) {
		turn(&a, now += OCTO_MILLISECOND);
		turn(&b, now);
	}
	CHECK(pump_has_mail(&a.pump));
	CHECK(got->received <= 23);
	left.room = UINT32_MAX;
	for (int i = 0; i < 50; i++) {
		turn(&a, now += OCTO_MILLISECOND);
		turn(&b, now);
	}
	CHECK(!pump_has_mail(&a.pump));
	CHECK_U64(got->received, 30);
	CHECK_U64(got->received_out_of_order, 0);
	free_end(&a);
	free_end(&b);
}

/* What the disk could not keep must not have happened: nothing goes out, and the node tries again later. */
static void nothing_goes_out_before_it_is_durable(void)
{
	static struct cable left, right;
	static struct end a, b;
	octo_time_ns now = 2 * OCTO_SECOND;
	join(&left, &right);
	make_end(&a, 1, &left.carrier);
	make_end(&b, 2, &right.carrier);
	introduce(&a, &b);
	introduce(&b, &a);
	a.is_disk_full = true;
	octo_connect(a.channel, &a.host, now, 0);
	for (int i = 0; i < 5000; i++)
		turn(&a, now += OCTO_MILLISECOND);
	CHECK_U64(left.offered, 0);
	CHECK(a.pump.unsettled >= 3);
	a.is_disk_full = false;
	for (int i = 0; i < 5000; i++) {
		turn(&a, now += OCTO_MILLISECOND);
		turn(&b, now);
	}
	CHECK_U64(state_of(&a), OCTO_STATE_ESTABLISHED);
	free_end(&a);
	free_end(&b);
}

/* A flood is taken in bounded parts: between them the program sees its clock and its signals. */
static void a_flood_cannot_hold_a_turn(void)
{
	static struct cable left, right;
	static struct end a;
	join(&left, &right);
	make_end(&a, 1, &left.carrier);
	for (left.count = 0; left.count < QUEUE; left.count++)
		left.list[left.count] = (struct carrier_datagram){ .size = 20, .bytes = { 0x41 } };
	CHECK(turn(&a, 2 * OCTO_SECOND));
	CHECK_U64(octo_channel_counters(a.channel)->received, PUMP_TURN_MAX);
	CHECK_U64(left.count, QUEUE - PUMP_TURN_MAX);
	while (turn(&a, 2 * OCTO_SECOND))
		;
	CHECK_U64(octo_channel_counters(a.channel)->received, QUEUE);
	free_end(&a);
}

/* A node's couriers get their turn once a turn: after what came, before what goes. */
static void what_stands_between_sees_what_came_and_not_what_goes(void)
{
	static struct cable left, right;
	static struct end a, b;
	join(&left, &right);
	make_end(&a, 1, &left.carrier);
	make_end(&b, 2, &right.carrier);
	introduce(&a, &b);
	introduce(&b, &a);
	octo_connect(a.channel, &a.host, 2 * OCTO_SECOND, 0);
	turn(&a, 2 * OCTO_SECOND);
	CHECK_U64(a.betweens, 1);
	CHECK_U64(a.sent_between, 0);
	CHECK(octo_channel_counters(a.channel)->sent > 0);
	turn(&b, 2 * OCTO_SECOND);
	CHECK_U64(b.betweens, 1);
	CHECK(b.heard_between > 0);
	CHECK_U64(b.sent_between, 0);
	CHECK(octo_channel_counters(b.channel)->sent > 0);
	free_end(&a);
	free_end(&b);
}

CU_ErrorCode suite_pump(void);

CU_ErrorCode suite_pump(void)
{
	CU_pSuite suite = CU_add_suite("pump", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, two_channels_talk_over_udp);
	CU_ADD_TEST(suite, the_same_over_another_carrier);
	CU_ADD_TEST(suite, a_full_carrier_is_back_pressure);
	CU_ADD_TEST(suite, nothing_goes_out_before_it_is_durable);
	CU_ADD_TEST(suite, a_flood_cannot_hold_a_turn);
	CU_ADD_TEST(suite, what_stands_between_sees_what_came_and_not_what_goes);
	return CU_get_error();
}
