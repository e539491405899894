/* convergence.c: L1. Once nothing disturbs a pair any more, both sides are on the same session within the
 * shorter redial wait, a handshake, a challenge, and twice the time in which a dead peer is noticed. */
#include "sim/check/state.h"

#include <inttypes.h>

static const uint64_t redial_longest_ns = 75 * OCTO_SECOND; /* 60 s and a quarter */
static const uint64_t handshake_ns = 9 * OCTO_SECOND, challenge_ns = 5 * OCTO_SECOND;
static const uint64_t round_trip_longest_ns =
	4 * OCTO_SECOND; /* above, an answer may expire before its ACK can come */
enum { TIMEOUTS = 3, DEAD_PERIODS = 2 };

static uint64_t later(uint64_t a, uint64_t b)
{
	return b != CHECK_NEVER && b > a ? b : a;
}

/* From when on the pair has had a fair network and was left alone; CHECK_NEVER when it has not. */
static uint64_t fair_since(const struct checks *checks, const struct check_pair *pair)
{
	uint64_t since = pair->user_at;
	if (pair->has_barrier || check_is_stopped(checks, pair))
		return CHECK_NEVER;
	if (!checks->is_healed && pair->is_lossy)
		return CHECK_NEVER;
	if (checks->is_healed)
		since = later(since, checks->healed_at);
	/* Queues are not healed: what overflows is lost as before. */
	if (!checks->is_healed || pair->has_rate || pair->has_shared_queue)
		since = later(since, pair->disturbed_at);
	for (int i = 0; i < 2; i++)
		since = later(since, checks->nodes[pair->nodes[i]].trouble_at);
	return since;
}

static bool look(struct checks *checks, const struct check_pair *pair, struct octo_peer_view view[2])
{
	for (int i = 0; i < 2; i++)
		if (!checks->host.view(checks->host.context, pair->nodes[i], pair->nodes[1 - i], &view[i]))
			return false;
	return true;
}

/* A node's clock that is slow by its drift stretches all its waits. */
static uint64_t stretched(const struct checks *checks, const struct check_pair *pair, uint64_t wait_ns)
{
	int64_t slowest = 0;
	for (int i = 0; i < 2; i++) {
		int64_t drift = checks->scenario->nodes[pair->nodes[i]].clock_drift_ppb;
		slowest = drift < slowest ? drift : slowest;
	}
	uint64_t pace_ppm = (uint64_t)(1000000000 + (slowest < -999000000 ? -999000000 : slowest)) / 1000;
	return pace_ppm >= 1000000 ? wait_ns : wait_ns / pace_ppm * 1000000;
}

static bool is_pinging(const struct octo_peer_view *view)
{
	return view->mode == OCTO_MODE_NORMAL || view->mode == OCTO_MODE_HONEYMOON;
}

static bool is_sought(const struct octo_peer_view *view)
{
	return view->is_wanted || is_pinging(view);
}

/* Until the next ping, or the next attempt. With pings none is planned while an attempt or a session lasts; the first one
 * behind them comes at once. One that follows another too closely may go unanswered. */
static uint64_t next_try_ns(const struct checks *checks, const struct octo_peer_view *view)
{
	if (!is_pinging(view))
		return view->redial_ns + view->redial_ns / 4;
	uint64_t wait_ns = view->next_ping_ns == OCTO_NEVER ? checks->config.offer_ns : view->next_ping_ns;
	return wait_ns + 2 * checks->config.probe_spacing_ns;
}

void convergence_sample(struct checks *checks, struct check_pair *pair)
{
	struct octo_peer_view view[2];
	pair->fair_from = fair_since(checks, pair);
	pair->is_judged = false;
	pair->redial_ns = CHECK_NEVER;
	pair->timeout_ns = OCTO_SECOND;
	bool is_known = pair->fair_from != CHECK_NEVER && look(checks, pair, view);
	for (int i = 0; is_known && i < 2; i++) {
		uint64_t wait_ns = next_try_ns(checks, &view[i]);
		pair->timeout_ns = later(pair->timeout_ns, view[i].timeout_ns);
		if (is_sought(&view[i]) && wait_ns < pair->redial_ns)
			pair->redial_ns = wait_ns;
	}
	if (pair->redial_ns == CHECK_NEVER)
		pair->redial_ns = redial_longest_ns;
}

