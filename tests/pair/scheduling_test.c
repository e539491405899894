/* scheduling_test.c: the postmaster's bound: however couriers flood, whoever is due is passed over by so many packets and
 * no more (core/schedule.h). Couriers here do what their mandate says and know nothing; the test counts packets itself. */
#include "core/schedule.h"
#include "tests/check.h"
#include "tests/pair/pair.h"

enum { KINDS = 16, FIRST_ID = 40 };

struct wisher {
	uint32_t urgency_ms;
	uint16_t size, least, writes;     /* writes 0: all it may */
	uint8_t priority, wants, is_bulk, is_ordered, is_deaf;
	uint32_t sends, left;             /* left: stops wanting after so many; 0: never */
};

static void wisher_mandate(const void *state, const struct octo_courier_call *call, struct octo_mandate *mandate)
{
	const struct wisher *wisher = state;
	(void)call;
	*mandate = (struct octo_mandate){ .urgency_ms = wisher->urgency_ms, .priority = wisher->priority, .accept_reads = !wisher->is_deaf,
		.want_to_send = wisher->wants, .payload_size = wisher->size, .payload_least = wisher->least,
		.is_bulk = wisher->is_bulk, .wants_order = wisher->is_ordered };
}

static size_t wisher_send(void *state, const struct octo_courier_call *call, uint8_t *out, size_t size_max, uint64_t *handle)
{
	struct wisher *wisher = state;
	size_t size = wisher->writes && wisher->writes < size_max ? wisher->writes : size_max;
	(void)call, (void)handle;
	memset(out, 0x6b, size);
	wisher->sends++;
	if (wisher->left && --wisher->left == 0)
		wisher->wants = 0;
	return size;
}

static void wisher_receive(void *state, const struct octo_courier_call *call, const uint8_t *data, size_t size)
{
	(void)state, (void)call, (void)data, (void)size;
}

#define KIND(n) { .name = "wisher", .id = FIRST_ID + (n), .state_size = sizeof(struct wisher), \
	.mandate = wisher_mandate, .send = wisher_send, .receive = wisher_receive }
static const struct octo_courier kinds[KINDS] = { KIND(0), KIND(1), KIND(2), KIND(3), KIND(4), KIND(5), KIND(6), KIND(7),
	KIND(8), KIND(9), KIND(10), KIND(11), KIND(12), KIND(13), KIND(14), KIND(15) };
static const struct octo_courier *const wishers[KINDS] = { &kinds[0], &kinds[1], &kinds[2], &kinds[3], &kinds[4], &kinds[5],
	&kinds[6], &kinds[7], &kinds[8], &kinds[9], &kinds[10], &kinds[11], &kinds[12], &kinds[13], &kinds[14], &kinds[15] };

/* An established pair, so many couriers active at both ends. Fast: 2,400 packets a second, and a short way. */
static void set_up(struct pair *pair, uint32_t count)
{
	struct pair_options options;
	pair_default(&options);
	options.couriers = wishers;
	options.courier_count = count;
	for (int who = WINNER; who <= LOSER; who++) {
		options.config[who].rate_up = options.config[who].rate_down = 1250000;
		options.config[who].ordered_max = 256;
	}
	pair_open(pair, &options);
	pair->latency_ns = OCTO_MILLISECOND;
	pair_establish(pair, WINNER);
	for (int who = WINNER; who <= LOSER; who++)
		for (uint32_t i = 0; i < count; i++)
			octo_courier_activate(pair->nodes[who].channel, &pair->nodes[who].host, pair_clock(pair, who), 0, i, true);
}

static struct wisher *wisher_of(struct pair *pair, uint32_t courier)
{
	return octo_courier_state(pair->nodes[WINNER].channel, 0, courier);
}

static void wake(struct pair *pair)
{
	octo_courier_wake(pair->nodes[WINNER].channel, &pair->nodes[WINNER].host, pair_clock(pair, WINNER), 0);
}

/* Most packets with messages that went without a courier that was due, for each courier that always is. */
static uint32_t most_passes(const struct pair *pair, uint32_t count, uint32_t passes[KINDS])
{
	const struct pair_node *node = &pair->nodes[WINNER];
	uint32_t since[KINDS] = { 0 }, served = 0, most = 0;
	memset(passes, 0, KINDS * sizeof *passes);
	for (size_t i = 0; i < node->event_count; i++) {
		const struct octo_event *event = &node->events[i];
		if (event->kind == OCTO_EVENT_COURIER_GRANTED)
			served |= 1u << (event->courier.courier - FIRST_ID);
		if (event->kind != OCTO_EVENT_PACKET_SENT || !served)
			continue;
		for (uint32_t k = 0; k < count; k++) {
			since[k] = served >> k & 1 ? 0 : since[k] + 1;
			passes[k] = since[k] > passes[k] ? since[k] : passes[k];
			most = passes[k] > most ? passes[k] : most;
		}
		served = 0;
	}
	return most;
}

