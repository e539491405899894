/* suites.h: the table of test suites that the build collects from the names of the *_test.c files. */
#ifndef OCTOSIM_TESTS_SUITES_H
#define OCTOSIM_TESTS_SUITES_H

#include <CUnit/CUnit.h>

struct test_suite {
	const char *name;                  /* NULL ends the table */
	CU_ErrorCode (*add)(void);         /* registers the suite and its tests with CUnit */
};

extern const struct test_suite test_suites[];

#endif
