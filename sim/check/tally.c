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

static bool open_pairs(struct watch *watch)
{
	uint32_t count = watch->what->pair_count;
	watch->pairs = calloc(count ? count : 1, sizeof *watch->pairs);
	if (!watch->pairs)
		return false;
	for (uint32_t i = 0; i < count; i++)
		watch->pairs[i].pair = watch->what->pairs[i];
	qsort(watch->pairs, count, sizeof *watch->pairs, compare_pairs);
	return true;
}

/* NULL when the list names nobody: then it is about anybody. */
static bool open_mask(uint8_t **mask, const uint32_t *nodes, uint32_t count, uint32_t node_count)
{
	*mask = count ? calloc(node_count, 1) : NULL;
	for (uint32_t i = 0; *mask && i < count; i++)
		(*mask)[nodes[i]] = 1;
	return *mask || !count;
}

static bool open_watch(struct sim *sim, uint32_t expectation, enum tally_part part,
                       const struct scenario_expectation *what)
{
	struct watch *watch = tally_watch(sim, expectation, part);
	const struct scenario_expectation *whole = &sim->scenario->expectations[expectation];
	uint32_t node_count = sim->scenario->node_count;
	if (!what)
		return true;
	watch->what = what;
	watch->expectation = expectation;
	watch->part = part;
	/* What begins a window is counted from the start; the rest begins with the window. */
	watch->from_ns = part == TALLY_FROM ? 0 : whole->from_ns;
	watch->to_ns = OCTO_NEVER;
	if (!open_pairs(watch) || !open_mask(&watch->nodes, what->nodes, what->node_count, node_count) ||
	    !open_mask(&watch->peers, what->peers, what->peer_count, node_count))
		return false;
	for (uint32_t i = 0; i < what->pair_count; i++)
		judge_count(watch, &watch->pairs[i]);
	return true;
}

/* ---- Who counts what ----------------------------------------------------------------------------------------------- */

static bool enlist(struct watch_list *list, struct watch *watch)
{
	struct watch **grown = realloc(list->list, (list->count + 1) * sizeof *grown);
	if (!grown)
		return false;
	list->list = grown;
	grown[list->count++] = watch;
	return true;
}

static int kind_of(uint8_t type)
{
	return type == TALLY_BACKGROUND ? SIM_BACKGROUND_KIND : sim_packet_kind((enum octo_packet_type)type);
}

/* Of any type: of cores. */
static bool enlist_by_type(struct watch_list lists[SIM_PACKET_KINDS], struct watch *watch)
{
	const struct scenario_expectation *what = watch->what;
	bool is_good = true;
	for (int kind = 0; kind < SIM_PACKET_KINDS; kind++) {
		bool is_it = kind == SIM_BACKGROUND_KIND ? what->is_background : !what->is_background &&
			(what->type == OCTO_PACKET_UNKNOWN || kind == sim_packet_kind(what->type));
		is_good = (!is_it || enlist(&lists[kind], watch)) && is_good;
	}
	return is_good;
}

static bool enlist_watch(struct tally *tally, struct watch *watch)
{
	const struct scenario_expectation *what = watch->what;
	for (uint32_t i = 0; i < what->pair_count; i++) {
		bool is_either = what->subject == SCENARIO_SESSION || what->subject == SCENARIO_DUELS;
		if (tally_is_held(what))
			tally->held_at[tally_holder(what, &what->pairs[i])] = 1;
		if (tally_is_compared(what))
			tally->held_at[what->pairs[i].b] = 1;
		(is_either ? tally->paired : tally->pair_from)[what->pairs[i].a] = 1;
		if (is_either)
			tally->paired[what->pairs[i].b] = 1;
	}
	switch (what->subject) {
	case SCENARIO_SESSION: return enlist(&tally->sessions, watch);
	case SCENARIO_DUELS: return enlist(&tally->duels, watch);
	case SCENARIO_PACKETS: return enlist_by_type(tally->packets[what->fate], watch);
	case SCENARIO_MESSAGES: return enlist(&tally->messages[what->message_fate], watch);
	case SCENARIO_SHARE: return enlist(&tally->shares, watch);
	case SCENARIO_BLOB_STATE: return enlist(&tally->blobs, watch);
	case SCENARIO_WARNINGS: return enlist(&tally->warnings[what->warning], watch);
	case SCENARIO_STEPS: return enlist(&tally->steps[what->step], watch);
	case SCENARIO_EVENTS: return enlist(&tally->events[what->event], watch);
	case SCENARIO_VERDICT: return enlist(&tally->events[TRACE_TAMPER], watch);
	case SCENARIO_LATENCY:
		return what->measured == SCENARIO_OF_PACKETS ? enlist_by_type(tally->packet_latency, watch) :
		                                               enlist(&tally->latency[what->measured], watch);
	case SCENARIO_PARAMETER:
	case SCENARIO_SENSORS: return enlist(&tally->held, watch);
	case SCENARIO_COMMANDS: return enlist(&tally->commands, watch);
	case SCENARIO_USE: return enlist(&tally->uses, watch);
	case SCENARIO_MEMORY:
	case SCENARIO_INVARIANTS: break;
	}
	return true;
}

