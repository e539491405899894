/* explain.c: see explain.h. Values are copied as they are written, never through numbers of a JSON library: so they keep
 * every digit. */
#include "sim/cli/explain.h"

#include "sim/scenario/tree.h"
#include "sim/scenario/units.h"
#include "sim/trace/json_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NOTE_BYTES = 512, PAIRS_SHOWN = 3 };

/* What holds when a key is missing. Where it hangs on other things, the code below says so. */
struct preset {
	const char *key, *json;
};
static const struct preset of_top[] = {
	{ "format", "1" }, { "seed", "1" }, { "crypto", "\"sodium\"" }, { "ties", "\"fixed\"" }, { "trust", "[]" },
	{ "links", "[{\"between\": [\"*\", \"*\"], \"latency\": \"20ms\"}]" }, { "timeline", "[]" },
};
static const struct preset of_node[] = {
	{ "offers", "[\"chacha20-poly1305\"]" }, { "rate_up", "\"1Mbit\"" }, { "rate_down", "\"1Mbit\"" },
	{ "payload_max", "\"512B\"" },
	{ "boot_epoch", "0" }, { "clock", "{\"offset\": \"0s\", \"drift_ppm\": 0}" }, { "cookie_above", "64" }, { "processing", "\"0s\"" },
	{ "tamper", "true" }, { "on_hacked", "\"go-on\"" },
};

/* What holds within a value. Where a word, or a list of names, stands for an object, `word` is the key that it belongs to: "" when
 * the word says nothing more, NULL when it is no short form. */
struct inner {
	const char *list, *key, *word;
	struct preset presets[6];
};
static const struct inner inner[] = {
	{ "nodes", "clock", NULL, { { "offset", "\"0s\"" }, { "drift_ppm", "0" } } },
	{ "networks", "nat", "type", { { "timeout", "\"2m\"" }, { "refresh", "\"outbound\"" }, { "hairpin", "\"on\"" },
	  { "neighbours", "\"inside\"" }, { "room", "1024" } } },
	{ "networks", "firewall", "", { { "timeout", "\"2m\"" }, { "refresh", "\"outbound\"" }, { "room", "1024" } } },
	{ NULL, "gilbert_elliott", NULL, { { "good", "\"0%\"" }, { "bad", "\"100%\"" } } },
	{ NULL, "codel", NULL, { { "target", "\"5ms\"" }, { "interval", "\"100ms\"" } } },
	{ NULL, "red", NULL, { { "weight", "9" } } },
	{ "timeline", "load", NULL, { { "priority", "120" }, { "courier", "\"load\"" } } },
	{ "timeline", "courier", NULL, { { "courier", "\"load\"" } } },
	{ "timeline", "blob", NULL, { { "id", "1" }, { "priority", "40" } } },
	{ "timeline", "cancel", NULL, { { "id", "1" }, { "by", "\"sender\"" } } },
	{ "timeline", "restart", "node", { { "store", "\"kept\"" } } },
	{ "timeline", "rebind", "network", { { "address", "\"new\"" } } },
	{ "timeline", "traffic", NULL, { { "size", "512" } } },
	{ "timeline", "flood", NULL, { { "addresses", "1" } } },
	{ "timeline", "attack", NULL, { { "position", "\"on-path\"" } } },
	{ "timeline", "partition", NULL, { { "one_way", "false" } } },
};
enum { INNER_PRESETS = sizeof(inner[0].presets) / sizeof(inner[0].presets[0]) };

struct explaining {
	struct tree tree;
	const char *list;             /* the key of the list in hand; "" outside of lists */
	const struct scenario *scenario;
	FILE *out;
	uint32_t next_node;           /* of the scenario: the first of the entry in hand */
	uint32_t *actions;            /* for each entry of the timeline its action; NULL when they do not match one by one */
};

static void ignore(void *context, uint32_t line, uint32_t column, const char *path, const char *text)
{
	(void)context, (void)line, (void)column, (void)path, (void)text;
}

static bool is(const struct explaining *e, struct tree_value value, enum scanner_kind kind)
{
	return value.item != NULL && tree_kind(&e->tree, value) == kind;
}

static void print_value(const struct explaining *e, struct tree_value value, const char *key);

