/* lie.c: nodes with valid keys that lie: they seal frames into their sessions that no honest core writes. Each lie of
 * sim/trace.h is a function here that puts its bytes together; layouts and numbers are those of PROTOCOL.md 6.3. What a liar
 * knows is what its own core knows. Whatever it says, the honest core at the other end must live with. */
#include "sim/attack/attack.h"

#include "core/checked/lie.h"
#include "sim/engine/rng.h"
#include "sim/engine/wide.h"
#include "sim/node.h"
#include "sim/recorder.h"

#include <string.h>

enum {
	PAD = 0x00, ACK = 0x01, ACK_RANGES = 0x02, PING = 0x03, PONG = 0x04, PATH_CHALLENGE = 0x05, PATH_RESPONSE = 0x06,
	MAX_RATE = 0x07, CLOSE = 0x08, SYNC_REQUEST = 0x09, SYNC_HASH = 0x0a, HANDSHAKE = 0x0b, ORDERED = 0x0c,
	NO_TYPE = 0x7f, COURIER = 0x80
};
enum { LOAD_COURIER = 1, LAST_COURIER = 6, NO_COURIER = 99, SKIPS = 5000, LOOK_BACK = 512, FRAMES_MAX = 6 };
enum { SELDOM = 16, VERY_SELDOM = 256 }; /* one in so many */

struct speech {                       /* a packet's frames, while they are made up */
	uint8_t bytes[OCTO_LIE_BYTES_MAX];
	size_t size, room;
	uint64_t skips;
	uint64_t draw;
	struct octo_lie_view view;
	uint8_t courier;              /* of a MESSAGE */
};

/* ---- Bytes --------------------------------------------------------------------------------------------------------- */

static uint64_t draw(struct speech *speech)
{
	return speech->draw = rng_mix(speech->draw + 1);
}

static uint64_t draw_below(struct speech *speech, uint64_t n)
{
	return rng_below(draw(speech), n);
}

/* A number of a random length: small ones are as likely as large ones. */
static uint64_t draw_magnitude(struct speech *speech)
{
	uint64_t bits = draw_below(speech, 64);
	return draw(speech) >> bits;
}

static size_t left(const struct speech *speech)
{
	return speech->room - speech->size;
}

/* What does not fit is cut short: that is a lie as good as any. */
static void put(struct speech *speech, unsigned bytes, uint64_t value)
{
	for (unsigned i = 0; i < bytes && left(speech); i++)
		speech->bytes[speech->size++] = (uint8_t)(value >> (8 * i));
}

static void put_varint(struct speech *speech, uint64_t value)
{
	unsigned bytes = value < 1u << 6 ? 1 : value < 1u << 14 ? 2 : value < 1u << 30 ? 4 : 8;
	uint64_t prefix = bytes == 8 ? 3 : bytes / 2;
	value = (value & ~(UINT64_C(3) << (8 * bytes - 2))) | prefix << (8 * bytes - 2);
	for (unsigned i = bytes; i > 0; i--)
		put(speech, 1, value >> (8 * (i - 1)));
}

static void put_random(struct speech *speech, size_t size)
{
	for (size_t i = 0; i < size; i++)
		put(speech, 1, draw(speech));
}

static void put_range(struct speech *speech, uint64_t largest, uint64_t length)
{
	put(speech, 1, ACK_RANGES);
	put_varint(speech, largest);
	put(speech, 2, 1 << 8); /* no delay; one range, from the largest on */
	put_varint(speech, 0);
	put_varint(speech, length);
}

/* As the load courier writes them, but for its filler. */
static void put_message(struct speech *speech, uint64_t number)
{
	put(speech, 2, COURIER | LOAD_COURIER | 8 << 8);
	put(speech, 8, number);
}

/* ---- Acknowledgements [P 7.10] --------------------------------------------------------------------------------------- */

static void say_ack_of_unsent(struct speech *speech)
{
	put_range(speech, speech->view.heard_next + (UINT64_C(1) << 32), 1);
}

