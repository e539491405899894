/* viz_picture_test.c: pictures painted into memory. viz/frame.c, paint.c, legend.c, viz/timeline.c,
 * inspector.c, toolbar.c, the views view_topology.c, topology_layout.c, topology_grid.c, view_sequence.c,
 * view_duel.c with ladder_lanes.c, ladder_marks.c, ladder_arrows.c and lanes.c, and what clicks and keys
 * do to them: commands.c, pointer.c, viewer.c. */
#include "tests/viz/fixture.h"
#include "viz/commands.h"

struct picture {
	cairo_surface_t *surface;
	int width, height;
};

static struct picture draw(struct viewer *viewer)
{
	struct picture picture = { cairo_image_surface_create(CAIRO_FORMAT_RGB24, viewer->width,
		                                              viewer->height),
		                   viewer->width, viewer->height };
	cairo_t *cairo = cairo_create(picture.surface);
	viewer_draw(viewer, cairo);
	CHECK_U64(cairo_status(cairo), CAIRO_STATUS_SUCCESS);
	cairo_destroy(cairo);
	cairo_surface_flush(picture.surface);
	return picture;
}

static uint64_t digest(struct picture picture)
{
	const unsigned char *bytes = cairo_image_surface_get_data(picture.surface);
	int stride = cairo_image_surface_get_stride(picture.surface);
	uint64_t sum = UINT64_C(0xcbf29ce484222325);
	for (int y = 0; y < picture.height; y++) {
		for (int x = 0; x < picture.width * 4; x++) {
			if (x % 4 != 3)
				sum = (sum ^ bytes[y * stride + x]) * UINT64_C(0x100000001b3);
		}
	}
	cairo_surface_destroy(picture.surface);
	return sum;
}

static uint64_t drawn(struct viewer *viewer)
{
	return digest(draw(viewer));
}

static void every_view_is_painted_at_every_record_in_both_themes_and_sizes(void)
{
	struct model *model = fixture_story();
	static const int sizes[][2] = {{640, 400}, {1024, 640}, {1600, 900}};
	for (int size = 0; size < 3; size++) {
		struct viewer *viewer = viewer_new(model, sizes[size][0], sizes[size][1]);
		for (uint32_t i = 0; i < model->record_count; i += 3) {
			playback_seek_record(&viewer->playback, model, i);
			viewer->theme = i % 2 ? &theme_dark : &theme_light;
			for (int view = 0; view < VIEW_COUNT; view++) {
				viewer->view = (enum viewer_view)view;
				cairo_surface_destroy(draw(viewer).surface);
				CHECK(viewer->hits.count > 8);
			}
		}
		viewer_free(viewer);
	}
	model_free(model);
}

static void nonsense_is_painted_without_harm(void)
{
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct model *model =
			fixture_nonsense(800, seed % 3 == 0 ? 60 : (uint32_t)(1 + seed % 5), seed);
		struct viewer *viewer = viewer_new(model, 800, 600);
		for (int i = 0; i < 5; i++) {
			playback_seek(&viewer->playback, model, model->end_ns / 4 * (uint64_t)i);
			viewer->selection = (struct selection){(enum selection_kind)(i % 4), 0};
			if (!model->copy_count && i % 4 == SELECT_COPY)
				viewer->selection.kind = SELECT_NOTHING;
			for (int view = 0; view < VIEW_COUNT; view++) {
				viewer->view = (enum viewer_view)view;
				cairo_surface_destroy(draw(viewer).surface);
			}
		}
		viewer_free(viewer);
		model_free(model);
	}
}

static void the_same_view_of_the_same_moment_is_the_same_picture(void)
{
	struct model *model = fixture_story();
	struct viewer *viewer = viewer_new(model, 1024, 640);
	for (int view = 0; view < VIEW_COUNT; view++) {
		viewer->view = (enum viewer_view)view;
		viewer_go(viewer, fixture_ms(25));
		uint64_t first = drawn(viewer);
		viewer_go(viewer, fixture_ms(1900));
		uint64_t other = drawn(viewer);
		viewer_go(viewer, fixture_ms(25));
		CHECK_U64(drawn(viewer), first);
		CHECK(other != first);
	}
	viewer_free(viewer);
	model_free(model);
}

static void packets_move_with_time(void)
{
	struct model *model = fixture_story();
	struct viewer *viewer = viewer_new(model, 1024, 640);
	double last = 0;
	for (uint64_t ms = 12; ms < 30; ms += 3) {
		viewer_go(viewer, fixture_ms(ms));
		cairo_surface_destroy(draw(viewer).surface);
		for (uint32_t i = 0; i < viewer->hits.count; i++) {
			if (viewer->hits.list[i].kind != HIT_COPY || viewer->hits.list[i].index != 0)
				continue;
			CHECK(viewer->hits.list[i].x0 > last + 20);
			last = viewer->hits.list[i].x0;
		}
	}
	CHECK(last > 300);
	viewer_free(viewer);
	model_free(model);
}

