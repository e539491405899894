/* pair.c: see the header. Next: any *_test.c of this directory. */
#include "tests/pair/pair.h"

#include "core/intrinsic/session.h"
#include "tests/check.h"

#include <stdlib.h>

enum { BURST_MAX = 1000 };                /* datagrams in one instant: far more than any channel has to send */

unsigned pair_cells[OCTO_STEP_COUNT][OCTO_STATE_COUNT];

/* ---- A node's surroundings --------------------------------------------------------------------------------- */

static void entropy(void *context, uint8_t *out, size_t size)
{
	struct pair_node *node = context;
	for (size_t i = 0; i < size; i++) {
		uint64_t z = node->entropy_state += UINT64_C(0x9e3779b97f4a7c15);
		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		out[i] = (uint8_t)(z >> 56);
	}
}

static void save(void *context, uint32_t peer, const uint8_t *record, size_t size)
{
	struct pair_node *node = context;
	bool is_node = peer == OCTO_SELF;
	memcpy(is_node ? node->node_record : node->peer_record, record, size);
	*(is_node ? &node->node_record_size : &node->peer_record_size) = size;
	node->saves++;
}

static void *grown(void *list, size_t count, size_t *room, size_t item_size)
{
	if (count < *room)
		return list;
	*room = *room ? 2 * *room : 64;
	list = realloc(list, *room * item_size);
	if (!list)
		abort();
	return list;
}

static void observe(void *context, const struct octo_event *event)
{
	struct pair_node *node = context;
	if (event->kind >= OCTO_EVENT_AUDIT_SEALED)
		return;
	if (event->kind == OCTO_EVENT_PACKET_RECEIVED)
		node->reason = (enum octo_reason)event->packet.reason;
	if (event->kind == OCTO_EVENT_HANDSHAKE)
		pair_cells[event->handshake.step][event->handshake.before]++;
	node->events = grown(node->events, node->event_count, &node->event_room, sizeof *node->events);
	node->events[node->event_count++] = *event;
}

static const struct octo_courier *const load_only[] = { &octo_courier_load };

/* ---- Making and ending ------------------------------------------------------------------------------------- */

void pair_default(struct pair_options *options)
{
	*options = (struct pair_options){ .crypto = octo_crypto_sodium(), .couriers = load_only, .courier_count = 1 };
	for (int i = 0; i < 2; i++) {
		octo_config_default(&options->config[i]);
		options->config[i].peers_max = 2;
	}
}

static void must(enum octo_status status)
{
	if (status == OCTO_OK)
		return;
	fprintf(stderr, "pair.c: %s\n", octo_status_text(status));
	abort();
}

static void boot(struct pair *pair, int who, int other)
{
	struct pair_node *node = &pair->nodes[who];
	uint32_t peer;
	must(octo_channel_init(node->channel, node->block_size, &node->config, &node->host, pair_clock(pair, who),
	                       &node->channel));
	must(octo_peer_add(node->channel, &node->host, pair_clock(pair, who), &pair->nodes[other].identity.card,
	                   &pair->nodes[other].address, &peer));
	for (uint32_t i = 0; i < node->host.courier_count; i++)
		octo_courier_activate(node->channel, &node->host, pair_clock(pair, who), peer, i, true);
}

static void prepare(struct pair *pair, int who, const struct octo_config *config, const struct octo_host *host)
{
	struct pair_node *node = &pair->nodes[who];
	node->exists = true;
	node->config = *config;
	node->host = *host;
	node->host.context = node;
	node->address = (struct octo_address){ .ip = { 0xfd, [15] = (uint8_t)(who + 1) }, .port = 8124 };
	node->block_size = octo_channel_size(config, host);
	node->channel = node->block_size ? malloc(node->block_size) : NULL;
	if (!node->channel)
		abort();
	octo_identity_from_seed(host->crypto, config->seed, &node->identity);
}

void pair_open(struct pair *pair, const struct pair_options *given)
{
	struct pair_options options;
	pair_default(&options);
	if (given)
		options = *given;
	*pair = (struct pair){ .now = UINT64_C(1000000) * OCTO_SECOND, .latency_ns = 10 * OCTO_MILLISECOND };
	struct octo_host host = { .crypto = options.crypto, .entropy = entropy, .save = save, .observe = observe,
		                  .couriers = options.couriers, .courier_count = options.courier_count };
	struct octo_identity first, second;
	uint8_t seeds[2][OCTO_SEED_BYTES] = { { 1 }, { 2 } };
	octo_identity_from_seed(options.crypto, seeds[0], &first);
	octo_identity_from_seed(options.crypto, seeds[1], &second);
	int winner = memcmp(first.card.id, second.card.id, OCTO_ID_BYTES) > 0 ? 0 : 1;
	for (int i = 0; i < 2; i++) {
		memcpy(options.config[i].seed, seeds[i == WINNER ? winner : 1 - winner], OCTO_SEED_BYTES);
		prepare(pair, i, &options.config[i], &host);
		pair->nodes[i].entropy_state = options.entropy * 1000 + (uint64_t)i * 77 + 1;
	}
	boot(pair, WINNER, LOSER);
	boot(pair, LOSER, WINNER);
}

