/* jsonl.c: a trace as JSON lines. Every number that stands for something is written as its name; "record"
 * and "cause" are numbers of records from 0. Session and log ids are hexadecimal strings: JSON readers
 * lose bits of large numbers. */
#include "sim/trace/jsonl.h"

#include "sim/trace/json_text.h"

#include <inttypes.h>
#include <string.h>

static void print_key(const char *key, FILE *out)
{
	fprintf(out, ", \"%s\": ", key);
}

static void print_text(const char *key, const char *text, FILE *out)
{
	print_key(key, out);
	json_text(text, strlen(text), out);
}

static void print_number(const char *key, uint64_t value, FILE *out)
{
	fprintf(out, ", \"%s\": %" PRIu64, key, value);
}

static void print_signed(const char *key, uint64_t value, FILE *out)
{
	fprintf(out, ", \"%s\": %s%" PRIu64, key, value >> 63 ? "-" : "", value >> 63 ? -value : value);
}

static void print_id(const char *key, uint64_t value, FILE *out)
{
	fprintf(out, ", \"%s\": \"%016" PRIx64 "\"", key, value);
}

static void print_flag(const char *key, bool value, FILE *out)
{
	fprintf(out, ", \"%s\": %s", key, value ? "true" : "false");
}

static void print_bytes(const char *key, const uint8_t *bytes, size_t size, FILE *out)
{
	fprintf(out, ", \"%s\": \"", key);
	for (size_t i = 0; i < size; i++)
		fprintf(out, "%02x", bytes[i]);
	putc('"', out);
}

static void print_node(const char *key, const struct trace *trace, uint32_t node, FILE *out)
{
	if (node != TRACE_NOBODY)
		print_text(key, trace_node(trace, node)->name, out);
}

static void print_copy_flags(const struct trace_record *r, FILE *out)
{
	if (r->flags & TRACE_COPY_DUPLICATE)
		print_flag("duplicate", true, out);
	if (r->flags & TRACE_COPY_CORRUPTED)
		print_flag("corrupted", true, out);
	if (r->flags & TRACE_COPY_INJECTED)
		print_flag("injected", true, out);
	if (r->flags & TRACE_COPY_REPLAYED)
		print_flag("replayed", true, out);
	if (r->flags & TRACE_COPY_BACKGROUND)
		print_flag("background", true, out);
}

static void print_packet_type(uint64_t type, FILE *out)
{
	print_text("type", octo_packet_type_name((enum octo_packet_type)type), out);
}

static void print_duel(const struct trace_record *r, const uint8_t *extra, FILE *out)
{
	print_flag("won", r->a == 1, out);
	print_text("clash", octo_role_name((enum octo_role)(r->b & 0xff)), out);
	print_text("role_before", octo_role_name((enum octo_role)(r->b >> 8 & 0xff)), out);
	print_text("role_after", octo_role_name((enum octo_role)(r->b >> 16 & 0xff)), out);
	print_number("deciding_byte", r->b >> 24, out);
	print_bytes("id", extra, OCTO_ID_BYTES, out);
	print_bytes("peer_id", extra + OCTO_ID_BYTES, OCTO_ID_BYTES, out);
	print_bytes("winner_n", extra + 2 * OCTO_ID_BYTES, 8, out);
	print_bytes("loser_n", extra + 2 * OCTO_ID_BYTES + 8, 8, out);
}

static void print_session(const struct trace_record *r, FILE *out)
{
	print_id("session", r->a, out);
	if (r->kind == TRACE_SESSION_DOWN) {
		print_text("end", octo_end_text((enum octo_end)(r->b & 0xff)), out);
		print_flag("was_current", r->b >> 8 & 1, out);
		return;
	}
	print_text("role", octo_role_name((enum octo_role)(r->b & 0xff)), out);
	print_flag("by_winner", r->b >> 8 & 1, out);
	print_number("suite", r->b >> 16 & 0xff, out);
	print_number("generation", r->b >> 32, out);
}

/* What a, b and flags hold, for the records of the network. */
static void print_network(const struct trace_record *r, FILE *out)
{
	switch ((enum trace_kind)r->kind) {
	case TRACE_SENT:
		print_packet_type(r->a, out);
		print_id("session_id", r->b, out);
		if (r->flags & TRACE_COPY_BACKGROUND)
			print_flag("background", true, out);
		break;
	case TRACE_FLYING:
		print_number("arrives_ns", r->a, out);
		print_number("leaves_queue_ns", r->b, out);
		break;
	case TRACE_DROPPED:
		print_text("why", trace_drop_text((enum trace_drop)r->a), out);
		print_number("would_arrive_ns", r->b, out);
		break;
	default:
		print_packet_type(r->a, out);
		print_number("sent_ns", r->b, out);
		break;
	}
	if (r->kind != TRACE_SENT)
		print_copy_flags(r, out);
}

