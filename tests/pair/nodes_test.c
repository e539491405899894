/* nodes_test.c: core/nodes/agent.c, remote.c and core/couriers/courier_set.c over real channels: an agent (WINNER) with a
 * remote (LOSER), and with a second one (OTHER). What a courier does for itself is in tests/unit/couriers_*_test.c. */
#include "core/nodes/agent.h"
#include "core/nodes/registry.h"
#include "core/nodes/remote.h"
#include "tests/check.h"
#include "tests/pair/pair.h"

#include <stdlib.h>

enum { AGENT = WINNER, FIRST = LOSER, SECOND = OTHER, KINDS_MAX = 8 };

static struct pair pair;
static struct octo_agent agent;
static const struct octo_courier *agent_kinds[KINDS_MAX], *remote_kinds[KINDS_MAX];
static const octo_time_ns ms = OCTO_MILLISECOND;
static uint32_t loss_permille;
static uint64_t dice;

#define IN(who) pair.nodes[who].channel, &pair.nodes[who].host
#define AT(who) IN(who), pair_clock(&pair, who)

static void unregister(int who)
{
	for (uint32_t i = 0; i < octo_peer_count(pair.nodes[who].channel); i++)
		for (uint32_t k = 0; k < pair.nodes[who].host.courier_count; k++)
			octo_courier_activate(AT(who), i, k, false); /* tests/pair makes all of them active */
}

static void set_up(bool has_second)
{
	struct pair_options options;
	pair_default(&options);
	options.courier_count = octo_courier_set_kinds(&octo_agent_couriers, agent_kinds, KINDS_MAX);
	CHECK_U64(octo_courier_set_kinds(&octo_remote_couriers, remote_kinds, KINDS_MAX), options.courier_count);
	options.couriers = agent_kinds;
	pair_open(&pair, &options);
	if (has_second)
		pair_make_other(&pair);
	for (int who = 0; who < PAIR_NODES; who++) {
		if (!pair.nodes[who].exists)
			continue;
		pair.nodes[who].host.couriers = who == AGENT ? agent_kinds : remote_kinds;
		unregister(who);
	}
	octo_agent_init(&agent, pair.nodes[AGENT].channel);
	loss_permille = 0;
	dice = 1;
}

static void update(void)
{
	octo_agent_update(&agent, AT(AGENT));
	for (int who = FIRST; who < PAIR_NODES; who++)
		if (pair.nodes[who].exists)
			octo_remote_update(AT(who));
}

static void pass(octo_time_ns for_ns)
{
	for (octo_time_ns end = pair.now + for_ns; pair.now < end;) {
		update();
		for (int who = 0; loss_permille && who < 2; who++) {
			dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407;
			pair_lose(&pair, who, OCTO_PACKET_DATA, (dice >> 33) % 1000 < loss_permille ? 1 : 0);
		}
		pair_run(&pair, 5 * ms);
	}
	update();
}

static void connect(int who)
{
	octo_remote_connect(AT(who), 0, true);
	pass(500 * ms);
	CHECK_U64(pair_state(&pair, who), OCTO_STATE_ESTABLISHED);
}

static bool set(int who, enum octo_parameter parameter, uint16_t number)
{
	uint8_t value[OCTO_VALUE_BYTES_MAX];
	size_t size = octo_value_size(octo_parameter_kind(parameter)->value);
	octo_number_pack(number, value);
	return who == AGENT ? octo_agent_set(&agent, AT(AGENT), parameter, value, size) :
	                      octo_remote_set(AT(who), 0, parameter, value, size);
}

static struct octo_parameter_view view(int who, enum octo_parameter parameter)
{
	struct octo_parameter_view seen;
	if (who == AGENT)
		octo_agent_view(&agent, IN(AGENT), parameter, &seen);
	else
		octo_remote_view(IN(who), 0, parameter, &seen);
	return seen;
}

static uint16_t number(int who, enum octo_parameter parameter)
{
	struct octo_parameter_view seen = view(who, parameter);
	return octo_bits_of(seen.value);
}

static bool is_registered(int who, uint32_t peer, uint16_t id)
{
	struct octo_shared_state *shared = registry_shared(pair.nodes[who].channel, &pair.nodes[who].host, peer);
	return shared->registered >> octo_courier_index(&pair.nodes[who].host, id) & 1;
}

