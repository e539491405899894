/* viz_playback_test.c: moving through a run, both ways, by playback.c. */
#include "tests/viz/fixture.h"
#include "viz/playback.h"

static struct model *model;
static struct playback playback;

static int set_up(void)
{
	model = fixture_story();
	return model ? 0 : -1;
}

static int tear_down(void)
{
	model_free(model);
	return 0;
}

static void starts_at_the_first_record(void)
{
	playback_init(&playback, model);
	CHECK_U64(playback.time_ns, fixture_ms(10));
	CHECK(!playback.is_playing);
	CHECK_U64(playback.index, model_records_until(model, fixture_ms(10)));
}

static void steps_visit_every_record_both_ways(void)
{
	playback_init(&playback, model);
	playback_seek(&playback, model, 0);
	CHECK_U64(playback.index, 0);
	for (uint32_t i = 1; i <= model->record_count; i++) {
		playback_step(&playback, model, false);
		CHECK_U64(playback.index, i);
		CHECK_U64(playback.time_ns, trace_get(model->trace, i - 1)->time_ns);
	}
	playback_step(&playback, model, false);
	CHECK_U64(playback.index, model->record_count);
	for (uint32_t i = model->record_count; i-- > 0;) {
		playback_step(&playback, model, true);
		CHECK_U64(playback.index, i);
	}
	playback_step(&playback, model, true);
	CHECK_U64(playback.index, 0);
	CHECK_U64(playback.time_ns, 0);
}

static void nudges_stop_at_both_ends(void)
{
	playback_init(&playback, model);
	playback_nudge(&playback, model, INT64_MIN);
	CHECK_U64(playback.time_ns, 0);
	playback_nudge(&playback, model, INT64_MAX);
	CHECK_U64(playback.time_ns, model->end_ns);
	CHECK_U64(playback.index, model->record_count);
	playback_nudge(&playback, model, -(int64_t)OCTO_MILLISECOND);
	CHECK_U64(playback.time_ns, model->end_ns - OCTO_MILLISECOND);
}

static void playing_passes_time_at_its_speed(void)
{
	playback_init(&playback, model);
	playback.is_playing = true;
	playback.skips_idle = false;
	playback_set_speed(&playback, -4);
	CHECK(playback_advance(&playback, model, 16 * OCTO_MILLISECOND));
	CHECK_U64(playback.time_ns, fixture_ms(11));
	playback_set_speed(&playback, 1);
	playback_advance(&playback, model, OCTO_MILLISECOND);
	CHECK_U64(playback.time_ns, fixture_ms(13));
	playback.is_reverse = true;
	playback_advance(&playback, model, OCTO_MILLISECOND);
	CHECK_U64(playback.time_ns, fixture_ms(11));
	playback.is_playing = false;
	CHECK(!playback_advance(&playback, model, OCTO_SECOND));
	CHECK_U64(playback.time_ns, fixture_ms(11));
}

static void playing_ends_at_the_end_and_does_not_start_over(void)
{
	playback_init(&playback, model);
	playback.is_playing = true;
	playback_set_speed(&playback, PLAYBACK_FASTEST);
	for (int i = 0; i < 50 && playback.is_playing; i++)
		playback_advance(&playback, model, OCTO_SECOND / 60);
	CHECK(!playback.is_playing);
	CHECK_U64(playback.time_ns, model->end_ns);
	playback.is_playing = playback.is_reverse = true;
	for (int i = 0; i < 50 && playback.is_playing; i++)
		playback_advance(&playback, model, OCTO_SECOND / 60);
	CHECK(!playback.is_playing);
	CHECK_U64(playback.time_ns, 0);
}

/* From 90 ms nothing happens until 1 s: at a sixteenth of real time that would take 14 s. */
static void idle_stretches_are_skipped_but_never_a_record(void)
{
	playback_init(&playback, model);
	playback_seek(&playback, model, fixture_ms(95));
	playback.is_playing = true;
	playback_advance(&playback, model, OCTO_SECOND / 60);
	CHECK(playback.time_ns > fixture_ms(980) && playback.time_ns < fixture_ms(1000));
	playback.is_reverse = true;
	playback_advance(&playback, model, OCTO_SECOND / 60);
	CHECK(playback.time_ns > fixture_ms(90) && playback.time_ns < fixture_ms(110));
	playback.is_reverse = playback.skips_idle = false;
	playback_seek(&playback, model, fixture_ms(95));
	playback_advance(&playback, model, OCTO_SECOND / 60);
	CHECK(playback.time_ns < fixture_ms(97));
}

static void jumps_find_each_mark_once_both_ways(void)
{
	playback_init(&playback, model);
	playback_seek(&playback, model, 0);
	uint32_t first = playback_jump(&playback, model, MODEL_MARK_DROP, false);
	CHECK_U64(playback.time_ns, fixture_ms(11));
	uint32_t second = playback_jump(&playback, model, MODEL_MARK_DROP, false);
	CHECK_U64(playback.time_ns, fixture_ms(1021));
	CHECK_U64(playback.index, second + 1);
	CHECK_U64(playback_jump(&playback, model, MODEL_MARK_DROP, false), MODEL_NONE);
	CHECK_U64(playback_jump(&playback, model, MODEL_MARK_DROP, true), first);
	CHECK_U64(playback_jump(&playback, model, MODEL_MARK_DROP, true), MODEL_NONE);
	CHECK_U64(playback_jump(&playback, model, MODEL_MARK_DUEL, false), model->duels[0].first_record);
	CHECK_U64(playback_jump(&playback, model, MODEL_MARK_DUEL, false), MODEL_NONE);
}

static void speed_stays_within_bounds(void)
{
	playback_init(&playback, model);
	playback_set_speed(&playback, 1000);
	CHECK_I64(playback.speed, PLAYBACK_FASTEST);
	playback_set_speed(&playback, -1000);
	CHECK_I64(playback.speed, PLAYBACK_SLOWEST);
	CHECK_U64(playback_scaled(&playback, 5), 1);
}

CU_ErrorCode suite_viz_playback(void)
{
	CU_pSuite suite = CU_add_suite("viz_playback", set_up, tear_down);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, starts_at_the_first_record);
	CU_ADD_TEST(suite, steps_visit_every_record_both_ways);
	CU_ADD_TEST(suite, nudges_stop_at_both_ends);
	CU_ADD_TEST(suite, playing_passes_time_at_its_speed);
	CU_ADD_TEST(suite, playing_ends_at_the_end_and_does_not_start_over);
	CU_ADD_TEST(suite, idle_stretches_are_skipped_but_never_a_record);
	CU_ADD_TEST(suite, jumps_find_each_mark_once_both_ways);
	CU_ADD_TEST(suite, speed_stays_within_bounds);
	return CU_get_error();
}
