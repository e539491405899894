/* report.h: one finished run, for people and for programs. */
#ifndef OCTOSIM_CLI_REPORT_H
#define OCTOSIM_CLI_REPORT_H

#include "sim/sim.h"

struct report {
	const struct scenario *scenario;
	uint64_t seed;
	uint64_t real_ns, cpu_ns;        /* how long the run took here, and of the processor */
	const struct sim_result *result; /* NULL when it could not be run at all */
	const char *error;               /* why it could not; "" otherwise */
	bool has_color;
	bool is_verbose;                 /* nothing is left out for brevity */
	const struct trace *trace;       /* of a run that failed, run again: for what led to it; NULL: not at hand */
};

typedef uint64_t report_cells[OCTO_STEP_COUNT][OCTO_STATE_COUNT];

/* The table: sessions, packets and their fates, expectations, invariants, figures, the hash. The verdict
 * comes apart, because it is printed last, behind what there is to say about a failure. */
void report_table(const struct report *report, FILE *out);
/* Parts of it: what couriers did and what came of it. Each is empty where there is nothing. */
void report_couriers(const struct report *report, FILE *out);
void report_blobs(const struct report *report, FILE *out);
void report_standings(const struct report *report, FILE *out);
/* The verdict, or behind a name of the run why it could not be had. */
void report_verdict_line(const struct report *report, FILE *out);
/* What failed, a line each: expectations with what was found, invariants, or why the run could not be had. Empty when it
 * passed. */
void report_problems(const struct report *report, FILE *out);
/* One JSON object on one line. Says nothing of real time, so that two equal runs print equal bytes. */
void report_json(const struct report *report, FILE *out);
/* The transition table and how often each cell ran. Returns how many possible cells never did. */
uint32_t report_print_cells(report_cells cells, bool has_color, FILE *out);
/* "pass", "fail" or "error". */
const char *report_verdict(const struct report *report);

/* Runs the scenario again with a trace and prints the last lines of its ladder up to the first failure.
 * Not for runs of millions of events: says so instead. */
void report_tail(const struct scenario *scenario, uint64_t seed, uint64_t events, bool has_color, FILE *out);
/* Runs it again and reads the trace, which the caller closes. NULL for a run of millions of events, or when that could not
 * be. */
struct trace *report_again(const struct scenario *scenario, uint64_t seed, uint64_t events);
/* Runs it again into a trace file. False when that could not be. */
bool report_trace(const struct scenario *scenario, uint64_t seed, const char *path);
/* The last lines of the ladder up to the first failure, or of the whole run, of the nodes that the failure names. */
void report_ladder(const struct trace *trace, uint32_t last, bool is_whole, bool has_color, FILE *out);

#endif
