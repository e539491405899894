/* ladder.c: draws a ladder line by line. An arrow goes down in steps, each step a piece of its way on its
 * line, so that it begins and ends where it should however many lines lie between; arrows that cross join
 * their lines in the cells. What stands on which line was decided by ladder_layout.c. */
#include "sim/trace/ladder_layout.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	TIME_COLUMNS = 14, /* "  12.345 678  " */
	STEP_MIN = 2,      /* a shorter step is not worth two corners */
	NOTE_GAP = 3,
	NOTES_OF_TWO = 46,
	NOTES_OF_MORE = 34, /* columns for what is said, by number of lanes */
	GAP_MIN = 10,
	GAP_MAX = 46 /* between two lanes */
};

/* An arrow that has begun and not ended above the line being drawn. */
struct active {
	const struct ladder_arrow *arrow;
	int column; /* where it comes down into the line */
};

struct drawing {
	const struct ladder_layout *layout;
	const struct ladder_source *source;
	const struct ladder_options *options;
	FILE *out;
	int gap;
	int note_column, name_columns;
	struct active *active;
	size_t active_count, active_capacity, next_arrow;
	struct canvas canvas;
	/* Of the line being drawn, by column: */
	int8_t coming[CANVAS_COLUMNS_MAX]; /* an arrow comes down here: 1 to go right, -1 to go left */
	uint8_t going[CANVAS_COLUMNS_MAX]; /* an arrow goes on below from here */
	uint8_t run[CANVAS_COLUMNS_MAX];   /* an arrow runs along here */
};

static int lane_column(const struct drawing *d, uint32_t lane)
{
	return TIME_COLUMNS + 1 + (int)lane * (d->gap + 1);
}

static bool is_lane_column(const struct drawing *d, int column)
{
	return (column - TIME_COLUMNS - 1) % (d->gap + 1) == 0;
}

static enum canvas_color state_color(unsigned state)
{
	static const enum canvas_color colors[] = { CANVAS_DIM, CANVAS_SKY, CANVAS_BLUE, CANVAS_GREEN,
		                                    CANVAS_DIM };

	return colors[state];
}

static uint32_t state_glyph(unsigned state)
{
	static const uint32_t glyphs[] = { 0x2502, 0x250a, 0x250b, 0x2551, 0x00b7 };

	return glyphs[state];
}

static enum canvas_color arrow_color(const struct ladder_arrow *arrow)
{
	if (arrow->end == LADDER_LOST || arrow->end == LADDER_REJECTED)
		return CANVAS_VERMILLION;
	switch (arrow->type) {
	case OCTO_PACKET_SYN:
		return CANVAS_SKY;
	case OCTO_PACKET_SYN_ACK:
		return CANVAS_BLUE;
	case OCTO_PACKET_ACK:
		return CANVAS_GREEN;
	case OCTO_PACKET_DATA:
		return CANVAS_PLAIN;
	default:
		return CANVAS_PURPLE;
	}
}

static const char *type_text(const struct ladder_arrow *arrow, bool is_short)
{
	if (arrow->flags & TRACE_COPY_BACKGROUND)
		return is_short ? "·" : "traffic";
	switch (arrow->type) {
	case OCTO_PACKET_SYN:
		return "SYN";
	case OCTO_PACKET_SYN_ACK:
		return is_short ? "S-ACK" : "SYN-ACK";
	case OCTO_PACKET_ACK:
		return "ACK";
	case OCTO_PACKET_RETRY:
		return "RETRY";
	case OCTO_PACKET_PROBE:
		return "PROBE";
	case OCTO_PACKET_PROBE_REPLY:
		return is_short ? "REPLY" : "PROBE-REPLY";
	case OCTO_PACKET_STUN:
		return "STUN";
	case OCTO_PACKET_DATA:
		return "DATA";
	default:
		return is_short ? "?" : "UNKNOWN";
	}
}

