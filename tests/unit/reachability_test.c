/* reachability_test.c: reachability.c: when pings are sent, what their answers do, and what the switch does [P 7.9]. */
#include "core/intrinsic/reachability.h"

#include "core/intrinsic/probe.h"
#include "tests/check.h"
#include "tests/pair/pair.h"

static void enable(struct pair *pair, int who, bool is_on)
{
	octo_enable(pair->nodes[who].channel, &pair->nodes[who].host, pair_clock(pair, who), is_on);
}

static enum octo_status honeymoon(struct pair *pair, int who)
{
	return octo_honeymoon(pair->nodes[who].channel, &pair->nodes[who].host, pair_clock(pair, who));
}

/* When `who` sent its nth ping (from 1) to that peer; 0 when there was none. */
static octo_time_ns ping_time(const struct pair *pair, int who, uint32_t peer, unsigned nth)
{
	const struct pair_node *node = &pair->nodes[who];
	for (size_t i = 0; i < node->event_count; i++) {
		const struct octo_event *event = &node->events[i];
		bool is_ping = event->kind == OCTO_EVENT_PACKET_SENT && event->packet.type == OCTO_PACKET_PROBE;
		if (is_ping && event->peer == peer && --nth == 0)
			return event->now;
	}
	return 0;
}

static unsigned pings(const struct pair *pair, int who)
{
	return pair_sent_count(pair, who, OCTO_PACKET_PROBE);
}

/* Nobody hears WINNER's pings, and intervals are short: base 1 s, doubled every 10 s, at most 20 s. */
static void open_unheard(struct pair *pair, octo_time_ns honeymoon_ns)
{
	struct pair_options options;
	pair_default(&options);
	for (int i = 0; i < 2; i++) {
		options.config[i].ping_step_ns = 10 * OCTO_SECOND;
		options.config[i].ping_max_ns = 20 * OCTO_SECOND;
		options.config[i].ping_recent_ns = 15 * OCTO_SECOND;
		options.config[i].honeymoon_ns = honeymoon_ns;
	}
	pair_open(pair, &options);
	pair_lose(pair, WINNER, OCTO_PACKET_PROBE, PAIR_FOREVER);
}

static const struct octo_event_activity *last_activity(const struct pair *pair, int who)
{
	const struct octo_event *event = pair_event(pair, who, OCTO_EVENT_ACTIVITY, 0);
	return event ? &event->activity : NULL;
}

static enum octo_reason push_probe(struct pair *pair, enum octo_packet_type type, bool is_user, uint64_t token,
                                   const struct octo_address *source)
{
	uint8_t bytes[PROBE_BYTES];
	probe_make(pair_peer(pair, LOSER), type, is_user, token, bytes);
	return pair_push(pair, WINNER, source, bytes, sizeof bytes);
}

/* ---- When ------------------------------------------------------------------------------------------------- */

/* R52, R56, R171: base × 2^(age / step), the age being that of the last response; to the nanosecond. */
static void pings_decay_exponentially_with_the_age(void)
{
	static const unsigned at_s[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 24, 28, 32, 40, 56, 76, 96, 116 };
	struct pair pair;
	open_unheard(&pair, OCTO_SECOND);
	octo_time_ns start = pair.now;
	enable(&pair, WINNER, true);
	pair_run(&pair, 120 * OCTO_SECOND);
	CHECK_U64(pings(&pair, WINNER), sizeof at_s / sizeof *at_s);
	for (unsigned i = 0; i < sizeof at_s / sizeof *at_s; i++)
		CHECK_U64(ping_time(&pair, WINNER, 0, i + 1) - start, at_s[i] * OCTO_SECOND);
	CHECK_U64(pair_view(&pair, WINNER).next_ping_ns, 20 * OCTO_SECOND); /* as of the last one */
	CHECK_U64(pair_view(&pair, WINNER).since_activity, 116 * OCTO_SECOND);
	pair_close(&pair);
}

