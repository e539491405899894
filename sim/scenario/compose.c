/* compose.c: see compose.h. Merging copies ranges of bytes, never values: numbers keep every digit, and a place in the
 * result is a place in a file. */
#include "sim/scenario/compose.h"

#include "sim/scenario/memory.h"
#include "sim/scenario/nearby.h"
#include "sim/scenario/quote.h"
#include "sim/scenario/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 256, COLUMNS_MAX = 4096 };

/* What a file says of itself alone; a scenario never takes these from the one it extends. */
static const char *const own_keys[] = { "$schema", "title", "why", "covers", "note", "sweep", "tamper", "extends", NULL };

/* ---- Files ------------------------------------------------------------------------------------------------------- */

/* Which files are being read, from the scenario to the one in hand: to see circles. */
struct chain {
	const struct chain *above;
	const char *path;
	dev_t device;
	ino_t number;
};

static void say_unreadable(const char *path, int reason, char *problem, size_t problem_size)
{
	char nearest[PATH_BYTES];

	if (reason == ENOENT && nearby_file(path, nearest, sizeof(nearest)))
		snprintf(problem, problem_size, "does not exist; did you mean %s?", nearest);
	else
		snprintf(problem, problem_size, "cannot be read: %s", strerror(reason));
}

/* Reads a whole regular file, never more than the limit. NULL with a phrase in `problem`. NUL-terminated. */
static char *read_file(const char *path, struct chain *link, size_t *size, char *problem, size_t problem_size)
{
	/* O_NONBLOCK: opening a pipe that nobody writes to must not wait. */
	int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat status;
	char *text = NULL;
	ssize_t got = 0;

	if (file < 0 || fstat(file, &status) != 0) {
		say_unreadable(path, errno, problem, problem_size);
	} else if (S_ISDIR(status.st_mode)) {
		snprintf(problem, problem_size,
		         "is a directory; a scenario file is expected "
		         "(\"octosim list\" shows those of a directory)");
	} else if (!S_ISREG(status.st_mode)) {
		snprintf(problem, problem_size, "is not a regular file; a scenario file is expected");
	} else if (status.st_size > READER_FILE_MAX) {
		snprintf(problem, problem_size, "is %" PRIu64 " bytes large; a scenario has at most 4 MiB",
		         (uint64_t)status.st_size);
	} else {
		link->device = status.st_dev;
		link->number = status.st_ino;
		text = memory_claim((size_t)status.st_size + 1);
		*size = 0;
		while (*size < (size_t)status.st_size &&
		       (got = read(file, text + *size, (size_t)status.st_size - *size)) > 0)
			*size += (size_t)got;
		if (got < 0) {
			snprintf(problem, problem_size, "cannot be read: %s", strerror(errno));
			memory_free(text);
			text = NULL;
		}
	}
	if (file >= 0)
		close(file);
	return text;
}

/* ---- Building the text --------------------------------------------------------------------------------------------- */

struct builder {
	struct composed *out;
	size_t capacity;
};

static void add_piece(struct composed *out, struct composed_piece piece)
{
	out->pieces = memory_grow(out->pieces, out->piece_count, sizeof(*out->pieces));
	out->pieces[out->piece_count++] = piece;
}

static void add_bytes(struct builder *builder, const char *bytes, size_t size)
{
	struct composed *out = builder->out;

	if (out->size + size + 1 > builder->capacity) {
		size_t capacity = 2 * builder->capacity + size + 1;
		char *text = memory_claim(capacity);

		if (out->size)
			memcpy(text, out->text, out->size);
		memory_free(out->text);
		out->text = text;
		builder->capacity = capacity;
	}
	memcpy(out->text + out->size, bytes, size);
	out->size += size;
	out->text[out->size] = 0;
}