/* R93, R94, R95, R104, R105, R106, R107, R161, R162, R163, R168: agent and remote, each with its set over one
 * session, tell each other all there is. (Bug xviii: nobody received what the first SensorsCourier sent.) */
static void an_agent_and_a_remote_exchange_everything(void)
{
	set_up(false);
	connect(FIRST);
	CHECK(set(FIRST, OCTO_PARAMETER_MODE, OCTO_OPERATION_AUTO_PILOT));
	CHECK(set(AGENT, OCTO_PARAMETER_ORIENTATION, 77));
	CHECK(octo_remote_command(AT(FIRST), 0, "forward", 7));
	pass(500 * ms);
	struct octo_reading reading = { .present = 1 << OCTO_SENSOR_CLOCK, .clock_ms = 42 };
	octo_agent_sense(&agent, AT(AGENT), &reading);
	pass(200 * ms);
	CHECK_U64(number(AGENT, OCTO_PARAMETER_MODE), OCTO_OPERATION_AUTO_PILOT);
	CHECK_U64(number(FIRST, OCTO_PARAMETER_ORIENTATION), 77);
	uint64_t digest = pair_digest(&pair, AGENT);
	CHECK(octo_agent_panics(&agent, IN(AGENT))); /* nobody has written the flags */
	CHECK_U64(pair_digest(&pair, AGENT), digest); /* to look is no act */
	CHECK(view(FIRST, OCTO_PARAMETER_ORIENTATION).is_verified && view(AGENT, OCTO_PARAMETER_MODE).is_verified);
	CHECK_U64(octo_remote_sensors(pair.nodes[FIRST].channel, &pair.nodes[FIRST].host, 0)->reading.clock_ms, 42);
	struct octo_command command;
	uint32_t control = 9;
	CHECK(octo_agent_take(&agent, AT(AGENT), &command, &control));
	CHECK_U64(control, 0);
	CHECK(command.size == 7 && memcmp(command.bytes, "forward", 7) == 0);
	CHECK(!octo_agent_take(&agent, AT(AGENT), &command, &control));
	pair_close(&pair);
}

/* R26, R31, R46: the agent's own goes to all controls in parallel; what one of them writes all get to know. */
static void what_the_agent_says_goes_to_all_controls(void)
{
	set_up(true);
	connect(FIRST);
	connect(SECOND);
	CHECK(set(AGENT, OCTO_PARAMETER_ORIENTATION, 5));
	CHECK(set(FIRST, OCTO_PARAMETER_TARGET_ORIENTATION, 6));
	CHECK(set(FIRST, OCTO_PARAMETER_MODE, OCTO_OPERATION_MANUAL_PILOT));
	pass(500 * ms);
	for (int who = FIRST; who <= SECOND; who++) {
		CHECK_U64(number(who, OCTO_PARAMETER_ORIENTATION), 5);
		CHECK_U64(number(who, OCTO_PARAMETER_TARGET_ORIENTATION), 6);
		CHECK(view(who, OCTO_PARAMETER_TARGET_ORIENTATION).is_verified);
	}
	struct octo_reading reading = { .present = 1 << OCTO_SENSOR_CLOCK, .clock_ms = 43 };
	octo_agent_sense(&agent, AT(AGENT), &reading);
	pass(200 * ms);
	for (int who = FIRST; who <= SECOND; who++)
		CHECK_U64(octo_remote_sensors(pair.nodes[who].channel, &pair.nodes[who].host, 0)->reading.clock_ms, 43);
	pair_close(&pair);
}

static const struct octo_holding *held_for(uint32_t control, enum octo_parameter parameter)
{
	return &registry_shared(IN(AGENT), control)->replicas[parameter].holding;
}

/* R31: what a control writes is for the others in the turn in which it comes, though nothing is heard of them. */
static void what_one_control_writes_is_for_the_others_at_once(void)
{
	set_up(true);
	connect(FIRST);
	connect(SECOND);
	CHECK(set(FIRST, OCTO_PARAMETER_TARGET_ORIENTATION, 6));
	for (int i = 0; i < 200 && number(AGENT, OCTO_PARAMETER_TARGET_ORIENTATION) != 6; i++) {
		pair_run(&pair, ms);
		octo_agent_update(&agent, AT(AGENT));
	}
	CHECK_U64(number(AGENT, OCTO_PARAMETER_TARGET_ORIENTATION), 6);
	CHECK_U64(held_for(1, OCTO_PARAMETER_TARGET_ORIENTATION)->version, 1);
	/* And when the agent's own writing, which is refused, is what brings it to light. */
	agent.document[OCTO_PARAMETER_FLAGS].version = OCTO_VERSION_MAX;
	CHECK(set(FIRST, OCTO_PARAMETER_TARGET_ORIENTATION, 7));
	uint64_t changes = registry_shared(IN(AGENT), 0)->changes;
	for (int i = 0; i < 200 && registry_shared(IN(AGENT), 0)->changes == changes; i++)
		pair_run(&pair, ms);
	octo_peer_settle(pair.nodes[AGENT].channel, 1); /* nothing is heard of it */
	CHECK(!set(AGENT, OCTO_PARAMETER_FLAGS, OCTO_FLAG_CAMERA));
	CHECK_U64(held_for(1, OCTO_PARAMETER_TARGET_ORIENTATION)->version, 2);
	pair_close(&pair);
}

