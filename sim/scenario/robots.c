/* robots.c: reads what applications do with the couriers of agents and remotes: "set", "sense", "command", "switch"; and
 * the values of parameters and sensors, which expectations have too. All numbers are exact: whole, or decimals in a
 * string. */
#include "sim/scenario/robots.h"

#include "core/couriers/courier_set.h"
#include "sim/scenario/memory.h"

#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 3 };
static const int64_t number_max = INT64_C(1000000000); /* before the next digit: no sum of them overflows */

/* A number with so many digits behind the point, and within these bounds, as whole numbers. */
struct field { const char *key; uint8_t digits; int32_t least, most; };

static const struct field place_fields[] = { { "latitude", 7, -90, 90 }, { "longitude", 7, -180, 180 },
	{ "altitude", 3, -2000000, 2000000 } };
static const struct field charge_fields[] = { { "permille", 0, 0, 1000 }, { "millivolts", 0, 0, 65535 } };
static const struct field slam_fields[] = { { "x", 3, -2000000, 2000000 }, { "y", 3, -2000000, 2000000 },
	{ "z", 3, -2000000, 2000000 } };
static const struct field gyro_fields[] = { { "x", 3, -32, 32 }, { "y", 3, -32, 32 }, { "z", 3, -32, 32 } };
static const struct field acceleration_fields[] = { { "x", 2, -327, 327 }, { "y", 2, -327, 327 }, { "z", 2, -327, 327 } };
static const struct field compass_fields[] = { { "azimuth", 0, 0, 65535 }, { "accuracy", 0, 0, 65535 } };
static const struct field touch_fields[] = { { "x", 0, 0, 65535 }, { "y", 0, 0, 65535 } };
static const struct field temperature_field = { "temperature", 2, -300, 300 };
static const struct field joint_field = { "joint", 0, -32768, 32767 };

static const char *const parameters[] = {
#define X(name, text, value, owner, fallback, importance) text,
	OCTO_PARAMETERS(X)
#undef X
	NULL
};
static const char *const operations[] = {
#define X(name, text) text,
	OCTO_OPERATIONS(X)
#undef X
	NULL
};
static const char *const reading_keys[] = {
	"gps", "slam", "gyro", "acceleration", "compass", "temperature", "touch", NULL,
};
static const char *const set_keys[] = { "node", "from", "to", "parameter", "value", "every", "count", NULL };
static const char *const sense_keys[] = { "node", "reading", "every", "count", NULL };
static const char *const command_keys[] = { "from", "to", "text", "every", "count", NULL };
static const char *const switch_keys[] = { "node", "from", "to", "courier", "on", NULL };

/* ---- Numbers ------------------------------------------------------------------------------------------------- */

/* "-12.5" as so many of the last digit. False when it is no such number, or has more digits. */
static bool parse(const char *text, size_t size, unsigned digits, int64_t *number)
{
	bool is_negative = size > 0 && text[0] == '-', has_digit = false, has_point = false;
	int64_t sum = 0;

	for (size_t i = is_negative ? 1 : 0; i < size; i++) {
		if (text[i] == '.' && !has_point && digits > 0 && has_digit) {
			has_point = true;
			continue;
		}
		if (text[i] < '0' || text[i] > '9' || sum > number_max)
			return false;
		if (has_point && digits-- == 0)
			return false;
		has_digit = true;
		sum = sum * 10 + (text[i] - '0');
	}
	for (; digits > 0; digits--)
		sum *= 10;
	*number = is_negative ? -sum : sum;
	return has_digit && text[size - 1] != '.';
}

static bool read_number(struct reader *reader, struct tree_value value, const struct field *field, int64_t *number)
{
	int64_t one = 1;
	char found[96];
	const char *text = NULL;
	size_t size = 0;

	if (tree_mark(&reader->tree, value)->is_bad)
		return false;
	for (unsigned i = 0; i < field->digits; i++)
		one *= 10;
	if (reader_is(reader, value, SCANNER_NUMBER)) {
		text = tree_number(&reader->tree, value, &size);
	} else if (reader_is(reader, value, SCANNER_STRING) && field->digits > 0) {
		text = tree_text(value);
		size = strlen(text);
	}
	if (text != NULL && parse(text, size, reader_is(reader, value, SCANNER_STRING) ? field->digits : 0, number)) {
		*number *= reader_is(reader, value, SCANNER_STRING) ? 1 : one;
		if (*number >= field->least * one && *number <= field->most * one)
			return true;
	}
	reader_found(reader, value, found, sizeof(found));
	if (field->digits > 0)
		reader_wrong(reader, value, "found %s; allowed is a number from %d to %d, whole or as a string with at most "
		             "%u digits behind the point", found, (int)field->least, (int)field->most, field->digits);
	else
		reader_wrong(reader, value, "found %s; allowed is a whole number from %d to %d", found, (int)field->least,
		             (int)field->most);
	return false;
}