/* R50, R53, R55, R174, R177: a honeymoon begins with the switch, pings every second, and wears off by itself. */
static void a_honeymoon_follows_the_switch_and_wears_off(void)
{
	struct pair pair;
	open_unheard(&pair, 5 * OCTO_SECOND);
	pair_run(&pair, 100 * OCTO_SECOND);
	octo_time_ns start = pair.now;
	CHECK_U64(pair_view(&pair, WINNER).mode, OCTO_MODE_MANUAL);
	enable(&pair, WINNER, true);
	CHECK_U64(pair_view(&pair, WINNER).mode, OCTO_MODE_HONEYMOON);
	pair_run(&pair, 4999 * OCTO_MILLISECOND);
	CHECK_U64(pings(&pair, WINNER), 5);
	CHECK_U64(octo_channel_mode(pair.nodes[WINNER].channel), OCTO_MODE_HONEYMOON);
	pair_run(&pair, OCTO_MILLISECOND);
	CHECK_U64(octo_channel_mode(pair.nodes[WINNER].channel), OCTO_MODE_NORMAL);
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_MODE), 2);
	const struct octo_event *over = pair_event(&pair, WINNER, OCTO_EVENT_MODE, 2);
	CHECK(over && over->mode.before == OCTO_MODE_HONEYMOON && over->mode.after == OCTO_MODE_NORMAL &&
	      over->now == start + 5 * OCTO_SECOND);
	pair_run(&pair, 25 * OCTO_SECOND);
	CHECK_U64(pings(&pair, WINNER), 6); /* at 24 s: 20 s behind the last */
	CHECK_U64(ping_time(&pair, WINNER, 0, 6) - start, 24 * OCTO_SECOND);
	pair_close(&pair);
}

/* R54: at the user's wish, as often as the user likes; but not with communications off. */
static void the_user_may_want_a_honeymoon(void)
{
	struct pair pair;
	open_unheard(&pair, 5 * OCTO_SECOND);
	CHECK_U64(honeymoon(&pair, WINNER), OCTO_SWITCHED_OFF);
	enable(&pair, WINNER, true);
	pair_run(&pair, 200 * OCTO_SECOND);
	unsigned before = pings(&pair, WINNER);
	CHECK_U64(honeymoon(&pair, WINNER), OCTO_OK);
	pair_run(&pair, 4 * OCTO_SECOND);
	CHECK_U64(pings(&pair, WINNER), before + 5);
	CHECK_U64(honeymoon(&pair, WINNER), OCTO_OK); /* from its beginning */
	pair_run(&pair, 4 * OCTO_SECOND);
	CHECK(pings(&pair, WINNER) >= before + 9);
	enable(&pair, WINNER, false);
	CHECK_U64(honeymoon(&pair, WINNER), OCTO_SWITCHED_OFF);
	pair_close(&pair);
}

/* R171: with a thousand idle peers nothing is looked at between two pings: the channel sleeps until the next one. */
static void the_channel_sleeps_between_two_pings(void)
{
	struct pair pair;
	open_unheard(&pair, OCTO_SECOND);
	enable(&pair, WINNER, true);
	pair_run(&pair, 60 * OCTO_SECOND);
	CHECK_U64(octo_channel_next_wake(pair.nodes[WINNER].channel), ping_time(&pair, WINNER, 0, 21) + 20 * OCTO_SECOND);
	pair_close(&pair);
}

/* Two peers are not asked in the same instant, and stay a millisecond apart. */
static void pings_of_many_peers_are_spread(void)
{
	struct pair pair;
	open_unheard(&pair, 5 * OCTO_SECOND);
	pair_make_other(&pair);
	enable(&pair, WINNER, true);
	pair_run(&pair, 4 * OCTO_SECOND);
	for (unsigned nth = 1; nth <= 4; nth++)
		CHECK_U64(ping_time(&pair, WINNER, 1, nth) - ping_time(&pair, WINNER, 0, nth), OCTO_MILLISECOND);
	pair_close(&pair);
}

