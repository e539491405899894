/* node_screen.c: see node_screen.h. */
#include "sim/cli/node_screen.h"

#include "sim/cli/live_couriers.h"
#include "sim/cli/live_files.h"

#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { COLUMNS = 80, COLUMNS_MAX = 240, PEERS_SHOWN = 4, BARS_SHOWN = 4 };

static struct {
	struct termios before;
	bool is_kept;              /* `before` holds what was */
	bool is_raw;
	unsigned lines;            /* that are drawn above the one with the cursor */
} screen;

static size_t columns(void)
{
	struct winsize size = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20)
		return COLUMNS - 1;
	return size.ws_col < COLUMNS_MAX ? size.ws_col - 1u : COLUMNS_MAX - 1;
}

bool node_screen_is_prompting(const struct live *live)
{
	(void)live;
	return screen.is_raw;
}

static void set_raw(struct live *live, bool is_raw)
{
	struct termios raw = screen.before;

	node_screen_wipe(live);
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	screen.is_raw = is_raw && tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
	if (!is_raw)
		(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &screen.before);
}

void node_screen_follow(struct live *live)
{
	bool is_front = live->report.is_terminal && isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp();

	if (is_front && !screen.is_kept)
		screen.is_kept = tcgetattr(STDIN_FILENO, &screen.before) == 0;
	if (is_front && screen.is_kept && !screen.is_raw)
		set_raw(live, true);
	if (!is_front)
		screen.is_raw = false; /* the shell has set the keyboard as it wants it */
}

void node_screen_end(struct live *live)
{
	node_screen_follow(live);
	if (screen.is_raw)
		set_raw(live, false);
	screen.is_raw = false;
}

/* ---- Lines ------------------------------------------------------------------------------------------------------- */

void node_screen_wipe(struct live *live)
{
	if (!live->report.is_drawn)
		return;
	putchar('\r');
	if (screen.lines)
		printf("\033[%uA", screen.lines);
	fputs("\033[J", stdout);
	screen.lines = 0;
	live->report.is_drawn = false;
}

static void draw_line(const struct live *live, const char *text)
{
	printf("%s", cli_on(live->report.has_color, CLI_DIM));
	cli_print_clean(text, stdout);
	printf("%s\n", cli_off(live->report.has_color));
	screen.lines++;
}

static void draw_peers(struct live *live, size_t width)
{
	char line[COLUMNS_MAX + 1];
	uint32_t count = octo_peer_count(live->channel);

	for (uint32_t peer = 0; peer < count && peer < PEERS_SHOWN; peer++) {
		struct octo_peer_view view;
		uint64_t sent, received;

		octo_peer_view(live->channel, peer, &view);
		live_couriers_total(live, peer, &sent, &received);
		snprintf(line, width + 1, "%s %s, %s sent, %s received%s%s%s", live_name(live, peer), octo_state_name(view.state),
		         cli_count(sent), cli_count(received), view.since_heard == OCTO_NEVER ? "" : ", heard ",
		         view.since_heard == OCTO_NEVER ? "" : cli_seconds(view.since_heard / (100 * OCTO_MILLISECOND) * 100 * OCTO_MILLISECOND),
		         view.since_heard == OCTO_NEVER ? "" : " ago");
		draw_line(live, line);
	}
	if (count > PEERS_SHOWN) {
		snprintf(line, width + 1, "and %u more: \"state\"", (unsigned)(count - PEERS_SHOWN));
		draw_line(live, line);
	}
}

/* As much of the line as fits, with the cursor in it. */
static void draw_prompt(const struct live *live, size_t width)
{
	const struct line_edit *edit = &live->report.edit;
	const char *name = live->config->name;
	size_t room = width > strlen(name) + 12 ? width - strlen(name) - 2 : 10, from = 0, to = edit->size;

	while (line_edit_columns(edit->text + from, edit->cursor - from) >= room)
		from++;
	while (line_edit_columns(edit->text + from, to - from) > room)
		to--;
	while (from < edit->cursor && ((unsigned char)edit->text[from] & 0xc0) == 0x80)
		from++;
	printf("%s%s>%s %.*s", cli_on(live->report.has_color, CLI_BOLD), name, cli_off(live->report.has_color), (int)(to - from),
	       edit->text + from);
	size_t behind = line_edit_columns(edit->text + edit->cursor, to - edit->cursor);
	if (behind)
		printf("\033[%zuD", behind);
}

void node_screen_draw(struct live *live)
{
	char bar[COLUMNS_MAX + 1];
	size_t width = columns();

	if (!live->report.is_terminal || !live->channel)
		return;
	node_screen_wipe(live);
	for (unsigned i = 0; i < BARS_SHOWN && live_files_bar(live, i, width, bar, sizeof(bar)); i++)
		draw_line(live, bar);
	draw_peers(live, width);
	if (screen.is_raw)
		draw_prompt(live, width);
	fflush(stdout);
	live->report.is_drawn = true;
}
