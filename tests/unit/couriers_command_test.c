/* couriers_command_test.c: core/couriers/command.c: each command once and in order, through loss, doubles, disorder,
 * replaced sessions and restarts. */
#include "core/couriers/command.h"
#include "tests/check.h"
#include "tests/unit/courier_wire.h"

enum { AGENT, CONTROL };

static struct courier_wire wire;
static struct octo_commands states[2];
static uint32_t executed[4096], executed_count;
static const octo_time_ns ms = OCTO_MILLISECOND;

static void start(int who)
{
	memset(&states[who], 0, sizeof states[who]);
	octo_commands_begin(&states[who], who == AGENT);
}

static void set_up(void)
{
	wire_open(&wire, &octo_courier_command, &states[AGENT], &octo_courier_command, &states[CONTROL]);
	start(AGENT);
	start(CONTROL);
	executed_count = 0;
}

static bool give(uint32_t number)
{
	return octo_command_give(&states[CONTROL], &number, sizeof number);
}

static void execute_all(void)
{
	struct octo_command command;
	while (octo_command_take(&states[AGENT], &command)) {
		CHECK_U64(command.size, 4);
		memcpy(&executed[executed_count++], command.bytes, 4);
	}
}

static void pass(octo_time_ns for_ns)
{
	for (octo_time_ns end = wire.now + for_ns; wire.now < end;) {
		wire_run(&wire, ms);
		execute_all();
	}
}

static void expect_in_order(uint32_t count)
{
	CHECK_U64(executed_count, count);
	for (uint32_t i = 0; i < executed_count; i++)
		CHECK_U64(executed[i], i + 1);
}

/* R163: small, reliable, in order, and told to have arrived. (Bug xxi: the first CommandCourier was a name only.) */
static void commands_are_executed_once_and_in_order(void)
{
	set_up();
	pass(100 * ms);
	for (uint32_t i = 1; i <= 10; i++)
		CHECK(give(i));
	pass(100 * ms);
	expect_in_order(10);
	CHECK_U64(states[CONTROL].confirmed, 10);
	CHECK_U64(states[CONTROL].settled, 10);
	CHECK_U64(wire.ends[AGENT].notes[OCTO_NOTE_COMMAND_TAKEN], 10);
	CHECK_U64(wire_mandate(&wire, CONTROL).priority, OCTO_PRIORITY_HIGH);
	CHECK(!wire_mandate(&wire, CONTROL).want_to_send && !wire_mandate(&wire, AGENT).want_to_send);
}

/* 30 % loss either way, doubles, disorder, and a session replaced every few seconds. */
static void no_disorder_loses_or_repeats_a_command(void)
{
	for (uint64_t seed = 1; seed <= 10; seed++) {
		set_up();
		wire.random = seed;
		wire.loss_permille = 300;
		wire.double_permille = 300;
		wire.jitter_ns = 500 * ms;
		uint32_t given = 0;
		for (int i = 0; i < 2400; i++) {
			if (given < 100 && wire_random(&wire) % 4 == 0 && give(given + 1))
				given++;
			if (i % 97 == 0)
				wire_replace(&wire, 900 + (uint64_t)i);
			pass(50 * ms);
		}
		pass(60 * OCTO_SECOND);
		CHECK_U64(given, 100);
		expect_in_order(100);
		CHECK_U64(states[CONTROL].confirmed, 100);
		CHECK_U64(states[CONTROL].uncertain, 0);
		CHECK(states[AGENT].duplicates > 0);
	}
}

/* Nobody takes more than there is room for: what does not fit waits with the sender. */
static void a_full_inbox_is_back_pressure(void)
{
	set_up();
	wire_run(&wire, 100 * ms);
	for (uint32_t i = 1; i <= OCTO_COMMANDS_MAX; i++)
		CHECK(give(i));
	CHECK(!give(99));
	wire_run(&wire, 200 * ms);
	for (uint32_t i = 1; i <= OCTO_COMMANDS_MAX; i++)
		CHECK(give(OCTO_COMMANDS_MAX + i));
	wire_run(&wire, 5 * OCTO_SECOND); /* nobody takes them */
	CHECK_U64(states[AGENT].count, OCTO_COMMANDS_MAX);
	CHECK(states[AGENT].full > 0);
	CHECK(!give(99));
	pass(5 * OCTO_SECOND);
	expect_in_order(2 * OCTO_COMMANDS_MAX);
}