/* R62: who was last active counts as no older than an hour (here: 15 s), the others as old as they are. */
static void the_last_active_peer_stays_young(void)
{
	struct pair pair;
	open_unheard(&pair, OCTO_SECOND);
	pair_make_other(&pair);
	for (uint32_t peer = 0; peer < 2; peer++) { /* OTHER, peer 1, is the last */
		struct call call = pair_call(&pair, WINNER);
		reachability_active(&call, block_peer(call.channel, peer), OCTO_ACTIVITY_ANSWERED);
		reachability_inactive(&call, block_peer(call.channel, peer), OCTO_ACTIVITY_UNANSWERED, OCTO_NEVER);
	}
	enable(&pair, WINNER, true);
	pair_lose(&pair, WINNER, OCTO_PACKET_PROBE, PAIR_FOREVER);
	pair_run(&pair, 300 * OCTO_SECOND);
	struct octo_peer_view first, second;
	octo_peer_view(pair.nodes[WINNER].channel, 0, &first);
	octo_peer_view(pair.nodes[WINNER].channel, 1, &second);
	CHECK(first.since_activity >= 280 * OCTO_SECOND && second.since_activity >= 280 * OCTO_SECOND);
	unsigned counts[2] = { 0, 0 };
	octo_time_ns from = pair.now;
	pair_run(&pair, 200 * OCTO_SECOND);
	for (uint32_t peer = 0; peer < 2; peer++)
		for (unsigned nth = 1; ping_time(&pair, WINNER, peer, nth); nth++)
			counts[peer] += ping_time(&pair, WINNER, peer, nth) > from ? 1 : 0;
	CHECK_U64(counts[0], 10);  /* every 20 s */
	CHECK_U64(counts[1], 100); /* every 2 s, as if it were 15 s old */
	pair_close(&pair);
}

/* While somebody is active there is no inactive period, and nobody is favoured. */
static void nobody_is_favoured_while_somebody_is_active(void)
{
	struct pair pair;
	open_unheard(&pair, OCTO_SECOND);
	pair_make_other(&pair);
	struct call call = pair_call(&pair, WINNER);
	reachability_active(&call, block_peer(call.channel, 1), OCTO_ACTIVITY_ANSWERED);
	reachability_active(&call, block_peer(call.channel, 0), OCTO_ACTIVITY_ANSWERED);
	reachability_inactive(&call, block_peer(call.channel, 0), OCTO_ACTIVITY_UNANSWERED, OCTO_NEVER);
	struct peer *peer = block_peer(call.channel, 0);
	enable(&pair, WINNER, true);
	peer->reach.pinged_at = peer->reach.activity_at + 300 * OCTO_SECOND;
	pair.now += 300 * OCTO_SECOND;
	call = pair_call(&pair, WINNER);
	CHECK_U64(reachability_next_ping(call.channel, peer) - peer->reach.pinged_at, 20 * OCTO_SECOND);
	reachability_inactive(&call, block_peer(call.channel, 1), OCTO_ACTIVITY_UNANSWERED, OCTO_NEVER);
	CHECK_U64(reachability_next_ping(call.channel, peer) - peer->reach.pinged_at, 20 * OCTO_SECOND);
	peer->reach.order = call.channel->reach.order;
	CHECK_U64(reachability_next_ping(call.channel, peer) - peer->reach.pinged_at, 2 * OCTO_SECOND);
	pair_close(&pair);
}

/* ---- Answers ------------------------------------------------------------------------------------------------ */

/* R57, R58, R59, R176: an answer makes the peer active at once, and a handshake begins in the same instant. */
static void an_answer_makes_active_and_dials(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	enable(&pair, WINNER, true);
	pair_run(&pair, 2 * pair.latency_ns);
	CHECK(pair_view(&pair, WINNER).is_active);
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_OFFERING);
	CHECK_U64(last_activity(&pair, WINNER)->why, OCTO_ACTIVITY_ANSWERED);
	pair_run(&pair, 2 * pair.latency_ns);
	pair_run(&pair, 30 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pings(&pair, WINNER), 1); /* R55: only who is not active is pinged */
	CHECK_U64(pair_view(&pair, WINNER).next_ping_ns, OCTO_NEVER);
	CHECK(pair_view(&pair, LOSER).is_active);
	CHECK_U64(last_activity(&pair, LOSER)->why, OCTO_ACTIVITY_CONNECTED);
	pair_close(&pair);
}