static const struct inner *inner_of(const struct explaining *e, const char *key)
{
	for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]); i++)
		if (strcmp(inner[i].key, key) == 0 && e->list[0] && (!inner[i].list || strcmp(inner[i].list, e->list) == 0))
			return &inner[i];
	return NULL;
}

/* What the value does not say. */
static void print_inner(const struct explaining *e, struct tree_value value, const struct inner *in, const char *comma)
{
	bool is_object = is(e, value, SCANNER_OBJECT);
	struct tree_value type = is_object ? tree_get(&e->tree, value, "type") : value;

	for (size_t i = 0; i < INNER_PRESETS && in->presets[i].key; i++) {
		if (is_object && tree_get(&e->tree, value, in->presets[i].key).item != NULL)
			continue;
		fprintf(e->out, "%s\"%s\": %s", comma, in->presets[i].key, in->presets[i].json);
		comma = ", ";
	}
	if (strcmp(in->key, "nat") == 0 && is(e, type, SCANNER_STRING) && (!is_object || tree_get(&e->tree, value, "ports").item == NULL))
		fprintf(e->out, ", \"ports\": \"%s\"", strcmp(tree_text(type), "symmetric") == 0 ? "fresh" : "kept");
}

/* On one line, whatever the file looks like. */
static void print_plain(const struct explaining *e, struct tree_value value, const struct inner *in)
{
	const struct scanner_mark *mark = tree_mark(&e->tree, value);
	bool is_object = mark->kind == SCANNER_OBJECT;
	const char *comma = "";

	if (!is_object && mark->kind != SCANNER_LIST) {
		fwrite(e->tree.scanner.mended + mark->at, 1, mark->end - mark->at, e->out);
		return;
	}
	putc(is_object ? '{' : '[', e->out);
	for (struct tree_value at = tree_first(&e->tree, value); at.item != NULL; at = tree_next(&e->tree, at)) {
		fputs(comma, e->out);
		comma = ", ";
		if (is_object) {
			json_text(tree_key(at), strlen(tree_key(at)), e->out);
			fputs(": ", e->out);
		}
		print_value(e, at, is_object ? tree_key(at) : "");
	}
	if (is_object && in != NULL)
		print_inner(e, value, in, comma);
	putc(is_object ? '}' : ']', e->out);
}

/* With what it leaves unsaid, by its key. */
static void print_value(const struct explaining *e, struct tree_value value, const char *key)
{
	const struct inner *in = inner_of(e, key);

	if (in == NULL || is(e, value, SCANNER_OBJECT) || !in->word) {
		print_plain(e, value, in);
		return;
	}
	putc('{', e->out);
	if (in->word[0]) {
		fprintf(e->out, "\"%s\": ", in->word);
		print_plain(e, value, NULL);
	}
	print_inner(e, value, in, in->word[0] ? ", " : "");
	putc('}', e->out);
}

/* An entry of a list with presets for what it lacks, and a note behind the one that it has. */
static void print_entry(const struct explaining *e, struct tree_value entry, const struct preset *presets, size_t count,
                        const char *note)
{
	const char *comma = "";
	char text[2 * NOTE_BYTES];

	if (!is(e, entry, SCANNER_OBJECT)) {
		print_value(e, entry, "");
		return;
	}
	putc('{', e->out);
	for (struct tree_value at = tree_first(&e->tree, entry); at.item != NULL; at = tree_next(&e->tree, at)) {
		if (strcmp(tree_key(at), "note") == 0)
			continue;
		fputs(comma, e->out);
		comma = ", ";
		json_text(tree_key(at), strlen(tree_key(at)), e->out);
		fputs(": ", e->out);
		print_value(e, at, tree_key(at));
	}
	for (size_t i = 0; i < count; i++)
		if (tree_get(&e->tree, entry, presets[i].key).item == NULL)
			fprintf(e->out, ", \"%s\": %s", presets[i].key, presets[i].json);
	if (is(e, tree_get(&e->tree, entry, "note"), SCANNER_STRING)) {
		const char *own = tree_text(tree_get(&e->tree, entry, "note"));

		snprintf(text, sizeof(text), "%.500s%s%s", own, note[0] ? "; " : "", note);
		note = text;
	}
	if (note[0]) {
		fputs(", \"note\": ", e->out);
		json_text(note, strlen(note), e->out);
	}
	putc('}', e->out);
}

