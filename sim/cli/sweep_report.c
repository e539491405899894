/* sweep_report.c: see sweep_report.h. Medians of an even number of runs are the lower of the two in the middle: a value
 * that was measured. */
#include "sim/cli/sweep_report.h"

#include "sim/trace/json_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[SWEEP_METRICS] = {
#define X(name, text, unit) text,
	SWEEP_METRIC_NAMES(X)
#undef X
};
static const char *const units[SWEEP_METRICS] = {
#define X(name, text, unit) unit,
	SWEEP_METRIC_NAMES(X)
#undef X
};

struct summary {
	uint32_t count;               /* of runs that have the value */
	uint64_t median, least, most;
};

bool sweep_choose(const char *list, bool shown[SWEEP_METRICS], char *unknown, size_t size)
{
	bool is_all = list && strcmp(list, "all") == 0;

	for (int metric = 0; metric < SWEEP_METRICS; metric++)
		shown[metric] = is_all || (!list && (metric == SWEEP_ESTABLISHED || metric == SWEEP_SENT ||
		                                     metric == SWEEP_LOST || metric == SWEEP_MESSAGES));
	for (const char *at = is_all ? NULL : list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
		int length = (int)strcspn(at, ","), metric = 0;

		while (metric < SWEEP_METRICS && ((int)strlen(names[metric]) != length || strncmp(names[metric], at, (size_t)length) != 0))
			metric++;
		if (metric == SWEEP_METRICS) {
			snprintf(unknown, size, "%.*s", length, at);
			return false;
		}
		shown[metric] = true;
	}
	return true;
}

