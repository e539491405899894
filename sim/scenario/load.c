/* load.c: from a file to a scenario, or to the list of all that is wrong with it. Reads the top level of what
 * compose.c has read, and lets nodes.c, links.c, timeline.c, expect.c and sweep.c read their parts. */
#include "sim/scenario/compose.h"
#include "sim/scenario/memory.h"
#include "sim/scenario/quote.h"
#include "sim/scenario/reader.h"

#include <stdlib.h>
#include <string.h>

static const char *const top_keys[] = {
	"$schema", "format", "title", "why",   "covers", "seed",     "duration", "crypto",
	"heal",    "ties",   "nodes", "trust", "networks", "links",  "timeline", "expect",
	"extends", "sweep",  "tamper", NULL,
};

static void report_scan(void *context, uint32_t line, uint32_t column, const char *path, const char *text)
{
	errors_add(context, line, column, path, text);
}

/* ---- The top level --------------------------------------------------------------------------------------------- */

static void read_format(struct reader *reader, struct tree_value root)
{
	struct tree_value format = reader_get(reader, root, "format");
	const char *text = NULL;
	size_t size = 0;
	uint64_t number = 0;

	if (format.item == NULL ||
	    !reader_kind(reader, format, SCANNER_NUMBER, "1, the only version of this language"))
		return;
	text = tree_number(&reader->tree, format, &size);
	if (!unit_whole(text, size, &number) || number != 1)
		reader_wrong(reader, format, "format %.*s is not known to this program; it reads format 1",
		             (int)size, text);
}

/* A required line of text; *out becomes an own copy. */
static void read_line(struct reader *reader, struct tree_value root, const char *key, char **out)
{
	struct tree_value value = reader_get(reader, root, key);
	const char *text = "";

	if (value.item == NULL) {
		if (!reader->is_excerpt)
			reader_wrong(reader, root, "the key \"%s\" is missing: %s", key,
			             strcmp(key, "title") == 0
			                     ? "one line that says what happens"
			                     : "what this scenario shows, and why that matters");
	} else if (reader_text(reader, value, "a line of text", &text) && text[strspn(text, " \t")] == '\0') {
		reader_wrong(reader, value, "the text is empty");
	}
	*out = memory_text(text);
}

/* "R71", "S9", "L2", "bug 1", "bug ii". */
static bool is_demand(const char *text)
{
	static const char *const roman[] = { "i", "ii", "iii", "iv", NULL };
	uint64_t number = 0, most = text[0] == 'R' ? 180 : text[0] == 'S' ? 13 : text[0] == 'L' ? 4 : 0;

	if (strncmp(text, "bug ", 4) == 0) {
		if (name_index(text + 4, roman) >= 0)
			return true;
		return text[4] != '0' && unit_whole(text + 4, strlen(text + 4), &number) && number <= 10;
	}
	return most > 0 && text[1] != '0' && unit_whole(text + 1, strlen(text + 1), &number) &&
	       number <= most;
}

static void read_covers(struct reader *reader, struct tree_value root)
{
	struct scenario *scenario = reader->scenario;
	struct tree_value list = reader_get(reader, root, "covers"), at = { NULL, 0 };
	const char *text = NULL;
	char found[64];

	if (list.item == NULL) {
		if (!reader->is_excerpt)
			reader_wrong(
				reader, root,
				"the key \"covers\" is missing: a list such as [\"R71\", \"S9\", \"bug 2\"]");
		return;
	}
	if (!reader_kind(reader, list, SCANNER_LIST, "a list such as [\"R71\", \"S9\", \"bug 2\"]"))
		return;
	at = tree_first(&reader->tree, list);
	if (at.item == NULL)
		reader_wrong(reader, list,
		             "the list is empty; name at least one requirement, invariant or bug, such as \"R71\"");
	for (; at.item != NULL; at = tree_next(&reader->tree, at)) {
		if (!reader_text(reader, at, "a requirement, an invariant or a bug, such as \"R71\"", &text))
			continue;
		if (!is_demand(text)) {
			reader_found(reader, at, found, sizeof(found));
			reader_wrong(
				reader, at,
				"found %s; allowed are requirements \"R1\" to \"R180\", invariants \"S1\" to "
				"\"S13\" and \"L1\" to \"L4\", and bugs \"bug 1\" to \"bug 10\" and "
				"\"bug i\" to \"bug iv\"",
				found);
			continue;
		}
		scenario->covers =
			memory_grow(scenario->covers, scenario->cover_count, sizeof(*scenario->covers));
		scenario->covers[scenario->cover_count++] = memory_text(text);
	}
}