/* The longest label that leaves room for the arrow itself. */
static void label_of(const struct ladder_arrow *arrow, int room, char out[64])
{
	char number[16] = "", more[24] = "";
	const char *again = arrow->is_again ? " ↻" : "";

	if (arrow->count > 1) {
		snprintf(out, 64, "%" PRIu32 " × injected", arrow->count);
		if (canvas_width(out) > room)
			snprintf(out, 64, "%" PRIu32 "×", arrow->count);
		if (canvas_width(out) > room)
			out[0] = 0;
		return;
	}
	if (arrow->packet)
		snprintf(number, sizeof(number), "#%" PRIu32 " ", arrow->packet);
	if (arrow->nonce[0])
		snprintf(more, sizeof(more), " n=%s", arrow->nonce);
	else if (arrow->type == OCTO_PACKET_DATA || arrow->type == OCTO_PACKET_UNKNOWN)
		snprintf(more, sizeof(more), " %u B", arrow->size);
	snprintf(out, 64, "%s%s%s%s", number, type_text(arrow, false), more, again);
	if (canvas_width(out) > room)
		snprintf(out, 64, "%s%s%s", number, type_text(arrow, false), again);
	if (canvas_width(out) > room)
		snprintf(out, 64, "%s%s", type_text(arrow, false), again);
	if (canvas_width(out) > room)
		snprintf(out, 64, "%s", type_text(arrow, true));
	if (canvas_width(out) > room)
		out[0] = 0;
}

/* Where an arrow's ends are: the cells beside the lanes. Nobody stands half a gap away. */
static void ends_of(const struct drawing *d, const struct ladder_arrow *arrow, int *from, int *to)
{
	int last = (int)d->layout->lane_count - 1;
	int from_lane = arrow->from_lane, to_lane = arrow->to_lane;

	if (to_lane == LADDER_NO_LANE || to_lane == from_lane) {
		int way = from_lane < last ? 1 : -1;

		*from = lane_column(d, (uint32_t)from_lane) + way;
		*to = *from + way * (d->gap * 2 / 3);
	} else if (from_lane == LADDER_NO_LANE) {
		int way = to_lane < last ? -1 : 1;

		*to = lane_column(d, (uint32_t)to_lane) - way;
		*from = *to - way * (d->gap * 2 / 3);
	} else {
		int way = from_lane < to_lane ? 1 : -1;

		*from = lane_column(d, (uint32_t)from_lane) + way;
		*to = lane_column(d, (uint32_t)to_lane) - way;
	}
}

static void draw_run(struct drawing *d, int from, int to, const struct ladder_arrow *arrow)
{
	int way = from <= to ? 1 : -1;
	enum canvas_color color = arrow_color(arrow);

	for (int c = from; c != to + way; c += way) {
		if (c >= 0 && c < CANVAS_COLUMNS_MAX)
			d->run[c] = 1;
		if (is_lane_column(d, c))
			continue;
		if ((arrow->flags & TRACE_COPY_CORRUPTED) && c != from && c != to)
			canvas_put(&d->canvas, c, 0x224b, color);
		else if ((arrow->flags & TRACE_COPY_INJECTED) && c != from && c != to)
			canvas_put(&d->canvas, c, 0x2504, color);
		else
			canvas_line(&d->canvas, c,
			            (c == from ? 0u
			             : way > 0 ? CANVAS_LEFT
			                       : CANVAS_RIGHT) |
			                    (c == to   ? 0u
			                     : way > 0 ? CANVAS_RIGHT
			                               : CANVAS_LEFT),
			            color);
	}
}

/* Pieces of the arrow before the label; where lanes are near each other every column counts. */
static int lead_columns(const struct drawing *d)
{
	return d->gap >= 20 ? 2 : 1;
}

/* Columns that a label may take: within the first gap, some of which belongs to the arrow. */
static int label_room(const struct drawing *d, int length)
{
	int gap = length < d->gap ? length : d->gap;

	return gap >= 20 ? gap * 2 / 3 - 5 : gap - 4;
}

/* Columns from the arrow's beginning to where it may turn. */
static int label_columns(const struct drawing *d, const struct ladder_arrow *arrow, int length)
{
	char label[64];
	int width;

	label_of(arrow, label_room(d, length), label);
	width = canvas_width(label);
	return lead_columns(d) + (width ? width + 2 : 0);
}

