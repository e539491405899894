/* engine.c: what the simulator's loop costs around its event queue, with handlers that do nothing: wakes of
 * nodes that plan for another time return at once. Beside it the bare queue with the same events at the same
 * times, in the hold model: for each event that ran another one is planned, 5 ms plus a drawn delay after it.
 * The engine runs a hundred and is given a hundred; they come in the same order, as a hundred take less than
 * 5 ms. */
#include "sim/engine/rng.h"
#include "sim/world.h"
#include "tests/bench/bench.h"

#include <string.h>

enum { ROUNDS = 9, HOLDS = 400000, TURN = 100, NODES = 16, TIMES = (ROUNDS + 1) * HOLDS };

static const char scenario_text[] =
	"{\"title\":\"nothing happens\",\"duration\":\"1500s\",\"crypto\":\"model\","
	"\"nodes\":[{\"name\":\"a\",\"kind\":\"agent\",\"count\":16}],\"trust\":[[\"a-1\",\"a-2\"]],"
	"\"expect\":[{\"always\":\"invariants\"}]}";

/* When each event happens: first those that are pending at the start, then one for each that has run. */
struct plan {
	uint32_t pending;
	uint64_t *times_ns;
	uint64_t turn_ends_ns[TIMES / TURN]; /* when the last event of each turn runs */
};

static uint64_t delay_ns(uint64_t n)
{
	return 5000000 + rng_below(rng_draw(1, 0, n, 0), 40000000);
}

static struct event event_of(const struct plan *plan, uint32_t n)
{
	uint64_t source = n % NODES;
	return (struct event){ .time_ns = plan->times_ns[n], .counter = n, .ref = n % NODES,
		.order = event_order(EVENT_WAKE, 0, source << 4 | EVENT_WAKE) };
}

struct bare {
	struct arena arena;
	struct event_queue queue;
	uint64_t now_ns;
};

static void open_bare(struct bare *bare)
{
	memset(bare, 0, sizeof *bare);
	REQUIRE(arena_open(&bare->arena, ARENA_RESERVE_BYTES));
	event_queue_init(&bare->arena, &bare->queue);
}

static void make_plan(struct plan *plan, uint32_t pending)
{
	struct bare draft;
	struct event event;
	open_bare(&draft);
	plan->pending = pending;
	plan->times_ns = malloc((pending + (size_t)TIMES) * sizeof *plan->times_ns);
	REQUIRE(plan->times_ns);
	for (uint32_t n = 0; n < pending + TIMES; n++) {
		uint32_t held = n - pending;
		if (n >= pending) {
			REQUIRE(event_queue_pop(&draft.arena, &draft.queue, UINT64_MAX, &event));
			if (held % TURN == TURN - 1)
				plan->turn_ends_ns[held / TURN] = event.time_ns;
		}
		plan->times_ns[n] = (n < pending ? 0 : event.time_ns) + delay_ns(n);
		event = event_of(plan, n);
		event_queue_push(&draft.arena, &draft.queue, &event);
	}
	arena_close(&draft.arena);
}

static double hold_bare(struct bare *bare, const struct plan *plan, uint32_t from)
{
	struct event event;
	bool has_all = true;
	double start = cpu_ns();
	for (uint32_t n = from; n < from + HOLDS; n++) {
		has_all &= event_queue_pop(&bare->arena, &bare->queue, UINT64_MAX, &event);
		bare->now_ns = event.time_ns;
		event = event_of(plan, plan->pending + n);
		event_queue_push(&bare->arena, &bare->queue, &event);
	}
	double end = cpu_ns();
	REQUIRE(has_all);
	return (end - start) / HOLDS;
}

static void plan_event(struct sim *sim, const struct plan *plan, uint32_t n)
{
	world_schedule(sim, plan->times_ns[n], EVENT_WAKE, n % NODES, n, n % NODES);
}

static double hold_engine(struct sim *sim, const struct plan *plan, uint32_t from)
{
	bool runs = true;
	double start = cpu_ns();
	for (uint32_t turn = from / TURN; turn < (from + HOLDS) / TURN; turn++) {
		runs &= sim_run(sim, plan->turn_ends_ns[turn]);
		for (uint32_t n = turn * TURN; n < (turn + 1) * TURN; n++)
			plan_event(sim, plan, plan->pending + n);
	}
	double end = cpu_ns();
	REQUIRE(runs);
	return (end - start) / HOLDS;
}

static struct sim *open_engine(const struct scenario *scenario)
{
	char error[256];
	struct sim_options options = { .seed = 1 };
	struct sim *sim = sim_open(scenario, &options, error, sizeof error);
	REQUIRE(sim);
	return sim;
}

static void measure(const struct scenario *scenario, struct plan *plan, uint32_t pending, const char *label)
{
	double engine[ROUNDS], queue[ROUNDS], ratio[ROUNDS];
	char name[128];
	struct bare bare;
	struct sim *sim = open_engine(scenario);
	make_plan(plan, pending);
	open_bare(&bare);
	uint64_t others = world_of(sim)->events; /* of the scenario, and before ours */
	for (uint32_t n = 0; n < pending; n++) {
		struct event event = event_of(plan, n);
		event_queue_push(&bare.arena, &bare.queue, &event);
		plan_event(sim, plan, n);
	}
	for (int round = -1; round < ROUNDS; round++) { /* the first warms up */
		uint32_t from = (uint32_t)(round + 1) * HOLDS;
		double a = hold_engine(sim, plan, from);
		double b = hold_bare(&bare, plan, from);
		if (round < 0)
			continue;
		engine[round] = a;
		queue[round] = b;
		ratio[round] = a / b;
	}
	REQUIRE(world_of(sim)->events - others == TIMES && sim_now(sim) == bare.now_ns);
	snprintf(name, sizeof name, "engine, %s pending: empty events a CPU second", label);
	print_absolute(name, 1e9 / median(engine, ROUNDS), "1/s");
	snprintf(name, sizeof name, "engine, %s pending: bare queue, holds a CPU second", label);
	print_absolute(name, 1e9 / median(queue, ROUNDS), "1/s");
	snprintf(name, sizeof name, "engine / bare event queue, %s pending", label);
	print_ratio(name, median(ratio, ROUNDS), 1.5);
	char error[256];
	REQUIRE(sim_close(sim, error, sizeof error));
	arena_close(&bare.arena);
	free(plan->times_ns);
}

int main(void)
{
	static struct plan plan;
	struct scenario_errors errors;
	struct scenario *scenario = scenario_load_text("engine", scenario_text, sizeof scenario_text - 1, &errors);
	if (!scenario)
		scenario_errors_print(&errors, "engine", stderr);
	REQUIRE(scenario);
	measure(scenario, &plan, 1000, "1k");
	measure(scenario, &plan, 20000, "20k");
	measure(scenario, &plan, 200000, "200k");
	scenario_free(scenario);
	return 0;
}
