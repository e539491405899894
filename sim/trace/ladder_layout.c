/* ladder_layout.c: from records to lines. A line belongs to one node at one instant (its "moment"); a
 * packet's arrival opens a line, what the core then says is noted on it and below, and what it sends
 * leaves on the last. Knows nothing of columns and glyphs; ladder.c draws. */
#include "sim/trace/ladder_layout.h"

#include <stdlib.h>
#include <string.h>

/* Copies and packets are found again by number through small tables: numbers rise, and of two that share a
 * slot the older one has long landed. Should it not, its arrow stays without an end. */
enum { SLOTS = 1 << 14 };

#define NO_ROW UINT32_MAX

struct sent {
	uint32_t packet; /* 0: empty */
	uint32_t index;  /* of the SENT record */
	uint32_t row;    /* NO_ROW: not a line's */
	bool is_again;
};

struct builder {
	struct ladder_layout *layout;
	const struct ladder_source *source;
	uint64_t idle_ns;
	int note_columns;
	bool is_out_of_memory;
	enum octo_reason verdict; /* on the packet that arrived last */
	uint32_t verdict_copy;    /* the copy it is about, once it is noted; 0 for none */
	bool has_note;            /* the present moment has one */
	uint32_t named_peer;      /* whom its last note, or its arrow, was about */
	uint8_t pair_states[LADDER_LANES_MAX][LADDER_LANES_MAX];
	bool is_down[LADDER_LANES_MAX];
	/* 1 + index of the last SENT of a packet type between two lanes; types as in type_slot(). */
	uint32_t last_sent[LADDER_LANES_MAX][LADDER_LANES_MAX + 1][8];
	struct sent sent[SLOTS];
	struct {
		uint32_t copy, arrow; /* arrow: 1 + its index */
	} copies[SLOTS];
};

static bool grow(struct builder *b, void **list, size_t *capacity, size_t item_size)
{
	size_t more = *capacity ? *capacity * 2 : 64;
	void *grown = more <= SIZE_MAX / item_size ? realloc(*list, more * item_size) : NULL;

	if (!grown) {
		b->is_out_of_memory = true;
		return false;
	}
	*list = grown;
	*capacity = more;
	return true;
}

static uint8_t lane_of(const struct builder *b, uint32_t node)
{
	for (uint32_t i = 0; i < b->layout->lane_count; i++)
		if (b->layout->lanes[i] == node)
			return (uint8_t)i;
	return LADDER_NO_LANE;
}

/* A lane shows the highest of its states towards the other lanes. */
static uint8_t shown_state(const struct builder *b, uint32_t lane)
{
	uint8_t highest = OCTO_STATE_IDLE;

	if (b->is_down[lane])
		return LADDER_DOWN;
	for (uint32_t i = 0; i < b->layout->lane_count; i++)
		if (b->pair_states[lane][i] > highest)
			highest = b->pair_states[lane][i];
	return highest;
}

static struct ladder_row *push_row(struct builder *b, uint64_t time_ns, uint8_t lane)
{
	struct ladder_layout *layout = b->layout;
	struct ladder_row *row;

	if (layout->row_count == layout->row_capacity &&
	    !grow(b, (void **)&layout->rows, &layout->row_capacity, sizeof(*layout->rows)))
		return NULL;
	row = &layout->rows[layout->row_count++];
	*row = (struct ladder_row){ .time_ns = time_ns, .lane = lane, .is_first = true };
	for (uint32_t i = 0; i < layout->lane_count; i++)
		row->states[i] = shown_state(b, i);
	return row;
}

static struct ladder_row *last_row(const struct builder *b)
{
	return b->layout->row_count ? &b->layout->rows[b->layout->row_count - 1] : NULL;
}

static bool is_in_moment(const struct builder *b, uint64_t time_ns, uint8_t lane)
{
	const struct ladder_row *last = last_row(b);

	return last && last->time_ns == time_ns && last->lane == lane;
}

