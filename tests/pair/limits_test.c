/* limits_test.c: what a flood can cost [P 5.8]: how often new SYNs are processed, how much is sent to an address that has
 * proved nothing, to how many sources a RETRY goes, and how many SYNs reach the curve. */
#include "tests/check.h"
#include "tests/pair/pair.h"

static struct octo_address elsewhere(unsigned number)
{
	return (struct octo_address){ .ip = { 0xfd, 1, [14] = (uint8_t)(number >> 8), [15] = (uint8_t)number }, .port = 9 };
}

static uint64_t multiplications(const struct pair *pair, int who)
{
	return octo_channel_counters(pair->nodes[who].channel)->curve_multiplications;
}

/* A new SYN of the WINNER with a timestamp so much above the last. */
static enum octo_reason push_new_syn(struct pair *pair, uint64_t timestamp, const struct octo_address *source)
{
	uint8_t syn[SYN_BYTES];
	struct syn_offer offer = pair_offer(pair, WINNER);
	offer.timestamp = timestamp;
	pair_forge_syn(pair, WINNER, &offer, 0, syn);
	return pair_push(pair, LOSER, source, syn, sizeof syn);
}

/* R85: "at most once per 3 seconds", and the others cost no curve multiplication. */
static void new_syns_are_processed_once_in_three_seconds(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	unsigned accepted = 0, too_soon = 0;
	octo_time_ns last = 0;
	uint64_t before = multiplications(&pair, LOSER);
	for (uint64_t i = 0; i < 160; i++) {
		enum octo_reason reason = push_new_syn(&pair, 1000 + i, &pair.nodes[WINNER].address);
		CHECK(reason == OCTO_REASON_ACCEPTED || reason == OCTO_REASON_TOO_SOON);
		if (reason == OCTO_REASON_ACCEPTED) {
			CHECK(last == 0 || pair.now - last >= 3 * OCTO_SECOND);
			last = pair.now;
			accepted++;
		} else {
			too_soon++;
		}
		pair_run(&pair, 100 * OCTO_MILLISECOND);
	}
	CHECK_U64(accepted, 6); /* at 0, 3, 6, 9, 12, 15 s */
	CHECK_U64(pair_reasons(&pair, LOSER, OCTO_REASON_TOO_SOON), too_soon);
	CHECK_U64(multiplications(&pair, LOSER) - before, 4 * accepted);
	pair_close(&pair);
}

/* R85: a claim on a live session counts as processed too. */
static void claims_are_held_once_in_three_seconds(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_run(&pair, 4 * OCTO_SECOND);
	uint64_t timestamp = pair_view(&pair, LOSER).timestamp_seen + 1;
	CHECK_U64(push_new_syn(&pair, timestamp, &pair.nodes[WINNER].address), OCTO_REASON_ACCEPTED);
	CHECK(pair_view(&pair, LOSER).is_challenged);
	CHECK_U64(push_new_syn(&pair, timestamp + 1, &pair.nodes[WINNER].address), OCTO_REASON_TOO_SOON);
	pair_run(&pair, 3 * OCTO_SECOND);
	CHECK_U64(push_new_syn(&pair, timestamp + 2, &pair.nodes[WINNER].address), OCTO_REASON_ACCEPTED);
	pair_close(&pair);
}

/* Bytes sent to an address, by everyone. */
static size_t bytes_to(const struct pair *pair, const struct octo_address *address)
{
	size_t bytes = 0;
	for (size_t i = 0; i < pair->sent_count; i++)
		bytes += same_address(&pair->sent[i].target, address) ? pair->sent[i].size : 0;
	return bytes;
}

/* S7: a source that has proved nothing gets at most three times what authentic fresh SYNs from it carried, however long
 * the answer is repeated. */
static void an_unproven_source_gets_three_times_its_bytes(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct octo_address source = elsewhere(1);
	CHECK_U64(push_new_syn(&pair, 1000, &source), OCTO_REASON_ACCEPTED);
	pair_run(&pair, 30 * OCTO_SECOND);
	CHECK(bytes_to(&pair, &source) > 160);
	CHECK(bytes_to(&pair, &source) <= 3 * 160);
	pair_close(&pair);
}

