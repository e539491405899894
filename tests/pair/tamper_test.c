/* tamper_test.c: each tell of the tamper protocol fires on what no honest peer sends, and on nothing else [P 7.8]:
 * R66, R68, R69, R83, R84. Whoever sends it here has the peer's session keys. */
#include "tests/check.h"
#include "tests/pair/pair.h"

static const uint8_t ping[] = { 0x03, 1, 2, 3, 4 }, pong[] = { 0x04, 1, 2, 3, 4 };

static void open_pair(struct pair *pair)
{
	pair_open(pair, NULL);
	pair_establish(pair, WINNER);
	pair_run(pair, 2 * OCTO_SECOND);
}

static uint64_t tells(const struct pair *pair, int who, enum octo_tell tell)
{
	return octo_channel_counters(pair->nodes[who].channel)->tells[tell];
}

static uint64_t all_tells(const struct pair *pair)
{
	uint64_t sum = 0;
	for (int who = WINNER; who <= LOSER; who++)
		for (int tell = 1; tell < OCTO_TELL_COUNT; tell++)
			sum += tells(pair, who, (enum octo_tell)tell);
	return sum;
}

static enum octo_reason push(struct pair *pair, int from, const uint8_t *frames, size_t size)
{
	uint8_t packet[OCTO_DATAGRAM_MAX];
	size_t packet_size = pair_forge_data(pair, from, frames, size, 0, packet);
	return pair_push(pair, 1 - from, &pair->nodes[from].address, packet, packet_size);
}

