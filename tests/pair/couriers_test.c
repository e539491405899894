/* couriers_test.c: what a mandate promises (C:34-42, S:34-45): who is asked, who gets data, who goes first, how much fits,
 * and how fast; with couriers that write down all that happens to them. */
#include "tests/check.h"
#include "tests/pair/pair.h"

/* A courier that does what its state says, and counts. */
struct scribe {
	uint32_t urgency_ms, asked;
	uint8_t priority, accepts, wants, declines;
	uint16_t payload_size, writes;    /* writes 0: as much as it may */
	uint32_t sends, offered_least, offered_most;
	uint32_t received, received_bytes;
	uint32_t left;                    /* stops wanting after so many sends; 0: never */
};

static void scribe_mandate(const void *state, const struct octo_courier_call *call, struct octo_mandate *mandate)
{
	const struct scribe *scribe = state;
	(void)call;
	CHECK(!mandate->want_to_send && !mandate->accept_reads && mandate->payload_size == 0); /* zero before */
	mandate->urgency_ms = scribe->urgency_ms;
	mandate->priority = scribe->priority;
	mandate->accept_reads = scribe->accepts;
	mandate->want_to_send = scribe->wants;
	mandate->payload_size = scribe->payload_size;
}

static size_t scribe_send(void *state, const struct octo_courier_call *call, uint8_t *out, size_t size_max, uint64_t *handle)
{
	struct scribe *scribe = state;
	(void)call, (void)handle;
	scribe->asked++;
	if (scribe->offered_least == 0 || size_max < scribe->offered_least)
		scribe->offered_least = (uint32_t)size_max;
	if (size_max > scribe->offered_most)
		scribe->offered_most = (uint32_t)size_max;
	if (scribe->declines)
		return 0;
	size_t size = scribe->writes && scribe->writes < size_max ? scribe->writes : size_max;
	memset(out, 0x5c, size);
	scribe->sends++;
	if (scribe->left && --scribe->left == 0)
		scribe->wants = 0;
	return size;
}

static void scribe_receive(void *state, const struct octo_courier_call *call, const uint8_t *data, size_t size)
{
	struct scribe *scribe = state;
	(void)call;
	scribe->received++;
	scribe->received_bytes += (uint32_t)size;
	bool is_whole = true;
	for (size_t i = 0; i < size; i++)
		is_whole = is_whole && data[i] == 0x5c;
	CHECK(is_whole);
}

static const struct octo_courier first = { .name = "first", .id = 5, .state_size = sizeof(struct scribe),
	.mandate = scribe_mandate, .send = scribe_send, .receive = scribe_receive };
static const struct octo_courier second = { .name = "second", .id = 6, .state_size = sizeof(struct scribe),
	.mandate = scribe_mandate, .send = scribe_send, .receive = scribe_receive };
static const struct octo_courier third = { .name = "third", .id = 126, .state_size = sizeof(struct scribe),
	.mandate = scribe_mandate, .send = scribe_send, .receive = scribe_receive };
static const struct octo_courier *const scribes[] = { &first, &second, &third };

/* An established pair with three scribes on each side, all accepting, none wanting. */
static void set_up(struct pair *pair, uint32_t rate)
{
	struct pair_options options;
	pair_default(&options);
	options.couriers = scribes;
	options.courier_count = 3;
	options.config[WINNER].rate_up = rate;
	pair_open(pair, &options);
	pair_establish(pair, WINNER);
	for (int who = WINNER; who <= LOSER; who++) {
		for (uint32_t i = 0; i < 3; i++) {
			struct scribe *scribe = octo_courier_state(pair->nodes[who].channel, 0, i);
			CHECK_U64(scribe->asked, 0);
			*scribe = (struct scribe){ .accepts = 1, .payload_size = 100, .left = 1 };
		}
	}
}

static struct scribe *scribe_of(struct pair *pair, int who, uint32_t courier)
{
	return octo_courier_state(pair->nodes[who].channel, 0, courier);
}

static void wake(struct pair *pair, int who)
{
	octo_courier_wake(pair->nodes[who].channel, &pair->nodes[who].host, pair_clock(pair, who), 0);
}