/* R31: to set what another has written is a writing, and to set one's own again is none. */
static void a_value_is_ours_once_we_have_set_it(void)
{
	set_up(false);
	connect(FIRST);
	CHECK(set(FIRST, OCTO_PARAMETER_MODE, OCTO_OPERATION_AUTO_PILOT));
	pass(500 * ms);
	CHECK(!view(AGENT, OCTO_PARAMETER_MODE).is_ours);
	for (int i = 0; i < 2; i++) {
		CHECK(set(AGENT, OCTO_PARAMETER_MODE, OCTO_OPERATION_AUTO_PILOT));
		CHECK(view(AGENT, OCTO_PARAMETER_MODE).is_ours);
		CHECK_U64(view(AGENT, OCTO_PARAMETER_MODE).version, 2);
	}
	pair_close(&pair);
}

/* R27: a remote's commands are between it and the agent. */
static void what_a_remote_starts_stays_private(void)
{
	set_up(true);
	connect(FIRST);
	connect(SECOND);
	uint64_t before = pair_event_count(&pair, SECOND, OCTO_EVENT_COURIER_NOTE);
	CHECK(octo_remote_command(AT(FIRST), 0, "a", 1));
	pass(300 * ms);
	struct octo_command command;
	uint32_t control;
	CHECK(octo_agent_take(&agent, AT(AGENT), &command, &control) && control == 0);
	CHECK(!octo_agent_take(&agent, AT(AGENT), &command, &control));
	pass(2 * OCTO_SECOND);
	CHECK_U64(pair_event_count(&pair, SECOND, OCTO_EVENT_COURIER_NOTE), before);
	const struct octo_commands *others = registry_state(pair.nodes[AGENT].channel, &pair.nodes[AGENT].host, 1, OCTO_COMMAND_ID);
	CHECK_U64(others->taken, 0);
	pair_close(&pair);
}

/* R31: two controls write the same parameter in the same moment: all three nodes come to the same end, again and again. */
static void two_controls_agree_on_one_parameter(void)
{
	set_up(true);
	connect(FIRST);
	connect(SECOND);
	for (uint16_t i = 1; i <= 20; i++) {
		CHECK(set(FIRST, OCTO_PARAMETER_TARGET_ORIENTATION, i));
		CHECK(set(SECOND, OCTO_PARAMETER_TARGET_ORIENTATION, (uint16_t)(1000 + i)));
		pass(400 * ms);
		uint16_t agreed = number(AGENT, OCTO_PARAMETER_TARGET_ORIENTATION);
		CHECK(agreed == i || agreed == 1000 + i);
		CHECK_U64(number(FIRST, OCTO_PARAMETER_TARGET_ORIENTATION), agreed);
		CHECK_U64(number(SECOND, OCTO_PARAMETER_TARGET_ORIENTATION), agreed);
	}
	bool first_wins = memcmp(pair.nodes[FIRST].identity.card.id, pair.nodes[SECOND].identity.card.id, OCTO_ID_BYTES) > 0;
	CHECK_U64(number(AGENT, OCTO_PARAMETER_TARGET_ORIENTATION), first_wins ? 20 : 1020);
	pair_close(&pair);
}

/* C:35, bug ix: the first CommsChannel let the newer of two readings of the clock win, so that a control whose clock was ahead
 * overruled everybody for ever. Here the writing that knew the other counts, whatever the clocks say. */
