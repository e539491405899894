/* live_inbox.h: files that come to a real node: between the channel, which has offers and bytes, and the inbox, which has a
 * disk. What peers ask for is rationed, what takes long is done a little each turn. Next: core/carriers/blob_inbox.h. */
#ifndef OCTOSIM_LIVE_INBOX_H
#define OCTOSIM_LIVE_INBOX_H

#include "sim/cli/live.h"

/* Of struct octo_blobs; the context is the struct live. */
enum octo_blob_answer live_inbox_offered(void *context, uint32_t peer, const struct octo_blob *blob, uint64_t *have);
bool live_inbox_write(void *context, uint32_t peer, uint16_t id, uint64_t offset, const uint8_t *bytes, size_t size);
enum octo_blob_answer live_inbox_keep(void *context, uint32_t peer, const struct octo_blob *blob);

/* Before the channel boots: what a crash has left is tidied up, and told. */
void live_inbox_open(struct live *live);
void live_inbox_close(struct live *live);
/* Some work that nothing waits for; true: there is more at once. */
bool live_inbox_turn(struct live *live, octo_time_ns now);
/* An event about a file that comes in: calls nothing of the channel. */
void live_inbox_event(struct live *live, const struct octo_event *event);

#endif
