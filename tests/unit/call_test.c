/* call_test.c: call.c: the channel's own time, the numbering and causes of events, jitter. */
#include "core/intrinsic/call.h"
#include "tests/check.h"
#include "tests/pair/pair.h"

/* Own time follows the caller's clock, never goes back, and leaps by an hour at most. */
static void own_time_follows_the_callers_clock(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct pair_node *node = &pair.nodes[WINNER];
	octo_time_ns now = pair.now, own = call_begin(node->channel, &node->host, now).now;
	CHECK_U64(call_begin(node->channel, &node->host, now + 5).now, own + 5);
	CHECK_U64(call_begin(node->channel, &node->host, now + 5).now, own + 5);
	CHECK_U64(call_begin(node->channel, &node->host, now).now, own + 5);
	CHECK_U64(call_begin(node->channel, &node->host, now + 1).now, own + 6);
	octo_time_ns hour = 3600 * OCTO_SECOND;
	CHECK_U64(call_begin(node->channel, &node->host, now + 1 + hour).now, own + 6 + hour);
	CHECK_U64(call_begin(node->channel, &node->host, now + 2 + 3 * hour).now, own + 6 + 2 * hour);
	CHECK_U64(call_begin(node->channel, &node->host, OCTO_NEVER).now, own + 6 + 3 * hour);
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_CLOCK_STEP), 3);
	pair_close(&pair);
}

/* Numbers 1, 2, 3 … without a gap; each event is told once, and a cause is an earlier event. */
static void events_are_numbered_without_gaps_and_causes_come_first(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_connect(&pair, WINNER);
	pair_connect(&pair, LOSER);
	pair_run(&pair, 20 * OCTO_SECOND);
	pair_disconnect(&pair, LOSER);
	pair_run(&pair, OCTO_SECOND);
	for (int who = WINNER; who <= LOSER; who++) {
		const struct pair_node *node = &pair.nodes[who];
		uint64_t sum = 0, caused = 0;
		for (size_t i = 0; i < node->event_count; i++) {
			CHECK(node->events[i].seq >= 1 && node->events[i].seq <= node->event_count);
			CHECK(node->events[i].cause < node->events[i].seq);
			sum += node->events[i].seq;
			caused += node->events[i].cause != 0;
		}
		CHECK_U64(sum, (uint64_t)node->event_count * (node->event_count + 1) / 2);
		CHECK(caused > 5);
	}
	/* A session that comes up was caused by the packet that brought it. */
	const struct octo_event *up = pair_event(&pair, LOSER, OCTO_EVENT_SESSION_UP, 1);
	const struct octo_event *cause = NULL;
	for (size_t i = 0; up && i < pair.nodes[LOSER].event_count; i++)
		if (pair.nodes[LOSER].events[i].seq == up->cause)
			cause = &pair.nodes[LOSER].events[i];
	CHECK(cause && cause->kind == OCTO_EVENT_PACKET_RECEIVED && cause->packet.type == OCTO_PACKET_ACK);
	pair_close(&pair);
}

/* Nobody listens: the same happens, and the numbers go on as if somebody did. */
static void a_channel_that_nobody_observes_does_the_same(void)
{
	struct pair seen, unseen;
	pair_open(&seen, NULL);
	pair_open(&unseen, NULL);
	for (int who = WINNER; who <= LOSER; who++)
		unseen.nodes[who].host.observe = NULL;
	struct pair *pairs[] = { &seen, &unseen };
	for (int i = 0; i < 2; i++) {
		pair_connect(pairs[i], WINNER);
		pair_connect(pairs[i], LOSER);
		pair_send_load(pairs[i], WINNER, 10, 60, OCTO_SECOND);
		pair_run(pairs[i], 20 * OCTO_SECOND);
	}
	CHECK_U64(seen.sent_count, unseen.sent_count);
	for (int who = WINNER; who <= LOSER; who++)
		CHECK_BYTES(seen.nodes[who].channel, unseen.nodes[who].channel, seen.nodes[who].block_size);
	pair_close(&seen);
	pair_close(&unseen);
}

static void jitter_stays_within_a_quarter_and_reaches_its_edges(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct call call = pair_call(&pair, WINNER);
	octo_time_ns least = OCTO_NEVER, most = 0, shortest = OCTO_NEVER, longest = 0;
	for (int i = 0; i < 20000; i++) {
		octo_time_ns either = call_jitter(&call, OCTO_SECOND), shorter = call_jitter_shorter(&call, OCTO_SECOND);
		least = either < least ? either : least;
		most = either > most ? either : most;
		shortest = shorter < shortest ? shorter : shortest;
		longest = shorter > longest ? shorter : longest;
	}
	CHECK(least >= 750 * OCTO_MILLISECOND && least < 752 * OCTO_MILLISECOND);
	CHECK(most <= 1250 * OCTO_MILLISECOND && most > 1248 * OCTO_MILLISECOND);
	CHECK(shortest >= 750 * OCTO_MILLISECOND && shortest < 752 * OCTO_MILLISECOND);
	CHECK(longest <= OCTO_SECOND && longest > 998 * OCTO_MILLISECOND);
	call.channel->config.jitter_permille = 0;
	CHECK_U64(call_jitter(&call, OCTO_SECOND), OCTO_SECOND);
	CHECK_U64(call_jitter_shorter(&call, OCTO_SECOND), OCTO_SECOND);
	pair_close(&pair);
}

/* Jitter and tokens are drawn all the time: the host is asked once a boot, and each boot has others. */
static void chance_asks_the_host_once_a_boot(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct call call = pair_call(&pair, WINNER), other = pair_call(&pair, LOSER);
	uint64_t asked = pair.nodes[WINNER].entropy_state;
	uint32_t seen[1000], equal = 0;
	for (int i = 0; i < 1000; i++) {
		seen[i] = call_chance(&call);
		equal += seen[i] == call_chance(&other);
		for (int k = 0; k < i; k++)
			equal += seen[k] == seen[i];
	}
	CHECK(equal <= 2);
	CHECK_U64(pair.nodes[WINNER].entropy_state, asked);
	pair_restart(&pair, WINNER, true);
	struct call after = pair_call(&pair, WINNER);
	CHECK(call_chance(&after) != seen[0]);
	pair_close(&pair);
}

static void later_never_wraps_into_never(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct call call = pair_call(&pair, WINNER);
	CHECK_U64(call_after(&call, 5), call.now + 5);
	CHECK_U64(call_after(&call, OCTO_NEVER), OCTO_NEVER - 1);
	CHECK_U64(call_after(&call, OCTO_NEVER - call.now - 1), OCTO_NEVER - 1);
	pair_close(&pair);
}

CU_ErrorCode suite_call(void);

CU_ErrorCode suite_call(void)
{
	CU_pSuite suite = CU_add_suite("call", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, own_time_follows_the_callers_clock);
	CU_ADD_TEST(suite, events_are_numbered_without_gaps_and_causes_come_first);
	CU_ADD_TEST(suite, a_channel_that_nobody_observes_does_the_same);
	CU_ADD_TEST(suite, jitter_stays_within_a_quarter_and_reaches_its_edges);
	CU_ADD_TEST(suite, chance_asks_the_host_once_a_boot);
	CU_ADD_TEST(suite, later_never_wraps_into_never);
	return CU_get_error();
}
