/* clocks_test.c: the caller's clock may be wrong, stand still or jump [P 5.10]. Durations are measured on the channel's
 * own time, and nothing on the wire depends on any clock. */
#include "tests/check.h"
#include "tests/pair/pair.h"

static const octo_time_ns year_ns = UINT64_C(365) * 86400 * OCTO_SECOND;

/* A call just before the step, and one just after it, which notices. */
static void step_clock(struct pair *pair, int who, int64_t step_ns)
{
	struct call call = pair_call(pair, who);
	pair->nodes[who].clock_offset_ns += step_ns;
	call = pair_call(pair, who);
	(void)call;
}

/* Fifty years ahead or behind: sessions come about as ever, and the packets are of the same kinds. */
static void a_wrong_clock_makes_no_difference(void)
{
	size_t sent[3];
	for (int i = 0; i < 3; i++) {
		struct pair pair;
		pair_open(&pair, NULL);
		pair.now = 100 * year_ns;
		pair.nodes[WINNER].clock_offset_ns = (i - 1) * (int64_t)(50 * year_ns);
		pair_restart(&pair, WINNER, true);
		pair_restart(&pair, LOSER, true);
		pair_establish(&pair, WINNER);
		pair_run(&pair, 60 * OCTO_SECOND);
		CHECK(pair_is_joined(&pair));
		CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_CLOCK_STEP), 0); /* wrong, but it does not step */
		sent[i] = pair.sent_count;
		pair_close(&pair);
	}
	CHECK_U64(sent[0], sent[1]);
	CHECK_U64(sent[2], sent[1]);
}

/* A step backwards is no time at all, and told. */
static void a_step_backwards_is_no_time_at_all(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 10 * OCTO_SECOND);
	step_clock(&pair, WINNER, 0);
	octo_time_ns own = pair.nodes[WINNER].channel->pulse.own_now;
	octo_time_ns wait = octo_channel_next_wake(pair.nodes[WINNER].channel) - pair_clock(&pair, WINNER);
	step_clock(&pair, WINNER, -(int64_t)(1000 * OCTO_SECOND));
	CHECK_U64(pair.nodes[WINNER].channel->pulse.own_now, own);
	CHECK_U64(octo_channel_next_wake(pair.nodes[WINNER].channel) - pair_clock(&pair, WINNER), wait);
	const struct octo_event *event = pair_event(&pair, WINNER, OCTO_EVENT_CLOCK_STEP, 1);
	CHECK(event && event->clock.step_ns == -(int64_t)(1000 * OCTO_SECOND) && !event->clock.was_limited);
	pair_run(&pair, 4 * OCTO_SECOND);
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_OFFERING); /* 14 of its 15 s are over */
	pair_run(&pair, OCTO_SECOND + OCTO_SECOND / 10);
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_IDLE);
	pair_close(&pair);
}

/* A step forwards of up to an hour is believed; of a longer one, an hour, and it is told. */
static void a_leap_forwards_counts_as_an_hour(void)
{
	static const struct { octo_time_ns step_ns, counts_ns; bool is_told; } cases[] = {
		{ 60 * OCTO_SECOND, 60 * OCTO_SECOND, false },
		{ 3600 * OCTO_SECOND, 3600 * OCTO_SECOND, false },
		{ 3600 * OCTO_SECOND + 1, 3600 * OCTO_SECOND, true },
		{ UINT64_C(1000000) * OCTO_SECOND, 3600 * OCTO_SECOND, true }
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct pair pair;
		pair_open(&pair, NULL);
		octo_time_ns own = pair.nodes[WINNER].channel->pulse.own_now;
		step_clock(&pair, WINNER, (int64_t)cases[i].step_ns);
		CHECK_U64(pair.nodes[WINNER].channel->pulse.own_now - own, cases[i].counts_ns);
		CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_CLOCK_STEP), cases[i].is_told);
		const struct octo_event *event = pair_event(&pair, WINNER, OCTO_EVENT_CLOCK_STEP, 1);
		if (event)
			CHECK(event->clock.was_limited && (uint64_t)event->clock.step_ns == cases[i].step_ns);
		pair_close(&pair);
	}
}

/* A session survives a clock that is set back, and one that is set forward is at worst found dead and made anew. */
static void a_session_gets_over_any_step(void)
{
	static const int64_t steps_s[] = { -1000000, -3600, -1, 1, 5, 3600, 1000000 };
	for (size_t i = 0; i < sizeof steps_s / sizeof *steps_s; i++) {
		struct pair pair;
		pair_open(&pair, NULL);
		pair_establish(&pair, WINNER);
		pair_run(&pair, 20 * OCTO_SECOND);
		uint64_t session = pair_view(&pair, WINNER).session.log_id;
		step_clock(&pair, WINNER, steps_s[i] * (int64_t)OCTO_SECOND);
		pair_run(&pair, 60 * OCTO_SECOND);
		CHECK(pair_is_joined(&pair));
		if (steps_s[i] < 10)
			CHECK_U64(pair_view(&pair, WINNER).session.log_id, session);
		CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_WARNING), 0);
		CHECK_U64(pair_event_count(&pair, LOSER, OCTO_EVENT_WARNING), 0);
		pair_close(&pair);
	}
}

