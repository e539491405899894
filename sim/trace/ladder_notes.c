/* ladder_notes.c: one record of a trace in a few words. What an arrow shows by itself (sent, arrived) gets
 * none. Knows records only; ladder_layout.c decides where the words go. */
#include "sim/trace/ladder_layout.h"

#include <inttypes.h>
#include <string.h>

void ladder_duration(uint64_t ns, char out[32])
{
	static const struct {
		uint64_t ns;
		const char *unit;
	} units[] = {
		{ UINT64_C(86400) * OCTO_SECOND, "d" },
		{ UINT64_C(3600) * OCTO_SECOND, "h" },
		{ UINT64_C(60) * OCTO_SECOND, "min" },
		{ OCTO_SECOND, "s" },
		{ OCTO_MILLISECOND, "ms" },
		{ OCTO_MICROSECOND, "us" },
		{ 1, "ns" },
	};
	size_t i = 0;

	while (units[i].ns > 1 && ns < units[i].ns)
		i++;
	uint64_t whole = ns / units[i].ns;
	uint64_t tenth = ns % units[i].ns / (units[i].ns / 10 ? units[i].ns / 10 : 1);

	if (whole < 10 && tenth)
		snprintf(out, 32, "%" PRIu64 ".%" PRIu64 " %s", whole, tenth, units[i].unit);
	else
		snprintf(out, 32, "%" PRIu64 " %s", whole, units[i].unit);
}

static void signed_duration(uint64_t twos_complement, char out[40])
{
	bool is_back = twos_complement >> 63;
	char text[32];

	ladder_duration(is_back ? -twos_complement : twos_complement, text);
	snprintf(out, 40, "%s %s", text, is_back ? "back" : "forward");
}

/* The first bytes of an ID, as far as the one that decides, which stands in brackets. */
static void id_up_to(const uint8_t *id, unsigned deciding, char out[32])
{
	int used = 0;

	for (unsigned i = 0; i < deciding && i < 2; i++)
		used += snprintf(out + used, (size_t)(32 - used), "%02x", id[i]);
	snprintf(out + used, (size_t)(32 - used), "%s[%02x]", deciding > 2 ? "…" : "",
	         id[deciding % OCTO_ID_BYTES]);
}

static void duel_note(const struct trace_record *r, const uint8_t *ids, char *out)
{
	unsigned deciding = (unsigned)(r->b >> 24 & 0xff);
	char ours[32], theirs[32];

	id_up_to(ids, deciding, ours);
	id_up_to(ids + OCTO_ID_BYTES, deciding, theirs);
	snprintf(out, LADDER_NOTE_BYTES, "⚔ duel %s: %s %c %s at byte %u%s", r->a ? "won" : "lost", ours,
	         r->a ? '>' : '<', theirs, deciding,
	         (r->b & 0xff) == OCTO_ROLE_ADHERENT ? ", both were adherent" : "");
}

static bool is_timer(enum octo_step step)
{
	return step >= OCTO_STEP_OFFER_TIMER && step <= OCTO_STEP_SESSION_DEAD;
}

static void step_note(const struct trace_record *r, enum octo_reason verdict, char *out,
                      enum canvas_color *color)
{
	static const enum canvas_color colors[OCTO_STATE_COUNT] = {
		[OCTO_STATE_IDLE] = CANVAS_PLAIN,
		[OCTO_STATE_OFFERING] = CANVAS_SKY,
		[OCTO_STATE_ANSWERING] = CANVAS_BLUE,
		[OCTO_STATE_ESTABLISHED] = CANVAS_GREEN,
	};
	enum octo_step step = (enum octo_step)r->a;
	enum octo_state before = (enum octo_state)(r->b & 0xff), after = (enum octo_state)(r->b >> 8);
	const char *action = octo_step_action(step, before);

	if (before != after) {
		snprintf(out, LADDER_NOTE_BYTES, "%s%s%s → %s", is_timer(step) ? octo_step_text(step) : "",
		         is_timer(step) ? ": " : "", octo_state_name(before), octo_state_name(after));
		*color = colors[after];
	} else if (is_timer(step)) {
		snprintf(out, LADDER_NOTE_BYTES, "%s", octo_step_text(step));
		*color = CANVAS_DIM;
	} else if (verdict == OCTO_REASON_ACCEPTED && step != OCTO_STEP_BAD_PACKET && action) {
		/* The name of a function, read as words. */
		snprintf(out, LADDER_NOTE_BYTES, "%s", action);
		for (char *at = strchr(out, '_'); at; at = strchr(at, '_'))
			*at = ' ';
		*color = CANVAS_DIM;
	}
}

