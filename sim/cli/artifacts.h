/* artifacts.h: what a failed run leaves behind for those who were not there: a folder with the scenario, the table, the trace,
 * the ladder, a picture, and the command that repeats it. */
#ifndef OCTOSIM_CLI_ARTIFACTS_H
#define OCTOSIM_CLI_ARTIFACTS_H

#include "sim/scenario/scenario.h"

struct artifact {
	const struct scenario *scenario;
	uint64_t seed, events;
	const char *const *settings;  /* of --set */
	uint32_t setting_count;
	const char *table;            /* what the run's report said */
	size_t table_size;
	const char *problems;         /* a line each */
	bool has_crashed;             /* then it is not run again here */
};

/* Makes the folder. False when that cannot be; errno says why. */
bool artifacts_open(const char *folder);
/* A folder of its own in there for this run. False when something could not be written: said on standard error. */
bool artifacts_keep(const char *folder, const struct artifact *artifact);

#endif
