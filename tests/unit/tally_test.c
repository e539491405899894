/* tally_test.c: tally.c: what is counted for expectations, among many pairs at once. */
#include "sim/check/tally.h"
#include "tests/check.h"
#include "tests/unit/tiny.h"

static const char nodes[] = "{\"name\": \"robot\", \"kind\": \"agent\"}, {\"name\": \"pilot\", \"kind\": \"remote\"}, "
	"{\"name\": \"left\", \"kind\": \"agent\", \"count\": 90}, {\"name\": \"right\", \"kind\": \"remote\", \"count\": 90}";
/* More pairs than the table of duels first has room for. */
static const char crowd[] = "{\"format\": 1, \"title\": \"t\", \"why\": \"w\", \"covers\": [\"R71\"], \"crypto\": \"model\", "
	"\"duration\": \"5s\", \"nodes\": [%s], \"trust\": [{\"zip\": [\"left-*\", \"right-*\"]}, [\"robot\", \"pilot\"]], "
	"\"links\": [], \"timeline\": [{\"at\": \"1s\", \"connect\": [\"left-*\", \"right-*\"]}], "
	"\"expect\": [{\"by\": \"4s\", \"duels\": {\"between\": [\"left-*\", \"right-*\"], \"exactly\": 1}}, "
	"{\"by\": \"4s\", \"duels\": {\"between\": [\"robot\", \"pilot\"], \"exactly\": 0}}, "
	"{\"by\": \"4s\", \"steps\": {\"step\": \"connect\", \"exactly\": 180}}, "
	"{\"by\": \"4s\", \"steps\": {\"node\": \"left-7\", \"step\": \"connect\", \"exactly\": 1}}]}";

/* R71: both sides report each duel; it is one, however many others there are. */
static void many_duels_are_told_apart(void)
{
	char text[4096], error[256];
	struct scenario_errors errors = { .count = 0 };
	int size = snprintf(text, sizeof text, crowd, nodes);
	struct scenario *scenario = scenario_load_text("crowd", text, (size_t)size, &errors);
	if (!scenario)
		scenario_errors_print(&errors, "crowd", stderr);
	scenario_errors_free(&errors);
	struct sim_options options = { .seed = 1 };
	struct sim *sim = scenario ? sim_open(scenario, &options, error, sizeof error) : NULL;
	CHECK(sim != NULL);
	if (!sim)
		return;
	sim_run(sim, OCTO_NEVER);
	const struct sim_result *result = sim_result(sim);
	CHECK_U64(result->duels, 90);
	CHECK_U64(tally_duels(sim), 90);
	CHECK_U64(result->sessions_established, 90);
	for (uint32_t i = 0; i < result->expectation_count; i++)
		CHECK_STRING(result->expectations[i].found, "");
	CHECK(result->passed);
	sim_close(sim, error, sizeof error);
	scenario_free(scenario);
}

/* The same pair of SYNs told again is no new duel; another pair of the same nodes is. */
static void the_same_duel_told_twice_counts_once(void)
{
	struct tiny tiny = { .options = { .seed = 1 } };
	tiny_open(&tiny);
	struct octo_event event = { .kind = OCTO_EVENT_DUEL, .duel = { .winner_nonce = 70000, .loser_nonce = 80000 } };
	for (uint32_t i = 0; i < 6; i++)
		tally_core_event(tiny.sim, i % 2, 1 - i % 2, &event);
	CHECK_U64(tally_duels(tiny.sim), 1);
	for (uint64_t i = 1; i <= 200; i++) {
		event.duel.loser_nonce = 80000 + i;
		tally_core_event(tiny.sim, ROBOT, PILOT, &event);
		tally_core_event(tiny.sim, PILOT, ROBOT, &event);
	}
	CHECK_U64(tally_duels(tiny.sim), 201);
	tiny_close(&tiny);
}

CU_ErrorCode suite_tally(void);

CU_ErrorCode suite_tally(void)
{
	CU_pSuite suite = CU_add_suite("tally", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, many_duels_are_told_apart);
	CU_ADD_TEST(suite, the_same_duel_told_twice_counts_once);
	return CU_get_error();
}
