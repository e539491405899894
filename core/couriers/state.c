/* state.c: what is held, whose writing counts, and what follows from what the peer says it holds. Times are compared
 * only with times of our own: a message tells which of ours the peer had heard, and so how old it is at most.
 * When to speak is in state_talk.c. */
#include "core/couriers/state.h"

#include "core/couriers/state_message.h"
#include "core/couriers/state_talk.h"

enum { TRIP_PART = 8 };

_Static_assert(sizeof(struct octo_holding) == 16 + OCTO_VALUE_BYTES_MAX, "no padding");
_Static_assert(sizeof(struct octo_replica) == sizeof(struct octo_holding) + 24, "no padding");
_Static_assert(sizeof(struct octo_shared_state) == 11 * 8 + 16 * OCTO_STATE_TIMES + 40 + OCTO_PARAMETER_COUNT *
               sizeof(struct octo_replica), "no padding");

void octo_shared_begin(struct octo_shared_state *state, bool is_agent, const uint8_t self[OCTO_ID_BYTES],
                      const uint8_t peer[OCTO_ID_BYTES])
{
	if (state->self == 0) {
		state->idle_ns = OCTO_STATE_IDLE_NS;
		state->ask_ns = OCTO_STATE_ASK_NS;
		state->loss_ns = OCTO_STATE_LOSS_NS;
		state->window_ns = OCTO_STATE_WINDOW_NS;
	}
	state->is_agent = is_agent;
	state->self = octo_writer_of(self);
	state->peer = octo_writer_of(peer);
}

static uint64_t agent_of(const struct octo_shared_state *state)
{
	return state->is_agent ? state->self : state->peer;
}

/* What is held here has changed, and the peer does not know. */
static void has_news(const struct octo_shared_state *state, struct octo_replica *replica)
{
	replica->first_number = state->number_next;
	replica->confirmed_at = replica->sent_at = 0;
	replica->is_behind = 1;
	replica->attempts = 0;
}

bool octo_shared_set(struct octo_shared_state *state, enum octo_parameter parameter, const uint8_t *value, size_t size)
{
	OCTO_ASSERT((unsigned)parameter < OCTO_PARAMETER_COUNT);
	struct octo_replica *replica = &state->replicas[parameter];
	if (!octo_parameter_may_write(parameter, state->self, agent_of(state)) ||
	    !octo_parameter_is_valid(parameter, value, size) || replica->holding.version == OCTO_VERSION_MAX)
		return false;
	if (replica->holding.version && memcmp(replica->holding.value, value, size) == 0)
		return true;
	memcpy(replica->holding.value, value, size);
	replica->holding.version++;
	replica->holding.writer = state->self;
	has_news(state, replica);
	return true;
}

bool octo_shared_merge(struct octo_shared_state *state, const struct octo_holding holdings[OCTO_PARAMETER_COUNT])
{
	bool is_changed = false;
	for (unsigned i = 0; i < OCTO_PARAMETER_COUNT; i++) {
		if (octo_holding_compare(&holdings[i], &state->replicas[i].holding) <= 0)
			continue;
		state->replicas[i].holding = holdings[i];
		has_news(state, &state->replicas[i]);
		is_changed = true;
	}
	return is_changed;
}

uint64_t octo_shared_digest(const struct octo_shared_state *state)
{
	struct octo_holding holdings[OCTO_PARAMETER_COUNT];
	for (unsigned i = 0; i < OCTO_PARAMETER_COUNT; i++)
		holdings[i] = state->replicas[i].holding;
	return octo_holdings_digest(holdings);
}

/* ---- Questions --------------------------------------------------------------------------------------------------- */

bool octo_shared_is_lost(const struct octo_shared_state *state, const struct octo_courier_call *call)
{
	return call->session == 0 || state->heard_at == 0 || call->now - state->heard_at > state->loss_ns;
}

void octo_shared_view(const struct octo_shared_state *state, const struct octo_courier_call *call, enum octo_parameter parameter,
                     struct octo_parameter_view *view)
{
	OCTO_ASSERT((unsigned)parameter < OCTO_PARAMETER_COUNT);
	const struct octo_replica *replica = &state->replicas[parameter];
	memset(view, 0, sizeof *view);
	memcpy(view->held, replica->holding.value, sizeof view->held);
	memcpy(view->value, replica->holding.value, sizeof view->value);
	view->version = replica->holding.version;
	view->is_ours = replica->holding.version != 0 && replica->holding.writer == state->self;
	view->age_ns = replica->confirmed_at ? call->now - replica->confirmed_at : OCTO_NEVER;
	bool is_lost = octo_shared_is_lost(state, call);
	view->is_verified = !is_lost && view->age_ns <= state->window_ns + OCTO_STATE_WINDOW_TRIPS * state->trip_ns;
	/* An agent knows what it wrote itself; a control cannot know whether its own wish still counts. */
	view->is_failsafe = view->version == 0 || (is_lost && !(state->is_agent && view->is_ours));
	if (view->is_failsafe)
		octo_parameter_expected(parameter, view->held, view->value);
}

