/* sensors.c: message [P 13.2]: tag u16, number u16, present u16, then the values that are present. */
#include "core/couriers/sensors.h"

#include "core/base/cursor.h"
#include "core/couriers/state_message.h"
#include "core/couriers/urgency.h"

enum { HEAD_BYTES = 6 };

static const char *const names[] = {
#define X(name, text, size) text,
	OCTO_SENSORS(X)
#undef X
};
static const uint8_t sizes[] = {
#define X(name, text, size) size,
	OCTO_SENSORS(X)
#undef X
};
_Static_assert(sizeof(struct octo_reading) == 56, "no padding");
_Static_assert(sizeof(struct octo_sensors) == 16 + sizeof(struct octo_reading) + 48, "no padding");

const char *octo_sensor_name(enum octo_sensor sensor)
{
	OCTO_ASSERT((unsigned)sensor < OCTO_SENSOR_COUNT);
	return names[sensor];
}

void octo_sensors_begin(struct octo_sensors *state, bool is_agent)
{
	if (!state->is_begun) {
		state->rapid_ns = OCTO_SENSORS_RAPID_NS;
		state->repeat_ns = OCTO_SENSORS_REPEAT_NS;
	}
	state->is_agent = is_agent;
	state->is_begun = 1;
}

/* ---- A reading as bytes ---------------------------------------------------------------------------------------- */

/* Where the numbers of a sensor stand in the struct, how many there are, and how wide each is. */
static const struct { uint8_t at, count, width; } fields[] = {
	{ offsetof(struct octo_reading, clock_ms), 1, 4 },
	{ offsetof(struct octo_reading, gps), 3, 4 },
	{ offsetof(struct octo_reading, slam_mm), 3, 4 },
	{ offsetof(struct octo_reading, gyro_mrad), 3, 2 },
	{ offsetof(struct octo_reading, acceleration_cm), 3, 2 },
	{ offsetof(struct octo_reading, azimuth), 2, 2 },
	{ offsetof(struct octo_reading, temperature_c100), 1, 2 },
	{ offsetof(struct octo_reading, touch), 2, 2 },
};
_Static_assert(sizeof fields / sizeof fields[0] == OCTO_SENSOR_COUNT, "a field for each sensor");

static size_t size_of(uint32_t present)
{
	size_t size = 0;
	for (unsigned i = 0; i < OCTO_SENSOR_COUNT; i++)
		size += present >> i & 1 ? sizes[i] : 0u;
	return size;
}

/* A number of the reading: through an unsigned one of its width, whose bytes are the same. */
static uint32_t number_at(const struct octo_reading *reading, size_t at, size_t width)
{
	uint16_t narrow;
	uint32_t wide;
	if (width == 4) {
		memcpy(&wide, (const uint8_t *)reading + at, sizeof wide);
		return wide;
	}
	memcpy(&narrow, (const uint8_t *)reading + at, sizeof narrow);
	return narrow;
}

static void put_number(struct octo_reading *reading, size_t at, size_t width, uint32_t number)
{
	uint16_t narrow = (uint16_t)number;
	if (width == 4)
		memcpy((uint8_t *)reading + at, &number, sizeof number);
	else
		memcpy((uint8_t *)reading + at, &narrow, sizeof narrow);
}

static void reading_write(struct writer *writer, const struct octo_reading *reading)
{
	write_u16(writer, (uint16_t)reading->present);
	for (unsigned i = 0; i < OCTO_SENSOR_COUNT; i++)
		for (unsigned k = 0; reading->present >> i & 1 && k < fields[i].count; k++)
			write_le(writer, fields[i].width,
			         number_at(reading, fields[i].at + (size_t)k * fields[i].width, fields[i].width));
}

