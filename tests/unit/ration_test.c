/* ration_test.c: ration.c: what is asked for at once is given, a flood gets what time brings, and what is left out is told. */
#include "core/carriers/ration.h"
#include "tests/check.h"

static void a_flood_gets_what_time_brings(void)
{
	struct ration ration = { .paid_until = 0 };
	octo_time_ns now = 5 * OCTO_SECOND;
	unsigned given = 0;
	for (unsigned ms = 0; ms < 100000; ms++) {
		if (ration_allows(&ration, now + ms * OCTO_MILLISECOND, OCTO_SECOND)) {
			ration_spend(&ration, now + ms * OCTO_MILLISECOND, 100 * OCTO_MILLISECOND);
			given++;
		}
	}
	CHECK_U64(given, 1010); /* ten at once, and ten a second */
	now += 200 * OCTO_SECOND;
	for (given = 0; ration_allows(&ration, now, OCTO_SECOND); given++)
		ration_spend(&ration, now, 100 * OCTO_MILLISECOND);
	CHECK_U64(given, 10); /* peace saves up no more than that */
	/* Something large is given, and waited for afterwards. */
	now += 2 * OCTO_SECOND;
	ration_spend(&ration, now, 10 * OCTO_SECOND);
	CHECK(!ration_allows(&ration, now + 9 * OCTO_SECOND, OCTO_SECOND));
	CHECK(ration_allows(&ration, now + 9 * OCTO_SECOND + 1, OCTO_SECOND));
}

/* An hour of a line each millisecond: what is written is bounded, and together with what is said of the others it is all of them. */
static void lines_that_are_left_out_are_counted(void)
{
	struct line_ration ration = { .left_out = 0 };
	octo_time_ns now = OCTO_SECOND, for_ns = 0, shortest = OCTO_NEVER, longest = 0;
	uint64_t written = 0, told = 0, left_out = 0;
	for (unsigned ms = 0; ms < 3600000; ms++, now += OCTO_MILLISECOND) {
		written += line_ration_takes(&ration, now);
		uint32_t count = line_ration_left_out(&ration, now, false, &for_ns);
		if (count == 0)
			continue;
		told++;
		left_out += count;
		shortest = for_ns < shortest ? for_ns : shortest;
		longest = for_ns > longest ? for_ns : longest;
	}
	left_out += line_ration_left_out(&ration, now, true, &for_ns);
	CHECK_U64(written + left_out, 3600000);
	CHECK_U64(written, RATION_LINES + 1800 - 1);
	CHECK(told >= 56 && told <= 65);
	CHECK(shortest == OCTO_SECOND && longest <= 65 * OCTO_SECOND);
	CHECK_U64(line_ration_left_out(&ration, now, true, &for_ns), 0);
	/* After some peace everything is as at first. */
	now += 600 * OCTO_SECOND;
	for (int i = 0; i < RATION_LINES; i++)
		CHECK(line_ration_takes(&ration, now));
	CHECK(!line_ration_takes(&ration, now) && !line_ration_takes(&ration, now));
	CHECK_U64(line_ration_left_out(&ration, now + OCTO_SECOND - 1, false, &for_ns), 0);
	CHECK_U64(line_ration_left_out(&ration, now + OCTO_SECOND, false, &for_ns), 2);
	CHECK_U64(for_ns, OCTO_SECOND);
}

CU_ErrorCode suite_ration(void);

CU_ErrorCode suite_ration(void)
{
	CU_pSuite suite = CU_add_suite("ration", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_flood_gets_what_time_brings);
	CU_ADD_TEST(suite, lines_that_are_left_out_are_counted);
	return CU_get_error();
}
