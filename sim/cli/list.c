/* list.c: `octosim list [DIR]`: the scenarios below a directory, their titles and what they cover.
 * Files that cannot be read are named on standard error and make the status 2; the others are listed all the same. */
#include "sim/cli/cli.h"

#include "sim/scenario/scenario.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_SIZE = 1024, FOLDERS_MAX = 16, FILES_MAX = 20000 };

static bool is_json, is_markdown;

static const struct cli_option options[] = {
	{"--json", NULL, CLI_FLAG, &is_json, "one JSON array instead of a table"},
	{"--markdown", NULL, CLI_FLAG, &is_markdown, "an index for people, as scenarios/README.md holds it"},
};

static const struct cli_command command = {
	.name = "list", .operands = "[DIRECTORY]",
	.summary = "Lists the scenario files (*.json, but not schema.json) below a directory, \"scenarios\" unless another is\n"
	           "named: path, title, and the requirements, invariants and bugs that each covers.\n"
	           "Exit status: 0, or 2 when the directory or one of the files could not be read.\n",
	.examples = "  octosim list scenarios/duel\n"
	            "  octosim list --markdown > scenarios/README.md\n"
	            "  octosim list --json | jq -r '.[] | select(.covers | index(\"R72\")) | .path'\n",
	.options = options, .option_count = sizeof(options) / sizeof(options[0]),
};

struct listing {
	char **paths;
	size_t count;
	bool is_cut;              /* there were more than FILES_MAX */
};

static void keep(struct listing *listing, const char *path)
{
	size_t size = strlen(path) + 1;

	if (listing->count == FILES_MAX) {
		listing->is_cut = true;
		return;
	}
	if ((listing->count & (listing->count - 1)) == 0)
		listing->paths = cli_claim(listing->paths, (2 * listing->count + 1) * sizeof(*listing->paths));
	listing->paths[listing->count++] = memcpy(cli_claim(NULL, size), path, size);
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

static void print_row(const struct scenario *scenario, size_t width)
{
	printf("%-*s  ", (int)width, scenario->path);
	cli_print_clean(scenario->title, stdout);
	printf("\n%*s  covers ", (int)width, "");
	for (uint32_t i = 0; i < scenario->cover_count; i++)
		printf("%s%s", i > 0 ? ", " : "", scenario->covers[i]);
	putchar('\n');
}

/* Text inside a table of Markdown. */
static void print_markdown_text(const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("|<>*_`[]\\", *text) != NULL)
			putchar('\\');
		putchar((unsigned char)*text < 0x20 ? ' ' : *text);
	}
}

/* One table a folder; links are relative to the directory that is listed. */
static void print_markdown(const struct scenario *scenario, const char *root, char *folder, size_t folder_size)
{
	const char *path = scenario->path + strlen(root), *name;
	size_t size;

	path += strspn(path, "/");
	name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
	size = name > path ? (size_t)(name - path - 1) : 0;
	if (size >= folder_size)
		size = folder_size - 1;
	if (folder[0] == '/' || strlen(folder) != size || strncmp(folder, path, size) != 0) {
		memcpy(folder, path, size);
		folder[size] = '\0';
		printf("\n## %s\n\n| Scenario | Title | Covers |\n|---|---|---|\n", size > 0 ? folder : "here");
	}
	printf("| [%.*s](%s) | ", (int)strcspn(name, "."), name, path);
	print_markdown_text(scenario->title);
	printf(" | ");
	for (uint32_t i = 0; i < scenario->cover_count; i++)
		printf("%s%s", i > 0 ? ", " : "", scenario->covers[i]);
	printf(" |\n");
}

static int print_all(const struct listing *listing, const char *root)
{
	char folder[PATH_SIZE] = "/";
	size_t width = 0, shown = 0;
	int status = CLI_HELD;

	for (size_t i = 0; i < listing->count; i++)
		width = strlen(listing->paths[i]) > width ? strlen(listing->paths[i]) : width;
	if (is_json)
		putchar('[');
	if (is_markdown)
		printf("# Scenarios\n\nWritten by `octosim list --markdown`; change the titles in the scenarios, not this file.\n");
	for (size_t i = 0; i < listing->count; i++) {
		struct scenario_errors errors = { NULL, 0 };
		struct scenario *scenario = scenario_load(listing->paths[i], &errors);

		if (scenario == NULL) {
			fflush(stdout);
			scenario_errors_print(&errors, listing->paths[i], stderr);
			status = CLI_BAD_INPUT;
		} else if (is_markdown) {
			print_markdown(scenario, root, folder, sizeof(folder));
			shown++;
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
		printf("%s%zu scenario%s\n", is_markdown ? "\n" : "", shown, shown == 1 ? "" : "s");
	return status;
}

int command_list(int argc, char **argv)
{
	struct listing listing = {NULL, 0, false};
	const char *folder = "scenarios";
	int count = 0, status = cli_parse(&command, argc, argv, &count);

	if (status != CLI_GO_ON)
		return status;
	if (is_json && is_markdown)
		return cli_misuse(&command, "--json or --markdown, not both");
	if (count > 1)
		return cli_misuse(&command, "one directory only; found %s and %s", argv[0], argv[1]);
	folder = count == 1 ? argv[0] : folder;
	if (!collect(&listing, folder, 0)) {
		fprintf(stderr, "%s: ", folder);
		perror("cannot be listed");
		return CLI_BAD_INPUT;
	}
	if (listing.count > 1)
		qsort(listing.paths, listing.count, sizeof(*listing.paths), by_text);
	status = print_all(&listing, folder);
	if (listing.is_cut) {
		fprintf(stderr, "%s: only the first %d files were looked at\n", folder, FILES_MAX);
		status = CLI_BAD_INPUT;
	}
	for (size_t i = 0; i < listing.count; i++)
		free(listing.paths[i]);
	free(listing.paths);
	return fflush(stdout) == 0 ? status : CLI_FAULT;
}
