/* antlers_test.c: two cores with a NAT between them that forgets, as far as it matters: one of them is at another
 * address when it speaks after a silence that was too long (C:150) [P 7.1]: R118. */
#include "tests/check.h"
#include "tests/pair/pair.h"

/* Lets time pass behind a NAT that forgets `who` after a silence of `timeout_ns`: it is then somebody else to the others.
 * What is sent to the address of before is lost. Returns how often that happened. */
static unsigned run_behind_nat(struct pair *pair, int who, octo_time_ns timeout_ns, octo_time_ns for_ns)
{
	unsigned moved = 0;
	octo_time_ns until = pair->now + for_ns, sent_at = pair->now;
	while (pair->now < until) {
		if (pair->now - sent_at == timeout_ns) {
			pair->nodes[who].address.port++;
			moved++;
		}
		size_t before = pair->sent_count;
		pair_run(pair, 10 * OCTO_MILLISECOND);
		for (size_t i = before; i < pair->sent_count; i++)
			if (pair->sent[i].from == who)
				sent_at = pair->now;
	}
	return moved;
}

static octo_time_ns learned(const struct pair *pair, int who)
{
	return pair->nodes[who].channel->keepalive.interval_ns;
}

static void open_pair(struct pair *pair, uint16_t idle_s)
{
	struct pair_options options;
	pair_default(&options);
	options.config[WINNER].keepalive_s = options.config[LOSER].keepalive_s = idle_s;
	pair_open(pair, &options);
	pair_establish(pair, WINNER);
}

/* The session follows, and what was too long is not tried again soon. */
static void a_nat_that_forgets_is_found_out_and_then_kept_awake(void)
{
	struct pair pair;
	open_pair(&pair, 15);
	uint64_t session = pair_view(&pair, WINNER).session.log_id;
	CHECK(run_behind_nat(&pair, WINNER, 10 * OCTO_SECOND, 120 * OCTO_SECOND) >= 1);
	CHECK(learned(&pair, WINNER) <= 10 * OCTO_SECOND && learned(&pair, WINNER) >= 5 * OCTO_SECOND);
	CHECK_U64(learned(&pair, LOSER), 15 * OCTO_SECOND); /* its own way is as it was */
	CHECK(run_behind_nat(&pair, WINNER, 10 * OCTO_SECOND, 3400 * OCTO_SECOND) <= 4);
	const struct octo_event *event = pair_event(&pair, WINNER, OCTO_EVENT_KEEPALIVE, 1);
	CHECK(event && event->keepalive.is_lost && event->keepalive.idle_ns >= 10 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pair_view(&pair, WINNER).session.log_id, session);
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_SESSION_UP), 1);
	pair_close(&pair);
}

/* Agreed upon is a minute, for finding dead peers; NATs are not asked. */
static void a_long_agreed_interval_does_not_let_nats_forget(void)
{
	struct pair pair;
	open_pair(&pair, 60);
	CHECK_U64(run_behind_nat(&pair, WINNER, 15 * OCTO_SECOND + OCTO_SECOND / 10, 100 * OCTO_SECOND), 0);
	unsigned moved = run_behind_nat(&pair, WINNER, 20 * OCTO_SECOND, 3400 * OCTO_SECOND);
	CHECK(moved >= 1 && moved <= 8); /* it tries more now and then, and less and less often */
	CHECK(learned(&pair, WINNER) <= 20 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pair_event_count(&pair, LOSER, OCTO_EVENT_SESSION_UP), 1);
	pair_close(&pair);
}

static void without_a_nat_the_interval_grows_to_its_bound(void)
{
	struct pair pair;
	open_pair(&pair, 60);
	pair_run(&pair, 7200 * OCTO_SECOND);
	CHECK_U64(learned(&pair, WINNER), 25 * OCTO_SECOND);
	CHECK_U64(learned(&pair, LOSER), 25 * OCTO_SECOND);
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_PATH), 0);
	pair_close(&pair);
}

/* Where it listens all the time and has nothing to say, its NAT still sees something of it. */
static void who_only_listens_is_not_silent(void)
{
	struct pair pair;
	open_pair(&pair, 3600);
	pair_send_load(&pair, LOSER, 120, 32, OCTO_SECOND);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(run_behind_nat(&pair, WINNER, 15 * OCTO_SECOND + OCTO_SECOND / 10, 110 * OCTO_SECOND), 0);
	pair_close(&pair);
}

/* A peer that moves while it talks has lost nothing to a silence. */
static void moving_while_talking_teaches_nothing(void)
{
	struct pair pair;
	open_pair(&pair, 15);
	pair_send_load(&pair, WINNER, 60, 32, OCTO_SECOND);
	for (int i = 0; i < 6; i++) {
		pair_run(&pair, 9 * OCTO_SECOND);
		pair.nodes[WINNER].address.port++;
	}
	CHECK(pair_event_count(&pair, LOSER, OCTO_EVENT_PATH) >= 10);
	CHECK_U64(learned(&pair, WINNER), 15 * OCTO_SECOND);
	pair_close(&pair);
}

CU_ErrorCode suite_antlers(void);

CU_ErrorCode suite_antlers(void)
{
	CU_pSuite suite = CU_add_suite("antlers", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_nat_that_forgets_is_found_out_and_then_kept_awake);
	CU_ADD_TEST(suite, a_long_agreed_interval_does_not_let_nats_forget);
	CU_ADD_TEST(suite, without_a_nat_the_interval_grows_to_its_bound);
	CU_ADD_TEST(suite, who_only_listens_is_not_silent);
	CU_ADD_TEST(suite, moving_while_talking_teaches_nothing);
	return CU_get_error();
}
