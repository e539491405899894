/* flow_control.c: see the header. A loss says nothing by itself: a link that loses a third of all packets is paced at
 * what it delivers over what it lets live. What tells of congestion is a queue that grows. */
#include "core/intrinsic/flow_control.h"

#include "core/intrinsic/call.h"

enum {
	PACKET = OCTO_DATAGRAM_MAX,
	BURST_PACKETS = 2,
	RATE_MIN = 2048,                  /* bytes per second; four packets */
	GOOD_PER_SECOND = 30, BAD_PER_SECOND = 10, /* packets, where nothing else is known */
	START_PACKETS = 16,               /* in the first round trip */
	WINDOW_PACKETS = 12,              /* in flight beside twice the path's content: batches of acknowledgements */
	CRUISE_ROUNDS = 6, FULL_ROUNDS = 3, DRAIN_ROUNDS_MAX = 8,
	GAIN_STARTUP = 3000 /* of the window a round trip: bursts show early where the path ends */, GAIN_PROBE = 1250, GAIN_DRAIN = 750, GAIN_DEEP = 500, GAIN_EASED = 950,
	GAIN_PART = 16, GAINS_MANY = 3,   /* a probe has found more: a sixteenth; so many in a row: much more */
	CONGESTION_LOSS_PERMILLE = 100,   /* above chance */
	UNANSWERED = 2                    /* questions in vain: nothing is known of the path any more */
};
static const octo_time_ns queue_low_ns = 5 * OCTO_MILLISECOND;
static const octo_time_ns queue_high_ns = 25 * OCTO_MILLISECOND;
static const octo_time_ns queue_rise_ns = 2 * OCTO_MILLISECOND;
static const octo_time_ns trip_memory_ns = 10 * OCTO_SECOND;
static const octo_time_ns trip_max_ns = 10 * OCTO_SECOND;
static const octo_time_ns good_trip_ns = 250 * OCTO_MILLISECOND;
static const octo_time_ns penalty_first_ns = 4 * OCTO_SECOND, penalty_min_ns = OCTO_SECOND,
                          penalty_max_ns = 60 * OCTO_SECOND, lasting_ns = 10 * OCTO_SECOND;
/* Acknowledgements and answers do not wait. However many a peer asks for, they put couriers off for no longer than this. */
static const octo_time_ns debt_max_ns = OCTO_SECOND;

/* ---- Rates ------------------------------------------------------------------------------------------------------ */

uint32_t flow_limit(const struct peer *peer)
{
	uint32_t agreed = peer->current.agreement.rate_up, wanted = peer->flow.wanted_by_peer;
	return wanted && wanted < agreed ? wanted : agreed;
}

bool flow_is_good(const struct peer *peer)
{
	return peer->current.id && peer->flow.light.eased_at != OCTO_NEVER;
}

static uint32_t floor_per_second(const struct peer *peer)
{
	return flow_is_good(peer) ? GOOD_PER_SECOND : BAD_PER_SECOND;
}

static uint64_t path_rate(const struct peer *peer)
{
	return estimate_path_rate(&peer->flow.estimate);
}

/* With nothing measured: a few packets in a round trip, or the light's rate. */
static uint64_t first_rate(const struct peer *peer)
{
	octo_time_ns trip = peer->current.trip.smoothed_ns;
	uint64_t rate = (uint64_t)floor_per_second(peer) * PACKET;
	uint64_t spread = trip ? START_PACKETS * (uint64_t)PACKET * OCTO_SECOND / trip : 0;
	return spread > rate ? spread : rate;
}

uint32_t flow_estimate(const struct peer *peer)
{
	uint64_t rate = peer->flow.estimate.has_sample ? path_rate(peer) : 0, first = first_rate(peer);
	uint32_t limit = flow_limit(peer);
	/* How little somebody sent who had not more to say tells nothing of a path that has not shown its end. */
	if (rate < first && (rate == 0 || peer->flow.phase == FLOW_STARTUP))
		rate = first;
	return rate < limit ? (uint32_t)rate : limit;
}

static octo_time_ns time_of(uint64_t packets, uint64_t rate)
{
	return packets * PACKET * OCTO_SECOND / (rate < RATE_MIN ? RATE_MIN : rate);
}

static octo_time_ns queue_limit(octo_time_ns limit_ns, unsigned packets, const struct peer *peer)
{
	octo_time_ns quantum = time_of(packets, path_rate(peer));
	return limit_ns > quantum ? limit_ns : quantum;
}

