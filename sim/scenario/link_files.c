/* link_files.c: reads the files that a scenario names: tables of latencies, capacities in the format of Mahimahi, and what
 * a blob consists of. They stand beside the file that names them and nowhere else, and are read as strictly as it is. */
#include "sim/explore/text_file.h"
#include "sim/scenario/compose.h"
#include "sim/scenario/link_parts.h"
#include "sim/scenario/memory.h"
#include "sim/scenario/quote.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 2 << 20, TABLE_MAX = 65536, CAPACITY_MAX = 500000 };
enum { NAME_MAX_BYTES = 100, PATH_MAX_BYTES = 1024, LINE_BYTES = 80 };
#define LATENCY_MAX_NS (INT64_C(3600) * 1000000000)
#define PERIOD_MAX_MS UINT64_C(86400000)

static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

/* One line after the other, without its end. */
struct lines {
	const char *at, *end;
	uint32_t number;
	char line[LINE_BYTES];
};

/* Only compose.c puts folders in front of names, where a scenario that stands in another folder is extended. A text that is no
 * file was composed before. */
static bool may_have_folder(const struct reader *reader, struct tree_value value)
{
	return reader->composed == NULL || composed_is_glue(reader->composed, tree_mark(&reader->tree, value)->at + 1);
}

/* "name" beside the scenario's own path. */
static bool make_path(struct reader *reader, struct tree_value value, const char *name, char *path)
{
	const char *slash = strrchr(reader->scenario->path, '/'), *last = strrchr(name, '/');
	const char *file = last && may_have_folder(reader, value) ? last + 1 : name;
	int folder = slash && name[0] != '/' ? (int)(slash - reader->scenario->path) + 1 : 0;
	char found[64];

	if (file[0] != '\0' && file[0] != '.' && strlen(file) <= NAME_MAX_BYTES && file[strspn(file, plain)] == '\0' &&
	    folder + (int)strlen(name) < PATH_MAX_BYTES) {
		snprintf(path, PATH_MAX_BYTES, "%.*s%s", folder, reader->scenario->path, name);
		return true;
	}
	reader_found(reader, value, found, sizeof(found));
	reader_wrong(reader, value,
	             "found %s; allowed is the name of a file beside the scenario: letters, digits, '.', '-' and '_', "
	             "without any folder", found);
	return false;
}

