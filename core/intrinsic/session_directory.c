/* session_directory.c: open addressing with linear probing; removal closes the gap, so no markers pile up. */
#include "core/intrinsic/session_directory.h"

static const uint64_t spread = UINT64_C(0x9e3779b97f4a7c15);
enum { GRAVE_TIMEOUTS = 3 };

uint32_t directory_capacity(uint32_t peers_max)
{
	uint32_t capacity = 16;
	while (capacity < 2 * DIRECTORY_IDS_PER_PEER * peers_max)
		capacity *= 2;
	return capacity;
}

static struct directory_entry *table(const struct octo_channel *channel)
{
	return block_at(channel, channel->directory_at);
}

static uint32_t home(const struct octo_channel *channel, uint64_t id)
{
	return (uint32_t)(id * spread >> 32) & channel->directory_mask;
}

/* Where the id stands, or the free place where it would. */
static uint32_t place(const struct octo_channel *channel, uint64_t id)
{
	const struct directory_entry *entries = table(channel);
	uint32_t at = home(channel, id);
	while (entries[at].id && entries[at].id != id)
		at = (at + 1) & channel->directory_mask;
	return at;
}

struct peer *directory_find(const struct octo_channel *channel, uint64_t id)
{
	const struct directory_entry *entry = table(channel) + place(channel, id);
	return entry->id ? block_peer(channel, entry->peer) : NULL;
}

uint64_t directory_claim(struct call *call, struct peer *peer)
{
	struct octo_channel *channel = call->channel;
	uint64_t id;
	uint32_t at;
	do {
		uint8_t bytes[8];
		call_random(call, bytes, sizeof bytes);
		id = load_le(bytes, sizeof bytes);
		at = place(channel, id);
	} while (id < PACKET_SESSION_ID_MIN || table(channel)[at].id);
	OCTO_ASSERT(channel->directory_count < channel->directory_mask / 2 + 1);
	table(channel)[at] = (struct directory_entry){ .id = id, .peer = call_peer_index(call, peer) };
	channel->directory_count++;
	return id;
}

static void remove_id(struct octo_channel *channel, uint64_t id)
{
	struct directory_entry *entries = table(channel);
	uint32_t mask = channel->directory_mask, gap = place(channel, id);
	OCTO_ASSERT(entries[gap].id == id);
	for (uint32_t at = (gap + 1) & mask; entries[at].id; at = (at + 1) & mask) {
		/* An entry may move into the gap unless its home lies behind the gap. */
		if (((at - home(channel, entries[at].id)) & mask) >= ((at - gap) & mask)) {
			entries[gap] = entries[at];
			gap = at;
		}
	}
	memset(&entries[gap], 0, sizeof entries[gap]);
	channel->directory_count--;
}

void directory_bury(struct call *call, struct peer *peer, uint64_t id)
{
	struct grave *grave = &peer->graves[peer->grave_next];
	peer->grave_next = (uint8_t)((peer->grave_next + 1) % BLOCK_GRAVES);
	if (grave->id)
		remove_id(call->channel, grave->id);
	grave->id = id;
	grave->until = call_after(call, GRAVE_TIMEOUTS * round_trip_timeout(&peer->current.trip));
}

void directory_sweep(struct call *call, struct peer *peer)
{
	for (int i = 0; i < BLOCK_GRAVES; i++) {
		struct grave *grave = &peer->graves[i];
		if (!grave->id || grave->until > call->now)
			continue;
		remove_id(call->channel, grave->id);
		memset(grave, 0, sizeof *grave);
	}
}

octo_time_ns directory_next_sweep(const struct peer *peer)
{
	octo_time_ns next = OCTO_NEVER;
	for (int i = 0; i < BLOCK_GRAVES; i++)
		if (peer->graves[i].id && peer->graves[i].until < next)
			next = peer->graves[i].until;
	return next;
}

static uint32_t live_ids(const struct peer *peer)
{
	uint64_t ids[4 + BLOCK_GRAVES] = { peer->offer.id, peer->answer.id, peer->current.id, peer->spare.id };
	uint32_t count = 0;
	for (int i = 0; i < BLOCK_GRAVES; i++)
		ids[4 + i] = peer->graves[i].id;
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		count += ids[i] ? 1 : 0;
	return count;
}

void octo_directory_audit(const struct octo_channel *channel, uint32_t *entries, uint32_t *slots)
{
	*entries = 0;
	*slots = 0;
	for (uint32_t at = 0; at <= channel->directory_mask; at++)
		*entries += table(channel)[at].id != 0;
	for (uint32_t i = 0; i < channel->peer_count; i++)
		*slots += live_ids(block_peer(channel, i));
}
