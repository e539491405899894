/* expect_couriers.c: reads the subjects of "expect" that are about couriers: messages and shares of the bandwidth. */
#include "sim/scenario/expect.h"

#include "sim/trace.h"

static const char *const messages_keys[] = { "from", "to", "courier", "fate", "exactly", "at_least", "at_most", NULL };
static const char *const share_keys[] = { "from", "to", "courier", "at_least", "at_most", NULL };
static const char *const fates[] = { "delivered", "sent", "discarded", NULL };

/* "courier": "load-2"; any when there is none. */
static void read_courier(struct reader *reader, struct tree_value value, struct scenario_expectation *expectation,
                         struct line *line)
{
	if (value.item == NULL || !reader_courier(reader, value, &expectation->courier))
		return;
	expectation->has_courier = true;
	expect_say(line, " of %s", trace_courier_name(expectation->courier));
}

void expect_read_messages(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                          struct line *line)
{
	struct tree_value fate = reader_get(reader, object, "fate");
	int32_t index = 0;

	reader_keys(reader, object, messages_keys);
	expect_say(line, "messages");
	read_courier(reader, reader_get(reader, object, "courier"), expectation, line);
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
	struct tree_value least = reader_get(reader, object, "at_least"), most = reader_get(reader, object, "at_most");
	struct tree_value courier = { NULL, 0 };
	bool is_known = reader_keys(reader, object, share_keys);

	expect_say(line, "share");
	expectation->share_most = UINT32_MAX;
	if (reader_need(reader, object, "courier", "the name of a courier, such as \"load-2\"", &courier))
		read_courier(reader, courier, expectation, line);
	expect_direction(reader, object, false, expectation, line);
	if (least.item != NULL && reader_chance(reader, least, &expectation->share_least))
		expect_say(line, ", at least %s", tree_text(least));
	if (most.item != NULL && reader_chance(reader, most, &expectation->share_most))
		expect_say(line, ", at most %s", tree_text(most));
	if (is_known && least.item == NULL && most.item == NULL)
		reader_wrong(reader, object, "nothing is expected; add \"at_least\" or \"at_most\"");
	if (expectation->share_least > expectation->share_most)
		reader_wrong(reader, object, "\"at_least\" is above \"at_most\": this can never hold");
}
