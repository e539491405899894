/* check.h: assertions that say what was found. CUnit's own print only the expression; these print both values.
 * Each takes the found value first and records one CUnit assertion, which does not end the test. */
#ifndef OCTOSIM_TESTS_CHECK_H
#define OCTOSIM_TESTS_CHECK_H

#include <CUnit/CUnit.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define CHECK(condition) \
	CU_assertImplementation((condition) ? CU_TRUE : CU_FALSE, __LINE__, #condition, __FILE__, "", CU_FALSE)
#define CHECK_U64(found, expected) check_u64((uint64_t)(found), (uint64_t)(expected), #found, __FILE__, __LINE__)
#define CHECK_I64(found, expected) check_i64((int64_t)(found), (int64_t)(expected), #found, __FILE__, __LINE__)
#define CHECK_STRING(found, expected) check_string((found), (expected), #found, __FILE__, __LINE__)
#define CHECK_CONTAINS(found, part) check_contains((found), (part), #found, __FILE__, __LINE__)
#define CHECK_BYTES(found, expected, size) check_bytes((found), (expected), (size), #found, __FILE__, __LINE__)

static inline int check_u64(uint64_t found, uint64_t expected, const char *what, const char *file, unsigned int line)
{
	char text[256];
	snprintf(text, sizeof text, "%s is %" PRIu64 ", expected %" PRIu64, what, found, expected);
	return CU_assertImplementation(found == expected ? CU_TRUE : CU_FALSE, line, text, file, "", CU_FALSE);
}

static inline int check_i64(int64_t found, int64_t expected, const char *what, const char *file, unsigned int line)
{
	char text[256];
	snprintf(text, sizeof text, "%s is %" PRId64 ", expected %" PRId64, what, found, expected);
	return CU_assertImplementation(found == expected ? CU_TRUE : CU_FALSE, line, text, file, "", CU_FALSE);
}

static inline int check_string(const char *found, const char *expected, const char *what, const char *file,
                               unsigned int line)
{
	char text[512];
	int is_same = found != NULL && expected != NULL ? strcmp(found, expected) == 0 : found == expected;
	snprintf(text, sizeof text, "%s is \"%s\", expected \"%s\"", what, found != NULL ? found : "(null)",
	         expected != NULL ? expected : "(null)");
	return CU_assertImplementation(is_same ? CU_TRUE : CU_FALSE, line, text, file, "", CU_FALSE);
}

static inline int check_contains(const char *found, const char *part, const char *what, const char *file,
                                 unsigned int line)
{
	char text[512];
	int is_there = found != NULL && strstr(found, part) != NULL;
	snprintf(text, sizeof text, "%s is \"%s\", expected to contain \"%s\"", what, found != NULL ? found : "(null)",
	         part);
	return CU_assertImplementation(is_there ? CU_TRUE : CU_FALSE, line, text, file, "", CU_FALSE);
}

static inline int check_bytes(const void *found, const void *expected, size_t size, const char *what,
                              const char *file, unsigned int line)
{
	const uint8_t *f = found, *e = expected;
	size_t at = 0;
	while (at < size && f[at] == e[at])
		at++;
	char text[256] = "";
	if (at < size)
		snprintf(text, sizeof text, "%s: byte %zu of %zu is %02x, expected %02x", what, at, size, f[at], e[at]);
	return CU_assertImplementation(at == size ? CU_TRUE : CU_FALSE, line, text, file, "", CU_FALSE);
}

#endif
