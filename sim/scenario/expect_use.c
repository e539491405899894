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
	bool is_known = reader_keys(reader, object, keys);

	expect_say(line, "use of");
	expect_direction(reader, object, true, expectation, line);
	need_rates(reader, object, expectation);
	expect_share_bounds(reader, object, is_known, expectation, line);
}