/* ---- Notes ----------------------------------------------------------------------------------------------------------- */

static const char *name_of(const struct explaining *e, uint32_t node)
{
	return e->scenario->nodes[node].name;
}

static void note_pairs(const struct explaining *e, const struct scenario_pair *pairs, uint32_t count, const char *arrow,
                       char note[NOTE_BYTES])
{
	size_t used = (size_t)snprintf(note, NOTE_BYTES, "%" PRIu32 " pair%s", count, count == 1 ? "" : "s");

	for (uint32_t i = 0; i < count && i < PAIRS_SHOWN; i++)
		used += (size_t)snprintf(note + used, NOTE_BYTES - used, "%s %s%s%s", i ? "," : ":", name_of(e, pairs[i].a), arrow,
		                         name_of(e, pairs[i].b));
	if (count > PAIRS_SHOWN)
		snprintf(note + used, NOTE_BYTES - used, ", …");
}

static void note_nodes(const struct explaining *e, const uint32_t *nodes, uint32_t count, char note[NOTE_BYTES])
{
	size_t used = (size_t)snprintf(note, NOTE_BYTES, "%" PRIu32 " node%s", count, count == 1 ? "" : "s");

	for (uint32_t i = 0; i < count && i < PAIRS_SHOWN; i++)
		used += (size_t)snprintf(note + used, NOTE_BYTES - used, "%s %s", i ? "," : ":", name_of(e, nodes[i]));
	if (count > PAIRS_SHOWN)
		snprintf(note + used, NOTE_BYTES - used, ", …");
}

static void note_link(const struct explaining *e, const struct scenario_link *link, char note[NOTE_BYTES])
{
	uint32_t from = 0, to = 0;

	for (uint32_t i = 0; link->from != NULL && link->to != NULL && i < e->scenario->node_count; i++) {
		from += link->from[i];
		to += link->to[i];
	}
	snprintf(note, NOTE_BYTES, "%s%" PRIu32 " node%s %s %" PRIu32, link->both_ways ? "between " : "from ", from,
	         from == 1 ? "" : "s", link->both_ways ? "and" : "to", to);
}

static void note_action(const struct explaining *e, uint32_t entry, char note[NOTE_BYTES])
{
	const struct scenario_action *action;

	if (e->actions == NULL)
		return;
	action = &e->scenario->actions[e->actions[entry]];
	if (action->pair_count > 0)
		note_pairs(e, action->pairs, action->pair_count, "→", note);
	else if (action->node_count > 0)
		note_nodes(e, action->nodes, action->node_count, note);
}

/* ---- Lists ------------------------------------------------------------------------------------------------------------ */

static void print_node(struct explaining *e, struct tree_value entry)
{
	struct preset presets[sizeof(of_node) / sizeof(of_node[0]) + 1];
	struct tree_value count = is(e, entry, SCANNER_OBJECT) ? tree_get(&e->tree, entry, "count") : (struct tree_value){ NULL, 0 };
	size_t preset_count = sizeof(of_node) / sizeof(of_node[0]), size = 0;
	char note[NOTE_BYTES] = "", identity[SCENARIO_NAME_MAX + 2];
	uint64_t members = 1;
	uint32_t first = e->next_node;

	memcpy(presets, of_node, sizeof(of_node));
	if (count.item != NULL) {
		const char *text = tree_number(&e->tree, count, &size);

		(void)unit_whole(text, size, &members);
		if (members > 0 && first + members <= e->scenario->node_count)
			snprintf(note, sizeof(note), "%s to %s", name_of(e, first), name_of(e, first + (uint32_t)members - 1));
	} else if (first < e->scenario->node_count && !e->scenario->nodes[first].is_counter) {
		snprintf(identity, sizeof(identity), "\"%s\"", e->scenario->nodes[first].identity);
		presets[preset_count++] = (struct preset){ "identity", identity };
	}
	if (first < e->scenario->node_count && e->scenario->nodes[first].is_counter)
		preset_count = 0; /* it takes none of them */
	e->next_node += (uint32_t)members;
	print_entry(e, entry, presets, preset_count, note);
}

