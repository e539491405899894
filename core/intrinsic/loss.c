/* loss.c: see the header. The thresholds of RFC 9002 to start with: three packets, 9/8 of a round trip. */
#include "core/intrinsic/loss.h"

#include "core/intrinsic/flow_control.h"
#include "core/intrinsic/session.h"

enum { DISTANCE_MIN = 3, DISTANCE_MAX = 64, DECAY_TRIPS = 16, BACKOFF_MAX = 16, KEEP_TRIPS = 2, SCARCE_PART = 4 };
static const octo_time_ns patience_max_ns = OCTO_SECOND;
static const octo_time_ns ask_wait_max_ns = 10 * OCTO_SECOND;
static const octo_time_ns ask_spacing_ns = 100 * OCTO_MILLISECOND;
static const octo_time_ns granularity_ns = OCTO_MILLISECOND;

void loss_begin(struct loss *loss)
{
	memset(loss, 0, sizeof *loss);
	loss->lost_at = loss->ask_at = loss->tidy_at = OCTO_NEVER;
	loss->distance = DISTANCE_MIN;
}

octo_time_ns loss_ask_wait(const struct peer *peer)
{
	octo_time_ns wait = round_trip_timeout(&peer->current.trip) + LOSS_ACK_DELAY_NS;
	for (uint16_t i = 0; i < peer->loss.asks && wait < ask_wait_max_ns; i++)
		wait += wait / 2;
	return wait < ask_wait_max_ns ? wait : ask_wait_max_ns;
}

static void plan_asking(struct call *call, struct peer *peer, octo_time_ns since)
{
	octo_time_ns wait = loss_ask_wait(peer);
	octo_time_ns at = since < OCTO_NEVER - wait ? since + wait : OCTO_NEVER - 1;
	if (peer->loss.asked_at && at < peer->loss.asked_at + ask_spacing_ns)
		at = peer->loss.asked_at + ask_spacing_ns;
	peer->loss.ask_at = peer->sent.out_packets == 0 ? OCTO_NEVER : at > call->now ? at : call_after(call, 1);
}

void loss_sent(struct call *call, struct peer *peer)
{
	peer->loss.sent_at = call->now;
	if (peer->loss.asks == 0 || peer->loss.ask_at == OCTO_NEVER) /* what is sent meanwhile puts no second question off */
		plan_asking(call, peer, call->now);
}

void loss_progress(struct call *call, struct peer *peer)
{
	peer->loss.asks = 0;
	plan_asking(call, peer, call->now);
}

static octo_time_ns round_trip_of(const struct peer *peer)
{
	octo_time_ns trip = peer->current.trip.smoothed_ns, latest = flow_latest_trip(peer);
	return trip > latest ? trip : latest;
}

/* How long after its sending a packet is lost, once a later one was acknowledged. */
static octo_time_ns time_threshold(const struct peer *peer)
{
	octo_time_ns trip = round_trip_of(peer);
	octo_time_ns threshold = trip ? trip + trip / 8 : round_trip_timeout(&peer->current.trip);
	if (threshold < granularity_ns)
		threshold = granularity_ns;
	return threshold + peer->loss.patience_ns;
}

static void report(struct call *call, const struct peer *peer, uint32_t packets, uint32_t bytes, uint64_t number)
{
	struct octo_event event = { .loss = { .packets = packets, .bytes = bytes, .number = number,
		.distance = peer->loss.distance, .session = peer->current.log_id } };
	call_emit(call, &event, OCTO_EVENT_LOSS, call_peer_index(call, peer));
}

