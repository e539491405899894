/* random.c: an attacker that draws its moves. On the path it does something to the first datagram of each interval; off it,
 * it sends something in each. What it does is a decision: it stands in the log, and none is the benign one. */
#include "sim/attack/attack.h"

#include "sim/engine/rng.h"
#include "sim/engine/wide.h"
#include "sim/node.h"
#include "sim/traffic.h"

enum { FLOOD_DATAGRAMS = 20, FLIPS_MAX = 8 };
static const uint64_t delay_least_ns = OCTO_MILLISECOND;
enum { DELAY_DOUBLINGS = 15 };        /* up to half a minute or so */

/* 0: none, else 1 + a move. */
static uint64_t draw_move(struct sim *sim, uint32_t index, uint64_t turn)
{
	uint32_t moves = sim->scenario->actions[index].attack->moves, count = 0, move = 0;
	for (uint32_t i = 0; i < SCENARIO_MOVE_COUNT; i++)
		count += moves >> i & 1;
	uint64_t skip = rng_below(rng_draw(sim->seed, index, turn, DECISION_MOVE), count);
	while (!(moves >> move & 1) || skip--)
		move++;
	uint64_t decided = decide(&sim->decider, DECISION_MOVE, index, move + 1u);
	return decided <= SCENARIO_MOVE_COUNT ? decided : 0;
}

static uint64_t draw_how(struct sim *sim, uint32_t index, uint64_t turn)
{
	uint64_t draw = rng_draw(sim->seed, index, turn, DECISION_MOVE_HOW);
	return decide(&sim->decider, DECISION_MOVE_HOW, index, draw);
}

/* Every doubling is as likely as any other. */
static uint64_t delay_of(uint64_t draw)
{
	uint64_t least_ns = delay_least_ns << rng_below(rng_mix(draw), DELAY_DOUBLINGS);
	return least_ns + rng_below(rng_mix(draw + 1), least_ns);
}

bool random_meets(struct sim *sim, uint32_t index, const struct flight *flight)
{
	const struct scenario_action *action = &sim->scenario->actions[index];
	uint64_t turn = 1 + (world_of(sim)->now_ns - action->at_ns) / action->attack->every_ns;
	uint64_t *seen = attack_seen(sim, index);
	if (*seen >= turn)
		return false;
	*seen = turn;
	uint64_t move = draw_move(sim, index, turn);
	if (move == 0)
		return false;
	uint64_t how = draw_how(sim, index, turn);
	struct attack_put put = { .after_ns = 0 };
	bool passes = false;
	switch ((enum scenario_move)(move - 1)) {
	case SCENARIO_MOVE_DROP: return true;
	case SCENARIO_MOVE_DELAY: put.after_ns = delay_of(how); break;
	case SCENARIO_MOVE_REPLAY: put.after_ns = delay_of(how), passes = true; break;
	case SCENARIO_MOVE_FLIP: put.flips = 1 + (uint32_t)rng_below(how, FLIPS_MAX); break;
	case SCENARIO_MOVE_TRUNCATE: put.truncates = true, put.length = (uint16_t)rng_below(how, 160); break;
	case SCENARIO_MOVE_FORGE: put.forges = true; break;
	case SCENARIO_MOVE_REFLECT: put.reflects = true, put.after_ns = delay_of(how), passes = true; break;
	case SCENARIO_MOVE_SPOOF:
		put.has_source = true;
		put.source = (uint32_t)rng_below(how, sim->scenario->node_count);
		break;
	default: return false; /* edited into the log: not for one on the path */
	}
	attack_put(sim, index, flight, &put);
	*seen = turn; /* drawing may have counted */
	return !passes;
}

/* ---- Off the path ---------------------------------------------------------------------------------------------------------- */

static uint32_t draw_node(const struct sim *sim, const uint8_t *mask, uint64_t draw)
{
	uint32_t nodes = sim->scenario->node_count, count = 0, node = 0;
	for (uint32_t i = 0; i < nodes; i++)
		count += mask[i];
	uint64_t skip = rng_below(draw, count);
	while (!mask[node] || skip--)
		node++;
	return node;
}

static void send_junk(struct sim *sim, uint32_t from, uint32_t to, uint64_t how)
{
	uint8_t bytes[OCTO_DATAGRAM_MAX];
	size_t size = 1 + (size_t)rng_below(how, OCTO_DATAGRAM_MAX);
	for (size_t at = 0; at < size; at++)
		bytes[at] = (uint8_t)rng_mix(how + at);
	traffic_inject(sim, from, to, bytes, size);
}

static enum octo_packet_type draw_type(uint64_t draw)
{
	static const enum octo_packet_type types[] = { OCTO_PACKET_SYN, OCTO_PACKET_SYN, OCTO_PACKET_SYN_ACK, OCTO_PACKET_ACK,
		OCTO_PACKET_RETRY, OCTO_PACKET_PROBE, OCTO_PACKET_DATA };
	return types[rng_below(draw, sizeof types / sizeof types[0])];
}

static void send_move(struct sim *sim, uint32_t index, enum scenario_move move, uint64_t how)
{
	const struct scenario_attack *attack = sim->scenario->actions[index].attack;
	bool is_back = attack->both_ways && how & 1;
	uint32_t from = draw_node(sim, is_back ? attack->to : attack->from, rng_mix(how + 1));
	uint32_t to = draw_node(sim, is_back ? attack->from : attack->to, rng_mix(how + 2));
	uint8_t bytes[OCTO_DATAGRAM_MAX];
	uint32_t count = move == SCENARIO_MOVE_FLOOD ? FLOOD_DATAGRAMS : move == SCENARIO_MOVE_GUESS ? 1 : 0;
	if (move == SCENARIO_MOVE_JUNK)
		send_junk(sim, from, to, how);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t draw = rng_mix(how + 3 + i);
		size_t size = attack_guess(draw_type(draw), draw, bytes);
		if (move == SCENARIO_MOVE_GUESS)
			traffic_inject(sim, from, to, bytes, size);
		else
			attack_send_from_nowhere(sim, index, i, to, bytes, size);
	}
}

void random_turn(struct sim *sim, uint32_t index)
{
	const struct scenario_action *action = &sim->scenario->actions[index];
	if (!attack_is_on(sim, action))
		return;
	uint64_t turn = ++*attack_seen(sim, index), move = draw_move(sim, index, turn);
	if (move > SCENARIO_MOVE_OFF_PATH)
		send_move(sim, index, (enum scenario_move)(move - 1), draw_how(sim, index, turn));
	attack_plan(sim, index, wide_add(world_of(sim)->now_ns, action->attack->every_ns));
}
