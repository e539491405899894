/* scale.c: whole runs. Ten thousand duels with the model's crypto: processor time and memory a node, and what
 * the checks cost. Five hundred duels with real crypto: handshakes a CPU second, beside their bare scalar
 * multiplications. Trace hash, ledger and (but where the figure says so) invariants are on; no trace file is
 * written. Run it from the root. */
#include "sim/node.h"
#include "tests/bench/bench.h"

#include <sodium.h>
#include <sys/resource.h>

enum { SCALE_ROUNDS = 3, CRYPTO_ROUNDS = 5, BASES_A_DUEL = 3, OTHERS_A_DUEL = 6 };

static const char *const model_path = "scenarios/scale/ten-thousand-duels.json";
static const char *const sodium_path = "scenarios/scale/five-hundred-duels.json";

static struct scenario *load(const char *path)
{
	struct scenario_errors errors;
	struct scenario *scenario = scenario_load(path, &errors);
	if (!scenario)
		scenario_errors_print(&errors, path, stderr);
	REQUIRE(scenario);
	return scenario;
}

struct run {
	double open_ns, run_ns, all_ns;   /* all: from sim_open() to sim_close(), both included */
	uint64_t events, hash, evaluations;
	uint64_t arena_bytes, block_bytes, sessions, multiplications;
};

/* Of all cores, but for the one that each peer costs when it is entered. */
static uint64_t count_multiplications(const struct sim *sim)
{
	uint64_t count = 0;
	for (uint32_t i = 0; i < sim->scenario->node_count; i++)
		count += octo_channel_counters(node_channel(sim, i))->curve_multiplications -
		         node_of(sim, i)->peer_count;
	return count;
}

static struct run run_once(const struct scenario *scenario, bool has_checks)
{
	char error[256] = "";
	struct sim_options options = { .seed = 1, .no_checks = !has_checks };
	struct run run = { .open_ns = 0 };
	double start = cpu_ns();
	struct sim *sim = sim_open(scenario, &options, error, sizeof error);
	double opened = cpu_ns();
	if (!sim)
		fprintf(stderr, "%s: %s\n", scenario->path, error);
	REQUIRE(sim);
	bool is_run = sim_run(sim, scenario->duration_ns);
	double ran = cpu_ns();
	const struct sim_result *result = sim_result(sim);
	/* Without checks "always invariants" cannot hold; the hash tells whether the run was the same. */
	bool is_good = is_run && (result->passed || !has_checks);
	if (!is_good)
		fprintf(stderr, "%s does not pass; octosim run shows why %s\n", scenario->path, sim_error(sim));
	REQUIRE(is_good);
	run.events = result->events;
	run.hash = result->hash;
	run.arena_bytes = result->arena_bytes;
	run.block_bytes = result->block_bytes;
	run.sessions = result->sessions_established;
	for (uint32_t i = 0; i < result->invariant_count; i++)
		run.evaluations += result->invariants[i].evaluated;
	double summed_up = cpu_ns();
	run.multiplications = count_multiplications(sim);
	double counted = cpu_ns();
	bool is_closed = sim_close(sim, error, sizeof error);
	double closed = cpu_ns();
	REQUIRE(is_closed);
	run.open_ns = opened - start;
	run.run_ns = ran - opened;
	run.all_ns = closed - start - (counted - summed_up);
	return run;
}

static uint64_t resident_peak_bytes(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (uint64_t)usage.ru_maxrss * 1024;
}

static void print_memory(const struct scenario *scenario, const struct run *run, uint64_t resident_bytes)
{
	double nodes = scenario->node_count;
	print_absolute("ten thousand duels: memory of the world a node", (double)run->arena_bytes / nodes, "B");
	print_absolute("ten thousand duels: of it, the core's block", (double)run->block_bytes / nodes, "B");
	print_absolute("ten thousand duels: resident peak a node, checks and all", (double)resident_bytes / nodes, "B");
}

static void measure_scale(void)
{
	double all[SCALE_ROUNDS], running[SCALE_ROUNDS], free_running[SCALE_ROUNDS], ratio[SCALE_ROUNDS];
	struct scenario *scenario = load(model_path);
	uint64_t resident_before = resident_peak_bytes();
	struct run run = run_once(scenario, true); /* warms up */
	print_memory(scenario, &run, resident_peak_bytes() - resident_before);
	for (int round = 0; round < SCALE_ROUNDS; round++) {
		run = run_once(scenario, true);
		struct run unchecked = run_once(scenario, false);
		REQUIRE(run.hash == unchecked.hash);
		all[round] = run.all_ns;
		running[round] = run.run_ns;
		free_running[round] = unchecked.run_ns;
		ratio[round] = run.run_ns / unchecked.run_ns;
	}
	double run_ns = median(running, SCALE_ROUNDS);
	print_absolute("ten thousand duels: CPU time, making the world and judging it included",
	               median(all, SCALE_ROUNDS) / 1e9, "s");
	print_absolute("ten thousand duels: CPU time of the run alone", run_ns / 1e9, "s");
	print_absolute("ten thousand duels: events a CPU second", (double)run.events * 1e9 / run_ns, "1/s");
	print_absolute("ten thousand duels: CPU time of the run without checks",
	               median(free_running, SCALE_ROUNDS) / 1e9, "s");
	print_absolute("ten thousand duels: evaluations of invariants", (double)run.evaluations, "");
	print_ratio("ten thousand duels, run: with checks / without", median(ratio, SCALE_ROUNDS), 0);
	scenario_free(scenario);
}

static double multiply(uint64_t duels)
{
	uint8_t secret[32], public[32], shared[32];
	int failed = 0;
	randombytes_buf(secret, sizeof secret);
	double start = cpu_ns();
	for (uint64_t duel = 0; duel < duels; duel++) {
		for (int i = 0; i < BASES_A_DUEL; i++)
			failed |= crypto_scalarmult_base(public, secret);
		for (int i = 0; i < OTHERS_A_DUEL; i++) {
			failed |= crypto_scalarmult(shared, secret, public);
			public[0] ^= shared[0]; /* another point each time */
		}
	}
	double end = cpu_ns();
	REQUIRE(!failed);
	return end - start;
}

/* Both sides offer, the loser answers, the winner completes: one more than a handshake without a duel. */
static void measure_crypto(void)
{
	double running[CRYPTO_ROUNDS], ratio[CRYPTO_ROUNDS];
	struct scenario *scenario = load(sodium_path);
	struct run run = { .sessions = 0 };
	for (int round = -1; round < CRYPTO_ROUNDS; round++) { /* the first warms up */
		run = run_once(scenario, true);
		REQUIRE(run.multiplications == run.sessions * (BASES_A_DUEL + OTHERS_A_DUEL));
		double bare = multiply(run.sessions);
		if (round < 0)
			continue;
		running[round] = run.run_ns;
		ratio[round] = run.run_ns / bare;
	}
	print_absolute("five hundred duels, real crypto: handshakes a CPU second",
	               (double)run.sessions * 1e9 / median(running, CRYPTO_ROUNDS), "1/s");
	print_ratio("five hundred duels, run / their scalar multiplications", median(ratio, CRYPTO_ROUNDS), 0);
	scenario_free(scenario);
}

int main(void)
{
	REQUIRE(sodium_init() >= 0);
	if (!octo_is_checked())
		fputs("scale: a core without audit events: the invariants that need them do not run\n", stderr);
	measure_scale(); /* first: it reads the peak of resident memory */
	measure_crypto();
	return 0;
}
