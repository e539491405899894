/* canvas.h: one line of text as cells, in which lines may cross, and its way to a terminal: UTF-8 or
 * ASCII, coloured or plain. Bytes from outside (names) come out clean: no control characters, no broken
 * UTF-8. For ladder.c. */
#ifndef OCTOSIM_TRACE_CANVAS_H
#define OCTOSIM_TRACE_CANVAS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { CANVAS_COLUMNS_MAX = 512 };

enum canvas_color {
	CANVAS_PLAIN,
	CANVAS_DIM,
	CANVAS_BOLD,
	CANVAS_SKY,
	CANVAS_BLUE,
	CANVAS_GREEN,
	CANVAS_ORANGE,
	CANVAS_YELLOW,
	CANVAS_VERMILLION,
	CANVAS_PURPLE,
	CANVAS_COLOR_COUNT
};

/* Directions in which a line leaves a cell. */
enum { CANVAS_UP = 1, CANVAS_DOWN = 2, CANVAS_LEFT = 4, CANVAS_RIGHT = 8 };

struct canvas_cell {
	uint32_t glyph; /* a code point; 0: what `lines` say */
	uint8_t lines;
	uint8_t color;
};

struct canvas {
	struct canvas_cell cells[CANVAS_COLUMNS_MAX];
};

void canvas_clear(struct canvas *canvas);
/* All of these ignore what lies outside the canvas. */
void canvas_put(struct canvas *canvas, int column, uint32_t glyph, enum canvas_color color);
void canvas_line(struct canvas *canvas, int column, unsigned directions, enum canvas_color color);
/* Writes UTF-8 text; returns the column behind it. */
int canvas_text(struct canvas *canvas, int column, const char *text, enum canvas_color color);
/* Columns that a text takes. */
int canvas_width(const char *text);
/* Prints the line without trailing blanks, and a newline. */
void canvas_print(const struct canvas *canvas, bool is_ascii, bool has_color, FILE *out);

#endif
