/* judge_robot.c: compares what a node has of an agent, a parameter or readings, with what was expected, and says what it
 * has. For judge.c. */
#include "sim/check/tally_int.h"

#include "sim/robot.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *name_of(const struct sim *sim, uint32_t node)
{
	return sim->scenario->nodes[node].name;
}

static void value_text(enum octo_parameter parameter, const uint8_t *value, char *text, size_t size)
{
	struct octo_place place = octo_place_of(value);
	struct octo_charge charge = octo_charge_of(value);
	struct octo_pose pose = octo_pose_of(value);
	switch (octo_parameter_kind(parameter)->value) {
	case OCTO_VALUE_PLACE:
		snprintf(text, size, "%d, %d, %d", (int)place.latitude_e7, (int)place.longitude_e7, (int)place.altitude_mm);
		break;
	case OCTO_VALUE_CHARGE: snprintf(text, size, "%u ‰, %u mV", charge.permille, charge.millivolts); break;
	case OCTO_VALUE_MODE: snprintf(text, size, "%s", octo_operation_name(octo_mode_of(value))); break;
	case OCTO_VALUE_POSE: snprintf(text, size, "first joint %d", pose.joints[0]); break;
	default: snprintf(text, size, "%u", octo_bits_of(value)); break;
	}
}

static const char *writer_name(const struct sim *sim, uint64_t writer)
{
	for (uint32_t i = 0; i < sim->scenario->node_count; i++)
		if (!sim->scenario->nodes[i].is_counter && octo_writer_of(sim->identities[i].card.id) == writer)
			return name_of(sim, i);
	return "nobody";
}

/* It is the same writing, byte by byte. */
static bool agrees(const struct sim *sim, const struct scenario_pair *pair, enum octo_parameter parameter,
                   const struct octo_parameter_view *ours, uint64_t our_writer, char *text, size_t size)
{
	struct octo_parameter_view theirs;
	uint64_t writer;
	char value[96];
	size_t used = strlen(text);
	if (!robot_view(sim, pair->b, pair->b, parameter, &theirs, &writer)) {
		snprintf(text + used, size - used, "; %s is down", name_of(sim, pair->b));
		return false;
	}
	value_text(parameter, theirs.held, value, sizeof value);
	snprintf(text + used, size - used, "; %s: %s, version %" PRIu64 " by %s", name_of(sim, pair->b), value, theirs.version,
	         theirs.version ? writer_name(sim, writer) : "nobody");
	return theirs.version == ours->version && writer == our_writer &&
	       memcmp(theirs.held, ours->held, sizeof theirs.held) == 0;
}

static bool judge_parameter(const struct sim *sim, const struct scenario_held *held, const struct scenario_pair *pair,
                            char *text, size_t size)
{
	struct octo_parameter_view view;
	uint64_t writer;
	char value[96], age[40] = "of unknown age";
	if (!robot_view(sim, pair->a, pair->b, held->parameter, &view, &writer)) {
		snprintf(text, size, "%s is down", name_of(sim, pair->a));
		return false;
	}
	value_text(held->parameter, view.value, value, sizeof value);
	if (view.age_ns != OCTO_NEVER)
		snprintf(age, sizeof age, "%" PRIu64 " ms old", view.age_ns / OCTO_MILLISECOND);
	snprintf(text, size, "%s: %s%s, version %" PRIu64 " by %s, %sverified, %s", name_of(sim, pair->a), value,
	         view.is_failsafe ? " (fail-safe)" : "", view.version, view.version ? writer_name(sim, writer) : "nobody",
	         view.is_verified ? "" : "not ", age);
	uint64_t wanted = held->has_writer ? octo_writer_of(sim->identities[held->writer].card.id) : 0;
	return (!held->has_value || memcmp(held->value, view.value, sizeof view.value) == 0) &&
	       (!held->has_verified || held->is_verified == view.is_verified) &&
	       (!held->has_known || held->is_known == (view.version != 0)) &&
	       (!held->has_failsafe || held->is_failsafe == view.is_failsafe) &&
	       (!held->has_writer || (view.version != 0 && wanted == writer)) &&
	       (held->fresh_ns == OCTO_NEVER || view.age_ns <= held->fresh_ns) &&
	       (!held->has_agrees || agrees(sim, pair, held->parameter, &view, writer, text, size) == held->agrees);
}

static bool judge_sensors(const struct sim *sim, const struct scenario_expectation *what, const struct scenario_pair *pair,
                          char *text, size_t size)
{
	const struct octo_sensors *sensors = robot_sensors(sim, pair->b, pair->a);
	if (!sensors) {
		snprintf(text, size, "%s is down", name_of(sim, pair->b));
		return false;
	}
	struct octo_reading heard = sensors->reading;
	snprintf(text, size, "%s has heard %" PRIu64 ", the last with clock %u ms, temperature %d/100, azimuth %u",
	         name_of(sim, pair->b), sensors->received, heard.clock_ms, heard.temperature_c100, heard.azimuth);
	return sensors->received >= what->at_least && sensors->received <= what->at_most &&
	       !octo_reading_merge(&heard, &what->held->reading);
}

bool judge_held(const struct sim *sim, const struct scenario_expectation *what, const struct scenario_pair *pair,
                char *text, size_t size)
{
	return what->subject == SCENARIO_SENSORS ? judge_sensors(sim, what, pair, text, size) :
	                                           judge_parameter(sim, what->held, pair, text, size);
}