/* An answer is to one of our latest pings, within 10 s, and counts once. */
static void only_an_answer_to_a_recent_ping_counts(void)
{
	struct pair pair;
	open_unheard(&pair, 30 * OCTO_SECOND);
	const struct octo_address *source = &pair.nodes[LOSER].address;
	enable(&pair, WINNER, true);
	CHECK_U64(push_probe(&pair, OCTO_PACKET_PROBE_REPLY, false, 1, source), OCTO_REASON_UNSOLICITED);
	pair_run(&pair, 10 * OCTO_SECOND);
	uint64_t tokens[11];
	for (unsigned nth = 1; nth <= 11; nth++) {
		struct pair_datagram ping = pair_sent(&pair, WINNER, OCTO_PACKET_PROBE, nth);
		tokens[nth - 1] = probe_token(ping.bytes);
	}
	CHECK_U64(push_probe(&pair, OCTO_PACKET_PROBE_REPLY, false, tokens[2], source), OCTO_REASON_UNSOLICITED);
	CHECK(!pair_view(&pair, WINNER).is_active);
	CHECK_U64(push_probe(&pair, OCTO_PACKET_PROBE_REPLY, false, tokens[3], source), OCTO_REASON_ACCEPTED);
	CHECK(pair_view(&pair, WINNER).is_active);
	CHECK_U64(push_probe(&pair, OCTO_PACKET_PROBE_REPLY, false, tokens[3], source), OCTO_REASON_UNSOLICITED);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_run(&pair, 11 * OCTO_SECOND);
	CHECK_U64(push_probe(&pair, OCTO_PACKET_PROBE_REPLY, false, tokens[10], source), OCTO_REASON_UNSOLICITED);
	pair_close(&pair);
}

/* One answer a second for each peer and address, to four addresses at most: a flood is no amplifier, nor does it grow. */
static void a_flood_of_pings_is_answered_once_a_second(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct octo_address source = pair.nodes[LOSER].address;
	for (unsigned ms = 0; ms < 3000; ms += 10) {
		push_probe(&pair, OCTO_PACKET_PROBE, false, ms, &source);
		pair_run(&pair, 10 * OCTO_MILLISECOND);
	}
	CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_PROBE_REPLY), 3);
	CHECK_U64(pair_reasons(&pair, WINNER, OCTO_REASON_TOO_SOON), 297);
	pair_run(&pair, OCTO_SECOND);
	for (uint16_t i = 0; i < 100; i++) {
		source.port = (uint16_t)(1000 + i);
		push_probe(&pair, OCTO_PACKET_PROBE, false, i, &source);
		pair_run(&pair, OCTO_MILLISECOND);
	}
	CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_PROBE_REPLY), 3 + REACH_SOURCES);
	struct pair_datagram reply = pair_sent(&pair, WINNER, OCTO_PACKET_PROBE_REPLY, 0);
	CHECK_U64(reply.target.port, 1000 + REACH_SOURCES - 1);
	CHECK_U64(reply.size, PROBE_BYTES);
	CHECK(!pair_view(&pair, WINNER).is_active); /* asking proves nothing */
	pair_close(&pair);
}

/* R25, R61: a handshake that nobody answers is given up, and the peer is pinged like before; nothing redials. */
static void an_unanswered_handshake_ends_in_pings(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER);
	enable(&pair, WINNER, true);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_OFFERING);
	pair_lose(&pair, LOSER, OCTO_PACKET_PROBE_REPLY, PAIR_FOREVER);
	pair_run(&pair, 40 * OCTO_SECOND);
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_IDLE);
	CHECK_U64(last_activity(&pair, WINNER)->why, OCTO_ACTIVITY_UNANSWERED);
	CHECK(!pair_view(&pair, WINNER).is_active);
	CHECK_U64(pair_cell(&pair, WINNER, OCTO_STEP_CONNECT, OCTO_STATE_IDLE), 0);
	CHECK(pings(&pair, WINNER) >= 25);
	pair_close(&pair);
}