/* The agent restarts: what may have been executed is not executed again, and said to be uncertain; the rest follows. */
static void a_restarted_agent_executes_nothing_twice(void)
{
	set_up();
	pass(100 * ms);
	wire.ends[AGENT].is_cut = true; /* its reports are lost */
	for (uint32_t i = 1; i <= 3; i++)
		CHECK(give(i));
	wire_run(&wire, ms);
	struct wire_message old = wire.messages[0];
	pass(100 * ms);
	expect_in_order(3);
	start(AGENT);
	wire_replace(&wire, UINT64_C(0x1234567800000009));
	CHECK(old.size == 17 && old.bytes[9] == 1);
	wire_push(&wire, AGENT, old.bytes, old.size); /* the first of them once more */
	wire.ends[AGENT].is_cut = false;
	CHECK(give(4));
	wire_run(&wire, 5 * ms);
	CHECK_U64(wire.latest[CONTROL].size, 1); /* it asks before it commands */
	pass(2 * OCTO_SECOND);
	expect_in_order(4);
	CHECK_U64(states[CONTROL].uncertain, 3);
	CHECK_U64(states[CONTROL].confirmed, 1);
	CHECK_U64(wire.ends[CONTROL].notes[OCTO_NOTE_COMMAND_UNCERTAIN], 3);
}

/* The control restarts and counts from 1 again: its new commands are not taken for old ones, nor old ones for new. */
static void a_restarted_control_is_heard_again(void)
{
	set_up();
	pass(100 * ms);
	CHECK(give(1));
	pass(20 * ms);
	struct wire_message first = wire.latest[CONTROL];
	CHECK(give(2) && give(3));
	pass(100 * ms);
	struct wire_message old = wire.latest[CONTROL];
	start(CONTROL);
	wire_replace(&wire, UINT64_C(0x7700000000000100));
	wire_push(&wire, AGENT, old.bytes, old.size); /* it was on its way for long */
	CHECK(give(4));
	CHECK(give(5));
	pass(OCTO_SECOND);
	wire_push(&wire, AGENT, old.bytes, old.size);
	wire_push(&wire, AGENT, first.bytes, first.size);
	pass(OCTO_SECOND);
	expect_in_order(5);
	CHECK_U64(states[CONTROL].confirmed, 2);
}

/* A loss that is known is mended at once, and so is what a replaced session left open. */
static void nothing_waits_longer_than_it_must(void)
{
	set_up();
	pass(100 * ms);
	wire.ends[CONTROL].is_cut = true;
	CHECK(give(1));
	pass(5 * ms);
	wire.ends[CONTROL].is_cut = false;
	pass(60 * ms);
	expect_in_order(1);
	wire.ends[CONTROL].is_cut = true;
	CHECK(give(2));
	pass(15 * ms);
	wire_replace(&wire, 78);
	wire.ends[CONTROL].is_cut = false;
	pass(60 * ms);
	expect_in_order(2);
}

/* Reports of before a restart change nothing after it. */
static void an_old_report_confirms_nothing(void)
{
	set_up();
	pass(100 * ms);
	CHECK(give(1));
	pass(100 * ms);
	struct wire_message old = wire.latest[AGENT];
	start(AGENT);
	wire_replace(&wire, UINT64_C(0x1234567800000009));
	pass(100 * ms);
	for (uint32_t i = 2; i <= 4; i++)
		CHECK(give(i));
	wire_push(&wire, CONTROL, old.bytes, old.size);
	CHECK_U64(states[CONTROL].confirmed, 1);
	pass(OCTO_SECOND);
	expect_in_order(4);
	CHECK_U64(states[CONTROL].uncertain, 0);
}

