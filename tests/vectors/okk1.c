/* okk1.c: lets two cores talk with fixed entropy and no simulator, and prints as JSON every random byte they
 * drew, every datagram and every session they reported. decode.py, which shares no code with the core, then
 * derives the same bytes on its own. Exit status 3: this machine lacks AES-256-GCM.
 * Only the frames need the core's insides, since no channel sends all of them yet. Next: decode.py. */
#include "core/octo.h"

#include "core/intrinsic/frame.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition) ((condition) ? (void)0 : fail(#condition, __LINE__))

enum { NODES = 2, DRAWS_MAX = 4096, FLIGHT_MAX = 64, DATAGRAMS_MAX = 1024, SESSIONS_MAX = 16 };

static const octo_time_ns latency_ns = 20 * OCTO_MILLISECOND;

struct draw { uint32_t size; uint8_t bytes[32]; };

struct node {
	const char *name;
	struct octo_identity identity;
	struct octo_config config;
	struct octo_address address;
	struct octo_host host;
	void *block;
	struct octo_channel *channel;     /* NULL: switched off */
	uint64_t entropy_state;
	uint32_t draw_count;
	struct draw draws[DRAWS_MAX];
	uint8_t node_record[OCTO_RECORD_BYTES_MAX], peer_record[OCTO_RECORD_BYTES_MAX];
	size_t node_record_size, peer_record_size;
	uint32_t sent_by_type[256];
};

struct datagram {
	octo_time_ns sent_at, arrives_at; /* OCTO_NEVER: lost or arrived */
	uint8_t from;
	const char *fate;
	size_t size;
	uint8_t bytes[OCTO_DATAGRAM_MAX];
};

struct reported { uint8_t node; struct octo_event_session session; };

/* What the network does to the count-th packet (from 1) of a type that a node sends. */
struct mishap { uint8_t from, type; uint32_t count; octo_time_ns delay_ns; /* OCTO_NEVER: loses it */ };

struct world {
	struct node nodes[NODES];
	octo_time_ns now;
	struct datagram datagrams[DATAGRAMS_MAX];
	uint32_t datagram_count;
	struct reported sessions[SESSIONS_MAX];
	uint32_t session_count;
	const struct mishap *mishaps;     /* ends with count 0 */
	uint8_t observing;                /* whose channel is being called */
	bool was_duel, was_store_lost;
};

static struct world world;

static void fail(const char *what, int line)
{
	fprintf(stderr, "okk1.c:%d: %s does not hold\n", line, what);
	exit(1);
}

/* ---- A node's surroundings ------------------------------------------------------------------------- */

/* splitmix64: any fixed stream will do, the bytes are written down. */
static void entropy(void *context, uint8_t *out, size_t size)
{
	struct node *node = context;
	CHECK(node->draw_count < DRAWS_MAX && size <= sizeof node->draws[0].bytes);
	for (size_t i = 0; i < size; i++) {
		uint64_t z = node->entropy_state += UINT64_C(0x9e3779b97f4a7c15);
		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		out[i] = (uint8_t)(z >> 56);
	}
	struct draw *draw = &node->draws[node->draw_count++];
	draw->size = (uint32_t)size;
	memcpy(draw->bytes, out, size);
}

static void save(void *context, uint32_t peer, const uint8_t *record, size_t size)
{
	struct node *node = context;
	CHECK(size <= OCTO_RECORD_BYTES_MAX);
	memcpy(peer == OCTO_SELF ? node->node_record : node->peer_record, record, size);
	*(peer == OCTO_SELF ? &node->node_record_size : &node->peer_record_size) = size;
}

static void observe(void *context, const struct octo_event *event)
{
	struct node *node = context;
	if (event->kind == OCTO_EVENT_DUEL)
		world.was_duel = true;
	if (event->kind != OCTO_EVENT_SESSION_UP && event->kind != OCTO_EVENT_SESSION_SPARE)
		return;
	for (uint32_t i = 0; i < world.session_count; i++)
		if (world.sessions[i].node == node - world.nodes &&
		    world.sessions[i].session.log_id == event->session.log_id)
			return; /* a current one that became a spare */
	CHECK(world.session_count < SESSIONS_MAX);
	struct reported *reported = &world.sessions[world.session_count++];
	reported->node = (uint8_t)(node - world.nodes);
	reported->session = event->session;
}