/* The line for something at this node and instant: the last one when it is of the same moment and not
 * forced to be new. */
static struct ladder_row *row_for(struct builder *b, uint64_t time_ns, uint8_t lane, bool is_new)
{
	struct ladder_row *last = last_row(b);
	bool is_same = is_in_moment(b, time_ns, lane);

	if (is_same && !is_new)
		return last;
	if (last && time_ns - last->time_ns >= b->idle_ns) {
		uint64_t gap = time_ns - last->time_ns;
		struct ladder_row *fold = push_row(b, time_ns, LADDER_NO_LANE);

		if (!fold)
			return NULL;
		fold->idle_ns = gap;
	}
	last = push_row(b, time_ns, lane);
	if (last && is_same)
		last->is_first = false;
	if (!is_same) {
		b->has_note = false;
		b->named_peer = TRACE_NOBODY;
	}
	return last;
}

static bool append_text(struct builder *b, const char *text)
{
	struct ladder_layout *layout = b->layout;
	size_t size = strlen(text) + 1;

	while (layout->text_capacity - layout->text_size < size)
		if (!grow(b, (void **)&layout->texts, &layout->text_capacity, 1))
			return false;
	memcpy(layout->texts + layout->text_size, text, size);
	layout->text_size += size;
	return true;
}

/* How many bytes of a text fit into the column, cut at a blank where there is one. */
static size_t fitting_size(const struct builder *b, const char *text)
{
	char part[LADDER_NOTE_BYTES];
	size_t best = 0;

	for (size_t size = 1; size < sizeof(part); size++) {
		bool is_end = text[size - 1] == 0 || text[size] == 0;

		if (!is_end && text[size] != ' ')
			continue;
		memcpy(part, text, size);
		part[size] = 0;
		if (best && canvas_width(part) > b->note_columns)
			return best;
		best = size;
		if (is_end)
			return best;
	}
	return best;
}

/* One piece of text on the line of the moment, behind what is there when it fits, else on a line of its
 * own. */
static void note_piece(struct builder *b, uint64_t time_ns, uint8_t lane, const char *text,
                       enum canvas_color color, bool is_new)
{
	struct ladder_row *row = row_for(b, time_ns, lane, is_new);

	if (row && row->note &&
	    canvas_width(b->layout->texts + row->note - 1) + canvas_width(text) + 2 > b->note_columns)
		row = row_for(b, time_ns, lane, true);
	if (!row)
		return;
	if (!row->note) {
		row->note = b->layout->text_size + 1;
		row->is_named = !b->has_note;
		b->has_note = true;
	} else {
		b->layout->text_size--; /* the NUL: the last line's text is the last text */
		if (!append_text(b, ", "))
			return;
		b->layout->text_size--;
	}
	if (append_text(b, text) && color > row->note_color)
		row->note_color = (uint8_t)color;
}

static void note(struct builder *b, uint64_t time_ns, uint8_t lane, const char *text, enum canvas_color color)
{
	char piece[LADDER_NOTE_BYTES];
	bool is_new = false;

	while (*text) {
		size_t size = fitting_size(b, text);

		memcpy(piece, text, size);
		piece[size] = 0;
		note_piece(b, time_ns, lane, piece, color, is_new);
		text += size;
		text += *text == ' ';
		is_new = true;
	}
}

static void remember_copy(struct builder *b, uint32_t copy, const struct ladder_arrow *arrow)
{
	b->copies[copy % SLOTS].copy = copy;
	b->copies[copy % SLOTS].arrow = (uint32_t)(arrow - b->layout->arrows) + 1;
}

static struct ladder_arrow *push_arrow(struct builder *b, const struct trace_record *r)
{
	struct ladder_layout *layout = b->layout;
	struct ladder_arrow *arrow;

