/* round_trip.h: how long an answer takes (C:28), by RFC 6298's smoothing in integers. */
#ifndef OCTO_INTRINSIC_ROUND_TRIP_H
#define OCTO_INTRINSIC_ROUND_TRIP_H

#include "core/octo.h"

struct round_trip {
	octo_time_ns smoothed_ns;    /* 0: no sample yet */
	octo_time_ns deviation_ns;
};

/* A sample above 10 s is ignored: one packet held back must not keep a dead peer alive for hours. */
void round_trip_sample(struct round_trip *trip, octo_time_ns sample_ns);
/* PTO: how long to wait for an answer before asking again; 1 s before the first sample. */
octo_time_ns round_trip_timeout(const struct round_trip *trip);

#endif
