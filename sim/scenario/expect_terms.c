/* expect_terms.c: what subjects of several kinds say alike: how many, of which share, from whom to whom. */
#include "sim/scenario/expect_terms.h"

#include <inttypes.h>
#include <stdarg.h>

void expect_say(struct line *line, const char *format, ...)
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

const char *expect_pattern(const struct reader *reader, struct tree_value value)
{
	return reader_is(reader, value, SCANNER_STRING) ? tree_text(value) : "several nodes";
}

bool expect_any_amount(struct reader *reader, struct tree_value object,
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
			expect_say(line, ", exactly %" PRIu64, expectation->at_least);
		}
		return true;
	}
	if (least.item != NULL && reader_whole(reader, least, 1, UINT32_MAX, &expectation->at_least))
		expect_say(line, ", at least %" PRIu64, expectation->at_least);
	if (most.item != NULL && reader_whole(reader, most, 0, UINT32_MAX, &expectation->at_most))
		expect_say(line, ", at most %" PRIu64, expectation->at_most);
	if (expectation->at_least > expectation->at_most)
		reader_wrong(reader, object, "\"at_least\" is above \"at_most\": this can never hold");
	return least.item != NULL || most.item != NULL;
}

void expect_amount(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                   struct line *line)
{
	bool has_amount = expect_any_amount(reader, object, expectation, line);

	if (!has_amount && line->is_any_enough) {
		expectation->at_least = 1;
		expect_say(line, ", any");
	} else if (!has_amount) {
		reader_wrong(reader, object,
		             "how many? One of \"exactly\", \"at_least\", \"at_most\" is needed");
	}
}

void expect_share_bounds(struct reader *reader, struct tree_value object, bool is_known,
                         struct scenario_expectation *expectation, struct line *line)
{
	struct tree_value least = reader_get(reader, object, "at_least"), most = reader_get(reader, object, "at_most");

	expectation->share_most = UINT32_MAX;
	if (least.item != NULL && reader_chance(reader, least, &expectation->share_least))
		expect_say(line, ", at least %s", tree_text(least));
	if (most.item != NULL && reader_chance(reader, most, &expectation->share_most))
		expect_say(line, ", at most %s", tree_text(most));
	if (is_known && least.item == NULL && most.item == NULL)
		reader_wrong(reader, object, "nothing is expected; add \"at_least\" or \"at_most\"");
	if (expectation->share_least > expectation->share_most)
		reader_wrong(reader, object, "\"at_least\" is above \"at_most\": this can never hold");
}

void expect_direction(struct reader *reader, struct tree_value object, bool is_literal,
                      struct scenario_expectation *expectation, struct line *line)
{
	struct reader_pairs pairs = { .is_literal = is_literal };
	struct tree_value from = { NULL, 0 }, to = { NULL, 0 };

	if (!reader_from_to(reader, object, &from, &to) || !reader_pairs(reader, object, from, to, &pairs))
		return;
	expectation->pairs = pairs.list;
	expectation->pair_count = pairs.count;
	expect_say(line, " %s→%s", expect_pattern(reader, from), expect_pattern(reader, to));
}
