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

enum { FUZZ_HANDLES = 8, FUZZ_SPEAKS_MAX = 4 };

/* What the courier wants to say, a few messages at most; handles it gives them wait for their fate. */
static inline void fuzz_speak(const struct octo_courier *kind, void *state, struct octo_courier_call *call,
                              uint64_t handles[FUZZ_HANDLES])
{
	for (int i = 0; i < FUZZ_SPEAKS_MAX; i++) {
		uint8_t out[OCTO_COURIER_PAYLOAD_MAX];
		struct octo_mandate mandate = { .urgency_ms = 0 };
		uint64_t handle = 0;
		kind->mandate(state, call, &mandate);
		FUZZ_REQUIRE(mandate.payload_size <= OCTO_COURIER_PAYLOAD_MAX);
		if (!mandate.want_to_send || mandate.urgency_ms > 0)
			return;
		FUZZ_REQUIRE(kind->send(state, call, out, mandate.payload_size, &handle) <= mandate.payload_size);
		if (handle && kind->fate) {
			if (handles[0])
				kind->fate(state, call, handles[0], OCTO_FATE_LOST);
			memmove(handles, handles + 1, (FUZZ_HANDLES - 1) * sizeof *handles);
			handles[FUZZ_HANDLES - 1] = handle;
		}
	}
}

/* Receives each message, and lets the courier speak between them; the last bit of a message says what becomes of what was
 * said before it. A bad message changes no byte of the state. */
static inline void fuzz_courier(const struct octo_courier *kind, void *state, struct octo_courier_call *call,
                                const uint8_t *bytes, size_t size)
{
	uint8_t *before = malloc(kind->state_size);
	uint64_t handles[FUZZ_HANDLES] = { 0 };
	FUZZ_REQUIRE(before != NULL);
	for (size_t at = 0; at < size;) {
		size_t length = bytes[at++];
		length = length < size - at ? length : size - at;
		unsigned long bad = fuzz_bad_messages;
		memcpy(before, state, kind->state_size);
		kind->receive(state, call, bytes + at, length);
		FUZZ_REQUIRE(bad == fuzz_bad_messages || memcmp(before, state, kind->state_size) == 0);
		at += length;
		fuzz_speak(kind, state, call, handles);
		uint64_t *handle = &handles[FUZZ_HANDLES - 1];
		if (*handle && length > 0)
			kind->fate(state, call, *handle, bytes[at - 1] & 1 ? OCTO_FATE_DELIVERED : OCTO_FATE_LOST);
		if (length > 0)
			*handle = 0;
		call->now += 10 * OCTO_MILLISECOND;
	}
	free(before);
}

#endif