static void read_settings(struct reader *reader, struct tree_value root)
{
	static const char *const cryptos[] = { "sodium", "model", NULL };
	static const char *const ties[] = { "fixed", "random", NULL };
	struct scenario *scenario = reader->scenario;
	struct tree_value value = { NULL, 0 };
	const char *schema = NULL;
	char duration[32], found[64];
	int32_t index = 0;

	value = reader_get(reader, root, "$schema");
	if (value.item != NULL)
		reader_text(reader, value, "the path of the schema, as a string", &schema);
	value = reader_get(reader, root, "seed");
	if (value.item != NULL)
		reader_whole(reader, value, 0, UINT64_MAX, &scenario->seed);
	if (reader_need(reader, root, "duration", "how long the scenario lasts, such as \"30s\"", &value))
		reader_time(reader, value, "1ms", "100y", &scenario->duration_ns);
	value = reader_get(reader, root, "crypto");
	if (value.item != NULL && reader_word(reader, value, cryptos, &index))
		scenario->is_model_crypto = index == 1;
	value = reader_get(reader, root, "ties");
	if (value.item != NULL && reader_word(reader, value, ties, &index))
		scenario->random_ties = index == 1;
	value = reader_get(reader, root, "heal");
	if (value.item != NULL && reader_time(reader, value, "0s", "100y", &scenario->heal_ns) &&
	    scenario->duration_ns > 0 && scenario->heal_ns > scenario->duration_ns) {
		unit_time_text(scenario->duration_ns, duration, sizeof(duration));
		reader_found(reader, value, found, sizeof(found));
		reader_wrong(reader, value, "found %s, after the end; the scenario lasts %s", found, duration);
	}
}

static void read_top(struct reader *reader)
{
	struct tree_value root = tree_root(&reader->tree), value = { NULL, 0 };

	if (!reader_kind(reader, root, SCANNER_OBJECT, "an object: { \"title\": …, \"nodes\": …, … }"))
		return;
	reader_keys(reader, root, top_keys);
	value = reader_get(reader, root, "extends");
	if (value.item != NULL)
		reader_wrong(reader, value, "only a scenario in a file of its own can extend another");
	read_format(reader, root);
	read_line(reader, root, "title", &reader->scenario->title);
	read_line(reader, root, "why", &reader->scenario->why);
	read_covers(reader, root);
	read_settings(reader, root);
	if (!reader_need(reader, root, "nodes", "a list of those who take part", &value))
		return;
	reader_read_nodes(reader, value);
	value = reader_get(reader, root, "trust");
	if (value.item != NULL)
		reader_read_trust(reader, value);
	if (reader->by_name == NULL)
		reader_index_nodes(reader);
	reader_index_trust(reader);
	value = reader_get(reader, root, "networks");
	if (value.item != NULL)
		reader_read_networks(reader, value);
	value = reader_get(reader, root, "links");
	if (value.item != NULL)
		reader_read_links(reader, value);
	value = reader_get(reader, root, "timeline");
	if (value.item != NULL)
		reader_read_timeline(reader, value);
	value = reader_get(reader, root, "expect");
	if (value.item != NULL)
		reader_read_expect(reader, value);
	else if (!reader->is_excerpt)
		reader_wrong(reader, root, "the key \"expect\" is missing: a list of what must come true");
	value = reader_get(reader, root, "tamper");
	if (value.item != NULL)
		reader_read_verdict(reader, value);
	value = reader_get(reader, root, "sweep");
	if (value.item != NULL)
		reader_read_sweep(reader, value);
}

/* FNV-1a: names the file's bytes in a trace; not meant to withstand anybody. */
static uint64_t hash_bytes(const char *text, size_t size)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < size; i++) {
		hash ^= (unsigned char)text[i];
		hash *= UINT64_C(0x100000001b3);
	}
	return hash;
}

/* `composed` is NULL for a text that is no file. */
static struct scenario *load(const char *path, const char *text, size_t size, const struct composed *composed,
                             struct scenario_errors *errors)
{
	struct scenario *scenario = memory_claim(sizeof(*scenario));
	struct reader reader = {
		.scenario = scenario,
		.errors = errors,
		.is_excerpt = composed == NULL,
		.composed = composed,
		.first_action_ns = OCTO_NEVER,
	};

