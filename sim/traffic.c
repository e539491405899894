/* traffic.c: see the header. Bytes are shared by all copies of a datagram; only a damaged copy gets its own. */
#include "sim/traffic.h"

#include "sim/actions.h"
#include "sim/attack/attack.h"
#include "sim/background.h"
#include "sim/check/tally.h"
#include "sim/engine/wide.h"
#include "sim/inbox.h"
#include "sim/network/link_model.h"
#include "sim/network/topology.h"
#include "sim/node.h"
#include "sim/queueing.h"
#include "sim/recorder.h"
#include "sim/routing.h"
#include "sim/stun_server.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { PADDING_MAX = 16 };            /* what damage may add to a datagram */
enum { PROCESSED_BEFORE = 8 };
static const size_t packet_room = OCTO_DATAGRAM_MAX + PADDING_MAX;
static const size_t packet_bytes = sizeof(struct packet) + OCTO_DATAGRAM_MAX + PADDING_MAX;

/* From a packet to the flight within it, in units of references. */
static const arena_ref first_flight = offsetof(struct packet, first) / 16;
_Static_assert(offsetof(struct packet, first) % 16 == 0, "a place that a reference can name");

int sim_packet_kind(enum octo_packet_type type)
{
	if (type == OCTO_PACKET_DATA)
		return SIM_DATA_KIND;
	if (type == OCTO_PACKET_STUN)
		return SIM_STUN_KIND;
	return type == OCTO_PACKET_UNKNOWN ? 0 : (int)type - OCTO_PACKET_SYN + 1;
}

const char *sim_packet_kind_name(int kind)
{
	static const enum octo_packet_type types[SIM_PACKET_KINDS] = { OCTO_PACKET_UNKNOWN, OCTO_PACKET_SYN, OCTO_PACKET_SYN_ACK,
		OCTO_PACKET_ACK, OCTO_PACKET_RETRY, OCTO_PACKET_PROBE, OCTO_PACKET_PROBE_REPLY, OCTO_PACKET_DATA, OCTO_PACKET_STUN };
	return kind == SIM_BACKGROUND_KIND ? "background" : octo_packet_type_name(types[kind]);
}

static struct sim_packet_fates *fates_of(struct sim *sim, const struct packet *packet)
{
	int kind = packet->is_background ? SIM_BACKGROUND_KIND : sim_packet_kind((enum octo_packet_type)packet->type);
	return &world_of(sim)->fates[kind];
}

static struct packet *packet_at(const struct sim *sim, arena_ref ref)
{
	return arena_at(&sim->arena, ref);
}

arena_ref traffic_new_packet(struct sim *sim)
{
	arena_ref ref = arena_alloc_unset(&sim->arena, packet_bytes);
	if (ref)
		*packet_at(sim, ref) = (struct packet){ .references = 1 };
	return ref;
}

void traffic_drop_packet(struct sim *sim, arena_ref ref)
{
	if (--packet_at(sim, ref)->references == 0)
		arena_free(&sim->arena, ref, packet_bytes);
}

/* ---- Links ---------------------------------------------------------------------------------------------------------- */

/* Makes room for a model and the one it becomes when the network heals. */
static bool keep_model(struct sim *sim, const struct link_model *model, struct link_model *healed)
{
	struct link_model *grown = realloc(sim->models, (sim->model_count + 1) * 2 * sizeof *grown);
	if (!grown)
		return false;
	sim->models = grown;
	link_model_heal(healed);
	for (uint32_t i = 0; i < healed->phase_count; i++)
		link_model_heal(&healed->phases[i].model), healed->phases[i].loss_before = 0;
	grown[2 * sim->model_count] = *model;
	grown[2 * sim->model_count++ + 1] = *healed;
	return true;
}

static bool describe(const struct sim *sim, uint32_t from, uint32_t to, struct link_model *model)
{
	const struct scenario_link *access = routing_access_rule(sim, from, to);
	const struct link_place place = { sim->seed, from, to };
	return access ? link_model_of_access(sim->scenario, access, &place, model) :
	                link_model_of(sim->scenario, &place, model);
}