static bool reading_read(struct reader *reader, struct octo_reading *reading)
{
	memset(reading, 0, sizeof *reading);
	reading->present = read_u16(reader);
	if (reading->present == 0 || reading->present >> OCTO_SENSOR_COUNT || reader_left(reader) != size_of(reading->present))
		return false;
	for (unsigned i = 0; i < OCTO_SENSOR_COUNT; i++)
		for (unsigned k = 0; reading->present >> i & 1 && k < fields[i].count; k++)
			put_number(reading, fields[i].at + (size_t)k * fields[i].width, fields[i].width,
			           (uint32_t)read_le(reader, fields[i].width));
	return !reader->failed;
}

bool octo_reading_merge(struct octo_reading *into, const struct octo_reading *reading)
{
	struct octo_reading before = *into;
	OCTO_ASSERT(reading->present >> OCTO_SENSOR_COUNT == 0);
	into->present |= reading->present;
	for (unsigned i = 0; i < OCTO_SENSOR_COUNT; i++)
		if (reading->present >> i & 1)
			memcpy((uint8_t *)into + fields[i].at, (const uint8_t *)reading + fields[i].at, sizes[i]);
	return memcmp(&before, into, sizeof before) != 0;
}

void octo_sensors_set(struct octo_sensors *state, const struct octo_reading *reading)
{
	if (octo_reading_merge(&state->reading, reading))
		state->is_new = 1;
}

/* ---- The courier -------------------------------------------------------------------------------------------------- */

static void mandate(const void *raw, const struct octo_courier_call *call, struct octo_mandate *mandate)
{
	const struct octo_sensors *state = raw;
	octo_time_ns wait_ns = state->is_new ? state->rapid_ns : state->repeat_ns;
	bool is_first = state->sent_at == 0 || state->session != call->session;
	mandate->urgency_ms = is_first ? 0 : urgency_ms(call->now, state->sent_at + wait_ns);
	mandate->priority = OCTO_PRIORITY_MEDIUM;
	mandate->accept_reads = state->is_begun && !state->is_agent;
	mandate->want_to_send = state->is_begun && state->is_agent && state->reading.present;
	mandate->payload_size = (uint16_t)(HEAD_BYTES + size_of(state->reading.present));
}

static void begin_session(struct octo_sensors *state, const struct octo_courier_call *call)
{
	if (state->session == call->session)
		return;
	state->session = call->session;
	state->number_next = 0;
	state->has_heard = 0;
}

static size_t send(void *raw, const struct octo_courier_call *call, uint8_t *out, size_t size_max, uint64_t *handle)
{
	(void)handle; /* by the time that a loss is known there is something newer to say */
	struct octo_sensors *state = raw;
	struct writer writer = writer_of(out, size_max);
	if (state->reading.present == 0 || size_max < HEAD_BYTES + size_of(state->reading.present))
		return 0;
	begin_session(state, call);
	write_u16(&writer, state_tag(call->session));
	write_u16(&writer, state->number_next++);
	reading_write(&writer, &state->reading);
	state->sent_at = call->now;
	state->is_new = 0;
	return writer.position;
}

static void receive(void *raw, const struct octo_courier_call *call, const uint8_t *data, size_t size)
{
	struct octo_sensors *state = raw;
	struct reader reader = reader_of(data, size);
	struct octo_reading reading;
	uint16_t tag = read_u16(&reader), number = read_u16(&reader);
	if (!reading_read(&reader, &reading)) {
		struct octo_event_note note = { .note = OCTO_NOTE_BAD_MESSAGE, .subject = size ? data[0] : 0 };
		call->report(call, &note);
		return;
	}
	begin_session(state, call);
	bool is_older = state->has_heard && !state_number_is_newer(number, state->heard_number);
	if (tag != state_tag(call->session) || is_older) {
		state->late++;
		return;
	}
	state->has_heard = 1;
	state->heard_number = number;
	state->heard_at = call->now;
	state->reading = reading;
	state->received++;
}

const struct octo_courier octo_courier_sensors = {
	.name = "sensors", .id = OCTO_SENSORS_ID, .state_size = sizeof(struct octo_sensors),
	.mandate = mandate, .send = send, .receive = receive
};
