/* main.c: the test runner. Runs every suite the build found, or those named on the command line, and prints CUnit's
 * summary. Exit status: 0 all held, 1 a test failed or none ran, 2 bad usage.
 * It must not know any suite: the table comes from tests/suites.h. */
#include "tests/suites.h"

#include <CUnit/Basic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int usage(FILE *out)
{
	fputs("usage: octotest [-v] [-l] [SUITE…]\n"
	      "  -v  name each test as it runs\n"
	      "  -l  list the suites\n", out);
	return out == stdout ? 0 : 2;
}

static bool is_known(const char *name)
{
	for (const struct test_suite *suite = test_suites; suite->name != NULL; suite++)
		if (strcmp(suite->name, name) == 0)
			return true;
	return false;
}

static bool is_named(const char *name, int count, char **names)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return count == 0;
}

/* CUnit counts a suite whose initialisation failed, and nothing else tells that its tests never ran. */
static int run(CU_BasicRunMode mode, int count, char **names)
{
	if (CU_initialize_registry() != CUE_SUCCESS) {
		fprintf(stderr, "octotest: %s\n", CU_get_error_msg());
		return 1;
	}
	for (const struct test_suite *suite = test_suites; suite->name != NULL; suite++) {
		if (!is_named(suite->name, count, names))
			continue;
		if (suite->add() != CUE_SUCCESS) {
			fprintf(stderr, "octotest: suite %s: %s\n", suite->name, CU_get_error_msg());
			CU_cleanup_registry();
			return 1;
		}
	}
	CU_basic_set_mode(mode);
	bool held = CU_basic_run_tests() == CUE_SUCCESS && CU_get_number_of_failures() == 0 &&
	            CU_get_number_of_tests_failed() == 0 && CU_get_number_of_suites_failed() == 0;
	if (CU_get_number_of_tests_run() == 0) {
		fputs("octotest: no test ran\n", stderr);
		held = false;
	}
	CU_cleanup_registry();
	return held ? 0 : 1;
}

int main(int argc, char **argv)
{
	CU_BasicRunMode mode = CU_BRM_NORMAL;
	int first = 1;
	for (; first < argc && argv[first][0] == '-'; first++) {
		if (strcmp(argv[first], "-v") == 0) {
			mode = CU_BRM_VERBOSE;
		} else if (strcmp(argv[first], "-l") == 0) {
			for (const struct test_suite *suite = test_suites; suite->name != NULL; suite++)
				puts(suite->name);
			return 0;
		} else {
			return usage(strcmp(argv[first], "--help") == 0 ? stdout : stderr);
		}
	}
	for (int i = first; i < argc; i++) {
		if (!is_known(argv[i])) {
			fprintf(stderr, "octotest: no suite is called %s (octotest -l lists them)\n", argv[i]);
			return 2;
		}
	}
	return run(mode, argc - first, argv + first);
}
