/* flow_control.h: how fast couriers may send to a peer (C:128, C:141-143) [P 7.5]: pacing at what the path was measured
 * to carry, made good for losses by chance; throttling when a queue grows; never above what was agreed. Knows packets
 * and bytes, not couriers. Measuring is in rate_estimate.h. */
#ifndef OCTO_INTRINSIC_FLOW_CONTROL_H
#define OCTO_INTRINSIC_FLOW_CONTROL_H

#include "core/intrinsic/rate_estimate.h"
#include "core/intrinsic/sent_packets.h"

enum flow_phase {
	FLOW_STARTUP,                     /* doubling each round trip, until the path is full */
	FLOW_DRAIN,                       /* slower than the path, until its queue is gone */
	FLOW_CRUISE,
	FLOW_PROBE                        /* one round faster, to see whether there is more */
};

struct flow_light {                       /* Fiedler's good and bad mode */
	octo_time_ns changed_at, penalty_ns;
	octo_time_ns eased_at;            /* good: since when the penalty fades; OCTO_NEVER: bad */
	octo_time_ns fine_since;          /* bad, but conditions are good since; OCTO_NEVER: they are not */
};

struct flow {
	octo_time_ns send_at;             /* pacing: not before */
	uint32_t rate;                    /* bytes per second, of the pacing */
	uint8_t phase, phase_rounds, full_rounds, gains; /* gains: probes in a row that found more */
	uint16_t cruise_loss;             /* per mille, smoothed; of rounds in which we did not probe */
	bool is_deep, is_after_probe, is_path_easy, is_wanted_due, is_out_of_room;
	bool is_held_by_window;           /* since the last packet: couriers waited for an acknowledgement */
	uint32_t told_rate;
	uint32_t window;                  /* startup: bytes that may be in flight; grows by what arrives */
	uint32_t full_rate;               /* startup: what has to be exceeded to go on */
	uint32_t probed_rate;             /* the estimate before probing */
	uint32_t wanted_by_peer;          /* MAX_RATE received; 0: none */
	uint32_t wanted;                  /* MAX_RATE to be sent; 0: none */
	octo_time_ns queue_before_ns;     /* of the round before */
	uint64_t path_from;               /* packets with lower numbers went another way, and tell nothing of this one */
	struct rate_estimate estimate;
	struct flow_light light;
	uint8_t held_by;                  /* enum octo_wait: what flow_next() waits for, if anything */
	uint8_t reserved[7];              /* 0; no padding */
};

bool flow_is_good(const struct peer *peer); /* the light */
void flow_begin(struct call *call, struct peer *peer);
/* The peer is somewhere else now: what was measured, round trips included, was about another path. */
void flow_moved(struct call *call, struct peer *peer);

/* The peer wants no more than this many bytes per second; we want no more of it (0: what was agreed). */
void flow_obey(const struct call *call, struct peer *peer, uint32_t rate);
void flow_wish(struct peer *peer, uint32_t rate);
/* A MAX_RATE is due, and there is room to record it. */
bool flow_has_wish(const struct call *call, const struct peer *peer);

/* Before sending: when the next packet with messages may go; OCTO_NEVER: not before an acknowledgement comes. Leaves in
 * `held_by` what it is that is waited for: PACE, WINDOW or NO_RECORD. */
octo_time_ns flow_next(struct call *call, struct peer *peer);
/* A packet of the current session is sent. It could have gone earlier, had there been anything in it; `was_idle`: nor was
 * there anything when the one before it went. */
void flow_sent(struct call *call, struct peer *peer, size_t bytes);
void flow_starved(struct peer *peer, bool was_idle);
/* What to note in its record. */
uint8_t flow_record_flags(const struct peer *peer);

void flow_take_trip(struct call *call, struct peer *peer, const struct flow_arrival *arrival);
void flow_arrived(struct call *call, struct peer *peer, const struct flow_arrival *arrival);
void flow_lost(struct peer *peer, const struct sent_record *record);
void flow_was_late(struct peer *peer, const struct sent_record *record);
void flow_unanswered(struct call *call, struct peer *peer);
octo_time_ns flow_latest_trip(const struct peer *peer);

/* What may be sent at most, by agreement and by the peer's wish; what the path is thought to carry within that. */
uint32_t flow_limit(const struct peer *peer);
uint32_t flow_estimate(const struct peer *peer);

#endif
