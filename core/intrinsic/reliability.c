/* reliability.c: see the header. What arrived is read from the session's replay window, so receiving costs no memory. */
#include "core/intrinsic/reliability.h"

#include "core/intrinsic/call.h"
#include "core/intrinsic/flow_control.h"

enum {
	ACK_BITS = 32,
	ACK_EVERY = 8,                    /* packets */
	LOOK_BACK = 512,                  /* numbers told of, at most */
	SPANS_MAX = FRAME_ACK_RANGES_MAX, /* an ACK's bitmap makes 17 at most */
	SKIP_MIN = 64, SKIP_SPREAD = 256, /* numbers between two that are left out */
	DELAY_UNIT_NS = 16000
};
static const octo_time_ns carry_ns = 10 * OCTO_SECOND;
static const octo_time_ns idle_gap_ns = 3 * OCTO_MILLISECOND; /* a packet after that comes out of an idle stream */

void reliability_begin(struct peer *peer)
{
	struct reliability *state = &peer->reliability;
	memset(state, 0, sizeof *state);
	state->acknowledged = state->skipped[0] = state->skipped[1] = UINT64_MAX;
	state->ack_at = OCTO_NEVER;
	loss_begin(&peer->loss);
}

void reliability_end(struct call *call, struct peer *peer)
{
	sent_end(call, peer);
	ordered_end(call, peer);
	memset(&peer->reliability, 0, sizeof peer->reliability);
	loss_begin(&peer->loss);
}

bool reliability_is_wanted_by(enum frame_type type)
{
	return type == FRAME_COURIER || type == FRAME_COURIER_ORDERED || type == FRAME_MAX_RATE;
}

/* ---- The delay: 4 bits of exponent, 4 of mantissa, in units of 16 us ------------------------------------------- */

uint8_t reliability_delay_code(octo_time_ns delay_ns)
{
	uint64_t units = delay_ns / DELAY_UNIT_NS;
	unsigned exponent = 0;
	if (units < 16)
		return (uint8_t)units;
	while (units >> exponent >= 32 && exponent < 14)
		exponent++;
	uint64_t mantissa = units >> exponent;
	return (uint8_t)((exponent + 1) << 4 | (mantissa < 32 ? mantissa - 16 : 15));
}

octo_time_ns reliability_delay(uint8_t code)
{
	unsigned exponent = code >> 4, mantissa = code & 15;
	uint64_t units = exponent == 0 ? mantissa : (uint64_t)(16 + mantissa) << (exponent - 1);
	return units * DELAY_UNIT_NS;
}

/* ---- Receiving packets and saying so --------------------------------------------------------------------------- */

void reliability_received(struct call *call, struct peer *peer, uint64_t number, uint64_t next_before, bool wants_ack)
{
	struct reliability *state = &peer->reliability;
	bool is_gap = number != next_before;
	if (!wants_ack && is_gap) /* what is missing may have wanted one, and the sender asks about it */
		state->carry_until = call_after(call, carry_ns);
	if (!wants_ack)
		return;
	bool is_idle = state->carry_until == 0 || call->now - state->received_at >= idle_gap_ns;
	state->received_at = call->now;
	state->carry_until = call_after(call, carry_ns);
	state->unacknowledged++;
	octo_time_ns at = call_after(call, LOSS_ACK_DELAY_NS);
	if (state->unacknowledged >= ACK_EVERY || (is_gap && is_idle))
		at = call->now;
	if (at < state->ack_at)
		state->ack_at = at;
}

bool reliability_is_due(const struct call *call, const struct peer *peer)
{
	return peer->reliability.ack_at <= call->now;
}

/* The 64 numbers just below `at`, read from the ring itself: the highest bit is at - 1. */
static uint64_t seen_below(const struct replay_window *window, uint64_t at)
{
	uint64_t upper = window->bits[at / 64 % REPLAY_WORDS], lower = window->bits[(at / 64 + REPLAY_WORDS - 1) % REPLAY_WORDS];
	return at % 64 ? upper << (64 - at % 64) | lower >> at % 64 : lower;
}

/* In an acknowledgement the lowest bit is the highest number. */
static uint32_t bitmap_of(const struct replay_window *window)
{
	uint32_t bits = (uint32_t)(seen_below(window, window->next - 1) >> 32);
	bits = bits >> 16 | bits << 16;
	bits = (bits >> 8 & 0x00ff00ff) | (bits & 0x00ff00ff) << 8;
	bits = (bits >> 4 & 0x0f0f0f0f) | (bits & 0x0f0f0f0f) << 4;
	bits = (bits >> 2 & 0x33333333) | (bits & 0x33333333) << 2;
	return (bits >> 1 & 0x55555555) | (bits & 0x55555555) << 1;
}