void pair_make_twin(struct pair *pair, int of, uint32_t stored_epoch)
{
	struct octo_config config = pair->nodes[of].config;
	config.stored_epoch = stored_epoch;
	prepare(pair, TWIN, &config, &pair->nodes[of].host);
	pair->nodes[TWIN].entropy_state = 424242 + stored_epoch;
	boot(pair, TWIN, of == WINNER ? LOSER : WINNER);
}

void pair_make_other(struct pair *pair)
{
	struct pair_node *winner = &pair->nodes[WINNER];
	struct octo_config config = pair->nodes[LOSER].config;
	uint32_t peer;
	memset(config.seed, 0, sizeof config.seed);
	config.seed[0] = 3;
	prepare(pair, OTHER, &config, &winner->host);
	pair->nodes[OTHER].entropy_state = 171717;
	boot(pair, OTHER, WINNER);
	must(octo_peer_add(winner->channel, &winner->host, pair_clock(pair, WINNER), &pair->nodes[OTHER].identity.card,
	                   &pair->nodes[OTHER].address, &peer));
	for (uint32_t i = 0; i < winner->host.courier_count; i++)
		octo_courier_activate(winner->channel, &winner->host, pair_clock(pair, WINNER), peer, i, true);
}

void pair_close(struct pair *pair)
{
	for (int i = 0; i < PAIR_NODES; i++) {
		if (!pair->nodes[i].exists)
			continue;
		octo_channel_close(pair->nodes[i].channel);
		free(pair->nodes[i].channel);
		free(pair->nodes[i].events);
	}
	free(pair->sent);
	memset(pair, 0, sizeof *pair);
}

void pair_restart(struct pair *pair, int who, bool keeps_store)
{
	struct pair_node *node = &pair->nodes[who];
	enum octo_switch position = OCTO_SWITCH_MANUAL;
	node->config.stored_epoch = 0;
	if (keeps_store) {
		must(octo_node_record_epoch(node->node_record, node->node_record_size, &node->config.stored_epoch));
		must(octo_node_record_switch(node->node_record, node->node_record_size, &position));
	}
	node->config.stored_switch = position;
	size_t record_size = keeps_store ? node->peer_record_size : 0;
	node->peer_record_size = 0;
	boot(pair, who, who == WINNER ? LOSER : WINNER);
	if (record_size)
		must(octo_peer_restore(node->channel, &node->host, pair_clock(pair, who), 0, node->peer_record, record_size, 0));
}

/* ---- Time and traffic -------------------------------------------------------------------------------------- */

octo_time_ns pair_clock(const struct pair *pair, int who)
{
	return pair->now + (uint64_t)pair->nodes[who].clock_offset_ns;
}

static int kind_of(enum octo_packet_type type)
{
	return type == OCTO_PACKET_DATA ? 7 : type == OCTO_PACKET_UNKNOWN ? 0 : (int)type - OCTO_PACKET_SYN + 1;
}

static void pump(struct pair *pair, int who)
{
	struct pair_node *node = &pair->nodes[who];
	struct pair_datagram datagram = { .from = who, .source = node->address };
	unsigned at_once = 0;
	while (octo_channel_send(node->channel, &node->host, pair_clock(pair, who), datagram.bytes, &datagram.size,
	                         &datagram.target)) {
		unsigned *lose = &node->lose[kind_of(octo_packet_type_of(datagram.bytes, datagram.size))];
		datagram.at = *lose ? OCTO_NEVER : pair->now + pair->latency_ns;
		*lose -= *lose ? 1 : 0;
		pair->sent = grown(pair->sent, pair->sent_count, &pair->sent_room, sizeof *pair->sent);
		pair->sent[pair->sent_count++] = datagram;
		if (++at_once == BURST_MAX) {
			CU_FAIL("a channel sends without end in one instant");
			return;
		}
	}
}

static void deliver_due(struct pair *pair)
{
	for (size_t i = 0; i < pair->sent_count; i++) {
		if (pair->sent[i].at > pair->now)
			continue;
		pair->sent[i].at = OCTO_NEVER;
		struct pair_datagram datagram = pair->sent[i];
		for (int who = 0; who < PAIR_NODES; who++)
			if (pair->nodes[who].exists && same_address(&pair->nodes[who].address, &datagram.target))
				pair_deliver(pair, who, &datagram);
	}
}

