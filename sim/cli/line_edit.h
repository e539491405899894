/* line_edit.h: a line that is being typed, with its cursor and the lines before it. Pure: bytes of a terminal go in, a line comes
 * out. Next: node_screen.h, which shows it. */
#ifndef OCTOSIM_LINE_EDIT_H
#define OCTOSIM_LINE_EDIT_H

#include <stdbool.h>
#include <stddef.h>

enum { EDIT_LINE_BYTES = 1024, EDIT_HISTORY = 32 };

enum line_edit_result { EDIT_GOES_ON, EDIT_LINE, EDIT_END }; /* EDIT_END: Ctrl-D in an empty line */

struct line_edit {
	char text[EDIT_LINE_BYTES];
	size_t size, cursor;              /* bytes */
	char escape[8];                   /* what has come of an escape sequence */
	size_t escape_size;
	char history[EDIT_HISTORY][EDIT_LINE_BYTES];
	unsigned history_count, history_at; /* history_at: lines back; 0 is the one that is typed */
};

/* With EDIT_LINE the line is in `line`, and the edit is empty again. */
enum line_edit_result line_edit_byte(struct line_edit *edit, char byte, char line[EDIT_LINE_BYTES]);
/* Characters before the cursor, and of all; UTF-8 counts as one each. */
size_t line_edit_columns(const char *text, size_t size);

#endif
