/* acknowledging_test.c: reliability between two cores: acknowledgements that ride along, losses that are found, thresholds
 * that learn, couriers that hear of their messages' fate, and peers that lie about what they got. */
#include "tests/check.h"
#include "tests/pair/pair.h"

/* A courier that numbers its messages, asks for each one's fate, and writes down what it hears. */
enum { NOTED = 256 };
struct clerk {
	uint32_t to_send, received;
	uint16_t sent;
	uint8_t wants_fate, reserved;
	uint8_t delivered[NOTED], lost[NOTED];
};

static void clerk_mandate(const void *state, const struct octo_courier_call *call, struct octo_mandate *mandate)
{
	const struct clerk *clerk = state;
	(void)call;
	*mandate = (struct octo_mandate){ .priority = 50, .accept_reads = true, .want_to_send = clerk->to_send > 0,
		.payload_size = 300 };
}

static size_t clerk_send(void *state, const struct octo_courier_call *call, uint8_t *out, size_t size_max, uint64_t *handle)
{
	struct clerk *clerk = state;
	(void)call;
	CHECK_U64(*handle, 0);
	if (clerk->to_send == 0 || size_max < 300)
		return 0;
	memset(out, 1, 300);
	clerk->to_send--;
	if (clerk->wants_fate)
		*handle = 1u + clerk->sent++ % NOTED;
	return 300;
}

static void clerk_receive(void *state, const struct octo_courier_call *call, const uint8_t *data, size_t size)
{
	struct clerk *clerk = state;
	(void)call, (void)data, (void)size;
	clerk->received++;
}

static void clerk_fate(void *state, const struct octo_courier_call *call, uint64_t handle, enum octo_fate fate)
{
	struct clerk *clerk = state;
	(void)call;
	CHECK(handle >= 1 && handle <= NOTED);
	if (fate == OCTO_FATE_DELIVERED)
		clerk->delivered[handle - 1]++;
	else
		clerk->lost[handle - 1]++;
}

static const struct octo_courier office = { .name = "office", .id = 9, .state_size = sizeof(struct clerk),
	.mandate = clerk_mandate, .send = clerk_send, .receive = clerk_receive, .fate = clerk_fate };
static const struct octo_courier *const offices[] = { &office };

static struct clerk *clerk_of(struct pair *pair, int who)
{
	return octo_courier_state(pair->nodes[who].channel, 0, 0);
}

static void set_up(struct pair *pair)
{
	struct pair_options options;
	pair_default(&options);
	options.couriers = offices;
	options.courier_count = 1;
	pair_open(pair, &options);
	pair_establish(pair, WINNER);
	pair_run(pair, OCTO_SECOND);
}

static void post(struct pair *pair, int who, uint32_t count)
{
	clerk_of(pair, who)->wants_fate = 1;
	clerk_of(pair, who)->to_send += count;
	octo_courier_wake(pair->nodes[who].channel, &pair->nodes[who].host, pair_clock(pair, who), 0);
}

static unsigned total(const uint8_t counts[NOTED])
{
	unsigned sum = 0;
	for (int i = 0; i < NOTED; i++)
		sum += counts[i];
	return sum;
}

/* R102, R120, R124: all of a stream is told delivered, by far fewer packets than it has. */
static void what_arrives_is_told_delivered(void)
{
	struct pair pair;
	set_up(&pair);
	unsigned before = pair_sent_count(&pair, LOSER, OCTO_PACKET_DATA);
	post(&pair, WINNER, 200);
	pair_run(&pair, 3 * OCTO_SECOND);
	const struct clerk *clerk = clerk_of(&pair, WINNER);
	CHECK_U64(total(clerk->delivered), 200);
	CHECK_U64(total(clerk->lost), 0);
	CHECK_U64(clerk_of(&pair, LOSER)->received, 200);
	CHECK(pair_sent_count(&pair, LOSER, OCTO_PACKET_DATA) - before <= 200 / 2);
	CHECK_U64(pair_view(&pair, WINNER).in_flight_bytes, 0);
	pair_close(&pair);
}

