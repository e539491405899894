/* tally.c: one counter for each expectation, or one for each of its pairs. judge.c compares them. */
#include "sim/check/tally_int.h"

#include "sim/engine/rng.h"
#include "sim/recorder.h"

#include <stdlib.h>
#include <string.h>

static int compare_bare_pairs(const void *a, const void *b)
{
	const struct scenario_pair *x = a, *y = b;
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return x->b == y->b ? 0 : x->b < y->b ? -1 : 1;
}

static int compare_pairs(const void *a, const void *b)
{
	const struct tally_pair *x = a, *y = b;
	return compare_bare_pairs(&x->pair, &y->pair);
}

static bool open_count(struct tally_count *count, const struct scenario_expectation *expectation, uint32_t node_count)
{
	uint32_t pairs = expectation->pair_count;
	count->pairs = calloc(pairs ? pairs : 1, sizeof *count->pairs);
	count->nodes = calloc(expectation->node_count ? node_count : 1, 1);
	if (!count->pairs || !count->nodes)
		return false;
	for (uint32_t i = 0; i < pairs; i++)
		count->pairs[i].pair = expectation->pairs[i];
	qsort(count->pairs, pairs, sizeof *count->pairs, compare_pairs);
	for (uint32_t i = 0; i < expectation->node_count; i++)
		count->nodes[expectation->nodes[i]] = 1;
	return true;
}

bool tally_open(struct sim *sim)
{
	const struct scenario *scenario = sim->scenario;
	uint32_t count = scenario->expectation_count;
	struct tally *tally = sim->tally = calloc(1, sizeof *tally);
	if (!tally)
		return false;
	tally->counts = calloc(count ? count : 1, sizeof *tally->counts);
	tally->met = calloc(scenario->trust_count ? scenario->trust_count : 1, 1);
	for (uint32_t i = 0; tally->counts && i < count; i++)
		if (!open_count(&tally->counts[i], &scenario->expectations[i], scenario->node_count))
			return false;
	return tally->counts != NULL && tally->met != NULL;
}

void tally_close(struct sim *sim)
{
	struct tally *tally = sim->tally;
	if (!tally)
		return;
	for (uint32_t i = 0; tally->counts && i < sim->scenario->expectation_count; i++) {
		free(tally->counts[i].pairs);
		free(tally->counts[i].nodes);
	}
	free(tally->counts);
	free(tally->met);
	free(tally->duels);
	free(tally);
	sim->tally = NULL;
}

/* The counter of a pair in this order; NULL when the expectation is not about it. */
static struct tally_pair *find_pair(const struct sim *sim, uint32_t expectation, uint32_t a, uint32_t b)
{
	struct tally_pair key = { .pair = { a, b } };
	const struct tally_count *count = &sim->tally->counts[expectation];
	return bsearch(&key, count->pairs, sim->scenario->expectations[expectation].pair_count, sizeof key, compare_pairs);
}

static struct tally_pair *find_unordered(const struct sim *sim, uint32_t expectation, uint32_t a, uint32_t b)
{
	struct tally_pair *found = find_pair(sim, expectation, a, b);
	return found ? found : find_pair(sim, expectation, b, a);
}

/* ---- Duels: both sides report one, it counts once ------------------------------------------------------------------ */

static bool grow_duels(struct tally *tally)
{
	uint32_t old_size = tally->duels ? tally->duel_mask + 1 : 0, size = old_size ? 2 * old_size : 64;
	uint64_t *old = tally->duels, *grown = calloc(size, sizeof *grown);
	if (!grown)
		return false;
	tally->duels = grown;
	tally->duel_mask = size - 1;
	for (uint32_t i = 0; i < old_size; i++) {
		uint32_t at = (uint32_t)old[i] & tally->duel_mask;
		while (old[i] && grown[at])
			at = (at + 1) & tally->duel_mask;
		if (old[i])
			grown[at] = old[i];
	}
	free(old);
	return true;
}

/* True the first time. */
static bool note_duel(struct sim *sim, const struct octo_event_duel *duel)
{
	struct tally *tally = sim->tally;
	uint64_t key = rng_mix(rng_mix(duel->winner_nonce) + duel->loser_nonce) | 1;
	if (2 * tally->duel_count >= tally->duel_mask && !grow_duels(tally)) {
		sim_fail(sim, "out of memory");
		return false;
	}
	uint32_t at = (uint32_t)key & tally->duel_mask;
	while (tally->duels[at] && tally->duels[at] != key)
		at = (at + 1) & tally->duel_mask;
	bool is_new = !tally->duels[at];
	tally->duels[at] = key;
	tally->duel_count += is_new ? 1 : 0;
	return is_new;
}

