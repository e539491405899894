/* stun_server_test.c: stun_server.c: it tells who asks how they look, and says nothing to anything else (R118). */
#include "sim/stun_server.h"

#include "core/intrinsic/stun.h"
#include "sim/network/topology.h"
#include "sim/node.h"
#include "tests/check.h"
#include "tests/unit/tiny.h"

enum { MIRROR = 2 };

static const char nodes[] = "{\"name\": \"robot\", \"kind\": \"agent\", \"stun\": \"mirror\"}, "
	"{\"name\": \"pilot\", \"kind\": \"remote\"}, {\"name\": \"mirror\", \"kind\": \"stun\"}";

/* What the server sent, and what was asked of it. */
static uint64_t datagrams(const struct tiny *tiny)
{
	return sim_result(tiny->sim)->packets[SIM_STUN_KIND].sent;
}

/* Without a NAT in between, one looks as one is; who has no server knows nothing of it. */
static void who_asks_learns_its_address(void)
{
	struct tiny tiny = { .nodes = nodes, .options = { .seed = 1 } };
	struct octo_address mapped = { .port = 0 };
	tiny_open(&tiny);
	tiny_run(&tiny, OCTO_NEVER);
	struct octo_address own = topology_known_address(tiny.sim, PILOT, ROBOT);
	CHECK(octo_channel_mapped_address(node_channel(tiny.sim, ROBOT), &mapped));
	CHECK_BYTES(mapped.ip, own.ip, sizeof own.ip);
	CHECK_U64(mapped.port, own.port);
	CHECK(!octo_channel_mapped_address(node_channel(tiny.sim, PILOT), &mapped));
	tiny_close(&tiny);
}

/* Cut short, too long, an answer instead of a question, another magic cookie: nothing goes out, and nobody is told that
 * it was a request. */
static void nothing_else_is_answered(void)
{
	const struct octo_address from = { .ip = { [15] = 9 }, .port = 9 };
	const uint8_t transaction[STUN_TRANSACTION_BYTES] = { 1, 2, 3 };
	struct tiny tiny = { .nodes = nodes, .options = { .seed = 1 } };
	uint8_t bytes[STUN_HEADER_BYTES + 1] = { 0 };
	tiny_open(&tiny);
	stun_write_request(bytes, transaction);
	uint64_t before = datagrams(&tiny);
	for (size_t size = 0; size <= sizeof bytes; size++) {
		if (size != STUN_HEADER_BYTES)
			CHECK(!stun_server_receive(tiny.sim, MIRROR, &from, bytes, size));
	}
	for (size_t at = 0; at < STUN_HEADER_BYTES - STUN_TRANSACTION_BYTES; at++) {
		bytes[at] ^= 1;
		CHECK(!stun_server_receive(tiny.sim, MIRROR, &from, bytes, STUN_HEADER_BYTES));
		bytes[at] ^= 1;
	}
	CHECK_U64(datagrams(&tiny), before);
	CHECK(stun_server_receive(tiny.sim, MIRROR, &from, bytes, STUN_HEADER_BYTES));
	CHECK_U64(datagrams(&tiny), before + 1);
	tiny_close(&tiny);
}

CU_ErrorCode suite_stun_server(void)
{
	CU_pSuite suite = CU_add_suite("stun_server", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, who_asks_learns_its_address);
	CU_ADD_TEST(suite, nothing_else_is_answered);
	return CU_get_error();
}