/* A repeated SYN moves the answer to where it came from, with the credit of that one SYN and not the old one's. */
static void credit_does_not_move_with_the_source(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	uint8_t syn[SYN_BYTES];
	struct syn_offer offer = pair_offer(&pair, WINNER);
	pair_forge_syn(&pair, WINNER, &offer, 0, syn);
	struct octo_address first = elsewhere(1), victim = elsewhere(2);
	for (int i = 0; i < 5; i++)
		pair_push(&pair, LOSER, &first, syn, sizeof syn);
	CHECK_U64(pair_push(&pair, LOSER, &victim, syn, sizeof syn), OCTO_REASON_REPEATED);
	pair_run(&pair, 30 * OCTO_SECOND);
	CHECK(bytes_to(&pair, &victim) > 0);
	CHECK(bytes_to(&pair, &victim) <= 3 * 160);
	pair_close(&pair);
}

/* S7: the winner's own SYNs, sent to where the loser's came from, are paid from the same credit. */
static void a_nudged_offer_stays_within_its_credit(void)
{
	struct pair pair;
	uint8_t syn[SYN_BYTES];
	struct octo_address source = elsewhere(3);
	pair_open(&pair, NULL);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND / 4);
	struct syn_offer offer = pair_offer(&pair, LOSER);
	pair_forge_syn(&pair, LOSER, &offer, 0, syn);
	CHECK_U64(pair_push(&pair, WINNER, &source, syn, sizeof syn), OCTO_REASON_DUEL_LOST);
	pair_run(&pair, 0);
	CHECK_U64(bytes_to(&pair, &source), 160); /* at once, to where the loser's came from */
	size_t known = bytes_to(&pair, &pair.nodes[LOSER].address);
	pair_run(&pair, 14 * OCTO_SECOND);
	CHECK_U64(bytes_to(&pair, &source), 3 * 160);
	CHECK(bytes_to(&pair, &pair.nodes[LOSER].address) > known + 5 * 160); /* its own address book needs no credit */
	pair_close(&pair);
}

/* S7: an answer that comes from a false address is followed with an ACK and PINGs, but nothing streams there, and it is
 * not remembered; the true address, once heard from, gets all. */
static void couriers_stream_only_to_an_address_that_heard_us(void)
{
	struct pair pair;
	struct octo_address victim = elsewhere(7);
	pair_open(&pair, NULL);
	pair_lose(&pair, LOSER, OCTO_PACKET_SYN_ACK, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 2 * pair.latency_ns);
	struct pair_datagram answer = pair_sent(&pair, LOSER, OCTO_PACKET_SYN_ACK, 1);
	CHECK_U64(pair_push(&pair, WINNER, &victim, answer.bytes, answer.size), OCTO_REASON_ACCEPTED);
	pair_send_load(&pair, WINNER, 50, 400, 0);
	pair_run(&pair, 5 * OCTO_SECOND);
	CHECK_U64(pair_load(&pair, WINNER)->sent, 0);
	CHECK(bytes_to(&pair, &victim) >= 72 && bytes_to(&pair, &victim) < 1000);
	CHECK(same_address(&pair_peer(&pair, WINNER)->proved, &pair.nodes[LOSER].address));
	struct octo_address kept;
	memcpy(kept.ip, pair.nodes[WINNER].peer_record + 8 + OCTO_ID_BYTES, sizeof kept.ip);
	CHECK_BYTES(kept.ip, pair.nodes[LOSER].address.ip, sizeof kept.ip); /* what a restart would dial */
	pair_lose(&pair, LOSER, OCTO_PACKET_SYN_ACK, 0);
	pair_deliver(&pair, WINNER, &answer); /* the same from where it really came */
	pair_run(&pair, 3 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pair_load(&pair, LOSER)->received, 50);
	pair_close(&pair);
}