uint64_t tally_duels(const struct sim *sim)
{
	return sim->tally->duel_count;
}

static void count_duel(struct sim *sim, uint32_t node, uint32_t peer_node, const struct octo_event_duel *duel)
{
	if (!note_duel(sim, duel))
		return;
	for (uint32_t i = 0; i < sim->scenario->expectation_count; i++) {
		if (sim->scenario->expectations[i].subject != SCENARIO_DUELS)
			continue;
		struct tally_pair *pair = find_unordered(sim, i, node, peer_node);
		if (pair) {
			pair->count++;
			pair->winner = duel->we_won ? node : peer_node;
		}
	}
}

/* ---- First sessions ------------------------------------------------------------------------------------------------ */

static void count_meeting(struct sim *sim, uint32_t node, uint32_t peer_node)
{
	struct scenario_pair key = { node < peer_node ? node : peer_node, node < peer_node ? peer_node : node };
	const struct scenario *scenario = sim->scenario;
	struct tally *tally = sim->tally;
	const struct scenario_pair *found =
		bsearch(&key, scenario->trust, scenario->trust_count, sizeof key, compare_bare_pairs);
	uint8_t bit = node == key.a ? 1 : 2;
	uint8_t *met = found ? &tally->met[found - scenario->trust] : NULL;
	if (!met || *met & bit)
		return;
	*met |= bit;
	if (*met == 3) {
		tally->pairs_met++;
		tally->last_met_ns = world_of(sim)->now_ns;
	}
}

uint64_t tally_pairs_met(const struct sim *sim, uint64_t *last_ns)
{
	*last_ns = sim->tally->last_met_ns;
	return sim->tally->pairs_met;
}

/* ---- Everything else -------------------------------------------------------------------------------------------------- */

static void count_message(struct sim *sim, uint32_t from, uint32_t to)
{
	world_of(sim)->messages++;
	for (uint32_t i = 0; i < sim->scenario->expectation_count; i++) {
		if (sim->scenario->expectations[i].subject != SCENARIO_MESSAGES)
			continue;
		struct tally_pair *pair = find_pair(sim, i, from, to);
		if (pair)
			pair->count++;
	}
}

static void count_at_node(struct sim *sim, uint32_t node, enum scenario_subject subject, uint32_t what)
{
	for (uint32_t i = 0; i < sim->scenario->expectation_count; i++) {
		const struct scenario_expectation *expectation = &sim->scenario->expectations[i];
		struct tally_count *count = &sim->tally->counts[i];
		if (expectation->subject != subject || !count->nodes[node])
			continue;
		uint32_t wanted = subject == SCENARIO_WARNINGS ? (uint32_t)expectation->warning : (uint32_t)expectation->step;
		if (wanted == what)
			count->total++;
	}
}

void tally_core_event(struct sim *sim, uint32_t node, uint32_t peer_node, const struct octo_event *event)
{
	switch (event->kind) {
	case OCTO_EVENT_SESSION_UP:
		count_meeting(sim, node, peer_node);
		break;
	case OCTO_EVENT_DUEL:
		count_duel(sim, node, peer_node, &event->duel);
		break;
	case OCTO_EVENT_COURIER_DELIVERED:
		count_message(sim, peer_node, node);
		break;
	case OCTO_EVENT_WARNING:
		world_of(sim)->warning_count++;
		count_at_node(sim, node, SCENARIO_WARNINGS, event->warning.warning);
		break;
	case OCTO_EVENT_HANDSHAKE:
		count_at_node(sim, node, SCENARIO_STEPS, event->handshake.step);
		break;
	default:
		break;
	}
}

void tally_packet(struct sim *sim, enum scenario_fate fate, uint32_t from, uint32_t to, uint8_t type,
                  enum octo_reason reason)
{
	for (uint32_t i = 0; i < sim->scenario->expectation_count; i++) {
		const struct scenario_expectation *expectation = &sim->scenario->expectations[i];
		if (expectation->subject != SCENARIO_PACKETS || expectation->fate != fate)
			continue;
		if (expectation->is_background != (type == TALLY_BACKGROUND))
			continue;
		if (expectation->type != OCTO_PACKET_UNKNOWN && expectation->type != type)
			continue;
		if (expectation->has_reason && expectation->reason != reason)
			continue;
		if (find_pair(sim, i, from, to))
			sim->tally->counts[i].total++;
	}
}
