/* expect.c: reads the subjects of "expect": what may hold or not. expect_when.c reads when it must. */
#include "sim/scenario/expect.h"

#include "sim/scenario/memory.h"
#include "sim/scenario/quote.h"
#include "sim/trace.h"

#include <inttypes.h>
#include <string.h>

const char *const expect_subjects[] = {
	"session", "duels", "packets", "messages", "warnings", "steps", "events", "latency", "memory", "share",
	"use", "parameter", "sensors", "commands", "blob", NULL,
};
static const char *const session_keys[] = { "between", "state", "count", "initiator", "suite", NULL };
static const char *const duels_keys[] = { "between", "exactly", "at_least", "at_most", "winner", NULL };
static const char *const packets_keys[] = {
	"type", "from", "to", "fate", "reason", "exactly", "at_least", "at_most", NULL,
};
static const char *const warnings_keys[] = { "node", "kind", "exactly", "at_least", "at_most", NULL };
static const char *const steps_keys[] = { "node", "step", "exactly", "at_least", "at_most", NULL };
static const char *const events_keys[] = { "kind", "node", "peer", "courier", "why", "exactly", "at_least", "at_most", NULL };
static const char *const latency_keys[] = { "from", "to", "of", "type", "courier", "p50", "p90", "p99", "max", NULL };
static const char *const bound_keys[] = { "at_least", "at_most", NULL };
static const char *const memory_keys[] = { "of", "at_least", "at_most", NULL };

static const char *const states[] = {
#define X(name, text) text,
	OCTO_STATES(X)
#undef X
	NULL
};
static const char *const reasons[] = {
#define X(name, text, class) text,
	OCTO_REASONS(X)
#undef X
	NULL
};
static const char *const warnings[] = {
#define X(name, key, text) key,
	OCTO_WARNINGS(X)
#undef X
	NULL
};
static const char *const steps[] = {
#define X(name, key, text) key,
	OCTO_STEPS(X)
#undef X
	NULL
};
/* Every kind of the trace; then the warnings and what couriers note by their own names. */
static const char *const events[] = {
#define X(name, text) text,
	TRACE_KINDS(X)
#undef X
#define X(name, key, text) key,
	OCTO_WARNINGS(X)
#undef X
#define X(name, key, class, text) key,
	OCTO_NOTES(X)
#undef X
	NULL
};
static const char *const measured[] = { "messages", "packets", "state", "sensors", "commands", NULL };

const char *scenario_measured_name(enum scenario_measured which)
{
	return measured[which];
}

static const char *const memories[] = { "world", "core", "node", NULL };
static const char *const fates[] = { "sent", "delivered", "dropped", "rejected", NULL };
static const char *const suites[] = { "chacha20-poly1305", "aes-256-gcm", NULL };
static const uint8_t suite_of[] = { OCTO_SUITE_CHACHA20_POLY1305, OCTO_SUITE_AES_256_GCM };

static void read_between(struct reader *reader, struct tree_value object,
                         struct scenario_expectation *expectation, struct line *line)
{
	struct reader_pairs pairs = { .is_unordered = true };
	struct tree_value between = { NULL, 0 }, a = { NULL, 0 }, b = { NULL, 0 };

	if (!reader_need(reader, object, "between", "a list of two node names or patterns", &between) ||
	    !reader_pair_of_patterns(reader, between, &a, &b) || !reader_pairs(reader, between, a, b, &pairs))
		return;
	expectation->pairs = pairs.list;
	expectation->pair_count = pairs.count;
	expect_say(line, " %s–%s", expect_pattern(reader, a), expect_pattern(reader, b));
}

/* A node that must be one of every pair; otherwise the expectation could never hold. */
static bool read_party(struct reader *reader, struct tree_value value,
                       const struct scenario_expectation *expectation, uint32_t *node)
{
	if (!reader_node(reader, value, node))
		return false;
	for (uint32_t i = 0; i < expectation->pair_count; i++) {
		if (expectation->pairs[i].a != *node && expectation->pairs[i].b != *node) {
			reader_wrong(reader, value, "\"%s\" is not one of the two in \"between\"",
			             reader->scenario->nodes[*node].name);
			return false;
		}
	}
	return true;
}

