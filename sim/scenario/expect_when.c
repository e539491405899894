/* expect_when.c: reads "expect": when a subject must hold: by a time; or always, never or eventually within a window.
 * expect.c reads what may hold. */
#include "sim/scenario/expect.h"

#include "sim/scenario/invariants.h"
#include "sim/scenario/memory.h"
#include "sim/scenario/quote.h"


static const char *const whens[] = { "by", "always", "never", "eventually" };
static const char *const expectation_keys[] = {
	"by", "always", "never", "eventually", "from", "until", "within", "session", "duels", "packets", "messages",
	"warnings", "steps", "events", "latency", "memory", "share", "use", "parameter", "sensors",
	"commands", "blob", NULL,
};
static const char allowed_subjects[] =
	"session, duels, packets, messages, warnings, steps, events, latency, memory, share, use, parameter, sensors, commands, blob";

/* ---- Invariants ---------------------------------------------------------------------------------------------- */

static const char *const known_invariants[] = {
#define X(label, name, text) name,
	INVARIANTS(X)
#undef X
#define X(name, why) name,
	INVARIANTS_TO_COME(X)
#undef X
	NULL
};
static const char *const why_to_come[] = {
#define X(name, why) why,
	INVARIANTS_TO_COME(X)
#undef X
};

static void read_invariant(struct reader *reader, struct tree_value value, struct scenario_expectation *expectation,
                           struct line *line)
{
	int32_t index = 0;

	if (!reader_word(reader, value, known_invariants, &index))
		return;
	if (index >= INVARIANT_COUNT) {
		reader_wrong(reader, value, "there is no invariant \"%s\": %s", known_invariants[index],
		             why_to_come[index - INVARIANT_COUNT]);
		return;
	}
	if (expectation->invariants >> index & 1)
		reader_wrong(reader, value, "\"%s\" is named already", known_invariants[index]);
	expect_say(line, "%s %s", expectation->invariants ? "," : "", known_invariants[index]);
	expectation->invariants |= UINT64_C(1) << index;
}

/* "invariants", or {"invariants": ["S9", …]}. */
static void read_invariants(struct reader *reader, struct tree_value object, struct tree_value value,
                            struct scenario_expectation *expectation, struct line *line)
{
	static const char *const refused[] = { "from", "until", "within" };
	struct tree_value list = { NULL, 0 };

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		struct tree_value key = reader_get(reader, object, refused[i]);

		if (key.item != NULL)
			reader_wrong_key(reader, key, "\"%s\" does not go with invariants: they hold all the time", refused[i]);
	}
	expectation->subject = SCENARIO_INVARIANTS;
	expectation->by_ns = reader->scenario->duration_ns;
	expect_say(line, "always: invariants");
	if (reader_is(reader, value, SCANNER_OBJECT)) {
		list = reader_get(reader, value, "invariants");
		if (!reader_kind(reader, list, SCANNER_LIST, "a list of names of invariants"))
			return;
		if (tree_count(&reader->tree, list) == 0)
			reader_wrong(reader, list, "the list is empty; name at least one, or say \"always\": \"invariants\"");
		for (struct tree_value at = tree_first(&reader->tree, list); at.item != NULL;
		     at = tree_next(&reader->tree, at))
			read_invariant(reader, at, expectation, line);
		if (expectation->invariants == 0)
			expectation->invariants = UINT64_MAX; /* mistaken, but not about all */
		return;
	}
	for (uint32_t i = 0; i < reader->scenario->expectation_count; i++) {
		const struct scenario_expectation *other = &reader->scenario->expectations[i];

		if (other->subject == SCENARIO_INVARIANTS && other->invariants == 0) {
			reader_wrong(reader, object, "the invariants are expected already; once is enough");
			return;
		}
	}
}

/* ---- Subjects ------------------------------------------------------------------------------------------------- */

/* The one subject among the keys of an object. */
static bool find_subject(struct reader *reader, struct tree_value object, bool is_known, const char *more,
                         struct scenario_expectation *expectation, struct tree_value *subject)
{
	uint32_t count = 0;

	for (uint32_t i = 0; expect_subjects[i] != NULL; i++) {
		struct tree_value value = reader_get(reader, object, expect_subjects[i]);

		if (value.item != NULL && count++ == 0) {
			expectation->subject = (enum scenario_subject)i;
			*subject = value;
		}
	}
	/* A mistyped one has been reported. */
	if (count != 1 && (count > 0 || is_known))
		reader_wrong(reader, object, "%s; allowed is exactly one of %s%s",
		             count == 0 ? "no subject" : "more than one subject", allowed_subjects, more);
	return count == 1;
}

