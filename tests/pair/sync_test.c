/* sync_test.c: sync.c between two channels [P 7.13]: R10 what is missing is found and sent again, R11 and R12 small and
 * important states are compared more often, R13 any packet may ask. With couriers that hold a note of eight words, and
 * say each change of it once. */
#include "tests/check.h"
#include "tests/pair/pair.h"

#include "core/intrinsic/sync.h"

enum { WORDS = 8, ENTRY_BYTES = 5, SYNC_BIT = 0x02 };

struct note {
	uint32_t ours[WORDS], said[WORDS], theirs[WORDS];
	uint8_t to_say;                   /* a bit a word */
	uint8_t priority;
	uint16_t size;
	uint32_t resyncs;
	uint32_t lie;                     /* into the digest of ours: the two never agree */
};

static void note_mandate(const void *state, octo_time_ns now, struct octo_mandate *mandate)
{
	const struct note *note = state;
	(void)now;
	mandate->priority = note->priority;
	mandate->payload_size = note->size;
	mandate->accept_reads = true;
	mandate->want_to_send = note->to_say != 0;
}

static size_t note_send(void *state, octo_time_ns now, uint8_t *out, size_t size_max, uint64_t *handle)
{
	struct note *note = state;
	size_t size = 0;
	(void)now, (void)handle;
	for (unsigned i = 0; i < WORDS && size + ENTRY_BYTES <= size_max; i++) {
		if (!(note->to_say >> i & 1))
			continue;
		out[size] = (uint8_t)i;
		store_le(out + size + 1, 4, note->said[i] = note->ours[i]);
		size += ENTRY_BYTES;
		note->to_say = (uint8_t)(note->to_say & ~(1u << i));
	}
	return size;
}

static void note_receive(void *state, octo_time_ns now, const uint8_t *data, size_t size)
{
	struct note *note = state;
	(void)now;
	for (; size >= ENTRY_BYTES; size -= ENTRY_BYTES, data += ENTRY_BYTES)
		if (data[0] < WORDS)
			note->theirs[data[0]] = (uint32_t)load_le(data + 1, 4);
}

static uint64_t note_digest(const void *state, enum octo_side side)
{
	const struct note *note = state;
	const uint32_t *words = side == OCTO_SIDE_OURS ? note->said : note->theirs;
	uint64_t digest = side == OCTO_SIDE_OURS ? note->lie : 0;
	for (unsigned i = 0; i < WORDS; i++)
		digest = (digest ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15);
	return digest;
}

static void note_resync(void *state, octo_time_ns now)
{
	struct note *note = state;
	(void)now;
	note->to_say = 0xff;
	note->resyncs++;
}

#define NOTE(word, number) { .name = word, .id = number, .state_size = sizeof(struct note), .mandate = note_mandate, \
	.send = note_send, .receive = note_receive, .digest = note_digest, .resync = note_resync }
static const struct octo_courier first = NOTE("first", 5), second = NOTE("second", 6),
	careless = { .name = "careless", .id = 5, .state_size = sizeof(struct note), .mandate = note_mandate, .send = note_send,
	.receive = note_receive };

static struct note *note_of(const struct pair *pair, int who, uint32_t courier)
{
	return octo_courier_state(pair->nodes[who].channel, 0, courier);
}

static void wake(struct pair *pair, int who)
{
	octo_courier_wake(pair->nodes[who].channel, &pair->nodes[who].host, pair_clock(pair, who), 0);
}

static void write_word(struct pair *pair, int who, uint32_t courier, unsigned word, uint32_t value)
{
	struct note *note = note_of(pair, who, courier);
	note->ours[word] = value;
	note->to_say = (uint8_t)(note->to_say | 1u << word);
	wake(pair, who);
}

static bool agree(const struct pair *pair, int who, uint32_t courier)
{
	return memcmp(note_of(pair, who, courier)->ours, note_of(pair, 1 - who, courier)->theirs, sizeof(uint32_t) * WORDS) == 0;
}

