/* throttling_test.c: how fast couriers are let send [P 7.5]: what was agreed, what the peer wishes below that (MAX_RATE),
 * what is told of the pace (RATE), and the good and bad light (LIGHT). */
#include "tests/check.h"
#include "tests/pair/pair.h"

enum { BURST_BYTES = 2 * OCTO_DATAGRAM_MAX };

static void set_up_for(struct pair *pair, uint32_t rate_bps)
{
	struct pair_options options;
	pair_default(&options);
	for (int who = WINNER; who <= LOSER; who++)
		options.config[who].rate_up = options.config[who].rate_down = rate_bps;
	pair_open(pair, &options);
	pair_establish(pair, WINNER);
}

static void set_up(struct pair *pair)
{
	set_up_for(pair, 100000);
}

static void wish(struct pair *pair, int who, uint32_t rate_bps)
{
	octo_peer_limit(pair->nodes[who].channel, &pair->nodes[who].host, pair_clock(pair, who), 0, rate_bps);
}

/* Bytes that WINNER sends in so long. */
static uint64_t sending(struct pair *pair, octo_time_ns for_ns)
{
	size_t first = pair->sent_count;
	uint64_t bytes = 0;
	pair_run(pair, for_ns);
	for (size_t i = first; i < pair->sent_count; i++)
		bytes += pair->sent[i].from == WINNER ? pair->sent[i].size : 0;
	return bytes;
}

static bool is_rate(uint64_t bytes, octo_time_ns for_ns, uint64_t rate_bps)
{
	uint64_t most = rate_bps * for_ns / OCTO_SECOND;
	return bytes <= most + BURST_BYTES && bytes >= most - most / 20;
}

/* R109: the agreement, with bursts of two packets and no more. */
static void couriers_get_what_was_agreed_and_no_more(void)
{
	struct pair pair;
	set_up(&pair);
	pair_send_load(&pair, WINNER, 100000, 400, 0);
	pair_run(&pair, 3 * OCTO_SECOND);
	CHECK(is_rate(sending(&pair, 2 * OCTO_SECOND), 2 * OCTO_SECOND, 100000));
	CHECK_U64(pair_view(&pair, WINNER).rate_estimate_bps, 100000);
	pair_close(&pair);
}

/* R109, R113: a wish takes effect within a round trip and what the other side waits to send it; so does taking it back. */
static void a_wish_throttles_until_it_is_taken_back(void)
{
	struct pair pair;
	set_up(&pair);
	pair_send_load(&pair, WINNER, 100000, 400, 0);
	pair_run(&pair, 3 * OCTO_SECOND);
	wish(&pair, LOSER, 40000);
	pair_run(&pair, 200 * OCTO_MILLISECOND);
	CHECK(is_rate(sending(&pair, 2 * OCTO_SECOND), 2 * OCTO_SECOND, 40000));
	wish(&pair, LOSER, 4096);
	pair_run(&pair, 500 * OCTO_MILLISECOND);
	CHECK(is_rate(sending(&pair, 4 * OCTO_SECOND), 4 * OCTO_SECOND, 4096));
	wish(&pair, LOSER, 1000000); /* above the agreement it is none */
	pair_run(&pair, 3 * OCTO_SECOND);
	CHECK(is_rate(sending(&pair, 2 * OCTO_SECOND), 2 * OCTO_SECOND, 100000));
	wish(&pair, LOSER, 40000);
	pair_run(&pair, 200 * OCTO_MILLISECOND);
	wish(&pair, LOSER, 0);
	pair_run(&pair, 3 * OCTO_SECOND);
	CHECK(is_rate(sending(&pair, 2 * OCTO_SECOND), 2 * OCTO_SECOND, 100000));
	pair_close(&pair);
}

static void a_wish_that_is_lost_is_sent_again(void)
{
	struct pair pair;
	set_up(&pair);
	pair_send_load(&pair, WINNER, 100000, 400, 0);
	pair_run(&pair, 3 * OCTO_SECOND);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, 1);
	wish(&pair, LOSER, 40000);
	pair_run(&pair, OCTO_SECOND);
	CHECK(is_rate(sending(&pair, 2 * OCTO_SECOND), 2 * OCTO_SECOND, 40000));
	pair_close(&pair);
}

/* The wish is for this session and later ones. */
static void a_wish_outlives_the_session(void)
{
	struct pair pair;
	set_up(&pair);
	wish(&pair, LOSER, 40000);
	pair_run(&pair, OCTO_SECOND);
	pair_restart(&pair, WINNER, true);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 20 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	pair_send_load(&pair, WINNER, 100000, 400, 0);
	pair_run(&pair, 3 * OCTO_SECOND);
	CHECK(is_rate(sending(&pair, 2 * OCTO_SECOND), 2 * OCTO_SECOND, 40000));
	pair_close(&pair);
}

