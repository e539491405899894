/* viz_model_test.c: the model says what the trace says: model.c, model_pairs.c, model_copies.c,
 * model_duels.c, words.c; and the state at any point is that of a fresh replay: model_state.c, alloc.c. */
#include "tests/viz/fixture.h"
#include "viz/words.h"

static void copies_have_their_true_fate(void)
{
	struct model *model = fixture_story();
	CHECK_U64(model->copy_count, 4);
	CHECK_U64(model->copies[0].fate, MODEL_DELIVERED);
	CHECK_U64(model->copies[0].end_ns - model->copies[0].start_ns, fixture_ms(20));
	CHECK_U64(model->copies[0].type, OCTO_PACKET_SYN);
	CHECK_U64(model->copies[1].reason, OCTO_REASON_DUEL_LOST);
	CHECK_U64(model->copies[2].fate, MODEL_DROPPED);
	CHECK_U64(model->copies[2].flags, TRACE_COPY_DUPLICATE);
	CHECK_U64(model->copies[3].drop, TRACE_DROP_DOWN);
	CHECK_U64(model->copies[3].leaves_ns, fixture_ms(1005));
	model_free(model);
}

static void a_lost_copy_ends_on_its_way_a_down_receiver_at_the_end(void)
{
	struct model *model = fixture_story();
	uint64_t when;
	double along = model_lost_at(&model->copies[2], &when);
	CHECK(along > 0.3 && along < 0.6);
	CHECK(when > fixture_ms(11) && when < fixture_ms(51));
	along = model_lost_at(&model->copies[3], &when);
	CHECK(along > 0.9);
	CHECK_U64(when, fixture_ms(1021));
	model_free(model);
}

static void a_copy_waits_in_the_queue_and_then_moves(void)
{
	struct model *model = fixture_story();
	const struct model_copy *copy = &model->copies[3];
	CHECK(model_way_at(copy, fixture_ms(1004)) <= 0);
	CHECK(model_way_at(copy, fixture_ms(1013)) > 0.49 && model_way_at(copy, fixture_ms(1013)) < 0.51);
	CHECK(model_way_at(copy, fixture_ms(1022)) >= 1);
	model_free(model);
}

static void copies_in_flight_are_found_by_time(void)
{
	struct model *model = fixture_story();
	uint32_t first = model_next_copy(model, 0, fixture_ms(20), fixture_ms(20));
	CHECK_U64(first, 0);
	CHECK_U64(model_next_copy(model, first + 1, fixture_ms(20), fixture_ms(20)), 1);
	CHECK_U64(model_next_copy(model, 0, fixture_ms(500), fixture_ms(600)), MODEL_NONE);
	CHECK_U64(model_next_copy(model, 0, fixture_ms(1010), fixture_ms(1010)), 3);
	model_free(model);
}

static void both_sides_of_a_duel_are_one_duel(void)
{
	struct model *model = fixture_story();
	CHECK_U64(model->duel_count, 1);
	const struct model_duel *duel = &model->duels[0];
	CHECK_U64(duel->node[0], FIXTURE_A);
	CHECK_U64(duel->node[1], FIXTURE_B);
	CHECK(duel->record[0] != MODEL_NONE && duel->record[1] != MODEL_NONE);
	CHECK_U64(duel->deciding_byte, 3);
	CHECK_U64(duel->id[0][3], 0x91);
	CHECK_U64(duel->id[1][3], 0x57);
	CHECK_U64(duel->role_after[0], OCTO_ROLE_INITIATOR);
	CHECK_U64(duel->role_after[1], OCTO_ROLE_ADHERENT);
	CHECK_U64(model->marks[MODEL_MARK_DUEL].count, 1);
	model_free(model);
}

static void a_duel_knows_its_syns_and_its_cost(void)
{
	struct model *model = fixture_story();
	const struct model_duel *duel = &model->duels[0];
	CHECK_U64(duel->syn[0], 1);
	CHECK_U64(duel->syn[1], 2);
	CHECK_U64(duel->started_ns, fixture_ms(10));
	CHECK_U64(duel->decided_ns, fixture_ms(30));
	CHECK_U64(duel->established_ns, fixture_ms(90));
	CHECK_U64(duel->session, FIXTURE_SESSION);
	model_free(model);
}

static void pairs_come_in_both_orders(void)
{
	struct model *model = fixture_story();
	CHECK_U64(model->pair_count, 4);
	for (uint32_t i = 0; i < model->pair_count; i++) {
		const struct model_pair *mirror = &model->pairs[model->pairs[i].mirror];
		CHECK_U64(mirror->node, model->pairs[i].peer);
		CHECK_U64(mirror->peer, model->pairs[i].node);
		CHECK_U64(model_pair(model, model->pairs[i].node, model->pairs[i].peer), i);
	}
	CHECK_U64(model_pair(model, FIXTURE_B, FIXTURE_C), MODEL_NONE);
	model_free(model);
}