static struct octo_sync_view view_of(const struct pair *pair, int who, uint32_t courier)
{
	struct octo_sync_view view;
	octo_sync_view(pair->nodes[who].channel, &pair->nodes[who].host, 0, courier, &view);
	return view;
}

static struct sync_slot *slot_of(const struct pair *pair, int who, uint32_t n)
{
	return block_sync(pair->nodes[who].channel, 0, n);
}

static void plan(struct pair *pair, uint32_t courier, uint16_t size, uint8_t priority)
{
	for (int who = WINNER; who <= LOSER; who++) {
		note_of(pair, who, courier)->size = size;
		note_of(pair, who, courier)->priority = priority;
	}
}

static void open_with(struct pair *pair, const struct octo_courier *const *couriers, uint32_t count)
{
	struct pair_options options;
	pair_default(&options);
	options.couriers = couriers;
	options.courier_count = count;
	pair_open(pair, &options);
	for (uint32_t i = 0; i < count; i++)
		plan(pair, i, 64, 255); /* compared every 500 ms */
	pair_establish(pair, WINNER);
	pair_run(pair, 2 * OCTO_SECOND);
}

static void open_notes(struct pair *pair)
{
	static const struct octo_courier *const couriers[] = { &first, &second };
	open_with(pair, couriers, 2);
}

/* ---- What is missing ----------------------------------------------------------------------------------------------- */

/* R10. */
static void an_update_that_was_lost_is_found_and_sent_again(void)
{
	struct pair pair;
	for (int who = WINNER; who <= LOSER; who++) {
		open_notes(&pair);
		unsigned confirmed = pair_event_count(&pair, 1 - who, OCTO_EVENT_SYNC_CONFIRMED);
		pair_lose(&pair, who, OCTO_PACKET_DATA, 1);
		write_word(&pair, who, 0, 3, 77);
		pair_run(&pair, 20 * OCTO_MILLISECOND);
		CHECK(!agree(&pair, who, 0) && !view_of(&pair, who, 0).is_ours_verified);
		pair_run(&pair, 2 * OCTO_SECOND);
		CHECK(agree(&pair, who, 0));
		CHECK_U64(note_of(&pair, who, 0)->resyncs, 1);
		CHECK_U64(note_of(&pair, who, 1)->resyncs + note_of(&pair, 1 - who, 0)->resyncs, 0);
		CHECK_U64(pair_event_count(&pair, 1 - who, OCTO_EVENT_SYNC_MISMATCH), 1);
		CHECK_U64(pair_event_count(&pair, who, OCTO_EVENT_SYNC_RESENT), 1);
		const struct octo_event *event = pair_event(&pair, 1 - who, OCTO_EVENT_SYNC_CONFIRMED, confirmed + 1);
		CHECK(event && event->sync.courier == 5 && event->sync.side == OCTO_SIDE_THEIRS &&
		      event->sync.session == pair_view(&pair, who).session.log_id);
		CHECK(view_of(&pair, who, 0).is_ours_verified && view_of(&pair, 1 - who, 0).is_theirs_verified);
		pair_close(&pair);
	}
}

/* The same loss without digests: it stays. */
static void without_digests_a_loss_stays(void)
{
	static const struct octo_courier *const couriers[] = { &careless };
	struct pair pair;
	open_with(&pair, couriers, 1);
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, 1);
	write_word(&pair, WINNER, 0, 3, 77);
	pair_run(&pair, 60 * OCTO_SECOND);
	CHECK(!agree(&pair, WINNER, 0));
	CHECK(!view_of(&pair, WINNER, 0).is_synced && view_of(&pair, WINNER, 0).since_ours == OCTO_NEVER);
	pair_close(&pair);
}

