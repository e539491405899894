/* report_json.c: one finished run as one line of JSON. See report.h. */
#include "sim/cli/report.h"

#include "sim/cli/chain.h"
#include "sim/trace/json_text.h"

#include <inttypes.h>
#include <string.h>

static void print_text(const char *key, const char *text, FILE *out)
{
	fprintf(out, ", \"%s\": ", key);
	json_text(text, strlen(text), out);
}

static void print_tells(const struct sim_result *result, FILE *out)
{
	const char *comma = "";

	fputs("}, \"tells\": {", out);
	for (int tell = 0; tell < OCTO_TELL_COUNT; tell++) {
		if (!result->tells[tell])
			continue;
		fprintf(out, "%s\"%s\": %" PRIu64, comma, octo_tell_name((enum octo_tell)tell), result->tells[tell]);
		comma = ", ";
	}
}

static void print_packets(const struct sim_result *result, FILE *out)
{
	bool is_first = true;

	fputs(", \"packets\": {", out);
	for (int kind = 0; kind < SIM_PACKET_KINDS; kind++) {
		const struct sim_packet_fates *p = &result->packets[kind];
		if (!p->copies)
			continue;
		fprintf(out,
		        "%s\"%s\": {\"sent\": %" PRIu64 ", \"copies\": %" PRIu64 ", \"duplicated\": %" PRIu64
		        ", \"injected\": %" PRIu64 ", \"corrupted\": %" PRIu64 ", \"delivered\": %" PRIu64,
		        is_first ? "" : ", ", sim_packet_kind_name(kind), p->sent, p->copies, p->duplicated,
		        p->injected, p->corrupted, p->delivered);
		is_first = false;
		fputs(", \"dropped\": {", out);
		for (int drop = 0; drop < TRACE_DROP_COUNT; drop++)
			fprintf(out, "%s\"%s\": %" PRIu64, drop ? ", " : "",
			        trace_drop_text((enum trace_drop)drop), p->dropped[drop]);
		fprintf(out,
		        "}, \"in_flight\": %" PRIu64 ", \"accepted\": %" PRIu64 ", \"rejected\": %" PRIu64
		        "}",
		        p->in_flight, p->accepted, p->rejected);
	}
	print_tells(result, out);
	is_first = true;
	fputs("}, \"rejected\": {", out);
	for (int reason = 0; reason < OCTO_REASON_COUNT; reason++) {
		if (reason == OCTO_REASON_ACCEPTED || !result->rejected[reason])
			continue;
		fprintf(out, "%s\"%s\": %" PRIu64, is_first ? "" : ", ",
		        octo_reason_name((enum octo_reason)reason), result->rejected[reason]);
		is_first = false;
	}
	putc('}', out);
}

static void print_couriers(const struct sim_result *result, FILE *out)
{
	fputs(", \"couriers\": {", out);
	for (uint32_t i = 0; i < result->courier_count; i++) {
		const struct sim_courier *c = &result->couriers[i];

		fprintf(out, "%s\"%s\": {\"id\": %u", i ? ", " : "", trace_courier_name(c->id), c->id);
		fprintf(out, ", \"sent\": %" PRIu64 ", \"delivered\": %" PRIu64 ", \"discarded\": %" PRIu64,
		        c->messages[SCENARIO_MESSAGE_SENT], c->messages[SCENARIO_MESSAGE_DELIVERED],
		        c->messages[SCENARIO_MESSAGE_DISCARDED]);
		fprintf(out, ", \"sent_bytes\": %" PRIu64 ", \"delivered_bytes\": %" PRIu64, c->bytes[SCENARIO_MESSAGE_SENT],
		        c->bytes[SCENARIO_MESSAGE_DELIVERED]);
		fprintf(out, ", \"waited_p99_ns\": %" PRIu64, c->waited_p99_ns);
		fprintf(out, ", \"samples\": %" PRIu64 ", \"p50_ns\": %" PRIu64 ", \"p99_ns\": %" PRIu64 "}", c->samples,
		        c->p50_ns, c->p99_ns);
	}
	putc('}', out);
}

