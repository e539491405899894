/* scenario_test.c: the scenario language: what a good file means, and that every wrong one is refused in words.
 * Covers scenario/load.c, nodes.c, links.c, scenario/timeline.c, expect.c, and what they share: values.c, select.c,
 * errors.c, memory.c. The commands over them, check.c and list.c, are run by tests/scenario/schema_check.py.
 * Needs the project's directory as working directory (scenarios/, tests/scenario/bad/). */
#include "sim/scenario/scenario.h"
#include "sim/scenario/tree.h"
#include "tests/check.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NODES \
	"\"nodes\": [{\"name\": \"robot\", \"kind\": \"agent\"}, {\"name\": \"pilot\", \"kind\": " \
	"\"remote\"}, " \
	"{\"name\": \"fleet\", \"kind\": \"agent\", \"count\": 3}], "
#define TRUST "\"trust\": [[\"robot\", \"pilot\"], [\"fleet-*\", \"pilot\"]]"

static struct scenario *load(const char *text, struct scenario_errors *errors)
{
	return scenario_load_text("test", text, strlen(text), errors);
}

/* A text that must be right. */
static struct scenario *load_good(const char *text)
{
	struct scenario_errors errors;
	struct scenario *scenario = load(text, &errors);

	if (scenario == NULL)
		scenario_errors_print(&errors, "test", stderr);
	CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
	scenario_errors_free(&errors);
	return scenario;
}

/* A text with one mistake, at this path, said in these words. */
static void expect_mistake(const char *text, const char *where, const char *about)
{
	struct scenario_errors errors;
	struct scenario *scenario = load(text, &errors);

	CHECK(scenario == NULL);
	CHECK_U64(errors.count, 1);
	if (errors.count > 0) {
		CHECK_STRING(errors.list[0].where, where);
		CHECK(strstr(errors.list[0].text, about) != NULL);
	}
	scenario_free(scenario);
	scenario_errors_free(&errors);
}

static void nodes_get_their_defaults(void)
{
	struct scenario *scenario = load_good("{\"duration\": \"1s\", " NODES TRUST "}");

	CHECK_U64(scenario->seed, 1);
	CHECK_U64(scenario->heal_ns, OCTO_NEVER);
	CHECK(!scenario->is_model_crypto && !scenario->random_ties);
	CHECK_STRING(scenario->title, "");
	CHECK_U64(scenario->node_count, 5);
	CHECK_STRING(scenario->nodes[4].name, "fleet-3");
	CHECK_STRING(scenario->nodes[4].identity, "fleet-3");
	CHECK(scenario->nodes[0].is_agent && !scenario->nodes[1].is_agent);
	CHECK_U64(scenario->nodes[0].suites, OCTO_SUITE_CHACHA20_POLY1305);
	CHECK_U64(scenario->nodes[0].rate_up, 125000);
	CHECK_U64(scenario->trust_count, 4);
	CHECK_U64(scenario->trust[0].a, 0);
	CHECK_U64(scenario->trust[0].b, 1);
	CHECK_U64(scenario->trust[3].a, 1);
	CHECK_U64(scenario->trust[3].b, 4);
	scenario_free(scenario);
}

static void nodes_say_who_they_are(void)
{
	struct scenario *scenario = load_good(
		"{\"duration\": \"1s\", \"seed\": 18446744073709551615, \"crypto\": \"model\", \"ties\": "
	        "\"random\", "
		"\"heal\": \"500ms\", \"nodes\": [{\"name\": \"ghost\", \"kind\": \"agent\", \"identity\": "
	        "\"robot\", "
		"\"offers\": [\"aes-256-gcm\"], \"rate_up\": \"2.5Mbit\", \"rate_down\": \"800kbit\", "
		"\"boot_epoch\": 16777214, \"clock\": {\"offset\": \"-5s\", \"drift_ppm\": \"-0.5\"}, "
	        "\"payload_max\": \"128B\", \"cookie_above\": 0}]}");

	CHECK_U64(scenario->seed, UINT64_MAX);
	CHECK(scenario->is_model_crypto && scenario->random_ties);
	CHECK_U64(scenario->heal_ns, 500 * OCTO_MILLISECOND);
	CHECK_STRING(scenario->nodes[0].identity, "robot");
	CHECK_U64(scenario->nodes[0].suites, OCTO_SUITE_CHACHA20_POLY1305 | OCTO_SUITE_AES_256_GCM);
	CHECK_U64(scenario->nodes[0].rate_up, 312500);
	CHECK_U64(scenario->nodes[0].rate_down, 100000);
	CHECK_U64(scenario->nodes[0].stored_epoch, 16777214);
	CHECK_I64(scenario->nodes[0].clock_offset_ns, INT64_C(-5000000000));
	CHECK_I64(scenario->nodes[0].clock_drift_ppb, -500);
	CHECK_U64(scenario->nodes[0].cookie_above, 0);
	CHECK_U64(scenario->nodes[0].payload_max, 128);
	scenario_free(scenario);
}

