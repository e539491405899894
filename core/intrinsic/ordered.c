/* ordered.c: two short lists a peer. They are searched from the front: the window bounds them. */
#include "core/intrinsic/ordered.h"

#include "core/intrinsic/call.h"

_Static_assert(sizeof(struct ordered_copy) % 8 == 0 && offsetof(struct ordered_copy, bytes) == 24, "no padding");

static struct ordered_copy *copy_at(const struct call *call, uint32_t reference)
{
	return pool_thing(call->channel, &call->channel->copies, reference);
}

bool ordered_has_room(const struct call *call, const struct peer *peer, uint8_t courier, uint64_t number)
{
	const struct pool *copies = &call->channel->copies;
	uint64_t oldest = number;
	for (uint32_t reference = peer->ordered.out; reference; reference = copy_at(call, reference)->next)
		if (copy_at(call, reference)->courier == courier && copy_at(call, reference)->number < oldest)
			oldest = copy_at(call, reference)->number;
	return pool_left(copies) > copies->count / 2 && peer->ordered.out_count < ORDERED_WINDOW &&
	       number - oldest < ORDERED_WINDOW;
}

static void append(struct call *call, uint32_t *list, const struct ordered_copy *value, const uint8_t *bytes)
{
	uint32_t reference = pool_take(call->channel, &call->channel->copies);
	OCTO_ASSERT(reference && value->size <= OCTO_ORDERED_PAYLOAD_MAX);
	struct ordered_copy *copy = copy_at(call, reference);
	copy->courier = value->courier;
	copy->state = value->state;
	copy->size = value->size;
	copy->number = value->number;
	copy->handle = value->handle;
	memcpy(copy->bytes, bytes, value->size);
	while (*list)
		list = &copy_at(call, *list)->next;
	*list = reference;
}

/* Where the list points at the copy; at its end when it is not there. */
static uint32_t *find(const struct call *call, uint32_t *list, uint8_t courier, uint64_t number)
{
	while (*list && (copy_at(call, *list)->courier != courier || copy_at(call, *list)->number != number))
		list = &copy_at(call, *list)->next;
	return list;
}

static void drop(struct call *call, uint32_t *at)
{
	uint32_t reference = *at;
	*at = copy_at(call, reference)->next;
	pool_give(call->channel, &call->channel->copies, reference);
}

void ordered_keep(struct call *call, struct peer *peer, uint8_t courier, uint64_t number, uint64_t handle,
                  const uint8_t *bytes, size_t size)
{
	struct ordered_copy value = { .courier = courier, .state = ORDERED_SENT, .number = number, .handle = handle,
		.size = (uint16_t)size };
	append(call, &peer->ordered.out, &value, bytes);
	peer->ordered.out_count++;
}

struct ordered_copy *ordered_due(const struct call *call, const struct peer *peer)
{
	for (uint32_t reference = peer->ordered.out; reference; reference = copy_at(call, reference)->next)
		if (copy_at(call, reference)->state == ORDERED_DUE)
			return copy_at(call, reference);
	return NULL;
}

bool ordered_arrived(struct call *call, struct peer *peer, uint8_t courier, uint64_t number, uint64_t *handle)
{
	uint32_t *at = find(call, &peer->ordered.out, courier, number);
	if (!*at || copy_at(call, *at)->state == ORDERED_ENDED)
		return false;
	*handle = copy_at(call, *at)->handle;
	drop(call, at);
	peer->ordered.out_count--;
	return true;
}

void ordered_lost(struct call *call, struct peer *peer, uint8_t courier, uint64_t number)
{
	uint32_t *at = find(call, &peer->ordered.out, courier, number);
	if (*at && copy_at(call, *at)->state == ORDERED_SENT)
		copy_at(call, *at)->state = ORDERED_DUE;
}

bool ordered_is_held(const struct call *call, const struct peer *peer, uint8_t courier, uint64_t number)
{
	uint32_t first = peer->ordered.in;
	return *find(call, &first, courier, number) != 0;
}

void ordered_hold(struct call *call, struct peer *peer, uint8_t courier, uint64_t number, const uint8_t *bytes, size_t size)
{
	struct ordered_copy value = { .courier = courier, .state = ORDERED_HELD, .number = number, .size = (uint16_t)size };
	append(call, &peer->ordered.in, &value, bytes);
}

bool ordered_take(struct call *call, struct peer *peer, uint8_t courier, uint64_t number,
                  uint8_t bytes[OCTO_ORDERED_PAYLOAD_MAX], size_t *size)
{
	uint32_t *at = find(call, &peer->ordered.in, courier, number);
	if (!*at)
		return false;
	*size = copy_at(call, *at)->size;
	memcpy(bytes, copy_at(call, *at)->bytes, *size);
	drop(call, at);
	return true;
}

void ordered_end(struct call *call, struct peer *peer)
{
	struct ordered *ordered = &peer->ordered;
	for (uint32_t *at = &ordered->out; *at;) {
		struct ordered_copy *copy = copy_at(call, *at);
		copy->state = ORDERED_ENDED;
		if (copy->handle)
			at = &copy->next;
		else
			drop(call, at);
	}
	while (ordered->in)
		drop(call, &ordered->in);
	ordered->out_count = 0;
	for (uint32_t i = 0; i < call->channel->courier_count; i++) {
		struct courier_slot *slot = block_courier_slot(call->channel, call_peer_index(call, peer), i);
		slot->number_out = slot->number_in = 0;
	}
}

bool ordered_tell(struct call *call, struct peer *peer, uint8_t *courier, uint64_t *handle)
{
	for (uint32_t *at = &peer->ordered.out; *at; at = &copy_at(call, *at)->next) {
		if (copy_at(call, *at)->state != ORDERED_ENDED)
			continue;
		*courier = copy_at(call, *at)->courier;
		*handle = copy_at(call, *at)->handle;
		drop(call, at);
		return true;
	}
	return false;
}
