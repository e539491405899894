/* robot.c: see robot.h. What robots see of each other is noted here; how it came there is the core's affair. */
#include "sim/robot_int.h"

#include "sim/blobs.h"
#include "sim/check/tally.h"

#include <stdlib.h>
#include <string.h>

struct robot *robot_of(const struct sim *sim, uint32_t number)
{
	arena_ref ref = node_of(sim, number)->robot;
	return ref ? arena_at(&sim->arena, ref) : NULL;
}

struct robot_link *robot_link(const struct sim *sim, uint32_t number, uint32_t other)
{
	const struct robot *robot = robot_of(sim, number);
	uint32_t first = sim->neighbour_start[number], low = first, high = sim->neighbour_start[number + 1];
	if (!robot || !robot_of(sim, other))
		return NULL;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (sim->neighbours[middle] < other)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == sim->neighbour_start[number + 1] || sim->neighbours[low] != other)
		return NULL;
	return (struct robot_link *)arena_at(&sim->arena, robot->links) + (low - first);
}

struct octo_shared_state *robot_shared(struct octo_channel *channel, const struct octo_host *host, uint32_t peer)
{
	return octo_courier_state(channel, peer, octo_courier_index(host, OCTO_STATE_ID));
}

/* ---- Life ------------------------------------------------------------------------------------------------------------ */

void robot_equip(const struct scenario_node *described, struct octo_host *host, const struct octo_courier **kinds)
{
	if (!described->has_couriers)
		return;
	const struct octo_courier_set *set = described->is_agent ? &octo_agent_couriers : &octo_remote_couriers;
	uint32_t count = host->courier_count;
	host->blobs = &blobs_of_nodes;
	host->courier_count = count + octo_courier_set_kinds(set, kinds + count, ROBOT_KINDS_MAX - count);
}

void robot_make(struct sim *sim, uint32_t number)
{
	struct node *node = node_of(sim, number);
	if (!sim->scenario->nodes[number].has_couriers)
		return;
	node->robot = arena_alloc(&sim->arena, sizeof(struct robot));
	struct robot *robot = robot_of(sim, number);
	if (!robot)
		return;
	robot->writer = octo_writer_of(sim->identities[number].card.id);
	robot->links = arena_alloc(&sim->arena, (node->neighbours + 1) * sizeof(struct robot_link));
}

void robot_boot(struct sim *sim, uint32_t number)
{
	struct robot *robot = robot_of(sim, number);
	if (robot)
		robot->booted_ns = world_of(sim)->now_ns;
	if (robot && sim->scenario->nodes[number].is_agent)
		octo_agent_init(&robot->agent, node_channel(sim, number));
}

/* ---- Giving and seeing --------------------------------------------------------------------------------------------------- */

/* One that waits long is the one to know of: it never makes room for a new one. */
void robot_give(struct sim *sim, uint32_t from, uint32_t to, uint8_t what, uint64_t number)
{
	struct robot_link *link = robot_link(sim, from, to);
	for (int i = 0; link && i < ROBOT_NOTICES; i++) {
		if (link->notices[i].is_waiting)
			continue;
		link->notices[i] = (struct robot_notice){ .at_ns = world_of(sim)->now_ns, .number = number, .what = what,
			.is_waiting = true };
		return;
	}
}

/* Of a clock of 32 bits that wraps; the others never do. */
static bool is_as_old(uint8_t what, uint64_t number, uint64_t seen)
{
	return what == ROBOT_SENSORS ? (uint32_t)(seen - number) < UINT32_MAX / 2 : number <= seen;
}

static void see(struct sim *sim, uint32_t from, uint32_t to, uint8_t what, uint64_t number)
{
	struct robot_link *link = robot_link(sim, from, to);
	enum scenario_measured measured = what == ROBOT_SENSORS ? SCENARIO_OF_SENSORS : what == ROBOT_COMMAND ?
	                                  SCENARIO_OF_COMMANDS : SCENARIO_OF_STATE;
	for (int i = 0; link && i < ROBOT_NOTICES; i++) {
		struct robot_notice *notice = &link->notices[i];
		if (!notice->is_waiting || notice->what != what || !is_as_old(what, notice->number, number))
			continue;
		notice->is_waiting = false;
		tally_seen(sim, measured, from, to, world_of(sim)->now_ns - notice->at_ns);
	}
}

/* A parameter of an agent's state has another writing than before: whose it is knows when it was given. */
static void see_writing(struct sim *sim, uint32_t number, uint32_t agent, unsigned parameter,
                        const struct octo_holding *holding, struct robot_stamp *seen)
{
	if (seen->version == holding->version && seen->writer == holding->writer)
		return;
	*seen = (struct robot_stamp){ holding->version, holding->writer };
	if (number != agent) {
		if (holding->writer == robot_of(sim, agent)->writer)
			see(sim, agent, number, (uint8_t)parameter, holding->version);
		return;
	}
	for (uint32_t i = sim->neighbour_start[agent]; i < sim->neighbour_start[agent + 1]; i++) {
		const struct robot *control = robot_of(sim, sim->neighbours[i]);
		if (control && control->writer == holding->writer)
			see(sim, sim->neighbours[i], agent, (uint8_t)parameter, holding->version);
	}
}