static void an_answer_that_was_not_asked_for(void)
{
	struct pair pair;
	open_pair(&pair);
	CHECK_U64(push(&pair, WINNER, pong, sizeof pong), OCTO_REASON_TAMPERED);
	CHECK_U64(tells(&pair, LOSER, OCTO_TELL_ANSWERS_UNASKED), 1);
	CHECK_U64(pair_reasons(&pair, LOSER, OCTO_REASON_TAMPERED), 1);
	CHECK_U64(pair_event(&pair, LOSER, OCTO_EVENT_TAMPER, 0)->tamper.tell, OCTO_TELL_ANSWERS_UNASKED);
	CHECK_U64(pair_event(&pair, LOSER, OCTO_EVENT_WARNING, 0)->warning.warning, OCTO_WARNING_HACKED);
	CHECK_U64(pair_event(&pair, LOSER, OCTO_EVENT_PACKET_RECEIVED, 0)->packet.class, OCTO_CLASS_HACKED);
	CHECK(pair_is_joined(&pair)); /* the peer itself has done nothing */
	pair_run(&pair, 60 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

/* A warning in ten seconds, however many packets: the user is told, not drowned. */
static void a_flood_of_questions(void)
{
	struct pair pair;
	open_pair(&pair);
	unsigned taken = 0;
	for (int i = 0; i < 500; i++) {
		taken += push(&pair, WINNER, ping, sizeof ping) == OCTO_REASON_ACCEPTED;
		pair_run(&pair, OCTO_MILLISECOND);
	}
	CHECK(taken >= 32 && taken <= 32 + 3 * 16);
	CHECK(tells(&pair, LOSER, OCTO_TELL_TOO_MANY_QUESTIONS) >= 400);
	CHECK_U64(pair_event_count(&pair, LOSER, OCTO_EVENT_WARNING), 1);
	pair_close(&pair);
}

static void more_than_the_agreed_rate(void)
{
	struct pair_options options;
	struct pair pair;
	pair_default(&options);
	options.config[LOSER].rate_down = 20000;
	pair_open(&pair, &options);
	pair_establish(&pair, WINNER);
	uint8_t message[3 + 400] = { 0x81, 0x41, 0x90 };
	unsigned taken = 0;
	for (int i = 0; i < 400; i++) {
		taken += push(&pair, WINNER, message, sizeof message) == OCTO_REASON_ACCEPTED;
		pair_run(&pair, 5 * OCTO_MILLISECOND); /* 86,000 bytes a second */
	}
	CHECK(taken >= 140 && taken <= 190); /* 2 s and one more at 20,000, an eighth on top, and 4 KiB, by 430 bytes */
	CHECK_U64(tells(&pair, LOSER, OCTO_TELL_FASTER_THAN_AGREED), 400 - taken);
	pair_close(&pair);
}

/* The rate is counted by the caller's clock, and a clock may stand still while an honest peer sends on; when it goes on again,
 * it does not say for how long it stood. */
static void a_clock_that_stands_still_accuses_nobody(void)
{
	struct pair_options options;
	struct pair pair;
	uint8_t message[3 + 400] = { 0x81, 0x41, 0x90 };
	pair_default(&options);
	options.config[LOSER].rate_down = 20000;
	pair_open(&pair, &options);
	pair_establish(&pair, WINNER);
	for (int turn = 0; turn < 2; turn++) {
		for (int i = 0; i < 500; i++) { /* ten seconds' worth in an instant, and as many questions */
			CHECK_U64(push(&pair, WINNER, message, sizeof message), OCTO_REASON_ACCEPTED);
			CHECK_U64(push(&pair, WINNER, ping, sizeof ping), OCTO_REASON_ACCEPTED);
		}
		for (int i = 0; i < 300; i++) { /* and at the agreed rate */
			pair_run(&pair, 22 * OCTO_MILLISECOND);
			CHECK_U64(push(&pair, WINNER, message, sizeof message), OCTO_REASON_ACCEPTED);
			CHECK_U64(i % 4 ? OCTO_REASON_ACCEPTED : push(&pair, WINNER, ping, sizeof ping), OCTO_REASON_ACCEPTED);
		}
	}
	CHECK_U64(tells(&pair, LOSER, OCTO_TELL_FASTER_THAN_AGREED), 0);
	CHECK_U64(tells(&pair, LOSER, OCTO_TELL_TOO_MANY_QUESTIONS), 0);
	pair_close(&pair);
}

static void a_datagram_above_the_agreed_size(void)
{
	struct pair_options options;
	struct pair pair;
	uint8_t pads[200] = { 0 };
	pair_default(&options);
	options.config[LOSER].payload_max = 200;
	pair_open(&pair, &options);
	pair_establish(&pair, WINNER);
	CHECK_U64(push(&pair, WINNER, pads, 200 - 10 - 16), OCTO_REASON_ACCEPTED);
	CHECK_U64(push(&pair, WINNER, pads, 201 - 10 - 16), OCTO_REASON_TAMPERED);
	CHECK_U64(tells(&pair, LOSER, OCTO_TELL_LARGER_THAN_AGREED), 1);
	pair_close(&pair);
}

static void new_secrets_out_of_turn(void)
{
	struct pair pair;
	uint8_t frame[2 + SYN_BYTES] = { 0x0b, SYN_BYTES };
	open_pair(&pair);
	struct syn_offer offer = pair_offer(&pair, LOSER);
	pair_forge_syn(&pair, LOSER, &offer, 0, frame + 2);
	CHECK_U64(push(&pair, LOSER, frame, sizeof frame), OCTO_REASON_TAMPERED);
	CHECK_U64(tells(&pair, WINNER, OCTO_TELL_REKEYING_OUT_OF_TURN), 1);
	pair_close(&pair);
}

/* Two nodes with one identity give themselves away when they try at the same time. */
static void two_syns_with_one_timestamp(void)
{
	struct pair pair;
	uint8_t one[SYN_BYTES], two[SYN_BYTES];
	pair_open(&pair, NULL);
	struct syn_offer offer = pair_offer(&pair, WINNER);
	pair_forge_syn(&pair, WINNER, &offer, 0, one);
	pair_forge_syn(&pair, WINNER, &offer, 0, two);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, one, sizeof one), OCTO_REASON_ACCEPTED);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, one, sizeof one), OCTO_REASON_REPEATED);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, two, sizeof two), OCTO_REASON_TAMPERED);
	CHECK_U64(tells(&pair, LOSER, OCTO_TELL_TIMESTAMP_TWICE), 1);
	pair_close(&pair);
}

