/* urgency.h: the time until a courier wants to send, as its mandate states it (S:34-41). */
#ifndef OCTO_COURIERS_URGENCY_H
#define OCTO_COURIERS_URGENCY_H

#include "core/octo.h"

/* Milliseconds from `now` to `due`, rounded up: nobody is asked before its time. 0 when that is over. */
static inline uint32_t urgency_ms(octo_time_ns now, octo_time_ns due)
{
	octo_time_ns wait_ms = due > now ? (due - now + OCTO_MILLISECOND - 1) / OCTO_MILLISECOND : 0;
	return wait_ms < UINT32_MAX ? (uint32_t)wait_ms : UINT32_MAX;
}

#endif
