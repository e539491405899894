/* robots.h: what the readers of "timeline" and of "expect" share about the couriers of agents and remotes. Private to
 * sim/scenario. All report what is wrong. */
#ifndef OCTOSIM_ROBOTS_H
#define OCTOSIM_ROBOTS_H

#include "sim/scenario/reader.h"

bool robots_read_parameter(struct reader *reader, struct tree_value value, enum octo_parameter *parameter);
/* A value of this parameter; `value` has OCTO_VALUE_BYTES_MAX bytes, all 0. */
void robots_read_value(struct reader *reader, struct tree_value at, enum octo_parameter parameter, uint8_t *value);
/* {"temperature": "20.5", …} */
void robots_read_reading(struct reader *reader, struct tree_value object, struct octo_reading *reading);
/* Whether the node has the couriers of an agent, or of a remote. */
bool robots_is(struct reader *reader, struct tree_value at, uint32_t number, bool is_agent);
/* Agents by name or pattern, each as a pair with itself. The list is the caller's also when something is wrong. */
bool robots_read_agents(struct reader *reader, struct tree_value value, struct scenario_pair **list, uint32_t *count);
/* Agents and remotes that trust each other, those of `from` first. As above. */
bool robots_read_pairs(struct reader *reader, struct tree_value from, struct tree_value to, bool from_agent,
                       struct scenario_pair **list, uint32_t *count);
/* The verbs "set", "sense", "command" and "switch". */
void reader_read_robot(struct reader *reader, struct tree_value value, struct scenario_action *action);

#endif
