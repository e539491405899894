/* alloc.h: allocation for the viewer. Running out of memory ends the program with one clear line: a
 * picture of half a model would be a lie. Nothing here is shared with the simulator. */
#ifndef OCTOVIZ_ALLOC_H
#define OCTOVIZ_ALLOC_H

#include <stddef.h>

/* `count` zeroed elements of `size` bytes; never NULL (one element when count is 0). Free with free(). */
void *alloc_new(size_t count, size_t size);
/* Room for `count` elements; what was there before is kept, what is new is not initialised. Never NULL. */
void *alloc_grow(void *old, size_t count, size_t size);

#endif
