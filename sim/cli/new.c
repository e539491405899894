/* new.c: `octosim new NAME`: writes a scenario to start from. It passes `octosim check`, holds when it is run, and says of each
 * part what it is for and what else could stand there. */
#include "sim/cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 1024, FOLDERS_UP = 6 };

static const struct cli_command command = {
	.name = "new",
	.operands = "NAME",
	.summary = "Writes NAME.json, a small scenario with notes that say what else could stand there. Never overwrites a file.\n",
	.examples = "  octosim new scenarios/duel/my-duel\n"
	            "  octosim run scenarios/duel/my-duel.json\n",
};

static const char starter[] =
	"  \"title\": \"Say in one line what happens\",\n"
	"  \"why\": \"Say what this shows, and why that matters.\",\n"
	"  \"covers\": [\"R71\"],\n"
	"  \"note\": \"Any object takes a note; octosim ignores it. The language is described in docs/scenarios.md.\",\n"
	"  \"seed\": 1,\n"
	"  \"duration\": \"30s\",\n"
	"  \"heal\": \"10s\",\n"
	"  \"nodes\": [\n"
	"    {\"name\": \"robot\", \"kind\": \"agent\", \"note\": \"a group of ten: add \\\"count\\\": 10 and write robot-*\"},\n"
	"    {\"name\": \"pilot\", \"kind\": \"remote\", \"note\": \"more keys: identity, offers, rate_up, rate_down, clock, …\"}\n"
	"  ],\n"
	"  \"trust\": [\n"
	"    [\"robot\", \"pilot\"]\n"
	"  ],\n"
	"  \"links\": [\n"
	"    {\"between\": [\"robot\", \"pilot\"], \"latency\": {\"normal\": [\"20ms\", \"3ms\"]}, \"loss\": \"1%\",\n"
	"     \"note\": \"one way only: from and to instead of between; a later rule goes over an earlier one;"
	" routers with NAT: the key networks\"}\n"
	"  ],\n"
	"  \"timeline\": [\n"
	"    {\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"], \"note\": \"both at once; one side: {\\\"from\\\": \\\"robot\\\", \\\"to\\\": "
	"\\\"pilot\\\"}\"},\n"
	"    {\"at\": \"16s\", \"load\": {\"from\": \"robot\", \"to\": \"pilot\", \"every\": \"100ms\", \"size\": 64, \"count\": 50},\n"
	"     \"note\": \"other verbs: disconnect, crash, restart, pause, move, clock, traffic, partition, inject, intercept, flood, …\"}\n"
	"  ],\n"
	"  \"expect\": [\n"
	"    {\"by\": \"15s\", \"session\": {\"between\": [\"robot\", \"pilot\"], \"state\": \"established\", \"count\": 1},\n"
	"     \"note\": \"over a time: always, never, eventually, with from, until, within\"},\n"
	"    {\"by\": \"30s\", \"messages\": {\"from\": \"robot\", \"to\": \"pilot\", \"exactly\": 50},\n"
	"     \"note\": \"expect what the protocol promises with any seed, as tightly as it promises it\"},\n"
	"    {\"always\": \"invariants\"}\n"
	"  ],\n"
	"  \"sweep\": {\"links.0.loss\": [\"0%\", \"5%\", \"20%\"], \"seed\": \"1..20\", \"note\": \"for octosim sweep\"}\n"
	"}\n";

/* The schema as seen from the new file: beside it or above it. False when there is none. */
static bool find_schema(const char *path, char *schema, size_t size)
{
	const char *slash = strrchr(path, '/');
	int folder = slash ? (int)(slash + 1 - path) : 0;
	char up[3 * FOLDERS_UP + 1] = "", tried[2 * PATH_BYTES];

	for (int i = 0; i < FOLDERS_UP; i++) {
		static const char *const names[] = { "schema.json", "scenarios/schema.json" };

		for (int k = 0; k < 2; k++) {
			snprintf(tried, sizeof(tried), "%.*s%s%s", folder, path, up, names[k]);
			if (access(tried, R_OK) == 0) {
				snprintf(schema, size, "%s%s", up, names[k]);
				return true;
			}
		}
		strcat(up, "../");
	}
	return false;
}

int command_new(int argc, char **argv)
{
	char path[PATH_BYTES], schema[64];
	int operands, file, status = cli_parse(&command, argc, argv, &operands);
	size_t size;
	FILE *out;

	if (status != CLI_GO_ON)
		return status;
	if (operands != 1)
		return cli_misuse(&command, operands ? "one name at a time" : "which name?");
	size = strlen(argv[0]);
	if (size == 0 || argv[0][size - 1] == '/' || size + 8 > sizeof(path))
		return cli_misuse(&command, "\"%s\" is no name for a file", argv[0]);
	snprintf(path, sizeof(path), "%s%s", argv[0], size > 5 && strcmp(argv[0] + size - 5, ".json") == 0 ? "" : ".json");
	file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (file < 0)
		return cli_misuse(&command, "%s cannot be written: %s", path, strerror(errno));
	out = fdopen(file, "w");
	if (!out) {
		close(file);
		return CLI_FAULT;
	}
	fputs("{\n", out);
	if (find_schema(path, schema, sizeof(schema)))
		fprintf(out, "  \"$schema\": \"%s\",\n", schema);
	fputs(starter, out);
	if (ferror(out) | (fclose(out) != 0)) {
		fprintf(stderr, "octosim new: %s is incomplete: %s\n", path, strerror(errno));
		return CLI_FAULT;
	}
	printf("%s is written. Next:\n  %s check %s\n", path, cli_program(), cli_shell_word(path));
	printf("  %s run %s\n", cli_program(), cli_shell_word(path));
	return CLI_HELD;
}
