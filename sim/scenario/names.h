/* names.h: names as people type them: patterns over them, and the nearest known one to a mistyped one.
 * Knows nothing of JSON or scenarios. */
#ifndef OCTOSIM_NAMES_H
#define OCTOSIM_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool glob_is_plain(const char *pattern);                   /* has neither * nor ? */
bool glob_matches(const char *pattern, const char *name);  /* * is any run of characters, ? any one */

/* Insertions, deletions, replacements and swaps of neighbours between two names; `limit` + 1 when there are more. */
uint32_t name_distance(const char *a, const char *b, uint32_t limit);
/* How far a typing mistake of this name may be away from what was meant. */
uint32_t name_tolerance(const char *name);
/* The nearest of a NULL-terminated list within the tolerance, else NULL. */
const char *name_nearest(const char *name, const char *const *known);
/* Position in a NULL-terminated list, -1 when it is not there. */
int32_t name_index(const char *name, const char *const *known);

#endif
