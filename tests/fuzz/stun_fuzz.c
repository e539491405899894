/* stun_fuzz.c: stun.c: any bytes as the answer of a STUN server, to the very request that they name. */
#include "core/intrinsic/stun.h"
#include "tests/fuzz/fuzz.h"

enum { TRANSACTION_AT = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	uint8_t transaction[STUN_TRANSACTION_BYTES] = { 0 };
	struct octo_address mapped = { .port = 0 };
	if (size >= STUN_HEADER_BYTES)
		memcpy(transaction, bytes + TRANSACTION_AT, sizeof transaction);
	if (!stun_is(bytes, size))
		return 0; /* never given to it */
	enum octo_reason reason = stun_read_response(bytes, size, transaction, &mapped);
	FUZZ_REQUIRE((unsigned)reason < OCTO_REASON_COUNT);
	FUZZ_REQUIRE(reason == OCTO_REASON_ACCEPTED || mapped.port == 0);
	return 0;
}

void fuzz_seeds(void (*add)(const void *bytes, size_t size))
{
	/* RFC 5769, sections 2.2 and 2.3, without the attributes that authenticate. */
	static const uint8_t v4[] = { 0x01, 0x01, 0x00, 0x0c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86,
		0xfa, 0x87, 0xdf, 0xae, 0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43 };
	static const uint8_t v6[] = { 0x01, 0x01, 0x00, 0x18, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86,
		0xfa, 0x87, 0xdf, 0xae, 0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79,
		0xbc, 0x25, 0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9 };
	uint8_t request[STUN_HEADER_BYTES], transaction[STUN_TRANSACTION_BYTES] = { 1 };
	stun_write_request(request, transaction);
	add(v4, sizeof v4);
	add(v6, sizeof v6);
	add(request, sizeof request);
}
