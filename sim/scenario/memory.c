/* memory.c: see memory.h. */
#include "sim/scenario/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *check(void *block)
{
	if (block == NULL) {
		fputs("octosim: out of memory while reading a scenario\n", stderr);
		exit(3);
	}
	return block;
}

void *memory_claim(size_t size)
{
	return check(calloc(1, size > 0 ? size : 1));
}

char *memory_text(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(memory_claim(size), text, size);
}

void memory_free(void *block)
{
	free(block);
}

void *memory_grow(void *list, uint32_t count, size_t entry_size)
{
	if (count != 0 && (count & (count - 1)) != 0)
		return list;
	return check(realloc(list, (count == 0 ? 1 : 2 * (size_t)count) * entry_size));
}
