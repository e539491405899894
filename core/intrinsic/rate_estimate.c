/* rate_estimate.c: a round's rate is what arrived in it over its time, from one acknowledgement to another, which the
 * batching of acknowledgements cannot distort; and never above the rate at which it was sent. */
#include "core/intrinsic/rate_estimate.h"

enum { ROUND_PACKETS = 10, STRETCH_PACKETS = 24, BELOW_MEMORY = 512, BELOW_LEAST = 64, ALL_MEMORY = 256, ALL_SLACK_PERMILLE = 30,
       CHANCE_MAX_PERMILLE = 500 };
static const octo_time_ns round_max_ns = 10 * OCTO_SECOND;

void estimate_trip(struct rate_estimate *estimate, octo_time_ns now, octo_time_ns trip_ns)
{
	estimate->trip_latest_ns = trip_ns;
	if (estimate->trip_round_ns == 0 || trip_ns < estimate->trip_round_ns)
		estimate->trip_round_ns = trip_ns;
	if (estimate->trip_min_ns == 0 || trip_ns < estimate->trip_min_ns)
		estimate->trip_min_ns = trip_ns;
	estimate->trip_at = (uint8_t)((estimate->trip_at + 1) % ESTIMATE_TRIPS);
	estimate->trips_ns[estimate->trip_at] = trip_ns;
	if (trip_ns <= estimate->trip_min_ns + estimate->trip_min_ns / 16)
		estimate->trip_min_at = now;
}

/* Counts fade: old ones weigh half as much each time there are many. */
static void count(uint16_t *seen, uint16_t *lost, uint32_t packets, uint32_t memory)
{
	uint32_t sum = *seen + packets;
	for (; sum > memory; sum /= 2)
		*lost /= 2;
	*seen = (uint16_t)sum;
}

static void conclude(struct rate_estimate *estimate)
{
	uint32_t below_of = estimate->below_seen > BELOW_LEAST ? estimate->below_seen : BELOW_LEAST;
	uint32_t all_of = estimate->all_seen ? estimate->all_seen : 1;
	uint32_t below = estimate->below_lost * UINT32_C(1000) / below_of;
	uint32_t all = estimate->all_lost * UINT32_C(1000) / all_of + ALL_SLACK_PERMILLE; /* chance is a part of all */
	uint32_t chance = below < all ? below : all;
	estimate->chance_permille = chance < CHANCE_MAX_PERMILLE ? chance : CHANCE_MAX_PERMILLE;
	uint64_t rate = estimate->rate * UINT64_C(1000) / (1000 - estimate->chance_permille);
	estimate->path_rate = (uint32_t)(rate < UINT32_MAX ? rate : UINT32_MAX);
}

static void begin_round(struct rate_estimate *estimate, octo_time_ns now, const struct flow_arrival *arrival,
                        uint64_t number_next)
{
	estimate->began_at = now;
	estimate->began_sent_at = arrival->sent_at;
	estimate->end_number = number_next;
	estimate->bytes = estimate->trip_round_ns = 0;
	estimate->packets = estimate->lost = 0;
	estimate->is_starved = false;
}

static void keep(struct rate_estimate *estimate, uint32_t rate, bool is_starved)
{
	if (is_starved && rate <= estimate->rate)
		return;
	if (!is_starved)
		estimate->at = (uint8_t)((estimate->at + 1) % ESTIMATE_ROUNDS);
	estimate->best[estimate->at] = rate;
	estimate->rate = 0;
	for (int i = 0; i < ESTIMATE_ROUNDS; i++)
		if (estimate->best[i] > estimate->rate)
			estimate->rate = estimate->best[i];
	conclude(estimate);
}

/* Bytes over the time in which they arrived, or in which they were sent if that is longer; 0: all at one instant. */
static uint32_t rate_over(uint64_t bytes, octo_time_ns took, octo_time_ns sent_at, octo_time_ns sent_before)
{
	octo_time_ns sent_in = sent_at > sent_before ? sent_at - sent_before : 0;
	uint64_t limited = bytes < UINT32_MAX ? bytes : UINT32_MAX;
	uint64_t rate = sent_in > took ? limited * OCTO_SECOND / sent_in : took ? limited * OCTO_SECOND / took : 0;
	return (uint32_t)(rate < UINT32_MAX ? rate : UINT32_MAX);
}

