/* reads.c: reads. A load courier that is not active, or does not accept reads, is given nothing; one that does gets
 * what comes. Knows of the switches only what the timeline did to them. */
#include "sim/check/state.h"

static uint64_t pair_of(uint32_t node, uint32_t peer)
{
	return (uint64_t)node << 32 | peer;
}

/* A courier that nobody has touched since the boot listens. */
void reads_switched(struct checks *checks, uint32_t node, uint32_t peer, const struct scenario_action *action)
{
	struct check_ear *ear = table_claim(&checks->ears, pair_of(node, peer), action->courier);
	if (!ear)
		return;
	if (ear->boot != checks->nodes[node].boot)
		ear->is_inactive = ear->is_deaf = false;
	ear->boot = checks->nodes[node].boot;
	ear->is_inactive = action->sets_active ? !action->is_active : ear->is_inactive;
	ear->is_deaf = action->sets_reads ? !action->accepts_reads : ear->is_deaf;
}

void reads_handed_over(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event_courier *courier,
                       bool is_delivered)
{
	const struct check_ear *ear = table_find(&checks->ears, pair_of(node, peer), courier->courier);
	if (!ear || ear->boot != checks->nodes[node].boot)
		return;
	bool is_closed = ear->is_inactive || ear->is_deaf;
	check_evaluated(checks, INVARIANT_READS);
	if (is_delivered == is_closed)
		check_violated(checks, INVARIANT_READS, node, peer, "expected a message to be %s by courier %u, which %s; found it %s",
		               is_closed ? "left alone" : "taken", courier->courier,
		               ear->is_inactive ? "is not active" : ear->is_deaf ? "accepts no reads" : "accepts reads",
		               is_delivered ? "delivered" : "discarded");
}
