/* node.c: the host of a core. The callbacks know the node by a context on the stack of the call that drives it. */
#include "sim/node.h"

#include "core/checked/lie.h"
#include "sim/blobs.h"
#include "sim/check/tally.h"
#include "sim/engine/rng.h"
#include "sim/inbox.h"
#include "sim/network/topology.h"
#include "sim/recorder.h"
#include "sim/traffic.h"

#include <string.h>

enum { UDP_PORT = 8124 };

enum { COURIER_LOAD = 0 };            /* the first kind of every node; what it has more of it comes next */

/* ---- Addresses -------------------------------------------------------------------------------------------------- */

static uint32_t load_be32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void store_be32(uint8_t *bytes, uint32_t value)
{
	bytes[0] = (uint8_t)(value >> 24);
	bytes[1] = (uint8_t)(value >> 16);
	bytes[2] = (uint8_t)(value >> 8);
	bytes[3] = (uint8_t)value;
}

/* fd00::<moves>:<node + 1>, and a port that nobody else has behind the same NAT; kept with the node, as each datagram asks for it. */
static void settle_down(struct sim *sim, uint32_t number)
{
	struct node *node = node_of(sim, number);
	node->address = (struct octo_address){ .ip = { 0xfd } };
	node->address.port = (uint16_t)(UDP_PORT + sim->scenario->nodes[number].port_rank);
	store_be32(node->address.ip + 8, node->moves);
	store_be32(node->address.ip + 12, number + 1);
}

void node_move(struct sim *sim, uint32_t number)
{
	node_of(sim, number)->moves++;
	settle_down(sim, number);
}

struct octo_address node_address(const struct sim *sim, uint32_t number)
{
	return node_of(sim, number)->address;
}

uint32_t node_at_address(const struct sim *sim, const struct octo_address *address)
{
	uint32_t number = load_be32(address->ip + 12) - 1;
	if (number >= world_of(sim)->node_count)
		return TRACE_NOBODY;
	return memcmp(&node_of(sim, number)->address, address, sizeof *address) == 0 ? number : TRACE_NOBODY;
}

/* ---- The host's callbacks ------------------------------------------------------------------------------------------ */

static void entropy(void *context, uint8_t *out, size_t size)
{
	const struct node_seat *seat = context;
	struct node *node = node_of(seat->sim, seat->number);
	uint64_t entity = seat->number | (uint64_t)node->boot << 32;
	uint64_t stream = rng_stream(seat->sim->seed, entity);
	for (size_t i = 0; i < size; i += 8) {
		uint64_t word = rng_stream_draw(stream, node->entropy_counter++, PURPOSE_ENTROPY);
		for (size_t j = i; j < size && j < i + 8; j++, word >>= 8)
			out[j] = (uint8_t)word;
	}
}

static void save(void *context, uint32_t peer, const uint8_t *record, size_t size)
{
	const struct node_seat *seat = context;
	struct record_slot *slots = arena_at(&seat->sim->arena, node_of(seat->sim, seat->number)->store);
	struct record_slot *slot = &slots[peer == OCTO_SELF ? 0 : peer + 1];
	slot->saved_ns = world_of(seat->sim)->now_ns;
	slot->size = (uint16_t)size;
	memcpy(slot->bytes, record, size);
}

uint32_t node_peer(const struct sim *sim, uint32_t number, uint32_t peer)
{
	const struct node *node = node_of(sim, number);
	const uint32_t *peers = arena_at(&sim->arena, node->peers);
	return peer < node->peer_count ? peers[peer] : TRACE_NOBODY;
}

static void observe(void *context, const struct octo_event *event)
{
	const struct node_seat *seat = context;
	struct sim *sim = seat->sim;
	uint32_t peer_node = node_peer(sim, seat->number, event->peer);
	if (event->kind == OCTO_EVENT_PACKET_RECEIVED)
		sim->verdict = (enum octo_reason)event->packet.reason;
	if (event->kind < OCTO_EVENT_AUDIT_SEALED) {
		recorder_core_event(sim, seat->number, peer_node, event);
		if (event->kind == OCTO_EVENT_PACKET_RECEIVED)
			sim->verdict_record = world_of(sim)->record_count;
		if (event->kind == OCTO_EVENT_COURIER_NOTE)
			blobs_note(sim, seat->number, peer_node, &event->note);
		tally_core_event(sim, seat->number, peer_node, event);
	}
	if (sim->checks)
		checks_core_event(sim->checks, seat->number, peer_node, event);
}