/* All kinds of packets get lost, requests and digests as well. */
static void heavy_loss_delays_agreement_and_no_more(void)
{
	struct pair pair;
	uint32_t random = 1;
	open_notes(&pair);
	for (unsigned i = 0; i < 400; i++) {
		random = random * 1664525 + 1013904223;
		int who = (int)(random >> 24 & 1);
		if (i < 300)
			write_word(&pair, who, random >> 25 & 1, random >> 26 & 7, random);
		pair_lose(&pair, (int)(random >> 16 & 1), OCTO_PACKET_DATA, random >> 20 & 1);
		pair_run(&pair, 40 * OCTO_MILLISECOND);
	}
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, 0);
	pair_lose(&pair, LOSER, OCTO_PACKET_DATA, 0);
	CHECK(pair_event_count(&pair, WINNER, OCTO_EVENT_SYNC_MISMATCH) > 0);
	pair_run(&pair, 20 * OCTO_SECOND);
	for (int who = WINNER; who <= LOSER; who++)
		for (uint32_t courier = 0; courier < 2; courier++)
			CHECK(agree(&pair, who, courier) && view_of(&pair, who, courier).is_ours_verified &&
			      view_of(&pair, who, courier).is_theirs_verified);
	pair_close(&pair);
}

/* Data under way is not missing: a digest that comes before it waits for a timeout. */
static void what_comes_a_little_late_is_no_mismatch(void)
{
	struct pair pair;
	open_notes(&pair);
	unsigned sent = pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA);
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, 1);
	write_word(&pair, WINNER, 0, 3, 77);
	pair_run(&pair, 0);
	slot_of(&pair, WINNER, 0)->hash_at = pair_call(&pair, WINNER).now;
	wake(&pair, WINNER);
	pair_run(&pair, pair.latency_ns);
	CHECK(slot_of(&pair, LOSER, 0)->request_at != OCTO_NEVER); /* the digest was heard, and differs */
	struct pair_datagram late = pair_sent(&pair, WINNER, OCTO_PACKET_DATA, sent + 1);
	CHECK_U64(pair_deliver(&pair, LOSER, &late), OCTO_REASON_ACCEPTED);
	CHECK(agree(&pair, WINNER, 0));
	pair_run(&pair, 10 * OCTO_SECOND);
	CHECK_U64(pair_event_count(&pair, LOSER, OCTO_EVENT_SYNC_MISMATCH), 0);
	CHECK(view_of(&pair, LOSER, 0).is_theirs_verified);
	pair_close(&pair);
}

/* A digest that later packets have overtaken is of a state that may be gone. */
static void an_overtaken_digest_is_not_believed(void)
{
	struct pair pair;
	open_notes(&pair);
	unsigned sent = pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA);
	pair_lose(&pair, WINNER, OCTO_PACKET_DATA, 1);
	slot_of(&pair, WINNER, 0)->hash_at = pair_call(&pair, WINNER).now;
	wake(&pair, WINNER);
	pair_run(&pair, 0);
	struct pair_datagram old = pair_sent(&pair, WINNER, OCTO_PACKET_DATA, sent + 1);
	write_word(&pair, WINNER, 0, 3, 77);
	pair_run(&pair, pair.latency_ns);
	CHECK_U64(pair_deliver(&pair, LOSER, &old), OCTO_REASON_ACCEPTED);
	CHECK_U64(slot_of(&pair, LOSER, 0)->request_at, OCTO_NEVER);
	pair_close(&pair);
}

/* A state that changes all the time is compared anew before anything is asked for; but not for ever. */
static void a_moving_copy_is_doubted_three_times(void)
{
	struct pair pair;
	open_notes(&pair);
	note_of(&pair, WINNER, 0)->lie = 1;
	for (unsigned i = 0; i < 1000; i++) {
		write_word(&pair, WINNER, 0, 0, i + 1);
		pair_run(&pair, 10 * OCTO_MILLISECOND);
		if (pair_event_count(&pair, LOSER, OCTO_EVENT_SYNC_MISMATCH))
			break;
	}
	CHECK_U64(pair_event_count(&pair, LOSER, OCTO_EVENT_SYNC_MISMATCH), 1);
	CHECK(pair_sent(&pair, LOSER, OCTO_PACKET_DATA, 0).size > 0);
	bool has_asked = false;
	for (unsigned i = pair_sent_count(&pair, LOSER, OCTO_PACKET_DATA); i > 0 && !has_asked; i--)
		has_asked = pair_sent(&pair, LOSER, OCTO_PACKET_DATA, i).bytes[0] & SYNC_BIT;
	CHECK(has_asked);
	pair_close(&pair);
}

