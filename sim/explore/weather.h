/* weather.h: rarer trouble of a pair: links with a memory, partitions, processes that stand still, and attackers who draw
 * their own moves. */
#ifndef OCTOSIM_WEATHER_H
#define OCTOSIM_WEATHER_H

#include "sim/explore/making.h"

void weather_links(struct making *making);
void weather_timeline(struct making *making);

#endif
