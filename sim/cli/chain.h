/* chain.h: what led to a failure: from the record that says so back along the causes, over the wire from arrival to
 * sending, to what the timeline or a timer began. */
#ifndef OCTOSIM_CLI_CHAIN_H
#define OCTOSIM_CLI_CHAIN_H

#include "sim/trace.h"

enum { CHAIN_MAX = 12 };

struct chain {
	char text[1024];              /* what failed */
	uint32_t records[CHAIN_MAX];  /* in order of happening; the last one made it fail */
	uint32_t count;
	bool is_cut;                  /* there is more before the first */
};

/* Of the FAILED record number `failure`. */
void chain_find(const struct trace *trace, uint32_t failure, struct chain *chain);
/* "1.043794 s  pilot: received #4 syn-ack from robot, accepted" */
void chain_describe(const struct trace *trace, uint32_t record, char *out, size_t size);
/* All failures of a trace, a few lines each, for people. Nothing when there are none, or nothing led to them. */
void chain_print(const struct trace *trace, FILE *out);
/* The same as a JSON list: [{"failed": …, "chain": [{"at_seconds": …, "event": …}]}]. */
void chain_json(const struct trace *trace, FILE *out);

#endif
