/* node_values.c: see node_values.h. */
#include "sim/cli/node_values.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NUMBERS_MAX = OCTO_JOINTS, TURN = 65536 };

/* ---- Decimals ---------------------------------------------------------------------------------------------------- */

/* A decimal as a whole number of 10^-decimals; behind it *end. False: none, finer than that, or beyond `most` either way. */
static bool read_decimal(const char *text, unsigned decimals, int64_t most, int64_t *value, const char **end)
{
	bool is_negative = *text == '-';
	unsigned digits = 0, fraction = 0;
	int64_t number = 0;

	text += *text == '-' || *text == '+';
	for (; *text >= '0' && *text <= '9' && digits < 15; text++, digits++)
		number = number * 10 + (*text - '0');
	if (*text == '.')
		for (text++; *text >= '0' && *text <= '9' && fraction < decimals; text++, fraction++)
			number = number * 10 + (*text - '0');
	if (digits + fraction == 0 || digits == 15 || (*text >= '0' && *text <= '9'))
		return false;
	for (; fraction < decimals; fraction++) {
		if (number > INT64_MAX / 10)
			return false;
		number *= 10;
	}
	*value = is_negative ? -number : number;
	*end = text;
	return number <= most;
}

/* Numbers with commas between them, each of so many decimals. Returns how many; 0: something is wrong. */
static unsigned read_numbers(const char *text, const unsigned *decimals, const int64_t *most, unsigned count_max,
                             int64_t numbers[NUMBERS_MAX])
{
	for (unsigned count = 0; count < count_max; text++) {
		if (!read_decimal(text, decimals[count], most[count], &numbers[count], &text))
			return 0;
		count++;
		if (*text == '\0')
			return count;
		if (*text != ',')
			return 0;
	}
	return 0;
}

static int add_decimal(char *out, size_t room, int64_t value, unsigned decimals)
{
	uint64_t unit = 1, size = value < 0 ? (uint64_t)-value : (uint64_t)value;

	for (unsigned i = 0; i < decimals; i++)
		unit *= 10;
	if (decimals == 0)
		return snprintf(out, room, "%s%" PRIu64, value < 0 ? "-" : "", size);
	return snprintf(out, room, "%s%" PRIu64 ".%0*" PRIu64, value < 0 ? "-" : "", size / unit, (int)decimals, size % unit);
}

static void write_numbers(const int64_t *numbers, const unsigned *decimals, unsigned count, char text[VALUE_TEXT_BYTES])
{
	size_t used = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < count && used + 32 < VALUE_TEXT_BYTES; i++) {
		if (i)
			text[used++] = ',';
		used += (size_t)add_decimal(text + used, VALUE_TEXT_BYTES - used, numbers[i], decimals[i]);
	}
}

/* Degrees, in tenths, and turns of 65,536 parts. */
static uint16_t turn_of(int64_t tenths)
{
	int64_t parts = (tenths * TURN + (tenths < 0 ? -1800 : 1800)) / 3600;

	return (uint16_t)((uint64_t)parts % TURN);
}

static int64_t tenths_of(int64_t parts)
{
	return (parts * 3600 + (parts < 0 ? -TURN / 2 : TURN / 2)) / TURN;
}

/* ---- Parameters --------------------------------------------------------------------------------------------------- */

static const unsigned place_decimals[] = { 7, 7, 3 }, charge_decimals[] = { 1, 3 };
static const int64_t place_most[] = { 900000000, 1800000000, INT32_MAX }, charge_most[] = { 1000, 65535 };

struct bit { const char *name; uint16_t bit; };
static const struct bit flags[] = { { "panic", OCTO_FLAG_PANIC }, { "camera", OCTO_FLAG_CAMERA }, { NULL, 0 } };
static const struct bit states[] = { { "ready", OCTO_STATUS_READY }, { "fault", OCTO_STATUS_FAULT }, { NULL, 0 } };

static const struct bit *bits_of(enum octo_parameter parameter)
{
	return parameter == OCTO_PARAMETER_FLAGS ? flags : states;
}

static bool read_bits(const struct bit *names, const char *text, uint16_t *bits)
{
	*bits = 0;
	if (strcmp(text, "none") == 0)
		return true;
	for (;;) {
		size_t size = strcspn(text, ",");
		const struct bit *name = names;

		while (name->name && (strlen(name->name) != size || strncmp(name->name, text, size) != 0))
			name++;
		if (!name->name)
			return false;
		*bits |= name->bit;
		if (text[size] == '\0')
			return true;
		text += size + 1;
	}
}

static bool read_place(const char *text, struct octo_place *place)
{
	int64_t numbers[NUMBERS_MAX] = { 0 };

	if (read_numbers(text, place_decimals, place_most, 3, numbers) < 2)
		return false;
	*place = (struct octo_place){ (int32_t)numbers[0], (int32_t)numbers[1], (int32_t)numbers[2] };
	return true;
}

