/* load_fuzz.c: core/couriers/load.c: any bytes as messages. What it counts as received, a load courier would send. */
#include "tests/fuzz/courier_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct octo_courier_call call = fuzz_call();
	struct octo_load state = { .count = 3, .size = 16, .interval_ns = OCTO_MILLISECOND };
	fuzz_courier(&octo_courier_load, &state, &call, bytes, size);
	FUZZ_REQUIRE(state.received_out_of_order <= state.received && state.sent + state.count == 3);
	struct octo_load receiver = { .count = 0 };
	octo_courier_load.receive(&receiver, &call, bytes, size);
	FUZZ_REQUIRE(receiver.received + receiver.damaged == 1);
	if (receiver.damaged)
		return 0;
	uint8_t out[OCTO_COURIER_PAYLOAD_MAX];
	uint64_t handle = 0;
	struct octo_load sender = { .count = 1, .size = (uint16_t)size, .sent = receiver.highest - 1 };
	FUZZ_REQUIRE(octo_courier_load.send(&sender, &call, out, sizeof out, &handle) == size && memcmp(out, bytes, size) == 0);
	return 0;
}

void fuzz_seeds(void (*add)(const void *bytes, size_t size))
{
	static const uint64_t numbers[] = { 0, 1, 1000, UINT64_MAX };
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		struct octo_courier_call call = fuzz_call();
		struct octo_load sender = { .count = 1, .size = (uint16_t)(8 + i * 9), .sent = numbers[i] };
		uint8_t framed[1 + OCTO_COURIER_PAYLOAD_MAX];
		uint64_t handle = 0;
		framed[0] = (uint8_t)octo_courier_load.send(&sender, &call, framed + 1, OCTO_COURIER_PAYLOAD_MAX, &handle);
		add(framed + 1, framed[0]);
		add(framed, framed[0] + 1u);
	}
}
