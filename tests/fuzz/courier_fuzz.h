/* courier_fuzz.h: any bytes as messages of a peer's courier: size u8 and so many bytes, until there are no more. */
#ifndef OCTOSIM_TESTS_COURIER_FUZZ_H
#define OCTOSIM_TESTS_COURIER_FUZZ_H

#include "core/octo.h"
#include "tests/fuzz/fuzz.h"

static unsigned long fuzz_bad_messages;

static inline void fuzz_report(const struct octo_courier_call *call, const struct octo_event_note *note)
{
	FUZZ_REQUIRE(call->session != 0 && note->note < OCTO_NOTE_COUNT);
	fuzz_bad_messages += note->note == OCTO_NOTE_BAD_MESSAGE;
}

static inline struct octo_courier_call fuzz_call(void)
{
	return (struct octo_courier_call){ .now = UINT64_C(1000000) * OCTO_SECOND, .session = 7, .report = fuzz_report };
}

/* Receives each message, and lets the courier speak between them. A bad message changes no byte of the state. */
static inline void fuzz_courier(const struct octo_courier *kind, void *state, struct octo_courier_call *call,
                                const uint8_t *bytes, size_t size)
{
	uint8_t out[OCTO_COURIER_PAYLOAD_MAX], *before = malloc(kind->state_size);
	FUZZ_REQUIRE(before != NULL);
	for (size_t at = 0; at < size;) {
		size_t length = bytes[at++];
		length = length < size - at ? length : size - at;
		unsigned long bad = fuzz_bad_messages;
		memcpy(before, state, kind->state_size);
		kind->receive(state, call, bytes + at, length);
		FUZZ_REQUIRE(bad == fuzz_bad_messages || memcmp(before, state, kind->state_size) == 0);
		at += length;
		struct octo_mandate mandate = { .urgency_ms = 0 };
		kind->mandate(state, call, &mandate);
		FUZZ_REQUIRE(mandate.payload_size <= OCTO_COURIER_PAYLOAD_MAX);
		uint64_t handle = 0;
		if (mandate.want_to_send && mandate.urgency_ms == 0)
			FUZZ_REQUIRE(kind->send(state, call, out, mandate.payload_size, &handle) <= mandate.payload_size);
		call->now += 10 * OCTO_MILLISECOND;
	}
	free(before);
}

#endif
