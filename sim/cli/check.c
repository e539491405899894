/* check.c: `octosim check FILE…`: reads scenarios and says all that is wrong with them; runs and writes nothing. */
#include "sim/scenario/scenario.h"

#include <stdio.h>
#include <string.h>

int command_check(int argc, char **argv);

static void usage(FILE *out)
{
	fputs("usage: octosim check SCENARIO...\n"
	      "Reads scenario files without running them. A good one gives a line \"ok\" on standard output, a wrong one\n"
	      "every mistake on standard error: FILE:LINE:COLUMN: where in the file: what was found and what is allowed.\n"
	      "Exit status: 0 all are good, 2 at least one is not. The language is described in docs/scenarios.md.\n", out);
}

/* argv[0] is "check". */
int command_check(int argc, char **argv)
{
	int status = 0, files = 0;
	bool is_options = true;

	for (int i = 1; i < argc; i++) {
		struct scenario_errors errors = { NULL, 0 };
		struct scenario *scenario = NULL;

		if (is_options && (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)) {
			usage(stdout);
			return 0;
		}
		if (is_options && strcmp(argv[i], "--") == 0) {
			is_options = false;
			continue;
		}
		if (is_options && argv[i][0] == '-') {
			fprintf(stderr, "octosim check: unknown option %s\n", argv[i]);
			usage(stderr);
			return 2;
		}
		files++;
		scenario = scenario_load(argv[i], &errors);
		if (scenario != NULL) {
			printf("ok  %s\n", argv[i]);
		} else {
			fflush(stdout);
			scenario_errors_print(&errors, argv[i], stderr);
			status = 2;
		}
		scenario_free(scenario);
		scenario_errors_free(&errors);
	}
	if (files == 0) {
		usage(stderr);
		return 2;
	}
	return fflush(stdout) == 0 ? status : 3;
}