void sweep_measure(const struct scenario *scenario, const struct sim_result *result, struct sweep_sample *sample)
{
	uint64_t first_ns = OCTO_NEVER;

	*sample = (struct sweep_sample){ .values = { 0 } };
	for (int metric = 0; metric < SWEEP_METRICS; metric++)
		sample->has[metric] = true;
	for (uint32_t i = 0; i < scenario->action_count && first_ns == OCTO_NEVER; i++)
		if (scenario->actions[i].verb == SCENARIO_CONNECT)
			first_ns = scenario->actions[i].at_ns;
	sample->has[SWEEP_ESTABLISHED] = result->pairs_met && first_ns <= result->last_met_ns;
	if (sample->has[SWEEP_ESTABLISHED])
		sample->values[SWEEP_ESTABLISHED] = result->last_met_ns - first_ns;
	sample->values[SWEEP_SESSIONS] = result->sessions_established;
	for (int kind = 0; kind < SIM_PACKET_KINDS; kind++) {
		const struct sim_packet_fates *p = &result->packets[kind];

		sample->values[SWEEP_SENT] += p->sent;
		sample->values[SWEEP_DELIVERED] += p->delivered;
		sample->values[SWEEP_REJECTED] += p->rejected;
		for (int drop = 0; drop < TRACE_DROP_COUNT; drop++)
			sample->values[SWEEP_LOST] += p->dropped[drop];
	}
	sample->values[SWEEP_MESSAGES] = result->messages;
	sample->values[SWEEP_DUELS] = result->duels;
	sample->values[SWEEP_WARNINGS] = result->warnings;
	sample->values[SWEEP_EVENTS] = result->events;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static struct summary sum_up(const struct sweep_table *table, uint32_t cell, int metric)
{
	uint32_t seeds = table->cells->seed_count;
	uint64_t *values = cli_claim(NULL, seeds * sizeof(*values));
	struct summary summary = { .count = 0 };

	for (uint32_t i = cell * seeds; i < (cell + 1) * seeds; i++)
		if (table->statuses[i] != CLI_FAULT && table->samples[i].has[metric])
			values[summary.count++] = table->samples[i].values[metric];
	if (summary.count) {
		qsort(values, summary.count, sizeof(*values), by_size);
		summary.least = values[0];
		summary.most = values[summary.count - 1];
		summary.median = values[(summary.count - 1) / 2];
	}
	free(values);
	return summary;
}

static uint32_t passed(const struct sweep_table *table, uint32_t cell)
{
	uint32_t count = 0;

	for (uint32_t i = cell * table->cells->seed_count; i < (cell + 1) * table->cells->seed_count; i++)
		count += table->statuses[i] == CLI_HELD;
	return count;
}

/* ---- The table ------------------------------------------------------------------------------------------------------ */

enum { FIELD_BYTES = 80, COLUMNS_MAX = CELLS_AXES_MAX + 1 + SWEEP_METRICS };

/* Behind "path=", as the table shows it. */
static const char *value_in(const char *setting)
{
	return strchr(setting, '=') + 1;
}

/* A time in ms with one digit behind the point; anything else as it is. */
static void print_value(int metric, uint64_t value, char *out, size_t size)
{
	if (metric == SWEEP_ESTABLISHED)
		snprintf(out, size, "%" PRIu64 ".%u", value / 1000000, (unsigned)(value % 1000000 / 100000));
	else
		snprintf(out, size, "%s", cli_count(value));
}

static void fill_row(const struct sweep_table *table, uint32_t cell_index, char row[COLUMNS_MAX][FIELD_BYTES])
{
	struct cell cell;
	uint32_t column = 0;

	cells_get(table->cells, cell_index, &cell);
	for (uint32_t i = 0; i < cell.count; i++)
		snprintf(row[column++], FIELD_BYTES, "%.40s", value_in(cell.settings[i]));
	cells_free(&cell);
	snprintf(row[column++], FIELD_BYTES, "%" PRIu32 "/%" PRIu32, passed(table, cell_index), table->cells->seed_count);
	for (int metric = 0; metric < SWEEP_METRICS; metric++) {
		struct summary s = sum_up(table, cell_index, metric);
		char median[24], least[24], most[24];

		if (!table->shown[metric])
			continue;
		print_value(metric, s.median, median, sizeof(median));
		print_value(metric, s.least, least, sizeof(least));
		print_value(metric, s.most, most, sizeof(most));
		if (s.count == 0)
			snprintf(row[column++], FIELD_BYTES, "-");
		else if (s.least == s.most)
			snprintf(row[column++], FIELD_BYTES, "%s", median);
		else
			snprintf(row[column++], FIELD_BYTES, "%s (%s..%s)", median, least, most);
	}
}

static uint32_t fill_head(const struct sweep_table *table, char row[COLUMNS_MAX][FIELD_BYTES])
{
	const struct scenario *scenario = table->cells->scenario;
	uint32_t column = 0;

	for (uint32_t i = 0; i < scenario->axis_count; i++)
		if (cells_is_shown(table->cells, i))
			snprintf(row[column++], FIELD_BYTES, "%.60s", scenario->axes[i].path);
	snprintf(row[column++], FIELD_BYTES, "held");
	for (int metric = 0; metric < SWEEP_METRICS; metric++)
		if (table->shown[metric])
			snprintf(row[column++], FIELD_BYTES, "%s%s%s", names[metric], units[metric][0] ? ", " : "", units[metric]);
	return column;
}

void sweep_print_table(const struct sweep_table *table, FILE *out)
{
	static char row[COLUMNS_MAX][FIELD_BYTES];
	uint32_t columns = fill_head(table, row);
	size_t widths[COLUMNS_MAX];

	fputs(cli_on(table->has_color, CLI_BOLD), out);
	cli_print_clean(table->cells->scenario->title, out);
	fprintf(out, "%s\n", cli_off(table->has_color));
	cli_print_clean(table->path, out);
	fprintf(out, ", %s cell%s, %s seed%s each; median (least..most)\n\n", cli_count(table->cells->count),
	        table->cells->count == 1 ? "" : "s", cli_count(table->cells->seed_count),
	        table->cells->seed_count == 1 ? "" : "s");
	for (uint32_t k = 0; k < columns; k++)
		widths[k] = strlen(row[k]);
	for (uint32_t cell = 0; cell < table->cells->count; cell++) {
		fill_row(table, cell, row);
		for (uint32_t k = 0; k < columns; k++)
			widths[k] = strlen(row[k]) > widths[k] ? strlen(row[k]) : widths[k];
	}
	fill_head(table, row);
	fputs(cli_on(table->has_color, CLI_DIM), out);
	for (uint32_t k = 0; k < columns; k++)
		fprintf(out, "  %*s", (int)widths[k], row[k]);
	fprintf(out, "%s\n", cli_off(table->has_color));
	for (uint32_t cell = 0; cell < table->cells->count; cell++) {
		bool is_good = passed(table, cell) == table->cells->seed_count;

		fill_row(table, cell, row);
		fputs(is_good ? "" : cli_on(table->has_color, CLI_BAD), out);
		for (uint32_t k = 0; k < columns; k++) {
			fputs("  ", out);
			for (size_t pad = strlen(row[k]); pad < widths[k]; pad++)
				putc(' ', out);
			cli_print_clean(row[k], out);
		}
		fprintf(out, "%s\n", is_good ? "" : cli_off(table->has_color));
	}
}

void sweep_print_verdict(const struct sweep_table *table, FILE *out)
{
	uint32_t held = 0, runs = table->cells->count * table->cells->seed_count;

	for (uint32_t cell = 0; cell < table->cells->count; cell++)
		held += passed(table, cell);
	fprintf(out, "\n%s%s%s  %s of %s runs held\n", cli_on(table->has_color, held == runs ? CLI_GOOD : CLI_BAD),
	        held == runs ? "PASS" : "FAIL", cli_off(table->has_color), cli_count(held), cli_count(runs));
}

/* ---- CSV and JSON ----------------------------------------------------------------------------------------------------- */

static void print_field(const char *text, FILE *out)
{
	putc('"', out);
	for (; *text; text++)
		fprintf(out, *text == '"' ? "\"\"" : "%c", *text);
	putc('"', out);
}

/* Times in ns here: exact. */
static const char *unit_of_file(int metric)
{
	return metric == SWEEP_ESTABLISHED ? "_ns" : "";
}

void sweep_print_csv(const struct sweep_table *table, FILE *out)
{
	const struct scenario *scenario = table->cells->scenario;
	struct cell cell;

	for (uint32_t i = 0; i < scenario->axis_count; i++) {
		if (!cells_is_shown(table->cells, i))
			continue;
		print_field(scenario->axes[i].path, out);
		putc(',', out);
	}
	fputs("runs,held", out);
	for (int metric = 0; metric < SWEEP_METRICS; metric++)
		for (int part = 0; part < 3; part++)
			fprintf(out, ",%s%s_%s", names[metric], unit_of_file(metric),
			        part == 0 ? "median" : part == 1 ? "least" : "most");
	putc('\n', out);
	for (uint32_t i = 0; i < table->cells->count; i++) {
		cells_get(table->cells, i, &cell);
		for (uint32_t k = 0; k < cell.count; k++) {
			print_field(value_in(cell.settings[k]), out);
			putc(',', out);
		}
		cells_free(&cell);
		fprintf(out, "%" PRIu32 ",%" PRIu32, table->cells->seed_count, passed(table, i));
		for (int metric = 0; metric < SWEEP_METRICS; metric++) {
			struct summary s = sum_up(table, i, metric);

			if (s.count)
				fprintf(out, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64, s.median, s.least, s.most);
			else
				fputs(",,,", out);
		}
		putc('\n', out);
	}
}

static void print_json_cell(const struct sweep_table *table, uint32_t index, FILE *out)
{
	uint32_t seeds = table->cells->seed_count;
	struct cell cell;
	bool is_first = true;

	fputs("{\"scenario\": ", out);
	json_text(table->path, strlen(table->path), out);
	fputs(", \"cell\": {", out);
	cells_get(table->cells, index, &cell);
	for (uint32_t k = 0; k < cell.count; k++) {
		size_t size = (size_t)(value_in(cell.settings[k]) - cell.settings[k]) - 1;

		fputs(k ? ", " : "", out);
		json_text(cell.settings[k], size, out);
		fputs(": ", out);
		json_text(value_in(cell.settings[k]), strlen(value_in(cell.settings[k])), out);
	}
	cells_free(&cell);
	fprintf(out, "}, \"runs\": %" PRIu32 ", \"held\": %" PRIu32 ", \"failed_seeds\": [", seeds, passed(table, index));
	for (uint32_t i = 0; i < seeds; i++) {
		if (table->statuses[index * seeds + i] == CLI_HELD)
			continue;
		fprintf(out, "%s%" PRIu64, is_first ? "" : ", ", cells_seed(table->cells, i));
		is_first = false;
	}
	fputs("], \"metrics\": {", out);
	for (int metric = 0; metric < SWEEP_METRICS; metric++) {
		struct summary s = sum_up(table, index, metric);

		fprintf(out, "%s\"%s%s\": {\"runs\": %" PRIu32, metric ? ", " : "", names[metric], unit_of_file(metric), s.count);
		if (s.count)
			fprintf(out, ", \"median\": %" PRIu64 ", \"least\": %" PRIu64 ", \"most\": %" PRIu64, s.median, s.least, s.most);
		putc('}', out);
	}
	fputs("}}\n", out);
}

void sweep_print_json(const struct sweep_table *table, FILE *out)
{
	for (uint32_t i = 0; i < table->cells->count; i++)
		print_json_cell(table, i, out);
}