/* A connected node ignores the stale SYNs of a peer that lost its store, so that its own session has to die
 * first; and the RETRY that ends the misunderstanding may just miss an offer. */
static uint64_t relearning_ns(const struct checks *checks, const struct check_pair *pair)
{
	bool is_needed = checks->nodes[pair->nodes[0]].lost_store || checks->nodes[pair->nodes[1]].lost_store;
	return is_needed ? checks->config.offer_ns + checks->config.attempt_spacing_ns : 0;
}

static uint64_t time_allowed(struct checks *checks, struct check_pair *pair,
                             const struct octo_peer_view view[2])
{
	uint64_t timeout_ns = later(pair->timeout_ns, later(view[0].timeout_ns, view[1].timeout_ns));
	uint64_t dead_ns = later(TIMEOUTS * timeout_ns + checks->config.keepalive_s * OCTO_SECOND,
	                         checks->config.dead_min_ns);
	uint64_t wait_ns = pair->redial_ns + handshake_ns + challenge_ns + DEAD_PERIODS * dead_ns +
	                   relearning_ns(checks, pair);
	return stretched(checks, pair, wait_ns) + 2 * check_round_trip(checks, pair);
}

/* Who was moved away from is found when a SYN of the last attempt went to the new place. Of an earlier one
 * does not count: a place that proved nothing is forgotten with the attempt. */
static bool can_find(const struct checks *checks, const struct check_pair *pair, int from)
{
	uint64_t moved_at = checks->nodes[pair->nodes[1 - from]].moved_at;
	const struct check_side *side = &pair->side[from];
	return moved_at == CHECK_NEVER || (check_is_since(side->found_at, moved_at) &&
	                                   check_is_since(side->found_at, side->syn_first_at));
}

/* Whether one of the two wants the other and can find it. */
static bool is_expected(const struct checks *checks, const struct check_pair *pair,
                        const struct octo_peer_view view[2])
{
	if (view[0].is_celibate || view[1].is_celibate || view[0].mode == OCTO_MODE_OFF || view[1].mode == OCTO_MODE_OFF)
		return false;
	for (int i = 0; i < 2; i++) {
		bool is_wanted = is_sought(&view[i]) || pair->side[i].is_pressed;
		if (is_wanted && can_find(checks, pair, i))
			return true;
	}
	return false;
}

void convergence_judge(struct checks *checks, struct check_pair *pair, bool is_last)
{
	struct octo_peer_view view[2];
	uint64_t since = fair_since(checks, pair), now = check_now(checks);
	if (since == CHECK_NEVER || pair->has_clone)
		return;
	if (since != pair->fair_from)
		convergence_sample(checks, pair);
	bool is_early = now - since <= handshake_ns + challenge_ns;
	if (is_early || (pair->is_judged && !is_last) ||
	    check_round_trip(checks, pair) > round_trip_longest_ns)
		return;
	if (!look(checks, pair, view) || !is_expected(checks, pair, view))
		return;
	uint64_t deadline = since + time_allowed(checks, pair, view);
	if (now < deadline)
		return;
	check_evaluated(checks, INVARIANT_L1);
	if (!pair->is_agreed || (!pair->is_judged && pair->agreed_at > deadline))
		check_violated(checks, INVARIANT_L1, pair->nodes[0], pair->nodes[1],
		               "expected one session on both sides %" PRIu64
		               " ms after the last trouble at %" PRIu64 " ms, found %s and %s%s",
		               (deadline - since) / OCTO_MILLISECOND, since / OCTO_MILLISECOND,
		               octo_state_name(view[0].state), octo_state_name(view[1].state),
		               pair->is_agreed ? ", agreed too late" : "");
	pair->is_judged = true;
}
