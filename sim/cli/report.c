/* report.c: the table that `octosim run` prints, and the transition table. report_json.c says the same to
 * programs. */
#include "sim/cli/report.h"

#include "sim/cli/chain.h"
#include "sim/cli/cli.h"
#include "sim/engine/wide.h"

#include <inttypes.h>
#include <string.h>

const char *report_verdict(const struct report *report)
{
	return !report->result ? "error" : report->result->passed ? "pass" : "fail";
}

enum { DRAWN_SHOWN = 6, LINE_COLUMNS = 110 };

static void print_drawn(const struct report *r, FILE *out)
{
	const struct sim_result *result = r->result;

	for (uint32_t i = 0; i < result->drawn_rate_count && i < DRAWN_SHOWN; i++) {
		const struct sim_drawn_rate *drawn = &result->drawn_rates[i];

		fprintf(out, "%s%s %s", i ? ", " : "rates drawn: ", drawn->link, cli_rate(drawn->rate_bps));
		if (drawn->from_ns)
			fprintf(out, " from %s on", cli_seconds(drawn->from_ns));
	}
	if (result->drawn_rate_count > DRAWN_SHOWN)
		fprintf(out, ", and %s more", cli_count(result->drawn_rate_count - DRAWN_SHOWN));
	if (result->drawn_rate_count)
		fputc('\n', out);
}

static void print_title(const struct report *r, FILE *out)
{
	fputs(cli_on(r->has_color, CLI_BOLD), out);
	cli_print_clean(r->scenario->title, out);
	fprintf(out, "%s\n", cli_off(r->has_color));
	cli_print_clean(r->scenario->path, out);
	fprintf(out, ", seed %" PRIu64 ", %s crypto\n", r->seed,
	        r->scenario->is_model_crypto ? "model" : "sodium");
	print_drawn(r, out);
}

enum { FATES = 10 };

/* The fates of one kind of packet in the order of the columns. */
static void fates_of(const struct sim_packet_fates *p, uint64_t fates[FATES])
{
	const uint64_t list[FATES] = {
		p->sent,
		p->duplicated,
		p->injected,
		p->corrupted,
		p->dropped[TRACE_DROP_LOSS] + p->dropped[TRACE_DROP_MASK] + p->dropped[TRACE_DROP_KIND] +
			p->dropped[TRACE_DROP_MTU] + p->dropped[TRACE_DROP_PARTITION] + p->dropped[TRACE_DROP_ATTACKER],
		p->dropped[TRACE_DROP_QUEUE] + p->dropped[TRACE_DROP_AQM] + p->dropped[TRACE_DROP_BUFFER],
		p->dropped[TRACE_DROP_NO_ROUTE] + p->dropped[TRACE_DROP_DOWN] + p->dropped[TRACE_DROP_NO_MAPPING] +
			p->dropped[TRACE_DROP_FILTERED] + p->dropped[TRACE_DROP_FIREWALL] + p->dropped[TRACE_DROP_HAIRPIN],
		p->in_flight,
		p->accepted,
		p->rejected,
	};

	memcpy(fates, list, sizeof(list));
}

static void print_fates(const char *name, const uint64_t fates[FATES], const bool shown[FATES], FILE *out)
{
	fprintf(out, "  %-12s", name);
	for (int i = 0; i < FATES; i++)
		if (shown[i])
			fprintf(out, " %10s", fates[i] ? cli_count(fates[i]) : ".");
	fputc('\n', out);
}

static void print_packets(const struct report *r, FILE *out)
{
	static const char *const names[FATES] = { "sent",     "duplicated", "injected",    "corrupted",
		                                  "lost",     "queue full", "no-one home", "in flight",
		                                  "accepted", "rejected" };
	/* What always matters is always shown, the rest where there is some. */
	bool shown[FATES] = { [0] = true, [4] = true, [8] = true, [9] = true };
	uint64_t fates[FATES], sums[FATES] = { 0 };

	for (int kind = 0; kind < SIM_PACKET_KINDS; kind++) {
		fates_of(&r->result->packets[kind], fates);
		for (int i = 0; i < FATES; i++) {
			sums[i] += fates[i];
			shown[i] = shown[i] || fates[i];
		}
	}
	fprintf(out, "\n  %s%-12s", cli_on(r->has_color, CLI_DIM), "packets");
	for (int i = 0; i < FATES; i++)
		if (shown[i])
			fprintf(out, " %10s", names[i]);
	fprintf(out, "%s\n", cli_off(r->has_color));
	for (int kind = 1; kind <= SIM_PACKET_KINDS; kind++) {
		const struct sim_packet_fates *p = &r->result->packets[kind % SIM_PACKET_KINDS];

		fates_of(p, fates);
		if (p->copies)
			print_fates(sim_packet_kind_name(kind % SIM_PACKET_KINDS), fates,
			            shown, out);
	}
	print_fates("all", sums, shown, out);
}