static void read_session(struct reader *reader, struct tree_value object,
                         struct scenario_expectation *expectation, struct line *line)
{
	struct tree_value value = { NULL, 0 };
	uint64_t count = 0;
	int32_t index = 0;
	uint32_t said = 0;

	reader_keys(reader, object, session_keys);
	expect_say(line, "session");
	read_between(reader, object, expectation, line);
	value = reader_get(reader, object, "state");
	if (value.item != NULL && ++said > 0 && reader_word(reader, value, states, &index)) {
		expectation->has_state = true;
		expectation->state = (enum octo_state)index;
		expect_say(line, " %s", states[index]);
	}
	value = reader_get(reader, object, "count");
	if (value.item != NULL && ++said > 0 && reader_whole(reader, value, 0, 2, &count)) {
		expectation->has_count = true;
		expectation->count = (uint32_t)count;
		expect_say(line, ", count %u", expectation->count);
	}
	value = reader_get(reader, object, "initiator");
	if (value.item != NULL && ++said > 0) {
		expectation->initiator_is_winner = reader_is(reader, value, SCANNER_STRING) &&
		                                   strcmp(tree_text(value), "duel-winner") == 0;
		expectation->has_initiator = expectation->initiator_is_winner ||
		                             read_party(reader, value, expectation, &expectation->initiator);
		expect_say(line, ", initiator %s", expect_pattern(reader, value));
	}
	value = reader_get(reader, object, "suite");
	if (value.item != NULL && ++said > 0 && reader_word(reader, value, suites, &index)) {
		expectation->has_suite = true;
		expectation->suite = suite_of[index];
		expect_say(line, ", suite %s", suites[index]);
	}
	if (said == 0)
		reader_wrong(reader, object,
		             "nothing is expected; add \"state\", \"count\", \"initiator\" or \"suite\"");
}

static void read_duels(struct reader *reader, struct tree_value object,
                       struct scenario_expectation *expectation, struct line *line)
{
	struct tree_value winner = { NULL, 0 };
	bool has_amount = false;

	reader_keys(reader, object, duels_keys);
	expect_say(line, "duels");
	read_between(reader, object, expectation, line);
	has_amount = expect_any_amount(reader, object, expectation, line);
	winner = reader_get(reader, object, "winner");
	if (winner.item != NULL) {
		expectation->has_winner = read_party(reader, winner, expectation, &expectation->winner);
		expect_say(line, ", won by %s", expect_pattern(reader, winner));
	} else if (!has_amount && line->is_any_enough) {
		expectation->at_least = 1;
		expect_say(line, ", any");
	} else if (!has_amount) {
		reader_wrong(reader, object,
		             "nothing is expected; add \"exactly\", \"at_least\", \"at_most\" or \"winner\"");
	}
}

/* A type of packets of cores, or those of no core. */
static void read_type(struct reader *reader, struct tree_value value, struct scenario_expectation *expectation)
{
	static const char *const types[] = {
		"syn", "syn-ack", "ack", "retry", "probe", "probe-reply", "data", "stun", "any", "background", NULL,
	};
	int32_t index = 0;

	expectation->type = OCTO_PACKET_UNKNOWN;
	if (value.item == NULL || !reader_word(reader, value, types, &index))
		return;
	expectation->is_background = strcmp(types[index], "background") == 0;
	if (!expectation->is_background)
		reader_packet_type(reader, value, &expectation->type);
}

static const char *type_text(const struct scenario_expectation *expectation)
{
	return expectation->is_background ? "background" : reader_packet_type_name(expectation->type);
}

static void read_packets(struct reader *reader, struct tree_value object,
                         struct scenario_expectation *expectation, struct line *line)
{
	struct tree_value value = { NULL, 0 };
	int32_t index = 0;

