/* crowd.h: one channel with many peers and nobody at the other end, for what is about the address book as a whole. */
#ifndef OCTOSIM_TESTS_CROWD_H
#define OCTOSIM_TESTS_CROWD_H

#include "core/intrinsic/call.h"

struct crowd {
	struct octo_channel *channel;
	struct octo_host host;
	struct octo_config config;
	size_t block_size;
	uint64_t random;                  /* also what entropy comes from */
	octo_time_ns now;
};

void crowd_open(struct crowd *crowd, uint32_t peers);
void crowd_close(struct crowd *crowd);
struct call crowd_call(struct crowd *crowd);
/* The card of the nth peer. */
struct octo_card crowd_card(uint32_t peer);
uint64_t crowd_random(struct crowd *crowd);

#endif