static void print_rejections(const struct report *r, FILE *out)
{
	bool is_first = true;

	for (int reason = 0; reason < OCTO_REASON_COUNT; reason++) {
		if (reason == OCTO_REASON_ACCEPTED || !r->result->rejected[reason])
			continue;
		fprintf(out, "%s%s %s", is_first ? "  rejected as " : ", ",
		        octo_reason_name((enum octo_reason)reason), cli_count(r->result->rejected[reason]));
		is_first = false;
	}
	if (!is_first)
		fputc('\n', out);
}

static void print_expectations(const struct report *r, FILE *out)
{
	const struct sim_result *result = r->result;

	if (result->expectation_count)
		fprintf(out, "\n  %sexpected%s\n", cli_on(r->has_color, CLI_DIM), cli_off(r->has_color));
	for (uint32_t i = 0; i < result->expectation_count; i++) {
		const struct sim_expectation *e = &result->expectations[i];
		const char *mark = !e->is_judged ? "–" : e->holds ? "✓" : "✗";

		fprintf(out, "  %s%s%s ",
		        cli_on(r->has_color, !e->is_judged ? CLI_WARN
		                             : e->holds    ? CLI_GOOD
		                                           : CLI_BAD),
		        mark, cli_off(r->has_color));
		cli_print_clean(e->expectation->text, out);
		if (!e->is_judged)
			fputs(": not judged", out);
		fputc('\n', out);
		if (e->is_judged && !e->holds) {
			fputs("      found: ", out);
			cli_print_clean(e->found, out);
			fprintf(out, "  (line %" PRIu32 " of the scenario)\n", e->expectation->line);
		}
	}
}

static void print_invariant(const struct report *r, const struct sim_invariant *v, FILE *out)
{
	enum cli_style style = v->violated ? CLI_BAD : v->evaluated ? CLI_GOOD : CLI_WARN;
	const char *mark = v->violated ? "✗" : v->evaluated ? "✓" : "–";

	fprintf(out, "  %s%s%s %-8s %14s  %s\n", cli_on(r->has_color, style), mark, cli_off(r->has_color), v->name,
	        v->evaluated || v->violated ? cli_count(v->evaluated) : "not evaluated", v->text);
	if (!v->violated)
		return;
	fprintf(out, "      violated %s time%s, first at %s: ", cli_count(v->violated), v->violated == 1 ? "" : "s",
	        cli_seconds(v->first_at_ns));
	cli_print_clean(v->first, out);
	fputc('\n', out);
}

/* What nothing in the run put to the test is not what one looks for: names will do. */
static void print_untested(const struct report *r, FILE *out)
{
	size_t column = 0;

	for (uint32_t i = 0; i < r->result->invariant_count; i++) {
		const struct sim_invariant *v = &r->result->invariants[i];
		size_t size = strlen(v->name) + 2;

		if (v->evaluated || v->violated)
			continue;
		if (column == 0)
			column = (size_t)fprintf(out, "  %s–%s not evaluated:", cli_on(r->has_color, CLI_WARN), cli_off(r->has_color));
		else if (column + size > LINE_COLUMNS)
			column = (size_t)fprintf(out, ",\n   ") - 2;
		else
			fputc(',', out);
		fprintf(out, " %s", v->name);
		column += size;
	}
	if (column)
		fputc('\n', out);
}

static void print_invariants(const struct report *r, FILE *out)
{
	const struct sim_result *result = r->result;

	fprintf(out, "\n  %sinvariants      evaluated%s\n", cli_on(r->has_color, CLI_DIM), cli_off(r->has_color));
	for (uint32_t i = 0; i < result->invariant_count; i++)
		if (r->is_verbose || result->invariants[i].evaluated || result->invariants[i].violated)
			print_invariant(r, &result->invariants[i], out);
	if (!r->is_verbose)
		print_untested(r, out);
}

