/* commands.c: the table of commands and what they do. See commands.h; the mouse is in pointer.c. */
#include "viz/commands.h"

#include <math.h>
#include <string.h>
#include <strings.h>

static void moved(struct viewer *viewer)
{
	viewer->follows = true;
	viewer->range_from_ns = viewer->range_until_ns = 0;
}

static void play(struct viewer *viewer, int argument)
{
	struct playback *playback = &viewer->playback;
	(void)argument;
	playback->is_playing = !playback->is_playing;
	/* At the end there is nothing to play: start over. */
	if (playback->is_playing && !playback->is_reverse && playback->time_ns >= viewer->model->end_ns)
		playback_seek(playback, viewer->model, 0);
	moved(viewer);
}

static void reverse(struct viewer *viewer, int argument)
{
	(void)argument;
	viewer->playback.is_reverse = !viewer->playback.is_reverse;
	viewer_say(viewer, "playing %s", viewer->playback.is_reverse ? "backwards" : "forwards");
}

static void step(struct viewer *viewer, int argument)
{
	viewer->playback.is_playing = false;
	viewer->selection.kind = SELECT_NOTHING;
	playback_step(&viewer->playback, viewer->model, argument < 0);
	moved(viewer);
}

static void nudge(struct viewer *viewer, int argument)
{
	viewer->playback.is_playing = false;
	playback_nudge(&viewer->playback, viewer->model, argument * (int64_t)OCTO_MILLISECOND);
	moved(viewer);
}

static void go_end(struct viewer *viewer, int argument)
{
	viewer->playback.is_playing = false;
	viewer_go(viewer, argument < 0 ? 0 : viewer->model->end_ns);
}

static void change_speed(struct viewer *viewer, int argument)
{
	playback_set_speed(&viewer->playback, viewer->playback.speed + argument);
}

static void toggle_idle(struct viewer *viewer, int argument)
{
	(void)argument;
	viewer->playback.skips_idle = !viewer->playback.skips_idle;
	viewer_say(viewer, "%s idle stretches", viewer->playback.skips_idle ? "skipping" : "playing through");
}

/* argument: mark + 1, negative for backwards. */
static void jump(struct viewer *viewer, int argument)
{
	static const char *const names[MODEL_MARK_COUNT] = { "handshake step", "duel",         "drop",
		                                             "session up",     "session down", "warning" };
	enum model_mark mark = (enum model_mark)((argument < 0 ? -argument : argument) - 1);
	uint32_t record = playback_jump(&viewer->playback, viewer->model, mark, argument < 0);
	viewer->playback.is_playing = false;
	if (record == MODEL_NONE) {
		viewer_say(viewer, "no %s %s", argument < 0 ? "earlier" : "further", names[mark]);
		return;
	}
	moved(viewer);
	viewer_select(viewer, (struct selection){SELECT_RECORD, record});
	viewer->message[0] = 0;
}

/* To the record that caused the one selected (or the last one). */
static void cause(struct viewer *viewer, int argument)
{
	const struct model *model = viewer->model;
	uint32_t record = viewer->playback.index - 1;
	(void)argument;
	if (viewer->selection.kind == SELECT_RECORD)
		record = viewer->selection.index;
	else if (viewer->selection.kind == SELECT_COPY)
		record = model->copies[viewer->selection.index].start_record;
	uint32_t before = record < model->record_count ? trace_get(model->trace, record)->cause : 0;
	if (!before || before > model->record_count) {
		viewer_say(viewer, "nothing is known to have caused this");
		return;
	}
	playback_seek_record(&viewer->playback, model, before - 1);
	viewer->playback.is_playing = false;
	moved(viewer);
	viewer_select(viewer, (struct selection){SELECT_RECORD, before - 1});
}

static void show_view(struct viewer *viewer, int argument)
{
	viewer->view = (enum viewer_view)argument;
}

static void zoom(struct viewer *viewer, int argument)
{
	struct rect area = viewer_layout(viewer).main;
	double y = area.y + area.height / 2;
	bool follows = viewer->follows;
	if (viewer->view == VIEW_SEQUENCE) {
		struct axis axis = sequence_axis(viewer, area);
		y = axis_y(&axis, viewer->sequence_ns);
	}
	pointer_wheel(viewer, argument, area.x + area.width / 2, y);
	viewer->follows = follows;
}

static void pan(struct viewer *viewer, int argument)
{
	struct rect area = viewer_layout(viewer).main;
	double x = area.x + area.width / 2, y = area.y + area.height / 2;
	if (viewer->view == VIEW_TOPOLOGY)
		viewer->pan_x -= argument * 60;
	else
		pointer_drag(viewer, x, y, x, y - argument * 60);
}

