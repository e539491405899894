/* live_commands.c: what the user of a running node types, at the prompt or through a pipe: the two buttons of each peer, the switch,
 * files, parameters, commands, and questions. See live.h. */
#include "sim/cli/live_couriers.h"
#include "sim/cli/live_files.h"
#include "sim/cli/node_report.h"
#include "sim/cli/node_screen.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define WORDS(X)                                                                                          \
	X(CONNECT, "connect", "[PEER]", "press connect: call the peer, and go on calling")                \
	X(DISCONNECT, "disconnect", "[PEER]", "press disconnect: close the session, and stay apart for a while") \
	X(SEND, "send", "PATH [PEER]", "send a file; it is gone on with after a restart")                 \
	X(CANCEL, "cancel", "NAME", "give up a file on its way, out or in")                               \
	X(SET, "set", "PARAMETER VALUE [PEER]", "write a parameter: set mode manual-pilot, set battery 87.5,12.1") \
	X(SENSE, "sense", "SENSOR VALUE", "an agent: a new value of a sensor: sense temperature 21.5")    \
	X(COMMAND, "command", "[PEER] TEXT", "a remote: a command to an agent, executed once")            \
	X(STATE, "state", "", "peers, couriers, parameters, files, packets")                              \
	X(ON, "on", "", "the switch: look for everybody who is trusted")                                  \
	X(OFF, "off", "", "the switch: close every session, and answer nobody")                           \
	X(HONEYMOON, "honeymoon", "", "look for everybody more often, for a while")                       \
	X(HELP, "help", "", "this list")                                                                  \
	X(QUIT, "quit", "", "stop, as Ctrl-C and Ctrl-D do; the next start goes on")
enum word {
#define X(name, text, operands, help) name,
	WORDS(X)
#undef X
	WORD_COUNT
};
static const struct { const char *name, *operands, *help; } words[] = {
#define X(name, text, operands, help) { text, operands, help },
	WORDS(X)
#undef X
};

/* ---- Words --------------------------------------------------------------------------------------------------------- */

/* The next word of a line, in place, and the rest behind it; NULL: there is none. Quotes of both kinds and \ as a shell has them. */
static char *next_word(char **rest)
{
	char *in = *rest + strspn(*rest, " \t\r"), *out = in, *word = in, quote = '\0';

	if (*in == '\0')
		return NULL;
	for (; *in && (quote || !strchr(" \t\r", *in)); in++) {
		if (quote ? *in == quote : (*in == '\'' || *in == '"'))
			quote = quote ? '\0' : *in;
		else if (*in == '\\' && quote != '\'' && in[1])
			*out++ = *++in;
		else
			*out++ = *in;
	}
	*rest = *in ? in + 1 : in;
	*out = '\0';
	return word;
}

static uint32_t peer_named(struct live *live, const char *name)
{
	for (uint32_t i = 0; i < octo_peer_count(live->channel); i++)
		if (strcmp(live_name(live, i), name) == 0)
			return i;
	return OCTO_NO_PEER;
}

uint32_t live_find_peer(struct live *live, const char *name)
{
	uint32_t count = octo_peer_count(live->channel), peer = name ? peer_named(live, name) : count == 1 ? 0 : OCTO_NO_PEER;
	const char *names[NODE_ASSOCIATES_MAX], *nearest;

	if (peer != OCTO_NO_PEER)
		return peer;
	for (uint32_t i = 0; i < count; i++)
		names[i] = live_name(live, i);
	nearest = name ? cli_nearest(name, names, count) : NULL;
	if (nearest)
		node_report_line(live, CLI_WARN, "command", OCTO_NO_PEER, "no associate is called %s; did you mean %s?", name, nearest);
	else if (name)
		node_report_line(live, CLI_WARN, "command", OCTO_NO_PEER, "no associate is called %s", name);
	else
		node_report_line(live, CLI_WARN, "command", OCTO_NO_PEER, "whom? \"state\" lists the associates");
	return OCTO_NO_PEER;
}

/* ---- Commands ------------------------------------------------------------------------------------------------------ */

static void want(struct live *live, enum word word, const char *what)
{
	node_report_line(live, CLI_WARN, "command", OCTO_NO_PEER, "%s: %s is missing: %s %s", words[word].name, what, words[word].name,
	                 words[word].operands);
}

static void help(struct live *live)
{
	for (int i = 0; i < WORD_COUNT; i++) {
		char call[64];

		snprintf(call, sizeof(call), "%s %s", words[i].name, words[i].operands);
		node_report_line(live, CLI_PLAIN, "command", OCTO_NO_PEER, "%-30s %s", call, words[i].help);
	}
	for (unsigned i = 0; i < OCTO_PARAMETER_COUNT; i++) {
		const struct octo_parameter_kind *kind = octo_parameter_kind((enum octo_parameter)i);

		node_report_line(live, CLI_DIM, "command", OCTO_NO_PEER, "  parameter %-18s owner: %s", kind->name, octo_owner_name(kind->owner));
	}
}

static void send_file(struct live *live, char *rest)
{
	const char *path = next_word(&rest), *name = next_word(&rest);
	uint32_t peer;

	if (!path) {
		want(live, SEND, "the file");
		return;
	}
	peer = live_find_peer(live, name);
	if (peer != OCTO_NO_PEER)
		(void)live_files_send(live, path, peer);
}