static void execute(struct sim *sim, uint32_t agent, uint32_t control, const struct octo_command *command)
{
	if (command->size < ROBOT_COMMAND_HEAD)
		return; /* nobody in this world gives such commands */
	uint32_t running = command->bytes[0] | (uint32_t)command->bytes[1] << 8 | (uint32_t)command->bytes[2] << 16 |
	                   (uint32_t)command->bytes[3] << 24;
	tally_command(sim, control, agent);
	if (sim->checks)
		checks_command(sim->checks, agent, control, running);
	see(sim, control, agent, ROBOT_COMMAND, running);
}

static void run_agent(struct sim *sim, uint32_t number, const struct octo_host *host, uint64_t now_ns)
{
	struct octo_channel *channel = node_channel(sim, number);
	struct robot *robot = robot_of(sim, number);
	struct octo_command command;
	uint32_t control;
	octo_agent_update(&robot->agent, channel, host, now_ns);
	for (unsigned p = 0; p < OCTO_PARAMETER_COUNT; p++)
		see_writing(sim, number, number, p, &robot->agent.document[p], &robot->seen[p]);
	while (octo_agent_take(&robot->agent, channel, host, now_ns, &command, &control))
		execute(sim, number, node_peer(sim, number, control), &command);
}

static void run_remote(struct sim *sim, uint32_t number, const struct octo_host *host, uint64_t now_ns)
{
	struct octo_channel *channel = node_channel(sim, number);
	for (uint32_t peer = octo_peer_touched(channel, 0); peer != OCTO_NO_PEER; peer = octo_peer_touched(channel, peer + 1)) {
		uint32_t agent = node_peer(sim, number, peer);
		struct robot_link *link = robot_link(sim, number, agent);
		const struct octo_sensors *sensors = octo_remote_sensors(channel, host, peer);
		if (!link)
			continue;
		for (unsigned p = 0; p < OCTO_PARAMETER_COUNT; p++)
			see_writing(sim, number, agent, p, &robot_shared(channel, host, peer)->replicas[p].holding, &link->seen[p]);
		if (sensors->received != link->heard)
			see(sim, agent, number, ROBOT_SENSORS, sensors->reading.clock_ms);
		link->heard = sensors->received;
	}
	octo_remote_update(channel, host, now_ns); /* settles who was touched */
}

void robot_update(struct sim *sim, uint32_t number, const struct octo_host *host, uint64_t now_ns)
{
	if (!node_of(sim, number)->robot)
		return;
	if (sim->scenario->nodes[number].is_agent)
		run_agent(sim, number, host, now_ns);
	else
		run_remote(sim, number, host, now_ns);
	tally_robot_ran(sim, number);
}

/* ---- Checking --------------------------------------------------------------------------------------------------------- */

struct verified_look { struct octo_shared_state *theirs; struct sim *sim; uint32_t number, other; };

static void compare_verified(const void *raw, const struct octo_courier_call *call, void *argument)
{
	const struct octo_shared_state *ours = raw;
	struct verified_look *look = argument;
	for (unsigned p = 0; p < OCTO_PARAMETER_COUNT; p++) {
		struct octo_parameter_view view;
		octo_shared_view(ours, call, (enum octo_parameter)p, &view);
		if (view.is_verified && view.version)
			checks_verified(look->sim->checks, look->number, look->other, octo_parameter_kind((enum octo_parameter)p)->name,
			                octo_holding_compare(&look->theirs->replicas[p].holding, &ours->replicas[p].holding) >= 0);
	}
}

/* What was confirmed before a boot of the other side is forgotten there, and still believed here for a while. */
static const uint64_t boot_forgotten_ns = 10 * OCTO_SECOND;

void robot_check(struct sim *sim, uint32_t number)
{
	const struct octo_courier *kinds[ROBOT_KINDS_MAX], *their_kinds[ROBOT_KINDS_MAX];
	struct octo_channel *channel = node_channel(sim, number);
	if (!sim->checks || !node_of(sim, number)->robot)
		return;
	struct octo_host host = node_onlooker(sim, number, kinds);
	for (uint32_t peer = 0; peer < octo_peer_count(channel); peer++) {
		uint32_t other = node_peer(sim, number, peer);
		struct octo_peer_view ours, theirs;
		if (!robot_link(sim, number, other) || world_of(sim)->now_ns < robot_of(sim, other)->booted_ns + boot_forgotten_ns ||
		    !sim_peer_view(sim, number, other, &ours) || !sim_peer_view(sim, other, number, &theirs) ||
		    ours.session.log_id == 0 || ours.session.log_id != theirs.session.log_id)
			continue;
		struct octo_host their_host = node_onlooker(sim, other, their_kinds);
		struct verified_look look = { .sim = sim, .number = number, .other = other };
		look.theirs = robot_shared(node_channel(sim, other), &their_host, node_peer_index(sim, other, number));
		octo_courier_look(channel, &host, peer, octo_courier_index(&host, OCTO_STATE_ID), compare_verified, &look);
	}
}

