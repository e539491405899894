/* negotiating_test.c: what a session agrees on (C:122): cipher suite, rates, sizes, keepalive; the smaller of both offers,
 * and bound into the transcript, so that nobody in between can talk the two down. */
#include "tests/check.h"
#include "tests/pair/pair.h"

static void set_offer(struct octo_config *config, uint32_t up, uint32_t down, uint16_t payload, uint16_t idle)
{
	config->rate_up = up;
	config->rate_down = down;
	config->payload_max = payload;
	config->keepalive_s = idle;
}

/* R97, R109: each limit is the smaller of what one side gives and the other takes; both sides know the same. */
static void each_limit_is_the_smaller_of_both(void)
{
	for (int initiator = WINNER; initiator <= LOSER; initiator++) {
		struct pair_options options;
		struct pair pair;
		pair_default(&options);
		set_offer(&options.config[WINNER], 10000, 50000, 300, 20);
		set_offer(&options.config[LOSER], 80000, 7000, 400, 10);
		pair_open(&pair, &options);
		pair_establish(&pair, initiator);
		struct octo_agreement winner = pair_view(&pair, WINNER).session.agreement;
		struct octo_agreement loser = pair_view(&pair, LOSER).session.agreement;
		CHECK_U64(winner.rate_up, 7000);     /* the winner would send 10000, the loser takes 7000 */
		CHECK_U64(winner.rate_down, 50000);  /* the loser would send 80000, the winner takes 50000 */
		CHECK_U64(loser.rate_up, winner.rate_down);
		CHECK_U64(loser.rate_down, winner.rate_up);
		CHECK_U64(winner.payload_max, 300);
		CHECK_U64(loser.payload_max, 300);
		CHECK_U64(winner.idle_s, 10);
		CHECK_U64(loser.idle_s, 10);
		CHECK_U64(winner.version, 1);
		CHECK_U64(loser.version, 1);
		pair_close(&pair);
	}
}

static bool has_aes(void)
{
	return octo_crypto_suites(octo_crypto_sodium()) & OCTO_SUITE_AES_256_GCM;
}

/* R97: AES-256-GCM when both sides offer it, ChaCha20-Poly1305 otherwise; and the session works. */
static void the_suite_follows_from_both_offers(void)
{
	for (int offers = 0; offers < 4; offers++) {
		struct pair_options options;
		struct pair pair;
		pair_default(&options);
		if (!has_aes())
			options.crypto = octo_crypto_model();
		for (int who = WINNER; who <= LOSER; who++)
			if (offers >> who & 1)
				options.config[who].suites |= OCTO_SUITE_AES_256_GCM;
		pair_open(&pair, &options);
		pair_establish(&pair, LOSER);
		uint8_t expected = offers == 3 ? OCTO_SUITE_AES_256_GCM : OCTO_SUITE_CHACHA20_POLY1305;
		CHECK_U64(pair_view(&pair, WINNER).session.agreement.suite, expected);
		CHECK_U64(pair_view(&pair, LOSER).session.agreement.suite, expected);
		pair_send_load(&pair, WINNER, 5, 100, 0);
		pair_run(&pair, OCTO_SECOND);
		CHECK_U64(pair_load(&pair, LOSER)->received, 5);
		pair_close(&pair);
	}
}

/* R109: keepalive and datagram size are obeyed, not only agreed upon. */
static void what_was_agreed_is_obeyed(void)
{
	struct pair_options options;
	struct pair pair;
	pair_default(&options);
	set_offer(&options.config[LOSER], 125000, 125000, 128, 2);
	pair_open(&pair, &options);
	pair_establish(&pair, WINNER);
	size_t sent = pair.sent_count;
	pair_run(&pair, 20 * OCTO_SECOND);
	CHECK(pair.sent_count - sent >= 20);
	pair_send_load(&pair, WINNER, 10, 80, 0);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_load(&pair, LOSER)->received, 10);
	for (size_t i = 0; i < pair.sent_count; i++)
		if (pair.sent[i].bytes[0] & 0x80)
			CHECK(pair.sent[i].size <= 128);
	pair_close(&pair);
}

/* Everything of the offer that the answer could step over: the initiator refuses, and stays as it was. */
static void an_answer_outside_the_offer_is_refused(void)
{
	for (int field = 0; field < 6; field++) {
		struct pair pair;
		struct pair_options options;
		pair_default(&options);
		if (field == 5) {
			options.crypto = octo_crypto_model();
			options.config[WINNER].suites = options.config[LOSER].suites = 3;
		}
		pair_open(&pair, &options);
		pair_lose(&pair, LOSER, OCTO_PACKET_SYN_ACK, PAIR_FOREVER);
		pair_connect(&pair, WINNER);
		pair_run(&pair, 2 * pair.latency_ns);
		struct pair_datagram answer = pair_sent(&pair, LOSER, OCTO_PACKET_SYN_ACK, 1);
		/* The answer was right; what is known of the offer changes under it. */
		struct octo_config *config = &pair.nodes[WINNER].channel->config, before = *config;
		if (field == 0)
			config->rate_up = 124999;
		if (field == 1)
			config->rate_down = 124999;
		if (field == 2)
			config->payload_max = 511;
		if (field == 3)
			config->keepalive_s = 14;
		if (field == 4)
			config->version_min = config->version_max = 2;
		if (field == 5)
			config->suites = OCTO_SUITE_CHACHA20_POLY1305;
		uint64_t digest = pair_digest(&pair, WINNER);
		CHECK_U64(pair_deliver(&pair, WINNER, &answer), OCTO_REASON_BAD_FIELD);
		CHECK_U64(pair_digest(&pair, WINNER), digest);
		*config = before;
		CHECK_U64(pair_deliver(&pair, WINNER, &answer), OCTO_REASON_ACCEPTED);
		pair_close(&pair);
	}
}

