/* main.c: `octosim COMMAND …`: finds the command and hands over. One file a command; cli.h is what they
 * share. */
#include "sim/cli/cli.h"

#include <string.h>

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{ "run", command_run, "run scenarios and say whether what they expect came true" },
	{ "check", command_check, "check scenario files without running them" },
	{ "list", command_list, "list scenarios, their titles and what they cover" },
	{ "sweep", command_sweep, "run a scenario with every combination of the values it lists" },
	{ "fuzz", command_fuzz, "search for races: a scenario with trouble drawn from thousands of seeds" },
	{ "replay", command_replay, "run a failure that fuzzing found again, exactly" },
	{ "diff", command_diff, "compare two traces: the first event in which they differ, and its causes" },
	{ "node", command_node, "run one real node over UDP" },
	{ "new", command_new, "write a scenario to start from" },
	{ "trace", command_trace, "look into a trace file: a summary, a sequence ladder, JSON lines" },
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static int usage(FILE *out, int status)
{
	fputs("usage: octosim COMMAND [options] ...\n\n"
	      "A simulator for OctoMY's communications core: real cores in a virtual network.\n\n"
	      "Commands:\n",
	      out);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fputs("\nExamples:\n"
	      "  octosim run scenarios/duel/simultaneous-open.json --trace run.trace\n"
	      "  octosim trace run.trace --sequence\n\n"
	      "\"octosim COMMAND --help\" explains each; \"octosim --version\" says which octosim this is.\n",
	      out);
	return status;
}

static int unknown_command(const char *name)
{
	const char *names[COMMANDS];
	const char *nearest;

	for (size_t i = 0; i < COMMANDS; i++)
		names[i] = commands[i].name;
	nearest = cli_nearest(name, names, COMMANDS);
	fprintf(stderr, "octosim: there is no command \"%s\"", name);
	if (nearest)
		fprintf(stderr, "; did you mean \"%s\"?", nearest);
	fputs("\n\"octosim --help\" lists the commands.\n", stderr);
	return CLI_BAD_INPUT;
}

int main(int argc, char **argv)
{
	int status;

	if (argc < 2)
		return usage(stderr, CLI_BAD_INPUT);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
		return usage(stdout, CLI_HELD);
	if (strcmp(argv[1], "--version") == 0) {
		puts("octosim " CLI_VERSION ", scenario format 1, protocol version 1");
		return fflush(stdout) == 0 ? CLI_HELD : CLI_FAULT;
	}
	cli_set_program(argv[0]);
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		status = commands[i].run(argc - 1, argv + 1);
		/* A full disk or a closed pipe must not look like success. */
		if (fflush(stdout) != 0 || ferror(stdout)) {
			fputs("octosim: the results could not be written\n", stderr);
			return CLI_FAULT;
		}
		return status;
	}
	return unknown_command(argv[1]);
}