/* Equal models are kept once; the list only grows, so that the numbers in a snapshot's links stay good. */
static uint32_t resolve(void *context, uint32_t from, uint32_t to)
{
	struct sim *sim = context;
	struct link_model model, healed;
	bool is_made = describe(sim, from, to, &model);
	/* What is drawn is hardly ever the same twice. */
	for (uint32_t i = 0; is_made && !model.has_draws && i < sim->model_count; i++) {
		if (link_model_is_same(&model, &sim->models[2 * i])) {
			link_model_free(&model);
			return i;
		}
	}
	if (is_made && describe(sim, from, to, &healed)) {
		if (keep_model(sim, &model, &healed))
			return sim->model_count - 1;
		link_model_free(&healed);
	}
	link_model_free(&model);
	sim_fail(sim, "out of memory");
	return 0;
}

void traffic_free_models(struct sim *sim)
{
	for (uint32_t i = 0; i < 2 * sim->model_count; i++)
		link_model_free(&sim->models[i]);
	free(sim->models);
}

uint64_t traffic_latency_max_ns(const struct sim *sim, uint32_t from, uint32_t to)
{
	struct link_model model;
	const struct link_place place = { sim->seed, from, to };
	uint64_t most_ns = link_model_of(sim->scenario, &place, &model) ? link_model_latency_max_ns(&model) : 0;
	link_model_free(&model);
	/* A slow process has perhaps a few in front of it. */
	return wide_add(most_ns, routing_latency_max_ns(sim, from, to)) +
	       PROCESSED_BEFORE * sim->scenario->nodes[to].processing_most_ns;
}

/* What only some links remember is made with their first datagram. NULL when the link is plain, or memory is full. */
static struct link_memory *memory_of(struct sim *sim, struct link *link, const struct link_model *model)
{
	if (!model->is_special)
		return NULL;
	if (!link->more)
		link->more = arena_alloc(&sim->arena, sizeof(struct link_more));
	struct link_more *more = arena_at(&sim->arena, link->more);
	return more ? &more->memory : NULL;
}

/* The checks are about what cores say to each other. */
static void disturb(struct sim *sim, const struct flight *flight)
{
	const struct packet *packet = packet_at(sim, flight->packet);
	if (sim->checks && flight->to != TRACE_NOBODY && flight->from != TRACE_NOBODY && !packet->is_background)
		checks_disturbed(sim->checks, flight->from, flight->to, packet->bytes, packet->size);
}

static uint8_t type_for_tally(const struct packet *packet)
{
	return packet->is_background ? TALLY_BACKGROUND : packet->type;
}

/* ---- Sending ----------------------------------------------------------------------------------------------------------- */

/* A packet that the timeline wants to inject later is kept when it goes by, whatever becomes of it. */
static void keep_recorded(struct sim *sim, uint32_t from, uint32_t to, arena_ref ref)
{
	const struct scenario *scenario = sim->scenario;
	arena_ref *recorded = arena_at(&sim->arena, world_of(sim)->recorded);
	uint32_t *seen = arena_at(&sim->arena, world_of(sim)->recorded_seen);
	for (uint32_t i = 0; recorded && i < scenario->action_count; i++) {
		const struct scenario_action *action = &scenario->actions[i];
		const struct scenario_packet *wanted = &action->packet;
		if (!actions_wants_packet(action) || wanted->from != from || wanted->to != to)
			continue;
		if (wanted->type != OCTO_PACKET_UNKNOWN && wanted->type != packet_at(sim, ref)->type)
			continue;
		if (++seen[i] == wanted->nth) {
			packet_at(sim, ref)->references++;
			recorded[i] = ref;
		}
	}
}

static void begin_copy(struct sim *sim, struct flight *flight)
{
	struct sim_packet_fates *fates = fates_of(sim, packet_at(sim, flight->packet));
	flight->copy = ++world_of(sim)->copy_count;
	fates->copies++;
	fates->in_flight++;
}

void traffic_hold(struct sim *sim, struct flight *flight)
{
	packet_at(sim, flight->packet)->references++;
	if (!flight->copy) /* through networks it may have flown already */
		begin_copy(sim, flight);
}

