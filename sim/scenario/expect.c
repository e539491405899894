/* expect.c: reads "expect": what must have come true by when. */
#include "sim/scenario/memory.h"
#include "sim/scenario/quote.h"
#include "sim/scenario/reader.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

static const char *const subjects[] = {
	"session", "duels", "packets", "messages", "warnings", "steps", "always", NULL,
};
static const char *const expectation_keys[] = {
	"by", "session", "duels", "packets", "messages", "warnings", "steps", "always", NULL,
};
static const char *const session_keys[] = { "between", "state", "count", "initiator", "suite", NULL };
static const char *const duels_keys[] = { "between", "exactly", "at_least", "at_most", "winner", NULL };
static const char *const packets_keys[] = {
	"type", "from", "to", "fate", "reason", "exactly", "at_least", "at_most", NULL,
};
static const char *const messages_keys[] = { "from", "to", "exactly", "at_least", "at_most", NULL };
static const char *const warnings_keys[] = { "node", "kind", "exactly", "at_least", "at_most", NULL };
static const char *const steps_keys[] = { "node", "step", "exactly", "at_least", "at_most", NULL };

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
static const char *const fates[] = { "sent", "delivered", "dropped", "rejected", NULL };
static const char *const suites[] = { "chacha20-poly1305", "aes-256-gcm", NULL };
static const uint8_t suite_of[] = { OCTO_SUITE_CHACHA20_POLY1305, OCTO_SUITE_AES_256_GCM };

/* The line for people, grown word by word and cut where it gets too long. */
struct line {
	char text[256];
	size_t used;
};

__attribute__((format(printf, 2, 3))) static void say(struct line *line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (line->used < sizeof(line->text)) {
		int size = vsnprintf(line->text + line->used, sizeof(line->text) - line->used, format,
		                     arguments);

		line->used += size > 0 ? (size_t)size : 0;
	}
	va_end(arguments);
}

/* A pattern or plain name as it stands in the file. */
static const char *pattern_text(const struct reader *reader, struct tree_value value)
{
	return reader_is(reader, value, SCANNER_STRING) ? tree_text(value) : "several nodes";
}

/* "exactly", "at_least", "at_most". False when none is there. */
static bool read_amount(struct reader *reader, struct tree_value object,
                        struct scenario_expectation *expectation, struct line *line)
{
	struct tree_value exactly = reader_get(reader, object, "exactly");
	struct tree_value least = reader_get(reader, object, "at_least"),
			  most = reader_get(reader, object, "at_most");

	expectation->at_least = 0;
	expectation->at_most = UINT64_MAX;
	if (exactly.item != NULL) {
		if (least.item != NULL || most.item != NULL)
			reader_wrong_key(reader, exactly,
			                 "\"exactly\" goes neither with \"at_least\" nor with \"at_most\"");
		if (reader_whole(reader, exactly, 0, UINT32_MAX, &expectation->at_least)) {
			expectation->at_most = expectation->at_least;
			say(line, ", exactly %" PRIu64, expectation->at_least);
		}
		return true;
	}
	if (least.item != NULL && reader_whole(reader, least, 1, UINT32_MAX, &expectation->at_least))
		say(line, ", at least %" PRIu64, expectation->at_least);
	if (most.item != NULL && reader_whole(reader, most, 0, UINT32_MAX, &expectation->at_most))
		say(line, ", at most %" PRIu64, expectation->at_most);
	if (expectation->at_least > expectation->at_most)
		reader_wrong(reader, object, "\"at_least\" is above \"at_most\": this can never hold");
	return least.item != NULL || most.item != NULL;
}