/* ---- What the peer says -------------------------------------------------------------------------------------------- */

static uint64_t item_writer(const struct octo_shared_state *state, const struct state_item *item)
{
	if (item->by == STATE_BY_OTHER)
		return item->writer;
	if (item->by == STATE_BY_NOBODY)
		return 0;
	return (item->by == STATE_BY_AGENT) == (state->is_agent != 0) ? state->self : state->peer;
}

static void confirm(struct octo_replica *replica, uint64_t basis)
{
	if (basis > replica->confirmed_at)
		replica->confirmed_at = basis;
	replica->is_behind = 0;
	replica->attempts = 0;
}

/* Our own writing goes on top of one that we could not know of. */
static void write_over(struct octo_shared_state *state, struct octo_replica *replica, uint64_t version)
{
	if (version >= OCTO_VERSION_MAX)
		return;
	replica->holding.version = version + 1;
	replica->holding.writer = state->self;
	has_news(state, replica);
	state->changes++;
}

/* Only an agent writes what is the agent's: a higher version is from before it started. And what anybody wrote before it
 * heard anything of the peer is newer than what the peer remembers. */
static bool goes_on_top(const struct octo_shared_state *state, const struct octo_replica *replica, enum octo_parameter parameter)
{
	if (replica->holding.version == 0 || replica->holding.writer != state->self)
		return false;
	return !replica->has_heard || (state->is_agent && octo_parameter_kind(parameter)->owner == OCTO_OWNER_AGENT);
}

static void hear_hold(struct octo_shared_state *state, struct octo_replica *replica, const struct state_item *item,
                      uint64_t basis)
{
	int order = octo_holding_compare_stamp(&replica->holding, item->version, item_writer(state, item));
	bool is_same = order == 0 && (item->version == 0 || item->check == octo_holding_check(&replica->holding));
	if (is_same)
		confirm(replica, basis);
	else if (order <= 0 && goes_on_top(state, replica, (enum octo_parameter)item->parameter))
		write_over(state, replica, item->version);
	else if (order >= 0)
		replica->is_behind = 1;   /* of two writings with one stamp, the values decide */
	else
		replica->is_owed = 1;     /* it will see that we lack it */
	replica->has_heard = 1;
}

static void hear_value(struct octo_shared_state *state, const struct octo_courier_call *call, struct octo_replica *replica,
                       const struct state_item *item, uint64_t basis)
{
	struct octo_holding theirs = { .version = item->version, .writer = item_writer(state, item) };
	memcpy(theirs.value, item->value, item->size);
	int order = octo_holding_compare(&replica->holding, &theirs);
	enum octo_parameter parameter = (enum octo_parameter)item->parameter;
	bool is_agents = state->is_agent && octo_parameter_kind(parameter)->owner == OCTO_OWNER_AGENT;
	replica->is_owed = 1;
	if (order == 0) {
		confirm(replica, basis);
	} else if (order < 0 && goes_on_top(state, replica, parameter)) {
		write_over(state, replica, item->version);
	} else if (order < 0 && !is_agents) { /* nobody tells an agent where it is */
		replica->holding = theirs;
		has_news(state, replica);
		confirm(replica, basis);
		state->changes++;
		struct octo_event_note note = { .note = OCTO_NOTE_PARAMETER_CHANGED, .subject = item->parameter,
			.value = item->version };
		call->report(call, &note);
	} else if (order > 0) {
		replica->is_behind = 1;
	}
	replica->has_heard = 1;
}

/* Whether it may be written so, by whom it says. */
static bool is_permitted(const struct octo_shared_state *state, const struct state_item *item)
{
	if (item->parameter >= OCTO_PARAMETER_COUNT)
		return false;
	enum octo_parameter parameter = (enum octo_parameter)item->parameter;
	return octo_version_is_believable(item->version, state->replicas[parameter].holding.version) &&
	       (item->by == STATE_BY_NOBODY || octo_parameter_may_write(parameter, item_writer(state, item), agent_of(state))) &&
	       (!item->has_value || octo_parameter_is_valid(parameter, item->value, item->size));
}