	if (layout->arrow_count == layout->arrow_capacity &&
	    !grow(b, (void **)&layout->arrows, &layout->arrow_capacity, sizeof(*layout->arrows)))
		return NULL;
	if (layout->arrow_count >= UINT32_MAX - 1) {
		b->is_out_of_memory = true;
		return NULL;
	}
	arrow = &layout->arrows[layout->arrow_count++];
	*arrow = (struct ladder_arrow){ .packet = r->packet,
		                        .copy = r->copy,
		                        .flags = r->flags,
		                        .from_lane = lane_of(b, r->node),
		                        .to_lane = lane_of(b, r->peer) };
	arrow->count = 1;
	remember_copy(b, r->copy, arrow);
	return arrow;
}

static struct ladder_arrow *find_arrow(const struct builder *b, uint32_t copy)
{
	uint32_t index = b->copies[copy % SLOTS].arrow;

	return index && b->copies[copy % SLOTS].copy == copy ? &b->layout->arrows[index - 1] : NULL;
}

/* Neither end on a lane, or one end at a node without one: not in this picture. Nobody is welcome. */
static bool is_hidden(const struct builder *b, const struct trace_record *r)
{
	uint8_t from = lane_of(b, r->node), to = lane_of(b, r->peer);

	return (from == LADDER_NO_LANE && to == LADDER_NO_LANE) ||
	       (from == LADDER_NO_LANE && r->node != TRACE_NOBODY) ||
	       (to == LADDER_NO_LANE && r->peer != TRACE_NOBODY);
}

static unsigned type_slot(uint64_t type)
{
	return type == OCTO_PACKET_DATA ? 7 : type & 7;
}

static bool has_same_bytes(const struct builder *b, uint32_t left, uint32_t right)
{
	const struct ladder_source *s = b->source;
	const struct trace_record *l = s->record(s->context, left), *r = s->record(s->context, right);

	return l->extra_size && l->extra_size == r->extra_size &&
	       memcmp(s->extra(s->context, left), s->extra(s->context, right), l->extra_size) == 0;
}

/* Was it sent by the timeline? Its copy follows at once and says so. */
static bool is_injected(const struct builder *b, uint32_t index)
{
	const struct ladder_source *s = b->source;
	const struct trace_record *r = s->record(s->context, index);
	const struct trace_record *next = index + 1 < s->count ? s->record(s->context, index + 1) : r;

	return next->kind == TRACE_FLYING && next->packet == r->packet && (next->flags & TRACE_COPY_INJECTED);
}

static void put_sent(struct builder *b, uint32_t index, const struct trace_record *r)
{
	uint8_t from = lane_of(b, r->node), to = lane_of(b, r->peer);
	struct sent *sent = &b->sent[r->packet % SLOTS];
	struct ladder_row *row = last_row(b);
	uint32_t *last;

	*sent = (struct sent){ .packet = r->packet, .index = index, .row = NO_ROW };
	if (from == LADDER_NO_LANE || is_injected(b, index))
		return;
	row = row_for(b, r->time_ns, from, row && row->has_arrow_end);
	if (!row)
		return;
	row->has_arrow_end = true;
	sent->row = (uint32_t)(b->layout->row_count - 1);
	last = &b->last_sent[from][to == LADDER_NO_LANE ? LADDER_LANES_MAX : to][type_slot(r->a)];
	sent->is_again = *last && has_same_bytes(b, *last - 1, index);
	*last = index + 1;
}

/* What the arrow carries, from the SENT record of its packet. */
static void describe(const struct builder *b, struct ladder_arrow *arrow, const struct sent *sent)
{
	const struct trace_record *r = b->source->record(b->source->context, sent->index);
	const uint8_t *bytes = b->source->extra(b->source->context, sent->index);

	arrow->type = (uint8_t)r->a;
	arrow->size = r->extra_size;
	arrow->is_again = sent->is_again;
	if (r->a == OCTO_PACKET_SYN && r->extra_size >= 20)
		snprintf(arrow->nonce, sizeof(arrow->nonce), "%02x%02x%02x%02x", bytes[12], bytes[13],
		         bytes[14], bytes[15]);
}