static const struct composed_piece *piece_at(const struct composed *composed, size_t at)
{
	uint32_t low = 0, high = composed->piece_count;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (composed->pieces[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return &composed->pieces[low];
}

/* Copies a range of a composed text, whose files stand in the result from number `shift` on. */
static void copy(struct builder *builder, const struct composed *from, uint32_t shift, size_t at, size_t end)
{
	const struct composed_piece *piece = piece_at(from, at), *last = from->pieces + from->piece_count;

	for (; at < end; piece++) {
		size_t stop = piece + 1 < last && piece[1].at < end ? piece[1].at : end;

		add_piece(builder->out, (struct composed_piece){
			.at = builder->out->size, .file = piece->file + shift,
			.source_at = piece->source_at + (piece->is_glue ? 0 : at - piece->at), .is_glue = piece->is_glue });
		add_bytes(builder, from->text + at, stop - at);
		at = stop;
	}
}

static void glue(struct builder *builder, const char *text, size_t source_at)
{
	add_piece(builder->out, (struct composed_piece){ .at = builder->out->size, .source_at = source_at, .is_glue = true });
	add_bytes(builder, text, strlen(text));
}

/* ---- Merging -------------------------------------------------------------------------------------------------------- */

struct side {
	const struct composed *text;
	struct tree tree;
	uint32_t shift;               /* of its files in the result */
};

struct merge {
	struct side mine, base;
	struct builder builder;
	struct tree_value append;     /* list of keys; item NULL: none */
};

static bool is_appended(const struct merge *merge, const char *key)
{
	struct tree_value at = tree_first(&merge->mine.tree, merge->append);

	while (at.item != NULL && strcmp(tree_text(at), key) != 0)
		at = tree_next(&merge->mine.tree, at);
	return at.item != NULL;
}

static void copy_mark(struct merge *merge, const struct side *side, size_t at, size_t end)
{
	copy(&merge->builder, side->text, side->shift, at, end);
}

/* The key with its quotes, and a colon. */
static void copy_key(struct merge *merge, const struct side *side, const struct scanner_mark *mark)
{
	copy_mark(merge, side, mark->key_at - 1, mark->key_end + 1);
	glue(&merge->builder, ": ", 0);
}

static void join_lists(struct merge *merge, const struct scanner_mark *mine, const struct scanner_mark *base,
                       bool is_either_empty)
{
	glue(&merge->builder, "[", mine->at);
	copy_mark(merge, &merge->base, base->at + 1, base->end - 1);
	if (!is_either_empty)
		glue(&merge->builder, ",", mine->at);
	copy_mark(merge, &merge->mine, mine->at + 1, mine->end - 1);
	glue(&merge->builder, "]", mine->at);
}

/* Objects key by key; of anything else mine replaces the base's. Objects are no deeper than the scanner allows. */
static void merge_objects(struct merge *merge, struct tree_value mine, struct tree_value base, bool is_top)
{
	const struct tree *my_tree = &merge->mine.tree, *base_tree = &merge->base.tree;
	struct tree_value at = tree_first(my_tree, mine), other;
	const char *comma = "";

	glue(&merge->builder, "{", tree_mark(my_tree, mine)->at);
	for (; at.item != NULL; at = tree_next(my_tree, at)) {
		const struct scanner_mark *mark = tree_mark(my_tree, at);
		bool is_own = is_top && name_index(tree_key(at), own_keys) >= 0;

		if (is_top && strcmp(tree_key(at), "extends") == 0)
			continue;
		glue(&merge->builder, comma, mark->key_at);
		comma = ",\n";
		copy_key(merge, &merge->mine, mark);
		other = tree_get(base_tree, base, tree_key(at));
		if (is_own || other.item == NULL || tree_kind(base_tree, other) != mark->kind)
			copy_mark(merge, &merge->mine, mark->at, mark->end);
		else if (mark->kind == SCANNER_OBJECT)
			merge_objects(merge, at, other, false);
		else if (mark->kind == SCANNER_LIST && is_top && is_appended(merge, tree_key(at)))
			join_lists(merge, mark, tree_mark(base_tree, other),
			           !tree_count(my_tree, at) || !tree_count(base_tree, other));
		else
			copy_mark(merge, &merge->mine, mark->at, mark->end);
	}
	for (at = tree_first(base_tree, base); at.item != NULL; at = tree_next(base_tree, at)) {
		const struct scanner_mark *mark = tree_mark(base_tree, at);

		if ((is_top && name_index(tree_key(at), own_keys) >= 0) || tree_get(my_tree, mine, tree_key(at)).item != NULL)
			continue;
		glue(&merge->builder, comma, tree_mark(my_tree, mine)->at);
		comma = ",\n";
		copy_key(merge, &merge->base, mark);
		copy_mark(merge, &merge->base, mark->at, mark->end);
	}
	glue(&merge->builder, "}\n", tree_mark(my_tree, mine)->at);
}

/* ---- "extends" -------------------------------------------------------------------------------------------------------- */

struct reading {
	struct composed *composed;
	struct scenario_errors *errors;
};

static void report_file(struct scenario_errors *errors, const char *file, uint32_t line, uint32_t column, const char *path,
                        const char *text)
{
	uint32_t before = errors->count;

	errors_add(errors, line, column, path, text);
	if (errors->count > before)
		snprintf(errors->list[before].file, sizeof(errors->list[before].file), "%s", file);
}

static void report_scan(void *context, uint32_t line, uint32_t column, const char *path, const char *text)
{
	struct reading *reading = context;
	uint32_t file = composed_place(reading->composed, &line, &column);

	report_file(reading->errors, reading->composed->files[file].path, line, column, path, text);
}

static void pass_over(void *context, uint32_t line, uint32_t column, const char *path, const char *text)
{
	(void)context, (void)line, (void)column, (void)path, (void)text;
}

static void wrong(struct reading *reading, const struct tree *tree, struct tree_value value, const char *text)
{
	const struct scanner_mark *mark = tree_mark(tree, value);
	char where[128];

	scanner_path(&tree->scanner, value.mark, where, sizeof(where));
	report_file(reading->errors, reading->composed->files[0].path, mark->line, mark->column, where, text);
}

/* "base.json", or {"scenario": "base.json", "append": ["links"]}. False with a report. */
static bool read_extends(struct reading *reading, const struct tree *tree, struct tree_value extends,
                         const char **path, struct tree_value *append)
{
	static const char said[] = "allowed is the path of a scenario, or {\"scenario\": path, \"append\": [keys]}";
	static const char *const keys[] = { "scenario", "append", "note", NULL };
	struct tree_value scenario = extends, at;
	char text[256], found[64];
	bool is_object = tree_kind(tree, extends) == SCANNER_OBJECT;

	*append = (struct tree_value){ NULL, 0 };
	if (is_object) {
		for (at = tree_first(tree, extends); at.item != NULL; at = tree_next(tree, at))
			if (name_index(tree_key(at), keys) < 0) {
				const char *nearest = name_nearest(tree_key(at), keys);

				quote_text(found, sizeof(found), tree_key(at), strlen(tree_key(at)));
				snprintf(text, sizeof(text), "unknown key %s%s%s%snown here: scenario, append, note", found,
				         nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"? K" : "; k");
				return wrong(reading, tree, at, text), false;
			}
		scenario = tree_get(tree, extends, "scenario");
		*append = tree_get(tree, extends, "append");
		at = tree_get(tree, extends, "note");
		if (at.item != NULL && tree_kind(tree, at) != SCANNER_STRING)
			return wrong(reading, tree, at, "allowed is a string"), false;
	}
	if (scenario.item == NULL || tree_kind(tree, scenario) != SCANNER_STRING || tree_text(scenario)[0] == 0)
		return wrong(reading, tree, scenario.item ? scenario : extends, said), false;
	*path = tree_text(scenario);
	if (append->item == NULL)
		return true;
	at = tree_first(tree, *append);
	if (tree_kind(tree, *append) != SCANNER_LIST || at.item == NULL)
		return wrong(reading, tree, *append, "allowed is a list of keys, such as [\"links\", \"timeline\"]"), false;
	for (; at.item != NULL; at = tree_next(tree, at)) {
		struct tree_value list = { NULL, 0 };

		if (tree_kind(tree, at) == SCANNER_STRING && name_index(tree_text(at), own_keys) < 0)
			list = tree_get(tree, tree_root(tree), tree_text(at));
		if (list.item == NULL || tree_kind(tree, list) != SCANNER_LIST)
			return wrong(reading, tree, at, "allowed is the key of a list in this file, such as \"links\" or "
			                                "\"timeline\", which then goes behind the list of the other; what "
			                                "is each file's own, such as \"covers\", does not"), false;
	}
	return true;
}

static bool compose_file(const char *path, const struct chain *above, uint32_t depth, struct composed *composed,
                         struct scenario_errors *errors, char *problem, size_t problem_size);

/* The path of the other file, seen from where octosim runs. False when it is too long. */
static bool resolve(const char *from, const char *to, char *out, size_t size)
{
	const char *slash = strrchr(from, '/');
	int folder = slash ? (int)(slash + 1 - from) : 0;

	return snprintf(out, size, "%.*s%s", to[0] == '/' ? 0 : folder, from, to) < (int)size;
}

/* Puts `merged` in the place of the file's own text. */
static void replace_text(struct composed *composed, struct composed *merged, struct composed *base)
{
	for (uint32_t i = 0; i < base->file_count; i++) {
		composed->files = memory_grow(composed->files, composed->file_count, sizeof(*composed->files));
		composed->files[composed->file_count++] = base->files[i];
	}
	base->file_count = 0;
	memory_free(composed->text);
	memory_free(composed->pieces);
	composed->text = merged->text;
	composed->size = merged->size;
	composed->pieces = merged->pieces;
	composed->piece_count = merged->piece_count;
}

/* ---- Files that links name ------------------------------------------------------------------------------------------- */

struct renaming {
	const struct composed *from;
	const struct tree *tree;
	struct builder builder;
	const char *folder;           /* with a slash at its end, as JSON writes it */
	size_t copied;
};

/* A path, up to and with its last slash, as it stands in a JSON string. False when it has none, or is too long. */
static bool folder_as_json(const char *path, char *out, size_t size)
{
	const char *slash = strrchr(path, '/');
	size_t used = 0;

	for (const char *c = path; slash != NULL && c <= slash; c++) {
		bool is_control = (unsigned char)*c < 0x20, needs_escape = *c == '"' || *c == '\\';

		if (used + 8 > size)
			return false;
		used += (size_t)snprintf(out + used, size - used, is_control ? "\\u%04x" : needs_escape ? "\\%c" : "%c", *c);
	}
	return slash != NULL;
}

/* A name that its file must not have written stays as it is, so that it is refused. */
static void rename_file(struct renaming *renaming, struct tree_value name)
{
	const struct composed *from = renaming->from;
	size_t at = tree_mark(renaming->tree, name)->at + 1;
	const struct composed_piece *piece = piece_at(from, at);

	if (tree_text(name)[0] == '/' || (strchr(tree_text(name), '/') != NULL && !piece->is_glue))
		return;
	copy(&renaming->builder, from, 0, renaming->copied, at);
	add_piece(renaming->builder.out, (struct composed_piece){
		.at = renaming->builder.out->size, .file = piece->file,
		.source_at = piece->source_at + (piece->is_glue ? 0 : at - piece->at), .is_glue = true });
	add_bytes(&renaming->builder, renaming->folder, strlen(renaming->folder));
	renaming->copied = at;
}

/* Values are no deeper than the scanner allows. */
static void rename_files(struct renaming *renaming, struct tree_value value)
{
	bool is_object = tree_kind(renaming->tree, value) == SCANNER_OBJECT;

	if (!is_object && tree_kind(renaming->tree, value) != SCANNER_LIST)
		return;
	for (struct tree_value at = tree_first(renaming->tree, value); at.item != NULL; at = tree_next(renaming->tree, at)) {
		if (is_object && tree_kind(renaming->tree, at) == SCANNER_STRING &&
		    (strcmp(tree_key(at), "table") == 0 || strcmp(tree_key(at), "capacity") == 0 ||
		     strcmp(tree_key(at), "file") == 0))
			rename_file(renaming, at);
		else
			rename_files(renaming, at);
	}
}

/* Files are named as seen from the file that names them: of those that the other one names the folder is put in front. */
static bool take_files_along(struct merge *merge, const char *path, struct composed *base)
{
	static const char *const places[] = { "links", "networks", NULL };
	struct tree *tree = &merge->base.tree;
	struct composed renamed = { 0 };
	struct renaming renaming = { .from = base, .tree = tree, .builder.out = &renamed };
	char folder[6 * PATH_BYTES];

	if (!folder_as_json(path, folder, sizeof(folder)))
		return true;
	renaming.folder = folder;
	for (struct tree_value at = tree_first(tree, tree_root(tree)); at.item != NULL; at = tree_next(tree, at))
		if (name_index(tree_key(at), places) >= 0)
			rename_files(&renaming, at);
	if (renaming.copied == 0)
		return true;
	copy(&renaming.builder, base, 0, renaming.copied, base->size);
	memory_free(base->text);
	memory_free(base->pieces);
	base->text = renamed.text;
	base->size = renamed.size;
	base->pieces = renamed.pieces;
	base->piece_count = renamed.piece_count;
	tree_free(tree);
	tree->root = NULL;
	tree->scanner = (struct scanner){ .report = tree->scanner.report, .context = tree->scanner.context };
	return tree_read(tree, base->text, base->size);
}

static bool extend(struct reading *reading, struct merge *merge, struct tree_value extends, const struct chain *chain,
                   uint32_t depth)
{
	struct composed *composed = reading->composed, base = { 0 }, merged = { 0 };
	char path[PATH_BYTES], problem[512] = "", text[640];
	struct reading below = { &base, reading->errors };
	const char *name = NULL;
	bool is_good = false;

	if (!read_extends(reading, &merge->mine.tree, extends, &name, &merge->append))
		return false;
	if (!resolve(composed->files[0].path, name, path, sizeof(path)))
		snprintf(problem, sizeof(problem), "the path is too long");
	else
		is_good = compose_file(path, chain, depth + 1, &base, reading->errors, problem, sizeof(problem));
	if (!is_good && reading->errors->count == 0) {
		snprintf(text, sizeof(text), "%s %s", name, problem);
		wrong(reading, &merge->mine.tree, extends, text);
	}
	if (is_good) {
		merge->base = (struct side){ .text = &base, .shift = 1,
			.tree.scanner = { .report = report_scan, .context = &below } };
		is_good = tree_read(&merge->base.tree, base.text, base.size) && reading->errors->count == 0;
		if (is_good && tree_kind(&merge->base.tree, tree_root(&merge->base.tree)) != SCANNER_OBJECT) {
			report_file(reading->errors, path, 1, 1, "", "a scenario is one JSON object");
			is_good = false;
		}
	}
	is_good = is_good && take_files_along(merge, name, &base);
	if (is_good) {
		merge->builder.out = &merged;
		merge_objects(merge, tree_root(&merge->mine.tree), tree_root(&merge->base.tree), true);
		replace_text(composed, &merged, &base);
	}
	if (merge->base.tree.scanner.marks != NULL || merge->base.tree.scanner.mended != NULL)
		tree_free(&merge->base.tree);
	composed_free(&base);
	return is_good;
}

static bool is_in_chain(const struct chain *chain, const struct chain *link)
{
	for (; chain; chain = chain->above)
		if (chain->device == link->device && chain->number == link->number)
			return true;
	return false;
}

/* False with a phrase in `problem`, or with reports. */
static bool compose_file(const char *path, const struct chain *above, uint32_t depth, struct composed *composed,
                         struct scenario_errors *errors, char *problem, size_t problem_size)
{
	struct chain link = { .above = above, .path = path };
	struct reading reading = { composed, errors };
	struct merge merge = { .mine.text = composed };
	struct tree_value extends;
	bool is_good = true;
	char *text;

	if (depth > COMPOSE_DEPTH_MAX) {
		snprintf(problem, problem_size, "is the last of more than %d files that extend each other", COMPOSE_DEPTH_MAX);
		return false;
	}
	text = read_file(path, &link, &composed->size, problem, problem_size);
	if (!text)
		return false;
	composed->text = text;
	composed->files = memory_grow(NULL, 0, sizeof(*composed->files));
	composed->files[composed->file_count++] = (struct composed_file){ memory_text(path), NULL, composed->size };
	composed->files[0].text = memory_claim(composed->size + 1);
	memcpy(composed->files[0].text, text, composed->size);
	add_piece(composed, (struct composed_piece){ .at = 0 });
	if (is_in_chain(above, &link)) {
		snprintf(problem, problem_size, "extends itself, by one way or another");
		return false;
	}
	/* An escape may hide in the key, so a backslash is worth a look, too. */
	if (memchr(text, '\0', composed->size) || (!strstr(text, "\"extends\"") && !strchr(text, '\\')))
		return true;
	merge.mine.tree.scanner = (struct scanner){ .report = pass_over };
	if (tree_read(&merge.mine.tree, text, composed->size)) {
		extends = tree_get(&merge.mine.tree, tree_root(&merge.mine.tree), "extends");
		if (tree_kind(&merge.mine.tree, tree_root(&merge.mine.tree)) == SCANNER_OBJECT && extends.item != NULL)
			is_good = extend(&reading, &merge, extends, &link, depth);
	}
	if (merge.mine.tree.scanner.marks != NULL || merge.mine.tree.scanner.mended != NULL)
		tree_free(&merge.mine.tree);
	return is_good;
}

bool compose(const char *path, struct composed *composed, struct scenario_errors *errors)
{
	char problem[512] = "";
	bool is_good;

	memset(composed, 0, sizeof(*composed));
	is_good = compose_file(path, NULL, 1, composed, errors, problem, sizeof(problem));
	if (!is_good && errors->count == 0)
		errors_add(errors, 0, 0, "", problem);
	for (uint32_t i = 0; i < errors->count; i++)
		if (strcmp(errors->list[i].file, path) == 0)
			errors->list[i].file[0] = 0;
	return is_good;
}

void composed_free(struct composed *composed)
{
	for (uint32_t i = 0; i < composed->file_count; i++) {
		memory_free(composed->files[i].path);
		memory_free(composed->files[i].text);
	}
	memory_free(composed->files);
	memory_free(composed->pieces);
	memory_free(composed->text);
	memset(composed, 0, sizeof(*composed));
}

bool composed_is_glue(const struct composed *composed, size_t at)
{
	return piece_at(composed, at)->is_glue;
}

/* ---- Places -------------------------------------------------------------------------------------------------------------- */

/* Columns count characters; on lines beyond all reason the count ends early. */
static size_t offset_of(const char *text, size_t size, uint32_t line, uint32_t column)
{
	const char *at = text, *end = text + size;

	for (uint32_t l = 1; l < line && at < end; l++) {
		const char *next = memchr(at, '\n', (size_t)(end - at));

		if (!next)
			break;
		at = next + 1;
	}
	for (uint32_t c = 1; c < column && c < COLUMNS_MAX && at < end; c++) {
		at++;
		while (at < end && ((unsigned char)*at & 0xc0) == 0x80)
			at++;
	}
	return (size_t)(at - text);
}

uint32_t composed_place(const struct composed *composed, uint32_t *line, uint32_t *column)
{
	size_t at = offset_of(composed->text, composed->size, *line, *column);
	const struct composed_piece *piece = piece_at(composed, at);
	size_t source_at = piece->source_at + (piece->is_glue ? 0 : at - piece->at);
	const char *text = composed->files[piece->file].text, *start = text;

	if (composed->piece_count == 1)
		return 0;
	*line = *column = 1;
	for (const char *c = text; c < text + source_at; c++) {
		if (*c == '\n') {
			++*line;
			start = c + 1;
		}
	}
	for (const char *c = start; c < text + source_at; c++)
		*column += ((unsigned char)*c & 0xc0) != 0x80;
	return piece->file;
}
