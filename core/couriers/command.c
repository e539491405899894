/* command.c: messages [P 13.3]: ASK: u8 0. REPORT: u8 1, life u32, stream u32, next u32. COMMAND: u8 2, stream u32, life
 * u32, number u32, bytes. Numbers count from 1 for each pair of a sender's life (its stream) and a receiver's life; a
 * command for another life than ours is not for us. So no restart, of whichever side, brings an old number back to life. */
#include "core/couriers/command.h"
#include "core/couriers/urgency.h"

#include "core/base/cursor.h"

enum { ASK, REPORT, COMMAND, ASK_BYTES = 1, REPORT_BYTES = 13, HEAD_BYTES = 13, ATTEMPTS_MAX = 3 };

_Static_assert(sizeof(struct octo_commands) == 15 * 8 + 4 * 4 + 8 + 2 * OCTO_COMMANDS_MAX * sizeof(struct octo_command),
               "no padding");

void octo_commands_begin(struct octo_commands *state, bool accepts)
{
	if (!state->is_begun)
		state->next = 1;
	state->is_begun = 1;
	state->accepts = accepts;
}

bool octo_command_give(struct octo_commands *state, const void *bytes, size_t size)
{
	OCTO_ASSERT(size > 0 && size <= OCTO_COMMAND_BYTES_MAX);
	if (state->given - state->settled == OCTO_COMMANDS_MAX)
		return false;
	struct octo_command *command = &state->outbox[state->given++ % OCTO_COMMANDS_MAX];
	memset(command, 0, sizeof *command);
	command->size = (uint16_t)size;
	memcpy(command->bytes, bytes, size);
	return true;
}

bool octo_command_take(struct octo_commands *state, struct octo_command *command)
{
	if (state->count == 0)
		return false;
	*command = state->inbox[state->first];
	memset(&state->inbox[state->first], 0, sizeof *command);
	state->first = (uint8_t)((state->first + 1) % OCTO_COMMANDS_MAX);
	state->is_report_due = state->is_report_due || state->count == OCTO_COMMANDS_MAX; /* there is room again */
	state->count--;
	return true;
}

static void note(const struct octo_courier_call *call, enum octo_note kind, uint64_t subject)
{
	struct octo_event_note note = { .note = (uint8_t)kind, .subject = subject };
	call->report(call, &note);
}

/* ---- Sessions and lives ------------------------------------------------------------------------------------------ */

/* A life is named after its first session: no two of a node are alike. In a new session all that was not confirmed goes
 * again, and each side says where it stands. */
static void begin_session(struct octo_commands *state, const struct octo_courier_call *call)
{
	if (state->session == call->session || call->session == 0)
		return;
	state->session = call->session;
	if (state->life == 0)
		state->life = (uint32_t)(call->session ^ call->session >> 32) | 1;
	state->sent = state->settled;
	state->resend_at = 0;
	state->attempts = state->is_peer_heard = 0;
	state->is_report_due = state->accepts;
}

/* The peer has restarted. What may have reached it before may have been executed. */
static void begin_peer_life(struct octo_commands *state, const struct octo_courier_call *call, uint32_t life)
{
	while (state->peer_life && state->settled < state->tried) {
		state->uncertain++;
		note(call, OCTO_NOTE_COMMAND_UNCERTAIN, state->settled++);
	}
	state->peer_life = life;
	state->peer_life_session = call->session;
	state->sent = state->tried = state->renumbered = state->settled;
	state->resend_at = 0;
	state->attempts = 0;
}

/* ---- Sending -------------------------------------------------------------------------------------------------------- */

static octo_time_ns due_of(const struct octo_commands *state, const struct octo_courier_call *call)
{
	if (state->session != call->session || state->is_report_due)
		return 0;
	if (state->is_peer_heard && state->sent < state->given)
		return 0;
	return state->settled < state->given ? state->resend_at : OCTO_NEVER;
}

