/* diff.c: `octosim diff A B`: the first event in which two traces differ, what led to it on both sides, and what came before.
 * Up to there the runs are one, so record numbers and causes mean the same in both. */
#include "sim/cli/cli.h"

#include "sim/trace.h"

#include <inttypes.h>
#include <string.h>

enum { CONTEXT = 5, CONTEXT_MAX = 1000, CAUSES_MAX = 12 };

static struct {
	struct cli_number context;
	enum cli_color color;
} asked;

static const struct cli_option options[] = {
	{ "--context", "N", CLI_COUNT, &asked.context, "so many events before and after (5)" },
	{ "--color", "WHEN", CLI_COLOR, &asked.color, "auto (on a terminal), always or never" },
};

static const struct cli_command command = {
	.name = "diff",
	.operands = "A B",
	.summary = "Compares two traces and shows the first event in which they differ, with its causes in both.\n"
	           "Exit status: 0 they are the same, 1 they differ.\n",
	.examples = "  octosim run scenarios/duel/simultaneous-open-lossy.json --seed 1 --trace a.trace\n"
	            "  octosim run scenarios/duel/simultaneous-open-lossy.json --seed 2 --trace b.trace\n"
	            "  octosim diff a.trace b.trace\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

static bool has_color;

static bool is_same_record(const struct trace *a, const struct trace *b, uint32_t index)
{
	const struct trace_record *x = trace_get(a, index), *y = trace_get(b, index);

	return x->time_ns == y->time_ns && x->kind == y->kind && x->flags == y->flags && x->extra_size == y->extra_size &&
	       x->node == y->node && x->peer == y->peer && x->packet == y->packet && x->copy == y->copy &&
	       x->cause == y->cause && x->a == y->a && x->b == y->b &&
	       (!x->extra_size || memcmp(trace_extra(a, index), trace_extra(b, index), x->extra_size) == 0);
}

/* ---- One event on one line -------------------------------------------------------------------------------------------- */

static void print_name(const struct trace *trace, uint32_t node)
{
	if (node < trace_header(trace)->node_count)
		cli_print_clean(trace_node(trace, node)->name, stdout);
	else
		fputs("nobody", stdout);
}

/* What the record's numbers mean, where a word says it. */
static void print_detail(const struct trace *trace, uint32_t index)
{
	const struct trace_record *r = trace_get(trace, index);
	char nat[256], address[TRACE_ADDRESS_TEXT];

	switch ((enum trace_kind)r->kind) {
	case TRACE_SENT:
	case TRACE_DELIVERED:
		printf(", %s", octo_packet_type_name((enum octo_packet_type)r->a));
		break;
	case TRACE_FLYING:
		printf(", arrives at %" PRIu64 " ns", r->a);
		break;
	case TRACE_DROPPED:
		printf(", %s", trace_drop_text((enum trace_drop)r->a));
		break;
	case TRACE_RECEIVED:
		printf(", %s: %s", octo_packet_type_name((enum octo_packet_type)r->flags), octo_reason_name((enum octo_reason)r->a));
		break;
	case TRACE_STEP:
		printf(", %s: %s to %s", octo_step_text((enum octo_step)r->a), octo_state_name((enum octo_state)(r->b & 0xff)),
		       octo_state_name((enum octo_state)(r->b >> 8)));
		break;
	case TRACE_DUEL:
		fputs(r->a ? ", won" : ", lost", stdout);
		break;
	case TRACE_SESSION_UP:
	case TRACE_SESSION_SPARE:
	case TRACE_SESSION_DOWN:
		printf(", session %016" PRIx64, r->a);
		break;
	case TRACE_MODE:
		printf(", %s to %s", octo_mode_name((enum octo_mode)(r->b & 0xff)), octo_mode_name((enum octo_mode)r->a));
		break;
	case TRACE_NOTE:
		printf(", %s %" PRIu64 ", %" PRIu64, octo_note_name((enum octo_note)r->flags), r->a >> 16, r->b);
		break;
	case TRACE_ACTIVITY:
		printf(", %s", octo_activity_text((enum octo_activity)r->b));
		break;
	case TRACE_TAMPER:
		printf(", %s", octo_tell_name((enum octo_tell)r->a));
		break;
	case TRACE_PATH_TRIED:
	case TRACE_PATH_MOVED:
	case TRACE_PATH_FAILED:
	case TRACE_MAPPED_ADDRESS:
		trace_address_text(trace_extra(trace, index), address);
		printf(", %s", address);
		break;
	case TRACE_KEYS_TURNED:
		printf(", session %016" PRIx64 ", %s epoch %" PRIu64, r->a, r->b >> 32 ? "sending" : "receiving", r->b & 0xffffffff);
		break;
	case TRACE_WARNING:
		printf(", %s", octo_warning_name((enum octo_warning)r->a));
		break;
	case TRACE_ACTION:
		printf(", %s", trace_action_name((enum trace_action)r->a));
		if (r->a == TRACE_ACTION_LIE)
			printf(": %s", trace_lie_name((enum trace_lie)r->b));
		break;
	case TRACE_NAT:
		trace_nat_text(r, trace_extra(trace, index), nat, sizeof(nat));
		fputs(", ", stdout);
		cli_print_clean(nat, stdout);
		break;
	default:
		break;
	}
	if (r->kind == TRACE_SENT || r->kind == TRACE_DELIVERED || r->kind == TRACE_FAILED) {
		const uint8_t *extra = trace_extra(trace, index);
		char text[160];

		if (r->kind == TRACE_FAILED && r->extra_size) {
			snprintf(text, sizeof(text), "%.*s", (int)r->extra_size, (const char *)extra);
			fputs(", ", stdout);
			cli_print_clean(text, stdout);
		} else if (r->extra_size) {
			printf(", %u bytes", r->extra_size);
		}
	}
}

static void print_record(const struct trace *trace, const char *mark, enum cli_style style, uint32_t index)
{
	const struct trace_record *r = trace_get(trace, index);
	uint64_t us = r->time_ns / 1000;

	printf("%s%s %7" PRIu32 "  %5" PRIu64 ".%03u %03u %03u  %-13s ", cli_on(has_color, style), mark, index,
	       us / 1000000, (unsigned)(us / 1000 % 1000), (unsigned)(us % 1000), (unsigned)(r->time_ns % 1000),
	       trace_kind_name((enum trace_kind)r->kind));
	if (r->node != TRACE_NOBODY)
		print_name(trace, r->node);
	if (r->peer != TRACE_NOBODY) {
		fputs(r->kind <= TRACE_DELIVERED ? " → " : " about ", stdout);
		print_name(trace, r->peer);
	}
	if (r->packet)
		printf(", #%" PRIu32, r->packet);
	if (r->copy)
		printf(" copy %" PRIu32, r->copy);
	print_detail(trace, index);
	printf("%s\n", cli_off(has_color));
}

/* ---- The difference ----------------------------------------------------------------------------------------------------- */

static void print_causes(const struct trace *trace, uint32_t index, const char *mark)
{
	uint32_t cause = index < trace_count(trace) ? trace_get(trace, index)->cause : 0;

	if (cause == 0) {
		printf("%s%s has no cause in the trace%s\n", cli_on(has_color, CLI_DIM), mark, cli_off(has_color));
		return;
	}
	printf("%s%s came from%s\n", cli_on(has_color, CLI_DIM), mark, cli_off(has_color));
	/* A damaged file may hold causes that lie ahead: each step must go back. */
	for (int i = 0; cause > 0 && cause <= index && i < CAUSES_MAX; i++) {
		index = cause - 1;
		print_record(trace, " ", CLI_PLAIN, index);
		cause = trace_get(trace, index)->cause;
	}
}

static void print_one(const char *field, const char *format, uint64_t x, uint64_t y, bool *is_first)
{
	if (x == y)
		return;
	printf("%s%s ", *is_first ? "They differ in: " : "; ", field);
	printf(format, x, y);
	*is_first = false;
}

static void print_fields(const struct trace *a, const struct trace *b, uint32_t index)
{
	const struct trace_record *x = trace_get(a, index), *y = trace_get(b, index);
	bool is_first = true;
	uint32_t at = 0;

	print_one("time", "%" PRIu64 " and %" PRIu64 " ns", x->time_ns, y->time_ns, &is_first);
	if (x->kind != y->kind)
		print_one("kind", "", 1, 2, &is_first);
	print_one("node", "%" PRIu64 " and %" PRIu64, x->node, y->node, &is_first);
	print_one("peer", "%" PRIu64 " and %" PRIu64, x->peer, y->peer, &is_first);
	print_one("packet", "%" PRIu64 " and %" PRIu64, x->packet, y->packet, &is_first);
	print_one("copy", "%" PRIu64 " and %" PRIu64, x->copy, y->copy, &is_first);
	print_one("cause", "%" PRIu64 " and %" PRIu64, x->cause, y->cause, &is_first);
	print_one("flags", "%" PRIu64 " and %" PRIu64, x->flags, y->flags, &is_first);
	print_one("a", "%" PRIu64 " and %" PRIu64, x->a, y->a, &is_first);
	print_one("b", "%" PRIu64 " and %" PRIu64, x->b, y->b, &is_first);
	print_one("size", "%" PRIu64 " and %" PRIu64, x->extra_size, y->extra_size, &is_first);
	while (x->extra_size == y->extra_size && at < x->extra_size && trace_extra(a, index)[at] == trace_extra(b, index)[at])
		at++;
	if (x->extra_size == y->extra_size && at < x->extra_size)
		printf("%sbyte %" PRIu32 " of %u: %02x and %02x", is_first ? "They differ in: " : "; ", at, x->extra_size,
		       trace_extra(a, index)[at], trace_extra(b, index)[at]);
	puts("");
}

static void print_side(const struct trace *trace, const char *mark, enum cli_style style, uint32_t first, uint32_t context)
{
	uint32_t count = trace_count(trace);

	if (first >= count) {
		printf("%s%s %7" PRIu32 "  the trace ends here%s\n", cli_on(has_color, style), mark, first, cli_off(has_color));
		return;
	}
	for (uint32_t i = first; i < count && i <= first + context; i++)
		print_record(trace, mark, i == first ? style : CLI_PLAIN, i);
}

static void print_difference(const struct trace *a, const struct trace *b, uint32_t index)
{
	uint32_t context = asked.context.is_given ? (uint32_t)asked.context.value : CONTEXT;
	bool has_both = index < trace_count(a) && index < trace_count(b);

	printf("The same up to event %" PRIu32 ", of %" PRIu32 " and %" PRIu32 "\n\n", index, trace_count(a), trace_count(b));
	for (uint32_t i = index > context ? index - context : 0; i < index; i++)
		print_record(a, "  ", CLI_DIM, i);
	print_side(a, "A ", CLI_WARN, index, context);
	puts("");
	print_side(b, "B ", CLI_GOOD, index, context);
	puts("");
	if (has_both)
		print_fields(a, b, index);
	print_causes(a, index, "A");
	print_causes(b, index, "B");
}

static bool compare_headers(const struct trace *a, const struct trace *b)
{
	const struct trace_header *x = trace_header(a), *y = trace_header(b);

	if (x->scenario_hash != y->scenario_hash)
		printf("The scenarios differ: %.128s and %.128s\n", x->scenario, y->scenario);
	if (x->seed != y->seed)
		printf("The seeds differ: %" PRIu64 " and %" PRIu64 "\n", x->seed, y->seed);
	for (uint32_t i = 0; i < x->node_count && i < y->node_count; i++) {
		if (strcmp(trace_node(a, i)->name, trace_node(b, i)->name) == 0 &&
		    memcmp(trace_node(a, i)->id, trace_node(b, i)->id, OCTO_ID_BYTES) == 0)
			continue;
		printf("Node %" PRIu32 " is ", i);
		print_name(a, i);
		fputs(" in one and ", stdout);
		print_name(b, i);
		puts(" in the other, or has another identity");
		return false;
	}
	if (x->node_count != y->node_count)
		printf("The traces have %" PRIu32 " and %" PRIu32 " nodes\n", x->node_count, y->node_count);
	return x->node_count == y->node_count;
}

static int compare(const struct trace *a, const struct trace *b)
{
	uint32_t index = 0, least = trace_count(a) < trace_count(b) ? trace_count(a) : trace_count(b);
	bool is_same = compare_headers(a, b);

	while (index < least && is_same_record(a, b, index))
		index++;
	if (index == trace_count(a) && index == trace_count(b)) {
		printf("%s: %s events\n", is_same ? "The traces are the same" : "The events are the same", cli_count(index));
		return is_same ? CLI_HELD : CLI_FAILED;
	}
	print_difference(a, b, index);
	return CLI_FAILED;
}

int command_diff(int argc, char **argv)
{
	struct trace *traces[2] = { NULL, NULL };
	char error[512];
	int operands, status = cli_parse(&command, argc, argv, &operands);

	if (status != CLI_GO_ON)
		return status;
	if (operands != 2)
		return cli_misuse(&command, "two traces are needed, found %d", operands);
	if (asked.context.is_given && asked.context.value > CONTEXT_MAX)
		return cli_misuse(&command, "--context: at most %d", CONTEXT_MAX);
	has_color = cli_has_color(asked.color, stdout);
	for (int i = 0; i < 2 && status == CLI_GO_ON; i++) {
		traces[i] = trace_open(argv[i], error, sizeof(error));
		if (!traces[i]) {
			fprintf(stderr, "octosim diff: %s\n", error);
			status = CLI_BAD_INPUT;
		} else if (trace_is_truncated(traces[i])) {
			fprintf(stderr, "octosim diff: %s is truncated; this is what there is\n", argv[i]);
		}
	}
	if (status == CLI_GO_ON)
		status = compare(traces[0], traces[1]);
	trace_close(traces[0]);
	trace_close(traces[1]);
	return status;
}
