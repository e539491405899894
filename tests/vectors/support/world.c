/* world.c: see the header. */
#include "tests/vectors/support/world.h"

#include "core/nodes/remote.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KINDS_MAX = 8 };
static const octo_time_ns latency_ns = 20 * OCTO_MILLISECOND;

struct world world;

void fail(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: %s does not hold\n", file, line, what);
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

static const struct octo_courier *const plain_kinds[] = { &octo_courier_load };
static const struct octo_courier *agent_kinds[KINDS_MAX], *remote_kinds[KINDS_MAX];

void node_create(uint8_t index, const char *name, uint64_t entropy_seed, int variant)
{
	struct node *node = &world.nodes[index];
	node->name = name;
	node->entropy_state = entropy_seed;
	node->address.ip[10] = node->address.ip[11] = 0xff;
	memcpy(node->address.ip + 12, (const uint8_t[4]){ 192, 0, 2, (uint8_t)(index + 1) }, 4);
	node->address.port = node->first_port = (uint16_t)(8124 + index);
	node->host = (struct octo_host){
		.context = node, .crypto = octo_crypto_sodium(), .entropy = entropy, .save = save, .observe = observe,
		.couriers = plain_kinds, .courier_count = 1
	};
	octo_config_default(&node->config);
	node->config.peers_max = 1;
	for (uint8_t i = 0; i < OCTO_SEED_BYTES; i++)
		node->config.seed[i] = (uint8_t)(i * 7 + index * 101 + variant);
	octo_identity_from_seed(node->host.crypto, node->config.seed, &node->identity);
}

void give_sets(const struct octo_blobs *blobs)
{
	struct octo_host *agent = &world.nodes[0].host, *remote = &world.nodes[1].host;
	agent->courier_count = octo_courier_set_kinds(&octo_agent_couriers, agent_kinds, KINDS_MAX);
	remote->courier_count = octo_courier_set_kinds(&octo_remote_couriers, remote_kinds, KINDS_MAX);
	agent->couriers = agent_kinds;
	remote->couriers = remote_kinds;
	agent->blobs = remote->blobs = blobs;
	world.nodes[0].couriers = AGENT;
	world.nodes[1].couriers = REMOTE;
}

void node_boot(uint8_t index, bool has_store)
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
	if (node->couriers == AGENT)
		octo_agent_init(&node->agent, node->channel);
	if (node->couriers == PLAIN)
		octo_courier_activate(node->channel, host, world.now, peer, 0, true);
}

void node_crash(uint8_t index)
{
	struct node *node = &world.nodes[index];
	octo_channel_close(node->channel);
	free(node->block);
	node->channel = NULL;
	node->block = NULL;
}

/* ---- The network ----------------------------------------------------------------------------------- */

static void put_on_wire(uint8_t from, const struct octo_address *to, const uint8_t *bytes, size_t size)
{
	CHECK(world.datagram_count < DATAGRAMS_MAX);
	struct datagram *datagram = &world.datagrams[world.datagram_count++];
	*datagram = (struct datagram){ .sent_at = world.now, .arrives_at = world.now + latency_ns, .from = from,
		                       .source = world.nodes[from].address, .fate = "delivered", .size = size };
	memcpy(datagram->bytes, bytes, size);
	uint8_t type = (uint8_t)octo_packet_type_of(bytes, size);
	uint32_t count = ++world.nodes[from].sent_by_type[type];
	if (memcmp(to, &world.nodes[!from].address, sizeof *to) != 0) { /* nobody is there any more */
		datagram->fate = "lost";
		datagram->arrives_at = OCTO_NEVER;
	}
	for (const struct mishap *m = world.mishaps; m && m->count; m++) {
		if (m->from != from || m->type != type || m->count != count)
			continue;
		datagram->fate = m->delay_ns == OCTO_NEVER ? "lost" : "held";
		datagram->arrives_at = m->delay_ns == OCTO_NEVER ? OCTO_NEVER : world.now + m->delay_ns;
	}
}

static void update(struct node *node)
{
	if (node->channel && node->couriers == AGENT)
		octo_agent_update(&node->agent, node->channel, &node->host, world.now);
	if (node->channel && node->couriers == REMOTE)
		octo_remote_update(node->channel, &node->host, world.now);
}

void send_all(uint8_t index)
{
	struct node *node = &world.nodes[index];
	uint8_t out[OCTO_DATAGRAM_MAX];
	struct octo_address to;
	size_t size;
	update(node);
	while (node->channel && octo_channel_send(node->channel, &node->host, world.now, out, &size, &to))
		put_on_wire(index, &to, out, size);
}

static void deliver(struct datagram *datagram)
{
	struct node *node = &world.nodes[!datagram->from];
	datagram->arrives_at = OCTO_NEVER;
	if (!node->channel) {
		datagram->fate = "lost";
		return;
	}
	octo_channel_receive(node->channel, &node->host, world.now, &datagram->source, datagram->bytes, datagram->size);
	send_all(!datagram->from);
}

void run_for(octo_time_ns duration)
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

void connect_node(uint8_t index)
{
	struct node *node = &world.nodes[index];
	octo_connect(node->channel, &node->host, world.now, 0);
}

void disconnect_node(uint8_t index)
{
	struct node *node = &world.nodes[index];
	octo_disconnect(node->channel, &node->host, world.now, 0);
}

void send_load(uint8_t index, uint64_t count, uint16_t size, octo_time_ns interval_ns)
{
	struct node *node = &world.nodes[index];
	struct octo_load *load = octo_courier_state(node->channel, 0, 0);
	load->count = count;
	load->size = size;
	load->interval_ns = interval_ns;
	load->priority = 100;
	octo_courier_wake(node->channel, &node->host, world.now, 0);
}

bool is_established(uint8_t index)
{
	struct octo_peer_view view;
	octo_peer_view(world.nodes[index].channel, 0, &view);
	return view.state == OCTO_STATE_ESTABLISHED;
}

uint8_t winner_index(void)
{
	return memcmp(world.nodes[0].identity.card.id, world.nodes[1].identity.card.id, OCTO_ID_BYTES) > 0 ? 0 : 1;
}

/* ---- Writing --------------------------------------------------------------------------------------- */

void print_hex(const uint8_t *bytes, size_t size)
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
	printf(", \"port\": %u,\n     \"draws\": [", node->first_port);
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
	const struct node *from = &world.nodes[datagram->from];
	printf("    {\"ms\": %" PRIu64 ", \"from\": \"%s\", \"to\": \"%s\", \"fate\": \"%s\",", datagram->sent_at / OCTO_MILLISECOND,
	       from->name, world.nodes[!datagram->from].name, datagram->fate);
	if (datagram->source.port != from->first_port)
		printf(" \"port\": %u,", datagram->source.port);
	printf("\n     \"bytes\": ");
	print_hex(datagram->bytes, datagram->size);
	printf("}%s\n", is_last ? "" : ",");
}

void print_vector(const char *name, const char *shows, bool is_last)
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