/* The timeline may put in hundreds of copies in one instant: they share an arrow that counts them. */
static bool join_bundle(struct builder *b, const struct trace_record *r)
{
	struct ladder_layout *layout = b->layout;
	struct ladder_arrow *arrow = layout->arrow_count ? &layout->arrows[layout->arrow_count - 1] : NULL;

	if (!arrow || !(r->flags & TRACE_COPY_INJECTED) || !(arrow->flags & TRACE_COPY_INJECTED) ||
	    arrow->end != LADDER_FLYING || arrow->from_lane != lane_of(b, r->node) ||
	    arrow->to_lane != lane_of(b, r->peer) || arrow->from_row + 1 != layout->row_count ||
	    layout->rows[arrow->from_row].time_ns != r->time_ns)
		return false;
	arrow->count++;
	remember_copy(b, r->copy, arrow);
	return true;
}

/* A copy leaves: from the line where its packet was sent, or, put in by the timeline, from a line of its own. */
static struct ladder_arrow *put_departure(struct builder *b, const struct trace_record *r)
{
	const struct sent *sent = &b->sent[r->packet % SLOTS];
	struct ladder_arrow *arrow = push_arrow(b, r);
	struct ladder_row *last = last_row(b);
	bool is_known = r->packet && sent->packet == r->packet;

	if (!arrow)
		return NULL;
	if (is_known)
		describe(b, arrow, sent);
	if (is_known && sent->row != NO_ROW && !(r->flags & TRACE_COPY_INJECTED)) {
		arrow->from_row = sent->row;
	} else {
		uint8_t lane = arrow->from_lane == LADDER_NO_LANE ? arrow->to_lane : arrow->from_lane;

		last = row_for(b, r->time_ns, lane, last && last->has_arrow_end);
		if (!last)
			return NULL;
		last->has_arrow_end = true;
		arrow->from_row = (uint32_t)(b->layout->row_count - 1);
	}
	arrow->to_row = arrow->from_row;
	return arrow;
}

/* A core may give its verdict on a packet after all that it did about it, and a change of role before the
 * duel that caused it. A reader wants the cause first, so the records of one instant are searched ahead:
 * not far. */
enum { AHEAD_MAX = 32 };

static uint32_t find_ahead(const struct builder *b, uint32_t index, enum trace_kind kind, uint32_t node)
{
	const struct ladder_source *s = b->source;
	uint64_t time_ns = s->record(s->context, index)->time_ns;

	for (uint32_t i = index + 1; i < s->count && i - index <= AHEAD_MAX; i++) {
		const struct trace_record *r = s->record(s->context, i);

		if (r->time_ns != time_ns || r->kind == TRACE_DELIVERED)
			break;
		if (r->kind == kind && r->node == node)
			return i;
	}
	return 0;
}

/* A copy ends at a lane, on a line that begins with it. */
static void put_arrival(struct builder *b, const struct trace_record *r, enum ladder_end end)
{
	struct ladder_arrow *arrow = find_arrow(b, r->copy);
	const struct ladder_row *last = last_row(b);
	struct ladder_row *row;

	b->verdict = OCTO_REASON_ACCEPTED;
	if (arrow && arrow->count > 1 && arrow->end != LADDER_FLYING)
		return; /* of a bundle, only the first is drawn */
	row = row_for(b, r->time_ns, lane_of(b, r->peer), last && (last->has_arrow_end || last->note));
	if (!row)
		return;
	row->has_arrow_end = true;
	b->named_peer = r->node;
	if (!arrow) {
		arrow = push_arrow(b, r);
		if (!arrow)
			return;
		arrow->is_headless = true;
		arrow->from_row = (uint32_t)(b->layout->row_count - 1);
		if (r->kind == TRACE_DELIVERED)
			arrow->type = (uint8_t)r->a;
	}
	arrow->to_row = (uint32_t)(b->layout->row_count - 1);
	arrow->end = (uint8_t)end;
	arrow->flags |= r->flags;
}