	reader_keys(reader, object, packets_keys);
	read_type(reader, reader_get(reader, object, "type"), expectation);
	expect_say(line, "packets %s", type_text(expectation));
	/* Packets may run between nodes that do not trust each other: replies to a forged source. */
	expect_direction(reader, object, true, expectation, line);
	if (reader_need(reader, object, "fate", "\"sent\", \"delivered\", \"dropped\" or \"rejected\"",
	                &value) &&
	    reader_word(reader, value, fates, &index)) {
		expectation->fate = (enum scenario_fate)index;
		expect_say(line, " %s", fates[index]);
	}
	value = reader_get(reader, object, "reason");
	if (value.item != NULL && expectation->fate != SCENARIO_REJECTED) {
		reader_wrong_key(reader, value, "\"reason\" goes only with \"fate\": \"rejected\"");
	} else if (value.item != NULL && reader_word(reader, value, reasons + 1, &index)) {
		/* The first one, ACCEPTED, is no reason to reject. */
		expectation->has_reason = true;
		expectation->reason = (enum octo_reason)(index + 1);
		expect_say(line, " as %s", reasons[index + 1]);
	}
	expect_amount(reader, object, expectation, line);
}

/* Everybody, unless "node" says whom. */
static void read_whom(struct reader *reader, struct tree_value object,
                      struct scenario_expectation *expectation, struct line *line)
{
	struct tree_value node = reader_get(reader, object, "node");

	if (node.item != NULL) {
		reader_nodes(reader, node, &expectation->nodes, &expectation->node_count);
		expect_say(line, " at %s", expect_pattern(reader, node));
		return;
	}
	if (!reader_spend(reader, object, reader->scenario->node_count))
		return;
	for (uint32_t i = 0; i < reader->scenario->node_count; i++) {
		expectation->nodes = memory_grow(expectation->nodes, i, sizeof(*expectation->nodes));
		expectation->nodes[i] = i;
		expectation->node_count = i + 1;
	}
	expect_say(line, " at any node");
}

static void read_warnings(struct reader *reader, struct tree_value object,
                          struct scenario_expectation *expectation, struct line *line)
{
	struct tree_value kind = { NULL, 0 };
	int32_t index = 0;

	reader_keys(reader, object, warnings_keys);
	expect_say(line, "warnings");
	if (reader_need(reader, object, "kind", "\"hacked\", \"equal-ids\" or \"timestamp-refused\"", &kind) &&
	    reader_word(reader, kind, warnings, &index)) {
		expectation->warning = (enum octo_warning)index;
		expect_say(line, " %s", warnings[index]);
	}
	read_whom(reader, object, expectation, line);
	expect_amount(reader, object, expectation, line);
}

static void read_steps(struct reader *reader, struct tree_value object,
                       struct scenario_expectation *expectation, struct line *line)
{
	struct tree_value step = { NULL, 0 };
	int32_t index = 0;

	reader_keys(reader, object, steps_keys);
	expect_say(line, "steps");
	if (reader_need(reader, object, "step", "the name of a handshake step, such as \"syn-fresh\"", &step) &&
	    reader_word(reader, step, steps, &index)) {
		expectation->step = (enum octo_step)index;
		expect_say(line, " %s", steps[index]);
	}
	read_whom(reader, object, expectation, line);
	expect_amount(reader, object, expectation, line);
}

/* "node" and "peer" of events: nobody named, anybody will do, even nobody. */
static void read_somebody(struct reader *reader, struct tree_value value, const char *word, uint32_t **nodes,
                          uint32_t *count, struct line *line)
{
	if (value.item == NULL)
		return;
	reader_nodes(reader, value, nodes, count);
	expect_say(line, " %s %s", word, expect_pattern(reader, value));
}

