/* couriers_parameters_test.c: core/couriers/parameters.c: the table, values as bytes, and whose writing counts. */
#include "core/couriers/parameters.h"
#include "tests/check.h"

static struct octo_holding holding(uint64_t version, uint64_t writer, uint8_t first)
{
	return (struct octo_holding){ .version = version, .writer = writer, .value = { first } };
}

/* R31, R32, R147: every parameter says its type, its owner and what to expect of it. */
static void every_parameter_has_its_metadata(void)
{
	for (unsigned i = 0; i < OCTO_PARAMETER_COUNT; i++) {
		const struct octo_parameter_kind *kind = octo_parameter_kind((enum octo_parameter)i);
		enum octo_parameter found;
		CHECK(octo_parameter_find(kind->name, &found) && (unsigned)found == i);
		CHECK(octo_value_size(kind->value) > 0 && octo_value_size(kind->value) <= OCTO_VALUE_BYTES_MAX);
		CHECK(kind->importance >= 1 && kind->importance <= OCTO_IMPORTANCE_MAX);
		CHECK(strlen(octo_owner_name(kind->owner)) > 0 && strlen(octo_value_name(kind->value)) > 0);
	}
	enum octo_parameter none;
	CHECK(!octo_parameter_find("colour", &none));
	CHECK_U64(octo_parameter_kind(OCTO_PARAMETER_BATTERY)->owner, OCTO_OWNER_AGENT);
	CHECK_U64(octo_parameter_kind(OCTO_PARAMETER_TARGET_POSE)->owner, OCTO_OWNER_CONTROL);
}

static void values_survive_being_bytes(void)
{
	uint8_t value[OCTO_VALUE_BYTES_MAX];
	struct octo_place place = { -338567844, 1512152996, INT32_MIN };
	octo_place_pack(&place, value);
	CHECK_BYTES(value, ((uint8_t[]){ 0x5c, 0xdd, 0xd1, 0xeb, 0xa4, 0x9f, 0x21, 0x5a, 0x00, 0x00, 0x00, 0x80 }), 12);
	struct octo_place again = octo_place_of(value);
	CHECK(memcmp(&place, &again, sizeof place) == 0);
	struct octo_pose pose;
	for (int i = 0; i < OCTO_JOINTS; i++)
		pose.joints[i] = (int16_t)(i * 2048 - 32768);
	octo_pose_pack(&pose, value);
	struct octo_pose same = octo_pose_of(value);
	CHECK(memcmp(&pose, &same, sizeof pose) == 0);
	octo_charge_pack(&(struct octo_charge){ 873, 11940 }, value);
	CHECK_U64(octo_charge_of(value).permille, 873);
	CHECK_U64(octo_charge_of(value).millivolts, 11940);
	octo_number_pack(0xbeef, value);
	CHECK_U64(octo_angle_of(value), 0xbeef);
	CHECK_U64(octo_bits_of(value), 0xbeef);
}

/* What is not known to be a mode is no reason to move. */
static void an_unknown_mode_is_offline(void)
{
	uint8_t value[OCTO_VALUE_BYTES_MAX];
	for (unsigned i = 0; i < 256; i++) {
		octo_number_pack((uint16_t)i, value);
		CHECK_U64(octo_mode_of(value), i < OCTO_OPERATION_COUNT ? i : OCTO_OPERATION_OFFLINE);
	}
	CHECK_U64(octo_operation_of("manual-pilot"), OCTO_OPERATION_MANUAL_PILOT);
	CHECK_U64(octo_operation_of("full-throttle"), OCTO_OPERATION_OFFLINE);
}

/* R32: the flags are the one value whose safe state is not zero. */
static void the_safe_values_stand_still(void)
{
	uint8_t last[OCTO_VALUE_BYTES_MAX], value[OCTO_VALUE_BYTES_MAX];
	memset(last, 2, sizeof last);
	octo_parameter_expected(OCTO_PARAMETER_MODE, last, value);
	CHECK_U64(octo_mode_of(value), OCTO_OPERATION_OFFLINE);
	octo_parameter_expected(OCTO_PARAMETER_FLAGS, last, value);
	CHECK_U64(octo_bits_of(value), OCTO_FLAG_PANIC);
	octo_parameter_expected(OCTO_PARAMETER_STATUS, last, value);
	CHECK_U64(octo_bits_of(value), 0);
	octo_parameter_expected(OCTO_PARAMETER_POSITION, last, value);
	CHECK_BYTES(value, last, sizeof last);
}