static bool open_all(struct sim *sim)
{
	const struct scenario *scenario = sim->scenario;
	for (uint32_t i = 0; i < scenario->expectation_count; i++) {
		const struct scenario_expectation *what = &scenario->expectations[i];
		if (!open_watch(sim, i, TALLY_SUBJECT, what) || !open_watch(sim, i, TALLY_FROM, what->from) ||
		    !open_watch(sim, i, TALLY_UNTIL, what->until))
			return false;
	}
	for (uint32_t i = 0; i < scenario->expectation_count * TALLY_PARTS; i++)
		if (sim->tally->watches[i].what && !enlist_watch(sim->tally, &sim->tally->watches[i]))
			return false;
	return true;
}

bool tally_open(struct sim *sim)
{
	const struct scenario *scenario = sim->scenario;
	size_t count = scenario->expectation_count + 1u, nodes = scenario->node_count + 1u;
	struct tally *tally = sim->tally = calloc(1, sizeof *tally);
	if (!tally)
		return false;
	tally->watches = calloc(count * TALLY_PARTS, sizeof *tally->watches);
	tally->touched = calloc(count * TALLY_PARTS, sizeof *tally->touched);
	tally->windows = calloc(count, 1);
	tally->pair_from = calloc(nodes, 1);
	tally->paired = calloc(nodes, 1);
	tally->held_at = calloc(nodes, 1);
	tally->met = calloc(scenario->trust_count ? scenario->trust_count : 1, 1);
	return couriers_open(tally) && tally->watches && tally->touched && tally->windows && tally->pair_from && tally->paired &&
	       tally->held_at && tally->met &&
	       open_all(sim);
}

static void free_lists(struct watch_list *lists, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(lists[i].list);
}

void tally_close(struct sim *sim)
{
	struct tally *tally = sim->tally;
	if (!tally)
		return;
	for (uint32_t i = 0; tally->watches && i < sim->scenario->expectation_count * TALLY_PARTS; i++) {
		free(tally->watches[i].pairs);
		free(tally->watches[i].nodes);
		free(tally->watches[i].peers);
		free(tally->watches[i].histogram);
	}
	free_lists(&tally->sessions, 1);
	free_lists(&tally->duels, 1);
	free_lists(tally->messages, SCENARIO_MESSAGE_FATES);
	free_lists(&tally->shares, 1);
	free_lists(tally->latency, SCENARIO_OF_COUNT);
	free_lists(&tally->held, 1);
	free_lists(&tally->commands, 1);
	free_lists(&tally->blobs, 1);
	free_lists(&tally->uses, 1);
	free_lists(tally->packets[0], sizeof tally->packets / sizeof tally->packets[0][0]);
	free_lists(tally->packet_latency, SIM_PACKET_KINDS);
	free_lists(tally->warnings, OCTO_WARNING_COUNT);
	free_lists(tally->steps, OCTO_STEP_COUNT);
	free_lists(tally->events, TRACE_KIND_COUNT);
	free(tally->watches);
	free(tally->touched);
	free(tally->windows);
	free(tally->pair_from);
	free(tally->paired);
	free(tally->held_at);
	free(tally->changes);
	free(tally->met);
	couriers_close(tally);
	free(tally->duels_seen);
	free(tally);
	sim->tally = NULL;
}