static void draw_label(struct drawing *d, const struct ladder_arrow *arrow, int from, int way, int length)
{
	int lead = lead_columns(d);
	char label[64];
	int width;

	label_of(arrow, label_room(d, length), label);
	width = canvas_width(label);
	if (!width)
		return;
	canvas_text(&d->canvas, way > 0 ? from + lead + 1 : from - lead - width, label, arrow_color(arrow));
	canvas_put(&d->canvas, from + way * lead, ' ', CANVAS_PLAIN);
	canvas_put(&d->canvas, from + way * (lead + 1 + width), ' ', CANVAS_PLAIN);
}

static void draw_head(struct drawing *d, const struct ladder_arrow *arrow, int to, int way)
{
	uint32_t point = way > 0 ? 0x25ba : 0x25c4;
	uint32_t head = arrow->end == LADDER_LOST ? 0x2715 : arrow->end == LADDER_REJECTED ? 0x2298 : point;

	canvas_put(&d->canvas, to, head, arrow_color(arrow));
	if ((arrow->flags & TRACE_COPY_DUPLICATE) && arrow->end != LADDER_LOST)
		canvas_put(&d->canvas, to - way, point, arrow_color(arrow));
}

/* An arrow that has all it has on one line: lost on the way, still flying, or of unknown beginning. */
static void draw_half(struct drawing *d, const struct ladder_arrow *arrow)
{
	int from, to, way, length, stop;

	ends_of(d, arrow, &from, &to);
	way = from < to ? 1 : -1;
	length = (to - from) * way;
	if (arrow->is_headless) {
		draw_run(d, from + way * length / 2, to, arrow);
		draw_head(d, arrow, to, way);
		return;
	}
	stop = label_columns(d, arrow, length) + lead_columns(d) * 2;
	if (stop < length / 2)
		stop = length / 2;
	if (stop > length)
		stop = length;
	draw_run(d, from, from + way * stop, arrow);
	if (arrow->end == LADDER_LOST)
		draw_head(d, arrow, from + way * stop, way);
	else
		canvas_put(&d->canvas, from + way * stop, 0x2026, arrow_color(arrow));
	draw_label(d, arrow, from, way, length);
}

static int way_of(const struct drawing *d, const struct ladder_arrow *arrow)
{
	int from, to;

	ends_of(d, arrow, &from, &to);
	return from < to ? 1 : -1;
}

static bool is_in_canvas(int column)
{
	return column >= 0 && column < CANVAS_COLUMNS_MAX;
}

static void go_down(struct drawing *d, struct active *active, int column)
{
	canvas_line(&d->canvas, column, CANVAS_DOWN, arrow_color(active->arrow));
	active->column = column;
	if (is_in_canvas(column))
		d->going[column] = 1;
}

/* Columns that the number at an arrow's end takes: " #12 ". */
static int number_columns(const struct ladder_arrow *arrow)
{
	return snprintf(NULL, 0, " #%" PRIu32 " ", arrow->packet);
}

/* The line on which the arrow ends: from where it comes down to the lane. */
static void draw_last(struct drawing *d, const struct active *active)
{
	const struct ladder_arrow *arrow = active->arrow;
	int width = number_columns(arrow);
	char number[16];
	int from, to, way;

	ends_of(d, arrow, &from, &to);
	way = from < to ? 1 : -1;
	canvas_line(&d->canvas, active->column, CANVAS_UP, arrow_color(arrow));
	draw_run(d, active->column, to, arrow);
	draw_head(d, arrow, to, way);
	/* Where it has been out of sight for some lines, it says again which it is. */
	snprintf(number, sizeof(number), " #%" PRIu32 " ", arrow->packet);
	if (arrow->packet && arrow->to_row - arrow->from_row > 1 && (to - active->column) * way > width + 2)
		canvas_text(&d->canvas, way > 0 ? to - 1 - width : to + 2, number, arrow_color(arrow));
}

/* The line on which it begins: as far as its label needs, and its share of the way, but short of arrows
 * that come down. */