static bool read_pose(const char *text, struct octo_pose *pose)
{
	unsigned decimals[NUMBERS_MAX];
	int64_t most[NUMBERS_MAX], numbers[NUMBERS_MAX];
	unsigned count;

	for (unsigned i = 0; i < NUMBERS_MAX; i++) {
		decimals[i] = 1;
		most[i] = 1799;
	}
	count = read_numbers(text, decimals, most, NUMBERS_MAX, numbers);
	memset(pose, 0, sizeof(*pose));
	for (unsigned i = 0; i < count; i++)
		pose->joints[i] = (int16_t)turn_of(numbers[i]);
	return count > 0;
}

bool value_read(enum octo_parameter parameter, const char *text, uint8_t value[OCTO_VALUE_BYTES_MAX])
{
	struct octo_place place;
	struct octo_pose pose;
	const char *end = NULL;
	int64_t numbers[NUMBERS_MAX] = { 0 };
	uint16_t bits = 0;

	switch (octo_parameter_kind(parameter)->value) {
	case OCTO_VALUE_PLACE:
		if (!read_place(text, &place))
			return false;
		octo_place_pack(&place, value);
		return true;
	case OCTO_VALUE_ANGLE:
		if (!read_decimal(text, 1, 3600, &numbers[0], &end) || *end)
			return false;
		octo_number_pack(turn_of(numbers[0]), value);
		return true;
	case OCTO_VALUE_CHARGE:
		if (read_numbers(text, charge_decimals, charge_most, 2, numbers) == 0 || numbers[0] < 0 || numbers[1] < 0)
			return false;
		octo_charge_pack(&(struct octo_charge){ (uint16_t)numbers[0], (uint16_t)numbers[1] }, value);
		return true;
	case OCTO_VALUE_BITS:
		if (!read_bits(bits_of(parameter), text, &bits))
			return false;
		octo_number_pack(bits, value);
		return true;
	case OCTO_VALUE_MODE:
		for (int mode = 0; mode < OCTO_OPERATION_COUNT; mode++) {
			if (strcmp(text, octo_operation_name((enum octo_operation)mode)) == 0) {
				octo_number_pack((uint16_t)mode, value);
				return true;
			}
		}
		return false;
	case OCTO_VALUE_POSE:
		if (!read_pose(text, &pose))
			return false;
		octo_pose_pack(&pose, value);
		return true;
	default:
		return false;
	}
}

static void write_bits(const struct bit *names, uint16_t bits, char text[VALUE_TEXT_BYTES])
{
	text[0] = '\0';
	for (; names->name; names++) {
		if (bits & names->bit) {
			strcat(text, text[0] ? "," : "");
			strcat(text, names->name);
		}
	}
	if (!text[0])
		strcpy(text, "none");
}

static void write_pose(const struct octo_pose *pose, char text[VALUE_TEXT_BYTES])
{
	unsigned decimals[NUMBERS_MAX], count = 1;
	int64_t numbers[NUMBERS_MAX];

	for (unsigned i = 0; i < NUMBERS_MAX; i++) {
		decimals[i] = 1;
		numbers[i] = tenths_of(pose->joints[i]);
		if (numbers[i])
			count = i + 1;
	}
	write_numbers(numbers, decimals, count, text);
}

static void write_place(const struct octo_place *place, char text[VALUE_TEXT_BYTES])
{
	write_numbers((int64_t[]){ place->latitude_e7, place->longitude_e7, place->altitude_mm }, place_decimals, 3, text);
}

void value_text(enum octo_parameter parameter, const uint8_t *value, char text[VALUE_TEXT_BYTES])
{
	struct octo_place place;
	struct octo_charge charge;
	struct octo_pose pose;

	switch (octo_parameter_kind(parameter)->value) {
	case OCTO_VALUE_PLACE:
		place = octo_place_of(value);
		write_place(&place, text);
		return;
	case OCTO_VALUE_ANGLE:
		write_numbers((int64_t[]){ tenths_of(octo_angle_of(value)) }, (unsigned[]){ 1 }, 1, text);
		return;
	case OCTO_VALUE_CHARGE:
		charge = octo_charge_of(value);
		write_numbers((int64_t[]){ charge.permille, charge.millivolts }, charge_decimals, 2, text);
		return;
	case OCTO_VALUE_BITS:
		write_bits(bits_of(parameter), octo_bits_of(value), text);
		return;
	case OCTO_VALUE_MODE:
		snprintf(text, VALUE_TEXT_BYTES, "%s", octo_operation_name(octo_mode_of(value)));
		return;
	default:
		pose = octo_pose_of(value);
		write_pose(&pose, text);
		return;
	}
}

const char *value_allowed(enum octo_parameter parameter)
{
	switch (octo_parameter_kind(parameter)->value) {
	case OCTO_VALUE_PLACE: return "degrees north, degrees east and perhaps metres up, such as 59.9139,10.7522,12.5";
	case OCTO_VALUE_ANGLE: return "degrees clockwise from north, such as 270 or 12.5";
	case OCTO_VALUE_CHARGE: return "percent and perhaps volts, such as 87.5,12.1";
	case OCTO_VALUE_BITS:
		return parameter == OCTO_PARAMETER_FLAGS ? "none, panic, camera or panic,camera" : "none, ready, fault or ready,fault";
	case OCTO_VALUE_MODE: return "offline, complete-autonomy, auto-pilot or manual-pilot";
	default: return "up to 32 joints in degrees, such as 10,-20.5,0";
	}
}

