/* expect_couriers.c: reads the subjects of "expect" that are about couriers: messages, shares of the bandwidth, blobs. */
#include "sim/scenario/expect.h"

#include "sim/trace.h"

#include <inttypes.h>

static const char *const messages_keys[] = { "from", "to", "courier", "fate", "exactly", "at_least", "at_most", NULL };
static const char *const share_keys[] = { "from", "to", "courier", "at_least", "at_most", NULL };
static const char *const blob_keys[] = {
	"from", "to", "id", "state", "progress", "whole", "goodput", "repeated", NULL,
};
static const char *const blob_states[] = { "offered", "flowing", "complete", "aborted", "failed", NULL };

static const char *const fates[] = { "delivered", "sent", "discarded", NULL };
static const char *const waits[] = {
#define X(name, key, text) key,
	OCTO_WAITS(X)
#undef X
	NULL
};

const char *scenario_blob_state_name(enum scenario_blob_state state)
{
	return blob_states[state];
}

/* "courier": "load-2"; any when there is none. */
void expect_read_courier(struct reader *reader, struct tree_value value, struct scenario_expectation *expectation,
                         struct line *line)
{
	if (value.item == NULL || !reader_courier(reader, value, &expectation->courier))
		return;
	expectation->has_courier = true;
	expect_say(line, " of %s", trace_courier_name(expectation->courier));
}

bool expect_read_wait(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                      struct line *line)
{
	struct tree_value courier = reader_get(reader, object, "courier"), why = reader_get(reader, object, "why");
	int32_t index = 0;

	expect_read_courier(reader, courier, expectation, line);
	if (why.item != NULL && reader_word(reader, why, waits, &index)) {
		expectation->has_wait = true;
		expectation->wait = (enum octo_wait)index;
		expect_say(line, " for %s", waits[index]);
	}
	return courier.item != NULL || why.item != NULL;
}

void expect_read_messages(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                          struct line *line)
{
	struct tree_value fate = reader_get(reader, object, "fate");
	int32_t index = 0;

	reader_keys(reader, object, messages_keys);
	expect_say(line, "messages");
	expect_read_courier(reader, reader_get(reader, object, "courier"), expectation, line);
	expect_direction(reader, object, false, expectation, line);
	if (fate.item != NULL && reader_word(reader, fate, fates, &index)) {
		expectation->message_fate = (enum scenario_message_fate)index;
		expect_say(line, " %s", fates[index]);
	}
	expect_amount(reader, object, expectation, line);
}

void expect_read_share(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                       struct line *line)
{
	struct tree_value courier = { NULL, 0 };
	bool is_known = reader_keys(reader, object, share_keys);

	expect_say(line, "share");
	if (reader_need(reader, object, "courier", "the name of a courier, such as \"load-2\"", &courier))
		expect_read_courier(reader, courier, expectation, line);
	expect_direction(reader, object, false, expectation, line);
	expect_share_bounds(reader, object, is_known, expectation, line);
}

/* What is measured of a blob, each with its bound. */
static bool read_measures(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                              struct line *line)
{
	struct tree_value progress = reader_get(reader, object, "progress");
	struct tree_value goodput = reader_get(reader, object, "goodput"), repeated = reader_get(reader, object, "repeated");
	int64_t value = 0;

	if (progress.item != NULL && reader_chance(reader, progress, &expectation->progress_least))
		expect_say(line, ", at least %s there", tree_text(progress));
	if (goodput.item != NULL && reader_quantity(reader, goodput, UNIT_RATE, "1bit", "100Gbit", &value)) {
		expectation->rate_least_bps = (uint64_t)value;
		expect_say(line, ", at least %s", tree_text(goodput));
	}
	if (repeated.item != NULL && reader_quantity(reader, repeated, UNIT_SIZE, "0B", "4096MiB", &value)) {
		expectation->repeated_most = (uint64_t)value;
		expect_say(line, ", at most %s twice", tree_text(repeated));
	}
	return progress.item != NULL || goodput.item != NULL || repeated.item != NULL;
}

void expect_read_blob(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                      struct line *line)
{
	struct tree_value id = reader_get(reader, object, "id"), state = reader_get(reader, object, "state");
	struct tree_value whole = reader_get(reader, object, "whole");
	bool is_known = reader_keys(reader, object, blob_keys);
	uint64_t number = 1;
	int32_t index = 0;

	expectation->repeated_most = UINT64_MAX;
	if (id.item != NULL)
		reader_whole(reader, id, 1, 65535, &number);
	expectation->blob = (uint16_t)number;
	expect_say(line, "blob %" PRIu64, number);
	expect_direction(reader, object, false, expectation, line);
	if (state.item != NULL && reader_word(reader, state, blob_states, &index)) {
		expectation->has_blob_state = true;
		expectation->blob_state = (enum scenario_blob_state)index;
		expect_say(line, " %s", blob_states[index]);
	}
	expectation->is_whole = reader_flag(reader, object, "whole");
	expect_say(line, "%s", expectation->is_whole ? ", whole" : "");
	bool is_measured = read_measures(reader, object, expectation, line);
	if (is_known && state.item == NULL && whole.item == NULL && !is_measured)
		reader_wrong(reader, object,
		             "nothing is expected; add \"state\", \"progress\", \"whole\", \"goodput\" or \"repeated\"");
	if (whole.item != NULL && !expectation->is_whole && reader_is(reader, whole, SCANNER_BOOL))
		reader_wrong(reader, whole, "allowed is true; what is not whole has a \"state\"");
}
