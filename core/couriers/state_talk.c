/* state_talk.c: everything small and important is said again soon, what is large or less important more seldom (C:21-22). */
#include "core/couriers/state_talk.h"

#include "core/couriers/state_message.h"
#include "core/couriers/urgency.h"

enum { ATTEMPTS_MAX = 8, QUESTIONS_MAX = 20 };
static const octo_time_ns answer_spacing_ns = 20 * OCTO_MILLISECOND;
static const octo_time_ns resend_min_ns = 50 * OCTO_MILLISECOND;

void state_talk_begin(struct octo_shared_state *state, const struct octo_courier_call *call)
{
	if (state->session == call->session)
		return;
	state->session = call->session;
	state->number_next = state->sent_count = state->heard_number = 0;
	state->has_heard = state->has_echo = 0;
	state->sent_at = state->summary_at = 0;
	for (unsigned i = 0; i < OCTO_PARAMETER_COUNT; i++) {
		state->replicas[i].attempts = 0;
		state->replicas[i].first_number = 0;
	}
}

/* Until when the value is taken to be on its way. Doubles with each vain attempt, up to the idle rhythm. */
static octo_time_ns resend_wait(const struct octo_shared_state *state, const struct octo_courier_call *call, unsigned parameter)
{
	octo_time_ns wait = state->trip_ns + state->trip_ns / 2 + answer_spacing_ns;
	if (wait < resend_min_ns)
		wait = resend_min_ns;
	wait <<= OCTO_IMPORTANCE_MAX - octo_parameter_kind((enum octo_parameter)parameter)->importance;
	unsigned attempts = state->replicas[parameter].attempts;
	wait <<= attempts > 1 ? attempts - 1 : 0;
	octo_time_ns most = state->idle_ns > state->trip_ns * 2 ? state->idle_ns : state->trip_ns * 2;
	return wait > most || octo_shared_is_lost(state, call) ? most : wait;
}

static octo_time_ns value_due(const struct octo_shared_state *state, const struct octo_courier_call *call, unsigned parameter)
{
	const struct octo_replica *replica = &state->replicas[parameter];
	if (!replica->is_behind)
		return OCTO_NEVER;
	return replica->sent_at ? replica->sent_at + resend_wait(state, call, parameter) : 0;
}

/* Nothing heard of the peer though it should have spoken, or it has not heard us yet in this session. */
static bool is_asking(const struct octo_shared_state *state, const struct octo_courier_call *call)
{
	octo_time_ns silence = state->heard_at ? call->now - state->heard_at : OCTO_NEVER;
	bool is_silent = silence > state->idle_ns + state->idle_ns / 2;
	return !state->has_echo || is_silent;
}

octo_time_ns state_talk_due(const struct octo_shared_state *state, const struct octo_courier_call *call)
{
	if (state->session != call->session || state->sent_at == 0)
		return 0;
	octo_time_ns due = state->sent_at + state->idle_ns, asking_from = OCTO_NEVER;
	bool is_lost = octo_shared_is_lost(state, call);
	bool has_given_up = is_lost && (state->is_told_lost || state->sent_count >= QUESTIONS_MAX);
	if (!is_lost)
		asking_from = state->heard_at + state->idle_ns + state->idle_ns / 2 + 1;
	if (is_asking(state, call) && !has_given_up)
		asking_from = state->sent_at + state->ask_ns;
	due = asking_from < due ? asking_from : due;
	if (state->is_answer_due && state->sent_at + answer_spacing_ns < due)
		due = state->sent_at + answer_spacing_ns;
	for (unsigned i = 0; i < OCTO_PARAMETER_COUNT; i++) {
		octo_time_ns value_at = value_due(state, call, i);
		if (state->replicas[i].is_owed && state->sent_at + answer_spacing_ns < due)
			due = state->sent_at + answer_spacing_ns;
		due = value_at < due ? value_at : due;
	}
	return due;
}

