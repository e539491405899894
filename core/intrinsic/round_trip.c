/* round_trip.c: srtt += (sample - srtt) / 8, rttvar += (|sample - srtt| - rttvar) / 4. */
#include "core/intrinsic/round_trip.h"

static const octo_time_ns timeout_unknown_ns = OCTO_SECOND;
static const octo_time_ns granularity_ns = OCTO_MILLISECOND;
static const octo_time_ns sample_max_ns = 10 * OCTO_SECOND;

void round_trip_sample(struct round_trip *trip, octo_time_ns sample_ns)
{
	if (sample_ns > sample_max_ns)
		return; /* held back on the way, or the clock has leapt: nobody is that far */
	if (sample_ns == 0)
		sample_ns = 1; /* keeps "no sample yet" apart from an instant answer */
	if (trip->smoothed_ns == 0) {
		trip->smoothed_ns = sample_ns;
		trip->deviation_ns = sample_ns / 2;
		return;
	}
	octo_time_ns off = sample_ns > trip->smoothed_ns ? sample_ns - trip->smoothed_ns : trip->smoothed_ns - sample_ns;
	trip->deviation_ns = trip->deviation_ns - trip->deviation_ns / 4 + off / 4;
	trip->smoothed_ns = trip->smoothed_ns - trip->smoothed_ns / 8 + sample_ns / 8;
}

octo_time_ns round_trip_timeout(const struct round_trip *trip)
{
	if (trip->smoothed_ns == 0)
		return timeout_unknown_ns;
	octo_time_ns spread = 4 * trip->deviation_ns;
	return trip->smoothed_ns + (spread > granularity_ns ? spread : granularity_ns);
}
