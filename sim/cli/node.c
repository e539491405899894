/* node.c: `octosim node`: one real node over UDP: the same core as in the simulator, the machine's clock and real
 * sockets. node_config.c reads what it is told, live.c runs it, node_report.c shows it. */
#include "sim/cli/live_files.h"
#include "sim/cli/node_report.h"

#include "sim/scenario/units.h"

#include <stdlib.h>
#include <unistd.h>

static const char *config_path, *new_identity, *duration, *receiver;
static struct cli_list files;
static bool is_json, until_sent;
static enum cli_color color;

static const struct cli_option options[] = {
	{ "--config", "FILE", CLI_TEXT, &config_path, "what the node is called, where it listens, whom it trusts (docs/nodes.md)" },
	{ "--new-identity", "FILE", CLI_TEXT, &new_identity, "make a key (mode 0600) and its card beside it, and stop" },
	{ "--send", "PATH", CLI_LIST, &files, "send this file; again for more files" },
	{ "--to", "PEER", CLI_TEXT, &receiver, "to whom; with one associate it is that one" },
	{ "--until-sent", NULL, CLI_FLAG, &until_sent, "stop when the files have arrived, or cannot: the exit status says which" },
	{ "--for", "TIME", CLI_TEXT, &duration, "stop after so long, such as 10s; otherwise by Ctrl-C or SIGTERM" },
	{ "--json", NULL, CLI_FLAG, &is_json, "print each event as one JSON object a line" },
	{ "--color", "WHEN", CLI_COLOR, &color, "colours: auto (on a terminal), always, never" },
};

static const struct cli_command command = {
	.name = "node",
	.operands = "",
	.summary = "Runs one real node over UDP: the core that the simulator tests, on the machine's clock. It connects to its\n"
	           "associates, shows what happens, and keeps its address book in a store that survives crashes.\n"
	           "Files go to and from them; a transfer that a crash or a restart of either side interrupts goes on afterwards.\n"
	           "While it runs it reads commands, from a prompt or a pipe: \"help\" lists them.\n",
	.examples = "  octosim node --new-identity docs/examples/robot.key\n"
	            "  octosim node --new-identity docs/examples/pilot.key\n"
	            "  octosim node --config docs/examples/robot.json\n"
	            "  octosim node --config docs/examples/pilot.json      # in another terminal\n"
	            "  octosim node --config docs/examples/pilot.json --send map.png --to robot\n"
	            "  octosim node --config docs/examples/pilot.json --send map.png --until-sent --for 10m && echo arrived\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
};

static int make_identity(void)
{
	char card_path[NODE_PATH_BYTES], text[CARD_TEXT_BYTES];
	struct octo_card card;

	if (!node_key_make(new_identity, &card, card_path))
		return CLI_BAD_INPUT;
	card_to_text(&card, text);
	printf("%s is the key: keep it secret, and in one place only.\n%s is the card, for those who shall trust this node:\n%s\n",
	       new_identity, card_path, text);
	return CLI_HELD;
}

/* The files of the command line, and a call to whom they are for. */
static int begin_sending(struct live *live)
{
	uint32_t peer;
	struct octo_peer_view view;

	if (files.count == 0)
		return CLI_GO_ON;
	peer = live_find_peer(live, receiver);
	if (peer == OCTO_NO_PEER)
		return CLI_BAD_INPUT;
	for (uint32_t i = 0; i < files.count; i++)
		if (!live_files_send(live, files.items[i], peer))
			return CLI_BAD_INPUT;
	octo_peer_view(live->channel, peer, &view);
	if (view.address.port != 0)
		octo_connect(live->channel, &live->host, cli_clock_ns(), peer);
	return CLI_GO_ON;
}

static int run_node(const struct node_config *config, octo_time_ns for_ns)
{
	struct live *live = cli_claim(NULL, sizeof(*live));
	uint8_t seed[OCTO_SEED_BYTES];
	int status = CLI_BAD_INPUT;

	*live = (struct live){ .config = config };
	node_report_begin(&live->report, is_json, !is_json && cli_has_color(color, stdout), isatty(STDOUT_FILENO));
	if (node_key_read(config->key_path, seed)) {
		status = live_open(live, config, seed);
		octo_wipe(seed, sizeof(seed));
		if (status == CLI_GO_ON)
			status = begin_sending(live);
		if (status == CLI_GO_ON) {
			status = live_run(live, for_ns, until_sent);
			if (status == CLI_HELD && until_sent && (live->files->failed || live_files_is_sending(live)))
				status = CLI_FAILED;
			node_report_end(live);
		}
		live_close(live);
	}
	free(live);
	return status;
}

int command_node(int argc, char **argv)
{
	struct node_config config;
	int64_t for_ns = INT64_MAX;
	int operands, status = cli_parse(&command, argc, argv, &operands);

	if (status != CLI_GO_ON)
		return status;
	if (operands > 0)
		return cli_misuse(&command, "\"%s\": it takes no operands; the configuration goes behind --config", argv[0]);
	if (!new_identity == !config_path)
		return cli_misuse(&command, "either --config FILE or --new-identity FILE");
	if (duration && (unit_read(UNIT_TIME, duration, false, &for_ns) != UNIT_OK || for_ns == 0))
		return cli_misuse(&command, "--for \"%s\": expected %s", duration, unit_allowed(UNIT_TIME));
	if ((receiver || until_sent) && files.count == 0)
		return cli_misuse(&command, "%s without --send", receiver ? "--to" : "--until-sent");
	if (new_identity)
		return make_identity();
	status = node_config_read(&config, config_path)
	                 ? run_node(&config, duration ? (octo_time_ns)for_ns : OCTO_NEVER) : CLI_BAD_INPUT;
	node_config_free(&config);
	return status;
}
