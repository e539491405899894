/* memory.h: memory for what is read from a scenario file. Sizes are bounded by the reader, so running out of memory is
 * a fault of the machine: it ends the program with a sentence and exit status 3, and callers need no NULL checks. */
#ifndef OCTOSIM_SCENARIO_MEMORY_H
#define OCTOSIM_SCENARIO_MEMORY_H

#include <stddef.h>
#include <stdint.h>

void *memory_claim(size_t size);                  /* zeroed; the caller frees with memory_free() */
char *memory_text(const char *text);              /* an own copy */
void memory_free(void *block);
/* For a list that grows by one: returns it with room for entry number `count`. Doubles, so appending is cheap. */
void *memory_grow(void *list, uint32_t count, size_t entry_size);

#endif
