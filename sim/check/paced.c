/* paced.c: paced. A bucket that leaks at the agreed rate: as long as it never holds more than a burst when a packet with
 * messages goes out, no second, and no other time, sees more than the rate and that burst. PING, PONG and CLOSE do not
 * wait, so packets that carry nothing for couriers are not counted. In the node's own time, as the core paces. */
#include "sim/check/state.h"

#include <inttypes.h>

enum { BURST_PACKETS = 2 };
static const uint64_t rounding_ns = OCTO_MICROSECOND;

void paced_sent(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event *event)
{
	unsigned index;
	struct check_pair *pair = peer == TRACE_NOBODY ? NULL : check_pair_of(checks, node, peer, &index);
	struct check_side *side = pair ? &pair->side[index] : NULL;
	if (!side || !side->has_current || event->packet.type != OCTO_PACKET_DATA || checks->nodes[node].granted == 0)
		return;
	uint64_t rate = side->highest.agreement.rate_up, own_ns = check_own(checks, node, event->now);
	if (rate == 0)
		return;
	uint64_t burst_ns = BURST_PACKETS * OCTO_DATAGRAM_MAX * OCTO_SECOND / rate;
	if (side->paced_log_id != side->highest.log_id) {
		side->paced_log_id = side->highest.log_id;
		side->paced_until = 0;
	}
	check_evaluated(checks, INVARIANT_PACED);
	if (side->paced_until > own_ns + burst_ns + rounding_ns)
		check_violated(checks, INVARIANT_PACED, node, peer,
		               "expected at most %" PRIu64 " bytes a second and bursts of %d packets, found one that went out %" PRIu64
		               " us too early", rate, BURST_PACKETS, (side->paced_until - own_ns - burst_ns) / OCTO_MICROSECOND);
	if (side->paced_until < own_ns)
		side->paced_until = own_ns;
	side->paced_until += event->packet.size * OCTO_SECOND / rate;
}