static void links_know_whom_they_join(void)
{
	struct scenario *scenario = load_good("{\"duration\": \"1s\", " NODES TRUST ", \"links\": ["
	                                      "{\"between\": [\"*\", \"pilot\"], \"latency\": {\"normal\": "
	                                      "[\"20ms\", \"3ms\"]}, \"loss\": \"100%\"}, "
	                                      "{\"from\": \"robot\", \"to\": \"pilot\", \"mask\": \"x.x\", "
	                                      "\"rate\": \"2Mbit\", \"queue\": \"64KiB\", "
	                                      "\"duplicate\": \"50%\", \"corrupt\": \"0%\", \"latency\": "
	                                      "{\"uniform\": [\"1ms\", \"2ms\"]}}]}");
	const struct scenario_link *first = &scenario->links[0], *second = &scenario->links[1];

	CHECK_U64(scenario->link_count, 2);
	CHECK(first->both_ways && !second->both_ways);
	CHECK_BYTES(first->from, "\1\1\1\1\1", 5);
	CHECK_BYTES(first->to, "\0\1\0\0\0", 5);
	CHECK_U64(first->latency, SCENARIO_NORMAL);
	CHECK_U64(first->latency_b_ns, 3 * OCTO_MILLISECOND);
	CHECK_U64(first->loss, UINT32_MAX);
	CHECK(first->sets_loss && !first->sets_rate);
	CHECK_STRING(second->mask, "x.x");
	CHECK_U64(second->latency, SCENARIO_UNIFORM);
	CHECK_U64(second->rate_bps, 2000000);
	CHECK_U64(second->queue_bytes, 65536);
	CHECK_U64(second->duplicate, UINT32_C(1) << 31);
	CHECK(second->sets_corrupt);
	scenario_free(scenario);
}

static void connect_acts_on_both_sides_of_each_trusted_pair(void)
{
	struct scenario *scenario =
		load_good("{\"duration\": \"9s\", " NODES TRUST ", \"timeline\": ["
	                  "{\"at\": \"2s\", \"connect\": [\"*\", \"*\"]}, "
	                  "{\"at\": \"1s\", \"connect\": {\"from\": \"pilot\", \"to\": \"fleet-?\"}}, "
	                  "{\"at\": \"1s\", \"disconnect\": [\"robot\", \"pilot\"]}]}");
	const struct scenario_action *actions = scenario->actions;

	/* By time, then in the order of the file. */
	CHECK_U64(actions[0].pair_count, 3);
	CHECK_U64(actions[0].pairs[2].a, 1);
	CHECK_U64(actions[0].pairs[2].b, 4);
	CHECK_U64(actions[1].verb, SCENARIO_DISCONNECT);
	CHECK_U64(actions[1].pair_count, 2);
	CHECK_U64(actions[1].pairs[1].a, 1);
	CHECK_U64(actions[1].pairs[1].b, 0);
	CHECK_U64(actions[2].pair_count, 8);
	scenario_free(scenario);
}