struct tally_pair *tally_find(const struct watch *watch, uint32_t a, uint32_t b)
{
	struct tally_pair key = { .pair = { a, b } };
	return bsearch(&key, watch->pairs, watch->what->pair_count, sizeof key, compare_pairs);
}

struct tally_pair *tally_find_either(const struct watch *watch, uint32_t a, uint32_t b)
{
	struct tally_pair *found = tally_find(watch, a, b);
	return found ? found : tally_find(watch, b, a);
}

/* ---- Noting changes ------------------------------------------------------------------------------------------------ */

static bool is_counting(const struct sim *sim, const struct watch *watch)
{
	uint64_t now = world_of(sim)->now_ns;
	return now >= watch->from_ns && now <= watch->to_ns;
}

void tally_touch(struct sim *sim, struct watch *watch, uint32_t cause)
{
	bool is_timed = sim->scenario->expectations[watch->expectation].when == SCENARIO_BY;
	if (watch->is_touched || sim->tally->windows[watch->expectation] == WINDOW_OVER)
		return;
	watch->cause = cause;
	if (is_timed)
		return;
	watch->is_touched = true;
	sim->tally->touched[sim->tally->touched_count++] = watch;
}

/* Something that is counted in total happened once more. */
static void add(struct sim *sim, struct watch *watch, uint32_t cause)
{
	watch->total++;
	tally_touch(sim, watch, cause);
}

static void add_to_pair(struct sim *sim, struct watch *watch, struct tally_pair *pair)
{
	pair->count++;
	judge_count(watch, pair);
	tally_touch(sim, watch, world_of(sim)->record_count);
}

static void note_change(struct sim *sim, uint32_t node, uint32_t peer)
{
	struct tally *tally = sim->tally;
	struct tally_change change = { node, peer, world_of(sim)->record_count };
	const struct tally_change *last = tally->change_count ? &tally->changes[tally->change_count - 1] : NULL;
	if (last && last->node == node && last->peer == peer)
		return;
	if (tally->change_count == tally->change_room) {
		uint32_t room = tally->change_room ? 2 * tally->change_room : 64;
		struct tally_change *grown = realloc(tally->changes, room * sizeof *grown);
		if (!grown) {
			sim_fail(sim, "out of memory");
			return;
		}
		tally->changes = grown;
		tally->change_room = room;
	}
	tally->changes[tally->change_count++] = change;
}

/* A pair's state may have changed; the core can be asked only when its call is over. */
static void change(struct sim *sim, uint32_t node, uint32_t peer)
{
	if (sim->tally->sessions.count && peer != TRACE_NOBODY && sim->tally->paired[node] && sim->tally->paired[peer])
		note_change(sim, node, peer);
}

void tally_node_changed(struct sim *sim, uint32_t node)
{
	for (uint32_t i = sim->neighbour_start[node]; i < sim->neighbour_start[node + 1]; i++)
		change(sim, node, sim->neighbours[i]);
	tally_robot_ran(sim, node);
}

/* A node's application ran: what it has of others may be another than before. */
static void apply_held(struct sim *sim, const struct tally_change *change)
{
	const struct watch_list *list = &sim->tally->held;
	for (uint32_t i = 0; i < list->count; i++) {
		struct watch *watch = list->list[i];
		bool is_touched = false;
		for (uint32_t k = 0; k < watch->what->pair_count; k++) {
			const struct scenario_pair *pair = &watch->pairs[k].pair;
			bool is_other = tally_is_compared(watch->what) && pair->b == change->node;
			if (tally_holder(watch->what, pair) != change->node && !is_other)
				continue;
			judge_pair_afresh(sim, watch, &watch->pairs[k]);
			is_touched = true;
		}
		if (is_touched)
			tally_touch(sim, watch, change->cause);
	}
}