static bool has_to_send(const struct octo_commands *state, const struct octo_courier_call *call)
{
	bool is_news = state->session != call->session && state->accepts;
	return state->is_begun && (is_news || state->is_report_due || state->settled < state->given);
}

static void mandate(const void *raw, const struct octo_courier_call *call, struct octo_mandate *mandate)
{
	const struct octo_commands *state = raw;
	mandate->urgency_ms = urgency_ms(call->now, due_of(state, call));
	mandate->priority = OCTO_PRIORITY_HIGH;
	mandate->accept_reads = state->is_begun;
	mandate->want_to_send = has_to_send(state, call);
	bool goes_back = state->session != call->session || state->resend_at <= call->now || state->sent == state->given;
	uint64_t ticket = goes_back ? state->settled : state->sent;
	const struct octo_command *next = &state->outbox[ticket % OCTO_COMMANDS_MAX];
	mandate->payload_size = (uint16_t)(state->is_report_due || ticket == state->given ? REPORT_BYTES :
	                                   HEAD_BYTES + next->size);
}

static void wait_for_answer(struct octo_commands *state, const struct octo_courier_call *call)
{
	octo_time_ns wait = OCTO_COMMAND_RESEND_NS << state->attempts;
	state->resend_at = call->now + (wait < OCTO_COMMAND_RESEND_MAX_NS ? wait : OCTO_COMMAND_RESEND_MAX_NS);
}

static void write_report(struct octo_commands *state, struct writer *writer)
{
	write_u8(writer, REPORT);
	write_u32(writer, state->life);
	write_u32(writer, state->stream);
	write_u32(writer, state->next);
	state->is_report_due = 0;
}

static void write_command(struct octo_commands *state, const struct octo_courier_call *call, struct writer *writer)
{
	const struct octo_command *command = &state->outbox[state->sent % OCTO_COMMANDS_MAX];
	if (writer_left(writer) < HEAD_BYTES + (size_t)command->size)
		return;
	write_u8(writer, COMMAND);
	write_u32(writer, state->life);
	write_u32(writer, state->peer_life);
	write_u32(writer, (uint32_t)(state->sent - state->renumbered) + 1);
	write_bytes(writer, command->bytes, command->size);
	if (state->sent++ == state->settled)
		wait_for_answer(state, call);
	if (state->tried < state->sent)
		state->tried = state->sent;
}

static size_t send(void *raw, const struct octo_courier_call *call, uint8_t *out, size_t size_max, uint64_t *handle)
{
	struct octo_commands *state = raw;
	struct writer writer = writer_of(out, size_max);
	if (size_max < REPORT_BYTES)
		return 0;
	begin_session(state, call);
	bool is_overdue = state->settled < state->given && state->resend_at <= call->now;
	if (state->is_report_due) {
		write_report(state, &writer);
	} else if (!state->is_peer_heard) { /* it may have restarted */
		if (!is_overdue)
			return 0;
		write_u8(&writer, ASK);
		wait_for_answer(state, call);
		state->attempts = (uint8_t)(state->attempts < ATTEMPTS_MAX ? state->attempts + 1 : ATTEMPTS_MAX);
	} else {
		if (is_overdue && state->sent > state->settled) { /* all that is not confirmed goes again */
			state->sent = state->settled;
			state->attempts = (uint8_t)(state->attempts < ATTEMPTS_MAX ? state->attempts + 1 : ATTEMPTS_MAX);
		}
		if (state->sent < state->given)
			write_command(state, call, &writer);
		if (writer.position)
			*handle = state->sent; /* its ticket, and 1 */
	}
	return writer.position;
}

/* That it has arrived is for the peer's courier to say; that it was lost is known sooner than its silence tells. */
static void fate(void *raw, const struct octo_courier_call *call, uint64_t handle, enum octo_fate fate)
{
	struct octo_commands *state = raw;
	bool is_under_way = handle > state->settled && handle <= state->sent;
	if (fate == OCTO_FATE_LOST && state->session == call->session && is_under_way)
		state->resend_at = call->now;
}