static void say_ack_of_skipped(struct speech *speech)
{
	uint64_t heard = speech->view.heard_next;
	if (heard)
		put_range(speech, heard - 1, heard < LOOK_BACK ? heard : LOOK_BACK);
	else
		put(speech, 1, PAD); /* there is nothing yet to acknowledge */
}

static void say_ack_below_zero(struct speech *speech)
{
	put_range(speech, 5, 7);
}

static void say_ack_again(struct speech *speech)
{
	put(speech, 1, ACK);
	put(speech, 2, speech->view.heard_next - 1);
	put(speech, 5, 0);
}

static void say_two_acks(struct speech *speech)
{
	say_ack_again(speech);
	say_ack_again(speech);
}

static void say_numbers_skipped(struct speech *speech)
{
	speech->skips = SKIPS;
	put(speech, 1, PAD);
}

/* ---- Questions and answers --------------------------------------------------------------------------------------------- */

static void say_pings(struct speech *speech)
{
	while (left(speech) >= 5) {
		put(speech, 1, PING);
		put_random(speech, 4);
	}
}

static void say_path_challenges(struct speech *speech)
{
	while (left(speech) >= 9) {
		put(speech, 1, PATH_CHALLENGE);
		put_random(speech, 8);
	}
}

static void say_sync_requests(struct speech *speech)
{
	for (unsigned id = 0; left(speech) >= 2; id++)
		put(speech, 2, SYNC_REQUEST | (id & 0x7f) << 8);
}

static void say_pong(struct speech *speech)
{
	put(speech, 1, PONG);
	put_random(speech, 4);
}

/* Its header, length and padding are right; it was sealed by nobody. */
static void put_guess(struct speech *speech, enum octo_packet_type type)
{
	uint8_t guess[OCTO_DATAGRAM_MAX];
	size_t size = attack_guess(type, draw(speech), guess);
	put(speech, 2, HANDSHAKE | size << 8);
	for (size_t i = 0; i < size; i++)
		put(speech, 1, guess[i]);
}

static void say_syn_inside(struct speech *speech)
{
	put_guess(speech, OCTO_PACKET_SYN);
}

static void say_rate_too_low(struct speech *speech)
{
	put(speech, 1, MAX_RATE);
	put(speech, 4, 1);
}

static void say_close(struct speech *speech)
{
	put(speech, 2, CLOSE);
	put_message(speech, 0);
}

/* ---- What is no frame, or for nobody -------------------------------------------------------------------------------------- */

static void say_unknown_frame(struct speech *speech)
{
	put(speech, 1, NO_TYPE);
	put_random(speech, 8);
}

static void say_cut_frame(struct speech *speech)
{
	put_message(speech, 0);
	put(speech, 2, PING);
}

static void say_no_frames(struct speech *speech)
{
	(void)speech;
}

static void say_unknown_courier(struct speech *speech)
{
	put(speech, 2, COURIER | NO_COURIER | 16 << 8);
	put_random(speech, 16);
}

static void say_message(struct speech *speech)
{
	size_t size = (size_t)draw_below(speech, left(speech) - 2); /* type and length before it */
	put(speech, 1, COURIER | speech->courier);
	put_varint(speech, size);
	put_random(speech, size);
}

/* Room for what was agreed is all that the other ones use. */
static void say_too_large(struct speech *speech)
{
	speech->room = sizeof(speech->bytes);
	while (left(speech))
		put(speech, 1, PAD);
}

static void say_ordered_ahead(struct speech *speech)
{
	put(speech, 2, ORDERED | LOAD_COURIER << 8);
	put_varint(speech, UINT64_C(1) << 40);
	put(speech, 1, 8);
	put(speech, 8, 0);
}

/* ---- What the seed draws ---------------------------------------------------------------------------------------------------- */

/* Somewhere near what it received, so that it may be true: who is caught lying is thrown out, and can lie no more. */
static uint64_t draw_heard(struct speech *speech)
{
	uint64_t heard = speech->view.heard_next, back = 1 + draw_magnitude(speech) % 64;
	return heard > back ? heard - back : 0;
}

static void put_drawn_ack(struct speech *speech)
{
	put(speech, 1, ACK);
	put(speech, 2, draw_heard(speech));
	put(speech, 1, draw(speech));
	put(speech, 4, draw_below(speech, SELDOM) ? 0 : draw(speech));
}