/* R122: "enabled when needed": silence sends no acknowledgement and lends no memory. R123: where no courier has anything
 * to say, one intrinsic packet carries it; a pure one is not acknowledged. */
static void a_silent_session_costs_nothing(void)
{
	struct pair pair;
	set_up(&pair);
	struct octo_channel *channel = pair.nodes[WINNER].channel;
	pair_run(&pair, 60 * OCTO_SECOND);
	CHECK_U64(channel->pages.touched, 0);
	CHECK_U64(channel->fates.touched, 0);
	post(&pair, WINNER, 1);
	unsigned here = pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA), there = pair_sent_count(&pair, LOSER, OCTO_PACKET_DATA);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA) - here, 1);
	CHECK_U64(pair_sent_count(&pair, LOSER, OCTO_PACKET_DATA) - there, 1);
	CHECK_U64(channel->pages.lent, 0);
	CHECK_U64(channel->fates.lent, 0);
	pair_close(&pair);
}

/* R124: while both sides talk, no packet is spent on acknowledgements alone; but where a number is left out, which happens
 * after 64 packets at the earliest, there seems to be a gap, which is told of at once. */
static void acknowledgements_ride_along(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	size_t before = pair.sent_count;
	pair_send_load(&pair, WINNER, 100, 100, 20 * OCTO_MILLISECOND);
	pair_send_load(&pair, LOSER, 100, 100, 20 * OCTO_MILLISECOND);
	pair_run(&pair, 1900 * OCTO_MILLISECOND);
	unsigned alone = 0;
	for (size_t i = before; i < pair.sent_count; i++)
		alone += pair.sent[i].size < 100;
	CHECK(alone <= 2); /* one a side */
	CHECK(pair_view(&pair, WINNER).in_flight_bytes <= 4 * 150);
	pair_close(&pair);
}

/* R120: a lost message is told lost, in about a round trip and a quarter once others arrive. */
static void a_lost_packet_is_told_lost(void)
{
	struct pair pair;
	set_up(&pair);
	post(&pair, WINNER, 20);
	pair_run(&pair, 0);
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, 1);
	pair_run(&pair, OCTO_SECOND);
	const struct clerk *clerk = clerk_of(&pair, WINNER);
	CHECK_U64(total(clerk->delivered), 19);
	CHECK_U64(total(clerk->lost), 1);
	CHECK_U64(clerk_of(&pair, LOSER)->received, 19);
	const struct octo_event *loss = pair_event(&pair, WINNER, OCTO_EVENT_LOSS, 1);
	CHECK(loss && loss->loss.packets == 1 && loss->loss.bytes > 300);
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_LOSS), 1);
	pair_close(&pair);
}

/* The last message has none behind it that could show the loss: the peer is asked. */
static void the_last_one_is_asked_for(void)
{
	struct pair pair;
	set_up(&pair);
	post(&pair, WINNER, 1);
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, 1);
	pair_run(&pair, 20 * OCTO_MILLISECOND);
	CHECK_U64(total(clerk_of(&pair, WINNER)->lost), 0);
	pair_run(&pair, 400 * OCTO_MILLISECOND);
	CHECK_U64(total(clerk_of(&pair, WINNER)->lost), 1);
	CHECK_U64(total(clerk_of(&pair, WINNER)->delivered), 0);
	pair_close(&pair);
}

/* Asking declares nothing lost, however long no answer comes; and it is asked ever more seldom. */
static void silence_alone_loses_nothing(void)
{
	struct pair pair;
	set_up(&pair);
	post(&pair, WINNER, 3);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, PAIR_FOREVER);
	unsigned before = pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA);
	pair_run(&pair, 9 * OCTO_SECOND);
	CHECK_U64(total(clerk_of(&pair, WINNER)->lost), 0);
	unsigned asked = pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA) - before;
	CHECK(asked >= 8 && asked <= 30);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, 0);
	pair_run(&pair, 5 * OCTO_SECOND);
	CHECK_U64(total(clerk_of(&pair, WINNER)->delivered), 3);
	pair_close(&pair);
}

