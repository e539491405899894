/* fuzz_test.c: what fuzzing is made of. swarm.c: a seed's variant is a scenario, always the same, and trouble
 * of every kind comes up. trial.c: a run judged. And the commands themselves (see program.h): cli/fuzz.c,
 * cli/replay.c and, through them, cli/apart.c. That planted bugs are found: tools/mutants. */
#include "sim/explore/decision_log.h"
#include "sim/explore/failure_file.h"
#include "sim/explore/swarm.h"
#include "sim/explore/trial.h"
#include "tests/check.h"
#include "tests/unit/program.h"

#include <stdlib.h>
#include <unistd.h>

enum { SEEDS = 400 };

static const char pair[] =
	"{\"duration\": \"3s\", \"crypto\": \"model\", \"nodes\": [{\"name\": \"robot\", \"kind\": "
        "\"agent\"},"
	" {\"name\": \"pilot\", \"kind\": \"remote\"}], \"trust\": [[\"robot\", \"pilot\"]]}";
static const char crowd[] =
	"{\"duration\": \"3s\", \"crypto\": \"model\", \"nodes\": [{\"name\": \"robot\", \"kind\": "
        "\"agent\", \"count\": 20},"
	" {\"name\": \"pilot\", \"kind\": \"remote\", \"cookie_above\": 0}, {\"name\": \"twin\", \"kind\": "
        "\"remote\","
	" \"identity\": \"pilot\"}], \"trust\": [[\"robot-*\", \"pilot\"], [\"robot-1\", \"twin\"]]}";

static struct swarm *open_swarm(const char *text)
{
	struct scenario_errors errors;
	struct swarm *swarm = swarm_open_text("base", text, strlen(text), &errors);

	scenario_errors_print(&errors, "base", stderr);
	scenario_errors_free(&errors);
	return swarm;
}

static struct scenario *load(const struct swarm *swarm, uint64_t seed)
{
	struct scenario_errors errors;
	size_t size = 0;
	char *text = swarm_variant(swarm, seed, &size);
	struct scenario *scenario = scenario_load_text("variant", text, size, &errors);

	scenario_errors_print(&errors, "variant", stderr);
	scenario_errors_free(&errors);
	free(text);
	return scenario;
}

/* ---- The swarm
 * -------------------------------------------------------------------------------------------------------- */

static void every_seed_makes_a_scenario_that_heals(void)
{
	static const char *const bases[] = { pair, crowd };

	for (size_t base = 0; base < 2; base++) {
		struct swarm *swarm = open_swarm(bases[base]);

		for (uint64_t seed = 1; seed <= SEEDS; seed++) {
			struct scenario *scenario = load(swarm, seed);

			CHECK(scenario != NULL);
			if (!scenario)
				continue;
			CHECK_U64(scenario->node_count, base ? 22 : 2);
			CHECK_U64(scenario->trust_count, base ? 21 : 1);
			CHECK_U64(scenario->expectation_count, 0);
			CHECK(scenario->is_model_crypto);
			CHECK(scenario->action_count > 0);
			/* Trouble ends with the healing, and what follows is long enough for everybody. */
			CHECK(scenario->actions[scenario->action_count - 1].at_ns < scenario->heal_ns);
			CHECK(scenario->duration_ns - scenario->heal_ns >= 150 * OCTO_SECOND);
			scenario_free(scenario);
		}
		swarm_close(swarm);
	}
}

/* No attackers and no lost stores; whatever else there may be. Told by the invariant that watches such runs. */
static void an_honest_swarm_has_no_attackers(void)
{
	struct swarm *swarm = open_swarm(pair);
	uint64_t damaged = 0;

	for (int is_honest = 0; is_honest < 2; is_honest++, damaged = 0) {
		for (uint64_t seed = 1; seed <= SEEDS; seed++) {
			struct scenario *scenario = load(swarm, seed);

			for (uint32_t i = 0; scenario && i < scenario->action_count; i++) {
				const struct scenario_action *action = &scenario->actions[i];

				damaged += action->loses_store || action->random_bytes || action->flip_each ||
					action->verb == SCENARIO_ATTACK || action->verb == SCENARIO_RELAY ||
					(action->verb == SCENARIO_RESTART && action->store_from_ns != OCTO_NEVER);
			}
			scenario_free(scenario);
		}
		CHECK(is_honest ? damaged == 0 : damaged > 0);
		swarm_be_honest(swarm);
	}
	swarm_close(swarm);
}

