/* live_couriers.h: the couriers of a real node: the set of its kind, and the load courier. An agent's or a remote's part is done
 * here: parameters, sensors, commands; and what is said about them. Next: core/nodes/agent.h, remote.h; live_files.h for
 * blobs. */
#ifndef OCTOSIM_LIVE_COURIERS_H
#define OCTOSIM_LIVE_COURIERS_H

#include "sim/cli/live.h"

/* Fills in live->kinds and the host's couriers, before the channel is made; and begins them when it is. */
void live_couriers_list(struct live *live);
void live_couriers_begin(struct live *live);
/* Between receiving and sending: registers couriers, passes on what others wrote, tells what came. */
void live_couriers_update(struct live *live, octo_time_ns now);
/* Counts messages, and notes what is to be told. From observe(): calls nothing of the channel. */
void live_couriers_event(struct live *live, const struct octo_event *event);

/* Typed words. What is wrong with them is said. `peer`: OCTO_NO_PEER where an agent speaks to all. */
void live_set(struct live *live, uint32_t peer, const char *parameter, const char *value);
void live_sense(struct live *live, const char *sensor, const char *value);
void live_command(struct live *live, uint32_t peer, const char *text);

/* Lines: a courier each, then the parameters that anybody has written. */
void live_couriers_tell(struct live *live, uint32_t peer);
/* What has gone both ways, of all couriers together. */
void live_couriers_total(const struct live *live, uint32_t peer, uint64_t *sent, uint64_t *received);
struct octo_load *live_load(struct live *live, uint32_t peer);

#endif