/* R121: a packet that comes late raises the thresholds, and the same lateness costs nothing the next time. */
static void lateness_is_learned_and_forgotten(void)
{
	struct pair pair;
	set_up(&pair);
	for (int round = 0; round < 2; round++) {
		post(&pair, WINNER, 30);
		pair_run(&pair, 0);
		pair_lose(&pair, WINNER, OCTO_PACKET_DATA, 1);
		unsigned at = pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA) + 1;
		pair_run(&pair, 35 * OCTO_MILLISECOND); /* eight packets overtake it */
		struct pair_datagram late = pair_sent(&pair, WINNER, OCTO_PACKET_DATA, at);
		CHECK_U64(pair_deliver(&pair, LOSER, &late), OCTO_REASON_ACCEPTED);
		pair_run(&pair, OCTO_SECOND);
		CHECK_U64(clerk_of(&pair, LOSER)->received, 30u * (unsigned)(round + 1));
		CHECK_U64(total(clerk_of(&pair, WINNER)->lost), 1);    /* in the first round */
		CHECK_U64(total(clerk_of(&pair, WINNER)->delivered), 30u * (unsigned)(round + 1));
	}
	CHECK(pair_peer(&pair, WINNER)->loss.distance > 3 && pair_peer(&pair, WINNER)->loss.distance <= 64);
	for (int i = 0; i < 12; i++) {
		post(&pair, WINNER, 3);
		pair_run(&pair, 2 * OCTO_SECOND);
	}
	CHECK_U64(pair_peer(&pair, WINNER)->loss.distance, 3);
	pair_close(&pair);
}

/* R125: new secrets every four seconds, in packets of their own, and couriers notice nothing: each message's fate is told
 * once. Late packets of the old session count, and late acknowledgements in it. */
static void new_secrets_lose_no_fate(void)
{
	struct pair_options options;
	struct pair pair;
	pair_default(&options);
	options.couriers = offices;
	options.courier_count = 1;
	options.config[WINNER].rekey_ns = options.config[LOSER].rekey_ns = 4 * OCTO_SECOND;
	pair_open(&pair, &options);
	pair_establish(&pair, WINNER);
	pair.latency_ns = 60 * OCTO_MILLISECOND;
	for (unsigned i = 0; i < NOTED; i++) { /* one after the other for 15 s: some on either side of each exchange */
		post(&pair, WINNER, 1);
		post(&pair, LOSER, 1);
		pair_run(&pair, 60 * OCTO_MILLISECOND);
	}
	pair_run(&pair, 2 * OCTO_SECOND);
	CHECK(pair_view(&pair, WINNER).session.generation >= 4);
	for (int who = WINNER; who <= LOSER; who++) {
		CHECK_U64(total(clerk_of(&pair, who)->delivered), NOTED);
		CHECK_U64(total(clerk_of(&pair, who)->lost), 0);
		CHECK_U64(clerk_of(&pair, who)->received, NOTED);
		CHECK_U64(pair_event_count(&pair, who, OCTO_EVENT_LOSS), 0);
	}
	pair_close(&pair);
}

/* When the session ends, what nobody knows of is told lost, and all memory is given back. */
static void the_end_settles_everything(void)
{
	struct pair pair;
	set_up(&pair);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, PAIR_FOREVER);
	post(&pair, WINNER, 9);
	pair_run(&pair, OCTO_SECOND);
	pair_disconnect(&pair, WINNER);
	CHECK_U64(total(clerk_of(&pair, WINNER)->lost), 9);
	CHECK_U64(pair.nodes[WINNER].channel->pages.lent, 0);
	CHECK_U64(pair.nodes[WINNER].channel->fates.lent, 0);
	pair_close(&pair);
}