static void no_clock_decides_whose_writing_counts(void)
{
	static const int64_t years = INT64_C(50) * 365 * 86400 * (int64_t)OCTO_SECOND;
	set_up(true);
	pair.nodes[FIRST].clock_offset_ns = years;
	pair_restart(&pair, FIRST, false);
	unregister(FIRST);
	connect(FIRST);
	connect(SECOND);
	pass(OCTO_SECOND);
	for (uint16_t value = 1; value <= 4; value++) {
		CHECK(set(value & 1 ? FIRST : SECOND, OCTO_PARAMETER_TARGET_ORIENTATION, value));
		pass(OCTO_SECOND);
		for (int who = AGENT; who <= SECOND; who++)
			CHECK_U64(number(who, OCTO_PARAMETER_TARGET_ORIENTATION), value);
	}
	pair_close(&pair);
}

/* R32, R153: the pilot is gone: the agent stands still. Another control that knows the same keeps it alive. */
static void an_agent_without_controls_fails_safe(void)
{
	set_up(true);
	CHECK_U64(octo_agent_operation(&agent, IN(AGENT)), OCTO_OPERATION_OFFLINE);
	CHECK(octo_agent_panics(&agent, IN(AGENT)));
	connect(FIRST);
	connect(SECOND);
	CHECK(set(FIRST, OCTO_PARAMETER_MODE, OCTO_OPERATION_MANUAL_PILOT));
	CHECK(set(FIRST, OCTO_PARAMETER_FLAGS, 0));
	pass(500 * ms);
	CHECK_U64(octo_agent_operation(&agent, IN(AGENT)), OCTO_OPERATION_MANUAL_PILOT);
	CHECK(!octo_agent_panics(&agent, IN(AGENT)));
	octo_remote_connect(AT(FIRST), 0, false);
	pass(5 * OCTO_SECOND);
	CHECK_U64(octo_agent_operation(&agent, IN(AGENT)), OCTO_OPERATION_MANUAL_PILOT);
	pair_lose(&pair, SECOND, OCTO_PACKET_DATA, PAIR_FOREVER);
	pass(3 * OCTO_SECOND); /* the session is there still */
	CHECK_U64(octo_agent_operation(&agent, IN(AGENT)), OCTO_OPERATION_OFFLINE);
	CHECK(octo_agent_panics(&agent, IN(AGENT)));
	CHECK(view(AGENT, OCTO_PARAMETER_MODE).is_failsafe);
	pair_lose(&pair, SECOND, OCTO_PACKET_DATA, 0);
	pass(OCTO_SECOND);
	CHECK_U64(octo_agent_operation(&agent, IN(AGENT)), OCTO_OPERATION_MANUAL_PILOT);
	octo_agent_switch(&agent, AT(AGENT), false); /* R46 */
	CHECK_U64(octo_agent_operation(&agent, IN(AGENT)), OCTO_OPERATION_OFFLINE);
	pair_close(&pair);
}

/* R48, R49, R164, R165, R166, R167: couriers come and go with connections, features and the way of operation. */
static void couriers_are_registered_as_they_are_needed(void)
{
	set_up(false);
	update();
	CHECK(!is_registered(AGENT, 0, OCTO_STATE_ID) && !is_registered(FIRST, 0, OCTO_STATE_ID));
	connect(FIRST);
	CHECK(is_registered(AGENT, 0, OCTO_STATE_ID) && is_registered(FIRST, 0, OCTO_STATE_ID));
	CHECK(is_registered(AGENT, 0, OCTO_COMMAND_ID) && is_registered(FIRST, 0, OCTO_COMMAND_ID));
	CHECK(!is_registered(AGENT, 0, OCTO_SENSORS_ID)); /* offline */
	CHECK(set(FIRST, OCTO_PARAMETER_MODE, OCTO_OPERATION_COMPLETE_AUTONOMY));
	pass(300 * ms);
	CHECK(is_registered(AGENT, 0, OCTO_SENSORS_ID) && is_registered(FIRST, 0, OCTO_SENSORS_ID));
	CHECK(!is_registered(AGENT, 0, OCTO_COMMAND_ID) && !is_registered(FIRST, 0, OCTO_COMMAND_ID));
	CHECK(octo_remote_command(AT(FIRST), 0, "x", 1)); /* it waits */
	pass(OCTO_SECOND);
	struct octo_command command;
	uint32_t control;
	CHECK(!octo_agent_take(&agent, AT(AGENT), &command, &control));
	CHECK(set(FIRST, OCTO_PARAMETER_MODE, OCTO_OPERATION_MANUAL_PILOT));
	pass(OCTO_SECOND);
	CHECK(octo_agent_take(&agent, AT(AGENT), &command, &control));
	octo_agent_features(&agent, AT(AGENT), OCTO_FEATURE_COMMANDS | OCTO_FEATURE_DISCOVERY);
	octo_remote_features(AT(FIRST), 0, OCTO_FEATURE_COMMANDS | OCTO_FEATURE_DISCOVERY);
	pass(300 * ms);
	CHECK(!is_registered(AGENT, 0, OCTO_SENSORS_ID) && is_registered(AGENT, 0, OCTO_DISCOVERY_ID));
	const struct octo_discovery *heard = registry_state(pair.nodes[FIRST].channel, &pair.nodes[FIRST].host, 0, OCTO_DISCOVERY_ID);
	CHECK_BYTES(&heard->seen_as, &pair.nodes[FIRST].address, sizeof heard->seen_as);
	octo_remote_connect(AT(FIRST), 0, false);
	pass(300 * ms);
	CHECK(!is_registered(AGENT, 0, OCTO_STATE_ID) && !is_registered(FIRST, 0, OCTO_STATE_ID));
	pair_close(&pair);
}

