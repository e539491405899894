/* wake_queue.c: an indexed binary heap; equal times go by peer index, so that order never depends on history. */
#include "core/intrinsic/wake_queue.h"

static uint32_t *heap_of(const struct octo_channel *channel)
{
	return block_at(channel, channel->wake_at);
}

static bool is_before(const struct octo_channel *channel, uint32_t a, uint32_t b)
{
	octo_time_ns at_a = block_peer(channel, a)->wake_at, at_b = block_peer(channel, b)->wake_at;
	return at_a != at_b ? at_a < at_b : a < b;
}

static void put(struct octo_channel *channel, uint32_t position, uint32_t peer)
{
	heap_of(channel)[position] = peer;
	block_peer(channel, peer)->wake_position = position;
}

static void settle(struct octo_channel *channel, uint32_t peer)
{
	uint32_t *heap = heap_of(channel), count = channel->peer_count;
	uint32_t position = block_peer(channel, peer)->wake_position;
	while (position > 0 && is_before(channel, peer, heap[(position - 1) / 2])) {
		put(channel, position, heap[(position - 1) / 2]);
		position = (position - 1) / 2;
	}
	for (;;) {
		uint32_t child = 2 * position + 1;
		if (child + 1 < count && is_before(channel, heap[child + 1], heap[child]))
			child++;
		if (child >= count || !is_before(channel, heap[child], peer))
			break;
		put(channel, position, heap[child]);
		position = child;
	}
	put(channel, position, peer);
}

void wake_queue_add(struct octo_channel *channel, uint32_t peer)
{
	OCTO_ASSERT(peer + 1 == channel->peer_count);
	block_peer(channel, peer)->wake_at = OCTO_NEVER;
	put(channel, peer, peer);
	settle(channel, peer);
}

void wake_queue_set(struct octo_channel *channel, uint32_t peer, octo_time_ns at)
{
	struct peer *entry = block_peer(channel, peer);
	if (entry->wake_at == at)
		return;
	entry->wake_at = at;
	settle(channel, peer);
}

uint32_t wake_queue_first(const struct octo_channel *channel)
{
	return channel->peer_count ? heap_of(channel)[0] : OCTO_NO_PEER;
}
