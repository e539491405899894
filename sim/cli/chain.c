/* chain.c: see chain.h. Causes point back, and each step must: a damaged trace may say anything. */
#include "sim/cli/chain.h"

#include "sim/cli/cli.h"
#include "sim/trace/json_text.h"

#include <inttypes.h>
#include <string.h>

enum { FAILURES_MAX = 5, DETAIL_BYTES = 160 };

/* Where an arrival, a loss or a flight comes from: the record in which its datagram was sent. */
static uint32_t sending_of(const struct trace *trace, uint32_t index)
{
	uint32_t packet = trace_get(trace, index)->packet;

	for (uint32_t at = index; packet && at > 0; at--) {
		const struct trace_record *record = trace_get(trace, at - 1);

		if (record->kind == TRACE_SENT && record->packet == packet)
			return at;
	}
	return 0;
}

static uint32_t cause_of(const struct trace *trace, uint32_t index)
{
	const struct trace_record *record = trace_get(trace, index);

	if (record->kind == TRACE_DELIVERED || record->kind == TRACE_DROPPED || record->kind == TRACE_FLYING)
		return sending_of(trace, index);
	return record->cause <= index ? record->cause : 0;
}

void chain_find(const struct trace *trace, uint32_t failure, struct chain *chain)
{
	const struct trace_record *record = trace_get(trace, failure);
	uint32_t back[CHAIN_MAX], at = record->cause <= failure ? record->cause : 0;

	memset(chain, 0, sizeof(*chain));
	snprintf(chain->text, sizeof(chain->text), "%.*s", (int)record->extra_size,
	         record->extra_size ? (const char *)trace_extra(trace, failure) : "");
	for (; at > 0 && chain->count < CHAIN_MAX; at = cause_of(trace, at - 1))
		back[chain->count++] = at - 1;
	chain->is_cut = at > 0;
	for (uint32_t i = 0; i < chain->count; i++)
		chain->records[i] = back[chain->count - 1 - i];
}

static const char *name_of(const struct trace *trace, uint32_t node)
{
	return node < trace_header(trace)->node_count ? trace_node(trace, node)->name : "nobody";
}

/* What the record's numbers mean, where a word says it. */
static void detail(const struct trace_record *r, char out[DETAIL_BYTES])
{
	out[0] = 0;
	switch ((enum trace_kind)r->kind) {
	case TRACE_SENT:
	case TRACE_DELIVERED:
		snprintf(out, DETAIL_BYTES, " %s", octo_packet_type_name((enum octo_packet_type)r->a));
		break;
	case TRACE_DROPPED:
		snprintf(out, DETAIL_BYTES, ", %s", trace_drop_text((enum trace_drop)r->a));
		break;
	case TRACE_RECEIVED:
		snprintf(out, DETAIL_BYTES, " %s: %s", octo_packet_type_name((enum octo_packet_type)r->flags),
		         octo_reason_name((enum octo_reason)r->a));
		break;
	case TRACE_STEP:
		snprintf(out, DETAIL_BYTES, ": %s, %s to %s", octo_step_text((enum octo_step)r->a),
		         octo_state_name((enum octo_state)(r->b & 0xff)), octo_state_name((enum octo_state)(r->b >> 8)));
		break;
	case TRACE_DUEL:
		snprintf(out, DETAIL_BYTES, r->a ? ": won" : ": lost");
		break;
	case TRACE_SESSION_UP:
	case TRACE_SESSION_SPARE:
		snprintf(out, DETAIL_BYTES, " %08" PRIx64, r->a >> 32);
		break;
	case TRACE_SESSION_DOWN:
		snprintf(out, DETAIL_BYTES, " %08" PRIx64 ": %s", r->a >> 32, octo_end_text((enum octo_end)(r->b & 0xff)));
		break;
	case TRACE_TAMPER:
		snprintf(out, DETAIL_BYTES, ": %s", octo_tell_name((enum octo_tell)r->a));
		break;
	case TRACE_WARNING:
		snprintf(out, DETAIL_BYTES, ": %s", octo_warning_name((enum octo_warning)r->a));
		break;
	case TRACE_ACTION:
		snprintf(out, DETAIL_BYTES, ": %s%s%s", trace_action_name((enum trace_action)r->a),
		         r->a == TRACE_ACTION_LIE ? ", " : "",
		         r->a == TRACE_ACTION_LIE ? trace_lie_name((enum trace_lie)r->b) : "");
		break;
	default:
		break;
	}
}