static void the_state_follows_the_records(void)
{
	struct model *model = fixture_story();
	struct model_state *state = model_state_new(model);
	uint32_t ab = model_pair(model, FIXTURE_A, FIXTURE_B), ba = model_pair(model, FIXTURE_B, FIXTURE_A);
	model_seek(model, state, model_records_until(model, fixture_ms(29)));
	CHECK_U64(state->pairs[ab].state, OCTO_STATE_OFFERING);
	CHECK_U64(state->totals.dropped, 1);
	model_seek(model, state, model_records_until(model, fixture_ms(60)));
	CHECK_U64(state->pairs[ab].state, OCTO_STATE_ESTABLISHED);
	CHECK_U64(state->pairs[ba].state, OCTO_STATE_ANSWERING);
	CHECK_U64(state->pairs[ba].role, OCTO_ROLE_ADHERENT);
	CHECK_U64(model_sessions(model, state), 0);
	model_seek(model, state, model_records_until(model, fixture_ms(90)));
	CHECK_U64(model_sessions(model, state), 1);
	CHECK_U64(model_node_state(model, state, FIXTURE_B), OCTO_STATE_ESTABLISHED);
	model_seek(model, state, model_records_until(model, fixture_ms(1650)));
	CHECK_U64(state->is_up[FIXTURE_B], 0);
	CHECK_U64(state->pairs[ba].session, 0);
	CHECK_U64(state->pairs[ba].state, OCTO_STATE_IDLE);
	model_seek(model, state, model->record_count);
	CHECK_U64(state->is_up[FIXTURE_B], 1);
	model_state_free(state);
	model_free(model);
}

static void seeking_equals_a_fresh_replay(void)
{
	struct model *model = fixture_nonsense(20000, 9, 3);
	struct model_state *sought = model_state_new(model), *fresh = model_state_new(model);
	uint64_t seed = 11;
	CHECK(model->keyframe_count > 4);
	for (int i = 0; i < 60; i++) {
		uint32_t index = (uint32_t)(fixture_random(&seed) % (model->record_count + 1));
		model_seek(model, sought, index);
		model_replay(model, fresh, index);
		CHECK_U64(sought->index, index);
		CHECK_U64(model_digest(model, sought), model_digest(model, fresh));
	}
	for (uint32_t index = 4090; index < 4100; index++) {
		model_seek(model, sought, index);
		model_replay(model, fresh, index);
		CHECK_U64(model_digest(model, sought), model_digest(model, fresh));
	}
	model_state_free(sought);
	model_state_free(fresh);
	model_free(model);
}

static void the_digest_tells_states_apart(void)
{
	struct model *model = fixture_story();
	struct model_state *state = model_state_new(model);
	uint64_t before = model_digest(model, state);
	for (uint32_t index = 1; index <= model->record_count; index++) {
		model_seek(model, state, index);
		uint64_t after = model_digest(model, state);
		CHECK(after != before);
		before = after;
	}
	state->pairs[0].generation ^= 1;
	CHECK(model_digest(model, state) != before);
	state->pairs[0].generation ^= 1;
	state->is_up[FIXTURE_A] ^= 1;
	CHECK(model_digest(model, state) != before);
	model_state_free(state);
	model_free(model);
}

static void nonsense_makes_a_model_all_the_same(void)
{
	for (uint64_t seed = 1; seed <= 30; seed++) {
		struct model *model = fixture_nonsense(600, (uint32_t)(1 + seed % 5), seed);
		char words[320];
		for (uint32_t i = 0; i < model->record_count; i++) {
			words_record(model, i, words, sizeof words);
			CHECK(words[0] != 0);
		}
		for (uint32_t i = 0; i < model->copy_count; i++) {
			words_fate(model, &model->copies[i], words, sizeof words);
			CHECK(model->copies[i].start_ns <= model->copies[i].end_ns);
		}
		model_free(model);
	}
}

static void an_empty_trace_makes_an_empty_model(void)
{
	struct model *model = fixture_nonsense(0, 0, 1);
	CHECK_U64(model->record_count, 0);
	CHECK_U64(model_next_copy(model, 0, 0, UINT64_MAX), MODEL_NONE);
	CHECK_STRING(model_name(model, 0), "nobody");
	model_free(model);
}

static void words_name_who_what_and_why(void)
{
	struct model *model = fixture_story();
	char words[320];
	words_record(model, 3, words, sizeof words);
	CHECK_STRING(words, "node-0 sends SYN #1 to node-1, 160 bytes");
	words_record(model, model->duels[0].record[1], words, sizeof words);
	CHECK_STRING(words,
	             "node-1 loses the ID-duel against node-0, decided by byte 3; both were initiator");
	words_fate(model, &model->copies[1], words, sizeof words);
	CHECK_STRING(words, "delivered after 21.0 ms, not used: duel-lost");
	words_fate(model, &model->copies[2], words, sizeof words);
	CHECK_STRING(words, "lost by chance");
	model_free(model);
}

CU_ErrorCode suite_viz_model(void)
{
	CU_pSuite suite = CU_add_suite("viz_model", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, copies_have_their_true_fate);
	CU_ADD_TEST(suite, a_lost_copy_ends_on_its_way_a_down_receiver_at_the_end);
	CU_ADD_TEST(suite, a_copy_waits_in_the_queue_and_then_moves);
	CU_ADD_TEST(suite, copies_in_flight_are_found_by_time);
	CU_ADD_TEST(suite, both_sides_of_a_duel_are_one_duel);
	CU_ADD_TEST(suite, a_duel_knows_its_syns_and_its_cost);
	CU_ADD_TEST(suite, pairs_come_in_both_orders);
	CU_ADD_TEST(suite, the_state_follows_the_records);
	CU_ADD_TEST(suite, seeking_equals_a_fresh_replay);
	CU_ADD_TEST(suite, the_digest_tells_states_apart);
	CU_ADD_TEST(suite, nonsense_makes_a_model_all_the_same);
	CU_ADD_TEST(suite, an_empty_trace_makes_an_empty_model);
	CU_ADD_TEST(suite, words_name_who_what_and_why);
	return CU_get_error();
}
