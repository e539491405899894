/* channel_test.c: channel.c: configuration, blocks, the address book, what the public calls promise. */
#include "tests/check.h"
#include "tests/pair/pair.h"
#include "tests/unit/crowd.h"

#include <stdlib.h>

static void no_entropy(void *context, uint8_t *out, size_t size)
{
	(void)context;
	memset(out, 0, size);
}

static struct octo_host plain_host(void)
{
	static const struct octo_courier *const couriers[] = { &octo_courier_load };
	return (struct octo_host){ .crypto = octo_crypto_model(), .entropy = no_entropy, .couriers = couriers, .courier_count = 1 };
}

static bool is_good(const struct octo_config *config)
{
	struct octo_host host = plain_host();
	return octo_channel_size(config, &host) > 0;
}

/* Each value at its bounds and just beyond them. */
static void a_value_out_of_range_is_refused(void)
{
	struct octo_config base;
	octo_config_default(&base);
	CHECK(is_good(&base));
#define BOUND(field, good, bad) do { \
	struct octo_config config = base; \
	config.field = (good); \
	CHECK(is_good(&config)); \
	config.field = (bad); \
	CHECK(!is_good(&config)); \
} while (0)
	octo_time_ns year = UINT64_C(365) * 86400 * OCTO_SECOND;
	BOUND(peers_max, 1, 0);
	BOUND(peers_max, 65535, 65536);
	BOUND(version_min, 1, 0);
	BOUND(version_max, 1, 2);
	BOUND(suites, 3, 2);
	BOUND(suites, 1, 5);
	BOUND(rate_up, 4096, 4095);
	BOUND(rate_down, 4096, 4095);
	BOUND(payload_max, 128, 127);
	BOUND(payload_max, 512, 513);
	BOUND(keepalive_s, 1, 0);
	BOUND(keepalive_s, 3600, 3601);
	BOUND(antler_min_ns, OCTO_SECOND, OCTO_SECOND - 1);
	BOUND(antler_ns, base.antler_min_ns, base.antler_min_ns - 1);
	BOUND(antler_max_ns, base.antler_ns, base.antler_ns - 1);
	BOUND(antler_max_ns, year, year + 1);
	BOUND(jitter_permille, 500, 501);
	BOUND(resend_ns, OCTO_MILLISECOND, OCTO_MILLISECOND - 1);
	BOUND(challenge_min_ns, 8 * OCTO_MILLISECOND, 8 * OCTO_MILLISECOND - 1);
	BOUND(clock_step_max_ns, OCTO_SECOND, OCTO_SECOND - 1);
	BOUND(offer_ns, year, year + 1);
	BOUND(answer_ns, 1, 0);
	BOUND(attempt_spacing_ns, 1, 0);
	BOUND(initial_spacing_ns, 1, 0);
	BOUND(spare_ns, 1, 0);
	BOUND(dead_min_ns, 1, 0);
	BOUND(celibacy_ns, 1, 0);
	BOUND(ping_base_ns, 1, 0);
	BOUND(ping_step_ns, 1, 0);
	BOUND(ping_max_ns, base.ping_base_ns, base.ping_base_ns - 1);
	BOUND(ping_max_ns, year, year + 1);
	BOUND(ping_recent_ns, year, year + 1);
	BOUND(honeymoon_ping_ns, 1, 0);
	BOUND(honeymoon_ns, 1, 0);
	BOUND(probe_spacing_ns, 1, 0);
	BOUND(stored_switch, OCTO_SWITCH_OFF, OCTO_SWITCH_OFF + 1);
	BOUND(cookie_rotation_ns, 1, 0);
	BOUND(clock_step_max_ns, year, year + 1);
	BOUND(redial_max_ns, base.redial_min_ns, base.redial_min_ns - 1);
	BOUND(challenge_max_ns, base.challenge_min_ns, base.challenge_min_ns - 1);
	BOUND(stored_epoch, (1 << 24) - 2, (1 << 24) - 1);
