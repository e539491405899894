/* cli.h: what the commands share: options, colours, a progress bar, numbers for people.
 * Errors go to standard error, results to standard output. Exit statuses are those of enum cli_status.
 * A command is `int command_NAME(int argc, char **argv)` in a file of its own, entered in main.c. */
#ifndef OCTOSIM_CLI_H
#define OCTOSIM_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CLI_VERSION "0.3.0"

enum cli_status {
	CLI_HELD = 0,      /* all expectations and invariants held */
	CLI_FAILED = 1,    /* at least one did not */
	CLI_BAD_INPUT = 2, /* bad usage or bad input */
	CLI_FAULT = 3,     /* octosim itself could not do its work */
	CLI_GO_ON = -1     /* from cli_parse(): no reason to end */
};

int command_check(int argc, char **argv);
int command_diff(int argc, char **argv);
int command_fuzz(int argc, char **argv);
int command_list(int argc, char **argv);
int command_new(int argc, char **argv);
int command_node(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_run(int argc, char **argv);
int command_sweep(int argc, char **argv);
int command_trace(int argc, char **argv);

/* ---- Options --------------------------------------------------------------------------------- */

enum cli_color { CLI_COLOR_AUTO, CLI_COLOR_ALWAYS, CLI_COLOR_NEVER };

struct cli_range {
	uint64_t first, last; /* first <= last */
	bool is_given;
};

struct cli_number {
	uint64_t value;
	bool is_given;
};

enum { CLI_LIST_MAX = 32 };
struct cli_list {
	const char *items[CLI_LIST_MAX]; /* point into argv */
	uint32_t count;
};

enum cli_type {
	CLI_FLAG,   /* bool */
	CLI_TEXT,   /* const char *; points into argv */
	CLI_NUMBER, /* struct cli_number */
	CLI_COUNT,  /* struct cli_number, 1..1,000,000 */
	CLI_LIST,   /* struct cli_list: the option may come again and again */
	CLI_RANGE,  /* struct cli_range: "A..B", or "A" */
	CLI_COLOR   /* enum cli_color */
};

struct cli_option {
	const char *name;  /* "--seed" */
	const char *value; /* what the help calls its value: "N"; NULL for a flag */
	enum cli_type type;
	void *target; /* keeps what it holds when the option is not given */
	const char *help;
};

struct cli_command {
	const char *name;     /* "run" */
	const char *operands; /* "SCENARIO..." */
	const char *summary;  /* some lines, each ending in a newline */
	const char *examples; /* the same, each line a command or a # comment */
	const struct cli_option *options;
	size_t option_count;
};

/* Takes the options out of argv: what is left are the operands, argv[0..*operand_count-1]. Returns
 * CLI_GO_ON, or an exit status when help was asked for and given (0) or something was wrong and said (2). */
int cli_parse(const struct cli_command *command, int argc, char **argv, int *operand_count);
/* CLI_GO_ON when results may be written to `path` (NULL and "-" may); else says, with status CLI_BAD_INPUT, that a scenario
 * or a failure file stands there, which would be lost: an output is easily named where an input was meant. */
int cli_check_output(const struct cli_command *command, const char *option, const char *path);
/* "octosim run: SENTENCE", how to get help, and CLI_BAD_INPUT. */
int cli_misuse(const struct cli_command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The name nearest to a mistyped one, NULL when none is near. */
const char *cli_nearest(const char *text, const char *const *names, size_t count);
/* How octosim was called, for commands that are printed to be typed again. */
const char *cli_program(void);
void cli_set_program(const char *name);

/* ---- Output ---------------------------------------------------------------------------------- */

enum cli_style { CLI_PLAIN, CLI_BOLD, CLI_DIM, CLI_GOOD, CLI_BAD, CLI_WARN };

bool cli_has_color(enum cli_color color, FILE *out);
/* Escape sequences around a text; empty when there is no colour. */
const char *cli_on(bool has_color, enum cli_style style);
const char *cli_off(bool has_color);

/* "1 234 567". Each of these writes into one of a few static buffers in turn: use it in the same
 * statement. */
const char *cli_count(uint64_t value);
const char *cli_bytes(uint64_t bytes);
const char *cli_rate(uint64_t bps); /* "1.25 Mbit/s": three digits, and nothing lost where they are all there are */
const char *cli_seconds(uint64_t ns);
/* A path or word as a shell takes it. */
const char *cli_shell_word(const char *word);
/* Text from files as a terminal may have it: control characters become '?'. */
void cli_print_clean(const char *text, FILE *out);
/* Nanoseconds of a clock that nothing in a simulation ever sees. */
uint64_t cli_clock_ns(void);
/* Processor time of this process. */
uint64_t cli_cpu_ns(void);

/* A bar on standard error, only on a terminal, only for what takes more than a second. */
struct cli_progress {
	const char *label;
	uint64_t start_ns, drawn_ns;
	bool is_off, is_drawn;
};
void cli_progress_start(struct cli_progress *progress, const char *label, bool is_quiet);
void cli_progress_show(struct cli_progress *progress, uint64_t done, uint64_t total);
/* Wipes the bar away. */
void cli_progress_end(struct cli_progress *progress);

/* Memory or the end of the program, with status CLI_FAULT. */
void *cli_claim(void *block, size_t size);

#endif