/* {"session": …}: the value of "always", "never", "eventually", and of "from" and "until" where they are no times. */
static bool read_wrapped(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                         struct line *line)
{
	struct tree_value subject = { NULL, 0 };

	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with one subject, such as {\"session\": …}"))
		return false;
	if (!find_subject(reader, object, reader_keys(reader, object, expect_subjects), "", expectation, &subject))
		return false;
	if (expectation->subject == SCENARIO_USE) {
		reader_wrong(reader, object, "use goes with \"by\" only, and \"from\": it is of a time as a whole");
		return false;
	}
	expect_read(reader, subject, expectation, line);
	return true;
}

/* What never happens, or ends a window, is worth watching the moment it is there at all. Memory is not watched. */
static struct scenario_expectation *read_condition(struct reader *reader, struct tree_value object, struct line *line)
{
	struct scenario_expectation *condition = memory_claim(sizeof(*condition));

	condition->at_most = UINT64_MAX;
	line->is_any_enough = true;
	if (read_wrapped(reader, object, condition, line) && condition->subject == SCENARIO_MEMORY)
		reader_wrong(reader, object, "memory goes with \"by\", \"always\" and \"never\" only");
	return condition;
}

/* ---- The window ------------------------------------------------------------------------------------------------- */

static bool is_time_of_run(struct reader *reader, struct tree_value value, uint64_t ns)
{
	char found[64], limit[32];

	if (reader->scenario->duration_ns == 0 || ns <= reader->scenario->duration_ns)
		return true;
	reader_found(reader, value, found, sizeof(found));
	unit_time_text(reader->scenario->duration_ns, limit, sizeof(limit));
	reader_wrong(reader, value, "found %s, after the end; the scenario lasts %s", found, limit);
	return false;
}

/* A time, or what must come true. */
static bool read_edge(struct reader *reader, struct tree_value value, const char *word, uint64_t *ns,
                      struct scenario_expectation **condition, struct line *line)
{
	char shown[32];

	if (reader_is(reader, value, SCANNER_OBJECT)) {
		expect_say(line, " %s (", word);
		*condition = read_condition(reader, value, line);
		*ns = OCTO_NEVER;
		expect_say(line, ")");
		return true;
	}
	if (!reader_time(reader, value, "0s", "100y", ns) || !is_time_of_run(reader, value, *ns))
		return false;
	unit_time_text(*ns, shown, sizeof(shown));
	expect_say(line, " %s %s", word, shown);
	return true;
}

static void read_window(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                        struct line *line)
{
	struct tree_value from = reader_get(reader, object, "from"), until = reader_get(reader, object, "until");
	struct tree_value within = reader_get(reader, object, "within");
	bool is_right = reader->scenario->duration_ns > 0;
	char shown[32];

	expectation->by_ns = reader->scenario->duration_ns;
	if (within.item != NULL && reader_time(reader, within, "1ns", "100y", &expectation->within_ns)) {
		unit_time_text(expectation->within_ns, shown, sizeof(shown));
		expect_say(line, " within %s", shown);
	}
	if (from.item != NULL)
		is_right = read_edge(reader, from, "from", &expectation->from_ns, &expectation->from, line) && is_right;
	if (until.item != NULL)
		is_right = read_edge(reader, until, "until", &expectation->by_ns, &expectation->until, line) && is_right;
	if (until.item != NULL && within.item != NULL)
		reader_wrong_key(reader, until, "\"until\" does not go with \"within\": one of them ends the window");
	if (expectation->when == SCENARIO_EVENTUALLY && until.item == NULL && within.item == NULL)
		reader_wrong(reader, object, "until when? \"eventually\" needs \"within\" or \"until\"");
	if (is_right && expectation->from_ns != OCTO_NEVER && expectation->from_ns > expectation->by_ns)
		reader_wrong(reader, until.item != NULL ? until : from, "the window ends before it begins");
	if (is_right && expectation->within_ns && expectation->from_ns != OCTO_NEVER)
		is_time_of_run(reader, within, expectation->from_ns + expectation->within_ns);
}

static bool is_counted(enum scenario_subject subject)
{
	return subject != SCENARIO_SESSION && subject != SCENARIO_MEMORY && subject != SCENARIO_PARAMETER &&
	       subject != SCENARIO_SENSORS && subject != SCENARIO_BLOB_STATE;
}