/* Puts one copy on its way. The packet is shared, not taken. */
static void launch(struct sim *sim, const struct flight *like, uint8_t flags, uint64_t depart_ns, uint64_t arrive_ns)
{
	struct packet *packet = packet_at(sim, like->packet);
	arena_ref ref = packet->has_flown ? arena_alloc_unset(&sim->arena, sizeof(struct flight)) : like->packet + first_flight;
	struct flight *flight = arena_at(&sim->arena, ref);
	if (!flight)
		return;
	*flight = *like;
	flight->flags = flags;
	packet->has_flown = true;
	packet->references++;
	if (!flight->copy)
		begin_copy(sim, flight);
	struct trace_record record = { .kind = TRACE_FLYING, .flags = flags, .node = like->from, .peer = like->to,
		.packet = packet->number, .copy = flight->copy, .cause = sim->cause, .a = arrive_ns, .b = depart_ns };
	recorder_put(sim, &record, NULL);
	uint32_t source = like->from == TRACE_NOBODY ? 0 : like->from;
	world_schedule(sim, arrive_ns, EVENT_DELIVERY, source, node_of(sim, source)->event_counter++, ref);
}

void traffic_lose(struct sim *sim, const struct flight *flight, enum trace_drop drop, uint64_t arrive_ns)
{
	struct world *world = world_of(sim);
	struct packet *packet = packet_at(sim, flight->packet);
	struct sim_packet_fates *fates = fates_of(sim, packet);
	uint32_t copy = flight->copy;
	if (!copy) { /* lost before it flew */
		fates->copies++;
		copy = ++world->copy_count;
	} else {
		fates->in_flight--;
	}
	fates->dropped[drop]++;
	struct trace_record record = { .kind = TRACE_DROPPED, .flags = flight->flags, .node = flight->from,
		.peer = flight->to, .packet = packet->number, .copy = copy, .cause = sim->cause, .a = drop, .b = arrive_ns };
	recorder_put(sim, &record, NULL);
	tally_packet(sim, SCENARIO_DROPPED, flight->from, flight->to, type_for_tally(packet), OCTO_REASON_ACCEPTED);
	disturb(sim, flight);
}

/* Its own bytes for a damaged copy. */
static void launch_damaged(struct sim *sim, const struct flight *like, uint8_t flags, uint8_t damage, uint64_t draw,
                           uint64_t depart_ns, uint64_t arrive_ns)
{
	arena_ref ref = traffic_new_packet(sim);
	struct packet *copy = packet_at(sim, ref);
	if (!copy)
		return;
	const struct packet *packet = packet_at(sim, like->packet);
	memcpy(copy, packet, sizeof *copy + packet->size);
	copy->references = 1;
	copy->has_flown = false;
	copy->size = (uint16_t)link_corrupt(copy->bytes, packet->size, packet_room, damage, draw);
	copy->digest = recorder_digest(copy->bytes, copy->size);
	fates_of(sim, packet)->corrupted++;
	disturb(sim, like);
	struct flight damaged = *like;
	damaged.packet = ref;
	launch(sim, &damaged, (uint8_t)(flags | TRACE_COPY_CORRUPTED), depart_ns, arrive_ns);
	traffic_drop_packet(sim, ref);
}

/* The copies beside the first; they begin now. */
static void launch_others(struct sim *sim, const struct flight *like, const struct link_fate *fate)
{
	struct flight flight = *like;
	uint8_t flags = flight.flags | TRACE_COPY_DUPLICATE;
	flight.copy = 0;
	fates_of(sim, packet_at(sim, flight.packet))->duplicated += (uint64_t)fate->duplicate + fate->replay;
	disturb(sim, &flight);
	if (fate->replay)
		launch(sim, &flight, flags | TRACE_COPY_REPLAYED, fate->depart_ns,
		       wide_add(fate->arrive_ns, fate->replay_ns));
	if (fate->duplicate && fate->duplicate_corrupt)
		launch_damaged(sim, &flight, flags, fate->damage, fate->duplicate_corrupt_draw, fate->depart_ns,
		               fate->duplicate_arrive_ns);
	else if (fate->duplicate)
		launch(sim, &flight, flags, fate->depart_ns, fate->duplicate_arrive_ns);
}

