/* nat_test.c: the tables of NATs and firewalls, held against what RFC 4787 calls the behaviours of its sections 4 to 6. */
#include "sim/network/nat.h"

#include "tests/check.h"

#include <string.h>

enum { TIMEOUT_MS = 120000, TOLD_MAX = 64, WEB = 1, MAIL = 2 };

struct told {
	enum trace_nat what;
	struct nat_entry mapping;
};

static struct arena arena;
static struct nat nat;
static struct scenario_gate rules;
static struct told told[TOLD_MAX];
static unsigned told_count;

static void listen(void *context, uint32_t number, enum trace_nat what, const struct nat_entry *mapping)
{
	(void)context;
	CHECK_U64(number, 7);
	if (told_count < TOLD_MAX)
		told[told_count++] = (struct told){ what, *mapping };
}

static struct nat_place at(uint64_t now_ns)
{
	return (struct nat_place){ .arena = &arena, .nat = &nat, .rules = &rules, .now_ns = now_ns, .tell = listen, .number = 7 };
}

static struct nat_place at_ms(uint64_t now_ms)
{
	return at(now_ms * OCTO_MILLISECOND);
}

static struct octo_address address(uint8_t host, uint16_t port)
{
	struct octo_address made = { .ip = { 0xfd }, .port = port };
	made.ip[15] = host;
	return made;
}

static void fresh(enum scenario_scope mapping, enum scenario_scope filtering)
{
	memset(&nat, 0, sizeof nat);
	told_count = 0;
	rules = (struct scenario_gate){ .translates = true, .mapping = mapping, .filtering = filtering,
		.timeout_ns = TIMEOUT_MS * OCTO_MILLISECOND, .room = 1024 };
}

/* The outside port of a datagram; 0 when it cannot get out. */
static uint16_t out(uint64_t now_ms, struct octo_address inside, struct octo_address remote)
{
	struct nat_place place = at_ms(now_ms);
	uint16_t port = 0;
	return nat_out(&place, &inside, &remote, &port) ? port : 0;
}

static enum nat_answer in(uint64_t now_ms, uint16_t port, struct octo_address remote)
{
	struct nat_place place = at_ms(now_ms);
	struct octo_address inside;
	return nat_in(&place, port, &remote, &inside);
}

static int set_up(void)
{
	return !arena_open(&arena, (size_t)64 << 20);
}

static int tear_down(void)
{
	arena_close(&arena);
	return 0;
}

/* Each type by what its definition promises: is the mapping used again for another port, another address; who gets in that
 * the inside has not written to: another port of an address it has, another address. */
static void types_behave_as_rfc_4787_defines_them(void)
{
	static const struct {
		const char *type;
		enum scenario_scope mapping, filtering;
		bool same_to_port, same_to_address, lets_port, lets_address;
	} table[] = {
		{ "full-cone", SCENARIO_ANY_REMOTE, SCENARIO_ANY_REMOTE, true, true, true, true },
		{ "restricted", SCENARIO_ANY_REMOTE, SCENARIO_SAME_ADDRESS, true, true, true, false },
		{ "port-restricted", SCENARIO_ANY_REMOTE, SCENARIO_SAME_ENDPOINT, true, true, false, false },
		{ "symmetric", SCENARIO_SAME_ENDPOINT, SCENARIO_SAME_ENDPOINT, false, false, false, false },
		{ "address-dependent mapping", SCENARIO_SAME_ADDRESS, SCENARIO_SAME_ADDRESS, true, false, true, false },
	};
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		fresh(table[i].mapping, table[i].filtering);
		struct octo_address robot = address(10, 8124);
		uint16_t port = out(0, robot, address(WEB, 80));
		CHECK(port != 0);
		CHECK_U64(out(1, robot, address(WEB, 80)), port);
		CHECK_U64(in(2, port, address(WEB, 80)), NAT_PASSES);
		CHECK_U64(in(2, port, address(WEB, 81)), table[i].lets_port ? NAT_PASSES : NAT_FILTERED);
		CHECK_U64(in(2, port, address(MAIL, 80)), table[i].lets_address ? NAT_PASSES : NAT_FILTERED);
		CHECK_U64(in(2, (uint16_t)(port + 2), address(WEB, 80)), NAT_NO_MAPPING);
		CHECK((out(3, robot, address(WEB, 81)) == port) == table[i].same_to_port);
		CHECK((out(3, robot, address(MAIL, 80)) == port) == table[i].same_to_address);
		/* Who was written to through the same mapping may answer through it, whatever the type. */
		if (table[i].same_to_address)
			CHECK_U64(in(4, port, address(MAIL, 80)), NAT_PASSES);
	}
}