void pair_run(struct pair *pair, octo_time_ns for_ns)
{
	octo_time_ns until = pair->now + for_ns;
	for (;;) {
		octo_time_ns next = OCTO_NEVER;
		for (int who = 0; who < PAIR_NODES; who++) {
			const struct pair_node *node = &pair->nodes[who];
			if (!node->exists)
				continue;
			pump(pair, who);
			octo_time_ns wake = octo_channel_next_wake(node->channel) - (uint64_t)node->clock_offset_ns;
			next = wake < next ? wake : next;
		}
		for (size_t i = 0; i < pair->sent_count; i++)
			next = pair->sent[i].at < next ? pair->sent[i].at : next;
		if (next > until)
			break;
		pair->now = next > pair->now ? next : pair->now; /* who was paused is late */
		deliver_due(pair);
	}
	pair->now = until;
}

void pair_establish(struct pair *pair, int initiator)
{
	pair_connect(pair, initiator);
	pair_run(pair, 10 * pair->latency_ns);
	CHECK(pair_is_joined(pair));
}

void pair_connect(struct pair *pair, int who)
{
	octo_connect(pair->nodes[who].channel, &pair->nodes[who].host, pair_clock(pair, who), 0);
}

void pair_disconnect(struct pair *pair, int who)
{
	octo_disconnect(pair->nodes[who].channel, &pair->nodes[who].host, pair_clock(pair, who), 0);
}

void pair_lose(struct pair *pair, int who, enum octo_packet_type type, unsigned count)
{
	pair->nodes[who].lose[kind_of(type)] = count;
}

static bool is_of(const struct pair_datagram *datagram, int who, enum octo_packet_type type)
{
	return datagram->from == who && octo_packet_type_of(datagram->bytes, datagram->size) == type;
}

struct pair_datagram pair_sent(const struct pair *pair, int who, enum octo_packet_type type, unsigned nth)
{
	unsigned wanted = nth ? nth : pair_sent_count(pair, who, type);
	for (size_t i = 0; wanted && i < pair->sent_count; i++)
		if (is_of(&pair->sent[i], who, type) && --wanted == 0)
			return pair->sent[i];
	return (struct pair_datagram){ .size = 0 };
}

unsigned pair_sent_count(const struct pair *pair, int who, enum octo_packet_type type)
{
	unsigned count = 0;
	for (size_t i = 0; i < pair->sent_count; i++)
		count += is_of(&pair->sent[i], who, type) ? 1 : 0;
	return count;
}

enum octo_reason pair_push(struct pair *pair, int to, const struct octo_address *source, const void *bytes, size_t size)
{
	struct pair_node *node = &pair->nodes[to];
	octo_channel_receive(node->channel, &node->host, pair_clock(pair, to), source, bytes, size);
	return node->reason;
}

enum octo_reason pair_deliver(struct pair *pair, int to, const struct pair_datagram *datagram)
{
	CHECK(datagram->size != 0);
	return pair_push(pair, to, &datagram->source, datagram->bytes, datagram->size);
}

/* ---- Looking at it ----------------------------------------------------------------------------------------- */

unsigned pair_event_count(const struct pair *pair, int who, enum octo_event_kind kind)
{
	unsigned count = 0;
	for (size_t i = 0; i < pair->nodes[who].event_count; i++)
		count += pair->nodes[who].events[i].kind == kind ? 1 : 0;
	return count;
}

const struct octo_event *pair_event(const struct pair *pair, int who, enum octo_event_kind kind, unsigned nth)
{
	const struct pair_node *node = &pair->nodes[who];
	unsigned wanted = nth ? nth : pair_event_count(pair, who, kind);
	for (size_t i = 0; wanted && i < node->event_count; i++)
		if (node->events[i].kind == kind && --wanted == 0)
			return &node->events[i];
	return NULL;
}

struct octo_peer_view pair_view(const struct pair *pair, int who)
{
	struct octo_peer_view view;
	octo_peer_view(pair->nodes[who].channel, 0, &view);
	return view;
}

enum octo_state pair_state(const struct pair *pair, int who)
{
	return pair_view(pair, who).state;
}

bool pair_is_joined(const struct pair *pair)
{
	struct octo_peer_view winner = pair_view(pair, WINNER), loser = pair_view(pair, LOSER);
	return winner.state == OCTO_STATE_ESTABLISHED && loser.state == OCTO_STATE_ESTABLISHED &&
	       winner.session.log_id == loser.session.log_id;
}

uint64_t pair_cell(const struct pair *pair, int who, enum octo_step step, enum octo_state state)
{
	return octo_channel_counters(pair->nodes[who].channel)->cells[step][state];
}

