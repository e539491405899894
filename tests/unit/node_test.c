/* node_test.c: node.c: a core in its world: its address, its clock, its entropy, its store. */
#include "core/intrinsic/block.h"
#include "sim/node.h"
#include "tests/check.h"
#include "tests/unit/tiny.h"

static const char joined[] = "{\"at\": \"1s\", \"connect\": {\"from\": \"robot\", \"to\": \"pilot\"}}";

/* Every node has an address of its own, found again; a node that has moved is not at the old one. */
static void addresses_are_found_and_left(void)
{
	struct tiny tiny = { .options = { .seed = 1 } };
	tiny_open(&tiny);
	struct octo_address robot = node_address(tiny.sim, ROBOT), pilot = node_address(tiny.sim, PILOT);
	CHECK_U64(node_at_address(tiny.sim, &robot), ROBOT);
	CHECK_U64(node_at_address(tiny.sim, &pilot), PILOT);
	node_move(tiny.sim, PILOT);
	CHECK_U64(node_at_address(tiny.sim, &pilot), TRACE_NOBODY);
	struct octo_address moved = node_address(tiny.sim, PILOT), wrong = moved;
	CHECK_U64(node_at_address(tiny.sim, &moved), PILOT);
	for (size_t i = 0; i < sizeof wrong; i++) {
		((uint8_t *)&wrong)[i] ^= 0x40;
		CHECK_U64(node_at_address(tiny.sim, &wrong), TRACE_NOBODY);
		((uint8_t *)&wrong)[i] ^= 0x40;
	}
	tiny_close(&tiny);
}

/* What the scenario says of a node reaches its core. */
static void a_nodes_wishes_reach_its_core(void)
{
	struct tiny tiny = { .options = { .seed = 1 }, .timeline = joined, .more = "\"crypto\": \"model\",", .nodes =
		"{\"name\": \"robot\", \"kind\": \"agent\", \"offers\": [\"chacha20-poly1305\", \"aes-256-gcm\"], \"rate_up\": \"80kbit\"}, "
		"{\"name\": \"pilot\", \"kind\": \"remote\", \"offers\": [\"chacha20-poly1305\", \"aes-256-gcm\"], \"rate_up\": \"160kbit\", \"boot_epoch\": 41}" };
	tiny_open(&tiny);
	tiny_run(&tiny, 5 * OCTO_SECOND);
	struct octo_peer_view view = tiny_view(&tiny, ROBOT, PILOT);
	CHECK_U64(view.session.agreement.suite, OCTO_SUITE_AES_256_GCM);
	CHECK_U64(view.session.agreement.rate_up, 10000);
	CHECK_U64(view.session.agreement.rate_down, 20000);
	CHECK_U64(view.timestamp_seen >> 40, 42); /* the pilot has booted 41 times before */
	tiny_close(&tiny);
}

/* A node's identity comes from its label alone: another seed, the same node; the same label, a clone, which is refused. */
static void identities_come_from_labels(void)
{
	struct octo_card cards[2][2];
	for (int i = 0; i < 2; i++) {
		struct tiny tiny = { .options = { .seed = (uint64_t)i + 1 } };
		tiny_open(&tiny);
		for (uint32_t node = 0; node < 2; node++)
			cards[i][node] = *octo_channel_card(node_channel(tiny.sim, node));
		tiny_close(&tiny);
	}
	CHECK_BYTES(&cards[0], &cards[1], sizeof cards[0]);
	CHECK(memcmp(&cards[0][0], &cards[0][1], sizeof cards[0][0]) != 0);
	struct tiny clones = { .options = { .seed = 1 }, .nodes = "{\"name\": \"robot\", \"kind\": \"agent\", \"identity\": \"x\"}, "
		"{\"name\": \"pilot\", \"kind\": \"remote\", \"identity\": \"x\"}" };
	tiny_open(&clones);
	CHECK_U64(node_peer_index(clones.sim, ROBOT, PILOT), OCTO_NO_PEER);
	CHECK_U64(tiny_run(&clones, OCTO_NEVER)->warnings, 2);
	CHECK_U64(tiny_view(&clones, ROBOT, PILOT).state, OCTO_STATE_COUNT);
	tiny_close(&clones);
}

/* A restart is a new boot: other random numbers, the next epoch; what was stored is there, or is lost. */
static void a_store_is_kept_or_lost(void)
{
	for (int keeps = 0; keeps < 2; keeps++) {
		struct tiny tiny = { .options = { .seed = 1 }, .timeline = joined };
		tiny_open(&tiny);
		tiny_run(&tiny, 5 * OCTO_SECOND);
		uint64_t seen = tiny_view(&tiny, ROBOT, PILOT).timestamp_seen;
		node_crash(tiny.sim, ROBOT);
		CHECK(!sim_node_is_up(tiny.sim, ROBOT));
		CHECK(node_channel(tiny.sim, ROBOT) == NULL);
		CHECK_U64(tiny_view(&tiny, ROBOT, PILOT).state, OCTO_STATE_COUNT);
		node_boot(tiny.sim, ROBOT, keeps);
		CHECK_U64(tiny_view(&tiny, ROBOT, PILOT).timestamp_seen, keeps ? seen : 0);
		CHECK_U64(tiny_view(&tiny, ROBOT, PILOT).is_wanted, keeps);
		CHECK(seen != 0);
		CHECK_U64(node_channel(tiny.sim, ROBOT)->epoch, keeps ? 2 : 1);
		CHECK_U64(node_of(tiny.sim, ROBOT)->boot, 2);
		tiny_close(&tiny);
	}
}

/* Sums over the transition table survive the cores that made them. */
static void cells_of_dead_cores_still_count(void)
{
	struct tiny tiny = { .options = { .seed = 1 }, .timeline = joined };
	tiny_open(&tiny);
	uint64_t before = tiny_run(&tiny, 5 * OCTO_SECOND)->cells[OCTO_STEP_CONNECT][OCTO_STATE_IDLE];
	node_crash(tiny.sim, ROBOT);
	node_crash(tiny.sim, ROBOT); /* twice is once */
	CHECK_U64(sim_result(tiny.sim)->cells[OCTO_STEP_CONNECT][OCTO_STATE_IDLE], before);
	CHECK(before > 0);
	tiny_close(&tiny);
}

/* An idle node sleeps: a quiet world has few events. */
static void an_idle_node_costs_next_to_nothing(void)
{
	struct tiny tiny = { .options = { .seed = 1 }, .timeline = joined };
	tiny_open(&tiny);
	CHECK(tiny_run(&tiny, OCTO_NEVER)->events < 60);
	tiny_close(&tiny);
}

CU_ErrorCode suite_node(void);

CU_ErrorCode suite_node(void)
{
	CU_pSuite suite = CU_add_suite("node", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, addresses_are_found_and_left);
	CU_ADD_TEST(suite, a_nodes_wishes_reach_its_core);
	CU_ADD_TEST(suite, identities_come_from_labels);
	CU_ADD_TEST(suite, a_store_is_kept_or_lost);
	CU_ADD_TEST(suite, cells_of_dead_cores_still_count);
	CU_ADD_TEST(suite, an_idle_node_costs_next_to_nothing);
	return CU_get_error();
}
