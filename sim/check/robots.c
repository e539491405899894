/* robots.c: commands and verified: what applications of agents and remotes find. A command has a running number of its
 * giver's; who compares what two nodes hold is sim/robot.c. Knows no core. */
#include "sim/check/state.h"

#include <inttypes.h>

/* Between boots of the two, all that was given is executed; nothing ever twice, or late. */
void checks_command(struct checks *checks, uint32_t agent, uint32_t control, uint32_t number)
{
	struct check_giver *giver = table_claim(&checks->givers, agent, control);
	if (!giver)
		return;
	uint64_t boots = (uint64_t)checks->nodes[agent].boot << 32 | checks->nodes[control].boot;
	bool may_miss = giver->boots != boots;
	check_evaluated(checks, INVARIANT_COMMANDS);
	if (number <= giver->number || (!may_miss && number != giver->number + 1))
		check_violated(checks, INVARIANT_COMMANDS, agent, control, "expected command %" PRIu32 "%s next, found %" PRIu32,
		               giver->number + 1, may_miss ? " or a later one" : "", number);
	giver->number = number > giver->number ? number : giver->number;
	giver->boots = boots;
}

void checks_verified(struct checks *checks, uint32_t node, uint32_t peer, const char *parameter, bool is_held)
{
	check_evaluated(checks, INVARIANT_VERIFIED);
	if (!is_held)
		check_violated(checks, INVARIANT_VERIFIED, node, peer, "expected the other side to hold the %s that is verified, or a "
		               "newer one; found neither", parameter);
}