static void activate(struct pair *pair, int who, uint32_t courier, bool is_active)
{
	octo_courier_activate(pair->nodes[who].channel, &pair->nodes[who].host, pair_clock(pair, who), 0, courier, is_active);
}

/* R28, R29, R164: opportunities and data are for active couriers only; the state survives. R48, R49: they come and go
 * while the session lasts, and the channel works with those that are there at the moment. */
static void an_inactive_courier_gets_nothing(void)
{
	struct pair pair;
	set_up(&pair, 125000);
	activate(&pair, WINNER, 0, false);
	activate(&pair, LOSER, 1, false);
	for (uint32_t i = 0; i < 2; i++)
		scribe_of(&pair, WINNER, i)->wants = 1;
	wake(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(scribe_of(&pair, WINNER, 0)->asked, 0);
	CHECK_U64(scribe_of(&pair, WINNER, 1)->sends, 1);
	CHECK_U64(scribe_of(&pair, LOSER, 1)->received, 0);
	CHECK_U64(octo_channel_counters(pair.nodes[LOSER].channel)->courier_discarded, 1);
	activate(&pair, WINNER, 0, true);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(scribe_of(&pair, WINNER, 0)->sends, 1);
	CHECK_U64(scribe_of(&pair, LOSER, 0)->received, 1);
	pair_close(&pair);
}

/* R43, R140: data for a courier that does not accept reads is discarded, and counted; the packet is none the worse. */
static void data_for_one_who_does_not_accept_is_discarded(void)
{
	struct pair pair;
	set_up(&pair, 125000);
	scribe_of(&pair, LOSER, 0)->accepts = 0;
	scribe_of(&pair, WINNER, 0)->wants = scribe_of(&pair, WINNER, 1)->wants = 1;
	wake(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(scribe_of(&pair, LOSER, 0)->received, 0);
	CHECK_U64(scribe_of(&pair, LOSER, 1)->received, 1);
	CHECK_U64(octo_channel_counters(pair.nodes[LOSER].channel)->courier_discarded, 1);
	const struct octo_event *event = pair_event(&pair, LOSER, OCTO_EVENT_COURIER_DISCARDED, 1);
	CHECK(event && event->courier.courier == 5 && event->courier.size == 100);
	pair_close(&pair);
}

/* A message for a courier that this node does not know is no fault of the packet. */
static void data_for_an_unknown_courier_is_discarded(void)
{
	struct pair pair;
	static const uint8_t frames[] = { 0x80 | 99, 2, 1, 1, 0x80 | 5, 1, 0x5c };
	uint8_t packet[OCTO_DATAGRAM_MAX];
	set_up(&pair, 125000);
	size_t size = pair_forge_data(&pair, WINNER, frames, sizeof frames, 0, packet);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, packet, size), OCTO_REASON_ACCEPTED);
	CHECK_U64(scribe_of(&pair, LOSER, 0)->received, 1);
	CHECK_U64(octo_channel_counters(pair.nodes[LOSER].channel)->courier_discarded, 1);
	pair_close(&pair);
}

/* R44, R139, R141: who does not want to send is never asked. R41: who wants to later, is asked later. */
static void couriers_are_asked_when_they_wish(void)
{
	struct pair pair;
	set_up(&pair, 125000);
	struct scribe *later = scribe_of(&pair, WINNER, 1);
	later->wants = 1;
	later->urgency_ms = 300;
	wake(&pair, WINNER);
	pair_run(&pair, 299 * OCTO_MILLISECOND);
	CHECK_U64(later->asked, 0);
	pair_run(&pair, 2 * OCTO_MILLISECOND);
	CHECK_U64(later->asked, 1);
	CHECK_U64(scribe_of(&pair, WINNER, 0)->asked, 0);
	const struct octo_event *event = pair_event(&pair, WINNER, OCTO_EVENT_COURIER_GRANTED, 1);
	CHECK(event && event->courier.courier == 6 && event->courier.lateness_ms == 0);
	pair_close(&pair);
}