/* A restarted agent gets back what its controls had written, and each command is executed once through all of it.
 * (Bug xi: the first AgentStateCourier had no initial sync that worked.) */
static void a_restart_and_losses_leave_all_in_step(void)
{
	set_up(false);
	connect(FIRST);
	CHECK(set(FIRST, OCTO_PARAMETER_MODE, OCTO_OPERATION_AUTO_PILOT));
	loss_permille = 300;
	uint8_t given = 0, executed = 0;
	struct octo_command command;
	uint32_t control;
	for (int i = 0; i < 400; i++) {
		if (given < 40 && octo_remote_command(AT(FIRST), 0, &(uint8_t){ (uint8_t)(given + 1) }, 1))
			given++;
		pass(50 * ms);
		while (octo_agent_take(&agent, AT(AGENT), &command, &control))
			CHECK_U64(command.bytes[0], ++executed);
	}
	CHECK_U64(executed, 40);
	CHECK(set(FIRST, OCTO_PARAMETER_TARGET_ORIENTATION, 321));
	pass(2 * OCTO_SECOND);
	loss_permille = 0;
	pair_lose(&pair, AGENT, OCTO_PACKET_DATA, 0);
	pair_lose(&pair, FIRST, OCTO_PACKET_DATA, 0);
	pair_restart(&pair, AGENT, true);
	pair.nodes[AGENT].host.couriers = agent_kinds;
	unregister(AGENT);
	octo_agent_init(&agent, pair.nodes[AGENT].channel);
	pass(30 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(number(AGENT, OCTO_PARAMETER_TARGET_ORIENTATION), 321);
	CHECK_U64(number(AGENT, OCTO_PARAMETER_MODE), OCTO_OPERATION_AUTO_PILOT);
	CHECK(octo_remote_command(AT(FIRST), 0, "z", 1));
	pass(OCTO_SECOND);
	CHECK(octo_agent_take(&agent, AT(AGENT), &command, &control));
	CHECK_U64(command.bytes[0], 'z');
	CHECK(!octo_agent_take(&agent, AT(AGENT), &command, &control));
	pair_close(&pair);
}

/* R47, R48, R169: one remote and two agents: a session and couriers of its own for each, and nothing in common. (Bug
 * xxii: a courier of the first CommsChannel had one destination.) */
static void a_remote_juggles_two_agents(void)
{
	struct octo_agent agents[PAIR_NODES];
	set_up(true);
	pair.nodes[WINNER].host.couriers = remote_kinds;
	for (int who = LOSER; who <= OTHER; who++) {
		pair.nodes[who].host.couriers = agent_kinds;
		octo_agent_init(&agents[who], pair.nodes[who].channel);
		octo_remote_connect(AT(WINNER), who == LOSER ? 0 : 1, true);
	}
	for (int i = 0; i < 600; i++) {
		uint8_t value[OCTO_VALUE_BYTES_MAX];
		octo_remote_update(AT(WINNER));
		for (int who = LOSER; who <= OTHER; who++)
			octo_agent_update(&agents[who], AT(who));
		for (uint32_t k = 0; i == 200 && k < 2; k++) {
			octo_number_pack((uint16_t)(100 + k), value);
			CHECK(octo_remote_set(AT(WINNER), k, OCTO_PARAMETER_TARGET_ORIENTATION, value, 2));
			CHECK(octo_remote_command(AT(WINNER), k, &(uint8_t){ (uint8_t)k }, 1));
		}
		if (i == 400)
			octo_remote_connect(AT(WINNER), 0, false); /* from one of them only */
		pair_run(&pair, 5 * ms);
	}
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_IDLE);
	CHECK_U64(pair_state(&pair, OTHER), OCTO_STATE_ESTABLISHED);
	for (int who = LOSER; who <= OTHER; who++) {
		struct octo_parameter_view seen;
		struct octo_command command;
		uint32_t control;
		octo_agent_view(&agents[who], IN(who), OCTO_PARAMETER_TARGET_ORIENTATION, &seen);
		CHECK_U64(octo_angle_of(seen.held), who == LOSER ? 100 : 101);
		CHECK_U64(seen.is_verified, who == OTHER);
		CHECK(octo_agent_take(&agents[who], AT(who), &command, &control) && command.bytes[0] == (who == LOSER ? 0 : 1));
	}
	pair_close(&pair);
}

