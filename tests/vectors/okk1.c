/* okk1.c: lets two cores talk with fixed entropy and no simulator, and prints as JSON every random byte they
 * drew, every datagram and every session they reported. decode.py, which shares no code with the core, then
 * derives the same bytes on its own. Exit status 3: this machine lacks AES-256-GCM.
 * How the two are joined is support/world.c. Next: decode.py. */
#include "tests/vectors/support/world.h"

#include "core/base/cursor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The vectors ----------------------------------------------------------------------------------- */

static void boot_both(void)
{
	node_boot(0, true);
	node_boot(1, true);
}

static void tell_plain(void)
{
	boot_both();
	connect_node(0);
	run_for(OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
	send_load(0, 4, 48, 100 * OCTO_MILLISECOND);
	send_load(1, 3, 448, 150 * OCTO_MILLISECOND);
	run_for(20 * OCTO_SECOND);
	disconnect_node(1);
	run_for(OCTO_SECOND);
	CHECK(!is_established(0) && !is_established(1));
}

static void tell_aes(void)
{
	world.nodes[0].config.suites = world.nodes[1].config.suites =
		OCTO_SUITE_CHACHA20_POLY1305 | OCTO_SUITE_AES_256_GCM;
	world.nodes[0].config.rate_up = 50000;
	world.nodes[0].config.rate_down = 70000;
	world.nodes[0].config.payload_max = 300;
	world.nodes[1].config.rate_up = 60000;
	world.nodes[1].config.rate_down = 40000;
	world.nodes[1].config.keepalive_s = 5;
	boot_both();
	connect_node(0);
	run_for(OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
	send_load(0, 3, 200, 100 * OCTO_MILLISECOND);
	send_load(1, 3, 9, 100 * OCTO_MILLISECOND);
	run_for(7 * OCTO_SECOND);
	disconnect_node(0);
	run_for(OCTO_SECOND);
}

static void tell_number_sizes(void)
{
	boot_both();
	connect_node(1);
	run_for(OCTO_SECOND);
	send_load(1, 140, 8, 10 * OCTO_MILLISECOND);
	run_for(2 * OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
}

static void tell_losses(void)
{
	static const struct mishap mishaps[] = {
		{ 0, OCTO_PACKET_SYN, 1, OCTO_NEVER }, { 1, OCTO_PACKET_SYN_ACK, 1, OCTO_NEVER },
		{ 0, OCTO_PACKET_ACK, 1, OCTO_NEVER }, { 0, OCTO_PACKET_ACK, 2, OCTO_NEVER }, { 0, 0, 0, 0 }
	};
	world.mishaps = mishaps;
	boot_both();
	connect_node(0);
	run_for(6 * OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
}

static void tell_data_confirms(void)
{
	static const struct mishap mishaps[] = { { 0, OCTO_PACKET_ACK, 1, OCTO_NEVER }, { 0, 0, 0, 0 } };
	world.mishaps = mishaps;
	boot_both();
	send_load(0, 2, 100, 50 * OCTO_MILLISECOND);
	connect_node(0);
	run_for(OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
}

static void tell_cookie(void)
{
	world.nodes[1].config.curve_rate_max = 0;
	boot_both();
	connect_node(0);
	run_for(2 * OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
}

static void tell_stale(void)
{
	boot_both();
	connect_node(0);
	run_for(OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
	disconnect_node(1); /* or it would dial as soon as it is back, and not be asked */
	run_for(OCTO_SECOND);
	node_crash(0);
	node_crash(1);
	run_for(OCTO_SECOND);
	node_boot(1, true);
	node_boot(0, false);
	world.was_store_lost = true;
	connect_node(0);
	run_for(8 * OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
}

static void tell_duel(void)
{
	boot_both();
	connect_node(0);
	connect_node(1);
	run_for(2 * OCTO_SECOND);
	send_load(0, 1, 64, 0);
	send_load(1, 1, 64, 0);
	run_for(2 * OCTO_SECOND);
	CHECK(world.was_duel && is_established(0) && is_established(1));
}

/* The winner's first SYN is held up until its offer is gone and it has answered the loser. */
static void tell_both_adherent(void)
{
	enum { LOST = 24 };
	static struct mishap mishaps[LOST + 1];
	uint8_t winner = winner_index();
	for (uint32_t i = 0; i < LOST; i++)
		mishaps[i] = (struct mishap){ winner, OCTO_PACKET_SYN, i + 1, OCTO_NEVER };
	mishaps[0].delay_ns = 15230 * OCTO_MILLISECOND;
	world.mishaps = mishaps;
	boot_both();
	connect_node(winner);
	run_for(15200 * OCTO_MILLISECOND);
	connect_node(!winner);
	run_for(2 * OCTO_SECOND);
	CHECK(world.was_duel && is_established(0) && is_established(1));
}

static void tell_restart(void)
{
	boot_both();
	connect_node(0);
	run_for(OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
	node_crash(0);
	run_for(100 * OCTO_MILLISECOND);
	node_boot(0, true);
	connect_node(0);
	run_for(8 * OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
}

/* Another core's SYN reaches a live session: here a copy of node 0 that has its seed and store. */
static void tell_flagged(void)
{
	boot_both();
	connect_node(0);
	run_for(4 * OCTO_SECOND);
	struct node *node = &world.nodes[0];
	void *block = node->block;
	struct octo_channel *channel = node->channel;
	node_boot(0, true);
	connect_node(0);
	send_all(0);
	node_crash(0);
	node->block = block;
	node->channel = channel;
	run_for(2 * OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
}

static void enable(uint8_t index)
{
	struct node *node = &world.nodes[index];
	octo_enable(node->channel, &node->host, world.now, true);
}

/* One pings before the other is there, as its user and then as itself; later the other way round. */
static void tell_probe(void)
{
	world.nodes[1].config.honeymoon_ns = OCTO_SECOND;
	node_boot(1, true);
	enable(1);
	run_for(1500 * OCTO_MILLISECOND);
	node_boot(0, true);
	run_for(OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
	disconnect_node(1);
	run_for(10 * OCTO_SECOND);
	enable(0);
	run_for(53 * OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
	CHECK(world.nodes[0].sent_by_type[OCTO_PACKET_PROBE] && world.nodes[1].sent_by_type[OCTO_PACKET_PROBE] >= 3);
}

/* A courier of one number, which it says when it changes; its digests are the numbers themselves. */
struct word { uint32_t ours, said, theirs, is_due; };

static void word_mandate(const void *state, const struct octo_courier_call *call, struct octo_mandate *mandate)
{
	const struct word *word = state;
	(void)call;
	*mandate = (struct octo_mandate){ .priority = 31, .accept_reads = true, .want_to_send = word->is_due, .payload_size = 4 };
}

static size_t word_send(void *state, const struct octo_courier_call *call, uint8_t *out, size_t size_max, uint64_t *handle)
{
	struct word *word = state;
	(void)call, (void)handle;
	CHECK(size_max >= 4);
	word->is_due = 0;
	store_le(out, 4, word->said = word->ours);
	return 4;
}

static void word_receive(void *state, const struct octo_courier_call *call, const uint8_t *data, size_t size)
{
	(void)call;
	CHECK(size == 4);
	((struct word *)state)->theirs = (uint32_t)load_le(data, 4);
}

static uint64_t word_digest(const void *state, enum octo_side side)
{
	const struct word *word = state;
	return side == OCTO_SIDE_OURS ? word->said : word->theirs;
}

static void word_resync(void *state, const struct octo_courier_call *call)
{
	(void)call;
	((struct word *)state)->is_due = 1;
}

static void tell_sync(void)
{
	static const struct octo_courier courier = { .name = "word", .id = 100, .state_size = sizeof(struct word),
		.mandate = word_mandate, .send = word_send, .receive = word_receive, .digest = word_digest, .resync = word_resync };
	static const struct octo_courier *const words[] = { &courier };
	static struct mishap mishaps[] = { { 0, OCTO_PACKET_DATA, 1, OCTO_NEVER }, { 0, 0, 0, 0 } };
	struct node *node = &world.nodes[0];
	node->host.couriers = world.nodes[1].host.couriers = words;
	boot_both();
	connect_node(0);
	run_for(OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
	mishaps[0].count = node->sent_by_type[OCTO_PACKET_DATA] + 1;
	world.mishaps = mishaps;
	struct word *word = octo_courier_state(node->channel, 0, 0), *copy = octo_courier_state(world.nodes[1].channel, 0, 0);
	word->ours = 20260101;
	word->is_due = 1;
	octo_courier_wake(node->channel, &node->host, world.now, 0);
	run_for(500 * OCTO_MILLISECOND);
	CHECK(copy->theirs == 0);
	run_for(5 * OCTO_SECOND);
	CHECK(copy->theirs == word->ours);
}

/* Node 0 goes on from another port, as behind a NAT that has forgotten it: it is asked there, and answers. Then it comes back,
 * and the question gets lost once. */
static void tell_path(void)
{
	static struct mishap mishaps[] = { { 1, OCTO_PACKET_DATA, 1, OCTO_NEVER }, { 0, 0, 0, 0 } };
	struct node *node = &world.nodes[0];
	boot_both();
	connect_node(0);
	run_for(OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
	node->address.port = 50000;
	send_load(0, 1, 64, 0);
	run_for(2 * OCTO_SECOND);
	struct octo_peer_view view;
	octo_peer_view(world.nodes[1].channel, 0, &view);
	CHECK(view.address.port == 50000);
	mishaps[0].count = world.nodes[1].sent_by_type[OCTO_PACKET_DATA] + 1;
	world.mishaps = mishaps;
	node->address.port = node->first_port;
	send_load(0, 1, 64, 0);
	run_for(4 * OCTO_SECOND);
	octo_peer_view(world.nodes[1].channel, 0, &view);
	CHECK(view.address.port == node->first_port && is_established(0) && is_established(1));
}

/* New secrets: SYN and SYN-ACK inside the session, while messages flow both ways; the first answer gets lost. */
static void tell_rekey(void)
{
	world.nodes[0].config.rekey_ns = 5 * OCTO_SECOND;
	boot_both();
	connect_node(0);
	run_for(4900 * OCTO_MILLISECOND);
	static struct mishap mishaps[] = { { 1, OCTO_PACKET_DATA, 1, OCTO_NEVER }, { 0, 0, 0, 0 } };
	send_load(0, 4, 100, 100 * OCTO_MILLISECOND);
	send_load(1, 4, 60, 100 * OCTO_MILLISECOND);
	run_for(140 * OCTO_MILLISECOND); /* up to where the SYN is on its way */
	mishaps[0].count = world.nodes[1].sent_by_type[OCTO_PACKET_DATA] + 2;
	world.mishaps = mishaps;
	run_for(3 * OCTO_SECOND);
	struct octo_peer_view view;
	octo_peer_view(world.nodes[1].channel, 0, &view);
	CHECK(is_established(0) && is_established(1) && view.session.generation == 2);
}

/* Both turn their keys after every 16 packets, as soon as the other is known to have the present one. */
static void tell_turning(void)
{
	world.nodes[0].config.turn_packets = world.nodes[1].config.turn_packets = 16;
	boot_both();
	connect_node(1);
	run_for(OCTO_SECOND);
	send_load(0, 40, 8, 20 * OCTO_MILLISECOND);
	send_load(1, 20, 8, 40 * OCTO_MILLISECOND);
	run_for(2 * OCTO_SECOND);
	CHECK(is_established(0) && is_established(1));
}

static const struct { const char *name, *shows; void (*tell)(void); } vectors[] = {
	{ "plain", "handshake, courier messages both ways, keepalive, CLOSE by the adherent", tell_plain },
	{ "aes-256-gcm", "both offer AES-256-GCM; every limit differs between the two", tell_aes },
	{ "packet-numbers", "packet numbers grow from one byte to two", tell_number_sizes },
	{ "losses", "SYN, SYN-ACK and ACK get lost and are sent again, bit by bit the same", tell_losses },
	{ "data-confirms", "the ACK is lost; the first data packet confirms the answer", tell_data_confirms },
	{ "retry-cookie", "the adherent demands a cookie", tell_cookie },
	{ "retry-stale", "the initiator lost its store; its timestamp is stale", tell_stale },
	{ "duel", "both connect in the same instant", tell_duel },
	{ "duel-mirrored", "the same, and the other one has the larger FULL-ID", tell_duel },
	{ "both-adherent", "a SYN is held up until both sides have become adherent", tell_both_adherent },
	{ "restart", "the initiator restarts; the live session is challenged and torn down", tell_restart },
	{ "flagged", "an initial packet of somebody else with the same seed; the live session answers the challenge",
	  tell_flagged },
	{ "probe", "PROBE and PROBE-REPLY both ways, with and without the user flag, and the handshakes behind them", tell_probe },
	{ "sync", "a courier's message gets lost; digests differ, a SYNC_REQUEST asks for it again, and digests agree", tell_sync },
	{ "path", "the initiator goes on from another port and comes back: PATH_CHALLENGE and PATH_RESPONSE", tell_path },
	{ "rekey", "new secrets by a handshake inside the session, which the new one continues", tell_rekey },
	{ "turning-keys", "both sides turn their data keys", tell_turning },
	{ "couriers", "an agent and its remote: state written by either, sensors, commands, discovery", tell_couriers },
	{ "blobs", "blobs that arrive, with a loss, are refused, and are given up by either side", tell_blobs }
};

int main(void)
{
	printf("{\"format\": 1,\n \"protocol\": \"OKK1\",\n");
	print_frames();
	print_messages();
	print_signatures();
	printf(" \"vectors\": [\n");
	size_t count = sizeof vectors / sizeof *vectors;
	for (size_t i = 0; i < count; i++) {
		memset(&world, 0, sizeof world);
		int variant = i % 2 ? 7 : 8;
		node_create(0, "robot", 2 * i + 1, variant);
		node_create(1, "pilot", 2 * i + 2, variant);
		vectors[i].tell();
		print_vector(vectors[i].name, vectors[i].shows, i + 1 == count);
		for (uint8_t n = 0; n < NODES; n++)
			if (world.nodes[n].channel)
				node_crash(n);
	}
	printf(" ]}\n");
	return 0;
}
