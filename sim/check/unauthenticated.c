/* unauthenticated.c: S6. A digest over the whole block is taken before and after a datagram; if the core's
 * verdict is that it did not authenticate, or was a mere repetition, the two must be equal. What is likely to
 * be good is only sampled: a digest costs far more than a data packet. */
#include "sim/check/state.h"

enum { SAMPLE_GOOD = 64, BYTES_PER_SAMPLE = 64 };

/* Undamaged, first of its kind, and from somebody: nearly always accepted. */
static bool is_likely_good(const struct checks *checks)
{
	const struct check_receipt *receipt = &checks->receipt;
	return receipt->type == OCTO_PACKET_DATA && receipt->copy_flags == 0 &&
	       receipt->from_node != TRACE_NOBODY && !checks->nodes[receipt->from_node].has_lied;
}

void unauthenticated_before(struct checks *checks, uint32_t node)
{
	struct check_receipt *receipt = &checks->receipt;
	uint32_t count = checks->nodes[node].received;
	size_t size;
	if (is_likely_good(checks) && count % SAMPLE_GOOD != 0)
		return;
	const struct octo_channel *channel = checks->host.block(checks->host.context, node, &size);
	if (!channel || !check_is_sampled(count, size))
		return;
	if (is_likely_good(checks) &&
	    count / SAMPLE_GOOD % (1 + size / (SAMPLE_GOOD * BYTES_PER_SAMPLE)) != 0)
		return;
	receipt->is_digested = true;
	receipt->digest = octo_channel_digest(channel);
	receipt->wake_at = octo_channel_next_wake(channel);
}

/* Reasons after which nothing but counters may be different. An authentic SYN may have been counted towards
 * cookies. */
static bool leaves_no_trace(const struct octo_event_packet *packet)
{
	switch (packet->reason) {
	case OCTO_REASON_HELD:
	case OCTO_REASON_TOO_SOON:
	case OCTO_REASON_CELIBATE:
	case OCTO_REASON_FLAGGED:
	case OCTO_REASON_DUPLICATE:
	case OCTO_REASON_TOO_OLD:
	case OCTO_REASON_FINISHED_OFFER:
	case OCTO_REASON_DEAD_INCARNATION:
	case OCTO_REASON_UNSOLICITED:
		return true;
	default:
		return packet->class == OCTO_CLASS_BROKEN &&
		       !(packet->type == OCTO_PACKET_SYN && packet->is_timestamp_fresh);
	}
}

void unauthenticated_after(struct checks *checks, uint32_t node)
{
	const struct check_receipt *receipt = &checks->receipt;
	size_t size;
	if (!receipt->is_digested || !receipt->has_verdict || receipt->node != node ||
	    !leaves_no_trace(&receipt->verdict))
		return;
	if (receipt->verdict_now >= receipt->wake_at)
		return; /* something else was due in the same instant */
	const struct octo_channel *channel = checks->host.block(checks->host.context, node, &size);
	if (!channel)
		return;
	check_evaluated(checks, INVARIANT_S6);
	if (octo_channel_digest(channel) != receipt->digest)
		check_violated(checks, INVARIANT_S6, node, receipt->peer_node,
		               "expected that a %s packet rejected as %s changes "
		               "counters only, found the block changed",
		               octo_packet_type_name((enum octo_packet_type)receipt->verdict.type),
		               octo_reason_name((enum octo_reason)receipt->verdict.reason));
}