static void action_note(const struct trace_record *r, char *out)
{
	static const char *const said[TRACE_ACTION_COUNT] = {
		[TRACE_ACTION_CONNECT] = "the user connects",
		[TRACE_ACTION_DISCONNECT] = "the user disconnects",
		[TRACE_ACTION_CRASH] = "crashes",
		[TRACE_ACTION_RESTART] = "starts again",
		[TRACE_ACTION_INJECT] = "the timeline injects",
		[TRACE_ACTION_MOVE] = "moves to a new address",
		[TRACE_ACTION_CLOCK] = "its clock is set",
		[TRACE_ACTION_HEAL] = "the network heals",
		[TRACE_ACTION_LOAD] = "is given load to send",
		[TRACE_ACTION_TRAFFIC] = "other programs begin to send",
		[TRACE_ACTION_PAUSE] = "its process is stopped",
		[TRACE_ACTION_RESUME] = "its process goes on",
		[TRACE_ACTION_SLOW] = "its processing time changes",
		[TRACE_ACTION_PARTITION] = "the network is partitioned",
		[TRACE_ACTION_INTERCEPT] = "an attacker begins to intercept",
		[TRACE_ACTION_RELAY] = "a man in the middle begins to relay",
		[TRACE_ACTION_FLOOD] = "a flood begins",
		[TRACE_ACTION_ATTACK] = "a random attacker begins",
		[TRACE_ACTION_REBIND] = "its NAT forgets all mappings",
		[TRACE_ACTION_ENABLE] = "communications are switched on",
		[TRACE_ACTION_DISABLE] = "communications are switched off",
		[TRACE_ACTION_HONEYMOON] = "the user wants a honeymoon",
		[TRACE_ACTION_COURIER] = "a load courier is switched",
		[TRACE_ACTION_SET] = "sets a parameter",
		[TRACE_ACTION_SENSE] = "measures",
		[TRACE_ACTION_COMMAND] = "gives a command",
		[TRACE_ACTION_SWITCH] = "switches a courier",
		[TRACE_ACTION_LIE] = "lies:",
		[TRACE_ACTION_BLOB] = "offers a blob",
		[TRACE_ACTION_CANCEL] = "gives up a blob",
	};
	char step[40];

	signed_duration(r->b, step);
	const char *detail = r->a == TRACE_ACTION_CLOCK ? step :
	                     r->a == TRACE_ACTION_LIE   ? trace_lie_text((enum trace_lie)r->b) : NULL;
	snprintf(out, LADDER_NOTE_BYTES, "%s%s%s", said[r->a], detail ? " " : "", detail ? detail : "");
}

static void session_note(const struct trace_record *r, char *out, enum canvas_color *color)
{
	uint32_t id = (uint32_t)(r->a >> 32);

	*color = r->kind == TRACE_SESSION_DOWN ? CANVAS_VERMILLION : CANVAS_GREEN;
	if (r->kind == TRACE_SESSION_UP)
		snprintf(out, LADDER_NOTE_BYTES, "▲ session %08" PRIx32 " up as %s", id,
		         octo_role_name((enum octo_role)(r->b & 0xff)));
	else if (r->kind == TRACE_SESSION_SPARE)
		snprintf(out, LADDER_NOTE_BYTES, "△ session %08" PRIx32 " kept for receiving", id);
	else
		snprintf(out, LADDER_NOTE_BYTES, "▼ session %08" PRIx32 " down: %s", id,
		         octo_end_text((enum octo_end)(r->b & 0xff)));
}

/* From no role to one is what every handshake begins with: the state says it already. */
static void role_note(enum octo_role before, enum octo_role after, char *out, enum canvas_color *color)
{
	if (before == OCTO_ROLE_NONE || after == OCTO_ROLE_NONE)
		return;
	snprintf(out, LADDER_NOTE_BYTES, "⇄ role flips: %s → %s", octo_role_name(before),
	         octo_role_name(after));
	*color = CANVAS_YELLOW;
}

/* With a session it goes without saying. */
static void activity_note(const struct trace_record *r, char *out, enum canvas_color *color)
{
	enum octo_activity why = (enum octo_activity)r->b;

	if (why == OCTO_ACTIVITY_ANSWERED || why == OCTO_ACTIVITY_UNANSWERED)
		snprintf(out, LADDER_NOTE_BYTES, "%s: %s", r->a ? "active" : "not active", octo_activity_text(why));
	*color = CANVAS_DIM;
}