static octo_time_ns low_queue(const struct peer *peer)
{
	return queue_limit(queue_low_ns, 2, peer);
}

/* In startup: what the path was seen to carry when there was something to carry; 0: that was not yet. */
static uint32_t seen_rate(const struct flow *flow)
{
	uint32_t stretch = estimate_stretch(&flow->estimate);
	return stretch > flow->full_rate ? stretch : flow->full_rate;
}

/* In startup a short one. What couriers sent that had little to say tells of no limit, nor how long a packet takes. */
static octo_time_ns startup_queue(const struct peer *peer)
{
	uint32_t rate = seen_rate(&peer->flow);
	octo_time_ns two = rate ? time_of(2, rate) : 0;
	return two > queue_low_ns ? two : queue_low_ns;
}

/* In startup: what is on its way already will make it longer by as much as the path holds. */
static octo_time_ns early_queue(const struct peer *peer)
{
	bool is_seen = seen_rate(&peer->flow) > 0;
	octo_time_ns eighth = peer->flow.estimate.trip_min_ns / 8, twice = 2 * (is_seen ? startup_queue(peer) : low_queue(peer));
	return eighth > twice ? eighth : twice;
}

static octo_time_ns high_queue(const struct peer *peer)
{
	octo_time_ns quarter = peer->flow.estimate.trip_min_ns / 4;
	return queue_limit(quarter > queue_high_ns ? quarter : queue_high_ns, 3, peer);
}

static unsigned gain_of(const struct flow *flow)
{
	switch ((enum flow_phase)flow->phase) {
	case FLOW_PROBE: return GAIN_PROBE;
	case FLOW_DRAIN: return flow->is_deep ? GAIN_DEEP : GAIN_DRAIN;
	case FLOW_STARTUP: case FLOW_CRUISE: break;
	}
	return flow->is_path_easy ? 1000 : GAIN_EASED;
}

/* Whether the agreement, and not the path, is what limits us: then there is nothing to probe for. */
static bool is_held_by_limit(const struct peer *peer)
{
	return peer->flow.is_path_easy && path_rate(peer) >= flow_limit(peer) - flow_limit(peer) / 8;
}

static void report_rate(struct call *call, struct peer *peer, const struct estimate_round *round)
{
	struct flow *flow = &peer->flow;
	uint32_t rate = flow_estimate(peer);
	bool is_news = (uint64_t)rate * 4 >= (uint64_t)flow->told_rate * 5 || (uint64_t)rate * 5 <= (uint64_t)flow->told_rate * 4;
	if (!is_news)
		return;
	struct octo_event event = { .rate = { .before = flow->told_rate, .rate = rate, .trip_ns = peer->current.trip.smoothed_ns,
		.queue_ns = round->queue_ns, .loss_permille = estimate_chance_permille(&flow->estimate),
		.session = peer->current.log_id } };
	flow->told_rate = rate;
	call_emit(call, &event, OCTO_EVENT_RATE, call_peer_index(call, peer));
}

/* `send_at` at another pace. What may be sent at once stays as many bytes, and so does what was sent too early: as mere
 * time either would be worth more, or less. */
static octo_time_ns at_pace(octo_time_ns now, octo_time_ns send_at, uint32_t before, uint32_t after)
{
	octo_time_ns most = time_of(BURST_PACKETS, before);
	if (send_at > now)
		return now + (send_at - now) * before / after;
	octo_time_ns credit = now - send_at < most ? now - send_at : most;
	return now - credit * before / after;
}

static void set_rate(const struct call *call, struct peer *peer)
{
	struct flow *flow = &peer->flow;
	uint64_t limit = flow_limit(peer), rate = first_rate(peer);
	octo_time_ns trip = peer->current.trip.smoothed_ns;
	if (flow->phase == FLOW_STARTUP && trip) {
		uint64_t pace = flow->window * OCTO_SECOND / trip * GAIN_STARTUP / 1000;
		rate = pace > rate ? pace : rate;
	} else if (flow->phase == FLOW_CRUISE && is_held_by_limit(peer)) {
		rate = limit;
	} else if (flow->estimate.has_sample) {
		rate = path_rate(peer) * gain_of(flow) / 1000;
	}
	if (rate < RATE_MIN)
		rate = RATE_MIN;
	if (rate > limit)
		rate = limit;
	flow->send_at = at_pace(call->now, flow->send_at, flow->rate, (uint32_t)rate);
	flow->rate = (uint32_t)rate;
}