static void put_drawn_ranges(struct speech *speech)
{
	unsigned count = draw_below(speech, SELDOM) ? 1 : (unsigned)draw_below(speech, 6);
	put(speech, 1, ACK_RANGES);
	put_varint(speech, draw_heard(speech));
	put(speech, 1, draw(speech));
	put(speech, 1, count);
	for (unsigned i = 0; i < count; i++) {
		put_varint(speech, i ? 1 + draw_below(speech, 3) : 0);
		put_varint(speech, 1 + (count > 1 ? draw_below(speech, 9) : 0));
	}
}

/* Most couriers look at the first bytes: kind, and the tag of the session [P 13]. */
static void put_drawn_contents(struct speech *speech, size_t size)
{
	uint64_t id = speech->view.session, tag = (id ^ id >> 16 ^ id >> 32 ^ id >> 48) & 0xffff;
	size_t from = speech->size;
	if (draw(speech) & 1)
		put(speech, 1, draw_below(speech, 8));
	if (draw(speech) & 1)
		put(speech, 2, tag);
	while (speech->size < from + size && left(speech)) /* small numbers and any bytes */
		put(speech, 1, draw(speech) & 1 ? draw_below(speech, 4) : draw(speech));
	speech->size = from + size < speech->room ? from + size : speech->room;
}

static void put_drawn_message(struct speech *speech)
{
	size_t size = (size_t)draw_below(speech, draw(speech) & 1 ? 24 : 400);
	if (draw_below(speech, 4) == 0) {
		put(speech, 2, ORDERED | draw_below(speech, LAST_COURIER + 2) << 8);
		put_varint(speech, draw(speech) & 7 ? draw_below(speech, 80) : draw_magnitude(speech) >> 2);
		size = size < OCTO_ORDERED_PAYLOAD_MAX ? size : OCTO_ORDERED_PAYLOAD_MAX;
	} else {
		put(speech, 1, COURIER | (1 + draw_below(speech, LAST_COURIER + 1)));
	}
	if (left(speech) < 3)
		return;
	size = size < left(speech) - 2 ? size : left(speech) - 2;
	put_varint(speech, size);
	put_drawn_contents(speech, size);
}

static void put_drawn_frame(struct speech *speech)
{
	static const enum octo_packet_type inside[] = { OCTO_PACKET_SYN, OCTO_PACKET_SYN_ACK, OCTO_PACKET_ACK };
	static const uint8_t kinds[] = { ACK, ACK_RANGES, PING, PONG, PATH_CHALLENGE, PATH_RESPONSE, MAX_RATE, CLOSE, SYNC_REQUEST,
		SYNC_HASH, HANDSHAKE, PAD, NO_TYPE, COURIER, COURIER, COURIER };
	uint8_t kind = kinds[draw_below(speech, sizeof kinds)];
	bool is_rare = kind == CLOSE || kind == NO_TYPE; /* the end of the session, or of all else in this packet */
	switch (is_rare && draw_below(speech, VERY_SELDOM) ? PAD : kind) {
	case ACK: put_drawn_ack(speech); break;
	case ACK_RANGES: put_drawn_ranges(speech); break;
	case PING:
	case PONG: put(speech, 1, kind), put_random(speech, 4); break;
	case PATH_CHALLENGE:
	case PATH_RESPONSE: put(speech, 1, kind), put_random(speech, 8); break;
	case MAX_RATE: put(speech, 1, kind), put(speech, 4, OCTO_RATE_MIN + (draw_magnitude(speech) >> 33)); break;
	case SYNC_REQUEST: put(speech, 1, kind), put(speech, 1, draw_below(speech, LAST_COURIER + 2)); break;
	case SYNC_HASH: put(speech, 1, kind), put(speech, 1, draw_below(speech, LAST_COURIER + 2)), put_random(speech, 8); break;
	case HANDSHAKE: put_guess(speech, inside[draw_below(speech, sizeof inside / sizeof inside[0])]); break;
	case COURIER: put_drawn_message(speech); break;
	case CLOSE:
	case NO_TYPE: put(speech, 1, kind), put_random(speech, (size_t)draw_below(speech, 8)); break;
	default: put(speech, 1, PAD); break;
	}
}