static bool goes_on(void *context, uint32_t peer, enum octo_tell tell)
{
	const struct node_seat *seat = context;
	(void)peer, (void)tell;
	return !seat->sim->scenario->nodes[seat->number].shuts_down;
}

struct octo_host node_onlooker(const struct sim *sim, uint32_t number, const struct octo_courier *kinds[ROBOT_KINDS_MAX])
{
	const struct scenario_node *described = &sim->scenario->nodes[number];
	struct octo_host host = { .crypto = sim->crypto, .couriers = kinds, .courier_count = 1 + described->more_loads };
	kinds[COURIER_LOAD] = &octo_courier_load;
	for (uint32_t i = 0; i < described->more_loads; i++)
		kinds[COURIER_LOAD + 1 + i] = &octo_courier_more_loads[i];
	robot_equip(described, &host, kinds);
	return host;
}

static struct octo_host host_of(struct node_seat *seat)
{
	struct octo_host host = node_onlooker(seat->sim, seat->number, seat->kinds);
	host.context = seat;
	host.entropy = entropy;
	host.save = save;
	host.observe = observe;
	host.goes_on = goes_on;
	return host;
}

/* ---- Boot and crash ---------------------------------------------------------------------------------------------- */

struct octo_channel *node_channel(const struct sim *sim, uint32_t number)
{
	const struct node *node = node_of(sim, number);
	return node->is_up && node->block ? octo_channel_at(arena_at(&sim->arena, node->block)) : NULL;
}

static uint64_t read_clock(const struct sim *sim, uint32_t number)
{
	return virtual_clock_read(&node_of(sim, number)->clock, world_of(sim)->now_ns);
}

/* Who a label stands for must never change: traces and scenarios know the IDs. */
static uint64_t digest_of_label(const char *label)
{
	size_t size = strlen(label);
	uint64_t digest = rng_mix(size), word = 0;
	for (size_t i = 0; i < size; i++) {
		word |= (uint64_t)(uint8_t)label[i] << (i % 8 * 8);
		if (i % 8 < 7 && i + 1 < size)
			continue;
		digest = rng_mix(digest ^ word);
		word = 0;
	}
	return digest;
}

static const uint32_t in_flight_most = 65536;

static void configure(const struct sim *sim, uint32_t number, uint32_t epoch, struct octo_config *config)
{
	const struct scenario_node *described = &sim->scenario->nodes[number];
	uint32_t neighbours = sim->neighbour_start[number + 1] - sim->neighbour_start[number];
	uint64_t label = digest_of_label(described->identity);
	octo_config_default(config);
	config->peers_max = neighbours ? neighbours : 1;
	for (int i = 0; i < OCTO_SEED_BYTES; i++)
		config->seed[i] = (uint8_t)rng_draw(0, label, (uint64_t)i, PURPOSE_IDENTITY);
	config->suites = described->suites;
	config->rate_up = described->rate_up;
	config->rate_down = described->rate_down;
	config->payload_max = described->payload_max;
	/* What may be under way is lent from pools: of little use to who is never told to say anything. */
	config->ordered_max = described->has_ordered_load ? 128 : 0;
	/* Who offers to send fast has room for a fifth of a second of it. */
	uint32_t fifth = described->rate_up / OCTO_DATAGRAM_MAX / 5;
	if (fifth > config->in_flight_max)
		config->in_flight_max = fifth < in_flight_most ? fifth : in_flight_most;
	if (!described->has_load && !described->has_couriers)
		config->in_flight_max = 64;
	config->curve_rate_max = described->cookie_above;
	config->tamper = described->looks_for_tells && !described->is_liar; /* who lies is answered what it did not ask */
	config->stored_epoch = epoch;
}

static enum octo_switch stored_switch(const struct record_slot *slot)
{
	enum octo_switch position;
	return slot->size && octo_node_record_switch(slot->bytes, slot->size, &position) == OCTO_OK ? position :
	                                                                                           OCTO_SWITCH_MANUAL;
}

/* What the store says; before the first boot what the scenario says; 0 once the store was lost. */
static uint32_t stored_epoch(const struct sim *sim, uint32_t number, const struct record_slot *slot)
{
	uint32_t epoch;
	if (slot->size && octo_node_record_epoch(slot->bytes, slot->size, &epoch) == OCTO_OK)
		return epoch;
	return node_of(sim, number)->boot == 0 ? sim->scenario->nodes[number].stored_epoch : 0;
}