static void need_amount(struct reader *reader, struct tree_value object,
                        struct scenario_expectation *expectation, struct line *line)
{
	if (!read_amount(reader, object, expectation, line))
		reader_wrong(reader, object,
		             "how many? One of \"exactly\", \"at_least\", \"at_most\" is needed");
}

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
	say(line, " %s–%s", pattern_text(reader, a), pattern_text(reader, b));
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
	say(line, "session");
	read_between(reader, object, expectation, line);
	value = reader_get(reader, object, "state");
	if (value.item != NULL && ++said > 0 && reader_word(reader, value, states, &index)) {
		expectation->has_state = true;
		expectation->state = (enum octo_state)index;
		say(line, " %s", states[index]);
	}
	value = reader_get(reader, object, "count");
	if (value.item != NULL && ++said > 0 && reader_whole(reader, value, 0, 2, &count)) {
		expectation->has_count = true;
		expectation->count = (uint32_t)count;
		say(line, ", count %u", expectation->count);
	}
	value = reader_get(reader, object, "initiator");
	if (value.item != NULL && ++said > 0) {
		expectation->initiator_is_winner = reader_is(reader, value, SCANNER_STRING) &&
		                                   strcmp(tree_text(value), "duel-winner") == 0;
		expectation->has_initiator = expectation->initiator_is_winner ||
		                             read_party(reader, value, expectation, &expectation->initiator);
		say(line, ", initiator %s", pattern_text(reader, value));
	}
	value = reader_get(reader, object, "suite");
	if (value.item != NULL && ++said > 0 && reader_word(reader, value, suites, &index)) {
		expectation->has_suite = true;
		expectation->suite = suite_of[index];
		say(line, ", suite %s", suites[index]);
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
	say(line, "duels");
	read_between(reader, object, expectation, line);
	has_amount = read_amount(reader, object, expectation, line);
	winner = reader_get(reader, object, "winner");
	if (winner.item != NULL) {
		expectation->has_winner = read_party(reader, winner, expectation, &expectation->winner);
		say(line, ", won by %s", pattern_text(reader, winner));
	} else if (!has_amount) {
		reader_wrong(reader, object,
		             "nothing is expected; add \"exactly\", \"at_least\", \"at_most\" or \"winner\"");
	}
}

/* "from" and "to" of packets and messages: a to b. */
static void read_direction(struct reader *reader, struct tree_value object, bool is_literal,
                           struct scenario_expectation *expectation, struct line *line)
{
	struct reader_pairs pairs = { .is_literal = is_literal };
	struct tree_value from = { NULL, 0 }, to = { NULL, 0 };

	if (!reader_from_to(reader, object, &from, &to) || !reader_pairs(reader, object, from, to, &pairs))
		return;
	expectation->pairs = pairs.list;
	expectation->pair_count = pairs.count;
	say(line, " %s→%s", pattern_text(reader, from), pattern_text(reader, to));
}

static void read_packets(struct reader *reader, struct tree_value object,
                         struct scenario_expectation *expectation, struct line *line)
{
	static const char *const types[] = {
		"syn", "syn-ack", "ack", "retry", "probe", "probe-reply", "data", "any", "background", NULL,
	};
	struct tree_value value = { NULL, 0 };
	int32_t index = 0;

	reader_keys(reader, object, packets_keys);
	expectation->type = OCTO_PACKET_UNKNOWN;
	value = reader_get(reader, object, "type");
	if (value.item != NULL && reader_word(reader, value, types, &index)) {
		expectation->is_background = strcmp(types[index], "background") == 0;
		if (!expectation->is_background)
			reader_packet_type(reader, value, &expectation->type);
	}
	say(line, "packets %s", expectation->is_background ? "background" : reader_packet_type_name(expectation->type));
	/* Packets may run between nodes that do not trust each other: replies to a forged source. */
	read_direction(reader, object, true, expectation, line);
	if (reader_need(reader, object, "fate", "\"sent\", \"delivered\", \"dropped\" or \"rejected\"",
	                &value) &&
	    reader_word(reader, value, fates, &index)) {
		expectation->fate = (enum scenario_fate)index;
		say(line, " %s", fates[index]);
	}
	value = reader_get(reader, object, "reason");
	if (value.item != NULL && expectation->fate != SCENARIO_REJECTED) {
		reader_wrong_key(reader, value, "\"reason\" goes only with \"fate\": \"rejected\"");
	} else if (value.item != NULL && reader_word(reader, value, reasons + 1, &index)) {
		/* The first one, ACCEPTED, is no reason to reject. */
		expectation->has_reason = true;
		expectation->reason = (enum octo_reason)(index + 1);
		say(line, " as %s", reasons[index + 1]);
	}
	need_amount(reader, object, expectation, line);
}