static void say_random(struct speech *speech)
{
	unsigned count = 1 + (unsigned)draw_below(speech, FRAMES_MAX);
	if (draw_below(speech, 16) == 0)
		speech->skips = draw_below(speech, 2 * SKIPS);
	for (unsigned i = 0; i < count; i++)
		put_drawn_frame(speech);
}

/* ---- Saying it ---------------------------------------------------------------------------------------------------------------- */

static void (*const sayings[TRACE_LIE_COUNT])(struct speech *) = {
	[TRACE_LIE_ACK_OF_UNSENT] = say_ack_of_unsent,     [TRACE_LIE_ACK_OF_SKIPPED] = say_ack_of_skipped,
	[TRACE_LIE_ACK_BELOW_ZERO] = say_ack_below_zero,   [TRACE_LIE_ACK_AGAIN] = say_ack_again,
	[TRACE_LIE_TWO_ACKS] = say_two_acks,               [TRACE_LIE_NUMBERS_SKIPPED] = say_numbers_skipped,
	[TRACE_LIE_PINGS] = say_pings,                     [TRACE_LIE_PATH_CHALLENGES] = say_path_challenges,
	[TRACE_LIE_SYNC_REQUESTS] = say_sync_requests,     [TRACE_LIE_PONG] = say_pong,
	[TRACE_LIE_SYN_INSIDE] = say_syn_inside,           [TRACE_LIE_FRESH_SYN] = NULL, /* no frames, and no session */
	[TRACE_LIE_RATE_TOO_LOW] = say_rate_too_low,
	[TRACE_LIE_UNKNOWN_FRAME] = say_unknown_frame,     [TRACE_LIE_CUT_FRAME] = say_cut_frame,
	[TRACE_LIE_NO_FRAMES] = say_no_frames,             [TRACE_LIE_UNKNOWN_COURIER] = say_unknown_courier,
	[TRACE_LIE_MESSAGE] = say_message,                 [TRACE_LIE_ORDERED_AHEAD] = say_ordered_ahead,
	[TRACE_LIE_TOO_LARGE] = say_too_large,             [TRACE_LIE_CLOSE] = say_close,
	[TRACE_LIE_RANDOM] = say_random,
};

/* Who has no session with the other one has nobody to lie to, but in asking for one. */
static void tell(struct sim *sim, uint32_t index, const struct scenario_pair *pair, uint64_t number)
{
	const struct scenario_attack *attack = sim->scenario->actions[index].attack;
	const struct octo_channel *channel = node_channel(sim, pair->a);
	uint32_t peer = node_peer_index(sim, pair->a, pair->b);
	struct speech speech = { .courier = (uint8_t)sim->scenario->actions[index].courier };
	void (*say)(struct speech *) = sayings[attack->lie];
	if (!channel || peer == OCTO_NO_PEER || node_of(sim, pair->a)->is_paused)
		return;
	if (say && !octo_lie_view(channel, peer, &speech.view))
		return;
	speech.room = speech.view.room;
	speech.draw = decide(&sim->decider, DECISION_LIE, index, rng_draw(sim->seed, index, number, DECISION_LIE));
	if (speech.draw == 0)
		return;
	if (say)
		say(&speech);
	recorder_action(sim, TRACE_ACTION_LIE, pair->a, pair->b, attack->lie);
	node_lie(sim, pair->a, pair->b, speech.skips, say ? speech.bytes : NULL, speech.size);
	sim->cause = 0;
}

void lie_turn(struct sim *sim, uint32_t index)
{
	const struct scenario_action *action = &sim->scenario->actions[index];
	uint64_t turn = (*attack_seen(sim, index))++;
	if (world_of(sim)->is_healed)
		return;
	for (uint32_t i = 0; i < action->pair_count; i++)
		tell(sim, index, &action->pairs[i], turn * action->pair_count + i);
	if (turn + 1 < action->attack->count)
		attack_plan(sim, index, wide_add(world_of(sim)->now_ns, action->attack->every_ns));
}
