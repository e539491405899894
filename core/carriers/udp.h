/* udp.h: the carrier of day to day work (C:1): UDP over IPv4 and IPv6, non-blocking, in batches where the system has
 * them. Binds to a local address and port and takes whatever arrives there (C:29).
 * Knows nothing of channels. Next: pump.h. */
#ifndef OCTO_CARRIERS_UDP_H
#define OCTO_CARRIERS_UDP_H

#include "core/carriers/carrier.h"

enum {
	UDP_PORT = 8124,                  /* where a node listens unless it is told otherwise */
	UDP_BUFFER_BYTES = 1 << 20        /* asked of the system for each direction; it may give less */
};

enum {
	UDP_WITHOUT_BATCHES = 1           /* one call a datagram, as on systems that have no other */
};

/* Opens a carrier bound to *local. Port 0 lets the system choose; carrier->local says what it chose. Address :: takes IPv4
 * and IPv6 alike, or IPv4 alone on a system that has nothing else.
 * `crypto` is what the channel will use: CARRIER_MODEL_CRYPTO unless it is the real one. Returns any CARRIER_* but OK
 * with nothing left open. */
OCTO_MUST_CHECK enum carrier_status udp_open(struct carrier *carrier, const struct octo_address *local,
                                             const struct octo_crypto *crypto, uint32_t options);

/* "192.0.2.1:8124", "[2001:db8::1]:8124"; a port left out is `default_port`, and an IPv6 address without port may stand
 * without brackets. No names are looked up. False: not an address, with *address untouched. */
OCTO_MUST_CHECK bool udp_address_from_text(const char *text, uint16_t default_port, struct octo_address *address);
void udp_address_text(const struct octo_address *address, char text[CARRIER_ADDRESS_TEXT_BYTES]);

#endif
