/* report_couriers.c: what couriers did in a run and what came of it: their messages, blobs, and what agents and their
 * controls hold in the end. Of many, those that stand out come first and the rest is a count. See report.h. */
#include "sim/cli/report.h"

#include "sim/cli/cli.h"
#include "sim/engine/wide.h"

#include <inttypes.h>
#include <string.h>

enum { ROWS_SHOWN = 10 };

/* ---- Messages -------------------------------------------------------------------------------- */

/* Share: of all that couriers wrote, in bytes. */
static void print_courier(const struct sim_courier *courier, uint64_t all_bytes, FILE *out)
{
	const uint64_t counts[] = { courier->messages[SCENARIO_MESSAGE_SENT], courier->messages[SCENARIO_MESSAGE_DELIVERED],
		                    courier->messages[SCENARIO_MESSAGE_DISCARDED], courier->bytes[SCENARIO_MESSAGE_SENT] };
	uint64_t permille = all_bytes ? wide_mul_div(counts[3], 1000, all_bytes) : 0;

	fprintf(out, "  %-12s", trace_courier_name(courier->id));
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		fprintf(out, " %10s", counts[i] ? cli_count(counts[i]) : ".");
	fprintf(out, " %6" PRIu64 ".%" PRIu64 " %%", permille / 10, permille % 10);
	fprintf(out, " %10s", courier->waited_p99_ns ? cli_seconds(courier->waited_p99_ns) : ".");
	fprintf(out, " %10s", courier->samples ? cli_seconds(courier->p50_ns) : ".");
	fprintf(out, " %10s\n", courier->samples ? cli_seconds(courier->p99_ns) : ".");
}

void report_couriers(const struct report *r, FILE *out)
{
	const struct sim_result *result = r->result;
	uint64_t all_bytes = 0;

	if (!result->courier_count)
		return;
	fprintf(out, "\n  %s%-12s %10s %10s %10s %10s %10s %10s %10s %10s%s\n", cli_on(r->has_color, CLI_DIM), "couriers", "sent",
	        "delivered", "discarded", "bytes", "share", "waited p99", "way p50", "way p99", cli_off(r->has_color));
	for (uint32_t i = 0; i < result->courier_count; i++)
		all_bytes += result->couriers[i].bytes[SCENARIO_MESSAGE_SENT];
	for (uint32_t i = 0; i < result->courier_count; i++)
		print_courier(&result->couriers[i], all_bytes, out);
}

/* ---- The rows that stand out ------------------------------------------------------------------ */

typedef uint64_t rank_of(const struct sim_result *result, uint32_t row);

/* The one that comes after `last`, of rank `last_rank`: the highest ranks first, among equals in order. First, with
 * last == UINT32_MAX, the highest of all. */
static uint32_t next_row(const struct sim_result *result, uint32_t count, rank_of *rank, uint32_t last)
{
	uint32_t best = UINT32_MAX;
	uint64_t best_rank = 0, last_rank = last == UINT32_MAX ? UINT64_MAX : rank(result, last);

	for (uint32_t i = 0; i < count; i++) {
		uint64_t this_rank = rank(result, i);
		bool is_left = last == UINT32_MAX || this_rank < last_rank || (this_rank == last_rank && i > last);

		if (is_left && (best == UINT32_MAX || this_rank > best_rank)) {
			best = i;
			best_rank = this_rank;
		}
	}
	return best;
}

/* All of them in order when they are few or all are asked for. Returns how many were left out. */
static uint32_t print_rows(const struct report *r, uint32_t count, rank_of *rank,
                           void (*print)(const struct report *, uint32_t, FILE *), FILE *out)
{
	uint32_t last = UINT32_MAX;

	if (r->is_verbose || count <= ROWS_SHOWN) {
		for (uint32_t i = 0; i < count; i++)
			print(r, i, out);
		return 0;
	}
	for (uint32_t shown = 0; shown < ROWS_SHOWN; shown++) {
		last = next_row(r->result, count, rank, last);
		print(r, last, out);
	}
	return count - ROWS_SHOWN;
}

static void print_name(const struct report *r, uint32_t node, FILE *out)
{
	cli_print_clean(r->scenario->nodes[node].name, out);
}

/* ---- Blobs ------------------------------------------------------------------------------------ */

static uint64_t rank_of_blob(const struct sim_result *result, uint32_t row)
{
	const struct sim_blob *blob = &result->blobs[row];
	return blob->is_whole && blob->state == SCENARIO_BLOB_COMPLETE ? blob->took_ns : UINT64_MAX;
}

