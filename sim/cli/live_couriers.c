/* live_couriers.c: see live_couriers.h. */
#include "sim/cli/live_couriers.h"

#include "core/nodes/registry.h"
#include "core/nodes/remote.h"
#include "sim/cli/node_report.h"
#include "sim/cli/node_values.h"

#include <inttypes.h>
#include <string.h>

/* A parameter that changes all the time has a line a second. */
static const octo_time_ns tell_spacing_ns = OCTO_SECOND;

static const struct octo_courier_set *set_of(const struct live *live)
{
	return live->config->is_agent ? &octo_agent_couriers : &octo_remote_couriers;
}

void live_couriers_list(struct live *live)
{
	uint32_t count = octo_courier_set_kinds(set_of(live), live->kinds, LIVE_COURIERS_MAX - 1);

	live->kinds[count++] = &octo_courier_load;
	live->host.couriers = live->kinds;
	live->host.courier_count = count;
}

static uint32_t index_of_load(const struct live *live)
{
	return live->host.courier_count - 1;
}

struct octo_load *live_load(struct live *live, uint32_t peer)
{
	return octo_courier_state(live->channel, peer, index_of_load(live));
}

void live_couriers_begin(struct live *live)
{
	octo_time_ns now = cli_clock_ns();

	if (live->config->is_agent)
		octo_agent_init(&live->agent, live->channel);
	for (uint32_t peer = 0; peer < octo_peer_count(live->channel); peer++)
		octo_courier_activate(live->channel, &live->host, now, peer, index_of_load(live), true);
	live_couriers_update(live, now);
}

/* ---- What comes ----------------------------------------------------------------------------------------------------- */

static void view(struct live *live, uint32_t peer, enum octo_parameter parameter, struct octo_parameter_view *found)
{
	if (live->config->is_agent)
		octo_agent_view(&live->agent, live->channel, &live->host, parameter, found);
	else
		octo_remote_view(live->channel, &live->host, peer, parameter, found);
}

static void tell_changes(struct live *live, uint32_t peer, octo_time_ns now)
{
	struct live_peer *told = &live->peers[peer];

	for (unsigned i = 0; told->changed && i < OCTO_PARAMETER_COUNT; i++) {
		struct octo_parameter_view found;
		char text[VALUE_TEXT_BYTES];

		if (!(told->changed >> i & 1) || (told->told_at[i] && now - told->told_at[i] < tell_spacing_ns))
			continue;
		told->changed &= ~(UINT32_C(1) << i);
		told->told_at[i] = now;
		view(live, peer, (enum octo_parameter)i, &found);
		value_text((enum octo_parameter)i, found.held, text);
		node_report_news(live, CLI_PLAIN, "parameter", peer, "%s is now %s", octo_parameter_kind((enum octo_parameter)i)->name, text);
	}
}

static void take_commands(struct live *live, octo_time_ns now)
{
	struct octo_command command;
	uint32_t control;

	while (octo_agent_take(&live->agent, live->channel, &live->host, now, &command, &control)) {
		char text[OCTO_COMMAND_BYTES_MAX + 1];

		memcpy(text, command.bytes, command.size);
		text[command.size] = '\0';
		for (size_t i = 0; i < command.size; i++)
			text[i] = (uint8_t)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i];
		node_report_news(live, CLI_BOLD, "executed", control, "command: %s", text);
	}
}

void live_couriers_update(struct live *live, octo_time_ns now)
{
	if (live->config->is_agent) {
		octo_agent_update(&live->agent, live->channel, &live->host, now);
		take_commands(live, now);
	} else {
		octo_remote_update(live->channel, &live->host, now);
	}
	for (uint32_t peer = 0; peer < octo_peer_count(live->channel); peer++)
		tell_changes(live, peer, now);
}

static void note(struct live *live, const struct octo_event *event)
{
	const struct octo_event_note *said = &event->note;

	switch (said->note) {
	case OCTO_NOTE_CONTACT_MADE:
		node_report_news(live, CLI_GOOD, "contact", event->peer, "its state is heard");
		return;
	case OCTO_NOTE_CONTACT_LOST:
		node_report_news(live, CLI_WARN, "contact", event->peer, "its state is not heard any more, for %s: fail-safe values count",
		                 cli_seconds(said->value * OCTO_MILLISECOND));
		return;
	case OCTO_NOTE_PARAMETER_CHANGED:
		live->peers[event->peer].changed |= said->subject < OCTO_PARAMETER_COUNT ? UINT32_C(1) << said->subject : 0;
		return;
	case OCTO_NOTE_COMMAND_CONFIRMED:
		node_report_news(live, CLI_GOOD, "confirmed", event->peer, "commands up to number %" PRIu64 " were taken", said->subject + 1);
		return;
	case OCTO_NOTE_COMMAND_UNCERTAIN:
		node_report_news(live, CLI_WARN, "uncertain", event->peer, "whether command number %" PRIu64 " was executed is not known: it restarted",
		                 said->subject + 1);
		return;
	default:
		return;
	}
}