/* C:94: rules of the user's may end communication. */
static bool refuse(void *context, uint32_t peer, enum octo_tell tell)
{
	(void)context, (void)peer;
	return tell != OCTO_TELL_ANSWERS_UNASKED;
}

static void the_host_may_shut_communication_down(void)
{
	struct pair pair;
	open_pair(&pair);
	pair.nodes[LOSER].host.goes_on = refuse;
	for (int i = 0; i < 100; i++)
		push(&pair, WINNER, ping, sizeof ping);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_ESTABLISHED); /* it said that this one is no reason */
	CHECK_U64(push(&pair, WINNER, pong, sizeof pong), OCTO_REASON_TAMPERED);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_IDLE);
	CHECK(pair_view(&pair, LOSER).is_celibate);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_IDLE); /* with a CLOSE, as when the user disconnects */
	pair_close(&pair);
}

static void switched_off_nothing_is_looked_for(void)
{
	struct pair pair;
	open_pair(&pair);
	pair_be_gullible(&pair);
	CHECK_U64(push(&pair, WINNER, pong, sizeof pong), OCTO_REASON_ACCEPTED);
	CHECK_U64(all_tells(&pair), 0);
	pair_close(&pair);
}

/* A network that holds everything up and then lets it through at once, twice, the other way round: nobody is accused. */
static void a_bad_network_is_no_attacker(void)
{
	struct pair pair;
	open_pair(&pair);
	pair_send_load(&pair, WINNER, 20000, 400, 0);
	unsigned held_count = 0;
	for (int hold = 0; hold < 20; hold++) { /* short, for who hears nothing sends little; the last one long */
		pair_run(&pair, OCTO_SECOND);
		size_t first = pair.sent_count;
		pair_lose(&pair, WINNER, OCTO_PACKET_DATA, PAIR_FOREVER);
		pair_run(&pair, hold < 19 ? 150 * OCTO_MILLISECOND : 5 * OCTO_SECOND);
		pair_lose(&pair, WINNER, OCTO_PACKET_DATA, 0);
		for (size_t i = pair.sent_count; i > first; i--) {
			struct pair_datagram held = pair.sent[i - 1];
			if (held.from == WINNER) {
				held_count += pair_deliver(&pair, LOSER, &held) == OCTO_REASON_ACCEPTED;
				pair_deliver(&pair, LOSER, &held);
			}
		}
	}
	CHECK(held_count >= 400);
	pair_run(&pair, 60 * OCTO_SECOND);
	CHECK_U64(all_tells(&pair), 0);
	CHECK(pair_is_joined(&pair));
	pair_close(&pair);
}

CU_ErrorCode suite_tamper(void);

CU_ErrorCode suite_tamper(void)
{
	CU_pSuite suite = CU_add_suite("tamper", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, an_answer_that_was_not_asked_for);
	CU_ADD_TEST(suite, a_flood_of_questions);
	CU_ADD_TEST(suite, more_than_the_agreed_rate);
	CU_ADD_TEST(suite, a_clock_that_stands_still_accuses_nobody);
	CU_ADD_TEST(suite, a_datagram_above_the_agreed_size);
	CU_ADD_TEST(suite, new_secrets_out_of_turn);
	CU_ADD_TEST(suite, two_syns_with_one_timestamp);
	CU_ADD_TEST(suite, the_host_may_shut_communication_down);
	CU_ADD_TEST(suite, switched_off_nothing_is_looked_for);
	CU_ADD_TEST(suite, a_bad_network_is_no_attacker);
	return CU_get_error();
}