/* [P 13.3], byte by byte. */
static void messages_have_these_bytes(void)
{
	set_up();
	wire_replace(&wire, UINT64_C(0x0000000100000002)); /* life 3 */
	wire_run(&wire, 5 * ms);
	static const uint8_t report[] = { 1, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0 };
	CHECK_U64(wire.latest[AGENT].size, sizeof report);
	CHECK_BYTES(wire.latest[AGENT].bytes, report, sizeof report);
	CHECK(octo_command_give(&states[CONTROL], "go", 2));
	wire_run(&wire, 5 * ms);
	CHECK_U64(wire.latest[CONTROL].size, 1);
	CHECK_U64(wire.latest[CONTROL].bytes[0], 0); /* ASK: it knows no life of the agent's yet */
	wire_run(&wire, 20 * ms);
	static const uint8_t command[] = { 2, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 'g', 'o' };
	CHECK_U64(wire.latest[CONTROL].size, sizeof command);
	CHECK_BYTES(wire.latest[CONTROL].bytes, command, sizeof command);
}

/* What the peer makes up is counted and told; a control executes nothing. */
static void bad_messages_change_nothing(void)
{
	set_up();
	pass(100 * ms);
	CHECK(give(1));
	pass(100 * ms);
	uint8_t life[4], out[13 + OCTO_COMMAND_BYTES_MAX + 1];
	memcpy(life, wire.latest[AGENT].bytes + 1, 4);
	struct octo_commands agent = states[AGENT], control = states[CONTROL];
	uint64_t bad = 0;
	static const struct { size_t size; uint8_t bytes[16]; } wrong[] = {
		{ 0, { 0 } }, { 1, { 3 } }, { 1, { 255 } }, { 2, { 0, 0 } }, { 12, { 1, 1 } }, { 14, { 1, 1 } },
		{ 13, { 1, 0, 0, 0, 0, 0, 0, 0, 0, 1 } }, { 13, { 1, 1, 0, 0, 0, 0, 0, 0, 0, 0 } },
		{ 13, { 2, 1, 0, 0, 0, 1, 0, 0, 0, 1 } }, { 14, { 2, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9 } },
		{ 14, { 2, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9 } } };
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		wire_push(&wire, AGENT, wrong[i].bytes, wrong[i].size);
		CHECK_U64(wire.ends[AGENT].notes[OCTO_NOTE_BAD_MESSAGE], ++bad);
	}
	memset(out, 1, sizeof out);
	out[0] = 2;
	wire_push(&wire, AGENT, out, sizeof out); /* too long */
	CHECK_U64(wire.ends[AGENT].notes[OCTO_NOTE_BAD_MESSAGE], bad + 1);
	CHECK(memcmp(&agent, &states[AGENT], sizeof agent) == 0);
	wire_push(&wire, CONTROL, out, 20); /* a command to a control */
	wire_push(&wire, CONTROL, out, 1);
	memcpy(out, wire.latest[AGENT].bytes, 13); /* it has taken more than was ever sent */
	out[9] = 200;
	wire_push(&wire, CONTROL, out, 13);
	CHECK_U64(wire.ends[CONTROL].notes[OCTO_NOTE_BAD_MESSAGE], 3);
	CHECK(memcmp(&control, &states[CONTROL], sizeof control) == 0);
	pass(OCTO_SECOND);
	expect_in_order(1);
}

CU_ErrorCode suite_couriers_command(void);

CU_ErrorCode suite_couriers_command(void)
{
	CU_pSuite suite = CU_add_suite("couriers_command", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, commands_are_executed_once_and_in_order);
	CU_ADD_TEST(suite, no_disorder_loses_or_repeats_a_command);
	CU_ADD_TEST(suite, a_full_inbox_is_back_pressure);
	CU_ADD_TEST(suite, a_restarted_agent_executes_nothing_twice);
	CU_ADD_TEST(suite, a_restarted_control_is_heard_again);
	CU_ADD_TEST(suite, nothing_waits_longer_than_it_must);
	CU_ADD_TEST(suite, an_old_report_confirms_nothing);
	CU_ADD_TEST(suite, messages_have_these_bytes);
	CU_ADD_TEST(suite, bad_messages_change_nothing);
	return CU_get_error();
}
