/* sensors_fuzz.c: core/couriers/sensors.c: any bytes as messages to a control. What it takes, an agent would send. */
#include "core/couriers/sensors.h"
#include "tests/fuzz/courier_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct octo_courier_call call = fuzz_call();
	struct octo_sensors control, agent;
	memset(&control, 0, sizeof control);
	octo_sensors_begin(&control, false);
	fuzz_courier(&octo_courier_sensors, &control, &call, bytes, size);
	memset(&agent, 0, sizeof agent);
	memset(&control, 0, sizeof control);
	octo_sensors_begin(&agent, true);
	octo_sensors_begin(&control, false);
	octo_courier_sensors.receive(&control, &call, bytes, size);
	if (control.received == 0)
		return 0;
	uint8_t out[OCTO_COURIER_PAYLOAD_MAX];
	uint64_t handle = 0;
	octo_sensors_set(&agent, &control.reading);
	agent.reading = control.reading; /* also one that is all zero */
	size_t written = octo_courier_sensors.send(&agent, &call, out, sizeof out, &handle);
	FUZZ_REQUIRE(written == size && memcmp(out + 4, bytes + 4, size - 4) == 0);
	return 0;
}

void fuzz_seeds(void (*add)(const void *bytes, size_t size))
{
	static const uint8_t one[] = { 7, 0, 0, 0, 0x41, 0, 1, 2, 3, 4, 5, 6 };
	static const uint8_t two[] = { 12, 7, 0, 0, 0, 0x41, 0, 1, 2, 3, 4, 5, 6, 8, 7, 0, 1, 0, 0x40, 0, 9, 9 };
	add(one, sizeof one);
	add(two, sizeof two);
}
