/* words.c: see words.h. */
#include "viz/words.h"
#include "viz/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *words_role(unsigned int role)
{
	return role < OCTO_ROLE_COUNT ? octo_role_name((enum octo_role)role) : "?";
}

const char *words_state(unsigned int state)
{
	return state < OCTO_STATE_COUNT ? octo_state_name((enum octo_state)state) : "?";
}

const char *words_reason(unsigned int reason)
{
	return reason < OCTO_REASON_COUNT ? octo_reason_name((enum octo_reason)reason) : "?";
}

/* The handshake's messages in capitals, as everybody writes them. */
static const char *type_name(uint8_t type)
{
	switch (type) {
	case OCTO_PACKET_SYN: return "SYN";
	case OCTO_PACKET_SYN_ACK: return "SYN-ACK";
	case OCTO_PACKET_ACK: return "ACK";
	case OCTO_PACKET_RETRY: return "RETRY";
	case OCTO_PACKET_PROBE: return "PROBE";
	case OCTO_PACKET_PROBE_REPLY: return "PROBE-REPLY";
	case OCTO_PACKET_STUN: return "STUN";
	default: return type & OCTO_PACKET_DATA ? "data" : "junk";
	}
}

void words_packet(const struct model *model, uint8_t type, uint32_t packet, char *out, size_t size)
{
	if (type == OCTO_PACKET_UNKNOWN && packet && packet < model->packet_count
	    && model->sent_record[packet] != MODEL_NONE)
		type = (uint8_t)trace_get(model->trace, model->sent_record[packet])->a;
	const char *name = type_name(type);
	if (packet)
		snprintf(out, size, "%s #%" PRIu32, name, packet);
	else
		snprintf(out, size, "%s", name);
}

void words_fate(const struct model *model, const struct model_copy *copy, char *out, size_t size)
{
	char took[32];
	text_duration(copy->end_ns - copy->start_ns, took, sizeof took);
	const char *damaged = copy->flags & TRACE_COPY_CORRUPTED ? ", damaged on the way" : "";
	(void)model;
	if (copy->fate == MODEL_DROPPED)
		snprintf(out, size, "%s", trace_drop_text((enum trace_drop)copy->drop));
	else if (copy->fate != MODEL_DELIVERED)
		snprintf(out, size, "still on its way when the trace ends%s", damaged);
	else if (copy->verdict_record == MODEL_NONE)
		snprintf(out, size, "delivered after %s%s", took, damaged);
	else if (copy->reason == OCTO_REASON_ACCEPTED)
		snprintf(out, size, "delivered after %s, accepted%s", took, damaged);
	else
		snprintf(out, size, "delivered after %s%s, not used: %s", took, damaged,
		         words_reason(copy->reason));
}

struct sentence {
	const struct model *model;
	const struct trace_record *record;
	const uint8_t *extra;
	const char *node, *peer;
	char packet[48];
	char *out;
	size_t size;
};

static void say_network(const struct sentence *say)
{
	const struct trace_record *record = say->record;
	const struct model_copy *copy = model_copy_of(say->model, record->copy);
	char took[32] = "";
	const char *kind = record->flags & TRACE_COPY_INJECTED ? " (injected)"
	                 : record->flags & TRACE_COPY_DUPLICATE ? " (duplicate)" : "";
	switch ((enum trace_kind)record->kind) {
	case TRACE_SENT:
		snprintf(say->out, say->size, "%s sends %s to %s, %u bytes", say->node, say->packet,
		         say->peer, (unsigned)record->extra_size);
		break;
	case TRACE_FLYING:
		text_duration(record->a > record->time_ns ? record->a - record->time_ns : 0, took,
		              sizeof took);
		snprintf(say->out, say->size, "%s%s flies from %s to %s, %s", say->packet, kind, say->node,
		         say->peer, took);
		break;
	case TRACE_DROPPED:
		snprintf(say->out, say->size, "%s%s from %s to %s: %s", say->packet, kind, say->node,
		         say->peer,
		         record->a < TRACE_DROP_COUNT ? trace_drop_text((enum trace_drop)record->a)
		                                      : "dropped");
		break;
	default:
		if (copy)
			text_duration(copy->end_ns - copy->start_ns, took, sizeof took);
		snprintf(say->out, say->size, "%s%s from %s arrives at %s after %s", say->packet, kind,
		         say->node, say->peer, took);
		break;
	}
}