static void read_messages(struct reader *reader, struct tree_value object,
                          struct scenario_expectation *expectation, struct line *line)
{
	reader_keys(reader, object, messages_keys);
	say(line, "messages");
	read_direction(reader, object, false, expectation, line);
	need_amount(reader, object, expectation, line);
}

/* Everybody, unless "node" says whom. */
static void read_whom(struct reader *reader, struct tree_value object,
                      struct scenario_expectation *expectation, struct line *line)
{
	struct tree_value node = reader_get(reader, object, "node");

	if (node.item != NULL) {
		reader_nodes(reader, node, &expectation->nodes, &expectation->node_count);
		say(line, " at %s", pattern_text(reader, node));
		return;
	}
	if (!reader_spend(reader, object, reader->scenario->node_count))
		return;
	for (uint32_t i = 0; i < reader->scenario->node_count; i++) {
		expectation->nodes = memory_grow(expectation->nodes, i, sizeof(*expectation->nodes));
		expectation->nodes[i] = i;
		expectation->node_count = i + 1;
	}
	say(line, " at any node");
}

static void read_warnings(struct reader *reader, struct tree_value object,
                          struct scenario_expectation *expectation, struct line *line)
{
	struct tree_value kind = { NULL, 0 };
	int32_t index = 0;

	reader_keys(reader, object, warnings_keys);
	say(line, "warnings");
	if (reader_need(reader, object, "kind", "\"hacked\", \"equal-ids\" or \"timestamp-refused\"", &kind) &&
	    reader_word(reader, kind, warnings, &index)) {
		expectation->warning = (enum octo_warning)index;
		say(line, " %s", warnings[index]);
	}
	read_whom(reader, object, expectation, line);
	need_amount(reader, object, expectation, line);
}

static void read_steps(struct reader *reader, struct tree_value object,
                       struct scenario_expectation *expectation, struct line *line)
{
	struct tree_value step = { NULL, 0 };
	int32_t index = 0;

	reader_keys(reader, object, steps_keys);
	say(line, "steps");
	if (reader_need(reader, object, "step", "the name of a handshake step, such as \"syn-fresh\"", &step) &&
	    reader_word(reader, step, steps, &index)) {
		expectation->step = (enum octo_step)index;
		say(line, " %s", steps[index]);
	}
	read_whom(reader, object, expectation, line);
	need_amount(reader, object, expectation, line);
}

/* ---- The list ------------------------------------------------------------------------------------------------ */

static void read_by(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                    struct line *line)
{
	struct tree_value by = { NULL, 0 };
	char found[64], limit[32], shown[32];

	if (!reader_need(reader, object, "by", "the time at which it is judged, such as \"15s\"", &by) ||
	    !reader_time(reader, by, "0s", "100y", &expectation->by_ns))
		return;
	reader_found(reader, by, found, sizeof(found));
	unit_time_text(expectation->by_ns, shown, sizeof(shown));
	say(line, "by %s ", shown);
	if (reader->scenario->duration_ns > 0 && expectation->by_ns > reader->scenario->duration_ns) {
		unit_time_text(reader->scenario->duration_ns, limit, sizeof(limit));
		reader_wrong(reader, by, "found %s, after the end; the scenario lasts %s", found, limit);
	} else if (reader->first_action_ns != OCTO_NEVER && expectation->by_ns < reader->first_action_ns) {
		unit_time_text(reader->first_action_ns, limit, sizeof(limit));
		reader_wrong(reader, by, "found %s, before anything happens; the first action is at %s",
		             found, limit);
	}
}