/* An object of such numbers; those that are not there are 0. */
static bool read_fields(struct reader *reader, struct tree_value object, const struct field *fields, size_t count,
                        int64_t numbers[FIELDS_MAX])
{
	const char *keys[FIELDS_MAX + 1] = { NULL };
	bool is_right = true;

	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object of numbers"))
		return false;
	for (size_t i = 0; i < count; i++)
		keys[i] = fields[i].key;
	is_right = reader_keys(reader, object, keys);
	for (size_t i = 0; i < count; i++) {
		struct tree_value value = reader_get(reader, object, keys[i]);

		numbers[i] = 0;
		if (value.item != NULL)
			is_right = read_number(reader, value, &fields[i], &numbers[i]) && is_right;
	}
	return is_right;
}

/* ---- Values -------------------------------------------------------------------------------------------------- */

static void read_pose(struct reader *reader, struct tree_value list, uint8_t *value)
{
	struct octo_pose pose = { .joints = { 0 } };
	size_t count = 0;

	if (!reader_kind(reader, list, SCANNER_LIST, "a list of joints"))
		return;
	for (struct tree_value at = tree_first(&reader->tree, list); at.item != NULL; at = tree_next(&reader->tree, at)) {
		int64_t number = 0;

		if (count == OCTO_JOINTS) {
			reader_wrong(reader, at, "a pose has %d joints at most", OCTO_JOINTS);
			return;
		}
		if (read_number(reader, at, &joint_field, &number))
			pose.joints[count] = (int16_t)number;
		count++;
	}
	octo_pose_pack(&pose, value);
}

void robots_read_value(struct reader *reader, struct tree_value at, enum octo_parameter parameter, uint8_t *value)
{
	int64_t numbers[FIELDS_MAX] = { 0 };
	uint64_t number = 0;
	int32_t word = 0;

	switch (octo_parameter_kind(parameter)->value) {
	case OCTO_VALUE_PLACE:
		if (read_fields(reader, at, place_fields, 3, numbers))
			octo_place_pack(&(struct octo_place){ (int32_t)numbers[0], (int32_t)numbers[1], (int32_t)numbers[2] }, value);
		break;
	case OCTO_VALUE_CHARGE:
		if (read_fields(reader, at, charge_fields, 2, numbers))
			octo_charge_pack(&(struct octo_charge){ (uint16_t)numbers[0], (uint16_t)numbers[1] }, value);
		break;
	case OCTO_VALUE_MODE:
		if (reader_word(reader, at, operations, &word))
			octo_number_pack((uint16_t)word, value);
		break;
	case OCTO_VALUE_POSE: read_pose(reader, at, value); break;
	default:
		if (reader_whole(reader, at, 0, 65535, &number))
			octo_number_pack((uint16_t)number, value);
		break;
	}
}

bool robots_read_parameter(struct reader *reader, struct tree_value value, enum octo_parameter *parameter)
{
	int32_t index = 0;

	if (!reader_word(reader, value, parameters, &index))
		return false;
	*parameter = (enum octo_parameter)index;
	return true;
}

static void take_numbers(struct octo_reading *reading, enum octo_sensor sensor, const int64_t numbers[FIELDS_MAX])
{
	reading->present |= UINT32_C(1) << sensor;
	for (int i = 0; i < FIELDS_MAX; i++) {
		if (sensor == OCTO_SENSOR_SLAM)
			reading->slam_mm[i] = (int32_t)numbers[i];
		if (sensor == OCTO_SENSOR_GYRO)
			reading->gyro_mrad[i] = (int16_t)numbers[i];
		if (sensor == OCTO_SENSOR_ACCELERATION)
			reading->acceleration_cm[i] = (int16_t)numbers[i];
		if (sensor == OCTO_SENSOR_TOUCH && i < 2)
			reading->touch[i] = (uint16_t)numbers[i];
	}
	if (sensor == OCTO_SENSOR_GPS)
		reading->gps = (struct octo_place){ (int32_t)numbers[0], (int32_t)numbers[1], (int32_t)numbers[2] };
	if (sensor == OCTO_SENSOR_TEMPERATURE)
		reading->temperature_c100 = (int16_t)numbers[0];
	if (sensor != OCTO_SENSOR_COMPASS)
		return;
	reading->azimuth = (uint16_t)numbers[0];
	reading->accuracy = (uint16_t)numbers[1];
}

