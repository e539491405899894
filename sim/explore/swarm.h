/* swarm.h: makes of one scenario as many as there are seeds. The base says who exists, who trusts whom and
 * which cryptography they use; each seed draws which kinds of trouble there are, how much of each, and when.
 * What comes out is the text of a scenario: nothing happens in a fuzzed run that a scenario file could not
 * say. After the trouble the network heals, and there is time enough for everybody to be connected again. */
#ifndef OCTOSIM_SWARM_H
#define OCTOSIM_SWARM_H

#include "sim/scenario/scenario.h"

struct swarm;

/* Reads the base. NULL when it is no scenario (*errors says why), or when no two of its nodes trust each
 * other. */
struct swarm *swarm_open(const char *path, struct scenario_errors *errors);
struct swarm *swarm_open_text(const char *name, const char *text, size_t size,
                              struct scenario_errors *errors);
/* From now on without attackers, and nobody loses his store: whatever else goes wrong, nobody may be taken for hacked. */
void swarm_be_honest(struct swarm *swarm);
void swarm_close(struct swarm *swarm);
/* A seed's variant: JSON text, NUL-terminated; the caller frees. NULL: out of memory. */
char *swarm_variant(const struct swarm *swarm, uint64_t seed, size_t *size);

#endif
