/* line_edit.c: see line_edit.h. */
#include "sim/cli/line_edit.h"

#include <string.h>

enum { CTRL_A = 1, CTRL_D = 4, CTRL_E = 5, BACKSPACE = 8, CTRL_K = 11, CTRL_U = 21, CTRL_W = 23, ESCAPE = 27, DELETE = 127 };

static bool is_inner(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

size_t line_edit_columns(const char *text, size_t size)
{
	size_t columns = 0;

	for (size_t i = 0; i < size; i++)
		columns += !is_inner(text[i]);
	return columns;
}

static size_t left_of(const struct line_edit *edit, size_t at)
{
	while (at > 0 && is_inner(edit->text[--at]))
		;
	return at;
}

static size_t right_of(const struct line_edit *edit, size_t at)
{
	at += at < edit->size;
	while (at < edit->size && is_inner(edit->text[at]))
		at++;
	return at;
}

static void take_out(struct line_edit *edit, size_t from, size_t to)
{
	memmove(edit->text + from, edit->text + to, edit->size - to + 1);
	edit->size -= to - from;
	edit->cursor = from;
}

static void insert(struct line_edit *edit, char byte)
{
	if (edit->size + 1 >= EDIT_LINE_BYTES)
		return;
	memmove(edit->text + edit->cursor + 1, edit->text + edit->cursor, edit->size - edit->cursor + 1);
	edit->text[edit->cursor++] = byte;
	edit->size++;
}

static size_t word_left(const struct line_edit *edit)
{
	size_t at = edit->cursor;

	while (at > 0 && edit->text[at - 1] == ' ')
		at--;
	while (at > 0 && edit->text[at - 1] != ' ')
		at--;
	return at;
}

static void recall(struct line_edit *edit, int direction)
{
	unsigned kept = edit->history_count < EDIT_HISTORY ? edit->history_count : EDIT_HISTORY;

	if ((direction > 0 && edit->history_at >= kept) || (direction < 0 && edit->history_at == 0))
		return;
	if (direction > 0)
		edit->history_at++;
	else
		edit->history_at--;
	if (edit->history_at == 0)
		edit->text[0] = '\0';
	else
		strcpy(edit->text, edit->history[(edit->history_count - edit->history_at) % EDIT_HISTORY]);
	edit->size = edit->cursor = strlen(edit->text);
}

/* A sequence is over with its first letter or ~; what is none of ours does nothing. */
static void escape(struct line_edit *edit, char byte)
{
	if (edit->escape_size + 1 < sizeof(edit->escape))
		edit->escape[edit->escape_size++] = byte;
	edit->escape[edit->escape_size] = '\0';
	if (edit->escape_size == 2 && (byte == '[' || byte == 'O'))
		return;
	if (edit->escape_size > 1 && ((byte >= '0' && byte <= '9') || byte == ';'))
		return;
	edit->escape_size = 0;
	switch (edit->escape[1] == '[' || edit->escape[1] == 'O' ? byte : '\0') {
	case 'A': recall(edit, 1); break;
	case 'B': recall(edit, -1); break;
	case 'C': edit->cursor = right_of(edit, edit->cursor); break;
	case 'D': edit->cursor = left_of(edit, edit->cursor); break;
	case 'H': edit->cursor = 0; break;
	case 'F': edit->cursor = edit->size; break;
	case '~':
		if (edit->escape[2] == '3')
			take_out(edit, edit->cursor, right_of(edit, edit->cursor));
		break;
	default: break;
	}
}

static enum line_edit_result enter(struct line_edit *edit, char line[EDIT_LINE_BYTES])
{
	strcpy(line, edit->text);
	if (edit->size > 0)
		strcpy(edit->history[edit->history_count++ % EDIT_HISTORY], edit->text);
	edit->size = edit->cursor = edit->history_at = 0;
	edit->text[0] = '\0';
	return EDIT_LINE;
}

enum line_edit_result line_edit_byte(struct line_edit *edit, char byte, char line[EDIT_LINE_BYTES])
{
	if (edit->escape_size > 0) {
		escape(edit, byte);
		return EDIT_GOES_ON;
	}
	switch (byte) {
	case '\r':
	case '\n': return enter(edit, line);
	case CTRL_A: edit->cursor = 0; break;
	case CTRL_E: edit->cursor = edit->size; break;
	case CTRL_K: take_out(edit, edit->cursor, edit->size); break;
	case CTRL_U: take_out(edit, 0, edit->cursor); break;
	case CTRL_W: take_out(edit, word_left(edit), edit->cursor); break;
	case ESCAPE: edit->escape_size = 1; edit->escape[0] = byte; break;
	case CTRL_D:
		if (edit->size == 0)
			return EDIT_END;
		take_out(edit, edit->cursor, right_of(edit, edit->cursor));
		break;
	case BACKSPACE:
	case DELETE: take_out(edit, left_of(edit, edit->cursor), edit->cursor); break;
	default:
		if ((unsigned char)byte >= 0x20)
			insert(edit, byte);
		break;
	}
	return EDIT_GOES_ON;
}