void flow_begin(struct call *call, struct peer *peer)
{
	struct flow *flow = &peer->flow;
	uint32_t wanted = flow->wanted;
	memset(flow, 0, sizeof *flow);
	flow->wanted = wanted;
	flow->is_wanted_due = wanted != 0;
	flow->is_path_easy = true;
	flow->send_at = call->now;
	flow->window = START_PACKETS * PACKET;
	flow->light.changed_at = call->now;
	flow->light.eased_at = OCTO_NEVER;
	flow->light.penalty_ns = penalty_first_ns;
	flow->light.fine_since = OCTO_NEVER;
	flow->estimate.trip_min_at = call->now;
	set_rate(call, peer);
	flow->told_rate = flow->rate;
}

void flow_moved(struct call *call, struct peer *peer)
{
	struct flow *flow = &peer->flow;
	uint32_t wanted_by_peer = flow->wanted_by_peer;
	bool is_wanted_due = flow->is_wanted_due;
	octo_time_ns send_at = flow->send_at;
	uint32_t rate = flow->rate;
	memset(&peer->current.trip, 0, sizeof peer->current.trip);
	flow_begin(call, peer);
	if (send_at > call->now) /* the address is another, but not what was agreed */
		flow->send_at = at_pace(call->now, send_at, rate, flow->rate);
	flow->is_wanted_due = is_wanted_due;
	flow->path_from = peer->current.number_next;
	flow_obey(call, peer, wanted_by_peer);
}

void flow_obey(const struct call *call, struct peer *peer, uint32_t rate)
{
	peer->flow.wanted_by_peer = rate;
	set_rate(call, peer);
}

void flow_wish(struct peer *peer, uint32_t rate)
{
	uint32_t wanted = rate ? rate : UINT32_MAX;
	peer->flow.is_wanted_due = peer->flow.wanted != wanted && (rate || peer->flow.wanted);
	if (peer->flow.is_wanted_due)
		peer->flow.wanted = wanted;
}

bool flow_has_wish(const struct call *call, const struct peer *peer)
{
	return peer->flow.is_wanted_due && sent_has_room(call, peer, peer->current.number_next);
}

/* ---- The light --------------------------------------------------------------------------------------------------- */

static void switch_light(struct call *call, struct peer *peer, bool is_good)
{
	struct flow_light *light = &peer->flow.light;
	octo_time_ns lasted = call->now - light->changed_at;
	if (!is_good && lasted < lasting_ns)
		light->penalty_ns = light->penalty_ns * 2 < penalty_max_ns ? light->penalty_ns * 2 : penalty_max_ns;
	light->changed_at = call->now;
	light->eased_at = is_good ? call->now : OCTO_NEVER;
	light->fine_since = OCTO_NEVER;
	struct octo_event event = { .light = { .is_good = is_good, .trip_ns = peer->current.trip.smoothed_ns,
		.session = peer->current.log_id } };
	call_emit(call, &event, OCTO_EVENT_LIGHT, call_peer_index(call, peer));
}

static void judge_light(struct call *call, struct peer *peer)
{
	struct flow_light *light = &peer->flow.light;
	bool is_fine = peer->current.trip.smoothed_ns <= good_trip_ns && peer->loss.asks < UNANSWERED;
	if (flow_is_good(peer) && !is_fine) {
		switch_light(call, peer, false);
	} else if (flow_is_good(peer)) {
		for (; call->now - light->eased_at >= lasting_ns && light->penalty_ns > penalty_min_ns; light->eased_at += lasting_ns)
			light->penalty_ns = light->penalty_ns / 2 > penalty_min_ns ? light->penalty_ns / 2 : penalty_min_ns;
	} else if (!is_fine) {
		light->fine_since = OCTO_NEVER;
	} else if (light->fine_since == OCTO_NEVER) {
		light->fine_since = call->now;
	} else if (call->now - light->fine_since >= light->penalty_ns) {
		switch_light(call, peer, true);
	}
}

/* ---- Sending ------------------------------------------------------------------------------------------------------- */

/* What a path holds at a rate, when no queue stands in it. */
static uint64_t content(const struct peer *peer, uint64_t rate)
{
	return rate * (peer->flow.estimate.trip_min_ns / OCTO_MICROSECOND) / 1000000;
}

