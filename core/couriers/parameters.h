/* parameters.h: what the state of an agent consists of (C:35, S:47-55): for each parameter its type, who owns it, how
 * important it is and what everybody is to expect of it should communications fail; its value as bytes, and which of two
 * writings of it counts. Pure: knows no time and no peer. Next: core/couriers/state.h, which keeps two nodes in step. */
#ifndef OCTO_COURIERS_PARAMETERS_H
#define OCTO_COURIERS_PARAMETERS_H

#include "core/octo.h"

/* Who may write it. A writing of anybody else is refused. */
#define OCTO_OWNERS(X) X(AGENT, "agent") X(CONTROL, "control") X(SHARED, "shared")
enum octo_owner {
#define X(name, text) OCTO_OWNER_##name,
	OCTO_OWNERS(X)
#undef X
	OCTO_OWNER_COUNT
};
const char *octo_owner_name(enum octo_owner owner);

/* What kinds of value there are, and their size in bytes. */
#define OCTO_VALUES(X)                                                                                \
	X(PLACE, "place", 12)         /* struct octo_place */                                         \
	X(ANGLE, "angle", 2)          /* 1/65,536 of a turn, clockwise from north */                  \
	X(CHARGE, "charge", 4)        /* struct octo_charge */                                        \
	X(BITS, "bits", 2)                                                                            \
	X(MODE, "mode", 1)            /* enum octo_operation */                                       \
	X(POSE, "pose", 64)           /* struct octo_pose */
enum octo_value {
#define X(name, text, size) OCTO_VALUE_##name,
	OCTO_VALUES(X)
#undef X
	OCTO_VALUE_COUNT
};
const char *octo_value_name(enum octo_value value);
size_t octo_value_size(enum octo_value value);

/* What to expect when communications have failed: what was known last, or the safe value, which is zero but for the flags:
 * their safe value is panic. */
#define OCTO_FALLBACKS(X) X(KEEP, "keep") X(SAFE, "safe")
enum octo_fallback {
#define X(name, text) OCTO_FALLBACK_##name,
	OCTO_FALLBACKS(X)
#undef X
	OCTO_FALLBACK_COUNT
};

/* The parameters, in the order of their numbers on the wire. What is more important is sent first, and again sooner. */
#define OCTO_PARAMETERS(X)                                                                            \
	X(POSITION, "position", PLACE, AGENT, KEEP, 2)                                                \
	X(ORIENTATION, "orientation", ANGLE, AGENT, KEEP, 2)                                          \
	X(BATTERY, "battery", CHARGE, AGENT, KEEP, 1)                                                 \
	X(STATUS, "status", BITS, AGENT, SAFE, 2)                                                     \
	X(MODE, "mode", MODE, SHARED, SAFE, 3)                                                        \
	X(FLAGS, "flags", BITS, SHARED, SAFE, 3)                                                      \
	X(TARGET_POSITION, "target-position", PLACE, CONTROL, KEEP, 2)                                \
	X(TARGET_ORIENTATION, "target-orientation", ANGLE, CONTROL, KEEP, 2)                          \
	X(TARGET_POSE, "target-pose", POSE, CONTROL, KEEP, 1)
enum octo_parameter {
#define X(name, text, value, owner, fallback, importance) OCTO_PARAMETER_##name,
	OCTO_PARAMETERS(X)
#undef X
	OCTO_PARAMETER_COUNT
};

enum {
	OCTO_VALUE_BYTES_MAX = 64,
	OCTO_JOINTS = 32,
	OCTO_IMPORTANCE_MAX = 3,
	OCTO_FLAG_PANIC = 1, OCTO_FLAG_CAMERA = 2,        /* bits of FLAGS */
	OCTO_STATUS_READY = 1, OCTO_STATUS_FAULT = 2      /* bits of STATUS */
};

struct octo_parameter_kind {
	const char *name;
	enum octo_value value;
	enum octo_owner owner;
	enum octo_fallback fallback;
	uint8_t importance;       /* 1..OCTO_IMPORTANCE_MAX */
};
/* Static, never NULL; a number outside of the enum is the caller's fault. */
const struct octo_parameter_kind *octo_parameter_kind(enum octo_parameter parameter);
bool octo_parameter_find(const char *name, enum octo_parameter *parameter);

