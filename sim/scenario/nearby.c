/* nearby.c: see nearby.h. Looks at names only, at so many of one folder, and never into a file. */
#include "sim/scenario/nearby.h"

#include "sim/scenario/memory.h"
#include "sim/scenario/names.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 2000, FOLDER_BYTES = 1024 };
static const char ending[] = ".json";

static bool is_scenario(const char *name)
{
	size_t size = strlen(name), end = sizeof(ending) - 1;

	return name[0] != '.' && size > end && strcmp(name + size - end, ending) == 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "lost-ack" means "lost-ack.json", and nothing else that is near. */
static const char *choose(char **names, uint32_t count, const char *wanted)
{
	size_t size = strlen(wanted);

	for (uint32_t i = 0; i < count; i++)
		if (strncmp(names[i], wanted, size) == 0 && strcmp(names[i] + size, ending) == 0)
			return names[i];
	return name_nearest(wanted, (const char *const *)names);
}

bool nearby_file(const char *path, char *out, size_t size)
{
	const char *slash = strrchr(path, '/'), *wanted = slash ? slash + 1 : path, *nearest = NULL;
	int folder_size = (int)(wanted - path);
	char folder[FOLDER_BYTES];
	char **names = NULL;
	uint32_t count = 0;
	DIR *dir;
	struct dirent *entry;

	if (snprintf(folder, sizeof(folder), "%.*s", folder_size, path) >= (int)sizeof(folder))
		return false;
	dir = opendir(folder_size ? folder : ".");
	if (!dir)
		return false;
	while (count < NAMES_MAX && (entry = readdir(dir)) != NULL) {
		if (!is_scenario(entry->d_name))
			continue;
		names = memory_grow(names, count, sizeof(*names));
		names[count++] = memory_text(entry->d_name);
	}
	closedir(dir);
	if (count > 0) {
		/* The folder's own order differs from machine to machine. */
		qsort(names, count, sizeof(*names), by_name);
		names = memory_grow(names, count, sizeof(*names));
		names[count] = NULL;
		nearest = choose(names, count, wanted);
	}
	if (nearest != NULL && snprintf(out, size, "%s%s", folder, nearest) >= (int)size)
		nearest = NULL;
	for (uint32_t i = 0; i < count; i++)
		memory_free(names[i]);
	memory_free(names);
	return nearest != NULL;
}
