/* tree.h: a parsed JSON text in which every value knows where it stands. Joins the parser's tree (cJSON) with the
 * scanner's marks: both hold the same values in the same order, so a cursor walks them side by side.
 * Knows nothing of scenarios. */
#ifndef OCTOSIM_TREE_H
#define OCTOSIM_TREE_H

#include "sim/scenario/scanner.h"

struct cJSON;

struct tree {
	struct scanner scanner;
	struct cJSON *root;
};

/* A value in a tree; item NULL: there is none. */
struct tree_value {
	const struct cJSON *item;
	uint32_t mark;
};

/* Reads text. Mistakes go to the scanner's report function, which the caller has set along with its context; also
 * keys that an object has twice. False: nothing can be made of it (there was at least one report). The caller ends with
 * tree_free() either way. */
bool tree_read(struct tree *tree, const char *text, size_t size);
void tree_free(struct tree *tree);
/* True when scanner and parser saw the same: kinds, keys, positions, counts. Always so after tree_read(). */
bool tree_agrees(const struct tree *tree);

struct tree_value tree_root(const struct tree *tree);
const struct scanner_mark *tree_mark(const struct tree *tree, struct tree_value value);
enum scanner_kind tree_kind(const struct tree *tree, struct tree_value value);
struct tree_value tree_first(const struct tree *tree, struct tree_value container); /* item NULL when empty */
struct tree_value tree_next(const struct tree *tree, struct tree_value value);      /* item NULL after the last */
struct tree_value tree_get(const struct tree *tree, struct tree_value object, const char *key);
uint32_t tree_count(const struct tree *tree, struct tree_value container);
const char *tree_key(struct tree_value value);
const char *tree_text(struct tree_value string);
/* A number as it is written, not rounded by any conversion. `size` bytes, not NUL-terminated. */
const char *tree_number(const struct tree *tree, struct tree_value number, size_t *size);
/* The value is a repeated key of its object: reported, and to be passed over. */
bool tree_is_repeated(const struct tree *tree, struct tree_value value);

#endif
