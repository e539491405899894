/* recorder.h: everything that happens is told here: it goes into the trace hash, and into the trace if there is one. */
#ifndef OCTOSIM_RECORDER_H
#define OCTOSIM_RECORDER_H

#include "sim/world.h"

/* A digest of bytes, for the hash. */
uint64_t recorder_digest(const void *bytes, size_t size);
/* Adds the record (time is filled in here) and its extra bytes to hash and trace. Returns the record's index. */
uint32_t recorder_put(struct sim *sim, struct trace_record *record, const void *extra);
/* The same about a whole datagram, whose digest is known already and counts, with extra bytes or without. */
uint32_t recorder_put_packet(struct sim *sim, struct trace_record *record, const struct packet *packet);
/* A core's event, audit events excepted. */
void recorder_core_event(struct sim *sim, uint32_t node, uint32_t peer_node, const struct octo_event *event);
void recorder_action(struct sim *sim, enum trace_action action, uint32_t node, uint32_t peer, uint64_t detail);
/* `cause`: 1 + the record that shows it, 0 for none. */
void recorder_failure(struct sim *sim, bool is_invariant, const char *text, uint32_t cause);

#endif