#undef BOUND
}

static void a_block_too_small_or_a_suite_too_many_is_refused(void)
{
	struct octo_host host = plain_host();
	struct octo_config config;
	struct octo_channel *channel = NULL;
	octo_config_default(&config);
	size_t size = octo_channel_size(&config, &host);
	void *block = malloc(size);
	CHECK_U64(octo_channel_init(block, size - 1, &config, &host, 0, &channel), OCTO_FULL_BLOCK);
	config.rate_up = 1;
	CHECK_U64(octo_channel_init(block, size, &config, &host, 0, &channel), OCTO_BAD_CONFIG);
	config.rate_up = 4096;
	CHECK_U64(octo_channel_init(block, size, &config, &host, 0, &channel), OCTO_OK);
	CHECK(octo_channel_at(block) == channel);
	octo_channel_close(channel);
	struct octo_crypto poor = *octo_crypto_model();
	poor.suites = octo_crypto_sodium()->suites;
	if (!(octo_crypto_suites(&poor) & OCTO_SUITE_AES_256_GCM)) {
		config.suites = 3;
		host.crypto = &poor;
		CHECK_U64(octo_channel_init(block, size, &config, &host, 0, &channel), OCTO_NO_SUITE);
	}
	free(block);
}

/* Courier ids are unique in a channel, and fit on the wire. */
static void couriers_that_cannot_be_told_apart_are_refused(void)
{
	struct octo_courier twin = octo_courier_load, far = octo_courier_load;
	far.id = 127;
	const struct octo_courier *const twins[] = { &octo_courier_load, &twin }, *const fars[] = { &far };
	struct octo_host host = plain_host();
	struct octo_config config;
	octo_config_default(&config);
	host.couriers = twins;
	host.courier_count = 2;
	CHECK_U64(octo_channel_size(&config, &host), 0);
	twin.id = 2;
	CHECK(octo_channel_size(&config, &host) > 0);
	host.couriers = fars;
	host.courier_count = 1;
	CHECK_U64(octo_channel_size(&config, &host), 0);
	far.id = 126;
	CHECK(octo_channel_size(&config, &host) > 0);
	const struct octo_courier *many[17];
	struct octo_courier kinds[17];
	for (uint16_t i = 0; i < 17; i++) {
		kinds[i] = octo_courier_load;
		kinds[i].id = i;
		many[i] = &kinds[i];
	}
	host.couriers = many;
	host.courier_count = 17;
	CHECK_U64(octo_channel_size(&config, &host), 0);
	host.courier_count = 16;
	CHECK(octo_channel_size(&config, &host) > 0);
}

/* R70, R72: equal ids cannot meet: such a card never enters the address book, and the user is told.
 * (Bug xxvi: in the first CommsChannel both sides of such a duel lost.) */
static void our_own_card_is_refused_with_a_warning(void)
{
	struct pair pair;
	uint32_t peer = 77;
	pair_open(&pair, NULL);
	struct pair_node *node = &pair.nodes[WINNER];
	CHECK_U64(octo_peer_add(node->channel, &node->host, pair.now, octo_channel_card(node->channel), &node->address, &peer),
	          OCTO_EQUAL_ID);
	CHECK_U64(peer, 77);
	CHECK_U64(octo_peer_count(node->channel), 1);
	const struct octo_event *warning = pair_event(&pair, WINNER, OCTO_EVENT_WARNING, 1);
	CHECK(warning && warning->warning.warning == OCTO_WARNING_EQUAL_IDS && warning->peer == OCTO_NO_PEER);
	pair_close(&pair);
}

