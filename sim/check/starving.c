/* starving.c: starving. How many packets with messages of others went without a courier that was due: the core counts them,
 * and states a bound. Knows not how it is kept: core/schedule.h. */
#include "sim/check/state.h"

void starving_granted(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_courier *courier)
{
	const struct checks_host *host = &checks->host;
	check_evaluated(checks, INVARIANT_STARVING);
	if (courier->passed <= OCTO_PASSES_LIMIT)
		return;
	uint32_t most = host->passes_max(host->context, node);
	if (courier->passed > most)
		check_violated(checks, INVARIANT_STARVING, node, peer, "expected courier %u to be passed over by at most %u packets, found %u",
		               courier->courier, most, courier->passed);
}