static void draw_first(struct drawing *d, struct active *active)
{
	const struct ladder_arrow *arrow = active->arrow;
	int lines = (int)(arrow->to_row - arrow->from_row) + 1;
	int from, to, way, length, least, out;

	ends_of(d, arrow, &from, &to);
	way = from < to ? 1 : -1;
	length = (to - from) * way;
	least = label_columns(d, arrow, length);
	out = least;
	while (out + 1 < length - 1 && (out < least + 2 || out < length / lines) &&
	       is_in_canvas(from + way * (out + 1)) && !d->coming[from + way * (out + 1)])
		out++;
	while (out > least - lead_columns(d) &&
	       (!is_in_canvas(from + way * out) || d->going[from + way * out] ||
	        d->coming[from + way * out] || is_lane_column(d, from + way * out)))
		out--;
	draw_run(d, from, from + way * out, arrow);
	draw_label(d, arrow, from, way, length);
	go_down(d, active, from + way * out);
}

/* Where the arrow should be at the end of a line between its first and its last: a steady slope, that
 * leaves room for its number on the last. */
static int ideal_column(const struct drawing *d, const struct ladder_arrow *arrow, uint32_t row)
{
	int64_t lines = (int64_t)arrow->to_row - arrow->from_row + 1;
	int from, to, way, rest;

	ends_of(d, arrow, &from, &to);
	way = from < to ? 1 : -1;
	rest = number_columns(arrow) + 3;
	if (rest < (to - from) * way / lines)
		rest = (int)((to - from) * way / lines);
	return from + (int)((to - way * rest - from) * ((int64_t)row - arrow->from_row + 1) / (lines - 1));
}

/* A line between: as far towards the ideal column as nothing is in the way. Arrows that go the other way
 * are crossed where they come straight down; an arrow that is crossed goes straight down itself. */
static void draw_between(struct drawing *d, struct active *active, uint32_t row)
{
	const struct ladder_arrow *arrow = active->arrow;
	int way = way_of(d, arrow);
	int ideal = ideal_column(d, arrow, row);
	int out = active->column;

	for (int c = out + way; !d->run[active->column] && (ideal - c) * way >= 0 && is_in_canvas(c);
	     c += way) {
		if (d->run[c] || d->coming[c] == way)
			break;
		if (!d->coming[c] && !d->going[c] && !is_lane_column(d, c))
			out = c;
	}
	if ((out - active->column) * way < STEP_MIN)
		out = active->column;
	canvas_line(&d->canvas, active->column, CANVAS_UP, arrow_color(arrow));
	if (out != active->column)
		draw_run(d, active->column, out, arrow);
	go_down(d, active, out);
}

static bool start_arrows(struct drawing *d, uint32_t row)
{
	const struct ladder_layout *layout = d->layout;

	for (; d->next_arrow < layout->arrow_count && layout->arrows[d->next_arrow].from_row == row;
	     d->next_arrow++) {
		const struct ladder_arrow *arrow = &layout->arrows[d->next_arrow];

		if (arrow->from_row == arrow->to_row) {
			draw_half(d, arrow);
			continue;
		}
		if (d->active_count == d->active_capacity) {
			size_t more = d->active_capacity ? d->active_capacity * 2 : 16;
			struct active *grown = realloc(d->active, more * sizeof(*grown));

			if (!grown)
				return false;
			d->active = grown;
			d->active_capacity = more;
		}
		d->active[d->active_count++] = (struct active){ .arrow = arrow };
	}
	return true;
}

/* First what must stand on this line, then what may move on it. */
static void draw_arrows(struct drawing *d, uint32_t row)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->active_count; i++)
		if (d->active[i].arrow->from_row < row && is_in_canvas(d->active[i].column))
			d->coming[d->active[i].column] = (int8_t)way_of(d, d->active[i].arrow);
	for (size_t i = 0; i < d->active_count; i++)
		if (d->active[i].arrow->to_row == row)
			draw_last(d, &d->active[i]);
	for (size_t i = 0; i < d->active_count; i++)
		if (d->active[i].arrow->from_row == row)
			draw_first(d, &d->active[i]);
	for (size_t i = 0; i < d->active_count; i++) {
		if (d->active[i].arrow->to_row == row)
			continue;
		if (d->active[i].arrow->from_row < row)
			draw_between(d, &d->active[i], row);
		d->active[kept++] = d->active[i];
	}
	d->active_count = kept;
}

