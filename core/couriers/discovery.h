/* discovery.h: DiscoveryCourier (S:48): now and then each tells the other from which address it hears it, and at which it
 * believes to be reached itself. Addresses are masked, so that a gateway which rewrites those it finds in payloads finds
 * none (C:150). */
#ifndef OCTO_COURIERS_DISCOVERY_H
#define OCTO_COURIERS_DISCOVERY_H

#include "core/couriers/state.h"

enum { OCTO_DISCOVERY_ID = 5, OCTO_DISCOVERY_BYTES = 40 };
#define OCTO_DISCOVERY_INTERVAL_NS (30 * OCTO_SECOND)

struct octo_discovery {
	uint64_t interval_ns;     /* set by octo_discovery_begin() */
	uint64_t session, sent_at, heard_at; /* 0: none */
	uint64_t received, late;
	struct octo_address peer_address; /* where we hear the peer; port 0: not known */
	struct octo_address own_address;  /* where we believe to be reached */
	struct octo_address seen_as;      /* what the peer said: where it hears us */
	struct octo_address peer_believes; /* where it believes to be reached itself */
	uint16_t number_next, heard_number;
	uint8_t is_begun, is_due, has_heard, reserved;
	uint8_t padding[8];       /* 0 */
};
void octo_discovery_begin(struct octo_discovery *state);
/* What is to be told; told at once when it is new: true, and the channel is to be woken. */
bool octo_discovery_set(struct octo_discovery *state, const struct octo_address *peer, const struct octo_address *own);

/* An address in its 18 masked bytes, and back. */
void octo_address_mask(const struct octo_address *address, uint8_t masked[18]);
struct octo_address octo_address_unmask(const uint8_t masked[18]);

extern const struct octo_courier octo_courier_discovery; /* its state is a struct octo_discovery */

#endif
