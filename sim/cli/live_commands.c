/* live_commands.c: what the user of a running node types: the two buttons of each peer, the switch, and questions. See live.h. */
#include "sim/cli/node_report.h"

#include <string.h>

static const char *const words[] = { "connect", "disconnect", "on", "off", "honeymoon", "state", "quit" };
enum { CONNECT, DISCONNECT, ON, OFF, HONEYMOON, STATE, QUIT, WORDS };

/* The peer of this name; with no name at all the only peer there is. */
static uint32_t find_peer(struct live *live, const char *name)
{
	uint32_t count = octo_peer_count(live->channel);
	const char *names[NODE_ASSOCIATES_MAX], *nearest;
	if (!name && count == 1)
		return 0;
	for (uint32_t i = 0; i < count; i++) {
		names[i] = live_name(live, i);
		if (name && strcmp(names[i], name) == 0)
			return i;
	}
	nearest = name ? cli_nearest(name, names, count) : NULL;
	if (nearest)
		node_report_line(live, CLI_WARN, "command", OCTO_NO_PEER, "no associate is called %s; did you mean %s?", name, nearest);
	else if (name)
		node_report_line(live, CLI_WARN, "command", OCTO_NO_PEER, "no associate is called %s", name);
	else
		node_report_line(live, CLI_WARN, "command", OCTO_NO_PEER, "whom? \"state\" lists the associates");
	return OCTO_NO_PEER;
}

bool live_obey(struct live *live, char *line)
{
	static const char blank[] = " \t\r";
	char *rest = NULL, *word = strtok_r(line, blank, &rest), *name = strtok_r(NULL, blank, &rest);
	octo_time_ns now = cli_clock_ns();
	uint32_t peer;
	int which = 0;
	if (!word)
		return true;
	while (which < WORDS && strcmp(word, words[which]) != 0)
		which++;
	switch (which) {
	case CONNECT:
	case DISCONNECT:
		peer = find_peer(live, name);
		if (peer != OCTO_NO_PEER)
			(which == CONNECT ? octo_connect : octo_disconnect)(live->channel, &live->host, now, peer);
		return true;
	case ON:
	case OFF:
		octo_enable(live->channel, &live->host, now, which == ON);
		return true;
	case HONEYMOON:
		if (octo_honeymoon(live->channel, &live->host, now) != OCTO_OK)
			node_report_line(live, CLI_WARN, "command", OCTO_NO_PEER, "%s", octo_status_text(OCTO_SWITCHED_OFF));
		return true;
	case STATE:
		node_report_peers(live);
		return true;
	case QUIT:
		return false;
	default:
		node_report_line(live, CLI_PLAIN, "command", OCTO_NO_PEER,
		                 "commands: connect NAME, disconnect NAME, on, off, honeymoon, state, quit (or Ctrl-C)");
		return true;
	}
}