/* ---- Values: little-endian bytes, no floats ------------------------------------------------------------------- */

struct octo_place { int32_t latitude_e7, longitude_e7, altitude_mm; }; /* degrees × 10^7, north and east positive */
struct octo_charge { uint16_t permille, millivolts; };
struct octo_pose { int16_t joints[OCTO_JOINTS]; };                      /* 1/65,536 of a turn each */

/* How an agent is operated. Anything that is not one of these counts as OFFLINE. */
#define OCTO_OPERATIONS(X)                                                                            \
	X(OFFLINE, "offline") X(COMPLETE_AUTONOMY, "complete-autonomy") X(AUTO_PILOT, "auto-pilot")   \
	X(MANUAL_PILOT, "manual-pilot")
enum octo_operation {
#define X(name, text) OCTO_OPERATION_##name,
	OCTO_OPERATIONS(X)
#undef X
	OCTO_OPERATION_COUNT
};
const char *octo_operation_name(enum octo_operation operation);
enum octo_operation octo_operation_of(const char *name); /* OFFLINE for a name that is none */

void octo_place_pack(const struct octo_place *place, uint8_t value[OCTO_VALUE_BYTES_MAX]);
void octo_charge_pack(const struct octo_charge *charge, uint8_t value[OCTO_VALUE_BYTES_MAX]);
void octo_pose_pack(const struct octo_pose *pose, uint8_t value[OCTO_VALUE_BYTES_MAX]);
void octo_number_pack(uint16_t number, uint8_t value[OCTO_VALUE_BYTES_MAX]); /* angle, bits, mode */
struct octo_place octo_place_of(const uint8_t *value);
struct octo_charge octo_charge_of(const uint8_t *value);
struct octo_pose octo_pose_of(const uint8_t *value);
uint16_t octo_angle_of(const uint8_t *value);
uint16_t octo_bits_of(const uint8_t *value);
enum octo_operation octo_mode_of(const uint8_t *value);

/* ---- Which writing counts --------------------------------------------------------------------------------------- */

/* One parameter as one node holds it. */
struct octo_holding {
	uint64_t version;         /* 0: never written */
	uint64_t writer;          /* octo_writer_of() its FULL-ID */
	uint8_t value[OCTO_VALUE_BYTES_MAX]; /* zero behind the value's size */
};

/* Versions are numbers of 48 bits. One above half of them is believed only when ours is near: so nobody uses them up. */
#define OCTO_VERSION_MAX ((UINT64_C(1) << 48) - 1)
bool octo_version_is_believable(uint64_t theirs, uint64_t ours);

/* The first eight bytes of a FULL-ID as a number: in the order of the ID-duel. */
uint64_t octo_writer_of(const uint8_t id[OCTO_ID_BYTES]);

/* Below, at or above zero: the higher version counts; among equals the ID-duel's winner; if one writer made both (before
 * and after a restart), the larger bytes. The same on every node, whatever the order of arrival. */
int octo_holding_compare(const struct octo_holding *a, const struct octo_holding *b);
/* The same without the values. */
int octo_holding_compare_stamp(const struct octo_holding *a, uint64_t version, uint64_t writer);
/* Whether `writer` may write this parameter, `agent` being the agent's own writer number. */
bool octo_parameter_may_write(enum octo_parameter parameter, uint64_t writer, uint64_t agent);
/* Whether a value of that size and these bytes can be one of this parameter. An unknown mode can: it counts as OFFLINE. */
bool octo_parameter_is_valid(enum octo_parameter parameter, const uint8_t *value, size_t size);
/* What to expect of it when communications have failed and this was known last. */
void octo_parameter_expected(enum octo_parameter parameter, const uint8_t *last, uint8_t value[OCTO_VALUE_BYTES_MAX]);

uint16_t octo_holding_check(const struct octo_holding *holding);                       /* over the value */
uint64_t octo_holdings_digest(const struct octo_holding holdings[OCTO_PARAMETER_COUNT]); /* over all of it */

#endif
