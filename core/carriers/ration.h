/* ration.h: what a node spends on one peer: work, or lines about it. Whoever asks for much at once gets it, and then as much as
 * time brings: a peer that floods costs no more than that, and what is left out is counted. Pure: time is an argument. */
#ifndef OCTO_CARRIERS_RATION_H
#define OCTO_CARRIERS_RATION_H

#include "core/octo.h"

/* All zeros is a full one. What is spent is counted in time, too: the time that it takes to come again. */
struct ration { octo_time_ns paid_until; };

/* Less than `burst` is owed. */
bool ration_allows(const struct ration *ration, octo_time_ns now, octo_time_ns burst);
void ration_spend(struct ration *ration, octo_time_ns now, octo_time_ns cost);

/* Lines of one kind about one peer: the first RATION_LINES at once, then one in two seconds. All zeros is a full one. */
enum { RATION_LINES = 60 };
struct line_ration {
	struct ration lines;
	octo_time_ns since, every;        /* of the lines that were left out; `every` doubles while there are any, up to a minute */
	uint32_t left_out;
};

/* This line may be written; else it is counted. */
OCTO_MUST_CHECK bool line_ration_takes(struct line_ration *ration, octo_time_ns now);
/* How many were left out in the last *for_ns, when it is time to say so (`is_end`: it is), else 0. They are forgotten. */
OCTO_MUST_CHECK uint32_t line_ration_left_out(struct line_ration *ration, octo_time_ns now, bool is_end, octo_time_ns *for_ns);

#endif