static void set_parameter(struct live *live, char *rest)
{
	const char *parameter = next_word(&rest), *value = next_word(&rest), *name = next_word(&rest);
	uint32_t peer = OCTO_NO_PEER;

	if (!parameter || !value) {
		want(live, SET, parameter ? "the value" : "the parameter");
		return;
	}
	if (!live->config->is_agent && (peer = live_find_peer(live, name)) == OCTO_NO_PEER)
		return;
	live_set(live, peer, parameter, value);
}

static void give_command(struct live *live, char *rest)
{
	char whole[EDIT_LINE_BYTES], *text = rest + strspn(rest, " \t"), *name;
	uint32_t peer;

	snprintf(whole, sizeof(whole), "%s", text);
	name = next_word(&rest);
	if (!name) {
		want(live, COMMAND, "the command");
		return;
	}
	peer = peer_named(live, name);
	if (peer != OCTO_NO_PEER)
		text = rest + strspn(rest, " \t");
	else if (octo_peer_count(live->channel) == 1)
		peer = 0, text = whole;
	else
		peer = live_find_peer(live, name);
	text[strcspn(text, "\r")] = '\0';
	if (peer != OCTO_NO_PEER)
		live_command(live, peer, text);
}

static void press(struct live *live, enum word word, const char *name)
{
	uint32_t peer = live_find_peer(live, name);

	if (peer != OCTO_NO_PEER)
		(word == CONNECT ? octo_connect : octo_disconnect)(live->channel, &live->host, cli_clock_ns(), peer);
}

static void sense(struct live *live, char *rest)
{
	const char *sensor = next_word(&rest), *value = next_word(&rest);

	if (sensor && value)
		live_sense(live, sensor, value);
	else
		want(live, SENSE, sensor ? "the value" : "the sensor");
}

static void cancel(struct live *live, const char *name)
{
	if (!name)
		want(live, CANCEL, "the file's name");
	else if (!live_files_cancel(live, name))
		node_report_line(live, CLI_WARN, "command", OCTO_NO_PEER, "no file called %s is on its way", name);
}

bool live_obey(struct live *live, char *line)
{
	const char *names[WORD_COUNT], *nearest;
	char *rest = line, *word = next_word(&rest);
	int which = 0;

	if (!word)
		return true;
	while (which < WORD_COUNT && strcmp(word, words[which].name) != 0)
		which++;
	switch (which) {
	case CONNECT:
	case DISCONNECT: press(live, (enum word)which, next_word(&rest)); break;
	case SEND: send_file(live, rest); break;
	case CANCEL: cancel(live, next_word(&rest)); break;
	case SET: set_parameter(live, rest); break;
	case SENSE: sense(live, rest); break;
	case COMMAND: give_command(live, rest); break;
	case STATE: node_report_peers(live); break;
	case HELP: help(live); break;
	case ON:
	case OFF: octo_enable(live->channel, &live->host, cli_clock_ns(), which == ON); break;
	case HONEYMOON:
		if (octo_honeymoon(live->channel, &live->host, cli_clock_ns()) != OCTO_OK)
			node_report_line(live, CLI_WARN, "command", OCTO_NO_PEER, "%s", octo_status_text(OCTO_SWITCHED_OFF));
		break;
	case QUIT: return false;
	default:
		for (int i = 0; i < WORD_COUNT; i++)
			names[i] = words[i].name;
		nearest = cli_nearest(word, names, WORD_COUNT);
		node_report_line(live, CLI_WARN, "command", OCTO_NO_PEER, "no command is called %s%s%s; \"help\" lists them", word,
		                 nearest ? ", did you mean " : "", nearest ? nearest : "");
		break;
	}
	return true;
}

/* ---- Reading ---------------------------------------------------------------------------------------------------------- */

bool live_may_read(const struct live *live)
{
	/* Reading a terminal from the background would stop the process. */
	return !live->is_input_over && (!isatty(STDIN_FILENO) || tcgetpgrp(STDIN_FILENO) == getpgrp());
}

static bool typed_key(struct live *live, char key)
{
	char line[EDIT_LINE_BYTES];
	enum line_edit_result result = line_edit_byte(&live->report.edit, key, line);

	if (result == EDIT_LINE) {
		node_screen_wipe(live);
		printf("%s> ", live->config->name);
		cli_print_clean(line, stdout);
		putchar('\n');
	}
	return result == EDIT_GOES_ON || (result == EDIT_LINE && live_obey(live, line));
}

/* A line that is longer than any command is no command. */
static bool typed_byte(struct live *live, char byte)
{
	struct line_edit *edit = &live->report.edit;
	bool is_good = true;

	if (byte == '\n') {
		edit->text[edit->size < sizeof(edit->text) ? edit->size : 0] = '\0';
		edit->size = 0;
		is_good = live_obey(live, edit->text);
	} else if (edit->size < sizeof(edit->text)) {
		edit->text[edit->size++] = byte;
	}
	return is_good;
}

bool live_read_commands(struct live *live)
{
	bool is_prompting = node_screen_is_prompting(live);
	char bytes[256];
	ssize_t got = read(STDIN_FILENO, bytes, sizeof(bytes));

	if (got <= 0) {
		live->is_input_over = got == 0 || errno != EINTR;
		return true;
	}
	for (ssize_t i = 0; i < got; i++)
		if (!(is_prompting ? typed_key : typed_byte)(live, bytes[i]))
			return false;
	if (is_prompting)
		node_screen_draw(live);
	return true;
}