/* R14, R17, R160, R173, with the priorities as R42 says: fifteen that always want to send at 255 do not keep the one at 0
 * from it for longer than the bound; by their weights alone they would for 15 × 256 packets. */
static void the_lowest_is_served_within_the_bound_whoever_floods(void)
{
	struct pair pair;
	uint32_t passes[KINDS];
	set_up(&pair, KINDS);
	for (uint32_t i = 0; i < KINDS; i++)
		*wisher_of(&pair, i) = (struct wisher){ .wants = 1, .size = 400, .priority = i ? 255 : 0 };
	wake(&pair);
	pair_run(&pair, 2 * OCTO_SECOND);
	uint32_t bound = octo_passes_max(&pair.nodes[WINNER].host);
	CHECK_U64(bound, 256 + KINDS - 1);
	CHECK(most_passes(&pair, KINDS, passes) <= bound);
	CHECK(passes[0] >= OCTO_PASSES_LIMIT); /* and no sooner: it is the lowest after all */
	CHECK(wisher_of(&pair, 0)->sends >= 4);
	for (uint32_t i = 1; i < KINDS; i++)
		CHECK(passes[i] <= KINDS && wisher_of(&pair, i)->sends > 10 * wisher_of(&pair, 0)->sends);
	pair_close(&pair);
}

/* One rival: the weights give the bound by themselves, 256 packets of the one at 255 for each of the one at 0. */
static void against_one_rival_the_weights_are_the_bound(void)
{
	struct pair pair;
	uint32_t passes[KINDS];
	set_up(&pair, 2);
	*wisher_of(&pair, 0) = (struct wisher){ .wants = 1, .size = 400, .priority = 0 };
	*wisher_of(&pair, 1) = (struct wisher){ .wants = 1, .size = 400, .priority = 255 };
	wake(&pair);
	pair_run(&pair, 2 * OCTO_SECOND);
	CHECK(most_passes(&pair, 2, passes) <= octo_passes_max(&pair.nodes[WINNER].host));
	CHECK(passes[0] > 200 && passes[1] == 1);
	pair_close(&pair);
}

/* Couriers with equal scores are all served, in turn: none takes the place of another. (Bug vi: in the first
 * CommsChannel they overwrote each other in its queue.) */
static void sixteen_equals_are_served_in_turn(void)
{
	struct pair pair;
	uint32_t passes[KINDS];
	set_up(&pair, KINDS);
	for (uint32_t i = 0; i < KINDS; i++)
		*wisher_of(&pair, i) = (struct wisher){ .wants = 1, .size = 400, .priority = 9 };
	wake(&pair);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(most_passes(&pair, KINDS, passes), KINDS - 1);
	for (uint32_t i = 0; i < KINDS; i++) {
		CHECK_U64(passes[i], KINDS - 1);
		CHECK(pair_event(&pair, WINNER, OCTO_EVENT_COURIER_GRANTED, i + 1)->courier.courier == FIRST_ID + i);
	}
	pair_close(&pair);
}

/* What goes before messages, an answer to a question in each packet, leaves no room for one that fills a packet. When its
 * turn is overdue that goes alone, and nobody's message with it, so that the next packet is whole. */
static void who_needs_a_whole_packet_gets_one(void)
{
	enum { WHOLE = OCTO_DATAGRAM_MAX - DATA_OVERHEAD_BYTES_MAX, ANSWER = 5 };
	struct pair pair;
	uint8_t bytes[OCTO_DATAGRAM_MAX];
	set_up(&pair, 2);
	*wisher_of(&pair, 0) = (struct wisher){ .wants = 1, .size = UINT16_MAX, .priority = 200 };
	*wisher_of(&pair, 1) = (struct wisher){ .wants = 1, .size = 300, .priority = 10 };
	wake(&pair);
	struct call call = pair_call(&pair, WINNER);
	struct peer *peer = pair_peer(&pair, WINNER);
	struct writer frames;
	for (int i = 0; i < OCTO_PASSES_LIMIT; i++) {
		frames = writer_of(bytes, WHOLE - ANSWER);
		call.now += OCTO_MILLISECOND;
		CHECK(schedule_fill(&call, peer, &frames));
	}
	CHECK_U64(wisher_of(&pair, 0)->sends, 0);
	CHECK_U64(wisher_of(&pair, 1)->sends, OCTO_PASSES_LIMIT);
	frames = writer_of(bytes, WHOLE - ANSWER);
	CHECK(!schedule_fill(&call, peer, &frames) && frames.position == 0);
	frames = writer_of(bytes, WHOLE);
	CHECK(schedule_fill(&call, peer, &frames) && frames.position == WHOLE);
	CHECK_U64(wisher_of(&pair, 0)->sends, 1);
	pair_close(&pair);
}