void chain_describe(const struct trace *trace, uint32_t index, char *out, size_t size)
{
	const struct trace_record *r = trace_get(trace, index);
	uint64_t us = r->time_ns / 1000;
	bool is_network = r->kind <= TRACE_DELIVERED;
	char number[24] = "", about[64] = "", more[DETAIL_BYTES];

	if (r->packet)
		snprintf(number, sizeof(number), " #%" PRIu32, r->packet);
	if (r->peer != TRACE_NOBODY)
		snprintf(about, sizeof(about), " %s %s", is_network ? "→" : "about", name_of(trace, r->peer));
	detail(r, more);
	snprintf(out, size, "%" PRIu64 ".%06" PRIu64 " s  %s%s  %s%s%s", us / 1000000, us % 1000000,
	         r->node == TRACE_NOBODY ? "the network" : name_of(trace, r->node), about,
	         trace_kind_name((enum trace_kind)r->kind), number, more);
}

static bool is_failure(const struct trace *trace, uint32_t index, struct chain *chain)
{
	if (trace_get(trace, index)->kind != TRACE_FAILED)
		return false;
	chain_find(trace, index, chain);
	return chain->count > 0;
}

/* A chain that begins with neither an action nor a datagram began with a timer. */
static bool begins_with_a_timer(const struct trace *trace, const struct chain *chain)
{
	return !chain->is_cut && trace_get(trace, chain->records[0])->kind != TRACE_ACTION;
}

void chain_print(const struct trace *trace, FILE *out)
{
	struct chain chain;
	char line[512];
	uint32_t shown = 0;

	for (uint32_t i = 0; i < trace_count(trace) && shown < FAILURES_MAX; i++) {
		if (!is_failure(trace, i, &chain))
			continue;
		fputs(shown++ ? "\n  " : "  ", out);
		cli_print_clean(chain.text, out);
		fputs(chain.is_cut ? "\n    … and what was before\n" : begins_with_a_timer(trace, &chain) ? "\n    (a timer)\n" : "\n", out);
		for (uint32_t k = 0; k < chain.count; k++) {
			chain_describe(trace, chain.records[k], line, sizeof(line));
			fputs("    ", out);
			cli_print_clean(line, out);
			fputc('\n', out);
		}
	}
}

void chain_json(const struct trace *trace, FILE *out)
{
	struct chain chain;
	char line[512];
	bool is_first = true;

	putc('[', out);
	for (uint32_t i = 0; i < trace_count(trace); i++) {
		if (!is_failure(trace, i, &chain))
			continue;
		fputs(is_first ? "{\"failed\": " : ", {\"failed\": ", out);
		is_first = false;
		json_text(chain.text, strlen(chain.text), out);
		fputs(", \"chain\": [", out);
		for (uint32_t k = 0; k < chain.count; k++) {
			chain_describe(trace, chain.records[k], line, sizeof(line));
			fputs(k ? ", {\"at_seconds\": " : "{\"at_seconds\": ", out);
			json_seconds(trace_get(trace, chain.records[k])->time_ns, out);
			fputs(", \"event\": ", out);
			json_text(strstr(line, " s  ") + 4, strlen(strstr(line, " s  ") + 4), out);
			putc('}', out);
		}
		fputs("]}", out);
	}
	putc(']', out);
}
