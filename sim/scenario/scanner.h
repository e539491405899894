/* scanner.h: where every value of a JSON text stands, and all that is wrong with the text itself.
 * Stricter than the JSON parser beside it: it refuses what that one lets through, and it goes on after a mistake, so
 * that one look at a file finds them all. Knows nothing of scenarios; tree.h joins it with the parsed tree. */
#ifndef OCTOSIM_SCANNER_H
#define OCTOSIM_SCANNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SCANNER_DEPTH_MAX = 64,           /* objects and lists inside each other */
	SCANNER_VALUES_MAX = 200000,      /* values in one text: bounds memory */
	SCANNER_NUMBER_MAX = 20,          /* characters of a number: enough for any 64-bit one */
	SCANNER_NONE = -1
};

enum scanner_kind { SCANNER_NULL, SCANNER_BOOL, SCANNER_NUMBER, SCANNER_STRING, SCANNER_LIST, SCANNER_OBJECT };

/* One value, in the order of the text: a list or object comes before what it holds. */
struct scanner_mark {
	enum scanner_kind kind;
	bool is_bad;                      /* reported already, its content means nothing */
	bool is_repeated;                 /* set by tree.c: an earlier member of the object has this key */
	int32_t parent;                   /* index, or SCANNER_NONE for the outermost */
	uint32_t ordinal;                 /* 0, 1, … within the parent */
	uint32_t after;                   /* index of the first mark outside of this value */
	uint32_t at, end;                 /* offsets of its first byte and of the byte behind it */
	uint32_t line, column;            /* 1-based; columns count characters */
	uint32_t key_at, key_end;         /* offsets of the key's first byte inside its quotes, and of its end quote */
	uint32_t key_line, key_column;    /* 0 in a list */
};

struct scanner {
	/* Called for each mistake: where (the path of the value it is in) and a sentence. */
	void (*report)(void *context, uint32_t line, uint32_t column, const char *path, const char *text);
	void *context;
	/* Results. */
	struct scanner_mark *marks;
	uint32_t count;
	char *mended;                     /* a copy of the text, of the same length and NUL-terminated, in which every mistake
	                                     that was reported is replaced by something harmless */
	size_t size;
	bool is_whole;                    /* the text was read to its end: `mended` is JSON with these very marks */
};

/* Reads `size` bytes of text. The caller has set `report` and `context`, and ends with scanner_free(). */
void scanner_run(struct scanner *scanner, const char *text, size_t size);
void scanner_free(struct scanner *scanner);
/* "timeline.2.connect.0": keys and positions from the outermost value to this one; "" for the outermost. */
void scanner_path(const struct scanner *scanner, uint32_t mark, char *out, size_t size);

#endif
