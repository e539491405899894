/* claim_test.c: claim.c: slot P: how long a session is asked, and what becomes of what was held (C:90-95). */
#include "core/intrinsic/claim.h"
#include "tests/check.h"
#include "tests/pair/pair.h"

static void hold(struct pair *pair, uint64_t timestamp)
{
	uint8_t syn[SYN_BYTES];
	struct syn_offer offer = pair_offer(pair, WINNER);
	offer.timestamp = timestamp;
	pair_forge_syn(pair, WINNER, &offer, 0, syn);
	struct call call = pair_call(pair, LOSER);
	claim_hold(&call, pair_peer(pair, LOSER), syn, timestamp, &pair->nodes[WINNER].address);
}

/* R81: X = four timeouts, but not below 1 s nor above 5 s. */
static void x_is_four_timeouts_within_its_bounds(void)
{
	static const struct { octo_time_ns round_trip_ms, x_ms; } cases[] = { { 5, 1000 }, { 100, 1200 }, { 300, 3600 }, { 900, 5000 } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct pair pair;
		pair_open(&pair, NULL);
		pair_establish(&pair, WINNER);
		pair_peer(&pair, LOSER)->current.trip = (struct round_trip){ .smoothed_ns = cases[i].round_trip_ms * OCTO_MILLISECOND,
			.deviation_ns = cases[i].round_trip_ms * OCTO_MILLISECOND / 2 };
		hold(&pair, UINT64_C(9) << 40);
		CHECK_U64(8 * pair_peer(&pair, LOSER)->claim.spacing_ns, cases[i].x_ms * OCTO_MILLISECOND);
		pair_close(&pair);
	}
}

/* The newest is held; token and wait stay those of the first. */
static void the_newest_claim_is_held(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	hold(&pair, UINT64_C(9) << 40);
	const struct claim *claim = &pair_peer(&pair, LOSER)->claim;
	uint32_t token = claim->token;
	pair_run(&pair, 300 * OCTO_MILLISECOND);
	hold(&pair, UINT64_C(10) << 40);
	CHECK_U64(claim->timestamp, UINT64_C(10) << 40);
	CHECK_U64(claim->token, token);
	pair_close(&pair);
}

/* R82, R83: refuted: the slot is empty, the timestamp remembered, the user warned; the session is as it was. */
static void a_refuted_claim_leaves_a_flag_and_a_warning(void)
{
	struct pair pair;
	static const struct claim empty;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	struct peer *peer = pair_peer(&pair, LOSER);
	uint64_t session = peer->current.log_id;
	hold(&pair, UINT64_C(9) << 40);
	struct call call = pair_call(&pair, LOSER);
	claim_refute(&call, peer);
	CHECK_BYTES(&peer->claim, &empty, sizeof empty);
	CHECK_U64(peer->flagged_timestamp, UINT64_C(9) << 40);
	CHECK_U64(peer->current.log_id, session);
	const struct octo_event *warning = pair_event(&pair, LOSER, OCTO_EVENT_WARNING, 1);
	CHECK(warning && warning->warning.warning == OCTO_WARNING_HACKED && warning->peer == 0);
	pair_close(&pair);
}

/* R81: believed: the session is gone, and the held SYN answered where it came from. */
static void a_believed_claim_is_answered(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	hold(&pair, UINT64_C(9) << 40);
	struct call call = pair_call(&pair, LOSER);
	struct peer *peer = pair_peer(&pair, LOSER);
	claim_believe(&call, peer);
	CHECK_U64(peer->current.id, 0);
	CHECK_U64(peer->answer.timestamp, UINT64_C(9) << 40);
	CHECK(same_address(&peer->answer.source, &pair.nodes[WINNER].address));
	CHECK(!peer->claim.is_held);
	pair_close(&pair);
}

/* What was held cannot be answered after all: back to dialling, since a session is wanted. */
static void a_believed_claim_that_cannot_be_answered_ends_in_dialling(void)
{
	struct pair pair;
	pair_open(&pair, NULL);
	pair_establish(&pair, WINNER);
	hold(&pair, UINT64_C(9) << 40);
	struct call call = pair_call(&pair, LOSER);
	struct peer *peer = pair_peer(&pair, LOSER);
	peer->generation = PACKET_GENERATION_MAX;
	claim_believe(&call, peer);
	CHECK_U64(peer_state(peer), OCTO_STATE_IDLE);
	CHECK(peer->redial_at != OCTO_NEVER);
	CHECK_U64(peer->role, OCTO_ROLE_NONE);
	pair_close(&pair);
}

CU_ErrorCode suite_claim(void);

CU_ErrorCode suite_claim(void)
{
	CU_pSuite suite = CU_add_suite("claim", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, x_is_four_timeouts_within_its_bounds);
	CU_ADD_TEST(suite, the_newest_claim_is_held);
	CU_ADD_TEST(suite, a_refuted_claim_leaves_a_flag_and_a_warning);
	CU_ADD_TEST(suite, a_believed_claim_is_answered);
	CU_ADD_TEST(suite, a_believed_claim_that_cannot_be_answered_ends_in_dialling);
	return CU_get_error();
}
