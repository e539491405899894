/* live.h: one real node: a channel, its carrier, its store and what drives them, made from a node_config. The clock is
 * the machine's. Next: node_report.h for what its user sees; core/carriers/pump.h for the turns it makes. */
#ifndef OCTOSIM_LIVE_H
#define OCTOSIM_LIVE_H

#include "core/carriers/pump.h"
#include "core/carriers/store_file.h"
#include "sim/cli/cli.h"
#include "sim/cli/node_config.h"

struct node_report {
	bool is_json, has_color, is_terminal, is_drawn;
	octo_time_ns start_ns, tick_ns;
	uint64_t told[NODE_ASSOCIATES_MAX]; /* messages sent and received as of the last line about them */
};

struct live {
	const struct node_config *config;
	struct octo_host host;
	void *block;
	struct octo_channel *channel;
	uint32_t places[NODE_ASSOCIATES_MAX]; /* of a peer of the channel in the book */
	struct carrier carrier;
	struct pump pump;
	struct associate_store book;
	struct store_file file;
	bool is_disk_failing;
	struct node_report report;
};

/* The name of a peer. */
const char *live_name(const struct live *live, uint32_t peer);
/* Binds, reads the store, boots the channel, presses connect where the configuration says so. `live` has its report; what is wrong is
 * said. Returns CLI_GO_ON, CLI_BAD_INPUT or CLI_FAULT; live_close() follows either way. */
int live_open(struct live *live, const struct node_config *config, const uint8_t seed[OCTO_SEED_BYTES]);
/* Runs until a signal (SIGINT, SIGTERM, SIGHUP), the command "quit", or `for_ns` are over (OCTO_NEVER: never). Returns CLI_HELD or
 * CLI_FAULT. */
int live_run(struct live *live, octo_time_ns for_ns);
void live_close(struct live *live);

/* What the user types while it runs (live_commands.c): one line, without its end. False: "quit". */
bool live_obey(struct live *live, char *line);

#endif
