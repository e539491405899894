/* background.c: see the header. A pair's sender keeps its rhythm whatever becomes of what it sends; while its machine is
 * down it stays silent. The pairs of one action take turns, spread evenly over the interval: no chance is in it. */
#include "sim/background.h"

#include "sim/engine/rng.h"
#include "sim/engine/wide.h"
#include "sim/recorder.h"
#include "sim/traffic.h"

#include <string.h>

struct flow {
	uint64_t every_ns, end_ns;    /* nothing is sent at or after the end */
	uint64_t left, sent;
	uint32_t from, to;
	uint32_t number;              /* of all flows of the run, from 0 */
	uint32_t link;                /* for traffic_send_background() */
	uint16_t size;
};

static void plan(struct sim *sim, arena_ref ref, uint64_t at_ns)
{
	struct flow *flow = arena_at(&sim->arena, ref);
	if (flow->left && at_ns < flow->end_ns)
		world_schedule(sim, at_ns, EVENT_TRAFFIC, flow->number, (uint32_t)flow->sent, ref);
	else
		arena_free(&sim->arena, ref, sizeof *flow);
}

void background_start(struct sim *sim, const struct scenario_action *action)
{
	struct world *world = world_of(sim);
	uint64_t end_ns = action->traffic_for_ns ? wide_add(world->now_ns, action->traffic_for_ns) : UINT64_MAX;
	for (uint32_t i = 0; i < action->pair_count; i++) {
		struct scenario_pair pair = action->pairs[i];
		recorder_action(sim, TRACE_ACTION_TRAFFIC, pair.a, pair.b, action->load_count);
		arena_ref ref = arena_alloc(&sim->arena, sizeof(struct flow));
		struct flow *flow = arena_at(&sim->arena, ref);
		if (!flow)
			return;
		*flow = (struct flow){ .every_ns = action->load_interval_ns, .end_ns = end_ns, .left = action->load_count,
			.from = pair.a, .to = pair.b, .number = world->flow_count++, .size = action->load_size };
		plan(sim, ref, world->now_ns + wide_mul_div(flow->every_ns, i, action->pair_count));
	}
}

/* Each datagram has other bytes, which say whose and the how-manieth it is. */
static void fill(struct packet *packet, const struct flow *flow)
{
	const uint64_t word = rng_mix((uint64_t)flow->number << 32 ^ flow->sent);
	const uint8_t pattern[8] = { (uint8_t)word, (uint8_t)(word >> 8), (uint8_t)(word >> 16), (uint8_t)(word >> 24),
		(uint8_t)(word >> 32), (uint8_t)(word >> 40), (uint8_t)(word >> 48), (uint8_t)(word >> 56) };
	uint8_t *at = packet->bytes;
	size_t left = flow->size;
	for (; left >= 16; left -= 16, at += 16) {
		memcpy(at, pattern, 8);
		memcpy(at + 8, pattern, 8);
	}
	for (size_t i = 0; i < left; i++)
		at[i] = pattern[i % 8];
	packet->size = flow->size;
}

void background_tick(struct sim *sim, arena_ref ref)
{
	struct flow *flow = arena_at(&sim->arena, ref);
	if (node_of(sim, flow->from)->is_up) {
		arena_ref packet_ref = traffic_new_packet(sim);
		struct packet *packet = arena_at(&sim->arena, packet_ref);
		if (!packet)
			return;
		fill(packet, flow);
		packet->is_background = true;
		traffic_send_background(sim, flow->from, flow->to, packet_ref, &flow->link);
	}
	flow->sent++;
	if (flow->left != UINT64_MAX)
		flow->left--;
	plan(sim, ref, wide_add(world_of(sim)->now_ns, flow->every_ns));
}

void background_arrive(struct sim *sim, uint32_t node, const struct packet *packet)
{
	(void)node;
	world_of(sim)->background_bytes += packet->size;
}