/* ---- Looking ----------------------------------------------------------------------------------------------------------- */

bool robot_view(const struct sim *sim, uint32_t number, uint32_t agent, enum octo_parameter parameter,
                struct octo_parameter_view *view, uint64_t *writer)
{
	const struct octo_courier *kinds[ROBOT_KINDS_MAX];
	struct octo_host host = node_onlooker(sim, number, kinds);
	struct octo_channel *channel = node_channel(sim, number);
	uint32_t peer = node_peer_index(sim, number, agent);
	if (!channel || (number != agent && peer == OCTO_NO_PEER))
		return false;
	if (number == agent) {
		octo_agent_view(&robot_of(sim, number)->agent, channel, &host, parameter, view);
		*writer = robot_of(sim, number)->agent.document[parameter].writer;
		return true;
	}
	octo_remote_view(channel, &host, peer, parameter, view);
	*writer = robot_shared(channel, &host, peer)->replicas[parameter].holding.writer;
	return true;
}

const struct octo_sensors *robot_sensors(const struct sim *sim, uint32_t number, uint32_t agent)
{
	const struct octo_courier *kinds[ROBOT_KINDS_MAX];
	struct octo_host host = node_onlooker(sim, number, kinds);
	struct octo_channel *channel = node_channel(sim, number);
	uint32_t peer = node_peer_index(sim, number, agent);
	return channel && peer != OCTO_NO_PEER ? octo_remote_sensors(channel, &host, peer) : NULL;
}

struct writings { struct robot_stamp of[OCTO_PARAMETER_COUNT]; bool are_there; };

/* What one node has; of an agent itself its writings are noted, for its controls to be compared with. False: it is down. */
static bool stand(const struct sim *sim, uint32_t number, uint32_t agent, struct writings *writings,
                  struct sim_standing *standing)
{
	*standing = (struct sim_standing){ .node = number, .agent = agent };
	for (unsigned p = 0; p < OCTO_PARAMETER_COUNT; p++) {
		struct octo_parameter_view view;
		uint64_t writer;
		if (!robot_view(sim, number, agent, (enum octo_parameter)p, &view, &writer))
			return false;
		const struct robot_stamp stamp = { view.version, writer }, *theirs = &writings->of[p];
		if (number == agent)
			writings->of[p] = stamp;
		else if (writings->are_there && (theirs->version != stamp.version || theirs->writer != stamp.writer))
			standing->behind++;
		if (p == OCTO_PARAMETER_MODE)
			standing->mode = octo_operation_name(octo_mode_of(view.value));
		if (p == OCTO_PARAMETER_FLAGS) {
			standing->has_panic = octo_bits_of(view.value) & OCTO_FLAG_PANIC;
			standing->has_flags = view.version != 0;
		}
		standing->is_failsafe = standing->is_failsafe || (view.version != 0 && view.is_failsafe);
		standing->known += view.version != 0;
		standing->verified += view.version != 0 && view.is_verified;
		if (view.version != 0 && view.age_ns > standing->age_ns)
			standing->age_ns = view.age_ns;
	}
	return true;
}

/* An agent and its controls. None of them, when none of them knows anything. */
static uint32_t stand_around(const struct sim *sim, uint32_t agent, struct sim_standing *list)
{
	struct writings writings = { .are_there = false };
	uint32_t count = 0, known = 0;
	writings.are_there = stand(sim, agent, agent, &writings, &list[0]);
	count += writings.are_there;
	for (uint32_t i = sim->neighbour_start[agent]; i < sim->neighbour_start[agent + 1]; i++)
		if (robot_link(sim, agent, sim->neighbours[i]))
			count += stand(sim, sim->neighbours[i], agent, &writings, &list[count]);
	for (uint32_t i = 0; i < count; i++)
		known += list[i].known;
	return known ? count : 0;
}

void robot_sum_up(struct sim *sim, struct sim_result *result)
{
	uint32_t room = 0;
	for (uint32_t i = 0; i < sim->scenario->node_count; i++)
		if (robot_of(sim, i) && sim->scenario->nodes[i].is_agent)
			room += 1 + sim->neighbour_start[i + 1] - sim->neighbour_start[i];
	if (room && !sim->standings)
		sim->standings = calloc(room, sizeof *sim->standings);
	if (room && !sim->standings)
		sim_fail(sim, "out of memory");
	for (uint32_t i = 0; sim->standings && i < sim->scenario->node_count; i++)
		if (robot_of(sim, i) && sim->scenario->nodes[i].is_agent)
			result->standing_count += stand_around(sim, i, sim->standings + result->standing_count);
	result->standings = sim->standings;
}