/* Each RATE event is news of a quarter or a fifth at least, and begins where the one before ended. */
static void rate_events_tell_each_change_of_the_pace(void)
{
	enum { AGREED = 1500000, WISHED = 400000 };
	struct pair pair;
	set_up_for(&pair, AGREED);
	pair_send_load(&pair, WINNER, 100000, 400, 0);
	pair_run(&pair, 3 * OCTO_SECOND);
	unsigned before = pair_event_count(&pair, WINNER, OCTO_EVENT_RATE);
	CU_ASSERT_FATAL(before > 1);
	CHECK(pair_event(&pair, WINNER, OCTO_EVENT_RATE, 0)->rate.rate > AGREED - AGREED / 4);
	pair_run(&pair, 3 * OCTO_SECOND);
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_RATE), before); /* nothing new */
	wish(&pair, LOSER, WISHED);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_RATE), before + 1);
	CHECK_U64(pair_event(&pair, WINNER, OCTO_EVENT_RATE, 0)->rate.rate, WISHED);
	uint32_t last = 0;
	for (unsigned i = 1; i <= pair_event_count(&pair, WINNER, OCTO_EVENT_RATE); i++) {
		const struct octo_event_rate *rate = &pair_event(&pair, WINNER, OCTO_EVENT_RATE, i)->rate;
		uint64_t was = rate->before, is = rate->rate;
		CHECK(i == 1 || was == last);
		CHECK(is * 4 >= was * 5 || is * 5 <= was * 4);
		CHECK_U64(rate->session, pair_view(&pair, WINNER).session.log_id);
		last = rate->rate;
	}
	CHECK_U64(pair_event_count(&pair, LOSER, OCTO_EVENT_RATE), 0); /* it sends nothing of couriers */
	pair_close(&pair);
}

static bool is_good(const struct pair *pair)
{
	return pair_view(pair, WINNER).is_good;
}

/* Until the light changes, a millisecond after the other; the time that took. */
static octo_time_ns until_light_is(struct pair *pair, bool good, octo_time_ns most_ns)
{
	octo_time_ns from = pair->now;
	while (is_good(pair) != good && pair->now - from < most_ns)
		pair_run(pair, OCTO_MILLISECOND);
	return pair->now - from;
}

/* Conditions must be good for 4 s at first; each 10 s of good halve that, down to 1 s; less than 10 s of good double it. */
static void the_light_believes_who_flaps_ever_later(void)
{
	struct pair pair;
	octo_time_ns quick, slow = 150 * OCTO_MILLISECOND;
	set_up(&pair);
	quick = pair.latency_ns;
	CHECK(!is_good(&pair));
	pair_send_load(&pair, WINNER, 100000, 60, 10 * OCTO_MILLISECOND);
	octo_time_ns took = until_light_is(&pair, true, 20 * OCTO_SECOND);
	CHECK(took >= 4 * OCTO_SECOND && took < 5 * OCTO_SECOND);
	pair_run(&pair, 21 * OCTO_SECOND);
	pair.latency_ns = slow;
	CHECK(until_light_is(&pair, false, 20 * OCTO_SECOND) < 3 * OCTO_SECOND);
	CHECK(pair_event(&pair, WINNER, OCTO_EVENT_LIGHT, 0)->light.trip_ns > 250 * OCTO_MILLISECOND);
	octo_time_ns penalties_s[] = { 1, 2, 4, 8 };
	for (int i = 0; i < 4; i++) {
		pair_run(&pair, 3 * OCTO_SECOND);
		CHECK(!is_good(&pair));
		pair.latency_ns = quick;
		took = until_light_is(&pair, true, 30 * OCTO_SECOND);
		CHECK(took >= penalties_s[i] * OCTO_SECOND && took < (penalties_s[i] + 2) * OCTO_SECOND);
		CHECK(pair_event(&pair, WINNER, OCTO_EVENT_LIGHT, 0)->light.is_good);
		pair.latency_ns = slow;
		until_light_is(&pair, false, 20 * OCTO_SECOND);
	}
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_LIGHT), 2 + 2 * 4);
	pair_close(&pair);
}

/* Two questions in vain turn it bad, and then couriers send ten packets a second and no more. */
static void who_gets_no_answers_sees_it_bad_and_goes_slowly(void)
{
	struct pair pair;
	set_up(&pair);
	pair_send_load(&pair, WINNER, 100000, 400, 10 * OCTO_MILLISECOND);
	until_light_is(&pair, true, 20 * OCTO_SECOND);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, PAIR_FOREVER);
	CHECK(until_light_is(&pair, false, 20 * OCTO_SECOND) < 3 * OCTO_SECOND);
	unsigned before = pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA);
	pair_run(&pair, 2 * OCTO_SECOND);
	unsigned sent = pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA) - before;
	CHECK(sent >= 15 && sent <= 25); /* questions among them */
	pair_close(&pair);
}

CU_ErrorCode suite_throttling(void)
{
	CU_pSuite suite = CU_add_suite("throttling", NULL, NULL);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, couriers_get_what_was_agreed_and_no_more);
	CU_ADD_TEST(suite, a_wish_throttles_until_it_is_taken_back);
	CU_ADD_TEST(suite, a_wish_that_is_lost_is_sent_again);
	CU_ADD_TEST(suite, a_wish_outlives_the_session);
	CU_ADD_TEST(suite, rate_events_tell_each_change_of_the_pace);
	CU_ADD_TEST(suite, the_light_believes_who_flaps_ever_later);
	CU_ADD_TEST(suite, who_gets_no_answers_sees_it_bad_and_goes_slowly);
	return CU_get_error();
}