	scenario->path = memory_text(path);
	scenario->hash = hash_bytes(text, size);
	scenario->seed = 1;
	scenario->heal_ns = OCTO_NEVER;
	reader.tree.scanner.report = report_scan;
	reader.tree.scanner.context = errors;
	if (size > READER_FILE_MAX)
		errors_add(errors, 0, 0, "", "the text is larger than 4 MiB");
	else if (memchr(text, '\0', size) != NULL)
		errors_add(errors, 0, 0, "",
		           "not a text file (it has NUL bytes); a scenario is JSON in UTF-8");
	else if (text[0] == '\0' || strspn(text, " \t\r\n") == size)
		errors_add(errors, 0, 0, "", "the file is empty; a scenario is one JSON object");
	else if (tree_read(&reader.tree, text, size))
		read_top(&reader);
	if (reader.tree.scanner.marks != NULL || reader.tree.scanner.mended != NULL)
		tree_free(&reader.tree);
	memory_free(reader.by_name);
	memory_free(reader.first_trust);
	memory_free(reader.neighbours);
	errors_sort(errors);
	if (errors->count == 0)
		return scenario;
	scenario_free(scenario);
	return NULL;
}

/* ---- Files ------------------------------------------------------------------------------------------------------- */

/* From places in the composed text to those in the files. */
static void place_all(const struct composed *composed, struct scenario *scenario, struct scenario_errors *errors)
{
	for (uint32_t i = 0; i < errors->count; i++) {
		struct scenario_error *error = &errors->list[i];
		uint32_t file = error->line ? composed_place(composed, &error->line, &error->column) : 0;

		if (file > 0)
			snprintf(error->file, sizeof(error->file), "%s", composed->files[file].path);
	}
	for (uint32_t i = 0; scenario != NULL && i < scenario->expectation_count; i++)
		composed_place(composed, &scenario->expectations[i].line, &scenario->expectations[i].column);
	errors_sort(errors);
}

struct scenario *scenario_load(const char *path, struct scenario_errors *errors)
{
	struct scenario *scenario = NULL;
	struct composed composed;

	memset(errors, 0, sizeof(*errors));
	if (compose(path, &composed, errors)) {
		scenario = load(path, composed.text, composed.size, &composed, errors);
		if (composed.piece_count > 1)
			place_all(&composed, scenario, errors);
	}
	composed_free(&composed);
	errors_sort(errors);
	return scenario;
}

char *scenario_read(const char *path, size_t *size, struct scenario_errors *errors)
{
	struct composed composed;
	char *text = NULL;

	memset(errors, 0, sizeof(*errors));
	if (compose(path, &composed, errors)) {
		text = composed.text;
		*size = composed.size;
		composed.text = NULL;
	}
	composed_free(&composed);
	errors_sort(errors);
	return text;
}

struct scenario *scenario_load_text(const char *name, const char *text, size_t size,
                                    struct scenario_errors *errors)
{
	struct scenario *scenario = NULL;
	char *copy = NULL;

	memset(errors, 0, sizeof(*errors));
	/* The copy ends in a NUL, which strspn() and friends rely on. */
	copy = memory_claim(size + 1);
	if (size > 0)
		memcpy(copy, text, size);
	scenario = load(name, copy, size, NULL, errors);
	memory_free(copy);
	return scenario;
}

void scenario_free(struct scenario *scenario)
{
	if (scenario == NULL)
		return;
	for (uint32_t i = 0; i < scenario->cover_count; i++)
		memory_free(scenario->covers[i]);
	for (uint32_t i = 0; i < scenario->link_count; i++)
		reader_free_link(&scenario->links[i]);
	for (uint32_t i = 0; i < scenario->action_count; i++) {
		memory_free(scenario->actions[i].pairs);
		memory_free(scenario->actions[i].nodes);
		reader_free_attack(scenario->actions[i].attack);
		memory_free(scenario->actions[i].robot);
		reader_free_blob(scenario->actions[i].blob);
		memory_free(scenario->actions[i].networks);
	}
	for (uint32_t i = 0; i < scenario->network_count; i++)
		reader_free_network(&scenario->networks[i]);
	memory_free(scenario->networks);
	for (uint32_t i = 0; i < scenario->expectation_count; i++)
		reader_free_expectation(&scenario->expectations[i]);
	for (uint32_t i = 0; i < scenario->axis_count; i++) {
		for (uint64_t k = 0; scenario->axes[i].values != NULL && k < scenario->axes[i].count; k++)
			memory_free(scenario->axes[i].values[k]);
		memory_free(scenario->axes[i].values);
		memory_free(scenario->axes[i].path);
	}
	memory_free(scenario->axes);
	memory_free(scenario->covers);
	memory_free(scenario->nodes);
	memory_free(scenario->trust);
	memory_free(scenario->links);
	memory_free(scenario->actions);
	memory_free(scenario->expectations);
	memory_free(scenario->path);
	memory_free(scenario->title);
	memory_free(scenario->why);
	memory_free(scenario);
}
