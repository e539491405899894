/* address_fuzz.c: udp_address.c: any text as an address. What is one is written so that it is read as the same. */
#include "core/carriers/udp.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct octo_address address, again;
	char text[CARRIER_ADDRESS_TEXT_BYTES], *input = malloc(size + 1);
	FUZZ_REQUIRE(input != NULL);
	memcpy(input, bytes, size);
	input[size] = '\0';
	if (udp_address_from_text(input, UDP_PORT, &address)) {
		udp_address_text(&address, text);
		FUZZ_REQUIRE(udp_address_from_text(text, 0, &again));
		FUZZ_REQUIRE(memcmp(&again, &address, sizeof again) == 0);
	}
	free(input);
	return 0;
}

void fuzz_seeds(void (*add)(const void *bytes, size_t size))
{
	static const char *const texts[] = { "192.0.2.1:8124", "[2001:db8::1]:65535", "::1", "[::ffff:1.2.3.4]:0", "1.2.3.4" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		add(texts[i], strlen(texts[i]));
}
