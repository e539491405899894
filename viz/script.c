/* script.c: see script.h. */
#include "viz/script.h"
#include "viz/alloc.h"
#include "viz/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 512, FRAMES_MAX = 1000000 };

static const struct { const char *name; int numbers; bool has_text; const char *usage; } verbs[] = {
	[SCRIPT_KEY] = {"key", 0, true, "key NAME"},
	[SCRIPT_CLICK] = {"click", 2, false, "click X Y"},
	[SCRIPT_DRAG] = {"drag", 4, false, "drag X Y X Y"},
	[SCRIPT_WHEEL] = {"wheel", 3, false, "wheel CLICKS X Y"},
	[SCRIPT_WAIT] = {"wait", 1, false, "wait N frames"},
	[SCRIPT_SHOT] = {"shot", 0, true, "shot FILE.png"},
	[SCRIPT_STATE] = {"state", 0, true, "state FILE"},
};
enum { VERB_COUNT = sizeof verbs / sizeof *verbs };

static bool read_numbers(char *rest, int wanted, int numbers[4])
{
	for (int i = 0; i < wanted; i++) {
		char *word = strtok(i ? NULL : rest, " \t"), *end;
		if (!word)
			return false;
		long number = strtol(word, &end, 10);
		if (*end || number < -FRAMES_MAX || number > FRAMES_MAX)
			return false;
		numbers[i] = (int)number;
	}
	const char *more = strtok(NULL, " \t");
	return !more ||
	       (wanted == 1 && (!strcmp(more, "frames") || !strcmp(more, "frame")) && !strtok(NULL, " \t"));
}

/* What should have stood there; NULL when all is well. */
static const char *read_line(char *text, struct script_line *line)
{
	char *verb = strtok(text, " \t"), *rest = strtok(NULL, "");
	for (int i = 0; i < VERB_COUNT; i++) {
		if (strcmp(verb, verbs[i].name))
			continue;
		line->verb = (enum script_verb)i;
		while (rest && (*rest == ' ' || *rest == '\t'))
			rest++;
		if (!rest || !*rest)
			return verbs[i].usage;
		if (!verbs[i].has_text)
			return read_numbers(rest, verbs[i].numbers, line->numbers) ? NULL : verbs[i].usage;
		if (strlen(rest) >= sizeof line->text)
			return "a shorter name";
		strcpy(line->text, rest);
		if (line->verb == SCRIPT_KEY && commands_find(rest) == MODEL_NONE)
			return "a key of the table that ? shows";
		return NULL;
	}
	return "key, click, drag, wheel, wait, shot or state";
}

struct script *script_read(const char *path, char *error, size_t error_size)
{
	FILE *file = fopen(path, "r");
	if (!file) {
		snprintf(error, error_size, "%s: cannot be read: %s", path, strerror(errno));
		return NULL;
	}
	struct script *script = alloc_new(1, sizeof *script);
	char text[LINE_BYTES];
	const char *wanted = NULL;
	unsigned int number = 0;
	while (!wanted && fgets(text, sizeof text, file)) {
		number++;
		if (strlen(text) == sizeof text - 1 && text[sizeof text - 2] != '\n')
			wanted = "a shorter line";
		text[strcspn(text, "\r\n")] = 0;
		size_t blank = strspn(text, " \t");
		if (!text[blank] || text[blank] == '#')
			continue;
		script->lines = alloc_grow(script->lines, script->count + 1, sizeof *script->lines);
		memset(&script->lines[script->count], 0, sizeof *script->lines);
		if (!wanted)
			wanted = read_line(text, &script->lines[script->count++]);
	}
	bool is_bad = ferror(file);
	fclose(file);
	if (!wanted && !is_bad)
		return script;
	if (is_bad)
		snprintf(error, error_size, "%s: cannot be read: %s", path, strerror(errno));
	else
		snprintf(error, error_size, "%s:%u: expected %s", path, number, wanted);
	script_free(script);
	return NULL;
}

void script_free(struct script *script)
{
	if (!script)
		return;
	free(script->lines);
	free(script);
}
