/* sweep_report.h: what a sweep measures, and its results as a table, as CSV and as JSON. */
#ifndef OCTOSIM_CLI_SWEEP_REPORT_H
#define OCTOSIM_CLI_SWEEP_REPORT_H

#include "sim/cli/cells.h"
#include "sim/sim.h"

/* Name, unit of the table's column. */
#define SWEEP_METRIC_NAMES(X)                                                                                     \
	X(ESTABLISHED, "established", "ms")                                                                       \
	X(SESSIONS, "sessions", "")                                                                               \
	X(SENT, "sent", "")                                                                                       \
	X(DELIVERED, "delivered", "")                                                                             \
	X(LOST, "lost", "")                                                                                       \
	X(REJECTED, "rejected", "")                                                                               \
	X(MESSAGES, "messages", "")                                                                               \
	X(DUELS, "duels", "")                                                                                     \
	X(WARNINGS, "warnings", "")                                                                               \
	X(EVENTS, "events", "")
#define SWEEP_METRIC_LIST "established, sessions, sent, delivered, lost, rejected, messages, duels, warnings, events"

enum sweep_metric {
#define X(name, text, unit) SWEEP_##name,
	SWEEP_METRIC_NAMES(X)
#undef X
	SWEEP_METRICS
};

struct sweep_sample {
	uint64_t values[SWEEP_METRICS];
	bool has[SWEEP_METRICS];      /* false: the run had no such thing, as a time of what never happened */
};

struct sweep_table {
	const char *path;
	const struct cells *cells;
	const struct sweep_sample *samples;
	const int32_t *statuses;      /* enum cli_status of each run */
	const bool *shown;            /* metrics in the table */
	bool has_color;
};

/* "sent,lost", "all" or NULL for the usual ones. False with the name that is none. */
bool sweep_choose(const char *list, bool shown[SWEEP_METRICS], char *unknown, size_t size);
void sweep_measure(const struct scenario *scenario, const struct sim_result *result, struct sweep_sample *sample);
void sweep_print_table(const struct sweep_table *table, FILE *out);
void sweep_print_verdict(const struct sweep_table *table, FILE *out);
/* A line or object for each cell, with all metrics. */
void sweep_print_csv(const struct sweep_table *table, FILE *out);
void sweep_print_json(const struct sweep_table *table, FILE *out);

#endif
