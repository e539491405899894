/* node_config.h: what a real node is told before it starts: a JSON file, read as strictly as a scenario, and the key and
 * card files that it names. Knows no sockets and no channel. The language is described in docs/nodes.md. */
#ifndef OCTOSIM_NODE_CONFIG_H
#define OCTOSIM_NODE_CONFIG_H

#include "core/nodes/associate_store.h"

#include <stdio.h>

enum { NODE_PATH_BYTES = 1024, NODE_ASSOCIATES_MAX = 1024 };

struct node_associate {
	char name[ASSOCIATE_NAME_BYTES];
	struct octo_card card;
	struct octo_address address;      /* port 0: unknown */
	bool is_wanted;                   /* "connect" */
	bool has_load;
	struct octo_load load;            /* the plan, from "load" */
};

struct node_config {
	char name[ASSOCIATE_NAME_BYTES];
	bool is_agent;
	bool shuts_down;                  /* "when_hacked": a hacked packet ends communication with its peer (C:94) */
	bool is_switched_on;              /* "switch": whoever is trusted is looked for all the time (C:45) */
	char key_path[NODE_PATH_BYTES], store_path[NODE_PATH_BYTES];
	struct octo_address listen, stun; /* stun.port 0: no server is asked */
	char inbox_path[NODE_PATH_BYTES]; /* "": files are refused */
	uint64_t inbox_largest_bytes, inbox_room_bytes;
	uint32_t rate_up, rate_down;      /* bytes per second; 0: the core's default */
	uint16_t keepalive_s;             /* 0: the core's default */
	bool has_associates;              /* the list is there: it says who is trusted, and nobody else is */
	struct node_associate *associates;
	uint32_t associate_count;
};

/* Reads `path`. Everything that is wrong with it goes to standard error, one a line, with line and column; false then.
 * Ends with node_config_free() either way. */
bool node_config_read(struct node_config *config, const char *path);
void node_config_free(struct node_config *config);

/* The seed in a key file, which nobody but its owner may be able to read. False, said on standard error. */
bool node_key_read(const char *path, uint8_t seed[OCTO_SEED_BYTES]);
/* Makes a new identity: a key file of mode 0600, never over another file, and the card beside it, called like it but
 * with ".card" for its ending. False, said on standard error. */
bool node_key_make(const char *path, struct octo_card *card, char card_path[NODE_PATH_BYTES]);

#endif