static void print_nat(const struct trace_record *r, const uint8_t *extra, FILE *out)
{
	static const char *const keys[] = { "inside", "outside", "remote" };
	const size_t skipped = 3 * TRACE_ADDRESS_BYTES;

	print_text("what", trace_nat_name((enum trace_nat)r->a), out);
	print_key("network", out);
	json_text((const char *)extra + skipped, r->extra_size - skipped, out);
	for (int i = 0; i < 3; i++) {
		char text[TRACE_ADDRESS_TEXT];

		trace_address_text(extra + i * TRACE_ADDRESS_BYTES, text);
		print_text(keys[i], text, out);
	}
	print_number("lived_ns", r->b, out);
}

static void print_address(const uint8_t *extra, FILE *out)
{
	char text[TRACE_ADDRESS_TEXT];

	trace_address_text(extra, text);
	print_text("address", text, out);
}

/* Who else was there, and why it waits: [{"courier":6,"why":"bulk","passed":3}]. */
static void print_waiting(const struct trace_record *r, const uint8_t *extra, FILE *out)
{
	fprintf(out, ", \"waiting\": [");
	for (uint32_t i = 0; i < r->extra_size / TRACE_WAITING_BYTES; i++) {
		struct octo_waiting waiting = trace_waiting(extra, i);
		fprintf(out, "%s{\"courier\": %u, \"why\": \"%s\", \"passed\": %u}", i ? ", " : "", waiting.courier,
		        trace_wait_name(waiting.why), waiting.passed);
	}
	fprintf(out, "]");
}

/* Of these the extra bytes are said in words. */
static bool is_said(enum trace_kind kind)
{
	return kind == TRACE_DUEL || kind == TRACE_GRANTED || kind == TRACE_FAILED || kind == TRACE_NAT || kind == TRACE_MAPPED_ADDRESS ||
	       (kind >= TRACE_PATH_TRIED && kind <= TRACE_PATH_FAILED);
}

/* The same for those of the cores and the timeline. */
static void print_core(const struct trace_record *r, const uint8_t *extra, FILE *out)
{
	switch ((enum trace_kind)r->kind) {
	case TRACE_RECEIVED:
		print_packet_type(r->flags, out);
		print_text("reason", octo_reason_name((enum octo_reason)r->a), out);
		print_id("session_id", r->b, out);
		break;
	case TRACE_STEP:
		print_text("step", octo_step_name((enum octo_step)r->a), out);
		print_text("before", octo_state_name((enum octo_state)(r->b & 0xff)), out);
		print_text("after", octo_state_name((enum octo_state)(r->b >> 8)), out);
		break;
	case TRACE_ROLE:
		print_text("before", octo_role_name((enum octo_role)r->a), out);
		print_text("after", octo_role_name((enum octo_role)r->b), out);
		break;
	case TRACE_DUEL:
		print_duel(r, extra, out);
		break;
	case TRACE_NOTE:
		print_number("courier", r->a & 0xffff, out);
		print_text("note", octo_note_name((enum octo_note)r->flags), out);
		print_number("subject", r->a >> 16, out);
		print_number("value", r->b, out);
		break;
	case TRACE_GRANTED:
		print_number("courier", r->a & 0xffff, out);
		print_number("size", r->a >> 16 & 0xffff, out);
		print_text("held_by", trace_wait_name(r->a >> 32), out);
		print_number("lateness_ms", r->b & 0xffffffff, out);
		print_number("priority", r->b >> 32 & 0xff, out);
		print_number("rivals", r->b >> 40 & 0xff, out);
		print_number("passed", r->b >> 48, out);
		print_waiting(r, extra, out);
		break;
	case TRACE_WAITED:
		print_number("courier", r->a & 0xffff, out);
		print_text("why", trace_wait_name(r->a >> 32), out);
		print_number("lateness_ms", r->b & 0xffffffff, out);
		print_number("passed", r->b >> 48, out);
		break;
	case TRACE_MESSAGE:
		print_number("courier", r->a, out);
		print_number("size", r->b, out);
		break;
	case TRACE_DISCARDED:
		print_number("courier", r->a, out);
		print_number("size", r->b & 0xffffffff, out);
		print_text("why", octo_discard_name((enum octo_discard)(r->b >> 32)), out);
		break;
	case TRACE_CELIBACY:
		print_flag("began", r->a == 1, out);
		print_number("lasts_ns", r->b, out);
		break;
	case TRACE_MODE:
		print_text("before", octo_mode_name((enum octo_mode)(r->b & 0xff)), out);
		print_text("after", octo_mode_name((enum octo_mode)r->a), out);
		print_number("lasts_ns", r->b >> 8, out);
		break;
	case TRACE_ACTIVITY:
		print_flag("active", r->a == 1, out);
		print_text("why", octo_activity_name((enum octo_activity)r->b), out);
		break;
	case TRACE_PATH_TRIED:
	case TRACE_PATH_MOVED:
	case TRACE_PATH_FAILED:
		print_id("session", r->a, out);
		print_address(extra, out);
		break;
	case TRACE_KEYS_TURNED:
		print_id("session", r->a, out);
		print_number("epoch", r->b & 0xffffffff, out);
		print_flag("sending", r->b >> 32 & 1, out);
		break;
	case TRACE_MAPPED_ADDRESS:
		print_flag("changed", r->a == 1, out);
		print_address(extra, out);
		break;
	case TRACE_KEEPALIVE_SHORTER:
	case TRACE_KEEPALIVE_LONGER:
		print_number("interval_ns", r->a, out);
		print_number("silence_ns", r->b, out);
		break;
	case TRACE_CLOCK:
		print_signed("step_ns", r->a, out);
		break;
	case TRACE_LOSS:
		print_number("packets", r->a & 0xffffffff, out);
		print_number("bytes", r->a >> 32, out);
		print_number("last_number", r->b, out);
		break;
	case TRACE_RATE:
		print_number("bytes_per_second", r->a & 0xffffffff, out);
		print_number("before", r->a >> 32, out);
		print_number("queue_us", r->b & UINT64_C(0xffffffffffff), out);
		print_number("loss_permille", r->b >> 48, out);
		break;
	case TRACE_LIGHT:
		print_flag("good", r->a == 1, out);
		print_number("round_trip_ns", r->b, out);
		break;
	case TRACE_POOL:
		print_text("pool", octo_pool_text((enum octo_pool)r->a), out);
		break;
	case TRACE_TAMPER:
		print_text("tell", octo_tell_name((enum octo_tell)r->a), out);
		break;
	case TRACE_SYNC_MISMATCH:
	case TRACE_SYNC_RESENT:
	case TRACE_SYNC_CONFIRMED:
		print_number("courier", r->a, out);
		print_text("side", octo_side_name((enum octo_side)r->b), out);
		break;
	case TRACE_WARNING:
		print_text("warning", octo_warning_name((enum octo_warning)r->a), out);
		break;
	case TRACE_ACTION:
		print_text("action", trace_action_name((enum trace_action)r->a), out);
		if (r->a == TRACE_ACTION_CLOCK)
			print_signed("step_ns", r->b, out);
		if (r->a == TRACE_ACTION_LIE)
			print_text("lie", trace_lie_name((enum trace_lie)r->b), out);
		break;
	case TRACE_NAT:
		print_nat(r, extra, out);
		break;
	case TRACE_FAILED:
		print_text("what", r->a ? "invariant" : "expectation", out);
		print_key("text", out);
		json_text((const char *)extra, r->extra_size, out);
		break;
	default:
		print_session(r, out);
		break;
	}
}

