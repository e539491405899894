/* wake_queue.h: which peer has something to do next. A heap of times and peers inside the block, so that a
 * thousand idle sessions cost nothing between their timers. */
#ifndef OCTO_INTRINSIC_WAKE_QUEUE_H
#define OCTO_INTRINSIC_WAKE_QUEUE_H

#include "core/intrinsic/block.h"

/* Enters a new peer, the last of the address book, with nothing to do. */
void wake_queue_add(struct octo_channel *channel, uint32_t peer);
/* The peer's time has changed. */
void wake_queue_set(struct octo_channel *channel, uint32_t peer, octo_time_ns at);
/* The peer that comes first, and when; OCTO_NO_PEER and OCTO_NEVER without peers. */
uint32_t wake_queue_first(const struct octo_channel *channel, octo_time_ns *at);
/* The one that would come first without it; OCTO_NO_PEER when there is none. */
uint32_t wake_queue_second(const struct octo_channel *channel);

#endif