static uint64_t digest(uint64_t hash, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/* Whatever compiled it. A change of the swarm changes what seeds mean, and with it this number. */
static void a_seed_means_the_same_everywhere(void)
{
	struct swarm *swarm = open_swarm(pair);
	uint64_t hash = UINT64_C(0xcbf29ce484222325), before = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		size_t size = 0, again_size = 0;
		char *text = swarm_variant(swarm, seed, &size),
		     *again = swarm_variant(swarm, seed, &again_size);

		CHECK_STRING(again, text);
		hash = digest(hash, text, size);
		CHECK(hash != before);
		before = hash;
		free(text);
		free(again);
	}
	CHECK_U64(hash, UINT64_C(1198418217842005701));
	swarm_close(swarm);
}

/* What a variant has, one bit each. */
enum {
	HAS_LOSS = 1 << 20, /* below: the verbs */
	HAS_MASK = HAS_LOSS << 1,
	HAS_DUPLICATE = HAS_LOSS << 2,
	HAS_CORRUPT = HAS_LOSS << 3,
	HAS_TIES = HAS_LOSS << 4,
	HAS_LOST_STORE = HAS_LOSS << 5,
	HAS_JUNK = HAS_LOSS << 6,
	HAS_FLIPS = HAS_LOSS << 7,
	HAS_OLD_STORE = HAS_LOSS << 8,
	HAS_ONE_WAY = HAS_LOSS << 9,
	HAS_VERBS = 1 << SCENARIO_CONNECT | 1 << SCENARIO_DISCONNECT | 1 << SCENARIO_LOAD | 1 << SCENARIO_CRASH |
	            1 << SCENARIO_RESTART | 1 << SCENARIO_MOVE | 1 << SCENARIO_CLOCK | 1 << SCENARIO_INJECT |
	            1 << SCENARIO_PAUSE | 1 << SCENARIO_RESUME | 1 << SCENARIO_SLOW | 1 << SCENARIO_PARTITION |
	            1 << SCENARIO_RELAY | 1 << SCENARIO_ATTACK | 1 << SCENARIO_LIE,
	HAS_ALL = HAS_VERBS | ((HAS_LOSS << 10) - HAS_LOSS)
};

/* What links have beside that. */
enum { WEATHER = 9, ALL_WEATHER = (1 << WEATHER) - 1 };

static int weather_of(const struct scenario *scenario)
{
	int kinds = 0;

	for (uint32_t i = 0; i < scenario->link_count; i++) {
		const struct scenario_link *link = &scenario->links[i];

		kinds |= (link->sets_loss && link->loss_kind == SCENARIO_GILBERT_ELLIOTT) | (link->loss_kind == SCENARIO_BURSTS) << 1 |
		         link->sets_reorder << 2 | link->sets_replay << 3 | (link->damage != 0) << 4 | link->sets_mtu << 5 |
		         link->sets_clog << 6 | link->sets_rate << 7 | link->sets_queue << 8;
	}
	return kinds;
}

static int kinds_of(const struct scenario *scenario)
{
	int kinds = scenario->random_ties ? HAS_TIES : 0;

	for (uint32_t i = 0; i < scenario->link_count; i++) {
		const struct scenario_link *link = &scenario->links[i];

		kinds |= (link->sets_loss ? HAS_LOSS : 0) | (link->sets_mask ? HAS_MASK : 0) |
		         (link->sets_duplicate ? HAS_DUPLICATE : 0) | (link->sets_corrupt ? HAS_CORRUPT : 0);
	}
	for (uint32_t i = 0; i < scenario->action_count; i++) {
		const struct scenario_action *action = &scenario->actions[i];

		kinds |= 1 << action->verb;
		kinds |= (action->loses_store ? HAS_LOST_STORE : 0) | (action->random_bytes ? HAS_JUNK : 0) |
		         (action->flip_each ? HAS_FLIPS : 0) |
		         (action->verb == SCENARIO_RESTART && action->store_from_ns != OCTO_NEVER ? HAS_OLD_STORE : 0) |
		         (action->verb == SCENARIO_PARTITION && action->attack->one_way ? HAS_ONE_WAY : 0);
	}
	return kinds;
}