void traffic_launch(struct sim *sim, const struct flight *flight, const struct link_fate *fate)
{
	if (fate->drop != LINK_PASSES)
		traffic_lose(sim, flight, (enum trace_drop)fate->drop, fate->arrive_ns);
	else if (fate->corrupt)
		launch_damaged(sim, flight, flight->flags, fate->damage, fate->corrupt_draw, fate->depart_ns, fate->arrive_ns);
	else
		launch(sim, flight, flight->flags, fate->depart_ns, fate->arrive_ns);
	if (fate->is_held)
		disturb(sim, flight);
	if (fate->duplicate || fate->replay)
		launch_others(sim, flight, fate);
}

static uint64_t session_on_wire(const struct packet *packet)
{
	size_t at = packet->type == OCTO_PACKET_DATA ? 1 : 4;
	uint64_t id = 0;
	for (size_t i = 8; i > 0 && packet->size >= at + 8; i--)
		id = id << 8 | packet->bytes[at + i - 1];
	return id;
}

/* NULL when memory is full. */
static struct link *link_of(struct sim *sim, uint32_t from, uint32_t to)
{
	return link_table_get(&sim->arena, &world_of(sim)->links, from, to, resolve, sim);
}

static void put_on_link(struct sim *sim, const struct flight *flight, struct link *link)
{
	struct world *world = world_of(sim);
	if (!link || sim->error[0])
		return;
	const struct packet *packet = packet_at(sim, flight->packet);
	const struct link_model *model = queueing_model(sim, link);
	struct link_memory *memory = memory_of(sim, link, model);
	struct link_datagram datagram = { .now_ns = world->now_ns, .size_bytes = packet->size,
		.type = (enum octo_packet_type)packet->type };
	struct link_model faded;
	struct link_fate fate;
	if (model->is_special && !memory)
		return;
	if (model->phases)
		model = link_model_at(model, world->now_ns, &faded);
	link_carry(link, model, memory, &datagram, &sim->decider, &fate);
	bool is_refused = fate.drop == TRACE_DROP_MTU;
	if (model->has_room && !is_refused) {
		uint8_t drop = queueing_enter(sim, link, model, flight, &fate);
		if (drop != LINK_PASSES)
			traffic_lose(sim, flight, (enum trace_drop)drop, world->now_ns);
		return;
	}
	traffic_launch(sim, flight, &fate);
}

void traffic_carry(struct sim *sim, const struct flight *flight, uint32_t link_from, uint32_t link_to)
{
	put_on_link(sim, flight, link_of(sim, link_from, link_to));
}

static void send_over_link(struct sim *sim, struct flight *flight)
{
	if (sim->scenario->network_count)
		routing_begin(sim, flight);
	else if (flight->to == TRACE_NOBODY)
		traffic_lose(sim, flight, TRACE_DROP_NO_ROUTE, world_of(sim)->now_ns);
	else
		traffic_carry(sim, flight, flight->from, flight->to);
}

/* Whom a node means by an address. */
static uint32_t node_meant(struct sim *sim, uint32_t from, const struct octo_address *to)
{
	uint32_t representative;
	if (!sim->scenario->network_count)
		return node_at_address(sim, to);
	return topology_meant(sim, sim->scenario->nodes[from].network, to, &representative);
}

void traffic_send(struct sim *sim, uint32_t from, arena_ref ref, const struct octo_address *to)
{
	struct world *world = world_of(sim);
	struct packet *packet = packet_at(sim, ref);
	struct flight flight = { .source = node_address(sim, from), .target = *to, .from = from,
		.to = node_meant(sim, from, to), .packet = ref };
	attack_reroute(sim, &flight);
	uint32_t target = flight.to;
	packet->type = (uint8_t)octo_packet_type_of(packet->bytes, packet->size);
	packet->number = ++world->packet_count;
	packet->sent_at_ns = world->now_ns;
	packet->digest = recorder_digest(packet->bytes, packet->size);
	fates_of(sim, packet)->sent++;
	struct trace_record record = { .kind = TRACE_SENT, .extra_size = packet->size, .node = from, .peer = target,
		.packet = packet->number, .cause = sim->cause, .a = packet->type, .b = session_on_wire(packet) };
	recorder_put_packet(sim, &record, packet);
	tally_packet(sim, SCENARIO_SENT, from, target, packet->type, OCTO_REASON_ACCEPTED);
	if (sim->checks)
		checks_sent(sim->checks, from, target, to, packet->bytes, packet->size);
	if (target != TRACE_NOBODY)
		keep_recorded(sim, from, target, ref);
	if (target == TRACE_NOBODY || !attack_takes(sim, &flight))
		send_over_link(sim, &flight);
	traffic_drop_packet(sim, ref);
}

