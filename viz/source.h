/* source.h: from a path to a model: a trace is opened, a scenario is run first. */
#ifndef OCTOVIZ_SOURCE_H
#define OCTOVIZ_SOURCE_H

#include "viz/model.h"

/* A path that ends in .json is a scenario, run with `seed` (NULL: the scenario's own). NULL when it cannot
 * be opened or run; the reasons were then printed on standard error. */
struct model *source_open(const char *path, const uint64_t *seed);

#endif
