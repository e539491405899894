/* theme.h: the colours, one table a theme. After Okabe and Ito, whose colours people with any kind of
 * colour vision can tell apart; and still nothing is ever said by colour alone: letters, dashes, hatching
 * and shapes go with it. */
#ifndef OCTOVIZ_THEME_H
#define OCTOVIZ_THEME_H

#include "core/octo.h"

struct color {
	double red, green, blue;
};

enum color_name {
	COLOR_BACKGROUND,             /* behind the views */
	COLOR_PANEL,                  /* behind bars and panels */
	COLOR_RAISED,                 /* buttons, chips, the selected row */
	COLOR_EDGE,                   /* hairlines between areas */
	COLOR_FAINT,                  /* grids */
	COLOR_DIM,                    /* text of the second rank */
	COLOR_TEXT,
	COLOR_MARK,                   /* selection and playhead */
	COLOR_LOSS, COLOR_DUEL,
	COLOR_SYN, COLOR_SYN_ACK, COLOR_ACK, COLOR_RETRY, COLOR_DATA, COLOR_OTHER,
	COLOR_IDLE, COLOR_OFFERING, COLOR_ANSWERING, COLOR_ESTABLISHED,
	COLOR_COUNT
};

struct theme {
	const char *name;
	struct color colors[COLOR_COUNT];
};

extern const struct theme theme_dark, theme_light;

/* NULL when there is none of that name. */
const struct theme *theme_find(const char *name);
enum color_name theme_packet_color(enum octo_packet_type type);
enum color_name theme_state_color(enum octo_state state);
/* What goes on a packet's body: at most four letters. */
const char *theme_packet_letters(enum octo_packet_type type);
/* Black or white, whichever reads better on it. */
struct color theme_ink_on(struct color ground);

#endif
