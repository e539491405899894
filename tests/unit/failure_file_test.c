/* failure_file_test.c: failure_file.c: what is written is read back to the bit, and no damaged file is taken
 * for a good one. Also text_file.c, which fetches the bytes. */
#include "sim/explore/decision_log.h"
#include "sim/explore/failure_file.h"
#include "sim/explore/text_file.h"
#include "tests/check.h"

#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

static char scenario[] =
	"{\n  \"duration\": \"1s\",\n  \"nodes\": [{\"name\": \"a\", \"kind\": \"agent\"}]\n}";
static char first[] = "S2: at 1.5 s, \"a\" said \\ and\ttab", second[] = "L1: too late";

/* The text of a failure with this many decisions; the caller frees. */
static char *written(uint32_t decisions, bool has_hash, size_t *size)
{
	char *violations[] = { first, second }, *text = NULL;
	struct failure failure = { .seed = UINT64_MAX,
		                   .scenario = scenario,
		                   .scenario_size = strlen(scenario),
		                   .violations = violations,
		                   .violation_count = 2,
		                   .has_hash = has_hash,
		                   .hash = UINT64_C(0x00123456789abcdf),
		                   .has_decisions = decisions > 0 };
	FILE *out = open_memstream(&text, size);

	for (uint32_t i = 0; i < decisions; i++)
		CHECK(decision_log_append(&failure.decisions, i % DECISION_PURPOSE_COUNT, UINT32_MAX - i,
		                          i % DECISION_PURPOSE_COUNT == DECISION_TIE ? 0xfffff
		                                                                     : UINT64_MAX - i));
	failure_write(&failure, out);
	fclose(out);
	decision_log_free(&failure.decisions);
	return text;
}

/* Reads the text; the sentence is kept for a closer look. */
static char sentence[400];
static bool is_read(const char *text, size_t size)
{
	struct failure failure;
	bool is_good;

	sentence[0] = 0;
	is_good = failure_read_text("f.json", text, size, &failure, sentence, sizeof(sentence));
	failure_free(&failure);
	return is_good;
}

static void what_is_written_is_read_back_to_the_bit(void)
{
	size_t size = 0;
	char *text = written(100, true, &size);
	struct failure failure;

	CHECK(failure_read_text("f.json", text, size, &failure, sentence, sizeof(sentence)));
	CHECK_U64(failure.seed, UINT64_MAX);
	CHECK_U64(failure.scenario_size, strlen(scenario));
	CHECK_STRING(failure.scenario, scenario); /* each blank of it: its bytes are what was run */
	CHECK_U64(failure.violation_count, 2);
	CHECK_STRING(failure.violations[0], first);
	CHECK_STRING(failure.violations[1], second);
	CHECK(failure.has_hash);
	CHECK_U64(failure.hash, UINT64_C(0x00123456789abcdf));
	CHECK(failure.has_decisions);
	CHECK_U64(failure.decisions.count, 100);
	for (uint32_t i = 0; i < failure.decisions.count; i++) {
		const struct decision *decision = &failure.decisions.list[i];

		CHECK_U64(decision->purpose, i % DECISION_PURPOSE_COUNT);
		CHECK_U64(decision->entity, UINT32_MAX - i);
		CHECK_U64(decision->value, decision->purpose == DECISION_TIE ? 0xfffff : UINT64_MAX - i);
	}
	failure_free(&failure);
	free(text);
}

static void a_run_that_did_not_end_has_neither_hash_nor_decisions(void)
{
	size_t size = 0;
	char *text = written(0, false, &size);
	struct failure failure;

	CHECK(failure_read_text("f.json", text, size, &failure, sentence, sizeof(sentence)));
	CHECK(!failure.has_hash);
	CHECK(!failure.has_decisions);
	failure_free(&failure);
	free(text);
}

static void the_most_decisions_that_are_kept_can_be_read(void)
{
	size_t size = 0;
	char *text = written(FAILURE_DECISIONS_MAX, true, &size);

	CHECK(is_read(text, size));
	CHECK_STRING(sentence, "");
	free(text);
}

static void a_file_that_was_cut_anywhere_is_refused(void)
{
	size_t size = 0, whole;
	char *text = written(3, true, &size);

	for (whole = size; text[whole - 1] == '\n'; whole--)
		;
	for (size_t cut = 0; cut < whole; cut++) {
		char *part = malloc(cut + 1); /* its own block: reading beyond the end is seen */

		memcpy(part, text, cut);
		part[cut] = 0;
		CHECK(!is_read(part, cut));
		CHECK_CONTAINS(sentence, "f.json:");
		free(part);
	}
	free(text);
}

static void no_damaged_byte_brings_the_reader_down(void)
{
	size_t size = 0;
	char *text = written(3, true, &size);

	for (size_t at = 0; at < size; at++) {
		for (int bit = 0; bit < 8; bit++) {
			text[at] = (char)(text[at] ^ 1 << bit);
			CHECK(is_read(text, size) ==
			      (sentence[0] == 0)); /* read, or a sentence why not; never both */
			text[at] = (char)(text[at] ^ 1 << bit);
		}
	}
	free(text);
}

