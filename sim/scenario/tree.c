/* tree.c: see tree.h. The parser gets the scanner's mended copy, so a file with small mistakes still has a tree and its
 * other mistakes are found in the same run. */
#include "sim/scenario/tree.h"

#include "sim/scenario/memory.h"
#include "sim/scenario/quote.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct tree_value no_value = { NULL, 0 };

static bool same_kind(const cJSON *item, enum scanner_kind kind)
{
	switch (kind) {
	case SCANNER_NULL:
		return cJSON_IsNull(item);
	case SCANNER_BOOL:
		return cJSON_IsBool(item);
	case SCANNER_NUMBER:
		return cJSON_IsNumber(item);
	case SCANNER_STRING:
		return cJSON_IsString(item);
	case SCANNER_LIST:
		return cJSON_IsArray(item);
	case SCANNER_OBJECT:
		return cJSON_IsObject(item);
	}
	return false;
}

/* Compares one value and all below it; the depth is bounded by the scanner. */
static bool agrees(const struct tree *tree, const cJSON *item, uint32_t mark)
{
	const struct scanner_mark *marks = tree->scanner.marks;
	uint32_t child = mark + 1;

	if (mark >= tree->scanner.count || !same_kind(item, marks[mark].kind))
		return false;
	if ((item->string != NULL) != (marks[mark].key_line != 0))
		return false;
	/* A key without escapes must be the very bytes of the file. */
	if (item->string != NULL) {
		const char *key = tree->scanner.mended + marks[mark].key_at;
		size_t size = marks[mark].key_end - marks[mark].key_at;

		if (memchr(key, '\\', size) == NULL &&
		    (strlen(item->string) != size || memcmp(item->string, key, size) != 0))
			return false;
	}
	for (const cJSON *below = item->child; below != NULL; below = below->next) {
		if (child >= marks[mark].after || !agrees(tree, below, child))
			return false;
		child = marks[child].after;
	}
	return child == marks[mark].after;
}

bool tree_agrees(const struct tree *tree)
{
	return tree->root != NULL && tree->scanner.is_whole && agrees(tree, tree->root, 0) &&
	       tree->scanner.marks[0].after == tree->scanner.count;
}

/* ---- Repeated keys ----------------------------------------------------------------------------------------- */

struct key {
	const char *text;
	uint32_t mark;
};

static int by_text_then_place(const void *a, const void *b)
{
	const struct key *left = a, *right = b;
	int order = strcmp(left->text, right->text);

	if (order != 0)
		return order;
	return left->mark < right->mark ? -1 : left->mark > right->mark;
}

static void report_repeated(struct tree *tree, const struct key *first, const struct key *again)
{
	struct scanner *scanner = &tree->scanner;
	struct scanner_mark *mark = &scanner->marks[again->mark];
	char path[128], found[64], text[256];

	scanner_path(scanner, again->mark, path, sizeof(path));
	quote_text(found, sizeof(found), again->text, strlen(again->text));
	snprintf(text, sizeof(text),
	         "the key %s is here already, on line %u; a key may stand only once in an object", found,
	         scanner->marks[first->mark].key_line);
	scanner->report(scanner->context, mark->key_line, mark->key_column, path, text);
	mark->is_repeated = true;
}

static void find_repeated(struct tree *tree, uint32_t object, const cJSON *item)
{
	struct key *keys = NULL;
	uint32_t count = 0, mark = object + 1;

	for (const cJSON *below = item->child; below != NULL; below = below->next) {
		if (cJSON_IsArray(below) || cJSON_IsObject(below))
			find_repeated(tree, mark, below);
		if (cJSON_IsObject(item)) {
			keys = memory_grow(keys, count, sizeof(*keys));
			keys[count++] = (struct key){ below->string, mark };
		}
		mark = tree->scanner.marks[mark].after;
	}
	if (count > 1) {
		uint32_t first = 0;

		qsort(keys, count, sizeof(*keys), by_text_then_place);
		for (uint32_t i = 1; i < count; i++) {
			if (strcmp(keys[i].text, keys[first].text) == 0)
				report_repeated(tree, &keys[first], &keys[i]);
			else
				first = i;
		}
	}
	memory_free(keys);
}

/* ---- Reading and walking ------------------------------------------------------------------------------------- */

bool tree_read(struct tree *tree, const char *text, size_t size)
{
	tree->root = NULL;
	scanner_run(&tree->scanner, text, size);
	if (!tree->scanner.is_whole)
		return false;
	tree->root = cJSON_ParseWithLength(tree->scanner.mended, size + 1);
	if (!tree_agrees(tree)) {
		/* Not known to happen; if it does, better a refusal than values in the wrong places. */
		tree->scanner.report(
			tree->scanner.context, 1, 1, "",
			"the JSON parser and the scanner read this text differently; please report the file");
		return false;
	}
	find_repeated(tree, 0, tree->root);
	return true;
}

void tree_free(struct tree *tree)
{
	cJSON_Delete(tree->root);
	scanner_free(&tree->scanner);
	tree->root = NULL;
}

struct tree_value tree_root(const struct tree *tree)
{
	return (struct tree_value){ tree->root, 0 };
}

const struct scanner_mark *tree_mark(const struct tree *tree, struct tree_value value)
{
	return &tree->scanner.marks[value.mark];
}

enum scanner_kind tree_kind(const struct tree *tree, struct tree_value value)
{
	return tree->scanner.marks[value.mark].kind;
}

struct tree_value tree_first(const struct tree *tree, struct tree_value container)
{
	(void)tree;
	if (container.item == NULL || container.item->child == NULL)
		return no_value;
	return (struct tree_value){ container.item->child, container.mark + 1 };
}

struct tree_value tree_next(const struct tree *tree, struct tree_value value)
{
	if (value.item == NULL || value.item->next == NULL)
		return no_value;
	return (struct tree_value){ value.item->next, tree->scanner.marks[value.mark].after };
}

struct tree_value tree_get(const struct tree *tree, struct tree_value object, const char *key)
{
	struct tree_value value = tree_first(tree, object);

	while (value.item != NULL && strcmp(value.item->string, key) != 0)
		value = tree_next(tree, value);
	return value;
}

uint32_t tree_count(const struct tree *tree, struct tree_value container)
{
	uint32_t count = 0;

	for (struct tree_value at = tree_first(tree, container); at.item != NULL; at = tree_next(tree, at))
		count++;
	return count;
}

const char *tree_key(struct tree_value value)
{
	return value.item->string;
}

const char *tree_text(struct tree_value string)
{
	return string.item->valuestring;
}

const char *tree_number(const struct tree *tree, struct tree_value number, size_t *size)
{
	const struct scanner_mark *mark = tree_mark(tree, number);

	*size = mark->end - mark->at;
	return tree->scanner.mended + mark->at;
}

bool tree_is_repeated(const struct tree *tree, struct tree_value value)
{
	return tree_mark(tree, value)->is_repeated;
}