/* R61: a session that dies in silence leaves no celibacy: pings go on at once. */
static void a_timeout_is_followed_by_pings(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	enable(&pair, WINNER, true);
	pair_run(&pair, OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, PAIR_FOREVER);
	pair_lose(&pair, LOSER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_lose(&pair, LOSER, OCTO_PACKET_PROBE_REPLY, PAIR_FOREVER);
	pair_run(&pair, 60 * OCTO_SECOND);
	const struct octo_event *down = pair_event(&pair, WINNER, OCTO_EVENT_SESSION_DOWN, 1);
	CHECK(down && down->session.end == OCTO_END_DEAD);
	CHECK_U64(last_activity(&pair, WINNER)->why, OCTO_ACTIVITY_SILENT);
	CHECK(!pair_view(&pair, WINNER).is_celibate);
	CHECK(down && ping_time(&pair, WINNER, 0, 2) == down->now);
	CHECK(pings(&pair, WINNER) > 10);
	pair_close(&pair);
}

/* ---- Celibacy ------------------------------------------------------------------------------------------------ */

/* R60, R178, R179, R180: explicitly completed, a peer is not pinged for a minute, not even in a honeymoon; then it is. */
static void a_celibate_peer_is_not_pinged(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	enable(&pair, WINNER, true);
	pair_run(&pair, OCTO_SECOND);
	pair_disconnect(&pair, WINNER);
	octo_time_ns began = pair.now;
	CHECK_U64(last_activity(&pair, WINNER)->why, OCTO_ACTIVITY_COMPLETED);
	pair_run(&pair, 5 * OCTO_SECOND);
	CHECK_U64(honeymoon(&pair, WINNER), OCTO_OK);
	CHECK_U64(pair_view(&pair, WINNER).mode, OCTO_MODE_CELIBACY);
	CHECK_U64(pair_view(&pair, WINNER).next_ping_ns, OCTO_NEVER);
	pair_run(&pair, 54 * OCTO_SECOND);
	CHECK_U64(pings(&pair, WINNER), 1);
	pair_run(&pair, 2 * OCTO_SECOND);
	CHECK_U64(ping_time(&pair, WINNER, 0, 2), began + 60 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

/* R180: pings of a celibate peer go unanswered, unless its user wants the connection; and even they end nothing. */
static void a_celibate_peers_pings_are_dropped(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_disconnect(&pair, WINNER);
	const struct octo_address *source = &pair.nodes[LOSER].address;
	uint64_t before = pair_digest(&pair, WINNER);
	CHECK_U64(push_probe(&pair, OCTO_PACKET_PROBE, false, 1, source), OCTO_REASON_CELIBATE);
	CHECK_U64(pair_digest(&pair, WINNER), before);
	CHECK_U64(push_probe(&pair, OCTO_PACKET_PROBE, true, 2, source), OCTO_REASON_ACCEPTED);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_PROBE_REPLY), 1);
	CHECK(pair_view(&pair, WINNER).is_celibate);
	pair_close(&pair);
}

/* An answer that comes late into a celibacy starts nothing. */
static void an_answer_in_celibacy_starts_nothing(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, LOSER, OCTO_PACKET_PROBE_REPLY, 1);
	enable(&pair, WINNER, true);
	pair_run(&pair, 2 * pair.latency_ns);
	pair_disconnect(&pair, WINNER);
	struct pair_datagram reply = pair_sent(&pair, LOSER, OCTO_PACKET_PROBE_REPLY, 1);
	CHECK_U64(pair_deliver(&pair, WINNER, &reply), OCTO_REASON_CELIBATE);
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_IDLE);
	CHECK(!pair_view(&pair, WINNER).is_active);
	pair_close(&pair);
}

/* ---- The switch ------------------------------------------------------------------------------------------------ */

/* R46: off, the session is closed with a message, and nothing is sent or answered; on, everything comes back. */
static void off_is_silence_and_on_brings_all_back(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	enable(&pair, WINNER, true);
	pair_run(&pair, OCTO_SECOND);
	enable(&pair, WINNER, false);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_view(&pair, WINNER).mode, OCTO_MODE_OFF);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_IDLE);
	CHECK(pair_view(&pair, LOSER).is_celibate && !pair_view(&pair, WINNER).is_celibate);
	pair_connect(&pair, LOSER); /* its user may want what he likes */
	size_t before = pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA) + pair_sent_count(&pair, WINNER, OCTO_PACKET_SYN_ACK);
	pair_run(&pair, 100 * OCTO_SECOND);
	CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA) + pair_sent_count(&pair, WINNER, OCTO_PACKET_SYN_ACK), before);
	CHECK(pair_reasons(&pair, WINNER, OCTO_REASON_SWITCHED_OFF) > 10);
	CHECK_U64(push_probe(&pair, OCTO_PACKET_PROBE, true, 1, &pair.nodes[LOSER].address), OCTO_REASON_SWITCHED_OFF);
	pair_disconnect(&pair, LOSER); /* celibate: only a user gets through */
	enable(&pair, WINNER, true);
	pair_run(&pair, OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

/* A connect with the switch off is remembered, and dials nobody. */
static void a_connect_waits_for_the_switch(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	enable(&pair, WINNER, false);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 10 * OCTO_SECOND);
	CHECK_U64(pair.sent_count, 0);
	CHECK(pair_view(&pair, WINNER).is_wanted);
	enable(&pair, WINNER, true);
	pair_run(&pair, OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

/* Where it is already, the switch does nothing. */
static void the_same_position_twice_is_once(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	for (int i = 0; i < 2; i++) {
		enable(&pair, WINNER, false);
		enable(&pair, WINNER, false);
		CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_MODE), 1u + 2u * (unsigned)i);
		enable(&pair, WINNER, true);
		enable(&pair, WINNER, true);
	}
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_MODE), 4);
	pair_close(&pair);
}