void jsonl_print_header(const struct trace *trace, FILE *out)
{
	const struct trace_header *header = trace_header(trace);

	fputs("{\"format\": \"OCTOTRC2\"", out);
	print_text("scenario", header->scenario, out);
	print_text("title", header->title, out);
	print_number("seed", header->seed, out);
	print_id("scenario_hash", header->scenario_hash, out);
	print_number("duration_ns", header->duration_ns, out);
	print_text("crypto", header->crypto, out);
	print_number("records", trace_count(trace), out);
	print_flag("truncated", trace_is_truncated(trace), out);
	fputs(", \"nodes\": [", out);
	for (uint32_t i = 0; i < header->node_count; i++) {
		const struct trace_node *node = trace_node(trace, i);

		fputs(i ? ", {\"name\": " : "{\"name\": ", out);
		json_text(node->name, strlen(node->name), out);
		print_text("kind", node->kind, out);
		print_bytes("id", node->id, OCTO_ID_BYTES, out);
		putc('}', out);
	}
	fputs("]}\n", out);
}

void jsonl_print_records(const struct trace *trace, uint32_t first, FILE *out)
{
	for (uint32_t i = first; i < trace_count(trace); i++) {
		const struct trace_record *r = trace_get(trace, i);
		const uint8_t *extra = trace_extra(trace, i);

		fprintf(out, "{\"record\": %" PRIu32 ", \"time_ns\": %" PRIu64 ", \"kind\": \"%s\"", i,
		        r->time_ns, trace_kind_name((enum trace_kind)r->kind));
		print_node("node", trace, r->node, out);
		print_node("peer", trace, r->peer, out);
		if (r->packet)
			print_number("packet", r->packet, out);
		if (r->copy)
			print_number("copy", r->copy, out);
		if (r->cause)
			print_number("cause", r->cause - 1, out);
		if (r->kind <= TRACE_DELIVERED)
			print_network(r, out);
		else
			print_core(r, extra, out);
		if (r->extra_size && !is_said((enum trace_kind)r->kind))
			print_bytes("bytes", extra, r->extra_size, out);
		fputs("}\n", out);
	}
}
