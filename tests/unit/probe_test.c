/* probe_test.c: probe.c: pings are keyed by the pair and bound to a direction. */
#include "core/intrinsic/probe.h"
#include "tests/check.h"
#include "tests/pair/pair.h"

/* R22, R57: made by one side, found and believed by the other, whichever kind it is. */
static void a_probe_is_its_peers(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct call call = pair_call(&pair, LOSER);
	for (int kind = OCTO_PACKET_PROBE; kind <= OCTO_PACKET_PROBE_REPLY; kind++) {
		uint8_t bytes[PROBE_BYTES];
		struct packet_header header;
		probe_make(pair_peer(&pair, WINNER), (enum octo_packet_type)kind, kind == OCTO_PACKET_PROBE, 12345, bytes);
		CHECK_U64(packet_check(bytes, sizeof bytes, &header), OCTO_REASON_ACCEPTED);
		CHECK_U64(header.flags, kind == OCTO_PACKET_PROBE);
		CHECK(probe_find(&call, bytes) == pair_peer(&pair, LOSER));
		CHECK(probe_is_authentic(pair_peer(&pair, LOSER), bytes));
		CHECK_U64(probe_token(bytes), 12345);
	}
	pair_close(&pair);
}

/* Back at its maker it is nobody's; and its kind cannot be changed on the way. */
static void a_probe_sent_back_is_nobodys(void)
{
	struct pair pair;
	uint8_t bytes[PROBE_BYTES];
	pair_open(&pair, NULL);
	struct call winner = pair_call(&pair, WINNER), loser = pair_call(&pair, LOSER);
	probe_make(pair_peer(&pair, WINNER), OCTO_PACKET_PROBE, false, 7, bytes);
	CHECK(probe_find(&winner, bytes) == NULL);
	CHECK(!probe_is_authentic(pair_peer(&pair, WINNER), bytes));
	bytes[0] = OCTO_PACKET_PROBE_REPLY;
	CHECK(probe_find(&loser, bytes) == NULL);
	CHECK(!probe_is_authentic(pair_peer(&pair, LOSER), bytes));
	pair_close(&pair);
}

static void every_byte_of_a_probe_counts(void)
{
	struct pair pair;
	uint8_t bytes[PROBE_BYTES];
	pair_open(&pair, NULL);
	probe_make(pair_peer(&pair, WINNER), OCTO_PACKET_PROBE, true, 7, bytes);
	for (size_t at = 0; at < sizeof bytes; at++) {
		bytes[at] ^= 1;
		CHECK(!probe_is_authentic(pair_peer(&pair, LOSER), bytes));
		bytes[at] ^= 1;
	}
	CHECK(probe_is_authentic(pair_peer(&pair, LOSER), bytes));
	pair_close(&pair);
}

CU_ErrorCode suite_probe(void);

CU_ErrorCode suite_probe(void)
{
	CU_pSuite suite = CU_add_suite("probe", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_probe_is_its_peers);
	CU_ADD_TEST(suite, a_probe_sent_back_is_nobodys);
	CU_ADD_TEST(suite, every_byte_of_a_probe_counts);
	return CU_get_error();
}
