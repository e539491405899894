/* alloc.c: see alloc.h. */
#include "viz/alloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void *checked(void *memory)
{
	if (!memory) {
		fputs("octoviz: out of memory\n", stderr);
		exit(2);
	}
	return memory;
}

void *alloc_new(size_t count, size_t size)
{
	return checked(calloc(count ? count : 1, size));
}

void *alloc_grow(void *old, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		return checked(NULL);
	return checked(realloc(old, (count && size) ? count * size : 1));
}