static void count_stretch(struct rate_estimate *estimate, octo_time_ns now, const struct flow_arrival *arrival)
{
	estimate->stretch_bytes += arrival->bytes;
	estimate->stretch_packets += arrival->packets;
	bool is_whole = estimate->stretch_packets >= STRETCH_PACKETS && now - estimate->stretch_at >= estimate->trip_min_ns / 4;
	if (estimate->stretch_at && !is_whole)
		return;
	if (estimate->stretch_at)
		estimate->stretch_rate = rate_over(estimate->stretch_bytes, now - estimate->stretch_at, arrival->sent_at,
		                                   estimate->stretch_sent_at);
	estimate->stretch_at = now;
	estimate->stretch_sent_at = arrival->sent_at;
	estimate->stretch_bytes = estimate->stretch_packets = 0;
}

bool estimate_arrived(struct rate_estimate *estimate, octo_time_ns now, const struct flow_arrival *arrival,
                      uint64_t number_next, struct estimate_round *round)
{
	count(&estimate->below_seen, &estimate->below_lost, arrival->below, BELOW_MEMORY);
	count(&estimate->all_seen, &estimate->all_lost, arrival->packets, ALL_MEMORY);
	conclude(estimate);
	count_stretch(estimate, now, arrival);
	if (estimate->began_at == 0) {
		begin_round(estimate, now, arrival, number_next);
		return false;
	}
	estimate->bytes += arrival->bytes;
	estimate->packets += arrival->packets;
	if (arrival->number < estimate->end_number || estimate->packets < ROUND_PACKETS)
		return false;
	octo_time_ns took = now - estimate->began_at;
	round->rate = rate_over(estimate->bytes, took, arrival->sent_at, estimate->began_sent_at);
	if (round->rate == 0)
		return false; /* all at one instant: the next will tell */
	round->loss_permille = (uint32_t)(estimate->lost * UINT64_C(1000) / (estimate->lost + estimate->packets));
	round->queue_ns = estimate->trip_round_ns > estimate->trip_min_ns ? estimate->trip_round_ns - estimate->trip_min_ns : 0;
	round->is_starved = estimate->is_starved || took > round_max_ns;
	keep(estimate, round->rate, round->is_starved);
	estimate->has_sample = true;
	begin_round(estimate, now, arrival, number_next);
	return true;
}

bool estimate_has_queue(const struct rate_estimate *estimate, octo_time_ns queue_ns)
{
	for (int i = 0; i < ESTIMATE_TRIPS; i++)
		if (estimate->trips_ns[i] <= estimate->trip_min_ns + queue_ns)
			return false;
	return true;
}

void estimate_forget_stretch(struct rate_estimate *estimate)
{
	estimate->stretch_at = 0;
	estimate->stretch_rate = 0;
}

uint32_t estimate_stretch(const struct rate_estimate *estimate)
{
	return estimate->stretch_rate;
}

void estimate_lost(struct rate_estimate *estimate, bool is_below)
{
	estimate->lost++;
	estimate->all_lost++;
	count(&estimate->all_seen, &estimate->all_lost, 1, ALL_MEMORY);
	if (is_below) {
		estimate->below_lost++;
		count(&estimate->below_seen, &estimate->below_lost, 1, BELOW_MEMORY);
	}
	conclude(estimate);
}

void estimate_was_late(struct rate_estimate *estimate, bool is_below)
{
	if (estimate->lost)
		estimate->lost--;
	if (estimate->all_lost)
		estimate->all_lost--;
	if (is_below && estimate->below_lost)
		estimate->below_lost--;
	conclude(estimate);
}

void estimate_restart(struct rate_estimate *estimate)
{
	estimate->began_at = estimate->trip_round_ns = 0;
}

void estimate_set(struct rate_estimate *estimate, uint32_t rate)
{
	for (int i = 0; i < ESTIMATE_ROUNDS; i++)
		estimate->best[i] = rate;
	estimate->rate = rate;
	conclude(estimate);
}