/* R43: what no courier accepts is discarded and counted: an agent takes no readings of sensors. */
static void an_agent_takes_no_sensor_readings(void)
{
	set_up(false);
	connect(FIRST);
	CHECK(set(FIRST, OCTO_PARAMETER_MODE, OCTO_OPERATION_AUTO_PILOT));
	pass(300 * ms);
	static const uint8_t frames[] = { 0x80 | OCTO_SENSORS_ID, 10, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0 };
	uint8_t packet[OCTO_DATAGRAM_MAX];
	uint64_t before = octo_channel_counters(pair.nodes[AGENT].channel)->courier_discarded;
	size_t size = pair_forge_data(&pair, FIRST, frames, sizeof frames, 0, packet);
	CHECK_U64(pair_push(&pair, AGENT, &pair.nodes[FIRST].address, packet, size), OCTO_REASON_ACCEPTED);
	CHECK_U64(octo_channel_counters(pair.nodes[AGENT].channel)->courier_discarded, before + 1);
	pair_close(&pair);
}

/* A block with couriers at work runs on at another place. */
static void couriers_survive_a_copy_of_the_block(void)
{
	set_up(false);
	connect(FIRST);
	CHECK(set(FIRST, OCTO_PARAMETER_MODE, OCTO_OPERATION_AUTO_PILOT));
	void *block = aligned_alloc(16, (pair.nodes[AGENT].block_size + 15) / 16 * 16);
	CHECK(block != NULL);
	memcpy(block, pair.nodes[AGENT].channel, pair.nodes[AGENT].block_size);
	uint64_t digest = pair_digest(&pair, AGENT);
	memset(pair.nodes[AGENT].channel, 0, pair.nodes[AGENT].block_size);
	free(pair.nodes[AGENT].channel);
	pair.nodes[AGENT].channel = octo_channel_at(block);
	CHECK_U64(pair_digest(&pair, AGENT), digest);
	pass(OCTO_SECOND);
	CHECK_U64(number(AGENT, OCTO_PARAMETER_MODE), OCTO_OPERATION_AUTO_PILOT);
	pair_close(&pair);
}

CU_ErrorCode suite_nodes(void);

CU_ErrorCode suite_nodes(void)
{
	CU_pSuite suite = CU_add_suite("nodes", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, an_agent_and_a_remote_exchange_everything);
	CU_ADD_TEST(suite, what_the_agent_says_goes_to_all_controls);
	CU_ADD_TEST(suite, what_one_control_writes_is_for_the_others_at_once);
	CU_ADD_TEST(suite, a_value_is_ours_once_we_have_set_it);
	CU_ADD_TEST(suite, what_a_remote_starts_stays_private);
	CU_ADD_TEST(suite, two_controls_agree_on_one_parameter);
	CU_ADD_TEST(suite, no_clock_decides_whose_writing_counts);
	CU_ADD_TEST(suite, an_agent_without_controls_fails_safe);
	CU_ADD_TEST(suite, couriers_are_registered_as_they_are_needed);
	CU_ADD_TEST(suite, a_restart_and_losses_leave_all_in_step);
	CU_ADD_TEST(suite, a_remote_juggles_two_agents);
	CU_ADD_TEST(suite, an_agent_takes_no_sensor_readings);
	CU_ADD_TEST(suite, couriers_survive_a_copy_of_the_block);
	return CU_get_error();
}