static void draw_lanes(struct drawing *d, const struct ladder_row *row)
{
	for (uint32_t i = 0; i < d->layout->lane_count; i++)
		canvas_put(&d->canvas, lane_column(d, i), row->idle_ns ? 0x22ee : state_glyph(row->states[i]),
		           row->idle_ns ? CANVAS_DIM : state_color(row->states[i]));
}

static void draw_time(struct drawing *d, const struct ladder_row *row)
{
	char text[40];
	uint64_t us = row->time_ns / OCTO_MICROSECOND;

	snprintf(text, sizeof(text), "%" PRIu64 ".%03u %03u", us / 1000000, (unsigned)(us / 1000 % 1000),
	         (unsigned)(us % 1000));
	canvas_text(&d->canvas, TIME_COLUMNS - 1 - canvas_width(text), text, CANVAS_DIM);
}

static void draw_note(struct drawing *d, const struct ladder_row *row)
{
	if (!row->note)
		return;
	if (row->lane != LADDER_NO_LANE && row->is_named)
		canvas_text(&d->canvas, d->note_column,
		            d->source->node(d->source->context, d->layout->lanes[row->lane])->name,
		            CANVAS_DIM);
	canvas_text(&d->canvas, d->note_column + d->name_columns + 1, d->layout->texts + row->note - 1,
	            (enum canvas_color)row->note_color);
}

static void draw_idle(struct drawing *d, const struct ladder_row *row)
{
	char gap[32], text[64];
	int middle = (lane_column(d, 0) + lane_column(d, d->layout->lane_count - 1)) / 2;

	ladder_duration(row->idle_ns, gap);
	snprintf(text, sizeof(text), "… %s idle …", gap);
	if (d->active_count)
		canvas_text(&d->canvas, d->note_column, text, CANVAS_DIM);
	else
		canvas_text(&d->canvas, middle - canvas_width(text) / 2, text, CANVAS_DIM);
}

/* Draws one line and prints it if it is among those wanted. */
static bool draw_row(struct drawing *d, uint32_t index, bool is_wanted)
{
	const struct ladder_row *row = &d->layout->rows[index];

	canvas_clear(&d->canvas);
	memset(d->coming, 0, sizeof(d->coming));
	memset(d->going, 0, sizeof(d->going));
	memset(d->run, 0, sizeof(d->run));
	draw_lanes(d, row);
	if (row->idle_ns)
		draw_idle(d, row);
	if (!start_arrows(d, index))
		return false;
	draw_arrows(d, index);
	if (!row->idle_ns && row->is_first)
		draw_time(d, row);
	if (!row->idle_ns)
		draw_note(d, row);
	if (is_wanted)
		canvas_print(&d->canvas, d->options->is_ascii, d->options->has_color, d->out);
	return true;
}

static void print_head(struct drawing *d)
{
	static const char hex[] = "0123456789abcdef";
	const struct ladder_source *s = d->source;

	canvas_clear(&d->canvas);
	canvas_text(&d->canvas, TIME_COLUMNS - 2, "s", CANVAS_DIM);
	for (uint32_t i = 0; i < d->layout->lane_count; i++)
		canvas_text(&d->canvas, lane_column(d, i), s->node(s->context, d->layout->lanes[i])->name,
		            CANVAS_BOLD);
	canvas_print(&d->canvas, d->options->is_ascii, d->options->has_color, d->out);
	canvas_clear(&d->canvas);
	for (uint32_t i = 0; i < d->layout->lane_count; i++) {
		const struct trace_node *node = s->node(s->context, d->layout->lanes[i]);
		int column = canvas_text(&d->canvas, lane_column(d, i), node->kind, CANVAS_DIM) + 1;

		for (int k = 0; k < 4 && d->gap >= 16; k++) {
			canvas_put(&d->canvas, column++, (uint32_t)hex[node->id[k] >> 4], CANVAS_DIM);
			canvas_put(&d->canvas, column++, (uint32_t)hex[node->id[k] & 15], CANVAS_DIM);
		}
		if (d->gap >= 16)
			canvas_put(&d->canvas, column, 0x2026, CANVAS_DIM);
	}
	canvas_print(&d->canvas, d->options->is_ascii, d->options->has_color, d->out);
}

