/* world.c: making a world of a scenario, and running its events in order. */
#include "sim/world.h"

#include "sim/actions.h"
#include "sim/attack/attack.h"
#include "sim/background.h"
#include "sim/blobs.h"
#include "sim/check/tally.h"
#include "sim/drawn.h"
#include "sim/engine/rng.h"
#include "sim/inbox.h"
#include "sim/network/topology.h"
#include "sim/node.h"
#include "sim/queueing.h"
#include "sim/recorder.h"
#include "sim/robot.h"
#include "sim/store.h"
#include "sim/traffic.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void sim_fail(struct sim *sim, const char *format, ...)
{
	va_list arguments;
	if (sim->error[0])
		return;
	va_start(arguments, format);
	vsnprintf(sim->error, sizeof sim->error, format, arguments);
	va_end(arguments);
}

const char *sim_error(const struct sim *sim)
{
	return sim->error;
}

/* ---- Events ----------------------------------------------------------------------------------------------------------- */

static uint32_t draw_tie(struct sim *sim, uint64_t source, uint32_t counter)
{
	if (!sim->scenario->random_ties)
		return 0;
	uint32_t tie = (uint32_t)(rng_draw(sim->seed, source, counter, DECISION_TIE) >> 44);
	return (uint32_t)decide(&sim->decider, DECISION_TIE, (uint32_t)source, tie);
}

void world_schedule(struct sim *sim, uint64_t at_ns, enum event_class class, uint64_t source, uint32_t counter, uint32_t ref)
{
	/* With drawn ties, deliveries and wakes of one instant mix; the timeline always comes first, judgement last. */
	bool mixes = class == EVENT_DELIVERY || class == EVENT_WAKE;
	uint32_t tie = mixes ? draw_tie(sim, source, counter) : 0;
	enum event_class rank = mixes && sim->scenario->random_ties ? EVENT_DELIVERY : class;
	struct event event = { .time_ns = at_ns, .order = event_order(rank, tie, source << 4 | class), .counter = counter,
		.ref = ref };
	event_queue_push(&sim->arena, &world_of(sim)->queue, &event);
}

static void wake(struct sim *sim, uint32_t number, uint64_t at_ns)
{
	struct node *node = node_of(sim, number);
	if (!node->is_up || node->is_paused || node->wake_at_ns != at_ns)
		return; /* a newer one took its place */
	node->wake_at_ns = OCTO_NEVER;
	node_settle(sim, number);
}

/* What an event of the network refers to lies anywhere, and was last looked at when it was planned. */
static void fetch_ahead(const struct sim *sim)
{
	const struct event *event = event_queue_soon(&sim->arena, &world_of(sim)->queue);
	if (!event)
		return;
	enum event_class class = (enum event_class)(event->order & 15);
	if (class == EVENT_DELIVERY)
		arena_fetch(&sim->arena, event->ref, 640); /* its memory will be the next packet's */
	else if (class == EVENT_TRAFFIC)
		arena_fetch(&sim->arena, event->ref, 64);
}

static void dispatch(struct sim *sim, const struct event *event)
{
	switch ((enum event_class)(event->order & 15)) {
	case EVENT_HEAL: actions_heal(sim); break;
	case EVENT_ACTION: actions_run(sim, event->ref); break;
	case EVENT_ROBOT: robot_turn(sim, event->ref); break;
	case EVENT_ATTACK: attack_turn(sim, event->ref); break;
	case EVENT_RELEASE: attack_release(sim, event->ref); break;
	case EVENT_LINK: queueing_leave(sim, event->ref); break;
	case EVENT_SERVICE: inbox_serve(sim, event->ref); break;
	case EVENT_NAT: topology_expire(sim, event->ref); break;
	case EVENT_DELIVERY: traffic_deliver(sim, event->ref); break;
	case EVENT_WAKE: wake(sim, event->ref, event->time_ns); break;
	case EVENT_TRAFFIC: background_tick(sim, event->ref); break;
	case EVENT_STORE: store_keep(sim, event->ref); break;
	case EVENT_JUDGE: tally_judge(sim, event->ref); break;
	}
}

