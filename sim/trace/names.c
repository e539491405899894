/* names.c: the names of everything a trace counts by number, from the lists in sim/trace.h. */
#include "sim/trace.h"

struct octo_waiting trace_waiting(const uint8_t *extra, uint32_t n)
{
	const uint8_t *at = extra + n * (size_t)TRACE_WAITING_BYTES;
	return (struct octo_waiting){ .courier = at[0], .why = at[1], .passed = (uint16_t)(at[2] | at[3] << 8) };
}

const char *trace_wait_name(uint64_t why)
{
	return why < OCTO_WAIT_COUNT ? octo_wait_name((enum octo_wait)why) : "?";
}

const char *trace_kind_name(enum trace_kind kind)
{
	static const char *const names[TRACE_KIND_COUNT] = {
#define X(name, text) [TRACE_##name] = text,
		TRACE_KINDS(X)
#undef X
	};

	return (unsigned)kind < TRACE_KIND_COUNT ? names[kind] : "unknown";
}

const char *trace_drop_text(enum trace_drop drop)
{
	static const char *const texts[TRACE_DROP_COUNT] = {
#define X(name, text) [TRACE_DROP_##name] = text,
		TRACE_DROPS(X)
#undef X
	};

	return (unsigned)drop < TRACE_DROP_COUNT ? texts[drop] : "unknown";
}

const char *trace_action_name(enum trace_action action)
{
	static const char *const names[TRACE_ACTION_COUNT] = {
#define X(name, text) [TRACE_ACTION_##name] = text,
		TRACE_ACTIONS(X)
#undef X
	};

	return (unsigned)action < TRACE_ACTION_COUNT ? names[action] : "unknown";
}

const char *trace_courier_name(uint64_t id)
{
	switch (id) {
#define X(number, text) case number: return text;
		TRACE_COURIERS(X)
#undef X
	default: return "unknown";
	}
}

const char *trace_lie_name(enum trace_lie lie)
{
	static const char *const names[TRACE_LIE_COUNT] = {
#define X(name, text, sentence) [TRACE_LIE_##name] = text,
		TRACE_LIES(X)
#undef X
	};

	return (unsigned)lie < TRACE_LIE_COUNT ? names[lie] : "unknown";
}

const char *trace_lie_text(enum trace_lie lie)
{
	static const char *const texts[TRACE_LIE_COUNT] = {
#define X(name, text, sentence) [TRACE_LIE_##name] = sentence,
		TRACE_LIES(X)
#undef X
	};

	return (unsigned)lie < TRACE_LIE_COUNT ? texts[lie] : "unknown";
}
