/* inbound.h: from a received datagram to a step of the handshake or the frames of a session. Everything that can be
 * wrong with a packet is found here, in an order that does the cheap checks first [P 5]; nothing changes before the
 * packet is authentic. */
#ifndef OCTO_INTRINSIC_INBOUND_H
#define OCTO_INTRINSIC_INBOUND_H

#include "core/intrinsic/handshake.h"
#include "core/intrinsic/sync.h"

/* The courier layer, as seen from here. */
struct inbound_couriers {
	/* Takes a courier's message out of an authentic packet. */
	void (*deliver)(struct call *call, struct peer *peer, uint8_t courier, const uint8_t *data, size_t size);
	/* The same with one that has a number; and whether there is room for it, beside so many others of its packet. */
	void (*order)(struct call *call, struct peer *peer, uint8_t courier, uint64_t number, const uint8_t *data, size_t size);
	bool (*admits)(struct call *call, struct peer *peer, uint8_t courier, uint64_t number, uint32_t others);
	const struct sync_couriers *sync;
};

/* Whom a packet turned out to be from, and more that its event tells. */
struct inbound {
	struct peer *peer;                /* NULL: nobody we know */
	uint64_t session_id, number;
	bool is_initial, is_timestamp_fresh;
};

/* Returns what becomes of the packet. */
enum octo_reason inbound_receive(struct call *call, const struct octo_address *from, const uint8_t *bytes, size_t size,
                                 const struct inbound_couriers *couriers, struct inbound *inbound);

#endif
