/* agenda_test.c: agenda.c and schedule.c: when a peer has something to do, and that doing it ends. */
#include "core/intrinsic/agenda.h"
#include "core/schedule.h"
#include "tests/check.h"
#include "tests/pair/pair.h"

/* Nothing to do, and nothing ever to come. */
static void an_idle_peer_has_nothing_to_do(void)
{
	struct pair pair;
	uint8_t bytes[OCTO_DATAGRAM_MAX];
	pair_open(&pair, NULL);
	struct call call = pair_call(&pair, WINNER);
	struct agenda_packet packet = { .bytes = bytes };
	CHECK_U64(agenda_next(&call, pair_peer(&pair, WINNER), NULL), OCTO_NEVER);
	CHECK(!agenda_run(&call, pair_peer(&pair, WINNER), NULL, &packet));
	pair_close(&pair);
}

/* The wake is never in the past once all is done, and nothing is due before it: woken a nanosecond earlier, a channel has
 * nothing to send. */
static void a_channel_wakes_when_something_is_due_and_not_before(void)
{
	struct pair pair;
	uint8_t out[OCTO_DATAGRAM_MAX];
	size_t size;
	struct octo_address to;
	pair_open(&pair, NULL);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	unsigned woken = 0;
	for (int i = 0; i < 60; i++) {
		struct pair_node *node = &pair.nodes[WINNER];
		octo_time_ns wake = octo_channel_next_wake(node->channel);
		CHECK(wake > pair.now);
		uint64_t before = pair_digest(&pair, WINNER);
		CHECK(!octo_channel_send(node->channel, &node->host, wake - 1, out, &size, &to));
		CHECK_U64(pair_digest(&pair, WINNER), before);
		pair.now = wake;
		while (octo_channel_send(node->channel, &node->host, wake, out, &size, &to))
			woken++;
	}
	CHECK(woken > 30);
	pair_close(&pair);
}

/* In one instant: what expires, then timers, then packets, one after the other, in an order that never changes. */
static void a_reply_goes_out_before_anything_else(void)
{
	struct pair pair;
	uint8_t bytes[OCTO_DATAGRAM_MAX];
	pair_open(&pair, NULL);
	pair_connect(&pair, WINNER);
	struct peer *peer = pair_peer(&pair, WINNER);
	peer->is_reply_due = true;
	peer->reply[0] = OCTO_PACKET_RETRY;
	struct call call = pair_call(&pair, WINNER);
	struct agenda_packet packet = { .bytes = bytes };
	CHECK_U64(agenda_next(&call, peer, NULL), call.now);
	CHECK(agenda_run(&call, peer, NULL, &packet));
	CHECK_U64(bytes[0], OCTO_PACKET_RETRY);
	CHECK(agenda_run(&call, peer, NULL, &packet));
	CHECK_U64(bytes[0], OCTO_PACKET_SYN);
	CHECK(!packet.is_cached);
	CHECK(!agenda_run(&call, peer, NULL, &packet));
	CHECK(agenda_next(&call, peer, NULL) > call.now);
	pair_close(&pair);
}

/* A repetition is marked as one: identical bytes were sent before. */
static void a_repetition_is_told_apart(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, 3);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 5 * OCTO_SECOND);
	unsigned syns = 0;
	for (unsigned i = 1; i <= pair_event_count(&pair, WINNER, OCTO_EVENT_PACKET_SENT); i++) {
		const struct octo_event_packet *packet = &pair_event(&pair, WINNER, OCTO_EVENT_PACKET_SENT, i)->packet;
		if (packet->type == OCTO_PACKET_SYN)
			CHECK_U64(packet->is_cached, syns++ > 0);
		if (packet->type == OCTO_PACKET_DATA)
			CHECK(!packet->is_cached);
	}
	CHECK_U64(syns, 4);
	pair_close(&pair);
}

/* R17, R27: pacing keeps a burst of two packets, and time that was not used is not saved up. */
static void unused_time_is_not_saved_up(void)
{
	struct pair_options options;
	struct pair pair;
	pair_default(&options);
	options.config[WINNER].rate_up = 10000;
	pair_open(&pair, &options);
	pair_establish(&pair, WINNER);
	pair_run(&pair, 60 * OCTO_SECOND); /* a minute of silence buys nothing */
	pair_send_load(&pair, WINNER, 1000, 400, 0);
	unsigned before = pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA);
	pair_run(&pair, OCTO_MILLISECOND);
	unsigned burst = pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA) - before;
	CHECK(burst >= 2 && burst <= 4);
	pair_run(&pair, OCTO_SECOND);
	CHECK(pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA) - before <= burst + 25);
	pair_close(&pair);
}