static void trouble_of_every_kind_comes_up_and_none_but_dialling_always(void)
{
	struct swarm *swarm = open_swarm(pair);
	int some = 0, all = HAS_ALL, weather = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct scenario *scenario = load(swarm, seed);

		some |= kinds_of(scenario);
		all &= kinds_of(scenario);
		weather |= weather_of(scenario);
		scenario_free(scenario);
	}
	CHECK_U64(some, HAS_ALL);
	CHECK_U64(weather, ALL_WEATHER);
	CHECK_U64(all, 1 << SCENARIO_CONNECT);
	swarm_close(swarm);
}

static void a_base_without_trust_is_refused(void)
{
	static const char lonely[] =
		"{\"duration\": \"3s\", \"nodes\": [{\"name\": \"robot\", \"kind\": \"agent\"}]}";
	struct scenario_errors errors;

	CHECK(swarm_open_text("base", lonely, strlen(lonely), &errors) == NULL);
	CHECK_U64(errors.count, 1);
	CHECK_CONTAINS(errors.list[0].text, "trust");
	scenario_errors_free(&errors);
	CHECK(swarm_open_text("base", "{", 1, &errors) == NULL);
	CHECK(errors.count > 0);
	scenario_errors_free(&errors);
	CHECK(swarm_open("/tmp/no/such/file.json", &errors) == NULL);
	CHECK_CONTAINS(errors.list[0].text, "cannot be read");
	scenario_errors_free(&errors);
}

/* ---- Trials -----------------------------------------------------------------------------------------------
 * ------------- */

static const char dialled[] =
	"{\"duration\": \"3s\", \"crypto\": \"model\", \"nodes\": [{\"name\": \"robot\", \"kind\": "
        "\"agent\"},"
	" {\"name\": \"pilot\", \"kind\": \"remote\"}], \"trust\": [[\"robot\", \"pilot\"]],"
	" \"links\": [{\"between\": [\"*\", \"*\"], \"latency\": {\"uniform\": [\"1ms\", \"9ms\"]}}],"
	" \"timeline\": [{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}],"
	" \"expect\": [{\"by\": \"2s\", \"session\": {\"between\": [\"robot\", \"pilot\"], \"state\": "
        "\"%s\"}}]}";

static char dialled_text[1024];
static struct trial trial;

static void try(const char *state, const struct trial_options *options)
{
	snprintf(dialled_text, sizeof(dialled_text), dialled, state);
	trial_run("trial", dialled_text, strlen(dialled_text), options, &trial);
}

static void what_does_not_hold_is_a_violation(void)
{
	try("established", &(struct trial_options){ .seed = 7 });
	CHECK(!trial.is_fault);
	CHECK_U64(trial.violation_count, 0);
	CHECK_U64(trial.virtual_ns, 3 * OCTO_SECOND);
	CHECK(trial.events > 0 && trial.hash != 0);
	try("idle", &(struct trial_options){ .seed = 7 });
	CHECK(!trial.is_fault);
	CHECK_U64(trial.violation_count, 1);
	CHECK_CONTAINS(trial.violations[0], "idle");
}

static void what_is_no_scenario_is_no_trial(void)
{
	trial_run("trial", "{}", 2, &(struct trial_options){ .seed = 1 }, &trial);
	CHECK(trial.is_fault && trial.is_bad_text);
	CHECK_CONTAINS(trial.violations[0], "missing");
}

static void a_replay_that_leaves_the_log_says_so(void)
{
	struct decision_log log = { .list = NULL };
	uint64_t hash;

	try("established", &(struct trial_options){ .seed = 7, .record = &log });
	hash = trial.hash;
	CHECK(log.count > 3);
	try("established", &(struct trial_options){ .seed = 8, .replay = &log });
	CHECK(!trial.is_mismatch);
	CHECK_U64(trial.decisions_left, 0);
	try("established", &(struct trial_options){ .seed = 7, .replay = &log });
	CHECK_U64(trial.hash, hash);
	log.list[2].purpose = DECISION_LOSS;
	try("established", &(struct trial_options){ .seed = 7, .replay = &log });
	CHECK(trial.is_mismatch);
	CHECK_CONTAINS(trial.violations[0], "entry 2");
	decision_log_free(&log);
}