static void every_verb_is_read(void)
{
	struct scenario *scenario =
		load_good("{\"duration\": \"9s\", " NODES TRUST ", \"timeline\": ["
	                  "{\"at\": \"1s\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": "
	                  "\"0s\", \"size\": 480, \"count\": 7}}, "
	                  "{\"at\": \"1s\", \"crash\": [\"fleet-1\", \"robot\"]}, "
	                  "{\"at\": \"1s\", \"restart\": {\"node\": \"robot\", \"store\": \"lost\"}}, "
	                  "{\"at\": \"1s\", \"restart\": \"robot\"}, "
	                  "{\"at\": \"1s\", \"move\": \"fleet-*\"}, "
	                  "{\"at\": \"1s\", \"clock\": {\"node\": \"robot\", \"step\": \"-50y\"}}, "
	                  "{\"at\": \"1s\", \"inject\": {\"packet\": {\"type\": \"any\", \"from\": "
	                  "\"robot\", \"to\": \"pilot\", \"nth\": 3}, "
	                  "\"to\": \"fleet-1\", \"flip\": \"each-byte\"}}, "
	                  "{\"at\": \"1s\", \"inject\": {\"junk\": 100, \"to\": \"pilot\", \"source\": "
	                  "\"fleet-2\"}}]}");
	const struct scenario_action *actions = scenario->actions;

	CHECK_U64(actions[0].load_size, 480);
	CHECK_U64(actions[0].load_count, 7);
	CHECK_U64(actions[0].load_priority, 120);
	CHECK_U64(actions[1].node_count, 2);
	CHECK_U64(actions[1].nodes[0], 0);
	CHECK(actions[2].loses_store && !actions[3].loses_store);
	CHECK_U64(actions[4].node_count, 3);
	CHECK_I64(actions[5].clock_step_ns, INT64_C(-1576800000000000000));
	CHECK_U64(actions[6].packet.type, OCTO_PACKET_UNKNOWN);
	CHECK_U64(actions[6].packet.nth, 3);
	CHECK_U64(actions[6].inject_to, 2);
	CHECK_U64(actions[6].inject_source, 0);
	CHECK(actions[6].flip_each && !actions[6].random_bytes);
	CHECK_U64(actions[7].inject_count, 100);
	CHECK_U64(actions[7].inject_source, 3);
	CHECK(actions[7].random_bytes);
	scenario_free(scenario);
}

static void every_expectation_is_read(void)
{
	struct scenario *scenario = load_good(
		"{\"duration\": \"9s\", " NODES TRUST ",\n\"expect\": ["
		"{\"by\": \"5s\", \"session\": {\"between\": [\"*\", \"*\"], \"state\": \"established\", "
	        "\"count\": 1, "
		"\"initiator\": \"duel-winner\", \"suite\": \"aes-256-gcm\"}},\n"
		"{\"by\": \"5s\", \"duels\": {\"between\": [\"pilot\", \"robot\"], \"exactly\": 1, "
	        "\"winner\": \"robot\"}},\n"
		"{\"by\": \"5s\", \"packets\": {\"type\": \"syn\", \"from\": \"robot\", \"to\": \"fleet-1\", "
		"\"fate\": \"rejected\", \"reason\": \"bad-tag\", \"at_most\": 2}},\n"
		"{\"by\": \"5s\", \"messages\": {\"from\": \"*\", \"to\": \"pilot\", \"at_least\": 3}},\n"
		"{\"by\": \"5s\", \"warnings\": {\"kind\": \"hacked\", \"exactly\": 0}},\n"
		"{\"by\": \"5s\", \"steps\": {\"node\": \"robot\", \"step\": \"syn-fresh\", \"at_least\": "
	        "1}},\n"
		"{\"always\": \"invariants\"}]}");
	const struct scenario_expectation *list = scenario->expectations;

	CHECK_U64(scenario->expectation_count, 7);
	CHECK_U64(list[0].pair_count, 4);
	CHECK(list[0].has_state && list[0].state == OCTO_STATE_ESTABLISHED);
	CHECK(list[0].has_initiator && list[0].initiator_is_winner);
	CHECK(list[0].has_suite && list[0].suite == OCTO_SUITE_AES_256_GCM);
	CHECK_U64(list[1].pairs[0].a, 0);
	CHECK_U64(list[1].at_least, 1);
	CHECK_U64(list[1].at_most, 1);
	CHECK(list[1].has_winner && list[1].winner == 0);
	CHECK_U64(list[1].line, 3);
	CHECK_STRING(list[1].text, "by 5s duels pilot–robot, exactly 1, won by robot");
	CHECK(list[2].has_reason && list[2].reason == OCTO_REASON_BAD_TAG);
	CHECK_U64(list[2].pairs[0].b, 2);
	CHECK_U64(list[3].pair_count, 4);
	CHECK_U64(list[3].at_most, UINT64_MAX);
	CHECK_U64(list[4].warning, OCTO_WARNING_HACKED);
	CHECK_U64(list[4].node_count, 5);
	CHECK_U64(list[5].step, OCTO_STEP_SYN_FRESH);
	CHECK_U64(list[6].subject, SCENARIO_INVARIANTS);
	scenario_free(scenario);
}