static uint64_t window_bytes(const struct peer *peer)
{
	bool is_startup = peer->flow.phase == FLOW_STARTUP;
	return (is_startup ? peer->flow.window : 2 * content(peer, path_rate(peer))) + WINDOW_PACKETS * (uint64_t)PACKET;
}

static void say_out_of_room(struct call *call, struct peer *peer)
{
	struct octo_event event = { .pool = { .pool = OCTO_POOL_SENT, .session = peer->current.log_id } };
	peer->flow.is_out_of_room = true;
	call_emit(call, &event, OCTO_EVENT_POOL_EMPTY, call_peer_index(call, peer));
}

octo_time_ns flow_next(struct call *call, struct peer *peer)
{
	struct flow *flow = &peer->flow;
	if (!sent_has_room(call, peer, peer->current.number_next)) {
		flow->held_by = OCTO_WAIT_NO_RECORD;
		if (!flow->is_out_of_room)
			say_out_of_room(call, peer);
		sent_want_room(call, peer);
		return call_after(call, SENT_RETRY_NS);
	}
	flow->is_out_of_room = false;
	bool is_full = peer->sent.out_bytes >= window_bytes(peer);
	bool is_blind = peer->loss.asks >= UNANSWERED;
	flow->is_held_by_window = flow->is_held_by_window || is_full;
	flow->held_by = is_full ? OCTO_WAIT_WINDOW : OCTO_WAIT_PACE;
	if (is_full && peer->loss.asks == 0)
		return OCTO_NEVER;
	octo_time_ns at = flow->send_at;
	if (is_full || is_blind) { /* no acknowledgements to go by: the light's rate, so that nothing stalls */
		octo_time_ns floor_at = peer->loss.sent_at + OCTO_SECOND / floor_per_second(peer);
		if (floor_at > at)
			at = floor_at;
	}
	return at;
}

void flow_sent(struct call *call, struct peer *peer, size_t bytes)
{
	struct flow *flow = &peer->flow;
	octo_time_ns burst = time_of(BURST_PACKETS, flow->rate);
	octo_time_ns earliest = call->now > burst ? call->now - burst : 0;
	if (flow->send_at < earliest)
		flow->send_at = earliest;
	flow->send_at += bytes * OCTO_SECOND / flow->rate;
	flow->is_held_by_window = false;
	if (flow->send_at > call->now + debt_max_ns)
		flow->send_at = call->now + debt_max_ns;
}

void flow_starved(struct peer *peer, bool was_idle)
{
	peer->flow.estimate.is_starved = peer->flow.estimate.is_starved || !peer->flow.is_held_by_window;
	if (was_idle)
		estimate_forget_stretch(&peer->flow.estimate);
}

uint8_t flow_record_flags(const struct peer *peer)
{
	const struct flow *flow = &peer->flow;
	/* What is lost while a long queue stands is lost to the queue, however slowly it was sent. */
	bool is_draining = flow->phase == FLOW_DRAIN && flow->queue_before_ns <= high_queue(peer);
	bool is_below = is_draining || (flow->is_path_easy && flow->estimate.is_starved) ||
	                (flow->phase == FLOW_CRUISE && is_held_by_limit(peer));
	return is_below ? SENT_BELOW : 0;
}

/* ---- Learning ------------------------------------------------------------------------------------------------------ */

static void enter(struct flow *flow, enum flow_phase phase)
{
	flow->phase = (uint8_t)phase;
	flow->phase_rounds = 0;
	flow->is_deep = flow->is_after_probe = false;
}

/* What a path carries that has shown its end: not what arrived in the rounds before. */
static void end_startup(struct flow *flow)
{
	uint32_t best = estimate_rate(&flow->estimate), stretch = estimate_stretch(&flow->estimate);
	estimate_set(&flow->estimate, stretch > best ? stretch : best);
	estimate_restart(&flow->estimate);
	enter(flow, FLOW_DRAIN);
}

static void run_startup(struct flow *flow, const struct estimate_round *round)
{
	if (round->is_starved)
		return;
	if (round->rate >= flow->full_rate + flow->full_rate / 4) {
		flow->full_rate = round->rate;
		flow->full_rounds = 0;
	} else if (++flow->full_rounds >= FULL_ROUNDS) {
		end_startup(flow);
	}
}