/* The oldest that is awaited and below what was acknowledged is judged first: if it is not lost, none is. */
static bool give_up_in(struct call *call, struct peer *peer, struct sent_page *page, uint32_t *packets, uint32_t *bytes,
                       uint64_t *last)
{
	uint64_t acknowledged = peer->reliability.acknowledged;
	octo_time_ns threshold = time_threshold(peer);
	for (unsigned i = 0; i < SENT_PAGE_RECORDS; i++) {
		struct sent_record *record = &page->records[i];
		uint64_t number = page->first + i;
		if (!(page->out >> i & 1))
			continue;
		if (number >= acknowledged)
			return false;
		octo_time_ns lost_at = record->sent_at + threshold;
		if (acknowledged - number < peer->loss.distance && lost_at > call->now) {
			peer->loss.lost_at = lost_at;
			return false;
		}
		page->out = (uint16_t)(page->out & ~(1u << i));
		page->lost = (uint16_t)(page->lost | 1u << i);
		peer->sent.out_packets--;
		peer->sent.out_bytes -= record->size;
		flow_lost(peer, record);
		sent_settle(call, peer, record, OCTO_FATE_LOST);
		*packets += 1;
		*bytes += record->size;
		*last = number;
	}
	return true;
}

void loss_detect(struct call *call, struct peer *peer)
{
	uint32_t packets = 0, bytes = 0;
	uint64_t last = 0;
	peer->loss.lost_at = OCTO_NEVER;
	if (peer->reliability.acknowledged == UINT64_MAX)
		return;
	for (uint32_t reference = peer->sent.first_page; reference;) {
		struct sent_page *page = sent_page(call, reference);
		if (!give_up_in(call, peer, page, &packets, &bytes, &last))
			break;
		reference = page->next;
	}
	const struct pool *pages = &call->channel->pages;
	octo_time_ns keep = pool_left(pages) < pages->count / SCARCE_PART ? time_threshold(peer) :
	                    KEEP_TRIPS * round_trip_timeout(&peer->current.trip) + peer->loss.patience_ns;
	sent_tidy(call, peer, call->now > keep ? call->now - keep : 0);
	peer->loss.tidy_at = peer->sent.first_page && peer->sent.out_packets == 0 ? call_after(call, keep) : OCTO_NEVER;
	if (peer->sent.out_packets == 0)
		peer->loss.ask_at = OCTO_NEVER;
	if (packets)
		report(call, peer, packets, bytes, last);
	octo_time_ns decay = DECAY_TRIPS * round_trip_of(peer);
	if (call->now - peer->loss.learned_at > decay) {
		peer->loss.learned_at = call->now;
		peer->loss.distance = (uint16_t)(DISTANCE_MIN + (peer->loss.distance - DISTANCE_MIN) / 2);
		peer->loss.patience_ns /= 2;
	}
}

void loss_was_late(struct call *call, struct peer *peer, const struct sent_record *record, uint64_t number)
{
	struct loss *loss = &peer->loss;
	uint64_t highest = peer->reliability.acknowledged;
	uint64_t distance = highest > number ? highest - number + 1 : DISTANCE_MIN;
	octo_time_ns trip = round_trip_of(peer), took = call->now - record->sent_at;
	octo_time_ns late = took > trip ? took - trip : 0;
	octo_time_ns most = 2 * trip < patience_max_ns ? 2 * trip : patience_max_ns;
	if (distance > DISTANCE_MAX)
		distance = DISTANCE_MAX;
	if (distance > loss->distance)
		loss->distance = (uint16_t)distance;
	if (late > most)
		late = most;
	if (late > loss->patience_ns)
		loss->patience_ns = late;
	loss->learned_at = call->now;
}

octo_time_ns loss_next(const struct peer *peer)
{
	octo_time_ns next = peer->loss.lost_at < peer->loss.ask_at ? peer->loss.lost_at : peer->loss.ask_at;
	return peer->loss.tidy_at < next ? peer->loss.tidy_at : next;
}

bool loss_run(struct call *call, struct peer *peer)
{
	struct loss *loss = &peer->loss;
	if (loss->lost_at <= call->now || loss->tidy_at <= call->now) {
		loss_detect(call, peer);
		return true;
	}
	if (loss->ask_at > call->now)
		return false;
	if (loss->asks < BACKOFF_MAX)
		loss->asks++;
	loss->asked_at = call->now;
	session_ask(call, &peer->current);
	plan_asking(call, peer, call->now);
	flow_unanswered(call, peer);
	return true;
}