/* ---- Receiving -------------------------------------------------------------------------------------------------------- */

/* What was sent in an earlier session may still arrive: a life or a stream changes once in a session, and no more. */
static bool hear_report(struct octo_commands *state, const struct octo_courier_call *call, struct reader *reader)
{
	uint32_t life = read_u32(reader), stream = read_u32(reader), next = read_u32(reader);
	if (reader->failed || reader_left(reader) || life == 0 || next == 0)
		return false;
	bool is_known = life == state->peer_life && stream == state->life;
	uint64_t before = state->renumbered + (next - 1u);
	if (is_known && before > state->tried)
		return false;
	begin_session(state, call);
	if (life != state->peer_life) {
		if (state->peer_life_session == call->session)
			return true;
		begin_peer_life(state, call, life);
	}
	state->is_peer_heard = 1;
	/* Otherwise it has heard nothing of this life of ours yet. */
	if (is_known && before > state->settled) {
		state->confirmed += before - state->settled;
		note(call, OCTO_NOTE_COMMAND_CONFIRMED, before - 1);
		state->settled = before;
		state->attempts = 0;
		wait_for_answer(state, call);
	}
	if (state->sent < state->settled)
		state->sent = state->settled;
	return true;
}

static void execute(struct octo_commands *state, const struct octo_courier_call *call, uint32_t number,
                    const uint8_t *bytes, size_t size)
{
	if (number < state->next) {
		state->duplicates++;
	} else if (number > state->next) {
		state->early++;
	} else if (state->count == OCTO_COMMANDS_MAX) {
		state->full++;
	} else {
		struct octo_command *command = &state->inbox[(state->first + state->count) % OCTO_COMMANDS_MAX];
		memset(command, 0, sizeof *command);
		command->size = (uint16_t)size;
		memcpy(command->bytes, bytes, size);
		state->count++;
		state->next++;
		note(call, OCTO_NOTE_COMMAND_TAKEN, state->taken++);
	}
}

static bool hear_command(struct octo_commands *state, const struct octo_courier_call *call, struct reader *reader)
{
	uint32_t stream = read_u32(reader), life = read_u32(reader), number = read_u32(reader);
	size_t size = reader_left(reader);
	if (reader->failed || !state->accepts || size == 0 || size > OCTO_COMMAND_BYTES_MAX || stream == 0 || number == 0)
		return false;
	begin_session(state, call);
	state->is_report_due = 1;
	if (life != state->life)
		return true;
	if (stream != state->stream) {
		if (state->stream_session == call->session)
			return true;
		state->stream = stream;
		state->stream_session = call->session;
		state->next = 1;
	}
	execute(state, call, number, read_bytes(reader, size), size);
	return true;
}

static bool hear_question(struct octo_commands *state, const struct octo_courier_call *call, size_t size)
{
	if (size != ASK_BYTES || !state->accepts)
		return false;
	begin_session(state, call);
	state->is_report_due = 1;
	return true;
}

static void receive(void *raw, const struct octo_courier_call *call, const uint8_t *data, size_t size)
{
	struct octo_commands *state = raw;
	struct reader reader = reader_of(data, size);
	bool is_good = false;
	uint8_t kind = read_u8(&reader);
	if (kind == ASK)
		is_good = hear_question(state, call, size);
	else if (kind == REPORT)
		is_good = hear_report(state, call, &reader);
	else if (kind == COMMAND)
		is_good = hear_command(state, call, &reader);
	if (!is_good)
		note(call, OCTO_NOTE_BAD_MESSAGE, kind);
}

const struct octo_courier octo_courier_command = {
	.name = "command", .id = OCTO_COMMAND_ID, .state_size = sizeof(struct octo_commands),
	.mandate = mandate, .send = send, .receive = receive, .fate = fate
};
