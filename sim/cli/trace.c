/* trace.c: `octosim trace FILE`: looks into a trace file: a summary, the sequence ladder, or JSON lines. */
#include "sim/cli/cli.h"

#include "sim/trace/jsonl.h"
#include "sim/trace/ladder.h"

#include <inttypes.h>
#include <string.h>

enum { NODES_SHOWN = 8, FAILURES_SHOWN = 5 };

static struct {
	bool is_sequence, is_jsonl, is_ascii;
	const char *nodes;
	struct cli_number last, width;
	enum cli_color color;
} asked;

static const struct cli_option options[] = {
	{ "--sequence", NULL, CLI_FLAG, &asked.is_sequence,
	  "lanes and arrows: who sent what to whom, and what became of it" },
	{ "--nodes", "A,B", CLI_TEXT, &asked.nodes,
	  "with --sequence: these nodes as lanes, from left to right, up to 8" },
	{ "--last", "N", CLI_COUNT, &asked.last, "with --sequence or --jsonl: only the last N lines" },
	{ "--jsonl", NULL, CLI_FLAG, &asked.is_jsonl,
	  "JSON lines: one object about the run, then one for each record" },
	{ "--width", "N", CLI_COUNT, &asked.width, "with --sequence: columns to fit in (110)" },
	{ "--ascii", NULL, CLI_FLAG, &asked.is_ascii, "with --sequence: no signs beyond ASCII" },
	{ "--color", "WHEN", CLI_COLOR, &asked.color, "auto (on a terminal), always or never" },
};