static void say_session(const struct sentence *say)
{
	const struct trace_record *record = say->record;
	char session[16];
	text_session(record->a, session, sizeof session);
	if (record->kind == TRACE_SESSION_DOWN) {
		snprintf(say->out, say->size, "%s drops session %s with %s: %s", say->node, session,
		         say->peer,
		         (record->b & 255) < OCTO_END_COUNT ? octo_end_text((enum octo_end)(record->b & 255))
		                                            : "?");
		return;
	}
	snprintf(say->out, say->size, "%s %s session %s with %s as %s, generation %" PRIu64 ", %s", say->node,
	         record->kind == TRACE_SESSION_UP ? "takes up" : "keeps for receiving only the", session,
	         say->peer, words_role(record->b & 255), record->b >> 32,
	         octo_suite_name((uint8_t)(record->b >> 16)));
}

static const char *wait_text(uint64_t why)
{
	return why < OCTO_WAIT_COUNT ? octo_wait_text((enum octo_wait)why) : "?";
}

/* Who goes, what it waited for, and who else is there and why that one waits. */
static void say_granted(const struct sentence *say)
{
	const struct trace_record *record = say->record;
	int used = snprintf(say->out, say->size, "%s lets courier %u send %u bytes to %s, %u ms after its wish",
	                    say->node, (unsigned)(record->a & 0xffff), (unsigned)(record->a >> 16 & 0xffff), say->peer,
	                    (unsigned)(record->b & 0xffffffff));
	if (record->a >> 32 && used > 0 && (size_t)used < say->size)
		used += snprintf(say->out + used, say->size - (size_t)used, " (%s)", wait_text(record->a >> 32));
	for (uint32_t i = 0; i < record->extra_size / TRACE_WAITING_BYTES && say->extra; i++) {
		struct octo_waiting waiting = trace_waiting(say->extra, i);
		if (used > 0 && (size_t)used < say->size)
			used += snprintf(say->out + used, say->size - (size_t)used, "%s courier %u waits: %s", i ? "," : ";",
			                 waiting.courier, trace_wait_name(waiting.why));
	}
}

