/* pump.c: see pump.h. Knows channels by octo.h and carriers by carrier.h, and neither's insides. */
#include "core/carriers/pump.h"

bool pump_has_mail(const struct pump *pump)
{
	return pump->out_count > 0;
}

static enum carrier_status receive(struct pump *pump, octo_time_ns now, bool *is_more)
{
	for (uint32_t total = 0; total < PUMP_TURN_MAX; total += CARRIER_BATCH_MAX) {
		uint32_t count;
		enum carrier_status status = pump->carrier->kind->receive(pump->carrier, pump->in, CARRIER_BATCH_MAX, &count);
		for (uint32_t i = 0; i < count; i++)
			octo_channel_receive(pump->channel, pump->host, now, &pump->in[i].address, pump->in[i].bytes,
			                     pump->in[i].size);
		if (status != CARRIER_OK || count < CARRIER_BATCH_MAX)
			return status;
	}
	*is_more = true;
	return CARRIER_OK;
}

static void collect(struct pump *pump, octo_time_ns now)
{
	pump->out_first = 0;
	while (pump->out_count < CARRIER_BATCH_MAX) {
		struct carrier_datagram *datagram = &pump->out[pump->out_count];
		size_t size;
		if (!octo_channel_send(pump->channel, pump->host, now, datagram->bytes, &size, &datagram->address))
			break;
		datagram->size = (uint16_t)size;
		pump->out_count++;
	}
	if (pump->out_count > 0 && pump->settle && !pump->settle(pump->context)) {
		pump->unsettled += pump->out_count;
		pump->out_count = 0;
	}
}

static enum carrier_status send(struct pump *pump, octo_time_ns now, bool *is_more)
{
	for (uint32_t total = 0; total < PUMP_TURN_MAX; total += CARRIER_BATCH_MAX) {
		if (pump->out_count == 0)
			collect(pump, now);
		uint32_t count = pump->out_count, taken = 0;
		if (count == 0)
			return CARRIER_OK;
		enum carrier_status status =
			pump->carrier->kind->send(pump->carrier, pump->out + pump->out_first, count, &taken);
		pump->out_first += taken;
		pump->out_count -= taken;
		if (status != CARRIER_OK || pump->out_count > 0)
			return status;
	}
	*is_more = true;
	return CARRIER_OK;
}

enum carrier_status pump_turn(struct pump *pump, octo_time_ns now, bool *is_more)
{
	*is_more = false;
	enum carrier_status status = receive(pump, now, is_more);
	if (status == CARRIER_OK && pump->between)
		pump->between(pump->context, now);
	return status == CARRIER_OK ? send(pump, now, is_more) : status;
}
