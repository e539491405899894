/* robot_int.h: what robot.c, which runs applications, and robot_plan.c, which has them act as the timeline says, share.
 * How long things take is measured with notices: whoever gives something notes when; who sees it, or something newer of
 * its kind, looks for the note. */
#ifndef OCTOSIM_ROBOT_INT_H
#define OCTOSIM_ROBOT_INT_H

#include "core/nodes/agent.h"
#include "core/nodes/remote.h"
#include "sim/node.h"

enum {
	ROBOT_NOTICES = 64,           /* that can be waited for towards one peer; what is given beyond is not measured */
	ROBOT_SENSORS = OCTO_PARAMETER_COUNT, ROBOT_COMMAND, /* what a notice is of, beside parameters */
	ROBOT_COMMAND_HEAD = 4        /* bytes of the running number in front of a command's text */
};

struct robot_notice {
	uint64_t at_ns;               /* world time */
	uint64_t number;              /* version, clock of the reading, running number; the higher the newer */
	uint8_t what;
	bool is_waiting;
	uint8_t reserved[6];          /* 0 */
};

struct robot_stamp { uint64_t version, writer; };

struct robot_link {                   /* of an agent and a remote that trust each other: what one has with the other */
	struct robot_stamp seen[OCTO_PARAMETER_COUNT]; /* of a remote: what it has seen of the agent's state */
	uint64_t heard;               /* readings that it has seen */
	uint32_t commands;            /* given, over all boots: their running numbers begin at 1 */
	uint32_t reserved;            /* 0 */
	struct robot_notice notices[ROBOT_NOTICES];
};

struct robot {                        /* in the arena, one for each node with couriers; what is not `agent` outlives it */
	struct octo_agent agent;      /* of an agent; a remote keeps all it knows in its couriers */
	struct robot_stamp seen[OCTO_PARAMETER_COUNT]; /* the same of an agent, of its own state */
	uint64_t writer;              /* the node's */
	uint64_t booted_ns;           /* world time */
	arena_ref links;              /* struct robot_link, one a trusted node, in their order */
};

/* NULL for a node without couriers. */
struct robot *robot_of(const struct sim *sim, uint32_t number);
/* NULL when one of the two has no couriers, or does not trust the other. */
struct robot_link *robot_link(const struct sim *sim, uint32_t number, uint32_t other);
/* The state courier's own towards a peer. */
struct octo_shared_state *robot_shared(struct octo_channel *channel, const struct octo_host *host, uint32_t peer);
void robot_give(struct sim *sim, uint32_t from, uint32_t to, uint8_t what, uint64_t number);

#endif