/* A mandate is read afresh: when the wish comes forward, so does the opportunity. */
static void a_wish_may_come_forward(void)
{
	struct pair pair;
	set_up(&pair, 125000);
	struct scribe *scribe = scribe_of(&pair, WINNER, 0);
	scribe->wants = 1;
	scribe->urgency_ms = 60000;
	wake(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(scribe->asked, 0);
	scribe->urgency_ms = 0;
	wake(&pair, WINNER);
	pair_run(&pair, OCTO_MILLISECOND);
	CHECK_U64(scribe->asked, 1);
	scribe->wants = 0;
	wake(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(scribe->asked, 1);
	pair_close(&pair);
}

/* R45, R128: never more room than the mandate asks for, and never more than a packet holds. */
static void a_courier_is_offered_no_more_than_it_asked_for(void)
{
	struct pair pair;
	set_up(&pair, 125000);
	struct scribe *small = scribe_of(&pair, WINNER, 0), *huge = scribe_of(&pair, WINNER, 1);
	small->wants = huge->wants = 1;
	small->payload_size = 33;
	huge->payload_size = 65535;
	wake(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(small->offered_most, 33);
	CHECK_U64(huge->offered_most, OCTO_COURIER_PAYLOAD_MAX);
	CHECK_U64(scribe_of(&pair, LOSER, 0)->received_bytes, 33);
	CHECK_U64(scribe_of(&pair, LOSER, 1)->received_bytes, OCTO_COURIER_PAYLOAD_MAX);
	for (size_t i = 0; i < pair.sent_count; i++)
		CHECK(pair.sent[i].size <= OCTO_DATAGRAM_MAX); /* R4 */
	pair_close(&pair);
}

/* R14, R138, R141: what goes out is as fresh as the opportunity: nothing is taken from a courier before. */
static void what_is_sent_is_of_the_moment(void)
{
	struct pair pair;
	set_up(&pair, 125000);
	struct scribe *scribe = scribe_of(&pair, WINNER, 0);
	scribe->wants = 1;
	scribe->urgency_ms = 300;
	scribe->writes = 10;
	wake(&pair, WINNER);
	pair_run(&pair, 299 * OCTO_MILLISECOND);
	scribe->writes = 20; /* and no word to the channel */
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(scribe_of(&pair, LOSER, 0)->received, 1);
	CHECK_U64(scribe_of(&pair, LOSER, 0)->received_bytes, 20);
	pair_close(&pair);
}

/* R129, R139: an urgent courier goes before one that is in no hurry, however important that one is. */
static void the_urgent_goes_before_the_important(void)
{
	for (uint32_t urgent = 0; urgent < 2; urgent++) {
		struct pair pair;
		set_up(&pair, 125000);
		for (uint32_t i = 0; i < 2; i++) {
			struct scribe *scribe = scribe_of(&pair, WINNER, i);
			scribe->wants = 1;
			scribe->urgency_ms = i == urgent ? 5 : 50;
			scribe->priority = i == urgent ? 10 : 200;
		}
		wake(&pair, WINNER);
		pair_run(&pair, OCTO_SECOND);
		CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_COURIER_GRANTED), 2);
		const struct octo_event *event = pair_event(&pair, WINNER, OCTO_EVENT_COURIER_GRANTED, 1);
		CHECK(event && event->courier.courier == scribes[urgent]->id);
		pair_close(&pair);
	}
}

/* R129, R139: lateness × (priority + 1): who has waited for long goes before who has just come, though that one is twice as
 * important; of two that have waited alike the important one goes first. Both wait here for a session. */
static void lateness_weighs_as_much_as_priority(void)
{
	for (uint32_t wait_ms = 0; wait_ms <= 900; wait_ms += 900) {
		struct pair pair;
		set_up(&pair, 125000);
		pair_disconnect(&pair, LOSER);
		pair_run(&pair, OCTO_SECOND);
		for (uint32_t i = 0; i < 2; i++) {
			struct scribe *scribe = scribe_of(&pair, WINNER, i);
			scribe->wants = 1;
			scribe->payload_size = 400; /* one a packet */
			scribe->priority = i ? 21 : 10;
			wake(&pair, WINNER);
			pair_run(&pair, i ? 0 : wait_ms * OCTO_MILLISECOND);
		}
		pair_connect(&pair, LOSER);
		pair_run(&pair, OCTO_SECOND);
		const struct octo_event *event = pair_event(&pair, WINNER, OCTO_EVENT_COURIER_GRANTED, 1);
		CHECK(event && event->courier.courier == scribes[wait_ms ? 0 : 1]->id);
		CHECK(event && event->courier.lateness_ms >= wait_ms);
		pair_close(&pair);
	}
}

/* R15, R17, R42: the one of higher priority goes first when both are equally late. (Bug v: the first CommsChannel
 * served the lowest score first.) */
static void priority_decides_among_equally_late_ones(void)
{
	for (uint32_t important = 0; important < 2; important++) {
		struct pair pair;
		set_up(&pair, 125000);
		for (uint32_t i = 0; i < 2; i++) {
			struct scribe *scribe = scribe_of(&pair, WINNER, i);
			scribe->wants = 1;
			scribe->payload_size = 400; /* one a packet */
			scribe->priority = i == important ? 200 : 10;
		}
		wake(&pair, WINNER);
		pair_run(&pair, OCTO_SECOND);
		const struct octo_event *event = pair_event(&pair, WINNER, OCTO_EVENT_COURIER_GRANTED, 1);
		CHECK(event && event->courier.courier == scribes[important]->id);
		CHECK(event && event->courier.rivals == 1 && event->courier.priority == 200);
		CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_COURIER_GRANTED), 2);
		pair_close(&pair);
	}
}

