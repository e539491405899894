/* blobs.c: blobs. Every byte that arrives is the one that was sent, what is called complete has all of them once, and a
 * receiver that starts again gets no more than a window of them again. Knows no courier: the world's disks tell it. */
#include "sim/check/state.h"

#include <inttypes.h>

/* 8,192 cells of at most a quarter of a packet. */
enum { WINDOW_BYTES = 8192 * OCTO_DATAGRAM_MAX / 4 };

void checks_blob_written(struct checks *checks, uint32_t node, uint32_t peer, uint16_t id, uint64_t offset, bool is_right)
{
	check_evaluated(checks, INVARIANT_BLOBS);
	if (!is_right)
		check_violated(checks, INVARIANT_BLOBS, node, peer,
		               "expected the bytes of blob %u at %" PRIu64 " as they were sent, found others", id, offset);
}

void checks_blob_kept(struct checks *checks, uint32_t node, uint32_t peer, uint16_t id, bool is_whole, uint64_t repeated,
                      uint64_t restarts)
{
	check_evaluated(checks, INVARIANT_BLOBS);
	if (!is_whole)
		check_violated(checks, INVARIANT_BLOBS, node, peer,
		               "expected every byte of blob %u once, found gaps or overlaps in what is to be kept", id);
	if (repeated > restarts * WINDOW_BYTES)
		check_violated(checks, INVARIANT_BLOBS, node, peer,
		               "expected at most a window of blob %u again for each of %" PRIu64 " new beginnings, found %" PRIu64 " bytes",
		               id, restarts, repeated);
}

void checks_blob_complete(struct checks *checks, uint32_t node, uint32_t peer, uint16_t id, bool is_whole)
{
	check_evaluated(checks, INVARIANT_BLOBS);
	if (!is_whole)
		check_violated(checks, INVARIANT_BLOBS, node, peer, "expected blob %u to be kept when it is called complete, found it is not", id);
}