/* R85: RETRY(STALE) once in 3 s for each source, to at most four sources of a peer at a time. */
static void a_stale_syn_is_answered_to_four_sources(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_peer(&pair, LOSER)->timestamp_seen = 5000;
	for (unsigned i = 0; i < 10; i++) {
		struct octo_address source = elsewhere(i % 5);
		CHECK_U64(push_new_syn(&pair, 4000, &source), OCTO_REASON_STALE);
		pair_run(&pair, 100 * OCTO_MILLISECOND);
	}
	CHECK_U64(pair_sent_count(&pair, LOSER, OCTO_PACKET_RETRY), 4);
	for (unsigned i = 0; i < 4; i++) {
		struct octo_address source = elsewhere(i);
		CHECK_U64(bytes_to(&pair, &source), 80);
	}
	pair_run(&pair, 2100 * OCTO_MILLISECOND); /* 3.1 s after the first, 2.8 s after the last */
	struct octo_address first = elsewhere(0), last = elsewhere(3);
	push_new_syn(&pair, 4000, &last);
	pair_run(&pair, 0);
	CHECK_U64(pair_sent_count(&pair, LOSER, OCTO_PACKET_RETRY), 4);
	push_new_syn(&pair, 4000, &first);
	pair_run(&pair, 0);
	CHECK_U64(pair_sent_count(&pair, LOSER, OCTO_PACKET_RETRY), 5);
	pair_close(&pair);
}

/* ---- Cookies ----------------------------------------------------------------------------------------------- */

static void open_with_curve_rate(struct pair *pair, uint32_t rate)
{
	struct pair_options options;
	pair_default(&options);
	options.config[LOSER].curve_rate_max = rate;
	options.config[LOSER].initial_spacing_ns = 1; /* this is not about the three seconds */
	pair_open(pair, &options);
}

/* So many SYNs a second reach the curve; from then on a cookie is asked for, with a packet half as long. */
static void beyond_the_curve_rate_a_cookie_is_demanded(void)
{
	struct pair pair;
	open_with_curve_rate(&pair, 5);
	uint64_t before = multiplications(&pair, LOSER);
	for (uint64_t i = 0; i < 20; i++) {
		enum octo_reason reason = push_new_syn(&pair, 1000 + i, &pair.nodes[WINNER].address);
		CHECK_U64(reason, i < 5 ? OCTO_REASON_ACCEPTED : OCTO_REASON_COOKIE_WANTED);
		pair_run(&pair, OCTO_MILLISECOND);
	}
	CHECK_U64(multiplications(&pair, LOSER) - before, 5 * 4);
	CHECK_U64(pair_sent_count(&pair, LOSER, OCTO_PACKET_RETRY), 15);
	CHECK_U64(pair_sent(&pair, LOSER, OCTO_PACKET_RETRY, 1).size, 80);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(push_new_syn(&pair, 2000, &pair.nodes[WINNER].address), OCTO_REASON_ACCEPTED); /* another second */
	pair_close(&pair);
}

static struct pair_datagram syn_with_cookie(struct pair *pair)
{
	open_with_curve_rate(pair, 0);
	pair_connect(pair, WINNER);
	pair_lose(pair, WINNER, OCTO_PACKET_SYN, 0);
	pair_run(pair, pair->latency_ns);
	pair_lose(pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_run(pair, pair->latency_ns + OCTO_MILLISECOND);
	CHECK_U64(pair_sent_count(pair, WINNER, OCTO_PACKET_SYN), 2);
	return pair_sent(pair, WINNER, OCTO_PACKET_SYN, 2);
}

/* A cookie fits one SYN from one address; a wrong one earns another RETRY and no more. */
static void a_cookie_fits_one_syn_from_one_address(void)
{
	struct pair pair;
	struct pair_datagram syn = syn_with_cookie(&pair), other = syn;
	struct octo_address source = elsewhere(1);
	uint64_t before = multiplications(&pair, LOSER);
	CHECK_U64(pair_push(&pair, LOSER, &source, syn.bytes, syn.size), OCTO_REASON_COOKIE_WANTED);
	other.bytes[SYN_COOKIE_AT] ^= 1;
	CHECK_U64(pair_deliver(&pair, LOSER, &other), OCTO_REASON_COOKIE_WANTED);
	uint8_t another[SYN_BYTES];
	struct syn_offer offer = pair_offer(&pair, WINNER);
	pair_forge_syn(&pair, WINNER, &offer, 0, another);
	memcpy(another + SYN_COOKIE_AT, syn.bytes + SYN_COOKIE_AT, COOKIE_BYTES);
	CHECK_U64(pair_push(&pair, LOSER, &syn.source, another, sizeof another), OCTO_REASON_COOKIE_WANTED);
	CHECK_U64(multiplications(&pair, LOSER), before);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_IDLE);
	CHECK_U64(pair_deliver(&pair, LOSER, &syn), OCTO_REASON_ACCEPTED);
	pair_close(&pair);
}

