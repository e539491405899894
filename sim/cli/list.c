/* list.c: `octosim list [DIR]`: the scenarios below a directory, their titles and what they cover.
 * Files that cannot be read are named on standard error and make the status 2; the others are listed all the same. */
#include "sim/scenario/scenario.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_SIZE = 1024, FOLDERS_MAX = 16, FILES_MAX = 20000 };

int command_list(int argc, char **argv);

struct listing {
	char **paths;
	size_t count;
	bool is_cut;              /* there were more than FILES_MAX */
};

static void usage(FILE *out)
{
	fputs("usage: octosim list [--json] [DIRECTORY]\n"
	      "Lists the scenario files (*.json, but not schema.json) below a directory, \"scenarios\" unless another is\n"
	      "named: path, title, and the requirements, invariants and bugs that each covers.\n"
	      "  --json   one JSON array instead of a table\n"
	      "Exit status: 0, or 2 when the directory or one of the files could not be read.\n", out);
}

static void *claim(void *block, size_t size)
{
	block = realloc(block, size);
	if (block == NULL) {
		fputs("octosim: out of memory\n", stderr);
		exit(3);
	}
	return block;
}

static void keep(struct listing *listing, const char *path)
{
	size_t size = strlen(path) + 1;

	if (listing->count == FILES_MAX) {
		listing->is_cut = true;
		return;
	}
	if ((listing->count & (listing->count - 1)) == 0)
		listing->paths = claim(listing->paths, (2 * listing->count + 1) * sizeof(*listing->paths));
	listing->paths[listing->count++] = memcpy(claim(NULL, size), path, size);
}

static bool is_scenario_name(const char *name)
{
	size_t size = strlen(name);

	return size > 5 && strcmp(name + size - 5, ".json") == 0 && strcmp(name, "schema.json") != 0;
}

/* False when the folder cannot be read. Symbolic links to folders are not followed: they may go in circles. */
static bool collect(struct listing *listing, const char *folder, int depth)
{
	DIR *entries = opendir(folder);
	struct dirent *entry = NULL;
	char path[PATH_SIZE];
	struct stat status;

	if (entries == NULL)
		return false;
	while ((entry = readdir(entries)) != NULL) {
		if (entry->d_name[0] == '.' ||
		    snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) >= (int)sizeof(path) ||
		    lstat(path, &status) != 0)
			continue;
		if (S_ISDIR(status.st_mode) && depth < FOLDERS_MAX)
			(void)collect(listing, path, depth + 1);
		else if (!S_ISDIR(status.st_mode) && is_scenario_name(entry->d_name))
			keep(listing, path);
	}
	closedir(entries);
	return true;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void print_json_text(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '"' || byte == '\\')
			printf("\\%c", byte);
		else if (byte < 0x20)
			printf("\\u%04x", byte);
		else
			putchar(byte);
	}
	putchar('"');
}

static void print_json(const struct scenario *scenario, bool is_first)
{
	printf("%s\n  {\"path\": ", is_first ? "" : ",");
	print_json_text(scenario->path);
	printf(", \"title\": ");
	print_json_text(scenario->title);
	printf(", \"why\": ");
	print_json_text(scenario->why);
	printf(", \"covers\": [");
	for (uint32_t i = 0; i < scenario->cover_count; i++) {
		printf("%s", i > 0 ? ", " : "");
		print_json_text(scenario->covers[i]);
	}
	printf("], \"nodes\": %u, \"crypto\": \"%s\"}", scenario->node_count,
	       scenario->is_model_crypto ? "model" : "sodium");
}

/* Titles hold whatever a file says; a terminal should not obey it. */
static void print_plain(const char *text)
{
	for (; *text != '\0'; text++)
		putchar((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text);
}

static void print_row(const struct scenario *scenario, size_t width)
{
	printf("%-*s  ", (int)width, scenario->path);
	print_plain(scenario->title);
	printf("\n%*s  covers ", (int)width, "");
	for (uint32_t i = 0; i < scenario->cover_count; i++)
		printf("%s%s", i > 0 ? ", " : "", scenario->covers[i]);
	putchar('\n');
}

static int print_all(const struct listing *listing, bool is_json)
{
	size_t width = 0, shown = 0;
	int status = 0;

	for (size_t i = 0; i < listing->count; i++)
		width = strlen(listing->paths[i]) > width ? strlen(listing->paths[i]) : width;
	if (is_json)
		putchar('[');
	for (size_t i = 0; i < listing->count; i++) {
		struct scenario_errors errors = { NULL, 0 };
		struct scenario *scenario = scenario_load(listing->paths[i], &errors);

		if (scenario == NULL) {
			fflush(stdout);
			scenario_errors_print(&errors, listing->paths[i], stderr);
			status = 2;
		} else if (is_json) {
			print_json(scenario, shown++ == 0);
		} else {
			print_row(scenario, width);
			shown++;
		}
		scenario_free(scenario);
		scenario_errors_free(&errors);
	}
	if (is_json)
		puts(shown > 0 ? "\n]" : "]");
	else
		printf("%zu scenario%s\n", shown, shown == 1 ? "" : "s");
	return status;
}

/* argv[0] is "list". */
int command_list(int argc, char **argv)
{
	struct listing listing = { NULL, 0, false };
	const char *folder = NULL;
	bool is_json = false;
	int status = 0;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			usage(stdout);
			return 0;
		}
		if (strcmp(argv[i], "--json") == 0) {
			is_json = true;
		} else if (argv[i][0] == '-' || folder != NULL) {
			fprintf(stderr, "octosim list: %s %s\n", folder != NULL ? "one directory only, not also"
			                                                        : "unknown option", argv[i]);
			usage(stderr);
			return 2;
		} else {
			folder = argv[i];
		}
	}
	folder = folder != NULL ? folder : "scenarios";
	if (!collect(&listing, folder, 0)) {
		fprintf(stderr, "%s: ", folder);
		perror("cannot be listed");
		return 2;
	}
	if (listing.count > 1)
		qsort(listing.paths, listing.count, sizeof(*listing.paths), by_text);
	status = print_all(&listing, is_json);
	if (listing.is_cut) {
		fprintf(stderr, "%s: only the first %d files were looked at\n", folder, FILES_MAX);
		status = 2;
	}
	for (size_t i = 0; i < listing.count; i++)
		free(listing.paths[i]);
	free(listing.paths);
	return fflush(stdout) == 0 ? status : 3;
}