bool sim_run(struct sim *sim, uint64_t until_ns)
{
	struct world *world = world_of(sim);
	struct event event;
	if (until_ns > sim->scenario->duration_ns)
		until_ns = sim->scenario->duration_ns;
	while (!sim->error[0] && event_queue_pop(&sim->arena, &world->queue, until_ns, &event)) {
		world->now_ns = event.time_ns;
		world->events++;
		fetch_ahead(sim);
		dispatch(sim, &event);
		tally_turn(sim);
		if (arena_is_full(&sim->arena))
			sim_fail(sim, "the world does not fit into %zu MiB of memory", sim->arena.reserved_bytes >> 20);
	}
	if (!sim->error[0] && world->now_ns < until_ns)
		world->now_ns = until_ns;
	return !sim->error[0];
}

uint64_t sim_now(const struct sim *sim)
{
	return world_of(sim)->now_ns;
}

/* ---- Making a world ------------------------------------------------------------------------------------------------------ */

static int compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x == y ? 0 : x < y ? -1 : 1;
}

/* Who trusts whom, as a list of neighbours for each node. */
static bool make_neighbours(struct sim *sim)
{
	const struct scenario *scenario = sim->scenario;
	uint32_t nodes = scenario->node_count, count = 2 * scenario->trust_count;
	uint32_t *start = sim->neighbour_start = calloc(nodes + 2, sizeof *start);
	sim->neighbours = calloc(count ? count : 1, sizeof *sim->neighbours);
	if (!start || !sim->neighbours)
		return false;
	for (uint32_t i = 0; i < scenario->trust_count; i++) {
		start[scenario->trust[i].a + 2]++;
		start[scenario->trust[i].b + 2]++;
	}
	for (uint32_t i = 2; i < nodes + 2; i++)
		start[i] += start[i - 1];
	for (uint32_t i = 0; i < scenario->trust_count; i++) {
		struct scenario_pair pair = scenario->trust[i];
		sim->neighbours[start[pair.a + 1]++] = pair.b;
		sim->neighbours[start[pair.b + 1]++] = pair.a;
	}
	for (uint32_t i = 0; i < nodes; i++)
		qsort(sim->neighbours + start[i], start[i + 1] - start[i], sizeof *sim->neighbours, compare_numbers);
	return true;
}

static bool make_identities(struct sim *sim)
{
	sim->identities = calloc(sim->scenario->node_count, sizeof *sim->identities);
	for (uint32_t i = 0; sim->identities && i < sim->scenario->node_count; i++)
		node_identify(sim, i);
	return sim->identities != NULL;
}

static bool has_injections(const struct scenario *scenario)
{
	for (uint32_t i = 0; i < scenario->action_count; i++)
		if (actions_wants_packet(&scenario->actions[i]))
			return true;
	return false;
}

static bool make_world(struct sim *sim)
{
	const struct scenario *scenario = sim->scenario;
	if (!arena_open(&sim->arena, ARENA_RESERVE_BYTES))
		return false;
	sim->world_ref = arena_alloc(&sim->arena, sizeof(struct world));
	struct world *world = world_of(sim);
	if (!world)
		return false;
	world->node_count = scenario->node_count;
	world->nodes = arena_alloc(&sim->arena, scenario->node_count * sizeof(struct node));
	if (has_injections(scenario)) {
		world->recorded = arena_alloc(&sim->arena, scenario->action_count * sizeof(arena_ref));
		world->recorded_seen = arena_alloc(&sim->arena, scenario->action_count * sizeof(uint32_t));
	}
	event_queue_init(&sim->arena, &world->queue);
	link_table_init(&world->links);
	for (uint32_t i = 0; i < scenario->node_count && !arena_is_full(&sim->arena); i++)
		if (!node_make(sim, i))
			return false;
	blobs_make(sim);
	return topology_make(sim) && attack_open(sim) && !arena_is_full(&sim->arena);
}