/* With every colour the same grey the pictures must still differ: hatching, dashes, shapes and letters
 * tell. */
static struct theme grey(void)
{
	struct theme theme = theme_dark;
	for (int i = COLOR_LOSS; i < COLOR_COUNT; i++)
		theme.colors[i] = (struct color){0.6, 0.6, 0.6};
	return theme;
}

static uint64_t stamp(int what, int kind)
{
	struct theme theme = grey();
	struct picture picture = {cairo_image_surface_create(CAIRO_FORMAT_RGB24, 60, 40), 60, 40};
	struct paint paint = {cairo_create(picture.surface), &theme, NULL};
	if (what == 0)
		paint_state(&paint, (struct rect){10, 5, 14, 30}, (enum octo_state)kind, 1);
	else
		paint_packet(&paint, 30, 20,
		             (struct paint_packet){ .type = (enum octo_packet_type)kind, .alpha = 1 });
	cairo_destroy(paint.cairo);
	cairo_surface_flush(picture.surface);
	return digest(picture);
}

static void nothing_is_said_by_colour_alone(void)
{
	for (int a = 0; a < OCTO_STATE_COUNT; a++) {
		for (int b = 0; b < a; b++)
			CHECK(stamp(0, a) != stamp(0, b));
	}
	static const int types[] = { OCTO_PACKET_UNKNOWN,     OCTO_PACKET_SYN,   OCTO_PACKET_SYN_ACK,
		                     OCTO_PACKET_ACK,         OCTO_PACKET_RETRY, OCTO_PACKET_PROBE,
		                     OCTO_PACKET_PROBE_REPLY, OCTO_PACKET_DATA };
	for (size_t a = 0; a < sizeof types / sizeof *types; a++) {
		for (size_t b = 0; b < a; b++)
			CHECK(stamp(1, types[a]) != stamp(1, types[b]));
	}
}

static void every_key_has_one_command_and_every_command_runs(void)
{
	for (uint32_t i = 0; i < command_count; i++) {
		CHECK_U64(commands_find(commands[i].keys[0]), i);
		CHECK(commands[i].help[0] != 0);
	}
	CHECK_U64(commands_find("F12"), MODEL_NONE);
	CHECK_U64(commands_find("shift+left"), commands_find("Shift+Left"));
	CHECK(commands_find("u") != commands_find("U"));
	for (int empty = 0; empty < 2; empty++) {
		struct model *model = empty ? fixture_nonsense(0, 0, 1) : fixture_story();
		struct viewer *viewer = viewer_new(model, 900, 600);
		for (int view = 0; view < VIEW_COUNT; view++) {
			for (uint32_t i = 0; i < command_count; i++) {
				viewer->view = (enum viewer_view)view;
				commands_run(viewer, i);
				cairo_surface_destroy(draw(viewer).surface);
				CHECK(viewer->playback.index <= model->record_count);
			}
		}
		viewer_free(viewer);
		model_free(model);
	}
}

static const struct hit *find_hit(const struct viewer *viewer, enum hit_kind kind)
{
	for (uint32_t i = 0; i < viewer->hits.count; i++) {
		if (viewer->hits.list[i].kind == kind)
			return &viewer->hits.list[i];
	}
	return NULL;
}

static void click(struct viewer *viewer, double x, double y)
{
	pointer_press(viewer, x, y);
	pointer_release(viewer, x, y, false);
}

static void a_click_selects_what_is_drawn_there(void)
{
	struct model *model = fixture_story();
	struct viewer *viewer = viewer_new(model, 1024, 640);
	viewer_go(viewer, fixture_ms(20));
	cairo_surface_destroy(draw(viewer).surface);
	const struct hit *hit = find_hit(viewer, HIT_NODE);
	click(viewer, (hit->x0 + hit->x1) / 2, (hit->y0 + hit->y1) / 2);
	CHECK_U64(viewer->selection.kind, SELECT_NODE);
	hit = find_hit(viewer, HIT_COPY);
	click(viewer, (hit->x0 + hit->x1) / 2, (hit->y0 + hit->y1) / 2);
	CHECK_U64(viewer->selection.kind, SELECT_COPY);
	click(viewer, 300, 80);
	CHECK_U64(viewer->selection.kind, SELECT_NOTHING);
	viewer->view = VIEW_SEQUENCE;
	cairo_surface_destroy(draw(viewer).surface);
	hit = find_hit(viewer, HIT_COPY);
	click(viewer, hit->x0 * 0.75 + hit->x1 * 0.25, hit->y0 * 0.75 + hit->y1 * 0.25);
	CHECK_U64(viewer->selection.kind, SELECT_COPY);
	viewer_free(viewer);
	model_free(model);
}