/* A generation that is not above one's own is no answer: an old SYN-ACK cannot take a pair back. */
static void an_answer_of_no_higher_generation_is_refused(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, LOSER, OCTO_PACKET_SYN_ACK, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 2 * pair.latency_ns);
	struct pair_datagram answer = pair_sent(&pair, LOSER, OCTO_PACKET_SYN_ACK, 1);
	pair_peer(&pair, WINNER)->generation = 1;
	CHECK_U64(pair_deliver(&pair, WINNER, &answer), OCTO_REASON_BAD_FIELD);
	pair_peer(&pair, WINNER)->generation = 0;
	CHECK_U64(pair_deliver(&pair, WINNER, &answer), OCTO_REASON_ACCEPTED);
	CHECK_U64(pair_view(&pair, WINNER).session.generation, 1);
	pair_close(&pair);
}

/* Offer and choice are part of the transcript. One who could change the offer after sealing (here: the initiator's own
 * copy of its SYN) gets an answer that does not open. */
static void a_changed_offer_changes_every_key(void)
{
	for (size_t at = 0; at < SYN_COOKIE_AT; at++) {
		struct pair pair;
		pair_open(&pair, NULL);
		pair_lose(&pair, LOSER, OCTO_PACKET_SYN_ACK, PAIR_FOREVER);
		pair_connect(&pair, WINNER);
		pair_run(&pair, 2 * pair.latency_ns);
		struct pair_datagram answer = pair_sent(&pair, LOSER, OCTO_PACKET_SYN_ACK, 1);
		pair_peer(&pair, WINNER)->offer.syn[at] ^= 1;
		CHECK_U64(pair_deliver(&pair, WINNER, &answer), OCTO_REASON_BAD_TAG);
		pair_close(&pair);
	}
}

/* A public ephemeral key of low order makes the product zero: refused on both sides. */
static void low_order_keys_are_refused(void)
{
	static const uint8_t points[][OCTO_KEY_BYTES] = {
		{ 0 }, { 1 },
		{ 0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09,
		  0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00 }
	};
	for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
		struct pair pair;
		pair_open(&pair, NULL);
		pair_lose(&pair, LOSER, OCTO_PACKET_SYN_ACK, PAIR_FOREVER);
		pair_connect(&pair, WINNER);
		pair_run(&pair, 2 * pair.latency_ns);
		struct pair_datagram answer = pair_sent(&pair, LOSER, OCTO_PACKET_SYN_ACK, 1);
		memcpy(answer.bytes + PACKET_HEADER_BYTES, points[i], OCTO_KEY_BYTES);
		uint64_t digest = pair_digest(&pair, WINNER);
		CHECK_U64(pair_deliver(&pair, WINNER, &answer), OCTO_REASON_BAD_KEY);
		CHECK_U64(pair_digest(&pair, WINNER), digest);
		struct octo_card card = pair.nodes[LOSER].identity.card;
		memcpy(card.x_public, points[i], OCTO_KEY_BYTES);
		uint32_t peer;
		CHECK_U64(octo_peer_add(pair.nodes[WINNER].channel, &pair.nodes[WINNER].host, pair.now, &card,
		                        &pair.nodes[LOSER].address, &peer), OCTO_KNOWN_PEER);
		card.id[0] ^= 1;
		CHECK_U64(octo_peer_add(pair.nodes[WINNER].channel, &pair.nodes[WINNER].host, pair.now, &card,
		                        &pair.nodes[LOSER].address, &peer), OCTO_BAD_KEY);
		pair_close(&pair);
	}
}

/* R74, R127, R132: a session belongs to one pair: who has another's card and his own keys gets nowhere. */
static void a_session_cannot_be_moved_to_another_pair(void)
{
	struct pair pair, other;
	struct pair_options options;
	pair_default(&options);
	pair_open(&pair, NULL);
	options.entropy = 5;
	pair_open(&other, &options);
	pair_lose(&pair, LOSER, OCTO_PACKET_SYN_ACK, PAIR_FOREVER);
	pair_lose(&other, LOSER, OCTO_PACKET_SYN_ACK, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 2 * pair.latency_ns);
	pair_connect(&other, WINNER);
	pair_run(&other, 2 * pair.latency_ns);
	/* Same identities, another attempt: its SYN-ACK does not fit. */
	struct pair_datagram answer = pair_sent(&other, LOSER, OCTO_PACKET_SYN_ACK, 1);
	uint64_t id = pair_peer(&pair, WINNER)->offer.id;
	CHECK(id != 0);
	store_le(answer.bytes + 4, 8, id);
	CHECK_U64(pair_deliver(&pair, WINNER, &answer), OCTO_REASON_BAD_TAG);
	pair_close(&pair);
	pair_close(&other);
}

CU_ErrorCode suite_negotiating(void);

CU_ErrorCode suite_negotiating(void)
{
	CU_pSuite suite = CU_add_suite("negotiating", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, each_limit_is_the_smaller_of_both);
	CU_ADD_TEST(suite, the_suite_follows_from_both_offers);
	CU_ADD_TEST(suite, what_was_agreed_is_obeyed);
	CU_ADD_TEST(suite, an_answer_outside_the_offer_is_refused);
	CU_ADD_TEST(suite, an_answer_of_no_higher_generation_is_refused);
	CU_ADD_TEST(suite, a_changed_offer_changes_every_key);
	CU_ADD_TEST(suite, low_order_keys_are_refused);
	CU_ADD_TEST(suite, a_session_cannot_be_moved_to_another_pair);
	return CU_get_error();
}