static void print_speed(const struct report *r, FILE *out)
{
	uint64_t cpu_us = r->cpu_ns / 1000 ? r->cpu_ns / 1000 : 1, delivered = 0;

	for (int kind = 0; kind < SIM_PACKET_KINDS; kind++)
		delivered += r->result->packets[kind].delivered;
	fprintf(out, "  speed      %s datagrams", cli_count(delivered));
	fprintf(out, " delivered in %s of processor time", cli_seconds(r->cpu_ns));
	fprintf(out, ", %s a second\n", cli_count(wide_mul_div(delivered, 1000000, cpu_us)));
}

static void print_memory(const struct report *r, FILE *out)
{
	uint64_t nodes = r->scenario->node_count, all = r->result->arena_bytes, cores = r->result->block_bytes;

	fprintf(out, "  memory     %s, of which %s are cores", cli_bytes(all), cli_bytes(cores));
	fprintf(out, "; a node %s of core, %s of simulator\n", cli_bytes(cores / nodes), cli_bytes((all - cores) / nodes));
}

static void print_figures(const struct report *r, FILE *out)
{
	const struct sim_result *result = r->result;
	uint64_t real_us = r->real_ns / 1000 ? r->real_ns / 1000 : 1;
	uint64_t ratio = result->virtual_ns / 1000 / real_us;

	fprintf(out, "\n  simulated  %s in %s", cli_seconds(result->virtual_ns), cli_seconds(r->real_ns));
	if (ratio > 1)
		fprintf(out, ", %s times as fast as the world", cli_count(ratio));
	fprintf(out, "; %s events\n", cli_count(result->events));
	print_speed(r, out);
	print_memory(r, out);
	fprintf(out, "  trace hash %016" PRIx64 "\n", result->hash);
}

void report_verdict_line(const struct report *r, FILE *out)
{
	const struct sim_result *result = r->result;
	uint32_t held = 0, judged = 0, violated = 0;

	if (!result) {
		fputs(": ", out);
		cli_print_clean(r->error, out);
		fputc('\n', out);
		return;
	}
	for (uint32_t i = 0; i < result->expectation_count; i++) {
		judged += result->expectations[i].is_judged;
		held += result->expectations[i].is_judged && result->expectations[i].holds;
	}
	for (uint32_t i = 0; i < result->invariant_count; i++)
		violated += result->invariants[i].violated > 0;
	fprintf(out, "\n  %s%s%s  %" PRIu32 " of %" PRIu32 " expectations held",
	        cli_on(r->has_color, result->passed ? CLI_GOOD : CLI_BAD), result->passed ? "PASS" : "FAIL",
	        cli_off(r->has_color), held, judged);
	if (violated)
		fprintf(out, ", %" PRIu32 " invariant%s violated", violated, violated == 1 ? "" : "s");
	fputc('\n', out);
}

void report_problems(const struct report *r, FILE *out)
{
	const struct sim_result *result = r->result;

	if (!result) {
		cli_print_clean(r->error, out);
		fputc('\n', out);
		return;
	}
	for (uint32_t i = 0; i < result->expectation_count; i++) {
		const struct sim_expectation *e = &result->expectations[i];

		/* That an invariant did not hold is said below, better. */
		if (!e->is_judged || e->holds || e->expectation->subject == SCENARIO_INVARIANTS)
			continue;
		cli_print_clean(e->expectation->text, out);
		fputs("; found: ", out);
		cli_print_clean(e->found, out);
		fputc('\n', out);
	}
	for (uint32_t i = 0; i < result->invariant_count; i++) {
		const struct sim_invariant *v = &result->invariants[i];

		if (!v->violated)
			continue;
		fprintf(out, "%s violated at %s: ", v->name, cli_seconds(v->first_at_ns));
		cli_print_clean(v->first, out);
		fputc('\n', out);
	}
	if (r->trace)
		chain_print(r->trace, out);
}

static void print_latency(const struct report *r, const uint64_t latency_ns[SCENARIO_RANKS], uint64_t samples, bool *is_first,
                          FILE *out)
{
	if (*is_first)
		fprintf(out, "\n  %s%10s %10s %10s %10s %10s%s  latency\n", cli_on(r->has_color, CLI_DIM), "p50", "p90", "p99",
		        "max", "samples", cli_off(r->has_color));
	*is_first = false;
	fputs("  ", out);
	for (int rank = 0; rank < SCENARIO_RANKS; rank++)
		fprintf(out, "%10s ", samples ? cli_seconds(latency_ns[rank]) : "–");
	fprintf(out, "%10s  ", cli_count(samples));
}