static void ten_thousand_pairs_take_a_moment(void)
{
	struct scenario *scenario =
		load_good("{\"duration\": \"9s\", \"nodes\": [{\"name\": \"left\", \"kind\": \"agent\", "
	                  "\"count\": 10000}, "
	                  "{\"name\": \"right\", \"kind\": \"remote\", \"count\": 10000}], "
	                  "\"trust\": [{\"zip\": [\"left-*\", \"right-*\"]}], "
	                  "\"timeline\": [{\"at\": \"1s\", \"connect\": [\"left-*\", \"right-*\"]}], "
	                  "\"expect\": [{\"by\": \"9s\", \"session\": {\"between\": [\"left-*\", "
	                  "\"right-*\"], \"count\": 1}}]}");

	CHECK_U64(scenario->trust_count, 10000);
	CHECK_U64(scenario->trust[9999].a, 9999);
	CHECK_U64(scenario->trust[9999].b, 19999);
	CHECK_U64(scenario->actions[0].pair_count, 20000);
	CHECK_U64(scenario->expectations[0].pair_count, 10000);
	scenario_free(scenario);
}

static void patterns_that_explode_are_refused(void)
{
	struct scenario_errors errors;

	CHECK(load("{\"duration\": \"9s\", \"nodes\": [{\"name\": \"n\", \"kind\": \"agent\", \"count\": "
	           "100000}], "
	           "\"trust\": [[\"*\", \"*\"]]}",
	           &errors) == NULL);
	CHECK_U64(errors.count, 1);
	CHECK(strstr(errors.list[0].text, "too much") != NULL);
	scenario_errors_free(&errors);
}

static void mistakes_name_what_is_allowed(void)
{
	expect_mistake("[]", "", "allowed is an object");
	expect_mistake("{\"duration\": \"1s\", " NODES TRUST ", \"lynks\": []}", "lynks",
	               "did you mean \"links\"");
	expect_mistake("{\"duration\": 5, " NODES TRUST "}", "duration",
	               "found the number 5; allowed is a time");
	expect_mistake("{\"duration\": \"1s\", \"format\": 2, " NODES TRUST "}", "format",
	               "format 2 is not known");
	expect_mistake("{" NODES TRUST "}", "", "\"duration\" is missing");
	expect_mistake("{\"duration\": \"1s\", " NODES "\"trust\": [[\"robot\", \"pilto\"]]}", "trust.0.1",
	               "did you mean \"pilot\"");
	expect_mistake("{\"duration\": \"1s\", " NODES "\"trust\": [[\"robot\", \"robot\"]]}", "trust.0",
	               "itself");
	expect_mistake("{\"duration\": \"1s\", " NODES "\"trust\": [{\"zip\": [\"robot\", \"fleet-*\"]}]}",
	               "trust.0.zip", "found 1 and 3");
	expect_mistake("{\"duration\": \"1s\", \"nodes\": [{\"name\": \"a\", \"kind\": \"agent\"}, "
	               "{\"name\": \"a\", \"kind\": \"agent\"}]}",
	               "nodes.1.name", "taken already");
	expect_mistake("{\"duration\": \"1s\", \"nodes\": [{\"name\": \"a*\", \"kind\": \"agent\"}]}",
	               "nodes.0.name", "allowed is a name");
	expect_mistake("{\"duration\": \"1s\", \"nodes\": [{\"name\": \"a\", \"kind\": \"agent\", "
	               "\"boot_epoch\": 16777215}]}",
	               "nodes.0.boot_epoch", "0 to 16777214");
	expect_mistake("{\"duration\": \"1s\", " NODES TRUST
	               ", \"timeline\": [{\"at\": \"2s\", \"crash\": \"robot\"}]}",
	               "timeline.0.at", "lasts 1s");
	expect_mistake("{\"duration\": \"1s\", " NODES TRUST
	               ", \"timeline\": [{\"at\": \"-1s\", \"crash\": \"robot\"}]}",
	               "timeline.0.at", "must not be negative");
	expect_mistake("{\"duration\": \"1s\", " NODES TRUST ", \"timeline\": [{\"at\": \"1s\", "
	               "\"connect\": [\"robot\", \"fleet-1\"]}]}",
	               "timeline.0.connect", "do not trust each other");
	expect_mistake("{\"duration\": \"1s\", " NODES TRUST ", \"timeline\": [{\"at\": \"1s\", "
	               "\"connect\": [\"robot\", \"fleet-*\"]}]}",
	               "timeline.0.connect", "no two of these");
	expect_mistake("{\"duration\": \"1s\", " NODES TRUST
	               ", \"timeline\": [{\"at\": \"1s\", \"crash\": \"robot\", "
	               "\"move\": \"robot\"}]}",
	               "timeline.0", "more than one verb");
	expect_mistake(
		"{\"duration\": \"9s\", " NODES TRUST
		", \"timeline\": [{\"at\": \"5s\", \"crash\": \"robot\"}], "
		"\"expect\": [{\"by\": \"1s\", \"warnings\": {\"kind\": \"hacked\", \"exactly\": 0}}]}",
		"expect.0.by", "first action is at 5s");
	expect_mistake("{\"duration\": \"9s\", " NODES TRUST ", \"links\": [{\"between\": [\"*\", \"*\"], "
	               "\"queue\": \"1KiB\"}]}",
	               "links.0.queue", "without a \"rate\"");
	expect_mistake("{\"duration\": \"9s\", " NODES TRUST ", \"expect\": [{\"by\": \"1s\", \"duels\": "
	               "{\"between\": [\"robot\", \"pilot\"], \"winner\": \"fleet-1\"}}]}",
	               "expect.0.duels.winner", "not one of the two");
}