/* An empty pool is no loss: couriers wait, one event says so, and it goes on when there is room again. */
static void an_empty_pool_makes_couriers_wait(void)
{
	struct pair pair;
	struct pair_options options;
	pair_default(&options);
	options.couriers = offices;
	options.courier_count = 1;
	options.config[WINNER].in_flight_max = 64;
	options.config[WINNER].rate_up = options.config[LOSER].rate_down = 10000000;
	pair_open(&pair, &options);
	pair.latency_ns = 400 * OCTO_MILLISECOND;
	pair_establish(&pair, WINNER);
	pair_run(&pair, 2 * OCTO_SECOND);
	post(&pair, WINNER, 1000);
	pair_run(&pair, 60 * OCTO_SECOND);
	CHECK(pair_event_count(&pair, WINNER, OCTO_EVENT_POOL_EMPTY) >= 1);
	CHECK_U64(clerk_of(&pair, LOSER)->received, 1000);
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_LOSS), 0);
	CHECK_U64(pair.nodes[WINNER].channel->pages.lent, 0);
	pair_close(&pair);
}

static void acknowledge(struct pair *pair, uint64_t largest, uint32_t bitmap, enum octo_reason expected)
{
	uint8_t packet[OCTO_DATAGRAM_MAX], bytes[16];
	struct writer writer = writer_of(bytes, sizeof bytes);
	struct frame frame = { .type = FRAME_ACK, .largest = largest, .bitmap = bitmap };
	frame_write(&writer, &frame);
	size_t size = pair_forge_data(pair, LOSER, bytes, writer.position, 0, packet);
	CHECK_U64(pair_push(pair, WINNER, &pair->nodes[LOSER].address, packet, size), expected);
}

/* Who acknowledges what was never sent is thrown out, and dialled again later, not at once (bug 9:
 * https://nvd.nist.gov/vuln/detail/CVE-2025-4820). */
static void a_liar_is_thrown_out(void)
{
	struct pair pair;
	set_up(&pair);
	uint64_t next = pair_peer(&pair, WINNER)->current.number_next;
	acknowledge(&pair, next - 1, 0, OCTO_REASON_ACCEPTED);
	acknowledge(&pair, 0, 1, OCTO_REASON_BAD_FRAME); /* a bit for number -1 */
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_ESTABLISHED);
	acknowledge(&pair, next, 0, OCTO_REASON_ACK_OF_UNSENT);
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_IDLE);
	CHECK_U64(pair_event(&pair, WINNER, OCTO_EVENT_SESSION_DOWN, 0)->session.end, OCTO_END_LIED);
	CHECK_U64(pair_view(&pair, WINNER).since_last_failure, 0); /* R78 */
	unsigned syns = pair_sent_count(&pair, WINNER, OCTO_PACKET_SYN);
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_SYN), syns);
	pair_close(&pair);
}

/* The trap for who acknowledges blindly: now and then a number is left out, and no honest peer can have seen it. */
static void a_number_left_out_catches_the_optimist(void)
{
	struct pair pair;
	set_up(&pair);
	post(&pair, WINNER, 600);
	pair_run(&pair, 4 * OCTO_SECOND);
	CHECK_U64(clerk_of(&pair, LOSER)->received, 600);
	uint64_t skipped = pair_peer(&pair, WINNER)->reliability.skipped[1];
	CHECK(skipped < pair_peer(&pair, WINNER)->current.number_next);
	for (unsigned n = 1; n <= pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA); n++)
		CHECK(pair_event(&pair, WINNER, OCTO_EVENT_PACKET_SENT, n)->packet.number != skipped);
	acknowledge(&pair, skipped + 1, 0, OCTO_REASON_ACCEPTED);
	acknowledge(&pair, skipped + 1, 1, OCTO_REASON_ACK_OF_UNSENT);
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_IDLE);
	pair_close(&pair);
}