static void print_blob(const struct report *r, uint32_t row, FILE *out)
{
	const struct sim_blob *blob = &r->result->blobs[row];
	uint64_t permille = blob->size ? wide_mul_div(blob->done, 1000, blob->size) : 1000;
	const char *digest = blob->is_whole ? "ok" : blob->is_refuted ? "failed" : ".";
	enum cli_style style = blob->is_whole ? CLI_PLAIN : blob->is_refuted ? CLI_BAD : CLI_WARN;

	fprintf(out, "  %-12s %10s %7" PRIu64 ".%" PRIu64 " %%", scenario_blob_state_name(blob->state),
	        cli_bytes(blob->size), permille / 10, permille % 10);
	fprintf(out, " %12s %10s", cli_rate(blob->rate_bps), cli_seconds(blob->took_ns));
	fprintf(out, " %10s  %s%-6s%s  %u ", blob->repeated ? cli_bytes(blob->repeated) : ".", cli_on(r->has_color, style),
	        digest, cli_off(r->has_color), blob->id);
	cli_print_clean(blob->name, out);
	fputs(", ", out);
	print_name(r, blob->from, out);
	fputs("→", out);
	print_name(r, blob->to, out);
	fputc('\n', out);
}

void report_blobs(const struct report *r, FILE *out)
{
	const struct sim_result *result = r->result;
	uint32_t left, whole = 0;

	if (!result->blob_count)
		return;
	fprintf(out, "\n  %s%-12s %10s %11s %12s %10s %10s  digest%s\n", cli_on(r->has_color, CLI_DIM), "blobs", "size", "there",
	        "goodput", "took", "repeated", cli_off(r->has_color));
	left = print_rows(r, result->blob_count, rank_of_blob, print_blob, out);
	for (uint32_t i = 0; i < result->blob_count; i++)
		whole += result->blobs[i].is_whole;
	if (left)
		fprintf(out, "  and %s more, each in less time; %s of %s whole\n", cli_count(left), cli_count(whole),
		        cli_count(result->blob_count));
}

/* ---- State ------------------------------------------------------------------------------------ */

/* Flags that nobody has set yet say panic; but what is told of is that somebody did, or that nobody is heard any more. */
static bool is_in_panic(const struct sim_standing *s)
{
	return s->has_panic && (s->has_flags || s->is_failsafe);
}

static uint64_t rank_of_standing(const struct sim_result *result, uint32_t row)
{
	const struct sim_standing *s = &result->standings[row];
	return is_in_panic(s) ? 4 : s->is_failsafe ? 3 : s->behind ? 2 : s->verified < s->known ? 1 : 0;
}

static void print_standing(const struct report *r, uint32_t row, FILE *out)
{
	const struct sim_standing *s = &r->result->standings[row];
	char verified[32];

	snprintf(verified, sizeof(verified), "%" PRIu32 " of %" PRIu32, s->verified, s->known);
	fprintf(out, "  %-17s %s%5s%s", s->mode, cli_on(r->has_color, is_in_panic(s) ? CLI_BAD : CLI_PLAIN),
	        is_in_panic(s) ? "yes" : s->has_flags ? "no" : ".", cli_off(r->has_color));
	fprintf(out, " %s%10s%s", cli_on(r->has_color, s->verified < s->known ? CLI_WARN : CLI_PLAIN), verified,
	        cli_off(r->has_color));
	fprintf(out, " %10s", s->behind ? cli_count(s->behind) : ".");
	fprintf(out, " %10s  ", s->known && s->age_ns != OCTO_NEVER ? cli_seconds(s->age_ns) : "unknown");
	print_name(r, s->node, out);
	if (s->node != s->agent) {
		fputs(" of ", out);
		print_name(r, s->agent, out);
	}
	fputs(s->is_failsafe ? ": communications have failed\n" : "\n", out);
}

void report_standings(const struct report *r, FILE *out)
{
	uint32_t left;

	if (!r->result->standing_count)
		return;
	fprintf(out, "\n  %s%-17s %5s %10s %10s %10s  at the end%s\n", cli_on(r->has_color, CLI_DIM), "state: mode", "panic",
	        "verified", "behind", "fresh to", cli_off(r->has_color));
	left = print_rows(r, r->result->standing_count, rank_of_standing, print_standing, out);
	if (left)
		fprintf(out, "  and %s more\n", cli_count(left));
}