static void add_peers(struct sim *sim, uint32_t number, struct octo_host *host, bool has_store)
{
	struct node *node = node_of(sim, number);
	struct octo_channel *channel = arena_at(&sim->arena, node->block);
	struct record_slot *slots = arena_at(&sim->arena, node->store);
	uint32_t *peers = arena_at(&sim->arena, node->peers);
	uint64_t now = read_clock(sim, number);
	node->peer_count = 0;
	for (uint32_t i = sim->neighbour_start[number]; i < sim->neighbour_start[number + 1]; i++) {
		uint32_t other = sim->neighbours[i], index;
		struct octo_address address = topology_known_address(sim, number, other);
		if (octo_peer_add(channel, host, now, &sim->identities[other].card, &address, &index) != OCTO_OK)
			continue; /* a clone of ours, or of a peer that we have: the core has said so */
		peers[index] = other;
		node->peer_count = index + 1;
		octo_courier_activate(channel, host, now, index, COURIER_LOAD, true);
		for (uint32_t load = 0; load < sim->scenario->nodes[number].more_loads; load++)
			octo_courier_activate(channel, host, now, index,
			                      octo_courier_index(host, octo_courier_more_loads[load].id), true);
	}
	for (uint32_t i = 0; has_store && i < node->peer_count; i++) {
		const struct record_slot *slot = &slots[i + 1];
		if (slot->size && octo_peer_restore(channel, host, now, i, slot->bytes, slot->size,
		                                    world_of(sim)->now_ns - slot->saved_ns) != OCTO_OK)
			sim_fail(sim, "node %s: the core refused a record of its own", sim->scenario->nodes[number].name);
	}
}

bool node_make(struct sim *sim, uint32_t number)
{
	struct node *node = node_of(sim, number);
	struct node_seat seat = { .sim = sim, .number = number };
	struct octo_host host = host_of(&seat);
	struct octo_config config;
	const struct scenario_node *described = &sim->scenario->nodes[number];
	virtual_clock_init(&node->clock, described->clock_offset_ns, described->clock_drift_ppb);
	node->wake_at_ns = OCTO_NEVER;
	settle_down(sim, number);
	node->serves_at_ns = OCTO_NEVER;
	node->processing_ns = described->processing_ns;
	if (described->is_counter)
		return true;
	node->neighbours = sim->neighbour_start[number + 1] - sim->neighbour_start[number];
	configure(sim, number, 0, &config);
	size_t size = octo_channel_size(&config, &host);
	if (size == 0 || size > UINT32_MAX) {
		sim_fail(sim, "node %s: the core refuses its configuration", described->name);
		return false;
	}
	node->block_bytes = (uint32_t)size;
	node->block = arena_alloc(&sim->arena, size);
	node->peers = arena_alloc(&sim->arena, (node->neighbours + 1) * sizeof(uint32_t));
	node->store = arena_alloc(&sim->arena, (node->neighbours + 1) * sizeof(struct record_slot));
	robot_make(sim, number);
	world_of(sim)->block_bytes += size;
	return !arena_is_full(&sim->arena);
}

void node_identify(struct sim *sim, uint32_t number)
{
	struct octo_config config;
	if (sim->scenario->nodes[number].is_counter)
		return;
	configure(sim, number, 0, &config);
	octo_identity_from_seed(sim->crypto, config.seed, &sim->identities[number]);
}

void node_boot(struct sim *sim, uint32_t number, bool has_store)
{
	struct node *node = node_of(sim, number);
	struct node_seat seat = { .sim = sim, .number = number };
	struct octo_host host = host_of(&seat);
	struct octo_config config;
	struct octo_channel *channel;
	struct record_slot *slots = arena_at(&sim->arena, node->store);
	if (sim->scenario->nodes[number].is_counter) {
		node->is_up = true;
		return;
	}
	if (!has_store) {
		memset(slots, 0, (node->neighbours + 1) * sizeof *slots);
		blobs_forget(sim, number);
	}
	configure(sim, number, stored_epoch(sim, number, slots), &config);
	config.stored_switch = stored_switch(slots);
	if (sim->scenario->nodes[number].stun)
		config.stun_server = topology_known_address(sim, number, sim->scenario->nodes[number].stun - 1);
	node->boot++;
	node->entropy_counter = 0;
	if (sim->checks)
		checks_boot(sim->checks, number, has_store);
	void *block = arena_at(&sim->arena, node->block);
	enum octo_status status = octo_channel_init(block, node->block_bytes, &config, &host, read_clock(sim, number), &channel);
	if (status != OCTO_OK) {
		sim_fail(sim, "node %s cannot boot: %s", sim->scenario->nodes[number].name, octo_status_text(status));
		return;
	}
	node->is_up = true;
	robot_boot(sim, number);
	add_peers(sim, number, &host, has_store);
	tally_node_changed(sim, number);
	node_settle(sim, number);
}

