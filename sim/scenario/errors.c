/* errors.c: the list of what is wrong in a file: bounded, sorted by place, printed one a line. */
#include "sim/scenario/memory.h"
#include "sim/scenario/quote.h"
#include "sim/scenario/reader.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void errors_add(struct scenario_errors *errors, uint32_t line, uint32_t column, const char *where,
                const char *text)
{
	struct scenario_error *error = NULL;
	bool is_last = errors->count == READER_ERRORS_MAX;

	if (errors->count > READER_ERRORS_MAX)
		return;
	errors->list = memory_grow(errors->list, errors->count, sizeof(*errors->list));
	error = &errors->list[errors->count++];
	memset(error, 0, sizeof(*error));
	if (is_last) {
		snprintf(error->text, sizeof(error->text), "… and more; mend these %d first",
		         READER_ERRORS_MAX);
		return;
	}
	error->line = line;
	error->column = column;
	snprintf(error->where, sizeof(error->where), "%s", where);
	/* Cut where it must be, but at the end of a character. */
	quote_plain(error->text, sizeof(error->text), text, strlen(text));
}

/* "… and more" (line 0 in a list of several) stays last. */
static int by_place(const void *a, const void *b)
{
	const struct scenario_error *left = a, *right = b;

	if ((left->line == 0) != (right->line == 0))
		return left->line == 0 ? 1 : -1;
	if (strcmp(left->file, right->file) != 0)
		return strcmp(left->file, right->file);
	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	if (left->column != right->column)
		return left->column < right->column ? -1 : 1;
	return strcmp(left->text, right->text);
}

void errors_sort(struct scenario_errors *errors)
{
	if (errors->count > 1)
		qsort(errors->list, errors->count, sizeof(*errors->list), by_place);
}

void scenario_errors_free(struct scenario_errors *errors)
{
	memory_free(errors->list);
	errors->list = NULL;
	errors->count = 0;
}

void scenario_errors_print(const struct scenario_errors *errors, const char *path, FILE *out)
{
	for (uint32_t i = 0; i < errors->count; i++) {
		const struct scenario_error *error = &errors->list[i];

		fprintf(out, "%s:", error->file[0] != '\0' ? error->file : path);
		if (error->line > 0)
			fprintf(out, "%u:%u:", error->line, error->column);
		if (error->where[0] != '\0')
			fprintf(out, " %s:", error->where);
		fprintf(out, " %s\n", error->text);
	}
}

__attribute__((format(printf, 5, 0))) static void add_at(struct reader *reader, struct tree_value value,
                                                         uint32_t line, uint32_t column, const char *format,
                                                         va_list arguments)
{
	char where[128], text[1024];

	scanner_path(&reader->tree.scanner, value.mark, where, sizeof(where));
	vsnprintf(text, sizeof(text), format, arguments);
	errors_add(reader->errors, line, column, where, text);
}

void reader_wrong(struct reader *reader, struct tree_value value, const char *format, ...)
{
	const struct scanner_mark *mark = tree_mark(&reader->tree, value);
	va_list arguments;

	if (mark->is_bad)
		return;
	va_start(arguments, format);
	add_at(reader, value, mark->line, mark->column, format, arguments);
	va_end(arguments);
}

void reader_wrong_key(struct reader *reader, struct tree_value value, const char *format, ...)
{
	const struct scanner_mark *mark = tree_mark(&reader->tree, value);
	va_list arguments;

	va_start(arguments, format);
	add_at(reader, value, mark->key_line, mark->key_column, format, arguments);
	va_end(arguments);
}

void reader_found(const struct reader *reader, struct tree_value value, char *out, size_t size)
{
	const struct scanner_mark *mark = tree_mark(&reader->tree, value);
	const char *text = NULL;
	char quoted[64];
	size_t length = 0;

	switch (mark->kind) {
	case SCANNER_NULL:
		snprintf(out, size, "null");
		break;
	case SCANNER_BOOL:
		snprintf(out, size, mark->end - mark->at == 4 ? "true" : "false");
		break;
	case SCANNER_NUMBER:
		text = tree_number(&reader->tree, value, &length);
		snprintf(out, size, "the number %.*s", (int)length, text);
		break;
	case SCANNER_STRING:
		text = tree_text(value);
		quote_text(quoted, sizeof(quoted), text, strlen(text));
		snprintf(out, size, "%s", quoted);
		break;
	case SCANNER_LIST:
		snprintf(out, size, "a list of %u", tree_count(&reader->tree, value));
		break;
	case SCANNER_OBJECT:
		snprintf(out, size, "an object");
		break;
	}
}
