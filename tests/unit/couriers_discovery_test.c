/* couriers_discovery_test.c: core/couriers/discovery.c: addresses told now and then, in bytes that nobody rewrites. */
#include "core/couriers/discovery.h"
#include "tests/check.h"
#include "tests/unit/courier_wire.h"

static struct courier_wire wire;
static struct octo_discovery states[2];
static const struct octo_address here = { .ip = { [10] = 0xff, 0xff, 192, 168, 1, 7 }, .port = 8124 };
static const struct octo_address there = { .ip = { 0x20, 0x01, [15] = 9 }, .port = 8125 };

static void set_up(void)
{
	wire_open(&wire, &octo_courier_discovery, &states[0], &octo_courier_discovery, &states[1]);
	memset(states, 0, sizeof states);
	octo_discovery_begin(&states[0]);
	octo_discovery_begin(&states[1]);
}

/* R146: occasional, of medium priority; at once when there is news; again at once when it was lost. (Bug xx: the
 * first DiscoveryCourier spoke every second, and nobody received it.) */
static void addresses_are_told_now_and_then(void)
{
	set_up();
	wire_run(&wire, OCTO_SECOND);
	CHECK_U64(wire.ends[0].sent, 0); /* nothing known */
	wire.ends[0].is_cut = true;
	octo_discovery_set(&states[0], &there, &here);
	wire_run(&wire, 2 * OCTO_MILLISECOND);
	CHECK(wire.ends[0].sent >= 1);
	wire.ends[0].is_cut = false;
	wire_run(&wire, 40 * OCTO_MILLISECOND);
	CHECK_BYTES(&states[1].seen_as, &there, sizeof there);
	CHECK_BYTES(&states[1].peer_believes, &here, sizeof here);
	uint64_t before = wire.ends[0].sent;
	CHECK(!octo_discovery_set(&states[0], &there, &here)); /* no news */
	wire_run(&wire, 299 * OCTO_SECOND);
	CHECK_U64(wire.ends[0].sent - before, 9);
	octo_discovery_set(&states[0], &here, &there);
	wire_run(&wire, 50 * OCTO_MILLISECOND);
	CHECK_BYTES(&states[1].seen_as, &here, sizeof here);
	CHECK_U64(wire_mandate(&wire, 0).priority, OCTO_PRIORITY_MEDIUM);
}

/* R118: no byte of an address stands in the message as it is, wherever a gateway may look for it. */
static void a_gateway_finds_no_address(void)
{
	uint8_t masked[18];
	for (unsigned byte = 0; byte < 256; byte++) {
		struct octo_address address = { .port = (uint16_t)(byte << 8 | byte) };
		memset(address.ip, (int)byte, sizeof address.ip);
		octo_address_mask(&address, masked);
		for (size_t i = 0; i < sizeof masked; i++)
			CHECK(masked[i] != byte);
		struct octo_address again = octo_address_unmask(masked);
		CHECK_BYTES(&again, &address, sizeof address);
	}
	octo_address_mask(&here, masked);
	static const uint8_t expected[] = { 0x42, 0x8a, 0x2f, 0x98, 0xd7, 0x28, 0xae, 0x22, 0x71, 0x37, 0xbb, 0x6e,
		0xe3, 0x47, 0x64, 0xca, 0x09, 0xdf };
	CHECK_BYTES(masked, expected, sizeof masked);
}

static void older_and_bad_messages_change_nothing(void)
{
	set_up();
	octo_discovery_set(&states[0], &there, &here);
	wire_run(&wire, 20 * OCTO_MILLISECOND);
	struct wire_message first = wire.latest[0];
	octo_discovery_set(&states[0], &here, &here);
	wire_run(&wire, 20 * OCTO_MILLISECOND);
	wire_push(&wire, 1, first.bytes, first.size);
	CHECK_U64(states[1].late, 1);
	struct octo_discovery before = states[1];
	for (size_t size = 0; size < first.size; size++)
		wire_push(&wire, 1, first.bytes, size);
	CHECK_U64(wire.ends[1].notes[OCTO_NOTE_BAD_MESSAGE], OCTO_DISCOVERY_BYTES);
	CHECK(memcmp(&before, &states[1], sizeof before) == 0);
	wire_replace(&wire, 99); /* in another session it counts no more at all */
	wire_push(&wire, 1, first.bytes, first.size);
	CHECK_BYTES(&states[1].seen_as, &here, sizeof here);
}

CU_ErrorCode suite_couriers_discovery(void);

CU_ErrorCode suite_couriers_discovery(void)
{
	CU_pSuite suite = CU_add_suite("couriers_discovery", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, addresses_are_told_now_and_then);
	CU_ADD_TEST(suite, a_gateway_finds_no_address);
	CU_ADD_TEST(suite, older_and_bad_messages_change_nothing);
	return CU_get_error();
}
