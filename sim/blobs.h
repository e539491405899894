/* blobs.h: blobs in a simulated world: whose application offers what, the bytes, and the disks that they go to. The bytes of
 * a blob follow from the run's seed, its id and the place of each, or stand in a file: nobody ever holds them. What a
 * receiver has of one in a row outlives a crash, as a disk does, and is lost with its store.
 * Knows no packets. Next: core/octo.h, "Blobs". */
#ifndef OCTOSIM_BLOBS_H
#define OCTOSIM_BLOBS_H

#include "sim/world.h"

/* Makes room for the blobs of the timeline. */
void blobs_make(struct sim *sim);
/* What a node with couriers has of a host, whose context is a struct node_seat. */
extern const struct octo_blobs blobs_of_nodes;
/* The verbs "blob" and "cancel". */
void blobs_begin(struct sim *sim, uint32_t action);
/* A node is about to crash; its store is lost. */
void blobs_crash(struct sim *sim, uint32_t number);
void blobs_forget(struct sim *sim, uint32_t number);
/* A core says something about a blob. */
void blobs_note(struct sim *sim, uint32_t node, uint32_t peer_node, const struct octo_event_note *note);

struct blobs_view {
	enum scenario_blob_state state;
	uint64_t size, done;          /* bytes; done: that the receiver has */
	uint64_t repeated;            /* bytes that it got more than once, in all its lives */
	uint64_t rate_bps;            /* bits per second, from the offer until it is whole, was given up, or until now */
	uint64_t took_ns;             /* that time */
	bool is_whole;                /* every byte was compared, and the digest is right */
	bool is_refuted;              /* it ended because its digest was not */
};
/* False: no such blob was offered yet. */
bool blobs_view(const struct sim *sim, uint32_t from, uint32_t to, uint16_t id, struct blobs_view *view);
/* Puts result->blobs into place: all that were offered, in the order of nodes and ids. The list is the sim's: valid until the
 * next call. */
void blobs_sum_up(struct sim *sim, struct sim_result *result);

#endif