static void read_events(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                        struct line *line)
{
	struct tree_value kind = { NULL, 0 };
	int32_t index = 0;

	reader_keys(reader, object, events_keys);
	expect_say(line, "events");
	if (reader_need(reader, object, "kind", "the kind of an event, such as \"session-up\"", &kind) &&
	    reader_word(reader, kind, events, &index)) {
		int32_t first_note = TRACE_KIND_COUNT + OCTO_WARNING_COUNT;

		expectation->has_note = index >= first_note;
		expectation->has_warning = index >= TRACE_KIND_COUNT && !expectation->has_note;
		expectation->event = (uint8_t)(expectation->has_note ? TRACE_NOTE : expectation->has_warning ? TRACE_WARNING : index);
		expectation->warning =
			(enum octo_warning)(expectation->has_warning ? index - TRACE_KIND_COUNT : 0);
		expectation->note = (enum octo_note)(expectation->has_note ? index - first_note : 0);
		expect_say(line, " %s", events[index]);
	}
	if (index == TRACE_FAILED)
		reader_wrong(reader, kind, "\"failed\" says that an expectation failed; no expectation can be about it");
	read_somebody(reader, reader_get(reader, object, "node"), "at", &expectation->nodes, &expectation->node_count,
	              line);
	read_somebody(reader, reader_get(reader, object, "peer"), "about", &expectation->peers, &expectation->peer_count,
	              line);
	if (expect_read_wait(reader, object, expectation, line) && expectation->event != TRACE_WAITED)
		reader_wrong(reader, object, "\"courier\" and \"why\" go with the kind \"waited\"");
	expect_amount(reader, object, expectation, line);
}

/* {"at_most": "80ms"} */
static void read_bound(struct reader *reader, struct tree_value object, const char *name, uint64_t *least_ns,
                       uint64_t *most_ns, struct line *line)
{
	struct tree_value least, most;
	char shown[32];

	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"at_most\" or \"at_least\""))
		return;
	reader_keys(reader, object, bound_keys);
	least = reader_get(reader, object, "at_least");
	most = reader_get(reader, object, "at_most");
	if (least.item == NULL && most.item == NULL)
		reader_wrong(reader, object, "nothing is expected; add \"at_most\" or \"at_least\"");
	expect_say(line, ", %s", name);
	if (least.item != NULL && reader_time(reader, least, "0s", "100y", least_ns)) {
		unit_time_text(*least_ns, shown, sizeof(shown));
		expect_say(line, " at least %s", shown);
	}
	if (most.item != NULL && reader_time(reader, most, "0s", "100y", most_ns)) {
		unit_time_text(*most_ns, shown, sizeof(shown));
		expect_say(line, " at most %s", shown);
	}
	if (*least_ns > *most_ns)
		reader_wrong(reader, object, "\"at_least\" is above \"at_most\": this can never hold");
}

static void read_latency(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                         struct line *line)
{
	static const char *const ranks[SCENARIO_RANKS] = { "p50", "p90", "p99", "max" };
	struct tree_value value = { NULL, 0 }, type = reader_get(reader, object, "type");
	struct tree_value courier = reader_get(reader, object, "courier");
	bool is_known = reader_keys(reader, object, latency_keys);
	uint32_t said = 0;
	int32_t index = 0;

	if (reader_need(reader, object, "of", "what is measured: \"messages\", \"packets\", …", &value) &&
	    reader_word(reader, value, measured, &index))
		expectation->measured = (enum scenario_measured)index;
	if (type.item != NULL && expectation->measured != SCENARIO_OF_PACKETS)
		reader_wrong_key(reader, type, "\"type\" goes only with \"of\": \"packets\"");
	else
		read_type(reader, type, expectation);
	expect_say(line, "latency of %s%s%s", measured[expectation->measured], type.item == NULL ? "" : " ",
	           type.item == NULL ? "" : type_text(expectation));
	if (courier.item != NULL && expectation->measured != SCENARIO_OF_MESSAGES)
		reader_wrong_key(reader, courier, "\"courier\" goes only with \"of\": \"messages\"");
	else
		expect_read_courier(reader, courier, expectation, line);
	expect_direction(reader, object, expectation->measured == SCENARIO_OF_PACKETS, expectation, line);
	expect_check_measured(reader, object, expectation);
	for (int rank = 0; rank < SCENARIO_RANKS; rank++) {
		expectation->most_ns[rank] = UINT64_MAX;
		value = reader_get(reader, object, ranks[rank]);
		if (value.item != NULL && ++said > 0)
			read_bound(reader, value, ranks[rank], &expectation->least_ns[rank], &expectation->most_ns[rank],
			           line);
	}
	if (said == 0 && is_known)
		reader_wrong(reader, object, "nothing is expected; add \"p50\", \"p90\", \"p99\" or \"max\"");
}