static void apply(struct sim *sim, const struct tally_change *change)
{
	const struct watch_list *list = &sim->tally->sessions;
	if (change->node == change->peer) {
		apply_held(sim, change);
		return;
	}
	for (uint32_t i = 0; i < list->count; i++) {
		struct watch *watch = list->list[i];
		enum window_state window = sim->tally->windows[watch->expectation];
		bool is_timed = sim->scenario->expectations[watch->expectation].when == SCENARIO_BY;
		bool is_watched = watch->part == TALLY_FROM ? window == WINDOW_AHEAD : window == WINDOW_OPEN;
		struct tally_pair *pair = is_watched || is_timed ? tally_find_either(watch, change->node, change->peer) : NULL;
		if (!pair)
			continue;
		if (!is_timed)
			judge_pair_afresh(sim, watch, pair);
		tally_touch(sim, watch, change->cause);
	}
}

void tally_turn(struct sim *sim)
{
	struct tally *tally = sim->tally;
	for (uint32_t i = 0; i < tally->change_count; i++)
		apply(sim, &tally->changes[i]);
	tally->change_count = 0;
	for (uint32_t i = 0; i < tally->touched_count; i++) {
		struct watch *watch = tally->touched[i];
		watch->is_touched = false;
		window_look(sim, watch->expectation, watch->cause);
	}
	tally->touched_count = 0;
}

/* ---- Duels: both sides report one, it counts once ------------------------------------------------------------------ */

static bool grow_duels(struct tally *tally)
{
	uint32_t old_size = tally->duels_seen ? tally->duel_mask + 1 : 0, size = old_size ? 2 * old_size : 64;
	uint64_t *old = tally->duels_seen, *grown = calloc(size, sizeof *grown);
	if (!grown)
		return false;
	tally->duels_seen = grown;
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
	while (tally->duels_seen[at] && tally->duels_seen[at] != key)
		at = (at + 1) & tally->duel_mask;
	bool is_new = !tally->duels_seen[at];
	tally->duels_seen[at] = key;
	tally->duel_count += is_new ? 1 : 0;
	return is_new;
}

uint64_t tally_duels(const struct sim *sim)
{
	return sim->tally->duel_count;
}