/* R87, R101: cards are entered once, as long as there is room, whole ones only. */
static void the_address_book_takes_whole_new_cards_while_there_is_room(void)
{
	struct crowd crowd;
	struct octo_address address = { .port = 1 };
	uint32_t peer;
	crowd_open(&crowd, 3);
	struct octo_card card = crowd_card(1), fresh = crowd_card(9);
	CHECK_U64(octo_peer_add(crowd.channel, &crowd.host, crowd.now, &card, &address, &peer), OCTO_KNOWN_PEER);
	CHECK_U64(octo_peer_add(crowd.channel, &crowd.host, crowd.now, &fresh, &address, &peer), OCTO_FULL_PEERS);
	for (uint32_t i = 0; i < 3; i++) {
		struct octo_card known = crowd_card(i);
		CHECK_U64(octo_peer_find(crowd.channel, known.id, &peer), OCTO_OK);
		CHECK_U64(peer, i);
	}
	CHECK_U64(octo_peer_find(crowd.channel, fresh.id, &peer), OCTO_UNKNOWN_PEER);
	crowd_close(&crowd);
	struct pair pair;
	pair_open(&pair, NULL);
	fresh = pair.nodes[LOSER].identity.card;
	fresh.id[31] ^= 1; /* not the hash of its keys */
	CHECK_U64(octo_peer_add(pair.nodes[WINNER].channel, &pair.nodes[WINNER].host, pair.now, &fresh, &address, &peer), OCTO_BAD_KEY);
	CHECK_U64(octo_peer_count(pair.nodes[WINNER].channel), 1);
	pair_close(&pair);
}

/* The seed is not kept: nothing of it is found in the block. */
static void the_seed_is_not_in_the_block(void)
{
	struct pair_options options;
	struct pair pair;
	pair_default(&options);
	pair_open(&pair, &options);
	struct octo_host host = plain_host();
	struct octo_config config;
	struct octo_channel *channel;
	octo_config_default(&config);
	for (int i = 0; i < OCTO_SEED_BYTES; i++)
		config.seed[i] = (uint8_t)(0xd0 + i);
	size_t size = octo_channel_size(&config, &host);
	uint8_t *block = malloc(size);
	CHECK_U64(octo_channel_init(block, size, &config, &host, 0, &channel), OCTO_OK);
	for (size_t at = 0; at + 8 <= size; at++)
		CHECK(memcmp(block + at, config.seed, 8) != 0);
	free(block);
	pair_close(&pair);
}

/* An idle peer with its slots is at most 4 KiB. */
static void a_peer_fits_into_four_kibibytes(void)
{
	struct octo_host host = plain_host();
	struct octo_config one, many;
	octo_config_default(&one);
	many = one;
	one.peers_max = 1000;
	many.peers_max = 2000;
	CHECK((octo_channel_size(&many, &host) - octo_channel_size(&one, &host)) / 1000 <= 4096);
}

/* The digest covers everything but counters, clock readings and event numbers. */
static void the_digest_covers_all_but_the_pulse(void)
{
	struct pair pair;
	struct pair_options options;
	pair_default(&options);
	options.config[WINNER].peers_max = 1;
	options.config[WINNER].in_flight_max = 64;
	pair_open(&pair, &options);
	struct octo_channel *channel = pair.nodes[WINNER].channel;
	uint8_t *bytes = (uint8_t *)channel;
	uint64_t before = octo_channel_digest(channel);
	size_t pulse = offsetof(struct octo_channel, pulse), behind = pulse + sizeof(struct pulse);
	for (size_t at = 0; at < pair.nodes[WINNER].block_size / 8 * 8; at++) {
		bool is_length = at >= offsetof(struct octo_channel, size) && at < offsetof(struct octo_channel, size) + 8;
		if (is_length)
			continue; /* it says how far to look */
		bytes[at] ^= 1;
		CHECK_U64(octo_channel_digest(channel) != before, at < pulse || at >= behind);
		bytes[at] ^= 1;
	}
	pair_close(&pair);
}

