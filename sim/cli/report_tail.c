/* report_tail.c: what happened just before a run failed. The run is repeated with a trace, which costs a
 * failing run twice and a good one nothing; being deterministic, it fails again in the same place. */
#include "sim/cli/report.h"

#include "sim/cli/chain.h"
#include "sim/cli/cli.h"
#include "sim/trace/ladder.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINES = 20, PATH_BYTES = 512, EVENTS_MAX = 2000000 };

bool report_trace(const struct scenario *scenario, uint64_t seed, const char *path)
{
	struct sim_options options = { .seed = seed, .trace_path = path };
	char error[512];
	struct sim *sim = sim_open(scenario, &options, error, sizeof(error));

	if (!sim)
		return false;
	sim_run(sim, scenario->duration_ns);
	sim_result(sim);
	return sim_close(sim, error, sizeof(error));
}

static bool is_word_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Where a name stands in the text as a word of its own, NULL when it does not. */
static const char *find_name(const char *text, const char *name)
{
	size_t size = strlen(name);

	for (const char *at = text; size && (at = strstr(at, name)); at++)
		if ((at == text || !is_word_byte(at[-1])) && !is_word_byte(at[size]))
			return at;
	return NULL;
}

/* The first two nodes that the failure names, in the order of the scenario: with many nodes, theirs is the
 * story. */
static uint32_t named_nodes(const struct trace *trace, const char *text, uint32_t nodes[2])
{
	const char *first = NULL, *second = NULL;

	for (uint32_t i = 0; i < trace_header(trace)->node_count; i++) {
		const char *at = find_name(text, trace_node(trace, i)->name);

		if (at && (!first || at < first)) {
			second = first;
			nodes[1] = nodes[0];
			first = at;
			nodes[0] = i;
		} else if (at && (!second || at < second)) {
			second = at;
			nodes[1] = i;
		}
	}
	if (second && nodes[1] < nodes[0]) {
		uint32_t later = nodes[0];

		nodes[0] = nodes[1];
		nodes[1] = later;
	}
	return second ? 2 : 0;
}

void report_ladder(const struct trace *trace, uint32_t last, bool is_whole, bool has_color, FILE *out)
{
	const struct ladder_source source = ladder_source_of_trace(trace);
	struct ladder_options options = { .last = last, .has_color = has_color, .has_legend = is_whole };
	uint32_t nodes[2] = { 0, 0 };
	uint32_t at = 0;

	while (at < trace_count(trace) && trace_get(trace, at)->kind != TRACE_FAILED)
		at++;
	if (at < trace_count(trace)) {
		char text[1024];

		snprintf(text, sizeof(text), "%.*s", (int)trace_get(trace, at)->extra_size,
		         trace_get(trace, at)->extra_size ? (const char *)trace_extra(trace, at) : "");
		options.nodes = nodes;
		if (trace_header(trace)->node_count > LADDER_LANES_DEFAULT)
			options.node_count = named_nodes(trace, text, nodes);
		options.until = is_whole ? 0 : at + 1;
	}
	if (!ladder_print(&source, &options, out))
		fputs("(out of memory)\n", out);
}

struct trace *report_again(const struct scenario *scenario, uint64_t seed, uint64_t events)
{
	const char *folder = getenv("TMPDIR");
	char path[PATH_BYTES], error[512];
	struct trace *trace;
	int file;

	if (events > EVENTS_MAX)
		return NULL;
	snprintf(path, sizeof(path), "%.400s/octosim-XXXXXX", folder && folder[0] ? folder : "/tmp");
	file = mkstemp(path);
	if (file < 0)
		return NULL;
	close(file);
	trace = report_trace(scenario, seed, path) ? trace_open(path, error, sizeof(error)) : NULL;
	unlink(path);
	return trace;
}

void report_tail(const struct scenario *scenario, uint64_t seed, uint64_t events, bool has_color, FILE *out)
{
	struct trace *trace = report_again(scenario, seed, events);
	uint32_t at = 0;

	if (events > EVENTS_MAX)
		fprintf(out, "\n(%s events: too many to draw here; --trace FILE keeps them)\n", cli_count(events));
	if (!trace)
		return;
	for (; at < trace_count(trace) && (trace_get(trace, at)->kind != TRACE_FAILED || !trace_get(trace, at)->cause); at++)
		;
	if (at < trace_count(trace)) {
		fputs("\nWhat led to it:\n\n", out);
		chain_print(trace, out);
	}
	fputs("\nThe last lines before it failed:\n\n", out);
	report_ladder(trace, LINES, false, has_color, out);
	trace_close(trace);
}