void node_crash(struct sim *sim, uint32_t number)
{
	struct octo_channel *channel = node_channel(sim, number);
	struct node *node = node_of(sim, number);
	struct world *world = world_of(sim);
	if (!channel)
		return;
	const struct octo_counters *counters = octo_channel_counters(channel);
	for (int step = 0; step < OCTO_STEP_COUNT; step++)
		for (int state = 0; state < OCTO_STATE_COUNT; state++)
			world->cells[step][state] += counters->cells[step][state];
	blobs_crash(sim, number);
	octo_channel_close(channel);
	node->is_up = false;
	node->wake_at_ns = OCTO_NEVER;
	inbox_clear(sim, number);
	tally_node_changed(sim, number);
	if (sim->checks)
		checks_crash(sim->checks, number);
}

/* ---- Driving --------------------------------------------------------------------------------------------------------- */

static void plan_wake(struct sim *sim, uint32_t number)
{
	struct node *node = node_of(sim, number);
	uint64_t at = virtual_clock_when(&node->clock, octo_channel_next_wake(node_channel(sim, number)));
	uint64_t now = world_of(sim)->now_ns;
	if (at < now)
		at = now;
	if (at == node->wake_at_ns)
		return;
	node->wake_at_ns = at;
	world_schedule(sim, at, EVENT_WAKE, number, node->event_counter++, number);
}

void node_settle(struct sim *sim, uint32_t number)
{
	struct octo_channel *channel = node_channel(sim, number);
	struct node_seat seat = { .sim = sim, .number = number };
	struct octo_host host = host_of(&seat);
	uint64_t now = read_clock(sim, number);
	if (!channel || node_of(sim, number)->is_paused)
		return;
	robot_update(sim, number, &host, now);
	for (;;) {
		arena_ref ref = traffic_new_packet(sim);
		struct packet *packet = arena_at(&sim->arena, ref);
		size_t size;
		struct octo_address to;
		if (!packet)
			return;
		if (!octo_channel_send(channel, &host, now, packet->bytes, &size, &to)) {
			traffic_drop_packet(sim, ref);
			break;
		}
		packet->size = (uint16_t)size;
		traffic_send(sim, number, ref, &to);
	}
	robot_update(sim, number, &host, now); /* a timer may have ended a session; what follows from it is due at once */
	if (sim->checks)
		checks_settled(sim->checks, number);
	robot_check(sim, number);
	plan_wake(sim, number);
}

void node_receive(struct sim *sim, uint32_t number, const struct octo_address *from, const uint8_t *bytes, size_t size)
{
	struct node_seat seat = { .sim = sim, .number = number };
	struct octo_host host = host_of(&seat);
	octo_channel_receive(node_channel(sim, number), &host, read_clock(sim, number), from, bytes, size);
}

uint32_t node_peer_index(const struct sim *sim, uint32_t number, uint32_t peer_node)
{
	const struct node *node = node_of(sim, number);
	const uint32_t *peers = arena_at(&sim->arena, node->peers);
	uint32_t low = 0, high = node->peer_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (peers[middle] < peer_node)
			low = middle + 1;
		else
			high = middle;
	}
	return low < node->peer_count && peers[low] == peer_node ? low : OCTO_NO_PEER;
}

bool node_call(struct sim *sim, uint32_t number, struct node_call *call)
{
	call->seat = (struct node_seat){ .sim = sim, .number = number };
	call->host = host_of(&call->seat);
	call->channel = node_channel(sim, number);
	call->now_ns = read_clock(sim, number);
	return call->channel && !node_of(sim, number)->is_paused;
}

/* The user of a node presses one of the two buttons of a peer. A node that is down, or does not know it, has no such button. */
static void press(struct sim *sim, uint32_t number, uint32_t peer_node,
                  void (*button)(struct octo_channel *, const struct octo_host *, octo_time_ns, uint32_t),
                  void (*tell)(struct checks *, uint32_t, uint32_t))
{
	struct node_call call;
	uint32_t peer = node_peer_index(sim, number, peer_node);
	if (!node_call(sim, number, &call) || peer == OCTO_NO_PEER)
		return;
	if (sim->checks)
		tell(sim->checks, number, peer_node);
	button(call.channel, &call.host, call.now_ns, peer);
	node_settle(sim, number);
}

void node_connect(struct sim *sim, uint32_t number, uint32_t peer_node)
{
	press(sim, number, peer_node, octo_connect, checks_connect);
}

