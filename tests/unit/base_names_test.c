/* base_names_test.c: core/base/names.c: every value of every enum has a word of its own, fit for logs and commands. */
#include "core/octo.h"
#include "tests/check.h"

#include <stdbool.h>

/* Lower case, digits and single hyphens. */
static bool is_key(const char *name)
{
	size_t size = strlen(name);
	for (size_t i = 0; i < size; i++) {
		bool is_letter = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9');
		bool is_hyphen = name[i] == '-' && i > 0 && i + 1 < size && name[i + 1] != '-';
		if (!is_letter && !is_hyphen)
			return false;
	}
	return size > 0;
}

#define CHECK_NAMES(count, type, name) do { \
	for (int a = 0; a < (count); a++) { \
		CHECK(is_key(name((type)a))); \
		for (int b = 0; b < a; b++) \
			CHECK(strcmp(name((type)a), name((type)b)) != 0); \
	} \
} while (0)

static void every_value_has_a_name_of_its_own(void)
{
	CHECK_NAMES(OCTO_CLASS_COUNT, enum octo_class, octo_class_name);
	CHECK_NAMES(OCTO_REASON_COUNT, enum octo_reason, octo_reason_name);
	CHECK_NAMES(OCTO_STATE_COUNT, enum octo_state, octo_state_name);
	CHECK_NAMES(OCTO_STEP_COUNT, enum octo_step, octo_step_name);
	CHECK_NAMES(OCTO_ROLE_COUNT, enum octo_role, octo_role_name);
	CHECK_NAMES(OCTO_WARNING_COUNT, enum octo_warning, octo_warning_name);
	CHECK_NAMES(OCTO_EVENT_COUNT, enum octo_event_kind, octo_event_name);
	CHECK_NAMES(OCTO_NOTE_COUNT, enum octo_note, octo_note_name);
	CHECK_NAMES(OCTO_BLOB_END_COUNT, enum octo_blob_end, octo_blob_end_name);
	CHECK_NAMES(OCTO_WAY_COUNT, enum octo_way, octo_way_name);
}

#define CHECK_TEXTS(count, type, text) do { \
	for (int a = 0; a < (count); a++) { \
		size_t size = strlen(text((type)a)); \
		CHECK(size > 0 && text((type)a)[size - 1] != '.'); \
	} \
} while (0)

static void every_text_is_a_phrase_without_a_full_stop(void)
{
	CHECK_TEXTS(OCTO_STATUS_COUNT, enum octo_status, octo_status_text);
	CHECK_TEXTS(OCTO_STEP_COUNT, enum octo_step, octo_step_text);
	CHECK_TEXTS(OCTO_NOTE_COUNT, enum octo_note, octo_note_text);
	CHECK_TEXTS(OCTO_BLOB_END_COUNT, enum octo_blob_end, octo_blob_end_text);
	CHECK_TEXTS(OCTO_END_COUNT, enum octo_end, octo_end_text);
	CHECK_TEXTS(OCTO_WARNING_COUNT, enum octo_warning, octo_warning_text);
}

/* The first byte tells; 00 in its two top bits is left to others on the same port. */
static void the_first_byte_tells_the_type(void)
{
	for (unsigned first = 0; first < 256; first++) {
		uint8_t byte = (uint8_t)first;
		enum octo_packet_type expected = first & 0x80 ? OCTO_PACKET_DATA :
			first >= 0x41 && first <= 0x46 ? (enum octo_packet_type)first : OCTO_PACKET_UNKNOWN;
		CHECK_U64(octo_packet_type_of(&byte, 1), expected);
		CHECK_U64(octo_packet_type_of(&byte, 0), OCTO_PACKET_UNKNOWN);
	}
	CHECK_STRING(octo_packet_type_name(OCTO_PACKET_SYN_ACK), "syn-ack");
	CHECK_STRING(octo_packet_type_name(OCTO_PACKET_DATA), "data");
	CHECK_STRING(octo_packet_type_name(OCTO_PACKET_UNKNOWN), "unknown");
	CHECK_STRING(octo_packet_type_name((enum octo_packet_type)3), "unknown");
}

/* R64, R65: broken is what does not follow the page or does not authenticate; what is whole may still be refused. */
static void each_reason_has_its_class(void)
{
	CHECK_U64(octo_reason_class(OCTO_REASON_ACCEPTED), OCTO_CLASS_WHOLE);
	for (int reason = OCTO_REASON_TOO_SHORT; reason < OCTO_REASON_COUNT; reason++)
		CHECK_U64(octo_reason_class((enum octo_reason)reason),
		          reason <= OCTO_REASON_NOT_NEGOTIATED ? OCTO_CLASS_BROKEN :
		          reason == OCTO_REASON_TAMPERED ? OCTO_CLASS_HACKED : OCTO_CLASS_WHOLE);
}

static void suites_have_names(void)
{
	CHECK_STRING(octo_suite_name(OCTO_SUITE_CHACHA20_POLY1305), "chacha20-poly1305");
	CHECK_STRING(octo_suite_name(OCTO_SUITE_AES_256_GCM), "aes-256-gcm");
	CHECK_STRING(octo_suite_name(0), "none");
	CHECK_STRING(octo_suite_name(3), "none");
}

CU_ErrorCode suite_base_names(void);

CU_ErrorCode suite_base_names(void)
{
	CU_pSuite suite = CU_add_suite("base_names", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, every_value_has_a_name_of_its_own);
	CU_ADD_TEST(suite, every_text_is_a_phrase_without_a_full_stop);
	CU_ADD_TEST(suite, the_first_byte_tells_the_type);
	CU_ADD_TEST(suite, each_reason_has_its_class);
	CU_ADD_TEST(suite, suites_have_names);
	return CU_get_error();
}