/* A flood of questions gets the latest one answered, and no queue (bug 10: https://nvd.nist.gov/vuln/detail/CVE-2023-49295). */
static void a_flood_of_control_frames_leaves_one_answer(void)
{
	struct pair pair;
	uint8_t bytes[5 * 90], packet[OCTO_DATAGRAM_MAX];
	set_up(&pair);
	pair_be_gullible(&pair); /* or the tamper protocol would drop most of it */
	for (uint8_t i = 0; i < 90; i++)
		memcpy(bytes + 5 * i, (uint8_t[5]){ FRAME_PING, i, 0, 0, 0 }, 5);
	unsigned before = pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA);
	for (int i = 0; i < 50; i++) {
		size_t size = pair_forge_data(&pair, LOSER, bytes, sizeof bytes, 0, packet);
		pair_push(&pair, WINNER, &pair.nodes[LOSER].address, packet, size); /* the first are obeyed, then it is hacked */
	}
	pair_run(&pair, OCTO_SECOND);
	CHECK_U64(pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA), before + 1);
	pair_close(&pair);
}

/* A clock that leaps makes nothing lost for good, and divides by nothing. */
static void a_leap_of_the_clock_is_survived(void)
{
	struct pair pair;
	set_up(&pair);
	post(&pair, WINNER, 50);
	pair_run(&pair, 100 * OCTO_MILLISECOND);
	pair.nodes[WINNER].clock_offset_ns += (int64_t)(1800 * OCTO_SECOND);
	pair_run(&pair, 3 * OCTO_SECOND);
	pair.nodes[WINNER].clock_offset_ns -= (int64_t)(900 * OCTO_SECOND);
	post(&pair, WINNER, 50);
	pair_run(&pair, 10 * OCTO_SECOND);
	CHECK_U64(clerk_of(&pair, LOSER)->received, 100);
	CHECK_U64(total(clerk_of(&pair, WINNER)->delivered), 100);
	pair_close(&pair);
}

/* 8 bits for a delay: never more than it was, and short of it by a sixteenth at most. */
static void the_delay_code_is_close(void)
{
	for (octo_time_ns delay = 0; delay < 8 * OCTO_SECOND; delay += delay / 50 + 1000) {
		octo_time_ns read = reliability_delay(reliability_delay_code(delay));
		CHECK(read <= delay && delay - read <= delay / 16 + 16000);
	}
	CHECK(reliability_delay(reliability_delay_code(OCTO_NEVER)) <= 9 * OCTO_SECOND);
}

CU_ErrorCode suite_acknowledging(void);

CU_ErrorCode suite_acknowledging(void)
{
	CU_pSuite suite = CU_add_suite("acknowledging", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, what_arrives_is_told_delivered);
	CU_ADD_TEST(suite, a_silent_session_costs_nothing);
	CU_ADD_TEST(suite, acknowledgements_ride_along);
	CU_ADD_TEST(suite, new_secrets_lose_no_fate);
	CU_ADD_TEST(suite, a_lost_packet_is_told_lost);
	CU_ADD_TEST(suite, the_last_one_is_asked_for);
	CU_ADD_TEST(suite, silence_alone_loses_nothing);
	CU_ADD_TEST(suite, lateness_is_learned_and_forgotten);
	CU_ADD_TEST(suite, the_end_settles_everything);
	CU_ADD_TEST(suite, an_empty_pool_makes_couriers_wait);
	CU_ADD_TEST(suite, a_liar_is_thrown_out);
	CU_ADD_TEST(suite, a_number_left_out_catches_the_optimist);
	CU_ADD_TEST(suite, a_flood_of_control_frames_leaves_one_answer);
	CU_ADD_TEST(suite, a_leap_of_the_clock_is_survived);
	CU_ADD_TEST(suite, the_delay_code_is_close);
	return CU_get_error();
}