void robots_read_reading(struct reader *reader, struct tree_value object, struct octo_reading *reading)
{
	static const struct { const struct field *fields; uint8_t count; } shapes[OCTO_SENSOR_COUNT] = {
		[OCTO_SENSOR_GPS] = { place_fields, 3 },     [OCTO_SENSOR_SLAM] = { slam_fields, 3 },
		[OCTO_SENSOR_GYRO] = { gyro_fields, 3 },     [OCTO_SENSOR_ACCELERATION] = { acceleration_fields, 3 },
		[OCTO_SENSOR_COMPASS] = { compass_fields, 2 }, [OCTO_SENSOR_TOUCH] = { touch_fields, 2 },
	};

	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object of sensors, such as {\"temperature\": 20}"))
		return;
	reader_keys(reader, object, reading_keys);
	for (unsigned sensor = OCTO_SENSOR_GPS; sensor < OCTO_SENSOR_COUNT; sensor++) {
		struct tree_value value = reader_get(reader, object, octo_sensor_name((enum octo_sensor)sensor));
		int64_t numbers[FIELDS_MAX] = { 0 };
		bool is_read = false;

		if (value.item == NULL)
			continue;
		if (shapes[sensor].fields != NULL)
			is_read = read_fields(reader, value, shapes[sensor].fields, shapes[sensor].count, numbers);
		else
			is_read = read_number(reader, value, &temperature_field, &numbers[0]);
		if (is_read)
			take_numbers(reading, (enum octo_sensor)sensor, numbers);
	}
}

/* ---- Who ----------------------------------------------------------------------------------------------------- */

bool robots_is(struct reader *reader, struct tree_value at, uint32_t number, bool is_agent)
{
	const struct scenario_node *node = &reader->scenario->nodes[number];

	if (!node->has_couriers)
		reader_wrong(reader, at, "\"%s\" does not have these couriers; give it \"couriers\": true", node->name);
	else if (node->is_agent != is_agent)
		reader_wrong(reader, at, "\"%s\" is of \"kind\": \"%s\"; here it takes one of \"kind\": \"%s\"", node->name,
		             scenario_node_kind(node), is_agent ? "agent" : "remote");
	return node->has_couriers && node->is_agent == is_agent;
}

bool robots_read_agents(struct reader *reader, struct tree_value value, struct scenario_pair **list, uint32_t *count)
{
	uint32_t *nodes = NULL, node_count = 0;
	bool is_right = reader_nodes(reader, value, &nodes, &node_count);

	for (uint32_t i = 0; is_right && i < node_count; i++) {
		*list = memory_grow(*list, *count, sizeof(**list));
		(*list)[(*count)++] = (struct scenario_pair){ nodes[i], nodes[i] };
		is_right = robots_is(reader, value, nodes[i], true);
	}
	memory_free(nodes);
	return is_right;
}

bool robots_read_pairs(struct reader *reader, struct tree_value from, struct tree_value to, bool from_agent,
                       struct scenario_pair **list, uint32_t *count)
{
	struct reader_pairs pairs = { .both = false };
	bool is_right = reader_pairs(reader, from, from, to, &pairs);

	*list = pairs.list;
	*count = pairs.count;
	for (uint32_t i = 0; is_right && i < pairs.count; i++)
		is_right = robots_is(reader, from, pairs.list[i].a, from_agent) && robots_is(reader, to, pairs.list[i].b, !from_agent);
	return is_right;
}

/* An agent acts for all of its controls and stands in a pair with itself, a remote towards an agent. */
static bool read_who(struct reader *reader, struct tree_value object, struct scenario_action *action, bool *is_agent)
{
	struct tree_value node = reader_get(reader, object, "node"), from = reader_get(reader, object, "from"),
			  to = reader_get(reader, object, "to");

	*is_agent = node.item != NULL;
	if ((node.item != NULL) == (from.item != NULL || to.item != NULL)) {
		reader_wrong(reader, object, "allowed is either \"node\" (an agent, towards all of its controls) or \"from\" and "
		             "\"to\" (a remote, towards an agent)");
		return false;
	}
	if (node.item != NULL)
		return robots_read_agents(reader, node, &action->pairs, &action->pair_count);
	return reader_from_to(reader, object, &from, &to) &&
	       robots_read_pairs(reader, from, to, false, &action->pairs, &action->pair_count);
}

/* ---- Verbs --------------------------------------------------------------------------------------------------- */

