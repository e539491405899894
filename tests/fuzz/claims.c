/* claims.c: what the claims of tests/pair mean in a fuzz target, where no test runs: one that fails ends the process. */
#include "tests/fuzz/fuzz.h"

#include <CUnit/CUnit.h>

CU_BOOL CU_assertImplementation(CU_BOOL value, unsigned int line, const char *condition, const char *file,
                                const char *function, CU_BOOL is_fatal)
{
	(void)function, (void)is_fatal;
	if (value)
		return CU_TRUE;
	fprintf(stderr, "%s:%u: %s\n", file, line, condition);
	abort();
}