static uint32_t draw(uint64_t *state, uint32_t below)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ z >> 31) >> 32) % below;
}

static struct wisher any_wisher(uint64_t *random)
{
	static const uint8_t priorities[] = { 0, 0, 1, 40, 254, 255, 255, 255 };
	struct wisher wisher = { .wants = 1, .size = (uint16_t)(1 + draw(random, 600)), .priority = priorities[draw(random, 8)] };
	if (draw(random, 3) == 0)
		wisher.writes = (uint16_t)(1 + draw(random, 40));
	if (draw(random, 3) == 0)
		wisher.is_bulk = 1;
	if (wisher.is_bulk && draw(random, 2))
		wisher.least = (uint16_t)(1 + wisher.size / 4);
	if (draw(random, 4) == 0)
		wisher.is_ordered = 1;
	if (draw(random, 8) == 0)
		wisher.priority = (uint8_t)draw(random, 256);
	return wisher;
}

/* R17, R160, R173: whatever the mandates are, and whatever the network loses (so that ordered messages are sent again, and
 * couriers that want order have to wait for room, which does not count): the event's own count never passes the bound, nor
 * does the test's for those that nothing but others can hold up. */
static void the_bound_holds_for_any_mandates(void)
{
	uint32_t reached = 0, seen = 0;   /* a bit a reason to wait */
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct pair pair;
		uint64_t random = seed;
		uint32_t passes[KINDS], count = 2 + draw(&random, KINDS - 1), bound, losing = draw(&random, 3) == 0 ? 0 : 6;
		set_up(&pair, count);
		bound = octo_passes_max(&pair.nodes[WINNER].host);
		for (uint32_t i = 0; i < count; i++)
			*wisher_of(&pair, i) = any_wisher(&random);
		wake(&pair);
		for (int i = 0; i < 200; i++) {
			pair_lose(&pair, WINNER, OCTO_PACKET_DATA, losing ? draw(&random, losing) : 0);
			pair_run(&pair, 5 * OCTO_MILLISECOND);
		}
		most_passes(&pair, count, passes);
		for (uint32_t i = 0; i < count; i++) {
			CHECK(wisher_of(&pair, i)->is_ordered || passes[i] <= bound);
			reached += passes[i] >= OCTO_PASSES_LIMIT ? 1 : 0;
		}
		for (size_t i = 0; i < pair.nodes[WINNER].event_count; i++) {
			const struct octo_event *event = &pair.nodes[WINNER].events[i];
			if (event->kind != OCTO_EVENT_COURIER_GRANTED)
				continue;
			bool is_within = event->courier.passed <= bound && event->courier.waiting_count == count - 1;
			for (uint32_t k = 0; k < event->courier.waiting_count; k++) {
				is_within = is_within && event->courier.waiting[k].passed < bound;
				seen |= 1u << event->courier.waiting[k].why;
			}
			if (!is_within)
				CU_FAIL("a courier was passed over too often");
		}
		pair_close(&pair);
	}
	CHECK(reached >= 5); /* the bound was needed */
	CHECK_U64(seen, 1u << OCTO_WAIT_LOWER_SCORE | 1u << OCTO_WAIT_LATER | 1u << OCTO_WAIT_BULK | 1u << OCTO_WAIT_CLAIM |
	                1u << OCTO_WAIT_PASSED_OVER | 1u << OCTO_WAIT_NO_ROOM | 1u << OCTO_WAIT_NO_COPY);
}

/* Why `courier` did not get the opportunity of this event; COUNT: nothing is said of it. */
static enum octo_wait why_of(const struct octo_event *event, uint32_t courier)
{
	for (uint32_t i = 0; i < event->courier.waiting_count; i++)
		if (event->courier.waiting[i].courier == FIRST_ID + courier)
			return (enum octo_wait)event->courier.waiting[i].why;
	return OCTO_WAIT_COUNT;
}