/* PING, PONG and CLOSE do not wait for the rate. */
static void control_does_not_wait_for_the_rate(void)
{
	struct pair_options options;
	struct pair pair;
	static const uint8_t ping[] = { 0x03, 1, 2, 3, 4 };
	uint8_t packet[OCTO_DATAGRAM_MAX];
	pair_default(&options);
	options.config[WINNER].rate_up = 4096;
	pair_open(&pair, &options);
	pair_establish(&pair, WINNER);
	pair_send_load(&pair, WINNER, 1000, 400, 0);
	pair_run(&pair, OCTO_SECOND);
	CHECK(pair_peer(&pair, WINNER)->flow.send_at > pair_call(&pair, WINNER).now);
	unsigned before = pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA);
	size_t size = pair_forge_data(&pair, LOSER, ping, sizeof ping, 0, packet);
	CHECK_U64(pair_push(&pair, WINNER, &pair.nodes[LOSER].address, packet, size), OCTO_REASON_ACCEPTED);
	pair_run(&pair, 0);
	CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA), before + 1);
	CHECK(pair_sent(&pair, WINNER, OCTO_PACKET_DATA, 0).size < 40);
	pair_close(&pair);
}

/* A wish that finds no record, all of them being lent to others, is not forgotten until something else happens here. */
static void a_wish_goes_out_soon_after_there_is_room_for_it(void)
{
	enum { RATE = 20000 };
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	struct pair_node *node = &pair.nodes[WINNER];
	uint32_t count = node->channel->pages.count;
	node->channel->pages.count = 0;
	octo_peer_limit(node->channel, &node->host, pair.now, 0, RATE);
	pair_run(&pair, 200 * OCTO_MILLISECOND);
	CHECK_U64(pair_peer(&pair, LOSER)->flow.wanted_by_peer, 0);
	node->channel->pages.count = count;
	pair_run(&pair, 200 * OCTO_MILLISECOND);
	CHECK_U64(pair_peer(&pair, LOSER)->flow.wanted_by_peer, RATE);
	pair_close(&pair);
}

static void forget_quiet(struct pair *pair)
{
	pair_peer(pair, WINNER)->quiet_until = pair_peer(pair, LOSER)->quiet_until = 0;
}

static uint64_t digest_but_for_quiet(struct pair *pair, int who)
{
	octo_time_ns until = pair_peer(pair, who)->quiet_until;
	pair_peer(pair, who)->quiet_until = 0;
	uint64_t digest = pair_digest(pair, who);
	pair_peer(pair, who)->quiet_until = until;
	return digest;
}

/* R118: of two equal pairs one has to look at everything before each packet, and the other remembers that there is
 * nothing but PINGs and PONGs. In silence, unheard until the session is dead, and again joined, they do the same. */
static void the_short_way_does_what_the_long_one_does(void)
{
	enum { STEPS = 400, DEAF_FROM = 150, DEAF_UNTIL = 220 };
	struct pair remembering, looking;
	unsigned quiet = 0, loud = 0;
	pair_open(&remembering, NULL);
	pair_open(&looking, NULL);
	pair_establish(&remembering, WINNER);
	pair_establish(&looking, WINNER);
	for (int i = 0; i < STEPS; i++) {
		unsigned lost = i == DEAF_FROM ? PAIR_FOREVER : 0;
		if (i == DEAF_FROM || i == DEAF_UNTIL) {
			pair_lose(&remembering, LOSER, OCTO_PACKET_DATA, lost);
			pair_lose(&looking, LOSER, OCTO_PACKET_DATA, lost);
		}
		struct peer *peer = pair_peer(&remembering, WINNER);
		size_t sent_before = remembering.sent_count;
		bool is_quiet = peer->quiet_until > pair_call(&remembering, WINNER).now + OCTO_SECOND / 2;
		forget_quiet(&looking);
		pair_run(&remembering, OCTO_SECOND / 2);
		pair_run(&looking, OCTO_SECOND / 2);
		quiet += is_quiet && remembering.sent_count > sent_before;
		loud += !is_quiet && remembering.sent_count > sent_before;
		CHECK_U64(digest_but_for_quiet(&remembering, WINNER), digest_but_for_quiet(&looking, WINNER));
		CHECK_U64(digest_but_for_quiet(&remembering, LOSER), digest_but_for_quiet(&looking, LOSER));
		CHECK_U64(remembering.sent_count, looking.sent_count);
	}
	CHECK(quiet > 20 && loud > 3);
	CHECK(pair_event_count(&remembering, WINNER, OCTO_EVENT_SESSION_DOWN) == 1 && pair_is_joined(&remembering));
	pair_close(&remembering);
	pair_close(&looking);
}

CU_ErrorCode suite_agenda(void);

CU_ErrorCode suite_agenda(void)
{
	CU_pSuite suite = CU_add_suite("agenda", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, an_idle_peer_has_nothing_to_do);
	CU_ADD_TEST(suite, a_channel_wakes_when_something_is_due_and_not_before);
	CU_ADD_TEST(suite, a_reply_goes_out_before_anything_else);
	CU_ADD_TEST(suite, a_repetition_is_told_apart);
	CU_ADD_TEST(suite, unused_time_is_not_saved_up);
	CU_ADD_TEST(suite, control_does_not_wait_for_the_rate);
	CU_ADD_TEST(suite, a_wish_goes_out_soon_after_there_is_room_for_it);
	CU_ADD_TEST(suite, the_short_way_does_what_the_long_one_does);
	return CU_get_error();
}
