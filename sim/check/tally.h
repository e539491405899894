/* tally.h: counts what a scenario's expectations ask for, and judges them in their time. Outside of the world: a run
 * goes the same way whether or not anything is expected of it. */
#ifndef OCTOSIM_TALLY_H
#define OCTOSIM_TALLY_H

#include "sim/world.h"

bool tally_open(struct sim *sim);             /* false: out of memory */
void tally_close(struct sim *sim);
/* Puts the times at which something is judged into the world's queue. */
void tally_plan(struct sim *sim);
void tally_core_event(struct sim *sim, uint32_t node, uint32_t peer_node, const struct octo_event *event);
/* A datagram's copy met this fate, after its record was written. `from` or `to` may be TRACE_NOBODY. `type`: enum
 * octo_packet_type, or of no core. */
enum { TALLY_BACKGROUND = 0xff };
void tally_packet(struct sim *sim, enum scenario_fate fate, uint32_t from, uint32_t to, uint8_t type,
                  enum octo_reason reason);
/* So many bytes have come over the link of two nodes, whosever they are. */
void tally_carried(struct sim *sim, uint32_t from, uint32_t to, uint32_t bytes);
/* A copy came so long after it was sent. */
void tally_arrival(struct sim *sim, uint32_t from, uint32_t to, uint8_t type, uint64_t latency_ns);
/* One application saw so long after it was given what another one had given, or something newer of its kind. */
void tally_seen(struct sim *sim, enum scenario_measured measured, uint32_t from, uint32_t to, uint64_t latency_ns);
void tally_command(struct sim *sim, uint32_t from, uint32_t to); /* one was executed */
/* The application of a node ran: what it has of others is judged when the event is over. */
void tally_robot_ran(struct sim *sim, uint32_t node);
void tally_record(struct sim *sim, const struct trace_record *record); /* number record_count - 1 */
/* A node came or went: its peers have no state with it any more. */
void tally_node_changed(struct sim *sim, uint32_t node);
/* The event that was run is over: what it changed is judged. */
void tally_turn(struct sim *sim);
/* An event that tally_plan() made. */
void tally_judge(struct sim *sim, uint32_t ref);
/* The run is over: what has not been judged is. */
void tally_finish(struct sim *sim);
/* Fills in what was measured for the result. */
void tally_measure(struct sim *sim, uint32_t expectation);
/* Different pairs of crossed SYNs that were duelled over. */
uint64_t tally_duels(const struct sim *sim);
/* Kinds of courier that sent or got anything, by id. */
const struct sim_courier *tally_couriers(struct sim *sim, uint32_t *count);
/* Puts result->seen into place. */
void tally_sum_up_seen(const struct sim *sim, struct sim_result *result);
/* Trusted pairs that had a session on both sides, and when the last of them had its first. */
uint64_t tally_pairs_met(const struct sim *sim, uint64_t *last_ns);

#endif
