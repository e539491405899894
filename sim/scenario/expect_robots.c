/* expect_robots.c: reads the subjects that are about the couriers of agents and remotes: what a node has of an agent's
 * state and sensors, which commands were executed, and how long any of it took. */
#include "sim/scenario/expect.h"

#include "sim/scenario/memory.h"
#include "sim/scenario/robots.h"

#include <inttypes.h>
#include <string.h>

static const char *const parameter_keys[] = {
	"node", "of", "name", "value", "verified", "known", "failsafe", "writer", "fresh", "agrees", NULL,
};
static const char *const sensors_keys[] = { "from", "to", "reading", "exactly", "at_least", "at_most", NULL };
static const char *const commands_keys[] = { "from", "to", "exactly", "at_least", "at_most", NULL };

/* "node" has it of "of"; an agent without "of" has it of itself. */
static void read_holders(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                         struct line *line)
{
	struct tree_value node = { NULL, 0 }, of = reader_get(reader, object, "of");

	if (!reader_need(reader, object, "node", "the name of an agent, or of a remote beside \"of\"", &node))
		return;
	expect_say(line, " at %s", expect_pattern(reader, node));
	if (of.item == NULL) {
		robots_read_agents(reader, node, &expectation->pairs, &expectation->pair_count);
		return;
	}
	expect_say(line, " of %s", expect_pattern(reader, of));
	robots_read_pairs(reader, node, of, false, &expectation->pairs, &expectation->pair_count);
}

/* A flag that need not be there. */
static bool read_flag(struct reader *reader, struct tree_value object, const char *key, bool *flag, uint32_t *said,
                      struct line *line)
{
	if (reader_get(reader, object, key).item == NULL)
		return false;
	*flag = reader_flag(reader, object, key);
	*said += 1;
	expect_say(line, ", %s%s", *flag ? "" : "not ", key);
	return true;
}

static void read_parameter(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                           struct line *line)
{
	struct scenario_held *held = expectation->held;
	struct tree_value name = { NULL, 0 }, value = reader_get(reader, object, "value"),
			  fresh = reader_get(reader, object, "fresh"), writer = reader_get(reader, object, "writer"),
			  agrees = reader_get(reader, object, "agrees");
	uint32_t said = 0;
	char shown[32];
	bool is_known = false;

	reader_keys(reader, object, parameter_keys);
	expect_say(line, "parameter");
	if (reader_need(reader, object, "name", "the name of a parameter, such as \"battery\"", &name) &&
	    robots_read_parameter(reader, name, &held->parameter)) {
		is_known = true;
		expect_say(line, " %s", tree_text(name));
	}
	read_holders(reader, object, expectation, line);
	if (value.item != NULL && ++said > 0 && is_known) {
		held->has_value = true;
		robots_read_value(reader, value, held->parameter, held->value);
		expect_say(line, ", its value");
	}
	held->has_verified = read_flag(reader, object, "verified", &held->is_verified, &said, line);
	held->has_known = read_flag(reader, object, "known", &held->is_known, &said, line);
	held->has_failsafe = read_flag(reader, object, "failsafe", &held->is_failsafe, &said, line);
	if (writer.item != NULL && ++said > 0 && reader_node(reader, writer, &held->writer)) {
		held->has_writer = true;
		expect_say(line, ", by %s", tree_text(writer));
	}
	held->has_agrees = agrees.item != NULL;
	if (held->has_agrees && ++said > 0) {
		held->agrees = reader_flag(reader, object, "agrees");
		expect_say(line, ", %s the agent has it", held->agrees ? "as" : "not as");
	}
	if (held->has_agrees && reader_get(reader, object, "of").item == NULL)
		reader_wrong(reader, agrees, "\"agrees\" compares what a remote has with what the agent "
		             "\"of\" has");
	held->fresh_ns = OCTO_NEVER;
	if (fresh.item != NULL && ++said > 0 && reader_time(reader, fresh, "0s", "100y", &held->fresh_ns)) {
		unit_time_text(held->fresh_ns, shown, sizeof(shown));
		expect_say(line, ", fresh to %s", shown);
	}
	if (said == 0)
		reader_wrong(reader, object, "nothing is expected; add \"value\", \"verified\", \"known\", \"failsafe\", "
		             "\"writer\", \"fresh\" or \"agrees\"");
}

static void read_direction(struct reader *reader, struct tree_value object, bool from_agent,
                           struct scenario_expectation *expectation, struct line *line)
{
	struct tree_value from = { NULL, 0 }, to = { NULL, 0 };

	if (!reader_from_to(reader, object, &from, &to))
		return;
	robots_read_pairs(reader, from, to, from_agent, &expectation->pairs, &expectation->pair_count);
	expect_say(line, " %s→%s", expect_pattern(reader, from), expect_pattern(reader, to));
}

static void read_sensors(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                         struct line *line)
{
	struct tree_value reading = reader_get(reader, object, "reading");
	bool has_amount = false;

	reader_keys(reader, object, sensors_keys);
	expect_say(line, "sensors");
	read_direction(reader, object, true, expectation, line);
	has_amount = expect_any_amount(reader, object, expectation, line);
	if (reading.item != NULL) {
		robots_read_reading(reader, reading, &expectation->held->reading);
		expect_say(line, ", the reading");
	} else if (!has_amount) {
		reader_wrong(reader, object, "nothing is expected; add \"reading\", \"exactly\", \"at_least\" or \"at_most\"");
	}
}

void expect_read_robot(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                       struct line *line)
{
	if (expectation->subject == SCENARIO_COMMANDS) {
		reader_keys(reader, object, commands_keys);
		expect_say(line, "commands");
		read_direction(reader, object, false, expectation, line);
		expect_amount(reader, object, expectation, line);
		return;
	}
	expectation->held = memory_claim(sizeof(*expectation->held));
	if (expectation->subject == SCENARIO_PARAMETER)
		read_parameter(reader, object, expectation, line);
	else
		read_sensors(reader, object, expectation, line);
}

void expect_check_measured(struct reader *reader, struct tree_value object, const struct scenario_expectation *expectation)
{
	struct tree_value from = reader_get(reader, object, "from");
	bool is_right = expectation->measured >= SCENARIO_OF_STATE;

	for (uint32_t i = 0; is_right && i < expectation->pair_count; i++) {
		struct scenario_pair pair = expectation->pairs[i];
		bool from_agent = reader->scenario->nodes[pair.a].is_agent;

		if (expectation->measured != SCENARIO_OF_STATE)
			from_agent = expectation->measured == SCENARIO_OF_SENSORS;
		is_right = robots_is(reader, from, pair.a, from_agent) &&
		           robots_is(reader, reader_get(reader, object, "to"), pair.b, !from_agent);
	}
}
