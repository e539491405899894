/* establishing_test.c: from connect to a session, alone and at once, and what each packet of it looks like on the wire. */
#include "tests/check.h"
#include "tests/pair/pair.h"

/* R86, R88-R91, R96, R108: SYN, SYN-ACK, ACK, and both sides have the session of two 64-bit nonce ids. */
static void three_packets_make_a_session(void)
{
	for (int initiator = WINNER; initiator <= LOSER; initiator++) {
		struct pair pair;
		int adherent = 1 - initiator;
		pair_open(&pair, NULL);
		pair_establish(&pair, initiator);
		CHECK_U64(pair_sent_count(&pair, initiator, OCTO_PACKET_SYN), 1);
		CHECK_U64(pair_sent_count(&pair, adherent, OCTO_PACKET_SYN_ACK), 1);
		CHECK_U64(pair_sent_count(&pair, initiator, OCTO_PACKET_ACK), 1);
		CHECK_U64(pair_sent(&pair, initiator, OCTO_PACKET_SYN, 1).size, 160);
		CHECK_U64(pair_sent(&pair, adherent, OCTO_PACKET_SYN_ACK, 1).size, 144);
		CHECK_U64(pair_sent(&pair, initiator, OCTO_PACKET_ACK, 1).size, 72);
		struct octo_peer_view first = pair_view(&pair, initiator), second = pair_view(&pair, adherent);
		CHECK_U64(first.role, OCTO_ROLE_INITIATOR);
		CHECK_U64(second.role, OCTO_ROLE_ADHERENT);
		CHECK_U64(first.session.receive_id, second.session.send_id);
		CHECK_U64(first.session.send_id, second.session.receive_id);
		CHECK_U64(load_le(pair_sent(&pair, initiator, OCTO_PACKET_SYN, 1).bytes + 12, 8), first.session.receive_id);
		CHECK_U64(first.session.generation, 1);
		pair_close(&pair);
	}
}

/* R63: of all packets only a SYN is initial. */
static void only_a_syn_is_initial(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	for (int who = WINNER; who <= LOSER; who++) {
		for (unsigned i = 1; i <= pair_event_count(&pair, who, OCTO_EVENT_PACKET_RECEIVED); i++) {
			const struct octo_event_packet *packet = &pair_event(&pair, who, OCTO_EVENT_PACKET_RECEIVED, i)->packet;
			CHECK_U64(packet->is_initial, packet->type == OCTO_PACKET_SYN);
			CHECK_U64(packet->class, OCTO_CLASS_WHOLE); /* R65 */
		}
	}
	pair_close(&pair);
}

/* R22, R90: neither FULL-ID nor any long-term public key is to be seen on the wire. */
static void no_packet_shows_who_talks(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_connect(&pair, WINNER);
	pair_connect(&pair, LOSER);
	pair_run(&pair, OCTO_SECOND);
	for (size_t i = 0; i < pair.sent_count; i++) {
		const struct pair_datagram *datagram = &pair.sent[i];
		for (int who = WINNER; who <= LOSER; who++) {
			const struct octo_card *card = &pair.nodes[who].identity.card;
			for (size_t at = 0; at + 8 <= datagram->size; at++) {
				CHECK(memcmp(datagram->bytes + at, card->id, 8) != 0);
				CHECK(memcmp(datagram->bytes + at, card->x_public, 8) != 0);
				CHECK(memcmp(datagram->bytes + at, card->ed_public, 8) != 0);
			}
		}
	}
	pair_close(&pair);
}

/* R71-R73: both are initiators; the loser changes its role, the winner keeps it, the packet is dropped with an entry. */
static void at_once_the_winner_stays_initiator(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_connect(&pair, WINNER);
	pair_connect(&pair, LOSER);
	pair_run(&pair, 4 * pair.latency_ns);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pair_view(&pair, WINNER).role, OCTO_ROLE_INITIATOR);
	CHECK_U64(pair_view(&pair, LOSER).role, OCTO_ROLE_ADHERENT);
	CHECK_U64(pair_reasons(&pair, WINNER, OCTO_REASON_DUEL_LOST), 1);
	for (int who = WINNER; who <= LOSER; who++) {
		CHECK_U64(pair_event_count(&pair, who, OCTO_EVENT_DUEL), 1);
		const struct octo_event *event = pair_event(&pair, who, OCTO_EVENT_DUEL, 1);
		if (!event)
			continue;
		const struct octo_event_duel *duel = &event->duel;
		CHECK_U64(duel->we_won, who == WINNER);
		CHECK_U64(duel->clash, OCTO_ROLE_INITIATOR);
		CHECK_U64(duel->role_before, OCTO_ROLE_INITIATOR);
		CHECK_U64(duel->role_after, who == WINNER ? OCTO_ROLE_INITIATOR : OCTO_ROLE_ADHERENT);
		CHECK_U64(duel->winner_nonce, load_le(pair_sent(&pair, WINNER, OCTO_PACKET_SYN, 1).bytes + 12, 8));
		CHECK_U64(duel->loser_nonce, load_le(pair_sent(&pair, LOSER, OCTO_PACKET_SYN, 1).bytes + 12, 8));
	}
	/* R98: nothing of the loser's attempt is left beside the session. */
	CHECK(!pair_view(&pair, LOSER).has_offer && !pair_view(&pair, LOSER).has_answer);
	pair_close(&pair);
}

