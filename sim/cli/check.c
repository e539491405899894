/* check.c: `octosim check SCENARIO…`: reads scenarios and says all that is wrong with them; runs and writes nothing. */
#include "sim/cli/cells.h"
#include "sim/cli/cli.h"
#include "sim/cli/explain.h"

#include "sim/scenario/scenario.h"

static bool is_explaining;

static const struct cli_option options[] = {
	{ "--explain", NULL, CLI_FLAG, &is_explaining,
	  "print each good scenario with all that it leaves unsaid, as JSON that runs the same" },
};

static const struct cli_command command = {
	.name = "check", .operands = "SCENARIO...",
	.summary = "Reads scenario files without running them. A good one gives a line \"ok\", a wrong one every mistake on\n"
	           "standard error: FILE:LINE:COLUMN: where in the file: what was found, what is allowed.\n"
	           "Exit status: 0 all are good, 2 at least one is not. The language is described in docs/scenarios.md.\n",
	.examples = "  octosim check scenarios/duel/*.json\n"
	            "  octosim check scenarios/duel/swapped-ids.json --explain\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

int command_check(int argc, char **argv)
{
	int count = 0, status = cli_parse(&command, argc, argv, &count);

	if (status != CLI_GO_ON)
		return status;
	if (count == 0)
		return cli_misuse(&command, "no scenario file was named");
	status = CLI_HELD;
	for (int i = 0; i < count; i++) {
		struct scenario_errors errors = {NULL, 0};
		struct scenario *scenario = scenario_load(argv[i], &errors);

		if (scenario != NULL && !cells_check(argv[i], scenario)) {
			status = CLI_BAD_INPUT;
		} else if (scenario != NULL && is_explaining) {
			if (!explain(argv[i], scenario, stdout))
				status = CLI_FAULT;
		} else if (scenario != NULL) {
			printf("ok  %s\n", argv[i]);
		} else {
			fflush(stdout);
			scenario_errors_print(&errors, argv[i], stderr);
			status = CLI_BAD_INPUT;
		}
		scenario_free(scenario);
		scenario_errors_free(&errors);
	}
	return fflush(stdout) == 0 ? status : CLI_FAULT;
}