/* ---- How often -------------------------------------------------------------------------------------------------------- */

static void the_interval_grows_with_size_and_falls_with_priority(void)
{
	CHECK_U64(sync_interval(0, 255), 250 * OCTO_MILLISECOND);
	CHECK_U64(sync_interval(64, 255), 500 * OCTO_MILLISECOND);
	CHECK_U64(sync_interval(64, 127), OCTO_SECOND);
	CHECK_U64(sync_interval(480, 127), 4250 * OCTO_MILLISECOND);
	CHECK_U64(sync_interval(0, 0), 60 * OCTO_SECOND);
	CHECK_U64(sync_interval(UINT16_MAX, 0), 60 * OCTO_SECOND);
	for (uint16_t size = 1; size < 480; size++)
		for (uint8_t priority = 1; priority < 255; priority++) {
			CHECK(sync_interval(size, priority) >= sync_interval((uint16_t)(size - 1), priority));
			CHECK(sync_interval(size, priority) <= sync_interval(size, (uint8_t)(priority - 1)));
		}
}

static unsigned count_digests(struct pair *pair, int who, uint32_t n, octo_time_ns for_ns)
{
	unsigned count = 0;
	octo_time_ns before = slot_of(pair, who, n)->hashed_at;
	for (octo_time_ns at = 0; at < for_ns; at += 50 * OCTO_MILLISECOND) {
		pair_run(pair, 50 * OCTO_MILLISECOND);
		count += slot_of(pair, who, n)->hashed_at != before;
		before = slot_of(pair, who, n)->hashed_at;
	}
	return count;
}

/* R11, R12: the ratio is that of the intervals. */
static void small_and_important_states_are_compared_more_often(void)
{
	struct pair pair;
	open_notes(&pair);
	plan(&pair, 0, 64, 255);  /* 500 ms */
	plan(&pair, 1, 480, 63);  /* 8.5 s */
	pair_run(&pair, 10 * OCTO_SECOND);
	unsigned often = count_digests(&pair, WINNER, 0, 85 * OCTO_SECOND), seldom = count_digests(&pair, WINNER, 1, 85 * OCTO_SECOND);
	CHECK(often >= 165 && often <= 171);
	CHECK(seldom >= 9 && seldom <= 11);
	pair_close(&pair);
}

/* R9: two states that agree cost their digests, and nothing else. */
static void agreement_is_quiet(void)
{
	struct pair pair;
	open_notes(&pair);
	plan(&pair, 0, 64, 31); /* 4 s */
	plan(&pair, 1, 64, 31);
	pair_run(&pair, 10 * OCTO_SECOND);
	unsigned events = pair_event_count(&pair, WINNER, OCTO_EVENT_SYNC_CONFIRMED);
	unsigned sent = pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA);
	pair_run(&pair, 100 * OCTO_SECOND);
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_SYNC_CONFIRMED), events);
	CHECK(pair_sent_count(&pair, WINNER, OCTO_PACKET_DATA) - sent <= 52); /* both digests share a packet or nearly so */
	CHECK_U64(note_of(&pair, WINNER, 0)->resyncs + note_of(&pair, LOSER, 0)->resyncs, 0);
	CHECK(view_of(&pair, WINNER, 0).since_theirs <= 5 * OCTO_SECOND);
	pair_close(&pair);
}

/* ---- Asking ----------------------------------------------------------------------------------------------------------- */