static void count_duel(struct sim *sim, uint32_t node, uint32_t peer_node, const struct octo_event_duel *duel)
{
	const struct watch_list *list = &sim->tally->duels;
	if (!note_duel(sim, duel) || peer_node == TRACE_NOBODY || !sim->tally->paired[node])
		return;
	for (uint32_t i = 0; i < list->count; i++) {
		struct watch *watch = list->list[i];
		struct tally_pair *pair = is_counting(sim, watch) ? tally_find_either(watch, node, peer_node) : NULL;
		if (!pair)
			continue;
		pair->winner = duel->we_won ? node : peer_node;
		add_to_pair(sim, watch, pair);
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

/* `courier`: whose message it is, where it is one. */
static void add_sample(struct sim *sim, const struct watch_list *list, uint32_t from, uint32_t to, uint16_t courier,
                       uint64_t latency_ns)
{
	for (uint32_t i = 0; i < list->count; i++) {
		struct watch *watch = list->list[i];
		const struct scenario_expectation *what = watch->what;
		if ((what->has_courier && what->courier != courier) || !is_counting(sim, watch) || !tally_find(watch, from, to))
			continue;
		if (!watch->histogram && !(watch->histogram = calloc(1, sizeof *watch->histogram))) {
			sim_fail(sim, "out of memory");
			return;
		}
		histogram_add(watch->histogram, latency_ns);
		for (int rank = 0; rank < SCENARIO_RANKS; rank++) {
			watch->below_least[rank] += latency_ns < what->least_ns[rank];
			watch->up_to_most[rank] += latency_ns <= what->most_ns[rank];
		}
		add(sim, watch, world_of(sim)->record_count);
	}
}

void tally_arrival(struct sim *sim, uint32_t from, uint32_t to, uint8_t type, uint64_t latency_ns)
{
	const struct watch_list *list = &sim->tally->packet_latency[kind_of(type)];
	if (list->count && from != TRACE_NOBODY && sim->tally->pair_from[from])
		add_sample(sim, list, from, to, 0, latency_ns);
}

void tally_carried(struct sim *sim, uint32_t from, uint32_t to, uint32_t bytes)
{
	const struct watch_list *list = &sim->tally->uses;
	if (!list->count || from == TRACE_NOBODY || !sim->tally->pair_from[from])
		return;
	for (uint32_t i = 0; i < list->count; i++) {
		struct tally_pair *pair = is_counting(sim, list->list[i]) ? tally_find(list->list[i], from, to) : NULL;
		if (!pair)
			continue;
		pair->count += bytes;
		tally_touch(sim, list->list[i], world_of(sim)->record_count);
	}
}

/* Of a courier at `from` towards `to`. */
static void count_message(struct sim *sim, enum scenario_message_fate fate, uint32_t from, uint32_t to,
                          const struct octo_event_courier *courier)
{
	const struct watch_list *list = &sim->tally->messages[fate];
	for (uint32_t i = 0; i < list->count; i++) {
		const struct scenario_expectation *what = list->list[i]->what;
		bool is_it = (!what->has_courier || what->courier == courier->courier) && is_counting(sim, list->list[i]);
		struct tally_pair *pair = is_it ? tally_find(list->list[i], from, to) : NULL;
		if (pair)
			add_to_pair(sim, list->list[i], pair);
	}
}

static void count_share(struct sim *sim, uint32_t from, uint32_t to, const struct octo_event_courier *courier)
{
	for (uint32_t i = 0; i < sim->tally->shares.count; i++) {
		struct watch *watch = sim->tally->shares.list[i];
		if (!is_counting(sim, watch) || !tally_find(watch, from, to))
			continue;
		watch->total += courier->size;
		watch->share_bytes += courier->courier == watch->what->courier ? courier->size : 0;
		tally_touch(sim, watch, world_of(sim)->record_count);
	}
}

/* A courier wrote a message, was given one, or was not. */
static void count_courier(struct sim *sim, uint32_t node, uint32_t peer_node, const struct octo_event *event)
{
	static const enum scenario_message_fate fates[] = {
		[OCTO_EVENT_COURIER_GRANTED] = SCENARIO_MESSAGE_SENT, [OCTO_EVENT_COURIER_DELIVERED] = SCENARIO_MESSAGE_DELIVERED,
		[OCTO_EVENT_COURIER_DISCARDED] = SCENARIO_MESSAGE_DISCARDED
	};
	const struct octo_event_courier *courier = &event->courier;
	enum scenario_message_fate fate = fates[event->kind];
	bool is_sent = fate == SCENARIO_MESSAGE_SENT;
	uint32_t from = is_sent ? node : peer_node, to = is_sent ? peer_node : node;
	world_of(sim)->messages += fate == SCENARIO_MESSAGE_DELIVERED;
	couriers_count(sim, fate, courier);
	if (from == TRACE_NOBODY || !sim->tally->pair_from[from])
		return;
	count_message(sim, fate, from, to, courier);
	if (is_sent)
		count_share(sim, from, to, courier);
	/* A datagram that the timeline put in was never sent: it has no latency. */
	if (fate == SCENARIO_MESSAGE_DELIVERED && !sim->is_injected)
		add_sample(sim, &sim->tally->latency[SCENARIO_OF_MESSAGES], from, to, courier->courier,
		           world_of(sim)->now_ns - sim->sent_at_ns);
}

void tally_seen(struct sim *sim, enum scenario_measured measured, uint32_t from, uint32_t to, uint64_t latency_ns)
{
	couriers_seen(sim, measured, latency_ns);
	if (sim->tally->latency[measured].count && sim->tally->pair_from[from])
		add_sample(sim, &sim->tally->latency[measured], from, to, 0, latency_ns);
}

void tally_command(struct sim *sim, uint32_t from, uint32_t to)
{
	const struct watch_list *list = &sim->tally->commands;
	for (uint32_t i = 0; i < list->count && sim->tally->pair_from[from]; i++) {
		struct tally_pair *pair = is_counting(sim, list->list[i]) ? tally_find(list->list[i], from, to) : NULL;
		if (pair)
			add_to_pair(sim, list->list[i], pair);
	}
}

void tally_robot_ran(struct sim *sim, uint32_t node)
{
	if (sim->tally->held.count && sim->tally->held_at[node])
		note_change(sim, node, node);
}

/* Something was said of a blob of the two, or of another courier's affairs: it is looked at afresh. */
static void touch_blobs(struct sim *sim, uint32_t node, uint32_t peer_node)
{
	for (uint32_t i = 0; i < sim->tally->blobs.count; i++) {
		struct watch *watch = sim->tally->blobs.list[i];
		if (is_counting(sim, watch) && tally_find_either(watch, node, peer_node))
			tally_touch(sim, watch, world_of(sim)->record_count);
	}
}

static void count_at_node(struct sim *sim, uint32_t node, const struct watch_list *list)
{
	for (uint32_t i = 0; i < list->count; i++)
		if (list->list[i]->nodes[node] && is_counting(sim, list->list[i]))
			add(sim, list->list[i], world_of(sim)->record_count);
}

void tally_core_event(struct sim *sim, uint32_t node, uint32_t peer_node, const struct octo_event *event)
{
	switch (event->kind) {
	case OCTO_EVENT_SESSION_UP:
		count_meeting(sim, node, peer_node);
		change(sim, node, peer_node);
		break;
	case OCTO_EVENT_SESSION_SPARE:
	case OCTO_EVENT_SESSION_DOWN:
		change(sim, node, peer_node);
		break;
	case OCTO_EVENT_DUEL:
		count_duel(sim, node, peer_node, &event->duel);
		break;
	case OCTO_EVENT_COURIER_GRANTED:
	case OCTO_EVENT_COURIER_DELIVERED:
	case OCTO_EVENT_COURIER_DISCARDED:
		count_courier(sim, node, peer_node, event);
		break;
	case OCTO_EVENT_COURIER_NOTE:
		touch_blobs(sim, node, peer_node);
		break;
	case OCTO_EVENT_WARNING:
		world_of(sim)->warning_count++;
		count_at_node(sim, node, &sim->tally->warnings[event->warning.warning]);
		break;
	case OCTO_EVENT_TAMPER:
		world_of(sim)->tells[event->tamper.tell]++;
		break;
	case OCTO_EVENT_HANDSHAKE:
		count_at_node(sim, node, &sim->tally->steps[event->handshake.step]);
		if (event->handshake.before != event->handshake.after)
			change(sim, node, peer_node);
		break;
	default:
		break;
	}
}

static bool is_about(const uint8_t *mask, uint32_t node)
{
	return !mask || (node != TRACE_NOBODY && mask[node]);
}

/* Only what honest nodes find counts: a thief may well think that he is the one who is robbed. */
static void count_tell(struct sim *sim, struct watch *watch, const struct trace_record *record)
{
	if (!is_about(watch->nodes, record->node))
		return;
	watch->strays += record->a != watch->what->tell;
	watch->stray = record->a != watch->what->tell ? (enum octo_tell)record->a : watch->stray;
	add(sim, watch, world_of(sim)->record_count);
}

void tally_record(struct sim *sim, const struct trace_record *record)
{
	const struct watch_list *list = &sim->tally->events[record->kind];
	for (uint32_t i = 0; i < list->count; i++) {
		struct watch *watch = list->list[i];
		if (watch->what->subject == SCENARIO_VERDICT) {
			count_tell(sim, watch, record);
			continue;
		}
		bool is_it = (!watch->what->has_warning || record->a == watch->what->warning) &&
		             (!watch->what->has_note || record->flags == watch->what->note) &&
		             (!watch->what->has_courier || (uint32_t)record->a == watch->what->courier) &&
		             (!watch->what->has_wait || record->a >> 32 == watch->what->wait);
		if (is_it && is_about(watch->nodes, record->node) && is_about(watch->peers, record->peer) &&
		    is_counting(sim, watch))
			add(sim, watch, world_of(sim)->record_count);
	}
}

void tally_packet(struct sim *sim, enum scenario_fate fate, uint32_t from, uint32_t to, uint8_t type,
                  enum octo_reason reason)
{
	const struct watch_list *list = &sim->tally->packets[fate][kind_of(type)];
	/* Until the core is done with what it refused, more happens. */
	uint32_t cause = fate == SCENARIO_REJECTED ? sim->verdict_record : world_of(sim)->record_count;
	if (!list->count || from == TRACE_NOBODY || !sim->tally->pair_from[from])
		return;
	for (uint32_t i = 0; i < list->count; i++) {
		struct watch *watch = list->list[i];
		if (watch->what->has_reason && watch->what->reason != reason)
			continue;
		if (is_counting(sim, watch) && tally_find(watch, from, to))
			add(sim, watch, cause);
	}
}
