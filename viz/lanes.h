/* lanes.h: which nodes the sequence view shows side by side, and when nothing concerns any of them. */
#ifndef OCTOVIZ_LANES_H
#define OCTOVIZ_LANES_H

#include "viz/viewer.h"

/* All nodes when there are few, else `focus` and those it exchanges most packets with. */
void lanes_build(struct lanes *lanes, const struct model *model, uint32_t focus);
/* These two only, and gaps only from..until. */
void lanes_build_two(struct lanes *lanes, const struct model *model, uint32_t first, uint32_t second,
                     uint64_t from_ns, uint64_t until_ns);
void lanes_free(struct lanes *lanes);

#endif
