/* layout.h: what a channel's one block holds, and where. The public half, octo_config_default() and octo_channel_size(), is
 * described in core/octo.h. Next: core/intrinsic/block.h, which finds things again by these offsets. */
#ifndef OCTO_LAYOUT_H
#define OCTO_LAYOUT_H

#include "core/intrinsic/block.h"

/* Fills in the offsets, of a channel that is all zero, and returns the size of the whole in bytes. Both are in range:
 * octo_channel_size() is not 0. */
uint64_t lay_out(struct octo_channel *channel, const struct octo_config *config, const struct octo_host *host);

#endif
