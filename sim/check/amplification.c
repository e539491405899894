/* amplification.c: S7. One account for each node and address: what authentic SYNs earned, what was sent
 * before the address proved itself. The address book is read once a boot; what stands in it needs no credit
 * for SYNs. */
#include "sim/check/state.h"

#include "sim/engine/rng.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { CREDIT = 3 };

static uint64_t digest_of(const struct octo_address *address)
{
	uint64_t high = 0, low = 0;
	for (int i = 0; i < 8; i++) {
		high = high << 8 | address->ip[i];
		low = low << 8 | address->ip[8 + i];
	}
	return rng_mix(high + UINT64_C(0x9E3779B97F4A7C15) * address->port) ^ low;
}

static struct check_account *account_of(struct checks *checks, uint32_t node,
                                        const struct octo_address *address)
{
	struct check_account *account = table_claim(&checks->accounts, node, digest_of(address));
	uint32_t boot = checks->nodes[node].boot;
	if (account && account->boot != boot) {
		struct table_key key = account->key;
		*account = (struct check_account){ .key = key, .boot = boot };
	}
	return account;
}

void amplification_resolve(struct checks *checks, uint32_t node)
{
	struct check_node *state = &checks->nodes[node];
	state->is_resolved = true;
	memset(&state->proven, 0, sizeof state->proven);
	for (uint32_t i = state[0].first_side; i < state[1].first_side; i++) {
		const struct check_pair *pair = &checks->pairs[checks->sides[i] / 2];
		struct octo_peer_view view;
		if (!checks->host.view(checks->host.context, node, pair->nodes[1 - checks->sides[i] % 2],
		                       &view))
			continue;
		const struct octo_address *given[] = { &view.address, &view.paired_address };
		for (int k = 0; k < 2; k++) {
			struct check_account *account = account_of(checks, node, given[k]);
			if (account)
				account->is_given = true;
		}
	}
}

/* A SYN-ACK that was accepted once earns an ACK, half its size, wherever it comes from again. */
static bool is_repeated_syn_ack(const struct octo_event_packet *packet)
{
	return packet->type == OCTO_PACKET_SYN_ACK && packet->reason == OCTO_REASON_REPEATED;
}

void amplification_received(struct checks *checks, uint32_t node, const struct octo_event_packet *packet)
{
	if (is_repeated_syn_ack(packet)) {
		struct check_account *source = account_of(checks, node, &packet->address);
		if (source)
			source->is_proven = true;
		return;
	}
	if (packet->type == OCTO_PACKET_PROBE && packet->class == OCTO_CLASS_WHOLE) {
		struct check_account *asking = account_of(checks, node, &packet->address);
		if (asking)
			asking->probe_bytes += packet->size;
		return;
	}
	bool is_data = packet->type == OCTO_PACKET_DATA && packet->reason == OCTO_REASON_ACCEPTED;
	if (is_data && memcmp(&checks->nodes[node].proven, &packet->address, sizeof packet->address) != 0) {
		struct check_account *source = account_of(checks, node, &packet->address);
		if (source)
			source->data_bytes += packet->size;
		return;
	}
	bool is_authentic = packet->type == OCTO_PACKET_SYN &&
	                    (packet->class == OCTO_CLASS_WHOLE || packet->is_timestamp_fresh);
	struct check_account *account = is_authentic ? account_of(checks, node, &packet->address) : NULL;
	if (!account)
		return;
	account->authentic_bytes += packet->size;
	if (packet->is_timestamp_fresh)
		account->fresh_bytes += packet->size;
}

/* A handshake came to its end with a packet from there. */
void amplification_proven(struct checks *checks, uint32_t node)
{
	const struct check_receipt *receipt = &checks->receipt;
	if (!receipt->is_open || receipt->node != node)
		return;
	struct check_account *account = account_of(checks, node, &receipt->from);
	if (account)
		account->is_proven = true;
}

/* The peer answered what was asked there. */
void amplification_path(struct checks *checks, uint32_t node, const struct octo_event_path *path)
{
	struct check_account *account =
		path->what == OCTO_PATH_MOVED ? account_of(checks, node, &path->address) : NULL;
	if (account)
		account->is_proven = true;
}

static void judge_answer(struct checks *checks, uint32_t node, uint32_t to_node,
                         struct check_account *account, enum octo_packet_type type, size_t size)
{
	if (account->is_proven || (type == OCTO_PACKET_SYN && account->is_given))
		return;
	account->answered_bytes += size;
	check_evaluated(checks, INVARIANT_S7);
	if (account->answered_bytes > CREDIT * account->fresh_bytes)
		check_violated(checks, INVARIANT_S7, node, to_node,
		               "expected at most %" PRIu64 " bytes of SYN-ACKs and SYNs to an "
		               "address that sent %" PRIu64 " bytes of fresh SYNs, found %" PRIu64,
		               CREDIT * account->fresh_bytes, account->fresh_bytes, account->answered_bytes);
}