static void say_core(const struct sentence *say)
{
	const struct trace_record *record = say->record;
	const char *name = "?";
	switch ((enum trace_kind)record->kind) {
	case TRACE_RECEIVED:
		if (record->a == OCTO_REASON_ACCEPTED)
			snprintf(say->out, say->size, "%s accepts %s of %s", say->node, say->packet,
			         say->peer);
		else
			snprintf(say->out, say->size, "%s does not use %s of %s: %s", say->node, say->packet,
			         say->peer, words_reason((unsigned)record->a));
		break;
	case TRACE_STEP:
		if (record->a < OCTO_STEP_COUNT)
			name = octo_step_text((enum octo_step)record->a);
		if ((record->b & 255) == (record->b >> 8 & 255))
			snprintf(say->out, say->size, "%s about %s: %s (stays %s)", say->node, say->peer,
			         name, words_state(record->b & 255));
		else
			snprintf(say->out, say->size, "%s about %s: %s (%s \xe2\x86\x92 %s)", say->node,
			         say->peer, name, words_state(record->b & 255),
			         words_state(record->b >> 8 & 255));
		break;
	case TRACE_ROLE:
		snprintf(say->out, say->size, "%s changes its role towards %s: %s \xe2\x86\x92 %s", say->node,
		         say->peer, words_role((unsigned)record->a), words_role((unsigned)record->b));
		break;
	case TRACE_DUEL:
		snprintf(say->out, say->size,
		         "%s %s the ID-duel against %s, decided by byte %u; both were %s", say->node,
		         record->a == 1 ? "wins" : "loses", say->peer, (unsigned)(record->b >> 24 & 255),
		         words_role(record->b & 255));
		break;
	case TRACE_GRANTED:
		say_granted(say);
		break;
	case TRACE_WAITED:
		snprintf(say->out, say->size, "%s: courier %u wants to send to %s and waits: %s", say->node,
		         (unsigned)(record->a & 0xffff), say->peer, wait_text(record->a >> 32));
		break;
	case TRACE_MESSAGE:
		snprintf(say->out, say->size, "%s gets a message of courier %" PRIu64 " from %s, %" PRIu64 " bytes", say->node,
		         record->a, say->peer, record->b);
		break;
	case TRACE_DISCARDED:
		snprintf(say->out, say->size, "%s discards a message of courier %" PRIu64 " from %s, %" PRIu64 " bytes: %s",
		         say->node, record->a, say->peer, record->b & 0xffffffff,
		         record->b >> 32 < OCTO_DISCARD_COUNT ? octo_discard_text((enum octo_discard)(record->b >> 32)) : "?");
		break;
	case TRACE_NOTE:
		snprintf(say->out, say->size, "%s, courier %u towards %s: %s (%" PRIu64 ", %" PRIu64 ")", say->node,
		         (unsigned)(record->a & 0xffff), say->peer,
		         record->flags < OCTO_NOTE_COUNT ? octo_note_text((enum octo_note)record->flags) : "?",
		         record->a >> 16, record->b);
		break;
	case TRACE_CELIBACY:
		snprintf(say->out, say->size, "%s %s celibacy towards %s", say->node,
		         record->a ? "begins" : "ends", say->peer);
		break;
	case TRACE_MODE:
		name = record->a < OCTO_MODE_COUNT ? octo_mode_text((enum octo_mode)record->a) : "?";
		snprintf(say->out, say->size, "%s, %s", say->node, name);
		break;
	case TRACE_ACTIVITY:
		name = record->b < OCTO_ACTIVITY_COUNT ? octo_activity_text((enum octo_activity)record->b) : "?";
		snprintf(say->out, say->size, "%s takes %s for %s: %s", say->node, say->peer,
		         record->a ? "active" : "not active", name);
		break;
	case TRACE_PATH_TRIED:
		snprintf(say->out, say->size, "%s hears %s from another address, and asks for proof", say->node, say->peer);
		break;
	case TRACE_PATH_MOVED:
		snprintf(say->out, say->size, "%s sends to another address of %s from now on", say->node, say->peer);
		break;
	case TRACE_PATH_FAILED:
		snprintf(say->out, say->size, "%s got no proof that %s has moved", say->node, say->peer);
		break;
	case TRACE_KEYS_TURNED:
		snprintf(say->out, say->size, "%s %s, with %s", say->node,
		         record->b >> 32 ? "turns its key" : "follows the other key", say->peer);
		break;
	case TRACE_MAPPED_ADDRESS:
		snprintf(say->out, say->size, "%s learns how it looks from outside%s", say->node,
		         record->a ? ": not as before" : "");
		break;
	case TRACE_KEEPALIVE_SHORTER: case TRACE_KEEPALIVE_LONGER:
		snprintf(say->out, say->size, "%s %s: a keepalive every %" PRIu64 " ms", say->node,
		         record->kind == TRACE_KEEPALIVE_SHORTER ? "was forgotten by a NAT" : "was not forgotten by NATs",
		         record->a / OCTO_MILLISECOND);
		break;
	case TRACE_CLOCK:
		snprintf(say->out, say->size, "%s notices a step of its clock", say->node);
		break;
	case TRACE_LOSS:
		snprintf(say->out, say->size, "%s gives up %u packets to %s", say->node, (unsigned)(record->a & 0xffffffff), say->peer);
		break;
	case TRACE_RATE:
		snprintf(say->out, say->size, "%s takes the path to %s for %u bytes/s", say->node, say->peer,
		         (unsigned)(record->a & 0xffffffff));
		break;
	case TRACE_LIGHT:
		snprintf(say->out, say->size, "%s finds the connection to %s %s", say->node, say->peer, record->a ? "good" : "bad");
		break;
	case TRACE_POOL:
		snprintf(say->out, say->size, "%s lets couriers wait: no %s left", say->node,
		         record->a < OCTO_POOL_COUNT ? octo_pool_text((enum octo_pool)record->a) : "?");
		break;
	case TRACE_TAMPER:
		if (record->a < OCTO_TELL_COUNT)
			name = octo_tell_text((enum octo_tell)record->a);
		snprintf(say->out, say->size, "%s finds a packet of %s hacked: %s", say->node, say->peer, name);
		break;
	case TRACE_SYNC_MISMATCH:
		snprintf(say->out, say->size, "%s lacks something that courier %u of %s has said", say->node, (unsigned)record->a, say->peer);
		break;
	case TRACE_SYNC_RESENT:
		snprintf(say->out, say->size, "%s sends the state of courier %u to %s again", say->node, (unsigned)record->a, say->peer);
		break;
	case TRACE_SYNC_CONFIRMED:
		snprintf(say->out, say->size, record->b == OCTO_SIDE_OURS ? "%s hears that %s has all that its courier %u says" :
		                                                            "%s has all that %s says as courier %u",
		         say->node, say->peer, (unsigned)record->a);
		break;
	case TRACE_WARNING:
		if (record->a < OCTO_WARNING_COUNT)
			name = octo_warning_text((enum octo_warning)record->a);
		snprintf(say->out, say->size, "%s warns about %s: %s", say->node, say->peer, name);
		break;
	default:
		say_session(say);
		break;
	}
}

