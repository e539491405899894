/* ladder.h: a run as text for people: one lane a node, time downwards, arrows that begin on the line where
 * a packet was sent and end on the line where it arrived. For `octosim trace FILE --sequence` and for
 * failed expectations. Knows traces and records only. ladder.c draws; ladder_layout.c decides what stands
 * on which line. */
#ifndef OCTOSIM_TRACE_LADDER_H
#define OCTOSIM_TRACE_LADDER_H

#include "sim/trace.h"

#include <stdio.h>

enum { LADDER_LANES_MAX = 8, LADDER_LANES_DEFAULT = 6 };

/* Where the records come from: a trace file, or lists in memory. Records are as sim/trace.h says and in
 * order of time; a part of a run will do (arrows whose beginning is not in it come out of nowhere). */
struct ladder_source {
	const void *context;
	const struct trace_record *(*record)(const void *context, uint32_t index);
	const uint8_t *(*extra)(const void *context, uint32_t index);
	const struct trace_node *(*node)(const void *context, uint32_t node);
	uint32_t count, node_count;
};

struct ladder_list {
	const struct trace_record *records;
	const uint8_t *const *extras; /* one a record; NULL where it has none */
	const struct trace_node *nodes;
	uint32_t count, node_count;
};

/* Both borrow: the trace or the list must outlive the source. */
struct ladder_source ladder_source_of_trace(const struct trace *trace);
struct ladder_source ladder_source_of_list(const struct ladder_list *list);

struct ladder_options {
	const uint32_t *nodes; /* the lanes from left to right, at most LADDER_LANES_MAX */
	uint32_t node_count;   /* 0: all when there are at most LADDER_LANES_DEFAULT, else the busiest pair */
	uint32_t until;        /* leave out records from this index on; 0: none */
	uint32_t last;         /* print only so many lines, the last ones; 0: all */
	uint64_t idle_ns;      /* longer gaps are folded into one line; 0: 100 ms */
	uint32_t columns;      /* to fit in; 0: 110 */
	bool is_ascii;
	bool has_color;
	bool has_legend;
};

/* The two nodes that sent each other the most; {0, 1} when nobody sent anything. Needs two nodes at least. */
void ladder_busiest_pair(const struct ladder_source *source, uint32_t pair[2]);
/* False when memory ran out (nothing or too little was printed). */
OCTO_MUST_CHECK bool ladder_print(const struct ladder_source *source, const struct ladder_options *options,
                                  FILE *out);

#endif