void traffic_send_background(struct sim *sim, uint32_t from, uint32_t to, arena_ref ref, uint32_t *number)
{
	struct packet *packet = packet_at(sim, ref);
	packet->number = ++world_of(sim)->packet_count;
	packet->sent_at_ns = world_of(sim)->now_ns;
	packet->digest = recorder_digest(packet->bytes, packet->size);
	fates_of(sim, packet)->sent++;
	tally_packet(sim, SCENARIO_SENT, from, to, TALLY_BACKGROUND, OCTO_REASON_ACCEPTED);
	struct trace_record record = { .kind = TRACE_SENT, .flags = TRACE_COPY_BACKGROUND, .extra_size = packet->size,
		.node = from, .peer = to, .packet = packet->number, .cause = sim->cause };
	recorder_put_packet(sim, &record, packet);
	struct flight flight = { .source = node_address(sim, from), .target = topology_known_address(sim, from, to),
		.from = from, .to = to, .packet = ref, .flags = TRACE_COPY_BACKGROUND };
	if (sim->scenario->network_count) {
		if (!attack_takes(sim, &flight))
			send_over_link(sim, &flight);
	} else {
		struct link *link = *number ? link_table_at(&sim->arena, &world_of(sim)->links, *number - 1) : link_of(sim, from, to);
		if (!attack_takes(sim, &flight))
			put_on_link(sim, &flight, link);
		*number = link ? link->number + 1 : 0;
	}
	traffic_drop_packet(sim, ref);
}

void traffic_inject(struct sim *sim, uint32_t from, uint32_t to, const uint8_t *bytes, size_t size)
{
	struct flight flight = { .source = topology_seen_address(sim, to, from), .target = node_address(sim, to),
		.from = from, .to = to };
	traffic_put(sim, &flight, bytes, size, true);
}

void traffic_put(struct sim *sim, const struct flight *like, const uint8_t *bytes, size_t size, bool is_at_door)
{
	struct world *world = world_of(sim);
	arena_ref ref = traffic_new_packet(sim);
	struct packet *packet = packet_at(sim, ref);
	if (!packet)
		return;
	packet->size = (uint16_t)size;
	memcpy(packet->bytes, bytes, size);
	packet->type = (uint8_t)octo_packet_type_of(bytes, size);
	packet->number = ++world->packet_count;
	packet->sent_at_ns = world->now_ns;
	packet->digest = recorder_digest(bytes, size);
	fates_of(sim, packet)->injected++;
	struct trace_record record = { .kind = TRACE_SENT, .flags = TRACE_COPY_INJECTED, .extra_size = packet->size,
		.node = like->from, .peer = like->to, .packet = packet->number, .cause = sim->cause, .a = packet->type,
		.b = session_on_wire(packet) };
	recorder_put_packet(sim, &record, packet);
	if (sim->checks)
		checks_inject(sim->checks, like->to, like->from);
	struct flight flight = *like;
	flight.packet = ref;
	flight.flags = TRACE_COPY_INJECTED;
	if (is_at_door)
		launch(sim, &flight, flight.flags, world->now_ns, world->now_ns);
	else
		send_over_link(sim, &flight);
	traffic_drop_packet(sim, ref);
}

/* ---- Arriving ----------------------------------------------------------------------------------------------------------- */

static void judge_reception(struct sim *sim, const struct flight *flight, const struct packet *packet)
{
	struct sim_packet_fates *fates = fates_of(sim, packet);
	if (sim->verdict == OCTO_REASON_ACCEPTED) {
		fates->accepted++;
		return;
	}
	fates->rejected++;
	world_of(sim)->rejected[sim->verdict]++;
	tally_packet(sim, SCENARIO_REJECTED, flight->from, flight->to, packet->type, sim->verdict);
}

