/* explain.h: a scenario with all that it leaves unsaid: what it extends is merged in, defaults are filled in, and notes say
 * which nodes, pairs and times each part is about. What comes out is a scenario that runs the same. */
#ifndef OCTOSIM_CLI_EXPLAIN_H
#define OCTOSIM_CLI_EXPLAIN_H

#include "sim/scenario/scenario.h"

/* False when the file could not be read again. */
bool explain(const char *path, const struct scenario *scenario, FILE *out);

#endif