/* How many numbers just below `at` were received in a row, as far as a word or a byte of them tells at once. */
static unsigned run_below(const struct replay_window *window, uint64_t at, uint64_t oldest)
{
	uint64_t word = seen_below(window, at);
	if (word == UINT64_MAX && at - oldest >= 64)
		return 64;
	return word >> 56 == 0xff && at - oldest >= 8 ? 8 : at > oldest ? (unsigned)(word >> 63) : 0;
}

/* Alternating runs of missing and of received numbers, from the highest downwards; returns how many there is room for. */
static uint8_t write_ranges(const struct replay_window *window, struct writer *data)
{
	uint64_t at = window->next, oldest = at > LOOK_BACK ? at - LOOK_BACK : 0;
	uint8_t count = 0;
	while (at > oldest && count < FRAME_ACK_RANGES_MAX) {
		struct frame_range range = { 0, 0 };
		for (; at > oldest && run_below(window, at, oldest) == 0; at--)
			range.gap++;
		for (unsigned run; (run = run_below(window, at, oldest)) > 0; at -= run)
			range.length += run;
		if (range.length == 0 || !frame_range_write(data, &range))
			break;
		count++;
	}
	return count;
}

void reliability_write(struct call *call, struct peer *peer, struct writer *writer, bool is_alone)
{
	struct reliability *state = &peer->reliability;
	const struct replay_window *window = &peer->current.window;
	bool is_due = reliability_is_due(call, peer);
	/* One that is due goes out however late the caller comes: a process that was paused must not find it overdue for ever. */
	bool is_over = state->carry_until <= call->now && !is_due;
	if (is_over || window->next == 0 || (is_alone && !is_due))
		return;
	uint8_t ranges[FRAME_ACK_RANGES_MAX * FRAME_RANGE_BYTES_MAX];
	struct frame frame = { .type = FRAME_ACK, .largest = window->next - 1,
		.delay = reliability_delay_code(call->now - state->received_at) };
	/* Alone there is room to say more, which makes up for acknowledgements that are lost themselves. */
	if ((is_alone || state->unacknowledged > ACK_BITS) && window->next > ACK_BITS + 1) {
		frame.type = FRAME_ACK_RANGES;
		size_t head = frame_size(&frame), left = writer_left(writer) > head ? writer_left(writer) - head : 0;
		struct writer data = writer_of(ranges, left < sizeof ranges ? left : sizeof ranges);
		frame.range_count = write_ranges(window, &data);
		frame.data = ranges;
		frame.size = data.position;
		if (frame.range_count == 0)
			return;
	} else {
		frame.bitmap = bitmap_of(window);
	}
	if (frame_size(&frame) > writer_left(writer))
		return;
	frame_write(writer, &frame);
	state->ack_at = OCTO_NEVER;
	state->unacknowledged = 0;
}

/* ---- Being told ------------------------------------------------------------------------------------------------- */

struct span { uint64_t low, high; };       /* both included */

/* The numbers that a frame acknowledges, highest first. -1 when its bitmap goes below 0; ranges were looked at when
 * they were read. */
static int spans_of(const struct peer *peer, const struct frame *frame, struct span spans[SPANS_MAX])
{
	int count = 0;
	if (frame->type == FRAME_ACK_RANGES) {
		uint64_t at = frame->largest + 1; /* from here upwards all is told of */
		struct reader data = reader_of(frame->data, frame->size);
		for (int i = 0; i < frame->range_count; i++) {
			struct frame_range range = frame_range_read(&data);
			uint64_t high = at - 1 - range.gap;
			at = high + 1 - range.length;
			spans[count++] = (struct span){ .low = at, .high = high };
		}
		return count;
	}
	uint64_t largest = data_number_expand(peer->current.number_next, (uint32_t)frame->largest, 2);
	spans[count++] = (struct span){ .low = largest, .high = largest };
	uint64_t at = largest;
	for (uint32_t bits = frame->bitmap, step; bits; bits >>= step, at -= step) {
		uint32_t run = (bits & 0xff) == 0xff ? 8 : bits & 1; /* received just below `at`; mostly all were */
		step = run ? run : 1;
		if (step > at)
			return -1;
		if (run && at == spans[count - 1].low)
			spans[count - 1].low = at - run;
		else if (run)
			spans[count++] = (struct span){ .low = at - run, .high = at - 1 };
	}
	return count;
}

enum octo_reason reliability_check(const struct peer *peer, const struct frame *frame)
{
	struct span spans[SPANS_MAX];
	int count = spans_of(peer, frame, spans);
	if (count < 0)
		return OCTO_REASON_BAD_FRAME;
	if (spans[0].high >= peer->current.number_next)
		return OCTO_REASON_ACK_OF_UNSENT;
	for (int i = 0; i < count; i++)
		for (int j = 0; j < RELIABILITY_SKIPS; j++)
			if (peer->reliability.skipped[j] >= spans[i].low && peer->reliability.skipped[j] <= spans[i].high)
				return OCTO_REASON_ACK_OF_UNSENT;
	return OCTO_REASON_ACCEPTED;
}