static const struct cli_command command = {
	.name = "trace",
	.operands = "FILE",
	.summary = "Looks into a trace that \"octosim run --trace FILE\" wrote; says what is in it.\n",
	.examples = "  octosim run scenarios/duel/simultaneous-open.json --trace run.trace\n"
		    "  octosim trace run.trace\n"
		    "  octosim trace run.trace --sequence --nodes robot,pilot\n"
		    "  octosim trace run.trace --jsonl | jq 'select(.kind == \"duel\")'\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

/* "a,b,c" to node numbers. */
static int parse_nodes(const struct trace *trace, uint32_t *nodes, uint32_t *count)
{
	const char *at = asked.nodes;

	for (*count = 0; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
		size_t size = strcspn(at, ",");
		uint32_t node = 0;

		while (node < trace_header(trace)->node_count &&
		       (strlen(trace_node(trace, node)->name) != size ||
		        memcmp(trace_node(trace, node)->name, at, size) != 0))
			node++;
		if (node == trace_header(trace)->node_count)
			return cli_misuse(
				&command,
				"there is no node \"%.*s\" in this trace; without --sequence it lists them",
				(int)size, at);
		for (uint32_t i = 0; i < *count; i++)
			if (nodes[i] == node)
				return cli_misuse(&command, "--nodes names \"%.*s\" twice", (int)size, at);
		if (*count == LADDER_LANES_MAX)
			return cli_misuse(&command, "--nodes takes up to %d nodes", LADDER_LANES_MAX);
		nodes[(*count)++] = node;
	}
	return CLI_GO_ON;
}

static int print_sequence(const struct trace *trace)
{
	const struct ladder_source source = ladder_source_of_trace(trace);
	uint32_t nodes[LADDER_LANES_MAX];
	struct ladder_options ladder = { .nodes = nodes,
		                         .last = (uint32_t)asked.last.value,
		                         .columns = (uint32_t)asked.width.value,
		                         .is_ascii = asked.is_ascii,
		                         .has_color = cli_has_color(asked.color, stdout),
		                         .has_legend = true };
	int status = parse_nodes(trace, nodes, &ladder.node_count);

	if (status != CLI_GO_ON)
		return status;
	if (!ladder_print(&source, &ladder, stdout)) {
		fputs("octosim trace: out of memory\n", stderr);
		return CLI_FAULT;
	}
	return CLI_HELD;
}

static void print_nodes(const struct trace *trace)
{
	uint32_t count = trace_header(trace)->node_count;

	for (uint32_t i = 0; i < count && i < NODES_SHOWN; i++) {
		const struct trace_node *node = trace_node(trace, i);
		char id[OCTO_ID_TEXT_BYTES];

		octo_id_to_text(node->id, id);
		printf("  %-9s ", i ? "" : "nodes");
		cli_print_clean(node->name, stdout);
		printf(", ");
		cli_print_clean(node->kind, stdout);
		printf(", %.16s…\n", id);
	}
	if (count > NODES_SHOWN)
		printf("            and %s more\n", cli_count(count - NODES_SHOWN));
}

static void print_kinds(const struct trace *trace)
{
	uint64_t kinds[TRACE_KIND_COUNT] = { 0 }, drops[TRACE_DROP_COUNT] = { 0 }, rejected = 0;
	bool is_first = true;

	for (uint32_t i = 0; i < trace_count(trace); i++) {
		const struct trace_record *r = trace_get(trace, i);

		kinds[r->kind]++;
		if (r->kind == TRACE_DROPPED)
			drops[r->a]++;
		if (r->kind == TRACE_RECEIVED && r->a != OCTO_REASON_ACCEPTED)
			rejected++;
	}
	puts("");
	for (int kind = 0; kind < TRACE_KIND_COUNT; kind++) {
		if (!kinds[kind])
			continue;
		printf("  %-14s %9s", trace_kind_name((enum trace_kind)kind), cli_count(kinds[kind]));
		for (int drop = 0; kind == TRACE_DROPPED && drop < TRACE_DROP_COUNT; drop++) {
			if (drops[drop])
				printf("%s%s %s", is_first ? "   " : ", ", cli_count(drops[drop]),
				       trace_drop_text((enum trace_drop)drop));
			is_first = is_first && !drops[drop];
		}
		if (kind == TRACE_RECEIVED && rejected)
			printf("   %s rejected", cli_count(rejected));
		puts("");
	}
}

static void print_failures(const struct trace *trace)
{
	uint32_t shown = 0;

	for (uint32_t i = 0; i < trace_count(trace); i++) {
		const struct trace_record *r = trace_get(trace, i);
		char text[512];

		if (r->kind != TRACE_FAILED || shown++ >= FAILURES_SHOWN)
			continue;
		snprintf(text, sizeof(text), "%.*s", (int)r->extra_size,
		         r->extra_size ? (const char *)trace_extra(trace, i) : "");
		printf("%s  failed at %s: ", shown == 1 ? "\n" : "", cli_seconds(r->time_ns));
		cli_print_clean(text, stdout);
		puts("");
	}
	if (shown > FAILURES_SHOWN)
		printf("  and %s more failures\n", cli_count(shown - FAILURES_SHOWN));
}

static int print_summary(const struct trace *trace, const char *path)
{
	const struct trace_header *header = trace_header(trace);
	uint32_t count = trace_count(trace);

	cli_print_clean(header->title[0] ? header->title : "a run without a title", stdout);
	printf("\n\n  scenario  ");
	cli_print_clean(header->scenario, stdout);
	printf("\n  seed      %" PRIu64 "\n  crypto    ", header->seed);
	cli_print_clean(header->crypto, stdout);
	printf("\n  lasts     %s, the last record is at %s\n", cli_seconds(header->duration_ns),
	       cli_seconds(count ? trace_get(trace, count - 1)->time_ns : 0));
	printf("  records   %s%s\n", cli_count(count),
	       trace_is_truncated(trace) ? ", and the end is missing" : "");
	print_nodes(trace);
	print_kinds(trace);
	print_failures(trace);
	printf("\nSee it: %s trace %s --sequence\n", cli_program(), cli_shell_word(path));
	return CLI_HELD;
}

static void print_jsonl(const struct trace *trace)
{
	uint32_t count = trace_count(trace);

	if (!asked.last.is_given)
		jsonl_print_header(trace, stdout);
	jsonl_print_records(
		trace,
		asked.last.is_given && asked.last.value < count ? count - (uint32_t)asked.last.value : 0,
		stdout);
}

int command_trace(int argc, char **argv)
{
	char error[512];
	struct trace *trace;
	int operands, status = cli_parse(&command, argc, argv, &operands);

	if (status != CLI_GO_ON)
		return status;
	if (operands != 1)
		return cli_misuse(&command, operands ? "one trace at a time" : "which trace?");
	if (asked.is_sequence && asked.is_jsonl)
		return cli_misuse(&command, "--sequence or --jsonl, not both");
	if (asked.last.is_given && !asked.is_sequence && !asked.is_jsonl)
		return cli_misuse(&command, "--last goes with --sequence or --jsonl");
	if ((asked.nodes || asked.width.is_given || asked.is_ascii) && !asked.is_sequence)
		return cli_misuse(&command, "--nodes, --width and --ascii go with --sequence");
	trace = trace_open(argv[0], error, sizeof(error));
	if (!trace) {
		fprintf(stderr, "octosim trace: %s\n", error);
		return CLI_BAD_INPUT;
	}
	if (trace_is_truncated(trace))
		fprintf(stderr,
		        "octosim trace: %s is truncated: the run or its writing broke off; this is what "
		        "there is\n",
		        argv[0]);
	if (asked.is_sequence)
		status = print_sequence(trace);
	else if (asked.is_jsonl)
		print_jsonl(trace), status = CLI_HELD;
	else
		status = print_summary(trace, argv[0]);
	trace_close(trace);
	return status;
}
