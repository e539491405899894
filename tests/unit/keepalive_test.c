/* keepalive_test.c: how the interval of antler packets is learned from silences (C:150) [P 7.1]: R118. */
#include "core/intrinsic/keepalive.h"
#include "tests/check.h"
#include "tests/unit/crowd.h"

static const octo_time_ns second = OCTO_SECOND;

static octo_time_ns learned(const struct crowd *crowd)
{
	return crowd->channel->keepalive.interval_ns;
}

static void learn(struct crowd *crowd, octo_time_ns idle_ns, bool is_lost)
{
	crowd->now += idle_ns;
	struct call call = crowd_call(crowd);
	keepalive_learn(&call, OCTO_NO_PEER, idle_ns, is_lost);
}

static void survive(struct crowd *crowd, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		learn(crowd, learned(crowd), false);
}

static void a_silence_that_was_too_long_leaves_three_quarters_of_it(void)
{
	struct crowd crowd;
	crowd_open(&crowd, 1);
	CHECK_U64(learned(&crowd), 15 * second);
	learn(&crowd, 12 * second, true);
	CHECK_U64(learned(&crowd), 9 * second);
	learn(&crowd, 8 * second, true);
	CHECK_U64(learned(&crowd), 6 * second);
	learn(&crowd, 6 * second, true);
	CHECK_U64(learned(&crowd), 5 * second); /* and never less than the floor */
	learn(&crowd, 5 * second, true);
	CHECK_U64(learned(&crowd), 5 * second);
	crowd_close(&crowd);
}

/* What nobody doubts: a NAT that forgets after an hour, a peer that moved a second after it spoke. */
static void silences_that_say_nothing_change_nothing(void)
{
	struct crowd crowd;
	crowd_open(&crowd, 1);
	learn(&crowd, 3600 * second, true);
	learn(&crowd, 20 * second, true);
	learn(&crowd, second, true);
	CHECK_U64(learned(&crowd), 15 * second);
	for (int i = 0; i < 100; i++)
		learn(&crowd, 13 * second, false); /* shorter than seven eighths */
	CHECK_U64(learned(&crowd), 15 * second);
	crowd_close(&crowd);
}

static void it_grows_by_an_eighth_after_eight_silences_up_to_the_bound(void)
{
	struct crowd crowd;
	crowd_open(&crowd, 1);
	survive(&crowd, 7);
	CHECK_U64(learned(&crowd), 15 * second);
	survive(&crowd, 1);
	CHECK_U64(learned(&crowd), 15 * second + 15 * second / 8);
	survive(&crowd, 100);
	CHECK_U64(learned(&crowd), 25 * second);
	crowd_close(&crowd);
}

static void after_each_loss_it_waits_twice_as_long_before_it_grows(void)
{
	struct crowd crowd;
	crowd_open(&crowd, 1);
	unsigned patience = 8;
	for (int i = 0; i < 12; i++) {
		learn(&crowd, learned(&crowd) < 8 * second ? 6 * second : learned(&crowd), true);
		patience = patience < 1024 ? 2 * patience : 1024;
		octo_time_ns low = learned(&crowd);
		survive(&crowd, patience - 1);
		CHECK_U64(learned(&crowd), low);
		survive(&crowd, 1);
		CHECK(learned(&crowd) > low);
	}
	crowd_close(&crowd);
}

static void a_loss_begins_the_count_of_survived_silences_anew(void)
{
	struct crowd crowd;
	crowd_open(&crowd, 1);
	survive(&crowd, 7);
	learn(&crowd, 20 * second, true); /* nothing new, but no good sign */
	survive(&crowd, 7);
	CHECK_U64(learned(&crowd), 15 * second);
	crowd_close(&crowd);
}

/* A thousand peers that answer at once have seen one silence. */
static void many_answers_in_one_interval_count_once(void)
{
	struct crowd crowd;
	crowd_open(&crowd, 1);
	crowd.now += 15 * second;
	struct call call = crowd_call(&crowd);
	for (int i = 0; i < 1000; i++)
		keepalive_learn(&call, 0, 15 * second, false);
	CHECK_U64(learned(&crowd), 15 * second);
	CHECK_U64(crowd.channel->keepalive.survived, 1);
	crowd_close(&crowd);
}

static struct octo_event_keepalive told;
static unsigned told_count;

static void tell(void *context, const struct octo_event *event)
{
	(void)context;
	if (event->kind != OCTO_EVENT_KEEPALIVE)
		return;
	told = event->keepalive;
	told_count++;
}

static void a_change_is_told_and_nothing_else(void)
{
	struct crowd crowd;
	crowd_open(&crowd, 1);
	crowd.host.observe = tell;
	told_count = 0;
	survive(&crowd, 7);
	learn(&crowd, 30 * second, true);
	CHECK_U64(told_count, 0);
	learn(&crowd, 12 * second, true);
	CHECK_U64(told_count, 1);
	CHECK_U64(told.before_ns, 15 * second);
	CHECK_U64(told.interval_ns, 9 * second);
	CHECK_U64(told.idle_ns, 12 * second);
	CHECK(told.is_lost);
	survive(&crowd, 16);
	CHECK_U64(told_count, 2);
	CHECK(!told.is_lost && told.interval_ns > told.before_ns);
	crowd_close(&crowd);
}

CU_ErrorCode suite_keepalive(void);

CU_ErrorCode suite_keepalive(void)
{
	CU_pSuite suite = CU_add_suite("keepalive", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_silence_that_was_too_long_leaves_three_quarters_of_it);
	CU_ADD_TEST(suite, silences_that_say_nothing_change_nothing);
	CU_ADD_TEST(suite, it_grows_by_an_eighth_after_eight_silences_up_to_the_bound);
	CU_ADD_TEST(suite, after_each_loss_it_waits_twice_as_long_before_it_grows);
	CU_ADD_TEST(suite, a_loss_begins_the_count_of_survived_silences_anew);
	CU_ADD_TEST(suite, many_answers_in_one_interval_count_once);
	CU_ADD_TEST(suite, a_change_is_told_and_nothing_else);
	return CU_get_error();
}