/* What the file says is part of what the scenario says. */
static void add_to_hash(struct scenario *scenario, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		scenario->hash = (scenario->hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
}

/* NULL-terminated text of the file. NULL when it cannot be read. */
static char *read_beside(struct reader *reader, struct tree_value value, struct lines *lines)
{
	const char *name = NULL;
	char path[PATH_MAX_BYTES], problem[160];
	size_t size = 0;
	char *text = NULL;

	if (!reader_text(reader, value, "the name of a file beside the scenario", &name) ||
	    !make_path(reader, value, name, path) || !reader_spend(reader, value, FILE_MAX))
		return NULL;
	text = text_file_read(path, FILE_MAX, &size, problem, sizeof(problem));
	if (text == NULL) {
		reader_wrong(reader, value, "the file %s %s", path, problem);
		return NULL;
	}
	add_to_hash(reader->scenario, text, size);
	*lines = (struct lines){ .at = text, .end = text + size };
	return text;
}

uint8_t *reader_read_beside(struct reader *reader, struct tree_value value, uint64_t *size)
{
	struct lines lines;
	char *text = read_beside(reader, value, &lines);
	uint8_t *bytes = NULL;

	if (text == NULL)
		return NULL;
	size_t count = (size_t)(lines.end - lines.at);
	bytes = memory_claim(count + 1);
	memcpy(bytes, text, count);
	*size = count;
	free(text);
	return bytes;
}

static bool next_line(struct lines *lines)
{
	const char *end = NULL;
	size_t size = 0;

	if (lines->at >= lines->end)
		return false;
	end = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
	if (end == NULL)
		end = lines->end;
	size = (size_t)(end - lines->at);
	/* A line that is too long, or has a NUL, is cut and thereby wrong. */
	if (size >= LINE_BYTES)
		size = LINE_BYTES - 1;
	memcpy(lines->line, lines->at, size);
	lines->line[size] = '\0';
	lines->at = end + 1;
	lines->number++;
	return true;
}

static void wrong_line(struct reader *reader, struct tree_value value, const struct lines *lines, const char *allowed)
{
	char found[64];

	quote_text(found, sizeof(found), lines->line, strlen(lines->line));
	reader_wrong(reader, value, "line %" PRIu32 " of that file: found %s; allowed is %s", lines->number, found, allowed);
}

/* ---- Tables --------------------------------------------------------------------------------------------------------- */

/* "12.5ms" or "12.5ms,3" */
static bool read_weighted(struct lines *lines, uint64_t *value_ns, uint64_t *weight)
{
	char *comma = strchr(lines->line, ',');
	int64_t time = 0;

	*weight = 1;
	if (comma != NULL && (!unit_whole(comma + 1, strlen(comma + 1), weight) || *weight < 1 || *weight > 1000000000))
		return false;
	if (comma != NULL)
		*comma = '\0';
	if (unit_read(UNIT_TIME, lines->line, false, &time) != UNIT_OK || time > LATENCY_MAX_NS) {
		if (comma != NULL)
			*comma = ',';
		return false;
	}
	*value_ns = (uint64_t)time;
	return true;
}

void link_free_table(struct scenario_table *table)
{
	if (table == NULL)
		return;
	memory_free(table->values_ns);
	memory_free(table->sums);
	memory_free(table);
}

struct scenario_table *link_read_table(struct reader *reader, struct tree_value value)
{
	struct lines lines;
	struct scenario_table *table = NULL;
	uint64_t weight = 0, sum = 0, value_ns = 0;
	char *text = read_beside(reader, value, &lines);
	bool is_right = true;

	if (text == NULL)
		return NULL;
	table = memory_claim(sizeof(*table));
	while (is_right && next_line(&lines)) {
		is_right = table->count < TABLE_MAX && read_weighted(&lines, &value_ns, &weight);
		if (!is_right)
			break;
		table->values_ns = memory_grow(table->values_ns, table->count, sizeof(uint64_t));
		table->sums = memory_grow(table->sums, table->count, sizeof(uint64_t));
		sum += weight;
		table->values_ns[table->count] = value_ns;
		table->sums[table->count++] = sum;
	}
	if (!is_right)
		wrong_line(reader, value, &lines,
		           table->count < TABLE_MAX
		                   ? "a time up to 1h such as 12.5ms, or one and how much it weighs, 1 to 1000000000: 12.5ms,3"
		                   : "no more than 65536 lines");
	else if (table->count == 0)
		reader_wrong(reader, value, "that file is empty; it needs a time in each line, such as 12.5ms");
	free(text);
	if (is_right && table->count > 0)
		return table;
	link_free_table(table);
	return NULL;
}

/* ---- Capacities ----------------------------------------------------------------------------------------------------- */

void link_free_capacity(struct scenario_capacity *capacity)
{
	if (capacity == NULL)
		return;
	memory_free(capacity->at_ns);
	memory_free(capacity);
}

struct scenario_capacity *link_read_capacity(struct reader *reader, struct tree_value value)
{
	struct lines lines;
	struct scenario_capacity *capacity = NULL;
	uint64_t at_ms = 0, last_ms = 0;
	char *text = read_beside(reader, value, &lines);
	bool is_right = true;

	if (text == NULL)
		return NULL;
	capacity = memory_claim(sizeof(*capacity));
	while (next_line(&lines)) {
		is_right = capacity->count < CAPACITY_MAX && unit_whole(lines.line, strlen(lines.line), &at_ms) &&
		           at_ms >= last_ms && at_ms <= PERIOD_MAX_MS;
		if (!is_right)
			break;
		capacity->at_ns = memory_grow(capacity->at_ns, capacity->count, sizeof(uint64_t));
		capacity->at_ns[capacity->count++] = at_ms * OCTO_MILLISECOND;
		last_ms = at_ms;
	}
	if (!is_right)
		wrong_line(reader, value, &lines,
		           capacity->count < CAPACITY_MAX
		                   ? "a whole number of milliseconds, not less than in the line before, up to a day"
		                   : "no more than 500000 lines");
	else if (last_ms == 0)
		reader_wrong(reader, value,
		             "that file ends at 0 ms, but its last line is the time after which it begins again");
	is_right = is_right && last_ms > 0;
	free(text);
	if (is_right)
		return capacity;
	link_free_capacity(capacity);
	return NULL;
}