static void print_list(struct explaining *e, const char *key, struct tree_value list)
{
	uint32_t count = tree_count(&e->tree, list), index = 0;

	e->list = key;
	fputs("[", e->out);
	for (struct tree_value at = tree_first(&e->tree, list); at.item != NULL; at = tree_next(&e->tree, at), index++) {
		char note[NOTE_BYTES] = "";

		fputs(index ? ",\n    " : "\n    ", e->out);
		if (strcmp(key, "nodes") == 0) {
			print_node(e, at);
			continue;
		}
		if (strcmp(key, "links") == 0 && count == e->scenario->link_count)
			note_link(e, &e->scenario->links[index], note);
		else if (strcmp(key, "timeline") == 0)
			note_action(e, index, note);
		else if (strcmp(key, "expect") == 0 && count <= e->scenario->expectation_count)
			snprintf(note, sizeof(note), "%.500s", e->scenario->expectations[index].text);
		print_entry(e, at, NULL, 0, note);
	}
	fputs(count ? "\n  ]" : "]", e->out);
	e->list = "";
}

/* The scenario has its actions by time, then as in the file. */
static void match_actions(struct explaining *e)
{
	struct tree_value list = tree_get(&e->tree, tree_root(&e->tree), "timeline"), at;
	uint32_t count = e->scenario->action_count, index = 0;
	int64_t *times;
	bool is_good = list.item != NULL && tree_count(&e->tree, list) == count && count > 0;

	if (!is_good)
		return;
	times = calloc(count, sizeof(*times));
	e->actions = calloc(count, sizeof(*e->actions));
	for (at = tree_first(&e->tree, list); times && e->actions && at.item != NULL; at = tree_next(&e->tree, at), index++) {
		struct tree_value time = is(e, at, SCANNER_OBJECT) ? tree_get(&e->tree, at, "at") : (struct tree_value){ NULL, 0 };

		is_good = is_good && is(e, time, SCANNER_STRING) && unit_read(UNIT_TIME, tree_text(time), false, &times[index]) == UNIT_OK;
	}
	for (uint32_t i = 0; is_good && times && e->actions && i < count; i++) {
		for (uint32_t k = 0; k < count; k++)
			e->actions[i] += times[k] < times[i] || (times[k] == times[i] && k < i);
		is_good = e->scenario->actions[e->actions[i]].at_ns == (uint64_t)times[i];
	}
	free(times);
	if (!is_good) {
		free(e->actions);
		e->actions = NULL;
	}
}

static void print_top(struct explaining *e)
{
	struct tree_value root = tree_root(&e->tree), at;
	const char *comma = "";

	fputs("{", e->out);
	for (at = tree_first(&e->tree, root); at.item != NULL; at = tree_next(&e->tree, at)) {
		bool is_listed = is(e, at, SCANNER_LIST) && strcmp(tree_key(at), "covers") != 0;

		/* A path from the other file. */
		if (strcmp(tree_key(at), "$schema") == 0)
			continue;
		fprintf(e->out, "%s\n  ", comma);
		comma = ",";
		json_text(tree_key(at), strlen(tree_key(at)), e->out);
		fputs(": ", e->out);
		if (is_listed)
			print_list(e, tree_key(at), at);
		else
			print_value(e, at, "");
	}
	for (size_t i = 0; i < sizeof(of_top) / sizeof(of_top[0]); i++)
		if (tree_get(&e->tree, root, of_top[i].key).item == NULL)
			fprintf(e->out, ",\n  \"%s\": %s", of_top[i].key, of_top[i].json);
	fputs("\n}\n", e->out);
}

bool explain(const char *path, const struct scenario *scenario, FILE *out)
{
	struct explaining e = { .tree.scanner.report = ignore, .list = "", .scenario = scenario, .out = out };
	struct scenario_errors errors;
	size_t size = 0;
	char *text = scenario_read(path, &size, &errors);
	bool is_good = text && tree_read(&e.tree, text, size) && is(&e, tree_root(&e.tree), SCANNER_OBJECT);

	if (is_good) {
		match_actions(&e);
		print_top(&e);
	}
	tree_free(&e.tree);
	free(e.actions);
	scenario_errors_free(&errors);
	free(text);
	return is_good;
}