/* ---- The commands
 * ------------------------------------------------------------------------------------------------------ */

#define output program_output
#define call program_call

static int set_up(void)
{
	return !program_open();
}

static int tear_down(void)
{
	return !program_close();
}

/* A base that the command takes: files say more than texts have to. */
static void write_base(void)
{
	char text[1024];

	snprintf(text, sizeof(text),
	         "{\"title\": \"T\", \"why\": \"W\", \"covers\": [\"R71\"],"
	         " \"expect\": [{\"always\": \"invariants\"}], %s",
	         pair + 1);
	CHECK(program_write("base.json", text));
}

static void good_seeds_pass_and_leave_no_files(void)
{
	write_base();
	CHECK_U64(call("fuzz base.json --seeds 1..60 --jobs 2"), 0);
	CHECK_CONTAINS(output, "PASS");
	CHECK_CONTAINS(output, "60 of 60 runs held");
	CHECK_U64(call("fuzz base.json --seeds 1..3 --quiet"), 0);
	CHECK_STRING(output, "");
	CHECK_U64(call("fuzz base.json --seeds 5..6 --json -"), 0);
	CHECK_CONTAINS(output, "\"seed\": 5, \"verdict\": \"pass\"");
	CHECK_CONTAINS(output, "\"seed\": 6, \"verdict\": \"pass\"");
	snprintf(output, sizeof(output), "%s/fuzz-failures", program_folder());
	CHECK(access(output, F_OK) != 0);
}

static void json_lines_do_not_depend_on_the_number_of_processes(void)
{
	static char alone[PROGRAM_OUTPUT_BYTES];

	write_base();
	CHECK_U64(call("fuzz base.json --seeds 1..40 --quiet --json -"), 0);
	strcpy(alone, output);
	CHECK_U64(call("fuzz base.json --seeds 1..40 --quiet --json - --jobs 3"), 0);
	CHECK_STRING(output, alone);
	CHECK_CONTAINS(output, "\"seed\": 40");
}

static void a_variant_is_printed_as_a_scenario(void)
{
	struct scenario_errors errors;
	struct scenario *scenario;

	write_base();
	CHECK_U64(call("fuzz base.json --variant 9"), 0);
	scenario = scenario_load_text("variant", output, strlen(output), &errors);
	CHECK(scenario != NULL);
	scenario_free(scenario);
	scenario_errors_free(&errors);
}

static void bad_usage_of_fuzz_is_said(void)
{
	write_base();
	CHECK_U64(call("fuzz"), 2);
	CHECK_U64(call("fuzz base.json base.json"), 2);
	CHECK_U64(call("fuzz nothing.json"), 2);
	CHECK_CONTAINS(output, "nothing.json");
	CHECK_U64(call("fuzz base.json --seeds 9..1"), 2);
	CHECK_U64(call("fuzz base.json --seeds 0..18446744073709551615"), 2);
	CHECK_U64(call("fuzz base.json --jobs 1000"), 2);
	CHECK_U64(call("fuzz base.json --out base.json"), 2);
	CHECK_CONTAINS(output, "no directory");
	CHECK_U64(call("fuzz base.json --json no/such/folder.jsonl"), 2);
}

/* A failure as fuzz writes it, of a scenario that expects this state. */
static void write_failure_of(const char *state, bool has_decisions, uint32_t edited)
{
	struct decision_log log = { .list = NULL };
	char *violations[1], *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	try(state, &(struct trial_options){ .seed = 7, .record = &log });
	violations[0] = trial.violations[0];
	if (edited < log.count)
		log.list[edited].purpose = DECISION_CORRUPT;
	struct failure failure = { .seed = 7,
		                   .scenario = dialled_text,
		                   .scenario_size = strlen(dialled_text),
		                   .violations = violations,
		                   .violation_count = trial.violation_count,
		                   .has_hash = true,
		                   .hash = trial.hash,
		                   .has_decisions = has_decisions,
		                   .decisions = log };
	failure_write(&failure, out);
	fclose(out);
	CHECK(program_write("failure.json", text));
	free(text);
	decision_log_free(&log);
}

