/* link_parts.h: what links.c and its helpers share: link_aspects.c reads what a rule or a phase sets, link_files.c the
 * files that it may name. Private to sim/scenario. */
#ifndef OCTOSIM_LINK_PARTS_H
#define OCTOSIM_LINK_PARTS_H

#include "sim/scenario/reader.h"

/* Reads what is known of latency, loss, duplicate, corrupt, rate, queue, mtu, drop, reorder and replay. */
void link_read_aspects(struct reader *reader, struct tree_value object, struct scenario_link *link);
/* All that a rule may set, beside whom it is about. Reports unknown keys, and a rule that says nothing. */
void link_read_rule(struct reader *reader, struct tree_value object, struct scenario_link *link);
/* {"uniform": …} and so on: a list of two times. */
bool link_read_two_times(struct reader *reader, struct tree_value list, uint64_t *a_ns, uint64_t *b_ns, bool is_range);
/* "first" and "nth" of an object: which datagrams of a type. */
void link_read_which(struct reader *reader, struct tree_value object, struct scenario_drop *drop);
/* Whether a rule or phase, taken by itself, has faults. */
bool link_has_faults(const struct scenario_link *link);

/* A file beside the scenario; NULL when anything is wrong with it, which is reported at the value. Owned by the caller. */
struct scenario_table *link_read_table(struct reader *reader, struct tree_value value);
struct scenario_capacity *link_read_capacity(struct reader *reader, struct tree_value value);
void link_free_table(struct scenario_table *table);
void link_free_capacity(struct scenario_capacity *capacity);

#endif