static void print_expectations(const struct sim_result *result, FILE *out)
{
	fputs(", \"expectations\": [", out);
	for (uint32_t i = 0; i < result->expectation_count; i++) {
		const struct sim_expectation *e = &result->expectations[i];

		fprintf(out, "%s{\"line\": %" PRIu32 ", \"judged\": %s, \"holds\": %s", i ? ", " : "",
		        e->expectation->line, e->is_judged ? "true" : "false",
		        e->is_judged && e->holds ? "true" : "false");
		print_text("text", e->expectation->text, out);
		if (e->is_judged && !e->holds)
			print_text("found", e->found, out);
		if (e->is_judged) {
			fputs(", \"judged_at_seconds\": ", out);
			json_seconds(e->judged_at_ns, out);
		}
		if (e->has_latency)
			fprintf(out,
			        ", \"latency\": {\"samples\": %" PRIu64 ", \"p50_ns\": %" PRIu64 ", \"p90_ns\": %" PRIu64
			        ", \"p99_ns\": %" PRIu64 ", \"max_ns\": %" PRIu64 "}",
			        e->samples, e->latency_ns[SCENARIO_P50], e->latency_ns[SCENARIO_P90],
			        e->latency_ns[SCENARIO_P99], e->latency_ns[SCENARIO_MAX]);
		putc('}', out);
	}
	putc(']', out);
}

static void print_seen(const struct sim_result *result, FILE *out)
{
	const char *comma = "";

	fputs(", \"seen\": {", out);
	for (int i = 0; i < SCENARIO_OF_COUNT; i++) {
		const struct sim_seen *seen = &result->seen[i];

		if (!seen->samples)
			continue;
		fprintf(out, "%s\"%s\": {\"samples\": %" PRIu64 ", \"p50_ns\": %" PRIu64 ", \"p90_ns\": %" PRIu64, comma,
		        scenario_measured_name((enum scenario_measured)i), seen->samples, seen->latency_ns[SCENARIO_P50],
		        seen->latency_ns[SCENARIO_P90]);
		fprintf(out, ", \"p99_ns\": %" PRIu64 ", \"max_ns\": %" PRIu64 "}", seen->latency_ns[SCENARIO_P99],
		        seen->latency_ns[SCENARIO_MAX]);
		comma = ", ";
	}
	putc('}', out);
}

static void print_blobs(const struct report *report, FILE *out)
{
	const struct sim_result *result = report->result;

	fputs(", \"blobs\": [", out);
	for (uint32_t i = 0; i < result->blob_count; i++) {
		const struct sim_blob *blob = &result->blobs[i];

		fprintf(out, "%s{\"id\": %u", i ? ", " : "", blob->id);
		print_text("from", report->scenario->nodes[blob->from].name, out);
		print_text("to", report->scenario->nodes[blob->to].name, out);
		print_text("name", blob->name, out);
		print_text("state", scenario_blob_state_name(blob->state), out);
		fprintf(out, ", \"size_bytes\": %" PRIu64 ", \"done_bytes\": %" PRIu64 ", \"repeated_bytes\": %" PRIu64
		        ", \"rate_bps\": %" PRIu64 ", \"took_ns\": %" PRIu64 ", \"whole\": %s}",
		        blob->size, blob->done, blob->repeated, blob->rate_bps, blob->took_ns, blob->is_whole ? "true" : "false");
	}
	putc(']', out);
}