static void put_dropped(struct builder *b, uint32_t index, const struct trace_record *r)
{
	struct ladder_arrow *arrow = find_arrow(b, r->copy);
	uint8_t lane = lane_of(b, r->node);
	char text[LADDER_NOTE_BYTES];
	enum canvas_color color;

	if (r->a == TRACE_DROP_DOWN && lane_of(b, r->peer) != LADDER_NO_LANE) {
		put_arrival(b, r, LADDER_LOST);
		lane = lane_of(b, r->peer);
	} else {
		if (!arrow)
			arrow = put_departure(b, r);
		if (!arrow)
			return;
		arrow->end = LADDER_LOST;
		arrow->flags |= r->flags;
		if (lane == LADDER_NO_LANE)
			lane = lane_of(b, r->peer);
	}
	ladder_note(b->source, index, OCTO_REASON_ACCEPTED, false, text, &color);
	note(b, r->time_ns, lane, text, color);
}

static void put_state(struct builder *b, const struct trace_record *r)
{
	uint8_t lane = lane_of(b, r->node), peer = lane_of(b, r->peer);
	struct ladder_row *last = last_row(b);

	if (r->kind == TRACE_STEP && peer != LADDER_NO_LANE)
		b->pair_states[lane][peer] = (uint8_t)(r->b >> 8);
	if (r->kind == TRACE_ACTION && (r->a == TRACE_ACTION_CRASH || r->a == TRACE_ACTION_RESTART)) {
		b->is_down[lane] = r->a == TRACE_ACTION_CRASH;
		memset(b->pair_states[lane], OCTO_STATE_IDLE, sizeof(b->pair_states[lane]));
	}
	if (last && last->time_ns == r->time_ns && last->lane == lane)
		last->states[lane] = shown_state(b, lane);
}

/* Marks the arrow. False when a bundle has been given this verdict before: once is enough. */
static bool put_verdict(struct builder *b, uint32_t index)
{
	const struct trace_record *r = b->source->record(b->source->context, index);
	struct ladder_arrow *arrow = find_arrow(b, r->copy);
	uint64_t bit = UINT64_C(1) << (r->a % 64);
	bool is_new = true;

	b->verdict = (enum octo_reason)r->a;
	if (!arrow)
		return true;
	if (arrow->end == LADDER_ARRIVED && r->a != OCTO_REASON_ACCEPTED && !arrow->verdicts)
		arrow->end = LADDER_REJECTED;
	else if (arrow->end == LADDER_REJECTED && r->a == OCTO_REASON_ACCEPTED)
		arrow->end = LADDER_ARRIVED;
	is_new = arrow->count == 1 || !(arrow->verdicts & bit);
	arrow->verdicts |= bit;
	return is_new;
}

/* What a core or the timeline says. */
static void put_said(struct builder *b, uint32_t index, const struct trace_record *r)
{
	uint8_t lane = lane_of(b, r->node);
	char text[LADDER_NOTE_BYTES];
	enum canvas_color color;

	if (r->kind == TRACE_RECEIVED && !put_verdict(b, index))
		return;
	if (lane != LADDER_NO_LANE)
		put_state(b, r);
	if (!is_in_moment(b, r->time_ns, lane))
		b->named_peer = TRACE_NOBODY;
	ladder_note(b->source, index, b->verdict, b->layout->lane_count > 2 && r->peer != b->named_peer, text,
	            &color);
	if (!text[0])
		return;
	note(b, r->time_ns, lane, text, color);
	b->named_peer = r->peer;
}

static void put_delivered(struct builder *b, uint32_t index, const struct trace_record *r)
{
	uint32_t verdict = find_ahead(b, index, TRACE_RECEIVED, r->peer);
	const struct ladder_arrow *arrow = find_arrow(b, r->copy);
	bool is_told = arrow && arrow->count > 1 && arrow->end != LADDER_FLYING;
	char text[LADDER_NOTE_BYTES];
	enum canvas_color color;

	put_arrival(b, r, LADDER_ARRIVED);
	ladder_note(b->source, index, OCTO_REASON_ACCEPTED, false, text, &color);
	if (text[0] && !is_told)
		note(b, r->time_ns, lane_of(b, r->peer), text, color);
	if (verdict && b->source->record(b->source->context, verdict)->copy == r->copy) {
		put_said(b, verdict, b->source->record(b->source->context, verdict));
		b->verdict_copy = r->copy;
	}
}

