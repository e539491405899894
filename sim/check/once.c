/* once.c: once. What a packet carries is counted when it is written and again when it is taken out, whatever way its
 * copies went. Remembers the last packets of each receiving end; older ones are not judged. */
#include "sim/check/state.h"

void once_granted(struct checks *checks, uint32_t node, const struct octo_event_courier *courier)
{
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

void once_delivered(struct checks *checks, uint32_t node, const struct octo_event_courier *courier)
{
	/* An ordered message may have waited for another packet: the core counts those itself. */
	if (!courier->is_ordered && checks->receipt.is_open && checks->receipt.node == node)
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
