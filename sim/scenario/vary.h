/* vary.h: a place in a scenario's text, named by a path such as "links.0.loss", as sweeps and --set name it. */
#ifndef OCTOSIM_VARY_H
#define OCTOSIM_VARY_H

#include "sim/scenario/tree.h"

enum { VARY_PATH_MAX = 200 };             /* bytes of a path */

struct vary_place {
	struct tree_value parent;
	struct tree_value value;          /* item NULL: there is none yet; `key` would be new in `parent` */
	const char *key;                  /* the last word of the path */
};

/* False with a phrase in `problem` that goes behind the path. */
bool vary_find(const struct tree *tree, const char *path, struct vary_place *place, char *problem, size_t problem_size);

#endif