static const struct octo_courier *const couriers[] = { &octo_courier_load };

/* With variant 7 node 0 has the larger FULL-ID, with 8 the smaller. In both the order of the FULL-IDs is not that
 * of the X25519 keys, so that nobody can sort by the wrong one unnoticed. */
static void node_create(uint8_t index, const char *name, uint64_t entropy_seed, int variant)
{
	struct node *node = &world.nodes[index];
	node->name = name;
	node->entropy_state = entropy_seed;
	node->address.ip[10] = node->address.ip[11] = 0xff;
	memcpy(node->address.ip + 12, (const uint8_t[4]){ 192, 0, 2, (uint8_t)(index + 1) }, 4);
	node->address.port = (uint16_t)(8124 + index);
	node->host = (struct octo_host){
		.context = node, .crypto = octo_crypto_sodium(), .entropy = entropy, .save = save, .observe = observe,
		.couriers = couriers, .courier_count = 1
	};
	octo_config_default(&node->config);
	node->config.peers_max = 1;
	for (uint8_t i = 0; i < OCTO_SEED_BYTES; i++)
		node->config.seed[i] = (uint8_t)(i * 7 + index * 101 + variant);
	octo_identity_from_seed(node->host.crypto, node->config.seed, &node->identity);
}

/* Switches a node on. With its store: boot epoch and peer record come back; without, both are lost. */
static void node_boot(uint8_t index, bool has_store)
{
	struct node *node = &world.nodes[index];
	node->config.stored_epoch = 0;
	uint32_t *epoch = &node->config.stored_epoch;
	if (has_store && node->node_record_size)
		CHECK(octo_node_record_epoch(node->node_record, node->node_record_size, epoch) == OCTO_OK);
	size_t size = octo_channel_size(&node->config, &node->host);
	CHECK(size > 0);
	node->block = aligned_alloc(16, (size + 15) / 16 * 16);
	CHECK(node->block != NULL);
	const struct octo_host *host = &node->host;
	enum octo_status status = octo_channel_init(node->block, size, &node->config, host, world.now, &node->channel);
	if (status == OCTO_NO_SUITE) {
		fprintf(stderr, "okk1: %s\n", octo_status_text(status));
		exit(3);
	}
	CHECK(status == OCTO_OK);
	uint32_t peer;
	const struct node *other = &world.nodes[!index];
	uint8_t record[OCTO_RECORD_BYTES_MAX];
	size_t record_size = node->peer_record_size;
	memcpy(record, node->peer_record, sizeof record);
	status = octo_peer_add(node->channel, host, world.now, &other->identity.card, &other->address, &peer);
	CHECK(status == OCTO_OK);
	if (has_store && record_size)
		CHECK(octo_peer_restore(node->channel, host, world.now, peer, record, record_size, 0) == OCTO_OK);
	octo_courier_activate(node->channel, host, world.now, peer, 0, true);
}

static void node_crash(uint8_t index)
{
	struct node *node = &world.nodes[index];
	octo_channel_close(node->channel);
	free(node->block);
	node->channel = NULL;
	node->block = NULL;
}

/* ---- The network ----------------------------------------------------------------------------------- */

static void put_on_wire(uint8_t from, const uint8_t *bytes, size_t size)
{
	CHECK(world.datagram_count < DATAGRAMS_MAX);
	struct datagram *datagram = &world.datagrams[world.datagram_count++];
	*datagram = (struct datagram){ .sent_at = world.now, .arrives_at = world.now + latency_ns, .from = from,
		                       .fate = "delivered", .size = size };
	memcpy(datagram->bytes, bytes, size);
	uint8_t type = (uint8_t)octo_packet_type_of(bytes, size);
	uint32_t count = ++world.nodes[from].sent_by_type[type];
	for (const struct mishap *m = world.mishaps; m && m->count; m++) {
		if (m->from != from || m->type != type || m->count != count)
			continue;
		datagram->fate = m->delay_ns == OCTO_NEVER ? "lost" : "held";
		datagram->arrives_at = m->delay_ns == OCTO_NEVER ? OCTO_NEVER : world.now + m->delay_ns;
	}
}