/* Bits of a page's records that lie in the span. */
static uint16_t bits_in(const struct sent_page *page, const struct span *span)
{
	uint64_t end = page->first + SENT_PAGE_RECORDS - 1;
	if (span->high < page->first || span->low > end)
		return 0;
	unsigned low = span->low > page->first ? (unsigned)(span->low - page->first) : 0;
	unsigned high = span->high < end ? (unsigned)(span->high - page->first) : SENT_PAGE_RECORDS - 1;
	return (uint16_t)((2u << high) - (1u << low));
}

static void take_record(struct call *call, struct peer *peer, struct sent_page *page, unsigned index,
                        struct flow_arrival *arrival)
{
	struct sent_record *record = &page->records[index];
	uint16_t bit = (uint16_t)(1u << index);
	if (page->lost & bit) {
		page->lost = (uint16_t)(page->lost & ~bit);
		loss_was_late(call, peer, record, page->first + index);
		flow_was_late(peer, record);
	} else {
		page->out = (uint16_t)(page->out & ~bit);
		peer->sent.out_packets--;
		peer->sent.out_bytes -= record->size;
		arrival->packets++;
		arrival->below += record->flags & SENT_BELOW ? 1 : 0;
	}
	arrival->bytes += record->size;
	if (record->sent_at >= arrival->sent_at) {
		arrival->sent_at = record->sent_at;
		arrival->number = page->first + index;
	}
	sent_settle(call, peer, record, OCTO_FATE_DELIVERED);
}

static void take_page(struct call *call, struct peer *peer, struct sent_page *page, const struct span *spans, int count,
                      struct flow_arrival *arrival)
{
	uint16_t bits = 0;
	for (int i = 0; i < count; i++)
		bits = (uint16_t)(bits | bits_in(page, &spans[i]));
	bits = (uint16_t)(bits & (page->out | page->lost));
	for (unsigned i = 0; bits; i++, bits = (uint16_t)(bits >> 1))
		if (bits & 1)
			take_record(call, peer, page, i, arrival);
}

/* The record of the highest number, if this is the first that is heard of it: the only fair round trip. */
static bool is_new(const struct call *call, const struct peer *peer, uint64_t number, octo_time_ns *sent_at)
{
	for (uint32_t reference = peer->sent.last_page; reference;) {
		const struct sent_page *page = sent_page(call, reference);
		if (number >= page->first) {
			uint64_t index = number - page->first;
			bool is_awaited = index < SENT_PAGE_RECORDS && (page->out >> index & 1);
			*sent_at = is_awaited ? page->records[index].sent_at : 0;
			return is_awaited;
		}
		reference = page->previous;
	}
	return false;
}

void reliability_acknowledged(struct call *call, struct peer *peer, const struct frame *frame)
{
	struct span spans[SPANS_MAX];
	struct reliability *state = &peer->reliability;
	struct flow_arrival arrival = { .delay_ns = reliability_delay(frame->delay) };
	int count = spans_of(peer, frame, spans);
	octo_time_ns sent_at;
	if (count <= 0)
		return;
	if (is_new(call, peer, spans[0].high, &sent_at))
		arrival.trip_ns = call->now - sent_at;
	if (state->acknowledged == UINT64_MAX || spans[0].high > state->acknowledged)
		state->acknowledged = spans[0].high;
	for (uint32_t reference = peer->sent.first_page; reference;) {
		struct sent_page *page = sent_page(call, reference);
		reference = page->next;
		if (page->out | page->lost)
			take_page(call, peer, page, spans, count, &arrival);
	}
	if (arrival.bytes) {
		flow_take_trip(call, peer, &arrival);
		loss_progress(call, peer);
	}
	loss_detect(call, peer); /* even when nothing arrived: a question may have come through and not what was before it */
	if (arrival.bytes)
		flow_arrived(call, peer, &arrival);
}

void reliability_sent(struct call *call, struct peer *peer, uint64_t number, size_t size, uint8_t flags)
{
	struct reliability *state = &peer->reliability;
	struct session *session = &peer->current;
	sent_add(call, peer, number, (uint16_t)size, flags);
	loss_sent(call, peer);
	if (state->skip_at == 0) {
		state->skip_at = number + SKIP_MIN + call_chance(call) % SKIP_SPREAD;
	} else if (session->number_next >= state->skip_at) {
		state->skipped[0] = state->skipped[1];
		state->skipped[1] = session->number_next++;
		state->skip_at = 0;
	}
}
