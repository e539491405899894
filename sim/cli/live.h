/* live.h: one real node: a channel, its carrier, its store and what drives them, made from a node_config. The clock is
 * the machine's. Next: node_report.h for what its user sees; core/carriers/pump.h for the turns it makes. */
#ifndef OCTOSIM_LIVE_H
#define OCTOSIM_LIVE_H

#include "core/carriers/pump.h"
#include "core/carriers/ration.h"
#include "core/carriers/store_file.h"
#include "core/nodes/agent.h"
#include "sim/cli/cli.h"
#include "sim/cli/line_edit.h"
#include "sim/cli/node_config.h"

enum { LIVE_COURIERS_MAX = 8 };

struct live_files;

/* What is known of one courier towards one peer, and of one peer. */
struct live_tally { uint64_t sent, received; octo_time_ns heard_at; /* messages; 0: never */ };
struct live_peer {
	struct live_tally tallies[LIVE_COURIERS_MAX];
	uint32_t changed;                     /* parameters to be told, a bit each */
	octo_time_ns told_at[OCTO_PARAMETER_COUNT];
	struct ration offers;                 /* of files */
};

/* Kinds of lines that peers cause (node_report.c names them). */
enum { NEWS_KINDS = 16 };

struct node_report {
	bool is_json, has_color, is_terminal;
	bool is_drawn;                        /* the lower end of the terminal (node_screen.h) */
	struct line_edit edit;
	octo_time_ns start_ns, tick_ns;
	uint64_t told[NODE_ASSOCIATES_MAX]; /* messages sent and received as of the last line about them */
	/* The last place is nobody's in particular. */
	struct line_ration news[NODE_ASSOCIATES_MAX + 1][NEWS_KINDS];
	bool has_left_out;
	octo_time_ns left_out_ns;           /* when it was last looked at what was left out */
};

struct live {
	const struct node_config *config;
	struct octo_host host;
	void *block;
	struct octo_channel *channel;
	uint32_t places[NODE_ASSOCIATES_MAX]; /* of a peer of the channel in the book */
	struct carrier carrier;
	struct pump pump;
	const struct octo_courier *kinds[LIVE_COURIERS_MAX];
	struct octo_agent agent;              /* of an agent */
	struct live_peer peers[NODE_ASSOCIATES_MAX];
	struct live_files *files;
	struct associate_store book;
	struct store_file file;
	bool is_disk_failing, is_input_over;
	struct node_report report;
};

/* The name of a peer. */
const char *live_name(const struct live *live, uint32_t peer);
/* Binds, reads the store, boots the channel, presses connect where the configuration says so. `live` has its report; what is wrong is
 * said. Returns CLI_GO_ON, CLI_BAD_INPUT or CLI_FAULT; live_close() follows either way. */
int live_open(struct live *live, const struct node_config *config, const uint8_t seed[OCTO_SEED_BYTES]);
/* Runs until a signal (SIGINT, SIGTERM, SIGHUP), the command "quit", or `for_ns` are over (OCTO_NEVER: never). With `until_sent` also
 * until no file is on its way out. Returns CLI_HELD or CLI_FAULT. */
int live_run(struct live *live, octo_time_ns for_ns, bool until_sent);
/* A signal has come. */
bool live_is_stopped(const struct live *live);
void live_close(struct live *live);

/* What the user types while it runs (live_commands.c). One line, without its end, which is used up; false: "quit". */
bool live_obey(struct live *live, char *line);
/* Standard input may be asked for, and is: false as above. */
bool live_may_read(const struct live *live);
bool live_read_commands(struct live *live);
/* The peer of this name; with NULL the only one that there is. OCTO_NO_PEER, and said, when there is none. */
uint32_t live_find_peer(struct live *live, const char *name);

#endif