/* R160, R173: equal wishes are served in turn, and one of low priority is late enough one day: nobody starves. */
static void nobody_starves(void)
{
	struct pair pair;
	set_up(&pair, 20000);
	for (uint32_t i = 0; i < 3; i++) {
		struct scribe *scribe = scribe_of(&pair, WINNER, i);
		scribe->wants = 1;
		scribe->left = 0;
		scribe->payload_size = 400;
		scribe->priority = i == 2 ? 0 : 100;
	}
	wake(&pair, WINNER);
	pair_run(&pair, 60 * OCTO_SECOND);
	uint32_t one = scribe_of(&pair, WINNER, 0)->sends, two = scribe_of(&pair, WINNER, 1)->sends;
	CHECK(one > 500 && two > 500);
	CHECK(one - two <= 1 || two - one <= 1);
	CHECK(scribe_of(&pair, WINNER, 2)->sends >= 10);
	pair_close(&pair);
}

/* One that declines every time does not hold up the others, nor the channel. */
static void one_who_declines_holds_up_nobody(void)
{
	struct pair pair;
	set_up(&pair, 125000);
	struct scribe *declining = scribe_of(&pair, WINNER, 0), *willing = scribe_of(&pair, WINNER, 1);
	declining->wants = willing->wants = 1;
	declining->declines = 1;
	declining->priority = 255;
	willing->left = 50;
	wake(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(willing->sends, 50);
	CHECK_U64(declining->sends, 0);
	CHECK(declining->asked <= willing->sends + 11); /* ten times a second, and whenever another was served */
	CHECK_U64(scribe_of(&pair, LOSER, 1)->received, 50);
	pair_close(&pair);
}

/* Bytes of the data packets that one courier's 50 messages go out in, beside another that declines or does not want. */
static uint64_t bytes_beside(bool is_declining)
{
	struct pair pair;
	uint64_t bytes = 0;
	set_up(&pair, 125000);
	struct scribe *declining = scribe_of(&pair, WINNER, 0), *willing = scribe_of(&pair, WINNER, 1);
	size_t before = pair.sent_count;
	declining->declines = 1;
	declining->wants = is_declining;
	declining->priority = 255;
	willing->wants = 1;
	willing->left = 50;
	wake(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	for (size_t i = before; i < pair.sent_count; i++)
		bytes += pair.sent[i].from == WINNER ? pair.sent[i].size : 0;
	CHECK_U64(scribe_of(&pair, LOSER, 0)->received, 0);
	CHECK_U64(scribe_of(&pair, LOSER, 1)->received, 50);
	pair_close(&pair);
	return bytes;
}

/* Whoever writes nothing takes no room (bug vii: the first CommsChannel reserved a section for 0 bytes). */
static void an_opportunity_declined_costs_no_byte(void)
{
	CHECK_U64(bytes_beside(true), bytes_beside(false));
}

/* R117: no piece of a message is to be seen on the wire (bug xxiii: the first CommsChannel was built with its encryption
 * left out). */
static void no_message_stands_on_the_wire(void)
{
	struct pair pair;
	static const uint8_t piece[8] = { 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c };
	set_up(&pair, 125000);
	scribe_of(&pair, WINNER, 1)->wants = 1;
	scribe_of(&pair, WINNER, 1)->left = 20;
	wake(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(scribe_of(&pair, LOSER, 1)->received, 20);
	unsigned seen = 0;
	for (size_t i = 0; i < pair.sent_count; i++)
		for (size_t at = 0; at + sizeof piece <= pair.sent[i].size; at++)
			seen += memcmp(pair.sent[i].bytes + at, piece, sizeof piece) == 0;
	CHECK_U64(seen, 0);
	pair_close(&pair);
}

/* R2: no stream: a lost message is lost, unless its courier wants order, and those behind it do not wait for it. */
static void a_lost_message_holds_up_nothing(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	pair_send_load(&pair, WINNER, 10, 400, 20 * OCTO_MILLISECOND);
	pair_run(&pair, 50 * OCTO_MILLISECOND);
	uint64_t before = pair_load(&pair, LOSER)->received;
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, 1);
	pair_run(&pair, 40 * OCTO_MILLISECOND);
	CHECK_U64(pair_load(&pair, LOSER)->received, before + 1); /* of two, and the second of them in its time */
	pair_run(&pair, 60 * OCTO_SECOND);
	CHECK_U64(pair_load(&pair, LOSER)->received, 9);
	CHECK_U64(pair_load(&pair, LOSER)->received_out_of_order, 0);
	pair_close(&pair);
}

/* R6, R9, R124, R168: several messages share a packet with each other and with a PONG. R30, R104, R126, R137:
 * each reaches the courier of its own kind. */
static void messages_share_packets(void)
{
	struct pair pair;
	set_up(&pair, 125000);
	pair_be_gullible(&pair);
	for (uint32_t i = 0; i < 3; i++) {
		scribe_of(&pair, WINNER, i)->wants = 1;
		scribe_of(&pair, WINNER, i)->payload_size = (uint16_t)(40 + i);
		scribe_of(&pair, WINNER, i)->left = 3;
	}
	unsigned before = pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA);
	wake(&pair, WINNER);
	static const uint8_t ping[] = { 0x03, 9, 9, 9, 9 };
	uint8_t packet[OCTO_DATAGRAM_MAX];
	size_t size = pair_forge_data(&pair, LOSER, ping, sizeof ping, 0, packet);
	CHECK_U64(pair_push(&pair, WINNER, &pair.nodes[LOSER].address, packet, size), OCTO_REASON_ACCEPTED);
	pair_run(&pair, OCTO_SECOND);
	for (uint32_t i = 0; i < 3; i++) {
		CHECK_U64(scribe_of(&pair, LOSER, i)->received, 3);
		CHECK_U64(scribe_of(&pair, LOSER, i)->received_bytes, 3 * (40 + i));
	}
	CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA) - before, 1);
	pair_close(&pair);
}