static void the_timeline_scrubs_by_drag(void)
{
	struct model *model = fixture_story();
	struct viewer *viewer = viewer_new(model, 1024, 640);
	cairo_surface_destroy(draw(viewer).surface);
	struct rect strip = viewer_layout(viewer).overview;
	pointer_press(viewer, strip.x + strip.width / 2, strip.y + 5);
	CHECK(viewer->playback.time_ns > fixture_ms(990) && viewer->playback.time_ns < fixture_ms(1010));
	pointer_drag(viewer, strip.x + strip.width / 2, strip.y + 5, strip.x + strip.width / 4,
	             strip.y - 200);
	pointer_release(viewer, strip.x + strip.width / 4, strip.y - 200, true);
	CHECK(viewer->playback.time_ns > fixture_ms(490) && viewer->playback.time_ns < fixture_ms(510));
	CHECK_U64(viewer->state->index, viewer->playback.index);
	viewer_free(viewer);
	model_free(model);
}

static void zooming_keeps_the_time_under_the_pointer(void)
{
	struct model *model = fixture_story();
	struct viewer *viewer = viewer_new(model, 1024, 640);
	struct rect area = viewer_layout(viewer).main;
	viewer->view = VIEW_SEQUENCE;
	viewer_go(viewer, fixture_ms(40));
	pointer_press(viewer, 300, 300);
	pointer_drag(viewer, 300, 300, 300, 290);
	pointer_release(viewer, 300, 290, true);
	CHECK(!viewer->follows);
	struct axis axis = sequence_axis(viewer, area);
	uint64_t before = axis_time(&axis, 330);
	pointer_wheel(viewer, 2, 300, 330);
	axis = sequence_axis(viewer, area);
	uint64_t after = axis_time(&axis, 330);
	uint64_t pixel = (uint64_t)viewer->ns_per_pixel;
	CHECK(after <= before + 2 * pixel && before <= after + 2 * pixel);
	viewer_free(viewer);
	model_free(model);
}

static void panning_moves_the_picture_with_the_pointer(void)
{
	struct model *model = fixture_story();
	struct viewer *viewer = viewer_new(model, 1024, 640);
	struct rect area = viewer_layout(viewer).main;
	viewer->view = VIEW_SEQUENCE;
	viewer_go(viewer, fixture_ms(40));
	struct axis axis = sequence_axis(viewer, area);
	double before = axis_y(&axis, fixture_ms(40));
	pointer_press(viewer, 300, 300);
	pointer_drag(viewer, 300, 300, 300, 270);
	axis = sequence_axis(viewer, area);
	CHECK(axis_y(&axis, fixture_ms(40)) > before - 32 && axis_y(&axis, fixture_ms(40)) < before - 28);
	CHECK_U64(viewer->playback.time_ns, fixture_ms(40));
	viewer_free(viewer);
	model_free(model);
}

static void a_large_world_is_a_grid_and_a_neighbourhood(void)
{
	struct model *model = fixture_nonsense(3000, 2000, 5);
	struct viewer *viewer = viewer_new(model, 1024, 640);
	uint32_t cells = 0;
	CHECK(viewer_is_large(viewer));
	cairo_surface_destroy(draw(viewer).surface);
	for (uint32_t i = 0; i < viewer->hits.count; i++)
		cells += viewer->hits.list[i].kind == HIT_NODE;
	CHECK(cells > 200 && cells < 1500);
	viewer_select(viewer, (struct selection){SELECT_NODE, 1234});
	viewer_settle(viewer);
	CHECK_U64(viewer->lanes.nodes[0], 1234);
	CHECK(viewer->lanes.count <= LANES_MAX);
	viewer_free(viewer);
	model_free(model);
}

CU_ErrorCode suite_viz_picture(void)
{
	CU_pSuite suite = CU_add_suite("viz_picture", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, every_view_is_painted_at_every_record_in_both_themes_and_sizes);
	CU_ADD_TEST(suite, nonsense_is_painted_without_harm);
	CU_ADD_TEST(suite, the_same_view_of_the_same_moment_is_the_same_picture);
	CU_ADD_TEST(suite, packets_move_with_time);
	CU_ADD_TEST(suite, nothing_is_said_by_colour_alone);
	CU_ADD_TEST(suite, every_key_has_one_command_and_every_command_runs);
	CU_ADD_TEST(suite, a_click_selects_what_is_drawn_there);
	CU_ADD_TEST(suite, the_timeline_scrubs_by_drag);
	CU_ADD_TEST(suite, zooming_keeps_the_time_under_the_pointer);
	CU_ADD_TEST(suite, panning_moves_the_picture_with_the_pointer);
	CU_ADD_TEST(suite, a_large_world_is_a_grid_and_a_neighbourhood);
	return CU_get_error();
}
