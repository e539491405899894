/* apart.h: work that may bring its process down, done in another one, to learn how it ends. */
#ifndef OCTOSIM_CLI_APART_H
#define OCTOSIM_CLI_APART_H

#include <stdbool.h>
#include <stddef.h>

enum { APART_SECONDS_MAX = 120 }; /* of work in one piece: whatever takes longer hangs */

/* Ends this process when the work in hand takes too long. */
void apart_watch(void);
/* True when the work ended by itself. Otherwise `how` says how it ended, and the last thing it said on
 * standard error: "ended by signal 6 (Aborted): …". */
bool apart_run(void (*work)(void *context), void *context, char *how, size_t how_size);

#endif
