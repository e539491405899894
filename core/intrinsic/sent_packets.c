/* sent_packets.c: pages of a peer form a list by rising numbers; a page that nothing waits for leaves it. */
#include "core/intrinsic/sent_packets.h"

#include "core/intrinsic/call.h"

_Static_assert(sizeof(struct sent_record) == 16 && sizeof(struct sent_fate) == 16 &&
               sizeof(struct sent_page) % 8 == 0, "no padding");

/* A peer that holds pages leaves an eighth of all to those that hold none. */
enum { RESERVED_PART = 8 };
#define YIELD_NS (2 * SENT_RETRY_NS)

struct sent_page *sent_page(const struct call *call, uint32_t reference)
{
	return pool_thing(call->channel, &call->channel->pages, reference);
}

static uint64_t page_of(uint64_t number)
{
	return number - number % SENT_PAGE_RECORDS;
}

bool sent_has_fate_room(const struct call *call)
{
	return pool_left(&call->channel->fates) > 0;
}

/* Where pages are fewer than peers that want one, each gets one in turn: who gave its last one back just now leaves it to
 * one that has none and asked for it just now, and will ask again. */
static bool is_yielding(const struct call *call, const struct peer *peer)
{
	const struct octo_channel *channel = call->channel;
	octo_time_ns wanted_at = channel->page_wanted_at, just_now = peer->current.trip.smoothed_ns + YIELD_NS;
	bool is_wanted = wanted_at && call->now - wanted_at <= SENT_RETRY_NS &&
	                 channel->page_wanted_by != call_peer_index(call, peer);
	return is_wanted && !peer->sent.last_page && peer->loss.sent_at && call->now - peer->loss.sent_at <= just_now;
}

bool sent_has_room(const struct call *call, const struct peer *peer, uint64_t number)
{
	const struct sent_packets *sent = &peer->sent;
	const struct pool *pages = &call->channel->pages;
	if (!sent_has_fate_room(call))
		return false;
	if (sent->last_page && sent_page(call, sent->last_page)->first == page_of(number))
		return true;
	if (is_yielding(call, peer))
		return false;
	return pool_left(pages) > (sent->last_page ? pages->count / RESERVED_PART : 0);
}

void sent_want_room(struct call *call, struct peer *peer)
{
	if (peer->sent.last_page || is_yielding(call, peer) || pool_left(&call->channel->pages) > 0)
		return;
	call->channel->page_wanted_at = call->now;
	call->channel->page_wanted_by = call_peer_index(call, peer);
}

void sent_note_fate(struct call *call, struct peer *peer, uint8_t courier, bool is_ordered, uint64_t handle)
{
	uint32_t reference = pool_take(call->channel, &call->channel->fates);
	OCTO_ASSERT(reference);
	struct sent_fate *fate = pool_thing(call->channel, &call->channel->fates, reference);
	fate->courier = courier;
	fate->is_ordered = is_ordered;
	fate->handle = handle;
	fate->next = peer->sent.open_fates;
	peer->sent.open_fates = reference;
}

void sent_add(struct call *call, struct peer *peer, uint64_t number, uint16_t size, uint8_t flags)
{
	struct sent_packets *sent = &peer->sent;
	struct sent_page *page = sent->last_page ? sent_page(call, sent->last_page) : NULL;
	if (!page || page->first != page_of(number)) {
		uint32_t reference = pool_take(call->channel, &call->channel->pages);
		OCTO_ASSERT(reference);
		if (page)
			page->next = reference;
		else
			sent->first_page = reference;
		page = sent_page(call, reference);
		page->previous = sent->last_page;
		page->first = page_of(number);
		sent->last_page = reference;
	}
	struct sent_record *record = &page->records[number - page->first];
	record->sent_at = call->now;
	record->fates = sent->open_fates;
	record->size = size;
	record->flags = flags;
	sent->open_fates = 0;
	page->out = (uint16_t)(page->out | 1u << (number - page->first));
	sent->out_packets++;
	sent->out_bytes += size;
}

