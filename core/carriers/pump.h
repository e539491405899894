/* pump.h: joins a channel with a carrier: what arrives goes in, what is due goes out, so much a turn. The loop around
 * it, with clock and poll(), belongs to the program:
 *
 *     while (pump_turn(&pump, now, &is_more) == CARRIER_OK && !is_more)
 *             poll(pump.carrier->descriptor, pump_has_mail(&pump) ? POLLIN | POLLOUT : POLLIN, until next_wake);
 */
#ifndef OCTO_CARRIERS_PUMP_H
#define OCTO_CARRIERS_PUMP_H

#include "core/carriers/carrier.h"

enum { PUMP_TURN_MAX = 4 * CARRIER_BATCH_MAX }; /* datagrams each way in a turn: a flood cannot keep a program in it */

struct pump {
	struct octo_channel *channel;
	const struct octo_host *host;
	struct carrier *carrier;
	/* Called before datagrams go out: whatever octo_host.save was given must be durable by then. False: it is not, and
	 * they are lost instead, as a network loses; retransmission asks again. NULL: save does it by itself. */
	bool (*settle)(void *context);
	/* Called when all that came is in and before what is due is asked for: what a node does with its couriers. NULL: nothing. */
	void (*between)(void *context, octo_time_ns now);
	void *context;
	uint64_t unsettled;               /* datagrams lost for that reason */
	/* Made by the channel, not yet taken by the carrier. While there are any, no more are made: back-pressure. */
	uint32_t out_first, out_count;
	struct carrier_datagram out[CARRIER_BATCH_MAX];
	struct carrier_datagram in[CARRIER_BATCH_MAX];
};

/* Receives and sends what there is, at most PUMP_TURN_MAX each way. *is_more: it stopped at that bound, so the next
 * turn may follow at once. Returns CARRIER_OK or CARRIER_FAILED. */
OCTO_MUST_CHECK enum carrier_status pump_turn(struct pump *pump, octo_time_ns now, bool *is_more);
/* The carrier would take no more: wait until it is writable, too. */
bool pump_has_mail(const struct pump *pump);

#endif
