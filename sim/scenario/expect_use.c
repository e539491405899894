/* expect_use.c: reads the subject "use" of "expect": how much of what a link can carry came over it. */
#include "sim/scenario/expect.h"

static bool has_rate(const struct scenario *scenario, const struct scenario_pair *pair)
{
	for (uint32_t i = 0; i < scenario->link_count; i++) {
		const struct scenario_link *link = &scenario->links[i];

		if (link->from == NULL || link->to == NULL)
			return true; /* something is wrong with it, which has been told */
		if (link->may_queue && ((link->from[pair->a] && link->to[pair->b]) ||
		                        (link->both_ways && link->from[pair->b] && link->to[pair->a])))
			return true;
	}
	return false;
}

static void need_rates(struct reader *reader, struct tree_value object, const struct scenario_expectation *expectation)
{
	const struct scenario *scenario = reader->scenario;

	for (uint32_t i = 0; i < expectation->pair_count; i++) {
		const struct scenario_pair *pair = &expectation->pairs[i];

		if (has_rate(scenario, pair))
			continue;
		reader_wrong(reader, object,
		             "no \"rate\" or \"capacity\" is set from \"%s\" to \"%s\": there is no end to what can be used",
		             scenario->nodes[pair->a].name, scenario->nodes[pair->b].name);
		return;
	}
}

void expect_read_use(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                     struct line *line)
{
	static const char *const keys[] = { "from", "to", "at_least", "at_most", NULL };
	struct tree_value least = reader_get(reader, object, "at_least"), most = reader_get(reader, object, "at_most");
	bool is_known = reader_keys(reader, object, keys);

	expect_say(line, "use of");
	expectation->share_most = UINT32_MAX;
	expect_direction(reader, object, true, expectation, line);
	need_rates(reader, object, expectation);
	if (least.item != NULL && reader_chance(reader, least, &expectation->share_least))
		expect_say(line, ", at least %s", tree_text(least));
	if (most.item != NULL && reader_chance(reader, most, &expectation->share_most))
		expect_say(line, ", at most %s", tree_text(most));
	if (is_known && least.item == NULL && most.item == NULL)
		reader_wrong(reader, object, "nothing is expected; add \"at_least\" or \"at_most\"");
	if (expectation->share_least > expectation->share_most)
		reader_wrong(reader, object, "\"at_least\" is above \"at_most\": this can never hold");
}