static void next_node(struct viewer *viewer, int argument)
{
	uint32_t count = viewer->model->node_count;
	if (!count)
		return;
	uint32_t node = viewer->selection.kind == SELECT_NODE
	                ? (viewer->selection.index + (argument < 0 ? count - 1 : 1)) % count : viewer->focus;
	viewer_select(viewer, (struct selection){SELECT_NODE, node});
}

static void change_theme(struct viewer *viewer, int argument)
{
	(void)argument;
	viewer->theme = viewer->theme == &theme_dark ? &theme_light : &theme_dark;
}

static void export_picture(struct viewer *viewer, int argument)
{
	(void)argument;
	viewer->wants_export = true;
}

static void help(struct viewer *viewer, int argument)
{
	(void)argument;
	viewer->shows_help = !viewer->shows_help;
}

static void clear(struct viewer *viewer, int argument)
{
	(void)argument;
	if (viewer->shows_help) {
		viewer->shows_help = false;
		return;
	}
	viewer->selection.kind = SELECT_NOTHING;
	viewer->message[0] = 0;
	viewer->pan_x = viewer->pan_y = 0;
	viewer->zoom = 1;
	moved(viewer);
}

static void quit(struct viewer *viewer, int argument)
{
	(void)argument;
	viewer->wants_quit = true;
}

const struct command commands[] = {
	{{"Space", NULL}, "play or pause", play, 0},
	{{"\\", NULL}, "play the other way round", reverse, 0},
	{{"Right", NULL}, "next record", step, 1},
	{{"Left", NULL}, "previous record", step, -1},
	{{"Shift+Right", NULL}, "1 ms on", nudge, 1},
	{{"Shift+Left", NULL}, "1 ms back", nudge, -1},
	{{"Home", NULL}, "start of the run", go_end, -1},
	{{"End", NULL}, "end of the run", go_end, 1},
	{{"]", NULL}, "twice as fast", change_speed, 1},
	{{"[", NULL}, "half as fast", change_speed, -1},
	{{"i", NULL}, "skip idle stretches, or not", toggle_idle, 0},
	{{"u", NULL}, "next duel", jump, MODEL_MARK_DUEL + 1},
	{{"U", NULL}, "previous duel", jump, -(MODEL_MARK_DUEL + 1)},
	{{"x", NULL}, "next drop", jump, MODEL_MARK_DROP + 1},
	{{"X", NULL}, "previous drop", jump, -(MODEL_MARK_DROP + 1)},
	{{"h", NULL}, "next handshake step", jump, MODEL_MARK_HANDSHAKE + 1},
	{{"H", NULL}, "previous handshake step", jump, -(MODEL_MARK_HANDSHAKE + 1)},
	{{"v", NULL}, "next warning or failure", jump, MODEL_MARK_ALARM + 1},
	{{"V", NULL}, "previous warning or failure", jump, -(MODEL_MARK_ALARM + 1)},
	{{"c", NULL}, "what caused this", cause, 0},
	{{"n", NULL}, "next node", next_node, 1},
	{{"N", NULL}, "previous node", next_node, -1},
	{{"1", NULL}, "topology", show_view, VIEW_TOPOLOGY},
	{{"2", NULL}, "sequence", show_view, VIEW_SEQUENCE},
	{{"3", NULL}, "duel", show_view, VIEW_DUEL},
	{{"w", "+"}, "zoom in (or wheel)", zoom, 1},
	{{"s", "-"}, "zoom out", zoom, -1},
	{{"a", "Up"}, "pan back (or drag)", pan, -1},
	{{"d", "Down"}, "pan on", pan, 1},
	{{"t", NULL}, "dark or light", change_theme, 0},
	{{"e", NULL}, "save the picture as PNG", export_picture, 0},
	{{"?", NULL}, "this page", help, 0},
	{{"Escape", NULL}, "clear the selection, follow the playhead", clear, 0},
	{{"q", NULL}, "quit", quit, 0},
};
const uint32_t command_count = sizeof commands / sizeof *commands;

uint32_t commands_find(const char *key)
{
	bool is_name = strlen(key) > 1;
	for (uint32_t i = 0; i < command_count; i++) {
		for (int k = 0; k < 2 && commands[i].keys[k]; k++) {
			if (is_name ? !strcasecmp(key, commands[i].keys[k])
			            : !strcmp(key, commands[i].keys[k]))
				return i;
		}
	}
	return MODEL_NONE;
}

void commands_run(struct viewer *viewer, uint32_t index)
{
	commands[index].run(viewer, commands[index].argument);
	viewer_settle(viewer);
}