/* The same pair of SYNs is one duel, however often its packets come again. */
static void a_repeated_syn_is_no_new_duel(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_connect(&pair, LOSER);
	pair_run(&pair, 5 * OCTO_SECOND);
	CHECK(pair_reasons(&pair, WINNER, OCTO_REASON_DUEL_LOST) > 3);
	CHECK_U64(pair_event_count(&pair, WINNER, OCTO_EVENT_DUEL), 1);
	CHECK_U64(octo_channel_counters(pair.nodes[WINNER].channel)->duels, 1);
	pair_close(&pair);
}

/* R71, R74: both adherent. The loser's SYN found the winner idle again; an older SYN of the winner reaches the loser. */
static void two_adherents_end_with_one_session(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 14 * OCTO_SECOND);
	struct pair_datagram old_syn = pair_sent(&pair, WINNER, OCTO_PACKET_SYN, 1);
	pair_lose(&pair, LOSER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_connect(&pair, LOSER);
	pair_run(&pair, 1500 * OCTO_MILLISECOND); /* the winner's offer has expired */
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_IDLE);
	struct pair_datagram syn = pair_sent(&pair, LOSER, OCTO_PACKET_SYN, 1);
	CHECK_U64(pair_deliver(&pair, WINNER, &syn), OCTO_REASON_ACCEPTED);
	CHECK_U64(pair_deliver(&pair, LOSER, &old_syn), OCTO_REASON_ACCEPTED);
	CHECK_U64(pair_view(&pair, WINNER).role, OCTO_ROLE_ADHERENT);
	CHECK_U64(pair_view(&pair, LOSER).role, OCTO_ROLE_ADHERENT);
	CHECK(pair_view(&pair, LOSER).has_offer && pair_view(&pair, LOSER).has_answer);
	pair_run(&pair, 4 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pair_view(&pair, WINNER).role, OCTO_ROLE_ADHERENT);
	const struct octo_event *duel = pair_event(&pair, LOSER, OCTO_EVENT_DUEL, 0);
	CHECK(duel && duel->duel.clash == OCTO_ROLE_ADHERENT && duel->duel.role_after == OCTO_ROLE_INITIATOR);
	pair_run(&pair, 20 * OCTO_SECOND);
	CHECK(pair_is_joined(&pair));
	CHECK(!pair_view(&pair, LOSER).has_answer);
	pair_close(&pair);
}

/* R74: both directions complete. The winner's session is the higher one; the loser, who has the other first, lets it
 * only receive from then on. */
static void of_two_connections_both_keep_the_winners(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN_ACK, PAIR_FOREVER);
	pair_lose(&pair, WINNER, OCTO_PACKET_ACK, PAIR_FOREVER);
	pair_connect(&pair, LOSER);
	pair_run(&pair, 0);
	pair_lose(&pair, LOSER, OCTO_PACKET_SYN, PAIR_FOREVER);
	pair_run(&pair, 11 * OCTO_SECOND); /* the winner has answered, and given up */
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_IDLE);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_OFFERING);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 3 * pair.latency_ns);
	CHECK_U64(pair_state(&pair, WINNER), OCTO_STATE_ESTABLISHED);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_ANSWERING);
	struct pair_datagram late = pair_sent(&pair, WINNER, OCTO_PACKET_SYN_ACK, 1);
	CHECK_U64(pair_deliver(&pair, LOSER, &late), OCTO_REASON_ACCEPTED);
	uint64_t inferior = pair_view(&pair, LOSER).session.log_id;
	CHECK(!pair_is_joined(&pair));
	CHECK(pair_view(&pair, LOSER).has_answer); /* kept, though the offer has completed */
	pair_lose(&pair, WINNER, OCTO_PACKET_ACK, 0);
	pair_run(&pair, 2 * OCTO_SECOND); /* the ACK is sent again */
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pair_view(&pair, LOSER).role, OCTO_ROLE_ADHERENT);
	const struct octo_event *spare = pair_event(&pair, LOSER, OCTO_EVENT_SESSION_SPARE, 0);
	CHECK(spare && spare->session.log_id == inferior);
	CHECK(pair_view(&pair, LOSER).has_spare);
	pair_run(&pair, 16 * OCTO_SECOND);
	CHECK(!pair_view(&pair, LOSER).has_spare);
	CHECK(pair_is_joined(&pair));
	uint32_t entries, slots;
	for (int who = WINNER; who <= LOSER; who++) {
		octo_directory_audit(pair.nodes[who].channel, &entries, &slots);
		CHECK_U64(entries, slots); /* R98 */
	}
	pair_close(&pair);
}

