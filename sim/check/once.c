/* once.c: once. What a packet carries is counted when it is written and again when it is taken out, whatever way its
 * copies went. Remembers the last packets of each receiving end; older ones are not judged. Ordered messages have numbers
 * and may wait for other packets than their own: of those only what was written is handed over, and once. */
#include "sim/check/state.h"

#include <inttypes.h>

/* Numbers go on in a session that continues another, and begin anew in others. */
static void note_written(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_courier *courier)
{
	struct check_written *written = table_claim(&checks->written, (uint64_t)node << 32 | peer, courier->courier);
	if (!written)
		return;
	written->session = courier->session;
	written->next = courier->number + 1;
	if (courier->number == 0)
		written->first_session = courier->session;
}

/* Of a session in which the sender writes no more nothing is known here: numbers may have begun anew. */
static void judge_ordered(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_courier *courier)
{
	const struct check_written *written = table_find(&checks->written, (uint64_t)peer << 32 | node, courier->courier);
	const struct check_sequence *had = table_find(&checks->sequences, (uint64_t)node << 32 | peer, courier->courier);
	if (!written || written->session != courier->session)
		return;
	check_evaluated(checks, INVARIANT_ONCE);
	bool is_same_row = had && (had->session == courier->session || written->first_session != courier->session);
	bool may_be_a_lie = checks->nodes[peer].has_lied; /* its core wrote nothing of that */
	if (courier->number >= written->next && !may_be_a_lie)
		check_violated(checks, INVARIANT_ONCE, node, peer,
		               "expected of courier %u no ordered message but the %" PRIu64 " that were written, found number %" PRIu64,
		               courier->courier, written->next, courier->number);
	else if (is_same_row && courier->number < had->next)
		check_violated(checks, INVARIANT_ONCE, node, peer,
		               "expected ordered message %" PRIu64 " of courier %u once, found it again", courier->number,
		               courier->courier);
}

void once_granted(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_courier *courier)
{
	if (courier->is_ordered && peer != TRACE_NOBODY)
		note_written(checks, node, peer, courier);
	struct check_node *state = &checks->nodes[node];
	state->granted++;
	state->granted_bytes = courier->size > state->granted_bytes ? courier->size : state->granted_bytes;
}

void once_sent(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_packet *packet)
{
	if (packet->type != OCTO_PACKET_DATA || peer == TRACE_NOBODY)
		return;
	struct check_parcels *parcels = table_claim(&checks->parcels, peer, packet->session_id);
	if (!parcels)
		return;
	struct check_parcel *parcel = &parcels->list[packet->number % CHECK_PARCELS];
	const struct check_node *sender = &checks->nodes[node];
	*parcel = (struct check_parcel){ .number = packet->number + 1, .messages = sender->is_lying ? UINT32_MAX : sender->granted };
}

void once_delivered(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_courier *courier)
{
	if (courier->is_ordered && peer != TRACE_NOBODY)
		judge_ordered(checks, node, peer, courier);
	else if (!courier->is_ordered && checks->receipt.is_open && checks->receipt.node == node)
		checks->receipt.messages++;
}

void once_received(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_packet *packet)
{
	uint32_t messages = checks->receipt.messages;
	if (messages == 0 || !checks->receipt.is_open || checks->receipt.node != node)
		return;
	check_evaluated(checks, INVARIANT_ONCE);
	if (packet->reason != OCTO_REASON_ACCEPTED) {
		check_violated(checks, INVARIANT_ONCE, node, peer, "expected no message out of a packet refused as %s, found %u",
		               octo_reason_name((enum octo_reason)packet->reason), messages);
		return;
	}
	struct check_parcels *parcels = table_find(&checks->parcels, node, packet->session_id);
	struct check_parcel *parcel = parcels ? &parcels->list[packet->number % CHECK_PARCELS] : NULL;
	if (!parcel || parcel->number != packet->number + 1)
		return;
	if (messages > parcel->messages)
		check_violated(checks, INVARIANT_ONCE, node, peer,
		               "expected at most %u messages that nobody had yet out of packet %llu, found %u", parcel->messages,
		               (unsigned long long)packet->number, messages);
	parcel->messages -= messages < parcel->messages ? messages : parcel->messages;
}