/* R97, R112, R128: payloads of data packets stay within the agreed rate over any second, but for a burst of two
 * packets. */
static void couriers_are_paced_to_the_agreed_rate(void)
{
	static const uint32_t rates[] = { 4096, 20000, 100000 };
	for (size_t r = 0; r < 3; r++) {
		struct pair pair;
		set_up(&pair, rates[r]);
		struct scribe *scribe = scribe_of(&pair, WINNER, 0);
		scribe->wants = 1;
		scribe->left = 0;
		scribe->payload_size = 300;
		wake(&pair, WINNER);
		octo_time_ns start = pair.now;
		size_t first_sent = pair.sent_count;
		pair_run(&pair, 20 * OCTO_SECOND);
		uint64_t bytes = 0;
		for (size_t i = first_sent; i < pair.sent_count; i++)
			bytes += pair.sent[i].from == WINNER ? pair.sent[i].size : 0;
		uint64_t allowed = rates[r] * (pair.now - start) / OCTO_SECOND;
		CHECK(bytes <= allowed + 3 * OCTO_DATAGRAM_MAX);
		CHECK(bytes >= allowed * 95 / 100);
		pair_close(&pair);
	}
}

/* Without a session nobody is asked, and what was wanted meanwhile goes out when there is one. */
static void couriers_wait_for_a_session(void)
{
	struct pair_options options;
	struct pair pair;
	pair_default(&options);
	pair_open(&pair, &options);
	pair_send_load(&pair, WINNER, 3, 50, 0);
	pair_run(&pair, 10 * OCTO_SECOND);
	CHECK_U64(pair_load(&pair, WINNER)->sent, 0);
	pair_establish(&pair, LOSER);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_load(&pair, LOSER)->received, 3);
	CHECK_U64(pair_load(&pair, LOSER)->damaged, 0);
	pair_close(&pair);
}

