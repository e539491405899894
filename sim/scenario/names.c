/* names.c: see names.h. */
#include "sim/scenario/names.h"

#include <string.h>

enum { COMPARED_MAX = 47 }; /* longer names are compared by their beginning */
enum { BEGUN_MIN = 4 };     /* characters from which on a common beginning says something */

bool glob_is_plain(const char *pattern)
{
	return strpbrk(pattern, "*?") == NULL;
}

/* Remembers only the last star: enough, and it keeps hostile patterns ("*a*a*a*b") from taking exponential time. */
bool glob_matches(const char *pattern, const char *name)
{
	const char *star = NULL, *resume = NULL;

	while (*name != '\0') {
		if (*pattern == '*') {
			star = pattern++;
			resume = name;
		} else if (*pattern == '?' || *pattern == *name) {
			pattern++;
			name++;
		} else if (star != NULL) {
			pattern = star + 1;
			name = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

uint32_t name_distance(const char *a, const char *b, uint32_t limit)
{
	uint32_t rows[3][COMPARED_MAX + 1];
	uint32_t *before = rows[0], *above = rows[1], *row = rows[2];
	uint32_t a_size = (uint32_t)strlen(a), b_size = (uint32_t)strlen(b);

	a_size = least(a_size, COMPARED_MAX);
	b_size = least(b_size, COMPARED_MAX);
	if ((a_size > b_size ? a_size - b_size : b_size - a_size) > limit)
		return limit + 1;
	for (uint32_t j = 0; j <= b_size; j++) {
		above[j] = j;
		before[j] = 0;
	}
	for (uint32_t i = 1; i <= a_size; i++) {
		uint32_t *spare = before;

		row[0] = i;
		for (uint32_t j = 1; j <= b_size; j++) {
			row[j] =
				least(least(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = spare;
	}
	return above[b_size] <= limit ? above[b_size] : limit + 1;
}

uint32_t name_tolerance(const char *name)
{
	size_t size = strlen(name);

	return size <= 2 ? 1 : size <= 5 ? 2 : 3;
}

/* "drift" for "drift_ppm", "random-order" for "random". */
static bool begins_with_other(const char *a, const char *b)
{
	size_t size = strlen(a) < strlen(b) ? strlen(a) : strlen(b);

	return size >= BEGUN_MIN && strncmp(a, b, size) == 0;
}

const char *name_nearest(const char *name, const char *const *known)
{
	uint32_t best = name_tolerance(name) + 1;
	const char *nearest = NULL, *begun = NULL;

	for (; *known != NULL; known++) {
		uint32_t distance = name_distance(name, *known, best);

		/* Something must be left of the name: "x" is not a mistyped "to". */
		if (distance < best && distance < strlen(*known)) {
			best = distance;
			nearest = *known;
		}
		if (begun == NULL && begins_with_other(name, *known))
			begun = *known;
	}
	return nearest != NULL ? nearest : begun;
}

int32_t name_index(const char *name, const char *const *known)
{
	for (int32_t i = 0; known[i] != NULL; i++) {
		if (strcmp(known[i], name) == 0)
			return i;
	}
	return -1;
}