static void plan_scenario(struct sim *sim)
{
	const struct scenario *scenario = sim->scenario;
	if (scenario->heal_ns != OCTO_NEVER)
		world_schedule(sim, scenario->heal_ns, EVENT_HEAL, 0, 0, 0);
	for (uint32_t i = 0; i < scenario->action_count; i++)
		world_schedule(sim, scenario->actions[i].at_ns, EVENT_ACTION, 0, i, i);
	store_plan(sim);
	tally_plan(sim);
}

/* ---- Trace and checks ---------------------------------------------------------------------------------------------------- */

static bool open_trace(struct sim *sim, const char *path, char *error, size_t error_size)
{
	const struct scenario *scenario = sim->scenario;
	struct trace_header header = { .seed = sim->seed, .duration_ns = scenario->duration_ns,
		.scenario_hash = scenario->hash, .node_count = scenario->node_count };
	snprintf(header.scenario, sizeof header.scenario, "%s", scenario->path);
	snprintf(header.title, sizeof header.title, "%s", scenario->title);
	snprintf(header.crypto, sizeof header.crypto, "%s", octo_crypto_name(sim->crypto));
	struct trace_node *nodes = calloc(scenario->node_count, sizeof *nodes);
	for (uint32_t i = 0; nodes && i < scenario->node_count; i++) {
		snprintf(nodes[i].name, sizeof nodes[i].name, "%s", scenario->nodes[i].name);
		snprintf(nodes[i].kind, sizeof nodes[i].kind, "%s", scenario_node_kind(&scenario->nodes[i]));
		memcpy(nodes[i].id, sim->identities[i].card.id, OCTO_ID_BYTES);
	}
	if (nodes)
		sim->trace = trace_writer_open(path, &header, nodes, error, error_size);
	else
		snprintf(error, error_size, "out of memory");
	free(nodes);
	return sim->trace != NULL;
}

static uint64_t host_now(void *context)
{
	return sim_now(context);
}

static bool host_is_up(void *context, uint32_t node)
{
	return sim_node_is_up(context, node);
}

static bool host_view(void *context, uint32_t node, uint32_t peer_node, struct octo_peer_view *view)
{
	return sim_peer_view(context, node, peer_node, view);
}

static const void *host_block(void *context, uint32_t node, size_t *size)
{
	const struct sim *sim = context;
	*size = node_of(sim, node)->block_bytes;
	return node_channel(sim, node);
}

static uint64_t host_latency_max_ns(void *context, uint32_t from, uint32_t to)
{
	return traffic_latency_max_ns(context, from, to);
}

static uint32_t host_passes_max(void *context, uint32_t node)
{
	return node_passes_max(context, node);
}

/* The last record is the event that it was seen in. */
static void host_violated(void *context, const char *text)
{
	struct sim *sim = context;
	recorder_failure(sim, true, text, world_of(sim)->record_count);
}

static bool open_checks(struct sim *sim)
{
	struct checks_host host = { .context = sim, .violated = host_violated, .now = host_now, .is_up = host_is_up, .view = host_view,
		.block = host_block, .latency_max_ns = host_latency_max_ns,
		.passes_max = host_passes_max };
	sim->checks = checks_open(sim->scenario, &host);
	return sim->checks != NULL;
}

/* ---- Opening and closing ------------------------------------------------------------------------------------------------- */

static bool check_suites(const struct sim *sim, char *error, size_t error_size)
{
	uint16_t available = octo_crypto_suites(sim->crypto);
	for (uint32_t i = 0; i < sim->scenario->node_count; i++) {
		if (!(sim->scenario->nodes[i].suites & ~available))
			continue;
		snprintf(error, error_size, "node %s offers aes-256-gcm, which libsodium cannot do on this processor: "
		         "run it on one with AES instructions, or with \"crypto\": \"model\"", sim->scenario->nodes[i].name);
		return false;
	}
	return true;
}