static const struct octo_event *granted(struct pair *pair, unsigned nth)
{
	return pair_event(pair, WINNER, OCTO_EVENT_COURIER_GRANTED, nth);
}

/* Who wanted, who got it, and why each of the others waits, in the order of the couriers. */
static void each_decision_says_why_the_others_wait(void)
{
	static const enum octo_wait first[] = { OCTO_WAIT_COUNT, OCTO_WAIT_LATER, OCTO_WAIT_LOWER_SCORE, OCTO_WAIT_BULK,
		OCTO_WAIT_NOT_DUE, OCTO_WAIT_SILENT, OCTO_WAIT_LOWER_SCORE, OCTO_WAIT_COUNT };
	static const enum octo_wait second[] = { OCTO_WAIT_SILENT, OCTO_WAIT_NO_ROOM, OCTO_WAIT_NO_ROOM, OCTO_WAIT_NO_ROOM,
		OCTO_WAIT_NOT_DUE, OCTO_WAIT_SILENT, OCTO_WAIT_COUNT, OCTO_WAIT_COUNT };
	struct pair pair;
	set_up(&pair, 8);
	*wisher_of(&pair, 0) = (struct wisher){ .wants = 1, .size = 400, .priority = 200, .left = 1 };
	*wisher_of(&pair, 1) = (struct wisher){ .wants = 1, .size = 400, .priority = 200, .left = 1 };
	*wisher_of(&pair, 2) = (struct wisher){ .wants = 1, .size = 400, .priority = 10, .left = 1 };
	*wisher_of(&pair, 3) = (struct wisher){ .wants = 1, .size = 400, .priority = 250, .is_bulk = 1, .left = 1 };
	*wisher_of(&pair, 4) = (struct wisher){ .wants = 1, .size = 30, .urgency_ms = 5000 };
	*wisher_of(&pair, 6) = (struct wisher){ .wants = 1, .size = 30, .priority = 10, .left = 1 };
	octo_courier_activate(pair.nodes[WINNER].channel, &pair.nodes[WINNER].host, pair_clock(&pair, WINNER), 0, 7, false);
	wake(&pair);
	pair_run(&pair, OCTO_SECOND);
	const struct octo_event *event = granted(&pair, 1);
	CHECK(event->courier.courier == FIRST_ID && event->courier.why == OCTO_WAIT_NONE && event->courier.rivals == 4);
	CHECK_U64(event->courier.waiting_count, 6);
	for (uint32_t i = 0; i < 8; i++)
		CHECK_U64(why_of(event, i), first[i]);
	event = granted(&pair, 2);
	CHECK_U64(event->courier.courier, FIRST_ID + 6);
	for (uint32_t i = 0; i < 8; i++)
		CHECK_U64(why_of(event, i), second[i]);
	event = granted(&pair, 3); /* in the next packet */
	CHECK(event->courier.courier == FIRST_ID + 1 && event->courier.passed == 1);
	CHECK_U64(event->courier.waiting[1].passed, 1);
	event = granted(&pair, 5);
	CHECK(event->courier.courier == FIRST_ID + 3 && event->courier.passed == 3 && event->courier.why == OCTO_WAIT_NONE);
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_COURIER_WAITED), 0);
	pair_close(&pair);
}

static void check_waited(const struct pair *pair, unsigned count, enum octo_wait why)
{
	const struct octo_event *event = pair_event(pair, WINNER, OCTO_EVENT_COURIER_WAITED, 0);
	CHECK_U64(pair_event_count(pair, WINNER, OCTO_EVENT_COURIER_WAITED), count);
	CHECK(event && event->courier.courier == FIRST_ID && event->courier.why == why);
}

