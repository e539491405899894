/* parameters.c: the table of parameters, and their values as bytes. */
#include "core/couriers/parameters.h"

#include "core/base/cursor.h"

static const char *const owner_names[] = {
#define X(name, text) text,
	OCTO_OWNERS(X)
#undef X
};
static const char *const value_names[] = {
#define X(name, text, size) text,
	OCTO_VALUES(X)
#undef X
};
static const uint8_t value_sizes[] = {
#define X(name, text, size) size,
	OCTO_VALUES(X)
#undef X
};
static const char *const operation_names[] = {
#define X(name, text) text,
	OCTO_OPERATIONS(X)
#undef X
};
static const struct octo_parameter_kind kinds[] = {
#define X(name, text, value, owner, fallback, importance) \
	{ text, OCTO_VALUE_##value, OCTO_OWNER_##owner, OCTO_FALLBACK_##fallback, importance },
	OCTO_PARAMETERS(X)
#undef X
};

static const int32_t latitude_max_e7 = 900000000, longitude_max_e7 = 1800000000;
enum { PERMILLE_MAX = 1000, CHECK_BITS = 16 };
static const uint64_t version_half = UINT64_C(1) << 47, version_leap_max = UINT64_C(1) << 20;

const char *octo_owner_name(enum octo_owner owner)
{
	OCTO_ASSERT((unsigned)owner < OCTO_OWNER_COUNT);
	return owner_names[owner];
}

const char *octo_value_name(enum octo_value value)
{
	OCTO_ASSERT((unsigned)value < OCTO_VALUE_COUNT);
	return value_names[value];
}

size_t octo_value_size(enum octo_value value)
{
	OCTO_ASSERT((unsigned)value < OCTO_VALUE_COUNT);
	return value_sizes[value];
}

const char *octo_operation_name(enum octo_operation operation)
{
	OCTO_ASSERT((unsigned)operation < OCTO_OPERATION_COUNT);
	return operation_names[operation];
}

enum octo_operation octo_operation_of(const char *name)
{
	for (unsigned i = 0; i < OCTO_OPERATION_COUNT; i++)
		if (strcmp(operation_names[i], name) == 0)
			return (enum octo_operation)i;
	return OCTO_OPERATION_OFFLINE;
}

const struct octo_parameter_kind *octo_parameter_kind(enum octo_parameter parameter)
{
	OCTO_ASSERT((unsigned)parameter < OCTO_PARAMETER_COUNT);
	return &kinds[parameter];
}

bool octo_parameter_find(const char *name, enum octo_parameter *parameter)
{
	for (unsigned i = 0; i < OCTO_PARAMETER_COUNT; i++) {
		if (strcmp(kinds[i].name, name) == 0) {
			*parameter = (enum octo_parameter)i;
			return true;
		}
	}
	return false;
}

/* ---- Values ------------------------------------------------------------------------------------------------------- */

/* Two's complement, whatever the machine's. */
static int32_t signed_of(uint64_t bits, unsigned width)
{
	uint64_t half = UINT64_C(1) << (width - 1);
	return bits < half ? (int32_t)bits : (int32_t)((int64_t)bits - (int64_t)(half << 1));
}

void octo_place_pack(const struct octo_place *place, uint8_t value[OCTO_VALUE_BYTES_MAX])
{
	memset(value, 0, OCTO_VALUE_BYTES_MAX);
	store_le(value, 4, (uint32_t)place->latitude_e7);
	store_le(value + 4, 4, (uint32_t)place->longitude_e7);
	store_le(value + 8, 4, (uint32_t)place->altitude_mm);
}

void octo_charge_pack(const struct octo_charge *charge, uint8_t value[OCTO_VALUE_BYTES_MAX])
{
	memset(value, 0, OCTO_VALUE_BYTES_MAX);
	store_le(value, 2, charge->permille);
	store_le(value + 2, 2, charge->millivolts);
}

void octo_pose_pack(const struct octo_pose *pose, uint8_t value[OCTO_VALUE_BYTES_MAX])
{
	for (size_t i = 0; i < OCTO_JOINTS; i++)
		store_le(value + 2 * i, 2, (uint16_t)pose->joints[i]);
}

void octo_number_pack(uint16_t number, uint8_t value[OCTO_VALUE_BYTES_MAX])
{
	memset(value, 0, OCTO_VALUE_BYTES_MAX);
	store_le(value, 2, number);
}

struct octo_place octo_place_of(const uint8_t *value)
{
	return (struct octo_place){ signed_of(load_le(value, 4), 32), signed_of(load_le(value + 4, 4), 32),
		                    signed_of(load_le(value + 8, 4), 32) };
}

struct octo_charge octo_charge_of(const uint8_t *value)
{
	return (struct octo_charge){ (uint16_t)load_le(value, 2), (uint16_t)load_le(value + 2, 2) };
}

struct octo_pose octo_pose_of(const uint8_t *value)
{
	struct octo_pose pose;
	for (size_t i = 0; i < OCTO_JOINTS; i++)
		pose.joints[i] = (int16_t)signed_of(load_le(value + 2 * i, 2), 16);
	return pose;
}

uint16_t octo_angle_of(const uint8_t *value)
{
	return (uint16_t)load_le(value, 2);
}

uint16_t octo_bits_of(const uint8_t *value)
{
	return (uint16_t)load_le(value, 2);
}

enum octo_operation octo_mode_of(const uint8_t *value)
{
	return value[0] < OCTO_OPERATION_COUNT ? (enum octo_operation)value[0] : OCTO_OPERATION_OFFLINE;
}

/* ---- Which writing counts ------------------------------------------------------------------------------------------- */

bool octo_version_is_believable(uint64_t theirs, uint64_t ours)
{
	return theirs <= version_half || (theirs <= OCTO_VERSION_MAX && (theirs <= ours || theirs - ours <= version_leap_max));
}

uint64_t octo_writer_of(const uint8_t id[OCTO_ID_BYTES])
{
	uint64_t writer = 0;
	for (size_t i = 0; i < sizeof writer; i++)
		writer = writer << 8 | id[i];
	return writer;
}

static int order_of(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

int octo_holding_compare_stamp(const struct octo_holding *a, uint64_t version, uint64_t writer)
{
	int by_version = order_of(a->version, version);
	return by_version ? by_version : order_of(a->writer, writer);
}

int octo_holding_compare(const struct octo_holding *a, const struct octo_holding *b)
{
	int by_stamp = octo_holding_compare_stamp(a, b->version, b->writer);
	return by_stamp ? by_stamp : memcmp(a->value, b->value, sizeof a->value);
}

bool octo_parameter_may_write(enum octo_parameter parameter, uint64_t writer, uint64_t agent)
{
	switch (octo_parameter_kind(parameter)->owner) {
	case OCTO_OWNER_AGENT:
		return writer == agent;
	case OCTO_OWNER_CONTROL:
		return writer != agent;
	default:
		return true;
	}
}

static bool is_within(int32_t value, int32_t limit)
{
	return value >= -limit && value <= limit;
}

bool octo_parameter_is_valid(enum octo_parameter parameter, const uint8_t *value, size_t size)
{
	enum octo_value type = octo_parameter_kind(parameter)->value;
	if (size != octo_value_size(type))
		return false;
	if (type == OCTO_VALUE_PLACE) {
		struct octo_place place = octo_place_of(value);
		return is_within(place.latitude_e7, latitude_max_e7) && is_within(place.longitude_e7, longitude_max_e7);
	}
	return type != OCTO_VALUE_CHARGE || octo_charge_of(value).permille <= PERMILLE_MAX;
}

void octo_parameter_expected(enum octo_parameter parameter, const uint8_t *last, uint8_t value[OCTO_VALUE_BYTES_MAX])
{
	if (octo_parameter_kind(parameter)->fallback == OCTO_FALLBACK_KEEP)
		memmove(value, last, OCTO_VALUE_BYTES_MAX);
	else
		octo_number_pack(parameter == OCTO_PARAMETER_FLAGS ? OCTO_FLAG_PANIC : 0, value);
}

static uint64_t mixed(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9fb21c651e98df25);
	return hash ^ hash >> 28;
}

static uint64_t value_digest(uint64_t hash, const struct octo_holding *holding)
{
	for (size_t i = 0; i < OCTO_VALUE_BYTES_MAX; i += 8)
		hash = mixed(hash, load_le(holding->value + i, 8));
	return hash;
}

uint16_t octo_holding_check(const struct octo_holding *holding)
{
	return (uint16_t)(mixed(value_digest(0, holding), 1) >> (64 - CHECK_BITS));
}

uint64_t octo_holdings_digest(const struct octo_holding holdings[OCTO_PARAMETER_COUNT])
{
	uint64_t hash = 0;
	for (unsigned i = 0; i < OCTO_PARAMETER_COUNT; i++) {
		hash = mixed(mixed(hash, holdings[i].version), holdings[i].writer);
		hash = value_digest(hash, &holdings[i]);
	}
	return mixed(hash, OCTO_PARAMETER_COUNT);
}