/* For what has arrived, as much more may be on its way, if all that may be is: so it doubles each round trip. Where not even
 * bursts at thrice that pace wait anywhere, it is four times as much; where what arrives has waited as
 * long as ends startup, the path is full. */
static void grow(struct peer *peer, const struct flow_arrival *arrival)
{
	struct flow *flow = &peer->flow;
	uint32_t rate = seen_rate(flow);
	uint64_t flying = peer->sent.out_bytes + arrival->bytes;
	/* While nothing is measured, what arrives is all there is to go by. */
	uint64_t most = rate ? START_PACKETS * (uint64_t)PACKET + 3 * content(peer, rate) : UINT32_MAX;
	octo_time_ns latest = flow->estimate.trip_latest_ns, shortest = flow->estimate.trip_min_ns;
	octo_time_ns waited = latest > shortest ? latest - shortest : 0;
	unsigned part = waited <= startup_queue(peer) / 4 ? 3 : waited <= early_queue(peer) ? 1 : 0;
	uint64_t window = flow->window + part * arrival->bytes;
	if (flying < flow->window / 2 || window > most || window > UINT32_MAX)
		return;
	flow->window = (uint32_t)window;
}

/* Again, from what the path is known to hold: it has become much wider. */
static void begin_startup(struct peer *peer)
{
	struct flow *flow = &peer->flow;
	uint64_t held = content(peer, path_rate(peer));
	enter(flow, FLOW_STARTUP);
	flow->window = (uint32_t)(held < UINT32_MAX ? held : UINT32_MAX);
	flow->full_rate = estimate_rate(&flow->estimate);
	flow->full_rounds = flow->gains = 0;
}

static void run_drain(struct peer *peer, octo_time_ns now, const struct estimate_round *round)
{
	struct flow *flow = &peer->flow;
	if (round->queue_ns > low_queue(peer) && flow->phase_rounds < DRAIN_ROUNDS_MAX)
		return;
	uint32_t rate = estimate_rate(&flow->estimate);
	bool has_more = flow->is_after_probe && flow->phase_rounds == 1 && round->queue_ns <= low_queue(peer) &&
	                rate > flow->probed_rate + flow->probed_rate / GAIN_PART;
	if (flow->phase_rounds >= DRAIN_ROUNDS_MAX || (flow->is_deep && flow->phase_rounds >= 2)) {
		/* It does not get shorter than this: the path itself has changed. */
		flow->estimate.trip_min_ns += round->queue_ns;
		flow->estimate.trip_min_at = now;
	} else if (flow->is_deep) {
		return;
	}
	flow->gains = (uint8_t)(has_more ? flow->gains + (flow->gains < GAINS_MANY) : 0);
	flow->probed_rate = rate;
	if (flow->gains >= GAINS_MANY && content(peer, path_rate(peer)) > START_PACKETS * PACKET)
		begin_startup(peer);
	else
		enter(flow, has_more ? FLOW_PROBE : FLOW_CRUISE);
}

/* Whether many losses, none of which our own probing made, are over: then more may get through at once. */
static bool note_loss(struct flow *flow, const struct estimate_round *round)
{
	uint32_t much = estimate_chance_permille(&flow->estimate) + CONGESTION_LOSS_PERMILLE;
	bool is_over = flow->cruise_loss > much && 4 * round->loss_permille < flow->cruise_loss;
	if (is_over)
		flow->cruise_loss = 0;
	else if (flow->phase == FLOW_CRUISE)
		flow->cruise_loss = (uint16_t)((3u * flow->cruise_loss + round->loss_permille) / 4);
	return is_over;
}

/* A queue stands, so what arrives is what the path carries; unless hardly anything was sent, and the queue is not ours:
 * then it is no less than what one would begin with. */
static uint32_t carried(const struct peer *peer, const struct estimate_round *round)
{
	uint64_t first = first_rate(peer), before = estimate_rate(&peer->flow.estimate);
	uint64_t least = !round->is_starved ? 0 : first < before ? first : before;
	return round->rate > least ? round->rate : (uint32_t)least;
}

