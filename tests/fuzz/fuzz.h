/* fuzz.h: what a fuzz target is: a function that is given any bytes at all and must come back, and the inputs that it
 * starts from. The same targets run under libFuzzer (clang) and under driver.c.
 * A new target is a file NAME_fuzz.c here; nothing else names it. */
#ifndef OCTOSIM_TESTS_FUZZ_H
#define OCTOSIM_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One input. Returns 0; whatever must not happen ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
/* Hands over each seed of the target that is not in the test vectors. */
void fuzz_seeds(void (*add)(const void *bytes, size_t size));
/* A target whose inputs have a structure may change them itself, with the help of the second for bytes without one; both
 * return the new size. */
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t size_max, unsigned seed) __attribute__((weak));
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t size_max);

#define FUZZ_REQUIRE(condition)                                                                      \
	do {                                                                                         \
		if (!(condition)) {                                                                  \
			fprintf(stderr, "%s:%d: expected: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                     \
		}                                                                                    \
	} while (0)

#endif
