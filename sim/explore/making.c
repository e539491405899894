/* making.c: see making.h. */
#include "sim/explore/making.h"

#include "sim/engine/rng.h"

#include <inttypes.h>

#define SECOND OCTO_SECOND

/* ---- Drawing
 * ---------------------------------------------------------------------------------------------------- */

uint64_t making_draw(struct making *making, enum making_kind kind)
{
	return rng_draw(making->seed, (uint64_t)making->pair << 8 | kind, making->counters[kind]++,
	                MAKING_PURPOSE);
}

uint64_t making_below(struct making *making, enum making_kind kind, uint64_t n)
{
	return rng_below(making_draw(making, kind), n);
}

bool making_one_in(struct making *making, enum making_kind kind, uint64_t n)
{
	return making_below(making, kind, n) == 0;
}

bool making_percent(struct making *making, enum making_kind kind, uint64_t chance)
{
	return making_below(making, kind, 100) < chance;
}

uint64_t making_magnitude(struct making *making, enum making_kind kind, uint64_t least, uint64_t most)
{
	uint64_t octaves = 0;

	while (least << (octaves + 1) <= most)
		octaves++;
	least <<= making_below(making, kind, octaves + 1);
	return least + making_below(making, kind, least);
}

/* ---- Times
 * ------------------------------------------------------------------------------------------------------- */

void making_anchor(struct making *making, uint64_t at_ns)
{
	if (making->anchor_count < MAKING_ANCHORS)
		making->anchors[making->anchor_count++] = at_ns;
}

uint64_t making_within(const struct making *making, uint64_t at_ns)
{
	return at_ns % making->trouble_ns;
}

uint64_t making_time(struct making *making, enum making_kind kind)
{
	/* What the core's timers are set to: resend, spacing of attempts, expiry of answers and offers,
	 * keepalive. */
	static const uint64_t timers_ns[] = { SECOND / 5, SECOND,      2 * SECOND,  3 * SECOND,
		                              5 * SECOND, 10 * SECOND, 13 * SECOND, 15 * SECOND };
	enum { TIMERS = sizeof(timers_ns) / sizeof(timers_ns[0]) };
	uint64_t anchor_ns = making->anchors[making_below(making, kind, making->anchor_count)];
	uint64_t near_ns = making_below(making, kind, 4 * making->latency_ns + 2),
		 flights = 1 + making_below(making, kind, 4);
	uint64_t aside_ns = making_below(making, kind, 3),
		 timer_ns = timers_ns[making_below(making, kind, TIMERS)];

	switch (making_below(making, kind, 8)) {
	case 0:
	case 1:
	case 2:
		return making_within(making, anchor_ns + near_ns);
	case 3: /* with an arrival, or a nanosecond beside it */
		return making_within(making, anchor_ns + making->latency_ns * flights + aside_ns - 1);
	case 4:
	case 5:
		return making_within(making, anchor_ns + timer_ns + near_ns);
	case 6:
		return making_within(making, anchor_ns + making_below(making, kind, 5 * SECOND));
	default:
		return making_below(making, kind, making->trouble_ns);
	}
}

/* ---- Writing
 * ----------------------------------------------------------------------------------------------------- */

void making_link(struct making *making)
{
	fprintf(making->out, "%s\n    {", making->has_links ? "," : "");
	making->has_links = true;
}

void making_one_way(struct making *making, int from)
{
	making_link(making);
	fprintf(making->out, "\"from\": \"%s\", \"to\": \"%s\", ", making->names[from], making->names[!from]);
}

void making_action(struct making *making, uint64_t at_ns)
{
	fprintf(making->out, "%s\n    {\"at\": \"%" PRIu64 "ns\", ", making->has_actions ? "," : "", at_ns);
	making->has_actions = true;
}

void making_connect(struct making *making, uint64_t at_ns, int from)
{
	making_action(making, making_within(making, at_ns));
	fprintf(making->out, "\"connect\": {\"from\": \"%s\", \"to\": \"%s\"}}", making->names[from],
	        making->names[!from]);
	making_anchor(making, making_within(making, at_ns));
}
