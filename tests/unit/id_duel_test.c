/* id_duel_test.c: id_duel.c, a pure function of two FULL-IDs (C:73-81). */
#include "core/intrinsic/id_duel.h"
#include "tests/check.h"

#include <stdbool.h>

static uint64_t random_word(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* R72: of any two different nodes exactly one wins, whoever looks; also of those that have much in common. */
static void both_sides_come_to_opposite_verdicts(void)
{
	uint64_t random = 1;
	for (int i = 0; i < 10000; i++) {
		uint8_t a[OCTO_ID_BYTES], b[OCTO_ID_BYTES];
		for (int j = 0; j < OCTO_ID_BYTES; j++)
			a[j] = (uint8_t)random_word(&random);
		memcpy(b, a, sizeof b);
		size_t common = random_word(&random) % OCTO_ID_BYTES;
		for (size_t j = common; j < OCTO_ID_BYTES; j++)
			b[j] = (uint8_t)random_word(&random);
		struct duel ours = id_duel(a, b), theirs = id_duel(b, a);
		int order = memcmp(a, b, sizeof a);
		CHECK_U64(ours.verdict, order > 0 ? DUEL_WON : order < 0 ? DUEL_LOST : DUEL_TIED);
		CHECK_U64(theirs.verdict, order < 0 ? DUEL_WON : order > 0 ? DUEL_LOST : DUEL_TIED);
		CHECK_U64(ours.deciding_byte, theirs.deciding_byte);
	}
}

static void an_id_ties_with_itself(void)
{
	uint8_t id[OCTO_ID_BYTES], copy[OCTO_ID_BYTES];
	for (int fill = 0; fill < 256; fill++) {
		memset(id, fill, sizeof id);
		memcpy(copy, id, sizeof copy);
		CHECK_U64(id_duel(id, copy).verdict, DUEL_TIED);
		CHECK_U64(id_duel(id, copy).deciding_byte, 0);
	}
}

/* The first byte that differs decides, whatever comes behind it. */
static void the_first_different_byte_decides(void)
{
	for (uint8_t at = 0; at < OCTO_ID_BYTES; at++) {
		uint8_t a[OCTO_ID_BYTES], b[OCTO_ID_BYTES];
		memset(a, 0x00, sizeof a);
		memset(b, 0xff, sizeof b);
		memset(a, 0x40, at);
		memset(b, 0x40, at);
		a[at] = 0x81;
		b[at] = 0x80;
		CHECK_U64(id_duel(a, b).verdict, DUEL_WON);
		CHECK_U64(id_duel(b, a).verdict, DUEL_LOST);
		CHECK_U64(id_duel(a, b).deciding_byte, at);
	}
}

/* 0x80 is more than 0x7f: bytes are numbers without a sign. */
static void bytes_are_compared_without_a_sign(void)
{
	uint8_t low[OCTO_ID_BYTES] = { 0x7f }, high[OCTO_ID_BYTES] = { 0x80 };
	CHECK_U64(id_duel(high, low).verdict, DUEL_WON);
	CHECK_U64(id_duel(low, high).verdict, DUEL_LOST);
}

static void of_three_nodes_one_wins_against_both(void)
{
	uint64_t random = 5;
	for (int i = 0; i < 1000; i++) {
		uint8_t ids[3][OCTO_ID_BYTES];
		for (int n = 0; n < 3; n++)
			for (int j = 0; j < OCTO_ID_BYTES; j++)
				ids[n][j] = (uint8_t)(random_word(&random) % 3);
		int champions = 0;
		for (int n = 0; n < 3; n++)
			champions += id_duel(ids[n], ids[(n + 1) % 3]).verdict == DUEL_WON &&
			             id_duel(ids[n], ids[(n + 2) % 3]).verdict == DUEL_WON;
		CHECK_U64(champions, 1);
	}
}

CU_ErrorCode suite_id_duel(void);

CU_ErrorCode suite_id_duel(void)
{
	CU_pSuite suite = CU_add_suite("id_duel", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, both_sides_come_to_opposite_verdicts);
	CU_ADD_TEST(suite, an_id_ties_with_itself);
	CU_ADD_TEST(suite, the_first_different_byte_decides);
	CU_ADD_TEST(suite, bytes_are_compared_without_a_sign);
	CU_ADD_TEST(suite, of_three_nodes_one_wins_against_both);
	return CU_get_error();
}