/* The text with one part of it replaced is refused with these words. */
static void refused(const char *part, const char *by, const char *words)
{
	size_t size = 0;
	char *text = written(3, true, &size), *at = strstr(text, part), changed[2048];

	CHECK(at != NULL);
	if (at) {
		snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - text), text, by, at + strlen(part));
		CHECK(!is_read(changed, strlen(changed)));
		CHECK_CONTAINS(sentence, words);
	}
	free(text);
}

static void wrong_members_are_named_with_their_place(void)
{
	refused("\"format\": 1", "\"format\": 2", "f.json:2:13: format: format 2 is not known");
	refused("octosim failure", "octosim success", "not a failure that octosim wrote");
	refused("\"seed\": 18446744073709551615", "\"seed\": 18446744073709551616",
	        "seed: allowed is a whole number");
	refused("\"seed\": 18446744073709551615", "\"seed\": -1", "seed: allowed is a whole number");
	refused("\"seed\"", "\"seeds\"", "a failure has no such key");
	refused("\"seed\": 18446744073709551615,", "", "the key \"seed\" is missing");
	refused("\"seed\": 18446744073709551615", "\"seed\": 1, \"seed\": 2", "stand only once");
	refused("00123456789abcdf", "00123456789ABCDF", "16 hexadecimal digits");
	refused("00123456789abcdf", "0012345678", "16 hexadecimal digits");
	refused("\"L1: too late\"", "7", "violations.1: allowed is a sentence");
	refused("[\"loss\"", "[\"boss\"", "decisions.0.0: no such purpose");
	refused("[\"loss\",", "[\"loss\",1,", "decisions.0: allowed is a list of three");
	refused("[\"loss\",", "[0,", "decisions.0.0: allowed is a purpose");
	refused("4294967295", "4294967296", "decisions.0.1: allowed is a whole number");
	refused("[\"loss\",4294967295,18446744073709551615]", "[\"tie\",0,1048576]",
	        "decisions.0.2: allowed is a whole number from 0 to 1048575");
	refused("\"scenario\": {", "\"scenario\": [], \"x\": {", "scenario: allowed is an object");
}

static void other_texts_are_no_failures(void)
{
	static const char binary[] = "{\"format\"\0: 1}";
	char *large = calloc(1, FAILURE_FILE_MAX + 2u);

	CHECK(!is_read("", 0));
	CHECK(!is_read("[]", 2));
	CHECK_CONTAINS(sentence, "allowed is an object");
	CHECK(!is_read(binary, sizeof(binary) - 1));
	CHECK_CONTAINS(sentence, "NUL bytes");
	memset(large, ' ', FAILURE_FILE_MAX + 1u);
	CHECK(!is_read(large, FAILURE_FILE_MAX + 1u));
	CHECK_CONTAINS(sentence, "larger than");
	memset(large, '[', FAILURE_FILE_MAX);
	CHECK(!is_read(large, FAILURE_FILE_MAX));
	free(large);
}

static void what_is_no_readable_file_is_said_to_be_none(void)
{
	char problem[192], path[] = "/tmp/octosim-text-XXXXXX";
	int file = mkstemp(path);
	size_t size = 0;
	char *text;

	CHECK(file >= 0 && write(file, "twelve bytes", 12) == 12);
	text = text_file_read(path, 12, &size, problem, sizeof(problem));
	CHECK_STRING(text, "twelve bytes");
	CHECK_U64(size, 12);
	free(text);
	CHECK(text_file_read(path, 11, &size, problem, sizeof(problem)) == NULL);
	CHECK_CONTAINS(problem, "larger than");
	CHECK(text_file_read("/tmp", 100, &size, problem, sizeof(problem)) == NULL);
	CHECK_CONTAINS(problem, "directory");
	CHECK(text_file_read("/dev/null", 100, &size, problem, sizeof(problem)) == NULL);
	CHECK_CONTAINS(problem, "not a regular file");
	CHECK(text_file_read("/tmp/no/such/file", 100, &size, problem, sizeof(problem)) == NULL);
	CHECK_CONTAINS(problem, "cannot be read: ");
	close(file);
	unlink(path);
}

CU_ErrorCode suite_failure_file(void);
CU_ErrorCode suite_failure_file(void)
{
	CU_pSuite suite = CU_add_suite("failure_file", NULL, NULL);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, what_is_written_is_read_back_to_the_bit);
	CU_ADD_TEST(suite, a_run_that_did_not_end_has_neither_hash_nor_decisions);
	CU_ADD_TEST(suite, the_most_decisions_that_are_kept_can_be_read);
	CU_ADD_TEST(suite, a_file_that_was_cut_anywhere_is_refused);
	CU_ADD_TEST(suite, no_damaged_byte_brings_the_reader_down);
	CU_ADD_TEST(suite, wrong_members_are_named_with_their_place);
	CU_ADD_TEST(suite, other_texts_are_no_failures);
	CU_ADD_TEST(suite, what_is_no_readable_file_is_said_to_be_none);
	return CU_get_error();
}