static void send_all(uint8_t index)
{
	struct node *node = &world.nodes[index];
	uint8_t out[OCTO_DATAGRAM_MAX];
	struct octo_address to;
	size_t size;
	while (node->channel && octo_channel_send(node->channel, &node->host, world.now, out, &size, &to))
		put_on_wire(index, out, size);
}

static void deliver(struct datagram *datagram)
{
	struct node *node = &world.nodes[!datagram->from];
	const struct octo_address *from = &world.nodes[datagram->from].address;
	datagram->arrives_at = OCTO_NEVER;
	if (!node->channel) {
		datagram->fate = "lost";
		return;
	}
	octo_channel_receive(node->channel, &node->host, world.now, from, datagram->bytes, datagram->size);
	send_all(!datagram->from);
}

/* Lets virtual time pass. What falls on one instant happens in order of sending, then by node. */
static void run_for(octo_time_ns duration)
{
	octo_time_ns end = world.now + duration;
	send_all(0);
	send_all(1);
	for (;;) {
		octo_time_ns next = OCTO_NEVER;
		struct datagram *first = NULL;
		for (uint32_t i = 0; i < world.datagram_count; i++) {
			if (world.datagrams[i].arrives_at >= next)
				continue;
			first = &world.datagrams[i];
			next = first->arrives_at;
		}
		uint8_t waker = NODES;
		for (uint8_t i = 0; i < NODES; i++) {
			struct node *node = &world.nodes[i];
			if (!node->channel || octo_channel_next_wake(node->channel) >= next)
				continue;
			waker = i;
			next = octo_channel_next_wake(node->channel);
		}
		if (next > end)
			break;
		world.now = next > world.now ? next : world.now;
		if (waker < NODES)
			send_all(waker);
		else
			deliver(first);
	}
	world.now = end;
}

/* ---- What users do --------------------------------------------------------------------------------- */

static void connect(uint8_t index)
{
	struct node *node = &world.nodes[index];
	octo_connect(node->channel, &node->host, world.now, 0);
}

static void disconnect(uint8_t index)
{
	struct node *node = &world.nodes[index];
	octo_disconnect(node->channel, &node->host, world.now, 0);
}

static void send_load(uint8_t index, uint64_t count, uint16_t size, octo_time_ns interval_ns)
{
	struct node *node = &world.nodes[index];
	struct octo_load *load = octo_courier_state(node->channel, 0, 0);
	load->count = count;
	load->size = size;
	load->interval_ns = interval_ns;
	load->priority = 100;
	octo_courier_wake(node->channel, &node->host, world.now, 0);
}

static bool is_established(uint8_t index)
{
	struct octo_peer_view view;
	octo_peer_view(world.nodes[index].channel, 0, &view);
	return view.state == OCTO_STATE_ESTABLISHED;
}

/* ---- The vectors ----------------------------------------------------------------------------------- */

static uint8_t winner_index(void)
{
	return memcmp(world.nodes[0].identity.card.id, world.nodes[1].identity.card.id, OCTO_ID_BYTES) > 0 ? 0 : 1;
}

static void boot_both(void)
{
	node_boot(0, true);
	node_boot(1, true);
}