/* R21: a session is found wherever it comes from; the source address plays no part. */
static void the_source_address_plays_no_part(void)
{
	struct pair pair;
	struct octo_address elsewhere = { .ip = { 0xfd, [15] = 99 }, .port = 1 };
	pair_open(&pair, NULL);
	pair_lose(&pair, WINNER, OCTO_PACKET_SYN, 1);
	pair_connect(&pair, WINNER);
	pair_run(&pair, 0);
	struct pair_datagram syn = pair_sent(&pair, WINNER, OCTO_PACKET_SYN, 1);
	CHECK_U64(pair_push(&pair, LOSER, &elsewhere, syn.bytes, syn.size), OCTO_REASON_ACCEPTED);
	CHECK_U64(pair_state(&pair, LOSER), OCTO_STATE_ANSWERING);
	pair_run(&pair, OCTO_MILLISECOND);
	struct pair_datagram answer = pair_sent(&pair, LOSER, OCTO_PACKET_SYN_ACK, 1);
	CHECK(same_address(&answer.target, &elsewhere));
	CHECK_U64(pair_push(&pair, WINNER, &elsewhere, answer.bytes, answer.size), OCTO_REASON_ACCEPTED);
	struct octo_address address = pair_view(&pair, WINNER).address;
	CHECK(same_address(&address, &elsewhere));
	pair_close(&pair);
}

/* An established session ignores the duel: a SYN then is a claim, whoever wins. */
static void an_established_session_does_not_duel(void)
{
	for (int who = WINNER; who <= LOSER; who++) {
		struct pair pair;
		pair_open(&pair, NULL);
		pair_establish(&pair, WINNER);
		pair_run(&pair, 4 * OCTO_SECOND);
		pair_restart(&pair, who, true);
		pair_run(&pair, 8 * OCTO_SECOND);
		CHECK(pair_is_joined(&pair));
		CHECK_U64(pair_event_count(&pair, 1 - who, OCTO_EVENT_DUEL), 0);
		pair_close(&pair);
	}
}

/* The handshake with the model provider has the same packets and ends. */
static void the_model_provider_follows_the_same_rules(void)
{
	struct pair_options options;
	struct pair pair;
	pair_default(&options);
	options.crypto = octo_crypto_model();
	pair_open(&pair, &options);
	pair_connect(&pair, WINNER);
	pair_connect(&pair, LOSER);
	pair_run(&pair, 4 * pair.latency_ns);
	CHECK(pair_is_joined(&pair));
	CHECK_U64(pair_sent(&pair, WINNER, OCTO_PACKET_SYN, 1).size, 160);
	CHECK_U64(pair_sent(&pair, LOSER, OCTO_PACKET_SYN_ACK, 1).size, 144);
	pair_close(&pair);
}

CU_ErrorCode suite_establishing(void);

CU_ErrorCode suite_establishing(void)
{
	CU_pSuite suite = CU_add_suite("establishing", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, three_packets_make_a_session);
	CU_ADD_TEST(suite, only_a_syn_is_initial);
	CU_ADD_TEST(suite, no_packet_shows_who_talks);
	CU_ADD_TEST(suite, at_once_the_winner_stays_initiator);
	CU_ADD_TEST(suite, a_repeated_syn_is_no_new_duel);
	CU_ADD_TEST(suite, two_adherents_end_with_one_session);
	CU_ADD_TEST(suite, of_two_connections_both_keep_the_winners);
	CU_ADD_TEST(suite, the_source_address_plays_no_part);
	CU_ADD_TEST(suite, an_established_session_does_not_duel);
	CU_ADD_TEST(suite, the_model_provider_follows_the_same_rules);
	return CU_get_error();
}
