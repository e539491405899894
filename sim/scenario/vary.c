/* vary.c: see vary.h. Another value is put into the text, not into what was read from it: so any field can vary, and what
 * comes out is an ordinary scenario, which is checked like any other. */
#include "sim/scenario/vary.h"

#include "sim/scenario/names.h"
#include "sim/scenario/quote.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/units.h"

#include <stdlib.h>
#include <string.h>

/* These say how a file is made, not what happens in it. */
static bool is_own(const char *key)
{
	return strcmp(key, "sweep") == 0 || strcmp(key, "extends") == 0 || strcmp(key, "note") == 0 ||
	       strcmp(key, "$schema") == 0;
}

static struct tree_value entry(const struct tree *tree, struct tree_value list, const char *word)
{
	struct tree_value at = tree_first(tree, list);
	uint64_t index = 0;

	if (!unit_whole(word, strlen(word), &index))
		return (struct tree_value){ NULL, 0 };
	for (; at.item != NULL && index > 0; index--)
		at = tree_next(tree, at);
	return at;
}

/* The word of the path at `at`, without its dot. */
static size_t take_word(const char *at, char word[VARY_PATH_MAX + 1])
{
	size_t size = strcspn(at, ".");

	memcpy(word, at, size);
	word[size] = '\0';
	return size;
}

/* Of those that are there. */
static const char *nearest_key(const struct tree *tree, struct tree_value object, const char *word)
{
	for (struct tree_value at = tree_first(tree, object); at.item != NULL; at = tree_next(tree, at)) {
		const char *const one[] = { tree_key(at), NULL };

		if (name_nearest(word, one) != NULL)
			return one[0];
	}
	return NULL;
}

bool vary_find(const struct tree *tree, const char *path, struct vary_place *place, char *problem, size_t problem_size)
{
	char word[VARY_PATH_MAX + 1];
	struct tree_value at = tree_root(tree);
	const char *rest = path;

	if (strlen(path) > VARY_PATH_MAX) {
		snprintf(problem, problem_size, "is too long; at most %d bytes", VARY_PATH_MAX);
		return false;
	}
	for (;;) {
		bool is_list = tree_kind(tree, at) == SCANNER_LIST;
		size_t size = take_word(rest, word);
		bool is_last = rest[size] == '\0';

		place->parent = at;
		place->key = rest;
		at = is_list ? entry(tree, at, word) : tree_get(tree, at, word);
		if (is_own(word) || word[0] == '\0') {
			snprintf(problem, problem_size, "names no field that could vary");
			return false;
		}
		if (at.item == NULL && is_list) {
			snprintf(problem, problem_size, "leads nowhere: there is no entry %s; the list has %u, counted from 0",
			         word, tree_count(tree, place->parent));
			return false;
		}
		if (at.item == NULL && !is_last) {
			const char *nearest = nearest_key(tree, place->parent, word);

			snprintf(problem, problem_size, "leads nowhere: there is no \"%s\"%s%s%s", word,
			         nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
			return false;
		}
		place->value = at;
		if (is_last)
			return true;
		if (tree_kind(tree, at) != SCANNER_LIST && tree_kind(tree, at) != SCANNER_OBJECT) {
			snprintf(problem, problem_size, "leads nowhere: \"%s\" is neither a list nor an object", word);
			return false;
		}
		rest += size + 1;
	}
}

static void pass_over(void *context, uint32_t line, uint32_t column, const char *path, const char *text)
{
	(void)context, (void)line, (void)column, (void)path, (void)text;
}

/* The text with the bytes from `at` to `end` replaced. */
static char *splice(const char *text, size_t size, size_t at, size_t end, const char *before, const char *value,
                    const char *after, size_t *new_size)
{
	size_t parts[] = { strlen(before), strlen(value), strlen(after) };
	char *out;

	*new_size = size - (end - at) + parts[0] + parts[1] + parts[2];
	out = malloc(*new_size + 1);
	if (!out)
		return NULL;
	memcpy(out, text, at);
	memcpy(out + at, before, parts[0]);
	memcpy(out + at + parts[0], value, parts[1]);
	memcpy(out + at + parts[0] + parts[1], after, parts[2]);
	memcpy(out + at + parts[0] + parts[1] + parts[2], text + end, size - end);
	out[*new_size] = '\0';
	return out;
}

char *scenario_vary(const char *text, size_t size, const char *path, const char *value, size_t *new_size, char *problem,
                    size_t problem_size)
{
	struct tree tree = { .scanner = { .report = pass_over } };
	struct vary_place place;
	char phrase[320], before[VARY_PATH_MAX + 8];
	char *out = NULL;

	snprintf(problem, problem_size, "this is not JSON");
	if (tree_read(&tree, text, size)) {
		if (!vary_find(&tree, path, &place, phrase, sizeof(phrase))) {
			snprintf(problem, problem_size, "the path \"%s\" %s", path, phrase);
		} else if (place.value.item != NULL) {
			const struct scanner_mark *mark = tree_mark(&tree, place.value);

			out = splice(text, size, mark->at, mark->end, "", value, "", new_size);
		} else {
			size_t at = tree_mark(&tree, place.parent)->at + 1;

			snprintf(before, sizeof(before), "\"%s\": ", place.key);
			out = splice(text, size, at, at, before, value,
			             tree_first(&tree, place.parent).item != NULL ? ", " : "", new_size);
		}
	}
	if (tree.scanner.marks != NULL || tree.scanner.mended != NULL)
		tree_free(&tree);
	return out;
}
