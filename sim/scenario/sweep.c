/* sweep.c: reads "sweep": which fields take which values in turn. That each value makes a good scenario is found out by
 * those who make the scenarios; here it is seen that each path leads somewhere and each list has values. */
#include "sim/scenario/memory.h"
#include "sim/scenario/quote.h"
#include "sim/scenario/reader.h"
#include "sim/scenario/vary.h"

#include <inttypes.h>
#include <string.h>

enum { AXES_MAX = 16, LISTED_MAX = 1000 };
static const uint64_t cells_max = 1000000;

/* "A..B" */
static bool read_range(struct reader *reader, struct tree_value value, struct scenario_axis *axis)
{
	const char *text = tree_text(value), *dots = strstr(text, "..");
	uint64_t last = 0;
	char found[64];

	axis->is_range = true;
	if (dots && unit_whole(text, (size_t)(dots - text), &axis->first) && unit_whole(dots + 2, strlen(dots + 2), &last) &&
	    last >= axis->first && last - axis->first < cells_max) {
		axis->count = last - axis->first + 1;
		return true;
	}
	quote_text(found, sizeof(found), text, strlen(text));
	reader_wrong(reader, value, "found %s; allowed is a list of values, or a range of whole numbers such as \"1..50\", "
	                            "the smaller one first, of at most %" PRIu64, found, cells_max);
	return false;
}

static bool read_list(struct reader *reader, struct tree_value list, struct scenario_axis *axis)
{
	uint32_t count = tree_count(&reader->tree, list);
	struct tree_value at = tree_first(&reader->tree, list);

	if (count == 0 || count > LISTED_MAX) {
		reader_wrong(reader, list, "found a list of %u; allowed are 1 to %d values", count, LISTED_MAX);
		return false;
	}
	axis->values = memory_claim(count * sizeof(*axis->values));
	for (; at.item != NULL; at = tree_next(&reader->tree, at)) {
		const struct scanner_mark *mark = tree_mark(&reader->tree, at);
		size_t size = mark->end - mark->at;

		axis->values[axis->count] = memory_claim(size + 1);
		memcpy(axis->values[axis->count++], reader->tree.scanner.mended + mark->at, size);
	}
	return true;
}

/* One lies in the other: they would overwrite each other. */
static bool is_inside(const char *a, const char *b)
{
	size_t size = strlen(a);

	return strncmp(a, b, size) == 0 && (b[size] == '\0' || b[size] == '.');
}

static void read_axis(struct reader *reader, struct tree_value value, uint32_t step)
{
	struct scenario *scenario = reader->scenario;
	const struct scanner_mark *mark = tree_mark(&reader->tree, value);
	struct scenario_axis axis = { .step = step, .line = mark->line, .column = mark->column };
	struct vary_place place;
	char problem[320], name[64];
	bool is_list = mark->kind == SCANNER_LIST;

	quote_text(name, sizeof(name), tree_key(value), strlen(tree_key(value)));
	if (scenario->axis_count == AXES_MAX) {
		reader_wrong_key(reader, value, "more than %d fields vary", AXES_MAX);
		return;
	}
	if (!vary_find(&reader->tree, tree_key(value), &place, problem, sizeof(problem))) {
		reader_wrong_key(reader, value, "the path %s %s", name, problem);
		return;
	}
	for (uint32_t i = 0; i < scenario->axis_count; i++) {
		const char *other = scenario->axes[i].path;

		if (is_inside(other, tree_key(value)) || is_inside(tree_key(value), other)) {
			reader_wrong_key(reader, value, "the path %s overlaps with \"%s\"", name, other);
			return;
		}
	}
	if (!is_list && !reader_kind(reader, value, SCANNER_STRING, "a list of values, or a range such as \"1..50\""))
		return;
	axis.path = memory_text(tree_key(value));
	scenario->axes = memory_grow(scenario->axes, scenario->axis_count, sizeof(*scenario->axes));
	if (!(is_list ? read_list(reader, value, &axis) : read_range(reader, value, &axis)))
		axis.count = 0;
	scenario->axes[scenario->axis_count++] = axis;
}

/* Axes that go together: equally many values each. */
static void read_zip(struct reader *reader, struct tree_value zip)
{
	struct scenario *scenario = reader->scenario;
	struct tree_value at = tree_first(&reader->tree, zip);
	uint32_t first = scenario->axis_count;

	for (; at.item != NULL; at = tree_next(&reader->tree, at)) {
		uint32_t before = scenario->axis_count;
		const char *text;

		if (strcmp(tree_key(at), "note") == 0) {
			reader_text(reader, at, "a string", &text);
			continue;
		}
		read_axis(reader, at, first);
		if (scenario->axis_count > before && before > first && scenario->axes[before].count &&
		    scenario->axes[first].count && scenario->axes[before].count != scenario->axes[first].count)
			reader_wrong(reader, at, "%" PRIu64 " values beside the %" PRIu64 " of \"%s\"; zipped fields have equally "
			             "many", scenario->axes[before].count, scenario->axes[first].count, scenario->axes[first].path);
	}
	if (tree_first(&reader->tree, zip).item == NULL)
		reader_wrong(reader, zip, "the object is empty; name at least one field, such as \"links.0.loss\"");
}

void reader_read_sweep(struct reader *reader, struct tree_value object)
{
	struct scenario *scenario = reader->scenario;
	struct tree_value at;
	uint64_t cells = 1;
	const char *text;

	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object such as {\"links.0.loss\": [\"0%\", \"5%\"], "
	                                                 "\"seed\": \"1..50\"}"))
		return;
	at = tree_first(&reader->tree, object);
	if (at.item == NULL)
		reader_wrong(reader, object, "the object is empty; name at least one field, such as \"links.0.loss\"");
	for (; at.item != NULL; at = tree_next(&reader->tree, at)) {
		if (tree_is_repeated(&reader->tree, at))
			continue;
		if (strcmp(tree_key(at), "note") == 0)
			reader_text(reader, at, "a string", &text);
		else if (strcmp(tree_key(at), "zip") != 0)
			read_axis(reader, at, scenario->axis_count);
		else if (reader_kind(reader, at, SCANNER_OBJECT, "an object of fields that vary together"))
			read_zip(reader, at);
	}
	for (uint32_t i = 0; i < scenario->axis_count; i++) {
		if (scenario->axes[i].step == i && scenario->axes[i].count)
			cells = cells > cells_max ? cells : cells * scenario->axes[i].count;
	}
	if (cells > cells_max)
		reader_wrong(reader, object, "more than %" PRIu64 " combinations", cells_max);
}
