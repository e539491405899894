/* ordered.c: ordered. What a courier sent as a sequence is handed over in its order, each message at most once and none
 * left out. Numbers begin anew with a session, unless it continues the one before. Knows no packets. */
#include "sim/check/state.h"

#include <inttypes.h>

void ordered_handed_over(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_courier *courier,
                         bool is_delivered)
{
	if (!courier->is_ordered || peer == TRACE_NOBODY)
		return;
	struct check_sequence *sequence = table_claim(&checks->sequences, (uint64_t)node << 32 | peer, courier->courier);
	if (!sequence)
		return;
	bool begins = courier->number == 0 && sequence->session != courier->session;
	if (is_delivered) { /* one that its courier does not accept takes its number along */
		check_evaluated(checks, INVARIANT_ORDERED);
		if (!begins && courier->number != sequence->next)
			check_violated(checks, INVARIANT_ORDERED, node, peer,
			               "expected message %" PRIu64 " of courier %u next, found %" PRIu64, sequence->next,
			               courier->courier, courier->number);
	}
	sequence->session = courier->session;
	sequence->next = courier->number + 1;
}
