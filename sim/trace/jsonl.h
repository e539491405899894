/* jsonl.h: a trace as JSON lines, one object a record, for jq and scripts. */
#ifndef OCTOSIM_TRACE_JSONL_H
#define OCTOSIM_TRACE_JSONL_H

#include "sim/trace.h"

#include <stdio.h>

/* One object about the run, with "nodes"; then one for each record from `first` on. */
void jsonl_print_header(const struct trace *trace, FILE *out);
void jsonl_print_records(const struct trace *trace, uint32_t first, FILE *out);

#endif
