/* failure_file.h: a run that failed, as a file that reproduces it: the expanded scenario, the seed, every
 * decision, and what was violated. Written by `octosim fuzz`, read by `octosim replay`; people edit it to
 * find out what matters. JSON; the order of the keys is free, unknown ones are refused. */
#ifndef OCTOSIM_FAILURE_FILE_H
#define OCTOSIM_FAILURE_FILE_H

#include "sim/sim.h"

#include <stdio.h>

enum {
	FAILURE_FILE_MAX = 16 << 20,   /* bytes */
	FAILURE_DECISIONS_MAX = 40000, /* of a longer run none are kept: its seed decides again */
	FAILURE_VIOLATIONS_MAX = 64
};

struct failure {
	uint64_t seed;
	char *scenario; /* JSON text, NUL-terminated */
	size_t scenario_size;
	char **violations; /* sentences */
	uint32_t violation_count;
	bool has_hash; /* false: the run did not end */
	uint64_t hash;
	bool has_decisions; /* false: the seed decides */
	struct decision_log decisions;
};

void failure_write(const struct failure *failure, FILE *out);
/* False with a sentence in `error`, which names the file and where in it. The caller ends with failure_free()
 * either way. failure_read_text() is the same for text; `name` stands for it in the sentence. */
bool failure_read(const char *path, struct failure *failure, char *error, size_t error_size);
bool failure_read_text(const char *name, const char *text, size_t size, struct failure *failure, char *error,
                       size_t error_size);
void failure_free(struct failure *failure);

#endif