/* R134, R130, R133: what can be seen of a peer. */
static void a_view_tells_states_and_slots(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	struct octo_peer_view view = pair_view(&pair, WINNER);
	CHECK(view.state == OCTO_STATE_IDLE && view.role == OCTO_ROLE_NONE && !view.is_wanted && !view.has_offer);
	CHECK_U64(view.session.log_id, 0);
	CHECK_U64(view.since_heard, OCTO_NEVER);
	CHECK_U64(view.redial_ns, 3 * OCTO_SECOND);
	CHECK_U64(view.timeout_ns, OCTO_SECOND);
	pair_connect(&pair, WINNER);
	view = pair_view(&pair, WINNER);
	CHECK(view.state == OCTO_STATE_OFFERING && view.role == OCTO_ROLE_INITIATOR && view.is_wanted && view.has_offer);
	pair_run(&pair, pair.latency_ns);
	view = pair_view(&pair, LOSER);
	CHECK(view.state == OCTO_STATE_ANSWERING && view.role == OCTO_ROLE_ADHERENT && !view.is_wanted && view.has_answer);
	pair_run(&pair, OCTO_SECOND);
	view = pair_view(&pair, LOSER);
	CHECK(view.state == OCTO_STATE_ESTABLISHED && view.is_wanted && !view.has_answer && view.session.log_id != 0);
	pair_call(&pair, LOSER); /* takes the time */
	octo_time_ns heard = pair_view(&pair, LOSER).since_heard;
	CHECK(heard > 0 && heard < OCTO_SECOND);
	pair_run(&pair, 3 * OCTO_SECOND); /* nobody has anything to say */
	pair_call(&pair, LOSER);
	CHECK_U64(pair_view(&pair, LOSER).since_heard, heard + 3 * OCTO_SECOND);
	pair_close(&pair);
}

/* An address that the user enters goes over the one that was proved: the next attempt goes there, and a restart knows it.
 * With a session nothing changes. */
static void an_address_entered_anew_is_dialled_and_stored(void)
{
	struct pair pair;
	struct octo_address other = { .ip = { 0xfd, [15] = 99 }, .port = 99 };
	pair_open(&pair, NULL);
	struct pair_node *node = &pair.nodes[WINNER];
	unsigned saves = node->saves;
	octo_peer_set_address(node->channel, &node->host, pair_clock(&pair, WINNER), 0, &other);
	CHECK_U64(node->saves, saves + 1);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 10 * OCTO_MILLISECOND);
	struct pair_datagram syn = pair_sent(&pair, WINNER, OCTO_PACKET_SYN, 0);
	CHECK_BYTES(&syn.target, &other, sizeof other);
	pair_close(&pair);
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	node = &pair.nodes[WINNER];
	struct octo_address before = pair_view(&pair, WINNER).address;
	octo_peer_set_address(node->channel, &node->host, pair_clock(&pair, WINNER), 0, &other);
	struct octo_address after = pair_view(&pair, WINNER).address;
	CHECK_BYTES(&after, &before, sizeof before);
	pair_close(&pair);
}

CU_ErrorCode suite_channel(void);

CU_ErrorCode suite_channel(void)
{
	CU_pSuite suite = CU_add_suite("channel", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_value_out_of_range_is_refused);
	CU_ADD_TEST(suite, a_block_too_small_or_a_suite_too_many_is_refused);
	CU_ADD_TEST(suite, couriers_that_cannot_be_told_apart_are_refused);
	CU_ADD_TEST(suite, our_own_card_is_refused_with_a_warning);
	CU_ADD_TEST(suite, the_address_book_takes_whole_new_cards_while_there_is_room);
	CU_ADD_TEST(suite, an_address_entered_anew_is_dialled_and_stored);
	CU_ADD_TEST(suite, the_seed_is_not_in_the_block);
	CU_ADD_TEST(suite, a_peer_fits_into_four_kibibytes);
	CU_ADD_TEST(suite, the_digest_covers_all_but_the_pulse);
	CU_ADD_TEST(suite, a_view_tells_states_and_slots);
	return CU_get_error();
}
