/* wake_queue.c: an indexed heap; equal times go by peer index, so that order never depends on history. Entries and
 * positions lie by themselves: a step through the heap touches none of the peers, whose memory is cold by then. Four
 * branches a node lie beside each other, so a wake that moves far touches half of what it would in a binary heap. */
#include "core/intrinsic/wake_queue.h"

enum { BRANCHES = 4 };

static struct wake *heap_of(const struct octo_channel *channel)
{
	return block_at(channel, channel->wakes_at);
}

static uint32_t *positions_of(const struct octo_channel *channel)
{
	return block_at(channel, channel->wake_positions_at);
}

static bool is_before(const struct wake *a, const struct wake *b)
{
	return a->at != b->at ? a->at < b->at : a->peer < b->peer;
}

static void put(struct octo_channel *channel, uint32_t position, const struct wake *wake)
{
	heap_of(channel)[position] = *wake;
	positions_of(channel)[wake->peer] = position;
}

/* The earliest of the entries below; `count` when there is none. */
static uint32_t earliest_below(const struct wake *heap, uint32_t position, uint32_t count)
{
	uint32_t first = BRANCHES * position + 1, end = first + BRANCHES < count ? first + BRANCHES : count;
	if (first >= count)
		return count;
	for (uint32_t child = first + 1; child < end; child++)
		if (is_before(&heap[child], &heap[first]))
			first = child;
	return first;
}

/* The entry's place is free: it goes there, or up, or down. */
static void settle(struct octo_channel *channel, uint32_t position, const struct wake *wake)
{
	const struct wake *heap = heap_of(channel);
	uint32_t count = channel->peer_count;
	while (position > 0 && is_before(wake, &heap[(position - 1) / BRANCHES])) {
		put(channel, position, &heap[(position - 1) / BRANCHES]);
		position = (position - 1) / BRANCHES;
	}
	for (;;) {
		uint32_t child = earliest_below(heap, position, count);
		if (child >= count || !is_before(&heap[child], wake))
			break;
		put(channel, position, &heap[child]);
		position = child;
	}
	put(channel, position, wake);
}

void wake_queue_add(struct octo_channel *channel, uint32_t peer)
{
	OCTO_ASSERT(peer + 1 == channel->peer_count);
	settle(channel, peer, &(struct wake){ .at = OCTO_NEVER, .peer = peer });
}

void wake_queue_set(struct octo_channel *channel, uint32_t peer, octo_time_ns at)
{
	OCTO_ASSERT(peer < channel->peer_count);
	uint32_t position = positions_of(channel)[peer];
	if (heap_of(channel)[position].at != at)
		settle(channel, position, &(struct wake){ .at = at, .peer = peer });
}

uint32_t wake_queue_first(const struct octo_channel *channel, octo_time_ns *at)
{
	const struct wake *first = heap_of(channel);
	*at = channel->peer_count ? first->at : OCTO_NEVER;
	return channel->peer_count ? first->peer : OCTO_NO_PEER;
}

uint32_t wake_queue_second(const struct octo_channel *channel)
{
	uint32_t at = earliest_below(heap_of(channel), 0, channel->peer_count);
	return at < channel->peer_count ? heap_of(channel)[at].peer : OCTO_NO_PEER;
}