/* ---- Sensors ------------------------------------------------------------------------------------------------------- */

struct shape { unsigned count, decimals; int64_t most; const char *allowed; };

static const struct shape *shape_of(enum octo_sensor sensor)
{
	static const struct shape shapes[OCTO_SENSOR_COUNT] = {
		[OCTO_SENSOR_CLOCK] = { 1, 0, UINT32_MAX, "milliseconds, such as 12000" },
		[OCTO_SENSOR_GPS] = { 0, 0, 0, "degrees north, degrees east and perhaps metres up, such as 59.9139,10.7522,12.5" },
		[OCTO_SENSOR_SLAM] = { 3, 3, INT32_MAX, "metres, such as 1.5,0,-0.25" },
		[OCTO_SENSOR_GYRO] = { 3, 3, INT16_MAX, "radians a second, such as 0.1,0,-0.05" },
		[OCTO_SENSOR_ACCELERATION] = { 3, 2, INT16_MAX, "metres per second squared, such as 0,0,9.81" },
		[OCTO_SENSOR_COMPASS] = { 1, 1, 3600, "degrees clockwise from north, such as 270" },
		[OCTO_SENSOR_TEMPERATURE] = { 1, 2, INT16_MAX, "degrees Celsius, such as 21.5" },
		[OCTO_SENSOR_TOUCH] = { 2, 0, UINT16_MAX, "x and y from 0 to 65535, such as 32768,100" },
	};

	return &shapes[sensor];
}

const char *value_allowed_sensor(enum octo_sensor sensor)
{
	return shape_of(sensor)->allowed;
}

static bool read_shape(const struct shape *shape, const char *text, int64_t numbers[NUMBERS_MAX])
{
	unsigned decimals[3];
	int64_t most[3];

	for (int i = 0; i < 3; i++) {
		decimals[i] = shape->decimals;
		most[i] = shape->most;
	}
	return read_numbers(text, decimals, most, shape->count, numbers) == shape->count;
}

bool value_read_sensor(enum octo_sensor sensor, const char *text, struct octo_reading *reading)
{
	int64_t numbers[NUMBERS_MAX] = { 0 };
	bool is_unsigned = sensor == OCTO_SENSOR_CLOCK || sensor == OCTO_SENSOR_TOUCH;

	if (sensor == OCTO_SENSOR_GPS) {
		if (!read_place(text, &reading->gps))
			return false;
	} else if (!read_shape(shape_of(sensor), text, numbers) || (is_unsigned && (numbers[0] < 0 || numbers[1] < 0))) {
		return false;
	}
	reading->present |= UINT32_C(1) << sensor;
	for (int i = 0; i < 3; i++) {
		if (sensor == OCTO_SENSOR_SLAM)
			reading->slam_mm[i] = (int32_t)numbers[i];
		else if (sensor == OCTO_SENSOR_GYRO)
			reading->gyro_mrad[i] = (int16_t)numbers[i];
		else if (sensor == OCTO_SENSOR_ACCELERATION)
			reading->acceleration_cm[i] = (int16_t)numbers[i];
		else if (sensor == OCTO_SENSOR_TOUCH && i < 2)
			reading->touch[i] = (uint16_t)numbers[i];
	}
	if (sensor == OCTO_SENSOR_CLOCK)
		reading->clock_ms = (uint32_t)numbers[0];
	else if (sensor == OCTO_SENSOR_COMPASS)
		reading->azimuth = turn_of(numbers[0]);
	else if (sensor == OCTO_SENSOR_TEMPERATURE)
		reading->temperature_c100 = (int16_t)numbers[0];
	return true;
}

void value_sensor_text(enum octo_sensor sensor, const struct octo_reading *reading, char text[VALUE_TEXT_BYTES])
{
	const struct shape *shape = shape_of(sensor);
	unsigned decimals[3] = { shape->decimals, shape->decimals, shape->decimals };
	int64_t numbers[3] = { 0 };

	for (int i = 0; i < 3; i++)
		numbers[i] = sensor == OCTO_SENSOR_SLAM ? reading->slam_mm[i] : sensor == OCTO_SENSOR_GYRO ? reading->gyro_mrad[i]
		           : sensor == OCTO_SENSOR_ACCELERATION ? reading->acceleration_cm[i] : i < 2 ? reading->touch[i] : 0;
	if (sensor == OCTO_SENSOR_CLOCK)
		numbers[0] = reading->clock_ms;
	else if (sensor == OCTO_SENSOR_COMPASS)
		numbers[0] = tenths_of(reading->azimuth);
	else if (sensor == OCTO_SENSOR_TEMPERATURE)
		numbers[0] = reading->temperature_c100;
	if (sensor == OCTO_SENSOR_GPS)
		write_place(&reading->gps, text);
	else
		write_numbers(numbers, decimals, shape->count, text);
}