/* A duel, and behind it the change of role that it brought about. */
static void put_role_or_duel(struct builder *b, uint32_t index, const struct trace_record *r)
{
	uint32_t role = 0;

	if (r->kind == TRACE_ROLE && find_ahead(b, index, TRACE_DUEL, r->node))
		return;
	put_said(b, index, r);
	for (uint32_t i = index; r->kind == TRACE_DUEL && i > 0 && index - i < AHEAD_MAX && !role; i--) {
		const struct trace_record *before = b->source->record(b->source->context, i - 1);

		if (before->time_ns != r->time_ns || before->kind == TRACE_DELIVERED)
			break;
		role = before->kind == TRACE_ROLE && before->node == r->node ? i : 0;
	}
	if (role)
		put_said(b, role - 1, b->source->record(b->source->context, role - 1));
}

static void put_record(struct builder *b, uint32_t index)
{
	const struct trace_record *r = b->source->record(b->source->context, index);
	bool is_network = r->kind <= TRACE_DELIVERED;
	bool is_for_all = r->kind == TRACE_FAILED || (r->kind == TRACE_ACTION && r->node == TRACE_NOBODY);

	if (is_network && is_hidden(b, r))
		return;
	if (!is_network && !is_for_all &&
	    (lane_of(b, r->node) == LADDER_NO_LANE ||
	     (r->peer != TRACE_NOBODY && lane_of(b, r->peer) == LADDER_NO_LANE)))
		return;
	switch ((enum trace_kind)r->kind) {
	case TRACE_SENT:
		put_sent(b, index, r);
		break;
	case TRACE_FLYING:
		/* Through networks it flies several times; it left with the first. */
		if (!find_arrow(b, r->copy) && !join_bundle(b, r))
			put_departure(b, r);
		break;
	case TRACE_DROPPED:
		put_dropped(b, index, r);
		break;
	case TRACE_DELIVERED:
		put_delivered(b, index, r);
		break;
	case TRACE_RECEIVED:
		if (r->copy == 0 || r->copy != b->verdict_copy)
			put_said(b, index, r);
		break;
	case TRACE_ROLE:
	case TRACE_DUEL:
		put_role_or_duel(b, index, r);
		break;
	default:
		put_said(b, index, r);
		break;
	}
}

/* Nobody's copies may have been noted out of turn; everything else is in order already. */
static int by_first_row(const void *left, const void *right)
{
	const struct ladder_arrow *l = left, *r = right;

	if (l->from_row != r->from_row)
		return l->from_row < r->from_row ? -1 : 1;
	return l->copy < r->copy ? -1 : l->copy > r->copy;
}

bool ladder_layout_make(struct ladder_layout *layout, const struct ladder_source *source, uint32_t until,
                        uint64_t idle_ns, int note_columns)
{
	struct builder *b = calloc(1, sizeof(*b));
	bool is_made;

	if (!b)
		return false;
	b->layout = layout;
	b->source = source;
	b->idle_ns = idle_ns;
	b->note_columns = note_columns;
	for (uint32_t i = 0; i < until && !b->is_out_of_memory; i++)
		put_record(b, i);
	if (layout->arrow_count)
		qsort(layout->arrows, layout->arrow_count, sizeof(*layout->arrows), by_first_row);
	is_made = !b->is_out_of_memory;
	free(b);
	return is_made;
}

void ladder_layout_free(struct ladder_layout *layout)
{
	free(layout->rows);
	free(layout->arrows);
	free(layout->texts);
	*layout = (struct ladder_layout){ 0 };
}