static void values_of_the_wrong_kind_are_refused(void)
{
	uint8_t value[OCTO_VALUE_BYTES_MAX];
	struct octo_place place = { 900000000, -1800000000, 5 };
	octo_place_pack(&place, value);
	CHECK(octo_parameter_is_valid(OCTO_PARAMETER_POSITION, value, 12));
	CHECK(!octo_parameter_is_valid(OCTO_PARAMETER_POSITION, value, 11));
	CHECK(!octo_parameter_is_valid(OCTO_PARAMETER_POSITION, value, 13));
	place.latitude_e7++;
	octo_place_pack(&place, value);
	CHECK(!octo_parameter_is_valid(OCTO_PARAMETER_POSITION, value, 12));
	place = (struct octo_place){ INT32_MIN, 0, 0 };
	octo_place_pack(&place, value);
	CHECK(!octo_parameter_is_valid(OCTO_PARAMETER_POSITION, value, 12));
	octo_charge_pack(&(struct octo_charge){ 1001, 0 }, value);
	CHECK(!octo_parameter_is_valid(OCTO_PARAMETER_BATTERY, value, 4));
	CHECK(octo_parameter_is_valid(OCTO_PARAMETER_MODE, (uint8_t[]){ 200 }, 1));
}

/* C:35: the higher version, then the ID-duel's winner, then the bytes. Whoever compares comes to the same end. */
static void two_writings_are_never_equal_unless_they_are(void)
{
	struct octo_holding all[] = { holding(0, 0, 0), holding(1, 5, 0), holding(1, 9, 0), holding(1, 9, 1),
		holding(2, 3, 0), holding(OCTO_VERSION_MAX, 1, 0) };
	for (int i = 0; i < 6; i++) {
		for (int k = 0; k < 6; k++) {
			int order = octo_holding_compare(&all[i], &all[k]);
			CHECK_I64((order > 0) - (order < 0), (i > k) - (i < k));
		}
	}
	uint8_t low[OCTO_ID_BYTES] = { 1, 255 }, high[OCTO_ID_BYTES] = { 2, 0 };
	CHECK(octo_writer_of(low) < octo_writer_of(high)); /* the order of the ID-duel */
}

static void ownership_is_about_who_wrote(void)
{
	const uint64_t agent = 7, control = 9;
	CHECK(octo_parameter_may_write(OCTO_PARAMETER_POSITION, agent, agent));
	CHECK(!octo_parameter_may_write(OCTO_PARAMETER_POSITION, control, agent));
	CHECK(!octo_parameter_may_write(OCTO_PARAMETER_TARGET_POSITION, agent, agent));
	CHECK(octo_parameter_may_write(OCTO_PARAMETER_TARGET_POSITION, control, agent));
	CHECK(octo_parameter_may_write(OCTO_PARAMETER_FLAGS, agent, agent));
	CHECK(octo_parameter_may_write(OCTO_PARAMETER_FLAGS, control, agent));
}

/* Nobody uses up the versions of a parameter. */
static void a_leap_to_the_last_version_is_not_believed(void)
{
	CHECK(octo_version_is_believable(UINT64_C(1) << 47, 0));
	CHECK(!octo_version_is_believable((UINT64_C(1) << 47) + 1, 0));
	CHECK(octo_version_is_believable((UINT64_C(1) << 47) + 1, UINT64_C(1) << 47));
	CHECK(!octo_version_is_believable(OCTO_VERSION_MAX, UINT64_C(1) << 47));
	CHECK(!octo_version_is_believable(OCTO_VERSION_MAX + 1, OCTO_VERSION_MAX));
	CHECK(octo_version_is_believable(1, OCTO_VERSION_MAX));
}

static void a_digest_is_about_every_bit(void)
{
	struct octo_holding holdings[OCTO_PARAMETER_COUNT];
	memset(holdings, 0, sizeof holdings);
	uint64_t before = octo_holdings_digest(holdings);
	for (size_t i = 0; i < sizeof holdings; i++) {
		((uint8_t *)holdings)[i] ^= 1;
		CHECK(octo_holdings_digest(holdings) != before);
		((uint8_t *)holdings)[i] ^= 1;
	}
	struct octo_holding a = holding(1, 2, 3), b = holding(1, 2, 4);
	CHECK(octo_holding_check(&a) != octo_holding_check(&b));
}

CU_ErrorCode suite_couriers_parameters(void);

CU_ErrorCode suite_couriers_parameters(void)
{
	CU_pSuite suite = CU_add_suite("couriers_parameters", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, every_parameter_has_its_metadata);
	CU_ADD_TEST(suite, values_survive_being_bytes);
	CU_ADD_TEST(suite, an_unknown_mode_is_offline);
	CU_ADD_TEST(suite, the_safe_values_stand_still);
	CU_ADD_TEST(suite, values_of_the_wrong_kind_are_refused);
	CU_ADD_TEST(suite, two_writings_are_never_equal_unless_they_are);
	CU_ADD_TEST(suite, ownership_is_about_who_wrote);
	CU_ADD_TEST(suite, a_leap_to_the_last_version_is_not_believed);
	CU_ADD_TEST(suite, a_digest_is_about_every_bit);
	return CU_get_error();
}