/* What holds up all couriers of a peer, or one for itself, is told once when it begins, and again by what is sent then. */
static void what_holds_up_the_most_pressing_one_is_told(void)
{
	struct pair pair;
	set_up(&pair, 2);
	*wisher_of(&pair, 0) = (struct wisher){ .wants = 1, .size = 400, .priority = 200 };
	struct peer *peer = pair_peer(&pair, WINNER);
	peer->proved.port ^= 1;
	wake(&pair);
	pair_run(&pair, OCTO_MILLISECOND);
	check_waited(&pair, 1, OCTO_WAIT_PATH);
	peer->proved.port ^= 1;
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, PAIR_FOREVER);
	wake(&pair);
	pair_run(&pair, 20 * OCTO_MILLISECOND);
	CHECK(granted(&pair, 1)->courier.why == OCTO_WAIT_PATH && granted(&pair, 1)->courier.lateness_ms == 1);
	CHECK_U64(granted(&pair, 4)->courier.why, OCTO_WAIT_PACE); /* the burst of two packets is used up */
	check_waited(&pair, 2, OCTO_WAIT_WINDOW);
	pair_disconnect(&pair, WINNER);
	check_waited(&pair, 3, OCTO_WAIT_NO_SESSION);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, 0);
	unsigned before = pair_event_count(&pair, WINNER, OCTO_EVENT_COURIER_GRANTED);
	pair_run(&pair, 3 * OCTO_SECOND);
	pair_connect(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(granted(&pair, before + 1)->courier.why, OCTO_WAIT_NO_SESSION);
	pair_close(&pair);
}

static void a_want_of_copies_and_of_records_is_told(void)
{
	struct pair pair;
	for (int what = 0; what < 2; what++) {
		set_up(&pair, 2);
		*wisher_of(&pair, 0) = (struct wisher){ .wants = 1, .size = 100, .priority = 200, .is_ordered = what == 0 };
		pair_peer(&pair, WINNER)->flow.window = 1 << 20;
		pair_lose(&pair, LOSER, OCTO_PACKET_DATA, PAIR_FOREVER);
		if (what == 1)
			pair.nodes[WINNER].channel->pages.count = 4;
		wake(&pair);
		pair_run(&pair, 100 * OCTO_MILLISECOND);
		check_waited(&pair, 1, what ? OCTO_WAIT_NO_RECORD : OCTO_WAIT_NO_COPY);
		pair_close(&pair);
	}
}

/* R29, R43: what is discarded is so for one of three reasons, and the event says which. */
static void what_is_discarded_says_why(void)
{
	static const uint8_t text[] = "to nobody";
	struct frame frame = { .type = FRAME_COURIER, .courier = 99, .data = text, .size = sizeof text };
	uint8_t bytes[64], packet[OCTO_DATAGRAM_MAX];
	struct writer frames = writer_of(bytes, sizeof bytes);
	struct pair pair;
	set_up(&pair, 2);
	frame_write(&frames, &frame);
	size_t size = pair_forge_data(&pair, WINNER, bytes, frames.position, 0, packet);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, packet, size), OCTO_REASON_ACCEPTED);
	CHECK_U64(pair_event(&pair, LOSER, OCTO_EVENT_COURIER_DISCARDED, 1)->courier.why, OCTO_DISCARD_UNKNOWN);
	((struct wisher *)octo_courier_state(pair.nodes[LOSER].channel, 0, 0))->is_deaf = 1;
	octo_courier_activate(pair.nodes[LOSER].channel, &pair.nodes[LOSER].host, pair_clock(&pair, LOSER), 0, 1, false);
	*wisher_of(&pair, 0) = (struct wisher){ .wants = 1, .size = 30, .priority = 200, .left = 1 };
	*wisher_of(&pair, 1) = (struct wisher){ .wants = 1, .size = 30, .priority = 100, .left = 1 };
	wake(&pair);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_event(&pair, LOSER, OCTO_EVENT_COURIER_DISCARDED, 2)->courier.why, OCTO_DISCARD_NO_READS);
	CHECK_U64(pair_event(&pair, LOSER, OCTO_EVENT_COURIER_DISCARDED, 3)->courier.why, OCTO_DISCARD_INACTIVE);
	pair_close(&pair);
}

CU_ErrorCode suite_scheduling(void);

CU_ErrorCode suite_scheduling(void)
{
	CU_pSuite suite = CU_add_suite("scheduling", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, the_lowest_is_served_within_the_bound_whoever_floods);
	CU_ADD_TEST(suite, against_one_rival_the_weights_are_the_bound);
	CU_ADD_TEST(suite, sixteen_equals_are_served_in_turn);
	CU_ADD_TEST(suite, who_needs_a_whole_packet_gets_one);
	CU_ADD_TEST(suite, the_bound_holds_for_any_mandates);
	CU_ADD_TEST(suite, each_decision_says_why_the_others_wait);
	CU_ADD_TEST(suite, what_holds_up_the_most_pressing_one_is_told);
	CU_ADD_TEST(suite, a_want_of_copies_and_of_records_is_told);
	CU_ADD_TEST(suite, what_is_discarded_says_why);
	return CUE_SUCCESS;
}
