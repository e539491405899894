/* ration.c: see ration.h. */
#include "core/carriers/ration.h"

static const octo_time_ns line_ns = 2 * OCTO_SECOND, every_min_ns = OCTO_SECOND, every_max_ns = 64 * OCTO_SECOND;

bool ration_allows(const struct ration *ration, octo_time_ns now, octo_time_ns burst)
{
	return ration->paid_until < now + burst;
}

void ration_spend(struct ration *ration, octo_time_ns now, octo_time_ns cost)
{
	ration->paid_until = (ration->paid_until > now ? ration->paid_until : now) + cost;
}

bool line_ration_takes(struct line_ration *ration, octo_time_ns now)
{
	if (ration_allows(&ration->lines, now, (RATION_LINES - 1) * line_ns + 1)) {
		ration_spend(&ration->lines, now, line_ns);
		return true;
	}
	if (ration->left_out == 0) {
		/* After a while of peace it is said soon again. */
		bool is_new = ration->every == 0 || now - ration->since >= 2 * ration->every;
		ration->every = is_new ? every_min_ns : ration->every < every_max_ns ? 2 * ration->every : every_max_ns;
		ration->since = now;
	}
	ration->left_out += ration->left_out < UINT32_MAX;
	return false;
}

uint32_t line_ration_left_out(struct line_ration *ration, octo_time_ns now, bool is_end, octo_time_ns *for_ns)
{
	uint32_t count = ration->left_out;
	*for_ns = now - ration->since;
	if (count == 0 || (!is_end && *for_ns < ration->every))
		return 0;
	ration->left_out = 0;
	return count;
}