/* The key of cookies changes every two minutes, and the previous one is still taken: a cookie lives for two to four. */
static void a_cookie_outlives_one_change_of_its_key(void)
{
	static const struct { unsigned after_s; bool is_good; } cases[] = {
		{ 1, true }, { 119, true }, { 125, true }, { 239, true }, { 245, false }, { 1000, false }
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct pair pair;
		struct pair_datagram syn = syn_with_cookie(&pair);
		for (unsigned second = 0; second < cases[i].after_s; second++) {
			pair_run(&pair, OCTO_SECOND);
			if (second % 10 == 0) /* somebody keeps the keys changing */
				push_new_syn(&pair, 1, &pair.nodes[WINNER].address);
		}
		enum octo_reason reason = pair_deliver(&pair, LOSER, &syn);
		CHECK_U64(reason, cases[i].is_good ? OCTO_REASON_ACCEPTED : OCTO_REASON_COOKIE_WANTED);
		pair_close(&pair);
	}
}

/* A cookie is followed once: a flood of RETRYs does not make the initiator flood in turn. */
static void a_second_cookie_is_not_followed(void)
{
	struct pair pair;
	syn_with_cookie(&pair);
	struct pair_datagram retry = pair_sent(&pair, LOSER, OCTO_PACKET_RETRY, 1);
	for (int i = 0; i < 5; i++)
		CHECK_U64(pair_deliver(&pair, WINNER, &retry), OCTO_REASON_UNSOLICITED);
	pair_run(&pair, 0);
	CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_SYN), 2);
	pair_close(&pair);
}

/* Silence: what does not authenticate is never answered, whatever it asks for. */
static void strangers_get_no_answer(void)
{
	struct pair pair, other;
	struct pair_options options;
	pair_default(&options);
	pair_open(&pair, NULL);
	pair_open(&other, NULL);
	uint64_t before = multiplications(&pair, LOSER);
	pair_connect(&other, WINNER);
	pair_run(&other, 0);
	struct pair_datagram syn = pair_sent(&other, WINNER, OCTO_PACKET_SYN, 1);
	syn.bytes[20] ^= 1; /* a hint that is nobody's */
	CHECK_U64(pair_deliver(&pair, LOSER, &syn), OCTO_REASON_UNKNOWN_SENDER);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair.sent_count, 0);
	CHECK_U64(multiplications(&pair, LOSER), before);
	pair_close(&pair);
	pair_close(&other);
}

/* S8: whatever comes, there is at most one half-open slot of each kind for a peer, and the directory knows exactly them. */
static void half_open_slots_do_not_pile_up(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	for (uint64_t i = 0; i < 100; i++) {
		push_new_syn(&pair, 1000 + i, &pair.nodes[WINNER].address);
		pair_run(&pair, 700 * OCTO_MILLISECOND);
		uint32_t entries, slots;
		octo_directory_audit(pair.nodes[LOSER].channel, &entries, &slots);
		CHECK_U64(entries, slots);
		CHECK(entries <= 3); /* the answer, and two tombstones */
	}
	pair_close(&pair);
}

CU_ErrorCode suite_limits(void);

CU_ErrorCode suite_limits(void)
{
	CU_pSuite suite = CU_add_suite("limits", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, new_syns_are_processed_once_in_three_seconds);
	CU_ADD_TEST(suite, claims_are_held_once_in_three_seconds);
	CU_ADD_TEST(suite, an_unproven_source_gets_three_times_its_bytes);
	CU_ADD_TEST(suite, credit_does_not_move_with_the_source);
	CU_ADD_TEST(suite, a_nudged_offer_stays_within_its_credit);
	CU_ADD_TEST(suite, couriers_stream_only_to_an_address_that_heard_us);
	CU_ADD_TEST(suite, a_stale_syn_is_answered_to_four_sources);
	CU_ADD_TEST(suite, beyond_the_curve_rate_a_cookie_is_demanded);
	CU_ADD_TEST(suite, a_cookie_fits_one_syn_from_one_address);
	CU_ADD_TEST(suite, a_cookie_outlives_one_change_of_its_key);
	CU_ADD_TEST(suite, a_second_cookie_is_not_followed);
	CU_ADD_TEST(suite, strangers_get_no_answer);
	CU_ADD_TEST(suite, half_open_slots_do_not_pile_up);
	return CU_get_error();
}