/* R13: a packet of any kind with the S bit is answered with digests, at most four times a second. */
static void any_packet_may_ask(void)
{
	static const uint8_t pad[] = { 0x00 };
	struct pair pair;
	uint8_t packet[OCTO_DATAGRAM_MAX];
	open_notes(&pair);
	plan(&pair, 0, 480, 0); /* 60 s */
	plan(&pair, 1, 480, 0);
	pair_run(&pair, 10 * OCTO_SECOND);
	octo_time_ns before = slot_of(&pair, LOSER, 0)->hashed_at;
	unsigned sent = pair_sent_count(&pair, LOSER, OCTO_PACKET_DATA);
	size_t size = pair_forge_data(&pair, WINNER, pad, sizeof pad, 0, packet);
	pair_push(&pair, LOSER, &pair.nodes[WINNER].address, packet, size);
	pair_run(&pair, 100 * OCTO_MILLISECOND);
	CHECK_U64(slot_of(&pair, LOSER, 0)->hashed_at, before);
	for (unsigned i = 0; i < 200; i++) {
		size = pair_forge_data(&pair, WINNER, pad, sizeof pad, SYNC_BIT, packet);
		CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, packet, size), OCTO_REASON_ACCEPTED);
		pair_run(&pair, 10 * OCTO_MILLISECOND);
		CHECK(slot_of(&pair, LOSER, 0)->hashed_at > before && slot_of(&pair, LOSER, 1)->hashed_at > before);
	}
	CHECK(pair_sent_count(&pair, LOSER, OCTO_PACKET_DATA) - sent <= 9); /* in two seconds */
	pair_close(&pair);
}

/* The bit is under the tag: who flips it asks for nothing. */
static void a_forged_bit_asks_for_nothing(void)
{
	static const uint8_t pad[] = { 0x00 };
	struct pair pair;
	uint8_t packet[OCTO_DATAGRAM_MAX];
	open_notes(&pair);
	size_t size = pair_forge_data(&pair, WINNER, pad, sizeof pad, 0, packet);
	packet[0] |= SYNC_BIT;
	uint64_t before = pair_digest(&pair, LOSER);
	CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, packet, size), OCTO_REASON_BAD_TAG);
	CHECK_U64(pair_digest(&pair, LOSER), before);
	pair_close(&pair);
}

static void the_application_may_ask(void)
{
	struct pair pair;
	open_notes(&pair);
	plan(&pair, 0, 480, 0);
	plan(&pair, 1, 480, 0);
	pair_run(&pair, 30 * OCTO_SECOND);
	CHECK(view_of(&pair, WINNER, 0).since_theirs > 20 * OCTO_SECOND);
	octo_peer_sync(pair.nodes[WINNER].channel, &pair.nodes[WINNER].host, pair_clock(&pair, WINNER), 0);
	pair_run(&pair, 100 * OCTO_MILLISECOND);
	for (int who = WINNER; who <= LOSER; who++)
		CHECK(view_of(&pair, who, 0).since_theirs <= 100 * OCTO_MILLISECOND && view_of(&pair, who, 1).since_ours <= 100 * OCTO_MILLISECOND);
	CHECK(!(pair_sent(&pair, LOSER, OCTO_PACKET_DATA, 0).bytes[0] & SYNC_BIT)); /* nobody asks in return */
	pair_close(&pair);
}

/* ---- Bounds ----------------------------------------------------------------------------------------------------------- */