static void run_phase(struct peer *peer, octo_time_ns now, const struct estimate_round *round)
{
	struct flow *flow = &peer->flow;
	bool is_rising = round->queue_ns > flow->queue_before_ns + queue_rise_ns && round->queue_ns > low_queue(peer);
	bool is_congested = round->queue_ns > high_queue(peer) ||
	                    (is_rising && round->loss_permille > estimate_chance_permille(&flow->estimate) + CONGESTION_LOSS_PERMILLE);
	bool is_fine_again = note_loss(flow, round);
	if (flow->phase_rounds < UINT8_MAX)
		flow->phase_rounds++;
	if (is_congested && (flow->phase != FLOW_DRAIN || is_rising)) { /* draining helps, or the path has become slower */
		estimate_set(&flow->estimate, carried(peer, round));
		enter(flow, FLOW_DRAIN);
		return;
	}
	if (is_fine_again && flow->is_path_easy && !is_held_by_limit(peer) && !round->is_starved) {
		begin_startup(peer);
		return;
	}
	switch ((enum flow_phase)flow->phase) {
	case FLOW_STARTUP:
		run_startup(flow, round);
		break;
	case FLOW_DRAIN:
		run_drain(peer, now, round);
		break;
	case FLOW_CRUISE:
		if (now - flow->estimate.trip_min_at > trip_memory_ns && !is_held_by_limit(peer)) {
			enter(flow, FLOW_DRAIN);
			flow->is_deep = true;
		} else if (flow->phase_rounds >= CRUISE_ROUNDS && flow->is_path_easy && !is_held_by_limit(peer) &&
		           !round->is_starved) {
			flow->probed_rate = estimate_rate(&flow->estimate);
			enter(flow, FLOW_PROBE);
		}
		break;
	case FLOW_PROBE:
		enter(flow, FLOW_DRAIN);
		flow->is_after_probe = true;
		break;
	}
}

void flow_take_trip(struct call *call, struct peer *peer, const struct flow_arrival *arrival)
{
	octo_time_ns trip = arrival->trip_ns;
	if (trip == 0 || trip > trip_max_ns || arrival->number < peer->flow.path_from)
		return;
	octo_time_ns delay = arrival->delay_ns < LOSS_ACK_DELAY_NS ? arrival->delay_ns : LOSS_ACK_DELAY_NS;
	octo_time_ns fair = trip > delay ? trip - delay : 1;
	round_trip_sample(&peer->current.trip, fair);
	estimate_trip(&peer->flow.estimate, call->now, fair);
}

void flow_arrived(struct call *call, struct peer *peer, const struct flow_arrival *arrival)
{
	struct flow *flow = &peer->flow;
	struct estimate_round round;
	if (arrival->number < flow->path_from)
		return;
	bool is_round = estimate_arrived(&flow->estimate, call->now, arrival, peer->current.number_next, &round);
	if (flow->phase == FLOW_STARTUP) {
		grow(peer, arrival);
		bool has_rate = seen_rate(flow) || estimate_rate(&flow->estimate);
		/* To wait for the end of the round would be too late. */
		bool is_over = has_rate && estimate_has_queue(&flow->estimate, early_queue(peer));
		if (is_over)
			end_startup(flow);
		set_rate(call, peer);
		if (is_over)
			return;
	}
	/* What is on its way fits into the path: the queue is gone, though a round trip has to pass until that is seen. */
	bool is_drained = flow->phase == FLOW_DRAIN && !flow->is_deep && !flow->is_after_probe &&
	                  peer->sent.out_bytes <= content(peer, path_rate(peer)) + WINDOW_PACKETS / 2 * PACKET;
	if (is_drained) {
		enter(flow, FLOW_CRUISE);
		set_rate(call, peer);
	}
	if (!is_round)
		return;
	flow->is_path_easy = round.queue_ns <= low_queue(peer);
	run_phase(peer, call->now, &round);
	flow->queue_before_ns = round.queue_ns;
	set_rate(call, peer);
	judge_light(call, peer);
	report_rate(call, peer, &round);
}

void flow_lost(struct peer *peer, const struct sent_record *record)
{
	estimate_lost(&peer->flow.estimate, record->flags & SENT_BELOW);
	if (record->flags & SENT_MAX_RATE)
		peer->flow.is_wanted_due = true; /* the present wish, whichever that one told of */
}

void flow_was_late(struct peer *peer, const struct sent_record *record)
{
	estimate_was_late(&peer->flow.estimate, record->flags & SENT_BELOW);
}

void flow_unanswered(struct call *call, struct peer *peer)
{
	judge_light(call, peer);
}

octo_time_ns flow_latest_trip(const struct peer *peer)
{
	return peer->flow.estimate.trip_latest_ns;
}
