/* courier_wire.h: two courier states joined by a wire that delays, loses, doubles and swaps messages as the test says,
 * with no channel between them. Time goes in milliseconds. */
#ifndef OCTOSIM_TESTS_COURIER_WIRE_H
#define OCTOSIM_TESTS_COURIER_WIRE_H

#include "core/octo.h"

enum { WIRE_MESSAGES_MAX = 4096 };

struct courier_end {
	struct octo_courier_call call;    /* the first: a report finds its way back */
	const struct octo_courier *kind;
	void *state;
	uint64_t notes[OCTO_NOTE_COUNT];
	struct octo_event_note last;
	uint64_t sent, sent_bytes, largest;
	bool is_cut;                      /* what it sends is lost */
	struct { octo_time_ns at; uint64_t handle; enum octo_fate fate; } fates[64]; /* at 0: none */
};

struct wire_message {
	octo_time_ns at;                  /* 0: none */
	int to;
	uint64_t session;                 /* it was sent in */
	size_t size;
	uint8_t bytes[OCTO_COURIER_PAYLOAD_MAX];
};

struct courier_wire {
	struct courier_end ends[2];
	octo_time_ns now, latency_ns, jitter_ns;
	uint32_t loss_permille, double_permille;
	uint64_t random;
	unsigned used;                    /* messages beyond are free */
	struct wire_message messages[WIRE_MESSAGES_MAX];
	struct wire_message latest[2];    /* that each end sent */
};

void wire_open(struct courier_wire *wire, const struct octo_courier *a, void *state_a, const struct octo_courier *b,
               void *state_b);
/* Another session takes the place of the present one, on both sides at once. */
void wire_replace(struct courier_wire *wire, uint64_t session);
void wire_run(struct courier_wire *wire, octo_time_ns for_ns);
/* Hands bytes to an end at once. */
void wire_push(struct courier_wire *wire, int to, const void *bytes, size_t size);
struct octo_mandate wire_mandate(struct courier_wire *wire, int end);
uint64_t wire_random(struct courier_wire *wire);

#endif