void live_couriers_event(struct live *live, const struct octo_event *event)
{
	if (event->peer >= NODE_ASSOCIATES_MAX)
		return;
	for (uint32_t i = 0; i < live->host.courier_count; i++) {
		struct live_tally *tally = &live->peers[event->peer].tallies[i];
		bool is_message = event->kind == OCTO_EVENT_COURIER_GRANTED || event->kind == OCTO_EVENT_COURIER_DELIVERED;

		if (!is_message || live->kinds[i]->id != event->courier.courier)
			continue;
		tally->sent += event->kind == OCTO_EVENT_COURIER_GRANTED;
		tally->received += event->kind == OCTO_EVENT_COURIER_DELIVERED;
		if (event->kind == OCTO_EVENT_COURIER_DELIVERED)
			tally->heard_at = cli_clock_ns();
	}
	if (event->kind == OCTO_EVENT_COURIER_NOTE)
		note(live, event);
}

/* ---- What is typed --------------------------------------------------------------------------------------------------- */

static void set_value(struct live *live, uint32_t peer, enum octo_parameter parameter, const uint8_t *value)
{
	const struct octo_parameter_kind *kind = octo_parameter_kind(parameter);
	size_t size = octo_value_size(kind->value);
	octo_time_ns now = cli_clock_ns();
	char text[VALUE_TEXT_BYTES];
	bool is_set = live->config->is_agent ? octo_agent_set(&live->agent, live->channel, &live->host, now, parameter, value, size)
	                                     : octo_remote_set(live->channel, &live->host, now, peer, parameter, value, size);

	value_text(parameter, value, text);
	if (is_set)
		node_report_line(live, CLI_PLAIN, "set", live->config->is_agent ? OCTO_NO_PEER : peer, "%s: %s", kind->name, text);
	else
		node_report_line(live, CLI_WARN, "command", OCTO_NO_PEER, "%s is not %s to set: its owner is the %s", kind->name,
		                 live->config->is_agent ? "an agent's" : "a remote's", octo_owner_name(kind->owner));
}

void live_set(struct live *live, uint32_t peer, const char *name, const char *text)
{
	const char *names[OCTO_PARAMETER_COUNT], *nearest;
	enum octo_parameter parameter;
	uint8_t value[OCTO_VALUE_BYTES_MAX] = { 0 };

	for (unsigned i = 0; i < OCTO_PARAMETER_COUNT; i++)
		names[i] = octo_parameter_kind((enum octo_parameter)i)->name;
	nearest = cli_nearest(name, names, OCTO_PARAMETER_COUNT);
	if (!octo_parameter_find(name, &parameter))
		node_report_line(live, CLI_WARN, "command", OCTO_NO_PEER, "no parameter is called %s%s%s", name, nearest ? "; did you mean " : "",
		                 nearest ? nearest : "");
	else if (!value_read(parameter, text, value))
		node_report_line(live, CLI_WARN, "command", OCTO_NO_PEER, "%s: found %s; allowed is %s", name, text, value_allowed(parameter));
	else
		set_value(live, peer, parameter, value);
}

void live_sense(struct live *live, const char *name, const char *text)
{
	const char *names[OCTO_SENSOR_COUNT], *nearest;
	struct octo_reading reading = { .present = 0 };
	unsigned sensor = 0;

	for (unsigned i = 0; i < OCTO_SENSOR_COUNT; i++)
		names[i] = octo_sensor_name((enum octo_sensor)i);
	nearest = cli_nearest(name, names, OCTO_SENSOR_COUNT);
	while (sensor < OCTO_SENSOR_COUNT && strcmp(names[sensor], name) != 0)
		sensor++;
	if (!live->config->is_agent)
		node_report_line(live, CLI_WARN, "command", OCTO_NO_PEER, "only an agent has sensors");
	else if (sensor == OCTO_SENSOR_COUNT)
		node_report_line(live, CLI_WARN, "command", OCTO_NO_PEER, "no sensor is called %s%s%s", name, nearest ? "; did you mean " : "",
		                 nearest ? nearest : "");
	else if (!value_read_sensor((enum octo_sensor)sensor, text, &reading))
		node_report_line(live, CLI_WARN, "command", OCTO_NO_PEER, "%s: found %s; allowed is %s", name, text,
		                 value_allowed_sensor((enum octo_sensor)sensor));
	else
		octo_agent_sense(&live->agent, live->channel, &live->host, cli_clock_ns(), &reading);
}