static void queue_fate(struct call *call, struct peer *peer, uint32_t reference, enum octo_fate outcome)
{
	struct sent_packets *sent = &peer->sent;
	struct sent_fate *fate = pool_thing(call->channel, &call->channel->fates, reference);
	fate->next = 0;
	fate->outcome = (uint8_t)outcome;
	if (sent->told_last)
		((struct sent_fate *)pool_thing(call->channel, &call->channel->fates, sent->told_last))->next = reference;
	else
		sent->told_first = reference;
	sent->told_last = reference;
}

/* A lost message may still prove to be late, so its fate is kept beside the news; without room for both, it is not. */
static uint32_t keep_copy(struct call *call, const struct sent_fate *fate)
{
	uint32_t reference = pool_take(call->channel, &call->channel->fates);
	if (reference) {
		struct sent_fate *copy = pool_thing(call->channel, &call->channel->fates, reference);
		copy->courier = fate->courier;
		copy->is_ordered = fate->is_ordered;
		copy->handle = fate->handle;
	}
	return reference;
}

void sent_settle(struct call *call, struct peer *peer, struct sent_record *record, enum octo_fate outcome)
{
	uint32_t reference = record->fates, kept = 0;
	while (reference) {
		struct sent_fate *fate = pool_thing(call->channel, &call->channel->fates, reference);
		uint32_t next = fate->next;
		uint32_t copy = outcome == OCTO_FATE_LOST ? keep_copy(call, fate) : 0;
		if (copy) {
			((struct sent_fate *)pool_thing(call->channel, &call->channel->fates, copy))->next = kept;
			kept = copy;
		}
		queue_fate(call, peer, reference, outcome);
		reference = next;
	}
	record->fates = kept;
}

static void drop_fates(struct call *call, struct sent_record *record)
{
	while (record->fates) {
		uint32_t reference = record->fates;
		record->fates = ((struct sent_fate *)pool_thing(call->channel, &call->channel->fates, reference))->next;
		pool_give(call->channel, &call->channel->fates, reference);
	}
}

static uint32_t drop_page(struct call *call, struct peer *peer, uint32_t reference)
{
	struct sent_packets *sent = &peer->sent;
	struct sent_page *page = sent_page(call, reference);
	uint32_t next = page->next, previous = page->previous;
	for (int i = 0; i < SENT_PAGE_RECORDS; i++)
		drop_fates(call, &page->records[i]);
	if (previous)
		sent_page(call, previous)->next = next;
	else
		sent->first_page = next;
	if (next)
		sent_page(call, next)->previous = previous;
	else
		sent->last_page = previous;
	pool_give(call->channel, &call->channel->pages, reference);
	return next;
}

void sent_tidy(struct call *call, struct peer *peer, octo_time_ns before)
{
	uint32_t reference = peer->sent.first_page;
	while (reference) {
		struct sent_page *page = sent_page(call, reference);
		octo_time_ns newest = 0;
		for (int i = 0; i < SENT_PAGE_RECORDS && page->lost; i++)
			if (page->lost >> i & 1 && page->records[i].sent_at > newest)
				newest = page->records[i].sent_at;
		if (page->out == 0 && newest < before)
			reference = drop_page(call, peer, reference);
		else if (page->out)
			break; /* what follows is younger */
		else
			reference = page->next;
	}
}

void sent_end(struct call *call, struct peer *peer)
{
	struct sent_packets *sent = &peer->sent;
	while (sent->first_page) {
		struct sent_page *page = sent_page(call, sent->first_page);
		for (int i = 0; i < SENT_PAGE_RECORDS; i++) {
			if (page->out >> i & 1)
				sent_settle(call, peer, &page->records[i], OCTO_FATE_LOST);
		}
		drop_page(call, peer, sent->first_page);
	}
	sent->out_packets = 0;
	sent->out_bytes = 0;
}

bool sent_tell(struct call *call, struct peer *peer, struct sent_fate *fate)
{
	struct sent_packets *sent = &peer->sent;
	uint32_t reference = sent->told_first;
	if (!reference)
		return false;
	*fate = *(const struct sent_fate *)pool_thing(call->channel, &call->channel->fates, reference);
	sent->told_first = fate->next;
	if (!fate->next)
		sent->told_last = 0;
	pool_give(call->channel, &call->channel->fates, reference);
	return true;
}
