/* store.h: copies of stores, taken at one time and put back at another: a node that starts again with an old backup, or
 * with what was copied from another one. */
#ifndef OCTOSIM_STORE_H
#define OCTOSIM_STORE_H

#include "sim/world.h"

/* Makes room for the copies and plans when they are taken. */
void store_plan(struct sim *sim);
/* Copies what the action will want. */
void store_keep(struct sim *sim, uint32_t index);
/* The store of the action's n-th node becomes what the action says. False when that is what it is anyway. */
bool store_replace(struct sim *sim, uint32_t index, uint32_t n);

#endif
