/* paint.h: the small vocabulary all pictures are drawn with: text that fits, boxes, arrows, crosses,
 * hatching, shapes. A thin layer over Cairo that also remembers what was drawn where, so that a click can
 * be answered. Knows no model. All sizes are in pixels. */
#ifndef OCTOVIZ_PAINT_H
#define OCTOVIZ_PAINT_H

#include "viz/theme.h"

#include <cairo.h>

struct rect {
	double x, y, width, height;
};

/* What lies under a point of the picture. */
enum hit_kind {
	HIT_NOTHING,
	HIT_NODE,
	HIT_COPY,
	HIT_RECORD,
	HIT_DUEL,
	HIT_COMMAND,
	HIT_OVERVIEW,
	HIT_DETAIL
};
struct hit {
	enum hit_kind kind;
	uint32_t index; /* node, copy, record, duel, command; unused for the timeline's strips */
	double x0, y0, x1, y1;        /* a box, or with `reach` a line that counts up to that distance */
	double reach;
};
struct hits {
	struct hit *list;
	uint32_t count, capacity;
};

struct paint {
	cairo_t *cairo;
	const struct theme *theme;
	struct hits *hits;            /* NULL: nobody asks */
};

enum paint_align { PAINT_LEFT, PAINT_CENTER, PAINT_RIGHT };
enum paint_face { PAINT_PLAIN, PAINT_BOLD, PAINT_MONO, PAINT_MONO_BOLD };
struct paint_font {
	double size;
	enum paint_face face;
};

enum { PAINT_SMALL = 12 };            /* the smallest text there is */

/* ---- Colour and lines ---------------------------------------------------------------------------------- */
struct color paint_color_of(const struct paint *paint, enum color_name name);
void paint_ink(const struct paint *paint, enum color_name name, double alpha);
void paint_line(const struct paint *paint, double x0, double y0, double x1, double y1, double width);
/* What dashes a handshake state or a packet's flags get; solid ends them. */
void paint_dash(const struct paint *paint, double on, double off);
void paint_solid(const struct paint *paint);

/* ---- Text. y is the baseline --------------------------------------------------------------------------- */
double paint_text_width(const struct paint *paint, struct paint_font font, const char *text);
void paint_text(const struct paint *paint, struct paint_font font, enum paint_align align, double x, double y,
                const char *text);
/* The same with a rim of the background around it, to be read over lines. Left-aligned; not rounded to
 * whole pixels. */
void paint_text_rimmed(const struct paint *paint, struct paint_font font, double x, double y,
                       enum color_name ink, const char *text);
/* Cut with an ellipsis to at most `width` pixels. Returns the width taken. */
double paint_text_fit(const struct paint *paint, struct paint_font font, enum paint_align align, double x,
                      double y, double width, const char *text);
/* Broken into lines of at most `width`, at most `lines` of them. Returns the y after the last line. */
double paint_text_wrap(const struct paint *paint, struct paint_font font, double x, double y, double width,
                       int lines, const char *text);

/* ---- Boxes and shapes ---------------------------------------------------------------------------------- */
void paint_box_path(const struct paint *paint, struct rect box, double radius);
void paint_box(const struct paint *paint, struct rect box, double radius, enum color_name fill);
void paint_frame(const struct paint *paint, struct rect box, double radius, enum color_name stroke,
                 double width);
/* A node's outline: agents are rounded squares, remotes are discs. `radius` is half its size. */
void paint_node_path(const struct paint *paint, double x, double y, double radius, bool is_agent);
/* A point of a triangle, its tip to the right, turned by `angle`. */
void paint_arrow_head(const struct paint *paint, double x, double y, double angle, double size);
void paint_cross(const struct paint *paint, double x, double y, double size, double width);
void paint_forbidden(const struct paint *paint, double x, double y, double radius);
void paint_diamond(const struct paint *paint, double x, double y, double radius);
void paint_triangle(const struct paint *paint, double x, double y, double radius, bool is_up);
/* A line that wavers: something was damaged on the way. */
void paint_zigzag(const struct paint *paint, double x0, double y0, double x1, double y1, double amplitude);
/* Fills a box the way a state is shown everywhere: idle empty, offering hatched /, answering hatched \,
 * established solid. */
void paint_state(const struct paint *paint, struct rect box, enum octo_state state, double alpha);
/* The same as a small framed sample. */
void paint_state_sample(const struct paint *paint, struct rect box, enum octo_state state);
/* A packet's body: a pill with its letters. `flags` of TRACE_COPY_* are given as three bools. */
struct paint_packet {
	enum octo_packet_type type;
	bool is_duplicate, is_corrupted, is_injected, is_selected;
	double alpha;
};
void paint_packet(const struct paint *paint, double x, double y, struct paint_packet packet);

/* ---- Clicks -------------------------------------------------------------------------------------------- */
void paint_hit_box(const struct paint *paint, enum hit_kind kind, uint32_t index, struct rect box);
void paint_hit_line(const struct paint *paint, enum hit_kind kind, uint32_t index, double x0, double y0,
                    double x1, double y1);
/* The topmost (last drawn) thing under the point. */
struct hit paint_hit_find(const struct hits *hits, double x, double y);

#endif
