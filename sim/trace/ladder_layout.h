/* ladder_layout.h: what stands on which line of a ladder, before any of it is drawn. Private to the
 * ladder's files. */
#ifndef OCTOSIM_TRACE_LADDER_LAYOUT_H
#define OCTOSIM_TRACE_LADDER_LAYOUT_H

#include "sim/trace/canvas.h"
#include "sim/trace/ladder.h"

enum { LADDER_NO_LANE = 255, LADDER_NOTE_BYTES = 320 };

/* What a lane looks like: enum octo_state, and one more. */
enum { LADDER_DOWN = OCTO_STATE_COUNT };

struct ladder_row {
	uint64_t time_ns;
	uint64_t idle_ns; /* > 0: nothing but a gap of so much */
	size_t note;      /* 1 + offset into the layout's texts, 0 for none */
	uint8_t note_color;
	uint8_t lane;       /* whose moment it is; LADDER_NO_LANE: everybody's */
	bool is_first;      /* of its moment: shows the time */
	bool is_named;      /* has the first note of its moment: shows the node's name */
	bool has_arrow_end; /* an arrow begins or ends here at `lane` */
	uint8_t states[LADDER_LANES_MAX];
};

enum ladder_end { LADDER_FLYING, LADDER_ARRIVED, LADDER_REJECTED, LADDER_LOST };

/* One copy of a packet. */
struct ladder_arrow {
	uint32_t from_row, to_row; /* equal for one that is lost or still flying: half an arrow */
	uint32_t packet, copy;
	uint32_t count;             /* copies that it stands for */
	uint64_t verdicts;          /* bits of enum octo_reason that they got */
	uint16_t size;              /* bytes, 0 when not known */
	uint8_t from_lane, to_lane; /* LADDER_NO_LANE: from nowhere, to nowhere */
	uint8_t type;               /* enum octo_packet_type */
	uint8_t flags;              /* TRACE_COPY_* */
	uint8_t end;                /* enum ladder_end */
	bool is_again;              /* these bytes were sent before */
	bool is_headless;           /* its sending is not among the records */
	char nonce[9];              /* of a SYN: the first bytes of its n in hexadecimal */
};

struct ladder_layout {
	uint32_t lanes[LADDER_LANES_MAX]; /* node numbers */
	uint32_t lane_count;
	struct ladder_row *rows;
	struct ladder_arrow *arrows; /* by from_row */
	char *texts;
	size_t row_count, row_capacity, arrow_count, arrow_capacity, text_size, text_capacity;
};

/* Makes rows and arrows of the records before `until`. Notes are kept within note_columns where that is
 * possible. False when memory ran out; the layout is to be freed in any case. */
OCTO_MUST_CHECK bool ladder_layout_make(struct ladder_layout *layout, const struct ladder_source *source,
                                        uint32_t until, uint64_t idle_ns, int note_columns);
void ladder_layout_free(struct ladder_layout *layout);

/* The record in words, for the column on the right; empty when it says nothing there. The verdict is the
 * last RECEIVED of the same moment: what it says is not said again. */
void ladder_note(const struct ladder_source *source, uint32_t index, enum octo_reason verdict,
                 bool names_peer, char out[LADDER_NOTE_BYTES], enum canvas_color *color);
/* "412 ms", "3.5 s", "2 h 4 min": at most three digits. */
void ladder_duration(uint64_t ns, char out[32]);

#endif
