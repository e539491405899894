/* channel_scene.h: for channel_fuzz.c: two true cores with a session, WINNER under test and LOSER, the same for every input with
 * the same setting; what their users and applications can do; and time in which both run. Next: channel_scene.c. */
#ifndef OCTOSIM_TESTS_CHANNEL_SCENE_H
#define OCTOSIM_TESTS_CHANNEL_SCENE_H

#include "core/nodes/agent.h"
#include "tests/pair/pair.h"

/* Bits of a setting. */
enum {
	SCENE_IS_INITIATOR = 0x01,        /* WINNER began; else LOSER did */
	SCENE_SMALLEST = 0x02, SCENE_201 = 0x04, SCENE_205 = 0x06, SCENE_PAYLOAD = 0x06, /* bytes agreed upon; else 512 */
	SCENE_IS_AGENT = 0x08, SCENE_IS_REMOTE = 0x10, SCENE_COURIERS = 0x18, /* a whole set; else two small ones */
	SCENE_REFUSES = 0x20,             /* the host ends communication with who is hacked */
	SCENE_IS_GULLIBLE = 0x40,         /* nobody looks for tells */
	SCENE_PREPARED = SCENE_IS_INITIATOR | SCENE_PAYLOAD | SCENE_COURIERS /* what the cores are made with */
};

enum { SCENE_REPLAYS = 16 };

struct scene {
	struct pair pair, fresh;          /* at present; as prepared */
	uint8_t *blocks[2];               /* the two channels as prepared */
	struct octo_agent agent, fresh_agent;
	int agent_is;                     /* WINNER or LOSER, or neither: -1 */
	struct pair_datagram said[SCENE_REPLAYS]; /* by LOSER, the latest */
	unsigned said_count;
	unsigned offered;                 /* blobs */
};

struct scene *scene_begin(uint8_t setting);
/* What an agent or a remote does between packets. */
void scene_update(struct scene *scene, int who);
void scene_talk(struct scene *scene, octo_time_ns for_ns, bool loses_ours, bool loses_theirs);
/* LOSER's datagram of so long ago comes once more. */
void scene_replay(struct scene *scene, uint8_t ago);
void scene_restart_other(struct scene *scene, bool keeps_store);
/* Something that a user or an application may do; any numbers. */
void scene_do(struct scene *scene, int who, uint8_t what, uint8_t how);

#endif
