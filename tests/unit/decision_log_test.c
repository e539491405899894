/* decision_log_test.c: decision_log.c: what chance decided is noted, replayed, and edited one entry at a time. */
#include "sim/explore/decision_log.h"
#include "tests/check.h"
#include "tests/unit/tiny.h"

static const char lossy[] = "{\"between\": [\"*\", \"*\"], \"latency\": {\"uniform\": [\"10ms\", \"30ms\"]}, \"loss\": \"10%\", "
                            "\"duplicate\": \"5%\", \"corrupt\": \"5%\"}";
static const char loaded[] = "{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}, "
	"{\"at\": \"2s\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"10ms\", \"size\": 64, \"count\": 800}}";

static uint64_t record(const char *links, uint64_t seed, struct decision_log *log)
{
	struct tiny tiny = { .links = links, .timeline = loaded, .options = { .seed = seed, .record = log } };
	*log = (struct decision_log){ .list = NULL };
	return tiny_hash(&tiny);
}

static void a_replayed_log_gives_the_same_hash(void)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct decision_log log, again = { .list = NULL };
		uint64_t hash = record(lossy, seed, &log);
		struct tiny replay = { .links = lossy, .timeline = loaded, .options = { .seed = seed, .replay = &log, .record = &again } };
		CHECK_U64(tiny_hash(&replay), hash);
		CHECK_U64(again.count, log.count); /* noting while replaying gives the same log */
		for (uint32_t i = 0; i < log.count && i < again.count; i++)
			CHECK(log.list[i].purpose == again.list[i].purpose && log.list[i].value == again.list[i].value &&
			      log.list[i].entity == again.list[i].entity);
		decision_log_free(&log);
		decision_log_free(&again);
	}
}

/* A packet that says only what the next one repeats, lost after all: one copy more is dropped, and nothing else. (A lost
 * message changes what is acknowledged when, so that the log no longer fits.) */
static void one_edited_loss_changes_exactly_that(void)
{
	static const char quiet[] = "{\"between\": [\"*\", \"*\"], \"latency\": \"20ms\", \"loss\": \"5%\"}";
	struct decision_log log;
	record(quiet, 2, &log);
	struct tiny tiny = { .links = quiet, .timeline = loaded, .options = { .seed = 2, .replay = &log } };
	tiny_open(&tiny);
	struct sim_packet_fates before = tiny_run(&tiny, OCTO_NEVER)->packets[7];
	uint64_t messages = sim_result(tiny.sim)->messages;
	tiny_close(&tiny);
	unsigned tried = 0, exact = 0;
	for (uint32_t i = log.count / 2; tried < 40 && i < log.count; i++) {
		struct decision *decision = &log.list[i];
		if (decision->purpose != DECISION_LOSS || decision->value)
			continue;
		decision->value = 1;
		tried++;
		tiny_open(&tiny);
		const struct sim_result *result = tiny_run(&tiny, OCTO_NEVER);
		const struct sim_packet_fates *fates = &result->packets[7];
		exact += !sim_error(tiny.sim)[0] && fates->dropped[TRACE_DROP_LOSS] == before.dropped[TRACE_DROP_LOSS] + 1 &&
		         fates->sent == before.sent && fates->delivered + 1 == before.delivered && result->messages == messages;
		tiny_close(&tiny);
		decision->value = 0;
	}
	CHECK_U64(tried, 40);
	CHECK(exact >= 5);
	decision_log_free(&log);
}

/* A nanosecond of one delivery, one bit of one payload: another hash. */
static void any_edit_changes_the_hash(void)
{
	struct decision_log log;
	uint64_t hash = record(lossy, 3, &log);
	struct tiny tiny = { .links = lossy, .timeline = loaded, .options = { .seed = 3, .replay = &log } };
	unsigned delays = 0, corruptions = 0;
	for (uint32_t i = log.count / 2; i < log.count && (delays < 3 || corruptions < 2); i++) {
		struct decision *decision = &log.list[i];
		if (decision->purpose == DECISION_DELAY && delays < 3) {
			decision->value++;
			delays += tiny_hash(&tiny) != hash; /* one that is lost has no delivery to move */
			decision->value--;
		}
		if (decision->purpose == DECISION_CORRUPT && decision->value && i + 1 < log.count &&
		    log.list[i + 1].purpose == DECISION_CORRUPT_WHERE) {
			log.list[i + 1].value ^= 8; /* other bits of the same byte, or another place */
			corruptions += tiny_hash(&tiny) != hash;
			log.list[i + 1].value ^= 8;
		}
	}
	CHECK_U64(delays, 3);
	CHECK(corruptions >= 1);
	CHECK_U64(tiny_hash(&tiny), hash);
	decision_log_free(&log);
}

/* Says at which entry, what it has, and what the run asks for; and that is where the run ends. */
static void a_log_that_stops_matching_names_the_entry(void)
{
	struct decision_log log;
	record(lossy, 4, &log);
	struct tiny tiny = { .links = lossy, .timeline = loaded, .options = { .seed = 4, .replay = &log } };
	uint32_t at = log.count / 3;
	char words[64];
	snprintf(words, sizeof words, "at entry %u", at);
	log.list[at].entity += 5;
	tiny_open(&tiny);
	CHECK(!sim_run(tiny.sim, OCTO_NEVER));
	CHECK_CONTAINS(sim_error(tiny.sim), words);
	CHECK(!sim_result(tiny.sim)->passed);
	CHECK(sim_now(tiny.sim) < 20 * OCTO_SECOND);
	tiny_close(&tiny);
	log.list[at].entity -= 5;
	uint32_t purpose = log.list[at].purpose;
	log.list[at].purpose = DECISION_JUNK;
	tiny_open(&tiny);
	CHECK(!sim_run(tiny.sim, OCTO_NEVER));
	CHECK_CONTAINS(sim_error(tiny.sim), words);
	CHECK_CONTAINS(sim_error(tiny.sim), "it has junk");
	CHECK_CONTAINS(sim_error(tiny.sim), decision_name((enum decision_purpose)purpose));
	tiny_close(&tiny);
	log.list[at].purpose = purpose;
	uint32_t count = log.count;
	log.count = at;
	tiny_open(&tiny);
	CHECK(!sim_run(tiny.sim, OCTO_NEVER));
	snprintf(words, sizeof words, "ends after entry %u", at);
	CHECK_CONTAINS(sim_error(tiny.sim), words);
	tiny_close(&tiny);
	log.count = count;
	decision_log_free(&log);
}

static void every_purpose_has_a_name(void)
{
	for (int a = 0; a < DECISION_PURPOSE_COUNT; a++)
		for (int b = 0; b < a; b++)
			CHECK(strcmp(decision_name((enum decision_purpose)a), decision_name((enum decision_purpose)b)) != 0);
	CHECK_STRING(decision_name(DECISION_LOSS), "loss");
	CHECK_STRING(decision_name((enum decision_purpose)99), "unknown");
}

CU_ErrorCode suite_decision_log(void);

CU_ErrorCode suite_decision_log(void)
{
	CU_pSuite suite = CU_add_suite("decision_log", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_replayed_log_gives_the_same_hash);
	CU_ADD_TEST(suite, one_edited_loss_changes_exactly_that);
	CU_ADD_TEST(suite, any_edit_changes_the_hash);
	CU_ADD_TEST(suite, a_log_that_stops_matching_names_the_entry);
	CU_ADD_TEST(suite, every_purpose_has_a_name);
	return CU_get_error();
}