void node_disconnect(struct sim *sim, uint32_t number, uint32_t peer_node)
{
	press(sim, number, peer_node, octo_disconnect, checks_disconnect);
}

/* The switch of the whole node. */
void node_enable(struct sim *sim, uint32_t number, bool is_on)
{
	struct node_call call;
	if (!node_call(sim, number, &call))
		return;
	if (sim->checks)
		checks_switch(sim->checks, number, is_on);
	octo_enable(call.channel, &call.host, call.now_ns, is_on);
	node_settle(sim, number);
}

void node_honeymoon(struct sim *sim, uint32_t number)
{
	struct node_call call;
	if (node_call(sim, number, &call) && octo_honeymoon(call.channel, &call.host, call.now_ns) == OCTO_OK)
		node_settle(sim, number);
}

void node_lie(struct sim *sim, uint32_t number, uint32_t peer_node, uint64_t skips, const uint8_t *frames, size_t size)
{
	struct octo_channel *channel = node_channel(sim, number);
	uint32_t peer = node_peer_index(sim, number, peer_node);
	struct node_seat seat = { .sim = sim, .number = number };
	struct octo_host host = host_of(&seat);
	arena_ref ref = channel && peer != OCTO_NO_PEER ? traffic_new_packet(sim) : 0;
	struct packet *packet = arena_at(&sim->arena, ref);
	size_t packet_size;
	struct octo_address to;
	if (!packet)
		return;
	if (sim->checks)
		checks_lie(sim->checks, number, peer_node);
	bool is_told = true;
	if (frames)
		is_told = octo_lie(channel, &host, read_clock(sim, number), peer, skips, frames, size, packet->bytes, &packet_size, &to);
	else
		octo_lie_syn(channel, &host, read_clock(sim, number), peer, packet->bytes, &packet_size, &to);
	if (is_told) {
		packet->size = (uint16_t)packet_size;
		traffic_send(sim, number, ref, &to);
	} else {
		traffic_drop_packet(sim, ref);
	}
	node_settle(sim, number);
}

void node_load(struct sim *sim, uint32_t number, uint32_t peer_node, const struct scenario_action *action)
{
	struct node_call call;
	uint32_t peer = node_peer_index(sim, number, peer_node);
	if (!node_call(sim, number, &call) || peer == OCTO_NO_PEER)
		return;
	struct octo_load *load = octo_courier_state(call.channel, peer, octo_courier_index(&call.host, action->courier));
	load->interval_ns = action->load_interval_ns;
	load->count = action->load_count;
	load->size = action->load_size;
	load->priority = action->load_priority;
	load->is_ordered = action->is_load_ordered;
	load->is_paced = 0;
	octo_courier_wake(call.channel, &call.host, call.now_ns, peer);
	node_settle(sim, number);
}

void node_courier(struct sim *sim, uint32_t number, uint32_t peer_node, const struct scenario_action *action)
{
	struct node_call call;
	uint32_t peer = node_peer_index(sim, number, peer_node);
	if (!node_call(sim, number, &call) || peer == OCTO_NO_PEER)
		return;
	uint32_t courier = octo_courier_index(&call.host, action->courier);
	struct octo_load *load = octo_courier_state(call.channel, peer, courier);
	if (action->sets_reads)
		load->is_deaf = !action->accepts_reads;
	if (action->sets_active)
		octo_courier_activate(call.channel, &call.host, call.now_ns, peer, courier, action->is_active);
	if (sim->checks)
		checks_courier(sim->checks, number, peer_node, action);
	octo_courier_wake(call.channel, &call.host, call.now_ns, peer);
	node_settle(sim, number);
}

uint32_t node_passes_max(struct sim *sim, uint32_t number)
{
	struct node_seat seat = { .sim = sim, .number = number };
	struct octo_host host = host_of(&seat);
	return octo_passes_max(&host);
}

const struct octo_load *node_load_state(const struct sim *sim, uint32_t number, uint32_t peer_node)
{
	struct octo_channel *channel = node_channel(sim, number);
	uint32_t peer = node_peer_index(sim, number, peer_node);
	return channel && peer != OCTO_NO_PEER ? octo_courier_state(channel, peer, COURIER_LOAD) : NULL;
}

void node_clock(struct sim *sim, uint32_t number, int64_t step_ns)
{
	struct node *node = node_of(sim, number);
	virtual_clock_jump(&node->clock, world_of(sim)->now_ns, step_ns);
	if (sim->checks)
		checks_clock(sim->checks, number, step_ns);
	node->wake_at_ns = OCTO_NEVER; /* the wake was planned on the old clock */
	node_settle(sim, number);
}