static void read_always(struct reader *reader, struct tree_value object, struct tree_value value,
                        struct scenario_expectation *expectation, struct line *line)
{
	static const char *const allowed[] = { "invariants", NULL };
	struct tree_value by = reader_get(reader, object, "by");
	int32_t index = 0;

	reader_word(reader, value, allowed, &index);
	if (by.item != NULL)
		reader_wrong_key(reader, by, "\"by\" does not go with \"always\"");
	expectation->by_ns = reader->scenario->duration_ns;
	say(line, "always: invariants");
	for (uint32_t i = 0; i < reader->scenario->expectation_count; i++) {
		if (reader->scenario->expectations[i].subject == SCENARIO_INVARIANTS) {
			reader_wrong(reader, object, "the invariants are expected already; once is enough");
			return;
		}
	}
}

static void read_subject(struct reader *reader, struct tree_value value,
                         struct scenario_expectation *expectation, struct line *line)
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
		read_messages(reader, value, expectation, line);
		break;
	case SCENARIO_WARNINGS:
		read_warnings(reader, value, expectation, line);
		break;
	case SCENARIO_STEPS:
		read_steps(reader, value, expectation, line);
		break;
	case SCENARIO_INVARIANTS:
		break;
	}
}

static void read_expectation(struct reader *reader, struct tree_value object)
{
	struct scenario *scenario = reader->scenario;
	const struct scanner_mark *mark = tree_mark(&reader->tree, object);
	struct scenario_expectation expectation = { .line = mark->line,
		                                    .column = mark->column,
		                                    .at_most = UINT64_MAX };
	struct tree_value value = { NULL, 0 }, subject = { NULL, 0 };
	struct line line = { .used = 0 };
	uint32_t count = 0;
	bool is_known = true;

	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"by\" and one subject"))
		return;
	is_known = reader_keys(reader, object, expectation_keys);
	for (uint32_t i = 0; subjects[i] != NULL; i++) {
		value = reader_get(reader, object, subjects[i]);
		if (value.item != NULL && count++ == 0) {
			expectation.subject = (enum scenario_subject)i;
			subject = value;
		}
	}
	if (count == 0 && !is_known)
		return;
	if (count != 1) {
		reader_wrong(reader, object,
		             "%s; allowed is exactly one of session, duels, packets, messages, warnings, "
		             "steps, always",
		             count == 0 ? "no subject" : "more than one subject");
		return;
	}
	if (expectation.subject == SCENARIO_INVARIANTS) {
		read_always(reader, object, subject, &expectation, &line);
	} else {
		read_by(reader, object, &expectation, &line);
		read_subject(reader, subject, &expectation, &line);
	}
	expectation.text = memory_text(line.text);
	scenario->expectations =
		memory_grow(scenario->expectations, scenario->expectation_count, sizeof(expectation));
	scenario->expectations[scenario->expectation_count++] = expectation;
}

void reader_read_expect(struct reader *reader, struct tree_value list)
{
	struct tree_value at = { NULL, 0 };

	if (!reader_kind(reader, list, SCANNER_LIST, "a list of expectations"))
		return;
	if (tree_count(&reader->tree, list) == 0 && !reader->is_excerpt)
		reader_wrong(reader, list,
		             "the list is empty; a scenario that expects nothing shows nothing");
	for (at = tree_first(&reader->tree, list); at.item != NULL; at = tree_next(&reader->tree, at)) {
		if (reader->scenario->expectation_count == READER_EXPECTATIONS_MAX) {
			reader_wrong(reader, at, "too many expectations: at most %d",
			             READER_EXPECTATIONS_MAX);
			return;
		}
		read_expectation(reader, at);
	}
}