static void many_mistakes_are_cut_at_a_hundred(void)
{
	char text[16384] = "{\"duration\": \"1s\", \"nodes\": [{\"name\": \"a\", \"kind\": \"agent\"}]";
	struct scenario_errors errors;

	for (int i = 0; i < 150; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ",\n\"wrong%d\": 1", i);
	strcat(text, "}");
	CHECK(load(text, &errors) == NULL);
	CHECK_U64(errors.count, 101);
	CHECK_U64(errors.list[0].line, 2);
	CHECK(strstr(errors.list[100].text, "and more") != NULL);
	scenario_errors_free(&errors);
}

/* ---- Files ------------------------------------------------------------------------------------------------------- */

static void expect_unreadable(const char *path, const char *about)
{
	struct scenario_errors errors;

	CHECK(scenario_load(path, &errors) == NULL);
	CHECK_U64(errors.count, 1);
	CHECK(strstr(errors.list[0].text, about) != NULL);
	scenario_errors_free(&errors);
}

static void files_that_are_none_are_refused(void)
{
	char folder[] = "/tmp/octosim-scenario-XXXXXX", path[64];
	int file = -1;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	expect_unreadable(folder, "is a directory");
	snprintf(path, sizeof(path), "%s/missing.json", folder);
	expect_unreadable(path, "No such file");
	snprintf(path, sizeof(path), "%s/file.json", folder);
	file = open(path, O_RDWR | O_CREAT, 0600);
	CU_ASSERT_TRUE_FATAL(file >= 0);
	expect_unreadable(path, "is empty");
	CHECK(write(file, "{}\0", 3) == 3);
	expect_unreadable(path, "NUL bytes");
	/* A sparse gigabyte: refused by its size, in no time and memory. */
	CHECK(ftruncate(file, (off_t)1 << 30) == 0);
	expect_unreadable(path, "1073741824 bytes");
	close(file);
	unlink(path);
	CHECK(mkfifo(path, 0600) == 0);
	expect_unreadable(path, "not a regular file");
	unlink(path);
	rmdir(folder);
	expect_unreadable("/dev/zero", "not a regular file");
}

static char *read_whole(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	char *text = calloc(1, 1 << 18);

	if (file != NULL) {
		*size = fread(text, 1, (1 << 18) - 1, file);
		fclose(file);
		return text;
	}
	free(text);
	return NULL;
}