/* R51: the position survives a restart, which begins a honeymoon of its own, though not a user's. */
static void the_switch_survives_a_restart(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	enable(&pair, WINNER, true);
	pair_run(&pair, OCTO_SECOND);
	pair_lose(&pair, WINNER, OCTO_PACKET_PROBE, PAIR_FOREVER);
	pair_restart(&pair, WINNER, true);
	CHECK_U64(pair_view(&pair, WINNER).mode, OCTO_MODE_HONEYMOON);
	pair_run(&pair, OCTO_SECOND);
	struct pair_datagram ping = pair_sent(&pair, WINNER, OCTO_PACKET_PROBE, 0);
	CHECK(ping.size && ping.bytes[2] == 0);
	enable(&pair, WINNER, false);
	pair_restart(&pair, WINNER, true);
	CHECK_U64(pair_view(&pair, WINNER).mode, OCTO_MODE_OFF);
	pair_restart(&pair, WINNER, false);
	CHECK_U64(pair_view(&pair, WINNER).mode, OCTO_MODE_MANUAL);
	pair_close(&pair);
}

/* R50, R56: what a restart knows of a peer's age decides how often it is pinged, once the honeymoon is over. */
static void the_age_survives_a_restart(void)
{
	struct pair pair;
	open_unheard(&pair, 3 * OCTO_SECOND);
	enable(&pair, WINNER, true);
	pair_run(&pair, 100 * OCTO_SECOND); /* 40 s and more: 20 s from ping to ping; saved when that was reached, at 56 s */
	pair_restart(&pair, WINNER, true);
	pair_lose(&pair, WINNER, OCTO_PACKET_PROBE, PAIR_FOREVER);
	CHECK_U64(pair_view(&pair, WINNER).since_activity, 56 * OCTO_SECOND);
	unsigned before = pings(&pair, WINNER);
	pair_run(&pair, 40 * OCTO_SECOND);
	CHECK_U64(pings(&pair, WINNER) - before, 4); /* 0, 1, 2 and 22 s */
	pair_close(&pair);
}

CU_ErrorCode suite_reachability(void);

CU_ErrorCode suite_reachability(void)
{
	CU_pSuite suite = CU_add_suite("reachability", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, pings_decay_exponentially_with_the_age);
	CU_ADD_TEST(suite, a_honeymoon_follows_the_switch_and_wears_off);
	CU_ADD_TEST(suite, the_user_may_want_a_honeymoon);
	CU_ADD_TEST(suite, the_channel_sleeps_between_two_pings);
	CU_ADD_TEST(suite, pings_of_many_peers_are_spread);
	CU_ADD_TEST(suite, the_last_active_peer_stays_young);
	CU_ADD_TEST(suite, nobody_is_favoured_while_somebody_is_active);
	CU_ADD_TEST(suite, an_answer_makes_active_and_dials);
	CU_ADD_TEST(suite, only_an_answer_to_a_recent_ping_counts);
	CU_ADD_TEST(suite, a_flood_of_pings_is_answered_once_a_second);
	CU_ADD_TEST(suite, an_unanswered_handshake_ends_in_pings);
	CU_ADD_TEST(suite, a_timeout_is_followed_by_pings);
	CU_ADD_TEST(suite, a_celibate_peer_is_not_pinged);
	CU_ADD_TEST(suite, a_celibate_peers_pings_are_dropped);
	CU_ADD_TEST(suite, an_answer_in_celibacy_starts_nothing);
	CU_ADD_TEST(suite, off_is_silence_and_on_brings_all_back);
	CU_ADD_TEST(suite, a_connect_waits_for_the_switch);
	CU_ADD_TEST(suite, the_same_position_twice_is_once);
	CU_ADD_TEST(suite, the_switch_survives_a_restart);
	CU_ADD_TEST(suite, the_age_survives_a_restart);
	return CU_get_error();
}
