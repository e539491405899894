/* scanner.c: a strict, recovering scanner of JSON text. See scanner.h for what it is for.
 * Recovery never moves a byte: a mistake is overwritten in the copy by blanks, '?' or 0, so that offsets, lines and
 * columns stay true and the parser that reads the copy afterwards sees the same values. Where that cannot be done
 * (a missing quote, a wrong bracket) scanning stops: guesses after that would only bury the one real mistake. */
#include "sim/scenario/scanner.h"

#include "sim/scenario/memory.h"
#include "sim/scenario/quote.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct scan {
	struct scanner *out;
	const unsigned char *text;
	uint32_t size, at;
	uint32_t line, column;
	int32_t inside;   /* mark of the list or object being read */
	uint32_t ordinal; /* within it, of what comes next */
	int32_t key_of;   /* not yet marked member: offset of its key, or SCANNER_NONE */
	uint32_t key_end, key_line, key_column;
	bool is_stopped;
};

static bool scan_value(struct scan *scan, uint32_t depth);

static void path_of_next(const struct scan *scan, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	if (scan->inside == SCANNER_NONE)
		return;
	scanner_path(scan->out, (uint32_t)scan->inside, out, size);
	used = strlen(out);
	if (scan->out->marks[scan->inside].kind == SCANNER_LIST) {
		snprintf(out + used, size - used, "%s%u", used > 0 ? "." : "", scan->ordinal);
	} else if (scan->key_of != SCANNER_NONE) {
		if (used > 0 && used + 1 < size)
			out[used++] = '.';
		quote_plain(out + used, size - used, (const char *)scan->text + scan->key_of,
		            scan->key_end - (uint32_t)scan->key_of);
	}
}

__attribute__((format(printf, 4, 5))) static void report(struct scan *scan, uint32_t line, uint32_t column,
                                                         const char *format, ...)
{
	char path[128], text[384];
	va_list arguments;

	path_of_next(scan, path, sizeof(path));
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	scan->out->report(scan->out->context, line, column, path, text);
}

/* Reports where scanning stands, and ends it. Always false. */
static bool stop(struct scan *scan, const char *text)
{
	report(scan, scan->line, scan->column, "%s", text);
	scan->is_stopped = true;
	return false;
}

static int peek(const struct scan *scan)
{
	return scan->at < scan->size ? scan->text[scan->at] : -1;
}

static int peek_behind(const struct scan *scan)
{
	return scan->at + 1 < scan->size ? scan->text[scan->at + 1] : -1;
}

static void advance(struct scan *scan)
{
	unsigned char byte = scan->text[scan->at++];

	if (byte == '\n') {
		scan->line++;
		scan->column = 1;
	} else if ((byte & 0xc0) != 0x80) {
		scan->column++;
	}
}

static void mend(struct scan *scan, uint32_t from, uint32_t to, char with)
{
	for (uint32_t i = from; i < to; i++) {
		char byte = scan->out->mended[i];

		if (byte != '\n' && byte != '\r')
			scan->out->mended[i] = with;
	}
}

