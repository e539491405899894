/* traffic.h: what becomes of a datagram between two cores: links, copies, deliveries, and the ledger of their fates. */
#ifndef OCTOSIM_TRAFFIC_H
#define OCTOSIM_TRAFFIC_H

#include "sim/world.h"

/* A packet with room for OCTO_DATAGRAM_MAX bytes, held once; 0 when the arena is full. */
arena_ref traffic_new_packet(struct sim *sim);
void traffic_drop_packet(struct sim *sim, arena_ref ref);
/* A core hands over a datagram; its packet is taken. */
void traffic_send(struct sim *sim, uint32_t from, arena_ref ref, const struct octo_address *to);
/* The same for a datagram that no core sends, between two nodes: see background.h. `link` is 0, or 1 + the number of the
 * pair's link as an earlier call left it there. */
void traffic_send_background(struct sim *sim, uint32_t from, uint32_t to, arena_ref ref, uint32_t *link);
/* The timeline puts a datagram at a node's door, as if it came from that address. */
void traffic_inject(struct sim *sim, uint32_t from, uint32_t to, const uint8_t *bytes, size_t size);
/* The same for any addresses, over the link of `like->from` and `like->to` or at the door at once. */
void traffic_put(struct sim *sim, const struct flight *like, const uint8_t *bytes, size_t size, bool is_at_door);
/* The longest latency that the pair's link draws, without its queue. */
uint64_t traffic_latency_max_ns(const struct sim *sim, uint32_t from, uint32_t to);
/* For routing.c: over a link, of two nodes or an access link, from where the flight is. */
void traffic_carry(struct sim *sim, const struct flight *flight, uint32_t link_from, uint32_t link_to);
/* For queueing.c: a datagram begins to wait: it is a copy from now on. */
void traffic_hold(struct sim *sim, struct flight *flight);
/* What was decided about it comes true. */
void traffic_launch(struct sim *sim, const struct flight *flight, const struct link_fate *fate);
/* A copy that never arrives. */
void traffic_lose(struct sim *sim, const struct flight *flight, enum trace_drop drop, uint64_t arrive_ns);
void traffic_free_models(struct sim *sim);
/* A process takes a copy that has arrived out of its buffer. Its packet is taken. */
void traffic_hand_over(struct sim *sim, const struct flight *flight);
/* A copy arrives. */
void traffic_deliver(struct sim *sim, arena_ref flight_ref);

#endif
