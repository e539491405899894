/* discovery_fuzz.c: core/couriers/discovery.c: any bytes as messages. */
#include "core/couriers/discovery.h"
#include "tests/fuzz/courier_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct octo_courier_call call = fuzz_call();
	static struct octo_discovery state;
	static const struct octo_address address = { .port = 1 };
	memset(&state, 0, sizeof state);
	octo_discovery_begin(&state);
	octo_discovery_set(&state, &address, &address);
	fuzz_courier(&octo_courier_discovery, &state, &call, bytes, size);
	if (state.received == 0)
		return 0;
	uint8_t masked[18];
	octo_address_mask(&state.seen_as, masked);
	struct octo_address again = octo_address_unmask(masked);
	FUZZ_REQUIRE(memcmp(&again, &state.seen_as, sizeof again) == 0);
	return 0;
}

void fuzz_seeds(void (*add)(const void *bytes, size_t size))
{
	static const uint8_t one[1 + OCTO_DISCOVERY_BYTES] = { OCTO_DISCOVERY_BYTES, 7, 0, 0, 0, 1, 2, 3 };
	add(one, sizeof one);
}
