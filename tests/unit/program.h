/* program.h: octosim as its user meets it: the program beside the test runner is started in a folder of its own, and its
 * output and exit status are read. */
#ifndef OCTOSIM_TESTS_PROGRAM_H
#define OCTOSIM_TESTS_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

enum { PROGRAM_OUTPUT_BYTES = 1 << 18 };

extern char program_output[PROGRAM_OUTPUT_BYTES]; /* standard output and standard error of the last call */

/* Finds octosim and makes the folder, which program_close() removes. False with a sentence. */
bool program_open(void);
bool program_close(void);
const char *program_folder(void);
/* A file in the folder. */
bool program_write(const char *name, const char *text);
/* Runs octosim in the folder through the shell; returns its exit status. What follows a ; or | is the shell's. */
int program_call(const char *arguments);
/* Whether the last output holds this. */
bool program_says(const char *part);

#endif
