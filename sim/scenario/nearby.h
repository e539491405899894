/* nearby.h: the file that somebody may have meant who named one that does not exist. */
#ifndef OCTOSIM_NEARBY_H
#define OCTOSIM_NEARBY_H

#include <stdbool.h>
#include <stddef.h>

/* The scenario file in the folder of `path` whose name is nearest to it; false when none is near. */
bool nearby_file(const char *path, char *out, size_t size);

#endif