static void path_note(const struct trace_record *r, const uint8_t *address, char *out, enum canvas_color *color)
{
	char where[TRACE_ADDRESS_TEXT];

	trace_address_text(address, where);
	snprintf(out, LADDER_NOTE_BYTES, r->kind == TRACE_PATH_TRIED ? "heard from %s: is it there?" :
	         r->kind == TRACE_PATH_MOVED ? "moved to %s" : "is not at %s", where);
	*color = r->kind == TRACE_PATH_MOVED ? CANVAS_GREEN : CANVAS_DIM;
}

static void keepalive_note(const struct trace_record *r, char *out)
{
	char interval[32], silence[32];

	ladder_duration(r->a, interval);
	ladder_duration(r->b, silence);
	snprintf(out, LADDER_NOTE_BYTES, r->kind == TRACE_KEEPALIVE_SHORTER ?
	         "a NAT forgot it in %s: keepalive every %s" : "%s were no matter: keepalive every %s", silence, interval);
}

static void delivered_note(const struct trace_record *r, char *out)
{
	static const struct {
		uint8_t flag;
		const char *text;
	} said[] = {
		{ TRACE_COPY_INJECTED, "injected" },
		{ TRACE_COPY_REPLAYED, "replayed" },
		{ TRACE_COPY_DUPLICATE, "duplicate" },
		{ TRACE_COPY_CORRUPTED, "corrupted" },
	};
	size_t used = 0;

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		if (r->flags & said[i].flag)
			used += (size_t)snprintf(out + used, LADDER_NOTE_BYTES - used, "%s%s",
			                         used ? ", " : "", said[i].text);
}