static void judge_retry(struct checks *checks, uint32_t node, uint32_t to_node, struct check_account *account,
                        size_t size)
{
	account->retry_bytes += size;
	check_evaluated(checks, INVARIANT_S7);
	if (2 * account->retry_bytes > account->authentic_bytes)
		check_violated(checks, INVARIANT_S7, node, to_node,
		               "expected at most half of %" PRIu64 " bytes of authentic SYNs in "
		               "RETRYs, found %" PRIu64,
		               account->authentic_bytes, account->retry_bytes);
}

/* As long as what it answers, and once each. */
static void judge_reply(struct checks *checks, uint32_t node, uint32_t to_node, struct check_account *account,
                        size_t size)
{
	account->reply_bytes += size;
	check_evaluated(checks, INVARIANT_S7);
	if (account->reply_bytes > account->probe_bytes)
		check_violated(checks, INVARIANT_S7, node, to_node,
		               "expected at most the %" PRIu64 " bytes of authentic pings in answers "
		               "to them, found %" PRIu64,
		               account->probe_bytes, account->reply_bytes);
}

/* A question whether the peer is there, or the answer to one. */
static void judge_question(struct checks *checks, uint32_t node, uint32_t to_node,
                           struct check_account *account, size_t size)
{
	account->question_bytes += size;
	check_evaluated(checks, INVARIANT_S7);
	if (account->question_bytes > CREDIT * account->data_bytes)
		check_violated(checks, INVARIANT_S7, node, to_node,
		               "expected at most %" PRIu64 " bytes of data to an address that sent "
		               "%" PRIu64 " and proved nothing, found %" PRIu64,
		               CREDIT * account->data_bytes, account->data_bytes, account->question_bytes);
}

static void judge_known(struct checks *checks, uint32_t node, uint32_t to_node,
                        const struct check_account *account, enum octo_packet_type type)
{
	check_evaluated(checks, INVARIANT_S7);
	if (!account->is_given && !account->is_proven)
		check_violated(checks, INVARIANT_S7, node, to_node,
		               "expected no %s to an address that proved nothing, found one",
		               octo_packet_type_name(type));
}

/* Only the server that it was told is asked; what a server itself sends is no core's. */
static void judge_stun(struct checks *checks, uint32_t node, uint32_t to_node)
{
	const struct scenario_node *described = &checks->scenario->nodes[node];
	check_evaluated(checks, INVARIANT_S7);
	if (!described->is_stun && (!described->stun || to_node != described->stun - 1))
		check_violated(checks, INVARIANT_S7, node, to_node, "expected nobody but its STUN server to be asked");
}

void amplification_sent(struct checks *checks, uint32_t node, uint32_t to_node, const struct octo_address *to,
                        const uint8_t *bytes, size_t size)
{
	enum octo_packet_type type = octo_packet_type_of(bytes, size);
	struct octo_address *proven = &checks->nodes[node].proven;
	if (type == OCTO_PACKET_DATA && memcmp(proven, to, sizeof *to) == 0) {
		check_evaluated(checks, INVARIANT_S7);
		return;
	}
	if (type == OCTO_PACKET_STUN) {
		judge_stun(checks, node, to_node);
		return;
	}
	struct check_account *account = account_of(checks, node, to);
	if (!account)
		return;
	switch (type) {
	case OCTO_PACKET_SYN:
	case OCTO_PACKET_SYN_ACK:
		judge_answer(checks, node, to_node, account, type, size);
		return;
	case OCTO_PACKET_RETRY:
		judge_retry(checks, node, to_node, account, size);
		return;
	case OCTO_PACKET_DATA:
		if (!account->is_given && !account->is_proven) {
			judge_question(checks, node, to_node, account, size);
			return;
		}
		*proven = *to;
		return;
	case OCTO_PACKET_ACK:
		judge_known(checks, node, to_node, account, type);
		if (account->is_given || account->is_proven)
			*proven = *to;
		return;
	case OCTO_PACKET_PROBE:
		judge_known(checks, node, to_node, account, type);
		return;
	case OCTO_PACKET_PROBE_REPLY:
		judge_reply(checks, node, to_node, account, size);
		return;
	default:
		check_evaluated(checks, INVARIANT_S7);
		check_violated(checks, INVARIANT_S7, node, to_node,
		               "expected no %s to be sent at all, found one", octo_packet_type_name(type));
	}
}
