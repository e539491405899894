/* verdict_test.c: "tamper" holds a scenario to its verdict: the tell that gives the attacker away, and no other, found by
 * honest nodes (R66, R68). The attacker here is a twin that dials in the same instant; nodes may not look for tells, or
 * hang up when they find one (R84). */
#include "sim/sim.h"
#include "tests/check.h"

struct judged {
	bool holds, is_up;
	char text[96], found[256];
	uint64_t tells;
};

/* What becomes of it; `pilot` is more about the pilot. */
static struct judged judge(const char *verdict, const char *pilot, bool has_twin)
{
	char text[2048], error[256];
	struct scenario_errors errors;
	struct judged judged = { .holds = false };
	snprintf(text, sizeof text,
	         "{\"title\": \"T\", \"duration\": \"10s\", \"crypto\": \"model\", \"tamper\": %s, \"nodes\": ["
	         "{\"name\": \"robot\", \"kind\": \"agent\"}, {\"name\": \"pilot\", \"kind\": \"remote\"%s},"
	         "{\"name\": \"twin\", \"kind\": \"agent\", \"identity\": \"robot\"}],"
	         "\"trust\": [[\"robot\", \"pilot\"], [\"twin\", \"pilot\"]], \"timeline\": ["
	         "{\"at\": \"1s\", \"connect\": {\"from\": \"robot\", \"to\": \"pilot\"}}%s]}",
	         verdict, pilot, has_twin ? ", {\"at\": \"1s\", \"connect\": {\"from\": \"twin\", \"to\": \"pilot\"}}" : "");
	struct scenario *scenario = scenario_load_text("twins", text, strlen(text), &errors);
	scenario_errors_print(&errors, "twins", stderr);
	scenario_errors_free(&errors);
	CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
	struct sim *sim = sim_open(scenario, &(struct sim_options){ .seed = 1 }, error, sizeof error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(sim);
	sim_run(sim, scenario->duration_ns);
	const struct sim_result *result = sim_result(sim);
	CHECK_U64(result->expectation_count, 1);
	CHECK(result->expectations[0].is_judged);
	judged.holds = result->expectations[0].holds;
	judged.is_up = result->sessions_established > 0;
	judged.tells = result->tells[OCTO_TELL_TIMESTAMP_TWICE];
	snprintf(judged.text, sizeof judged.text, "%s", result->expectations[0].expectation->text);
	snprintf(judged.found, sizeof judged.found, "%s", result->expectations[0].found);
	sim_close(sim, error, sizeof error);
	scenario_free(scenario);
	return judged;
}

static void the_right_tell_holds(void)
{
	struct judged judged = judge("{\"hacked\": \"timestamp-twice\"}", "", true);
	CHECK(judged.holds && judged.is_up);
	CHECK_STRING(judged.text, "verdict: hacked, by timestamp-twice and by nothing else");
	CHECK(judged.tells > 0);
}

static void another_tell_fails(void)
{
	struct judged judged = judge("{\"hacked\": \"answers-unasked\"}", "", true);
	CHECK(!judged.holds);
	CHECK_CONTAINS(judged.found, "other, such as timestamp-twice");
}

static void no_tell_fails_where_one_is_said(void)
{
	struct judged judged = judge("{\"hacked\": \"timestamp-twice\"}", "", false);
	CHECK(!judged.holds);
	CHECK_STRING(judged.found, "0");
}

static void nothing_holds_where_nothing_is_said(void)
{
	CHECK(judge("{\"undetectable\": \"nobody attacks\"}", "", false).holds);
	struct judged judged = judge("{\"undetectable\": \"a mistake\"}", "", true);
	CHECK(!judged.holds);
	CHECK_STRING(judged.text, "verdict: undetectable, nothing is taken for hacked");
	CHECK_CONTAINS(judged.found, "other, such as timestamp-twice");
}

static void who_does_not_look_finds_nothing(void)
{
	struct judged judged = judge("{\"undetectable\": \"the pilot does not look\"}", ", \"tamper\": false", true);
	CHECK(judged.holds && judged.is_up);
	CHECK_U64(judged.tells, 0);
}

static void a_host_may_shut_down(void)
{
	struct judged judged = judge("{\"hacked\": \"timestamp-twice\"}", ", \"on_hacked\": \"shut-down\"", true);
	CHECK(judged.holds && !judged.is_up);
}

CU_ErrorCode suite_verdict(void);

CU_ErrorCode suite_verdict(void)
{
	CU_pSuite suite = CU_add_suite("verdict", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, the_right_tell_holds);
	CU_ADD_TEST(suite, another_tell_fails);
	CU_ADD_TEST(suite, no_tell_fails_where_one_is_said);
	CU_ADD_TEST(suite, nothing_holds_where_nothing_is_said);
	CU_ADD_TEST(suite, who_does_not_look_finds_nothing);
	CU_ADD_TEST(suite, a_host_may_shut_down);
	return CU_get_error();
}