static void hear_items(struct octo_shared_state *state, const struct octo_courier_call *call, struct reader *reader,
                       uint64_t basis)
{
	struct state_item item;
	while (state_item_read(reader, &item)) {
		if (!is_permitted(state, &item)) {
			struct octo_event_note note = { .note = OCTO_NOTE_PARAMETER_REFUSED, .subject = item.parameter,
				.value = item.version };
			state->refused++;
			call->report(call, &note);
			continue;
		}
		struct octo_replica *replica = &state->replicas[item.parameter];
		if (item.has_value)
			hear_value(state, call, replica, &item, basis);
		else
			hear_hold(state, replica, &item, basis);
	}
}

/* The peer holds just what we held when we sent the message that it had heard last. So it does of all that has not changed
 * since; without this nothing would be certain any more while something changes more often than a round trip. */
static bool confirm_earlier(struct octo_shared_state *state, const struct state_head *head, uint64_t basis)
{
	if (!basis || head->digest != state->sent_digests[head->echo % OCTO_STATE_TIMES])
		return false;
	for (unsigned i = 0; i < OCTO_PARAMETER_COUNT; i++) {
		struct octo_replica *replica = &state->replicas[i];
		if ((uint16_t)(head->echo - replica->first_number) >= OCTO_STATE_TIMES)
			continue;
		confirm(replica, basis);
		replica->has_heard = 1;
	}
	return true;
}

/* Equal: all that is held is confirmed at once. Not equal, and not known why: each tells what it holds. */
static void hear_digest(struct octo_shared_state *state, const struct octo_courier_call *call, const struct state_head *head,
                        uint64_t basis)
{
	bool is_same = head->digest == octo_shared_digest(state), is_explained = false;
	if (!is_same && confirm_earlier(state, head, basis))
		return;
	for (unsigned i = 0; i < OCTO_PARAMETER_COUNT; i++) {
		struct octo_replica *replica = &state->replicas[i];
		is_explained = is_explained || replica->is_behind || replica->is_owed;
		if (!is_same)
			continue;
		confirm(replica, basis);
		replica->has_heard = 1;
		state->is_answer_due = state->is_answer_due || replica->is_owed; /* our digest will say it */
		replica->is_owed = 0;
	}
	uint64_t wait = is_explained ? 2 * state->idle_ns : state->ask_ns;
	if (is_same || (state->summary_at && call->now - state->summary_at < wait))
		return;
	state->summary_at = call->now;
	for (unsigned i = 0; i < OCTO_PARAMETER_COUNT; i++)
		state->replicas[i].is_owed = 1;
}

/* When the message of ours was sent that the peer had heard last: what it says is no older. 0: not known. */
static uint64_t basis_of(const struct octo_shared_state *state, const struct state_head *head)
{
	uint16_t back = (uint16_t)(state->number_next - head->echo);
	if (!head->has_echo || head->tag != state_tag(state->session) || back == 0 || back > state->sent_count)
		return 0;
	return state->sent_times[head->echo % OCTO_STATE_TIMES];
}

static void measure(struct octo_shared_state *state, const struct octo_courier_call *call, const struct state_head *head,
                    uint64_t basis)
{
	uint64_t since = call->now - basis, held = head->held_ms * OCTO_MILLISECOND;
	uint64_t sample = since > held ? since - held : 0;
	if (head->held_ms == UINT16_MAX)
		return;
	state->trip_ns = state->trip_ns ? state->trip_ns - state->trip_ns / TRIP_PART + sample / TRIP_PART : sample;
}

static void hear_head(struct octo_shared_state *state, const struct octo_courier_call *call, const struct state_head *head,
                      uint64_t basis)
{
	if (basis) {
		measure(state, call, head, basis);
		state->has_echo = 1;
	}
	if (state->is_told_lost || state->heard_at == 0) {
		struct octo_event_note note = { .note = OCTO_NOTE_CONTACT_MADE };
		call->report(call, &note);
	}
	state->is_told_lost = 0;
	state->has_heard = 1;
	state->heard_number = head->number;
	state->heard_at = call->now;
	state->is_answer_due = state->is_answer_due || head->asks;
}

void octo_shared_receive(void *raw, const struct octo_courier_call *call, const uint8_t *data, size_t size)
{
	struct octo_shared_state *state = raw;
	if (!state_message_is_whole(data, size)) {
		struct octo_event_note note = { .note = OCTO_NOTE_BAD_MESSAGE, .subject = size ? data[0] : 0 };
		call->report(call, &note);
		return;
	}
	struct reader reader = reader_of(data, size);
	struct state_head head;
	state_talk_begin(state, call);
	if (!state_head_read(&reader, &head))
		return;
	bool is_newest = head.tag == state_tag(state->session) &&
	                 (!state->has_heard || state_number_is_newer(head.number, state->heard_number));
	uint64_t basis = basis_of(state, &head);
	if (is_newest)
		hear_head(state, call, &head, basis);
	hear_items(state, call, &reader, basis);
	if (is_newest)
		hear_digest(state, call, &head, basis);
}
