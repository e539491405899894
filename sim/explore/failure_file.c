/* failure_file.c: see failure_file.h. Reads with the strict reader of scenario files, because a decision
 * needs all its 64 bits and a damaged file must be told from a run that went another way. The scenario inside
 * is kept byte for byte. */
#include "sim/explore/failure_file.h"

#include "sim/explore/decision_log.h"
#include "sim/explore/text_file.h"
#include "sim/scenario/memory.h"
#include "sim/scenario/tree.h"
#include "sim/scenario/units.h"
#include "sim/trace/json_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { TIE_LIMIT = 1 << 20, DECISIONS_A_LINE = 8 };

/* ---- Writing
 * ---------------------------------------------------------------------------------------------------- */

static void write_decisions(const struct decision_log *log, FILE *out)
{
	fputs("  \"decisions\": [", out);
	for (uint32_t i = 0; i < log->count; i++) {
		const struct decision *decision = &log->list[i];

		fprintf(out, "%s%s[\"%s\",%" PRIu32 ",%" PRIu64 "]", i ? "," : "",
		        i % DECISIONS_A_LINE ? "" : "\n    ",
		        decision_name((enum decision_purpose)decision->purpose), decision->entity,
		        decision->value);
	}
	fputs("\n  ]\n", out);
}

void failure_write(const struct failure *failure, FILE *out)
{
	fprintf(out, "{\n  \"format\": 1,\n  \"kind\": \"octosim failure\",\n  \"seed\": %" PRIu64 ",\n",
	        failure->seed);
	fputs("  \"violations\": [", out);
	for (uint32_t i = 0; i < failure->violation_count; i++) {
		fputs(i ? ",\n    " : "\n    ", out);
		json_text(failure->violations[i], strlen(failure->violations[i]), out);
	}
	fputs("\n  ],\n", out);
	if (failure->has_hash)
		fprintf(out, "  \"hash\": \"%016" PRIx64 "\",\n", failure->hash);
	else
		fputs("  \"hash\": null,\n", out);
	fputs("  \"scenario\": ", out);
	fwrite(failure->scenario, 1, failure->scenario_size, out);
	fputs(",\n", out);
	if (failure->has_decisions)
		write_decisions(&failure->decisions, out);
	else
		fputs("  \"decisions\": null\n", out);
	fputs("}\n", out);
}

/* ---- Reading
 * ---------------------------------------------------------------------------------------------------- */

struct reading {
	struct tree tree;
	const char *name;
	char *error; /* the first one counts */
	size_t error_size;
	bool is_wrong;
};

static void report(void *context, uint32_t line, uint32_t column, const char *path, const char *text)
{
	struct reading *reading = context;

	if (!reading->is_wrong)
		snprintf(reading->error, reading->error_size, "%s:%" PRIu32 ":%" PRIu32 ": %s%s%s",
		         reading->name, line, column, path, path[0] ? ": " : "", text);
	reading->is_wrong = true;
}