/* While a session is challenged: after a leap the peer still has its time to answer. */
static void a_leap_does_not_swallow_a_challenge(void)
{
	struct pair pair;
	uint8_t syn[SYN_BYTES];
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_run(&pair, 4 * OCTO_SECOND);
	uint64_t session = pair_view(&pair, LOSER).session.log_id;
	struct syn_offer offer = pair_offer(&pair, WINNER);
	offer.timestamp = pair_view(&pair, LOSER).timestamp_seen + 1;
	pair_forge_syn(&pair, WINNER, &offer, 0, syn);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, syn, sizeof syn), OCTO_REASON_ACCEPTED);
	step_clock(&pair, LOSER, (int64_t)(3600 * OCTO_SECOND));
	pair_run(&pair, 2 * OCTO_SECOND);
	CHECK_U64(pair_view(&pair, LOSER).session.log_id, session);
	CHECK_U64(pair_event_count(&pair, LOSER, OCTO_EVENT_WARNING), 1);
	pair_close(&pair);
}

/* A clock that stands still stops every timer, and answers still go out. */
static void a_frozen_clock_still_answers(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct pair_node *node = &pair.nodes[LOSER];
	octo_time_ns frozen = pair_clock(&pair, LOSER);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, 1);
	pair_connect(&pair, WINNER);
	struct octo_address to;
	uint8_t out[OCTO_DATAGRAM_MAX];
	size_t size;
	pair_run(&pair, 0);
	struct pair_datagram syn = pair_sent(&pair, WINNER, OCTO_PACKET_SYN, 1);
	octo_channel_receive(node->channel, &node->host, frozen, &syn.source, syn.bytes, syn.size);
	CHECK(octo_channel_send(node->channel, &node->host, frozen, out, &size, &to));
	CHECK_U64(out[0], OCTO_PACKET_SYN_ACK);
	for (int i = 0; i < 1000; i++)
		CHECK(!octo_channel_send(node->channel, &node->host, frozen, out, &size, &to));
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_ANSWERING);
	pair_close(&pair);
}

/* A long sleep is not taken for a step: the next wake is never further away than half of the longest step. */
static void a_sleep_is_never_long_enough_to_look_like_a_step(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	octo_time_ns now = pair_clock(&pair, WINNER);
	CHECK_U64(octo_channel_next_wake(pair.nodes[WINNER].channel), now + 1800 * OCTO_SECOND);
	pair_run(&pair, 10 * 3600 * OCTO_SECOND);
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_CLOCK_STEP), 0);
	pair_close(&pair);
}

/* Times near the end of the clock's range wrap nowhere. */
static void the_end_of_the_clocks_range_is_no_trap(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	step_clock(&pair, WINNER, -(int64_t)pair.now); /* zero */
	pair_establish(&pair, WINNER);
	pair_run(&pair, 30 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK(octo_channel_next_wake(pair.nodes[WINNER].channel) > pair_clock(&pair, WINNER));
	struct octo_channel *channel = pair.nodes[LOSER].channel;
	uint8_t junk = 0;
	octo_channel_receive(channel, &pair.nodes[LOSER].host, OCTO_NEVER - 5, &pair.nodes[WINNER].address, &junk, 1);
	CHECK_U64(octo_channel_next_wake(channel), OCTO_NEVER - 5); /* what the leap of an hour made due */
	pair_close(&pair);
}

CU_ErrorCode suite_clocks(void);

CU_ErrorCode suite_clocks(void)
{
	CU_pSuite suite = CU_add_suite("clocks", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_wrong_clock_makes_no_difference);
	CU_ADD_TEST(suite, a_step_backwards_is_no_time_at_all);
	CU_ADD_TEST(suite, a_leap_forwards_counts_as_an_hour);
	CU_ADD_TEST(suite, a_session_gets_over_any_step);
	CU_ADD_TEST(suite, a_leap_does_not_swallow_a_challenge);
	CU_ADD_TEST(suite, a_frozen_clock_still_answers);
	CU_ADD_TEST(suite, a_sleep_is_never_long_enough_to_look_like_a_step);
	CU_ADD_TEST(suite, the_end_of_the_clocks_range_is_no_trap);
	return CU_get_error();
}