static void a_failure_is_reproduced(void)
{
	write_failure_of("idle", true, UINT32_MAX);
	CHECK_U64(call("replay failure.json"), 1);
	CHECK_CONTAINS(output, "REPRODUCED  the same violations, the same trace hash");
	CHECK_CONTAINS(output, "decided by the decision log");
	CHECK_U64(call("replay failure.json --free"), 1);
	CHECK_CONTAINS(output, "decided by the seed");
	CHECK_CONTAINS(output, "REPRODUCED");
	write_failure_of("idle", false, UINT32_MAX);
	CHECK_U64(call("replay failure.json"), 1);
	CHECK_CONTAINS(output, "decided by the seed");
	CHECK_CONTAINS(output, "REPRODUCED");
}

static void a_failure_that_is_mended_holds(void)
{
	write_failure_of("established", true, UINT32_MAX);
	CHECK_U64(call("replay failure.json"), 0);
	CHECK_CONTAINS(output, "HELD  it does not fail any more");
}

static void a_replay_shows_its_sequence_and_writes_its_trace(void)
{
	write_failure_of("idle", true, UINT32_MAX);
	CHECK_U64(call("replay failure.json --sequence --color never"), 1);
	CHECK_CONTAINS(output, "SYN-ACK");
	CHECK_CONTAINS(output, "REPRODUCED");
	CHECK_U64(call("replay failure.json --trace failure.trace"), 1);
	CHECK_U64(call("trace failure.trace"), 0);
	CHECK_CONTAINS(output, "duel");
}

static void a_log_that_stops_matching_says_where(void)
{
	write_failure_of("idle", true, 1);
	CHECK_U64(call("replay failure.json"), 2);
	CHECK_CONTAINS(output, "stops matching at entry 1");
	CHECK_CONTAINS(output, "--free");
	CHECK_U64(call("replay failure.json --free"), 1);
}

static void bad_usage_of_replay_is_said(void)
{
	write_base();
	CHECK_U64(call("replay"), 2);
	CHECK_U64(call("replay a b"), 2);
	CHECK_U64(call("replay nothing.json"), 2);
	CHECK_CONTAINS(output, "cannot be read");
	CHECK_U64(call("replay ."), 2);
	CHECK_CONTAINS(output, "directory");
	CHECK_U64(call("replay base.json"), 2);
	CHECK_CONTAINS(output, "a failure has no such key");
	write_failure_of("nonsense", false, UINT32_MAX);
	CHECK_U64(call("replay failure.json"), 2);
	CHECK_CONTAINS(output, "nonsense");
}

CU_ErrorCode suite_fuzz(void);
CU_ErrorCode suite_fuzz(void)
{
	CU_pSuite suite = CU_add_suite("fuzz", set_up, tear_down);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, every_seed_makes_a_scenario_that_heals);
	CU_ADD_TEST(suite, an_honest_swarm_has_no_attackers);
	CU_ADD_TEST(suite, a_seed_means_the_same_everywhere);
	CU_ADD_TEST(suite, trouble_of_every_kind_comes_up_and_none_but_dialling_always);
	CU_ADD_TEST(suite, a_base_without_trust_is_refused);
	CU_ADD_TEST(suite, what_does_not_hold_is_a_violation);
	CU_ADD_TEST(suite, what_is_no_scenario_is_no_trial);
	CU_ADD_TEST(suite, a_replay_that_leaves_the_log_says_so);
	CU_ADD_TEST(suite, good_seeds_pass_and_leave_no_files);
	CU_ADD_TEST(suite, json_lines_do_not_depend_on_the_number_of_processes);
	CU_ADD_TEST(suite, a_variant_is_printed_as_a_scenario);
	CU_ADD_TEST(suite, bad_usage_of_fuzz_is_said);
	CU_ADD_TEST(suite, a_failure_is_reproduced);
	CU_ADD_TEST(suite, a_failure_that_is_mended_holds);
	CU_ADD_TEST(suite, a_replay_shows_its_sequence_and_writes_its_trace);
	CU_ADD_TEST(suite, a_log_that_stops_matching_says_where);
	CU_ADD_TEST(suite, bad_usage_of_replay_is_said);
	return CU_get_error();
}