/* R16, R138: the state belongs to the courier, and outlives sessions. */
static void a_couriers_state_outlives_the_session(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_run(&pair, 4 * OCTO_SECOND);
	pair_send_load(&pair, WINNER, 4, 50, 0);
	pair_run(&pair, OCTO_SECOND);
	pair_disconnect(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	pair_connect(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	pair_send_load(&pair, WINNER, 4, 50, 0);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_load(&pair, WINNER)->sent, 8);
	CHECK_U64(pair_load(&pair, LOSER)->highest, 8);
	pair_close(&pair);
}

/* R119: the same packet twice is one message; packets that overtake each other are all delivered. */
static void a_message_is_delivered_at_most_once(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	unsigned before = pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA);
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, 20);
	pair_send_load(&pair, WINNER, 20, 300, 10 * OCTO_MILLISECOND);
	pair_run(&pair, 300 * OCTO_MILLISECOND);
	for (unsigned i = 20; i > 0; i--) {
		struct pair_datagram datagram = pair_sent(&pair, WINNER, OCTO_PACKET_DATA, before + i);
		CHECK_U64(pair_deliver(&pair, LOSER, &datagram), OCTO_REASON_ACCEPTED);
		CHECK_U64(pair_deliver(&pair, LOSER, &datagram), OCTO_REASON_DUPLICATE);
	}
	CHECK_U64(pair_load(&pair, LOSER)->received, 20);
	CHECK_U64(pair_load(&pair, LOSER)->received_out_of_order, 19);
	pair_close(&pair);
}

CU_ErrorCode suite_couriers(void);

CU_ErrorCode suite_couriers(void)
{
	CU_pSuite suite = CU_add_suite("couriers", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, an_inactive_courier_gets_nothing);
	CU_ADD_TEST(suite, data_for_one_who_does_not_accept_is_discarded);
	CU_ADD_TEST(suite, data_for_an_unknown_courier_is_discarded);
	CU_ADD_TEST(suite, couriers_are_asked_when_they_wish);
	CU_ADD_TEST(suite, a_wish_may_come_forward);
	CU_ADD_TEST(suite, a_courier_is_offered_no_more_than_it_asked_for);
	CU_ADD_TEST(suite, what_is_sent_is_of_the_moment);
	CU_ADD_TEST(suite, the_urgent_goes_before_the_important);
	CU_ADD_TEST(suite, lateness_weighs_as_much_as_priority);
	CU_ADD_TEST(suite, priority_decides_among_equally_late_ones);
	CU_ADD_TEST(suite, nobody_starves);
	CU_ADD_TEST(suite, one_who_declines_holds_up_nobody);
	CU_ADD_TEST(suite, an_opportunity_declined_costs_no_byte);
	CU_ADD_TEST(suite, no_message_stands_on_the_wire);
	CU_ADD_TEST(suite, a_lost_message_holds_up_nothing);
	CU_ADD_TEST(suite, messages_share_packets);
	CU_ADD_TEST(suite, couriers_are_paced_to_the_agreed_rate);
	CU_ADD_TEST(suite, couriers_wait_for_a_session);
	CU_ADD_TEST(suite, a_couriers_state_outlives_the_session);
	CU_ADD_TEST(suite, a_message_is_delivered_at_most_once);
	return CU_get_error();
}