uint64_t pair_reasons(const struct pair *pair, int who, enum octo_reason reason)
{
	return octo_channel_counters(pair->nodes[who].channel)->reasons[reason];
}

uint64_t pair_digest(const struct pair *pair, int who)
{
	return octo_channel_digest(pair->nodes[who].channel);
}

struct peer *pair_peer(const struct pair *pair, int who)
{
	return block_peer(pair->nodes[who].channel, 0);
}

struct call pair_call(struct pair *pair, int who)
{
	return call_begin(pair->nodes[who].channel, &pair->nodes[who].host, pair_clock(pair, who));
}

struct octo_load *pair_load(struct pair *pair, int who)
{
	return octo_courier_state(pair->nodes[who].channel, 0, 0);
}

void pair_send_load(struct pair *pair, int who, uint64_t count, uint16_t size, octo_time_ns interval_ns)
{
	struct octo_load *load = pair_load(pair, who);
	load->count = count;
	load->size = size;
	load->interval_ns = interval_ns;
	load->is_paced = 0;
	octo_courier_wake(pair->nodes[who].channel, &pair->nodes[who].host, pair_clock(pair, who), 0);
}

void pair_be_gullible(struct pair *pair)
{
	for (int who = 0; who < PAIR_NODES; who++)
		if (pair->nodes[who].exists)
			pair->nodes[who].channel->config.tamper = false;
}

/* ---- Authentic packets that no channel would send ------------------------------------------------------------ */

size_t pair_forge_data(struct pair *pair, int who, const uint8_t *frames, size_t size, uint8_t bits,
                       uint8_t out[OCTO_DATAGRAM_MAX])
{
	struct session *session = &pair_peer(pair, who)->current;
	uint8_t nonce[CRYPTO_NONCE_BYTES] = { 0 }, ad[DATA_HEADER_BYTES_MAX + 12] = { 0 };
	size_t header_size = data_header_write(out, session->send_id, false, session->number_next, UINT64_MAX);
	out[0] |= bits;
	memcpy(ad, out, header_size);
	store_le(ad + header_size, 8, session->send_id);
	store_le(nonce + 4, 8, session->number_next++);
	struct crypto_box box = { .key = session->send_key, .nonce = nonce, .ad = ad, .ad_size = header_size + 12,
		                  .in = frames, .out = out + header_size, .size = size };
	pair->nodes[who].host.crypto->seal(session->agreement.suite, &box);
	return header_size + size + CRYPTO_TAG_BYTES;
}

struct syn_offer pair_offer(const struct pair *pair, int who)
{
	const struct octo_channel *channel = pair->nodes[who].channel;
	const struct octo_config *config = &channel->config;
	return (struct syn_offer){ .timestamp = ((uint64_t)channel->epoch << 40 | channel->attempts) + 1,
		.generation = pair_peer(pair, who)->generation, .version_min = 1, .version_max = 1, .suites = config->suites,
		.rate_up = config->rate_up, .rate_down = config->rate_down, .payload_max = config->payload_max,
		.idle_s = config->keepalive_s };
}

void pair_forge_syn(struct pair *pair, int who, const struct syn_offer *offer, uint16_t flags, uint8_t out[SYN_BYTES])
{
	struct pair_node *node = &pair->nodes[who];
	const struct peer *peer = pair_peer(pair, who);
	uint8_t secret[OCTO_KEY_BYTES], public[OCTO_KEY_BYTES], id[8];
	uint8_t plain[SYN_OFFER_BYTES], ad[SYN_AD_BYTES], nonce[CRYPTO_WIDE_NONCE_BYTES];
	entropy(node, secret, sizeof secret);
	entropy(node, id, sizeof id);
	node->host.crypto->public_key(public, secret);
	memset(out, 0, SYN_BYTES);
	struct writer writer = writer_of(out, SYN_BYTES);
	packet_header_write(&writer, OCTO_PACKET_SYN, flags, 0);
	write_u64(&writer, load_le(id, 8) | PACKET_SESSION_ID_MIN);
	write_u64(&writer, 0);
	write_bytes(&writer, public, sizeof public);
	store_le(out + PACKET_HEADER_BYTES + 8, 8, syn_hint(peer->keys.hint_out, out));
	syn_offer_write(plain, offer);
	syn_ad(ad, out, node->identity.card.id, peer->card.id);
	syn_nonce(nonce, out);
	struct crypto_box box = { .key = peer->keys.syn_out, .nonce = nonce, .ad = ad, .ad_size = sizeof ad, .in = plain,
		                  .out = out + SYN_OFFER_AT, .size = sizeof plain };
	node->host.crypto->seal_wide(&box);
}