/* However many requests come, a courier sends everything again once an interval. */
static void a_flood_of_requests_is_obeyed_once_an_interval(void)
{
	static const uint8_t request[] = { 0x09, 5 };
	struct pair pair;
	uint8_t packet[OCTO_DATAGRAM_MAX];
	open_notes(&pair);
	for (unsigned i = 0; i < 1000; i++) {
		size_t size = pair_forge_data(&pair, WINNER, request, sizeof request, 0, packet);
		CHECK_U64(pair_push(&pair, LOSER, &pair.nodes[WINNER].address, packet, size), OCTO_REASON_ACCEPTED);
		pair_run(&pair, 5 * OCTO_MILLISECOND);
	}
	CHECK(note_of(&pair, LOSER, 0)->resyncs >= 5 && note_of(&pair, LOSER, 0)->resyncs <= 11); /* 5 s, each 500 ms */
	CHECK_U64(note_of(&pair, LOSER, 1)->resyncs, 0);
	CHECK_U64(pair_event_count(&pair, LOSER, OCTO_EVENT_SYNC_RESENT), note_of(&pair, LOSER, 0)->resyncs);
	pair_close(&pair);
}

/* A courier whose digests never agree asks ever more seldom. */
static void states_that_never_agree_cause_no_storm(void)
{
	struct pair pair;
	open_notes(&pair);
	note_of(&pair, WINNER, 0)->lie = 1;
	pair_run(&pair, 30 * OCTO_SECOND);
	unsigned mismatches = pair_event_count(&pair, LOSER, OCTO_EVENT_SYNC_MISMATCH);
	CHECK(mismatches >= 4 && mismatches <= 8);
	pair_run(&pair, 160 * OCTO_SECOND);
	unsigned more = pair_event_count(&pair, LOSER, OCTO_EVENT_SYNC_MISMATCH) - mismatches;
	CHECK(more >= 9 && more <= 11);
	CHECK(!view_of(&pair, LOSER, 0).is_theirs_verified && view_of(&pair, LOSER, 1).is_theirs_verified);
	note_of(&pair, WINNER, 0)->lie = 0;
	pair_run(&pair, 2 * OCTO_SECOND);
	CHECK(view_of(&pair, LOSER, 0).is_theirs_verified);
	pair_close(&pair);
}

/* Sync among many couriers, in the smallest packets, with others streaming: all get their turn. */
static void many_couriers_in_small_packets_all_agree(void)
{
	struct octo_courier kinds[16];
	const struct octo_courier *couriers[16] = { &octo_courier_load };
	struct pair_options options;
	struct pair pair;
	for (uint16_t i = 1; i < 16; i++) {
		kinds[i] = first;
		kinds[i].id = (uint16_t)(i + 10);
		couriers[i] = &kinds[i];
	}
	pair_default(&options);
	options.config[WINNER].payload_max = 128;
	options.couriers = couriers;
	options.courier_count = 16;
	pair_open(&pair, &options);
	for (uint32_t i = 1; i < 16; i++)
		plan(&pair, i, 64, 255);
	pair_establish(&pair, WINNER);
	pair_send_load(&pair, WINNER, 10000, 90, 0);
	pair_run(&pair, OCTO_SECOND);
	for (uint32_t i = 1; i < 16; i++)
		write_word(&pair, WINNER, i, 1, i);
	pair_run(&pair, 3 * OCTO_SECOND);
	for (uint32_t i = 1; i < 16; i++)
		CHECK(agree(&pair, WINNER, i) && view_of(&pair, WINNER, i).is_ours_verified && view_of(&pair, WINNER, i).is_theirs_verified);
	CHECK(pair_load(&pair, LOSER)->received > 1000);
	for (int who = WINNER; who <= LOSER; who++)
		CHECK_U64(pair_event_count(&pair, who, OCTO_EVENT_TAMPER), 0);
	pair_close(&pair);
}

/* ---- Sessions ----------------------------------------------------------------------------------------------------------- */

/* A peer that has forgotten everything is told everything. */
static void a_restarted_peer_gets_the_state_again(void)
{
	struct pair pair;
	open_notes(&pair);
	for (unsigned i = 0; i < WORDS; i++)
		write_word(&pair, WINNER, 0, i, 100 + i);
	pair_run(&pair, 2 * OCTO_SECOND);
	CHECK(view_of(&pair, LOSER, 0).is_theirs_verified);
	pair_restart(&pair, LOSER, true);
	plan(&pair, 0, 64, 255);
	plan(&pair, 1, 64, 255);
	CHECK(!agree(&pair, WINNER, 0));
	pair_run(&pair, 30 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair) && agree(&pair, WINNER, 0));
	CHECK(view_of(&pair, LOSER, 0).is_theirs_verified && view_of(&pair, WINNER, 0).is_ours_verified);
	pair_close(&pair);
}

