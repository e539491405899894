/* names.c: the words for every enum of octo.h, from the same lists that define the enums, so that none can lack one. */
#include "core/octo.h"

#include "core/base/check.h"

const char *octo_status_text(enum octo_status status)
{
	static const char *const texts[] = {
#define X(name, text) text,
		OCTO_STATUSES(X)
#undef X
	};
	OCTO_ASSERT(status < OCTO_STATUS_COUNT);
	return texts[status];
}

const char *octo_packet_type_name(enum octo_packet_type type)
{
	switch (type) {
	case OCTO_PACKET_SYN: return "syn";
	case OCTO_PACKET_SYN_ACK: return "syn-ack";
	case OCTO_PACKET_ACK: return "ack";
	case OCTO_PACKET_RETRY: return "retry";
	case OCTO_PACKET_PROBE: return "probe";
	case OCTO_PACKET_PROBE_REPLY: return "probe-reply";
	case OCTO_PACKET_DATA: return "data";
	case OCTO_PACKET_STUN: return "stun";
	case OCTO_PACKET_UNKNOWN: break;
	}
	return "unknown";
}

enum octo_packet_type octo_packet_type_of(const uint8_t *bytes, size_t size)
{
	if (size == 0)
		return OCTO_PACKET_UNKNOWN;
	if (bytes[0] & 0x80)
		return OCTO_PACKET_DATA;
	if (bytes[0] >= OCTO_PACKET_SYN && bytes[0] <= OCTO_PACKET_PROBE_REPLY)
		return (enum octo_packet_type)bytes[0];
	if (size >= 8 && bytes[0] < 0x40 && bytes[4] == 0x21 && bytes[5] == 0x12 && bytes[6] == 0xa4 && bytes[7] == 0x42)
		return OCTO_PACKET_STUN;
	return OCTO_PACKET_UNKNOWN;
}

const char *octo_class_name(enum octo_class class)
{
	static const char *const names[] = {
#define X(name, text) text,
		OCTO_CLASSES(X)
#undef X
	};
	OCTO_ASSERT(class < OCTO_CLASS_COUNT);
	return names[class];
}

const char *octo_reason_name(enum octo_reason reason)
{
	static const char *const names[] = {
#define X(name, text, class) text,
		OCTO_REASONS(X)
#undef X
	};
	OCTO_ASSERT(reason < OCTO_REASON_COUNT);
	return names[reason];
}

enum octo_class octo_reason_class(enum octo_reason reason)
{
	static const uint8_t classes[] = {
#define X(name, text, class) OCTO_CLASS_##class,
		OCTO_REASONS(X)
#undef X
	};
	OCTO_ASSERT(reason < OCTO_REASON_COUNT);
	return (enum octo_class)classes[reason];
}

const char *octo_state_name(enum octo_state state)
{
	static const char *const names[] = {
#define X(name, text) text,
		OCTO_STATES(X)
#undef X
	};
	OCTO_ASSERT(state < OCTO_STATE_COUNT);
	return names[state];
}

const char *octo_step_name(enum octo_step step)
{
	static const char *const names[] = {
#define X(name, key, text) key,
		OCTO_STEPS(X)
#undef X
	};
	OCTO_ASSERT(step < OCTO_STEP_COUNT);
	return names[step];
}

const char *octo_step_text(enum octo_step step)
{
	static const char *const texts[] = {
#define X(name, key, text) text,
		OCTO_STEPS(X)
#undef X
	};
	OCTO_ASSERT(step < OCTO_STEP_COUNT);
	return texts[step];
}

const char *octo_role_name(enum octo_role role)
{
	static const char *const names[] = {
#define X(name, text) text,
		OCTO_ROLES(X)
#undef X
	};
	OCTO_ASSERT(role < OCTO_ROLE_COUNT);
	return names[role];
}

const char *octo_end_text(enum octo_end end)
{
	static const char *const texts[] = {
#define X(name, text) text,
		OCTO_ENDS(X)
#undef X
	};
	OCTO_ASSERT(end < OCTO_END_COUNT);
	return texts[end];
}

const char *octo_side_name(enum octo_side side)
{
	static const char *const names[] = {
#define X(name, text) text,
		OCTO_SIDES(X)
#undef X
	};
	OCTO_ASSERT(side < OCTO_SIDE_COUNT);
	return names[side];
}

const char *octo_fate_name(enum octo_fate fate)
{
	static const char *const names[] = {
#define X(name, text) text,
		OCTO_FATES(X)
#undef X
	};
	OCTO_ASSERT(fate < OCTO_FATE_COUNT);
	return names[fate];
}

const char *octo_pool_text(enum octo_pool pool)
{
	static const char *const texts[] = {
#define X(name, text) text,
		OCTO_POOLS(X)
#undef X
	};
	OCTO_ASSERT(pool < OCTO_POOL_COUNT);
	return texts[pool];
}

const char *octo_tell_name(enum octo_tell tell)
{
	static const char *const names[] = {
#define X(name, key, text) key,
		OCTO_TELLS(X)
#undef X
	};
	OCTO_ASSERT(tell < OCTO_TELL_COUNT);
	return names[tell];
}

const char *octo_tell_text(enum octo_tell tell)
{
	static const char *const texts[] = {
#define X(name, key, text) text,
		OCTO_TELLS(X)
#undef X
	};
	OCTO_ASSERT(tell < OCTO_TELL_COUNT);
	return texts[tell];
}