static bool is_blank(int byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static bool is_word(int byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
	       byte == '_' || byte == '+' || byte == '-' || byte == '.' || byte == '%';
}

static void skip_comment(struct scan *scan)
{
	uint32_t from = scan->at;
	bool is_block = peek(scan) == '/' && peek_behind(scan) == '*';
	uint32_t line = scan->line, column = scan->column;

	advance(scan);
	if (is_block)
		advance(scan);
	while (peek(scan) != -1) {
		if (is_block ? peek(scan) == '*' && peek_behind(scan) == '/' : peek(scan) == '\n') {
			if (is_block) {
				advance(scan);
				advance(scan);
			}
			break;
		}
		advance(scan);
	}
	report(scan, line, column, is_block && peek(scan) == -1 ?
	       "a comment, and its end (*/) is missing; JSON has no comments: write a \"note\" key instead" :
	       "a comment; JSON has none: write a \"note\" key instead");
	mend(scan, from, scan->at, ' ');
}

static void skip_blanks(struct scan *scan)
{
	for (;;) {
		if (is_blank(peek(scan)))
			advance(scan);
		else if (peek(scan) == '#' ||
		         (peek(scan) == '/' && (peek_behind(scan) == '/' || peek_behind(scan) == '*')))
			skip_comment(scan);
		else
			return;
	}
}

/* ---- Strings ----------------------------------------------------------------------------------------------- */

/* Length of the well-formed UTF-8 character at `at`, 0 when it is none (RFC 3629: shortest form, no surrogates). */
static uint32_t character_size(const struct scan *scan)
{
	const unsigned char *byte = scan->text + scan->at;
	uint32_t left = scan->size - scan->at, size = 0;
	uint32_t point = 0;

	if (byte[0] < 0x80)
		return 1;
	if (byte[0] >= 0xc2 && byte[0] <= 0xdf)
		size = 2;
	else if (byte[0] >= 0xe0 && byte[0] <= 0xef)
		size = 3;
	else if (byte[0] >= 0xf0 && byte[0] <= 0xf4)
		size = 4;
	if (size == 0 || size > left)
		return 0;
	point = byte[0] & (0x7fu >> size);
	for (uint32_t i = 1; i < size; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (byte[i] & 0x3fu);
	}
	if ((size == 3 && (point < 0x800 || (point >= 0xd800 && point <= 0xdfff))) ||
	    (size == 4 && (point < 0x10000 || point > 0x10ffff)))
		return 0;
	return size;
}

/* The four hexadecimal digits at `at`; -1 when they are none. */
static int32_t hex4(const struct scan *scan, uint32_t at)
{
	int32_t value = 0;

	if (at + 4 > scan->size)
		return -1;
	for (uint32_t i = at; i < at + 4; i++) {
		int byte = scan->text[i];
		int digit = byte >= '0' && byte <= '9'   ? byte - '0'
		            : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
		            : byte >= 'A' && byte <= 'F' ? byte - 'A' + 10
		                                         : -1;

		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

/* At a backslash. What is wrong with the escape, NULL for nothing; *size is how long it is. */
static const char *escape(const struct scan *scan, uint32_t *size)
{
	int32_t unit = 0, low = 0;

	*size = 2;
	switch (peek_behind(scan)) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		return NULL;
	case 'u':
		break;
	default:
		return "an escape that JSON does not have (allowed: \\\" \\\\ \\/ \\b \\f \\n \\r \\t "
		       "\\uXXXX)";
	}
	unit = hex4(scan, scan->at + 2);
	if (unit < 0)
		return "\\u must be followed by four hexadecimal digits";
	*size = 6;
	if (unit == 0)
		return "\\u0000: text holds no NUL character here";
	if (unit >= 0xdc00 && unit <= 0xdfff)
		return "a lone surrogate: \\uDC00..\\uDFFF must follow \\uD800..\\uDBFF";
	if (unit < 0xd800 || unit > 0xdbff)
		return NULL;
	low = scan->at + 8 <= scan->size && scan->text[scan->at + 6] == '\\' &&
	                      scan->text[scan->at + 7] == 'u'
	              ? hex4(scan, scan->at + 8)
	              : -1;
	if (low < 0xdc00 || low > 0xdfff)
		return "a lone surrogate: \\uD800..\\uDBFF must be followed by \\uDC00..\\uDFFF";
	*size = 12;
	return NULL;
}

/* At the opening quote. Reports at most one mistake of a string, mends them all. False: it has no end. */
static bool scan_string(struct scan *scan, bool *is_bad)
{
	*is_bad = false;
	advance(scan);
	while (peek(scan) != '"') {
		const char *wrong = NULL;
		uint32_t size = 1;

		if (peek(scan) == -1 || peek(scan) == '\n' || peek(scan) == '\r')
			return stop(scan, "a string without its closing quote (\") on this line");
		if (peek(scan) == '\\')
			wrong = escape(scan, &size);
		else if (peek(scan) < 0x20 || peek(scan) == 0x7f)
			wrong = "a control character in a string: write it as an escape (\\t, \\u001b)";
		else if ((size = character_size(scan)) == 0)
			wrong = "bytes that are not UTF-8";
		if (size == 0)
			size = 1;
		if (size > scan->size - scan->at)
			size = scan->size - scan->at;
		if (wrong != NULL) {
			if (!*is_bad)
				report(scan, scan->line, scan->column, "%s", wrong);
			*is_bad = true;
			mend(scan, scan->at, scan->at + size, '?');
		}
		for (uint32_t i = 0; i < size; i++)
			advance(scan);
	}
	advance(scan);
	return true;
}

/* ---- Values ------------------------------------------------------------------------------------------------ */

static struct scanner_mark *mark_new(struct scan *scan, enum scanner_kind kind)
{
	struct scanner *out = scan->out;
	struct scanner_mark *mark = NULL;

	if (out->count == SCANNER_VALUES_MAX) {
		stop(scan, "too many values: at most 200000 in a file");
		return NULL;
	}
	out->marks = memory_grow(out->marks, out->count, sizeof(*out->marks));
	mark = &out->marks[out->count++];
	*mark = (struct scanner_mark){
		.kind = kind,
		.parent = scan->inside,
		.ordinal = scan->ordinal,
		.after = out->count,
		.at = scan->at,
		.line = scan->line,
		.column = scan->column,
	};
	if (scan->key_of != SCANNER_NONE) {
		mark->key_at = (uint32_t)scan->key_of;
		mark->key_end = scan->key_end;
		mark->key_line = scan->key_line;
		mark->key_column = scan->key_column;
	}
	return mark;
}

/* What is wrong with a run of word characters as a value; NULL for nothing. */
static const char *judge_word(const char *word, uint32_t size, enum scanner_kind *kind)
{
	uint32_t digits = size > 0 && word[0] == '-' ? 1 : 0;
	uint32_t i = digits;

	if ((size == 4 && memcmp(word, "true", 4) == 0) || (size == 5 && memcmp(word, "false", 5) == 0)) {
		*kind = SCANNER_BOOL;
		return NULL;
	}
	if (size == 4 && memcmp(word, "null", 4) == 0) {
		*kind = SCANNER_NULL;
		return NULL;
	}
	*kind = SCANNER_NUMBER;
	while (i < size && word[i] >= '0' && word[i] <= '9')
		i++;
	if (i == digits) {
		if (word[0] == '+')
			return "a number with a leading + (JSON allows only -)";
		if (word[0] == '.' || (word[0] == '-' && size > 1 && word[1] == '.'))
			return "a number without a digit before its point; only whole numbers are allowed, "
			       "fractions go into strings with a unit (\"1.5%\", \"0.5s\")";
		return "not a JSON value (a string needs double quotes; true, false and null are in small letters; "
		       "NaN and Infinity do not exist)";
	}
	if (i < size && word[i] != '.' && word[i] != 'e' && word[i] != 'E')
		return "neither a number nor a string (a value with a unit is a string: \"20ms\", \"64KiB\", \"5%\")";
	if (word[digits] == '0' && i > digits + 1)
		return "a number with a leading zero";
	if (i < size)
		return "a number with a fraction or exponent; only whole numbers are allowed, "
		       "fractions go into strings with a unit (\"1.5%\", \"0.5s\")";
	if (size > SCANNER_NUMBER_MAX)
		return "a number of more than 20 characters: no value here is that large";
	return NULL;
}

static bool scan_word(struct scan *scan)
{
	uint32_t from = scan->at, size = 0;
	enum scanner_kind kind = SCANNER_NUMBER;
	const char *wrong = NULL;
	struct scanner_mark *mark = mark_new(scan, kind);

	if (mark == NULL)
		return false;
	while (from + size < scan->size && is_word(scan->text[from + size]))
		size++;
	wrong = judge_word((const char *)scan->text + from, size, &kind);
	if (wrong != NULL) {
		char found[64];

		quote_text(found, sizeof(found), (const char *)scan->text + from, size);
		report(scan, scan->line, scan->column, "found %s: %s", found, wrong);
		mend(scan, from, from + size, ' ');
		scan->out->mended[from] = '0';
	}
	for (uint32_t i = 0; i < size; i++)
		advance(scan);
	mark->kind = kind;
	mark->is_bad = wrong != NULL;
	mark->end = scan->at;
	return true;
}

/* After a member: at a comma, at the closing bracket, or a mistake. *is_last says which. */
static bool scan_comma(struct scan *scan, uint32_t end, char close, bool *is_last)
{
	skip_blanks(scan);
	*is_last = peek(scan) == close;
	if (*is_last)
		return true;
	if (peek(scan) == ',') {
		uint32_t comma = scan->at, line = scan->line, column = scan->column;

		advance(scan);
		skip_blanks(scan);
		if (peek(scan) == close) {
			report(scan, line, column, "a comma after the last entry");
			mend(scan, comma, comma + 1, ' ');
			*is_last = true;
		}
		return true;
	}
	if (end < scan->at &&
	    (peek(scan) == '"' ||
	     (close == ']' && (peek(scan) == '{' || peek(scan) == '[' || is_word(peek(scan)))))) {
		report(scan, scan->line, scan->column, "a comma is missing before this");
		scan->out->mended[end] = ',';
		return true;
	}
	if (peek(scan) == -1)
		return stop(scan, close == '}' ? "the text ends inside an object: a closing } is missing"
		                               : "the text ends inside a list: a closing ] is missing");
	return stop(scan, close == '}' ? "expected , or } here" : "expected , or ] here");
}

/* At what should be a key: reads it and the colon. */
static bool scan_key(struct scan *scan)
{
	uint32_t line = scan->line, column = scan->column, from = scan->at + 1;
	bool is_bad = false;

	scan->key_of = SCANNER_NONE;
	if (peek(scan) == -1)
		return stop(scan, "the text ends inside an object: a closing } is missing");
	if (peek(scan) != '"')
		return stop(scan, "expected a key in straight double quotes (\") here");
	if (!scan_string(scan, &is_bad))
		return false;
	scan->key_of = (int32_t)from;
	scan->key_end = scan->at - 1;
	scan->key_line = line;
	scan->key_column = column;
	skip_blanks(scan);
	if (peek(scan) != ':')
		return stop(scan, "expected a colon after the key");
	advance(scan);
	skip_blanks(scan);
	return true;
}

static bool scan_container(struct scan *scan, uint32_t depth)
{
	bool is_object = peek(scan) == '{', is_last = false;
	char close = is_object ? '}' : ']';
	int32_t outer = scan->inside, self = (int32_t)scan->out->count;
	uint32_t outer_ordinal = scan->ordinal;

	if (depth == SCANNER_DEPTH_MAX)
		return stop(scan, "nested too deeply: at most 64 lists and objects inside each other");
	if (mark_new(scan, is_object ? SCANNER_OBJECT : SCANNER_LIST) == NULL)
		return false;
	advance(scan);
	scan->inside = self;
	scan->ordinal = 0;
	scan->key_of = SCANNER_NONE;
	skip_blanks(scan);
	is_last = peek(scan) == close;
	while (!is_last) {
		if (is_object && !scan_key(scan))
			return false;
		if (!scan_value(scan, depth + 1))
			return false;
		scan->key_of = SCANNER_NONE;
		scan->ordinal++;
		if (!scan_comma(scan, scan->at, close, &is_last))
			return false;
	}
	advance(scan);
	scan->inside = outer;
	scan->ordinal = outer_ordinal;
	scan->out->marks[self].after = scan->out->count;
	scan->out->marks[self].end = scan->at;
	return true;
}

/* U+2018 to U+201F, which text processors put in the place of the straight ones. */
static bool is_typographic_quote(const struct scan *scan)
{
	return scan->size - scan->at >= 3 && memcmp(scan->text + scan->at, "\xe2\x80", 2) == 0 &&
	       scan->text[scan->at + 2] >= 0x98 && scan->text[scan->at + 2] <= 0x9f;
}

static bool scan_value(struct scan *scan, uint32_t depth)
{
	struct scanner_mark *mark = NULL;

	if (peek(scan) == '{' || peek(scan) == '[')
		return scan_container(scan, depth);
	if (peek(scan) == '"') {
		mark = mark_new(scan, SCANNER_STRING);
		if (mark == NULL || !scan_string(scan, &mark->is_bad))
			return false;
		mark->end = scan->at;
		return true;
	}
	if (is_word(peek(scan)))
		return scan_word(scan);
	if (peek(scan) == '\'')
		return stop(scan, "a single quote: JSON strings need double quotes (\")");
	if (is_typographic_quote(scan))
		return stop(scan, "a typographic quote: JSON strings need straight double quotes (\")");
	if (peek(scan) == -1)
		return stop(scan, "the text ends where a value is expected");
	return stop(scan, "expected a value here: a string, a number, a list or an object");
}

void scanner_run(struct scanner *scanner, const char *text, size_t size)
{
	struct scan scan = {
		.out = scanner,
		.text = (const unsigned char *)text,
		.size = (uint32_t)size,
		.line = 1,
		.column = 1,
		.inside = SCANNER_NONE,
		.key_of = SCANNER_NONE,
	};

	scanner->marks = NULL;
	scanner->count = 0;
	scanner->size = size;
	scanner->is_whole = false;
	scanner->mended = memory_claim(size + 1);
	if (size > 0)
		memcpy(scanner->mended, text, size);
	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		report(&scan, 1, 1, "the file begins with a byte order mark: save it as plain UTF-8");
		mend(&scan, 0, 3, ' ');
		scan.at = 3;
	}
	skip_blanks(&scan);
	if (!scan_value(&scan, 0))
		return;
	skip_blanks(&scan);
	if (peek(&scan) != -1) {
		report(&scan, scan.line, scan.column, "text after the end of the scenario");
		mend(&scan, scan.at, scan.size, ' ');
	}
	scanner->is_whole = true;
}

void scanner_free(struct scanner *scanner)
{
	memory_free(scanner->marks);
	memory_free(scanner->mended);
	scanner->marks = NULL;
	scanner->mended = NULL;
}

void scanner_path(const struct scanner *scanner, uint32_t mark, char *out, size_t size)
{
	uint32_t chain[SCANNER_DEPTH_MAX + 1];
	uint32_t depth = 0;
	size_t used = 0;

	out[0] = '\0';
	for (int32_t at = (int32_t)mark; scanner->marks[at].parent != SCANNER_NONE;
	     at = scanner->marks[at].parent)
		chain[depth++] = (uint32_t)at;
	while (depth > 0 && used + 1 < size) {
		const struct scanner_mark *link = &scanner->marks[chain[--depth]];

		if (used > 0)
			out[used++] = '.';
		if (link->key_line == 0)
			snprintf(out + used, size - used, "%u", link->ordinal);
		else
			quote_plain(out + used, size - used, scanner->mended + link->key_at,
			            link->key_end - link->key_at);
		used += strlen(out + used);
	}
	out[used < size ? used : size - 1] = '\0';
}
