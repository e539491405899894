/* viewer.h: what the viewer is looking at: model, playback, selection, view. The one thing that commands
 * change and pictures are made from; a picture is a function of it and of nothing else. Knows neither SDL
 * nor files. */
#ifndef OCTOVIZ_VIEWER_H
#define OCTOVIZ_VIEWER_H

#include "viz/axis.h"
#include "viz/model.h"
#include "viz/paint.h"
#include "viz/playback.h"
#include "viz/text.h"

enum viewer_view { VIEW_TOPOLOGY, VIEW_SEQUENCE, VIEW_DUEL, VIEW_COUNT };

enum selection_kind { SELECT_NOTHING, SELECT_NODE, SELECT_COPY, SELECT_RECORD };
struct selection {
	enum selection_kind kind;
	uint32_t index;
};

enum { LANES_MAX = 12, NEIGHBOURS_MAX = 24 };

/* The nodes that are shown as lanes: all of them, or in a large world the focus and whom it deals with. */
struct lanes {
	uint32_t nodes[LANES_MAX];
	uint32_t count;
	uint8_t *of_node;             /* by node: its lane, LANES_MAX for none */
	/* Stretches in which nothing concerns any lane, by time. */
	struct axis_gap *gaps;
	uint32_t gap_count;
};

struct viewer {
	const struct model *model;
	struct playback playback;
	struct model_state *state;    /* after playback.index records */
	struct model_state *scratch;  /* at the top edge of the sequence view */
	const struct theme *theme;
	int width, height;
	enum viewer_view view;
	struct selection selection;
	uint32_t focus;               /* node whose neighbourhood a large world shows */
	uint32_t duel;                /* the duel that is shown; MODEL_NONE: none in this run */
	struct lanes lanes;
	uint32_t lanes_focus;         /* what the lanes were made for */
	/* Sequence view. */
	uint64_t sequence_ns;         /* time at the middle of the view, unless it follows the playhead */
	double ns_per_pixel;
	bool follows;
	uint64_t range_from_ns, range_until_ns; /* shown exactly, when until > from */
	/* Topology view. */
	double pan_x, pan_y, zoom;
	uint64_t detail_ns;           /* length of the timeline's detail strip */
	bool shows_help;
	bool wants_quit, wants_export; /* for whoever owns the window */
	char message[TEXT_MAX];       /* last thing to tell, in the status line */
	struct hits hits;             /* of the picture drawn last */
	enum hit_kind pressed;        /* what the mouse button went down on */
};

/* Where everything lies in a picture of this size. */
struct layout {
	struct rect toolbar, main, inspector, timeline, status;
	struct rect overview, detail; /* the timeline's two strips */
};

struct viewer *viewer_new(const struct model *model, int width, int height); /* borrows the model */
void viewer_free(struct viewer *viewer);
struct layout viewer_layout(const struct viewer *viewer);
/* Brings states, lanes and duel in step with playback and selection. Call before drawing. */
void viewer_settle(struct viewer *viewer);
/* Selects, and turns the focus and the duel to it. */
void viewer_select(struct viewer *viewer, struct selection selection);
void viewer_select_duel(struct viewer *viewer, uint32_t duel);
/* Turns the focus to a node that this record is about. */
void viewer_look_at(struct viewer *viewer, uint32_t record);
bool viewer_is_large(const struct viewer *viewer); /* too many nodes to show each by name */
/* Goes to a time by the user's hand: the sequence view follows again. */
void viewer_go(struct viewer *viewer, uint64_t time_ns);
/* Time under a point of one of the timeline's strips. */
uint64_t viewer_strip_time(const struct viewer *viewer, enum hit_kind strip, double x);
void viewer_detail_range(const struct viewer *viewer, uint64_t *from_ns, uint64_t *until_ns);
void viewer_say(struct viewer *viewer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Paints the whole picture (frame.c). */
void viewer_draw(struct viewer *viewer, cairo_t *cairo);

/* The parts of a picture, each in its own file. They draw inside `area` and read, but never change, the
 * viewer. */
void topology_draw(const struct viewer *viewer, const struct paint *paint, struct rect area);
void sequence_draw(const struct viewer *viewer, const struct paint *paint, struct rect area);
struct axis sequence_axis(const struct viewer *viewer, struct rect area); /* as sequence_draw() has it */
void duel_draw(const struct viewer *viewer, const struct paint *paint, struct rect area);
void timeline_draw(const struct viewer *viewer, const struct paint *paint, const struct layout *layout);
void inspector_draw(const struct viewer *viewer, const struct paint *paint, struct rect area);
void toolbar_draw(const struct viewer *viewer, const struct paint *paint, struct rect area);
void help_draw(const struct viewer *viewer, const struct paint *paint, struct rect area);

#endif