static void release(struct sim *sim)
{
	char ignored[128];
	if (sim->trace && !trace_writer_close(sim->trace, ignored, sizeof ignored))
		sim->trace = NULL;
	if (sim->checks)
		checks_close(sim->checks);
	tally_close(sim);
	arena_close(&sim->arena);
	free(sim->neighbour_start);
	free(sim->neighbours);
	if (sim->identities)
		octo_wipe(sim->identities, sim->scenario->node_count * sizeof *sim->identities);
	free(sim->identities);
	traffic_free_models(sim);
	free(sim->attacks);
	free(sim->failures);
	free(sim->expectations);
	free(sim->drawn_rates);
	free(sim->blobs);
	free(sim->standings);
	free(sim);
}

static bool make(struct sim *sim, const struct sim_options *options, char *error, size_t error_size)
{
	uint32_t expectations = sim->scenario->expectation_count;
	snprintf(error, error_size, "out of memory");
	sim->expectations = calloc(expectations ? expectations : 1, sizeof *sim->expectations);
	if (!sim->expectations || !make_neighbours(sim) || !make_identities(sim) || !make_world(sim) || !tally_open(sim))
		return false;
	for (uint32_t i = 0; i < expectations; i++)
		sim->expectations[i].expectation = &sim->scenario->expectations[i];
	if (!options->no_checks && !open_checks(sim))
		return false;
	if (options->trace_path && !open_trace(sim, options->trace_path, error, error_size))
		return false;
	plan_scenario(sim);
	for (uint32_t i = 0; i < sim->scenario->node_count && !sim->error[0]; i++) {
		/* No packet tells what a clock shows, so only this says that one was wrong from the start. */
		if (sim->scenario->nodes[i].clock_offset_ns)
			recorder_action(sim, TRACE_ACTION_CLOCK, i, TRACE_NOBODY, (uint64_t)sim->scenario->nodes[i].clock_offset_ns);
		sim->cause = 0;
		node_boot(sim, i, true);
	}
	return true;
}

struct sim *sim_open(const struct scenario *scenario, const struct sim_options *options, char *error, size_t error_size)
{
	struct sim *sim = calloc(1, sizeof *sim);
	if (!sim) {
		snprintf(error, error_size, "out of memory");
		return NULL;
	}
	sim->scenario = scenario;
	sim->seed = options->seed;
	sim->record = options->record;
	sim->replay = options->replay;
	sim->decider.seed = options->seed;
	sim->decider.context = sim;
	sim->decider.decide = options->record || options->replay ? decision_log_decide : NULL;
	sim->crypto = scenario->is_model_crypto ? octo_crypto_model() : octo_crypto_sodium();
	bool is_made = check_suites(sim, error, error_size) && make(sim, options, error, error_size);
	if (is_made && sim->error[0]) {
		snprintf(error, error_size, "%s", sim->error);
		is_made = false;
	}
	if (!is_made) {
		release(sim);
		return NULL;
	}
	return sim;
}

bool sim_close(struct sim *sim, char *error, size_t error_size)
{
	bool is_written = true;
	if (sim->trace)
		is_written = trace_writer_close(sim->trace, error, error_size);
	sim->trace = NULL;
	release(sim);
	return is_written;
}

/* ---- Looking at it --------------------------------------------------------------------------------------------------------- */

bool sim_node_is_up(const struct sim *sim, uint32_t node)
{
	return node_of(sim, node)->is_up;
}

bool sim_peer_view(const struct sim *sim, uint32_t node, uint32_t peer_node, struct octo_peer_view *view)
{
	const struct octo_channel *channel = node_channel(sim, node);
	uint32_t peer = node_peer_index(sim, node, peer_node);
	if (!channel || peer == OCTO_NO_PEER)
		return false;
	octo_peer_view(channel, peer, view);
	return true;
}

static void sum_cells(const struct sim *sim, struct sim_result *result)
{
	memcpy(result->cells, world_of(sim)->cells, sizeof result->cells);
	for (uint32_t i = 0; i < sim->scenario->node_count; i++) {
		const struct octo_channel *channel = node_channel(sim, i);
		if (!channel)
			continue;
		const struct octo_counters *counters = octo_channel_counters(channel);
		for (int step = 0; step < OCTO_STEP_COUNT; step++)
			for (int state = 0; state < OCTO_STATE_COUNT; state++)
				result->cells[step][state] += counters->cells[step][state];
	}
}