const char *octo_way_name(enum octo_way way)
{
	static const char *const words[] = {
#define X(name, text) text,
		OCTO_WAYS(X)
#undef X
	};
	OCTO_ASSERT(way < OCTO_WAY_COUNT);
	return words[way];
}

const char *octo_blob_end_name(enum octo_blob_end end)
{
	static const char *const words[] = {
#define X(name, key, text) key,
		OCTO_BLOB_ENDS(X)
#undef X
	};
	OCTO_ASSERT(end < OCTO_BLOB_END_COUNT);
	return words[end];
}

const char *octo_blob_end_text(enum octo_blob_end end)
{
	static const char *const words[] = {
#define X(name, key, text) text,
		OCTO_BLOB_ENDS(X)
#undef X
	};
	OCTO_ASSERT(end < OCTO_BLOB_END_COUNT);
	return words[end];
}

const char *octo_note_name(enum octo_note note)
{
	static const char *const names[] = {
#define X(name, key, class, text) key,
		OCTO_NOTES(X)
#undef X
	};
	OCTO_ASSERT(note < OCTO_NOTE_COUNT);
	return names[note];
}

const char *octo_note_text(enum octo_note note)
{
	static const char *const texts[] = {
#define X(name, key, class, text) text,
		OCTO_NOTES(X)
#undef X
	};
	OCTO_ASSERT(note < OCTO_NOTE_COUNT);
	return texts[note];
}

enum octo_class octo_note_class(enum octo_note note)
{
	static const uint8_t classes[] = {
#define X(name, key, class, text) OCTO_CLASS_##class,
		OCTO_NOTES(X)
#undef X
	};
	OCTO_ASSERT(note < OCTO_NOTE_COUNT);
	return (enum octo_class)classes[note];
}

const char *octo_wait_name(enum octo_wait wait)
{
	static const char *const names[] = {
#define X(name, key, text) key,
		OCTO_WAITS(X)
#undef X
	};
	OCTO_ASSERT(wait < OCTO_WAIT_COUNT);
	return names[wait];
}

const char *octo_wait_text(enum octo_wait wait)
{
	static const char *const texts[] = {
#define X(name, key, text) text,
		OCTO_WAITS(X)
#undef X
	};
	OCTO_ASSERT(wait < OCTO_WAIT_COUNT);
	return texts[wait];
}

const char *octo_discard_name(enum octo_discard discard)
{
	static const char *const names[] = {
#define X(name, key, text) key,
		OCTO_DISCARDS(X)
#undef X
	};
	OCTO_ASSERT(discard < OCTO_DISCARD_COUNT);
	return names[discard];
}

const char *octo_discard_text(enum octo_discard discard)
{
	static const char *const texts[] = {
#define X(name, key, text) text,
		OCTO_DISCARDS(X)
#undef X
	};
	OCTO_ASSERT(discard < OCTO_DISCARD_COUNT);
	return texts[discard];
}

const char *octo_path_name(enum octo_path path)
{
	static const char *const names[] = {
#define X(name, text) text,
		OCTO_PATHS(X)
#undef X
	};
	OCTO_ASSERT(path < OCTO_PATH_COUNT);
	return names[path];
}

const char *octo_warning_name(enum octo_warning warning)
{
	static const char *const names[] = {
#define X(name, key, text) key,
		OCTO_WARNINGS(X)
#undef X
	};
	OCTO_ASSERT(warning < OCTO_WARNING_COUNT);
	return names[warning];
}

const char *octo_warning_text(enum octo_warning warning)
{
	static const char *const texts[] = {
#define X(name, key, text) text,
		OCTO_WARNINGS(X)
#undef X
	};
	OCTO_ASSERT(warning < OCTO_WARNING_COUNT);
	return texts[warning];
}

const char *octo_mode_name(enum octo_mode mode)
{
	static const char *const names[] = {
#define X(name, key, text) key,
		OCTO_MODES(X)
#undef X
	};
	OCTO_ASSERT(mode < OCTO_MODE_COUNT);
	return names[mode];
}

const char *octo_mode_text(enum octo_mode mode)
{
	static const char *const texts[] = {
#define X(name, key, text) text,
		OCTO_MODES(X)
#undef X
	};
	OCTO_ASSERT(mode < OCTO_MODE_COUNT);
	return texts[mode];
}

const char *octo_activity_name(enum octo_activity activity)
{
	static const char *const names[] = {
#define X(name, key, text) key,
		OCTO_ACTIVITIES(X)
#undef X
	};
	OCTO_ASSERT(activity < OCTO_ACTIVITY_COUNT);
	return names[activity];
}

const char *octo_activity_text(enum octo_activity activity)
{
	static const char *const texts[] = {
#define X(name, key, text) text,
		OCTO_ACTIVITIES(X)
#undef X
	};
	OCTO_ASSERT(activity < OCTO_ACTIVITY_COUNT);
	return texts[activity];
}

const char *octo_event_name(enum octo_event_kind kind)
{
	static const char *const names[] = {
#define X(name, text) text,
		OCTO_EVENTS(X)
#undef X
	};
	OCTO_ASSERT(kind < OCTO_EVENT_COUNT);
	return names[kind];
}

const char *octo_suite_name(uint8_t suite)
{
	switch (suite) {
	case OCTO_SUITE_CHACHA20_POLY1305: return "chacha20-poly1305";
	case OCTO_SUITE_AES_256_GCM: return "aes-256-gcm";
	default: return "none";
	}
}
