/* couriers_sensors_test.c: core/couriers/sensors.c: the latest value wins, whatever is lost or comes late. */
#include "core/couriers/sensors.h"
#include "tests/check.h"
#include "tests/unit/courier_wire.h"

enum { AGENT, CONTROL };

static struct courier_wire wire;
static struct octo_sensors states[2];
static const octo_time_ns ms = OCTO_MILLISECOND;

static void set_up(void)
{
	wire_open(&wire, &octo_courier_sensors, &states[AGENT], &octo_courier_sensors, &states[CONTROL]);
	memset(states, 0, sizeof states);
	octo_sensors_begin(&states[AGENT], true);
	octo_sensors_begin(&states[CONTROL], false);
}

static void sense(uint32_t clock)
{
	struct octo_reading reading = { .present = 1 << OCTO_SENSOR_CLOCK, .clock_ms = clock };
	octo_sensors_set(&states[AGENT], &reading);
}

/* R145: rapid, of medium priority; what is measured faster than it is sent is never queued. */
static void only_the_latest_value_is_sent(void)
{
	set_up();
	CHECK(!wire_mandate(&wire, AGENT).want_to_send); /* nothing measured yet */
	for (uint32_t i = 1; i <= 1000; i++) {
		sense(i);
		wire_run(&wire, ms);
	}
	wire_run(&wire, 100 * ms);
	CHECK_U64(states[CONTROL].reading.clock_ms, 1000);
	CHECK(wire.ends[AGENT].sent >= 19 && wire.ends[AGENT].sent <= 23);
	CHECK_U64(wire_mandate(&wire, AGENT).priority, OCTO_PRIORITY_MEDIUM);
	CHECK(!wire_mandate(&wire, AGENT).accept_reads && wire_mandate(&wire, CONTROL).accept_reads);
	CHECK(!wire_mandate(&wire, CONTROL).want_to_send);
}

/* An older one never takes the place of a newer one, and a lost last one is made up for. */
static void disorder_and_loss_leave_the_latest(void)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		set_up();
		wire.random = seed;
		wire.loss_permille = 300;
		wire.double_permille = 300;
		wire.jitter_ns = 400 * ms;
		uint32_t highest = 0;
		for (uint32_t i = 1; i <= 100; i++) {
			sense(i);
			wire_run(&wire, 20 * ms);
			CHECK(states[CONTROL].reading.clock_ms >= highest);
			highest = states[CONTROL].reading.clock_ms;
		}
		wire_run(&wire, 12 * OCTO_SECOND);
		CHECK_U64(states[CONTROL].reading.clock_ms, 100);
		CHECK(states[CONTROL].late > 0);
	}
}

/* What is measured seldom is not forgotten when the one message with it is lost: all that is known goes each time.
 * (Bug xix: the first SensorsCourier forgot it with the sending.) */
static void a_value_that_is_measured_once_arrives_all_the_same(void)
{
	set_up();
	struct octo_reading once = { .present = 1 << OCTO_SENSOR_TEMPERATURE, .temperature_c100 = -1234 };
	wire.ends[AGENT].is_cut = true;
	octo_sensors_set(&states[AGENT], &once);
	wire_run(&wire, 100 * ms);
	wire.ends[AGENT].is_cut = false;
	sense(5);
	wire_run(&wire, 100 * ms);
	CHECK_I64(states[CONTROL].reading.temperature_c100, -1234);
	CHECK_U64(states[CONTROL].reading.clock_ms, 5);
}

/* Numbers start again in another session; what was sent in the former is older, however high its number. */
static void another_session_begins_anew(void)
{
	set_up();
	for (uint32_t i = 1; i <= 100; i++) {
		sense(i);
		wire_run(&wire, 60 * ms);
	}
	struct wire_message old = wire.latest[AGENT];
	memset(&states[AGENT], 0, sizeof states[AGENT]);
	octo_sensors_begin(&states[AGENT], true);
	wire_replace(&wire, 5000);
	sense(3);
	wire_run(&wire, 100 * ms);
	CHECK_U64(states[CONTROL].reading.clock_ms, 3);
	wire_push(&wire, CONTROL, old.bytes, old.size);
	CHECK_U64(states[CONTROL].reading.clock_ms, 3);
	CHECK_U64(states[CONTROL].late, 1);
}

/* [P 13.2], byte by byte, there and back. */
static void every_sensor_has_its_bytes(void)
{
	static const uint8_t expected[] = { 77, 0, 0, 0, 0xff, 0, 4, 3, 2, 1, 1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 3, 0, 0, 0,
		4, 0, 0, 0, 5, 0, 0, 0, 0xfa, 0xff, 0xff, 0xff, 7, 0, 8, 0, 0xf7, 0xff, 10, 0, 11, 0, 0xf4, 0xff,
		13, 0, 14, 0, 0xf1, 0xff, 16, 0, 17, 0 };
	const struct octo_reading reading = { .present = 0xff, .clock_ms = 0x01020304, .gps = { 1, -2, 3 },
		.slam_mm = { 4, 5, -6 }, .gyro_mrad = { 7, 8, -9 }, .acceleration_cm = { 10, 11, -12 }, .azimuth = 13,
		.accuracy = 14, .temperature_c100 = -15, .touch = { 16, 17 } };
	set_up();
	octo_sensors_set(&states[AGENT], &reading);
	wire_run(&wire, 50 * ms);
	CHECK_U64(wire.latest[AGENT].size, sizeof expected);
	CHECK_BYTES(wire.latest[AGENT].bytes, expected, sizeof expected);
	CHECK_BYTES(&states[CONTROL].reading, &reading, sizeof reading);
}

static void bad_messages_change_nothing(void)
{
	set_up();
	sense(4);
	wire_run(&wire, 50 * ms);
	struct wire_message good = wire.latest[AGENT];
	struct octo_sensors before = states[CONTROL];
	uint64_t bad = 0;
	for (size_t size = 0; size < good.size; size++, bad++)
		wire_push(&wire, CONTROL, good.bytes, size);
	wire_push(&wire, CONTROL, good.bytes, good.size + 1);
	good.bytes[5] = 1; /* a sensor that does not exist */
	wire_push(&wire, CONTROL, good.bytes, good.size);
	good.bytes[4] = good.bytes[5] = 0; /* none at all */
	wire_push(&wire, CONTROL, good.bytes, 6);
	CHECK_U64(wire.ends[CONTROL].notes[OCTO_NOTE_BAD_MESSAGE], bad + 3);
	CHECK(memcmp(&before, &states[CONTROL], sizeof before) == 0);
}

CU_ErrorCode suite_couriers_sensors(void);

CU_ErrorCode suite_couriers_sensors(void)
{
	CU_pSuite suite = CU_add_suite("couriers_sensors", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, only_the_latest_value_is_sent);
	CU_ADD_TEST(suite, disorder_and_loss_leave_the_latest);
	CU_ADD_TEST(suite, a_value_that_is_measured_once_arrives_all_the_same);
	CU_ADD_TEST(suite, another_session_begins_anew);
	CU_ADD_TEST(suite, every_sensor_has_its_bytes);
	CU_ADD_TEST(suite, bad_messages_change_nothing);
	return CU_get_error();
}