static void tell_plain(void)
{
	boot_both();
	connect(0);
	run_for(OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
	send_load(0, 4, 48, 100 * OCTO_MILLISECOND);
	send_load(1, 3, 448, 150 * OCTO_MILLISECOND);
	run_for(20 * OCTO_SECOND);
	disconnect(1);
	run_for(OCTO_SECOND);
	CHECK(!is_established(0) && !is_established(1));
}

static void tell_aes(void)
{
	world.nodes[0].config.suites = world.nodes[1].config.suites =
		OCTO_SUITE_CHACHA20_POLY1305 | OCTO_SUITE_AES_256_GCM;
	world.nodes[0].config.rate_up = 50000;
	world.nodes[0].config.rate_down = 70000;
	world.nodes[0].config.payload_max = 300;
	world.nodes[1].config.rate_up = 60000;
	world.nodes[1].config.rate_down = 40000;
	world.nodes[1].config.keepalive_s = 5;
	boot_both();
	connect(0);
	run_for(OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
	send_load(0, 3, 200, 100 * OCTO_MILLISECOND);
	send_load(1, 3, 9, 100 * OCTO_MILLISECOND);
	run_for(7 * OCTO_SECOND);
	disconnect(0);
	run_for(OCTO_SECOND);
}

static void tell_number_sizes(void)
{
	boot_both();
	connect(1);
	run_for(OCTO_SECOND);
	send_load(1, 140, 8, 10 * OCTO_MILLISECOND);
	run_for(2 * OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
}

static void tell_losses(void)
{
	static const struct mishap mishaps[] = {
		{ 0, OCTO_PACKET_SYN, 1, OCTO_NEVER }, { 1, OCTO_PACKET_SYN_ACK, 1, OCTO_NEVER },
		{ 0, OCTO_PACKET_ACK, 1, OCTO_NEVER }, { 0, OCTO_PACKET_ACK, 2, OCTO_NEVER }, { 0, 0, 0, 0 }
	};
	world.mishaps = mishaps;
	boot_both();
	connect(0);
	run_for(6 * OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
}

static void tell_data_confirms(void)
{
	static const struct mishap mishaps[] = { { 0, OCTO_PACKET_ACK, 1, OCTO_NEVER }, { 0, 0, 0, 0 } };
	world.mishaps = mishaps;
	boot_both();
	send_load(0, 2, 100, 50 * OCTO_MILLISECOND);
	connect(0);
	run_for(OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
}

static void tell_cookie(void)
{
	world.nodes[1].config.curve_rate_max = 0;
	boot_both();
	connect(0);
	run_for(2 * OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
}

static void tell_stale(void)
{
	boot_both();
	connect(0);
	run_for(OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
	disconnect(1); /* or it would dial as soon as it is back, and not be asked */
	run_for(OCTO_SECOND);
	node_crash(0);
	node_crash(1);
	run_for(OCTO_SECOND);
	node_boot(1, true);
	node_boot(0, false);
	world.was_store_lost = true;
	connect(0);
	run_for(8 * OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
}

static void tell_duel(void)
{
	boot_both();
	connect(0);
	connect(1);
	run_for(2 * OCTO_SECOND);
	send_load(0, 1, 64, 0);
	send_load(1, 1, 64, 0);
	run_for(2 * OCTO_SECOND);
	CHECK(world.was_duel && is_established(0) && is_established(1));
}

/* The winner's first SYN is held up until its offer is gone and it has answered the loser. */
static void tell_both_adherent(void)
{
	enum { LOST = 24 };
	static struct mishap mishaps[LOST + 1];
	uint8_t winner = winner_index();
	for (uint32_t i = 0; i < LOST; i++)
		mishaps[i] = (struct mishap){ winner, OCTO_PACKET_SYN, i + 1, OCTO_NEVER };
	mishaps[0].delay_ns = 15230 * OCTO_MILLISECOND;
	world.mishaps = mishaps;
	boot_both();
	connect(winner);
	run_for(15200 * OCTO_MILLISECOND);
	connect(!winner);
	run_for(2 * OCTO_SECOND);
	CHECK(world.was_duel && is_established(0) && is_established(1));
}

static void tell_restart(void)
{
	boot_both();
	connect(0);
	run_for(OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
	node_crash(0);
	run_for(100 * OCTO_MILLISECOND);
	node_boot(0, true);
	connect(0);
	run_for(8 * OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
}

/* Another core's SYN reaches a live session: here a copy of node 0 that has its seed and store. */
static void tell_flagged(void)
{
	boot_both();
	connect(0);
	run_for(4 * OCTO_SECOND);
	struct node *node = &world.nodes[0];
	void *block = node->block;
	struct octo_channel *channel = node->channel;
	node_boot(0, true);
	connect(0);
	send_all(0);
	node_crash(0);
	node->block = block;
	node->channel = channel;
	run_for(2 * OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
}

static void enable(uint8_t index)
{
	struct node *node = &world.nodes[index];
	octo_enable(node->channel, &node->host, world.now, true);
}

/* One pings before the other is there, as its user and then as itself; later the other way round. */
static void tell_probe(void)
{
	world.nodes[1].config.honeymoon_ns = OCTO_SECOND;
	node_boot(1, true);
	enable(1);
	run_for(1500 * OCTO_MILLISECOND);
	node_boot(0, true);
	run_for(OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
	disconnect(1);
	run_for(10 * OCTO_SECOND);
	enable(0);
	run_for(53 * OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
	CHECK(world.nodes[0].sent_by_type[OCTO_PACKET_PROBE] && world.nodes[1].sent_by_type[OCTO_PACKET_PROBE] >= 3);
}

/* A courier of one number, which it says when it changes; its digests are the numbers themselves. */
struct word { uint32_t ours, said, theirs, is_due; };

static void word_mandate(const void *state, const struct octo_courier_call *call, struct octo_mandate *mandate)
{
	const struct word *word = state;
	(void)call;
	*mandate = (struct octo_mandate){ .priority = 31, .accept_reads = true, .want_to_send = word->is_due, .payload_size = 4 };
}

static size_t word_send(void *state, const struct octo_courier_call *call, uint8_t *out, size_t size_max, uint64_t *handle)
{
	struct word *word = state;
	(void)call, (void)handle;
	CHECK(size_max >= 4);
	word->is_due = 0;
	store_le(out, 4, word->said = word->ours);
	return 4;
}

static void word_receive(void *state, const struct octo_courier_call *call, const uint8_t *data, size_t size)
{
	(void)call;
	CHECK(size == 4);
	((struct word *)state)->theirs = (uint32_t)load_le(data, 4);
}

static uint64_t word_digest(const void *state, enum octo_side side)
{
	const struct word *word = state;
	return side == OCTO_SIDE_OURS ? word->said : word->theirs;
}

static void word_resync(void *state, const struct octo_courier_call *call)
{
	(void)call;
	((struct word *)state)->is_due = 1;
}

static void tell_sync(void)
{
	static const struct octo_courier courier = { .name = "word", .id = 2, .state_size = sizeof(struct word),
		.mandate = word_mandate, .send = word_send, .receive = word_receive, .digest = word_digest, .resync = word_resync };
	static const struct octo_courier *const words[] = { &courier };
	static struct mishap mishaps[] = { { 0, OCTO_PACKET_DATA, 1, OCTO_NEVER }, { 0, 0, 0, 0 } };
	struct node *node = &world.nodes[0];
	node->host.couriers = world.nodes[1].host.couriers = words;
	boot_both();
	connect(0);
	run_for(OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
	mishaps[0].count = node->sent_by_type[OCTO_PACKET_DATA] + 1;
	world.mishaps = mishaps;
	struct word *word = octo_courier_state(node->channel, 0, 0), *copy = octo_courier_state(world.nodes[1].channel, 0, 0);
	word->ours = 20260101;
	word->is_due = 1;
	octo_courier_wake(node->channel, &node->host, world.now, 0);
	run_for(500 * OCTO_MILLISECOND);
	CHECK(copy->theirs == 0);
	run_for(5 * OCTO_SECOND);
	CHECK(copy->theirs == word->ours);
}

static const struct { const char *name, *shows; void (*tell)(void); } vectors[] = {
	{ "plain", "handshake, courier messages both ways, keepalive, CLOSE by the adherent", tell_plain },
	{ "aes-256-gcm", "both offer AES-256-GCM; every limit differs between the two", tell_aes },
	{ "packet-numbers", "packet numbers grow from one byte to two", tell_number_sizes },
	{ "losses", "SYN, SYN-ACK and ACK get lost and are sent again, bit by bit the same", tell_losses },
	{ "data-confirms", "the ACK is lost; the first data packet confirms the answer", tell_data_confirms },
	{ "retry-cookie", "the adherent demands a cookie", tell_cookie },
	{ "retry-stale", "the initiator lost its store; its timestamp is stale", tell_stale },
	{ "duel", "both connect in the same instant", tell_duel },
	{ "duel-mirrored", "the same, and the other one has the larger FULL-ID", tell_duel },
	{ "both-adherent", "a SYN is held up until both sides have become adherent", tell_both_adherent },
	{ "restart", "the initiator restarts; the live session is challenged and torn down", tell_restart },
	{ "flagged", "an initial packet of somebody else with the same seed; the live session answers the challenge",
	  tell_flagged },
	{ "probe", "PROBE and PROBE-REPLY both ways, with and without the user flag, and the handshakes behind them", tell_probe },
	{ "sync", "a courier's message gets lost; digests differ, a SYNC_REQUEST asks for it again, and digests agree", tell_sync }
};

/* ---- Writing --------------------------------------------------------------------------------------- */

static void print_hex(const uint8_t *bytes, size_t size)
{
	putchar('"');
	for (size_t i = 0; i < size; i++)
		printf("%02x", bytes[i]);
	putchar('"');
}

static void print_node(const struct node *node, bool is_last)
{
	printf("    {\"name\": \"%s\", \"seed\": ", node->name);
	print_hex(node->config.seed, OCTO_SEED_BYTES);
	printf(",\n     \"id\": ");
	print_hex(node->identity.card.id, OCTO_ID_BYTES);
	printf(",\n     \"ip\": ");
	print_hex(node->address.ip, sizeof node->address.ip);
	printf(", \"port\": %u,\n     \"draws\": [", node->address.port);
	for (uint32_t i = 0; i < node->draw_count; i++) {
		printf("%s", i == 0 ? "" : i % 4 ? ", " : ",\n               ");
		print_hex(node->draws[i].bytes, node->draws[i].size);
	}
	printf("]}%s\n", is_last ? "" : ",");
}

static void print_session(const struct reported *reported, bool is_last)
{
	const struct octo_event_session *s = &reported->session;
	printf("    {\"node\": \"%s\", \"role\": \"%s\", \"log_id\": \"%016" PRIx64 "\", \"receive_id\": \"%016" PRIx64
	       "\", \"send_id\": \"%016" PRIx64 "\",\n", world.nodes[reported->node].name,
	       octo_role_name((enum octo_role)s->role), s->log_id, s->receive_id, s->send_id);
	printf("     \"generation\": %" PRIu32 ", \"version\": %u, \"suite\": %u, \"payload_max\": %u, \"rate_up\": %" PRIu32
	       ", \"rate_down\": %" PRIu32 ", \"idle_s\": %u}%s\n", s->generation, s->agreement.version, s->agreement.suite,
	       s->agreement.payload_max, s->agreement.rate_up, s->agreement.rate_down, s->agreement.idle_s,
	       is_last ? "" : ",");
}

static void print_datagram(const struct datagram *datagram, bool is_last)
{
	printf("    {\"ms\": %" PRIu64 ", \"from\": \"%s\", \"to\": \"%s\", \"fate\": \"%s\",\n     \"bytes\": ",
	       datagram->sent_at / OCTO_MILLISECOND, world.nodes[datagram->from].name, world.nodes[!datagram->from].name,
	       datagram->fate);
	print_hex(datagram->bytes, datagram->size);
	printf("}%s\n", is_last ? "" : ",");
}

static void print_vector(const char *name, const char *shows, bool is_last)
{
	printf("  {\"name\": \"%s\", \"shows\": \"%s\",\n   \"nodes\": [\n", name, shows);
	for (uint32_t i = 0; i < NODES; i++)
		print_node(&world.nodes[i], i + 1 == NODES);
	printf("   ],\n   \"datagrams\": [\n");
	for (uint32_t i = 0; i < world.datagram_count; i++)
		print_datagram(&world.datagrams[i], i + 1 == world.datagram_count);
	printf("   ],\n");
	if (world.was_duel)
		printf("   \"duel_winner\": \"%s\",\n", world.nodes[winner_index()].name);
	if (world.was_store_lost)
		printf("   \"store_lost\": true,\n");
	printf("   \"sessions\": [\n");
	for (uint32_t i = 0; i < world.session_count; i++)
		print_session(&world.sessions[i], i + 1 == world.session_count);
	printf("   ]}%s\n", is_last ? "" : ",");
}

/* One frame of each type, as the codec writes it: not all stand in a datagram. */
static void print_frames(void)
{
	static const uint8_t data[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	const struct frame frames[] = {
		{ .type = FRAME_PAD },
		{ .type = FRAME_ACK, .largest = 0x1234, .delay = 5, .bitmap = 0xa0b0c0d0 },
		{ .type = FRAME_ACK_RANGES, .largest = 65535, .delay = 7, .range_count = 2,
		  .ranges = { { 0, 5 }, { 16383, 1 } } },
		{ .type = FRAME_PING, .token = 0x04030201 },
		{ .type = FRAME_PONG, .token = 0x04030201 },
		{ .type = FRAME_PATH_CHALLENGE, .data = data, .size = 8 },
		{ .type = FRAME_PATH_RESPONSE, .data = data, .size = 8 },
		{ .type = FRAME_MAX_RATE, .token = 4096 },
		{ .type = FRAME_CLOSE, .token = 0 },
		{ .type = FRAME_SYNC_REQUEST, .courier = 126 },
		{ .type = FRAME_SYNC_HASH, .courier = 126, .data = data, .size = 8 },
		{ .type = FRAME_HANDSHAKE, .data = data, .size = 3 },
		{ .type = FRAME_COURIER_ORDERED, .courier = 1, .largest = 300, .data = data, .size = 4 },
		{ .type = FRAME_COURIER, .courier = 1, .data = data, .size = 4 },
		{ .type = FRAME_COURIER, .courier = 126, .data = data, .size = 0 }
	};
	uint8_t bytes[256];
	struct writer writer = writer_of(bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
		frame_write(&writer, &frames[i]);
	printf(" \"frames\": ");
	print_hex(bytes, writer.position);
	printf(",\n");
}

/* Signatures on clear text: of nothing, of a few bytes, and of more than a hash's block. */
static void print_signatures(void)
{
	static const struct { const char *purpose; size_t size; } texts[] = { { "card", 0 }, { "log", 5 }, { "card", 200 } };
	uint8_t text[200], seed[OCTO_SEED_BYTES], signature[OCTO_SIGNATURE_BYTES];
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)i;
	printf(" \"signatures\": [\n");
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct octo_identity identity;
		memset(seed, (int)i + 1, sizeof seed);
		octo_identity_from_seed(octo_crypto_sodium(), seed, &identity);
		octo_sign(octo_crypto_sodium(), &identity, texts[i].purpose, text, texts[i].size, signature);
		printf("  {\"purpose\": \"%s\", \"seed\": ", texts[i].purpose);
		print_hex(seed, sizeof seed);
		printf(", \"text\": ");
		print_hex(text, texts[i].size);
		printf(", \"signature\": ");
		print_hex(signature, sizeof signature);
		printf("}%s\n", i + 1 < sizeof texts / sizeof *texts ? "," : "");
	}
	printf(" ],\n");
}

int main(void)
{
	printf("{\"format\": 1,\n \"protocol\": \"OKK1\",\n");
	print_frames();
	print_signatures();
	printf(" \"vectors\": [\n");
	size_t count = sizeof vectors / sizeof *vectors;
	for (size_t i = 0; i < count; i++) {
		memset(&world, 0, sizeof world);
		int variant = i % 2 ? 7 : 8;
		node_create(0, "robot", 2 * i + 1, variant);
		node_create(1, "pilot", 2 * i + 2, variant);
		vectors[i].tell();
		print_vector(vectors[i].name, vectors[i].shows, i + 1 == count);
		for (uint8_t n = 0; n < NODES; n++)
			if (world.nodes[n].channel)
				node_crash(n);
	}
	printf(" ]}\n");
	return 0;
}
