/* rate_estimate.h: what a path carries (C:141): delivery rate, round trips, and how much it loses by chance. Measured in
 * rounds of one round trip and at least ten packets. Draws no conclusions: flow_control.h does. */
#ifndef OCTO_INTRINSIC_RATE_ESTIMATE_H
#define OCTO_INTRINSIC_RATE_ESTIMATE_H

#include "core/octo.h"

enum { ESTIMATE_ROUNDS = 10, ESTIMATE_TRIPS = 4 };

/* What one acknowledgement brought. */
struct flow_arrival {
	octo_time_ns trip_ns;             /* a fair sample, the peer's delay included; 0: none */
	octo_time_ns delay_ns;            /* that the peer says it held it back */
	octo_time_ns sent_at;             /* of the youngest packet that arrived */
	uint64_t number;                  /* of that packet */
	uint64_t bytes;
	uint32_t packets, below;          /* arrivals in time; of those, paced below what the path carries */
};

struct rate_estimate {
	uint32_t best[ESTIMATE_ROUNDS];   /* bytes per second, a round each */
	uint32_t packets;                 /* that arrived in the present round */
	uint8_t at;                       /* the present one of `best` */
	bool has_sample;
	bool is_starved;                  /* by the couriers: the round says nothing of the path's limit */
	uint8_t trip_at;                  /* in trips_ns[] */
	octo_time_ns trip_latest_ns;      /* 0: none yet, as for all trips here */
	octo_time_ns trip_min_ns, trip_min_at;
	octo_time_ns trip_round_ns;       /* least of the present round */
	/* The present round. */
	octo_time_ns began_at, began_sent_at; /* 0: none */
	uint64_t end_number, bytes;
	uint32_t lost;
	/* Losses by chance: of packets paced below what the path carries, and of all, both fading. */
	uint16_t below_seen, below_lost, all_seen, all_lost;
	uint32_t rate;                    /* the highest of `best` */
	uint32_t chance_permille, path_rate; /* what follows from all that: kept, for it is asked oftener than it changes */
	octo_time_ns trips_ns[ESTIMATE_TRIPS]; /* the last ones; 0: not so many yet */
	/* A stretch: a part of a round, to see at once what a path carries that is full. */
	octo_time_ns stretch_at, stretch_sent_at; /* 0: none */
	uint64_t stretch_bytes;
	uint32_t stretch_packets, stretch_rate; /* bytes per second of the last whole one */
};

struct estimate_round {                   /* a finished one */
	uint32_t rate;                    /* bytes per second */
	uint32_t loss_permille;
	octo_time_ns queue_ns;            /* how much longer than the shortest its shortest trip was */
	bool is_starved;
};

void estimate_trip(struct rate_estimate *estimate, octo_time_ns now, octo_time_ns trip_ns);
/* True when that ended a round. `number_next`: of the packet to be sent next. */
bool estimate_arrived(struct rate_estimate *estimate, octo_time_ns now, const struct flow_arrival *arrival,
                      uint64_t number_next, struct estimate_round *round);
/* Nothing went for a while, for want of something to say: that was not what the path carries. */
void estimate_forget_stretch(struct rate_estimate *estimate);
/* Whether each of the last trips has waited in queues for so long; and what then arrived, which is all that the path
 * carries: over the last whole stretch since the last pause; 0: none yet. */
bool estimate_has_queue(const struct rate_estimate *estimate, octo_time_ns queue_ns);
uint32_t estimate_stretch(const struct rate_estimate *estimate);
/* Another phase: the present round would be of both. */
void estimate_restart(struct rate_estimate *estimate);
void estimate_lost(struct rate_estimate *estimate, bool is_below);
void estimate_was_late(struct rate_estimate *estimate, bool is_below);
/* Bytes per second that were delivered at best in the last rounds; 0 before the first. */
static inline uint32_t estimate_rate(const struct rate_estimate *estimate) { return estimate->rate; }
/* What is lost by chance; and what to send so that as much arrives as ever did. */
static inline uint32_t estimate_chance_permille(const struct rate_estimate *estimate) { return estimate->chance_permille; }
static inline uint32_t estimate_path_rate(const struct rate_estimate *estimate) { return estimate->path_rate; }
/* A new limit has shown itself: forgets the best. */
void estimate_set(struct rate_estimate *estimate, uint32_t rate);

#endif