void ladder_note(const struct ladder_source *source, uint32_t index, enum octo_reason verdict,
                 bool names_peer, char out[LADDER_NOTE_BYTES], enum canvas_color *color)
{
	const struct trace_record *r = source->record(source->context, index);
	const uint8_t *extra = source->extra(source->context, index);
	char text[40], address[TRACE_ADDRESS_TEXT];

	out[0] = 0;
	*color = CANVAS_PLAIN;
	switch ((enum trace_kind)r->kind) {
	case TRACE_DROPPED:
		snprintf(out, LADDER_NOTE_BYTES, "✕ %s", trace_drop_text((enum trace_drop)r->a));
		*color = CANVAS_VERMILLION;
		break;
	case TRACE_DELIVERED:
		delivered_note(r, out);
		break;
	case TRACE_RECEIVED:
		if (r->a != OCTO_REASON_ACCEPTED)
			snprintf(out, LADDER_NOTE_BYTES, "⊘ %s", octo_reason_name((enum octo_reason)r->a));
		*color = CANVAS_VERMILLION;
		break;
	case TRACE_STEP:
		step_note(r, verdict, out, color);
		break;
	case TRACE_ROLE:
		role_note((enum octo_role)r->a, (enum octo_role)r->b, out, color);
		break;
	case TRACE_DUEL:
		duel_note(r, extra, out);
		*color = CANVAS_YELLOW;
		break;
	case TRACE_SESSION_UP:
	case TRACE_SESSION_SPARE:
	case TRACE_SESSION_DOWN:
		session_note(r, out, color);
		break;
	case TRACE_DISCARDED:
		snprintf(out, LADDER_NOTE_BYTES, "message for courier %" PRIu64 " discarded: %s", r->a,
		         octo_discard_name((enum octo_discard)(r->b >> 32)));
		break;
	case TRACE_WAITED:
		snprintf(out, LADDER_NOTE_BYTES, "courier %" PRIu64 " waits: %s", r->a & 0xffff, trace_wait_name(r->a >> 32));
		*color = CANVAS_DIM;
		break;
	case TRACE_CELIBACY:
		ladder_duration(r->b, text);
		snprintf(out, LADDER_NOTE_BYTES, r->a ? "celibacy for %s" : "celibacy ends", text);
		break;
	case TRACE_MODE:
		ladder_duration(r->b >> 8, text);
		snprintf(out, LADDER_NOTE_BYTES, "mode %s%s%s", octo_mode_name((enum octo_mode)r->a),
		         r->b >> 8 ? " for " : "", r->b >> 8 ? text : "");
		break;
	case TRACE_ACTIVITY:
		activity_note(r, out, color);
		break;
	case TRACE_PATH_TRIED:
	case TRACE_PATH_MOVED:
	case TRACE_PATH_FAILED:
		path_note(r, extra, out, color);
		break;
	case TRACE_KEYS_TURNED:
		snprintf(out, LADDER_NOTE_BYTES, r->b >> 32 ? "turns its key" : "follows the peer's key");
		*color = CANVAS_DIM;
		break;
	case TRACE_MAPPED_ADDRESS:
		trace_address_text(extra, address);
		snprintf(out, LADDER_NOTE_BYTES, "is %s from outside%s", address, r->a ? ", another than before" : "");
		*color = r->a ? CANVAS_YELLOW : CANVAS_DIM;
		break;
	case TRACE_KEEPALIVE_SHORTER:
	case TRACE_KEEPALIVE_LONGER:
		keepalive_note(r, out);
		*color = CANVAS_DIM;
		break;
	case TRACE_CLOCK:
		signed_duration(r->a, text);
		snprintf(out, LADDER_NOTE_BYTES, "notices that its clock went %s", text);
		break;
	case TRACE_LOSS:
		snprintf(out, LADDER_NOTE_BYTES, "gives up %" PRIu64 " packet%s", r->a & 0xffffffff, (r->a & 0xffffffff) == 1 ? "" : "s");
		*color = CANVAS_DIM;
		break;
	case TRACE_RATE:
		snprintf(out, LADDER_NOTE_BYTES, "takes the path for %" PRIu64 " bytes/s", r->a & 0xffffffff);
		*color = CANVAS_DIM;
		break;
	case TRACE_LIGHT:
		snprintf(out, LADDER_NOTE_BYTES, r->a ? "the connection is good" : "the connection is bad");
		*color = CANVAS_DIM;
		break;
	case TRACE_POOL:
		snprintf(out, LADDER_NOTE_BYTES, "couriers wait: no %s left", octo_pool_text((enum octo_pool)r->a));
		*color = CANVAS_ORANGE;
		break;
	case TRACE_NOTE:
		snprintf(out, LADDER_NOTE_BYTES, "courier %" PRIu64 ": %s %" PRIu64 ", %" PRIu64, r->a & 0xffff,
		         octo_note_name((enum octo_note)r->flags), r->a >> 16 & 0xffff, r->b);
		*color = octo_note_class((enum octo_note)r->flags) == OCTO_CLASS_BROKEN ? CANVAS_ORANGE : CANVAS_DIM;
		break;
	case TRACE_TAMPER:
		snprintf(out, LADDER_NOTE_BYTES, "⚑ hacked: %s", octo_tell_text((enum octo_tell)r->a));
		*color = CANVAS_ORANGE;
		break;
	case TRACE_SYNC_MISMATCH:
		snprintf(out, LADDER_NOTE_BYTES, "courier %" PRIu64 ": something of theirs is missing", r->a);
		*color = CANVAS_ORANGE;
		break;
	case TRACE_SYNC_RESENT:
		snprintf(out, LADDER_NOTE_BYTES, "courier %" PRIu64 ": sends all of it again", r->a);
		break;
	case TRACE_SYNC_CONFIRMED:
		snprintf(out, LADDER_NOTE_BYTES, "courier %" PRIu64 ": %s verified", r->a, octo_side_name((enum octo_side)r->b));
		*color = CANVAS_DIM;
		break;
	case TRACE_WARNING:
		snprintf(out, LADDER_NOTE_BYTES, "⚠ %s", octo_warning_text((enum octo_warning)r->a));
		*color = CANVAS_ORANGE;
		break;
	case TRACE_ACTION:
		action_note(r, out);
		*color = CANVAS_BOLD;
		break;
	case TRACE_FAILED:
		snprintf(out, LADDER_NOTE_BYTES, "■ %s failed: %.*s", r->a ? "invariant" : "expectation",
		         (int)r->extra_size, extra ? (const char *)extra : "");
		*color = CANVAS_VERMILLION;
		break;
	case TRACE_NAT:
		trace_nat_text(r, extra, out, LADDER_NOTE_BYTES);
		*color = CANVAS_DIM;
		break;
	case TRACE_SENT:
	case TRACE_FLYING:
	case TRACE_GRANTED:
	case TRACE_MESSAGE:
	case TRACE_KIND_COUNT:
		break;
	}
	if (names_peer && out[0] && r->peer < source->node_count && r->kind >= TRACE_STEP &&
	    r->kind <= TRACE_ACTION && r->kind != TRACE_ROLE && r->kind != TRACE_CLOCK && r->kind != TRACE_MODE) {
		size_t used = strlen(out);

		snprintf(out + used, LADDER_NOTE_BYTES - used, " (%s)",
		         source->node(source->context, r->peer)->name);
	}
}