/* What would be said of a parameter now. False: nothing. */
static bool item_of(const struct octo_shared_state *state, const struct octo_courier_call *call, unsigned parameter,
                    struct state_item *item)
{
	const struct octo_replica *replica = &state->replicas[parameter];
	const struct octo_holding *holding = &replica->holding;
	bool has_value = value_due(state, call, parameter) <= call->now && holding->version;
	if (!has_value && !replica->is_owed)
		return false;
	uint64_t agent = state->is_agent ? state->self : state->peer, control = state->is_agent ? state->peer : state->self;
	*item = (struct state_item){ .parameter = (uint8_t)parameter, .version = holding->version, .has_value = has_value,
		.value = holding->value };
	item->by = holding->version == 0 ? STATE_BY_NOBODY : holding->writer == agent ? STATE_BY_AGENT :
	           holding->writer == control ? STATE_BY_CONTROL : STATE_BY_OTHER;
	if (item->by == STATE_BY_OTHER)
		item->writer = holding->writer;
	if (has_value)
		item->size = (uint8_t)octo_value_size(octo_parameter_kind((enum octo_parameter)parameter)->value);
	else if (holding->version)
		item->check = octo_holding_check(holding);
	return true;
}

void octo_shared_mandate(const void *raw, const struct octo_courier_call *call, struct octo_mandate *mandate)
{
	const struct octo_shared_state *state = raw;
	mandate->priority = OCTO_PRIORITY_HIGH;
	mandate->accept_reads = mandate->want_to_send = state->self != 0;
	mandate->urgency_ms = urgency_ms(call->now, state_talk_due(state, call));
	size_t size = STATE_HEAD_BYTES;
	struct state_item item;
	for (unsigned i = 0; i < OCTO_PARAMETER_COUNT; i++)
		if (item_of(state, call, i, &item))
			size += state_item_size(&item);
	mandate->payload_size = (uint16_t)size;
}

static void write_items(struct octo_shared_state *state, const struct octo_courier_call *call, struct writer *writer)
{
	struct state_item item;
	for (unsigned importance = OCTO_IMPORTANCE_MAX; importance > 0; importance--) {
		for (unsigned i = 0; i < OCTO_PARAMETER_COUNT; i++) {
			struct octo_replica *replica = &state->replicas[i];
			if (octo_parameter_kind((enum octo_parameter)i)->importance != importance ||
			    !item_of(state, call, i, &item) || state_item_size(&item) > writer_left(writer))
				continue;
			state_item_write(writer, &item);
			replica->is_owed = 0;
			if (!item.has_value)
				continue;
			replica->sent_at = call->now;
			replica->attempts = (uint8_t)(replica->attempts < ATTEMPTS_MAX ? replica->attempts + 1 : ATTEMPTS_MAX);
		}
	}
}

static void tell_loss(struct octo_shared_state *state, const struct octo_courier_call *call)
{
	if (state->is_told_lost || state->heard_at == 0 || !octo_shared_is_lost(state, call))
		return;
	struct octo_event_note note = { .note = OCTO_NOTE_CONTACT_LOST,
		.value = (call->now - state->heard_at) / OCTO_MILLISECOND };
	state->is_told_lost = 1;
	call->report(call, &note);
}

size_t octo_shared_send(void *raw, const struct octo_courier_call *call, uint8_t *out, size_t size_max, uint64_t *handle)
{
	(void)handle; /* what was heard is in the peer's own messages */
	struct octo_shared_state *state = raw;
	struct writer writer = writer_of(out, size_max);
	if (size_max < STATE_HEAD_BYTES)
		return 0;
	state_talk_begin(state, call);
	tell_loss(state, call);
	uint64_t held_ms = state->has_heard ? (call->now - state->heard_at) / OCTO_MILLISECOND : 0;
	struct state_head head = { .asks = is_asking(state, call), .has_echo = state->has_heard,
		.tag = state_tag(state->session), .number = state->number_next, .echo = state->heard_number,
		.held_ms = (uint16_t)(held_ms < UINT16_MAX ? held_ms : UINT16_MAX), .digest = octo_shared_digest(state) };
	state_head_write(&writer, &head);
	write_items(state, call, &writer);
	state->sent_times[state->number_next % OCTO_STATE_TIMES] = state->sent_at = call->now;
	state->sent_digests[state->number_next % OCTO_STATE_TIMES] = head.digest;
	state->number_next++;
	/* An echo reaches no further back, and numbers begin again after 65,535. */
	for (unsigned i = 0; i < OCTO_PARAMETER_COUNT; i++)
		if ((uint16_t)(state->number_next - state->replicas[i].first_number) > OCTO_STATE_TIMES)
			state->replicas[i].first_number = (uint16_t)(state->number_next - OCTO_STATE_TIMES);
	state->sent_count = (uint16_t)(state->sent_count < OCTO_STATE_TIMES ? state->sent_count + 1 : OCTO_STATE_TIMES);
	state->is_answer_due = 0;
	return writer.position;
}