/* What was verified in one session is not in the next, until it is heard again: at once. */
static void a_new_session_verifies_anew(void)
{
	struct pair pair;
	open_notes(&pair);
	plan(&pair, 0, 480, 0); /* 60 s: no digest would be due by itself */
	write_word(&pair, WINNER, 0, 2, 9);
	pair_run(&pair, 61 * OCTO_SECOND);
	CHECK(view_of(&pair, LOSER, 0).is_theirs_verified);
	pair_disconnect(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	CHECK(!view_of(&pair, LOSER, 0).is_theirs_verified && !view_of(&pair, WINNER, 0).is_ours_verified);
	CHECK(view_of(&pair, LOSER, 0).since_theirs != OCTO_NEVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK(view_of(&pair, LOSER, 0).is_theirs_verified && view_of(&pair, WINNER, 0).is_ours_verified);
	pair_close(&pair);
}

/* An inactive courier neither tells nor asks (C:34). */
static void an_inactive_courier_is_left_alone(void)
{
	struct pair pair;
	open_notes(&pair);
	octo_courier_activate(pair.nodes[WINNER].channel, &pair.nodes[WINNER].host, pair_clock(&pair, WINNER), 0, 0, false);
	pair_run(&pair, OCTO_SECOND);
	octo_time_ns before = slot_of(&pair, WINNER, 0)->hashed_at;
	uint64_t discarded = octo_channel_counters(pair.nodes[WINNER].channel)->sync_discarded;
	note_of(&pair, LOSER, 0)->lie = 1;
	pair_run(&pair, 10 * OCTO_SECOND);
	CHECK_U64(slot_of(&pair, WINNER, 0)->hashed_at, before);
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_SYNC_MISMATCH), 0);
	CHECK(octo_channel_counters(pair.nodes[WINNER].channel)->sync_discarded >= discarded + 19);
	pair_close(&pair);
}

CU_ErrorCode suite_sync(void);

CU_ErrorCode suite_sync(void)
{
	CU_pSuite suite = CU_add_suite("sync", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, an_update_that_was_lost_is_found_and_sent_again);
	CU_ADD_TEST(suite, without_digests_a_loss_stays);
	CU_ADD_TEST(suite, heavy_loss_delays_agreement_and_no_more);
	CU_ADD_TEST(suite, what_comes_a_little_late_is_no_mismatch);
	CU_ADD_TEST(suite, an_overtaken_digest_is_not_believed);
	CU_ADD_TEST(suite, a_moving_copy_is_doubted_three_times);
	CU_ADD_TEST(suite, the_interval_grows_with_size_and_falls_with_priority);
	CU_ADD_TEST(suite, small_and_important_states_are_compared_more_often);
	CU_ADD_TEST(suite, agreement_is_quiet);
	CU_ADD_TEST(suite, any_packet_may_ask);
	CU_ADD_TEST(suite, a_forged_bit_asks_for_nothing);
	CU_ADD_TEST(suite, the_application_may_ask);
	CU_ADD_TEST(suite, a_flood_of_requests_is_obeyed_once_an_interval);
	CU_ADD_TEST(suite, states_that_never_agree_cause_no_storm);
	CU_ADD_TEST(suite, many_couriers_in_small_packets_all_agree);
	CU_ADD_TEST(suite, a_restarted_peer_gets_the_state_again);
	CU_ADD_TEST(suite, a_new_session_verifies_anew);
	CU_ADD_TEST(suite, an_inactive_courier_is_left_alone);
	return CU_get_error();
}