static void hand_over(struct sim *sim, const struct flight *flight, const struct packet *packet)
{
	struct sim_packet_fates *fates = fates_of(sim, packet);
	bool is_damaged = flight->flags & TRACE_COPY_CORRUPTED;
	fates->in_flight--;
	fates->delivered++;
	struct trace_record record = { .kind = TRACE_DELIVERED, .flags = flight->flags, .node = flight->from,
		.peer = flight->to, .packet = packet->number, .copy = flight->copy, .a = packet->type, .b = packet->sent_at_ns,
		.extra_size = is_damaged ? packet->size : 0 };
	sim->cause = recorder_put_packet(sim, &record, packet) + 1;
	tally_packet(sim, SCENARIO_DELIVERED, flight->from, flight->to, type_for_tally(packet), OCTO_REASON_ACCEPTED);
	tally_carried(sim, flight->from, flight->to, packet->size);
	sim->sent_at_ns = packet->sent_at_ns;
	sim->is_injected = flight->flags & TRACE_COPY_INJECTED;
	if (!sim->is_injected)
		tally_arrival(sim, flight->from, flight->to, type_for_tally(packet), world_of(sim)->now_ns - packet->sent_at_ns);
	if (packet->is_background) {
		fates->accepted++;
		background_arrive(sim, flight->to, packet);
		sim->cause = 0;
		return;
	}
	if (sim->scenario->nodes[flight->to].is_stun) {
		bool is_asked = stun_server_receive(sim, flight->to, &flight->source, packet->bytes, packet->size);
		*(is_asked ? &fates->accepted : &fates->rejected) += 1;
		sim->cause = 0;
		return;
	}
	sim->packet = packet->number;
	sim->copy = flight->copy;
	if (sim->checks && flight->flags & (TRACE_COPY_REPLAYED | TRACE_COPY_INJECTED))
		checks_inject(sim->checks, flight->to, flight->from); /* as if somebody had kept it */
	if (sim->checks)
		checks_before_receive(sim->checks, flight->to, topology_holder(sim, flight->to, &flight->source), &flight->source,
		                      packet->bytes, packet->size, flight->flags);
	node_receive(sim, flight->to, &flight->source, packet->bytes, packet->size);
	if (sim->checks)
		checks_after_receive(sim->checks, flight->to);
	judge_reception(sim, flight, packet);
	node_settle(sim, flight->to);
	sim->cause = sim->packet = sim->copy = 0;
}

void traffic_hand_over(struct sim *sim, const struct flight *flight)
{
	hand_over(sim, flight, packet_at(sim, flight->packet));
	traffic_drop_packet(sim, flight->packet);
}

/* Counters hear background traffic alone, but for the STUN servers among them. */
static bool has_listener(const struct scenario_node *node, const struct packet *packet)
{
	return !node->is_counter || node->is_stun || packet->is_background;
}

void traffic_deliver(struct sim *sim, arena_ref flight_ref)
{
	struct flight flight = *(struct flight *)arena_at(&sim->arena, flight_ref);
	if (flight_ref != flight.packet + first_flight)
		arena_free(&sim->arena, flight_ref, sizeof(struct flight));
	const struct packet *packet = packet_at(sim, flight.packet);
	/* The address is looked up at arrival: who has moved on the way is not there any more. */
	uint32_t present = flight.hop ? routing_go_on(sim, &flight) : node_at_address(sim, &flight.target);
	if (flight.hop && present == TRACE_NOBODY) { /* it flies on, or never will */
		traffic_drop_packet(sim, flight.packet);
		return;
	}
	flight.to = present == TRACE_NOBODY ? flight.to : present;
	if (present == TRACE_NOBODY)
		traffic_lose(sim, &flight, TRACE_DROP_NO_ROUTE, world_of(sim)->now_ns);
	else if (!has_listener(&sim->scenario->nodes[present], packet)) /* a NAT has given it that port */
		traffic_lose(sim, &flight, TRACE_DROP_NO_ROUTE, world_of(sim)->now_ns);
	else if (!node_of(sim, present)->is_up)
		traffic_lose(sim, &flight, TRACE_DROP_DOWN, world_of(sim)->now_ns);
	else if (!packet->is_background && inbox_takes(sim, present, &flight))
		return;
	else
		hand_over(sim, &flight, packet);
	traffic_drop_packet(sim, flight.packet);
}