static void read_by(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                    struct line *line)
{
	static const char *const refused[] = { "until", "within" };
	struct tree_value by = { NULL, 0 }, from = reader_get(reader, object, "from");
	char found[64], limit[32], shown[32];

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		struct tree_value key = reader_get(reader, object, refused[i]);

		if (key.item != NULL)
			reader_wrong_key(reader, key, "\"%s\" goes with \"always\", \"never\" and \"eventually\"", refused[i]);
	}
	if (!reader_need(reader, object, "by", "the time at which it is judged, such as \"15s\"", &by) ||
	    !reader_time(reader, by, "0s", "100y", &expectation->by_ns))
		return;
	reader_found(reader, by, found, sizeof(found));
	unit_time_text(expectation->by_ns, shown, sizeof(shown));
	if (is_time_of_run(reader, by, expectation->by_ns) && reader->first_action_ns != OCTO_NEVER &&
	    expectation->by_ns < reader->first_action_ns) {
		unit_time_text(reader->first_action_ns, limit, sizeof(limit));
		reader_wrong(reader, by, "found %s, before anything happens; the first action is at %s",
		             found, limit);
	}
	if (from.item != NULL && !is_counted(expectation->subject)) {
		reader_wrong_key(reader, from, "\"from\" goes with \"by\" only where something is counted");
	} else if (from.item != NULL && reader_time(reader, from, "0s", "100y", &expectation->from_ns)) {
		unit_time_text(expectation->from_ns, limit, sizeof(limit));
		expect_say(line, "from %s ", limit);
		if (expectation->from_ns > expectation->by_ns)
			reader_wrong(reader, from, "the window ends before it begins");
	}
	expect_say(line, "by %s ", shown);
}

/* ---- The list ---------------------------------------------------------------------------------------------------- */

/* "always", "never", "eventually": a subject of its own inside, and a window. */
static void read_over_time(struct reader *reader, struct tree_value object, struct tree_value value,
                           struct scenario_expectation *expectation, struct line *line)
{
	static const char *const allowed[] = { "invariants", NULL };
	struct tree_value by = reader_get(reader, object, "by");
	bool is_always = expectation->when == SCENARIO_ALWAYS;
	int32_t index = 0;

	if (by.item != NULL)
		reader_wrong_key(reader, by, "\"by\" does not go with \"%s\"", whens[expectation->when]);
	for (uint32_t i = 0; expect_subjects[i] != NULL; i++) {
		struct tree_value beside = reader_get(reader, object, expect_subjects[i]);

		if (beside.item != NULL)
			reader_wrong_key(reader, beside, "a subject beside \"%s\"; its own stands inside: {\"%s\": {\"%s\": …}}",
			                 whens[expectation->when], whens[expectation->when], expect_subjects[i]);
	}
	if (is_always && reader_is(reader, value, SCANNER_STRING)) {
		expectation->subject = SCENARIO_INVARIANTS;
		if (reader_word(reader, value, allowed, &index))
			read_invariants(reader, object, value, expectation, line);
		else
			expectation->invariants = UINT64_MAX;
		return;
	}
	if (is_always && reader_is(reader, value, SCANNER_OBJECT) && reader_get(reader, value, "invariants").item != NULL) {
		static const char *const keys[] = { "invariants", NULL };

		reader_keys(reader, value, keys);
		read_invariants(reader, object, value, expectation, line);
		return;
	}
	expect_say(line, "%s", whens[expectation->when]);
	read_window(reader, object, expectation, line);
	expect_say(line, ": ");
	line->is_any_enough = !is_always;
	if (is_always && !reader_is(reader, value, SCANNER_OBJECT))
		reader_kind(reader, value, SCANNER_OBJECT, "\"invariants\", or an object with one subject");
	else if (read_wrapped(reader, value, expectation, line) && expectation->when == SCENARIO_EVENTUALLY &&
	         expectation->subject == SCENARIO_MEMORY)
		reader_wrong(reader, value, "memory goes with \"by\", \"always\" and \"never\" only");
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
	for (int when = SCENARIO_ALWAYS; when <= SCENARIO_EVENTUALLY; when++) {
		struct tree_value over = reader_get(reader, object, whens[when]);

		if (over.item != NULL && count++ == 0) {
			expectation.when = (enum scenario_when)when;
			value = over;
		}
	}
	if (count > 1)
		reader_wrong(reader, object, "only one of \"always\", \"never\", \"eventually\" goes into one expectation");
	if (count > 0) {
		read_over_time(reader, object, value, &expectation, &line);
	} else {
		if (!find_subject(reader, object, is_known, "; or always, never, eventually", &expectation, &subject))
			return;
		read_by(reader, object, &expectation, &line);
		expect_read(reader, subject, &expectation, &line);
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