static void print_standings(const struct report *report, FILE *out)
{
	const struct sim_result *result = report->result;

	fputs(", \"state\": [", out);
	for (uint32_t i = 0; i < result->standing_count; i++) {
		const struct sim_standing *s = &result->standings[i];

		fprintf(out, "%s{\"known\": %" PRIu32 ", \"verified\": %" PRIu32 ", \"behind\": %" PRIu32, i ? ", " : "", s->known,
		        s->verified, s->behind);
		print_text("node", report->scenario->nodes[s->node].name, out);
		print_text("agent", report->scenario->nodes[s->agent].name, out);
		print_text("mode", s->mode, out);
		fprintf(out, ", \"panic\": %s, \"has_flags\": %s, \"failsafe\": %s", s->has_panic ? "true" : "false",
		        s->has_flags ? "true" : "false", s->is_failsafe ? "true" : "false");
		if (s->known && s->age_ns != OCTO_NEVER)
			fprintf(out, ", \"age_ns\": %" PRIu64, s->age_ns);
		putc('}', out);
	}
	putc(']', out);
}

static void print_drawn(const struct sim_result *result, FILE *out)
{
	fputs(", \"drawn_rates\": [", out);
	for (uint32_t i = 0; i < result->drawn_rate_count; i++) {
		const struct sim_drawn_rate *drawn = &result->drawn_rates[i];

		fprintf(out, "%s{\"from_seconds\": ", i ? ", " : "");
		json_seconds(drawn->from_ns, out);
		print_text("link", drawn->link, out);
		fprintf(out, ", \"rate_bps\": %" PRIu64 "}", drawn->rate_bps);
	}
	putc(']', out);
}

static void print_invariants(const struct sim_result *result, FILE *out)
{
	bool is_first = true;

	fputs(", \"invariants\": {", out);
	for (uint32_t i = 0; i < result->invariant_count; i++) {
		fputs(i ? ", " : "", out);
		json_text(result->invariants[i].name, strlen(result->invariants[i].name), out);
		fprintf(out, ": %" PRIu64, result->invariants[i].evaluated);
	}
	fputs("}, \"violations\": [", out);
	for (uint32_t i = 0; i < result->invariant_count; i++) {
		const struct sim_invariant *v = &result->invariants[i];

		if (!v->violated)
			continue;
		fprintf(out, "%s{\"count\": %" PRIu64 ", \"first_at_seconds\": ", is_first ? "" : ", ",
		        v->violated);
		json_seconds(v->first_at_ns, out);
		print_text("invariant", v->name, out);
		print_text("text", v->text, out);
		print_text("first", v->first, out);
		putc('}', out);
		is_first = false;
	}
	putc(']', out);
}

void report_json(const struct report *report, FILE *out)
{
	const struct sim_result *result = report->result;

	fputs("{\"scenario\": ", out);
	json_text(report->scenario->path, strlen(report->scenario->path), out);
	print_text("title", report->scenario->title, out);
	fprintf(out, ", \"seed\": %" PRIu64, report->seed);
	print_text("crypto", report->scenario->is_model_crypto ? "model" : "sodium", out);
	print_text("verdict", report_verdict(report), out);
	if (!result) {
		print_text("error", report->error, out);
		fputs("}\n", out);
		return;
	}
	fputs(", \"virtual_seconds\": ", out);
	json_seconds(result->virtual_ns, out);
	fprintf(out,
	        ", \"events\": %" PRIu64 ", \"hash\": \"%016" PRIx64 "\", \"arena_bytes\": %" PRIu64
	        ", \"block_bytes\": %" PRIu64,
	        result->events, result->hash, result->arena_bytes, result->block_bytes);
	fprintf(out,
	        ", \"sessions\": %" PRIu64 ", \"duels\": %" PRIu64 ", \"warnings\": %" PRIu64
	        ", \"messages\": %" PRIu64,
	        result->sessions_established, result->duels, result->warnings, result->messages);
	print_packets(result, out);
	print_couriers(result, out);
	print_seen(result, out);
	print_blobs(report, out);
	print_standings(report, out);
	print_drawn(result, out);
	print_expectations(result, out);
	print_invariants(result, out);
	if (report->trace) {
		fputs(", \"failures\": ", out);
		chain_json(report->trace, out);
	}
	fputs("}\n", out);
}