static void print_legend(struct drawing *d)
{
	int column = TIME_COLUMNS + 1;

	canvas_clear(&d->canvas);
	for (unsigned state = 0; state <= LADDER_DOWN; state++) {
		canvas_put(&d->canvas, column, state_glyph(state), state_color(state));
		column = canvas_text(&d->canvas, column + 2,
		                     state == LADDER_DOWN ? "down" : octo_state_name((enum octo_state)state),
		                     CANVAS_DIM) +
		         3;
	}
	canvas_print(&d->canvas, d->options->is_ascii, d->options->has_color, d->out);
	canvas_clear(&d->canvas);
	canvas_text(&d->canvas, TIME_COLUMNS + 1,
	            "✕ lost   ⊘ rejected   ↻ same bytes again   ►► duplicate   ≋ corrupted   ┄ injected",
	            CANVAS_DIM);
	canvas_print(&d->canvas, d->options->is_ascii, d->options->has_color, d->out);
	fputc('\n', d->out);
}

static void choose_lanes(struct ladder_layout *layout, const struct ladder_source *source,
                         const struct ladder_options *options)
{
	layout->lane_count = options->node_count;
	if (layout->lane_count > LADDER_LANES_MAX)
		layout->lane_count = LADDER_LANES_MAX;
	if (layout->lane_count) {
		memcpy(layout->lanes, options->nodes, layout->lane_count * sizeof(layout->lanes[0]));
	} else if (source->node_count <= LADDER_LANES_DEFAULT) {
		layout->lane_count = source->node_count;
		for (uint32_t i = 0; i < source->node_count; i++)
			layout->lanes[i] = i;
	} else {
		layout->lane_count = 2;
		ladder_busiest_pair(source, layout->lanes);
	}
}

static void choose_columns(struct drawing *d)
{
	int columns = d->options->columns ? (int)d->options->columns : 110;
	int lanes = (int)d->layout->lane_count;
	int notes = lanes > 2 ? NOTES_OF_MORE : NOTES_OF_TWO;

	for (int i = 0; i < lanes; i++) {
		int width = canvas_width(d->source->node(d->source->context, d->layout->lanes[i])->name);

		if (width > d->name_columns)
			d->name_columns = width;
	}
	if (d->name_columns > 16)
		d->name_columns = 16;
	d->gap = lanes > 1 ? (columns - TIME_COLUMNS - 2 - NOTE_GAP - d->name_columns - 1 - notes) /
	                                     (lanes - 1) -
	                             1
	                   : GAP_MAX;
	if (d->gap < GAP_MIN)
		d->gap = GAP_MIN;
	if (d->gap > GAP_MAX)
		d->gap = GAP_MAX;
	d->note_column = lane_column(d, d->layout->lane_count ? d->layout->lane_count - 1 : 0) + 1 + NOTE_GAP;
}

bool ladder_print(const struct ladder_source *source, const struct ladder_options *options, FILE *out)
{
	uint32_t until = options->until && options->until < source->count ? options->until : source->count;
	struct ladder_layout layout = { 0 };
	struct drawing *d = calloc(1, sizeof(*d));
	bool is_fine;

	if (!d)
		return false;
	*d = (struct drawing){ .layout = &layout, .source = source, .options = options, .out = out };
	choose_lanes(&layout, source, options);
	choose_columns(d);
	is_fine = ladder_layout_make(&layout, source, until,
	                             options->idle_ns ? options->idle_ns : 100 * OCTO_MILLISECOND,
	                             layout.lane_count > 2 ? NOTES_OF_MORE : NOTES_OF_TWO);
	if (options->has_legend)
		print_legend(d);
	print_head(d);
	for (uint32_t i = 0; is_fine && i < layout.row_count; i++)
		is_fine = draw_row(d, i, !options->last || i + options->last >= layout.row_count);
	free(d->active);
	free(d);
	ladder_layout_free(&layout);
	return is_fine;
}
