/* layers_test.c: the two layers apart (R6, R7): the intrinsic one without any courier, and couriers without a channel.
 * What includes what is the matter of tools/check-layers and tools/tidy; here both do their work alone. */
#include "tests/check.h"
#include "tests/pair/pair.h"

static const octo_time_ns hour = 3600 * OCTO_SECOND;

static void open_bare(struct pair *pair)
{
	struct pair_options options;
	pair_default(&options);
	options.couriers = NULL;
	options.courier_count = 0;
	pair_open(pair, &options);
}

static bool is_quiet(const struct pair *pair, int who)
{
	const struct octo_counters *counters = octo_channel_counters(pair->nodes[who].channel);
	uint64_t amiss = counters->received - counters->reasons[OCTO_REASON_ACCEPTED];
	return amiss == 0 && pair_event_count(pair, who, OCTO_EVENT_WARNING) == 0;
}

/* R7, R20, R116, R172: a session of two nodes that have nothing to say comes up, is kept up, measures its round trip, turns its
 * keys every ten minutes and has new secrets every hour. */
static void a_session_needs_no_couriers(void)
{
	struct pair pair;
	open_bare(&pair);
	pair_establish(&pair, LOSER);
	CHECK_U64(pair_view(&pair, WINNER).session.generation, 1);
	pair_run(&pair, 3 * hour + 60 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	for (int who = WINNER; who <= LOSER; who++) {
		CHECK_U64(pair_view(&pair, who).session.generation, 4);
		CHECK_U64(pair_view(&pair, who).trip_ns, 2 * pair.latency_ns);
		CHECK(pair_view(&pair, who).since_heard <= 15 * OCTO_SECOND);
		CHECK(pair_event_count(&pair, who, OCTO_EVENT_KEYS_TURNED) >= 3 * 2 * 4);
		CHECK_U64(pair_event_count(&pair, who, OCTO_EVENT_SESSION_UP), 4);
		CHECK(is_quiet(&pair, who));
	}
	pair_close(&pair);
}

/* R7, R59, R81, R92, R110: nor do its beginning and its end. */
static void a_duel_a_restart_and_a_goodbye_need_no_couriers(void)
{
	struct pair pair;
	open_bare(&pair);
	pair_connect(&pair, WINNER);
	pair_connect(&pair, LOSER);
	pair_run(&pair, OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pair_view(&pair, WINNER).role, OCTO_ROLE_INITIATOR);
	pair_restart(&pair, LOSER, true);
	pair_run(&pair, 10 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_SESSION_UP), 2);
	pair_disconnect(&pair, WINNER);
	pair_run(&pair, 5 * OCTO_SECOND);
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_IDLE);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_IDLE);
	pair_close(&pair);
}

/* R7, R16: two couriers whose messages somebody carries by hand; there is no session, no channel and no node. */
static void couriers_need_no_channel(void)
{
	const struct octo_courier *courier = &octo_courier_load;
	struct octo_load from = { .count = 3, .size = 20, .interval_ns = OCTO_SECOND }, to = { .count = 0 };
	struct octo_courier_call call = { .now = hour, .room = OCTO_COURIER_PAYLOAD_MAX };
	for (int i = 0; i < 3; i++, call.now += OCTO_SECOND) {
		struct octo_mandate mandate = { .urgency_ms = 0 };
		uint8_t message[20];
		uint64_t handle = 0;
		courier->mandate(&from, &call, &mandate);
		CHECK(mandate.want_to_send && mandate.urgency_ms == 0);
		CHECK_U64(courier->send(&from, &call, message, mandate.payload_size, &handle), 20);
		courier->receive(&to, &call, message, sizeof message);
	}
	CHECK_U64(to.received, 3);
	CHECK_U64(to.damaged + to.received_out_of_order, 0);
}

CU_ErrorCode suite_layers(void);

CU_ErrorCode suite_layers(void)
{
	CU_pSuite suite = CU_add_suite("layers", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_session_needs_no_couriers);
	CU_ADD_TEST(suite, a_duel_a_restart_and_a_goodbye_need_no_couriers);
	CU_ADD_TEST(suite, couriers_need_no_channel);
	return CU_get_error();
}
