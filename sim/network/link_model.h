/* link_model.h: what the scenario says about an ordered pair of nodes, all rules resolved, for any time. Outside of the
 * arena, and never changed once made. Knows nothing of what a link has carried so far; see link.h. */
#ifndef OCTOSIM_LINK_MODEL_H
#define OCTOSIM_LINK_MODEL_H

#include "sim/scenario/scenario.h"

struct link_phase;

/* Fields as in struct scenario_link. What stands behind `is_special` counts only when that is set. */
struct link_model {
	enum scenario_latency latency;
	uint64_t latency_a_ns, latency_b_ns; /* as in delay_draw() */
	uint32_t loss, duplicate, corrupt; /* chances of 2^32, UINT32_MAX: always */
	uint64_t rate_bps;            /* bits per second; 0: unlimited */
	uint64_t queue_bytes;         /* that may wait for the rate; 0: unlimited. An idle link takes any datagram */
	const char *mask;             /* 'x' loses the link's n-th datagram, '.' lets it pass; NULL: none */
	size_t mask_length;           /* characters; datagrams beyond it pass */
	bool is_special;              /* link_model_finish() finds out */
	bool has_room;                /* datagrams wait as such: a queue that a number of bytes does not describe */
	uint8_t damage;
	enum scenario_loss loss_kind;
	enum scenario_aqm aqm;
	uint32_t pareto_shape;
	const struct scenario_table *latency_table;
	uint32_t loss_bad, to_bad, to_good;
	uint32_t burst_least, burst_most;
	const struct scenario_drop *drops;
	uint32_t drop_count;
	uint32_t reorder, replay;
	uint64_t reorder_ns, replay_least_ns, replay_most_ns;
	uint64_t clog_at_ns, clog_for_ns, clog_every_ns, clog_heal_ns; /* from `heal` on nothing is held any more */
	uint32_t mtu_bytes;
	uint32_t queue_packets;
	uint64_t queue_ns;
	uint64_t red_least_bytes, red_most_bytes;
	uint32_t red_chance, red_weight;
	uint64_t codel_target_ns, codel_interval_ns;
	const struct scenario_capacity *capacity;
	bool is_drawn;                /* its rate is of the run's seed */
	bool has_draws;               /* so is this or that of a phase; link_model_finish() finds out */
	struct link_phase *phases;    /* by time; NULL: always as above. Their models have none themselves */
	uint32_t phase_count;
};

struct link_phase {
	uint64_t from_ns;             /* the model holds from here on */
	uint64_t fade_ns;             /* loss and latency take so long to get there from these: */
	uint32_t loss_before;
	uint64_t latency_a_before_ns, latency_b_before_ns;
	struct link_model model;
};

/* Whose link it is: what is drawn for it hangs on these and on nothing else. */
struct link_place {
	uint64_t seed;                /* of the run */
	uint32_t from, to;
};

/* All rules that match the pair, later ones over earlier ones. False when memory ran out. The caller ends with
 * link_model_free(). */
OCTO_MUST_CHECK bool link_model_of(const struct scenario *scenario, const struct link_place *place, struct link_model *model);
/* The same of one rule without patterns. */
OCTO_MUST_CHECK bool link_model_of_access(const struct scenario *scenario, const struct scenario_link *rule,
                                          const struct link_place *place, struct link_model *model);
void link_model_free(struct link_model *model);
/* Sets is_special and has_room. For models made by hand, too. */
void link_model_finish(struct link_model *model);
bool link_model_is_same(const struct link_model *a, const struct link_model *b);

/* What holds at a time. The result may be in `faded`, or the model itself. */
const struct link_model *link_model_at(const struct link_model *model, uint64_t now_ns, struct link_model *faded);
/* The same without faults, for a network that has healed: rate, queue and latency stay. */
void link_model_heal(struct link_model *model);
/* The rate at a time, and until when it holds (UINT64_MAX: for good). */
uint64_t link_model_rate(const struct link_model *model, uint64_t now_ns, uint64_t *until_ns);
/* The bits that it can carry in a time; nothing while it has no rate. Clogging is not looked at. */
uint64_t link_model_capacity(const struct link_model *model, uint64_t from_ns, uint64_t to_ns);
/* The longest latency that can be drawn at any time; without queue, reordering and clogging. */
uint64_t link_model_latency_max_ns(const struct link_model *model);
/* When what would leave at a time leaves, as the link may be clogged then. */
uint64_t link_model_release_ns(const struct link_model *model, uint64_t at_ns);

#endif