/* Calls `judge` for each *.json of a folder; returns how many. */
static int each_file(const char *folder, void (*judge)(const char *path))
{
	DIR *entries = opendir(folder);
	struct dirent *entry = NULL;
	int count = 0;

	while (entries != NULL && (entry = readdir(entries)) != NULL) {
		char path[512];
		size_t size = strlen(entry->d_name);

		if (size < 6 || strcmp(entry->d_name + size - 5, ".json") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		judge(path);
		count++;
	}
	if (entries != NULL)
		closedir(entries);
	return count;
}

static void nothing_is_wrong(void *context, uint32_t line, uint32_t column, const char *path,
                             const char *text)
{
	(void)context;
	fprintf(stderr, "%u:%u: %s: %s\n", line, column, path, text);
	CU_FAIL("a scenario of ours is not clean JSON");
}

static void judge_good(const char *path)
{
	struct scenario_errors errors;
	struct scenario *scenario = scenario_load(path, &errors);
	struct tree tree = { .root = NULL };
	size_t size = 0;
	char *text = read_whole(path, &size);

	if (scenario == NULL)
		scenario_errors_print(&errors, path, stderr);
	CHECK(scenario != NULL);
	scenario_free(scenario);
	scenario_errors_free(&errors);
	tree.scanner.report = nothing_is_wrong;
	CHECK(tree_read(&tree, text, size) && tree_agrees(&tree));
	tree_free(&tree);
	free(text);
}

static void every_scenario_is_read_and_scanner_and_tree_agree(void)
{
	CHECK(each_file("scenarios/duel", judge_good) >= 9);
	CHECK(each_file("scenarios/handshake", judge_good) >= 15);
	CHECK(each_file("scenarios/scale", judge_good) >= 2);
	CHECK(each_file("tests/scenario/good", judge_good) >= 1);
}

/* x.json beside x.txt: exactly what is printed about it. */
static void judge_bad(const char *path)
{
	struct scenario_errors errors;
	struct scenario *scenario = scenario_load(path, &errors);
	char expected_path[512], *expected = NULL, *found = NULL;
	size_t size = 0, found_size = 0;
	FILE *out = open_memstream(&found, &found_size);

	snprintf(expected_path, sizeof(expected_path), "%.*s.txt", (int)strlen(path) - 5, path);
	expected = read_whole(expected_path, &size);
	scenario_errors_print(&errors, path, out);
	fclose(out);
	CHECK(scenario == NULL);
	if (expected == NULL || strcmp(found, expected) != 0)
		fprintf(stderr, "%s: found\n%s", expected_path, found);
	CHECK(expected != NULL && strcmp(found, expected) == 0);
	free(expected);
	free(found);
	scenario_errors_free(&errors);
}

static void every_wrong_file_is_refused_in_its_words(void)
{
	CHECK(each_file("tests/scenario/bad", judge_bad) >= 200);
}

CU_ErrorCode suite_scenario(void);

CU_ErrorCode suite_scenario(void)
{
	CU_pSuite suite = CU_add_suite("scenario", NULL, NULL);

	if (suite == NULL)
		return CU_get_error();
	CU_ADD_TEST(suite, nodes_get_their_defaults);
	CU_ADD_TEST(suite, nodes_say_who_they_are);
	CU_ADD_TEST(suite, links_know_whom_they_join);
	CU_ADD_TEST(suite, connect_acts_on_both_sides_of_each_trusted_pair);
	CU_ADD_TEST(suite, every_verb_is_read);
	CU_ADD_TEST(suite, every_expectation_is_read);
	CU_ADD_TEST(suite, ten_thousand_pairs_take_a_moment);
	CU_ADD_TEST(suite, patterns_that_explode_are_refused);
	CU_ADD_TEST(suite, mistakes_name_what_is_allowed);
	CU_ADD_TEST(suite, many_mistakes_are_cut_at_a_hundred);
	CU_ADD_TEST(suite, files_that_are_none_are_refused);
	CU_ADD_TEST(suite, every_scenario_is_read_and_scanner_and_tree_agree);
	CU_ADD_TEST(suite, every_wrong_file_is_refused_in_its_words);
	return CU_get_error();
}