static void read_memory(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                        struct line *line)
{
	struct tree_value value = { NULL, 0 };
	struct tree_value least = reader_get(reader, object, "at_least"), most = reader_get(reader, object, "at_most");
	int64_t bytes = 0;
	int32_t index = 0;

	reader_keys(reader, object, memory_keys);
	if (reader_need(reader, object, "of", "\"world\", \"core\" or \"node\"", &value) &&
	    reader_word(reader, value, memories, &index))
		expectation->memory = (enum scenario_memory)index;
	expect_say(line, "memory of %s", index == 0 ? "the world" : index == 1 ? "a core" : "a node beside its core");
	expectation->at_least = 0;
	expectation->at_most = UINT64_MAX;
	if (least.item == NULL && most.item == NULL)
		reader_wrong(reader, object, "nothing is expected; add \"at_most\" or \"at_least\"");
	if (least.item != NULL && reader_quantity(reader, least, UNIT_SIZE, "1B", "1024MiB", &bytes)) {
		expectation->at_least = (uint64_t)bytes;
		expect_say(line, ", at least %s", tree_text(least));
	}
	if (most.item != NULL && reader_quantity(reader, most, UNIT_SIZE, "1B", "1024MiB", &bytes)) {
		expectation->at_most = (uint64_t)bytes;
		expect_say(line, ", at most %s", tree_text(most));
	}
	if (expectation->at_least > expectation->at_most)
		reader_wrong(reader, object, "\"at_least\" is above \"at_most\": this can never hold");
}

void expect_read(struct reader *reader, struct tree_value value, struct scenario_expectation *expectation,
                 struct line *line)
{
	if (!reader_kind(reader, value, SCANNER_OBJECT, "an object that says what is expected"))
		return;
	switch (expectation->subject) {
	case SCENARIO_SESSION:
		read_session(reader, value, expectation, line);
		break;
	case SCENARIO_DUELS:
		read_duels(reader, value, expectation, line);
		break;
	case SCENARIO_PACKETS:
		read_packets(reader, value, expectation, line);
		break;
	case SCENARIO_MESSAGES:
		expect_read_messages(reader, value, expectation, line);
		break;
	case SCENARIO_WARNINGS:
		read_warnings(reader, value, expectation, line);
		break;
	case SCENARIO_STEPS:
		read_steps(reader, value, expectation, line);
		break;
	case SCENARIO_EVENTS:
		read_events(reader, value, expectation, line);
		break;
	case SCENARIO_LATENCY:
		read_latency(reader, value, expectation, line);
		break;
	case SCENARIO_MEMORY:
		read_memory(reader, value, expectation, line);
		break;
	case SCENARIO_SHARE:
		expect_read_share(reader, value, expectation, line);
		break;
	case SCENARIO_USE:
		expect_read_use(reader, value, expectation, line);
		break;
	case SCENARIO_PARAMETER:
	case SCENARIO_SENSORS:
	case SCENARIO_COMMANDS:
		expect_read_robot(reader, value, expectation, line);
		break;
	case SCENARIO_BLOB_STATE:
		expect_read_blob(reader, value, expectation, line);
		break;
	case SCENARIO_INVARIANTS:
	case SCENARIO_VERDICT:
		break;
	}
}

void reader_free_expectation(struct scenario_expectation *expectation)
{
	if (expectation->from != NULL)
		reader_free_expectation(expectation->from);
	if (expectation->until != NULL)
		reader_free_expectation(expectation->until);
	memory_free(expectation->from);
	memory_free(expectation->until);
	memory_free(expectation->text);
	memory_free(expectation->pairs);
	memory_free(expectation->nodes);
	memory_free(expectation->peers);
	memory_free(expectation->held);
}
