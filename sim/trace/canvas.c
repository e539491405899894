/* canvas.c: see canvas.h. Knows nothing of traces. */
#include "sim/trace/canvas.h"

#include <stddef.h>
#include <string.h>

/* clang-format off */
/* Indexed by the directions of enum CANVAS_UP …; a half line is drawn as a whole one. */
static const uint32_t line_glyphs[16] = {
	' ', 0x2502, 0x2502, 0x2502, 0x2500, 0x256f, 0x256e, 0x2524,
	0x2500, 0x2570, 0x256d, 0x251c, 0x2500, 0x2534, 0x252c, 0x253c
};
static const char line_ascii[17] = " |||-'.+-`.+-+++";

static const char *const escapes[CANVAS_COLOR_COUNT] = {
	[CANVAS_PLAIN] = "", [CANVAS_DIM] = "\033[38;5;245m", [CANVAS_BOLD] = "\033[1m",
	[CANVAS_SKY] = "\033[38;5;74m", [CANVAS_BLUE] = "\033[38;5;32m", [CANVAS_GREEN] = "\033[38;5;36m",
	[CANVAS_ORANGE] = "\033[38;5;214m", [CANVAS_YELLOW] = "\033[1;38;5;220m",
	[CANVAS_VERMILLION] = "\033[1;38;5;166m", [CANVAS_PURPLE] = "\033[38;5;175m",
};

/* What a terminal without UTF-8 gets. What may stand between lanes takes one column, as it does there. */
static const struct { uint32_t glyph; const char *text; } substitutes[] = {
	{0x2502, "|"}, {0x250a, ":"}, {0x250b, ";"}, {0x2551, "#"}, {0x00b7, "."}, {0x2504, "."},
	{0x224b, "~"}, {0x25ba, ">"}, {0x25c4, "<"}, {0x2715, "x"}, {0x2298, "!"}, {0x21bb, "@"},
	{0x2026, "~"}, {0x22ee, ":"}, {0x2192, "->"}, {0x2694, "**"}, {0x25b2, "^"}, {0x25b3, "^"},
	{0x25bc, "v"}, {0x21c4, "<->"}, {0x25a0, "##"}, {0x26a0, "!!"}, {0x00d7, "x"},
};
/* clang-format on */

void canvas_clear(struct canvas *canvas)
{
	memset(canvas, 0, sizeof(*canvas));
}

void canvas_put(struct canvas *canvas, int column, uint32_t glyph, enum canvas_color color)
{
	if (column < 0 || column >= CANVAS_COLUMNS_MAX)
		return;
	canvas->cells[column] = (struct canvas_cell){ .glyph = glyph, .color = (uint8_t)color };
}

void canvas_line(struct canvas *canvas, int column, unsigned directions, enum canvas_color color)
{
	if (column < 0 || column >= CANVAS_COLUMNS_MAX || canvas->cells[column].glyph)
		return;
	canvas->cells[column].lines |= (uint8_t)directions;
	canvas->cells[column].color = (uint8_t)color;
}

static bool is_printable(uint32_t point)
{
	/* Controls, marks that reorder text, and what has no width would break the columns or more. */
	return !(point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0xad ||
	         (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
	         (point >= 0x2060 && point <= 0x206f) || point == 0xfeff);
}

/* Takes one code point off *text. '?' for anything that is not clean. */
static uint32_t decode(const char **text)
{
	static const uint32_t least[4] = { 0, 0x80, 0x800, 0x10000 };
	const uint8_t *at = (const uint8_t *)*text;
	int more = at[0] < 0x80 ? 0 : at[0] >= 0xf0 ? 3 : at[0] >= 0xe0 ? 2 : 1;
	uint32_t point = more ? at[0] & (0x3fu >> more) : at[0];
	int i = 1;

	for (; i <= more && (at[i] & 0xc0) == 0x80; i++)
		point = point << 6 | (at[i] & 0x3f);
	*text += i;
	if (i <= more || point < least[more] || point > 0x10ffff || (at[0] >= 0x80 && at[0] < 0xc0) ||
	    at[0] >= 0xf8)
		return '?';
	return is_printable(point) ? point : '?';
}

int canvas_text(struct canvas *canvas, int column, const char *text, enum canvas_color color)
{
	while (*text)
		canvas_put(canvas, column++, decode(&text), color);
	return column;
}

int canvas_width(const char *text)
{
	int width = 0;

	for (; *text; width++)
		decode(&text);
	return width;
}

static void print_point(uint32_t point, FILE *out)
{
	if (point < 0x80) {
		putc((int)point, out);
	} else if (point < 0x800) {
		putc((int)(0xc0 | point >> 6), out);
		putc((int)(0x80 | (point & 0x3f)), out);
	} else if (point < 0x10000) {
		putc((int)(0xe0 | point >> 12), out);
		putc((int)(0x80 | (point >> 6 & 0x3f)), out);
		putc((int)(0x80 | (point & 0x3f)), out);
	} else {
		putc((int)(0xf0 | point >> 18), out);
		putc((int)(0x80 | (point >> 12 & 0x3f)), out);
		putc((int)(0x80 | (point >> 6 & 0x3f)), out);
		putc((int)(0x80 | (point & 0x3f)), out);
	}
}

static void print_ascii(uint32_t point, FILE *out)
{
	if (point < 0x80) {
		putc((int)point, out);
		return;
	}
	for (size_t i = 0; i < sizeof(substitutes) / sizeof(substitutes[0]); i++) {
		if (substitutes[i].glyph == point) {
			fputs(substitutes[i].text, out);
			return;
		}
	}
	putc('?', out);
}

void canvas_print(const struct canvas *canvas, bool is_ascii, bool has_color, FILE *out)
{
	int end = CANVAS_COLUMNS_MAX;
	uint8_t color = CANVAS_PLAIN;

	while (end > 0 && !canvas->cells[end - 1].lines &&
	       (!canvas->cells[end - 1].glyph || canvas->cells[end - 1].glyph == ' '))
		end--;
	for (int i = 0; i < end; i++) {
		const struct canvas_cell *cell = &canvas->cells[i];

		if (has_color && cell->color != color && (cell->glyph || cell->lines)) {
			fprintf(out, "%s%s", color ? "\033[0m" : "", escapes[cell->color]);
			color = cell->color;
		}
		if (is_ascii && !cell->glyph)
			putc(line_ascii[cell->lines & 15], out);
		else if (is_ascii)
			print_ascii(cell->glyph, out);
		else
			print_point(cell->glyph ? cell->glyph : line_glyphs[cell->lines & 15], out);
	}
	fputs(color ? "\033[0m\n" : "\n", out);
}