/* REQ-3: no port is used for two insides at once; REQ-4: odd stays odd. */
static void outside_ports_are_never_shared_and_keep_their_parity(void)
{
	uint16_t ports[200];
	fresh(SCENARIO_ANY_REMOTE, SCENARIO_ANY_REMOTE);
	for (uint16_t i = 0; i < 200; i++) {
		ports[i] = out(0, address((uint8_t)(1 + i / 2), (uint16_t)(8124 + i % 2)), address(WEB, 80));
		CHECK(ports[i] >= 1024 && ports[i] % 2 == i % 2);
		for (uint16_t k = 0; k < i; k++)
			CHECK(ports[i] != ports[k]);
	}
}

static void a_port_is_kept_where_it_is_free(void)
{
	fresh(SCENARIO_ANY_REMOTE, SCENARIO_ANY_REMOTE);
	rules.keeps_port = true;
	CHECK_U64(out(0, address(10, 8124), address(WEB, 80)), 8124);
	CHECK_U64(out(0, address(11, 8125), address(WEB, 80)), 8125);
	uint16_t other = out(0, address(12, 8124), address(WEB, 80));
	CHECK(other != 8124 && other != 0 && other % 2 == 0);
	/* After rebinding on command ports are others, though the old ones would be free. */
	struct nat_place place = at_ms(1);
	nat_forget(&place, true);
	CHECK(out(2, address(10, 8124), address(WEB, 80)) != 8124);
}

/* REQ-5, REQ-6: a mapping lives for the timeout since the last datagram that went out; to the nanosecond. */
static void a_mapping_expires_exactly_at_its_timeout(void)
{
	const uint64_t last_ns = 5 * OCTO_SECOND + 3, end_ns = last_ns + TIMEOUT_MS * OCTO_MILLISECOND;
	struct octo_address robot = address(10, 8124), web = address(WEB, 80), inside;
	struct nat_place place = at(last_ns);
	uint16_t port, again;
	fresh(SCENARIO_ANY_REMOTE, SCENARIO_SAME_ENDPOINT);
	port = out(1, robot, web);
	CHECK(nat_out(&place, &robot, &web, &again) && again == port);
	CHECK_U64(nat_expire(&place), end_ns);
	place.now_ns = end_ns - 1;
	CHECK_U64(nat_in(&place, port, &web, &inside), NAT_PASSES);
	CHECK_BYTES(&inside, &robot, sizeof inside);
	CHECK_U64(told_count, 1);
	place.now_ns = end_ns;
	CHECK(!nat_holder(&place, port, &inside));
	CHECK_U64(nat_in(&place, port, &web, &inside), NAT_NO_MAPPING);
	CHECK_U64(nat_expire(&place), OCTO_NEVER);
	CHECK_U64(told_count, 2);
	CHECK(told[0].what == TRACE_NAT_MADE && told[1].what == TRACE_NAT_EXPIRED);
	CHECK_U64(told[1].mapping.made_ns, OCTO_MILLISECOND);
	CHECK_U64(told[1].mapping.port, port);
}

/* What comes in prolongs a mapping only when it is said to. */
static void inbound_datagrams_prolong_when_told_to(void)
{
	for (int both = 0; both < 2; both++) {
		struct octo_address web = address(WEB, 80);
		fresh(SCENARIO_ANY_REMOTE, SCENARIO_SAME_ENDPOINT);
		rules.refreshes_inbound = both;
		uint16_t port = out(0, address(10, 8124), web);
		CHECK_U64(in(TIMEOUT_MS - 1, port, web), NAT_PASSES);
		CHECK_U64(in(TIMEOUT_MS + 1000, port, web), both ? NAT_PASSES : NAT_NO_MAPPING);
		CHECK_U64(in(3 * TIMEOUT_MS, port, web), NAT_NO_MAPPING);
	}
}