/* Always false. */
__attribute__((format(printf, 3, 4))) static bool wrong(struct reading *reading, struct tree_value value,
                                                        const char *format, ...)
{
	const struct scanner_mark *mark = tree_mark(&reading->tree, value);
	char path[128], text[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	scanner_path(&reading->tree.scanner, value.mark, path, sizeof(path));
	report(reading, mark->line, mark->column, path, text);
	return false;
}

static bool is_kind(struct reading *reading, struct tree_value value, enum scanner_kind kind,
                    const char *allowed)
{
	return tree_kind(&reading->tree, value) == kind || wrong(reading, value, "allowed is %s", allowed);
}

static bool read_whole(struct reading *reading, struct tree_value value, uint64_t max, uint64_t *number)
{
	const char *text;
	size_t size;

	if (!is_kind(reading, value, SCANNER_NUMBER, "a whole number"))
		return false;
	text = tree_number(&reading->tree, value, &size);
	return (unit_whole(text, size, number) && *number <= max) ||
	       wrong(reading, value, "allowed is a whole number from 0 to %" PRIu64, max);
}

static bool read_format(struct reading *reading, struct tree_value value, struct failure *failure)
{
	uint64_t number;

	(void)failure;
	return read_whole(reading, value, UINT64_MAX, &number) &&
	       (number == 1 ||
	        wrong(reading, value, "format %" PRIu64 " is not known to this program; it reads format 1",
	              number));
}

static bool read_kind(struct reading *reading, struct tree_value value, struct failure *failure)
{
	(void)failure;
	return is_kind(reading, value, SCANNER_STRING, "the string \"octosim failure\"") &&
	       (strcmp(tree_text(value), "octosim failure") == 0 ||
	        wrong(reading, value,
	              "this is not a failure that octosim wrote: allowed is \"octosim failure\""));
}

static bool read_seed(struct reading *reading, struct tree_value value, struct failure *failure)
{
	return read_whole(reading, value, UINT64_MAX, &failure->seed);
}

static bool read_scenario(struct reading *reading, struct tree_value value, struct failure *failure)
{
	const struct scanner_mark *mark = tree_mark(&reading->tree, value);

	if (!is_kind(reading, value, SCANNER_OBJECT, "an object: the scenario that failed"))
		return false;
	failure->scenario_size = mark->end - mark->at;
	failure->scenario = memory_claim(failure->scenario_size + 1);
	memcpy(failure->scenario, reading->tree.scanner.mended + mark->at, failure->scenario_size);
	return true;
}

static bool read_violations(struct reading *reading, struct tree_value list, struct failure *failure)
{
	struct tree_value at;

	if (!is_kind(reading, list, SCANNER_LIST, "a list of sentences"))
		return false;
	if (tree_count(&reading->tree, list) > FAILURE_VIOLATIONS_MAX)
		return wrong(reading, list, "at most %d sentences are read", FAILURE_VIOLATIONS_MAX);
	failure->violations = memory_claim(FAILURE_VIOLATIONS_MAX * sizeof(*failure->violations));
	for (at = tree_first(&reading->tree, list); at.item; at = tree_next(&reading->tree, at)) {
		if (!is_kind(reading, at, SCANNER_STRING, "a sentence"))
			return false;
		failure->violations[failure->violation_count++] = memory_text(tree_text(at));
	}
	return true;
}

static bool read_hash(struct reading *reading, struct tree_value value, struct failure *failure)
{
	const char *digits = "0123456789abcdef", *text, *digit;

	if (tree_kind(&reading->tree, value) == SCANNER_NULL)
		return true;
	if (!is_kind(reading, value, SCANNER_STRING, "16 hexadecimal digits, or null"))
		return false;
	text = tree_text(value);
	if (strlen(text) != 16 || strspn(text, digits) != 16)
		return wrong(reading, value, "allowed are 16 hexadecimal digits, or null");
	for (; *text; text++) {
		digit = strchr(digits, *text);
		failure->hash = failure->hash << 4 | (uint64_t)(digit - digits);
	}
	failure->has_hash = true;
	return true;
}

static bool read_decision(struct reading *reading, struct tree_value entry, struct decision_log *log)
{
	struct tree_value at;
	uint64_t entity, value;
	uint32_t purpose;

	if (!is_kind(reading, entry, SCANNER_LIST, "a list of purpose, entity and value"))
		return false;
	if (tree_count(&reading->tree, entry) != 3)
		return wrong(reading, entry, "allowed is a list of three: purpose, entity and value");
	at = tree_first(&reading->tree, entry);
	if (!is_kind(reading, at, SCANNER_STRING, "a purpose such as \"loss\""))
		return false;
	if (!decision_purpose_of(tree_text(at), &purpose))
		return wrong(reading, at,
		             "no such purpose; they are loss, delay, duplicate, duplicate-delay, corrupt, "
		             "corrupt-where, tie and junk");
	at = tree_next(&reading->tree, at);
	if (!read_whole(reading, at, UINT32_MAX, &entity))
		return false;
	at = tree_next(&reading->tree, at);
	if (!read_whole(reading, at, purpose == DECISION_TIE ? TIE_LIMIT - 1 : UINT64_MAX, &value))
		return false;
	return decision_log_append(log, purpose, (uint32_t)entity, value) ||
	       wrong(reading, entry, "does not fit into memory");
}

static bool read_decisions(struct reading *reading, struct tree_value list, struct failure *failure)
{
	struct tree_value at;

	if (tree_kind(&reading->tree, list) == SCANNER_NULL)
		return true;
	if (!is_kind(reading, list, SCANNER_LIST, "a list of decisions, or null (then the seed decides)"))
		return false;
	failure->has_decisions = true;
	for (at = tree_first(&reading->tree, list); at.item; at = tree_next(&reading->tree, at))
		if (!read_decision(reading, at, &failure->decisions))
			return false;
	return true;
}

static const struct member {
	const char *key;
	bool (*read)(struct reading *reading, struct tree_value value, struct failure *failure);
} members[] = {
	{ "format", read_format },         { "kind", read_kind }, { "seed", read_seed },
	{ "violations", read_violations }, { "hash", read_hash }, { "scenario", read_scenario },
	{ "decisions", read_decisions },
};
enum { MEMBERS = sizeof(members) / sizeof(members[0]) };

static bool read_members(struct reading *reading, struct failure *failure)
{
	struct tree_value root = tree_root(&reading->tree), at;

	if (!is_kind(reading, root, SCANNER_OBJECT, "an object: a failure that octosim wrote"))
		return false;
	for (at = tree_first(&reading->tree, root); at.item; at = tree_next(&reading->tree, at)) {
		size_t i = 0;

		while (i < MEMBERS && strcmp(members[i].key, tree_key(at)) != 0)
			i++;
		if (i == MEMBERS)
			return wrong(reading, at,
			             "a failure has no such key; it has format, kind, seed, violations, "
			             "hash, scenario "
			             "and decisions");
		if (!members[i].read(reading, at, failure))
			return false;
	}
	for (size_t i = 0; i < MEMBERS; i++)
		if (!tree_get(&reading->tree, root, members[i].key).item)
			return wrong(reading, root, "the key \"%s\" is missing", members[i].key);
	return true;
}

bool failure_read_text(const char *name, const char *text, size_t size, struct failure *failure, char *error,
                       size_t error_size)
{
	struct reading reading = { .name = name, .error = error, .error_size = error_size };
	bool is_right;

	*failure = (struct failure){ .seed = 0 };
	if (size > FAILURE_FILE_MAX) {
		snprintf(error, error_size, "%s: is larger than %d KiB", name, FAILURE_FILE_MAX >> 10);
		return false;
	}
	if (memchr(text, 0, size)) {
		snprintf(error, error_size, "%s: not a text file (it has NUL bytes); a failure is JSON",
		         name);
		return false;
	}
	reading.tree.scanner.report = report;
	reading.tree.scanner.context = &reading;
	is_right =
		tree_read(&reading.tree, text, size) && !reading.is_wrong && read_members(&reading, failure);
	tree_free(&reading.tree);
	return is_right && !reading.is_wrong;
}

bool failure_read(const char *path, struct failure *failure, char *error, size_t error_size)
{
	char problem[192];
	size_t size = 0;
	char *text = text_file_read(path, FAILURE_FILE_MAX, &size, problem, sizeof(problem));
	bool is_right;

	*failure = (struct failure){ .seed = 0 };
	if (!text) {
		snprintf(error, error_size, "%s: %s", path, problem);
		return false;
	}
	is_right = failure_read_text(path, text, size, failure, error, error_size);
	free(text);
	return is_right;
}

void failure_free(struct failure *failure)
{
	for (uint32_t i = 0; i < failure->violation_count; i++)
		memory_free(failure->violations[i]);
	memory_free(failure->violations);
	memory_free(failure->scenario);
	decision_log_free(&failure->decisions);
	*failure = (struct failure){ .seed = 0 };
}