static uint64_t count_sessions(const struct sim *sim)
{
	uint64_t count = 0;
	for (uint32_t i = 0; i < sim->scenario->trust_count; i++) {
		struct scenario_pair pair = sim->scenario->trust[i];
		struct octo_peer_view a, b;
		if (!sim_peer_view(sim, pair.a, pair.b, &a) || !sim_peer_view(sim, pair.b, pair.a, &b))
			continue;
		count += a.session.log_id && a.session.log_id == b.session.log_id ? 1 : 0;
	}
	return count;
}

static void judge_all(struct sim *sim)
{
	sim->is_judged = true;
	if (sim->checks)
		checks_finish(sim->checks);
	tally_finish(sim);
}

const struct sim_result *sim_result(struct sim *sim)
{
	struct world *world = world_of(sim);
	struct sim_result *result = &sim->result;
	bool is_over = world->now_ns >= sim->scenario->duration_ns && !sim->error[0];
	if (is_over && !sim->is_judged)
		judge_all(sim);
	*result = (struct sim_result){ .virtual_ns = world->now_ns, .events = world->events, .hash = world->hash,
		.arena_bytes = arena_used(&sim->arena), .block_bytes = world->block_bytes,
		.duels = tally_duels(sim), .warnings = world->warning_count, .messages = world->messages,
		.background_bytes = world->background_bytes,
		.sessions_established = count_sessions(sim),
		.expectations = sim->expectations, .expectation_count = sim->scenario->expectation_count };
	result->pairs_met = tally_pairs_met(sim, &result->last_met_ns);
	result->couriers = tally_couriers(sim, &result->courier_count);
	tally_sum_up_seen(sim, result);
	memcpy(result->packets, world->fates, sizeof result->packets);
	memcpy(result->rejected, world->rejected, sizeof result->rejected);
	memcpy(result->tells, world->tells, sizeof result->tells);
	sum_cells(sim, result);
	drawn_sum_up(sim, result);
	blobs_sum_up(sim, result);
	robot_sum_up(sim, result);
	for (uint32_t i = 0; i < result->expectation_count; i++)
		tally_measure(sim, i);
	if (sim->checks)
		result->invariants = checks_invariants(sim->checks, &result->invariant_count);
	result->passed = is_over;
	for (uint32_t i = 0; i < result->expectation_count; i++)
		result->passed = result->passed && (!sim->expectations[i].is_judged || sim->expectations[i].holds);
	for (uint32_t i = 0; i < result->invariant_count; i++)
		result->passed = result->passed && !result->invariants[i].violated;
	return result;
}

/* ---- Snapshots ---------------------------------------------------------------------------------------------------------------- */

struct sim_snapshot {
	size_t size;
	unsigned char bytes[];
};

struct sim_snapshot *sim_snapshot_take(const struct sim *sim)
{
	size_t size = arena_used(&sim->arena);
	struct sim_snapshot *snapshot = malloc(sizeof *snapshot + size);
	if (!snapshot)
		return NULL;
	snapshot->size = size;
	arena_copy_out(&sim->arena, snapshot->bytes);
	return snapshot;
}

bool sim_snapshot_restore(struct sim *sim, const struct sim_snapshot *snapshot, bool move)
{
	struct arena other = { .base = NULL };
	if (move && !arena_open(&other, ARENA_RESERVE_BYTES))
		return false;
	if (!arena_copy_in(move ? &other : &sim->arena, snapshot->bytes, snapshot->size)) {
		arena_close(&other);
		return false;
	}
	if (move) {
		arena_close(&sim->arena);
		sim->arena = other;
	}
	/* They have seen a future that is none any more. */
	char ignored[128];
	if (sim->checks)
		checks_close(sim->checks);
	sim->checks = NULL;
	if (sim->trace && !trace_writer_close(sim->trace, ignored, sizeof ignored))
		sim_fail(sim, "%s", ignored);
	sim->trace = NULL;
	return true;
}

void sim_snapshot_free(struct sim_snapshot *snapshot)
{
	free(snapshot);
}