/* Each remote side that was written to has a time of its own, within that of the mapping. */
static void a_permit_expires_while_its_mapping_lives(void)
{
	struct octo_address robot = address(10, 8124);
	fresh(SCENARIO_ANY_REMOTE, SCENARIO_SAME_ENDPOINT);
	uint16_t port = out(0, robot, address(WEB, 80));
	CHECK_U64(out(TIMEOUT_MS / 2, robot, address(MAIL, 80)), port);
	CHECK_U64(in(TIMEOUT_MS - 1, port, address(WEB, 80)), NAT_PASSES);
	CHECK_U64(in(TIMEOUT_MS, port, address(WEB, 80)), NAT_FILTERED);
	CHECK_U64(in(TIMEOUT_MS, port, address(MAIL, 80)), NAT_PASSES);
	CHECK_U64(out(TIMEOUT_MS, robot, address(WEB, 80)), port);
	CHECK_U64(in(TIMEOUT_MS, port, address(WEB, 80)), NAT_PASSES);
}

/* A mapping that takes the port of one that is gone does not take over its permits. */
static void permits_end_with_their_mapping(void)
{
	fresh(SCENARIO_ANY_REMOTE, SCENARIO_SAME_ENDPOINT);
	rules.keeps_port = true;
	CHECK_U64(out(0, address(10, 8124), address(WEB, 80)), 8124);
	rules.room = 1;
	CHECK_U64(out(1, address(11, 8124), address(MAIL, 80)), 8124);
	rules.room = 1024;
	CHECK(told_count == 3 && told[1].what == TRACE_NAT_PUSHED_OUT);
	CHECK_U64(in(2, 8124, address(MAIL, 80)), NAT_PASSES);
	CHECK_U64(in(2, 8124, address(WEB, 80)), NAT_FILTERED);
}

/* However many destinations are written to, memory ends where `room` does, and the least recently used one goes first. */
static void a_flood_pushes_out_the_least_recently_used(void)
{
	struct octo_address robot = address(10, 8124), web = address(WEB, 80);
	fresh(SCENARIO_SAME_ENDPOINT, SCENARIO_SAME_ENDPOINT);
	rules.room = 64;
	uint16_t first = out(0, robot, web), second = out(0, robot, address(WEB, 81));
	size_t used = 0;
	for (uint32_t i = 0; i < 20000; i++) {
		CHECK_U64(out(1 + i % 1000, robot, web), first); /* in use all the time */
		CHECK(out(1 + i % 1000, robot, address((uint8_t)(3 + i % 250), (uint16_t)(1000 + i))) != 0);
		if (i == 200)
			used = arena_used(&arena);
	}
	CHECK_U64(arena_used(&arena), used);
	CHECK_U64(nat.mappings.used, 64);
	CHECK(nat.permits.used <= 64);
	CHECK_U64(in(1000, first, web), NAT_PASSES);
	CHECK_U64(in(1000, second, address(WEB, 81)), NAT_NO_MAPPING);
}

static void rebinding_forgets_all_but_forwarded_ports(void)
{
	struct octo_address robot = address(10, 8124), pilot = address(11, 8200);
	fresh(SCENARIO_ANY_REMOTE, SCENARIO_ANY_REMOTE);
	struct nat_place place = at_ms(0);
	CHECK(nat_forward(&place, 8200, &pilot));
	uint16_t port = out(0, robot, address(WEB, 80));
	place = at_ms(1);
	nat_forget(&place, false);
	CHECK(told_count == 2 && told[1].what == TRACE_NAT_REBOUND);
	CHECK_U64(in(2, port, address(WEB, 80)), NAT_NO_MAPPING);
	CHECK_U64(in(2, 8200, address(WEB, 80)), NAT_PASSES);
	CHECK(out(3, robot, address(WEB, 80)) != port);
}

