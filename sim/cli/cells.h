/* cells.h: a sweep's plan: which combinations of values there are, and which seeds each of them runs with. */
#ifndef OCTOSIM_CLI_CELLS_H
#define OCTOSIM_CLI_CELLS_H

#include "sim/cli/cli.h"
#include "sim/scenario/scenario.h"

enum { CELLS_AXES_MAX = 16 };

struct cells {
	const struct scenario *scenario;
	uint32_t count, seed_count;
	struct cli_range seeds;       /* of the command line; goes before all else */
	const struct scenario_axis *seed_axis; /* NULL: none, or it goes together with other fields */
};

struct cell {
	char *settings[CELLS_AXES_MAX]; /* "links.0.loss=5%" */
	uint32_t count;
};

/* False with a sentence on standard error when these are too many runs. */
bool cells_open(struct cells *cells, const struct scenario *scenario, const struct cli_range *seeds);
void cells_get(const struct cells *cells, uint32_t index, struct cell *cell);
void cells_free(struct cell *cell);
uint64_t cells_seed(const struct cells *cells, uint32_t index);
/* The fields that differ from cell to cell. */
bool cells_is_shown(const struct cells *cells, uint32_t axis);
/* Tries each value of each field once, and says which make no good scenario. */
bool cells_check(const char *path, const struct scenario *scenario);

#endif
