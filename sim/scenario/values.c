/* values.c: reads single values out of the tree and says what is wrong with them: what was found, what is allowed, and
 * the nearest known name. */
#include "sim/scenario/quote.h"
#include "sim/scenario/reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FOUND_SIZE = 96, LIST_SIZE = 480 };

bool reader_is(const struct reader *reader, struct tree_value value, enum scanner_kind kind)
{
	return value.item != NULL && tree_kind(&reader->tree, value) == kind;
}

bool reader_kind(struct reader *reader, struct tree_value value, enum scanner_kind kind, const char *allowed)
{
	char found[FOUND_SIZE];

	if (tree_mark(&reader->tree, value)->is_bad)
		return false;
	if (reader_is(reader, value, kind))
		return true;
	reader_found(reader, value, found, sizeof(found));
	reader_wrong(reader, value, "found %s; allowed is %s", found, allowed);
	return false;
}

/* "a, b, c" from a NULL-terminated list, cut by "…". */
static void list_words(const char *const *words, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; words[i] != NULL; i++) {
		if (used + strlen(words[i]) + 8 > size) {
			snprintf(out + used, size - used, ", …");
			return;
		}
		used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? ", " : "", words[i]);
	}
}

bool reader_keys(struct reader *reader, struct tree_value object, const char *const *known)
{
	char found[64], all[LIST_SIZE];
	struct tree_value at = tree_first(&reader->tree, object);
	bool is_right = true;

	for (; at.item != NULL; at = tree_next(&reader->tree, at)) {
		const char *nearest = NULL, *text = NULL;

		if (tree_is_repeated(&reader->tree, at) || name_index(tree_key(at), known) >= 0)
			continue;
		if (strcmp(tree_key(at), "note") == 0) {
			reader_text(reader, at, "a string", &text);
			continue;
		}
		is_right = false;
		quote_text(found, sizeof(found), tree_key(at), strlen(tree_key(at)));
		list_words(known, all, sizeof(all));
		nearest = name_nearest(tree_key(at), known);
		if (nearest != NULL)
			reader_wrong_key(reader, at,
			                 "unknown key %s; did you mean \"%s\"? Known here: %s, note", found,
			                 nearest, all);
		else
			reader_wrong_key(reader, at, "unknown key %s; known here: %s, note", found, all);
	}
	return is_right;
}

struct tree_value reader_get(const struct reader *reader, struct tree_value object, const char *key)
{
	return tree_get(&reader->tree, object, key);
}

bool reader_need(struct reader *reader, struct tree_value object, const char *key, const char *allowed,
                 struct tree_value *value)
{
	*value = reader_get(reader, object, key);
	if (value->item != NULL)
		return true;
	reader_wrong(reader, object, "the key \"%s\" is missing: %s", key, allowed);
	return false;
}

bool reader_text(struct reader *reader, struct tree_value value, const char *allowed, const char **text)
{
	if (!reader_kind(reader, value, SCANNER_STRING, allowed))
		return false;
	*text = tree_text(value);
	return true;
}

bool reader_whole(struct reader *reader, struct tree_value value, uint64_t min, uint64_t max,
                  uint64_t *number)
{
	const char *text = NULL, *hint = reader_is(reader, value, SCANNER_STRING) ? ", without quotes" : "";
	char allowed[128], found[FOUND_SIZE];
	size_t size = 0;

	if (max == UINT64_MAX)
		snprintf(allowed, sizeof(allowed), "a whole number from %" PRIu64 " to 2^64 - 1%s", min, hint);
	else
		snprintf(allowed, sizeof(allowed), "a whole number from %" PRIu64 " to %" PRIu64 "%s", min, max, hint);
	if (!reader_kind(reader, value, SCANNER_NUMBER, allowed))
		return false;
	text = tree_number(&reader->tree, value, &size);
	if (unit_whole(text, size, number) && *number >= min && *number <= max)
		return true;
	reader_found(reader, value, found, sizeof(found));
	reader_wrong(reader, value, "found %s; allowed is %s", found, allowed);
	return false;
}

bool reader_word(struct reader *reader, struct tree_value value, const char *const *known, int32_t *index)
{
	char all[LIST_SIZE], found[FOUND_SIZE];
	const char *nearest = NULL;

	list_words(known, all, sizeof(all));
	if (tree_mark(&reader->tree, value)->is_bad)
		return false;
	reader_found(reader, value, found, sizeof(found));
	if (!reader_is(reader, value, SCANNER_STRING)) {
		reader_wrong(reader, value, "found %s; allowed is a string, one of: %s", found, all);
		return false;
	}
	*index = name_index(tree_text(value), known);
	if (*index >= 0)
		return true;
	nearest = name_nearest(tree_text(value), known);
	if (nearest != NULL)
		reader_wrong(reader, value, "found %s; did you mean \"%s\"? Allowed: %s", found, nearest,
		             all);
	else
		reader_wrong(reader, value, "found %s; allowed: %s", found, all);
	return false;
}

bool reader_quantity(struct reader *reader, struct tree_value value, enum unit_kind kind, const char *min,
                     const char *max, int64_t *quantity)
{
	bool is_signed = min[0] == '-';
	int64_t low = 0, high = 0;
	char found[FOUND_SIZE];
	enum unit_result result = UNIT_OK;

	if (tree_mark(&reader->tree, value)->is_bad)
		return false;
	reader_found(reader, value, found, sizeof(found));
	if (!reader_is(reader, value, SCANNER_STRING)) {
		reader_wrong(reader, value, "found %s; allowed is %s, as a string, from %s to %s", found,
		             unit_allowed(kind), min, max);
		return false;
	}
	/* The bounds are ours and always readable. */
	(void)unit_read(kind, min, true, &low);
	(void)unit_read(kind, max, true, &high);
	result = unit_read(kind, tree_text(value), is_signed, quantity);
	if (result == UNIT_OK && *quantity >= low && *quantity <= high)
		return true;
	if (result == UNIT_OK)
		reader_wrong(reader, value, "found %s, out of range: allowed is %s to %s", found, min, max);
	else
		reader_wrong(reader, value, "found %s: %s; allowed is %s, from %s to %s", found,
		             unit_problem(result), unit_allowed(kind), min, max);
	return false;
}

bool reader_time(struct reader *reader, struct tree_value value, const char *min, const char *max,
                 uint64_t *ns)
{
	int64_t time = 0;

	if (!reader_quantity(reader, value, UNIT_TIME, min, max, &time))
		return false;
	*ns = (uint64_t)time;
	return true;
}

bool reader_chance(struct reader *reader, struct tree_value value, uint32_t *chance)
{
	int64_t parts = 0;

	if (!reader_quantity(reader, value, UNIT_CHANCE, "0%", "100%", &parts))
		return false;
	*chance = unit_chance32(parts);
	return true;
}

bool reader_flag(struct reader *reader, struct tree_value object, const char *key)
{
	struct tree_value value = reader_get(reader, object, key);

	if (value.item == NULL || !reader_kind(reader, value, SCANNER_BOOL, "true or false"))
		return false;
	return reader->tree.scanner.mended[tree_mark(&reader->tree, value)->at] == 't';
}