static void read_rhythm(struct reader *reader, struct tree_value object, struct scenario_robot *robot)
{
	struct tree_value every = reader_get(reader, object, "every"), count = reader_get(reader, object, "count");

	robot->count = 1;
	if ((every.item == NULL) != (count.item == NULL))
		reader_wrong(reader, object, "\"every\" and \"count\" go together");
	if (every.item != NULL)
		reader_time(reader, every, "1ms", "1h", &robot->every_ns);
	if (count.item != NULL)
		reader_whole(reader, count, 1, UINT32_MAX, &robot->count);
}

static void read_set(struct reader *reader, struct tree_value object, struct scenario_action *action)
{
	struct scenario_robot *robot = action->robot;
	struct tree_value name = { NULL, 0 }, value = { NULL, 0 };
	bool is_agent = false, is_known = false;

	reader_keys(reader, object, set_keys);
	read_rhythm(reader, object, robot);
	is_known = reader_need(reader, object, "parameter", "the name of a parameter, such as \"battery\"", &name) &&
	           robots_read_parameter(reader, name, &robot->parameter);
	if (reader_need(reader, object, "value", "the parameter's value", &value) && is_known)
		robots_read_value(reader, value, robot->parameter, robot->value);
	if (!read_who(reader, object, action, &is_agent) || !is_known)
		return;
	if (!octo_parameter_may_write(robot->parameter, is_agent, 1))
		reader_wrong(reader, name, "\"%s\" is not for %s to write", tree_text(name), is_agent ? "an agent" : "a remote");
	if (robot->count > 1 && octo_parameter_kind(robot->parameter)->value == OCTO_VALUE_MODE)
		reader_wrong(reader, object, "a mode is set once: \"every\" counts up what is set, and modes cannot be counted");
}

static void read_sense(struct reader *reader, struct tree_value object, struct scenario_action *action)
{
	struct tree_value value = { NULL, 0 };

	reader_keys(reader, object, sense_keys);
	read_rhythm(reader, object, action->robot);
	if (reader_need(reader, object, "reading", "an object of sensors, such as {\"temperature\": 20}", &value))
		robots_read_reading(reader, value, &action->robot->reading);
	if (reader_need(reader, object, "node", "the name of an agent, a pattern or a list of them", &value))
		robots_read_agents(reader, value, &action->pairs, &action->pair_count);
}

static void read_command(struct reader *reader, struct tree_value object, struct scenario_action *action)
{
	struct scenario_robot *robot = action->robot;
	struct tree_value value = { NULL, 0 }, to = { NULL, 0 };
	const char *text = NULL;

	reader_keys(reader, object, command_keys);
	read_rhythm(reader, object, robot);
	if (reader_need(reader, object, "text", "the command, up to 92 bytes", &value) &&
	    reader_text(reader, value, "the command, up to 92 bytes", &text)) {
		size_t size = strlen(text);

		if (size > sizeof(robot->text))
			reader_wrong(reader, value, "found %zu bytes; a command has at most %zu, as its number stands before it", size,
			             sizeof(robot->text));
		robot->text_size = (uint16_t)(size < sizeof(robot->text) ? size : sizeof(robot->text));
		memcpy(robot->text, text, robot->text_size);
	}
	if (reader_from_to(reader, object, &value, &to))
		robots_read_pairs(reader, value, to, false, &action->pairs, &action->pair_count);
}

static void read_switch(struct reader *reader, struct tree_value object, struct scenario_action *action)
{
	static const char *const couriers[] = { "sensors", "command", "blob", "discovery", NULL };
	static const uint8_t features[] = { OCTO_FEATURE_SENSORS, OCTO_FEATURE_COMMANDS, OCTO_FEATURE_BLOBS,
		OCTO_FEATURE_DISCOVERY };
	struct tree_value value = { NULL, 0 };
	int32_t index = 0;
	bool is_agent = false;

	reader_keys(reader, object, switch_keys);
	action->robot->count = 1;
	if (reader_need(reader, object, "courier", "\"sensors\", \"command\", \"blob\" or \"discovery\"", &value) &&
	    reader_word(reader, value, couriers, &index))
		action->robot->feature = features[index];
	if (reader_need(reader, object, "on", "true or false", &value))
		action->robot->is_on = reader_flag(reader, object, "on");
	read_who(reader, object, action, &is_agent);
}

void reader_read_robot(struct reader *reader, struct tree_value value, struct scenario_action *action)
{
	if (!reader_kind(reader, value, SCANNER_OBJECT, "an object that says who does what"))
		return;
	action->robot = memory_claim(sizeof(*action->robot));
	switch (action->verb) {
	case SCENARIO_SET: read_set(reader, value, action); break;
	case SCENARIO_SENSE: read_sense(reader, value, action); break;
	case SCENARIO_COMMAND: read_command(reader, value, action); break;
	default: read_switch(reader, value, action); break;
	}
}