/* A forwarded port lets everybody in for ever, is used on the way out, and can be turned to another inside. */
static void forwarded_ports_are_open_to_all(void)
{
	struct octo_address pilot = address(11, 8200), moved = address(12, 8200), inside;
	fresh(SCENARIO_SAME_ENDPOINT, SCENARIO_SAME_ENDPOINT);
	struct nat_place place = at_ms(0);
	CHECK(nat_forward(&place, 8200, &pilot));
	CHECK_U64(out(1, pilot, address(WEB, 80)), 8200);
	CHECK_U64(out(1, pilot, address(MAIL, 80)), 8200);
	CHECK_U64(in(1000 * TIMEOUT_MS, 8200, address(MAIL, 99)), NAT_PASSES);
	place = at_ms(2000 * TIMEOUT_MS);
	CHECK_U64(nat_expire(&place), OCTO_NEVER);
	CHECK(nat_forward(&place, 8200, &moved));
	CHECK(nat_holder(&place, 8200, &inside) && memcmp(&inside, &moved, sizeof inside) == 0);
	CHECK_U64(nat.mappings.used, 1);
	CHECK_U64(told_count, 0);
}

static void a_firewall_lets_in_what_answers(void)
{
	struct octo_address robot = address(10, 8124), web = address(WEB, 80), port = address(WEB, 81), other = address(11, 8124);
	fresh(SCENARIO_ANY_REMOTE, SCENARIO_SAME_ENDPOINT);
	rules.translates = false;
	struct nat_place place = at_ms(0);
	CHECK_U64(nat_admit(&place, &robot, &web), NAT_FILTERED);
	CHECK_U64(out(0, robot, web), 8124);
	CHECK_U64(nat_admit(&place, &robot, &web), NAT_PASSES);
	CHECK_U64(nat_admit(&place, &robot, &port), NAT_FILTERED);
	CHECK_U64(nat_admit(&place, &other, &web), NAT_FILTERED);
	place = at_ms(TIMEOUT_MS);
	CHECK_U64(nat_admit(&place, &robot, &web), NAT_FILTERED);
	CHECK_U64(told_count, 0);
}

static void looking_changes_nothing(void)
{
	struct octo_address robot = address(10, 8124), web = address(WEB, 80), inside;
	uint16_t port = 0, seen = 0;
	fresh(SCENARIO_ANY_REMOTE, SCENARIO_SAME_ENDPOINT);
	struct nat_place place = at_ms(0);
	CHECK(!nat_seen(&place, &robot, &web, &seen));
	port = out(0, robot, web);
	place = at_ms(TIMEOUT_MS - 1);
	CHECK(nat_seen(&place, &robot, &web, &seen) && seen == port);
	CHECK(nat_holder(&place, port, &inside));
	place = at_ms(TIMEOUT_MS);
	CHECK(!nat_seen(&place, &robot, &web, &seen));
	CHECK(!nat_holder(&place, port, &inside));
	CHECK_U64(nat.mappings.used, 1);
	CHECK_U64(told_count, 1);
}

CU_ErrorCode suite_nat(void);

CU_ErrorCode suite_nat(void)
{
	CU_pSuite suite = CU_add_suite("nat", set_up, tear_down);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, types_behave_as_rfc_4787_defines_them);
	CU_ADD_TEST(suite, outside_ports_are_never_shared_and_keep_their_parity);
	CU_ADD_TEST(suite, a_port_is_kept_where_it_is_free);
	CU_ADD_TEST(suite, a_mapping_expires_exactly_at_its_timeout);
	CU_ADD_TEST(suite, inbound_datagrams_prolong_when_told_to);
	CU_ADD_TEST(suite, a_permit_expires_while_its_mapping_lives);
	CU_ADD_TEST(suite, permits_end_with_their_mapping);
	CU_ADD_TEST(suite, a_flood_pushes_out_the_least_recently_used);
	CU_ADD_TEST(suite, rebinding_forgets_all_but_forwarded_ports);
	CU_ADD_TEST(suite, forwarded_ports_are_open_to_all);
	CU_ADD_TEST(suite, a_firewall_lets_in_what_answers);
	CU_ADD_TEST(suite, looking_changes_nothing);
	return CU_get_error();
}