/* What applications gave and saw, and what expectations measure. */
static void print_latencies(const struct report *r, FILE *out)
{
	bool is_first = true;

	for (int i = SCENARIO_OF_STATE; i < SCENARIO_OF_COUNT; i++) {
		const struct sim_seen *seen = &r->result->seen[i];

		if (!seen->samples)
			continue;
		print_latency(r, seen->latency_ns, seen->samples, &is_first, out);
		fprintf(out, "%s, from giving to seeing\n", scenario_measured_name((enum scenario_measured)i));
	}
	for (uint32_t i = 0; i < r->result->expectation_count; i++) {
		const struct sim_expectation *e = &r->result->expectations[i];
		const char *text = strstr(e->expectation->text, "latency of ");

		if (!e->has_latency || !text)
			continue;
		print_latency(r, e->latency_ns, e->samples, &is_first, out);
		cli_print_clean(text + 11, out);
		fputc('\n', out);
	}
}

static void print_tells(const struct report *r, FILE *out)
{
	bool is_first = true;

	for (int tell = 0; tell < OCTO_TELL_COUNT; tell++) {
		if (!r->result->tells[tell])
			continue;
		fprintf(out, "%s%s %s", is_first ? "  hacked     " : ", ", octo_tell_name((enum octo_tell)tell),
		        cli_count(r->result->tells[tell]));
		is_first = false;
	}
	if (!is_first)
		fputc('\n', out);
}

void report_table(const struct report *report, FILE *out)
{
	const struct sim_result *result = report->result;

	if (!result)
		return;
	print_title(report, out);
	fprintf(out, "\n  sessions   %s established of %s trusted pair%s\n",
	        cli_count(result->sessions_established), cli_count(report->scenario->trust_count),
	        report->scenario->trust_count == 1 ? "" : "s");
	fprintf(out, "  duels      %s\n  messages   %s\n  warnings   %s\n", cli_count(result->duels),
	        cli_count(result->messages), cli_count(result->warnings));
	print_tells(report, out);
	print_packets(report, out);
	print_rejections(report, out);
	report_couriers(report, out);
	report_blobs(report, out);
	report_standings(report, out);
	print_latencies(report, out);
	print_expectations(report, out);
	print_invariants(report, out);
	print_figures(report, out);
}

uint32_t report_print_cells(report_cells cells, bool has_color, FILE *out)
{
	uint32_t possible = 0, missing = 0, liars = 0;

	fprintf(out, "%s%-34s", cli_on(has_color, CLI_DIM), "transition table: runs of each cell");
	for (int state = 0; state < OCTO_STATE_COUNT; state++)
		fprintf(out, " %13s", octo_state_name((enum octo_state)state));
	fprintf(out, "%s\n", cli_off(has_color));
	for (int step = 0; step < OCTO_STEP_COUNT; step++) {
		fprintf(out, "%-35s", octo_step_text((enum octo_step)step));
		for (int state = 0; state < OCTO_STATE_COUNT; state++) {
			bool is_possible =
				octo_step_action((enum octo_step)step, (enum octo_state)state) != NULL;
			bool has_run = is_possible && cells[step][state];
			bool needs_liar = is_possible && !has_run &&
				octo_step_needs_liar((enum octo_step)step, (enum octo_state)state);
			bool is_missing = is_possible && !has_run && !needs_liar;

			possible += is_possible && !needs_liar;
			missing += is_missing;
			liars += needs_liar;
			fprintf(out, " %s%13s%s", is_missing ? cli_on(has_color, CLI_BAD) : "",
			        has_run      ? cli_count(cells[step][state])
			        : is_missing ? "never"
			        : needs_liar ? "(liar)"
			                     : "-",
			        is_missing ? cli_off(has_color) : "");
		}
		fputc('\n', out);
	}
	fprintf(out, "%" PRIu32 " of %" PRIu32 " possible cells ran\n", possible - missing, possible);
	if (liars)
		fprintf(out, "(liar): no honest run gets there, only a peer with the right keys and a lying counter; "
		             "tests/pair plays it\n");
	for (int step = 0; step < OCTO_STEP_COUNT; step++)
		for (int state = 0; state < OCTO_STATE_COUNT; state++)
			if (octo_step_action((enum octo_step)step, (enum octo_state)state) &&
			    !cells[step][state] &&
			    !octo_step_needs_liar((enum octo_step)step, (enum octo_state)state))
				fprintf(out, "never ran: %s, %s: %s\n",
				        octo_state_name((enum octo_state)state),
				        octo_step_text((enum octo_step)step),
				        octo_step_action((enum octo_step)step, (enum octo_state)state));
	return missing;
}
