/* junit.h: results as JUnit XML, which continuous integration reads: a suite for each scenario, a case for each run. */
#ifndef OCTOSIM_CLI_JUNIT_H
#define OCTOSIM_CLI_JUNIT_H

#include <stdbool.h>
#include <stdint.h>

enum junit_verdict { JUNIT_PASSED, JUNIT_FAILED, JUNIT_ERROR };

struct junit_case {
	const char *name;             /* "seed 7" */
	enum junit_verdict verdict;
	uint64_t real_ns;
	const char *problems;         /* lines: what failed; the first one stands for all. "" when it passed */
	const char *repeat;           /* the command that repeats the run */
};

struct junit;

/* Opens the file. NULL when it cannot be written; errno says why. */
struct junit *junit_open(const char *path);
/* Cases belong to the suite that was begun last. */
void junit_begin(struct junit *junit, const char *name);
void junit_add(struct junit *junit, const struct junit_case *one);
/* Writes what is left and frees. False when anything could not be written. */
bool junit_close(struct junit *junit);

#endif