void live_command(struct live *live, uint32_t peer, const char *text)
{
	size_t size = strlen(text);

	if (live->config->is_agent)
		node_report_line(live, CLI_WARN, "command", OCTO_NO_PEER, "only a remote gives commands");
	else if (size == 0 || size > OCTO_COMMAND_BYTES_MAX)
		node_report_line(live, CLI_WARN, "command", OCTO_NO_PEER, "a command has 1 to %d bytes", OCTO_COMMAND_BYTES_MAX);
	else if (!octo_remote_command(live->channel, &live->host, cli_clock_ns(), peer, text, size))
		node_report_line(live, CLI_WARN, "command", OCTO_NO_PEER, "%d commands are under way: no more for now", OCTO_COMMANDS_MAX);
}

/* ---- What can be seen ------------------------------------------------------------------------------------------------ */

static const char *age(octo_time_ns at, octo_time_ns now)
{
	return at ? cli_seconds((now > at ? now - at : 0) / (100 * OCTO_MILLISECOND) * 100 * OCTO_MILLISECOND) : "";
}

static void tell_couriers(struct live *live, uint32_t peer, octo_time_ns now)
{
	uint32_t registered = registry_shared(live->channel, &live->host, peer)->registered;

	for (uint32_t i = 0; i < live->host.courier_count; i++) {
		const struct live_tally *tally = &live->peers[peer].tallies[i];
		bool is_active = i == index_of_load(live) || registered >> i & 1;
		const struct octo_load *load = i == index_of_load(live) ? live_load(live, peer) : NULL;

		if (load && load->sent + load->received + load->count == 0)
			continue;
		node_report_line(live, load && load->damaged ? CLI_BAD : is_active ? CLI_PLAIN : CLI_DIM, "courier", peer,
		                 "courier %-12s %-8s %6s sent, %6s received%s%s%s%s%s", live->kinds[i]->name, is_active ? "active" : "inactive",
		                 cli_count(tally->sent), cli_count(tally->received), tally->heard_at ? ", last " : "",
		                 age(tally->heard_at, now), tally->heard_at ? " ago" : "", load && load->damaged ? ", DAMAGED " : "",
		                 load && load->damaged ? cli_count(load->damaged) : "");
	}
}

static void tell_parameters(struct live *live, uint32_t peer)
{
	for (unsigned i = 0; i < OCTO_PARAMETER_COUNT; i++) {
		const char *name = octo_parameter_kind((enum octo_parameter)i)->name;
		struct octo_parameter_view found;
		char text[VALUE_TEXT_BYTES], held[VALUE_TEXT_BYTES], fresh[48] = "never confirmed";

		registry_view(live->channel, &live->host, peer, (enum octo_parameter)i, &found);
		if (found.version == 0)
			continue;
		value_text((enum octo_parameter)i, found.value, text);
		value_text((enum octo_parameter)i, found.held, held);
		if (found.age_ns != OCTO_NEVER)
			snprintf(fresh, sizeof(fresh), "%s old", cli_seconds(found.age_ns / OCTO_MILLISECOND * OCTO_MILLISECOND));
		node_report_line(live, found.is_verified ? CLI_PLAIN : CLI_WARN, "parameter", peer, "%-18s %s, %s, %s%s%s", name, text,
		                 found.is_verified ? "verified" : "not verified", fresh, found.is_failsafe ? "; fail-safe, known last: " : "",
		                 found.is_failsafe ? held : "");
	}
}

static void tell_sensors(struct live *live, uint32_t peer, octo_time_ns now)
{
	const struct octo_sensors *sensors = octo_remote_sensors(live->channel, &live->host, peer);
	octo_time_ns heard_at = live->peers[peer].tallies[octo_courier_index(&live->host, OCTO_SENSORS_ID)].heard_at;

	for (unsigned i = 0; i < OCTO_SENSOR_COUNT; i++) {
		char text[VALUE_TEXT_BYTES];

		if (!(sensors->reading.present >> i & 1))
			continue;
		value_sensor_text((enum octo_sensor)i, &sensors->reading, text);
		node_report_line(live, CLI_PLAIN, "sensor", peer, "%-18s %s%s%s%s", octo_sensor_name((enum octo_sensor)i), text,
		                 live->config->is_agent ? "" : ", heard ", live->config->is_agent ? "" : age(heard_at, now),
		                 live->config->is_agent ? "" : " ago");
	}
}

void live_couriers_tell(struct live *live, uint32_t peer)
{
	octo_time_ns now = cli_clock_ns();

	tell_couriers(live, peer, now);
	tell_parameters(live, peer);
	tell_sensors(live, peer, now);
}

void live_couriers_total(const struct live *live, uint32_t peer, uint64_t *sent, uint64_t *received)
{
	*sent = *received = 0;
	for (uint32_t i = 0; i < live->host.courier_count; i++) {
		*sent += live->peers[peer].tallies[i].sent;
		*received += live->peers[peer].tallies[i].received;
	}
}
