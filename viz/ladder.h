/* ladder.h: the ladder diagram, lanes side by side and time running down; drawn by the sequence view over
 * the whole of it and by the duel view over a few crossing packets. */
#ifndef OCTOVIZ_LADDER_H
#define OCTOVIZ_LADDER_H

#include "viz/labels.h"
#include "viz/viewer.h"

enum { LADDER_HEADER = 50, LADDER_AXIS = 96, LADDER_LANE = 14 };

struct ladder {
	const struct viewer *viewer;
	const struct paint *paint;
	const struct lanes *lanes;
	const struct axis *axis;
	struct rect area;             /* the body, below the header */
	double lane_x[LANES_MAX];     /* middle of each lane */
	double lane_half[LANES_MAX];  /* half its width */
	double label_room;            /* beside the outer lanes */
	bool is_narrow;               /* lanes so close that words between them must be few */
	uint64_t from_ns, until_ns;   /* what is to be seen */
	bool is_past; /* all of it is looked back upon: nothing is dimmed, no states in the header */
	/* Words are written in two passes, what has been and, dimmed, what is to come; a line of text is
	 * never half dimmed. */
	enum { LADDER_ALL, LADDER_BEEN, LADDER_TO_COME } pass;
	struct labels labels;
};

/* Header and body in `area`. The axis covers the body. */
void ladder_draw(const struct viewer *viewer, const struct paint *paint, struct rect area,
                 const struct lanes *lanes, const struct axis *axis, bool is_past);
/* The body of an area. */
struct rect ladder_body(struct rect area);

/* The parts, in the order of painting. */
void ladder_draw_lanes(struct ladder *ladder);   /* ladder_lanes.c */
void ladder_draw_arrows(struct ladder *ladder);  /* ladder_arrows.c: the lines */
void ladder_draw_words(struct ladder *ladder);   /* ladder_arrows.c: what is written on them */
void ladder_draw_marks(struct ladder *ladder);   /* ladder_marks.c */
/* Is something of this time to be written in the present pass? */
bool ladder_is_due(const struct ladder *ladder, uint64_t time_ns);

#endif