static void say_action(const struct sentence *say)
{
	const struct trace_record *record = say->record;
	const char *name =
		record->a < TRACE_ACTION_COUNT ? trace_action_name((enum trace_action)record->a) : "?";
	if (record->a == TRACE_ACTION_HEAL)
		snprintf(say->out, say->size, "the network heals");
	else if (record->a == TRACE_ACTION_LIE)
		snprintf(say->out, say->size, "%s lies to %s: %s", say->node, say->peer, trace_lie_text((enum trace_lie)record->b));
	else if (record->peer == TRACE_NOBODY)
		snprintf(say->out, say->size, "timeline: %s %s", name, say->node);
	else
		snprintf(say->out, say->size, "timeline: %s %s \xe2\x86\x92 %s", name, say->node, say->peer);
}

void words_record(const struct model *model, uint32_t index, char *out, size_t size)
{
	const struct trace_record *record = trace_get(model->trace, index);
	struct sentence say = {.model = model, .record = record, .extra = trace_extra(model->trace, index),
	                       .node = model_name(model, record->node),
	                       .peer = model_name(model, record->peer), .out = out, .size = size};
	uint8_t type = record->kind == TRACE_RECEIVED ? record->flags : OCTO_PACKET_UNKNOWN;
	words_packet(model, type, record->packet, say.packet, sizeof say.packet);
	switch ((enum trace_kind)record->kind) {
	case TRACE_SENT: case TRACE_FLYING: case TRACE_DROPPED: case TRACE_DELIVERED:
		say_network(&say);
		break;
	case TRACE_ACTION:
		say_action(&say);
		break;
	case TRACE_NAT: {
		char text[TEXT_MAX];
		trace_nat_text(record, trace_extra(model->trace, index), text, sizeof text);
		text_clean(text, out, size);
		break;
	}
	case TRACE_FAILED: {
		char text[TEXT_MAX], raw[TEXT_MAX];
		const uint8_t *extra = trace_extra(model->trace, index);
		size_t length = record->extra_size < sizeof raw - 1 ? record->extra_size : sizeof raw - 1;
		if (extra)
			memcpy(raw, extra, length);
		raw[extra ? length : 0] = 0;
		text_clean(raw, text, sizeof text);
		snprintf(out, size, "%s failed: %s", record->a ? "invariant" : "expectation", text);
		break;
	}
	default:
		say_core(&say);
		break;
	}
}
